//! Replicates in fixed blocks, in parallel, with the same bits for any number of threads.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

use goldenweight_replicates::{
    moments::Moments,
    stream::{Purpose, Streams},
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::{
    FitFailure, Model, Part, Retraining, Source,
    schedule::{Batch, Ingredient, Origin, Schedule},
};

/// Replicates of a block. Part of the order of summation: changing it changes the last bits of every result.
pub const BLOCK: u64 = 64;

/// Blocks per thread that are computed before they are merged: bounds the memory. No effect on the result.
const BLOCKS_PER_THREAD: usize = 16;

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
    /// Replicates, by index. Where the first begins a block, a run can go on where another one ended, see [`Outcome::merge`].
    pub replicates: Range<u64>,
    /// What is recorded; the last generation follows from it.
    pub record: Record,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Moments over the replicates: `moments[r][l]` for record entry r (one for an average) and loss l; the losses of one node after those of another.
    pub moments: Vec<Vec<Moments>>,
    /// Replicates that ended in a [`FitFailure`] (not in `moments`).
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
pub fn run<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized>(
    retraining: &Retraining<'_, M, S, D>,
    plan: &Plan,
    weights: &Weights,
    progress: &(dyn Fn(u64) + Sync),
) -> Outcome {
    let outcomes = run_grid(retraining, plan, std::slice::from_ref(weights), progress);
    let [outcome] = outcomes.try_into().expect("one outcome");
    outcome
}

/// Runs the plan at each of the weights on the current rayon pool; `progress` is called with the number of replicates that were just
/// finished at all of them.
///
/// Replicate r draws each batch of generation t from a stream of its own, of key (r, t, real or synthetic, place among those of its kind): once for all
/// weights. Hence what a replicate contributes at a weight depends neither on the other weights, nor on the number of replicates, nor on that of threads,
/// and blocks of [`BLOCK`] replicates are merged in the order of their index: the same bits always.
///
/// A replicate in which a fit fails is counted in [`Outcome::failed_fits`] of its weight and contributes nothing else there. A loss
/// that is not finite (it overflowed, or is the log determinant of a singular covariance) is a value like any other: it enters
/// the moments of its entry, which then are not finite either and cannot confirm anything.
///
/// # Panics
/// Where the plan breaks an invariant: recorded generations increase, an average has at least one generation, and every generation has a weight in
/// [0, 1]; or the schedule: a batch of generation 0 is real, and a recipe names batches that are kept.
pub fn run_grid<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized>(
    retraining: &Retraining<'_, M, S, D>,
    plan: &Plan,
    weights: &[Weights],
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Outcome> {
    run_until(retraining, plan, weights, &Watch { progress, stop: &AtomicBool::new(false) })
}

/// Who follows a run, and may end it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Is called with the number of replicates that were just finished at all weights.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Ends the run at the next replicates where it is true.
    pub stop: &'a AtomicBool,
}

/// As [`run_grid`], but for [`Watch::stop`]: then the outcome is that of the first replicates, with the bits of a run of so many. Their number is that
/// of the values in the moments and of the failed fits.
///
/// # Panics
/// As [`run_grid`].
pub fn run_until<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized>(
    retraining: &Retraining<'_, M, S, D>,
    plan: &Plan,
    weights: &[Weights],
    watch: &Watch<'_>,
) -> Vec<Outcome> {
    validate(plan, weights);
    let losses = retraining.schedule.nodes() * M::LOSSES.len();
    let mut totals = vec![Outcome::empty(plan.record.entries(), losses); weights.len()];
    let wave = BLOCKS_PER_THREAD * rayon::current_num_threads();
    let blocks = plan.replicates.start / BLOCK..plan.replicates.end.div_ceil(BLOCK);
    for first in blocks.clone().step_by(wave) {
        let block = |block| run_block(retraining, plan, weights, replicates(plan, block), watch);
        let finished: Vec<(Vec<Outcome>, bool)> =
            (first..blocks.end.min(first + wave as u64)).into_par_iter().map(block).collect();
        for (block, whole) in finished {
            totals.iter_mut().zip(&block).for_each(|(total, next)| total.merge(next));
            if !whole {
                return totals;
            }
        }
    }
    totals
}

/// The losses of one replicate, entry by entry: loss l at recorded entry e is at `e * losses + l`. From a failed fit on they are
/// infinite: the estimate of a separated sample lies at infinity, and so a quantile counts the replicate where it belongs.
pub type Path = Vec<f64>;

/// The path of every replicate at this weight in the order of their index, for medians and quantiles: with the random numbers of [`run`], and the same
/// bits for any number of threads. Where [`Watch::stop`] ends it, those of the first replicates.
///
/// # Panics
/// As [`run_grid`].
///
/// # Tested by
/// Means of paths against the moments of [`run`], and failures against its count.
pub fn paths<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized>(
    retraining: &Retraining<'_, M, S, D>,
    plan: &Plan,
    weights: &Weights,
    watch: &Watch<'_>,
) -> Vec<Path> {
    validate(plan, std::slice::from_ref(weights));
    let losses = retraining.schedule.nodes() * M::LOSSES.len();
    let block = |block| {
        let mut runner = Runner::new(retraining, plan, std::slice::from_ref(weights));
        let replicates = replicates(plan, block);
        let count = replicates.end - replicates.start;
        let mut paths = Vec::new();
        for replicate in replicates {
            if watch.stop.load(Ordering::Relaxed) {
                return (paths, false);
            }
            runner.replicate(replicate);
            let chain = &runner.chains[0];
            let mut path = chain.values.clone();
            // An average over generations of which one has no fit has none itself.
            let recorded =
                if let Record::Average { .. } = plan.record { usize::from(chain.fit.is_ok()) } else { chain.recorded };
            path[recorded * losses..].fill(f64::INFINITY);
            paths.push(path);
        }
        (watch.progress)(count);
        (paths, true)
    };
    let blocks = plan.replicates.start / BLOCK..plan.replicates.end.div_ceil(BLOCK);
    let blocks: Vec<(Vec<Path>, bool)> = blocks.into_par_iter().map(block).collect();
    let first_part = blocks.iter().position(|(_, whole)| !whole).map_or(blocks.len(), |part| part + 1);
    blocks.into_iter().take(first_part).flat_map(|(paths, _)| paths).collect()
}

fn validate(plan: &Plan, weights: &[Weights]) {
    let last = match &plan.record {
        Record::At(generations) => {
            assert!(generations.is_sorted_by(|a, b| a < b), "recorded generations increase");
            generations.last().copied().unwrap_or(0)
        }
        Record::Average { from, until } => {
            assert!(from < until, "an average has at least one generation");
            until - 1
        }
    };
    for weights in weights {
        let valid = match weights {
            Weights::Constant(w) => (0.0..=1.0).contains(w),
            Weights::Sequence(w) => w.len() >= last as usize && w.iter().all(|w| (0.0..=1.0).contains(w)),
        };
        assert!(valid, "every generation has a weight in [0, 1]");
    }
}

/// The replicates of a block.
fn replicates(plan: &Plan, block: u64) -> Range<u64> {
    plan.replicates.start.max(block * BLOCK)..plan.replicates.end.min((block + 1) * BLOCK)
}

/// The replicates of one block, in order, on one chain for each weight; and whether it is whole.
fn run_block<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized>(
    retraining: &Retraining<'_, M, S, D>,
    plan: &Plan,
    weights: &[Weights],
    replicates: Range<u64>,
    watch: &Watch<'_>,
) -> (Vec<Outcome>, bool) {
    let mut runner = Runner::new(retraining, plan, weights);
    let mut outcomes = vec![Outcome::empty(plan.record.entries(), runner.current.len()); weights.len()];
    let count = replicates.end - replicates.start;
    for replicate in replicates {
        if watch.stop.load(Ordering::Relaxed) {
            return (outcomes, false);
        }
        runner.replicate(replicate);
        for (outcome, Chain { values, fit, .. }) in outcomes.iter_mut().zip(&runner.chains) {
            match fit {
                Ok(()) => outcome.moments.iter_mut().flatten().zip(values).for_each(|(m, &value)| m.push(value)),
                Err(FitFailure) => outcome.failed_fits += 1,
            }
        }
    }
    (watch.progress)(count);
    (outcomes, true)
}

/// One replicate at one weight.
struct Chain<'a, M: Model> {
    weights: &'a Weights,
    /// The fit of each node.
    fits: Vec<M::Fit>,
    /// The synthetic rows that it made, at the place of their noise in [`Runner::synthetic`].
    made: Vec<M::Data>,
    /// The recorded losses, entry by entry, up to a failed fit; what would come after it is 0.
    values: Vec<f64>,
    /// Whether all fits so far succeeded.
    fit: Result<(), FitFailure>,
    /// Entries that are recorded: all of them, but for a failed fit.
    recorded: usize,
}

/// Memory of a batch of real rows, the same for all chains.
struct RealRows<M: Model> {
    rows: usize,
    noise: M::Noise,
    data: M::Data,
}

/// Memory of what a batch of synthetic rows is made of, the same for all chains.
struct SyntheticRows<M: Model> {
    rows: usize,
    noise: M::Noise,
}

/// A batch that is in memory.
#[derive(Clone, Copy)]
struct Kept {
    born: u32,
    index: usize,
    origin: Origin,
    /// Its place in [`Runner::real`] or [`Runner::synthetic`].
    place: usize,
}

/// Runs one replicate after another, at every weight; holds all memory.
struct Runner<'a, M: Model, S: ?Sized, D: ?Sized> {
    retraining: &'a Retraining<'a, M, S, D>,
    plan: &'a Plan,
    chains: Vec<Chain<'a, M>>,
    real: Vec<RealRows<M>>,
    synthetic: Vec<SyntheticRows<M>>,
    /// In the order of birth.
    kept: Vec<Kept>,
    /// Memory whose batch is not needed any more.
    free: Vec<Kept>,
    scratch: M::Scratch,
    /// One value for each loss of each node.
    current: Vec<f64>,
    // Lists whose memory is used again.
    born: Vec<Batch>,
    recipe: Vec<Ingredient>,
    parts: Vec<Part<'static, M>>,
}

impl<'a, M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized> Runner<'a, M, S, D> {
    /// Memory for chains at these weights, not run yet.
    fn new(retraining: &'a Retraining<'a, M, S, D>, plan: &'a Plan, weights: &'a [Weights]) -> Self {
        let Retraining { model, schedule, .. } = retraining;
        let losses = schedule.nodes() * M::LOSSES.len();
        let chain = |weights| Chain {
            weights,
            fits: (0..schedule.nodes()).map(|_| model.unfitted()).collect(),
            made: Vec::new(),
            values: vec![0.0; plan.record.entries() * losses],
            fit: Ok(()),
            recorded: 0,
        };
        Self {
            retraining,
            plan,
            chains: weights.iter().map(chain).collect(),
            real: Vec::new(),
            synthetic: Vec::new(),
            kept: Vec::new(),
            free: Vec::new(),
            scratch: model.scratch(),
            current: vec![0.0; losses],
            born: Vec::new(),
            recipe: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// One replicate at every weight.
    fn replicate(&mut self, replicate: u64) {
        let (share, stride) = match self.plan.record {
            Record::At(_) => (1.0, self.current.len()),
            Record::Average { from, until } => (1.0 / f64::from(until - from), 0),
        };
        for chain in &mut self.chains {
            chain.values.fill(0.0);
            chain.recorded = 0;
            chain.fit = Ok(());
        }
        self.free.append(&mut self.kept);
        self.generation(replicate, 0);
        let (plan, mut fitted) = (self.plan, 0);
        for (entry, generation) in plan.record.generations().enumerate() {
            while fitted < generation {
                if self.chains.iter().all(|chain| chain.fit.is_err()) {
                    return;
                }
                fitted += 1;
                self.generation(replicate, fitted);
            }
            let model = &self.retraining.model;
            for chain in self.chains.iter_mut().filter(|chain| chain.fit.is_ok()) {
                for (fit, losses) in chain.fits.iter().zip(self.current.chunks_exact_mut(M::LOSSES.len())) {
                    model.losses(fit, losses);
                }
                for (value, loss) in chain.values[entry * stride..].iter_mut().zip(&self.current) {
                    *value += loss * share;
                }
                chain.recorded += 1;
            }
        }
    }

    /// Draws what is born at a generation, and fits every chain that has not failed.
    fn generation(&mut self, replicate: u64, generation: u32) {
        let drawn = self.draw(replicate, generation);
        let Self { retraining: Retraining { model, schedule, .. }, real, synthetic, kept, scratch, .. } = self;
        let first_born = kept.partition_point(|kept| kept.born < generation);
        let mut parts = recycle(std::mem::take(&mut self.parts));
        for Chain { weights, fits, made, fit, .. } in &mut self.chains {
            *fit = fit.and(drawn);
            for &Kept { origin, place, .. } in &kept[first_born..] {
                let Origin::Synthetic { node } = origin else { continue };
                *fit = fit.and_then(|()| model.generate(&fits[node], &synthetic[place].noise, &mut made[place]));
            }
            if fit.is_err() {
                continue;
            }
            let weight = if generation == 0 { 1.0 } else { weights.at(generation) };
            for (node, fitted) in fits.iter_mut().enumerate() {
                self.recipe.clear();
                schedule.recipe(node, generation, weight, &mut self.recipe);
                let mut fresh = recycle(parts);
                for &Ingredient { born, index, weight } in self.recipe.iter().filter(|part| part.weight > 0.0) {
                    let found = kept.binary_search_by_key(&(born, index), |kept| (kept.born, kept.index));
                    let Kept { origin, place, .. } = kept[found.expect("a recipe names batches that are kept")];
                    fresh.push(match origin {
                        Origin::Real => {
                            let RealRows { rows, noise, data } = &real[place];
                            Part { weight, rows: *rows, real: true, noise, data }
                        }
                        Origin::Synthetic { .. } => {
                            let SyntheticRows { rows, noise } = &synthetic[place];
                            Part { weight, rows: *rows, real: false, noise, data: &made[place] }
                        }
                    });
                }
                *fit = fit.and_then(|()| model.fit(generation, &fresh, scratch, fitted));
                parts = recycle(fresh);
            }
        }
        self.parts = recycle(parts);
    }

    /// Draws the batches that are born at a generation; those that no later one needs make room.
    fn draw(&mut self, replicate: u64, generation: u32) -> Result<(), FitFailure> {
        let Self { retraining: Retraining { model, source, schedule }, plan, kept, free, .. } = self;
        kept.retain(|batch| {
            let keep = schedule.keeps(batch.born, batch.index, generation);
            if !keep {
                free.push(*batch);
            }
            keep
        });
        self.born.clear();
        schedule.batches(generation, &mut self.born);
        let streams = Streams { seed: plan.seed, experiment: plan.experiment };
        let (mut drawn, mut of_kind) = (Ok(()), [0, 0]);
        for (index, &Batch { origin, rows }) in self.born.iter().enumerate() {
            let real = origin == Origin::Real;
            assert!(real || generation > 0, "a batch of generation 0 is real");
            let fits = |free: &Kept| match free.origin {
                Origin::Real => real && self.real[free.place].rows == rows,
                Origin::Synthetic { .. } => !real && self.synthetic[free.place].rows == rows,
            };
            let place = match free.iter().rposition(fits) {
                Some(found) => free.swap_remove(found).place,
                None if real => {
                    self.real.push(RealRows { rows, noise: model.noise(rows), data: model.data(rows) });
                    self.real.len() - 1
                }
                None => {
                    self.synthetic.push(SyntheticRows { rows, noise: model.noise(rows) });
                    self.chains.iter_mut().for_each(|chain| chain.made.push(model.data(rows)));
                    self.synthetic.len() - 1
                }
            };
            kept.push(Kept { born: generation, index, origin, place });
            let purpose = if real { Purpose::Real } else { Purpose::Synthetic };
            let mut rng = streams.nth(replicate, generation, purpose, of_kind[purpose as usize], plan.cell);
            of_kind[purpose as usize] += 1;
            if real {
                let RealRows { noise, data, .. } = &mut self.real[place];
                drawn = drawn.and(source.draw(model, &mut rng, noise, data));
            } else {
                model.draw(&mut rng, &mut self.synthetic[place].noise);
            }
        }
        drawn
    }
}

/// An empty list with the memory of another, whose borrows have ended: collecting from a list's own iterator keeps its memory.
fn recycle<'b, M: Model>(mut parts: Vec<Part<'_, M>>) -> Vec<Part<'b, M>> {
    parts.clear();
    parts.into_iter().map(|_| unreachable!("the list is empty")).collect()
}
