//! A check and the ways to make one.

mod case;
mod deterministic;
pub mod looks;
mod sampled;
mod score;
#[cfg(test)]
mod tests;

pub use case::{Case, Cell};
pub use deterministic::{Deviation, Relation, exact, proof, property, recursion};
pub use looks::{LOOKS, Series};
pub use sampled::{
    Compared, Estimated, Form, Quantity, Sample, Sampled, curvature, ladder, optimum, optimum_ladder, score,
    score_ladder, simulation,
};

use crate::outcome::{ComparisonOutcome, Kind, Verdict};
use crate::stats::compare::Comparison;
use crate::stats::family::Family;
use crate::stream::experiment_id;

/// How much is spent on a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Under a minute on two cores.
    Quick,
    /// Nine times the replicates of the quick tier at a third of its margins, and the checks too long for it.
    Full,
}

impl Tier {
    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }

    /// Factor on the replicates of a statistical check.
    #[must_use]
    pub const fn replicates(self, quick: u64) -> u64 {
        match self {
            Self::Quick => quick,
            Self::Full => 9 * quick,
        }
    }

    /// The margin of a statistical check: the standard error falls by three where the replicates grow ninefold.
    #[must_use]
    pub fn margin(self, quick: f64) -> f64 {
        match self {
            Self::Quick => quick,
            Self::Full => quick / 3.0,
        }
    }
}

/// What a check is told.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Seed of the run.
    pub seed: u64,
    /// Tier of the run.
    pub tier: Tier,
    /// The run's statistical checks and their common false-alarm rate.
    pub family: Family,
    /// Key of the check's random streams.
    pub experiment: u64,
}

impl Context {
    /// Of a claim's check, whose random streams belong to its name.
    #[must_use]
    pub fn of(claim: &str, check: &str, seed: u64, tier: Tier, family: Family) -> Self {
        Self { seed, tier, family, experiment: experiment_id(&format!("{claim}/{check}")) }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Verdict.
    pub verdict: Verdict,
    /// What was compared with the bound.
    pub statistic: Option<f64>,
    /// The bound.
    pub bound: Option<f64>,
    /// Relative error found with 99 % power.
    pub detectable_effect: Option<f64>,
    /// Relative error of the estimate; as the next three, of the worst comparison of a check by simulation.
    pub relative_error: Option<f64>,
    /// Simultaneous interval for the relative error.
    pub interval: Option<(f64, f64)>,
    /// Margin inside which that interval must lie.
    pub margin: Option<f64>,
    /// Replicates drawn for it.
    pub replicates: Option<u64>,
    /// Every comparison of a check by simulation that could be made.
    pub comparisons: Vec<ComparisonOutcome>,
    /// The numbers behind the verdict.
    pub detail: String,
    /// Whether it was made at all: a tool may be absent. What was not has no part in the claim's verdict.
    pub ran: bool,
}

impl Finding {
    /// A check that could not be made, with its cause.
    #[must_use]
    pub fn inconclusive(cause: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Inconclusive,
            statistic: None,
            bound: None,
            detectable_effect: None,
            relative_error: None,
            interval: None,
            margin: None,
            replicates: None,
            comparisons: Vec::new(),
            detail: cause.into(),
            ran: true,
        }
    }

    /// A check for which a tool is absent.
    #[must_use]
    pub fn not_run(cause: impl Into<String>) -> Self {
        Self { ran: false, ..Self::inconclusive(cause) }
    }

    /// A verdict without a number that was compared.
    #[must_use]
    pub fn decided(verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { verdict, ..Self::inconclusive(detail) }
    }

    /// A statistical comparison, with the words that name both sides.
    #[must_use]
    pub fn compared(comparison: &Comparison, words: &str) -> Self {
        let Comparison { z, bound, relative_error, interval, margin, detectable_effect, verdict, cause } = comparison;
        let cause = if cause.is_empty() { String::new() } else { format!("; {cause}") };
        let [percent, low, high, within] = [*relative_error, interval.0, interval.1, *margin].map(|x| 100.0 * x);
        Self {
            verdict: *verdict,
            statistic: Some(*z),
            bound: Some(*bound),
            detectable_effect: Some(*detectable_effect),
            relative_error: Some(*relative_error),
            interval: Some(*interval),
            margin: Some(*margin),
            ..Self::inconclusive(format!(
                "{words}; relative error {percent:+.3} % in ({low:+.3}, {high:+.3}) %, margin {within:.3} %{cause}"
            ))
        }
    }

    /// A deterministic comparison: `error` is the largest error found, in units of its tolerance.
    #[must_use]
    pub fn within(error: f64, detail: String) -> Self {
        Self {
            verdict: if error <= 1.0 { Verdict::Confirmed } else { Verdict::Refuted },
            statistic: Some(error),
            bound: Some(1.0),
            ..Self::inconclusive(detail)
        }
    }
}

/// What a check does.
pub enum Body {
    /// Without sampling error.
    Certain(Box<dyn Fn(&Context) -> Finding + Send + Sync>),
    /// By simulation.
    Sampled(Sampled),
}

/// One check of a claim.
pub struct Check {
    /// Name within the claim.
    pub name: &'static str,
    /// Kind of evidence.
    pub kind: Kind,
    /// Tier from which on it runs.
    pub tier: Tier,
    /// What it does.
    pub body: Body,
}

impl Check {
    /// A check without sampling error, of the quick tier.
    pub fn certain(name: &'static str, kind: Kind, run: impl Fn(&Context) -> Finding + Send + Sync + 'static) -> Self {
        Self { name, kind, tier: Tier::Quick, body: Body::Certain(Box::new(run)) }
    }

    /// The same check, left to the full tier.
    #[must_use]
    pub fn in_full_tier(self) -> Self {
        Self { tier: Tier::Full, ..self }
    }

    /// Number of statistical comparisons that it makes: each takes its share of the false-alarm rate.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        match &self.body {
            Body::Certain(_) => 0,
            Body::Sampled(sampled) => sampled.comparisons(),
        }
    }

    /// Runs it.
    #[must_use]
    pub fn run(&self, context: &Context) -> Finding {
        match &self.body {
            Body::Certain(run) => run(context),
            Body::Sampled(sampled) => sampled.judge(context, &mut sampled.series()),
        }
    }
}
