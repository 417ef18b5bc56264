//! Risks of Gaussian models whose covariances have the divisors n and m (maximum likelihood), from the distributions of their samples.
//!
//! No closed form of the theory is used here. Each risk is computed in two ways that share nothing: from tables of moments, and from single
//! rows or chi-squared factors.

use std::ops::Add;

use nalgebra::DMatrix;

use super::moments::{Number, chi_squared_mean, whole};
use super::pools::{from_directions, products, sampled, traces};

/// (rows - 1)/rows: the expectation of a covariance with divisor `rows`, in units of the covariance of its rows.
fn kept<T: Number>(rows: u64) -> T {
    whole::<T>(rows - 1) / whole(rows)
}

/// (E |mu_t - mu|^2, E |Sigma_t - Sigma|_F^2) at t = 0..=generations. Carried are the matrices E (mu_t - mu)(mu_t - mu)' and E Sigma_t, and the table of all
/// E Sigma_ij Sigma_kl (moments of Sigma_t itself, not of its distance from its mean).
pub fn risks<T: Number>(sigma: &DMatrix<T>, real: u64, synthetic: u64, weight: &T, generations: u32) -> Vec<(T, T)> {
    let (p, product) = (sigma.nrows(), products(sigma));
    let (w, u) = (weight.clone(), T::one() - weight.clone());
    let [w2, u2] = [w.clone() * w.clone(), u.clone() * u.clone()];
    let two = T::one() + T::one();
    // A sum of squares around the mean has rows - 1 degrees of freedom. Of one row it is 0, as `kept` is, so that any degrees will do.
    let table = |second: &[T], rows: u64| -> Vec<T> {
        let square = kept::<T>(rows) * kept(rows);
        let degrees = whole::<T>(rows.max(2) - 1);
        sampled(second, p, &degrees).into_iter().map(|entry| square.clone() * entry).collect()
    };
    let trace = |x: &DMatrix<T>| x.diagonal().iter().cloned().fold(T::zero(), Add::add);
    let fresh = table(&product, real);
    let mut of_mean = sigma.map(|entry| entry / whole(real));
    let mut covariance = sigma.map(|entry| entry * kept::<T>(real));
    let mut second = fresh.clone();
    let mut found = Vec::new();
    for _ in 0..=generations {
        let cross = covariance.iter().zip(sigma.iter()).map(|(x, y)| x.clone() * y.clone()).fold(T::zero(), Add::add);
        let risk = traces(&second, p)[0].clone() - two.clone() * cross + traces(&product, p)[0].clone();
        found.push((trace(&of_mean), risk));
        let drawn = table(&second, synthetic);
        // The real and the synthetic covariance are independent, and both have a multiple of Sigma as expectation.
        let multiple = covariance[(0, 0)].clone() / sigma[(0, 0)].clone();
        let crossed = two.clone() * w.clone() * u.clone() * kept::<T>(real) * kept(synthetic) * multiple;
        let mixed = |c: usize| {
            w2.clone() * fresh[c].clone() + u2.clone() * drawn[c].clone() + crossed.clone() * product[c].clone()
        };
        second = (0..p.pow(4)).map(mixed).collect();
        of_mean = of_mean.zip_zip_map(&covariance, sigma, |of_mean, covariance, sigma| {
            w2.clone() * sigma / whole(real) + u2.clone() * (of_mean + covariance / whole(synthetic))
        });
        covariance = covariance.zip_map(sigma, |covariance, sigma| {
            w.clone() * kept::<T>(real) * sigma + u.clone() * kept::<T>(synthetic) * covariance
        });
    }
    found
}

/// (E (mu_t - mu)^2, E sigma_t^2) in one dimension at t = 0..=generations, mu = 1, from single rows: q = E x^2 for a row x of the model, and g = E x y for two of
/// its rows x and y. The square of the mean of m rows has the expectation q/m + (1 - 1/m) g. Their variance, the mean of their squares minus the square of their
/// mean, has the expectation q minus that.
pub fn rows(variance: f64, real: u64, synthetic: u64, weight: f64, generations: u32) -> Vec<(f64, f64)> {
    let fit = |[q, g]: [f64; 2], rows: u64| {
        let mean_square = q / rows as f64 + (1.0 - 1.0 / rows as f64) * g;
        [mean_square, q - mean_square]
    };
    let (w, u) = (weight, 1.0 - weight);
    let fresh = fit([1.0 + variance, 1.0], real);
    let mut fitted = fresh;
    let mut found = Vec::new();
    for _ in 0..=generations {
        found.push((fitted[0] - 1.0, fitted[1]));
        let drawn = fit([fitted[0] + fitted[1], fitted[0]], synthetic);
        // A real and a synthetic row are uncorrelated, so that the product of the two means has the expectation mu^2 = 1.
        fitted = [w * w * fresh[0] + u * u * drawn[0] + 2.0 * w * u, w * fresh[1] + u * drawn[1]];
    }
    found
}

/// E (sigma_t^2 - 1)^2 in one dimension at t = 0..=generations, sigma = 1: sigma_t^2 = w X/n + u sigma_{t-1}^2 Y/m, where X and Y are chi-squared. Their moments
/// come from quadrature.
pub fn variance_risk(real: u64, synthetic: u64, weight: f64, generations: u32) -> Vec<f64> {
    moments(real, synthetic, weight, generations)
        .into_iter()
        .map(|[mean, square, _]| square - 2.0 * mean + 1.0)
        .collect()
}

/// E |Sigma_t - Sigma|_F^2 in two dimensions at t = 0..=generations, from the determinant of Sigma_t and from its variance along every direction, which obeys
/// the recursion of [`variance_risk`].
pub fn plane_risk(sigma: &DMatrix<f64>, real: u64, synthetic: u64, weight: f64, generations: u32) -> Vec<f64> {
    let truth = sigma.norm_squared();
    let risk = |[mean, square, area]: [f64; 3]| from_directions(sigma, square, area)[0] - 2.0 * mean * truth + truth;
    moments(real, synthetic, weight, generations).into_iter().map(risk).collect()
}

/// E sigma_t^2 and E sigma_t^4 in one dimension, and E det Sigma_t/det Sigma in two.
fn moments(real: u64, synthetic: u64, weight: f64, generations: u32) -> Vec<[f64; 3]> {
    // The mean and mean square of X/rows, X chi-squared with rows - 1 degrees of freedom. A determinant is a product of two such factors, the second with one
    // degree less (Bartlett).
    let factors = |rows: u64| {
        let (count, d) = (rows as f64, rows as f64 - 1.0);
        let mean = |degrees: f64, power| {
            if degrees > 0.0 { chi_squared_mean(degrees, |x| (x / count).powi(power)) } else { 0.0 }
        };
        [mean(d, 1), mean(d, 2), mean(d, 1) * mean(d - 1.0, 1)]
    };
    let (w, u) = (weight, 1.0 - weight);
    let [fresh, drawn] = [real, synthetic].map(factors);
    let mut last = fresh;
    let mut found = vec![last];
    for _ in 0..generations {
        let synthetic: [f64; 3] = std::array::from_fn(|i| drawn[i] * last[i]);
        // det(A + B) = det A + det B + (tr A tr B - tr AB). For A = a Sigma and B = b Sigma the bracket is 2 a b det Sigma.
        let product = 2.0 * w * u * fresh[0] * synthetic[0];
        last = [
            w * fresh[0] + u * synthetic[0],
            w * w * fresh[1] + u * u * synthetic[1] + product,
            w * w * fresh[2] + u * u * synthetic[2] + product,
        ];
        found.push(last);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(computed: f64, expected: f64) {
        assert!((computed / expected - 1.0).abs() < 1e-12, "{computed} against {expected}");
    }

    /// n = m = 2, sigma = 1: s^2 = X/2, X chi-squared with one degree: E s^2 = 1/2, E s^4 = 3/4, so the risk is 3/4 - 1 + 1.
    #[test]
    fn two_rows_by_hand() {
        let (mean, variance) = risks(&DMatrix::identity(1, 1), 2, 2, &0.0, 1)[0];
        assert_eq!((mean, variance), (0.5, 0.75));
        close(variance_risk(2, 2, 0.0, 1)[0], 0.75);
        // Then E s^4 = 9/16 and E s^2 = 1/4, and the mean has 1/2 + (1/2)/2.
        let (mean, variance) = risks(&DMatrix::identity(1, 1), 2, 2, &0.0, 1)[1];
        assert_eq!((mean, variance), (0.75, 0.5625 - 0.5 + 1.0));
        close(variance_risk(2, 2, 0.0, 1)[1], 1.0625);
        let of_rows = rows(1.0, 2, 2, 0.0, 1);
        close(of_rows[0].1, 0.5);
        close(of_rows[1].0, 0.75);
    }

    #[test]
    fn one_row_has_no_covariance() {
        assert_eq!(risks(&DMatrix::identity(2, 2), 1, 1, &0.5, 1), [(2.0, 2.0), (1.0, 2.0)]);
    }

    /// p = 2, Sigma = I, n = 3: W with two degrees of freedom has E tr W^2 = 2 (2 + 1) 2 + 2 4 = 20 and E tr W = 4.
    #[test]
    fn a_plane_by_hand() {
        let expected = 20.0 / 9.0 - 2.0 * 4.0 / 3.0 + 2.0;
        close(plane_risk(&DMatrix::identity(2, 2), 3, 5, 0.3, 0)[0], expected);
        close(risks(&DMatrix::identity(2, 2), 3, 5, &0.3, 0)[0].1, expected);
    }
}
