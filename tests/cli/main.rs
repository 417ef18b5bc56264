//! The command line, run as a user runs it.

mod advise;
mod archive;
mod audit;
mod bad_input;
#[cfg(unix)]
mod closed_output;
mod compare;
mod digits;
mod documents;
mod explorer;
mod figures;
#[cfg(unix)]
mod interrupted_runs;
mod interruption;
mod network;
mod schema;
#[cfg(unix)]
mod store;
mod tables;
mod truths;
#[cfg(unix)]
mod written;

use std::{
    process::{Command, Output, Stdio},
    str,
};

use serde_json::Value;

fn goldenweight(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_goldenweight")).args(args).output().expect("the binary runs")
}

/// Splits a command line at its spaces.
fn run(line: &str) -> Output {
    goldenweight(&line.split(' ').collect::<Vec<_>>())
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("output is UTF-8")
}

/// Stdout of a command that must end with this code. On stderr (which is no terminal here) are notes alone, and why it is inconclusive where it is.
fn stdout_of(line: &str, code: i32) -> String {
    let output = run(line);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{line}: {stderr}");
    let causes = stderr.lines().filter(|said| !said.starts_with("note: ")).collect::<Vec<_>>();
    assert!(causes.iter().all(|cause| cause.starts_with("inconclusive: ")), "{line}: {stderr}");
    assert_eq!(causes.is_empty(), code != 3, "{line}: {stderr}");
    text(&output.stdout).to_owned()
}

fn json_with_code(line: &str, code: i32) -> Value {
    let stdout = stdout_of(line, code);
    serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{line}: not one JSON document: {e}\n{stdout}"))
}

fn json(line: &str) -> Value {
    json_with_code(line, 0)
}

fn number(document: &Value, key: &str) -> f64 {
    document[key].as_f64().unwrap_or_else(|| panic!("{key} is no number in {document}"))
}

/// The relative error must be below the tolerance.
fn assert_close(actual: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (actual / expected - 1.0).abs();
    assert!(error < tolerance, "{what}: {actual} is {error:e} off {expected}");
}

fn assert_keys(document: &Value, keys: &str) {
    for key in keys.split(' ') {
        assert!(document.get(key).is_some(), "no key {key} in {document}");
    }
}

/// Tolerance where a closed form of a few operations is compared with digits from higher precision.
const ROUNDING: f64 = 1e-14;

/// The optimum of the covariance is where a derivative vanishes that is known to about 1e-15 of the risk: measured 3e-16.
const MINIMISER: f64 = 1e-12;

/// mpmath, 40 digits: the root u of rho u^2 - (1 + rho + 1) u + 1 at rho = 1 and at rho = 1 - 1/100, w = 1 - u; for the
/// covariance, findroot on the derivative of the limit of the 2 x 2 system solved by lu_solve.
#[test]
fn weight_is_the_exact_optimum() {
    for (options, expected, tolerance) in [
        ("", 0.618_033_988_749_894_8, ROUNDING),
        (" --model gaussian-covariance", 0.619_809_937_858_575_1, MINIMISER),
        (" --model cdf", 0.616_976_649_426_975, ROUNDING),
        (" --model categorical --probabilities 0.2,0.3,0.5", 0.616_976_649_426_975, ROUNDING),
    ] {
        let document = json(&format!("weight --real 100 --synthetic 100 --json{options}"));
        assert_close(number(&document, "weight"), expected, tolerance, options);
        assert_eq!(document["exact"], true);
        assert_close(number(&document, "limit_weight"), 0.618_033_988_749_894_8, ROUNDING, "limit_weight");
    }
}

#[test]
fn weight_says_what_the_weights_are_worth() {
    let document = json("weight --real 100 --synthetic 100 --generations 3 --json");
    assert_keys(
        &document,
        "model real synthetic k weight limit_weight naive_weight relative_risk naive_relative_risk \
         effective_sample_size per_row_weight dynamic_weights",
    );
    // 1/phi; k/(1+k) and (1+k)/(2+k) at k = 1; n phi; w/n and (1-w)/m.
    assert_close(number(&document, "relative_risk"), 0.618_033_988_749_894_8, ROUNDING, "relative_risk");
    assert_eq!(number(&document, "naive_weight"), 0.5);
    assert_close(number(&document, "naive_relative_risk"), 2.0 / 3.0, ROUNDING, "naive_relative_risk");
    assert_close(number(&document, "effective_sample_size"), 161.803_398_874_989_5, ROUNDING, "effective_sample_size");
    assert_close(number(&document["per_row_weight"], "real"), 0.006_180_339_887_498_949, ROUNDING, "real row");
    assert_close(
        number(&document["per_row_weight"], "synthetic"),
        0.003_819_660_112_501_051,
        ROUNDING,
        "synthetic row",
    );
    // Ratios of Fibonacci numbers.
    for (t, expected) in [2.0 / 3.0, 5.0 / 8.0, 13.0 / 21.0].into_iter().enumerate() {
        let weight = document["dynamic_weights"][t].as_f64().expect("a weight");
        assert_close(weight, expected, ROUNDING, "dynamic weight");
    }
    assert_eq!(json("weight --real 100 --synthetic 100 --json")["dynamic_weights"], Value::Null);
    assert!(stdout_of("weight --real 100 --synthetic 100", 0).contains(" 0.618034 "));
}

/// 1 - w at k = 5e11, where 1.0 - w has no more than four digits: 1/k to first order, the next term is of relative size 2/k.
#[test]
fn synthetic_rows_have_an_accurate_weight_where_it_is_tiny() {
    let document = json("weight --real 1000000000000 --synthetic 2 --json");
    let per_row = number(&document["per_row_weight"], "synthetic");
    assert_close(per_row, 1.0 / 1e12, 1e-11, "per synthetic row");
}

/// Python, mpmath with 40 digits, stepping the recursions of the two covariance moments and of e_t generation by generation.
#[test]
fn risk_agrees_with_stepped_recursions() {
    for (options, expected) in [
        (
            "--model gaussian-covariance --real 31 --synthetic 47 --dim 3 --weight 0.37 --generations 5",
            0.269_827_239_990_911_3,
        ),
        ("--model gaussian-covariance --real 10 --synthetic 10 --weight 0.1", 48.809_523_809_523_81),
        ("--model gaussian-mean --real 8 --synthetic 4 --weight 0.3 --generations 7 --burn-in 3", 0.509_591_169_071_5),
        ("--model categorical --real 8 --synthetic 4 --weight 0.25 --generations 6", 0.179_209_765_249_652_26),
    ] {
        let document = json(&format!("risk {options} --json"));
        assert_keys(&document, "model real synthetic dim weight generations risk limit_risk exact diverges");
        assert_close(number(&document, "risk"), expected, MINIMISER, options);
        assert_eq!(document["diverges"], false, "{options}");
        assert_eq!(document["exact"], true, "{options}");
    }
    assert_eq!(json("risk --model cdf --real 9 --synthetic 9 --weight 0.5 --json")["generations"], Value::Null);
}

/// w_c(10) = 1 - sqrt(9/11) = 0.0955.
#[test]
fn divergence_is_null_and_said() {
    let document = json("risk --model gaussian-covariance --real 10 --synthetic 10 --weight 0.09 --json");
    assert_eq!(document["diverges"], true);
    assert_eq!([&document["risk"], &document["limit_risk"]], [&Value::Null, &Value::Null]);
    let finite = json("risk --model gaussian-mean --real 10 --synthetic 10 --weight 0 --generations 5 --json");
    // tr Sigma (1/n + t/m) = 2 (0.1 + 0.5).
    assert_close(number(&finite, "risk"), 1.2, ROUNDING, "mean at w = 0");
    assert_eq!([&finite["limit_risk"], &finite["diverges"]], [&Value::Null, &Value::Bool(true)]);
    let line = "risk --model gaussian-covariance --real 10 --synthetic 10 --weight 0.09";
    assert!(stdout_of(line, 0).contains("diverges"));
}

/// Every model at odd sizes; five standard errors have a false-alarm probability below 1e-5 for all of them together, and
/// the seed is fixed.
#[test]
fn simulate_is_unbiased_where_the_law_is_exact() {
    for options in [
        "gaussian-mean --real 8 --synthetic 4 --weight 0.3",
        "gaussian-mean --real 8 --synthetic 4 --weight 0.3 --simulator rows",
        "gaussian-covariance --real 31 --synthetic 47 --dim 3 --weight 0.37",
        "gaussian-covariance --real 31 --synthetic 47 --dim 3 --weight 0.37 --simulator rows",
        "cdf --real 8 --synthetic 4 --weight 0.6",
        "categorical --real 8 --synthetic 4 --weight 0.25",
        "categorical --real 8 --synthetic 4 --weight 0.25 --probabilities 0.5,0.25,0.25 --simulator rows",
        "linear --real 9 --synthetic 12 --dim 3 --weight 0",
    ] {
        let document = json(&format!("simulate --model {options} --generations 6 --replicates 5000 --json"));
        assert_keys(&document, "model real synthetic dim weight risk std_error replicates failed_fits theory z seed");
        assert_eq!(document["theory"]["exact"], true, "{options}");
        let (risk, error) = (number(&document, "risk"), number(&document, "std_error"));
        let z = (risk - number(&document["theory"], "risk")) / error;
        assert!(z.abs() < 5.0, "{options}: z = {z}");
        // Hall's correction is a (z^2 + 1/2), and a is at most a third of the largest skewness, .08.
        match document["z"].as_f64() {
            Some(found) => {
                assert!((found - z).abs() <= 0.03 * (z * z + 0.5), "{document}");
                assert_eq!([&document["z_degrees"], &document["z_reason"]], [&Value::from(4_999.0), &Value::Null]);
            }
            // A covariance that is estimated from 4 rows again and again: the loss is too skewed for a z.
            None => assert!(options.starts_with("gaussian-mean --real 8 --synthetic 4"), "{document}"),
        }
        assert!(error < 0.1 * risk, "{options}: the standard error says something");
    }
}

#[test]
fn against_a_limit_law_there_is_a_ratio_and_no_z() {
    // Two orders in 1/n are out of range: R2/(n R1) is .6 for n real rows.
    let line =
        "simulate --model poisson --real 100 --synthetic 100 --weight 0.6 --generations 5 --replicates 200 --json";
    let document = json(line);
    assert_eq!([&document["z"], &document["theory"]["exact"]], [&Value::Null, &Value::Bool(false)]);
    assert_eq!(document["theory"]["second_order"]["in_range"], false);
    // About 1.24 in the limit of many replicates, whose standard error is 0.08 of the risk.
    assert!((0.9..1.7).contains(&number(&document, "ratio")), "{document}");
}

/// Logistic regression at n = m = 100, w = 1/phi: R1 = w tr I^-1 and R2/R1 = 9.990251; at w = 1 two thirds of the parts of R2/R1 are 17.789565; the optimum moves by -.39782/n.
#[test]
fn two_orders_where_they_are_in_range() {
    let place = "--model logistic --real 100 --synthetic 100";
    let golden = "0.6180339887498949";
    let document = json(&format!("risk {place} --weight {golden} --json"));
    assert_eq!([&document["order"], &document["exact"]], [&Value::from("second"), &Value::Bool(false)]);
    assert_close(number(&document, "second_order_share"), 0.09990251, 1e-6, "share");
    assert_close(number(&document, "second_order_size"), 0.17789565, 1e-6, "size");
    let limit = number(&json(&format!("risk {place} --weight {golden} --order limit --json")), "risk");
    assert_close(number(&document, "risk"), limit * 1.09990251, 1e-7, "risk");
    assert_eq!(number(&document, "second_order_risk"), number(&document, "risk"));
    let optimum = json(&format!("weight {place} --json"));
    assert_eq!(optimum["order"], "second");
    assert_close(number(&optimum, "weight"), 0.6180339887498949 - 0.0039782, 1e-5, "optimum");
    assert_eq!(number(&optimum, "weight"), number(&optimum, "second_order_weight"));
    // z is against two orders.
    let simulated =
        json(&format!("simulate {place} --weight 0.6 --generations 25 --burn-in 5 --replicates 1000 --json"));
    assert!(simulated["z"].is_number() && simulated["theory"]["order"] == "second", "{simulated}");
    let minimised = json(&format!("optimize {place} --generations 40 --burn-in 10 --replicates 480 --json"));
    assert!(minimised["z"].is_number() && minimised["order"] == "second", "{minimised}");
    assert_eq!(number(&minimised, "theory_weight"), number(&optimum, "weight"));
}

/// At k = 257/5 the second order is small and what it leaves out is not: a NumPy program, with fits by Newton's method, has .001667 (+- .8e-5), the limit law .001627, two orders .001430.
#[test]
fn two_orders_of_few_synthetic_rows_are_out_of_range() {
    let document = json("risk --model poisson --real 257 --synthetic 5 --beta 1 --weight .895 --generations 1 --json");
    assert_eq!(document["order"], "limit");
    assert!(number(&document, "second_order_size") < 0.2, "{document}");
    assert!((number(&document, "risk") / 0.001667 - 1.0).abs() < 0.04, "{document}");
}

/// N rows of linear regression have the risk p/(N - p - 1), and N of a covariance one that goes as 1/(N - 1). The risks relative to real rows alone are the program's own.
#[test]
fn real_rows_that_the_optimum_is_worth() {
    let document = |line: &str| json(&format!("weight {line} --json"));
    let linear = document("--model linear --real 7 --synthetic 20 --dim 5");
    let [worth, relative] = ["effective_sample_size", "relative_risk"].map(|key| number(&linear, key));
    assert_close(5.0 / (worth - 6.0), 5.0 * relative, 1e-12, "linear regression");
    assert_close(worth, 16.39, 1e-3, "linear regression");
    let covariance = document("--model gaussian-covariance --real 5 --synthetic 10");
    assert_close(number(&covariance, "effective_sample_size"), 8.79, 1e-3, "a covariance");
    // By two orders: the optimum's risk lies between those of real rows alone, of the whole numbers of rows around.
    let logistic = document("--model logistic --real 300 --synthetic 300");
    let [worth, weight] = ["effective_sample_size", "weight"].map(|key| number(&logistic, key));
    let of = |rows: f64, weight: f64| {
        let line = format!("risk --model logistic --real {rows} --synthetic 300 --weight {weight} --json");
        number(&json(&line), "risk")
    };
    let best = of(300.0, weight);
    assert!(of(worth.floor(), 1.0) > best && best > of(worth.ceil(), 1.0), "{logistic}");
    let by_generation = run("weight --model logistic --real 300 --synthetic 300 --generations 2");
    assert!(text(&by_generation.stdout).contains("optimal weight (limit law"), "{}", text(&by_generation.stdout));
}

/// One row has one category, whatever n is. At p = 1e-16 the decimals' own risk is 2e-16 (1 - 1e-16)/30.
#[test]
fn few_synthetic_rows_and_rare_categories() {
    let one = json("survival --probabilities .5,.3,.2 --real 6000 --synthetic 1 --json");
    assert_close(number(&one, "expected_generations"), 1.0, 1e-12, "one row");
    let [below, above] = [5000, 5001].map(|n| {
        number(
            &json(&format!("survival --probabilities .5,.3,.2 --real {n} --synthetic 5 --json")),
            "expected_generations",
        )
    });
    assert_close(above, below, 1e-5, "a row more");
    let rare =
        "risk --model categorical --probabilities 1e-16,.9999999999999999 --real 30 --synthetic 9 --weight 1 --json";
    assert_close(number(&json(rare), "risk"), 2e-16 / 30.0, 1e-12, "a rare category");
    let none = run("weight --model kde --real 40 --synthetic 30 --generations 3");
    assert!(text(&none.stdout).contains("by generation: no"), "{}", text(&none.stdout));
}

/// Orders that are asked for, in range or not; those that are not known are refused.
#[test]
fn orders_on_demand() {
    let risk =
        |order: &str| json(&format!("risk --model linear --real 100 --synthetic 100 --weight 0.618{order} --json"));
    let [best, exact, second, limit] = ["", " --order exact", " --order second", " --order limit"].map(risk);
    assert_eq!(number(&best, "risk"), number(&exact, "risk"));
    assert_eq!(
        [&exact["order"], &second["order"], &limit["order"]].map(|word| word.as_str().unwrap()),
        ["exact", "second", "limit"]
    );
    // 1 + 1.975/n, and the third order.
    assert_close(number(&second, "risk") / number(&limit, "risk"), 1.01975, 1e-5, "two orders over the limit");
    assert_close(number(&second, "risk") / number(&exact, "risk"), 1.0, 1e-3, "two orders over the exact law");
    let poisson = "--model poisson --real 100 --synthetic 100";
    let far = json(&format!("risk {poisson} --weight 0.618 --order second --json"));
    assert_eq!((&far["order"], number(&far, "risk")), (&Value::from("second"), number(&far, "second_order_risk")));
    assert_eq!(json(&format!("risk {poisson} --weight 0.618 --json"))["order"], "limit");
    for (line, code) in [
        ("risk --model gaussian-mean --real 9 --synthetic 9 --weight 0.5 --order limit".to_owned(), 2),
        ("risk --model linear --schedule fixed --real 9 --synthetic 9 --weight 0.5 --order exact".to_owned(), 2),
        ("risk --model linear --real 9 --synthetic 9 --weight 0.5 --order third".to_owned(), 2),
        (format!("weight {poisson} --order second"), 3),
        (format!("risk {poisson} --beta 20 --weight 0.5 --order second"), 3),
    ] {
        assert_eq!(run(&line).status.code(), Some(code), "{line}");
    }
}

/// One row and full weight on it: the loss is the same in every replicate, and 0/0 is no number.
#[test]
fn a_standard_error_of_zero_gives_no_z() {
    let line = "simulate --model categorical --real 1 --synthetic 1 --probabilities 0.5,0.5 --weight 1 --replicates 100 --json";
    let document = json(line);
    assert_eq!(number(&document, "std_error"), 0.0);
    assert_eq!(document["z"], Value::Null);
    assert_eq!(document["z_reason"], "all values are equal, so that there is no standard error");
}

#[test]
fn failed_fits_are_counted_and_make_it_inconclusive() {
    let line = "simulate --model logistic --real 4 --synthetic 4 --weight 0.5 --generations 3 --replicates 200 --json";
    let document = json_with_code(line, 3);
    assert!(document["failed_fits"].as_u64().expect("a count") > 2, "{document}");
}

#[test]
fn optimize_finds_the_exact_optimum_within_its_standard_error() {
    let line = "optimize --model gaussian-covariance --real 8 --synthetic 4 --generations 30 --replicates 8000 --json";
    let document = json(line);
    assert_keys(&document, "model real synthetic dim weight std_error theory_weight z evaluations converged seed");
    // Five standard errors with 23 degrees of freedom: probability 5e-5, and the seed is fixed.
    assert!(number(&document, "z").abs() < 5.0, "{document}");
    assert!(number(&document, "std_error") < 0.02, "{document}");
    assert_eq!(document["converged"], true);
    // The covariance of one row is 0, and so synthetic rows are that row again: the risk is tr Sigma (w^2 + (1 - w)^2).
    let line =
        "optimize --model gaussian-mean --divisor mle --real 1 --synthetic 9 --generations 1 --replicates 480 --json";
    assert_close(number(&json(line), "theory_weight"), 0.5, 1e-5, "theory from one real row");
    // At one generation the optimum is 2/3 for k = 1, not 1/phi.
    let line = "optimize --model gaussian-mean --real 50 --synthetic 50 --generations 1 --replicates 4000 --json";
    assert_close(number(&json(line), "theory_weight"), 2.0 / 3.0, 1e-5, "theory after one generation");
}

/// The replicates are split into 24 batches of equal size: 24 batches of two leave one replicate out.
#[test]
fn optimize_says_that_batches_leave_replicates_out() {
    let output = run("optimize --model gaussian-mean --real 9 --synthetic 9 --generations 2 --replicates 49 --json");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!([&document["replicates"], &document["replicates_asked"]], [48, 49]);
    let stderr = text(&output.stderr);
    let note = "note: 48 replicates of the 49 asked for: 24 batches of 2";
    assert_eq!(stderr.lines().filter(|line| *line == note).count(), 1, "{stderr}");
    assert_eq!(document["partial"], false);
    // Of the default there is nothing to say.
    let output = run("optimize --model gaussian-mean --real 9 --synthetic 9 --generations 2 --json");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!([&document["replicates"], &document["replicates_asked"]], [1_992, 1_992]);
    assert_eq!(text(&output.stderr), "");
}

/// At k = 5e8 the best weight is within 1e-8 of 1: the minimum lies on the edge of the weights.
#[test]
fn optimize_that_does_not_converge_is_inconclusive() {
    let line = "optimize --model gaussian-mean --real 1000000000 --synthetic 2 --generations 1 --replicates 48 --json";
    let document = json_with_code(line, 3);
    assert_eq!(document["converged"], false);
}

#[test]
fn threads_and_repetition_do_not_change_a_byte() {
    for line in [
        "simulate --model gaussian-covariance --real 20 --synthetic 30 --weight 0.5 --generations 20 --replicates 3000 --json",
        "simulate --model poisson --real 50 --synthetic 50 --weight 0.5 --generations 3 --replicates 300",
        "optimize --model linear --real 20 --synthetic 30 --generations 10 --replicates 400 --json",
        "calibrate --only gaussian-variance-law --seeds 20 --budget 0.03 --json",
    ] {
        let one = stdout_of(&format!("{line} --threads 1"), 0);
        assert_eq!(one, stdout_of(&format!("{line} --threads 3"), 0));
        assert_ne!(one, stdout_of(&format!("{line} --seed 7"), 0), "the seed counts");
    }
}

/// Three places at which a z of 43, of 53 and a finite number were printed: replicates too few for a curve of rare categories, losses that are equal but for
/// rounding, and a weight below which w/(1 - w) has no digits left.
#[test]
fn a_number_that_says_nothing_is_not_shown() {
    let cells = "--model categorical --probabilities .01,.99 --real 5 --synthetic 5 --generations 5 --replicates 240";
    let optimum = json(&format!("optimize {cells} --seed 2 --json"));
    assert!(optimum["z_reason"].as_str().is_some_and(|reason| reason.starts_with("too few replicates")), "{optimum}");
    let equal = "simulate --model categorical --probabilities .2,.2,.2,.2,.2 --real 1 --synthetic 1 --weight 1";
    let equal = json(&format!("{equal} --generations 3 --seed 88998425 --json"));
    assert_eq!(equal["z_reason"], "all values are equal, so that there is no standard error");
    let tiny = json("risk --model linear --real 30 --synthetic 20 --weight 1e-310 --json");
    // p/(2 w m) = 2/(40e-310) = 5e308, and log10 5 = .69897000433601880.
    assert!((tiny["log10_risk"].as_f64().unwrap() - 308.698_970_004_336).abs() < 1e-9, "{tiny}");
    assert_eq!([&tiny["overflow"], &tiny["risk"]], [&Value::Bool(true), &Value::Null]);
}

#[test]
fn the_registry_is_listed_and_one_claim_is_verified() {
    let document = json("claims --json");
    assert_eq!([&document["version"], &document["command"]], [env!("CARGO_PKG_VERSION"), "goldenweight claims --json"]);
    let claims = document["claims"].as_array().expect("a list");
    claims.iter().for_each(|claim| assert_keys(claim, "id statement source exactness kinds"));
    let id = "poisson-information";
    assert!(claims.iter().any(|claim| claim["id"] == id) && stdout_of("claims", 0).contains(id));
    let run = json(&format!("verify --only {id} --json"));
    assert_keys(&run, "seed tier family_false_alarm checks comparisons partial not_begun verdict claims");
    assert_keys(&run["claims"][0], "id statement source exactness verdict kinds_not_run headline reasons evidence");
    assert_keys(
        &run["claims"][0]["evidence"][0],
        "kind route computed_by verdict statistic bound detectable_effect relative_error interval margin replicates reasons comparisons reproduce seconds detail ran",
    );
    assert_eq!([&run["claims"][0]["id"], &run["verdict"]], [id, "confirmed"]);
    let table = stdout_of(&format!("verify --only {id}"), 0);
    assert!(table.starts_with("claim ") && table.contains("1 claim confirmed"), "{table}");
}

/// The document in the directory is the one on stdout, and the page is that run's.
#[test]
fn verify_writes_a_report() {
    let folder = tempfile::tempdir().expect("a directory");
    let report = folder.path().join("made/on the way");
    let line = ["verify", "--only", "poisson-information", "--kinds", "property", "--json", "--report"];
    let output = Command::new(env!("CARGO_BIN_EXE_goldenweight")).args(line).arg(&report).output().expect("it runs");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let read = |name: &str| std::fs::read_to_string(report.join(name)).expect(name);
    assert_eq!(read("verify.json"), text(&output.stdout));
    let page = read("verify.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(page.contains("<tbody id=\"poisson-information\"") && page.matches("<tbody id=").count() == 1, "{page}");
    let files = std::fs::read_dir(&report).expect("readable").count();
    assert_eq!(files, 2, "nothing else is left in the directory");
    for asked in [["--only", "no-such-claim"], ["--kinds", "mutant"]] {
        let absent = folder.path().join("absent");
        let output = Command::new(env!("CARGO_BIN_EXE_goldenweight"))
            .arg("verify")
            .args(asked)
            .arg("--report")
            .arg(&absent)
            .output();
        assert_eq!((output.expect("it runs").status.code(), absent.exists()), (Some(2), false), "{asked:?}");
    }
}

#[test]
fn adult_has_the_four_experiments() {
    let document = json("adult --replicates 8 --json");
    let experiments = document["experiments"].as_array().expect("a list");
    let names: Vec<_> = experiments.iter().map(|e| e["experiment"].as_str().expect("a name")).collect();
    assert_eq!(names, ["workclass", "education", "marital_status", "logistic"]);
    for experiment in experiments {
        for risk in experiment["risks"].as_array().expect("a list") {
            let few = risk["z_reason"].as_str().is_some_and(|r| r.starts_with("8 values are too few"));
            assert!(risk["z"].is_null() && few, "{risk}");
        }
    }
    // 1 - u, rho u^2 - (2 + rho) u + 1 = 0 at rho = 1 - 1/500; kappa = tr I^-1 / tr I^-1 J I^-1 = 430.50/420.10.
    assert_close(number(&experiments[0], "optimal_weight"), 0.617_822_7, 1e-6, "workclass");
    // The law without a second order has .62221 there; -R2'/(500 R1'') = -2.4994/500, by differences of the limits in tests/references/second_order.py.
    assert_close(number(&experiments[3], "optimal_weight"), 0.617_21, 1e-5, "logistic");
}

/// Fewer than twenty seeds decide nothing: exit code 3, and the document all the same.
#[test]
fn calibrate_reports_every_comparison() {
    let line = "calibrate --only gaussian-variance-law --budget 0.03 --json --seeds";
    let document = json(&format!("{line} 20"));
    assert_keys(
        &document,
        "verdict causes seed seeds budget error_rate checks false_alarms laws coverage kinds wrong_simulator comparisons",
    );
    assert_keys(&document["false_alarms"], "runs declared upper_bound p_value comparisons");
    assert_keys(&document["false_alarms"]["runs"], "hits trials low high");
    assert_keys(&document["laws"], "tested smallest_p_value p_value");
    assert_keys(&document["coverage"][0], "nominal intervals p_value");
    assert_keys(&document["wrong_simulator"], "name claim check refuted");
    assert_keys(
        &document["comparisons"][0],
        "claim check kind place values not_made too_skewed tested false_alarms skewness degrees mean deviation distance \
         p_value adjusted_p_value inside_95 inside_99",
    );
    assert_eq!([&document["verdict"], &document["seeds"]], [&Value::from("confirmed"), &Value::from(20)]);
    assert_eq!(document["wrong_simulator"]["refuted"]["hits"], 20);
    let undecided = json_with_code(&format!("{line} 3"), 3);
    assert_eq!([&undecided["verdict"], &undecided["laws"]["p_value"]], [&Value::from("inconclusive"), &Value::Null]);
    let text = stdout_of(&line.replace(" --json --seeds", " --seeds 3"), 3);
    assert!(text.starts_with("not decided: fewer than 20 seeds") && text.contains("wrong simulator"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 100), "{text}");
}

const COMMANDS: [&str; 9] =
    ["weight", "risk", "simulate", "optimize", "atlas", "adult", "claims", "verify", "calibrate"];

#[test]
fn every_command_has_help_with_an_example() {
    let overview = stdout_of("--help", 0);
    assert!(stdout_of("--version", 0).starts_with("goldenweight "));
    for command in COMMANDS {
        assert!(overview.contains(command));
        let help = stdout_of(&format!("{command} --help"), 0);
        assert!(help.contains(&format!("Example: goldenweight {command}")), "{help}");
        // An option without help text would end its line after the name of its value.
        for line in help.lines().filter(|line| line.trim_start().starts_with("--")) {
            assert!(line.trim().contains("  "), "no help: {line}");
        }
    }
}

/// The pipe is closed before anything is written to it.
#[test]
fn a_closed_pipe_is_no_failure() {
    for args in [&["weight", "--real", "9", "--synthetic", "9", "--generations", "20000"][..], &["--help"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goldenweight"));
        let mut child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    }
}
