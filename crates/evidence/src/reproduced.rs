//! Whether a run reproduces another: to the bit, within statistical agreement, or not.
//!
//! # Rule
//! * *To the bit*: all that was found by a check is the same, but for its seconds.
//! * *Statistically*: every verdict is the same, every expected value within [`MOVED`], and no two estimates of one comparison differ by more than their bound times the
//!   standard error of their difference, root of (s1^2 + s2^2). So a fresh seed, or a program that draws otherwise, can reproduce a run. Estimates that share random numbers differ by less
//!   than independent ones.
//! * *Not*: anything else. What one of the runs did not make (for want of a tool) is not judged, and named.

use glob::Pattern;
use serde::Serialize;

use crate::changes::MOVED;
use crate::outcome::document::{ClaimDocument, ComparisonDocument, EvidenceDocument, RunDocument};

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
    /// What does not agree.
    pub differences: Vec<String>,
}

/// Each claim of the first run that the second was asked for, against the second.
///
/// # Examples
/// see that of the [`crate`].
#[must_use]
pub fn reproduced(first: &RunDocument, again: &RunDocument) -> Vec<Reproduced> {
    let asked = |claim: &&ClaimDocument| Pattern::new(&again.only).map_or(true, |glob| glob.matches(&claim.says.id));
    let claim = |of_first: &ClaimDocument| {
        let mut found = Reproduced {
            claim: of_first.says.id.clone(),
            agreement: Agreement::Bits,
            judged: 0,
            not_made: Vec::new(),
            differences: Vec::new(),
        };
        let of_again = again.claims.iter().find(|other| other.says.id == found.claim);
        if of_again.is_none() && !again.not_begun.contains(&found.claim) {
            found.different("this program does not have the claim".to_owned());
            return found;
        }
        for evidence in &of_first.evidence {
            let other = of_again.and_then(|claim| claim.evidence.iter().find(|other| other.check == evidence.check));
            match other {
                Some(other) if other.ran && evidence.ran => found.judge(evidence, other),
                None if of_again.is_some() && evidence.ran => {
                    found.different(format!("{}: this program does not have the check", evidence.check));
                }
                _ => found.not_made.push(evidence.check.clone()),
            }
        }
        found
    };
    first.claims.iter().filter(asked).map(claim).collect()
}

impl Reproduced {
    fn different(&mut self, words: String) {
        self.agreement = Agreement::Different;
        self.differences.push(words);
    }

    fn judge(&mut self, first: &EvidenceDocument, again: &EvidenceDocument) {
        self.judged += 1;
        differences(first, again).into_iter().for_each(|words| self.different(format!("{}: {words}", first.check)));
        if !same_bits(first, again) {
            self.agreement = self.agreement.max(Agreement::Statistical);
        }
    }
}

fn same_bits(first: &EvidenceDocument, again: &EvidenceDocument) -> bool {
    *first == EvidenceDocument { seconds: first.seconds, ..again.clone() }
}

fn differences(first: &EvidenceDocument, again: &EvidenceDocument) -> Vec<String> {
    let mut found = Vec::new();
    if first.verdict != again.verdict {
        found.push(format!("verdict {}, now {}", first.verdict.word(), again.verdict.word()));
    }
    if first.comparisons.len() != again.comparisons.len() {
        found.push(format!("{} comparisons, now {}", first.comparisons.len(), again.comparisons.len()));
    }
    for (one, other) in first.comparisons.iter().zip(&again.comparisons) {
        found.extend(disagreement(one, other).map(|words| format!("{}: {words}", one.place)));
    }
    found
}

fn disagreement(first: &ComparisonDocument, again: &ComparisonDocument) -> Option<String> {
    let values = |comparison: &ComparisonDocument| comparison.expected.iter().map(|e| e.value).collect::<Vec<_>>();
    let (one, other) = (values(first), values(again));
    let close = |(one, other): (&Option<f64>, &Option<f64>)| match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= MOVED * one.abs(),
        (one, other) => one == other,
    };
    if one.len() != other.len() || !one.iter().zip(&other).all(close) {
        return Some(format!("expected {one:?}, now {other:?}"));
    }
    let sides = (first.estimate?, again.estimate?, first.std_error?.hypot(again.std_error?), again.bound?);
    let (old, new, std_error, bound) = sides;
    let distance = (new - old).abs();
    (distance > bound * std_error)
        .then(|| format!("estimate {old:e}, now {new:e}, {:.1} standard errors", distance / std_error))
}
