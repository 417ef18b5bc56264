//! Training on synthetic rows alone.

use goldenweight_theory::collapse::{log_det_drift, log_variance_drift, mean_risk, resampling_risk, variance_risk};
use goldenweight_theory::parameters::DegreesOfFreedom;
use goldenweight_theory::{categorical, cdf, gaussian};
use proptest::prelude::*;
use statrs::function::gamma::digamma;

use crate::precision::{DRIFT, DRIFT_BY_STATRS};
use crate::support::{assert_close, cases, q, sizes};

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn written_out_they_are_the_models_laws(n in 2u64..90, m in 2u64..90, a in 1i64..9, t in 0u32..30) {
        let (zero, sizes) = (q(0, 1), sizes(n, m));
        let df = DegreesOfFreedom::new(sizes).unwrap();
        prop_assert_eq!(mean_risk(q(a, 4), sizes, t), gaussian::mean(q(a, 4), sizes).risk_at(&zero, t));
        prop_assert_eq!(variance_risk(q(a, 4), df, t), gaussian::variance(q(a, 4), df).risk_at(&zero, t));
        prop_assert_eq!(resampling_risk(q(1, 6), sizes, t), cdf::law(sizes).risk_at(&zero, t));
        let p = [q(a, 10), q(10 - a, 10)];
        let heterozygosity = q(2 * a * (10 - a), 100);
        prop_assert_eq!(resampling_risk(heterozygosity, sizes, t), categorical::law(&p, sizes).risk_at(&zero, t));
    }

    #[test]
    fn drift_by_statrs(d in 1u64..40) {
        let x = d as f64 / 2.0;
        assert_close("drift", log_variance_drift(d), digamma(x) - x.ln(), DRIFT_BY_STATRS);
    }

    #[test]
    fn log_det_by_statrs(m in 3u64..20, p in 1u32..3) {
        let term = |j| digamma((m as f64 - f64::from(j)) / 2.0) + 2f64.ln() - (m as f64 - 1.0).ln();
        assert_close("drift", log_det_drift(p, m), (1..=p).map(term).sum(), DRIFT_BY_STATRS);
    }
}

#[test]
fn variance_grows_geometrically() {
    // m = n = 5: sigma^4 ((3/2)^{t+1} - 1)
    let df = DegreesOfFreedom::new(sizes(5, 5)).unwrap();
    assert_eq!(variance_risk(q(2, 1), df, 2), q(4, 1) * (q(27, 8) - q(1, 1)));
}

#[test]
fn drift_digits() {
    // mpmath, 50 digits: x = mpf(d)/2; digamma(x) - log(x)
    for (d, drift) in [
        (1, -1.27036284546147817),
        (2, -0.57721566490153286061),
        (3, -0.36897513412958786142),
        (4, -0.27036284546147817002),
        (9, -0.11520647041674517186),
        (10, -0.10332024400229990187),
        (23, -0.044107905833422768022),
        (24, -0.042244969812188293491),
        (25, -0.040532993033343391634),
        (99, -0.010135018848272834847),
        (999, -0.0010013350018684682558),
        (1_000_000, -1.0000003333333333332e-6),
        (1_000_000_000_000, -1.0000000000003333333e-12),
        (1 << 62, -2.1684043449710088682e-19),
    ] {
        assert_close(&format!("drift({d})"), log_variance_drift(d), drift, DRIFT);
    }
    assert_eq!(log_variance_drift(0), f64::NEG_INFINITY);
}

#[test]
fn log_det_digits() {
    // mpmath, 50 digits: sum(digamma(mpf(m-j)/2) + log(2) - log(mpf(m-1)) for j in 1..p)
    for (p, m, drift) in [
        (1, 5, -0.27036284546147817002),
        (2, 5, -0.92702005204284695888),
        (4, 100, -0.10250424655502701672),
        (3, 4, -3.7206310412688729654),
        (8, 1000, -0.036137327712919397651),
        (2, 1_000_000_000, -3.000000005166666676e-9),
    ] {
        assert_close(&format!("drift({p}, {m})"), log_det_drift(p, m), drift, DRIFT);
    }
    assert_eq!(log_det_drift(3, 3), f64::NEG_INFINITY);
    assert_eq!(log_det_drift(1, 0), f64::NEG_INFINITY);
}
