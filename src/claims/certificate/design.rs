//! Fisher information of regressions on covariates x ~ N(0, Omega): inverses in exact rationals, and floats inside intervals.

use goldenweight_theory::design::Design;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::logistic::Information;
use goldenweight_theory::scalar::{Analytic, Scalar};
use nalgebra::{DMatrix, DVector};
use num_rational::BigRational as Q;

use super::Certificate;
use super::sampling::sizes;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// Design covariances and coefficients in one, two and three dimensions.
fn designs() -> Vec<(DMatrix<Q>, DVector<Q>)> {
    let entries = [(2, 1), (3, 5), (-1, 4), (3, 5), (1, 1), (1, 6), (-1, 4), (1, 6), (1, 2)];
    let full = DMatrix::from_row_iterator(3, 3, entries.map(|(n, d)| q(n, d)));
    let coefficients = [[(1, 1), (-2, 1), (1, 2)], [(1, 3), (0, 1), (0, 1)], [(-1, 2), (1, 4), (3, 1)]];
    let pairs = (1..=3).flat_map(|p| coefficients.map(|beta| (p, beta)));
    pairs
        .map(|(p, beta)| {
            let beta = DVector::from_iterator(p, beta.into_iter().take(p).map(|(n, d)| q(n, d)));
            (full.view((0, 0), (p, p)).into_owned(), beta)
        })
        .collect()
}

/// tr A^-1, by Gaussian elimination.
fn trace_inverse(matrix: &DMatrix<Q>) -> Q {
    let p = matrix.nrows();
    let (mut a, mut inverse) = (matrix.clone(), DMatrix::from_diagonal_element(p, p, q(1, 1)));
    for j in 0..p {
        let pivot = a[(j, j)].clone();
        for x in [&mut a, &mut inverse] {
            (0..p).for_each(|l| x[(j, l)] = x[(j, l)].clone() / pivot.clone());
        }
        for i in (0..p).filter(|i| *i != j) {
            let factor = a[(i, j)].clone();
            for x in [&mut a, &mut inverse] {
                (0..p).for_each(|l| x[(i, l)] = x[(i, l)].clone() - factor.clone() * x[(j, l)].clone());
            }
        }
    }
    inverse.diagonal().iter().cloned().fold(q(0, 1), |sum, x| sum + x)
}

fn dot(a: &DVector<Q>, b: &DVector<Q>) -> Q {
    a.iter().zip(b.iter()).fold(q(0, 1), |sum, (x, y)| sum + x.clone() * y.clone())
}

/// The three numbers that the formula needs.
fn design(omega: &DMatrix<Q>, beta: &DVector<Q>) -> Design<Q> {
    let norm_squared = dot(beta, &(omega * beta));
    let along = dot(beta, beta) / norm_squared.clone();
    Design { dim: beta.len() as u32, across: trace_inverse(omega) - along.clone(), along, norm_squared }
}

/// tr I^-1 = across/a + along/c for every information I = a Omega + (c - a) Omega beta beta' Omega/g^2. With Omega = L L', L^-1 I L'^-1 has the eigenvalue c along
/// L'beta and a in all other directions. Both sides times a c are of degree 1 in a and in c. They are compared at three values of each.
fn inverses() -> Certificate {
    let eigenvalues = (1..4).flat_map(|a| (1..4).map(move |c| (q(a, 2), q(c, 3))));
    let places = eigenvalues.flat_map(|(a, c)| designs().into_iter().map(move |pair| (a.clone(), c.clone(), pair)));
    let compared = places.map(|(a, c, (omega, beta))| {
        let moved = &omega * &beta;
        let Design { across, along, norm_squared, .. } = design(&omega, &beta);
        let information = DMatrix::from_fn(beta.len(), beta.len(), |i, j| {
            let outer = moved[i].clone() * moved[j].clone() / norm_squared.clone();
            a.clone() * omega[(i, j)].clone() + (c.clone() - a.clone()) * outer
        });
        let equal = trace_inverse(&information) == across / a.clone() + along / c.clone();
        (format!("p = {}, β = {beta}, a = {a}, c = {c}", beta.len()), equal)
    });
    Certificate::at_places("tr I⁻¹, I = aΩ + (c − a) Ωββ′Ω/g²", compared)
}

/// The program's floats lie in the intervals of its own formula, whose eigenvalues a and c have bounds on the error of their quadrature.
fn floats() -> Certificate {
    let places = designs().into_iter().map(|(omega, beta)| {
        let exact = design(&omega, &beta);
        let [across, along, norm_squared] = [&exact.across, &exact.along, &exact.norm_squared].map(Interval::enclosing);
        let enclosed = Design { dim: exact.dim, across, along, norm_squared };
        let float = |x: &Q| Interval::enclosing(x).midpoint();
        let entries: Vec<f64> = omega.iter().map(float).collect();
        let program = Design::new(&beta.iter().map(float).collect::<Vec<_>>(), &entries);
        // The slack is for rounding the entries to floats, and for decomposing a matrix of condition below 20.
        let near = |enclosed: Interval, found: f64| {
            let slack = Interval::new(1.0 - 1e-13, 1.0 + 1e-13).expect("an interval");
            (enclosed * slack).contains(found) && enclosed.width() < 1e-12 * found
        };
        // Poisson's eigenvalues are a = e^{g^2/2} and c = (1 + g^2) e^{g^2/2}.
        let growth = (norm_squared / Interval::ratio(2, 1)).exp();
        let counts = Information { across: growth, along: growth * (Interval::one() + norm_squared) };
        let poisson = across / counts.across + along / counts.along;
        let holds = program.is_ok_and(|program| {
            near(enclosed.logistic_enclosure(), program.logistic_trace())
                && near(poisson, program.poisson_trace())
                && near(across + along, program.trace_inverse())
        });
        (format!("p = {}, β = {beta}", beta.len()), holds)
    });
    Certificate::at_places("the floats of logistic, Poisson and linear regression in their intervals", places)
}

/// beta = 0: every label has the variance 1/4 (logistic) or 1 (Poisson), so that tr I^-1 is 4 tr Omega^-1 or tr Omega^-1.
fn without_effect() -> Certificate {
    let places = designs().into_iter().map(|(omega, beta)| {
        let trace = Interval::enclosing(&trace_inverse(&omega)).midpoint();
        let entries: Vec<f64> = omega.iter().map(|x| Interval::enclosing(x).midpoint()).collect();
        let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-13;
        let holds = Design::new(&vec![0.0; beta.len()], &entries)
            .is_ok_and(|design| near(design.logistic_trace(), 4.0 * trace) && near(design.poisson_trace(), trace));
        (format!("p = {}", beta.len()), holds)
    });
    Certificate::at_places("β = 0", places)
}

pub fn information() -> Certificate {
    Certificate::all([inverses(), floats(), without_effect()])
}

/// Linear regression at w = 0 and p = 2. E (X'X)^-1 = Omega^-1/(m - p - 1) by Bartlett's decomposition of Z'Z, X = Z L': the diagonal entries of (Z'Z)^-1 are
/// 1/a^2 + c^2/(a^2 b^2) and 1/b^2 with independent chi-squared a^2, b^2 and standard normal c. E 1/chi^2 = 1/(d - 2), and L^-1 is lower triangular.
fn trace_by_bartlett(m: i64) -> Q {
    // L = ((2, 0), (1/3, 3/2)), L^-1 = ((1/2, 0), (-1/9, 2/3)).
    let inverse = [[q(1, 2), q(0, 1)], [q(-1, 9), q(2, 3)]];
    let middle = [q(1, m - 2) + q(1, (m - 2) * (m - 3)), q(1, m - 3)];
    let sum = |i: usize| middle[i].clone() * inverse[i].iter().fold(q(0, 1), |s, x| s + x.clone() * x.clone());
    sum(0) + sum(1)
}

/// The program's growth, from these traces.
pub fn linear() -> Certificate {
    let root = DMatrix::from_row_iterator(2, 2, [(2, 1), (0, 1), (1, 3), (3, 2)].map(|(n, d)| q(n, d)));
    let design = design(&(&root * root.transpose()), &DVector::from_vec(vec![q(1, 1), q(2, 1)]));
    let slope = |m: i64| q(3, 2) * trace_by_bartlett(m);
    let places = (4..20).map(|m: i64| {
        let lines = (0..4u32).all(|t| {
            let expected = slope(m + 1) + q(t.into(), 1) * slope(m);
            design.linear_synthetic_risk(q(3, 2), sizes(m as u64 + 1, m as u64), t) == Some(expected)
        });
        (format!("m = {m}"), lines && design.linear_synthetic_slope(q(3, 2), m as u64) == Some(slope(m)))
    });
    let none = design.linear_synthetic_slope(q(1, 1), 3).is_none();
    Certificate::at_places("σ² tr Ω⁻¹/(m − p − 1), none at m = p + 1", places.chain([("m = 3".to_owned(), none)]))
}
