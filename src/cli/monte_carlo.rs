//! `simulate`: a simulated risk with the theory beside it, and what `optimize` shares with it.

use std::path::PathBuf;

use clap::Args;
use goldenweight::{
    answer::{
        monte_carlo::{self, DEFAULT_REPLICATES, MAX_REPLICATES, Preferred, simulate},
        statistic::Statistic,
    },
    catalogue::Model,
    experiment::{InputError, digits},
    simulate::{
        dispatch::{self, SimulatorKind},
        engine::{Options, Outcome, ScheduleKind},
    },
};

use super::{
    Failure, Status,
    args::{Compute, Replicates, Setting, Weighting, model, models, whole},
    interrupt,
    origin::Origin,
    output::{open_file, progress, show, tell, write_places},
    store::Keeping,
    usage::named,
};

/// What z is, for the help of the commands that print it.
pub const Z_HELP: &str = "\
z = T + a T^2 + a^2 T^3/3 + a/2 with T = (risk - theory)/(standard error) and a a third of the mean's skewness (Hall 1992), which removes
the skewness of squared errors. It comes with its degrees of freedom and the probability of a |z| as large under Student's law: below
1e-5 theory and simulation hardly agree. Beside a law of two orders in 1/n (logistic, Poisson) what they leave out moves z, and nothing is
allowed for it: its rough size is told (JSON: theory.second_order.left_out). There is no z, with its reason (JSON: z_reason), where the theory is a limit law (at finite n the
risk is not equal to it: read the ratio), where replicates are too few for the skewness of their losses (below 62 always), where all
are equal, or where fits failed. JSON: for every other key that is null, reasons says why.";

/// What Ctrl-C does, for the help of the commands that simulate.
pub const INTERRUPT_HELP: &str = "\
Ctrl-C ends a run early: what is finished is printed, marked as partial (JSON: partial, with the replicates that were asked for), with
exit code 3. A second Ctrl-C ends it at once, without a word of the result.";

/// Options of every simulation of a model.
#[derive(Args)]
pub struct Simulation {
    /// Model, see below
    #[arg(long, value_parser = model)]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    /// Generation T at which the risk is taken (at most 1000000)
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true, default_value_t = 200)]
    pub generations: u64,
    /// Average the risk over generations B to T-1 instead of taking generation T
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true)]
    pub burn_in: Option<u64>,
    /// rows (draws every row) or sufficient (their statistics) [default: sufficient; logistic, poisson, cdf, subsamples: rows]
    #[arg(long, value_parser = simulator)]
    simulator: Option<SimulatorKind>,
    /// Independent replicates (chains), 2 to 10^9, or A..B, those with these indices [default: 2000] (optimize: a number, 48 at least, in 24 batches alike
    /// [default: 1992])
    #[arg(long, value_name = "R", allow_hyphen_values = true)]
    replicates: Option<Replicates>,
    #[command(flatten)]
    pub compute: Compute,
    #[command(flatten)]
    pub keeping: Keeping,
}

/// Simulated risk, its standard error, and the theory beside it
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight simulate --model gaussian-mean --real 100 --synthetic 100 \
    --weight 0.618 --burn-in 150\n\n{}\n\n{Z_HELP}\n\n\
    The risk is the mean over the replicates whose fits all exist. Where one failed, text, JSON and stderr say how many, with the 95 %\n\
    interval of the share (Clopper and Pearson). Exit code 3 where more than one in ten thousand failed, or where no number is left.\n\n{INTERRUPT_HELP}", models()))]
pub struct SimulateArgs {
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    weighting: Weighting,
    /// Also write the loss of each replicate to this file (or pipe), a line a replicate
    #[arg(long, value_name = "FILE.csv")]
    each: Option<PathBuf>,
    /// Also print median, quantiles and mean over the replicates of: log-det (of the fitted covariance), median (the loss itself) or sd (the fitted standard
    /// deviation, in one dimension)
    #[arg(long, value_name = "WORD", value_parser = statistic)]
    statistic: Option<Statistic>,
    /// on or off: also print the risk by losses less their controls, numbers of mean 0 that take most of the variance (logistic and Poisson regression
    /// have such); the plain risk is the same with them
    #[arg(long, value_name = "WORD", value_parser = controls, default_value = "on")]
    controls: Controls,
}

/// Whether controls are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Controls {
    /// Where there are such.
    On,
    /// Nowhere.
    Off,
}

fn controls(word: &str) -> Result<Controls, String> {
    named(word, &[Controls::On, Controls::Off], |controls| if controls == Controls::On { "on" } else { "off" })
}

fn statistic(word: &str) -> Result<Statistic, String> {
    named(word, &Statistic::ALL, Statistic::name)
}

fn simulator(word: &str) -> Result<SimulatorKind, String> {
    named(word, &SimulatorKind::ALL, SimulatorKind::name)
}

impl Simulation {
    /// The replicates that are asked for, or else so many.
    pub fn replicates(&self, default: u64) -> Replicates {
        self.replicates.clone().unwrap_or_else(|| Replicates::first(default))
    }

    /// What is simulated, and whether the replicates are enough.
    pub fn validate(
        &self,
        (replicates, fewest): (&Replicates, u64),
        schedule: ScheduleKind,
        default: Preferred,
    ) -> Result<monte_carlo::Simulation, InputError> {
        let problem = self.setting.problem(self.model)?;
        let at = (self.generations, self.burn_in);
        let asked = monte_carlo::Simulation::new(problem, schedule, (self.simulator, default), at, self.compute.seed)?;
        replicates.validate(fewest..=MAX_REPLICATES)?;
        Ok(asked)
    }
}

impl SimulateArgs {
    /// Simulates and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let replicates = simulation.replicates(DEFAULT_REPLICATES);
        let schedule = self.weighting.schedule;
        let asked = simulation.validate((&replicates, 2), schedule, Preferred::Fast)?;
        let weights = self.weighting.weights(&asked.problem)?;
        let simulator = dispatch::simulator(&asked.problem, asked.kind, schedule).expect("a simulator of this kind");
        if let Some(statistic) = self.statistic {
            statistic.validate(&asked.problem, schedule, simulator.losses(), simulation.burn_in)?;
        }
        let store = simulation.keeping.open(origin, simulation.compute.seed)?;
        // Last, since opening a pipe waits for its reader; a share has nothing to write to it.
        let each = self.each.as_deref().filter(|_| store.shard.is_none());
        let each = each.map(|file| open_file("--each", file)).transpose()?;
        let stop = interrupt::listen()?;
        let (document, lines) = simulation.compute.install(|| {
            let bar = progress(Some(replicates.count()), "replicates");
            let options = Options {
                progress: &|done| bar.inc(done),
                stop,
                paths: self.each.is_some(),
                controls: self.controls == Controls::On,
                share: store.shard,
                ..Options::default()
            };
            let (document, outcomes) = simulate(&asked, &weights, replicates.range.clone(), self.statistic, options)?;
            let loss = asked.problem.model().loss_index;
            let lines = each.is_some().then(|| each_replicate(&replicates, &weights, &outcomes, loss));
            bar.finish_and_clear();
            Ok((document, lines))
        })?;
        if store.shard.is_some() {
            // The document is that of the replicates before the first that is lacking.
            let share = store.shared(origin, simulation.compute.seed, false, !interrupt::heard(), Vec::new())?;
            return share.show(simulation.compute.json, origin);
        }
        store.close()?;
        let each = each.zip(lines).map_or(Ok(()), |(each, lines)| write_places(vec![(each, &lines)]));
        // Whatever came of the file, the result is shown.
        show(&document, simulation.compute.json, origin, Some(simulation.compute.seed))?;
        each.map_err(|e| Failure::CouldNotRun(format!("writing the losses to --each: {e}")))?;
        Ok(tell(&document.remarks()))
    }
}

/// A line for each replicate: its index, and its loss at each weight; "failed" where a fit does not exist.
fn each_replicate(replicates: &Replicates, weights: &[Option<f64>], outcomes: &[Outcome], loss: usize) -> String {
    let head = |w: &Option<f64>| w.map_or_else(|| ",loss".to_owned(), |w| format!(",loss at w = {}", digits(w)));
    let value = |x: f64| if x == f64::INFINITY { ",failed".to_owned() } else { format!(",{x}") };
    let finished = outcomes.iter().map(|outcome| outcome.paths.len()).min().unwrap_or(0);
    let line = |(i, replicate): (usize, u64)| {
        let values: String = outcomes.iter().map(|outcome| value(outcome.paths[i][loss])).collect();
        format!("{replicate}{values}\n")
    };
    let head: String = weights.iter().map(head).collect();
    let lines: String = replicates.range.clone().take(finished).enumerate().map(line).collect();
    format!("replicate{head}\n{lines}")
}
