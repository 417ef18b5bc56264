//! Regressions on rows N(0, Omega), against quadrature over the rows and inverses in exact rationals.

use std::f64::consts::TAU;

use gauss_quad::legendre::GaussLegendre;
use goldenweight_theory::design::Design;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::{linear, logistic, poisson};
use proptest::prelude::*;

use crate::precision::{DESIGN_BY_QUADRATURE, INFORMATION, POSITIVE_TERMS};
use crate::support::{Q, assert_close, cases, q, sizes};

/// Of a row x, in two dimensions: E v(x'beta) x x' over the density of N(0, Omega), inverted; the trace.
fn trace_by_quadrature(beta: [f64; 2], [a, b, c]: [f64; 3], v: impl Fn(f64) -> f64, ends: [(f64, f64); 2]) -> f64 {
    let rule = GaussLegendre::new(160.try_into().unwrap());
    let det = a * c - b * b;
    let density = |x: f64, y: f64| (-(c * x * x - 2.0 * b * x * y + a * y * y) / det / 2.0).exp() / (TAU * det.sqrt());
    let entry = |f: &dyn Fn(f64, f64) -> f64| {
        rule.integrate(ends[0].0, ends[0].1, |x| {
            rule.integrate(ends[1].0, ends[1].1, |y| f(x, y) * v(x * beta[0] + y * beta[1]) * density(x, y))
        })
    };
    let [xx, xy, yy] = [entry(&|x, _| x * x), entry(&|x, y| x * y), entry(&|_, y| y * y)];
    (xx + yy) / (xx * yy - xy * xy)
}

const DESIGNS: [[f64; 3]; 3] = [[2.0, 0.6, 1.0], [0.5, -0.3, 1.5], [1.0, 0.0, 4.0]];
const BETAS: [[f64; 2]; 4] = [[1.0, -2.0], [0.0, 0.0], [0.4, 0.7], [-1.0, 0.0]];

fn design(beta: [f64; 2], [a, b, c]: [f64; 3]) -> Design {
    Design::new(&beta, &[a, b, b, c]).unwrap()
}

#[test]
fn logistic_by_two_dimensional_quadrature() {
    for omega in DESIGNS {
        // The rows' own range, nine standard deviations on either side.
        let ends = [omega[0], omega[2]].map(|variance| (-9.0 * variance.sqrt(), 9.0 * variance.sqrt()));
        for beta in BETAS {
            let trace = trace_by_quadrature(beta, omega, |x| 0.25 / (x / 2.0).cosh().powi(2), ends);
            let place = format!("beta = {beta:?}, Omega = {omega:?}");
            assert_close(&place, design(beta, omega).logistic_trace(), trace, DESIGN_BY_QUADRATURE);
        }
    }
}

#[test]
fn poisson_by_two_dimensional_quadrature() {
    for omega in DESIGNS {
        for beta in BETAS {
            // e^{x'beta} moves the rows to Omega beta.
            let [a, b, c] = omega;
            let moved = [a * beta[0] + b * beta[1], b * beta[0] + c * beta[1]];
            let end = |middle: f64, variance: f64| (middle - 9.0 * variance.sqrt(), middle + 9.0 * variance.sqrt());
            let trace = trace_by_quadrature(beta, omega, f64::exp, [end(moved[0], a), end(moved[1], c)]);
            let place = format!("beta = {beta:?}, Omega = {omega:?}");
            assert_close(&place, design(beta, omega).poisson_trace(), trace, DESIGN_BY_QUADRATURE);
        }
    }
}

type Matrix = [[Q; 3]; 3];

fn matrix(f: impl Fn(usize, usize) -> Q) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| f(i, j)))
}

/// By cofactors.
fn inverse(x: &Matrix) -> Matrix {
    let minor = |i: usize, j: usize| {
        let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
        &x[a][c] * &x[b][d] - &x[a][d] * &x[b][c]
    };
    let det: Q = (0..3).map(|j| &x[0][j] * minor(0, j)).sum();
    matrix(|i, j| minor(j, i) / &det)
}

fn trace(x: &Matrix) -> Q {
    (0..3).map(|i| x[i][i].clone()).sum()
}

proptest! {
    #![proptest_config(cases(128))]

    /// I = a Omega + (c - a) Omega beta beta' Omega/g^2 for any eigenvalues a, c, inverted entry by entry in three dimensions.
    #[test]
    fn trace_of_the_inverse_in_three_dimensions(
        entries in prop::collection::vec(-4i64..5, 9), beta in prop::collection::vec(-4i64..5, 3), a in 1i64..9, c in 1i64..9,
    ) {
        // Omega = B B' + 1, positive definite.
        let b = |i: usize, j: usize| q(entries[3 * i + j], 2);
        let identity = |i, j| q(i64::from(i == j), 1);
        let omega = matrix(|i, j| (0..3).map(|l| b(i, l) * b(j, l)).sum::<Q>() + identity(i, j));
        let beta: Vec<Q> = beta.iter().map(|&b| q(b, 3)).collect();
        let moved: Vec<Q> = (0..3).map(|i| (0..3).map(|j| &omega[i][j] * &beta[j]).sum()).collect();
        let g2: Q = (0..3).map(|i| &beta[i] * &moved[i]).sum();
        prop_assume!(g2 != q(0, 1));
        let information = matrix(|i, j| q(a, 1) * &omega[i][j] + q(c - a, 1) * &moved[i] * &moved[j] / &g2);
        let along = beta.iter().map(|b| b * b).sum::<Q>() / &g2;
        let across = trace(&inverse(&omega)) - &along;
        prop_assert_eq!(&across / q(a, 1) + &along / q(c, 1), trace(&inverse(&information)));
        // The same numbers by the program's own decomposition in floats.
        let flat: Vec<f64> = omega.iter().flatten().map(crate::support::float).collect();
        let design = Design::new(&beta.iter().map(crate::support::float).collect::<Vec<_>>(), &flat).unwrap();
        let float = crate::support::float;
        assert_close("tr", design.trace_inverse(), float(&trace(&inverse(&omega))), 1e-12);
        assert_close("along", design.along, float(&along), POSITIVE_TERMS);
        assert_close("g^2", design.norm_squared, float(&g2), 1e-12);
        // And over exact rationals: e^0 = 1 leaves Poisson's fraction alone only at beta = 0, so linear regression's.
        let exact = Design { dim: 3, across, along, norm_squared: g2 };
        let law = exact.linear_law(q(5, 2), sizes(4, 10));
        prop_assert_eq!(law.fresh, q(5, 8) * trace(&inverse(&omega)));
        prop_assert_eq!(law.synthetic, q(1, 4) * trace(&inverse(&omega)));
    }

    /// Omega = s^2 I with coefficients beta/s is the standard design, and the coefficients' errors are 1/s as large.
    #[test]
    fn scaled_rows(beta in prop::collection::vec(-2.0..2.0f64, 1..5), s in 0.1..10.0f64) {
        let p = beta.len();
        let omega: Vec<f64> = (0..p * p).map(|x| if x % (p + 1) == 0 { s * s } else { 0.0 }).collect();
        let scaled: Vec<f64> = beta.iter().map(|b| b / s).collect();
        let design = Design::new(&scaled, &omega).unwrap();
        let tolerance = 10.0 * POSITIVE_TERMS;
        assert_close("logistic", s * s * design.logistic_trace(), logistic::trace_inverse_information(&beta), tolerance);
        assert_close("poisson", s * s * design.poisson_trace(), poisson::trace_inverse_information(&beta), tolerance);
        assert_close("linear", s * s * design.trace_inverse(), p as f64, tolerance);
    }

    #[test]
    fn enclosure_contains_the_float(across in 0.0..9.0f64, along in 0.1..9.0f64, g2 in 0.0..30.0f64) {
        let point = Interval::point;
        let float = Design { dim: 2, across, along, norm_squared: g2 };
        let design = Design { dim: 2, across: point(across), along: point(along), norm_squared: point(g2) };
        let (trace, enclosed) = (float.logistic_trace(), design.logistic_enclosure());
        prop_assert!(enclosed.contains(trace) && enclosed.width() < 1e-13 * trace);
        let (trace, enclosed) = (float.poisson_trace(), design.poisson_trace());
        prop_assert!(enclosed.contains(trace) && enclosed.width() < 1e-13 * trace);
    }
}

#[test]
fn the_standard_design_is_the_plain_one() {
    for beta in [vec![1.0, 1.0], vec![0.0, 0.0], vec![3.0], vec![0.5, -0.25, 2.0]] {
        let p = beta.len();
        let identity: Vec<f64> = (0..p * p).map(|x| f64::from(u8::from(x % (p + 1) == 0))).collect();
        let design = Design::new(&beta, &identity).unwrap();
        assert_close("logistic", design.logistic_trace(), logistic::trace_inverse_information(&beta), INFORMATION);
        assert_close("poisson", design.poisson_trace(), poisson::trace_inverse_information(&beta), POSITIVE_TERMS);
        let (n, m) = (20, 30);
        let (new, old) = (design.linear_law(1.5, sizes(n, m)), linear::limit_law(1.5, p as u32, sizes(n, m)));
        assert_close("linear", new.fresh, old.fresh, POSITIVE_TERMS);
        let laws = [design.logistic_law(sizes(n, m)), design.poisson_law(sizes(n, m))];
        for (law, trace) in laws.into_iter().zip([design.logistic_trace(), design.poisson_trace()]) {
            assert_close("A/n", law.fresh, trace / n as f64, POSITIVE_TERMS);
            assert_close("A/m", law.synthetic, trace / m as f64, POSITIVE_TERMS);
            assert_eq!(law.excess, 0.0);
        }
    }
}

/// As in `linear.rs`: (Z'Z)^-1 by Bartlett, entry by entry, between L'^-1 and L^-1 with L = ((2, 0), (1, 3)).
#[test]
fn linear_lines_in_two_dimensions_by_bartlett() {
    // Omega = L L' = ((4, 2), (2, 10)), and L^-1 = ((1/2, 0), (-1/6, 1/3)).
    let root = [[q(1, 2), q(0, 1)], [q(-1, 6), q(1, 3)]];
    let design = |trace: Q| Design { dim: 2, across: trace, along: q(0, 1), norm_squared: q(0, 1) };
    let omega = design(q(10 + 4, 36));
    let slope = |m: i64| -> Q {
        let (a, b) = (q(1, m - 2), q(1, m - 3));
        // E (Z'Z)^-1, whose entry beside the diagonal has the mean 0.
        let middle = [&a + &a * &b, b];
        (0..2).flat_map(|i| (0..2).map(move |j| (i, j))).map(|(i, j)| &root[i][j] * &root[i][j] * &middle[i]).sum()
    };
    for m in 4..40 {
        assert_eq!(omega.linear_synthetic_slope(q(3, 2), m as u64), Some(q(3, 2) * slope(m)));
        let risk = q(3, 2) * (slope(m + 2) + q(5, 1) * slope(m));
        assert_eq!(omega.linear_synthetic_risk(q(3, 2), sizes(m as u64 + 2, m as u64), 5), Some(risk));
    }
    assert_eq!(omega.linear_synthetic_slope(q(1, 1), 3), None);
    assert_eq!(omega.linear_synthetic_slope(q(1, 1), u64::MAX), None);
    assert_eq!(omega.linear_synthetic_risk(q(1, 1), sizes(3, 9), 1), None);
    assert_eq!(omega.linear_synthetic_risk(q(1, 1), sizes(9, 3), 1), None);
}

#[test]
fn refused_designs() {
    let message = |beta: &[f64], omega: &[f64]| Design::new(beta, omega).unwrap_err().to_string();
    assert_eq!(message(&[1.0, f64::NAN], &[1.0; 4]), "coefficient = NaN must be finite");
    assert_eq!(
        message(&[1.0, 2.0], &[1.0; 3]),
        "entries of the design covariance = 3 must be as many as the coefficients squared"
    );
    assert_eq!(
        message(&[1.0, 2.0], &[1.0, 0.5, 0.4, 1.0]),
        "entry of the design covariance = 0.4 must equal the one across the diagonal"
    );
    for omega in [[1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 2.0, 1.0], [-1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, f64::INFINITY]] {
        let refused = Design::new(&[1.0, 2.0], &omega).unwrap_err();
        assert_eq!(refused.condition, "must be positive and finite", "{omega:?}");
    }
    assert!(Design::new(&[1.0, 2.0], &[1.0, f64::NAN, f64::NAN, 1.0]).is_err());
    // No coefficients: nothing to estimate.
    let empty = Design::new(&[], &[]).unwrap();
    assert_eq!((empty.logistic_trace(), empty.poisson_trace(), empty.trace_inverse()), (0.0, 0.0, 0.0));
}
