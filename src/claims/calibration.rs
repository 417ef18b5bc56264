//! Running the statistical checks of the registry under fresh seeds: is the declared error rate kept?
//!
//! The registry's claims are taken as true here, so whatever is refuted is a false alarm. What is tested, with which
//! tests and at which rate, is in `docs/statistics.md`.

mod assess;

use glob::Pattern;
use rayon::prelude::*;

use self::assess::{Place, Run, Value, assess};
use super::check::{Body, Check, Compared, Context, Sampled, Tier};
use super::mutants::{self, Mutant};
use super::run::{RunError, family};
use super::{Claim, Kind};
use crate::outcome::calibration::CalibrationOutcome;
use crate::stats::calibration::{normal_quantile, probability};
use crate::stream::fresh_seed;

/// Fewest seeds from which anything is decided. With the laws of 158 comparisons to test, a Kolmogorov–Smirnov distance must be
/// beyond .57 at 20 seeds: z shifted by one and a half. With fewer, only gross faults would be seen.
pub const FEWEST_SEEDS: u64 = 20;

/// The wrong simulator's name in the table of mutants: it is far off in a cell whose loss is not skewed, so that a small budget
/// finds it too.
const WRONG_SIMULATOR: &str = "weights per row, not per part";

/// What to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Base from which the fresh seeds are derived, see [`fresh_seed`].
    pub seed: u64,
    /// Number of fresh seeds.
    pub seeds: u64,
    /// Share of the quick tier's replicates, in (0, 1].
    pub budget: f64,
    /// Glob over claim ids; none for all.
    pub only: Option<Pattern>,
    /// Kinds of evidence; none for all that are statistical.
    pub kinds: Vec<Kind>,
}

/// A check of the selection, at the budget.
struct Selected<'a> {
    claim: &'a str,
    check: &'a str,
    kind: Kind,
    sampled: Sampled,
}

impl Selected<'_> {
    /// Its comparisons at the cap in the run of this context's seed, and whether any look refuted them.
    fn compared(&self, context: &Context) -> Vec<(Result<Compared, String>, bool)> {
        self.sampled.at_cap(context)
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        let place =
            |place| Place { claim: self.claim.to_owned(), check: self.check.to_owned(), kind: self.kind, place };
        self.sampled.places().into_iter().map(place)
    }
}

/// The checks by simulation of the claims asked for.
fn select<'a>(claims: &'a [Claim], settings: &Settings) -> Vec<Selected<'a>> {
    let matches = |claim: &&Claim| settings.only.as_ref().is_none_or(|glob| glob.matches(claim.id));
    let asked = |check: &Check| {
        check.tier == Tier::Quick && (settings.kinds.is_empty() || settings.kinds.contains(&check.kind))
    };
    let selected = |claim: &'a Claim, check: &'a Check| match &check.body {
        Body::Sampled(sampled) if asked(check) => Some(Selected {
            claim: claim.id,
            check: check.name,
            kind: check.kind,
            sampled: sampled.at_budget(settings.budget),
        }),
        _ => None,
    };
    let checks = claims.iter().filter(matches).flat_map(|claim| claim.checks.iter().map(move |check| (claim, check)));
    checks.filter_map(|(claim, check)| selected(claim, check)).collect()
}

/// The wrong simulator on its own check, at the budget.
fn wrong_simulator<'a>(claims: &'a [Claim], budget: f64) -> Option<(Mutant, Selected<'a>)> {
    let mutant = mutants::table().into_iter().find(|mutant| mutant.name == WRONG_SIMULATOR)?;
    let claim = claims.iter().find(|claim| claim.id == mutant.claim)?;
    let check = claim.checks.iter().find(|check| check.name == mutant.check)?;
    let Body::Sampled(sampled) = &check.body else { return None };
    let sampled = mutant.of(sampled).at_budget(budget);
    Some((mutant, Selected { claim: claim.id, check: check.name, kind: check.kind, sampled }))
}

/// z of every comparison of a simulated risk that the quick tier makes under one seed (kinds simulation and ladder), in the order of the
/// registry, each turned by the law of its degrees of freedom into one that is normal where the law is right. What could not be compared,
/// or is too skewed for the budget, is left out. `listener` is told after each check how many there are in all.
pub fn normal_scores(claims: &[Claim], seed: u64, budget: f64, listener: &(dyn Fn(u64) + Sync)) -> Vec<f64> {
    let settings = Settings { seed, seeds: 1, budget, only: None, kinds: vec![Kind::Simulation, Kind::Ladder] };
    let (selected, family) = (select(claims, &settings), family(claims, Tier::Quick));
    let compared = |check: &Selected<'_>| {
        let compared = check.compared(&Context::of(check.claim, check.check, seed, Tier::Quick, family));
        listener(selected.len() as u64);
        compared
    };
    let made: Vec<_> = selected.par_iter().map(compared).collect();
    let usable = made.into_iter().flatten().filter_map(Value::of).filter(|value| value.estimate.is_symmetric());
    usable.map(|value| normal_quantile(probability(value.z, value.estimate.degrees))).collect()
}

/// Runs the checks under every seed and says whether the declared rate is kept. `listener` is told after each check how many
/// there are in all; it is called from every thread.
///
/// # Errors
/// [`RunError::NoClaim`] where `only` matches nothing, [`RunError::NoEvidence`] where no claim that it matches has a check by
/// simulation of the kinds.
pub fn calibrate(
    claims: &[Claim],
    settings: &Settings,
    listener: &(dyn Fn(u64) + Sync),
) -> Result<CalibrationOutcome, RunError> {
    if let Some(glob) = &settings.only
        && !claims.iter().any(|claim| glob.matches(claim.id))
    {
        return Err(RunError::NoClaim);
    }
    let selected = select(claims, settings);
    if selected.is_empty() {
        return Err(RunError::NoEvidence);
    }
    let family = family(claims, Tier::Quick);
    let wrong = wrong_simulator(claims, settings.budget);
    let units = settings.seeds * (selected.len() as u64 + u64::from(wrong.is_some()));
    let run = |index: u64| {
        let seed = fresh_seed(settings.seed, index);
        let context = |check: &Selected<'_>| Context::of(check.claim, check.check, seed, Tier::Quick, family);
        let compared = |check: &Selected<'_>| {
            let compared = check.compared(&context(check));
            listener(units);
            compared
        };
        let comparisons = selected.iter().flat_map(compared).map(Value::of).collect();
        let refuted = wrong.as_ref().map(|(_, check)| {
            let made = check.compared(&context(check));
            listener(units);
            made.iter().any(|(_, refuted)| *refuted)
        });
        Run { comparisons, wrong_refuted: refuted.unwrap_or(false) }
    };
    // Runs are independent and collected in the order of their index: no result depends on the threads.
    let runs: Vec<Run> = (0..settings.seeds).into_par_iter().map(run).collect();
    let places = selected.iter().flat_map(Selected::places).collect();
    Ok(assess(settings, &family, places, &runs, wrong.map(|(mutant, _)| mutant)))
}
