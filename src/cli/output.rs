//! Writing to stdout and formatting numbers.

use std::{
    fmt::Display,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

pub use goldenweight::answer::{
    Remarks,
    text::{lines, short},
};
use goldenweight::experiment::{InputError, renamed};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::{Failure, Status, args::option, closed::stdout_was_closed, origin::Origin};

/// Writes the document as text, or as one JSON document with its origin; `seed` where random numbers were drawn.
pub fn show(
    document: &(impl Serialize + Display),
    as_json: bool,
    origin: &Origin,
    seed: Option<u64>,
) -> Result<(), Failure> {
    write(&if as_json { json(&origin.sign(document, seed))? } else { document.to_string() })
}

/// Says on stderr what is to be said beside a document, a line each, and tells how the command ended. A command that is inconclusive says why.
pub fn tell(remarks: &Remarks) -> Status {
    let notes = remarks.notes.iter().map(|note| ("note", note));
    for (word, text) in notes.chain(remarks.causes.iter().map(|cause| ("inconclusive", cause))) {
        // Nothing is left to tell where stderr is closed.
        let _ = writeln!(std::io::stderr(), "{word}: {}", renamed(text, option));
    }
    if remarks.causes.is_empty() { Status::Done } else { Status::Inconclusive }
}

/// The JSON document. A number that is not finite has no JSON form and becomes null.
pub fn json(document: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|e| Failure::CouldNotRun(e.to_string()))?;
    Ok(text + "\n")
}

/// Finds out whether stdout was closed: better before the work than after it.
pub fn writable() -> Result<(), Failure> {
    let closed = || Failure::CouldNotRun("writing to stdout: it is closed".to_owned());
    if stdout_was_closed() { Err(closed()) } else { Ok(()) }
}

/// Writes to stdout. A reader that closed the pipe has seen all it wanted: no failure.
pub fn write(text: &str) -> Result<(), Failure> {
    writable()?;
    let mut stdout = std::io::stdout().lock();
    write_to(&mut stdout, text).map_err(|e| Failure::CouldNotRun(format!("writing to stdout: {e}")))
}

/// Writes to a stream that somebody may read.
fn write_to(stream: &mut impl Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e),
        _ => Ok(()),
    }
}

/// Where a text goes that is written when the work is done.
pub enum Place {
    /// A file: written beside its place and renamed when it is complete, so that no reader ever finds half of it.
    File(PathBuf),
    /// A pipe or a device: written into, since a file that is renamed to its place would replace it.
    Stream(File),
}

impl Place {
    /// Finds out whether it can be written to, before the work, and changes nothing there. A symbolic link stays one: its target is written.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn open(path: &Path) -> io::Result<Self> {
        match File::options().write(true).open(path) {
            Ok(stream) if is_output(&stream)? => return Err(io::Error::other("stdout or stderr goes there")),
            Ok(stream) if !stream.metadata()?.is_file() => return Ok(Self::Stream(stream)),
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            // A file, or none yet.
            _ => {}
        }
        // A slash at the end of a path is left out, since no name of a file has one.
        let plain = |path: &Path| path.components().collect::<PathBuf>();
        let mut file = plain(path);
        // This ends: links in a circle were refused above.
        while let Ok(target) = fs::read_link(&file) {
            // What a shell has opened (/dev/fd/3) is written into.
            if fs::canonicalize(folder_of(&file))
                .is_ok_and(|folder| folder.starts_with("/proc") && folder.ends_with("fd"))
            {
                return File::options().append(true).open(path).map(Self::Stream);
            }
            file = plain(&file.with_file_name(target));
        }
        beside(folder_of(&file))?;
        Ok(Self::File(file))
    }

    /// Writes; a file is not yet in its place.
    fn write(self, text: &str) -> io::Result<Option<(NamedTempFile, PathBuf)>> {
        match self {
            Self::Stream(mut stream) => write_to(&mut stream, text).map(|()| None),
            Self::File(path) => {
                let mut file = beside(folder_of(&path))?;
                // Not written through `file` itself, whose errors tell the temporary name.
                file.as_file_mut().write_all(text.as_bytes())?;
                Ok(Some((file, path)))
            }
        }
    }
}

/// Writes texts to their places; files are renamed when all are complete.
pub fn write_places(places: Vec<(Place, &str)>) -> io::Result<()> {
    let written: Vec<_> = places.into_iter().map(|(place, text)| place.write(text)).collect::<io::Result<_>>()?;
    written.into_iter().flatten().try_for_each(|(file, path)| file.persist(path).map(drop).map_err(|e| e.error))
}

/// Writes files into a folder.
pub fn write_files(folder: &Path, files: &[(&str, &str)]) -> Result<(), Failure> {
    let places = files.iter().map(|(name, text)| Place::open(&folder.join(name)).map(|place| (place, *text)));
    places.collect::<io::Result<_>>().and_then(write_places).map_err(|e| unwritten(folder, &e))
}

/// What was computed could not be written here.
pub fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::CouldNotRun(format!("writing to {}: {error}", path.display()))
}

/// Finds out whether a file can be written, before the work.
///
/// # Errors
/// Names the option.
pub fn open_file(option: &str, file: &Path) -> Result<Place, InputError> {
    let refuse = |condition: String| InputError::new(option, file.display(), condition);
    if file == Path::new("-") {
        return Err(refuse("is not a file; name one (stdout has the result)".to_owned()));
    }
    Place::open(file).map_err(|e| refuse(format!("must be a file to write to, in a directory that exists: {e}")))
}

/// Whether this is the file or the pipe that stdout or stderr goes to: a result must not get another text in its midst, or lose its file.
#[cfg(unix)]
fn is_output(file: &File) -> io::Result<bool> {
    use std::os::{
        fd::AsFd as _,
        unix::fs::{FileTypeExt as _, MetadataExt as _},
    };
    let there = file.metadata()?;
    let outputs = [io::stdout().as_fd().try_clone_to_owned(), io::stderr().as_fd().try_clone_to_owned()];
    let same = |output: File| output.metadata().is_ok_and(|it| (it.dev(), it.ino()) == (there.dev(), there.ino()));
    let kind = there.file_type();
    // A terminal, /dev/null and the like take any number of texts.
    Ok((kind.is_file() || kind.is_fifo()) && outputs.into_iter().flatten().any(|output| same(output.into())))
}

/// Cannot be found out on this system.
#[cfg(not(unix))]
fn is_output(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// The folder of a file.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder where it does not exist, and finds out whether files can be made in it.
///
/// # Errors
/// Names the option.
pub fn open_folder(option: &str, folder: &Path) -> Result<(), InputError> {
    fs::create_dir_all(folder).and_then(|()| beside(folder)).map(drop).map_err(|error| {
        InputError::new(option, folder.display().to_string(), format!("must be a directory to write to: {error}"))
    })
}

/// How the names of files begin that are not complete.
pub const TEMPORARY: &str = ".goldenweight";

/// A file that is removed unless it is renamed, with the permissions of any other that the user makes.
pub fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    // Opened here, so that an error does not tell its name, which nobody knows.
    let open = |path: &Path| File::options().write(true).create_new(true).open(path);
    tempfile::Builder::new().prefix(TEMPORARY).make_in(folder, open)
}

/// Progress on stderr, shown only where stderr is a terminal; without a number of units, it only counts.
pub fn progress(units: Option<u64>, what: &str) -> ProgressBar {
    let bar = units.map_or_else(ProgressBar::no_length, ProgressBar::new);
    // The template is a constant; were it broken, the default bar would be shown.
    let style = ProgressStyle::with_template(if units.is_some() {
        "{bar:40} {human_pos}/{human_len} {msg}, {eta} left"
    } else {
        "{spinner} {human_pos} {msg}"
    });
    if let Ok(style) = style { bar.with_style(style).with_message(what.to_owned()) } else { bar }
}
