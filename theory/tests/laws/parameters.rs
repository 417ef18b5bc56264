//! Validated inputs.

use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio, SampleSizes, Weight};
use num_rational::BigRational;

use crate::support::q;

#[test]
fn weights() {
    for w in [0.0, -0.0, 1.0, 0.5, f64::MIN_POSITIVE] {
        assert_eq!(Weight::new(w).unwrap().get(), w);
    }
    for w in [-1e-300, 1.0f64.next_up(), f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Weight::new(w).unwrap_err().name, "weight");
    }
    assert_eq!(Weight::new(1.5).unwrap_err().to_string(), "weight = 1.5 must be in [0, 1]");
}

#[test]
fn mixing_ratios() {
    for k in [f64::MIN_POSITIVE, 1.0, f64::MAX] {
        assert_eq!(MixingRatio::new(k).unwrap().get(), k);
    }
    for k in [0.0, -1.0, f64::MIN_POSITIVE / 2.0, f64::NAN, f64::INFINITY] {
        assert_eq!(MixingRatio::new(k).unwrap_err().name, "mixing ratio");
    }
    assert_eq!(SampleSizes::new(3, 7).unwrap().mixing_ratio::<BigRational>().get(), q(3, 7));
}

#[test]
fn sample_sizes() {
    let largest = i64::MAX.unsigned_abs();
    let sizes = SampleSizes::new(1, largest).unwrap();
    assert_eq!((sizes.real(), sizes.synthetic()), (1, largest));
    assert_eq!(SampleSizes::new(0, 1).unwrap_err().to_string(), "real = 0 must be at least 1");
    assert_eq!(SampleSizes::new(1, 0).unwrap_err().name, "synthetic");
    assert_eq!(SampleSizes::new(largest + 1, 1).unwrap_err().value, "9223372036854775808");
}

#[test]
fn degrees_of_freedom() {
    let df = DegreesOfFreedom::new(SampleSizes::new(3, 10).unwrap()).unwrap();
    assert_eq!((df.real(), df.synthetic()), (2, 9));
    assert!(DegreesOfFreedom::new(SampleSizes::new(2, 2).unwrap()).is_ok());
    for (real, synthetic, name) in [(1, 5, "real"), (5, 1, "synthetic")] {
        let error = DegreesOfFreedom::new(SampleSizes::new(real, synthetic).unwrap()).unwrap_err();
        assert_eq!((error.name, error.value.as_str()), (name, "1"));
    }
}
