//! `claims` and `verify`: the registry, listed and run.

use std::{
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use clap::{ArgAction, Args};
use glob::Pattern;
use goldenweight::{
    claims,
    evidence::{
        Claim, ClaimSummary, Event, Kind, Left, RunError, Settings, Share, Suite, Verdict,
        changes::{Change, changes},
    },
    experiment::InputError,
    outcome::{RunOutcome, document::RunDocument},
    page, report,
    stats::shown::number_of,
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    Failure, Status, archive,
    args::Compute,
    compare, interrupt,
    origin::Origin,
    output::{
        Remarks, folder_of, json, open_file, open_folder, progress, show, tell, unwritten, write, write_files,
        write_places,
    },
    store::Keeping,
    usage::{named, nearest},
};

/// The registry as a table: every claim with its statement, source, reach and kinds of evidence
#[derive(Args)]
#[command(after_help = "Example: goldenweight claims\n\nJSON: claims, a list with the columns of the table.")]
pub struct ClaimsArgs {
    /// Make each id a place that links lead to, as in docs/claims.md
    #[arg(long)]
    anchors: bool,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Runs the checks behind the claims: a line for each claim as it is decided, then a summary
#[derive(Args)]
#[command(after_help = "Example: goldenweight verify --only 'gaussian*' --seed 7\n\n\
    With --report DIR, DIR/verify.html is a page that needs no network and no other file, and DIR/verify.json is the document\n\
    that --json prints. With --archive the directory is an archive (RO-Crate 1.2, Process Run Crate), which `goldenweight check DIR`\n\
    runs again. In JUnit XML a claim is a test suite and a piece of evidence a test case: refuted is a failure, inconclusive an error,\n\
    not run is skipped. In the CSV tables a claim is found by its id, a piece of evidence by claim and check, a comparison by claim,\n\
    check and place; a cell without a number is empty.\n\n\
    A claim's line has the comparison that would miss the largest error (where one is refuted, that which is furthest off): z with its\n\
    bound, the relative error that it detects with 99 % power, its margin, what it is an error of; and the kinds of evidence that\n\
    this run did not make. Ctrl-C ends a run with what was decided, marked as partial.\n\n\
    Exit code 0 where every claim is confirmed for what was compared, 1 where one is refuted, 3 where one is inconclusive and none\n\
    refuted, or the run was interrupted.")]
pub struct VerifyArgs {
    /// quick (a minute or two on two cores) or full (a third of the margins, of most checks at most .78 %)
    #[arg(long, value_name = "TIER", value_parser = tier, default_value = "quick")]
    tier: usize,
    /// Only the claims whose id matches: * is any characters, ? is one
    #[arg(long, value_name = "GLOB", value_parser = pattern)]
    only: Option<Pattern>,
    /// Only evidence of these kinds (mutant: in the full tier): proof, exact, recursion, property, simulation, ladder, optimum, audit, mutant [default: all]
    #[arg(long, value_name = "KINDS", value_parser = kind, value_delimiter = ',', action = ArgAction::Set)]
    kinds: Vec<Kind>,
    /// Also write the outcome as a page and as JSON to this directory; made where it does not exist
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Also say on the page of --report what changed since this outcome: a document of `verify --json`, or a directory of `verify --report`
    #[arg(long, value_name = "BEFORE", requires = "report")]
    against: Option<PathBuf>,
    /// Lines of changes since --against that are meant, as `goldenweight compare` takes them
    #[arg(long, value_name = "FILE", requires = "against")]
    accepted: Option<PathBuf>,
    /// Make of the directory of --report an archive, an RO-Crate: ro-crate-metadata.json says what made its files, when, from what, with checksums
    #[arg(long, requires = "report")]
    archive: bool,
    /// Also write the outcome as JUnit XML to this file, for dashboards of continuous integration
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write claims.csv, evidence.csv and comparisons.csv to this directory; made where it does not exist
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,
    #[command(flatten)]
    compute: Compute,
    #[command(flatten)]
    keeping: Keeping,
}

pub fn tier(name: &str) -> Result<usize, String> {
    named(name, &[("quick", claims::QUICK), ("full", claims::FULL)], |(word, _)| word).map(|(_, tier)| tier)
}

fn kind(name: &str) -> Result<Kind, String> {
    named(name, &Kind::ALL, Kind::word)
}

/// A glob over claim ids.
pub fn pattern(glob: &str) -> Result<Pattern, String> {
    Pattern::new(glob).map_err(|e| format!("must be a glob: {}", e.msg))
}

/// A glob that matches no claim, with the id that is nearest to it.
pub fn no_claim(only: Option<&Pattern>, error: &RunError) -> InputError {
    let glob = only.map(Pattern::to_string).unwrap_or_default();
    let claims = claims::registry();
    let suggestion = nearest(&glob, claims.iter().map(|claim| claim.says.id.as_str()));
    let meant = suggestion.map_or_else(String::new, |id| format!("did you mean {id}? "));
    let condition = format!("{error}; {meant}`goldenweight claims` lists the ids");
    InputError::new("--only", glob, condition)
}

/// How a command with this verdict ends.
pub const fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Confirmed => Status::Done,
        Verdict::Refuted => Status::Refuted,
        Verdict::Inconclusive => Status::Inconclusive,
    }
}

#[derive(Serialize, JsonSchema)]
pub struct Listing {
    claims: Vec<ClaimSummary>,
    #[serde(skip)]
    anchors: bool,
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::claims_markdown(&self.claims, self.anchors))
    }
}

impl ClaimsArgs {
    /// Prints the registry.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let claims = claims::registry().iter().map(Claim::summary).collect();
        let listing = Listing { claims, anchors: self.anchors };
        show(&listing, self.json, origin, None)?;
        Ok(Status::Done)
    }
}

/// The page of `--report`.
const PAGE: &str = "verify.html";

/// Whether two paths lead to one directory.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

impl VerifyArgs {
    /// Where `--junit` is a file that `--report` or `--csv` writes, too, one would overwrite the other.
    fn refuse_a_second_file_there(&self, junit: &Path) -> Result<(), InputError> {
        let reported = [compare::OUTCOME, PAGE, archive::METADATA, archive::SUMS].as_slice();
        let tables = report::tables::NAMES.as_slice();
        for (option, folder, names) in [("--report", &self.report, reported), ("--csv", &self.csv, tables)] {
            let is_one = junit.file_name().is_some_and(|name| names.iter().any(|known| name == *known));
            if is_one && folder.as_deref().is_some_and(|folder| is_same(folder, folder_of(junit))) {
                return Err(InputError::new(
                    "--junit",
                    junit.display(),
                    format!("must be another file than those of {option}"),
                ));
            }
        }
        Ok(())
    }

    /// Runs the registry, printing each claim as it is decided. Told to stop, it ends with what was decided.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let suite = claims::suite();
        suite.selected(&self.settings()).map_err(|error| self.refused(&error))?;
        // Opened before the run: one of minutes should not end in a place that cannot be written to.
        for (option, folder) in [("--report", &self.report), ("--csv", &self.csv)] {
            folder.as_deref().map_or(Ok(()), |folder| open_folder(option, folder))?;
        }
        self.junit.as_deref().map_or(Ok(()), |file| self.refuse_a_second_file_there(file))?;
        let junit = self.junit.as_deref().map(|file| open_file("--junit", file)).transpose()?;
        let before = self.against.as_deref().map(|path| compare::read("--against", path)).transpose()?;
        let accepted = compare::accepted(self.accepted.as_deref())?;
        let store = self.keeping.open(origin, self.compute.seed)?;
        let stop = interrupt::listen()?;
        if let Some(share) = store.shard {
            let seed = self.compute.seed;
            let is_first = store.is_first_turn(origin, seed);
            let left = self.compute.install(|| self.draw(&suite, share, is_first, stop))?;
            return store.shared(origin, seed, true, !left.is_partial, left.waiting)?.show(self.compute.json, origin);
        }
        let mut remarks = Remarks::default();
        let began = OffsetDateTime::now_utc();
        let run = self.compute.install(|| self.verify(&suite, stop))?;
        store.close()?;
        let found = RunDocument::from(&run);
        let document = json(&origin.sign_command(&found, Some(self.compute.seed)))?;
        if !run.partial {
            store.leave(&document);
        }
        if self.compute.json {
            write(&document)?;
        } else {
            write(&report::summary(&run))?;
        }
        let tables = self.csv.as_ref().map(|folder| (folder, report::tables::tables(&found)));
        let junit =
            junit.zip(self.junit.as_ref()).map(|(place, file)| (place, file, report::junit::junit(&suite.about, &run)));
        if let Some(folder) = &self.report {
            let mut companion = page::companion(&run);
            companion.facts = vec![
                ("Begun", archive::in_seconds(began)?),
                ("Revision", archive::REVISION.to_owned()),
                ("Command", origin.command(Some(self.compute.seed))),
            ];
            if let Some((before, path)) = before.zip(self.against.as_ref()) {
                let changed = changes(&before, &found);
                compare::tell_unfound(&accepted, &changed, &mut remarks);
                let is_accepted = |change: &Change| accepted.contains(&change.line());
                companion.last.push(report::html::changes(&changed, &path.display().to_string(), &is_accepted));
            }
            let page = report::html::page(&suite.about, &run, &companion);
            let mut files = vec![(compare::OUTCOME, document.as_str()), (PAGE, page.as_str())];
            // What is asked for in the same directory is a part of the archive.
            let is_here = |other: &Path| is_same(folder, other);
            if let Some((_, tables)) = tables.as_ref().filter(|(other, _)| is_here(other)) {
                files.extend(tables.iter().map(|(name, text)| (*name, text.as_str())));
            }
            if let Some((_, file, text)) = junit.as_ref().filter(|(_, file, _)| is_here(folder_of(file))) {
                files.extend(file.file_name().and_then(OsStr::to_str).map(|name| (name, text.as_str())));
            }
            let metadata = if self.archive {
                let command = origin.command(Some(self.compute.seed));
                let against = self
                    .against
                    .as_deref()
                    .map(|path| ("outcome that the page says the changes since", compare::document_in(path)));
                let accepted = self.accepted.clone().map(|path| ("lines of changes that are meant", path));
                let others: Vec<_> = against.into_iter().chain(accepted).collect();
                json(&archive::metadata(&found, &command, [began, OffsetDateTime::now_utc()], &files, &others)?)?
            } else {
                String::new()
            };
            let sums;
            if self.archive {
                files.push((archive::METADATA, &metadata));
                sums = archive::sums(&files);
                files.push((archive::SUMS, &sums));
            }
            write_files(folder, &files)?;
        }
        if let Some((folder, tables)) = &tables {
            write_files(folder, &tables.each_ref().map(|(name, text)| (*name, text.as_str())))?;
        }
        if let Some((place, file, text)) = junit {
            write_places(vec![(place, &text)]).map_err(|e| unwritten(file, &e))?;
        }
        let of = |verdict| {
            let ids = run.claims.iter().filter(|c| c.verdict == verdict).map(|c| c.says.id.as_str());
            ids.collect::<Vec<_>>().join(", ")
        };
        if run.partial {
            remarks.inconclusive(format!(
                "interrupted when it had come to {} of {}",
                run.claims.len(),
                number_of((run.claims.len() + run.not_begun.len()) as u64, "claim")
            ));
        }
        match run.verdict {
            Verdict::Refuted => remarks.note(format!("refuted: {}", of(Verdict::Refuted))),
            Verdict::Inconclusive if !run.partial => {
                remarks.inconclusive(format!("not decided: {}", of(Verdict::Inconclusive)));
            }
            Verdict::Confirmed | Verdict::Inconclusive => {}
        }
        tell(&remarks);
        Ok(if run.partial { Status::Inconclusive } else { status(run.verdict) })
    }

    fn settings(&self) -> Settings {
        Settings { seed: self.compute.seed, tier: self.tier, only: self.only.clone(), kinds: self.kinds.clone() }
    }

    fn refused(&self, error: &RunError) -> Failure {
        match error {
            RunError::NoClaim => no_claim(self.only.as_ref(), error),
            RunError::NoEvidence => {
                let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.word()).collect();
                InputError::new("--kinds", kinds.join(","), error.to_string())
            }
        }
        .into()
    }

    /// One share of the simulations.
    fn draw(&self, suite: &Suite, share: Share, is_first: bool, stop: &AtomicBool) -> Result<Left, Failure> {
        let bar = progress(None, "");
        let left = suite.draw_share(&self.settings(), share, is_first, stop, &mut |event| {
            if let Event::Begin { claim, check } = event {
                bar.set_message(format!("{} {}", claim.says.id, check.name));
                bar.tick();
            }
        });
        bar.finish_and_clear();
        left.map_err(|error| self.refused(&error))
    }

    fn verify(&self, suite: &Suite, stop: &AtomicBool) -> Result<RunOutcome, Failure> {
        let bar = progress(None, "");
        let (mut head, mut printed) = (Some(report::table_head() + "\n"), Ok(()));
        let run = suite.verify(&self.settings(), stop, &mut |event| match event {
            Event::Begin { claim, check } => {
                bar.set_message(format!("{} {}", claim.says.id, check.name));
                bar.tick();
            }
            Event::Claim(outcome) if !self.compute.json && printed.is_ok() => {
                let text = head.take().unwrap_or_default() + &report::claim_row(outcome) + "\n";
                printed = bar.suspend(|| write(&text));
            }
            Event::Claim(_) => {}
        });
        bar.finish_and_clear();
        printed?;
        run.map_err(|error| self.refused(&error))
    }
}
