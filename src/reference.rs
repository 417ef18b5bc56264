//! Risks from another implementation of the setting, `tests/references/simulators.py` in NumPy. It uses no law of the theory and shares no
//! line with the simulators here.

use crate::experiment::Rows;
use crate::simulate::engine::ScheduleKind;
use crate::stats::compare::Estimate;

/// The risk of a chain, with what was simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The line of the file.
    pub line: &'static str,
    /// Name of a [`Model`](crate::catalogue::Model), or the losses of the regression on the Adult table: `adult-raw`, `adult-standardised`.
    pub model: &'static str,
    /// Rows per generation.
    pub rows: Rows,
    /// Weight of the real rows.
    pub weight: f64,
    /// Generation.
    pub generation: u32,
    /// Fresh or fixed.
    pub schedule: ScheduleKind,
    /// The truth: a covariance row by row, coefficients (a linear model's are followed by the variance of its noise), or probabilities. Empty where the model
    /// has only one truth.
    pub truth: Vec<f64>,
    /// Mean loss.
    pub risk: Estimate,
}

impl Reference {
    fn read(line: &'static str) -> Self {
        let fields: Vec<_> = line.split(',').collect();
        let [model, n, m, w, t, schedule, truth, replicates, risk, std_error, skewness] = fields[..] else {
            panic!("eleven fields: {line}")
        };
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let count = |text: &str| text.parse::<u64>().expect("a count");
        let schedule = match schedule {
            "fresh" => ScheduleKind::Fresh,
            "fixed" => ScheduleKind::Fixed,
            other => panic!("fresh or fixed, not {other}"),
        };
        let replicates = number(replicates);
        Self {
            line,
            model,
            rows: Rows { real: count(n) as usize, synthetic: count(m) as usize },
            weight: number(w),
            generation: count(t) as u32,
            schedule,
            truth: truth.split_whitespace().map(number).collect(),
            risk: Estimate {
                value: number(risk),
                std_error: number(std_error),
                degrees: replicates - 1.0,
                skewness: number(skewness) / replicates.sqrt(),
                skewness_error: 6f64.sqrt() / replicates,
            },
        }
    }
}

/// Every reference, in the order of the file, which is compiled into the program.
///
/// # Examples
/// ```
/// use goldenweight::reference::references;
///
/// let all = references();
/// assert!(all.iter().any(|reference| reference.model == "cdf" && reference.rows.real != reference.rows.synthetic));
/// ```
#[must_use]
pub fn references() -> Vec<Reference> {
    let lines = include_str!("../tests/references/simulators.csv").lines();
    lines.filter(|line| !line.starts_with('#')).skip(1).map(Reference::read).collect()
}
