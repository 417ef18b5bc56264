//! Poisson regression: y ~ Poisson(exp(x'beta)).

use rand::{Rng, SeedableRng};
use rand_distr::Distribution;

use super::{
    FitFailure,
    exp::exp,
    glm::{Family, Regression},
};
use crate::stream::StreamRng;

/// Poisson regression with random design N(0, I), refitted by weighted maximum likelihood.
pub type Poisson = Regression<Counts>;

/// Responses 0, 1, 2, ...; b(eta) = e^eta.
#[derive(Clone, Copy, Debug)]
pub struct Counts;

impl Family for Counts {
    #[inline]
    fn mean(eta: f64) -> f64 {
        exp(eta)
    }

    #[inline]
    fn residual_and_variance(y: f64, eta: f64) -> (f64, f64) {
        let mean = Self::mean(eta);
        (y - mean, mean)
    }

    /// One word of the stream seeds a generator of the row's own: how many variates a count takes depends on its mean, and
    /// must not shift the rows that follow.
    ///
    /// A mean above the largest of `rand_distr` (1.8e19) is a failure.
    #[inline]
    fn draw(mean: f64, rng: &mut StreamRng) -> Result<f64, FitFailure> {
        let mut own = StreamRng::seed_from_u64(rng.next_u64());
        Ok(rand_distr::Poisson::new(mean).map_err(|_| FitFailure)?.sample(&mut own))
    }
}
