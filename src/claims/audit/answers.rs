//! What the command `simulate` says of its replicates, against their losses one by one.

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use rand::RngExt;

use super::place::Place;
use crate::answer::closed_form::risk;
use crate::answer::controlled::Controlled;
use crate::answer::monte_carlo::{Preferred, Simulation, simulate};
use crate::experiment::Generations;
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::Options;
use crate::stats::shown::FEWEST;
use crate::stream::StreamRng;

/// Means, standard errors, z, ratios and counts.
pub struct Answers;

/// Most numbers that a replicate draws at each generation, roughly.
const MOST: f64 = 1e4;

/// Relative rounding of a mean and of a sum of squares.
const ROUNDING: f64 = 1e-12;

/// What losses say of the risk: their mean, its standard error, and z.
struct Said {
    mean: f64,
    error: f64,
    z: f64,
}

/// By sums of powers. Hall's transformation takes the skewness of the mean away from T: z is ((1 + a T)^3 - 1)/(3 a) + a/2, where a is a third of that skewness.
fn moments(losses: &[f64], theory: f64) -> Said {
    let n = losses.len() as f64;
    let mean = losses.iter().sum::<f64>() / n;
    let squares = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>();
    let cubes = losses.iter().map(|loss| (loss - mean).powi(3)).sum::<f64>();
    let error = (squares / (n - 1.0) / n).sqrt();
    let a = (cubes / n) / (squares / n * (squares / n).sqrt()) / n.sqrt() / 3.0;
    let t = (mean - theory) / error;
    Said { mean, error, z: t * (1.0 + a * t + (a * t).powi(2) / 3.0) + 0.5 * a }
}

impl Audit for Answers {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        loop {
            let place = Place::predicted(rng);
            let t = rng.random_range(0..=4);
            let at = match rng.random_range(0..3) {
                0 => Generations::Average { from: rng.random_range(0..=t), until: t + 1 },
                _ => Generations::At(t),
            };
            let kind = SimulatorKind::ALL[rng.random_range(0..SimulatorKind::ALL.len())];
            let rows = place.problem.rows();
            let p = place.problem.dim() as f64;
            let drawn = match kind {
                SimulatorKind::Rows => (rows.real + rows.synthetic) as f64 * p,
                SimulatorKind::Sufficient => p * p,
            };
            if drawn <= MOST && simulator(&place.problem, kind, place.schedule).is_some() {
                let replicates = log_uniform(rng, 1.0, 200.0) as u64;
                return Place { at, simulated: Some((kind, replicates)), ..place };
            }
        }
    }

    fn examine(&self, place: &Place, seen: &Place, key: Key) -> Result<Deviation, String> {
        let weights = |of: &Place| match of.schedule.takes_weight() {
            true => vec![Some(of.weight), Some(0.5 + 0.5 * of.weight)],
            false => vec![None],
        };
        let (kind, count) = seen.simulated.expect("a simulated place");
        let (_, asked) = place.simulated.expect("a simulated place");
        let (Some(generations), burn_in) = seen.options() else { return Err("a limit".to_owned()) };
        let simulator = (Some(kind), Preferred::Fast);
        let first = key.cell;
        let options = Options { paths: true, controls: true, ..Options::default() };
        let answer = Simulation::new(seen.problem.clone(), seen.schedule, simulator, (generations, burn_in), key.seed)
            .map_err(Into::into)
            .and_then(|simulation| simulate(&simulation, &weights(seen), first..first + count, None, options));
        let Ok((answer, outcomes)) = answer else { return Ok(Deviation::unless(false)) };
        // No law, no theory beside it.
        let theory: Vec<Option<f64>> =
            match risk(&place.problem, place.schedule, &weights(place), None, place.options()) {
                Ok(answer) => answer.risks().collect(),
                Err(_) => vec![None; outcomes.len()],
            };
        let loss = place.problem.model().loss_index;
        let mut worst = Deviation::unless(answer.at_weights().count() == weights(place).len());
        for (((said, controlled), outcome), theory) in answer.at_weights().zip(&outcomes).zip(theory) {
            let (failed, losses): (Vec<f64>, Vec<f64>) =
                outcome.paths.iter().map(|path| path[loss]).partition(|loss| loss.is_infinite());
            let counts = [said.replicates(), said.failed_fits(), outcome.paths.len() as u64];
            worst = worst.max(Deviation::unless(counts == [asked, failed.len() as u64, asked]));
            let expected = moments(&losses, theory.unwrap_or(f64::NAN));
            let (n, mean, error) = (losses.len() as f64, expected.mean, expected.error);
            let near = |found: Option<f64>, expected: f64, tolerance: f64| match found {
                None => Deviation::unless(!expected.is_finite()),
                Some(found) => Deviation::relative(found, expected, tolerance),
            };
            worst = worst.max(near(said.risk(), mean, ROUNDING));
            worst = worst.max(near(said.ratio(), theory.map_or(f64::NAN, |theory| mean / theory), ROUNDING));
            // Relative to the mean, of which a small spread has few digits.
            worst = worst.max(near(said.std_error().map(|found| mean + found), mean + error, ROUNDING));
            if let Some((z, degrees)) = said.z.value() {
                let stands = theory.is_some() && n >= FEWEST && degrees == n - 1.0;
                let moved = mean + (z - expected.z) * error;
                worst = worst.max(Deviation::unless(stands)).max(Deviation::relative(moved, mean, ROUNDING));
            }
            if let Some((risk, std_error, ratio, gain)) = controlled.map(Controlled::numbers) {
                let controlled = &outcome.controlled.as_ref().ok_or("no controls")?[0][loss];
                let (mean, variance) = (controlled.mean(), controlled.variance());
                worst = worst
                    .max(near(Some(risk), mean, ROUNDING))
                    .max(near(Some(std_error), (variance / n).sqrt(), ROUNDING))
                    .max(near(ratio, theory.map_or(f64::NAN, |theory| mean / theory), ROUNDING))
                    .max(Deviation::unless(failed.is_empty() && gain >= 1.0))
                    .max(near(Some(gain * variance), n * error * error, 1e-9));
            }
        }
        Ok(worst)
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}
