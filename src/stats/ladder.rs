//! Extrapolation of a ladder of sample sizes to the limit.

use nalgebra::{DMatrix, DVector};

use super::compare::Estimate;

/// A rung: the size n and the scaled risk simulated there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// Sample size n.
    pub size: f64,
    /// n times the simulated risk.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
}

/// Weighted least-squares fit of `value = c0 + c1/n + ... + cd/n^d` to independent rungs.
#[derive(Clone, Debug, PartialEq)]
pub struct Extrapolation {
    /// c0, the value at n = infinity.
    pub limit: Estimate,
    /// c1, ..., cd.
    pub coefficients: Vec<f64>,
    /// Weighted residual sum of squares; chi-squared with `rungs - d - 1` degrees of freedom where the form of the fit is right.
    pub chi_squared: f64,
    /// `rungs - d - 1`.
    pub spare: usize,
}

/// Fits the rungs with a polynomial of degree `degree` in 1/n.
///
/// # Formula
/// `c = (V'W V)^-1 V'W y`, `W = diag(1/se^2)`, `V_ij = (n_min/n_i)^j`; the variance of c0 is the first diagonal entry of
/// `(V'W V)^-1`: the standard errors of the rungs are known from their own replicates, not from the residuals.
///
/// None where there are fewer rungs than coefficients, the sizes are not distinct, or a value or standard error is not a
/// (positive) number.
#[must_use]
pub fn extrapolate(rungs: &[Rung], degree: usize) -> Option<Extrapolation> {
    let spare = rungs.len().checked_sub(degree + 1)?;
    let distinct = rungs.iter().enumerate().all(|(i, a)| rungs[..i].iter().all(|b| a.size != b.size));
    if !(distinct && rungs.iter().all(|r| r.value.is_finite() && r.std_error > 0.0)) {
        return None;
    }
    let smallest = rungs.iter().map(|r| r.size).fold(f64::INFINITY, f64::min);
    // Rows divided by their standard errors: ordinary least squares on the scaled system, solved by QR.
    let design = DMatrix::from_fn(rungs.len(), degree + 1, |i, j| {
        (smallest / rungs[i].size).powi(j as i32) / rungs[i].std_error
    });
    let response = DVector::from_fn(rungs.len(), |i, _| rungs[i].value / rungs[i].std_error);
    let qr = design.clone().qr();
    let r = qr.r();
    let coefficients = r.solve_upper_triangular(&(qr.q().transpose() * &response))?;
    let inverse = r.solve_upper_triangular(&DMatrix::identity(degree + 1, degree + 1))?;
    let residual = &response - &design * &coefficients;
    Some(Extrapolation {
        limit: Estimate {
            value: coefficients[0],
            std_error: inverse.row(0).norm(),
            degrees: f64::INFINITY,
            skewness: 0.0,
        },
        coefficients: (1..=degree).map(|j| coefficients[j] * smallest.powi(j as i32)).collect(),
        chi_squared: residual.norm_squared(),
        spare,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rungs(value: impl Fn(f64) -> f64) -> Vec<Rung> {
        [100.0, 200.0, 400.0, 800.0]
            .map(|size| Rung { size, value: value(size), std_error: 1e-4 * size.sqrt() })
            .to_vec()
    }

    #[test]
    fn a_polynomial_in_the_inverse_size_is_recovered() {
        let fit = extrapolate(&rungs(|n| 2.0 + 30.0 / n - 500.0 / (n * n)), 2).unwrap();
        assert!((fit.limit.value - 2.0).abs() < 1e-11, "{fit:?}");
        assert!((fit.coefficients[0] - 30.0).abs() < 1e-8 && (fit.coefficients[1] + 500.0).abs() < 1e-6, "{fit:?}");
        assert!(fit.chi_squared < 1e-18 && fit.spare == 1);
    }

    #[test]
    fn a_missing_order_shows_in_chi_squared() {
        let fit = extrapolate(&rungs(|n| 2.0 + 3000.0 / (n * n)), 1).unwrap();
        assert!(fit.chi_squared > 1.0, "{fit:?}");
    }

    /// The standard error of c0 for two equal-variance rungs at n and 2n: c0 = 2 y_2 - y_1, so sqrt(5) times theirs.
    #[test]
    fn the_standard_error_is_that_of_the_linear_combination() {
        let two = [Rung { size: 100.0, value: 1.0, std_error: 0.1 }, Rung { size: 200.0, value: 1.0, std_error: 0.1 }];
        let fit = extrapolate(&two, 1).unwrap();
        assert!((fit.limit.std_error - 0.1 * 5f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn too_few_or_equal_sizes_give_no_fit() {
        let one = Rung { size: 100.0, value: 1.0, std_error: 0.1 };
        assert_eq!(extrapolate(&[one], 1), None);
        assert!(
            extrapolate(&[one, one], 1).is_none_or(|fit| !fit.limit.std_error.is_finite() || fit.limit.std_error > 1e6)
        );
    }
}
