//! Ctrl-C in a long run: what was finished is printed, marked as partial, with exit code 3.

use std::{
    io::Write as _,
    process::exit,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{Failure, Status};

static STOP: AtomicBool = AtomicBool::new(false);

/// Begins to listen. The first Ctrl-C (or SIGTERM) sets the flag, at which a run ends with its next replicate; the second ends the process.
pub fn listen() -> Result<&'static AtomicBool, Failure> {
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            // Nothing is left to tell where stderr is closed.
            let _ = writeln!(std::io::stderr(), "error: interrupted twice: nothing is printed");
            exit(Status::Inconclusive as i32);
        }
        // The same holds here.
        let _ = writeln!(std::io::stderr(), "stopping: what is finished will be shown");
    };
    ctrlc::set_handler(handler).map_err(|e| Failure::CouldNotRun(format!("waiting for Ctrl-C: {e}")))?;
    Ok(&STOP)
}

/// Whether it was heard.
pub fn heard() -> bool {
    STOP.load(Ordering::Relaxed)
}
