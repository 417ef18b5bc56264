//! Mutants: plausible wrong formulas and wrong simulators, which the registry's own checks must refute at their own budget.
//!
//! A mutant names a check and replaces one of its sides: the values that theory expects (`formulas`) or the simulator
//! (`simulators`). Everything else, the cells, the replicates, the streams, the bound, is the check's. A row of either table is
//! a mutant; a survivor fails `tests/mutants.rs`. Beside the wrong ones each table has controls, the same code without the fault,
//! which must be confirmed: otherwise anything would be refuted.

mod formulas;
mod simulators;

use super::Claim;
use std::collections::BTreeMap;

use super::check::{Body, Case, Cell, Context, Finding, Quantity, Sampled, Series, Tier};
use super::run::family;
use crate::outcome::Verdict;
use crate::stats::family::Family;

/// A replacement of one side of a check.
#[derive(Clone)]
pub enum Side {
    /// What is expected at each cell.
    Formula(fn(&Cell) -> f64),
    /// A simulator for each cell, in place of the case's own.
    Simulator(fn(&Case) -> Case),
}

/// A check with one side replaced.
#[derive(Clone)]
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
