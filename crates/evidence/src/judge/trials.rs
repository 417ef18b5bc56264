//! Trials of the judge: it judges what is true, of a law that is known, and is wrong as often as it declares.
//!
//! A trial is a replicate of a check by simulation; it fails where the judge is wrong. So the share of failures is the judge's own error rate.

use goldenweight_replicates::moments::Moments;
use goldenweight_replicates::rand::RngExt;
use goldenweight_replicates::stream::StreamRng;
use rand_distr::{Exp1, StandardNormal};
use rayon::prelude::*;

use crate::case::Case;
use crate::check::{Body, simulation};
use crate::context::{Context, Tier};
use crate::optimum::minimise_batches;
use crate::simulation::{BLOCK, Draw, Simulation, Tally};
use crate::stats::calibration::{holm, kolmogorov_smirnov};
use crate::stats::compare::Estimate;
use crate::stats::family::Family;
use crate::stats::ladder::{Rung, extrapolate};
use crate::verdict::Verdict;

/// Trials of which each says whether the judge was wrong.
#[derive(Clone, Copy)]
pub(super) struct Trials<F>(pub(super) F);

impl<F: Fn(&mut StreamRng) -> bool + Send + Sync> Simulation for Trials<F> {
    fn draw(&self, Draw { key, replicates, points, stop, share }: Draw<'_>) -> Vec<Tally> {
        let (first, end) = (replicates.start, replicates.end);
        let blocks: Vec<u64> = (first..end).step_by(BLOCK as usize).collect();
        let block = |first: u64| {
            let replicates = first..end.min(first + BLOCK);
            Draw { key, replicates, points, stop, share }.each(|rng, tallies| {
                let wrong = self.0(rng);
                tallies.iter_mut().for_each(|tally| tally.push((!wrong).then_some(0.0)));
            })
        };
        let drawn: Vec<Vec<Tally>> = blocks.into_par_iter().map(block).collect();
        let mut tallies = vec![Tally::default(); points.len()];
        for block in drawn {
            tallies.iter_mut().zip(&block).for_each(|(tally, next)| tally.merge(next));
        }
        tallies
    }
}

/// Normal values of mean 1 and standard deviation 1.
struct Normal;

impl Simulation for Normal {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        draw.each(|rng, tallies| tallies[0].push(Some(1.0 + rng.sample::<f64, _>(StandardNormal))))
    }
}

/// Replicates of a comparison at its four looks: 256, 512, 1024, 2048. From 256 on the guard against skewness lets normal values pass.
const CAP: u64 = 2048;

/// Whether a comparison of normal values with their mean is refuted at one of its looks. Its margin is 0, so that no look confirms it.
pub(super) fn refutes_at_a_look(rng: &mut StreamRng, family: Family) -> bool {
    let check = simulation("normal values", CAP, 0.0, vec![Case::new("mean 1", Normal, 1.0)]);
    let Body::Sampled(sampled) = &check.body else { return true };
    let stop = std::sync::atomic::AtomicBool::new(false);
    let context = Context::of("trial", check.name, rng.random(), Tier::QUICK, family, &stop);
    sampled.judge(&context, &mut sampled.series()).verdict == Verdict::Refuted
}

/// The estimate from this many exponential values, of mean 1.
pub(super) fn exponential(rng: &mut StreamRng, count: u32) -> Estimate {
    let mut moments = Moments::default();
    (0..count).for_each(|_| moments.push(rng.sample(Exp1)));
    Estimate::from(&moments)
}

/// The estimate from this many normal values of mean 1, with the skewness 0 that they have.
pub(super) fn normal(rng: &mut StreamRng, count: u32) -> Estimate {
    let mut moments = Moments::default();
    (0..count).for_each(|_| moments.push(1.0 + rng.sample::<f64, _>(StandardNormal)));
    Estimate { skewness: 0.0, skewness_error: 0.0, ..Estimate::from(&moments) }
}

/// Sizes of a ladder's rungs, and the standard errors of their values.
const RUNGS: [(f64, f64); 3] = [(50.0, 0.02), (100.0, 0.03), (200.0, 0.05)];

/// The limit of a ladder whose values are 1 + 3/size with normal errors, and its chi-squared.
pub(super) fn ladder(rng: &mut StreamRng) -> Option<(Estimate, f64, usize)> {
    let rungs = RUNGS.map(|(size, std_error)| {
        let value = 1.0 + 3.0 / size + std_error * rng.sample::<f64, _>(StandardNormal);
        let estimate = Estimate { value, std_error, degrees: f64::INFINITY, skewness: 0.0, skewness_error: 0.0 };
        Rung { size, estimate }
    });
    extrapolate(&rungs, 1).map(|found| (found.limit, found.chi_squared, found.spare))
}

/// The minimiser of batches of parabolas (x - a)^2, a normal around 1/2 with standard deviation 1/20.
pub(super) fn minimiser(rng: &mut StreamRng) -> Estimate {
    let centres: Vec<f64> = (0..BATCHES).map(|_| 0.5 + 0.05 * rng.sample::<f64, _>(StandardNormal)).collect();
    let curve = |batch: u64, points: &[f64]| points.iter().map(|x| (x - centres[batch as usize]).powi(2)).collect();
    minimise_batches(&curve, BATCHES).estimate()
}

/// Batches of parabolas.
const BATCHES: u64 = 8;

/// Whether Holm's rule rejects any of three true hypotheses, whose p-values are uniform, at the rate 1/10.
pub(super) fn rejects_a_true_one(rng: &mut StreamRng) -> bool {
    holm(&[rng.random(), rng.random(), rng.random()]).iter().any(|p| *p <= 0.1)
}

/// Whether the test of Kolmogorov and Smirnov rejects uniform values at the rate 1/10.
pub(super) fn rejects_uniform_values(rng: &mut StreamRng) -> bool {
    let values: [f64; 20] = rng.random();
    kolmogorov_smirnov(&values).is_none_or(|found| found.p_value <= 0.1)
}
