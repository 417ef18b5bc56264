//! What a calibration reports: whether the statistical checks keep their declared error rate. Plain data, read by every report.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::verdict::{Kind, Verdict};

/// Why keys are null.
pub type Reasons = BTreeMap<&'static str, &'static str>;

/// Hits among trials, with the exact (Clopper–Pearson) 95 % interval for their probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Share {
    /// Hits.
    pub hits: u64,
    /// Trials.
    pub trials: u64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Runs in which a true claim was refuted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FalseAlarms {
    /// Runs with a false alarm, of all.
    pub runs: Share,
    /// Declared for a run: the family's rate, or the share of it that belongs to the comparisons that were run.
    pub declared: f64,
    /// Exact upper bound on the probability of a false alarm in a run, with 95 % confidence.
    pub upper_bound: f64,
    /// Probability of so many runs, or more, under the declared rate.
    pub p_value: f64,
    /// Comparisons with a false alarm, of all that were made and not too skewed.
    pub comparisons: Share,
}

/// The laws of the z, tested one by one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Laws {
    /// Comparisons tested.
    pub tested: usize,
    /// Smallest p-value of a Kolmogorov–Smirnov test; none where none was made.
    pub smallest_p_value: Option<f64>,
    /// The same, adjusted for the number of tests by Holm's method.
    pub p_value: Option<f64>,
    /// Of what is null, why.
    pub reasons: Reasons,
}

/// How often intervals of one nominal coverage contained the expected value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Nominal coverage.
    pub nominal: f64,
    /// Intervals that contained it, of those of the tested comparisons.
    pub intervals: Share,
    /// Two-sided binomial p-value of the nominal coverage.
    pub p_value: f64,
}

/// The z of one kind of evidence, taken together.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KindCalibration {
    /// Kind.
    pub kind: Kind,
    /// Tested comparisons.
    pub comparisons: usize,
    /// Their z's.
    pub values: u64,
    /// Mean z.
    pub mean: f64,
    /// Standard deviation of z.
    pub deviation: f64,
    /// Intervals of nominal 95 % that contained the expected value.
    pub inside_95: Share,
    /// The same of 99 %.
    pub inside_99: Share,
}

/// One comparison over all seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparisonCalibration {
    /// Claim.
    pub claim: String,
    /// Check.
    pub check: String,
    /// Kind of evidence.
    pub kind: Kind,
    /// Case, or the limit of a ladder.
    pub place: String,
    /// Runs that gave a z.
    pub values: u64,
    /// Runs without: replicates failed, a solver did not converge, a ladder's gap is not of its form.
    pub not_made: u64,
    /// Runs in which the estimate was too skewed for its z to be trusted; the z counts here all the same.
    pub too_skewed: u64,
    /// Whether it has a part in the verdict: enough z's, and not too skewed on average.
    pub tested: bool,
    /// False alarms.
    pub false_alarms: u64,
    /// Mean skewness of the estimate.
    pub skewness: Option<f64>,
    /// Degrees of freedom of the standard error, the fewest of any run.
    pub degrees: Option<f64>,
    /// Mean z.
    pub mean: Option<f64>,
    /// Standard deviation of z.
    pub deviation: Option<f64>,
    /// Kolmogorov–Smirnov distance of z from its law.
    pub distance: Option<f64>,
    /// Its p-value.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of tests by Holm's method; none where it is not tested.
    pub adjusted_p_value: Option<f64>,
    /// 95 % intervals that contained the expected value.
    pub inside_95: u64,
    /// 99 % intervals that did.
    pub inside_99: u64,
    /// Of what is null, why.
    pub reasons: Reasons,
}

/// A deliberately wrong simulator, which its check must refute.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WrongSimulator {
    /// What is wrong.
    pub name: String,
    /// Claim.
    pub claim: String,
    /// Check.
    pub check: String,
    /// Runs in which it was refuted.
    pub refuted: Share,
}

/// A part of the domain of an audit, over all seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// Its name.
    pub part: String,
    /// Places in it.
    pub places: u64,
    /// Those at which the route could compare.
    pub compared: u64,
}

/// An audit over all seeds. It has no part in the tests of laws and intervals, but a refuted place is a false alarm of its run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditCalibration {
    /// Claim.
    pub claim: String,
    /// Check.
    pub check: String,
    /// Places.
    pub places: u64,
    /// Those at which the route could compare.
    pub compared: u64,
    /// Those of them that were refuted.
    pub refuted: u64,
    /// Places with a z. None where the comparison has no sampling error.
    pub values: u64,
    /// Mean z.
    pub mean: Option<f64>,
    /// Standard deviation of z.
    pub deviation: Option<f64>,
    /// 95 % intervals that contained the expected value.
    pub inside_95: u64,
    /// 99 % intervals that did.
    pub inside_99: u64,
    /// The parts of the domain, in alphabetical order. A place lies in several.
    pub parts: Vec<Part>,
    /// Of what is null, why.
    pub reasons: Reasons,
}

/// The statistical checks of a suite's first tier under fresh seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationOutcome {
    /// Confirmed: consistent with the declared rate. Refuted: contradicted. Inconclusive: not decided.
    pub verdict: Verdict,
    /// Why it is not confirmed.
    pub causes: Vec<String>,
    /// Tier whose checks were run.
    pub tier: String,
    /// Base seed.
    pub seed: u64,
    /// Number of fresh seeds derived from it that were run to their end.
    pub seeds: u64,
    /// Whether it was told to stop before the last of them.
    pub partial: bool,
    /// Share of the replicates of the tier.
    pub budget: f64,
    /// Probability with which the calibration itself would contradict a rate that is kept, at most.
    pub error_rate: f64,
    /// Statistical comparisons of the tier, over which the declared rate is split.
    pub checks: usize,
    /// False alarms.
    pub false_alarms: FalseAlarms,
    /// Laws of the z.
    pub laws: Laws,
    /// Coverage of the intervals.
    pub coverage: Vec<Coverage>,
    /// By kind of evidence.
    pub kinds: Vec<KindCalibration>,
    /// The wrong simulator, where the suite has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong_simulator: Option<WrongSimulator>,
    /// Every audit.
    pub audits: Vec<AuditCalibration>,
    /// Every comparison, in the order of the registry.
    pub comparisons: Vec<ComparisonCalibration>,
}
