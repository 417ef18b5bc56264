//! The numbers over which the formulas are written.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use num_rational::BigRational;

/// A number with the four operations, which are all that a rational formula needs.
///
/// No ordering and no conversion from a float: a formula written with this trait alone is a rational function, and
/// its value over [`BigRational`] is exact.
///
/// # Examples
/// A formula in floats and in exact rationals.
/// ```
/// use goldenweight_theory::scalar::Scalar;
/// use num_rational::BigRational;
///
/// /// The sum of 1, x, ..., x^n.
/// fn geometric<S: Scalar>(x: &S, n: u32) -> S {
///     (0..n).fold(S::one(), |sum, _| S::one() + x.clone() * sum)
/// }
/// assert_eq!(geometric(&0.5, 3), 1.875);
/// let third = BigRational::ratio(1, 3);
/// assert_eq!(geometric(&third, 2), BigRational::ratio(13, 9));
/// ```
pub trait Scalar:
    Clone + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// n / d, for d > 0.
    #[must_use]
    fn ratio(n: i64, d: i64) -> Self;

    /// The square. A method of its own because an interval's square is tighter than the product with itself.
    #[must_use]
    fn sqr(&self) -> Self;

    /// 1.
    #[must_use]
    fn one() -> Self {
        Self::ratio(1, 1)
    }
}

/// A number with roots and exponentials as well.
///
/// # Examples
/// ```
/// use goldenweight_theory::{interval::Interval, scalar::{Analytic, Scalar}};
///
/// /// The golden ratio.
/// fn phi<S: Analytic>() -> S {
///     (S::one() + S::ratio(5, 1).sqrt()) / S::ratio(2, 1)
/// }
/// assert_eq!(phi::<f64>(), 1.618_033_988_749_895);
/// let found = phi::<Interval>();
/// assert!(found.contains(1.618_033_988_749_895) && found.width() < 1e-14);
/// ```
pub trait Analytic: Scalar {
    /// Square root.
    #[must_use]
    fn sqrt(&self) -> Self;

    /// Exponential.
    #[must_use]
    fn exp(&self) -> Self;

    /// Natural logarithm.
    #[must_use]
    fn ln(&self) -> Self;

    /// The ratio of a circle's circumference to its diameter.
    #[must_use]
    fn pi() -> Self;

    /// Whether to treat the number as negative. It only ever chooses between two expressions that are equal, so either
    /// answer is correct (for an interval that contains 0, say); the right one saves digits.
    fn is_negative(&self) -> bool;
}

impl Scalar for f64 {
    fn ratio(n: i64, d: i64) -> Self {
        n as f64 / d as f64
    }

    fn sqr(&self) -> Self {
        self * self
    }
}

impl Analytic for f64 {
    fn sqrt(&self) -> Self {
        Self::sqrt(*self)
    }

    fn exp(&self) -> Self {
        libm::exp(*self)
    }

    fn ln(&self) -> Self {
        libm::log(*self)
    }

    fn pi() -> Self {
        std::f64::consts::PI
    }

    fn is_negative(&self) -> bool {
        *self < 0.0
    }
}

impl Scalar for BigRational {
    fn ratio(n: i64, d: i64) -> Self {
        Self::new(n.into(), d.into())
    }

    fn sqr(&self) -> Self {
        self * self
    }
}
