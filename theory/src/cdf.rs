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
#[must_use]
pub fn law<S: Scalar>(sizes: SampleSizes) -> Recursion<S> {
    resampling(S::ratio(1, 6), sizes)
}
