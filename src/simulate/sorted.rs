//! Uniform numbers in increasing order, without sorting.

use rand::RngExt;
use rand_distr::Exp1;

use crate::stream::StreamRng;

/// The order statistics of independent U(0, 1): partial sums of exponential variables over the sum of one more.
///
/// # Source
/// the joint law of spacings (Devroye, Non-Uniform Random Variate Generation, V.2).
pub fn sorted_uniforms(rng: &mut StreamRng, out: &mut [f64]) {
    const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    let mut sum = 0.0;
    for x in &mut *out {
        sum += rng.sample::<f64, _>(Exp1);
        *x = sum;
    }
    sum += rng.sample::<f64, _>(Exp1);
    for x in out {
        // The last spacing may be lost in the rounding of the sum; a uniform number stays below 1.
        *x = (*x / sum).min(BELOW_ONE);
    }
}
