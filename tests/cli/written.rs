//! Files that a command writes. A link, a pipe or a device at that path is written through and not replaced by a file.

use std::{
    fs::{self, File},
    io::Read as _,
    os::unix::fs::{FileTypeExt as _, symlink},
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::{json, stdout_of};

const LINE: &str =
    "simulate --model linear --real 20 --synthetic 30 --weight .5,.6 --generations 4 --replicates 70 --json";

/// Writes the losses here.
fn each(path: &Path) -> Value {
    json(&format!("{LINE} --each {}", path.display()))
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.expect("readable").file_name().into_string().expect("UTF-8");
    let mut names: Vec<String> = fs::read_dir(folder).expect("readable").map(name).collect();
    names.sort();
    names
}

#[test]
fn losses_are_written_beside_the_same_document() {
    let folder = tempfile::tempdir().expect("a directory");
    let (mut with, mut without) = (each(&folder.path().join("each.csv")), json(LINE));
    for document in [&mut with, &mut without] {
        document["command"].take();
    }
    assert_eq!(with, without);
}

#[test]
fn a_pipe_is_written_into() {
    let folder = tempfile::tempdir().expect("a directory");
    let [file, pipe] = ["each.csv", "pipe"].map(|name| folder.path().join(name));
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    // Open on both sides, so that nobody waits for a reader; what is written stays in the pipe.
    let mut reader = File::options().read(true).write(true).open(&pipe).expect("opened");
    each(&pipe);
    each(&file);
    assert!(fs::symlink_metadata(&pipe).expect("there").file_type().is_fifo(), "it is replaced");
    let expected = fs::read(&file).expect("written");
    let mut found = vec![0; expected.len()];
    reader.read_exact(&mut found).expect("as much as in a file");
    assert_eq!(found, expected);
    assert_eq!(names(folder.path()), ["each.csv", "pipe"]);
}

#[test]
fn a_symbolic_link_stays_and_its_target_is_written() {
    let folder = tempfile::tempdir().expect("a directory");
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("data")).expect("a directory");
    fs::write(place("data/old.csv"), "old").expect("written");
    // To a file; to nothing, over another link, each as seen from where the link is.
    for (target, link) in [("data/old.csv", "to-file"), ("data/link", "to-nothing"), ("new.csv", "data/link")] {
        symlink(target, place(link)).expect("a link");
    }
    for (link, target) in [("to-file", "data/old.csv"), ("to-nothing", "data/new.csv")] {
        each(&place(link));
        assert!(place(link).is_symlink(), "{link} is replaced");
        let written = fs::read_to_string(place(target)).expect("written");
        assert!(written.starts_with("replicate,") && written.lines().count() == 71, "{target}: {written}");
    }
    assert!(place("data/link").is_symlink());
    each(&place("slash.csv/"));
    assert_eq!(names(folder.path()), ["data", "slash.csv", "to-file", "to-nothing"]);
    assert_eq!(names(&place("data")), ["link", "new.csv", "old.csv"]);
}

#[test]
fn links_of_reports_and_pictures_stay() {
    let folder = tempfile::tempdir().expect("a directory");
    let place = |name: &str| folder.path().join(name);
    let out = place("out");
    fs::create_dir(&out).expect("a directory");
    let written = ["verify.json", "verify.html", "golden-weight.svg", "golden-weight.csv"];
    written.iter().for_each(|name| symlink(place(name), out.join(name)).expect("a link"));
    stdout_of(&format!("verify --only poisson-information --kinds property --report {}", out.display()), 0);
    stdout_of(&format!("figures golden-weight --out {}", out.display()), 0);
    for name in written {
        assert!(out.join(name).is_symlink(), "{name} is replaced");
        assert!(fs::metadata(place(name)).expect("written").len() > 0, "{name}");
    }
}

/// The file or pipe of stdout, by whatever name, is refused before the work; what a shell has opened is written into. Only names in a temporary folder and in
/// /proc are used, so that nothing of the machine can be replaced.
#[test]
fn stdout_is_no_place_for_losses() {
    let folder = tempfile::tempdir().expect("a directory");
    let (out, link, other) = (folder.path().join("out"), folder.path().join("link"), folder.path().join("other"));
    symlink(&out, &link).expect("a link");
    let run = |each: &str, redirection: &str| {
        let script = format!("exec '{}' {LINE} --each {each} {redirection}", env!("CARGO_BIN_EXE_goldenweight"));
        Command::new("sh").args(["-c", &script]).output().expect("a shell")
    };
    let to_out = format!("> {}", out.display());
    for each in ["/proc/self/fd/1", &out.display().to_string(), &link.display().to_string()] {
        let output = run(each, &to_out);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.code() == Some(2) && said.lines().count() == 1, "{each}: {said}");
        assert!(said.ends_with("stdout or stderr goes there\n"), "{each}: {said}");
        assert_eq!(fs::read_to_string(&out).expect("there"), "", "{each}");
    }
    assert!(link.is_symlink());
    let output = run("/proc/self/fd/1", "| cat; true");
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    // A file that the shell has opened: the same file, not another in its place.
    fs::write(&other, "head\n").expect("written");
    let output = run("/proc/self/fd/3", &format!("3>> {}", other.display()));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let written = fs::read_to_string(&other).expect("there");
    assert!(written.starts_with("head\nreplicate,") && written.lines().count() == 72, "{written}");
}
