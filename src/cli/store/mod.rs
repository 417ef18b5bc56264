//! `--store DIR` and `--shard I/N`: finished blocks are kept in files, found again, and divided between processes.

mod file;
mod journal;
mod list;
mod progress;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt, fs,
    io::{self, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{JoinHandle, spawn},
    time::Duration,
};

use clap::Args;
use goldenweight::{
    experiment::InputError,
    simulate::engine::{
        BLOCK, Shared,
        store::{Run, Store, Stored, install},
    },
    stats::shown::number_of,
};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    Failure, Status, compare,
    origin::Origin,
    output::{Remarks, open_folder, show, tell, write_files},
};
use file::{Contents, Piece, Work};
use journal::Journal;

pub use list::{Document, StoreArgs};
pub use progress::Progress;
use progress::Seen;

/// Between two times at which finished blocks are written to a file that lasts. Until then the journal has them.
const EVERY: Duration = Duration::from_secs(1);

/// A run that is finished is kept as one record, its *conclusion*, in the place of its blocks. The blocks stay in their files until the files are merged: at the end,
/// or where a process has written this many bytes of such blocks.
const MOST_REPLACED: usize = 16_000_000;

/// Where finished blocks are kept, and which share of them is simulated.
#[derive(Args)]
pub struct Keeping {
    /// Keep every finished block of simulation in this directory, and take from there what it has: an interrupted run goes on where it was. The numbers are the same to the bit
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Simulate only share I of N of the blocks that the store lacks, I from 1 to N, and say what is left; run it again until nothing is, then without --shard for the result
    #[arg(long, value_name = "I/N", value_parser = share, requires = "store", allow_hyphen_values = true)]
    shard: Option<Shared>,
    /// Simulate nothing, and say how much the store has of what the command needs, what is left, and how long that takes
    #[arg(long, requires = "store", conflicts_with = "shard")]
    progress: bool,
}

/// Most shares.
const MOST_SHARES: u64 = 100_000;

/// I/N.
fn share(text: &str) -> Result<Shared, String> {
    let whole = |text: &str| super::args::whole(text).ok();
    let parts = text.split_once('/').and_then(|(index, of)| Some((whole(index)?, whole(of)?)));
    match parts {
        Some((index, of)) if 1 <= index && index <= of && of <= MOST_SHARES => Ok(Shared { index: index - 1, of }),
        _ => Err(format!("must be I/N, whole numbers with 1 <= I <= N <= {MOST_SHARES}")),
    }
}

impl Keeping {
    /// Opens the store, where one is asked for: from here on all runs of the process use it.
    ///
    /// # Errors
    /// `--store`, where it is no directory to write to.
    pub fn open(&self, origin: &Origin, seed: u64) -> Result<Kept, Failure> {
        let Some(folder) = &self.store else { return Ok(Kept { blocks: None, shard: None, progress: false }) };
        if !self.progress {
            open_folder("--store", folder)?;
        }
        let blocks = Blocks::open(folder, origin.command(Some(seed)), self.progress)
            .map_err(|e| InputError::new("--store", folder.display(), format!("must be a directory to read: {e}")))?;
        for damage in &blocks.damage {
            say(&format!("{damage}; what is lost is simulated again"));
        }
        let blocks: &'static Blocks = Box::leak(Box::new(blocks));
        blocks.begin();
        install(blocks);
        // The handler of an interruption ends the process without coming back here.
        OPEN.get_or_init(|| blocks);
        let shard = if self.progress { Some(Shared::NOTHING) } else { self.shard };
        Ok(Kept { blocks: Some(blocks), shard, progress: self.progress })
    }
}

static OPEN: OnceLock<&'static Blocks> = OnceLock::new();

/// Writes what is finished, where there is a store: for a process that ends at once.
pub fn save() {
    if let Some(blocks) = OPEN.get() {
        blocks.write();
    }
}

/// A line on stderr.
fn say(note: &str) {
    // Nothing is left to tell where stderr is closed.
    let _ = writeln!(io::stderr(), "note: {note}");
}

/// The store of a command, if it has one.
#[must_use]
pub struct Kept {
    blocks: Option<&'static Blocks>,
    /// The share that is asked for; nothing for the progress.
    pub shard: Option<Shared>,
    progress: bool,
}

impl Kept {
    /// Writes what a share has simulated, and says what is left to the other shares.
    ///
    /// * `unseen`: whether part of the work is dealt out in a way that the store does not show. Then the store is told which shares had their turn.
    /// * `is_whole`: whether all of the share was drawn.
    /// * `waiting`: how many comparisons of each claim wait for the other shares.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn shared(
        &self,
        origin: &Origin,
        seed: u64,
        unseen: bool,
        is_whole: bool,
        waiting: Vec<(String, usize)>,
    ) -> Result<Told, Failure> {
        let (Some(blocks), Some(Shared { index, of })) = (self.blocks, self.shard) else {
            return Err(Failure::CouldNotRun("no share is asked for".to_owned()));
        };
        if self.progress {
            self.close()?;
            return Ok(Told::Progress(blocks.progress(seed, waiting)));
        }
        let turn = |index: u64| turn(Shared { index, of }, origin, seed);
        if unseen && is_whole {
            blocks.mark(&turn(index), seed);
        }
        let absent = |other: &u64| unseen && *other != index && !blocks.is_marked(&turn(*other));
        let share = Share {
            share: index + 1,
            of,
            seed,
            blocks_simulated: blocks.made.load(Ordering::Relaxed),
            partial: !is_whole,
            left: WorkLeft {
                blocks: blocks.lacking.load(Ordering::Relaxed),
                shares: (0..of).filter(absent).count() as u64,
                claims: waiting.into_iter().map(|(claim, comparisons)| Waiting { claim, comparisons }).collect(),
            },
        };
        self.close()?;
        Ok(Told::Share(share))
    }

    /// Whether this share of the command has not been drawn whole before: see `unseen` of [`shared`](Self::shared).
    pub fn is_first_turn(&self, origin: &Origin, seed: u64) -> bool {
        let is_marked = |(blocks, share): (&Blocks, Shared)| blocks.is_marked(&turn(share, origin, seed));
        !self.blocks.zip(self.shard).is_some_and(is_marked)
    }

    /// Leaves the outcome of `verify` in the store, in the place of the one before, so that two stores can be compared. Where that fails, it is said: the outcome itself is printed.
    pub fn leave(&self, document: &str) {
        let Some(blocks) = self.blocks else { return };
        if let Err(Failure::CouldNotRun(cause)) = write_files(&blocks.folder, &[(compare::OUTCOME, document)]) {
            say(&format!("the store does not have this outcome: {cause}"));
        }
    }

    /// Writes what is left to write.
    ///
    /// # Errors
    /// Where it cannot be written and nothing else comes of the command.
    pub fn close(&self) -> Result<(), Failure> {
        let Some(blocks) = self.blocks else { return Ok(()) };
        match blocks.end() {
            Ok(()) => Ok(()),
            Err(e) if self.shard.is_some() => Err(Failure::CouldNotRun(format!("writing to the store: {e}"))),
            Err(e) => {
                say(&format!("the store does not have all of this run, writing failed: {e}"));
                Ok(())
            }
        }
    }
}

/// The words under which a store is told that a share of a command was drawn.
fn turn(Shared { index, of }: Shared, origin: &Origin, seed: u64) -> String {
    format!("turn of share {index} of {of}\nversion {}\n{}\n", env!("CARGO_PKG_VERSION"), origin.work(seed))
}

/// What is said of work that is divided.
pub enum Told {
    Share(Share),
    Progress(Progress),
}

impl Told {
    /// Prints it.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub fn show(&self, as_json: bool, origin: &Origin) -> Result<Status, Failure> {
        match self {
            Self::Share(share) => share.show(as_json, origin),
            Self::Progress(progress) => progress.show(as_json, origin),
        }
    }
}

/// What a share has done, and what is left.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShareDocument")]
pub struct Share {
    /// Its number, from 1.
    share: u64,
    of: u64,
    seed: u64,
    blocks_simulated: u64,
    /// Whether it was interrupted.
    partial: bool,
    left: WorkLeft,
}

/// What is left of the work that could be seen: there may be later looks.
#[derive(Serialize, JsonSchema)]
struct WorkLeft {
    /// Blocks of other shares that the store did not have when this one began.
    blocks: u64,
    /// Shares that have not had their turn.
    shares: u64,
    /// Comparisons that wait for the others before they are decided or drawn on.
    claims: Vec<Waiting>,
}

#[derive(Serialize, JsonSchema)]
struct Waiting {
    claim: String,
    comparisons: usize,
}

impl Share {
    /// Whether there is nothing left, as far as can be seen.
    const fn is_all(&self) -> bool {
        let WorkLeft { blocks, shares, claims } = &self.left;
        !self.partial && *blocks == 0 && *shares == 0 && claims.is_empty()
    }

    fn show(&self, as_json: bool, origin: &Origin) -> Result<Status, Failure> {
        show(self, as_json, origin, Some(self.seed))?;
        let mut remarks = Remarks::default();
        if self.partial {
            remarks.inconclusive("interrupted: a part of this share is not simulated".to_owned());
        }
        Ok(tell(&remarks))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { share, of, blocks_simulated, left: WorkLeft { blocks, shares, claims }, .. } = self;
        writeln!(f, "share {share} of {of}: {} simulated", number_of(*blocks_simulated, "block"))?;
        if self.is_all() {
            return writeln!(f, "nothing is left: the same command without --shard prints the result");
        }
        let waiting: usize = claims.iter().map(|waiting| waiting.comparisons).sum();
        let mut left = vec![format!("{} of other shares", number_of(*blocks, "block"))];
        if *shares > 0 {
            left.push(format!("the turn of {}", number_of(*shares, "share")));
        }
        if waiting > 0 {
            let claims = number_of(claims.len() as u64, "claim");
            left.push(format!("{} of {claims}, which may need more", number_of(waiting as u64, "comparison")));
        }
        writeln!(f, "left when it began: {}", left.join(", "))
    }
}

/// Blocks and beginnings of runs, by first replicate and end: what was found, in bytes.
type Index = HashMap<[u8; 32], (Run, BTreeMap<(u64, u64), Arc<[u8]>>)>;

/// Whether whoever asks for a piece can take another one in its place, one that goes on behind it: from its end, and so at the end of a block. A beginning that a run ended
/// with within a block stays: a shorter run asks for it.
fn stands_for((whole_first, whole_end): (u64, u64), (first, end): (u64, u64)) -> bool {
    let begins = whole_first == first || (whole_first < first && first.is_multiple_of(BLOCK));
    let ends = whole_end == end || (whole_end > end && whole_end.is_multiple_of(BLOCK) && end.is_multiple_of(BLOCK));
    begins && ends
}

/// Pieces before one that are looked at: a few runs of one name that begin or end elsewhere.
const NEIGHBOURS: usize = 8;

/// Puts a piece in the place of those that it stands for, unless another stands for it.
fn put(index: &mut Index, run: &Run, piece: (u64, u64), bytes: Arc<[u8]>) {
    let (_, pieces) = index.entry(run.name).or_insert_with(|| (*run, BTreeMap::new()));
    // Of those that begin before it the last ones are enough: what a beginning stands for is not there.
    let mut before = pieces.range(..=(piece.0, u64::MAX)).rev().take(NEIGHBOURS).map(|(known, _)| *known);
    if before.any(|known| stands_for(known, piece)) {
        return;
    }
    let parts: Vec<_> = pieces.range((piece.0, 0)..(piece.1, 0)).map(|(known, _)| *known).collect();
    parts.into_iter().filter(|part| stands_for(piece, *part)).for_each(|part| drop(pieces.remove(&part)));
    pieces.insert(piece, bytes);
}

/// Most pieces of a record: a bit that flips on the disk loses no more blocks.
const MOST_PIECES: usize = 1_000;

/// The records of an index: those of a run in as few as may be. A piece that begins inside another one is in another record.
fn records(index: &Index) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for (run, pieces) in index.values() {
        let mut chains: Vec<Vec<(u64, u64, &[u8])>> = Vec::new();
        for (&(first, end), bytes) in pieces {
            let piece = (first, end, &bytes[..]);
            let goes_on = |chain: &&mut Vec<(u64, u64, &[u8])>| {
                chain.len() < MOST_PIECES && chain.last().is_some_and(|(_, end, _)| *end <= first)
            };
            match chains.iter_mut().rev().find(goes_on) {
                Some(chain) => chain.push(piece),
                None => chains.push(vec![piece]),
            }
        }
        records.extend(chains.into_iter().map(|chain| file::record(run, chain.into_iter())));
    }
    records
}

/// What files have of each run, by first replicate and end.
#[derive(Default)]
struct Known {
    files: Vec<Arc<Vec<u8>>>,
    /// Pieces with their files.
    runs: HashMap<[u8; 32], Vec<(u32, Piece)>>,
}

impl Known {
    fn new(all: Vec<Contents>) -> Self {
        let mut known = Self::default();
        for (index, Contents { bytes, records, .. }) in (0..).zip(all) {
            known.files.push(bytes);
            for record in records {
                let pieces = record.pieces.into_iter().map(|piece| (index, piece));
                known.runs.entry(record.head.name).or_default().extend(pieces);
            }
        }
        for pieces in known.runs.values_mut() {
            pieces.sort_unstable_by_key(|(_, piece)| (piece.first, piece.end));
            pieces.dedup_by_key(|(_, piece)| (piece.first, piece.end));
            pieces.shrink_to_fit();
        }
        known
    }

    /// The bytes of exactly these replicates.
    fn find(&self, run: &Run, replicates: &Range<u64>) -> Option<&[u8]> {
        let pieces = self.runs.get(&run.name)?;
        let key = (replicates.start, replicates.end);
        let at = pieces.binary_search_by_key(&key, |(_, piece)| (piece.first, piece.end)).ok()?;
        Some(self.bytes(&pieces[at]))
    }

    /// The longest piece from the first of these replicates on, of those whose end fits.
    fn beginning(&self, run: &Run, replicates: &Range<u64>, fits: impl Fn(u64) -> bool) -> Option<(u64, &[u8])> {
        let pieces = self.runs.get(&run.name)?;
        let from = pieces.partition_point(|(_, piece)| piece.first < replicates.start);
        let here = pieces[from..].iter().take_while(|(_, piece)| piece.first == replicates.start);
        let longest = here.filter(|(_, piece)| fits(piece.end)).last()?;
        Some((longest.1.end, self.bytes(longest)))
    }

    fn bytes(&self, (file, piece): &(u32, Piece)) -> &[u8] {
        piece.of(&self.files[*file as usize])
    }
}

/// What was simulated, by experiment.
type Worked = BTreeMap<u64, Work>;

fn add_work(worked: &mut Worked, more: &Work) {
    worked.entry(more.experiment).or_insert(Work { experiment: more.experiment, ..Work::default() }).add(more);
}

/// Pieces, and what was simulated for them.
#[derive(Default)]
struct Batch {
    index: Index,
    work: Worked,
}

/// What this process has made.
#[derive(Default)]
struct Fresh {
    /// In no file that lasts yet.
    new: Batch,
    /// Of the blocks among them, once there is one.
    journal: Option<Arc<Journal>>,
    /// Those of batches that could not be written.
    full: Vec<Arc<Journal>>,
    /// All that was written.
    written: Batch,
    /// The names of the runs that have no conclusion yet, by seed and experiment.
    runs: HashMap<(u64, u64), HashSet<[u8; 32]>>,
    /// The files that it was written to.
    files: Vec<PathBuf>,
    /// Bytes in them of blocks that a conclusion has replaced.
    replaced: usize,
    /// Why nothing could be written, where the last try failed.
    failure: Option<String>,
}

/// Thread that writes, and how to end it.
type Writer = (Sender<()>, JoinHandle<()>);

/// A store in a folder: what was there when it was opened, and what was made since.
struct Blocks {
    folder: PathBuf,
    command: String,
    known: Known,
    /// What cannot be used of it.
    damage: Vec<String>,
    fresh: Mutex<Fresh>,
    /// Held while files are written, so that one thread does.
    writing: Mutex<()>,
    writer: Mutex<Option<Writer>>,
    made: AtomicU64,
    lacking: AtomicU64,
    /// What was simulated for all that is known.
    worked: Worked,
    /// Where the progress is asked for: what was found, and what was not.
    seen: Option<Mutex<Seen>>,
    unreadable: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Blocks {
    fn open(folder: &Path, command: String, progress: bool) -> io::Result<Self> {
        let (mut damage, mut worked) = (Vec::new(), Worked::new());
        let all = file::read_all(folder)?;
        for contents in &all {
            damage.extend(contents.damage.as_ref().map(|cause| format!("{} {cause}", contents.path.display())));
            let work = contents.header.iter().flat_map(|header| &header.work);
            work.for_each(|work| add_work(&mut worked, work));
        }
        Ok(Self {
            folder: folder.to_owned(),
            command,
            known: Known::new(all),
            damage,
            fresh: Mutex::default(),
            writing: Mutex::default(),
            writer: Mutex::default(),
            made: AtomicU64::new(0),
            lacking: AtomicU64::new(0),
            worked,
            seen: progress.then(Mutex::default),
            unreadable: AtomicBool::new(false),
        })
    }

    /// Begins to write once a second what is finished.
    fn begin(&'static self) {
        let (end, ended) = channel();
        let write = move || {
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                self.write();
                if lock(&self.fresh).replaced > MOST_REPLACED {
                    // Where it fails, the next file fails too, which is told.
                    let _ = self.merge();
                }
            }
        };
        *lock(&self.writer) = Some((end, spawn(write)));
    }

    /// Writes what is not written yet; where that fails, it is tried again the next time.
    fn write(&self) {
        let _one = lock(&self.writing);
        let (new, mut journals) = {
            let fresh = &mut *lock(&self.fresh);
            let journals: Vec<_> = fresh.full.drain(..).chain(fresh.journal.take()).collect();
            (std::mem::take(&mut fresh.new), journals)
        };
        if new.index.is_empty() {
            return;
        }
        let written = self.write_file(&new);
        let mut fresh = lock(&self.fresh);
        let fresh = &mut *fresh;
        let target = match written {
            Ok(path) => {
                fresh.files.push(path);
                fresh.failure = None;
                journals.drain(..).for_each(|journal| journal.remove());
                &mut fresh.written
            }
            Err(e) => {
                if fresh.failure.is_none() {
                    say(&format!("the store cannot be written, which is tried again: {e}"));
                }
                fresh.failure = Some(e.to_string());
                fresh.full = journals;
                &mut fresh.new
            }
        };
        for (run, pieces) in new.index.into_values() {
            pieces.into_iter().for_each(|(piece, bytes)| put(&mut target.index, &run, piece, bytes));
        }
        new.work.values().for_each(|work| add_work(&mut target.work, work));
    }

    fn write_file(&self, Batch { index, work }: &Batch) -> io::Result<PathBuf> {
        file::write(&self.folder, &self.command, work.values().copied().collect(), &records(index))
    }

    /// Writes the rest, and one file in the place of those that this process has written.
    fn end(&self) -> Result<(), String> {
        if let Some((end, writer)) = lock(&self.writer).take() {
            drop(end);
            // A thread that panicked has said so.
            let _ = writer.join();
        }
        self.write();
        if let Some(failure) = lock(&self.fresh).failure.take() {
            return Err(failure);
        }
        // Everything is written. More files than one cost a later reader some time.
        if let Err(failure) = self.merge() {
            say(&format!("the store has all of this run, in several files, which could not be merged: {failure}"));
        }
        Ok(())
    }

    /// One file in the place of those that this process has written.
    fn merge(&self) -> Result<(), String> {
        let mut fresh = lock(&self.fresh);
        if fresh.files.len() > 1 || fresh.replaced > 0 {
            fresh.replaced = 0;
            let one = self.write_file(&fresh.written).map_err(|e| e.to_string())?;
            // One that cannot be removed has nothing that is not in the other.
            fresh.files.drain(..).filter(|file| *file != one).for_each(|file| drop(fs::remove_file(file)));
            fresh.files.push(one);
        }
        Ok(())
    }

    /// What this process has made of a run from this replicate on, where its end is one that fits.
    fn made(&self, run: &Run, first: u64, fits: impl Fn(u64) -> bool) -> Option<(u64, Vec<Stored>)> {
        let fresh = lock(&self.fresh);
        let of = |batch: &Batch| {
            let mut pieces = batch.index.get(&run.name)?.1.range((first, 0)..=(first, u64::MAX)).rev();
            pieces.find(|((_, end), _)| fits(*end)).map(|((_, end), bytes)| (*end, Arc::clone(bytes)))
        };
        let (end, bytes) = of(&fresh.new).into_iter().chain(of(&fresh.written)).max_by_key(|(end, _)| *end)?;
        drop(fresh);
        Some((end, file::decode(&bytes)?))
    }

    /// Remembers that something was done, which these words tell.
    fn mark(&self, words: &str, seed: u64) {
        let run = Run { name: self.name(words), seed, experiment: 0 };
        put(&mut lock(&self.fresh).new.index, &run, (0, 0), file::encode(Vec::new()).into());
    }

    /// Whether it was done before this process began.
    fn is_marked(&self, words: &str) -> bool {
        self.known.runs.contains_key(&self.name(words))
    }

    /// What a piece has; one that is whole by its checksum and yet unreadable was written by something else.
    fn stored(&self, bytes: &[u8]) -> Option<Vec<Stored>> {
        let stored = file::decode(bytes);
        if stored.is_none() && !self.unreadable.swap(true, Ordering::Relaxed) {
            say(&format!(
                "{}: a record is not as this program writes them; it is simulated again",
                self.folder.display()
            ));
        }
        stored
    }
}

impl Store for Blocks {
    fn name(&self, words: &str) -> [u8; 32] {
        Sha256::digest(words.as_bytes()).into()
    }

    fn find(&self, run: &Run, replicates: Range<u64>) -> Option<Vec<Stored>> {
        let known = self.known.find(run, &replicates).and_then(|bytes| self.stored(bytes));
        let made = || self.made(run, replicates.start, |end| end == replicates.end).map(|(_, found)| found);
        let found = known.or_else(made);
        self.saw(run, replicates, found.is_some());
        found
    }

    fn beginning(&self, run: &Run, replicates: Range<u64>) -> Option<(u64, Vec<Stored>)> {
        let Range { start, end } = replicates;
        let fits = |known: u64| known == end || (known < end && known.is_multiple_of(BLOCK));
        let known = self.known.beginning(run, &replicates, fits);
        let known = known.and_then(|(end, bytes)| Some((end, self.stored(bytes)?)));
        let made = self.made(run, start, fits);
        let found = known.into_iter().chain(made).max_by_key(|(end, _)| *end)?;
        self.saw(run, start..found.0, true);
        Some(found)
    }

    fn keep(&self, run: &Run, replicates: Range<u64>, stored: Vec<Stored>, took: Duration) {
        let count = replicates.end - replicates.start;
        let work = Work { experiment: run.experiment, replicates: count, seconds: took.as_secs_f64() };
        if replicates.end.div_ceil(BLOCK) - replicates.start / BLOCK == 1 {
            self.made.fetch_add(1, Ordering::Relaxed);
        }
        let bytes = file::encode(stored);
        // What was merged took no time: it is counted, and in the journal, as its blocks.
        let is_drawn = took > Duration::ZERO;
        let record = is_drawn.then(|| file::record(run, [(replicates.start, replicates.end, &bytes[..])].into_iter()));
        let mut fresh = lock(&self.fresh);
        put(&mut fresh.new.index, run, (replicates.start, replicates.end), bytes.into());
        fresh.runs.entry((run.seed, run.experiment)).or_default().insert(run.name);
        let Some(record) = record else { return };
        add_work(&mut fresh.new.work, &work);
        // Where there can be none, the file that lasts cannot be written either, which is told.
        if fresh.journal.is_none() && fresh.failure.is_none() {
            fresh.journal = Journal::new(&self.folder, &self.command).ok().map(Arc::new);
        }
        let journal = fresh.journal.clone();
        drop(fresh);
        if let Some(journal) = journal {
            journal.append(&record);
        }
    }

    fn lacks(&self, run: &Run, replicates: Range<u64>) {
        self.saw(run, replicates, false);
        self.lacking.fetch_add(1, Ordering::Relaxed);
    }

    fn conclude(&self, run: &Run, replicates: Range<u64>, stored: Vec<Stored>) {
        let bytes = file::encode(stored).into();
        // What is being written is in neither list.
        let _one = lock(&self.writing);
        let mut fresh = lock(&self.fresh);
        let fresh = &mut *fresh;
        for name in fresh.runs.remove(&(run.seed, run.experiment)).unwrap_or_default() {
            fresh.new.index.remove(&name);
            let old = fresh.written.index.remove(&name);
            let pieces = old.iter().flat_map(|(_, pieces)| pieces.values());
            fresh.replaced += pieces.map(|bytes| bytes.len()).sum::<usize>();
        }
        put(&mut fresh.new.index, run, (replicates.start, replicates.end), bytes);
    }
}
