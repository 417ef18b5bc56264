//! The slope and the curvature of the simulated risk at the optimal weight.
//!
//! Sharper than the minimiser: differences of risks at two weights, replicate by replicate on the same random numbers, without a search.

use rayon::prelude::*;

use super::Context;
use super::case::Case;
use super::sampled::Estimated;
use crate::simulate::engine::Weights;
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;

/// Independent batches behind a standard error and a skewness: the skewness of their mean is then known to 0.01.
pub(super) const BATCHES: u64 = 256;

/// Step of the derivatives of theory's own curve: their errors are of order 1e-8 (truncation) and 1e-9 (rounding) of the risk.
const FINE: f64 = 1e-4;

impl Case {
    /// Moments over independent batches of a combination of the simulated risks at `weights`, on common random numbers.
    fn combined(
        &self,
        context: &Context,
        index: u64,
        replicates: u64,
        weights: [f64; 3],
        combination: [f64; 3],
    ) -> Result<(Moments, u64), String> {
        let of_batch = |batch: u64| -> Result<(f64, u64), String> {
            let mut total = (0.0, 0);
            for (weight, factor) in weights.into_iter().zip(combination).filter(|(_, factor)| *factor != 0.0) {
                let cell = index * BATCHES + batch;
                let (estimate, failed) =
                    self.simulate(context, cell, replicates / BATCHES, Weights::Constant(weight))?;
                total = (total.0 + factor * estimate.value, total.1 + failed);
            }
            Ok(total)
        };
        let batches: Vec<_> = (0..BATCHES).into_par_iter().map(of_batch).collect();
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
    /// slope vanishes, d would show it: c has no part in the slope.
    pub(super) fn score(&self, context: &Context, index: u64, replicates: u64, step: f64) -> Estimated {
        let (w, curve) = (self.expected, self.curve()?);
        let (slope, curvature) = derivatives(&*curve, w);
        let cubic = curve(w + step) - curve(w - step) - 2.0 * step * slope;
        let (difference, failed) =
            self.combined(context, index, replicates, [w - step, w, w + step], [-1.0, 0.0, 1.0])?;
        let scale = 2.0 * step * curvature;
        Ok((
            Estimate {
                value: w - (difference.mean() - cubic) / scale,
                std_error: difference.std_error() / scale,
                skewness: -difference.skewness() / (BATCHES as f64).sqrt(),
                degrees: BATCHES as f64 - 1.0,
            },
            failed,
        ))
    }

    /// The second difference of the simulated risk at the expected optimal weight, over that of theory's curve.
    pub(super) fn curvature(&self, context: &Context, index: u64, replicates: u64, step: f64) -> Estimated {
        let (w, curve) = (self.expected, self.curve()?);
        let expected = curve(w + step) - 2.0 * curve(w) + curve(w - step);
        let (difference, failed) =
            self.combined(context, index, replicates, [w - step, w, w + step], [1.0, -2.0, 1.0])?;
        Ok((
            Estimate {
                value: difference.mean() / expected,
                std_error: difference.std_error() / expected,
                skewness: difference.skewness() / (BATCHES as f64).sqrt(),
                degrees: BATCHES as f64 - 1.0,
            },
            failed,
        ))
    }
}

/// First and second derivative of theory's curve.
fn derivatives(curve: &dyn Fn(f64) -> f64, w: f64) -> (f64, f64) {
    let [below, at, above] = [w - FINE, w, w + FINE].map(curve);
    ((above - below) / (2.0 * FINE), (above - 2.0 * at + below) / (FINE * FINE))
}
