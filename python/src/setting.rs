//! Rows per generation and the truth, as every function of a model takes them.

use goldenweight::{
    catalogue,
    experiment::{Bandwidth, Divisor, InputError, Parameters, Problem, divisor_name},
};
use nalgebra::DMatrix;
use numpy::PyReadonlyArray2;
use pyo3::{exceptions::PyValueError, prelude::*};

use crate::answer::refused;

/// A validated problem.
#[pyclass(frozen, module = "goldenweight._native")]
pub struct Setting {
    /// The problem.
    pub problem: Problem,
}

#[pymethods]
impl Setting {
    #[new]
    #[pyo3(signature = (model, real, synthetic, dim=None, beta=None, sigma=None, design_covariance=None, noise_variance=None, divisor=None, probabilities=None, bandwidth=None))]
    #[expect(clippy::too_many_arguments, reason = "as many as a truth has parameters")]
    fn new(
        model: &str,
        real: u64,
        synthetic: u64,
        dim: Option<u64>,
        beta: Option<Vec<f64>>,
        sigma: Option<PyReadonlyArray2<'_, f64>>,
        design_covariance: Option<PyReadonlyArray2<'_, f64>>,
        noise_variance: Option<f64>,
        divisor: Option<&str>,
        probabilities: Option<Vec<f64>>,
        bandwidth: Option<Width>,
    ) -> PyResult<Self> {
        let model = catalogue::find(model).map_err(|condition| refused(&InputError::new("model", model, condition)))?;
        let parameters = Parameters {
            dim,
            beta,
            sigma: sigma.map(|sigma| matrix(&sigma)),
            design_covariance: design_covariance.map(|omega| matrix(&omega)),
            noise_variance,
            probabilities,
            divisor: divisor.map(divisor_named).transpose()?,
            bandwidth: bandwidth.map(Width::read).transpose()?,
        };
        let problem = Problem::new(model, real, synthetic, &parameters).map_err(|error| refused(&error))?;
        Ok(Self { problem })
    }
}

/// A bandwidth as it is given.
#[derive(FromPyObject)]
enum Width {
    Number(f64),
    Word(String),
}

impl Width {
    fn read(self) -> PyResult<Bandwidth> {
        match self {
            Self::Number(h) => Ok(Bandwidth::Fixed(h)),
            Self::Word(word) if word == "optimal" => Ok(Bandwidth::Optimal),
            Self::Word(word) => {
                Err(refused(&InputError::new("bandwidth", word, "must be a finite number, or optimal")))
            }
        }
    }
}

/// A matrix of a few numbers: copied.
fn matrix(array: &PyReadonlyArray2<'_, f64>) -> DMatrix<f64> {
    let array = array.as_array();
    DMatrix::from_row_iterator(array.nrows(), array.ncols(), array.iter().copied())
}

fn divisor_named(word: &str) -> PyResult<Divisor> {
    let known = [Divisor::Unbiased, Divisor::MaximumLikelihood];
    known
        .into_iter()
        .find(|known| divisor_name(*known) == word)
        .ok_or_else(|| one_of("divisor", word, known.map(divisor_name)))
}

/// Of a word that is none of those that are known.
pub fn one_of(field: &str, word: &str, known: impl IntoIterator<Item = &'static str>) -> PyErr {
    let known: Vec<_> = known.into_iter().collect();
    PyValueError::new_err(InputError::new(field, word, format!("must be one of {}", known.join(", "))).to_string())
}
