//! Checks by simulation: the risk itself, its limit by a ladder of sizes, and its minimiser.

use super::looks::{LOOKS, Series};
use super::{Body, Case, Check, Context, Finding, Tier};
use crate::outcome::{ComparisonOutcome, Kind, Verdict};
use crate::stats::compare::{Comparison, Estimate, compare};
use crate::stats::ladder::{Rung, extrapolate, gap_order};

/// What is estimated at a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// The simulated risk.
    Risk,
    /// The minimiser of the simulated risk (common random numbers over the weights).
    Minimiser,
    /// Where the slope of the simulated risk vanishes, by a difference of this step at the expected optimal weight.
    Slope(f64),
    /// The curvature of the simulated risk there over theory's, by a second difference of this step.
    Curvature(f64),
}

/// What is compared: a quantity at every case, or the limit of its ratio to the expected one over a ladder of sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Form {
    /// What is estimated.
    pub quantity: Quantity,
    /// Degree of the polynomial in 1/n by which the ratios of a ladder are extrapolated to 1. A chi-squared of the fit takes a share of the
    /// error rate of its own (a gap of another form).
    pub ladder: Option<usize>,
}

/// A check by simulation.
pub struct Sampled {
    /// What is compared.
    pub form: Form,
    /// Most replicates of a case in the quick tier, see [`super::looks`].
    pub cap: u64,
    /// Margin of the relative error in the quick tier.
    pub margin: f64,
    /// Cases; the rungs of a ladder.
    pub cases: Vec<Case>,
}

impl Sampled {
    /// Number of statistical comparisons: each takes its share of the false-alarm rate.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        if self.form.ladder.is_some() { 2 } else { self.cases.len() }
    }

    /// The same check with each case replaced.
    #[must_use]
    pub fn with_cases(&self, replaced: impl Fn(&Case) -> Case) -> Self {
        Self { cases: self.cases.iter().map(replaced).collect(), ..*self }
    }

    /// The same check with this share of its replicates, at least two for each batch where there are batches.
    #[must_use]
    pub fn at_budget(&self, budget: f64) -> Self {
        let cap = ((self.cap as f64 * budget).ceil() as u64).max(2 * self.form.quantity.batches(LOOKS - 1));
        Self { cap, ..self.with_cases(Clone::clone) }
    }

    /// Where it compares, in the order of [`Sampled::series`].
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        match self.form.ladder {
            None => self.cases.iter().map(|case| case.cell.to_string()).collect(),
            Some(_) => vec!["limit of the ladder".to_owned()],
        }
    }

    /// Compares what has been drawn at a look, or the limit of a ladder of it, with what is expected; or says why it cannot.
    pub(super) fn compared(&self, context: &Context, series: &mut Series, look: u32) -> Result<Compared, String> {
        let cases = &self.cases[series.cases.clone()];
        let estimates = series.at(self, context, look);
        match (self.form.ladder, cases, estimates) {
            (Some(degree), _, _) => self.extrapolated(context, degree, cases, estimates),
            (None, [case], [estimated]) => self.compared_case(context, case, estimated),
            (None, _, _) => Err("not one case".to_owned()),
        }
    }

    /// A case's estimate against its expected value.
    fn compared_case(&self, context: &Context, case: &Case, estimated: &Estimated) -> Result<Compared, String> {
        let what = match self.form.quantity {
            Quantity::Slope(_) => "the slope vanishes at",
            Quantity::Curvature(_) => "curvature over theory's",
            Quantity::Minimiser => "minimiser",
            Quantity::Risk => "simulated",
        };
        let source = if case.reference.is_some() { "the other implementation" } else { "theory" };
        let Sample { estimate, replicates, failed } = estimated.as_ref().map_err(String::clone)?;
        let expected = if matches!(self.form.quantity, Quantity::Curvature(_)) { 1.0 } else { case.expected };
        let words = format!(
            "{}: {what} {:.6e} ± {:.1e}, {source} {:.6e}, {replicates} replicates{}",
            case.cell,
            estimate.value,
            estimate.std_error,
            expected,
            failures(*failed)
        );
        let comparison = compare(estimate, expected, context.tier.margin(self.margin), &context.family);
        Ok(Compared { estimate: *estimate, comparison, replicates: *replicates, words })
    }
}

/// An estimate with what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The estimate.
    pub estimate: Estimate,
    /// Replicates drawn.
    pub replicates: u64,
    /// Of these, the ones that ended in a failed fit.
    pub failed: u64,
}

/// A sample, or why there is none.
pub type Estimated = Result<Sample, String>;

/// One statistical comparison: what was estimated, what the rule says of it, and the words that name both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The estimate; of a ladder the extrapolated ratio, which is expected to be 1.
    pub estimate: Estimate,
    /// The comparison with the expected value.
    pub comparison: Comparison,
    /// Replicates drawn for it.
    pub replicates: u64,
    /// Both sides in words.
    pub words: String,
}

impl Compared {
    /// As reports show it.
    pub(super) fn outcome(&self, place: String) -> ComparisonOutcome {
        let Comparison { z, bound, relative_error, interval, margin, detectable_effect, verdict, .. } = self.comparison;
        let (replicates, degrees) = (self.replicates, self.estimate.degrees);
        ComparisonOutcome {
            place,
            verdict,
            replicates,
            z,
            degrees,
            bound,
            relative_error,
            interval,
            margin,
            detectable_effect,
        }
    }
}

/// Simulated risk against the expected one in every case.
pub fn simulation(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Simulation, (Quantity::Risk, None), cap, margin, cases)
}

/// Minimiser of the simulated risk against the expected optimal weight.
pub fn optimum(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Minimiser, None), cap, margin, cases)
}

/// Where the slope of the simulated risk vanishes against the expected optimal weight, see [`Quantity::Slope`]; cases with a curve.
pub fn score(name: &'static str, cap: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Slope(step), None), cap, margin, cases)
}

/// The curvature of the simulated risk at the optimal weight against theory's, see [`Quantity::Curvature`]; cases with a curve.
pub fn curvature(name: &'static str, cap: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Curvature(step), None), cap, margin, cases)
}

/// Risks of a ladder of sizes over their limit law, see [`Form::ladder`].
pub fn ladder(name: &'static str, cap: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Ladder, (Quantity::Risk, Some(degree)), cap, margin, cases)
}

/// Minimisers of a ladder of sizes over the limit's optimal weight, see [`Form::ladder`].
pub fn optimum_ladder(name: &'static str, cap: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Minimiser, Some(degree)), cap, margin, cases)
}

/// Where the slope vanishes over a ladder of sizes, over the limit's optimal weight, see [`Form::ladder`]; cases with the limit's curve.
pub fn score_ladder(name: &'static str, cap: u64, margin: f64, step: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Slope(step), Some(degree)), cap, margin, cases)
}

fn sampled(
    name: &'static str,
    kind: Kind,
    (quantity, ladder): (Quantity, Option<usize>),
    cap: u64,
    margin: f64,
    cases: Vec<Case>,
) -> Check {
    let body = Body::Sampled(Sampled { form: Form { quantity, ladder }, cap, margin, cases });
    Check { name, kind, tier: Tier::Quick, body }
}

/// The number of failed fits, where there are any.
fn failures(failed: u64) -> String {
    if failed == 0 { String::new() } else { format!(", {failed} of them with a failed fit") }
}

/// The finding of the worst of several comparisons: by verdict, then by |z|; a case that could not be made is reported
/// unless another one is refuted.
pub(super) fn worst(compared: Vec<Result<Compared, String>>) -> Finding {
    let mut all: Vec<Compared> = Vec::new();
    let mut causes = Vec::new();
    if compared.is_empty() {
        causes.push("no case".to_owned());
    }
    for case in compared {
        match case {
            Ok(comparison) => all.push(comparison),
            Err(cause) => causes.push(cause),
        }
    }
    let detectable = all.iter().map(|c| c.comparison.detectable_effect).fold(0.0, f64::max);
    let count = all.len();
    let rank = |c: &Compared| (c.comparison.verdict, c.comparison.z.abs());
    let found = all.into_iter().max_by(|a, b| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
    match found {
        Some(Compared { comparison, replicates, words, .. })
            if causes.is_empty() || comparison.verdict == Verdict::Refuted =>
        {
            let words = if count == 1 { words } else { format!("worst of {count}: {words}") };
            Finding {
                detectable_effect: Some(detectable),
                replicates: Some(replicates),
                ..Finding::compared(&comparison, &words)
            }
        }
        _ => Finding::inconclusive(causes.join("; ")),
    }
}

impl Sampled {
    /// The estimates at the rungs over their expected values, extrapolated and compared with 1.
    fn extrapolated(
        &self,
        context: &Context,
        degree: usize,
        cases: &[Case],
        estimates: &[Estimated],
    ) -> Result<Compared, String> {
        let rung = |(case, estimated): (&Case, &Estimated)| {
            let Sample { estimate, failed, replicates } = estimated.as_ref().map_err(String::clone)?;
            let [value, std_error] = [estimate.value, estimate.std_error].map(|x| x / case.expected);
            let size = case.cell.rows.real as f64;
            Ok((Rung { size, estimate: Estimate { value, std_error, ..*estimate } }, *failed, *replicates))
        };
        let simulated: Result<Vec<(Rung, u64, u64)>, String> = cases.iter().zip(estimates).map(rung).collect();
        let simulated = simulated?;
        let failed = failures(simulated.iter().map(|(_, failed, _)| failed).sum());
        let replicates = simulated.first().map_or(0, |(_, _, replicates)| *replicates);
        let simulated: Vec<Rung> = simulated.into_iter().map(|(rung, _, _)| rung).collect();
        let Some(fit) = extrapolate(&simulated, degree) else {
            let values: Vec<_> = simulated.iter().map(|r| r.estimate).collect();
            return Err(format!(
                "no fit of degree {degree} in 1/n: fewer rungs than coefficients, or a value that is not a number: {values:?}"
            ));
        };
        let ratios: Vec<_> = simulated
            .iter()
            .map(|r| format!("{:.4} ± {:.4} at n = {}", r.estimate.value, r.estimate.std_error, r.size))
            .collect();
        let order = gap_order(&simulated, 1.0).map_or_else(
            || "order of the gap not resolved".to_owned(),
            |order| format!("gap of order {:.2} ± {:.2} in 1/n", order.value, order.std_error),
        );
        let words = format!(
            "simulated / limit {}; extrapolated {:.5} ± {:.5}, {order}, chi-squared {:.2} on {}, {replicates} replicates{failed}",
            ratios.join(", "),
            fit.limit.value,
            fit.limit.std_error,
            fit.chi_squared,
            fit.spare
        );
        let compared = |limit: Estimate, words| {
            let comparison = compare(&limit, 1.0, context.tier.margin(self.margin), &context.family);
            Compared { estimate: limit, comparison, replicates, words }
        };
        if context.family.chi_squared_within(fit.chi_squared, fit.spare) {
            return Ok(compared(fit.limit, words));
        }
        // A gap of another form says nothing of the limit, unless that is far off even with a standard error that makes chi-squared what it should be (Birge
        // 1932, Phys. Rev. 40, 207-227). It is a part of the refusals by chi-squared, whose share of the error rate it uses.
        let ratio = (fit.chi_squared / fit.spare as f64).sqrt();
        let words = format!("{words}; the gap is not of the fitted form");
        let wide = Estimate { std_error: fit.limit.std_error * ratio, ..fit.limit };
        let found = compared(wide, format!("{words}, and z is taken with {ratio:.1} times the standard error"));
        if found.comparison.verdict == Verdict::Refuted { Ok(found) } else { Err(words) }
    }
}
