//! Extrapolation of estimates at growing sample sizes (a ladder, of rungs) to the limit of infinite size.

use std::ops::RangeInclusive;

use nalgebra::{DMatrix, DVector};

use super::compare::Estimate;

/// A rung: the size n and the estimate there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// Sample size n.
    pub size: f64,
    /// The estimate at that size, scaled so that it has a limit.
    pub estimate: Estimate,
}

/// Least-squares fit, each rung by its precision, of `value = c0 + c1/n + ... + cd/n^d`, or of some of these powers, to independent rungs.
#[derive(Clone, Debug, PartialEq)]
pub struct Extrapolation {
    /// c0, the value at n = infinity; its degrees of freedom are the fewest of any rung.
    pub limit: Estimate,
    /// c1, ..., cd: those of the powers fitted.
    pub coefficients: Vec<f64>,
    /// Residual sum of squares in standard errors; chi-squared with `rungs - d - 1` degrees of freedom where the form of the fit is right.
    pub chi_squared: f64,
    /// `rungs - d - 1`.
    pub spare: usize,
}

/// Extrapolates the rungs by a polynomial of degree `degree` in 1/n.
///
/// # Formula
/// `c = (V'W V)^-1 V'W y`, `W = diag(1/se^2)`, `V_ij = (n_min/n_i)^j`. The standard errors of the rungs are known from their own
/// replicates, so c0 = sum of `g_i y_i/se_i` has standard error |g| and skewness `sum g_i^3 skewness_i / |g|^3`, of which the standard error is the root of the
/// sum of squares of the same terms' own.
///
/// None where there are fewer rungs than coefficients, the sizes are not distinct, or a value or standard error is not a
/// (positive) number.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::{compare::Estimate, ladder::{Rung, extrapolate}};
///
/// // 2 + 30/n at n = 100 and 200, each known to 0.01: the limit is 2 y(200) - y(100).
/// let rung = |size: f64| {
///     let value = 2.0 + 30.0 / size;
///     Rung { size, estimate: Estimate { value, std_error: 0.01, degrees: 99.0, skewness: 0.0, skewness_error: 0.0 } }
/// };
/// let found = extrapolate(&[rung(100.0), rung(200.0)], 1).unwrap();
/// assert!((found.limit.value - 2.0).abs() < 1e-12 && (found.coefficients[0] - 30.0).abs() < 1e-9);
/// assert!((found.limit.std_error - 0.01 * 5.0_f64.sqrt()).abs() < 1e-14);
/// // Three coefficients take three rungs.
/// assert!(extrapolate(&[rung(100.0), rung(200.0)], 2).is_none());
/// ```
#[must_use]
pub fn extrapolate(rungs: &[Rung], degree: usize) -> Option<Extrapolation> {
    extrapolate_powers(rungs, 1..=degree)
}

/// The same by c0 and these powers of 1/n alone, where the ones below are known to be absent.
///
/// # Formula
/// as [`extrapolate`], `V_ij = (n_min/n_i)^{p_j}`, p = 0 and the powers.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::{compare::Estimate, ladder::{Rung, extrapolate_powers}};
///
/// // 1 + 300/n^2 at n = 100 and 200, each known to 0.01: the limit is (4 y(200) - y(100))/3.
/// let rung = |size: f64| {
///     let value = 1.0 + 300.0 / (size * size);
///     Rung { size, estimate: Estimate { value, std_error: 0.01, degrees: 99.0, skewness: 0.0, skewness_error: 0.0 } }
/// };
/// let found = extrapolate_powers(&[rung(100.0), rung(200.0)], 2..=2).unwrap();
/// assert!((found.limit.value - 1.0).abs() < 1e-12 && (found.coefficients[0] - 300.0).abs() < 1e-8);
/// assert!((found.limit.std_error - 0.01 * 17.0_f64.sqrt() / 3.0).abs() < 1e-14);
/// ```
#[must_use]
pub fn extrapolate_powers(rungs: &[Rung], powers: RangeInclusive<usize>) -> Option<Extrapolation> {
    let powers: Vec<i32> = std::iter::once(0).chain(powers.map(|power| power as i32)).collect();
    let spare = rungs.len().checked_sub(powers.len())?;
    let distinct = rungs.iter().enumerate().all(|(i, a)| rungs[..i].iter().all(|b| a.size != b.size));
    if !(distinct && rungs.iter().all(|r| r.estimate.value.is_finite() && r.estimate.std_error > 0.0)) {
        return None;
    }
    let smallest = rungs.iter().map(|r| r.size).fold(f64::INFINITY, f64::min);
    // Equations divided by their standard errors: ordinary least squares on the scaled system, solved by QR.
    let design = DMatrix::from_fn(rungs.len(), powers.len(), |i, j| {
        (smallest / rungs[i].size).powi(powers[j]) / rungs[i].estimate.std_error
    });
    let response = DVector::from_fn(rungs.len(), |i, _| rungs[i].estimate.value / rungs[i].estimate.std_error);
    let qr = design.clone().qr();
    let map = qr.r().solve_upper_triangular(&qr.q().transpose())?;
    let coefficients = &map * &response;
    let residual = &response - &design * &coefficients;
    let g = map.row(0);
    let uncertain = g.iter().zip(rungs).map(|(g, rung)| g * g * g * rung.estimate.skewness_error);
    let uncertain = uncertain.map(|error| error * error).sum::<f64>().sqrt();
    let third: f64 = g.iter().zip(rungs).map(|(g, rung)| g * g * g * rung.estimate.skewness).sum();
    Some(Extrapolation {
        limit: Estimate {
            value: coefficients[0],
            std_error: g.norm(),
            degrees: rungs.iter().map(|rung| rung.estimate.degrees).fold(f64::INFINITY, f64::min),
            skewness: third / g.norm().powi(3),
            skewness_error: uncertain / g.norm().powi(3),
        },
        coefficients: (1..powers.len()).map(|j| coefficients[j] * smallest.powi(powers[j])).collect(),
        chi_squared: residual.norm_squared(),
        spare,
    })
}

/// The order q of a gap `value - limit = c n^-q`, from the rungs whose gap is more than three standard errors. None where these have
/// fewer than two sizes.
///
/// # Formula
/// least squares by precision of ln |value - limit| on ln n, with the standard errors se/|value - limit|.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::{compare::Estimate, ladder::{Rung, gap_order}};
///
/// let rung = |size: f64| {
///     let value = 2.0 + 3000.0 / (size * size);
///     Rung { size, estimate: Estimate { value, std_error: 1e-6, degrees: 99.0, skewness: 0.0, skewness_error: 0.0 } }
/// };
/// let order = gap_order(&[100.0, 200.0, 400.0].map(rung), 2.0).unwrap();
/// assert!((order.value - 2.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn gap_order(rungs: &[Rung], limit: f64) -> Option<Estimate> {
    let clear: Vec<(f64, f64, f64)> = rungs
        .iter()
        .map(|r| (libm::log(r.size), (r.estimate.value - limit).abs(), r.estimate.std_error))
        .filter(|(_, gap, std_error)| *gap > 3.0 * std_error)
        .map(|(x, gap, std_error)| (x, libm::log(gap), (gap / std_error) * (gap / std_error)))
        .collect();
    let total: f64 = clear.iter().map(|(_, _, w)| w).sum();
    let x_mean = clear.iter().map(|(x, _, w)| w * x).sum::<f64>() / total;
    // The distances from the mean, each times its precision, add up to zero. So the other factor need not be centred.
    let spread: f64 = clear.iter().map(|(x, _, w)| w * (x - x_mean) * x).sum();
    let product: f64 = clear.iter().map(|(x, y, w)| w * (x - x_mean) * y).sum();
    clear.iter().any(|(x, ..)| *x != clear[0].0).then(|| Estimate {
        value: -product / spread,
        std_error: (1.0 / spread).sqrt(),
        degrees: f64::INFINITY,
        skewness: 0.0,
        skewness_error: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rung(size: f64, value: f64, std_error: f64) -> Rung {
        Rung { size, estimate: Estimate { value, std_error, degrees: 99.0, skewness: 0.02, skewness_error: 0.01 } }
    }

    fn rungs(value: impl Fn(f64) -> f64) -> Vec<Rung> {
        [100.0, 200.0, 400.0, 800.0].map(|size| rung(size, value(size), 1e-4 * size.sqrt())).to_vec()
    }

    #[test]
    fn a_polynomial_in_the_inverse_size_is_recovered() {
        let fit = extrapolate(&rungs(|n| 2.0 + 30.0 / n - 500.0 / (n * n)), 2).unwrap();
        assert!((fit.limit.value - 2.0).abs() < 1e-11, "{fit:?}");
        assert!((fit.coefficients[0] - 30.0).abs() < 1e-8 && (fit.coefficients[1] + 500.0).abs() < 1e-6, "{fit:?}");
        assert!(fit.chi_squared < 1e-12 && fit.spare == 1 && fit.limit.degrees == 99.0);
    }

    #[test]
    fn a_missing_order_shows_in_chi_squared() {
        let fit = extrapolate(&rungs(|n| 2.0 + 3000.0 / (n * n)), 1).unwrap();
        assert!(fit.chi_squared > 100.0, "{fit:?}");
    }

    /// Two equal-variance rungs at n and 2n: c0 = 2 y_2 - y_1, so sqrt(5) times their standard error, and of their skewness g
    /// (8 g - g)/5^(3/2).
    #[test]
    fn the_limit_is_a_linear_combination() {
        let fit = extrapolate(&[rung(100.0, 1.0, 0.1), rung(200.0, 1.5, 0.1)], 1).unwrap();
        assert!((fit.limit.value - 2.0).abs() < 1e-13);
        assert!((fit.limit.std_error - 0.1 * 5f64.sqrt()).abs() < 1e-14);
        assert!((fit.limit.skewness - 0.02 * 7.0 / 5f64.powi(3).sqrt()).abs() < 1e-14);
        assert!((fit.limit.skewness_error - 0.01 * 65f64.sqrt() / 5f64.powi(3).sqrt()).abs() < 1e-14);
    }

    /// 5 n^-1.5 at n = 100, ..., 800; standard errors of a tenth of the gap at the first: the variance of the slope by hand, sum of
    /// 1/(w (x - mean)^2).
    #[test]
    fn the_order_of_a_gap() {
        let exact = |n: f64| rung(n, 1.0 + 5.0 / (n * n.sqrt()), 0.1 * 5.0 / (n * n.sqrt()));
        let order = gap_order(&[100.0, 200.0, 400.0, 800.0].map(exact), 1.0).unwrap();
        // Equal relative errors .1: spread 100 ln(2)^2 (1.5^2 + .5^2 + .5^2 + 1.5^2) = 500 ln(2)^2.
        assert!((order.value - 1.5).abs() < 1e-9, "{order:?}");
        assert!((order.std_error - 1.0 / (500f64.sqrt() * std::f64::consts::LN_2)).abs() < 1e-12, "{order:?}");
        // Noise is no gap.
        assert_eq!(gap_order(&[rung(100.0, 1.2, 0.1), rung(200.0, 1.1, 0.1)], 1.0), None);
        assert_eq!(gap_order(&[rung(100.0, 1.5, 0.1)], 1.0), None);
        assert_eq!(gap_order(&[], 1.0), None);
        // Three standard errors themselves are not clear; of one size there is no order, whatever the rounding of its mean.
        assert_eq!(gap_order(&[rung(100.0, 4.0, 1.0), rung(200.0, 4.0, 1.0)], 1.0), None);
        for size in 1..100 {
            let same = rung(f64::from(size), 1.5, 0.1);
            assert_eq!(
                gap_order(&[same, Rung { estimate: Estimate { value: 1.7, ..same.estimate }, ..same }], 1.0),
                None
            );
        }
    }

    #[test]
    fn too_few_or_equal_sizes_give_no_fit() {
        let one = rung(100.0, 1.0, 0.1);
        assert_eq!(extrapolate(&[one], 1), None);
        assert_eq!(extrapolate(&[one, one], 1), None);
        assert_eq!(extrapolate(&[one, rung(200.0, f64::NAN, 0.1)], 1), None);
        assert_eq!(extrapolate(&[one, rung(200.0, 1.0, 0.0)], 1), None);
    }
}
