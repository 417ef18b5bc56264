//! Linear regression y = x'beta + noise with x ~ N(0, Omega) for real and synthetic rows alike, without intercept, the noise
//! variance known: one weighted least-squares fit on the pooled rows, of weight w/n and (1 - w)/m each.
//!
//! The estimate is equivariant, so only its error d is followed, in units of the noise's standard deviation and in [`Coordinates`] in which x is standard
//! normal: the coefficients themselves have no part in it. A sample is x and e, both standard normal; with G = X'X/rows and h = X'e/rows of each part, and u = 1 - w, the pooled fit solves
//!
//! (w G + u G~) d = w h + u (G~ `d_{t-1}` + h~).

use std::marker::PhantomData;

use nalgebra::DMatrix;

use crate::{
    FitFailure, Model, Part, StreamRng,
    coordinates::Coordinates,
    lanes::{dot, fill_normal},
    lower::{Bartlett, factorise},
    models::subsampled::Rowwise,
};

/// Draws every row.
pub type LinearRows = Linear<EveryRow>;

/// Draws the Gram matrix of the rows and the noise's share in the normal equations from their laws.
pub type LinearSufficient = Linear<Sufficient>;

/// A regression; `S` draws the normal equations of a sample.
#[derive(Clone, Debug)]
pub struct Linear<S> {
    truth: Vec<f64>,
    noise_variance: f64,
    coordinates: Option<Coordinates>,
    sample: PhantomData<fn() -> S>,
}

impl<S: Sample> Linear<S> {
    /// The regression with so many coefficients (whichever they are) and this variance of the noise; covariates N(0, I).
    ///
    /// # Examples
    /// see [`Linear::with_covariates`].
    #[must_use]
    pub fn new(dim: usize, noise_variance: f64) -> Self {
        Self { truth: vec![0.0; dim], noise_variance, coordinates: None, sample: PhantomData }
    }

    /// The same with covariates of another covariance, in these coordinates.
    ///
    /// # Examples
    /// With covariates of variance 4 the squared error of a coefficient is a quarter:
    /// ```
    /// use goldenweight_recursion::{Model, coordinates::Coordinates, models::linear::LinearRows, nalgebra::DMatrix};
    ///
    /// let standard = LinearRows::new(1, 9.0);
    /// let wider = standard.clone().with_covariates(Coordinates::new(&DMatrix::from_element(1, 1, 4.0)).unwrap());
    /// let loss = |model: &LinearRows| {
    ///     let mut losses = [f64::NAN];
    ///     model.losses(&vec![1.0], &mut losses); // a fit is its error, in units of the noise
    ///     losses[0]
    /// };
    /// assert_eq!((loss(&standard), loss(&wider)), (9.0, 2.25));
    /// ```
    #[must_use]
    pub fn with_covariates(self, coordinates: Coordinates) -> Self {
        Self { coordinates: Some(coordinates), ..self }
    }
}

impl<S: Sample + Send + Sync + 'static> Model for Linear<S> {
    /// Normal equations of rows whose labels have the coefficients 0.
    type Noise = Drawn<S>;
    /// The coefficients of the labels.
    type Data = Vec<f64>;
    /// The error of the coefficients, in units of the noise.
    type Fit = Vec<f64>;
    /// Room for the equations of a fit.
    type Scratch = Equations;

    const LOSSES: &'static [&'static str] = &["coefficients"];

    fn truth(&self) -> &Vec<f64> {
        &self.truth
    }

    fn noise(&self, rows: usize) -> Drawn<S> {
        let sample = S::new(rows, self.truth.len());
        Drawn { scratch: sample.scratch(), sample, equations: self.scratch() }
    }

    fn data(&self, _: usize) -> Vec<f64> {
        self.unfitted()
    }

    fn unfitted(&self) -> Vec<f64> {
        vec![0.0; self.truth.len()]
    }

    fn scratch(&self) -> Equations {
        Equations::zeros(self.truth.len())
    }

    fn draw(&self, rng: &mut StreamRng, Drawn { sample, equations, scratch }: &mut Drawn<S>) {
        sample.draw(rng, scratch, equations);
    }

    fn generate(&self, from: &Vec<f64>, _: &Drawn<S>, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        data.copy_from_slice(from);
        Ok(())
    }

    fn fit(
        &self,
        _: u32,
        parts: &[Part<'_, Self>],
        equations: &mut Equations,
        fit: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        equations.clear();
        for part in parts {
            equations.add(part.weight, &part.noise.equations);
            // Labels of the truth add nothing.
            if !part.real {
                equations.add_labels(part.weight, &part.noise.equations, part.data);
            }
        }
        equations.solve(parts.iter().map(|part| part.rows).sum(), fit)
    }

    fn losses(&self, fit: &Vec<f64>, out: &mut [f64]) {
        out[0] = self.noise_variance
            * match &self.coordinates {
                None => fit.iter().map(|d| d * d).sum::<f64>(),
                Some(coordinates) => coordinates.squared_error(|i| fit[i]),
            };
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?} {:?} {:?}", self.truth, self.noise_variance, self.coordinates))
    }
}

/// A row is its covariates and its label, which has the coefficients of the fit that made it.
impl Rowwise for LinearRows {
    fn width(&self) -> usize {
        self.truth.len() + 1
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        fill_normal(noise, rng);
    }

    fn make_row(&self, from: &Vec<f64>, noise: &[f64], row: &mut [f64]) {
        row.copy_from_slice(noise);
        let p = from.len();
        row[p] += from.iter().zip(noise).map(|(d, x)| d * x).sum::<f64>();
    }

    fn fit_rows(&self, rows: &mut [f64], fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        let p = self.truth.len();
        let mut equations = self.scratch();
        for row in rows.chunks_exact(p + 1) {
            for j in 0..p {
                (j..p).for_each(|i| equations.gram[(i, j)] += row[i] * row[j]);
                equations.moment[j] += row[p] * row[j];
            }
        }
        equations.solve(rows.len() / (p + 1), fit)
    }
}

/// A sample: its law, its normal equations, and the scratch memory of its draw.
#[derive(Debug)]
pub struct Drawn<S: Sample> {
    sample: S,
    equations: Equations,
    scratch: S::Scratch,
}

/// The normal equations G d = h, where G is kept by its lower triangle.
#[derive(Debug)]
pub struct Equations {
    gram: DMatrix<f64>,
    moment: Vec<f64>,
}

impl Equations {
    fn zeros(dim: usize) -> Self {
        Self { gram: DMatrix::zeros(dim, dim), moment: vec![0.0; dim] }
    }

    fn clear(&mut self) {
        self.gram.as_mut_slice().fill(0.0);
        self.moment.fill(0.0);
    }

    /// Adds those of another sample with a weight.
    fn add(&mut self, weight: f64, other: &Self) {
        let entries = self.gram.as_mut_slice().iter_mut().zip(other.gram.as_slice());
        entries.for_each(|(sum, g)| *sum += weight * g);
        self.moment.iter_mut().zip(&other.moment).for_each(|(sum, h)| *sum += weight * h);
    }

    /// Adds what labels of coefficients d, on the rows of another sample, add to the right-hand side: its G d, with a weight.
    fn add_labels(&mut self, weight: f64, other: &Self, d: &[f64]) {
        let p = d.len();
        for (j, column) in other.gram.as_slice().chunks_exact(p).enumerate() {
            self.moment[j] += weight * column[j] * d[j];
            for i in j + 1..p {
                let weighted = weight * column[i];
                self.moment[i] += weighted * d[j];
                self.moment[j] += weighted * d[i];
            }
        }
    }

    /// Solves the equations, which hold this many rows of positive weight; leaves the factor in the place of the matrix.
    fn solve(&mut self, rows: usize, d: &mut [f64]) -> Result<(), FitFailure> {
        let p = d.len();
        factorise(&mut self.gram, p);
        let l = |i: usize, j: usize| self.gram.as_slice()[j * p + i];
        // Fewer rows than coefficients always make a singular matrix, p rows or more almost never do; the pivots alone
        // could not tell, since rounding turns an exact zero into some small number.
        if rows < p || (0..p).any(|k| l(k, k) == 0.0) {
            return Err(FitFailure);
        }
        for i in 0..p {
            let known: f64 = (0..i).map(|k| l(i, k) * d[k]).sum();
            d[i] = (self.moment[i] - known) / l(i, i);
        }
        for i in (0..p).rev() {
            let known: f64 = (i + 1..p).map(|k| l(k, i) * d[k]).sum();
            d[i] = (d[i] - known) / l(i, i);
        }
        Ok(())
    }
}

/// How the normal equations of a sample are drawn.
///
/// # Examples
/// see [`Linear::with_covariates`]: [`LinearRows`] draws by [`EveryRow`].
pub trait Sample {
    /// Scratch memory of a draw.
    type Scratch: Send + Sync;

    /// For this many rows with `dim` covariates.
    fn new(rows: usize, dim: usize) -> Self;

    /// The memory.
    fn scratch(&self) -> Self::Scratch;

    /// G and h of a new sample.
    fn draw(&self, rng: &mut StreamRng, scratch: &mut Self::Scratch, equations: &mut Equations);
}

/// Every row: the covariates column by column, then the noise.
#[derive(Clone, Debug)]
pub struct EveryRow {
    rows: usize,
    dim: usize,
}

impl Sample for EveryRow {
    /// The covariates' columns, and last the noise.
    type Scratch = Vec<Vec<f64>>;

    fn new(rows: usize, dim: usize) -> Self {
        Self { rows, dim }
    }

    fn scratch(&self) -> Vec<Vec<f64>> {
        vec![vec![0.0; self.rows]; self.dim + 1]
    }

    fn draw(&self, rng: &mut StreamRng, columns: &mut Vec<Vec<f64>>, equations: &mut Equations) {
        columns.iter_mut().for_each(|column| fill_normal(column, rng));
        for j in 0..self.dim {
            for i in j..self.dim {
                equations.gram[(i, j)] = dot(&columns[i], &columns[j]) / self.rows as f64;
            }
            equations.moment[j] = dot(&columns[self.dim], &columns[j]) / self.rows as f64;
        }
    }
}

/// By their law: for rows \[X e\] of p + 1 standard normals, Bartlett's factor is the p x min(rows, p) factor A of X'X = A A' over a
/// last row z, with X'e = A z.
#[derive(Clone, Debug)]
pub struct Sufficient {
    dim: usize,
    scale: f64,
    factor: Bartlett,
}

impl Sample for Sufficient {
    /// A over z.
    type Scratch = DMatrix<f64>;

    fn new(rows: usize, dim: usize) -> Self {
        Self { dim, scale: (1.0 / rows as f64).sqrt(), factor: Bartlett::new(rows, dim) }
    }

    fn scratch(&self) -> DMatrix<f64> {
        DMatrix::zeros(self.dim + 1, self.dim)
    }

    fn draw(&self, rng: &mut StreamRng, a: &mut DMatrix<f64>, equations: &mut Equations) {
        self.factor.draw(self.scale, rng, a);
        let (p, a) = (equations.moment.len(), a.as_slice());
        let inner = |i: usize, j: usize| (0..=j).map(|k| a[k * (p + 1) + i] * a[k * (p + 1) + j]).sum();
        for (j, column) in equations.gram.as_mut_slice().chunks_exact_mut(p).enumerate() {
            (j..p).for_each(|i| column[i] = inner(i, j));
            equations.moment[j] = inner(p, j);
        }
    }
}
