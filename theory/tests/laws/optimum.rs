//! The optimal weights, enclosed by exact signs and against digits of higher precision.

use std::cmp::Ordering::{Greater, Less};

use goldenweight_theory::jet::Jet;
use goldenweight_theory::recursion::Recursion;
use proptest::prelude::*;

use crate::precision::{OPTIMUM_GOLDEN_ULPS, OPTIMUM_ULPS, POSITIVE_TERMS};
use crate::support::{Q, any_law, around, assert_close, cases, exact, fraction, log_uniform, q, rational_law, sign};

/// d/dw of the limit risk, exactly.
fn slope(law: &Recursion<Q>, w: &Q) -> Q {
    let constant = |x: &Q| Jet::constant(x.clone());
    let law = Recursion::new(constant(&law.fresh), constant(&law.synthetic), constant(&law.excess));
    law.limit(&Jet::variable(w.clone())).derivative
}

/// rho u^2 - (1 + rho + kappa) u + 1, exactly: positive below its smaller root.
fn root_polynomial(law: &Recursion<Q>, u: &Q) -> Q {
    let (one, rho) = (q(1, 1), q(1, 1) + &law.excess);
    &rho * u * u - (&one + &rho + &law.synthetic / &law.fresh) * u + one
}

/// The exact optimum lies within `ulps` floats of the computed w* and u*. Shown by signs in exact rationals: the numerator of the
/// derivative, and for w* the derivative itself, changes its sign between the floats that far below and above.
fn assert_enclosed(law: &Recursion<f64>, ulps: u32) {
    let rational = rational_law(law);
    let (low, high) = around(law.optimal_weight(), ulps);
    let one = q(1, 1);
    assert_eq!(sign(&root_polynomial(&rational, &(&one - exact(low)))), Less, "w* too small: {law:?}");
    assert_eq!(sign(&root_polynomial(&rational, &(&one - exact(high)))), Greater, "w* too large: {law:?}");
    assert_eq!(sign(&slope(&rational, &exact(low))), Less, "not a minimum: {law:?}");
    assert_eq!(sign(&slope(&rational, &exact(high))), Greater, "not a minimum: {law:?}");
    let (low, high) = around(law.optimal_synthetic_weight(), ulps);
    assert_eq!(sign(&root_polynomial(&rational, &exact(low))), Greater, "u* too large: {law:?}");
    assert_eq!(sign(&root_polynomial(&rational, &exact(high))), Less, "u* too small: {law:?}");
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn enclosed_within_4_ulps_at_rho_1(kappa in log_uniform(-12.0, 12.0)) {
        assert_enclosed(&Recursion::new(1.0, kappa, 0.0), OPTIMUM_GOLDEN_ULPS);
    }

    #[test]
    fn enclosed_at_every_rho(law in any_law()) {
        assert_enclosed(&law, OPTIMUM_ULPS);
    }

    #[test]
    fn value_is_the_weight(law in any_law()) {
        let w = law.optimal_weight();
        // Flat at the optimum, so the limit there has the accuracy of its own terms; 1 - rho u*^2 is at least w*.
        let condition = if law.excess > 0.0 { 2.0 / w.min(1.0) } else { 1.0 };
        if condition < 1e6 {
            assert_close("e_inf at w*", law.limit(&w), law.optimal_risk(), POSITIVE_TERMS * condition);
        }
    }
}

proptest! {
    #![proptest_config(cases(512))]

    /// Every rational w and rho are the optimum of the kappa = (1 - u)(1 - rho u)/u, where it is positive: exact
    /// identities.
    #[test]
    fn exact_at_rational_optima(w in fraction(), excess in -1i64..4, d in 1i64..20, a in fraction()) {
        let (one, u) = (q(1, 1), q(1, 1) - &w);
        prop_assume!(sign(&w) == Greater && sign(&u) == Greater);
        let rho = &one + q(excess, d);
        let kappa = &w * (&one - &rho * &u) / &u;
        prop_assume!(sign(&kappa) == Greater);
        let law = Recursion::new(q(1, 3), &kappa / q(3, 1), q(excess, d));
        prop_assert_eq!(slope(&law, &w), q(0, 1));
        prop_assert_eq!(law.limit(&w), &w / q(3, 1));
        // A minimum: no other converging weight does better.
        prop_assume!(a != w && sign(&law.gap(&a)) == Greater);
        prop_assert!(law.limit(&a) > law.limit(&w));
    }
}

#[test]
fn golden_ratio() {
    let law = Recursion::new(0.01, 0.01, 0.0);
    assert_eq!(law.optimal_weight().to_string(), "0.6180339887498949");
    assert_eq!(law.optimal_synthetic_weight().to_string(), "0.38196601125010515");
}

#[test]
fn digits() {
    // mpmath, 40 digits: D = 1 + rho + kappa; u = 2/(D + sqrt(D*D - 4*rho)); nstr(1 - u, 20), nstr(u, 20)
    let table = [
        (1.0, 2.0, 0.76759187924399821552, 0.23240812075600178448),
        (0.01, -0.5, 0.019244744895969656713, 0.98075525510403034329),
        (1e6, 0.5, 0.99999900000249999225, 9.9999750000774997313e-7),
        (1e-9, -1.0, 9.99999999000000001e-10, 0.999999999000000001),
        (1e-12, 0.0, 9.99999500000125e-7, 0.99999900000049999987),
        (1e-3, 0.0, 0.031126729201736938387, 0.96887327079826306161),
        (1e3, 0.0, 0.99900199501395813157, 0.00099800498604186842757),
        (1e12, 0.0, 0.999999999999, 9.99999999998e-13),
    ];
    for (kappa, excess, w, u) in table {
        let law = Recursion::new(1.0, kappa, excess);
        assert_close("w*", law.optimal_weight(), w, POSITIVE_TERMS);
        assert_close("u*", law.optimal_synthetic_weight(), u, POSITIVE_TERMS);
    }
}
