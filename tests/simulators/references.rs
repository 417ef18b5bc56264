//! Every simulator against another implementation of the same setting: `tests/references/simulators.py`, in NumPy.
//!
//! The script was written from the description of the setting, not from this program; no law of the theory has a part on
//! either side. Its risks are in `simulators.csv`.

use goldenweight::{
    adult::Table,
    catalogue,
    outcome::Verdict,
    reference::{Reference, references},
    simulate::{
        Simulator,
        adult::AdultLogistic,
        categorical::{CategoricalRows, CategoricalSufficient},
        cdf::CdfRows,
        engine::{Outcome, Plan, Record, ScheduleKind, Weights},
        gaussian::{GaussianRows, GaussianSufficient},
        kde::KdeRows,
        linear::{LinearRows, LinearSufficient},
        logistic::Logistic,
        poisson::Poisson,
    },
    stats::{
        compare::{Estimate, MAX_SKEWNESS, compare},
        family::{FAMILY_FALSE_ALARM, Family},
    },
};
use nalgebra::{DMatrix, DVector};

use crate::run;

/// Fixed, so that the test has the same result every time.
const SEED: u64 = 20_250_218;

/// A relative difference of this size must be found with 99 % power; on the Adult table, whose losses vary more, one of twice the size.
const DETECTABLE: f64 = 0.03;

/// What the test does with a reference.
trait Tested: Sized {
    /// Whether one chain yields the loss of both lines.
    fn same_chain(&self, other: &Self) -> bool;
    /// What comes out of each simulator of the model.
    fn simulate(&self, cell: u64, replicates: u64) -> Vec<(&'static str, Outcome)>;
    /// Relative difference that must be found with 99 % power.
    fn detectable(&self) -> f64;
    /// Replicates that find it, by the reference's own variance.
    fn replicates(&self) -> u64;
    /// The mean loss of this model.
    fn estimate(&self, outcome: &Outcome) -> Estimate;
}

impl Tested for Reference {
    fn same_chain(&self, other: &Self) -> bool {
        let chain = |model: &str| model.split('-').next().map(str::to_owned);
        chain(self.model) == chain(other.model)
            && (self.rows, self.weight, self.generation) == (other.rows, other.weight, other.generation)
            && (self.schedule, &self.truth) == (other.schedule, &other.truth)
    }

    fn simulate(&self, cell: u64, replicates: u64) -> Vec<(&'static str, Outcome)> {
        let (rows, truth) = (self.rows, self.truth.as_slice());
        let plan = |experiment| Plan {
            seed: SEED,
            experiment,
            cell,
            replicates: 0..replicates,
            schedule: self.schedule,
            record: Record::At(vec![self.generation]),
        };
        type Found = (&'static str, Outcome);
        fn by_rows<S: Simulator>(simulator: &S, (plan, weight): &(impl Fn(u64) -> Plan, Weights)) -> Found {
            ("rows", run(simulator, &plan(500), weight))
        }
        fn by_statistics<S: Simulator>(simulator: &S, (plan, weight): &(impl Fn(u64) -> Plan, Weights)) -> Found {
            ("sufficient", run(simulator, &plan(501), weight))
        }
        let plan = &(plan, Weights::Constant(self.weight));
        match self.model {
            "gaussian-mean" | "gaussian-covariance" => {
                let p = truth.len().isqrt();
                let sigma = DMatrix::from_row_slice(p, p, truth);
                vec![
                    by_rows(&GaussianRows::new(sigma.clone(), rows), plan),
                    by_statistics(&GaussianSufficient::new(sigma, rows), plan),
                ]
            }
            "linear" => {
                let (&noise_variance, beta) = truth.split_last().expect("the variance of the noise");
                let beta = DVector::from_column_slice(beta);
                vec![
                    by_rows(&LinearRows::new(&beta, noise_variance, rows), plan),
                    by_statistics(&LinearSufficient::new(&beta, noise_variance, rows), plan),
                ]
            }
            "logistic" => vec![by_rows(&Logistic::new(DVector::from_column_slice(truth), rows), plan)],
            "poisson" => vec![by_rows(&Poisson::new(DVector::from_column_slice(truth), rows), plan)],
            "cdf" => vec![by_rows(&CdfRows::new(rows), plan)],
            "kde" => vec![by_rows(&KdeRows::new(truth[0], rows), plan)],
            "categorical" => vec![
                by_rows(&CategoricalRows::new(truth.to_vec(), rows), plan),
                by_statistics(&CategoricalSufficient::new(truth.to_vec(), rows), plan),
            ],
            _ => vec![by_rows(&AdultLogistic::new(Table::embedded(), rows), plan)],
        }
    }

    fn detectable(&self) -> f64 {
        if self.model.starts_with("adult") { 2.0 * DETECTABLE } else { DETECTABLE }
    }

    fn replicates(&self) -> u64 {
        let Estimate { value, std_error, degrees, .. } = self.risk;
        // The standard error must be the difference over 6.5 (the bound on |z| plus 2.33 for the power); 7 leaves 7 % to spare.
        let left = (self.detectable() / 7.0 * value).powi(2) - std_error * std_error;
        assert!(left > 0.0, "the reference is too imprecise: {}", self.line);
        (std_error * std_error * degrees / left).ceil() as u64
    }

    fn estimate(&self, outcome: &Outcome) -> Estimate {
        assert_eq!(outcome.failed_fits, 0, "{}", self.line);
        let second = matches!(self.model, "gaussian-covariance" | "adult-standardised");
        (&outcome.moments[0][usize::from(second)]).into()
    }
}

#[test]
fn risks_are_those_of_an_independent_implementation() {
    let references = references();
    // The variance is the covariance in one dimension.
    for model in catalogue::ALL.into_iter().filter(|model| model.name != "gaussian-variance") {
        let cells = references.iter().filter(|reference| reference.model == model.name);
        assert!(cells.filter(|cell| cell.rows.real != cell.rows.synthetic).count() >= 2, "{model}");
    }
    assert!(references.iter().any(|reference| reference.schedule == ScheduleKind::Fixed));

    let mut found = Vec::new();
    for (cell, lines) in (0..).zip(references.chunk_by(Reference::same_chain)) {
        let replicates = lines.iter().map(Reference::replicates).max().expect("a line");
        for (kind, outcome) in lines[0].simulate(cell, replicates) {
            found.extend(lines.iter().map(|line| (line, kind, line.estimate(&outcome))));
        }
    }
    let family = Family::new(FAMILY_FALSE_ALARM, found.len());
    let mut refused = Vec::new();
    for (reference, kind, estimate) in &found {
        // Without a margin; instead the detectable difference is asserted.
        let comparison = compare(&estimate.against(&reference.risk), reference.risk.value, f64::INFINITY, &family);
        let report = format!(
            "{kind}: {:.6e} ± {:.1e}, z = {:.2} (bound {:.2}), relative error {:.2} %, detectable {:.2} %: {}",
            estimate.value,
            estimate.std_error,
            comparison.z,
            comparison.bound,
            100.0 * comparison.relative_error,
            100.0 * comparison.detectable_effect,
            reference.line
        );
        println!("{report}");
        let skewed = [estimate, &reference.risk].iter().any(|e| e.skewness.abs() > MAX_SKEWNESS);
        let agrees = comparison.verdict == Verdict::Confirmed
            && comparison.detectable_effect <= reference.detectable()
            && !skewed;
        if !agrees {
            refused.push(report);
        }
    }
    assert!(refused.is_empty(), "of {} comparisons:\n{}", found.len(), refused.join("\n"));
}
