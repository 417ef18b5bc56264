//! `verify`: the registry of claims.

use std::fmt;

use glob::Pattern;
use goldenweight::{
    answer::Unanswered,
    claims,
    evidence::{Event, Kind, RunError, Settings},
    experiment::InputError,
    outcome::{RunOutcome, document::RunDocument},
    report,
};
use pyo3::prelude::*;
use serde::{Serialize, Serializer};

use crate::{
    answer::{Answer, refused},
    run::run,
    setting::one_of,
};

/// The outcome of a run, as data and as the text that the command line prints.
struct Verified(RunOutcome);

impl Serialize for Verified {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RunDocument::from(&self.0).serialize(serializer)
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", report::table_head())?;
        self.0.claims.iter().try_for_each(|claim| writeln!(f, "{}", report::claim_row(claim)))?;
        f.write_str(&report::summary(&self.0))
    }
}

/// Runs the checks behind the claims.
#[pyfunction]
pub fn verify(
    py: Python<'_>,
    only: Option<&str>,
    tier: &str,
    kinds: Vec<String>,
    seed: u64,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let tiers = [("quick", claims::QUICK), ("full", claims::FULL)];
    let index = tiers.iter().find(|(word, _)| *word == tier).map(|(_, index)| *index);
    let index = index.ok_or_else(|| one_of("tier", tier, tiers.map(|(word, _)| word)))?;
    let pattern = only.map(|glob| {
        let refuse =
            |error: glob::PatternError| InputError::new("only", glob, format!("must be a glob: {}", error.msg));
        Pattern::new(glob).map_err(|error| refused(&refuse(error)))
    });
    let kind = |word: &String| {
        let known = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        known.ok_or_else(|| one_of("kinds", word, Kind::ALL.map(Kind::word)))
    };
    let all = kinds.iter().map(kind).collect::<PyResult<Vec<_>>>()?;
    let settings = Settings { seed, tier: index, only: pattern.transpose()?, kinds: all };
    let outcome = run(py, threads, progress, |options| {
        let suite = claims::suite();
        let mut follow = |event: Event<'_>| {
            if let Event::Claim(_) = event {
                (options.progress)(1);
            }
        };
        suite.verify(&settings, options.stop, &mut follow).map_err(|error| {
            let (field, value) = match error {
                RunError::NoClaim => ("only", only.unwrap_or_default().to_owned()),
                RunError::NoEvidence => ("kinds", kinds.join(",")),
            };
            Unanswered::Input(InputError::new(field, value, error.to_string()))
        })
    })?;
    Ok(Answer::of(Verified(outcome)))
}
