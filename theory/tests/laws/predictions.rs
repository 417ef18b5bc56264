//! What the theory predicts for the paper's experiments: means over generations 150..200.

use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::{cdf, gaussian, weights};

use crate::precision::{COVARIANCE_OPTIMUM, POSITIVE_TERMS, PRINTED};
use crate::support::{assert_close, sizes};

fn averaged(risk: impl Fn(u32) -> f64) -> f64 {
    (150..200).map(risk).sum::<f64>() / 50.0
}

#[test]
fn figure_8() {
    // mpmath, 40 digits: the recursions stepped from generation 0, at the minimum of the limit
    let sizes = sizes(100, 100);
    let mean = gaussian::mean(2.0, sizes);
    let w = mean.optimal_weight();
    assert_close("mean", averaged(|t| mean.risk_at(&w, t)), 0.012360679775, PRINTED);

    let covariance = CovarianceSystem::new(2.0, 4.0, DegreesOfFreedom::new(sizes).unwrap());
    let w = covariance.optimal_weight();
    assert_close("covariance weight", w, 0.61980993785857511163, COVARIANCE_OPTIMUM);
    assert_close("covariance", averaged(|t| covariance.moments_at(&w, t).risk), 0.0375641416136, PRINTED);

    let cdf = cdf::law(sizes);
    let w = cdf.optimal_weight();
    assert_close("cdf weight", w, 0.61697664942697509119, POSITIVE_TERMS);
    assert_close("cdf", averaged(|t| cdf.risk_at(&w, t)), 0.00102829441571, PRINTED);
}

#[test]
fn figure_9() {
    let check = |sizes: SampleSizes, optimal: f64, naive: f64| {
        let law: Recursion<f64> = gaussian::mean(2.0, sizes);
        let k = sizes.mixing_ratio();
        let at = |w: f64| averaged(|t| law.risk_at(&w, t));
        assert_close("optimal", at(weights::optimal_weight(&k)), optimal, PRINTED);
        assert_close("naive", at(weights::naive_weight(&k)), naive, PRINTED);
        naive
    };
    // mpmath, 40 digits, with k = 100/m
    check(sizes(100, 526), 0.00702410235308, 0.0108680555556);
    let naive = check(sizes(100, 10_000), 0.00190249843945, 0.0103714416215);
    // At k = .01 naive pooling is still 3.2 % above its limit .01005 there: the rest of the start has not died out.
    assert_close("limit", naive / (0.02 * 1.01 / 2.01), 1.03200978, PRINTED);
}
