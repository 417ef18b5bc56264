//! Linear, logistic and Poisson regression.

use goldenweight_recursion::{
    coordinates::Coordinates,
    models::{
        linear::{LinearRows, LinearSufficient},
        logistic::Logistic,
        poisson::Poisson,
        subsampled::{Rowwise, Subsampled},
    },
};
use goldenweight_theory::{
    design::Design,
    linear, logistic,
    parameters::ParameterError,
    poisson,
    random_design::RandomDesign,
    second_order::{Invariants, SecondOrder},
    subsample,
};
use nalgebra::{DMatrix, DVector};

use super::{
    Entry, Truth,
    gaussian::{LARGEST, covariance},
};
use crate::{
    experiment::{InputError, Parameters, Problem, Rows, digits, list},
    prediction::{Law, Prediction, sizes},
    simulate::{
        Setting, Simulator,
        dispatch::SimulatorKind::{self, Sufficient},
        engine::ScheduleKind,
    },
};

/// Linear regression.
pub static LINEAR: Entry = Entry {
    name: "linear",
    rows: "y = x'beta + noise, no intercept, the noise variance known",
    loss: "|estimate - beta|^2",
    loss_name: "squared error of the coefficients",
    takes: &["beta", "design_covariance", "noise_variance"],
    fast: Sufficient,
    coupled: Sufficient,
    loss_index: 0,
    effort: |_, _| 400,
    truth: |parameters| Ok(Box::new(regression(parameters, Family::Linear)?)),
};

/// Logistic regression.
pub static LOGISTIC: Entry = LABELLED;

const LABELLED: Entry = Entry {
    name: "logistic",
    rows: "P(y = 1) = 1/(1 + exp(-x'beta)), no intercept",
    loss: "|estimate - beta|^2",
    loss_name: "squared error of the coefficients",
    takes: &["beta", "design_covariance"],
    fast: SimulatorKind::Rows,
    coupled: SimulatorKind::Rows,
    loss_index: 0,
    effort: |rows, dim| rows * (12 + 14 * dim),
    truth: |parameters| Ok(Box::new(regression(parameters, Family::Logistic)?)),
};

/// Poisson regression.
pub static POISSON: Entry = Entry {
    name: "poisson",
    rows: "y ~ Poisson(exp(x'beta)), no intercept",
    truth: |parameters| Ok(Box::new(regression(parameters, Family::Poisson)?)),
    ..LABELLED
};

/// Largest standard deviation of the logarithm of a Poisson rate: its information grows like e^(s^2/2), which is 1e222 here.
const MOST_LOG_RATE: f64 = 32.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Linear,
    Logistic,
    Poisson,
}

#[derive(Clone, Debug)]
struct Regression {
    family: Family,
    beta: Vec<f64>,
    noise_variance: f64,
    /// Covariance of the covariates and their coordinates; none for the identity.
    covariates: Option<(DMatrix<f64>, Coordinates)>,
}

fn regression(parameters: &Parameters, family: Family) -> Result<Regression, InputError> {
    let covariates = parameters.design_covariance.as_ref();
    let dim = covariates.map(|omega| omega.nrows() as u64).or(parameters.dim).unwrap_or(2);
    let beta = parameters.beta.clone().unwrap_or_else(|| vec![1.0; dim as usize]);
    if !(1..=Problem::MAX_DIM).contains(&(beta.len() as u64)) {
        let condition = format!("must have from 1 to {} coefficients", Problem::MAX_DIM);
        return Err(InputError::new("beta", list(&beta), condition));
    }
    if !beta.iter().all(|b| b.is_finite()) {
        return Err(InputError::new("beta", list(&beta), "must be finite"));
    }
    let coordinates = covariates.map(|omega| covariance("design_covariance", omega, parameters)).transpose()?;
    let covariates = covariates.cloned().zip(coordinates);
    if let Some((omega, _)) = covariates.as_ref().filter(|(omega, _)| omega.nrows() != beta.len()) {
        let condition =
            format!("must have one coefficient for each of the {} columns of `design_covariance`", omega.nrows());
        return Err(InputError::new("beta", list(&beta), condition));
    }
    let noise_variance = parameters.noise_variance.unwrap_or(1.0);
    // Written so that NaN fails.
    if !(noise_variance > 0.0 && (1.0 / LARGEST..=LARGEST).contains(&noise_variance)) {
        return Err(InputError::new("noise_variance", digits(noise_variance), "must be above 0, from 1e-100 to 1e100"));
    }
    let gamma = match &covariates {
        None => DVector::from_vec(beta.clone()),
        Some((_, coordinates)) => coordinates.standard(&DVector::from_vec(beta.clone())),
    };
    let (largest, condition) = match family {
        Family::Poisson => {
            (MOST_LOG_RATE, "must leave x'beta a standard deviation of at most 32: beyond, rates are no floats")
        }
        Family::Linear | Family::Logistic => (LARGEST, "must leave x'beta a standard deviation of at most 1e100"),
    };
    if !(beta.iter().all(|b| b.abs() <= LARGEST) && gamma.norm() <= largest) {
        return Err(InputError::new("beta", list(&beta), condition));
    }
    Ok(Regression { family, beta, noise_variance, covariates })
}

impl Regression {
    /// Fewest rows: one more than coefficients for a fit on them alone, two more where that must have a finite risk too (linear regression).
    fn fewest(&self) -> usize {
        self.dim() + if self.family == Family::Linear { 2 } else { 1 }
    }
}

impl Truth for Regression {
    fn dim(&self) -> usize {
        self.beta.len()
    }

    fn validate(&self, rows: Rows) -> Result<(), InputError> {
        let p = self.dim();
        if rows.real <= p {
            let condition = format!("must be above `dim` {p}: the fit needs more rows");
            return Err(InputError::new("real", rows.real, condition));
        }
        if rows.real < self.fewest() {
            let condition =
                format!("must be at least {} where `dim` is {p}: with fewer rows the risk is infinite", self.fewest());
            return Err(InputError::new("real", rows.real, condition));
        }
        Ok(())
    }

    /// Without weight on the real rows, the synthetic ones must do.
    fn validate_weight(&self, weight: f64, rows: Rows) -> Result<(), InputError> {
        let (m, p, fewest) = (rows.synthetic, self.dim(), self.fewest());
        if weight == 0.0 && m < fewest {
            let condition = format!("must be at least {fewest} where `weight` is 0 and `dim` {p}");
            return Err(InputError::new("synthetic", m, condition));
        }
        Ok(())
    }

    fn simulator(&self, kind: SimulatorKind, rows: Rows) -> Option<Box<dyn Simulator>> {
        let Self { family, beta, noise_variance, covariates } = self.clone();
        let coordinates = covariates.map(|(_, coordinates)| coordinates);
        Some(match (family, kind, coordinates) {
            (Family::Linear, SimulatorKind::Rows, None) => {
                Box::new(Setting::of(LinearRows::new(beta.len(), noise_variance), rows))
            }
            (Family::Linear, SimulatorKind::Rows, Some(x)) => {
                Box::new(Setting::of(LinearRows::new(beta.len(), noise_variance).with_covariates(x), rows))
            }
            (Family::Linear, Sufficient, None) => {
                Box::new(Setting::of(LinearSufficient::new(beta.len(), noise_variance), rows))
            }
            (Family::Linear, Sufficient, Some(x)) => {
                Box::new(Setting::of(LinearSufficient::new(beta.len(), noise_variance).with_covariates(x), rows))
            }
            (Family::Logistic, SimulatorKind::Rows, None) => Box::new(Setting::of(Logistic::new(beta), rows)),
            (Family::Logistic, SimulatorKind::Rows, Some(x)) => {
                Box::new(Setting::of(Logistic::with_covariates(beta, x), rows))
            }
            (Family::Poisson, SimulatorKind::Rows, None) => Box::new(Setting::of(Poisson::new(beta), rows)),
            (Family::Poisson, SimulatorKind::Rows, Some(x)) => {
                Box::new(Setting::of(Poisson::with_covariates(beta, x), rows))
            }
            (Family::Logistic | Family::Poisson, Sufficient, _) => return None,
        })
    }

    fn subsampled(&self, rows: Rows) -> Box<dyn Simulator> {
        fn drawn<M: Rowwise + Clone + 'static>(model: M, rows: Rows) -> Box<dyn Simulator> {
            Box::new(Setting::of(Subsampled { model, rows: rows.real }, rows))
        }
        let Self { family, beta, noise_variance, covariates } = self.clone();
        let coordinates = covariates.map(|(_, coordinates)| coordinates);
        match (family, coordinates) {
            (Family::Linear, None) => drawn(LinearRows::new(beta.len(), noise_variance), rows),
            (Family::Linear, Some(x)) => drawn(LinearRows::new(beta.len(), noise_variance).with_covariates(x), rows),
            (Family::Logistic, None) => drawn(Logistic::new(beta), rows),
            (Family::Logistic, Some(x)) => drawn(Logistic::with_covariates(beta, x), rows),
            (Family::Poisson, None) => drawn(Poisson::new(beta), rows),
            (Family::Poisson, Some(x)) => drawn(Poisson::with_covariates(beta, x), rows),
        }
    }

    fn prediction(&self, rows: Rows, schedule: ScheduleKind) -> Result<Option<Prediction>, ParameterError> {
        let (sizes, beta, dim) = (sizes(rows)?, self.beta.as_slice(), self.dim() as u32);
        let design = self.covariates.as_ref().map(|(omega, _)| Design::new(beta, omega.as_slice())).transpose()?;
        let limit = match (self.family, &design) {
            (Family::Linear, None) => linear::limit_law(self.noise_variance, dim, sizes),
            (Family::Linear, Some(design)) => design.linear_law(self.noise_variance, sizes),
            (Family::Logistic, None) => logistic::limit_law(beta, sizes),
            (Family::Logistic, Some(design)) => design.logistic_law(sizes),
            (Family::Poisson, None) => poisson::limit_law(beta, sizes),
            (Family::Poisson, Some(design)) => design.poisson_law(sizes),
        };
        let slope = |rows: u64| match &design {
            None => linear::synthetic_slope(self.noise_variance, dim, rows),
            Some(design) => design.linear_synthetic_slope(self.noise_variance, rows),
        };
        if schedule == ScheduleKind::Subsample {
            let law = Law::Scalar(subsample::limit_law(&limit, sizes)).under(ScheduleKind::Accumulate, rows)?;
            return law.map(|law| Ok(Prediction::of(law, rows)?.in_the_limit(None))).transpose();
        }
        if schedule != ScheduleKind::Fresh {
            let Some(law) = Law::Scalar(limit).under(schedule, rows)? else { return Ok(None) };
            // Without weight on them it does not matter whether the real rows are fresh.
            let linear_on_a_line = self.family == Family::Linear && schedule.takes_weight();
            let line = linear_on_a_line.then(|| slope(sizes.real()).zip(slope(sizes.synthetic()))).flatten();
            return Ok(Some(Prediction::of(law, rows)?.in_the_limit(line)));
        }
        let norm = beta.iter().fold(0.0, |norm, b| libm::hypot(norm, *b));
        let gaussian = design.unwrap_or_else(|| Design::standard(norm * norm, dim));
        let invariants = match self.family {
            Family::Linear => Invariants::linear(&self.noise_variance, &gaussian),
            Family::Logistic => Invariants::logistic(&gaussian),
            Family::Poisson => Invariants::poisson(&gaussian),
        };
        let prediction = match self.family {
            Family::Linear => {
                let trace = design.map_or(f64::from(dim), |design| design.trace_inverse());
                let Some(law) = RandomDesign::new(self.noise_variance * trace, dim, sizes) else { return Ok(None) };
                Prediction::of(Law::RandomDesign(law), rows)?
            }
            Family::Logistic | Family::Poisson => Prediction::of(Law::Scalar(limit), rows)?.in_the_limit(None),
        };
        Ok(Some(prediction.with_orders(limit, SecondOrder { invariants, ratio: sizes.mixing_ratio().get() })))
    }
}
