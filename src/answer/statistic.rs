//! What practitioners print of a collapse beside the risk, over the replicates.

use std::{collections::BTreeMap, fmt};

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Reasons,
    estimate::FAILED_FIT,
    text::{finite, short},
};
use crate::{
    experiment::{InputError, Problem},
    simulate::engine::{Path, ScheduleKind},
    stats::{moments::Moments, shown::number_of},
};

/// Which statistic.
///
/// # Examples
/// ```
/// use goldenweight::answer::statistic::Statistic;
/// assert_eq!(Statistic::ALL.map(Statistic::name), ["log-det", "median", "sd"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// log det of the fitted covariance.
    LogDet,
    /// The loss.
    Median,
    /// The fitted standard deviation, in one dimension.
    Sd,
}

/// Its law over the replicates, as far as they show it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Spread {
    name: &'static str,
    what: &'static str,
    mean: Option<f64>,
    std_error: Option<f64>,
    q10: Option<f64>,
    median: Option<f64>,
    q90: Option<f64>,
    reasons: Reasons,
}

impl Statistic {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::LogDet, Self::Median, Self::Sd];

    /// Its name on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogDet => "log-det",
            Self::Median => "median",
            Self::Sd => "sd",
        }
    }

    /// Whether a problem has this statistic; it is of one generation.
    ///
    /// # Errors
    /// Of the field `statistic`.
    pub fn validate(
        self,
        problem: &Problem,
        schedule: ScheduleKind,
        losses: &[&str],
        burn_in: Option<u64>,
    ) -> Result<(), InputError> {
        let refuse = |condition: String| Err(InputError::new("statistic", self.name(), condition));
        if let Some(b) = burn_in {
            return Err(InputError::new("burn_in", b, "must be left out with `statistic`, which is of one generation"));
        }
        match self {
            Self::LogDet if !losses.contains(&"log_det") => {
                refuse(format!("must be median for {}, which has no covariance", problem.model()))
            }
            // All later rows lie in the plane of the first real ones, which only rounding leaves.
            Self::LogDet
                if [ScheduleKind::Fixed, ScheduleKind::Accumulate].contains(&schedule)
                    && problem.rows().real <= problem.dim() =>
            {
                let (n, p) = (problem.rows().real, problem.dim());
                refuse(format!(
                    "must be median: where {n} real rows are kept in dimension {p}, every log det is minus infinity"
                ))
            }
            Self::Sd if !losses.contains(&"log_det") || problem.dim() != 1 => {
                refuse(format!("must be log-det or median for {} in dimension {}", problem.model(), problem.dim()))
            }
            _ => Ok(()),
        }
    }

    /// The statistic over the paths of the replicates, which hold one generation; `failed` of them have no fit there.
    #[must_use]
    pub fn of(self, paths: &[Path], losses: &[&str], own: usize, failed: u64) -> Spread {
        let log_det = losses.iter().position(|name| *name == "log_det").unwrap_or(own);
        let mut values: Vec<f64> = match self {
            Self::Median => paths.iter().map(|path| path[own]).collect(),
            Self::LogDet => paths.iter().map(|path| path[log_det]).collect(),
            Self::Sd => paths.iter().map(|path| libm::exp(0.5 * path[log_det])).collect(),
        };
        let mut moments = Moments::default();
        values.iter().for_each(|&value| moments.push(value));
        values.sort_by(f64::total_cmp);
        // The smallest value with at least this share of all at or below it.
        let quantile = |share: f64| {
            let rank = (share * values.len() as f64).ceil() as usize;
            values.get(rank.max(1) - 1).copied()
        };
        // The value that leaves a mean without a number.
        let infinite = values.iter().copied().find(|value| !value.is_finite());
        let mut reasons = Reasons::new();
        let mut number = |key, value: Option<f64>, fewest: usize, culprit: Option<f64>| {
            let found = value.and_then(finite);
            if found.is_none() {
                reasons.insert(key, why(values.len(), fewest, culprit, failed));
            }
            found
        };
        let mean = number("mean", Some(moments.mean()), 1, infinite);
        let std_error = number("std_error", Some(moments.std_error()), 2, infinite);
        let [q10, median, q90] = [("q10", 0.1), ("median", 0.5), ("q90", 0.9)].map(|(key, share)| {
            let value = quantile(share);
            number(key, value, 1, value)
        });
        Spread {
            name: self.name(),
            what: match self {
                Self::LogDet => "log det of the fitted covariance",
                Self::Median => "the loss; that of a replicate whose fit does not exist is infinite",
                Self::Sd => "the fitted standard deviation",
            },
            mean,
            std_error,
            q10,
            median,
            q90,
            reasons,
        }
    }
}

/// Why `values` values give no number: it takes at least `fewest`, or one of them is infinite.
fn why(values: usize, fewest: usize, infinite: Option<f64>, failed: u64) -> String {
    match infinite {
        _ if values == 0 => "interrupted before the first replicate ended".to_owned(),
        _ if values < fewest => format!("it takes {}", number_of(fewest as u64, "replicate")),
        Some(f64::NEG_INFINITY) => "singular covariances have a log det of minus infinity".to_owned(),
        _ if failed > 0 => format!("{} of {} {FAILED_FIT}", failed, number_of(values as u64, "replicate")),
        _ => "beyond the largest float, 1.8e308".to_owned(),
    }
}

impl Spread {
    /// Mean, standard error, and the quantiles of 10, 50 and 90 %.
    pub(crate) const fn numbers(&self) -> [Option<f64>; 5] {
        [self.mean, self.std_error, self.q10, self.median, self.q90]
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = [
            ("median", "median", self.median),
            ("q10", "10 % quantile", self.q10),
            ("q90", "90 % quantile", self.q90),
            ("mean", "mean", self.mean),
            ("std_error", "standard error", self.std_error),
        ];
        let mut facts = Vec::new();
        // Several numbers may be missing for one reason.
        let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, name, number) in numbers {
            match self.reasons.get(key) {
                None => facts.push(format!("{name} {}", short(number))),
                Some(reason) => missing.entry(reason).or_default().push(name),
            }
        }
        facts.extend(missing.iter().map(|(reason, names)| format!("no {} ({reason})", names.join(", "))));
        write!(f, "{}: {}", self.what, facts.join(", "))
    }
}
