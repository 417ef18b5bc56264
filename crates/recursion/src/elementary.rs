//! Exponential and logarithm by + - * / alone: the same bits on every CPU.

use fearless_simd::{f64x4, prelude::*, u64x4};

/// 32 bits of ln 2: its product with a small whole number is exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);

/// The rest of ln 2.
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// e^x, within 1 ulp of the true value over -708 <= x <= 709; outside, the value at the nearer end.
///
/// # Formula
/// e^x = 2^k e^r, k = round(x / ln 2), r = x - k ln 2 (ln 2 in two parts, so that |r| <= ln 2 / 2 is accurate), e^r by its Taylor
/// series to degree 13, of which the rest is below 0.347^14 / 14! = 5e-18. The series is summed in a tree (Estrin's scheme), which keeps a
/// processor busier than Horner's chain; its last two sums, which decide the rounding, are those of Horner.
/// # Source
/// derived (Cody and Waite's reduction).
/// # Tested by
/// `tests/glm.rs` of the workspace, against libm over the whole range.
///
/// # Examples
/// ```
/// use fearless_simd::{Level, dispatch, f64x4, prelude::*};
/// use goldenweight_recursion::elementary::exp;
///
/// let x = [0.0, 1.0, -1.0, 0.5];
/// let found: [f64; 4] = dispatch!(Level::new(), simd => exp(f64x4::load_array(simd, x)).into());
/// assert!(found.iter().zip(x).all(|(found, x)| (found / x.exp() - 1.0).abs() <= f64::EPSILON));
/// ```
#[must_use]
#[inline(always)]
pub fn exp<S: Simd>(x: f64x4<S>) -> f64x4<S> {
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

/// ln x, within 1 ulp of the true value for positive normal x; for others anything.
///
/// # Formula
/// x = 2^k (1 + f), 1 + f in [sqrt 2/2, sqrt 2); with s = f/(2 + f), ln(1 + f) = ln((1 + s)/(1 - s)) = 2s + s R(s^2), R a polynomial of degree 7 that
/// errs by less than 2^-58.
/// # Source
/// the logarithm of FreeBSD's msun (Sun Microsystems), of which it has the bits.
/// # Tested by
/// here, against libm.
///
/// # Examples
/// ```
/// use fearless_simd::{Level, dispatch, f64x4, prelude::*};
/// use goldenweight_recursion::elementary::ln;
///
/// let x = [2.0, 10.0, 0.5, 1e-300];
/// let found: [f64; 4] = dispatch!(Level::new(), simd => ln(f64x4::load_array(simd, x)).into());
/// assert!(found.iter().zip(x).all(|(found, x)| (found / x.ln() - 1.0).abs() <= f64::EPSILON));
/// ```
#[must_use]
#[inline(always)]
pub fn ln<S: Simd>(x: f64x4<S>) -> f64x4<S> {
    /// 1 less sqrt 2/2, both to the upper 32 bits, as bits.
    const CENTRE: u64 = (0x3ff0_0000 - 0x3fe6_a09e) << 32;
    const MANTISSA: u64 = (1 << 52) - 1;
    /// 2^52. The low bits of floats from here on are a whole number, which is 0 here.
    const INTEGERS: f64 = 4_503_599_627_370_496.0;
    /// Coefficients of R.
    const R: [f64; 7] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    let bits = x.bitcast::<u64x4<S>>() + CENTRE;
    let k = (bits >> 52 | INTEGERS.to_bits()).bitcast::<f64x4<S>>() - (INTEGERS + 1023.0);
    let f = ((bits & MANTISSA) + (1_f64.to_bits() - CENTRE)).bitcast::<f64x4<S>>() - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (R[1] + w * (R[3] + w * R[5]));
    let odd = z * (R[0] + w * (R[2] + w * (R[4] + w * R[6])));
    s * (half_square + (odd + even)) + k * LN_2_LOW - half_square + f + k * LN_2_HIGH
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use rand::{RngExt, SeedableRng};

    use super::*;
    use crate::StreamRng;

    #[test]
    fn logarithm_has_the_bits_of_libm() {
        let ln = |x: f64| dispatch!(Level::new(), simd => ln(f64x4::splat(simd, x))[0]);
        let mut rng = StreamRng::seed_from_u64(1);
        let near_one = (0..100_000).map(|_| 2.0 * rng.random::<f64>()).collect::<Vec<_>>();
        let powers = (-1022..1024).flat_map(|e| [1.0, 1.2, 1.414, 1.4143, 1.9].map(|m| m * libm::exp2(f64::from(e))));
        let edges = [
            0.5,
            1.0,
            2.0,
            1.0 - f64::EPSILON / 2.0,
            1.0 + f64::EPSILON,
            f64::EPSILON,
            std::f64::consts::FRAC_1_SQRT_2,
        ];
        for x in powers.chain(near_one).chain(edges).filter(|x| x.is_normal()) {
            assert_eq!(ln(x).to_bits(), libm::log(x).to_bits(), "x = {x:e}");
        }
    }
}
