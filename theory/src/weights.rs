//! What follows for the mixing ratio alone, under every model with A_r = A_s and rho = 1.
//!
//! Relative risks are limit risks over the risk A/n of training on the fresh real rows alone.
//!
//! Tested by `tests/laws/weights.rs`: exact identities in rationals, expansions at both ends of k.

use crate::parameters::MixingRatio;
use crate::recursion::{Recursion, complement};
use crate::scalar::{Analytic, Scalar};

/// The law in units of A/n: fresh 1, synthetic k, rho = 1.
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// // Real rows alone have the risk 1.
/// assert_eq!(weights::law(&MixingRatio::new(3.0)?).limit(&1.0), 1.0);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn law<S: Scalar>(k: &MixingRatio<S>) -> Recursion<S> {
    Recursion::new(S::one(), k.get(), S::ratio(0, 1))
}

/// Weight on the real rows that minimises the limit risk.
///
/// # Formula
/// `w* = 2/(1 + sqrt(1 + 4/k))`, the root in (0, 1) of `w^2 + k w - k = 0`
///
/// # Symbols
/// k = n/m, n fresh real and m synthetic rows per generation
///
/// # Domain
/// 0 < k < inf (by type); value in (0, 1), increasing in k
///
/// # Source
/// paper, abstract (unified expression, 1/phi at k = 1); derivation: [`Recursion::optimal_weight`]
///
/// # Identities
/// w*^2 = k(1 - w*); relative limit risk at w* = w*; k -> 0: w* ~ sqrt k; k -> inf: w* = 1 - 1/k + O(k^-2)
///
/// # Accuracy
/// 4 ulp for k in 1e-12..1e12
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// let k = MixingRatio::new(1.0)?;
/// assert_eq!(weights::optimal_weight(&k), 0.6180339887498949);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn optimal_weight<S: Analytic>(k: &MixingRatio<S>) -> S {
    law(k).optimal_weight()
}

/// u* = 1 - w*, with full relative accuracy where w* is near 1.
///
/// # Formula
/// `u* = 2/(2 + k + sqrt(k^2 + 4k))`
///
/// # Source
/// derived: [`Recursion::optimal_synthetic_weight`]
///
/// # Accuracy
/// 4 ulp for k in 1e-12..1e12
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// // At k = 1/2 the weights are equal: w^2 + w/2 - 1/2 = 0 at w = 1/2.
/// assert!((weights::optimal_synthetic_weight(&MixingRatio::new(0.5)?) - 0.5).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn optimal_synthetic_weight<S: Analytic>(k: &MixingRatio<S>) -> S {
    law(k).optimal_synthetic_weight()
}

/// Weight on the real rows where all rows count alike (naive pooling).
///
/// # Formula
/// `n/(n + m) = k/(1 + k)`
///
/// # Source
/// derived: weights per row are equal, w/n = (1 - w)/m
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::SampleSizes, weights};
/// // 100 of 400 rows.
/// assert_eq!(weights::naive_weight(&SampleSizes::new(100, 300)?.mixing_ratio::<f64>()), 0.25);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn naive_weight<S: Scalar>(k: &MixingRatio<S>) -> S {
    k.get() / (S::one() + k.get())
}

/// Relative risk of naive pooling.
///
/// # Formula
/// `(1 + k)/(2 + k)`: 2/3 at k = 1; 1/2 as k -> 0, where the optimum goes to 0
///
/// # Source
/// derived: [`relative_risk`] at [`naive_weight`], (k^2 + k)/(1 + k)^2 over k (k + 2)/(1 + k)^2
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// assert_eq!(weights::naive_relative_risk(&MixingRatio::new(1.0)?), 2.0 / 3.0);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn naive_relative_risk<S: Scalar>(k: &MixingRatio<S>) -> S {
    (S::one() + k.get()) / (S::ratio(2, 1) + k.get())
}

/// Limit risk under weight w, relative to training on the fresh real rows alone.
///
/// # Formula
/// `(w^2 + k u^2) / (w (2 - w))`
///
/// # Domain
/// 0 < w <= 1; infinity at w = 0
///
/// # Source
/// derived: [`Recursion::limit`] at rho = 1
///
/// # Identities
/// equal to w* + (1 + k + w*) (w - w*)^2 / (w (2 - w))
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// // (1/4 + 1/4)/(1/2 (3/2)) at k = 1, w = 1/2.
/// assert!((weights::relative_risk(&MixingRatio::new(1.0)?, &0.5) - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn relative_risk<S: Scalar>(k: &MixingRatio<S>, w: &S) -> S {
    law(k).limit(w)
}

/// The weight above which mixing beats training on the fresh real rows alone.
///
/// # Formula
/// `k/(k + 2)`; the relative risk is below 1 exactly for k/(k + 2) < w < 1
///
/// # Source
/// derived: w^2 + k u^2 - w (2 - w) = u (k u - 2 w) = u (k - (k + 2) w)
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// let k = MixingRatio::new(1.0)?;
/// assert_eq!(weights::break_even_weight(&k), 1.0 / 3.0);
/// assert!((weights::relative_risk(&k, &(1.0 / 3.0)) - 1.0).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn break_even_weight<S: Scalar>(k: &MixingRatio<S>) -> S {
    k.get() / (k.get() + S::ratio(2, 1))
}

/// Number of fresh real rows that, alone, would give the risk of the optimal mix.
///
/// # Formula
/// `n/w*`: phi n at k = 1, about sqrt(n m) for m >> n
///
/// # Source
/// derived: the risk of n' real rows is A/n', and that of the mix w* A/n
///
/// # Examples
/// ```
/// use goldenweight_theory::{weights};
/// assert_eq!(weights::effective_sample_size(100.0, 0.5), 200.0);
/// ```
#[must_use]
pub fn effective_sample_size<S: Scalar>(real: S, optimal_weight: S) -> S {
    real / optimal_weight
}

/// Limit risk where the *same* n real rows are used at every generation, relative to training on them alone.
///
/// # Formula
/// `1 + k u^2 / (w (2 - w))`, which is least at w = 1: synthetic rows never help
///
/// # Domain
/// 0 < w <= 1; infinity at w = 0
///
/// # Source
/// derived: the real part's error is the same at every generation and passes to the mix with total weight 1; the
/// synthetic noise k A/n enters with u^2 and shrinks by u^2 per generation, 1 - u^2 = w(2 - w)
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::MixingRatio, weights};
/// // 1 + (1/4)/(1/2 (3/2)) at k = 1, w = 1/2; the real rows alone have 1.
/// let risk = |w: f64| weights::fixed_real_data_limit(&MixingRatio::new(1.0).unwrap(), &w);
/// assert!((risk(0.5) - 4.0 / 3.0).abs() < 1e-15);
/// assert_eq!(risk(1.0), 1.0);
/// ```
#[must_use]
pub fn fixed_real_data_limit<S: Scalar>(k: &MixingRatio<S>, w: &S) -> S {
    let kept = w.clone() * (S::ratio(2, 1) - w.clone());
    S::one() + k.get() * complement(w).sqr() / kept
}
