//! The one recursion: closed form, limit, divergence.

use goldenweight_theory::parameters::Weight;
use goldenweight_theory::recursion::Recursion;
use proptest::prelude::*;

use crate::precision::{PER_GENERATION, POSITIVE_TERMS};
use crate::support::{Q, any_law, assert_close, cases, exact, float, fraction, q, rational_law, small_law};

fn stepped(law: &Recursion<Q>, w: &Q, generations: usize) -> Vec<Q> {
    law.risk_with_weights(&vec![w.clone(); generations])
}

/// The law unrolled from the definition: error t is the sum of what entered s generations ago, each passed on s times.
fn unrolled(law: &Recursion<Q>, w: &Q, t: i32) -> Q {
    let u2 = (q(1, 1) - w) * (q(1, 1) - w);
    let passed = (law.excess.clone() + q(1, 1)) * &u2;
    let enters = w * w * &law.fresh + &u2 * &law.synthetic;
    (0..t).fold(law.fresh.clone() * passed.pow(t), |sum, s| sum + &enters * passed.pow(s))
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn closed_form_is_the_recursion_and_the_unrolled_sum(law in small_law(), w in fraction(), t in 0u32..25) {
        let closed = law.risk_at(&w, t);
        prop_assert_eq!(&closed, &stepped(&law, &w, t as usize)[t as usize]);
        prop_assert_eq!(&closed, &unrolled(&law, &w, t as i32));
    }

    #[test]
    fn distance_to_the_limit_contracts(law in small_law(), w in fraction(), t in 0u32..25) {
        prop_assume!(law.gap(&w) != q(0, 1));
        let limit = law.limit(&w);
        prop_assert_eq!(law.step(&w, &limit), limit.clone());
        let passed = (q(1, 1) + &law.excess) * (q(1, 1) - &w).pow(2);
        prop_assert_eq!(law.risk_at(&w, t) - &limit, passed.pow(t as i32) * (law.start() - limit));
    }

    #[test]
    fn floats_follow_the_exact_law(law in any_law(), w in 0.0..=1.0f64, t in 0u32..40) {
        let exact_law = rational_law(&law);
        let want = float(&exact_law.risk_at(&exact(w), t));
        prop_assume!(want.is_finite());
        assert_close("e_t", law.risk_at(&w, t), want, POSITIVE_TERMS + f64::from(t) * PER_GENERATION);
    }

    #[test]
    fn limit_in_floats_is_accurate_up_to_the_condition_of_the_divergence(law in any_law(), w in 0.0..=1.0f64) {
        let weight = Weight::new(w).unwrap();
        prop_assume!(!law.diverges(weight));
        let want = float(&rational_law(&law).limit(&exact(w)));
        // The two terms of 1 - rho u^2 subtract where rho > 1: their roundings count 2/(1 - rho u^2) times.
        let condition = if law.excess > 0.0 { 2.0 / law.gap(&w) } else { 1.0 };
        prop_assume!(condition < 1e6);
        assert_close("limit", law.limit_risk(weight), want, POSITIVE_TERMS * condition);
    }

    #[test]
    fn arrives_at_the_limit_when_it_says(law in any_law(), w in 0.01..=1.0f64, tolerance in 1e-6..0.5f64) {
        let weight = Weight::new(w).unwrap();
        prop_assume!(law.contraction(&w) < 0.95);
        let t = law.generations_to_limit(weight, tolerance).unwrap();
        let limit = law.limit_risk(weight);
        // Where the criterion is met or missed by a rounding, either generation is right: the distance is known to
        // 1e-13.
        let distance = |t| (law.risk_at(&w, t) / limit - 1.0).abs();
        prop_assert!(distance(t) <= tolerance * (1.0 + 1e-6));
        prop_assert!(t == 0 || distance(t - 1) > tolerance * (1.0 - 1e-6));
    }

    #[test]
    fn convex_where_it_converges(law in small_law(), a in fraction(), b in fraction()) {
        // Strictly convex: the middle lies below the chord.
        prop_assume!(a != b && law.gap(&a) > q(0, 1) && law.gap(&b) > q(0, 1));
        let middle = (&a + &b) / q(2, 1);
        prop_assert!(law.limit(&middle) < (law.limit(&a) + law.limit(&b)) / q(2, 1));
    }
}

#[test]
fn doubling_is_total_at_contraction_one_and_beyond() {
    // rho u^2 = 1: linear growth. 1e9 generations of a slope 1/4 after a start of 1.
    let linear = Recursion::new(1.0, 0.25, 0.0);
    assert_eq!(linear.risk_at(&0.0, 1_000_000_000), 1.0 + 0.25e9);
    // rho = 3 grows as 3^t: beyond the floats it is infinite, not NaN.
    let growing = Recursion::new(2.0, 2.0, 2.0);
    assert_eq!(growing.risk_at(&0.0, 1), 8.0);
    assert_eq!(growing.risk_at(&0.0, u32::MAX), f64::INFINITY);
    // rho = 0, m = 1: the past is forgotten.
    assert_eq!(Recursion::new(1.0, 0.5, -1.0).risk_at(&0.0, 7), 0.5);
}

#[test]
fn diverges_exactly_from_contraction_one() {
    let w = |w| Weight::new(w).unwrap();
    // rho = 1: only at w = 0.
    let golden = Recursion::new(1.0, 1.0, 0.0);
    assert!(golden.diverges(Weight::ZERO) && golden.limit_risk(Weight::ZERO) == f64::INFINITY);
    assert!(!golden.diverges(w(f64::MIN_POSITIVE)));
    // rho = 4: u < 1/2.
    let steep = Recursion::new(1.0, 1.0, 3.0);
    assert!(steep.diverges(w(0.5)) && !steep.diverges(w(0.500_001)));
    assert_eq!(steep.limit_risk(w(0.5)), f64::INFINITY);
    // rho = 3/4: nowhere, and at w = 0 the limit is (1/2)/(1 - 3/4).
    let resampled = Recursion::new(1.0, 0.5, -0.25);
    assert_eq!(resampled.limit_risk(Weight::ZERO), 2.0);
    assert_eq!(resampled.generations_to_limit(Weight::ZERO, 0.0), None);
}

#[test]
fn generations_at_the_ends() {
    let law = Recursion::new(1.0, 1.0, 0.0);
    assert_eq!(law.generations_to_limit(Weight::ZERO, 0.01), None);
    assert_eq!(law.generations_to_limit(Weight::new(1.0).unwrap(), 0.0), Some(0));
    assert_eq!(law.generations_to_limit(Weight::new(1e-300).unwrap(), 0.01), None);
    // rho = 0: one step from 1 to w^2 + u^2/4 = 5/16, where it stays.
    let forgetful = Recursion::new(1.0, 0.25, -1.0);
    let half = Weight::new(0.5).unwrap();
    assert_eq!(forgetful.limit_risk(half), 0.3125);
    assert_eq!(forgetful.generations_to_limit(half, 0.0), Some(1));
    assert_eq!(forgetful.generations_to_limit(half, 3.0), Some(0));
}

#[test]
fn any_weights_follow_the_definition() {
    let law = Recursion::new(q(1, 10), q(1, 4), q(1, 2));
    // e_1 = (1/9)(1/10) + (4/9)(1/4 + (3/2)(1/10)) = 17/90;  e_2 = (1/4)(1/10) + (1/4)(1/4 + (3/2)(17/90)) = 19/120
    assert_eq!(law.risk_with_weights(&[q(1, 3), q(1, 2)]), [q(1, 10), q(17, 90), q(19, 120)]);
}
