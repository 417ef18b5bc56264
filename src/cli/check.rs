//! `check`: an archived run, made again.

use std::{fmt, path::PathBuf};

use clap::Args;
use glob::Pattern;
use goldenweight::{
    claims,
    evidence::{
        Event, RunError, Settings,
        reproduced::{Agreement, Reproduced, reproduced},
    },
    experiment::InputError,
    outcome::document::RunDocument,
    stats::shown::number_of,
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
    To the bit: all that was found is the same but for seconds. Within statistical agreement: the same verdicts and expected values, and\n\
    estimates that differ by no more than their bound times the standard error of the difference. --fresh N makes the run with another seed: then\n\
    agreement is statistical at best.\n\n\
    JSON: version_before, seed_before, partial, reproduces (bits, statistical, different), claims [{claim, agreement, judged, not_made,\n\
    differences}].\n\n\
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
    /// The worst of all claims.
    reproduces: Agreement,
    /// The claims of the archive that were run again.
    claims: Vec<Reproduced>,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Reproduced { claim, agreement, judged, not_made, differences } in &self.claims {
            let none = if not_made.is_empty() { String::new() } else { format!(", not made: {}", not_made.join(", ")) };
            writeln!(f, "{claim:<26} {:<28} {}{none}", agreement.words(), number_of(*judged as u64, "check"))?;
            differences.iter().try_for_each(|words| writeln!(f, "  {words}"))?;
        }
        let Self { version_before, seed_before, seed, .. } = self;
        let count = |agreement| self.claims.iter().filter(|claim| claim.agreement == agreement).count();
        writeln!(
            f,
            "\nOf {}: {} to the bit, {} within statistical agreement, {} not reproduced.\n\
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
        archive::intact(&self.folder)?;
        let before = compare::read("check", &self.folder)?;
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
        let document = Document {
            version_before: before.version,
            seed_before: before.seed,
            seed: settings.seed,
            partial: run.partial,
            reproduces: claims.iter().map(|claim| claim.agreement).max().unwrap_or(Agreement::Different),
            claims,
        };
        show(&document, self.compute.json, origin, self.fresh.then_some(settings.seed))?;
        let mut remarks = Remarks::default();
        if run.partial {
            remarks.inconclusive("interrupted: what was not run again is not judged".to_owned());
        } else if document.claims.iter().all(|claim| claim.judged == 0 && claim.differences.is_empty()) {
            remarks.inconclusive("nothing could be judged".to_owned());
        }
        let status = tell(&remarks);
        Ok(if document.reproduces == Agreement::Different { Status::Refuted } else { status })
    }

    /// The run of the archive, or a part of it.
    fn settings(&self, before: &RunDocument) -> Result<Settings, Failure> {
        let refuse = |condition: String| {
            let file = self.folder.join("verify.json");
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
