//! Poisson regression: y ~ Poisson(exp(x'beta)).

use fearless_simd::{f64x4, prelude::*};
use rand::SeedableRng;
use rand_distr::Distribution;

use super::{
    FitFailure,
    covariates::Four,
    elementary::exp,
    glm::{Family, Regression, uniform},
};
use crate::stream::StreamRng;

/// Poisson regression with random design N(0, I), refitted by weighted maximum likelihood.
pub type Poisson = Regression<Counts>;

/// Responses 0, 1, 2, ...; b(eta) = e^eta.
#[derive(Clone, Copy, Debug)]
pub struct Counts;

impl Family for Counts {
    #[inline(always)]
    fn mean<S: Simd>(eta: f64x4<S>) -> f64x4<S> {
        exp(eta)
    }

    #[inline(always)]
    fn residual_and_variance<S: Simd>(y: f64x4<S>, eta: f64x4<S>) -> (f64x4<S>, f64x4<S>) {
        let mean = Self::mean(eta);
        (y - mean, mean)
    }

    /// By inversion of a uniform number, so monotone in the mean, up to a mean of 30. A larger mean has a stream of its own, of which the
    /// word is the seed; above the largest of `rand_distr` (1.8e19) it is a failure.
    #[inline(always)]
    fn respond<S: Simd>(means: f64x4<S>, words: [u64; 4]) -> Result<f64x4<S>, FitFailure> {
        let simd = means.token();
        let inverted = means.simd_le(MOST_INVERTED); // false for NaN
        let y = quantile(inverted.select(means, f64x4::splat(simd, 0.0)), uniform(simd, words));
        if inverted.all_true() { Ok(y) } else { Ok(with_large(y.into(), means.into(), words)?.simd_into(simd)) }
    }
}

/// The counts of means up to [`MOST_INVERTED`], beside those of larger means, each from a stream of its own.
#[cold]
fn with_large(mut counts: Four, means: Four, words: [u64; 4]) -> Result<Four, FitFailure> {
    for ((count, mean), seed) in counts.iter_mut().zip(means).zip(words) {
        // Written so that NaN is no small mean.
        *count = if mean <= MOST_INVERTED { *count } else { large(mean, seed)? };
    }
    Ok(counts)
}

/// A count of large mean, from a stream of its own.
fn large(mean: f64, seed: u64) -> Result<f64, FitFailure> {
    let law = rand_distr::Poisson::new(mean).map_err(|_| FitFailure)?;
    Ok(law.sample(&mut StreamRng::seed_from_u64(seed)))
}

/// Largest mean of which counts are drawn by inversion.
const MOST_INVERTED: f64 = 30.0;

/// Largest count by inversion: larger ones have a probability below 1e-28 at the largest mean.
const MOST: usize = 120;

/// The smallest counts y with P(Y <= y) > u.
///
/// # Formula
/// P(0) = e^-mean, P(y) = P(y - 1) mean/y, summed from 0 upwards.
/// # Accuracy
/// P(y) has a relative error of at most (2y + 1) 2^-53 and that of e^-mean (1 ulp), sums to one of 2^-53 for each term: P(Y <= y) is right within
/// (3y + 3) 2^-53, 4e-14 for all counts. So is every probability of the drawn count within 8e-14, and u is a multiple of 2^-52 = 2e-16.
/// # Tested by
/// `tests/glm.rs`, against another library's distribution function.
#[inline(always)]
fn quantile<S: Simd>(means: f64x4<S>, u: f64x4<S>) -> f64x4<S> {
    const INVERSE: [f64; MOST] = {
        let (mut inverse, mut i) = ([0.0; MOST], 0);
        while i < MOST {
            inverse[i] = 1.0 / (i + 1) as f64;
            i += 1;
        }
        inverse
    };
    let [zero, one] = [0.0, 1.0].map(|number| f64x4::splat(means.token(), number));
    let mut probability = exp(-means);
    let (mut y, mut up_to) = (zero, probability);
    for inverse in INVERSE {
        let more = up_to.simd_le(u);
        if !more.any_true() {
            break;
        }
        y += more.select(one, zero);
        probability *= means * inverse;
        up_to += probability;
    }
    y
}
