//! `weight` and `risk`.

use goldenweight::{answer::closed_form, experiment::Problem, prediction::Order, simulate::engine::ScheduleKind};
use pyo3::prelude::*;

use crate::{
    answer::{Answer, raised, refused},
    setting::{Setting, one_of},
};

/// The optimal weight.
#[pyfunction]
pub fn weight(py: Python<'_>, setting: &Setting, order: Option<&str>, generations: Option<u64>) -> PyResult<Answer> {
    let order = order.map(order_named).transpose()?;
    let document = py.detach(|| closed_form::weight(&setting.problem, order, generations));
    document.map(Answer::of).map_err(raised)
}

/// The risk at weights.
#[pyfunction]
pub fn risk(
    py: Python<'_>,
    setting: &Setting,
    weights: Option<Vec<f64>>,
    schedule: &str,
    order: Option<&str>,
    generations: Option<u64>,
    burn_in: Option<u64>,
) -> PyResult<Answer> {
    let (order, schedule) = (order.map(order_named).transpose()?, schedule_named(schedule)?);
    let weights = weights_of(&setting.problem, weights, schedule)?;
    let document = py.detach(|| closed_form::risk(&setting.problem, schedule, &weights, order, (generations, burn_in)));
    let document = document.map_err(raised)?;
    let remarks = document.remarks();
    Ok(Answer::with(document, remarks))
}

/// The weights, each in range and given once; none, once, where the schedule takes none.
pub fn weights_of(problem: &Problem, weights: Option<Vec<f64>>, schedule: ScheduleKind) -> PyResult<Vec<Option<f64>>> {
    schedule.weights(problem, weights.as_deref().unwrap_or_default()).map_err(|error| refused(&error))
}

fn order_named(word: &str) -> PyResult<Order> {
    let known = Order::ALL.into_iter().find(|order| order.word() == word);
    known.ok_or_else(|| one_of("order", word, Order::ALL.map(Order::word)))
}

/// The schedule of this name.
pub fn schedule_named(word: &str) -> PyResult<ScheduleKind> {
    let known = ScheduleKind::ALL.into_iter().find(|schedule| schedule.name() == word);
    known.ok_or_else(|| one_of("schedule", word, ScheduleKind::ALL.map(ScheduleKind::name)))
}
