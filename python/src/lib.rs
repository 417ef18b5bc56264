//! The native part of the Python package: each function takes plain arguments, asks the library, and gives its document.
//!
//! Arguments are checked in Python (`_check.py`) as far as their kind goes, and by the library as far as their values go.

mod answer;
mod closed_form;
mod setting;

use pyo3::prelude::*;

/// The module `goldenweight._native`.
#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MODELS", goldenweight::catalogue::ALL.map(|model| model.name))?;
    module.add_class::<answer::Answer>()?;
    module.add_class::<setting::Setting>()?;
    module.add_function(wrap_pyfunction!(closed_form::weight, module)?)?;
    module.add_function(wrap_pyfunction!(closed_form::risk, module)?)?;
    Ok(())
}
