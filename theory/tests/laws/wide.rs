//! Floats with a wide exponent: the digits of `f64` where it has them, exact rationals where it has not.

use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::wide::Wide;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use proptest::prelude::*;

proptest! {
    /// Each operation rounds like that of `f64`, so a formula has its bits.
    #[test]
    fn formulas_have_the_digits_of_floats(
        fresh in 1e-6..10.0, synthetic in 1e-6..10.0, excess in -0.9..1.0, w in 0.0..1.0, t in 0_u32..200
    ) {
        let law = Recursion::new(fresh, synthetic, excess);
        let wide = Recursion::new(Wide::from(fresh), Wide::from(synthetic), Wide::from(excess));
        let w_wide = Wide::from(w);
        prop_assert_eq!(wide.risk_at(&w_wide, t).to_f64(), law.risk_at(&w, t));
        prop_assert_eq!(wide.limit(&w_wide).to_f64(), law.limit(&w));
        prop_assert_eq!((w_wide - Wide::from(fresh)).to_f64(), w - fresh);
    }
}

/// The decimal logarithm of a rational of many digits: the length of its whole part, and the first digits of that.
fn log10(x: &BigRational) -> f64 {
    let digits = x.to_integer().to_string();
    libm::log10(digits[..17].parse().expect("digits")) + (digits.len() - 17) as f64
}

/// n = m, p = 1, w = 0: the covariance's risk in exact rationals.
#[test]
fn risks_beyond_the_largest_float_have_their_logarithm() {
    for (rows, t) in [(4_u64, 1_390_u32), (4, 5_000), (2, 1_200), (3, 2_000)] {
        let df = || DegreesOfFreedom::new(SampleSizes::new(rows, rows).unwrap()).unwrap();
        let exact = CovarianceSystem::<BigRational>::new(BigRational::one(), BigRational::one(), df());
        let float = CovarianceSystem::<f64>::new(1.0, 1.0, df());
        let wide = CovarianceSystem {
            square_trace: Wide::one(),
            trace_square: Wide::one(),
            real: Wide::from(float.real),
            synthetic: Wide::from(float.synthetic),
        };
        let zero = BigRational::from_integer(BigInt::from(0));
        let expected = exact.moments_at(&zero, t).risk;
        let found = wide.moments_at(&Wide::from(0.0), t).risk;
        assert!(float.moments_at(&0.0, t).risk.is_infinite() && found.to_f64().is_infinite(), "{rows} {t}");
        // The power has condition t in its base, which is rounded: t half ulps, over ln 10.
        let tolerance = 2e-16 * f64::from(t) + 1e-13;
        assert!((found.log10() - log10(&expected)).abs() < tolerance, "{} {}", found.log10(), log10(&expected));
        assert!(expected.to_f64().is_none_or(f64::is_infinite));
    }
}

#[test]
fn sums_of_unlike_sizes_and_zeros() {
    let [zero, one, huge] = [0.0, 1.0, 1e300].map(Wide::from);
    assert_eq!((zero + one, one + zero, zero + zero, one - one), (one, one, zero, zero));
    assert_eq!(huge * huge + one, huge * huge);
    assert_eq!(((huge * huge) / huge).to_f64(), 1e300);
    assert!(zero.log10().is_infinite() && (-one).log10().is_nan());
    // The smallest float keeps its digits.
    assert_eq!(Wide::from(5e-324).to_f64(), 5e-324);
}
