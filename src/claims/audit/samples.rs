//! What models do with samples: the distribution of single rows and of a sample's statistics, the fit of several samples, and the loss of a fit.

use std::fmt;

use goldenweight_evidence::{Against, Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::coordinates::Coordinates;
use goldenweight_recursion::models::gaussian::{Fit, GaussianRows, GaussianSufficient};
use goldenweight_recursion::models::glm::{Design, Responses};
use goldenweight_recursion::models::logistic::Logistic;
use goldenweight_recursion::models::poisson::Poisson;
use goldenweight_recursion::{Model, Part};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::place::{covariance, dimension};
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// How often a sample is drawn at a place.
const DRAWS: u64 = 2048;

/// Entries of a vector in a random direction, of a length up to `longest`.
fn coefficients(rng: &mut StreamRng, dim: usize, longest: f64) -> Vec<f64> {
    let length = longest * rng.random::<f64>();
    (0..dim).map(|_| length * rng.sample::<f64, _>(StandardNormal) / (dim as f64).sqrt()).collect()
}

/// Mean and covariance of a sample of Gaussian rows, drawn row by row or as these statistics.
fn sample(sigma: &DMatrix<f64>, by_rows: bool, rows: usize, rng: &mut StreamRng) -> Result<Fit, String> {
    fn of<M: Model<Data = Fit>>(model: &M, rows: usize, rng: &mut StreamRng) -> Result<Fit, String> {
        let (mut noise, mut data) = (model.noise(rows), model.data(rows));
        model.draw(rng, &mut noise);
        model.generate(model.truth(), &noise, &mut data).map_err(|e| e.to_string())?;
        Ok(data)
    }
    if by_rows {
        of(&GaussianRows::new(sigma.clone()), rows, rng)
    } else {
        of(&GaussianSufficient::new(sigma.clone()), rows, rng)
    }
}

/// A place: a column of the Cholesky factor of a sample's covariance.
#[derive(Debug)]
pub struct Column {
    dim: usize,
    rows: usize,
    column: usize,
    is_diagonal: bool,
    by_rows: bool,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dim, rows, column, is_diagonal, by_rows } = self;
        let (part, way) =
            (if *is_diagonal { "diagonal" } else { "rest" }, if *by_rows { "rows" } else { "statistics" });
        write!(f, "{part} of column {column} of the factor, {way}, p = {dim}, {rows} rows")
    }
}

/// The covariance of d + 1 standard normal rows has a Cholesky factor. In its column j (from 0), d times the square of the diagonal entry has the mean d - j, and d
/// times the square of each entry below it the mean 1 (Bartlett).
pub struct Columns;

impl Audit for Columns {
    type Place = Column;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Column {
        let dim = dimension(rng) as usize;
        let rows = log_uniform(rng, 2.0, 200.0) as usize;
        let column = rng.random_range(0..dim.min(rows - 1));
        Column { dim, rows, column, is_diagonal: column + 1 == dim || rng.random(), by_rows: rng.random() }
    }

    fn examine(&self, place: &Column, key: Key) -> Result<Against, String> {
        let &Column { dim, rows, column, is_diagonal, by_rows } = place;
        let (sigma, degrees) = (DMatrix::identity(dim, dim), (rows - 1) as f64);
        let mut squares = Moments::default();
        for draw in 0..DRAWS {
            let fit = sample(&sigma, by_rows, rows, &mut key.rng(draw))?;
            let entries = fit.factor().column(column);
            let entries =
                if is_diagonal { entries.rows(column, 1) } else { entries.rows(column + 1, dim - column - 1) };
            squares.push(degrees * entries.norm_squared());
        }
        let expected = if is_diagonal { degrees - column as f64 } else { (dim - column - 1) as f64 };
        Ok(Against { estimate: Estimate::from(&squares), expected })
    }
}

/// A place: several samples with their weights.
#[derive(Debug)]
pub struct Mix {
    dim: usize,
    /// Rows of each, and its weight.
    parts: Vec<(usize, f64)>,
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p = {}, samples of (rows, weight) {:?}", self.dim, self.parts)
    }
}

/// The mean of a fit to several samples is the weighted mean of their means, and its covariance that of their covariances.
pub struct Mixes;

impl Audit for Mixes {
    type Place = Mix;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Mix {
        let dim = dimension(rng) as usize;
        let weights: Vec<f64> = (0..rng.random_range(1..=4)).map(|_| log_uniform(rng, 1e-6, 1.0)).collect();
        let total: f64 = weights.iter().sum();
        Mix { dim, parts: weights.iter().map(|w| (log_uniform(rng, 2.0, 100.0) as usize, w / total)).collect() }
    }

    fn examine(&self, place: &Mix, key: Key) -> Result<Deviation, String> {
        let mut rng = key.rng(0);
        let sigma = covariance(&mut rng, place.dim);
        let model = GaussianSufficient::new(sigma.clone());
        let mut drawn = Vec::new();
        for &(rows, _) in &place.parts {
            drawn.push((model.noise(rows), sample(&sigma, false, rows, &mut rng)?));
        }
        let part = |(i, (noise, data))| {
            let (rows, weight) = place.parts[i];
            Part { weight, rows, real: i == 0, noise, data }
        };
        let parts: Vec<Part<'_, _>> = drawn.iter().map(|(noise, data)| (noise, data)).enumerate().map(part).collect();
        let (mut fit, mut scratch) = (model.unfitted(), model.scratch());
        model.fit(1, &parts, &mut scratch, &mut fit).map_err(|e| e.to_string())?;
        // Compared are the variance along a random direction, on which every entry has an influence, the trace, and the mean along that direction. The tolerance
        // is for a few roundings for each of the p columns of a part.
        let tolerance = 1e-14 * (place.dim * place.parts.len()) as f64;
        let line = DVector::from_fn(place.dim, |_, _| rng.sample::<f64, _>(StandardNormal));
        let along = |fit: &Fit| (fit.factor().transpose() * &line).norm_squared();
        let mean_of =
            |value: &dyn Fn(&Fit) -> f64| parts.iter().map(|part| part.weight * value(part.data)).sum::<f64>();
        let of_means = |fit: &Fit| fit.mean().iter().zip(&line).map(|(mean, x)| mean * x).sum::<f64>();
        // Entries of the mean cancel along a direction. So the sum of their sizes, doubled, is added on both sides.
        let size: f64 =
            parts.iter().map(|part| part.weight * part.data.mean().iter().map(|x| x.abs()).sum::<f64>()).sum();
        let size = 2.0 * size * line.amax();
        Ok(Deviation::relative(along(&fit), mean_of(&along), tolerance)
            .max(Deviation::relative(
                fit.factor().norm_squared(),
                mean_of(&|fit| fit.factor().norm_squared()),
                tolerance,
            ))
            .max(Deviation::relative(size + of_means(&fit), size + mean_of(&of_means), tolerance)))
    }
}

/// A place: two vectors of coefficients, and the covariance of the covariates.
#[derive(Debug)]
pub struct Pair {
    is_logistic: bool,
    omega: DMatrix<f64>,
    betas: [Vec<f64>; 2],
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.is_logistic { "logistic" } else { "poisson" };
        write!(f, "{family}, betas {:?} under covariance {:?}", self.betas, self.omega.as_slice())
    }
}

/// Models with correlated covariates draw and fit rows in coordinates in which the covariates are independent. The squared length of beta there must be
/// beta' Omega beta, the variance of the linear predictor. And the loss of a fit must be its squared distance in the original coordinates.
pub struct Metrics;

impl Audit for Metrics {
    type Place = Pair;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Pair {
        let dim = dimension(rng) as usize;
        let betas = [(); 2].map(|()| coefficients(rng, dim, 2.0));
        Pair { is_logistic: rng.random(), omega: covariance(rng, dim), betas }
    }

    fn examine(&self, place: &Pair, _: Key) -> Result<Deviation, String> {
        if place.is_logistic {
            metric(place, Logistic::with_covariates)
        } else {
            metric(place, Poisson::with_covariates)
        }
    }
}

fn metric<M: Model<Fit = Vec<f64>>>(place: &Pair, model: fn(Vec<f64>, Coordinates) -> M) -> Result<Deviation, String> {
    let coordinates = Coordinates::new(&place.omega).ok_or("a covariance that is not positive definite")?;
    let [model, other] = place.betas.clone().map(|beta| model(beta, coordinates.clone()));
    let [beta, other_beta] = place.betas.clone().map(DVector::from_vec);
    let mut loss = [f64::NAN];
    model.losses(other.truth(), &mut loss);
    let squares: f64 = model.truth().iter().map(|b| b * b).sum();
    // The tolerance is for solving with a matrix of condition number up to some thousand. Close coefficients cancel in the loss, so that `size` is added to it.
    let tolerance = 1e-12 * beta.len() as f64;
    let size = beta.norm_squared() + other_beta.norm_squared();
    Ok(Deviation::relative(squares, (beta.transpose() * &place.omega * &beta)[0], tolerance).max(Deviation::relative(
        size + loss[0],
        size + (other_beta - beta).norm_squared(),
        tolerance,
    )))
}

/// What is observed of a row. b' and b'' are the mean and the variance of its response y.
#[derive(Clone, Copy, Debug)]
enum Statistic {
    /// y - b', of mean 0.
    Residual,
    /// (y - b')^2 - b'', of mean 0.
    Square,
    /// The square of a covariate minus 1, of mean 0.
    Covariate,
}

/// A place: a row of a sample.
#[derive(Debug)]
pub struct Row {
    is_logistic: bool,
    beta: Vec<f64>,
    rows: usize,
    row: usize,
    statistic: Statistic,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_logistic, beta, rows, row, statistic } = self;
        let family = if *is_logistic { "logistic" } else { "poisson" };
        write!(f, "{statistic:?} of row {row} of {rows}, {family}, beta = {beta:?}")
    }
}

/// Each row of a regression has standard normal covariates, and a response with the mean and the variance of its family.
pub struct EveryRow;

impl Audit for EveryRow {
    type Place = Row;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Row {
        let dim = dimension(rng).min(8) as usize;
        let rows = log_uniform(rng, 1.0, 80.0) as usize;
        // Rows are drawn four at a time. The last row is chosen in half of all places, since the last four may be incomplete.
        let row = if rng.random() { rows - 1 } else { rng.random_range(0..rows) };
        let statistic = [Statistic::Residual, Statistic::Square, Statistic::Covariate][rng.random_range(0..3)];
        // Long vectors of coefficients, so that large means occur.
        Row { is_logistic: rng.random(), beta: coefficients(rng, dim, 5.0), rows, row, statistic }
    }

    fn examine(&self, place: &Row, key: Key) -> Result<Against, String> {
        if place.is_logistic {
            let mean = |eta: f64| 1.0 / (1.0 + libm::exp(-eta));
            row_of(&Logistic::new(place.beta.clone()), place, key, |eta| [mean(eta), mean(eta) * mean(-eta)])
        } else {
            row_of(&Poisson::new(place.beta.clone()), place, key, |eta| [libm::exp(eta); 2])
        }
    }
}

fn row_of<M>(model: &M, place: &Row, key: Key, moments: impl Fn(f64) -> [f64; 2]) -> Result<Against, String>
where
    M: Model<Noise = Design, Data = Responses, Fit = Vec<f64>>,
{
    let (mut noise, mut data) = (model.noise(place.rows), model.data(place.rows));
    let mut values = Moments::default();
    for draw in 0..DRAWS {
        model.draw(&mut key.rng(draw), &mut noise);
        model.generate(model.truth(), &noise, &mut data).map_err(|e| e.to_string())?;
        let (four, lane) = (place.row / 4, place.row % 4);
        let x = noise.x.fours().nth(four).expect("a row of the sample");
        let eta: f64 = x.iter().zip(&place.beta).map(|(x, b)| x[lane] * b).sum();
        let [mean, variance] = moments(eta);
        let residual = data[four][lane] - mean;
        // Divided, so that rare rows with large means do not dominate the mean over all draws.
        values.push(match place.statistic {
            Statistic::Residual => residual / (1.0 + variance).sqrt(),
            Statistic::Square => (residual * residual - variance) / (1.0 + variance),
            Statistic::Covariate => x[x.len() - 1][lane] * x[x.len() - 1][lane] - 1.0,
        });
    }
    Ok(Against { estimate: Estimate::from(&values), expected: 0.0 })
}
