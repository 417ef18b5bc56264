//! Answers by simulation: a simulated risk with the theory beside it.

use std::{fmt, ops::Range};

use goldenweight_theory::parameters::Weight;
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Heading, Reasoned, Reasons, Remarks, Results, Unanswered,
    closed_form::{Laws, NO_WEIGHT, mean_over_generations, no_law},
    controlled::Controlled,
    estimate::{Simulated, Theory},
    statistic::{Spread, Statistic},
    text::{explained, lines, short},
};
use crate::{
    experiment::{Generations, InputError, Problem},
    prediction::Prediction,
    simulate::{
        dispatch::{self, SimulatorKind},
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
    },
};

/// Most replicates.
pub const MAX_REPLICATES: u64 = 1_000_000_000;

/// Replicates of `simulate` unless they are given.
pub const DEFAULT_REPLICATES: u64 = 2_000;

/// Which simulator is used unless one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preferred {
    /// The fast one of the model.
    Fast,
    /// The fast one whose risks at different weights share their random numbers.
    Coupled,
}

/// What is simulated, validated.
///
/// # Examples
/// see [`simulate`].
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The model with its truth and its rows.
    pub problem: Problem,
    /// What each generation is fitted on.
    pub schedule: ScheduleKind,
    /// How a generation is drawn.
    pub kind: SimulatorKind,
    /// Seed of the random numbers.
    pub seed: u64,
    generations: u64,
    burn_in: Option<u64>,
    at: Generations,
}

impl Simulation {
    /// The risk is that of generation `generations`, or with a burn-in the mean of the generations from that on.
    ///
    /// # Errors
    /// Of the fields `generations`, `burn_in`, `simulator`, `schedule`, `real`, `synthetic`.
    pub fn new(
        problem: Problem,
        schedule: ScheduleKind,
        (asked, default): (Option<SimulatorKind>, Preferred),
        (generations, burn_in): (u64, Option<u64>),
        seed: u64,
    ) -> Result<Self, InputError> {
        let at = Generations::new(Some(generations), burn_in)?;
        let model = problem.model();
        let default = if default == Preferred::Coupled { model.coupled } else { model.fast };
        let kind = SimulatorKind::of(&problem, schedule, asked, default)?;
        Ok(Self { problem, schedule, kind, seed, generations, burn_in, at })
    }

    /// The last generation.
    #[must_use]
    pub const fn generations(&self) -> u64 {
        self.generations
    }

    /// The first generation of the mean.
    #[must_use]
    pub const fn burn_in(&self) -> Option<u64> {
        self.burn_in
    }

    /// The generations whose risk is meant.
    #[must_use]
    pub const fn at(&self) -> Generations {
        self.at
    }

    /// Why what was not asked for is null.
    #[must_use]
    pub fn reasons(&self) -> Reasons {
        let burn_in = || "not asked for: the risk is that of one generation".to_owned();
        Reasons::from_iter(self.burn_in.is_none().then(|| ("burn_in", burn_in())))
    }

    /// The plan of a cell.
    #[must_use]
    pub fn plan(&self, cell: u64, replicates: Range<u64>) -> Plan {
        Plan {
            seed: self.seed,
            experiment: 0,
            cell,
            replicates,
            schedule: self.schedule,
            record: match self.at {
                Generations::Average { from, until } => Record::Average { from, until },
                _ => Record::At(vec![self.generations as u32]),
            },
        }
    }
}

/// Simulated risks, from [`simulate`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct SimulateDocument {
    #[serde(flatten)]
    heading: Heading,
    schedule: &'static str,
    generations: u64,
    burn_in: Option<u64>,
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    simulator: SimulatorKind,
    first_replicate: u64,
    /// Whether results at several weights share their random numbers.
    common_random_numbers: bool,
    #[serde(flatten)]
    results: Results<AtWeight>,
    seed: u64,
}

/// The simulated risk at a weight.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
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
            facts.extend(controlled.as_ref().map(|controlled| {
                ("with controls", controlled.as_ref().map_or_else(|| simulated.none("controlled"), ToString::to_string))
            }));
            lines(f, &facts)?;
            if let Some(statistic) = statistic {
                lines(f, &[("over the replicates", statistic.to_string())])?;
            }
        }
        Ok(())
    }
}

/// Simulates the risk at each of the weights, with the theory beside it; `None` is the weight of a schedule that takes none. `options.paths` is set where a
/// statistic is asked for. Gives the outcomes too.
///
/// # Errors
/// Of the field `statistic`, which this model does not have.
///
/// # Panics
/// Where the problem has no simulator of its kind, which [`Simulation::new`] refuses.
///
/// # Examples
/// ```
/// use goldenweight::{
///     answer::monte_carlo::{Preferred, Simulation, simulate},
///     catalogue,
///     experiment::{Parameters, Problem},
///     simulate::engine::{Options, ScheduleKind},
/// };
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 100, 100, &Parameters::default())?;
/// let simulation = Simulation::new(problem, ScheduleKind::Fresh, (None, Preferred::Fast), (200, Some(150)), 1)?;
/// let (said, _) = simulate(&simulation, &[Some(0.618)], 0..200, None, Options::default())?;
/// assert!(said.to_string().contains("mean over all 200 replicates"));
/// let (simulated, _) = said.at_weights().next().expect("a weight");
/// assert_eq!((simulated.replicates(), simulated.failed_fits()), (200, 0));
/// assert!(simulated.z.value().is_some_and(|(z, degrees)| z.abs() < 4.0 && degrees == 199.0));
/// # Ok::<(), goldenweight::answer::Unanswered>(())
/// ```
pub fn simulate(
    simulation: &Simulation,
    weights: &[Option<f64>],
    replicates: Range<u64>,
    statistic: Option<Statistic>,
    options: Options<'_>,
) -> Result<(SimulateDocument, Vec<Outcome>), Unanswered> {
    let Simulation { problem, schedule, kind, .. } = simulation;
    let simulator = dispatch::simulator(problem, *kind, *schedule).expect("a simulator of this kind");
    let loss = problem.model().loss_index;
    if let Some(statistic) = statistic {
        statistic.validate(problem, *schedule, simulator.losses(), simulation.burn_in)?;
    }
    let laws = Laws::new(problem, *schedule, simulation.at)?;
    let theory = |weight: Option<f64>| match &laws {
        None => Ok::<_, Unanswered>(Theory::none(no_law(problem, *schedule))),
        Some(laws) => Ok(theory(&laws.risk, Weight::new(weight.unwrap_or(1.0))?, simulation.at)),
    };
    let constant: Vec<Weights> = weights.iter().map(|weight| Weights::Constant(weight.unwrap_or(1.0))).collect();
    let options = Options { paths: options.paths || statistic.is_some(), ..options };
    let outcomes = simulator.run(&simulation.plan(0, replicates.clone()), &constant, options);
    let result = |(&weight, outcome): (&Option<f64>, &Outcome)| {
        let statistic =
            statistic.map(|statistic| statistic.of(&outcome.paths, simulator.losses(), loss, outcome.failed_fits));
        let none = weight.is_none().then(|| ("weight", NO_WEIGHT.to_owned()));
        let (mut reasons, theory) = (Reasons::from_iter(none), theory(weight)?);
        let controlled = Controlled::of(outcome, loss, theory.risk, &mut reasons);
        let asked = replicates.end - replicates.start;
        let simulated = Simulated::new(&outcome.moments[0][loss], outcome.failed_fits, asked, theory, reasons);
        Ok(AtWeight { weight, simulated, statistic, controlled })
    };
    let results = weights.iter().zip(&outcomes).map(result).collect::<Result<Vec<_>, Unanswered>>()?;
    let document = SimulateDocument {
        heading: problem.into(),
        schedule: schedule.name(),
        generations: simulation.generations,
        burn_in: simulation.burn_in,
        simulator: *kind,
        first_replicate: replicates.start,
        common_random_numbers: results.len() > 1,
        results: Results::new(results, simulation.reasons()),
        seed: simulation.seed,
    };
    Ok((document, outcomes))
}

impl SimulateDocument {
    /// The simulated risk at each weight, and beside it the risk less controls, where there are any.
    ///
    /// # Examples
    /// see [`simulate`].
    pub fn at_weights(&self) -> impl Iterator<Item = (&Simulated, Option<&Controlled>)> {
        self.results.all().iter().map(|at| (&at.simulated, at.controlled.as_ref().and_then(Option::as_ref)))
    }

    /// What is to be said beside it: that it is partial, failed fits, no number, no z.
    ///
    /// # Examples
    /// see [`simulate`].
    #[must_use]
    pub fn remarks(&self) -> Remarks {
        let mut remarks = Remarks::default();
        let results = self.results.all();
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
        remarks
    }
}

/// The risk that theory predicts.
///
/// # Examples
/// ```
/// use goldenweight::{answer::monte_carlo::theory, experiment::{Generations, Rows}, prediction::{Law, Prediction}};
/// use goldenweight_theory::parameters::Weight;
///
/// // Of a mean in three dimensions: tr Sigma/n at generation 0.
/// let rows = Rows { real: 10, synthetic: 20 };
/// let prediction = Prediction::of(Law::gaussian_mean(&nalgebra::DMatrix::identity(3, 3), rows)?, rows)?;
/// let said = theory(&prediction, Weight::new(0.5)?, Generations::At(0));
/// assert!(said.exact && said.risk.is_some_and(|risk| (risk - 0.3).abs() < 1e-15));
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn theory(prediction: &Prediction, weight: Weight, at: Generations) -> Theory {
    let wide = prediction.wide_risk(weight, at);
    let (risk, log10) = wide.map_or((f64::INFINITY, f64::INFINITY), |risk| (risk.to_f64(), risk.log10()));
    Theory::new(risk, log10, prediction.order(weight, at), prediction.second_term(weight, at))
}
