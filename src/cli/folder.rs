//! `verify --report DIR`: the page of a run and its JSON document.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use goldenweight::{experiment::InputError, outcome::RunOutcome, report::html};
use tempfile::NamedTempFile;

use super::{Failure, output::json};

/// The files of a report, opened beside their places before the run and renamed after it.
pub struct Folder {
    path: PathBuf,
    page: NamedTempFile,
    document: NamedTempFile,
}

impl Folder {
    /// Makes the directory where it does not exist, and opens the files.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let opened = || {
            fs::create_dir_all(path)?;
            Ok(Self { path: path.to_owned(), page: beside(path)?, document: beside(path)? })
        };
        opened().map_err(|error: io::Error| {
            InputError::new("--report", path.display().to_string(), format!("cannot be written to: {error}"))
        })
    }

    /// Writes both files.
    pub fn write(mut self, run: &RunOutcome) -> Result<(), Failure> {
        let texts = [html::page(run), json(run)?];
        let written = || {
            for (file, text) in [&mut self.page, &mut self.document].into_iter().zip(texts) {
                file.write_all(text.as_bytes())?;
            }
            self.document.persist(self.path.join("verify.json"))?;
            self.page.persist(self.path.join("verify.html"))?;
            Ok(())
        };
        written().map_err(|e: io::Error| Failure::CouldNotRun(format!("writing to {}: {e}", self.path.display())))
    }
}

/// A file that is gone unless it is renamed; readable as any other that the user makes.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".verify");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(path)
}
