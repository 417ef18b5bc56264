//! A grid of weights simulated on common random numbers, in independent batches.

use rayon::prelude::*;
use statrs::distribution::ContinuousCDF;

use super::Draw;
use super::subject::Subject;
use crate::experiment::Rows;
use crate::simulate::engine::{BLOCK, Options, Outcome, Plan, Record, ScheduleKind, Weights};
use crate::stats::compare::Estimate;
use crate::stats::family;
use crate::stats::moments::Moments;
use crate::stats::shown::{self, Failures};

/// Most batches: as many as a check of a minimiser has at its first look (`docs/statistics.md`).
const BATCHES: u64 = 24;

/// What is simulated at each weight.
#[derive(Clone, Debug)]
pub struct Grid<'a> {
    /// Seed of the run.
    pub seed: u64,
    /// Part of the key of the random streams: which experiment this is.
    pub experiment: u64,
    /// Which grid of the experiment this is. Each batch of each grid has random streams of its own.
    pub index: u64,
    /// Replicates, split evenly over the batches; at least two.
    pub replicates: u64,
    /// Rows per generation.
    pub rows: Rows,
    /// Weights.
    pub weights: &'a [f64],
    /// Generations that are averaged, as (first, one past the last).
    pub average: (u32, u32),
}

/// Simulates every batch at every weight. Progress is told how many nanoseconds of work were done, as [`Subject::effort`] estimates them.
pub fn simulate(subject: Subject, grid: &Grid<'_>, draw: &Draw<'_>) -> Batches {
    let effort = u64::from(grid.average.1) * subject.effort(grid.rows) * grid.weights.len() as u64;
    let (simulator, loss) = subject.simulator(grid.rows);
    let batches = BATCHES.min(grid.replicates);
    let (from, until) = grid.average;
    let weights: Vec<Weights> = grid.weights.iter().map(|&w| Weights::Constant(w)).collect();
    let blocks = grid.replicates.div_ceil(batches).div_ceil(BLOCK);
    let batch = |cell: u64| {
        let share = draw.share.map(|share| share.after(cell * blocks, 0));
        let plan = Plan {
            seed: grid.seed,
            experiment: grid.experiment,
            cell: grid.index * BATCHES + cell,
            replicates: 0..(cell + 1) * grid.replicates / batches - cell * grid.replicates / batches,
            schedule: ScheduleKind::Fresh,
            record: Record::Average { from, until },
        };
        let progress = |done| (draw.progress)(done * effort);
        let options = Options { progress: &progress, controls: true, share, ..Options::default() };
        simulator.run(&plan, &weights, options)
    };
    let outcomes: Vec<Vec<Outcome>> = (0..batches).into_par_iter().map(batch).collect();
    let have = |outcome: &Outcome| outcome.controlled.is_some() && outcome.failed_fits == 0;
    Batches { controlled: outcomes.iter().flatten().all(have), outcomes, loss }
}

/// Outcomes by batch and weight.
#[derive(Clone, Debug)]
pub struct Batches {
    outcomes: Vec<Vec<Outcome>>,
    loss: usize,
    /// Whether losses are taken less their controls: there are such, and no fit has failed at any weight, so that the curve is of one kind.
    controlled: bool,
}

impl Batches {
    /// Whether the losses are less their controls.
    #[must_use]
    pub const fn controlled(&self) -> bool {
        self.controlled
    }

    fn moments<'a>(&self, outcome: &'a Outcome, loss: usize) -> &'a Moments {
        let recorded = outcome.controlled.as_ref().filter(|_| self.controlled).unwrap_or(&outcome.moments);
        &recorded[0][self.loss + loss]
    }

    /// The moments of a loss over all replicates, and the number of replicates that failed. `loss` counts from the subject's own loss.
    #[must_use]
    pub fn at(&self, weight: usize, loss: usize) -> (Moments, u64) {
        let (mut moments, mut failed) = (Moments::default(), 0);
        for batch in &self.outcomes {
            moments.merge(self.moments(&batch[weight], loss));
            failed += batch[weight].failed_fits;
        }
        (moments, failed)
    }

    /// The minimiser of the mean curve, with its interval from the batches' own minimisers.
    #[must_use]
    pub fn minimum(&self, weights: &[f64], loss: usize) -> Minimum {
        let pooled: Vec<f64> = (0..weights.len()).map(|w| self.at(w, loss).0.mean()).collect();
        let of_batch = |batch: &Vec<Outcome>| {
            let curve: Vec<f64> = batch.iter().map(|outcome| self.moments(outcome, loss).mean()).collect();
            minimiser(weights, &curve)
        };
        Minimum::new(minimiser(weights, &pooled), self.outcomes.iter().map(of_batch).collect())
    }
}

/// Where a simulated curve is least, and how well that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Minimiser of the mean curve.
    pub weight: f64,
    /// Standard deviation of the batches' minimisers over the root of their number.
    pub std_error: f64,
    /// Its 95 % interval by Student's law, with one degree of freedom less than there are batches.
    pub interval: (f64, f64),
    /// The batches' minimisers.
    pub batches: Vec<f64>,
}

impl Minimum {
    /// How it is found, in words.
    pub const RULE: &'static str = "the parabola through the lowest point of the mean curve and its two neighbours; 95 % interval: Student's, with \
         the standard deviation of the minimisers, found in the same way, of the independent batches";

    fn new(weight: f64, batches: Vec<f64>) -> Self {
        let mut spread = Moments::default();
        batches.iter().for_each(|&w| spread.push(w));
        let std_error = spread.std_error();
        let half = student(spread.count() as f64 - 1.0) * std_error;
        Self { weight, std_error, interval: (weight - half, weight + half), batches }
    }
}

/// The vertex of the parabola through the lowest point and its two neighbours on an even grid; the lowest point itself where it does not have two.
///
/// # Formula
/// `w_i + h (r_{i-1} - r_{i+1}) / (2 (r_{i-1} - 2 r_i + r_{i+1}))`, h the distance of the points
/// # Source
/// derived: the quadratic interpolation's stationary point. It lies within h/2 of the lowest point.
fn minimiser(weights: &[f64], risks: &[f64]) -> f64 {
    let finite = (0..risks.len()).filter(|&i| risks[i].is_finite());
    let Some(lowest) = finite.min_by(|&i, &j| risks[i].total_cmp(&risks[j])) else { return f64::NAN };
    if lowest == 0 || lowest + 1 == risks.len() {
        return weights[lowest];
    }
    let [left, middle, right] = [risks[lowest - 1], risks[lowest], risks[lowest + 1]];
    let curvature = left - 2.0 * middle + right;
    let step = 0.5 * (weights[lowest + 1] - weights[lowest]) * (left - right) / curvature;
    if curvature > 0.0 && step.is_finite() { weights[lowest] + step } else { weights[lowest] }
}

/// Student's 97.5 % quantile; NaN without a degree of freedom.
pub fn student(degrees: f64) -> f64 {
    family::student(degrees).map_or(f64::NAN, |law| law.inverse_cdf(0.975))
}

/// How a band is found, in words.
pub const BAND: &str =
    "95 % interval of the mean at this point: Student's, with Hall's correction for the skewness of the losses";

/// The 95 % interval for the mean of these losses.
#[must_use]
pub fn band(moments: &Moments) -> (f64, f64) {
    Estimate::from(moments).interval(student(moments.count() as f64 - 1.0))
}

/// What is averaged where there are controls, in words.
pub const CONTROLLED: &str = "losses less their controls, numbers of mean 0 that take most of the variance: the plain mean has the same expectation";

/// Which z it is, and when there is none, in words.
pub const Z_RULE: &str = "Student's law with one degree of freedom less than there are chains with all their fits; none where the theory is a limit, below 20 chains, where more \
    than a share of 1e-4 of them failed, and where the mean's own skewness (that of the losses over sqrt(chains)), with two of its standard errors, is beyond .08";

/// z of the mean over the chains that did not fail, by the one rule; NaN where there is none.
#[must_use]
pub fn shown_z((moments, failed): &(Moments, u64), expected: f64) -> f64 {
    let fits = Failures { replicates: moments.count() + failed, failed: *failed };
    shown::z_of_mean(moments, fits, expected).map_or(f64::NAN, |z| z.z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_minimised_exactly() {
        let weights: Vec<f64> = (0..30).map(|i| 0.2 + 0.02 * f64::from(i)).collect();
        let risks = |at: f64| weights.iter().map(|w| 3.0 + (w - at).powi(2)).collect::<Vec<_>>();
        assert!((minimiser(&weights, &risks(0.6137)) - 0.6137).abs() < 1e-10);
        // At an end, or beside a gap, the grid's own point.
        assert_eq!(minimiser(&weights, &risks(0.1)), 0.2);
        let mut gap = risks(0.6);
        gap[19] = f64::NAN;
        assert_eq!(minimiser(&weights, &gap), weights[20]);
        assert!(minimiser(&weights, &[f64::NAN; 30]).is_nan());
    }

    /// Student's quantile for two degrees of freedom is 4.302653 (tables).
    #[test]
    fn the_interval_is_students() {
        let minimum = Minimum::new(0.5, vec![0.4, 0.5, 0.6]);
        assert!((minimum.std_error - 0.1 / 3f64.sqrt()).abs() < 1e-15);
        assert!((minimum.interval.1 - 0.5 - 4.302_653 * minimum.std_error).abs() < 1e-6);
    }
}
