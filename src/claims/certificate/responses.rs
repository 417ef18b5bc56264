//! The risk of a weighted fit to first order in 1/n, from its estimating equations on a design of a few points, in exact rationals.
//!
//! A fit is a function of how often each cell (a point and a label) occurs among the real and among the synthetic rows. To first order its error is the sum of
//! its responses to these frequencies, whose covariances are those of multinomial counts. The responses come from the estimating equation itself:
//! it is differentiated, by dual numbers, for every cell, part and generation, and each response is followed through all later generations. Neither a
//! recursion of risks nor the formula I^-1 J I^-1 is used.

use std::array;

use goldenweight_theory::jet::Jet;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::{linear, misspecified as theory};
use nalgebra::DMatrix;
use num_rational::BigRational as Q;

use super::Certificate;
use super::sampling::{inverse, sizes, trace};

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// A number with its derivative by the frequency that is changed.
type Dual = Jet<Q>;

/// A point, the odds of a label 1 there under the model of the coefficients (ln 2, -ln 2), and the point's probability.
pub type Point = ([i64; 2], (i64, i64), (i64, i64));

pub const POINTS: [Point; 3] = [([1, 0], (2, 1), (1, 2)), ([0, 1], (1, 2), (1, 3)), ([2, 1], (2, 1), (1, 6))];

/// By how much the probabilities of real labels are off those of the model. The same coefficients solve the equation, since the sum of probability times x times this
/// over the points is 1/2 (1, 0)(-1/8) + 1/3 (0, 1)(-3/32) + 1/6 (2, 1)(3/16) = 0.
pub const OFF: [(i64, i64); 3] = [(-1, 8), (-3, 32), (3, 16)];

/// What is fitted.
#[derive(Clone, Copy)]
enum Fit {
    /// Logistic regression. Real labels have other probabilities than the model, but the same coefficients solve the equation.
    Logistic,
    /// Linear regression, with noise of ±3/2.
    Linear,
}

/// A label's probability and value.
type Label = (Dual, Dual);

impl Fit {
    /// The mean of a label at a point, where x'beta has changed by so much.
    fn mean(self, odds: (i64, i64), change: &Dual) -> Dual {
        match self {
            // s(a + h) = s(a) + s(a)(1 - s(a)) h, exact for dual numbers.
            Self::Logistic => {
                let share = Dual::ratio(odds.0, odds.0 + odds.1);
                share.clone() + share.clone() * (Dual::ratio(1, 1) - share) * change.clone()
            }
            Self::Linear => change.clone(),
        }
    }

    /// The labels at a point of a model whose x'beta has changed by so much.
    fn synthetic(self, odds: (i64, i64), change: &Dual) -> [Label; 2] {
        let mean = self.mean(odds, change);
        match self {
            Self::Logistic => [(mean.clone(), Dual::ratio(1, 1)), (Dual::ratio(1, 1) - mean, Dual::ratio(0, 1))],
            Self::Linear => [1, -1].map(|sign| (Dual::ratio(1, 2), mean.clone() + Dual::ratio(3 * sign, 2))),
        }
    }

    /// The labels of real rows. Those of logistic regression are [`OFF`] the model.
    fn real(self, point: usize) -> [Label; 2] {
        let (_, odds, _) = POINTS[point];
        match self {
            Self::Logistic => {
                let (over, under) = OFF[point];
                let share = Dual::ratio(odds.0, odds.0 + odds.1) + Dual::ratio(over, under);
                [(share.clone(), Dual::ratio(1, 1)), (Dual::ratio(1, 1) - share, Dual::ratio(0, 1))]
            }
            Self::Linear => self.synthetic(odds, &Dual::ratio(0, 1)),
        }
    }
}

/// A cell: point and label.
type Cell = (usize, usize);

fn cells() -> impl Iterator<Item = Cell> {
    (0..POINTS.len()).flat_map(|point| [(point, 0), (point, 1)])
}

fn at(point: usize, change: &[Q; 2]) -> Dual {
    let [x, y] = POINTS[point].0;
    Jet { value: q(0, 1), derivative: q(x, 1) * change[0].clone() + q(y, 1) * change[1].clone() }
}

/// The change of the coefficients that solves the equation sum over parts and cells of weight frequency x (label - mean) = 0. Real and synthetic rows have the
/// weights `parts`, the model that makes the synthetic ones has changed by `before`, and where `moved` names a cell of a part, its frequency changes by 1.
fn solve(fit: Fit, parts: &[Q; 2], before: &[Q; 2], moved: Option<(usize, Cell)>) -> [Q; 2] {
    // The left side's derivative by the frequencies, the coefficients held.
    let mut left = [q(0, 1), q(0, 1)];
    let mut slopes = DMatrix::from_element(2, 2, q(0, 1));
    for (point, (x, odds, (over, under))) in POINTS.iter().enumerate() {
        let mean = fit.mean(*odds, &Dual::ratio(0, 1));
        for (part, weight) in parts.iter().enumerate() {
            let labels = if part == 0 { fit.real(point) } else { fit.synthetic(*odds, &at(point, before)) };
            for (label, (probability, value)) in labels.into_iter().enumerate() {
                let step = q(i64::from(moved == Some((part, (point, label)))), 1);
                let frequency = Dual::ratio(*over, *under) * probability + Jet { value: q(0, 1), derivative: step };
                let term = frequency * (value - mean.clone());
                for (sum, x) in left.iter_mut().zip(x) {
                    *sum = sum.clone() + weight.clone() * q(*x, 1) * term.derivative.clone();
                }
            }
            // The same by each coefficient, the frequencies held.
            let by_change = fit.mean(*odds, &Jet::variable(q(0, 1))).derivative;
            for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                slopes[(i, j)] =
                    slopes[(i, j)].clone() + weight.clone() * q(*over, *under) * by_change.clone() * q(x[i] * x[j], 1);
            }
        }
    }
    let inverse = inverse(&slopes);
    array::from_fn(|i| inverse[(i, 0)].clone() * left[0].clone() + inverse[(i, 1)].clone() * left[1].clone())
}

/// The factors of 1/n and of 1/m in the risk at t = 0..=generations.
fn first_order(fit: Fit, w: &Q, generations: usize) -> Vec<[Q; 2]> {
    let still = [q(0, 1), q(0, 1)];
    let mixed = [w.clone(), q(1, 1) - w.clone()];
    let alone = [q(1, 1), q(0, 1)];
    let mut risks = vec![[q(0, 1), q(0, 1)]; generations + 1];
    for start in 0..=generations {
        let parts = if start == 0 { &alone } else { &mixed };
        for part in 0..if start == 0 { 1 } else { 2 } {
            let mut responses: Vec<(Q, [Q; 2])> = cells()
                .map(|(point, label)| {
                    let (_, odds, (over, under)) = POINTS[point];
                    let none = Dual::ratio(0, 1);
                    let labels = if part == 0 { fit.real(point) } else { fit.synthetic(odds, &none) };
                    let chance = q(over, under) * labels[label].0.value.clone();
                    (chance, solve(fit, parts, &still, Some((part, (point, label)))))
                })
                .collect();
            for risk in &mut risks[start..] {
                for i in 0..2 {
                    // The variance of a sum of responses to the counts of one row.
                    let moment = |power: usize| {
                        let term = |(p, r): &(Q, [Q; 2])| p.clone() * num_traits::pow(r[i].clone(), power);
                        responses.iter().map(term).fold(q(0, 1), |sum, x| sum + x)
                    };
                    let mean = moment(1);
                    risk[part] = risk[part].clone() + moment(2) - mean.clone() * mean;
                }
                for (_, response) in &mut responses {
                    *response = solve(fit, &mixed, response, None);
                }
            }
        }
    }
    risks
}

/// Whether the law has these risks, at all weights i/6 and four pairs of sizes.
fn agrees(fit: Fit, what: &str, law: impl Fn(u64, u64, &Q, u32) -> Q) -> Certificate {
    let places = (0..=6).flat_map(|i| {
        let w = q(i, 6);
        let risks = first_order(fit, &w, 3);
        let law = &law;
        [(2, 3), (3, 2), (5, 5), (7, 4)].map(|(n, m)| {
            let equal = risks.iter().zip(0..).all(|([real, synthetic], t)| {
                law(n, m, &w, t) == real.clone() / q(n as i64, 1) + synthetic.clone() / q(m as i64, 1)
            });
            (format!("n = {n}, m = {m}, w = {w}"), equal)
        })
    });
    Certificate::at_places(what, places.collect::<Vec<_>>())
}

/// The sum over the points of probability times f times x x'.
fn over_points(f: impl Fn(usize) -> Q) -> DMatrix<Q> {
    DMatrix::from_fn(2, 2, |i, j| {
        let term = |(point, (x, _, (over, under))): (usize, &Point)| q(*over, *under) * f(point) * q(x[i] * x[j], 1);
        POINTS.iter().enumerate().map(term).fold(q(0, 1), |sum, x| sum + x)
    })
}

/// Logistic regression whose real labels do not follow the model, with I and J as they are defined: the mean slope, and the mean square of the residual.
pub fn misspecified() -> Certificate {
    let share = |point: usize| {
        let (over, under) = POINTS[point].1;
        q(over, over + under)
    };
    let model = inverse(&over_points(|point| share(point) * (q(1, 1) - share(point))));
    let score = over_points(|point| {
        let square = |(p, y): &Label| p.value.clone() * num_traits::pow(y.value.clone() - share(point), 2);
        Fit::Logistic.real(point).iter().map(square).fold(q(0, 1), |sum, x| sum + x)
    });
    let sandwich = &model * score * &model;
    agrees(Fit::Logistic, "responses of a logistic fit to every cell, t = 0..3", |n, m, w, t| {
        theory::limit_law(trace(&model), trace(&sandwich), sizes(n, m)).risk_at(w, t)
    })
}

/// Linear regression: A = σ² tr (E x x')⁻¹, σ = 3/2, which is σ²p where the columns have the covariance I.
pub fn linear() -> Certificate {
    let inverse = inverse(&over_points(|_| q(1, 1)));
    // The law is stated for uncorrelated columns of variance 1; a risk is proportional to the trace.
    let scale = trace(&inverse) / q(2, 1);
    agrees(Fit::Linear, "responses of a linear fit to every cell, t = 0..3", |n, m, w, t| {
        scale.clone() * linear::limit_law(q(9, 4), 2, sizes(n, m)).risk_at(w, t)
    })
}
