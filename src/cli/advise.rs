//! `advise`: what the theory says for a user's own table.

use std::{fs, path::PathBuf};

use clap::Args;
use goldenweight::{
    advise::Advice,
    answer::advise::{Question, Simulated},
    experiment::{InputError, within},
    simulate::engine::{Options, ScheduleKind},
    table::Table,
};

use super::{
    Failure, Status,
    args::{Compute, whole},
    fit::Fit,
    origin::Origin,
    output::{open_file, show, unwritten, write_places},
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
    #[command(flatten)]
    fit: Fit,
    /// Synthetic rows per generation, m (at most 10^12)
    #[arg(long, value_name = "M", value_parser = whole, allow_hyphen_values = true)]
    synthetic: u64,
    /// Write the weight of each row, of mean 1, as a column: the rows of the file, 0 where one was dropped, then the synthetic ones
    #[arg(long, value_name = "FILE")]
    weights_out: Option<PathBuf>,
    /// Of a regression, also retrain on rows resampled from the table: so many chains of 30 generations, risks averaged over the last 10
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true)]
    simulate: Option<u64>,
    /// Data of each generation with --simulate: fresh (n rows drawn anew), fixed (those of generation 0 always), accumulate (all rows so far) or subsample (n of those); the last two take no weight [default: fresh]
    #[arg(long, value_name = "WORD", value_parser = schedule)]
    schedule: Option<ScheduleKind>,
    #[command(flatten)]
    compute: Compute,
}

fn schedule(word: &str) -> Result<ScheduleKind, String> {
    named(word, &ScheduleKind::ALL, ScheduleKind::name)
}

/// Most rows of a file of weights.
const MOST_WEIGHTS: u64 = 10_000_000;

impl AdviseArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let Self { data, synthetic, .. } = self;
        let (request, fitted) = self.fit.request()?;
        within("synthetic", *synthetic, 1..=1_000_000_000_000)?;
        if let (Some(schedule), None) = (self.schedule, self.simulate) {
            Err(InputError::new("schedule", schedule.name(), "needs `simulate`: it is that of the simulated chains"))?;
        }
        let is_data =
            |file: &PathBuf| fs::canonicalize(file).is_ok_and(|file| fs::canonicalize(data).is_ok_and(|it| it == file));
        if let Some(file) = self.weights_out.as_ref().filter(|file| is_data(file)) {
            Err(InputError::new("weights_out", file.display(), "must be another file than --data"))?;
        }
        let place = self.weights_out.as_ref().map(|file| open_file("--weights-out", file)).transpose()?;
        let refused = |condition: String| Failure::from(InputError::new("data", data.display(), condition));
        let question = Question {
            data: data.display().to_string(),
            fitted,
            synthetic: *synthetic,
            simulate: self.simulate.map(|replicates| Simulated {
                replicates,
                schedule: self.schedule.unwrap_or(ScheduleKind::Fresh),
                seed: self.compute.seed,
            }),
        };
        let (document, weights) = self.compute.install(|| {
            let table = Table::read(data, &request).map_err(|error| refused(error.place_and_condition()))?;
            self.fit.found_levels(&table)?;
            let (document, advice) = question.answer(&table, Options::default())?;
            let weights = place.is_some().then(|| weights(&table, &advice)).transpose()?;
            Ok((document, weights))
        })?;
        if let (Some(place), Some(weights), Some(file)) = (place, weights, &self.weights_out) {
            write_places(vec![(place, &weights)]).map_err(|error| unwritten(file, &error))?;
        }
        show(&document, self.compute.json, origin, self.simulate.map(|_| self.compute.seed))?;
        Ok(Status::Done)
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
