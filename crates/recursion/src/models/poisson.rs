//! Poisson regression: y ~ Poisson(exp(x'beta)).

use fearless_simd::{f64x4, prelude::*};
use rand::SeedableRng;
use rand_distr::Distribution;

use super::glm::{BLOCK, Family, Regression, uniform};
use crate::{FitFailure, StreamRng, covariates::Four, elementary::exp};

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

    #[inline(always)]
    fn third_cumulant<S: Simd>(_: f64x4<S>, variance: f64x4<S>) -> f64x4<S> {
        variance
    }

    /// By inversion of a uniform number, so monotone in the mean, up to a mean of 30. A count of a larger mean is drawn from a stream of its own, whose seed is
    /// the word; a mean above the largest of `rand_distr` (1.8e19) is a failure.
    #[inline(always)]
    fn respond<S: Simd>(simd: S, means: &[Four], words: &[[u64; 4]], responses: &mut [Four]) -> Result<(), FitFailure> {
        let zero = f64x4::splat(simd, 0.0);
        let (mut inverted, mut none_is_large) = ([[0.0; 4]; BLOCK], true);
        for (inverted, mean) in inverted.iter_mut().zip(means) {
            let mean = f64x4::load_array_ref(simd, mean);
            let small = mean.simd_le(MOST_INVERTED); // false for NaN
            *inverted = small.select(mean, zero).into();
            none_is_large &= small.all_true();
        }
        quantiles(simd, &inverted, words, responses);
        if none_is_large { Ok(()) } else { respond_large(means, words, responses) }
    }
}

/// Draws the counts whose mean is above [`MOST_INVERTED`], each from a stream of its own.
#[cold]
fn respond_large(means: &[Four], words: &[[u64; 4]], responses: &mut [Four]) -> Result<(), FitFailure> {
    let rows = responses.as_flattened_mut().iter_mut().zip(means.as_flattened()).zip(words.as_flattened());
    for ((count, &mean), &seed) in rows {
        // NaN is no small mean here, and so it becomes a failure.
        *count = if mean <= MOST_INVERTED { *count } else { large(mean, seed)? };
    }
    Ok(())
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

/// The smallest counts y with P(Y <= y) > u, for these means (at most [`BLOCK`]) and the uniform numbers u of these words.
///
/// # Formula
/// P(0) = e^-mean, P(y) = P(y - 1) mean/y, summed from 0 upwards: for all rows together up to the largest of their counts, since a loop that ends when four
/// rows are done ends unpredictably.
/// # Accuracy
/// P(y) has a relative error of at most (2y + 1) 2^-53 and that of e^-mean (1 ulp), sums to one of 2^-53 for each term: P(Y <= y) is right within
/// (3y + 3) 2^-53, 4e-14 for all counts. So is every probability of the drawn count within 8e-14, and u is a multiple of 2^-52 = 2e-16.
/// # Tested by
/// `tests/glm.rs` of the workspace, against another library's distribution function.
#[inline(always)]
fn quantiles<S: Simd>(simd: S, means: &[Four; BLOCK], words: &[[u64; 4]], counts: &mut [Four]) {
    const INVERSE: [f64; MOST] = {
        let (mut inverse, mut i) = ([0.0; MOST], 0);
        while i < MOST {
            inverse[i] = 1.0 / (i + 1) as f64;
            i += 1;
        }
        inverse
    };
    let load = |four: &Four| f64x4::load_array_ref(simd, four);
    let [zero, one] = [0.0, 1.0].map(|y| f64x4::splat(simd, y));
    let (mut u, mut probability) = ([[0.0; 4]; BLOCK], [[0.0; 4]; BLOCK]);
    for ((u, &word), (probability, mean)) in u.iter_mut().zip(words).zip(probability.iter_mut().zip(means)) {
        *u = uniform(simd, word).into();
        *probability = exp(-load(mean)).into();
    }
    let mut up_to = probability;
    counts.fill([0.0; 4]);
    for inverse in INVERSE {
        let mut left = zero;
        for (i, count) in counts.iter_mut().enumerate() {
            let one_more = load(&up_to[i]).simd_le(load(&u[i])).select(one, zero);
            left += one_more;
            *count = (load(count) + one_more).into();
            let next = load(&probability[i]) * (load(&means[i]) * inverse);
            probability[i] = next.into();
            up_to[i] = (load(&up_to[i]) + next).into();
        }
        if Four::from(left) == [0.0; 4] {
            break;
        }
    }
}
