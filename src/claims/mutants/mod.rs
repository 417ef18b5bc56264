//! Mutants: plausible wrong formulas and wrong simulators, which the registry's own checks must refute at their own budget.
//!
//! A mutant names a check and replaces one of its sides: the values that theory expects (`formulas`) or the simulator
//! (`simulators`). Everything else, the cells, the replicates, the streams, the bound, is the check's. A row of either table is
//! a mutant; a survivor fails `tests/mutants.rs`, and the claim in the full tier. Beside the wrong ones each table has controls, the same code without the fault,
//! which must be confirmed: otherwise anything would be refuted.

mod formulas;
mod simulators;

use std::collections::BTreeMap;

use super::check::{Body, Case, Cell, Check, Context, Finding, Quantity, Sampled, Series, Tier};
use super::run::family;
use super::{Claim, registry};
use crate::outcome::{Kind, Verdict};
use crate::stats::family::Family;

/// A replacement of one side of a check.
#[derive(Clone, Copy)]
pub enum Side {
    /// What is expected at each cell.
    Formula(fn(&Cell) -> f64),
    /// A simulator for each cell, in place of the case's own.
    Simulator(fn(&Case) -> Case),
}

/// A check with one side replaced.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// What is wrong, in words; unique.
    pub name: &'static str,
    /// Id of the claim.
    pub claim: &'static str,
    /// Name of the claim's check.
    pub check: &'static str,
    /// The replacement.
    pub side: Side,
    /// What the check must say: Refuted, or Confirmed of a control.
    pub expected: Verdict,
}

impl Mutant {
    /// The check with its side replaced.
    #[must_use]
    pub fn of(&self, sampled: &Sampled) -> Sampled {
        sampled.with_cases(|case| match self.side {
            Side::Formula(expected) => case.clone().expecting(expected(case.cell())),
            Side::Simulator(simulator) => simulator(case),
        })
    }
}

/// Every mutant and control.
#[must_use]
pub fn table() -> Vec<Mutant> {
    formulas::table().into_iter().chain(simulators::table()).collect()
}

/// The evidence that a claim's checks would notice: every mutant of the claim refuted, every control confirmed, by the checks of the quick
/// tier; none for a claim without mutants.
#[must_use]
pub fn check(claim: &'static str) -> Option<Check> {
    let mutants: Vec<Mutant> = table().into_iter().filter(|mutant| mutant.claim == claim).collect();
    let wrong = mutants.iter().filter(|mutant| mutant.expected == Verdict::Refuted).count();
    (wrong > 0).then(|| {
        let run = move |context: &Context| summary(&mutants, &mut Runner::new(registry(), context.seed));
        Check::certain("wrong formulas and simulators are refuted", Kind::Mutant, run).in_full_tier()
    })
}

/// Survivors by name; else the one that was caught with the least to spare.
fn summary(mutants: &[Mutant], runner: &mut Runner) -> Finding {
    let found: Vec<_> = mutants.iter().map(|mutant| (mutant, runner.run(mutant))).collect();
    let survives = |(mutant, finding): &&(&Mutant, Option<Finding>)| {
        finding.as_ref().is_none_or(|finding| finding.verdict != mutant.expected)
    };
    let survivors: Vec<&str> = found.iter().filter(survives).map(|(mutant, _)| mutant.name).collect();
    if !survivors.is_empty() {
        return Finding::decided(Verdict::Refuted, format!("not told from the right one: {}", survivors.join("; ")));
    }
    let refuted = found.iter().filter(|(mutant, _)| mutant.expected == Verdict::Refuted);
    let caught = refuted.filter_map(|(mutant, finding)| {
        let finding = finding.as_ref()?;
        Some((mutant.name, finding.statistic?.abs(), finding.bound?))
    });
    let caught: Vec<_> = caught.collect();
    let nearest = caught.iter().min_by(|a, b| (a.1 - a.2).total_cmp(&(b.1 - b.2)));
    let nearest = nearest
        .map_or_else(String::new, |(name, z, bound)| format!("; the nearest: {name}, |z| = {z:.1} against {bound:.2}"));
    Finding::decided(
        Verdict::Confirmed,
        format!("{} refuted, {} controls confirmed{nearest}", caught.len(), mutants.len() - caught.len()),
    )
}

/// Runs mutants on the checks of a registry, at the budget, streams and error rate that they have in its quick tier.
///
/// Wrong formulas of one check are held against one simulation.
pub struct Runner {
    claims: Vec<Claim>,
    seed: u64,
    family: Family,
    simulated: BTreeMap<(&'static str, &'static str), Vec<Series>>,
}

impl Runner {
    /// On these claims.
    #[must_use]
    pub fn new(claims: Vec<Claim>, seed: u64) -> Self {
        let family = family(&claims, Tier::Quick);
        Self { claims, seed, family, simulated: BTreeMap::new() }
    }

    /// What the mutant's check says of it; nothing where the claim has no such check by simulation.
    pub fn run(&mut self, mutant: &Mutant) -> Option<Finding> {
        let claim = self.claims.iter().find(|claim| claim.id == mutant.claim)?;
        let check = claim.checks.iter().find(|check| check.name == mutant.check)?;
        let Body::Sampled(sampled) = &check.body else { return None };
        let context = Context::of(claim.id, check.name, self.seed, Tier::Quick, self.family);
        let mutated = mutant.of(sampled);
        let risk_or_minimiser = matches!(sampled.form.quantity, Quantity::Risk | Quantity::Minimiser);
        Some(match mutant.side {
            // Slope and curvature are taken where the weight is expected.
            Side::Formula(_) if risk_or_minimiser => {
                let simulated = self.simulated.entry((claim.id, check.name));
                mutated.judge(&context, simulated.or_insert_with(|| sampled.series()))
            }
            _ => mutated.judge(&context, &mut mutated.series()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::DEFAULT_SEED;

    fn found(mutants: &[Mutant]) -> Finding {
        summary(mutants, &mut Runner::new(registry(), DEFAULT_SEED))
    }

    /// The right simulator, said to be wrong, survives and is named; a check that is not there catches nothing.
    #[test]
    fn a_survivor_refutes() {
        let check = "relative risk 1 for the Gaussian mean";
        let unchanged = Mutant {
            name: "unchanged",
            claim: "break-even",
            check,
            side: Side::Simulator(Case::clone),
            expected: Verdict::Refuted,
        };
        let wrong = Mutant { name: "half the risk", side: Side::Formula(|_| 0.005), ..unchanged };
        let absent = Mutant { name: "of no check", check: "no such check", ..unchanged };
        assert_eq!(found(&[wrong]).verdict, Verdict::Confirmed);
        let finding = found(&[wrong, unchanged, absent]);
        assert_eq!(finding.verdict, Verdict::Refuted);
        assert_eq!(finding.detail, "not told from the right one: unchanged; of no check");
    }
}
