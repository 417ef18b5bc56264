//! `compare`: what changed between two outcomes.

use std::{
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
use serde::Serialize;

use super::{
    Failure, Status,
    origin::Origin,
    output::{Remarks, show, tell},
};

/// What changed between two outcomes of verify, what a reviewer must look at first
#[derive(Args)]
#[command(after_help = "Example: goldenweight compare old/verify.json new/verify.json\n\n\
    BEFORE and AFTER are documents of `verify --json`, or directories of `verify --report`. Reported are verdicts; expected values that\n\
    moved; claims, checks and comparisons that are gone, new or restated; margins, and the errors that are detected with 99 % power; z, estimates\n\
    and replicates where both runs have the same seed, tier and number of comparisons. Each change is one line.\n\n\
    Worse is: a worse verdict; an expected value that moved by more than 1e-9 of it; a claim, check or comparison that is gone; a margin, tolerance or\n\
    detectable error that rose by more than a tenth (by more than a look explains, where the number of comparisons changed).\n\n\
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

/// Reads the document of a run, for this command.
pub fn read(command: &str, path: &Path) -> Result<RunDocument, InputError> {
    let refuse = |file: &Path, condition: String| InputError::new(command, file.display(), condition);
    let file = if path.is_dir() { path.join("verify.json") } else { path.to_owned() };
    let text = fs::read_to_string(&file).map_err(|e| refuse(&file, format!("cannot be read: {e}")))?;
    serde_json::from_str(&text)
        // Without the marks in which an error of this program would have an option.
        .map_err(|e| {
            refuse(&file, format!("must be a document that verify --json prints: {}", e.to_string().replace('`', "'")))
        })
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
        let accepted = self.accepted.as_deref().map_or_else(|| Ok(Vec::new()), lines)?;
        let found = changes(&before, &after);
        let mut remarks = Remarks::default();
        for line in accepted.iter().filter(|line| !found.changes.iter().any(|change| change.line() == **line)) {
            remarks.note(format!("accepted, and not found: {line}"));
        }
        let is_open = |change: &&Change| !accepted.contains(&change.line());
        let open = found.worse().filter(is_open).count();
        show(&Document { found, open, accepted }, self.json, origin, None)?;
        tell(&remarks);
        Ok(if open == 0 { Status::Done } else { Status::Refuted })
    }
}
