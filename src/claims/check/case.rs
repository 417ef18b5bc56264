//! A place of a design with its simulator and what theory expects there.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::looks::LOOKS;
use super::sampled::{Estimated, Quantity, Sample};
use super::{Context, score};
use crate::experiment::{Problem, Rows};
use crate::optimum::{BATCHES, Optimum, Window, curves, minimise_curves};
use crate::simulate::Simulator;
use crate::simulate::dispatch::{SimulatorKind, run_problem};
use crate::simulate::engine::{self, BLOCK, Outcome, Plan, RealRows, Record, Weights};
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stats::shown::Fits;

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
#[derive(Clone)]
pub struct Case {
    pub(super) cell: Cell,
    run: Arc<Run>,
    loss: usize,
    real_rows: RealRows,
    pub(super) expected: f64,
    pub(super) reference: Option<Estimate>,
    counts_failures: bool,
    curve: Option<Curve>,
}

/// Runs a plan at each of the weights.
type Run = dyn Fn(&Plan, &[Weights]) -> Vec<Outcome> + Send + Sync;

/// The recorded risk that theory expects, as a function of the weight.
type Curve = Arc<dyn Fn(f64) -> f64 + Send + Sync>;

fn run_of<S: Simulator + Send + 'static>(simulator: S) -> Arc<Run> {
    Arc::new(move |plan, weights| engine::run_grid(&simulator, plan, weights, &|_| ()))
}

impl Case {
    /// The loss of index `loss` of `simulator`; `expected` is what theory says of the recorded mean, or of the optimal weight where
    /// the cell has none.
    pub fn new<S: Simulator + Send + 'static>(cell: Cell, simulator: S, loss: usize, expected: f64) -> Self {
        Self::of_run(cell, run_of(simulator), loss, expected)
    }

    fn of_run(cell: Cell, run: Arc<Run>, loss: usize, expected: f64) -> Self {
        Self {
            cell,
            run,
            loss,
            real_rows: RealRows::Fresh,
            expected,
            reference: None,
            counts_failures: false,
            curve: None,
        }
    }

    /// The simulation that the program runs for a problem, at a weight and generation.
    pub fn of_problem(problem: Problem, kind: SimulatorKind, weight: f64, t: u32, expected: f64) -> Self {
        let cell = Cell::new(problem.rows(), problem.dim(), weight, Record::At(vec![t]));
        let run = move |plan: &Plan, weights: &[Weights]| {
            let weights: Vec<f64> = weights.iter().map(|weights| weights.at(1)).collect();
            let outcomes = run_problem(&problem, kind, plan, &weights, &|_| ());
            let outcome = |(moments, failed_fits)| Outcome { moments: vec![vec![moments]], failed_fits };
            outcomes.into_iter().map(outcome).collect()
        };
        Self::of_run(cell, Arc::new(run), 0, expected)
    }

    /// The variance between the means of blocks of replicates over that within, which is 1 where replicates are independent; the recorded loss has this `mean`.
    /// A block counts as one replicate.
    pub fn of_blocks<S: Simulator + Send + 'static>(cell: Cell, simulator: S, loss: usize, mean: f64) -> Self {
        let run = move |plan: &Plan, weights: &[Weights]| {
            let ratios = |weights| {
                let firsts: Vec<u64> = plan.replicates.clone().step_by(BLOCK as usize).collect();
                let block = |first| {
                    let plan = Plan { replicates: first..first + BLOCK, ..plan.clone() };
                    let outcome = engine::run(&simulator, &plan, weights, &|_| ());
                    (outcome.moments[0][loss], outcome.failed_fits)
                };
                let blocks: Vec<(Moments, u64)> = firsts.into_par_iter().map(block).collect();
                let (mut all, mut ratios) = (Moments::default(), Moments::default());
                blocks.iter().for_each(|(block, _)| all.merge(block));
                for (block, _) in &blocks {
                    ratios.push(block.count() as f64 * (block.mean() - mean).powi(2) / all.variance());
                }
                Outcome { moments: vec![vec![ratios]], failed_fits: blocks.iter().map(|(_, failed)| failed).sum() }
            };
            weights.iter().map(ratios).collect()
        };
        Self::of_run(cell, Arc::new(run), 0, 1.0)
    }

    /// The same with the risk that theory expects at other weights than the optimal one.
    #[must_use]
    pub fn with_curve(self, curve: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        Self { curve: Some(Arc::new(curve)), ..self }
    }

    /// The same, expected to have the risk of another implementation, which has an uncertainty of its own.
    #[must_use]
    pub fn against(self, reference: Estimate) -> Self {
        Self { expected: reference.value, reference: Some(reference), ..self }
    }

    /// The same where the share of replicates that have ended in a failed fit is expected, in the place of a risk.
    #[must_use]
    pub fn counting_failures(self) -> Self {
        Self { counts_failures: true, ..self }
    }

    pub(super) fn curve(&self) -> Result<Curve, String> {
        self.curve.clone().ok_or_else(|| format!("{}: no curve", self.cell))
    }

    /// Where it is.
    #[must_use]
    pub const fn cell(&self) -> &Cell {
        &self.cell
    }

    /// The same with another expected value.
    #[must_use]
    pub fn expecting(self, expected: f64) -> Self {
        Self { expected, ..self }
    }

    /// The same with another simulator.
    #[must_use]
    pub fn simulated_by<S: Simulator + Send + 'static>(self, simulator: S) -> Self {
        Self { run: run_of(simulator), ..self }
    }

    /// The same with another record.
    #[must_use]
    pub fn recording(self, record: Record) -> Self {
        Self { cell: Cell { record, ..self.cell }, ..self }
    }

    /// The same with the real rows of generation 0 at every generation.
    #[must_use]
    pub fn with_fixed_rows(self) -> Self {
        Self { real_rows: RealRows::Fixed, ..self }
    }

    /// Simulates the record in one cell of the check's streams, at each of the weights on common random numbers.
    pub(super) fn simulate(
        &self,
        context: &Context,
        cell: u64,
        replicates: Range<u64>,
        weights: &[Weights],
    ) -> Vec<Outcome> {
        let plan = Plan {
            seed: context.seed,
            experiment: context.experiment,
            cell,
            replicates,
            real_rows: self.real_rows,
            record: self.cell.record.clone(),
        };
        (self.run)(&plan, weights)
    }

    /// The recorded mean, unless too many fits failed; or the share of those.
    pub(super) fn recorded(&self, outcome: &Outcome) -> Estimated {
        let failed = outcome.failed_fits;
        let moments = outcome.moments.last().and_then(|losses| losses.get(self.loss));
        let moments = moments.ok_or_else(|| format!("{}: no such loss", self.cell))?;
        let replicates = moments.count() + failed;
        if self.counts_failures {
            return Ok(Sample { estimate: Estimate::share(failed, replicates, self.expected), replicates, failed });
        }
        if (Fits { replicates, failed }).too_many_failed() {
            return Err(format!("{}: {failed} of {replicates} fits failed", self.cell));
        }
        Ok(Sample { estimate: moments.into(), replicates, failed })
    }

    /// Draws what a look needs and the looks before have not drawn; `cap` is that of the last look, `index` that of the case in its check.
    pub(super) fn draw(
        &self,
        context: &Context,
        index: u64,
        quantity: Quantity,
        drawn: &mut Drawn,
        cap: u64,
        look: u32,
    ) -> Result<(), String> {
        let batches = |look| quantity.batches(look);
        let size = cap / batches(LOOKS - 1).max(1);
        let new = look.checked_sub(1).map_or(0, batches)..batches(look);
        let cell = |batch| index * batches(LOOKS - 1) + batch;
        match quantity {
            Quantity::Risk => {
                let weights = self.cell.weights.clone().ok_or_else(|| format!("{}: no weight", self.cell))?;
                let end = cap.div_ceil(1 << (LOOKS - 1 - look)).next_multiple_of(BLOCK);
                for more in self.simulate(context, index, drawn.end..end, &[weights]) {
                    match &mut drawn.outcome {
                        Some(outcome) => outcome.merge(&more),
                        None => drawn.outcome = Some(more),
                    }
                }
                drawn.end = end;
            }
            Quantity::Minimiser => {
                let failures = AtomicU64::new(0);
                let risks = |batch: u64, weights: &[f64]| {
                    let weights: Vec<_> = weights.iter().map(|&w| Weights::Constant(w)).collect();
                    let outcomes = self.simulate(context, cell(batch), 0..size, &weights);
                    let risk = |outcome| self.recorded(outcome).map(|sample| sample.estimate.value);
                    let risk = |outcome| {
                        risk(outcome).unwrap_or_else(|_| {
                            failures.fetch_add(1, Ordering::Relaxed);
                            f64::NAN
                        })
                    };
                    outcomes.iter().map(risk).collect()
                };
                let window = drawn.window.take().or_else(|| Window::locate(&risks, batches(0)));
                drawn.optimum = window.as_ref().map(|window| {
                    drawn.curves.extend(curves(&risks, new, window));
                    minimise_curves(&drawn.curves, window)
                });
                drawn.window = window;
                drawn.failures += failures.into_inner();
                drawn.end = size * batches(look);
            }
            Quantity::Slope(_) | Quantity::Curvature(_) => {
                match self.differences(context, quantity, new.map(cell), size) {
                    Ok((moments, failed)) => {
                        drawn.moments.merge(&moments);
                        drawn.failures += failed;
                    }
                    // For good: the batches that are left are not a random choice.
                    Err(cause) => drawn.broken = drawn.broken.take().or(Some(cause)),
                }
                drawn.end = size * batches(look);
            }
        }
        Ok(())
    }

    /// The estimate from what has been drawn.
    pub(super) fn estimate(&self, quantity: Quantity, drawn: &Drawn) -> Estimated {
        if let Some(cause) = &drawn.broken {
            return Err(cause.clone());
        }
        let nothing = || format!("{}: nothing drawn", self.cell);
        match quantity {
            Quantity::Risk => {
                let sample = self.recorded(drawn.outcome.as_ref().ok_or_else(nothing)?)?;
                let estimate = self.reference.map_or(sample.estimate, |reference| sample.estimate.against(&reference));
                Ok(Sample { estimate, ..sample })
            }
            Quantity::Minimiser => match (drawn.failures, drawn.optimum) {
                (0, Some(found)) if found.converged => {
                    Ok(Sample { estimate: found.estimate(), replicates: drawn.end, failed: 0 })
                }
                (0, _) => Err(format!("{}: the solver did not converge", self.cell)),
                (failed, _) => Err(format!("{}: too many fits failed in {failed} evaluations of a batch", self.cell)),
            },
            Quantity::Slope(step) => {
                let estimate = self.slope_vanishes_at(&drawn.moments, step)?;
                Ok(Sample { estimate, replicates: drawn.end, failed: drawn.failures })
            }
            Quantity::Curvature(step) => {
                let estimate = self.relative_curvature(&drawn.moments, step)?;
                Ok(Sample { estimate, replicates: drawn.end, failed: drawn.failures })
            }
        }
    }
}

/// What has been drawn of a case: of a risk the outcome of its replicates, of the other quantities what its batches gave.
#[derive(Default)]
pub struct Drawn {
    /// Replicates drawn.
    end: u64,
    outcome: Option<Outcome>,
    window: Option<Window>,
    curves: Vec<Vec<f64>>,
    optimum: Option<Optimum>,
    moments: Moments,
    failures: u64,
    broken: Option<String>,
}

impl Quantity {
    /// Independent batches of a case up to a look, each of the same number of replicates; none where the replicate is the unit.
    pub(super) const fn batches(self, look: u32) -> u64 {
        let first = match self {
            Self::Risk => 0,
            Self::Minimiser => BATCHES,
            Self::Slope(_) | Self::Curvature(_) => score::BATCHES,
        };
        first << look
    }
}
