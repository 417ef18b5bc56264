//! Weighted maximum likelihood of generalised linear models with canonical link, and their retraining under a random
//! design; shared by the logistic and the Poisson model.

use std::marker::PhantomData;

use nalgebra::DVector;
use rand::RngExt;
use rand_distr::StandardNormal;

use super::{Chain, FitFailure, Simulator};
use crate::{experiment::Rows, stream::StreamRng};

/// An exponential family with canonical link: density proportional to exp(y eta - b(eta)), eta = x'beta.
///
/// [`Fit`] relies on |b'''| <= b'', and on b'' <= |y - b'| for every y on the boundary of the range of the mean. Both
/// hold for Bernoulli (b = ln(1 + e^eta), boundary {0, 1}) and for Poisson (b = e^eta, boundary {0}).
pub trait Family: Sync {
    /// Mean b'(eta).
    fn mean(eta: f64) -> f64;

    /// y - b'(eta), without cancellation where y is on the boundary, and the variance b''(eta).
    fn residual_and_variance(y: f64, eta: f64) -> (f64, f64);

    /// A response with this mean. Consumes the same amount of `rng` for every mean, so that rows stay in step between
    /// runs that differ in the weight alone.
    ///
    /// # Errors
    /// [`FitFailure`] where the mean is beyond what can be drawn.
    fn draw(mean: f64, rng: &mut StreamRng) -> Result<f64, FitFailure>;
}

/// Rows of a regression, column by column, with the scratch of a fit.
#[derive(Clone, Debug)]
pub struct Block {
    /// The covariates, one vector for each coefficient.
    pub columns: Vec<Vec<f64>>,
    /// The responses.
    pub y: Vec<f64>,
    eta: Vec<f64>,
    residual: Vec<f64>,
    variance: Vec<f64>,
    scaled: Vec<f64>,
}

impl Block {
    /// Rows of zeros.
    #[must_use]
    pub fn new(coefficients: usize, rows: usize) -> Self {
        let zeros = || vec![0.0; rows];
        let columns = (0..coefficients).map(|_| zeros()).collect();
        Self { columns, y: zeros(), eta: zeros(), residual: zeros(), variance: zeros(), scaled: zeros() }
    }

    /// Draws every covariate from N(0, 1), column by column.
    pub fn draw_normal_columns(&mut self, rng: &mut StreamRng) {
        self.columns.iter_mut().flatten().for_each(|x| *x = rng.sample(StandardNormal));
    }

    /// Draws the responses from the model with these coefficients.
    ///
    /// # Errors
    /// [`FitFailure`] where a mean is beyond what the family can draw.
    pub fn draw_responses<F: Family>(&mut self, beta: &[f64], rng: &mut StreamRng) -> Result<(), FitFailure> {
        self.predict(beta);
        self.eta.iter_mut().for_each(|eta| *eta = F::mean(*eta));
        for (y, &mean) in self.y.iter_mut().zip(&self.eta) {
            *y = F::draw(mean, rng)?;
        }
        Ok(())
    }

    /// eta = X beta.
    fn predict(&mut self, beta: &[f64]) {
        self.eta.fill(0.0);
        for (column, &b) in self.columns.iter().zip(beta) {
            self.eta.iter_mut().zip(column).for_each(|(eta, x)| *eta += b * x);
        }
    }

    /// Adds `weight` times the score X'(y - mean) and the lower triangle of the information X' diag(variance) X.
    fn add_score<F: Family>(&mut self, beta: &[f64], weight: f64, score: &mut [f64], information: &mut [f64]) {
        self.predict(beta);
        let terms = self.residual.iter_mut().zip(&mut self.variance);
        for ((residual, variance), (&y, &eta)) in terms.zip(self.y.iter().zip(&self.eta)) {
            (*residual, *variance) = F::residual_and_variance(y, eta);
        }
        for (j, column) in self.columns.iter().enumerate() {
            score[j] += weight * dot(&self.residual, column);
            self.scaled.iter_mut().zip(&self.variance).zip(column).for_each(|((s, v), x)| *s = v * x);
            for (i, other) in self.columns[..=j].iter().zip(&mut information[j * beta.len()..]) {
                *other += weight * dot(&self.scaled, i);
            }
        }
    }

    /// `weight` times the derivative of the log-likelihood at `beta` in a direction.
    fn slope<F: Family>(&mut self, beta: &[f64], direction: &[f64], weight: f64) -> f64 {
        self.predict(beta);
        for (residual, (&y, &eta)) in self.residual.iter_mut().zip(self.y.iter().zip(&self.eta)) {
            *residual = F::residual_and_variance(y, eta).0;
        }
        self.predict(direction);
        weight * dot(&self.residual, &self.eta)
    }

    /// The largest change max |x'step| of a linear predictor; NaN-free where `step` is.
    fn largest_change(&mut self, step: &[f64]) -> f64 {
        self.predict(step);
        self.eta.iter().fold(0.0, |largest, change| f64::max(largest, change.abs()))
    }
}

/// Sum of a_i b_i in eight lanes: vectorises, and its order of summation is fixed, so the bits are the same everywhere.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a).zip(b).for_each(|((lane, a), b)| *lane += a * b);
    }
    lanes.iter_mut().zip(a_rest).zip(b_rest).for_each(|((lane, a), b)| *lane += a * b);
    lanes.iter().sum()
}

/// Newton's method for the maximum of a weighted log-likelihood; holds the scratch memory.
///
/// # Formula
/// maximises L(beta) = sum of weight_i (y_i eta_i - b(eta_i)) by steps t d, d = I^-1 score, r = max |x_i'd|.
/// Where r <= 1, t = 1; else t is the first of 1, 1/2, 1/4, ... at which L still rises along d, but at least ln(1 + r)/r.
/// # Ascent
/// Along d, |b'''| <= b'' gives -L''(t) <= lambda^2 e^(rt), lambda^2 = d'I d, so L'(t) >= lambda^2 (1 - (e^(rt) - 1)/r). So L rises up
/// to t = ln(1 + r)/r; and for r <= 1, L(1) - L(0) >= lambda^2 (1 - (e^r - 1 - r)/r^2) >= 0.28 lambda^2. Being concave, L gains more
/// from a longer t at which it still rises. Hence L never falls, and its value is never needed.
/// # Stop
/// After the step with r <= 1e-6. By the same inequality the lambda that remains is at most (r/2 + O(r^2)) times the last: for
/// weights of sum 1 and responses 0 and 1, where lambda <= r/2, below 1e-12.
/// # Existence
/// The maximum fails to exist exactly where a direction h has X h /= 0 and moves no row towards a worse fit: x_i'h <= 0 (>= 0) where
/// y_i is at the lower (upper) end of the range of the mean, x_i'h = 0 elsewhere (separation, complete or quasi-complete; for Poisson
/// all-zero counts and their like). There h'I d = h'score reads
/// sum weight v_i (x_i'h)(x_i'd) = sum weight |y_i - mean_i| |x_i'h| >= sum weight v_i |x_i'h|, since v = b'' <= |y - mean| there;
/// hence r >= 1, at every beta. So r <= 1e-6 proves that the maximum exists, and where it exists the ascent reaches it.
/// Rounding could break the argument only in a nearly singular information matrix, which is refused (a pivot below
/// 1e-12 of its diagonal entry).
/// # Source
/// derived (generalised self-concordance as in Bach 2010, Electronic Journal of Statistics 4).
/// # Tested by
/// `tests/glm.rs`: failures coincide with separation found by linear programming; optima at 50 digits.
#[derive(Clone, Debug)]
pub struct Fit {
    step: Vec<f64>,
    trial: Vec<f64>,
    information: Vec<f64>,
}

/// A pivot of the information matrix below this part of its diagonal entry counts as zero. Rounding errors are some 1e-15 of
/// the diagonal entry, so a pivot that passes has a relative error below 1e-2 and still shows r >= 1 under separation.
const PIVOT: f64 = 1e-12;

/// Under separation the predictors of the rows that matter grow by about 1 at each iteration, and where the maximum exists they are
/// of the order of the logarithm of the overlap, at most -ln 1e-16 = 37 in double precision. So a longer climb
/// leads nowhere; the samples of `tests/glm.rs`, some within 1e-3 of separation, need fewer than 50 iterations.
const MAX_ITERATIONS: usize = 100;

/// The step is the last where it changes no linear predictor by more.
const LAST_CHANGE: f64 = 1e-6;

impl Fit {
    /// Scratch memory for this number of coefficients.
    #[must_use]
    pub fn new(coefficients: usize) -> Self {
        let zeros = || vec![0.0; coefficients];
        Self { step: zeros(), trial: zeros(), information: vec![0.0; coefficients * coefficients] }
    }

    /// Fits `beta` on blocks with a weight for each row; a block of weight zero does not count. Starts from the `beta` given, and
    /// once more from zero where that fails: far from the maximum the information may be singular to working precision.
    ///
    /// # Errors
    /// [`FitFailure`] where the maximum does not exist (or is not unique).
    pub fn maximise<F: Family>(
        &mut self,
        blocks: &mut [(&mut Block, f64)],
        beta: &mut [f64],
    ) -> Result<(), FitFailure> {
        self.climb::<F>(blocks, beta).or_else(|FitFailure| {
            beta.fill(0.0);
            self.climb::<F>(blocks, beta)
        })
    }

    fn climb<F: Family>(&mut self, blocks: &mut [(&mut Block, f64)], beta: &mut [f64]) -> Result<(), FitFailure> {
        for _ in 0..MAX_ITERATIONS {
            self.step.fill(0.0);
            self.information.fill(0.0);
            for (block, weight) in blocks.iter_mut().filter(|(_, weight)| *weight > 0.0) {
                block.add_score::<F>(beta, *weight, &mut self.step, &mut self.information);
            }
            solve(&mut self.information, &mut self.step)?;
            let counted = blocks.iter_mut().filter(|(_, weight)| *weight > 0.0);
            let change = counted.map(|(block, _)| block.largest_change(&self.step)).fold(0.0, f64::max);
            let length = if change > 1.0 { self.length::<F>(blocks, beta, change) } else { 1.0 };
            beta.iter_mut().zip(&self.step).for_each(|(b, d)| *b += length * d);
            if change <= LAST_CHANGE {
                return Ok(());
            }
        }
        Err(FitFailure)
    }

    /// The part of a step that is taken where it changes a predictor by more than 1.
    fn length<F: Family>(&mut self, blocks: &mut [(&mut Block, f64)], beta: &[f64], change: f64) -> f64 {
        let (mut length, safe) = (1.0, libm::log1p(change) / change);
        while length > safe {
            self.trial.iter_mut().zip(beta).zip(&self.step).for_each(|((trial, b), d)| *trial = b + length * d);
            let counted = blocks.iter_mut().filter(|(_, weight)| *weight > 0.0);
            let slope: f64 = counted.map(|(block, weight)| block.slope::<F>(&self.trial, &self.step, *weight)).sum();
            if slope >= 0.0 {
                return length;
            }
            length *= 0.5;
        }
        safe
    }
}

/// Replaces `b` by A^-1 b by Cholesky's factorisation, given the lower triangle of A by rows (overwritten by the factor).
fn solve(a: &mut [f64], b: &mut [f64]) -> Result<(), FitFailure> {
    let p = b.len();
    for j in 0..p {
        for i in 0..j {
            let inner: f64 = (0..i).map(|k| a[j * p + k] * a[i * p + k]).sum();
            a[j * p + i] = (a[j * p + i] - inner) / a[i * p + i];
        }
        let diagonal = a[j * p + j];
        let pivot = diagonal - (0..j).map(|k| a[j * p + k] * a[j * p + k]).sum::<f64>();
        if pivot > PIVOT * diagonal {
            a[j * p + j] = pivot.sqrt();
        } else {
            return Err(FitFailure); // also where an overflow made it NaN or infinite
        }
    }
    for j in 0..p {
        let inner: f64 = (0..j).map(|k| a[j * p + k] * b[k]).sum();
        b[j] = (b[j] - inner) / a[j * p + j];
    }
    for j in (0..p).rev() {
        let inner: f64 = (j + 1..p).map(|k| a[k * p + j] * b[k]).sum();
        b[j] = (b[j] - inner) / a[j * p + j];
    }
    Ok(())
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

/// One chain of a [`Regression`].
#[derive(Clone, Debug)]
pub struct RegressionChain<'a, F> {
    truth: &'a Regression<F>,
    beta: Vec<f64>,
    real: Block,
    synthetic: Block,
    fit: Fit,
}

impl<F: Family> Simulator for Regression<F> {
    type Chain<'a>
        = RegressionChain<'a, F>
    where
        F: 'a;

    fn loss_names(&self) -> &'static [&'static str] {
        &["coefficients"]
    }

    fn chain(&self) -> RegressionChain<'_, F> {
        let p = self.beta.len();
        RegressionChain {
            truth: self,
            beta: vec![0.0; p],
            real: Block::new(p, self.rows.real),
            synthetic: Block::new(p, self.rows.synthetic),
            fit: Fit::new(p),
        }
    }
}

impl<F: Family> RegressionChain<'_, F> {
    /// The coefficients of the current generation.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.beta
    }

    fn draw_real(&mut self, rng: &mut StreamRng) -> Result<(), FitFailure> {
        self.real.draw_normal_columns(rng);
        self.real.draw_responses::<F>(self.truth.beta.as_slice(), rng)
    }
}

impl<F: Family> Chain for RegressionChain<'_, F> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        self.draw_real(real)?;
        self.beta.fill(0.0);
        self.fit.maximise::<F>(&mut [(&mut self.real, 1.0 / self.truth.rows.real as f64)], &mut self.beta)
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        self.draw_real(real)?;
        self.synthetic.draw_normal_columns(synthetic);
        self.synthetic.draw_responses::<F>(&self.beta, synthetic)?;
        let Rows { real: n, synthetic: m } = self.truth.rows;
        let blocks = &mut [(&mut self.real, weight / n as f64), (&mut self.synthetic, (1.0 - weight) / m as f64)];
        self.fit.maximise::<F>(blocks, &mut self.beta)
    }

    fn losses(&mut self, out: &mut [f64]) {
        out[0] = self.beta.iter().zip(&self.truth.beta).map(|(b, truth)| (b - truth) * (b - truth)).sum();
    }
}
