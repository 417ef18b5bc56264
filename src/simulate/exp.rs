//! The exponential by + - * alone: the same bits on every CPU, and loops over it vectorise.

/// e^x, within 1 ulp of the true value over -708 <= x <= 709; outside, the value at the nearer end; NaN for NaN.
///
/// # Formula
/// e^x = 2^k e^r, k = round(x / ln 2), r = x - k ln 2 (ln 2 in two parts, so that |r| <= ln 2 / 2 is accurate), e^r by its Taylor
/// series to degree 13, of which the rest is below 0.347^14 / 14! = 5e-18.
/// # Source
/// derived (Cody and Waite's reduction).
/// # Tested by
/// `tests/glm.rs`, against libm over the whole range.
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000); // 32 bits of ln 2: its product with k is exact
    const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: adding it rounds to an integer, left in the low bits
    const TAYLOR: [f64; 14] = {
        let mut inverse = [1.0; 14];
        let (mut i, mut factorial) = (1, 1.0);
        while i < 14 {
            factorial *= i as f64;
            inverse[i] = 1.0 / factorial;
            i += 1;
        }
        inverse
    };
    let x = x.clamp(-708.0, 709.0);
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let series = TAYLOR.iter().rev().fold(0.0, |sum, coefficient| sum * r + coefficient);
    series * f64::from_bits((shifted.to_bits().wrapping_add(1023)) << 52)
}
