//! The same real rows at every generation, in exact rationals.

use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::fixed::FixedRows;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::maximum_likelihood::MaximumLikelihood;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::{categorical, cdf, gaussian, misspecified};
use nalgebra::DMatrix;
use num_rational::BigRational as Q;
use rayon::prelude::*;

use super::Certificate;
use super::identity::identity;
use super::sampling::{degrees, sizes};
use crate::claims::same_rows::{Chain, cell_risk};
use crate::experiment::Divisor::{self, MaximumLikelihood as DivisorRows, Unbiased};

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

fn trace(matrix: &DMatrix<Q>) -> Q {
    matrix.diagonal().iter().cloned().fold(q(0, 1), |sum, x| sum + x)
}

/// The law at t = 0, 1, 2 against risks that are carried from generation to generation. Both sides are polynomials in 1/n, 1/m (for unbiased covariances
/// 1/(n - 1), 1/(m - 1)) and w, of degree at most 2, 2t = 4 and 2t = 4. They are compared at 4 values of n, 5 of m and 7 of w. That is more than the degree of
/// each, so that agreement there is agreement everywhere.
fn compare(
    what: &str,
    first: u64,
    law: impl Fn(u64, u64, &Q, u32) -> Q + Sync,
    carried: impl Fn(u64, u64, &Q) -> Vec<Q> + Sync,
) -> Certificate {
    let last = 2 * i64::from(GENERATIONS) + 2;
    let pairs = (first..first + 5).flat_map(|m| (first..first + 4).map(move |n| (n, m)));
    let places: Vec<_> = pairs.flat_map(|(n, m)| (0..=last).map(move |i| (n, m, q(i, last)))).collect();
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

/// For all coefficients: the closed form obeys the recursion of fresh rows with one term more, 2wu e_0, which is twice the covariance of the errors of real and
/// synthetic part; and the limit is its fixed point.
fn steps() -> Certificate {
    identity!("e_t = w²F + 2wuF + u²(S + ρ e_{t−1}), its closed form and its limit", |w, f, s, r| {
        let fixed = FixedRows::of(&Recursion::new(f.clone(), s.clone(), r.clone() - S::one()));
        let u = S::one() - w.clone();
        let next = |e: S| {
            w.sqr() * f.clone()
                + S::ratio(2, 1) * w.clone() * u.clone() * f.clone()
                + u.sqr() * (s.clone() + r.clone() * e)
        };
        let mut pairs: Vec<[S; 2]> = (0..4).map(|t| [fixed.risk_at(&w, t + 1), next(fixed.risk_at(&w, t))]).collect();
        pairs.push([fixed.step(&w, &s), next(s.clone())]);
        pairs.push([fixed.limit(&w), next(fixed.limit(&w))]);
        pairs
    })
}

/// The Gaussian mean, against joint moments.
pub fn mean() -> Certificate {
    let sigma = sigma(3);
    let law = compare(
        "E |μ_t − μ|²",
        2,
        |n, m, w, t| FixedRows::of(&gaussian::mean(trace(&sigma), sizes(n, m))).risk_at(w, t),
        |n, m, w| {
            let risks = Chain::new(n, m, w.clone(), Unbiased).risks(&sigma, GENERATIONS);
            risks.into_iter().map(|(mean, _)| mean).collect()
        },
    );
    Certificate::all([law, steps()])
}

/// Cells and the distribution function, against enumerated distributions.
pub fn frequencies() -> Certificate {
    let cells = [q(1, 7), q(2, 7), q(4, 7)];
    let enumerated = |p: &Q, n, m, w: &Q| cell_risk(p, &Chain::new(n, m, w.clone(), Unbiased), GENERATIONS);
    let categories = compare(
        "Σ E(p_t − p)², enumerated",
        1,
        |n, m, w, t| FixedRows::of(&categorical::law(&cells, sizes(n, m))).risk_at(w, t),
        |n, m, w| {
            let risks = cells.each_ref().map(|p| enumerated(p, n, m, w));
            (0..=GENERATIONS as usize).map(|t| risks.iter().fold(q(0, 1), |sum, cell| sum + cell[t].clone())).collect()
        },
    );
    // The risk of a cell is a quadratic in its probability, and 0 at 0 and 1. So its mean over (0, 1) is 2/3 of its value at 1/2.
    let distribution = compare(
        "E ∫(F_t − F)² dF, enumerated",
        1,
        |n, m, w, t| FixedRows::of(&cdf::law(sizes(n, m))).risk_at(w, t),
        |n, m, w| enumerated(&q(1, 2), n, m, w).into_iter().map(|risk| risk * q(2, 3)).collect(),
    );
    Certificate::all([categories, distribution, steps()])
}

/// The covariance, against the tables of all p^4 joint second moments.
pub fn covariance() -> Certificate {
    let tables = [1, 2, 3].map(|p| {
        let sigma = sigma(p);
        let [square, trace_square] = [trace(&(&sigma * &sigma)), trace(&sigma) * trace(&sigma)];
        let laws = |n, m| {
            FixedRows::of_covariance(&CovarianceSystem::new(square.clone(), trace_square.clone(), degrees(n, m)))
        };
        compare(
            &format!("E |Σ_t − Σ|², p = {p}"),
            2,
            |n, m, w, t| laws(n, m).iter().fold(q(0, 1), |sum, law| sum + law.risk_at(w, t)),
            |n, m, w| carried_covariance(&sigma, n, m, w, Unbiased),
        )
    });
    Certificate::all(tables.into_iter().chain([steps()]))
}

fn carried_covariance(sigma: &DMatrix<Q>, n: u64, m: u64, w: &Q, divisor: Divisor) -> Vec<Q> {
    let risks = Chain::new(n, m, w.clone(), divisor).risks(sigma, GENERATIONS);
    risks.into_iter().map(|(_, covariance)| covariance).collect()
}

fn likelihood(sigma: &DMatrix<Q>, n: u64, m: u64) -> MaximumLikelihood<Q> {
    MaximumLikelihood::new(trace(sigma), trace(&(sigma * sigma)), sizes(n, m)).on_fixed_rows()
}

/// The limits are fixed points of the equations of the moments, with divisors n and m. In units of Sigma: M is E Sigma_t; e the mean's risk; F stands for
/// E (x'Sx)^2 and G for E det S of S = Sigma_t in two dimensions; F_0 and G_0 for those of S_0, the covariance of the real rows. Given S_0 the mean of Sigma_t is
/// xi S_0, so M = (1 - 1/n) xi. The equations are
///
/// ```text
/// M = w (1 - 1/n) + u (1 - 1/m) M,   e = (w^2 + 2wu)/n + u^2 (e + M/m),
/// F = (w^2 + 2wu (1 - 1/m) xi) F_0 + u^2 (1 - 1/m^2) F,
/// ```
///
/// and that of G is that of F with G_0 and (1 - 1/m)(1 - 2/m).
fn still() -> Certificate {
    let one = q(1, 1);
    let places =
        (2..6u64).flat_map(|n| (1..6u64).map(move |m| (n, m))).flat_map(|(n, m)| (1..7).map(move |i| (n, m, i)));
    let compared = places.map(|(n, m, i)| {
        let w = q(i, 6);
        let limit = |trace: i64, square: i64| {
            MaximumLikelihood::new(q(trace, 1), q(square, 1), sizes(n, m)).on_fixed_rows().limit(&w)
        };
        let left = |rows: u64, times: i64| q(rows as i64 - times, rows as i64);
        let (w2, u) = (w.clone() * w.clone(), one.clone() - w.clone());
        let (u2, wu) = (u.clone() * u.clone(), q(2, 1) * w.clone() * u.clone());
        let line = limit(1, 1);
        let (mean, kept) = (line.mean.clone(), one.clone() - line.bias.clone());
        // F and G from the risks: at p = 1 the risk is F - 2 M + 1; where tr Sigma = tr Sigma^2 = 2 it is (8 F - 2 G)/3 - 4 M + 2.
        let along = line.covariance - one.clone() + q(2, 1) * kept.clone();
        let plane = limit(2, 2).covariance - q(2, 1) + q(4, 1) * kept.clone();
        let area = (q(8, 1) * along.clone() - q(3, 1) * plane) / q(2, 1);
        let shared = w2.clone() + wu.clone() * left(m, 1) * kept.clone() / left(n, 1);
        let passed = u2.clone() * left(m, 1);
        let first = [left(n, 1) * (one.clone() + q(1, n as i64)), left(n, 1) * left(n, 2)];
        let next = [
            (mean.clone(), (w2 + wu) * q(1, n as i64) + u2 * (mean + kept.clone() * q(1, m as i64))),
            (kept.clone(), w.clone() * left(n, 1) + u * left(m, 1) * kept),
            (
                along.clone(),
                shared.clone() * first[0].clone() + passed.clone() * (one.clone() + q(1, m as i64)) * along,
            ),
            (area.clone(), shared * first[1].clone() + passed * left(m, 2) * area),
        ];
        (format!("n = {n}, m = {m}, w = {w}"), next.into_iter().all(|(value, next)| value == next))
    });
    Certificate::at_places("the limits are fixed points", compared)
}

/// The mean with divisors n and m, against joint moments.
pub fn likelihood_mean() -> Certificate {
    let sigma = sigma(3);
    let law = compare(
        "E |μ_t − μ|²",
        1,
        |n, m, w, t| likelihood(&sigma, n, m).risks_at(w, t).mean,
        |n, m, w| {
            let risks = Chain::new(n, m, w.clone(), DivisorRows).risks(&sigma, GENERATIONS);
            risks.into_iter().map(|(mean, _)| mean).collect()
        },
    );
    Certificate::all([law, still()])
}

/// The covariance with divisors n and m, against joint tables. The slope of its limit at w = 1 is 2 (n - 1)/(n^2 m) (tr Sigma)^2 > 0: below w = 1 the risk is
/// smaller, so synthetic rows help.
pub fn likelihood_covariance() -> Certificate {
    let tables = [1, 2, 3].map(|p| {
        let sigma = sigma(p);
        compare(
            &format!("E |Σ_t − Σ|², p = {p}"),
            1,
            |n, m, w, t| likelihood(&sigma, n, m).risks_at(w, t).covariance,
            |n, m, w| carried_covariance(&sigma, n, m, w, DivisorRows),
        )
    });
    let sizes_of = (1..6u64).flat_map(|n| (1..6u64).map(move |m| (n, m)));
    // Both sides are of degree 2 in 1/n and 1 in 1/m, and compared at 5 values of each.
    let slopes = sizes_of.map(|(n, m)| {
        let constant = |x: Q| Jet::constant(x);
        let law = MaximumLikelihood::new(constant(q(7, 2)), constant(q(3, 1)), sizes(n, m)).on_fixed_rows();
        let slope = law.limit(&Jet::variable(q(1, 1))).covariance.derivative;
        let stated = q(2 * (n as i64 - 1), (n * n * m) as i64) * q(49, 4);
        (format!("n = {n}, m = {m}"), slope == stated)
    });
    let helps = Certificate::at_places("slope 2(n − 1)/(n²m) T² of the limit at w = 1", slopes);
    Certificate::all(tables.into_iter().chain([helps, still()]))
}

/// The law of a weighted M-estimator to first order in 1/n. The error of generation t is a sum of shares of the errors that the real rows and each synthetic sample
/// cause. The share of the real rows is 1, that of generation i is u^{t-i+1}. The error of the real rows has the covariance I^-1 J I^-1/n, that of a
/// synthetic sample I^-1/m.
fn shared<'a>([real, synthetic]: &'a [Q; 2], w: &'a Q) -> impl Iterator<Item = Q> + 'a {
    // Shares of the noises of the real rows and of generations 1, ..., t in the fit.
    let mut shares = vec![q(1, 1)];
    std::iter::repeat_with(move || {
        let noise =
            |(i, share): (usize, &Q)| share.clone() * share.clone() * if i == 0 { real } else { synthetic }.clone();
        let risk = shares.iter().enumerate().map(noise).fold(q(0, 1), |sum, x| sum + x);
        let u = q(1, 1) - w.clone();
        shares = shares.iter().cloned().chain([q(1, 1)]).map(|share| share * u.clone()).collect();
        shares[0] = shares[0].clone() + w.clone();
        risk
    })
}

/// The law, against these risks.
pub fn estimating_equations() -> Certificate {
    let (sandwich, model) = (q(7, 3), q(5, 2));
    let compared = (2..5u64)
        .flat_map(|n| (2..5u64).map(move |m| (n, m)))
        .flat_map(|(n, m)| (0..9).map(move |i| (n, m, q(i, 8))).collect::<Vec<_>>());
    let places = compared.map(|(n, m, w)| {
        let law = FixedRows::of(&misspecified::limit_law(model.clone(), sandwich.clone(), sizes(n, m)));
        let noises = [sandwich.clone() / q(n as i64, 1), model.clone() / q(m as i64, 1)];
        let equal = shared(&noises, &w).zip(0..5).all(|(risk, t)| risk == law.risk_at(&w, t));
        (format!("n = {n}, m = {m}, w = {w}"), equal)
    });
    Certificate::at_places("the first-order law from the shares of each sample's error, t = 0..4", places)
}
