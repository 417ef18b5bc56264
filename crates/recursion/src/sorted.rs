//! Uniform numbers in increasing order, without sorting.

use fearless_simd::{Level, dispatch, f64x4, prelude::*};
use rand::Rng;

use crate::StreamRng;
use crate::elementary::ln;

/// The order statistics of independent U(0, 1): partial sums of exponential variables over the sum of one more.
///
/// # Source
/// the joint law of spacings (Devroye, Non-Uniform Random Variate Generation, V.2).
pub fn sorted_uniforms(rng: &mut StreamRng, out: &mut [f64]) {
    dispatch!(Level::new(), simd => fill(simd, || rng.next_u64(), out));
}

#[inline(always)]
fn fill<S: Simd>(simd: S, mut word: impl FnMut() -> u64, out: &mut [f64]) {
    const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    // In (0, 1].
    let mut complement = || 1.0 - uniform(word());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A last spacing of 0 leaves the one before it at 1, which is no uniform number in [0, 1).
    #[test]
    fn numbers_stay_below_one() {
        let mut words = [1 << 63, 1 << 62, 0].into_iter();
        let mut out = [f64::NAN; 2];
        dispatch!(Level::new(), simd => fill(simd, || words.next().expect("three words"), &mut out));
        // -ln(1/2) = ln 2 and -ln(3/4) = ln 4/3, over their sum ln 8/3.
        assert!(
            (out[0] - libm::log(2.0) / libm::log(8.0 / 3.0)).abs() < 1e-15 && out[1] == 1.0 - 0.5 * f64::EPSILON,
            "{out:?}"
        );
    }
}
