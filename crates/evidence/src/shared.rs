//! A run whose simulations several processes divide.

use std::sync::atomic::{AtomicBool, Ordering};

use goldenweight_replicates::share::Share;
use goldenweight_replicates::stream::fresh_seed;
use rayon::prelude::*;

use crate::calibration::Calibration;
use crate::check::{Body, Check};
use crate::claim::Claim;
use crate::context::Context;
use crate::deal::{Deal, Of};
use crate::mutant::Side;
use crate::run::{Event, RunError, Settings};
use crate::suite::Suite;
use crate::trial::Mutants;

/// What a share of a run has left to others.
///
/// # Examples
/// see [`Suite::draw_share`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The claims with comparisons that wait for what other shares have to draw, each with the number of these comparisons.
    pub waiting: Vec<(String, usize)>,
    /// Whether the run was told to stop before its end.
    pub is_partial: bool,
}

impl Suite {
    /// Draws one share of what the checks of a run need, for simulations that keep what they draw ([`is_shared`](crate::Simulation::is_shared)). The others, and checks without
    /// simulation, are left to [`Suite::verify`], which makes the outcome of what all shares have drawn.
    ///
    /// A comparison is drawn look by look, and whether there is a next look depends on all replicates of the one before. So shares go by *rounds*: in a round, all shares together draw the
    /// next look of every comparison that is not decided. After as many rounds as there are [`LOOKS`](crate::LOOKS) nothing is left. A minimiser is first searched for one step after another. That
    /// is done by one share; the others wait for the next round.
    ///
    /// The places of an audit are each drawn whole, so a share has drawn its own for good after its first turn: `is_first` says whether this is that one.
    ///
    /// # Errors
    /// As [`Suite::selected`].
    ///
    /// # Examples
    /// A simulation that keeps nothing: no share draws it, and nobody waits for it.
    /// ```
    /// use std::sync::atomic::AtomicBool;
    /// use goldenweight_evidence::{
    ///     About, Case, Claim, Draw, Left, Settings, Share, Simulation, Statement, Suite, Tally, Tier, simulation,
    /// };
    ///
    /// struct Uniform;
    /// impl Simulation for Uniform {
    ///     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
    ///         unreachable!("by no share")
    ///     }
    /// }
    /// let check = simulation("mean", 20_000, 0.03, vec![Case::new("(0, 1)", Uniform, 0.5)]);
    /// let suite = Suite {
    ///     about: About { name: "uniform", title: "uniform numbers", notes: "" },
    ///     version: "1",
    ///     tiers: vec![Tier::QUICK],
    ///     claims: vec![Claim::new(Statement::default(), vec![check])],
    ///     wrong_simulator: None,
    ///     reproduce: |_| "cargo test".into(),
    /// };
    /// let settings = Settings { seed: 1, tier: 0, only: None, kinds: Vec::new() };
    /// let share = Share { index: 0, of: 2 };
    /// assert_eq!(suite.draw_share(&settings, share, true, &AtomicBool::new(false), &mut |_| ()), Ok(Left::default()));
    /// ```
    pub fn draw_share(
        &self,
        settings: &Settings,
        share: Share,
        is_first: bool,
        stop: &AtomicBool,
        listener: &mut dyn FnMut(Event<'_>),
    ) -> Result<Left, RunError> {
        let family = self.family(settings.tier);
        let mut left = Left::default();
        let selected = self.selected(settings)?;
        let deal = self.deal(settings.tier, selected.iter());
        for (claim, checks) in &selected {
            let mut waiting = 0;
            for check in checks {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                listener(Event::Begin { claim, check });
                let tier = self.tiers[settings.tier];
                let context = Context::of(&claim.says.id, check.name, settings.seed, tier, family, stop);
                let of = Of::Check(&claim.says.id, check.name);
                let context = Context { share: Some(share), ..context };
                match &check.body {
                    Body::Sampled(sampled) if sampled.is_shared() => {
                        let mut series = deal.series(of, sampled);
                        let _no_verdict = sampled.judge(&context, &mut series);
                        waiting += series.iter().filter(|series| series.waits()).count();
                    }
                    Body::Audit { places, comparisons, run } if *comparisons > 0 && is_first => {
                        let share = Some(share.after(deal.before(of, 0)[0], 0));
                        let _no_verdict = run(*places, &Context { share, ..context });
                    }
                    Body::Mutants => {
                        let mutants = Mutants::new(self, settings.seed, stop);
                        waiting += mutants.draw_share(claim, share, (&deal, settings.tier == 0));
                    }
                    _ => {}
                }
            }
            if waiting > 0 {
                left.waiting.push((claim.says.id.clone(), waiting));
            }
        }
        left.is_partial = stop.load(Ordering::Relaxed);
        Ok(left)
    }

    /// Deals out what the checks of a run draw, and their mutants.
    fn deal<'a>(
        &'a self,
        tier: usize,
        selected: impl Iterator<Item = &'a (&'a Claim, Vec<&'a Check>)> + Clone,
    ) -> Deal<'a> {
        let mut deal = Deal::default();
        for (claim, check) in
            selected.clone().flat_map(|(claim, checks)| checks.iter().map(move |check| (*claim, *check)))
        {
            let id = &claim.says.id;
            match &check.body {
                Body::Sampled(sampled) if sampled.is_shared() => {
                    deal.add(Of::Check(id, check.name), sampled, sampled.cap_in(self.tiers[tier]));
                }
                Body::Audit { places, comparisons, .. } if *comparisons > 0 => {
                    deal.add_unknown(Of::Check(id, check.name), *places as u64);
                }
                _ => {}
            }
        }
        let has_mutants = |check: &&Check| matches!(check.body, Body::Mutants);
        for (claim, _) in selected.filter(|(_, checks)| checks.iter().any(has_mutants)) {
            for mutant in &claim.mutants {
                let Some(check) = claim.checks.iter().find(|check| check.name == mutant.check) else { continue };
                let Body::Sampled(sampled) = &check.body else { continue };
                let of = mutant.dealt_as(&claim.says.id, sampled, tier == 0);
                if sampled.is_shared() && !deal.has(of) {
                    // A wrong formula costs what the right one does.
                    let replaced = matches!(mutant.side, Side::Simulation(_)).then(|| mutant.of(sampled));
                    deal.add(of, replaced.as_ref().unwrap_or(sampled), sampled.cap_in(self.tiers[0]));
                }
            }
        }
        deal.dealt()
    }

    /// Draws one share of a calibration, whole checks under single seeds, so that one round is enough. `listener` is called as by [`Suite::calibrate`], which makes the outcome of what all
    /// shares have drawn.
    ///
    /// # Errors
    /// As [`Suite::calibrate`].
    ///
    /// # Examples
    /// see [`Suite::draw_share`].
    pub fn draw_calibration_share(
        &self,
        settings: &Calibration,
        share: Share,
        stop: &AtomicBool,
        listener: &(dyn Fn(u64) + Sync),
    ) -> Result<(), RunError> {
        let (selected, audits) = self.selected_for(settings)?;
        let wrong = self.wrong_simulator(settings.budget);
        let sampled: Vec<_> = selected.iter().chain(wrong.as_ref().map(|(_, check)| check)).collect();
        let of_seed = sampled.len() + audits.len();
        // Whoever has no share asks what there is.
        let is_progress = share == Share::NOTHING;
        // The checks of a seed are dealt out one by one, from another share on for each seed: so all shares have as much of each check.
        let own = |unit: &u64| is_progress || share.has(unit / of_seed as u64 + unit % of_seed as u64);
        let units: Vec<u64> = (0..settings.seeds * of_seed as u64).filter(own).collect();
        let draw = |unit: &u64| {
            let seed = fresh_seed(settings.seed, unit / of_seed as u64);
            match (sampled.get(*unit as usize % of_seed), stop.load(Ordering::Relaxed)) {
                (_, true) => {}
                (Some(check), false) if is_progress && check.sampled.is_shared() => {
                    let _told_to_the_store = self.is_concluded(check, seed, stop);
                }
                (Some(check), false) if check.sampled.is_shared() && !is_progress => {
                    drop(self.at_cap(check, seed, stop))
                }
                (Some(_), false) => {}
                (None, false) => {
                    let audit = &audits[*unit as usize % of_seed - sampled.len()];
                    if audit.comparisons > 0 && !is_progress {
                        let family = self.family(0);
                        let context = Context::of(audit.claim, audit.check, seed, self.tiers[0], family, stop);
                        let _no_verdict = (audit.visit)(audit.places, &context);
                    }
                }
            }
            listener(units.len() as u64);
        };
        units.par_iter().for_each(draw);
        Ok(())
    }
}
