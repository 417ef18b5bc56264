//! Options of the commands that fit a user's own table.

use clap::{ArgAction, Args};
use goldenweight::{
    advise::{Family, Loss},
    answer::fitted::Fitted,
    experiment::InputError,
    table::{Form, Missing, Request, Table},
};

use super::usage::named;

/// What is fitted to which columns.
#[derive(Args)]
pub struct Fit {
    /// Column of the response of a regression
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// What is fitted: linear, logistic, poisson; or without a target mean, covariance, frequencies
    #[arg(long, value_name = "WORD", value_parser = family)]
    family: Family,
    /// Columns that are used [default: all but the target]; a name with a comma in quotes, '"a,b",c'
    #[arg(long, value_name = "NAME,..", value_parser = names, action = ArgAction::Set)]
    columns: Option<Names>,
    /// Columns of numbers that are codes, not quantities: each number is a level
    #[arg(long, value_name = "NAME,..", value_parser = names, action = ArgAction::Set)]
    levels: Option<Names>,
    /// Missing values: drop such rows, refuse them, or take them as a level of a column of texts
    #[arg(long, value_name = "WORD", value_parser = missing, default_value = "refuse")]
    missing: Missing,
    /// Loss that the weight minimises the risk of: deviance, standardised or raw
    #[arg(long, value_name = "WORD", value_parser = loss, default_value = "deviance")]
    loss: Loss,
}

/// Names of columns.
#[derive(Clone)]
struct Names(Vec<String>);

/// A line of CSV, as names stand in a file.
fn names(text: &str) -> Result<Names, String> {
    let mut line = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(text.as_bytes());
    let fields = line.records().next().and_then(Result::ok).map(|record| record.iter().map(str::to_owned).collect());
    let names: Vec<String> = fields.unwrap_or_default();
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err("must be names of columns, separated by commas, and none of them empty".to_owned());
    }
    Ok(Names(names))
}

fn family(word: &str) -> Result<Family, String> {
    named(word, &Family::ALL, Family::word)
}

fn missing(word: &str) -> Result<Missing, String> {
    named(word, &Missing::ALL, Missing::word)
}

fn loss(word: &str) -> Result<Loss, String> {
    named(word, &Loss::ALL, Loss::word)
}

impl Fit {
    /// What is to be read of a file, and what is fitted to it.
    pub fn request(&self) -> Result<(Request, Fitted), InputError> {
        let Self { target, family, columns, levels, missing, loss } = self;
        let columns = columns.clone().map(|Names(names)| names);
        let levels = levels.clone().map_or_else(Vec::new, |Names(names)| names);
        let request = family.request(columns, target.clone(), *missing)?;
        if let Some(name) = levels.first().filter(|_| request.form == Form::Numbers) {
            return Err(InputError::new(
                "levels",
                name,
                format!("must be left out: `family` {} takes numbers", family.word()),
            ));
        }
        if let Some(name) = levels.iter().find(|name| Some(*name) == target.as_ref()) {
            return Err(InputError::new("levels", name, "is the target, and cannot be a column too"));
        }
        let request = Request { levels, ..request };
        Ok((request, Fitted { family: *family, target: target.clone(), loss: *loss }))
    }

    /// Whether the columns that are to be levels are in the table.
    pub fn found_levels(&self, table: &Table) -> Result<(), InputError> {
        let lacking = |name: &&String| table.columns().iter().all(|column| column.name != **name);
        match self.levels.iter().flat_map(|Names(names)| names).find(lacking) {
            Some(name) => Err(InputError::new("levels", name, "is not among the columns that are used")),
            None => Ok(()),
        }
    }
}
