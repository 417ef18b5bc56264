//! What a synthetic table is worth: against statsmodels and SciPy, how often the verdict is wrong, and what is refused.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use goldenweight::advise::{AdviseError, Family, Loss};
use goldenweight::audit::{Audit, AuditError, Options, Verdict, audit};
use goldenweight::stream::{Purpose, StreamRng, Streams};
use goldenweight::table::{Missing, Table};
use goldenweight_evidence::rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;

fn references() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references")
}

/// The audit of two files; the target of a regression is y.
fn audited(real: &str, synthetic: &str, family: Family, options: Options<'_>) -> Result<Audit, AuditError> {
    let is_regression = [Family::Linear, Family::Logistic, Family::Poisson].contains(&family);
    let request = family.request(None, is_regression.then(|| "y".to_owned()), Missing::Refuse).expect("a request");
    let table = |file: &str| Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &request).expect("a table");
    audit(&table(real), table(synthetic), family, options)
}

fn quick(loss: Loss) -> Options<'static> {
    Options { loss, bootstrap: 199, ..Options::default() }
}

#[test]
fn fits_and_weights_are_those_of_another_program() {
    let mut expected: BTreeMap<(String, String), f64> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(references().join("audit.csv")).expect("the references");
    for record in reader.records().map(|record| record.expect("UTF-8")) {
        expected.insert((record[0].to_owned(), record[1].to_owned()), record[2].parse().expect("a number"));
    }
    assert_eq!(expected.len(), 3 * 18);
    for family in [Family::Linear, Family::Logistic, Family::Poisson] {
        let table = |name: &str| {
            let file = references().join(format!("tables/{}{name}.csv", family.word()));
            fs::read_to_string(file).expect("a table")
        };
        let found = audited(&table(""), &table("-synthetic"), family, quick(Loss::Deviance)).expect("an audit");
        let mut compare = |quantity: String, value: f64, tolerance: f64| {
            let expected = expected.remove(&(family.word().to_owned(), quantity.clone())).expect("a reference");
            let far = (value - expected).abs();
            assert!(far <= tolerance * expected.abs().max(1e-3), "{family:?}, {quantity}: {value}, {expected}");
        };
        // Both programs' fits end within some 1e-10 of the maximum.
        compare("variance_real".to_owned(), found.variance_real, 1e-8);
        compare("variance_synthetic".to_owned(), found.variance_synthetic, 1e-8);
        compare("bias_squared".to_owned(), found.bias_squared.value, 1e-7);
        compare("pooled".to_owned(), found.pooling.relative_risk.value, 1e-7);
        // Brent's method stops at brackets of some 1e-6. The least risk may be at a kink, where the estimated bias becomes 0: there its error is as much, times
        // a slope of order 1.
        compare("weight".to_owned(), found.weight.value, 2e-5);
        compare("relative_risk".to_owned(), found.relative_risk, 5e-6);
        for coefficient in &found.coefficients {
            let name = &coefficient.name;
            compare(format!("error {name}"), coefficient.std_error, 1e-7);
            // A difference of two numbers that may be much larger.
            let scale = coefficient.real.abs().max(coefficient.synthetic.abs());
            let difference = coefficient.synthetic - coefficient.real;
            compare(format!("difference {name}"), difference, 1e-7 * (1.0 + scale / difference.abs()));
            let z = coefficient.z.expect("many rows");
            assert!((z - difference / coefficient.std_error).abs() <= 1e-12 * z.abs().max(1.0));
        }
        assert!(found.weight.low <= found.weight.high && found.bias_squared.low <= found.bias_squared.high);
    }
    assert!(expected.is_empty(), "{expected:?}");
}

/// So many numbers a line.
fn normal(rng: &mut StreamRng, rows: usize, mean: f64) -> String {
    let row = |_| format!("{}\n", mean + rng.sample::<f64, _>(StandardNormal));
    "x\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

/// Share of the verdict over tables of 100 and 200 normal rows whose means differ by this bias.
fn share_of(verdict: Verdict, bias: f64, cell: u64) -> f64 {
    let streams = Streams { seed: 1, experiment: 2 };
    let found = (0..TABLES).into_par_iter().filter(|&replicate| {
        let real = normal(&mut streams.rng(replicate, 0, Purpose::Real, cell), 100, 0.0);
        let synthetic = normal(&mut streams.rng(replicate, 0, Purpose::Synthetic, cell), 200, bias);
        let options = Options { seed: replicate, ..quick(Loss::Deviance) };
        audited(&real, &synthetic, Family::Mean, options).expect("an audit").verdict == verdict
    });
    found.count() as f64 / TABLES as f64
}

const TABLES: u64 = 400;

/// Pooled, w = 1/3: the risk is (1/9)/100 + (4/9)(1/200 + bias^2), and .01 where the bias is .1225, one standard error of the difference (.015). There
/// harm and help are said falsely with 5 % each. Harm is found with 80 % where the bias is 2.65 + .84 of those errors, P(|1 + e| > 2.65) being 5 %.
/// Bounds: five standard errors of a share, .0109 and .02.
#[test]
fn the_verdict_is_as_often_wrong_as_it_says() {
    let boundary = 0.015_f64.sqrt();
    for (cell, verdict) in [(0, Verdict::Harmful), (1, Verdict::Helps)] {
        let share = share_of(verdict, boundary, cell);
        assert!((share - 0.05).abs() < 5.0 * 0.0109, "{verdict:?} at the boundary: {share}");
    }
    // Of rows of the law itself harm is said less often still, and help as a rule.
    assert!(share_of(Verdict::Harmful, 0.0, 2) < 0.02);
    let power = share_of(Verdict::Harmful, 3.49 * boundary, 3);
    assert!((power - 0.8).abs() < 5.0 * 0.02, "harm found: {power}");
}

/// What is printed about the power is what the test above computes: 3.49 standard errors of the difference, in those of the real fit, .1.
#[test]
fn the_power_is_that_of_the_normal_law() {
    let mut rng = Streams { seed: 3, experiment: 2 }.rng(0, 0, Purpose::Real, 0);
    let real = normal(&mut rng, 1_000, 0.0);
    let synthetic = normal(&mut rng, 2_000, 0.0);
    let options = Options { loss: Loss::Deviance, bootstrap: 4_000, ..Options::default() };
    let found = audited(&real, &synthetic, Family::Mean, options).expect("an audit");
    let unit = 0.015_f64.sqrt() / 0.1;
    let pooling = found.pooling;
    // The variances of both samples are known to some 5 %; quantiles of 4000 resamples to some 3 %.
    assert!((pooling.harmless_bias.expect("a bias") / unit - 1.0).abs() < 0.1, "{pooling:?}");
    assert!((pooling.detected_bias.expect("a bias") / unit - 3.49).abs() < 0.35, "{pooling:?}");
    assert!((found.weight.low - 1.0 / 3.0).abs() < 0.05, "{:?}", found.weight);
}

/// A column of the synthetic table that is far from the real one's is no combination of others: its bias is found.
#[test]
fn a_column_may_be_elsewhere() {
    let rows = |shift: f64| {
        let row = |i: usize| format!("{},{}\n", (i * 37 % 61) as f64 / 7.0 + shift, (i * i * 13 % 59) as f64);
        "a,y\n".to_owned() + &(0..60).map(row).collect::<String>()
    };
    let found = audited(&rows(0.0), &rows(1e5), Family::Linear, quick(Loss::Deviance)).expect("an audit");
    // The slope is that of the real rows, the intercept 1e5 slopes less. The other's coordinates lose (1e5/2.5)^2 roundings, 4e-7, of what a slope is to: the
    // responses' deviation, 17, over the covariate's, 2.5. Ten times that is allowed.
    let far = audited(&rows(0.0), &rows(1e6), Family::Linear, quick(Loss::Deviance)).expect_err("too far").to_string();
    assert!(
        far.starts_with("the synthetic table column a: is 39") && far.contains("standard deviations away"),
        "{far}"
    );
    let [intercept, slope] = [0, 1].map(|j| &found.coefficients[j]);
    let allowed = 10.0 * 4e-7 * 17.0 / 2.5;
    assert!((slope.synthetic - slope.real).abs() < allowed, "{slope:?}");
    assert!((intercept.real - intercept.synthetic - 1e5 * slope.synthetic).abs() < 1e5 * allowed, "{intercept:?}");
}

/// A synthetic column that hardly varies in units of the real one: 1e-4 of its deviation, without a bias. The risk of pooling is that of 60 digits (mpmath, from the
/// formula of `audit`); the information of the synthetic rows has a condition of 1e10 there. The result may lose that many roundings of
/// sums over 48 rows: 1e10 times 48 times 2e-16, 1e-4.
#[test]
fn a_synthetic_column_may_vary_little() {
    let number = |i: usize| (i % 12) as f64 - 6.0;
    let response = |i: usize| number(i) + if (i / 12).is_multiple_of(2) { 1.0 } else { -1.0 };
    let rows = |x: &dyn Fn(usize) -> f64, y: &dyn Fn(usize) -> f64| {
        "x,y\n".to_owned() + &(0..48).map(|i| format!("{},{}\n", x(i), y(i))).collect::<String>()
    };
    let real = rows(&number, &response);
    let near = |i: usize| 5.0 + 1e-4 * number(i);
    let synthetic = rows(&near, &|i| near(i) + response(i) - number(i));
    let found = audited(&real, &synthetic, Family::Linear, quick(Loss::Deviance)).expect("an audit");
    assert!((found.pooling.relative_risk.value - 0.610_170_610_3).abs() < 1e-4, "{:?}", found.pooling);
    assert_ne!(found.verdict, Verdict::Harmful);
    // One that varies less than an information can tell is named.
    let flat = rows(&|i| 5.0 + 1e-7 * number(i), &response);
    let flat = audited(&real, &flat, Family::Linear, quick(Loss::Deviance)).expect_err("too narrow").to_string();
    assert!(flat.contains("column x: its standard deviation is 1e-7 of the real table's"), "{flat}");
    // Far beyond the floats in another family, it is named.
    for (family, size) in [(Family::Covariance, "1e80"), (Family::Mean, "1e160")] {
        let far = audited("x\n1\n2\n4\n3\n", &format!("x\n1\n2\n4\n{size}\n"), family, quick(Loss::Deviance));
        assert!(far.expect_err("too far").to_string().contains("column x: is "), "{family:?}");
    }
}

/// Tables of 100 and 200 rows of two levels, 3 and 6 of them of the rare one, with normal responses of means that differ by this.
fn with_a_rare_level(cell: u64, replicate: u64, bias: f64) -> Audit {
    let streams = Streams { seed: 5, experiment: 2 };
    let table = |rows: usize, purpose, bias: f64| {
        let mut rng = streams.rng(replicate, 0, purpose, cell);
        let mut row = |i: usize| {
            let level = if i % 100 < 3 { "rare" } else { "usual" };
            format!("{level},{}\n", bias + rng.sample::<f64, _>(StandardNormal))
        };
        "g,y\n".to_owned() + &(0..rows).map(&mut row).collect::<String>()
    };
    let (real, synthetic) = (table(100, Purpose::Real, 0.0), table(200, Purpose::Synthetic, bias));
    audited(&real, &synthetic, Family::Linear, Options { seed: replicate, ..quick(Loss::Deviance) }).expect("an audit")
}

/// Some 5 % of the resamples of the real table lack the rare level. They have their fits to first order, so that a verdict is still possible: a large bias is
/// found as a rule, and of rows of the same law harm is said no oftener than declared (5 %, with five standard errors of a share of 400: .0109).
#[test]
fn a_rare_level_leaves_a_verdict() {
    let share = |cell, bias| {
        let said = |&replicate: &u64| with_a_rare_level(cell, replicate, bias).verdict == Verdict::Harmful;
        (0..TABLES).into_par_iter().filter(said).count() as f64 / TABLES as f64
    };
    assert!(share(0, 0.0) <= 0.05 + 5.0 * 0.0109);
    let found = share(1, 2.0);
    assert!(found > 0.9, "{found}");
    let one = with_a_rare_level(1, 0, 2.0);
    assert!(one.first_order_fits > 0 && one.failed_fits == 0, "{one:?}");
    let rarest = "g with the level rare";
    assert_eq!(one.rarest_level, Some((rarest.to_owned(), 3)));
    let warning = "lacked a level or all values of a column but one (rarest: column g with the level rare, 3 rows): ";
    assert!(one.warnings().iter().any(|said| said.contains(warning)), "{:?}", one.warnings());
}

/// Columns and levels in another order are the same table.
#[test]
fn the_order_of_a_file_does_not_matter() {
    let real = "a,g,y\n".to_owned() + &"1,u,2\n2,v,5\n4,w,3\n3,u,9\n2,u,1\n5,v,4\n7,w,0\n".repeat(20);
    let rows = ["2,v,4", "1,w,2", "4,u,3", "3,v,7", "3,v,1", "6,u,4", "7,w,1"];
    let synthetic = |order: &dyn Fn(&[&str]) -> String, names: &str| {
        names.to_owned() + &rows.map(|row| order(&row.split(',').collect::<Vec<_>>())).concat().repeat(20)
    };
    let plain = synthetic(&|row| format!("{},{},{}\n", row[0], row[1], row[2]), "a,g,y\n");
    let turned = synthetic(&|row| format!("{},{},{}\n", row[2], row[1], row[0]), "y,g,a\n");
    let found = [plain, turned].map(|file| audited(&real, &file, Family::Linear, quick(Loss::Raw)).expect("an audit"));
    assert_eq!(found[0], found[1]);
    // The most frequent level is u in the real table, v in the synthetic one.
    let names: Vec<&str> = found[0].coefficients.iter().map(|coefficient| coefficient.name.as_str()).collect();
    assert_eq!(names, ["(intercept)", "a", "g=v", "g=w"]);
}

#[test]
fn the_threads_do_not_change_a_bit() {
    let table = |name: &str| fs::read_to_string(references().join(format!("tables/{name}.csv"))).expect("a table");
    let (real, synthetic) = (table("poisson"), table("poisson-synthetic"));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| audited(&real, &synthetic, Family::Poisson, quick(Loss::Deviance)).expect("an audit"))
    };
    assert_eq!(on(1), on(3));
}

/// Two columns of independent normal rows of deviations 1 and 10. The bias is that of the second column, of the size at which pooling n = 200 and m = 400 rows does not matter: with w = 1/3 the risk
/// is 101 ((1/9)/200 + (4/9)/400) + (4/9) b^2, and 101/200 where b^2 = 101 (1/200 - 1/600)/(4/9). Errors vary a hundred times as much there as in the first column, so that a test along the
/// direction of the difference would call it a help in 13 % of the tables. Harm and help: 5 % each, with five standard errors of a share of 400.
#[test]
fn the_verdict_is_no_oftener_wrong_where_errors_vary_in_one_direction() {
    let bias = (101.0_f64 * (1.0 / 200.0 - 1.0 / 600.0) / (4.0 / 9.0)).sqrt();
    let streams = Streams { seed: 6, experiment: 2 };
    let table = |replicate: u64, purpose, rows: usize, mean: f64| {
        let mut rng = streams.rng(replicate, 0, purpose, 0);
        let mut row = |_| {
            let [a, b] = [(); 2].map(|()| rng.sample::<f64, _>(StandardNormal));
            format!("{a},{}\n", mean + 10.0 * b)
        };
        "a,b\n".to_owned() + &(0..rows).map(&mut row).collect::<String>()
    };
    let said: Vec<Verdict> = (0..TABLES)
        .into_par_iter()
        .map(|replicate| {
            let (real, synthetic) =
                (table(replicate, Purpose::Real, 200, 0.0), table(replicate, Purpose::Synthetic, 400, bias));
            let options = Options { seed: replicate, ..quick(Loss::Raw) };
            audited(&real, &synthetic, Family::Mean, options).expect("an audit").verdict
        })
        .collect();
    for verdict in [Verdict::Helps, Verdict::Harmful] {
        let share = said.iter().filter(|said| **said == verdict).count() as f64 / TABLES as f64;
        assert!(share < 0.05 + 5.0 * 0.0109, "{verdict:?}: {share}");
    }
}

/// Real rows that are written again hold nothing new, whether all of them or the first ones.
#[test]
fn copies_of_real_rows_do_not_help() {
    let rows: Vec<String> =
        (0..300).map(|i| format!("{},{}\n", (i * 37 % 307) as f64 / 7.0, (i * i * 13 % 311) as f64)).collect();
    let file = |rows: &[String]| "a,y\n".to_owned() + &rows.concat();
    for copied in [100, 200, 300] {
        let found =
            audited(&file(&rows), &file(&rows[..copied]), Family::Linear, quick(Loss::Deviance)).expect("an audit");
        assert_ne!(found.verdict, Verdict::Helps);
        assert_eq!((found.repeated.copies, found.repeated.real), (copied as u64, 0));
        let said = format!(
            "{copied} of {copied} synthetic rows stand in the real table, value by value, and 0 of 300 real rows stand there twice"
        );
        assert!(found.warnings().iter().any(|warning| warning.starts_with(&said)), "{:?}", found.warnings());
    }
}

/// A coefficient that one row of a table decides has no z: its residual is 0, and so is its variance, but for rounding.
#[test]
fn a_level_of_few_rows_has_no_z() {
    let rows = |rare: usize, shift: usize| {
        let row = |i: usize| {
            format!("{},{}\n", if i < rare { "rare" } else { "usual" }, ((i + shift) * (i + shift) * 13 % 59) as f64)
        };
        "g,y\n".to_owned() + &(0..200).map(row).collect::<String>()
    };
    for (real, synthetic, is_told) in [(1, 20, false), (20, 1, false), (4, 4, false), (5, 5, true), (20, 20, true)] {
        let found = audited(&rows(real, 0), &rows(synthetic, 7), Family::Linear, quick(Loss::Raw)).expect("an audit");
        let [intercept, rare] = &found.coefficients[..] else { panic!("two coefficients") };
        assert!(intercept.z.is_some() && intercept.p_value.is_some());
        assert_eq!((rare.z.is_some(), rare.p_value.is_some()), (is_told, is_told), "{real}, {synthetic}: {rare:?}");
        // The p-value of one is not adjusted.
        assert!(
            is_told
                || (intercept.p_value.unwrap() - libm::erfc(intercept.z.unwrap().abs() / 2.0_f64.sqrt())).abs() < 1e-15
        );
    }
}

/// Of 40 rows and of 200 with three numbers; 100 rows and ten for each are enough.
#[test]
fn few_rows_are_told() {
    let rows = |count: usize, shift: f64| {
        let row = |i: usize| {
            format!("{},{},{}\n", (i * 37 % 61) as f64 + shift, (i * i * 13 % 59) as f64, (i * 7 % 23) as f64)
        };
        "a,b,y\n".to_owned() + &(0..count).map(row).collect::<String>()
    };
    for (real, synthetic, said) in
        [(40, 200, vec!["40 real rows are few"]), (130, 129, vec!["129 synthetic rows are few"]), (130, 130, vec![])]
    {
        let found =
            audited(&rows(real, 0.0), &rows(synthetic, 0.5), Family::Linear, quick(Loss::Raw)).expect("an audit");
        let few: Vec<String> =
            found.warnings().into_iter().filter(|warning| warning.contains(" rows are few for 3 numbers")).collect();
        assert!(few.len() == said.len() && few.iter().zip(said).all(|(few, said)| few.starts_with(said)), "{few:?}");
    }
}

/// A mean of more columns than a covariance of them could be fitted to.
#[test]
fn a_mean_needs_more_rows_than_columns() {
    let names: Vec<String> = (0..20).map(|j| format!("x{j}")).collect();
    let rows = |count: usize, seed| {
        let mut rng = Streams { seed, experiment: 3 }.rng(0, 0, Purpose::Real, 0);
        let mut row =
            |_| (0..20).map(|_| rng.sample::<f64, _>(StandardNormal).to_string()).collect::<Vec<_>>().join(",") + "\n";
        names.join(",") + "\n" + &(0..count).map(&mut row).collect::<String>()
    };
    let found = audited(&rows(60, 1), &rows(80, 2), Family::Mean, quick(Loss::Deviance)).expect("an audit");
    assert!((found.variance_real - 20.0 / 60.0).abs() < 1e-12, "{}", found.variance_real);
    let few = audited(&rows(20, 1), &rows(80, 2), Family::Mean, quick(Loss::Deviance)).expect_err("too few");
    assert_eq!(few.to_string(), "the real table has 20 rows: there must be more than the 20 numbers that are fitted");
}

/// A table beside itself holds nothing new: the fits are nearer than those of independent tables.
#[test]
fn a_copy_does_not_help() {
    let real = fs::read_to_string(references().join("tables/linear.csv")).expect("a table");
    let found = audited(&real, &real, Family::Linear, quick(Loss::Deviance)).expect("an audit");
    assert_eq!(found.verdict, Verdict::CannotTell);
    assert!(found.p_near <= 0.01);
    for said in ["stand in the real table, value by value", "was the generator trained on these real rows"] {
        assert!(found.warnings().iter().any(|warning| warning.contains(said)), "{:?}", found.warnings());
    }
    assert!(found.bias_squared.high > 0.0 && found.bias_squared.high.is_finite());
}

/// The mean families: the same numbers from sums over the rows.
#[test]
fn frequencies_and_covariances() {
    let (real, synthetic) = ("x\n".to_owned() + &"a\nb\na\nc\n".repeat(25), "x\n".to_owned() + &"c\na\n".repeat(100));
    // Over the shares 1/2, 1/4, 1/4 of the real table: sums of (1 - p) and of q (1 - q)/p, and of squared differences.
    let found = audited(&real, &synthetic, Family::Frequencies, quick(Loss::Deviance)).expect("an audit");
    assert!(
        (found.variance_real - 2.0 / 100.0).abs() < 1e-15 && (found.variance_synthetic - 1.5 / 200.0).abs() < 1e-15
    );
    assert!((found.bias_squared.value - (0.5 - 2.0 / 100.0 - 1.5 / 200.0)).abs() < 1e-15);
    // Over the variances 1/4, 3/16, 3/16 of the indicators.
    let found = audited(&real, &synthetic, Family::Frequencies, quick(Loss::Standardised)).expect("an audit");
    assert!((found.variance_real - 3.0 / 100.0).abs() < 1e-15);
    assert!((found.variance_synthetic - (1.0 + 4.0 / 3.0) / 200.0).abs() < 1e-15);
    let found = audited(&real, &synthetic, Family::Frequencies, quick(Loss::Raw)).expect("an audit");
    // Sums of p (1 - p) over the rows: 1/2 + 1/4 + 1/4 and 1/2 + 0 + 1/2.
    assert!(
        (found.variance_real - 0.625 / 100.0).abs() < 1e-15 && (found.variance_synthetic - 0.5 / 200.0).abs() < 1e-15
    );
    // Differences 0, -1/4, 1/4.
    assert!((found.bias_squared.value - (0.125 - 0.625 / 100.0 - 0.5 / 200.0)).abs() < 1e-15);
    let (b2, v_r, v_s) = (found.bias_squared.value, found.variance_real, found.variance_synthetic);
    assert!((found.weight.value - (v_s + b2) / (v_r + v_s + b2)).abs() < 1e-5);
    let (real, synthetic) =
        ("x\n".to_owned() + &"-2\n-1\n1\n2\n".repeat(25), "x\n".to_owned() + &"-3\n0\n3\n".repeat(50));
    let found = audited(&real, &synthetic, Family::Covariance, quick(Loss::Deviance)).expect("an audit");
    // In units of the real variance, 5/2, squares are 1.6 and .4, and 3.6, 0, 3.6: variances .36 and 2.88.
    assert!((found.coefficients[0].real - 2.5).abs() < 1e-12 && (found.coefficients[0].synthetic - 6.0).abs() < 1e-12);
    assert!((found.variance_real - 0.0036).abs() < 1e-14 && (found.variance_synthetic - 2.88 / 150.0).abs() < 1e-14);
    assert!((found.bias_squared.value - (1.96 - 0.0036 - 2.88 / 150.0)).abs() < 1e-12);
}

#[test]
fn tables_that_do_not_fit_together() {
    let real = "a,g,y\n".to_owned() + &"1,u,0\n2,v,1\n4,w,1\n3,w,0\n2,u,1\n5,v,0\n".repeat(5);
    let fault = |synthetic: &str| {
        audited(&real, &("".to_owned() + synthetic), Family::Logistic, quick(Loss::Raw))
            .expect_err("a fault")
            .to_string()
    };
    for (synthetic, said) in [
        ("a,y\n1,0\n2,1\n", "the synthetic table, column g: is in the real table, and is missing here"),
        (
            "a,g,b,y\n1,u,1,0\n2,v,2,1\n",
            "the synthetic table, column b: is not in the real table; say which columns are meant",
        ),
        ("a,g,y\n1,u,0\n2,t,1\n", "the synthetic table, column g: has the level t (row 2), which the real table lacks"),
        ("a,g,y\n1,1,0\n2,2,1\n", "the synthetic table, column g: has numbers, and the real table has texts"),
        ("a,g,y\nx,u,0\nz,v,1\n", "the synthetic table, column a: has texts, and the real table has numbers"),
        (
            "a,g,y\n1,u,0\n2,v,1\n3,w,1\n",
            "the synthetic table has 3 rows: there must be more than the 4 numbers that are fitted (column g alone has 3 levels)",
        ),
    ] {
        assert_eq!(fault(synthetic), said);
    }
    // Of the synthetic table alone: every row above 2 has the label 1.
    let separated = "a,g,y\n".to_owned() + &"1,u,0\n2,v,0\n4,w,1\n3,u,1\n1.5,w,0\n3.5,v,1\n".repeat(5);
    let error = audited(&real, &separated, Family::Logistic, quick(Loss::Raw)).expect_err("no fit");
    assert!(
        matches!(&error, AuditError::Synthetic(AdviseError::Separated { columns }) if columns.contains(&"a".to_owned())),
        "{error}"
    );
    let too_few = audited(&real, &real, Family::Logistic, Options { bootstrap: 99, ..Options::default() });
    assert_eq!(too_few.expect_err("too few").to_string(), "bootstrap 99: must be from 100 to 100000");
}
