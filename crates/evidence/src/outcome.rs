//! What a check reports: verdicts, evidence and the outcome of a run. Plain data, read by every report.

pub mod calibration;

use serde::Serialize;

/// The answer of a check, of a claim, of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A machine-checked theorem.
    Proof,
    /// The program's own formulas in exact rationals or in intervals.
    Exact,
    /// An independent computation without sampling error against the closed form: moments propagated from generation to
    /// generation, distributions enumerated, expectations integrated, iterated risks minimised.
    Recursion,
    /// Identities, bounds and monotonicity over random parameters.
    Property,
    /// Simulated risk against the exact or the limit risk.
    Simulation,
    /// Simulated risk at n, 2n, 4n, ... extrapolated to the limit law.
    Ladder,
    /// The minimiser of the simulated risk against the optimal weight.
    Optimum,
    /// Wrong formulas and wrong simulators, which the same checks must refute.
    Mutant,
}

impl Kind {
    /// Every kind, in the order in which tables show them.
    pub const ALL: [Self; 8] = [
        Self::Proof,
        Self::Exact,
        Self::Recursion,
        Self::Property,
        Self::Simulation,
        Self::Ladder,
        Self::Optimum,
        Self::Mutant,
    ];

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
            Self::Mutant => "mutant",
        }
    }
}

/// An estimate against its expected value, at one place of a check's design.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonOutcome {
    /// Case, or the limit of a ladder.
    pub place: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Replicates drawn for it; of a ladder for each rung.
    pub replicates: u64,
    /// Distance in standard errors.
    pub z: f64,
    /// Degrees of freedom of Student's law that z has where the claim is true; infinitely many are the normal law.
    pub degrees: f64,
    /// Bound on |z|, from the family-wise rate.
    pub bound: f64,
    /// Relative error of the estimate.
    pub relative_error: f64,
    /// Simultaneous interval for the relative error.
    pub interval: (f64, f64),
    /// Margin inside which that interval must lie on either side of zero.
    pub margin: f64,
    /// Relative error found with 99 % power.
    pub detectable_effect: f64,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// Kind of evidence.
    pub kind: Kind,
    /// The check's own name within its claim.
    pub check: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// What was compared with the bound: z for statistical checks, the largest error in units of its tolerance for the
    /// others; none where the check could not be made.
    pub statistic: Option<f64>,
    /// Bound on |statistic|.
    pub bound: Option<f64>,
    /// Relative error in the compared quantity that the check finds with 99 % power.
    pub detectable_effect: Option<f64>,
    /// Relative error of the estimate; as the next two, of the worst comparison of a check by simulation.
    pub relative_error: Option<f64>,
    /// Simultaneous interval for the relative error.
    pub interval: Option<(f64, f64)>,
    /// Margin inside which that interval must lie on either side of zero.
    pub margin: Option<f64>,
    /// Replicates behind each estimate of a check by simulation.
    pub replicates: Option<u64>,
    /// Every comparison of a check by simulation that could be made, in the order of its cases.
    pub comparisons: Vec<ComparisonOutcome>,
    /// The command that makes this kind of evidence again.
    pub reproduce: String,
    /// Wall-clock seconds; not part of what must be reproducible.
    pub seconds: f64,
    /// The numbers behind the verdict, in words.
    pub detail: String,
    /// Whether it was made at all: a tool may be absent. What was not is inconclusive, and has no part in the claim's verdict.
    pub ran: bool,
}

/// A claim as tables list it, before anything has run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimSummary {
    /// Id of the claim.
    pub id: String,
    /// Statement, in words and symbols.
    pub statement: String,
    /// For which values of its symbols.
    pub domain: String,
    /// Paper or derived.
    pub source: String,
    /// Exact at every n, m and t, or a limit.
    pub exactness: String,
    /// Kinds of evidence, each once, in the order of [`Kind::ALL`].
    pub kinds: Vec<Kind>,
}

/// What a run found about one claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimOutcome {
    /// Id of the claim.
    pub id: String,
    /// Statement, in words and symbols.
    pub statement: String,
    /// The statement in mathematics, as LaTeX: relations separated by `\qquad`.
    pub formula: String,
    /// For which values of its symbols.
    pub domain: String,
    /// Paper or derived.
    pub source: String,
    /// Exact at every n, m and t, or a limit.
    pub exactness: String,
    /// Verdict over all its evidence.
    pub verdict: Verdict,
    /// Evidence, in the order of the checks.
    pub evidence: Vec<Evidence>,
}

/// Where a run was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub architecture: String,
    /// Model of the processor, where the system tells it.
    pub processor: Option<String>,
    /// Threads that the system offers.
    pub cores: usize,
    /// Threads of the run; no number depends on them.
    pub threads: usize,
}

/// What a whole run found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunOutcome {
    /// Version of the program.
    pub version: String,
    /// Where it ran.
    pub machine: Machine,
    /// Wall-clock seconds; as the machine, not part of what must be reproducible.
    pub seconds: f64,
    /// Seed.
    pub seed: u64,
    /// Tier: quick or full.
    pub tier: String,
    /// False-alarm rate declared for the whole run.
    pub family_false_alarm: f64,
    /// Number of statistical checks over which that rate is split.
    pub checks: usize,
    /// Verdict over all claims.
    pub verdict: Verdict,
    /// Claims, in the order of the registry.
    pub claims: Vec<ClaimOutcome>,
}
