//! What is simulated and what is predicted: the model, its truth and the sample sizes.
//!
//! Simulators and predictions both start from these types, and from nothing else that they share.

use std::{fmt, ops::RangeInclusive, str::FromStr};

pub use goldenweight_recursion::Rows;
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

/// Bad input: which option, its value, and the condition that it breaks. Shown in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    option: String,
    value: String,
    condition: String,
}

impl InputError {
    /// The option (`--real`), the value as given, and the condition it breaks (`must be ...`).
    pub fn new(option: impl Into<String>, value: impl ToString, condition: impl Into<String>) -> Self {
        let [option, value, condition] = [option.into(), value.to_string(), condition.into()].map(one_line);
        Self { option, value, condition }
    }
}

/// A newline in an argument or in a file's name must not make two lines: control characters are escaped.
fn one_line(text: String) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

impl std::error::Error for InputError {}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, value, condition } = self;
        let value = if value.is_empty() { "''" } else { value };
        write!(f, "{option} {value}: {condition}")
    }
}

/// The value, where it lies in the range.
///
/// # Errors
/// Names the option and the range.
pub fn within(option: &str, value: u64, range: RangeInclusive<u64>) -> Result<u64, InputError> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(InputError::new(option, value, format!("must be from {} to {}", range.start(), range.end())))
}

/// The generations whose risk is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generations {
    /// The limit t -> infinity.
    Limit,
    /// Generation t; 0 is fitted on real rows alone.
    At(u32),
    /// The mean over generations `from..until`.
    Average {
        /// First generation averaged.
        from: u32,
        /// One past the last.
        until: u32,
    },
}

impl Generations {
    /// Largest number of generations: a closed form that steps through them answers within a second.
    pub const MAX: u64 = 1_000_000;

    /// Generation T of `--generations`, or the mean over generations B..T-1 with `--burn-in` B, or else the limit.
    ///
    /// # Errors
    /// T above [`Generations::MAX`]; B without T; B >= T.
    pub fn new(generations: Option<u64>, burn_in: Option<u64>) -> Result<Self, InputError> {
        let until = generations.map(|t| within("--generations", t, 0..=Self::MAX)).transpose()?;
        match (until, burn_in) {
            (None, None) => Ok(Self::Limit),
            (Some(t), None) => Ok(Self::At(t as u32)),
            (None, Some(b)) => Err(InputError::new("--burn-in", b, "needs --generations")),
            (Some(t), Some(b)) if b < t => Ok(Self::Average { from: b as u32, until: t as u32 }),
            (Some(t), Some(b)) => Err(InputError::new("--burn-in", b, format!("must be below --generations {t}"))),
        }
    }
}

/// A model with its truth and its rows per generation, for which predictions and simulations exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    model: Model,
    rows: Rows,
    truth: Truth,
}

impl Problem {
    /// Largest n and m: far below 2^53, so that rows are exact in floating point.
    pub const MAX_ROWS: u64 = 1_000_000_000_000;
    /// Largest dimension: a p x p matrix stays small.
    pub const MAX_DIM: u64 = 1_000;
    /// Cells of the categorical model unless they are given.
    pub const DEFAULT_PROBABILITIES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];
    /// How far the sum of the probabilities may be from 1 (they are then divided by their sum).
    const SUM_TOLERANCE: f64 = 1e-9;

    /// The default truth of the model: Sigma = I, beta = (1,..,1), noise variance 1, dimension 2 (1 for the
    /// distribution function), [`Problem::DEFAULT_PROBABILITIES`]. The dimension of the categorical model is its
    /// number of cells.
    ///
    /// # Errors
    /// Names the option, its value and the condition: n, m >= 1; n, m >= 2 where a covariance is estimated;
    /// n > dim for regressions; a dimension that the model does not have; probabilities that are no distribution.
    pub fn new(
        model: Model,
        real: u64,
        synthetic: u64,
        dim: Option<u64>,
        probabilities: Option<Vec<f64>>,
    ) -> Result<Self, InputError> {
        let fewest = match model {
            // Covariances are re-estimated with divisors n - 1 and m - 1.
            Model::GaussianMean | Model::GaussianCovariance => 2,
            _ => 1,
        };
        within("--real", real, fewest..=Self::MAX_ROWS)?;
        within("--synthetic", synthetic, fewest..=Self::MAX_ROWS)?;
        if let (Some(p), true) = (&probabilities, model != Model::Categorical) {
            let condition = format!("must be left out for {model}: only the categorical model has cells");
            return Err(InputError::new("--probabilities", list(p), condition));
        }
        let p = within("--dim", dim.unwrap_or(2), 1..=Self::MAX_DIM)? as usize;
        let beta = || DVector::from_element(p, 1.0);
        let truth = match model {
            Model::GaussianMean | Model::GaussianCovariance => Truth::Gaussian { sigma: DMatrix::identity(p, p) },
            Model::Linear => Truth::Linear { beta: beta(), noise_variance: 1.0 },
            Model::Logistic => Truth::Logistic { beta: beta() },
            Model::Poisson => Truth::Poisson { beta: beta() },
            Model::Cdf => Truth::Uniform,
            Model::Categorical => Truth::Categorical {
                probabilities: cells(probabilities.unwrap_or(Self::DEFAULT_PROBABILITIES.into()))?,
            },
        };
        let rows = Rows { real: real as usize, synthetic: synthetic as usize };
        let problem = Self { model, rows, truth };
        match dim {
            Some(given) if given != problem.dim() as u64 => {
                let condition = format!("must be {} for {model}, or left out", problem.dim());
                Err(InputError::new("--dim", given, condition))
            }
            _ if problem.is_regression() && rows.real <= p => {
                Err(InputError::new("--real", real, format!("must be above --dim {p}: the fit needs more rows")))
            }
            _ => Ok(problem),
        }
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    /// Rows per generation.
    #[must_use]
    pub const fn rows(&self) -> Rows {
        self.rows
    }

    /// The distribution of the real rows.
    #[must_use]
    pub const fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The dimension p; the number of cells of the categorical model.
    #[must_use]
    pub fn dim(&self) -> usize {
        match &self.truth {
            Truth::Gaussian { sigma } => sigma.nrows(),
            Truth::Linear { beta, .. } | Truth::Logistic { beta } | Truth::Poisson { beta } => beta.len(),
            Truth::Uniform => 1,
            Truth::Categorical { probabilities } => probabilities.len(),
        }
    }

    /// The mixing ratio k = n/m.
    #[must_use]
    pub fn mixing_ratio(&self) -> f64 {
        self.rows.real as f64 / self.rows.synthetic as f64
    }

    const fn is_regression(&self) -> bool {
        matches!(self.model, Model::Linear | Model::Logistic | Model::Poisson)
    }

    /// The weight, where it lies in [0, 1] and the fit exists there: without weight on the real rows, a regression
    /// needs m > dim, and m > dim + 1 for the risk of a linear fit to be finite.
    ///
    /// # Errors
    /// Names the option, its value and the condition.
    pub fn weight(&self, weight: f64) -> Result<f64, InputError> {
        if !(0.0..=1.0).contains(&weight) {
            return Err(InputError::new("--weight", weight, "must be from 0 to 1"));
        }
        let (m, p) = (self.rows.synthetic, self.dim());
        let fewest = if self.model == Model::Linear { p + 2 } else { p + 1 };
        if weight == 0.0 && self.is_regression() && m < fewest {
            let condition = format!("must be at least {fewest} where --weight is 0 and --dim {p}");
            return Err(InputError::new("--synthetic", m, condition));
        }
        Ok(weight)
    }
}

/// Probabilities, divided by their sum.
fn cells(mut p: Vec<f64>) -> Result<Vec<f64>, InputError> {
    let error = |condition: &str| Err(InputError::new("--probabilities", list(&p), condition));
    let sum: f64 = p.iter().sum();
    if p.len() < 2 {
        return error("must be at least 2");
    }
    // Written so that NaN fails.
    if !p.iter().all(|&x| x > 0.0 && x < 1.0) {
        return error("must each be above 0 and below 1");
    }
    if (sum - 1.0).abs() > Problem::SUM_TOLERANCE {
        return error(&format!("must have the sum 1, not {sum}"));
    }
    p.iter_mut().for_each(|x| *x /= sum);
    Ok(p)
}

fn list(values: &[f64]) -> String {
    values.iter().map(f64::to_string).collect::<Vec<_>>().join(",")
}
