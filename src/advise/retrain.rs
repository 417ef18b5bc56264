//! Retraining on rows that are resampled from the table.

use nalgebra::DMatrix;

use super::design::Design;
use super::matrix::at;
use super::regression::{Fitted, Link};
use super::{AdviseError, Loss};
use crate::experiment::Rows;
use crate::simulate::engine::ScheduleKind;
use crate::simulate::glm::Family;
use crate::simulate::logistic::Bernoulli;
use crate::simulate::poisson::Counts;
use crate::simulate::resampled::{FromSample, Normal, Resampled, Sample, resampled};
use crate::simulate::{Setting, Simulator};
use crate::table::Table;

/// The regression on a table, to be retrained on so many of its rows, drawn with replacement. In linear regression synthetic responses have the variance s^2 of
/// the fit on the whole table; the responses are divided by s, so that it is 1.
pub(super) fn simulator(
    table: &Table,
    link: Link,
    loss: Loss,
    rows: Rows,
    schedule: ScheduleKind,
) -> Result<Box<dyn Simulator>, AdviseError> {
    let design = Design::new(table)?;
    let Fitted { beta, metric, dispersion } = Fitted::new(&design, link, loss)?;
    let (p, scale) = (design.coefficients(), dispersion.sqrt());
    let mut covariates = vec![0.0; p * design.rows()];
    covariates.chunks_exact_mut(p).enumerate().for_each(|(row, x)| design.fill(row, x));
    let responses = (0..design.rows()).map(|row| design.response(row) / scale).collect();
    let sample = Sample { covariates, responses };
    let truth = beta.iter().map(|b| b / scale).collect();
    // Of errors that are divided by s; the deviance's has the factor 1/s^2.
    let unit = if loss == Loss::Deviance { 1.0 } else { dispersion };
    let metric = DMatrix::from_fn(p, p, |i, j| unit * metric[at(i, j)]);
    Ok(match link {
        Link::Linear => under(schedule, resampled::<Normal>(sample, truth, metric, rows)),
        Link::Logistic => under(schedule, resampled::<Bernoulli>(sample, truth, metric, rows)),
        Link::Poisson => under(schedule, resampled::<Counts>(sample, truth, metric, rows)),
    })
}

/// The model that a schedule needs: one of single rows where it draws them.
fn under<F: Family + 'static>(
    schedule: ScheduleKind,
    setting: Setting<Resampled<F>, FromSample>,
) -> Box<dyn Simulator> {
    match schedule {
        ScheduleKind::Subsample => Box::new(setting.subsampled()),
        ScheduleKind::Fresh | ScheduleKind::Fixed | ScheduleKind::Accumulate => Box::new(setting),
    }
}
