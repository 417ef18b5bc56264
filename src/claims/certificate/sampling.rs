//! The coefficients A, nu and rho of each model, from the distribution of its samples, in exact rationals.
//!
//! The closed forms are compared with risks from `claims::moments`, which carries distributions and matrices of moments from generation to
//! generation. Both sides are polynomials in 1/n, 1/m (for covariances 1/(n - 1), 1/(m - 1)) and w, of degree at most 1, t + 1 and 2t + 2; for
//! the closed forms, their formulas show it. They are compared at more values of n, m and w than these degrees, so that agreement there is
//! agreement everywhere, for t = 0, 1, 2. For later generations, [`super::law`] shows that the closed form obeys the recursion.

use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::{categorical, cdf, gaussian, linear};
use nalgebra::DMatrix;
use num_rational::BigRational as Q;
use rayon::prelude::*;

use super::Certificate;
use crate::claims::moments;

/// Last generation of the comparisons.
const GENERATIONS: u32 = 2;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

pub fn sizes(real: u64, synthetic: u64) -> SampleSizes {
    SampleSizes::new(real, synthetic).expect("positive")
}

pub fn degrees(real: u64, synthetic: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(real, synthetic)).expect("at least 2")
}

/// Places (n, m, w): 2 values of n, GENERATIONS + 2 = 4 of m, and 2 GENERATIONS + 3 = 7 of w from 0 to 1.
fn places(first: u64) -> Vec<(u64, u64, Q)> {
    let last = 2 * i64::from(GENERATIONS) + 2;
    let synthetic = first..first + u64::from(GENERATIONS) + 2;
    let pairs = synthetic.flat_map(|m| [first, first + 1].map(|n| (n, m)));
    pairs.flat_map(|(n, m)| (0..=last).map(move |i| (n, m, q(i, last)))).collect()
}

/// The law's risks at every place against those carried through the generations.
fn compare(
    what: &str,
    places: Vec<(u64, u64, Q)>,
    law: impl Fn(u64, u64, &Q, u32) -> Q + Sync,
    carried: impl Fn(u64, u64, &Q) -> Vec<Q> + Sync,
) -> Certificate {
    let compared: Vec<_> = places
        .into_par_iter()
        .map(|(n, m, w)| {
            let risks = carried(n, m, &w);
            let complete = risks.len() == GENERATIONS as usize + 1;
            let equal = complete && risks.into_iter().zip(0..).all(|(risk, t)| law(n, m, &w, t) == risk);
            (format!("n = {n}, m = {m}, w = {w}"), equal)
        })
        .collect();
    Certificate::at_places(&format!("{what}, t = 0..{GENERATIONS}"), compared)
}

/// A covariance in three dimensions. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn sigma() -> DMatrix<Q> {
    let entries = [(2, 1), (3, 5), (-1, 4), (3, 5), (1, 1), (1, 6), (-1, 4), (1, 6), (1, 2)];
    DMatrix::from_row_iterator(3, 3, entries.map(|(n, d)| q(n, d)))
}

pub fn trace(matrix: &DMatrix<Q>) -> Q {
    matrix.diagonal().iter().cloned().fold(q(0, 1), |sum, x| sum + x)
}

/// tr Sigma^2 and (tr Sigma)^2.
fn traces(sigma: &DMatrix<Q>) -> [Q; 2] {
    [trace(&(sigma * sigma)), trace(sigma) * trace(sigma)]
}

/// The Gaussian mean, from its covariance matrix.
pub fn gaussian_mean() -> Certificate {
    compare(
        "tr Var(μ_t)",
        places(2),
        |n, m, w, t| gaussian::mean(trace(&sigma()), sizes(n, m)).risk_at(w, t),
        |n, m, w| moments::mean_risk(&sigma(), n, m, w, GENERATIONS),
    )
}

/// The Gaussian covariance, from the tables of all p^4 second moments, at p = 1, 2 and 3.
pub fn gaussian_covariance() -> Certificate {
    Certificate::all([1, 2, 3].map(|p| {
        let sigma = sigma().view((0, 0), (p, p)).into_owned();
        let [square_trace, trace_square] = traces(&sigma);
        let system = |n, m| CovarianceSystem::new(square_trace.clone(), trace_square.clone(), degrees(n, m));
        let risk = compare(
            &format!("V, p = {p}"),
            places(2),
            |n, m, w, t| system(n, m).moments_at(w, t).risk,
            |n, m, w| moments::covariance_moments(&sigma, n, m, w, GENERATIONS).into_iter().map(|(v, _)| v).collect(),
        );
        let trace_variance = compare(
            &format!("U, p = {p}"),
            places(2),
            |n, m, w, t| system(n, m).moments_at(w, t).trace_variance,
            |n, m, w| moments::covariance_moments(&sigma, n, m, w, GENERATIONS).into_iter().map(|(_, u)| u).collect(),
        );
        Certificate::all([risk, trace_variance])
    }))
}

/// The Gaussian variance, p = 1, from fourth moments.
pub fn gaussian_variance() -> Certificate {
    let variance = DMatrix::from_element(1, 1, q(7, 4));
    compare(
        "E(σ_t² − σ²)²",
        places(2),
        |n, m, w, t| gaussian::variance(q(7, 4), degrees(n, m)).risk_at(w, t),
        |n, m, w| {
            moments::covariance_moments(&variance, n, m, w, GENERATIONS).into_iter().map(|(risk, _)| risk).collect()
        },
    )
}

/// Cells of unequal probability.
fn cells() -> [Q; 3] {
    [q(1, 7), q(2, 7), q(4, 7)]
}

/// The sum over the cells of E (p_t - p)^2, from enumerated distributions.
pub fn enumerated_cells(n: u64, m: u64, w: &Q, generations: u32) -> Vec<Q> {
    let mut total = vec![q(0, 1); generations as usize + 1];
    for p in cells() {
        let risks = moments::cell_risk(&p, n, m, w, generations);
        total.iter_mut().zip(risks).for_each(|(sum, risk)| *sum = sum.clone() + risk);
    }
    total
}

/// A = sum p (1 - p) of the cells.
pub fn cells_constant() -> Q {
    cells().into_iter().fold(q(0, 1), |a, p| a + p.clone() * (q(1, 1) - p))
}

/// The categorical law, against enumerated distributions.
pub fn categorical() -> Certificate {
    compare(
        "Σ E(p_t − p)², enumerated",
        places(1),
        |n, m, w, t| categorical::law(&cells(), sizes(n, m)).risk_at(w, t),
        |n, m, w| enumerated_cells(n, m, w, GENERATIONS),
    )
}

/// E of the integral of (F_t - F)^2 dF. The risk of a cell is a quadratic in its probability, and 0 at 0 and 1, so that its mean over (0, 1) is 2/3 of its value at
/// 1/2 (Simpson's rule).
pub fn enumerated_cdf(n: u64, m: u64, w: &Q, generations: u32) -> Vec<Q> {
    let middle = moments::cell_risk(&q(1, 2), n, m, w, generations);
    middle.into_iter().map(|risk| risk * q(2, 3)).collect()
}

/// The law of the distribution function, against enumerated distributions; and that a cell's risk is a multiple of p(1 - p).
pub fn cdf() -> Certificate {
    let law = compare(
        "E ∫(F_t − F)² dF, enumerated",
        places(1),
        |n, m, w, t| cdf::law::<Q>(sizes(n, m)).risk_at(w, t),
        |n, m, w| enumerated_cdf(n, m, w, GENERATIONS),
    );
    let proportional = [q(1, 5), q(1, 3), q(5, 7)].map(|p| {
        let at = |p: &Q| moments::cell_risk(p, 2, 3, &q(2, 5), 3);
        let scale = q(4, 1) * p.clone() * (q(1, 1) - p.clone());
        let equal = at(&p).into_iter().zip(at(&q(1, 2))).all(|(risk, half)| risk == half * scale.clone());
        (format!("p = {p}"), equal)
    });
    Certificate::all([law, Certificate::at_places("a cell's risk is proportional to p(1 − p)", proportional)])
}

/// The inverse of a 2 x 2 matrix.
pub fn inverse(x: &DMatrix<Q>) -> DMatrix<Q> {
    let [a, b, c, d] = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|index| x[index].clone());
    let determinant = a.clone() * d.clone() - b.clone() * c.clone();
    DMatrix::from_row_iterator(2, 2, [d, -b, -c, a]).map(|entry| entry / determinant.clone())
}

/// A fixed design of five rows, labels with noise of variance 3/2. The noise of every label is followed through all later labels and fits.
pub fn fixed_design() -> Certificate {
    let x = DMatrix::from_row_iterator(5, 2, [1, 0, 1, 2, -1, 3, 0, 1, 2, 1].map(|n| q(n, 1)));
    let gram = inverse(&(x.transpose() * &x));
    let map = &gram * x.transpose();
    let law = linear::fixed_design_law(q(3, 2), trace(&gram));
    let weights = (0..9).map(|i| q(i, 8));
    let places = weights.map(|w| {
        let followed = moments::labels_risk(&x, &map, &w, 3);
        (format!("w = {w}"), followed.into_iter().zip(0..).all(|(risk, t)| law.risk_at(&w, t) == risk * q(3, 2)))
    });
    Certificate::at_places("E |β_t − β|² from the noise of every label, t = 0..3", places)
}
