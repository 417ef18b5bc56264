//! Fixed precision: a comparison draws until it is decided, up to its cap.
//!
//! # Rule
//! A *look* is an interim analysis. There are [`LOOKS`] of them, after an eighth, a quarter, a half and all of the cap. At each, everything drawn so far is
//! compared with the expected value. The comparison's false-alarm rate is split equally over its looks, and the bound on |z| follows from a look's part.
//! The first look that confirms or refutes ends the comparison; the last one ends it anyhow.
//! # Why it is valid
//! The parts of the looks add up to the comparison's false-alarm rate. So a true claim is refuted at *any* of the looks with probability at most that
//! rate, whatever makes a comparison stop. In other words, the intervals of all looks hold at once. These are the repeated confidence intervals of Jennison and
//! Turnbull (1989), JRSS-B 51, 305-361. Nothing is drawn anew: a look adds replicates to those before it.
//! # Determinism
//! What is drawn depends on the key of the streams alone, and the look at which it stops on what was drawn alone: nothing depends on threads or on time. (A
//! run that is told to stop has no verdict on what it did not finish.)

use std::ops::Range;

use rayon::prelude::*;

use crate::context::Context;
use crate::deal::{self, Dealt};
use crate::draw::{Drawn, Estimated, LOOKS, Sample};
use crate::finding::Finding;
use crate::sampled::{Compared, Sampled};
use crate::verdict::Verdict;

const STOPPED: &str = "the run was told to stop";
/// Version of the way from what is drawn to an estimate: raised with every change of it. Estimates that were kept under another one are not used.
const ESTIMATES: u32 = 2;

const WAITS: &str = "other shares are not drawn yet";

/// A comparison in progress: the cases that it needs (one, or the rungs of a ladder) and what has been drawn of them.
pub struct Series {
    cases: Range<usize>,
    drawn: Vec<Drawn>,
    estimates: Vec<Vec<Estimated>>,
}

impl Series {
    /// Whether it waits for what other shares have to draw.
    pub(crate) fn waits(&self) -> bool {
        self.drawn.iter().any(Drawn::waits)
    }

    /// The comparison at a look. Draws what the looks before have not drawn.
    fn at(&mut self, sampled: &Sampled, context: &Context<'_>, look: u32) -> Result<Compared, String> {
        let cap = sampled.cap_in(context.tier);
        for next in self.estimates.len() as u32..=look {
            if context.is_stopped() {
                return Err(STOPPED.to_owned());
            }
            // Side by side, as a look may have fewer blocks of replicates than there are threads.
            let cases = self.cases.clone().into_par_iter().zip(&mut self.drawn);
            let estimate = |(index, drawn): (usize, &mut Drawn)| {
                let case = &sampled.cases[index];
                drawn.draw(case, context, index as u64, sampled.quantity, case.cap(cap), next);
                drawn.estimate(case, sampled.quantity)
            };
            let estimates = cases.map(estimate).collect();
            // Drawing may have been cut short, and then there is nothing to compare.
            if context.is_stopped() {
                return Err(STOPPED.to_owned());
            }
            if self.waits() {
                return Err(WAITS.to_owned());
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
        self.series_dealt(&|_| Dealt::default())
    }

    /// The same where work is divided: of each case, how many units are dealt out before its own.
    pub(crate) fn series_dealt(&self, dealt: &dyn Fn(usize) -> Dealt) -> Vec<Series> {
        let all = self.cases.len();
        // A ladder is one comparison of all its rungs; otherwise each case is one.
        let width = if self.ladder.is_some() { all.max(1) } else { 1 };
        let units = (0..all).step_by(width).map(|first| first..all.min(first + width));
        let series = |cases: Range<usize>| {
            let drawn = cases.clone().map(|case| Drawn::dealt(dealt(case))).collect();
            Series { cases, drawn, estimates: Vec::new() }
        };
        units.map(series).collect()
    }

    /// Draws until one comparison is decided.
    fn decide(&self, context: &Context<'_>, series: &mut Series) -> Result<Compared, String> {
        let mut last = Err("no look".to_owned());
        for look in 0..LOOKS {
            last = series.at(self, context, look);
            if series.waits() {
                break;
            }
            if last.as_ref().is_ok_and(|found| found.comparison.verdict != Verdict::Inconclusive) {
                break;
            }
        }
        last
    }

    /// Draws until every comparison is decided, and gives the finding of the worst. `series` belongs to this check, or to one that differs
    /// only in the expected values: then what that one has drawn is used again.
    #[must_use]
    pub fn judge(&self, context: &Context<'_>, series: &mut [Series]) -> Finding {
        let made: Vec<_> = series.par_iter_mut().map(|one| self.decide(context, one)).collect();
        Finding::of_comparisons(made)
    }

    /// Every comparison at the cap, whatever the looks before said, and whether any look refuted it. A z at a stop is selected, since a
    /// comparison that agrees well stops earlier; one at the cap is not. And no way of stopping could have refuted more.
    ///
    /// Where its simulations keep what they draw, the estimates of all looks are kept in the place of that.
    #[must_use]
    pub fn at_cap(&self, context: &Context<'_>) -> Vec<(Result<Compared, String>, bool)> {
        let of = |series: &mut Series| {
            let looks: Vec<_> = (0..LOOKS).map(|look| series.at(self, context, look)).collect();
            let refuted = looks.iter().flatten().any(|found| found.comparison.verdict == Verdict::Refuted);
            let last = looks.into_iter().next_back().unwrap_or_else(|| Err("no look".to_owned()));
            (last, refuted)
        };
        let mut all = self.series();
        let is_known = self.recall(context, &mut all);
        let compared = all.iter_mut().map(of).collect();
        if !is_known && !context.is_stopped() {
            self.conclude(context, &all);
        }
        compared
    }

    /// Whether the estimates of all looks have been kept.
    pub(crate) fn is_concluded(&self, context: &Context<'_>) -> bool {
        self.recall(context, &mut self.series())
    }

    /// All that the estimates of all looks follow from, where its simulations keep what they draw; and the number of replicates.
    fn identity(&self, context: &Context<'_>) -> Option<(String, u64)> {
        let cap = self.cap_in(context.tier);
        let mut words = format!("estimates {ESTIMATES}\nlooks {LOOKS}\nquantity {:?}\n", self.quantity);
        let mut replicates = 0;
        for (index, case) in (0..).zip(&self.cases) {
            let (cap, expected) = (case.cap(cap), case.expected_words(self.quantity));
            words += &format!("case {:?}, cap {cap}, expects {expected}\n", case.point());
            replicates += deal::replicates(cap, LOOKS - 1);
            words += &case.simulation().identity(context.key(index))?;
        }
        Some((words, replicates))
    }

    /// Takes the estimates of all looks from where they are kept, and says whether they are.
    fn recall(&self, context: &Context<'_>, all: &mut [Series]) -> bool {
        let numbers =
            self.cases.first().zip(self.identity(context)).and_then(|(case, (words, replicates))| {
                case.simulation().concluded(context.key(0), &words, replicates)
            });
        let Some(numbers) = numbers.filter(|numbers| numbers.len() == LOOKS as usize * 7 * self.cases.len()) else {
            return false;
        };
        let mut samples = numbers.chunks_exact(7).map(Sample::from_numbers);
        for series in all {
            let width = series.cases.len();
            series.estimates = (0..LOOKS).map(|_| samples.by_ref().take(width).map(Ok).collect()).collect();
        }
        true
    }

    /// Keeps the estimates of all looks, where there is one of each.
    fn conclude(&self, context: &Context<'_>, all: &[Series]) {
        let estimates = || all.iter().flat_map(|series| series.estimates.iter().flatten());
        let is_whole = estimates().count() == LOOKS as usize * self.cases.len() && estimates().all(Result::is_ok);
        if let (true, Some(case), Some((words, replicates))) = (is_whole, self.cases.first(), self.identity(context)) {
            let numbers = estimates().flatten().flat_map(Sample::numbers).collect();
            case.simulation().conclude(context.key(0), &words, replicates, numbers);
        }
    }
}
