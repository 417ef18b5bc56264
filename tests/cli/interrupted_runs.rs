//! Ctrl-C: what is decided is shown, marked as partial.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn begin(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goldenweight"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill").success());
}

#[test]
fn an_interrupted_verify_shows_what_is_decided() {
    let folder = tempfile::tempdir().expect("a directory");
    let place = folder.path().to_str().expect("UTF-8");
    // The full tier would take minutes.
    let mut child = begin(&["verify", "--kinds", "recursion,simulation", "--tier", "full", "--report", place]);
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut text = String::new();
    // The head of the table and a claim.
    (0..2).for_each(|_| assert!(stdout.read_line(&mut text).expect("a line") > 0));
    interrupt(&child);
    stdout.read_to_string(&mut text).expect("UTF-8");
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("inconclusive: interrupted"), "{stderr}");
    assert!(text.contains("Partial: the run was interrupted when it had come to"), "{text}");
    let read = |name| std::fs::read_to_string(folder.path().join(name)).expect("written");
    let run: Value = serde_json::from_str(&read("verify.json")).expect("JSON");
    let left = run["not_begun"].as_array().expect("a list").len();
    assert!(run["partial"] == true && run["verdict"] == "inconclusive" && left > 0, "{run}");
    let decided = run["claims"].as_array().expect("a list");
    assert!(!decided.is_empty() && decided[0]["verdict"] == "confirmed");
    let page = read("verify.html");
    assert!(
        page.contains("Inconclusive, partial</h1>") && page.contains(&format!("had come to {} of ", decided.len()))
    );
}

/// In the midst of a look that takes half a minute on one thread. What it has drawn is no evidence.
#[test]
fn an_interruption_does_not_wait_for_a_look() {
    let child =
        begin(&["verify", "--kinds", "ladder", "--tier", "full", "--only", "figure-10d", "--threads", "1", "--json"]);
    std::thread::sleep(Duration::from_secs(3));
    let asked = Instant::now();
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    // Within a second where nothing else runs beside it.
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(run["partial"] == true && run["verdict"] == "inconclusive", "{run}");
    let evidence = &run["claims"][0]["evidence"][0];
    assert_eq!(evidence["comparisons"], serde_json::json!([]), "{evidence}");
}

#[test]
fn an_interrupted_calibration_tells_the_seeds_that_were_done() {
    let child = begin(&["calibrate", "--only", "break-even", "--budget", "0.01", "--seeds", "100000", "--json"]);
    // Nothing says that it has begun; it takes minutes.
    std::thread::sleep(Duration::from_secs(2));
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let outcome: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let done = outcome["seeds"].as_u64().expect("a number");
    assert!(outcome["partial"] == true && done < 100_000, "{done}");
    assert_eq!(outcome["false_alarms"]["runs"]["trials"], done);
}
