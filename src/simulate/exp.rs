//! The exponential by + - * alone: the same bits on every CPU.

use wide::{f64x4, u64x4};

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
#[inline]
pub fn exp(x: f64x4) -> f64x4 {
    const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000); // 32 bits of ln 2: its product with k is exact
    const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: adding it rounds to an integer, left in the low bits
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
    let c = |i: usize| f64x4::splat(INVERSE_FACTORIAL[i]);
    let x = f64x4::splat(709.0).fast_min(f64x4::splat(-708.0).fast_max(x));
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let (r2, pair) = (r * r, |i| c(i) + c(i + 1) * r);
    let (r4, four) = (r2 * r2, |i| pair(i) + pair(i + 2) * r2);
    let series = 1.0 + (r + r2 * ((four(2) + four(6) * r4) + four(10) * (r4 * r4)));
    series * f64x4::from_bits((shifted.to_bits() + u64x4::splat(1023)).unbounded_shl_scalar(52))
}
