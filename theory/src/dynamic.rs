//! Weights that change by generation.
//!
//! Tested by `tests/laws/dynamic.rs`: Fibonacci numbers, no better sequence, the fixed point.

use std::iter::successors;

use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// The risk-minimising weights w_1, w_2, ..., without end.
///
/// # Formula
/// `w_t = v_t = P/(1 + P),  P = kappa + rho v_{t-1},  v_0 = 1`, where e_t = v_t A_r/nu_n
///
/// # Source
/// derived: in units of A_r/nu_n, e_t = w^2 + u^2 P is least at w = P/(1 + P), and its least value is P/(1 + P), too. (It is
/// the Kalman gain of a local-level model.) Since e_t increases in e_{t-1}, minimising each generation in turn minimises all of them
///
/// # Identities
/// w_t -> w*, the fixed point of this Riccati map, rho v^2 + (1 + kappa - rho) v - kappa = 0; at rho = kappa = 1 the
/// weights are 2/3, 5/8, 13/21, ... = F_{2t+1}/F_{2t+2}, ratios of Fibonacci numbers
///
/// # Accuracy
/// 1e-14/(1 - rho u*^2): the map passes on rho u*^2 of an error, and adds four roundings
///
/// # Examples
/// ```
/// use goldenweight_theory::{dynamic, gaussian, parameters::SampleSizes};
/// let law = gaussian::mean(1.0, SampleSizes::new(100, 100)?);
/// let fibonacci = [2.0 / 3.0, 5.0 / 8.0, 13.0 / 21.0, 34.0 / 55.0];
/// for (found, expected) in dynamic::weights(&law).zip(fibonacci) {
///     assert!((found - expected).abs() < 1e-15);
/// }
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
pub fn weights<S: Scalar>(law: &Recursion<S>) -> impl Iterator<Item = S> {
    let (kappa, rho) = (law.kappa(), law.rho());
    successors(Some(S::one()), move |v| {
        let p = kappa.clone() + rho.clone() * v.clone();
        Some(p.clone() / (S::one() + p))
    })
    .skip(1)
}
