//! `--store` and `--shard`: the same bits after whatever happened.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{goldenweight, json, run, stdout_of, text};

/// Takes about a second on one thread.
const LONG: &str =
    "simulate --model logistic --real 40 --synthetic 40 --weight .4,.6 --generations 20 --replicates 40000 --json";
const SHORT: &str = "simulate --model gaussian-mean --real 10 --synthetic 10 --weight .5 --replicates 5000 --json";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("UTF-8")
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.path()).expect("the store");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        files
    }

    /// The command with this store.
    fn line(&self, command: &str) -> String {
        format!("{command} --store {}", self.path())
    }
}

/// The listing of a store.
fn listed(folder: &Folder) -> Value {
    json(&format!("store {} --json", folder.path()))
}

#[test]
fn a_second_run_takes_what_is_there() {
    let folder = Folder::new();
    let without = stdout_of(SHORT, 0);
    assert_eq!(stdout_of(&folder.line(SHORT), 0), without);
    let files = folder.files();
    assert_eq!(files.len(), 1);
    assert_eq!(stdout_of(&folder.line(SHORT), 0), without);
    assert_eq!(folder.files(), files, "nothing new");
    // More replicates go on from there: 5000 is no whole number of blocks, so what is kept beside it is the beginning of 78 whole ones, 4992.
    let more = SHORT.replace("5000", "6000");
    let done = |command: &str| json(&folder.line(&format!("{command} --progress")))["done"].clone();
    assert_eq!(done(&more), 4992);
    assert_eq!(stdout_of(&folder.line(&more), 0), stdout_of(&more, 0));
    // Both are still there when the store is pruned, each with its own end.
    stdout_of(&format!("store {} --prune", folder.path()), 0);
    assert_eq!((done(SHORT), done(&more)), (5000.into(), 6000.into()));
    assert_eq!(stdout_of(&folder.line(SHORT), 0), without);
}

/// What is no file of a store is named, and the rest is used.
#[cfg(unix)]
#[test]
fn links_to_nowhere_and_other_names_do_no_harm() {
    let folder = Folder::new();
    let without = stdout_of(SHORT, 0);
    stdout_of(&folder.line(SHORT), 0);
    std::os::unix::fs::symlink("/nowhere/at/all", folder.0.path().join("zz.blocks")).expect("a link");
    fs::create_dir(folder.0.path().join(".goldenweightAA0")).expect("a directory");
    fs::write(folder.0.path().join(".goldenweightAA1"), "").expect("a file");
    let output = run(&folder.line(SHORT));
    let stderr = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), &*without), "{stderr}");
    assert!(stderr.contains("zz.blocks cannot be read: "), "{stderr}");
    let pruned = run(&format!("store {} --prune", folder.path()));
    assert_eq!(pruned.status.code(), Some(1), "{}", text(&pruned.stderr));
    assert!(!folder.0.path().join(".goldenweightAA1").exists());
}

/// A share of pictures has no numbers, and says what it has done.
#[test]
fn pictures_are_divided() {
    let folder = Folder::new();
    let out = Folder::new();
    let command = format!("figures ladders --replicates 20 --out {}", out.path());
    for index in 1..=2 {
        stdout_of(&folder.line(&format!("{command} --shard {index}/2")), 0);
    }
    let last = json(&folder.line(&format!("{command} --shard 1/2 --json")));
    assert_eq!((&last["left"]["blocks"], &last["left"]["shares"]), (&0.into(), &0.into()), "{last}");
    stdout_of(&folder.line(&command), 0);
}

#[test]
fn shards_add_up_to_one_process() {
    for (command, rounds) in [
        // One round for each look.
        ("verify --only gaussian-mean-law --kinds simulation --json", 4),
        ("verify --only golden-weight --kinds optimum --json", 4),
        ("verify --only audit-independence --kinds simulation --json", 4),
        ("calibrate --only gaussian-mean-law --kinds simulation,optimum --budget .02 --seeds 3 --json", 1),
        (SHORT, 1),
        ("optimize --model gaussian-mean --real 20 --synthetic 20 --generations 5 --replicates 4800 --json", 3),
        ("adult --replicates 130 --json", 1),
    ] {
        let folder = Folder::new();
        let share = |index| {
            let document = json(&folder.line(&format!("{command} --shard {index}/3")));
            let left = &document["left"];
            left["blocks"] == 0 && left["shares"] == 0 && left["claims"].as_array().expect("a list").is_empty()
        };
        // Some twice, in any order.
        let finished = (0..rounds).any(|_| [3, 1, 1, 2].map(share)[3]);
        assert!(finished, "{command}: something is left after {rounds} rounds");
        let whole = stdout_of(&folder.line(command), if command.starts_with("calibrate") { 3 } else { 0 });
        let alone = stdout_of(command, if command.starts_with("calibrate") { 3 } else { 0 });
        assert_eq!(without_seconds(&whole), without_seconds(&alone), "{command}");
    }
}

/// Seconds are no result.
fn without_seconds(document: &str) -> String {
    document.lines().filter(|line| !line.trim_start().starts_with("\"seconds\"")).collect::<Vec<_>>().join("\n")
}

#[test]
fn figures_of_shards_are_those_of_one_process() {
    let (folder, out, alone) = (Folder::new(), Folder::new(), Folder::new());
    let command = |out: &Folder| format!("figures 8a 7a --replicates 200 --out {}", out.path());
    for index in [2, 1] {
        let said = stdout_of(&folder.line(&format!("{} --shard {index}/2", command(&out))), 0);
        assert_eq!(said.contains("nothing is left"), index == 1, "{said}");
        assert!(out.files().is_empty());
    }
    stdout_of(&folder.line(&command(&out)), 0);
    stdout_of(&command(&alone), 0);
    let read = |folder: &Folder| folder.files().iter().map(|file| fs::read(file).expect("a file")).collect::<Vec<_>>();
    assert_eq!(out.files().len(), 4);
    assert_eq!(read(&out), read(&alone));
}

/// A file that is cut off, one with a flipped bit, one of something else, and one that is no file.
#[test]
fn damage_is_named_and_simulated_again() {
    type Damage = fn(&Path);
    let without = stdout_of(SHORT, 0);
    let damages: [(&str, Damage); 5] = [
        ("is cut off at byte 100", |file| {
            let bytes = fs::read(file).expect("a file");
            fs::write(file, &bytes[..100]).expect("written");
        }),
        ("the checksum at byte", |file| {
            let mut bytes = fs::read(file).expect("a file");
            let last = bytes.len() - 10;
            bytes[last] ^= 4;
            fs::write(file, bytes).expect("written");
        }),
        // Of the layout before this one.
        ("is of another layout of the store", |file| {
            let mut bytes = fs::read(file).expect("a file");
            bytes["goldenweight store ".len()] = b'1';
            fs::write(file, bytes).expect("written");
        }),
        ("is no file of a store", |file| fs::write(file, "somebody else's").expect("written")),
        ("cannot be read", |file| {
            fs::remove_file(file).expect("removed");
            fs::create_dir(file).expect("made");
        }),
    ];
    for (cause, damage) in damages {
        let folder = Folder::new();
        stdout_of(&folder.line(SHORT), 0);
        let file = folder.files().remove(0);
        damage(&file);
        let listed = run(&format!("store {} --json", folder.path()));
        assert_eq!(listed.status.code(), Some(1), "{}", text(&listed.stderr));
        assert!(text(&listed.stdout).contains(cause));
        let output = run(&folder.line(SHORT));
        let stderr = text(&output.stderr);
        assert_eq!(text(&output.stdout), without, "{stderr}");
        assert!(stderr.contains(&format!("note: {} ", file.display())) && stderr.contains(cause), "{stderr}");
        // The damaged file does not stand in the way of the new one, which has its name where it has the same records.
        let again = run(&folder.line(SHORT));
        assert_eq!(text(&again.stdout), without);
    }
}

fn begin(line: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goldenweight"));
    command.args(line.split(' ')).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs")
}

/// Kills of processes at moments all over their runs; some hit them while they write.
#[test]
fn what_a_killed_process_has_left_is_used() {
    let without = stdout_of(LONG, 0);
    let folder = Folder::new();
    let line = folder.line(&format!("{LONG} --threads 1"));
    for moment in [60, 1030, 350, 1100, 700, 1015, 1400] {
        let mut child = begin(&line);
        thread::sleep(Duration::from_millis(moment));
        // One that has ended is none the less right in the end.
        let _ = child.kill();
        child.wait().expect("it ends");
    }
    let output = run(&folder.line(LONG));
    assert_eq!(text(&output.stdout), without);
    assert_eq!(text(&output.stderr), run(LONG).stderr.iter().map(|&b| b as char).collect::<String>());
}

/// A process that is killed within its first second has left each block that it had finished: whoever has seen one in the store finds it again.
#[test]
fn a_killed_process_loses_blocks_under_way_alone() {
    let folder = Folder::new();
    let line = folder.line(&format!("{LONG} --threads 1"));
    let mut child = begin(&line);
    let count = || json(&folder.line(&format!("{LONG} --progress")))["done"].as_u64().expect("a count");
    let mut seen = 0;
    for _ in 0..1_000 {
        seen = count();
        if seen >= 128 || child.try_wait().expect("it runs").is_some() {
            break;
        }
    }
    child.kill().expect("it is killed while it runs");
    child.wait().expect("it ends");
    let left = count();
    assert!(left >= seen && seen >= 128 && left < 40_000, "{seen} replicates were there, {left} are left");
    let is_journal = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "journal");
    assert!(folder.files().iter().any(is_journal), "{:?}", folder.files());
    assert_eq!(stdout_of(&folder.line(LONG), 0), stdout_of(LONG, 0));
    stdout_of(&format!("store {} --prune", folder.path()), 0);
    assert!(!folder.files().iter().any(is_journal), "{:?}", folder.files());
}

/// Several processes at a time, in one folder, on the same work and on different work.
#[test]
fn writers_do_not_disturb_each_other() {
    let folder = Folder::new();
    let other = LONG.replace(".4,.6", ".3");
    let lines: Vec<String> = (1..=8)
        .map(|i| match i % 4 {
            0 => folder.line(LONG),
            1 => folder.line(&other),
            _ => folder.line(&format!("{LONG} --shard {i}/8")),
        })
        .collect();
    let children: Vec<Child> = lines.iter().map(|line| begin(line)).collect();
    let (without, other) = (stdout_of(LONG, 0), stdout_of(&other, 0));
    for (child, line) in children.into_iter().zip(&lines) {
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{line}");
        let expected = if line.contains(".4,.6") { &without } else { &other };
        assert!(line.contains("--shard") || text(&output.stdout) == expected, "{line}");
    }
    let found = listed(&folder);
    assert_eq!(found["damaged"], serde_json::json!([]), "{found}");
    assert_eq!(stdout_of(&folder.line(LONG), 0), without);
}

#[test]
fn a_pruned_store_is_small_and_has_everything() {
    let folder = Folder::new();
    for index in 1..=3 {
        stdout_of(&folder.line(&format!("{SHORT} --shard {index}/3")), 0);
    }
    let without = stdout_of(SHORT, 0);
    assert_eq!(stdout_of(&folder.line(SHORT), 0), without);
    let before = listed(&folder);
    assert_eq!(
        (&before["files"], &before["records"]),
        (&4.into(), &5.into()),
        "blocks of three shares, their sum, and that of the whole blocks: {before}"
    );
    assert_eq!(before["experiments"][0]["replicates"], 5_000 + 5_000 + 4_992, "{before}");
    fs::write(folder.0.path().join(".goldenweight1"), "left by a killed process").expect("written");
    fs::write(folder.0.path().join("somebody's.blocks"), "of something else").expect("written");
    let output = run(&format!("store {} --prune", folder.path()));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("damaged: "), "{}", text(&output.stdout));
    fs::remove_file(folder.0.path().join("somebody's.blocks")).expect("it stays");
    let after = listed(&folder);
    assert_eq!((&after["files"], &after["records"]), (&1.into(), &2.into()), "{after}");
    assert_eq!(folder.files().len(), 1);
    assert_eq!(after["experiments"][0]["replicates"], 5_000 + 4_992, "{after}");
    assert_eq!(stdout_of(&folder.line(SHORT), 0), without);
}

/// What is left of a run goes down from share to share, and takes a time that was measured.
#[test]
fn progress_is_told_from_the_store_alone() {
    let folder = Folder::new();
    let command = "verify --only gaussian-mean-law --kinds simulation,optimum --json";
    let progress = || json(&folder.line(&format!("{command} --progress")));
    let count = |document: &Value, key: &str| document[key].as_u64().expect("a count");
    let before = progress();
    assert_eq!((count(&before, "done"), &before["seconds_left"]), (0, &Value::Null), "{before}");
    assert!(folder.files().is_empty(), "nothing is simulated");
    let mut left = count(&before, "left");
    for index in 1..=3 {
        json(&folder.line(&format!("{command} --shard {index}/3")));
        let now = progress();
        assert!(now["seconds_left"].as_f64().is_some_and(|seconds| seconds > 0.0), "{now}");
        assert_eq!(now["claims"][0]["claim"], "gaussian-mean-law");
        if index < 3 {
            assert!(count(&now, "left") < left, "{now}");
            left = count(&now, "left");
        }
    }
    stdout_of(&folder.line(command), 0);
    let after = progress();
    assert_eq!((count(&after, "left"), &after["seconds_left"]), (0, &serde_json::json!(0.0)), "{after}");
    let none = Folder::new();
    let missing = format!("{command} --store {}/none --progress", none.path());
    assert_eq!(run(&missing).status.code(), Some(2));
    assert_eq!(run(&format!("{command} --progress")).status.code(), Some(2));
}

/// Of a seed of a calibration that is finished the estimates are kept, not what was drawn for them.
#[test]
fn a_calibration_keeps_estimates() {
    let folder = Folder::new();
    let command = "calibrate --only gaussian-mean-law --kinds simulation,optimum --budget .02 --seeds 3 --json";
    let alone = stdout_of(command, 3);
    let progress = || json(&folder.line(&format!("{command} --progress")));
    let all = progress()["left"].clone();
    for index in [2, 1] {
        json(&folder.line(&format!("{command} --shard {index}/2")));
    }
    assert_eq!((&progress()["left"], &progress()["done"]), (&0.into(), &all));
    let found = listed(&folder);
    // Some checks and the wrong simulator under three seeds, and the turns of two shares.
    assert!(found["records"].as_u64().expect("a count") < 15, "{found}");
    assert_eq!(stdout_of(&folder.line(command), 3), alone);
    assert_eq!(stdout_of(&folder.line(command), 3), alone);
    assert!(listed(&folder)["records"].as_u64().expect("a count") < 30, "{}", listed(&folder));
}

#[test]
fn a_store_that_cannot_be_written_is_bad_input() {
    let folder = Folder::new();
    let file = folder.0.path().join("file");
    fs::write(&file, "").expect("written");
    let output =
        goldenweight(&[&SHORT.split(' ').collect::<Vec<_>>()[..], &["--store", file.to_str().unwrap()]].concat());
    let stderr = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{stderr}");
    assert!(stderr.starts_with("error: --store ") && stderr.lines().count() == 1, "{stderr}");
}
