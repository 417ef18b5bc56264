//! Intervals and tests for the bias of the synthetic fit, by resampling the rows of both tables.

use std::sync::atomic::{AtomicBool, Ordering};

use goldenweight_evidence::rand::RngExt;
use rayon::prelude::*;

use super::fits::{Refit, Sample};
use super::pooled::{Metric, Pooled};
use crate::advise::matrix::dot;
use crate::stream::{Purpose, StreamRng, Streams, experiment_id};

/// Resamples between two looks at whether to stop.
const AT_ONCE: u64 = 64;

/// What the resamples say about e = d* - d in some metrics M.
pub(super) struct Resampled {
    pub(super) done: u64,
    pub(super) failed: u64,
    /// Those that lacked a level, in one of the tables at least.
    pub(super) first_order: u64,
    /// Per metric.
    pub(super) tests: Vec<Test>,
}

/// How often each of so many rows is drawn in as many draws with replacement.
fn counts(rows: usize, mut rng: StreamRng) -> Vec<u32> {
    let mut counts = vec![0; rows];
    (0..rows).for_each(|_| counts[rng.random_range(0..rows)] += 1);
    counts
}

/// Draws the rows of both tables anew and fits them.
///
/// A replicate has its own two streams, and replicates are taken in their order: the same bits on any number of threads. None where a metric is singular in double precision.
pub(super) fn resample(
    samples: &[Sample<'_>; 2],
    pooled: &Pooled,
    metrics: Vec<Metric>,
    replicates: u64,
    seed: u64,
    progress: &(dyn Fn(u64) + Sync),
    stop: &AtomicBool,
) -> Option<Resampled> {
    let streams = Streams { seed, experiment: experiment_id("audit") };
    let new = |metric| Some(Test::new(pooled.widest(&metric)?, metric, &pooled.difference));
    let mut tests = metrics.into_iter().map(new).collect::<Option<Vec<Test>>>()?;
    let (mut done, mut failed, mut first_order, mut fitted) = (0, 0, 0, Vec::new());
    // And whether a fit is one to first order.
    let error = |replicate: u64| -> (Option<Vec<Parts>>, bool) {
        let fit =
            |sample: &Sample<'_>, purpose| sample.fit(&counts(sample.rows(), streams.rng(replicate, 0, purpose, 0)));
        let real = fit(&samples[0], Purpose::Real);
        let synthetic = fit(&samples[1], Purpose::Synthetic);
        progress(1);
        let fits = [real, synthetic].map(|fit| match fit {
            Refit::Fit(fit) => (Some(fit), false),
            Refit::FirstOrder(fit) => (Some(fit), true),
            Refit::None => (None, false),
        });
        let is_first_order = fits.iter().any(|(_, is)| *is);
        let [(Some(real), _), (Some(synthetic), _)] = fits else { return (None, is_first_order) };
        let difference: Vec<f64> = synthetic.iter().zip(&real).map(|(s, r)| s - r).collect();
        let difference = pooled.in_basis(&difference);
        let error: Vec<f64> = difference.iter().zip(&pooled.difference).map(|(b, d)| b - d).collect();
        (Some(tests.iter().map(|test| test.parts(&error)).collect()), is_first_order)
    };
    while done < replicates {
        let until = (done + AT_ONCE).min(replicates);
        let each = |replicate| (!stop.load(Ordering::Relaxed)).then(|| error(replicate));
        // Those that were made of a part that was told to stop are not the first ones.
        let Some(errors) = (done..until).into_par_iter().map(each).collect::<Option<Vec<_>>>() else { break };
        failed += errors.iter().filter(|(error, _)| error.is_none()).count() as u64;
        first_order += errors.iter().filter(|(_, is_first_order)| *is_first_order).count() as u64;
        fitted.extend(errors.into_iter().filter_map(|(error, _)| error));
        done = until;
    }
    for (i, test) in tests.iter_mut().enumerate() {
        test.parts = fitted.iter().map(|parts: &Vec<Parts>| parts[i]).collect();
        test.failed = failed;
    }
    Some(Resampled { done, failed, first_order, tests })
}

/// Of the error e of a resample: a'Me of the direction a of d, the same of the direction in which errors vary most, and |e|_M^2.
type Parts = [f64; 3];

/// Tests of c = |delta|_M^2 by |d|_M^2, the error of d being like e in the resamples.
///
/// # Method
/// Under c the statistic |d|_M^2 has about the law of |root a + e|_M^2, with root = sqrt c and a the direction of the bias, |a|_M = 1. (The percentiles of
/// |d*|_M^2 themselves would overstate c: they have the errors of the fits twice.) A p-value counts the observed one among the resamples, and a resample
/// without a fit on both sides. The mean of the statistic, c + E|e|_M^2, is the same for every a; its variance has the part 4c a'M V M a. So small values are most probable where a
/// is the direction in which errors vary most, and the test that rejects large biases takes that one, to either side. (Along d it rejected 22 % of normal differences in the place of 5 %, where errors
/// varied ten times as much in one direction as in another.) The test that rejects small biases takes the direction of d.
pub(super) struct Test {
    metric: Metric,
    /// Of d.
    direction: Vec<f64>,
    /// In which errors vary most: the a with a'Ma = 1 and the largest a'MVMa.
    widest: Vec<f64>,
    /// |d|_M^2.
    pub(super) observed: f64,
    parts: Vec<Parts>,
    failed: u64,
}

/// Steps of a bisection: to a part of 1e-12 of the start.
const HALVINGS: u32 = 40;

impl Test {
    fn new(widest: Vec<f64>, metric: Metric, difference: &[f64]) -> Self {
        let observed = metric.dot(difference, difference);
        // Tables whose fits are the same have no direction.
        let along = if observed > 0.0 { difference.to_vec() } else { vec![1.0; difference.len()] };
        let length = metric.dot(&along, &along).sqrt();
        let direction = along.iter().map(|a| a / length).collect();
        Self { metric, direction, widest, observed, parts: Vec::new(), failed: 0 }
    }

    fn parts(&self, error: &[f64]) -> Parts {
        let along = self.metric.times(error);
        [dot(&self.direction, &along), dot(&self.widest, &along), dot(error, &along)]
    }

    /// A bias of this length along d.
    pub(super) fn along(&self, root: f64) -> Vec<f64> {
        self.direction.iter().map(|a| root * a).collect()
    }

    /// |root a + e|_M^2, a the direction of d.
    fn statistics(&self, root: f64) -> impl Iterator<Item = f64> + '_ {
        self.parts.iter().map(move |[cross, _, square]| root * root + 2.0 * root * cross + square)
    }

    /// How often |root a + e|_M^2 is at most this, a the direction in which errors vary most or its opposite, whichever makes it more often.
    fn at_most(&self, root: f64, observed: f64) -> f64 {
        let count = |root: f64| {
            let statistics = self.parts.iter().map(|[_, cross, square]| root * root + 2.0 * root * cross + square);
            statistics.filter(|value| *value <= observed).count()
        };
        self.share(count(root).max(count(-root)))
    }

    fn share(&self, count: usize) -> f64 {
        (count as f64 + self.failed as f64 + 1.0) / (self.parts.len() as f64 + self.failed as f64 + 1.0)
    }

    /// The observed statistic, but at least the median of what no bias would give: the upper limit of an observation that is small by chance would be too good.
    ///
    /// # Source
    /// power-constrained limits: G. Cowan, K. Cranmer, E. Gross, O. Vitells, arXiv 1105.3166 (2011), with the median as the constraint
    fn constrained(&self) -> f64 {
        let mut null: Vec<f64> = self.statistics(0.0).collect();
        null.sort_by(f64::total_cmp);
        null.get(null.len() / 2).map_or(self.observed, |median| self.observed.max(*median))
    }

    /// p-value of |delta|_M = root against more: how often the statistic is as large as observed.
    pub(super) fn above(&self, root: f64) -> f64 {
        self.share(self.statistics(root).filter(|value| *value >= self.observed).count())
    }

    /// p-value against less.
    pub(super) fn below(&self, root: f64) -> f64 {
        self.at_most(root, self.observed)
    }

    /// The least length that the test against more does not reject at this level.
    fn lower(&self, level: f64) -> f64 {
        if self.above(0.0) > level { 0.0 } else { self.first(&|root| self.above(root) > level) }
    }

    /// The lengths |delta|_M that neither test rejects at half of this level, the upper one of the constrained observation; infinite where no test can.
    pub(super) fn interval(&self, level: f64) -> [f64; 2] {
        let observed = self.constrained();
        [self.lower(0.5 * level), self.first(&|root| self.at_most(root, observed) <= 0.5 * level)]
    }

    /// The lengths beyond which one of the tests rejects at this level, of the observation as it is.
    pub(super) fn bounds(&self, level: f64) -> [f64; 2] {
        [self.lower(level), self.first(&|root| self.below(root) <= level)]
    }

    /// The least length at which a condition holds that holds from some length on.
    fn first(&self, holds: &dyn Fn(f64) -> bool) -> f64 {
        let spread = self.parts.iter().fold(self.observed, |most, [_, _, square]| most.max(*square)).sqrt();
        // Beyond three times the largest error every statistic is above the observed one.
        let (mut low, mut high) = (0.0, 4.0 * spread);
        if !holds(high) {
            return f64::INFINITY;
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if holds(middle) { high = middle } else { low = middle }
        }
        high
    }

    /// The least length along d that the test of `root` against more finds with this power.
    pub(super) fn detected(&self, root: f64, level: f64, power: f64) -> f64 {
        let mut statistics: Vec<f64> = self.statistics(root).collect();
        statistics.sort_by(f64::total_cmp);
        // Rejected is what at most so many exceed.
        let most = (level * (statistics.len() as f64 + self.failed as f64 + 1.0) - self.failed as f64 - 1.0).floor();
        if most < 0.0 {
            return f64::INFINITY;
        }
        let critical = statistics[statistics.len() - 1 - most as usize];
        let count = statistics.len() as f64;
        self.first(&|root| self.statistics(root).filter(|value| *value > critical).count() as f64 >= power * count)
    }
}
