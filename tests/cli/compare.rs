//! `compare`: outcomes that were altered in one place. It must name that place and nothing else.

use std::fs;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{goldenweight, run, stdout_of, text};

/// All but Coq, which takes its time.
const KINDS: &str = "exact,recursion,property,simulation,ladder,optimum";

/// A run with optima, simulations, recursions and properties.
fn outcome() -> &'static Value {
    static OUTCOME: OnceLock<Value> = OnceLock::new();
    OUTCOME.get_or_init(|| crate::json(&format!("verify --only golden-* --kinds {KINDS} --json")))
}

/// Both written to files, and compared.
fn compared(before: &Value, after: &Value, more: &str) -> (i32, Value, String, TempDir) {
    let folder = tempfile::tempdir().expect("a directory");
    let [first, second] = [("a.json", before), ("b.json", after)].map(|(name, document)| {
        let file = folder.path().join(name);
        fs::write(&file, document.to_string()).expect("written");
        file.display().to_string()
    });
    let line = format!("compare {first} {second}{more}");
    let output = run(&format!("{line} --json"));
    let code = output.status.code().expect("a code");
    let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
    (code, document, stdout_of(&line, code), folder)
}

/// The outcome with one change.
fn altered(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = outcome().clone();
    change(&mut document);
    document
}

fn claim<'a>(document: &'a mut Value, id: &str) -> &'a mut Value {
    document["claims"].as_array_mut().unwrap().iter_mut().find(|claim| claim["id"] == id).expect("a claim")
}

fn check<'a>(document: &'a mut Value, id: &str, name: &str) -> &'a mut Value {
    let evidence = claim(document, id)["evidence"].as_array_mut().unwrap();
    evidence.iter_mut().find(|evidence| evidence["check"] == name).expect("a check")
}

const RISK: (&str, &str) = ("golden-ratio", "relative risk of the Gaussian mean at 1/φ");
const SLOPE: (&str, &str) = ("golden-weight", "slope at w* for the Gaussian mean");

/// The places of all changes.
fn places(document: &Value) -> Vec<[&str; 4]> {
    let changes = document["changes"].as_array().expect("a list");
    changes.iter().map(|c| ["what", "claim", "check", "place"].map(|key| c[key].as_str().unwrap_or_default())).collect()
}

#[test]
fn an_outcome_is_the_same_as_itself() {
    let (code, document, said, _folder) = compared(outcome(), outcome(), "");
    assert_eq!((code, places(&document)), (0, vec![]));
    assert_eq!((&document["run"], &document["notes"], &document["open"]), (&json!([]), &json!([]), &json!(0)));
    assert!(said.ends_with("nothing is worse; 0 changes in all\n"), "{said}");
}

/// A place that a directory has, as `verify --report` writes it; a second run of the same seed and another number of threads is the same.
#[test]
fn the_same_run_twice_has_no_change() {
    let folder = tempfile::tempdir().expect("a directory");
    let report = |name: &str, threads: u32| {
        let report = folder.path().join(name).display().to_string();
        stdout_of(&format!("verify --only golden-ratio --kinds simulation --threads {threads} --report {report}"), 0);
        report
    };
    let said = stdout_of(&format!("compare {} {}", report("one", 1), report("two", 2)), 0);
    assert!(said.ends_with("nothing is worse; 0 changes in all\n"), "{said}");
}

/// A store has the last outcome of `verify`, and a store without one is refused.
#[test]
fn the_outcomes_of_two_stores_are_compared() {
    let [first, second] = [1, 2].map(|_| tempfile::tempdir().expect("a directory"));
    for (seed, folder) in [(1, &first), (2, &first), (3, &second)] {
        let line = format!("verify --only golden-ratio --kinds exact,simulation --seed {seed} --store");
        stdout_of(&format!("{line} {}", folder.path().display()), 0);
    }
    let said = stdout_of(&format!("compare {} {}", first.path().display(), second.path().display()), 0);
    assert!(said.starts_with("seed: 2 → 3\n"), "{said}");
    let empty = tempfile::tempdir().expect("a directory");
    let output = goldenweight(&["compare", &first.path().display().to_string(), &empty.path().display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("goldenweight verify with --store DIR"), "{}", text(&output.stderr));
}

/// What a changed coefficient does: the expected value of one comparison is .1 % larger, z follows, and so does the verdict.
#[test]
fn a_changed_coefficient_is_named() {
    let after = altered(|document| {
        let compared = &mut check(document, RISK.0, RISK.1)["comparisons"][0];
        let old = compared["expected"][0]["value"].as_f64().expect("a number");
        compared["expected"][0]["value"] = json!(old * 1.001);
        compared["z"] = json!(-57.5);
        compared["verdict"] = json!("refuted");
    });
    let (code, document, said, _folder) = compared(outcome(), &after, "");
    assert_eq!(code, 1);
    let place = outcome_place(RISK, 0);
    assert_eq!(places(&document), [["verdict", RISK.0, RISK.1, &place]]);
    let parts: Vec<_> =
        document["changes"][0]["parts"].as_array().unwrap().iter().map(|part| part["name"].clone()).collect();
    assert_eq!(parts, ["verdict", "expected", "z"]);
    let moved = document["changes"][0]["parts"][1]["relative"].as_f64().expect("a number");
    assert!((moved - 1e-3).abs() < 1e-12);
    assert!(said.contains("1 change to look at"), "{said}");
    // Rounding is shown, and is not worse.
    let rounding = altered(|document| {
        let value = &mut check(document, RISK.0, RISK.1)["comparisons"][0]["expected"][0]["value"];
        *value = json!(value.as_f64().unwrap() * (1.0 + 1e-12));
    });
    let (code, document, _, _folder) = compared(outcome(), &rounding, "");
    assert_eq!((code, places(&document)), (0, vec![["numbers", RISK.0, RISK.1, &place]]));
}

/// A formula and the computation beside it that moved alike agree with each other as before: the value tells. Documents from before the values have the worst case.
#[test]
fn a_formula_that_moved_with_its_check_is_named() {
    let moved = |document: &mut Value, is_told: bool| {
        let claims = document["claims"].as_array_mut().unwrap();
        let all = claims.iter_mut().flat_map(|claim| {
            let id = claim["id"].as_str().unwrap().to_owned();
            claim["evidence"].as_array_mut().unwrap().iter_mut().map(move |evidence| (id.clone(), evidence))
        });
        let (id, evidence) =
            all.into_iter().find(|(_, evidence)| evidence["kind"] == "recursion").expect("a recursion");
        let names = ["check", "detail"].map(|key| evidence[key].as_str().unwrap().to_owned());
        if is_told {
            let value = &mut evidence["expected"][0]["value"];
            *value = json!(value.as_f64().unwrap() * 1.02);
        } else {
            let (before, rest) = names[1].split_once(" against ").expect("two numbers");
            let (number, after) = rest.split_once(", ").expect("a relative error");
            let number: f64 = number.parse().expect("a number");
            evidence["detail"] = json!(format!("{before} against {:?}, {after}", 1.02 * number));
        }
        (id, names[0].clone())
    };
    let untold = altered(|document| {
        for claim in document["claims"].as_array_mut().unwrap() {
            for evidence in claim["evidence"].as_array_mut().unwrap() {
                evidence.as_object_mut().unwrap().remove("expected");
            }
        }
    });
    for (before, is_told) in [(outcome().clone(), true), (untold, false)] {
        let mut after = before.clone();
        let (id, name) = moved(&mut after, is_told);
        let (code, document, said, _folder) = compared(&before, &after, "");
        assert_eq!((code, places(&document)), (1, vec![["expected", id.as_str(), name.as_str(), ""]]), "{said}");
    }
}

/// Another seed moves a detectable effect by less than all looks together; a loss beyond that is a loss.
#[test]
fn power_that_is_lost_under_another_seed_is_named() {
    for (factor, code) in [(4.0, 1), (2.0, 0)] {
        let after = altered(|document| {
            document["seed"] = json!(7);
            let compared = &mut check(document, RISK.0, RISK.1)["comparisons"][0];
            compared["detectable_effect"] = json!(compared["detectable_effect"].as_f64().unwrap() * factor);
        });
        let (found, document, said, _folder) = compared(outcome(), &after, "");
        assert_eq!(found, code, "{said}");
        assert_eq!(places(&document).len(), code as usize, "{said}");
    }
}

/// Where the error rate is shared by others, what was drawn is the same as long as the replicates are.
#[test]
fn what_was_drawn_is_compared_beside_other_comparisons() {
    let after = altered(|document| {
        document["checks"] = json!(document["checks"].as_u64().unwrap() + 1);
        let compared = &mut check(document, RISK.0, RISK.1)["comparisons"][0];
        compared["estimate"] = json!(compared["estimate"].as_f64().unwrap() * 1.0001);
    });
    let (code, document, said, _folder) = compared(outcome(), &after, "");
    let place = outcome_place(RISK, 0);
    assert_eq!((code, places(&document)), (0, vec![["numbers", RISK.0, RISK.1, place.as_str()]]), "{said}");
}

/// The place of a comparison.
fn outcome_place((id, name): (&str, &str), index: usize) -> String {
    let mut document = outcome().clone();
    check(&mut document, id, name)["comparisons"][index]["place"].as_str().expect("text").to_owned()
}

#[test]
fn a_widened_margin_is_named() {
    let place = outcome_place(SLOPE, 1);
    for (factor, code) in [(1.5, 1), (1.05, 0), (0.5, 0)] {
        let after = altered(|document| {
            let margin = &mut check(document, SLOPE.0, SLOPE.1)["comparisons"][1]["margin"];
            *margin = json!(margin.as_f64().unwrap() * factor);
        });
        let (found, document, said, _folder) = compared(outcome(), &after, "");
        assert_eq!((found, places(&document)), (code, vec![["power", SLOPE.0, SLOPE.1, &place]]), "{factor}");
        assert!(said.contains("margin "), "{said}");
    }
}

/// The tolerance of a computation without sampling error stands in its words alone.
#[test]
fn a_widened_tolerance_is_named() {
    let name = outcome()["claims"].as_array().unwrap().iter().find_map(|claim| {
        let evidence = claim["evidence"].as_array().unwrap().iter();
        let has = |evidence: &&Value| evidence["detail"].as_str().unwrap().contains("(tolerance 1e-12)");
        Some((claim["id"].as_str().unwrap(), evidence.clone().find(has)?["check"].as_str().unwrap()))
    });
    let (id, name) = name.expect("a recursion");
    for (tolerance, code) in [("1e-3", 1), ("1e-13", 0)] {
        let after = altered(|document| {
            let detail = &mut check(document, id, name)["detail"];
            *detail = json!(detail.as_str().unwrap().replace("(tolerance 1e-12)", &format!("(tolerance {tolerance})")));
        });
        let (found, document, said, _folder) = compared(outcome(), &after, "");
        assert_eq!((found, places(&document)), (code, vec![["power", id, name, ""]]), "{tolerance}");
        assert!(said.contains("tolerance 1e-12 → "), "{said}");
    }
}

/// With it every bound moves a little, so that z and replicates elsewhere are not compared; that is said once.
#[test]
fn a_removed_check_is_named() {
    let after = altered(|document| {
        let evidence = claim(document, SLOPE.0)["evidence"].as_array_mut().unwrap();
        evidence.retain(|evidence| evidence["check"] != SLOPE.1);
        document["checks"] = json!(document["checks"].as_u64().unwrap() - 2);
        let compared = &mut check(document, RISK.0, RISK.1)["comparisons"][0];
        compared["bound"] = json!(compared["bound"].as_f64().unwrap() - 1e-4);
        compared["detectable_effect"] = json!(compared["detectable_effect"].as_f64().unwrap() * 1.4);
        compared["replicates"] = json!(compared["replicates"].as_u64().unwrap() / 2);
    });
    let (code, document, _, _folder) = compared(outcome(), &after, "");
    assert_eq!((code, places(&document)), (1, vec![["removed", SLOPE.0, SLOPE.1, ""]]));
    assert_eq!(document["run"][0]["name"], "comparisons that share the error rate");
    // With as many replicates no look explains it.
    let mut weaker = after.clone();
    let replicates = check(&mut outcome().clone(), RISK.0, RISK.1)["comparisons"][0]["replicates"].clone();
    check(&mut weaker, RISK.0, RISK.1)["comparisons"][0]["replicates"] = replicates;
    let (_, document_of_weaker, _, _folder) = compared(outcome(), &weaker, "");
    assert!(places(&document_of_weaker).contains(&["power", RISK.0, RISK.1, &outcome_place(RISK, 0)]));
    // The other way round it is new, and nothing is worse.
    let (code, document, _, _folder) = compared(&after, outcome(), "");
    assert_eq!((code, places(&document)), (0, vec![["added", SLOPE.0, SLOPE.1, ""]]));
    // What a run was not asked for is not missing from it.
    let fewer = crate::json("verify --only golden-ratio --kinds simulation --json");
    let (code, document, _, _folder) = compared(outcome(), &fewer, "");
    assert_eq!((code, places(&document)), (0, vec![]), "{document}");
}

/// Every number that is drawn is another one, and the run says so once.
#[test]
fn a_changed_seed_is_named() {
    let after = crate::json(&format!("verify --only golden-* --kinds {KINDS} --json --seed 7"));
    let (code, document, said, _folder) = compared(outcome(), &after, "");
    assert_eq!((code, places(&document)), (0, vec![]), "{said}");
    assert_eq!(document["run"].as_array().expect("a list").len(), 1);
    assert_eq!(document["run"][0]["name"], "seed");
    assert!(said.starts_with("seed: 250218049 → 7\n") && said.contains("other random numbers: "), "{said}");
}

#[test]
fn restated_and_lost_power_are_named_the_gravest_first() {
    let after = altered(|document| {
        claim(document, "golden-weight")["statement"] = json!("another statement");
        let compared = &mut check(document, RISK.0, RISK.1)["comparisons"][0];
        compared["detectable_effect"] = json!(compared["detectable_effect"].as_f64().unwrap() * 1.2);
        check(document, SLOPE.0, SLOPE.1)["route"] = json!("another route");
        let claims = document["claims"].as_array_mut().unwrap();
        claims.push(claims[0].clone());
        claims.last_mut().unwrap()["id"] = json!("golden-news");
    });
    let (code, document, _, _folder) = compared(outcome(), &after, "");
    assert_eq!(code, 1);
    assert_eq!(
        places(&document),
        [
            ["power", RISK.0, RISK.1, outcome_place(RISK, 0).as_str()],
            ["restated", "golden-weight", "", ""],
            ["restated", SLOPE.0, SLOPE.1, ""],
            ["added", "golden-news", "", ""],
        ]
    );
}

/// What cannot be compared any more is worse, not unchanged.
#[test]
fn what_is_lost_is_named() {
    type Loss = (&'static str, &'static str, fn(&mut Value));
    let losses: [Loss; 4] = [
        ("expected", " → none", |compared| compared["expected"] = json!([])),
        ("expected", " → none", |compared| compared["expected"][0]["value"] = Value::Null),
        ("power", "margin 0.01 → none", |compared| compared["margin"] = Value::Null),
        ("power", " → none", |compared| compared["detectable_effect"] = Value::Null),
    ];
    let place = outcome_place(RISK, 0);
    for (what, words, lose) in losses {
        let after = altered(|document| lose(&mut check(document, RISK.0, RISK.1)["comparisons"][0]));
        let (code, document, said, _folder) = compared(outcome(), &after, "");
        assert_eq!((code, places(&document)), (1, vec![[what, RISK.0, RISK.1, &place]]), "{said}");
        assert!(said.contains(words), "{said}");
    }
    // Evidence of another kind is other evidence.
    let after = altered(|document| check(document, RISK.0, RISK.1)["kind"] = json!("property"));
    let (code, document, said, _folder) = compared(outcome(), &after, "");
    assert_eq!((code, places(&document)), (1, vec![["restated", RISK.0, RISK.1, ""]]), "{said}");
    // Claims that an interrupted run did not come to are told, and not missing.
    let after = altered(|document| {
        let claims = document["claims"].as_array_mut().unwrap();
        claims.retain(|claim| claim["id"] == RISK.0);
        document["not_begun"] = json!([SLOPE.0]);
        document["partial"] = json!(true);
    });
    let (code, document, said, _folder) = compared(outcome(), &after, "");
    assert_eq!((code, places(&document)), (1, vec![["ran", "", "", ""]]), "{said}");
    assert!(said.contains("the second run was interrupted before it came to 1 claim: not compared"), "{said}");
}

/// A size more has its value in its line, so that the line accepts no other value.
#[test]
fn a_new_size_is_named_with_its_value() {
    let at = |value: f64| {
        altered(|document| {
            let expected = check(document, RISK.0, RISK.1)["comparisons"][0]["expected"].as_array_mut().unwrap();
            expected.push(json!({ "place": "twice as large", "value": value }));
        })
    };
    let (code, document, said, folder) = compared(outcome(), &at(1.5), "");
    let place = outcome_place(RISK, 0);
    assert_eq!((code, places(&document)), (1, vec![["expected", RISK.0, RISK.1, &place]]), "{said}");
    assert!(said.contains("expected at twice as large none → 1.5"), "{said}");
    let file = folder.path().join("accepted");
    fs::write(&file, said.lines().find(|line| line.starts_with("  expected ")).expect("its line")).expect("written");
    let option = format!(" --accepted {}", file.display());
    assert_eq!(compared(outcome(), &at(1.5), &option).0, 0);
    assert_eq!(compared(outcome(), &at(1.50001), &option).0, 1);
}

/// What is shown without sampling stands in words: less of it is worse, more is not.
#[test]
fn less_that_is_shown_is_named() {
    let of_kind = |kind: &str| {
        let claims = outcome()["claims"].as_array().unwrap().iter();
        let found = claims.flat_map(|claim| claim["evidence"].as_array().unwrap().iter().map(move |e| (claim, e)));
        let (claim, evidence) = found.clone().find(|(_, evidence)| evidence["kind"] == kind).expect("of every kind");
        [&claim["id"], &evidence["check"], &evidence["detail"]].map(|text| text.as_str().unwrap().to_owned())
    };
    for (kind, from, to, what) in [
        ("property", "512 ", "511 ", "power"),
        ("exact", " equation(s)", " line(s)", "restated"),
        ("recursion", " cases", "0 cases", "numbers"),
        ("recursion", " cases", " kinds of cases", "restated"),
    ] {
        let [id, name, detail] = of_kind(kind);
        assert!(detail.contains(from), "{kind}: {detail}");
        let after = altered(|document| check(document, &id, &name)["detail"] = json!(detail.replacen(from, to, 1)));
        let (code, document, said, _folder) = compared(outcome(), &after, "");
        let worse = i32::from(what != "numbers");
        assert_eq!((code, places(&document)), (worse, vec![[what, &id, &name, ""]]), "{said}");
    }
    // Theorems by name; how many places an audit has and could compare, and what it finds at nine of ten of them.
    let details = [
        ("proved: a, b", "proved: b, c", "removed"),
        ("proved: a", "proved: a, b", "numbers"),
        (
            "4 of 5 random places compared; an error of 1.00 % would be found at half of them, of 2.00 % at nine of ten; the worst at x",
            "4 of 5 random places compared; an error of 1.00 % would be found at half of them, of 2.50 % at nine of ten; the worst at x",
            "power",
        ),
        ("40 of 50 random places compared; the worst at x", "30 of 30 random places compared; the worst at x", "power"),
        ("40 of 50 random places compared; the worst at x", "30 of 50 random places compared, 20 not: no law", "power"),
        (
            "40 of 50 random places compared; the worst at x",
            "39 of 50 random places compared; the worst at x",
            "numbers",
        ),
    ];
    let [id, name, _] = of_kind("property");
    for (before, after, what) in details {
        let kind = if before.starts_with("proved") { "proof" } else { "audit" };
        let [before, after] = [before, after].map(|detail| {
            altered(|document| {
                let evidence = check(document, &id, &name);
                (evidence["detail"], evidence["kind"]) = (json!(detail), json!(kind));
            })
        });
        let (code, document, said, _folder) = compared(&before, &after, "");
        let worse = i32::from(what != "numbers");
        assert_eq!((code, places(&document)), (worse, vec![[what, &id, &name, ""]]), "{said}");
    }
}

/// Evidence that was asked for and not made, an error rate, the verdict of the run: whoever reads "nothing is worse" relies on them.
#[test]
fn what_was_not_made_is_worse() {
    let without = altered(|document| {
        let evidence = check(document, RISK.0, RISK.1);
        (evidence["ran"], evidence["detail"]) = (json!(false), json!("not run: no time"));
    });
    let rate = altered(|document| document["family_false_alarm"] = json!(0.5));
    let verdict = altered(|document| document["verdict"] = json!("refuted"));
    for (after, what, words) in [
        (without, "ran", "simulation of golden-ratio run → not run: no time"),
        (rate, "power", "error rate 0.001 → 0.5"),
        (verdict, "verdict", "verdict confirmed → refuted"),
    ] {
        let (code, document, said, _folder) = compared(outcome(), &after, "");
        assert_eq!((code, places(&document)), (1, vec![[what, "", "", ""]]), "{said}");
        assert!(said.contains(words), "{said}");
        // The other way round it is better.
        assert_eq!(compared(&after, outcome(), "").0, 0);
    }
    // A machine without Coq has lost nothing that this program can do.
    let coq = altered(|document| {
        let evidence = check(document, RISK.0, RISK.1);
        (evidence["ran"], evidence["kind"]) = (json!(false), json!("proof"));
    });
    let with = altered(|document| check(document, RISK.0, RISK.1)["kind"] = json!("proof"));
    let (code, document, said, _folder) = compared(&with, &coq, "");
    assert_eq!((code, places(&document)), (0, vec![["ran", "", "", ""]]), "{said}");
}

/// A change that is meant has its line in a file; another change of the same place has another line.
#[test]
fn accepted_changes_are_not_open() {
    let widened = |factor: f64| {
        altered(|document| {
            let margin = &mut check(document, RISK.0, RISK.1)["comparisons"][0]["margin"];
            *margin = json!(margin.as_f64().unwrap() * factor);
        })
    };
    let (_, _, said, folder) = compared(outcome(), &widened(2.0), "");
    let line = said.lines().find(|line| line.starts_with("  power ")).expect("its line");
    let file = folder.path().join("accepted");
    fs::write(&file, format!("# meant\n\n{line}\n")).expect("written");
    let option = format!(" --accepted {}", file.display());
    let (code, document, said, _folder) = compared(outcome(), &widened(2.0), &option);
    assert_eq!((code, &document["open"]), (0, &json!(0)), "{said}");
    assert!(said.contains("worse, and accepted: 1\n") && said.contains("nothing is worse"), "{said}");
    assert_eq!(compared(outcome(), &widened(3.0), &option).0, 1);
    let folder = tempfile::tempdir().expect("a directory");
    let same = folder.path().join("a.json").display().to_string();
    fs::write(&same, outcome().to_string()).expect("written");
    let output = goldenweight(&["compare", &same, &same, "--accepted", file.to_str().expect("UTF-8")]);
    assert!(text(&output.stderr).starts_with("note: accepted, and not found: power golden-ratio, "), "{output:?}");
}

#[test]
fn what_is_no_outcome_is_refused() {
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("written");
        file.display().to_string()
    };
    let good = write("good.json", outcome().to_string().as_bytes());
    let half = &outcome().to_string()[..1_000];
    let without = altered(|document| drop(document.as_object_mut().unwrap().remove("seed")));
    let schema = altered(|document| document["schema"] = json!("2.0"));
    let twice = altered(|document| {
        let comparisons = check(document, RISK.0, RISK.1)["comparisons"].as_array_mut().unwrap();
        comparisons.push(comparisons[0].clone());
    });
    for (name, text, condition) in [
        ("half.json", half.as_bytes(), "EOF while parsing"),
        ("list.json", b"[]", "must be a document that verify --json prints"),
        ("bytes.json", b"\xff", "UTF-8"),
        ("other.json", without.to_string().as_bytes(), "missing field 'seed'"),
        ("schema.json", schema.to_string().as_bytes(), "follows version 2.0 of the schema"),
        ("twice.json", twice.to_string().as_bytes(), "has twice golden-ratio, "),
    ] {
        let bad = write(name, text);
        for pair in [[&bad, &good], [&good, &bad]] {
            let output = goldenweight(&["compare", pair[0], pair[1]]);
            let said = crate::text(&output.stderr);
            assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
            assert!(said.contains(&format!("{name}: ")) && said.contains(condition), "{said}");
        }
    }
}

/// `verify --against` puts on the page what `compare` says: of the run itself nothing, of an outcome with another margin that.
#[test]
fn the_page_says_what_changed() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let verify = "verify --only golden-ratio --kinds simulation";
    fs::write(path("same.json"), crate::json(&format!("{verify} --json")).to_string()).expect("written");
    let mut wider = crate::json(&format!("{verify} --json"));
    check(&mut wider, RISK.0, RISK.1)["comparisons"][0]["margin"] = json!(0.001);
    fs::write(path("wider.json"), wider.to_string()).expect("written");
    for (before, said) in
        [("same.json", "nothing is worse; 0 changes in all"), ("wider.json", "1 change for a reviewer to look at")]
    {
        stdout_of(&format!("{verify} --report {} --against {}", path("report"), path(before)), 0);
        let page = fs::read_to_string(folder.path().join("report/verify.html")).expect("the page");
        assert!(page.contains("id=\"changes\"") && page.contains(said), "{before}");
        assert_eq!(page.contains("see golden-ratio"), before == "wider.json");
    }
    // With its line in a file it is meant.
    let said = stdout_of(&format!("compare {} {}", path("wider.json"), path("report")), 1);
    fs::write(path("accepted"), said.lines().find(|line| line.starts_with("  power ")).expect("its line"))
        .expect("written");
    let [report, wider, accepted] = ["report", "wider.json", "accepted"].map(path);
    stdout_of(&format!("{verify} --report {report} --against {wider} --accepted {accepted}"), 0);
    let page = fs::read_to_string(folder.path().join("report/verify.html")).expect("the page");
    assert!(page.contains("1 change for the worse, meant; 1 change in all.") && page.contains("Worse, and meant: 1"));
}
