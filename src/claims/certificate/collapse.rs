//! Training on synthetic rows alone, w = 0.

use goldenweight_theory::collapse as theory;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::linear;
use goldenweight_theory::scalar::{Analytic, Scalar};
use nalgebra::DMatrix;
use num_rational::BigRational as Q;

use super::Certificate;
use super::sampling::{cells_constant, degrees, enumerated_cdf, enumerated_cells, sizes};
use crate::claims::moments;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// Sizes (n, m) of the exact comparisons, from `first` on.
fn places(first: u64) -> impl Iterator<Item = (u64, u64)> {
    (first..first + 2).flat_map(move |n| (first..first + 5).map(move |m| (n, m)))
}

/// The law at t = 0, 1, 2, 3 against risks carried from generation to generation in rationals.
fn compare(
    what: &str,
    first: u64,
    law: impl Fn(u64, u64, u32) -> Q,
    carried: impl Fn(u64, u64) -> Vec<Q>,
) -> Certificate {
    let compared = places(first).map(|(n, m)| {
        let risks = carried(n, m);
        let complete = risks.len() == 4;
        (format!("n = {n}, m = {m}"), complete && risks.into_iter().zip(0..).all(|(risk, t)| law(n, m, t) == risk))
    });
    Certificate::at_places(&format!("{what}, t = 0..3"), compared)
}

pub fn mean() -> Certificate {
    let sigma = DMatrix::from_row_iterator(2, 2, [q(2, 1), q(1, 2), q(1, 2), q(1, 3)]);
    compare(
        "tr Var(μ_t) at w = 0",
        2,
        |n, m, t| theory::mean_risk(q(7, 3), sizes(n, m), t),
        |n, m| moments::mean_risk(&sigma, n, m, &q(0, 1), 3),
    )
}

pub fn cdf() -> Certificate {
    compare(
        "E ∫(F_t − F)² dF at w = 0",
        1,
        |n, m, t| theory::resampling_risk(q(1, 6), sizes(n, m), t),
        |n, m| enumerated_cdf(n, m, &q(0, 1), 3),
    )
}

pub fn categorical() -> Certificate {
    compare(
        "Σ E(p_t − p)² at w = 0",
        1,
        |n, m, t| theory::resampling_risk(cells_constant(), sizes(n, m), t),
        |n, m| enumerated_cells(n, m, &q(0, 1), 3),
    )
}

pub fn variance() -> Certificate {
    let variance = DMatrix::from_element(1, 1, q(5, 3));
    compare(
        "E(σ_t² − σ²)² at w = 0",
        2,
        |n, m, t| theory::variance_risk(q(5, 3), degrees(n, m), t),
        |n, m| moments::covariance_moments(&variance, n, m, &q(0, 1), 3).into_iter().map(|(risk, _)| risk).collect(),
    )
}

/// An interval that contains psi(d/2), from psi(1) = -gamma, psi(1/2) = -gamma - 2 ln 2 and psi(x + 1) = psi(x) + 1/x.
fn digamma_of_half(d: u64) -> Interval {
    // Euler's constant .57721566490153286060..., between two decimals.
    let gamma = Interval::ratio(57_721_566_490_153_286, 100_000_000_000_000_000)
        .hull(Interval::ratio(57_721_566_490_153_287, 100_000_000_000_000_000));
    let start = if d.is_multiple_of(2) { -gamma } else { -gamma - Interval::ratio(2, 1) * Interval::ratio(2, 1).ln() };
    // x = 1, 2, ... or 1/2, 3/2, ... up to d/2 - 1.
    let first = if d.is_multiple_of(2) { 2 } else { 1 };
    (first..d as i64).step_by(2).fold(start, |sum, twice| sum + Interval::ratio(2, twice))
}

/// Whether a float is within its declared relative accuracy of the number in the interval, and the interval is narrow.
fn within(float: f64, enclosed: Interval, accuracy: f64) -> bool {
    let slack = Interval::new(1.0 - accuracy, 1.0 + accuracy).expect("an interval");
    (enclosed * slack).contains(float) && enclosed.width() < 1e-11 * float.abs()
}

/// E log(chi^2/d) = psi(d/2) - log(d/2) for chi-squared with d degrees of freedom: by harmonic sums in intervals, and for large d by Stirling's series.
pub fn log_variance() -> Certificate {
    let places = (1..=120u64).map(|d| {
        let drift = digamma_of_half(d) - Interval::ratio(d as i64, 2).ln();
        (format!("d = {d}"), within(theory::log_variance_drift(d), drift, 2e-15) && drift.high() < 0.0)
    });
    // −1/d − 1/(3d²) < drift < −1/d − 1/(3d²) + 2/(15d⁴): the terms of Stirling's series alternate in sign, so that the next one bounds the error.
    let large = [1_000u64, 12_345, 1_000_000].map(|d| {
        let x = 1.0 / d as f64;
        let series = -x - x * x / 3.0;
        let drift = theory::log_variance_drift(d);
        (format!("d = {d}"), (drift - series) >= -1e-15 * x && (drift - series) <= 2.0 / 15.0 * x.powi(4) + 1e-15 * x)
    });
    Certificate::all([
        Certificate::at_places("ψ(d/2) − log(d/2), between bounds", places),
        Certificate::at_places("ψ(d/2) − log(d/2) by Stirling's series", large),
    ])
}

/// The drift of log det: the sum over its p chi-squared factors.
pub fn log_det() -> Certificate {
    let sizes = (1..=6u32).flat_map(|p| [1, 2, 5, 20, 100].map(|more| (p, u64::from(p) + more)));
    let places = sizes.map(|(p, m)| {
        let factor = |j: u32| {
            let d = m - u64::from(j);
            digamma_of_half(d) + Interval::ratio(2, 1).ln() - Interval::ratio(m as i64 - 1, 1).ln()
        };
        let drift = (1..=p).map(factor).fold(Interval::ratio(0, 1), |sum, x| sum + x);
        (format!("p = {p}, m = {m}"), within(theory::log_det_drift(p, m), drift, 2e-15))
    });
    Certificate::at_places("Σ [ψ((m − j)/2) + log 2 − log(m − 1)], between bounds", places)
}

/// Gamma(d/2) = (d/2 - 1)! where d is even; where d = 2j + 1 is odd, Gamma(d/2)/sqrt(pi) = (2j)!/(4^j j!).
fn gamma_of_half(d: u64) -> Q {
    let factorial = |n: u64| (1..=n as i64).fold(q(1, 1), |product, i| product * q(i, 1));
    if d.is_multiple_of(2) {
        return factorial(d / 2 - 1);
    }
    let j = d / 2;
    (0..j).fold(factorial(2 * j) / factorial(j), |x, _| x / q(4, 1))
}

/// Linear regression on Gaussian rows: each diagonal entry of E (X'X)^-1 is E 1/chi^2 with d = m - p + 1 degrees of freedom, which is
/// Gamma(d/2 - 1)/(2 Gamma(d/2)).
pub fn linear() -> Certificate {
    let slope = |p: u32, m: u64| {
        let d = m - u64::from(p) + 1;
        q(3, 2) * q(p.into(), 1) * gamma_of_half(d - 2) / (q(2, 1) * gamma_of_half(d))
    };
    let sizes_of = (1..=4u32).flat_map(|p| (u64::from(p) + 2..u64::from(p) + 9).map(move |m| (p, m)));
    let places = sizes_of.map(|(p, m)| {
        let n = m + 3;
        let equal = linear::synthetic_slope(q(3, 2), p, m) == Some(slope(p, m));
        let risks = (0..4u32).all(|t| {
            let expected = slope(p, n) / q(1, 4) + q(t.into(), 1) * slope(p, m);
            linear::synthetic_risk(q(3, 2), p, sizes(n, m), q(1, 4), t) == Some(expected)
        });
        (format!("p = {p}, m = {m}"), equal && risks)
    });
    let undefined = linear::synthetic_slope(q(1, 1), 3, 4).is_none();
    Certificate::at_places("σ²p/(m − p − 1), none at m = p + 1", places.chain([("p = 3, m = 4".to_owned(), undefined)]))
}
