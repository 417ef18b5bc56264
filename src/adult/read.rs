//! Reads the two original files, or a public copy of them. Errors name file, line and column.
//!
//! Copies differ in form: a header line, labels with or without dots, line ends, missing values, one file in the place of two. Collections often have the
//! training part alone. The reader accepts these, and reports what differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{Column, Group, NoFit, Table};
use crate::experiment::excerpt;

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file cannot be read.
    #[error("{}: cannot be read: {source}", .file.display())]
    Read {
        /// Path of the file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A field is missing, superfluous, or not what its column holds.
    #[error("{}, line {line}, column {column}: {problem}", .file.display())]
    Field {
        /// Path of the file.
        file: PathBuf,
        /// Line of the file, from 1.
        line: usize,
        /// Name of the column.
        column: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The file is no text.
    #[error("{}: is compressed; unpack it first", .file.display())]
    Compressed {
        /// Path of the file.
        file: PathBuf,
    },
    /// The file has no rows.
    #[error("{}: no rows", .file.display())]
    Empty {
        /// Path of the file.
        file: PathBuf,
    },
    /// No file, or more than one, could be meant.
    #[error("{}: {problem}", .directory.display())]
    Names {
        /// Path of the directory.
        directory: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The logistic model has no fit on these rows.
    #[error(transparent)]
    Fit(#[from] NoFit),
}

/// Where a table differs from the original one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Differences in form alone, file by file.
    pub form: Vec<String>,
    /// Number of rows that the original does not have, or not as often. Columns that no experiment uses are not compared. Of workclass, education and marital_status
    /// the number of rows in each category is compared, and not which rows these are.
    pub rows: u64,
    /// File and line of the first of them.
    pub first: Option<String>,
    /// Number of rows of the original that are missing: 48,842 less the rows read that the original has.
    pub absent: u64,
    /// Differences in the number of rows, file by file. Empty where both files, or the one in their place, are as long as the original.
    pub lengths: Vec<String>,
    /// What else is to be known of the files: one that was not read, one that repeats the other.
    pub notes: Vec<String>,
}

/// What a column holds. The ranges of numbers are those of the original table.
enum Domain {
    /// The covariate at this index of a group, within these bounds.
    Covariate(usize, u32, u32),
    /// A category known from the embedded table.
    Category(Column),
    /// The response.
    Label,
    /// Not used by any experiment.
    Unused,
    /// Not used either, and missing in some rows.
    Unknown,
}

const COLUMNS: [(&str, Domain); 15] = [
    ("age", Domain::Covariate(0, 17, 90)),
    ("workclass", Domain::Category(Column::Workclass)),
    ("fnlwgt", Domain::Unused),
    ("education", Domain::Category(Column::Education)),
    ("education_num", Domain::Covariate(1, 1, 16)),
    ("marital_status", Domain::Category(Column::MaritalStatus)),
    ("occupation", Domain::Unknown),
    ("relationship", Domain::Unused),
    ("race", Domain::Unused),
    ("sex", Domain::Unused),
    ("capital_gain", Domain::Covariate(2, 0, 99_999)),
    ("capital_loss", Domain::Covariate(3, 0, 4_356)),
    ("hours_per_week", Domain::Covariate(4, 1, 99)),
    ("native_country", Domain::Unknown),
    ("income", Domain::Label),
];

/// Names of columns in public copies, and the original's. Only letters and digits of the former are written here.
const SYNONYMS: [(&str, &str); 10] = [
    ("educationalnum", "education_num"),
    ("educationnumber", "education_num"),
    ("finalweight", "fnlwgt"),
    ("gender", "sex"),
    ("country", "native_country"),
    ("class", "income"),
    ("salary", "income"),
    ("label", "income"),
    ("target", "income"),
    ("income50k", "income"),
];

/// How a missing value is written, in lower case; the first is the original's.
const MISSING: [&str; 4] = ["?", "", "na", "nan"];

/// Which part of the original a file is: one of its two files, or both in one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Data,
    Test,
    Whole,
}

impl Part {
    const ALL: [Self; 3] = [Self::Data, Self::Test, Self::Whole];

    const fn rows(self) -> u32 {
        match self {
            Self::Data => 32_561,
            Self::Test => 16_281,
            Self::Whole => super::ROWS,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Data => "adult.data",
            Self::Test => "adult.test",
            Self::Whole => "adult.data and adult.test",
        }
    }
}

type Contents = (Vec<Group>, [BTreeMap<String, u32>; 3]);

/// The table of a directory or of one file, with what differs from the original.
pub(super) fn table(path: &Path) -> Result<(Contents, Differences), DataError> {
    let mut reading = Reading::default();
    let Files { read, notes } = files(path)?;
    reading.differences.notes = notes;
    for (file, part) in &read {
        let before = reading.groups.clone();
        reading.file(file, *part)?;
        let is_twice = |(group, count): (_, &u32)| before.get(group).is_some_and(|once| 2 * once == *count);
        if reading.groups.iter().all(is_twice) {
            let note = format!("{} has the same rows as {}", file.display(), read[0].0.display());
            reading.differences.notes.push(note);
        }
    }
    let Reading { groups, categories, mut differences } = reading;
    let read: u64 = groups.values().map(|&count| u64::from(count)).sum();
    differences.absent = u64::from(super::ROWS) + differences.rows - read;
    let group = |((covariates, over_50k), count)| Group { covariates, over_50k, count };
    Ok(((groups.into_iter().map(group).collect(), categories), differences))
}

/// Which files are read, and what is to be said of that.
struct Files {
    read: Vec<(PathBuf, Option<Part>)>,
    notes: Vec<String>,
}

/// A path to a file is that file. In a directory they are the two original files, or else the copies: among the files with "adult" or "census" in their name, one with
/// "test" and one other, or a single one. The name of a single file does not tell its part: adult.csv may be the training part.
fn files(path: &Path) -> Result<Files, DataError> {
    let single = |file| Files { read: vec![(file, None)], notes: Vec::new() };
    if path.is_file() {
        return Ok(single(path.to_owned()));
    }
    let pair = |data, test, notes| Files { read: vec![(data, Some(Part::Data)), (test, Some(Part::Test))], notes };
    let entries = fs::read_dir(path).map_err(|source| DataError::Read { file: path.to_owned(), source })?;
    let mut names: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    names.sort();
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let named = |path: &PathBuf, endings: &[&str]| {
        let name = name(path);
        let ends = endings.iter().any(|ending| name.ends_with(ending));
        ends && ["adult", "census"].iter().any(|word| name.contains(word))
    };
    let packed = names.iter().find(|path| named(path, &[".gz", ".zip", ".bz2", ".xz", ".z", ".zst"])).cloned();
    names.retain(|path| named(path, &[".csv", ".data", ".test", ".txt"]));
    let [data, test] = [Part::Data, Part::Test].map(|part| path.join(part.name()));
    if data.exists() && test.exists() {
        let others = names.iter().filter(|path| **path != data && **path != test);
        let note = |path: &PathBuf| format!("{} is not read: adult.data and adult.test are", path.display());
        return Ok(pair(data.clone(), test.clone(), others.map(note).collect()));
    }
    let (tests, others): (Vec<PathBuf>, Vec<PathBuf>) = names.into_iter().partition(|path| name(path).contains("test"));
    match (tests.as_slice(), others.as_slice()) {
        ([test], [data]) => Ok(pair(data.clone(), test.clone(), Vec::new())),
        ([file], []) | ([], [file]) => Ok(single(file.clone())),
        ([], []) => Err(packed.map_or_else(
            || DataError::Names {
                directory: path.to_owned(),
                problem: "no file adult.data, adult.test or adult.csv, or a copy of another such name, is here"
                    .to_owned(),
            },
            |file| DataError::Compressed { file },
        )),
        _ => {
            let found: Vec<String> = others.iter().chain(&tests).map(name).collect();
            let problem = format!("which files are meant? {}; name one, or leave two", found.join(", "));
            Err(DataError::Names { directory: path.to_owned(), problem })
        }
    }
}

/// What differs in form in one file.
#[derive(Default)]
struct Form(BTreeSet<&'static str>);

impl Form {
    fn note(&mut self, what: &'static str) {
        self.0.insert(what);
    }
}

/// The rows that have been read, and their differences from the original.
#[derive(Default)]
struct Reading {
    groups: BTreeMap<([u32; 5], bool), u32>,
    categories: [BTreeMap<String, u32>; 3],
    differences: Differences,
}

impl Reading {
    /// Reads a file. Where its part is not known, it is the part with the same number of rows, or else the whole table.
    fn file(&mut self, file: &Path, part: Option<Part>) -> Result<(), DataError> {
        let read_error = |source| DataError::Read { file: file.to_owned(), source };
        let bytes = fs::read(file).map_err(read_error)?;
        // gzip, zip, bzip2, xz, Zstandard, compress.
        let packed: [&[u8]; 6] = [b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x1f\x9d"];
        if packed.iter().any(|first| bytes.starts_with(first)) {
            return Err(DataError::Compressed { file: file.to_owned() });
        }
        let mut form = Form::default();
        let mark = b"\xef\xbb\xbf";
        let text = bytes.strip_prefix(mark).inspect(|_| form.note("a byte order mark")).unwrap_or(&bytes);
        if text.contains(&b'\r') {
            form.note("line ends of CR LF or CR");
        }
        let delimiter = delimiter(text, &mut form);
        if delimiter == b',' && !text.windows(2).any(|pair| pair == b", ") {
            form.note("no spaces after the commas");
        }
        // No field of the table contains a comma. So quotes are only removed, and a quote without its partner does not swallow lines.
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(delimiter)
            .flexible(true)
            .quoting(false)
            .trim(csv::Trim::All)
            .from_reader(text);
        let (mut found, mut dotted, mut remark) = (0_u32, 0, false);
        let mut layout: Option<Layout> = None;
        for (index, record) in reader.byte_records().enumerate() {
            let record = record.map_err(|error| read_error(error.into()))?;
            if part != Some(Part::Data) && index == 0 && record.len() == 1 && record[0].starts_with(b"|") {
                remark = true;
                continue;
            }
            let place = || line(text, record.position().map_or(0, |position| position.byte() as usize));
            let field_error =
                |(column, problem)| DataError::Field { file: file.to_owned(), line: place(), column, problem };
            let layout = match &mut layout {
                Some(layout) => layout,
                None => {
                    let (first, is_header) = Layout::of(&record, &mut form).map_err(field_error)?;
                    let layout = layout.insert(first);
                    if is_header {
                        continue;
                    }
                    layout
                }
            };
            let row = layout.row(&record, &mut form).map_err(field_error)?;
            found += 1;
            dotted += u32::from(row.dotted);
            if self.count(row) {
                self.differences.rows += 1;
                self.differences.first.get_or_insert_with(|| format!("{}, line {}", file.display(), place()));
            }
        }
        if found == 0 {
            return Err(DataError::Empty { file: file.to_owned() });
        }
        let of_length = Part::ALL.into_iter().find(|part| part.rows() == found);
        let alone = part.is_none();
        let part = part.or(of_length).unwrap_or(Part::Whole);
        if part == Part::Test {
            if dotted < found {
                form.note("labels without a dot");
            }
            if !remark {
                form.note("no first line |1x3 Cross validator");
            }
        } else if dotted > 0 {
            form.note("labels with a dot");
        }
        if of_length == Some(Part::Whole) {
            form.note("one file in the place of adult.data and adult.test");
        }
        let expected = if alone { Part::Whole } else { part };
        if found != expected.rows() {
            let alike = of_length.map_or(String::new(), |part| format!(", as many as in {},", part.name()));
            let (file, expected) = (file.display(), expected.rows());
            self.differences.lengths.push(format!("{file}: {found} rows{alike} where the original has {expected}"));
        }
        if !form.0.is_empty() {
            let form = form.0.into_iter().collect::<Vec<_>>().join(", ");
            self.differences.form.push(format!("{}: {form}", file.display()));
        }
        Ok(())
    }

    /// Counts a row. Returns whether the original has no such row, or fewer of them.
    fn count(&mut self, Row { covariates, categories, over_50k, .. }: Row) -> bool {
        let original = Table::embedded();
        let seen = self.groups.entry((covariates, over_50k)).or_default();
        *seen += 1;
        let key = |group: &Group| (group.covariates, group.over_50k);
        let known = original.groups.binary_search_by_key(&(covariates, over_50k), key);
        let mut differs = known.map_or(0, |group| original.groups[group].count) < *seen;
        for ((counts, known), category) in self.categories.iter_mut().zip(&original.categories).zip(categories) {
            let known = known.get(&category).copied().unwrap_or(0);
            let seen = counts.entry(category).or_default();
            *seen += 1;
            differs |= known < *seen;
        }
        differs
    }
}

#[derive(Default)]
struct Row {
    covariates: [u32; 5],
    categories: [String; 3],
    over_50k: bool,
    /// Whether the label ends with a dot.
    dotted: bool,
}

/// What is wrong with a record: the column, and the problem.
type Problem = (&'static str, String);

/// For each field of a record, the index of its column in [`COLUMNS`]; none where the field is not a column of the table.
struct Layout(Vec<Option<usize>>);

impl Layout {
    /// The layout that the first record tells, and whether this record is a header. It is a header if one of its fields is "age".
    fn of(record: &csv::ByteRecord, form: &mut Form) -> Result<(Self, bool), Problem> {
        let names: Vec<String> =
            record.iter().map(|field| unquoted(&String::from_utf8_lossy(field)).to_owned()).collect();
        let plain = names.iter().map(|name| letters(name)).collect::<Vec<_>>();
        if !plain.iter().any(|name| name == "age") {
            return Ok((Self((0..COLUMNS.len()).map(Some).collect()), false));
        }
        form.note("a header line");
        let column = |(name, plain): (&String, &String)| {
            let known = SYNONYMS.iter().find(|(other, _)| other == plain).map_or(plain.as_str(), |(_, name)| name);
            let found = COLUMNS.iter().position(|(column, _)| letters(column) == letters(known));
            // A column with the number of the row, which some programs write.
            let is_index = ["", "index", "id", "unnamed0", "rownames"].contains(&plain.as_str());
            match found {
                Some(_) => Ok(found),
                None if is_index => Ok(None),
                None => Err(("header", format!("'{}' is the name of no column", excerpt(name)))),
            }
        };
        let layout = names.iter().zip(&plain).map(column).collect::<Result<Vec<_>, _>>()?;
        for (index, (column, domain)) in COLUMNS.iter().enumerate() {
            match layout.iter().filter(|found| **found == Some(index)).count() {
                1 => {}
                0 if matches!(domain, Domain::Unused | Domain::Unknown) => form.note("without all of its columns"),
                0 => return Err(("header", format!("{column} is missing"))),
                _ => return Err(("header", format!("{column} is there twice"))),
            }
        }
        if layout.contains(&None) {
            form.note("an index column");
        }
        if !layout.iter().flatten().is_sorted() {
            form.note("columns in another order");
        }
        Ok((Self(layout), true))
    }

    /// The row of a record.
    fn row(&self, record: &csv::ByteRecord, form: &mut Form) -> Result<Row, Problem> {
        let mut row = Row::default();
        for (place, column) in self.0.iter().enumerate() {
            let Some(index) = *column else { continue };
            let (name, domain) = &COLUMNS[index];
            let problem = |text: String| (*name, text);
            let expected = self.0.len();
            let missing = || problem(format!("missing: {} columns of {expected}", record.len()));
            let field = record.get(place).ok_or_else(missing)?;
            let field = std::str::from_utf8(field).map_err(|_| problem("not UTF-8".to_owned()))?;
            let bare = unquoted(field);
            if bare.len() < field.len() {
                form.note("quoted fields");
            }
            let field = bare;
            let is_missing = MISSING.contains(&field.to_lowercase().as_str());
            match *domain {
                Domain::Covariate(j, low, high) => {
                    let whole = field.strip_suffix(".0").inspect(|_| form.note("whole numbers with .0"));
                    let value = whole.unwrap_or(field).parse().ok().filter(|value| (low..=high).contains(value));
                    row.covariates[j] = value.ok_or_else(|| {
                        problem(format!("'{}' is not a whole number from {low} to {high}", excerpt(field)))
                    })?;
                }
                Domain::Category(column) => {
                    let known = Table::embedded().counts(column);
                    let written = if is_missing && known.contains_key("?") { "?" } else { field };
                    if written != field {
                        form.note("missing values that are not ?");
                    }
                    if !known.contains_key(written) {
                        return Err(problem(format!("'{}' is not a known category", excerpt(field))));
                    }
                    row.categories[column as usize] = written.to_owned();
                }
                Domain::Label => {
                    let dotless = field.strip_suffix('.');
                    row.dotted = dotless.is_some();
                    row.over_50k = label(dotless.unwrap_or(field), form)
                        .ok_or_else(|| problem(format!("'{}' is neither '<=50K' nor '>50K'", excerpt(field))))?;
                }
                Domain::Unknown if is_missing && field != "?" => form.note("missing values that are not ?"),
                Domain::Unused if field.is_empty() => return Err(problem("empty".to_owned())),
                Domain::Unused | Domain::Unknown => {}
            }
        }
        if record.len() > self.0.len() {
            let text = format!("followed by more: {} columns where {} are expected", record.len(), self.0.len());
            return Err(("income", text));
        }
        Ok(row)
    }
}

/// What is between the fields: a comma, or where the first line with any has none a semicolon or a tab.
fn delimiter(text: &[u8], form: &mut Form) -> u8 {
    let first = text.iter().find(|byte| b",;\t".contains(byte)).copied().unwrap_or(b',');
    match first {
        b';' => form.note("semicolons in the place of commas"),
        b'\t' => form.note("tabs in the place of commas"),
        _ => {}
    }
    first
}

/// Whether a label, without its dot, means above 50,000 dollars. It is one of the original's words, also in lower case, or 0 or 1.
fn label(text: &str, form: &mut Form) -> Option<bool> {
    match text {
        "<=50K" => Some(false),
        ">50K" => Some(true),
        "0" | "1" => {
            form.note("labels 0 and 1");
            Some(text == "1")
        }
        "<=50k" | ">50k" => {
            form.note("labels in lower case");
            Some(text == ">50k")
        }
        _ => None,
    }
}

/// A field without the quotes around it.
fn unquoted(field: &str) -> &str {
    let inside = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
    inside.map_or(field, str::trim)
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Number, from 1, of the line of the record at `byte`. The reader gives a position before any blank lines in front of the record, so that these are skipped.
/// Lines end with LF, or with CR where the text has no LF.
fn line(text: &[u8], byte: usize) -> usize {
    let blank = text[byte..].iter().take_while(|b| b"\r\n".contains(b)).count();
    let end = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    1 + text[..byte + blank].iter().filter(|&&b| b == end).count()
}
