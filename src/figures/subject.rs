//! What a panel retrains: its simulator, its law, and what a replicate of it costs.

use goldenweight_theory::parameters::{ParameterError, SampleSizes};
use goldenweight_theory::{categorical, misspecified};
use nalgebra::{DMatrix, DVector};

use crate::adult::{Column, Table, Traces};
use crate::experiment::{Model, Problem, Rows};
use crate::prediction::{Law, Prediction};
use crate::simulate::Simulator;
use crate::simulate::adult::AdultLogistic;
use crate::simulate::categorical::CategoricalRows;
use crate::simulate::cdf::CdfRows;
use crate::simulate::gaussian::GaussianSufficient;
use crate::simulate::linear::LinearSufficient;
use crate::simulate::logistic::Logistic;
use crate::simulate::poisson::Poisson;

/// A model of the paper with its default truth, or an experiment on the Adult table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Sigma = I, beta = (1, ..., 1), noise variance 1.
    Model(Model, usize),
    /// Frequencies of a column's categories.
    Categories(Column),
    /// Logistic regression of income, which the labels do not follow.
    Income,
}

/// What is done with a simulator, whatever its type.
pub trait Visit {
    /// What comes of it.
    type Output;

    /// Does it; `loss` is the index of the model's own loss.
    fn visit<S: Simulator>(self, simulator: &S, loss: usize) -> Self::Output;
}

impl Subject {
    /// Passes its simulator on: the fast one whose random numbers are common to all weights.
    pub fn simulate<V: Visit>(self, rows: Rows, visit: V) -> V::Output {
        let sigma = |p| DMatrix::identity(p, p);
        let beta = |p| DVector::from_element(p, 1.0);
        match self {
            Self::Model(Model::GaussianMean, p) => visit.visit(&GaussianSufficient::new(sigma(p), rows), 0),
            Self::Model(Model::GaussianCovariance, p) => visit.visit(&GaussianSufficient::new(sigma(p), rows), 1),
            Self::Model(Model::Linear, p) => visit.visit(&LinearSufficient::new(&beta(p), 1.0, rows), 0),
            Self::Model(Model::Logistic, p) => visit.visit(&Logistic::new(beta(p), rows), 0),
            Self::Model(Model::Poisson, p) => visit.visit(&Poisson::new(beta(p), rows), 0),
            Self::Model(Model::Cdf, _) => visit.visit(&CdfRows::new(rows), 0),
            Self::Model(Model::Categorical, _) => {
                visit.visit(&CategoricalRows::new(Problem::DEFAULT_PROBABILITIES.to_vec(), rows), 0)
            }
            Self::Categories(column) => {
                visit.visit(&CategoricalRows::new(Table::embedded().probabilities(column), rows), 0)
            }
            Self::Income => visit.visit(&AdultLogistic::new(Table::embedded(), rows), 0),
        }
    }

    /// The laws of its risks, the first being that of its own loss.
    ///
    /// # Errors
    /// Where theory does not cover the sizes.
    pub fn laws(self, rows: Rows) -> Result<Vec<Law>, ParameterError> {
        let sizes = SampleSizes::new(rows.real as u64, rows.synthetic as u64)?;
        let misspecified =
            |traces: Traces| Law::Scalar(misspecified::limit_law(traces.inverse_information, traces.sandwich, sizes));
        Ok(match self {
            Self::Model(model, dim) => {
                let dim = (model != Model::Categorical).then_some(if model == Model::Cdf { 1 } else { dim as u64 });
                // The sizes of the figures are valid.
                let problem = Problem::new(model, rows.real as u64, rows.synthetic as u64, dim, None);
                vec![Prediction::new(&problem.expect("a problem of the figures"))?.law().clone()]
            }
            Self::Categories(column) => {
                vec![Law::Scalar(categorical::law(&Table::embedded().probabilities(column), sizes))]
            }
            Self::Income => {
                let fit = Table::embedded().logistic();
                vec![misspecified(fit.traces()), misspecified(fit.standardised_traces())]
            }
        })
    }

    /// Whether the law holds at every n, m and t.
    #[must_use]
    pub const fn exact(self) -> bool {
        !matches!(self, Self::Model(Model::Linear | Model::Logistic | Model::Poisson, _) | Self::Income)
    }

    /// Factor from the simulator's loss to the risk that is shown: a mean over the categories.
    #[must_use]
    pub fn share(self) -> f64 {
        match self {
            Self::Categories(column) => 1.0 / Table::embedded().probabilities(column).len() as f64,
            _ => 1.0,
        }
    }

    /// Nanoseconds for a generation of a replicate, roughly: for the time that is left.
    #[must_use]
    pub const fn effort(self, rows: Rows) -> u64 {
        let total = (rows.real + rows.synthetic) as u64;
        match self {
            Self::Model(Model::Logistic | Model::Poisson, dim) => total * (12 + 14 * dim as u64),
            Self::Model(Model::Cdf, _) => 15 * total,
            Self::Model(..) => 400,
            Self::Categories(_) => total,
            Self::Income => 100 * total,
        }
    }
}
