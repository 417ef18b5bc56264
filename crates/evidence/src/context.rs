//! What a check is told of the run that it is a part of.

use std::sync::atomic::{AtomicBool, Ordering};

use goldenweight_replicates::share::Share;
use goldenweight_replicates::stream::experiment_id;

use crate::simulation::Key;
use crate::stats::family::Family;

/// How much is spent on a run. A suite has its tiers in order, the cheapest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// Its name.
    pub word: &'static str,
    /// What the margin of a statistical check is divided by.
    pub precision: f64,
    /// The largest margin that is left then, of a check that is not [coarse](crate::Check::coarse).
    pub margin: f64,
}

impl Tier {
    /// Replicates and margins as the checks declare them.
    pub const QUICK: Self = Self { word: "quick", precision: 1.0, margin: f64::INFINITY };

    /// A third of the margins, and at most .78 %: a comparison detects one to one and a half times its margin, so that most of these detect 1 %.
    pub const FULL: Self = Self { word: "full", precision: 3.0, margin: 0.0078 };
}

/// What a check is told.
///
/// # Examples
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use goldenweight_evidence::{Context, Tier, stats::family::Family};
///
/// let stop = AtomicBool::new(false);
/// let of = |check| Context::of("claim", check, 7, Tier::QUICK, Family::new(1e-3, 10), &stop);
/// // Each check has random streams of its own.
/// assert_ne!(of("mean").experiment, of("variance").experiment);
/// stop.store(true, Ordering::Relaxed);
/// assert!(of("mean").is_stopped());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Seed of the run.
    pub seed: u64,
    /// Tier of the run.
    pub tier: Tier,
    /// The run's statistical comparisons and their common false-alarm rate.
    pub family: Family,
    /// Key of the check's random streams.
    pub experiment: u64,
    /// Set where the run is to end: nothing more is drawn then.
    pub stop: &'a AtomicBool,
    /// Where several processes divide the work: the share that is drawn. Then there is no verdict, see [`Suite::draw_share`](crate::Suite::draw_share).
    pub share: Option<Share>,
}

impl<'a> Context<'a> {
    /// Of a claim's check, whose random streams belong to its name.
    #[must_use]
    pub fn of(claim: &str, check: &str, seed: u64, tier: Tier, family: Family, stop: &'a AtomicBool) -> Self {
        Self { seed, tier, family, experiment: experiment_id(&format!("{claim}/{check}")), stop, share: None }
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(crate) const fn key(&self, cell: u64) -> Key {
        Key { seed: self.seed, experiment: self.experiment, cell }
    }
}
