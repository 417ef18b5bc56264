//! What the answers for a table and for two of them have in common: what is fitted, and how intervals are told.

use std::fmt;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::text::short;
use crate::advise::{Family, Interval, Loss};
use crate::stats::shown::number_of;

/// What is fitted, and the loss that counts.
///
/// # Examples
/// ```
/// use goldenweight::{advise::{Family, Loss}, answer::fitted::Fitted};
///
/// let fitted = Fitted { family: Family::Linear, target: Some("y".to_owned()), loss: Loss::Raw };
/// assert_eq!(fitted.to_string(), "linear of y");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Fitted {
    /// What is fitted.
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    pub family: Family,
    /// Name of the response of a regression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Loss that the weight minimises the risk of.
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    pub loss: Loss,
}

impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.word())?;
        self.target.as_ref().map_or(Ok(()), |target| write!(f, " of {target}"))
    }
}

/// Both ends.
pub(super) const fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

/// Both ends in text; without an upper one, infinity.
pub(super) fn between(low: f64, high: impl Into<Option<f64>>) -> String {
    let high = high.into().filter(|high| high.is_finite());
    format!("{} to {}", short(low), high.map_or_else(|| "infinity".to_owned(), short))
}

/// How many rows were left out, in brackets; nothing where none was.
pub(super) fn dropped(rows: usize) -> String {
    match rows {
        0 => String::new(),
        count => format!(" ({} with missing values left out)", number_of(count as u64, "row")),
    }
}

/// A line for each warning, after an empty one.
pub(super) fn warned(f: &mut fmt::Formatter<'_>, warnings: &[String]) -> fmt::Result {
    if !warnings.is_empty() {
        writeln!(f)?;
    }
    warnings.iter().try_for_each(|warning| writeln!(f, "warning: {warning}"))
}

/// What is wrong with a table; with the first of its doubts, which may be the cause.
pub(super) fn with_doubt(wrong: impl fmt::Display, doubts: &[String]) -> String {
    match doubts {
        [] => wrong.to_string(),
        [doubt, ..] => format!("{wrong}; but {doubt}"),
    }
}
