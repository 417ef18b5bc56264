//! Reading the two original files, with exact errors.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::{Column, Group, NoFit, Table};

/// What is wrong with the original files.
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
    /// The file is not as long as the original.
    #[error("{}: {found} rows where the original has {expected}", .file.display())]
    Rows {
        /// Path of the file.
        file: PathBuf,
        /// Rows read.
        found: usize,
        /// Rows of the original.
        expected: usize,
    },
    /// The logistic model has no fit on these rows.
    #[error(transparent)]
    Fit(#[from] NoFit),
}

/// What a column holds. The ranges are those of the original table.
enum Domain {
    /// The covariate at this index of a group, within these bounds.
    Covariate(usize, u32, u32),
    /// A category known from the embedded table.
    Category(Column),
    /// The response.
    Label,
    /// Not used by any experiment.
    Unused,
}

const COLUMNS: [(&str, Domain); 15] = [
    ("age", Domain::Covariate(0, 17, 90)),
    ("workclass", Domain::Category(Column::Workclass)),
    ("fnlwgt", Domain::Unused),
    ("education", Domain::Category(Column::Education)),
    ("education_num", Domain::Covariate(1, 1, 16)),
    ("marital_status", Domain::Category(Column::MaritalStatus)),
    ("occupation", Domain::Unused),
    ("relationship", Domain::Unused),
    ("race", Domain::Unused),
    ("sex", Domain::Unused),
    ("capital_gain", Domain::Covariate(2, 0, 99_999)),
    ("capital_loss", Domain::Covariate(3, 0, 4_356)),
    ("hours_per_week", Domain::Covariate(4, 1, 99)),
    ("native_country", Domain::Unused),
    ("income", Domain::Label),
];

/// Name, number of rows, the two labels, and whether the first line is a remark ("|1x3 Cross validator").
const FILES: [(&str, usize, [&str; 2], bool); 2] =
    [("adult.data", 32_561, ["<=50K", ">50K"], false), ("adult.test", 16_281, ["<=50K.", ">50K."], true)];

type Contents = (Vec<Group>, [BTreeMap<String, u32>; 3]);

pub(super) fn directory(directory: &Path) -> Result<Contents, DataError> {
    let mut groups = BTreeMap::new();
    let mut categories: [BTreeMap<String, u32>; 3] = Default::default();
    for (name, expected, labels, remark) in FILES {
        let file = directory.join(name);
        let read_error = |source| DataError::Read { file: file.clone(), source };
        let bytes = std::fs::read(&file).map_err(read_error)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .quoting(false)
            .trim(csv::Trim::All)
            .from_reader(bytes.as_slice());
        let mut found = 0;
        for (index, record) in reader.byte_records().enumerate() {
            let record = record.map_err(|error| read_error(error.into()))?;
            if remark && index == 0 && record.len() == 1 && record[0].starts_with(b"|") {
                continue;
            }
            let row = row(&record, labels).map_err(|(column, problem)| DataError::Field {
                file: file.clone(),
                line: line(&bytes, record.position().map_or(0, |position| position.byte() as usize)),
                column,
                problem,
            })?;
            *groups.entry((row.covariates, row.over_50k)).or_default() += 1;
            for (counts, category) in categories.iter_mut().zip(row.categories) {
                *counts.entry(category).or_default() += 1;
            }
            found += 1;
        }
        if found != expected {
            return Err(DataError::Rows { file, found, expected });
        }
    }
    let group = |((covariates, over_50k), count)| Group { covariates, over_50k, count };
    Ok((groups.into_iter().map(group).collect(), categories))
}

#[derive(Default)]
struct Row {
    covariates: [u32; 5],
    categories: [String; 3],
    over_50k: bool,
}

/// The row of a record, or the column that is wrong and the problem with it.
fn row(record: &csv::ByteRecord, labels: [&str; 2]) -> Result<Row, (&'static str, String)> {
    let mut row = Row::default();
    for (index, (name, domain)) in COLUMNS.iter().enumerate() {
        let problem = |text: String| (*name, text);
        let field = record.get(index).ok_or_else(|| problem(format!("missing: {} columns of 15", record.len())))?;
        let field = std::str::from_utf8(field).map_err(|_| problem("not UTF-8".to_owned()))?;
        match *domain {
            Domain::Covariate(j, low, high) => {
                let value = field.parse().ok().filter(|value| (low..=high).contains(value));
                row.covariates[j] =
                    value.ok_or_else(|| problem(format!("'{field}' is not a whole number from {low} to {high}")))?;
            }
            Domain::Category(column) if Table::embedded().counts(column).contains_key(field) => {
                row.categories[column as usize] = field.to_owned();
            }
            Domain::Category(_) => return Err(problem(format!("'{field}' is not a known category"))),
            Domain::Label if labels.contains(&field) => row.over_50k = field == labels[1],
            Domain::Label => return Err(problem(format!("'{field}' is neither '{}' nor '{}'", labels[0], labels[1]))),
            Domain::Unused if field.is_empty() => return Err(problem("empty".to_owned())),
            Domain::Unused => {}
        }
    }
    if record.len() > COLUMNS.len() {
        return Err(("income", format!("followed by more: {} columns where 15 are expected", record.len())));
    }
    Ok(row)
}

/// Line, from 1, of the record whose position is `byte`; the reader counts blank lines before a record as part of it.
fn line(bytes: &[u8], byte: usize) -> usize {
    let blank = bytes[byte..].iter().take_while(|b| b"\r\n".contains(b)).count();
    1 + bytes[..byte + blank].iter().filter(|&&b| b == b'\n').count()
}
