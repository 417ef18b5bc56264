//! Regressions that are retrained on a table, `advise --simulate`, against chains of groups: where the only column is one of texts, a fit is the mean response of each level.

use std::fmt;

use goldenweight_evidence::{Against, Audit, Key, log_uniform};
use goldenweight_recursion::models::glm::{Design, make_row, respond, responses, row_word};
use rand::{RngExt, seq::index};
use rand_distr::{Poisson, StandardNormal};

use crate::advise::{Family, Loss, retraining};
use crate::experiment::Rows;
use crate::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
use crate::simulate::resampled::Normal;
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;
use crate::table::{Missing, Table, Values};

/// A place: a table with one column of texts, and chains of fits.
#[derive(Clone, Debug)]
pub struct Groups {
    /// What is fitted.
    pub family: Family,
    /// Responses of the rows of each level.
    pub responses: Vec<Vec<f64>>,
    /// n and m.
    pub rows: Rows,
    /// Under which schedule.
    pub schedule: ScheduleKind,
    /// Of the real rows.
    pub weight: f64,
    /// t.
    pub generation: u32,
    /// The loss.
    pub loss: Loss,
}

impl fmt::Display for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, responses, rows: Rows { real, synthetic }, schedule, weight, generation, loss } = self;
        write!(f, "{} regression, {} loss, {}, n = {real}, ", family.word(), loss.word(), schedule.name())?;
        write!(f, "m = {synthetic}, w = {weight}, t = {generation}, responses of the levels {responses:?}")
    }
}

/// A row: its level and its response.
type Row = (usize, f64);

impl Groups {
    fn table(&self) -> Result<Table, String> {
        let (mut places, mut responses) = (Vec::new(), Vec::new());
        for (level, all) in self.responses.iter().enumerate() {
            places.extend(all.iter().map(|_| level as i64));
            responses.extend(all);
        }
        let levels = (0..self.responses.len()).map(|level| format!("level {level}")).collect();
        let values =
            [Values::Texts { places: &places, levels }, Values::Numbers { values: &responses, start: 0, stride: 1 }];
        let request = self.family.request(None, Some("y".to_owned()), Missing::Refuse).map_err(|e| e.to_string())?;
        Table::of_columns("table", &["x", "y"].map(str::to_owned), &values, &request).map_err(|e| e.to_string())
    }

    /// The linear predictor of a mean.
    fn predictor(&self, mean: f64) -> f64 {
        match self.family {
            Family::Linear => mean,
            Family::Logistic => libm::log(mean / (1.0 - mean)),
            _ => libm::log(mean),
        }
    }

    /// The variance of a response with this mean; in linear regression that of the table's residuals.
    fn variance(&self, mean: f64) -> f64 {
        match self.family {
            Family::Linear => {
                let squares = self.responses.iter().map(|all| {
                    let mean = mean_of(all);
                    all.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>()
                });
                squares.sum::<f64>() / self.responses.iter().map(Vec::len).sum::<usize>() as f64
            }
            Family::Logistic => mean * (1.0 - mean),
            _ => mean,
        }
    }

    /// A row of the table, each with the same chance.
    fn real_row(&self, rng: &mut StreamRng) -> Row {
        let all: usize = self.responses.iter().map(Vec::len).sum();
        let mut row = rng.random_range(0..all);
        for (level, responses) in self.responses.iter().enumerate() {
            if row < responses.len() {
                return (level, responses[row]);
            }
            row -= responses.len();
        }
        unreachable!("a row of the table")
    }

    /// A row of the fit with these means.
    fn synthetic_row(&self, rng: &mut StreamRng, means: &[f64]) -> Row {
        let (level, _) = self.real_row(rng);
        let mean = means[level];
        let response = match self.family {
            Family::Linear => mean + self.variance(mean).sqrt() * rng.sample::<f64, _>(StandardNormal),
            Family::Logistic => f64::from(u8::from(rng.random::<f64>() < mean)),
            _ => rng.sample(Poisson::new(mean).expect("a positive mean")),
        };
        (level, response)
    }

    /// The mean of each level over rows with weights; none where a predictor is not finite.
    fn fit(&self, rows: &[(Row, f64)]) -> Option<Vec<f64>> {
        let mut sums = vec![[0.0; 2]; self.responses.len()];
        for ((level, y), weight) in rows {
            sums[*level][0] += weight * y;
            sums[*level][1] += weight;
        }
        let means: Vec<f64> = sums.iter().map(|[sum, weight]| sum / weight).collect();
        // A share of 1 is one of all rows but for rounding.
        let is_fit = |mean: &f64| match self.family {
            Family::Linear => mean.is_finite(),
            Family::Logistic => *mean > 1e-9 && *mean < 1.0 - 1e-9,
            _ => *mean > 0.0,
        };
        means.iter().all(is_fit).then_some(means)
    }

    /// The loss of a chain at its last generation; none where a fit does not exist.
    fn chain(&self, rng: &mut StreamRng) -> Option<f64> {
        let Rows { real, synthetic } = self.rows;
        let mut first: Vec<Row> = (0..real).map(|_| self.real_row(rng)).collect();
        let mut made: Vec<Row> = Vec::new();
        let alike = |rows: &[Row]| rows.iter().map(|row| (*row, 1.0)).collect::<Vec<_>>();
        let mut means = self.fit(&alike(&first))?;
        for _ in 0..self.generation {
            let new: Vec<Row> = (0..synthetic).map(|_| self.synthetic_row(rng, &means)).collect();
            if self.schedule == ScheduleKind::Fresh {
                first = (0..real).map(|_| self.real_row(rng)).collect();
            }
            if self.schedule.takes_weight() {
                made.clear();
            }
            made.extend(new);
            let shares = [self.weight / real as f64, (1.0 - self.weight) / synthetic as f64];
            let weighed = |rows: &[Row], share: f64| rows.iter().map(|row| (*row, share)).collect::<Vec<_>>();
            let all = [&first[..], &made].concat();
            means = match self.schedule {
                ScheduleKind::Fresh | ScheduleKind::Fixed => {
                    // A batch without weight is not there.
                    let mut rows = [weighed(&first, shares[0]), weighed(&made, shares[1])].concat();
                    rows.retain(|(_, weight)| *weight > 0.0);
                    self.fit(&rows)?
                }
                ScheduleKind::Accumulate => self.fit(&alike(&all))?,
                ScheduleKind::Subsample => {
                    let chosen = index::sample(rng, all.len(), real);
                    self.fit(&alike(&chosen.iter().map(|i| all[i]).collect::<Vec<_>>()))?
                }
            };
        }
        Some(self.squared(&means))
    }

    /// The loss of a fit.
    fn squared(&self, means: &[f64]) -> f64 {
        let all: usize = self.responses.iter().map(Vec::len).sum();
        let shares: Vec<f64> = self.responses.iter().map(|of| of.len() as f64 / all as f64).collect();
        let truth: Vec<f64> = self.responses.iter().map(|of| mean_of(of)).collect();
        let errors: Vec<f64> =
            means.iter().zip(&truth).map(|(m, truth)| self.predictor(*m) - self.predictor(*truth)).collect();
        // The first level of the most rows has no indicator.
        let most = (0..shares.len()).rev().max_by_key(|&level| self.responses[level].len()).unwrap_or_default();
        let others = || (0..shares.len()).filter(move |level| *level != most);
        let beside = |level: usize| (errors[level] - errors[most]) * (errors[level] - errors[most]);
        match self.loss {
            Loss::Deviance => {
                let scale = if self.family == Family::Linear { self.variance(0.0) } else { 1.0 };
                let of = |level: usize| shares[level] * self.variance(truth[level]) * errors[level] * errors[level];
                let linear = |level: usize| shares[level] * errors[level] * errors[level] / scale;
                (0..shares.len())
                    .map(|level| if self.family == Family::Linear { linear(level) } else { of(level) })
                    .sum()
            }
            Loss::Raw => errors[most] * errors[most] + others().map(beside).sum::<f64>(),
            Loss::Standardised => {
                let mean: f64 = shares.iter().zip(&errors).map(|(share, error)| share * error).sum();
                mean * mean + others().map(|level| shares[level] * (1.0 - shares[level]) * beside(level)).sum::<f64>()
            }
        }
    }
}

fn mean_of(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / all.len() as f64
}

/// The risk of the chains. Both are simulated, with different random numbers: the difference of two losses has the mean 0, and a symmetric law.
pub struct Retraining;

/// Chains at a place.
const CHAINS: u64 = 1024;

impl Audit for Retraining {
    type Place = Groups;
    type Found = Against;

    fn parts(&self, place: &Groups) -> Vec<&'static str> {
        vec![place.family.word(), place.schedule.name(), place.loss.word()]
    }

    fn place(&self, rng: &mut StreamRng) -> Groups {
        let family = [Family::Linear, Family::Logistic, Family::Poisson][rng.random_range(0..3)];
        let level = |rng: &mut StreamRng| -> Vec<f64> {
            let (count, centre) = (rng.random_range(8..=16), rng.random_range(-3.0..3.0));
            let response = |i: usize, rng: &mut StreamRng| match family {
                Family::Linear => centre + rng.sample::<f64, _>(StandardNormal),
                // From a quarter to three quarters of them are 1.
                Family::Logistic => f64::from(u8::from(i.is_multiple_of(4) || (i % 4 < 3 && centre > 0.0))),
                // More spread than the family's.
                _ => f64::from(rng.random_range(0..=6)),
            };
            (0..count).map(|i| response(i, rng)).collect()
        };
        let responses = (0..rng.random_range(2..=3)).map(|_| level(rng)).collect();
        let rows = [(); 2].map(|()| log_uniform(rng, 30.0, 90.0) as usize);
        let schedule = ScheduleKind::ALL[rng.random_range(0..4)];
        // Often nearly all is synthetic.
        let weight = if rng.random() { 0.3 * rng.random::<f64>() } else { rng.random() };
        Groups {
            family,
            responses,
            rows: Rows { real: rows[0], synthetic: rows[1] },
            schedule,
            weight: if rng.random_range(0..4) == 0 { 0.0 } else { weight },
            generation: rng.random_range(0..=4),
            loss: Loss::ALL[rng.random_range(0..3)],
        }
    }

    fn examine(&self, place: &Groups, seen: &Groups, key: Key) -> Result<Against, String> {
        let simulator = retraining(&seen.table()?, seen.family, seen.loss, seen.rows, seen.schedule)
            .map_err(|e| e.to_string())?
            .ok_or("no regression")?;
        let plan = Plan {
            seed: key.seed,
            experiment: key.experiment,
            cell: key.cell,
            replicates: 0..CHAINS,
            schedule: seen.schedule,
            record: Record::At(vec![seen.generation]),
        };
        let options = Options { paths: true, ..Options::default() };
        let outcome = simulator.run(&plan, &[Weights::Constant(seen.weight)], options).remove(0);
        let mut differences = Moments::default();
        for (path, replicate) in outcome.paths.iter().zip(CHAINS..) {
            // Streams of other replicates. Those without a fit are left out on both sides.
            if let Some(loss) = place.chain(&mut key.rng(replicate)).filter(|_| path[0].is_finite()) {
                differences.push(path[0] - loss);
            }
        }
        Ok(Against { estimate: Estimate::from(&differences), expected: 0.0 })
    }
}

/// A place: normal responses around the fit of a table.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// The linear predictor.
    pub eta: f64,
    /// How many are drawn.
    pub rows: usize,
    /// One by one, as under the schedule that draws rows.
    pub is_single: bool,
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { eta, rows, is_single } = self;
        let way = if *is_single { "single rows" } else { "rows side by side" };
        write!(f, "{rows} normal responses around {eta}, {way}")
    }
}

/// The noise of normal responses has the variance 1.
pub struct Normals;

impl Audit for Normals {
    type Place = Noise;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Noise {
        Noise { eta: rng.random_range(-5.0..5.0), rows: rng.random_range(2000..6000), is_single: rng.random() }
    }

    fn examine(&self, place: &Noise, seen: &Noise, key: Key) -> Result<Against, String> {
        let mut rng = key.rng(0);
        let found: Vec<f64> = if seen.is_single {
            let single = |_| {
                let mut row = [f64::NAN; 2];
                make_row::<Normal>(&[seen.eta], &[1.0, row_word(&mut rng)], &mut row);
                row[1]
            };
            (0..seen.rows).map(single).collect()
        } else {
            let (mut design, mut found) = (Design::new(1, seen.rows), responses(seen.rows));
            design.x.fill(|_| &[1.0]);
            design.draw_words(&mut rng);
            respond::<Normal>(&design, &[seen.eta], &mut found).map_err(|e| e.to_string())?;
            found.as_flattened()[..seen.rows].to_vec()
        };
        let mut squares = Moments::default();
        found.iter().for_each(|y| squares.push((y - place.eta) * (y - place.eta)));
        Ok(Against { estimate: Estimate::from(&squares), expected: 1.0 })
    }
}
