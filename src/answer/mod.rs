//! What is said to a question: documents that are `Display` (text) and `Serialize` (the JSON of the command line, the fields of the Python package).
//!
//! A document is plain data with all that stands beside a number: what it is exact to, why a key is missing, what else is to be said.

pub mod advise;
pub mod audit;
pub mod closed_form;
pub mod controlled;
pub mod estimate;
pub mod fitted;
pub mod monte_carlo;
pub mod network;
pub mod optimize;
pub mod statistic;
pub mod text;

use std::{collections::BTreeMap, fmt};

use goldenweight_theory::parameters::ParameterError;
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::experiment::{InputError, Problem};
use text::short;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The question is at fault.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nobody knows. The names of fields stand between backticks, as in [`InputError`].
    #[error("{0}")]
    Unknown(String),
}

/// Theory covers every valid problem; where it says that it does not, that is no fault of the input.
impl From<ParameterError> for Unanswered {
    fn from(error: ParameterError) -> Self {
        Self::Unknown(error.to_string())
    }
}

/// For each key of a document that is null, why.
pub type Reasons = BTreeMap<&'static str, String>;

/// The reasons of those that are missing.
fn reasons(all: &[(&'static str, bool, &str)]) -> Reasons {
    let missing = all.iter().filter(|(_, missing, _)| *missing);
    missing.map(|(key, _, reason)| (*key, (*reason).to_owned())).collect()
}

/// What is to be said beside a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Things to know.
    pub notes: Vec<String>,
    /// Why it is inconclusive; where there is none, it is not.
    pub causes: Vec<String>,
}

impl Remarks {
    /// Something to know.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::answer::Remarks;
    ///
    /// let mut remarks = Remarks::default();
    /// remarks.note("the risk is no float".to_owned());
    /// remarks.inconclusive("interrupted".to_owned());
    /// assert_eq!((remarks.notes.len(), remarks.causes.len()), (1, 1));
    /// ```
    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// Why the answer is inconclusive.
    pub fn inconclusive(&mut self, cause: String) {
        self.causes.push(cause);
    }
}

/// The setting, as every document repeats it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Heading {
    model: &'static str,
    real: usize,
    synthetic: usize,
    k: f64,
    dim: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth: Option<f64>,
}

impl From<&Problem> for Heading {
    fn from(problem: &Problem) -> Self {
        let rows = problem.rows();
        Self {
            model: problem.model().name,
            real: rows.real,
            synthetic: rows.synthetic,
            k: problem.mixing_ratio(),
            dim: problem.dim(),
            bandwidth: problem.truth().bandwidth(rows),
        }
    }
}

impl fmt::Display for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, real, synthetic, k, dim, bandwidth } = self;
        let k = short(*k);
        write!(f, "{model}, p = {dim}, n = {real} real and m = {synthetic} synthetic rows per generation, k = {k}")?;
        if let Some(bandwidth) = bandwidth {
            write!(f, ", bandwidth {}", short(*bandwidth))?;
        }
        writeln!(f, "\n")
    }
}

/// What is said at one weight, or a list of it.
///
/// # Examples
/// see [`risk`](closed_form::risk).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(untagged)]
pub enum Results<T> {
    /// The keys stand in the document itself.
    One(Box<T>),
    /// One for each weight.
    Many {
        /// In the order in which weights were asked for.
        results: Vec<T>,
        /// Of the keys that stand beside the list.
        reasons: Reasons,
    },
}

/// A result with reasons of its own.
///
/// # Examples
/// see [`risk`](closed_form::risk).
pub trait Reasoned {
    /// For each key that is null, why.
    fn reasons(&mut self) -> &mut Reasons;
}

impl<T: Reasoned> Results<T> {
    /// Of these results; `beside` are the reasons of the keys that all of them share.
    pub fn new(mut results: Vec<T>, beside: Reasons) -> Self {
        match (results.pop(), results.is_empty()) {
            (Some(mut only), true) => {
                only.reasons().extend(beside);
                Self::One(Box::new(only))
            }
            (last, _) => {
                results.extend(last);
                Self::Many { results, reasons: beside }
            }
        }
    }
}

impl<T> Results<T> {
    /// All of them.
    pub fn all(&self) -> &[T] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Many { results, .. } => results,
        }
    }
}
