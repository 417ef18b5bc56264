//! The distribution function of one variable.

use goldenweight_recursion::models::{cdf::Cdf, subsampled::Subsampled};
use goldenweight_theory::{cdf, parameters::ParameterError};

use super::{Entry, Truth};
use crate::{
    experiment::Rows,
    prediction::{Law, Prediction, sizes},
    simulate::{Setting, Simulator, dispatch::SimulatorKind, engine::ScheduleKind},
};

/// Distribution function.
pub static CDF: Entry = Entry {
    name: "cdf",
    rows: "rows U(0, 1) (the loss is the same for every continuous law); the empirical distribution function",
    loss: "integral of its squared error",
    loss_name: "∫(F − F₀)² dF₀",
    takes: &[],
    fast: SimulatorKind::Rows,
    coupled: SimulatorKind::Rows,
    loss_index: 0,
    effort: |rows, _| 15 * rows,
    truth: |_| Ok(Box::new(Uniform)),
};

#[derive(Debug)]
struct Uniform;

impl Truth for Uniform {
    fn dim(&self) -> usize {
        1
    }

    fn simulator(&self, kind: SimulatorKind, rows: Rows) -> Option<Box<dyn Simulator>> {
        (kind == SimulatorKind::Rows).then(|| Box::new(Setting::of(Cdf::default(), rows)) as Box<dyn Simulator>)
    }

    fn subsampled(&self, rows: Rows) -> Box<dyn Simulator> {
        Box::new(Setting::of(Subsampled { model: Cdf::default(), rows: rows.real }, rows))
    }

    fn prediction(&self, rows: Rows, schedule: ScheduleKind) -> Result<Option<Prediction>, ParameterError> {
        if schedule == ScheduleKind::Subsample {
            return Prediction::of(Law::subsampled(1.0 / 6.0, false, rows)?, rows).map(Some);
        }
        let law = Law::Scalar(cdf::law(sizes(rows)?));
        law.under(schedule, rows)?.map(|law| Prediction::of(law, rows)).transpose()
    }
}
