//! Advice on tables: against statsmodels, against finite differences, and where there is none.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use goldenweight::advise::{AdviseError, Analysis, Family, Loss, retraining};
use goldenweight::experiment::Rows;
use goldenweight::simulate::engine::{self, Plan, Record, ScheduleKind, Weights};
use goldenweight::stream::{Purpose, Streams};
use goldenweight::table::{Missing, Table};
use goldenweight_evidence::rand::RngExt;
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::subsample::Subsampling;
use rand_distr::StandardNormal;

fn references() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references")
}

fn columns(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|&name| name.to_owned()).collect())
}

/// The analysis of a file in these columns; the target of a regression is y.
fn analyse(file: &str, family: Family, chosen: Option<Vec<String>>) -> Result<Analysis, AdviseError> {
    let is_regression = [Family::Linear, Family::Logistic, Family::Poisson].contains(&family);
    let request = family.request(chosen, is_regression.then(|| "y".to_owned()), Missing::Refuse).expect("a request");
    let table = Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &request).expect("a table");
    Analysis::new(&table, family)
}

fn reference_table(family: Family) -> String {
    fs::read_to_string(references().join(format!("tables/{}.csv", family.word()))).expect("a table")
}

/// Coefficients, their standard errors, and A_s and A_r in the three losses.
#[test]
fn the_sandwich_is_that_of_statsmodels() {
    let mut expected: BTreeMap<(String, String), f64> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(references().join("sandwich.csv")).expect("the references");
    for record in reader.records().map(|record| record.expect("UTF-8")) {
        expected.insert((record[0].to_owned(), record[1].to_owned()), record[2].parse().expect("a number"));
    }
    assert_eq!(expected.len(), 3 * 17);
    for family in [Family::Linear, Family::Logistic, Family::Poisson] {
        let analysis = analyse(&reference_table(family), family, None).expect("a fit");
        let mut found = BTreeMap::new();
        for coefficient in analysis.coefficients() {
            found.insert(format!("coefficient {}", coefficient.name), coefficient.value);
            found.insert(format!("error {}", coefficient.name), coefficient.std_error);
        }
        for loss in [Loss::Raw, Loss::Standardised] {
            found.insert(format!("{} A_s", loss.word()), analysis.variances(loss).synthetic);
            found.insert(format!("{} A_r", loss.word()), analysis.variances(loss).real);
        }
        found.insert("deviance A_r/A_s".to_owned(), 1.0 / analysis.ratio(Loss::Deviance).value);
        assert_eq!(found.len(), 17);
        for (quantity, value) in found {
            let expected = expected[&(family.word().to_owned(), quantity.clone())];
            // statsmodels' own fits stop at a score of 1e-14 of the rows; the sums of both lose some 1e-11.
            assert!((value / expected - 1.0).abs() < 1e-8, "{} {quantity}: {value} against {expected}", family.word());
        }
    }
}

/// The Adult table, with a row for each of its 48,842: the weights of the claim `misspecified-limit`.
#[test]
fn adult_has_the_known_weights() {
    let names = goldenweight::adult::COVARIATES.join(",");
    let mut file = format!("{names},y\n");
    for group in goldenweight::adult::Table::embedded().groups() {
        let row = group.covariates.map(|x| x.to_string()).join(",");
        let label = if group.over_50k { ">50K" } else { "<=50K" };
        (0..group.count).for_each(|_| file += &format!("{row},{label}\n"));
    }
    let analysis = analyse(&file, Family::Logistic, None).expect("a fit");
    let weight = |loss| analysis.advice(loss, 48_842).expect("advice").weight;
    // w*(kappa) with the traces of tests/references/adult_fit.py.
    let golden = |kappa: f64| 2.0 / (1.0 + (1.0 + 4.0 / kappa).sqrt());
    let raw = golden(430.501_968_249_537 / 420.104_096_639_181);
    let standardised = golden(217.367_053_722_821_25 / 300.686_826_291_633_17);
    assert!((weight(Loss::Raw).value - raw).abs() < 1e-10 && (raw - 0.6222).abs() < 5e-5);
    assert!((weight(Loss::Standardised).value - standardised).abs() < 1e-10 && (standardised - 0.5624).abs() < 5e-5);
    for loss in Loss::ALL {
        let weight = weight(loss);
        assert!(weight.low < weight.value && weight.value < weight.high);
    }
}

/// n times the square of the standard error of ln(A_s/A_r) is the mean square of the rows' influences. An influence is the derivative along one row more:
/// of the rows `TIMES` over and that row. It is off by some 1/(n TIMES), here 1e-4, times the curvature.
#[test]
fn influences_are_finite_differences() {
    const ROWS: usize = 40;
    const TIMES: usize = 200;
    let regression: &[&str] = &["age", "gain"];
    for (family, table, columns_of) in [
        (Family::Linear, Family::Linear, regression),
        (Family::Logistic, Family::Logistic, regression),
        (Family::Poisson, Family::Poisson, regression),
        (Family::Covariance, Family::Linear, &["age", "gain", "y"]),
        (Family::Covariance, Family::Poisson, &["age", "y"]),
    ] {
        let text = reference_table(table);
        let (names, rows) = text.split_once('\n').expect("names");
        let rows: Vec<&str> = rows.lines().take(ROWS).collect();
        let ratio = |rows: &str| {
            let analysis = analyse(&format!("{names}\n{rows}"), family, columns(columns_of)).expect("a fit");
            Loss::ALL.map(|loss| libm::log(analysis.ratio(loss).value))
        };
        let all = rows.join("\n") + "\n";
        let once = analyse(&format!("{names}\n{all}"), family, columns(columns_of)).expect("a fit");
        let at = ratio(&all);
        let repeated = all.repeat(TIMES);
        let step = 1.0 / (ROWS * TIMES + 1) as f64;
        let mut squares = [0.0; 3];
        for row in &rows {
            let moved = ratio(&format!("{repeated}{row}\n"));
            for i in 0..3 {
                let influence = (moved[i] - at[i]) / step;
                squares[i] += influence * influence / ROWS as f64;
            }
        }
        for (loss, square) in Loss::ALL.into_iter().zip(squares) {
            let (found, expected) = (once.variances(loss).log_ratio_std_error, (square / ROWS as f64).sqrt());
            let word = (family.word(), loss.word());
            // A difference that is known to be 0 has rounding errors of 1e-13 over the step.
            let is_zero = found < 1e-7 && expected < 1e-7;
            assert!(is_zero || (found / expected - 1.0).abs() < 1e-2, "{word:?}: {found} against {expected}");
        }
    }
}

/// The deviance loss and the standardised one know nothing of units, the order of rows or the name of the reference level.
#[test]
fn units_and_orders_do_not_matter() {
    let file = reference_table(Family::Logistic);
    let (names, rows) = file.split_once('\n').expect("names");
    let changed: Vec<String> = rows
        .lines()
        .rev()
        .map(|row| {
            let (age, rest) = row.split_once(',').expect("columns");
            let age: f64 = age.parse().expect("a number");
            format!("{},{rest}", 1e6 + 1e-3 * age).replace("<=50K", "1").replace(">50K", "0")
        })
        .collect();
    let changed = format!("{names}\n{}", changed.join("\n"));
    let [one, other] = [&file, &changed].map(|file| analyse(file, Family::Logistic, None).expect("a fit"));
    for loss in [Loss::Standardised, Loss::Deviance] {
        let [a, b] = [&one, &other].map(|analysis| analysis.variances(loss));
        // A mean of 1e6 with a deviation of .02 leaves nine digits of the age.
        for (a, b) in [(a.real, b.real), (a.synthetic, b.synthetic), (a.log_ratio_std_error, b.log_ratio_std_error)] {
            assert!((a / b - 1.0).abs() < 1e-6, "{a} {b}");
        }
    }
}

/// Normal rows have A_r = A_s in the limit: the exact fourth moments of a three-point law that has the first five moments of the normal.
#[test]
fn covariances_of_normal_moments_have_the_golden_weight() {
    // -sqrt 3, 0, sqrt 3 with probabilities 1/6, 2/3, 1/6: mean square 1, fourth moment 3. Two independent columns.
    let points = [-3_f64.sqrt(), 0.0, 0.0, 0.0, 0.0, 3_f64.sqrt()];
    let mut file = "a,b\n".to_owned();
    for a in points {
        points.iter().for_each(|b| file += &format!("{a},{}\n", 5.0 + 2.0 * b));
    }
    let analysis = analyse(&file, Family::Covariance, None).expect("a fit");
    for loss in Loss::ALL {
        assert!((analysis.ratio(loss).value - 1.0).abs() < 1e-12);
    }
    // Sigma = diag(1, 4): A = 17 + 25.
    assert!((analysis.variances(Loss::Raw).real - 42.0).abs() < 1e-10);
    assert!((analysis.variances(Loss::Deviance).real - 6.0).abs() < 1e-12);
}

/// Means have kappa = k; frequencies their exact law: u = 2/(D + sqrt(D^2 - 4 rho)), D = 1 + rho + kappa, rho = 1 - 1/m.
#[test]
fn means_and_frequencies_are_known() {
    let file = "a,b\n1,u\n2,v\n4,v\n3,w\n";
    let mean = analyse(file, Family::Mean, columns(&["a"])).expect("a fit").advice(Loss::Raw, 4).expect("advice");
    assert_eq!((mean.kappa.low, mean.kappa.high), (1.0, 1.0));
    assert!((mean.weight.value - 0.618_033_988_749_895).abs() < 1e-15);
    let found =
        analyse(file, Family::Frequencies, columns(&["b"])).expect("a fit").advice(Loss::Raw, 4).expect("advice");
    let (rho, d) = (0.75, 2.75_f64);
    assert!((found.weight.value - (1.0 - 2.0 / (d + (d * d - 4.0 * rho).sqrt()))).abs() < 1e-14);
    assert!((found.relative_risk - found.weight.value).abs() < 1e-14);
}

/// What has no fit, and what is said of it.
#[test]
fn tables_without_a_fit_are_refused() {
    let refused = |file: &str, family| analyse(file, family, None).expect_err("no fit").to_string();
    let rows = |row: &dyn Fn(usize) -> String| (0..60).map(row).collect::<String>();
    // Numbers without a pattern.
    let [a, b] = [|i: usize| (i * 37 % 61) as f64 / 7.0, |i: usize| (i * i * 13 % 59) as f64 / 3.0];
    let sum = rows(&|i| format!("{},{},{},{}\n", a(i), b(i), 2.0 * a(i) - b(i) + 3.0, i % 5));
    assert_eq!(refused(&format!("a,b,c,y\n{sum}"), Family::Linear), "column c: is a linear combination of a, b");
    assert_eq!(refused(&format!("a,b,c,z\n{sum}"), Family::Covariance), "column c: is a linear combination of a, b");
    let towns = rows(&|i| format!("{},{},{},{}\n", ["u", "v", "w"][i % 3], i % 3 / 2, a(i), i % 5));
    assert_eq!(
        refused(&format!("town,east,a,y\n{towns}"), Family::Linear),
        "column east: is a linear combination of town=w"
    );
    // Complete: the sum of a and b tells the label. Quasi-complete: a level has one label only.
    let complete = rows(&|i| format!("{},{},{},{}\n", a(i), b(i), i % 7, u8::from(a(i) + b(i) > 10.0)));
    let separated = refused(&format!("a,b,c,y\n{complete}"), Family::Logistic);
    assert_eq!(separated, "the fit does not exist: a combination of a, b separates the responses");
    // The reference level, of three, has one label only: it has no indicator, so its column is named.
    let reference = rows(&|i| {
        let town = ["u", "u", "u", "v", "w"][i % 5];
        format!("{},{town},{}\n", a(i), if town == "u" { 1 } else { i / 5 % 2 })
    });
    let separated = refused(&format!("a,town,y\n{reference}"), Family::Logistic);
    assert_eq!(separated, "the fit does not exist: town separates the responses");
    let level = |y: &dyn Fn(usize) -> usize| {
        rows(&|i| {
            format!("{},{},{}\n", a(i), ["u", "v", "rare"][if i < 4 { 2 } else { i % 2 }], if i < 4 { 0 } else { y(i) })
        })
    };
    for (family, y) in [(Family::Logistic, [0, 0, 1, 1]), (Family::Poisson, [0, 1, 2, 3])] {
        let separated = refused(&format!("a,town,y\n{}", level(&|i| y[i / 2 % 4])), family);
        assert_eq!(separated, "the fit does not exist: town=rare separates the responses");
    }
    let perfect = rows(&|i| format!("{},{}\n", a(i), 3.0 * a(i) + 1.0));
    assert_eq!(
        refused(&format!("a,y\n{perfect}"), Family::Linear),
        "the target is a linear combination of the columns: the residuals are zero"
    );
    assert_eq!(
        refused("a,b,y\n1,2,3\n2,5,1\n3,1,1\n", Family::Linear),
        "has 3 rows: there must be more than the 3 numbers that are fitted"
    );
    assert_eq!(
        refused("t,y\n\"1,5\",3\n\"2,5\",1\n\"3,5\",1\n", Family::Linear),
        "has 3 rows: there must be more than the 3 numbers that are fitted (column t alone has 3 levels)"
    );
    assert_eq!(
        refused("a,y\n1e300,1\n-1e300,2\n3,3\n4,4\n", Family::Linear),
        "column a: its values are too large, too small or too near to each other for a standard deviation"
    );
}

/// A row whose linear predictor is beyond a thousand has no part in the fit, which is that of the others: where its response is as certain as it says, it has no score. The fit
/// is found, and not called separated, although beside that row all others look alike.
#[test]
fn a_row_far_away_has_a_fit() {
    let number = |i: usize| (i * 37 % 61) as f64 / 15.0 - 2.0;
    let rows = |y: &dyn Fn(usize) -> usize, last: String| {
        "x,b,y\n".to_owned()
            + &(0..120).map(|i| format!("{},{},{}\n", number(i), i * 7 % 11, y(i))).collect::<String>()
            + &last
    };
    let label = |i: usize| usize::from(number(i) + [-2.0, -1.0, 0.5, 1.5, 2.5][i / 7 % 5] > 0.0);
    let count = |i: usize| [0, 1, 0, 2, 1][i % 5] + usize::from(number(i) < -1.0);
    let fit = |file: &str, family| analyse(file, family, None).expect("a fit").coefficients().to_vec();
    for far in ["9999", "99999", "1e6"] {
        for (family, with, without) in [
            (Family::Logistic, rows(&label, format!("{far},3,1\n")), rows(&label, String::new())),
            (Family::Logistic, rows(&label, format!("-{far},3,0\n")), rows(&label, String::new())),
            (Family::Poisson, rows(&count, format!("{far},3,0\n")), rows(&count, String::new())),
        ] {
            for (with, without) in fit(&with, family).iter().zip(fit(&without, family)) {
                // The covariates of the others have an own part of 1e-12 of their squares where one is 1e6 away.
                assert!(
                    (with.value - without.value).abs() < 1e-6 * (1.0 + without.value.abs()),
                    "{family:?}, {far}: {with:?}, {without:?}"
                );
            }
        }
        // Where the labels are separated it is said, with that row as without it.
        let separated = rows(&|i| usize::from(number(i) > 0.3), format!("{far},3,1\n"));
        let said = analyse(&separated, Family::Logistic, None).expect_err("no fit").to_string();
        assert_eq!(said, "the fit does not exist: x separates the responses", "{far}");
    }
}

/// Incomes with a heavy tail, of which the largest are some hundred times the usual ones. The score that is left is 0 but for rounding.
#[test]
fn a_heavy_tail_has_a_fit() {
    for seed in 0..12 {
        let mut rng = Streams { seed, experiment: 4 }.rng(0, 0, Purpose::Real, 0);
        let rows: Vec<(f64, f64)> = (0..2_000)
            .map(|_| {
                let income = libm::exp(9.0 + 1.8 * rng.sample::<f64, _>(StandardNormal));
                let probability = 1.0 / (1.0 + libm::exp(-(income - 8_000.0) / 2_000.0));
                (income, f64::from(u8::from(rng.random::<f64>() < probability)))
            })
            .collect();
        let file = "x,y\n".to_owned() + &rows.iter().map(|(x, y)| format!("{x},{y}\n")).collect::<String>();
        let analysis = analyse(&file, Family::Logistic, None).expect("a fit");
        let [a, b] = [0, 1].map(|j| analysis.coefficients()[j].value);
        let residual = |(x, y): &(f64, f64)| y - 1.0 / (1.0 + libm::exp(-(a + b * x)));
        let (score, all) =
            rows.iter().fold((0.0, 0.0), |(score, all), row| (score + residual(row), all + residual(row).abs()));
        assert!((score / all).abs() < 1e-9, "{seed}: {score} of {all}");
        assert!((b * 2_000.0 - 1.0).abs() < 0.5, "{seed}: {b}");
    }
}

/// One row on the wrong side of what else separates the labels, or one response far from the others: the row is named, by its place in the file.
#[test]
fn a_row_that_the_fit_hangs_on_is_named() {
    let warnings = |file: String, family| analyse(&file, family, None).expect("a fit").warnings(Loss::Deviance);
    let number = |i: usize| (i * 37 % 61) as f64 - 30.0;
    let near = (0..60).map(|i| format!("{},{}\n", number(i), u8::from((number(i) > 0.0) != (number(i) == 12.0))));
    let row = (0..60).find(|&i| number(i) == 12.0).expect("a row") + 1;
    let said = warnings("a,y\n".to_owned() + &near.collect::<String>(), Family::Logistic);
    let expected =
        [format!("row {row} of the table alone makes "), "without a few such rows the fit may not exist".to_owned()];
    assert!(said.iter().any(|said| expected.iter().all(|part| said.contains(part))), "{said:?}");
    let far = (0..60).map(|i| format!("{},{}\n", number(i), if i == 7 { 1e4 } else { (i * i * 13 % 59) as f64 }));
    let said = warnings("a,y\n".to_owned() + &far.collect::<String>(), Family::Linear);
    assert!(said.iter().any(|said| said.starts_with("row 8 of the table alone makes ")), "{said:?}");
    let none = (0..60).map(|i| format!("{},{}\n", number(i), (i * i * 13 % 59) as f64));
    let said = warnings("a,y\n".to_owned() + &none.collect::<String>(), Family::Linear);
    assert!(said.iter().all(|said| !said.contains("alone makes")), "{said:?}");
}

/// Retrained on subsamples of the rows that accumulate, a regression has to first order the exact law of a mean, once for each of its two coefficients.
/// Beside five standard errors there are 2 % for the next order: some p/n, n = 300.
#[test]
fn subsamples_of_a_table_have_their_law() {
    let number = |i: usize| (i * 37 % 601) as f64 / 100.0;
    let row = |i: usize| format!("{},{}\n", number(i), number(i) + (i * i * 13 % 59) as f64 / 10.0);
    let file = "a,y\n".to_owned() + &(0..601).map(row).collect::<String>();
    let request = Family::Linear.request(None, Some("y".to_owned()), Missing::Refuse).expect("a request");
    let table = Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &request).expect("a table");
    let (rows, schedule) = (Rows { real: 300, synthetic: 300 }, ScheduleKind::Subsample);
    let simulator =
        retraining(&table, Family::Linear, Loss::Deviance, rows, schedule).expect("a fit").expect("a regression");
    let record = Record::At(vec![0, 1, 5]);
    let plan = Plan { seed: 1, experiment: 600, cell: 7, replicates: 0..6_000, schedule, record };
    let found = simulator.run(&plan, &[Weights::Constant(0.0)], engine::Options::default()).remove(0);
    let law = Subsampling::new(SampleSizes::new(300, 300).expect("sizes"));
    for t in [0, 1, 5] {
        let (found, expected) = (found.at(t, "loss"), 2.0 * law.risk_at::<f64>(t));
        let far = (found.mean() - expected).abs();
        assert!(
            far < 5.0 * found.std_error() + 0.02 * expected,
            "{t}: {} +- {}, {expected}",
            found.mean(),
            found.std_error()
        );
    }
}

/// A year and its square, nearly collinear (a standardised pivot of some 1e-7): three groups of equal size, so that each fitted mean is a group's, and A_r = A_s in
/// whatever order and units.
#[test]
fn nearly_collinear_columns_keep_their_digits() {
    let noise = |i: usize| if (i / 3).is_multiple_of(2) { 1.0 } else { -1.0 };
    for order in [0, 1] {
        let rows = (0..36).map(|i| if order == 0 { i } else { 35 - i }).map(|i| {
            let year = 2018 + i % 3;
            format!("{year},{},{}\n", year * year, (i % 3) as f64 + noise(i))
        });
        let file = "a,b,y\n".to_owned() + &rows.collect::<String>();
        let found = analyse(&file, Family::Linear, None).expect("a fit");
        // The condition of the standardised columns, some 1e7, times roundings of 36 rows.
        assert!((found.ratio(Loss::Deviance).value - 1.0).abs() < 1e-6, "{:?}", found.ratio(Loss::Deviance));
    }
}

/// A level with a single row is fitted exactly, so that there is no fit without it; counts that the fit meets have no variance.
#[test]
fn fits_without_an_error_are_told() {
    let warnings = |file: &str, family| analyse(file, family, None).expect("a fit").warnings(Loss::Deviance);
    for file in ["g,y\na,1\na,3\na,2\nb,1\nb,2\nb,5\nc,4\n", "g,y\nc,4\na,1\na,3\na,2\nb,1\nb,2\nb,5\n"] {
        let said = warnings(file, Family::Linear);
        let expected =
            "n = 7 is small for the limit law: a row decides its fitted value alone, and without it there is no fit";
        assert_eq!(said[0], expected);
    }
    let counts = analyse("g,y\na,2\na,2\nb,5\nb,5\nb,5\na,2\n", Family::Poisson, None).expect_err("no variance");
    assert_eq!(counts, AdviseError::Perfect);
    let huge = analyse("a,y\n1,1e200\n2,3e200\n4,1e200\n3,2e200\n", Family::Linear, None).expect_err("overflow");
    assert_eq!(huge, AdviseError::Range { column: "y".to_owned() });
}

/// The share of a row is that in the variance of the loss that counts: a row far out in b moves a coefficient that is small in raw units.
#[test]
fn shares_are_those_of_the_loss() {
    let row = |i: usize| {
        let (a, b) = ((i % 5) as f64, if i == 9 { 1e4 } else { (i * i % 7) as f64 * 1e2 });
        format!(
            "{a},{b},{}\n",
            if i == 9 {
                40.0
            } else if i == 8 {
                30.0
            } else {
                (i * 7 % 11) as f64
            }
        )
    };
    let file = "a,b,y\n".to_owned() + &(0..60).map(row).collect::<String>();
    let found = analyse(&file, Family::Linear, None).expect("a fit");
    let share = |loss| {
        let said = found.warnings(loss).into_iter().find(|said| said.contains("alone makes"));
        said.map(|said| said.split_once(" of the variance").expect("a share").0.to_owned())
    };
    // e^2 x'I^-1 Q I^-1 x of each row over their sum, in numpy: .105 of row 26 is the largest in the raw loss, then .417 and .410 of row 9.
    let expected = [None, Some("row 9 of the table alone makes 42 %"), Some("row 9 of the table alone makes 41 %")];
    assert_eq!(Loss::ALL.map(share), expected.map(|said| said.map(str::to_owned)));
}
