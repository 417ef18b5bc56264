//! `schema`, held against every document that the program prints.
//!
//! The validator is the crate jsonschema, which shares nothing with schemars, by which the schema is made.

use std::path::Path;

use serde_json::{Value, json};

use crate::documents::{COMMANDS, RUNS};
use crate::{json as document_of, json_with_code, stdout_of};

/// The schema with every value closed: a key that it does not have is an error here, though a reader must allow for it.
fn closed(mut schema: Value) -> Value {
    /// `whole` where the schema is all that is said of a value, and not one of several that hold together.
    fn close(schema: &mut Value, whole: bool) {
        let Value::Object(map) = schema else { return };
        for (key, value) in map.iter_mut() {
            match (key.as_str(), value) {
                ("properties", Value::Object(parts)) => parts.values_mut().for_each(|part| close(part, true)),
                ("$defs", Value::Object(parts)) => parts.values_mut().for_each(|part| close(part, false)),
                ("prefixItems", Value::Array(parts)) => parts.iter_mut().for_each(|part| close(part, true)),
                (_, Value::Array(parts)) => parts.iter_mut().for_each(|part| close(part, false)),
                ("items" | "additionalProperties", value) => close(value, true),
                (_, value) => close(value, false),
            }
        }
        let is_object = ["properties", "$ref", "anyOf", "oneOf", "allOf"].iter().any(|key| map.contains_key(*key));
        if whole && is_object {
            map.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
        }
    }
    close(&mut schema, true);
    schema
}

/// What a document of this command does not keep of its schema.
fn faults(command: &str, document: &Value) -> Vec<String> {
    let schema = closed(document_of(&format!("schema {command}")));
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn command_of(line: &str) -> &str {
    line.split(' ').next().expect("a word")
}

#[test]
fn every_document_keeps_its_schema() {
    let folder = tempfile::tempdir().expect("a directory");
    let figures = format!("figures golden-weight --out {}", folder.path().display());
    let lines = COMMANDS.iter().chain(&RUNS).map(|(line, code)| ((*line).to_owned(), *code));
    let lines = lines.chain([
        (figures, 0),
        ("claims".to_owned(), 0),
        ("atlas --ratio 0.3".to_owned(), 0),
        ("weight --model kde --real 30 --synthetic 20".to_owned(), 0),
        ("survival --probabilities .5,.3,.2 --real 9 --synthetic 7 --generations 5".to_owned(), 0),
        ("survival --probabilities .5,.5 --real 9 --synthetic 7".to_owned(), 0),
        (
            "survival --probabilities .5,.5 --real 9 --synthetic 7 --generations 5 --weight .2 --replicates 64"
                .to_owned(),
            0,
        ),
        (
            "simulate --model logistic --real 50 --synthetic 50 --weight .5 --generations 2 --replicates 640"
                .to_owned(),
            0,
        ),
        ("verify --only gaussian-mean-law --kinds simulation,recursion".to_owned(), 0),
        ("calibrate --only gaussian-variance-law --seeds 20 --budget 0.03".to_owned(), 0),
    ]);
    let report = folder.path().join("report").display().to_string();
    stdout_of(&format!("verify --only golden-ratio --kinds simulation --report {report} --archive"), 0);
    let lines = lines.chain([(format!("compare {report} {report}"), 0), (format!("check {report}"), 0)]);
    let store = folder.path().join("store").display().to_string();
    let lines = lines.chain([
        (format!("verify --only gaussian-mean-law --kinds simulation --store {store} --shard 1/30"), 0),
        (format!("verify --only gaussian-mean-law --kinds simulation --store {store} --progress"), 0),
        (format!("verify --only golden-weight --kinds optimum --store {store} --progress"), 0),
        (format!("store {store} --prune"), 0),
    ]);
    let mut seen = Vec::new();
    for (line, code) in lines {
        let document = json_with_code(&format!("{line} --json"), code);
        let divided = [("--shard", "share"), ("--progress", "progress")];
        let command =
            divided.iter().find(|(option, _)| line.contains(option)).map_or(command_of(&line), |(_, name)| name);
        assert_eq!(faults(command, &document), [""; 0], "{line}");
        assert_eq!(document["schema"], document_of("schema")["$id"].as_str().unwrap().rsplit(':').next().unwrap());
        seen.push(command.to_owned());
    }
    let all = document_of("schema");
    for one in all["anyOf"].as_array().expect("a list") {
        let name = one["$ref"].as_str().and_then(|place| place.strip_prefix("#/$defs/")).expect("a place");
        assert!(seen.iter().any(|command| command == name), "no document of {name} was tried");
    }
}

/// What a validator must find: a key taken away, a key too many, a number that is text, a word that is none of a list; a document of another command.
#[test]
fn what_is_no_document_is_refused() {
    let document = document_of("verify --only golden-ratio --kinds exact --json");
    let faults_of = |change: &dyn Fn(&mut Value)| {
        let mut changed = document.clone();
        change(&mut changed);
        faults("verify", &changed).len()
    };
    assert_eq!(faults_of(&|_| ()), 0);
    assert!(faults_of(&|d| drop(d.as_object_mut().unwrap().remove("seed"))) > 0);
    assert!(faults_of(&|d| d["more"] = json!(1)) > 0);
    assert!(faults_of(&|d| d["claims"][0]["evidence"][0]["more"] = json!(1)) > 0);
    assert!(faults_of(&|d| d["family_false_alarm"] = json!("1e-3")) > 0);
    assert!(faults_of(&|d| d["claims"][0]["verdict"] = json!("true")) > 0);
    assert!(!faults("weight", &document).is_empty());
}

/// The copy that others refer to is that of this version.
#[test]
fn the_kept_schema_is_that_of_the_program() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.json");
    let text = std::fs::read_to_string(&kept).expect("docs/schema.json");
    let same = text == stdout_of("schema", 0);
    assert!(
        same,
        "docs/schema.json is not what `goldenweight schema` prints: write it anew, and raise VERSION in src/cli/schema.rs where keys changed"
    );
}
