//! The weight that minimises a simulated risk, by argmin. The only file that names argmin.

use argmin::core::{CostFunction, Error, Executor, State, TerminationReason, TerminationStatus};
use argmin::solver::brent::BrentOpt;
use std::cell::Cell;

use crate::stats::{compare::Estimate, moments::Moments};

/// Absolute tolerance on the weight: far below any standard error, far above what values alone resolve (about 1e-8).
const TOLERANCE: f64 = 1e-6;

/// Iterations after which the solver counts as not converged; smooth curves need about ten.
const MAX_ITERATIONS: u64 = 100;

/// Half the distance over which the slope and the curvature at the minimum are taken. The curve is smooth over it, and its
/// square times the curve's relative third derivative is far below the accuracy that a standard error needs.
const SPACING: f64 = 0.02;

/// A minimiser of the simulated risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimum {
    /// Minimiser of the mean over the batches.
    pub weight: f64,
    /// Its standard error, from the spread of the batches.
    pub std_error: f64,
    /// Batches less one: the degrees of freedom of the standard error.
    pub degrees: f64,
    /// Risk at the minimiser.
    pub risk: f64,
    /// Evaluations of the risk curve.
    pub evaluations: u64,
    /// Whether the solver reported convergence, inside the bracket and at a point of positive curvature.
    pub converged: bool,
}

impl Optimum {
    /// The minimiser as an estimate.
    #[must_use]
    pub const fn estimate(&self) -> Estimate {
        Estimate { value: self.weight, std_error: self.std_error, degrees: self.degrees, skewness: 0.0 }
    }
}

/// The curve that argmin sees: the mean risk over the batches.
struct Curve<'a> {
    batch_risks: &'a dyn Fn(f64) -> Vec<f64>,
    evaluations: &'a Cell<u64>,
}

impl Curve<'_> {
    fn batches(&self, weight: f64) -> Vec<f64> {
        self.evaluations.set(self.evaluations.get() + 1);
        (self.batch_risks)(weight)
    }
}

impl CostFunction for Curve<'_> {
    type Param = f64;
    type Output = f64;

    fn cost(&self, weight: &f64) -> Result<f64, Error> {
        let risk = mean(&self.batches(*weight)).mean();
        if risk.is_finite() { Ok(risk) } else { Err(Error::msg("the simulated risk is not finite")) }
    }
}

fn mean(values: &[f64]) -> Moments {
    let mut moments = Moments::default();
    values.iter().for_each(|&v| moments.push(v));
    moments
}

/// Minimises the mean over independent batches of a simulated risk over the weights in `bracket`.
///
/// `batch_risks(w)` gives the risk of each batch at weight w, every batch with the same random numbers at every w, so that
/// the curve is as smooth as the model.
///
/// # Formula
/// With R_b the curve of batch b and R their mean: w = argmin R (Brent), and since the minimiser of R moves by
/// -R_b'(w)/R''(w) per unit of batch b's share, `std_error = sd_b(R_b'(w)) / (R''(w) sqrt(batches))`; slope and curvature by
/// central differences.
///
/// # Tested by
/// Unit tests on curves with known minimisers and known spread; the `optimum` checks of the claims.
#[must_use]
pub fn minimise(batch_risks: &dyn Fn(f64) -> Vec<f64>, bracket: (f64, f64)) -> Optimum {
    let evaluations = Cell::new(0);
    let curve = || Curve { batch_risks, evaluations: &evaluations };
    let solver = BrentOpt::new(bracket.0, bracket.1).set_tolerance(f64::EPSILON.sqrt(), TOLERANCE);
    let solved = Executor::new(curve(), solver).configure(|state| state.max_iters(MAX_ITERATIONS)).run();
    let failed = |evaluations| Optimum {
        weight: f64::NAN,
        std_error: f64::NAN,
        degrees: f64::NAN,
        risk: f64::NAN,
        evaluations,
        converged: false,
    };
    let Ok(solved) = solved else { return failed(evaluations.get()) };
    let state = solved.state();
    let Some(&weight) = state.get_best_param() else { return failed(evaluations.get()) };
    let spacing = SPACING.min(0.5 * (weight - bracket.0)).min(0.5 * (bracket.1 - weight));
    let [low, middle, high] = [-spacing, 0.0, spacing].map(|step| curve().batches(weight + step));
    let slopes: Vec<f64> = low.iter().zip(&high).map(|(l, h)| (h - l) / (2.0 * spacing)).collect();
    let curvature = (mean(&low).mean() - 2.0 * mean(&middle).mean() + mean(&high).mean()) / (spacing * spacing);
    let solver_converged =
        *state.get_termination_status() == TerminationStatus::Terminated(TerminationReason::SolverConverged);
    let inside = weight - bracket.0 > 10.0 * TOLERANCE && bracket.1 - weight > 10.0 * TOLERANCE;
    Optimum {
        weight,
        std_error: mean(&slopes).std_error() / curvature,
        degrees: slopes.len() as f64 - 1.0,
        risk: mean(&middle).mean(),
        evaluations: evaluations.get(),
        converged: solver_converged && inside && curvature > 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Batch b has the curve (w - 0.4 - s_b)^2 with shifts s_b of mean zero: minimiser 0.4, spread sd(s_b).
    #[test]
    fn minimiser_and_standard_error_of_shifted_parabolas() {
        let shifts = [-0.03, -0.01, 0.0, 0.01, 0.03];
        let optimum = minimise(&|w| shifts.map(|s| (w - 0.4 - s) * (w - 0.4 - s)).to_vec(), (0.0, 1.0));
        assert!(optimum.converged);
        assert!((optimum.weight - 0.4).abs() < 3.0 * TOLERANCE, "{optimum:?}");
        let spread = (2.0 * (0.03f64.powi(2) + 0.01f64.powi(2)) / 4.0 / 5.0).sqrt();
        assert!((optimum.std_error / spread - 1.0).abs() < 1e-6, "{optimum:?}");
        assert_eq!(optimum.degrees, 4.0);
    }

    #[test]
    fn a_minimum_at_the_edge_is_not_convergence() {
        assert!(!minimise(&|w| vec![w, w], (0.0, 1.0)).converged);
    }

    #[test]
    fn a_curve_that_is_not_finite_is_not_convergence() {
        let optimum = minimise(&|_| vec![f64::NAN], (0.0, 1.0));
        assert!(!optimum.converged && optimum.weight.is_nan());
    }

    #[test]
    fn every_evaluation_is_counted() {
        let calls = Cell::new(0);
        let optimum = minimise(
            &|w| {
                calls.set(calls.get() + 1);
                vec![(w - 0.3).powi(2), (w - 0.31).powi(2)]
            },
            (0.0, 1.0),
        );
        assert_eq!(optimum.evaluations, calls.get());
    }
}
