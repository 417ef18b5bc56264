//! Uniform numbers in increasing order, without sorting.

use fearless_simd::{Level, dispatch, f64x4, prelude::*};
use rand::Rng;

use super::elementary::ln;
use crate::stream::StreamRng;

/// The order statistics of independent U(0, 1): partial sums of exponential variables over the sum of one more.
///
/// # Source
/// the joint law of spacings (Devroye, Non-Uniform Random Variate Generation, V.2).
pub fn sorted_uniforms(rng: &mut StreamRng, out: &mut [f64]) {
    dispatch!(Level::new(), simd => fill(simd, rng, out));
}

#[inline(always)]
fn fill<S: Simd>(simd: S, rng: &mut StreamRng, out: &mut [f64]) {
    const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    // In (0, 1].
    let mut complement = || 1.0 - uniform(rng.next_u64());
    out.iter_mut().for_each(|x| *x = complement());
    let mut last = [complement(), 1.0, 1.0, 1.0];
    // Exponential variables, by inversion.
    let (fours, rest) = out.as_chunks_mut::<4>();
    for four in fours {
        *four = (-ln(f64x4::load_array_ref(simd, four))).into();
    }
    last[1..=rest.len()].copy_from_slice(rest);
    last = (-ln(f64x4::load_array(simd, last))).into();
    rest.copy_from_slice(&last[1..=rest.len()]);
    let mut sum = 0.0;
    for x in &mut *out {
        sum += *x;
        *x = sum;
    }
    sum += last[0];
    for x in out {
        // The last spacing may be lost in the rounding of the sum; a uniform number stays below 1.
        *x = (*x / sum).min(BELOW_ONE);
    }
}

/// A uniform number in [0, 1) from the upper 52 bits of a word.
#[inline(always)]
const fn uniform(word: u64) -> f64 {
    f64::from_bits(word >> 12 | 1_f64.to_bits()) - 1.0
}
