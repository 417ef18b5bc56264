//! Linear regression.
//!
//! Tested by `tests/laws/linear.rs`: least squares on small designs, entry by entry in exact rationals; Bartlett's
//! decomposition; the values of figure 7.

use crate::misspecified::well_specified;
use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// Coefficients under random design N(0, I), weighted least squares on the pooled rows, noise variance known.
///
/// # Formula
/// `A_r = A_s = sigma^2 p,  nu = n, m,  rho = 1`
///
/// # Symbols
/// sigma^2 noise variance, p = `dim` number of coefficients
///
/// # Domain
/// limit n -> inf with k = n/m fixed; the gap at finite n is O(1/n)
///
/// # Source
/// paper, abstract (linear model); derived as [`crate::misspecified::limit_law`] with I = J = I_p/sigma^2
///
/// # Examples
/// ```
/// use goldenweight_theory::{linear, parameters::SampleSizes};
/// // Real rows alone: sigma^2 p/n, and the golden ratio of it at the best weight.
/// let law = linear::limit_law(2.0, 5, SampleSizes::new(100, 100)?);
/// assert_eq!(law.limit(&1.0), 2.0 * 5.0 / 100.0);
/// assert!((law.optimal_risk() / 0.1 - 0.618_033_988_749_894_8).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn limit_law<S: Scalar>(noise_variance: S, dim: u32, sizes: SampleSizes) -> Recursion<S> {
    well_specified(noise_variance * integer(dim), sizes)
}

/// Coefficients under one fixed design X of n rows, where real and synthetic labels are mixed row by row (so m = n).
///
/// # Formula
/// `A_r/nu_n = A_s/nu_m = sigma^2 tr (X'X)^-1,  rho = 1`
///
/// # Domain
/// exact at every n and t, X of full rank; k = 1 by construction
///
/// # Source
/// derived: least squares is linear in the labels, so beta_t - beta = w L e + u (L e' + beta_{t-1} - beta) with L =
/// (X'X)^-1 X' and independent noises e, e' of variance sigma^2, and tr L L' = tr (X'X)^-1
///
/// # Examples
/// ```
/// use goldenweight_theory::{linear};
/// // A column of four ones: the coefficient is a mean of four rows, and X'X = 4.
/// assert_eq!(linear::fixed_design_law(2.0, 0.25).limit(&1.0), 0.5);
/// ```
#[must_use]
pub fn fixed_design_law<S: Scalar>(noise_variance: S, trace_inverse_gram: S) -> Recursion<S> {
    let risk = noise_variance * trace_inverse_gram;
    Recursion::new(risk.clone(), risk, S::ratio(0, 1))
}

/// What each generation adds to the risk at w = 0, random design N(0, I).
///
/// # Formula
/// `sigma^2 p/(m - p - 1)`
///
/// # Domain
/// exact for p + 1 < m < 2^63; none where m <= p + 1, where the risk is infinite (m = p, p + 1) or the fit does not
/// exist
///
/// # Source
/// derived: beta_t - beta_{t-1} = (X'X)^-1 X' noise, independent of beta_{t-1}, of squared norm sigma^2 tr (X'X)^-1 in
/// the mean; (X'X)^-1 is inverse Wishart with m degrees of freedom, mean I/(m - p - 1)
///
/// # Examples
/// ```
/// use goldenweight_theory::{linear};
/// // One coefficient of four rows: the mean of 1/chi-squared(4) is 1/2; that of 1/chi-squared(2) is infinite.
/// assert_eq!(linear::synthetic_slope(1.0, 1, 4), Some(0.5));
/// assert_eq!(linear::synthetic_slope(1.0, 1, 2), None);
/// ```
#[must_use]
pub fn synthetic_slope<S: Scalar>(noise_variance: S, dim: u32, rows: u64) -> Option<S> {
    let slack = i64::try_from(rows).ok()? - i64::from(dim) - 1;
    (slack > 0).then(|| noise_variance * integer(dim) / S::ratio(slack, 1))
}

/// Risk at generation t for w = 0, random design N(0, I), and N(0, s I) at generation 0.
///
/// # Formula
/// `sigma^2 p (1/(s (n - p - 1)) + t/(m - p - 1))`
///
/// # Symbols
/// s = `initial_design_variance`
///
/// # Domain
/// exact for n > p + 1 and m > p + 1; none elsewhere
///
/// # Source
/// derived: [`synthetic_slope`] for each generation, and for generation 0 with n rows, where (X'X)^-1 is divided by s
///
/// # Examples
/// ```
/// use goldenweight_theory::{linear, parameters::SampleSizes};
/// // A half for the real rows, and a half for each of three generations.
/// assert_eq!(linear::synthetic_risk(1.0, 1, SampleSizes::new(4, 4)?, 1.0, 3), Some(2.0));
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn synthetic_risk<S: Scalar>(
    noise_variance: S,
    dim: u32,
    sizes: SampleSizes,
    initial_design_variance: S,
    t: u32,
) -> Option<S> {
    let start = synthetic_slope(noise_variance.clone(), dim, sizes.real())? / initial_design_variance;
    Some(start + integer::<S>(t) * synthetic_slope(noise_variance, dim, sizes.synthetic())?)
}

fn integer<S: Scalar>(n: u32) -> S {
    S::ratio(n.into(), 1)
}
