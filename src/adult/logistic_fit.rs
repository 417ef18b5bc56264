//! The logistic regression of income on an intercept and the covariates, on all rows of the table: the fit and its asymptotic variances.

use nalgebra::{SMatrix, SVector};

use super::Group;

/// The logistic fit on the table does not exist, or the iterations did not reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the logistic model has no maximum likelihood fit on this table")]
pub struct NoFit;

type Vector = SVector<f64, 6>;
type Matrix = SMatrix<f64, 6, 6>;

/// Mean and standard deviation of each covariate over all rows. Covariates that are standardised by them make fits well conditioned.
///
/// # Examples
/// see [`Table`](super::Table).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    means: [f64; 5],
    deviations: [f64; 5],
}

impl Scale {
    fn new(groups: &[Group]) -> Self {
        let rows: f64 = groups.iter().map(|g| f64::from(g.count)).sum();
        let mean = |f: &dyn Fn(&Group) -> f64| groups.iter().map(|g| f64::from(g.count) * f(g)).sum::<f64>() / rows;
        let means = std::array::from_fn(|j| mean(&|g| f64::from(g.covariates[j])));
        let deviations = std::array::from_fn(|j| mean(&|g| (f64::from(g.covariates[j]) - means[j]).powi(2)).sqrt());
        Self { means, deviations }
    }

    /// A row of the design: 1 and the standardised covariates.
    #[must_use]
    pub fn row(&self, covariates: &[u32; 5]) -> [f64; 6] {
        std::array::from_fn(|j| match j {
            0 => 1.0,
            j => (f64::from(covariates[j - 1]) - self.means[j - 1]) / self.deviations[j - 1],
        })
    }

    /// Coefficients for the raw columns from those for the standardised columns (a linear map).
    #[must_use]
    pub fn to_raw(&self, standardised: &[f64; 6]) -> [f64; 6] {
        let mut raw = *standardised;
        for j in 0..5 {
            raw[j + 1] /= self.deviations[j];
            raw[0] -= raw[j + 1] * self.means[j];
        }
        raw
    }
}

/// Traces of the asymptotic covariance of the fit, times the number of rows. The intercept is included. There is one pair for the raw and one for the
/// standardised columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traces {
    /// tr I^-1: for a fit to rows whose labels follow the model, I the Fisher information.
    pub inverse_information: f64,
    /// tr I^-1 J I^-1: for a fit to rows of the table, whose labels do not follow it, J the second moment of the score.
    pub sandwich: f64,
}

/// In which units coefficients are compared; the order is that of the losses of the simulated chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Those of the table.
    Raw,
    /// Columns of mean 0 and standard deviation 1.
    Standardised,
}

impl Columns {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Raw, Self::Standardised];
}

/// The maximum likelihood fit on all rows.
///
/// # Examples
/// see [`Table`](super::Table).
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticFit {
    scale: Scale,
    standardised: [f64; 6],
    traces: Traces,
    standardised_traces: Traces,
}

impl LogisticFit {
    /// # Formula
    /// I = mean of s(1 - s) x x', J = mean of (y - s)^2 x x', s = 1/(1 + exp(-x'beta)): means over the rows, at the fitted beta.
    /// # Accuracy
    /// Newton's method in standardised columns, then transformed. `tests/adult.rs` compares with a computation of higher precision.
    pub(super) fn new(groups: &[Group]) -> Result<Self, NoFit> {
        let scale = Scale::new(groups);
        let rows: f64 = groups.iter().map(|g| f64::from(g.count)).sum();
        let mut beta = Vector::zeros();
        for _ in 0..50 {
            let (mut score, mut information, mut squares) = (Vector::zeros(), Matrix::zeros(), Matrix::zeros());
            for group in groups {
                let x = Vector::from(scale.row(&group.covariates));
                let mean = 1.0 / (1.0 + libm::exp(-x.dot(&beta)));
                let residual = f64::from(u8::from(group.over_50k)) - mean;
                let share = f64::from(group.count) / rows;
                score += share * residual * x;
                information += share * mean * (1.0 - mean) * x * x.transpose();
                squares += share * residual * residual * x * x.transpose();
            }
            let inverse = information.cholesky().ok_or(NoFit)?.inverse();
            let step = inverse * score;
            if step.amax() < 1e-12 {
                let map = Matrix::from_columns(
                    &Matrix::identity()
                        .column_iter()
                        .map(|e| scale.to_raw(&e.into_owned().into()).into())
                        .collect::<Vec<Vector>>(),
                );
                let sandwich = inverse * squares * inverse;
                let raw = |covariance: Matrix| (map * covariance * map.transpose()).trace();
                return Ok(Self {
                    scale,
                    standardised: beta.into(),
                    traces: Traces { inverse_information: raw(inverse), sandwich: raw(sandwich) },
                    standardised_traces: Traces { inverse_information: inverse.trace(), sandwich: sandwich.trace() },
                });
            }
            beta += step;
        }
        Err(NoFit)
    }

    /// The standardising map.
    #[must_use]
    pub const fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Intercept and coefficients of the standardised covariates.
    #[must_use]
    pub const fn standardised(&self) -> &[f64; 6] {
        &self.standardised
    }

    /// Intercept and coefficients of the raw covariates.
    #[must_use]
    pub fn coefficients(&self) -> [f64; 6] {
        self.scale.to_raw(&self.standardised)
    }

    /// Asymptotic variances of the raw columns' coefficients.
    #[must_use]
    pub const fn traces(&self) -> Traces {
        self.traces
    }

    /// Asymptotic variances of the standardised columns' coefficients.
    #[must_use]
    pub const fn standardised_traces(&self) -> Traces {
        self.standardised_traces
    }

    /// Asymptotic variances in these columns.
    #[must_use]
    pub const fn traces_of(&self, columns: Columns) -> Traces {
        match columns {
            Columns::Raw => self.traces,
            Columns::Standardised => self.standardised_traces,
        }
    }

    /// W of the squared error d'Wd in these columns, where d is the error of the standardised coefficients.
    #[must_use]
    pub fn loss(&self, columns: Columns) -> [Vec<f64>; 6] {
        let unit = |i: usize| std::array::from_fn(|j| f64::from(u8::from(i == j)));
        let moved: [[f64; 6]; 6] = std::array::from_fn(|i| match columns {
            Columns::Raw => self.scale.to_raw(&unit(i)),
            Columns::Standardised => unit(i),
        });
        std::array::from_fn(|i| {
            moved.iter().map(|other| moved[i].iter().zip(other).map(|(a, b)| a * b).sum()).collect()
        })
    }
}
