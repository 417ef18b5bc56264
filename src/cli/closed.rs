//! Whether stdout was closed when the program began.
//!
//! Before `main` Rust's runtime opens /dev/null in the place of a standard stream that is closed, so that no file that is opened later gets its
//! number. Then every write succeeds, and nothing tells it from output that somebody sent to /dev/null. So it is asked for earlier, by a function
//! that the loader calls before the runtime (by the crates ctor and rustix: no unsafe code here).

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether stdout was closed.
pub fn stdout_was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Makes a system call alone, since nothing of the standard library is ready yet.
#[cfg(unix)]
#[ctor::ctor]
fn look() {
    CLOSED.store(rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err(), Ordering::Relaxed);
}
