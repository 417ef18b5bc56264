//! The progress of long work, on stderr: a bar with the time left on a terminal, elsewhere a plain line now and then.

use std::{
    io::{IsTerminal, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{JoinHandle, spawn},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two lines where stderr is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Work of known size, of which parts are reported from any thread.
pub struct Progress {
    done: Arc<AtomicU64>,
    shown: Shown,
}

enum Shown {
    Bar(ProgressBar),
    Lines { stage: Arc<Mutex<String>>, stop: Option<Sender<()>>, thread: Option<JoinHandle<()>> },
    Nothing,
}

impl Progress {
    /// Of this many units in all; `quiet` shows nothing.
    pub fn new(units: u64, quiet: bool) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let shown = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Shown::Nothing,
            (false, true) => {
                let bar = ProgressBar::new(units);
                bar.enable_steady_tick(Duration::from_millis(200));
                // The template is a constant; were it broken, the default bar would be shown.
                let style = ProgressStyle::with_template("{bar:30} {percent:>3} %, {eta} left  {msg}");
                Shown::Bar(if let Ok(style) = style { bar.with_style(style) } else { bar })
            }
            (false, false) => {
                let stage = Arc::new(Mutex::new(String::new()));
                let (stop, stopped) = channel();
                let (done, told) = (Arc::clone(&done), Arc::clone(&stage));
                let began = Instant::now();
                let tell = move || {
                    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                        let share = done.load(Ordering::Relaxed) as f64 / units.max(1) as f64;
                        let stage = told.lock().map(|stage| stage.clone()).unwrap_or_default();
                        // Nobody reads a closed stderr.
                        let _ = writeln!(std::io::stderr(), "{}", line(share, began.elapsed(), &stage));
                    }
                };
                Shown::Lines { stage, stop: Some(stop), thread: Some(spawn(tell)) }
            }
        };
        Self { done, shown }
    }

    /// These units are done.
    pub fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
        if let Shown::Bar(bar) = &self.shown {
            bar.inc(units);
        }
    }

    /// What is worked on now; so many units lie behind it, whatever was counted.
    pub fn stage(&self, stage: &str, before: u64) {
        self.done.store(before, Ordering::Relaxed);
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_position(before);
                bar.set_message(stage.to_owned());
            }
            Shown::Lines { stage: told, .. } => {
                if let Ok(mut told) = told.lock() {
                    stage.clone_into(&mut told);
                }
            }
            Shown::Nothing => {}
        }
    }

    /// The bar, so that something else can be written where it is.
    pub fn bar(&self) -> Option<ProgressBar> {
        if let Shown::Bar(bar) = &self.shown { Some(bar.clone()) } else { None }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        match &mut self.shown {
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Lines { stop, thread, .. } => {
                drop(stop.take());
                let _ = thread.take().map(JoinHandle::join);
            }
            Shown::Nothing => {}
        }
    }
}

fn line(share: f64, elapsed: Duration, stage: &str) -> String {
    let share = share.min(1.0);
    if share == 0.0 {
        return format!("0 %  {stage}");
    }
    let left = (elapsed.as_secs_f64() * (1.0 - share) / share).round() as u64;
    format!("{:.0} %, {} min {:02} s left  {stage}", 100.0 * share, left / 60, left % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_share_time_and_stage() {
        assert_eq!(line(0.25, Duration::from_secs(60), "figure-8a"), "25 %, 3 min 00 s left  figure-8a");
        assert_eq!(line(0.0, Duration::from_secs(60), "figure-8a"), "0 %  figure-8a");
        assert_eq!(line(1.5, Duration::from_secs(60), "figure-8a"), "100 %, 0 min 00 s left  figure-8a");
    }
}
