//! From the z's of many runs to a verdict on the declared rate. Pure.

use std::collections::BTreeMap;

use goldenweight_replicates::moments::Moments;

use crate::audit::Visited;
use crate::outcome::calibration::{
    AuditCalibration, CalibrationOutcome, ComparisonCalibration, Coverage, FalseAlarms, KindCalibration, Laws, Part,
    Reasons, Share, WrongSimulator,
};
use crate::sampled::Compared;
use crate::stats::calibration::{
    at_least, binomial_p_value, clopper_pearson, holm, is_inside, kolmogorov_smirnov, probability, upper_limit,
};
use crate::stats::compare::Estimate;
use crate::stats::family::Family;
use crate::verdict::{Kind, Verdict};

/// Fewest seeds from which anything is decided. At 20 seeds, with the laws of 158 comparisons to test, a Kolmogorov–Smirnov distance must be
/// above .57 to contradict. That is a z that is shifted by one and a half. With fewer seeds, only gross faults would be seen.
pub const FEWEST_SEEDS: u64 = 20;

/// Probability with which a calibration contradicts a rate that is kept: split evenly over its [`PARTS`].
const ERROR_RATE: f64 = 1e-3;

/// False alarms, laws of z, coverage of the two intervals.
const PARTS: f64 = 4.0;

/// Confidence of the intervals and bounds that are reported.
const CONFIDENCE: f64 = 0.95;

/// Nominal coverages.
const LEVELS: [f64; 2] = [0.95, 0.99];

/// What was run.
pub struct Design<'a> {
    /// Claim and check of each audit.
    pub audits: Vec<[&'a str; 2]>,
    /// Statistical comparisons of all audits in one run.
    pub audited: usize,
    pub seed: u64,
    pub seeds: u64,
    pub budget: f64,
    pub tier: &'a str,
    pub family: Family,
    /// Claim, check and name of the wrong simulator.
    pub wrong: Option<[&'a str; 3]>,
}

/// Where a comparison stands.
pub struct Place {
    pub claim: String,
    pub check: String,
    pub kind: Kind,
    pub place: String,
}

/// What one comparison gave in one run.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    pub z: f64,
    pub estimate: Estimate,
    pub refuted: bool,
}

impl Value {
    /// The value of a comparison at its cap, or none where it could not be made there. `refuted` says whether any look refuted it.
    pub fn of((compared, refuted): (Result<Compared, String>, bool)) -> Option<Self> {
        let Compared { comparison, estimate, .. } = compared.ok()?;
        Some(Self { z: comparison.z, estimate, refuted })
    }
}

/// What the places of an audit gave, in one run or in all.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    all: [u64; 2],
    refuted: u64,
    /// Places and compared places of each part of the domain.
    parts: BTreeMap<&'static str, [u64; 2]>,
    z: Moments,
    probabilities: Vec<f64>,
}

impl Tally {
    pub fn of(places: &[Visited]) -> Self {
        let mut tally = Self::default();
        for place in places {
            let one = [1, u64::from(place.is_compared)];
            tally.refuted += u64::from(place.is_refuted);
            add(&mut tally.all, one);
            place.parts.iter().for_each(|&part| add(tally.parts.entry(part).or_default(), one));
            if let Some((estimate, expected)) = place.estimate {
                let z = estimate.z(expected);
                tally.z.push(z);
                tally.probabilities.push(probability(z, estimate.degrees));
            }
        }
        tally
    }

    fn merge(&mut self, other: &Self) {
        add(&mut self.all, other.all);
        self.refuted += other.refuted;
        other.parts.iter().for_each(|(part, &both)| add(self.parts.entry(part).or_default(), both));
        self.z.merge(&other.z);
        self.probabilities.extend(&other.probabilities);
    }
}

fn add(sums: &mut [u64; 2], both: [u64; 2]) {
    sums.iter_mut().zip(both).for_each(|(sum, one)| *sum += one);
}

/// One run: its comparisons, none where it was not made, its audits, and whether the wrong simulator was refuted.
pub struct Run {
    pub comparisons: Vec<Option<Value>>,
    pub audits: Vec<Tally>,
    pub wrong_refuted: bool,
}

/// Hits among trials with their exact interval.
fn share(hits: u64, trials: u64) -> Share {
    let (low, high) = clopper_pearson(hits, trials, CONFIDENCE);
    Share { hits, trials, low, high }
}

/// Number of values of which this is true.
fn count<T>(values: impl IntoIterator<Item = T>, holds: impl Fn(T) -> bool) -> u64 {
    values.into_iter().map(|value| u64::from(holds(value))).sum()
}

/// One comparison with its values, their cumulated probabilities, and the moments of z.
struct Column {
    values: Vec<Value>,
    probabilities: Vec<f64>,
    z: Moments,
    report: ComparisonCalibration,
}

impl Column {
    fn new(place: Place, made: impl Iterator<Item = Option<Value>>) -> Self {
        let made: Vec<_> = made.map(|value| value.filter(|v| v.z.is_finite())).collect();
        let values: Vec<Value> = made.iter().copied().flatten().collect();
        let probabilities: Vec<f64> = values.iter().map(|v| probability(v.z, v.estimate.degrees)).collect();
        let [mut z, mut skewness, mut skewness_error] = [(); 3].map(|()| Moments::default());
        for value in &values {
            z.push(value.z);
            skewness.push(value.estimate.skewness);
            skewness_error.push(value.estimate.skewness_error);
        }
        // The mean over the seeds. A single skewed run is not left out: a high skewness comes with a high z, so leaving it out would hide high z's.
        let typical = Estimate {
            value: z.mean(),
            std_error: 1.0,
            degrees: values.iter().map(|v| v.estimate.degrees).fold(f64::INFINITY, f64::min),
            skewness: skewness.mean(),
            skewness_error: skewness_error.mean(),
        };
        let fit = kolmogorov_smirnov(&probabilities);
        let inside = |level| count(&probabilities, |&u| is_inside(u, level));
        let given = |number: f64| Some(number).filter(|x| x.is_finite());
        let report = ComparisonCalibration {
            claim: place.claim,
            check: place.check,
            kind: place.kind,
            place: place.place,
            values: values.len() as u64,
            not_made: count(&made, Option::is_none),
            too_skewed: count(&values, |v| !v.estimate.is_symmetric()),
            tested: values.len() as u64 >= FEWEST_SEEDS && typical.is_symmetric() && fit.is_some(),
            false_alarms: count(&values, |v| v.refuted),
            skewness: given(typical.skewness),
            degrees: given(typical.degrees),
            mean: given(z.mean()),
            deviation: given(z.variance().sqrt()),
            distance: fit.map(|fit| fit.distance),
            p_value: fit.map(|fit| fit.p_value),
            adjusted_p_value: None,
            inside_95: inside(LEVELS[0]),
            inside_99: inside(LEVELS[1]),
            reasons: Reasons::new(),
        };
        Self { values, probabilities, z, report }
    }
}

/// The report over all runs.
pub fn assess(design: &Design<'_>, places: Vec<Place>, runs: &[Run]) -> CalibrationOutcome {
    let column = |(index, place)| Column::new(place, runs.iter().map(|run| run.comparisons[index]));
    let mut columns: Vec<Column> = places.into_iter().enumerate().map(column).collect();
    let laws = test_laws(&mut columns);
    let tested: Vec<&Column> = columns.iter().filter(|column| column.report.tested).collect();
    let coverage: Vec<_> = LEVELS.into_iter().map(|nominal| covered(&tested, nominal)).collect();
    let kinds = [Kind::Simulation, Kind::Ladder, Kind::Optimum].map(|kind| of_kind(&tested, kind));
    let wrong_simulator = design.wrong.map(|[claim, check, name]| WrongSimulator {
        name: name.to_owned(),
        claim: claim.to_owned(),
        check: check.to_owned(),
        refuted: share(count(runs, |run| run.wrong_refuted), runs.len() as u64),
    });
    let mut outcome = CalibrationOutcome {
        verdict: Verdict::Confirmed,
        causes: Vec::new(),
        tier: design.tier.to_owned(),
        seed: design.seed,
        seeds: runs.len() as u64,
        partial: (runs.len() as u64) < design.seeds,
        budget: design.budget,
        error_rate: ERROR_RATE,
        checks: design.family.checks(),
        false_alarms: alarms(design, &columns, runs),
        laws,
        coverage,
        kinds: kinds.into_iter().flatten().collect(),
        wrong_simulator,
        audits: audits(design, runs),
        comparisons: columns.into_iter().map(|column| column.report).collect(),
    };
    (outcome.verdict, outcome.causes) = judge(&outcome);
    outcome
}

/// Adjusts the tested comparisons' p-values for their number.
fn test_laws(columns: &mut [Column]) -> Laws {
    let mut tested: Vec<&mut Column> = columns.iter_mut().filter(|column| column.report.tested).collect();
    let p_values: Vec<f64> = tested.iter().filter_map(|column| column.report.p_value).collect();
    let adjusted = holm(&p_values);
    for (column, &adjusted) in tested.iter_mut().zip(&adjusted) {
        column.report.adjusted_p_value = Some(adjusted);
    }
    let smallest = |p_values: &[f64]| p_values.iter().copied().min_by(f64::total_cmp);
    let mut laws = Laws {
        tested: tested.len(),
        smallest_p_value: smallest(&p_values),
        p_value: smallest(&adjusted),
        reasons: Reasons::new(),
    };
    if laws.tested == 0 {
        laws.reasons = ["smallest_p_value", "p_value"].map(|key| (key, "no comparison could be tested")).into();
    }
    for column in columns {
        column.report.reasons = reasons(&column.report);
    }
    laws
}

/// Why numbers of a comparison are missing.
fn reasons(report: &ComparisonCalibration) -> Reasons {
    let few = if report.values == 0 { "no run gave a z" } else { "too few z's" };
    let degrees = if report.values == 0 { few } else { "infinitely many: z is normal" };
    let all = [
        ("skewness", report.skewness, few),
        ("degrees", report.degrees, degrees),
        ("mean", report.mean, few),
        ("deviation", report.deviation, few),
        ("distance", report.distance, few),
        ("p_value", report.p_value, few),
        ("adjusted_p_value", report.adjusted_p_value, "not tested: too few z's, or too skewed on average"),
    ];
    all.into_iter().filter(|(_, number, _)| number.is_none()).map(|(key, _, reason)| (key, reason)).collect()
}

fn covered(tested: &[&Column], nominal: f64) -> Coverage {
    let all = || tested.iter().flat_map(|column| &column.probabilities);
    let intervals = share(count(all(), |&u| is_inside(u, nominal)), all().count() as u64);
    Coverage { nominal, p_value: binomial_p_value(intervals.hits, intervals.trials, nominal), intervals }
}

fn of_kind(tested: &[&Column], kind: Kind) -> Option<KindCalibration> {
    let columns: Vec<_> = tested.iter().filter(|column| column.report.kind == kind).copied().collect();
    let mut z = Moments::default();
    columns.iter().for_each(|column| z.merge(&column.z));
    let [inside_95, inside_99] = LEVELS.map(|level| covered(&columns, level).intervals);
    let (comparisons, values) = (columns.len(), z.count());
    (values > 1).then(|| KindCalibration {
        kind,
        comparisons,
        values,
        mean: z.mean(),
        deviation: z.variance().sqrt(),
        inside_95,
        inside_99,
    })
}

/// What each audit visited in all runs.
fn audits(design: &Design<'_>, runs: &[Run]) -> Vec<AuditCalibration> {
    let of_all = |(index, [claim, check]): (usize, &[&str; 2])| {
        let mut all = Tally::default();
        runs.iter().for_each(|run| all.merge(&run.audits[index]));
        let of_part = |(part, &[places, compared]): (&&'static str, &[u64; 2])| Part {
            part: (*part).to_owned(),
            places,
            compared,
        };
        let [inside_95, inside_99] = LEVELS.map(|level| count(&all.probabilities, |&u| is_inside(u, level)));
        let [mean, deviation] = [all.z.mean(), all.z.variance().sqrt()].map(|x| Some(x).filter(|x| x.is_finite()));
        let missing = [("mean", mean), ("deviation", deviation)].into_iter().filter(|(_, number)| number.is_none());
        AuditCalibration {
            claim: (*claim).to_owned(),
            check: (*check).to_owned(),
            places: all.all[0],
            compared: all.all[1],
            refuted: all.refuted,
            values: all.z.count(),
            mean,
            deviation,
            inside_95,
            inside_99,
            parts: all.parts.iter().map(of_part).collect(),
            reasons: missing.map(|(key, _)| (key, "too few places with a z")).collect(),
        }
    };
    design.audits.iter().enumerate().map(of_all).collect()
}

fn alarms(design: &Design<'_>, columns: &[Column], runs: &[Run]) -> FalseAlarms {
    let family = &design.family;
    let has_alarm = |run: &Run| {
        run.comparisons.iter().flatten().any(|value| value.refuted) || run.audits.iter().any(|audit| audit.refuted > 0)
    };
    let (hits, trials) = (count(runs, has_alarm), runs.len() as u64);
    let values = || columns.iter().flat_map(|column| &column.values);
    // Bonferroni: the rate is split equally, so the comparisons that were run have their part of it and no more.
    let declared = family.rate() * (columns.len() + design.audited) as f64 / family.checks() as f64;
    FalseAlarms {
        runs: share(hits, trials),
        declared,
        upper_bound: upper_limit(hits, trials, CONFIDENCE),
        p_value: at_least(hits, trials, declared),
        comparisons: share(count(values(), |v| v.refuted), count(values(), |v| v.estimate.is_symmetric())),
    }
}

/// The verdict with its causes.
///
/// Refuted: one of the [`PARTS`] has a p-value below its share of the error rate, or the wrong simulator passes at the full budget.
/// Inconclusive: too few seeds, no comparison that can be tested, or the wrong simulator passes at a smaller budget, which has less power.
fn judge(outcome: &CalibrationOutcome) -> (Verdict, Vec<String>) {
    let mut causes = Vec::new();
    let mut contradicted = |part: &str, p_value: Option<f64>| {
        if p_value.is_some_and(|p| p < ERROR_RATE / PARTS) {
            causes.push((Verdict::Refuted, format!("{part} contradict what is declared")));
        }
    };
    contradicted("the false alarms", Some(outcome.false_alarms.p_value));
    contradicted("the laws of z", outcome.laws.p_value);
    for coverage in outcome.coverage.iter().filter(|coverage| coverage.intervals.trials > 0) {
        contradicted(&format!("the {} % intervals", 100.0 * coverage.nominal), Some(coverage.p_value));
    }
    match &outcome.wrong_simulator {
        Some(wrong) if wrong.refuted.hits == wrong.refuted.trials => {}
        Some(_) if outcome.budget < 1.0 => causes.push((
            Verdict::Inconclusive,
            "the wrong simulator was not refuted in every run at this budget".to_owned(),
        )),
        Some(_) => causes.push((Verdict::Refuted, "the wrong simulator was not refuted in every run".to_owned())),
        None => causes.push((Verdict::Inconclusive, "there is no wrong simulator".to_owned())),
    }
    if outcome.seeds < FEWEST_SEEDS {
        causes.push((Verdict::Inconclusive, format!("fewer than {FEWEST_SEEDS} seeds test no law")));
    } else if outcome.laws.tested == 0 {
        causes.push((Verdict::Inconclusive, "no comparison could be tested".to_owned()));
    }
    if outcome.partial {
        causes.push((Verdict::Inconclusive, "it was interrupted before the last seed".to_owned()));
    }
    let verdict = causes.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Confirmed);
    (verdict, causes.into_iter().map(|(_, cause)| cause).collect())
}

#[cfg(test)]
mod tests;
