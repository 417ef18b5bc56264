//! The covariates of a sample.

use super::lanes::{LANES, fill_normal};
use crate::stream::StreamRng;

/// Covariates column by column. Behind the last row stand rows of zeros, up to a multiple of [`LANES`]: they add nothing to a sum, and loops over
/// rows need no remainder.
#[derive(Clone, Debug)]
pub struct Covariates {
    rows: usize,
    columns: Vec<Vec<f64>>,
    longest: f64,
}

impl Covariates {
    /// Rows of zeros.
    #[must_use]
    pub fn new(coefficients: usize, rows: usize) -> Self {
        Self { rows, columns: vec![vec![0.0; rows.next_multiple_of(LANES)]; coefficients], longest: 0.0 }
    }

    /// Number of rows, without those of zeros.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The columns, zeros included.
    #[must_use]
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// Length of the longest row x: no step d changes a linear predictor x'd by more than this times the length of d.
    #[must_use]
    pub const fn longest(&self) -> f64 {
        self.longest
    }

    /// Draws every covariate from N(0, 1), column by column.
    pub fn draw_normal(&mut self, rng: &mut StreamRng) {
        self.columns.iter_mut().for_each(|column| fill_normal(&mut column[..self.rows], rng));
        self.measure();
    }

    /// Sets every row.
    pub fn fill<'a>(&mut self, mut row: impl FnMut(usize) -> &'a [f64]) {
        for i in 0..self.rows {
            self.columns.iter_mut().zip(row(i)).for_each(|(column, x)| column[i] = *x);
        }
        self.measure();
    }

    fn measure(&mut self) {
        let mut longest = [0.0; LANES];
        for first in (0..self.rows).step_by(LANES) {
            let mut squares = [0.0; LANES];
            for column in &self.columns {
                squares.iter_mut().zip(&column[first..first + LANES]).for_each(|(square, x)| *square += x * x);
            }
            // Written so that a NaN stays.
            longest.iter_mut().zip(squares).for_each(|(l, s)| *l = if *l >= s { *l } else { s });
        }
        self.longest = longest.into_iter().fold(0.0, |l: f64, s| if l >= s { l } else { s }).sqrt();
    }

    /// X beta.
    pub fn predict(&self, beta: &[f64], eta: &mut [f64]) {
        eta.fill(0.0);
        for (column, &b) in self.columns.iter().zip(beta) {
            eta.iter_mut().zip(column).for_each(|(eta, x)| *eta += b * x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_measured_and_padded() {
        let rows: Vec<[f64; 2]> = (0..9).map(|i| [f64::from(i), -3.0]).collect();
        let mut covariates = Covariates::new(2, 9);
        covariates.fill(|i| &rows[i]);
        assert_eq!((covariates.rows(), covariates.columns()[0].len()), (9, 16));
        assert!((covariates.longest() / 73.0_f64.sqrt() - 1.0).abs() < 1e-15);
        let mut eta = [f64::NAN; 16];
        covariates.predict(&[2.0, 1.0], &mut eta);
        assert!(eta[..9].iter().zip(0..).all(|(&eta, i)| eta == 2.0 * f64::from(i) - 3.0));
        assert_eq!(eta[9..], [0.0; 7]);
    }
}
