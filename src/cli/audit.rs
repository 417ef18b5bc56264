//! `audit`: what a synthetic table is worth beside a real one.

use std::path::{Path, PathBuf};

use clap::Args;
use goldenweight::{
    answer::audit::Question,
    experiment::{InputError, excerpt},
    simulate::engine::Options,
    table::{Column, Request, Table},
};

use super::{
    Failure, Status,
    args::{Compute, number, whole},
    fit::Fit,
    interrupt,
    origin::Origin,
    output::{progress, show, tell},
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
    #[command(flatten)]
    fit: Fit,
    /// Resamples of the bootstrap, 100 to 100000
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true, default_value_t = 1_000)]
    bootstrap: u64,
    /// Regret that is accepted, above 0 and at most 10: the risk at most so much above that of the real rows alone
    #[arg(long, value_name = "R", value_parser = number, allow_hyphen_values = true, default_value_t = 0.1)]
    regret: f64,
    #[command(flatten)]
    compute: Compute,
}

impl AuditArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let (request, fitted) = self.fit.request()?;
        let read = |option: &str, file: &Path, request: &Request, names: Option<&[Column]>| {
            let refused = |condition| Failure::from(InputError::new(option, file.display(), condition));
            Table::read(file, request).map_err(|error| {
                // What is wrong with a column that nobody asked for matters less than that it is there.
                // A number is that of a column without a name.
                let is_extra = |column: &&String| {
                    let is_known = |known: &Column| excerpt(&known.name) == **column;
                    column.parse::<u64>().is_err() && names.is_some_and(|names| !names.iter().any(is_known))
                };
                match error.column.as_ref().filter(is_extra) {
                    Some(column) if request.columns.is_none() => {
                        refused(format!("column {column}: is not in the real table; say which columns are meant"))
                    }
                    _ => refused(error.place_and_condition()),
                }
            })
        };
        let [real, synthetic] = [&self.real, &self.synthetic].map(|file| file.display().to_string());
        let question = Question {
            real,
            synthetic,
            fitted,
            bootstrap: self.bootstrap,
            regret: self.regret,
            seed: self.compute.seed,
        };
        let stop = interrupt::listen()?;
        let document = self.compute.install(|| {
            let real = read("real", &self.real, &request, None)?;
            self.fit.found_levels(&real)?;
            // A column of levels is one in both tables, also where the synthetic one has the numbers among them alone.
            let with_levels = real.columns().iter().filter(|column| !column.levels.is_empty());
            let like_real =
                Request { levels: with_levels.map(|column| column.name.clone()).collect(), ..request.clone() };
            let synthetic = read("synthetic", &self.synthetic, &like_real, Some(real.columns()))?;
            let bar = progress(Some(self.bootstrap), "resamples");
            let options = Options { progress: &|done| bar.inc(done), stop, ..Options::default() };
            let document = question.answer(&real, synthetic, options);
            bar.finish_and_clear();
            Ok(document?)
        })?;
        show(&document, self.compute.json, origin, Some(self.compute.seed))?;
        Ok(tell(&document.remarks()))
    }
}
