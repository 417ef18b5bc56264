//! What a synthetic table is worth beside a real one: the weight of the real rows, the rows that the table replaces, and a verdict, with uncertainty.
//!
//! The rows of the real table are a sample of the law that matters, those of the synthetic one of some other law; the two are independent. Both are fitted. The
//! synthetic fit has a variance, and a bias that only the difference of the two fits shows. The derivation is at [`Audit`] and in `docs/audit.md`.

pub(crate) mod fits;
pub(crate) mod pooled;
mod price;
mod repeated;
mod resampled;

use std::sync::atomic::AtomicBool;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::advise::matrix::form;
use crate::advise::{AdviseError, Family, Interval, Loss};
use crate::experiment::{InputError, within};
use crate::stats::calibration::holm;
use crate::stats::shown::number_of;
use crate::table::{Column, Level, Table};
use fits::Fits;
use pooled::Pooled;
pub use price::{Capped, JamesStein, Price};
pub use repeated::Repeated;
use resampled::{Resampled, Test};

/// How an audit is made.
///
/// # Examples
/// see [`audit`].
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The loss whose risk counts.
    pub loss: Loss,
    /// Resamples of the bootstrap, 100 to 100 000.
    pub bootstrap: u64,
    /// Regret that is accepted, above 0 and at most 10: the risk at most so much above that of the real rows alone.
    pub regret: f64,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Told of every resample.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Ends the bootstrap early; what was resampled counts.
    pub stop: &'a AtomicBool,
}

/// Never stops.
static NEVER: AtomicBool = AtomicBool::new(false);

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            loss: Loss::Deviance,
            bootstrap: 1_000,
            regret: 0.1,
            seed: crate::stream::DEFAULT_SEED,
            progress: &|_| {},
            stop: &NEVER,
        }
    }
}

/// Why there is no audit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AuditError {
    /// Of the real table.
    #[error("the real table {0}")]
    Real(AdviseError),
    /// Of the synthetic one.
    #[error("the synthetic table {0}")]
    Synthetic(AdviseError),
    /// The tables have different columns or levels.
    #[error("the synthetic table, column {column}: {condition}")]
    Columns {
        /// Its name.
        column: String,
        /// What is wrong in the synthetic table.
        condition: String,
    },
    /// A number that cannot be.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// What adding the synthetic rows to the real ones does, every row alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It lowers the risk.
    Helps,
    /// It changes the risk by less than [`MARGIN`].
    Harmless,
    /// It raises the risk.
    Harmful,
    /// These rows do not tell.
    CannotTell,
}

impl Verdict {
    /// In lower case.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(goldenweight::audit::Verdict::CannotTell.word(), "cannot tell");
    /// ```
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Helps => "helps",
            Self::Harmless => "harmless",
            Self::Harmful => "harmful",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// Probability of a false verdict: that each of "helps" and "harmful" is said where the other holds, or neither.
pub const LEVEL: f64 = 0.05;

/// Relative risks of pooling from 1 - this to 1 + this count as harmless.
pub const MARGIN: f64 = 0.1;

/// Probability with which a bias of the size that is printed would be found harmful.
pub const POWER: f64 = 0.8;

/// Level of the warning that the fits are too near to each other for independent tables.
const NEAR: f64 = 0.01;

/// Rows that a coefficient must hang on for a z. Of an indicator that one of 150 rows has, the sandwich's variance is 0 but for rounding. Of 200 pairs of tables of one law, a z
/// marked the coefficient in 89, 27, 19 and 11 where 1, 2, 3 and 5 rows had the level; 10 are declared.
const FEWEST_TOLD: f64 = 4.5;

/// Rows of a table, and rows for each number that is fitted, below which the error rates of the verdict, which are those of many rows, are doubtful. Measured at these
/// sizes and below: `docs/audit.md`.
const FEW_ROWS: u64 = 100;
const FEW_ROWS_OF_A_NUMBER: u64 = 10;

/// A coefficient of both fits, in the units of its column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Compared {
    /// Name of its column, `column=level` of an indicator.
    pub name: String,
    /// In the real fit.
    pub real: f64,
    /// In the synthetic fit.
    pub synthetic: f64,
    /// Standard error of the difference, from both sandwiches.
    pub std_error: f64,
    /// Difference over its standard error. None where fewer than five rows of a table tell the coefficient: its standard error is not known then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<f64>,
    /// Two-sided p-value, adjusted for the number of coefficients that have one by Holm's rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// Whether the p-value is at most [`LEVEL`].
    pub is_off: bool,
}

/// Pooled rows, every one alike: w = n/(n + m).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooling {
    /// n/(n + m).
    pub weight: f64,
    /// Risk over that of the real rows alone.
    pub relative_risk: Interval,
    /// Bounds of it from below and from above, each with 1 - [`LEVEL`] by itself, of the difference as it is: a verdict of harm or help is a bound beyond 1.
    pub bounds: [f64; 2],
    /// p-value of "it does not help", by the resamples.
    pub p_helps: f64,
    /// p-value of "it does not harm".
    pub p_harmful: f64,
    /// The bias along d from which on it harms, over the root of `variance_real`. None where it harms without a bias.
    pub harmless_bias: Option<f64>,
    /// The bias along d at which harm would be found with the probability [`POWER`].
    pub detected_bias: Option<f64>,
}

/// What a synthetic table is worth.
///
/// # Formula
/// With b_R, b_S the fits to n real and m synthetic rows, H and J the information and the mean square of the score of a row, V = H^-1 J H^-1/n (of the synthetic rows
/// with their own H, J and m), delta the bias of b_S, Q the metric of the loss: the fit to the pooled rows, the real ones with the total weight w, has to
/// first order the risk
/// ```text
/// R(w) = tr Q (W V_R W' + U V_S U') + delta'U'QU delta,    W = w (w H_R + u H_S)^-1 H_R,  U = 1 - W,  u = 1 - w
/// ```
/// d = b_S - b_R has the mean delta and the variance V_R + V_S, so delta'U'QU delta is estimated by d'U'QU d - tr QU(V_R + V_S)U', not below 0. The weight
/// is where the estimated R is least. With H_S proportional to H_R it is (V_s + b^2)/(V_r + V_s + b^2).
/// # Symbols
/// V_r = tr Q V_R, V_s = tr Q V_S, b^2 = delta'Q delta; `worth_in_real_rows` = n (V_r/R - 1), the real rows more that alone would have the risk R.
/// # Domain
/// independent tables, also of each other; many rows, and a bias that is small beside the coefficients (of means and frequencies any)
/// # Source
/// derived; `docs/audit.md`
/// # Tested by
/// claims `worth-pooled`, `worth-shrinkage`; `tests/audit.rs`
/// # Examples
/// see [`audit`].
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// n.
    pub real: u64,
    /// m.
    pub synthetic: u64,
    /// Total weight of the real rows in the pooled fit, at which the estimated risk is least.
    pub weight: Interval,
    /// The estimated risk there, over that of the real rows alone. It does not know the price of a weight that is estimated.
    pub relative_risk: f64,
    /// Real rows that the synthetic table replaces at that weight.
    pub worth_in_real_rows: Interval,
    /// b^2.
    pub bias_squared: Interval,
    /// V_r.
    pub variance_real: f64,
    /// V_s.
    pub variance_synthetic: f64,
    /// Every row alike, which the verdict is about.
    pub pooling: Pooling,
    /// What that does.
    pub verdict: Verdict,
    /// How probable fits so near to each other are, were the tables independent.
    pub p_near: f64,
    /// Rows that are the same.
    pub repeated: Repeated,
    /// The coefficients of both fits.
    pub coefficients: Vec<Compared>,
    /// Relative risk of the rules over the bias.
    pub prices: Vec<Price>,
    /// The rule that is never worse than the real rows alone, where there is one.
    pub james_stein: Option<JamesStein>,
    /// The weight with the accepted regret.
    pub capped: Capped,
    /// Resamples that were made.
    pub resamples: u64,
    /// Of them without a fit.
    pub failed_fits: u64,
    /// Of all resamples those that lacked a level of a table, or all values of a column but one: that fit has its change to first order.
    pub first_order_fits: u64,
    /// The level with the fewest rows, in words with its column, and as many, in the table where they are fewest. None of columns of numbers.
    pub rarest_level: Option<(String, u64)>,
}

/// What a synthetic table is worth beside a real one. Both were read by the family's [`request`](Family::request).
///
/// # Errors
/// Other columns or levels than the real table's; a table without a fit; options outside their range.
///
/// # Examples
/// A mean. The variances of rows are 1 and 4, the means 0 and .3: V_r = 1/100, V_s = 4/400, b^2 = .09 - .02.
/// ```
/// use std::io::Cursor;
/// use goldenweight::advise::{Family, Loss};
/// use goldenweight::audit::{Options, Verdict, audit};
/// use goldenweight::table::{Missing, Table};
///
/// let request = Family::Mean.request(None, None, Missing::Refuse)?;
/// let read = |name: &str, rows: &str, times| {
///     Table::from_reader(name.as_ref(), &mut Cursor::new("x\n".to_owned() + &rows.repeat(times)), &request)
/// };
/// let (real, synthetic) = (read("r.csv", "-1\n1\n", 50)?, read("s.csv", "-1.7\n2.3\n", 200)?);
/// let found = audit(&real, synthetic, Family::Mean, Options { loss: Loss::Raw, ..Options::default() })?;
/// assert!((found.bias_squared.value - 0.07).abs() < 1e-12);
/// assert!((found.weight.value - 0.08 / 0.09).abs() < 1e-6);
/// // The risk .08/9 has 112.5 real rows.
/// assert!((found.worth_in_real_rows.value - 12.5).abs() < 1e-6);
/// // Pooled, the risk is (.01 + 16 (.01 + .07))/25, five times that of the real rows. But were the bias .07, from which on pooling harms, a difference of .3
/// // were 1.6 of its standard errors away: not enough.
/// assert!((found.pooling.relative_risk.value - 5.16).abs() < 1e-9);
/// assert_eq!(found.verdict, Verdict::CannotTell);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(real: &Table, synthetic: Table, family: Family, options: Options<'_>) -> Result<Audit, AuditError> {
    let Options { loss, bootstrap, regret, seed, progress, stop } = options;
    within("bootstrap", bootstrap, 100..=100_000)?;
    if !(regret > 0.0 && regret <= 10.0) {
        return Err(InputError::new("regret", regret, "must be above 0 and at most 10").into());
    }
    let synthetic = synthetic.like(real).map_err(|(column, condition)| AuditError::Columns { column, condition })?;
    // Frequencies of 0 are fitted; a coefficient without rows is not.
    let lacking = |column: &&Column| column.levels.iter().any(|level| level.count == 0);
    if let Some(column) = synthetic.columns().iter().filter(|_| family.link().is_some()).find(lacking) {
        let level = column.levels.iter().find(|level| level.count == 0).map_or_else(String::new, Level::shown);
        let condition = format!("has no row with {level}, which the real table has: nothing to fit it to");
        return Err(AuditError::Columns { column: column.name.clone(), condition });
    }
    let levels = [real, &synthetic].into_iter().flat_map(|table| &table.columns()[..table.columns().len() - 1]);
    let levels = levels.flat_map(|column| {
        column.levels.iter().map(|level| (format!("{} with {}", column.name, level.shown()), level.count))
    });
    let rarest = levels.min_by_key(|(_, count)| *count);
    let (fits, samples) = fits::fit(real, &synthetic, family, loss)?;
    let no_fit = || AuditError::Synthetic(AdviseError::NoFit);
    let pooled = Pooled::new(&fits).ok_or_else(no_fit)?;
    let (n, m) = (real.rows() as f64, synthetic.rows() as f64);
    let pool = n / (n + m);
    let metrics = vec![pooled.metric_at(0.0), pooled.metric_at(pool)];
    let Resampled { done, failed, first_order, tests } =
        resampled::resample(&samples, &pooled, metrics, bootstrap, seed, progress, stop).ok_or_else(no_fit)?;
    let [variance_real, variance_synthetic] = pooled.variances();
    // Of rows whose features do not vary, or vary beyond floating point.
    if variance_real.is_nan() || variance_real <= 0.0 {
        return Err(AuditError::Real(AdviseError::NoFit));
    }
    let (weight, risk) = pooled.best();
    let prices = price::prices(&fits, [variance_real, variance_synthetic], weight, regret, seed).ok_or_else(no_fit)?;
    let roots = tests[0].interval(LEVEL);
    // Infinite where the resamples set no bound: then the real rows alone.
    let [low, high] =
        roots.map(|root| if root.is_finite() { pooled.best_at(&tests[0].along(root)) } else { (1.0, variance_real) });
    let worth = |risk: f64| n * (variance_real / risk - 1.0);
    let p_near = tests[0].below(0.0);
    let repeated = Repeated::new(real, &synthetic);
    let (pooling, verdict) = pooling(&pooled, &tests, pool, variance_real);
    Ok(Audit {
        real: real.rows() as u64,
        synthetic: synthetic.rows() as u64,
        weight: Interval { value: weight, low: low.0, high: high.0 },
        relative_risk: risk / variance_real,
        worth_in_real_rows: Interval { value: worth(risk), low: worth(high.1), high: worth(low.1) },
        bias_squared: Interval { value: pooled.bias_squared(0.0), low: roots[0] * roots[0], high: roots[1] * roots[1] },
        variance_real,
        variance_synthetic,
        pooling,
        verdict: match verdict {
            Verdict::Helps if p_near <= NEAR || repeated.copied => Verdict::CannotTell,
            verdict => verdict,
        },
        p_near,
        repeated,
        coefficients: compared(&fits),
        prices: prices.curve,
        james_stein: prices.james_stein,
        capped: prices.capped,
        resamples: done,
        failed_fits: failed,
        first_order_fits: first_order,
        rarest_level: rarest,
    })
}

/// Tests of pooling: it harms where delta'M delta, M = U'QU, is above c = tr QV_R - tr Q(W V_R W' + U V_S U'), what it gains without a bias.
fn pooling(pooled: &Pooled, tests: &[Test], pool: f64, variance_real: f64) -> (Pooling, Verdict) {
    let test = &tests[1];
    let variance = pooled.variance(pool);
    let gain = variance_real - variance;
    let value = (variance + pooled.bias_squared(pool)) / variance_real;
    let at_root = |root: f64| (variance + root * root) / variance_real;
    let [low, high] = test.interval(LEVEL).map(at_root);
    // Of |delta|_M along d as |delta|_Q.
    let standard_errors = |root: f64| {
        let bias = test.along(root);
        Some((pooled.length(&bias) / variance_real).sqrt()).filter(|bias| bias.is_finite())
    };
    let (p_helps, p_harmful, harmless_bias, detected_bias) = if gain > 0.0 {
        let root = gain.sqrt();
        let detected = test.detected(root, LEVEL, POWER);
        (test.below(root), test.above(root), standard_errors(root), standard_errors(detected))
    } else {
        // More variance than the real rows alone, whatever the bias.
        (1.0, 0.0, None, None)
    };
    let verdict = match (p_harmful <= LEVEL, p_helps <= LEVEL) {
        (true, false) => Verdict::Harmful,
        (false, true) => Verdict::Helps,
        _ if low >= 1.0 - MARGIN && high <= 1.0 + MARGIN => Verdict::Harmless,
        _ => Verdict::CannotTell,
    };
    let relative_risk = Interval { value, low, high };
    (
        Pooling {
            weight: pool,
            relative_risk,
            bounds: test.bounds(LEVEL).map(at_root),
            p_helps,
            p_harmful,
            harmless_bias,
            detected_bias,
        },
        verdict,
    )
}

/// Coefficient by coefficient.
fn compared(fits: &Fits) -> Vec<Compared> {
    let (real, synthetic) = (fits.raw(&fits.real.estimate), fits.raw(&fits.synthetic.estimate));
    let variance: Vec<f64> = fits.real.variance.iter().zip(&fits.synthetic.variance).map(|(r, s)| r + s).collect();
    let std_errors: Vec<f64> = fits.raw_rows.iter().map(|row| form(&variance, row).sqrt()).collect();
    let is_told = |j: usize| fits.real.support[j].min(fits.synthetic.support[j]) > FEWEST_TOLD;
    let z: Vec<Option<f64>> =
        (0..real.len()).map(|j| is_told(j).then(|| (synthetic[j] - real[j]) / std_errors[j])).collect();
    let told: Vec<f64> = z.iter().flatten().map(|z| libm::erfc(z.abs() / std::f64::consts::SQRT_2)).collect();
    let mut adjusted = holm(&told).into_iter();
    let p_values: Vec<Option<f64>> = z.iter().map(|z| z.and_then(|_| adjusted.next())).collect();
    let names = fits.names.iter().cloned().enumerate();
    names
        .map(|(j, name)| Compared {
            name,
            real: real[j],
            synthetic: synthetic[j],
            std_error: std_errors[j],
            z: z[j],
            p_value: p_values[j],
            is_off: p_values[j].is_some_and(|p| p <= LEVEL),
        })
        .collect()
}

impl Audit {
    /// What the user should know, in plain sentences.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.repeated.warnings(self.real, self.synthetic);
        let numbers = self.coefficients.len() as u64;
        let enough = FEW_ROWS + FEW_ROWS_OF_A_NUMBER * numbers;
        for (rows, which) in [(self.real, "real"), (self.synthetic, "synthetic")] {
            if rows < enough {
                warnings.push(format!(
                    "{rows} {which} rows are few for {}: the error rates of the verdict hold for many rows, and below some {enough} false accusations may be several times as \
                     frequent",
                    number_of(numbers, "number")
                ));
            }
        }
        if self.p_near <= NEAR {
            warnings.push(format!(
                "the two fits are nearer to each other than those of independent tables (p = {:.3}): was the generator trained on these real rows? \
                 Then its table holds nothing that they do not, and replaces none",
                self.p_near
            ));
        }
        // Of a share that the resamples estimate, within two of its standard errors.
        let doubt = 2.0 * (LEVEL * (1.0 - LEVEL) / self.resamples as f64).sqrt();
        let close = |p: f64| (p - LEVEL).abs() <= doubt;
        if let Some(p) = [self.pooling.p_helps, self.pooling.p_harmful].into_iter().find(|p| close(*p)) {
            warnings.push(format!(
                "the verdict is near its limit: p = {p:.4} beside {LEVEL}, and {} resamples know it within {doubt:.4}; other random numbers may give another verdict",
                self.resamples
            ));
        }
        if self.failed_fits > 0 {
            warnings.push(format!(
                "{} of {} resamples had no fit: they count on the side of doubt",
                self.failed_fits, self.resamples
            ));
        }
        if self.first_order_fits > 0 {
            let rarest = self.rarest_level.as_ref();
            let rarest =
                rarest.map_or_else(String::new, |(level, count)| format!(" (rarest: column {level}, {count} rows)"));
            warnings.push(format!(
                "{} of {} resamples lacked a level or all values of a column but one{rarest}: there the fits have their change to first order, and what is \
                 said of such a coefficient rests on few rows",
                self.first_order_fits, self.resamples
            ));
        }
        if self.pooling.harmless_bias.is_none() {
            warnings
                .push("the synthetic rows vary so much that pooling them raises the risk without a bias".to_owned());
        }
        warnings
    }
}
