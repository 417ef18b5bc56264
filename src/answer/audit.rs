//! What a synthetic table is worth beside a real one: [`crate::audit`] as a document.

use std::fmt;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Reasons, Remarks, Unanswered,
    fitted::{Fitted, between, dropped, ends, warned, with_doubt},
    reasons,
    text::{cell, finite, lines, short},
};
use crate::{
    advise::Interval,
    audit::{self, Audit, AuditError, Capped, Compared, JamesStein, POWER, Price, Repeated, audit},
    experiment::InputError,
    simulate::engine,
    stats::shown::number_of,
    table::Table,
};

/// Fewest resamples that an interrupted run can tell something from.
const FEWEST: u64 = 100;

/// Biases of the text's table of prices.
const SHOWN: [f64; 8] = [0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0];

/// What is asked of two tables.
///
/// # Examples
/// Of rows with the means 0 and .3: as of [`audit`](fn@audit).
/// ```
/// use std::io::Cursor;
/// use goldenweight::advise::{Family, Loss};
/// use goldenweight::answer::{audit::Question, fitted::Fitted};
/// use goldenweight::simulate::engine::Options;
/// use goldenweight::table::{Missing, Table};
///
/// let request = Family::Mean.request(None, None, Missing::Refuse)?;
/// let read = |name: &str, rows: &str, times| {
///     Table::from_reader(name.as_ref(), &mut Cursor::new("x\n".to_owned() + &rows.repeat(times)), &request)
/// };
/// let (real, synthetic) = (read("r.csv", "-1\n1\n", 50)?, read("s.csv", "-1.7\n2.3\n", 200)?);
/// let fitted = Fitted { family: Family::Mean, target: None, loss: Loss::Raw };
/// let [r, s] = ["r.csv", "s.csv"].map(str::to_owned);
/// let question = Question { real: r, synthetic: s, fitted, bootstrap: 200, regret: 0.1, seed: 1 };
/// let said = question.answer(&real, synthetic, Options::default())?.to_string();
/// assert!(said.starts_with("r.csv: n = 100 real rows; s.csv: m = 400 synthetic rows\nmean, 1 number fitted, raw loss\n"));
/// assert!(said.contains("worth in real rows                  12.5"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Name of the real table.
    pub real: String,
    /// Name of the synthetic table.
    pub synthetic: String,
    /// What is fitted.
    pub fitted: Fitted,
    /// Resamples of the bootstrap, 100 to 100 000.
    pub bootstrap: u64,
    /// Regret that is accepted, above 0 and at most 10.
    pub regret: f64,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// Every row alike.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Pooled {
    weight: f64,
    relative_risk: f64,
    relative_risk_interval: [Option<f64>; 2],
    /// Each with 95 %: the verdict is harmful where the lower one is above 1, helps where the upper one is below.
    relative_risk_bounds: [Option<f64>; 2],
    p_helps: f64,
    p_harmful: f64,
    /// Bias from which on pooling harms, in standard errors of the real fit.
    harmless_bias: Option<f64>,
    /// Bias at which harm would be found with 80 %, likewise.
    detected_bias: Option<f64>,
    reasons: Reasons,
}

/// What is said of two tables, from [`Question::answer`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[cfg_attr(feature = "cli", schemars(rename = "Document"))]
pub struct AuditDocument {
    partial: bool,
    real: String,
    synthetic: String,
    #[serde(flatten)]
    fitted: Fitted,
    n: u64,
    m: u64,
    dropped_rows: [usize; 2],
    weight: f64,
    weight_interval: [f64; 2],
    relative_risk: f64,
    worth_in_real_rows: f64,
    worth_interval: [f64; 2],
    bias_squared: f64,
    /// None at the upper end where the resamples set no bound.
    bias_squared_interval: [Option<f64>; 2],
    variance_real: f64,
    variance_synthetic: f64,
    verdict: &'static str,
    pooling: Pooled,
    coefficients: Vec<Compared>,
    prices: Vec<Price>,
    james_stein: Option<JamesStein>,
    capped: Capped,
    p_near: f64,
    repeated: Repeated,
    resamples: u64,
    resamples_asked: u64,
    failed_fits: u64,
    /// Resamples that lacked a level of a table, or all values of a column but one: that fit has its change to first order.
    first_order_fits: u64,
    seed: u64,
    warnings: Vec<String>,
    reasons: Reasons,
}

fn bounded(interval: Interval) -> [Option<f64>; 2] {
    ends(interval).map(finite)
}

fn errors(bias: Option<f64>, reason: Option<&String>) -> String {
    match (bias, reason) {
        (Some(bias), _) => format!("{} standard errors", short(bias)),
        (None, reason) => format!("- ({})", reason.map_or("", String::as_str)),
    }
}

fn percent(share: f64) -> String {
    format!("{} %", short(100.0 * share))
}

impl Question {
    /// The answer for two tables that were read by the family's request. Where `options` tell it to stop, the resamples that were made count.
    ///
    /// # Errors
    /// Of the fields `real`, `synthetic`, `bootstrap`, `regret`; unknown after fewer than 100 resamples.
    pub fn answer(
        &self,
        real: &Table,
        synthetic: Table,
        options: engine::Options<'_>,
    ) -> Result<AuditDocument, Unanswered> {
        let tables = [real, &synthetic];
        let dropped = tables.map(|table| table.dropped().len());
        let doubts = tables.map(|table| table.warnings().to_vec());
        let Self { fitted, bootstrap, regret, seed, .. } = self;
        let engine::Options { progress, stop, .. } = options;
        let options =
            audit::Options { loss: fitted.loss, bootstrap: *bootstrap, regret: *regret, seed: *seed, progress, stop };
        let of_real = |wrong: String| InputError::new("real", &self.real, with_doubt(wrong, &doubts[0]));
        let of_synthetic = |wrong: String| InputError::new("synthetic", &self.synthetic, with_doubt(wrong, &doubts[1]));
        let found = audit(real, synthetic, fitted.family, options).map_err(|error| match error {
            AuditError::Real(error) => of_real(error.to_string()),
            AuditError::Synthetic(error) => of_synthetic(error.to_string()),
            // A doubt about another column is not the cause.
            AuditError::Columns { column, condition } => {
                let doubts: Vec<String> =
                    doubts[1].iter().filter(|doubt| doubt.contains(&format!("column {column}: "))).cloned().collect();
                let wrong = with_doubt(format!("column {column}: {condition}"), &doubts);
                InputError::new("synthetic", &self.synthetic, wrong)
            }
            AuditError::Input(error) => error,
        })?;
        if found.resamples < FEWEST {
            let done = number_of(found.resamples, "resample");
            return Err(Unanswered::Unknown(format!("interrupted after {done}, of which {FEWEST} are needed")));
        }
        let warned = [&self.real, &self.synthetic].into_iter().zip(&doubts);
        let warnings = warned.flat_map(|(name, doubts)| doubts.iter().map(move |doubt| format!("{name}: {doubt}")));
        Ok(self.document(found, dropped, warnings.collect()))
    }

    fn document(&self, found: Audit, dropped_rows: [usize; 2], mut warnings: Vec<String>) -> AuditDocument {
        const UNBOUNDED: &str = "the resamples set no upper bound";
        warnings.extend(found.warnings());
        let audit::Pooling { weight, relative_risk, bounds, p_helps, p_harmful, harmless_bias, detected_bias } =
            found.pooling;
        let without = if harmless_bias.is_none() { "pooling harms without a bias" } else { UNBOUNDED };
        let pooling = Pooled {
            weight,
            relative_risk: relative_risk.value,
            relative_risk_interval: bounded(relative_risk),
            relative_risk_bounds: bounds.map(finite),
            p_helps,
            p_harmful,
            harmless_bias,
            detected_bias,
            reasons: reasons(&[
                ("relative_risk_interval", !relative_risk.high.is_finite(), UNBOUNDED),
                ("relative_risk_bounds", !bounds[1].is_finite(), UNBOUNDED),
                ("harmless_bias", harmless_bias.is_none(), without),
                ("detected_bias", detected_bias.is_none(), without),
            ]),
        };
        AuditDocument {
            partial: found.resamples < self.bootstrap,
            real: self.real.clone(),
            synthetic: self.synthetic.clone(),
            fitted: self.fitted.clone(),
            n: found.real,
            m: found.synthetic,
            dropped_rows,
            weight: found.weight.value,
            weight_interval: ends(found.weight),
            relative_risk: found.relative_risk,
            worth_in_real_rows: found.worth_in_real_rows.value,
            worth_interval: ends(found.worth_in_real_rows),
            bias_squared: found.bias_squared.value,
            bias_squared_interval: bounded(found.bias_squared),
            variance_real: found.variance_real,
            variance_synthetic: found.variance_synthetic,
            verdict: found.verdict.word(),
            pooling,
            coefficients: found.coefficients,
            prices: found.prices,
            reasons: reasons(&[
                ("bias_squared_interval", !found.bias_squared.high.is_finite(), UNBOUNDED),
                (
                    "james_stein",
                    found.james_stein.is_none(),
                    "no weight is never worse where tr Q V_R is at most twice its largest eigenvalue",
                ),
            ]),
            james_stein: found.james_stein,
            capped: found.capped,
            p_near: found.p_near,
            repeated: found.repeated,
            resamples: found.resamples,
            resamples_asked: self.bootstrap,
            failed_fits: found.failed_fits,
            first_order_fits: found.first_order_fits,
            seed: self.seed,
            warnings,
        }
    }
}

impl AuditDocument {
    /// What is to be said beside it.
    ///
    /// # Examples
    /// see [`Question`].
    #[must_use]
    pub fn remarks(&self) -> Remarks {
        let mut remarks = Remarks::default();
        if self.partial {
            let Self { resamples, resamples_asked, .. } = self;
            remarks.inconclusive(format!("partial, interrupted: {resamples} of {resamples_asked} resamples"));
        }
        remarks
    }

    /// A heading where there is such a rule.
    fn never_worse(&self, heading: &'static str) -> &'static str {
        if self.james_stein.is_some() { heading } else { "" }
    }
}

impl fmt::Display for AuditDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { real, synthetic, fitted, n, m, pooling, coefficients, .. } = self;
        let numbers = number_of(coefficients.len() as u64, "number");
        let [of_real, of_synthetic] = self.dropped_rows.map(dropped);
        writeln!(f, "{real}: n = {n} real rows{of_real}; {synthetic}: m = {m} synthetic rows{of_synthetic}")?;
        writeln!(f, "{fitted}, {numbers} fitted, {} loss\n", fitted.loss.word())?;
        writeln!(f, "adding the synthetic rows, every row alike: {}", self.verdict)?;
        let [helps, harmful] = [pooling.p_helps, pooling.p_harmful].map(short);
        writeln!(f, "p-values by {} resamples: {helps} of no help, {harmful} of no harm", self.resamples)?;
        let [low, high] = pooling.relative_risk_bounds;
        let high = high.map_or_else(|| "infinity".to_owned(), short);
        writeln!(f, "relative risk, each with 95 %: at least {}, at most {high}\n", short(low))?;
        writeln!(f, "{:36}{:14}95 % interval", "", "estimate")?;
        let known = |[low, high]: [f64; 2]| between(low, high);
        let bounded = |[low, high]: [Option<f64>; 2]| between(low.unwrap_or(0.0), high);
        for (name, value, interval) in [
            ("best weight on the real rows", self.weight, known(self.weight_interval)),
            ("worth in real rows", self.worth_in_real_rows, known(self.worth_interval)),
            ("relative risk of pooling", pooling.relative_risk, bounded(pooling.relative_risk_interval)),
            ("squared bias", self.bias_squared, bounded(self.bias_squared_interval)),
        ] {
            writeln!(f, "{name:36}{}{interval}", cell(&short(value), 14))?;
        }
        writeln!(f)?;
        let found = format!("found harmful with {} from", percent(POWER));
        let because = |key| pooling.reasons.get(key);
        let mut told = vec![
            ("variance of the real fit", short(self.variance_real)),
            ("variance of the synthetic fit", short(self.variance_synthetic)),
            ("pooling harms from a bias of", errors(pooling.harmless_bias, because("harmless_bias"))),
            (&found, errors(pooling.detected_bias, because("detected_bias"))),
        ];
        let regret = format!("{} (the risk at most {} higher)", short(self.capped.weight), percent(self.capped.regret));
        told.push(("weight with the accepted regret", regret));
        if let Some(rule) = &self.james_stein {
            told.push((
                "weight that is never worse",
                format!("{} (James-Stein; of the two fits, not of their rows)", short(rule.weight)),
            ));
        }
        lines(f, &told)?;
        let off: Vec<&Compared> = coefficients.iter().filter(|row| row.is_off).collect();
        let untold = coefficients.iter().filter(|row| row.z.is_none()).count() as u64;
        let untold = match untold {
            0 => String::new(),
            _ => format!(" (of {} no z: they hang on fewer than five rows)", number_of(untold, "coefficient")),
        };
        writeln!(f, "\ncoefficients that are off: {} of {}{untold}", off.len(), coefficients.len())?;
        let width = off.iter().map(|row| row.name.chars().count() + 2).max().unwrap_or(0).max(28);
        if !off.is_empty() {
            writeln!(f, "{:width$}{:14}{:14}{:10}adjusted p", "", "real", "synthetic", "z")?;
        }
        for Compared { name, real, synthetic, z, p_value, .. } in off {
            let (real, synthetic) = (cell(&short(*real), 14), cell(&short(*synthetic), 14));
            let z = cell(&z.map_or_else(String::new, |z| format!("{z:.2}")), 10);
            writeln!(f, "{name:width$}{real}{synthetic}{z}{}", short(*p_value))?;
        }
        writeln!(
            f,
            "\nrelative risk of a weight that is made from the data, by the bias in standard errors of the real fit"
        )?;
        writeln!(f, "{:10}{:14}{:18}{}", "bias", "best weight", "accepted regret", self.never_worse("James-Stein"))?;
        for Price { bias, plug_in, capped, james_stein } in self.prices.iter().filter(|row| SHOWN.contains(&row.bias)) {
            let rule = james_stein.map_or_else(String::new, |risk| format!("{risk:.3}"));
            writeln!(f, "{bias:<10}{:14}{:18}{rule}", format!("{plug_in:.3}"), format!("{capped:.3}"))?;
        }
        warned(f, &self.warnings)
    }
}
