//! A suite: claims with their tiers, their common false-alarm rate, and how a report speaks of them.

use crate::check::Check;
use crate::claim::Claim;
use crate::context::Tier;
use crate::draw::LOOKS;
use crate::outcome::About;
use crate::stats::family::{FAMILY_FALSE_ALARM, Family};
use crate::verdict::Kind;

/// What to run again: a claim's evidence of one kind, in a tier, under a seed.
#[derive(Clone, Copy, Debug)]
pub struct Again<'a> {
    /// Id of the claim.
    pub claim: &'a str,
    /// Kind of evidence.
    pub kind: Kind,
    /// The tier's word; none for the first tier, which needs none.
    pub tier: Option<&'a str>,
    /// Seed.
    pub seed: u64,
}

/// Claims that run together.
///
/// # Examples
/// see the [crate]: one claim of a suite is run.
pub struct Suite {
    /// What the page of a run says of it.
    pub about: About,
    /// Version of what is verified.
    pub version: &'static str,
    /// Tiers, the cheapest first; at least one. Mutants and calibration take the first, and the last is the full one.
    pub tiers: Vec<Tier>,
    /// Claims, in the order in which tables show them.
    pub claims: Vec<Claim>,
    /// The name of the mutant that a calibration must see refuted in every run. Choose one whose error is large and whose replicates are not skewed,
    /// so that a small budget finds it, too.
    pub wrong_simulator: Option<&'static str>,
    /// The command that runs evidence again.
    pub reproduce: fn(&Again<'_>) -> String,
}

impl Suite {
    /// Whether a check runs in a tier.
    #[must_use]
    pub const fn has(&self, tier: usize, check: &Check) -> bool {
        !check.only_in_full_tier || tier + 1 == self.tiers.len()
    }

    /// Every statistical comparison of a tier: the declared rate is split over them, also where only some of them run, so that no bound depends on
    /// what else was asked for.
    #[must_use]
    pub fn family(&self, tier: usize) -> Family {
        let checks = self.claims.iter().flat_map(|claim| &claim.checks).filter(|check| self.has(tier, check));
        Family::new(FAMILY_FALSE_ALARM, checks.map(Check::comparisons).sum()).with_looks(LOOKS)
    }
}
