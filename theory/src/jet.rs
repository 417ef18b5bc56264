//! Forward derivatives.
//!
//! Tested by `tests/laws/jet.rs`: a rational function with every operation, differentiated by hand.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::scalar::{Analytic, Scalar};

/// A value and its derivative with respect to one variable.
///
/// Over exact rationals the derivative of a rational formula is exact; over floats it has the accuracy of the formula.
///
/// # Examples
/// ```
/// use goldenweight_theory::jet::Jet;
/// // 2 x^2 at 3 is 18, with derivative 12.
/// let x = Jet::variable(3.0);
/// assert_eq!(Jet::constant(2.0) * x * x, Jet { value: 18.0, derivative: 12.0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jet<T> {
    /// The value.
    pub value: T,
    /// The derivative.
    pub derivative: T,
}

impl<T: Scalar> Jet<T> {
    /// The variable itself: derivative 1.
    #[must_use]
    pub fn variable(value: T) -> Self {
        Self { value, derivative: T::one() }
    }

    /// A constant: derivative 0.
    #[must_use]
    pub fn constant(value: T) -> Self {
        Self { value, derivative: T::ratio(0, 1) }
    }
}

impl<T: Scalar> Add for Jet<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, derivative: self.derivative + other.derivative }
    }
}

impl<T: Scalar> Sub for Jet<T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, derivative: self.derivative - other.derivative }
    }
}

impl<T: Scalar> Mul for Jet<T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            derivative: self.derivative * other.value.clone() + self.value.clone() * other.derivative,
            value: self.value * other.value,
        }
    }
}

impl<T: Scalar> Div for Jet<T> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value.clone();
        Self { derivative: (self.derivative - value.clone() * other.derivative) / other.value, value }
    }
}

impl<T: Scalar> Neg for Jet<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, derivative: -self.derivative }
    }
}

impl<T: Scalar> Scalar for Jet<T> {
    fn ratio(n: i64, d: i64) -> Self {
        Self::constant(T::ratio(n, d))
    }

    fn sqr(&self) -> Self {
        Self { value: self.value.sqr(), derivative: T::ratio(2, 1) * self.value.clone() * self.derivative.clone() }
    }
}

impl<T: Analytic> Analytic for Jet<T> {
    fn sqrt(&self) -> Self {
        let root = self.value.sqrt();
        Self { derivative: self.derivative.clone() / (T::ratio(2, 1) * root.clone()), value: root }
    }

    fn exp(&self) -> Self {
        let value = self.value.exp();
        Self { derivative: value.clone() * self.derivative.clone(), value }
    }

    fn ln(&self) -> Self {
        Self { value: self.value.ln(), derivative: self.derivative.clone() / self.value.clone() }
    }

    fn pi() -> Self {
        Self::constant(T::pi())
    }

    fn is_negative(&self) -> bool {
        self.value.is_negative()
    }
}
