//! `simulate --controls`: the risk by losses less their controls, beside the plain one.

use std::fmt;

use goldenweight::{
    answer::{Reasons, text::finite},
    simulate::engine::Outcome,
    stats::compare::Estimate,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{output::short, usage::named};

/// Whether controls are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controls {
    /// Where there are such.
    On,
    /// Nowhere.
    Off,
}

/// Whether controls are asked for.
pub fn controls(word: &str) -> Result<Controls, String> {
    named(word, &[Controls::On, Controls::Off], |controls| if controls == Controls::On { "on" } else { "off" })
}

/// A risk with a smaller standard error, of the same replicates.
#[derive(Serialize, JsonSchema)]
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
    pub fn of(outcome: &Outcome, loss: usize, theory: Option<f64>, reasons: &mut Reasons) -> Option<Option<Self>> {
        let controlled = &outcome.controlled.as_ref()?[0][loss];
        let (plain, Estimate { value, std_error, .. }) = (&outcome.moments[0][loss], controlled.into());
        let gain = finite(plain.variance() / controlled.variance());
        let none = match (outcome.failed_fits, gain) {
            (0, Some(variance_ratio)) => {
                let ratio = theory.and_then(|theory| finite(value / theory));
                return Some(Some(Self { risk: value, std_error, ratio, variance_ratio }));
            }
            (0, None) => "there are not two finite variances to divide",
            _ => "fits failed, and over the others a control has a mean that is not known",
        };
        reasons.insert("controlled", none.to_owned());
        Some(None)
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
