//! Logistic regression: P(y = 1) = s(x'beta), s(eta) = 1/(1 + e^-eta).

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
    fn mean(eta: f64) -> f64 {
        1.0 / (1.0 + exp(-eta))
    }

    #[inline]
    fn residual_and_variance(y: f64, eta: f64) -> (f64, f64) {
        let e = exp(-eta.abs());
        let upper = 1.0 / (1.0 + e); // s(|eta|)
        let lower = e * upper; // s(-|eta|), without cancellation
        let sign = 2.0 * y - 1.0;
        (sign * if sign * eta < 0.0 { upper } else { lower }, lower * upper)
    }

    /// 1 where a uniform number is below the mean: monotone in the mean, so the risk is smooth in the weight under common random
    /// numbers.
    fn respond(means: &[f64], words: &[u64], responses: &mut [f64]) -> Result<(), FitFailure> {
        for ((y, &mean), &word) in responses.iter_mut().zip(means).zip(words) {
            *y = if uniform(word) < mean { 1.0 } else { 0.0 };
        }
        Ok(())
    }
}
