//! Logistic regression: P(y = 1) = s(x'beta), s(eta) = 1/(1 + e^-eta).

use fearless_simd::{f64x4, prelude::*};

use super::glm::{Family, Regression, uniform};
use crate::{FitFailure, covariates::Four, elementary::exp};

/// Logistic regression with random design N(0, I), refitted by weighted maximum likelihood.
pub type Logistic = Regression<Bernoulli>;

/// Responses 0 and 1; b(eta) = ln(1 + e^eta).
#[derive(Clone, Copy, Debug)]
pub struct Bernoulli;

impl Family for Bernoulli {
    #[inline(always)]
    fn mean<S: Simd>(eta: f64x4<S>) -> f64x4<S> {
        1.0 / (1.0 + exp(-eta))
    }

    #[inline(always)]
    fn residual_and_variance<S: Simd>(y: f64x4<S>, eta: f64x4<S>) -> (f64x4<S>, f64x4<S>) {
        let sign = 2.0 * y - 1.0;
        let odds = exp(sign * eta);
        let missed = 1.0 / (1.0 + odds); // s(-sign eta)
        (sign * missed, missed * (odds * missed))
    }

    #[inline(always)]
    fn third_cumulant<S: Simd>(mean: f64x4<S>, variance: f64x4<S>) -> f64x4<S> {
        variance * (1.0 - 2.0 * mean)
    }

    /// 1 where a uniform number is below the mean: monotone in the mean, so the risk is smooth in the weight under common random
    /// numbers.
    #[inline(always)]
    fn respond<S: Simd>(simd: S, means: &[Four], words: &[[u64; 4]], responses: &mut [Four]) -> Result<(), FitFailure> {
        let [zero, one] = [0.0, 1.0].map(|y| f64x4::splat(simd, y));
        for ((y, mean), &word) in responses.iter_mut().zip(means).zip(words) {
            *y = uniform(simd, word).simd_lt(f64x4::load_array_ref(simd, mean)).select(one, zero).into();
        }
        Ok(())
    }
}
