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

use super::{
    FitFailure, Simulator,
    lanes::{dot, fill_normal, sum},
    lower::{Bartlett, add_columns, apply, factorise, multiply_into},
};
use crate::{experiment::Rows, stream::StreamRng};

/// Draws every row.
pub type GaussianRows = Gaussian<EveryRow>;

/// Draws mean and covariance of the rows from their laws: normal, and Wishart by Bartlett's factor.
pub type GaussianSufficient = Gaussian<Sufficient>;

/// A Gaussian N(0, sigma) and the sample sizes; `S` draws a sample of standard normal rows.
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
    /// The fit of the real rows.
    type Real = Drawn<S>;
    /// The fit of standard normal rows.
    type Noise = Drawn<S>;
    type State = State;

    const LOSSES: &'static [&'static str] = &["mean", "covariance", "log_det"];

    fn real(&self) -> Drawn<S> {
        Drawn { fit: Fit::zeros(self.sigma.nrows()), scratch: self.real.scratch() }
    }

    fn noise(&self) -> Drawn<S> {
        Drawn { fit: Fit::zeros(self.sigma.nrows()), scratch: self.synthetic.scratch() }
    }

    fn state(&self) -> State {
        let [current, next, part] = [(); 3].map(|()| Fit::zeros(self.sigma.nrows()));
        State { current, next, part }
    }

    fn draw_real(&self, rng: &mut StreamRng, Drawn { fit, scratch }: &mut Drawn<S>) -> Result<(), FitFailure> {
        self.real.draw(rng, scratch, fit);
        fit.transform(&self.truth);
        Ok(())
    }

    fn draw_noise(&self, rng: &mut StreamRng, Drawn { fit, scratch }: &mut Drawn<S>) {
        self.synthetic.draw(rng, scratch, fit);
    }

    fn start(&self, real: &Drawn<S>, state: &mut State) -> Result<(), FitFailure> {
        state.current.copy_from(&real.fit);
        Ok(())
    }

    fn retrain(&self, weight: f64, real: &Drawn<S>, noise: &Drawn<S>, state: &mut State) -> Result<(), FitFailure> {
        if weight == 1.0 {
            return self.start(real, state);
        }
        let State { current, next, part } = state;
        next.copy_from(&noise.fit);
        next.transform(current);
        if weight > 0.0 {
            part.copy_from(&real.fit);
            next.mix(1.0 - weight, part, weight);
        }
        mem::swap(current, next);
        Ok(())
    }

    /// |mean|^2, |cov - sigma|^2 (Frobenius), log det cov: minus infinity where the covariance is singular, or where a
    /// standard deviation has underflowed.
    fn losses(&self, state: &State, out: &mut [f64]) {
        let Fit { mean, factor } = &state.current;
        out[0] = mean.iter().map(|x| x * x).sum();
        out[1] = 0.0;
        out[2] = 0.0;
        for j in 0..mean.len() {
            for i in j..mean.len() {
                let cov: f64 = (0..=j).map(|k| factor[(i, k)] * factor[(j, k)]).sum();
                let error = cov - self.sigma[(i, j)];
                out[1] += if i == j { error * error } else { 2.0 * error * error };
            }
            out[2] += 2.0 * libm::log(factor[(j, j)]);
        }
    }
}

/// A sample's fit, with the scratch memory of its draw.
#[derive(Debug)]
pub struct Drawn<S: Sample> {
    fit: Fit,
    scratch: S::Scratch,
}

/// The fitted Gaussian, and room for the next and for the estimate of the real part.
#[derive(Debug)]
pub struct State {
    current: Fit,
    next: Fit,
    part: Fit,
}

/// A Gaussian: its mean and the lower triangular factor of its covariance.
#[derive(Debug)]
pub struct Fit {
    mean: Vec<f64>,
    factor: DMatrix<f64>,
}

impl Fit {
    fn zeros(p: usize) -> Self {
        Self { mean: vec![0.0; p], factor: DMatrix::zeros(p, p) }
    }

    fn copy_from(&mut self, other: &Self) {
        self.mean.copy_from_slice(&other.mean);
        self.factor.copy_from(&other.factor);
    }

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
    /// Scratch memory of a draw.
    type Scratch;

    /// For this many rows of dimension `dim`.
    fn new(rows: usize, dim: usize) -> Self;

    /// The memory.
    fn scratch(&self) -> Self::Scratch;

    /// Mean and factor of the covariance of a new sample.
    fn draw(&self, rng: &mut StreamRng, scratch: &mut Self::Scratch, fit: &mut Fit);
}

/// Every row, column by column.
#[derive(Debug)]
pub struct EveryRow {
    rows: usize,
    dim: usize,
}

impl Sample for EveryRow {
    type Scratch = Vec<Vec<f64>>;

    fn new(rows: usize, dim: usize) -> Self {
        Self { rows, dim }
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
                covariance[(i, j)] = dot(&columns[i], &columns[j]) / (self.rows - 1) as f64;
            }
        }
        factorise(covariance, (self.rows - 1).min(self.dim));
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
    type Scratch = ();

    fn new(rows: usize, dim: usize) -> Self {
        Self {
            mean_scale: 1.0 / (rows as f64).sqrt(),
            factor_scale: 1.0 / ((rows - 1) as f64).sqrt(),
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
            let (mut real, mut noise, mut chain) = (model.real(), model.noise(), model.state());
            let (mut log_det, mut out) = (0.0, [f64::NAN; 3]);
            for t in 0..=last {
                if t == 0 {
                    model.draw_real(&mut streams.rng(0, t, Purpose::Real, 0), &mut real).unwrap();
                    model.start(&real, &mut chain).unwrap();
                } else {
                    model.draw_noise(&mut streams.rng(0, t, Purpose::Synthetic, 0), &mut noise);
                    model.retrain(0.0, &real, &noise, &mut chain).unwrap();
                }
                // The truth is the standard normal distribution, of which real rows are a sample.
                let sample = if t == 0 { &real.fit } else { &noise.fit };
                log_det += sample.factor.diagonal().iter().map(|&x| 2.0 * libm::log(x)).sum::<f64>();
            }
            model.losses(&chain, &mut out);
            assert!(log_det < -50.0 && (out[2] - log_det).abs() < 8e-12, "{} {log_det}", out[2]);
            let singular_values = chain.current.factor.clone().svd(false, false).singular_values;
            assert!((singular_values.max() / singular_values.min()).powi(2) > 1e11, "{singular_values}");
        }
        check::<EveryRow>();
        check::<Sufficient>();
    }
}
