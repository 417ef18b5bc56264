//! The numbers that the claims on the figures state, from the laws in exact rationals and in intervals.

use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::scalar::{Analytic, Scalar};
use goldenweight_theory::{categorical, cdf, gaussian, linear};
use num_rational::BigRational as Q;

use super::Certificate;
use super::cover::{Axis, cover, variable};
use super::sampling::{degrees, sizes};
use crate::adult::{Column, Table};

/// The models of the panels (a), (b) and (c), which have exact laws in closed form.
#[derive(Clone, Copy, PartialEq)]
pub enum Panel {
    Mean,
    Covariance,
    Cdf,
}

impl Panel {
    /// The risk averaged over t = 150..199 at n = 100, Sigma = I in two dimensions.
    fn average<S: Scalar>(self, m: u64, w: &S) -> S {
        let risk = |t: u32| match self {
            Self::Mean => gaussian::mean(S::ratio(2, 1), sizes(100, m)).risk_at(w, t),
            Self::Covariance => {
                CovarianceSystem::new(S::ratio(2, 1), S::ratio(4, 1), degrees(100, m)).moments_at(w, t).risk
            }
            Self::Cdf => cdf::law(sizes(100, m)).risk_at(w, t),
        };
        (150..200).fold(S::ratio(0, 1), |sum, t| sum + risk(t)) * S::ratio(1, 50)
    }

    fn slope(self, w: Interval) -> Interval {
        self.average(100, &Jet::variable(w)).derivative
    }
}

/// Whether every number of the interval rounds to these digits. `half_unit` is half a unit of their last place.
fn rounds_to(enclosed: Interval, digits: f64, half_unit: f64) -> bool {
    enclosed.low() >= digits - half_unit && enclosed.high() <= digits + half_unit
}

/// 1/phi.
fn golden() -> Interval {
    (Interval::ratio(5, 1).sqrt() - Interval::one()) / Interval::ratio(2, 1)
}

/// Figure 8 (a) to (c): there is one minimum, it lies within `near` of `minimum`, and its risk has the stated digits.
pub fn curve(panel: Panel, minimum: f64, near: f64, (risk, half_unit): (f64, f64)) -> Certificate {
    let best = Interval::new(minimum - near, minimum + near).expect("an interval");
    let [low, high] = [best.low(), best.high()].map(|w| panel.slope(Interval::point(w)));
    // The risk at the minimum, by the mean value theorem around the middle of the interval.
    let middle = Interval::point(minimum);
    let value = panel.average(100, &middle) + panel.slope(best) * (best - middle);
    let at_golden = panel.slope(golden());
    let elsewhere = at_golden.is_positive() || (-at_golden).is_positive();
    let places = [
        ("the minimum", (-low).is_positive() && high.is_positive()),
        ("the risk there", rounds_to(value, risk, half_unit)),
        // The mean's minimum is at 1/phi itself, so that the first place says it all.
        ("its distance from 1/φ", panel == Panel::Mean || elsewhere),
    ];
    let decide = |&[w]: &[Interval; 1]| {
        if w.low() > best.high() || w.high() < best.low() {
            let slope = panel.slope(w);
            let downhill = if w.low() > best.high() { slope } else { -slope };
            if downhill.is_positive() {
                return Some(true);
            }
            if (-downhill).is_positive() {
                return Some(false);
            }
        }
        panel.average(100, &variable(w.hull(best))).derivative.derivative.is_positive().then_some(true)
    };
    let unique = cover("no other minimum on [10⁻³, 1]", [(1e-3, 1.0, Axis::Odds)], decide);
    Certificate::all([Certificate::at_places("minimum and value, t = 150..199", places), unique])
}

/// Figure 9 (a) to (c): less risk under the golden weight at every k = .01, .02, ..., .19.
pub fn two_curves(panel: Panel) -> Certificate {
    let places = (1..20i64).map(|hundredths| {
        let m = (10_000 / hundredths) as u64;
        let [naive, golden] = both(panel, m);
        (format!("k = {}/100, m = {m}", hundredths), golden.high() < naive.low())
    });
    Certificate::at_places("golden below naive, t = 150..199", places)
}

/// The risks under the naive and the golden weight of k = 100/m.
fn both(panel: Panel, m: u64) -> [Interval; 2] {
    let k = Interval::ratio(100, m as i64);
    let root = (k.sqr() + Interval::ratio(4, 1) * k).sqrt();
    let weights = [k / (Interval::one() + k), (root - k) / Interval::ratio(2, 1)];
    weights.map(|w| panel.average(m, &w))
}

/// Figure 9 (a): the four stated risks, and less risk under the golden weight.
pub fn both_means() -> Certificate {
    let at = |m, digits: [f64; 2]| {
        both(Panel::Mean, m).into_iter().zip(digits).all(|(risk, digits)| rounds_to(risk, digits, 0.5e-6))
    };
    let numbers =
        [("k = .01", at(10_000, [0.010_371, 0.001_902])), ("k = .19, m = 526", at(526, [0.010_868, 0.007_024]))];
    Certificate::all([Certificate::at_places("the four risks", numbers), two_curves(Panel::Mean)])
}

/// Figure 7 (a): (4/100)(1 + t).
pub fn growth_of_the_mean() -> Certificate {
    let law = gaussian::mean(Q::ratio(4, 1), sizes(100, 100));
    let places = (0..=999u32)
        .map(|t| (format!("t = {t}"), law.risk_at(&Q::ratio(0, 1), t) == Q::ratio(4 * (1 + i64::from(t)), 100)));
    Certificate::at_places("(4/100)(1 + t)", places)
}

/// Figure 7 (b): growth by a factor above 1 in each generation, to 4 10^9.
pub fn growth_of_the_covariance() -> Certificate {
    let system = CovarianceSystem::new(Interval::ratio(4, 1), Interval::ratio(16, 1), degrees(100, 100));
    let risk = |t| system.moments_at(&Interval::ratio(0, 1), t).risk;
    let growing = (1..=999u32).all(|t| (risk(t) - risk(t - 1)).is_positive());
    // By t = 999 only the mode is left that grows by 101/99 in each generation.
    let factor = risk(999) / risk(998);
    let geometric = rounds_to(factor, 101.0 / 99.0, 1e-9);
    let places = [("growing", growing), ("by 101/99", geometric), ("t = 999", rounds_to(risk(999), 4e9, 0.5e9))];
    Certificate::at_places("the covariance's risk at w = 0", places)
}

/// Figure 7 (c): rising to 1/6.
pub fn rise_of_the_cdf() -> Certificate {
    let law = cdf::law::<Interval>(sizes(100, 100));
    let risk = |t| law.risk_at(&Interval::ratio(0, 1), t);
    let rising = (1..=999u32).all(|t| (risk(t) - risk(t - 1)).is_positive());
    let below = Interval::ratio(1, 6) - risk(999);
    // What is left to 1/6 is (1 - 1/100)^1000/6 < 1e-5.
    let places = [("rising", rising), ("t = 999", below.is_positive() && below.high() < 1e-5)];
    Certificate::at_places("the distribution function's risk at w = 0", places)
}

/// Figure 7 (d): (4/95)(1 + t), and 16/95 + 4t/95 where generation 0 has rows N(0, I/4) as in the published code.
pub fn growth_of_the_regression() -> Certificate {
    let risk = |variance, t| linear::synthetic_risk(Q::ratio(1, 1), 4, sizes(100, 100), variance, t);
    let places = (0..=999u32).map(|t| {
        let (four, generation) = (Q::ratio(4, 95), i64::from(t));
        let equal = risk(Q::ratio(1, 1), t) == Some(four.clone() * Q::ratio(1 + generation, 1))
            && risk(Q::ratio(1, 4), t) == Some(four * Q::ratio(4 + generation, 1));
        (format!("t = {t}"), equal)
    });
    Certificate::at_places("(4/95)(1 + t) and 16/95 + 4t/95", places)
}

/// Figure 10 (a) to (c): the constants of the law from the table's counts; and at n = m = 500 its minimum, between .617 and .619.
pub fn frequencies(column: Column) -> Certificate {
    let counts: Vec<u64> = Table::embedded().counts(column).values().map(|&count| count.into()).collect();
    let total: u64 = counts.iter().sum();
    let law = categorical::law(
        &counts.iter().map(|&count| Q::ratio(count as i64, total as i64)).collect::<Vec<_>>(),
        sizes(500, 500),
    );
    let squares: u64 = counts.iter().map(|count| count * count).sum();
    let constant_of_counts = Q::ratio((total * total - squares) as i64, (total * total) as i64);
    let five_hundredth = constant_of_counts / Q::ratio(500, 1);
    let slope = |w: Q| {
        let constant = |x: &Q| Jet::constant(x.clone());
        let law = goldenweight_theory::recursion::Recursion::new(
            constant(&law.fresh),
            constant(&law.synthetic),
            constant(&law.excess),
        );
        law.limit(&Jet::variable(w)).derivative
    };
    let zero = Q::ratio(0, 1);
    let places = [
        ("48,842 rows", total == 48_842),
        ("A = Σ p(1 − p)", law.fresh == five_hundredth && law.synthetic == five_hundredth),
        ("ρ = 1 − 1/m", law.rho() == Q::ratio(499, 500)),
        ("the minimum", slope(Q::ratio(617, 1_000)) < zero && slope(Q::ratio(619, 1_000)) > zero),
    ];
    Certificate::at_places("the categorical law of the table's counts", places)
}
