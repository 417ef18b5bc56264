//! Categorical rows.
//!
//! Tested by `tests/laws/categorical.rs`: enumeration of every data set of small chains, in exact rationals.

use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// Cell probabilities; loss: sum over the cells of the squared error.
///
/// # Formula
/// `A_r = A_s = sum p_i (1 - p_i),  nu = n, m,  rho = 1 - 1/m`
///
/// # Domain
/// probabilities >= 0 with sum 1, at least two of them positive; exact at every n, m >= 1 and t
///
/// # Source
/// derived: given the previous fit q the synthetic frequencies have mean q and total variance sum q_i (1 - q_i)/m, and
/// E sum q_i (1 - q_i) = sum p_i (1 - p_i) - e_{t-1} because E q = p
#[must_use]
pub fn law<S: Scalar>(probabilities: &[S], sizes: SampleSizes) -> Recursion<S> {
    let a = probabilities.iter().fold(S::ratio(0, 1), |a, p| a + p.clone() * (S::one() - p.clone()));
    resampling(a, sizes)
}

/// The law of frequencies that are resampled: A_r = A_s = a, rho = 1 - 1/m.
pub(crate) fn resampling<S: Scalar>(a: S, sizes: SampleSizes) -> Recursion<S> {
    let (n, m) = sizes.scalars::<S>();
    Recursion::new(a.clone() / n, a / m.clone(), -(S::one() / m))
}
