//! Regressions with canonical link, retrained under a random design; shared by the logistic and the Poisson model.

use std::marker::PhantomData;

use fearless_simd::{Level, dispatch, f64x4, prelude::*, u64x4};
use nalgebra::DVector;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::{control::Control, subsampled::Rowwise};
use crate::{
    FitFailure, Model, Part, StreamRng, Terms,
    coordinates::Coordinates,
    covariates::{Covariates, Four, product},
    newton::{self, Fit, LAST_CHANGE},
};

/// An exponential family with canonical link: density proportional to exp(y eta - b(eta)), eta = x'beta.
///
/// [`Fit`] relies on |b'''| <= b'', and on b'' <= |y - b'| for every y on the boundary of the range of the mean. Both
/// hold for Bernoulli (b = ln(1 + e^eta), boundary {0, 1}) and for Poisson (b = e^eta, boundary {0}).
///
/// # Examples
/// see [`Regression`] with [`Bernoulli`](crate::models::logistic::Bernoulli).
pub trait Family: Sync {
    /// Mean b'(eta), of four rows.
    fn mean<S: Simd>(eta: f64x4<S>) -> f64x4<S>;

    /// y - b'(eta), without cancellation where y is on the boundary, and the variance b''(eta), of four rows.
    fn residual_and_variance<S: Simd>(y: f64x4<S>, eta: f64x4<S>) -> (f64x4<S>, f64x4<S>);

    /// The third cumulant b'''(eta), of four rows, from their means and variances.
    fn third_cumulant<S: Simd>(mean: f64x4<S>, variance: f64x4<S>) -> f64x4<S>;

    /// The responses with these means (at most [`BLOCK`] fours). Each takes exactly one random word, so that the rows of runs which differ in the weight alone share
    /// their words.
    ///
    /// # Errors
    /// [`FitFailure`] where a mean is beyond what can be drawn.
    fn respond<S: Simd>(simd: S, means: &[Four], words: &[[u64; 4]], responses: &mut [Four]) -> Result<(), FitFailure>;
}

/// How many fours of rows have their responses drawn together. With more of them there are fewer branches, but more rows wait for the last of them.
pub const BLOCK: usize = 8;

/// The uniform numbers in [0, 1) of random words: their upper 52 bits.
///
/// # Examples
/// ```
/// use fearless_simd::{Level, dispatch, f64x4, prelude::*};
/// use goldenweight_recursion::models::glm::uniform;
///
/// let words = [0, 1 << 63, 1 << 62, u64::MAX];
/// let found: [f64; 4] = dispatch!(Level::new(), simd => uniform(simd, words).into());
/// assert_eq!(found, [0.0, 0.5, 0.25, 1.0 - f64::EPSILON]);
/// ```
#[inline(always)]
#[must_use]
pub fn uniform<S: Simd>(simd: S, words: [u64; 4]) -> f64x4<S> {
    let one_and_more = u64x4::load_array(simd, words) >> 12 | 1_f64.to_bits();
    one_and_more.bitcast::<f64x4<S>>() - 1.0
}

/// What responses are made of: covariates, and a random word for each row.
///
/// # Examples
/// see [`respond`].
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
///
/// # Examples
/// ```
/// // Four by four: nine rows take three fours.
/// assert_eq!(goldenweight_recursion::models::glm::responses(9), vec![[0.0; 4]; 3]);
/// ```
#[must_use]
pub fn responses(rows: usize) -> Responses {
    vec![[0.0; 4]; rows.div_ceil(4)]
}

/// Draws the responses of this design under the model with these coefficients.
///
/// # Errors
/// [`FitFailure`] where a mean is beyond what the family can draw.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{
///     StreamRng,
///     models::{glm::{Design, respond, responses}, logistic::Bernoulli},
/// };
/// use rand::SeedableRng;
///
/// // Without covariates that matter a label is 1 with probability 1/2.
/// let (rows, mut rng) = (10_000, StreamRng::seed_from_u64(1));
/// let (mut design, mut labels) = (Design::new(1, rows), responses(rows));
/// design.x.draw_normal(&mut rng);
/// design.draw_words(&mut rng);
/// respond::<Bernoulli>(&design, &[0.0], &mut labels)?;
/// let ones = labels.as_flattened().iter().sum::<f64>();
/// assert!((ones - 5_000.0).abs() < 5.0 * 50.0);
/// # Ok::<(), goldenweight_recursion::FitFailure>(())
/// ```
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

/// Fits coefficients by maximum likelihood on parts, each with its covariates and responses.
///
/// The solver starts at 0 where there is no fit before, else at the mean of the truth, with the weight of the real rows, and of the fit before, with that of the
/// synthetic rows. The result depends on the start within the tolerance [`LAST_CHANGE`] alone.
///
/// # Errors
/// [`FitFailure`] where the maximum does not exist.
///
/// # Examples
/// ```
/// use goldenweight_recursion::models::{glm::maximise, logistic::{Bernoulli, Logistic}};
/// use goldenweight_recursion::{Model, Part, newton::Fit};
///
/// // Four rows with an intercept alone: a share of 1/4 has the odds 1/3.
/// let mut noise = Logistic::new(vec![0.0]).noise(4);
/// noise.x.fill(|_| &[1.0]);
/// let data = vec![[1.0, 0.0, 0.0, 0.0]];
/// let part = Part { weight: 1.0, rows: 4, real: true, new: true, noise: &noise, data: &data };
/// let mut beta = [0.0];
/// maximise::<Bernoulli, Logistic>(0, &[part], &[0.0], &mut Fit::new(1, 1e-9), &mut beta)?;
/// assert!((beta[0] + 3_f64.ln()).abs() < 1e-12);
/// # Ok::<(), goldenweight_recursion::FitFailure>(())
/// ```
pub fn maximise<'a, F: Family, M: Model<Noise = Design, Data = Responses>>(
    generation: u32,
    parts: &'a [Part<'a, M>],
    truth: &[f64],
    solver: &mut Fit,
    beta: &mut [f64],
) -> Result<(), FitFailure> {
    if generation == 0 {
        beta.fill(0.0);
    } else {
        let real = parts.iter().filter(|part| part.real).map(|part| part.weight).sum::<f64>();
        beta.iter_mut().zip(truth).for_each(|(b, truth)| *b = real * truth + (1.0 - real) * *b);
    }
    let part =
        |part: &'a Part<'a, M>| newton::Part { x: &part.noise.x, y: part.data, weight: part.weight / part.rows as f64 };
    solver.maximise::<F>(parts.iter().map(part), beta)
}

/// Scratch memory of fits, and of their controls.
#[derive(Clone, Debug)]
pub struct Scratch {
    pub(super) solver: Fit,
    pub(super) control: Control,
}

impl Scratch {
    pub(super) fn new(coefficients: usize) -> Self {
        Self { solver: Fit::new(coefficients, LAST_CHANGE), control: Control::new(coefficients) }
    }
}

/// Regression with random design: x ~ N(0, Omega), fresh for real and synthetic rows alike, no intercept, refitted by weighted
/// maximum likelihood on the pooled rows.
#[derive(Clone, Debug)]
pub struct Regression<F> {
    /// True coefficients of standard normal covariates.
    truth: Vec<f64>,
    coordinates: Option<Coordinates>,
    family: PhantomData<fn() -> F>,
}

impl<F: Family> Regression<F> {
    /// True coefficients (at least one); covariates N(0, I).
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::{Model, models::{logistic::Logistic, poisson::Poisson}};
    ///
    /// let mut losses = [f64::NAN];
    /// Logistic::new(vec![1.0, -0.5]).losses(&vec![1.5, -0.5], &mut losses);
    /// assert_eq!(losses, [0.25]);
    /// Poisson::new(vec![0.25]).losses(&vec![0.75], &mut losses);
    /// assert_eq!(losses, [0.25]);
    /// ```
    #[must_use]
    pub const fn new(beta: Vec<f64>) -> Self {
        Self { truth: beta, coordinates: None, family: PhantomData }
    }

    /// True coefficients of covariates of another covariance, in these coordinates.
    ///
    /// # Panics
    /// Where the two have different dimensions.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::coordinates::Coordinates;
    /// use goldenweight_recursion::{Model, models::logistic::Logistic, nalgebra::DMatrix};
    ///
    /// // Covariates of variance 4 = 2^2: the coefficient of a standard normal covariate is twice that of the covariate.
    /// let rows = Coordinates::new(&DMatrix::from_element(1, 1, 4.0)).unwrap();
    /// assert_eq!(Logistic::with_covariates(vec![0.5], rows).truth(), &[1.0]);
    /// ```
    #[must_use]
    pub fn with_covariates(beta: Vec<f64>, coordinates: Coordinates) -> Self {
        let truth = coordinates.standard(&DVector::from_vec(beta)).as_slice().to_vec();
        Self { coordinates: Some(coordinates), ..Self::new(truth) }
    }
}

impl<F: Family + 'static> Model for Regression<F> {
    type Noise = Design;
    type Data = Responses;
    /// The coefficients of standard normal covariates.
    type Fit = Vec<f64>;
    type Scratch = Scratch;

    const LOSSES: &'static [&'static str] = &["coefficients"];

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

    fn scratch(&self) -> Scratch {
        Scratch::new(self.truth.len())
    }

    fn draw(&self, rng: &mut StreamRng, noise: &mut Design) {
        noise.x.draw_normal(rng);
        noise.draw_words(rng);
    }

    fn generate(&self, from: &Vec<f64>, noise: &Design, data: &mut Responses) -> Result<(), FitFailure> {
        respond::<F>(noise, from, data)
    }

    fn fit(
        &self,
        generation: u32,
        parts: &[Part<'_, Self>],
        Scratch { solver, .. }: &mut Scratch,
        beta: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        maximise::<F, Self>(generation, parts, &self.truth, solver, beta)
    }

    /// The head of `control.rs` says what it is, and why its mean is 0.
    fn control(
        &self,
        parts: &[Part<'_, Self>],
        turn: u64,
        before: &Vec<f64>,
        Scratch { control, .. }: &mut Scratch,
        controls: &mut [Terms],
    ) -> bool {
        let metric = self.coordinates.as_ref().map(Coordinates::metric);
        control.carry::<F, Self>((parts, turn), (&self.truth, before), None, &[metric], controls);
        true
    }

    fn losses(&self, beta: &Vec<f64>, out: &mut [f64]) {
        out[0] = match &self.coordinates {
            None => beta.iter().zip(&self.truth).map(|(b, truth)| (b - truth) * (b - truth)).sum(),
            Some(coordinates) => coordinates.squared_error(|i| beta[i] - self.truth[i]),
        };
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?} {:?}", self.truth, self.coordinates))
    }
}

/// A row is its covariates and its response. Behind the noise of the covariates stands a uniform number, which makes the response.
/// A random word of a row, as a number: its upper bits, as in [`uniform`], which a float holds all.
///
/// # Examples
/// see [`make_row`].
pub fn row_word(rng: &mut StreamRng) -> f64 {
    (rng.next_u64() >> 12) as f64
}

/// A row of covariates and a response, from coefficients and the row's noise: its covariates and its [word](row_word). A response that cannot be drawn is not a
/// number: a row cannot fail, its fit does.
///
/// # Examples
/// The word 0 is the uniform number 0, which every probability is above: the label is 1.
/// ```
/// use goldenweight_recursion::models::{glm::make_row, logistic::Bernoulli};
///
/// let mut row = [f64::NAN; 3];
/// make_row::<Bernoulli>(&[0.5, -1.0], &[1.0, 2.0, 0.0], &mut row);
/// assert_eq!(row, [1.0, 2.0, 1.0]);
/// ```
pub fn make_row<F: Family>(from: &[f64], noise: &[f64], row: &mut [f64]) {
    let p = from.len();
    row.copy_from_slice(noise);
    let eta: f64 = from.iter().zip(noise).map(|(b, x)| b * x).sum();
    let word = (noise[p] as u64) << 12;
    let mut response = [[0.0; 4]];
    let drawn = dispatch!(Level::new(), simd => {
        let mean = F::mean(f64x4::splat(simd, eta)).into();
        F::respond(simd, &[mean], &[[word; 4]], &mut response)
    });
    row[p] = if drawn.is_ok() { response[0][0] } else { f64::NAN };
}

/// Fits coefficients to rows of covariates and a response, one after another, all of the same weight, from other coefficients.
///
/// # Errors
/// [`FitFailure`] where there is no fit, or a response is not a number.
///
/// # Examples
/// A column of ones: the mean of 3 and 5.
/// ```
/// use goldenweight_recursion::models::{glm::fit_rows, poisson::Counts};
///
/// let mut fit = vec![0.0];
/// fit_rows::<Counts>(&[1.0], &[1.0, 3.0, 1.0, 5.0], &mut fit).unwrap();
/// assert!((fit[0] - 4_f64.ln()).abs() < 1e-6);
/// ```
pub fn fit_rows<F: Family>(start: &[f64], rows: &[f64], fit: &mut [f64]) -> Result<(), FitFailure> {
    let p = start.len();
    let count = rows.len() / (p + 1);
    let (mut x, mut y) = (Covariates::new(p, count), responses(count));
    x.fill(|i| &rows[i * (p + 1)..][..p]);
    let labels = rows.iter().skip(p).step_by(p + 1);
    y.as_flattened_mut().iter_mut().zip(labels).for_each(|(y, &label)| *y = label);
    if y.as_flattened().iter().any(|y| y.is_nan()) {
        return Err(FitFailure);
    }
    fit.copy_from_slice(start);
    let part = newton::Part { x: &x, y: &y, weight: 1.0 / count as f64 };
    Fit::new(p, LAST_CHANGE).maximise::<F>([part].into_iter(), fit)
}

impl<F: Family + 'static> Rowwise for Regression<F> {
    fn width(&self) -> usize {
        self.truth.len() + 1
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        let p = self.truth.len();
        noise[..p].iter_mut().for_each(|x| *x = rng.sample(StandardNormal));
        noise[p] = row_word(rng);
    }

    fn make_row(&self, from: &Vec<f64>, noise: &[f64], row: &mut [f64]) {
        make_row::<F>(from, noise, row);
    }

    fn fit_rows(&self, rows: &mut [f64], fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        fit_rows::<F>(&self.truth, rows, fit)
    }
}
