//! What a run found. Plain data, read by every report.

pub mod calibration;
pub mod document;

use serde::{Deserialize, Serialize};

use crate::check::Route;
use crate::claim::Statement;
use crate::finding::{Finding, Measure};
use crate::machine::Machine;
use crate::sampled::Compared;

pub use crate::verdict::{Kind, Verdict};

/// What a page says of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Name.
    pub name: &'static str,
    /// What the suite is about, in a line.
    pub title: &'static str,
    /// What a reader must know of the claims' symbols; mathematics between dollar signs.
    pub notes: &'static str,
}

/// What one check found, and what makes it again.
///
/// # Examples
/// see the [example of the crate](crate#examples).
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Kind of evidence.
    pub kind: Kind,
    /// The check's own name within its claim.
    pub check: String,
    /// What computes the other side.
    pub route: Route,
    /// What it found.
    pub finding: Finding,
    /// The command that makes this kind of evidence again.
    pub reproduce: String,
    /// Wall-clock seconds; not part of what must be reproducible.
    pub seconds: f64,
}

impl Evidence {
    /// Why numbers are missing from it; none where all are there.
    #[must_use]
    pub fn missing(&self) -> Option<&'static str> {
        match self.finding.measure {
            Measure::Worst(_) => None,
            Measure::Error(_) => {
                Some("nothing was sampled: the statistic is the largest error in units of its tolerance")
            }
            Measure::NotRun | Measure::Interrupted => Some("not run, see detail"),
            Measure::Decided if self.kind.is_sampled() => Some("a comparison could not be made, see detail"),
            Measure::Decided => Some("shown or not, without a number"),
        }
    }
}

/// A kind of evidence that a claim lists and the run did not make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotRun {
    /// The kind.
    pub kind: Kind,
    /// Why.
    pub reason: String,
}

/// What a run found about one claim.
///
/// # Examples
/// see the [example of the crate](crate#examples).
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimOutcome {
    /// What is stated.
    pub says: Statement,
    /// Verdict over all its evidence that was made.
    pub verdict: Verdict,
    /// Kinds of evidence that it lists and the run did not make.
    pub kinds_not_run: Vec<NotRun>,
    /// Evidence, in the order of the checks.
    pub evidence: Vec<Evidence>,
}

impl ClaimOutcome {
    /// The comparison by which a table shows the claim, with its check: the *headline*. Where comparisons are refuted it is the one that is
    /// furthest beyond its bound, otherwise the one that would miss the largest error.
    #[must_use]
    pub fn headline(&self) -> Option<(&Evidence, &Compared)> {
        let all = self.evidence.iter().flat_map(|e| e.finding.comparisons.iter().map(move |compared| (e, compared)));
        let rank = |compared: &Compared| {
            let found = &compared.comparison;
            match found.verdict {
                Verdict::Refuted => (true, found.z.abs() / found.bound),
                _ => (false, found.detectable_effect),
            }
        };
        all.max_by(|(_, a), (_, b)| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)))
    }

    /// The largest relative error that could pass in its comparisons: none of them would miss a larger one. None where nothing was compared by simulation.
    #[must_use]
    pub fn detectable_effect(&self) -> Option<f64> {
        let comparisons = self.evidence.iter().flat_map(|e| &e.finding.comparisons);
        comparisons.map(|compared| compared.comparison.detectable_effect).reduce(f64::max)
    }

    /// Why there is no headline; none where there is one.
    #[must_use]
    pub fn no_headline(&self) -> Option<String> {
        if self.headline().is_some() {
            return None;
        }
        let of_kind = self.kinds_not_run.iter().find(|not_run| not_run.kind.is_sampled());
        let sampled = self.evidence.iter().any(|e| e.kind.is_sampled());
        Some(match of_kind {
            _ if sampled => "no comparison could be made".to_owned(),
            Some(NotRun { kind, reason }) => format!("nothing sampled: {} {reason}", kind.word()),
            None => "nothing to sample".to_owned(),
        })
    }
}

/// The comparisons of a run, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Comparisons of the whole tier, over which the error rate is split.
    pub in_budget: usize,
    /// Of these, the ones that belong to the claims and kinds that the run was asked for.
    pub asked: usize,
    /// Of those asked for, the chi-squared of ladders, which have no z.
    pub chi_squared: usize,
    /// Those at the random places of audits, of which the worst is shown.
    pub audited: usize,
    /// The ones that have a z of their own in the report.
    pub z: usize,
    /// The ones that could not be made, or were not come to.
    pub not_made: usize,
}

/// What a whole run found. [`document::RunDocument`] is its JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    /// Version of the program.
    pub version: String,
    /// Where it ran.
    pub machine: Machine,
    /// Wall-clock seconds; as the machine, not part of what must be reproducible.
    pub seconds: f64,
    /// Seed.
    pub seed: u64,
    /// Tier.
    pub tier: String,
    /// Glob over the ids of the claims that it was asked for: `*` where for all.
    pub only: String,
    /// Kinds of evidence that it was asked for; none where for all.
    pub kinds: Vec<Kind>,
    /// False-alarm rate declared for the whole run.
    pub family_false_alarm: f64,
    /// Number of statistical comparisons over which that rate is split.
    pub checks: usize,
    /// The same comparisons, counted by what came of them.
    pub comparisons: Counts,
    /// Whether the run was told to stop before its end.
    pub partial: bool,
    /// Ids of the claims that it had not come to then.
    pub not_begun: Vec<String>,
    /// Verdict over all claims; inconclusive at best where the run is partial.
    pub verdict: Verdict,
    /// Claims, in the order of the registry.
    pub claims: Vec<ClaimOutcome>,
}
