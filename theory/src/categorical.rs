//! Categorical rows.
//!
//! Tested by `tests/laws/categorical.rs`: enumeration of every data set of small chains, in exact rationals.

use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// Probabilities of the categories; loss: sum over the categories of the squared error.
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
///
/// # Examples
/// ```
/// use goldenweight_theory::{categorical, parameters::SampleSizes};
/// // Two equally likely categories; of 10 rows the squared errors add up to 2 (1/4)/10.
/// let law = categorical::law(&[0.5, 0.5], SampleSizes::new(10, 10)?);
/// assert!((law.risk_at(&1.0, 0) - 0.05_f64).abs() < 1e-16);
/// // The mean of the sum of q (1 - q), 1/2 of the truth, loses a tenth with each 10 rows.
/// assert!((law.risk_at(&0.0, 1) - 0.5 * (1.0 - 0.9 * 0.9)).abs() < 1e-16);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn law<S: Scalar>(probabilities: &[S], sizes: SampleSizes) -> Recursion<S> {
    resampling(noise(probabilities), sizes)
}

/// The variance of a row's indicators, sum p_i (1 - p_i).
///
/// # Computed as
/// `2 sum over i < j of p_i p_j`, which keeps the digits where one category has nearly all the probability
///
/// # Examples
/// ```
/// use goldenweight_theory::categorical::noise;
/// assert!((noise(&[1e-16, 1.0 - 1e-16]) / 2e-16 - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn noise<S: Scalar>(probabilities: &[S]) -> S {
    let zero = || S::ratio(0, 1);
    let (pairs, _) = probabilities
        .iter()
        .fold((zero(), zero()), |(pairs, before), p| (pairs + p.clone() * before.clone(), before + p.clone()));
    S::ratio(2, 1) * pairs
}

/// The law of frequencies that are resampled: A_r = A_s = a, rho = 1 - 1/m.
pub(crate) fn resampling<S: Scalar>(a: S, sizes: SampleSizes) -> Recursion<S> {
    let (n, m) = sizes.scalars::<S>();
    Recursion::new(a.clone() / n, a / m.clone(), -(S::one() / m))
}
