//! Regressions with canonical link, retrained under a random design; shared by the logistic and the Poisson model.

use std::marker::PhantomData;

use fearless_simd::{Level, dispatch, f64x4, prelude::*, u64x4};
use nalgebra::DVector;
use rand::Rng;

use super::{
    FitFailure, Simulator,
    covariates::{Covariates, Four, product},
    newton::{Fit, LAST_CHANGE, Part},
};
use crate::{experiment::Rows, stream::StreamRng};

/// An exponential family with canonical link: density proportional to exp(y eta - b(eta)), eta = x'beta.
///
/// [`Fit`] relies on |b'''| <= b'', and on b'' <= |y - b'| for every y on the boundary of the range of the mean. Both
/// hold for Bernoulli (b = ln(1 + e^eta), boundary {0, 1}) and for Poisson (b = e^eta, boundary {0}).
pub trait Family: Sync {
    /// Mean b'(eta), of four rows.
    fn mean<S: Simd>(eta: f64x4<S>) -> f64x4<S>;

    /// y - b'(eta), without cancellation where y is on the boundary, and the variance b''(eta), of four rows.
    fn residual_and_variance<S: Simd>(y: f64x4<S>, eta: f64x4<S>) -> (f64x4<S>, f64x4<S>);

    /// The responses with these means (at most [`BLOCK`]), each from one random word: rows stay in step between runs that differ in the weight alone.
    ///
    /// # Errors
    /// [`FitFailure`] where a mean is beyond what can be drawn.
    fn respond<S: Simd>(simd: S, means: &[Four], words: &[[u64; 4]], responses: &mut [Four]) -> Result<(), FitFailure>;
}

/// Fours of rows whose responses are drawn together: enough for the branches to be few, and not so many that most wait for the last.
pub const BLOCK: usize = 8;

/// The uniform numbers in [0, 1) of random words: their upper 52 bits.
#[inline(always)]
#[must_use]
pub fn uniform<S: Simd>(simd: S, words: [u64; 4]) -> f64x4<S> {
    let one_and_more = u64x4::load_array(simd, words) >> 12 | 1_f64.to_bits();
    one_and_more.bitcast::<f64x4<S>>() - 1.0
}

/// What responses are made of: covariates, and a random word for each row.
#[derive(Clone, Debug)]
pub struct Design {
    /// The covariates.
    pub x: Covariates,
    words: Vec<[u64; 4]>,
}

impl Design {
    /// Memory for rows with so many coefficients.
    #[must_use]
    pub fn new(coefficients: usize, rows: usize) -> Self {
        Self { x: Covariates::new(coefficients, rows), words: vec![[0; 4]; rows.div_ceil(4)] }
    }

    /// Draws the words; the covariates are the caller's.
    pub fn draw_words(&mut self, rng: &mut StreamRng) {
        self.words.as_flattened_mut().iter_mut().take(self.x.rows()).for_each(|word| *word = rng.next_u64());
    }
}

/// The responses of a sample, four by four.
pub type Responses = Vec<Four>;

/// Memory for the responses of so many rows.
#[must_use]
pub fn responses(rows: usize) -> Responses {
    vec![[0.0; 4]; rows.div_ceil(4)]
}

/// Draws the responses of this design under the model with these coefficients.
///
/// # Errors
/// [`FitFailure`] where a mean is beyond what the family can draw.
pub fn respond<F: Family>(design: &Design, beta: &[f64], responses: &mut [Four]) -> Result<(), FitFailure> {
    dispatch!(Level::new(), simd => respond_on::<F, _>(simd, design, beta, responses))
}

#[inline(always)]
fn respond_on<F: Family, S: Simd>(
    simd: S,
    design: &Design,
    beta: &[f64],
    responses: &mut [Four],
) -> Result<(), FitFailure> {
    let mut x = design.x.fours();
    for (responses, words) in responses.chunks_mut(BLOCK).zip(design.words.chunks(BLOCK)) {
        let mut means = [[0.0; 4]; BLOCK];
        for (mean, x) in means.iter_mut().zip(x.by_ref().take(responses.len())) {
            *mean = F::mean(product(simd, x, beta)).into();
        }
        F::respond(simd, &means[..responses.len()], words, responses)?;
    }
    Ok(())
}

/// Moves coefficients to where the climb to the next fit starts, without a part in where it ends: the pooled rows follow the truth and the
/// current model in the shares w and 1 - w.
pub fn approach(current: &mut [f64], truth: &[f64], weight: f64) {
    current.iter_mut().zip(truth).for_each(|(b, truth)| *b = weight * truth + (1.0 - weight) * *b);
}

/// Regression with random design: x ~ N(0, I_p), fresh for real and synthetic rows alike, no intercept, refitted by weighted
/// maximum likelihood on the pooled rows.
#[derive(Clone, Debug)]
pub struct Regression<F> {
    beta: DVector<f64>,
    rows: Rows,
    family: PhantomData<F>,
}

impl<F: Family> Regression<F> {
    /// True coefficients (length p >= 1) and rows per generation.
    #[must_use]
    pub const fn new(beta: DVector<f64>, rows: Rows) -> Self {
        Self { beta, rows, family: PhantomData }
    }
}

/// Real rows.
#[derive(Clone, Debug)]
pub struct Real {
    design: Design,
    responses: Responses,
}

/// The fitted coefficients, and room for synthetic responses and for the next fit.
#[derive(Clone, Debug)]
pub struct State {
    beta: Vec<f64>,
    synthetic: Responses,
    fit: Fit,
}

impl State {
    /// The coefficients of the current generation.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.beta
    }
}

impl<F: Family> Simulator for Regression<F> {
    type Real = Real;
    type Noise = Design;
    type State = State;

    const LOSSES: &'static [&'static str] = &["coefficients"];

    fn real(&self) -> Real {
        Real { design: Design::new(self.beta.len(), self.rows.real), responses: responses(self.rows.real) }
    }

    fn noise(&self) -> Design {
        Design::new(self.beta.len(), self.rows.synthetic)
    }

    fn state(&self) -> State {
        let p = self.beta.len();
        State { beta: vec![0.0; p], synthetic: responses(self.rows.synthetic), fit: Fit::new(p, LAST_CHANGE) }
    }

    fn draw_real(&self, rng: &mut StreamRng, Real { design, responses }: &mut Real) -> Result<(), FitFailure> {
        self.draw_noise(rng, design);
        respond::<F>(design, self.beta.as_slice(), responses)
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut Design) {
        noise.x.draw_normal(rng);
        noise.draw_words(rng);
    }

    fn start(&self, real: &Real, State { beta, fit, .. }: &mut State) -> Result<(), FitFailure> {
        beta.fill(0.0);
        let part = Part { x: &real.design.x, y: &real.responses, weight: 1.0 / self.rows.real as f64 };
        fit.maximise::<F>(&[part], beta)
    }

    fn retrain(&self, weight: f64, real: &Real, noise: &Design, state: &mut State) -> Result<(), FitFailure> {
        let State { beta, synthetic, fit } = state;
        respond::<F>(noise, beta, synthetic)?;
        let Rows { real: n, synthetic: m } = self.rows;
        let parts = [
            Part { x: &real.design.x, y: &real.responses, weight: weight / n as f64 },
            Part { x: &noise.x, y: synthetic, weight: (1.0 - weight) / m as f64 },
        ];
        approach(beta, self.beta.as_slice(), weight);
        fit.maximise::<F>(&parts, beta)
    }

    fn losses(&self, state: &State, out: &mut [f64]) {
        out[0] = state.beta.iter().zip(&self.beta).map(|(b, truth)| (b - truth) * (b - truth)).sum();
    }
}
