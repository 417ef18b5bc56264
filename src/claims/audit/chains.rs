//! Whether the engine builds chains as their schedule says. A few lines here draw the same random numbers and must get the same chains.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::engine::{BLOCK, Options, Plan, Record, Weights};
use goldenweight_recursion::{FitFailure, FromTruth, Model, Part, Retraining};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::experiment::Rows;
use crate::simulate::engine::ScheduleKind;
use crate::stream::{Purpose, StreamRng, Streams};

/// A model that shows what the engine does. Its data are one number, the mean of a batch: a normal number around the fit that makes the batch. A fit is the
/// weighted mean of its parts, and the number of their rows.
struct Probe;

impl Model for Probe {
    type Noise = f64;
    type Data = f64;
    type Fit = [f64; 2];
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["mean", "rows"];

    fn truth(&self) -> &[f64; 2] {
        &[0.0; 2]
    }

    fn noise(&self, _: usize) -> f64 {
        f64::NAN
    }

    fn data(&self, _: usize) -> f64 {
        f64::NAN
    }

    fn unfitted(&self) -> [f64; 2] {
        [f64::NAN; 2]
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut f64) {
        *noise = rng.sample(StandardNormal);
    }

    fn generate(&self, [mean, _]: &[f64; 2], noise: &f64, data: &mut f64) -> Result<(), FitFailure> {
        *data = mean + noise;
        Ok(())
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut [f64; 2]) -> Result<(), FitFailure> {
        fit[0] = parts.iter().map(|part| part.weight * part.data).sum();
        fit[1] = parts.iter().map(|part| part.rows as f64).sum();
        Ok(())
    }

    fn losses(&self, fit: &[f64; 2], out: &mut [f64]) {
        out.copy_from_slice(fit);
    }
}

/// A place of this audit: some replicates of a chain.
#[derive(Clone, Debug)]
pub struct Chains {
    /// What each generation is fitted on.
    pub schedule: ScheduleKind,
    /// Rows per generation.
    pub rows: Rows,
    /// The weights of generations 1, 2, ...
    pub weights: Vec<f64>,
    /// Whether they are equal.
    pub is_constant: bool,
    /// First replicate, and how many.
    pub replicates: (u64, u64),
    /// What is recorded.
    pub record: Record,
}

impl fmt::Display for Chains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schedule, rows, weights, is_constant, replicates: (first, count), record } = self;
        write!(f, "{} real rows, n = {}, m = {}, {record:?}", schedule.name(), rows.real, rows.synthetic)?;
        let shown = &weights[..weights.len().min(if *is_constant { 1 } else { 4 })];
        write!(
            f,
            ", {} weights {shown:?}, {count} replicates from {first}",
            if *is_constant { "equal" } else { "changing" }
        )
    }
}

/// Compares what the engine records of a chain with [`path`].
pub struct Retrained;

impl Audit for Retrained {
    type Place = Chains;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Chains {
        let schedule = ScheduleKind::ALL[rng.random_range(0..ScheduleKind::ALL.len())];
        // Every generation is fitted on all data so far, so that a chain of t generations costs t^2.
        let last: f64 = if schedule.takes_weight() { 2000.0 } else { 500.0 };
        let t = (log_uniform(rng, 1.0, last + 1.0) as u32) - u32::from(rng.random_range(0..8) == 0);
        let record = match rng.random_range(0..4) {
            0 => Record::Average { from: 0, until: t + 1 },
            1 => Record::Average { from: rng.random_range(0..=t), until: t + 1 },
            _ => Record::At(vec![t]),
        };
        let weight = |rng: &mut StreamRng| match rng.random_range(0..5) {
            0 => 0.0,
            1 => 1.0,
            2 => log_uniform(rng, 1e-9, 1e-2),
            _ => rng.random(),
        };
        let is_constant = rng.random();
        let one = weight(rng);
        let weights = (0..t).map(|_| if is_constant { one } else { weight(rng) }).collect();
        let [real, synthetic] = [(); 2].map(|()| log_uniform(rng, 1.0, 1e4) as usize);
        let rows = Rows { real, synthetic };
        // Replicates before and after the end of a block of the engine.
        let first = BLOCK * rng.random_range(1..2000) - rng.random_range(0..3);
        Chains { schedule, rows, weights, is_constant, replicates: (first, rng.random_range(1..4)), record }
    }

    fn examine(&self, place: &Chains, seen: &Chains, key: Key) -> Result<Deviation, String> {
        let (first, count) = seen.replicates;
        let plan = Plan {
            seed: key.seed,
            experiment: key.experiment,
            cell: key.cell,
            replicates: first..first + count,
            record: seen.record.clone(),
        };
        let schedule = seen.schedule.of(seen.rows);
        let retraining = Retraining { model: &Probe, source: &FromTruth, schedule: &*schedule };
        let weights = match seen.weights.first() {
            Some(&weight) if seen.is_constant => Weights::Constant(weight),
            _ => Weights::Sequence(seen.weights.clone()),
        };
        // A second chain with another weight is run beside it, which must not matter.
        let outcomes = retraining.run(&plan, &[Weights::Constant(0.5), weights], Options::default());
        let recorded = &outcomes[1].moments[0];
        let (first, count) = place.replicates;
        let mut expected = [0.0; 2];
        for replicate in first..first + count {
            let path = path(place, key, replicate);
            let recorded = match place.record {
                Record::At(_) => &path[path.len() - 1..],
                Record::Average { from, .. } => &path[from as usize..],
            };
            for values in recorded {
                let share = 1.0 / (recorded.len() as f64 * count as f64);
                expected.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
            }
        }
        // The fit is a sum of about t normal numbers, of size sqrt t or so, and each generation rounds it a few times.
        let generations = 1.0 + place.weights.len() as f64;
        let (size, tolerance) = (generations.sqrt() + expected[0].abs(), 1e-14 * generations);
        Ok(Deviation::relative(size + recorded[0].mean(), size + expected[0], tolerance).max(Deviation::relative(
            recorded[1].mean(),
            expected[1],
            tolerance,
        )))
    }

    fn smaller(&self, place: &Chains) -> Vec<Chains> {
        let until = |t: usize| {
            let record = match place.record {
                Record::At(_) => Record::At(vec![t as u32]),
                Record::Average { from, .. } => Record::Average { from: from.min(t as u32), until: t as u32 + 1 },
            };
            Chains { weights: place.weights[..t].to_vec(), record, ..place.clone() }
        };
        let t = place.weights.len();
        let mut found = vec![Chains { replicates: (0, 1), ..place.clone() }];
        if t > 0 {
            found.extend([t / 2, t - 1].map(until));
            found.push(Chains { weights: vec![0.5; t], is_constant: true, ..place.clone() });
        }
        found
    }
}

/// Mean and number of rows of the fits of one replicate at t = 0, 1, ..., computed without the engine.
fn path(place: &Chains, key: Key, replicate: u64) -> Vec<[f64; 2]> {
    let streams = Streams { seed: key.seed, experiment: key.experiment };
    let drawn = |t: usize, purpose: Purpose| -> f64 {
        streams.nth(replicate, t as u32, purpose, 0, key.cell).sample(StandardNormal)
    };
    let (n, m) = (place.rows.real as f64, place.rows.synthetic as f64);
    let start = drawn(0, Purpose::Real);
    let mut path = vec![[start, n]];
    let mut all = n * start;
    for (i, &w) in place.weights.iter().enumerate() {
        let t = i + 1;
        let made = path[i][0] + drawn(t, Purpose::Synthetic);
        all += m * made;
        let mixed =
            |real: f64| [w * real + (1.0 - w) * made, if w > 0.0 { n } else { 0.0 } + if w < 1.0 { m } else { 0.0 }];
        path.push(match place.schedule {
            ScheduleKind::Fresh => mixed(drawn(t, Purpose::Real)),
            ScheduleKind::Fixed => mixed(start),
            // The engine gives a fit all rows; which of them are drawn is the model's part.
            ScheduleKind::Accumulate | ScheduleKind::Subsample => {
                let rows = n + t as f64 * m;
                [all / rows, rows]
            }
        });
    }
    path
}
