//! Tables that ship with the library.

use goldenweight::adult::Table;
use numpy::{PyArray2, PyArrayMethods, ToPyArray};
use pyo3::prelude::*;

/// Each distinct row of the Adult table: the covariates, whether the income is above 50,000 dollars, and the number of times that it occurs.
#[pyfunction]
pub fn adult<'py>(py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let table = Table::embedded();
    let of_group = |group: &goldenweight::adult::Group| {
        let rest = [u32::from(group.over_50k), group.count];
        group.covariates.into_iter().chain(rest).map(f64::from).collect::<Vec<_>>()
    };
    let values: Vec<f64> = table.groups().iter().flat_map(of_group).collect();
    values.to_pyarray(py).reshape([table.groups().len(), goldenweight::adult::COVARIATES.len() + 2])
}
