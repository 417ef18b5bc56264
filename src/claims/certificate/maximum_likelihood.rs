//! The Gaussian whose covariances have the divisors n and m (maximum likelihood), in exact rationals.

use goldenweight_theory::jet::Jet;
use goldenweight_theory::maximum_likelihood::MaximumLikelihood;
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::scalar::Scalar;
use nalgebra::DMatrix;
use num_rational::BigRational as Q;
use rayon::prelude::*;

use super::Certificate;
use super::sampling::sizes;
use crate::claims::biased;

/// Last generation of the comparisons.
const GENERATIONS: u32 = 2;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// A covariance in p <= 3 dimensions. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn sigma(p: usize) -> DMatrix<Q> {
    let entries = [(2, 1), (3, 5), (-1, 4), (3, 5), (1, 1), (1, 6), (-1, 4), (1, 6), (1, 2)];
    DMatrix::from_row_iterator(3, 3, entries.map(|(n, d)| q(n, d))).view((0, 0), (p, p)).into_owned()
}

/// Sizes and weights of the comparisons. Both sides are polynomials in 1/n, 1/m and w, of degree at most 2, 2t = 4 and 2t = 4. Here are 4 values of n, 5 of m and
/// 7 of w. That is more than the degree of each, so that agreement here is agreement everywhere.
fn places() -> Vec<(u64, u64, Q)> {
    let last = 2 * i64::from(GENERATIONS) + 2;
    let pairs = (1..6u64).flat_map(|m| (1..5u64).map(move |n| (n, m)));
    pairs.flat_map(|(n, m)| (0..=last).map(move |i| (n, m, q(i, last)))).collect()
}

/// The risk of the mean, or that of the covariance, in p dimensions at t = 0, 1, 2, against tables of moments.
fn compare(what: &str, p: usize, mean: bool) -> Certificate {
    let sigma = sigma(p);
    let trace = |x: &DMatrix<Q>| x.diagonal().iter().cloned().fold(q(0, 1), |sum, x| sum + x);
    let [of_sigma, of_square] = [trace(&sigma), trace(&(&sigma * &sigma))];
    let compared: Vec<_> = places()
        .into_par_iter()
        .map(|(n, m, w)| {
            let law = MaximumLikelihood::new(of_sigma.clone(), of_square.clone(), sizes(n, m));
            let carried = biased::risks(&sigma, n, m, &w, GENERATIONS);
            let equal = carried
                .iter()
                .zip(law.risks(&w))
                .all(|(carried, law)| if mean { carried.0 == law.mean } else { carried.1 == law.covariance });
            (format!("n = {n}, m = {m}, w = {w}"), equal && carried.len() == GENERATIONS as usize + 1)
        })
        .collect();
    Certificate::at_places(&format!("{what}, p = {p}, t = 0..{GENERATIONS}"), compared)
}

/// The limits are fixed points of the equations of the moments. In units of Sigma: M is E Sigma_t; e the mean's risk; F stands for E (x'Sx)^2 and G for E det S of
/// S = Sigma_t in two dimensions. With X = 2 w u (1 - 1/n)(1 - 1/m) M the equations are
///
/// ```text
/// M = w (1 - 1/n) + u (1 - 1/m) M,               e = w^2/n + u^2 (e + M/m),
/// F = w^2 (1 - 1/n^2) + X + u^2 (1 - 1/m^2) F,   G = w^2 (1 - 1/n)(1 - 2/n) + X + u^2 (1 - 1/m)(1 - 2/m) G.
/// ```
fn fixed() -> Certificate {
    let one = q(1, 1);
    let compared = places().into_iter().filter(|(_, _, w)| *w > q(0, 1)).map(|(n, m, w)| {
        let limit = |trace: Q, square: Q| MaximumLikelihood::new(trace, square, sizes(n, m)).limit(&w);
        let each = |rows: u64| q(1, rows as i64);
        let left = |rows: u64, times: i64| one.clone() - q(times, 1) * each(rows);
        let (w2, u) = (w.clone() * w.clone(), one.clone() - w.clone());
        let u2 = u.clone() * u.clone();
        let line = limit(one.clone(), one.clone());
        let (mean, kept) = (line.mean.clone(), one.clone() - line.bias.clone());
        // F and G from the risks: at p = 1 the risk is F - 2 M + 1; where tr Sigma = tr Sigma^2 = 2 it is (8 F - 2 G)/3 - 4 M + 2.
        let along = line.covariance - one.clone() + q(2, 1) * kept.clone();
        let plane = limit(q(2, 1), q(2, 1)).covariance - q(2, 1) + q(4, 1) * kept.clone();
        let area = (q(8, 1) * along.clone() - q(3, 1) * plane) / q(2, 1);
        let cross = q(2, 1) * w.clone() * u.clone() * left(n, 1) * left(m, 1) * kept.clone();
        let still = [
            (kept.clone(), w.clone() * left(n, 1) + u * left(m, 1) * kept.clone()),
            (mean.clone(), w2.clone() * each(n) + u2.clone() * (mean + kept * each(m))),
            (
                along.clone(),
                w2.clone() * left(n, 1) * (one.clone() + each(n))
                    + cross.clone()
                    + u2.clone() * left(m, 1) * (one.clone() + each(m)) * along,
            ),
            (area.clone(), w2 * left(n, 1) * left(n, 2) + cross + u2 * left(m, 1) * left(m, 2) * area),
        ];
        (format!("n = {n}, m = {m}, w = {w}"), still.into_iter().all(|(value, next)| value == next))
    });
    Certificate::at_places("the limits are fixed points", compared)
}

/// The risk of the mean.
pub fn mean() -> Certificate {
    Certificate::all([compare("E |μ_t − μ|²", 3, true), fixed()])
}

/// The risk of the variance, p = 1.
pub fn variance() -> Certificate {
    Certificate::all([compare("E(σ_t² − σ²)²", 1, false), fixed()])
}

/// The risk of the covariance, p = 2 and 3.
pub fn covariance() -> Certificate {
    Certificate::all([compare("E |Σ_t − Σ|²", 2, false), compare("E |Σ_t − Σ|²", 3, false), fixed()])
}

/// w = 0: the law and the tables both give tr Sigma (1 - (1 - 1/n)(1 - 1/m)^t), and the program's limits are exact.
pub fn saturation() -> Certificate {
    let sigma = sigma(2);
    let [trace, square] = [q(3, 1), q(143, 25)];
    let zero = q(0, 1);
    let sizes_of = (1..5u64).flat_map(|n| (1..6u64).map(move |m| (n, m)));
    let places = sizes_of.map(|(n, m)| {
        let kept = |rows: u64| q(rows as i64 - 1, rows as i64);
        let carried = biased::risks(&sigma, n, m, &zero, 4);
        let law = MaximumLikelihood::new(trace.clone(), square.clone(), sizes(n, m));
        let mut left = kept(n);
        let equal = carried.iter().zip(law.risks(&zero)).all(|((mean, _), law)| {
            let holds = *mean == trace.clone() * (q(1, 1) - left.clone()) && law.mean == *mean;
            left = left.clone() * kept(m);
            holds
        });
        let float = MaximumLikelihood::new(3.0, 5.72, sizes(n, m)).limit_risks(Weight::ZERO);
        (format!("n = {n}, m = {m}"), equal && (float.mean, float.covariance, float.bias) == (3.0, 5.72, 1.0))
    });
    Certificate::at_places("tr Σ (1 − (1 − 1/n)(1 − 1/m)^t), and its limits tr Σ, tr Σ², 1", places)
}

/// The slope of the mean's limit risk, in exact rationals, is negative at the eighth float below the program's weight and positive at the eighth above. It has no
/// other root in [0, 1]: times n (2 - w)^2 (1 + (m - 1) w)^2 it is a quadratic in w that is negative at 0 and positive at 1.
pub fn optimum() -> Certificate {
    let sizes_of = [(2, 1), (2, 2), (2, 1_000), (5, 50), (100, 100), (30, 1), (1_000, 3), (1_000_000, 1_000_000)];
    let places = sizes_of.map(|(n, m): (u64, u64)| {
        let constant = |x| Jet::constant(q(x, 1));
        let law = MaximumLikelihood::new(constant(1), constant(1), sizes(n, m));
        let slope = |w: Q| law.limit(&Jet::variable(w)).mean.derivative;
        let weight = MaximumLikelihood::new(1.0, 1.0, sizes(n, m)).optimal_weight_of_mean().expect("two real rows");
        let beside =
            |ulps: i64| Q::from_float(f64::from_bits((weight.to_bits() as i64 + ulps) as u64)).expect("finite");
        let turns = slope(beside(-8)) < q(0, 1) && slope(beside(8)) > q(0, 1);
        // Three values determine a quadratic; a fourth confirms that it is one.
        let quadratic = |w: &Q| {
            let d = (q(2, 1) - w.clone()) * (q(1, 1) + q(m as i64 - 1, 1) * w.clone());
            q(n as i64, 1) * slope(w.clone()) * d.clone() * d
        };
        let [a, b, c, d] = [(0, 1), (1, 3), (2, 3), (1, 1)].map(|(n, d)| quadratic(&q(n, d)));
        let third = d.clone() - q(3, 1) * c + q(3, 1) * b - a.clone();
        (format!("n = {n}, m = {m}"), turns && third == q(0, 1) && a < q(0, 1) && d > q(0, 1))
    });
    let none = MaximumLikelihood::new(1.0, 1.0, sizes(1, 5)).optimal_weight_of_mean().is_none();
    Certificate::at_places("the one root of the slope", places.into_iter().chain([("n = 1: none".to_owned(), none)]))
}

/// The slope of the covariance's limit risk, in exact rationals, is negative 2^-40 below the program's weight and positive as far above, relatively. That no other root is
/// better is seen, not proved.
pub fn covariance_optimum() -> Certificate {
    let places =
        [(1, 100, 100), (2, 100, 100), (1, 10, 5), (3, 2, 2), (2, 30, 90), (5, 1_000, 3), (2, 1_000_000, 1_000_000)];
    let compared = places.map(|(p, n, m): (i64, u64, u64)| {
        let constant = || Jet::constant(q(p, 1));
        let law = MaximumLikelihood::new(constant(), constant(), sizes(n, m));
        let slope = |w: Q| law.limit(&Jet::variable(w)).covariance.derivative;
        let float = MaximumLikelihood::new(p as f64, p as f64, sizes(n, m)).optimal_weight_of_covariance();
        let weight = Q::from_float(float.expect("two real rows")).expect("finite");
        let near = q(1, 1 << 40);
        let beside = |side: Q| weight.clone() * (q(1, 1) + side);
        let turns = slope(beside(-near.clone())) < q(0, 1) && slope(beside(near)) > q(0, 1);
        let inside = slope(q(0, 1)) < q(0, 1) && slope(q(1, 1)) > q(0, 1);
        (format!("p = {p}, n = {n}, m = {m}"), turns && inside)
    });
    Certificate::at_places("the slope turns at the weight", compared)
}
