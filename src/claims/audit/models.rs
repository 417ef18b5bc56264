//! Whether chains and networks of every model, as the command line builds them, are those of a [plain program](super::plain), number by number.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::engine::BLOCK;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::{Exp1, StandardNormal};

use super::networks::{described, usual_start};
use super::place::{self, Place};
use super::plain::Plain;
use crate::catalogue;
use crate::claims::linked::Model;
use crate::experiment::{Bandwidth, Generations, Parameters, Problem};
use crate::network::Network;
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::{Options, Plan, ScheduleKind, Weights};
use crate::stream::StreamRng;

/// A place: the input of a `simulate` command, or of a `network --simulate` command.
#[derive(Clone, Debug)]
pub struct Told {
    /// What is fitted, and of a chain all else.
    pub of: Place,
    /// The models of a network; none of a chain.
    pub models: Vec<Model>,
    /// First replicate, and how many.
    pub replicates: (u64, u64),
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, count) = self.replicates;
        write!(f, "{}, {count} replicates from {first}", self.of)?;
        if !self.models.is_empty() {
            let (nodes, edges) = described(&self.models);
            write!(f, ", of a network: {nodes:?}, {edges:?}")?;
        }
        Ok(())
    }
}

/// Most coefficients of a regression by maximum likelihood, and most of a model in a network.
const MOST: (usize, usize) = (12, 4);

/// Random parameters, as those of [`Place::predicted`], but for up to forty cells, a bandwidth that is given, and predictors that leave most samples a fit.
pub fn parameters(rng: &mut StreamRng, model: catalogue::Model) -> Parameters {
    let mut parameters = place::parameters(rng, model);
    if model == &catalogue::KDE {
        parameters.bandwidth = Some(Bandwidth::Fixed(log_uniform(rng, 0.05, 2.0)));
    }
    if let Some(shares) = &mut parameters.probabilities {
        *shares = (0..rng.random_range(2..=40)).map(|_| rng.sample(Exp1)).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
    }
    if is_generalised(model) {
        let p = parameters.dim.unwrap_or(2) as usize;
        let omega = parameters.design_covariance.clone().unwrap_or_else(|| DMatrix::identity(p, p));
        let direction = DVector::from_fn(p, |_, _| rng.sample(StandardNormal));
        // Standard deviations of x'beta. Counts have means far beyond 30 then.
        let most = if model == &catalogue::POISSON { 3.0 } else { 1.5 };
        let length = rng.random_range(0.0..most) / direction.dot(&(omega * &direction)).sqrt();
        parameters.beta = Some((direction * length).as_slice().to_vec());
    }
    parameters
}

fn is_generalised(model: catalogue::Model) -> bool {
    [&catalogue::LOGISTIC, &catalogue::POISSON].contains(&model)
}

/// Fewest rows of a batch of which there is a fit: of maximum likelihood, six to a coefficient.
fn fewest(problem: &Problem) -> usize {
    let p = problem.dim();
    match problem.model() {
        model if is_generalised(model) => 6 * p,
        model if model == &catalogue::LINEAR => p + 2,
        _ => problem.truth().fewest_rows() as usize,
    }
}

/// Models, of which each has up to eight others that make rows for it.
fn network(rng: &mut StreamRng, problem: &Problem) -> Vec<Model> {
    let least = fewest(problem);
    let rows = |rng: &mut StreamRng| (least + log_uniform(rng, 1.0, 20.0) as usize) as u64;
    let size = rng.random_range(1..=20);
    let model = |_| {
        let mut others: Vec<usize> = (0..size).collect();
        let parents = rng.random_range(0..=size.min(8));
        let from = (0..parents).map(|_| {
            let other = others.swap_remove(rng.random_range(0..others.len()));
            (other, rows(rng), rng.random_range(1..=5))
        });
        let from: Vec<_> = from.collect();
        let real = (from.is_empty() || rng.random()).then(|| (rows(rng), rng.random_range(1..=5)));
        let mut model = Model { start: rows(rng), real, from };
        if rng.random() {
            model.start = usual_start(&model).unwrap_or(model.start);
        }
        model
    };
    (0..size).map(model).collect()
}

/// Compares all losses of each replicate with those of the plain program.
pub struct Replicated;

impl Audit for Replicated {
    type Place = Told;
    type Found = Deviation;

    fn parts(&self, place: &Told) -> Vec<&'static str> {
        let Told { of, models, .. } = place;
        let (rows, t) = (of.problem.rows(), of.record_end() as usize);
        let named = [
            ("n = m", rows.real == rows.synthetic),
            ("averages from 0", matches!(of.at, Generations::Average { from: 0, .. })),
            ("w near 0", of.weight > 0.0 && of.weight < 1e-3),
            ("more than 16 cells", of.parameters.probabilities.as_ref().is_some_and(|shares| shares.len() > 16)),
            (
                "more than 1,000 rows to choose from",
                of.schedule == ScheduleKind::Subsample && rows.real + t * rows.synthetic > 1000,
            ),
            ("networks", !models.is_empty()),
            ("more than 16 batches", models.iter().map(|model| model.from.len()).sum::<usize>() > 16),
        ];
        let named = named.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name);
        named.chain([of.problem.model().name, of.schedule.name()]).collect()
    }

    fn place(&self, rng: &mut StreamRng) -> Told {
        let is_network = rng.random_range(0..4) == 0;
        let schedule = ScheduleKind::ALL[if is_network { 0 } else { rng.random_range(0..ScheduleKind::ALL.len()) }];
        let (problem, parameters, kind) = loop {
            let model = catalogue::ALL[rng.random_range(0..catalogue::ALL.len())];
            let parameters = parameters(rng, model);
            let kind = SimulatorKind::ALL[rng.random_range(0..SimulatorKind::ALL.len())];
            // Losses of densities take all pairs of rows, and statistics no more numbers than those of few rows.
            let most = match kind {
                SimulatorKind::Sufficient => 1e4,
                SimulatorKind::Rows if model == &catalogue::KDE => 60.0,
                SimulatorKind::Rows => 300.0,
            };
            let [mut real, mut synthetic] = [(); 2].map(|()| log_uniform(rng, 1.0, most) as u64);
            if is_network {
                [real, synthetic] = [1_000_000; 2];
            } else if schedule == ScheduleKind::Subsample && rng.random_range(0..3) == 0 {
                synthetic = log_uniform(rng, 500.0, 1500.0) as u64;
            } else if rng.random_range(0..8) == 0 {
                synthetic = real;
            }
            let Ok(problem) = Problem::new(model, real, synthetic, &parameters) else { continue };
            let is_wide = is_generalised(model) && problem.dim() > MOST.0 || is_network && problem.dim() > MOST.1;
            let is_cells = model == &catalogue::CATEGORICAL;
            if (is_cells || !is_wide)
                && problem.rows().real >= fewest(&problem)
                && simulator(&problem, kind, schedule).is_some()
            {
                break (problem, parameters, kind);
            }
        };
        let weight =
            if schedule.takes_weight() && !is_network { place::weight(rng, problem.rows().synthetic) } else { 0.0 };
        let weight = if is_network { 1.0 } else { place::valid(&problem, weight) };
        let models = if is_network { network(rng, &problem) } else { Vec::new() };
        let t = rng.random_range(0..=if is_network { 3 } else { 6 });
        let at = match rng.random_range(0..4) {
            0 => Generations::Average { from: 0, until: t + 1 },
            1 => Generations::Average { from: rng.random_range(0..=t), until: t + 1 },
            _ => Generations::At(t),
        };
        let is_changing = schedule.takes_weight() && !is_network && rng.random_range(0..4) == 0;
        let first = BLOCK * rng.random_range(1..2000) - rng.random_range(0..3);
        let replicates = (first, rng.random_range(1..=2));
        let simulated = Some((kind, replicates.1));
        Told { of: Place { problem, parameters, schedule, weight, at, is_changing, simulated }, models, replicates }
    }

    fn examine(&self, place: &Told, seen: &Told, key: Key) -> Result<Deviation, String> {
        let (first, count) = place.replicates;
        let plain = Plain::new(&place.of);
        let expected: Result<Vec<_>, String> =
            (first..first + count).map(|replicate| plain.path(&place.models, key, replicate)).collect();
        let (expected, found) = (expected?, retrained(seen, key)?);
        let mut worst = Deviation::unless(true);
        for (path, found) in expected.iter().zip(&found) {
            let recorded = match place.of.at {
                Generations::Average { from, .. } => &path[from as usize..],
                _ => &path[path.len() - 1..],
            };
            for (loss, &found) in found.iter().enumerate() {
                let share = 1.0 / recorded.len() as f64;
                let (mut expected, mut error) = (0.0, 0.0);
                for (value, relative) in recorded.iter().map(|losses| losses[loss]) {
                    expected += share * value;
                    error += share * value * relative;
                }
                // Rows that descend from few kept rows, or twice from one model of a network, lie in their span. The engine then has a last pivot of rounding, whose
                // logarithm is finite.
                let is_fresh = [ScheduleKind::Fresh, ScheduleKind::Subsample].contains(&place.of.schedule);
                let may_descend = !is_fresh || !place.models.is_empty();
                if may_descend && expected == f64::NEG_INFINITY {
                    continue;
                }
                let error = if error > 0.0 { error / expected } else { 0.0 };
                if error > 1e-2 {
                    return Err("a fit that stops far from its maximum".to_owned());
                }
                // Numbers of 16 digits, of which ill-conditioned equations and small differences of large numbers lose less than ten. Shares may have no error at all.
                let least = if place.of.problem.model() == &catalogue::CATEGORICAL { 1e-9 } else { 0.0 };
                worst = worst.max(Deviation::relative(least + found, least + expected, 1e-6 + error));
            }
        }
        Ok(worst)
    }

    fn smaller(&self, place: &Told) -> Vec<Told> {
        let of = if place.models.is_empty() {
            place.of.smaller()
        } else {
            let t = place.of.record_end();
            (0..t).map(|t| Place { at: Generations::At(t), ..place.of.clone() }).collect()
        };
        let one = (place.replicates.1 > 1).then(|| Told { replicates: (place.replicates.0, 1), ..place.clone() });
        // A bandwidth that is not given would be the program's own.
        let of = of.into_iter().filter(|of| of.problem.model() != &catalogue::KDE || of.parameters.bandwidth.is_some());
        one.into_iter().chain(of.map(|of| Told { of, ..place.clone() })).collect()
    }
}

/// The losses of each replicate, as the commands `simulate` and `network` have them simulated.
fn retrained(seen: &Told, key: Key) -> Result<Vec<Vec<f64>>, String> {
    let Told { of, models, replicates: (first, count) } = seen;
    let (kind, _) = of.simulated.ok_or("no simulator")?;
    let plan = Plan {
        seed: key.seed,
        experiment: key.experiment,
        cell: key.cell,
        replicates: *first..first + count,
        schedule: of.schedule,
        record: of.record(),
    };
    let weights = [if of.is_changing { Weights::Sequence(of.weights()) } else { Weights::Constant(of.weight) }];
    let options = Options { paths: true, ..Options::default() };
    let mut outcomes = if models.is_empty() {
        simulator(&of.problem, kind, of.schedule).ok_or("no simulator")?.run(&plan, &weights, options)
    } else {
        let (nodes, mut edges) = described(models);
        // The last model's edges first, each model's in their order.
        edges.sort_by(|one, other| other.to.cmp(&one.to));
        let network = Network::new(nodes, edges).map_err(|fault| fault.to_string())?;
        let simulator = of.problem.truth().simulator(kind, of.problem.rows()).ok_or("no simulator")?;
        simulator.run_under(&network.schedule(), &plan, &weights, options)
    };
    Ok(outcomes.remove(0).paths)
}
