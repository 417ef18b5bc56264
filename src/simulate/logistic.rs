//! Logistic regression: P(y = 1) = s(x'beta), s(eta) = 1/(1 + e^-eta).

use rand::RngExt;

use super::{
    FitFailure,
    glm::{Family, Regression},
};
use crate::stream::StreamRng;

/// Logistic regression with random design N(0, I), refitted by weighted maximum likelihood.
pub type Logistic = Regression<Bernoulli>;

/// Responses 0 and 1; b(eta) = ln(1 + e^eta).
#[derive(Clone, Copy, Debug)]
pub struct Bernoulli;

impl Bernoulli {
    /// (s(-|eta|), s(|eta|)), both to full relative accuracy.
    fn tails(eta: f64) -> (f64, f64) {
        let e = libm::exp(-eta.abs());
        let upper = 1.0 / (1.0 + e);
        (e * upper, upper)
    }
}

impl Family for Bernoulli {
    fn mean(eta: f64) -> f64 {
        let (lower, upper) = Self::tails(eta);
        if eta < 0.0 { lower } else { upper }
    }

    fn residual_and_variance(y: f64, eta: f64) -> (f64, f64) {
        let (lower, upper) = Self::tails(eta);
        let sign = 2.0 * y - 1.0;
        (sign * if sign * eta < 0.0 { upper } else { lower }, lower * upper)
    }

    /// One uniform: the response is monotone in the mean, so the risk is smooth in the weight under common random numbers.
    fn draw(mean: f64, rng: &mut StreamRng) -> Result<f64, FitFailure> {
        Ok(f64::from(rng.random::<f64>() < mean))
    }
}
