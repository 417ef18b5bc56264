//! Tables of a user: CSV files with a line of names, read twice and in bounded memory.
//!
//! RFC 4180: commas, quoted fields, line ends CR LF; LF, CR and a byte order mark are taken too. Blanks around a field do not count. A column all of whose
//! fields are numbers is a column of numbers, any other one of texts. The first reading finds out which is which, the second keeps the columns that are
//! asked for, a number for each field. Every fault names the file, and where there is one the line and the column.

mod read;

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use crate::experiment::{excerpt, one_line};

/// Most fields that are kept, rows times columns: 1 GiB of numbers.
pub const MAX_FIELDS: u64 = 1 << 27;

/// Most levels of a column of texts.
pub const MAX_LEVELS: usize = 1_000;

/// How a missing value is written, in lower case. A field in quotes is no different.
pub const MISSING: [&str; 6] = ["", "na", "n/a", "nan", "null", "?"];

/// What is done with missing values.
///
/// # Examples
/// ```
/// use goldenweight::table::Missing;
/// assert_eq!(Missing::ALL.map(Missing::word), ["drop", "refuse", "level"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// A missing value in a column that is asked for is a fault.
    #[default]
    Refuse,
    /// Rows with a missing value in a column that is asked for are left out.
    Drop,
    /// In a column of texts it is a level of its own; in one of numbers a fault.
    Level,
}

impl Missing {
    /// Every one, in the order of the help.
    pub const ALL: [Self; 3] = [Self::Drop, Self::Refuse, Self::Level];

    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Drop => "drop",
            Self::Level => "level",
        }
    }
}

/// What a target column may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// Any numbers.
    Number,
    /// 0 and 1; or two texts, of which the later one by name counts as 1.
    Binary,
    /// Whole numbers from 0.
    Count,
}

/// As what the columns that are not the target are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Numbers where every field is one, else levels.
    Either,
    /// Numbers; texts are a fault.
    Numbers,
    /// Levels, of numbers too.
    Levels,
}

/// What is asked for of a file.
///
/// # Examples
/// see [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The columns, in this order; all but the target where there are none.
    pub columns: Option<Vec<String>>,
    /// The response, which becomes the last column.
    pub target: Option<(String, Response)>,
    /// As what the columns are read.
    pub form: Form,
    /// Columns that are read as levels in any case, such as codes that are numbers. Names that the file has not are left alone.
    pub levels: Vec<String>,
    /// What is done with missing values.
    pub missing: Missing,
}

impl Request {
    /// All columns but the target, which is of this kind; a missing value is a fault.
    #[must_use]
    pub fn regression(target: &str, response: Response) -> Self {
        let target = Some((target.to_owned(), response));
        Self { columns: None, target, form: Form::Either, levels: Vec::new(), missing: Missing::Refuse }
    }
}

/// What is wrong with a file.
///
/// # Examples
/// see [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// Path of the file.
    pub file: PathBuf,
    /// Line of the file, from 1.
    pub line: Option<u64>,
    /// Name of the column, or its number where it has none.
    pub column: Option<String>,
    /// The condition that is broken.
    pub condition: String,
}

impl TableError {
    /// What is wrong without the file: where it is, and the condition.
    #[must_use]
    pub fn place_and_condition(&self) -> String {
        let line = self.line.map(|line| format!("line {line}"));
        let column = self.column.as_ref().map(|column| format!("column {column}"));
        let place: Vec<String> = line.into_iter().chain(column).collect();
        if place.is_empty() { self.condition.clone() } else { format!("{}: {}", place.join(", "), self.condition) }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.line.is_some() || self.column.is_some() { ", " } else { ": " };
        write!(f, "{}{between}{}", self.file.display(), self.place_and_condition())
    }
}

impl std::error::Error for TableError {}

/// A column in memory.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// Numbers that stand in a larger array: at `start`, and then at each `stride`-th place.
    Numbers {
        /// The array.
        values: &'a [f64],
        /// Place of the first.
        start: usize,
        /// From one to the next, from 1.
        stride: usize,
    },
    /// Texts.
    Texts {
        /// Of each row the place of its text among the levels; where it is missing, any other number.
        places: &'a [i64],
        /// The different texts.
        levels: Vec<String>,
    },
}

impl Values<'_> {
    /// Number of rows.
    fn len(&self) -> usize {
        match self {
            Self::Numbers { values, start, stride } => values.len().saturating_sub(*start).div_ceil(*stride),
            Self::Texts { places, .. } => places.len(),
        }
    }

    /// The number of a row; not a number in a column of texts.
    fn number(&self, row: usize) -> f64 {
        match self {
            Self::Numbers { values, start, stride } => values[start + row * stride],
            Self::Texts { .. } => f64::NAN,
        }
    }

    /// The text of a row; empty where it is missing, and in a column of numbers.
    fn text(&self, row: usize) -> &str {
        match self {
            Self::Numbers { .. } => "",
            Self::Texts { places, levels } => {
                usize::try_from(places[row]).ok().and_then(|place| levels.get(place)).map_or("", String::as_str)
            }
        }
    }

    fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers { .. } => self.number(row).is_nan(),
            Self::Texts { .. } => read::is_missing(self.text(row)),
        }
    }
}

/// A value of a column of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// The text; empty where it is missing.
    pub name: String,
    /// How many rows have it.
    pub count: u64,
}

impl Level {
    /// In a sentence.
    pub(crate) fn shown(&self) -> String {
        if self.name.is_empty() { "a missing value".to_owned() } else { format!("the level {}", excerpt(&self.name)) }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// None of a column of numbers. Of one of texts first the most frequent, of several the first by name; then the others by name.
    pub levels: Vec<Level>,
}

/// The rows of a file, in the columns that were asked for.
///
/// # Examples
/// ```
/// use std::io::Cursor;
/// use goldenweight::table::{Request, Response, Table};
///
/// let file = "age,city,income\r\n31,\"Ghent, East\",0\r\n40,Liège,1\r\n27,Liège,1\r\n";
/// let table = Table::from_reader("people.csv".as_ref(), &mut Cursor::new(file), &Request::regression("income", Response::Binary))?;
/// assert_eq!((table.rows(), table.columns()[1].levels[0].name.as_str()), (3, "Liège"));
/// // Numbers as they are, of a level its place among the levels; the target last.
/// assert_eq!(table.row(0), [31.0, 1.0, 0.0]);
///
/// let error = Table::from_reader("people.csv".as_ref(), &mut Cursor::new("age,income\n31,2\n40,1\n"), &Request::regression("income", Response::Binary));
/// assert_eq!(error.unwrap_err().to_string(), "people.csv, line 2, column income: must be 0 or 1, or one of two texts, and is 2");
/// # Ok::<(), goldenweight::table::TableError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    values: Vec<f64>,
    dropped: Vec<u64>,
    warnings: Vec<String>,
    /// The file that it was read from.
    file: Option<PathBuf>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn read(path: &Path, request: &Request) -> Result<Self, TableError> {
        let fault = |condition| TableError { file: path.to_owned(), line: None, column: None, condition };
        let mut file = File::open(path).map_err(|error| fault(format!("cannot be read: {error}")))?;
        if !file.metadata().is_ok_and(|known| known.is_file()) {
            return Err(fault("must be a file: it is read twice".to_owned()));
        }
        Ok(Self { file: Some(path.to_owned()), ..Self::from_reader(path, &mut file, request)? })
    }

    /// Reads what has the contents of a file, under this name.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn from_reader(name: &Path, source: &mut (impl Read + Seek), request: &Request) -> Result<Self, TableError> {
        let found = read::table(source, request);
        Self::told(found, |read::Fault { byte, column, condition }| {
            let line = byte.and_then(|byte| read::line(source, byte).ok());
            let (column, condition) = (column.map(one_line), one_line(condition));
            TableError { file: name.to_owned(), line, column, condition }
        })
    }

    /// Faults with their places, and what is doubtful as warnings.
    fn told(
        found: Result<(Self, Vec<read::Fault>), read::Fault>,
        mut tell: impl FnMut(read::Fault) -> TableError,
    ) -> Result<Self, TableError> {
        match found {
            Ok((table, doubts)) => {
                let warnings = doubts.into_iter().map(|doubt| tell(doubt).place_and_condition()).collect();
                Ok(Self { warnings, ..table })
            }
            Err(fault) => Err(tell(fault)),
        }
    }

    /// Columns in memory, under these names: the table that a file with the same values would give. A missing number is not a number, a missing text has no place.
    ///
    /// # Errors
    /// Says what is wrong, and in which column and row; `name` is that of the table.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::table::{Request, Response, Table, Values};
    ///
    /// let rows = [31.0, 0.0, 40.0, 1.0, 27.0, 1.0];
    /// let columns = [
    ///     Values::Numbers { values: &rows, start: 0, stride: 2 },
    ///     Values::Texts { places: &[0, 1, 1], levels: vec!["Ghent".to_owned(), "Liège".to_owned()] },
    ///     Values::Numbers { values: &rows, start: 1, stride: 2 },
    /// ];
    /// let names = ["age", "city", "income"].map(str::to_owned);
    /// let table = Table::of_columns("people", &names, &columns, &Request::regression("income", Response::Binary))?;
    /// assert_eq!(table.row(0), [31.0, 1.0, 0.0]);
    /// # Ok::<(), goldenweight::table::TableError>(())
    /// ```
    pub fn of_columns(
        name: &str,
        names: &[String],
        columns: &[Values<'_>],
        request: &Request,
    ) -> Result<Self, TableError> {
        Self::told(read::of_columns(columns, names, request), |read::Fault { column, condition, .. }| {
            let (column, condition) = (column.map(one_line), one_line(condition));
            TableError { file: name.into(), line: None, column, condition }
        })
    }

    /// With the columns in the order of another table's, and its places of levels.
    ///
    /// # Errors
    /// The column that is in one table only, or is of another kind, or has a level that the other table lacks; and the condition.
    pub(crate) fn like(self, other: &Self) -> Result<Self, (String, String)> {
        let extra = self.columns.iter().find(|column| other.columns.iter().all(|known| known.name != column.name));
        if let Some(extra) = extra {
            return Err((extra.name.clone(), "is not in the real table; say which columns are meant".to_owned()));
        }
        let (mut columns, mut sources) = (Vec::new(), Vec::new());
        for theirs in &other.columns {
            let fault = |condition: String| Err((theirs.name.clone(), condition));
            let Some(index) = self.columns.iter().position(|column| column.name == theirs.name) else {
                return fault("is in the real table, and is missing here".to_owned());
            };
            let own = &self.columns[index];
            match (own.levels.is_empty(), theirs.levels.is_empty()) {
                (true, false) => return fault("has numbers, and the real table has texts".to_owned()),
                (false, true) => return fault("has texts, and the real table has numbers".to_owned()),
                _ => {}
            }
            let mut levels: Vec<Level> =
                theirs.levels.iter().map(|level| Level { count: 0, ..level.clone() }).collect();
            let mut places = Vec::with_capacity(own.levels.len());
            for (old, level) in own.levels.iter().enumerate() {
                let Some(place) = theirs.levels.iter().position(|known| known.name == level.name) else {
                    let row = (0..self.rows()).find(|&row| self.row(row)[index] == old as f64).unwrap_or_default();
                    return fault(format!("has {} ({}), which the real table lacks", level.shown(), self.place(row)));
                };
                levels[place].count = level.count;
                places.push(place as f64);
            }
            columns.push(Column { name: own.name.clone(), levels });
            sources.push((index, places));
        }
        let width = self.columns.len();
        let mut values = Vec::with_capacity(self.values.len());
        for row in self.values.chunks_exact(width) {
            values.extend(sources.iter().map(|(index, places)| {
                let value = row[*index];
                if places.is_empty() { value } else { places[value as usize] }
            }));
        }
        Ok(Self { columns, values, dropped: self.dropped, warnings: self.warnings, file: self.file })
    }

    /// Columns of numbers, the rows one after another.
    pub(crate) fn of_numbers(names: &[&str], values: Vec<f64>) -> Self {
        let column = |name: &&str| Column { name: (*name).to_owned(), levels: Vec::new() };
        let columns = names.iter().map(column).collect();
        Self { columns, values, dropped: Vec::new(), warnings: Vec::new(), file: None }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns.len()
    }

    /// The rows of the file that were left out for a missing value, from 0.
    #[must_use]
    pub fn dropped(&self) -> &[u64] {
        &self.dropped
    }

    /// Where a row of the table, from 0, stands: its line, if the file can be read once more; else its number among all rows, from 1 and with those that were left out.
    pub(crate) fn place(&self, row: usize) -> String {
        let row = self.dropped.iter().fold(row, |row, dropped| row + usize::from(*dropped <= row as u64)) + 1;
        let line = self.file.as_ref().and_then(|path| read::line_of_record(&mut File::open(path).ok()?, row).ok());
        line.map_or_else(|| format!("row {row}"), |line| format!("line {line}"))
    }

    /// What is doubtful, with line and column: a text in a column of numbers, which makes it one of levels; frequencies of nearly as many levels as rows.
    ///
    /// # Examples
    /// ```
    /// use std::io::Cursor;
    /// use goldenweight::table::{Request, Response, Table};
    ///
    /// let file = "age,income\n31,0\n4O,1\n27,1\n";
    /// let table = Table::from_reader("t.csv".as_ref(), &mut Cursor::new(file), &Request::regression("income", Response::Binary))?;
    /// assert_eq!(table.warnings(), ["line 3, column age: 4O is no number: so the column is read as levels (2 of its 3 levels are numbers)"]);
    /// # Ok::<(), goldenweight::table::TableError>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The columns; the target is the last.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// A row: its numbers, and of levels their places among the column's levels. Of a target of two texts 0 and 1.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f64] {
        let width = self.columns.len();
        &self.values[index * width..(index + 1) * width]
    }
}
