//! Kernel density estimates: a frequency in exact rationals, the limit's weight in intervals.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::kde::{Frequency, Kernel};
use goldenweight_theory::scalar::{Analytic, Scalar};
use num_rational::BigRational as Q;

use super::Certificate;
use super::sampling::sizes;
use crate::claims::domain::ratio;
use crate::claims::{moments, smoothed};

/// Last generation of the comparisons.
const GENERATIONS: u32 = 3;

/// Every n and m up to 4 at three weights.
fn places() -> impl Iterator<Item = (u64, u64, Q)> {
    let sizes = (1..=4).flat_map(|n| (1..=4).map(move |m| (n, m)));
    sizes.flat_map(|(n, m)| [(0, 1), (2, 5), (1, 1)].map(|(a, b)| (n, m, Q::ratio(a, b))))
}

/// The risks of a frequency by the law.
fn risks(phi: &Q, a: &Q, (n, m, w): &(u64, u64, Q)) -> Vec<Q> {
    let one = Q::ratio(1, 1);
    let power = phi.sqr();
    let at = Frequency { kernel: a.clone(), lost: one.clone() - a.clone(), noise: one - power.clone(), power };
    let sizes = sizes(*n, *m);
    let states = std::iter::successors(Some(at.start(sizes)), |state| Some(at.step(sizes, w, state)));
    states.take(GENERATIONS as usize + 1).map(|state| at.loss(&state)).collect()
}

/// A frequency: rows +-1 of mean phi, and fits that are a times their mean.
pub fn law() -> Certificate {
    let (phi, a) = (Q::ratio(1, 3), Q::ratio(3, 4));
    let compared = places().map(|place| {
        let (n, m, w) = &place;
        let enumerated = smoothed::sign_risk([&phi, &a], *n, *m, w, GENERATIONS);
        (format!("n = {n}, m = {m}, w = {w}"), enumerated == risks(&phi, &a, &place))
    });
    Certificate::at_places(&format!("E(φ_t − φ)², t = 0..{GENERATIONS}"), compared)
}

/// A frequency at which the kernel leaves all as it is: four times the risk of a cell of probability (1 + phi)/2.
pub fn sinc() -> Certificate {
    let (phi, p) = (Q::ratio(1, 3), Q::ratio(2, 3));
    let compared = places().map(|place| {
        let (n, m, w) = &place;
        let cells = moments::cell_risk(&p, *n, *m, w, GENERATIONS);
        let law = risks(&phi, &Q::ratio(1, 1), &place);
        let equal =
            cells.len() == law.len() && cells.into_iter().zip(law).all(|(cell, risk)| Q::ratio(4, 1) * cell == risk);
        (format!("n = {n}, m = {m}, w = {w}"), equal)
    });
    Certificate::at_places(&format!("E(φ_t − φ)² of an unsmoothed frequency, t = 0..{GENERATIONS}"), compared)
}

/// The score of the Gaussian kernel's limit at a weight above 0.3, in intervals.
fn score(k: &Interval, w: f64) -> Interval {
    let root = |j: i64| Interval::ratio(j, 1).sqrt();
    smoothed::gaussian_score([k, &Interval::point(w)], root, 120, |bound| bound.hull(Interval::point(0.0)))
}

/// The program's weight has the root of the score within 1e-13 on either side; at w*(1) = 1/phi the risk still falls.
pub fn limit_weight() -> Certificate {
    let places = [(1, 1), (1, 10), (10, 1), (1, 2), (4, 1)].map(|(a, b)| {
        let weight = Kernel::Gaussian.limit_weight(ratio(a as f64 / b as f64));
        let at = |side: f64| score(&Interval::ratio(a, b), weight * (1.0 + side));
        let (below, above) = (at(-1e-13), at(1e-13));
        (format!("k = {a}/{b}"), (-below).is_positive() && above.is_positive())
    });
    let golden = score(&Interval::ratio(1, 1), 0.618_033_988_749_894_9);
    Certificate::all([
        Certificate::at_places("the score changes its sign within 1e-13 of the weight", places),
        Certificate::at_places("the risk still falls at 1/φ", [("k = 1", (-golden).is_positive())]),
    ])
}
