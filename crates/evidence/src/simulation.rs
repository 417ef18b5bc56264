//! What the rules of evidence see of a simulation: tallies of its replicates.

use std::ops::Range;
use std::sync::Arc;

use goldenweight_replicates::moments::Moments;
use goldenweight_replicates::stream::{StreamRng, Streams};
use rayon::prelude::*;

/// Replicates of a block: a look ends with a whole one, so that a simulation may merge its moments block by block, in the order of their index.
/// Part of the order of summation: changing it changes the last bits of every number.
pub const BLOCK: u64 = 64;

/// Key of a simulation's random streams.
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

/// A simulation with one parameter (or none).
///
/// # Contract
/// * Replicate r under a key is the same whatever other replicates and points it is drawn with, and differs between keys: streams belong to
///   (key, replicate), see [`Key::rng`].
/// * All points see the same random numbers, so that a difference between two points is not noise alone.
/// * Replicates are merged in the order of their index, or in blocks of [`BLOCK`] in that order; so the tallies have the same bits for any number
///   of threads.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Key, Simulation, Tally};
/// use rand::RngExt;
/// use std::ops::Range;
///
/// /// (U - x)^2 of a uniform U, of which the mean is 1/12 + (x - 1/2)^2.
/// struct Distance;
/// impl Simulation for Distance {
///     fn draw(&self, key: Key, replicates: Range<u64>, points: &[f64]) -> Vec<Tally> {
///         let mut tallies = vec![Tally::default(); points.len()];
///         for replicate in replicates {
///             let u: f64 = key.rng(replicate).random();
///             for (tally, x) in tallies.iter_mut().zip(points) {
///                 tally.push(Some((u - x) * (u - x)));
///             }
///         }
///         tallies
///     }
/// }
/// let found = Distance.draw(Key { seed: 1, experiment: 2, cell: 0 }, 0..10_000, &[0.5]);
/// assert!((found[0].moments.mean() - 1.0 / 12.0).abs() < 5.0 * found[0].moments.std_error());
/// ```
pub trait Simulation: Send + Sync {
    /// The tally of these replicates at each of the points.
    fn draw(&self, key: Key, replicates: Range<u64>, points: &[f64]) -> Vec<Tally>;
}

impl<S: Simulation + ?Sized> Simulation for Arc<S> {
    fn draw(&self, key: Key, replicates: Range<u64>, points: &[f64]) -> Vec<Tally> {
        (**self).draw(key, replicates, points)
    }
}

/// Whether the replicates of a simulation are independent: each block of [`BLOCK`] counts as one replicate, of which the value has mean 1 where they
/// are.
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
    fn draw(&self, key: Key, replicates: Range<u64>, points: &[f64]) -> Vec<Tally> {
        let firsts: Vec<u64> = replicates.step_by(BLOCK as usize).collect();
        let block = |first| self.simulation.draw(key, first..first + BLOCK, points);
        let blocks: Vec<Vec<Tally>> = firsts.into_par_iter().map(block).collect();
        let at = |point: usize| {
            let (mut all, mut ratios) = (Moments::default(), Tally::default());
            blocks.iter().for_each(|block| all.merge(&block[point].moments));
            for Tally { moments, failed } in blocks.iter().map(|block| &block[point]) {
                ratios.push(Some(moments.count() as f64 * (moments.mean() - self.mean).powi(2) / all.variance()));
                ratios.failed += failed;
            }
            ratios
        };
        (0..points.len()).map(at).collect()
    }
}
