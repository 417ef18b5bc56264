//! A place of a design with its simulator and what theory expects there.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Context;
use super::sampled::Estimated;
use crate::experiment::Rows;
use crate::optimum::{BATCHES, Optimum, minimise_batches};
use crate::simulate::Simulator;
use crate::simulate::engine::{self, Outcome, Plan, RealRows, Record, Weights};

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
#[derive(Clone)]
pub struct Case {
    pub(super) cell: Cell,
    run: Arc<dyn Fn(&Plan) -> Outcome + Send + Sync>,
    loss: usize,
    real_rows: RealRows,
    pub(super) expected: f64,
    curve: Option<Curve>,
}

/// The recorded risk that theory expects, as a function of the weight.
type Curve = Arc<dyn Fn(f64) -> f64 + Send + Sync>;

impl Case {
    /// The loss of index `loss` of `simulator`; `expected` is what theory says of the recorded mean, or of the optimal weight where
    /// the cell has none.
    pub fn new<S: Simulator + Send + 'static>(cell: Cell, simulator: S, loss: usize, expected: f64) -> Self {
        let run = Arc::new(move |plan: &Plan| engine::run(&simulator, plan, &|_| ()));
        Self { cell, run, loss, real_rows: RealRows::Fresh, expected, curve: None }
    }

    /// The same with the risk that theory expects at other weights than the optimal one.
    #[must_use]
    pub fn with_curve(self, curve: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        Self { curve: Some(Arc::new(curve)), ..self }
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
        Self { run: Arc::new(move |plan: &Plan| engine::run(&simulator, plan, &|_| ())), ..self }
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

    /// Simulates the recorded mean in one cell of the check's streams; the second number is that of the failed fits.
    pub(super) fn simulate(&self, context: &Context, cell: u64, replicates: u64, weights: Weights) -> Estimated {
        let plan = Plan {
            seed: context.seed,
            experiment: context.experiment,
            cell,
            replicates: 0..replicates,
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
    pub(super) fn simulate_cell(&self, context: &Context, cell: u64, replicates: u64) -> Estimated {
        let weights = self.cell.weights.clone().ok_or_else(|| format!("{}: no weight", self.cell))?;
        self.simulate(context, cell, replicates, weights)
    }

    /// Minimises the simulated risk over the weight, in the cells that belong to case `index`.
    pub(super) fn minimise(&self, context: &Context, index: u64, replicates: u64) -> Result<Optimum, String> {
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
