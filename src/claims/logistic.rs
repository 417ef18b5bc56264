//! Logistic regression.

use goldenweight_theory::logistic as theory;

use nalgebra::DVector;

use super::check::{Case, Cell, exact, failures, property, recursion};
use super::domain::{IDENTITY, QUADRATURE, RECURSION, error, holds};
use super::regression::{self, Fitted, label_variance};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::experiment::Rows;
use crate::simulate::engine::Record;
use crate::simulate::logistic::Logistic;

pub fn claims() -> Vec<Claim> {
    vec![information(), separation(), regression::limit_claim(Fitted::Logistic)]
}

/// Share of the labellings of n rows that a hyperplane through the origin separates, row by row.
fn separated(dim: usize, rows: u32) -> f64 {
    // Of one row: both in any dimension but 0. A new row doubles the labellings and splits those of one dimension less.
    let mut shares = vec![1.0; dim + 1];
    shares[0] = 0.0;
    for _ in 1..rows {
        for p in (1..=dim).rev() {
            shares[p] = (shares[p] + shares[p - 1]) / 2.0;
        }
    }
    shares[dim]
}

fn separation() -> Claim {
    let case = |dim: usize, real: usize, t: u32| {
        let rows = Rows { real, synthetic: 5 };
        let fails = theory::separation_probability(dim as u32, real as u32);
        let simulator = Logistic::new(DVector::zeros(dim), rows);
        let cell = Cell::new(rows, dim, 1.0, Record::At(vec![t]));
        Case::new(cell, simulator, 0, 1.0 - (1.0 - fails).powi(t as i32 + 1))
    };
    Claim {
        id: "logistic-separation",
        statement: "β = 0: no logistic fit to n rows exists with probability P = 2^(1 − n) Σ_{i < p} C(n − 1, i); at w = 1 a share 1 − (1 − P)^(t + 1) \
                    of the chains has ended by t",
        domain: "every n, p and t, rows in general position",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("labellings enumerated", certificate::separation::logistic)
                .by("labellings, enumerated", &["certificate::separation::separated"]),
            recursion("labellings counted row by row", RECURSION, || {
                let case = |(p, n): (usize, u32)| {
                    (format!("p = {p}, n = {n}"), theory::separation_probability(p as u32, n), separated(p, n))
                };
                [(1, 1), (1, 9), (2, 6), (3, 10), (4, 40), (25, 50), (7, 5), (120, 300)].map(case).to_vec()
            })
            .by("labellings, counted row by row", &["logistic::separated"]),
            property(
                "certain up to n = p, even at n = 2p, and Pascal's rule between",
                "(p, n)",
                || (1..200u32, 2..400u32),
                |&(p, n)| {
                    let at = theory::separation_probability;
                    let less = if p > 1 { at(p - 1, n - 1) } else { 0.0 };
                    error(at(p, n), (at(p, n - 1) + less) / 2.0, RECURSION)
                        .max(error(at(p, 2 * p), 0.5, RECURSION))
                        .max(error(at(p, p), 1.0, RECURSION))
                },
            )
            .consequence(),
            // So late that some 70 % have ended: the relative error of a share is the smaller, the larger it is. So few rows that this is soon.
            failures("share of ended chains", 48_000, 0.035, vec![case(1, 3, 3), case(2, 5, 2), case(3, 8, 3)]),
        ],
    }
}

fn information() -> Claim {
    Claim {
        id: "logistic-information",
        statement: "tr I(β)⁻¹ = (p − 1)/a + 1/c with a = E s′(bZ), c = E Z² s′(bZ), s′ = s(1 − s), b = |β|, x ~ N(0, I)",
        domain: "every β and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("quadrature with its error, in intervals", certificate::information::logistic)
                .by("a quadrature with 50 digits, done before", &[]),
            recursion("a and c by the trapezoidal rule", QUADRATURE, || {
                let case = |(p, b): (usize, f64)| {
                    let a = moments::normal_mean(|z| label_variance(b * z));
                    let c = moments::normal_mean(|z| z * z * label_variance(b * z));
                    let beta: Vec<f64> = (0..p).map(|_| b / (p as f64).sqrt()).collect();
                    let place = format!("p = {p}, b = {b}");
                    (place, theory::trace_inverse_information(&beta), (p as f64 - 1.0) / a + 1.0 / c)
                };
                [(1, 0.0), (1, 1.0), (2, 2f64.sqrt()), (4, 2.0), (8, 8f64.sqrt()), (3, 6.0), (100, 10.0), (2, 300.0)]
                    .map(case)
                    .to_vec()
            })
            .by("quadrature over a normal variable", &["moments::normal_mean"]),
            property(
                "rotations change nothing, and no direction tells more than 1/4",
                "(β, angle)",
                || (proptest::collection::vec(-30.0..30.0f64, 2..6), 0.0..std::f64::consts::TAU),
                |(beta, angle)| {
                    let (sin, cos) = angle.sin_cos();
                    let mut turned = beta.clone();
                    turned[0] = cos * beta[0] - sin * beta[1];
                    turned[1] = sin * beta[0] + cos * beta[1];
                    let trace = theory::trace_inverse_information(beta);
                    error(theory::trace_inverse_information(&turned), trace, 100.0 * IDENTITY)
                        .max(holds(trace >= 4.0 * beta.len() as f64 * (1.0 - QUADRATURE)))
                },
            )
            .consequence(),
        ],
    }
}
