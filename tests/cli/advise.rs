//! `advise`: what is written, and what is refused with file, line, column and condition.

use std::fs;

use crate::{assert_close, json, number, run, text};

const LOGISTIC: &str = "advise --data tests/references/tables/logistic.csv --target y --family logistic --synthetic 60";

/// Of 240 rows.
#[test]
fn the_weights_of_the_rows_have_the_mean_1() {
    let folder = tempfile::tempdir().expect("a directory");
    let out = folder.path().join("w.csv");
    let document = json(&format!("{LOGISTIC} --weights-out {} --json", out.display()));
    let written = fs::read_to_string(&out).expect("written");
    let weights: Vec<f64> = written.lines().skip(1).map(|line| line.parse().expect("a number")).collect();
    assert_eq!((written.lines().next(), weights.len()), (Some("weight"), 300));
    let weight = number(&document, "weight");
    assert_close(weights.iter().sum::<f64>(), 300.0, 1e-12, "a weight");
    assert_close(weights[..240].iter().sum::<f64>(), 300.0 * weight, 1e-12, "a weight");
    assert_close(number(&document["per_row_weight"], "real"), weight / 240.0, 1e-14, "a weight");
    // w*(kappa), and n over it.
    let kappa = number(&document, "kappa");
    assert_close(weight, 2.0 / (1.0 + (1.0 + 4.0 / kappa).sqrt()), 1e-14, "a weight");
    assert_close(number(&document, "effective_sample_size"), 240.0 / weight, 1e-12, "a weight");
}

/// A row that is left out has the weight 0, so that the column fits beside the file's.
#[test]
fn rows_that_are_dropped_have_no_weight() {
    let folder = tempfile::tempdir().expect("a directory");
    let [data, out] = ["d.csv", "w.csv"].map(|name| folder.path().join(name).display().to_string());
    fs::write(&data, "a,y\n1,2\n,3\n2,5\n4,4\n3,NA\n5,1\n").expect("written");
    let line =
        format!("advise --data {data} --target y --family linear --synthetic 4 --missing drop --weights-out {out}");
    let document = json(&format!("{line} --json"));
    assert_eq!((number(&document, "n"), number(&document, "dropped_rows")), (4.0, 2.0));
    let written = fs::read_to_string(&out).expect("written");
    let weights: Vec<f64> = written.lines().skip(1).map(|line| line.parse().expect("a number")).collect();
    assert_eq!((weights.len(), weights[1], weights[4]), (10, 0.0, 0.0));
    assert_close(weights.iter().sum::<f64>(), 8.0, 1e-12, "a weight");
}

/// One line on stderr, exit code 2, nothing written.
#[test]
fn what_is_wrong_is_said_with_its_place() {
    let folder = tempfile::tempdir().expect("a directory");
    let [data, out] = ["d.csv", "w.csv"].map(|name| folder.path().join(name).display().to_string());
    let logistic = "--target y --family logistic --synthetic 9";
    let cases = [
        ("", logistic, "d.csv: is empty: there is no line of names"),
        ("a,y\n1,0\n", logistic, "d.csv: has one row: there must be more"),
        ("a,y\n1,0\n2,2\n", logistic, "d.csv: line 3, column y: must be 0 or 1, or one of two texts, and is 2"),
        ("a,y\n1,0\n2,1,\n", logistic, "d.csv: line 3: has 3 fields, and the line of names has 2 fields"),
        ("a,y\n1,0\n2,0\n3,1\n4,1\n", logistic, "d.csv: the fit does not exist: a separates the responses"),
        (
            "a,y\n1,0\n2,0\n.,1\n4,1\n5,0\n",
            logistic,
            "d.csv: has 5 rows: there must be more than the 5 numbers that are fitted (column a alone has 5 levels); but line 4, column a: . is no number: so the column is read as levels (4 of its 5 levels are numbers)",
        ),
        ("a,y\n1,0\n2,1\n", logistic, "d.csv: has 2 rows: there must be more than the 2 numbers that are fitted"),
        ("a,y\n1,0\n2,1\n", "--family logistic --synthetic 9", "option --target: is required by --family logistic"),
        (
            "a,y\n1,0\n2,1\n",
            "--target y --family mean --synthetic 9",
            "--target y: must be left out: --family mean has none",
        ),
        (
            "a,y\n1,0\n2,1\n",
            "--target y --family logit --synthetic 9",
            "--family logit: must be one of linear, logistic",
        ),
        (
            "a,y\n1,0\n2,1\n3,0\n",
            "--target y --family logistic --synthetic 0",
            "--synthetic 0: must be from 1 to 1000000000000",
        ),
        (
            "a,y\n1,0\n2,1\n1.5,1\n2.5,0\n",
            "--target y --family logistic --synthetic 10000000",
            "--synthetic 10000000: must leave at most 10000000 rows for --weights-out: there are 10000004",
        ),
    ];
    fs::write(&data, "a,y\n1,0\n2,1\n").expect("written");
    let line = format!("advise --data {data} {logistic} --weights-out {data}");
    assert!(text(&run(&line).stderr).contains("must be another file than --data"));
    assert_eq!(fs::read_to_string(&data).expect("readable"), "a,y\n1,0\n2,1\n");
    for (content, options, said) in cases {
        fs::write(&data, content).expect("written");
        let output = run(&format!("advise --data {data} {options} --weights-out {out}"));
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}: {stderr}");
        assert!(stderr.contains(said) && stderr.lines().count() == 1, "{said}: {stderr}");
        assert!(!fs::exists(&out).expect("readable"), "{said}");
    }
}

/// The chains' risk at the optimum, near the limit law: of 240 rows and 6 coefficients it is some per cent above it.
#[test]
fn tables_are_retrained() {
    for (family, table) in [("linear", "linear"), ("poisson", "poisson"), ("logistic", "logistic")] {
        let line = format!(
            "advise --data tests/references/tables/{table}.csv --target y --columns age --family {family} --synthetic 480 \
             --simulate 400 --json"
        );
        let document = json(&line);
        let rows = document["simulated"].as_array().expect("a list");
        assert_eq!(rows.len(), 4);
        for row in rows {
            let (risk, error, law) = (number(row, "risk"), number(row, "std_error"), number(row, "limit_law"));
            assert_eq!(number(row, "failed_fits"), 0.0);
            // 5 standard errors and a gap of a tenth: a term of 1/n of 2 coefficients in 240 rows, ten times over.
            assert!((risk - law).abs() < 5.0 * error + 0.1 * law, "{family}: {row}");
        }
    }
    let accumulate = json(&format!("{LOGISTIC} --columns age --simulate 16 --schedule accumulate --json"));
    let [row] = &accumulate["simulated"].as_array().expect("a list")[..] else { panic!("{accumulate}") };
    assert!(row.get("weight").is_none() && row.get("limit_law").is_none() && number(row, "risk") > 0.0);
}
