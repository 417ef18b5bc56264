//! `verify --archive` and `check`: an archive that is run again, and one that is damaged.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{goldenweight, json_with_code, stdout_of, text};

/// Writes an archive of a small run.
fn archived(folder: &Path) -> String {
    let folder = folder.display().to_string();
    stdout_of(
        &format!("verify --only golden-* --kinds recursion,simulation,property --seed 5 --report {folder} --archive"),
        0,
    );
    folder
}

fn checksum(file: &Path) -> String {
    Sha256::digest(fs::read(file).expect("readable")).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn metadata(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("ro-crate-metadata.json")).expect("there")).expect("JSON")
}

/// The entity of a graph with this id.
fn entity<'a>(metadata: &'a Value, id: &str) -> &'a Value {
    metadata["@graph"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entity| entity["@id"] == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

const FILES: [&str; 4] = ["verify.json", "verify.html", "ro-crate-metadata.json", "SHA256SUMS"];

/// Writes the list of checksums anew.
fn sum_up(folder: &Path) {
    let sums: String = FILES[..3].iter().map(|name| format!("{}  {name}\n", checksum(&folder.join(name)))).collect();
    fs::write(folder.join(FILES[3]), sums).expect("written");
}

#[test]
fn an_archive_says_what_made_it() {
    let folder = tempfile::tempdir().expect("a directory");
    archived(folder.path());
    let metadata = metadata(folder.path());
    for name in ["verify.json", "verify.html"] {
        let file = entity(&metadata, name);
        assert_eq!(file["sha256"], checksum(&folder.path().join(name)), "{name}");
        let size = fs::metadata(folder.path().join(name)).expect("there").len();
        assert_eq!(file["contentSize"], size.to_string(), "{name}");
    }
    // The list is what `sha256sum` would write.
    let sums = fs::read(folder.path().join("SHA256SUMS")).expect("there");
    sum_up(folder.path());
    assert_eq!(fs::read(folder.path().join("SHA256SUMS")).expect("there"), sums);
    assert_eq!(entity(&metadata, "SHA256SUMS")["contentSize"], sums.len().to_string());
    let run = entity(&metadata, "#run");
    assert!(
        run["description"].as_str().unwrap().starts_with("goldenweight verify --only 'golden-*' --kinds "),
        "{run}"
    );
    let [start, end] = ["startTime", "endTime"].map(|key| run[key].as_str().expect("a time"));
    assert!(start <= end && start.len() == "2026-11-29T00:00:00Z".len() && end.ends_with('Z'), "{start} {end}");
    assert_eq!(entity(&metadata, "#seed")["value"], "5");
    assert_eq!(entity(&metadata, "#program")["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(entity(&metadata, "#executable")["value"], checksum(Path::new(env!("CARGO_BIN_EXE_goldenweight"))));
    // Whatever is referred to is described, but for the context and licences of others.
    let ids: Vec<&Value> = metadata["@graph"].as_array().unwrap().iter().map(|entity| &entity["@id"]).collect();
    fn referred<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(map) if map.len() == 1 && map.contains_key("@id") => found.push(&map["@id"]),
            Value::Object(map) => map.values().for_each(|value| referred(value, found)),
            Value::Array(list) => list.iter().for_each(|value| referred(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    referred(&metadata["@graph"], &mut found);
    let own = |id: &&&Value| **id != "https://w3id.org/ro/crate/1.2";
    assert!(found.iter().filter(own).all(|id| ids.contains(id)), "{found:?} {ids:?}");
}

/// Tables and JUnit XML that are asked for in the archive's own directory are parts of it.
#[test]
fn what_is_written_beside_the_outcome_is_archived() {
    let folder = tempfile::tempdir().expect("a directory");
    let place = folder.path().display().to_string();
    let line = "verify --only golden-ratio --kinds recursion --archive";
    stdout_of(&format!("{line} --report {place} --csv {place}/. --junit {place}/junit.xml"), 0);
    let metadata = metadata(folder.path());
    let forms = [("claims.csv", "text/csv"), ("comparisons.csv", "text/csv"), ("junit.xml", "application/xml")];
    for (name, form) in forms {
        let file = entity(&metadata, name);
        assert_eq!(
            (&file["sha256"], &file["encodingFormat"]),
            (&checksum(&folder.path().join(name)).into(), &form.into())
        );
    }
    assert_eq!(entity(&metadata, "#run")["result"].as_array().map(Vec::len), Some(7));
    assert!(!text(&goldenweight(&["check", &place]).stderr).contains("no part of the archive"));
}

#[test]
fn what_the_page_compares_with_is_an_input() {
    let [before, after] = [0, 1].map(|_| tempfile::tempdir().expect("a directory"));
    let archive = archived(before.path());
    let page = after.path().display();
    stdout_of(&format!("verify --only golden-ratio --kinds exact --report {page} --archive --against {archive}"), 0);
    let metadata = metadata(after.path());
    let input = entity(&metadata, "#file-1");
    let expected = format!("verify.json, SHA-256 {}", checksum(&before.path().join("verify.json")));
    assert!(input["value"].as_str().unwrap().ends_with(&expected), "{input}");
    assert!(entity(&metadata, "#run")["object"].as_array().unwrap().contains(&json!({ "@id": "#file-1" })));
}

#[test]
fn an_archive_reproduces_to_the_bit_and_statistically() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    let document = json_with_code(&format!("check {archive} --json"), 0);
    assert_eq!(document["reproduces"], "bits");
    assert_eq!((&document["seed_before"], &document["seed"]), (&json!(5), &json!(5)));
    let all = document["claims"].as_array().expect("a list").len();
    assert!(all > 1);
    let said = stdout_of(&format!("check {archive} --only golden-ratio"), 0);
    assert!(said.contains("Of 1 claim: 1 to the bit, 0 within statistical agreement, 0 not reproduced."), "{said}");
    let fresh = json_with_code(&format!("check {archive} --fresh --seed 6 --json"), 0);
    assert_eq!((&fresh["reproduces"], fresh["claims"].as_array().unwrap().len()), (&json!("statistical"), all));
}

/// Writes another outcome, and the checksums that go with it.
fn sealed(folder: &Path, document: &Value) {
    let file = folder.join("verify.json");
    fs::write(&file, document.to_string()).unwrap();
    let mut crate_of = metadata(folder);
    let entities = crate_of["@graph"].as_array_mut().unwrap();
    entities.iter_mut().find(|entity| entity["@id"] == "verify.json").unwrap()["sha256"] = json!(checksum(&file));
    fs::write(folder.join("ro-crate-metadata.json"), crate_of.to_string()).unwrap();
    sum_up(folder);
}

/// What is done to an outcome, and what is said of it.
type Lie = (fn(&mut Value, usize), &'static str);

/// Archives whose checksums hold, each with one thing that the run did not find.
#[test]
fn no_word_of_an_archive_is_taken_on_trust() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    let file = folder.path().join("verify.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let ratio = document["claims"].as_array().unwrap().iter().position(|claim| claim["id"] == "golden-ratio");
    let ratio = ratio.expect("a claim");
    fn of<'a>(document: &'a mut Value, claim: usize, kind: &str) -> &'a mut Value {
        let evidence = document["claims"][claim]["evidence"].as_array_mut().unwrap();
        evidence.iter_mut().find(|evidence| evidence["kind"] == kind).expect("evidence of this kind")
    }
    let lies: [Lie; 12] = [
        (|document, claim| document["claims"][claim]["statement"] = json!("another"), "statement another, now "),
        (|document, claim| document["claims"][claim]["formula"] = json!("0 = 1"), "formula 0 = 1, now "),
        (|document, claim| document["claims"][claim]["verdict"] = json!("inconclusive"), "verdict inconclusive, now "),
        (|document, _| document["verdict"] = json!("refuted"), "verdict refuted, and its claims are confirmed"),
        (|document, _| document["family_false_alarm"] = json!(1e-9), "error rate 0.000000001, now 0.001"),
        (|document, _| document["checks"] = json!(7), "7 comparisons share the error rate"),
        (
            |document, claim| document["claims"][claim]["evidence"][0]["check"] = json!("a check"),
            "is not in the archive",
        ),
        (
            |document, claim| of(document, claim, "simulation")["comparisons"][0]["margin"] = json!(9.0),
            "margin 9, now ",
        ),
        (
            |document, claim| {
                let compared = &mut of(document, claim, "simulation")["comparisons"][0];
                (compared["estimate"], compared["std_error"]) = (json!(50.0), json!(100.0));
            },
            "standard error 1e2, now ",
        ),
        (
            |document, claim| of(document, claim, "simulation")["comparisons"][0]["detectable_effect"] = json!(1e-9),
            "detectable effect 1e-9, now ",
        ),
        (
            |document, claim| of(document, claim, "recursion")["detail"] = json!("9000000 cases"),
            "shown 9000000 cases, now ",
        ),
        (|document, claim| of(document, claim, "recursion")["kind"] = json!("exact"), "kind exact, now recursion"),
    ];
    for (lie, said) in lies {
        let mut other = document.clone();
        lie(&mut other, ratio);
        sealed(folder.path(), &other);
        let again = json_with_code(&format!("check {archive} --only golden-ratio --json"), 1);
        assert_eq!(again["reproduces"], "different", "{said}");
        assert!(again.to_string().contains(said), "{said}: {again}");
    }
    // Of the same version and seed, every key that is not to the bit is named.
    let mut other = document.clone();
    other["claims"][ratio]["headline"]["detectable_effect"] = json!(1e-9);
    of(&mut other, ratio, "simulation")["detectable_effect"] = json!(1e-9);
    sealed(folder.path(), &other);
    let again = json_with_code(&format!("check {archive} --only golden-ratio --json"), 0);
    assert_eq!(again["reproduces"], "statistical");
    for said in ["not to the bit: detectable_effect", "headline, kinds that were not run or reasons are not the same"] {
        assert!(again["claims"][0]["differences"].to_string().contains(said), "{again}");
    }
}

/// The metadata of an archive are those of its outcome, although its checksums hold; a check that needs no tool was made.
#[test]
fn metadata_and_outcome_tell_of_one_run() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    let file = folder.path().join("verify.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let described = metadata(folder.path()).to_string();
    let mut unmade = document.clone();
    for evidence in unmade["claims"][0]["evidence"].as_array_mut().unwrap() {
        evidence["ran"] = json!(evidence["kind"] == "exact");
    }
    sealed(folder.path(), &unmade);
    let said = stdout_of(&format!("check {archive}"), 1);
    assert!(said.contains(": not made, now made"), "{said}");
    for (id, key, words) in
        [("#seed", "value", "says seed 77, and verify.json 5"), ("#program", "version", "says version 77, and")]
    {
        sealed(folder.path(), &document);
        let mut told = metadata(folder.path());
        told["@graph"].as_array_mut().unwrap().iter_mut().find(|entity| entity["@id"] == id).unwrap()[key] =
            json!("77");
        fs::write(folder.path().join("ro-crate-metadata.json"), told.to_string()).unwrap();
        sum_up(folder.path());
        let output = goldenweight(&["check", &archive]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
        fs::write(folder.path().join("ro-crate-metadata.json"), &described).unwrap();
    }
}

/// What was put beside the files of an archive is named; a seed goes with --fresh, and is another one.
#[test]
fn what_is_not_of_the_archive_is_named() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    fs::write(folder.path().join("notes.txt"), "mine").expect("written");
    let output = goldenweight(&["check", &archive, "--only", "golden-ratio"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.contains("notes.txt is no part of the archive, and was not looked at"), "{said}");
    for (line, said) in [("--fresh --seed 5", "--fresh"), ("--seed 6", "--seed")] {
        let output = goldenweight(&format!("check {archive} {line}").split(' ').collect::<Vec<_>>());
        let words = text(&output.stderr);
        assert_eq!((output.status.code(), words.lines().count()), (Some(2), 1), "{words}");
        assert!(words.starts_with(&format!("error: {said}")), "{words}");
    }
}

/// An archive whose checksums hold and whose numbers are not those of the program.
#[test]
fn what_does_not_reproduce_is_named() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    let file = folder.path().join("verify.json");
    let mut document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let ids: Vec<String> =
        document["claims"].as_array().unwrap().iter().map(|claim| claim["id"].as_str().unwrap().to_owned()).collect();
    let ratio = ids.iter().position(|id| id == "golden-ratio").expect("a claim");
    let evidence = document["claims"][ratio]["evidence"].as_array_mut().unwrap();
    let sampled = evidence.iter_mut().find(|evidence| evidence["kind"] == "simulation").expect("a simulation");
    let estimate = &mut sampled["comparisons"][0]["estimate"];
    *estimate = json!(estimate.as_f64().unwrap() * 1.1);
    sealed(folder.path(), &document);
    let again = json_with_code(&format!("check {archive} --only golden-ratio --json"), 1);
    assert_eq!(again["reproduces"], "different");
    let difference = again["claims"][0]["differences"][0].as_str().expect("a sentence");
    assert!(difference.contains("estimate ") && difference.contains(" standard errors"), "{difference}");
    let others = json_with_code(&format!("check {archive} --only golden-weight --json"), 0);
    assert_eq!(others["reproduces"], "bits");
}

/// A file, what is done to it, and what is said of it.
type Damage = (&'static str, fn(&Path), &'static str);

#[test]
fn a_damaged_archive_is_refused() {
    let damage: [Damage; 10] = [
        (
            "verify.json",
            |file| fs::write(file, fs::read_to_string(file).unwrap().replacen('5', "6", 1)).unwrap(),
            "is damaged",
        ),
        ("verify.html", |file| fs::write(file, &fs::read(file).unwrap()[..100]).unwrap(), "is damaged"),
        ("verify.html", |file| fs::remove_file(file).unwrap(), "cannot be read"),
        ("ro-crate-metadata.json", |file| fs::remove_file(file).unwrap(), "without it there is no archive"),
        ("ro-crate-metadata.json", |file| fs::write(file, "{").unwrap(), "must be a JSON document"),
        ("ro-crate-metadata.json", |file| fs::write(file, "{\"@graph\": []}").unwrap(), "must list verify.json"),
        (
            "ro-crate-metadata.json",
            |file| fs::remove_file(file).and_then(|()| fs::create_dir(file)).unwrap(),
            "cannot be read",
        ),
        ("verify.json", |file| fs::write(file, []).unwrap(), "is damaged"),
        ("SHA256SUMS", |file| fs::write(file, &fs::read(file).unwrap()[1..]).unwrap(), "does not have the checksums"),
        ("SHA256SUMS", |file| fs::remove_file(file).unwrap(), "cannot be read"),
    ];
    let folder = tempfile::tempdir().expect("a directory");
    archived(folder.path());
    for (name, change, condition) in damage {
        let copy = tempfile::tempdir().expect("a directory");
        for file in FILES {
            fs::copy(folder.path().join(file), copy.path().join(file)).expect("copied");
        }
        change(&copy.path().join(name));
        let output = goldenweight(&["check", copy.path().to_str().expect("UTF-8")]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count(), text(&output.stdout)), (Some(2), 1, ""), "{said}");
        assert!(said.contains(&format!("{name}: ")) && said.contains(condition), "{name}: {said}");
    }
}

/// A byte of the metadata that is of no checksum: they are what the list is for.
#[test]
fn any_changed_byte_is_found() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    for name in FILES {
        let file = folder.path().join(name);
        let bytes = fs::read(&file).expect("there");
        for part in 0..23 {
            let mut damaged = bytes.clone();
            damaged[part * (bytes.len() - 1) / 22] ^= 1;
            fs::write(&file, damaged).expect("written");
            let output = goldenweight(&["check", &archive]);
            let said = text(&output.stderr);
            assert_eq!(
                (output.status.code(), said.lines().count(), text(&output.stdout)),
                (Some(2), 1, ""),
                "{name}, {part}: {said}"
            );
        }
        fs::write(&file, bytes).expect("written");
    }
}

/// Another version's outcome is run again, and both versions are named; an archive of 0.2.0 has no list of checksums.
#[test]
fn an_archive_of_another_version_is_run_again() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archived(folder.path());
    let file = folder.path().join("verify.json");
    let mut document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    document["version"] = json!("0.1.9");
    document["a key of that version"] = json!(1);
    fs::write(&file, document.to_string()).unwrap();
    let mut crate_of = metadata(folder.path());
    let entities = crate_of["@graph"].as_array_mut().unwrap();
    entities.retain(|entity| entity["@id"] != "SHA256SUMS");
    entities.iter_mut().find(|entity| entity["@id"] == "verify.json").unwrap()["sha256"] = json!(checksum(&file));
    entities.iter_mut().find(|entity| entity["@id"] == "#program").unwrap()["version"] = json!("0.1.9");
    fs::write(folder.path().join("ro-crate-metadata.json"), crate_of.to_string()).unwrap();
    fs::remove_file(folder.path().join("SHA256SUMS")).unwrap();
    let said = stdout_of(&format!("check {archive} --only golden-ratio"), 0);
    let now = env!("CARGO_PKG_VERSION");
    assert!(
        said.contains(&format!("Archived by version 0.1.9 with seed 5, run again by version {now} with seed 5.")),
        "{said}"
    );
}
