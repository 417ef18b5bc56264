//! Fixed precision: a comparison draws until it is decided, up to its cap.
//!
//! # Rule
//! There are [`LOOKS`] looks, after an eighth, a quarter, a half and all of the cap. At each, everything drawn so far is compared with what
//! is expected, at a bound that has the look's part of the false-alarm rate. The first look that confirms or refutes ends the comparison; the last
//! one ends it anyhow. So it is as long as its interval needs to lie inside the margin.
//! # Why it is valid
//! Were the claim true, *any* of the looks refutes with probability at most the comparison's share of the rate (the parts add up), so it does not
//! matter what makes a comparison stop: the intervals of all looks hold together. These are the repeated confidence intervals of Jennison and
//! Turnbull (1989), JRSS-B 51, 305-361. Nothing is drawn anew: a look adds replicates to those before it.
//! # Determinism
//! What is drawn depends on the key of the streams, and when it stops on what was drawn: neither on threads nor on time. (A run that is told to stop
//! has no verdict on what it did not finish.)

use std::ops::Range;

use rayon::prelude::*;

use crate::context::Context;
use crate::draw::{Drawn, Estimated, LOOKS};
use crate::finding::Finding;
use crate::sampled::{Compared, Sampled};
use crate::verdict::Verdict;

const STOPPED: &str = "the run was told to stop";

/// A comparison in progress: the cases that it needs (one, or the rungs of a ladder) and what has been drawn of them.
pub struct Series {
    cases: Range<usize>,
    drawn: Vec<Drawn>,
    estimates: Vec<Vec<Estimated>>,
}

impl Series {
    /// The comparison at a look; what no look before has drawn is drawn.
    fn at(&mut self, sampled: &Sampled, context: &Context<'_>, look: u32) -> Result<Compared, String> {
        let cap = context.tier.replicates * sampled.cap;
        for next in self.estimates.len() as u32..=look {
            if context.is_stopped() {
                return Err(STOPPED.to_owned());
            }
            // Side by side, as a look may have fewer blocks of replicates than there are threads.
            let cases = self.cases.clone().into_par_iter().zip(&mut self.drawn);
            let estimate = |(index, drawn): (usize, &mut Drawn)| {
                let case = &sampled.cases[index];
                drawn.draw(case, context, index as u64, sampled.quantity, cap, next);
                drawn.estimate(case, sampled.quantity)
            };
            let estimates = cases.map(estimate).collect();
            // What may have been cut short is no look.
            if context.is_stopped() {
                return Err(STOPPED.to_owned());
            }
            self.estimates.push(estimates);
        }
        sampled.compared(context, &sampled.cases[self.cases.clone()], &self.estimates[look as usize])
    }
}

impl Sampled {
    /// Its comparisons, of which nothing has been drawn.
    #[must_use]
    pub fn series(&self) -> Vec<Series> {
        let all = self.cases.len();
        // All rungs, or each case for itself.
        let width = if self.ladder.is_some() { all.max(1) } else { 1 };
        let units = (0..all).step_by(width).map(|first| first..all.min(first + width));
        let series = |cases: Range<usize>| {
            let drawn = cases.clone().map(|_| Drawn::default()).collect();
            Series { cases, drawn, estimates: Vec::new() }
        };
        units.map(series).collect()
    }

    /// Draws until one comparison is decided.
    fn decide(&self, context: &Context<'_>, series: &mut Series) -> Result<Compared, String> {
        let mut last = Err("no look".to_owned());
        for look in 0..LOOKS {
            last = series.at(self, context, look);
            if last.as_ref().is_ok_and(|found| found.comparison.verdict != Verdict::Inconclusive) {
                break;
            }
        }
        last
    }

    /// Draws until every comparison is decided, and gives the finding of the worst. `series` are its own, or those of a check that differs
    /// in what is expected alone.
    #[must_use]
    pub fn judge(&self, context: &Context<'_>, series: &mut [Series]) -> Finding {
        let made: Vec<_> = series.par_iter_mut().map(|one| self.decide(context, one)).collect();
        Finding::of_comparisons(made)
    }

    /// Every comparison at the cap, whatever the looks before said, and whether any look refuted it: without a stop, z at the cap is not a
    /// selected one, and no stop could have refuted more.
    #[must_use]
    pub fn at_cap(&self, context: &Context<'_>) -> Vec<(Result<Compared, String>, bool)> {
        let of = |mut series: Series| {
            let looks: Vec<_> = (0..LOOKS).map(|look| series.at(self, context, look)).collect();
            let refuted = looks.iter().flatten().any(|found| found.comparison.verdict == Verdict::Refuted);
            let last = looks.into_iter().next_back().unwrap_or_else(|| Err("no look".to_owned()));
            (last, refuted)
        };
        self.series().into_iter().map(of).collect()
    }
}
