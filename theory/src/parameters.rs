//! Validated inputs: preconditions live here, so that the formulas are total.
//!
//! Tested by `tests/laws/parameters.rs`: both sides of every condition.

use crate::scalar::Scalar;

/// An input outside its domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} = {value} {condition}")]
pub struct ParameterError {
    /// What was given.
    pub name: &'static str,
    /// The value that was given.
    pub value: String,
    /// The condition that it breaks, as a phrase that begins with "must".
    pub condition: &'static str,
}

/// The input where it satisfies the condition. Conditions are written so that NaN does not.
fn require<T: ToString>(
    name: &'static str,
    value: T,
    holds: bool,
    condition: &'static str,
) -> Result<T, ParameterError> {
    if holds { Ok(value) } else { Err(ParameterError { name, value: value.to_string(), condition }) }
}

/// Total weight w on the real rows, in [0, 1]; the synthetic rows have u = 1 - w.
///
/// # Examples
/// ```
/// use goldenweight_theory::parameters::Weight;
/// assert_eq!(Weight::new(0.5)?.get(), 0.5);
/// assert!(Weight::new(1.5).is_err() && Weight::new(f64::NAN).is_err());
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Weight(f64);

impl Weight {
    /// No weight on real rows: training on synthetic rows alone.
    pub const ZERO: Self = Self(0.0);

    /// All weight on real rows.
    pub const ONE: Self = Self(1.0);

    /// Checks 0 <= w <= 1.
    ///
    /// # Errors
    /// Where it does not hold, NaN included.
    pub fn new(w: f64) -> Result<Self, ParameterError> {
        require("weight", w, (0.0..=1.0).contains(&w), "must be in [0, 1]").map(Self)
    }

    /// w.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// Mixing ratio k = n/m: fresh real rows per synthetic row.
///
/// [`MixingRatio::new`] validates a float; over other scalars the ratio comes from [`SampleSizes::mixing_ratio`], and
/// is positive because the sizes are.
///
/// # Examples
/// ```
/// use goldenweight_theory::parameters::MixingRatio;
/// assert_eq!(MixingRatio::new(2.0)?.get(), 2.0);
/// assert!(MixingRatio::new(0.0).is_err() && MixingRatio::new(f64::NAN).is_err());
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct MixingRatio<S = f64>(S);

impl MixingRatio {
    /// Checks that k is positive, finite and normal (so that 1/k is finite).
    ///
    /// # Errors
    /// Where it is not.
    pub fn new(k: f64) -> Result<Self, ParameterError> {
        require("mixing ratio", k, k.is_normal() && k > 0.0, "must be positive, finite and normal").map(Self)
    }
}

impl<S: Clone> MixingRatio<S> {
    /// k.
    #[must_use]
    pub fn get(&self) -> S {
        self.0.clone()
    }
}

/// Rows per generation: n fresh real ones and m synthetic ones, at least one of each.
///
/// # Examples
/// ```
/// use goldenweight_theory::parameters::SampleSizes;
/// let sizes = SampleSizes::new(100, 50)?;
/// assert_eq!((sizes.real(), sizes.synthetic(), sizes.mixing_ratio::<f64>().get()), (100, 50, 2.0));
/// assert!(SampleSizes::new(0, 50).is_err());
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleSizes {
    real: i64,
    synthetic: i64,
}

impl SampleSizes {
    /// Checks 1 <= n, m <= 2^63 - 1.
    ///
    /// # Errors
    /// Where one of them is out of that range.
    pub fn new(real: u64, synthetic: u64) -> Result<Self, ParameterError> {
        let size = |name, rows: u64| match i64::try_from(rows) {
            Ok(size) => require(name, size, size >= 1, "must be at least 1"),
            Err(_) => Err(ParameterError { name, value: rows.to_string(), condition: "must be below 2^63" }),
        };
        Ok(Self { real: size("real", real)?, synthetic: size("synthetic", synthetic)? })
    }

    /// Fresh real rows n.
    #[must_use]
    pub const fn real(self) -> u64 {
        self.real.unsigned_abs()
    }

    /// Synthetic rows m.
    #[must_use]
    pub const fn synthetic(self) -> u64 {
        self.synthetic.unsigned_abs()
    }

    /// k = n/m.
    #[must_use]
    pub fn mixing_ratio<S: Scalar>(self) -> MixingRatio<S> {
        MixingRatio(S::ratio(self.real, self.synthetic))
    }

    /// (n, m) as scalars.
    pub(crate) fn scalars<S: Scalar>(self) -> (S, S) {
        (S::ratio(self.real, 1), S::ratio(self.synthetic, 1))
    }
}

/// Degrees of freedom n - 1 and m - 1 of the sample covariances, each at least 1.
///
/// # Examples
/// ```
/// use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
/// let degrees = DegreesOfFreedom::new(SampleSizes::new(100, 50)?)?;
/// assert_eq!((degrees.real(), degrees.synthetic()), (99, 49));
/// assert!(DegreesOfFreedom::new(SampleSizes::new(100, 1)?).is_err());
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DegreesOfFreedom(SampleSizes);

impl DegreesOfFreedom {
    /// Checks n >= 2 and m >= 2.
    ///
    /// # Errors
    /// Where one of the sizes is 1: a single row has no covariance.
    pub fn new(sizes: SampleSizes) -> Result<Self, ParameterError> {
        let less_one = |name, rows| {
            require(name, rows, rows >= 2, "must be at least 2 to estimate a covariance").map(|rows| rows - 1)
        };
        Ok(Self(SampleSizes {
            real: less_one("real", sizes.real)?,
            synthetic: less_one("synthetic", sizes.synthetic)?,
        }))
    }

    /// n - 1.
    #[must_use]
    pub const fn real(self) -> u64 {
        self.0.real()
    }

    /// m - 1.
    #[must_use]
    pub const fn synthetic(self) -> u64 {
        self.0.synthetic()
    }

    /// (n - 1, m - 1) as scalars.
    pub(crate) fn scalars<S: Scalar>(self) -> (S, S) {
        self.0.scalars()
    }
}
