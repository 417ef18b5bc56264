//! The exponential by + - * alone: the same bits on every CPU.

use fearless_simd::{f64x4, prelude::*, u64x4};

/// e^x, within 1 ulp of the true value over -708 <= x <= 709; outside, the value at the nearer end.
///
/// # Formula
/// e^x = 2^k e^r, k = round(x / ln 2), r = x - k ln 2 (ln 2 in two parts, so that |r| <= ln 2 / 2 is accurate), e^r by its Taylor
/// series to degree 13, of which the rest is below 0.347^14 / 14! = 5e-18. The series is summed in a tree (Estrin's scheme), which keeps a
/// processor busier than Horner's chain; its last two sums, which decide the rounding, are those of Horner.
/// # Source
/// derived (Cody and Waite's reduction).
/// # Tested by
/// `tests/glm.rs`, against libm over the whole range.
#[must_use]
#[inline(always)]
pub fn exp<S: Simd>(x: f64x4<S>) -> f64x4<S> {
    const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000); // 32 bits of ln 2: its product with k is exact
    const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: adding it rounds to an integer, left in the low bits
    let [least, most] = [-708.0, 709.0].map(|end| f64x4::splat(x.token(), end));
    let x = most.min(least.max(x));
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let r2 = r * r;
    let r4 = r2 * r2;
    let [from_2, from_6, from_10] = [four_terms(2, r, r2), four_terms(6, r, r2), four_terms(10, r, r2)];
    let series = 1.0 + (r + r2 * ((from_2 + from_6 * r4) + from_10 * (r4 * r4)));
    let power = (shifted.bitcast::<u64x4<S>>() + 1023) << 52;
    series * power.bitcast::<f64x4<S>>()
}

/// 1/i! for i = 0, ..., 13.
const INVERSE_FACTORIAL: [f64; 14] = {
    let mut inverse = [1.0; 14];
    let (mut i, mut factorial) = (1, 1.0);
    while i < 14 {
        factorial *= i as f64;
        inverse[i] = 1.0 / factorial;
        i += 1;
    }
    inverse
};

/// 1/i! + r/(i + 1)! + r^2/(i + 2)! + r^3/(i + 3)!, given r and its square.
#[inline(always)]
fn four_terms<S: Simd>(i: usize, r: f64x4<S>, square: f64x4<S>) -> f64x4<S> {
    let c = INVERSE_FACTORIAL;
    (c[i] + c[i + 1] * r) + (c[i + 2] + c[i + 3] * r) * square
}
