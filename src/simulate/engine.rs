//! Replicates in fixed blocks, in parallel, with the same bits for any number of threads.

use super::Simulator;
use crate::stats::moments::Moments;

/// Whether the real rows are drawn anew for each generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealRows {
    /// n fresh real rows at every generation (the paper's setting).
    Fresh,
    /// The n real rows of generation 0, at every generation.
    Fixed,
}

/// The weight on the real rows at generations t = 1, 2, ...
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// The same at every generation.
    Constant(f64),
    /// Generation t takes entry t - 1; at least as many entries as generations.
    Sequence(Vec<f64>),
}

/// What one replicate contributes, from the losses of its generations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The loss at each of these generations, increasing.
    At(Vec<u32>),
    /// The mean loss over generations `from..until`.
    Average {
        /// First generation averaged.
        from: u32,
        /// One past the last.
        until: u32,
    },
}

/// A simulation to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Seed of the run.
    pub seed: u64,
    /// Experiment: streams of different experiments are unrelated.
    pub experiment: u64,
    /// Cell of the experiment (a batch, a rung); the weight is not part of the key: runs that differ in weight alone
    /// share their random numbers.
    pub cell: u64,
    /// Number of replicates.
    pub replicates: u64,
    /// Weights.
    pub weights: Weights,
    /// Fresh or fixed real rows.
    pub real_rows: RealRows,
    /// What is recorded; the last generation follows from it.
    pub record: Record,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Moments over the replicates: `moments[r][l]` for record entry r (one for an average) and loss l.
    pub moments: Vec<Vec<Moments>>,
    /// Replicates that ended in a [`super::FitFailure`] (not in `moments`).
    pub failed_fits: u64,
}

/// Runs the plan; `progress` is called with the number of replicates that were just finished.
pub fn run<S: Simulator>(simulator: &S, plan: &Plan, progress: &(dyn Fn(u64) + Sync)) -> Outcome {
    let _ = (simulator, plan, progress);
    unimplemented!()
}
