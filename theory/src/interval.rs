//! Intervals that contain the exact result.
//!
//! Trusted: the four operations and the square root of IEEE floats, rounded to nearest, and exact scaling by powers of
//! two. The exponential and the logarithm are series with their remainders; no library is trusted to have computed one.
//!
//! Tested by `tests/laws/interval.rs`: exact rationals, and series in exact rationals.

use std::f64::consts;
use std::ops::{Add, Div, Mul, Neg, Sub};

use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::scalar::{Analytic, Scalar};

/// The real numbers between two floats, both ends included.
///
/// A formula over intervals contains its value at every choice of numbers in the intervals that go in. An infinite end
/// means that the interval is unbounded on that side; infinity itself is no member. Where an operation is not defined for some members, the result is that of
/// the others (roots and logarithms), or the whole line (divisors that contain 0, and wherever no member has a result).
/// So an undefined value never makes an interval narrow.
///
/// Equality is that of the ends, not of the numbers enclosed.
///
/// # Examples
/// ```
/// use goldenweight_theory::{interval::Interval, scalar::Scalar};
/// let third = Interval::ratio(1, 3);
/// assert!(third.contains(1.0 / 3.0) && third.width() > 0.0 && third.width() < 1e-15);
/// assert_eq!(Interval::new(1.0, 3.0).map(Interval::midpoint), Some(2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    low: f64,
    high: f64,
}

/// ln 2 = 0.693147180559945309417232121458... = LN_2_HEAD + a tail between two neighbours, 1.908214929270587706...e-10.
/// The head has 32 bits, so that its product with an exponent (11 bits) is exact.
const LN_2_HEAD: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_TAIL: Interval =
    Interval { low: f64::from_bits(0x3dea_39ef_3579_3c76), high: f64::from_bits(0x3dea_39ef_3579_3c77) };

impl Interval {
    /// Every real number.
    pub const WHOLE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// x alone; the whole line where x is infinite or NaN.
    #[must_use]
    pub const fn point(x: f64) -> Self {
        if x.is_finite() { Self { low: x, high: x } } else { Self::WHOLE }
    }

    /// From low to high; nothing where that is empty or one of them NaN.
    #[must_use]
    pub fn new(low: f64, high: f64) -> Option<Self> {
        (low <= high && low < f64::INFINITY && high > f64::NEG_INFINITY).then_some(Self { low, high })
    }

    /// The smallest interval that contains a rational.
    #[must_use]
    pub fn enclosing(x: &BigRational) -> Self {
        let Some(near) = x.to_f64() else { return Self::WHOLE };
        // The library's conversion need not be rounded correctly: its result is only where the search for the ends starts.
        let mut low = near.min(f64::MAX);
        while BigRational::from_float(low).is_some_and(|low| low > *x) {
            low = low.next_down();
        }
        let mut high = near.max(f64::MIN);
        while BigRational::from_float(high).is_some_and(|high| high < *x) {
            high = high.next_up();
        }
        Self { low, high }
    }

    /// Lower end.
    #[must_use]
    pub const fn low(self) -> f64 {
        self.low
    }

    /// Upper end.
    #[must_use]
    pub const fn high(self) -> f64 {
        self.high
    }

    /// Whether x is between the ends.
    #[must_use]
    pub fn contains(self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// Whether every member is positive.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.low > 0.0
    }

    /// Distance between the ends, rounded up.
    #[must_use]
    pub fn width(self) -> f64 {
        sum(self.high, -self.low).high
    }

    /// A float near the middle, finite and between the ends.
    #[must_use]
    pub const fn midpoint(self) -> f64 {
        f64::midpoint(self.low.max(f64::MIN), self.high.min(f64::MAX))
    }

    /// The halves below and above the midpoint, which is in both.
    #[must_use]
    pub const fn split(self) -> [Self; 2] {
        let middle = self.midpoint();
        [Self { high: middle, ..self }, Self { low: middle, ..self }]
    }

    /// The smallest interval that contains both.
    #[must_use]
    pub const fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// The hull of an operation's results at the four pairs of ends, where its extremes are.
    fn corners(self, other: Self, operation: fn(f64, f64) -> Self) -> Self {
        let at = |x| operation(x, other.low).hull(operation(x, other.high));
        at(self.low).hull(at(self.high))
    }
}

/// An exact result, from its nearest float and the sign of the exact minus the nearest. That is known where the error
/// is finite: after an overflow the result may be anything from the largest float to infinity.
fn rounded(nearest: f64, error: f64) -> Interval {
    let known = error.is_finite();
    Interval {
        low: if known && error >= 0.0 { nearest } else { nearest.next_down() },
        high: if known && error <= 0.0 { nearest } else { nearest.next_up() },
    }
}

/// a + b. The error of a sum is a float, and these operations find it exactly (Knuth, TAOCP 2, 4.2.2 theorem B), or
/// overflow and leave it infinite or NaN.
fn sum(a: f64, b: f64) -> Interval {
    let nearest = a + b;
    let added = nearest - a;
    rounded(nearest, (a - (nearest - added)) + (b - added))
}

/// a b. An infinite end bounds nothing, so 0 times it is 0.
fn product(a: f64, b: f64) -> Interval {
    if a == 0.0 || b == 0.0 {
        return Interval::point(0.0);
    }
    let nearest = a * b;
    rounded(nearest, if nearest == 0.0 { 1f64.copysign(nearest) } else { excess(a, b, nearest) })
}

/// a / b for b not 0. Beside the quotient of two infinite ends stand an infinite one and 0, so 0 adds nothing.
fn quotient(a: f64, b: f64) -> Interval {
    if a == 0.0 || b.is_infinite() {
        return Interval::point(0.0);
    }
    let nearest = a / b;
    rounded(nearest, if nearest == 0.0 { 1f64.copysign(nearest) } else { -excess(nearest, b, a) * b.signum() })
}

/// Root of x >= 0.
fn root(x: f64) -> Interval {
    let nearest = x.sqrt();
    rounded(nearest, if x == 0.0 { 0.0 } else { -excess(nearest, nearest, x) })
}

/// x y - z with the right sign, for z within two roundings of x y; NaN where a part of it might over- or underflow.
///
/// The error of the product is a float; halves of 26 bits find it exactly (Dekker 1971). Product and z are so close
/// that their difference is exact (Sterbenz).
fn excess(x: f64, y: f64, z: f64) -> f64 {
    let halves = |x: f64| {
        let shifted = 134_217_729.0 * x; // 2^27 + 1
        let high = shifted - (shifted - x);
        (high, x - high)
    };
    let nearest = x * y;
    if [x, y, nearest].iter().any(|x| !(1e-288..=1e298).contains(&x.abs())) {
        return f64::NAN;
    }
    let ((x, dx), (y, dy)) = (halves(x), halves(y));
    (nearest - z) + (((x * y - nearest) + x * dy + dx * y) + dx * dy)
}

/// n.
fn integer(n: i64) -> Interval {
    let nearest = n as f64;
    rounded(nearest, (i128::from(n) - nearest as i128) as f64)
}

/// e^x.
fn exponential(x: f64) -> Interval {
    // Beyond either bound the result is that at the bound: 0 to the smallest float, the largest float to infinity.
    let x = x.clamp(-746.0, 710.0);
    // x = k ln 2 + r, |r| < 0.35
    let k = (x * consts::LOG2_E).round();
    let r = sum(x, -k * LN_2_HEAD) - Interval::point(k) * LN_2_TAIL;
    // Taylor with Lagrange's remainder, e^r = 1 + r (1 + r/2 (1 + ... r/18 e^s)), s between 0 and r: |r|^18/18! < 1e-24.
    let remainder = Interval { low: 0.5, high: 2.0 };
    let power = (1..=18).rev().fold(remainder, |rest, j| Interval::one() + r * rest / integer(j));
    // 2^k may be no float, its halves are.
    let half = (k / 2.0).trunc();
    [half, k - half].into_iter().fold(power, |y, k| y * Interval::point(libm::ldexp(1.0, k as i32)))
}

/// ln x for 0 < x < infinity.
fn logarithm(x: f64) -> Interval {
    // x = m 2^k, m in [0.7, 1.42)
    let (m, k) = libm::frexp(x);
    let (m, k) = if m < consts::FRAC_1_SQRT_2 { (2.0 * m, f64::from(k - 1)) } else { (m, f64::from(k)) };
    // ln m = 2 t (1 + t^2/3 + t^4/5 + ...), t = (m - 1)/(m + 1), t^2 < 0.03; from t^32/33 on the sum is t^32 times a
    // number between 0 and (1/33)/(1 - t^2) < 1.
    let t = sum(m, -1.0) / sum(m, 1.0);
    let (square, remainder) = (t.sqr(), Interval { low: 0.0, high: 1.0 });
    let series = (0..16).rev().fold(remainder, |rest, j| Interval::ratio(1, 2 * j + 1) + square * rest);
    Interval::point(k * LN_2_HEAD) + (Interval::point(k) * LN_2_TAIL + integer(2) * t * series)
}

impl Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: sum(self.low, other.low).low, high: sum(self.high, other.high).high }
    }
}

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self { low: -self.high, high: -self.low }
    }
}

impl Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.corners(other, product)
    }
}

impl Div for Interval {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        if other.contains(0.0) { Self::WHOLE } else { self.corners(other, quotient) }
    }
}

impl Scalar for Interval {
    fn ratio(n: i64, d: i64) -> Self {
        integer(n) / integer(d)
    }

    fn sqr(&self) -> Self {
        let ends = product(self.low, self.low).hull(product(self.high, self.high));
        if self.contains(0.0) { Self { low: 0.0, ..ends } } else { ends }
    }
}

impl Analytic for Interval {
    /// Of the members that are not negative.
    fn sqrt(&self) -> Self {
        if self.high < 0.0 {
            return Self::WHOLE;
        }
        Self { low: root(self.low.max(0.0)).low, high: root(self.high).high }
    }

    fn exp(&self) -> Self {
        Self { low: exponential(self.low).low, high: exponential(self.high).high }
    }

    /// Of the members that are positive.
    fn ln(&self) -> Self {
        if self.high <= 0.0 {
            return Self::WHOLE;
        }
        Self {
            low: if self.low > 0.0 { logarithm(self.low).low } else { f64::NEG_INFINITY },
            high: if self.high < f64::INFINITY { logarithm(self.high).high } else { f64::INFINITY },
        }
    }

    fn pi() -> Self {
        // pi = 3.14159265358979323846..., the nearest float 3.14159265358979311599...
        Self { low: consts::PI, high: consts::PI.next_up() }
    }

    fn is_negative(&self) -> bool {
        self.high < 0.0
    }
}
