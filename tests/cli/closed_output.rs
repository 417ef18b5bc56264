//! Output that cannot be written is an error of every command; output that is thrown away is not.

use std::process::{Command, Output, Stdio};

use crate::text;

/// Every command, as text and as JSON, and what is no command.
const LINES: &[&str] = &[
    "--help",
    "--version",
    "help risk",
    "simulate --help",
    "weight --real 9 --synthetic 9",
    "weight --real 9 --synthetic 9 --json",
    "risk --model cdf --real 9 --synthetic 9 --weight 0.5",
    "risk --model cdf --real 9 --synthetic 9 --weight 0.5 --json",
    "simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --generations 2 --replicates 64",
    "simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --generations 2 --replicates 64 --json",
    "optimize --model gaussian-mean --real 9 --synthetic 9 --generations 2 --replicates 48",
    "optimize --model gaussian-mean --real 9 --synthetic 9 --generations 2 --replicates 48 --json",
    "adult --replicates 2",
    "adult --replicates 2 --json",
    "advise --data tests/references/tables/poisson.csv --target y --family poisson --synthetic 9",
    "claims",
    "claims --json",
    "verify --only poisson-information",
    "verify --only poisson-information --json",
    "calibrate --only gaussian-variance-law --seeds 20 --budget 0.03",
    "calibrate --only gaussian-variance-law --seeds 20 --budget 0.03 --json",
];

/// The command with its stdout redirected by a shell.
fn redirected(line: &str, to: &str) -> Output {
    let script = format!("exec '{}' {line} {to}", env!("CARGO_BIN_EXE_goldenweight"));
    Command::new("sh").args(["-c", &script]).stderr(Stdio::piped()).output().expect("a shell")
}

#[test]
fn output_that_is_closed_or_full_is_an_error() {
    let out = tempfile::tempdir().expect("a directory");
    let figures = format!("figures golden-weight --out {}", out.path().display());
    for line in LINES.iter().copied().chain([figures.as_str(), &format!("{figures} --json")]) {
        for (to, why) in [(">&-", "it is closed"), (">/dev/full", "No space left on device")] {
            let output = redirected(line, to);
            let stderr = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{line} {to}: {stderr}");
            let last = stderr.lines().last().unwrap_or_default();
            assert!(
                last.starts_with("error: could not run: writing to stdout: ") && last.contains(why),
                "{line} {to}: {stderr}"
            );
        }
    }
}

/// /dev/null opened for reading and writing is what Rust's runtime puts in the place of a closed stdout, and what Python's DEVNULL is.
#[test]
fn output_that_is_thrown_away_is_none() {
    for to in [">/dev/null", "1<>/dev/null"] {
        let output = redirected("weight --real 9 --synthetic 9", to);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{to}");
    }
}
