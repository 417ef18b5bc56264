//! `simulate`: a simulated risk with the theory beside it, and what `optimize` shares with it.

use std::{fmt, ops::Range, path::PathBuf};

use clap::Args;
use goldenweight::{
    answer::{
        Heading, Reasoned, Reasons, Results,
        closed_form::{Laws, NO_WEIGHT, mean_over_generations, no_law},
        estimate::{Simulated, Theory},
        text::explained,
    },
    catalogue::Model,
    experiment::{Generations, InputError, Problem, digits},
    prediction::Prediction,
    simulate::{
        dispatch::{self, SimulatorKind},
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
    },
};
use goldenweight_theory::parameters::Weight;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, Replicates, Setting, Weighting, model, models, whole},
    controlled::{Controlled, Controls, controls},
    interrupt,
    origin::Origin,
    output::{Remarks, lines, open_file, progress, short, show, tell, write_places},
    statistic::{Spread, Statistic, statistic},
    store::Keeping,
    usage::named,
};

/// Most replicates.
pub const MAX_REPLICATES: u64 = 1_000_000_000;

/// Replicates of `simulate` unless they are given.
const DEFAULT_REPLICATES: u64 = 2_000;

/// What z is, for the help of the commands that print it.
pub const Z_HELP: &str = "\
z = T + a T^2 + a^2 T^3/3 + a/2 with T = (risk - theory)/(standard error) and a a third of the mean's skewness (Hall 1992), which removes
the skewness of squared errors. It comes with its degrees of freedom and the probability of a |z| as large under Student's law: below
1e-5 theory and simulation hardly agree. Beside a law of two orders in 1/n (logistic, Poisson) z counts what they leave out, too: its rough
size is told (JSON: theory.second_order.left_out). There is none, with its reason (JSON: z_reason), where the theory is a limit law (at finite n the
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

fn simulator(word: &str) -> Result<SimulatorKind, String> {
    named(word, &SimulatorKind::ALL, SimulatorKind::name)
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
    /// The replicates that are asked for, or else so many.
    pub fn replicates(&self, default: u64) -> Replicates {
        self.replicates.clone().unwrap_or_else(|| Replicates::first(default))
    }

    /// The problem, the simulator, and the generations at which the risk is taken.
    pub fn validate(
        &self,
        (replicates, fewest): (&Replicates, u64),
        schedule: ScheduleKind,
        default: Preferred,
    ) -> Result<(Problem, SimulatorKind, Generations), InputError> {
        let problem = self.setting.problem(self.model)?;
        let at = Generations::new(Some(self.generations), self.burn_in)?;
        let model = problem.model();
        let default = if default == Preferred::Coupled { model.coupled } else { model.fast };
        let kind = SimulatorKind::of(&problem, schedule, self.simulator, default)?;
        replicates.validate(fewest..=MAX_REPLICATES)?;
        Ok((problem, kind, at))
    }

    /// Why what was not asked for is null.
    pub fn reasons(&self) -> Reasons {
        let burn_in = || "not asked for: the risk is that of one generation".to_owned();
        Reasons::from_iter(self.burn_in.is_none().then(|| ("burn_in", burn_in())))
    }

    pub fn plan(&self, at: Generations, schedule: ScheduleKind, cell: u64, replicates: Range<u64>) -> Plan {
        Plan {
            seed: self.compute.seed,
            experiment: 0,
            cell,
            replicates,
            schedule,
            record: match at {
                Generations::Average { from, until } => Record::Average { from, until },
                _ => Record::At(vec![self.generations as u32]),
            },
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct SimulateDocument {
    #[serde(flatten)]
    heading: Heading,
    schedule: &'static str,
    generations: u64,
    burn_in: Option<u64>,
    #[schemars(with = "String")]
    simulator: SimulatorKind,
    first_replicate: u64,
    /// Whether results at several weights share their random numbers.
    common_random_numbers: bool,
    #[serde(flatten)]
    results: Results<AtWeight>,
    seed: u64,
}

/// The simulated risk at a weight.
#[derive(Serialize, JsonSchema)]
struct AtWeight {
    weight: Option<f64>,
    #[serde(flatten)]
    simulated: Simulated,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistic: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    controlled: Option<Option<Controlled>>,
}

impl Reasoned for AtWeight {
    fn reasons(&mut self) -> &mut Reasons {
        self.simulated.reasons()
    }
}

impl fmt::Display for SimulateDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let at = match self.burn_in {
            None => format!("generation {}", self.generations),
            Some(b) => mean_over_generations(b, self.generations),
        };
        let common = if self.common_random_numbers { ", common random numbers at all weights" } else { "" };
        for (i, AtWeight { weight, simulated, statistic, controlled }) in self.results.all().iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let Simulated { theory, z, .. } = simulated;
            let [risk, error, ratio] = simulated.explained();
            let first = match self.first_replicate {
                0 => String::new(),
                first => format!(", from number {first} on"),
            };
            let mut facts = vec![
                ("weight", explained(*weight, Some(NO_WEIGHT))),
                ("schedule", self.schedule.to_owned()),
                ("taken at", at.clone()),
                ("simulated risk", format!("{risk}, {}", simulated.mean_over())),
                ("standard error", error),
                ("theory", theory.to_string()),
            ];
            facts.extend(simulated.second_order());
            facts.extend([
                ("simulated / theory", ratio),
                ("z", z.to_string()),
                ("simulator", format!("{}, seed {}{common}", self.simulator, self.seed)),
                ("finished", simulated.finished() + &first),
                ("failed fits", simulated.failed()),
            ]);
            facts.extend(controlled.iter().flatten().map(|controlled| ("with controls", controlled.to_string())));
            lines(f, &facts)?;
            if let Some(statistic) = statistic {
                lines(f, &[("over the replicates", statistic.to_string())])?;
            }
        }
        Ok(())
    }
}

impl SimulateArgs {
    /// Simulates and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let replicates = simulation.replicates(DEFAULT_REPLICATES);
        let (problem, kind, at) = simulation.validate((&replicates, 2), self.weighting.schedule, Preferred::Fast)?;
        let (weights, schedule) = (self.weighting.weights(&problem)?, self.weighting.schedule);
        let simulator = dispatch::simulator(&problem, kind, schedule).expect("a simulator of this kind");
        let loss = problem.model().loss_index;
        if let Some(statistic) = self.statistic {
            statistic.validate(&problem, simulator.losses(), simulation.burn_in)?;
        }
        let store = simulation.keeping.open(origin, simulation.compute.seed)?;
        // Last, since opening a pipe waits for its reader; a share has nothing to write to it.
        let each = self.each.as_deref().filter(|_| store.shard.is_none());
        let each = each.map(|file| open_file("--each", file)).transpose()?;
        let stop = interrupt::listen()?;
        let (asked, replicates) = (replicates.count(), replicates.range);
        let (document, lines) = simulation.compute.install(|| {
            let laws = Laws::new(&problem, schedule, at)?;
            let theory = |weight: Option<f64>| match &laws {
                None => Ok::<_, Failure>(Theory::none(no_law(&problem, schedule))),
                Some(laws) => Ok(theory(&laws.risk, Weight::new(weight.unwrap_or(1.0))?, at)),
            };
            let paths = self.each.is_some() || self.statistic.is_some();
            let bar = progress(Some(asked), "replicates");
            let plan = simulation.plan(at, schedule, 0, replicates.clone());
            let grid: Vec<f64> = weights.iter().map(|weight| weight.unwrap_or(1.0)).collect();
            let constant: Vec<Weights> = grid.iter().map(|&w| Weights::Constant(w)).collect();
            let options = Options {
                progress: &|done| bar.inc(done),
                stop,
                paths,
                controls: self.controls == Controls::On,
                share: store.shard,
                ..Options::default()
            };
            let outcomes = simulator.run(&plan, &constant, options);
            let lines = each.is_some().then(|| each_replicate(&plan, &grid, &outcomes, loss));
            bar.finish_and_clear();
            let result = |(&weight, outcome): (&Option<f64>, &Outcome)| {
                let moments = &outcome.moments[0][loss];
                let statistic = self
                    .statistic
                    .map(|statistic| statistic.of(&outcome.paths, simulator.losses(), loss, outcome.failed_fits));
                let none = weight.is_none().then(|| ("weight", NO_WEIGHT.to_owned()));
                let (mut reasons, theory) = (Reasons::from_iter(none), theory(weight)?);
                let controlled = Controlled::of(outcome, loss, theory.risk, &mut reasons);
                let simulated = Simulated::new(moments, outcome.failed_fits, asked, theory, reasons);
                Ok(AtWeight { weight, simulated, statistic, controlled })
            };
            let results = weights.iter().zip(&outcomes).map(result).collect::<Result<Vec<_>, Failure>>()?;
            let document = SimulateDocument {
                heading: (&problem).into(),
                schedule: schedule.name(),
                generations: simulation.generations,
                burn_in: simulation.burn_in,
                simulator: kind,
                first_replicate: replicates.start,
                common_random_numbers: results.len() > 1,
                results: Results::new(results, simulation.reasons()),
                seed: simulation.compute.seed,
            };
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
        let mut remarks = Remarks::default();
        let results = document.results.all();
        if results[0].simulated.is_partial() {
            remarks.inconclusive(results[0].simulated.finished());
        }
        for AtWeight { weight, simulated, .. } in results {
            let of = match weight {
                Some(w) if results.len() > 1 => format!("w = {}: ", short(*w)),
                _ => String::new(),
            };
            simulated.remark(&of, &mut remarks);
            if let Some(reason) = simulated.missing_z() {
                remarks.note(format!("{of}no z: {reason}"));
            }
        }
        Ok(tell(&remarks))
    }
}

/// A line for each replicate: its index, and its loss at each weight; "failed" where a fit does not exist.
fn each_replicate(plan: &Plan, weights: &[f64], outcomes: &[Outcome], loss: usize) -> String {
    let head = |w: &f64| {
        if plan.schedule.takes_weight() { format!(",loss at w = {}", digits(*w)) } else { ",loss".to_owned() }
    };
    let value = |x: f64| if x == f64::INFINITY { ",failed".to_owned() } else { format!(",{x}") };
    let finished = outcomes.iter().map(|outcome| outcome.paths.len()).min().unwrap_or(0);
    let line = |(i, replicate): (usize, u64)| {
        let values: String = outcomes.iter().map(|outcome| value(outcome.paths[i][loss])).collect();
        format!("{replicate}{values}\n")
    };
    let head: String = weights.iter().map(head).collect();
    let lines: String = plan.replicates.clone().take(finished).enumerate().map(line).collect();
    format!("replicate{head}\n{lines}")
}

/// The risk that theory predicts.
fn theory(prediction: &Prediction, weight: Weight, at: Generations) -> Theory {
    let wide = prediction.wide_risk(weight, at);
    let (risk, log10) = wide.map_or((f64::INFINITY, f64::INFINITY), |risk| (risk.to_f64(), risk.log10()));
    Theory::new(risk, log10, prediction.order(weight, at), prediction.second_term(weight, at))
}
