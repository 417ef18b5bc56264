//! Long work: without the interpreter's lock, on threads of its own, ended by Ctrl-C.

use std::{
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use goldenweight::{answer::Unanswered, experiment::within, simulate::engine::Options};
use pyo3::{exceptions::PyRuntimeError, prelude::*};

use crate::answer::{raised, refused};

/// How often Python is asked whether Ctrl-C was pressed, and told of the progress.
const TICK: Duration = Duration::from_millis(50);

/// Most worker threads, as of the command line.
const MAX_THREADS: u64 = 1_024;

/// Runs `compute` on so many worker threads, all cores by default; the result never depends on them. `progress` is called with the number of replicates that
/// are finished since the last call. After Ctrl-C, or where `progress` raises, the computation is told to stop, and what was raised is raised.
///
/// The pool lives as long as the call: one that is kept would not survive a fork of the process.
pub fn run<T: Send>(
    py: Python<'_>,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
    compute: impl FnOnce(Options<'_>) -> Result<T, Unanswered> + Send,
) -> PyResult<T> {
    let threads = threads.map_or(Ok(0), |n| within("threads", n, 1..=MAX_THREADS)).map_err(|error| refused(&error))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build();
    let pool = pool.map_err(|error| PyRuntimeError::new_err(format!("starting threads: {error}")))?;
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let (send, receive) = channel();
        let (stop, done) = (&stop, &done);
        scope.spawn(move || {
            let count = |finished| {
                done.fetch_add(finished, Ordering::Relaxed);
            };
            let options = Options { progress: &count, stop, ..Options::default() };
            // Nobody waits for the result of work that was told to stop.
            let _ = send.send(pool.install(|| compute(options)));
        });
        let tell = || match progress {
            Some(progress) => match done.swap(0, Ordering::Relaxed) {
                0 => Ok(()),
                finished => progress.call1((finished,)).map(drop),
            },
            None => Ok(()),
        };
        // A receiver is not shared between threads, and stays on this one.
        let mut receive = Receive(receive);
        loop {
            match py.detach(|| receive.wait()) {
                Ok(result) => {
                    tell()?;
                    return result.map_err(raised);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(error) = py.check_signals().and_then(|()| tell()) {
                        stop.store(true, Ordering::Relaxed);
                        // The scope waits for the thread, which must not wait for the lock.
                        py.detach(|| receive.last());
                        return Err(error);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(PyRuntimeError::new_err("the computation ended without a result"));
                }
            }
        }
    })
}

/// The end of the channel that the result comes out of.
struct Receive<T>(std::sync::mpsc::Receiver<T>);

impl<T> Receive<T> {
    fn wait(&mut self) -> Result<T, RecvTimeoutError> {
        self.0.recv_timeout(TICK)
    }

    fn last(&mut self) {
        drop(self.0.recv());
    }
}
