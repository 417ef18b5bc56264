//! The weight that minimises a simulated risk, with the theory beside it.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use goldenweight_theory::parameters::{ParameterError, Weight};
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Heading, Reasons, Remarks, Unanswered,
    closed_form::{law, predict},
    estimate::{FAILED_FIT, LIMIT_LAW, ShownZ},
    monte_carlo::Simulation,
    text::{explained, finite, lines, short},
};
use crate::{
    experiment::Generations,
    optimum::{BATCHES, BatchCurves, Optimum, Window, curves, minimise, minimise_curves},
    prediction::{Order, Prediction},
    simulate::{
        dispatch::{SimulatorKind, run_problem},
        engine::Options,
    },
    stats::{
        compare::Estimate,
        moments::Moments,
        shown::{Failures, NoZ, number_of, z},
    },
};

/// Replicates unless they are given: near those of `simulate`, and so many for each batch.
pub const DEFAULT_REPLICATES: u64 = 83 * BATCHES;

/// Relative distance of a risk from its limit below which they have the same minimiser, to any accuracy of a simulation.
pub const SETTLED: f64 = 1e-9;

/// The minimum found, from [`optimize`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct OptimizeDocument {
    #[serde(flatten)]
    heading: Heading,
    generations: u64,
    burn_in: Option<u64>,
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    simulator: SimulatorKind,
    weight: Option<f64>,
    std_error: Option<f64>,
    theory_weight: f64,
    exact: bool,
    order: &'static str,
    #[serde(flatten)]
    z: ShownZ,
    evaluations: u64,
    converged: bool,
    replicates: u64,
    replicates_asked: u64,
    partial: bool,
    failed_fits: u64,
    /// Where the largest share failed.
    most_failed: Option<MostFailed>,
    reasons: Reasons,
    seed: u64,
    #[serde(skip)]
    known: Order,
}

/// The replicates that failed at one weight.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct MostFailed {
    weight: f64,
    replicates: u64,
    failed_fits: u64,
    failed_share: f64,
    failed_share_interval: (f64, f64),
    #[serde(skip)]
    fits: Failures,
}

impl MostFailed {
    /// Of the fits at each weight, by its bits; none where nothing failed.
    fn of(fits: &BTreeMap<u64, Failures>) -> Option<Self> {
        let worst = fits.iter().filter(|(_, fits)| fits.failed > 0).max_by(|a, b| a.1.share().total_cmp(&b.1.share()));
        worst.map(|(&weight, &fits)| Self {
            weight: f64::from_bits(weight),
            replicates: fits.replicates,
            failed_fits: fits.failed,
            failed_share: fits.share(),
            failed_share_interval: fits.interval(),
            fits,
        })
    }
}

impl fmt::Display for MostFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at w = {}, the largest share of all weights tried", self.fits, short(self.weight))
    }
}

impl fmt::Display for OptimizeDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let reason = |key| self.reasons.get(key).map(String::as_str);
        let failed = self.most_failed.as_ref().map_or("none".to_owned(), MostFailed::to_string);
        let replicates = format!("{} ({} simulator, seed {})", self.finished(), self.simulator, self.seed);
        lines(
            f,
            &[
                ("simulated optimal weight", explained(self.weight, reason("weight"))),
                ("standard error", explained(self.std_error, reason("std_error"))),
                ("theory", format!("{} ({})", short(self.theory_weight), law(self.known))),
                ("z", self.z.to_string()),
                ("evaluations of the risk", self.evaluations.to_string()),
                ("converged", if self.converged { "yes" } else { "no" }.to_owned()),
                ("replicates", replicates),
                ("failed fits", failed),
            ],
        )
    }
}

impl OptimizeDocument {
    /// How much of it there is, in words.
    fn finished(&self) -> String {
        let Self { replicates, replicates_asked, partial, .. } = self;
        match partial {
            true => {
                let asked = number_of(*replicates_asked, "replicate");
                format!("partial, interrupted: {replicates} of {asked} in batches that are whole")
            }
            false => format!("{replicates} in {BATCHES} batches"),
        }
    }
}

/// Minimises the simulated risk over the weight: so many replicates are asked for, in [`BATCHES`] batches that are alike.
///
/// # Errors
/// Unknown where no law is.
///
/// # Examples
/// ```
/// use goldenweight::{
///     answer::{monte_carlo::{Preferred, Simulation}, optimize::optimize},
///     catalogue,
///     experiment::{Parameters, Problem},
///     simulate::engine::{Options, ScheduleKind},
/// };
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 10, 10, &Parameters::default())?;
/// let simulation = Simulation::new(problem, ScheduleKind::Fresh, (None, Preferred::Coupled), (30, None), 1)?;
/// let said = optimize(&simulation, 1_992, Options::default())?;
/// assert!(said.to_string().contains("theory                    0.618034"));
/// # Ok::<(), goldenweight::answer::Unanswered>(())
/// ```
pub fn optimize(
    simulation: &Simulation,
    replicates: u64,
    options: Options<'_>,
) -> Result<OptimizeDocument, Unanswered> {
    let Simulation { problem, schedule, kind, .. } = simulation;
    let (at, per_batch) = (simulation.at(), replicates / BATCHES);
    let heard = || options.stop.load(Ordering::Relaxed);
    let fits = Mutex::new(BTreeMap::<u64, Failures>::new());
    let evaluations = AtomicU64::new(0);
    let risks = |batch: u64, weights: &[f64]| {
        let plan = simulation.plan(batch, 0..per_batch);
        let outcomes = run_problem(problem, *kind, &plan, weights, options);
        evaluations.fetch_add(weights.len() as u64, Ordering::Relaxed);
        let mut fits = fits.lock().unwrap_or_else(PoisonError::into_inner);
        let risk = |(weight, (moments, failed)): (&f64, (Moments, u64))| {
            let done = moments.count() + failed;
            let here = fits.entry(weight.to_bits()).or_default();
            here.replicates += done;
            here.failed += failed;
            // A batch that was interrupted is no batch.
            if done < per_batch { f64::NAN } else { moments.mean() }
        };
        weights.iter().zip(outcomes).map(risk).collect()
    };
    let (optimum, batches) = minimum(&risks, &heard);
    let partial = heard() && batches < BATCHES;
    let estimate = optimum.estimate();
    let prediction = predict(problem, *schedule)?;
    let (theory_weight, known) = optimal_weight(&prediction, at)?;
    let fits = fits.into_inner().unwrap_or_else(PoisonError::into_inner);
    let most_failed = MostFailed::of(&fits);
    let too_many = most_failed.as_ref().map(|most| most.fits).filter(Failures::too_many);
    // A minimum is as well known as the risks around it: where the mean of so many losses is too skewed to have a z, so is their minimum.
    let at_minimum = || {
        let mut losses = Moments::default();
        for batch in 0..BATCHES {
            let plan = simulation.plan(batch, 0..per_batch);
            let options = Options { stop: options.stop, ..Options::default() };
            losses.merge(&run_problem(problem, *kind, &plan, &[estimate.value], options)[0].0);
        }
        Estimate::from(&losses)
    };
    let z = match (optimum.converged, known, too_many) {
        (false, _, _) if partial => ShownZ::none(INTERRUPTED),
        (false, _, _) => ShownZ::none(NOT_CONVERGED),
        (true, Order::Limit, _) => ShownZ::none(LIMIT_LAW),
        (true, _, Some(fits)) => Err(NoZ::Failed(fits)).into(),
        (true, _, None) if !at_minimum().is_symmetric() => Err(NoZ::TooSkewed).into(),
        (true, _, None) => z(&estimate, theory_weight).into(),
    };
    let (weight, std_error) = (finite(estimate.value), finite(estimate.std_error));
    let mut reasons = simulation.reasons();
    for (key, _) in [("weight", weight), ("std_error", std_error)].iter().filter(|(_, found)| found.is_none()) {
        let none = if partial { INTERRUPTED } else { "no minimum was found inside the weights from 0 to 1" };
        reasons.insert(key, none.to_owned());
    }
    if most_failed.is_none() {
        reasons.insert("most_failed", "every fit exists".to_owned());
    }
    Ok(OptimizeDocument {
        heading: problem.into(),
        generations: simulation.generations(),
        burn_in: simulation.burn_in(),
        simulator: *kind,
        weight,
        std_error,
        theory_weight,
        exact: known == Order::Exact,
        order: known.word(),
        z,
        evaluations: evaluations.into_inner(),
        converged: optimum.converged,
        replicates: per_batch * batches,
        replicates_asked: replicates,
        partial,
        failed_fits: fits.values().map(|fits| fits.failed).sum(),
        most_failed,
        reasons,
        seed: simulation.seed,
        known,
    })
}

impl OptimizeDocument {
    /// What is to be said beside it.
    ///
    /// # Examples
    /// see [`optimize`].
    #[must_use]
    pub fn remarks(&self) -> Remarks {
        let mut remarks = Remarks::default();
        let (asked, run) = (self.replicates_asked, self.replicates_asked / BATCHES * BATCHES);
        if run < asked {
            let per_batch = run / BATCHES;
            remarks.note(format!("{run} replicates of the {asked} asked for: {BATCHES} batches of {per_batch}"));
        }
        match &self.most_failed {
            Some(most) if most.fits.too_many() => remarks.inconclusive(format!(
                "{most}, {FAILED_FIT}: the risks are means over the others, which are not a random choice"
            )),
            Some(most) => remarks.note(format!("{most}, {FAILED_FIT}")),
            None => {}
        }
        if self.partial {
            remarks.inconclusive(self.finished());
        } else if !self.converged {
            remarks.inconclusive(NOT_CONVERGED.to_owned());
        }
        remarks
    }
}

/// The minimum of the batches that are whole, and their number: all of them, unless the run was interrupted; below two there is none.
fn minimum(risks: &BatchCurves<'_>, heard: &dyn Fn() -> bool) -> (Optimum, u64) {
    let none = Optimum { at: f64::NAN, std_error: f64::NAN, degrees: f64::NAN, converged: false };
    let Some(window) = Window::locate(risks, BATCHES) else {
        return (none, if heard() { 0 } else { BATCHES });
    };
    let mut curves = curves(risks, 0..BATCHES, &window);
    if heard() {
        curves.retain(|curve| curve.iter().all(|risk| risk.is_finite()));
    }
    let batches = curves.len() as u64;
    (if batches < 2 { none } else { minimise_curves(&curves, &window) }, batches)
}

/// Why there is no minimum of a run that was interrupted.
const INTERRUPTED: &str = "interrupted before two batches were whole";

/// Why a minimum found is none.
const NOT_CONVERGED: &str = "the solver did not converge to a minimum inside the weights";

/// The weight that minimises the predicted risk at these generations: the optimum of the limit where the risk there has
/// reached its limit, else (few generations, small k, no optimum of the limit) the minimiser of the closed form.
fn optimal_weight(prediction: &Prediction, at: Generations) -> Result<(f64, Order), ParameterError> {
    let optimum = prediction.optimum();
    if let Some((limit, order)) = optimum {
        let weight = Weight::new(limit)?;
        if (prediction.risk(weight, at) / prediction.risk(weight, Generations::Limit) - 1.0).abs() < SETTLED {
            return Ok((limit, order));
        }
    }
    // The second order's optimum is known of the limit of generations alone.
    let order = match optimum {
        Some((_, Order::Second)) => Order::Limit,
        Some((_, order)) => order,
        None => Order::Exact,
    };
    let law = prediction.to_order(order).unwrap_or_else(|| prediction.clone());
    let risk = |w| Weight::new(w).map_or(f64::NAN, |w| law.risk(w, at));
    Ok((minimise(&risk, (0.0, 1.0)).at, order))
}
