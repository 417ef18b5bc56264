//! The covariates of a sample.

use fearless_simd::{f64x4, prelude::*};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::StreamRng;

/// A number of each of four rows.
pub type Four = [f64; 4];

/// Covariates, four rows side by side. Behind the last stand rows of zeros, up to a multiple of four: they add nothing to a sum.
///
/// # Examples
/// ```
/// use goldenweight_recursion::covariates::Covariates;
///
/// let rows = [[1.0, 0.0], [3.0, 4.0]];
/// let mut x = Covariates::new(2, 2);
/// x.fill(|i| &rows[i]);
/// assert!((x.longest() - 5.0).abs() < 1e-12);
/// // Behind the two rows stand two of zeros.
/// assert_eq!(x.fours().next().expect("four rows"), [[1.0, 3.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0]]);
/// ```
#[derive(Clone, Debug)]
pub struct Covariates {
    rows: usize,
    coefficients: usize,
    /// The columns of the first four rows, then those of the next four, ...
    fours: Vec<Four>,
    longest: f64,
}

impl Covariates {
    /// Rows of zeros.
    #[must_use]
    pub fn new(coefficients: usize, rows: usize) -> Self {
        Self { rows, coefficients, fours: vec![[0.0; 4]; rows.div_ceil(4) * coefficients], longest: 0.0 }
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
    pub fn fours(&self) -> impl Iterator<Item = &[Four]> {
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
            column.flatten().take(self.rows).for_each(|x| *x = rng.sample(StandardNormal));
        }
        self.measure();
    }

    /// Sets every row.
    pub fn fill<'a>(&mut self, mut row: impl FnMut(usize) -> &'a [f64]) {
        for (first, four) in (0..self.rows).step_by(4).zip(self.fours.chunks_exact_mut(self.coefficients)) {
            for i in first..self.rows.min(first + 4) {
                four.iter_mut().zip(row(i)).for_each(|(four, &x)| four[i % 4] = x);
            }
        }
        self.measure();
    }

    fn measure(&mut self) {
        let mut longest: f64 = 0.0;
        for x in self.fours() {
            let mut squares = [0.0; 4];
            x.iter().for_each(|x| squares.iter_mut().zip(x).for_each(|(square, x)| *square += x * x));
            longest = squares.into_iter().fold(longest, f64::max);
        }
        self.longest = longest.sqrt();
    }
}

/// x'beta for four rows.
///
/// # Examples
/// ```
/// use fearless_simd::{Level, dispatch, f64x4, prelude::*};
/// use goldenweight_recursion::covariates::product;
///
/// // Four rows of two covariates each, one covariate after another.
/// let x = [[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]];
/// let found: [f64; 4] = dispatch!(Level::new(), simd => product(simd, &x, &[1.0, 0.5]).into());
/// assert_eq!(found, [6.0, 12.0, 18.0, 24.0]);
/// ```
#[inline(always)]
#[must_use]
pub fn product<S: Simd>(simd: S, x: &[Four], beta: &[f64]) -> f64x4<S> {
    let mut eta = f64x4::splat(simd, 0.0);
    for (x, &b) in x.iter().zip(beta) {
        eta += f64x4::load_array_ref(simd, x) * b;
    }
    eta
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    #[test]
    fn rows_are_measured_and_padded() {
        let rows: Vec<[f64; 2]> = (0..9).map(|i| [f64::from(i), -3.0]).collect();
        let mut covariates = Covariates::new(2, 9);
        covariates.fill(|i| &rows[i]);
        assert!((covariates.longest() / 73.0_f64.sqrt() - 1.0).abs() < 1e-15);
        let product = |x| dispatch!(Level::new(), simd => Four::from(product(simd, x, &[2.0, 1.0])));
        let eta: Vec<f64> = covariates.fours().flat_map(product).collect();
        assert_eq!(eta, [-3.0, -1.0, 1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 0.0, 0.0, 0.0]);
    }
}
