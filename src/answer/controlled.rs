//! The risk by losses less their controls, beside the plain one.

use std::fmt;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Reasons,
    text::{finite, short},
};
use crate::{simulate::engine::Outcome, stats::compare::Estimate};

/// A risk with a smaller standard error, of the same replicates.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Controlled {
    risk: f64,
    std_error: f64,
    /// To the theory.
    ratio: Option<f64>,
    /// Variance of the losses over that of the losses less their controls.
    variance_ratio: f64,
}

impl Controlled {
    /// Of this loss, where the outcome has controls; without a number, the reason is among `reasons`.
    ///
    /// # Examples
    /// see [`simulate`](super::monte_carlo::simulate), with `Options::controls`.
    pub fn of(outcome: &Outcome, loss: usize, theory: Option<f64>, reasons: &mut Reasons) -> Option<Option<Self>> {
        let controlled = &outcome.controlled.as_ref()?[0][loss];
        let (plain, Estimate { value, std_error, .. }) = (&outcome.moments[0][loss], controlled.into());
        let gain = finite(plain.variance() / controlled.variance());
        let none = match (outcome.failed_fits, gain) {
            (0, Some(variance_ratio)) if variance_ratio >= 1.0 => {
                let ratio = theory.and_then(|theory| finite(value / theory));
                return Some(Some(Self { risk: value, std_error, ratio, variance_ratio }));
            }
            (0, Some(_)) => "the controls have more variance than they take: fits are too far from linear here",
            (0, None) => "there are not two finite variances to divide",
            _ => "fits failed, and over the others a control has a mean that is not known",
        };
        reasons.insert("controlled", none.to_owned());
        Some(None)
    }

    /// Risk, standard error, ratio of the risk to the theory, and by how much the losses have more variance than those less their controls.
    ///
    /// # Examples
    /// see [`simulate`](super::monte_carlo::simulate).
    #[must_use]
    pub const fn numbers(&self) -> (f64, f64, Option<f64>, f64) {
        (self.risk, self.std_error, self.ratio, self.variance_ratio)
    }
}

impl fmt::Display for Controlled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { risk, std_error, ratio, variance_ratio } = self;
        write!(f, "{}, standard error {}", short(*risk), short(*std_error))?;
        if let Some(ratio) = ratio {
            write!(f, ", over theory {}", short(*ratio))?;
        }
        write!(f, " (the variance of the losses is {} times as large)", short(*variance_ratio))
    }
}
