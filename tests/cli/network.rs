//! `network`: descriptions, good and bad, and what comes out.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{assert_close, goldenweight, json, number, stdout_of, text};

/// A file of this text, in a folder that is gone at the end.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("net.toml");
    std::fs::write(&path, text).expect("written");
    let name = path.display().to_string();
    (folder, name)
}

const NODE: &str = "[[node]]\nname = \"a\"\nreal = 10\n";

fn edge(from: &str, to: &str, rest: &str) -> String {
    format!("[[edge]]\nfrom = \"{from}\"\nto = \"{to}\"\n{rest}\n")
}

/// Text, the line that the error must name, and its condition.
#[test]
fn bad_descriptions_are_refused_with_their_line() {
    let own = |rest: &str| NODE.to_owned() + &edge("a", "a", rest);
    let many = |count: usize| {
        (0..count).fold(String::new(), |mut text, i| {
            let _ = write!(text, "[[node]]\nname = \"n{i}\"\nreal = 9\n");
            text
        })
    };
    let cases = [
        (String::new(), ": line 1, nodes 0", "must be from 1 to 500"),
        (many(10_000), ": line 1501, nodes 10000", "must be from 1 to 500"),
        (NODE.replace("10", "= 10"), "line 3, ", "must be TOML of a network"),
        (NODE.replace("real", "reel"), "line 3, ", "unknown field 'reel', expected one of 'name', 'real', 'start'"),
        ("[[knot]]\nname = \"a\"\n".to_owned(), "line 1, ", "unknown field 'knot'"),
        ("[[node]]\nreal = 3\n".to_owned(), "line 1, ", "missing field 'name'"),
        (NODE.replace("10", "1.5"), "line 3, ", "must be TOML of a network: invalid type"),
        (NODE.replace("10", "-1"), "line 3, real -1", "must not be negative"),
        (NODE.replace("10", "1"), "line 3, real 1", "must be at least 2 for gaussian-mean"),
        (NODE.replace("\"a\"", "\"\""), "line 2, name", "must have from 1 to 60 characters"),
        (format!("{NODE}\n{NODE}"), "line 6, name a", "must be given to one node only"),
        (NODE.replace("real = 10\n", ""), "line 2, name a", "add up to 1 where it has no real rows, not 0"),
        (NODE.to_owned() + &edge("a", "b", "weight = 0.5\nrows = 9"), "line 6, to b", "must be the name of a node"),
        (NODE.to_owned() + &edge("b", "a", "weight = 0.5\nrows = 9"), "line 5, from b", "must be the name of a node"),
        (own("weight = nan\nrows = 9"), "line 7, weight NaN", "must be above 0 and at most 1"),
        (own("weight = -0.5\nrows = 9"), "line 7, weight -0.5", "must be above 0 and at most 1"),
        (own("weight = 0\nrows = 9"), "line 7, weight 0", "must be above 0 and at most 1"),
        (own("weight = 1.5\nrows = 9"), "line 7, weight 1.5", "must be above 0 and at most 1"),
        (own("weight = 0.5\nrows = 0"), "line 8, rows 0", "must be from 1 to 1000000000000"),
        (own("weight = 0.5"), "line 4, ", "missing field 'rows'"),
        (own("rows = 9"), "line 4, ", "missing field 'weight'"),
        (
            own("weight = 0.5\nrows = 9") + &edge("a", "a", "weight = 0.1\nrows = 9"),
            "line 10, from a",
            "must be given once only",
        ),
        (
            format!("{}{}{}", NODE, "[[node]]\nname = \"b\"\nreal = 9\n", edge("a", "b", "weight = 0.7\nrows = 9"))
                + &edge("b", "b", "weight = 0.6\nrows = 9"),
            "line 5, name b",
            "must have edges whose weights add up to at most 1, not 1.2999999999999998",
        ),
    ];
    for (description, subject, condition) in cases {
        let (_folder, name) = file(&description);
        let output = goldenweight(&["network", &name]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{description}: {stderr}");
        assert!(output.stdout.is_empty() && stderr.lines().count() == 1, "{description}: {stderr}");
        assert!(
            stderr.contains(subject) && stderr.contains(condition) && stderr.contains("net.toml"),
            "{description}: {stderr}"
        );
    }
    let (folder, name) = file("");
    std::fs::write(folder.path().join("net.toml"), b"[[node]]\nname = \"\xff\"\n").expect("written");
    let output = goldenweight(&["network", &name]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("must be text in UTF-8: line 2 is not"));
}

/// The risks of a document.
fn risks(document: &Value) -> Vec<f64> {
    document["nodes"].as_array().expect("a list").iter().map(|node| number(node, "risk")).collect()
}

/// Covariances after many steps of loops over all pairs, from the numbers of the document alone; A = 1.
fn iterated(document: &Value, steps: u32) -> Vec<Vec<f64>> {
    let nodes = document["nodes"].as_array().expect("a list");
    let size = nodes.len();
    let place = |name: &Value| nodes.iter().position(|node| node["name"] == *name).expect("a node");
    let (mut w, mut d, mut c) = (vec![vec![0.0; size]; size], vec![0.0; size], vec![vec![0.0; size]; size]);
    for (i, node) in nodes.iter().enumerate() {
        c[i][i] = 1.0 / number(node, "start");
        if number(node, "real") > 0.0 {
            d[i] += number(node, "real_weight").powi(2) / number(node, "real");
        }
    }
    for edge in document["edges"].as_array().expect("a list") {
        let (from, to, weight) = (place(&edge["from"]), place(&edge["to"]), number(edge, "weight"));
        w[to][from] = weight;
        d[to] += weight * weight / number(edge, "rows");
    }
    for _ in 0..steps {
        let half: Vec<Vec<f64>> =
            (0..size).map(|i| (0..size).map(|l| (0..size).map(|k| w[i][k] * c[k][l]).sum()).collect()).collect();
        c = (0..size)
            .map(|i| {
                (0..size)
                    .map(|j| {
                        let passed: f64 = (0..size).map(|l| half[i][l] * w[j][l]).sum();
                        passed + if i == j { d[i] } else { 0.0 }
                    })
                    .collect()
            })
            .collect();
    }
    c
}

/// 120 models in a pattern, against loops over all pairs.
#[test]
fn large_networks_have_the_risks_of_the_full_recursion() {
    let count = 120;
    let mut description = String::new();
    for i in 0..count {
        let _ = write!(description, "[[node]]\nname = \"n{i}\"\n");
        if i % 3 == 0 {
            let _ = writeln!(description, "real = {}", 5 + i % 7);
        }
    }
    for i in 0..count {
        let weight = if i % 3 == 0 { 0.3 } else { 0.5 };
        for step in [1, 7 + i % 5] {
            let from = (i * 5 + step) % count;
            let _ = write!(
                description,
                "{}",
                edge(&format!("n{from}"), &format!("n{i}"), &format!("weight = {weight}\nrows = {}", 4 + step))
            );
        }
    }
    let (_folder, name) = file(&description);
    let limit = json(&format!("network {name} --json"));
    let at = json(&format!("network {name} --generations 3 --json"));
    let few = iterated(&at, 3);
    // The largest product of weights of three edges without real rows, 1, leaves at least 0.4 at each model with real rows, every few steps.
    let many = iterated(&limit, 2_000);
    for i in 0..count {
        assert_close(risks(&limit)[i], many[i][i], 1e-11, "limit");
        assert_close(risks(&at)[i], few[i][i], 1e-13, "generation 3");
    }
    assert_close(limit["covariance"][5][8].as_f64().expect("a number"), many[5][8], 1e-10, "covariance");
}

/// One model is the single model, and its best weight the golden one.
#[test]
fn one_model_is_the_single_model() {
    let (_folder, name) = file(&(NODE.replace("10", "100") + &edge("a", "a", "weight = 0.5\nrows = 100")));
    let document = json(&format!("network {name} --minimise a --json"));
    assert_close(risks(&document)[0], 0.005 / 0.75, 1e-14, "risk");
    let best = &document["minimised"];
    assert_close(number(&best["nodes"][0], "real_weight"), 0.618_033_988_75, 4e-6, "weight");
    assert_close(number(best, "risk"), 0.006_180_339_887_5, 1e-9, "least risk");
    // Of the variance: 2/(m - 1) more is passed on.
    let document = json(&format!("network {name} --model gaussian-variance --json"));
    let (noise, rho) = (2.0 / 99.0, 101.0 / 99.0);
    assert_close(risks(&document)[0], 0.5 * noise / (1.0 - 0.25 * rho), 1e-13, "variance");
    assert_close(number(&document["classes"][0], "growth"), 0.25 * rho, 1e-13, "growth");
}

/// A model that does not feed the objective keeps its weight, and so its risk.
#[test]
fn models_without_part_in_the_objective_stay() {
    let model = |name: &str| {
        NODE.replace("10", "50").replace("\"a\"", &format!("\"{name}\"")) + &edge(name, name, "weight = 0.5\nrows = 50")
    };
    let (_folder, name) = file(&(model("a") + &model("b")));
    let best = &json(&format!("network {name} --minimise b --json"))["minimised"];
    assert_eq!((number(&best["nodes"][0], "real_weight"), &best["nodes"][0]["free"]), (0.5, &Value::Bool(false)));
    assert_close(number(&best["nodes"][0], "risk"), 0.01 / 0.75, 1e-13, "risk of the other");
    assert_close(number(&best["nodes"][1], "real_weight"), 0.618_033_988_75, 4e-6, "weight");
}

/// A weight of real rows of 1e-10 is one: with n = 100, m = 50 the mean's limit is (w^2/n + u^2/m)/(w (2 - w)), some 1/(2 w m). Where a fraction's rounding is left it is none.
#[test]
fn small_weights_of_real_rows_count() {
    let of = |weights: &[f64]| {
        let edges =
            weights.iter().zip(["a", "b", "c"]).map(|(w, from)| edge(from, "a", &format!("weight = {w:?}\nrows = 50")));
        let others =
            ["b", "c"].iter().take(weights.len() - 1).map(|name| NODE.replace("\"a\"", &format!("\"{name}\"")));
        let (folder, name) =
            file(&(NODE.replace("10", "100") + &others.collect::<String>() + &edges.collect::<String>()));
        let document = json(&format!("network {name} --json"));
        drop(folder);
        document
    };
    let small = of(&[0.999_999_999_9]);
    // The weight is a difference of 1, so that it has six digits.
    assert_close(number(&small["nodes"][0], "risk"), 1e8, 1e-6, "a weight of 1e-10");
    assert_eq!(number(&of(&[0.7, 0.1, 0.2])["nodes"][0], "real_weight"), 0.0);
}

/// Collapse, with its slopes and reasons.
#[test]
fn collapse_is_told() {
    let mean = json("network examples/networks/echo.toml --json");
    assert_eq!(mean["nodes"][0]["risk"], Value::Null);
    assert_eq!(mean["nodes"][2]["diverges"], Value::Bool(true));
    assert_close(number(&mean["nodes"][0], "slope"), 0.01, 1e-14, "slope");
    // It hears the echo 1, 3, 5, ... generations late with weights .2 .3^j, and its mirror's part in between.
    let [echo, mirror] = [0.2 / (1.0 - 0.09), 0.2 * 0.3 / (1.0 - 0.09)];
    assert_close(number(&mean["nodes"][2], "slope"), 0.01 * (echo * echo + mirror * mirror), 1e-13, "slope");
    assert_eq!(mean["classes"][0]["period"], 2);
    let cdf = json("network examples/networks/echo.toml --model cdf --json");
    assert_eq!(
        (&cdf["nodes"][0]["saturates"], &cdf["nodes"][2]["diverges"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    assert_close(risks(&cdf)[0], 1.0 / 6.0, 1e-14, "saturation");
    let variance = json("network examples/networks/echo.toml --model gaussian-variance --json");
    assert_close(number(&variance["classes"][0], "growth"), 101.0 / 99.0, 1e-13, "growth");
}

/// A picture, and the same bits at any number of threads.
#[test]
fn simulations_and_pictures() {
    let folder = tempfile::tempdir().expect("a directory");
    let picture = folder.path().join("net.svg").display().to_string();
    let line = format!(
        "network examples/networks/teachers.toml --generations 5 --simulate --replicates 3000 --json --svg {picture}"
    );
    let document = json(&line);
    for node in document["nodes"].as_array().expect("a list") {
        let simulated = &node["simulated"];
        assert!(number(simulated, "z").abs() < 5.0 && simulated["theory"]["exact"] == Value::Bool(true), "{node}");
    }
    assert_eq!(document["seed"], 250_218_049);
    assert_eq!(stdout_of(&format!("{line} --threads 1"), 0), stdout_of(&format!("{line} --threads 3"), 0));
    let svg = std::fs::read_to_string(&picture).expect("a picture");
    let parsed = roxmltree::Document::parse(&svg).expect("XML");
    let circles = parsed.descendants().filter(|node| node.has_tag_name("circle")).count();
    assert_eq!((circles, svg.matches("marker-end").count()), (3, 4));
}

/// What does not go together.
#[test]
fn options_are_validated() {
    let cases = [
        ("--simulate", "option --simulate", "needs --generations"),
        ("--generations 3 --replicates 9", "--replicates 9", "needs --simulate"),
        ("--generations 3 --simulate --replicates 1", "--replicates 1", "must be from 2 to 1000000000"),
        ("--generations 1000001", "--generations 1000001", "must be from 0 to 1000000"),
        ("--minimise nobody", "--minimise nobody", "must be mean, or the name of a model"),
        ("--model linear --dim 99", "line 5, start 100", "must be at least 101 where --dim is 99"),
        ("--model cdf --dim 2", "--dim 2", "must be 1 for cdf"),
        ("--model kde", "--model kde", "must be a model with a law of several that feed one another"),
        ("--svg no/such/folder.svg", "--svg no/such/folder.svg", "must be a file to write to"),
    ];
    for (options, subject, condition) in cases {
        let output =
            goldenweight(&format!("network examples/networks/echo.toml {options}").split(' ').collect::<Vec<_>>());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{options}: {stderr}");
        assert!(
            stderr.contains(subject) && stderr.contains(condition) && stderr.lines().count() == 1,
            "{options}: {stderr}"
        );
    }
    let output = goldenweight(&["network", "no such file.toml"]);
    assert!(text(&output.stderr).contains("must be a file to read") && output.status.code() == Some(2));
}
