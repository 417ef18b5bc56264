//! Poisson regression.
//!
//! Tested by `tests/laws/information.rs`: digits, and Gauss-Legendre quadrature.

use crate::misspecified::well_specified;
use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::Analytic;

/// Trace of the inverse Fisher information, design N(0, I).
///
/// # Formula
/// `tr I^-1 = e^{-b^2/2} (p - 1 + 1/(1 + b^2))`, b = |beta|, p = length of beta
///
/// # Domain
/// any beta; 0 (underflow) beyond b = 38
///
/// # Source
/// derived: I = E x x' e^{x'beta} = e^{b^2/2} E (z + beta)(z + beta)' = e^{b^2/2} (I_p + beta beta') by completing the
/// square, with eigenvalues e^{b^2/2} (p - 1 times) and e^{b^2/2} (1 + b^2)
///
/// # Accuracy
/// (3 + p + b^2) ulp: a relative error of b^2 makes b^2/2 times that of e^{-b^2/2}
///
/// # Examples
/// ```
/// use goldenweight_theory::{poisson};
/// // Counts of mean 1 have variance 1, so that I = 1 for each coefficient.
/// assert_eq!(poisson::trace_inverse_information(&[0.0, 0.0, 0.0]), 3.0);
/// ```
#[must_use]
pub fn trace_inverse_information<S: Analytic>(beta: &[S]) -> S {
    let Some((first, rest)) = beta.split_first() else { return S::ratio(0, 1) };
    let norm2 = rest.iter().fold(first.sqr(), |sum, b| sum + b.sqr());
    let others = rest.iter().fold(S::ratio(0, 1), |count, _| count + S::one());
    (-norm2.clone() * S::ratio(1, 2)).exp() * (others + S::one() / (S::one() + norm2))
}

/// Coefficients, weighted maximum likelihood on the pooled rows, design N(0, I).
///
/// # Formula
/// `A_r = A_s = tr I^-1,  nu = n, m,  rho = 1`
///
/// # Domain
/// limit n -> inf with k = n/m fixed; the gap at finite n is O(1/n)
///
/// # Source
/// paper, abstract (generalised linear models); derived as [`crate::misspecified::limit_law`]
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::SampleSizes, poisson};
/// // Three coefficients of counts of mean 1: 3/n.
/// assert_eq!(poisson::limit_law(&[0.0, 0.0, 0.0], SampleSizes::new(100, 50)?).limit(&1.0), 0.03);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn limit_law<S: Analytic>(beta: &[S], sizes: SampleSizes) -> Recursion<S> {
    well_specified(trace_inverse_information(beta), sizes)
}
