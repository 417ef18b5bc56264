//! `verify --report DIR`: the page of a run and its JSON document.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use goldenweight::{experiment::InputError, outcome::RunOutcome, report::html};
use tempfile::NamedTempFile;

use super::{Failure, output::json};

/// Makes the directory where it does not exist, and finds out whether files can be made in it.
pub fn open(folder: &Path) -> Result<(), InputError> {
    fs::create_dir_all(folder).and_then(|()| beside(folder)).map(drop).map_err(|error| {
        InputError::new("--report", folder.display().to_string(), format!("cannot be written to: {error}"))
    })
}

/// Writes both files, each beside its place, and renames them when both are complete.
pub fn write(folder: &Path, run: &RunOutcome) -> Result<(), Failure> {
    let written = |name: &str, text: &str| -> io::Result<_> {
        let mut file = beside(folder)?;
        file.write_all(text.as_bytes())?;
        Ok((file, folder.join(name)))
    };
    let (document, page) = (json(run)?, html::page(run));
    let written = || {
        for (file, place) in [written("verify.json", &document)?, written("verify.html", &page)?] {
            file.persist(place)?;
        }
        Ok(())
    };
    written().map_err(|e: io::Error| Failure::CouldNotRun(format!("writing to {}: {e}", folder.display())))
}

/// A file that is gone unless it is renamed; readable as any other that the user makes.
fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".verify");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
