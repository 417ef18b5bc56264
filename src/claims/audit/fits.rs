//! Whether fits solve their equations, and whether a table is drawn from with replacement.

use std::fmt;
use std::sync::Arc;

use goldenweight_evidence::{Against, Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::models::glm::{Design, Responses};
use goldenweight_recursion::models::logistic::Logistic;
use goldenweight_recursion::models::poisson::Poisson;
use goldenweight_recursion::models::table::{Resampled, Table, TableLogistic};
use goldenweight_recursion::{Model, Part, Source};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// Of the sum of the absolute terms of a score: what is left where simulated fits stop is below 5e-7 of a sum of this size (`newton::LAST_CHANGE`).
const SCORE: f64 = 5e-6;

/// A weighted fit on several batches.
#[derive(Clone, Debug)]
pub struct Sample {
    is_logistic: bool,
    beta: Vec<f64>,
    /// Rows of each batch, and its weight.
    batches: Vec<(usize, f64)>,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.is_logistic { "logistic" } else { "poisson" };
        write!(f, "{family}, beta = {:?}, batches of (rows, weight) {:?}", self.beta, self.batches)
    }
}

/// The weighted score of the fitted coefficients vanishes.
pub struct Scores;

impl Audit for Scores {
    type Place = Sample;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Sample {
        let p = rng.random_range(1..=8);
        let length = 1.5 * rng.random::<f64>();
        let beta = (0..p).map(|_| length * rng.sample::<f64, _>(StandardNormal) / (p as f64).sqrt()).collect();
        let count = rng.random_range(1..=4);
        let weights: Vec<f64> = (0..count).map(|_| log_uniform(rng, 0.01, 1.0)).collect();
        let total: f64 = weights.iter().sum();
        let batches = weights.iter().map(|w| (log_uniform(rng, 20.0 * p as f64, 1000.0) as usize, w / total)).collect();
        Sample { is_logistic: rng.random(), beta, batches }
    }

    fn examine(&self, place: &Sample, key: Key) -> Result<Deviation, String> {
        if place.is_logistic {
            score(&Logistic::new(place.beta.clone()), place, key, |eta| 1.0 / (1.0 + libm::exp(-eta)))
        } else {
            score(&Poisson::new(place.beta.clone()), place, key, libm::exp)
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

/// The positive terms of the component of the score that is farthest from balance, against its negative ones.
fn score<M>(model: &M, place: &Sample, key: Key, mean: impl Fn(f64) -> f64) -> Result<Deviation, String>
where
    M: Model<Noise = Design, Data = Responses, Fit = Vec<f64>>,
{
    let mut rng = key.rng(0);
    let mut drawn = Vec::new();
    for &(rows, _) in &place.batches {
        let (mut noise, mut data) = (model.noise(rows), model.data(rows));
        model.draw(&mut rng, &mut noise);
        model.generate(model.truth(), &noise, &mut data).map_err(|e| e.to_string())?;
        drawn.push((noise, data));
    }
    let part = |(i, (noise, data))| {
        let (rows, weight) = place.batches[i];
        Part { weight, rows, real: i == 0, noise, data }
    };
    let parts: Vec<Part<'_, M>> = drawn.iter().map(|(noise, data)| (noise, data)).enumerate().map(part).collect();
    let (mut fit, mut scratch) = (model.truth().clone(), model.scratch());
    model.fit(1, &parts, &mut scratch, &mut fit).map_err(|e| e.to_string())?;
    let mut balance = vec![[0.0; 2]; fit.len()];
    for ((noise, data), (rows, weight)) in drawn.iter().zip(&place.batches) {
        // Four rows side by side; behind the last stand zeros.
        for (four, responses) in noise.x.fours().zip(data) {
            for (row, y) in responses.iter().enumerate() {
                let eta: f64 = four.iter().zip(&fit).map(|(x, b)| x[row] * b).sum();
                for (balance, x) in balance.iter_mut().zip(four) {
                    let term = weight / *rows as f64 * x[row] * (y - mean(eta));
                    balance[usize::from(term < 0.0)] += term.abs();
                }
            }
        }
    }
    let deviations = balance.iter().map(|[up, down]| Deviation::relative(*up, *down, SCORE));
    Ok(deviations.reduce(Deviation::max).expect("a coefficient"))
}

/// Draws of rows from a table.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    groups: usize,
    rows: usize,
    is_real: bool,
}

impl fmt::Display for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { groups, rows, is_real } = self;
        write!(f, "{rows} {} rows of a table of {groups} groups", if *is_real { "real" } else { "synthetic" })
    }
}

/// Means over rows that are drawn with replacement have the variance of one row over their number.
pub struct Replacement;

/// Draws of a place.
const DRAWS: u64 = 2048;

impl Audit for Replacement {
    type Place = Draws;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Draws {
        let groups = rng.random_range(2..=60);
        Draws { groups, rows: log_uniform(rng, 1.0, 300.0) as usize, is_real: rng.random() }
    }

    fn examine(&self, place: &Draws, key: Key) -> Result<Against, String> {
        let &Draws { groups, rows, is_real } = place;
        // Group i has i % 3 + 1 rows, one covariate, and a label.
        let columns: Vec<[f64; 1]> = (0..groups).map(|i| [libm::sin(0.7 * i as f64) + 0.07 * i as f64]).collect();
        let group = |i: usize| (columns[i].as_slice(), i % 2 == 1, (i % 3 + 1) as u32);
        let table = Arc::new(Table::new(1, (0..groups).map(group)));
        let model = TableLogistic::new(Arc::clone(&table), vec![0.0], Arc::new(|_| 0.0));
        // Of real rows the covariate where the label is 1: it must be that of the same row.
        let value = |i: usize| if is_real { columns[i][0] * f64::from(u8::from(i % 2 == 1)) } else { columns[i][0] };
        let all: f64 = (0..groups).map(|i| (i % 3 + 1) as f64).sum();
        let moment = |power: i32| (0..groups).map(|i| (i % 3 + 1) as f64 * value(i).powi(power)).sum::<f64>() / all;
        let (mean, variance) = (moment(1), moment(2) - moment(1) * moment(1));
        let mut squares = Moments::default();
        let (mut noise, mut data) = (model.noise(rows), model.data(rows));
        for draw in 0..DRAWS {
            let mut rng = key.rng(draw);
            if is_real {
                Resampled(Arc::clone(&table))
                    .draw(&model, &mut rng, &mut noise, &mut data)
                    .map_err(|e| e.to_string())?;
            } else {
                model.draw(&mut rng, &mut noise);
            }
            let mut sum = 0.0;
            for (four, responses) in noise.x.fours().zip(&data) {
                sum += (0..4).map(|i| four[0][i] * if is_real { responses[i] } else { 1.0 }).sum::<f64>();
            }
            squares.push((sum / rows as f64 - mean) * (sum / rows as f64 - mean));
        }
        Ok(Against { estimate: Estimate::from(&squares), expected: variance / rows as f64 })
    }
}
