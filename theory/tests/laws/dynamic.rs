//! Weights that change by generation: Fibonacci ratios, the Riccati fixed point, optimality.

use goldenweight_theory::dynamic::weights;
use goldenweight_theory::recursion::Recursion;
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

use crate::precision::POSITIVE_TERMS;
use crate::support::{any_law, assert_close, cases, fraction, q, small_law};

#[test]
fn ratios_of_fibonacci_numbers() {
    let law = Recursion::new(q(1, 10), q(1, 10), q(0, 1));
    // F_3/F_4 = 2/3 and so on, two indices per generation.
    let (mut odd, mut even) = (BigInt::from(2), BigInt::from(3));
    for (t, w) in weights(&law).take(200).enumerate() {
        assert_eq!(w, BigRational::new(odd.clone(), even.clone()), "generation {}", t + 1);
        odd += &even;
        even += &odd;
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_risk_is_the_weight(law in small_law()) {
        let chosen: Vec<_> = weights(&law).take(6).collect();
        let risks = law.risk_with_weights(&chosen);
        prop_assert_eq!(&risks[0], &law.fresh);
        for (w, risk) in chosen.iter().zip(&risks[1..]) {
            prop_assert_eq!(risk, &(w * &law.fresh));
        }
    }

    #[test]
    fn no_other_weights_do_better(law in small_law(), others in prop::collection::vec(fraction(), 5)) {
        let chosen: Vec<_> = weights(&law).take(5).collect();
        let least = law.risk_with_weights(&chosen);
        for (least, other) in least.iter().zip(law.risk_with_weights(&others)) {
            prop_assert!(*least <= other);
        }
    }

    /// The optimal constant weight is where the Riccati map stands still: v = P/(1 + P), P = kappa + rho v.
    #[test]
    fn fixed_point_is_the_optimum(law in any_law()) {
        let w = law.optimal_weight();
        let p = law.kappa() + law.rho() * w;
        assert_close("P/(1 + P)", p / (1.0 + p), w, 2.0 * POSITIVE_TERMS);
    }

    #[test]
    fn they_converge_to_it(law in any_law()) {
        let w = law.optimal_weight();
        // The map's derivative at w* is rho u*^2: the distance, at most 1, falls below 1e-16 w* after this many
        // generations.
        let contraction = law.contraction(&w);
        prop_assume!(contraction < 0.999);
        let generations = (200.0 / (1.0 - contraction)) as usize;
        assert_close("w_t", weights(&law).nth(generations).unwrap(), w, 2.0 * POSITIVE_TERMS / (1.0 - contraction));
    }
}
