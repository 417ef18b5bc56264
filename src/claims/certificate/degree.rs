//! The degree of a formula, from the formula itself.

use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

use goldenweight_theory::scalar::Scalar;

/// Upper bounds on the degrees, in each of V variables, of the numerator and the denominator of a rational function.
///
/// It is a [`Scalar`], so that the program's generic formulas can be evaluated with it as with numbers. Each operation adds up the degrees
/// of its operands and cancels nothing, so the bounds are never too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degree<const V: usize> {
    numerator: [u32; V],
    denominator: [u32; V],
}

impl<const V: usize> Degree<V> {
    /// The V variables.
    #[must_use]
    pub fn variables() -> [Self; V] {
        from_fn(|i| Self { numerator: from_fn(|j| u32::from(i == j)), denominator: [0; V] })
    }

    /// Degrees of the numerator. A rational function that vanishes on a grid with more values of each variable than its degree in that variable is zero.
    #[must_use]
    pub const fn numerator(&self) -> [u32; V] {
        self.numerator
    }
}

fn sum<const V: usize>(a: [u32; V], b: [u32; V]) -> [u32; V] {
    from_fn(|i| a[i] + b[i])
}

impl<const V: usize> Add for Degree<V> {
    type Output = Self;
    /// a/b + c/d = (ad + cb)/(bd).
    fn add(self, other: Self) -> Self {
        let (left, right) = (sum(self.numerator, other.denominator), sum(other.numerator, self.denominator));
        Self { numerator: from_fn(|i| left[i].max(right[i])), denominator: sum(self.denominator, other.denominator) }
    }
}

impl<const V: usize> Sub for Degree<V> {
    type Output = Self;
    // The degree of a difference is bounded as that of a sum.
    #[allow(clippy::suspicious_arithmetic_impl)]
    fn sub(self, other: Self) -> Self {
        self + other
    }
}

impl<const V: usize> Mul for Degree<V> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { numerator: sum(self.numerator, other.numerator), denominator: sum(self.denominator, other.denominator) }
    }
}

impl<const V: usize> Div for Degree<V> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self { numerator: sum(self.numerator, other.denominator), denominator: sum(self.denominator, other.numerator) }
    }
}

impl<const V: usize> Neg for Degree<V> {
    type Output = Self;
    fn neg(self) -> Self {
        self
    }
}

impl<const V: usize> Scalar for Degree<V> {
    fn ratio(_: i64, _: i64) -> Self {
        Self { numerator: [0; V], denominator: [0; V] }
    }

    fn sqr(&self) -> Self {
        *self * *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_by_hand() {
        let [x, y] = Degree::<2>::variables();
        let one = Degree::one();
        // (x^2 + y)/(1 - x) + x y^3 = (x^2 + y + x y^3 (1 - x))/(1 - x).
        let sum = (x.sqr() + y) / (one - x) + x * y * y * y;
        assert_eq!((sum.numerator(), sum.denominator), ([2, 3], [1, 0]));
        // Divided by x + y: the numerator stays, the denominator is multiplied by x + y.
        let quotient = sum / (x + y);
        assert_eq!((quotient.numerator(), quotient.denominator), ([2, 3], [2, 1]));
        assert_eq!((-(one / x)).numerator(), [0, 0]);
    }
}
