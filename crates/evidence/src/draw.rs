//! From a case's simulation to an estimate: the mean, the share of failures, the minimiser, the slope and the curvature there.
//!
//! A slope or a curvature has a smaller standard error than a minimiser. It needs no search: it is a difference of means at a few points, replicate by
//! replicate on the same random numbers.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use goldenweight_replicates::moments::Moments;
use goldenweight_replicates::share::Share;
use rayon::prelude::*;

use crate::case::{Case, Expected};
use crate::context::Context;
use crate::deal::{self, Dealt};
use crate::optimum::{self, Optimum, Window, curves, minimise_curves};
use crate::simulation::{BLOCK, Draw, Tally};
use crate::stats::compare::Estimate;
use crate::stats::shown::Failures;

/// Number of looks at a comparison. Its cap is the most replicates that it may draw. A *look* is an interim analysis: a decision from what was drawn
/// so far, after an eighth, a quarter, a half and all of the cap.
pub const LOOKS: u32 = 4;

/// Independent batches behind a standard error and a skewness at the first look: the skewness of their mean is then known to 0.02.
const DIFFERENCE_BATCHES: u64 = 128;

/// Step of the derivatives of an expected curve: their errors are of order 1e-8 (truncation) and 1e-9 (rounding) of it.
pub(crate) const FINE: f64 = 1e-4;

/// What is estimated at a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// The mean.
    Mean,
    /// The share of replicates that fail.
    Failures,
    /// The minimiser of the mean over the simulation's parameter (on common random numbers).
    Minimiser,
    /// The point where the slope of the mean is 0, by a central difference of this step at the expected minimiser.
    Slope(f64),
    /// The curvature of the mean at the expected minimiser over that of the expected curve, by a second difference of this step.
    Curvature(f64),
}

impl Quantity {
    /// Number of independent batches of a case up to a look, each of the same number of replicates. 0 where single replicates are used.
    pub(crate) const fn batches(self, look: u32) -> u64 {
        let first = match self {
            Self::Mean | Self::Failures => 0,
            Self::Minimiser => optimum::BATCHES,
            Self::Slope(_) | Self::Curvature(_) => DIFFERENCE_BATCHES,
        };
        first << look
    }

    /// What is expected at a case: a value, a minimiser, or the curvature of the expected curve.
    pub(crate) fn expects(self, case: &Case) -> f64 {
        let Self::Curvature(step) = self else { return case.expected().value() };
        case.curve()
            .map_or(f64::NAN, |curve| second_difference(&**curve, case.expected().value(), step) / (step * step))
    }

    /// The word for what an error is an error of, unless the check has its own.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Failures => "share",
            Self::Minimiser | Self::Slope(_) => "minimiser",
            Self::Curvature(_) => "curvature",
        }
    }
}

/// An estimate with what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The estimate.
    pub estimate: Estimate,
    /// Replicates drawn.
    pub replicates: u64,
    /// Of these, the ones that failed.
    pub failed: u64,
}

impl Sample {
    pub(crate) fn numbers(&self) -> [f64; 7] {
        let Self { estimate: Estimate { value, std_error, degrees, skewness, skewness_error }, replicates, failed } =
            *self;
        [value, std_error, degrees, skewness, skewness_error, replicates as f64, failed as f64]
    }

    /// Of [`numbers`](Self::numbers): counts are below 2^53.
    pub(crate) fn from_numbers(numbers: &[f64]) -> Self {
        let [value, std_error, degrees, skewness, skewness_error, replicates, failed] =
            std::array::from_fn(|i| numbers[i]);
        let estimate = Estimate { value, std_error, degrees, skewness, skewness_error };
        Self { estimate, replicates: replicates as u64, failed: failed as u64 }
    }
}

/// A sample, or why there is none.
pub type Estimated = Result<Sample, String>;

/// What has been drawn of a case: its tally, or what its batches gave.
#[derive(Default)]
pub struct Drawn {
    /// Replicates drawn.
    end: u64,
    tally: Tally,
    window: Option<Window>,
    curves: Vec<Vec<f64>>,
    optimum: Option<Optimum>,
    /// Batches that gave no mean, since too many of their replicates failed.
    failures: u64,
    broken: Option<String>,
    /// Whether replicates are lacking that belong to another share.
    waits: bool,
    /// Where work is divided: how many units are dealt out before those of each look.
    dealt: Dealt,
}

/// The mean of a tally, unless too many replicates failed.
fn mean(case: &Case, tally: &Tally) -> Estimated {
    let (failed, replicates) = (tally.failed, tally.replicates());
    if (Failures { replicates, failed }).too_many() {
        return Err(format!("{}: {failed} of {replicates} replicates failed", case.place()));
    }
    Ok(Sample { estimate: Estimate::from(&tally.moments), replicates, failed })
}

impl Drawn {
    /// Nothing yet; so many units are dealt out before those of each look.
    pub(crate) fn dealt(dealt: Dealt) -> Self {
        Self { dealt, ..Self::default() }
    }

    /// Whether what has been drawn is not all that was asked for, since the rest belongs to other shares.
    pub(crate) const fn waits(&self) -> bool {
        self.waits
    }

    /// Draws what a look needs and the looks before have not drawn; `cap` is that of the last look, `index` that of the case in its check.
    pub(crate) fn draw(
        &mut self,
        case: &Case,
        context: &Context<'_>,
        index: u64,
        quantity: Quantity,
        cap: u64,
        look: u32,
    ) {
        let batches = |look| quantity.batches(look);
        let size = cap / batches(LOOKS - 1).max(1);
        let new = look.checked_sub(1).map_or(0, batches)..batches(look);
        let key = |batch| context.key(index * batches(LOOKS - 1) + batch);
        let draw = |key, replicates, points: &[f64], share| {
            case.simulation().draw(Draw { key, replicates, points, stop: context.stop, share })
        };
        let share = |first| context.share.map(|share| share.after(self.dealt[look as usize], first));
        // Batches are dealt out whole: of those of others only what is kept is taken.
        let own = share(new.start);
        let of_batch = |batch| own.filter(|share| !share.has(batch)).map(|_| Share::NOTHING);
        let lacking = AtomicBool::new(false);
        let is_whole = |tallies: &[Tally]| {
            let whole = context.share.is_none() || tallies.iter().all(|tally| tally.replicates() >= size);
            lacking.fetch_or(!whole, Ordering::Relaxed);
            whole
        };
        match quantity {
            Quantity::Mean | Quantity::Failures => {
                let end = deal::replicates(cap, look);
                let is_in_strips = deal::is_in_strips(case.simulation());
                let of_strip = |(unit, strip): (usize, Range<u64>)| {
                    let share = if is_in_strips { of_batch(unit as u64) } else { share(self.end / BLOCK) };
                    draw(context.key(index), strip, &[case.point()], share)
                };
                let strips = deal::strips(case.simulation(), self.end..end);
                let drawn: Vec<_> = strips.into_par_iter().enumerate().map(of_strip).collect();
                drawn.iter().flatten().for_each(|more| self.tally.merge(more));
                self.end = end;
                self.waits |= context.share.is_some() && self.tally.replicates() < case.simulation().values(end);
            }
            Quantity::Minimiser => {
                let failures = AtomicU64::new(0);
                // Where the minimum is looked for one step after another, all batches are of one share.
                let search = own.filter(|share| !share.has(0)).map(|_| Share::NOTHING);
                let is_first = self.window.is_none();
                let means = |batch: u64, points: &[f64]| {
                    if context.is_stopped() {
                        return vec![f64::NAN; points.len()];
                    }
                    let share = if is_first { search } else { of_batch(batch) };
                    let tallies = draw(key(batch), 0..size, points, share);
                    if !is_whole(&tallies) {
                        return vec![f64::NAN; points.len()];
                    }
                    let of_tally = |tally| {
                        mean(case, tally).map(|sample| sample.estimate.value).unwrap_or_else(|_| {
                            failures.fetch_add(1, Ordering::Relaxed);
                            f64::NAN
                        })
                    };
                    tallies.iter().map(of_tally).collect()
                };
                self.window = self.window.take().or_else(|| Window::locate(&means, batches(0)));
                self.optimum = self.window.as_ref().map(|window| {
                    self.curves.extend(curves(&means, new, window));
                    minimise_curves(&self.curves, window)
                });
                self.failures += failures.into_inner();
                self.end = size * batches(look);
            }
            Quantity::Slope(_) | Quantity::Curvature(_) => {
                let at = case.expected().value();
                let points: &[(f64, f64)] = match quantity {
                    Quantity::Slope(step) => &[(at - step, -1.0), (at + step, 1.0)],
                    Quantity::Curvature(step) => &[(at - step, 1.0), (at, -2.0), (at + step, 1.0)],
                    _ => &[],
                };
                let (places, factors): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
                let difference = |batch: u64| -> Result<(f64, u64), String> {
                    if context.is_stopped() {
                        return Err("the run was told to stop".to_owned());
                    }
                    let tallies = draw(key(batch), 0..size, &places, of_batch(batch));
                    if !is_whole(&tallies) {
                        return Err("other shares are not drawn yet".to_owned());
                    }
                    tallies.iter().zip(&factors).try_fold((0.0, 0), |(total, failed), (tally, factor)| {
                        let sample = mean(case, tally)?;
                        Ok((total + factor * sample.estimate.value, failed + sample.failed))
                    })
                };
                let drawn: Result<Vec<_>, _> =
                    new.into_par_iter().map(difference).collect::<Vec<_>>().into_iter().collect();
                match drawn {
                    Ok(batches) => {
                        // Moments of a look of their own, merged with those before it.
                        let mut next = Tally::default();
                        for (value, failed) in batches {
                            next.moments.push(value);
                            next.failed += failed;
                        }
                        self.tally.merge(&next);
                    }
                    // No later look repairs this: the batches that are left are not a random choice.
                    Err(cause) => self.broken = self.broken.take().or(Some(cause)),
                }
                self.end = size * batches(look);
            }
        }
        self.waits |= lacking.into_inner();
    }

    /// The estimate from what has been drawn.
    pub(crate) fn estimate(&self, case: &Case, quantity: Quantity) -> Estimated {
        if let Some(cause) = &self.broken {
            return Err(cause.clone());
        }
        let difference = |estimate| Sample { estimate, replicates: self.end, failed: self.tally.failed };
        match quantity {
            Quantity::Mean => {
                let sample = mean(case, &self.tally)?;
                let estimate = match case.expected() {
                    Expected::Estimate(reference) => sample.estimate.against(reference),
                    _ => sample.estimate,
                };
                Ok(Sample { estimate, ..sample })
            }
            Quantity::Failures => {
                let (failed, replicates) = (self.tally.failed, self.tally.replicates());
                let estimate = Estimate::share(failed, replicates, case.expected().value());
                Ok(Sample { estimate, replicates, failed })
            }
            Quantity::Minimiser => match (self.failures, self.optimum) {
                (0, Some(found)) if found.converged => {
                    Ok(Sample { estimate: found.estimate(), replicates: self.end, failed: 0 })
                }
                (0, _) => Err(format!("{}: the solver did not converge", case.place())),
                (failed, _) => {
                    Err(format!("{}: too many replicates failed in {failed} evaluations of a batch", case.place()))
                }
            },
            Quantity::Slope(step) => Ok(difference(slope_vanishes_at(case, &self.tally.moments, step)?)),
            Quantity::Curvature(step) => Ok(difference(relative_curvature(case, &self.tally.moments, step)?)),
        }
    }
}

/// The point at which the slope of the mean vanishes, by one Newton step from the expected minimiser x*.
///
/// # Formula
/// `x* - (d - c)/(2 h f'')`. d is the mean over batches of mean(x* + h) - mean(x* - h), h the step, f the expected curve, f'' its second derivative at x*.
/// c = f(x* + h) - f(x* - h) - 2 h f'(x*) is the error of the central difference, from the third derivative of f. Since f' is subtracted, c says nothing of the
/// slope: where x* is not the minimiser, d alone shows it. Where a replicate is smooth in x, a step of 1e-4 gives the derivative of
/// each replicate's value, to some 1e-8.
fn slope_vanishes_at(case: &Case, difference: &Moments, step: f64) -> Result<Estimate, String> {
    let (x, curve) = (case.expected().value(), case.curve()?);
    let (slope, curvature) = derivatives(&**curve, x);
    let cubic = curve(x + step) - curve(x - step) - 2.0 * step * slope;
    Ok(scaled(difference, -1.0 / (2.0 * step * curvature), x + cubic / (2.0 * step * curvature)))
}

/// The second difference of the mean at the expected minimiser, over that of the expected curve.
fn relative_curvature(case: &Case, difference: &Moments, step: f64) -> Result<Estimate, String> {
    let curvature = second_difference(&**case.curve()?, case.expected().value(), step);
    Ok(scaled(difference, 1.0 / curvature, 0.0))
}

fn second_difference(curve: &dyn Fn(f64) -> f64, x: f64, step: f64) -> f64 {
    curve(x + step) - 2.0 * curve(x) + curve(x - step)
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

/// First and second derivative of an expected curve.
fn derivatives(curve: &dyn Fn(f64) -> f64, x: f64) -> (f64, f64) {
    let [below, at, above] = [x - FINE, x, x + FINE].map(curve);
    ((above - below) / (2.0 * FINE), (above - 2.0 * at + below) / (FINE * FINE))
}
