//! Sums over the rows of a sample as eight partial sums side by side, the lanes: vector instructions add them at once, and the order of summation is fixed, so
//! the bits are the same everywhere.

use rand::RngExt;
use rand_distr::StandardNormal;

use crate::StreamRng;

/// Values that are added side by side.
pub const LANES: usize = 8;

/// Sum of the values.
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (values, rest) = values.as_chunks::<LANES>();
    for values in values {
        lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane += value);
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, value)| *lane += value);
    lanes.iter().sum()
}

/// Sum of the products `a_i b_i`.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a).zip(b).for_each(|((lane, a), b)| *lane += a * b);
    }
    lanes.iter_mut().zip(a_rest).zip(b_rest).for_each(|((lane, a), b)| *lane += a * b);
    lanes.iter().sum()
}

/// Fills with draws from N(0, 1).
pub fn fill_normal(values: &mut [f64], rng: &mut StreamRng) {
    values.iter_mut().for_each(|x| *x = rng.sample(StandardNormal));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers: every order of summation gives the same sum, 0 + 1 + ... and 0 + 1 + 4 + ...
    #[test]
    fn sums_of_any_length() {
        for n in 0_u32..40 {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            assert_eq!(sum(&values), f64::from(n * n.saturating_sub(1) / 2));
            assert_eq!(dot(&values, &values), f64::from(n.saturating_sub(1) * n * (2 * n).saturating_sub(1) / 6));
        }
    }
}
