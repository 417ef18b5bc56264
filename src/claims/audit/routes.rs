//! The comparisons that are made at random places.

use std::fmt;

use goldenweight_evidence::{Against, Audit, Deviation, Key, Near, log_uniform};
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::random_design::RandomDesign;
use num_traits::ToPrimitive;
use rand::RngExt;

use super::place::{Place, dimension};
use super::steps;
use crate::answer::closed_form::{risk, weight as answer_weight};
use crate::catalogue;
use crate::claims::certificate::random_design::passed_on;
use crate::claims::domain;
use crate::claims::moments::design_step;
use crate::experiment::{Divisor, Generations, Problem};
use crate::prediction::{Law, Order, Prediction};
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::{Options, Plan, ScheduleKind, Weights};
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// Generations after which a risk counts as its limit, if over the second half of them it has changed by at most the share [`STILL`] of itself: where a step takes many
/// numbers, and where it takes few.
const LONG: [usize; 2] = [4_000, 200_000];

/// A tenth of the tolerance of a closed form.
const STILL: f64 = 1e-13;

/// What the program predicts, against moments that are carried step by step.
pub struct ClosedForms;

impl Audit for ClosedForms {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        Place::predicted(rng)
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        let Some(prediction) = Prediction::new(&seen.problem, seen.schedule).expect("a valid place") else {
            return without_law(seen);
        };
        let order = (!prediction.exact(domain::weight(place.weight))).then_some(Order::Limit);
        let path = |generations: usize| steps::risks(place, &vec![place.weight; generations], false);
        let mut extrapolated = 0.0;
        let (expected, generations) = match place.at {
            Generations::At(t) => (path(t as usize)?[t as usize], t as usize),
            Generations::Average { from, until } => {
                let risks = path(until as usize - 1)?;
                (risks[from as usize..].iter().sum::<f64>() / f64::from(until - from), until as usize)
            }
            Generations::Limit => {
                let long = LONG[usize::from(place.is_cheap())];
                let risks = path(long)?;
                if place.schedule.takes_weight() {
                    let (half, last) = (risks[long / 2], risks[long]);
                    if (last - half).abs() > STILL * last || !last.is_finite() {
                        return Err(format!("a limit that {long} generations do not reach"));
                    }
                    (last, long)
                } else {
                    // The variance of drawn rows with divisors n - 1 grows as t^(1/n), and no number of generations shows it.
                    let is_kept =
                        place.parameters.divisor.is_some() || place.problem.model() != &catalogue::GAUSSIAN_MEAN;
                    if place.schedule == ScheduleKind::Subsample && !is_kept {
                        return Err("data that accumulate without a limit".to_owned());
                    }
                    let (limit, left_out) = accumulated(&risks);
                    if left_out.is_nan() || left_out > 1e-6 * limit {
                        return Err("data that accumulate too slowly".to_owned());
                    }
                    extrapolated = 10.0 * left_out / limit;
                    (limit, long)
                }
            }
        };
        // What the command `risk` answers: none where the risk is no float. It refuses no place of these.
        let weight = seen.schedule.takes_weight().then_some(seen.weight);
        let said = risk(&seen.problem, seen.schedule, &[weight], order, seen.options());
        let computed = said.map_or(f64::NAN, |said| said.risks().next().flatten().unwrap_or(f64::INFINITY));
        Ok(domain::error(computed, expected, tolerance(place, generations) + extrapolated))
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// Where a prediction may have no law: Gaussian rows that accumulate, with the divisors n and m.
fn without_law(seen: &Place) -> Result<Deviation, String> {
    if seen.schedule == ScheduleKind::Accumulate && seen.parameters.divisor.is_some() {
        return Err("no law".to_owned());
    }
    Ok(domain::refused())
}

/// The limit of risks where data accumulate, and by how much the last two estimates of it differ. The distance to the limit is a series in 1/t, of which Romberg's scheme takes away one power
/// after the other, from generations that double.
fn accumulated(risks: &[f64]) -> (f64, f64) {
    let last = (risks.len() - 1).ilog2();
    let mut left: Vec<f64> = (last.saturating_sub(7)..=last).map(|power| risks[1 << power]).collect();
    let mut before = f64::INFINITY;
    for order in 1..left.len() {
        before = left[left.len() - 1];
        let factor = f64::from(1 << order);
        left = left.windows(2).map(|pair| (factor * pair[1] - pair[0]) / (factor - 1.0)).collect();
    }
    (left[0], (left[0] - before).abs())
}

/// Relative tolerance of a risk carried step by step. A step rounds each entry of its tables a few times, by 1.1e-16 at most, and these errors add up over the
/// generations. In a covariance's risk, E tr S^2 - 2 E tr S Sigma + tr Sigma^2, the terms cancel until about 1/rows of them is left, so that its
/// relative error is as many times larger.
fn tolerance(place: &Place, generations: usize) -> f64 {
    let rows = place.problem.rows();
    let cancelled = if place.problem.model().loss_index == 1 { rows.real.max(rows.synthetic) as f64 } else { 1.0 };
    // Inverting a matrix multiplies the rounding errors of its entries by its condition number.
    let condition = place.parameters.design_covariance.as_ref().map_or(1.0, |omega| {
        let eigenvalues = omega.symmetric_eigenvalues();
        eigenvalues.max() / eigenvalues.min()
    });
    domain::RECURSION + 1e-15 * ((1.0 + generations as f64) * cancelled + condition)
}

/// Runs the simulator of a place at its weights, and returns the moments of the loss.
fn simulated(place: &Place, kind: SimulatorKind, key: Key) -> Result<Moments, String> {
    let (_, replicates) = place.simulated.expect("a simulated place");
    let Key { seed, experiment, cell } = key;
    let plan =
        Plan { seed, experiment, cell, replicates: 0..replicates, schedule: place.schedule, record: place.record() };
    let simulator = simulator(&place.problem, kind, place.schedule).ok_or("no simulator of this kind")?;
    let options = Options { controls: true, ..Options::default() };
    let outcome = simulator.run(&plan, &[Weights::Sequence(place.weights())], options).remove(0);
    if outcome.failed_fits > 0 {
        return Err("fits failed".to_owned());
    }
    // A loss less its control has the same mean.
    let moments = outcome.controlled.unwrap_or(outcome.moments);
    Ok(moments[0][place.problem.model().loss_index])
}

/// Whether the mean of a loss comes from replicates too rare to be simulated. So it is for a covariance after some generations near the weight below which its risk
/// is unbounded, and for a regression on hardly more rows than coefficients.
fn is_heavy(place: &Place) -> bool {
    let rows = place.problem.rows();
    if place.problem.model().takes.contains(&"beta") {
        let spare = |rows: usize| rows >= place.problem.dim() + 8;
        return !spare(rows.real) || !spare(rows.synthetic) && !(0.1..0.9).contains(&place.weight);
    }
    let m = rows.synthetic as f64;
    let threshold = 1.0 - ((m - 1.0) / (m + 1.0)).sqrt();
    place.problem.model().loss_index == 1
        && place.schedule.takes_weight()
        && place.record_end() > 3
        && place.weight < 4.0 * threshold
}

/// The exact risk of what is recorded, from moments that are carried step by step. Where these hold only for many rows, it is what the program predicts, if it calls
/// that exact.
fn exact_risk(place: &Place) -> Result<f64, String> {
    let of_path = |risks: Vec<f64>| match place.at {
        Generations::Average { from, .. } => {
            risks[from as usize..].iter().sum::<f64>() / (risks.len() - from as usize) as f64
        }
        _ => risks[risks.len() - 1],
    };
    steps::risks(place, &place.weights(), true).map(of_path).or_else(|reason| {
        let weight = domain::weight(place.weight);
        let prediction = Prediction::new(&place.problem, place.schedule).expect("a valid place");
        let exact = prediction.filter(|law| law.exact(weight) && !place.is_changing);
        exact.map(|law| law.risk(weight, place.at)).ok_or(reason)
    })
}

/// Simulated risks against exact ones.
pub enum Simulations {
    /// At any place.
    Anywhere,
    /// In many dimensions, for models with matrices, at t <= 2. Among places drawn anywhere these are rare.
    InManyDimensions,
}

impl Simulations {
    fn wants(&self, place: &Place) -> bool {
        let model = place.problem.model();
        let has_matrices = model.loss_index == 1 || model == &catalogue::LINEAR;
        match self {
            Self::Anywhere => true,
            Self::InManyDimensions => has_matrices && place.problem.dim() > 8 && place.record_end() < 3,
        }
    }
}

impl Audit for Simulations {
    type Place = Place;
    type Found = Against;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        Place::simulated(rng, &[SimulatorKind::Rows, SimulatorKind::Sufficient], |place| {
            place.at != Generations::Limit && self.wants(place) && !is_heavy(place) && exact_risk(place).is_ok()
        })
    }

    fn examine(&self, place: &Place, seen: &Place, key: Key) -> Result<Against, String> {
        let (kind, _) = seen.simulated.expect("a simulated place");
        let expected = exact_risk(place)?;
        let moments = simulated(seen, kind, key)?;
        Ok(Against { estimate: Estimate::from(&moments), expected })
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// Simulated risks of logistic and Poisson regression against two orders in 1/n, where the second is small.
pub struct TwoOrders;

/// Largest size of the second order, relative to the first, where there are as many synthetic rows as real ones, or more.
const SMALL: f64 = 0.06;

/// What the two orders leave out is taken to be at most this many times its rough size, [`SecondTerm::left_out`](crate::prediction::SecondTerm): simulations of Poisson
/// regression with coefficients 0 have 4.78 +- .01 times at a size of .056 and 5.41 +- .06 times at .017 (see [`Expansion`](goldenweight_theory::second_order::Expansion)).
const THIRD: f64 = 6.0;

impl TwoOrders {
    /// The risk in two orders and the relative error that it may have.
    fn predicted(place: &Place) -> Option<(f64, f64)> {
        let prediction = Prediction::new(&place.problem, place.schedule).expect("a valid place")?;
        let term = prediction.second_term(domain::weight(place.weight), place.at)?;
        let left_out = THIRD * term.left_out;
        (left_out <= THIRD * SMALL * SMALL).then_some((term.risk, left_out))
    }
}

impl Audit for TwoOrders {
    type Place = Place;
    type Found = Near;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        loop {
            let place = Place::regression(rng);
            if Self::predicted(&place).is_some() {
                return place;
            }
        }
    }

    fn examine(&self, place: &Place, seen: &Place, key: Key) -> Result<Near, String> {
        let (expected, tolerance) = Self::predicted(place).ok_or("the second order is not small")?;
        let moments = simulated(seen, SimulatorKind::Rows, key)?;
        Ok(Near { estimate: Estimate::from(&moments), expected, tolerance })
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// Risks simulated row by row against risks simulated by sufficient statistics, with different random numbers.
pub struct TwoWays;

impl Audit for TwoWays {
    type Place = Place;
    type Found = Against;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        let has_statistics =
            |place: &Place| simulator(&place.problem, SimulatorKind::Sufficient, place.schedule).is_some();
        Place::simulated(rng, &[SimulatorKind::Rows], has_statistics)
    }

    fn examine(&self, place: &Place, seen: &Place, key: Key) -> Result<Against, String> {
        let other = Key { cell: key.cell + (1 << 32), ..key };
        let [rows, sufficient] = [(seen, SimulatorKind::Rows, key), (place, SimulatorKind::Sufficient, other)]
            .map(|(place, kind, key)| simulated(place, kind, key).map(|moments| Estimate::from(&moments)));
        let (rows, sufficient) = (rows?, sufficient?);
        Ok(Against { estimate: rows.against(&sufficient), expected: sufficient.value })
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// A place: the sizes of a linear regression.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Coefficients.
    pub dim: u32,
    /// Real rows.
    pub real: u64,
    /// Synthetic rows.
    pub synthetic: u64,
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dim, real, synthetic } = self;
        write!(f, "linear regression, p = {dim}, n = {real}, m = {synthetic}, w = n/(n + m)")
    }
}

/// The exact law of linear regression, which the program computes by quadrature, at the weight that gives all rows the same weight. There it follows
/// from the moments of one row, in rationals.
pub struct Pooled;

impl Audit for Pooled {
    type Place = Sizes;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Sizes {
        // In some places twice as many columns as elsewhere.
        let dim = if rng.random_range(0..4) == 0 { rng.random_range(31..=60) } else { dimension(rng) as u32 };
        let most = if rng.random_range(0..3) == 0 { 1e6 } else { 1e3 };
        let [real, synthetic] = [f64::from(dim) + 2.0, 1.0].map(|least| log_uniform(rng, least, most).round() as u64);
        Sizes { dim, real, synthetic }
    }

    fn examine(&self, place: &Sizes, seen: &Sizes, _: Key) -> Result<Deviation, String> {
        let sizes = |of: &Sizes| SampleSizes::new(of.real, of.synthetic).expect("positive sizes");
        let law = RandomDesign::new(1.0, seen.dim, sizes(seen)).ok_or("no exact law")?;
        let &Sizes { dim, real, synthetic } = place;
        let found = law.generation(domain::weight(real as f64 / (real + synthetic) as f64));
        // E N^-1 of the Gram matrix N of all rows.
        let noise = f64::from(dim) / ((real + synthetic) as f64 - f64::from(dim) - 1.0);
        let passed = passed_on(dim, real, synthetic).to_f64().unwrap_or(f64::NAN);
        // The law declares an accuracy of 1e-10. Contraction and gap add up to 1, so that their errors are taken relative to numbers of that size.
        let tolerance = 1e-10;
        Ok(Deviation::relative(found.innovation * f64::from(dim), noise, tolerance)
            .max(Deviation::relative(1.0 + found.contraction, 1.0 + passed, tolerance))
            .max(Deviation::relative(1.0 + found.gap, 2.0 - passed, tolerance)))
    }

    fn smaller(&self, place: &Sizes) -> Vec<Sizes> {
        let mut found = Vec::new();
        if place.dim > 1 {
            found.extend([Sizes { dim: 1, ..*place }, Sizes { dim: place.dim - 1, ..*place }]);
        }
        if place.real > u64::from(place.dim) + 2 {
            found.push(Sizes { real: (place.real / 2).max(u64::from(place.dim) + 2), ..*place });
        }
        if place.synthetic > 1 {
            found.push(Sizes { synthetic: place.synthetic / 2, ..*place });
        }
        found
    }
}

/// What `weight` says of a law beside its risk: optimal weights, relative risks, and how long the limit takes.
pub struct Said;

/// Steps of a central difference, as a part of the distance to the ends of the weights; the third derivative moves the weight where the slope vanishes by
/// its square, times a number of order 1.
const STEP: f64 = 0.02;

impl Audit for Said {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    /// Where risks approach their limit within some thousand generations, in few enough of them.
    fn place(&self, rng: &mut StreamRng) -> Place {
        loop {
            let place = Place::predicted(rng);
            if place.weight > 0.02 || !place.schedule.takes_weight() {
                return place;
            }
        }
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        // Two orders have claims of their own.
        let law_of = |place: &Place| {
            let prediction = Prediction::new(&place.problem, place.schedule).expect("a valid place")?;
            let is_exact = prediction.exact(domain::weight(place.weight));
            Some(if is_exact { prediction } else { prediction.to_order(Order::Limit).expect("a limit law") })
        };
        let (Some(law), Some(said)) = (law_of(place), law_of(seen)) else { return without_law(seen) };
        let limit = |w: f64| law.law().limit_risk(domain::weight(w));
        let rows = place.problem.rows();
        let (n, m) = (rows.real as f64, rows.synthetic as f64);
        // Quotients of numbers that are right to the tolerance of a closed form.
        let rounding = 4.0 * tolerance(place, 1);
        let mut worst = Deviation::relative(said.naive_weight(), n / (n + m), rounding);
        // w^2 = k (1 - w), where 1 - w has the rounding of w.
        let golden = said.limit_weight();
        let cancelled = 1e-15 / (1.0 - golden);
        worst = worst.max(Deviation::relative(golden * golden, n / m * (1.0 - golden), rounding + cancelled));
        if let Ok(risks) = steps::risks(place, &[], false) {
            worst = worst.max(Deviation::relative(said.law().fresh_only_risk(), risks[0], tolerance(place, 1)));
        }
        let relative = limit(place.weight) / law.law().fresh_only_risk();
        if relative.is_finite() {
            worst = worst.max(Deviation::relative(said.relative_risk(domain::weight(seen.weight)), relative, rounding));
        }
        if let Some(best) = said.optimal_weight() {
            let found = said.effective_sample_size().unwrap_or(f64::NAN);
            worst = worst.max(worth(place, &law, found, limit(best), rounding)).max(optimum(&limit, best));
            // A best weight near 1 has few digits of what it leaves.
            let left = said.optimal_synthetic_weight().unwrap_or(f64::NAN);
            worst = worst.max(Deviation::relative(1.0 + left, 2.0 - best, 1e-15));
            if best < 1.0 {
                worst = worst.max(Deviation::relative(left, 1.0 - best, 1e-15 / (1.0 - best)));
            }
        }
        worst = worst.max(nears(&law, place.weight, said.generations_to_limit(domain::weight(seen.weight))));
        if place.schedule == ScheduleKind::Fresh && said.optimal_weight().is_some() {
            worst = worst.max(answered(place, seen, &law, &said, rounding));
        }
        Ok(worst.max(dynamic(place, &said)))
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// Generations in which the program looks for one near the limit.
const LOOKED_AT: u32 = 1_000_000;

/// Whether generation t is the first whose risk is within one hundredth of the limit, to rounding: there are places where a risk is just so far. None is right where there is no
/// limit, or the last generation is not so near.
fn nears(law: &Prediction, w: f64, t: Option<u32>) -> Deviation {
    let weight = domain::weight(w);
    let limit = law.law().limit_risk(weight);
    let distance = |t: u32| (law.risk(weight, Generations::At(t)) / limit - 1.0).abs();
    let [is_near, is_far] = [0.01 + 1e-9, 0.01 - 1e-9];
    Deviation::unless(match t {
        Some(t) => distance(t) <= is_near && (t == 0 || distance(t - 1) >= is_far),
        None => !limit.is_finite() || distance(LOOKED_AT - 1) >= is_far,
    })
}

/// Whether the command `weight` puts its answer together as its words have it: of limits at the optimal and at the naive weight, and of numbers that are compared beside this.
fn answered(place: &Place, seen: &Place, law: &Prediction, said: &Prediction, rounding: f64) -> Deviation {
    let order = (law.order(domain::weight(place.weight), Generations::Limit) == Order::Limit).then_some(Order::Limit);
    let Ok(answer) = answer_weight(&seen.problem, order, Some(3)) else { return Deviation::unless(false) };
    let best = said.optimal_weight().unwrap_or(f64::NAN);
    let rows = place.problem.rows();
    let (n, m) = (rows.real as f64, rows.synthetic as f64);
    let alone = law.law().fresh_only_risk();
    let relative = |w: f64| Some(law.law().limit_risk(domain::weight(w)) / alone).filter(|risk| risk.is_finite());
    let [real, synthetic] = answer.per_row_weight();
    let pairs = [
        (answer.weight(), best),
        (answer.limit_weight(), said.limit_weight()),
        (answer.naive_weight(), n / (n + m)),
        (answer.fresh_only_risk(), alone),
        (n * real, best),
        (m * synthetic, said.optimal_synthetic_weight().unwrap_or(f64::NAN)),
        (answer.effective_sample_size(), said.effective_sample_size().unwrap_or(f64::NAN)),
    ];
    let relatives = answer.relative_risks().into_iter().zip([best, n / (n + m)].map(relative));
    let relatives = relatives.map(|(found, expected)| match (found, expected) {
        (None, None) => Deviation::unless(true),
        (found, expected) => Deviation::relative(found.unwrap_or(f64::NAN), expected.unwrap_or(f64::NAN), rounding),
    });
    let weights = match (answer.dynamic_weights(), said.dynamic_weights(3)) {
        (Some(found), Some(expected)) => found == expected,
        (found, expected) => found.is_none() && expected.is_none(),
    };
    let numbers = pairs.map(|(found, expected)| Deviation::relative(found, expected, rounding));
    let near = nears(law, best, answer.generations_to_limit());
    numbers.into_iter().chain(relatives).fold(near.max(Deviation::unless(weights)), Deviation::max)
}

/// Whether so many real rows alone have this risk. Of an exact law the risk lies between those of the whole numbers of rows around it, by the steps; by a limit law it falls
/// as 1/n.
fn worth(place: &Place, law: &Prediction, rows: f64, risk: f64, rounding: f64) -> Deviation {
    if !law.exact(domain::weight(place.weight)) {
        let n = place.problem.rows().real as f64;
        return Deviation::relative(rows, n * law.law().fresh_only_risk() / risk, rounding);
    }
    let alone = |real: f64| {
        let synthetic = place.problem.rows().synthetic as u64;
        let problem = Problem::new(place.problem.model(), real as u64, synthetic, &place.parameters).ok()?;
        // The steps know generation 0 of linear regression without weight on real rows.
        let place = Place { problem, weight: 0.0, at: Generations::At(0), ..place.clone() };
        steps::risks(&place, &[], false).ok().map(|risks| risks[0])
    };
    // Fewer rows than the model takes have no fit, or an infinite risk.
    let below = alone((rows * (1.0 - rounding)).floor()).unwrap_or(f64::INFINITY);
    let above = alone((rows * (1.0 + rounding)).ceil()).unwrap_or(f64::NAN);
    Deviation::unless(below >= risk * (1.0 - rounding) && above <= risk * (1.0 + rounding))
}

/// Whether the limit risk has no slope at its optimal weight. By how much that is moved follows from three values, in units of the distance to the nearer end: 0, 1, or
/// the weight below which there is no limit.
fn optimum(limit: &dyn Fn(f64) -> f64, best: f64) -> Deviation {
    if best >= 1.0 {
        return Deviation::unless(limit(1.0) <= limit(1.0 - STEP));
    }
    let (mut diverges, mut converges) = (0.0, best);
    for _ in 0..60 {
        let middle = 0.5 * (diverges + converges);
        *(if limit(middle).is_finite() { &mut converges } else { &mut diverges }) = middle;
    }
    let distance = (best - converges).min(1.0 - best);
    let [low, middle, high] = [-STEP, 0.0, STEP].map(|step| limit(best + step * distance));
    let moved = 0.5 * (high - low) / (high - 2.0 * middle + low) * STEP;
    Deviation::relative(1.0 + moved, 1.0, 10.0 * STEP * STEP)
}

/// Weights of generations 1 to 30 of linear regression in one column: each minimises the risk of its generation after those before it.
pub struct Dynamic;

impl Audit for Dynamic {
    type Place = Sizes;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Sizes {
        let [real, synthetic] = [4.0, 3.0].map(|least| log_uniform(rng, least, 1e4).round() as u64);
        Sizes { dim: 1, real, synthetic }
    }

    fn examine(&self, place: &Sizes, seen: &Sizes, _: Key) -> Result<Deviation, String> {
        let sizes = SampleSizes::new(seen.real, seen.synthetic).expect("positive sizes");
        let law = RandomDesign::new(1.0, seen.dim, sizes).ok_or("no exact law")?;
        let weights: Vec<f64> = law.dynamic_weights().take(30).collect();
        let &Sizes { dim, real, synthetic } = place;
        let step = |w: f64, risk: f64| {
            let (noise, passed) = design_step(dim, real, synthetic, w);
            noise + passed * risk
        };
        let mut risk = design_step(dim, real, synthetic, 1.0).0;
        let mut worst = Deviation::unless(true);
        for weight in weights {
            // Three values around a minimum tell where it is, to the square of the step, and to their rounding over it.
            let unit = 1e-3 * weight.min(1.0 - weight);
            let [low, middle, high] = [-1.0, 0.0, 1.0].map(|by| step(weight + by * unit, risk));
            let moved = 0.5 * (low - high) / (high - 2.0 * middle + low) * 1e-3;
            worst = worst.max(Deviation::relative(1.0 + moved, 1.0, 1e-4));
            risk = middle;
        }
        Ok(worst)
    }

    fn smaller(&self, place: &Sizes) -> Vec<Sizes> {
        Pooled.smaller(place).into_iter().filter(|sizes| sizes.real > 3 && sizes.synthetic > 2).collect()
    }
}

/// Optimal weights against weights of all sizes.
pub struct Least;

/// The weights e^(i/2)/(1 + e^(i/2)) for i from minus this to this.
const GRID: i32 = 60;

impl Audit for Least {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    /// Few rows and many dimensions in half of the places: there a fit that collapses can be better than a fit that does not.
    fn place(&self, rng: &mut StreamRng) -> Place {
        loop {
            let place = Place::predicted(rng);
            let mut parameters = place.parameters.clone();
            let takes = |name: &str| place.problem.model().takes.contains(&name);
            if !place.schedule.takes_weight() {
                continue;
            }
            let rows = place.problem.rows();
            let mut sizes = [rows.real as u64, rows.synthetic as u64];
            if rng.random() && takes("divisor") {
                parameters.divisor = Some(Divisor::MaximumLikelihood);
                sizes = [2.0, 1.0].map(|least| log_uniform(rng, least, 60.0).round() as u64);
                if parameters.dim.is_some() && rng.random() {
                    parameters.sigma = None;
                    parameters.dim = Some(rng.random_range(1..=60));
                }
            }
            let place = Place { at: Generations::Limit, ..place };
            if let Some(place) = place.with(parameters, sizes[0], sizes[1]) {
                return place;
            }
        }
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        let law =
            |place: &Place| Prediction::new(&place.problem, place.schedule).expect("a valid place").ok_or("no law");
        let (law, said) = (law(place)?, law(seen)?);
        // A quadrature for each weight of linear regression. Two orders have places of their own.
        let by = if matches!(law.law(), Law::RandomDesign(_)) { 10 } else { 1 };
        let Some(best) = said.law().optimal_weight() else { return Err("no best weight".to_owned()) };
        let limit = |w: f64| law.law().limit_risk(domain::weight(w));
        let least = limit(best);
        let grid = (-GRID..=GRID).filter(|i| i % by == 0).map(|i| 1.0 / (1.0 + libm::exp(-0.5 * f64::from(i))));
        let other = grid.chain([0.0, 1.0]).map(limit).fold(f64::INFINITY, f64::min);
        // In units of what rounding may make of equal risks.
        Ok(Deviation::relative(1.0 + (least / other - 1.0).max(0.0), 1.0, 4.0 * tolerance(place, 1)))
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

/// Each weight minimises the risk of its generation after those before it, of a law that is stepped: that is a parabola, which its values at 0 and 1 tell. The first weights, and late ones.
fn dynamic(place: &Place, said: &Prediction) -> Deviation {
    let mut worst = Deviation::unless(true);
    // Those of a law by quadrature have places of their own.
    if matches!(said.law(), Law::RandomDesign(_)) {
        return worst;
    }
    let last = if place.is_cheap() { 40 } else { 6 };
    let Some(weights) = said.dynamic_weights(last) else { return worst };
    for t in (1..=6).chain([13, 40]).filter(|t| *t <= weights.len()) {
        let at = |weight: f64| {
            let path = [&weights[..t - 1], &[weight]].concat();
            steps::risks(place, &path, false).map(|risks| risks[t])
        };
        let (Ok(synthetic), Ok(real)) = (at(0.0), at(1.0)) else { return worst };
        let expected = synthetic / (synthetic + real);
        worst = worst.max(Deviation::relative(weights[t - 1], expected, 4.0 * tolerance(place, t)));
    }
    worst
}
