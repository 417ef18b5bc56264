//! Exact rationals, comparisons and strategies shared by the tests.

use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::recursion::Recursion;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

pub type Q = BigRational;

pub fn q(n: i64, d: i64) -> Q {
    Q::new(n.into(), d.into())
}

/// The rational that a float is.
pub fn exact(x: f64) -> Q {
    Q::from_float(x).expect("finite")
}

/// The float nearest to a rational.
pub fn float(x: &Q) -> f64 {
    x.to_f64().expect("a rational has a float")
}

/// Cases from a fixed seed, so that `cargo test` is deterministic; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` vary it.
pub fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = if default.rng_seed == RngSeed::Random { RngSeed::Fixed(1618) } else { default.rng_seed };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..default }
}

/// Negative, zero or positive.
pub fn sign(x: &Q) -> std::cmp::Ordering {
    x.cmp(&q(0, 1))
}

#[track_caller]
pub fn assert_close(what: &str, got: f64, want: f64, relative: f64) {
    let error = (got - want).abs() / want.abs();
    assert!(
        error <= relative,
        "{what}: {got:e} instead of {want:e}: relative error {error:.2e}, allowed {relative:.2e}"
    );
}

/// The floats `ulps` steps below and above x.
pub fn around(x: f64, ulps: u32) -> (f64, f64) {
    (0..ulps).fold((x, x), |(low, high), _| (low.next_down(), high.next_up()))
}

pub fn sizes(real: u64, synthetic: u64) -> SampleSizes {
    SampleSizes::new(real, synthetic).expect("at least 1")
}

/// A law over floats, and the same numbers as exact rationals.
pub fn rational_law(law: &Recursion<f64>) -> Recursion<Q> {
    Recursion::new(exact(law.fresh), exact(law.synthetic), exact(law.excess))
}

prop_compose! {
    /// A positive number, uniform in its logarithm to base 10.
    pub fn log_uniform(low: f64, high: f64)(exponent in low..high) -> f64 {
        10f64.powf(exponent)
    }
}

prop_compose! {
    /// A law with kappa in 1e-12..1e12 and rho in 0..3, near 1 as often as not.
    pub fn any_law()(
        fresh in log_uniform(-3.0, 3.0),
        kappa in log_uniform(-12.0, 12.0),
        excess in prop_oneof![-1.0..2.0, log_uniform(-12.0, 0.0), log_uniform(-12.0, 0.0).prop_map(|x| -x)],
    ) -> Recursion<f64> {
        Recursion::new(fresh, kappa * fresh, excess)
    }
}

prop_compose! {
    /// A fraction in 0..=1 with a small denominator, so that powers stay short.
    pub fn fraction()(d in 1i64..40)(n in 0..=d, d in Just(d)) -> Q {
        q(n, d)
    }
}

prop_compose! {
    /// A law of small rationals, every coefficient in its domain.
    pub fn small_law()(f in 1i64..30, g in 1i64..30, d in 1i64..30, e in -1i64..5) -> Recursion<Q> {
        Recursion::new(q(f, d), q(g, 7), q(e, d))
    }
}

#[test]
fn close_numbers_pass() {
    assert_close("1 + 1e-12", 1.0 + 1e-12, 1.0, 2e-12);
}

#[test]
#[should_panic(expected = "relative error 1.00e-3, allowed 2.00e-12")]
fn distant_numbers_fail() {
    assert_close("1.001", 1.001, 1.0, 2e-12);
}

#[test]
#[should_panic(expected = "NaN")]
fn nan_fails() {
    assert_close("nan", f64::NAN, 1.0, 1.0);
}

#[test]
fn around_steps_by_ulps() {
    assert_eq!(around(1.0, 2), (1.0 - f64::EPSILON, 1.0 + 2.0 * f64::EPSILON));
}
