//! What the rules of evidence see of a simulation: tallies of its replicates.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use goldenweight_replicates::BLOCK;
use goldenweight_replicates::moments::Moments;
use goldenweight_replicates::share::Share;
use goldenweight_replicates::stream::{StreamRng, Streams};
use rayon::prelude::*;

/// Key of a simulation's random streams.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Key, rand::RngExt};
///
/// let key = Key { seed: 1, experiment: 2, cell: 3 };
/// let draw = |replicate| key.rng(replicate).random::<u64>();
/// assert!(draw(0) == draw(0) && draw(0) != draw(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Seed of the run.
    pub seed: u64,
    /// The check, see [`experiment_id`](goldenweight_replicates::stream::experiment_id).
    pub experiment: u64,
    /// The case, or one of its batches.
    pub cell: u64,
}

impl Key {
    /// The stream of random numbers of a replicate.
    #[must_use]
    pub fn rng(self, replicate: u64) -> StreamRng {
        Streams { seed: self.seed, experiment: self.experiment }.of_replicate(replicate, self.cell)
    }
}

/// What replicates gave: one value each, or a failure.
///
/// # Examples
/// ```
/// use goldenweight_evidence::Tally;
///
/// let mut tally = Tally::default();
/// [Some(1.0), None, Some(3.0)].into_iter().for_each(|value| tally.push(value));
/// assert_eq!((tally.moments.mean(), tally.failed), (2.0, 1));
/// let again = tally;
/// tally.merge(&again);
/// assert_eq!(tally.replicates(), 6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Moments of the values.
    pub moments: Moments,
    /// Replicates that failed, and have no value.
    pub failed: u64,
}

impl Tally {
    /// Adds one replicate: its value, or none where it failed.
    pub fn push(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.moments.push(value),
            None => self.failed += 1,
        }
    }

    /// Appends the replicates that follow.
    pub fn merge(&mut self, next: &Self) {
        self.moments.merge(&next.moments);
        self.failed += next.failed;
    }

    /// Replicates, the failed ones included.
    #[must_use]
    pub const fn replicates(&self) -> u64 {
        self.moments.count() + self.failed
    }
}

/// What is to be drawn of a simulation.
///
/// # Examples
/// A uniform number to the power of 1 and of 2, of mean 1/2 and 1/3:
/// ```
/// use std::sync::atomic::AtomicBool;
/// use goldenweight_evidence::{Draw, Key};
/// use rand::RngExt;
///
/// let (key, stop) = (Key { seed: 1, experiment: 2, cell: 0 }, AtomicBool::new(false));
/// let found = Draw { key, replicates: 0..10_000, points: &[1.0, 2.0], stop: &stop, share: None }.each(|rng, tallies| {
///     let u: f64 = rng.random();
///     tallies[0].push(Some(u));
///     tallies[1].push(Some(u * u));
/// });
/// for (tally, mean) in found.iter().zip([1.0 / 2.0, 1.0 / 3.0]) {
///     assert!((tally.moments.mean() - mean).abs() < 5.0 * tally.moments.std_error());
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Draw<'a> {
    /// Key of the streams of random numbers.
    pub key: Key,
    /// Replicates, by index.
    pub replicates: Range<u64>,
    /// Values of the parameter.
    pub points: &'a [f64],
    /// Set where the run is to end, and never unset. From then on what a simulation returns is not used, so it may return anything, and should do so soon.
    pub stop: &'a AtomicBool,
    /// Where the work is divided: the share that is drawn, see [`Simulation::is_shared`].
    pub share: Option<Share>,
}

impl Draw<'_> {
    /// Draws replicate by replicate, each on a stream of its own, until told to stop: `one` pushes a replicate to the tally of each point.
    pub fn each(self, mut one: impl FnMut(&mut StreamRng, &mut [Tally])) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.points.len()];
        for replicate in self.replicates {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            one(&mut self.key.rng(replicate), &mut tallies);
        }
        tallies
    }
}

/// A simulation with one parameter (or none).
///
/// # Contract
/// * Replicate r under a key is the same whatever other replicates and points it is drawn with, and differs between keys: streams belong to
///   (key, replicate), see [`Key::rng`].
/// * All points see the same random numbers, so that a difference between two points is not noise alone.
/// * Replicates are merged in the order of their index, or in blocks of [`BLOCK`] in that order; so the tallies have the same bits for any number
///   of threads.
/// * Where [`Draw::stop`] is set meanwhile it ends soon. [`Draw::each`] sees to that.
///
/// # Examples
/// ```
/// use std::sync::atomic::AtomicBool;
/// use goldenweight_evidence::{Draw, Key, Simulation, Tally};
/// use rand::RngExt;
///
/// /// (U - x)^2 of a uniform U, of which the mean is 1/12 + (x - 1/2)^2.
/// struct Distance;
/// impl Simulation for Distance {
///     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
///         let points = draw.points;
///         draw.each(|rng, tallies| {
///             let u: f64 = rng.random();
///             for (tally, x) in tallies.iter_mut().zip(points) {
///                 tally.push(Some((u - x) * (u - x)));
///             }
///         })
///     }
/// }
/// let (key, stop) = (Key { seed: 1, experiment: 2, cell: 0 }, AtomicBool::new(false));
/// let found = Distance.draw(Draw { key, replicates: 0..10_000, points: &[0.5], stop: &stop, share: None });
/// assert!((found[0].moments.mean() - 1.0 / 12.0).abs() < 5.0 * found[0].moments.std_error());
/// ```
pub trait Simulation: Send + Sync {
    /// The tally of the replicates at each of the points.
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally>;

    /// Whether it keeps what it draws, so that several processes can divide the replicates. Then [`Draw::share`] may be given: it draws no others than those of
    /// that share, and where some are lacking that no process has kept, the tallies have fewer replicates than were asked for.
    fn is_shared(&self) -> bool {
        false
    }

    /// How many values a tally of so many replicates has, the failures included: fewer are lacking some. Where it is not one of each replicate, all replicates of a look are drawn together.
    fn values(&self, replicates: u64) -> u64 {
        replicates
    }

    /// What a replicate costs at one point, in a unit that all simulations of a suite have in common. Shares are dealt out by it,
    /// see [`Suite::draw_share`](crate::Suite::draw_share). It is a rough guess, and must be the same in all processes.
    fn cost(&self) -> f64 {
        1.0
    }

    /// All that its numbers under a key follow from, where it keeps what it draws.
    fn identity(&self, _key: Key) -> Option<String> {
        None
    }

    /// Numbers that were concluded under these words, of so many replicates.
    fn concluded(&self, _key: Key, _words: &str, _replicates: u64) -> Option<Vec<f64>> {
        None
    }

    /// Keeps numbers that follow from all that was drawn for the key's seed and experiment, in the place of that. The words tell all that they follow from.
    fn conclude(&self, _key: Key, _words: &str, _replicates: u64, _numbers: Vec<f64>) {}
}

impl<S: Simulation + ?Sized> Simulation for Arc<S> {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        (**self).draw(draw)
    }

    fn is_shared(&self) -> bool {
        (**self).is_shared()
    }

    fn values(&self, replicates: u64) -> u64 {
        (**self).values(replicates)
    }

    fn cost(&self) -> f64 {
        (**self).cost()
    }

    fn identity(&self, key: Key) -> Option<String> {
        (**self).identity(key)
    }

    fn concluded(&self, key: Key, words: &str, replicates: u64) -> Option<Vec<f64>> {
        (**self).concluded(key, words, replicates)
    }

    fn conclude(&self, key: Key, words: &str, replicates: u64, numbers: Vec<f64>) {
        (**self).conclude(key, words, replicates, numbers);
    }
}

/// What blocks of replicates say of whether they are independent. See [`Blocks`].
///
/// # Examples
/// Two blocks around the mean 0: their means are 1 and -1, and the variance over all is 4/3.
/// ```
/// use goldenweight_evidence::{Between, Tally};
///
/// let block = |values: [f64; 2]| {
///     let mut tally = Tally::default();
///     values.into_iter().for_each(|value| tally.push(Some(value)));
///     Between::of_block(&tally, 0.0)
/// };
/// let mut both = block([1.0, 1.0]);
/// both.merge(&block([-1.0, -1.0]));
/// assert_eq!(both.tally().moments.count(), 2);
/// assert!((both.tally().moments.mean() - 2.0 / (4.0 / 3.0)).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Between {
    /// Of each block, `count (mean of the block - mean)^2`.
    pub distances: Moments,
    /// Of all replicates.
    pub all: Moments,
    /// Replicates that failed.
    pub failed: u64,
}

impl Between {
    /// Of one block, around the mean of the simulation.
    #[must_use]
    pub fn of_block(Tally { moments, failed }: &Tally, mean: f64) -> Self {
        let mut distances = Moments::default();
        distances.push(moments.count() as f64 * (moments.mean() - mean).powi(2));
        Self { distances, all: *moments, failed: *failed }
    }

    /// Appends the blocks that follow.
    pub fn merge(&mut self, next: &Self) {
        self.distances.merge(&next.distances);
        self.all.merge(&next.all);
        self.failed += next.failed;
    }

    /// The distances over the variance of all replicates: a value for each block.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let variance = self.all.variance();
        Tally { moments: self.distances.over(variance), failed: self.failed }
    }
}

/// Tests whether the replicates of a simulation are independent. Each block of [`BLOCK`] replicates of it is one replicate here, and its value has the mean 1 where
/// they are.
///
/// # Formula
/// `count (mean of the block - mean)^2/s^2`, s^2 the variance over all replicates that are drawn together: the variance between blocks over that within.
pub struct Blocks<S> {
    /// The simulation.
    pub simulation: S,
    /// Its mean.
    pub mean: f64,
}

impl<S: Simulation> Simulation for Blocks<S> {
    fn draw(&self, Draw { key, replicates, points, stop, .. }: Draw<'_>) -> Vec<Tally> {
        let firsts: Vec<u64> = replicates.step_by(BLOCK as usize).collect();
        let block =
            |first| self.simulation.draw(Draw { key, replicates: first..first + BLOCK, points, stop, share: None });
        let mut found = vec![Between::default(); points.len()];
        for block in firsts.into_par_iter().map(block).collect::<Vec<_>>() {
            found.iter_mut().zip(&block).for_each(|(all, next)| all.merge(&Between::of_block(next, self.mean)));
        }
        found.iter().map(Between::tally).collect()
    }

    fn values(&self, replicates: u64) -> u64 {
        replicates.div_ceil(BLOCK)
    }
}
