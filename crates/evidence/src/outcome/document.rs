//! The outcome of a run as a document: what JSON has, what its schema is made from, and what is read back to be compared.
//!
//! A number that is not finite has no JSON form: it is none, and `reasons` says why. What [`changes`](crate::changes) does not read may be left out of a document that is
//! kept to be compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::Route;
use crate::claim::Statement;
use crate::machine::Machine;
use crate::outcome::{ClaimOutcome, Counts, Evidence, NotRun, RunOutcome};
use crate::sampled::Compared;
use crate::verdict::{Kind, Verdict};

/// For each key that is null, why.
pub type Reasons = BTreeMap<String, String>;

/// A value that a comparison expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExpectedDocument {
    /// Where.
    pub place: String,
    /// The value; null where it is beyond the floats.
    pub value: Option<f64>,
}

impl From<&(String, f64)> for ExpectedDocument {
    fn from((place, value): &(String, f64)) -> Self {
        Self { place: place.clone(), value: finite(*value) }
    }
}

/// A statistical comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparisonDocument {
    /// Case, or the limit of a ladder.
    pub place: String,
    /// What an error is an error of.
    pub of: String,
    /// Verdict.
    pub verdict: Verdict,
    /// Why it is not confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Replicates drawn; of a ladder for each rung.
    pub replicates: u64,
    /// What was expected; of a ladder at each rung.
    #[serde(default)]
    pub expected: Vec<ExpectedDocument>,
    /// The estimate; of a ladder the extrapolated ratio, which is expected to be 1.
    #[serde(default)]
    pub estimate: Option<f64>,
    /// Its standard error.
    #[serde(default)]
    pub std_error: Option<f64>,
    /// Distance from what was expected, in standard errors.
    pub z: Option<f64>,
    /// Degrees of freedom of Student's law of z; null where z is normal.
    #[serde(default)]
    pub degrees: Option<f64>,
    /// Bound on |z|.
    #[serde(default)]
    pub bound: Option<f64>,
    /// Relative error of the estimate.
    #[serde(default)]
    pub relative_error: Option<f64>,
    /// Largest relative error that would be acceptable.
    pub margin: Option<f64>,
    /// Relative error that is found with 99 % power.
    pub detectable_effect: Option<f64>,
    /// Simultaneous interval for the relative error.
    #[serde(default)]
    pub interval: (Option<f64>, Option<f64>),
    /// Of what is null, why.
    #[serde(default)]
    pub reasons: Reasons,
}

/// What one check found. The numbers are those of its worst comparison but for `detectable_effect`, the largest of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidenceDocument {
    /// Kind of evidence.
    pub kind: Kind,
    /// The check's own name within its claim.
    pub check: String,
    /// What computes the other side; null where it is no route of its own.
    pub route: Option<String>,
    /// The functions that compute it.
    pub computed_by: Vec<String>,
    /// Verdict.
    pub verdict: Verdict,
    /// z of the worst comparison, or the largest error in units of its tolerance.
    pub statistic: Option<f64>,
    /// Bound on |statistic|.
    #[serde(default)]
    pub bound: Option<f64>,
    /// Relative error that each of its comparisons finds with 99 % power.
    pub detectable_effect: Option<f64>,
    /// Relative error of the worst comparison.
    #[serde(default)]
    pub relative_error: Option<f64>,
    /// Its margin.
    #[serde(default)]
    pub margin: Option<f64>,
    /// Its interval.
    #[serde(default)]
    pub interval: Option<(Option<f64>, Option<f64>)>,
    /// Its replicates.
    #[serde(default)]
    pub replicates: Option<u64>,
    /// Of what is null, why.
    #[serde(default)]
    pub reasons: Reasons,
    /// Every comparison that could be made.
    pub comparisons: Vec<ComparisonDocument>,
    /// What the formula gives at each place, where numbers are compared without sampling error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<ExpectedDocument>,
    /// The command that makes this kind of evidence again.
    #[serde(default)]
    pub reproduce: String,
    /// Wall-clock seconds.
    #[serde(default)]
    pub seconds: f64,
    /// The numbers behind the verdict, in words.
    pub detail: String,
    /// Whether the check was made at all.
    pub ran: bool,
}

/// The comparison by which a table shows a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeadlineDocument {
    /// Kind of its check.
    pub kind: Kind,
    /// Its check.
    pub check: String,
    /// The comparison.
    #[serde(flatten)]
    pub comparison: ComparisonDocument,
}

/// What a run found about one claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimDocument {
    /// What is stated.
    #[serde(flatten)]
    pub says: Statement,
    /// Verdict over all its evidence that was made.
    pub verdict: Verdict,
    /// Kinds of evidence that it lists and the run did not make.
    pub kinds_not_run: Vec<NotRun>,
    /// The comparison by which a table shows the claim.
    #[serde(default)]
    pub headline: Option<HeadlineDocument>,
    /// Of what is null, why.
    #[serde(default)]
    pub reasons: Reasons,
    /// Evidence, in the order of the checks.
    pub evidence: Vec<EvidenceDocument>,
}

/// What a whole run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunDocument {
    /// Version of the program.
    pub version: String,
    /// Where it ran.
    pub machine: Machine,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Seed.
    pub seed: u64,
    /// Tier.
    pub tier: String,
    /// Glob over the ids of the claims that it was asked for: `*` where for all.
    #[serde(default = "all")]
    pub only: String,
    /// Kinds of evidence that it was asked for; none where for all.
    #[serde(default)]
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
    pub claims: Vec<ClaimDocument>,
}

/// Glob of a run that was asked for every claim.
fn all() -> String {
    "*".to_owned()
}

fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

impl From<&Compared> for ComparisonDocument {
    fn from(compared: &Compared) -> Self {
        let Compared { place, of, replicates, comparison: found, estimate, expected, .. } = compared;
        let degrees = if found.degrees == f64::INFINITY { "infinitely many: z is normal" } else { "not finite" };
        let numbers = [
            ("estimate", estimate.value, "not finite"),
            ("std_error", estimate.std_error, "not finite"),
            ("z", found.z, "not finite"),
            ("degrees", found.degrees, degrees),
            ("bound", found.bound, "not finite"),
            ("relative_error", found.relative_error, "not finite"),
            ("margin", found.margin, "not finite"),
            ("detectable_effect", found.detectable_effect, "not finite"),
        ];
        let absent = numbers.iter().filter(|(_, number, _)| !number.is_finite());
        let expected = expected.iter().map(ExpectedDocument::from);
        Self {
            place: place.clone(),
            of: (*of).to_owned(),
            verdict: found.verdict,
            cause: Some(found.cause.clone()).filter(|cause| !cause.is_empty()),
            replicates: *replicates,
            expected: expected.collect(),
            estimate: finite(estimate.value),
            std_error: finite(estimate.std_error),
            z: finite(found.z),
            degrees: finite(found.degrees),
            bound: finite(found.bound),
            relative_error: finite(found.relative_error),
            margin: finite(found.margin),
            detectable_effect: finite(found.detectable_effect),
            interval: (finite(found.interval.0), finite(found.interval.1)),
            reasons: absent.map(|(key, _, why)| ((*key).to_owned(), (*why).to_owned())).collect(),
        }
    }
}

impl From<&Evidence> for EvidenceDocument {
    fn from(evidence: &Evidence) -> Self {
        let Evidence { kind, check, route, finding, reproduce, seconds } = evidence;
        let worst = finding.worst().map(ComparisonDocument::from);
        let number = |field: fn(&ComparisonDocument) -> Option<f64>| worst.as_ref().and_then(field);
        let [statistic, bound, detectable_effect] = [finding.statistic(), finding.bound(), finding.detectable_effect()];
        let [relative_error, margin] = [number(|worst| worst.relative_error), number(|worst| worst.margin)];
        let absent = [
            ("statistic", statistic.is_none()),
            ("bound", bound.is_none()),
            ("detectable_effect", detectable_effect.is_none()),
            ("relative_error", relative_error.is_none()),
            ("margin", margin.is_none()),
            ("interval", worst.is_none()),
            ("replicates", worst.is_none()),
        ];
        let why = evidence.missing().unwrap_or("not finite");
        let route_is = match route {
            Route::By { .. } => None,
            Route::Consequence => Some("a consequence of the formula, compared with itself"),
            Route::Unstated => Some("not a comparison of two sides"),
        };
        let reasons = absent.into_iter().filter(|(_, absent)| *absent).map(|(key, _)| (key, why));
        let reasons = reasons.chain(route_is.map(|why| ("route", why)));
        Self {
            kind: *kind,
            check: check.clone(),
            route: route.words().map(str::to_owned),
            computed_by: route.functions().iter().map(|&function| function.to_owned()).collect(),
            verdict: finding.verdict,
            statistic,
            bound,
            detectable_effect,
            relative_error,
            margin,
            interval: worst.as_ref().map(|worst| worst.interval),
            replicates: worst.as_ref().map(|worst| worst.replicates),
            reasons: reasons.map(|(key, why)| (key.to_owned(), why.to_owned())).collect(),
            comparisons: finding.comparisons.iter().map(ComparisonDocument::from).collect(),
            expected: finding.values.iter().map(ExpectedDocument::from).collect(),
            reproduce: reproduce.clone(),
            seconds: *seconds,
            detail: finding.detail.clone(),
            ran: finding.ran(),
        }
    }
}

impl From<&ClaimOutcome> for ClaimDocument {
    fn from(claim: &ClaimOutcome) -> Self {
        let headline = claim.headline().map(|(evidence, compared)| HeadlineDocument {
            kind: evidence.kind,
            check: evidence.check.clone(),
            comparison: compared.into(),
        });
        Self {
            says: claim.says.clone(),
            verdict: claim.verdict,
            kinds_not_run: claim.kinds_not_run.clone(),
            headline,
            reasons: claim.no_headline().into_iter().map(|why| ("headline".to_owned(), why)).collect(),
            evidence: claim.evidence.iter().map(EvidenceDocument::from).collect(),
        }
    }
}

impl From<&RunOutcome> for RunDocument {
    fn from(run: &RunOutcome) -> Self {
        Self {
            version: run.version.clone(),
            machine: run.machine.clone(),
            seconds: run.seconds,
            seed: run.seed,
            tier: run.tier.clone(),
            only: run.only.clone(),
            kinds: run.kinds.clone(),
            family_false_alarm: run.family_false_alarm,
            checks: run.checks,
            comparisons: run.comparisons,
            partial: run.partial,
            not_begun: run.not_begun.clone(),
            verdict: run.verdict,
            claims: run.claims.iter().map(ClaimDocument::from).collect(),
        }
    }
}
