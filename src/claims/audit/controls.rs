//! Whether controls of regressions have the mean 0.

use goldenweight_evidence::{Against, Audit, Key};
use rand::RngExt;

use super::models::{Replicated, Told};
use super::place::Place;
use crate::experiment::Generations;
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::{Options, Plan, ScheduleKind, Weights};
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// Replicates of a place: as many as make the mean of a squared normal number nearly normal.
const REPLICATES: u64 = 1536;

/// Most coefficients.
const MOST: usize = 10;

/// Risks less those with controls, against 0.
pub struct Controls;

impl Audit for Controls {
    type Place = Place;
    type Found = Against;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        loop {
            let Told { of, models, .. } = Replicated.place(rng);
            let (rows, p) = (of.problem.rows(), of.problem.dim());
            let is_small = rows.real + rows.synthetic <= 25 * p + 50 && p <= MOST;
            let is_generalised = ["logistic", "poisson"].contains(&of.problem.model().name);
            let is_drawn = of.schedule == ScheduleKind::Subsample;
            if models.is_empty() && is_generalised && is_small && !is_drawn && rows.real >= 10 * p && of.weight < 1.0 {
                let at = Generations::At(rng.random_range(0..=2));
                let simulated = Some((SimulatorKind::Rows, REPLICATES));
                return Place { at, simulated, ..of };
            }
        }
    }

    fn examine(&self, _: &Place, seen: &Place, key: Key) -> Result<Against, String> {
        let simulator = simulator(&seen.problem, SimulatorKind::Rows, seen.schedule).ok_or("no simulator")?;
        let weights = [if seen.is_changing { Weights::Sequence(seen.weights()) } else { Weights::Constant(seen.weight) }];
        let mut controls = Moments::default();
        for replicate in 0..REPLICATES {
            let plan = Plan {
                seed: key.seed,
                experiment: key.experiment,
                cell: key.cell,
                replicates: replicate..replicate + 1,
                schedule: seen.schedule,
                record: seen.record(),
            };
            let options = Options { controls: true, store: None, ..Options::default() };
            let outcome = simulator.run(&plan, &weights, options).remove(0);
            if outcome.failed_fits > 0 {
                // Of the others alone, controls have another mean.
                return Err("a fit that does not exist".to_owned());
            }
            let controlled = outcome.controlled.ok_or("no controls")?;
            controls.push(outcome.moments[0][0].mean() - controlled[0][0].mean());
        }
        Ok(Against { estimate: Estimate::from(&controls), expected: 0.0 })
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}
