//! Checks by simulation: the risk itself, its limit by a ladder of sizes, and its minimiser.

use super::score::BATCHES as SCORE_BATCHES;
use super::{Body, Case, Check, Context, Finding, Tier};
use crate::optimum::BATCHES;
use crate::outcome::{Kind, Verdict};
use crate::stats::compare::{Comparison, Estimate, compare};
use crate::stats::ladder::{Rung, extrapolate};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// The simulated risk of every case; the finding is the worst case's.
    Risk,
    /// The minimiser of the simulated risk of every case (common random numbers over the weights).
    Minimiser,
    /// Ratios of simulated to expected risks over a ladder of sizes, extrapolated by a polynomial of this degree in 1/n: they tend to
    /// 1. Two comparisons: the limit, and chi-squared of the fit where rungs are left over (a wrong order of the gap).
    RiskLadder(usize),
    /// As that, of the minimisers.
    MinimiserLadder(usize),
    /// Where the slope of the simulated risk vanishes, by a difference of this step at the expected optimal weight.
    Score(f64),
    /// The curvature of the simulated risk there over theory's, by a second difference of this step.
    Curvature(f64),
}

/// A check by simulation.
pub struct Sampled {
    /// What is compared.
    pub form: Form,
    /// Replicates of a case in the quick tier.
    pub replicates: u64,
    /// Margin of the relative error in the quick tier.
    pub margin: f64,
    /// Cases; the rungs of a ladder.
    pub cases: Vec<Case>,
}

impl Sampled {
    /// Number of statistical comparisons: each takes its share of the false-alarm rate.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        match self.form {
            Form::Risk | Form::Minimiser | Form::Score(_) | Form::Curvature(_) => self.cases.len(),
            Form::RiskLadder(_) | Form::MinimiserLadder(_) => 2,
        }
    }

    /// The same check with each case replaced.
    #[must_use]
    pub fn with_cases(&self, replaced: impl Fn(&Case) -> Case) -> Self {
        Self { cases: self.cases.iter().map(replaced).collect(), ..*self }
    }

    /// Simulates every case.
    #[must_use]
    pub fn estimate(&self, context: &Context) -> Vec<Estimated> {
        let replicates = context.tier.replicates(self.replicates);
        let estimate = |(case, cell): (&Case, u64)| match self.form {
            Form::Risk | Form::RiskLadder(_) => case.simulate_cell(context, cell, replicates),
            Form::Minimiser | Form::MinimiserLadder(_) => {
                case.minimise(context, cell, replicates).map(|found| (found.estimate(), 0))
            }
            Form::Score(step) => case.score(context, cell, replicates, step),
            Form::Curvature(step) => case.curvature(context, cell, replicates, step),
        };
        self.cases.iter().zip(0..).map(estimate).collect()
    }

    /// The same check with this share of its replicates, at least two for each batch where there are batches.
    #[must_use]
    pub fn at_budget(&self, budget: f64) -> Self {
        let batches = if matches!(self.form, Form::Score(_) | Form::Curvature(_)) { SCORE_BATCHES } else { BATCHES };
        let replicates = ((self.replicates as f64 * budget).ceil() as u64).max(2 * batches);
        Self { replicates, ..self.with_cases(Clone::clone) }
    }

    /// Where it compares, in the order of [`Sampled::compared`].
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        match self.form {
            Form::Risk | Form::Minimiser | Form::Score(_) | Form::Curvature(_) => {
                self.cases.iter().map(|case| case.cell.to_string()).collect()
            }
            Form::RiskLadder(_) | Form::MinimiserLadder(_) => vec!["limit of the ladder".to_owned()],
        }
    }

    /// Compares the cases' estimates, or the limit of a ladder of them, with what is expected; or says why it cannot.
    #[must_use]
    pub fn compared(&self, context: &Context, estimates: &[Estimated]) -> Vec<Result<Compared, String>> {
        match self.form {
            Form::Risk | Form::Minimiser | Form::Score(_) | Form::Curvature(_) => {
                let cases = self.cases.iter().zip(estimates);
                cases.map(|(case, estimated)| self.compared_case(context, case, estimated)).collect()
            }
            Form::RiskLadder(degree) | Form::MinimiserLadder(degree) => {
                vec![self.extrapolated(context, degree, estimates)]
            }
        }
    }

    /// The finding of the worst comparison.
    #[must_use]
    pub fn judge(&self, context: &Context, estimates: &[Estimated]) -> Finding {
        worst(self.compared(context, estimates))
    }

    /// A case's estimate against its expected value.
    fn compared_case(&self, context: &Context, case: &Case, estimated: &Estimated) -> Result<Compared, String> {
        let (replicates, margin) = (context.tier.replicates(self.replicates), context.tier.margin(self.margin));
        let what = match self.form {
            Form::Score(_) => "the slope vanishes at",
            Form::Curvature(_) => "curvature over theory's",
            Form::Minimiser | Form::MinimiserLadder(_) => "minimiser",
            Form::Risk | Form::RiskLadder(_) => "simulated",
        };
        let (estimate, failed) = estimated.as_ref().map_err(String::clone)?;
        let expected = if matches!(self.form, Form::Curvature(_)) { 1.0 } else { case.expected };
        let words = format!(
            "{}: {what} {:.6e} ± {:.1e}, theory {:.6e}, {replicates} replicates{}",
            case.cell,
            estimate.value,
            estimate.std_error,
            expected,
            failures(*failed)
        );
        let comparison = compare(estimate, expected, margin, &context.family);
        Ok(Compared { estimate: *estimate, comparison, words })
    }
}

/// One statistical comparison: what was estimated, what the rule says of it, and the words that name both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The estimate; of a ladder the extrapolated ratio, which is expected to be 1.
    pub estimate: Estimate,
    /// The comparison with the expected value.
    pub comparison: Comparison,
    /// Both sides in words.
    pub words: String,
}

/// An estimate with the number of failed fits, or why there is none.
pub type Estimated = Result<(Estimate, u64), String>;

/// Simulated risk against the expected one in every case.
pub fn simulation(name: &'static str, replicates: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Simulation, Sampled { form: Form::Risk, replicates, margin, cases })
}

/// Minimiser of the simulated risk against the expected optimal weight.
pub fn optimum(name: &'static str, replicates: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, Sampled { form: Form::Minimiser, replicates, margin, cases })
}

/// Where the slope of the simulated risk vanishes against the expected optimal weight, see [`Form::Score`]; cases with a curve.
pub fn score(name: &'static str, replicates: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, Sampled { form: Form::Score(step), replicates, margin, cases })
}

/// The curvature of the simulated risk at the optimal weight against theory's, see [`Form::Curvature`]; cases with a curve.
pub fn curvature(name: &'static str, replicates: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, Sampled { form: Form::Curvature(step), replicates, margin, cases })
}

/// Risks of a ladder of sizes over their limit law, see [`Form::RiskLadder`].
pub fn ladder(name: &'static str, replicates: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Ladder, Sampled { form: Form::RiskLadder(degree), replicates, margin, cases })
}

/// Minimisers of a ladder of sizes over the limit's optimal weight, see [`Form::MinimiserLadder`].
pub fn optimum_ladder(name: &'static str, replicates: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, Sampled { form: Form::MinimiserLadder(degree), replicates, margin, cases })
}

fn sampled(name: &'static str, kind: Kind, sampled: Sampled) -> Check {
    Check { name, kind, tier: Tier::Quick, body: Body::Sampled(sampled) }
}

/// The number of failed fits, where there are any.
fn failures(failed: u64) -> String {
    if failed == 0 { String::new() } else { format!(", {failed} of them with a failed fit") }
}

/// The finding of the worst of several comparisons: by verdict, then by |z|; a case that could not be made is reported
/// unless another one is refuted.
fn worst(compared: Vec<Result<Compared, String>>) -> Finding {
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
        Some(Compared { comparison, words, .. }) if causes.is_empty() || comparison.verdict == Verdict::Refuted => {
            let words = if count == 1 { words } else { format!("worst of {count}: {words}") };
            Finding { detectable_effect: Some(detectable), ..Finding::compared(&comparison, &words) }
        }
        _ => Finding::inconclusive(causes.join("; ")),
    }
}

impl Sampled {
    /// The estimates at the rungs over their expected values, extrapolated and compared with 1.
    fn extrapolated(&self, context: &Context, degree: usize, estimates: &[Estimated]) -> Result<Compared, String> {
        let simulated: Result<Vec<(Rung, u64)>, String> = self
            .cases
            .iter()
            .zip(estimates)
            .map(|(case, estimated)| {
                let (estimate, failed) = estimated.as_ref().map_err(String::clone)?;
                let [value, std_error] = [estimate.value, estimate.std_error].map(|x| x / case.expected);
                let size = case.cell.rows.real as f64;
                Ok((Rung { size, estimate: Estimate { value, std_error, ..*estimate } }, *failed))
            })
            .collect();
        let (simulated, failed): (Vec<Rung>, Vec<u64>) = simulated?.into_iter().unzip();
        let failed = failures(failed.iter().sum());
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
        let words = format!(
            "simulated / limit {}; extrapolated {:.5} ± {:.5}, gap {:+.2}/n, chi-squared {:.2} on {}{failed}",
            ratios.join(", "),
            fit.limit.value,
            fit.limit.std_error,
            fit.coefficients.first().copied().unwrap_or(0.0),
            fit.chi_squared,
            fit.spare
        );
        if !context.family.chi_squared_within(fit.chi_squared, fit.spare) {
            return Err(format!("{words}; the gap is not of the fitted form"));
        }
        let comparison = compare(&fit.limit, 1.0, context.tier.margin(self.margin), &context.family);
        Ok(Compared { estimate: fit.limit, comparison, words })
    }
}
