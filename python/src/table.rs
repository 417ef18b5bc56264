//! `advise`: a table in memory.

use goldenweight::{
    advise::{Family, Loss},
    answer::advise::{Question, Simulated},
    experiment::InputError,
    table::{Missing, Table, Values},
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

/// What the theory says for a table.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "as many as the command line has options")]
pub fn advise(
    py: Python<'_>,
    names: Vec<String>,
    columns: Vec<Columns<'_>>,
    target: Option<String>,
    family: &str,
    synthetic: u64,
    loss: &str,
    missing: &str,
    simulate: Option<u64>,
    schedule: &str,
    seed: u64,
    threads: Option<u64>,
) -> PyResult<Answer> {
    let family = word("family", family, &Family::ALL, Family::word)?;
    let loss = word("loss", loss, &Loss::ALL, Loss::word)?;
    let missing = word("missing", missing, &Missing::ALL, Missing::word)?;
    let schedule = schedule_named(schedule)?;
    let request = family.request(None, target.clone(), missing).map_err(|error| refused(&error))?;
    let mut values = Vec::new();
    for each in &columns {
        values.extend(each.values()?);
    }
    let simulate = simulate.map(|replicates| Simulated { replicates, schedule, seed });
    let data = "X".to_owned();
    let question = Question { data, target, family, loss, synthetic, simulate };
    let document = run(py, threads, None, |_| {
        let table = Table::of_columns("X", &names, &values, &request);
        let table = table.map_err(|error| InputError::new("X", "", error.place_and_condition()))?;
        Ok(question.answer(&table)?.0)
    })?;
    Ok(Answer::of(document))
}

fn word<T: Copy>(field: &str, word: &str, known: &[T], name: impl Fn(T) -> &'static str) -> PyResult<T> {
    let found = known.iter().copied().find(|each| name(*each) == word);
    found.ok_or_else(|| one_of(field, word, known.iter().map(|each| name(*each))))
}
