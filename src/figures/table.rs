//! The numbers of a picture, as a CSV file. Its header says what they are and how they were made.

use std::fmt::Write as _;

/// First line of every file; the version of the program follows.
const MARK: &str = "goldenweight";

/// A column: its name and what its numbers are, with their unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name, as in the first row of the CSV.
    pub name: String,
    /// Meaning and unit.
    pub meaning: String,
}

/// Named columns of numbers with facts about them. A missing number is NaN, and an empty field of the CSV.
///
/// # Examples
/// ```
/// use goldenweight::figures::table::Table;
///
/// let mut table = Table::new(&[("n", "real rows"), ("risk", "squared error")]);
/// table.push(vec![10.0, 0.1]);
/// table.push(vec![20.0, 0.05]);
/// assert_eq!(table.points("n", "risk"), [(10.0, 0.1), (20.0, 0.05)]);
/// let read = Table::from_csv(&table.to_csv()).expect("what was written");
/// assert_eq!(read.column("risk"), [0.1, 0.05]);
/// ```
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    facts: Vec<(String, String)>,
    columns: Vec<Column>,
    rows: Vec<Vec<f64>>,
}

/// Why a text is no table of this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a table of goldenweight: {0}")]
pub struct TableError(String);

impl Table {
    /// Columns by name and meaning, without rows.
    #[must_use]
    pub fn new(columns: &[(&str, &str)]) -> Self {
        let column = |(name, meaning): &(&str, &str)| Column { name: (*name).into(), meaning: (*meaning).into() };
        Self { columns: columns.iter().map(column).collect(), ..Self::default() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// Where it has not one number for each column.
    pub fn push(&mut self, row: Vec<f64>) {
        assert_eq!(row.len(), self.columns.len(), "a number for each column");
        self.rows.push(row);
    }

    /// Adds a column to the right.
    ///
    /// # Panics
    /// Where it has not one number for each row.
    pub fn add_column(&mut self, name: &str, meaning: &str, values: impl IntoIterator<Item = f64>) {
        let values: Vec<f64> = values.into_iter().collect();
        assert_eq!(values.len(), self.rows.len(), "a number for each row");
        self.columns.push(Column { name: name.into(), meaning: meaning.into() });
        self.rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
    }

    /// Sets a fact of the header, of one line.
    pub fn set(&mut self, key: &str, value: impl ToString) {
        let value = value.to_string();
        match self.facts.iter_mut().find(|(known, _)| known == key) {
            Some(fact) => fact.1 = value,
            None => self.facts.push((key.to_owned(), value)),
        }
    }

    /// Puts these facts before all others.
    #[must_use]
    pub fn headed(mut self, facts: &[(String, String)]) -> Self {
        self.facts.splice(0..0, facts.iter().cloned());
        self
    }

    /// The value of a fact of the header; none where it is not there.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// A fact that is a number; NaN where it is not there.
    #[must_use]
    pub fn number(&self, key: &str) -> f64 {
        self.fact(key).and_then(|value| value.parse().ok()).unwrap_or(f64::NAN)
    }

    /// Whether there is such a column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The numbers of a column; none where it is not there.
    #[must_use]
    pub fn column(&self, name: &str) -> Vec<f64> {
        let index = self.columns.iter().position(|column| column.name == name);
        index.map_or_else(Vec::new, |i| self.rows.iter().map(|row| row[i]).collect())
    }

    /// Two columns as points.
    #[must_use]
    pub fn points(&self, x: &str, y: &str) -> Vec<(f64, f64)> {
        self.column(x).into_iter().zip(self.column(y)).collect()
    }

    /// The CSV. Comments come first: the facts, then the meaning of every column. The names of the columns and the rows follow. Numbers have enough digits to be
    /// read back to the same bits.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = format!("# {MARK} {}\n", env!("CARGO_PKG_VERSION"));
        let comment = |text: &mut String, key: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# {key}: {}", value.replace(['\n', '\r'], " "));
        };
        self.facts.iter().for_each(|(key, value)| comment(&mut text, key, value));
        comment(&mut text, "rows", &self.rows.len().to_string());
        self.columns.iter().for_each(|c| comment(&mut text, &format!("column {}", c.name), &c.meaning));
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        text += &(names.join(",") + "\n");
        for row in &self.rows {
            let fields: Vec<String> = row.iter().map(|x| if x.is_nan() { String::new() } else { full(*x) }).collect();
            text += &(fields.join(",") + "\n");
        }
        text
    }

    /// Reads what [`Table::to_csv`] wrote.
    ///
    /// # Errors
    /// Says what is wrong: another version of the program, a field that is not a number, a row that is missing.
    pub fn from_csv(text: &str) -> Result<Self, TableError> {
        let error = |what: &str| TableError(what.to_owned());
        let mut comments = text.lines().map_while(|line| line.strip_prefix("# "));
        if comments.next() != Some(&format!("{MARK} {}", env!("CARGO_PKG_VERSION"))) {
            return Err(error("another version"));
        }
        let (mut facts, mut meanings) = (Vec::new(), Vec::new());
        for comment in comments {
            let (key, value) = comment.split_once(": ").ok_or_else(|| error("a comment without a key"))?;
            match key.strip_prefix("column ") {
                Some(name) => meanings.push(Column { name: name.to_owned(), meaning: value.to_owned() }),
                None => facts.push((key.to_owned(), value.to_owned())),
            }
        }
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let names = reader.headers().map_err(|e| TableError(e.to_string()))?.clone();
        if !names.iter().eq(meanings.iter().map(|column| column.name.as_str())) {
            return Err(error("columns without a meaning"));
        }
        let number = |field: &str| {
            let value = if field.is_empty() { Ok(f64::NAN) } else { field.parse::<f64>() };
            value.map_err(|_| error("a field is no number"))
        };
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| TableError(e.to_string()))?;
            rows.push(record.iter().map(number).collect::<Result<Vec<_>, _>>()?);
        }
        let promised = facts.pop().filter(|(key, _)| key == "rows").and_then(|(_, value)| value.parse().ok());
        if promised != Some(rows.len()) {
            return Err(error("rows are missing"));
        }
        Ok(Self { facts, columns: meanings, rows })
    }
}

/// The shortest digits that are read back as the same number, with an exponent where they would have many zeros.
fn full(x: f64) -> String {
    if x == 0.0 || (1e-4..1e12).contains(&x.abs()) { x.to_string() } else { format!("{x:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[("w", "weight on the real rows"), ("risk", "expected squared error")]);
        table.set("seed", 7);
        table.push(vec![0.1 + 0.2, 1e-9]);
        table.push(vec![-0.0, f64::INFINITY]);
        table.push(vec![1.0, f64::NAN]);
        table
    }

    #[test]
    fn a_table_reads_back() {
        let csv = table().to_csv();
        let back = Table::from_csv(&csv).unwrap();
        assert_eq!(back.to_csv(), csv);
        assert_eq!((back.number("seed"), back.column("w")[0]), (7.0, 0.1 + 0.2));
        assert!(back.column("risk")[1].is_infinite() && back.column("risk")[2].is_nan());
    }

    #[test]
    fn what_is_no_table_says_so() {
        let csv = table().to_csv();
        let truncated = csv.trim_end().rsplit_once('\n').unwrap().0.to_owned();
        let other = csv.replace(env!("CARGO_PKG_VERSION"), "0.0.0");
        for broken in [truncated, other, csv.replace("1e-9", "one"), csv.replace("# seed: 7", "# seed"), String::new()]
        {
            assert!(Table::from_csv(&broken).is_err(), "{broken}");
        }
    }
}
