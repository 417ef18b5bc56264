//! Mean, covariance and variance of a Gaussian.

use goldenweight_recursion::{
    coordinates::Coordinates,
    models::{
        gaussian::{GaussianRows, GaussianSufficient},
        subsampled::Subsampled,
    },
};
use goldenweight_theory::{maximum_likelihood::MaximumLikelihood, parameters::ParameterError};
use nalgebra::DMatrix;

use super::{Entry, Truth};
use crate::{
    experiment::{Divisor, InputError, Parameters, Problem, Rows, digits, matrix},
    prediction::{Estimand, Law, Prediction, sizes},
    simulate::{
        Setting, Simulator,
        dispatch::SimulatorKind::{self, Sufficient},
        engine::ScheduleKind,
    },
};

/// Mean of a Gaussian whose covariance is re-estimated too.
pub static GAUSSIAN_MEAN: Entry = MEAN;

const MEAN: Entry = Entry {
    name: "gaussian-mean",
    rows: "rows N(0, Sigma); fits mean and covariance",
    loss: "squared error of the mean, |mean|^2",
    loss_name: "squared error of the mean",
    takes: &["sigma", "divisor"],
    fast: Sufficient,
    coupled: Sufficient,
    loss_index: 0,
    effort: |_, _| 400,
    truth: |parameters| truth(parameters, Estimand::Mean),
};

/// Covariance of a Gaussian.
pub static GAUSSIAN_COVARIANCE: Entry = Entry {
    name: "gaussian-covariance",
    rows: "the same rows and fits",
    loss: "squared error of the covariance, summed over its entries",
    loss_name: "squared error of the covariance",
    loss_index: 1,
    truth: |parameters| truth(parameters, Estimand::Covariance),
    ..MEAN
};

/// Variance of a Gaussian: its covariance in one dimension.
pub static GAUSSIAN_VARIANCE: Entry = Entry {
    name: "gaussian-variance",
    rows: "the same in one dimension",
    loss: "squared error of the variance",
    loss_name: "squared error of the variance",
    loss_index: 1,
    truth: |parameters| {
        let truth = gaussian(&Parameters { dim: Some(1), ..parameters.clone() }, Estimand::Covariance)?;
        if truth.sigma.nrows() > 1 {
            let condition = "must be one variance for gaussian-variance";
            return Err(InputError::new("sigma", matrix(&truth.sigma), condition));
        }
        Ok(Box::new(truth))
    },
    ..MEAN
};

#[derive(Clone, Debug)]
struct Gaussian {
    sigma: DMatrix<f64>,
    divisor: Divisor,
    estimand: Estimand,
}

fn truth(parameters: &Parameters, estimand: Estimand) -> Result<Box<dyn Truth>, InputError> {
    Ok(Box::new(gaussian(parameters, estimand)?))
}

fn gaussian(parameters: &Parameters, estimand: Estimand) -> Result<Gaussian, InputError> {
    let dim = parameters.dim.unwrap_or(2) as usize;
    let sigma = parameters.sigma.clone().unwrap_or_else(|| DMatrix::identity(dim, dim));
    covariance("sigma", &sigma, parameters)?;
    Ok(Gaussian { sigma, divisor: parameters.divisor.unwrap_or(Divisor::Unbiased), estimand })
}

/// Largest number that a truth may have: far from where its square, or the inverse of that, is no float.
pub const LARGEST: f64 = 1e100;

/// Finds out whether a matrix is a covariance, and gives its coordinates, see [`Coordinates`].
///
/// # Errors
/// Where it is not symmetric and positive definite, or its variances are out of range.
pub fn covariance(field: &str, given: &DMatrix<f64>, parameters: &Parameters) -> Result<Coordinates, InputError> {
    let refuse = |condition: &str| {
        let value = parameters.given().find(|(name, _)| *name == field).map(|(_, value)| value);
        InputError::new(field, value.unwrap_or_default(), condition)
    };
    if !(1..=Problem::MAX_DIM).contains(&(given.nrows() as u64)) {
        return Err(refuse(&format!("must have from 1 to {} rows", Problem::MAX_DIM)));
    }
    if !given.is_square() {
        return Err(refuse("must have as many rows as columns"));
    }
    if !given.iter().all(|x| x.is_finite()) {
        return Err(refuse("must be finite"));
    }
    let moderate = |x: f64| (1.0 / LARGEST..=LARGEST).contains(&x);
    if !given.diagonal().iter().all(|&x| x <= 0.0 || moderate(x)) || given.amax() > LARGEST {
        return Err(refuse("must have variances from 1e-100 to 1e100"));
    }
    let mut above = (0..given.ncols()).flat_map(|j| (0..j).map(move |i| (i, j)));
    if let Some((i, j)) = above.find(|&(i, j)| given[(i, j)] != given[(j, i)]) {
        let (row, column, one, other) = (i + 1, j + 1, digits(given[(i, j)]), digits(given[(j, i)]));
        return Err(refuse(&format!(
            "must be symmetric: row {row}, column {column} has {one}, row {column}, column {row} has {other}"
        )));
    }
    Coordinates::new(given).ok_or_else(|| refuse("must be positive definite"))
}

impl Truth for Gaussian {
    fn dim(&self) -> usize {
        self.sigma.nrows()
    }

    fn fewest_rows(&self) -> u64 {
        match self.divisor {
            Divisor::Unbiased => 2,
            Divisor::MaximumLikelihood => 1,
        }
    }

    fn simulator(&self, kind: SimulatorKind, rows: Rows) -> Option<Box<dyn Simulator>> {
        let Self { sigma, divisor, .. } = self.clone();
        Some(match kind {
            SimulatorKind::Rows => Box::new(Setting::of(GaussianRows::new(sigma).with_divisor(divisor), rows)),
            Sufficient => Box::new(Setting::of(GaussianSufficient::new(sigma).with_divisor(divisor), rows)),
        })
    }

    fn subsampled(&self, rows: Rows) -> Box<dyn Simulator> {
        let model = GaussianRows::new(self.sigma.clone()).with_divisor(self.divisor);
        Box::new(Setting::of(Subsampled { model, rows: rows.real }, rows))
    }

    fn prediction(&self, rows: Rows, schedule: ScheduleKind) -> Result<Option<Prediction>, ParameterError> {
        let Self { sigma, divisor, estimand } = self;
        if schedule == ScheduleKind::Subsample {
            let is_unbiased = *divisor == Divisor::Unbiased;
            let law = match estimand {
                Estimand::Mean => Law::subsampled(sigma.trace(), is_unbiased, rows)?,
                Estimand::Covariance => Law::subsampled_covariance(sigma, is_unbiased, rows)?,
            };
            return Prediction::of(law, rows).map(Some);
        }
        let law = match (divisor, estimand) {
            (Divisor::Unbiased, Estimand::Mean) => Law::gaussian_mean(sigma, rows)?,
            (Divisor::Unbiased, Estimand::Covariance) => Law::gaussian_covariance(sigma, rows)?,
            (Divisor::MaximumLikelihood, _) => {
                let law = MaximumLikelihood::new(sigma.trace(), sigma.norm_squared(), sizes(rows)?);
                Law::MaximumLikelihood(law, *estimand)
            }
        };
        law.under(schedule, rows)?.map(|law| Prediction::of(law, rows)).transpose()
    }
}
