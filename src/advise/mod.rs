//! What the theory says for a user's own table: the weight of its rows beside synthetic ones, with an interval.
//!
//! The table's rows are taken as a sample of the law that fresh real rows come from. Where the labels do not follow the fitted family, the weight is not
//! w*(k) but w*(kappa), with kappa = k A_s/A_r: A_r/n is the risk of a fit to n real rows, A_s/m that of a fit to m rows which the fit itself made.
//! Both are estimated from the table, so kappa and the weight have an interval. The derivation is at [`Variances`].

pub(crate) mod design;
pub(crate) mod matrix;
pub(crate) mod moments;
pub(crate) mod regression;
mod retrain;

use goldenweight_theory::parameters::{MixingRatio, SampleSizes};
use goldenweight_theory::{categorical, misspecified, weights};
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::experiment::{InputError, Rows, within};
use crate::simulate::{Simulator, engine::ScheduleKind};
use crate::table::{Form, Missing, Request, Response, Table};
use regression::{Link, Regression};

/// What is fitted to the table.
///
/// # Examples
/// ```
/// use goldenweight::{advise::Family, table::Missing};
///
/// let refused = Family::Poisson.request(None, None, Missing::Drop).unwrap_err();
/// assert_eq!(refused.to_string(), "option --target: is required by `family` poisson");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Linear regression of the last column on the others, with an intercept, by least squares.
    Linear,
    /// Logistic regression, likewise.
    Logistic,
    /// Poisson regression of counts with a logarithmic link, likewise.
    Poisson,
    /// The means of columns of numbers, rows being made from a normal distribution.
    Mean,
    /// Their covariance.
    Covariance,
    /// The frequencies of the levels of columns.
    Frequencies,
}

impl Family {
    /// Every one, in the order of the help.
    pub const ALL: [Self; 6] =
        [Self::Linear, Self::Logistic, Self::Poisson, Self::Mean, Self::Covariance, Self::Frequencies];

    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Logistic => "logistic",
            Self::Poisson => "poisson",
            Self::Mean => "mean",
            Self::Covariance => "covariance",
            Self::Frequencies => "frequencies",
        }
    }

    /// The link of a regression.
    pub(crate) const fn link(self) -> Option<Link> {
        match self {
            Self::Linear => Some(Link::Linear),
            Self::Logistic => Some(Link::Logistic),
            Self::Poisson => Some(Link::Poisson),
            Self::Mean | Self::Covariance | Self::Frequencies => None,
        }
    }

    /// What the target of a regression may have; none of the families without a target.
    const fn response(self) -> Option<Response> {
        match self {
            Self::Linear => Some(Response::Number),
            Self::Logistic => Some(Response::Binary),
            Self::Poisson => Some(Response::Count),
            Self::Mean | Self::Covariance | Self::Frequencies => None,
        }
    }

    /// What is to be read of a file.
    ///
    /// # Errors
    /// A regression needs a target, and the other families have none.
    pub fn request(
        self,
        columns: Option<Vec<String>>,
        target: Option<String>,
        missing: Missing,
    ) -> Result<Request, InputError> {
        let form = match self {
            Self::Linear | Self::Logistic | Self::Poisson => Form::Either,
            Self::Mean | Self::Covariance => Form::Numbers,
            Self::Frequencies => Form::Levels,
        };
        let target = match (self.response(), target) {
            (Some(response), Some(target)) => Some((target, response)),
            (None, None) => None,
            (Some(_), None) => {
                return Err(InputError::new("option", "--target", format!("is required by `family` {}", self.word())));
            }
            (None, Some(target)) => {
                return Err(InputError::new(
                    "target",
                    target,
                    format!("must be left out: `family` {} has none", self.word()),
                ));
            }
        };
        Ok(Request { columns, target, form, levels: Vec::new(), missing })
    }
}

impl Serialize for Family {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// The distance of a fit b from the pseudo-true coefficients beta; the risk is its mean.
///
/// # Formula
/// a quadratic form (b - beta)'Q(b - beta)
///
/// # Examples
/// ```
/// use goldenweight::advise::Loss;
/// assert_eq!(Loss::ALL.map(Loss::word), ["raw", "standardised", "deviance"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Of the coefficients as they are, the intercept's among them: Q = 1. It depends on the units of the columns.
    Raw,
    /// Of the coefficients of columns with mean 0 and standard deviation 1, the indicators too.
    Standardised,
    /// Twice the loss of log-likelihood, Q = I, the information of a row: what a predictor pays. It depends on no units.
    Deviance,
}

impl Loss {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Standardised, Self::Deviance];

    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Standardised => "standardised",
            Self::Deviance => "deviance",
        }
    }
}

impl Serialize for Loss {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Why there is no advice on a table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AdviseError {
    /// No fit, or one without a variance.
    #[error("has {rows} rows: there must be more than the {needed} numbers that are fitted{}", levelled(levels.as_ref()))]
    TooFewRows {
        /// Rows of the table.
        rows: usize,
        /// Numbers that are fitted.
        needed: usize,
        /// The column with the most levels, and how many; none of columns of numbers.
        levels: Option<(String, usize)>,
    },
    /// More than can be computed in reasonable time.
    #[error("has {coefficients} numbers to fit, at most {most} are taken: leave columns out")]
    TooManyCoefficients {
        /// As many.
        coefficients: usize,
        /// At most.
        most: usize,
    },
    /// A column that others determine.
    #[error("column {column}: is a linear combination of {}", list(of, "a constant"))]
    Collinear {
        /// Its name.
        column: String,
        /// The others.
        of: Vec<String>,
    },
    /// Values whose squares are beyond floating point.
    #[error("column {column}: its values are too large, too small or too near to each other for a standard deviation")]
    Range {
        /// Its name.
        column: String,
    },
    /// A column of a second table that is too far from the first one's for double precision.
    #[error(
        "column {column}: is {} of the real table's standard deviations away: the fit cannot be made in double precision", rounded(*deviations)
    )]
    Far {
        /// Its name.
        column: String,
        /// As many.
        deviations: f64,
    },
    /// A column of a second table that hardly varies beside the first one's.
    #[error(
        "column {column}: its standard deviation is {share:.0e} of the real table's: the fit cannot be made in double precision"
    )]
    Narrow {
        /// Its name.
        column: String,
        /// Its standard deviation over the real table's.
        share: f64,
    },
    /// The likelihood rises without end.
    #[error("the fit does not exist: {} the responses", separating(columns))]
    Separated {
        /// The columns of that combination.
        columns: Vec<String>,
    },
    /// Nothing is left that a variance could be of.
    #[error("the target is a linear combination of the columns: the residuals are zero")]
    Perfect,
    /// The iterations did not end.
    #[error("the fit was not reached in double precision")]
    NoFit,
}

/// What separates: one column by itself, or several together.
fn separating(columns: &[String]) -> String {
    match columns {
        [column] => format!("{column} separates"),
        _ => format!("a combination of {} separates", list(columns, "the columns")),
    }
}

/// A large number in few characters.
fn rounded(number: f64) -> String {
    if number < 1e7 { format!("{number:.0}") } else { format!("{number:.0e}") }
}

/// Which column's levels many of the numbers are.
fn levelled(levels: Option<&(String, usize)>) -> String {
    levels.map_or_else(String::new, |(column, count)| format!(" (column {column} alone has {count} levels)"))
}

/// The first names, and how many more there are.
fn list(names: &[String], none: &str) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => none.to_owned(),
        count if count > SHOWN => format!("{shown} and {} more", count - SHOWN),
        _ => shown,
    }
}

/// A coefficient of the fit, in the units of its column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Coefficient {
    /// Name of its column, `column=level` of an indicator.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Its standard error, from the sandwich I^-1 J I^-1/n.
    pub std_error: f64,
}

/// Asymptotic variances of a fit in a loss, times the number of rows.
///
/// # Formula
/// A_s = s^2 tr Q I^-1, A_r = tr Q I^-1 J I^-1, means over the rows at the fit: I of b'' x x', J of (y - mean)^2 x x', s^2 of (y - mean)^2 in linear
/// regression and else 1. In the deviance loss, A_s = p and A_r = tr J I^-1 (over s^2 in linear regression).
/// # Standard error
/// of ln(A_s/A_r), by the delta method: the root of the mean square of the rows' influences, over n. An interval for kappa, and for the weight, which
/// increases with kappa, follows.
/// # Source
/// derived; `docs/advise.md`
/// # Accuracy
/// the variances are those of statsmodels' sandwich (HC0) to 1e-8, `tests/advise.rs`
/// # Tested by
/// claim `advise-coverage`; the jackknife in `tests/advise.rs`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variances {
    /// A_s, of a fit to rows of the fit itself.
    pub synthetic: f64,
    /// A_r, of a fit to real rows.
    pub real: f64,
    /// Standard error of ln(A_s/A_r); 0 where the ratio is known.
    pub log_ratio_std_error: f64,
    /// A_r with the residuals of fits that leave the row out, to first order e/(1 - leverage), over A_r. It shows how far n rows are from the limit.
    /// Of regressions only.
    pub jackknife: Option<f64>,
}

impl Variances {
    /// Of a fit whose rows follow its family.
    const fn well_specified(variance: f64) -> Self {
        Self { synthetic: variance, real: variance, log_ratio_std_error: 0.0, jackknife: None }
    }
}

/// An estimate with its interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The normal quantile of 97.5 %.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// A table with its fit: what advice is made of, for any number of synthetic rows.
///
/// # Examples
/// A column of 0 and 1, whose groups' responses have the variances 1 and 9. In the deviance loss A_s = 2, and A_r = (1 + 9)/s^2, s^2 = (1 + 9)/2.
/// ```
/// use std::io::Cursor;
/// use goldenweight::advise::{Analysis, Family, Loss};
/// use goldenweight::table::{Missing, Table};
///
/// let file = "group,y\na,1\na,3\nb,10\nb,16\n".to_owned() + &"a,1\na,3\nb,10\nb,16\n".repeat(24);
/// let request = Family::Linear.request(None, Some("y".to_owned()), Missing::Refuse)?;
/// let table = Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &request)?;
/// let analysis = Analysis::new(&table, Family::Linear)?;
/// let found = analysis.variances(Loss::Deviance);
/// assert!((found.synthetic - 2.0).abs() < 1e-12 && (found.real - 2.0).abs() < 1e-12);
///
/// // As many synthetic rows as real ones: kappa = 1, the golden weight.
/// let advice = analysis.advice(Loss::Deviance, 100)?;
/// assert!((advice.weight.value - 0.618).abs() < 1e-3);
/// // The two coefficients: the mean of a, and what b has more.
/// assert!((analysis.coefficients()[1].value - 11.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    family: Family,
    rows: u64,
    coefficients: Vec<Coefficient>,
    variances: [Variances; 3],
    /// Of a regression.
    extremes: Option<Extremes>,
}

/// The rows that a fit hangs on, with their places where they are named.
#[derive(Clone, Debug, PartialEq)]
struct Extremes {
    /// Largest leverage of a row.
    leverage: (f64, Option<String>),
    /// Largest share of a row in A_r of each loss, in the order of [`Loss::ALL`].
    shares: [(f64, Option<String>); 3],
}

impl Analysis {
    /// Fits a table that was read by the family's [`request`](Family::request).
    ///
    /// # Errors
    /// Too few rows, dependent columns, or no fit.
    pub fn new(table: &Table, family: Family) -> Result<Self, AdviseError> {
        let rows = table.rows() as u64;
        let link = match (family.link(), family) {
            (Some(link), _) => link,
            (None, Family::Frequencies) => {
                let (coefficients, spreads) = moments::frequencies(table);
                let variances = spreads.map(Variances::well_specified);
                return Ok(Self { family, rows, coefficients, variances, extremes: None });
            }
            (None, _) => {
                let (coefficients, variances) = moments::of_numbers(table, family)?;
                return Ok(Self { family, rows, coefficients, variances, extremes: None });
            }
        };
        let Regression { coefficients, variances, extremes } = Regression::new(table, link)?;
        let regression::Extremes { leverage, shares } = extremes;
        let place = |(value, row): (f64, usize), least: f64| (value, (value > least).then(|| table.place(row)));
        let extremes = Extremes {
            leverage: place(leverage, LARGE_LEVERAGE),
            shares: shares.map(|share| place(share, LARGE_SHARE)),
        };
        Ok(Self { family, rows, coefficients, variances, extremes: Some(extremes) })
    }

    /// What was fitted.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Number of real rows n.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The estimates, the intercept first.
    #[must_use]
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// A_s and A_r in a loss.
    #[must_use]
    pub const fn variances(&self, loss: Loss) -> Variances {
        self.variances[loss as usize]
    }

    /// A_s/A_r in a loss, which kappa is k times.
    #[must_use]
    pub fn ratio(&self, loss: Loss) -> Interval {
        let Variances { synthetic, real, log_ratio_std_error, .. } = self.variances(loss);
        let (value, factor) = (synthetic / real, libm::exp(QUANTILE * log_ratio_std_error));
        Interval { value, low: value / factor, high: value * factor }
    }

    /// The advice for m synthetic rows.
    ///
    /// # Errors
    /// m outside 1 to 10^12; a ratio A_s/A_r that is no positive number.
    pub fn advice(&self, loss: Loss, synthetic: u64) -> Result<Advice, InputError> {
        let synthetic = within("synthetic", synthetic, 1..=MOST_SYNTHETIC)?;
        let k = self.rows as f64 / synthetic as f64;
        let ratio = self.ratio(loss);
        let mixing = |kappa: f64| {
            let condition = "must leave a ratio of variances between 0 and infinity";
            MixingRatio::new(kappa).map_err(|_| InputError::new("synthetic", synthetic, condition))
        };
        // The law of frequencies is exact: at every m, and for every table.
        let sizes = SampleSizes::new(self.rows, synthetic)
            .map_err(|error| InputError::new("synthetic", synthetic, error.to_string()))?;
        let exact = (self.family == Family::Frequencies).then(|| categorical::law(&[0.5, 0.5], sizes));
        let kappa = Interval { value: k * ratio.value, low: k * ratio.low, high: k * ratio.high };
        let weight = |kappa: f64| Ok::<_, InputError>(weights::optimal_weight(&mixing(kappa)?));
        let limit = Interval { value: weight(kappa.value)?, low: weight(kappa.low)?, high: weight(kappa.high)? };
        let known = |w: f64| Interval { value: w, low: w, high: w };
        let weight = exact.as_ref().map_or(limit, |law| known(law.optimal_weight()));
        let at_k = mixing(k)?;
        let law = exact.unwrap_or(misspecified::limit_law(ratio.value, 1.0, sizes));
        let relative_risk = |w: f64| law.limit(&w) / law.start();
        let naive_weight = weights::naive_weight(&at_k);
        let synthetic_weight = law.optimal_synthetic_weight();
        Ok(Advice {
            real: self.rows,
            synthetic,
            k,
            kappa,
            weight,
            golden_weight: weights::optimal_weight(&at_k),
            naive_weight,
            relative_risk: relative_risk(weight.value),
            golden_relative_risk: relative_risk(weights::optimal_weight(&at_k)),
            naive_relative_risk: relative_risk(naive_weight),
            effective_sample_size: self.rows as f64 / relative_risk(weight.value),
            per_row_weight: [weight.value / self.rows as f64, synthetic_weight / synthetic as f64],
        })
    }

    /// What else the user should know, in plain sentences.
    #[must_use]
    pub fn warnings(&self, loss: Loss) -> Vec<String> {
        let mut warnings = Vec::new();
        let Variances { log_ratio_std_error, jackknife, .. } = self.variances(loss);
        match jackknife.map(|ratio| ratio - 1.0) {
            Some(excess) if excess.is_nan() => warnings.push(format!(
                "n = {} is small for the limit law: a row decides its fitted value alone, and without it there is no fit",
                self.rows
            )),
            Some(excess) if excess.abs() > LIMIT_IS_NEAR => warnings.push(format!(
                "n = {} is small for the limit law: with each row left out in turn the variance of the real fit is {:.0} % larger",
                self.rows,
                100.0 * excess
            )),
            _ => {}
        }
        if let Some(Extremes { leverage: (leverage, Some(place)), .. }) = &self.extremes {
            warnings.push(format!(
                "{place} of the table has the leverage {leverage:.2}: the fit follows that row more than all others"
            ));
        }
        let share = self.extremes.as_ref().map(|extremes| &extremes.shares[loss as usize]);
        if let Some((share, Some(place))) = share {
            let rest =
                if self.family == Family::Logistic { "; without a few such rows the fit may not exist" } else { "" };
            warnings.push(format!(
                "{place} of the table alone makes {:.0} % of the variance of the real fit: its response is far from the fit{rest}",
                100.0 * share
            ));
        }
        let ratio = self.ratio(loss);
        if ratio.value > FAR || ratio.value < 1.0 / FAR {
            let real = if ratio.value < 1.0 { "more" } else { "less" };
            warnings.push(format!(
                "kappa is {:.2} k: the real rows vary {real} than the fitted family says, so w*(k) is not their weight",
                ratio.value
            ));
        }
        if log_ratio_std_error > UNKNOWN {
            warnings.push(format!(
                "kappa is known to a factor of {:.1} only: more rows would tell",
                libm::exp(QUANTILE * log_ratio_std_error)
            ));
        }
        warnings
    }
}

/// The regression on a table, retrained on rows that are resampled from it: real rows with their responses, synthetic ones with covariates of the table and
/// responses of the fit before. The truth is the fit on the whole table; the plan must name the same schedule. None of a family that is no regression.
///
/// # Errors
/// As of [`Analysis::new`].
///
/// # Examples
/// ```
/// use std::io::Cursor;
/// use goldenweight::advise::{Family, Loss, retraining};
/// use goldenweight::experiment::Rows;
/// use goldenweight::simulate::engine::ScheduleKind;
/// use goldenweight::table::{Missing, Table};
///
/// let file = "x,y\n".to_owned() + &"1,0\n2,1\n3,1\n4,0\n5,2\n".repeat(8);
/// let request = Family::Linear.request(None, Some("y".to_owned()), Missing::Refuse)?;
/// let table = Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &request)?;
/// let rows = Rows { real: 40, synthetic: 40 };
/// let simulator = retraining(&table, Family::Linear, Loss::Deviance, rows, ScheduleKind::Fresh)?.expect("a regression");
/// assert_eq!(simulator.losses(), ["loss"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn retraining(
    table: &Table,
    family: Family,
    loss: Loss,
    rows: Rows,
    schedule: ScheduleKind,
) -> Result<Option<Box<dyn Simulator>>, AdviseError> {
    family.link().map(|link| retrain::simulator(table, link, loss, rows, schedule)).transpose()
}

/// Most synthetic rows.
const MOST_SYNTHETIC: u64 = 1_000_000_000_000;

/// Excess of the jackknife's variance above which n is said to be small: a tenth of A_r moves w* by at most a fortieth.
const LIMIT_IS_NEAR: f64 = 0.1;

/// Leverage above which a row is named: half of all that a row can have.
const LARGE_LEVERAGE: f64 = 0.5;

/// Share of one row in A_r above which it is named: without the row kappa is a third larger.
const LARGE_SHARE: f64 = 0.25;

/// A ratio kappa/k beyond this, or below its inverse, is said: it moves w* by a tenth or more at k = 1.
const FAR: f64 = 1.5;

/// Standard error of ln kappa above which it is said: the interval then covers a factor of 4.
const UNKNOWN: f64 = 0.35;

/// What the theory says for n real rows like those of the table, and m synthetic ones at each generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// n.
    pub real: u64,
    /// m.
    pub synthetic: u64,
    /// k = n/m.
    pub k: f64,
    /// kappa = k A_s/A_r.
    pub kappa: Interval,
    /// w*(kappa), the total weight of the real rows.
    pub weight: Interval,
    /// w*(k), the weight where the rows follow the family.
    pub golden_weight: f64,
    /// The weight of pooled rows, k/(1 + k).
    pub naive_weight: f64,
    /// Limit risk at the weight, over that of the n real rows alone.
    pub relative_risk: f64,
    /// The same at w*(k).
    pub golden_relative_risk: f64,
    /// The same of pooled rows.
    pub naive_relative_risk: f64,
    /// Real rows that would have this risk alone.
    pub effective_sample_size: f64,
    /// Weight of each real and of each synthetic row; all together 1.
    pub per_row_weight: [f64; 2],
}
