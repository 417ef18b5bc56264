//! The Gaussian mean and variance.

use goldenweight_theory::gaussian;
use goldenweight_theory::parameters::DegreesOfFreedom;
use proptest::prelude::*;

use crate::support::{cases, fraction, q, sizes};

proptest! {
    #![proptest_config(cases(256))]

    /// Raw moments (E mu_t^2, E sigma_t^2) about the origin, not about the truth, in dimension 1.
    #[test]
    fn mean_by_raw_moments(
        n in 1u64..200, m in 1u64..200, w in fraction(), mu in -9i64..9, s in 1i64..9, t in 0usize..15,
    ) {
        let (mu2, sigma2, u) = (q(mu * mu, 4), q(s, 3), q(1, 1) - &w);
        let real = &mu2 + &sigma2 / q(n as i64, 1);
        let (mut second, mut variance) = (real.clone(), sigma2.clone());
        for _ in 0..t {
            let synthetic = second + &variance / q(m as i64, 1);
            second = &w * &w * &real + q(2, 1) * &w * &u * &mu2 + &u * &u * synthetic;
            variance = &w * &sigma2 + &u * variance;
        }
        prop_assert_eq!(gaussian::mean(sigma2, sizes(n, m)).risk_at(&w, t as u32), second - mu2);
    }

    /// Raw fourth moment E sigma_t^4; E S^2 = sigma^4 (1 + 2/d) for a sample variance S with d degrees of freedom.
    #[test]
    fn variance_by_raw_moments(c in 1i64..200, d in 1i64..200, w in fraction(), s in 1i64..9, t in 0usize..15) {
        let (sigma2, u) = (q(s, 3), q(1, 1) - &w);
        let sigma4 = &sigma2 * &sigma2;
        let inflate = |df: i64| q(df + 2, df);
        let real = &sigma4 * inflate(c);
        let mut fourth = real.clone();
        for _ in 0..t {
            fourth = &w * &w * &real + q(2, 1) * &w * &u * &sigma4 + &u * &u * inflate(d) * fourth;
        }
        let df = DegreesOfFreedom::new(sizes(c as u64 + 1, d as u64 + 1)).unwrap();
        prop_assert_eq!(gaussian::variance(sigma2, df).risk_at(&w, t as u32), fourth - sigma4);
    }
}

#[test]
fn rho_of_the_variance() {
    let df = DegreesOfFreedom::new(sizes(4, 9)).unwrap();
    assert_eq!(gaussian::variance(q(1, 1), df).rho(), q(10, 8));
}
