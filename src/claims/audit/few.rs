//! What is said of few replicates, `simulate --statistic`: their mean, its standard error, and quantiles.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::answer::statistic::Statistic;
use crate::stream::StreamRng;

/// A place: replicates with a loss and a log det each.
#[derive(Clone, Debug)]
pub struct Replicates {
    /// Which statistic.
    pub statistic: Statistic,
    /// Loss and log det.
    pub paths: Vec<Vec<f64>>,
}

impl fmt::Display for Replicates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} replicates with (loss, log det) {:?}", self.statistic.name(), self.paths.len(), self.paths)
    }
}

/// Mean, standard error and quantiles, by their definitions.
pub struct Spreads;

/// Of sums of a thousand numbers.
const ROUNDING: f64 = 1e-11;

impl Audit for Spreads {
    type Place = Replicates;
    type Found = Deviation;

    fn parts(&self, place: &Replicates) -> Vec<&'static str> {
        vec![place.statistic.name()]
    }

    fn place(&self, rng: &mut StreamRng) -> Replicates {
        // Half of them so few that each counts; the others up to a thousand.
        let count = if rng.random() { rng.random_range(1..=40) } else { log_uniform(rng, 1.0, 1000.0) as usize };
        // A loss of a fit that does not exist is infinite.
        let failed = if rng.random() { 0.0 } else { rng.random_range(0.0..0.6) };
        let path = |_| {
            let (loss, log_det) = (libm::exp(rng.sample(StandardNormal)), rng.sample(StandardNormal));
            let is_failed = rng.random::<f64>() < failed;
            vec![if is_failed { f64::INFINITY } else { loss }, if is_failed { f64::NEG_INFINITY } else { log_det }]
        };
        let paths = (0..count).map(path).collect();
        Replicates { statistic: Statistic::ALL[rng.random_range(0..3)], paths }
    }

    fn examine(&self, place: &Replicates, seen: &Replicates, _: Key) -> Result<Deviation, String> {
        let value = |path: &Vec<f64>| match place.statistic {
            Statistic::Median => path[0],
            Statistic::LogDet => path[1],
            Statistic::Sd => libm::exp(path[1]).sqrt(),
        };
        let values: Vec<f64> = place.paths.iter().map(value).collect();
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        let std_error = (squares / (count as f64 - 1.0) / count as f64).sqrt();
        // The smallest with at least so many percent of all at or below it.
        let quantile = |percent: usize| {
            let is_reached = |x: &f64| 100 * values.iter().filter(|value| *value <= x).count() >= percent * count;
            values.iter().copied().filter(is_reached).fold(f64::INFINITY, f64::min)
        };
        let expected = [mean, std_error, quantile(10), quantile(50), quantile(90)];
        let found = seen.statistic.of(&seen.paths, &["loss", "log_det"], 0, 0).numbers();
        let compared = found.into_iter().zip(expected).map(|(found, expected)| match found {
            Some(found) => Deviation::relative(10.0 + found, 10.0 + expected, ROUNDING),
            None => Deviation::unless(!expected.is_finite()),
        });
        Ok(compared.reduce(Deviation::max).expect("a number"))
    }

    fn smaller(&self, place: &Replicates) -> Vec<Replicates> {
        let of = |count: usize| Replicates { paths: place.paths[..count].to_vec(), ..place.clone() };
        let count = place.paths.len();
        [count / 2, count - 1].into_iter().filter(|count| *count > 0).map(of).collect()
    }
}
