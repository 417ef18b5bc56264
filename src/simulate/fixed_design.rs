//! Linear regression on one fixed design, where real and synthetic labels of the same rows are mixed.

use nalgebra::{DMatrix, DVector};

use super::{FitFailure, Simulator, lanes::fill_normal};
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
    /// Labels.
    type Real = DVector<f64>;
    /// Errors of the labels.
    type Noise = DVector<f64>;
    type State = State;

    const LOSSES: &'static [&'static str] = &["coefficients"];

    fn real(&self) -> DVector<f64> {
        DVector::zeros(self.design.nrows())
    }

    fn noise(&self) -> DVector<f64> {
        DVector::zeros(self.design.nrows())
    }

    fn state(&self) -> State {
        State { fit: self.beta.clone(), labels: DVector::zeros(self.design.nrows()) }
    }

    fn draw_real(&self, rng: &mut StreamRng, labels: &mut DVector<f64>) -> Result<(), FitFailure> {
        fill_normal(labels.as_mut_slice(), rng);
        labels.gemv(1.0, &self.design, &self.beta, self.noise_sd);
        Ok(())
    }

    fn draw_noise(&self, rng: &mut StreamRng, errors: &mut DVector<f64>) {
        fill_normal(errors.as_mut_slice(), rng);
    }

    fn start(&self, real: &DVector<f64>, state: &mut State) -> Result<(), FitFailure> {
        state.fit.gemv(1.0, &self.least_squares, real, 0.0);
        Ok(())
    }

    fn retrain(
        &self,
        weight: f64,
        real: &DVector<f64>,
        errors: &DVector<f64>,
        State { fit, labels }: &mut State,
    ) -> Result<(), FitFailure> {
        labels.copy_from(errors);
        labels.gemv(1.0 - weight, &self.design, fit, (1.0 - weight) * self.noise_sd);
        labels.axpy(weight, real, 1.0);
        fit.gemv(1.0, &self.least_squares, labels, 0.0);
        Ok(())
    }

    fn losses(&self, state: &State, out: &mut [f64]) {
        out[0] = state.fit.iter().zip(&self.beta).map(|(b, truth)| (b - truth) * (b - truth)).sum();
    }
}

/// The fitted coefficients, and room for labels.
#[derive(Debug)]
pub struct State {
    fit: DVector<f64>,
    labels: DVector<f64>,
}
