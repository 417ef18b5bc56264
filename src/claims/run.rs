//! Running the registry.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use glob::Pattern;

use super::check::LOOKS;
use super::{Check, Claim, Context, Finding, Tier};
use crate::machine::machine;
use crate::outcome::{ClaimOutcome, Evidence, Kind, RunOutcome, Verdict};
use crate::proofs;
use crate::stats::family::{FAMILY_FALSE_ALARM, Family};

/// What to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seed; the same seed gives the same findings on every machine and for any number of threads.
    pub seed: u64,
    /// Tier.
    pub tier: Tier,
    /// Glob over claim ids (`*` any characters, `?` one); none for all.
    pub only: Option<Pattern>,
    /// Kinds of evidence; none for all.
    pub kinds: Vec<Kind>,
}

/// Why a run could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The glob matches no claim.
    #[error("matches no claim; `goldenweight claims` lists the ids")]
    NoClaim,
    /// Of the claims asked for, none has such evidence in the tier.
    #[error("is the evidence of no claim asked for in this tier")]
    NoEvidence,
}

/// What a run tells while it goes on.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// A check is about to run.
    Begin {
        /// Claim.
        claim: &'a Claim,
        /// Check.
        check: &'a Check,
    },
    /// All checks of a claim have run.
    Claim(&'a ClaimOutcome),
}

/// Every statistical comparison of a tier: the declared rate is split over them.
pub(super) fn family(claims: &[Claim], tier: Tier) -> Family {
    let checks = claims.iter().flat_map(|claim| &claim.checks).filter(|check| check.tier <= tier);
    Family::new(FAMILY_FALSE_ALARM, checks.map(Check::comparisons).sum()).with_looks(LOOKS)
}

/// The claims that are asked for, each with its checks, of which it has at least one.
///
/// # Errors
/// [`RunError::NoClaim`] where `only` matches nothing, [`RunError::NoEvidence`] where the claims that it matches have no evidence
/// of the kinds.
pub fn selected<'a>(
    claims: &'a [Claim],
    settings: &Settings,
) -> Result<VecDeque<(&'a Claim, Vec<&'a Check>)>, RunError> {
    let asked = |check: &&Check| {
        check.tier <= settings.tier && (settings.kinds.is_empty() || settings.kinds.contains(&check.kind))
    };
    let mut matching =
        claims.iter().filter(|claim| settings.only.as_ref().is_none_or(|glob| glob.matches(claim.id))).peekable();
    matching.peek().ok_or(RunError::NoClaim)?;
    let checks = |claim: &'a Claim| (claim, claim.checks.iter().filter(asked).collect::<Vec<_>>());
    let found: VecDeque<_> = matching.map(checks).filter(|(_, checks)| !checks.is_empty()).collect();
    if found.is_empty() { Err(RunError::NoEvidence) } else { Ok(found) }
}

/// Runs the checks of the tier, one after the other (each uses all threads), and tells `listener` of the progress.
///
/// The family of a run is every statistical comparison of the tier in the whole registry, also under `only`: a claim's
/// bounds, and so its verdict, do not depend on what else is asked for.
///
/// # Errors
/// As [`selected`].
pub fn verify(
    claims: &[Claim],
    settings: &Settings,
    listener: &mut dyn FnMut(Event<'_>),
) -> Result<RunOutcome, RunError> {
    let began = Instant::now();
    let family = family(claims, settings.tier);
    let mut queue = selected(claims, settings)?;
    // Coq runs beside the simulations, and the claims that wait for it are told of when it is done.
    let proofs_asked = queue.iter().flat_map(|(_, checks)| checks).any(|check| check.kind == Kind::Proof);
    if proofs_asked {
        proofs::start();
    }
    let made = |claim: &Claim, check: &Check| {
        evidence(claim, check, &Context::of(claim.id, check.name, settings.seed, settings.tier, family))
    };
    let mut waiting = VecDeque::new();
    let mut outcomes = Vec::new();
    while let Some((claim, checks)) = queue.pop_front() {
        let computed: Vec<_> = checks
            .into_iter()
            .map(|check| {
                let later = check.kind == Kind::Proof;
                if !later {
                    listener(Event::Begin { claim, check });
                }
                (check, (!later).then(|| made(claim, check)))
            })
            .collect();
        waiting.push_back((claim, computed));
        while !proofs_asked || proofs::is_ready() || queue.is_empty() {
            let Some((claim, computed)) = waiting.pop_front() else { break };
            let evidence =
                computed.into_iter().map(|(check, done)| done.unwrap_or_else(|| made(claim, check))).collect();
            let outcome = outcome(claim, evidence);
            listener(Event::Claim(&outcome));
            outcomes.push(outcome);
        }
    }
    Ok(RunOutcome {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        machine: machine(),
        seconds: began.elapsed().as_secs_f64(),
        seed: settings.seed,
        tier: settings.tier.word().to_owned(),
        family_false_alarm: FAMILY_FALSE_ALARM,
        checks: family.checks(),
        verdict: Verdict::of_all(outcomes.iter().map(|c| c.verdict)),
        claims: outcomes,
    })
}

fn outcome(claim: &Claim, evidence: Vec<Evidence>) -> ClaimOutcome {
    ClaimOutcome {
        id: claim.id.to_owned(),
        statement: claim.statement.to_owned(),
        formula: claim.formula().to_owned(),
        domain: claim.domain.to_owned(),
        source: claim.source.word().to_owned(),
        exactness: claim.exactness.word().to_owned(),
        verdict: Verdict::of_all(evidence.iter().filter(|e| e.ran).map(|e| e.verdict)),
        evidence,
    }
}

fn evidence(claim: &Claim, check: &Check, context: &Context) -> Evidence {
    let began = Instant::now();
    // A wrong formula may divide by zero in exact arithmetic: that is this check's finding, and the others go on.
    let found = panic::catch_unwind(AssertUnwindSafe(|| check.run(context)));
    let found = found.unwrap_or_else(|_| Finding::inconclusive("the check broke off; the reason is on stderr"));
    // JSON has no infinity and no NaN: what is not finite is told by the detail.
    let finite = |x: Option<f64>| x.filter(|x| x.is_finite());
    Evidence {
        kind: check.kind,
        check: check.name.to_owned(),
        verdict: found.verdict,
        statistic: finite(found.statistic),
        bound: found.bound,
        detectable_effect: finite(found.detectable_effect),
        relative_error: finite(found.relative_error),
        interval: found.interval.filter(|(low, high)| low.is_finite() && high.is_finite()),
        margin: found.margin,
        replicates: found.replicates,
        comparisons: found.comparisons,
        reproduce: reproduce(claim, check, context),
        seconds: began.elapsed().as_secs_f64(),
        detail: found.detail,
        ran: found.ran,
    }
}

/// The command that runs a check again, with those of its kind in the claim.
fn reproduce(claim: &Claim, check: &Check, context: &Context) -> String {
    let tier = if context.tier == Tier::Quick { "" } else { " --tier full" };
    format!("goldenweight verify --only {} --kinds {}{tier} --seed {}", claim.id, check.kind.word(), context.seed)
}
