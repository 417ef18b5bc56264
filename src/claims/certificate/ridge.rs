//! Ridge regression and the fit of minimum norm on one design, in exact rationals.

use goldenweight_theory::ridge::Ridge;
use goldenweight_theory::scalar::Scalar;
use nalgebra::DMatrix;
use num_rational::BigRational as Q;

use super::Certificate;
use crate::claims::{moments, smoothed};

/// Last generation of the comparisons.
const GENERATIONS: u32 = 4;

fn matrix(rows: usize, entries: &[(i64, i64)]) -> DMatrix<Q> {
    let entries: Vec<Q> = entries.iter().map(|(n, d)| Q::ratio(*n, *d)).collect();
    DMatrix::from_row_slice(rows, entries.len() / rows, &entries)
}

/// Designs whose eigenvalues are rational. The noise has the variance 3/2.
pub fn law() -> Certificate {
    let q = Q::ratio;
    // X'X/2 has the eigenvalues 8 and 2, in the directions (1, 1) and (1, -1). With the penalty 1/2 the inverse is that of (11/2, 3; 3, 11/2).
    let square = matrix(2, &[(3, 1), (1, 1), (1, 1), (3, 1)]);
    let inverse = matrix(2, &[(22, 85), (-12, 85), (-12, 85), (22, 85)]);
    let ridge = (
        "ridge, n = p = 2",
        &inverse * square.transpose() * q(1, 2),
        square,
        matrix(2, &[(1, 1), (2, 1)]),
        q(1, 2),
        vec![(q(8, 1), q(9, 2)), (q(2, 1), q(1, 2))],
    );
    // X X' = 5 I: two rows that see two of three directions.
    let wide = matrix(2, &[(2, 1), (1, 1), (0, 1), (-1, 1), (2, 1), (0, 1)]);
    let norm = (
        "minimum norm, n = 2, p = 3",
        wide.transpose() * q(1, 5),
        wide,
        matrix(3, &[(1, 1), (2, 1), (3, 1)]),
        q(0, 1),
        vec![(q(5, 2), q(1, 1)), (q(5, 2), q(4, 1)), (q(0, 1), q(9, 1))],
    );
    let cases = [ridge, norm].into_iter().flat_map(|case| [(0, 1), (2, 5), (1, 1)].map(|w| (case.clone(), w)));
    let compared = cases.map(|((name, map, x, beta, penalty, directions), (a, b))| {
        let (w, variance) = (q(a, b), q(3, 2));
        let noise = moments::labels_risk(&x, &map, &w, GENERATIONS);
        let bias = smoothed::labels_bias([&x, &map], &beta, &w, GENERATIONS);
        let law = Ridge { noise: variance.clone() / q(2, 1), penalty, ratio: q(1, 1), directions };
        let zero = q(0, 1);
        let risks = law.risks(&w, |s| *s != zero).take(GENERATIONS as usize + 1);
        let found: Vec<Q> = noise.into_iter().zip(bias).map(|(noise, bias)| noise * variance.clone() + bias).collect();
        (format!("{name}, w = {w}"), risks.eq(found))
    });
    Certificate::at_places(&format!("E |β_t − β|², t = 0..{GENERATIONS}"), compared)
}
