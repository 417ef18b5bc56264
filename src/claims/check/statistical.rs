//! Checks by simulation: the risk itself, its limit by a ladder of sizes, and its minimiser.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Body, Check, Context, Finding, Tier};
use crate::experiment::Rows;
use crate::optimum::{BATCHES, Optimum, minimise_batches};
use crate::outcome::{Kind, Verdict};
use crate::simulate::Simulator;
use crate::simulate::engine::{self, Outcome, Plan, RealRows, Record, Weights};
use crate::stats::compare::{Comparison, Estimate, compare};
use crate::stats::ladder::{Rung, extrapolate};

/// Share of replicates that may end in a failed fit: above it the mean over the others says nothing about the risk.
const FAILED_SHARE: f64 = 1e-4;

/// A place of a design: the rows per generation, the dimension (coefficients, categories), the weights, what is recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Rows per generation; ladders are ordered by the real ones.
    pub rows: Rows,
    /// Dimension.
    pub dim: usize,
    /// Weights; none where they are searched for.
    pub weights: Option<Weights>,
    /// What is recorded.
    pub record: Record,
    name: &'static str,
}

impl Cell {
    /// A place at a constant weight.
    #[must_use]
    pub const fn new(rows: Rows, dim: usize, weight: f64, record: Record) -> Self {
        Self { rows, dim, weights: Some(Weights::Constant(weight)), record, name: "" }
    }

    /// A place whose optimal weight is searched for.
    #[must_use]
    pub const fn minimised(rows: Rows, dim: usize, record: Record) -> Self {
        Self { rows, dim, weights: None, record, name: "" }
    }

    /// The same with a weight for each generation.
    #[must_use]
    pub fn with_weights(self, weights: Vec<f64>) -> Self {
        Self { weights: Some(Weights::Sequence(weights)), ..self }
    }

    /// The same under a name that stands before its numbers.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "{}, ", self.name)?;
        }
        write!(f, "n = {}, m = {}, p = {}", self.rows.real, self.rows.synthetic, self.dim)?;
        match &self.weights {
            // Six digits tell the weights of the claims apart.
            Some(Weights::Constant(w)) => write!(f, ", w = {}", (w * 1e6).round() / 1e6)?,
            Some(Weights::Sequence(_)) => write!(f, ", changing weights")?,
            None => {}
        }
        match &self.record {
            Record::At(generations) => write!(f, ", t = {}", generations[generations.len() - 1]),
            Record::Average { from, until } => write!(f, ", t = {from}..{}", until - 1),
        }
    }
}

/// A simulator at a cell, with what theory expects there.
pub struct Case {
    cell: Cell,
    run: Arc<dyn Fn(&Plan) -> Outcome + Send + Sync>,
    loss: usize,
    real_rows: RealRows,
    expected: f64,
}

impl Case {
    /// The loss of index `loss` of `simulator`; `expected` is what theory says of the recorded mean, or of the optimal weight where
    /// the cell has none.
    pub fn new<S: Simulator + Send + 'static>(cell: Cell, simulator: S, loss: usize, expected: f64) -> Self {
        let run = Arc::new(move |plan: &Plan| engine::run(&simulator, plan, &|_| ()));
        Self { cell, run, loss, real_rows: RealRows::Fresh, expected }
    }

    /// The same with the real rows of generation 0 at every generation.
    #[must_use]
    pub fn with_fixed_rows(self) -> Self {
        Self { real_rows: RealRows::Fixed, ..self }
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
            record: self.cell.record.clone(),
        };
        let outcome = (self.run)(&plan);
        let failed = outcome.failed_fits;
        if failed as f64 > FAILED_SHARE * replicates as f64 {
            return Err(format!("{}: {failed} of {replicates} fits failed", self.cell));
        }
        let moments = outcome.moments.last().and_then(|losses| losses.get(self.loss));
        moments.map(|moments| (moments.into(), failed)).ok_or_else(|| format!("{}: no such loss", self.cell))
    }

    /// As [`Case::simulate`] at the cell's own weights.
    fn simulate_cell(&self, context: &Context, cell: u64, replicates: u64) -> Result<(Estimate, u64), String> {
        let weights = self.cell.weights.clone().ok_or_else(|| format!("{}: no weight", self.cell))?;
        self.simulate(context, cell, replicates, weights)
    }

    /// Minimises the simulated risk over the weight, in the cells that belong to case `index`.
    fn minimise(&self, context: &Context, index: u64, replicates: u64) -> Result<Optimum, String> {
        let failures = AtomicU64::new(0);
        let risk = |batch: u64, weight: f64| {
            let cell = index * BATCHES + batch;
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
            0 => Err(format!("{}: the solver did not converge", self.cell)),
            failed => Err(format!(
                "{}: too many fits failed in {failed} of {} evaluations of a batch",
                self.cell, found.evaluations
            )),
        }
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            Form::Risk | Form::Minimiser => self.cases.len(),
            Form::RiskLadder(_) | Form::MinimiserLadder(_) => 2,
        }
    }

    /// Runs it.
    #[must_use]
    pub fn run(&self, context: &Context) -> Finding {
        let replicates = context.tier.replicates(self.replicates);
        let risk = |cell, case: &Case| case.simulate_cell(context, cell, replicates);
        let minimiser = |cell, case: &Case| {
            let found = case.minimise(context, cell, replicates)?;
            Ok((found.estimate(), 0))
        };
        match self.form {
            Form::Risk => self.worst(context, replicates, &risk),
            Form::Minimiser => self.worst(context, replicates, &minimiser),
            Form::RiskLadder(degree) => self.extrapolated(context, degree, &risk),
            Form::MinimiserLadder(degree) => self.extrapolated(context, degree, &minimiser),
        }
    }

    /// Every case's estimate against its expected value.
    fn worst(&self, context: &Context, replicates: u64, estimate: &Estimated<'_>) -> Finding {
        let margin = context.tier.margin(self.margin);
        let what = if self.form == Form::Risk { "simulated" } else { "minimiser" };
        worst(self.cases.iter().zip(0..).map(|(case, cell)| {
            let (estimate, failed) = estimate(cell, case)?;
            let comparison = compare(&estimate, case.expected, margin, &context.family);
            let words = format!(
                "{}: {what} {:.6e} ± {:.1e}, theory {:.6e}, {replicates} replicates{}",
                case.cell,
                estimate.value,
                estimate.std_error,
                case.expected,
                failures(failed)
            );
            Ok((comparison, words))
        }))
    }
}

/// An estimate of a case in a cell of the streams, with the number of failed fits.
type Estimated<'a> = dyn Fn(u64, &Case) -> Result<(Estimate, u64), String> + 'a;

/// Simulated risk against the expected one in every case.
pub fn simulation(name: &'static str, replicates: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Simulation, Sampled { form: Form::Risk, replicates, margin, cases })
}

/// Minimiser of the simulated risk against the expected optimal weight.
pub fn optimum(name: &'static str, replicates: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, Sampled { form: Form::Minimiser, replicates, margin, cases })
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

impl Sampled {
    /// The estimates at the rungs over their expected values, extrapolated and compared with 1.
    fn extrapolated(&self, context: &Context, degree: usize, estimate: &Estimated<'_>) -> Finding {
        let simulated: Result<Vec<(Rung, u64)>, String> = self
            .cases
            .iter()
            .zip(0..)
            .map(|(case, cell)| {
                let (estimate, failed) = estimate(cell, case)?;
                let [value, std_error] = [estimate.value, estimate.std_error].map(|x| x / case.expected);
                Ok((
                    Rung { size: case.cell.rows.real as f64, estimate: Estimate { value, std_error, ..estimate } },
                    failed,
                ))
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
        let margin = context.tier.margin(self.margin);
        Finding::compared(&compare(&fit.limit, 1.0, margin, &context.family), &words)
    }
}
