//! The models that the program offers: the one place where a name, a truth, its simulators and its law meet.
//!
//! A new model is its law in `theory/`, its simulation in `crates/recursion`, its claims, a file here, and a line in [`ALL`]. Nothing elsewhere asks which
//! model it has.

mod categorical;
mod cdf;
mod gaussian;
mod kde;
mod regression;

use std::fmt;

use goldenweight_theory::parameters::ParameterError;

pub use self::{
    categorical::{CATEGORICAL, DEFAULT_PROBABILITIES},
    cdf::CDF,
    gaussian::{GAUSSIAN_COVARIANCE, GAUSSIAN_MEAN, GAUSSIAN_VARIANCE},
    kde::KDE,
    regression::{LINEAR, LOGISTIC, POISSON},
};
use crate::{
    experiment::{InputError, Parameters, Rows},
    prediction::Prediction,
    simulate::{Simulator, dispatch::SimulatorKind, engine::ScheduleKind},
};

/// Every model, in the order in which tables show them.
pub static ALL: [Model; 9] =
    [&GAUSSIAN_MEAN, &GAUSSIAN_COVARIANCE, &GAUSSIAN_VARIANCE, &LINEAR, &LOGISTIC, &POISSON, &CDF, &CATEGORICAL, &KDE];

/// A model of the catalogue.
pub type Model = &'static Entry;

/// What the program knows of a model.
#[derive(Debug)]
pub struct Entry {
    /// The name used on the command line, in JSON and in claim ids.
    pub name: &'static str,
    /// Its rows and what is fitted, in a line of help.
    pub rows: &'static str,
    /// Its loss, in a line of help.
    pub loss: &'static str,
    /// Its loss, at the axis of a figure.
    pub loss_name: &'static str,
    /// The parameters of its truth, beside the dimension, see [`Parameters`].
    pub takes: &'static [&'static str],
    /// The fast way to draw a generation.
    pub fast: SimulatorKind,
    /// The fast one whose risks at different weights share their random numbers.
    pub coupled: SimulatorKind,
    /// Index of its loss among those of its simulators.
    pub loss_index: usize,
    /// Nanoseconds for a generation of a replicate with so many rows and dimensions, roughly: for the estimate of the time left.
    pub effort: fn(rows: u64, dim: u64) -> u64,
    /// Its truth with these parameters.
    pub truth: fn(&Parameters) -> Result<Box<dyn Truth>, InputError>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Entry {}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The model of this name.
///
/// # Errors
/// Says which names there are.
///
/// # Examples
/// ```
/// use goldenweight::catalogue::{CDF, find};
///
/// assert_eq!(find("cdf"), Ok(&CDF));
/// assert!(find("cfd").is_err_and(|condition| condition.starts_with("must be one of gaussian-mean")));
/// ```
pub fn find(name: &str) -> Result<Model, String> {
    ALL.into_iter().find(|model| model.name == name).ok_or_else(|| {
        let known: Vec<_> = ALL.iter().map(|model| model.name).collect();
        format!("must be one of {}", known.join(", "))
    })
}

/// A model with the parameters of its truth.
///
/// # Examples
/// ```
/// use goldenweight::{catalogue, experiment::Parameters, simulate::dispatch::SimulatorKind};
///
/// let truth = (catalogue::CDF.truth)(&Parameters::default())?;
/// assert_eq!(truth.dim(), 1);
/// let rows = goldenweight::experiment::Rows { real: 10, synthetic: 10 };
/// // Of a distribution function there are no statistics to draw.
/// assert!(truth.simulator(SimulatorKind::Rows, rows).is_some());
/// assert!(truth.simulator(SimulatorKind::Sufficient, rows).is_none());
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
pub trait Truth: fmt::Debug + Send + Sync {
    /// Dimension p.
    fn dim(&self) -> usize;

    /// Fewest real and synthetic rows of a generation.
    fn fewest_rows(&self) -> u64 {
        1
    }

    /// Whether fits on so many rows exist.
    ///
    /// # Errors
    /// Names the field and its condition.
    fn validate(&self, _rows: Rows) -> Result<(), InputError> {
        Ok(())
    }

    /// Whether fits at this weight exist.
    ///
    /// # Errors
    /// Names the field and its condition.
    fn validate_weight(&self, _weight: f64, _rows: Rows) -> Result<(), InputError> {
        Ok(())
    }

    /// The bandwidth on so many rows, of density estimates.
    fn bandwidth(&self, _rows: Rows) -> Option<f64> {
        None
    }

    /// Most rows of a kind that are drawn, where it is not memory that limits them.
    fn most_drawn(&self) -> Option<u64> {
        None
    }

    /// Its simulator of a kind; none where it has no statistics of known law.
    fn simulator(&self, kind: SimulatorKind, rows: Rows) -> Option<Box<dyn Simulator>>;

    /// Its simulator of fits to n rows that are drawn from all rows so far.
    fn subsampled(&self, rows: Rows) -> Box<dyn Simulator>;

    /// What theory predicts; none where it has no law.
    ///
    /// # Errors
    /// Where theory does not cover the sizes.
    fn prediction(&self, rows: Rows, schedule: ScheduleKind) -> Result<Option<Prediction>, ParameterError>;
}
