//! Random places: input that the command line takes.

use std::fmt;

use goldenweight_evidence::log_uniform;
use goldenweight_recursion::models::gaussian::Divisor;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::{Exp1, StandardNormal};

use crate::catalogue::{self, Model};
use crate::experiment::{Generations, Parameters, Problem};
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::{Record, ScheduleKind};
use crate::stream::StreamRng;

/// A place: all input of a `risk` or `simulate` command.
#[derive(Clone, Debug)]
pub struct Place {
    /// Model, truth and rows.
    pub problem: Problem,
    /// The parameters that were given of the truth.
    pub parameters: Parameters,
    /// The schedule: what each generation is fitted on.
    pub schedule: ScheduleKind,
    /// The weight; 0 where the schedule takes none.
    pub weight: f64,
    /// The generations whose risk is compared.
    pub at: Generations,
    /// Whether every second generation has the weight (1 + weight)/2 instead.
    pub is_changing: bool,
    /// How it is simulated, with this many replicates; none where it is not.
    pub simulated: Option<(SimulatorKind, u64)>,
}

/// Largest dimension, rows, generations.
const LARGEST: (u64, f64, f64) = (30, 1e4, 2e3);

/// Most generations where a step is cheap: more than a counter of sixteen bits has.
const LONGEST: f64 = 3e5;

/// Seconds of one core that a simulated place may take, roughly.
const SECONDS: f64 = 0.03;

/// The models that are audited: all whose risk is carried by steps of few numbers. A density estimate has a law at every frequency, and audits of its own
/// (`densities.rs`).
pub fn models() -> Vec<Model> {
    catalogue::ALL.into_iter().filter(|model| *model != &catalogue::KDE).collect()
}

/// Draws until the input is valid. More than a third of all draws are, so that this ends.
fn problem(rng: &mut StreamRng) -> (Problem, Parameters) {
    loop {
        let model = models()[rng.random_range(0..models().len())];
        let parameters = parameters(rng, model);
        let [real, synthetic] = [(); 2].map(|()| log_uniform(rng, 1.0, LARGEST.1).round() as u64);
        // n = m, and m a small multiple of n, are drawn in one place of eight each.
        let synthetic = match rng.random_range(0..8) {
            0 => real,
            1 => (real * rng.random_range(2..5)).min(LARGEST.1 as u64),
            _ => synthetic,
        };
        if let Ok(problem) = Problem::new(model, real, synthetic, &parameters) {
            return (problem, parameters);
        }
    }
}

/// Each parameter that the model takes, in half of all places; else its default.
pub fn parameters(rng: &mut StreamRng, model: Model) -> Parameters {
    let takes = |name: &str, rng: &mut StreamRng| model.takes.contains(&name) && rng.random();
    let dim = dimension(rng);
    let of_one = Problem::new(model, 1000, 1000, &Parameters::of_dim(Some(dim))).is_err();
    let p = dim as usize;
    Parameters {
        dim: (!of_one).then_some(dim),
        sigma: takes("sigma", rng).then(|| covariance(rng, if of_one { 1 } else { p })),
        design_covariance: takes("design_covariance", rng).then(|| covariance(rng, p)),
        // Norms up to 2: beyond, most logistic samples of some hundred rows have no fit.
        beta: takes("beta", rng).then(|| {
            let direction: Vec<f64> = (0..p).map(|_| rng.sample(StandardNormal)).collect();
            let (length, norm) = (2.0 * rng.random::<f64>(), direction.iter().map(|b| b * b).sum::<f64>().sqrt());
            direction.into_iter().map(|b| length * b / norm).collect()
        }),
        noise_variance: takes("noise_variance", rng).then(|| log_uniform(rng, 1e-3, 1e3)),
        probabilities: takes("probabilities", rng).then(|| {
            let shares: Vec<f64> = (0..rng.random_range(2..=12)).map(|_| rng.sample(Exp1)).collect();
            let sum: f64 = shares.iter().sum();
            shares.into_iter().map(|share| share / sum).collect()
        }),
        divisor: takes("divisor", rng).then_some(Divisor::MaximumLikelihood),
        bandwidth: None,
    }
}

/// One, two, few, many.
pub fn dimension(rng: &mut StreamRng) -> u64 {
    match rng.random_range(0..4) {
        0 => 1,
        1 => 2,
        2 => rng.random_range(3..=8),
        _ => rng.random_range(9..=LARGEST.0),
    }
}

/// A covariance with correlations, of condition number up to some thousand.
pub fn covariance(rng: &mut StreamRng, dim: usize) -> DMatrix<f64> {
    let factor = DMatrix::from_fn(dim, dim, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => log_uniform(rng, 0.5, 2.0),
        std::cmp::Ordering::Greater => 0.5 * rng.sample::<f64, _>(StandardNormal) / (dim as f64).sqrt(),
    });
    let product = &factor * factor.transpose() * log_uniform(rng, 1e-2, 1e2);
    // Exactly symmetric, as the command line asks.
    DMatrix::from_fn(dim, dim, |i, j| product[(i.max(j), i.min(j))])
}

/// Weights 0 and 1, weights near them on a logarithmic scale, weights near w_c(m), and all between.
pub fn weight(rng: &mut StreamRng, synthetic: usize) -> f64 {
    match rng.random_range(0..8) {
        0 => 0.0,
        1 => 1.0,
        2 => log_uniform(rng, 1e-6, 0.1),
        3 => 1.0 - log_uniform(rng, 1e-6, 0.1),
        // Near w_c(m), above which the covariance's risk is bounded.
        4 if synthetic > 1 => {
            let threshold = 1.0 - ((synthetic - 1) as f64 / (synthetic + 1) as f64).sqrt();
            (threshold * rng.random_range(0.5..2.0)).min(1.0)
        }
        _ => rng.random(),
    }
}

/// One of the first four generations, or one up to the largest on a logarithmic scale.
fn generation(rng: &mut StreamRng) -> u32 {
    match rng.random_range(0..3) {
        0 => rng.random_range(0..4),
        _ => log_uniform(rng, 1.0, LARGEST.2).round() as u32,
    }
}

/// A part of the domain: its name, and whether a place lies in it.
type Part = (&'static str, fn(&Place) -> bool);

/// The parts of the domain that a test and calibrations count. A place lies in several, and in one model and one schedule besides.
pub const PARTS: [Part; 19] = [
    ("p = 1", |place| place.problem.dim() == 1),
    ("p > 16", |place| place.problem.dim() > 16),
    ("n < p", |place| place.problem.rows().real < place.problem.dim()),
    ("n = m", |place| place.problem.rows().real == place.problem.rows().synthetic),
    ("n > 100 m", |place| place.problem.rows().real > 100 * place.problem.rows().synthetic),
    ("m > 100 n", |place| place.problem.rows().synthetic > 100 * place.problem.rows().real),
    ("w = 0", |place| place.weight == 0.0),
    ("w = 1", |place| place.weight == 1.0),
    ("w near 0", |place| place.weight > 0.0 && place.weight < 1e-3),
    ("w near 1", |place| place.weight < 1.0 && place.weight > 0.999),
    ("t = 0", |place| place.at == Generations::At(0)),
    ("t = 1", |place| place.at == Generations::At(1)),
    ("t > 1000", |place| matches!(place.at, Generations::At(t) if t > 1000)),
    ("averages from 0", |place| matches!(place.at, Generations::Average { from: 0, until } if until > 1)),
    (
        "averages of one",
        |place| matches!(place.at, Generations::Average { from, until } if from > 0 && until == from + 1),
    ),
    ("limit", |place| place.at == Generations::Limit),
    ("own covariances", |place| place.parameters.sigma.is_some() || place.parameters.design_covariance.is_some()),
    ("own coefficients", |place| place.parameters.beta.is_some()),
    ("divisors n, m", |place| place.parameters.divisor.is_some()),
];

/// Whether a step of its moments takes few numbers.
fn is_cheap(problem: &Problem) -> bool {
    problem.model().loss_index == 0 || problem.dim() <= 2
}

impl Place {
    /// The parts of the domain in which it lies.
    pub fn parts(&self) -> Vec<&'static str> {
        let named = PARTS.into_iter().filter(|(_, is_there)| is_there(self)).map(|(name, _)| name);
        named.chain([self.problem.model().name, self.schedule.name()]).collect()
    }

    /// Whether a step of its moments takes few numbers.
    pub fn is_cheap(&self) -> bool {
        is_cheap(&self.problem)
    }

    /// The options `generations` and `burn-in` of the command line.
    pub fn options(&self) -> (Option<u64>, Option<u64>) {
        match self.at {
            Generations::Limit => (None, None),
            Generations::At(t) => (Some(t.into()), None),
            Generations::Average { from, until } => (Some(until.into()), Some(from.into())),
        }
    }

    /// The generations as these options give them.
    pub fn asked(&self) -> Generations {
        let (generations, burn_in) = self.options();
        Generations::new(generations, burn_in).expect("valid options")
    }

    /// The input of a `risk` command.
    pub fn predicted(rng: &mut StreamRng) -> Self {
        let (problem, parameters) = problem(rng);
        let schedule = ScheduleKind::ALL[rng.random_range(0..ScheduleKind::ALL.len())];
        let weight = if schedule.takes_weight() { valid(&problem, weight(rng, problem.rows().synthetic)) } else { 0.0 };
        // Steps of few numbers go far beyond the others.
        let t = if is_cheap(&problem) && rng.random_range(0..16) == 0 {
            log_uniform(rng, LARGEST.2, LONGEST) as u32
        } else {
            generation(rng)
        };
        let at = match rng.random_range(0..8) {
            0 => Generations::Limit,
            1 => Generations::Average { from: 0, until: t + 1 },
            2 => Generations::Average { from: rng.random_range(0..=t), until: t + 1 },
            _ => Generations::At(t),
        };
        Self { problem, parameters, schedule, weight, at, is_changing: false, simulated: None }
    }

    /// The input of a `simulate` command: a place that is wanted, one of these kinds of simulator, and as many replicates as take [`SECONDS`] on one core.
    pub fn simulated(rng: &mut StreamRng, kinds: &[SimulatorKind], is_wanted: impl Fn(&Self) -> bool) -> Self {
        loop {
            let place = Self::predicted(rng);
            if !is_wanted(&place) {
                continue;
            }
            let kind = kinds[rng.random_range(0..kinds.len())];
            let until = match place.at {
                Generations::Limit => continue,
                Generations::At(t) => t,
                Generations::Average { until, .. } => until - 1,
            };
            if simulator(&place.problem, kind, place.schedule).is_none() {
                continue;
            }
            let rows = place.problem.rows();
            let (p, drawn) = (place.problem.dim() as f64, (rows.real + rows.synthetic) as f64);
            let seen = if place.schedule == ScheduleKind::Accumulate { f64::from(until) / 2.0 } else { 1.0 };
            // Nanoseconds that a generation takes, roughly: to draw its random numbers, then to fit.
            let effort = match kind {
                SimulatorKind::Rows => drawn * p * (8.0 + p) * seen + p.powi(3),
                SimulatorKind::Sufficient => 400.0 + (8.0 * p * p + p.powi(3)) * seen,
            };
            let replicates = (1e9 * SECONDS / (effort * f64::from(until + 1))) as u64;
            // The mean of fewer replicates is often too skewed to be compared.
            if replicates >= 1024 {
                let replicates = replicates.min(1 << 14) / 64 * 64;
                let is_changing = place.schedule.takes_weight() && rng.random_range(0..4) == 0 && place.weight > 0.0;
                return Self { simulated: Some((kind, replicates)), is_changing, ..place };
            }
        }
    }

    /// The input of a `simulate` command of logistic or Poisson regression under fresh rows, of up to four coefficients, 3,000 rows and six generations, with as many
    /// replicates as take twice [`SECONDS`] on one core.
    pub fn regression(rng: &mut StreamRng) -> Self {
        loop {
            let place = Self::predicted(rng);
            let rows = place.problem.rows();
            // The second order is small where there are many real rows. So that there are many places with more synthetic ones, half of the others are turned round.
            let is_turned = rows.real > rows.synthetic && rng.random();
            let turned =
                is_turned.then(|| place.with(place.parameters.clone(), rows.synthetic as u64, rows.real as u64));
            let Some(place) = turned.unwrap_or(Some(place)) else { continue };
            let (rows, p) = (place.problem.rows(), place.problem.dim());
            let drawn = rows.real + rows.synthetic;
            let is_generalised = [&catalogue::LOGISTIC, &catalogue::POISSON].contains(&place.problem.model());
            if !is_generalised || place.schedule != ScheduleKind::Fresh || p > 4 || drawn > 3000 {
                continue;
            }
            let until = rng.random_range(1..=6);
            let at = if rng.random() {
                Generations::At(until)
            } else {
                Generations::Average { from: rng.random_range(0..=until), until: until + 1 }
            };
            // Nanoseconds that a generation takes, roughly.
            let effort = (drawn * (10 + 6 * p + 2 * p * p)) as f64;
            let replicates = (2e9 * SECONDS / (effort * f64::from(until + 1))) as u64;
            // The mean of fewer replicates is often too skewed to be compared.
            if replicates >= 2048 {
                let replicates = replicates.min(1 << 14) / 64 * 64;
                let is_changing = false;
                return Self { at, is_changing, simulated: Some((SimulatorKind::Rows, replicates)), ..place };
            }
        }
    }

    /// The last generation of a chain.
    pub fn record_end(&self) -> u32 {
        match self.at {
            Generations::At(t) => t,
            Generations::Average { until, .. } => until - 1,
            Generations::Limit => unreachable!("a limit is not simulated"),
        }
    }

    /// The weights of a chain.
    pub fn weights(&self) -> Vec<f64> {
        let middle = 0.5 + 0.5 * self.weight;
        (0..self.record_end()).map(|t| if self.is_changing && t % 2 == 1 { middle } else { self.weight }).collect()
    }

    /// What is recorded of a chain.
    pub fn record(&self) -> Record {
        match self.at {
            Generations::At(t) => Record::At(vec![t]),
            Generations::Average { from, until } => Record::Average { from, until },
            Generations::Limit => unreachable!("a limit is not simulated"),
        }
    }

    /// The same with other parameters and rows; none where they are not valid.
    pub fn with(&self, parameters: Parameters, real: u64, synthetic: u64) -> Option<Self> {
        let problem = Problem::new(self.problem.model(), real, synthetic, &parameters).ok()?;
        let weight = problem.weight(self.weight).ok()?;
        Some(Self { problem, parameters, weight, ..self.clone() })
    }

    /// Simpler places near this one: fewer generations, rows or dimensions, default parameters, the weight 1/2.
    pub fn smaller(&self) -> Vec<Self> {
        let with = |parameters: &Parameters, real, synthetic| self.with(parameters.clone(), real, synthetic);
        let rows = self.problem.rows();
        let (real, synthetic) = (rows.real as u64, rows.synthetic as u64);
        let mut found = Vec::new();
        let given = self.parameters.given().count();
        if given > usize::from(self.parameters.dim.is_some()) {
            found.extend(with(&Parameters::of_dim(self.parameters.dim), real, synthetic));
        }
        if let (Some(dim), None, None, None) =
            (self.parameters.dim, &self.parameters.sigma, &self.parameters.beta, &self.parameters.design_covariance)
        {
            let smaller = [1, dim / 2, dim - 1].into_iter().filter(|&d| d >= 1 && d < dim);
            found
                .extend(smaller.filter_map(|dim| {
                    with(&Parameters { dim: Some(dim), ..self.parameters.clone() }, real, synthetic)
                }));
        }
        for (n, m) in [(10, 10), (real / 2, synthetic / 2), (real / 2, synthetic), (real, synthetic / 2)] {
            if n + m < real + synthetic {
                found.extend(with(&self.parameters, n, m));
            }
        }
        let at = match self.at {
            Generations::At(t) if t > 1 => vec![Generations::At(1), Generations::At(t / 2), Generations::At(t - 1)],
            Generations::Average { from, until } if from > 0 => vec![Generations::Average { from: 0, until }],
            Generations::Average { from: 0, until } if until > 1 => {
                vec![
                    Generations::At(until - 1),
                    Generations::Average { from: 0, until: until / 2 },
                    Generations::Average { from: 0, until: until - 1 },
                ]
            }
            _ => Vec::new(),
        };
        found.extend(at.into_iter().map(|at| Self { at, ..self.clone() }));
        if self.is_changing {
            found.push(Self { is_changing: false, ..self.clone() });
        }
        if self.schedule.takes_weight() && self.weight != 0.5 {
            found.push(Self { weight: 0.5, ..self.clone() });
        }
        found
    }
}

/// The weight, or 1 where no fit exists at it.
pub fn valid(problem: &Problem, weight: f64) -> f64 {
    problem.weight(weight).unwrap_or(1.0)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, command) = (self.problem.rows(), if self.simulated.is_some() { "simulate" } else { "risk" });
        write!(
            f,
            "goldenweight {command} --model {} --real {} --synthetic {}",
            self.problem.model(),
            rows.real,
            rows.synthetic
        )?;
        for (name, value) in self.parameters.given() {
            write!(f, " --{}='{value}'", name.replace('_', "-"))?;
        }
        if self.schedule.takes_weight() {
            write!(f, " --weight {}", self.weight)?;
        }
        if self.is_changing {
            f.write_str(" (at every second generation the middle between this weight and 1)")?;
        }
        if self.schedule != ScheduleKind::Fresh {
            write!(f, " --schedule {}", self.schedule.name())?;
        }
        match self.at {
            Generations::Limit => {}
            Generations::At(t) => write!(f, " --generations {t}")?,
            Generations::Average { from, until } => write!(f, " --burn-in {from} --generations {until}")?,
        }
        if let Some((kind, replicates)) = self.simulated {
            write!(f, " --simulator {kind} --replicates {replicates}")?;
        }
        Ok(())
    }
}
