//! The covariates of a sample.

use rand::RngExt;
use rand_distr::StandardNormal;
use wide::f64x4;

use crate::stream::StreamRng;

/// Covariates, four rows side by side. Behind the last stand rows of zeros, up to a multiple of four: they add nothing to a sum.
#[derive(Clone, Debug)]
pub struct Covariates {
    rows: usize,
    coefficients: usize,
    /// The columns of the first four rows, then those of the next four, ...
    fours: Vec<f64x4>,
    longest: f64,
}

impl Covariates {
    /// Rows of zeros.
    #[must_use]
    pub fn new(coefficients: usize, rows: usize) -> Self {
        Self { rows, coefficients, fours: vec![f64x4::ZERO; rows.div_ceil(4) * coefficients], longest: 0.0 }
    }

    /// Number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub const fn coefficients(&self) -> usize {
        self.coefficients
    }

    /// Four rows after four rows: their columns.
    pub fn fours(&self) -> impl Iterator<Item = &[f64x4]> {
        self.fours.chunks_exact(self.coefficients)
    }

    /// Length of the longest row x: no step d changes a linear predictor x'd by more than this times the length of d.
    #[must_use]
    pub const fn longest(&self) -> f64 {
        self.longest
    }

    /// Draws every covariate from N(0, 1), column by column.
    pub fn draw_normal(&mut self, rng: &mut StreamRng) {
        for j in 0..self.coefficients {
            let column = self.fours[j..].iter_mut().step_by(self.coefficients);
            column.flat_map(f64x4::as_mut_array).take(self.rows).for_each(|x| *x = rng.sample(StandardNormal));
        }
        self.measure();
    }

    /// Sets every row.
    pub fn fill<'a>(&mut self, mut row: impl FnMut(usize) -> &'a [f64]) {
        for i in 0..self.rows {
            let four = &mut self.fours[i / 4 * self.coefficients..];
            four.iter_mut().zip(row(i)).for_each(|(four, &x)| four.as_mut_array()[i % 4] = x);
        }
        self.measure();
    }

    fn measure(&mut self) {
        let square = |x: &[f64x4]| x.iter().map(|x| x * x).sum::<f64x4>();
        let longest = self.fours().map(square).fold(f64x4::ZERO, |longest, square| longest.fast_max(square));
        self.longest = largest(longest).sqrt();
    }
}

/// The largest of four numbers.
#[must_use]
pub fn largest(values: f64x4) -> f64 {
    values.to_array().into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// x'beta for four rows.
#[inline]
#[must_use]
pub fn product(x: &[f64x4], beta: &[f64]) -> f64x4 {
    x.iter().zip(beta).fold(f64x4::ZERO, |eta, (x, &b)| eta + x * f64x4::splat(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_measured_and_padded() {
        let rows: Vec<[f64; 2]> = (0..9).map(|i| [f64::from(i), -3.0]).collect();
        let mut covariates = Covariates::new(2, 9);
        covariates.fill(|i| &rows[i]);
        assert!((covariates.longest() / 73.0_f64.sqrt() - 1.0).abs() < 1e-15);
        let eta: Vec<f64> = covariates.fours().flat_map(|x| product(x, &[2.0, 1.0]).to_array()).collect();
        assert_eq!(eta, [-3.0, -1.0, 1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 0.0, 0.0, 0.0]);
    }
}
