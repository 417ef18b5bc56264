//! Poisson regression: y ~ Poisson(exp(x'beta)).

use rand::SeedableRng;
use rand_distr::Distribution;
use wide::f64x4;

use super::{
    FitFailure,
    exp::exp,
    glm::{Family, Regression, uniform},
};
use crate::stream::StreamRng;

/// Poisson regression with random design N(0, I), refitted by weighted maximum likelihood.
pub type Poisson = Regression<Counts>;

/// Responses 0, 1, 2, ...; b(eta) = e^eta.
#[derive(Clone, Copy, Debug)]
pub struct Counts;

impl Family for Counts {
    #[inline]
    fn mean(eta: f64x4) -> f64x4 {
        exp(eta)
    }

    #[inline]
    fn residual_and_variance(y: f64x4, eta: f64x4) -> (f64x4, f64x4) {
        let mean = Self::mean(eta);
        (y - mean, mean)
    }

    /// By inversion of a uniform number, so monotone in the mean, up to a mean of 30. A larger mean has a stream of its own, of which the
    /// word is the seed; above the largest of `rand_distr` (1.8e19) it is a failure.
    fn respond(means: &[f64x4], words: &[[u64; 4]], responses: &mut [f64x4]) -> Result<(), FitFailure> {
        for ((y, &means), &words) in responses.iter_mut().zip(means).zip(words) {
            let (none, u, means) = (exp(-means).to_array(), uniform(words).to_array(), means.to_array());
            for (i, y) in y.as_mut_array().iter_mut().enumerate() {
                *y = if means[i] <= MOST_INVERTED {
                    invert(means[i], none[i], u[i])
                } else {
                    large(means[i], words[i])?
                };
            }
        }
        Ok(())
    }
}

/// A count of large mean, from a stream of its own.
#[cold]
fn large(mean: f64, seed: u64) -> Result<f64, FitFailure> {
    let law = rand_distr::Poisson::new(mean).map_err(|_| FitFailure)?;
    Ok(law.sample(&mut StreamRng::seed_from_u64(seed)))
}

/// Largest mean of which counts are drawn by inversion.
const MOST_INVERTED: f64 = 30.0;

/// Largest count by inversion: larger ones have a probability below 1e-28 at the largest mean.
const MOST: usize = 120;

/// The smallest count y with P(Y <= y) > u, given P(Y = 0) = e^-mean.
///
/// # Formula
/// P(y) = P(y - 1) mean/y, summed from 0 upwards.
/// # Accuracy
/// P(y) has a relative error of at most (2y + 1) 2^-53 and that of e^-mean (1 ulp), sums to one of 2^-53 for each term: P(Y <= y) is right within
/// (3y + 3) 2^-53, 4e-14 for all counts. So is every probability of the drawn count within 8e-14, and u is a multiple of 2^-52 = 2e-16.
/// # Tested by
/// `tests/glm.rs`, against another library's distribution function.
#[inline]
fn invert(mean: f64, none: f64, u: f64) -> f64 {
    const INVERSE: [f64; MOST + 1] = {
        let (mut inverse, mut y) = ([0.0; MOST + 1], 1);
        while y <= MOST {
            inverse[y] = 1.0 / y as f64;
            y += 1;
        }
        inverse
    };
    let (mut y, mut probability, mut up_to) = (0, none, none);
    while up_to <= u && y < MOST {
        y += 1;
        probability *= mean * INVERSE[y];
        up_to += probability;
    }
    y as f64
}
