//! What models do with samples: the distribution of single rows and of a sample's statistics, the fit of several samples, and the loss of a fit.

use std::fmt;

use fearless_simd::{Level, Simd, dispatch, f64x4, prelude::*};
use goldenweight_evidence::{Against, Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::coordinates::Coordinates;
use goldenweight_recursion::models::cdf::Cdf;
use goldenweight_recursion::models::gaussian::{Divisor, Fit, GaussianRows, GaussianSufficient};
use goldenweight_recursion::models::glm::{Design, Family, Responses};
use goldenweight_recursion::models::logistic::{Bernoulli, Logistic};
use goldenweight_recursion::models::poisson::{Counts, Poisson};
use goldenweight_recursion::{Model, Part};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;
use statrs::distribution::DiscreteCDF;

use super::place::{covariance, dimension};
use crate::claims::domain;
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
    sample_with(Divisor::Unbiased, sigma, by_rows, rows, rng)
}

/// The same with this divisor.
fn sample_with(
    divisor: Divisor,
    sigma: &DMatrix<f64>,
    by_rows: bool,
    rows: usize,
    rng: &mut StreamRng,
) -> Result<Fit, String> {
    fn of<M: Model<Data = Fit>>(model: &M, rows: usize, rng: &mut StreamRng) -> Result<Fit, String> {
        let (mut noise, mut data) = (model.noise(rows), model.data(rows));
        model.draw(rng, &mut noise);
        model.generate(model.truth(), &noise, &mut data).map_err(|e| e.to_string())?;
        Ok(data)
    }
    if by_rows {
        of(&GaussianRows::new(sigma.clone()).with_divisor(divisor), rows, rng)
    } else {
        of(&GaussianSufficient::new(sigma.clone()).with_divisor(divisor), rows, rng)
    }
}

/// A place: a column of the Cholesky factor of a sample's covariance.
#[derive(Clone, Debug)]
pub struct Column {
    /// Dimension.
    pub dim: usize,
    /// Rows of the sample.
    pub rows: usize,
    /// Number of the column, from 0.
    pub column: usize,
    /// Its entry on the diagonal, or those below.
    pub is_diagonal: bool,
    /// Every row is drawn.
    pub by_rows: bool,
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

    fn examine(&self, place: &Column, seen: &Column, key: Key) -> Result<Against, String> {
        let &Column { dim, rows, column, is_diagonal, by_rows } = place;
        let (sigma, degrees) = (DMatrix::identity(dim, dim), (rows - 1) as f64);
        let mut squares = Moments::default();
        for draw in 0..DRAWS {
            let fit = sample(&sigma, by_rows, seen.rows, &mut key.rng(draw))?;
            let entries = fit.factor().column(seen.column);
            let entries =
                if is_diagonal { entries.rows(seen.column, 1) } else { entries.rows(column + 1, dim - column - 1) };
            squares.push(degrees * entries.norm_squared());
        }
        let expected = if is_diagonal { degrees - column as f64 } else { (dim - column - 1) as f64 };
        Ok(Against { estimate: Estimate::from(&squares), expected })
    }
}

/// A place: several samples with their weights.
#[derive(Clone, Debug)]
pub struct Mix {
    /// Dimension.
    pub dim: usize,
    /// Rows of each, and its weight.
    pub parts: Vec<(usize, f64)>,
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

    fn examine(&self, place: &Mix, seen: &Mix, key: Key) -> Result<Deviation, String> {
        let mut rng = key.rng(0);
        let sigma = covariance(&mut rng, place.dim);
        let model = GaussianSufficient::new(sigma.clone());
        let mut drawn = Vec::new();
        for &(rows, _) in &place.parts {
            drawn.push((model.noise(rows), sample(&sigma, false, rows, &mut rng)?));
        }
        let parts = |place: &Mix| -> Vec<Part<'_, _>> {
            let part = |(i, (noise, data))| {
                let (rows, weight) = place.parts[i];
                Part { weight, rows, real: i == 0, new: true, noise, data }
            };
            drawn.iter().map(|(noise, data)| (noise, data)).enumerate().map(part).collect()
        };
        let (mut fit, mut scratch) = (model.unfitted(), model.scratch());
        model.fit(1, &parts(seen), &mut scratch, &mut fit).map_err(|e| e.to_string())?;
        let parts = parts(place);
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
#[derive(Clone, Debug)]
pub struct Pair {
    /// Logistic or Poisson regression.
    pub is_logistic: bool,
    /// Covariance of the covariates.
    pub omega: DMatrix<f64>,
    /// Coefficients of two models.
    pub betas: [Vec<f64>; 2],
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

    fn examine(&self, place: &Pair, seen: &Pair, _: Key) -> Result<Deviation, String> {
        if place.is_logistic {
            metric(place, seen, Logistic::with_covariates)
        } else {
            metric(place, seen, Poisson::with_covariates)
        }
    }
}

fn metric<M: Model<Fit = Vec<f64>>>(
    place: &Pair,
    seen: &Pair,
    model: fn(Vec<f64>, Coordinates) -> M,
) -> Result<Deviation, String> {
    let Some(coordinates) = Coordinates::new(&seen.omega) else { return Ok(domain::refused()) };
    let [model, other] = seen.betas.clone().map(|beta| model(beta, coordinates.clone()));
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
    /// The product of the last covariate with the one so many before it, of mean 0.
    Product(usize),
}

/// A place: a row of a sample.
#[derive(Clone, Debug)]
pub struct Row {
    is_logistic: bool,
    /// Coefficients.
    pub beta: Vec<f64>,
    /// Rows of the sample.
    pub rows: usize,
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
        let dim = dimension(rng) as usize;
        let rows = log_uniform(rng, 1.0, 80.0) as usize;
        // Rows are drawn four at a time. The last row is chosen in half of all places, since the last four may be incomplete.
        let row = if rng.random() { rows - 1 } else { rng.random_range(0..rows) };
        let statistic = match rng.random_range(0..4) {
            0 => Statistic::Residual,
            1 => Statistic::Square,
            2 if dim > 1 => Statistic::Product(rng.random_range(1..dim)),
            _ => Statistic::Covariate,
        };
        // Long vectors of coefficients, so that large means occur.
        Row { is_logistic: rng.random(), beta: coefficients(rng, dim, 5.0), rows, row, statistic }
    }

    fn examine(&self, place: &Row, seen: &Row, key: Key) -> Result<Against, String> {
        let beta = seen.beta.clone();
        if place.is_logistic {
            let mean = |eta: f64| 1.0 / (1.0 + libm::exp(-eta));
            row_of(&Logistic::new(beta), place, key, |eta| [mean(eta), mean(eta) * mean(-eta)])
        } else {
            row_of(&Poisson::new(beta), place, key, |eta| [libm::exp(eta); 2])
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
            Statistic::Product(before) => x[x.len() - 1][lane] * x[x.len() - 1 - before][lane],
        });
    }
    Ok(Against { estimate: Estimate::from(&values), expected: 0.0 })
}

/// A sample with both divisors.
#[derive(Clone, Debug)]
pub struct Divided {
    /// Dimension.
    pub dim: usize,
    /// Rows of the sample.
    pub rows: usize,
    /// Every row is drawn.
    pub by_rows: bool,
}

impl fmt::Display for Divided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dim, rows, by_rows } = self;
        write!(f, "{}, p = {dim}, {rows} rows", if *by_rows { "rows" } else { "statistics" })
    }
}

/// The covariance of a sample has the divisor that was asked for: r times the one is r - 1 times the other. Where every row is drawn, they are drawn again, and their
/// squares around the mean are added up; of statistics, the normal numbers behind the mean.
pub struct Divisors;

impl Audit for Divisors {
    type Place = Divided;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Divided {
        // Of at most p rows the last entries of a covariance follow from the others, with an error that grows with the condition of these.
        let dim = dimension(rng) as usize;
        Divided { dim, rows: log_uniform(rng, dim as f64 + 1.0, 1e4).ceil() as usize, by_rows: rng.random() }
    }

    fn examine(&self, place: &Divided, seen: &Divided, key: Key) -> Result<Deviation, String> {
        let &Divided { dim, rows, by_rows } = place;
        let sigma = DMatrix::identity(dim, dim);
        let fit = |divisor| sample_with(divisor, &sigma, by_rows, seen.rows, &mut key.rng(0));
        let (unbiased, likelihood) = (fit(Divisor::Unbiased)?, fit(Divisor::MaximumLikelihood)?);
        let trace = |fit: &Fit| fit.factor().norm_squared();
        let count = rows as f64;
        // Sums of so many numbers, in some order.
        let tolerance = 1e-15 * (count + 10.0 * dim as f64);
        let mut rng = key.rng(0);
        let mut next = || rng.sample::<f64, _>(StandardNormal);
        // Squared length of the mean, and what the trace is where it can be had.
        let (mut squares, mut variances) = (0.0, 0.0);
        for _ in 0..dim {
            if by_rows {
                let mut column = Moments::default();
                (0..rows).for_each(|_| column.push(next()));
                squares += column.mean() * column.mean();
                variances += column.variance();
            } else {
                let mean = next() / count.sqrt();
                squares += mean * mean;
            }
        }
        let expected = if by_rows { variances } else { count / (count - 1.0) * trace(&likelihood) };
        let mean: f64 = unbiased.mean().iter().map(|x| x * x).sum();
        // A sum over rows cancels, beside the rows' own size; one normal number does not.
        let size = if by_rows { dim as f64 } else { 0.0 };
        Ok(Deviation::relative((count - 1.0) * trace(&unbiased), count * trace(&likelihood), tolerance)
            .max(Deviation::relative(trace(&unbiased), expected, tolerance))
            .max(Deviation::relative(size + mean, size + squares, tolerance)))
    }
}

/// A number of a sorted sample.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Rows of the sample.
    pub rows: usize,
    /// Which number, from 0.
    pub rank: usize,
}

impl fmt::Display for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {} of {} sorted uniform numbers", self.rank + 1, self.rows)
    }
}

/// Of n sorted uniform numbers the k-th is below 1 by (n + 1 - k)/(n + 1) in the mean.
pub struct Sorted;

impl Audit for Sorted {
    type Place = Ordered;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Ordered {
        let rows = log_uniform(rng, 1.0, 1e4) as usize;
        // The last one is a case of its own.
        Ordered { rows, rank: if rng.random() { rows - 1 } else { rng.random_range(0..rows) } }
    }

    fn examine(&self, place: &Ordered, seen: &Ordered, key: Key) -> Result<Against, String> {
        let model = Cdf::default();
        let mut noise = model.noise(seen.rows);
        let mut above = Moments::default();
        for draw in 0..DRAWS {
            model.draw(&mut key.rng(draw), &mut noise);
            above.push(1.0 - noise[seen.rank]);
        }
        let (n, above_it) = (place.rows as f64, (place.rows - place.rank) as f64);
        Ok(Against { estimate: Estimate::from(&above), expected: above_it / (n + 1.0) })
    }
}

/// Four rows with linear predictors and responses.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// Logistic or Poisson regression.
    pub is_logistic: bool,
    /// Linear predictors.
    pub eta: [f64; 4],
    /// Responses.
    pub responses: [f64; 4],
}

impl fmt::Display for Predicted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.is_logistic { "logistic" } else { "poisson" };
        write!(f, "{family}, linear predictors {:?}, responses {:?}", self.eta, self.responses)
    }
}

/// Mean, residual and variance of a response by its linear predictor, where the program takes them four by four.
pub struct Responded;

impl Audit for Responded {
    type Place = Predicted;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Predicted {
        let is_logistic = rng.random();
        let eta = [(); 4].map(|()| rng.random_range(-40.0..40.0));
        let responses = [(); 4].map(|()| if is_logistic { rng.random_range(0..2) } else { rng.random_range(0..1000) });
        Predicted { is_logistic, eta, responses: responses.map(f64::from) }
    }

    fn examine(&self, place: &Predicted, seen: &Predicted, _: Key) -> Result<Deviation, String> {
        let Predicted { is_logistic, eta, responses } = place;
        let found = if *is_logistic { of_family::<Bernoulli>(seen) } else { of_family::<Counts>(seen) };
        // Three of one ulp each.
        let tolerance = 1e-15;
        let mut worst = Deviation::unless(true);
        for row in 0..4 {
            let ([eta, y], [mean, residual, variance]) = ([eta[row], responses[row]], found.map(|four| four[row]));
            let odds = libm::exp(eta);
            let (expected, spread, left) = if *is_logistic {
                let [one, zero] = [1.0 / (1.0 + 1.0 / odds), 1.0 / (1.0 + odds)];
                (one, one * zero, if y > 0.0 { zero } else { -one })
            } else {
                (odds, odds, y - odds)
            };
            // What is left of a count cancels: its error is relative to what is subtracted.
            let size = if *is_logistic { left.abs() } else { y + odds };
            worst = worst
                .max(Deviation::relative(mean, expected, tolerance))
                .max(Deviation::relative(variance, spread, 2.0 * tolerance))
                .max(Deviation::relative(1.0 + (residual - left) / size, 1.0, tolerance));
        }
        Ok(worst)
    }
}

/// Four responses to be drawn: their linear predictors, and the random words that they are made of.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Logistic or Poisson regression.
    pub is_logistic: bool,
    /// Linear predictors.
    pub eta: [f64; 4],
    /// Random words.
    pub words: [u64; 4],
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.is_logistic { "logistic" } else { "poisson" };
        write!(f, "{family}, linear predictors {:?}, random words {:?}", self.eta, self.words)
    }
}

/// Responses as quantiles: the uniform number of each lies between the distribution function's values below it and at it.
///
/// A Poisson count of mean above 30 is drawn in another way, and lies within twelve standard deviations of it. Beyond these is less than 1e-19.
pub struct Quantiles;

impl Audit for Quantiles {
    type Place = Drawn;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Drawn {
        let is_logistic = rng.random();
        // Up to a mean of 1e17, half of them where counts are quantiles.
        let most = if rng.random() { 3.4 } else { 39.0 };
        Drawn { is_logistic, eta: [(); 4].map(|()| rng.random_range(-10.0..most)), words: rng.random() }
    }

    fn examine(&self, place: &Drawn, seen: &Drawn, _: Key) -> Result<Deviation, String> {
        let drawn = if seen.is_logistic { responses::<Bernoulli>(seen) } else { responses::<Counts>(seen) };
        let is_right = |((y, eta), word): ((f64, f64), u64)| {
            let (u, odds) = ((word >> 12) as f64 / 2_f64.powi(52), libm::exp(eta));
            if place.is_logistic {
                let mean = 1.0 / (1.0 + 1.0 / odds);
                return y == f64::from(u8::from(u < mean)) || (u - mean).abs() < 1e-14;
            }
            if odds > 30.0 {
                return (y - odds).abs() < 12.0 * odds.sqrt();
            }
            // The distribution function of the library is right to 1e-12, that of the program to 4e-14.
            let law = statrs::distribution::Poisson::new(odds).expect("a positive mean");
            let below = if y > 0.0 { law.cdf(y as u64 - 1) } else { 0.0 };
            below <= u + 1e-12 && u - 1e-12 <= law.cdf(y as u64)
        };
        let mut all = drawn.into_iter().zip(place.eta).zip(place.words);
        Ok(Deviation::unless(all.all(is_right)))
    }
}

fn responses<F: Family>(place: &Drawn) -> [f64; 4] {
    #[inline(always)]
    fn on<F: Family, S: Simd>(simd: S, place: &Drawn) -> [f64; 4] {
        let means = F::mean(f64x4::load_array(simd, place.eta)).into();
        let mut responses = [[f64::NAN; 4]];
        F::respond(simd, &[means], &[place.words], &mut responses).expect("means that can be drawn");
        responses[0]
    }
    dispatch!(Level::new(), simd => on::<F, _>(simd, place))
}

fn of_family<F: Family>(place: &Predicted) -> [[f64; 4]; 3] {
    #[inline(always)]
    fn on<F: Family, S: Simd>(simd: S, place: &Predicted) -> [[f64; 4]; 3] {
        let eta = f64x4::load_array(simd, place.eta);
        let (residual, variance) = F::residual_and_variance(f64x4::load_array(simd, place.responses), eta);
        [F::mean(eta).into(), residual.into(), variance.into()]
    }
    dispatch!(Level::new(), simd => on::<F, _>(simd, place))
}
