//! Verdicts, and the kinds of evidence that they are taken from.

use serde::{Deserialize, Serialize};

/// The answer of a check, of a claim, of a run.
///
/// # Examples
/// ```
/// use goldenweight_evidence::Verdict;
///
/// assert_eq!(Verdict::of_all([Verdict::Confirmed, Verdict::Inconclusive]).word(), "inconclusive");
/// assert_eq!(Verdict::of_all([]), Verdict::Inconclusive);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No contradiction, and precise enough to have found one of the declared margin.
    Confirmed,
    /// Could not be decided: too imprecise, or the check could not be made.
    Inconclusive,
    /// Contradicted beyond the bound.
    Refuted,
}

impl Verdict {
    /// The verdict of several: the worst of them, Refuted over Inconclusive over Confirmed.
    /// Nothing at all is Inconclusive.
    #[must_use]
    pub fn of_all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::Inconclusive)
    }

    /// Lower-case word, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Inconclusive => "inconclusive",
            Self::Refuted => "refuted",
        }
    }
}

/// A kind of evidence.
///
/// # Examples
/// ```
/// use goldenweight_evidence::Kind;
///
/// assert!(Kind::Ladder.is_sampled() && !Kind::Exact.is_sampled());
/// assert_eq!(Kind::ALL.map(Kind::word)[0], "proof");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A machine-checked theorem.
    Proof,
    /// The formulas themselves in exact rationals or in intervals.
    Exact,
    /// An independent computation without sampling error against the closed form: moments propagated step by step, distributions enumerated,
    /// expectations integrated, curves minimised.
    Recursion,
    /// Identities, bounds and monotonicity over random parameters.
    Property,
    /// Simulated values against the exact ones, or the limit's.
    Simulation,
    /// Simulated values at sizes n, 2n, 4n, ... extrapolated to the limit law.
    Ladder,
    /// The minimiser of a simulated curve against the expected one.
    Optimum,
    /// Random places over the whole domain, compared by every route that leads there.
    Audit,
    /// Wrong formulas and wrong simulators, which the same checks must refute.
    Mutant,
}

impl Kind {
    /// Every kind, in the order in which tables show them.
    pub const ALL: [Self; 9] = [
        Self::Proof,
        Self::Exact,
        Self::Recursion,
        Self::Property,
        Self::Simulation,
        Self::Ladder,
        Self::Optimum,
        Self::Audit,
        Self::Mutant,
    ];

    /// Whether its evidence is by simulation, and has a z.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        matches!(self, Self::Simulation | Self::Ladder | Self::Optimum)
    }

    /// What it compares, in words.
    #[must_use]
    pub const fn compares(self) -> &'static str {
        match self {
            Self::Proof => "theorems, checked by a machine",
            Self::Exact => "the formulas themselves, in exact rationals or in intervals",
            Self::Recursion => "the closed form with an independent computation that has no sampling error",
            Self::Property => "identities, bounds and limits over random parameters",
            Self::Simulation => "simulated values with the exact ones",
            Self::Ladder => "simulated values at sizes n, 2n, 4n, …, extrapolated, with the limit law",
            Self::Optimum => "the minimiser of a simulated curve, and its slope there, with the expected one",
            Self::Audit => "random places over the whole domain, by every route that leads there",
            Self::Mutant => "wrong formulas and simulators, which the same checks must refute",
        }
    }

    /// Lower-case word, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::Exact => "exact",
            Self::Recursion => "recursion",
            Self::Property => "property",
            Self::Simulation => "simulation",
            Self::Ladder => "ladder",
            Self::Optimum => "optimum",
            Self::Audit => "audit",
            Self::Mutant => "mutant",
        }
    }
}
