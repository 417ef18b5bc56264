//! The Adult table: the embedded facts, the reader of the original files, the full-table fit and the simulator.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use goldenweight::{
    adult::{Column, Columns, Differences, ROWS, Table},
    experiment::{Generations, Rows},
    prediction::{Order, Prediction},
    simulate::{Model, Part, Setting, Source, adult::AdultLogistic},
    stream::StreamRng,
};
use goldenweight_theory::parameters::Weight;
use rand::{RngExt, SeedableRng};

/// Counts by an independent reading of the original files, as published with the data.
#[test]
fn categories_have_their_known_counts() {
    let workclass = "? 2799, Federal-gov 1432, Local-gov 3136, Never-worked 10, Private 33906, Self-emp-inc 1695, \
        Self-emp-not-inc 3862, State-gov 1981, Without-pay 21";
    let education = "10th 1389, 11th 1812, 12th 657, 1st-4th 247, 5th-6th 509, 7th-8th 955, 9th 756, Assoc-acdm 1601, \
        Assoc-voc 2061, Bachelors 8025, Doctorate 594, HS-grad 15784, Masters 2657, Preschool 83, Prof-school 834, \
        Some-college 10878";
    let marital_status = "Divorced 6633, Married-AF-spouse 37, Married-civ-spouse 22379, Married-spouse-absent 628, \
        Never-married 16117, Separated 1530, Widowed 1518";
    for (column, text) in Column::ALL.into_iter().zip([workclass, education, marital_status]) {
        let pairs = text.split(", ").map(|pair| pair.rsplit_once(' ').unwrap());
        let expected: BTreeMap<_, _> = pairs.map(|(name, count)| (name.to_owned(), count.parse().unwrap())).collect();
        assert_eq!(Table::embedded().counts(column), &expected);
        let probabilities = Table::embedded().probabilities(column);
        assert_eq!(probabilities[0], f64::from(*expected.values().next().unwrap()) / 48_842.0);
        // Each share is rounded once, and so is each partial sum.
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 16.0 * f64::EPSILON);
    }
}

/// Sums over adult.data and adult.test by one line of awk for each column.
#[test]
fn rows_have_their_known_totals() {
    let groups = Table::embedded().groups();
    assert_eq!(groups.iter().map(|g| g.count).sum::<u32>(), ROWS);
    assert_eq!(groups.len(), 16_527);
    assert!(groups.windows(2).all(|g| (g[0].covariates, g[0].over_50k) < (g[1].covariates, g[1].over_50k)));
    assert_eq!(groups.iter().filter(|g| g.over_50k).map(|g| g.count).sum::<u32>(), 11687);
    let sum = |j: usize| groups.iter().map(|g| u64::from(g.count) * u64::from(g.covariates[j])).sum::<u64>();
    assert_eq!([sum(0), sum(1), sum(2), sum(3), sum(4)], [1887430, 492234, 52703821, 4273788, 1974310]);
}

/// Digits by `tests/references/adult_fit.py`: raw columns, long double, against the program's standardised columns.
#[test]
fn full_table_fit_agrees_with_higher_precision() {
    let fit = Table::embedded().logistic();
    let expected = [
        -8.259509942862755,
        0.0422038483318527,
        0.32231626356947295,
        0.00032049079405336386,
        0.0006799251899405009,
        0.040117237699573455,
    ];
    // Sums of 16,527 terms lose some 1e-14; ten times that for the inverse of the information.
    let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-13;
    assert!(fit.coefficients().into_iter().zip(expected).all(|(f, e)| close(f, e)), "{:?}", fit.coefficients());
    assert!(close(fit.traces().inverse_information, 430.5019682495372), "{:?}", fit.traces());
    assert!(close(fit.traces().sandwich, 420.1040966391809), "{:?}", fit.traces());
    let standardised = fit.standardised_traces();
    assert!(close(standardised.inverse_information, 217.36705372282125), "{standardised:?}");
    assert!(close(standardised.sandwich, 300.68682629163317), "{standardised:?}");
}

/// R1 and R2 at t = 0, at t = 5 and in the limit, by `tests/references/second_order.py`: the orders of the estimating equation term by term.
#[test]
fn two_orders_agree_with_another_derivation() {
    let alone = [
        (Columns::Raw, [420.104_096_639_182_9, 29_786.285_967_898_67]),
        (Columns::Standardised, [300.686_826_291_632_03, -17_715.278_070_870_554]),
    ];
    let later = [
        (
            1,
            0.62,
            Columns::Raw,
            [261.408_396_513_770_13, 10_721.284_682_061_454, 261.398_432_635_969_24, 10_713.016_339_055_503],
        ),
        (
            4,
            0.5,
            Columns::Raw,
            [713.750_279_045_870_7, 43_555.879_189_139_99, 714.037_323_212_445_9, 43_462.843_831_569_17],
        ),
        (
            1,
            0.62,
            Columns::Standardised,
            [171.784_412_330_463_85, -1_754.882_555_551_787, 171.776_319_055_725_28, -1_750.078_803_648_488_2],
        ),
        (
            4,
            0.5,
            Columns::Standardised,
            [389.964_410_028_969_2, 24_267.402_915_164_887, 390.051_680_394_303_9, 24_293.725_112_863_103],
        ),
    ];
    let n = 1000;
    // Sums of 16,527 terms; parts of R2 that cancel lose two digits more.
    let close = |found: f64, [first, second]: [f64; 2]| {
        let expected = (first + second / f64::from(n)) / f64::from(n);
        assert!((found / expected - 1.0).abs() < 1e-11, "{found} {expected}");
    };
    let risk = |columns, ratio: u32, w, at| {
        let rows = Rows { real: n as usize, synthetic: (n / ratio) as usize };
        let prediction = Prediction::income(Table::embedded(), columns, rows).expect("positive sizes");
        let orders = prediction.to_order(Order::Second).expect("a regression");
        orders.risk(Weight::new(w).expect("in [0, 1]"), at)
    };
    for (columns, numbers) in alone {
        close(risk(columns, 1, 1.0, Generations::At(0)), numbers);
    }
    for (ratio, w, columns, [first, second, limit, limit_second]) in later {
        close(risk(columns, ratio, w, Generations::At(5)), [first, second]);
        close(risk(columns, ratio, w, Generations::Limit), [limit, limit_second]);
    }
}

/// A directory of this test's own with files of the original length, all rows equal but for those changed.
fn directory(name: &str, changes: &[(&str, usize, &[u8])]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).unwrap();
    for (file, rows, label) in [("adult.data", 32_561, ""), ("adult.test", 16_281, ".")] {
        let mut lines: Vec<Vec<u8>> = (0..rows)
            .map(|i| {
                let (age, hours, income) = (17 + i % 74, 1 + i % 99, [">50K", "<=50K"][i % 2]);
                let (education, gain, loss) = (1 + i % 16, i * 31 % 99_999, i * 17 % 4_357);
                format!(
                    "{age}, ?, 77516, Bachelors, {education}, Divorced, Sales, Wife, White, Male, {gain}, {loss}, \
                     {hours}, Cuba, {income}{label}"
                )
                .into_bytes()
            })
            .collect();
        if file == "adult.test" {
            lines.insert(0, b"|1x3 Cross validator".to_vec());
        }
        for (_, line, text) in changes.iter().filter(|change| change.0 == file) {
            lines[line - 1] = text.to_vec();
        }
        fs::write(directory.join(file), [lines.join(&b"\n"[..]), b"\n\n".to_vec()].concat()).unwrap();
    }
    directory
}

/// The message about what is wrong in a directory.
fn error_of(directory: &Path) -> String {
    Table::from_dir(directory).map(drop).unwrap_err().to_string()
}

const GOOD: &str = "39, ?, 77516, Bachelors, 13, Divorced, Sales, Wife, White, Male, 2174, 0, 40, Cuba, <=50K";

#[test]
fn well_formed_files_are_read() {
    let dir = directory("well-formed", &[("adult.data", 7, GOOD.as_bytes())]);
    let table = Table::from_dir(&dir).unwrap();
    assert_eq!(table.groups().iter().map(|g| g.count).sum::<u32>(), ROWS);
    let is_changed = |g: &&goldenweight::adult::Group| g.covariates == [39, 13, 2174, 0, 40] && !g.over_50k;
    assert_eq!(table.groups().iter().find(is_changed).map(|g| g.count), Some(1));
    assert_eq!(table.counts(Column::Workclass), &BTreeMap::from([("?".to_owned(), ROWS)]));
}

/// What is wrong is named: the file, the line (blank lines and the remark counted), the column.
#[test]
fn errors_name_file_line_and_column() {
    let cases: [(&str, &str, usize, Vec<u8>, &str); 13] = [
        ("age", "adult.data", 1, GOOD.replace("39,", "abc,").into(), "line 1, column age: 'abc' is not"),
        ("negative", "adult.data", 32_561, GOOD.replace("39,", "-1,").into(), "line 32561, column age: '-1' is not"),
        ("old", "adult.data", 9, GOOD.replace("39,", "91,").into(), "line 9, column age: '91' is not a whole number"),
        ("fraction", "adult.data", 9, GOOD.replace(" 40,", " 40.5,").into(), "line 9, column hours_per_week: '40.5'"),
        ("class", "adult.data", 9, GOOD.replace("?", "Nobody").into(), "line 9, column workclass: 'Nobody' is not"),
        ("marital", "adult.data", 9, GOOD.replace("Divorced", "").into(), "line 9, column marital_status: '' is not"),
        ("label", "adult.data", 5, GOOD.replace("<=50K", "50K").into(), "line 5, column income: '50K' is neither"),
        ("short", "adult.data", 8, GOOD[..40].into(), "line 8, column relationship: missing: 7 columns of 15"),
        ("long", "adult.data", 8, format!("{GOOD}, 1").into(), "line 8, column income: followed by more: 16 columns"),
        ("utf8", "adult.test", 4, b"39, \xff\xfe, 1, Bachelors".to_vec(), "line 4, column workclass: not UTF-8"),
        ("empty", "adult.data", 8, GOOD.replace("Wife", "").into(), "line 8, column relationship: empty"),
        ("after blank", "adult.data", 8, b"\n\r\n39".to_vec(), "line 10, column workclass: missing: 1 columns of 15"),
        ("remark", "adult.data", 1, b"|1x3 Cross validator".to_vec(), "line 1, column age: '|1x3 Cross validator' is"),
    ];
    for (name, file, line, text, expected) in cases {
        let dir = directory(&format!("wrong {name}"), &[(file, line, &text)]);
        let error = error_of(&dir);
        let path = dir.join(file).display().to_string();
        assert!(error.starts_with(&path) && error.contains(expected) && !error.contains('\n'), "{name}: {error}");
        fs::remove_dir_all(dir).unwrap();
    }
}

/// Too few or too many rows are told by file; a file cut within a line, or without a row, is an error.
#[test]
fn missing_and_truncated_files_are_named() {
    let dir = directory("truncated", &[("adult.data", 8, b"")]);
    let path = dir.join("adult.test");
    let text = fs::read_to_string(&path).unwrap();
    let cut = text.match_indices('\n').nth(100).unwrap().0;
    let write = |content: &str| fs::write(&path, content).unwrap();
    let [data, test] = ["adult.data", "adult.test"].map(|file| dir.join(file).display().to_string());
    let shorter = format!("{data}: 32560 rows where the original has 32561");
    for (content, found) in [(&text[..cut], 100), (&format!("{text}{}", text.lines().nth(7).unwrap()), 16_282)] {
        write(content);
        let (table, differences) = Table::read(&dir).unwrap();
        assert_eq!(table.groups().iter().map(|group| group.count).sum::<u32>(), 32_560 + found);
        let of_test = format!("{test}: {found} rows where the original has 16281");
        assert_eq!(differences.lengths, [shorter.clone(), of_test]);
    }
    write(&text[..cut - 2]);
    assert!(error_of(&dir).contains("line 101, column income"));
    for none in ["", "|1x3 Cross validator\n"] {
        write(none);
        assert_eq!(error_of(&dir), format!("{test}: no rows"));
    }
    assert!(error_of(Path::new("/nonexistent")).starts_with("/nonexistent: cannot be read"));
}

/// The embedded table written as the original two files would be, but for the columns and the order that it has not: a row of text for each row.
fn embedded_rows() -> Vec<[String; 15]> {
    let categories = Column::ALL.map(|column| {
        let counts = Table::embedded().counts(column).iter();
        counts.flat_map(|(name, count)| std::iter::repeat_n(name.clone(), *count as usize)).collect::<Vec<_>>()
    });
    let groups = Table::embedded().groups().iter();
    let rows = groups.flat_map(|group| std::iter::repeat_n(group, group.count as usize)).enumerate();
    rows.map(|(i, group)| {
        let [age, education, gain, loss, hours] = group.covariates.map(|x| x.to_string());
        let [class, school, marital] = [0, 1, 2].map(|column: usize| categories[column][i].clone());
        let unused = |text: &str| text.to_owned();
        let label = unused(if group.over_50k { ">50K" } else { "<=50K" });
        let [weight, work, kin, race, sex, land] = ["77516", "?", "Wife", "White", "Male", "Cuba"].map(unused);
        [age, class, weight, school, education, marital, work, kin, race, sex, gain, loss, hours, land, label]
    })
    .collect()
}

const NAMES: &str = "age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,capital-loss,\
    hours-per-week,native-country,income";

/// A public copy of the table: a name for it, its files, and the remarks that the program makes on their form.
type Copy<'a> = (&'a str, Vec<(&'a str, String)>, Vec<&'a str>);

/// Copies as collections have them. Each has the embedded table, and says what differs in form.
#[test]
fn public_copies_are_the_same_table() {
    let rows = embedded_rows();
    let (data, test) = rows.split_at(32_561);
    let lines = |rows: &[[String; 15]], separator: &str, dot: &str, end: &str| -> String {
        rows.iter().map(|row| row.join(separator) + dot + end).collect()
    };
    let remark = "|1x3 Cross validator\n";
    let (plain, test_plain) = (lines(data, ", ", "", "\n"), lines(test, ", ", ".", "\n"));
    let original = |text: &str| format!("{text}\n");
    let dotless = lines(test, ", ", "", "\n");
    let csv = lines(&rows, ",", "", "\n");
    let pandas: String = (0..).zip(&rows).map(|(i, row)| format!("{i},{}\n", row.join(","))).collect();
    let replaced = |from: &str, to: &str| csv.replace(from, to);
    let copies: Vec<Copy> = vec![
        (
            "original",
            vec![("adult.data", original(&plain)), ("adult.test", original(&(remark.to_owned() + &test_plain)))],
            vec![],
        ),
        (
            "no remark",
            vec![("adult.data", plain.clone()), ("adult.test", test_plain.clone())],
            vec!["no first line |1x3"],
        ),
        (
            "no dots",
            vec![("adult.data", plain.clone()), ("adult.test", remark.to_owned() + &dotless)],
            vec!["labels without a dot"],
        ),
        (
            "headers",
            vec![("adult.data", format!("{NAMES}\n{plain}")), ("adult.test", format!("{NAMES}\n{dotless}"))],
            vec!["adult.data: a header line", "adult.test: a header line, labels without a dot"],
        ),
        (
            "dots everywhere",
            vec![("adult.data", lines(data, ", ", ".", "\n")), ("adult.test", remark.to_owned() + &test_plain)],
            vec!["adult.data: labels with a dot"],
        ),
        (
            "crlf",
            vec![
                ("adult.data", lines(data, ",", "", "\r\n")),
                ("adult.test", remark.replace('\n', "\r\n") + &lines(test, ",", ".", "\r\n") + "\r\n"),
            ],
            vec!["line ends", "no spaces"],
        ),
        (
            "other names",
            vec![("Adult_train.csv", plain.clone()), ("adult_test.csv", remark.to_owned() + &test_plain)],
            vec![],
        ),
        (
            "one file",
            vec![("adult.csv", format!("{NAMES}\n{csv}\n"))],
            vec!["one file in the place of adult.data and adult.test"],
        ),
        ("without header", vec![("adult.csv", csv.clone())], vec!["one file"]),
        ("cr", vec![("census.csv", lines(&rows, ",", "", "\r"))], vec!["CR"]),
        (
            "other columns",
            vec![(
                "adult.csv",
                format!("{}\n{csv}", NAMES.replace("-num", "al-num").replace("sex", "gender").replace('-', ".")),
            )],
            vec!["a header line"],
        ),
        (
            "mark and capitals",
            vec![("adult.csv", format!("\u{feff}{}\n{csv}", NAMES.to_uppercase()))],
            vec!["byte order mark"],
        ),
        (
            "empty",
            vec![("adult.csv", format!("{NAMES}\n{}", replaced("?", "")))],
            vec!["missing values that are not ?"],
        ),
        (
            "numbers",
            vec![("adult.csv", format!("{NAMES}\n{}", replaced("<=50K", "0").replace(">50K", "1")))],
            vec!["labels 0 and 1"],
        ),
        (
            "lower case",
            vec![("adult.csv", format!("{NAMES}\n{}", replaced("50K", "50k")))],
            vec!["labels in lower case"],
        ),
        ("mixed", vec![("adult.csv", csv.clone().replacen("<=50K", "<=50K.", 9_000))], vec!["labels with a dot"]),
        (
            "quoted",
            vec![("adult.csv", format!("\"{}\"\n{}", NAMES.replace(',', "\",\""), replaced("Wife", "\"Wife\"")))],
            vec!["quoted fields"],
        ),
        ("index", vec![("adult.csv", format!(",{NAMES}\n{pandas}"))], vec!["an index column"]),
        (
            "reordered",
            vec![(
                "adult.csv",
                format!("income,{}\n", NAMES.strip_suffix(",income").unwrap())
                    + &rows.iter().map(|row| format!("{},{}\n", row[14], row[..14].join(","))).collect::<String>(),
            )],
            vec!["another order"],
        ),
    ];
    for (name, files, said) in copies {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in &files {
            fs::write(dir.path().join(file), text).unwrap();
        }
        let (table, differences) = Table::read(dir.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(&table, Table::embedded(), "{name}");
        assert_eq!((differences.rows, &differences.first), (0, &None), "{name}");
        let form = differences.form.join("\n");
        assert!(said.iter().all(|said| form.contains(said)) && said.is_empty() == form.is_empty(), "{name}: {form}");
        if let [(file, _)] = files.as_slice() {
            assert_eq!(&Table::read(&dir.path().join(file)).unwrap().0, Table::embedded(), "{name}: by its own name");
        }
    }
}

/// A collection may have the training part alone, or the test part, under any name. Its rows are the table: nothing is made up for those that are absent.
#[test]
fn a_part_of_the_table_is_a_table() {
    let rows = embedded_rows();
    // Any rows do: the program tells the part by the number of rows.
    let lines =
        |rows: &[[String; 15]], dot: &str| -> String { rows.iter().map(|row| row.join(", ") + dot + "\n").collect() };
    let training = lines(&rows[..32_561], "");
    let remark = "|1x3 Cross validator\n";
    let test = lines(&rows[32_561..], ".");
    let dotless = lines(&rows[32_561..], "");
    let few = lines(&rows[..32_558], "");
    let all_but_three = lines(&rows[3..], "");
    let too_many = lines(&rows, "") + &lines(&rows[..2], "");
    let alike = |part: &str| format!(", as many as in {part},");
    let (data_alone, test_alone) = (&alike("adult.data"), &alike("adult.test"));
    // A name, the text of the file, its number of rows, which part of the table they are, and the remarks on their form.
    let cases: [(&str, String, u32, &str, &str); 10] = [
        ("adult.data", training.clone(), 32_561, data_alone, ""),
        ("adult.csv", format!("{NAMES}\n{training}"), 32_561, data_alone, "a header line"),
        ("Adult_train.csv", training.replace("50K", "50K."), 32_561, data_alone, "labels with a dot"),
        ("adult.test", format!("{remark}{test}"), 16_281, test_alone, ""),
        ("census-test.csv", format!("{remark}{dotless}"), 16_281, test_alone, "labels without a dot"),
        ("adult.csv", test, 16_281, test_alone, "no first line |1x3 Cross validator"),
        ("adult.data", few, 32_558, "", ""),
        ("adult.csv", all_but_three, 48_839, "", ""),
        ("adult.csv", too_many, 48_844, "", ""),
        ("adult.csv", lines(&rows[..16_280], "."), 16_280, "", "labels with a dot"),
    ];
    for (name, text, count, alike, form) in cases {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        let (table, differences) = Table::read(dir.path()).unwrap();
        assert_eq!(table.groups().iter().map(|group| group.count).sum::<u32>(), count, "{name}");
        for column in Column::ALL {
            let of_rows = table.probabilities(column).into_iter().zip(table.counts(column));
            assert!(of_rows.into_iter().all(|(share, (_, &n))| share == f64::from(n) / f64::from(count)), "{name}");
        }
        let path = path.display();
        assert_eq!(differences.lengths, [format!("{path}: {count} rows{alike} where the original has 48842")]);
        let forms: Vec<String> = (!form.is_empty()).then(|| format!("{path}: {form}")).into_iter().collect();
        assert_eq!(differences.form, forms, "{name}");
        let extra = u64::from(count.saturating_sub(ROWS));
        assert_eq!((differences.rows, differences.absent), (extra, u64::from(ROWS.saturating_sub(count))), "{name}");
        let first = (extra > 0).then(|| format!("{path}, line 48843"));
        assert_eq!(differences.first, first, "{name}");
        assert_eq!(Table::read(&dir.path().join(name)).unwrap().1, differences, "{name}: by its own name");
    }
    // Rows are sorted by age: the first thousand have one age and nobody of a high income.
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("adult.csv"), lines(&rows[..1_000], "")).unwrap();
    assert!(error_of(dir.path()).contains("no maximum likelihood fit"));
}

/// Rows that are not those of the original are counted, and the first is named.
#[test]
fn changed_values_are_counted() {
    let mut rows = embedded_rows();
    // Two ages in groups of which the original has no such row, and a category: 17 years and 99 hours, and one more Never-worked.
    rows[100] = rows[100].clone().map(|field| if field == "17" { "90".to_owned() } else { field });
    rows[100][12] = "99".to_owned();
    rows[100][10] = "99998".to_owned();
    let worked = rows.iter().position(|row| row[1] == "Private").unwrap();
    rows[worked][1] = "Never-worked".to_owned();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("adult.csv");
    let text = format!("{NAMES}\n{}", rows.iter().map(|row| row.join(",") + "\n").collect::<String>());
    fs::write(&path, &text).unwrap();
    let (_, differences) = Table::read(&path).unwrap();
    assert_eq!((differences.rows, differences.absent, &differences.lengths), (2, 2, &vec![]));
    assert_eq!(differences.first, Some(format!("{}, line 102", path.display())));

    let error = |text: String| {
        fs::write(&path, text).unwrap();
        error_of(&path)
    };
    for (wrong, said) in [
        (text.replacen("hours-per-week", "hours", 1), "line 1, column header: 'hours' is the name of no column"),
        (text.replacen("sex", "age", 1), "line 1, column header: age is there twice"),
        (text.replacen(",income", "", 1), "line 1, column header: income is missing"),
        (text.replacen("50K\n", "50K,1\n", 1), "line 2, column income: followed by more: 16 columns"),
        (text.replacen("50K\n", "50K!\n", 1), "line 2, column income: '<=50K!' is neither '<=50K' nor '>50K'"),
    ] {
        let found = error(wrong);
        assert!(found.contains(said), "{found}");
    }
    fs::write(dir.path().join("adult-all.csv"), "").unwrap();
    assert!(error_of(dir.path()).contains("which files are meant? adult-all.csv, adult.csv"));
}

/// Runs where the original files are at hand; `tests/references/make_adult.py` made the embedded table of them with another parser.
#[test]
fn original_files_give_the_embedded_table() {
    match std::env::var_os("GOLDENWEIGHT_ADULT_DIR") {
        Some(dir) => {
            let (table, differences) = Table::read(Path::new(&dir)).unwrap();
            assert_eq!((&table, differences), (Table::embedded(), Differences::default()));
        }
        None => eprintln!("not run: GOLDENWEIGHT_ADULT_DIR does not name a directory with adult.data and adult.test"),
    }
}

/// Raw design, labels and mean of rows drawn from the table: one index for each row.
fn resample(n: usize, rng: &mut StreamRng) -> Vec<([f64; 6], f64)> {
    let mut expanded = Vec::new();
    for g in Table::embedded().groups() {
        let [a, b, c, d, e] = g.covariates.map(f64::from);
        expanded.extend(std::iter::repeat_n(([1.0, a, b, c, d, e], f64::from(u8::from(g.over_50k))), g.count as usize));
    }
    (0..n).map(|_| expanded[rng.random_range(0..expanded.len())]).collect()
}

/// The weighted fit by iterated least squares on raw columns with nalgebra's QR: no standardised columns, no Newton of ours.
fn fit(rows: &[([f64; 6], f64)], weights: &[f64]) -> [f64; 6] {
    use nalgebra::{DMatrix, DVector};
    // Columns are divided by powers of two near their size, which is exact, and by nothing else.
    let unit = [1.0, 32.0, 8.0, 8192.0, 512.0, 32.0];
    let mut beta = [0.0; 6];
    for _ in 0..200 {
        let mean = |x: &[f64; 6]| 1.0 / (1.0 + libm::exp(-x.iter().zip(&beta).map(|(x, b)| x * b).sum::<f64>()));
        let root: Vec<_> =
            rows.iter().zip(weights).map(|((x, _), w)| (w * mean(x) * (1.0 - mean(x))).sqrt().max(1e-150)).collect();
        let design = DMatrix::from_fn(rows.len(), 6, |i, j| root[i] * rows[i].0[j] / unit[j]);
        let target = DVector::from_fn(rows.len(), |i, _| weights[i] * (rows[i].1 - mean(&rows[i].0)) / root[i]);
        let qr = design.qr();
        let step = qr.r().solve_upper_triangular(&(qr.q().transpose() * target)).unwrap();
        // Shortened where a predictor would change by more than 1: a whole step may overshoot.
        let step: [f64; 6] = std::array::from_fn(|j| step[j] / unit[j]);
        let change = |(x, _): &([f64; 6], f64)| x.iter().zip(&step).map(|(x, d)| x * d).sum::<f64>().abs();
        let length = 1.0 / rows.iter().map(change).fold(1.0, f64::max);
        (0..6).for_each(|j| beta[j] += length * step[j]);
    }
    beta
}

/// Mean and standard deviation (divisor: all rows) of each column of the design over the table; those of the intercept are not used.
fn moments_of_columns() -> ([f64; 6], [f64; 6]) {
    let over_table = |of: &dyn Fn(f64) -> f64, j: usize| {
        let groups = Table::embedded().groups().iter();
        groups.map(|g| f64::from(g.count) * of(f64::from(g.covariates[j - 1]))).sum::<f64>() / f64::from(ROWS)
    };
    let means = std::array::from_fn(|j| if j == 0 { 0.0 } else { over_table(&|x| x, j) });
    let spread = |j: usize| over_table(&|x| (x - means[j]).powi(2), j).sqrt();
    (means, std::array::from_fn(|j| if j == 0 { 0.0 } else { spread(j) }))
}

/// Losses of generations 0 and 1 against fits of the rows that the streams give, made by another method.
#[test]
fn generations_are_weighted_fits_of_resampled_rows() {
    let (n, m, weight) = (300, 200, 0.4);
    let simulator = AdultLogistic::new(Table::embedded(), Rows { real: n, synthetic: m });
    let Setting { model, source, .. } = &simulator;
    let (mut real_noise, mut drawn) = (model.noise(n), model.data(n));
    let (mut noise, mut made) = (model.noise(m), model.data(m));
    let (mut current, mut scratch) = (model.unfitted(), model.scratch());
    let truth = Table::embedded().logistic().coefficients();
    // A column of spread s in standard units has s times its raw coefficient; the intercept takes the coefficients times the means.
    let (means, spreads) = moments_of_columns();
    let losses = |beta: &[f64; 6]| {
        let error: [f64; 6] = std::array::from_fn(|j| beta[j] - truth[j]);
        let intercept = error[0] + (1..6).map(|j| error[j] * means[j]).sum::<f64>();
        let standardised = (1..6).fold(intercept * intercept, |sum, j| sum + (error[j] * spreads[j]).powi(2));
        [error.iter().map(|e| e * e).sum::<f64>(), standardised]
    };
    let mut found = [0.0; 2];
    // The intercept's standard error is near 1 and dominates the loss. The stopping rule leaves it within 5e-7 sqrt(n b'') = 4e-6
    // standard errors (`newton::LAST_CHANGE`), which changes the loss by twice that; iterated least squares keeps some ten digits.
    let mut check = |current: &Vec<f64>, beta: &[f64; 6]| {
        model.losses(current, &mut found);
        let close = |(found, expected): (f64, f64)| (found / expected - 1.0).abs() < 1e-5;
        assert!(found.into_iter().zip(losses(beta)).all(close), "{found:?} {:?}", losses(beta));
    };
    let stream = StreamRng::seed_from_u64;
    for seed in 0..5 {
        source.draw(model, &mut stream(seed), &mut real_noise, &mut drawn).unwrap();
        let part = |weight| Part { weight, rows: n, real: true, new: true, noise: &real_noise, data: &drawn };
        model.fit(0, &[part(1.0)], &mut scratch, &mut current).unwrap();
        let real = resample(n, &mut stream(seed));
        let first = fit(&real, &vec![1.0 / n as f64; n]);
        check(&current, &first);

        model.draw(&mut stream(100 + seed), &mut noise);
        model.generate(&current, &noise, &mut made).unwrap();
        let synthetic = Part { weight: 1.0 - weight, rows: m, real: false, new: true, noise: &noise, data: &made };
        model.fit(1, &[part(weight), synthetic], &mut scratch, &mut current).unwrap();
        let mut rng = stream(100 + seed);
        let mut pooled = real;
        let covariates = resample(m, &mut rng);
        pooled.extend(covariates.into_iter().map(|(x, _)| {
            let eta: f64 = x.iter().zip(&first).map(|(x, b)| x * b).sum();
            (x, f64::from(rng.random::<f64>() < 1.0 / (1.0 + libm::exp(-eta))))
        }));
        let weights = [vec![weight / n as f64; n], vec![(1.0 - weight) / m as f64; m]].concat();
        check(&current, &fit(&pooled, &weights));
    }
}
