//! Linear regression: fixed and random design, and its growth without real rows.

use goldenweight_theory::linear::{fixed_design_law, limit_law, synthetic_risk, synthetic_slope};
use proptest::prelude::*;

use crate::support::{Q, cases, fraction, q, sizes};

/// (X'X)^-1 for two columns.
fn inverse_gram(rows: &[[i64; 2]]) -> [[Q; 2]; 2] {
    let dot = |a: usize, b: usize| -> i64 { rows.iter().map(|row| row[a] * row[b]).sum() };
    let det = dot(0, 0) * dot(1, 1) - dot(0, 1) * dot(0, 1);
    [[q(dot(1, 1), det), q(-dot(0, 1), det)], [q(-dot(0, 1), det), q(dot(0, 0), det)]]
}

/// The coefficients that least squares finds for these labels.
fn fitted(rows: &[[i64; 2]], labels: &[Q]) -> [Q; 2] {
    let gram = inverse_gram(rows);
    let moment = |j: usize| rows.iter().zip(labels).map(|(row, y)| y * q(row[j], 1)).sum::<Q>();
    let moments = [moment(0), moment(1)];
    [0, 1].map(|i| &gram[i][0] * &moments[0] + &gram[i][1] * &moments[1])
}

/// |beta|^2 after t generations, where one label of generation s has the noise `part` in what is fitted, and all other noises are 0.
fn effect(rows: &[[i64; 2]], label: usize, part: &Q, generations: u32, u: &Q) -> Q {
    let noise: Vec<Q> = (0..rows.len()).map(|i| if i == label { part.clone() } else { q(0, 1) }).collect();
    let refitted = |[a, b]: [Q; 2], _| {
        let labels: Vec<Q> = rows.iter().map(|row| u * (&a * q(row[0], 1) + &b * q(row[1], 1))).collect();
        fitted(rows, &labels)
    };
    let [a, b] = (0..generations).fold(fitted(rows, &noise), refitted);
    &a * &a + &b * &b
}

proptest! {
    #![proptest_config(cases(128))]

    /// The noise of every label of every generation is followed by itself: y_t = w y + u (X beta_{t-1} + noise) row by row, refitted.
    #[test]
    fn fixed_design_by_its_hat_matrix(
        rows in prop::collection::vec([-5i64..5, 1i64..6], 3..7), w in fraction(), t in 0u32..8,
    ) {
        let column = |j: usize| -> Vec<i64> { rows.iter().map(|row| row[j]).collect() };
        let (a, b) = (column(0), column(1));
        let parallel = a.iter().zip(&b).all(|(x, y)| x * b[0] == y * a[0]);
        prop_assume!(!parallel);
        let u = q(1, 1) - &w;
        let of = |part: &Q, s: u32| -> Q { (0..rows.len()).map(|i| effect(&rows, i, part, t - s, &u)).sum() };
        let later: Q = (1..=t).map(|s| of(&w, s) + of(&u, s)).sum();
        let risk = q(3, 2) * (of(&q(1, 1), 0) + later);
        let gram = inverse_gram(&rows);
        let law = fixed_design_law(q(3, 2), &gram[0][0] + &gram[1][1]);
        prop_assert_eq!(law.risk_at(&w, t), risk);
        prop_assert_eq!(law.kappa(), q(1, 1));
    }
}

/// E tr (X'X)^-1 for p = 2 by Bartlett: X'X = T T', T = ((a, 0), (c, b)), a^2 and b^2 chi-squared(m), (m - 1), c
/// standard normal, so tr = 1/a^2 + 1/b^2 + c^2/(a^2 b^2), and E 1/chi-squared(d) = 1/(d - 2).
#[test]
fn slope_in_two_dimensions_by_bartlett() {
    for m in 4..40 {
        let (a, b) = (q(1, m - 2), q(1, m - 3));
        assert_eq!(synthetic_slope(q(1, 1), 2, m as u64), Some(&a + &b + &a * &b));
    }
    for m in 3..40 {
        assert_eq!(synthetic_slope(q(5, 1), 1, m as u64 + 1), Some(q(5, m - 1)));
    }
}

#[test]
fn no_finite_slope_without_enough_rows() {
    for rows in 0..=5 {
        assert_eq!(synthetic_slope(1.0, 4, rows), None);
    }
    assert_eq!(synthetic_slope(1.0, 4, 6), Some(4.0));
    assert_eq!(synthetic_slope(1.0, 4, u64::MAX), None);
    assert_eq!(synthetic_risk(1.0, 4, sizes(5, 100), 1.0, 3), None);
    assert_eq!(synthetic_risk(1.0, 4, sizes(100, 5), 1.0, 3), None);
}

#[test]
fn figure_7() {
    // Generation 0 with rows N(0, I/4): 16/95 + 4 t/95.
    for t in [0, 1, 999] {
        let risk = synthetic_risk(q(1, 1), 4, sizes(100, 100), q(1, 4), t);
        assert_eq!(risk, Some(q(16 + 4 * i64::from(t), 95)));
    }
    // Different n and m: 2 (1/7 + 5/17).
    assert_eq!(synthetic_risk(q(1, 1), 2, sizes(10, 20), q(1, 1), 5), Some(q(2, 7) + q(10, 17)));
}

#[test]
fn limit_law_spreads_the_noise_over_the_rows() {
    let law = limit_law(q(3, 2), 4, sizes(30, 10));
    assert_eq!((law.fresh, law.synthetic, law.excess), (q(1, 5), q(3, 5), q(0, 1)));
}
