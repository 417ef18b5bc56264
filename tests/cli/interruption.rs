//! Ctrl-C in a simulation: what is finished is printed, marked as partial.

use std::{
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{json, number, text};

/// What a run of minutes prints when it is interrupted after this time.
fn interrupted(line: &str, after: Duration) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goldenweight"));
    let child = command.args(line.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    thread::sleep(after);
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success(), "{line} ended early");
    child.wait_with_output().expect("it ends")
}

fn partial(line: &str, after: Duration) -> Value {
    let output = interrupted(line, after);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{line}: {stderr}");
    assert!(stderr.contains("inconclusive: partial, interrupted: "), "{line}: {stderr}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: {e}"));
    assert_eq!(document["partial"], true, "{document}");
    document
}

/// What is printed is the run of as many replicates as are finished, to the bit.
#[test]
fn an_interrupted_simulation_is_that_of_its_first_replicates() {
    let line =
        "simulate --model linear --real 50 --synthetic 50 --weight 0.5 --generations 20 --json --seed 3 --replicates";
    let document = partial(&format!("{line} 1000000000"), Duration::from_secs(1));
    let (done, asked) = (number(&document, "replicates"), number(&document, "replicates_asked"));
    assert!(done >= 64.0 && asked == 1e9, "{document}");
    let whole = json(&format!("{line} {done}"));
    assert_eq!(whole["partial"], false);
    for key in ["risk", "std_error", "failed_fits", "z", "z_degrees"] {
        assert_eq!(document[key], whole[key], "{key}");
    }
    let text_line = line.replace(" --json", "") + " 1000000000";
    let output = interrupted(&text_line, Duration::from_secs(1));
    let said = text(&output.stdout);
    assert!(
        output.status.code() == Some(3) && said.contains("partial, interrupted: ") && said.contains("of 1000000000"),
        "{said}"
    );
}

/// Its losses are in the file, each as in a run to the end.
#[test]
fn an_interrupted_simulation_writes_the_losses_that_are_finished() {
    let folder = tempfile::tempdir().expect("a directory");
    let line = "simulate --model linear --real 50 --synthetic 50 --weight 0.5,0.6 --generations 20 --json --each";
    let place = |name: &str| folder.path().join(name).display().to_string();
    let output = interrupted(&format!("{line} {} --replicates 1000000000", place("part")), Duration::from_secs(1));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let done = number(&document["results"][1], "replicates");
    assert!(output.status.code() == Some(3) && done >= 64.0, "{document}");
    json(&format!("{line} {} --replicates {done}", place("whole")));
    let [part, whole] = ["part", "whole"].map(|name| std::fs::read_to_string(place(name)).expect("written"));
    assert!(part == whole && part.lines().count() as f64 == done + 1.0, "{} lines of {done}", part.lines().count());
}

/// Without two whole batches there is no minimum, and that is said.
#[test]
fn an_interrupted_minimisation_is_that_of_whole_batches_or_none() {
    let line = "optimize --model gaussian-mean --real 50 --synthetic 50 --generations 200 --replicates 24000000 --json";
    let document = partial(line, Duration::from_secs(1));
    assert_eq!([&document["weight"], &document["replicates"]], [&Value::Null, &Value::from(0)]);
    assert_eq!(document["z_reason"], "interrupted before two batches were whole");
}

/// One replicate would take minutes: of a million generations, and of the covariance of 300 variables.
#[test]
fn an_interruption_does_not_wait_for_a_replicate() {
    for chain in ["linear --simulator rows --generations 1000000", "gaussian-covariance --dim 300 --generations 100000"]
    {
        let line = format!("simulate --model {chain} --real 400 --synthetic 400 --weight 0.5 --json --seed 3");
        let began = Instant::now();
        let output = interrupted(&line, Duration::from_secs(1));
        // Half a second more on idle cores.
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!([&document["replicates"], &document["partial"]], [&Value::from(0), &Value::from(true)]);
    }
}

#[test]
fn interrupted_experiments_keep_what_is_finished() {
    let line = "adult --replicates 1000000 --json";
    let said = interrupted(line, Duration::from_secs(1));
    let causes = text(&said.stderr).lines().filter(|line| line.starts_with("inconclusive: ")).count();
    assert_eq!(causes, 1, "{}", text(&said.stderr));
    let document = partial(line, Duration::from_secs(2));
    let experiments = document["experiments"].as_array().expect("a list");
    let first = &experiments[0]["risks"][0];
    assert!(number(first, "replicates") >= 64.0 && first["risk"].is_number(), "{first}");
    // The last has not begun, and says so.
    let last = &experiments[3]["risks"][0];
    assert_eq!([&last["risk"], &last["replicates"]], [&Value::Null, &Value::from(0)]);
    assert_eq!(last["reasons"]["risk"], "interrupted before the first replicate ended");
}

/// The bootstrap of `audit` is that of its first resamples; below 100 of them there is nothing to tell.
#[test]
fn an_interrupted_audit_is_that_of_its_first_resamples_or_none() {
    let line = "audit --real tests/references/tables/poisson.csv --synthetic tests/references/tables/poisson-synthetic.csv --target y --family poisson \
                --json --bootstrap";
    let document = partial(&format!("{line} 100000"), Duration::from_secs(1));
    let (done, asked) = (number(&document, "resamples"), number(&document, "resamples_asked"));
    assert!((100.0..asked).contains(&done) && asked == 1e5, "{document}");
    let whole = json(&format!("{line} {done}"));
    for key in ["verdict", "weight_interval", "worth_interval", "pooling", "p_near", "coefficients"] {
        assert_eq!(document[key], whole[key], "{key}");
    }
    // Logistic regression on 200,000 rows: after a second the bootstrap has hardly begun.
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("long.csv").display().to_string();
    let row = |i: u64| {
        let columns: String = (3..13).map(|j| format!("{},", i * i * j % 997)).collect();
        format!("{columns}{}\n", u64::from(i * 7919 % 13 < 6))
    };
    let rows: String = (0..200_000).map(row).collect();
    std::fs::write(&file, format!("a,b,c,d,e,f,g,h,i,j,y\n{rows}")).expect("written");
    let line =
        format!("audit --real {file} --synthetic {file} --target y --family logistic --bootstrap 100000 --threads 2");
    let output = interrupted(&line, Duration::from_secs(1));
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0), "{said}");
    assert!(
        said.contains("error: could not run: interrupted after ") && said.contains("of which 100 are needed"),
        "{said}"
    );
}
