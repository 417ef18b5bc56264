//! The weight that minimises a simulated risk, by argmin. The only file that names argmin.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use argmin::core::{CostFunction, Error, Executor, IterState, Solver, State, TerminationReason, TerminationStatus};
use argmin::solver::brent::BrentOpt;
use argmin::solver::goldensectionsearch::GoldenSectionSearch;
use rayon::prelude::*;

use crate::stats::{compare::Estimate, moments::Moments};

/// Absolute tolerance on the minimiser of a smooth curve: far above what values alone resolve (about 1e-8).
const TOLERANCE: f64 = 1e-6;

/// Absolute tolerance on the minimiser of a simulated curve: far below any standard error, and not lost in its roughness.
const SIMULATED_TOLERANCE: f64 = 1e-4;

/// Iterations after which the solver counts as not converged; smooth curves need about ten, rough ones thirty.
const MAX_ITERATIONS: u64 = 100;

/// Independent batches behind the standard error of a simulated optimum: few and large, see [`minimise_batches`].
pub const BATCHES: u64 = 24;

/// A minimiser of one curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// Where the curve is least.
    pub weight: f64,
    /// Evaluations of the curve.
    pub evaluations: u64,
    /// Whether the solver reported convergence to a point inside the bracket.
    pub converged: bool,
}

/// A curve as argmin sees it, counting its evaluations.
struct Curve<'a> {
    risk: &'a dyn Fn(f64) -> f64,
    evaluations: Rc<Cell<u64>>,
}

impl CostFunction for Curve<'_> {
    type Param = f64;
    type Output = f64;

    fn cost(&self, weight: &f64) -> Result<f64, Error> {
        self.evaluations.set(self.evaluations.get() + 1);
        let risk = (self.risk)(*weight);
        if risk.is_finite() { Ok(risk) } else { Err(Error::msg("the risk is not finite")) }
    }
}

/// The weight in the open interval `bracket` at which `risk` is least, by Brent's method.
///
/// Not converged where the solver says so, where the risk is not finite, or where the minimum is at an end of the bracket.
#[must_use]
pub fn minimise(risk: &dyn Fn(f64) -> f64, bracket: (f64, f64)) -> Minimum {
    by_brent(risk, bracket, TOLERANCE)
}

fn by_brent(risk: &dyn Fn(f64) -> f64, bracket: (f64, f64), tolerance: f64) -> Minimum {
    let solver = BrentOpt::new(bracket.0, bracket.1).set_tolerance(f64::EPSILON.sqrt(), tolerance);
    solve(risk, bracket, tolerance, solver, None)
}

/// The solver stops where its bracket is `tolerance` times the sum of its two inner points, so at most twice `tolerance` wide.
fn by_golden_section(risk: &dyn Fn(f64) -> f64, bracket: (f64, f64), tolerance: f64) -> Minimum {
    let middle = 0.5 * (bracket.0 + bracket.1);
    match GoldenSectionSearch::new(bracket.0, bracket.1).and_then(|solver| solver.with_tolerance(tolerance)) {
        Ok(solver) => solve(risk, bracket, tolerance, solver, Some(middle)),
        Err(_) => Minimum { weight: f64::NAN, evaluations: 0, converged: false },
    }
}

fn solve<'a, S>(
    risk: &'a dyn Fn(f64) -> f64,
    bracket: (f64, f64),
    tolerance: f64,
    solver: S,
    start: Option<f64>,
) -> Minimum
where
    S: Solver<Curve<'a>, IterState<f64, (), (), (), (), f64>>,
{
    let evaluations = Rc::new(Cell::new(0));
    let curve = Curve { risk, evaluations: Rc::clone(&evaluations) };
    let configured = Executor::new(curve, solver).configure(|state| {
        let state = state.max_iters(MAX_ITERATIONS);
        if let Some(weight) = start { state.param(weight) } else { state }
    });
    let found = configured.run().ok().and_then(|solved| {
        let state = solved.state();
        let converged =
            *state.get_termination_status() == TerminationStatus::Terminated(TerminationReason::SolverConverged);
        state.get_best_param().map(|&weight| (weight, converged))
    });
    let (weight, solver_converged) = found.unwrap_or((f64::NAN, false));
    let inside = weight - bracket.0 > 10.0 * tolerance && bracket.1 - weight > 10.0 * tolerance;
    Minimum { weight, evaluations: evaluations.get(), converged: solver_converged && inside }
}

/// A minimiser of the simulated risk with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimum {
    /// Minimiser of the mean of the batches' curves.
    pub weight: f64,
    /// Its standard error, from the spread of the batches' own minimisers.
    pub std_error: f64,
    /// Batches less one: the degrees of freedom of the standard error.
    pub degrees: f64,
    /// Evaluations of a batch's risk.
    pub evaluations: u64,
    /// Whether the mean's curve and every batch's converged.
    pub converged: bool,
}

impl Optimum {
    /// The minimiser as an estimate.
    #[must_use]
    pub const fn estimate(&self) -> Estimate {
        Estimate { value: self.weight, std_error: self.std_error, degrees: self.degrees, skewness: 0.0 }
    }
}

/// Minimises a simulated risk over the weights in `bracket`, with a standard error from independent batches.
///
/// `risk(batch, w)` is a batch's simulated risk at weight w, with the same random numbers at every w: a curve as smooth as the
/// model. Labels and counts make it rough on a small scale, which moves the minimisers; the spread of independent batches has
/// that in it, where a standard error from the slope and the curvature of the curve would not.
///
/// # Formula
/// `weight` is the minimiser of the mean of the batches' curves, `std_error` the standard deviation of the minimisers of each over
/// sqrt(batches). The mean of those minimisers would not do: a minimiser of variance s^2 is off by the order of s^2, which the mean
/// of the curves makes smaller by the number of batches.
///
/// Converged where every solver says so and golden-section search finds the minimum of the mean of the curves within one standard error of
/// Brent's: two minima that are further apart, about as low as each other, are no minimiser to speak of.
///
/// # Tested by
/// Unit tests on curves with known minimisers and known spread; the `optimum` checks of the claims.
#[must_use]
pub fn minimise_batches(risk: &BatchRisk<'_>, batches: u64, bracket: (f64, f64)) -> Optimum {
    minimise_mean(risk, &minimise_each(risk, 0..batches, bracket), bracket)
}

/// A batch's simulated risk at a weight.
pub type BatchRisk<'a> = dyn Fn(u64, f64) -> f64 + Sync + 'a;

/// Each batch's own minimiser: the part of [`minimise_batches`] that further batches leave as it is.
#[must_use]
pub fn minimise_each(risk: &BatchRisk<'_>, batches: Range<u64>, bracket: (f64, f64)) -> Vec<Minimum> {
    let of_batch = |batch| by_brent(&|weight| risk(batch, weight), bracket, SIMULATED_TOLERANCE);
    batches.into_par_iter().map(of_batch).collect()
}

/// The minimiser of the mean of as many curves as there are `minima`, which are the curves' own.
#[must_use]
pub fn minimise_mean(risk: &BatchRisk<'_>, minima: &[Minimum], bracket: (f64, f64)) -> Optimum {
    let batches = minima.len() as u64;
    let mean_risk = |weight| {
        let risks: Vec<f64> = (0..batches).into_par_iter().map(|batch| risk(batch, weight)).collect();
        moments(risks).mean()
    };
    let spread = moments(minima.iter().map(|minimum| minimum.weight));
    let std_error = spread.std_error();
    let brent = by_brent(&mean_risk, bracket, SIMULATED_TOLERANCE);
    let golden = by_golden_section(&mean_risk, bracket, (std_error / 8.0).max(SIMULATED_TOLERANCE));
    let agree = (golden.weight - brent.weight).abs() <= std_error.max(4.0 * SIMULATED_TOLERANCE);
    let of_each: u64 = minima.iter().map(|minimum| minimum.evaluations).sum();
    Optimum {
        weight: brent.weight,
        std_error,
        degrees: spread.count() as f64 - 1.0,
        evaluations: (brent.evaluations + golden.evaluations) * batches + of_each,
        converged: brent.converged && golden.converged && agree && minima.iter().all(|minimum| minimum.converged),
    }
}

fn moments(values: impl IntoIterator<Item = f64>) -> Moments {
    let mut moments = Moments::default();
    values.into_iter().for_each(|value| moments.push(value));
    moments
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Batch b has the curve (w - 0.4 - s_b)^2 with shifts s_b of mean zero: minimiser 0.4, spread sd(s_b).
    #[test]
    fn minimiser_and_standard_error_of_shifted_parabolas() {
        let shifts = [-0.03, -0.01, 0.0, 0.01, 0.03];
        let optimum = minimise_batches(&|batch, w| (w - 0.4 - shifts[batch as usize]).powi(2), 5, (0.0, 1.0));
        assert!(optimum.converged && optimum.degrees == 4.0);
        // Each minimiser is within 3 tolerances.
        assert!((optimum.weight - 0.4).abs() < 3.0 * SIMULATED_TOLERANCE, "{optimum:?}");
        let spread = (2.0 * (0.03f64.powi(2) + 0.01f64.powi(2)) / 4.0 / 5.0).sqrt();
        assert!((optimum.std_error / spread - 1.0).abs() < 0.02, "{optimum:?}");
    }

    /// Minima at .2 and .8, the left one lower by 1e-4, which Brent (from .38) and golden section (from .5) need not both find: a curve of which
    /// they find different ones must not pass.
    #[test]
    fn solvers_that_disagree_are_not_convergence() {
        let two = |w: f64| (w - 0.2).abs().min((w - 0.8).abs() + 1e-4);
        let brent = by_brent(&two, (0.0, 1.0), SIMULATED_TOLERANCE);
        let golden = by_golden_section(&|w| (w - 0.8).abs(), (0.0, 1.0), SIMULATED_TOLERANCE);
        assert!((brent.weight - 0.2).abs() < 1e-3 && (golden.weight - 0.8).abs() < 1e-3, "{brent:?} {golden:?}");
        let calls = AtomicU64::new(0);
        // Brent sees one minimum, golden section, which comes after it, the other one.
        let risk = |_: u64, w: f64| {
            let minimum = if calls.fetch_add(1, Ordering::Relaxed) < 3 * brent.evaluations { 0.2 } else { 0.8 };
            (w - minimum).abs()
        };
        let minima = [0.19, 0.2, 0.21].map(|weight| Minimum { weight, evaluations: 1, converged: true });
        assert!(!minimise_mean(&risk, &minima, (0.0, 1.0)).converged);
    }

    #[test]
    fn golden_section_agrees_on_a_smooth_curve() {
        let risk = |w: f64| libm::exp(w) - 1.5 * w;
        let (brent, golden) = (minimise(&risk, (0.0, 1.0)), by_golden_section(&risk, (0.0, 1.0), 1e-5));
        // ln 1.5; golden section's last bracket is twice its tolerance wide.
        let exact = 0.405_465_108_108_164_4;
        assert!(golden.converged && (golden.weight - exact).abs() < 2e-5 && (brent.weight - exact).abs() < 3e-6);
    }

    #[test]
    fn a_minimum_at_the_edge_is_not_convergence() {
        assert!(!minimise(&|w| w, (0.0, 1.0)).converged && !minimise(&|w| -w, (0.0, 1.0)).converged);
    }

    #[test]
    fn a_curve_that_is_not_finite_is_not_convergence() {
        let minimum = minimise(&|_| f64::NAN, (0.0, 1.0));
        assert!(!minimum.converged && minimum.weight.is_nan());
        let risk = |batch, w: f64| if batch == 1 { f64::NAN } else { (w - 0.5).powi(2) };
        assert!(!minimise_batches(&risk, 3, (0.0, 1.0)).converged);
    }

    #[test]
    fn every_evaluation_is_counted() {
        let calls = Cell::new(0);
        let minimum = minimise(
            &|w| {
                calls.set(calls.get() + 1);
                (w - 0.3).powi(2)
            },
            (0.0, 1.0),
        );
        assert!(minimum.evaluations == calls.get() && minimum.evaluations > 2);
    }
}
