//! What is simulated and what is predicted: the model, its truth and the sample sizes, validated.
//!
//! Simulators and predictions both start from these types. They share nothing else.

use std::{fmt, ops::RangeInclusive, sync::Arc};

pub use goldenweight_recursion::{Rows, models::gaussian::Divisor};
use nalgebra::DMatrix;

use crate::catalogue::{Model, Truth};

/// Bad input: which field, its value, and the condition that it breaks. It is shown in one line of bounded length. The condition writes the names of fields
/// between backticks, so that [`renamed`](Self::renamed) finds them.
///
/// # Examples
/// ```
/// use goldenweight::experiment::InputError;
///
/// let error = InputError::new("burn_in", 9, "must be below `generations` 5");
/// let option = error.renamed(|field| format!("--{}", field.replace('_', "-")));
/// assert_eq!(option.to_string(), "--burn-in 9: must be below --generations 5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    field: String,
    value: String,
    condition: String,
}

impl InputError {
    /// The field (`real`), the value as given, and the condition it breaks (`must be ...`).
    pub fn new(field: impl Into<String>, value: impl ToString, condition: impl Into<String>) -> Self {
        let [field, value, condition] = [field.into(), value.to_string(), condition.into()].map(one_line);
        Self { field: excerpt(&field), value: excerpt(&value), condition: cut(&condition, LONGEST_CONDITION) }
    }

    /// The condition that is broken.
    pub(crate) fn condition(&self) -> &str {
        &self.condition
    }

    /// The same with other names of the fields, for example those of command line options.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        Self { field: name(&self.field), value: self.value.clone(), condition: renamed(&self.condition, name) }
    }

    /// The same with the value in other words, by its field: as it was typed, say.
    #[must_use]
    pub fn valued(self, value: impl Fn(&str, &str) -> Option<String>) -> Self {
        let value = value(&self.field, &self.value).map(one_line);
        Self { value: value.map_or(self.value, |value| excerpt(&value)), ..self }
    }
}

/// A text with other names of the fields, which stand between backticks.
///
/// # Examples
/// ```
/// use goldenweight::experiment::renamed;
/// assert_eq!(renamed("needs `burn_in`", str::to_uppercase), "needs BURN_IN");
/// ```
#[must_use]
pub fn renamed(text: &str, name: impl Fn(&str) -> String) -> String {
    text.split('`').enumerate().map(|(i, part)| if i % 2 == 1 { name(part) } else { part.to_owned() }).collect()
}

/// A newline in an argument or in a file's name must not make two lines: control characters are escaped.
pub(crate) fn one_line(text: String) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// Most characters of a condition: more than any condition of this program has.
const LONGEST_CONDITION: usize = 1_000;

/// What is shown of a value in an error: at most 60 characters, the middle of a longer one left out.
///
/// # Examples
/// ```
/// use goldenweight::experiment::excerpt;
/// assert_eq!(excerpt("half"), "half");
/// let long = excerpt(&"x".repeat(10_000_000));
/// assert!(long.chars().count() == 60 && long.contains('…'));
/// ```
#[must_use]
pub fn excerpt(text: &str) -> String {
    cut(text, 60)
}

/// A text of at most so many characters, the middle of a longer one left out.
fn cut(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (first, last) = (most / 2, most - most / 2 - 1);
    text.chars().take(first).chain(['…']).chain(text.chars().skip(count - last)).collect()
}

impl std::error::Error for InputError {}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, condition } = self;
        let value = if value.is_empty() { "''" } else { value };
        write!(f, "{field} {value}: {condition}")
    }
}

/// The value, where it lies in the range.
///
/// # Errors
/// Names the field and the range.
///
/// # Examples
/// ```
/// use goldenweight::experiment::within;
///
/// assert_eq!(within("dim", 3, 1..=5), Ok(3));
/// assert_eq!(within("dim", 6, 1..=5).unwrap_err().to_string(), "dim 6: must be from 1 to 5");
/// ```
pub fn within(field: &str, value: u64, range: RangeInclusive<u64>) -> Result<u64, InputError> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(InputError::new(field, value, format!("must be from {} to {}", range.start(), range.end())))
}

/// The generations whose risk is meant.
///
/// # Examples
/// ```
/// use goldenweight::experiment::Generations;
///
/// assert_eq!(Generations::new(Some(200), Some(150)), Ok(Generations::Average { from: 150, until: 200 }));
/// assert_eq!(Generations::new(None, None), Ok(Generations::Limit));
/// assert!(Generations::new(Some(100), Some(100)).is_err());
/// ```
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
    /// Largest number of generations: a law that has to step through them still answers within a second.
    pub const MAX: u64 = 1_000_000;

    /// Generation T, or the mean over generations B..T-1 with burn-in B, or else the limit.
    ///
    /// # Errors
    /// T above [`Generations::MAX`]; B without T; B >= T.
    pub fn new(generations: Option<u64>, burn_in: Option<u64>) -> Result<Self, InputError> {
        let until = generations.map(|t| within("generations", t, 0..=Self::MAX)).transpose()?;
        match (until, burn_in) {
            (None, None) => Ok(Self::Limit),
            (Some(t), None) => Ok(Self::At(t as u32)),
            (None, Some(b)) => Err(InputError::new("burn_in", b, "needs `generations`")),
            (Some(t), Some(b)) if b < t => Ok(Self::Average { from: b as u32, until: t as u32 }),
            (Some(t), Some(b)) => Err(InputError::new("burn_in", b, format!("must be below `generations` {t}"))),
        }
    }
}

/// The parameters of a model's truth. A parameter that is not given has the model's default. One that the model does not take is refused.
///
/// # Examples
/// see [`Problem::new`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// Dimension p.
    pub dim: Option<u64>,
    /// Coefficients of a regression.
    pub beta: Option<Vec<f64>>,
    /// Covariance of Gaussian rows, symmetric positive definite.
    pub sigma: Option<DMatrix<f64>>,
    /// Covariance of a regression's covariates, symmetric positive definite.
    pub design_covariance: Option<DMatrix<f64>>,
    /// Variance of the noise of linear regression.
    pub noise_variance: Option<f64>,
    /// Probabilities of the cells.
    pub probabilities: Option<Vec<f64>>,
    /// Divisor of covariances.
    pub divisor: Option<Divisor>,
    /// Bandwidth of density estimates.
    pub bandwidth: Option<Bandwidth>,
}

/// The bandwidth of a density estimate.
///
/// # Examples
/// ```
/// use goldenweight::experiment::Bandwidth;
///
/// assert_eq!([Bandwidth::Fixed(0.5), Bandwidth::Optimal].map(|h| h.to_string()), ["0.5", "optimal"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bandwidth {
    /// This one.
    Fixed(f64),
    /// With the weight, that of the least limit risk.
    Optimal,
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(h) => f.write_str(&digits(*h)),
            Self::Optimal => f.write_str("optimal"),
        }
    }
}

impl Parameters {
    /// This dimension; everything else is the model's default.
    #[must_use]
    pub fn of_dim(dim: Option<u64>) -> Self {
        Self { dim, ..Self::default() }
    }

    /// Everything that is given, by name, with its value in words.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static str, String)> {
        let Self { dim, beta, sigma, design_covariance, noise_variance, probabilities, divisor, bandwidth } = self;
        [
            dim.map(|p| ("dim", p.to_string())),
            beta.as_ref().map(|beta| ("beta", list(beta))),
            sigma.as_ref().map(|sigma| ("sigma", matrix(sigma))),
            design_covariance.as_ref().map(|omega| ("design_covariance", matrix(omega))),
            noise_variance.map(|variance| ("noise_variance", digits(variance))),
            probabilities.as_ref().map(|p| ("probabilities", list(p))),
            divisor.map(|divisor| ("divisor", divisor_name(divisor).to_owned())),
            bandwidth.map(|bandwidth| ("bandwidth", bandwidth.to_string())),
        ]
        .into_iter()
        .flatten()
    }
}

/// The word for a divisor.
///
/// # Examples
/// ```
/// use goldenweight::experiment::{Divisor, divisor_name};
///
/// assert_eq!([Divisor::Unbiased, Divisor::MaximumLikelihood].map(divisor_name), ["unbiased", "mle"]);
/// ```
#[must_use]
pub const fn divisor_name(divisor: Divisor) -> &'static str {
    match divisor {
        Divisor::Unbiased => "unbiased",
        Divisor::MaximumLikelihood => "mle",
    }
}

/// A model with its truth and its rows per generation.
#[derive(Clone, Debug)]
pub struct Problem {
    model: Model,
    rows: Rows,
    truth: Arc<dyn Truth>,
}

impl Problem {
    /// Largest n and m: far below 2^53, so that floats hold them exactly.
    pub const MAX_ROWS: u64 = 1_000_000_000_000;
    /// Largest dimension: a p x p matrix stays small.
    pub const MAX_DIM: u64 = 1_000;

    /// # Errors
    /// Names the field, its value and the condition that it breaks: n, m >= 1 (>= 2 where covariances have the divisors n - 1 and m - 1); n > dim for
    /// regressions; a dimension that the model does not have; parameters that it does not take, or that are out of range.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{catalogue, experiment::{Parameters, Problem}};
    /// let own = Parameters { beta: Some(vec![1.0, -2.0, 0.5]), ..Parameters::default() };
    /// let problem = Problem::new(&catalogue::LOGISTIC, 100, 400, &own)?;
    /// assert_eq!((problem.dim(), problem.mixing_ratio()), (3, 0.25));
    /// let refused = Problem::new(&catalogue::CDF, 100, 400, &own).unwrap_err();
    /// assert_eq!(refused.to_string(), "beta 1,-2,0.5: must be left out for cdf");
    /// # Ok::<(), goldenweight::experiment::InputError>(())
    /// ```
    pub fn new(model: Model, real: u64, synthetic: u64, parameters: &Parameters) -> Result<Self, InputError> {
        let superfluous = |(name, _): &(&str, String)| *name != "dim" && !model.takes.contains(name);
        if let Some((name, value)) = parameters.given().find(superfluous) {
            return Err(InputError::new(name, value, format!("must be left out for {model}")));
        }
        if let Some(dim) = parameters.dim {
            within("dim", dim, 1..=Self::MAX_DIM)?;
        }
        let truth = (model.truth)(parameters)?;
        within("real", real, truth.fewest_rows()..=Self::MAX_ROWS)?;
        within("synthetic", synthetic, truth.fewest_rows()..=Self::MAX_ROWS)?;
        if let Some(given) = parameters.dim.filter(|given| *given != truth.dim() as u64) {
            let condition = format!("must be {} for {model}, or left out", truth.dim());
            return Err(InputError::new("dim", given, condition));
        }
        let rows = Rows { real: real as usize, synthetic: synthetic as usize };
        truth.validate(rows)?;
        Ok(Self { model, rows, truth: truth.into() })
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
    pub fn truth(&self) -> &dyn Truth {
        &*self.truth
    }

    /// The dimension p; the number of cells of the categorical model.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.truth.dim()
    }

    /// The mixing ratio k = n/m.
    #[must_use]
    pub fn mixing_ratio(&self) -> f64 {
        self.rows.real as f64 / self.rows.synthetic as f64
    }

    /// The weight, where it lies in [0, 1] and the fit exists there; -0 is 0.
    ///
    /// # Errors
    /// Names the field, its value and the condition.
    pub fn weight(&self, weight: f64) -> Result<f64, InputError> {
        if !(0.0..=1.0).contains(&weight) {
            return Err(InputError::new("weight", digits(weight), "must be from 0 to 1"));
        }
        self.truth.validate_weight(weight, self.rows)?;
        Ok(weight + 0.0)
    }
}

/// The shortest digits that give the same number back, with an exponent where zeros would hide them.
///
/// # Examples
/// ```
/// use goldenweight::experiment::digits;
/// assert_eq!([0.5, 1.0, 1e308, -2.5e-7].map(digits), ["0.5", "1", "1e308", "-2.5e-7"]);
/// ```
#[must_use]
pub fn digits(x: f64) -> String {
    if x == 0.0 || (1e-4..1e12).contains(&x.abs()) { x.to_string() } else { format!("{x:e}") }
}

/// Numbers as a user types them.
pub(crate) fn list(values: &[f64]) -> String {
    values.iter().copied().map(digits).collect::<Vec<_>>().join(",")
}

/// The rows of a matrix as a user types them.
pub(crate) fn matrix(values: &DMatrix<f64>) -> String {
    values.row_iter().map(|row| list(&row.iter().copied().collect::<Vec<_>>())).collect::<Vec<_>>().join(";")
}
