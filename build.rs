//! Tells a release build from which revision of the source it is made, for the archives of `verify --archive`.
//!
//! A package knows its revision from the file that `cargo package` wrote, a checkout from git. `GOLDENWEIGHT_REVISION` in the environment decides where it is set.
//! Other builds are not told: each commit would make them anew.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What cargo writes into a package.
const PACKAGED: &str = ".cargo_vcs_info.json";

fn main() {
    println!("cargo::rerun-if-env-changed=GOLDENWEIGHT_REVISION");
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_release || env::var_os("GOLDENWEIGHT_REVISION").is_some() {
        return;
    }
    if let Some(revision) = packaged().or_else(checked_out) {
        println!("cargo::rustc-env=GOLDENWEIGHT_REVISION={revision}");
    }
}

/// The revision of a package: its file has `"sha1": "..."` and, where files had changed, `"dirty": true`.
fn packaged() -> Option<String> {
    let text = fs::read_to_string(PACKAGED).ok()?;
    println!("cargo::rerun-if-changed={PACKAGED}");
    let (_, after) = text.split_once("\"sha1\"")?;
    let revision = after.split('"').nth(1)?;
    Some(marked(revision, text.contains("\"dirty\": true")))
}

/// The revision of a checkout of this repository, not of one that only contains it.
fn checked_out() -> Option<String> {
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let here = env::current_dir().ok()?.canonicalize().ok()?;
    if Path::new(&top).canonicalize().ok()? != here {
        return None;
    }
    for watched in ["HEAD", "index", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", watched])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    for sources in ["src", "crates", "theory", "docs", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={sources}");
    }
    let revision = git(&["rev-parse", "HEAD"])?;
    Some(marked(
        &revision,
        git(&["status", "--porcelain", "--untracked-files=no"]).is_none_or(|changes| !changes.is_empty()),
    ))
}

fn marked(revision: &str, has_changed: bool) -> String {
    if has_changed { format!("{revision}, with changes that are not committed") } else { revision.to_owned() }
}

/// What git answers, on one line or none.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().replace('\n', " "))
}
