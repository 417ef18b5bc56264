//! How a problem is simulated.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    Simulator,
    engine::{Options, Plan, ScheduleKind, Weights},
};
use crate::{
    experiment::{InputError, Problem},
    stats::moments::Moments,
};

/// How a generation is drawn.
///
/// # Examples
/// ```
/// use goldenweight::{
///     catalogue, experiment::{Parameters, Problem}, simulate::{dispatch::SimulatorKind, engine::ScheduleKind},
/// };
///
/// let problem = Problem::new(&catalogue::CDF, 10, 10, &Parameters::default())?;
/// assert_eq!(SimulatorKind::of(&problem, ScheduleKind::Fresh, None, SimulatorKind::Rows)?.name(), "rows");
/// // Of a distribution function there are no statistics to draw.
/// let asked = Some(SimulatorKind::Sufficient);
/// assert!(SimulatorKind::of(&problem, ScheduleKind::Fresh, asked, SimulatorKind::Rows).is_err());
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimulatorKind {
    /// Every row, as the paper does.
    Rows,
    /// Only the statistics that the fit needs, from their exact law.
    Sufficient,
}

/// Most numbers that one batch of rows, real or synthetic, may hold in memory, per thread.
const MAX_VALUES: u64 = 10_000_000;

impl SimulatorKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Rows, Self::Sufficient];

    /// Its name on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Sufficient => "sufficient",
        }
    }

    /// The kind that was asked for, or else `default`; under the schedule `subsample`, which draws single rows, that by rows.
    ///
    /// # Errors
    /// Of the field `simulator`, where the model has no sufficient statistics of known law, or single rows are drawn; of `real` or `synthetic`, where the rows of a generation would not fit in memory.
    pub fn of(
        problem: &Problem,
        schedule: ScheduleKind,
        asked: Option<Self>,
        default: Self,
    ) -> Result<Self, InputError> {
        let is_drawn = schedule == ScheduleKind::Subsample;
        let kind = asked.unwrap_or(if is_drawn { Self::Rows } else { default });
        if is_drawn && kind == Self::Sufficient {
            let condition = "must be rows with `schedule` subsample, which draws single rows";
            return Err(InputError::new("simulator", kind, condition));
        }
        if simulator(problem, kind, schedule).is_none() {
            let condition = format!("must be rows for {}: its statistics have no law to draw from", problem.model());
            return Err(InputError::new("simulator", kind, condition));
        }
        let rows = problem.rows();
        let most = problem.truth().most_drawn().unwrap_or(MAX_VALUES / problem.dim() as u64);
        for (field, count) in [("real", rows.real), ("synthetic", rows.synthetic)] {
            if kind == Self::Rows && count as u64 > most {
                let condition =
                    format!("must be at most {most} where every row of dimension {} is drawn", problem.dim());
                return Err(InputError::new(field, count, condition));
            }
        }
        Ok(kind)
    }
}

impl fmt::Display for SimulatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for SimulatorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The simulator of a problem under a schedule; none where the model has none of this kind, or the schedule draws single rows.
///
/// # Examples
/// ```
/// use goldenweight::{
///     catalogue, experiment::{Parameters, Problem},
///     simulate::{dispatch::{SimulatorKind, simulator}, engine::ScheduleKind},
/// };
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 10, 10, &Parameters::default())?;
/// let has = |kind, schedule| simulator(&problem, kind, schedule).is_some();
/// // A subsample is drawn of rows: their statistics are not enough.
/// assert!(has(SimulatorKind::Sufficient, ScheduleKind::Fresh) && has(SimulatorKind::Rows, ScheduleKind::Subsample));
/// assert!(!has(SimulatorKind::Sufficient, ScheduleKind::Subsample));
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
#[must_use]
pub fn simulator(problem: &Problem, kind: SimulatorKind, schedule: ScheduleKind) -> Option<Box<dyn Simulator>> {
    let (truth, rows) = (problem.truth(), problem.rows());
    match (schedule, kind) {
        (ScheduleKind::Subsample, SimulatorKind::Sufficient) => None,
        (ScheduleKind::Subsample, SimulatorKind::Rows) => Some(truth.subsampled(rows)),
        _ => truth.simulator(kind, rows),
    }
}

/// Runs the plan at each of the weights. Gives the moments of the model's own loss at the first recorded entry, and the number of replicates in which a fit
/// failed.
///
/// # Panics
/// Where the model has no simulator of this kind, see [`SimulatorKind::of`].
///
/// # Examples
/// ```
/// use goldenweight::{
///     catalogue, experiment::{Parameters, Problem},
///     simulate::{dispatch::{SimulatorKind, run_problem}, engine::{Options, Plan, Record, ScheduleKind}},
/// };
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 10, 10, &Parameters::default())?;
/// let (record, schedule) = (Record::At(vec![0]), ScheduleKind::Fresh);
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..2_000, schedule, record };
/// let (moments, failed) = run_problem(&problem, SimulatorKind::Rows, &plan, &[0.5], Options::default())[0];
/// // The mean of ten rows N(0, I) in two dimensions: 2/10.
/// assert!(failed == 0 && (moments.mean() - 0.2).abs() < 5.0 * moments.std_error());
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
#[must_use]
pub fn run_problem(
    problem: &Problem,
    kind: SimulatorKind,
    plan: &Plan,
    weights: &[f64],
    options: Options<'_>,
) -> Vec<(Moments, u64)> {
    let weights: Vec<_> = weights.iter().map(|&w| Weights::Constant(w)).collect();
    let simulator = simulator(problem, kind, plan.schedule).expect("a simulator of this kind");
    let loss = problem.model().loss_index;
    let outcomes = simulator.run(plan, &weights, options);
    outcomes.into_iter().map(|outcome| (outcome.moments[0][loss], outcome.failed_fits)).collect()
}
