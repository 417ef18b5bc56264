//! `simulate`: a simulated risk with the theory beside it, and what `optimize` shares with it.

use std::fmt;

use clap::Args;
use goldenweight::{
    experiment::{Generations, InputError, Problem, within},
    prediction::Prediction,
    simulate::{
        dispatch::{SimulatorKind, run_problem},
        engine::{Plan, Record, ScheduleKind, Watch},
    },
};
use goldenweight_theory::parameters::Weight;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, MODELS, Setting, number, whole},
    closed_form::{Heading, law},
    estimate::{Reasons, Simulated, Theory},
    interrupt,
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

/// What Ctrl-C does, for the help of the commands that simulate.
pub const INTERRUPT_HELP: &str = "\
Ctrl-C ends a run early: what is finished is printed, marked as partial (JSON: partial, with the replicates that were asked for), with
exit code 3. A second Ctrl-C ends it at once, without a word of the result.";

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
    pub generations: u64,
    /// Average the risk over generations B to T-1 instead of taking generation T
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true)]
    pub burn_in: Option<u64>,
    /// rows (draws every row) or sufficient (their statistics) [default: sufficient; logistic, poisson, cdf: rows]
    #[arg(long)]
    simulator: Option<SimulatorKind>,
    /// Independent replicates (chains), 2 to 10^9 (optimize: 48 at least, in 24 batches)
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true, default_value_t = 2000)]
    pub replicates: u64,
    #[command(flatten)]
    pub compute: Compute,
}

/// Simulated risk, its standard error, and the theory beside it
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight simulate --model gaussian-mean --real 100 --synthetic 100 \
    --weight 0.618 --burn-in 150\n\n{MODELS}\n\n{Z_HELP}\n\n\
    The risk is the mean over the replicates whose fits all exist. Where one failed, text, JSON and stderr say how many, with the 95 %\n\
    interval of the share (Clopper and Pearson). Exit code 3 where more than one in ten thousand failed, or where no number is left.\n\n{INTERRUPT_HELP}"))]
pub struct SimulateArgs {
    #[command(flatten)]
    simulation: Simulation,
    /// Weight w on the real rows, 0 to 1
    #[arg(long, value_name = "W", value_parser = number, allow_hyphen_values = true)]
    weight: f64,
}

/// Which simulator is used unless one is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Preferred {
    /// The fast one of the model.
    Fast,
    /// The fast one whose risks at different weights share their random numbers.
    Coupled,
}

impl Simulation {
    /// The problem, the simulator, and the generations at which the risk is taken.
    pub fn validate(
        &self,
        fewest: u64,
        default: Preferred,
    ) -> Result<(Problem, SimulatorKind, Generations), InputError> {
        let problem = self.setting.problem(self.model)?;
        let at = Generations::new(Some(self.generations), self.burn_in)?;
        // Binomial counts take varying numbers of draws, which would uncouple the risks at different weights.
        let coupled = default == Preferred::Coupled && problem.model() == &catalogue::CATEGORICAL;
        let kind = SimulatorKind::of(&problem, self.simulator.or(coupled.then_some(SimulatorKind::Rows)))?;
        within("--replicates", self.replicates, fewest..=MAX_REPLICATES)?;
        Ok((problem, kind, at))
    }

    /// Why what was not asked for is null.
    pub fn reasons(&self) -> Reasons {
        let burn_in = || "not asked for: the risk is that of one generation".to_owned();
        Reasons::from_iter(self.burn_in.is_none().then(|| ("burn_in", burn_in())))
    }

    pub fn plan(&self, at: Generations, cell: u64, replicates: u64) -> Plan {
        Plan {
            seed: self.compute.seed,
            experiment: 0,
            cell,
            replicates: 0..replicates,
            schedule: ScheduleKind::Fresh,
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
                ("finished", self.simulated.finished()),
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
        let stop = interrupt::listen()?;
        let document = simulation.compute.install(|| {
            let (prediction, weight) = (Prediction::new(&problem)?, Weight::new(weight)?);
            let theory = theory(&prediction, weight, at);
            let bar = progress(Some(simulation.replicates), "replicates");
            let plan = simulation.plan(at, 0, simulation.replicates);
            let watch = Watch { progress: &|done| bar.inc(done), stop };
            let outcomes = run_problem(&problem, kind, &plan, &[weight.get()], &watch);
            let (moments, failed_fits) = outcomes[0];
            bar.finish_and_clear();
            Ok(SimulateDocument {
                heading: (&problem).into(),
                weight: weight.get(),
                generations: simulation.generations,
                burn_in: simulation.burn_in,
                simulator: kind,
                simulated: Simulated::new(&moments, failed_fits, simulation.replicates, theory, simulation.reasons()),
                seed: simulation.compute.seed,
            })
        })?;
        show(&document, simulation.compute.json, origin, Some(simulation.compute.seed))?;
        let mut remarks = Remarks::default();
        if document.simulated.is_partial() {
            remarks.inconclusive(document.simulated.finished());
        }
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
