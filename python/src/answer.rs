//! Documents of the library as Python sees them.

use std::fmt::Display;

use goldenweight::{answer::Remarks, answer::Unanswered, experiment::InputError};
use pyo3::{
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
};
use serde::Serialize;

/// A document: its fields, its text, and what is to be said beside it.
///
/// The fields are those of the command line's JSON; both are made by the document's `Serialize`.
#[pyclass(frozen, module = "goldenweight._native")]
pub struct Answer {
    document: Box<dyn Document>,
    remarks: Remarks,
}

/// A document of any type.
trait Document: Send + Sync {
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
    fn text(&self) -> String;
}

impl<T: Serialize + Display + Send + Sync> Document for T {
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(pythonize::pythonize(py, self)?)
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Answer {
    /// Of a document, with nothing beside it.
    pub fn of(document: impl Serialize + Display + Send + Sync + 'static) -> Self {
        Self::with(document, Remarks::default())
    }

    /// Of a document with remarks.
    pub fn with(document: impl Serialize + Display + Send + Sync + 'static, remarks: Remarks) -> Self {
        Self { document: Box::new(document), remarks }
    }
}

#[pymethods]
impl Answer {
    /// The fields, as a dictionary.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.document.fields(py)
    }

    /// The text that the command line prints.
    fn text(&self) -> String {
        self.document.text()
    }

    /// Things to know.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.remarks.notes.clone()
    }

    /// Why it is inconclusive.
    #[getter]
    fn causes(&self) -> Vec<String> {
        self.remarks.causes.clone()
    }
}

/// Bad input is a `ValueError` that names the argument; what nobody knows is a `RuntimeError`.
pub fn raised(unanswered: Unanswered) -> PyErr {
    match unanswered {
        Unanswered::Input(error) => refused(&error),
        Unanswered::Unknown(why) => PyRuntimeError::new_err(why.replace('`', "")),
    }
}

/// A `ValueError`. A table has no value that could be shown but the name of its argument, which is said once.
pub fn refused(error: &InputError) -> PyErr {
    // What is not there has no value.
    let text = error.renamed(str::to_owned).to_string().replacen(" '': ", ": ", 1);
    let table = text.split_once(": ").filter(|(place, _)| place.split_once(' ').is_some_and(|(name, of)| name == of));
    PyValueError::new_err(match table.and_then(|(place, condition)| Some((place.split_once(' ')?.0, condition))) {
        Some((name, condition)) => format!("{name}: {condition}"),
        None => text,
    })
}
