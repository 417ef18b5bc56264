//! Own truths, schedules, grids of weights, ranges of replicates.

use serde_json::Value;

use crate::{assert_close, number, run, text};

/// The document of a command that ends well, whatever it notes on stderr.
fn json(line: &str) -> Value {
    let output = run(&format!("{line} --json"));
    assert_eq!(output.status.code(), Some(0), "{line}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: {e}"))
}

/// tr Omega^-1 = 1/4 + 1 and noise 2: at w = 1 the limit law is 2 (5/4)/n.
#[test]
fn a_design_covariance_and_a_noise_variance_enter_the_risk() {
    let line =
        "risk --model linear --design-covariance 4,0;0,1 --noise-variance 2 --real 100 --synthetic 50 --weight 1";
    // E (X'X)^-1 = Omega^-1/(n - p - 1): 2 (5/4)/97.
    assert_close(number(&json(line), "risk"), 2.5 / 97.0, 1e-14, line);
    let simulated = json(
        &line
            .replace("risk", "simulate")
            .replace("100 ", "400 ")
            .replace("--weight 1", "--weight 1 --generations 1 --replicates 20000"),
    );
    // 2 (5/4)/397, within five standard errors.
    let (risk, error) = (number(&simulated, "risk"), number(&simulated, "std_error"));
    assert!((risk - 2.5 / 397.0).abs() < 5.0 * error, "{risk} ± {error}");
}

/// Linear regression has an exact law under fresh real rows: more risk than the limit's, finite for fewer synthetic rows than columns, infinite without rows
/// enough for generation 0.
#[test]
fn linear_regression_is_exact_at_every_size() {
    let line = "risk --model linear --dim 2 --real 100 --synthetic 100 --weight";
    let [golden, none] = [".6180339887498949", "0"].map(|w| json(&format!("{line} {w}")));
    assert_eq!((&golden["exact"], &golden["order"]), (&Value::from(true), &Value::from("exact")));
    assert_close(number(&golden, "risk"), 1.02009 * 0.012_360_679_775, 5e-6, line);
    assert_eq!((&none["diverges"], &none["exact"]), (&Value::from(true), &Value::from(true)));
    let weight = json("weight --model linear --dim 2 --real 100 --synthetic 100 --generations 30");
    assert_close(number(&weight, "weight"), 0.619_410_7, 5e-8, "optimum");
    assert_eq!(weight["exact"], true);
    let dynamic = weight["dynamic_weights"].as_array().expect("weights");
    assert_close(dynamic[29].as_f64().expect("a number"), 0.619_410_7, 1e-7, "the last of the dynamic weights");
    // g = .8323138978916419 and rho = .3443495076768388 at n = 10, m = 3, p = 5, w = 1/2; generation 0 has the risk 5/4.
    let few = "risk --model linear --dim 5 --real 10 --synthetic 3 --weight .5 --generations 2";
    let (g, rho) = (0.832_313_897_891_641_9, 0.344_349_507_676_838_8);
    assert_close(number(&json(few), "risk"), g + rho * (g + rho * 1.25), 1e-12, few);
    assert_close(number(&json(few), "limit_risk"), g / (1.0 - rho), 1e-12, few);
    // A finite limit beyond the largest float: A/(2 w m).
    let tiny = "risk --model linear --dim 2 --noise-variance 1e90 --real 30 --synthetic 30 --weight 1e-300";
    let document = json(tiny);
    assert_eq!((&document["overflow"], &document["diverges"]), (&Value::from(true), &Value::from(false)));
    assert_close(number(&document, "log10_risk"), 390.0 - libm::log10(30.0), 1e-12, tiny);
}

/// The same regression in other coordinates: x = L z with L = (2, 0; 1, 2), so beta of x is L'beta of z, and the errors are mapped back.
#[test]
fn own_coefficients_are_simulated_in_the_coordinates_of_their_covariates() {
    let line = "simulate --model logistic --beta 1,-.5 --design-covariance 4,2;2,5 --real 400 --synthetic 400 --weight .618 --generations 5 --replicates 500";
    let document = json(line);
    assert_eq!(document["dim"], 2);
    // A limit law at 400 rows: its gap of order 1/n is some 4 % here.
    assert!((number(&document, "ratio") - 1.0).abs() < 0.2, "{document}");
}

/// With divisors n the mean's risk levels off, 1 - (1 - 1/n)^(t + 1); with n - 1 it is (1 + t)/n.
#[test]
fn the_divisor_decides_whether_the_mean_collapses() {
    let line = "risk --model gaussian-mean --dim 1 --real 10 --synthetic 10 --weight 0 --generations 100";
    assert_close(number(&json(line), "risk"), 10.1, 1e-13, line);
    let mle = json(&format!("{line} --divisor mle"));
    assert_close(number(&mle, "risk"), 1.0 - 0.9_f64.powi(101), 1e-13, line);
    assert_eq!(mle["diverges"], false);
}

/// n = m: accumulating, the mean's risk tends to pi^2/6 of that of the real rows.
#[test]
fn accumulating_data_take_no_weight_and_do_not_collapse() {
    let line = "risk --model gaussian-mean --dim 2 --real 50 --synthetic 50 --schedule accumulate";
    let document = json(line);
    assert_close(number(&document, "risk"), 2.0 / 50.0 * std::f64::consts::PI.powi(2) / 6.0, 1e-13, line);
    assert!(document["weight"].is_null() && document["reasons"]["weight"].is_string(), "{document}");
}

/// By hand: at n = 2, m = 1 generation 1 draws two of x, y and a copy of one. With divisor n two of them have different ancestors with probability (1/2)(2/3),
/// and the mean's risk is tr Sigma less that. Without bias, z is the mean of x and y plus noise of variance 1: the squares are 1, 1, 3/2, and the products 0, 1/2, 1/2.
#[test]
fn drawn_rows_of_accumulating_data_take_no_weight() {
    let at = |setting: &str| format!("risk {setting} --real 2 --synthetic 1 --schedule subsample");
    for (setting, unit) in
        [("--model cdf", 1.0 / 6.0), ("--model categorical", 0.7), ("--model gaussian-mean --divisor mle", 2.0)]
    {
        let first = json(&format!("{} --generations 1", at(setting)));
        assert_close(number(&first, "risk"), unit * 2.0 / 3.0, 1e-14, setting);
        assert!(first["weight"].is_null() && first["exact"] == true, "{first}");
        assert_close(number(&json(&at(setting)), "risk"), unit * 5.0 / 6.0, 1e-14, setting);
    }
    let unbiased = "risk --model gaussian-mean --real 2 --synthetic 2 --schedule subsample";
    let limit = json(unbiased);
    assert_eq!((&limit["diverges"], &limit["risk"]), (&Value::from(true), &Value::Null), "{limit}");
    // x, y and two of that kind: squares 1, 1, 3/2, 3/2; products 0, 1/2 five times.
    assert_close(
        number(&json(&format!("{unbiased} --generations 1")), "risk"),
        2.0 * (5.0 / 4.0 + 5.0 / 12.0) / 2.0,
        1e-14,
        unbiased,
    );
    // (x - y)^2/4 of two rows has the mean 1/2 and the mean square 3/4; with unbiased variances it is 1 and 3.
    for (setting, first) in [(" --divisor mle", 0.75), ("", 2.0)] {
        let variance = format!("risk --model gaussian-variance{setting} --real 2 --synthetic 2 --schedule subsample");
        assert_close(number(&json(&format!("{variance} --generations 0")), "risk"), first, 1e-14, setting);
        assert_eq!(json(&variance)["diverges"], true, "{setting}");
    }
    let three = json("risk --model gaussian-variance --divisor mle --real 3 --synthetic 1 --schedule subsample");
    assert!((number(&three, "risk") - 3.5564).abs() < 1e-4 && three["exact"] == true, "{three}");
}

/// Every model simulates under every schedule; where there is an exact law, it is met.
#[test]
fn every_model_simulates_under_every_schedule() {
    for model in [
        "gaussian-mean",
        "gaussian-covariance",
        "gaussian-variance",
        "linear",
        "logistic",
        "poisson",
        "cdf",
        "categorical",
        "kde",
    ] {
        let schedules = [("fresh", " --weight .6"), ("fixed", " --weight .6"), ("accumulate", ""), ("subsample", "")];
        for (schedule, weight) in schedules {
            let line = format!(
                "simulate --model {model} --real 60 --synthetic 40 --schedule {schedule}{weight} --generations 3 --replicates 20000"
            );
            let document = json(&line);
            match document["z"].as_f64() {
                Some(z) => assert!(z.abs() < 4.5, "{line}: z = {z}"),
                None => assert!(document["z_reason"].is_string() && document["risk"].is_number(), "{document}"),
            }
            assert_eq!(document["schedule"], schedule);
            let law = ["no law is known", "the theory is a limit law", "too few replicates"];
            if document["z"].is_null() {
                let reason = document["z_reason"].as_str().unwrap();
                assert!(law.iter().any(|law| reason.contains(law)), "{line}: {reason}");
            }
        }
    }
}

/// On fixed rows the error of the real rows stays, and that of each generation's synthetic rows shrinks by u^2 a generation.
/// At n = m, w = 1/2 a third is added in the limit.
#[test]
fn fixed_real_rows_have_a_law_and_no_use_for_synthetic_ones() {
    let line = "risk --model gaussian-mean --dim 2 --real 50 --synthetic 50 --schedule fixed --weight";
    let [half, all, none] = [".5", "1", "0"].map(|w| json(&format!("{line} {w}")));
    assert_close(number(&half, "risk"), 0.04 * 4.0 / 3.0, 1e-14, line);
    assert_close(number(&all, "risk"), 0.04, 1e-14, line);
    assert_eq!((&none["diverges"], &none["exact"]), (&Value::from(true), &Value::from(true)), "{none}");
    // Without weight on the real rows it does not matter that they are the same: the line of linear regression is exact.
    let line = "risk --model linear --dim 3 --real 20 --synthetic 12 --weight 0 --generations 5";
    let (fresh, fixed) = (json(line), json(&format!("{line} --schedule fixed")));
    assert_eq!((&fixed["risk"], &fixed["exact"]), (&fresh["risk"], &Value::from(true)));
    // At 22,000 generations the variance of sigma^2 is beyond the largest float: (1 + 2/29)^22000 = 1e637.
    let line =
        "risk --model gaussian-variance --real 30 --synthetic 30 --weight 0 --schedule fixed --generations 22000";
    let document = json(line);
    assert_eq!((&document["overflow"], &document["diverges"]), (&Value::from(true), &Value::from(false)));
    assert_close(number(&document, "log10_risk"), 22_001.0 * libm::log10(31.0 / 29.0), 1e-10, line);
}

#[test]
fn a_schedule_without_a_law_says_so() {
    let setting = "--model gaussian-mean --divisor mle --real 9 --synthetic 5 --schedule accumulate";
    let document = json(&format!("simulate {setting} --generations 2 --replicates 100"));
    assert!(document["theory"]["risk"].is_null(), "{document}");
    let output = run(&format!("risk {setting}"));
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("no law is known of gaussian-mean under the schedule accumulate"),
        "{}",
        text(&output.stderr)
    );
}

/// Generation 0 is fitted on n real rows alone, whatever comes after it. By hand: E|mean|^2 = p/n at p = 2, whichever divisor a covariance has; for the
/// regression p/(n - p - 1) = 2/6, exact.
#[test]
fn generation_0_has_its_law_under_every_schedule() {
    for (setting, expected) in [
        ("gaussian-mean --divisor mle --schedule accumulate", 2.0 / 9.0),
        ("linear --schedule accumulate", 1.0 / 3.0),
        ("linear --schedule fixed --weight .3", 1.0 / 3.0),
    ] {
        for at in ["--generations 0", "--generations 1 --burn-in 0"] {
            let document = json(&format!("risk --model {setting} --real 9 --synthetic 5 {at}"));
            assert_close(number(&document, "risk"), expected, 1e-14, setting);
            assert_eq!(document["exact"], true, "{document}");
        }
        let document =
            json(&format!("simulate --model {setting} --real 9 --synthetic 5 --generations 0 --replicates 2000"));
        assert_close(number(&document["theory"], "risk"), expected, 1e-14, setting);
        assert!((number(&document, "risk") - expected).abs() < 5.0 * number(&document, "std_error"), "{document}");
    }
    let unknown =
        json("risk --model gaussian-mean --divisor mle --real 9 --synthetic 5 --schedule accumulate --generations 0");
    assert_eq!([&unknown["limit_risk"], &unknown["limit_diverges"], &unknown["diverges"]], [&Value::Null; 3]);
}

/// Each of several weights has the digits that it has alone.
#[test]
fn a_grid_has_the_digits_of_its_weights() {
    let line = "simulate --model poisson --real 60 --synthetic 40 --generations 3 --replicates 100 --weight";
    let grid = json(&format!("{line} .3,.6,1"));
    let results = grid["results"].as_array().expect("a list");
    assert_eq!((results.len(), &grid["common_random_numbers"]), (3, &Value::from(true)));
    for (result, weight) in results.iter().zip([".3", ".6", "1"]) {
        let alone = json(&format!("{line} {weight}"));
        for key in ["weight", "risk", "std_error", "failed_fits"] {
            assert_eq!(result[key], alone[key], "{key} at {weight}");
        }
    }
    let risks = json("risk --model cdf --real 9 --synthetic 5 --weight .25,.5");
    let alone = json("risk --model cdf --real 9 --synthetic 5 --weight .5");
    assert_eq!(risks["results"][1]["risk"], alone["risk"]);
    // Blanks after commas.
    let list = ["risk", "--model", "cdf", "--real", "9", "--synthetic", "5", "--json", "--weight", " .25, .5"];
    let blanks: Value = serde_json::from_slice(&crate::goldenweight(&list).stdout).expect("JSON");
    assert_eq!(blanks["results"], risks["results"]);
    // Reasons stand where the keys are.
    assert_eq!(risks["reasons"]["burn_in"], "not asked for: no mean over generations");
    assert!(risks["results"][0]["reasons"].get("burn_in").is_none(), "{risks}");
}

/// Replicates by index: a line each, those of the whole run; and their mean is the risk.
#[test]
fn a_range_of_replicates_is_a_part_of_the_whole() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let line = "simulate --model linear --real 20 --synthetic 30 --weight .5 --generations 4 --replicates";
    let (all, part) = (file("all.csv"), file("part.csv"));
    json(&format!("{line} 150 --each {all}"));
    let document = json(&format!("{line} 64..100 --each {part}"));
    let read = |path: &str| -> Vec<String> {
        std::fs::read_to_string(path).expect("written").lines().map(str::to_owned).collect()
    };
    let (all, part) = (read(&all), read(&part));
    assert_eq!((all.len(), part.len(), all[0].as_str()), (151, 37, "replicate,loss at w = 0.5"));
    assert_eq!(part[1..], all[65..101]);
    assert_eq!((number(&document, "replicates"), number(&document, "first_replicate")), (36.0, 64.0));
    let losses: Vec<f64> = part[1..].iter().map(|line| line.split_once(',').unwrap().1.parse().unwrap()).collect();
    assert_close(losses.iter().sum::<f64>() / 36.0, number(&document, "risk"), 1e-13, "the mean of the lines");
}

/// A covariance in a file, a row a line.
#[test]
fn a_covariance_is_read_from_a_file() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("sigma.csv");
    std::fs::write(&file, "2,.6\r\n.6,1\r\n").expect("written");
    let line = "risk --model gaussian-covariance --real 30 --synthetic 20 --weight .5 --sigma";
    let read = json(&format!("{line} @{}", file.display()));
    assert_eq!(read["risk"], json(&format!("{line} 2,.6;.6,1"))["risk"]);
    std::fs::write(&file, "\u{feff}2,.6\n.6,1\n").expect("written");
    assert_eq!(json(&format!("{line} @{}", file.display()))["risk"], read["risk"], "with a byte order mark");
    assert_eq!(json(&format!("{line} 1"))["dim"], 1);
}

/// Bartlett: E log det of one sample of n rows is the sum over j of digamma((n - j)/2) + log 2 - log(n - 1); at n = 3, p = 1 that is digamma(1) = -.5772. At w = 0 each
/// generation of 3 rows adds as much.
#[test]
fn statistics_over_the_replicates_are_printed() {
    let line = "simulate --model gaussian-variance --real 3 --synthetic 3 --weight 0 --generations 4 --replicates 20000 --statistic";
    let document = json(&format!("{line} log-det"));
    let statistic = &document["statistic"];
    let (mean, error) = (number(statistic, "mean"), number(statistic, "std_error"));
    assert!((mean + 5.0 * 0.577_215_664_9).abs() < 5.0 * error, "{statistic}");
    // The median of the standard deviation is that of its logarithm, turned back.
    let sd = json(&format!("{line} sd"));
    assert_close(number(&sd["statistic"], "median"), libm::exp(0.5 * number(statistic, "median")), 1e-13, "sd");
    let median = json(
        "simulate --model cdf --real 1 --synthetic 1 --weight 1 --generations 0 --replicates 20000 --statistic median",
    );
    // One row at u has the loss (u^3 + (1 - u)^3)/3 = 1/12 + (u - 1/2)^2, of which the median is at |u - 1/2| = 1/4.
    assert_close(number(&median["statistic"], "median"), 1.0 / 12.0 + 1.0 / 16.0, 0.02, "median");
    for (line, condition) in [
        ("simulate --model cdf --real 9 --synthetic 9 --weight .5 --statistic log-det", "must be median for cdf"),
        (
            "simulate --model gaussian-mean --real 9 --synthetic 9 --weight .5 --statistic sd",
            "must be log-det or median",
        ),
        ("simulate --model cdf --real 9 --synthetic 9 --weight .5 --statistic median --burn-in 1", "with --statistic"),
        (
            "simulate --model gaussian-covariance --dim 4 --real 4 --synthetic 9 --weight .5 --schedule fixed --statistic log-det",
            "must be median: where 4 real rows are kept in dimension 4",
        ),
    ] {
        let output = run(line);
        assert!(
            output.status.code() == Some(2) && text(&output.stderr).contains(condition),
            "{}",
            text(&output.stderr)
        );
    }
}

/// With controls and without, the losses have the same digits; the smaller standard error beside them is that of the same mean.
#[test]
fn controls_leave_the_losses_alone() {
    let line = "simulate --model logistic --real 100 --synthetic 100 --weight .5 --generations 3 --replicates 600";
    let [on, off] = ["on", "off"].map(|word| json(&format!("{line} --controls {word}")));
    assert_eq!(["risk", "std_error"].map(|key| number(&on, key)), ["risk", "std_error"].map(|key| number(&off, key)));
    assert_eq!((&off["controlled"], on["controlled"].is_object()), (&Value::Null, true));
    let controlled = |key| number(&on["controlled"], key);
    assert!((controlled("risk") - number(&on, "risk")).abs() < 5.0 * number(&on, "std_error"));
    assert!(controlled("std_error") < 0.4 * number(&on, "std_error") && controlled("variance_ratio") > 6.0);
    // Where there is no control the document has no such key; where fits failed it has none and says why.
    assert!(
        json("simulate --model cdf --real 9 --synthetic 9 --weight .5 --generations 2").get("controlled").is_none()
    );
    let output = run(&format!("{} --json", line.replace("100", "12")));
    let failed: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert!(failed["controlled"].is_null() && failed["reasons"]["controlled"].is_string(), "{failed}");
    // Far from linear a control multiplies the variance, and says nothing.
    let wild = json(
        "simulate --model logistic --real 40 --synthetic 1 --beta .5 --weight .05 --generations 2 --replicates 2000 --seed 1",
    );
    assert!(wild["controlled"].is_null() && wild["reasons"]["controlled"].is_string(), "{wild}");
    let refused = run(&format!("{line} --controls yes"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--controls") && text(&refused.stderr).contains("on, off"));
}

/// A mean over one generation is told as such.
#[test]
fn a_mean_over_one_generation_is_singular() {
    let of = "--model gaussian-mean --real 9 --synthetic 9 --weight .5 --burn-in";
    for command in ["risk", "simulate --replicates 64"] {
        for (from, until, said) in
            [(0, 1, "generation 0 alone"), (4, 5, "generation 4 alone"), (3, 5, "generations 3 to 4")]
        {
            let output = run(&format!("{command} {of} {from} --generations {until}"));
            assert!(text(&output.stdout).contains(&format!("mean over {said}\n")), "{}", text(&output.stdout));
        }
    }
}
