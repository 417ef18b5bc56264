//! Fisher information, in intervals.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::{logistic as logit, poisson as counts};

use super::Certificate;
use super::sampling::sizes;

/// Coefficient vectors: (1, ..., 1) as in the figures, no effect at all, unequal entries, and norms of 10.
fn coefficients() -> Vec<Vec<f64>> {
    vec![
        vec![1.0],
        vec![1.0; 2],
        vec![1.0; 4],
        vec![1.0; 8],
        vec![0.0; 3],
        vec![0.5, -1.25],
        vec![3.0, 0.25, 0.0],
        vec![1.0; 100],
        vec![8.0, -6.0],
    ]
}

fn enclosed(beta: &[f64]) -> Vec<Interval> {
    beta.iter().map(|b| Interval::point(*b)).collect()
}

/// Whether the program's float is within its declared accuracy of the interval, and the interval is narrow.
fn agrees(float: f64, enclosure: Interval, accuracy: f64) -> bool {
    let slack = Interval::new(1.0 - accuracy, 1.0 + accuracy).expect("an interval");
    (enclosure * slack).contains(float) && enclosure.width() < 1e-12 * float
}

/// Whether some number of the interval rounds to these digits. `unit` is the unit of their last place.
fn holds_digits(enclosure: Interval, digits: f64, unit: f64) -> bool {
    enclosure.low() <= digits + unit / 2.0 && enclosure.high() >= digits - unit / 2.0
}

/// tr I^-1 of logistic regression. The interval is that of the program's own quadrature formula, widened by bounds on its error and on the tails that it cuts
/// off.
pub fn logistic() -> Certificate {
    let floats = coefficients().into_iter().map(|beta| {
        let enclosure = logit::trace_inverse_enclosure(&enclosed(&beta));
        (format!("β = {beta:?}"), agrees(logit::trace_inverse_information(&beta), enclosure, 2e-15))
    });
    // Computed by quadrature with 50 digits.
    let references = [
        (1, 6.933_635_668_047_383, 1e-15),
        (2, 15.465_022_586_639_5, 1e-13),
        (4, 36.333_014_590_017_83, 1e-14),
        (8, 90.046_534_982_716_45, 1e-14),
    ];
    let digits = references.map(|(p, digits, unit)| {
        let enclosure = logit::trace_inverse_enclosure(&vec![Interval::one(); p]);
        (format!("p = {p}"), holds_digits(enclosure, digits, unit))
    });
    let law = logit::limit_law(&[1.0, 1.0], sizes(5, 7));
    let a = logit::trace_inverse_information(&[1.0, 1.0]);
    let place = law.fresh == a / 5.0 && law.synthetic == a / 7.0 && law.excess == 0.0;
    Certificate::all([
        Certificate::at_places("A/n, A/m and ρ = 1", [("n = 5, m = 7", place)]),
        Certificate::at_places("the float in its interval", floats),
        Certificate::at_places("digits from 50-digit quadrature in their interval", digits),
    ])
}

/// E Z^{2a} e^{bZ} for `square` = b^2 <= 100 and a = 0 or 1, from its series sum over j of b^{2j} (2j + 2a - 1)!!/(2j)!.
///
/// The ratio of two successive terms is b^2 (2j + 2a + 1)/((2j + 1)(2j + 2)), below 1/3 from j = 160 on. So the terms left out add up to less than half of the
/// last one taken.
fn exponential_moment(square: Interval, a: i64) -> Interval {
    let mut term = Interval::one();
    let mut sum = term;
    for j in 0..160 {
        term = term * square * Interval::ratio(2 * j + 2 * a + 1, (2 * j + 1) * (2 * j + 2));
        sum = sum + term;
    }
    sum + (term / Interval::ratio(2, 1)).hull(Interval::ratio(0, 1))
}

/// tr I^-1 of Poisson regression against E e^{bZ} and E Z^2 e^{bZ}, by their series.
pub fn poisson() -> Certificate {
    let places = coefficients().into_iter().map(|beta| {
        let square = beta.iter().fold(Interval::ratio(0, 1), |sum, b| sum + Interval::point(*b).sqr());
        let others = Interval::ratio(beta.len() as i64 - 1, 1);
        let series = others / exponential_moment(square, 0) + Interval::one() / exponential_moment(square, 1);
        let closed = counts::trace_inverse_information(&enclosed(&beta));
        let meet = closed.low() <= series.high() && series.low() <= closed.high();
        let float = counts::trace_inverse_information(&beta);
        let accuracy = (3.0 + beta.len() as f64 + square.high()) * f64::EPSILON;
        (format!("β = {beta:?}"), meet && closed.width() < 1e-12 * float && agrees(float, series, accuracy))
    });
    let law = counts::limit_law(&[1.0, 1.0], sizes(5, 7));
    let a = counts::trace_inverse_information(&[1.0, 1.0]);
    let place = law.fresh == a / 5.0 && law.synthetic == a / 7.0 && law.excess == 0.0;
    Certificate::all([
        Certificate::at_places("A/n, A/m and ρ = 1", [("n = 5, m = 7", place)]),
        Certificate::at_places("the closed form and the series enclose the same number", places),
    ])
}
