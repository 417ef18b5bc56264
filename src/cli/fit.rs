//! Options of the commands that fit a user's own table.

use clap::{ArgAction, Args};
use goldenweight::{
    advise::{Family, Loss},
    answer::fitted::Fitted,
    experiment::InputError,
    table::{Missing, Request},
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
    /// Columns that are used [default: all but the target]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', action = ArgAction::Set)]
    columns: Option<Vec<String>>,
    /// Missing values: drop such rows, refuse them, or take them as a level of a column of texts
    #[arg(long, value_name = "WORD", value_parser = missing, default_value = "refuse")]
    missing: Missing,
    /// Loss that the weight minimises the risk of: deviance, standardised or raw
    #[arg(long, value_name = "WORD", value_parser = loss, default_value = "deviance")]
    loss: Loss,
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
        let Self { target, family, columns, missing, loss } = self;
        let request = family.request(columns.clone(), target.clone(), *missing)?;
        Ok((request, Fitted { family: *family, target: target.clone(), loss: *loss }))
    }
}
