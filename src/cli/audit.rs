//! `audit`: what a synthetic table is worth beside a real one.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use clap::{ArgAction, Args};
use goldenweight::{
    advise::{Family, Interval, Loss},
    audit::{self, Audit, AuditError, Compared, Options, POWER, Price, audit},
    experiment::InputError,
    stats::shown::number_of,
    table::{Missing, Table},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    advise::{family, loss, missing},
    args::{Compute, number, whole},
    interrupt,
    origin::Origin,
    output::{Remarks, lines, progress, short, show, tell},
};

/// What a synthetic table is worth beside a real one: two CSV files in, the weight of the real rows, the rows it replaces, and a verdict out
#[derive(Args)]
#[command(
    after_help = "Example: goldenweight audit --real people.csv --synthetic made.csv --target income --family logistic\n\n\
    The generator must not have seen the rows of --real: audit it on others. A table that was made from these very rows holds nothing that\n\
    they do not.\n\n\
    Both tables are fitted. b_R and b_S have the variances V_R and V_S (sandwich), and b_S the bias delta, which only their difference shows. The weight\n\
    makes the estimated risk of the fit to the pooled weighted rows least. Intervals of 95 %, by resampling the rows of both tables. The verdict is about\n\
    adding the synthetic rows to the real ones, every row alike: helps, harmful (each falsely with 5 % at most, for many rows), harmless (the risk within 10 %),\n\
    cannot tell. Biases are told in standard errors of the real fit, the root of tr Q V_R.\n\n\
    Losses, columns and missing values: as of advise. Where the bias is 2 to 3 standard errors, a weight that is made from the data is worse than the\n\
    real rows alone; the table of prices says by how much, and which weight keeps the regret, or is never worse."
)]
pub struct AuditArgs {
    /// The file with the real rows
    #[arg(long, value_name = "FILE")]
    real: PathBuf,
    /// The file with the synthetic rows: the same columns, and no other levels
    #[arg(long, value_name = "FILE")]
    synthetic: PathBuf,
    /// Column of the response of a regression
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// What is fitted: linear, logistic, poisson; or without a target mean, covariance, frequencies
    #[arg(long, value_name = "WORD", value_parser = family)]
    family: Family,
    /// Columns that are used [default: all but the target]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', action = ArgAction::Set)]
    columns: Option<Vec<String>>,
    /// Missing values: drop such rows, refuse them, or take them as a level of a column of texts
    #[arg(long, value_name = "WORD", value_parser = missing, default_value = "refuse")]
    missing: Missing,
    /// Loss that the weight minimises the risk of: deviance, standardised or raw
    #[arg(long, value_name = "WORD", value_parser = loss, default_value = "deviance")]
    loss: Loss,
    /// Resamples of the bootstrap, 100 to 100000
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true, default_value_t = 1_000)]
    bootstrap: u64,
    /// Regret that is accepted, above 0 and at most 10: the risk at most so much above that of the real rows alone
    #[arg(long, value_name = "R", value_parser = number, allow_hyphen_values = true, default_value_t = 0.1)]
    regret: f64,
    #[command(flatten)]
    compute: Compute,
}

/// Fewest resamples that an interrupted run can tell something from.
const FEWEST: u64 = 100;

/// Biases of the text's table of prices.
const SHOWN: [f64; 8] = [0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0];

/// Every row alike.
#[derive(Serialize, JsonSchema)]
struct Pooled {
    weight: f64,
    relative_risk: f64,
    relative_risk_interval: [Option<f64>; 2],
    p_helps: f64,
    p_harmful: f64,
    /// Bias from which on pooling harms, in standard errors of the real fit; none where it harms without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    harmless_bias: Option<f64>,
    /// Bias at which harm would be found with 80 %, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    detected_bias: Option<f64>,
}

/// A coefficient of both fits.
#[derive(Serialize, JsonSchema)]
struct Row {
    name: String,
    real: f64,
    synthetic: f64,
    std_error: f64,
    z: f64,
    p_value: f64,
    is_off: bool,
}

/// Relative risks at a bias, in standard errors of the real fit.
#[derive(Serialize, JsonSchema)]
struct PriceRow {
    bias: f64,
    plug_in: f64,
    capped: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    james_stein: Option<f64>,
}

/// The rule that is never worse than the real rows alone.
#[derive(Serialize, JsonSchema)]
struct NeverWorse {
    constant: f64,
    weight: f64,
}

/// The weight that keeps the regret.
#[derive(Serialize, JsonSchema)]
struct CappedRow {
    regret: f64,
    share: f64,
    weight: f64,
}

#[derive(Serialize, JsonSchema)]
pub struct Document {
    partial: bool,
    real: String,
    synthetic: String,
    family: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    loss: &'static str,
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
    coefficients: Vec<Row>,
    prices: Vec<PriceRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    james_stein: Option<NeverWorse>,
    capped: CappedRow,
    p_near: f64,
    resamples: u64,
    failed_fits: u64,
    seed: u64,
    warnings: Vec<String>,
}

fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

fn ends(interval: Interval) -> [Option<f64>; 2] {
    [finite(interval.low), finite(interval.high)]
}

fn between([low, high]: [Option<f64>; 2]) -> String {
    format!("{} to {}", short(low), high.map_or_else(|| "infinity".to_owned(), short))
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { real, synthetic, family, n, m, pooling, .. } = self;
        let target = self.target.as_ref().map_or_else(String::new, |target| format!(" of {target}"));
        writeln!(f, "{real}: n = {n} real rows; {synthetic}: m = {m} synthetic rows")?;
        writeln!(f, "{family}{target}, {} numbers fitted, {} loss\n", self.coefficients.len(), self.loss)?;
        writeln!(f, "adding the synthetic rows, every row alike: {}", self.verdict)?;
        let [helps, harmful] = [pooling.p_helps, pooling.p_harmful].map(short);
        writeln!(f, "p-values by {} resamples: {helps} of no help, {harmful} of no harm\n", self.resamples)?;
        writeln!(f, "{:36}{:14}95 % interval", "", "estimate")?;
        let known = |[low, high]: [f64; 2]| [Some(low), Some(high)];
        for (name, value, interval) in [
            ("best weight on the real rows", self.weight, known(self.weight_interval)),
            ("worth in real rows", self.worth_in_real_rows, known(self.worth_interval)),
            ("relative risk of pooling", pooling.relative_risk, pooling.relative_risk_interval),
            ("squared bias", self.bias_squared, self.bias_squared_interval),
        ] {
            writeln!(f, "{name:36}{:14}{}", short(value), between(interval))?;
        }
        writeln!(f)?;
        let found = format!("found harmful with {} from", percent(POWER));
        let mut told = vec![
            ("variance of the real fit", short(self.variance_real)),
            ("variance of the synthetic fit", short(self.variance_synthetic)),
            ("pooling harms from a bias of", errors(pooling.harmless_bias)),
            (&found, errors(pooling.detected_bias)),
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
        let off: Vec<&Row> = self.coefficients.iter().filter(|row| row.is_off).collect();
        writeln!(f, "\ncoefficients that are off: {} of {}", off.len(), self.coefficients.len())?;
        if !off.is_empty() {
            writeln!(f, "{:28}{:14}{:14}{:10}adjusted p", "", "real", "synthetic", "z")?;
        }
        for Row { name, real, synthetic, z, p_value, .. } in off {
            let (real, synthetic) = (short(*real), short(*synthetic));
            writeln!(f, "{name:28}{real:14}{synthetic:14}{:10}{}", format!("{z:.2}"), short(*p_value))?;
        }
        writeln!(
            f,
            "\nrelative risk of a weight that is made from the data, by the bias in standard errors of the real fit"
        )?;
        writeln!(f, "{:10}{:14}{:18}{}", "bias", "best weight", "accepted regret", self.never_worse("James-Stein"))?;
        for PriceRow { bias, plug_in, capped, james_stein } in
            self.prices.iter().filter(|row| SHOWN.contains(&row.bias))
        {
            let rule = james_stein.map_or_else(String::new, |risk| format!("{risk:.3}"));
            writeln!(f, "{bias:<10}{:14}{:18}{rule}", format!("{plug_in:.3}"), format!("{capped:.3}"))?;
        }
        if !self.warnings.is_empty() {
            writeln!(f)?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "warning: {warning}"))
    }
}

impl Document {
    /// A heading where there is such a rule.
    fn never_worse(&self, heading: &'static str) -> &'static str {
        if self.james_stein.is_some() { heading } else { "" }
    }
}

fn errors(bias: Option<f64>) -> String {
    bias.map_or_else(|| "none".to_owned(), |bias| format!("{} standard errors", short(bias)))
}

fn percent(share: f64) -> String {
    format!("{} %", short(100.0 * share))
}

impl AuditArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let request = self.family.request(self.columns.clone(), self.target.clone(), self.missing)?;
        let refused = |option: &'static str, file: &Path, condition: String| {
            Failure::from(InputError::new(option, file.display(), condition))
        };
        let read = |option: &'static str, file: &Path| {
            Table::read(file, &request).map_err(|error| refused(option, file, error.place_and_condition()))
        };
        let stop = interrupt::listen()?;
        let document = self.compute.install(|| {
            let (real, synthetic) = (read("real", &self.real)?, read("synthetic", &self.synthetic)?);
            let dropped = [&real, &synthetic].map(|table| table.dropped().len());
            let bar = progress(Some(self.bootstrap), "resamples");
            let options = Options {
                loss: self.loss,
                bootstrap: self.bootstrap,
                regret: self.regret,
                seed: self.compute.seed,
                progress: &|done| bar.inc(done),
                stop,
            };
            let found = audit(&real, synthetic, self.family, options);
            bar.finish_and_clear();
            let found = found.map_err(|error| match error {
                AuditError::Real(error) => refused("real", &self.real, error.to_string()),
                AuditError::Synthetic(error) => refused("synthetic", &self.synthetic, error.to_string()),
                AuditError::Columns { column, condition } => {
                    refused("synthetic", &self.synthetic, format!("column {column}: {condition}"))
                }
                AuditError::Input(error) => error.into(),
            })?;
            Ok(self.document(found, dropped))
        })?;
        if document.resamples < FEWEST {
            let done = number_of(document.resamples, "resample");
            return Err(Failure::CouldNotRun(format!("interrupted after {done}, of which {FEWEST} are needed")));
        }
        show(&document, self.compute.json, origin, Some(document.seed))?;
        let mut remarks = Remarks::default();
        if document.partial {
            remarks
                .inconclusive(format!("partial, interrupted: {} of {} resamples", document.resamples, self.bootstrap));
        }
        Ok(tell(&remarks))
    }

    fn document(&self, found: Audit, dropped_rows: [usize; 2]) -> Document {
        let warnings = found.warnings();
        let audit::Pooling { weight, relative_risk, p_helps, p_harmful, harmless_bias, detected_bias } = found.pooling;
        let row = |coefficient: Compared| {
            let Compared { name, real, synthetic, std_error, z, p_value, is_off } = coefficient;
            Row { name, real, synthetic, std_error, z, p_value, is_off }
        };
        let price = |Price { bias, plug_in, capped, james_stein }| PriceRow { bias, plug_in, capped, james_stein };
        let both = |interval: Interval| [interval.low, interval.high];
        Document {
            partial: found.resamples < self.bootstrap,
            real: self.real.display().to_string(),
            synthetic: self.synthetic.display().to_string(),
            family: self.family.word(),
            target: self.target.clone(),
            loss: self.loss.word(),
            n: found.real,
            m: found.synthetic,
            dropped_rows,
            weight: found.weight.value,
            weight_interval: both(found.weight),
            relative_risk: found.relative_risk,
            worth_in_real_rows: found.worth_in_real_rows.value,
            worth_interval: both(found.worth_in_real_rows),
            bias_squared: found.bias_squared.value,
            bias_squared_interval: ends(found.bias_squared),
            variance_real: found.variance_real,
            variance_synthetic: found.variance_synthetic,
            verdict: found.verdict.word(),
            pooling: Pooled {
                weight,
                relative_risk: relative_risk.value,
                relative_risk_interval: ends(relative_risk),
                p_helps,
                p_harmful,
                harmless_bias,
                detected_bias,
            },
            coefficients: found.coefficients.into_iter().map(row).collect(),
            prices: found.prices.into_iter().map(price).collect(),
            james_stein: found
                .james_stein
                .map(|audit::JamesStein { constant, weight }| NeverWorse { constant, weight }),
            capped: CappedRow { regret: found.capped.regret, share: found.capped.share, weight: found.capped.weight },
            p_near: found.p_near,
            resamples: found.resamples,
            failed_fits: found.failed_fits,
            seed: self.compute.seed,
            warnings,
        }
    }
}
