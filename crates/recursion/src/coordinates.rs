//! Covariates x ~ N(0, Omega) in coordinates in which they are standard normal.
//!
//! # Derivation
//! With Omega = L L' (L lower triangular) and z ~ N(0, I), x = L z has the law of the covariates, and x'beta = z'gamma with gamma = L'beta. A fit on rows of x by
//! least squares or maximum likelihood sees the linear predictors alone, so it is the fit on the rows of z in other coordinates: estimates of gamma, whose error e
//! is L' times that of beta. Hence |error of beta|^2 = |L'^-1 e|^2 = e'(L'L)^-1 e.

use nalgebra::{DMatrix, DVector};

/// The coordinates of standard normal covariates, and the loss in those of the covariates themselves.
#[derive(Clone, Debug)]
pub struct Coordinates {
    factor: DMatrix<f64>,
    /// (L'L)^-1.
    metric: DMatrix<f64>,
}

impl Coordinates {
    /// For covariates with this covariance; none where it is not symmetric positive definite. One of which a pivot is rounding, as where a column is a sum of others, is not.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::{coordinates::Coordinates, nalgebra::{DMatrix, DVector}};
    ///
    /// let coordinates = Coordinates::new(&DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 5.0])).unwrap();
    /// // 4, 2; 2, 5 is L L' with L = 2, 0; 1, 2.
    /// assert_eq!(coordinates.standard(&DVector::from_vec(vec![1.0, -2.0])).as_slice(), [0.0, -4.0]);
    /// assert!(Coordinates::new(&DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0])).is_none());
    /// assert!(Coordinates::new(&DMatrix::from_row_slice(2, 2, &[0.1, 0.3, 0.3, 0.9])).is_none());
    /// ```
    #[must_use]
    pub fn new(covariance: &DMatrix<f64>) -> Option<Self> {
        let symmetric = covariance.is_square() && *covariance == covariance.transpose();
        let factor = covariance.clone().cholesky().filter(|_| symmetric)?.unpack();
        // A pivot is the square of a diagonal entry. It has the rounding of as many products as there are columns, and of the columns that another repeats.
        let rounding = 8.0 * covariance.nrows() as f64 * f64::EPSILON;
        if (0..factor.nrows()).any(|j| factor[(j, j)] * factor[(j, j)] <= rounding * covariance[(j, j)]) {
            return None;
        }
        let metric = (factor.transpose() * &factor).cholesky()?.inverse();
        Some(Self { factor, metric })
    }

    /// Coefficients of standard normal covariates, L'beta, from those of the covariates.
    #[must_use]
    pub fn standard(&self, beta: &DVector<f64>) -> DVector<f64> {
        self.factor.tr_mul(beta)
    }

    /// (L'L)^-1: the squared length of an error of the covariates' coefficients, as a form of that of the standard ones.
    pub(crate) const fn metric(&self) -> &DMatrix<f64> {
        &self.metric
    }

    /// Squared length of an error of the covariates' coefficients, from that of the standard ones.
    #[must_use]
    pub fn squared_error(&self, error: impl Fn(usize) -> f64) -> f64 {
        let p = self.metric.nrows();
        (0..p).map(|j| (0..p).map(|i| self.metric[(i, j)] * error(i)).sum::<f64>() * error(j)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Omega = (4, 2; 2, 5) has L = (2, 0; 1, 2). The error (1, -2) of beta is L'(1, -2) = (0, -4) in the other coordinates; its squared length is 5.
    #[test]
    fn lengths_are_those_of_the_covariates_coefficients() {
        let coordinates = Coordinates::new(&DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 5.0])).unwrap();
        let error = coordinates.standard(&DVector::from_vec(vec![1.0, -2.0]));
        assert_eq!(error.as_slice(), [0.0, -4.0]);
        assert!((coordinates.squared_error(|i| error[i]) - 5.0).abs() < 1e-14);
        for wrong in [[1.0, 2.0, 2.0, 1.0], [1.0, 0.5, 0.0, 1.0]] {
            assert!(Coordinates::new(&DMatrix::from_row_slice(2, 2, &wrong)).is_none());
        }
    }
}
