//! What follows for the mixing ratio alone.

use std::cmp::Ordering::Greater;

use goldenweight_theory::parameters::MixingRatio;
use goldenweight_theory::weights::{
    break_even_weight, effective_sample_size, fixed_real_data_limit, naive_relative_risk, naive_weight,
    optimal_synthetic_weight, optimal_weight, relative_risk,
};
use proptest::prelude::*;

use crate::precision::{POSITIVE_TERMS, PRINTED};
use crate::support::{Q, assert_close, cases, fraction, log_uniform, q, sign, sizes};

fn ratio(n: u64, m: u64) -> MixingRatio<Q> {
    sizes(n, m).mixing_ratio()
}

fn float_ratio(k: f64) -> MixingRatio {
    MixingRatio::new(k).unwrap()
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn naive_pooling(n in 1u64..500, m in 1u64..500) {
        let k = ratio(n, m);
        let w = naive_weight(&k);
        prop_assert_eq!(&w, &q(n as i64, (n + m) as i64));
        prop_assert_eq!(naive_relative_risk(&k), relative_risk(&k, &w));
    }

    #[test]
    fn mixing_wins_exactly_above_break_even(n in 1u64..500, m in 1u64..500, w in fraction()) {
        prop_assume!(w != q(0, 1));
        let k = ratio(n, m);
        let even = break_even_weight(&k);
        prop_assert_eq!(relative_risk(&k, &even), q(1, 1));
        prop_assert_eq!(relative_risk(&k, &w) < q(1, 1), even < w && w < q(1, 1));
    }

    /// At the k = w*^2/(1 - w*) whose optimum is the rational w*: R(w) = w* + (1 + k + w*)(w - w*)^2/(w(2 - w)),
    /// exactly.
    #[test]
    fn excess_over_the_optimum_is_a_square(best in fraction(), w in fraction()) {
        let one = q(1, 1);
        prop_assume!(best != one && sign(&best) == Greater && sign(&w) == Greater);
        let k = &best * &best / (&one - &best);
        let integer = |x: &num_bigint::BigInt| u64::try_from(x).unwrap();
        let risk = relative_risk(&ratio(integer(k.numer()), integer(k.denom())), &w);
        prop_assert_eq!(risk, &best + (&one + &k + &best) * (&w - &best).pow(2) / (&w * (q(2, 1) - &w)));
    }

    /// The same n rows each time: second moments of (error of the fit, its covariance with the real mean), A = 1.
    #[test]
    fn fixed_real_data_by_its_joint_moments(n in 1u64..100, m in 1u64..100, w in fraction()) {
        prop_assume!(w != q(0, 1));
        let (n_rows, m_rows, u) = (q(n as i64, 1), q(m as i64, 1), q(1, 1) - &w);
        let limit = fixed_real_data_limit(&ratio(n, m), &w) / &n_rows;
        let covariance = q(1, 1) / &n_rows;
        prop_assert_eq!(&w / &n_rows + &u * &covariance, covariance.clone());
        let next = &w * &w / &n_rows + q(2, 1) * &w * &u * covariance + &u * &u * (q(1, 1) / m_rows + &limit);
        prop_assert_eq!(next, limit.clone());
        prop_assert_eq!(limit * n_rows == q(1, 1), w == q(1, 1));
    }

    #[test]
    fn increases_in_k(k in log_uniform(-12.0, 12.0)) {
        let larger = float_ratio(k * 1.001);
        prop_assert!(optimal_weight(&float_ratio(k)) <= optimal_weight(&larger));
        prop_assert!(optimal_synthetic_weight(&float_ratio(k)) > optimal_synthetic_weight(&larger));
    }

    /// w* = s - s^2/2 + s^3/8 - s^5/128 + ... with s = sqrt k.
    #[test]
    fn few_real_rows(k in log_uniform(-12.0, -4.0)) {
        let s = k.sqrt();
        assert_close("w*", optimal_weight(&float_ratio(k)), s * (1.0 - s / 2.0 + k / 8.0), POSITIVE_TERMS + k * k);
    }

    /// u* = 1/k - 2/k^2 + 5/k^3 - ... (Catalan numbers).
    #[test]
    fn many_real_rows(k in log_uniform(4.0, 12.0)) {
        let x = 1.0 / k;
        let u = optimal_synthetic_weight(&float_ratio(k));
        assert_close("u*", u, x * (1.0 - 2.0 * x), POSITIVE_TERMS + 5.0 * x * x);
    }
}

#[test]
fn at_k_1() {
    let k = float_ratio(1.0);
    let w = optimal_weight(&k);
    assert_close("phi n", effective_sample_size(100.0, w), 161.803_398_874_989_48, POSITIVE_TERMS);
    assert_eq!(naive_relative_risk(&ratio(1, 1)), q(2, 3));
    // w = 1/2 costs 7.868932583 % (mpmath)
    assert_close("cost of 1/2", relative_risk(&k, &0.5) / w - 1.0, 0.07868932583, PRINTED);
}

#[test]
fn effective_sample_size_of_many_synthetic_rows() {
    // n/w* = sqrt(n m) (1 + sqrt(k)/2 + ...) at k = 1e-8
    let size = effective_sample_size(100.0, optimal_weight(&float_ratio(1e-8)));
    assert_close("sqrt(n m)", size, 1e6 * (1.0 + 0.5e-4), 1e-8);
}

#[test]
fn total_at_the_ends_of_the_domain() {
    for k in [f64::MIN_POSITIVE, f64::MAX] {
        let k = float_ratio(k);
        let weights = [optimal_weight(&k), optimal_synthetic_weight(&k), naive_weight(&k), break_even_weight(&k)];
        assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)), "{weights:?}");
        assert_eq!(relative_risk(&k, &0.0), f64::INFINITY);
        assert_eq!(fixed_real_data_limit(&k, &0.0), f64::INFINITY);
    }
    // sqrt k, by 2^-511 = sqrt(2^-1022)
    assert_close("w*", optimal_weight(&float_ratio(f64::MIN_POSITIVE)), 2f64.powi(-511), POSITIVE_TERMS);
}
