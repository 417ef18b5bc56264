//! The optimal weight where it is rational.

use goldenweight_theory::exact::Exact;
use goldenweight_theory::parameters::MixingRatio;
use goldenweight_theory::scalar::{Analytic, Scalar};
use goldenweight_theory::weights;

use crate::support::{Q, q, sizes};

#[track_caller]
fn assert_undefined(x: &Exact) {
    assert!(x.value().is_none(), "{x:?}");
}

/// w solves w^2 + k w - k = 0 at k = w^2/(1 - w); with w = a/b, k is a^2 to b(b - a).
#[test]
fn optimal_weight_is_the_rational_it_was_made_from() {
    for b in 2..60u64 {
        for a in 1..b {
            let k: MixingRatio<Exact> = sizes(a * a, b * (b - a)).mixing_ratio();
            let w = q(a as i64, b as i64);
            assert_eq!(weights::optimal_weight(&k), Exact::from(w.clone()), "a/b = {a}/{b}");
            assert_eq!(weights::optimal_synthetic_weight(&k), Exact::from(q(1, 1) - w), "a/b = {a}/{b}");
        }
    }
}

#[test]
fn the_golden_ratio_is_not_rational() {
    let golden = weights::optimal_weight(&sizes(1, 1).mixing_ratio::<Exact>());
    assert_undefined(&golden);
    assert_ne!(golden, golden);
    let x = || Exact::ratio(3, 1);
    for result in [
        golden.clone() + x(),
        x() - golden.clone(),
        golden.clone() * Exact::ratio(0, 1),
        x() / golden.clone(),
        -golden.clone(),
        golden.sqr(),
        golden.sqrt(),
        golden.exp(),
        golden.ln(),
    ] {
        assert_undefined(&result);
    }
    assert!(!golden.is_negative());
}

#[test]
fn roots_and_the_rest_are_defined_where_they_are_rational() {
    let exact = |x: Q| Exact::from(x);
    assert_eq!(Exact::ratio(8, 18).sqrt(), exact(q(2, 3)));
    assert_eq!(Exact::ratio(8, 18).value(), Some(&q(4, 9)));
    assert_eq!(Exact::ratio(0, 1).sqrt(), exact(q(0, 1)));
    assert_eq!(Exact::ratio(0, 1).exp(), Exact::one());
    assert_eq!(Exact::one().ln(), exact(q(0, 1)));
    assert_eq!(Exact::ratio(-1, 2).sqr(), exact(q(1, 4)));
    assert!(Exact::ratio(-1, 2).is_negative());
    assert!(!Exact::ratio(0, 1).is_negative());
    for undefined in [
        Exact::ratio(2, 9).sqrt(),
        Exact::ratio(4, 3).sqrt(),
        Exact::ratio(-4, 9).sqrt(),
        Exact::one().exp(),
        Exact::ratio(2, 1).ln(),
        Exact::ratio(0, 1).ln(),
        Exact::one() / Exact::ratio(0, 1),
        Exact::ratio(1, 0),
        Exact::pi(),
    ] {
        assert_undefined(&undefined);
    }
}
