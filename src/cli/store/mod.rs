//! `--store DIR` and `--shard I/N`: finished blocks are kept in files, found again, and divided between processes.

mod file;
mod list;

use std::{
    collections::{BTreeMap, HashMap},
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
    Failure, Status,
    origin::Origin,
    output::{Remarks, open_folder, show, tell},
};
use file::{Head, Record};

pub use list::{Document, StoreArgs};

/// Between two times at which finished blocks are written.
const EVERY: Duration = Duration::from_secs(1);

/// Where finished blocks are kept, and which share of them is simulated.
#[derive(Args)]
pub struct Keeping {
    /// Keep every finished block of simulation in this directory, and take from there what it has: an interrupted run goes on where it was. The numbers are the same to the bit
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Simulate only share I of N of the blocks that the store lacks, I from 1 to N, and say what is left; run it again until nothing is, then without --shard for the result
    #[arg(long, value_name = "I/N", value_parser = share, requires = "store", allow_hyphen_values = true)]
    shard: Option<Shared>,
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
        let Some(folder) = &self.store else { return Ok(Kept { blocks: None, shard: None }) };
        open_folder("--store", folder)?;
        let blocks = Blocks::open(folder, origin.command(Some(seed)))
            .map_err(|e| InputError::new("--store", folder.display(), format!("must be a directory to read: {e}")))?;
        for damage in &blocks.damage {
            say(&format!("{damage}; what is lost is simulated again"));
        }
        let blocks: &'static Blocks = Box::leak(Box::new(blocks));
        blocks.begin();
        install(blocks);
        // The handler of an interruption ends the process without coming back here.
        OPEN.get_or_init(|| blocks);
        Ok(Kept { blocks: Some(blocks), shard: self.shard })
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
    /// The share that is asked for.
    pub shard: Option<Shared>,
}

impl Kept {
    /// Writes what a share has simulated, and says what it has left to others: `waiting` are comparisons that wait for these, by claim; `is_whole` says whether all of the share was drawn. Where part
    /// of the work is dealt out in a way that cannot be seen in the store (`unseen`), the store is told which shares had their turn.
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
    ) -> Result<Share, Failure> {
        let (Some(blocks), Some(Shared { index, of })) = (self.blocks, self.shard) else {
            return Err(Failure::CouldNotRun("no share is asked for".to_owned()));
        };
        let command = origin.command(Some(seed));
        let turn = |index: u64| format!("turn of share {index} of {of}\n{command}\n");
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
        Ok(share)
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

    /// Prints it.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub fn show(&self, as_json: bool, origin: &Origin) -> Result<Status, Failure> {
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

/// Records by name of the run and first replicate.
type Index<T> = HashMap<[u8; 32], BTreeMap<u64, T>>;

/// A record in bytes, and where its replicates end.
#[derive(Clone)]
struct Made {
    end: u64,
    bytes: Arc<Vec<u8>>,
}

/// Puts a record in the place of those that are parts of it, unless it is a part itself.
fn put(index: &mut Index<Made>, name: [u8; 32], first: u64, made: Made) {
    let records = index.entry(name).or_default();
    if records.range(..=first).next_back().is_some_and(|(_, whole)| whole.end >= made.end) {
        return;
    }
    while let Some((&part, _)) = records.range(first..made.end).find(|(_, part)| part.end <= made.end) {
        records.remove(&part);
    }
    records.insert(first, made);
}

/// What this process has made.
#[derive(Default)]
struct Fresh {
    /// Not written yet.
    new: Index<Made>,
    /// All that was written.
    written: Index<Made>,
    /// The files that it was written to.
    files: Vec<PathBuf>,
    /// Why the last time nothing could be written.
    failure: Option<String>,
}

/// Thread that writes, and how to end it.
type Writer = (Sender<()>, JoinHandle<()>);

/// A store in a folder: what was there when it was opened, and what was made since.
struct Blocks {
    folder: PathBuf,
    command: String,
    /// By name of the run, and its replicates.
    known: HashMap<[u8; 32], BTreeMap<(u64, u64), Record>>,
    /// What cannot be used of it.
    damage: Vec<String>,
    fresh: Mutex<Fresh>,
    /// Held while files are written, so that one thread does.
    writing: Mutex<()>,
    writer: Mutex<Option<Writer>>,
    made: AtomicU64,
    lacking: AtomicU64,
    unreadable: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Blocks {
    fn open(folder: &Path, command: String) -> io::Result<Self> {
        let (mut known, mut damage) = (HashMap::<_, BTreeMap<_, _>>::new(), Vec::new());
        for contents in file::read_all(folder)? {
            damage.extend(contents.damage.map(|cause| format!("{} {cause}", contents.path.display())));
            for record in contents.records {
                let Head { name, first, end, .. } = record.head;
                known.entry(name).or_default().insert((first, end), record);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            command,
            known,
            damage,
            fresh: Mutex::default(),
            writing: Mutex::default(),
            writer: Mutex::default(),
            made: AtomicU64::new(0),
            lacking: AtomicU64::new(0),
            unreadable: AtomicBool::new(false),
        })
    }

    /// Begins to write once a second what is finished.
    fn begin(&'static self) {
        let (end, ended) = channel();
        let write = move || {
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                self.write();
            }
        };
        *lock(&self.writer) = Some((end, spawn(write)));
    }

    /// Writes what is not written yet; where that fails, it is tried again the next time.
    fn write(&self) {
        let _one = lock(&self.writing);
        let new = std::mem::take(&mut lock(&self.fresh).new);
        if new.is_empty() {
            return;
        }
        let written = self.write_file(&new);
        let mut fresh = lock(&self.fresh);
        let fresh = &mut *fresh;
        let target = match written {
            Ok(path) => {
                fresh.files.push(path);
                fresh.failure = None;
                &mut fresh.written
            }
            Err(e) => {
                if fresh.failure.is_none() {
                    say(&format!("the store cannot be written, which is tried again: {e}"));
                }
                fresh.failure = Some(e.to_string());
                &mut fresh.new
            }
        };
        for (name, records) in new {
            records.into_iter().for_each(|(first, made)| put(target, name, first, made));
        }
    }

    fn write_file(&self, index: &Index<Made>) -> io::Result<PathBuf> {
        let records: Vec<&[u8]> = index.values().flat_map(BTreeMap::values).map(|made| made.bytes.as_slice()).collect();
        file::write(&self.folder, &self.command, records.into_iter())
    }

    /// Writes the rest, and one file in the place of those that this process has written.
    fn end(&self) -> Result<(), String> {
        if let Some((end, writer)) = lock(&self.writer).take() {
            drop(end);
            // A thread that panicked has said so.
            let _ = writer.join();
        }
        self.write();
        let mut fresh = lock(&self.fresh);
        if let Some(failure) = fresh.failure.take() {
            return Err(failure);
        }
        if fresh.files.len() > 1 {
            let one = self.write_file(&fresh.written).map_err(|e| e.to_string())?;
            // One that cannot be removed has nothing that is not in the other.
            fresh.files.drain(..).filter(|file| *file != one).for_each(|file| drop(fs::remove_file(file)));
            fresh.files.push(one);
        }
        Ok(())
    }

    /// Remembers that something was done, which these words tell.
    fn mark(&self, words: &str, seed: u64) {
        let run = Run { name: self.name(words), seed, experiment: 0 };
        let bytes = Arc::new(file::encode(&Head::new(&run, &(0..0)), Vec::new()));
        put(&mut lock(&self.fresh).new, run.name, 0, Made { end: 0, bytes });
    }

    /// Whether it was done before this process began.
    fn is_marked(&self, words: &str) -> bool {
        self.known.contains_key(&self.name(words))
    }

    /// What a record has; a record that is whole by its checksum and yet unreadable was written by something else.
    fn stored(&self, record: &Record) -> Option<Vec<Stored>> {
        let stored = record.stored();
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
        self.stored(self.known.get(&run.name)?.get(&(replicates.start, replicates.end))?)
    }

    fn beginning(&self, run: &Run, replicates: Range<u64>) -> Option<(u64, Vec<Stored>)> {
        let Range { start, end } = replicates;
        let mut records = self.known.get(&run.name)?.range((start, start)..=(start, end)).rev();
        let (&(_, end), longest) = records.find(|((_, known), _)| *known == end || known % BLOCK == 0)?;
        Some((end, self.stored(longest)?))
    }

    fn keep(&self, run: &Run, replicates: Range<u64>, stored: Vec<Stored>) {
        if replicates.end.div_ceil(BLOCK) - replicates.start / BLOCK == 1 {
            self.made.fetch_add(1, Ordering::Relaxed);
        }
        let bytes = Arc::new(file::encode(&Head::new(run, &replicates), stored));
        put(&mut lock(&self.fresh).new, run.name, replicates.start, Made { end: replicates.end, bytes });
    }

    fn lacks(&self, _: &Run, _: u64) {
        self.lacking.fetch_add(1, Ordering::Relaxed);
    }
}
