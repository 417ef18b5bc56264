//! Running a suite.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use glob::Pattern;
use rayon::prelude::*;

use crate::check::{Body, Check};
use crate::claim::Claim;
use crate::context::Context;
use crate::finding::{Finding, Measure};
use crate::machine::machine;
use crate::outcome::{ClaimOutcome, Counts, Evidence, NotRun, RunOutcome};
use crate::suite::{Again, Suite};
use crate::trial::Mutants;
use crate::verdict::{Kind, Verdict};

/// What to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seed; the same seed gives the same findings on every machine and for any number of threads.
    pub seed: u64,
    /// Tier, by its index in the suite.
    pub tier: usize,
    /// Glob over claim ids (`*` any characters, `?` one); none for all.
    pub only: Option<Pattern>,
    /// Kinds of evidence; none for all.
    pub kinds: Vec<Kind>,
}

/// Why a run could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The glob matches no claim.
    #[error("matches no claim")]
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
    /// All checks of a claim have run, or the run was told to stop in the midst of them.
    Claim(&'a ClaimOutcome),
}

/// How long to wait before asking again whether what runs beside the checks is ready.
const PATIENCE: Duration = Duration::from_millis(20);

/// A claim in progress: its checks, each with what it has given so far.
type Waiting<'a> = (&'a Claim, Vec<(&'a Check, Option<Evidence>)>);

impl Suite {
    /// The claims that are asked for, each with its checks, of which it has at least one.
    ///
    /// # Errors
    /// [`RunError::NoClaim`] where `only` matches nothing, [`RunError::NoEvidence`] where the claims that it matches have no evidence
    /// of the kinds.
    pub fn selected<'a>(&'a self, settings: &Settings) -> Result<VecDeque<(&'a Claim, Vec<&'a Check>)>, RunError> {
        let asked = |check: &&Check| {
            self.has(settings.tier, check) && (settings.kinds.is_empty() || settings.kinds.contains(&check.kind))
        };
        let is_asked = |claim: &&Claim| settings.only.as_ref().is_none_or(|glob| glob.matches(&claim.says.id));
        let mut matching = self.claims.iter().filter(is_asked).peekable();
        matching.peek().ok_or(RunError::NoClaim)?;
        let checks = |claim: &'a Claim| (claim, claim.checks.iter().filter(asked).collect::<Vec<_>>());
        let found: VecDeque<_> = matching.map(checks).filter(|(_, checks)| !checks.is_empty()).collect();
        if found.is_empty() { Err(RunError::NoEvidence) } else { Ok(found) }
    }

    /// Runs the checks of the tier and tells `listener` of the progress: first those without sampling error, side by side, since each uses one thread; then
    /// the others, one after the other, since each uses all. Where `stop` is set from elsewhere, the run ends soon, and what was decided until then is its
    /// outcome.
    ///
    /// The family of a run is every statistical comparison of the tier in the whole suite, also under `only`: a claim's
    /// bounds, and so its verdict, do not depend on what else is asked for.
    ///
    /// # Errors
    /// As [`Suite::selected`].
    pub fn verify(
        &self,
        settings: &Settings,
        stop: &AtomicBool,
        listener: &mut dyn FnMut(Event<'_>),
    ) -> Result<RunOutcome, RunError> {
        let began = Instant::now();
        let family = self.family(settings.tier);
        let selected = self.selected(settings)?;
        let asked: Vec<&Check> = selected.iter().flat_map(|(_, checks)| checks).copied().collect();
        let mut counts = Counts {
            in_budget: family.checks(),
            asked: asked.iter().map(|check| check.comparisons()).sum(),
            audited: asked.iter().filter(|c| matches!(c.body, Body::Audit { .. })).map(|c| c.comparisons()).sum(),
            chi_squared: asked.iter().map(|c| if let Body::Sampled(s) = &c.body { s.chi_squared() } else { 0 }).sum(),
            ..Counts::default()
        };
        for check in asked {
            if let Body::Beside(work) = &check.body {
                work.start();
            }
        }
        let begun = |(claim, checks): (_, Vec<_>)| (claim, checks.into_iter().map(|check| (check, None)).collect());
        let mut queue: VecDeque<Waiting<'_>> = selected.into_iter().map(begun).collect();
        queue.par_iter_mut().for_each(|(claim, checks)| {
            let certain = checks.par_iter_mut().filter(|(check, _)| matches!(check.body, Body::Certain(_)));
            certain.for_each(|(check, made)| *made = Some(self.evidence(claim, check, settings, stop)));
        });
        let is_stopped = || stop.load(Ordering::Relaxed);
        let mut waiting: VecDeque<Waiting<'_>> = VecDeque::new();
        let mut claims = Vec::new();
        loop {
            let next = if is_stopped() { None } else { queue.pop_front() };
            let is_last = next.is_none();
            if let Some((claim, mut checks)) = next {
                for (check, made) in &mut checks {
                    if made.is_some() || matches!(check.body, Body::Beside(_)) {
                        continue;
                    }
                    if !is_stopped() {
                        listener(Event::Begin { claim, check });
                    }
                    *made = Some(self.evidence(claim, check, settings, stop));
                }
                waiting.push_back((claim, checks));
            }
            // In the order of the suite: a claim that waits for what runs beside it keeps those after it waiting.
            let is_ready = |(_, checks): &Waiting<'_>| {
                checks.iter().all(|(check, _)| !matches!(&check.body, Body::Beside(work) if !work.is_ready()))
            };
            while waiting.front().is_some_and(|claim| is_last || is_ready(claim)) {
                let Some((claim, made)) = waiting.pop_front() else { break };
                let evidence = made
                    .into_iter()
                    .map(|(check, made)| made.unwrap_or_else(|| self.evidence(claim, check, settings, stop)))
                    .collect();
                let outcome = self.outcome(claim, evidence, settings);
                listener(Event::Claim(&outcome));
                claims.push(outcome);
            }
            if is_last {
                break;
            }
        }
        counts.z = claims.iter().flat_map(|claim| &claim.evidence).map(|e| e.finding.comparisons.len()).sum();
        counts.not_made = counts.asked - counts.chi_squared - counts.audited - counts.z;
        let not_begun: Vec<String> = queue.iter().map(|(claim, _)| claim.says.id.clone()).collect();
        let partial = claims.iter().flat_map(|claim| &claim.evidence).any(is_interrupted) || !not_begun.is_empty();
        let undecided = partial.then_some(Verdict::Inconclusive);
        Ok(RunOutcome {
            version: self.version.to_owned(),
            machine: machine(),
            seconds: began.elapsed().as_secs_f64(),
            seed: settings.seed,
            tier: self.tiers[settings.tier].word.to_owned(),
            only: settings.only.as_ref().map_or_else(|| "*".to_owned(), Pattern::to_string),
            kinds: settings.kinds.clone(),
            family_false_alarm: family.rate(),
            checks: family.checks(),
            comparisons: counts,
            partial,
            not_begun,
            verdict: Verdict::of_all(claims.iter().map(|claim| claim.verdict).chain(undecided)),
            claims,
        })
    }

    fn outcome(&self, claim: &Claim, evidence: Vec<Evidence>, settings: &Settings) -> ClaimOutcome {
        let made = evidence.iter().filter(|e| e.finding.ran()).map(|e| e.finding.verdict);
        let undecided = evidence.iter().any(is_interrupted).then_some(Verdict::Inconclusive);
        let kinds_not_run = claim.kinds().into_iter().filter_map(|kind| {
            let mut of_kind = evidence.iter().filter(|e| e.kind == kind).peekable();
            let reason = match of_kind.peek() {
                Some(first) => first.finding.cause().to_owned(),
                None if settings.kinds.is_empty() || settings.kinds.contains(&kind) => {
                    format!("in the {} tier alone", self.tiers[self.tiers.len() - 1].word)
                }
                None => "not asked for".to_owned(),
            };
            of_kind.all(|e| !e.finding.ran()).then_some(NotRun { kind, reason })
        });
        ClaimOutcome {
            says: claim.says.clone(),
            verdict: Verdict::of_all(made.chain(undecided)),
            kinds_not_run: kinds_not_run.collect(),
            evidence,
        }
    }

    fn evidence(&self, claim: &Claim, check: &Check, settings: &Settings, stop: &AtomicBool) -> Evidence {
        let began = Instant::now();
        let id = &claim.says.id;
        let tier = self.tiers[settings.tier];
        let context = Context::of(id, check.name, settings.seed, tier, self.family(settings.tier), stop);
        let run = || match &check.body {
            _ if context.is_stopped() => Finding::interrupted(),
            Body::Mutants => Mutants::new(self, settings.seed, stop).summary(claim),
            Body::Beside(work) => {
                while !work.is_ready() {
                    if context.is_stopped() {
                        return Finding::interrupted();
                    }
                    thread::sleep(PATIENCE);
                }
                work.finding()
            }
            _ => check.run(&context),
        };
        // A wrong formula may divide by zero in exact arithmetic: that is this check's finding, and the others go on.
        let found = panic::catch_unwind(AssertUnwindSafe(run));
        let found = found.unwrap_or_else(|_| Finding::inconclusive("the check broke off; the reason is on stderr"));
        // A check that draws may have been cut short.
        let drawn = matches!(check.body, Body::Sampled(_) | Body::Mutants);
        let finding = if drawn && context.is_stopped() { Finding::interrupted() } else { found };
        let kind = check.kind;
        let again = Again { claim: id, kind, tier: (settings.tier > 0).then_some(tier.word), seed: settings.seed };
        Evidence {
            kind,
            check: check.name.to_owned(),
            route: check.route,
            finding,
            reproduce: (self.reproduce)(&again),
            seconds: began.elapsed().as_secs_f64(),
        }
    }
}

fn is_interrupted(evidence: &Evidence) -> bool {
    evidence.finding.measure == Measure::Interrupted
}
