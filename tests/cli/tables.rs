//! What `verify` writes for other programs: JUnit XML and CSV, held against the JSON of the same run.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::{json, text};

/// A run with evidence of each sort: sampled, exact, and a proof, which is skipped where there is no Coq.
#[test]
fn junit_and_tables_have_what_json_has() {
    let folder = tempfile::tempdir().expect("a directory");
    let place = |name: &str| folder.path().join(name);
    let (junit, tables) = (place("run.xml"), place("tables"));
    let line = format!(
        "verify --only golden-ratio --kinds proof,exact,simulation,optimum --junit {} --csv {} --json",
        junit.display(),
        tables.display()
    );
    let document = json(&line);
    let claim = &document["claims"][0];
    let evidence = claim["evidence"].as_array().expect("a list");

    let xml = fs::read_to_string(junit).expect("written");
    let xml = roxmltree::Document::parse(&xml).expect("XML");
    let suite = xml.root_element().first_element_child().expect("a suite");
    assert_eq!((suite.tag_name().name(), suite.attribute("name")), ("testsuite", claim["id"].as_str()));
    let cases: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
    assert_eq!(suite.attribute("tests"), Some(evidence.len().to_string().as_str()));
    assert_eq!(cases.len(), evidence.len());
    for (case, evidence) in cases.iter().zip(evidence) {
        let word = |key: &str| evidence[key].as_str().expect("text").to_owned();
        assert_eq!(case.attribute("name"), Some(format!("{}: {}", word("kind"), word("check")).as_str()));
        let says = case.first_element_child().expect("what it found");
        let expected = if evidence["ran"] == true { "system-out" } else { "skipped" };
        assert_eq!(says.tag_name().name(), expected);
        assert_eq!(says.text().or(says.attribute("message")), evidence["detail"].as_str());
    }

    let read = |name: &str| -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(tables.join(name)).expect("written");
        reader.deserialize().collect::<Result<_, _>>().expect("a table")
    };
    let same = |cell: &str, value: &Value| match value {
        Value::Null => cell.is_empty(),
        Value::Number(number) => cell.parse::<f64>().ok() == number.as_f64(),
        Value::String(text) => cell == text,
        Value::Bool(is) => cell == is.to_string(),
        _ => false,
    };
    let [claims, pieces, comparisons] = ["claims.csv", "evidence.csv", "comparisons.csv"].map(read);
    assert_eq!((claims.len(), pieces.len()), (1, evidence.len()));
    for key in ["verdict", "statement", "formula", "domain", "source", "exactness"] {
        assert!(same(&claims[0][key], &claim[key]), "{key}");
    }
    let mut rest = comparisons.iter();
    for (row, evidence) in pieces.iter().zip(evidence) {
        for key in "check kind verdict ran route statistic bound detectable_effect seconds detail reproduce".split(' ')
        {
            assert!(same(&row[key], &evidence[key]), "{key}: {row:?} {evidence}");
        }
        for compared in evidence["comparisons"].as_array().expect("a list") {
            let row = rest.next().expect("a row for each comparison");
            assert_eq!(row["check"], evidence["check"].as_str().expect("text"));
            for key in
                "place of verdict estimate std_error z degrees bound relative_error margin detectable_effect replicates"
                    .split(' ')
            {
                assert!(same(&row[key], &compared[key]), "{key}: {row:?} {compared}");
            }
            assert!(same(&row["expected"], &compared["expected"][0]["value"]), "{row:?} {compared}");
            assert!(same(&row["interval_high"], &compared["interval"][1]), "{row:?} {compared}");
        }
    }
    assert!(rest.next().is_none() && !comparisons.is_empty());
}

/// Bad input writes nothing.
#[test]
fn nothing_is_written_of_a_run_that_is_refused() {
    let folder = tempfile::tempdir().expect("a directory");
    let line = format!("verify --only nothing-at-all --junit {}", folder.path().join("x.xml").display());
    let output = crate::run(&line);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
}
