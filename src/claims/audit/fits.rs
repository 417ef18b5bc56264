//! Whether fits solve their estimating equations, and whether rows of a table are drawn with replacement.

use std::fmt;
use std::sync::Arc;

use goldenweight_evidence::{Against, Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::models::glm::{Design, Responses};
use goldenweight_recursion::models::logistic::{Bernoulli, Logistic};
use goldenweight_recursion::models::poisson::Poisson;
use goldenweight_recursion::models::table::{Resampled, Table, TableLogistic};
use goldenweight_recursion::{Model, Part, Source};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::claims::check::Relation;
use crate::simulate::resampled as advised;
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// Largest score that a simulated fit may leave, in units of the sum of weight v |x| over the rows, where v is the variance of a response. A fit stops where the
/// score is at most (r²/2) e^(2r) = 5.01e-7 of that, r = 1e-3 (derived at `newton::Fit`, under Stop). The rest is for the rounding of the sum.
const SCORE: f64 = 5.02e-7;

/// A place: a weighted fit on several batches of rows.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Logistic or Poisson regression.
    pub is_logistic: bool,
    /// Coefficients.
    pub beta: Vec<f64>,
    /// Rows of each batch, and its weight.
    pub batches: Vec<(usize, f64)>,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.is_logistic { "logistic" } else { "poisson" };
        write!(f, "{family}, beta = {:?}, batches of (rows, weight) {:?}", self.beta, self.batches)
    }
}

/// The weighted score, the gradient of the log likelihood, vanishes at the fitted coefficients.
pub struct Scores;

impl Audit for Scores {
    type Place = Sample;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Sample {
        // Nine coefficients and more are fitted by another loop of the program.
        let p = if rng.random_range(0..8) == 0 { rng.random_range(9..=30) } else { rng.random_range(1..=8) };
        let length = 1.5 * rng.random::<f64>();
        let beta = (0..p).map(|_| length * rng.sample::<f64, _>(StandardNormal) / (p as f64).sqrt()).collect();
        let count = rng.random_range(1..=4);
        let weights: Vec<f64> = (0..count).map(|_| log_uniform(rng, 0.01, 1.0)).collect();
        let total: f64 = weights.iter().sum();
        let batches =
            weights.iter().map(|w| (log_uniform(rng, 20.0 * p as f64 + 100.0, 1000.0) as usize, w / total)).collect();
        Sample { is_logistic: rng.random(), beta, batches }
    }

    fn examine(&self, place: &Sample, seen: &Sample, key: Key) -> Result<Deviation, String> {
        let (beta, places) = (place.beta.clone(), [place, seen]);
        if place.is_logistic {
            score(&Logistic::new(beta), places, key, logistic, |eta| logistic(eta) * logistic(-eta))
        } else {
            score(&Poisson::new(beta), places, key, libm::exp, libm::exp)
        }
    }

    fn smaller(&self, place: &Sample) -> Vec<Sample> {
        let without = |i: usize| {
            let mut batches = place.batches.clone();
            batches.remove(i);
            let total: f64 = batches.iter().map(|(_, w)| w).sum();
            batches.iter_mut().for_each(|(_, w)| *w /= total);
            Sample { batches, ..place.clone() }
        };
        let fewer = if place.batches.len() > 1 { (0..place.batches.len()).map(without).collect() } else { Vec::new() };
        let one = (place.beta.len() > 1).then(|| Sample { beta: place.beta[..1].to_vec(), ..place.clone() });
        fewer.into_iter().chain(one).collect()
    }
}

/// Relative tolerance of estimates: a score of 5e-7 times the sum of v |x| moves an estimate by 5e-7 times the ratio of that sum to the sum of v x^2. The ratio is
/// below 2 here, and the coefficients are above .1.
pub const ESTIMATE: f64 = 1e-5;

/// Estimates against iteratively reweighted least squares, at fixed places: numbers of rows that are no multiples of each other, and a weight near 0.
pub fn estimates() -> Vec<Relation> {
    let mut found = Vec::new();
    for is_logistic in [true, false] {
        for (i, batches) in [vec![(100, 0.15), (190, 0.85)], vec![(80, 0.7), (99, 0.3)], vec![(61, 0.02), (203, 0.98)]]
            .into_iter()
            .enumerate()
        {
            let sample = Sample { is_logistic, beta: vec![0.5, -0.4, 0.3], batches };
            let key = Key { seed: 1, experiment: u64::from(is_logistic), cell: i as u64 };
            let [fitted, expected] = if is_logistic {
                both(&Logistic::new(sample.beta.clone()), &sample, key, logistic, |eta| logistic(eta) * logistic(-eta))
            } else {
                both(&Poisson::new(sample.beta.clone()), &sample, key, libm::exp, libm::exp)
            };
            let pairs = fitted.into_iter().zip(expected).enumerate();
            found.extend(pairs.map(|(j, (fitted, expected))| (format!("{sample}, coefficient {j}"), fitted, expected)));
        }
    }
    found
}

/// The model's fit, and that of 50 steps of iteratively reweighted least squares from 0.
fn both<M>(
    model: &M,
    place: &Sample,
    key: Key,
    mean: impl Fn(f64) -> f64,
    variance: impl Fn(f64) -> f64,
) -> [Vec<f64>; 2]
where
    M: Model<Noise = Design, Data = Responses, Fit = Vec<f64>>,
{
    let drawn = draw(model, place, key).expect("rows that can be drawn");
    let fitted = fit(model, place, &drawn).expect("a fit that exists");
    let p = fitted.len();
    let mut beta = DVector::zeros(p);
    for _ in 0..50 {
        let (mut information, mut score) = (DMatrix::zeros(p, p), DVector::zeros(p));
        for ((noise, data), (rows, weight)) in drawn.iter().zip(&place.batches) {
            for (four, responses) in noise.x.fours().zip(data) {
                for (row, y) in responses.iter().enumerate() {
                    let x = DVector::from_iterator(p, four.iter().map(|x| x[row]));
                    let eta = x.dot(&beta);
                    score += &x * (weight / *rows as f64 * (y - mean(eta)));
                    information += &x * x.transpose() * (weight / *rows as f64 * variance(eta));
                }
            }
        }
        beta += information.cholesky().expect("positive definite").solve(&score);
    }
    [fitted, beta.as_slice().to_vec()]
}

/// The noise and the data of a batch.
type Rows<M> = (<M as Model>::Noise, <M as Model>::Data);

/// Draws the rows of every batch, with responses drawn at the true coefficients.
fn draw<M: Model>(model: &M, place: &Sample, key: Key) -> Result<Vec<Rows<M>>, String> {
    let mut rng = key.rng(0);
    let batch = |&(rows, _): &(usize, f64)| {
        let (mut noise, mut data) = (model.noise(rows), model.data(rows));
        model.draw(&mut rng, &mut noise);
        model.generate(model.truth(), &noise, &mut data).map_err(|e| e.to_string())?;
        Ok((noise, data))
    };
    place.batches.iter().map(batch).collect()
}

/// The model's fit on all batches.
fn fit<M: Model<Fit = Vec<f64>>>(model: &M, place: &Sample, drawn: &[Rows<M>]) -> Result<Vec<f64>, String> {
    let part = |(i, (noise, data))| {
        let (rows, weight) = place.batches[i];
        Part { weight, rows, real: i == 0, new: true, noise, data }
    };
    let parts: Vec<Part<'_, M>> = drawn.iter().map(|(noise, data)| (noise, data)).enumerate().map(part).collect();
    let (mut fit, mut scratch) = (model.truth().clone(), model.scratch());
    model.fit(1, &parts, &mut scratch, &mut fit).map_err(|e| e.to_string())?;
    Ok(fit)
}

fn logistic(eta: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-eta))
}

/// The score over the sum of weight v |x|, for the coefficient where it is largest.
fn score<M>(
    model: &M,
    [place, seen]: [&Sample; 2],
    key: Key,
    mean: impl Fn(f64) -> f64,
    variance: impl Fn(f64) -> f64,
) -> Result<Deviation, String>
where
    M: Model<Noise = Design, Data = Responses, Fit = Vec<f64>>,
{
    let drawn = draw(model, place, key)?;
    // Of so many rows a sample without a fit has a probability below 1e-7.
    let Ok(fit) = fit(model, seen, &drawn) else { return Ok(Deviation::unless(false)) };
    // The score, and the sum.
    let mut sums = vec![[0.0; 2]; fit.len()];
    for ((noise, data), (rows, weight)) in drawn.iter().zip(&place.batches) {
        let weight = weight / *rows as f64;
        // Rows are stored four side by side. The places behind the last row hold zeros, which add nothing.
        for (four, responses) in noise.x.fours().zip(data) {
            for (row, y) in responses.iter().enumerate() {
                let eta: f64 = four.iter().zip(&fit).map(|(x, b)| x[row] * b).sum();
                for ([score, sum], x) in sums.iter_mut().zip(four) {
                    *score += weight * x[row] * (y - mean(eta));
                    *sum += weight * x[row].abs() * variance(eta);
                }
            }
        }
    }
    let deviations = sums.iter().map(|[score, sum]| Deviation::relative(sum + score, *sum, SCORE));
    Ok(deviations.reduce(Deviation::max).expect("a coefficient"))
}

/// A place: draws of rows from a table.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// Groups of equal rows.
    pub groups: usize,
    /// How often the rows of a group stand in the table: once, twice and three times as often in turn.
    pub copies: u32,
    /// How many.
    pub rows: usize,
    /// Real ones.
    pub is_real: bool,
    /// Of a table that is advised on, whose equal rows are all kept.
    pub is_advised: bool,
}

impl fmt::Display for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { groups, copies, rows, is_real, is_advised } = self;
        let kind = if *is_real { "real" } else { "synthetic" };
        let of = if *is_advised { "an advised table" } else { "a table" };
        write!(f, "{rows} {kind} rows of {of} of {groups} groups, {copies} to {} of each", 3 * copies)
    }
}

/// The mean of rows that are drawn with replacement has the variance of one row over their number, about that of the table. Without replacement it would be smaller, and larger where some
/// rows of the table are drawn less often.
pub struct Replacement;

/// How often rows are drawn at a place.
const DRAWS: u64 = 2048;

impl Draws {
    /// The covariate of a group. It rises with the group, so that the first rows of a table are not like the last.
    fn covariate(i: usize) -> f64 {
        libm::sin(0.7 * i as f64) + 0.07 * i as f64
    }

    /// The label of a group, and how many rows it has.
    fn label(i: usize) -> f64 {
        f64::from(u8::from(i % 2 == 1))
    }

    const fn size(self, i: usize) -> u32 {
        self.copies * (i as u32 % 3 + 1)
    }

    /// Of the means of rows of a model: the square of their distance from the mean of the table.
    fn squares<M, S>(self, (model, source): (&M, &S), expected: f64, key: Key) -> Result<Moments, String>
    where
        M: Model<Noise = Design, Data = Responses>,
        S: Source<M>,
    {
        let mut squares = Moments::default();
        let (mut noise, mut data) = (model.noise(self.rows), model.data(self.rows));
        for draw in 0..DRAWS {
            let mut rng = key.rng(draw);
            if self.is_real {
                source.draw(model, &mut rng, &mut noise, &mut data).map_err(|e| e.to_string())?;
            } else {
                model.draw(&mut rng, &mut noise);
            }
            let mut sum = 0.0;
            for (four, responses) in noise.x.fours().zip(&data) {
                sum += (0..4).map(|i| four[0][i] * if self.is_real { responses[i] } else { 1.0 }).sum::<f64>();
            }
            let error = sum / self.rows as f64 - expected;
            squares.push(error * error);
        }
        Ok(squares)
    }
}

impl Audit for Replacement {
    type Place = Draws;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Draws {
        Draws {
            groups: rng.random_range(2..=60),
            // Half of the tables are large, up to some 700,000 rows.
            copies: if rng.random() { log_uniform(rng, 300.0, 6e3) } else { log_uniform(rng, 1.0, 300.0) } as u32,
            rows: log_uniform(rng, 1.0, 300.0) as usize,
            is_real: rng.random(),
            is_advised: rng.random(),
        }
    }

    fn examine(&self, place: &Draws, seen: &Draws, key: Key) -> Result<Against, String> {
        // Of a real row, the product of covariate and label: it also shows whether both are of the same row.
        let value = |i: usize| Draws::covariate(i) * if place.is_real { Draws::label(i) } else { 1.0 };
        let sizes = || (0..place.groups).map(|i| f64::from(place.size(i)));
        let all: f64 = sizes().sum();
        let moment = |power: i32| sizes().enumerate().map(|(i, size)| size * value(i).powi(power)).sum::<f64>() / all;
        let (mean, variance) = (moment(1), moment(2) - moment(1) * moment(1));
        let squares = if place.is_advised {
            let rows = (0..seen.groups).flat_map(|i| std::iter::repeat_n(i, seen.size(i) as usize));
            let (covariates, responses) = rows.map(|i| (Draws::covariate(i), Draws::label(i))).unzip();
            // The numbers of rows of a plan have no part in it.
            let rows = crate::experiment::Rows { real: seen.rows, synthetic: seen.rows };
            let sample = advised::Sample { covariates, responses };
            let setting = advised::resampled::<Bernoulli>(sample, vec![0.0], DMatrix::identity(1, 1), rows);
            seen.squares((&setting.model, &setting.source), mean, key)?
        } else {
            let columns: Vec<[f64; 1]> = (0..seen.groups).map(|i| [Draws::covariate(i)]).collect();
            let group = |i: usize| (columns[i].as_slice(), i % 2 == 1, seen.size(i));
            let table = Arc::new(Table::new(1, (0..seen.groups).map(group)));
            let model = TableLogistic::new(Arc::clone(&table), vec![0.0], Arc::new(|_| 0.0));
            seen.squares((&model, &Resampled(table)), mean, key)?
        };
        Ok(Against { estimate: Estimate::from(&squares), expected: variance / place.rows as f64 })
    }
}
