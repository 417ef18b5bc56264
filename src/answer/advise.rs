//! What the theory says for a table: [`crate::advise`] as a document.

use std::{fmt, sync::atomic::Ordering};

use goldenweight_theory::{misspecified, parameters::SampleSizes};
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Unanswered,
    fitted::{Fitted, between, dropped, ends, warned, with_doubt},
    monte_carlo::MAX_REPLICATES,
    text::{cell, finite, lines, short},
};
use crate::{
    advise::{Advice, Analysis, Coefficient, Loss, retraining},
    experiment::{InputError, Rows, within},
    simulate::engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
    stats::shown::number_of,
    stream::experiment_id,
    table::Table,
};

/// Generations of a simulated chain; risks are averaged from [`BURN_IN`] on.
const GENERATIONS: u32 = 30;
const BURN_IN: u32 = 20;

/// Most real and synthetic rows of a generation that is simulated.
const MOST_SIMULATED: u64 = 10_000_000;

/// Synthetic rows of the curve, times the real ones.
const CURVE: [f64; 7] = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0];

/// Chains that are simulated on rows resampled from the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// As many.
    pub replicates: u64,
    /// Data of each generation.
    pub schedule: ScheduleKind,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// What is asked of a table.
///
/// # Examples
/// ```
/// use std::io::Cursor;
/// use goldenweight::advise::{Family, Loss};
/// use goldenweight::answer::{advise::Question, fitted::Fitted};
/// use goldenweight::simulate::engine::Options;
/// use goldenweight::table::{Missing, Table};
///
/// let file = "x,y\n".to_owned() + &"1,0\n2,1\n3,1\n4,0\n5,2\n".repeat(8);
/// let request = Family::Linear.request(None, Some("y".to_owned()), Missing::Refuse)?;
/// let table = Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &request)?;
/// let fitted = Fitted { family: Family::Linear, target: Some("y".to_owned()), loss: Loss::Deviance };
/// let question = Question { data: "t.csv".to_owned(), fitted, synthetic: 40, simulate: None };
/// let (said, advice) = question.answer(&table, Options::default())?;
/// assert!(said.to_string().starts_with("t.csv: linear of y, 2 numbers fitted to n = 40 rows\n"));
/// assert!((advice.golden_weight - 0.618_034).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Name of the table.
    pub data: String,
    /// What is fitted.
    pub fitted: Fitted,
    /// Synthetic rows per generation, m.
    pub synthetic: u64,
    /// Chains to be simulated.
    pub simulate: Option<Simulated>,
}

/// The weight of each row; all together 1.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct PerRow {
    real: f64,
    synthetic: f64,
}

/// What a number of synthetic rows is worth.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Worth {
    synthetic: u64,
    weight: f64,
    relative_risk: f64,
    effective_sample_size: f64,
}

/// The estimates in one loss.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
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
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
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

/// What is said of a table, from [`Question::answer`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[cfg_attr(feature = "cli", schemars(rename = "Document"))]
pub struct AdviseDocument {
    data: String,
    #[serde(flatten)]
    fitted: Fitted,
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
    coefficients: Vec<Coefficient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    simulated: Vec<Retrained>,
    warnings: Vec<String>,
}

impl fmt::Display for AdviseDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { data, fitted, n, m, k, .. } = self;
        let numbers = number_of(self.coefficients.len() as u64, "number");
        writeln!(f, "{data}: {fitted}, {numbers} fitted to n = {n} rows{}", dropped(self.dropped_rows))?;
        writeln!(f, "m = {m} synthetic rows, k = {}\n", short(*k))?;
        writeln!(f, "{:16}{:24}relative risk", "", "weight on real rows")?;
        for (name, weight, risk) in [
            ("optimal", self.weight, self.relative_risk),
            ("w*(k)", self.golden_weight, self.golden_relative_risk),
            ("naive pooling", self.naive_weight, self.naive_relative_risk),
            ("real rows only", 1.0, 1.0),
        ] {
            writeln!(f, "{name:16}{}{}", cell(&short(weight), 24), short(risk))?;
        }
        writeln!(f, "\n{:16}{:12}{:24}{:12}95 % interval", "loss", "kappa", "95 % interval", "weight")?;
        for InLoss { loss, kappa, kappa_interval, weight, weight_interval, .. } in &self.losses {
            let (kappa, weight) = (short(*kappa), short(*weight));
            let [of_kappa, of_weight] = [kappa_interval, weight_interval].map(|[low, high]| between(*low, *high));
            let (kappa, of_kappa, weight) = (cell(&kappa, 12), cell(&of_kappa, 24), cell(&weight, 12));
            writeln!(f, "{loss:16}{kappa}{of_kappa}{weight}{of_weight}")?;
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
            let (synthetic, weight, risk) = (cell(&synthetic.to_string(), 16), cell(&weight, 12), cell(&risk, 16));
            writeln!(f, "{synthetic}{weight}{risk}{size}")?;
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
            let (weight, risk, error, law) = (cell(&weight, 12), cell(&risk, 16), cell(&error, 14), cell(&law, 14));
            writeln!(f, "{name:16}{weight}{risk}{error}{law}{failed_fits} of {replicates}")?;
        }
        warned(f, &self.warnings)
    }
}

impl Question {
    /// The answer for a table that was read by the family's request. Of the options only the progress of simulated chains and the wish to stop count: after it there is no answer.
    ///
    /// # Errors
    /// Of the fields `data`, `synthetic`, `simulate`.
    pub fn answer(&self, table: &Table, options: Options<'_>) -> Result<(AdviseDocument, Advice), Unanswered> {
        let refused = |condition: String| InputError::new("data", &self.data, condition);
        let analysis = Analysis::new(table, self.fitted.family);
        let analysis = analysis.map_err(|error| refused(with_doubt(error, table.warnings())))?;
        let advice = analysis.advice(self.fitted.loss, self.synthetic)?;
        let simulated = self.retrain(table, &analysis, &advice, options)?;
        Ok((AdviseDocument { simulated, ..self.document(table, &analysis, advice.clone())? }, advice))
    }

    /// The simulated chains at the weights of the table, on common random numbers.
    fn retrain(
        &self,
        table: &Table,
        analysis: &Analysis,
        advice: &Advice,
        options: Options<'_>,
    ) -> Result<Vec<Retrained>, Unanswered> {
        let Some(Simulated { replicates, schedule, seed }) = self.simulate else { return Ok(Vec::new()) };
        within("simulate", replicates, 2..=MAX_REPLICATES)?;
        // Rows that accumulate are kept until the chain ends.
        let kept = if schedule.takes_weight() { 1 } else { u64::from(GENERATIONS) };
        within("synthetic", advice.synthetic, 1..=MOST_SIMULATED / kept)?;
        let rows = Rows { real: advice.real as usize, synthetic: advice.synthetic as usize };
        let refused = |condition: String| InputError::new("simulate", replicates, condition);
        let simulator = retraining(table, self.fitted.family, self.fitted.loss, rows, schedule)
            .map_err(|error| refused(error.to_string()))?;
        let none = || refused(format!("must be left out: `family` {} is no regression", self.fitted.family.word()));
        let simulator = simulator.ok_or_else(none)?;
        let takes_weight = schedule.takes_weight();
        let weights = [
            ("optimal", advice.weight.value),
            ("w*(k)", advice.golden_weight),
            ("naive pooling", advice.naive_weight),
            ("real rows only", 1.0),
        ];
        let weights = if takes_weight { &weights[..] } else { &[("every row alike", 0.0)] };
        let plan = Plan {
            seed,
            experiment: experiment_id("advise"),
            cell: 0,
            replicates: 0..replicates,
            schedule,
            record: Record::Average { from: BURN_IN, until: GENERATIONS },
        };
        let points: Vec<_> = weights.iter().map(|(_, weight)| Weights::Constant(*weight)).collect();
        let outcomes = simulator.run(&plan, &points, options);
        if options.stop.load(Ordering::Relaxed) {
            return Err(Unanswered::Unknown("interrupted before all chains ended".to_owned()));
        }
        let sizes = SampleSizes::new(advice.real, advice.synthetic)?;
        let variances = analysis.variances(self.fitted.loss);
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
            limit_law: (schedule == ScheduleKind::Fresh).then(|| average(*weight)),
        };
        Ok(weights.iter().zip(&outcomes).map(row).collect())
    }

    fn document(&self, table: &Table, analysis: &Analysis, advice: Advice) -> Result<AdviseDocument, InputError> {
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
            let Advice { weight, relative_risk, effective_sample_size, .. } =
                analysis.advice(self.fitted.loss, synthetic)?;
            Ok(Worth { synthetic, weight: weight.value, relative_risk, effective_sample_size })
        };
        Ok(AdviseDocument {
            data: self.data.clone(),
            fitted: self.fitted.clone(),
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
            jackknife_ratio: analysis.variances(self.fitted.loss).jackknife.filter(|ratio| ratio.is_finite()),
            dropped_rows: table.dropped().len(),
            coefficients: analysis.coefficients().to_vec(),
            seed: self.simulate.map(|simulated| simulated.seed),
            simulated: Vec::new(),
            warnings: [table.warnings(), &analysis.warnings(self.fitted.loss)].concat(),
        })
    }
}
