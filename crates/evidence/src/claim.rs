//! A claim: what is stated, and the checks that stand behind it.

use serde::{Deserialize, Serialize};

use crate::check::{Body, Check};
use crate::mutant::Mutant;
use crate::verdict::Kind;

/// What is stated, as every list and report shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statement {
    /// Id: also the anchor in a report, and the key of the claim's random streams.
    pub id: String,
    /// In words and symbols.
    #[serde(rename = "statement")]
    pub words: String,
    /// In mathematics, as LaTeX: relations separated by `\qquad`.
    pub formula: String,
    /// For which values of its symbols.
    pub domain: String,
    /// Where it comes from, in a word or two.
    pub source: String,
    /// How far it reaches, in a word: at every size, or in a limit.
    pub exactness: String,
}

/// A statement with the checks that stand behind it.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Claim, Kind, Statement, recursion};
///
/// let check = recursion("two terms", 0.0, || vec![("n = 2".into(), 4.0, 1.0 + 3.0)]);
/// let claim = Claim::new(Statement { id: "squares".into(), ..Statement::default() }, vec![check]);
/// assert_eq!(claim.kinds(), [Kind::Recursion]);
/// assert_eq!(claim.summary().says.id, "squares");
/// ```
pub struct Claim {
    /// What is stated.
    pub says: Statement,
    /// Checks.
    pub checks: Vec<Check>,
    /// Wrong versions that the checks must refute, and controls that they must confirm.
    pub mutants: Vec<Mutant>,
}

impl Claim {
    /// A claim without mutants.
    #[must_use]
    pub const fn new(says: Statement, checks: Vec<Check>) -> Self {
        Self { says, checks, mutants: Vec::new() }
    }

    /// The same with mutants. In a suite's last tier, that all of them are refuted is evidence of its own.
    #[must_use]
    pub fn with_mutants(mut self, mutants: Vec<Mutant>) -> Self {
        if mutants.iter().any(Mutant::is_wrong) {
            let name = "wrong formulas and simulators are refuted";
            self.checks.push(Check::new(name, Kind::Mutant, Body::Mutants).in_full_tier());
        }
        Self { mutants, ..self }
    }

    /// Kinds of evidence, each once, in the order of [`Kind::ALL`].
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.checks.iter().any(|check| check.kind == *kind)).collect()
    }

    /// The claim as tables list it.
    #[must_use]
    pub fn summary(&self) -> ClaimSummary {
        ClaimSummary { says: self.says.clone(), kinds: self.kinds() }
    }
}

/// A claim as tables list it, before anything has run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimSummary {
    /// What is stated.
    #[serde(flatten)]
    pub says: Statement,
    /// Kinds of evidence, each once, in the order of [`Kind::ALL`].
    pub kinds: Vec<Kind>,
}
