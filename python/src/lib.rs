//! The native part of the Python package: each function takes plain arguments, asks the library, and gives its document.
//!
//! Arguments are checked in Python (`_check.py`) as far as their kind goes, and by the library as far as their values go.

mod answer;
mod claims;
mod closed_form;
mod data;
mod network;
mod run;
mod setting;
mod simulated;
mod table;

use pyo3::prelude::*;

/// The module `goldenweight._native`.
#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MODELS", goldenweight::catalogue::ALL.map(|model| model.name))?;
    module.add("ADULT", goldenweight::adult::COVARIATES)?;
    module.add_class::<answer::Answer>()?;
    module.add_class::<setting::Setting>()?;
    module.add_function(wrap_pyfunction!(closed_form::weight, module)?)?;
    module.add_function(wrap_pyfunction!(closed_form::risk, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::simulate, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::optimize, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::simulated, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::z_of, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::quantile, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::optimal_weight, module)?)?;
    module.add_function(wrap_pyfunction!(simulated::short, module)?)?;
    module.add_function(wrap_pyfunction!(table::advise, module)?)?;
    module.add_function(wrap_pyfunction!(table::audit, module)?)?;
    module.add_function(wrap_pyfunction!(data::adult, module)?)?;
    module.add_function(wrap_pyfunction!(network::network, module)?)?;
    module.add_function(wrap_pyfunction!(claims::verify, module)?)?;
    Ok(())
}
