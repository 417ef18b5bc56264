//! Plans on fresh or fixed real rows.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

pub use goldenweight_recursion::engine::{BLOCK, Outcome, Record, Watch, Weights};

use super::Simulator;

/// Whether the real rows are drawn anew for each generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealRows {
    /// n fresh real rows at every generation (the paper's setting).
    Fresh,
    /// The n real rows of generation 0, at every generation.
    Fixed,
}

/// A simulation to run, at any weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Seed of the run.
    pub seed: u64,
    /// Experiment: streams of different experiments are unrelated.
    pub experiment: u64,
    /// Cell of the experiment (a batch, a rung); the weight is not part of the key.
    pub cell: u64,
    /// Replicates, by index.
    pub replicates: Range<u64>,
    /// Fresh or fixed real rows.
    pub real_rows: RealRows,
    /// What is recorded; the last generation follows from it.
    pub record: Record,
}

impl Plan {
    /// The plan without its schedule.
    pub(super) fn inner(&self) -> goldenweight_recursion::engine::Plan {
        let Self { seed, experiment, cell, replicates, record, .. } = self.clone();
        goldenweight_recursion::engine::Plan { seed, experiment, cell, replicates, record }
    }
}

/// Runs the plan at these weights: [`run_grid`] of one.
///
/// # Panics
/// As [`run_grid`].
pub fn run<S: Simulator>(simulator: &S, plan: &Plan, weights: &Weights, progress: &(dyn Fn(u64) + Sync)) -> Outcome {
    let [outcome] = run_grid(simulator, plan, std::slice::from_ref(weights), progress).try_into().expect("one outcome");
    outcome
}

/// Runs the plan at each of the weights, see [`goldenweight_recursion::engine::run_grid`].
///
/// # Panics
/// As that.
pub fn run_grid<S: Simulator>(
    simulator: &S,
    plan: &Plan,
    weights: &[Weights],
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Outcome> {
    run_until(simulator, plan, weights, &Watch { progress, stop: &AtomicBool::new(false) })
}

/// The same, until it is stopped, see [`goldenweight_recursion::engine::run_until`].
///
/// # Panics
/// As [`run_grid`].
pub fn run_until<S: Simulator>(simulator: &S, plan: &Plan, weights: &[Weights], watch: &Watch<'_>) -> Vec<Outcome> {
    simulator.run_until(plan, weights, watch)
}
