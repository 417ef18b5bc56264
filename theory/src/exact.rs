//! Exact rationals through formulas with a root.
//!
//! Tested by `tests/laws/exact.rs`: the optimal weight where it is rational.

use std::ops::{Add, Div, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::scalar::{Analytic, Scalar};

/// A rational, or undefined.
///
/// With rational k the optimal weight is a quadratic irrational in general, but k can be chosen so that it is rational:
/// k = w^2/(1 - w) has the optimum w. There every root in the formula is rational, and the formula's value is exact.
///
/// An irrational root, exponential or logarithm, and a division by 0, is undefined; so is every result that it enters.
/// Like NaN, undefined equals nothing, itself included. So an equation that holds is one between rationals.
///
/// # Examples
/// ```
/// use goldenweight_theory::{exact::Exact, scalar::Scalar};
/// let third = Exact::ratio(1, 3);
/// assert_eq!((third.clone() + third.clone() + third).value(), Exact::ratio(1, 1).value());
/// assert!((Exact::ratio(1, 1) / Exact::ratio(0, 1)).value().is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Exact(Option<BigRational>);

impl Exact {
    /// The rational, where it is defined.
    #[must_use]
    pub const fn value(&self) -> Option<&BigRational> {
        self.0.as_ref()
    }

    fn both(self, other: Self, operation: fn(BigRational, BigRational) -> BigRational) -> Self {
        Self(self.0.zip(other.0).map(|(a, b)| operation(a, b)))
    }
}

impl From<BigRational> for Exact {
    fn from(value: BigRational) -> Self {
        Self(Some(value))
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_some() && self.0 == other.0
    }
}

impl Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.both(other, Add::add)
    }
}

impl Sub for Exact {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.both(other, Sub::sub)
    }
}

impl Mul for Exact {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.both(other, Mul::mul)
    }
}

impl Div for Exact {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let divisor = Self(other.0.filter(|x| !x.is_zero()));
        self.both(divisor, Div::div)
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.map(Neg::neg))
    }
}

impl Scalar for Exact {
    fn ratio(n: i64, d: i64) -> Self {
        Self::from(BigRational::from_integer(n.into())) / Self::from(BigRational::from_integer(d.into()))
    }

    fn sqr(&self) -> Self {
        Self(self.0.as_ref().map(|x| x * x))
    }
}

impl Analytic for Exact {
    fn sqrt(&self) -> Self {
        // In lowest terms a fraction is a square exactly where its numerator and its denominator are.
        let root = |x: &BigInt| (!x.is_negative()).then(|| x.sqrt()).filter(|root| root * root == *x);
        Self(self.0.as_ref().and_then(|x| Some(BigRational::new(root(x.numer())?, root(x.denom())?))))
    }

    fn exp(&self) -> Self {
        // Irrational at every other rational (Lindemann).
        Self(self.0.as_ref().filter(|x| x.is_zero()).map(|_| One::one()))
    }

    fn ln(&self) -> Self {
        // As the exponential.
        Self(self.0.as_ref().filter(|x| x.is_one()).map(|_| Zero::zero()))
    }

    fn pi() -> Self {
        Self(None)
    }

    fn is_negative(&self) -> bool {
        self.0.as_ref().is_some_and(Signed::is_negative)
    }
}
