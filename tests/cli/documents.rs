//! What every document says: its origin, its digits, and why a number is missing.

use goldenweight::adult::{Column, Table};
use serde_json::Value;

use crate::{assert_close, json, json_with_code, number, run, stdout_of, text};

/// A command for each way of leaving a number out, with its exit code.
pub const COMMANDS: &[(&str, i32)] = &[
    ("weight --real 9 --synthetic 9", 0),
    ("weight --real 9 --synthetic 9 --generations 3", 0),
    // Pooling by counting has a weight of k/(1 + k) = .0196, below the collapse threshold w_c(2) = .4226.
    ("weight --real 3 --synthetic 150 --model gaussian-covariance", 0),
    ("weight --real 2 --synthetic 1000000000000 --model gaussian-covariance", 0),
    ("risk --model cdf --real 9 --synthetic 9 --weight 0.5", 0),
    ("risk --model linear --real 9 --synthetic 9 --weight -0 --generations 4", 0),
    ("risk --model gaussian-covariance --real 4 --synthetic 4 --weight 0 --generations 2000", 0),
    ("risk --model gaussian-mean --real 4 --synthetic 4 --weight 1e-320", 0),
    ("risk --model logistic --real 9 --synthetic 9 --weight 0 --generations 4", 0),
    ("risk --model poisson --beta 20 --real 9 --synthetic 9 --weight 0.5", 0),
    ("weight --model poisson --beta 20 --real 9 --synthetic 9", 0),
    ("simulate --model poisson --beta 20 --real 9 --synthetic 9 --weight 0.5 --generations 1 --replicates 64", 3),
    ("simulate --model gaussian-mean --real 9 --synthetic 9 --weight 0.5 --generations 3 --replicates 500", 0),
    ("simulate --model gaussian-mean --real 9 --synthetic 9 --weight 0.5 --generations 3 --replicates 2", 0),
    ("simulate --model gaussian-covariance --real 4 --synthetic 4 --weight 0 --generations 3000 --replicates 64", 0),
    ("simulate --model linear --real 9 --synthetic 9 --weight 0.5 --generations 4 --burn-in 2 --replicates 64", 0),
    ("simulate --model logistic --dim 5 --real 20 --synthetic 20 --weight 1 --generations 1 --replicates 200", 3),
    ("simulate --model logistic --dim 5 --real 6 --synthetic 6 --weight 1 --generations 20 --replicates 64", 3),
    ("optimize --model gaussian-mean --real 9 --synthetic 9 --generations 2 --replicates 480", 0),
    ("network examples/networks/teachers.toml --minimise mean", 0),
    ("network examples/networks/echo.toml --minimise mean", 0),
    ("network examples/networks/echo.toml --model cdf --minimise listener", 0),
    ("network examples/networks/echo.toml --model gaussian-covariance --dim 2", 0),
    ("network examples/networks/echo.toml --model gaussian-variance --generations 100000", 0),
    ("network examples/networks/teachers.toml --generations 3 --simulate --replicates 500", 0),
    ("network examples/networks/teachers.toml --model logistic --generations 3 --simulate --replicates 20", 0),
    ("optimize --model logistic --real 20 --synthetic 20 --generations 2 --replicates 480", 3),
    ("optimize --model gaussian-mean --real 1000000000 --synthetic 2 --generations 1 --replicates 48", 3),
    // Several weights.
    ("risk --model cdf --real 9 --synthetic 9 --weight 0.5,0", 0),
    ("simulate --model gaussian-mean --real 9 --synthetic 9 --weight 0.5,1 --generations 3 --replicates 64", 0),
    // A law at generation 0 alone.
    ("risk --model linear --real 9 --synthetic 9 --schedule accumulate --generations 0", 0),
    ("risk --model gaussian-mean --divisor mle --real 9 --synthetic 5 --schedule accumulate --generations 0", 0),
    // Singular covariances: of two rows in two dimensions. Then chains of which no, or not every, fit exists.
    (
        "simulate --model gaussian-covariance --real 2 --synthetic 2 --weight 1 --generations 0 --replicates 64 --statistic log-det",
        0,
    ),
    (
        "simulate --model logistic --dim 5 --real 20 --synthetic 20 --weight 1 --generations 1 --replicates 200 --statistic median",
        3,
    ),
    ("adult --replicates 4", 0),
    ("advise --data tests/references/tables/logistic.csv --target y --family logistic --synthetic 1000", 0),
    ("advise --data tests/references/tables/linear.csv --target y --family linear --synthetic 240 --simulate 64", 0),
    ("advise --data tests/references/tables/linear.csv --columns town --family frequencies --synthetic 9", 0),
    (
        "audit --real tests/references/tables/poisson.csv --synthetic tests/references/tables/poisson-synthetic.csv --target y \
         --family poisson --bootstrap 100",
        0,
    ),
    // Pooling as many rows of a larger variance harms without a bias.
    (
        "audit --real tests/references/tables/linear-synthetic.csv --synthetic tests/references/tables/linear.csv --columns age \
         --family mean --loss raw --bootstrap 100",
        0,
    ),
];

/// Runs of the registry: nothing sampled, a share (whose z is normal), too few seeds for a law.
pub const RUNS: [(&str, i32); 3] = [
    ("verify --only golden-ratio --kinds exact,recursion", 0),
    ("verify --only logistic-separation", 0),
    ("calibrate --only logistic-separation --seeds 3 --budget 0.01", 3),
];

/// Whether a value is null, or a list that has one.
fn lacks(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(|list| list.iter().any(lacks))
}

/// Every null of a document has its reason beside it: in `reasons`, or in the key's own. So has a list with a null.
pub fn explained(value: &Value, line: &str) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let own = match key.as_str() {
                    "z" | "z_degrees" | "z_p_value" if map.contains_key("z_reason") => Some("z_reason"),
                    // Of the theory's risk.
                    "risk" if map.contains_key("reason") => Some("reason"),
                    _ => None,
                };
                let reason = own.map_or(&map.get("reasons").unwrap_or(&Value::Null)[key], |own| &map[own]);
                let is_reason = key.ends_with("reason");
                assert!(!lacks(value) || is_reason || reason.is_string(), "{line}: no reason for {key} in {map:?}");
                assert!(!reason.is_string() || lacks(value), "{line}: {key} has a number and a reason in {map:?}");
                explained(value, line);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| explained(value, line)),
        _ => {}
    }
}

#[test]
fn every_null_and_every_dash_has_its_reason() {
    let out = tempfile::tempdir().expect("a directory");
    let figures = format!("figures golden-weight --out {} --json", out.path().display());
    let document = json(&figures);
    explained(&document, &figures);
    assert_eq!(document["command"], format!("goldenweight {figures} --seed 250218049"));
    for (line, code) in RUNS {
        explained(&json_with_code(&format!("{line} --json"), code), line);
    }
    for (line, code) in COMMANDS {
        explained(&json_with_code(&format!("{line} --json"), *code), line);
        let text = stdout_of(line, *code);
        // "- (why)", or "- [1]" with "[1] why" below the table.
        for (place, _) in text.match_indices(" -").filter(|(place, _)| text[place + 2..].starts_with([' ', '\n'])) {
            let rest = &text[place + 2..];
            assert!(
                rest.starts_with(" (") || rest.starts_with(" [") || rest.trim_start_matches(' ').starts_with('-'),
                "{line}: {text}"
            );
        }
        for note in (1..9).map(|i| format!("- [{i}]")).filter(|note| text.contains(note.as_str())) {
            assert!(text.contains(&format!("\n{} no z: ", &note[2..])), "{line}: {text}");
        }
    }
}

/// Six significant digits at most: no run of digits and a point has more, leading zeros apart. Counts have no point.
#[test]
fn text_has_six_significant_digits() {
    for (line, code) in COMMANDS {
        let text = stdout_of(&line.replace("--weight 0.5", "--weight 0.2701562118716424"), *code);
        for word in text.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|word| word.contains('.')) {
            let significant = word.replace('.', "").trim_start_matches('0').len();
            assert!(significant <= 6, "{line}: {word} in {text}");
        }
    }
    let document =
        json("simulate --model cdf --real 9 --synthetic 9 --weight 0.2701562118716424 --replicates 70 --json");
    assert_eq!(document["weight"], 0.270_156_211_871_642_4);
}

/// The command of a document makes the same document again.
#[test]
fn documents_tell_version_command_and_seed() {
    let simulated = ["simulate", "optimize", "adult", "audit"];
    for (line, code) in COMMANDS {
        let document = json_with_code(&format!("{line} --json --threads 2"), *code);
        let command = document["command"].as_str().expect("a command");
        let is_simulated = simulated.iter().any(|name| line.starts_with(name)) || line.contains("--simulate");
        let seed = if is_simulated { " --seed 250218049" } else { "" };
        assert_eq!(command, format!("goldenweight {line} --json{seed}"));
        assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(document.get("seed").is_some(), !seed.is_empty(), "{line}");
        assert_eq!(json_with_code(command.strip_prefix("goldenweight ").expect("its name"), *code), document);
    }
    let seeded = json("simulate --model cdf --real 9 --synthetic 9 --weight 1 --replicates 70 --seed 5 --json");
    assert!(seeded["command"].as_str().is_some_and(|command| command.ends_with("--replicates 70 --seed 5 --json")));
    for line in ["verify --only poisson-information", "calibrate --only gaussian-variance-law --seeds 20 --budget 0.03"]
    {
        let document = json(&format!("{line} --json"));
        assert_eq!(document["command"], format!("goldenweight {line} --json --seed 250218049"));
        assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    }
}

/// The one reason that holds.
#[test]
fn a_statistic_without_a_number_says_why() {
    let covariance = "simulate --model gaussian-covariance --synthetic 9 --weight 1 --generations 0 --json";
    let singular = json(&format!("{covariance} --real 2 --replicates 64 --statistic log-det"));
    for key in ["mean", "std_error", "q10", "median", "q90"] {
        let why = &singular["statistic"]["reasons"][key];
        assert_eq!(why, "singular covariances have a log det of minus infinity", "{key}");
    }
    assert_eq!(
        json(&format!("{covariance} --real 9 --replicates 64 --statistic log-det"))["statistic"]["reasons"],
        serde_json::json!({})
    );
    let fits = "simulate --model logistic --dim 5 --real 20 --synthetic 20 --weight 1 --generations 1 --replicates 200 --statistic median --json";
    let fits = json_with_code(fits, 3);
    let why = format!("{} of 200 replicates ended in a fit that does not exist", fits["failed_fits"]);
    assert_eq!(fits["statistic"]["reasons"]["mean"], why);
    let in_text = covariance.replace(" --json", "");
    let text = stdout_of(&format!("{in_text} --real 2 --replicates 64 --statistic log-det"), 0);
    assert_eq!(text.matches("singular covariances").count(), 1, "{text}");
    assert!(fits["statistic"]["q10"].is_number() && fits["statistic"]["reasons"].get("q10").is_none());
}

/// One thing is not several.
#[test]
fn one_is_singular() {
    let folder = tempfile::tempdir().expect("a directory");
    let each = folder.path().join("each.csv");
    let lines = [
        "verify --only poisson-information --kinds property".to_owned(),
        "calibrate --only gaussian-variance-law --seeds 1 --budget 1e-300".to_owned(),
        format!(
            "simulate --model cdf --real 1 --synthetic 1 --weight 1 --generations 1 --replicates 2 --each {}",
            each.display()
        ),
    ];
    for line in lines {
        let output = run(&line);
        for said in [text(&output.stdout), text(&output.stderr)] {
            let words: Vec<&str> = said.split_whitespace().collect();
            let plural = words
                .windows(2)
                .find(|pair| pair[0] == "1" && pair[1].trim_end_matches([',', '.', ';']).ends_with('s'));
            assert!(plural.is_none(), "{plural:?} in {said}");
            assert!(said.lines().all(|line| line.len() < 200), "{said}");
        }
    }
}

/// Minus zero is 0: the document has the same bytes.
#[test]
fn minus_zero_is_zero() {
    for zero in ["-0", "-0.0", "0.0", "-0e7"] {
        let line = |zero| format!("risk --model gaussian-mean --real 9 --synthetic 9 --weight {zero} --generations 2");
        assert_eq!(stdout_of(&line(zero), 0), stdout_of(&line("0"), 0));
        assert_eq!(json(&(line(zero) + " --json"))["weight"].to_string(), "0.0");
    }
}

/// Python, fractions: the covariance's two moments stepped from generation to generation at w = 0, n = m = 4, p = 1. By hand: the mean's limit risk for w to 0 is
/// p/(2 w m), at p = 2 and m = 4 a quarter of 1/w.
#[test]
fn a_finite_risk_beyond_the_largest_float_overflows_and_does_not_diverge() {
    let line = "risk --model gaussian-covariance --dim 1 --real 4 --synthetic 4 --weight 0 --generations";
    let document = json(&format!("{line} 1390 --json"));
    assert_eq!(
        [&document["overflow"], &document["diverges"], &document["risk"]],
        [&Value::Bool(true), &Value::Bool(false), &Value::Null]
    );
    assert_close(number(&document, "log10_risk"), 308.591_610_716_351_7, 1e-12, "log10 at t = 1390");
    assert_eq!(document["limit_diverges"], true);
    let output = run(&format!("{line} 1390"));
    let said = text(&output.stdout);
    // What the note promises.
    assert!(said.contains("3.90491e308 (its decimal logarithm: 308.592; overflow"), "{said}");
    assert!(text(&output.stderr).contains("overflow") && text(&output.stderr).contains("its logarithm is given"));
    // One generation that still has a number.
    let finite = json(&format!("{line} 1380 --json"));
    assert_eq!(finite["overflow"], false);
    assert_close(number(&finite, "log10_risk"), libm::log10(number(&finite, "risk")), 1e-14, "its logarithm");
    // A mean whose sum overflows and that does not.
    let mean = json(&format!("{line} 1389 --burn-in 1000 --json"));
    assert_eq!(mean["overflow"], false);
    assert!(number(&mean, "risk") > 1e305);
    let limit = json("risk --model gaussian-mean --real 4 --synthetic 4 --weight 1e-320 --json");
    assert_eq!(
        [&limit["overflow"], &limit["diverges"], &limit["limit_diverges"]],
        [&Value::Bool(true), &Value::Bool(false), &Value::Bool(false)]
    );
    // 1e-320 is 2024 times the smallest float, 4.94e-324.
    assert_close(number(&limit, "log10_risk"), -libm::log10(4.0) - libm::log10(1e-320), 1e-12, "limit at 1e-320");
    let infinite = json("risk --model gaussian-mean --real 4 --synthetic 4 --weight 0 --json");
    assert_eq!([&infinite["overflow"], &infinite["diverges"]], [&Value::Bool(false), &Value::Bool(true)]);
}

/// P(no fit) is a share of the replicates: the count, what is left, and an interval that holds the share.
#[test]
fn failed_fits_are_told_in_text_json_and_on_stderr() {
    let line =
        "simulate --model logistic --dim 5 --real 20 --synthetic 20 --weight 1 --generations 1 --replicates 2000";
    let document = json_with_code(&format!("{line} --json"), 3);
    let (failed, surviving) = (number(&document, "failed_fits"), number(&document, "surviving_replicates"));
    assert_eq!(failed + surviving, 2_000.0);
    assert_close(number(&document, "failed_share"), failed / 2_000.0, 1e-15, "share");
    let [low, high] = [0, 1].map(|i| document["failed_share_interval"][i].as_f64().expect("a limit"));
    // The normal interval, +- 1.96 sqrt(p(1 - p)/R), is within .001 of the exact one at a share near a half.
    let (share, half) = (failed / 2_000.0, 1.96 * (failed * surviving / 4e6 / 2_000.0).sqrt());
    assert!((low - share + half).abs() < 1e-3 && (high - share - half).abs() < 1e-3, "{low} {high}");
    let over = format!("mean over the {surviving} surviving replicates of 2000");
    assert_eq!(document["mean_over"], over);
    let output = run(line);
    for said in [text(&output.stdout), text(&output.stderr)] {
        assert!(said.contains(&over) && said.contains(&format!("{failed} of 2000 replicates")), "{said}");
    }
}

/// The embedded table as lines of text, with empty fields for '?'; the first line of the file.
const ADULT_NAMES: &str =
    "age,workclass,education,education.num,marital.status,capital.gain,capital.loss,hours.per.week,class\n";

fn adult_rows() -> Vec<String> {
    let table = Table::embedded();
    let categories = Column::ALL.map(|column| {
        let counts = table.counts(column).iter();
        counts.flat_map(|(name, count)| std::iter::repeat_n(name.replace('?', ""), *count as usize)).collect::<Vec<_>>()
    });
    let groups = table.groups().iter().flat_map(|group| std::iter::repeat_n(group, group.count as usize));
    groups
        .enumerate()
        .map(|(i, group)| {
            let [age, education, gain, loss, hours] = group.covariates;
            let [class, school, marital] = [0, 1, 2].map(|column: usize| &categories[column][i]);
            let label = u8::from(group.over_50k);
            format!("{age},{class},{school},{education},{marital},{gain},{loss},{hours},{label}\n")
        })
        .collect()
}

/// A copy with a header line, empty fields and a changed row: text, JSON and stderr say so.
#[test]
fn a_copy_of_the_adult_table_says_what_differs() {
    let mut rows = adult_rows();
    rows[4] = rows[4].replacen("17,", "89,", 1).replace(",0,0,", ",7,7,");
    let folder = tempfile::tempdir().expect("a directory");
    std::fs::write(folder.path().join("adult.csv"), ADULT_NAMES.to_owned() + &rows.concat())
        .expect("the file is written");
    let line = format!("adult --replicates 2 --data {}", folder.path().display());
    let differs = &json(&format!("{line} --json"))["data_differences"];
    assert_eq!(differs["rows"], 1);
    assert!(differs["first"].as_str().is_some_and(|first| first.ends_with("adult.csv, line 6")), "{differs}");
    let form = "a header line, labels 0 and 1, missing values that are not ?, no spaces after the commas, one file in the place of \
        adult.data and adult.test, without all of its columns";
    assert!(differs["form"][0].as_str().is_some_and(|found| found.ends_with(form)), "{differs}");
    let output = run(&line);
    for said in [text(&output.stdout), text(&output.stderr)] {
        assert!(
            said.contains(form) && said.contains("rows that are not those of the original table: 1, the first: "),
            "{said}"
        );
    }
}

/// Of a part of the table the first line says which rows it has, and the laws are those of its rows: at w = 1 the sum of p(1 - p)/500 over the categories.
#[test]
fn a_part_of_the_adult_table_has_its_own_laws() {
    let rows = &adult_rows()[..32_561];
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("adult.csv");
    std::fs::write(&file, ADULT_NAMES.to_owned() + &rows.concat()).expect("the file is written");
    let line = format!("adult --replicates 2 --data {}", file.display());
    let document = json(&format!("{line} --json"));
    let length = format!("{}: 32561 rows, as many as in adult.data, where the original has 48842", file.display());
    let differs = &document["data_differences"];
    assert_eq!((&differs["absent"], &differs["rows"]), (&16_281.into(), &0.into()));
    assert_eq!(differs["lengths"], serde_json::json!([length]));
    for (experiment, column) in [(0, 1), (1, 2), (2, 4)] {
        let mut counts = std::collections::BTreeMap::<&str, u32>::new();
        rows.iter().for_each(|row| *counts.entry(row.split(',').nth(column).unwrap()).or_default() += 1);
        let share = |&count: &u32| f64::from(count) / 32_561.0;
        let expected = counts.values().map(share).map(|p| p * (1.0 - p)).sum::<f64>() / 500.0;
        let found = document["experiments"][experiment]["risks"][3]["theory"]["risk"].as_f64().expect("a number");
        // Sums of at most 16 terms, each rounded a few times.
        assert!((found / expected - 1.0).abs() < 64.0 * f64::EPSILON, "{found} {expected}");
    }
    let said = format!("{length}; 16281 of the original's rows are absent; truths and laws are those of the rows read");
    let output = run(&line);
    assert_eq!((output.status.code(), text(&output.stderr).contains(&said)), (Some(0), true));
    assert!(text(&output.stdout).lines().any(|line| line == said));
}

/// Files beside those that are read, a test part that is the training part again, semicolons and tabs.
#[test]
fn what_lies_beside_the_adult_table_is_told() {
    let rows = &adult_rows()[..32_561];
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("the file is written");
    let text_of = ADULT_NAMES.to_owned() + &rows.concat();
    let copies = ["adult.data", "adult.test", "adult.csv"];
    copies.iter().for_each(|name| write(name, &text_of));
    let line = format!("adult --replicates 2 --data {} --json", folder.path().display());
    let notes = &json(&line)["data_differences"]["notes"];
    assert!(
        notes[0].as_str().is_some_and(|note| note.ends_with("adult.csv is not read: adult.data and adult.test are")),
        "{notes}"
    );
    assert!(
        notes[1]
            .as_str()
            .is_some_and(|note| note.contains("adult.test has the same rows as ") && note.ends_with("adult.data")),
        "{notes}"
    );
    copies.iter().skip(1).for_each(|name| std::fs::remove_file(folder.path().join(name)).expect("removed"));
    let commas = json(&line);
    assert_eq!(commas["data_differences"]["notes"], serde_json::json!([]));
    for (delimiter, word) in [(";", "semicolons"), ("\t", "tabs")] {
        write("adult.data", &text_of.replace(',', delimiter));
        let read = json(&line);
        assert_eq!(read["experiments"], commas["experiments"]);
        let form = read["data_differences"]["form"][0].as_str().expect("a sentence");
        assert!(form.contains(&format!("{word} in the place of commas")), "{form}");
    }
}
