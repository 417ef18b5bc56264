//! Whether controls of regressions have the mean 0.

use std::ops::RangeInclusive;

use goldenweight_evidence::{Against, Audit, Key, log_uniform};
use rand::RngExt;

use super::models::parameters;
use super::place::Place;
use crate::catalogue;
use crate::experiment::{Generations, Problem};
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::{Options, Plan, ScheduleKind, Weights};
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// Replicates of a place: as many as make the mean of a squared normal number nearly normal.
const REPLICATES: u64 = 2048;

/// Coefficients. Squares of one or two errors are too skewed.
const COEFFICIENTS: RangeInclusive<u64> = 3..=10;

/// Risks less those with controls, against 0.
pub struct Controls;

impl Audit for Controls {
    type Place = Place;
    type Found = Against;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    /// With many rows to a coefficient: beyond that most replicates have a fit, and controls no long tails.
    fn place(&self, rng: &mut StreamRng) -> Place {
        let schedules = ScheduleKind::ALL.map(|kind| (kind, kind != ScheduleKind::Subsample));
        loop {
            let model = [&catalogue::LOGISTIC, &catalogue::POISSON][rng.random_range(0..2)];
            let mut parameters = parameters(rng, model);
            let p = parameters.dim.unwrap_or(2);
            if !COEFFICIENTS.contains(&p) || parameters.design_covariance.is_none() {
                continue;
            }
            parameters.beta.iter_mut().flatten().for_each(|b| *b *= 0.5);
            let rows = |rng: &mut StreamRng, low: f64, high: f64| (p as f64 * log_uniform(rng, low, high)) as u64 + 20;
            let (real, synthetic) = (rows(rng, 12.0, 20.0), rows(rng, 5.0, 15.0));
            let Ok(problem) = Problem::new(model, real, synthetic, &parameters) else { continue };
            let (schedule, is_known) = schedules[rng.random_range(0..schedules.len())];
            if is_known {
                let weight = if schedule.takes_weight() { rng.random_range(0.2..1.0) } else { 0.0 };
                let (at, simulated) =
                    (Generations::At(rng.random_range(0..=1)), Some((SimulatorKind::Rows, REPLICATES)));
                return Place { problem, parameters, schedule, weight, at, is_changing: false, simulated };
            }
        }
    }

    fn examine(&self, place: &Place, seen: &Place, key: Key) -> Result<Against, String> {
        let mut differences = Moments::default();
        for replicate in 0..REPLICATES {
            let [plain, _] = of_replicate(place, key, replicate, false)?;
            let [_, controlled] = of_replicate(seen, key, replicate, true)?;
            differences.push(plain - controlled);
        }
        Ok(Against { estimate: Estimate::from(&differences), expected: 0.0 })
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// The loss of a replicate, and the loss less its control, where that is asked for.
fn of_replicate(place: &Place, key: Key, replicate: u64, controls: bool) -> Result<[f64; 2], String> {
    let simulator = simulator(&place.problem, SimulatorKind::Rows, place.schedule).ok_or("no simulator")?;
    let plan = Plan {
        seed: key.seed,
        experiment: key.experiment,
        cell: key.cell,
        replicates: replicate..replicate + 1,
        schedule: place.schedule,
        record: place.record(),
    };
    let weights = if place.is_changing { Weights::Sequence(place.weights()) } else { Weights::Constant(place.weight) };
    let outcome = simulator.run(&plan, &[weights], Options { controls, store: None, ..Options::default() }).remove(0);
    if outcome.failed_fits > 0 {
        // Of the others alone, controls have another mean.
        return Err("a fit that does not exist".to_owned());
    }
    let controlled = outcome.controlled.map_or(f64::NAN, |moments| moments[0][0].mean());
    Ok([outcome.moments[0][0].mean(), controlled])
}
