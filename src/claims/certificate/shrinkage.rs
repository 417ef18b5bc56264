//! What shrinking gains, in intervals.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::scalar::{Analytic, Scalar};
use goldenweight_theory::shrinkage::james_stein_relative_risk;

use super::Certificate;

/// Accuracy that the formula declares.
const ACCURACY: f64 = 1e-11;

type Fraction = (i64, i64);

/// Places (p, ρ, |θ − ν|²): no bias, small and large ones, and a target without errors.
const PLACES: [(i64, Fraction, Fraction); 7] = [
    (3, (1, 10), (0, 1)),
    (3, (1, 10), (9, 4)),
    (4, (1, 1), (9, 1)),
    (8, (1, 2), (1, 100)),
    (20, (0, 1), (30, 1)),
    (100, (3, 1), (400, 1)),
    (5, (0, 1), (600, 1)),
];

/// The relative risk at every place.
pub fn relative_risk() -> Certificate {
    let compared = PLACES.map(|(p, rho, square)| {
        let float = |(n, d): Fraction| n as f64 / d as f64;
        let value = james_stein_relative_risk(p as u32, float(rho), float(square));
        let [q, rho, square] = [(p, 1), rho, square].map(|(n, d)| Interval::ratio(n, d));
        let noise = Interval::ratio(1, 1) + rho;
        let lambda = square / (Interval::ratio(2, 1) * noise);
        let a = q - Interval::ratio(2, 1);
        let exact = Interval::ratio(1, 1) - a * a / (q * noise) * mean_inverse(p - 2, lambda);
        let inside = exact.low() - ACCURACY <= value && value <= exact.high() + ACCURACY;
        (format!("p = {p}, ρ = {rho:?}, |θ − ν|² = {square:?}"), inside && exact.width() < ACCURACY)
    });
    Certificate::at_places("the relative risk", compared)
}

/// E 1/(a + 2K), K ~ Poisson(lambda): so many terms that each later one is at most half of the one before, and for these between 0 and twice the first.
fn mean_inverse(a: i64, lambda: Interval) -> Interval {
    let mut probability = (-lambda).exp();
    let mut sum = Interval::ratio(0, 1);
    let terms = 2 * lambda.high().ceil() as i64 + 100;
    for k in 0..terms {
        sum = sum + probability / Interval::ratio(a + 2 * k, 1);
        probability = probability * lambda / Interval::ratio(k + 1, 1);
    }
    let rest = Interval::ratio(2, 1) * probability / Interval::ratio(a + 2 * terms, 1);
    sum + Interval::new(0.0, rest.high()).unwrap_or(rest)
}
