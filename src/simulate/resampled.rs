//! Regressions on rows that are resampled from a table, whose responses need not follow the family.

use std::marker::PhantomData;
use std::sync::Arc;

use fearless_simd::{f64x4, prelude::*};
use goldenweight_recursion::StreamRng;
use goldenweight_recursion::models::glm::{
    Design, Family, Responses, fit_rows, make_row, maximise, respond, responses, row_word,
};
use goldenweight_recursion::models::subsampled::{Drawn, Rowwise, Subsampled};
use goldenweight_recursion::newton::{Fit, LAST_CHANGE};
use nalgebra::DMatrix;
use rand::RngExt;

use super::covariates::Four;
use super::{FitFailure, Model, Part, Setting, Source};
use crate::experiment::Rows;

/// Normal responses of variance 1: b(eta) = eta^2/2. A fit is one step.
#[derive(Clone, Copy, Debug)]
pub struct Normal;

impl Family for Normal {
    #[inline(always)]
    fn mean<S: Simd>(eta: f64x4<S>) -> f64x4<S> {
        eta
    }

    #[inline(always)]
    fn residual_and_variance<S: Simd>(y: f64x4<S>, eta: f64x4<S>) -> (f64x4<S>, f64x4<S>) {
        (y - eta, f64x4::splat(eta.token(), 1.0))
    }

    #[inline(always)]
    fn third_cumulant<S: Simd>(mean: f64x4<S>, _: f64x4<S>) -> f64x4<S> {
        f64x4::splat(mean.token(), 0.0)
    }

    /// By Box and Muller, from the two halves of a word: up to 6.7 standard deviations.
    #[inline(always)]
    fn respond<S: Simd>(_: S, means: &[Four], words: &[[u64; 4]], responses: &mut [Four]) -> Result<(), FitFailure> {
        const HALF: f64 = 4_294_967_296.0;
        for ((y, mean), words) in responses.iter_mut().zip(means).zip(words) {
            for ((y, mean), word) in y.iter_mut().zip(mean).zip(words) {
                let (u, v) = (((word >> 32) + 1) as f64 / HALF, (word & 0xffff_ffff) as f64 / HALF);
                *y = mean + (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * v);
            }
        }
        Ok(())
    }
}

/// Rows of a table: covariates, one row after another, and responses.
///
/// # Examples
/// see [`resampled`].
#[derive(Clone, Debug)]
pub struct Sample {
    /// Covariates, that of the intercept too.
    pub covariates: Vec<f64>,
    /// Responses.
    pub responses: Vec<f64>,
}

impl Sample {
    /// A row, drawn with replacement.
    fn draw(&self, rng: &mut StreamRng) -> (&[f64], f64) {
        let (row, width) = (rng.random_range(0..self.responses.len()), self.covariates.len() / self.responses.len());
        (&self.covariates[row * width..(row + 1) * width], self.responses[row])
    }
}

/// The regression. Synthetic rows take their covariates from the sample, drawn with replacement, and their responses from a fit.
#[derive(Clone, Debug)]
pub struct Resampled<F> {
    sample: Arc<Sample>,
    truth: Vec<f64>,
    metric: DMatrix<f64>,
    family: PhantomData<fn() -> F>,
}

/// Real rows: drawn from the sample with replacement, with their responses.
#[derive(Clone, Debug)]
pub struct FromSample(Arc<Sample>);

/// A regression on a sample, retrained on so many rows drawn from it. The truth is the fit on the whole sample, the loss (b - truth)' `metric` (b - truth).
///
/// # Examples
/// A column of ones and responses 0 and 1, 30 and 10 of them. The odds are 1/3, the information 3/16: the risk of 1,000 rows is 16/3000 within 2 %.
/// ```
/// use goldenweight::experiment::Rows;
/// use goldenweight::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
/// use goldenweight::simulate::logistic::Bernoulli;
/// use goldenweight::simulate::{Simulator, resampled::{Sample, resampled}};
///
/// let sample = Sample { covariates: vec![1.0; 40], responses: (0..40).map(|i| f64::from(i % 4 / 3)).collect() };
/// let rows = Rows { real: 1_000, synthetic: 1_000 };
/// let truth = vec![-3_f64.ln()];
/// let setting = resampled::<Bernoulli>(sample, truth, nalgebra::DMatrix::identity(1, 1), rows);
/// let (record, schedule) = (Record::At(vec![0]), ScheduleKind::Fresh);
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..500, schedule, record };
/// let outcome = setting.run(&plan, &[Weights::Constant(1.0)], Options::default()).remove(0);
/// let risk = outcome.at(0, "loss");
/// assert!((risk.mean() - 16.0 / 3000.0).abs() < 5.0 * risk.std_error() + 0.02 * risk.mean());
/// ```
#[must_use]
pub fn resampled<F: Family + 'static>(
    sample: Sample,
    truth: Vec<f64>,
    metric: DMatrix<f64>,
    rows: Rows,
) -> Setting<Resampled<F>, FromSample> {
    let sample = Arc::new(sample);
    let source = FromSample(Arc::clone(&sample));
    Setting { model: Resampled { sample, truth, metric, family: PhantomData }, source, rows }
}

impl<F: Family + 'static> Setting<Resampled<F>, FromSample> {
    /// Fits to as many rows as are real, of those that accumulate.
    ///
    /// # Examples
    /// see [`resampled`].
    #[must_use]
    pub fn subsampled(self) -> Setting<Subsampled<Resampled<F>>, FromSample> {
        let Self { model, source, rows } = self;
        Setting { model: Subsampled { model, rows: rows.real }, source, rows }
    }
}

impl<F: Family + 'static> Source<Subsampled<Resampled<F>>> for FromSample {
    fn draw(
        &self,
        model: &Subsampled<Resampled<F>>,
        rng: &mut StreamRng,
        noise: &mut Drawn,
        data: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        for row in data.chunks_exact_mut(model.model.width()) {
            let (x, y) = self.0.draw(rng);
            row[..x.len()].copy_from_slice(x);
            row[x.len()] = y;
        }
        noise.choose_by(rng);
        Ok(())
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

impl<F: Family + 'static> Rowwise for Resampled<F> {
    fn width(&self) -> usize {
        self.truth.len() + 1
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        let p = self.truth.len();
        noise[..p].copy_from_slice(self.sample.draw(rng).0);
        noise[p] = row_word(rng);
    }

    fn make_row(&self, from: &Vec<f64>, noise: &[f64], row: &mut [f64]) {
        make_row::<F>(from, noise, row);
    }

    fn fit_rows(&self, rows: &mut [f64], fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        fit_rows::<F>(&self.truth, rows, fit)
    }
}

impl<F: Family + 'static> Source<Resampled<F>> for FromSample {
    fn draw(
        &self,
        _: &Resampled<F>,
        rng: &mut StreamRng,
        noise: &mut Design,
        data: &mut Responses,
    ) -> Result<(), FitFailure> {
        noise.x.fill(|i| {
            let (x, y) = self.0.draw(rng);
            data[i / 4][i % 4] = y;
            x
        });
        Ok(())
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

impl<F: Family + 'static> Model for Resampled<F> {
    type Noise = Design;
    type Data = Responses;
    type Fit = Vec<f64>;
    type Scratch = Fit;

    const LOSSES: &'static [&'static str] = &["loss"];

    fn truth(&self) -> &Vec<f64> {
        &self.truth
    }

    fn noise(&self, rows: usize) -> Design {
        Design::new(self.truth.len(), rows)
    }

    fn data(&self, rows: usize) -> Responses {
        responses(rows)
    }

    fn unfitted(&self) -> Vec<f64> {
        vec![0.0; self.truth.len()]
    }

    fn scratch(&self) -> Fit {
        Fit::new(self.truth.len(), LAST_CHANGE)
    }

    fn draw(&self, rng: &mut StreamRng, noise: &mut Design) {
        noise.x.fill(|_| self.sample.draw(rng).0);
        noise.draw_words(rng);
    }

    fn generate(&self, from: &Vec<f64>, noise: &Design, data: &mut Responses) -> Result<(), FitFailure> {
        respond::<F>(noise, from, data)
    }

    fn fit(
        &self,
        generation: u32,
        parts: &[Part<'_, Self>],
        solver: &mut Fit,
        beta: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        maximise::<F, Self>(generation, parts, &self.truth, solver, beta)
    }

    fn losses(&self, beta: &Vec<f64>, out: &mut [f64]) {
        let error = |j: usize| beta[j] - self.truth[j];
        let p = beta.len();
        out[0] = (0..p).map(|j| error(j) * (0..p).map(|i| self.metric[(i, j)] * error(i)).sum::<f64>()).sum();
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?} {:?} {:?}", self.truth, self.metric, self.sample))
    }
}
