//! Fisher information of logistic and Poisson regression against digits of higher precision.

use std::f64::consts::TAU;

use gauss_quad::legendre::GaussLegendre;
use goldenweight_theory::{logistic, poisson};
use proptest::prelude::*;

use crate::precision::{INFORMATION, INFORMATION_BY_GAUSS, POSITIVE_TERMS, SEPARATION};
use crate::support::{assert_close, cases, sizes};

fn normal_density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / TAU.sqrt()
}

#[test]
fn logistic_digits() {
    // mpmath, 50 digits: s = lambda x: exp(-x)/(1+exp(-x))**2, 2*quad of s(b z) npdf(z) and of z^2 s(b z) npdf(z)
    // over [0, 1, 2, 4, 8, 16, 32, 40]/max(b, 1)
    let table = [
        (0.0, 0.25, 0.25),
        (0.1, 0.24937810306418608612, 0.24814047184412528101),
        (0.5, 0.23604442243987966244, 0.21100350316053628987),
        (1.0, 0.20662096414190703726, 0.14422448018264784377),
        (2.0, 0.1514263774005397064, 0.060527533330296169021),
        (5.0, 0.075144854427983470442, 0.0082648071801167218732),
        (10.0, 0.039259560109364076918, 0.0012282689252797893016),
        (20.0, 0.019865784142370832196, 0.00016127887332859563186),
        (50.0, 0.00797360297697087299, 0.000010470814293367176134),
        (1e3, 0.00039894162416995179633, 1.3124584280731609326e-9),
        (1e6, 3.9894228040077644419e-7, 1.3124674954678008375e-18),
    ];
    for (b, across, along) in table {
        let information = logistic::information(b);
        assert_close(&format!("a({b})"), information.across, across, INFORMATION);
        assert_close(&format!("c({b})"), information.along, along, INFORMATION);
    }
    // The same integrals: (p - 1)/a + 1/c at b = sqrt p
    for (p, trace) in
        [(1, 6.9336356680473827727), (2, 15.465022586639499479), (4, 36.333014590017829836), (8, 90.046534982716445928)]
    {
        assert_close("tr I^-1", logistic::trace_inverse_information(&vec![1.0; p]), trace, INFORMATION);
    }
}

/// By hand: one sign (p = 1), an arc of less than half the circle (Wendel: n/2^(n-1)), and of four points in three dimensions all but the two labellings that
/// their one linear dependence forbids.
#[test]
fn separation_by_hand() {
    assert_eq!(logistic::separation_probability(1, 5), 1.0 / 16.0);
    assert_eq!(logistic::separation_probability(2, 6), 6.0 / 32.0);
    assert_eq!(logistic::separation_probability(3, 4), 14.0 / 16.0);
    assert_eq!(logistic::separation_probability(3, 3), 1.0);
    assert_eq!(logistic::separation_probability(9, 2), 1.0);
    assert_close("half of 2p rows", logistic::separation_probability(500, 1000), 0.5, SEPARATION);
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn logistic_by_gauss_legendre(b in 0.0..50.0f64) {
        let rule = GaussLegendre::new(200.try_into().unwrap());
        let end = 10.0f64.min(56.0 / b);
        let sigmoid_slope = |x: f64| 0.25 / (x / 2.0).cosh().powi(2);
        let across = 2.0 * rule.integrate(0.0, end, |z| sigmoid_slope(b * z) * normal_density(z));
        let along = 2.0 * rule.integrate(0.0, end, |z| z * z * sigmoid_slope(b * z) * normal_density(z));
        let information = logistic::information(b);
        assert_close("a", information.across, across, INFORMATION_BY_GAUSS);
        assert_close("c", information.along, along, INFORMATION_BY_GAUSS);
    }

    /// Only the norm of beta matters, and its dimension: at |beta| = b the trace is that of (b, 0, ..., 0).
    #[test]
    fn depends_on_the_norm_alone(beta in prop::collection::vec(-3.0..3.0f64, 1..6)) {
        let norm = beta.iter().map(|b| b * b).sum::<f64>().sqrt();
        let mut axis = vec![0.0; beta.len()];
        axis[0] = norm;
        for (what, trace) in [
            ("logistic", logistic::trace_inverse_information as fn(&[f64]) -> f64),
            ("poisson", poisson::trace_inverse_information),
        ] {
            assert_close(what, trace(&beta), trace(&axis), INFORMATION_BY_GAUSS);
        }
    }

    /// E e^{bZ} and E Z^2 e^{bZ} by quadrature around their peak.
    #[test]
    fn poisson_by_gauss_legendre(b in 0.0..6.0f64, others in 0usize..5) {
        let rule = GaussLegendre::new(120.try_into().unwrap());
        let integrand = |power, z: f64| z.powi(power) * (b * z).exp() * normal_density(z);
        let moment = |power| rule.integrate(b - 12.0, b + 12.0, |z| integrand(power, z));
        let mut beta = vec![0.0; others + 1];
        beta[others] = b;
        let want = others as f64 / moment(0) + 1.0 / moment(2);
        assert_close("tr I^-1", poisson::trace_inverse_information(&beta), want, INFORMATION_BY_GAUSS);
    }
}

#[test]
fn poisson_digits() {
    // mpmath, 50 digits: exp(-mpf(p)/2)*(p-1+1/(1+mpf(p)))
    for (p, trace) in [
        (1, 0.3032653298563167118),
        (2, 0.49050592156192309546),
        (4, 0.43307290635716061406),
        (8, 0.1302445432087763932),
    ] {
        assert_close("tr I^-1", poisson::trace_inverse_information(&vec![1.0; p]), trace, POSITIVE_TERMS);
    }
}

#[test]
fn limit_laws_spread_the_trace_over_the_rows() {
    let beta = [1.0, 1.0];
    for (law, trace) in [
        (logistic::limit_law(&beta, sizes(50, 200)), 15.465022586639499479),
        (poisson::limit_law(&beta, sizes(50, 200)), 0.49050592156192309546),
    ] {
        assert_close("A/n", law.fresh, trace / 50.0, INFORMATION);
        assert_close("A/m", law.synthetic, trace / 200.0, INFORMATION);
        assert_eq!(law.excess, 0.0);
    }
}
