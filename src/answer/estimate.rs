//! A simulated mean with all that stands behind it, as `simulate` and `adult` show it; and z, as all commands do.

use std::fmt;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Reasons, Remarks,
    closed_form::{OVERFLOW, law, second_order},
    text::{explained, finite, power_of_ten, short},
};
use crate::{
    prediction::{Order, SecondTerm},
    stats::{
        compare::Estimate,
        moments::Moments,
        shown::{Failures, NoZ, Z, number_of, z_of_mean},
    },
};

/// Why there is no z beside a law that holds only in the limit of many rows.
pub const LIMIT_LAW: &str = "the theory is a limit law, which the risk at these n and m does not obey";

/// How a replicate that failed is told of.
pub const FAILED_FIT: &str = "ended in a fit that does not exist";

/// z with its degrees of freedom, or why there is none.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct ShownZ {
    z: Option<f64>,
    z_degrees: Option<f64>,
    z_p_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    z_reason: Option<String>,
}

impl From<Result<Z, NoZ>> for ShownZ {
    fn from(z: Result<Z, NoZ>) -> Self {
        match z {
            Ok(z) => Self { z: Some(z.z), z_degrees: Some(z.degrees), z_p_value: Some(z.p_value()), z_reason: None },
            Err(NoZ::Failed(failures)) => {
                Self::none(format!("{failures} {FAILED_FIT}, and the others are not a random choice"))
            }
            Err(reason) => Self::none(reason),
        }
    }
}

impl ShownZ {
    /// None, for this reason.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::answer::estimate::{LIMIT_LAW, ShownZ};
    ///
    /// let shown = ShownZ::none(LIMIT_LAW);
    /// assert_eq!((shown.number().as_str(), shown.reason()), ("-", Some(LIMIT_LAW)));
    /// ```
    pub fn none(reason: impl ToString) -> Self {
        Self { z: None, z_degrees: None, z_p_value: None, z_reason: Some(reason.to_string()) }
    }

    /// z and its degrees of freedom; none where there is no z.
    ///
    /// # Examples
    /// see [`simulate`](super::monte_carlo::simulate).
    pub fn value(&self) -> Option<(f64, f64)> {
        self.z.zip(self.z_degrees)
    }

    /// The number, in text.
    pub fn number(&self) -> String {
        short(self.z)
    }

    /// The probability of a |z| at least as large, in text; nothing where there is no z.
    pub fn p_value(&self) -> String {
        self.z_p_value.map(short).unwrap_or_default()
    }

    /// Why there is none; none where there is one.
    pub fn reason(&self) -> Option<&str> {
        self.z_reason.as_deref()
    }
}

impl fmt::Display for ShownZ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.z_degrees, &self.z_reason) {
            (Some(degrees), _) => write!(
                f,
                "{} (a |z| as large has probability {} under Student's law with {} {})",
                self.number(),
                self.p_value(),
                short(degrees),
                if degrees == 1.0 { "degree of freedom" } else { "degrees of freedom" }
            ),
            (None, reason) => write!(f, "- ({})", reason.as_deref().unwrap_or_default()),
        }
    }
}

/// The theory beside a simulated risk.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Theory {
    /// Risk; none where it is beyond the largest float.
    pub risk: Option<f64>,
    /// Its decimal logarithm.
    pub log10_risk: Option<f64>,
    /// Whether it holds at every n, m and t.
    pub exact: bool,
    /// How far it goes.
    pub order: &'static str,
    /// What the second order of a regression says, where the law is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_order: Option<SecondOrder>,
    /// Why there is no risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its order; none where there is no law at all.
    #[serde(skip)]
    known: Option<Order>,
}

/// The second order beside a simulated risk, without numbers that are beyond the floats.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct SecondOrder {
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<f64>,
    in_range: bool,
    /// The size of what two orders leave out, roughly, over the risk: max(1, k) size^2.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<f64>,
    #[serde(skip)]
    term: SecondTerm,
}

impl From<SecondTerm> for SecondOrder {
    fn from(term: SecondTerm) -> Self {
        Self {
            risk: finite(term.risk),
            share: finite(term.share),
            size: finite(term.size),
            in_range: term.is_in_range(),
            left_out: finite(term.left_out),
            term,
        }
    }
}

impl fmt::Display for Theory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) if self.known.is_none() => write!(f, "- ({reason})"),
            _ => {
                write!(f, "{} ({})", self.number(), law(self.known.unwrap_or(Order::Limit)))
            }
        }
    }
}

impl Theory {
    /// This risk, or its logarithm alone.
    pub fn new(risk: f64, log10_risk: f64, order: Order, second: Option<SecondTerm>) -> Self {
        let reason = (!risk.is_finite()).then(|| OVERFLOW.to_owned());
        Self {
            risk: finite(risk),
            log10_risk: finite(log10_risk),
            exact: order == Order::Exact,
            order: order.word(),
            second_order: second.filter(|_| order != Order::Exact).map(SecondOrder::from),
            reason,
            known: Some(order),
        }
    }

    /// None, for this reason.
    pub const fn none(reason: String) -> Self {
        Self {
            risk: None,
            log10_risk: None,
            exact: false,
            order: "none",
            second_order: None,
            reason: Some(reason),
            known: None,
        }
    }

    /// In text.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{answer::estimate::Theory, prediction::Order};
    ///
    /// assert_eq!(Theory::new(f64::INFINITY, 400.0, Order::Exact, None).number(), "1e400");
    /// assert_eq!(Theory::none("no law".to_owned()).to_string(), "- (no law)");
    /// ```
    #[must_use]
    pub fn number(&self) -> String {
        match (self.risk, self.log10_risk) {
            (None, Some(log10)) => power_of_ten(log10),
            (risk, _) => short(risk),
        }
    }
}

/// A simulated risk: the mean over the replicates whose fits all exist.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Simulated {
    risk: Option<f64>,
    std_error: Option<f64>,
    replicates: u64,
    failed_fits: u64,
    surviving_replicates: u64,
    replicates_asked: u64,
    partial: bool,
    mean_over: String,
    failed_share: Option<f64>,
    failed_share_interval: (f64, f64),
    /// The theory beside it.
    pub theory: Theory,
    ratio: Option<f64>,
    /// Its distance from the theory.
    #[serde(flatten)]
    pub z: ShownZ,
    reasons: Reasons,
    #[serde(skip)]
    fits: Failures,
}

impl Simulated {
    /// Of these losses and this number of failed replicates, of as many as were asked for; `reasons` are those of the keys beside it.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{
    ///     answer::{Reasons, estimate::{Simulated, Theory}}, prediction::Order, stats::moments::Moments,
    /// };
    ///
    /// let mut losses = Moments::default();
    /// (0..1_000).for_each(|i| losses.push(f64::from(i % 2)));
    /// let said = Simulated::new(&losses, 0, 1_000, Theory::new(0.5, -0.301_029_995_663_981_2, Order::Exact, None), Reasons::new());
    /// assert_eq!(said.numbers(), ["0.5", "0.0158193", "1"]);
    /// assert_eq!(said.mean_over(), "mean over all 1000 replicates");
    /// ```
    #[must_use]
    pub fn new(moments: &Moments, failed: u64, asked: u64, theory: Theory, mut reasons: Reasons) -> Self {
        let fits = Failures { replicates: moments.count() + failed, failed };
        let estimate = Estimate::from(moments);
        let (risk, std_error) = (finite(estimate.value), finite(estimate.std_error));
        let ratio = theory.risk.and_then(|risk| finite(estimate.value / risk));
        let z = match theory.known {
            Some(Order::Exact | Order::Second) => z_of_mean(moments, fits, theory.risk.unwrap_or(f64::INFINITY)).into(),
            Some(Order::Limit) => ShownZ::none(LIMIT_LAW),
            None => ShownZ::none(theory.reason.as_deref().unwrap_or_default()),
        };
        let beyond = || "a loss is beyond the largest float".to_owned();
        let few = |fewest| moments.count() < fewest;
        if risk.is_none() {
            let none = match fits {
                Failures { replicates: 0, .. } => "interrupted before the first replicate ended".to_owned(),
                _ if few(1) => "no replicate has all its fits".to_owned(),
                _ => beyond(),
            };
            reasons.insert("risk", none);
        }
        if fits.replicates == 0 {
            reasons.insert("failed_share", "interrupted before the first replicate ended".to_owned());
        }
        if std_error.is_none() {
            let none = if few(2) { "it takes two replicates with all their fits".to_owned() } else { beyond() };
            reasons.insert("std_error", none);
        }
        if ratio.is_none() {
            reasons.insert("ratio", "there are not two finite risks to divide".to_owned());
        }
        Self {
            risk,
            std_error,
            replicates: fits.replicates,
            failed_fits: failed,
            surviving_replicates: fits.surviving(),
            replicates_asked: asked,
            partial: fits.replicates < asked,
            mean_over: mean_over(fits),
            failed_share: finite(fits.share()),
            failed_share_interval: fits.interval(),
            theory,
            ratio,
            z,
            reasons,
            fits,
        }
    }

    /// The mean; none where it is no float.
    pub const fn risk(&self) -> Option<f64> {
        self.risk
    }

    /// Its standard error; none of fewer than two replicates.
    pub const fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// The risk over the theory's.
    pub const fn ratio(&self) -> Option<f64> {
        self.ratio
    }

    /// Replicates that ended, those with a failed fit among them.
    pub const fn replicates(&self) -> u64 {
        self.replicates
    }

    /// Replicates with a failed fit.
    pub const fn failed_fits(&self) -> u64 {
        self.failed_fits
    }

    /// Whether it was interrupted.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// Replicates of how many.
    pub fn counted(&self) -> String {
        format!("{} of {}", self.replicates, number_of(self.replicates_asked, "replicate"))
    }

    /// Why what is null is so.
    pub const fn reasons(&mut self) -> &mut Reasons {
        &mut self.reasons
    }

    /// How much of it there is, in words.
    pub fn finished(&self) -> String {
        let part = if self.partial { "partial, interrupted: " } else { "" };
        format!("{part}{}", self.counted())
    }

    /// Whether any replicate failed.
    pub const fn has_failed(&self) -> bool {
        self.failed_fits > 0
    }

    /// The replicates that failed, in words.
    pub fn failed(&self) -> String {
        self.fits.to_string()
    }

    /// What the mean is over, in words.
    pub fn mean_over(&self) -> &str {
        &self.mean_over
    }

    /// Risk, standard error and ratio to the theory, in text; a missing one is "-".
    pub fn numbers(&self) -> [String; 3] {
        [self.risk, self.std_error, self.ratio].map(short)
    }

    /// The same with the reason of a missing one.
    pub fn explained(&self) -> [String; 3] {
        let named = [("risk", self.risk), ("std_error", self.std_error), ("ratio", self.ratio)];
        named.map(|(key, number)| explained(number, self.reasons.get(key).map(String::as_str)))
    }

    /// Why it has no value of this key, in the place of one.
    pub fn none(&self, key: &str) -> String {
        explained(None, self.reasons.get(key).map(String::as_str))
    }

    /// What is to be said of it beside the document: failed fits, no number. `of` names it.
    pub fn remark(&self, of: &str, remarks: &mut Remarks) {
        let Self { fits, mean_over, .. } = self;
        if fits.surviving() == 0 {
            // That there is no risk is said below.
        } else if fits.too_many() {
            let rest = format!("the risk shown is the {mean_over}, and not of a random choice");
            remarks.inconclusive(format!("{of}{fits} {FAILED_FIT}: {rest}"));
        } else if self.has_failed() {
            remarks.note(format!("{of}{fits} {FAILED_FIT}: the risk is the {mean_over}"));
        }
        // That it was interrupted is said of all together.
        if let (None, Some(reason), 1..) = (self.risk, self.reasons.get("risk"), fits.replicates) {
            remarks.inconclusive(format!("{of}no risk: {reason}"));
        }
    }

    /// The second order in words, and what z counts that it leaves out; nothing beside another law.
    pub fn second_order(&self) -> Vec<(&'static str, String)> {
        let Some(found) = &self.theory.second_order else { return Vec::new() };
        let mut lines = vec![("second order", second_order(&found.term))];
        let errors = || finite(found.left_out? * self.risk? / self.std_error?);
        if let (Some(Order::Second), Some(left_out), Some(errors)) = (self.theory.known, found.left_out, errors()) {
            let [percent, errors] = [100.0 * left_out, errors].map(short);
            lines.push((
                "left out",
                format!("higher orders, roughly {percent} % of the risk or {errors} standard errors in z"),
            ));
        }
        lines
    }

    /// Why there is no z although the law is exact, where nothing else has been said of it.
    pub fn missing_z(&self) -> Option<&str> {
        let said = self.fits.too_many() || self.risk.is_none();
        if self.theory.exact && !said { self.z.reason() } else { None }
    }
}

/// "mean over all 2000 replicates", or what is left of them.
fn mean_over(fits: Failures) -> String {
    match fits {
        Failures { replicates: 1, failed: 0 } => "the loss of one replicate".to_owned(),
        Failures { replicates, failed: 0 } => format!("mean over all {replicates} replicates"),
        _ => format!("mean over the {} of {}", number_of(fits.surviving(), "surviving replicate"), fits.replicates),
    }
}
