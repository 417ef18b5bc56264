//! The empirical distribution function.
//!
//! Tested by `tests/laws/cdf.rs`: enumeration of the weights of the atoms of small chains, in exact rationals.

use crate::categorical::resampling;
use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// Distribution function; loss: integral of (F_t - F)^2 dF, for any continuous truth F.
///
/// # Formula
/// `A_r = A_s = 1/6,  nu = n, m,  rho = 1 - 1/m`
///
/// # Domain
/// exact at every n, m >= 1 and t
///
/// # Source
/// derived: at each x the event "row <= x" is a category of probability p = F(x), whose squared error obeys the law of
/// [`crate::categorical::law`] with A = p(1 - p); the law is linear, and the integral of p(1 - p) over p in (0, 1) is
/// 1/6
///
/// # Examples
/// ```
/// use goldenweight_theory::{cdf, parameters::SampleSizes};
/// // A single row: the mean of (1(x <= F) - F)^2 over both is that of F (1 - F).
/// let risk: f64 = cdf::law(SampleSizes::new(1, 1)?).risk_at(&1.0, 0);
/// assert!((risk - 1.0 / 6.0).abs() < 1e-16);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn law<S: Scalar>(sizes: SampleSizes) -> Recursion<S> {
    resampling(S::ratio(1, 6), sizes)
}
