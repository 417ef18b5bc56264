//! Schedules by name, and plans of simulations.

use std::ops::Range;

pub use goldenweight_recursion::engine::{BLOCK, Options, Outcome, Path, Record, Weights};
pub use goldenweight_recursion::store;
use goldenweight_recursion::{Accumulate, Fixed, Fresh, Rows, Schedule};
pub use goldenweight_replicates::share::Share as Shared;

use crate::experiment::{InputError, Problem, digits};

/// What generation t is fitted on.
///
/// # Examples
/// ```
/// use goldenweight::simulate::engine::ScheduleKind;
///
/// assert_eq!(ScheduleKind::ALL.map(ScheduleKind::name), ["fresh", "fixed", "accumulate", "subsample"]);
/// assert_eq!(ScheduleKind::ALL.map(ScheduleKind::takes_weight), [true, true, false, false]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleKind {
    /// n fresh real rows and m synthetic ones of the model before (the paper's setting).
    Fresh,
    /// The n real rows of generation 0 and m synthetic ones of the model before.
    Fixed,
    /// The n real rows of generation 0 and the m synthetic rows of every generation up to t, all with the same weight. Takes no weight.
    Accumulate,
    /// n rows, drawn without replacement from those of `Accumulate`. Takes no weight. Only models whose rows are fitted one by one are simulated under it.
    Subsample,
}

impl ScheduleKind {
    /// Every schedule.
    pub const ALL: [Self; 4] = [Self::Fresh, Self::Fixed, Self::Accumulate, Self::Subsample];

    /// Its name on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Fixed => "fixed",
            Self::Accumulate => "accumulate",
            Self::Subsample => "subsample",
        }
    }

    /// Whether it takes a weight.
    #[must_use]
    pub const fn takes_weight(self) -> bool {
        !matches!(self, Self::Accumulate | Self::Subsample)
    }

    /// Weights that are asked for, each once; none, once, of a schedule that takes none.
    ///
    /// # Errors
    /// Of the field `weight`: out of range, twice, or left out where the schedule takes one.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{catalogue, experiment::{Parameters, Problem}, simulate::engine::ScheduleKind};
    ///
    /// let problem = Problem::new(&catalogue::CDF, 10, 10, &Parameters::default())?;
    /// assert_eq!(ScheduleKind::Fresh.weights(&problem, &[0.5, 0.6])?, [Some(0.5), Some(0.6)]);
    /// assert_eq!(ScheduleKind::Accumulate.weights(&problem, &[])?, [None]);
    /// assert!(ScheduleKind::Fresh.weights(&problem, &[0.5, 0.5]).is_err());
    /// # Ok::<(), goldenweight::experiment::InputError>(())
    /// ```
    pub fn weights(self, problem: &Problem, asked: &[f64]) -> Result<Vec<Option<f64>>, InputError> {
        let condition = format!("`schedule` {} takes", self.name());
        match (asked, self.takes_weight()) {
            ([], true) => Err(InputError::new("weight", "", format!("must be given: {condition} one"))),
            ([], false) => Ok(vec![None]),
            (weights, true) => {
                let again = |(i, w): &(usize, &f64)| weights[..*i].contains(w);
                if let Some((_, &twice)) = weights.iter().enumerate().find(again) {
                    return Err(InputError::new("weight", digits(twice), "must be given once only"));
                }
                weights.iter().map(|&w| problem.weight(w).map(Some)).collect()
            }
            (weights, false) => {
                let condition = format!("must be left out: {condition} no weight");
                Err(InputError::new("weight", digits(weights[0]), condition))
            }
        }
    }

    /// The schedule with so many rows. A subsample is drawn by the model, `Subsampled`, from the rows that accumulate.
    pub(crate) fn of(self, rows: Rows) -> Box<dyn Schedule> {
        match self {
            Self::Fresh => Box::new(Fresh { rows }),
            Self::Fixed => Box::new(Fixed { rows }),
            Self::Accumulate | Self::Subsample => Box::new(Accumulate { rows }),
        }
    }
}

/// A simulation to run, at any weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Seed of the run.
    pub seed: u64,
    /// Experiment: streams of different experiments are unrelated.
    pub experiment: u64,
    /// Cell of the experiment, as one of several sample sizes: other cells have other streams. The weight is not part of the key.
    pub cell: u64,
    /// Replicates, by index.
    pub replicates: Range<u64>,
    /// What each generation is fitted on.
    pub schedule: ScheduleKind,
    /// What is recorded; the last generation follows from it.
    pub record: Record,
}

impl Plan {
    /// The plan without its schedule.
    pub(super) fn inner(&self) -> goldenweight_recursion::engine::Plan {
        let Self { seed, experiment, cell, replicates, record, .. } = self.clone();
        goldenweight_recursion::engine::Plan { seed, experiment, cell, replicates, record }
    }
}
