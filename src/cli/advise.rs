//! `advise`: what the theory says for a user's own table.

use std::{fmt, fs, path::PathBuf};

use clap::{ArgAction, Args};
use goldenweight::{
    advise::{Advice, Analysis, Family, Interval, Loss, retraining},
    experiment::{InputError, Rows, within},
    simulate::engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
    stats::shown::number_of,
    stream::experiment_id,
    table::{Missing, Table},
};
use goldenweight_theory::{misspecified, parameters::SampleSizes};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, whole},
    monte_carlo::MAX_REPLICATES,
    origin::Origin,
    output::{lines, open_file, short, show, unwritten, write_places},
    usage::named,
};

/// The weight of a table's rows beside synthetic ones, with an interval: your own CSV file in, a recommendation out
#[derive(Args)]
#[command(
    after_help = "Example: goldenweight advise --data people.csv --target income --family logistic --synthetic 5000\n\n\
    The file is CSV (RFC 4180) with a line of names. A column of texts becomes indicators of all its levels but the most frequent. Regressions\n\
    have an intercept. A logistic target is 0 and 1, or two texts, of which the later by name counts as 1. Missing are empty fields, NA, N/A, NaN,\n\
    null and ?.\n\n\
    The n rows are taken as a sample of the law that fresh real rows come from. kappa = k A_s/A_r: A_r/n is the risk of a fit to n real rows,\n\
    by the sandwich of the table, A_s/m that of a fit to m rows which the fit itself has made. The weight is w*(kappa); where the rows follow\n\
    the family, kappa is k = n/m. Intervals have 95 %, by the delta method. Losses: deviance (of the likelihood: what a predictor pays; it\n\
    depends on no units), standardised (squared error of the coefficients of columns with deviation 1) and raw (of the coefficients\n\
    as they are)."
)]
pub struct AdviseArgs {
    /// The file
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
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
    /// Synthetic rows per generation, m (at most 10^12)
    #[arg(long, value_name = "M", value_parser = whole, allow_hyphen_values = true)]
    synthetic: u64,
    /// Loss that the weight minimises the risk of: deviance, standardised or raw
    #[arg(long, value_name = "WORD", value_parser = loss, default_value = "deviance")]
    loss: Loss,
    /// Write the weight of each row, of mean 1, as a column: the rows of the file, 0 where one was dropped, then the synthetic ones
    #[arg(long, value_name = "FILE")]
    weights_out: Option<PathBuf>,
    /// Of a regression, also retrain on rows resampled from the table: so many chains of 30 generations, risks averaged over the last 10
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true)]
    simulate: Option<u64>,
    /// Data of each generation with --simulate: fresh (n rows drawn anew), fixed (those of generation 0 always) or accumulate (takes no weight)
    #[arg(long, value_name = "WORD", value_parser = schedule, default_value = "fresh")]
    schedule: ScheduleKind,
    #[command(flatten)]
    compute: Compute,
}

/// Generations of a simulated chain; risks are averaged from [`BURN_IN`] on.
const GENERATIONS: u32 = 30;
const BURN_IN: u32 = 20;

/// Most real and synthetic rows of a generation that is simulated.
const MOST_SIMULATED: u64 = 10_000_000;

fn schedule(word: &str) -> Result<ScheduleKind, String> {
    named(word, &[ScheduleKind::Fresh, ScheduleKind::Fixed, ScheduleKind::Accumulate], ScheduleKind::name)
}

pub fn family(word: &str) -> Result<Family, String> {
    named(word, &Family::ALL, Family::word)
}

pub fn missing(word: &str) -> Result<Missing, String> {
    named(word, &Missing::ALL, Missing::word)
}

pub fn loss(word: &str) -> Result<Loss, String> {
    named(word, &Loss::ALL, Loss::word)
}

/// Most rows of a file of weights.
const MOST_WEIGHTS: u64 = 10_000_000;

/// Synthetic rows of the curve, times the real ones.
const CURVE: [f64; 7] = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0];

/// The weight of each row; all together 1.
#[derive(Serialize, JsonSchema)]
struct PerRow {
    real: f64,
    synthetic: f64,
}

/// What a number of synthetic rows is worth.
#[derive(Serialize, JsonSchema)]
struct Worth {
    synthetic: u64,
    weight: f64,
    relative_risk: f64,
    effective_sample_size: f64,
}

/// The estimates in one loss.
#[derive(Serialize, JsonSchema)]
struct InLoss {
    loss: &'static str,
    variance_real: f64,
    variance_synthetic: f64,
    kappa: f64,
    kappa_interval: [f64; 2],
    weight: f64,
    weight_interval: [f64; 2],
}

/// A simulated risk, and that of the limit law.
#[derive(Serialize, JsonSchema)]
struct Retrained {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
    replicates: u64,
    failed_fits: u64,
    /// None where no chain had all its fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    std_error: Option<f64>,
    /// Under fresh real rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_law: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
struct Estimate {
    name: String,
    value: f64,
    std_error: f64,
}

#[derive(Serialize, JsonSchema)]
pub struct Document {
    data: String,
    family: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    loss: &'static str,
    n: u64,
    m: u64,
    k: f64,
    kappa: f64,
    kappa_interval: [f64; 2],
    weight: f64,
    weight_interval: [f64; 2],
    golden_weight: f64,
    naive_weight: f64,
    relative_risk: f64,
    golden_relative_risk: f64,
    naive_relative_risk: f64,
    effective_sample_size: f64,
    per_row_weight: PerRow,
    losses: Vec<InLoss>,
    /// What other numbers of synthetic rows are worth.
    curve: Vec<Worth>,
    /// Of regressions, the variance of the real fit with each row left out in turn, over that of the limit law; none where a row has the leverage 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    jackknife_ratio: Option<f64>,
    dropped_rows: usize,
    coefficients: Vec<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    simulated: Vec<Retrained>,
    warnings: Vec<String>,
}

fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

const fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

fn between([low, high]: [f64; 2]) -> String {
    format!("{} to {}", short(low), short(high))
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { data, family, n, m, k, .. } = self;
        let target = self.target.as_ref().map_or_else(String::new, |target| format!(" of {target}"));
        let dropped = match self.dropped_rows {
            0 => String::new(),
            count => format!(" ({} with missing values left out)", number_of(count as u64, "row")),
        };
        writeln!(f, "{data}: {family}{target}, {} numbers fitted to n = {n} rows{dropped}", self.coefficients.len())?;
        writeln!(f, "m = {m} synthetic rows, k = {}\n", short(*k))?;
        writeln!(f, "{:16}{:24}relative risk", "", "weight on real rows")?;
        for (name, weight, risk) in [
            ("optimal", self.weight, self.relative_risk),
            ("w*(k)", self.golden_weight, self.golden_relative_risk),
            ("naive pooling", self.naive_weight, self.naive_relative_risk),
            ("real rows only", 1.0, 1.0),
        ] {
            writeln!(f, "{name:16}{:24}{}", short(weight), short(risk))?;
        }
        writeln!(f, "\n{:16}{:12}{:24}{:12}95 % interval", "loss", "kappa", "95 % interval", "weight")?;
        for InLoss { loss, kappa, kappa_interval, weight, weight_interval, .. } in &self.losses {
            let (kappa, weight) = (short(*kappa), short(*weight));
            let (of_kappa, of_weight) = (between(*kappa_interval), between(*weight_interval));
            writeln!(f, "{loss:16}{kappa:12}{of_kappa:24}{weight:12}{of_weight}")?;
        }
        writeln!(f)?;
        lines(
            f,
            &[
                ("weight per real row", short(self.per_row_weight.real)),
                ("weight per synthetic row", short(self.per_row_weight.synthetic)),
                ("effective sample size", format!("{} real rows", short(self.effective_sample_size))),
            ],
        )?;
        writeln!(f, "\n{:16}{:12}{:16}effective sample size", "synthetic rows", "weight", "relative risk")?;
        for Worth { synthetic, weight, relative_risk, effective_sample_size } in &self.curve {
            let (weight, risk, size) = (short(*weight), short(*relative_risk), short(*effective_sample_size));
            writeln!(f, "{synthetic:<16}{weight:12}{risk:16}{size}")?;
        }
        if !self.simulated.is_empty() {
            writeln!(
                f,
                "\n{:16}{:12}{:16}{:14}{:14}failed fits",
                "retrained", "weight", "risk", "std error", "limit law"
            )?;
        }
        for Retrained { name, weight, risk, std_error, limit_law, failed_fits, replicates } in &self.simulated {
            let (weight, risk, error, law) = (short(*weight), short(*risk), short(*std_error), short(*limit_law));
            writeln!(f, "{name:16}{weight:12}{risk:16}{error:14}{law:14}{failed_fits} of {replicates}")?;
        }
        if !self.warnings.is_empty() {
            writeln!(f)?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "warning: {warning}"))
    }
}

impl AdviseArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let Self { data, family, target, loss, synthetic, .. } = self;
        let request = family.request(self.columns.clone(), target.clone(), self.missing)?;
        within("synthetic", *synthetic, 1..=1_000_000_000_000)?;
        let is_data =
            |file: &PathBuf| fs::canonicalize(file).is_ok_and(|file| fs::canonicalize(data).is_ok_and(|it| it == file));
        if let Some(file) = self.weights_out.as_ref().filter(|file| is_data(file)) {
            Err(InputError::new("weights_out", file.display(), "must be another file than --data"))?;
        }
        let place = self.weights_out.as_ref().map(|file| open_file("--weights-out", file)).transpose()?;
        let refused = |condition: String| Failure::from(InputError::new("data", data.display(), condition));
        let (document, weights) = self.compute.install(|| {
            let table = Table::read(data, &request).map_err(|error| refused(error.place_and_condition()))?;
            let analysis = Analysis::new(&table, *family).map_err(|error| refused(error.to_string()))?;
            let advice = analysis.advice(*loss, *synthetic)?;
            let simulated = self.retrain(&table, &analysis, &advice)?;
            let weights = place.is_some().then(|| weights(&table, &advice)).transpose()?;
            Ok((Document { simulated, ..self.document(&table, &analysis, advice)? }, weights))
        })?;
        if let (Some(place), Some(weights), Some(file)) = (place, weights, &self.weights_out) {
            write_places(vec![(place, &weights)]).map_err(|error| unwritten(file, &error))?;
        }
        show(&document, self.compute.json, origin, document.seed)?;
        Ok(Status::Done)
    }

    /// The simulated chains at the weights of the table, on common random numbers.
    fn retrain(&self, table: &Table, analysis: &Analysis, advice: &Advice) -> Result<Vec<Retrained>, Failure> {
        let Some(replicates) = self.simulate else { return Ok(Vec::new()) };
        within("simulate", replicates, 2..=MAX_REPLICATES)?;
        within("synthetic", advice.synthetic, 1..=MOST_SIMULATED)?;
        let rows = Rows { real: advice.real as usize, synthetic: advice.synthetic as usize };
        let refused = |condition: String| InputError::new("simulate", replicates, condition);
        let simulator = retraining(table, self.family, self.loss, rows).map_err(|error| refused(error.to_string()))?;
        let none = || refused(format!("must be left out: `family` {} is no regression", self.family.word()));
        let simulator = simulator.ok_or_else(none)?;
        let takes_weight = self.schedule.takes_weight();
        let weights = [
            ("optimal", advice.weight.value),
            ("w*(k)", advice.golden_weight),
            ("naive pooling", advice.naive_weight),
            ("real rows only", 1.0),
        ];
        let weights = if takes_weight { &weights[..] } else { &[("every row alike", 0.0)] };
        let plan = Plan {
            seed: self.compute.seed,
            experiment: experiment_id("advise"),
            cell: 0,
            replicates: 0..replicates,
            schedule: self.schedule,
            record: Record::Average { from: BURN_IN, until: GENERATIONS },
        };
        let points: Vec<_> = weights.iter().map(|(_, weight)| Weights::Constant(*weight)).collect();
        let outcomes = simulator.run(&plan, &points, Options::default());
        let sizes = SampleSizes::new(advice.real, advice.synthetic)?;
        let variances = analysis.variances(self.loss);
        let law = misspecified::limit_law(variances.synthetic, variances.real, sizes);
        let average =
            |w: f64| (BURN_IN..GENERATIONS).map(|t| law.risk_at(&w, t)).sum::<f64>() / f64::from(GENERATIONS - BURN_IN);
        let row = |((name, weight), outcome): (&(&'static str, f64), &Outcome)| Retrained {
            name,
            weight: takes_weight.then_some(*weight),
            replicates,
            failed_fits: outcome.failed_fits,
            risk: finite(outcome.moments[0][0].mean()),
            std_error: finite(outcome.moments[0][0].std_error()),
            limit_law: (self.schedule == ScheduleKind::Fresh).then(|| average(*weight)),
        };
        Ok(weights.iter().zip(&outcomes).map(row).collect())
    }

    fn document(&self, table: &Table, analysis: &Analysis, advice: Advice) -> Result<Document, InputError> {
        let in_loss = |loss: Loss| {
            let Advice { kappa, weight, .. } = analysis.advice(loss, self.synthetic)?;
            let variances = analysis.variances(loss);
            Ok(InLoss {
                loss: loss.word(),
                variance_real: variances.real,
                variance_synthetic: variances.synthetic,
                kappa: kappa.value,
                kappa_interval: ends(kappa),
                weight: weight.value,
                weight_interval: ends(weight),
            })
        };
        let worth = |times: f64| {
            let synthetic = ((analysis.rows() as f64 * times).round() as u64).max(1);
            let Advice { weight, relative_risk, effective_sample_size, .. } = analysis.advice(self.loss, synthetic)?;
            Ok(Worth { synthetic, weight: weight.value, relative_risk, effective_sample_size })
        };
        let coefficients = analysis.coefficients().iter().cloned();
        Ok(Document {
            data: self.data.display().to_string(),
            family: self.family.word(),
            target: self.target.clone(),
            loss: self.loss.word(),
            n: advice.real,
            m: advice.synthetic,
            k: advice.k,
            kappa: advice.kappa.value,
            kappa_interval: ends(advice.kappa),
            weight: advice.weight.value,
            weight_interval: ends(advice.weight),
            golden_weight: advice.golden_weight,
            naive_weight: advice.naive_weight,
            relative_risk: advice.relative_risk,
            golden_relative_risk: advice.golden_relative_risk,
            naive_relative_risk: advice.naive_relative_risk,
            effective_sample_size: advice.effective_sample_size,
            per_row_weight: PerRow { real: advice.per_row_weight[0], synthetic: advice.per_row_weight[1] },
            losses: Loss::ALL.into_iter().rev().map(in_loss).collect::<Result<_, InputError>>()?,
            curve: CURVE.into_iter().map(worth).collect::<Result<_, InputError>>()?,
            jackknife_ratio: analysis.variances(self.loss).jackknife.filter(|ratio| ratio.is_finite()),
            dropped_rows: table.dropped().len(),
            coefficients: coefficients
                .map(|coefficient| Estimate {
                    name: coefficient.name,
                    value: coefficient.value,
                    std_error: coefficient.std_error,
                })
                .collect(),
            seed: self.simulate.map(|_| self.compute.seed),
            simulated: Vec::new(),
            warnings: analysis.warnings(self.loss),
        })
    }
}

/// The column of weights: of the file's rows, then of the synthetic ones; those of the rows that are used have the mean 1.
fn weights(table: &Table, advice: &Advice) -> Result<String, InputError> {
    let used = advice.real + advice.synthetic;
    if used > MOST_WEIGHTS {
        let condition = format!("must leave at most {MOST_WEIGHTS} rows for --weights-out: there are {used}");
        return Err(InputError::new("synthetic", advice.synthetic, condition));
    }
    let [real, synthetic] = advice.per_row_weight.map(|weight| format!("{}\n", weight * used as f64));
    let mut text = "weight\n".to_owned();
    let mut dropped = table.dropped().iter().peekable();
    for row in 0..(table.rows() + table.dropped().len()) as u64 {
        text += if dropped.next_if(|next| **next == row).is_some() { "0\n" } else { &real };
    }
    text.extend((0..advice.synthetic).map(|_| synthetic.as_str()));
    Ok(text)
}
