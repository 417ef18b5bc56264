//! Power series of one variable, cut off.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::scalar::Scalar;

/// Highest power that is kept.
pub(crate) const ORDER: usize = 12;

/// The coefficients of y^0, ..., y^12.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series<S>(pub(crate) Vec<S>);

impl<S: Scalar> Series<S> {
    /// y itself.
    pub(crate) fn variable() -> Self {
        Self::of(|power| S::ratio(i64::from(power == 1), 1))
    }

    fn of(coefficient: impl Fn(usize) -> S) -> Self {
        Self((0..=ORDER).map(coefficient).collect())
    }
}

impl<S: Scalar> Add for Series<S> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::of(|i| self.0[i].clone() + other.0[i].clone())
    }
}

impl<S: Scalar> Sub for Series<S> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::of(|i| self.0[i].clone() - other.0[i].clone())
    }
}

impl<S: Scalar> Mul for Series<S> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::of(|i| (0..=i).fold(S::ratio(0, 1), |sum, j| sum + self.0[j].clone() * other.0[i - j].clone()))
    }
}

/// By a series that does not begin with 0.
impl<S: Scalar> Div for Series<S> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let mut quotient: Vec<S> = Vec::with_capacity(ORDER + 1);
        for (i, value) in self.0.into_iter().enumerate() {
            let known = quotient.iter().enumerate().map(|(j, q)| q.clone() * other.0[i - j].clone());
            quotient.push(known.fold(value, |rest, term| rest - term) / other.0[0].clone());
        }
        Self(quotient)
    }
}

impl<S: Scalar> Neg for Series<S> {
    type Output = Self;
    fn neg(self) -> Self {
        Self::of(|i| -self.0[i].clone())
    }
}

impl<S: Scalar> Scalar for Series<S> {
    fn ratio(n: i64, d: i64) -> Self {
        Self::of(|power| if power == 0 { S::ratio(n, d) } else { S::ratio(0, 1) })
    }

    fn sqr(&self) -> Self {
        self.clone() * self.clone()
    }
}

#[cfg(test)]
mod tests {
    use num_rational::BigRational as Q;

    use super::*;

    /// 1/(1 - y)^2 = 1 + 2y + 3y^2 + ..., and back.
    #[test]
    fn geometric_series() {
        let (one, y) = (Series::<Q>::one(), Series::variable());
        let counted = one.clone() / (one.clone() - y.clone()).sqr();
        assert!((0..=ORDER).all(|i| counted.0[i] == Q::ratio(i as i64 + 1, 1)));
        assert_eq!(-(counted * (one.clone() - y.clone()).sqr()) + one + y.clone(), y);
    }
}
