//! Which input is taken: a program that refuses good input has no wrong number there, and one that takes bad input has no right one.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::models::gaussian::Divisor;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;

use super::place;
use crate::catalogue::{self, Model};
use crate::experiment::{Parameters, Problem};
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::ScheduleKind;
use crate::stream::StreamRng;

/// A place: input of a `risk` command, and whether it is good.
#[derive(Clone, Debug)]
pub struct Input {
    /// The model.
    pub model: Model,
    /// What is given of its truth.
    pub parameters: Parameters,
    /// Real and synthetic rows.
    pub rows: [u64; 2],
    /// The weight.
    pub weight: f64,
    /// Whether it is to be taken.
    pub is_good: bool,
    /// Whether it is looked at which simulators there are, too. Some take milliseconds to be made.
    pub is_simulated: bool,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, parameters, rows: [real, synthetic], weight, is_good, .. } = self;
        write!(f, "goldenweight risk --model {model} --real {real} --synthetic {synthetic} --weight {weight}")?;
        for (name, value) in parameters.given() {
            write!(f, " --{}='{value}'", name.replace('_', "-"))?;
        }
        f.write_str(if *is_good { ", which is to be taken" } else { ", which is to be refused" })
    }
}

/// Most rows of either kind.
const MOST: u64 = 1_000_000_000_000;

/// Fewest real rows of which there is a fit with a finite risk, and fewest synthetic rows, beside real ones and alone.
fn fewest(model: Model, parameters: &Parameters) -> [u64; 3] {
    let of_covariance = if parameters.divisor == Some(Divisor::MaximumLikelihood) { 1 } else { 2 };
    let p = parameters.dim.unwrap_or(1);
    match model {
        _ if [&catalogue::GAUSSIAN_MEAN, &catalogue::GAUSSIAN_VARIANCE, &catalogue::GAUSSIAN_COVARIANCE]
            .contains(&model) =>
        {
            [of_covariance; 3]
        }
        _ if model == &catalogue::LINEAR => [p + 2, 1, p + 2],
        _ if [&catalogue::LOGISTIC, &catalogue::POISSON].contains(&model) => [p + 1, 1, p + 1],
        _ => [1; 3],
    }
}

/// Whether fits depend on rows through statistics whose law is known, so that these can be drawn in the place of rows. Those of logistic and Poisson regression, of
/// distribution functions and of densities are no fewer than the rows.
fn has_statistics(model: Model) -> bool {
    ![&catalogue::LOGISTIC, &catalogue::POISSON, &catalogue::CDF, &catalogue::KDE].contains(&model)
}

/// The largest standard deviation of a Poisson regression's logarithmic rates.
const MOST_LOG_RATE: f64 = 32.0;

/// Coefficients under which the logarithmic rates have nearly this standard deviation.
fn log_rates(parameters: &Parameters, deviation: f64) -> Vec<f64> {
    let p = parameters.dim.unwrap_or(1) as usize;
    let ones = DVector::from_element(p, 1.0);
    let omega = parameters.design_covariance.clone().unwrap_or_else(|| DMatrix::identity(p, p));
    let beta = &ones * (deviation * (1.0 - 1e-12) / ones.dot(&(omega * &ones)).sqrt());
    beta.as_slice().to_vec()
}

/// One parameter that no model can have in the place of a good one; none where there is none to break.
fn broken(parameters: &Parameters, is_poisson: bool, rng: &mut StreamRng) -> Option<Parameters> {
    let mut broken = parameters.clone();
    let covariance = |given: &mut DMatrix<f64>, rng: &mut StreamRng| {
        let (p, last) = (given.nrows(), given.nrows() - 1);
        match rng.random_range(0..4) {
            0 => given[(last, last)] = f64::NAN,
            1 => given[(last, last)] = -given[(last, last)],
            // Symmetric no more.
            2 if p > 1 => given[(last, 0)] += 0.1 * given[(0, 0)],
            // A correlation of 1.
            3 if p > 1 => {
                for i in 0..p {
                    given[(i, last)] = given[(i, 0)];
                }
                for j in 0..p {
                    given[(last, j)] = given[(0, j)];
                }
                given[(last, last)] = given[(0, 0)];
            }
            _ => given[(last, last)] = 0.0,
        }
    };
    match rng.random_range(0..6) {
        0 => covariance(broken.sigma.as_mut()?, rng),
        1 => covariance(broken.design_covariance.as_mut()?, rng),
        2 if is_poisson && rng.random() => broken.beta = Some(log_rates(parameters, MOST_LOG_RATE * (1.0 + 1e-9))),
        2 => *broken.beta.as_mut()?.last_mut()? = [f64::NAN, f64::INFINITY][rng.random_range(0..2)],
        3 => broken.noise_variance = broken.noise_variance.map(|s2| [0.0, -s2, f64::NAN][rng.random_range(0..3)]),
        4 => *broken.probabilities.as_mut()?.last_mut()? = [0.0, -0.1, 1.0, f64::NAN][rng.random_range(0..4)],
        _ => broken.dim = broken.dim.map(|_| [0, 1001][rng.random_range(0..2)]),
    }
    (format!("{broken:?}") != format!("{parameters:?}")).then_some(broken)
}

/// Good input of every model, often with as few rows as can be, and input of which one thing is bad.
pub struct Taken;

impl Audit for Taken {
    type Place = Input;
    type Found = Deviation;

    fn parts(&self, place: &Input) -> Vec<&'static str> {
        vec![place.model.name, if place.is_good { "good" } else { "bad" }]
    }

    fn place(&self, rng: &mut StreamRng) -> Input {
        let model = catalogue::ALL[rng.random_range(0..catalogue::ALL.len())];
        let mut parameters = place::parameters(rng, model);
        if let Some(shares) = &parameters.probabilities {
            parameters.dim = Some(shares.len() as u64);
        }
        if model == &catalogue::POISSON {
            parameters.beta = Some(log_rates(&parameters, if rng.random() { MOST_LOG_RATE } else { 1.0 }));
        }
        let [real, synthetic, alone] = fewest(model, &parameters);
        let weight = [0.0, 1.0, rng.random()][rng.random_range(0..3)];
        let synthetic = if weight == 0.0 { alone } else { synthetic };
        let rows = |least: u64, rng: &mut StreamRng| match rng.random_range(0..4) {
            0 => least,
            1 => MOST,
            _ => log_uniform(rng, least as f64, MOST as f64) as u64,
        };
        let mut place = Input {
            model,
            parameters,
            rows: [real, synthetic].map(|least| rows(least, rng)),
            weight,
            is_good: true,
            is_simulated: rng.random_range(0..20) == 0,
        };
        match rng.random_range(0..8) {
            0 => place.rows[0] = real - 1,
            1 => place.rows[1] = synthetic - 1,
            2 => place.rows[rng.random_range(0..2)] = MOST + 1,
            3 => place.weight = [-1e-300, 1.0 + f64::EPSILON, f64::NAN][rng.random_range(0..3)],
            4 => match broken(&place.parameters, model == &catalogue::POISSON, rng) {
                Some(parameters) => place.parameters = parameters,
                None => return place,
            },
            _ => return place,
        }
        Input { is_good: false, ..place }
    }

    fn examine(&self, place: &Input, seen: &Input, _: Key) -> Result<Deviation, String> {
        let Input { model, parameters, rows: [real, synthetic], weight, .. } = seen;
        let problem = Problem::new(model, *real, *synthetic, parameters);
        let problem = problem.ok().filter(|problem| problem.weight(*weight).is_ok());
        let Some(problem) = problem else { return Ok(Deviation::unless(!place.is_good)) };
        let has_simulators = !place.is_simulated
            || ScheduleKind::ALL.into_iter().all(|schedule| {
                let sums = has_statistics(place.model) && schedule != ScheduleKind::Subsample;
                let kinds = [(SimulatorKind::Rows, true), (SimulatorKind::Sufficient, sums)];
                kinds.into_iter().all(|(kind, expected)| simulator(&problem, kind, schedule).is_some() == expected)
            });
        Ok(Deviation::unless(place.is_good && has_simulators))
    }
}
