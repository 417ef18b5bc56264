//! Training on synthetic rows alone (w = 0).
//!
//! The risks are those of the models' laws at w = 0, written out;
//! [`Recursion::risk_at`](crate::recursion::Recursion::risk_at) gives the same numbers, and in floats more accurately
//! where the sizes are large.
//!
//! Tested by `tests/laws/collapse.rs`: the models' laws in exact rationals, digits, statrs.

use crate::parameters::{DegreesOfFreedom, SampleSizes};
use crate::recursion::geometric;
use crate::scalar::Scalar;

/// Risk of the Gaussian mean at generation t: linear in t.
///
/// # Formula
/// `tr Sigma (1/n + t/m)`
///
/// # Source
/// derived: a random walk of the mean, with expected squared steps tr Sigma/m
///
/// # Examples
/// ```
/// use goldenweight_theory::{collapse, parameters::SampleSizes};
/// // 10 rows: a tenth of the variance at first, and another tenth at each of 100 generations.
/// let risk: f64 = collapse::mean_risk(1.0, SampleSizes::new(10, 10)?, 100);
/// assert!((risk - 10.1).abs() < 1e-14);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn mean_risk<S: Scalar>(trace_sigma: S, sizes: SampleSizes, t: u32) -> S {
    let (n, m) = sizes.scalars::<S>();
    trace_sigma * (S::one() / n + S::ratio(t.into(), 1) / m)
}

/// Risk of resampled frequencies at generation t: rises to A, the risk of a point mass.
///
/// # Formula
/// `A (1 - (1 - 1/m)^t (1 - 1/n))`, A = 1/6 for the cdf, sum p(1 - p) for categories
///
/// # Source
/// derived: the expected sum q(1 - q) of the fitted probabilities, A minus the risk, is multiplied by 1 - 1/rows with
/// each resampling
///
/// # Accuracy
/// in floats t/2 + 3 ulp of A: the factor 1 - 1/m is rounded once and raised to the t-th power
///
/// # Examples
/// ```
/// use goldenweight_theory::{collapse, parameters::SampleSizes};
/// // A single row is a point mass at once, and stays one.
/// let sizes = SampleSizes::new(1, 1)?;
/// assert_eq!([0, 1, 50].map(|t| collapse::resampling_risk(0.5, sizes, t)), [0.5; 3]);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn resampling_risk<S: Scalar>(a: S, sizes: SampleSizes, t: u32) -> S {
    let (n, m) = sizes.scalars::<S>();
    let kept = |rows: S| S::one() - S::one() / rows;
    a * (S::one() - geometric(&kept(m), t).1 * kept(n))
}

/// Risk of the Gaussian variance at generation t: grows geometrically.
///
/// # Formula
/// `sigma^4 ((1 + 2/(m - 1))^t (1 + 2/(n - 1)) - 1)`
///
/// # Source
/// derived: E sigma_t^4 = sigma^4 + e_t is multiplied by 1 + 2/(rows - 1) with each resampling
///
/// # Accuracy
/// in floats t ulp of E sigma_t^4 = sigma^4 + risk
///
/// # Examples
/// ```
/// use goldenweight_theory::{collapse, parameters::{DegreesOfFreedom, SampleSizes}};
/// // With two degrees of freedom a variance is exponential, and E s^4 doubles.
/// let df = DegreesOfFreedom::new(SampleSizes::new(3, 3)?)?;
/// assert_eq!([0, 1, 2].map(|t| collapse::variance_risk(1.0, df, t)), [1.0, 3.0, 7.0]);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn variance_risk<S: Scalar>(sigma2: S, df: DegreesOfFreedom, t: u32) -> S {
    let (c, d) = df.scalars::<S>();
    let growth = |df: S| S::one() + S::ratio(2, 1) / df;
    sigma2.sqr() * (geometric(&growth(d), t).1 * growth(c) - S::one())
}

/// Mean of log sigma_t^2 - log sigma_{t-1}^2: negative, so sigma_t^2 -> 0 almost surely while its risk grows.
///
/// # Formula
/// `digamma(d/2) - log(d/2)`, d = m - 1
///
/// # Domain
/// d >= 1; minus infinity at d = 0, where the variance is 0
///
/// # Source
/// derived: sigma_t^2/sigma_{t-1}^2 is chi-squared(d)/d, independent of the past, and E log chi-squared(d) =
/// digamma(d/2) + log 2
///
/// # Accuracy
/// 2e-15 relative
///
/// # Examples
/// ```
/// use goldenweight_theory::{collapse};
/// // Chi-squared(2)/2 is exponential, and the mean of its logarithm is minus Euler's constant.
/// assert!((collapse::log_variance_drift(2) + 0.577_215_664_901_532_9).abs() < 2e-15);
/// ```
#[must_use]
pub fn log_variance_drift(df: u64) -> f64 {
    if df == 0 { f64::NEG_INFINITY } else { log_bias(df as f64 / 2.0) }
}

/// Mean of log det Sigma_t - log det Sigma_{t-1}.
///
/// # Formula
/// `sum_{j=1..p} (digamma((m - j)/2) + log 2 - log(m - 1))`
///
/// # Domain
/// m > p; minus infinity elsewhere, where the fitted covariance is singular
///
/// # Source
/// derived: det Sigma_t/det Sigma_{t-1} is det of Wishart(I_p, m - 1)/(m - 1), a product of independent chi-squared(m
/// - j)/(m - 1) (Bartlett)
///
/// # Accuracy
/// 2e-15 relative: each term is [`log_variance_drift`] at m - j plus log((m - j)/(m - 1)), both negative
///
/// # Examples
/// ```
/// use goldenweight_theory::{collapse};
/// // p = 1, two degrees of freedom: minus Euler's constant.
/// assert!((collapse::log_det_drift(1, 3) + 0.577_215_664_901_532_9).abs() < 2e-15);
/// // As many rows as dimensions: the covariance is singular.
/// assert_eq!(collapse::log_det_drift(3, 3), f64::NEG_INFINITY);
/// ```
#[must_use]
pub fn log_det_drift(dim: u32, synthetic: u64) -> f64 {
    let m = synthetic as f64;
    if synthetic <= dim.into() {
        return f64::NEG_INFINITY;
    }
    (1..=dim).map(f64::from).map(|j| log_bias((m - j) / 2.0) + libm::log1p((1.0 - j) / (m - 1.0))).sum()
}

/// digamma(x) - log x, without the cancellation of the difference.
///
/// Recurrence digamma(x) - log x = (digamma(x + 1) - log(x + 1)) + (log(1 + 1/x) - 1/x), all terms negative, up to
/// x >= 12, then Stirling's series -1/(2x) - sum B_{2k}/(2k x^{2k}), whose first omitted term bounds the error.
fn log_bias(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 12.0 {
        sum += libm::log1p(1.0 / x) - 1.0 / x;
        x += 1.0;
    }
    // B_{2k}/(2k) for k = 7, ..., 1
    let series = [1.0 / 12.0, -691.0 / 32760.0, 1.0 / 132.0, -1.0 / 240.0, 1.0 / 252.0, -1.0 / 120.0, 1.0 / 12.0];
    let y = 1.0 / (x * x);
    sum - 0.5 / x - series.iter().fold(0.0, |tail, b| (tail + b) * y)
}
