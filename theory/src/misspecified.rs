//! M-estimators whose real rows need not follow the fitted family.
//!
//! Tested by `tests/laws/misspecified.rs`: a mean fitted with a wrong variance, where the law is exact.

pub mod second_order;

use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// Pseudo-true parameter of an M-estimator; loss: squared norm.
///
/// # Formula
/// `A_r = tr I^-1 J I^-1,  A_s = tr I^-1,  nu = n, m,  rho = 1`
///
/// # Symbols
/// at the pseudo-true parameter: I = minus the expected Hessian, J = covariance of the score over the real rows; for a
/// well-specified likelihood J = I
///
/// # Domain
/// limit n -> inf with k = n/m fixed, for a canonical likelihood whose synthetic rows keep the real design
///
/// # Source
/// derived: to first order the weighted fit is theta* + w I^-1 (mean real score at theta*) + u (theta_{t-1} - theta* +
/// I^-1 (mean synthetic score at theta_{t-1})); the first score has covariance J/n, the second I/m since the synthetic
/// labels do follow the family, and the two are uncorrelated
///
/// # Examples
/// ```
/// use goldenweight_theory::{misspecified, parameters::SampleSizes};
/// // The mean of rows of variance 4, fitted as if it were 1: I = 1, J = 4. Real rows alone have 4/n, synthetic ones 1/m.
/// let law = misspecified::limit_law(1.0, 4.0, SampleSizes::new(100, 100)?);
/// assert_eq!((law.limit(&1.0), law.kappa()), (0.04, 0.25));
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn limit_law<S: Scalar>(trace_inverse_information: S, trace_sandwich: S, sizes: SampleSizes) -> Recursion<S> {
    let (n, m) = sizes.scalars::<S>();
    Recursion::new(trace_sandwich / n, trace_inverse_information / m, S::ratio(0, 1))
}

/// The well-specified case, J = I.
pub(crate) fn well_specified<S: Scalar>(trace_inverse_information: S, sizes: SampleSizes) -> Recursion<S> {
    limit_law(trace_inverse_information.clone(), trace_inverse_information, sizes)
}
