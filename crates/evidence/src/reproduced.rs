//! Whether a run reproduces another: to the bit, within statistical agreement, or not.
//!
//! # Rule
//! * *To the bit*: all that is said of a claim and was found by its checks is the same, but for seconds.
//! * *Statistically*: the claim says the same; every verdict is the same, every expected value within [`MOVED`]; no two estimates of one comparison differ by more than their bound times the
//!   standard error of their difference, root of (s1^2 + s2^2); no standard error or detectable effect differs from what the other run's replicates let expect by more than a factor of two; and
//!   what was shown without sampling is shown again: no theorem, case, point or place less. So a fresh seed, or a program that draws otherwise, can reproduce a run. Estimates that share random
//!   numbers differ by less than independent ones.
//! * *Not*: anything else. What one of the runs did not make (for want of a tool) is not judged, and named.
//!
//! The same version has the same checks, margins and places under any seed. Under the same seed it should have the same bits: where it has not, every key that differs is named, also where the
//! rest agrees.

use glob::Pattern;
use serde::Serialize;

use crate::changes::MOVED;
use crate::extent::Extent;
use crate::outcome::document::{ClaimDocument, ComparisonDocument, EvidenceDocument, RunDocument};
use crate::verdict::{Kind, Verdict};

/// Largest ratio of standard errors, once they are brought to the same number of replicates: that of a thousand values of finite variance varies by some hundredths.
const OTHER_SCALE: f64 = 2.0;

/// How far a claim reproduces, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// The same bits.
    Bits,
    /// Within statistical agreement.
    Statistical,
    /// Not reproduced.
    Different,
}

impl Agreement {
    /// In words.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_evidence::reproduced::Agreement;
    ///
    /// assert!(Agreement::Bits < Agreement::Different && Agreement::Bits.words() == "to the bit");
    /// ```
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bits => "to the bit",
            Self::Statistical => "within statistical agreement",
            Self::Different => "not reproduced",
        }
    }
}

/// A claim of both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reproduced {
    /// Its id.
    pub claim: String,
    /// How far it reproduces.
    pub agreement: Agreement,
    /// Pieces of evidence that were judged.
    pub judged: usize,
    /// Checks that one of the runs did not make.
    pub not_made: Vec<String>,
    /// What does not agree. Where the version and the seed are the same, also what is not the same to the bit.
    pub differences: Vec<String>,
}

/// Each claim of the first run that the second was asked for, against the second.
///
/// # Examples
/// see that of the [`crate`].
#[must_use]
pub fn reproduced(first: &RunDocument, again: &RunDocument) -> Vec<Reproduced> {
    let asked = |claim: &&ClaimDocument| Pattern::new(&again.only).map_or(true, |glob| glob.matches(&claim.says.id));
    first.claims.iter().filter(asked).map(|claim| Reproduced::of(claim, first, again)).collect()
}

/// What a run says as a whole that does not follow from its claims, or that the second does not say again.
///
/// # Examples
/// see that of the [`crate`].
#[must_use]
pub fn of_run(first: &RunDocument, again: &RunDocument) -> Vec<String> {
    let mut found = Vec::new();
    let undecided = first.partial.then_some(Verdict::Inconclusive);
    let follows = Verdict::of_all(first.claims.iter().map(|claim| claim.verdict).chain(undecided));
    if first.verdict != follows {
        found.push(format!("verdict {}, and its claims are {}", first.verdict.word(), follows.word()));
    }
    if first.family_false_alarm != again.family_false_alarm {
        found.push(format!("error rate {}, now {}", first.family_false_alarm, again.family_false_alarm));
    }
    if first.version == again.version && first.checks != again.checks {
        found.push(format!("{} comparisons share the error rate, now {}", first.checks, again.checks));
    }
    let is_whole = first.only == again.only && !first.partial && !again.partial;
    if is_whole
        && (&first.version, first.seed) == (&again.version, again.seed)
        && first.comparisons != again.comparisons
    {
        found.push(format!("counts {:?}, now {:?}", first.comparisons, again.comparisons));
    }
    if is_whole
        && let Some(claim) = again.claims.iter().find(|new| first.claims.iter().all(|old| old.says.id != new.says.id))
        && first.version == again.version
    {
        found.push(format!("no claim {}, which this version has", claim.says.id));
    }
    found
}

/// What two runs have in common, and so their evidence too.
#[derive(Clone, Copy)]
struct Common {
    version: bool,
    /// Seed, of the same version.
    bits: bool,
}

impl Reproduced {
    fn of(claim: &ClaimDocument, first: &RunDocument, again: &RunDocument) -> Self {
        let version = first.version == again.version;
        let common = Common { version, bits: version && first.seed == again.seed };
        let mut found = Self {
            claim: claim.says.id.clone(),
            agreement: Agreement::Bits,
            judged: 0,
            not_made: Vec::new(),
            differences: Vec::new(),
        };
        let Some(other) = again.claims.iter().find(|other| other.says.id == found.claim) else {
            if again.not_begun.contains(&found.claim) {
                found.not_made = claim.evidence.iter().map(|evidence| evidence.check.clone()).collect();
            } else {
                found.different("this program does not have the claim".to_owned());
            }
            return found;
        };
        let words = |claim: &ClaimDocument| {
            let says = &claim.says;
            [&says.words, &says.formula, &says.domain, &says.source, &says.exactness].map(String::clone)
        };
        let names = ["statement", "formula", "domain", "source", "reach"];
        for ((name, old), new) in names.iter().zip(words(claim)).zip(words(other)).filter(|((_, old), new)| old != new)
        {
            found.different(format!("{name} {old}, now {new}"));
        }
        for evidence in &claim.evidence {
            match other.evidence.iter().find(|other| other.check == evidence.check) {
                Some(other) if other.ran && evidence.ran => found.judge(evidence, other, common),
                None if evidence.ran => {
                    found.different(format!("{}: this program does not have the check", evidence.check));
                }
                // A proof needs a tool that a machine may not have. Whatever else this version makes needs none.
                Some(other)
                    if evidence.ran != other.ran
                        && version
                        && evidence.kind != Kind::Proof
                        && !first.partial
                        && !again.partial =>
                {
                    let [one, other] = [evidence.ran, other.ran].map(|ran| if ran { "made" } else { "not made" });
                    found.different(format!("{}: {one}, now {other}", evidence.check));
                }
                _ => found.not_made.push(evidence.check.clone()),
            }
        }
        for evidence in other.evidence.iter().filter(|new| claim.evidence.iter().all(|old| old.check != new.check)) {
            if version && evidence.ran && !first.partial {
                found.different(format!("{}: is not in the archive, and this version has it", evidence.check));
            }
        }
        // A check that one side could not make may decide the verdict, and what stands at the head.
        if found.not_made.is_empty() && !first.partial && !again.partial {
            if claim.verdict != other.verdict {
                found.different(format!("verdict {}, now {}", claim.verdict.word(), other.verdict.word()));
            }
            let rest =
                |claim: &ClaimDocument| (claim.headline.clone(), claim.kinds_not_run.clone(), claim.reasons.clone());
            if common.bits && rest(claim) != rest(other) {
                found.statistical("headline, kinds that were not run or reasons are not the same".to_owned());
            }
        }
        found
    }

    fn different(&mut self, words: String) {
        self.agreement = Agreement::Different;
        self.differences.push(words);
    }

    fn statistical(&mut self, words: String) {
        self.agreement = self.agreement.max(Agreement::Statistical);
        self.differences.push(words);
    }

    fn judge(&mut self, first: &EvidenceDocument, again: &EvidenceDocument, common: Common) {
        self.judged += 1;
        let found = differences(first, again, common);
        let agrees = found.is_empty();
        found.into_iter().for_each(|words| self.different(format!("{}: {words}", first.check)));
        let keys = other_keys(first, again);
        if common.bits && agrees && !keys.is_empty() {
            self.statistical(format!("{}: not to the bit: {}", first.check, keys.join(", ")));
        } else if !keys.is_empty() {
            self.agreement = self.agreement.max(Agreement::Statistical);
        }
    }
}

/// The keys of a check that are not the same, but for seconds.
fn other_keys(first: &EvidenceDocument, again: &EvidenceDocument) -> Vec<&'static str> {
    let keys = [
        ("kind", first.kind != again.kind),
        ("route", first.route != again.route || first.computed_by != again.computed_by),
        ("verdict", first.verdict != again.verdict),
        ("statistic", first.statistic != again.statistic),
        ("bound", first.bound != again.bound),
        ("detectable_effect", first.detectable_effect != again.detectable_effect),
        ("relative_error", first.relative_error != again.relative_error),
        ("margin", first.margin != again.margin),
        ("interval", first.interval != again.interval),
        ("replicates", first.replicates != again.replicates),
        ("reasons", first.reasons != again.reasons),
        ("comparisons", first.comparisons != again.comparisons),
        ("reproduce", first.reproduce != again.reproduce),
        ("expected", first.expected != again.expected),
        ("detail", first.detail != again.detail),
    ];
    keys.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

fn differences(first: &EvidenceDocument, again: &EvidenceDocument, common: Common) -> Vec<String> {
    let mut found = Vec::new();
    if first.verdict != again.verdict {
        found.push(format!("verdict {}, now {}", first.verdict.word(), again.verdict.word()));
    }
    if first.kind != again.kind {
        found.push(format!("kind {}, now {}", first.kind.word(), again.kind.word()));
    }
    if first.comparisons.len() != again.comparisons.len() {
        found.push(format!("{} comparisons, now {}", first.comparisons.len(), again.comparisons.len()));
    }
    for (one, other) in first.comparisons.iter().zip(&again.comparisons) {
        found.extend(disagreement(one, other, common).map(|words| format!("{}: {words}", one.place)));
    }
    if first.comparisons.is_empty() && first.kind == again.kind {
        let [one, other] = [first, again].map(|evidence| Extent::of(evidence.kind, &evidence.detail));
        let lacks = one.theorems.iter().find(|theorem| !other.theorems.contains(theorem));
        found.extend(lacks.map(|theorem| format!("theorem {theorem}, now not proved")));
        let is_less = one.form == other.form && one.counts.iter().zip(&other.counts).any(|(one, other)| one > other);
        if is_less || (common.version && (&one.form, &one.counts) != (&other.form, &other.counts)) {
            found.push(format!("shown {}, now {}", one.words, other.words));
        }
    }
    found
}

fn disagreement(first: &ComparisonDocument, again: &ComparisonDocument, common: Common) -> Option<String> {
    let values = |comparison: &ComparisonDocument| comparison.expected.iter().map(|e| e.value).collect::<Vec<_>>();
    let (one, other) = (values(first), values(again));
    let close = |(one, other): (&Option<f64>, &Option<f64>)| match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= MOVED * one.abs(),
        (one, other) => one == other,
    };
    if one.len() != other.len() || !one.iter().zip(&other).all(close) {
        let words = |values: &[Option<f64>]| {
            values
                .iter()
                .map(|value| value.map_or("none".to_owned(), |value| format!("{value:?}")))
                .collect::<Vec<_>>()
                .join(", ")
        };
        return Some(format!("expected {}, now {}", words(&one), words(&other)));
    }
    if first.verdict != again.verdict {
        return Some(format!("verdict {}, now {}", first.verdict.word(), again.verdict.word()));
    }
    if common.version && (&first.place, &first.of) != (&again.place, &again.of) {
        return Some(format!("error of the {}, now {}, of the {}", first.of, again.place, again.of));
    }
    if common.version && first.margin != again.margin {
        let words = |margin: Option<f64>| margin.map_or_else(|| "none".to_owned(), |margin| margin.to_string());
        return Some(format!("margin {}, now {}", words(first.margin), words(again.margin)));
    }
    // Brought to the replicates of the second run.
    let scale = (first.replicates as f64 / again.replicates as f64).sqrt();
    for (name, one, other) in [
        ("standard error", first.std_error, again.std_error),
        ("detectable effect", first.detectable_effect, again.detectable_effect),
    ] {
        if let (Some(one), Some(other)) = (one, other)
            && !(1.0 / OTHER_SCALE..=OTHER_SCALE).contains(&(one * scale / other))
            && one != other
        {
            return Some(format!("{name} {one:e}, now {other:e}"));
        }
    }
    let sides = (first.estimate?, again.estimate?, first.std_error?.hypot(again.std_error?), again.bound?);
    let (old, new, std_error, bound) = sides;
    let distance = (new - old).abs();
    (distance > bound * std_error)
        .then(|| format!("estimate {old:e}, now {new:e}, {:.1} standard errors", distance / std_error))
}
