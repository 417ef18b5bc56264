//! `store`: what a store has, whether it is whole, and how to make it small.

use std::{
    collections::{BTreeMap, HashMap},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use goldenweight::{
    adult::Column, claims, experiment::InputError, figures::Picture, stats::shown::number_of, stream::experiment_id,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Index, Worked, add_work,
    file::{self, Contents},
    put, records,
};
use crate::cli::{
    Failure, Status,
    origin::Origin,
    output::{Remarks, TEMPORARY, show, tell, unwritten},
};

/// Lists what a store of --store has, checks it, and makes it small
#[derive(Args)]
#[command(after_help = "Example: goldenweight store blocks\n\n\
    Every record is read and held against its checksum. What is damaged is named, with its cause; the runs that need it simulate it again. A record has\n\
    what replicates of a run gave: its first blocks of 64, merged, or single blocks.\n\n\
    --prune writes what is whole and of this version to new files, one for each command, without what a longer record has in itself, and then removes\n\
    all others, also what killed processes have left. No run should write to the store meanwhile.\n\n\
    JSON: folder, files, bytes, records, damaged [{file, cause}], other_values (files of another version of the simulated digits), commands [{command,\n\
    files, bytes, records}], experiments [{experiment, records, replicates, bytes, seconds}] (seconds that its blocks took), pruned {files, bytes} (what is left; null without --prune).\n\n\
    Exit code 0 where all is whole, 1 where something is damaged (and, with --prune, was left out), 2 where DIR is no directory.")]
pub struct StoreArgs {
    /// Directory of the store
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Merge its files, and leave out what is damaged, of another version, or contained in a longer run
    #[arg(long)]
    prune: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StoreDocument")]
pub struct Document {
    folder: String,
    files: usize,
    bytes: u64,
    records: usize,
    damaged: Vec<Damaged>,
    /// Files of another version of the simulated digits.
    other_values: usize,
    commands: Vec<Command>,
    experiments: Vec<Experiment>,
    pruned: Option<Pruned>,
}

/// A file that is not whole.
#[derive(Serialize, JsonSchema)]
struct Damaged {
    file: String,
    cause: String,
}

/// What a command has written.
#[derive(Default, Serialize, JsonSchema)]
struct Command {
    command: String,
    files: usize,
    bytes: u64,
    records: usize,
}

/// What there is of a claim's check, a panel or a command.
#[derive(Default, Serialize, JsonSchema)]
struct Experiment {
    experiment: String,
    records: usize,
    replicates: u64,
    bytes: u64,
    /// How long its blocks were simulated for, by the clock, one thread after the other: also those that were made twice.
    seconds: f64,
}

/// What is left.
#[derive(Serialize, JsonSchema)]
struct Pruned {
    files: usize,
    bytes: u64,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = |bytes: u64| format!("{:.1} kB", bytes as f64 / 1e3);
        let count = |count: usize, word| number_of(count as u64, word);
        let Self { folder, files, bytes, records, .. } = self;
        writeln!(f, "{folder}: {}, {}, {}", count(*files, "file"), size(*bytes), count(*records, "record"))?;
        for Experiment { experiment, records, replicates, bytes, seconds } in &self.experiments {
            let size = size(*bytes);
            writeln!(
                f,
                "{experiment:<70} {replicates:>12} replicates {records:>8} records {size:>12} {seconds:>9.2} s"
            )?;
        }
        for Command { command, files, bytes, records } in &self.commands {
            writeln!(f, "{command}: {}, {}, {}", count(*files, "file"), size(*bytes), count(*records, "record"))?;
        }
        for Damaged { file, cause } in &self.damaged {
            writeln!(f, "damaged: {file} {cause}")?;
        }
        if self.other_values > 0 {
            writeln!(f, "not used, of another version of the simulated digits: {}", count(self.other_values, "file"))?;
        }
        match &self.pruned {
            Some(Pruned { files, bytes }) => writeln!(f, "pruned: {}, {}", count(*files, "file"), size(*bytes)),
            None => Ok(()),
        }
    }
}

/// The experiments of the program, by the number that is in their streams' key.
pub fn experiments() -> HashMap<u64, String> {
    let mut named = HashMap::from([(0, "simulate, optimize".to_owned())]);
    for claim in claims::registry() {
        let of_check = |check| format!("{}/{check}", claim.says.id);
        named.extend(claim.checks.iter().map(|check| of_check(check.name)).map(|name| (experiment_id(&name), name)));
    }
    let pictures = Picture::all().into_iter().map(|picture| picture.file_stem());
    let adult = Column::ALL.into_iter().map(Column::name).chain(["logistic"]);
    named.extend(pictures.map(|name| (experiment_id(&name), format!("figures {name}"))));
    named.extend(adult.map(|name| (experiment_id(name), format!("adult {name}"))));
    named
}

impl StoreArgs {
    /// Reads it, prunes it where that is asked for, and prints what there is.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let folder = &self.folder;
        let all = file::read_all(folder)
            .map_err(|e| InputError::new("store", folder.display(), format!("must be a directory of a store: {e}")))?;
        let mut document = self.document(&all);
        if self.prune {
            document.pruned = Some(prune(folder, &all).map_err(|e| unwritten(folder, &e))?);
        }
        show(&document, self.json, origin, None)?;
        let mut remarks = Remarks::default();
        for Damaged { file, cause } in &document.damaged {
            remarks.note(format!("{file} {cause}"));
        }
        tell(&remarks);
        Ok(if document.damaged.is_empty() { Status::Done } else { Status::Refuted })
    }

    fn document(&self, all: &[Contents]) -> Document {
        let named = experiments();
        let (mut commands, mut found) = (BTreeMap::<String, Command>::new(), BTreeMap::<String, Experiment>::new());
        let (mut damaged, mut other_values) = (Vec::new(), 0);
        for contents in all {
            if let Some(cause) = contents.damage.clone() {
                damaged.push(Damaged { file: contents.path.display().to_string(), cause });
            }
            let Some(header) = &contents.header else { continue };
            other_values += usize::from(header.is_of_other_values());
            let command = commands.entry(header.command.clone()).or_default();
            command.command.clone_from(&header.command);
            command.files += 1;
            command.bytes += contents.bytes.len() as u64;
            command.records += contents.records.len();
            for work in header.work.iter().filter(|_| !header.is_of_other_values()) {
                let name = named.get(&work.experiment).map_or("others", String::as_str);
                let of = found.entry(name.to_owned()).or_default();
                name.clone_into(&mut of.experiment);
                of.seconds += work.seconds;
            }
            for record in &contents.records {
                let name = named.get(&record.head.experiment).map_or("others", String::as_str);
                let of = found.entry(name.to_owned()).or_default();
                name.clone_into(&mut of.experiment);
                of.records += 1;
                of.replicates += record.pieces.iter().map(|piece| piece.end - piece.first).sum::<u64>();
                of.bytes += record.bytes as u64;
            }
        }
        Document {
            folder: self.folder.display().to_string(),
            files: all.len(),
            bytes: all.iter().map(|contents| contents.bytes.len() as u64).sum(),
            records: all.iter().map(|contents| contents.records.len()).sum(),
            damaged,
            other_values,
            commands: commands.into_values().collect(),
            experiments: found.into_values().collect(),
            pruned: None,
        }
    }
}

/// Writes what is to stay, and then removes the rest.
fn prune(folder: &Path, all: &[Contents]) -> io::Result<Pruned> {
    let (mut index, mut worked) = (Index::new(), BTreeMap::<&str, Worked>::new());
    let mut commands = HashMap::new();
    for Contents { header, records, bytes, .. } in all {
        for header in header.iter().filter(|header| !header.is_of_other_values()) {
            let of_command = worked.entry(&header.command).or_default();
            header.work.iter().for_each(|work| add_work(of_command, work));
        }
        let command = header.as_ref().map_or("", |header| header.command.as_str());
        for record in records {
            let run = record.head.run();
            for piece in &record.pieces {
                commands.insert((run.name, piece.first, piece.end), command);
                put(&mut index, &run, (piece.first, piece.end), piece.of(bytes).into());
            }
        }
    }
    let mut by_command = BTreeMap::<&str, Index>::new();
    for (run, pieces) in index.into_values() {
        for (piece, found) in pieces {
            let command = commands.get(&(run.name, piece.0, piece.1)).copied().unwrap_or_default();
            put(by_command.entry(command).or_default(), &run, piece, found);
        }
    }
    let written = by_command.iter().map(|(command, index)| {
        let work = worked.get(command).into_iter().flat_map(BTreeMap::values).copied().collect();
        file::write(folder, command, work, &records(index))
    });
    let kept: Vec<PathBuf> = written.collect::<io::Result<_>>()?;
    // What killed processes have left.
    let is_temporary =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY));
    let there = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    // What has no header that can be read may be somebody else's.
    let old = all.iter().filter(|contents| contents.header.is_some()).map(|contents| contents.path.clone());
    let old = old.filter(|path| !kept.contains(path));
    for path in old.chain(there.into_iter().filter(|path| is_temporary(path) && !path.is_dir())) {
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(io::Error::new(e.kind(), format!("{} cannot be removed: {e}", path.display())));
            }
            _ => {}
        }
    }
    let sizes = kept.iter().map(|path| fs::metadata(path).map(|found| found.len()));
    Ok(Pruned { files: kept.len(), bytes: sizes.sum::<io::Result<u64>>()? })
}
