//! The limit law where labels do not follow the fitted family.

use goldenweight_theory::misspecified::limit_law;

use crate::precision::PRINTED;
use crate::support::{assert_close, q, sizes};

/// The mean fitted as if the variance were 1 where it is 5/2: I = 1, J = 5/2. The fit is a plain mean, so the law is
/// exact: real means have variance (5/2)/n, synthetic ones 1/m.
#[test]
fn mean_with_a_wrong_variance() {
    let law = limit_law(q(1, 1), q(5, 2), sizes(10, 6));
    let (w, u) = (q(1, 3), q(2, 3));
    let (real, synthetic) = (q(5, 20), q(1, 6));
    let first = &w * &w * &real + &u * &u * (&synthetic + &real);
    let second = &w * &w * &real + &u * &u * (&synthetic + &first);
    assert_eq!(law.risk_with_weights(&[w.clone(), w]), [real, first, second]);
    assert_eq!(law.kappa(), q(10, 6) * q(2, 5));
}

#[test]
fn adult_moves_the_golden_weight() {
    // mpmath: k = 430.50/420.10; 2/(1+sqrt(1+4/k))
    let law = limit_law(430.50, 420.10, sizes(500, 500));
    assert_close("w*", law.optimal_weight(), 0.622208805335, PRINTED);
}
