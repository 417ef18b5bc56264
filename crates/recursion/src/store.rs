//! Blocks of replicates that are computed once and kept. Knows no files: who keeps them implements [`Store`].

use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use goldenweight_replicates::moments::Moments;

use crate::engine::Path;

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

/// What replicates gave at one weight: an [`Outcome`](crate::engine::Outcome) without what the plan says.
#[derive(Clone, Debug, PartialEq)]
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
    /// [`BLOCK`](crate::engine::BLOCK), or with the replicates.
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
