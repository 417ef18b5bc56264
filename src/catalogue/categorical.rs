//! Probabilities of cells.

use goldenweight_recursion::models::{
    categorical::{CategoricalRows, CategoricalSufficient},
    subsampled::Subsampled,
};
use goldenweight_theory::{categorical, parameters::ParameterError};

use super::{Entry, Truth};
use crate::{
    experiment::{InputError, Rows, digits, list},
    prediction::{Law, Prediction, sizes},
    simulate::{
        Setting, Simulator,
        dispatch::SimulatorKind::{self, Sufficient},
        engine::ScheduleKind,
    },
};

/// Cell probabilities.
pub static CATEGORICAL: Entry = Entry {
    name: "categorical",
    rows: "cells with given probabilities; fits their shares",
    loss: "squared error of the shares, summed over the cells",
    loss_name: "squared error of the shares",
    takes: &["probabilities"],
    fast: Sufficient,
    // Binomial counts take varying numbers of draws, which would uncouple the risks at different weights.
    coupled: SimulatorKind::Rows,
    loss_index: 0,
    effort: |_, _| 400,
    truth: |parameters| {
        let probabilities = parameters.probabilities.clone().unwrap_or(DEFAULT_PROBABILITIES.into());
        Ok(Box::new(Cells { probabilities: cells(probabilities)? }))
    },
};

/// Probabilities of the cells unless they are given.
pub const DEFAULT_PROBABILITIES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

/// How far the sum of the probabilities may be from 1 (they are then divided by their sum).
const SUM_TOLERANCE: f64 = 1e-9;

#[derive(Debug)]
struct Cells {
    probabilities: Vec<f64>,
}

impl Truth for Cells {
    fn dim(&self) -> usize {
        self.probabilities.len()
    }

    fn simulator(&self, kind: SimulatorKind, rows: Rows) -> Option<Box<dyn Simulator>> {
        let probabilities = self.probabilities.clone();
        Some(match kind {
            SimulatorKind::Rows => Box::new(Setting::of(CategoricalRows::new(probabilities), rows)),
            Sufficient => Box::new(Setting::of(CategoricalSufficient::new(probabilities), rows)),
        })
    }

    fn subsampled(&self, rows: Rows) -> Box<dyn Simulator> {
        let model = CategoricalRows::new(self.probabilities.clone());
        Box::new(Setting::of(Subsampled { model, rows: rows.real }, rows))
    }

    fn prediction(&self, rows: Rows, schedule: ScheduleKind) -> Result<Option<Prediction>, ParameterError> {
        if schedule == ScheduleKind::Subsample {
            let noise = categorical::noise(&self.probabilities);
            return Prediction::of(Law::subsampled(noise, false, rows)?, rows).map(Some);
        }
        let law = Law::Scalar(categorical::law(&self.probabilities, sizes(rows)?));
        law.under(schedule, rows)?.map(|law| Prediction::of(law, rows)).transpose()
    }
}

/// Probabilities, divided by their sum.
fn cells(mut p: Vec<f64>) -> Result<Vec<f64>, InputError> {
    let error = |condition: &str| Err(InputError::new("probabilities", list(&p), condition));
    let sum: f64 = p.iter().sum();
    if p.len() < 2 {
        return error("must be at least two numbers");
    }
    // Written so that NaN fails.
    if !p.iter().all(|&x| x > 0.0 && x < 1.0) {
        return error("must each be above 0 and below 1");
    }
    if (sum - 1.0).abs() > SUM_TOLERANCE {
        return error(&format!("must have the sum 1, not {}", digits(sum)));
    }
    p.iter_mut().for_each(|x| *x /= sum);
    Ok(p)
}
