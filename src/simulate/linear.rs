//! Linear regression y = x'beta + noise with x ~ N(0, I) for real and synthetic rows alike, without intercept, the noise
//! variance known: one weighted least-squares fit on the pooled rows, of weight w/n and (1 - w)/m each.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::{
    Chain, FitFailure, Simulator,
    lower::{Bartlett, add_columns, factorise},
};
use crate::{experiment::Rows, stream::StreamRng};

/// Name of the loss |`beta_t` - beta|^2.
const LOSS: &[&str] = &["coefficients"];

/// Draws every row and solves the normal equations.
#[derive(Debug)]
pub struct LinearRows {
    beta: DVector<f64>,
    noise_sd: f64,
    rows: Rows,
}

impl LinearRows {
    /// The regression with these coefficients, noise and sample sizes.
    #[must_use]
    pub fn new(beta: DVector<f64>, noise_variance: f64, rows: Rows) -> Self {
        Self { beta, noise_sd: noise_variance.sqrt(), rows }
    }
}

impl Simulator for LinearRows {
    type Chain<'a> = LinearRowsChain<'a>;

    fn loss_names(&self) -> &'static [&'static str] {
        LOSS
    }

    fn chain(&self) -> LinearRowsChain<'_> {
        let p = self.beta.len();
        let zeros = vec![0.0; p];
        let equations = NormalEquations { gram: DMatrix::zeros(p, p), moment: zeros.clone(), x: zeros.clone() };
        LinearRowsChain { model: self, equations, fit: zeros }
    }
}

/// The fitted coefficients, and room for the next fit.
#[derive(Debug)]
pub struct LinearRowsChain<'a> {
    model: &'a LinearRows,
    equations: NormalEquations,
    fit: Vec<f64>,
}

impl Chain for LinearRowsChain<'_> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        let LinearRows { beta, noise_sd, rows } = self.model;
        self.equations.clear();
        self.equations.add_rows(rows.real, 1.0, beta.as_slice(), *noise_sd, real);
        self.equations.solve(rows.real, &mut self.fit)
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        let LinearRows { beta, noise_sd, rows } = self.model;
        let mut weighted_rows = 0;
        self.equations.clear();
        if weight > 0.0 {
            self.equations.add_rows(rows.real, weight, beta.as_slice(), *noise_sd, real);
            weighted_rows += rows.real;
        }
        if weight < 1.0 {
            self.equations.add_rows(rows.synthetic, 1.0 - weight, &self.fit, *noise_sd, synthetic);
            weighted_rows += rows.synthetic;
        }
        self.equations.solve(weighted_rows, &mut self.fit)
    }

    fn losses(&mut self, out: &mut [f64]) {
        out[0] = self.fit.iter().zip(&self.model.beta).map(|(b, truth)| (b - truth) * (b - truth)).sum();
    }
}

/// The normal equations (sum of weighted x x') b = sum of weighted x y, lower triangle only.
#[derive(Debug)]
struct NormalEquations {
    gram: DMatrix<f64>,
    moment: Vec<f64>,
    x: Vec<f64>,
}

impl NormalEquations {
    /// No rows.
    fn clear(&mut self) {
        self.gram.fill(0.0);
        self.moment.fill(0.0);
    }

    /// Draws and adds rows with these coefficients, of this weight in total.
    fn add_rows(&mut self, rows: usize, weight: f64, beta: &[f64], noise_sd: f64, rng: &mut StreamRng) {
        let Self { gram, moment, x } = self;
        let share = weight / rows as f64;
        for _ in 0..rows {
            x.fill_with(|| rng.sample(StandardNormal));
            let mean: f64 = x.iter().zip(beta).map(|(x, b)| x * b).sum();
            let y = mean + noise_sd * rng.sample::<f64, _>(StandardNormal);
            for (j, column) in gram.as_mut_slice().chunks_exact_mut(x.len()).enumerate() {
                let weighted = share * x[j];
                moment[j] += weighted * y;
                for (sum, x) in column[j..].iter_mut().zip(&x[j..]) {
                    *sum += weighted * x;
                }
            }
        }
    }

    /// Solves the equations, which hold this many rows of positive weight; leaves the factor in the place of the matrix.
    fn solve(&mut self, rows: usize, b: &mut [f64]) -> Result<(), FitFailure> {
        let (p, l) = (b.len(), &mut self.gram);
        factorise(l, p);
        // Fewer rows than coefficients always make a singular matrix, p rows or more almost never do; the pivots alone
        // could not tell, since rounding turns an exact zero into some small number.
        if rows < p || l.diagonal().iter().any(|&pivot| pivot == 0.0) {
            return Err(FitFailure);
        }
        for i in 0..p {
            let known: f64 = (0..i).map(|k| l[(i, k)] * b[k]).sum();
            b[i] = (self.moment[i] - known) / l[(i, i)];
        }
        for i in (0..p).rev() {
            let known: f64 = (i + 1..p).map(|k| l[(k, i)] * b[k]).sum();
            b[i] = (b[i] - known) / l[(i, i)];
        }
        Ok(())
    }
}

/// Draws the Gram matrices and the noise's share in the normal equations from their laws.
///
/// The estimate is equivariant, so only its error d, in units of the noise's standard deviation, is followed. For r rows
/// \[X e\] of r x (p + 1) standard normals, Bartlett's factor is the p x min(r, p) factor A of X'X = A A' over a last row
/// z, with X'e = A z. With weights, and u = 1 - w, the pooled fit solves
///
/// (w/n A A' + u/m B B') d = w/n A z + u/m (B B' `d_{t-1}` + B z'),
///
/// the normal equations of d in the columns of sqrt(w/n) A, with right-hand sides sqrt(w/n) z, and of sqrt(u/m) B, with
/// sqrt(u/m) (B' `d_{t-1}` + z'). Rotating the columns together, right-hand sides included, leaves L' d = q. A diagonal
/// entry of L is zero exactly where the pooled rows are fewer than the coefficients: no threshold is needed.
#[derive(Debug)]
pub struct LinearSufficient {
    dim: usize,
    noise_variance: f64,
    rows: Rows,
    real: Bartlett,
    synthetic: Bartlett,
}

impl LinearSufficient {
    /// The regression with these coefficients, noise and sample sizes.
    #[must_use]
    pub fn new(beta: &DVector<f64>, noise_variance: f64, rows: Rows) -> Self {
        let dim = beta.len();
        let (real, synthetic) = (Bartlett::new(rows.real, dim), Bartlett::new(rows.synthetic, dim));
        Self { dim, noise_variance, rows, real, synthetic }
    }
}

impl Simulator for LinearSufficient {
    type Chain<'a> = LinearSufficientChain<'a>;

    fn loss_names(&self) -> &'static [&'static str] {
        LOSS
    }

    fn chain(&self) -> LinearSufficientChain<'_> {
        let part = DMatrix::zeros(self.dim + 1, self.dim);
        LinearSufficientChain { model: self, pooled: part.clone(), part, error: vec![0.0; self.dim] }
    }
}

/// The error of the fitted coefficients, in units of the noise, and room for the factors over their right-hand sides.
#[derive(Debug)]
pub struct LinearSufficientChain<'a> {
    model: &'a LinearSufficient,
    pooled: DMatrix<f64>,
    part: DMatrix<f64>,
    error: Vec<f64>,
}

impl LinearSufficientChain<'_> {
    /// Solves L' d = q from the last row up, where q is the row under L.
    fn solve(&mut self) -> Result<(), FitFailure> {
        let (p, l) = (self.error.len(), &self.pooled);
        for k in (0..p).rev() {
            if l[(k, k)] == 0.0 {
                return Err(FitFailure);
            }
            let known: f64 = (k + 1..p).map(|i| l[(i, k)] * self.error[i]).sum();
            self.error[k] = (l[(p, k)] - known) / l[(k, k)];
        }
        Ok(())
    }
}

impl Chain for LinearSufficientChain<'_> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        self.model.real.draw((1.0 / self.model.rows.real as f64).sqrt(), real, &mut self.pooled);
        self.solve()
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        let Rows { real: n, synthetic: m } = self.model.rows;
        let p = self.error.len();
        self.model.real.draw((weight / n as f64).sqrt(), real, &mut self.pooled);
        self.model.synthetic.draw(((1.0 - weight) / m as f64).sqrt(), synthetic, &mut self.part);
        for j in 0..p {
            self.part[(p, j)] += (j..p).map(|i| self.part[(i, j)] * self.error[i]).sum::<f64>();
        }
        add_columns(&mut self.pooled, &mut self.part);
        self.solve()
    }

    fn losses(&mut self, out: &mut [f64]) {
        out[0] = self.model.noise_variance * self.error.iter().map(|d| d * d).sum::<f64>();
    }
}
