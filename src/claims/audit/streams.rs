//! Whether random streams of different keys are independent. A model that reports its random numbers shows those that the engine draws.

use std::fmt;

use goldenweight_evidence::{Against, Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
use goldenweight_recursion::{FitFailure, Fresh, FromTruth, Model, Part, Retraining, Rows};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::{self, Purpose, StreamRng};

/// A model that reports its random numbers. A batch is one normal number, and a fit is the pair of the real and the synthetic one. Its losses are these two numbers.
struct Probe;

impl Model for Probe {
    type Noise = f64;
    type Data = ();
    type Fit = [f64; 2];
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["real", "synthetic"];

    fn truth(&self) -> &[f64; 2] {
        &[0.0; 2]
    }

    fn noise(&self, _: usize) -> f64 {
        f64::NAN
    }

    fn data(&self, _: usize) {}

    fn unfitted(&self) -> [f64; 2] {
        [f64::NAN; 2]
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut f64) {
        *noise = rng.sample(StandardNormal);
    }

    fn generate(&self, _: &[f64; 2], _: &f64, (): &mut ()) -> Result<(), FitFailure> {
        Ok(())
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut [f64; 2]) -> Result<(), FitFailure> {
        parts.iter().for_each(|part| fit[usize::from(!part.real)] = *part.noise);
        Ok(())
    }

    fn losses(&self, fit: &[f64; 2], out: &mut [f64]) {
        out.copy_from_slice(fit);
    }
}

/// The key of a batch's stream. Cell and experiment are relative to those of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Of synthetic rows.
    pub is_synthetic: bool,
    /// Generation.
    pub generation: u32,
    /// First replicate.
    pub first: u64,
    /// Distance of the cell.
    pub cell: u64,
    /// Distance of the experiment.
    pub experiment: u64,
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_synthetic, generation, first, cell, experiment } = self;
        let kind = if *is_synthetic { "synthetic" } else { "real" };
        write!(f, "{kind} rows of t = {generation}, replicates from {first}, cell + {cell}, experiment + {experiment}")
    }
}

/// A place: two different keys.
#[derive(Debug)]
pub struct Pair(pub [Batch; 2]);

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.0[0], self.0[1])
    }
}

/// Replicates of a pair.
const REPLICATES: u64 = 4096;

/// Distances between two keys at which a field could overflow, or a counter start again.
const DISTANCES: [u64; 10] = [1, 2, 8, 64, 256, 4096, 1 << 16, 1 << 20, 1 << 31, 1 << 32];

/// The product of two independent standard normal numbers has the mean 0.
pub struct Streams;

impl Audit for Streams {
    type Place = Pair;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Pair {
        loop {
            let t = rng.random_range(1..=40);
            let one = Batch { is_synthetic: rng.random(), generation: t, first: 0, cell: 0, experiment: 0 };
            let mut other = one;
            let distance = DISTANCES[rng.random_range(0..DISTANCES.len())];
            match rng.random_range(0..5) {
                0 => other.is_synthetic = !one.is_synthetic,
                1 => {
                    other.generation =
                        t + if rng.random() { 1 << rng.random_range(0..9) } else { rng.random_range(1..=300) }
                }
                2 => other.first = distance.next_multiple_of(64),
                3 => other.cell = distance,
                _ => other.experiment = distance,
            }
            // In every second pair two fields differ.
            if rng.random() {
                other.is_synthetic = rng.random();
                other.generation = (other.generation + rng.random_range(0..3)).max(1);
            }
            if other != one {
                return Pair([one, other]);
            }
        }
    }

    fn examine(&self, _: &Pair, Pair(pair): &Pair, key: Key) -> Result<Against, String> {
        let [one, other] = pair.map(|batch| numbers(batch, REPLICATES, key));
        let mut products = Moments::default();
        one.iter().zip(&other).for_each(|(a, b)| products.push(a * b));
        Ok(Against { estimate: Estimate::from(&products), expected: 0.0 })
    }
}

/// Batches of different keys have different numbers. It costs no share of the error rate, so that it visits more places than [`Streams`].
pub struct Batches;

impl Audit for Batches {
    type Place = Pair;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Pair {
        Streams.place(rng)
    }

    fn examine(&self, _: &Pair, Pair(pair): &Pair, key: Key) -> Result<Deviation, String> {
        let [one, other] = pair.map(|batch| numbers(batch, 1, key));
        Ok(Deviation::unless(one != other))
    }
}

/// Most generations of a chain whose numbers are compared: more than a counter of 20 bits has.
const LONGEST: f64 = 1.1e6;

/// Batches of long chains have the numbers of their own keys. That keys of any size differ is the part of [`Keys`].
pub struct Own;

impl Audit for Own {
    type Place = Batch;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Batch {
        // Half of them late, where counters of few bits begin again.
        let generation =
            if rng.random() { log_uniform(rng, 1.0, LONGEST) as u32 } else { rng.random_range(1..=LONGEST as u32) };
        Batch { is_synthetic: rng.random(), generation, first: rng.random_range(0..1 << 40), cell: 0, experiment: 0 }
    }

    fn examine(&self, place: &Batch, seen: &Batch, key: Key) -> Result<Deviation, String> {
        let streams = stream::Streams { seed: key.seed, experiment: key.experiment };
        let purpose = if place.is_synthetic { Purpose::Synthetic } else { Purpose::Real };
        let own: f64 = streams.nth(place.first, place.generation, purpose, 0, key.cell).sample(StandardNormal);
        Ok(Deviation::unless(numbers(*seen, 1, key) == [own]))
    }
}

/// The normal number of a batch in each of so many replicates, as the engine draws it.
fn numbers(batch: Batch, replicates: u64, key: Key) -> Vec<f64> {
    let Batch { is_synthetic, generation, first, cell, experiment } = batch;
    let plan = Plan {
        seed: key.seed,
        experiment: key.experiment.wrapping_add(experiment),
        cell: key.cell.wrapping_add(cell << 16),
        replicates: first..first + replicates,
        record: Record::At(vec![generation]),
    };
    let schedule = Fresh { rows: Rows { real: 1, synthetic: 1 } };
    let retraining = Retraining { model: &Probe, source: &FromTruth, schedule: &schedule };
    let options = Options { paths: true, ..Options::default() };
    let found = retraining.run(&plan, &[Weights::Constant(0.5)], options).remove(0);
    found.paths.into_iter().map(|path| path[usize::from(is_synthetic)]).collect()
}

/// All fields of a stream's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Replicate.
    pub replicate: u64,
    /// Generation.
    pub generation: u32,
    /// Of synthetic rows.
    pub is_synthetic: bool,
    /// Number of the stream.
    pub index: u64,
    /// Cell.
    pub cell: u64,
}

/// A place: two keys of one experiment.
#[derive(Debug)]
pub struct Two(pub [Fields; 2]);

impl fmt::Display for Two {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} and {:?}", self.0[0], self.0[1])
    }
}

/// Two keys of an experiment that differ have different streams, also where they differ in a single bit.
pub struct Keys;

impl Audit for Keys {
    type Place = Two;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Two {
        loop {
            let [one, mut other] = [(); 2].map(|()| Fields {
                replicate: rng.random_range(0..3),
                generation: rng.random_range(0..3),
                is_synthetic: rng.random(),
                index: rng.random_range(0..3),
                cell: rng.random_range(0..3),
            });
            // In half of all places two keys of small numbers, in the others two that differ in one bit.
            if rng.random() {
                other = one;
                match rng.random_range(0..4) {
                    0 => other.replicate ^= 1 << rng.random_range(0..64),
                    1 => other.generation ^= 1 << rng.random_range(0..32),
                    // The index has fewer bits: another bit of its word says whether rows are real or synthetic.
                    2 => other.index ^= 1 << rng.random_range(0..62),
                    _ => other.cell ^= 1 << rng.random_range(0..64),
                }
            }
            if one != other {
                return Two([one, other]);
            }
        }
    }

    fn examine(&self, _: &Two, Two(keys): &Two, Key { seed, experiment, .. }: Key) -> Result<Deviation, String> {
        let first = |Fields { replicate, generation, is_synthetic, index, cell }| {
            let purpose = if is_synthetic { Purpose::Synthetic } else { Purpose::Real };
            let streams = stream::Streams { seed, experiment };
            // The generator's state has 256 bits. Four words of 64 bits tell two states apart.
            let mut rng = streams.nth(replicate, generation, purpose, index, cell);
            [(); 4].map(|()| rng.random::<u64>())
        };
        let [one, other] = keys.map(first);
        Ok(Deviation::unless(one != other))
    }
}
