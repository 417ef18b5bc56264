//! Linear regression on one fixed design, where real and synthetic labels of the same rows are mixed.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::{Chain, FitFailure, Simulator};
use crate::stream::StreamRng;

/// y = X beta + noise with X given once; at each generation the labels w y + (1 - w) y~ of fresh real labels y and
/// synthetic ones y~ are fitted by least squares.
#[derive(Debug)]
pub struct LinearFixedDesign {
    design: DMatrix<f64>,
    /// The least-squares map (X'X)^-1 X' from labels to coefficients.
    least_squares: DMatrix<f64>,
    beta: DVector<f64>,
    noise_sd: f64,
}

impl LinearFixedDesign {
    /// The regression on the rows of `design`; none where its columns are linearly dependent.
    #[must_use]
    pub fn new(design: DMatrix<f64>, beta: DVector<f64>, noise_variance: f64) -> Option<Self> {
        let gram = (design.transpose() * &design).cholesky()?;
        let least_squares = gram.solve(&design.transpose());
        Some(Self { design, least_squares, beta, noise_sd: noise_variance.sqrt() })
    }
}

impl Simulator for LinearFixedDesign {
    type Chain<'a> = LinearFixedDesignChain<'a>;

    fn loss_names(&self) -> &'static [&'static str] {
        &["coefficients"]
    }

    fn chain(&self) -> LinearFixedDesignChain<'_> {
        let labels = DVector::zeros(self.design.nrows());
        LinearFixedDesignChain { model: self, fit: self.beta.clone(), real: labels.clone(), synthetic: labels }
    }
}

/// The fitted coefficients and the labels of a generation.
#[derive(Debug)]
pub struct LinearFixedDesignChain<'a> {
    model: &'a LinearFixedDesign,
    fit: DVector<f64>,
    real: DVector<f64>,
    synthetic: DVector<f64>,
}

impl LinearFixedDesign {
    /// Labels of the rows under these coefficients.
    fn draw(&self, beta: &DVector<f64>, labels: &mut DVector<f64>, rng: &mut StreamRng) {
        self.design.mul_to(beta, labels);
        labels.iter_mut().for_each(|y| *y += self.noise_sd * rng.sample::<f64, _>(StandardNormal));
    }
}

impl Chain for LinearFixedDesignChain<'_> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        self.model.draw(&self.model.beta, &mut self.real, real);
        self.model.least_squares.mul_to(&self.real, &mut self.fit);
        Ok(())
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        self.model.draw(&self.model.beta, &mut self.real, real);
        self.model.draw(&self.fit, &mut self.synthetic, synthetic);
        self.real.axpy(1.0 - weight, &self.synthetic, weight);
        self.model.least_squares.mul_to(&self.real, &mut self.fit);
        Ok(())
    }

    fn losses(&mut self, out: &mut [f64]) {
        out[0] = (&self.fit - &self.model.beta).norm_squared();
    }
}
