//! The files of a store: written whole or not at all, read as far as their checksums hold. `docs/store.md` has the layout.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use goldenweight::{
    simulate::engine::store::{Run, Stored, VALUES},
    stats::moments::Moments,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cli::output::{TEMPORARY, beside};

/// First line of every file: what it is, and the number of this layout.
const FIRST: &[u8] = b"goldenweight store 2\n";

/// What the first line of every layout begins with.
const ANY: &[u8] = b"goldenweight store ";

/// Ending of a file's name.
const ENDING: &str = "blocks";

/// Ending of a journal's name. A journal grows, so its header does not know how many records there are, and its end may be half a record.
const JOURNAL: &str = "journal";

/// Bytes of a checksum, the first of SHA-256.
const CHECKSUM: usize = 16;

/// Bytes before each part: its length and its checksum.
pub const FRAME: usize = 4 + CHECKSUM;

/// First part of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`VALUES`] of the program that has written it.
    pub values: u32,
    /// Its version.
    pub version: String,
    /// The command that it ran.
    pub command: String,
    /// Number of records; 0 in a journal.
    pub records: u64,
    /// What was simulated for them, by experiment.
    pub work: Vec<Work>,
}

/// Blocks that were simulated for an experiment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub experiment: u64,
    /// Replicates in them.
    pub replicates: u64,
    /// How long it took, one thread after the other.
    pub seconds: f64,
}

impl Work {
    pub fn add(&mut self, more: &Self) {
        self.replicates += more.replicates;
        self.seconds += more.seconds;
    }
}

impl Header {
    /// Whether nothing of the file can be used, since other digits are simulated now.
    pub const fn is_of_other_values(&self) -> bool {
        self.values != VALUES
    }
}

/// Whose record it is. Behind it come the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Name of the run, a SHA-256 hash.
    pub name: [u8; 32],
    /// Seed of the run.
    pub seed: u64,
    /// Its experiment.
    pub experiment: u64,
    /// Number of pieces.
    pub pieces: u64,
}

impl Head {
    pub const fn new(run: &Run, pieces: usize) -> Self {
        let Run { name, seed, experiment } = *run;
        Self { name, seed, experiment, pieces: pieces as u64 }
    }

    /// The run that it is of.
    pub const fn run(&self) -> Run {
        let Self { name, seed, experiment, .. } = *self;
        Run { name, seed, experiment }
    }
}

/// What comes before what a block or a beginning gave.
#[derive(Serialize, Deserialize)]
struct Of {
    /// First replicate, less the end of the piece before.
    skipped: u64,
    /// Replicates.
    count: u64,
    /// Bytes of what was found.
    bytes: u32,
}

/// A record of pieces in the order of their first replicates, of which no two overlap: each as (first replicate, end, bytes).
pub fn record<'a>(run: &Run, pieces: impl ExactSizeIterator<Item = (u64, u64, &'a [u8])>) -> Vec<u8> {
    let mut record = postcard::to_stdvec(&Head::new(run, pieces.len())).expect("memory for a record");
    let mut before = 0;
    for (first, end, found) in pieces {
        // Whoever writes the file finds out what is too long.
        let bytes = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let of = Of { skipped: first - before, count: end - first, bytes };
        record = postcard::to_extend(&of, record).expect("memory for a record");
        record.extend(found);
        before = end;
    }
    record
}

/// What replicates gave at one weight: moments as count, mean and sums of powers.
#[derive(Serialize, Deserialize)]
struct Found {
    moments: Vec<(u64, f64, f64, f64)>,
    controlled: Option<Vec<(u64, f64, f64, f64)>>,
    failed_fits: u64,
    paths: Vec<Vec<f64>>,
}

/// What was found, in bytes.
pub fn encode(stored: Vec<Stored>) -> Vec<u8> {
    let parts = |moments: Vec<Moments>| moments.iter().map(Moments::parts).collect();
    let found = |stored: Stored| Found {
        moments: parts(stored.moments),
        controlled: stored.controlled.map(parts),
        failed_fits: stored.failed_fits,
        paths: stored.paths,
    };
    let found: Vec<Found> = stored.into_iter().map(found).collect();
    postcard::to_stdvec(&found).expect("memory for a piece")
}

/// What was found, of its bytes.
pub fn decode(bytes: &[u8]) -> Option<Vec<Stored>> {
    let moments = |parts: Vec<_>| parts.into_iter().map(Moments::from_parts).collect();
    let stored = |Found { moments: plain, controlled, failed_fits, paths }| Stored {
        moments: moments(plain),
        controlled: controlled.map(moments),
        failed_fits,
        paths,
    };
    let (found, rest) = postcard::take_from_bytes::<Vec<Found>>(bytes).ok()?;
    rest.is_empty().then(|| found.into_iter().map(stored).collect())
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let whole = Sha256::digest(bytes);
    std::array::from_fn(|i| whole[i])
}

/// Appends a part with its length and its checksum.
///
/// # Errors
/// Where its length does not fit.
pub fn frame(out: &mut Vec<u8>, part: &[u8]) -> io::Result<()> {
    let length = u32::try_from(part.len()).map_err(|_| io::Error::other("a record of more than 4 GiB"))?;
    out.extend(length.to_le_bytes());
    out.extend(checksum(part));
    out.extend(part);
    Ok(())
}

/// What a file begins with.
fn beginning(command: &str, records: u64, work: Vec<Work>) -> io::Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let header = Header { values: VALUES, version, command: command.to_owned(), records, work };
    let mut bytes = FIRST.to_vec();
    frame(&mut bytes, &postcard::to_stdvec(&header).map_err(io::Error::other)?)?;
    Ok(bytes)
}

/// An error with the file that it is of.
fn named(path: &Path, e: &io::Error) -> io::Error {
    io::Error::new(e.kind(), format!("{}: {e}", path.display()))
}

/// Begins a journal, to which framed records are appended. Nobody sees it before it has its header.
///
/// # Errors
/// The file and the cause.
pub fn begin_journal(folder: &Path, command: &str) -> io::Result<(PathBuf, File)> {
    let mut file = beside(folder)?;
    file.as_file_mut().write_all(&beginning(command, 0, Vec::new())?)?;
    // The random part of the temporary name: no two processes have the same.
    let name = file.path().file_name().map(|name| name.to_string_lossy().replace(TEMPORARY, "")).unwrap_or_default();
    let path = folder.join(format!("{name}.{JOURNAL}"));
    let file = file.persist_noclobber(&path).map_err(|e| named(&path, &e.error))?;
    Ok((path, file))
}

/// Writes a file with these records and gives its path. Its name is a hash of its contents, so that writers never have the same name for different files.
///
/// # Errors
/// The file and the cause.
pub fn write(folder: &Path, command: &str, work: Vec<Work>, records: &[Vec<u8>]) -> io::Result<PathBuf> {
    let mut bytes = beginning(command, records.len() as u64, work)?;
    for record in records {
        frame(&mut bytes, record)?;
    }
    let hash: String = Sha256::digest(&bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("{hash}.{ENDING}"));
    let named = |e: io::Error| named(&path, &e);
    let mut file = beside(folder).map_err(named)?;
    // Not through the temporary file, whose errors have its name.
    file.as_file_mut().write_all(&bytes).and_then(|()| file.as_file().sync_all()).map_err(named)?;
    file.persist(&path).map_err(|e| named(e.error))?;
    // The name must last, too. Where a folder cannot be opened (not on Unix), the system sees to it.
    if let Ok(folder) = File::open(folder) {
        folder.sync_all().map_err(named)?;
    }
    Ok(path)
}

/// A block or a beginning in a file that was read.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub first: u64,
    pub end: u64,
    /// Where in its file it begins, and how long it is.
    at: usize,
    length: u32,
}

impl Piece {
    /// Its bytes, of those of its file.
    pub fn of<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        &file[self.at..self.at + self.length as usize]
    }
}

/// A record of a file that was read.
#[derive(Clone, Debug)]
pub struct Record {
    pub head: Head,
    /// Its length.
    pub bytes: usize,
    pub pieces: Vec<Piece>,
}

/// The record in these bytes of a file.
fn parse(file: &[u8], range: Range<usize>) -> Result<Record, String> {
    let unreadable = |e: postcard::Error| format!("a record cannot be read: {e}");
    let bytes = range.len();
    let (head, mut rest) = postcard::take_from_bytes::<Head>(&file[range.clone()]).map_err(unreadable)?;
    let (mut pieces, mut before) = (Vec::new(), 0_u64);
    for _ in 0..head.pieces {
        let (Of { skipped, count, bytes }, behind) = postcard::take_from_bytes::<Of>(rest).map_err(unreadable)?;
        let at = range.end - behind.len();
        let first = before.checked_add(skipped);
        let piece = first.and_then(|first| Some(Piece { first, end: first.checked_add(count)?, at, length: bytes }));
        let piece = piece.zip(behind.get(bytes as usize..));
        let (piece, behind) = piece.ok_or_else(|| "a record cannot be read: a piece is not in it".to_owned())?;
        (before, rest) = (piece.end, behind);
        pieces.push(piece);
    }
    Ok(Record { head, bytes, pieces })
}

/// What could be read of a file.
pub struct Contents {
    pub path: PathBuf,
    /// None of it where it cannot be read.
    pub bytes: Arc<Vec<u8>>,
    /// None where even that is damaged.
    pub header: Option<Header>,
    /// Those whose checksum holds; none of another version of the values.
    pub records: Vec<Record>,
    /// What is wrong with the rest.
    pub damage: Option<String>,
}

/// The files of a store, by name. A file that goes away meanwhile has been merged into another: then the folder is listed again.
///
/// # Errors
/// Where the folder cannot be read.
pub fn read_all(folder: &Path) -> io::Result<Vec<Contents>> {
    // A writer merges once, when it ends, and ends a journal once a second: more rounds than there can be of these meanwhile.
    let mut missing = HashSet::new();
    for _ in 0..1_000 {
        match read_once(folder, &missing)? {
            Listed::All(all) => return Ok(all),
            Listed::Without(path) => missing.insert(path),
        };
    }
    Err(io::Error::other("its files change without end"))
}

/// What one list of a folder gave.
enum Listed {
    All(Vec<Contents>),
    /// This file went away.
    Without(PathBuf),
}

/// One that was missing before, and is listed again, is no file that was merged, but a link to nowhere.
fn read_once(folder: &Path, missing: &HashSet<PathBuf>) -> io::Result<Listed> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    let has = |path: &Path, word| path.extension().is_some_and(|ending| ending == word);
    paths.retain(|path| has(path, ENDING) || has(path, JOURNAL));
    // Journals first: while a process runs, each of its journals lives for a second.
    paths.sort_unstable_by_key(|path| (!has(path, JOURNAL), path.clone()));
    let mut all = Vec::new();
    for path in paths {
        // A pipe has no end.
        let found = fs::metadata(&path).and_then(|it| match it.is_file() {
            true => fs::read(&path),
            false => Err(io::Error::other("it is no file")),
        });
        match found {
            Ok(bytes) => all.push(read(path, bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound && !missing.contains(&path) => return Ok(Listed::Without(path)),
            Err(e) => {
                let damage = Some(format!("cannot be read: {e}"));
                all.push(Contents { path, bytes: Arc::default(), header: None, records: Vec::new(), damage });
            }
        }
    }
    Ok(Listed::All(all))
}

/// The length of a part, of the bytes from its frame on.
fn length(frame: &[u8]) -> usize {
    u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize
}

/// Whether a file is long enough for the part from `at` on.
fn has_part(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.len() >= FRAME && rest.len() - FRAME >= length(rest))
}

/// The next part of a file, from `at` on.
fn part(bytes: &[u8], at: usize) -> Result<Range<usize>, String> {
    if !has_part(bytes, at) {
        let is_begun = bytes.len() >= at + FRAME;
        return Err(format!(
            "is cut off at byte {}{}",
            bytes.len(),
            if is_begun { format!(", or damaged at byte {at}") } else { String::new() }
        ));
    }
    let range = at + FRAME..at + FRAME + length(&bytes[at..]);
    let is_whole = checksum(&bytes[range.clone()]) == bytes[at + 4..at + FRAME];
    is_whole.then_some(range).ok_or_else(|| format!("the checksum at byte {at} does not hold"))
}

fn read(path: PathBuf, bytes: Vec<u8>) -> Contents {
    let bytes = Arc::new(bytes);
    let mut contents = Contents { path, bytes: Arc::clone(&bytes), header: None, records: Vec::new(), damage: None };
    if !bytes.starts_with(FIRST) {
        let what = if bytes.starts_with(ANY) {
            "is of another layout of the store, which this version does not read"
        } else {
            "is no file of a store"
        };
        contents.damage = Some(what.to_owned());
        return contents;
    }
    let header = part(&bytes, FIRST.len()).and_then(|range| {
        let header = postcard::from_bytes::<Header>(&bytes[range.clone()]);
        header.map(|header| (header, range.end)).map_err(|e| format!("its header cannot be read: {e}"))
    });
    let (header, mut at) = match header {
        Ok(found) => found,
        Err(damage) => {
            contents.damage = Some(damage);
            return contents;
        }
    };
    // Of other values nothing is used, so that nothing need be read.
    if !header.is_of_other_values() {
        let is_journal = contents.path.extension().is_some_and(|ending| ending == JOURNAL);
        let (mut seen, mut damaged) = (0_u64, 0_u64);
        while if is_journal { has_part(&bytes, at) } else { seen < header.records } {
            seen += 1;
            let range = match part(&bytes, at) {
                Ok(range) => range,
                Err(damage) => {
                    contents.damage.get_or_insert(damage);
                    damaged += 1;
                    if !has_part(&bytes, at) {
                        break;
                    }
                    // Its length may be right: then the records behind it are found.
                    at += FRAME + length(&bytes[at..]);
                    continue;
                }
            };
            at = range.end;
            match parse(&bytes, range) {
                Ok(record) => contents.records.push(record),
                Err(damage) => {
                    contents.damage.get_or_insert(damage);
                    damaged += 1;
                }
            }
        }
        // What a journal has behind its last whole record was under way.
        if contents.damage.is_none() && at < bytes.len() && !is_journal {
            contents.damage = Some(format!("has {} bytes behind its last record", bytes.len() - at));
        }
        let all = if is_journal { seen } else { header.records };
        let lost = all - contents.records.len() as u64;
        if let (Some(damage), true) = (&mut contents.damage, damaged > 0) {
            *damage += &format!("; {lost} of {all} records are lost");
        }
    }
    contents.header = Some(header);
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Vec<u8>> {
        let of = |i: u64| {
            let mut moments = Moments::default();
            (0..=i).for_each(|x| moments.push(x as f64 / 3.0));
            let stored = Stored {
                moments: vec![moments, Moments::from_parts((1, f64::INFINITY, -0.0, f64::NAN))],
                controlled: Some(vec![moments; 2]),
                failed_fits: i,
                paths: vec![vec![0.1, f64::INFINITY]],
            };
            let run = Run { name: [i as u8; 32], seed: 7, experiment: i };
            let found = encode(vec![stored]);
            record(&run, [(64 * i, 64 * i + 64, &found[..]), (640, 704, &found[..])].into_iter())
        };
        (0..5).map(of).collect()
    }

    /// A record that was read, as it was written.
    fn again(contents: &Contents, Record { head, pieces, .. }: &Record) -> Vec<u8> {
        record(&head.run(), pieces.iter().map(|piece| (piece.first, piece.end, piece.of(&contents.bytes))))
    }

    fn written() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(folder.path(), "goldenweight test", Vec::new(), &records()).expect("a file");
        let bytes = fs::read(&path).expect("the file");
        (folder, path, bytes)
    }

    #[test]
    fn what_was_written_is_read() {
        let (folder, path, _) = written();
        let [contents] = &read_all(folder.path()).expect("the folder")[..] else { panic!("one file") };
        assert_eq!((&contents.path, &contents.damage), (&path, &None));
        assert_eq!(contents.records.iter().map(|record| again(contents, record)).collect::<Vec<_>>(), records());
        let stored = decode(contents.records[2].pieces[1].of(&contents.bytes)).expect("a piece").remove(0);
        assert_eq!(
            (stored.failed_fits, stored.moments[0].count(), stored.paths),
            (2, 3, vec![vec![0.1, f64::INFINITY]])
        );
        // Every bit of every float, also of those that are not equal to themselves.
        let bits = |m: &Moments| [m.parts().1, m.parts().2, m.parts().3].map(f64::to_bits);
        assert_eq!(bits(&stored.moments[1]), [f64::INFINITY, -0.0, f64::NAN].map(f64::to_bits));
    }

    /// Whatever a journal's end, its whole records are read, and half a one is no damage; a bit that flips before the end is.
    #[test]
    fn a_journal_is_read_to_its_last_whole_record() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = super::super::journal::Journal::new(folder.path(), "goldenweight test").expect("a journal");
        let mut ends = vec![fs::metadata(&journal.path).expect("the journal").len() as usize];
        for record in records() {
            journal.append(&record);
            // At once: whoever is killed now loses none of them.
            let [contents] = &read_all(folder.path()).expect("the folder")[..] else { panic!("one file") };
            assert_eq!((contents.records.len(), &contents.damage), (ends.len(), &None));
            assert_eq!(again(contents, &contents.records[ends.len() - 1]), record);
            ends.push(contents.bytes.len());
        }
        let whole = fs::read(&journal.path).expect("the journal");
        for cut in ends[0]..whole.len() {
            fs::write(&journal.path, &whole[..cut]).expect("the journal");
            let contents = read_all(folder.path()).expect("the folder").remove(0);
            let expected = ends.iter().filter(|end| **end <= cut).count() - 1;
            assert_eq!((contents.records.len(), contents.damage), (expected, None), "{cut} bytes");
        }
        let mut flipped = whole;
        flipped[ends[2] - 1] ^= 1;
        fs::write(&journal.path, &flipped).expect("the journal");
        let contents = read_all(folder.path()).expect("the folder").remove(0);
        assert_eq!(contents.records.len(), 4);
        assert!(contents.damage.expect("it is told").ends_with("1 of 5 records are lost"));
        journal.remove();
        assert!(read_all(folder.path()).expect("the folder").is_empty());
    }

    /// Two versions on one store: each leaves the other's files alone.
    #[test]
    fn digits_of_another_version_are_not_used() {
        let (folder, path, bytes) = written();
        let header = part(&bytes, FIRST.len()).expect("a header");
        let other = Header { values: VALUES + 1, ..postcard::from_bytes(&bytes[header.clone()]).expect("a header") };
        let mut changed = FIRST.to_vec();
        frame(&mut changed, &postcard::to_stdvec(&other).expect("bytes")).expect("a frame");
        changed.extend(&bytes[header.end..]);
        fs::write(&path, &changed).expect("the file");
        let contents = read_all(folder.path()).expect("the folder").remove(0);
        assert!(contents.records.is_empty() && contents.damage.is_none());
        assert!(contents.header.is_some_and(|header| header.is_of_other_values()));
    }

    /// Whatever bit is flipped and wherever a file ends, what is read was written, and what is not read is reported.
    #[test]
    fn damage_is_found() {
        let (folder, path, whole) = written();
        let check = |bytes: &[u8], what: &str| {
            fs::write(&path, bytes).expect("the file");
            let contents = read_all(folder.path()).expect("the folder").remove(0);
            let known = records();
            assert!(contents.records.iter().all(|record| known.contains(&again(&contents, record))), "{what}");
            let is_whole = contents.records.len() == known.len();
            let is_foreign = contents.header.is_some_and(|header| header.values != VALUES);
            assert!(is_whole || is_foreign || contents.damage.is_some(), "{what} is not reported");
            assert!(!is_whole || contents.damage.is_none());
        };
        for cut in 0..whole.len() {
            check(&whole[..cut], &format!("a file of {cut} bytes"));
        }
        for bit in 0..8 * whole.len() {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            check(&flipped, &format!("bit {bit}"));
        }
    }
}
