//! Accumulating data: the law in exact rationals, and its limits between bounds.

use goldenweight_theory::accumulate::Accumulation;
use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::{Analytic, Scalar};
use goldenweight_theory::{categorical, cdf, gaussian};
use nalgebra::DMatrix;
use num_rational::BigRational as Q;

use super::Certificate;
use super::sampling::{degrees, sizes};
use crate::claims::pools;

/// Last generation of the comparisons.
const GENERATIONS: u32 = 3;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// The law against risks that are carried from generation to generation, at t = 0, ..., 3 and at 8 values of n by 10 of m, from `first` on. If both agree at
/// these places, they agree at all n and m:
///
/// Both sides are polynomials divided by n m (means and frequencies) or by (n - 1)(m - 1)^t (covariances), and by prod (n + i m)^2. For the carried risks, each
/// generation brings in a factor 1/rows or 1/(rows - 1) and the square of a share m/(n + i m); for the law, its formula shows it. Both sides are bounded
/// for large n and for large m. So the numerator of their difference has at most the degree of the denominator, which is 2t + 1 = 7 in n and 3t = 9 in m. A
/// polynomial of these degrees that vanishes at 8 by 10 values is 0.
fn compare(
    what: &str,
    first: u64,
    law: impl Fn(u64, u64, u32) -> Q,
    carried: impl Fn(u64, u64) -> Vec<Q>,
) -> Certificate {
    let sizes = (first..first + 8).flat_map(|n| (first..first + 10).map(move |m| (n, m)));
    let compared = sizes.map(|(n, m)| {
        let risks = carried(n, m);
        let complete = risks.len() == GENERATIONS as usize + 1;
        (format!("n = {n}, m = {m}"), complete && risks.into_iter().zip(0..).all(|(risk, t)| law(n, m, t) == risk))
    });
    Certificate::at_places(&format!("{what}, t = 0..{GENERATIONS}"), compared)
}

/// A covariance in p <= 3 dimensions. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn sigma(p: usize) -> DMatrix<Q> {
    let entries = [(2, 1), (3, 5), (-1, 4), (3, 5), (1, 1), (1, 6), (-1, 4), (1, 6), (1, 2)];
    DMatrix::from_row_iterator(3, 3, entries.map(|(n, d)| q(n, d))).view((0, 0), (p, p)).into_owned()
}

fn trace(matrix: &DMatrix<Q>) -> Q {
    matrix.diagonal().iter().cloned().fold(q(0, 1), |sum, x| sum + x)
}

/// The sum over i > t of 1/(k + i)^2. It lies between 1/y - 1/(12 y^3) and 1/y, y = k + t + 1/2.
///
/// Each term 1/x^2, x = k + i, is bounded by a difference of these functions between x - 1/2 and x + 1/2, and the differences add up to the function at y. With
/// r = x^2 - 1/4 the difference of 1/y is 1/r > 1/x^2, and that of 1/y - 1/(12 y^3) is 1/r - 1/(4 r^2) - 1/(12 r^3) < 1/x^2.
fn tail(k: Interval, t: i64) -> Interval {
    let y = k + Interval::ratio(2 * t + 1, 2);
    let high = Interval::one() / y;
    (high - high * high.sqr() / Interval::ratio(12, 1)).hull(high)
}

/// An interval that contains the limit. The first t = 4000 generations are computed one by one. Of all later ones the product of 1 + x/(k+i)^2 lies between
/// exp(x s - x^2 s') and exp(x s), where s is the sum of 1/(k+i)^2, and s' that of 1/(k+i)^4, which is below s/(k+t)^2. This requires |x|/(k+t)^2 < 1/2.
fn limit(law: &Recursion<Interval>, k: Interval) -> Interval {
    const STEPS: i64 = 4_000;
    let (one, x) = (Interval::one(), law.excess);
    let after = (1..=STEPS).fold(law.fresh, |e, t| {
        let square = one / (k + Interval::ratio(t, 1)).sqr();
        e * (one + x * square) + law.synthetic * square
    });
    let s = tail(k, STEPS);
    let fourth = x.sqr() * s / (k + Interval::ratio(STEPS, 1)).sqr();
    // L = log prod. Per unit of noise the later generations add (prod - 1)/x = (L/x)(1 + L/2 + r L^2), where 0 < r < 1/4 for |L| < 1. `each` is L/x.
    let exponent = (x * s).hull(x * s - fourth);
    let product = exponent.exp();
    let each = s.hull(s * (one - x / (k + Interval::ratio(STEPS, 1)).sqr()));
    let rest = Interval::ratio(0, 1).hull(Interval::ratio(1, 4));
    let growth = one + exponent / Interval::ratio(2, 1) + exponent.sqr() * rest;
    after * product + law.synthetic * each * growth
}

/// Whether the program's limit lies in the interval of [`limit`] and in that of its own formula over intervals, and whether both are narrow.
fn enclosed(
    what: &str,
    places: impl IntoIterator<Item = (u64, u64, Recursion<Interval>, Recursion<f64>)>,
) -> Certificate {
    let places = places.into_iter().map(|(n, m, law, float)| {
        let bounds = limit(&law, Interval::ratio(n as i64, m as i64));
        let found = Accumulation::of(sizes(n, m)).limit_risk(&float);
        let own = Accumulation::of(sizes(n, m)).limit_risk(&law);
        let meets = own.low() <= bounds.high() && bounds.low() <= own.high();
        let narrow = bounds.width() < 1e-6 * found && own.width() < 1e-13 * found;
        (format!("n = {n}, m = {m}"), bounds.contains(found) && own.contains(found) && meets && narrow)
    });
    Certificate::at_places(&format!("{what}, between bounds"), places)
}

/// Sizes of the enclosed limits.
const SIZES: [(u64, u64); 6] = [(100, 100), (3, 7), (7, 3), (2, 1_000), (1_000, 2), (50, 50)];

/// The Gaussian mean, and that its limit is below twice the risk of the real rows.
pub fn mean() -> Certificate {
    let sigma = sigma(3);
    let law = compare(
        "E |μ_t − μ|²",
        2,
        |n, m, t| Accumulation::of(sizes(n, m)).risk_at(&gaussian::mean(trace(&sigma), sizes(n, m)), t),
        |n, m| pools::mean_risk(&sigma, n, m, GENERATIONS),
    );
    let place = |(n, m)| {
        let unit = Interval::one();
        (n, m, gaussian::mean(unit, sizes(n, m)), gaussian::mean(1.0, sizes(n, m)))
    };
    let bounded = SIZES.map(|(n, m)| {
        let limit = limit(&gaussian::mean(Interval::one(), sizes(n, m)), Interval::ratio(n as i64, m as i64));
        (format!("n = {n}, m = {m}"), (limit * Interval::ratio(n as i64, 1)).high() < 2.0)
    });
    Certificate::all([
        law,
        enclosed("its limit", SIZES.map(place)),
        Certificate::at_places("below twice the risk of the real rows", bounded),
    ])
}

/// Cells and the distribution function, and that with two real rows or more their limits are below A.
pub fn frequencies() -> Certificate {
    // The risk of a cell is a quadratic in its probability, and 0 at 0 and 1. So that of 2/7 tells those of all cells, and the mean over (0, 1) is 2/3 of that of 1/2.
    let cells = [q(1, 7), q(2, 7), q(4, 7)];
    let spread = |p: &Q| p.clone() * (q(1, 1) - p.clone());
    let share = cells.iter().fold(q(0, 1), |sum, p| sum + spread(p)) / spread(&cells[1]);
    let categories = compare(
        "Σ E(p_t − p)², enumerated",
        1,
        |n, m, t| Accumulation::of(sizes(n, m)).risk_at(&categorical::law(&cells, sizes(n, m)), t),
        |n, m| pools::cell_risk(&cells[1], n, m, GENERATIONS).into_iter().map(|risk| risk * share.clone()).collect(),
    );
    let distribution = compare(
        "E ∫(F_t − F)² dF, enumerated",
        1,
        |n, m, t| Accumulation::of(sizes(n, m)).risk_at(&cdf::law(sizes(n, m)), t),
        |n, m| pools::cell_risk(&q(1, 2), n, m, GENERATIONS).into_iter().map(|risk| risk * q(2, 3)).collect(),
    );
    let place = |(n, m)| (n, m, cdf::law(sizes(n, m)), cdf::law(sizes(n, m)));
    let bounded = SIZES.map(|(n, m)| {
        let limit = limit(&cdf::law(sizes(n, m)), Interval::ratio(n as i64, m as i64));
        (format!("n = {n}, m = {m}"), (limit * Interval::ratio(6, 1)).high() < 1.0)
    });
    Certificate::all([
        categories,
        distribution,
        enclosed("the limit", SIZES.map(place)),
        Certificate::at_places("below 1/6, the risk of a point mass", bounded),
    ])
}

/// The variance, p = 1.
pub fn variance() -> Certificate {
    let variance = DMatrix::from_element(1, 1, q(7, 4));
    let law = compare(
        "E(σ_t² − σ²)²",
        2,
        |n, m, t| Accumulation::of(sizes(n, m)).risk_at(&gaussian::variance(q(7, 4), degrees(n, m)), t),
        |n, m| pools::covariance_moments(&variance, n, m, GENERATIONS).into_iter().map(|(risk, _)| risk).collect(),
    );
    let place =
        |(n, m)| (n, m, gaussian::variance(Interval::one(), degrees(n, m)), gaussian::variance(1.0, degrees(n, m)));
    Certificate::all([law, enclosed("its limit", SIZES.map(place))])
}

/// The covariance at p = 1, 2 and 3, from the table of all p^4 second moments; and the limits of 2V + U and V - U.
pub fn covariance() -> Certificate {
    let tables = [1, 2, 3].map(|p| {
        let sigma = sigma(p);
        let system = |n, m| {
            let square = trace(&sigma) * trace(&sigma);
            CovarianceSystem::new(trace(&(&sigma * &sigma)), square, degrees(n, m))
        };
        let moments = |n, m, t| Accumulation::of(sizes(n, m)).moments_at(&system(n, m), t);
        let carried = |n, m| pools::covariance_moments(&sigma, n, m, GENERATIONS);
        Certificate::all([
            compare(
                &format!("V, p = {p}"),
                2,
                |n, m, t| moments(n, m, t).risk,
                |n, m| carried(n, m).into_iter().map(|(v, _)| v).collect(),
            ),
            compare(
                &format!("U, p = {p}"),
                2,
                |n, m, t| moments(n, m, t).trace_variance,
                |n, m| carried(n, m).into_iter().map(|(_, u)| u).collect(),
            ),
        ])
    });
    let modes = [0, 1].map(|mode| {
        let place = |(n, m)| {
            let of = CovarianceSystem::new(Interval::ratio(2, 1), Interval::ratio(4, 1), degrees(n, m)).modes();
            let float = CovarianceSystem::new(2.0, 4.0, degrees(n, m)).modes();
            (n, m, of[mode], float[mode])
        };
        enclosed(["2V + U in the limit", "V − U in the limit"][mode], SIZES.map(place))
    });
    Certificate::all(tables.into_iter().chain(modes))
}
