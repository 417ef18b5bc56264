//! `compare`: what changed between two outcomes.

use std::{
    collections::HashSet,
    fmt, fs,
    path::{Path, PathBuf},
};

use clap::Args;
use goldenweight::{
    evidence::changes::{Change, Changes, changes},
    experiment::InputError,
    outcome::document::RunDocument,
    report,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Failure, Status,
    origin::Origin,
    output::{Remarks, show, tell},
    schema,
};

/// What changed between two outcomes of verify, what a reviewer must look at first
#[derive(Args)]
#[command(after_help = "Example: goldenweight compare old/verify.json new/verify.json\n\n\
    BEFORE and AFTER are documents of `verify --json`, or directories: of `verify --report`, or stores, which have the last outcome of\n\
    `verify --store`. Reported are verdicts; expected values that moved; claims, checks and comparisons that are gone, new or restated;\n\
    margins, and the errors that are detected with 99 % power; z, estimates and replicates where both runs have the same seed, tier and\n\
    number of comparisons. Each change is one line.\n\n\
    Worse is: a worse verdict, of the run too; an expected value that moved by more than 1e-9 of it, or is new at a size; a claim, check,\n\
    comparison or theorem that is gone, or was asked for and not made; a claim that says something else; evidence of another kind; a margin,\n\
    tolerance or detectable error that rose by more than a tenth (by more than a look explains, where the number of comparisons changed); fewer\n\
    cases, points or places; a higher error rate; a run that was interrupted.\n\n\
    FILE of --accepted has the lines of changes that are meant, as they are printed; # begins a comment.\n\n\
    JSON: run (what is different of the runs), seconds, notes (what could not be compared), changes [{worse, what, claim, check, place,\n\
    parts [{name, before, after, relative}]}], the gravest first; open, the number of worse changes that are not accepted.\n\n\
    Exit code 0 where nothing is worse but what is accepted, 1 where something is.")]
pub struct CompareArgs {
    /// The first outcome
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The second outcome
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// Lines of changes that are meant
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CompareDocument")]
pub struct Document {
    #[serde(flatten)]
    found: Changes,
    /// Worse changes that are not accepted.
    open: usize,
    #[serde(skip)]
    accepted: Vec<String>,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::changes::changes(&self.found, &|change| self.accepted.contains(&change.line())))
    }
}

/// The file with the outcome, in a directory of `verify --report` and in a store.
pub const OUTCOME: &str = "verify.json";

/// The document that a path names: itself, or the one in a directory.
pub fn document_in(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(OUTCOME) } else { path.to_owned() }
}

/// Reads the document of a run, for this command.
pub fn read(command: &str, path: &Path) -> Result<RunDocument, InputError> {
    let refuse = |file: &Path, condition: String| InputError::new(command, file.display(), condition);
    let file = document_in(path);
    let text = fs::read_to_string(&file).map_err(|e| {
        let hint =
            if path.is_dir() { "; goldenweight verify with --store DIR or --report DIR leaves it there" } else { "" };
        refuse(&file, format!("cannot be read: {e}{hint}"))
    })?;
    // Without the marks in which an error of this program would have an option.
    let words = |e: serde_json::Error| e.to_string().replace('`', "'");
    let no_outcome = |e| refuse(&file, format!("must be a document that verify --json prints: {}", words(e)));
    // First of all: the keys of another schema may be there and mean something else.
    let Follows { schema: theirs } = serde_json::from_str(&text).map_err(no_outcome)?;
    let first = |version: &str| version.split('.').next().map(str::to_owned);
    if first(&theirs) != first(schema::VERSION) {
        let ours = schema::VERSION;
        return Err(refuse(
            &file,
            format!("follows version {theirs} of the schema, and this program reads those of {ours}"),
        ));
    }
    let run: RunDocument = serde_json::from_str(&text).map_err(no_outcome)?;
    match twice(&run) {
        Some(what) => Err(refuse(&file, format!("must have each of its parts once, and has twice {what}"))),
        None => Ok(run),
    }
}

/// The version of the schema that a document follows.
#[derive(Deserialize)]
struct Follows {
    schema: String,
}

/// What cannot be found again, since there are two of the name: a claim, a check or a place.
fn twice(run: &RunDocument) -> Option<String> {
    fn first<'a>(mut names: impl Iterator<Item = &'a String>) -> Option<&'a String> {
        let mut seen = HashSet::new();
        names.find(|name| !seen.insert(*name))
    }
    let claims = first(run.claims.iter().map(|claim| &claim.says.id)).cloned();
    let checks = run.claims.iter().find_map(|claim| {
        let check = first(claim.evidence.iter().map(|evidence| &evidence.check))?;
        Some(format!("{}, {check}", claim.says.id))
    });
    let places = run.claims.iter().flat_map(|claim| claim.evidence.iter().map(move |evidence| (claim, evidence)));
    let places = places.into_iter().find_map(|(claim, evidence)| {
        let place = first(evidence.comparisons.iter().map(|comparison| &comparison.place))?;
        Some(format!("{}, {}, {place}", claim.says.id, evidence.check))
    });
    claims.or(checks).or(places)
}

/// Which changes are meant: those whose lines are in the file. None where there is no file.
pub fn accepted(file: Option<&Path>) -> Result<Vec<String>, InputError> {
    file.map_or_else(|| Ok(Vec::new()), lines)
}

/// Says of each accepted line that it is of no change.
pub fn tell_unfound(accepted: &[String], found: &Changes, remarks: &mut Remarks) {
    for line in accepted.iter().filter(|line| !found.changes.iter().any(|change| change.line() == **line)) {
        remarks.note(format!("accepted, and not found: {line}"));
    }
}

/// The lines of a file but for comments, with one blank between words, as in [`Change::line`].
fn lines(file: &Path) -> Result<Vec<String>, InputError> {
    let text = fs::read_to_string(file)
        .map_err(|e| InputError::new("--accepted", file.display(), format!("cannot be read: {e}")))?;
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect())
}

impl CompareArgs {
    /// Reads both, and says what changed.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let [before, after] = [read("compare", &self.before)?, read("compare", &self.after)?];
        let accepted = accepted(self.accepted.as_deref())?;
        let found = changes(&before, &after);
        let mut remarks = Remarks::default();
        tell_unfound(&accepted, &found, &mut remarks);
        let is_open = |change: &&Change| !accepted.contains(&change.line());
        let open = found.worse().filter(is_open).count();
        show(&Document { found, open, accepted }, self.json, origin, None)?;
        tell(&remarks);
        Ok(if open == 0 { Status::Done } else { Status::Refuted })
    }
}
