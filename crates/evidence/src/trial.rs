//! Mutants on trial: each on the check that it names.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use goldenweight_replicates::share::Share;

use crate::check::Body;
use crate::claim::Claim;
use crate::context::Context;
use crate::deal::Deal;
use crate::finding::Finding;
use crate::looks::Series;
use crate::mutant::{Mutant, Side};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// Runs mutants on the checks of a suite, with the replicates, streams and error rate that these have in its first tier.
///
/// All wrong formulas of one check are compared with one simulation, which is drawn once.
///
/// # Examples
/// ```
/// use std::sync::atomic::AtomicBool;
/// use goldenweight_evidence::{
///     About, Case, Claim, Draw, Mutant, Mutants, Simulation, Statement, Suite, Tally, Tier, rand::RngExt, simulation,
/// };
///
/// struct Uniform;
/// impl Simulation for Uniform {
///     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
///         draw.each(|rng, tallies| tallies[0].push(Some(rng.random())))
///     }
/// }
/// let check = simulation("mean", 20_000, 0.03, vec![Case::new("(0, 1)", Uniform, 0.5)]);
/// let wrong = Mutant::formula("0.6 for 1/2", "mean", |_| 0.6);
/// let suite = Suite {
///     about: About { name: "uniform", title: "uniform numbers", notes: "" },
///     version: "1",
///     tiers: vec![Tier::QUICK],
///     claims: vec![Claim::new(Statement::default(), vec![check]).with_mutants(vec![wrong])],
///     wrong_simulator: None,
///     reproduce: |_| "cargo test".into(),
/// };
/// let (claim, stop) = (&suite.claims[0], AtomicBool::new(false));
/// let found = Mutants::new(&suite, 1, &stop).run(claim, &claim.mutants[0]).expect("the check that it names");
/// assert_eq!(found.verdict, claim.mutants[0].expected);
/// ```
pub struct Mutants<'a> {
    suite: &'a Suite,
    seed: u64,
    stop: &'a AtomicBool,
    share: Option<Share>,
    /// How the work is dealt out, and whether the run is of the tier of the mutants.
    deal: (Option<&'a Deal<'a>>, bool),
    /// Comparisons that wait for other shares.
    waiting: usize,
    simulated: BTreeMap<(String, &'static str), Vec<Series>>,
}

impl<'a> Mutants<'a> {
    /// Under this seed.
    #[must_use]
    pub const fn new(suite: &'a Suite, seed: u64, stop: &'a AtomicBool) -> Self {
        Self { suite, seed, stop, share: None, deal: (None, true), waiting: 0, simulated: BTreeMap::new() }
    }

    /// Draws a share of what the trials of a claim need, and says how many comparisons wait for other shares.
    pub(crate) fn draw_share(self, claim: &Claim, share: Share, (deal, first_tier): (&'a Deal<'a>, bool)) -> usize {
        let mut own = Self { share: Some(share), deal: (Some(deal), first_tier), ..self };
        claim.mutants.iter().for_each(|mutant| drop(own.run(claim, mutant)));
        own.waiting
    }

    /// What the check says of a claim's mutant; nothing where the claim has no such check by simulation or at random places.
    pub fn run(&mut self, claim: &Claim, mutant: &Mutant) -> Option<Finding> {
        let check = claim.checks.iter().find(|check| check.name == mutant.check)?;
        let tier = self.suite.tiers[0];
        let id = &claim.says.id;
        let context = Context::of(id, check.name, self.seed, tier, self.suite.family(0), self.stop);
        let context = Context { share: self.share, ..context };
        let sampled = match (&check.body, &mutant.side) {
            (Body::Sampled(sampled), Side::Formula(_) | Side::Simulation(_)) => sampled,
            // What is found at places is not kept.
            (Body::Audit { .. }, Side::Places(_)) if self.share.is_some() => return None,
            (Body::Audit { places, .. }, Side::Places(run)) => return Some(run(*places, &context)),
            _ => return None,
        };
        let mutated = mutant.of(sampled);
        if self.share.is_some() && !mutated.is_shared() {
            return None;
        }
        let of = mutant.dealt_as(id, sampled, self.deal.1);
        let nothing = || self.deal.0.map_or_else(|| mutated.series(), |deal| deal.series(of, &mutated));
        Some(match mutant.side {
            Side::Formula(_) if mutant.is_drawn_alike(sampled) => {
                let simulated = self.simulated.entry((id.clone(), check.name)).or_insert_with(nothing);
                let found = mutated.judge(&context, simulated);
                self.waiting += simulated.iter().filter(|series| series.waits()).count();
                found
            }
            _ => {
                let mut series = nothing();
                let found = mutated.judge(&context, &mut series);
                self.waiting += series.iter().filter(|series| series.waits()).count();
                found
            }
        })
    }

    /// The evidence that a claim's checks would notice a fault: the mutants that survived, by name; if there are none, the one that was refuted most narrowly.
    pub fn summary(&mut self, claim: &Claim) -> Finding {
        let found: Vec<_> = claim.mutants.iter().map(|mutant| (mutant, self.run(claim, mutant))).collect();
        let survives = |(mutant, finding): &&(&Mutant, Option<Finding>)| {
            finding.as_ref().is_none_or(|finding| finding.verdict != mutant.expected)
        };
        let survivors: Vec<&str> = found.iter().filter(survives).map(|(mutant, _)| mutant.name).collect();
        if !survivors.is_empty() {
            return Finding::decided(
                Verdict::Refuted,
                format!("not told from the right one: {}", survivors.join("; ")),
            );
        }
        let (wrong, controls): (Vec<_>, Vec<_>) = found.iter().partition(|(mutant, _)| mutant.is_wrong());
        // Where there is no number the distance is infinite. An audit has its own in bounds.
        let caught = wrong.iter().filter_map(|(mutant, finding)| {
            let finding = finding.as_ref()?;
            Some((mutant.name, finding.statistic()?.abs(), finding.bound()?))
        });
        let nearest = caught.min_by(|a, b| (a.1 - a.2).total_cmp(&(b.1 - b.2)));
        let nearest = nearest.map_or_else(String::new, |(name, z, bound)| {
            format!("; the nearest: {name}, |z| = {z:.1} against {bound:.2}")
        });
        Finding::decided(
            Verdict::Confirmed,
            format!("{} refuted, {} controls confirmed{nearest}", wrong.len(), controls.len()),
        )
    }
}
