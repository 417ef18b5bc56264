//! Replicates in fixed blocks, in parallel, with the same bits for any number of threads.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{FitFailure, Simulator};
use crate::{
    stats::moments::Moments,
    stream::{Purpose, Streams},
};

/// Replicates of a block. Part of the order of summation: changing it changes the last bits of every result.
pub const BLOCK: u64 = 64;

/// Blocks per thread that are computed before they are merged: bounds the memory. No effect on the result.
const BLOCKS_PER_THREAD: usize = 16;

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

impl Weights {
    /// Weight at generation t >= 1.
    #[must_use]
    pub fn at(&self, generation: u32) -> f64 {
        match self {
            Self::Constant(w) => *w,
            Self::Sequence(w) => w[generation as usize - 1],
        }
    }
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

impl Record {
    /// Number of values of a replicate, per loss.
    fn entries(&self) -> usize {
        match self {
            Self::At(generations) => generations.len(),
            Self::Average { .. } => 1,
        }
    }

    /// The generations of which the loss is needed, increasing.
    fn generations(&self) -> impl Iterator<Item = u32> {
        let (listed, averaged) = match self {
            Self::At(generations) => (generations.as_slice(), 0..0),
            Self::Average { from, until } => (&[][..], *from..*until),
        };
        listed.iter().copied().chain(averaged)
    }
}

/// A simulation to run, at any weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Seed of the run.
    pub seed: u64,
    /// Experiment: streams of different experiments are unrelated.
    pub experiment: u64,
    /// Cell of the experiment (a batch, a rung); the weight is not part of the key: runs that differ in weight alone
    /// share their random numbers.
    pub cell: u64,
    /// Replicates, by index; the first is a multiple of [`BLOCK`]. A run can go on where another one ended, see [`Outcome::merge`].
    pub replicates: Range<u64>,
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

impl Outcome {
    /// Nothing yet.
    fn empty(entries: usize, losses: usize) -> Self {
        Self { moments: vec![vec![Moments::default(); losses]; entries], failed_fits: 0 }
    }

    /// Appends the outcome of the replicates that follow.
    pub fn merge(&mut self, next: &Self) {
        for (total, value) in self.moments.iter_mut().flatten().zip(next.moments.iter().flatten()) {
            total.merge(value);
        }
        self.failed_fits += next.failed_fits;
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

/// Runs the plan at each of the weights on the current rayon pool; `progress` is called with the number of replicates that were just
/// finished at all of them.
///
/// Replicate r draws the real rows of generation t from the stream of key (r, t, real), with fixed real rows those of t = 0
/// always, and the noise of its synthetic rows from the one of (r, t, synthetic): once for all weights. Hence what a replicate
/// contributes at a weight depends neither on the other weights, nor on the number of replicates, nor on that of threads, and blocks
/// of [`BLOCK`] replicates are merged in the order of their index: the same bits always.
///
/// A replicate in which a fit fails is counted in [`Outcome::failed_fits`] of its weight and contributes nothing else there. A loss
/// that is not finite (it overflowed, or is the log determinant of a singular covariance) is a value like any other: it enters
/// the moments of its entry, which then are not finite either and cannot confirm anything.
///
/// # Panics
/// Where the plan breaks an invariant: the first replicate begins a block, recorded generations increase, an average has at least one
/// generation, and every generation has a weight in [0, 1].
pub fn run_grid<S: Simulator>(
    simulator: &S,
    plan: &Plan,
    weights: &[Weights],
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Outcome> {
    assert!(plan.replicates.start.is_multiple_of(BLOCK), "the first replicate begins a block");
    assert!(plan.record.generations().is_sorted_by(|a, b| a < b), "recorded generations increase");
    assert!(!matches!(plan.record, Record::Average { from, until } if from >= until), "an average of no generation");
    let last = plan.record.generations().last().unwrap_or(0);
    let valid = |weights: &Weights| (1..=last).all(|t| (0.0..=1.0).contains(&weights.at(t)));
    assert!(weights.iter().all(valid), "weights lie in [0, 1]");

    let blocks = plan.replicates.start / BLOCK..plan.replicates.end.div_ceil(BLOCK);
    let wave = BLOCKS_PER_THREAD * rayon::current_num_threads();
    let empty = Outcome::empty(plan.record.entries(), S::LOSSES.len());
    let mut totals = vec![empty; weights.len()];
    for first in blocks.clone().step_by(wave) {
        let finished: Vec<Vec<Outcome>> = (first..blocks.end.min(first + wave as u64))
            .into_par_iter()
            .map(|block| run_block(simulator, plan, weights, block, progress))
            .collect();
        finished.iter().for_each(|block| totals.iter_mut().zip(block).for_each(|(total, next)| total.merge(next)));
    }
    totals
}

/// The replicates of one block, in order, on one chain for each weight.
fn run_block<S: Simulator>(
    simulator: &S,
    plan: &Plan,
    weights: &[Weights],
    block: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Outcome> {
    let (entries, losses) = (plan.record.entries(), S::LOSSES.len());
    let mut outcomes = vec![Outcome::empty(entries, losses); weights.len()];
    let (mut real, mut noise) = (simulator.real(), simulator.noise());
    let mut chains: Vec<_> = weights.iter().map(|weights| Chain::new(simulator, plan, weights)).collect();
    let mut current = vec![0.0; losses];
    let replicates = block * BLOCK..plan.replicates.end.min((block + 1) * BLOCK);
    for replicate in replicates.clone() {
        run_replicate(simulator, plan, replicate, (&mut real, &mut noise), &mut chains, &mut current);
        for (outcome, Chain { values, fit, .. }) in outcomes.iter_mut().zip(&chains) {
            match fit {
                Ok(()) => outcome.moments.iter_mut().flatten().zip(values).for_each(|(m, &value)| m.push(value)),
                Err(FitFailure) => outcome.failed_fits += 1,
            }
        }
    }
    progress(replicates.end - replicates.start);
    outcomes
}

/// One replicate at one weight.
pub(super) struct Chain<'a, State> {
    weights: &'a Weights,
    state: State,
    /// The recorded losses, entry by entry, up to a failed fit; what would come after it is 0.
    pub values: Vec<f64>,
    /// Whether all fits so far succeeded.
    pub fit: Result<(), FitFailure>,
    /// Generations whose losses are recorded: all of them, but for a failed fit.
    pub recorded: usize,
}

impl<'a, State> Chain<'a, State> {
    /// Memory for a chain at these weights, not run yet.
    pub fn new<S: Simulator<State = State>>(simulator: &S, plan: &Plan, weights: &'a Weights) -> Self {
        let values = vec![0.0; plan.record.entries() * S::LOSSES.len()];
        Self { weights, state: simulator.state(), values, fit: Ok(()), recorded: 0 }
    }
}

/// One replicate at every weight; `current` is scratch of one value per loss.
pub(super) fn run_replicate<S: Simulator>(
    simulator: &S,
    plan: &Plan,
    replicate: u64,
    (real, noise): (&mut S::Real, &mut S::Noise),
    chains: &mut [Chain<'_, S::State>],
    current: &mut [f64],
) {
    let streams = Streams { seed: plan.seed, experiment: plan.experiment };
    let stream = |generation, purpose| streams.rng(replicate, generation, purpose, plan.cell);
    let (share, stride) = match plan.record {
        Record::At(_) => (1.0, current.len()),
        Record::Average { from, until } => (1.0 / f64::from(until - from), 0),
    };
    let mut drawn = simulator.draw_real(&mut stream(0, Purpose::Real), real);
    for chain in &mut *chains {
        chain.values.fill(0.0);
        chain.recorded = 0;
        chain.fit = drawn.and_then(|()| simulator.start(real, &mut chain.state));
    }
    let mut fitted = 0;
    for (entry, generation) in plan.record.generations().enumerate() {
        while fitted < generation {
            if chains.iter().all(|chain| chain.fit.is_err()) {
                return;
            }
            fitted += 1;
            if plan.real_rows == RealRows::Fresh {
                drawn = simulator.draw_real(&mut stream(fitted, Purpose::Real), real);
            }
            simulator.draw_noise(&mut stream(fitted, Purpose::Synthetic), noise);
            for Chain { weights, state, fit, .. } in &mut *chains {
                *fit = fit.and(drawn).and_then(|()| simulator.retrain(weights.at(fitted), real, noise, state));
            }
        }
        for chain in chains.iter_mut().filter(|chain| chain.fit.is_ok()) {
            simulator.losses(&chain.state, current);
            for (value, loss) in chain.values[entry * stride..].iter_mut().zip(&*current) {
                *value += loss * share;
            }
            chain.recorded += 1;
        }
    }
}
