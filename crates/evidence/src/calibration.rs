//! Running the statistical checks of a suite under fresh seeds: is the declared error rate kept?
//!
//! The claims are taken as true here, so whatever is refuted is a false alarm. A calibration tests three things: the number of runs with a false alarm
//! (exact binomial tail), the law of every comparison's z (Kolmogorov-Smirnov, with p-values adjusted by Holm's method), and how often intervals contain
//! the expected value. Besides, a deliberately wrong simulator must be refuted in every run, and audits say which parts of their domain all seeds together
//! have visited.

mod assess;

use std::sync::atomic::{AtomicBool, Ordering};

use glob::Pattern;
use goldenweight_replicates::share::Share;
use goldenweight_replicates::stream::fresh_seed;
use rayon::prelude::*;

use self::assess::{Design, Place, Run, Tally, Value, assess};
use crate::check::{Body, Check, Visit};
use crate::claim::Claim;
use crate::context::Context;
use crate::mutant::Mutant;
use crate::outcome::calibration::CalibrationOutcome;
use crate::run::RunError;
use crate::sampled::{Compared, Sampled};
use crate::stats::calibration::{normal_quantile, probability};
use crate::suite::Suite;
use crate::verdict::Kind;

pub use self::assess::FEWEST_SEEDS;

/// What to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Base from which the fresh seeds are derived, see [`fresh_seed`].
    pub seed: u64,
    /// Number of fresh seeds.
    pub seeds: u64,
    /// Share of the first tier's replicates, in (0, 1].
    pub budget: f64,
    /// Glob over claim ids; none for all.
    pub only: Option<Pattern>,
    /// Kinds of evidence; none for all that are statistical, and audits.
    pub kinds: Vec<Kind>,
}

/// A check of the selection, at the budget.
pub(crate) struct Selected<'a> {
    claim: &'a str,
    check: &'static str,
    kind: Kind,
    pub(crate) sampled: Sampled,
}

impl Selected<'_> {
    fn places(&self) -> impl Iterator<Item = Place> {
        let place =
            |place| Place { claim: self.claim.to_owned(), check: self.check.to_owned(), kind: self.kind, place };
        self.sampled.places().into_iter().map(place)
    }
}

/// An audit of the selection, at the budget.
pub(crate) struct Audited<'a> {
    pub(crate) claim: &'a str,
    pub(crate) check: &'static str,
    pub(crate) places: usize,
    pub(crate) comparisons: usize,
    pub(crate) visit: &'a Visit,
}

impl Suite {
    /// The checks of the claims asked for.
    fn asked<'a>(&'a self, settings: &'a Calibration) -> impl Iterator<Item = (&'a Claim, &'a Check)> {
        let matches = |claim: &&Claim| settings.only.as_ref().is_none_or(|glob| glob.matches(&claim.says.id));
        let asked =
            |check: &Check| self.has(0, check) && (settings.kinds.is_empty() || settings.kinds.contains(&check.kind));
        let checks = self.claims.iter().filter(matches);
        let checks = checks.flat_map(|claim| claim.checks.iter().map(move |check| (claim, check)));
        checks.filter(move |(_, check)| asked(check))
    }

    /// The audits of the claims asked for, each with its share of the places.
    fn audits<'a>(&'a self, settings: &'a Calibration) -> Vec<Audited<'a>> {
        let selected = self.asked(settings).filter_map(|(claim, check)| {
            let Body::Audit { places, comparisons, run } = &check.body else { return None };
            let share = |number: usize| (settings.budget * number as f64).ceil() as usize;
            Some(Audited {
                claim: &claim.says.id,
                check: check.name,
                places: share(*places),
                comparisons: share(*comparisons),
                visit: run,
            })
        });
        selected.collect()
    }

    /// The checks by simulation of the claims asked for.
    fn statistical<'a>(&'a self, settings: &'a Calibration) -> Vec<Selected<'a>> {
        let selected = self.asked(settings).filter_map(|(claim, check)| match &check.body {
            Body::Sampled(sampled) => Some(Selected {
                claim: &claim.says.id,
                check: check.name,
                kind: check.kind,
                sampled: sampled.at_budget(settings.budget),
            }),
            _ => None,
        });
        selected.collect()
    }

    /// The checks by simulation and the audits that are asked for.
    pub(crate) fn selected_for<'a>(
        &'a self,
        settings: &'a Calibration,
    ) -> Result<(Vec<Selected<'a>>, Vec<Audited<'a>>), RunError> {
        if let Some(glob) = &settings.only
            && !self.claims.iter().any(|claim| glob.matches(&claim.says.id))
        {
            return Err(RunError::NoClaim);
        }
        let (selected, audits) = (self.statistical(settings), self.audits(settings));
        if selected.is_empty() && audits.is_empty() { Err(RunError::NoEvidence) } else { Ok((selected, audits)) }
    }

    /// The wrong simulator on its own check, at the budget.
    pub(crate) fn wrong_simulator(&self, budget: f64) -> Option<(&Mutant, Selected<'_>)> {
        let mutants = self.claims.iter().flat_map(|claim| claim.mutants.iter().map(move |mutant| (claim, mutant)));
        let (claim, mutant) = mutants.into_iter().find(|(_, mutant)| Some(mutant.name) == self.wrong_simulator)?;
        let check = claim.checks.iter().find(|check| check.name == mutant.check)?;
        let Body::Sampled(sampled) = &check.body else { return None };
        let sampled = mutant.of(sampled).at_budget(budget);
        Some((mutant, Selected { claim: &claim.says.id, check: check.name, kind: check.kind, sampled }))
    }

    /// A check's comparisons at the cap in the run of this seed, and whether any look refuted them.
    pub(crate) fn at_cap(
        &self,
        check: &Selected<'_>,
        seed: u64,
        stop: &AtomicBool,
    ) -> Vec<(Result<Compared, String>, bool)> {
        check.sampled.at_cap(&self.context_of(check, seed, stop))
    }

    /// Whether that is kept.
    pub(crate) fn is_concluded(&self, check: &Selected<'_>, seed: u64, stop: &AtomicBool) -> bool {
        check.sampled.is_concluded(&self.context_of(check, seed, stop))
    }

    fn context_of<'a>(&self, check: &Selected<'_>, seed: u64, stop: &'a AtomicBool) -> Context<'a> {
        Context::of(check.claim, check.check, seed, self.tiers[0], self.family(0), stop)
    }

    /// z of every comparison of a mean that the first tier makes under one seed (kinds simulation and ladder), in the order of the
    /// suite. Each z is replaced by the normal number of the same cumulated probability, so that all have one law although their degrees of
    /// freedom differ. Comparisons that could not be made, or whose mean is too skewed, are left out. `listener` is called after each check,
    /// with the number of checks in all. With a share, only its checks are drawn, and there are no scores.
    pub fn normal_scores(
        &self,
        seed: u64,
        budget: f64,
        share: Option<Share>,
        listener: &(dyn Fn(u64) + Sync),
    ) -> Vec<f64> {
        let kinds = vec![Kind::Simulation, Kind::Ladder];
        let settings = Calibration { seed, seeds: 1, budget, only: None, kinds };
        let selected = self.statistical(&settings);
        let on = AtomicBool::new(false);
        let compared = |check: &Selected<'_>| {
            let compared = self.at_cap(check, seed, &on);
            listener(selected.len() as u64);
            compared
        };
        let made: Vec<_> = match share {
            None => selected.par_iter().map(compared).collect(),
            Some(share) => {
                let own = |index: &usize| share.has(*index as u64) && selected[*index].sampled.is_shared();
                (0..selected.len()).into_par_iter().filter(own).for_each(|index| drop(compared(&selected[index])));
                return Vec::new();
            }
        };
        let usable = made.into_iter().flatten().filter_map(Value::of).filter(|value| value.estimate.is_symmetric());
        usable.map(|value| normal_quantile(probability(value.z, value.estimate.degrees))).collect()
    }

    /// Runs the checks under every seed and says whether the declared rate is kept. `listener` is called after each check, from every
    /// thread, with the number of checks in all. Where `stop` is set from elsewhere, the outcome is that of the seeds that were done.
    ///
    /// # Errors
    /// [`RunError::NoClaim`] where `only` matches nothing, [`RunError::NoEvidence`] where no claim that it matches has a check by
    /// simulation of the kinds.
    ///
    /// # Examples
    /// `examples/median.rs`
    pub fn calibrate(
        &self,
        settings: &Calibration,
        stop: &AtomicBool,
        listener: &(dyn Fn(u64) + Sync),
    ) -> Result<CalibrationOutcome, RunError> {
        let (selected, audits) = self.selected_for(settings)?;
        let wrong = self.wrong_simulator(settings.budget);
        let units = settings.seeds * (selected.len() as u64 + audits.len() as u64 + u64::from(wrong.is_some()));
        let run = |index: u64| {
            let seed = fresh_seed(settings.seed, index);
            let compared = |check: &Selected<'_>| {
                let compared = self.at_cap(check, seed, stop);
                listener(units);
                compared
            };
            let comparisons = selected.iter().flat_map(compared).map(Value::of).collect();
            let visited = |audit: &Audited<'_>| {
                let context = Context::of(audit.claim, audit.check, seed, self.tiers[0], self.family(0), stop);
                let places = (audit.visit)(audit.places, &context).places;
                listener(units);
                Tally::of(&places)
            };
            let audits = audits.iter().map(visited).collect();
            let refuted = wrong.as_ref().map(|(_, check)| compared(check).iter().any(|(_, refuted)| *refuted));
            // A run that was cut short is not counted.
            let is_whole = !stop.load(Ordering::Relaxed);
            is_whole.then_some(Run { comparisons, audits, wrong_refuted: refuted.unwrap_or(false) })
        };
        // Runs are independent and collected in the order of their index: no result depends on the threads.
        let runs: Vec<Run> = (0..settings.seeds).into_par_iter().filter_map(run).collect();
        let places = selected.iter().flat_map(Selected::places).collect();
        let design = Design {
            seed: settings.seed,
            seeds: settings.seeds,
            budget: settings.budget,
            tier: self.tiers[0].word,
            family: self.family(0),
            audits: audits.iter().map(|audit| [audit.claim, audit.check]).collect(),
            audited: audits.iter().map(|audit| audit.comparisons).sum(),
            wrong: wrong.as_ref().map(|(mutant, check)| [check.claim, check.check, mutant.name]),
        };
        Ok(assess(&design, places, &runs))
    }
}
