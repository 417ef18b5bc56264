//! The eigenvalues of a matrix-variate beta: moments that are rational, and a law that has a logarithm.

use goldenweight_theory::matrix_beta::MatrixBeta;
use proptest::prelude::*;

use crate::precision::{EIGENVALUES, RULES};
use crate::support::{assert_close, cases, log_uniform, sizes};

proptest! {
    #![proptest_config(cases(192))]

    /// E tr X and E tr X^2 by the zonal polynomials of degree 2, E tr (X^{-1} - I) by the mean of an inverse; every rank, and means that need no more than a few
    /// nodes as well as those that need thousands.
    #[test]
    fn moments(p in 1u32..40, n in log_uniform(0.0, 6.0), m in log_uniform(0.0, 6.0)) {
        let (n, m) = (n.floor(), m.floor());
        let (nu, dim) = (n + m, f64::from(p));
        prop_assume!(nu > dim);
        let law = MatrixBeta::new(p, sizes(n as u64, m as u64)).expect("n + m > p");
        let ones = (dim - n).max(0.0);
        let even = dim * (dim + 2.0) * m * (m + 2.0) / (nu * (nu + 2.0));
        let odd = dim * (dim - 1.0) * m * (m - 1.0) / (nu * (nu - 1.0));
        let means = law.spectrum([1.0, 1.0]).means(|o| [o / (1.0 + o), o / (1.0 + o) * o / (1.0 + o)]);
        assert_close("trace", means.values[0] + ones, dim * m / nu, EIGENVALUES);
        assert_close("trace of the square", means.values[1] + ones, (even - odd) / 3.0, EIGENVALUES);
        prop_assert!(means.error < RULES, "{}", means.error);
        if m > dim + 1.0 {
            let means = law.spectrum([f64::MIN_POSITIVE, 1.0]).means(|o| [1.0 / o]);
            assert_close("inverse", means.values[0], dim * n / (m - dim - 1.0), EIGENVALUES);
        }
    }
}

/// n = m = 2, p = 1: x is uniform, and the mean of x/(x + kappa (1 - x)) is (1 - kappa + kappa ln kappa)/(1 - kappa)^2.
#[test]
fn uniform() {
    let law = MatrixBeta::new(1, sizes(2, 2)).expect("rows enough");
    for kappa in [1e-12, 1e-3, 0.3, 5.0, 1e3, 1e12f64] {
        let mean = law.spectrum([kappa; 2]).means(|o| [o / (o + kappa)]).values[0];
        let expected = (1.0 - kappa + kappa * libm::log(kappa)) / ((1.0 - kappa) * (1.0 - kappa));
        assert_close(&format!("kappa = {kappa}"), mean, expected, EIGENVALUES);
    }
}

#[test]
fn none_inside() {
    for (p, n, m) in [(3, 1, 2), (3, 1, 1), (0, 5, 5)] {
        assert!(MatrixBeta::new(p, sizes(n, m)).is_none());
    }
    assert!(MatrixBeta::new(3, sizes(2, 2)).is_some());
}
