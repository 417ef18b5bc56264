//! `simulate` and `optimize`: simulated risks, with the theory beside them.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use clap::Args;
use goldenweight::{
    experiment::{Generations, InputError, Model, Problem, within},
    optimum::{BATCHES, minimise, minimise_batches},
    prediction::Prediction,
    simulate::{
        dispatch::{SimulatorKind, run_problem},
        engine::{Plan, RealRows, Record},
    },
    stats::{compare::Estimate, moments::Moments},
};
use goldenweight_theory::parameters::{ParameterError, Weight};
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, Setting, number, whole},
    closed_form::{Heading, finite, law},
    output::{lines, progress, short, show},
};

/// Largest share of failed fits with which a simulated risk still counts: the others are not a random choice.
pub const MAX_FAILED_SHARE: f64 = 0.01;

/// Skewness of the mean's own law above which z says nothing: a few replicates carry the sum.
const MAX_SKEWNESS: f64 = 0.5;

/// Most replicates.
pub const MAX_REPLICATES: u64 = 1_000_000_000;

/// Relative distance of a risk from its limit below which they have the same minimiser, to any accuracy of a simulation.
const SETTLED: f64 = 1e-9;

/// Options of every simulation of a model.
#[derive(Args)]
pub struct Simulation {
    /// Model: gaussian-mean, gaussian-covariance, linear, logistic, poisson, cdf or categorical
    #[arg(long)]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    /// Generation T at which the risk is taken (at most 1000000)
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true, default_value_t = 200)]
    generations: u64,
    /// Average the risk over generations B to T-1 instead of taking generation T
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true)]
    burn_in: Option<u64>,
    /// rows (draws every row) or sufficient (their statistics) [default: sufficient; logistic, poisson, cdf: rows]
    #[arg(long)]
    simulator: Option<SimulatorKind>,
    /// Independent replicates (chains), 2 to 10^9 (optimize: 48 at least, in 24 batches)
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true, default_value_t = 2000)]
    replicates: u64,
    #[command(flatten)]
    compute: Compute,
}

/// Simulated risk, its standard error, and the theory beside it
#[derive(Args)]
#[command(after_help = "Example: goldenweight simulate --model gaussian-mean --real 100 --synthetic 100 \
    --weight 0.618 --burn-in 150\n\n\
    z = (risk - theory) / standard error. It is null where the theory is a limit law only (at finite n the risk is not\n\
    equal to it; read the ratio instead), and where a few replicates carry the sum or all are equal.\n\
    Exit code 3 where more than 1 % of the replicates ended in a fit that does not exist.")]
pub struct SimulateArgs {
    #[command(flatten)]
    simulation: Simulation,
    /// Weight w on the real rows, 0 to 1
    #[arg(long, value_name = "W", value_parser = number, allow_hyphen_values = true)]
    weight: f64,
}

/// The weight that minimises the simulated risk, with the theory beside it
#[derive(Args)]
#[command(after_help = "Example: goldenweight optimize --model gaussian-mean --real 100 --synthetic 100\n\n\
    The replicates are split into 24 independent batches with the same random numbers at every weight; argmin\n\
    minimises the polynomial through the mean of their risks at 17 weights, and the jackknife over batches gives the standard error. The simulator is\n\
    rows for categorical unless asked otherwise. z is null where the theory is a limit law only. Exit code 3 where the solver did not converge or more than 1 % of the fits do not\n\
    exist.")]
pub struct OptimizeArgs {
    #[command(flatten)]
    simulation: Simulation,
}

/// Which simulator is used unless one is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preferred {
    /// The fast one of the model.
    Fast,
    /// The fast one whose risks at different weights share their random numbers.
    Coupled,
}

impl Simulation {
    /// The problem, the simulator, and the generations at which the risk is taken.
    fn validate(&self, fewest: u64, default: Preferred) -> Result<(Problem, SimulatorKind, Generations), InputError> {
        let problem = self.setting.problem(self.model)?;
        let at = Generations::new(Some(self.generations), self.burn_in)?;
        // Binomial counts take varying numbers of draws, which would uncouple the risks at different weights.
        let coupled = default == Preferred::Coupled && problem.model() == Model::Categorical;
        let kind = SimulatorKind::of(&problem, self.simulator.or(coupled.then_some(SimulatorKind::Rows)))?;
        within("--replicates", self.replicates, fewest..=MAX_REPLICATES)?;
        Ok((problem, kind, at))
    }

    fn plan(&self, at: Generations, cell: u64, replicates: u64) -> Plan {
        Plan {
            seed: self.compute.seed,
            experiment: 0,
            cell,
            replicates: 0..replicates,
            real_rows: RealRows::Fresh,
            record: match at {
                Generations::Average { from, until } => Record::Average { from, until },
                _ => Record::At(vec![self.generations as u32]),
            },
        }
    }
}

/// (value - expected) / standard error, where that is a number: no standard error of zero, no few replicates that
/// carry the sum.
pub fn z(estimate: &Estimate, expected: f64) -> Option<f64> {
    // Written so that NaN gives none.
    if estimate.skewness.abs() <= MAX_SKEWNESS && estimate.std_error > 0.0 {
        finite((estimate.value - expected) / estimate.std_error)
    } else {
        None
    }
}

/// The theory beside a simulated risk.
#[derive(Serialize)]
pub struct Theory {
    /// Risk; none where it diverges.
    pub risk: Option<f64>,
    /// Whether it holds at every n, m and t.
    pub exact: bool,
}

#[derive(Serialize)]
struct SimulateDocument {
    #[serde(flatten)]
    heading: Heading,
    weight: f64,
    generations: u64,
    burn_in: Option<u64>,
    simulator: SimulatorKind,
    risk: Option<f64>,
    std_error: Option<f64>,
    replicates: u64,
    failed_fits: u64,
    theory: Theory,
    ratio: Option<f64>,
    z: Option<f64>,
    seed: u64,
}

impl fmt::Display for SimulateDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let at = match self.burn_in {
            None => format!("generation {}", self.generations),
            Some(b) => format!("mean over generations {b} to {}", self.generations - 1),
        };
        lines(
            f,
            &[
                ("weight", self.weight.to_string()),
                ("taken at", at),
                ("simulated risk", short(self.risk)),
                ("standard error", short(self.std_error)),
                ("theory", format!("{} ({})", short(self.theory.risk), law(self.theory.exact))),
                ("simulated / theory", short(self.ratio)),
                ("z", short(self.z)),
                ("replicates", format!("{} ({} simulator, seed {})", self.replicates, self.simulator, self.seed)),
                ("failed fits", self.failed_fits.to_string()),
            ],
        )
    }
}

impl SimulateArgs {
    /// Simulates and prints.
    pub fn run(&self) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let (problem, kind, at) = simulation.validate(2, Preferred::Fast)?;
        let weight = problem.weight(self.weight)?;
        let document = simulation.compute.install(|| {
            let (prediction, weight) = (Prediction::new(&problem)?, Weight::new(weight)?);
            let theory = Theory { risk: finite(prediction.risk(weight, at)), exact: prediction.exact(weight) };
            let bar = progress(Some(simulation.replicates), "replicates");
            let plan = simulation.plan(at, 0, simulation.replicates);
            let outcomes = run_problem(&problem, kind, &plan, &[weight.get()], &|done| bar.inc(done));
            let (moments, failed_fits) = outcomes[0];
            bar.finish_and_clear();
            let estimate = Estimate::from(&moments);
            Ok(SimulateDocument {
                heading: (&problem).into(),
                weight: weight.get(),
                generations: simulation.generations,
                burn_in: simulation.burn_in,
                simulator: kind,
                risk: finite(estimate.value),
                std_error: finite(estimate.std_error),
                replicates: simulation.replicates,
                failed_fits,
                ratio: theory.risk.and_then(|risk| finite(estimate.value / risk)),
                z: theory.risk.filter(|_| theory.exact).and_then(|risk| z(&estimate, risk)),
                theory,
                seed: simulation.compute.seed,
            })
        })?;
        show(&document, simulation.compute.json)?;
        Ok(status(document.failed_fits, document.replicates, document.risk.is_some()))
    }
}

/// Done, or Inconclusive where there is no number or too many fits failed.
pub fn status(failed_fits: u64, fits: u64, usable: bool) -> Status {
    let few_failed = failed_fits as f64 <= MAX_FAILED_SHARE * fits as f64;
    if usable && few_failed { Status::Done } else { Status::Inconclusive }
}

#[derive(Serialize)]
struct OptimizeDocument {
    #[serde(flatten)]
    heading: Heading,
    generations: u64,
    burn_in: Option<u64>,
    simulator: SimulatorKind,
    weight: Option<f64>,
    std_error: Option<f64>,
    theory_weight: f64,
    exact: bool,
    z: Option<f64>,
    evaluations: u64,
    converged: bool,
    replicates: u64,
    failed_fits: u64,
    seed: u64,
}

impl fmt::Display for OptimizeDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let replicates =
            format!("{} in {BATCHES} batches ({} simulator, seed {})", self.replicates, self.simulator, self.seed);
        lines(
            f,
            &[
                ("simulated optimal weight", short(self.weight)),
                ("standard error", short(self.std_error)),
                ("theory", format!("{} ({})", short(self.theory_weight), law(self.exact))),
                ("z", short(self.z)),
                ("evaluations of the risk", self.evaluations.to_string()),
                ("converged", if self.converged { "yes" } else { "no" }.to_owned()),
                ("replicates", replicates),
                ("failed fits", self.failed_fits.to_string()),
            ],
        )
    }
}

impl OptimizeArgs {
    /// Minimises and prints.
    pub fn run(&self) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let (problem, kind, at) = simulation.validate(2 * BATCHES, Preferred::Coupled)?;
        within("--generations", simulation.generations, 1..=Generations::MAX)?;
        let per_batch = simulation.replicates / BATCHES;
        let document = simulation.compute.install(|| {
            let bar = progress(None, "replicates");
            let failed_fits = AtomicU64::new(0);
            let evaluations = AtomicU64::new(0);
            let risks = |batch: u64, weights: &[f64]| {
                let plan = simulation.plan(at, batch, per_batch);
                let outcomes = run_problem(&problem, kind, &plan, weights, &|done| bar.inc(done));
                evaluations.fetch_add(weights.len() as u64, Ordering::Relaxed);
                let risk = |(moments, failed): (Moments, u64)| {
                    failed_fits.fetch_add(failed, Ordering::Relaxed);
                    moments.mean()
                };
                outcomes.into_iter().map(risk).collect()
            };
            let optimum = minimise_batches(&risks, BATCHES);
            let estimate = optimum.estimate();
            bar.finish_and_clear();
            let prediction = Prediction::new(&problem)?;
            let theory_weight = optimal_weight(&prediction, at)?;
            let exact = prediction.exact(theory_weight);
            let theory_weight = theory_weight.get();
            Ok(OptimizeDocument {
                heading: (&problem).into(),
                generations: simulation.generations,
                burn_in: simulation.burn_in,
                simulator: kind,
                weight: finite(estimate.value),
                std_error: finite(estimate.std_error),
                theory_weight,
                exact,
                z: if exact { z(&estimate, theory_weight) } else { None },
                evaluations: evaluations.into_inner(),
                converged: optimum.converged,
                replicates: per_batch * BATCHES,
                failed_fits: failed_fits.into_inner(),
                seed: simulation.compute.seed,
            })
        })?;
        show(&document, simulation.compute.json)?;
        let fits = document.evaluations * document.replicates / BATCHES;
        Ok(status(document.failed_fits, fits, document.converged))
    }
}

/// The weight that minimises the predicted risk at these generations: the optimum of the limit where the risk there has
/// reached its limit, else (few generations, small k) the minimiser of the closed form.
fn optimal_weight(prediction: &Prediction, at: Generations) -> Result<Weight, ParameterError> {
    let limit = Weight::new(prediction.optimal_weight())?;
    if (prediction.risk(limit, at) / prediction.risk(limit, Generations::Limit) - 1.0).abs() < SETTLED {
        return Ok(limit);
    }
    let risk = |w| Weight::new(w).map_or(f64::NAN, |w| prediction.risk(w, at));
    Weight::new(minimise(&risk, (0.0, 1.0)).at)
}
