//! Mean and covariance of a Gaussian, each re-estimated at every generation; one chain yields both losses.
//!
//! With weight w and u = 1 - w, `mean_t` = w (real mean) + u (synthetic mean) and `cov_t` = w (real covariance) + u (synthetic
//! covariance), each centred at its own mean, with divisors n - 1 and m - 1 (or n and m, see [`Divisor`]); synthetic rows ~
//! N(`mean_{t-1}`, `cov_{t-1}`).
//!
//! Rows are x = mean + L z with z ~ N(0, I) and L L' the covariance, and both estimators are equivariant: the sample mean
//! is mean + L (mean of the z), the sample covariance L (covariance of the z) L'. So the z alone are sampled, and a model
//! is kept as its mean and the factor of its covariance. At w = 0 the next factor is the product of L and the factor of
//! the z; otherwise the columns of both parts are rotated together. The covariance itself is never formed between
//! generations: over 1000 of them at w = 0, n = m = 100, p = 4, its condition number grows to about 1e13, which would
//! spoil a Cholesky factor and with it the log determinant; the product keeps each diagonal entry within about t ulp.

use std::marker::PhantomData;

use nalgebra::{Cholesky, DMatrix};

use crate::{
    FitFailure, Model, Part, StreamRng,
    lanes::{dot, fill_normal, sum},
    lower::{Bartlett, add_columns, apply, factorise, multiply},
    models::subsampled::Rowwise,
};

/// Draws every row.
pub type GaussianRows = Gaussian<EveryRow>;

/// Draws mean and covariance of the rows from their laws: normal, and Wishart by Bartlett's factor.
pub type GaussianSufficient = Gaussian<Sufficient>;

/// A Gaussian N(0, sigma); `S` draws a sample of standard normal rows.
#[derive(Clone, Debug)]
pub struct Gaussian<S> {
    truth: Fit,
    sigma: DMatrix<f64>,
    divisor: Divisor,
    sample: PhantomData<fn() -> S>,
}

impl<S: Sample> Gaussian<S> {
    /// The truth N(0, sigma), covariances estimated without bias.
    ///
    /// # Panics
    /// Where sigma is not symmetric positive definite.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::{Model, models::gaussian::GaussianSufficient, nalgebra::DMatrix};
    ///
    /// let model = GaussianSufficient::new(DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 5.0]));
    /// let mut losses = [f64::NAN; 3];
    /// model.losses(model.truth(), &mut losses);
    /// // No error of the mean, none of the covariance; the log determinant of the covariance.
    /// assert!(losses[..2] == [0.0, 0.0] && (losses[2] - 16_f64.ln()).abs() < 1e-14);
    /// ```
    #[must_use]
    pub fn new(sigma: DMatrix<f64>) -> Self {
        let factor = Cholesky::new(sigma.clone()).expect("sigma is positive definite").unpack();
        let truth = Fit { mean: vec![0.0; sigma.nrows()], factor };
        Self { truth, sigma, divisor: Divisor::Unbiased, sample: PhantomData }
    }

    /// The same with another divisor.
    ///
    /// # Examples
    /// A sample of one row has a covariance by maximum likelihood, zero.
    /// ```
    /// use goldenweight_recursion::models::gaussian::{Divisor, GaussianRows};
    /// use goldenweight_recursion::{Model, nalgebra::DMatrix};
    ///
    /// let model = GaussianRows::new(DMatrix::identity(2, 2)).with_divisor(Divisor::MaximumLikelihood);
    /// let _ = model.noise(1);
    /// ```
    #[must_use]
    pub fn with_divisor(self, divisor: Divisor) -> Self {
        Self { divisor, ..self }
    }
}

/// What the sum of squares around the mean of r rows is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divisor {
    /// r - 1: the estimate without bias, for which a sample needs two rows.
    Unbiased,
    /// r: the estimate of maximum likelihood.
    MaximumLikelihood,
}

impl Divisor {
    /// The divisor for so many rows.
    fn of(self, rows: usize) -> f64 {
        match self {
            Self::Unbiased => (rows - 1) as f64,
            Self::MaximumLikelihood => rows as f64,
        }
    }
}

impl<S: Sample + Send + Sync + 'static> Model for Gaussian<S> {
    /// The fit of standard normal rows.
    type Noise = Drawn<S>;
    /// The fit of the rows.
    type Data = Fit;
    type Fit = Fit;
    /// Room for the estimate of one part.
    type Scratch = Fit;

    const LOSSES: &'static [&'static str] = &["mean", "covariance", "log_det"];

    fn truth(&self) -> &Fit {
        &self.truth
    }

    /// # Panics
    /// Below two rows where the divisor is one less than their number.
    fn noise(&self, rows: usize) -> Drawn<S> {
        assert!(rows >= 2 || self.divisor != Divisor::Unbiased, "a sample covariance needs two rows");
        let sample = S::new(rows, self.sigma.nrows(), self.divisor.of(rows));
        Drawn { scratch: sample.scratch(), sample, fit: self.unfitted() }
    }

    fn data(&self, _: usize) -> Fit {
        self.unfitted()
    }

    fn unfitted(&self) -> Fit {
        Fit::zeros(self.sigma.nrows())
    }

    fn scratch(&self) -> Fit {
        self.unfitted()
    }

    fn draw(&self, rng: &mut StreamRng, Drawn { sample, fit, scratch }: &mut Drawn<S>) {
        sample.draw(rng, scratch, fit);
    }

    fn generate(&self, from: &Fit, noise: &Drawn<S>, data: &mut Fit) -> Result<(), FitFailure> {
        data.transform(from, &noise.fit);
        Ok(())
    }

    /// Means and covariances of the parts, mixed by their weights.
    fn fit(&self, _: u32, parts: &[Part<'_, Self>], part: &mut Fit, fit: &mut Fit) -> Result<(), FitFailure> {
        let Some((last, others)) = parts.split_last() else { return Err(FitFailure) };
        fit.scale(last.weight, last.data);
        for other in others {
            part.scale(other.weight, other.data);
            fit.add(part);
        }
        Ok(())
    }

    /// |mean|^2, |cov - sigma|^2 (Frobenius), log det cov: minus infinity where the covariance is singular, or where a
    /// standard deviation has underflowed.
    fn losses(&self, Fit { mean, factor }: &Fit, out: &mut [f64]) {
        out[0] = mean.iter().map(|x| x * x).sum();
        out[1] = 0.0;
        out[2] = 0.0;
        let (p, factor) = (mean.len(), factor.as_slice());
        for (j, sigma) in self.sigma.as_slice().chunks_exact(p).enumerate() {
            for (i, sigma) in sigma.iter().enumerate().skip(j) {
                let cov: f64 = (0..=j).map(|k| factor[k * p + i] * factor[k * p + j]).sum();
                let error = cov - sigma;
                out[1] += if i == j { error * error } else { 2.0 * error * error };
            }
            out[2] += 2.0 * libm::log(factor[j * p + j]);
        }
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?} {:?}", self.sigma, self.divisor))
    }
}

impl Rowwise for GaussianRows {
    fn width(&self) -> usize {
        self.sigma.nrows()
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        fill_normal(noise, rng);
    }

    fn make_row(&self, from: &Fit, noise: &[f64], row: &mut [f64]) {
        apply(&from.factor, noise, row);
        row.iter_mut().zip(&from.mean).for_each(|(x, mean)| *x += mean);
    }

    fn fit_rows(&self, rows: &mut [f64], Fit { mean, factor }: &mut Fit) -> Result<(), FitFailure> {
        let (p, count) = (mean.len(), rows.len() / mean.len());
        mean.fill(0.0);
        for row in rows.chunks_exact(p) {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        mean.iter_mut().for_each(|sum| *sum /= count as f64);
        factor.as_mut_slice().fill(0.0);
        for row in rows.chunks_exact_mut(p) {
            row.iter_mut().zip(&*mean).for_each(|(x, mean)| *x -= mean);
            for (j, column) in factor.as_mut_slice().chunks_exact_mut(p).enumerate() {
                column.iter_mut().zip(&*row).skip(j).for_each(|(sum, x)| *sum += x * row[j]);
            }
        }
        let divisor = self.divisor.of(count);
        factor.as_mut_slice().iter_mut().for_each(|sum| *sum /= divisor);
        factorise(factor, (count - 1).min(p));
        Ok(())
    }
}

/// A sample of standard normal rows: its law, its fit, and the scratch memory of its draw.
#[derive(Debug)]
pub struct Drawn<S: Sample> {
    sample: S,
    fit: Fit,
    scratch: S::Scratch,
}

/// A Gaussian: its mean and the lower triangular factor of its covariance.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{Model, models::gaussian::GaussianRows, nalgebra::DMatrix};
///
/// let model = GaussianRows::new(DMatrix::from_element(1, 1, 4.0));
/// assert_eq!((model.truth().mean(), model.truth().factor()[(0, 0)]), (&[0.0][..], 2.0));
/// ```
#[derive(Clone, Debug)]
pub struct Fit {
    mean: Vec<f64>,
    factor: DMatrix<f64>,
}

impl Fit {
    fn zeros(p: usize) -> Self {
        Self { mean: vec![0.0; p], factor: DMatrix::zeros(p, p) }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The lower triangular factor L of the covariance L L'.
    #[must_use]
    pub const fn factor(&self) -> &DMatrix<f64> {
        &self.factor
    }

    /// Becomes the fit of the rows `origin.mean + origin.factor z` of rows z whose fit is given.
    fn transform(&mut self, origin: &Self, z: &Self) {
        apply(&origin.factor, &z.mean, &mut self.mean);
        self.mean.iter_mut().zip(&origin.mean).for_each(|(x, mean)| *x += mean);
        multiply(&origin.factor, &z.factor, &mut self.factor);
    }

    /// Becomes what another fit adds to a mix in which its weight is w.
    fn scale(&mut self, w: f64, other: &Self) {
        self.mean.iter_mut().zip(&other.mean).for_each(|(x, y)| *x = w * y);
        let root = w.sqrt();
        let entries = self.factor.as_mut_slice().iter_mut().zip(other.factor.as_slice());
        entries.for_each(|(x, y)| *x = root * y);
    }

    /// Adds what another fit adds, whose factor is used up.
    fn add(&mut self, other: &mut Self) {
        self.mean.iter_mut().zip(&other.mean).for_each(|(x, y)| *x += y);
        add_columns(&mut self.factor, &mut other.factor);
    }
}

/// How a sample of standard normal rows is drawn, and its mean and covariance fitted.
///
/// # Examples
/// ```
/// use goldenweight_recursion::models::gaussian::{EveryRow, GaussianRows, Sample, Sufficient};
/// use goldenweight_recursion::{Model, StreamRng, nalgebra::DMatrix, rand::SeedableRng};
///
/// fn deviation<S: Sample>() -> f64 {
///     let mut fit = GaussianRows::new(DMatrix::identity(1, 1)).unfitted();
///     let sample = S::new(10_000, 1, 9_999.0);
///     sample.draw(&mut StreamRng::seed_from_u64(1), &mut sample.scratch(), &mut fit);
///     fit.factor()[(0, 0)]
/// }
///
/// // The standard deviation of 10,000 rows N(0, 1) has one of 1/sqrt(20,000) itself.
/// assert!([deviation::<EveryRow>(), deviation::<Sufficient>()].iter().all(|found| (found - 1.0).abs() < 5.0 * 0.0071));
/// ```
pub trait Sample {
    /// Scratch memory of a draw.
    type Scratch: Send + Sync;

    /// For this many rows of dimension `dim`, the squares around their mean divided by `divisor`.
    fn new(rows: usize, dim: usize, divisor: f64) -> Self;

    /// The memory.
    fn scratch(&self) -> Self::Scratch;

    /// Mean and factor of the covariance of a new sample.
    fn draw(&self, rng: &mut StreamRng, scratch: &mut Self::Scratch, fit: &mut Fit);
}

/// Every row, column by column.
#[derive(Clone, Debug)]
pub struct EveryRow {
    rows: usize,
    dim: usize,
    divisor: f64,
}

impl Sample for EveryRow {
    type Scratch = Vec<Vec<f64>>;

    fn new(rows: usize, dim: usize, divisor: f64) -> Self {
        Self { rows, dim, divisor }
    }

    fn scratch(&self) -> Vec<Vec<f64>> {
        vec![vec![0.0; self.rows]; self.dim]
    }

    fn draw(&self, rng: &mut StreamRng, columns: &mut Vec<Vec<f64>>, Fit { mean, factor: covariance }: &mut Fit) {
        for (column, mean) in columns.iter_mut().zip(&mut *mean) {
            fill_normal(column, rng);
            *mean = sum(column) / self.rows as f64;
            column.iter_mut().for_each(|x| *x -= *mean);
        }
        for j in 0..self.dim {
            for i in j..self.dim {
                covariance[(i, j)] = dot(&columns[i], &columns[j]) / self.divisor;
            }
        }
        factorise(covariance, (self.rows - 1).min(self.dim));
    }
}

/// By the laws of mean and covariance, which are independent.
#[derive(Clone, Debug)]
pub struct Sufficient {
    mean_scale: f64,
    factor_scale: f64,
    factor: Bartlett,
}

impl Sample for Sufficient {
    type Scratch = ();

    fn new(rows: usize, dim: usize, divisor: f64) -> Self {
        Self {
            mean_scale: 1.0 / (rows as f64).sqrt(),
            factor_scale: 1.0 / divisor.sqrt(),
            factor: Bartlett::new(rows - 1, dim),
        }
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, (): &mut (), fit: &mut Fit) {
        fill_normal(&mut fit.mean, rng);
        fit.mean.iter_mut().for_each(|mean| *mean *= self.mean_scale);
        self.factor.draw(self.factor_scale, rng, &mut fit.factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenweight_replicates::stream::{Purpose, Streams};

    /// At w = 0 the covariance is a product of factors, so log det is the sum of theirs, each well conditioned. The
    /// covariance's own condition number passes 1e11 on the way.
    ///
    /// Tolerance: each of the 4 diagonal entries carries 1000 roundings, and so does the reference, a sum of a thousand
    /// terms up to 1e2: 2 * 4 * 1000 * 2^-53 + 1000 * 2^-47 = 8e-12 at worst.
    #[test]
    fn log_det_stays_accurate_through_collapse() {
        fn check<S: Sample + Send + Sync + 'static>() {
            let (p, last, streams) = (4, 1000, Streams { seed: 1, experiment: 5 });
            let model = Gaussian::<S>::new(DMatrix::identity(p, p));
            let (mut noise, mut data) = (model.noise(100), model.data(100));
            let (mut fit, mut scratch) = (model.unfitted(), model.scratch());
            let (mut log_det, mut out) = (0.0, [f64::NAN; 3]);
            for t in 0..=last {
                model.draw(&mut streams.rng(0, t, Purpose::Synthetic, 0), &mut noise);
                model.generate(if t == 0 { model.truth() } else { &fit }, &noise, &mut data).unwrap();
                let part = Part { weight: 1.0, rows: 100, real: t == 0, new: true, noise: &noise, data: &data };
                model.fit(t, &[part], &mut scratch, &mut fit).unwrap();
                // The truth is the standard normal distribution: the covariance is the product of all samples' factors.
                log_det += noise.fit.factor.diagonal().iter().map(|&x| 2.0 * libm::log(x)).sum::<f64>();
            }
            model.losses(&fit, &mut out);
            assert!(log_det < -50.0 && (out[2] - log_det).abs() < 8e-12, "{} {log_det}", out[2]);
            let singular_values = fit.factor.clone().svd(false, false).singular_values;
            assert!((singular_values.max() / singular_values.min()).powi(2) > 1e11, "{singular_values}");
        }
        check::<EveryRow>();
        check::<Sufficient>();
    }
}
