//! Mean and covariance of a Gaussian, each re-estimated at every generation; one chain yields both losses.
//!
//! With weight w and u = 1 - w, `mean_t` = w (real mean) + u (synthetic mean) and `cov_t` = w (real covariance) + u (synthetic
//! covariance), each centred at its own mean, with divisors n - 1 and m - 1; synthetic rows ~ N(`mean_{t-1}`, `cov_{t-1}`).
//!
//! Rows are x = mean + L z with z ~ N(0, I) and L L' the covariance, and both estimators are equivariant: the sample mean
//! is mean + L (mean of the z), the sample covariance L (covariance of the z) L'. So the z alone are sampled, and a model
//! is kept as its mean and the factor of its covariance. At w = 0 the next factor is the product of L and the factor of
//! the z; otherwise the columns of both parts are rotated together. The covariance itself is never formed between
//! generations: over 1000 of them at w = 0, n = m = 100, p = 4, its condition number grows to about 1e13, which would
//! spoil a Cholesky factor and with it the log determinant; the product keeps each diagonal entry within about t ulp.

use std::mem;

use nalgebra::{Cholesky, DMatrix};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::{
    Chain, FitFailure, Simulator,
    lower::{Bartlett, add_columns, apply, factorise, multiply_into},
};
use crate::{experiment::Rows, stream::StreamRng};

/// Draws every row.
pub type GaussianRows = Gaussian<EveryRow>;

/// Draws mean and covariance of the rows from their laws: normal, and Wishart by Bartlett's factor.
pub type GaussianSufficient = Gaussian<Sufficient>;

/// A Gaussian N(0, sigma) and the sample sizes; `S` draws the sample of one part.
#[derive(Debug)]
pub struct Gaussian<S> {
    truth: Fit,
    sigma: DMatrix<f64>,
    real: S,
    synthetic: S,
}

impl<S: Sample> Gaussian<S> {
    /// Real rows N(0, sigma).
    ///
    /// # Panics
    /// Where sigma is not symmetric positive definite or a sample has fewer than two rows.
    #[must_use]
    pub fn new(sigma: DMatrix<f64>, rows: Rows) -> Self {
        assert!(rows.real >= 2 && rows.synthetic >= 2, "a sample covariance needs two rows");
        let p = sigma.nrows();
        let factor = Cholesky::new(sigma.clone()).expect("sigma is positive definite").unpack();
        let truth = Fit { mean: vec![0.0; p], factor };
        Self { truth, sigma, real: S::new(rows.real, p), synthetic: S::new(rows.synthetic, p) }
    }
}

impl<S: Sample + Sync> Simulator for Gaussian<S> {
    type Chain<'a>
        = GaussianChain<'a, S>
    where
        Self: 'a;

    fn loss_names(&self) -> &'static [&'static str] {
        &["mean", "covariance", "log_det"]
    }

    fn chain(&self) -> GaussianChain<'_, S> {
        let p = self.sigma.nrows();
        let fit = Fit { mean: vec![0.0; p], factor: DMatrix::zeros(p, p) };
        GaussianChain { model: self, real: fit.clone(), synthetic: fit.clone(), current: fit }
    }
}

/// The fitted Gaussian, and room for the estimates of the two parts.
#[derive(Debug)]
pub struct GaussianChain<'a, S> {
    model: &'a Gaussian<S>,
    current: Fit,
    real: Fit,
    synthetic: Fit,
}

impl<S: Sample + Sync> Chain for GaussianChain<'_, S> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        self.model.real.draw(real, &mut self.current);
        self.current.transform(&self.model.truth);
        Ok(())
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        if weight == 1.0 {
            return self.start(real);
        }
        self.model.synthetic.draw(synthetic, &mut self.synthetic);
        self.synthetic.transform(&self.current);
        if weight > 0.0 {
            self.model.real.draw(real, &mut self.real);
            self.real.transform(&self.model.truth);
            self.synthetic.mix(1.0 - weight, &mut self.real, weight);
        }
        mem::swap(&mut self.current, &mut self.synthetic);
        Ok(())
    }

    /// |mean|^2, |cov - sigma|^2 (Frobenius), log det cov: minus infinity where the covariance is singular, or where a
    /// standard deviation has underflowed.
    fn losses(&mut self, out: &mut [f64]) {
        let Fit { mean, factor } = &self.current;
        out[0] = mean.iter().map(|x| x * x).sum();
        out[1] = 0.0;
        out[2] = 0.0;
        for j in 0..mean.len() {
            for i in j..mean.len() {
                let cov: f64 = (0..=j).map(|k| factor[(i, k)] * factor[(j, k)]).sum();
                let error = cov - self.model.sigma[(i, j)];
                out[1] += if i == j { error * error } else { 2.0 * error * error };
            }
            out[2] += 2.0 * libm::log(factor[(j, j)]);
        }
    }
}

/// A Gaussian: its mean and the lower triangular factor of its covariance.
#[derive(Clone, Debug)]
pub struct Fit {
    mean: Vec<f64>,
    factor: DMatrix<f64>,
}

impl Fit {
    /// The fit of rows z becomes the fit of the rows `origin.mean + origin.factor z`.
    fn transform(&mut self, origin: &Self) {
        apply(&origin.factor, &mut self.mean);
        self.mean.iter_mut().zip(&origin.mean).for_each(|(x, mean)| *x += mean);
        multiply_into(&origin.factor, &mut self.factor);
    }

    /// Means and covariances mixed with weights u (this) and w (the other, of which the factor is used up).
    fn mix(&mut self, u: f64, other: &mut Self, w: f64) {
        self.mean.iter_mut().zip(&other.mean).for_each(|(x, y)| *x = w * y + u * *x);
        self.factor *= u.sqrt();
        other.factor *= w.sqrt();
        add_columns(&mut self.factor, &mut other.factor);
    }
}

/// How a sample of standard normal rows is drawn, and its mean and covariance fitted.
pub trait Sample {
    /// For this many rows of dimension `dim`.
    fn new(rows: usize, dim: usize) -> Self;

    /// Mean and factor of the covariance of a new sample.
    fn draw(&self, rng: &mut StreamRng, fit: &mut Fit);
}

/// Row by row.
#[derive(Debug)]
pub struct EveryRow {
    rows: usize,
}

impl Sample for EveryRow {
    fn new(rows: usize, _dim: usize) -> Self {
        Self { rows }
    }

    /// Welford's update: mean += d/i and scatter += d d' (i - 1)/i, where d is row i (from 1) less the mean of those before.
    fn draw(&self, rng: &mut StreamRng, Fit { mean, factor: scatter }: &mut Fit) {
        let p = mean.len();
        let mut d = vec![0.0; p];
        mean.fill(0.0);
        scatter.fill(0.0);
        for i in 0..self.rows {
            let step = 1.0 / (i + 1) as f64;
            for (d, mean) in d.iter_mut().zip(&mut *mean) {
                *d = rng.sample::<f64, _>(StandardNormal) - *mean;
                *mean += *d * step;
            }
            let share = i as f64 * step / (self.rows - 1) as f64;
            for j in 0..p {
                for i in j..p {
                    scatter[(i, j)] += share * d[i] * d[j];
                }
            }
        }
        factorise(scatter, (self.rows - 1).min(p));
    }
}

/// By the laws of mean and covariance, which are independent.
#[derive(Debug)]
pub struct Sufficient {
    mean_scale: f64,
    factor_scale: f64,
    factor: Bartlett,
}

impl Sample for Sufficient {
    fn new(rows: usize, dim: usize) -> Self {
        Self {
            mean_scale: 1.0 / (rows as f64).sqrt(),
            factor_scale: 1.0 / ((rows - 1) as f64).sqrt(),
            factor: Bartlett::new(rows - 1, dim),
        }
    }

    fn draw(&self, rng: &mut StreamRng, fit: &mut Fit) {
        for mean in &mut fit.mean {
            *mean = rng.sample::<f64, _>(StandardNormal) * self.mean_scale;
        }
        self.factor.draw(self.factor_scale, rng, &mut fit.factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Streams};

    /// At w = 0 the covariance is a product of factors, so log det is the sum of theirs, each well conditioned. The
    /// covariance's own condition number passes 1e11 on the way.
    ///
    /// Tolerance: each of the 4 diagonal entries carries 1000 roundings, and so does the reference, a sum of a thousand
    /// terms up to 1e2: 2 * 4 * 1000 * 2^-53 + 1000 * 2^-47 = 8e-12 at worst.
    #[test]
    fn log_det_stays_accurate_through_collapse() {
        fn check<S: Sample + Sync>() {
            let (p, last, streams) = (4, 1000, Streams { seed: 1, experiment: 5 });
            let model = Gaussian::<S>::new(DMatrix::identity(p, p), Rows { real: 100, synthetic: 100 });
            let mut chain = model.chain();
            let mut part = model.truth.clone();
            let (mut log_det, mut out) = (0.0, [f64::NAN; 3]);
            for t in 0..=last {
                let purpose = if t == 0 { Purpose::Real } else { Purpose::Synthetic };
                let mut rng = streams.rng(0, t, purpose, 0);
                model.synthetic.draw(&mut rng.clone(), &mut part);
                log_det += part.factor.diagonal().iter().map(|&x| 2.0 * libm::log(x)).sum::<f64>();
                if t == 0 {
                    chain.start(&mut rng).unwrap();
                } else {
                    chain.retrain(0.0, &mut streams.rng(0, t, Purpose::Real, 0), &mut rng).unwrap();
                }
            }
            chain.losses(&mut out);
            assert!(log_det < -50.0 && (out[2] - log_det).abs() < 8e-12, "{} {log_det}", out[2]);
            let singular_values = chain.current.factor.clone().svd(false, false).singular_values;
            assert!((singular_values.max() / singular_values.min()).powi(2) > 1e11, "{singular_values}");
        }
        check::<EveryRow>();
        check::<Sufficient>();
    }
}
