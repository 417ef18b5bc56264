//! `check`: an archived run, made again.

use std::{fmt, path::PathBuf};

use clap::Args;
use glob::Pattern;
use goldenweight::{
    claims,
    evidence::{
        Event, RunError, Settings,
        reproduced::{Agreement, Reproduced, of_run, reproduced},
    },
    experiment::InputError,
    outcome::document::RunDocument,
    stats::shown::number_of,
    stream::DEFAULT_SEED,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status, archive,
    args::Compute,
    compare, interrupt,
    origin::Origin,
    output::{Remarks, progress, show, tell},
    registry::{no_claim, pattern, tier},
};

/// Runs an archive of verify again: does it reproduce to the bit, within statistical agreement, or not?
#[derive(Args)]
#[command(after_help = "Example: goldenweight check report --only 'golden*'\n\n\
    DIR was written by `verify --report DIR --archive`. First every file must have the checksum that its metadata tell. Then the run is made\n\
    again, with its seed and tier, of the claims and kinds that it was asked for; with --only of a sample.\n\n\
    To the bit: all that is said and was found is the same but for seconds. Within statistical agreement: the same statements, verdicts and\n\
    expected values; estimates that differ by no more than their bound times the standard error of the difference; standard errors of that\n\
    size; and no less shown without sampling. --fresh --seed N makes the run with another seed: then agreement is statistical at best. The page\n\
    is checked by its checksum only.\n\n\
    JSON: version_before, seed_before, partial, reproduces (bits, statistical, different), run (what the archive says of the run as a whole and\n\
    does not hold), claims [{claim, agreement, judged, not_made, differences}].\n\n\
    Exit code 0 where every claim reproduces, 1 where one does not, 2 where the archive is damaged, 3 where nothing could be judged or the run was\n\
    interrupted.")]
pub struct CheckArgs {
    /// The archive
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only the claims whose id matches: * is any characters, ? is one
    #[arg(long, value_name = "GLOB", value_parser = pattern)]
    only: Option<Pattern>,
    /// Run with the seed of --seed in the place of the archive's
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    compute: Compute,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CheckDocument")]
pub struct Document {
    /// Version of the program that made the archive.
    version_before: String,
    /// Seed of the archive.
    seed_before: u64,
    /// Seed of this run.
    seed: u64,
    /// Whether this run was told to stop before its end.
    partial: bool,
    /// The worst of all claims; not reproduced where the run as a whole is not.
    reproduces: Agreement,
    /// What the archive says of the run as a whole and does not hold.
    run: Vec<String>,
    /// The claims of the archive that were run again.
    claims: Vec<Reproduced>,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Reproduced { claim, agreement, judged, not_made, differences } in &self.claims {
            let none = if not_made.is_empty() { String::new() } else { format!(", not made: {}", not_made.join(", ")) };
            let words = if *judged == 0 && *agreement == Agreement::Bits { "not judged" } else { agreement.words() };
            writeln!(f, "{claim:<26} {words:<28} {}{none}", number_of(*judged as u64, "check"))?;
            differences.iter().try_for_each(|words| writeln!(f, "  {words}"))?;
        }
        self.run.iter().try_for_each(|words| writeln!(f, "the run: {words}"))?;
        let Self { version_before, seed_before, seed, .. } = self;
        let is_judged = |claim: &&Reproduced| claim.judged > 0 || claim.agreement != Agreement::Bits;
        let count =
            |agreement| self.claims.iter().filter(is_judged).filter(|claim| claim.agreement == agreement).count();
        let left = self.claims.len() - self.claims.iter().filter(is_judged).count();
        let left = if left == 0 { String::new() } else { format!(", {left} not judged") };
        writeln!(
            f,
            "\nOf {}: {} to the bit, {} within statistical agreement, {} not reproduced{left}.\n\
             Archived by version {version_before} with seed {seed_before}, run again by version {} with seed {seed}.",
            number_of(self.claims.len() as u64, "claim"),
            count(Agreement::Bits),
            count(Agreement::Statistical),
            count(Agreement::Different),
            env!("CARGO_PKG_VERSION"),
        )
    }
}

impl CheckArgs {
    /// Checks the files, runs again, and says whether it is the same.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let mut remarks = Remarks::default();
        for name in archive::intact(&self.folder)? {
            let file = self.folder.join(name);
            remarks.note(format!("{} is no part of the archive, and was not looked at", file.display()));
        }
        let before = compare::read("check", &self.folder)?;
        archive::describes(&self.folder, &before)?;
        self.seed_is_meant(&before)?;
        let settings = self.settings(&before)?;
        let suite = claims::suite();
        let refused = |error: RunError| no_claim(settings.only.as_ref(), &error);
        suite.selected(&settings).map_err(refused)?;
        let stop = interrupt::listen()?;
        let bar = progress(None, "");
        let run = self.compute.install(|| {
            let run = suite.verify(&settings, stop, &mut |event| {
                if let Event::Begin { claim, check } = event {
                    bar.set_message(format!("{} {}", claim.says.id, check.name));
                    bar.tick();
                }
            });
            run.map_err(|error| refused(error).into())
        })?;
        bar.finish_and_clear();
        let again = RunDocument::from(&run);
        let claims = reproduced(&before, &again);
        let run_again = of_run(&before, &again);
        let worst = claims.iter().map(|claim| claim.agreement).max().unwrap_or(Agreement::Different);
        let document = Document {
            version_before: before.version,
            seed_before: before.seed,
            seed: settings.seed,
            partial: run.partial,
            reproduces: if run_again.is_empty() { worst } else { Agreement::Different },
            run: run_again,
            claims,
        };
        show(&document, self.compute.json, origin, self.fresh.then_some(settings.seed))?;
        if run.partial {
            remarks.inconclusive("interrupted: what was not run again is not judged".to_owned());
        } else if document.claims.iter().all(|claim| claim.judged == 0 && claim.differences.is_empty()) {
            remarks.inconclusive("nothing could be judged".to_owned());
        }
        let status = tell(&remarks);
        Ok(if document.reproduces == Agreement::Different { Status::Refuted } else { status })
    }

    /// A seed goes with --fresh, and --fresh with another seed than the archive's: else the run says nothing that was asked for.
    fn seed_is_meant(&self, before: &RunDocument) -> Result<(), InputError> {
        let seed = self.compute.seed;
        if self.fresh && seed == before.seed {
            return Err(InputError::new("--fresh", seed, "must come with --seed N, another one than the archive's"));
        }
        if !self.fresh && ![DEFAULT_SEED, before.seed].contains(&seed) {
            return Err(InputError::new(
                "--seed",
                seed,
                "must come with --fresh: without it the archive's seed is used",
            ));
        }
        Ok(())
    }

    /// The run of the archive, or a part of it.
    fn settings(&self, before: &RunDocument) -> Result<Settings, Failure> {
        let refuse = |condition: String| {
            let file = self.folder.join(compare::OUTCOME);
            Failure::from(InputError::new("check", file.display(), condition))
        };
        let tier = tier(&before.tier).map_err(|words| refuse(format!("tier {}: {words}", before.tier)))?;
        let asked = pattern(&before.only).map_err(|words| refuse(format!("only {}: {words}", before.only)))?;
        if let Some(only) = &self.only
            && !before.claims.iter().any(|claim| only.matches(&claim.says.id))
        {
            return Err(InputError::new("--only", only.to_string(), "matches no claim of the archive").into());
        }
        Ok(Settings {
            seed: if self.fresh { self.compute.seed } else { before.seed },
            tier,
            only: Some(self.only.clone().unwrap_or(asked)),
            kinds: before.kinds.clone(),
        })
    }
}
