//! The machine-checked theorems of `theory/proofs`, and Coq run on them.
//!
//! The files are compiled into the program, so that it can check them wherever it runs. One script, `theory/proofs/check`, decides what counts as
//! proved. A reader can run the same script by hand. Without Coq nothing is checked, and the program says so; it says too what the release's own check found, if that was of
//! the same files.

use std::collections::BTreeSet;
use std::io;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::thread;

pub use goldenweight_theory::proofs::FILES;
use goldenweight_theory::proofs::RECORD;
use sha2::{Digest as _, Sha256};

/// The result of running Coq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// These theorems are proved.
    Proved(BTreeSet<String>),
    /// Something is not proved, with what the script said.
    Refused(String),
    /// Nothing was decided.
    NotRun {
        /// Why: Coq is not there, or was interrupted.
        reason: String,
        /// Whether the release's own check was of the same files, and accepted all theorems.
        is_recorded: bool,
    },
}

/// Pairs of a claim and a theorem that proves it (or its algebraic core), from the last of [`FILES`], which lists them.
///
/// # Examples
/// ```
/// use goldenweight::proofs::theorems;
///
/// assert!(theorems().any(|(claim, _)| claim == "golden-ratio"));
/// ```
pub fn theorems() -> impl Iterator<Item = (&'static str, &'static str)> {
    let (_, map) = FILES[FILES.len() - 1];
    map.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '))
}

static CHECKED: OnceLock<Checked> = OnceLock::new();

/// What Coq says. It runs once; this call waits until it has ended.
///
/// # Examples
/// ```
/// use goldenweight::proofs::{Checked, checked, is_ready, start};
///
/// start();
/// if let Checked::Refused(output) = checked() {
///     panic!("{output}");
/// }
/// assert!(is_ready());
/// ```
pub fn checked() -> &'static Checked {
    CHECKED.get_or_init(|| match run() {
        Ok(output) => verdict(&output),
        Err(error) => not_run(&format!("not run: theory/proofs/check could not be run: {error}")),
    })
}

/// Starts Coq on a thread of its own.
///
/// # Examples
/// see [`checked`].
pub fn start() {
    if CHECKED.get().is_none() {
        thread::spawn(checked);
    }
}

/// Whether [`checked`] would return at once.
///
/// # Examples
/// see [`checked`].
pub fn is_ready() -> bool {
    CHECKED.get().is_some()
}

/// Runs the script on a copy of the files.
fn run() -> io::Result<Output> {
    let folder = tempfile::tempdir()?;
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text)?;
    }
    Command::new("bash").arg(folder.path().join("check")).arg("--quick").output()
}

/// Reads the script's exit code and output.
fn verdict(output: &Output) -> Checked {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    match output.status.code() {
        Some(0) => {
            Checked::Proved(out.lines().filter_map(|line| line.strip_prefix("proved ")).map(str::to_owned).collect())
        }
        Some(3) => not_run(out.trim()),
        // Ctrl-C in a terminal goes to Coq too, and says nothing of a theorem.
        None => not_run("not run: theory/proofs/check was interrupted"),
        _ => {
            let said: Vec<_> = out.lines().filter(|line| line.starts_with("refused ")).chain(err.lines()).collect();
            Checked::Refused(said.join("; "))
        }
    }
}

/// Nothing was checked now, with the reason, and what was checked before.
fn not_run(reason: &str) -> Checked {
    let (said, is_recorded) = recorded(RECORD, &FILES);
    Checked::NotRun { reason: format!("{reason}; {said}"), is_recorded }
}

/// What a record says of these files, and whether it is of these.
fn recorded(record: &str, files: &[(&str, &str)]) -> (String, bool) {
    let value = |key: &str| record.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')).unwrap_or("?");
    let mut hash = Sha256::new();
    files.iter().for_each(|(_, text)| hash.update(text));
    let fingerprint: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let (release, coq) = (value("release"), value("coq"));
    let is_recorded = value("fingerprint") == fingerprint;
    let said = if is_recorded {
        format!("checked by Coq {coq} at release {release} (SHA-256 of statements and proofs: {})", &fingerprint[..16])
    } else {
        format!("not these statements and proofs were checked at release {release}, but others")
    };
    (said, is_recorded)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn output(code: i32, out: &str, err: &str) -> Checked {
        verdict(&Output { status: ExitStatus::from_raw(code << 8), stdout: out.into(), stderr: err.into() })
    }

    #[test]
    fn exit_codes_decide() {
        let proved = output(0, "proved a\nproved b\nall proved: 2 theorems\n", "");
        assert_eq!(proved, Checked::Proved(["a", "b"].map(str::to_owned).into()));
        let Checked::NotRun { reason: said, .. } = output(3, "not run: coq not found\n", "") else { panic!("not run") };
        assert!(said.starts_with("not run: coq not found; "), "{said}");
        let refused = output(1, "proved a\nrefused b: an axiom\n", "check: a theorem is refused");
        assert_eq!(refused, Checked::Refused("refused b: an axiom; check: a theorem is refused".into()));
        let signal = ExitStatus::from_raw(15);
        let ended = verdict(&Output { status: signal, stdout: b"proved a\n".into(), stderr: Vec::new() });
        let Checked::NotRun { reason: said, .. } = ended else { panic!("not run") };
        assert!(said.starts_with("not run: theory/proofs/check was interrupted; "), "{said}");
    }

    /// The SHA-256 of "abc" is among the examples of FIPS 180-4.
    #[test]
    fn a_record_is_of_the_files_that_it_was_made_of() {
        let record = "# words\nrelease 9.9\ncoq 8.16.1\nfingerprint ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n";
        let said = "checked by Coq 8.16.1 at release 9.9 (SHA-256 of statements and proofs: ba7816bf8f01cfea)";
        assert_eq!(recorded(record, &[("a", "ab"), ("b", "c")]), (said.to_owned(), true));
        let other = "not these statements and proofs were checked at release 9.9, but others";
        assert_eq!(recorded(record, &[("a", "abd")]), (other.to_owned(), false));
        // That of this release is of these files: else `theory/proofs/check --record RELEASE > theory/proofs/checked`.
        assert!(recorded(RECORD, &FILES).1);
    }

    /// Between releases the record says so: a release has not what was proved after it.
    #[test]
    fn a_record_names_the_release_or_the_work_after_it() {
        let changelog = include_str!("../CHANGELOG.md");
        let after = if changelog.contains("\n## Unreleased\n") { "+dev" } else { "" };
        assert!(RECORD.contains(&format!("\nrelease {}{after}\n", env!("CARGO_PKG_VERSION"))), "{RECORD}");
    }

    #[test]
    fn the_map_is_read() {
        assert!(theorems().any(|pair| pair == ("golden-weight", "golden_weight_is_unique_minimiser")));
        assert!(theorems().all(|(claim, theorem)| !claim.is_empty() && !theorem.contains(' ')));
    }
}
