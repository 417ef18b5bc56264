//! What a panel retrains: its simulator, its law, and what a replicate of it costs.

use goldenweight_theory::categorical;
use goldenweight_theory::parameters::{ParameterError, SampleSizes, Weight};

use crate::adult::{Column, Columns, Table};
use crate::catalogue::Model;
use crate::experiment::{Parameters, Problem, Rows};
use crate::prediction::{Law, Order, Prediction};
use crate::simulate::Simulator;
use crate::simulate::adult::AdultLogistic;
use crate::simulate::categorical::CategoricalRows;

/// A model of the paper with its default truth, or an experiment on the Adult table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Sigma = I, beta = (1, ..., 1), noise variance 1.
    Model(Model, usize),
    /// Frequencies of a column's categories.
    Categories(Column),
    /// Logistic regression of income. The labels of the table do not follow this model.
    Income,
}

impl Subject {
    /// Its simulator, and the index of its own loss. It is a fast one whose random numbers are the same at all weights.
    #[must_use]
    pub fn simulator(self, rows: Rows) -> (Box<dyn Simulator>, usize) {
        match self {
            Self::Model(model, dim) => {
                let simulator = problem(model, dim, rows).truth().simulator(model.coupled, rows);
                (simulator.expect("every model has it"), model.loss_index)
            }
            Self::Categories(column) => {
                (Box::new(CategoricalRows::new(Table::embedded().probabilities(column), rows)), 0)
            }
            Self::Income => (Box::new(AdultLogistic::new(Table::embedded(), rows)), 0),
        }
    }

    /// The laws of its risks, the first being that of its own loss.
    ///
    /// # Errors
    /// Where theory does not cover the sizes.
    pub fn laws(self, rows: Rows) -> Result<Vec<Law>, ParameterError> {
        let sizes = SampleSizes::new(rows.real as u64, rows.synthetic as u64)?;
        Ok(match self {
            Self::Model(model, dim) => vec![Prediction::fresh(&problem(model, dim, rows)).law().clone()],
            Self::Categories(column) => {
                vec![Law::Scalar(categorical::law(&Table::embedded().probabilities(column), sizes))]
            }
            Self::Income => {
                let law = |columns| Ok(Prediction::income(Table::embedded(), columns, rows)?.law().clone());
                Columns::ALL.map(law).into_iter().collect::<Result<_, ParameterError>>()?
            }
        })
    }

    /// The two orders in 1/n of each of them, of a regression without exact law; none of others.
    #[must_use]
    pub fn two_orders(self, rows: Rows) -> Vec<Prediction> {
        let predictions = match self {
            Self::Model(model, dim) if !self.exact() => vec![Prediction::fresh(&problem(model, dim, rows))],
            Self::Model(..) | Self::Categories(_) => Vec::new(),
            Self::Income => Columns::ALL
                .map(|columns| Prediction::income(Table::embedded(), columns, rows).expect("positive sizes"))
                .to_vec(),
        };
        predictions.iter().filter_map(|prediction| prediction.to_order(Order::Second)).collect()
    }

    /// Whether the law holds at every n, m and t.
    #[must_use]
    pub fn exact(self) -> bool {
        match self {
            // The answer does not depend on the sizes.
            Self::Model(model, dim) => {
                let rows = Rows { real: dim + 2, synthetic: dim + 2 };
                Prediction::fresh(&problem(model, dim, rows)).exact(Weight::ONE)
            }
            Self::Categories(_) => true,
            Self::Income => false,
        }
    }

    /// Factor by which the simulator's loss is multiplied to be shown: for categories it is the mean over them, not the sum.
    #[must_use]
    pub fn share(self) -> f64 {
        match self {
            Self::Categories(column) => 1.0 / Table::embedded().probabilities(column).len() as f64,
            _ => 1.0,
        }
    }

    /// Nanoseconds for a generation of a replicate, roughly. The progress bar estimates the time left from it.
    #[must_use]
    pub fn effort(self, rows: Rows) -> u64 {
        let total = (rows.real + rows.synthetic) as u64;
        match self {
            Self::Model(model, dim) => (model.effort)(total, dim as u64),
            Self::Categories(_) => total,
            Self::Income => 100 * total,
        }
    }
}

/// A problem of the figures: the model's default truth, in this dimension if the model has a choice.
fn problem(model: Model, dim: usize, rows: Rows) -> Problem {
    let of = |dim| Problem::new(model, rows.real as u64, rows.synthetic as u64, &Parameters::of_dim(dim));
    of(Some(dim as u64)).or_else(|_| of(None)).expect("the sizes of the figures are valid")
}
