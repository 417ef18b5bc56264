//! Derivatives through the scalar trait.

use goldenweight_theory::jet::Jet;
use goldenweight_theory::scalar::{Analytic, Scalar};
use proptest::prelude::*;

use crate::precision::POSITIVE_TERMS;
use crate::support::{Q, assert_close, cases, q};

/// A rational function with every operation, and its derivative by hand.
fn sample<S: Scalar>(x: S) -> S {
    (x.sqr() - S::ratio(3, 2)) / (x.clone() + S::ratio(7, 1)) + -x.clone() * x
}

fn sample_derivative(x: &Q) -> Q {
    let below = x + q(7, 1);
    (q(2, 1) * x * &below - (x * x - q(3, 2))) / (&below * &below) - q(2, 1) * x
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn rational_derivatives_are_exact(n in -30i64..30, d in 1i64..9) {
        let x = q(n, d);
        prop_assume!(x != q(-7, 1));
        let jet = sample(Jet::variable(x.clone()));
        prop_assert_eq!(jet.value, sample(x.clone()));
        prop_assert_eq!(jet.derivative, sample_derivative(&x));
    }

    #[test]
    fn analytic_derivatives(x in 0.01..20.0f64) {
        // Of 3 x, so that the chain rule shows.
        let jet = Jet::variable(x) * Jet::ratio(3, 1);
        assert_close("square", jet.sqr().derivative, 18.0 * x, POSITIVE_TERMS);
        assert_close("sqrt", jet.sqrt().derivative, 1.5 / (3.0 * x).sqrt(), POSITIVE_TERMS);
        assert_close("exp", jet.exp().derivative, 3.0 * (3.0 * x).exp(), POSITIVE_TERMS);
        assert_close("ln", jet.ln().derivative, 1.0 / x, POSITIVE_TERMS);
        prop_assert_eq!((jet.sqrt().value, jet.exp().value, jet.ln().value), ((3.0 * x).sqrt(), libm::exp(3.0 * x), libm::log(3.0 * x)));
        prop_assert!((-jet).is_negative() && !jet.is_negative() && !Jet::constant(0.0).is_negative());
    }
}
