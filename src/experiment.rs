//! What is simulated and what is predicted: the model, its truth and the sample sizes.
//!
//! Simulators and predictions both start from these types, and from nothing else that they share.

use std::{fmt, str::FromStr};

use nalgebra::{DMatrix, DVector};

/// A model that is retrained over generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Mean of a Gaussian whose covariance is re-estimated too; loss: squared norm.
    GaussianMean,
    /// Covariance of a Gaussian; loss: squared Frobenius norm.
    GaussianCovariance,
    /// Linear regression with random design N(0, I); loss: squared norm of the coefficients.
    Linear,
    /// Logistic regression with random design N(0, I).
    Logistic,
    /// Poisson regression with random design N(0, I).
    Poisson,
    /// Distribution function; loss: integral of (F_t - F)^2 dF.
    Cdf,
    /// Cell probabilities; loss: sum over the cells of the squared error.
    Categorical,
}

impl Model {
    /// Every model, in the order in which tables show them.
    pub const ALL: [Self; 7] = [
        Self::GaussianMean,
        Self::GaussianCovariance,
        Self::Linear,
        Self::Logistic,
        Self::Poisson,
        Self::Cdf,
        Self::Categorical,
    ];

    /// The name used on the command line, in JSON and in claim ids.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GaussianMean => "gaussian-mean",
            Self::GaussianCovariance => "gaussian-covariance",
            Self::Linear => "linear",
            Self::Logistic => "logistic",
            Self::Poisson => "poisson",
            Self::Cdf => "cdf",
            Self::Categorical => "categorical",
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|m| m.name()).collect();
            format!("must be one of {}", known.join(", "))
        })
    }
}

/// The distribution of the real rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// Rows N(0, sigma); the mean's and the covariance's loss come from one chain.
    Gaussian {
        /// Covariance of a row, p x p, symmetric positive definite.
        sigma: DMatrix<f64>,
    },
    /// y = x'beta + noise, x ~ N(0, I).
    Linear {
        /// Coefficients, length p.
        beta: DVector<f64>,
        /// Variance of the noise; known to the fitted model.
        noise_variance: f64,
    },
    /// P(y = 1) = 1 / (1 + exp(-x'beta)), x ~ N(0, I).
    Logistic {
        /// Coefficients, length p.
        beta: DVector<f64>,
    },
    /// y ~ Poisson(exp(x'beta)), x ~ N(0, I).
    Poisson {
        /// Coefficients, length p.
        beta: DVector<f64>,
    },
    /// U(0, 1): the loss is the same for every continuous distribution.
    Uniform,
    /// Cells with these probabilities.
    Categorical {
        /// Probabilities, positive, with sum 1.
        probabilities: Vec<f64>,
    },
}

/// Rows per generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Fresh real rows n.
    pub real: usize,
    /// Synthetic rows m.
    pub synthetic: usize,
}
