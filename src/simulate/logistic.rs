//! Logistic regression: P(y = 1) = s(x'beta), s(eta) = 1/(1 + e^-eta).

use wide::f64x4;

use super::{
    FitFailure,
    exp::exp,
    glm::{Family, Regression, uniform},
};

/// Logistic regression with random design N(0, I), refitted by weighted maximum likelihood.
pub type Logistic = Regression<Bernoulli>;

/// Responses 0 and 1; b(eta) = ln(1 + e^eta).
#[derive(Clone, Copy, Debug)]
pub struct Bernoulli;

impl Family for Bernoulli {
    #[inline]
    fn mean(eta: f64x4) -> f64x4 {
        1.0 / (1.0 + exp(-eta))
    }

    #[inline]
    fn residual_and_variance(y: f64x4, eta: f64x4) -> (f64x4, f64x4) {
        let sign = 2.0 * y - 1.0;
        let odds = exp(sign * eta);
        let missed = 1.0 / (1.0 + odds); // s(-sign eta)
        (sign * missed, missed * (odds * missed))
    }

    /// 1 where a uniform number is below the mean: monotone in the mean, so the risk is smooth in the weight under common random
    /// numbers.
    fn respond(means: &[f64x4], words: &[[u64; 4]], responses: &mut [f64x4]) -> Result<(), FitFailure> {
        for ((y, &mean), &word) in responses.iter_mut().zip(means).zip(words) {
            *y = uniform(word).simd_lt(mean) & f64x4::ONE;
        }
        Ok(())
    }
}
