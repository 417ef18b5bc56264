//! `simulate` and `optimize`: simulated risks, with the theory beside them.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
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
    stats::{
        moments::Moments,
        shown::{Fits, NoZ, z},
    },
};
use goldenweight_theory::parameters::{ParameterError, Weight};
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, MODELS, Setting, number, whole},
    closed_form::{Heading, finite, law},
    estimate::{Reasons, ShownZ, Simulated, Theory, explained},
    origin::Origin,
    output::{Remarks, lines, progress, short, show},
};

/// Most replicates.
pub const MAX_REPLICATES: u64 = 1_000_000_000;

/// What z is, for the help of the commands that print it.
pub const Z_HELP: &str = "\
z = T + a T^2 + a^2 T^3/3 + a/2 with T = (risk - theory)/(standard error) and a a third of the mean's skewness (Hall 1992), which removes
the skewness of squared errors. It comes with its degrees of freedom and the probability of a |z| as large under Student's law: below
1e-5 theory and simulation hardly agree. There is none, with its reason (JSON: z_reason), where the theory is a limit law (at finite n the
risk is not equal to it: read the ratio), where replicates are too few for the skewness of their losses (below 62 always), where all
are equal, or where fits failed. JSON: for every other key that is null, reasons says why.";

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
#[command(after_help = format!("Example: goldenweight simulate --model gaussian-mean --real 100 --synthetic 100 \
    --weight 0.618 --burn-in 150\n\n{MODELS}\n\n{Z_HELP}\n\n\
    The risk is the mean over the replicates whose fits all exist. Where one failed, text, JSON and stderr say how many, with the 95 %\n\
    interval of the share (Clopper and Pearson). Exit code 3 where more than one in ten thousand failed, or where no number is left."))]
pub struct SimulateArgs {
    #[command(flatten)]
    simulation: Simulation,
    /// Weight w on the real rows, 0 to 1
    #[arg(long, value_name = "W", value_parser = number, allow_hyphen_values = true)]
    weight: f64,
}

/// The weight that minimises the simulated risk, with the theory beside it
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight optimize --model gaussian-mean --real 100 --synthetic 100\n\n{MODELS}\n\n\
    The replicates are split into 24 independent batches with the same random numbers at every weight; argmin minimises the\n\
    polynomial through the mean of their risks at 17 weights, and the jackknife over batches gives the standard error. The simulator\n\
    is rows for categorical unless asked otherwise. z = (weight - theory)/(standard error), to be judged by Student's law with 23\n\
    degrees of freedom; there is none where the theory is a limit law only. Exit code 3 where the solver did not converge, or more\n\
    than one in ten thousand replicates failed at one of the weights tried."))]
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

    /// Why what was not asked for is null.
    fn reasons(&self) -> Reasons {
        let burn_in = || "not asked for: the risk is that of one generation".to_owned();
        Reasons::from_iter(self.burn_in.is_none().then(|| ("burn_in", burn_in())))
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

#[derive(Serialize)]
struct SimulateDocument {
    #[serde(flatten)]
    heading: Heading,
    weight: f64,
    generations: u64,
    burn_in: Option<u64>,
    simulator: SimulatorKind,
    #[serde(flatten)]
    simulated: Simulated,
    seed: u64,
}

impl fmt::Display for SimulateDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let at = match self.burn_in {
            None => format!("generation {}", self.generations),
            Some(b) => format!("mean over generations {b} to {}", self.generations - 1),
        };
        let Simulated { theory, z, .. } = &self.simulated;
        let [risk, error, ratio] = self.simulated.explained();
        lines(
            f,
            &[
                ("weight", short(self.weight)),
                ("taken at", at),
                ("simulated risk", format!("{risk}, {}", self.simulated.mean_over())),
                ("standard error", error),
                ("theory", format!("{} ({})", theory.number(), law(theory.exact))),
                ("simulated / theory", ratio),
                ("z", z.to_string()),
                ("simulator", format!("{}, seed {}", self.simulator, self.seed)),
                ("failed fits", self.simulated.failed()),
            ],
        )
    }
}

impl SimulateArgs {
    /// Simulates and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let (problem, kind, at) = simulation.validate(2, Preferred::Fast)?;
        let weight = problem.weight(self.weight)?;
        let document = simulation.compute.install(|| {
            let (prediction, weight) = (Prediction::new(&problem)?, Weight::new(weight)?);
            let theory = theory(&prediction, weight, at);
            let bar = progress(Some(simulation.replicates), "replicates");
            let plan = simulation.plan(at, 0, simulation.replicates);
            let outcomes = run_problem(&problem, kind, &plan, &[weight.get()], &|done| bar.inc(done));
            let (moments, failed_fits) = outcomes[0];
            bar.finish_and_clear();
            Ok(SimulateDocument {
                heading: (&problem).into(),
                weight: weight.get(),
                generations: simulation.generations,
                burn_in: simulation.burn_in,
                simulator: kind,
                simulated: Simulated::new(&moments, failed_fits, theory, simulation.reasons()),
                seed: simulation.compute.seed,
            })
        })?;
        show(&document, simulation.compute.json, origin, Some(simulation.compute.seed))?;
        let mut remarks = Remarks::default();
        document.simulated.remark("", &mut remarks);
        if let Some(reason) = document.simulated.missing_z() {
            remarks.note(format!("no z: {reason}"));
        }
        Ok(remarks.say())
    }
}

/// The risk that theory predicts.
fn theory(prediction: &Prediction, weight: Weight, at: Generations) -> Theory {
    let wide = prediction.wide_risk(weight, at);
    let (risk, log10) = wide.map_or((f64::INFINITY, f64::INFINITY), |risk| (risk.to_f64(), risk.log10()));
    Theory::new(risk, log10, prediction.exact(weight))
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
    #[serde(flatten)]
    z: ShownZ,
    evaluations: u64,
    converged: bool,
    replicates: u64,
    failed_fits: u64,
    /// Where the largest share failed.
    most_failed: Option<MostFailed>,
    reasons: Reasons,
    seed: u64,
}

/// The replicates that failed at one weight.
#[derive(Serialize)]
struct MostFailed {
    weight: f64,
    replicates: u64,
    failed_fits: u64,
    failed_share: f64,
    failed_share_interval: (f64, f64),
    #[serde(skip)]
    fits: Fits,
}

impl MostFailed {
    /// Of the fits at each weight, by its bits; none where nothing failed.
    fn of(fits: &BTreeMap<u64, Fits>) -> Option<Self> {
        let worst = fits.iter().filter(|(_, fits)| fits.failed > 0).max_by(|a, b| a.1.share().total_cmp(&b.1.share()));
        worst.map(|(&weight, &fits)| Self {
            weight: f64::from_bits(weight),
            replicates: fits.replicates,
            failed_fits: fits.failed,
            failed_share: fits.share(),
            failed_share_interval: fits.interval(),
            fits,
        })
    }
}

impl fmt::Display for MostFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at w = {}, the largest share of all weights tried", self.fits, short(self.weight))
    }
}

impl fmt::Display for OptimizeDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let reason = |key| self.reasons.get(key).map(String::as_str);
        let failed = self.most_failed.as_ref().map_or("none".to_owned(), MostFailed::to_string);
        let replicates =
            format!("{} in {BATCHES} batches ({} simulator, seed {})", self.replicates, self.simulator, self.seed);
        lines(
            f,
            &[
                ("simulated optimal weight", explained(self.weight, reason("weight"))),
                ("standard error", explained(self.std_error, reason("std_error"))),
                ("theory", format!("{} ({})", short(self.theory_weight), law(self.exact))),
                ("z", self.z.to_string()),
                ("evaluations of the risk", self.evaluations.to_string()),
                ("converged", if self.converged { "yes" } else { "no" }.to_owned()),
                ("replicates", replicates),
                ("failed fits", failed),
            ],
        )
    }
}

impl OptimizeArgs {
    /// Minimises and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let (problem, kind, at) = simulation.validate(2 * BATCHES, Preferred::Coupled)?;
        within("--generations", simulation.generations, 1..=Generations::MAX)?;
        let per_batch = simulation.replicates / BATCHES;
        let document = simulation.compute.install(|| {
            let bar = progress(None, "replicates");
            let fits = Mutex::new(BTreeMap::<u64, Fits>::new());
            let evaluations = AtomicU64::new(0);
            let risks = |batch: u64, weights: &[f64]| {
                let plan = simulation.plan(at, batch, per_batch);
                let outcomes = run_problem(&problem, kind, &plan, weights, &|done| bar.inc(done));
                evaluations.fetch_add(weights.len() as u64, Ordering::Relaxed);
                let mut fits = fits.lock().unwrap_or_else(PoisonError::into_inner);
                let risk = |(weight, (moments, failed)): (&f64, (Moments, u64))| {
                    let here = fits.entry(weight.to_bits()).or_default();
                    here.replicates += per_batch;
                    here.failed += failed;
                    moments.mean()
                };
                weights.iter().zip(outcomes).map(risk).collect()
            };
            let optimum = minimise_batches(&risks, BATCHES);
            let estimate = optimum.estimate();
            bar.finish_and_clear();
            let prediction = Prediction::new(&problem)?;
            let theory_weight = optimal_weight(&prediction, at)?;
            let exact = prediction.exact(theory_weight);
            let theory_weight = theory_weight.get();
            let fits = fits.into_inner().unwrap_or_else(PoisonError::into_inner);
            let most_failed = MostFailed::of(&fits);
            let too_many = most_failed.as_ref().map(|most| most.fits).filter(Fits::too_many_failed);
            let z = match (optimum.converged, exact, too_many) {
                (false, _, _) => ShownZ::none(NOT_CONVERGED),
                (true, false, _) => Err(NoZ::LimitLaw).into(),
                (true, true, Some(fits)) => Err(NoZ::Failed(fits)).into(),
                (true, true, None) => z(&estimate, theory_weight).into(),
            };
            let (weight, std_error) = (finite(estimate.value), finite(estimate.std_error));
            let mut reasons = simulation.reasons();
            for (key, _) in [("weight", weight), ("std_error", std_error)].iter().filter(|(_, found)| found.is_none()) {
                reasons.insert(key, "no minimum was found inside the weights from 0 to 1".to_owned());
            }
            if most_failed.is_none() {
                reasons.insert("most_failed", "every fit exists".to_owned());
            }
            Ok(OptimizeDocument {
                heading: (&problem).into(),
                generations: simulation.generations,
                burn_in: simulation.burn_in,
                simulator: kind,
                weight,
                std_error,
                theory_weight,
                exact,
                z,
                evaluations: evaluations.into_inner(),
                converged: optimum.converged,
                replicates: per_batch * BATCHES,
                failed_fits: fits.values().map(|fits| fits.failed).sum(),
                most_failed,
                reasons,
                seed: simulation.compute.seed,
            })
        })?;
        show(&document, simulation.compute.json, origin, Some(simulation.compute.seed))?;
        let mut remarks = Remarks::default();
        match &document.most_failed {
            Some(most) if most.fits.too_many_failed() => remarks.inconclusive(format!(
                "{most}, ended in a fit that does not exist: the risks are means over the others, which are not a random choice"
            )),
            Some(most) => remarks.note(format!("{most}, ended in a fit that does not exist")),
            None => {}
        }
        if !document.converged {
            remarks.inconclusive(NOT_CONVERGED.to_owned());
        }
        Ok(remarks.say())
    }
}

/// Why a minimum found is none.
const NOT_CONVERGED: &str = "the solver did not converge to a minimum inside the weights";

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
