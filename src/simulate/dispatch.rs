//! From a problem to its simulator, by the truth alone: nothing here knows a formula.

use std::{fmt, str::FromStr, sync::atomic::AtomicBool};

use serde::{Serialize, Serializer};

use super::{
    categorical::{CategoricalRows, CategoricalSufficient},
    cdf::CdfRows,
    engine::{Plan, Watch, Weights, run_until},
    gaussian::{GaussianRows, GaussianSufficient},
    linear::{LinearRows, LinearSufficient},
    logistic::Logistic,
    poisson::Poisson,
};
use crate::{
    experiment::{InputError, Model, Problem, Truth},
    stats::moments::Moments,
};

/// How a generation is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimulatorKind {
    /// Every row, as the paper does.
    Rows,
    /// Only the statistics that the fit needs, from their exact law.
    Sufficient,
}

/// Most numbers that the rows of one generation may hold in memory, per thread.
const MAX_VALUES: u64 = 10_000_000;

impl SimulatorKind {
    /// Its name on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Sufficient => "sufficient",
        }
    }

    /// The kind that was asked for, else the fast one of the model.
    ///
    /// # Errors
    /// `--simulator`, where the model has no sufficient statistics of known law; `--real` or `--synthetic`, where the
    /// rows of a generation would not fit in memory.
    pub fn of(problem: &Problem, asked: Option<Self>) -> Result<Self, InputError> {
        let model = problem.model();
        let rows_only = matches!(model, Model::Logistic | Model::Poisson | Model::Cdf);
        let fast = if rows_only { Self::Rows } else { Self::Sufficient };
        let kind = asked.unwrap_or(fast);
        if rows_only && kind == Self::Sufficient {
            let condition = format!("must be rows for {model}: its statistics have no law to draw from");
            return Err(InputError::new("--simulator", kind, condition));
        }
        let rows = problem.rows();
        let most = MAX_VALUES / problem.dim() as u64;
        for (option, count) in [("--real", rows.real), ("--synthetic", rows.synthetic)] {
            if kind == Self::Rows && count as u64 > most {
                let condition =
                    format!("must be at most {most} where every row of dimension {} is drawn", problem.dim());
                return Err(InputError::new(option, count, condition));
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

impl FromStr for SimulatorKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let kind = [Self::Rows, Self::Sufficient].into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| "must be one of rows, sufficient".to_owned())
    }
}

impl Serialize for SimulatorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Runs the plan at each of the weights and gives the moments of the model's own loss over the first recorded entry, and the number of failed
/// fits.
#[must_use]
pub fn run_problem(
    problem: &Problem,
    kind: SimulatorKind,
    plan: &Plan,
    weights: &[f64],
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<(Moments, u64)> {
    run_problem_until(problem, kind, plan, weights, &Watch { progress, stop: &AtomicBool::new(false) })
}

/// The same, until it is stopped: then of the first replicates, see [`Watch::stop`].
#[must_use]
pub fn run_problem_until(
    problem: &Problem,
    kind: SimulatorKind,
    plan: &Plan,
    weights: &[f64],
    watch: &Watch<'_>,
) -> Vec<(Moments, u64)> {
    let weights = &weights.iter().map(|&w| Weights::Constant(w)).collect::<Vec<_>>();
    let rows = problem.rows();
    let sufficient = kind == SimulatorKind::Sufficient;
    let outcomes = match problem.truth().clone() {
        Truth::Gaussian { sigma } if sufficient => {
            run_until(&GaussianSufficient::new(sigma, rows), plan, weights, watch)
        }
        Truth::Gaussian { sigma } => run_until(&GaussianRows::new(sigma, rows), plan, weights, watch),
        Truth::Linear { beta, noise_variance } if sufficient => {
            run_until(&LinearSufficient::new(&beta, noise_variance, rows), plan, weights, watch)
        }
        Truth::Linear { beta, noise_variance } => {
            run_until(&LinearRows::new(&beta, noise_variance, rows), plan, weights, watch)
        }
        Truth::Logistic { beta } => run_until(&Logistic::new(beta, rows), plan, weights, watch),
        Truth::Poisson { beta } => run_until(&Poisson::new(beta, rows), plan, weights, watch),
        Truth::Uniform => run_until(&CdfRows::new(rows), plan, weights, watch),
        Truth::Categorical { probabilities } if sufficient => {
            run_until(&CategoricalSufficient::new(probabilities, rows), plan, weights, watch)
        }
        Truth::Categorical { probabilities } => {
            run_until(&CategoricalRows::new(probabilities, rows), plan, weights, watch)
        }
    };
    // A Gaussian chain reports the loss of its mean first, then that of its covariance; the others have one loss.
    let loss = usize::from(problem.model() == Model::GaussianCovariance);
    outcomes.into_iter().map(|outcome| (outcome.moments[0][loss], outcome.failed_fits)).collect()
}
