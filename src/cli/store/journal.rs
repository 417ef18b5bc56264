//! The journal of a process: each block at the moment at which it is finished, until all of them stand in a file that lasts.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::file;

/// A file that grows by a record for each finished block. A process that is killed leaves it behind, and so loses no block but those under way. It is for that alone: the system
/// holds what was appended, and no fsync is waited for. What must last when the power fails is written once a second.
pub struct Journal {
    pub path: PathBuf,
    /// None once a record could not be appended: what came behind half a record would not be found.
    file: Mutex<Option<File>>,
}

impl Journal {
    /// A new one in this store.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn new(folder: &Path, command: &str) -> io::Result<Self> {
        let (path, file) = file::begin_journal(folder, command)?;
        Ok(Self { path, file: Mutex::new(Some(file)) })
    }

    /// Appends a record. Where that fails, whoever writes the blocks to a file that lasts finds out, and says so.
    pub fn append(&self, record: &[u8]) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::with_capacity(record.len() + file::FRAME);
        let is_appended = file::frame(&mut bytes, record)
            .is_ok_and(|()| file.as_mut().is_some_and(|file| file.write_all(&bytes).is_ok()));
        if !is_appended {
            *file = None;
        }
    }

    /// Removes it, once its blocks stand elsewhere.
    pub fn remove(&self) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // One that stays has nothing that is not elsewhere, too.
        drop(fs::remove_file(&self.path));
    }
}
