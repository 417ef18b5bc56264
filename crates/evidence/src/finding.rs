//! What one check found.

use crate::sampled::Compared;
use crate::verdict::Verdict;

/// What a verdict was taken from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// No number: a statement was shown, or its contrary, or neither.
    Decided,
    /// The largest error found without sampling, in units of its tolerance.
    Error(f64),
    /// Comparisons by simulation, of which this one (by its index) is the worst: by verdict, then by |z|.
    Worst(usize),
    /// Nothing: the check was not made, since a tool is absent. It has no part in the claim's verdict.
    NotRun,
    /// Nothing: the run was told to stop before it was made. The claim is inconclusive at best.
    Interrupted,
}

/// What one check found.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Finding, Verdict};
///
/// let found = Finding::within(0.5, "half of the tolerance");
/// assert_eq!((found.verdict, found.statistic(), found.bound()), (Verdict::Confirmed, Some(0.5), Some(1.0)));
/// assert_eq!(Finding::within(1.5, "beyond the tolerance").verdict, Verdict::Refuted);
/// assert!(!Finding::not_run("a tool is absent").ran());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Verdict.
    pub verdict: Verdict,
    /// What it was taken from.
    pub measure: Measure,
    /// Every comparison of a check by simulation that could be made, in the order of its cases.
    pub comparisons: Vec<Compared>,
    /// What the formula gives at each place of a check that compares numbers without sampling error, in the order of its places.
    pub values: Vec<(String, f64)>,
    /// The numbers behind the verdict, in words.
    pub detail: String,
}

impl Finding {
    /// A verdict without a number that was compared.
    #[must_use]
    pub fn decided(verdict: Verdict, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { verdict, measure: Measure::Decided, comparisons: Vec::new(), values: Vec::new(), detail }
    }

    /// A check that could not be made, with its cause.
    #[must_use]
    pub fn inconclusive(cause: impl Into<String>) -> Self {
        Self::decided(Verdict::Inconclusive, cause)
    }

    /// A check for which a tool is absent. What follows the first line of the cause belongs to this check alone: see [`Finding::cause`].
    #[must_use]
    pub fn not_run(cause: impl Into<String>) -> Self {
        Self { measure: Measure::NotRun, ..Self::inconclusive(cause) }
    }

    /// A check that the run did not come to, or not to its end.
    #[must_use]
    pub fn interrupted() -> Self {
        Self { measure: Measure::Interrupted, ..Self::inconclusive("not run: the run was interrupted") }
    }

    /// A deterministic comparison: `error` is the largest error found, in units of its tolerance.
    #[must_use]
    pub fn within(error: f64, detail: impl Into<String>) -> Self {
        let verdict = if error <= 1.0 { Verdict::Confirmed } else { Verdict::Refuted };
        Self { measure: Measure::Error(error), ..Self::decided(verdict, detail) }
    }

    /// The finding of several comparisons: that of the worst. A comparison that could not be made counts as the worst, unless another is refuted.
    #[must_use]
    pub fn of_comparisons(made: Vec<Result<Compared, String>>) -> Self {
        let (mut comparisons, mut causes) = (Vec::new(), Vec::new());
        if made.is_empty() {
            causes.push("no case".to_owned());
        }
        for one in made {
            match one {
                Ok(compared) => comparisons.push(compared),
                Err(cause) => causes.push(cause),
            }
        }
        let rank = |compared: &Compared| (compared.comparison.verdict, compared.comparison.z.abs());
        let worst = comparisons
            .iter()
            .enumerate()
            .max_by(|(_, a), (_, b)| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
        match worst {
            Some((index, worst)) if causes.is_empty() || worst.comparison.verdict == Verdict::Refuted => {
                let count = comparisons.len();
                let head = if count == 1 { String::new() } else { format!("worst of {count}: ") };
                let (verdict, detail) = (worst.comparison.verdict, head + &worst.detail());
                Self { measure: Measure::Worst(index), comparisons, ..Self::decided(verdict, detail) }
            }
            _ => Self { comparisons, ..Self::inconclusive(causes.join("; ")) },
        }
    }

    /// The first line of the detail: of a check that was not made the reason, by which a report counts such checks.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_evidence::Finding;
    ///
    /// assert_eq!(Finding::not_run("a tool is absent\nit would have shown that 1 + 1 = 2").cause(), "a tool is absent");
    /// ```
    #[must_use]
    pub fn cause(&self) -> &str {
        self.detail.lines().next().unwrap_or_default()
    }

    /// Whether the check was made at all.
    #[must_use]
    pub fn ran(&self) -> bool {
        !matches!(self.measure, Measure::NotRun | Measure::Interrupted)
    }

    /// The worst comparison of a check by simulation. None where a comparison could not be made and no other is refuted.
    #[must_use]
    pub fn worst(&self) -> Option<&Compared> {
        if let Measure::Worst(index) = self.measure { self.comparisons.get(index) } else { None }
    }

    /// What was compared with [`Finding::bound`]: z of the worst comparison, or the largest error in units of its tolerance. None where there is
    /// none, or it is not finite.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        let statistic = match self.measure {
            Measure::Error(error) => Some(error),
            _ => self.worst().map(|worst| worst.comparison.z),
        };
        statistic.filter(|x| x.is_finite())
    }

    /// Bound on |statistic|.
    #[must_use]
    pub fn bound(&self) -> Option<f64> {
        match self.measure {
            Measure::Error(_) => Some(1.0),
            _ => self.worst().map(|worst| worst.comparison.bound),
        }
    }

    /// The largest detectable effect of its comparisons: none of them would miss a larger error.
    #[must_use]
    pub fn detectable_effect(&self) -> Option<f64> {
        self.worst()?;
        let effects = self.comparisons.iter().map(|compared| compared.comparison.detectable_effect);
        Some(effects.fold(0.0, f64::max)).filter(|x| x.is_finite())
    }
}
