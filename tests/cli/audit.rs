//! `audit`: what comes out, and what is refused with file, column and condition.

use std::fs;

use serde_json::Value;

use crate::{assert_close, documents::explained, json, number, run, stdout_of, text};

const POISSON: &str = "audit --real tests/references/tables/poisson.csv --synthetic tests/references/tables/poisson-synthetic.csv --target y \
                       --family poisson --bootstrap 200";

#[test]
fn the_weight_of_a_mean_and_what_the_rows_are_worth() {
    let folder = tempfile::tempdir().expect("a directory");
    let [real, synthetic] = ["r.csv", "s.csv"].map(|name| folder.path().join(name).display().to_string());
    fs::write(&real, "x\n".to_owned() + &"-1\n1\n".repeat(50)).expect("written");
    fs::write(&synthetic, "x\n".to_owned() + &"-1.7\n2.3\n".repeat(200)).expect("written");
    let document = json(&format!("audit --real {real} --synthetic {synthetic} --family mean --loss raw --json"));
    // V_r = 1/100, V_s = 4/400, b^2 = .3^2 - .02: w = .08/.09, and the risk .08/9 has 112.5 real rows.
    assert_close(number(&document, "bias_squared"), 0.07, 1e-12, "a squared bias");
    assert_close(number(&document, "weight"), 8.0 / 9.0, 1e-6, "a weight");
    assert_close(number(&document, "worth_in_real_rows"), 12.5, 1e-6, "rows");
    assert_eq!((document["verdict"].as_str(), document["partial"].as_bool()), (Some("cannot tell"), Some(false)));
    // The regret is kept: at no bias of the table more than a tenth.
    let prices = document["prices"].as_array().expect("a list");
    let worst = prices.iter().map(|row| number(row, "capped")).fold(0.0, f64::max);
    assert!((1.0..=1.1 + 1e-12).contains(&worst), "{worst}");
    assert!(prices.iter().all(|row| row.get("james_stein").is_none()));
}

#[test]
fn the_seed_and_nothing_else_decides() {
    let once = stdout_of(&format!("{POISSON} --threads 1"), 0);
    assert_eq!(once, stdout_of(&format!("{POISSON} --threads 3"), 0));
    assert_ne!(once, stdout_of(&format!("{POISSON} --seed 7"), 0));
}

/// One line on stderr, exit code 2, nothing on stdout.
#[test]
fn what_is_wrong_is_said_with_its_place() {
    let folder = tempfile::tempdir().expect("a directory");
    let [real, synthetic] = ["r.csv", "s.csv"].map(|name| folder.path().join(name).display().to_string());
    let good = "a,g,y\n".to_owned() + &"1,u,0\n2,v,1\n4,w,1\n3,w,0\n2,u,1\n5,v,0\n".repeat(5);
    let logistic = "--target y --family logistic";
    let separated = "a,g,y\n".to_owned() + &"1,u,0\n2,v,0\n4,w,1\n3,u,1\n1.5,w,0\n3.5,v,1\n".repeat(5);
    let lacking = "a,g,y\n".to_owned() + &"1,u,0\n2,v,1\n4,v,1\n3,u,0\n2,u,1\n5,v,0\n".repeat(5);
    let cases = [
        (good.as_str(), "a,y\n1,0\n2,1\n", logistic, "s.csv: column g: is in the real table, and is missing here"),
        (&good, "a,g,b,y\n1,u,1,0\n2,v,2,1\n", logistic, "s.csv: column b: is not in the real table"),
        (
            &good,
            "a,g,y\n1,u,0\n2,t,1\n",
            logistic,
            "s.csv: column g: has the level t (line 3), which the real table lacks",
        ),
        // A level that is a number is none of the real table's.
        (
            &good,
            "a,g,y\n1,1,0\n2,2,1\n",
            logistic,
            "s.csv: column g: has the level 1 (line 2), which the real table lacks",
        ),
        // A doubt about another column has no part in it.
        (
            "a,g,y\n1,u,no\n2,v,yes\n4,u,yes\n3,v,no\n",
            "a,g,y\n1,u,0\n2,v,1\n",
            logistic,
            "s.csv: column y: has numbers, and the real table has texts\n",
        ),
        (
            &good,
            "a,g,b,y\n1,u,1,0\n2,v,1,1\n",
            logistic,
            "s.csv: column b: is not in the real table; say which columns are meant",
        ),
        (
            &good,
            &good,
            "--target y --family logistic --levels y",
            "--levels y: is the target, and cannot be a column too",
        ),
        (&good, &good, "--target y --family logistic --levels c", "--levels c: is not among the columns that are used"),
        (
            &good,
            &good,
            "--family mean --columns a --levels a",
            "--levels a: must be left out: --family mean takes numbers",
        ),
        (
            &good,
            &good,
            "--target y --family logistic --columns=",
            "must be names of columns, separated by commas, and none of them empty",
        ),
        (
            &good,
            "a,g,y\n1,u,0\n4O,v,1\n",
            logistic,
            "s.csv: column a: has texts, and the real table has numbers; but line 3, column a: 4O is no number: so the column is read as levels",
        ),
        (&good, "a,g,y\nx,u,0\nz,v,1\n", logistic, "s.csv: column a: has texts, and the real table has numbers"),
        (
            &good,
            "a,g,y\n1,u,0\n2,v,2\n",
            logistic,
            "s.csv: line 3, column y: must be 0 or 1, or one of two texts, and is 2",
        ),
        (&good, &separated, logistic, "s.csv: the fit does not exist: a separates"),
        (&good, &lacking, logistic, "s.csv: column g: has no row with the level w, which the real table has"),
        (&good, "", logistic, "s.csv: is empty: there is no line of names"),
        ("a,g,y\n", &good, logistic, "r.csv: has a line of names, and no rows"),
        (&good, &good, "--family logistic", "option --target: is required by --family logistic"),
        (&good, &good, "--target y --family logistic --bootstrap 9", "--bootstrap 9: must be from 100 to 100000"),
        (&good, &good, "--target y --family logistic --regret 0", "--regret 0: must be above 0 and at most 10"),
        (&good, &good, "--target y --family logistic --regret nan", "--regret nan: "),
    ];
    for (of_real, of_synthetic, options, said) in cases {
        fs::write(&real, of_real).expect("written");
        fs::write(&synthetic, of_synthetic).expect("written");
        let output = run(&format!("audit --real {real} --synthetic {synthetic} {options}"));
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}: {stderr}");
        assert!(stderr.contains(said) && stderr.lines().count() == 1, "{said}: {stderr}");
    }
}

/// Rows near separation: many resamples have no fit, so nothing is bounded from above, and each null says so. The verdict is the bounds'.
#[test]
fn what_the_resamples_do_not_bound_is_null_with_a_reason() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("near.csv").display().to_string();
    // One row of the class 1 among the small values, and one of the class 0 among the large ones.
    let rows: String = (0..20).map(|i| format!("{i},{}\n", u8::from((i >= 10) ^ (i == 9 || i == 10)))).collect();
    fs::write(&file, format!("a,y\n{rows}")).expect("written");
    let line = format!("audit --real {file} --synthetic {file} --target y --family logistic --bootstrap 100");
    let document = json(&format!("{line} --json"));
    explained(&document, &line);
    assert!(number(&document, "failed_fits") >= 10.0, "{document}");
    let pooling = &document["pooling"];
    assert_eq!([&pooling["relative_risk_bounds"][1], &document["bias_squared_interval"][1]], [&Value::Null; 2]);
    assert_eq!(document["verdict"], "cannot tell");
    assert!(stdout_of(&line, 0).contains("at most infinity"));
}

/// Harmful where the risk is at least more than 1, with 95 %; helps where it is at most less. Rows of means that are far apart, and of none.
#[test]
fn the_verdict_is_a_bound_beyond_1() {
    let folder = tempfile::tempdir().expect("a directory");
    let [real, synthetic] = ["r.csv", "s.csv"].map(|name| folder.path().join(name).display().to_string());
    let table = |shift: f64| {
        let row = |i: u32| {
            (0..8).map(|j| (f64::from(i * (2 * j + 3) % 101) / 50.0 - 1.0 + shift).to_string()).collect::<Vec<_>>()
        };
        "a,b,c,d,e,f,g,h\n".to_owned() + &(0..101).map(|i| row(i).join(",") + "\n").collect::<String>()
    };
    fs::write(&real, table(0.0)).expect("written");
    for (shift, verdict) in [(0.06, "helps"), (0.5, "harmful")] {
        fs::write(&synthetic, table(shift)).expect("written");
        let document = json(&format!(
            "audit --real {real} --synthetic {synthetic} --family mean --loss standardised --bootstrap 200 --json"
        ));
        let bound = |end: usize| document["pooling"]["relative_risk_bounds"][end].as_f64().expect("a number");
        assert_eq!(document["verdict"], verdict, "{document}");
        assert!(if verdict == "helps" { bound(1) < 1.0 } else { bound(0) > 1.0 }, "{document}");
        assert!(bound(0) <= bound(1));
    }
}
