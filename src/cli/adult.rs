//! `adult`: the experiments on real data, as in the paper's figure 10.

use std::{borrow::Cow, fmt, path::PathBuf, sync::atomic::AtomicBool};

use clap::Args;
use goldenweight::{
    adult::{Column, Columns, DataError, Differences, Table},
    answer::{
        Reasons,
        closed_form::law,
        estimate::Simulated,
        monte_carlo::{MAX_REPLICATES, theory},
    },
    experiment::{Generations, InputError, Rows, within},
    prediction::{Law, Order, Prediction},
    simulate::{
        Simulator,
        adult::AdultLogistic,
        categorical::CategoricalSufficient,
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Shared, Weights},
    },
    stats::shown::number_of,
    stream::experiment_id,
};
use goldenweight_theory::{
    categorical,
    parameters::{SampleSizes, Weight},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, whole},
    interrupt,
    monte_carlo::{INTERRUPT_HELP, Z_HELP},
    origin::Origin,
    output::{Remarks, progress, short, show, tell},
    store::Keeping,
};

/// Rows per generation, real and synthetic alike.
const ROWS: usize = 500;

/// Generations; the risk is averaged over those from [`BURN_IN`] on.
const GENERATIONS: u32 = 100;
const BURN_IN: u32 = 80;

/// Weights at which each experiment is made.
const WEIGHTS: usize = 4;

/// The experiments on the Adult table: retraining on 500 real and 500 synthetic rows per generation
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight adult --replicates 1000\n\n\
    Rows are resampled from all rows of the table (48842 in the original), whose own fit is the truth; generation 0 is fitted on real rows alone. Risks\n\
    are averaged over generations 80 to 99. The categorical experiments (loss: sum over the categories of the squared error) have an exact law;\n\
    the logistic regression of income on five covariates, with an intercept (loss: squared error of the six coefficients), whose labels\n\
    do not follow the model, has a law of two orders in 1/n, and beyond their range a limit law, of which there is a ratio but no z.\n\n\
    The files of --data may be public copies: with a header line, labels with or without dots or as 0 and 1, without the remark of\n\
    adult.test, with semicolons or tabs for commas, quotes, other line ends, empty fields for '?', or one adult.csv. Where there are\n\
    fewer rows, as in the training part alone, or more, truths and laws are those of the rows given. What differs from the original is\n\
    said.\n\n{Z_HELP}\n\n\
    Exit code 3 where more than one in ten thousand replicates ended in a fit that does not exist.\n\n{INTERRUPT_HELP}"))]
pub struct AdultArgs {
    /// Directory of the files adult.data and adult.test, or of a public copy of them, or one file, of all rows or of a part [default: the embedded table]
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Independent replicates (chains) of each experiment at each weight, at most 10^9
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true, default_value_t = 400)]
    replicates: u64,
    #[command(flatten)]
    compute: Compute,
    #[command(flatten)]
    keeping: Keeping,
}

/// One experiment at one weight.
#[derive(Serialize, JsonSchema)]
struct Row {
    weight_name: &'static str,
    weight: f64,
    #[serde(flatten)]
    simulated: Simulated,
}

#[derive(Serialize, JsonSchema)]
struct Experiment {
    experiment: &'static str,
    optimal_weight: f64,
    limit_weight: f64,
    exact: bool,
    risks: Vec<Row>,
}

/// Where the table differs from the original one.
#[derive(Default, Serialize, JsonSchema)]
struct DataDifferences {
    form: Vec<String>,
    rows: u64,
    first: Option<String>,
    absent: u64,
    lengths: Vec<String>,
    notes: Vec<String>,
    reasons: Reasons,
}

impl From<Differences> for DataDifferences {
    fn from(Differences { form, rows, first, absent, lengths, notes }: Differences) -> Self {
        let none = first.is_none().then(|| ("first", "no row differs from the original table".to_owned()));
        Self { form, rows, first, absent, lengths, notes, reasons: Reasons::from_iter(none) }
    }
}

impl DataDifferences {
    /// In sentences.
    fn sentences(&self) -> impl Iterator<Item = String> {
        let form = self.form.iter().map(|form| format!("differs in form from the original: {form}"));
        let rows = self
            .first
            .iter()
            .map(|first| format!("rows that are not those of the original table: {}, the first: {first}", self.rows));
        let lengths = (!self.lengths.is_empty()).then(|| {
            let absent = match self.absent {
                0 => String::new(),
                absent => format!("{absent} of the original's rows are absent; "),
            };
            format!("{}; {absent}truths and laws are those of the rows read", self.lengths.join("; "))
        });
        self.notes.iter().cloned().chain(form).chain(lengths).chain(rows)
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdultDocument")]
pub struct Document {
    data: String,
    data_differences: DataDifferences,
    real: usize,
    synthetic: usize,
    generations: u32,
    burn_in: u32,
    replicates: u64,
    partial: bool,
    seed: u64,
    experiments: Vec<Experiment>,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { data, real, synthetic, replicates, seed, partial, .. } = self;
        for sentence in self.data_differences.sentences() {
            writeln!(f, "{sentence}")?;
        }
        if *partial {
            writeln!(f, "partial, interrupted: the replicates that were finished are told below the table")?;
        }
        writeln!(f, "Adult ({data}), n = {real} real and m = {synthetic} synthetic rows per generation, mean over")?;
        writeln!(f, "generations {BURN_IN} to {}, {replicates} replicates, seed {seed}\n", GENERATIONS - 1)?;
        let row = |f: &mut fmt::Formatter<'_>, cells: [&str; 9]| {
            let [experiment, name, weight, risk, error, theory, ratio, z, p] = cells;
            writeln!(
                f,
                "{experiment:15} {name:16} {weight:>9} {risk:>11} {error:>11} {theory:>11} {ratio:>9} {z:>10} {p:>10}"
            )
        };
        row(f, ["experiment", "weight on real", "", "risk", "std error", "theory", "ratio", "z", "p"])?;
        // A missing number is explained below the table, each reason once.
        let mut reasons = Vec::new();
        for experiment in &self.experiments {
            for Row { weight_name, weight, simulated } in &experiment.risks {
                let [risk, error, ratio] = simulated.numbers();
                let mut z = simulated.z.number();
                if let Some(reason) = simulated.z.reason() {
                    let number = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
                        reasons.push(reason);
                        reasons.len() - 1
                    });
                    z = format!("- [{}]", number + 1);
                }
                let (weight, theory, p) = (short(*weight), simulated.theory.number(), simulated.z.p_value());
                let cells = [&weight, &risk, &error, &theory, &ratio, &z, &p].map(String::as_str);
                let [weight, risk, error, theory, ratio, z, p] = cells;
                row(f, [experiment.experiment, weight_name, weight, risk, error, theory, ratio, z, p])?;
            }
        }
        writeln!(f)?;
        for (number, reason) in (1..).zip(&reasons) {
            writeln!(f, "[{number}] no z: {reason}")?;
        }
        writeln!(
            f,
            "p: probability of a |z| as large under Student's law with one degree of freedom less than replicates"
        )?;
        for Experiment { experiment, risks, .. } in &self.experiments {
            // One word for all weights, or a word for each order.
            let of = |order: Order| {
                let names = risks.iter().filter(|row| row.simulated.theory.order == order.word());
                let names: Vec<_> = names.map(|row| row.weight_name).collect();
                let whole = names.len() == risks.len();
                (!names.is_empty()).then(|| {
                    if whole { law(order).to_owned() } else { format!("{} ({})", law(order), names.join(", ")) }
                })
            };
            let laws: Vec<_> = Order::ALL.into_iter().filter_map(of).collect();
            writeln!(f, "{experiment:15} {}", laws.join("; "))?;
            for Row { simulated, .. } in risks.iter().filter(|row| row.simulated.is_partial()).take(1) {
                writeln!(f, "  {}", simulated.counted())?;
            }
            for Row { weight_name, simulated, .. } in risks.iter().filter(|row| row.simulated.has_failed()) {
                writeln!(f, "  {weight_name}: {}; failed fits {}", simulated.mean_over(), simulated.failed())?;
            }
        }
        Ok(())
    }
}

impl AdultArgs {
    /// Simulates and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        within("--replicates", self.replicates, 2..=MAX_REPLICATES)?;
        let (table, differences) = match &self.data {
            None => (Cow::Borrowed(Table::embedded()), Differences::default()),
            Some(path) => {
                let wrong = |problem: String| InputError::new("--data", path.display(), problem);
                let read = |e: DataError| {
                    let said = e.to_string();
                    // What is wrong with the path itself does not name it again.
                    wrong(said.strip_prefix(&format!("{}: ", path.display())).unwrap_or(&said).to_owned())
                };
                let (table, differences) = Table::read(path).map_err(read)?;
                if let Some(column) = Column::ALL.into_iter().find(|&column| table.counts(column).len() == 1) {
                    let name = column.name();
                    Err(wrong(format!("{name} is the same in all rows, so that there is no frequency to estimate")))?;
                }
                (Cow::Owned(table), differences)
            }
        };
        let store = self.keeping.open(origin, self.compute.seed)?;
        let stop = interrupt::listen()?;
        let document = self.compute.install(|| self.simulate(&table, differences.into(), stop, store.shard))?;
        if store.shard.is_some() {
            // The document is that of the replicates before the first that is lacking.
            let share = store.shared(origin, self.compute.seed, false, !interrupt::heard(), Vec::new())?;
            return share.show(self.compute.json, origin);
        }
        store.close()?;
        show(&document, self.compute.json, origin, Some(self.compute.seed))?;
        let mut remarks = Remarks::default();
        if document.partial {
            let first =
                |e: &Experiment| e.risks.first().map(|row| format!("{} {}", e.experiment, row.simulated.counted()));
            let finished: Vec<String> = document.experiments.iter().filter_map(first).collect();
            remarks.inconclusive(format!("partial, interrupted: {}", finished.join(", ")));
        }
        document.data_differences.sentences().for_each(|sentence| remarks.note(sentence));
        let mut missing = Vec::new();
        for (experiment, row) in document.experiments.iter().flat_map(|e| e.risks.iter().map(|row| (e.experiment, row)))
        {
            row.simulated.remark(&format!("{experiment}, {}: ", row.weight_name), &mut remarks);
            missing.extend(row.simulated.missing_z().map(|reason| (experiment, row.weight_name, reason)));
        }
        if let Some((experiment, weight, reason)) = missing.first() {
            remarks.note({
                let places = number_of(missing.len() as u64, "place");
                format!("no z in {places}; {experiment}, {weight}: {reason}")
            });
        }
        Ok(tell(&remarks))
    }

    fn simulate(
        &self,
        table: &Table,
        data_differences: DataDifferences,
        stop: &AtomicBool,
        share: Option<Shared>,
    ) -> Result<Document, Failure> {
        let rows = Rows { real: ROWS, synthetic: ROWS };
        let sizes = SampleSizes::new(ROWS as u64, ROWS as u64)?;
        let bar = progress(Some(self.replicates * (Column::ALL.len() + 1) as u64), "replicates");
        let options = Options { progress: &|done| bar.inc(done), stop, share, ..Options::default() };
        let mut experiments = Vec::new();
        for column in Column::ALL {
            let probabilities = table.probabilities(column);
            let prediction = Prediction::of(Law::Scalar(categorical::law(&probabilities, sizes)), rows)?;
            let simulator = CategoricalSufficient::new(probabilities, rows);
            experiments.push(self.experiment(column.name(), &simulator, &prediction, options)?);
        }
        let prediction = Prediction::income(table, Columns::Raw, rows)?;
        experiments.push(self.experiment("logistic", &AdultLogistic::new(table, rows), &prediction, options)?);
        bar.finish_and_clear();
        Ok(Document {
            partial: experiments.iter().flat_map(|e: &Experiment| &e.risks).any(|row| row.simulated.is_partial()),
            data_differences,
            data: self.data.as_ref().map_or("embedded".to_owned(), |dir| dir.display().to_string()),
            real: ROWS,
            synthetic: ROWS,
            generations: GENERATIONS,
            burn_in: BURN_IN,
            replicates: self.replicates,
            seed: self.compute.seed,
            experiments,
        })
    }

    fn experiment(
        &self,
        name: &'static str,
        simulator: &impl Simulator,
        prediction: &Prediction,
        options: Options<'_>,
    ) -> Result<Experiment, Failure> {
        let (optimal_weight, limit_weight) =
            (prediction.optimal_weight().unwrap_or(f64::NAN), prediction.limit_weight());
        let weights: [_; WEIGHTS] = [
            ("w*(k)", limit_weight),
            ("optimum", optimal_weight),
            ("naive pooling", prediction.naive_weight()),
            ("fresh rows only", 1.0),
        ];
        let plan = Plan {
            seed: self.compute.seed,
            experiment: experiment_id(name),
            cell: 0,
            replicates: 0..self.replicates,
            schedule: ScheduleKind::Fresh,
            record: Record::Average { from: BURN_IN, until: GENERATIONS },
        };
        let grid = weights.map(|(_, weight)| Weights::Constant(weight));
        // Not all experiments begin with the first share.
        let share = options.share.map(|share| share.after(plan.experiment, 0));
        let outcomes = simulator.run(&plan, &grid, Options { share, ..options });
        let risk = |((weight_name, weight), outcome): ((_, f64), &Outcome)| {
            let at = Generations::Average { from: BURN_IN, until: GENERATIONS };
            let theory = theory(prediction, Weight::new(weight)?, at);
            let simulated =
                Simulated::new(&outcome.moments[0][0], outcome.failed_fits, self.replicates, theory, Reasons::new());
            Ok(Row { weight_name, weight, simulated })
        };
        let risks = weights.into_iter().zip(&outcomes).map(risk).collect::<Result<_, Failure>>()?;
        let exact = prediction.exact(Weight::ONE);
        Ok(Experiment { experiment: name, optimal_weight, limit_weight, exact, risks })
    }
}
