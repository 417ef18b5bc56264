//! The parameters that the properties draw at random, and the tolerances of deterministic checks.

use goldenweight_theory::parameters::{MixingRatio, Weight};
use goldenweight_theory::recursion::Recursion;
use proptest::prelude::*;

use super::check::Deviation;

/// Relative tolerance of a closed form against a recursion of up to a few thousand steps. Each step rounds three times, by 1.1e-16 at most. Where the
/// recursion contracts, the errors shrink from step to step. Elsewhere they add up, to a few thousand times 3.3e-16 at most.
pub const RECURSION: f64 = 1e-12;

/// Relative tolerance of two formulas for one value, without cancellation: a hundred roundings of 1.1e-16 are 1.1e-14, and there are fewer.
pub const IDENTITY: f64 = 1e-14;

/// Relative tolerance of a minimiser that Brent's method finds from values alone: three times the declared tolerance 1e-6, over the least weight, which is
/// above 0.09.
pub const MINIMISER: f64 = 4e-5;

/// Relative tolerance of quadrature against the theory's special functions: both are accurate to 1e-13.
pub const QUADRATURE: f64 = 1e-12;

/// Step h of the central difference that stands for a slope, where a chain's loss is a smooth function of the weight. The difference is then the derivative
/// of each loss, but for some h^2 = 1e-8.
pub const SMOOTH: f64 = 1e-4;

/// That step where labels, counts or ranks make the loss jump as the weight changes. The step is much longer than the distance of the jumps. Theory's third
/// derivative corrects for its length.
pub const ROUGH: f64 = 0.1;

/// 1/phi = (sqrt 5 - 1)/2, from its decimal expansion.
pub const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Mixing ratios from 1e-12 to 1e12, uniform in the logarithm.
pub fn mixing_ratios() -> impl Strategy<Value = f64> {
    (-12.0..12.0f64).prop_map(|e| libm::pow(10.0, e))
}

/// Weights that leave at least a thousandth to either part.
pub fn weights() -> impl Strategy<Value = f64> {
    0.001..0.999f64
}

/// Coefficients of a law: A_r/nu_n and A_s/nu_m over eight decades each, and rho - 1 in (-1/2, 1/2).
pub fn laws() -> impl Strategy<Value = (f64, f64, f64)> {
    let decades = || (-4.0..4.0f64).prop_map(|e| libm::pow(10.0, e));
    (decades(), decades(), -0.5..0.5f64)
}

/// The law of these coefficients.
pub const fn law(&(fresh, synthetic, excess): &(f64, f64, f64)) -> Recursion<f64> {
    Recursion::new(fresh, synthetic, excess)
}

/// A mixing ratio that is known to be valid.
pub fn ratio(k: f64) -> MixingRatio {
    MixingRatio::new(k).expect("drawn from the domain")
}

/// A weight that is known to be valid.
pub fn weight(w: f64) -> Weight {
    Weight::new(w).expect("drawn from the domain")
}

/// How far two values of one quantity are apart, relative to the expected one and in units of `tolerance`.
pub fn error(computed: f64, expected: f64, tolerance: f64) -> Deviation {
    Deviation::relative(computed, expected, tolerance)
}

/// A program that refuses what a route takes.
pub const fn refused() -> Deviation {
    Deviation::unless(false)
}

/// An inequality that must hold.
pub const fn holds(condition: bool) -> Deviation {
    Deviation::unless(condition)
}

/// e_0, e_1, ..., e_t of the recursion e_t = w^2 A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1}), step by step.
pub fn iterate(coefficients: &(f64, f64, f64), weight: f64, generations: u32) -> Vec<f64> {
    iterate_over(coefficients, &vec![weight; generations as usize])
}

/// As [`iterate`] with a weight for each generation.
pub fn iterate_over(&(fresh, synthetic, excess): &(f64, f64, f64), weights: &[f64]) -> Vec<f64> {
    let mut risks = vec![fresh];
    for w in weights {
        let u = 1.0 - w;
        risks.push(w * w * fresh + u * u * (synthetic + (1.0 + excess) * risks[risks.len() - 1]));
    }
    risks
}

/// The last entry of [`iterate`].
pub fn iterated(coefficients: &(f64, f64, f64), weight: f64, generations: u32) -> f64 {
    iterate(coefficients, weight, generations)[generations as usize]
}
