//! What a run found. Plain data, read by every report.

pub mod calibration;

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

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

/// The numbers are those of the worst comparison but for `detectable_effect`, the largest of all; `reasons` says why some are null.
impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { kind, check, route, finding, reproduce, seconds } = self;
        let worst = finding.worst();
        let number = |field: fn(&Compared) -> f64| worst.map(field).filter(|x| x.is_finite());
        let numbers = [
            ("statistic", finding.statistic()),
            ("bound", finding.bound()),
            ("detectable_effect", finding.detectable_effect()),
            ("relative_error", number(|worst| worst.comparison.relative_error)),
            ("margin", number(|worst| worst.comparison.margin)),
        ];
        let absent = numbers.iter().filter(|(_, number)| number.is_none()).map(|(key, _)| *key);
        let absent = absent.chain(["interval", "replicates"].into_iter().filter(|_| worst.is_none()));
        let mut reasons: BTreeMap<_, _> = absent.map(|key| (key, self.missing().unwrap_or("not finite"))).collect();
        match route {
            Route::By { .. } => None,
            Route::Consequence => reasons.insert("route", "a consequence of the formula, compared with itself"),
            Route::Unstated => reasons.insert("route", "not a comparison of two sides"),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", kind)?;
        map.serialize_entry("check", check)?;
        map.serialize_entry("route", &route.words())?;
        map.serialize_entry("computed_by", route.functions())?;
        map.serialize_entry("verdict", &finding.verdict)?;
        for (key, number) in &numbers {
            map.serialize_entry(key, number)?;
        }
        map.serialize_entry("interval", &worst.map(|worst| worst.comparison.interval))?;
        map.serialize_entry("replicates", &worst.map(|worst| worst.replicates))?;
        map.serialize_entry("reasons", &reasons)?;
        map.serialize_entry("comparisons", &finding.comparisons)?;
        map.serialize_entry("reproduce", reproduce)?;
        map.serialize_entry("seconds", seconds)?;
        map.serialize_entry("detail", &finding.detail)?;
        map.serialize_entry("ran", &finding.ran())?;
        map.end()
    }
}

/// A kind of evidence that a claim lists and the run did not make.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
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

/// A comparison with the check that made it.
#[derive(serde::Serialize)]
struct Headline<'a> {
    kind: Kind,
    check: &'a str,
    #[serde(flatten)]
    compared: &'a Compared,
}

impl Serialize for ClaimOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Document<'a> {
            #[serde(flatten)]
            says: &'a Statement,
            verdict: Verdict,
            kinds_not_run: &'a [NotRun],
            headline: Option<Headline<'a>>,
            reasons: BTreeMap<&'static str, String>,
            evidence: &'a [Evidence],
        }
        let Self { says, verdict, kinds_not_run, evidence } = self;
        let headline = self.headline().map(|(e, compared)| Headline { kind: e.kind, check: &e.check, compared });
        let reasons = self.no_headline().into_iter().map(|reason| ("headline", reason)).collect();
        Document { says, verdict: *verdict, kinds_not_run, headline, reasons, evidence }.serialize(serializer)
    }
}

/// The comparisons of a run, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
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

/// What a whole run found.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
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
