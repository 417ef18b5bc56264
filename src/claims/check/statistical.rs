//! Checks by simulation: the risk itself, its limit by a ladder of sizes, and its minimiser.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Check, Context, Finding, Tier};
use crate::optimum::{BATCHES, Optimum, minimise_batches};
use crate::outcome::{Kind, Verdict};
use crate::simulate::Simulator;
use crate::simulate::engine::{self, Outcome, Plan, RealRows, Record, Weights};
use crate::stats::compare::{Comparison, Estimate, compare};
use crate::stats::ladder::{Rung, extrapolate};

/// Share of replicates that may end in a failed fit: above it the mean over the others says nothing about the risk.
const FAILED_SHARE: f64 = 1e-4;

/// A simulator at one cell of a design, with what theory expects there.
pub struct Case {
    label: String,
    run: Box<dyn Fn(&Plan) -> Outcome + Send + Sync>,
    loss: usize,
    weights: Weights,
    real_rows: RealRows,
    record: Record,
    expected: f64,
}

impl Case {
    /// The loss of index `loss` of `simulator` at the constant weight `weight`; `expected` is what theory says of the
    /// recorded mean.
    pub fn new<S>(
        label: impl Into<String>,
        simulator: S,
        loss: usize,
        weight: f64,
        record: Record,
        expected: f64,
    ) -> Self
    where
        S: Simulator + Send + 'static,
    {
        Self {
            label: label.into(),
            run: Box::new(move |plan| engine::run(&simulator, plan, &|_| ())),
            loss,
            weights: Weights::Constant(weight),
            real_rows: RealRows::Fresh,
            record,
            expected,
        }
    }

    /// The same with a weight for each generation.
    #[must_use]
    pub fn with_weights(self, weights: Vec<f64>) -> Self {
        Self { weights: Weights::Sequence(weights), ..self }
    }

    /// The same with the real rows of generation 0 at every generation.
    #[must_use]
    pub fn with_fixed_rows(self) -> Self {
        Self { real_rows: RealRows::Fixed, ..self }
    }

    /// The same for an [`optimum`] check, where the weight varies and `expected` is the optimal one.
    pub fn minimised<S>(label: impl Into<String>, simulator: S, loss: usize, record: Record, expected: f64) -> Self
    where
        S: Simulator + Send + 'static,
    {
        Self::new(label, simulator, loss, 1.0, record, expected)
    }

    /// Simulates the recorded mean in one cell of the check's streams; the second number is that of the failed fits.
    fn simulate(
        &self,
        context: &Context,
        cell: u64,
        replicates: u64,
        weights: Weights,
    ) -> Result<(Estimate, u64), String> {
        let plan = Plan {
            seed: context.seed,
            experiment: context.experiment,
            cell,
            replicates,
            weights,
            real_rows: self.real_rows,
            record: self.record.clone(),
        };
        let outcome = (self.run)(&plan);
        let failed = outcome.failed_fits;
        if failed as f64 > FAILED_SHARE * replicates as f64 {
            return Err(format!("{}: {failed} of {replicates} fits failed", self.label));
        }
        let moments = outcome.moments.last().and_then(|losses| losses.get(self.loss));
        moments.map(|moments| (moments.into(), failed)).ok_or_else(|| format!("{}: no such loss", self.label))
    }

    /// Minimises the simulated risk over the weight, in the cells that belong to case `index`.
    fn minimise(&self, context: &Context, index: usize, replicates: u64) -> Result<Optimum, String> {
        let failures = AtomicU64::new(0);
        let risk = |batch: u64, weight: f64| {
            let cell = index as u64 * BATCHES + batch;
            let simulated = self.simulate(context, cell, replicates / BATCHES, Weights::Constant(weight));
            simulated.map_or_else(
                |_| {
                    failures.fetch_add(1, Ordering::Relaxed);
                    f64::NAN
                },
                |(estimate, _)| estimate.value,
            )
        };
        let found = minimise_batches(&risk, BATCHES, (0.0, 1.0));
        match failures.into_inner() {
            0 if found.converged => Ok(found),
            0 => Err(format!("{}: the solver did not converge", self.label)),
            failed => Err(format!(
                "{}: too many fits failed in {failed} of {} evaluations of a batch",
                self.label, found.evaluations
            )),
        }
    }
}

/// Simulated risk against the expected one in every case; the finding is the worst case's.
pub fn simulation(name: &'static str, replicates: u64, margin: f64, cases: Vec<Case>) -> Check {
    let comparisons = cases.len();
    let run = move |context: &Context| {
        let (replicates, margin) = (context.tier.replicates(replicates), context.tier.margin(margin));
        let compared = cases.iter().enumerate().map(|(cell, case)| {
            let (estimate, failed) = case.simulate(context, cell as u64, replicates, case.weights.clone())?;
            let comparison = compare(&estimate, case.expected, margin, &context.family);
            let words = format!(
                "{}: simulated {:.6e} ± {:.1e}, theory {:.6e}, {replicates} replicates{}",
                case.label,
                estimate.value,
                estimate.std_error,
                case.expected,
                failures(failed)
            );
            Ok((comparison, words))
        });
        worst(compared)
    };
    Check { name, kind: Kind::Simulation, tier: Tier::Quick, comparisons, run: Box::new(run) }
}

/// The number of failed fits, where there are any.
fn failures(failed: u64) -> String {
    if failed == 0 { String::new() } else { format!(", {failed} of them with a failed fit") }
}

/// The finding of the worst of several comparisons: by verdict, then by |z|; a case that could not be made is reported
/// unless another one is refuted.
fn worst(compared: impl Iterator<Item = Result<(Comparison, String), String>>) -> Finding {
    let mut all: Vec<(Comparison, String)> = Vec::new();
    let mut causes = Vec::new();
    let mut compared = compared.peekable();
    if compared.peek().is_none() {
        causes.push("no case".to_owned());
    }
    for case in compared {
        match case {
            Ok(comparison) => all.push(comparison),
            Err(cause) => causes.push(cause),
        }
    }
    let detectable = all.iter().map(|(c, _)| c.detectable_effect).fold(0.0, f64::max);
    let count = all.len();
    let rank = |c: &Comparison| (c.verdict, c.z.abs());
    let found =
        all.into_iter().max_by(|(a, _), (b, _)| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
    match found {
        Some((comparison, words)) if causes.is_empty() || comparison.verdict == Verdict::Refuted => {
            let words = if count == 1 { words } else { format!("worst of {count}: {words}") };
            Finding { detectable_effect: Some(detectable), ..Finding::compared(&comparison, &words) }
        }
        _ => Finding::inconclusive(causes.join("; ")),
    }
}

/// Risks of a ladder of sizes over their limit law, extrapolated by a polynomial of degree `degree` in 1/n: they tend to 1.
///
/// `rungs` are `(n, case)`; the expected value of each case is the limit risk at its size. Two comparisons: the limit, and
/// chi-squared of the fit where rungs are left over (a wrong order of the gap).
pub fn ladder(name: &'static str, replicates: u64, margin: f64, degree: usize, rungs: Vec<(f64, Case)>) -> Check {
    let run = move |context: &Context| {
        let replicates = context.tier.replicates(replicates);
        let at = |cell: usize, case: &Case| case.simulate(context, cell as u64, replicates, case.weights.clone());
        extrapolated(context, margin, degree, &rungs, at)
    };
    Check { name, kind: Kind::Ladder, tier: Tier::Quick, comparisons: 2, run: Box::new(run) }
}

/// As [`ladder`], of the minimisers of the simulated risk over the limit's optimal weight.
pub fn optimum_ladder(
    name: &'static str,
    replicates: u64,
    margin: f64,
    degree: usize,
    rungs: Vec<(f64, Case)>,
) -> Check {
    let run = move |context: &Context| {
        let replicates = context.tier.replicates(replicates);
        let at = |cell: usize, case: &Case| case.minimise(context, cell, replicates).map(|found| (found.estimate(), 0));
        extrapolated(context, margin, degree, &rungs, at)
    };
    Check { name, kind: Kind::Optimum, tier: Tier::Quick, comparisons: 2, run: Box::new(run) }
}

/// The estimates at the rungs over their expected values, extrapolated and compared with 1.
fn extrapolated(
    context: &Context,
    margin: f64,
    degree: usize,
    rungs: &[(f64, Case)],
    at: impl Fn(usize, &Case) -> Result<(Estimate, u64), String>,
) -> Finding {
    let simulated: Result<Vec<(Rung, u64)>, String> = rungs
        .iter()
        .enumerate()
        .map(|(cell, (size, case))| {
            let (estimate, failed) = at(cell, case)?;
            let [value, std_error] = [estimate.value, estimate.std_error].map(|x| x / case.expected);
            Ok((Rung { size: *size, estimate: Estimate { value, std_error, ..estimate } }, failed))
        })
        .collect();
    let simulated = match simulated {
        Ok(simulated) => simulated,
        Err(cause) => return Finding::inconclusive(cause),
    };
    let (simulated, failed): (Vec<Rung>, Vec<u64>) = simulated.into_iter().unzip();
    let failed = failures(failed.iter().sum());
    let Some(fit) = extrapolate(&simulated, degree) else {
        let values: Vec<_> = simulated.iter().map(|r| r.estimate).collect();
        return Finding::inconclusive(format!(
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
        return Finding::inconclusive(format!("{words}; the gap is not of the fitted form"));
    }
    let margin = context.tier.margin(margin);
    Finding::compared(&compare(&fit.limit, 1.0, margin, &context.family), &words)
}

/// Minimiser of the simulated risk (common random numbers over the weights) against the expected optimal weight.
pub fn optimum(name: &'static str, replicates: u64, margin: f64, cases: Vec<Case>) -> Check {
    let comparisons = cases.len();
    let run = move |context: &Context| {
        let (replicates, margin) = (context.tier.replicates(replicates), context.tier.margin(margin));
        let compared = cases.iter().enumerate().map(|(cell, case)| {
            let found = case.minimise(context, cell, replicates)?;
            let comparison = compare(&found.estimate(), case.expected, margin, &context.family);
            let words = format!(
                "{}: minimiser {:.5} ± {:.5}, theory {:.5}, {replicates} replicates, {} evaluations",
                case.label, found.weight, found.std_error, case.expected, found.evaluations
            );
            Ok((comparison, words))
        });
        worst(compared)
    };
    Check { name, kind: Kind::Optimum, tier: Tier::Quick, comparisons, run: Box::new(run) }
}
