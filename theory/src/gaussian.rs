//! Gaussian rows: the mean in any dimension, and the variance in dimension one.
//!
//! Tested by `tests/laws/gaussian.rs`: raw second and fourth moments about the origin, in exact rationals.

use crate::parameters::{DegreesOfFreedom, SampleSizes};
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// Mean of a Gaussian whose covariance is re-estimated too; loss: squared norm.
///
/// # Formula
/// `A_r = A_s = tr Sigma,  nu = n, m,  rho = 1`
///
/// # Symbols
/// Sigma covariance of a real row; each covariance estimate is unbiased (divisors n - 1, m - 1)
///
/// # Domain
/// exact at every n, m >= 2 and t (m = n = 1 has no covariance estimate; with Sigma known, at n, m >= 1)
///
/// # Source
/// paper, abstract (Gaussian model); the law is derived: the synthetic mean is mu_{t-1} + noise of covariance
/// Sigma_{t-1}/m, uncorrelated with mu_{t-1} - mu given the previous fit, and E tr Sigma_{t-1} = tr Sigma because both
/// covariance estimates are unbiased and their weights sum to 1
///
/// # Examples
/// ```
/// use goldenweight_theory::{gaussian, parameters::SampleSizes};
/// // A random walk without real rows: tr Sigma (1/n + t/m).
/// let law = gaussian::mean(2.0, SampleSizes::new(100, 50)?);
/// assert!((law.risk_at(&0.0, 25) - 2.0 * (1.0 / 100.0 + 25.0 / 50.0)).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn mean<S: Scalar>(trace_sigma: S, sizes: SampleSizes) -> Recursion<S> {
    let (n, m) = sizes.scalars::<S>();
    Recursion::new(trace_sigma.clone() / n, trace_sigma / m, S::ratio(0, 1))
}

/// Variance of a Gaussian (p = 1), divisors n - 1 and m - 1; loss: squared error.
///
/// # Formula
/// `A_r = A_s = 2 sigma^4,  nu = n - 1, m - 1,  rho = 1 + 2/(m - 1) = (m + 1)/(m - 1)`
///
/// # Domain
/// exact at every n, m >= 2 and t
///
/// # Source
/// paper, abstract (Gaussian model); the law is derived: given sigma_{t-1}^2 the synthetic variance is unbiased with
/// variance 2 sigma_{t-1}^4/(m - 1), and E sigma_{t-1}^4 = sigma^4 + e_{t-1}
///
/// # Examples
/// ```
/// use goldenweight_theory::{gaussian, parameters::{DegreesOfFreedom, SampleSizes}};
/// // The variance of a sample variance: 2 sigma^4/(n - 1).
/// let df = DegreesOfFreedom::new(SampleSizes::new(5, 9)?)?;
/// assert_eq!(gaussian::variance(3.0, df).risk_at(&1.0, 0), 2.0 * 9.0 / 4.0);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn variance<S: Scalar>(sigma2: S, df: DegreesOfFreedom) -> Recursion<S> {
    let (c, d) = df.scalars::<S>();
    let a = S::ratio(2, 1) * sigma2.sqr();
    Recursion::new(a.clone() / c, a / d.clone(), S::ratio(2, 1) / d)
}
