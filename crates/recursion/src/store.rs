//! Blocks of replicates that are computed once and kept. Knows no files: who keeps them implements [`Store`].

use std::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use goldenweight_replicates::BLOCK;
use goldenweight_replicates::moments::Moments;
use goldenweight_replicates::share::Share;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::engine::Path;

/// Blocks per thread that are computed before they are merged: bounds the memory. No effect on the result.
const BLOCKS_PER_THREAD: usize = 16;

/// Version of the simulated digits: raised with every change of a model, a source, a schedule, a stream or the order of summation that changes a bit
/// of an outcome. What a store has kept under another version is not used.
///
/// # Tested by
/// `tests/simulators/kept.rs`: a hash of the outcomes of all models, which is written beside this number.
pub const VALUES: u32 = 1;

/// A run at some weights, whichever replicates are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// A hash of all that its numbers follow from.
    pub name: [u8; 32],
    /// Seed of the run.
    pub seed: u64,
    /// Its experiment.
    pub experiment: u64,
}

/// What replicates gave at one weight: an [`Outcome`](crate::engine::Outcome) without what the plan says. Or whatever else is made of replicates block by block,
/// see [`Blockwise`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// All moments, entry by entry.
    pub moments: Vec<Moments>,
    /// The same of the losses less their controls.
    pub controlled: Option<Vec<Moments>>,
    /// Replicates that ended in a failed fit.
    pub failed_fits: u64,
    /// The path of every replicate.
    pub paths: Vec<Path>,
}

impl Stored {
    /// Appends what the replicates that follow gave.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::store::Stored;
    ///
    /// let mut all = Stored { failed_fits: 1, ..Stored::default() };
    /// all.merge(Stored { failed_fits: 2, ..Stored::default() });
    /// assert_eq!(all.failed_fits, 3);
    /// ```
    pub fn merge(&mut self, next: Self) {
        let add = |(total, value): (&mut Moments, &Moments)| total.merge(value);
        self.moments.iter_mut().zip(&next.moments).for_each(add);
        let both = self.controlled.take().zip(next.controlled);
        self.controlled = both.map(|(mut total, next)| {
            total.iter_mut().zip(&next).for_each(add);
            total
        });
        self.failed_fits += next.failed_fits;
        self.paths.extend(next.paths);
    }

    /// Whether it can take the place of this one, of nothing yet.
    fn fits(&self, nothing: &Self) -> bool {
        let count = self.moments.len();
        let is_controlled = |kept: &Vec<Moments>| nothing.controlled.is_some() && kept.len() == count;
        count == nothing.moments.len() && self.controlled.as_ref().is_none_or(is_controlled)
    }
}

/// Replicates that are computed in blocks of [`BLOCK`], side by side, and merged in the order of their index. Blocks that a store has are taken from there, and it keeps the others.
///
/// # Examples
/// The moments of what a function gives, as [`Retraining::run`](crate::Retraining::run) makes those of losses:
/// ```
/// use goldenweight_recursion::store::{Blockwise, Stored};
/// use goldenweight_replicates::moments::Moments;
///
/// let nothing = Stored { moments: vec![Moments::default()], ..Stored::default() };
/// let block = |replicates: std::ops::Range<u64>| {
///     let mut stored = nothing.clone();
///     replicates.for_each(|r| stored.moments[0].push(r as f64));
///     (vec![stored], true)
/// };
/// let work = Blockwise { replicates: 0..100, store: None, share: None, progress: &|_| (), keeps_beginnings: true };
/// let found = work.run(vec![nothing.clone()], block);
/// assert_eq!((found[0].moments[0].count(), found[0].moments[0].mean()), (100, 49.5));
/// ```
#[derive(Clone)]
pub struct Blockwise<'a> {
    /// By index.
    pub replicates: Range<u64>,
    /// Where blocks are looked for and kept, and the run that they are of.
    pub store: Option<(&'a dyn Store, Run)>,
    /// With a store: only this share of the blocks that are not kept is computed. Where others are lacking, what is returned is of the replicates before them.
    pub share: Option<Share>,
    /// Called with the number of replicates that were just taken from the store.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Whether beginnings are kept in the place of their blocks: not where they have paths, which would be written again and again.
    pub keeps_beginnings: bool,
}

impl Blockwise<'_> {
    /// What all replicates gave, in as many parts as `nothing` has, which has their form. `block` gives what the replicates of a block gave, and whether it is whole: after one that is
    /// not, nothing more is merged.
    pub fn run(&self, nothing: Vec<Stored>, block: impl Fn(Range<u64>) -> (Vec<Stored>, bool) + Sync) -> Vec<Stored> {
        self.merged(nothing, &block)
    }

    /// The same behind a reference, so that it is compiled once, not for each model.
    fn merged(&self, nothing: Vec<Stored>, block: &(dyn Fn(Range<u64>) -> (Vec<Stored>, bool) + Sync)) -> Vec<Stored> {
        let Self { replicates, store, share, progress, keeps_beginnings } = self;
        let fits = |kept: &Vec<Stored>| {
            kept.len() == nothing.len() && kept.iter().zip(&nothing).all(|(kept, nothing)| kept.fits(nothing))
        };
        let (mut totals, mut done) = (nothing.clone(), replicates.start);
        if let Some((store, run)) = store
            && let Some((end, found)) = store.beginning(run, replicates.clone())
            && fits(&found)
        {
            progress(end - done);
            (totals, done) = (found, end);
        }
        let wave = (BLOCKS_PER_THREAD * rayon::current_num_threads()) as u64;
        let last = replicates.end.div_ceil(BLOCK);
        let mut next = if done == replicates.end { last } else { done / BLOCK };
        let mut lacking = false;
        while next < last {
            let blocks = next..last.min(next + wave);
            next = blocks.end;
            let one = |index: u64| {
                let of_block = replicates.start.max(index * BLOCK)..replicates.end.min((index + 1) * BLOCK);
                let Some((store, run)) = store else {
                    return Some(block(of_block));
                };
                if let Some(found) = store.find(run, of_block.clone()).filter(fits) {
                    progress(of_block.end - of_block.start);
                    return Some((found, true));
                }
                if share.is_some_and(|share| !share.has(index)) {
                    store.lacks(run, of_block);
                    return None;
                }
                let began = Instant::now();
                let (found, whole) = block(of_block.clone());
                if whole {
                    store.keep(run, of_block, found.clone(), began.elapsed());
                }
                Some((found, whole))
            };
            let finished: Vec<_> = blocks.clone().into_par_iter().map(one).collect();
            // Behind the last whole block, where a run ends within one: a longer run goes on from there.
            let (mut whole, within) = (None, replicates.end / BLOCK);
            for (index, block) in blocks.zip(finished) {
                if index == within && index * BLOCK > replicates.start {
                    whole = Some(totals.clone());
                }
                let Some((block, whole)) = block.filter(|_| !lacking) else {
                    lacking = true;
                    continue;
                };
                totals.iter_mut().zip(block).for_each(|(total, next)| total.merge(next));
                if !whole {
                    return totals;
                }
            }
            // Whoever has a share keeps blocks alone, since others may have the next one. Where all are there, the first one's owner keeps what they add up to.
            let keeps = |share: Share| next == last && !lacking && share.has(replicates.start / BLOCK);
            if let (Some((store, run)), true) = (store, *keeps_beginnings && share.is_none_or(keeps)) {
                if let Some(whole) = whole {
                    store.keep(run, replicates.start..within * BLOCK, whole, Duration::ZERO);
                }
                let all = replicates.start..replicates.end.min(next * BLOCK);
                store.keep(run, all, totals.clone(), Duration::ZERO);
            }
        }
        totals
    }
}

/// Keeps what replicates gave, one value for each weight of the run.
///
/// # Contract
/// What is returned is what was kept, to the bit, or none. Replicates of which nothing is returned are simulated.
///
/// # Examples
/// In memory. The second run finds all that it asks for, and goes on where the first one ended.
/// ```
/// use std::{collections::HashMap, ops::Range, sync::Mutex, time::Duration};
/// use goldenweight_recursion::engine::{BLOCK, Options, Plan, Record, Weights};
/// use goldenweight_recursion::store::{Run, Store, Stored};
/// use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, models::categorical::CategoricalSufficient};
///
/// #[derive(Default)]
/// struct Memory(Mutex<HashMap<(u64, u64), Vec<Stored>>>);
///
/// impl Store for Memory {
///     fn name(&self, _: &str) -> [u8; 32] {
///         [0; 32] // of one run alone
///     }
///     fn find(&self, _: &Run, replicates: Range<u64>) -> Option<Vec<Stored>> {
///         self.0.lock().unwrap().get(&(replicates.start, replicates.end)).cloned()
///     }
///     fn beginning(&self, _: &Run, replicates: Range<u64>) -> Option<(u64, Vec<Stored>)> {
///         let known = self.0.lock().unwrap();
///         let fits = |&&(start, end): &&(u64, u64)| start == replicates.start && end <= replicates.end;
///         known.keys().filter(fits).max().map(|key| (key.1, known[key].clone()))
///     }
///     fn keep(&self, _: &Run, replicates: Range<u64>, stored: Vec<Stored>, _: Duration) {
///         self.0.lock().unwrap().insert((replicates.start, replicates.end), stored);
///     }
///     fn lacks(&self, _: &Run, _: Range<u64>) {}
///     fn conclude(&self, _: &Run, _: Range<u64>, _: Vec<Stored>) {}
/// }
///
/// let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Fresh { rows: Rows { real: 10, synthetic: 10 } });
/// let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
/// let plan = |end| Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..end, record: Record::At(vec![3]) };
/// let weights = [Weights::Constant(0.5)];
/// let memory = Memory::default();
/// let with = Options { store: Some(&memory), ..Options::default() };
/// for end in [2 * BLOCK, 300] {
///     assert_eq!(retraining.run(&plan(end), &weights, with), retraining.run(&plan(end), &weights, Options::default()));
/// }
/// assert!(memory.beginning(&Run { name: [0; 32], seed: 1, experiment: 0 }, 0..300).is_some_and(|(end, _)| end == 300));
/// ```
pub trait Store: Send + Sync {
    /// The name of the run that these words determine: a hash under which no two runs meet.
    fn name(&self, words: &str) -> [u8; 32];

    /// What was kept of exactly these replicates.
    fn find(&self, run: &Run, replicates: Range<u64>) -> Option<Vec<Stored>>;

    /// The longest beginning of these replicates that was kept: where it ends, and what it gave. It ends at a multiple of
    /// [`BLOCK`], or with the replicates.
    fn beginning(&self, run: &Run, replicates: Range<u64>) -> Option<(u64, Vec<Stored>)>;

    /// Keeps what these replicates gave: one block, or a beginning of what was asked for, merged in the order of the blocks. What it keeps of a beginning replaces
    /// what it has kept of its parts. `took` is the time that a block was simulated for, nothing for what was merged.
    fn keep(&self, run: &Run, replicates: Range<u64>, stored: Vec<Stored>, took: Duration);

    /// Is told that a run needs replicates that are not kept and belong to another share.
    fn lacks(&self, run: &Run, replicates: Range<u64>);

    /// Keeps what follows from all that was drawn so far under the run's seed and experiment, in the place of that.
    fn conclude(&self, run: &Run, replicates: Range<u64>, stored: Vec<Stored>);
}

static OF_PROCESS: OnceLock<&'static dyn Store> = OnceLock::new();

/// Makes this the store of all runs of the process that do not name another one, [`Options`](crate::engine::Options). It cannot be changed: the first one stays.
///
/// # Examples
/// ```
/// use std::{ops::Range, time::Duration};
/// use goldenweight_recursion::store::{Run, Store, Stored, install, installed};
///
/// /// Keeps nothing.
/// struct Empty;
/// impl Store for Empty {
///     fn name(&self, _: &str) -> [u8; 32] {
///         [0; 32]
///     }
///     fn find(&self, _: &Run, _: Range<u64>) -> Option<Vec<Stored>> {
///         None
///     }
///     fn beginning(&self, _: &Run, _: Range<u64>) -> Option<(u64, Vec<Stored>)> {
///         None
///     }
///     fn keep(&self, _: &Run, _: Range<u64>, _: Vec<Stored>, _: Duration) {}
///     fn lacks(&self, _: &Run, _: Range<u64>) {}
///     fn conclude(&self, _: &Run, _: Range<u64>, _: Vec<Stored>) {}
/// }
/// install(&Empty);
/// assert!(installed().is_some());
/// ```
pub fn install(store: &'static dyn Store) {
    OF_PROCESS.get_or_init(|| store);
}

/// The store of the process, where it has one.
///
/// # Examples
/// ```
/// assert!(goldenweight_recursion::store::installed().is_none());
/// ```
#[must_use]
pub fn installed() -> Option<&'static dyn Store> {
    OF_PROCESS.get().copied()
}
