//! Floats with a wide exponent, for formulas whose values exceed the largest float.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::scalar::Scalar;

/// A number m 2^e with the 53 digits of a float and an exponent of 64 bits.
///
/// # Computed as
/// Each operation is that of the floats m, brought to a common exponent for sums. So a formula has the same digits as over `f64` wherever nothing
/// overflows or underflows there.
///
/// # Domain
/// finite numbers; exponents far below 2^63
///
/// # Tested by
/// `tests/laws/wide.rs`: the same digits as `f64`, and exact rationals beyond it
///
/// # Examples
/// ```
/// use goldenweight_theory::wide::Wide;
/// let huge = Wide::from(1e200) * Wide::from(1e200);
/// assert!(huge.to_f64().is_infinite() && (huge.log10() - 400.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wide {
    /// 0, or of absolute value in [1/2, 1).
    mantissa: f64,
    exponent: i64,
}

impl Wide {
    fn new(mantissa: f64, exponent: i64) -> Self {
        let (mantissa, shift) = libm::frexp(mantissa);
        Self { mantissa, exponent: if mantissa == 0.0 { 0 } else { exponent + i64::from(shift) } }
    }

    /// The nearest float; infinite beyond the largest one.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        libm::ldexp(self.mantissa, self.exponent.clamp(-3_000, 3_000) as i32)
    }

    /// Decimal logarithm; minus infinity of 0, NaN of a negative number.
    ///
    /// # Formula
    /// log10 m + e log10 2
    #[must_use]
    pub fn log10(self) -> f64 {
        libm::log10(self.mantissa) + self.exponent as f64 * std::f64::consts::LOG10_2
    }
}

impl From<f64> for Wide {
    fn from(x: f64) -> Self {
        Self::new(x, 0)
    }
}

impl Add for Wide {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (large, small) = if self.mantissa == 0.0 || (other.mantissa != 0.0 && other.exponent > self.exponent) {
            (other, self)
        } else {
            (self, other)
        };
        // Below 2^-200 of the other it is lost in the rounding.
        let shift = if small.mantissa == 0.0 { 0 } else { (small.exponent - large.exponent).max(-200) };
        Self::new(large.mantissa + libm::ldexp(small.mantissa, shift as i32), large.exponent)
    }
}

impl Neg for Wide {
    type Output = Self;

    fn neg(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }
}

impl Sub for Wide {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Wide {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(self.mantissa * other.mantissa, self.exponent + other.exponent)
    }
}

impl Div for Wide {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        Self::new(self.mantissa / other.mantissa, self.exponent - other.exponent)
    }
}

impl Scalar for Wide {
    fn ratio(n: i64, d: i64) -> Self {
        Self::from(n as f64 / d as f64)
    }

    fn sqr(&self) -> Self {
        *self * *self
    }
}
