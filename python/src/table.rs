//! `advise` and `audit`: tables in memory.

use goldenweight::{
    advise::{Family, Loss},
    answer::{
        Unanswered,
        advise::{Question, Simulated},
        audit::Question as AuditQuestion,
        fitted::Fitted,
    },
    experiment::InputError,
    simulate::engine,
    table::{Missing, Request, Table, Values},
};
use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::{exceptions::PyValueError, prelude::*};

use crate::{
    answer::{Answer, refused},
    closed_form::schedule_named,
    run::run,
    setting::one_of,
};

/// Columns as Python hands them over. The arrays are read where they lie.
#[derive(FromPyObject)]
pub enum Columns<'py> {
    /// Columns of one array of numbers, in C or in Fortran order.
    Matrix(PyReadonlyArray2<'py, f64>),
    /// One column of numbers.
    Numbers(PyReadonlyArray1<'py, f64>),
    /// One column of texts: places and levels.
    Texts(PyReadonlyArray1<'py, i64>, Vec<String>),
}

impl Columns<'_> {
    fn values(&self) -> PyResult<Vec<Values<'_>>> {
        let contiguous = |_| PyValueError::new_err("X: must be an array without gaps");
        Ok(match self {
            Self::Matrix(array) => {
                let (rows, columns, by_rows) = (array.shape()[0], array.shape()[1], array.is_c_contiguous());
                let values = array.as_slice().map_err(contiguous)?;
                let column = |j| {
                    let (start, stride) = if by_rows { (j, columns) } else { (j * rows, 1) };
                    let end = if by_rows { values.len() } else { start + rows };
                    Values::Numbers { values: &values[..end], start, stride }
                };
                (0..columns).map(column).collect()
            }
            Self::Numbers(array) => {
                vec![Values::Numbers { values: array.as_slice().map_err(contiguous)?, start: 0, stride: 1 }]
            }
            Self::Texts(places, levels) => {
                vec![Values::Texts { places: places.as_slice().map_err(contiguous)?, levels: levels.clone() }]
            }
        })
    }
}

/// A table as Python hands it over: names of the columns, and the columns; and what is asked of it.
type Given<'py> = (Vec<String>, Vec<Columns<'py>>);

/// A table that is read while Python waits.
struct Unread<'a> {
    /// The argument, and that of its response.
    name: &'static str,
    response: &'static str,
    names: Vec<String>,
    values: Vec<Values<'a>>,
}

impl<'a> Unread<'a> {
    fn new([name, response]: [&'static str; 2], (names, columns): &'a Given<'_>) -> PyResult<Self> {
        let mut values = Vec::new();
        for each in columns {
            values.extend(each.values()?);
        }
        Ok(Self { name, response, names: names.clone(), values })
    }

    fn read(&self, request: &Request) -> Result<Table, Unanswered> {
        let table = Table::of_columns(self.name, &self.names, &self.values, request);
        table.map_err(|error| {
            let target = request.target.as_ref().map(|(name, _)| name);
            let name = if target.is_some() && target == error.column.as_ref() { self.response } else { self.name };
            InputError::new(name, name, error.place_and_condition()).into()
        })
    }
}

/// What is fitted, in words: family, target, loss, missing.
type Words<'a> = (&'a str, Option<String>, &'a str, &'a str);

fn fitted((family, target, loss, missing): Words<'_>) -> PyResult<(Request, Fitted)> {
    let family = word("family", family, &Family::ALL, Family::word)?;
    let loss = word("loss", loss, &Loss::ALL, Loss::word)?;
    let missing = word("missing", missing, &Missing::ALL, Missing::word)?;
    let request = family.request(None, target.clone(), missing).map_err(|error| refused(&error))?;
    Ok((request, Fitted { family, target, loss }))
}

/// In the words of Python: fields of the library with the names of the arguments.
fn of_arguments(unanswered: Unanswered, names: &[(&str, &str)]) -> Unanswered {
    let name = |field: &str| names.iter().find(|(of, _)| *of == field).map_or(field, |(_, name)| name).to_owned();
    match unanswered {
        Unanswered::Input(error) => error.renamed(name).into(),
        unknown @ Unanswered::Unknown(_) => unknown,
    }
}

/// What the theory says for a table.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "as many as the command line has options")]
pub fn advise(
    py: Python<'_>,
    table: Given<'_>,
    words: Words<'_>,
    synthetic: u64,
    simulate: Option<u64>,
    schedule: &str,
    seed: u64,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let (request, fitted) = fitted(words)?;
    let schedule = schedule_named(schedule)?;
    let simulate = simulate.map(|replicates| Simulated { replicates, schedule, seed });
    let unread = Unread::new(["X", "y"], &table)?;
    let question = Question { data: "X".to_owned(), fitted, synthetic, simulate };
    let document = run(py, threads, progress, |options: engine::Options<'_>| {
        let table = unread.read(&request)?;
        question.answer(&table, options).map(|(document, _)| document).map_err(|e| of_arguments(e, &[("data", "X")]))
    })?;
    Ok(Answer::of(document))
}

/// What a synthetic table is worth beside a real one.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "as many as the command line has options")]
pub fn audit(
    py: Python<'_>,
    real: Given<'_>,
    synthetic: Given<'_>,
    words: Words<'_>,
    bootstrap: u64,
    regret: f64,
    seed: u64,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let (request, fitted) = fitted(words)?;
    let (real, synthetic) = (Unread::new(["X", "y"], &real)?, Unread::new(["Xs", "ys"], &synthetic)?);
    let [name, made] = [&real, &synthetic].map(|table| table.name.to_owned());
    let question = AuditQuestion { real: name, synthetic: made, fitted, bootstrap, regret, seed };
    let document = run(py, threads, progress, |options: engine::Options<'_>| {
        let (real, synthetic) = (real.read(&request)?, synthetic.read(&request)?);
        question.answer(&real, synthetic, options).map_err(|e| of_arguments(e, &[("real", "X"), ("synthetic", "Xs")]))
    })?;
    let remarks = document.remarks();
    Ok(Answer::with(document, remarks))
}

fn word<T: Copy>(field: &str, word: &str, known: &[T], name: impl Fn(T) -> &'static str) -> PyResult<T> {
    let found = known.iter().copied().find(|each| name(*each) == word);
    found.ok_or_else(|| one_of(field, word, known.iter().map(|each| name(*each))))
}
