//! The slope and the curvature of the simulated risk at the optimal weight.
//!
//! Sharper than the minimiser: differences of risks at two weights, replicate by replicate on the same random numbers, without a search.

use rayon::prelude::*;

use super::Context;
use super::case::Case;
use super::sampled::Quantity;
use crate::simulate::engine::Weights;
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;

/// Independent batches behind a standard error and a skewness at the first look: the skewness of their mean is then known to 0.02.
pub(super) const BATCHES: u64 = 128;

/// Step of the derivatives of theory's own curve: their errors are of order 1e-8 (truncation) and 1e-9 (rounding) of the risk.
const FINE: f64 = 1e-4;

impl Case {
    /// Moments over independent batches, one for each of the `cells`, of the first or the second difference of the simulated risk at the expected
    /// optimal weight, on common random numbers; and the number of failed fits.
    pub(super) fn differences(
        &self,
        context: &Context,
        quantity: Quantity,
        cells: impl Iterator<Item = u64>,
        size: u64,
    ) -> Result<(Moments, u64), String> {
        let w = self.expected;
        let points: &[(f64, f64)] = match quantity {
            Quantity::Slope(step) => &[(w - step, -1.0), (w + step, 1.0)],
            Quantity::Curvature(step) => &[(w - step, 1.0), (w, -2.0), (w + step, 1.0)],
            Quantity::Risk | Quantity::Minimiser => &[],
        };
        let of_batch = |cell: u64| -> Result<(f64, u64), String> {
            let weights: Vec<_> = points.iter().map(|&(weight, _)| Weights::Constant(weight)).collect();
            let mut total = (0.0, 0);
            for (outcome, (_, factor)) in self.simulate(context, cell, 0..size, &weights).iter().zip(points) {
                let sample = self.recorded(outcome)?;
                total = (total.0 + factor * sample.estimate.value, total.1 + sample.failed);
            }
            Ok(total)
        };
        let cells: Vec<u64> = cells.collect();
        let batches: Vec<_> = cells.into_par_iter().map(of_batch).collect();
        let (mut moments, mut failures) = (Moments::default(), 0);
        for batch in batches {
            let (value, failed) = batch?;
            moments.push(value);
            failures += failed;
        }
        Ok((moments, failures))
    }

    /// The weight at which the slope of the simulated risk vanishes, by one Newton step from the expected optimal weight w*.
    ///
    /// # Formula
    /// `w* - (d - c)/(2 h f'')`: d the mean over batches of risk(w* + h) - risk(w* - h), f'' theory's curvature at w*, c what the third
    /// derivative of theory's curve f adds to a central difference, f(w* + h) - f(w* - h) - 2 h f'(w*). Were w* not where the
    /// slope vanishes, d would show it: c has no part in the slope. Where the chain is smooth in w, a step of 1e-4 gives the derivative of each
    /// replicate's loss itself, to some 1e-8.
    pub(super) fn slope_vanishes_at(&self, difference: &Moments, step: f64) -> Result<Estimate, String> {
        let (w, curve) = (self.expected, self.curve()?);
        let (slope, curvature) = derivatives(&*curve, w);
        let cubic = curve(w + step) - curve(w - step) - 2.0 * step * slope;
        Ok(scaled(difference, -1.0 / (2.0 * step * curvature), w + cubic / (2.0 * step * curvature)))
    }

    /// The second difference of the simulated risk at the expected optimal weight, over that of theory's curve.
    pub(super) fn relative_curvature(&self, difference: &Moments, step: f64) -> Result<Estimate, String> {
        let (w, curve) = (self.expected, self.curve()?);
        Ok(scaled(difference, 1.0 / (curve(w + step) - 2.0 * curve(w) + curve(w - step)), 0.0))
    }
}

/// `factor` times a mean, plus `offset`.
fn scaled(moments: &Moments, factor: f64, offset: f64) -> Estimate {
    let mean = Estimate::from(moments);
    Estimate {
        value: factor * mean.value + offset,
        std_error: factor.abs() * mean.std_error,
        skewness: factor.signum() * mean.skewness,
        ..mean
    }
}

/// First and second derivative of theory's curve.
fn derivatives(curve: &dyn Fn(f64) -> f64, w: f64) -> (f64, f64) {
    let [below, at, above] = [w - FINE, w, w + FINE].map(curve);
    ((above - below) / (2.0 * FINE), (above - 2.0 * at + below) / (FINE * FINE))
}
