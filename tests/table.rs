//! Tables of a user: what is read, what is refused and where, and that no bytes at all make the reader panic.

use std::io::{Cursor, Read, Seek, SeekFrom};

use goldenweight::advise::Family;
use goldenweight::audit::{Options, audit};
use goldenweight::table::{Form, Missing, Request, Response, Table, TableError, Values};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn read(file: impl AsRef<[u8]>, request: &Request) -> Result<Table, TableError> {
    Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), request)
}

fn regression(response: Response) -> Request {
    Request::regression("y", response)
}

fn all_as(form: Form, missing: Missing) -> Request {
    Request { columns: None, target: None, form, levels: Vec::new(), missing }
}

fn rows(table: &Table) -> Vec<Vec<f64>> {
    (0..table.rows()).map(|i| table.row(i).to_vec()).collect()
}

/// The same table in every way that RFC 4180 and its neighbours write it.
#[test]
fn line_ends_quotes_and_marks_do_not_matter() {
    let plain = "a,b c,y\n1,x,2\n-3.5e0,\"say \"\"no\"\", twice\",4\n5,x,6\n";
    let expected = read(plain, &regression(Response::Number)).expect("a table");
    assert_eq!(rows(&expected), [[1.0, 0.0, 2.0], [-3.5, 1.0, 4.0], [5.0, 0.0, 6.0]]);
    assert_eq!(expected.columns()[1].levels[1].name, "say \"no\", twice");
    let others = [
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        format!("\u{feff}{plain}"),
        plain.trim_end().to_owned(),
        plain.replace(",2\n", ", 2 \n\n\n"),
        plain.replace(",x,", ",\"x\","),
        plain.replace("a,b c,y", "\"a\",\"b c\",\"y\""),
    ];
    for other in others {
        assert_eq!(read(&other, &regression(Response::Number)).as_ref(), Ok(&expected), "{other:?}");
    }
}

/// The reference is the most frequent level, of several the first by name; the others follow by name. A target's levels are by name.
#[test]
fn levels_are_in_order() {
    let names = |file: &str| {
        let table = read(file, &regression(Response::Binary)).expect("a table");
        table.columns().iter().map(|c| c.levels.iter().map(|l| l.name.clone()).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(names("a,y\nd,no\nb,no\nc,yes\nb,yes\n"), [vec!["b", "c", "d"], vec!["no", "yes"]]);
    assert_eq!(names("a,y\nd,>50K\nc,>50K\nb,<=50K\n"), [vec!["b", "c", "d"], vec!["<=50K", ">50K"]]);
    let table = read("a,y\n01,1\n02,0\n01,0\n", &Request { form: Form::Levels, ..regression(Response::Binary) });
    assert_eq!(rows(&table.expect("a table")), [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]);
}

#[test]
fn missing_values_are_refused_dropped_or_a_level() {
    let file = "a,b,y\n1,,2\nNA,x,3\n3,x,4\n5,NaN,6\n7,z,?\n8,z,9\n";
    let request = |missing| Request { missing, ..regression(Response::Number) };
    let dropped = read(file, &request(Missing::Drop)).expect("a table");
    assert_eq!((dropped.rows(), dropped.dropped()), (2, &[0, 1, 3, 4][..]));
    // A text in a row that is dropped does not make its column one of levels.
    let only_there = read("a,b,y\n1,1,2\nbad,,3\n3,2,4\n", &request(Missing::Drop)).expect("a table");
    assert!(only_there.columns()[0].levels.is_empty() && only_there.warnings().is_empty());
    // What is not asked for may be missing.
    let request = |columns: &str, missing| Request { columns: Some(vec![columns.to_owned()]), ..request(missing) };
    let file = &file.replace('?', "8");
    assert_eq!(read(file, &request("b", Missing::Drop)).expect("a table").dropped(), [0, 3]);
    let level = read(file, &request("b", Missing::Level)).expect("a table");
    assert_eq!(
        level.columns()[0].levels.iter().map(|l| (&*l.name, l.count)).collect::<Vec<_>>(),
        [("", 2), ("x", 2), ("z", 2)]
    );
    let refused = |columns, missing| read(file, &request(columns, missing)).expect_err("a fault").to_string();
    assert_eq!(
        refused("b", Missing::Refuse),
        "t.csv, line 2, column b: is missing: drop such rows (`missing` drop), take it as a level (`missing` level), or leave the column out"
    );
    assert!(
        refused("a", Missing::Level).starts_with("t.csv, line 3, column a: is missing (NA): a number has no level")
    );
}

/// A file that is a repeated record, without end for what is read here.
struct Endless {
    first: Vec<u8>,
    repeated: Vec<u8>,
    size: u64,
    at: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min((self.size - self.at) as usize);
        for byte in &mut buffer[..count] {
            let at = self.at as usize;
            *byte =
                *self.first.get(at).unwrap_or_else(|| &self.repeated[(at - self.first.len()) % self.repeated.len()]);
            self.at += 1;
        }
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(0) => self.size,
            _ => return Err(std::io::Error::other("not asked for")),
        };
        Ok(self.at)
    }
}

fn endless(first: &str, repeated: &str) -> Endless {
    Endless { first: first.into(), repeated: repeated.into(), size: 5_000_000_000, at: 0 }
}

/// Columns and rows beyond memory, a quote that is never closed: both end without reading the file into memory.
#[test]
fn a_large_file_is_refused_with_its_size() {
    let names: Vec<String> = (0..2_000).map(|i| format!("c{i}")).collect();
    let mut wide = endless(&(names.join(",") + "\n"), &("1,".repeat(1_999) + "2\n"));
    let error = Table::from_reader("t.csv".as_ref(), &mut wide, &all_as(Form::Numbers, Missing::Refuse)).unwrap_err();
    assert!(error.condition.starts_with("has 5000000000 bytes, and more than 67109 rows of 2000 columns"), "{error}");
    let mut open = endless("a,y\n1,2\n\"", "3,4\n");
    let error = Table::from_reader("t.csv".as_ref(), &mut open, &regression(Response::Number)).unwrap_err();
    assert_eq!(error.line, Some(3));
    assert!(error.condition.contains("a record of more than 16 MiB; is a quote not closed?"), "{error}");
}

/// What is wrong with a regression's table, and the one line that says so.
#[test]
fn faults_have_file_line_column_and_condition() {
    use Response::{Binary, Count, Number};
    let cases: &[(&[u8], Response, &str)] = &[
        (b"", Number, "t.csv: is empty: there is no line of names"),
        (b"\n\r\n", Number, "t.csv: is empty: there is no line of names"),
        (b"a,y\n", Number, "t.csv: has a line of names, and no rows"),
        (b"a,y\n1,2\n", Number, "t.csv: has one row: there must be more"),
        (
            b"39,y\n1,2\n",
            Number,
            "t.csv, line 1, column 1: must have a name and not the number 39; is there no line of names?",
        ),
        (b"a,b,a,y\n1,2,3,4\n", Number, "t.csv, line 1, column a: its name stands twice in the line of names"),
        (b"a,b\n1,2\n", Number, "t.csv, line 1, column y: is not in the file, which has a, b"),
        (
            b"a;y\n1;2\n",
            Number,
            "t.csv, line 1, column y: is not in the file, which has a;y (fields must be separated by commas)",
        ),
        (
            b",y\n1,2\n",
            Number,
            "t.csv, line 1, column 1: must have a name; is it an index? Say which columns are meant",
        ),
        (b"y\n1\n", Number, "t.csv, line 1: has no column beside the target"),
        (b"a,y\n1,2\n\n3\n", Number, "t.csv, line 4: has 1 field, and the line of names has 2 fields"),
        (b"a,y\r1,2\r3,4,5\r", Number, "t.csv, line 3: has 3 fields, and the line of names has 2 fields"),
        (b"a,y\n\"1\n2\",2\n3,\xff\n", Number, "t.csv, line 4, column y: is not UTF-8 text"),
        (
            b"\xff\xfea\0",
            Number,
            "t.csv, line 1, column 1: its name is not UTF-8 text; is the file packed, or in another code?",
        ),
        (b"a,y\n1,2\n1,3\n", Number, "t.csv, column a: is constant: it is 1 in every row"),
        (b"a,y\nx,2\nx,3\n", Number, "t.csv, column a: is constant: it is x in every row"),
        (b"a,y\n1,2\n3,2\n", Number, "t.csv, column y: is constant: it is 2 in every row"),
        (b"a,y\n1,yes\n3,yes\n", Binary, "t.csv, column y: is constant: it is yes in every row"),
        (b"a,y\n1,2\ninf,3\n", Number, "t.csv, line 3, column a: must be a finite number, and is inf"),
        (b"a,y\n1,2\n1e999,3\n", Number, "t.csv, line 3, column a: must be a finite number, and is 1e999"),
        (b"a,y\n1,2\n2,nan\n", Number, "t.csv, line 3, column y: is missing (nan): drop such rows (`missing` drop)"),
        // The text among 0 and 1, and not the third value.
        (b"a,y\n1,0\n2,yes\n3,1\n", Binary, "t.csv, line 3, column y: must be 0 or 1, or one of two texts, and is yes"),
        (b"a,y\n1,2\n2,x\n", Number, "t.csv, line 3, column y: must be a number, and is x"),
        (b"a,y\n1,1\n2,2\n", Binary, "t.csv, line 3, column y: must be 0 or 1, or one of two texts, and is 2"),
        (
            b"a,y\n1,no\n2,yes\n3,maybe\n",
            Binary,
            "t.csv, line 4, column y: must be 0 or 1, or one of two texts, and a third is maybe",
        ),
        (b"a,y\n1,1\n2,-2\n", Count, "t.csv, line 3, column y: must be a whole number from 0, and is -2"),
        (b"a,y\n1,1\n2,2.5\n", Count, "t.csv, line 3, column y: must be a whole number from 0, and is 2.5"),
        (b"a,y\n1,1\n2,two\n", Count, "t.csv, line 3, column y: must be a whole number from 0, and is two"),
    ];
    for (file, response, expected) in cases {
        let error = read(file, &regression(*response)).expect_err(expected);
        assert_eq!(error.to_string(), *expected);
    }
    let many: String = (0..10_000).map(|i| format!("k{i},{i}\n")).collect();
    let error = read(format!("a,y\n{many}"), &regression(Number)).unwrap_err().to_string();
    assert_eq!(error, "t.csv, line 1002, column a: has more than 1000 levels (the first that is no number is k0)");
    // One text among numbers: that is where to look.
    let many: String =
        (0..10_000).map(|i| format!("{},{i}\n", if i == 700 { "4O".to_owned() } else { i.to_string() })).collect();
    let error = read(format!("a,y\n{many}"), &regression(Number)).unwrap_err().to_string();
    assert_eq!(error, "t.csv, line 702, column a: is 4O, no number: so the column has more than 1000 levels");
    let many: String = (0..10_000).map(|i| format!("{i}.5\n")).collect();
    let error = read(format!("a\n{many}"), &all_as(Form::Levels, Missing::Refuse)).unwrap_err().to_string();
    let hint = "are they numbers whose mean or covariance is meant?";
    assert_eq!(error, format!("t.csv, line 1002, column a: has more than 1000 levels: {hint}"));
    let texts = read("a,b\n1,2\nx,3\n", &all_as(Form::Numbers, Missing::Drop)).unwrap_err().to_string();
    assert_eq!(texts, "t.csv, line 3, column a: must be a number, and is x");
    let asked = |columns: &[&str]| {
        let columns = Some(columns.iter().map(|&name| name.to_owned()).collect());
        read("a,y\n1,2\n3,4\n", &Request { columns, ..regression(Number) }).unwrap_err().to_string()
    };
    assert_eq!(asked(&["a", "a"]), "t.csv, line 1, column a: is asked for twice");
    assert_eq!(asked(&["y"]), "t.csv, line 1, column y: is the target, and cannot be a column too");
    let missing = Table::read("no/such.csv".as_ref(), &regression(Number)).unwrap_err();
    assert!(missing.to_string().starts_with("no/such.csv: cannot be read: "));
    assert_eq!(
        Table::read("src".as_ref(), &regression(Number)).unwrap_err().to_string(),
        "src: must be a file: it is read twice"
    );
}

/// A quote without its partner is told where it stands, whatever else is wrong with the record that it makes.
#[test]
fn a_quote_that_is_not_closed_is_told_by_its_line() {
    let said =
        |file: &str| read(file, &regression(Response::Number)).map(|table| rows(&table)).map_err(|e| e.to_string());
    let open = |line: u64| Err(format!("t.csv, line {line}: has a quote that is not closed"));
    // A record with too few fields; with as many as it should have; with a text in a column of numbers; the line of names.
    assert_eq!(said("a,b,y\n1,2,3\n4,\"5,6\n7,8,9\n"), open(3));
    assert_eq!(said("a,y\n1,2\nx,\"3\n4,5\n"), open(3));
    assert_eq!(said("a,y\n1,2\n\"x\ny\",\"3\n\n"), open(4));
    assert_eq!(said("\u{feff}\"a,y\n1,2\n"), open(1));
    assert_eq!(said("a,y\n1,2\n\"x\"\"\n4,5\n"), open(3));
    // Closed by the next one: a field too many.
    assert_eq!(
        said("a,b,y\n1,2,3\n4,\"5,6\n7,\"8\",9,1\n1,2,3\n"),
        Err("t.csv, line 3: has 4 fields, and the line of names has 3 fields (a quote is closed in a later line: is that meant?)"
            .to_owned())
    );
    // Inches, an empty text, a text of two lines, a file without a last line end: as they are meant.
    for file in ["a,y\n5\",2\n6\",3\n", "a,y\n\"\",2\nu,3\n", "a,y\n\"u\nv\",2\nw,3", "a,y\nu,2\nw,\"3\""] {
        let missing = if file.contains("\"\",") { Missing::Level } else { Missing::Refuse };
        let request = Request { missing, ..regression(Response::Number) };
        assert_eq!(read(file, &request).map(|table| rows(&table)), Ok(vec![vec![0.0, 2.0], vec![1.0, 3.0]]), "{file}");
    }
}

/// What is doubtful is told with its place, in a file and in memory; and nothing of a good table.
#[test]
fn doubts_have_line_column_and_value() {
    let warnings = |file: &str, request: &Request| read(file, request).expect("a table").warnings().to_vec();
    let number = regression(Response::Number);
    let one = "column a: 4O is no number: so the column is read as levels (2 of its 3 levels are numbers)";
    assert_eq!(warnings("a,y\n1,0\n4O,1\n3,2\n", &number), [format!("line 3, {one}")]);
    let places = Values::Texts { places: &[1, 2, 0], levels: ["3", "1", "4O"].map(str::to_owned).to_vec() };
    let y = Values::Numbers { values: &[0.0, 1.0, 2.0], start: 0, stride: 1 };
    let names = ["a", "y"].map(str::to_owned);
    let table = Table::of_columns("X", &names, &[places, y.clone()], &number).expect("a table");
    assert_eq!(table.warnings(), [one.replace("column a:", "column a: row 2:")]);
    let texts = Values::Texts { places: &[0, 1, 0], levels: ["1", "2"].map(str::to_owned).to_vec() };
    let table = Table::of_columns("X", &names, &[texts, y], &number).expect("a table");
    assert_eq!(table.warnings(), ["column a: has texts, which are numbers: they are read as levels"]);
    // Numbers of another notation; and texts that have digits.
    let elsewhere =
        "is no number as it is written here (digits, a decimal point, no other signs): so the column is read as levels";
    for text in ["1,5", "12 %", "-1.234,5", "$3", "1 000"] {
        let file = format!("a,y\n\"{text}\",0\n\"2,5\",1\n\"{text}\",2\n");
        assert_eq!(warnings(&file, &number), [format!("line 2, column a: {text} {elsewhere}")]);
    }
    for text in ["A1", "10.0.0.1", "12.03.2020"] {
        assert!(warnings(&format!("a,y\n{text},0\nB,1\n{text},3\n"), &number).is_empty(), "{text}");
    }
    // The responses too.
    let binary = "line 2, column y: no is no number: so the column is read as levels (1 of its 2 levels are numbers)";
    assert_eq!(warnings("a,y\n1,no\n2,1\n3,1\n", &regression(Response::Binary)), [binary]);
    let levels = all_as(Form::Levels, Missing::Refuse);
    let few = "column a: has 2 levels in 9 rows, fewer than 5 rows for each";
    let hint = ": are they numbers whose mean or covariance is meant?";
    assert_eq!(warnings(&("a\n1\n".to_owned() + &"2\n".repeat(8)), &levels), [format!("{few}{hint}")]);
    assert_eq!(warnings(&("a\nu\n".to_owned() + &"v\n".repeat(8)), &levels), [few]);
    assert!(warnings(&("a\n1\n".to_owned() + &"2\n".repeat(9)), &levels).is_empty());
    let missing = Request { missing: Missing::Level, ..number.clone() };
    for (file, request) in [("a,y\nu,1\nv,2\n", &number), ("a,y\n1,1\n2,2\n", &number), ("a,y\nu,1\n,2\n", &missing)] {
        assert!(warnings(file, request).is_empty(), "{file}");
    }
}

/// Pieces of which mutated tables are made: what the grammar is about, and some bytes besides.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b"\"",
        b"\"\"",
        b"1",
        b"-2.5",
        b"0",
        b"a",
        b"y",
        b"yes",
        b"no",
        b" ",
        b"",
        b"NaN",
        b"inf",
        b"1e400",
        b"?",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\0",
        b"\xc3",
        "é".as_bytes(),
        b";",
        b"99999999999999999999",
    ];
    prop_oneof![9 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec), 1 => prop::collection::vec(any::<u8>(), 1..4)]
}

fn any<A: Arbitrary>() -> A::Strategy {
    proptest::arbitrary::any::<A>()
}

fn requests() -> Vec<Request> {
    let mut all = Vec::new();
    for missing in Missing::ALL {
        all.extend([Response::Number, Response::Binary, Response::Count].map(|r| Request { missing, ..regression(r) }));
        for form in [Form::Either, Form::Numbers, Form::Levels] {
            all.push(Request { columns: None, target: None, form, levels: Vec::new(), missing });
        }
    }
    all
}

/// As many cases as the variable PROPTEST_CASES says, of a seed that PROPTEST_RNG_SEED says; else so many of one seed, which are a second or two.
fn cases(few: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { few };
    let rng_seed = if asked.rng_seed == RngSeed::Random { RngSeed::Fixed(1) } else { asked.rng_seed };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..asked }
}

/// A good table with pieces put in the place of some of its bytes.
fn mutated(good: &str, changes: Vec<(usize, usize, Vec<u8>)>) -> Vec<u8> {
    let mut file = good.as_bytes().to_vec();
    for (at, length, piece) in changes {
        let at = at.min(file.len());
        let end = (at + length).min(file.len());
        file.splice(at..end, piece);
    }
    file
}

fn changes(length: usize) -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    prop::collection::vec((0..length, 0..3_usize, piece()), 0..6)
}

const PAIRED: &str =
    "a,b,y\n1,u,0\n2.5,\"v,w\",1\n-3,u,1\n4,\"v,w\",0\n5,u,1\n2,u,0\n7,\"v,w\",1\n3,u,0\n6,u,1\n-1,\"v,w\",0\n";

proptest! {
    // docs/audit.md says how many were once taken.
    #![proptest_config(cases(4_000))]

    /// It is read, or refused with a condition; what is read is finite, and of the levels that the columns have.
    #[test]
    fn no_bytes_make_the_reader_panic(changes in changes(64), which in 0..18_usize) {
        let file = mutated("a,b,y\n1,u,0\n2.5,\"v,w\",1\n-3,u,1\n4,\"v,w\",0\n5,t,1\n", changes);
        match read(&file, &requests()[which]) {
            Ok(table) => {
                prop_assert!(table.rows() >= 2);
                for i in 0..table.rows() {
                    for (value, column) in table.row(i).iter().zip(table.columns()) {
                        prop_assert!(value.is_finite());
                        prop_assert!(column.levels.is_empty() || (*value as usize) < column.levels.len());
                    }
                }
            }
            Err(error) => prop_assert!(!error.condition.is_empty() && !error.to_string().contains('\n')),
        }
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    /// Two tables of which either may be mutated are audited, or refused with a condition; no number of the answer is not one.
    #[test]
    fn no_two_tables_make_the_audit_panic(
        of_real in changes(100), of_synthetic in changes(100), family in 0..6_usize, missing in 0..3_usize,
    ) {
        let (family, missing) = (Family::ALL[family], Missing::ALL[missing]);
        let target = matches!(family, Family::Linear | Family::Logistic | Family::Poisson).then(|| "y".to_owned());
        let columns = matches!(family, Family::Mean | Family::Covariance).then(|| vec!["a".to_owned(), "y".to_owned()]);
        let request = family.request(columns, target, missing).expect("a request");
        let tables = [of_real, of_synthetic].map(|changes| read(mutated(PAIRED, changes), &request));
        if let [Ok(real), Ok(synthetic)] = tables {
            let options = Options { bootstrap: 100, ..Options::default() };
            match audit(&real, synthetic, family, options) {
                Ok(found) => {
                    let values = [found.weight, found.worth_in_real_rows, found.bias_squared, found.pooling.relative_risk];
                    for interval in values {
                        prop_assert!(interval.value.is_finite() && !interval.low.is_nan() && !interval.high.is_nan(), "{found:?}");
                    }
                    prop_assert!((0.0..=1.0).contains(&found.weight.value) && found.resamples == 100);
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
