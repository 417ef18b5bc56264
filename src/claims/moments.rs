//! Risks of the retrained models, generation by generation, from the distributions of their samples.
//!
//! No closed form of the theory is used here. Distributions are enumerated, and matrices of moments are carried entry by entry. The theory
//! computes otherwise, so that agreement with it is evidence.

use std::ops::Add;

use nalgebra::DMatrix;
use num_traits::{FromPrimitive, NumAssign};
use statrs::distribution::{ChiSquared, Continuous, Normal};

/// The numbers that moments are computed in: floats, or exact rationals.
pub trait Number: nalgebra::Scalar + NumAssign + FromPrimitive {}

impl<T: nalgebra::Scalar + NumAssign + FromPrimitive> Number for T {}

/// The whole number n as a `T`.
pub fn whole<T: Number>(n: u64) -> T {
    T::from_u64(n).expect("a float or a rational holds every size")
}

/// P(X = i) for i = 0..=n and X ~ Bin(n, p), by adding one trial after the other.
pub fn binomial<T: Number>(p: &T, n: u64) -> Vec<T> {
    let mut law = vec![T::one()];
    for _ in 0..n {
        let miss = T::one() - p.clone();
        let mut next = vec![T::zero(); law.len() + 1];
        for (i, mass) in law.into_iter().enumerate() {
            next[i] += mass.clone() * miss.clone();
            next[i + 1] += mass * p.clone();
        }
        law = next;
    }
    law
}

/// E (p_t - p)^2 at t = 0..=generations for one cell of probability p, from the exact distribution of the fit.
///
/// The fitted probability is p_t = w i/n + u j/m, where i ~ Bin(n, p), and j ~ Bin(m, p_{t-1}) given p_{t-1}, independent of i. The
/// distribution of j is carried from generation to generation; the loss is averaged over the pairs (i, j).
pub fn cell_risk<T: Number>(p: &T, real: u64, synthetic: u64, weight: &T, generations: u32) -> Vec<T> {
    let fresh = binomial(p, real);
    let (n, m, u) = (whole::<T>(real), whole::<T>(synthetic), T::one() - weight.clone());
    // Law of the fitted probability, as (value, mass).
    let mut fitted: Vec<(T, T)> =
        fresh.iter().zip(0..).map(|(mass, i)| (whole::<T>(i) / n.clone(), mass.clone())).collect();
    let mean_loss = |fitted: &[(T, T)]| {
        let loss = |(q, mass): &(T, T)| {
            let error = q.clone() - p.clone();
            mass.clone() * error.clone() * error
        };
        fitted.iter().map(loss).fold(T::zero(), Add::add)
    };
    let mut risks = vec![mean_loss(&fitted)];
    for _ in 0..generations {
        let mut drawn = vec![T::zero(); synthetic as usize + 1];
        for (q, mass) in &fitted {
            drawn.iter_mut().zip(binomial(q, synthetic)).for_each(|(sum, given)| *sum += mass.clone() * given);
        }
        let value = |i: u64, j: u64| weight.clone() * whole::<T>(i) / n.clone() + u.clone() * whole::<T>(j) / m.clone();
        fitted = fresh
            .iter()
            .zip(0..)
            .flat_map(|(a, i)| drawn.iter().zip(0..).map(move |(b, j)| (i, j, a.clone() * b.clone())))
            .map(|(i, j, mass)| (value(i, j), mass))
            .collect();
        risks.push(mean_loss(&fitted));
    }
    risks
}

/// E of the integral of (F_t - F)^2 dF at t = 0..=generations. At the point where F = p, F_t is the fit of a cell of probability p; the integral is over p.
pub fn cdf_risk(real: u64, synthetic: u64, weight: f64, generations: u32) -> Vec<f64> {
    // Simpson's rule is exact for polynomials of degree 3. The integrand, a second moment, is a quadratic in p.
    let nodes = 33;
    let mut risks = vec![0.0; generations as usize + 1];
    for node in 0..nodes {
        let p = f64::from(node) / f64::from(nodes - 1);
        let factor = if node == 0 || node == nodes - 1 {
            1.0
        } else if node % 2 == 1 {
            4.0
        } else {
            2.0
        };
        let weight_of_node = factor / (3.0 * f64::from(nodes - 1));
        let at_p = cell_risk(&p, real, synthetic, &weight, generations);
        risks.iter_mut().zip(at_p).for_each(|(sum, risk)| *sum += weight_of_node * risk);
    }
    risks
}

/// Probability that two rows drawn from the fit of generation t descend from the same real row, at t = 0..=weights.len().
///
/// Both are followed back, generation by generation. A row of the fit is a fresh real one with probability w; it ends there, and meets the other only if that is the
/// same of the n real rows. With probability u it is one of m synthetic rows. Where both are the same one they have met; where they are two, each is a row of
/// the fit before. Two rows are both in a cell of probability p with probability p where they have the same ancestor, and p^2 where they do not. So
/// E (p_t - p)^2 is p (1 - p) times the returned probability, and the risk of the distribution function 1/6 of it.
pub fn common_ancestor(real: u64, synthetic: u64, weights: &[f64]) -> Vec<f64> {
    let [same_real, same_synthetic] = [real, synthetic].map(|rows| 1.0 / rows as f64);
    let from = |t: usize| {
        let (mut apart, mut met) = (1.0, 0.0);
        for w in weights[..t].iter().rev() {
            let u = 1.0 - w;
            met += apart * (w * w * same_real + u * u * same_synthetic);
            apart *= u * u * (1.0 - same_synthetic);
        }
        met + apart * same_real
    };
    (0..=weights.len()).map(from).collect()
}

/// Risk of least squares on one design X at t = 0..=generations, in units of the noise's variance. `map` is the matrix that makes coefficients of labels.
///
/// The fit is linear in the noises of all labels of all generations. Each of these noises is followed by itself, through labels and fits, and the squares of its
/// effects are added up. In generation s a real label has the weight w (1 in generation 0), a synthetic one u.
pub fn labels_risk<T: Number>(x: &DMatrix<T>, map: &DMatrix<T>, weight: &T, generations: u32) -> Vec<T> {
    let u = T::one() - weight.clone();
    let last = generations as usize;
    let mut risks = vec![T::zero(); last + 1];
    for s in 0..=last {
        let parts = if s == 0 { vec![T::one()] } else { vec![weight.clone(), u.clone()] };
        for (part, label) in parts.iter().flat_map(|part| (0..x.nrows()).map(move |label| (part, label))) {
            let noise = DMatrix::from_fn(x.nrows(), 1, |i, _| if i == label { part.clone() } else { T::zero() });
            let mut fit = map * noise;
            for risk in &mut risks[s..] {
                *risk += fit.iter().map(|b| b.clone() * b.clone()).fold(T::zero(), Add::add);
                fit = map * (x * fit).map(|label| label * u.clone());
            }
        }
    }
    risks
}

/// E |Sigma_t - Sigma|_F^2 at t = 0..=generations, from the full table of second moments E Sigma_ij Sigma_kl.
pub fn covariance_risk(sigma: &DMatrix<f64>, real: u64, synthetic: u64, weight: f64, generations: u32) -> Vec<f64> {
    covariance_path(sigma, real, synthetic, &vec![weight; generations as usize])
}

/// As [`covariance_risk`] with a weight for each generation.
pub fn covariance_path(sigma: &DMatrix<f64>, real: u64, synthetic: u64, weights: &[f64]) -> Vec<f64> {
    weighted_moments(sigma, real, synthetic, weights).into_iter().map(|(risk, _)| risk).collect()
}

/// (E |Sigma_t - Sigma|_F^2, Var tr Sigma_t) at t = 0..=generations, from the full table of second moments E Sigma_ij Sigma_kl.
///
/// A sample covariance S of rows N(., C) with d degrees of freedom has E S_ij S_kl = C_ij C_kl + (C_ik C_jl + C_il C_jk)/d (Isserlis). Where C
/// is random, as a fit is, the products of its entries are replaced by their expectations.
pub fn covariance_moments<T: Number>(
    sigma: &DMatrix<T>,
    real: u64,
    synthetic: u64,
    weight: &T,
    generations: u32,
) -> Vec<(T, T)> {
    weighted_moments(sigma, real, synthetic, &vec![weight.clone(); generations as usize])
}

/// As [`covariance_moments`] with a weight for each generation.
fn weighted_moments<T: Number>(sigma: &DMatrix<T>, real: u64, synthetic: u64, weights: &[T]) -> Vec<(T, T)> {
    let p = sigma.nrows();
    let index = |i: usize, j: usize, k: usize, l: usize| ((i * p + j) * p + k) * p + l;
    let entries = move || (0..p.pow(4)).map(move |c| (c / p.pow(3), c / p.pow(2) % p, c / p % p, c % p));
    let product: Vec<T> = entries().map(|(i, j, k, l)| sigma[(i, j)].clone() * sigma[(k, l)].clone()).collect();
    let sampled = |second: &[T], degrees: T| -> Vec<T> {
        entries()
            .map(|(i, j, k, l)| {
                let crossed = second[index(i, k, j, l)].clone() + second[index(i, l, j, k)].clone();
                second[index(i, j, k, l)].clone() + crossed / degrees.clone()
            })
            .collect()
    };
    let summary = |second: &[T]| {
        let covariance = |i, j, k, l| second[index(i, j, k, l)].clone() - product[index(i, j, k, l)].clone();
        let pairs = || (0..p).flat_map(|i| (0..p).map(move |j| (i, j)));
        let risk = pairs().map(|(i, j)| covariance(i, j, i, j)).fold(T::zero(), Add::add);
        (risk, pairs().map(|(i, j)| covariance(i, i, j, j)).fold(T::zero(), Add::add))
    };
    let fresh = sampled(&product, whole::<T>(real - 1));
    let mut second = fresh.clone();
    let mut moments = vec![summary(&second)];
    for w in weights {
        let u = T::one() - w.clone();
        let [fresh_part, drawn_part] = [w.clone() * w.clone(), u.clone() * u.clone()];
        let truth_part = (T::one() + T::one()) * w.clone() * u;
        let drawn = sampled(&second, whole::<T>(synthetic - 1));
        let retrained = |c: usize| {
            fresh_part.clone() * fresh[c].clone()
                + drawn_part.clone() * drawn[c].clone()
                + truth_part.clone() * product[c].clone()
        };
        second = (0..p.pow(4)).map(retrained).collect();
        moments.push(summary(&second));
    }
    moments
}

/// E |mu_t - mu|^2 at t = 0..=generations, from the covariance matrix of mu_t and the mean of Sigma_t.
pub fn mean_risk<T: Number>(sigma: &DMatrix<T>, real: u64, synthetic: u64, weight: &T, generations: u32) -> Vec<T> {
    let (n, m, w, u) = (whole::<T>(real), whole::<T>(synthetic), weight.clone(), T::one() - weight.clone());
    let trace = |x: &DMatrix<T>| x.diagonal().iter().cloned().fold(T::zero(), Add::add);
    let mut of_mean = sigma.map(|x| x / n.clone());
    let mut fitted = sigma.clone();
    let mut risks = vec![trace(&of_mean)];
    for _ in 0..generations {
        of_mean = of_mean.zip_zip_map(&fitted, sigma, |of_mean, fitted, sigma| {
            w.clone() * w.clone() * sigma / n.clone() + u.clone() * u.clone() * (of_mean + fitted / m.clone())
        });
        fitted = fitted.zip_map(sigma, |fitted, sigma| w.clone() * sigma + u.clone() * fitted);
        risks.push(trace(&of_mean));
    }
    risks
}

/// Variance of a fit theta_t at t = 0..=generations where every generation has the same n real rows: theta_t = w theta_0 + u (theta_{t-1} + noise). It is carried
/// beside the covariance of theta_0 and theta_t. The unit is the variance of theta_0, in which the noise of m synthetic rows has the variance k.
pub fn fixed_rows_risk(k: f64, weight: f64, generations: u32) -> Vec<f64> {
    let (w, u) = (weight, 1.0 - weight);
    let (mut variance, mut with_start) = (1.0, 1.0);
    let mut risks = vec![variance];
    for _ in 0..generations {
        variance = w * w + 2.0 * w * u * with_start + u * u * (variance + k);
        with_start = w + u * with_start;
        risks.push(variance);
    }
    risks
}

/// E g(X) for X chi-squared with `degrees` degrees of freedom, by the trapezoidal rule in log X. The integrand vanishes at both ends with all its derivatives, so
/// that the error falls faster than any power of the step.
pub fn chi_squared_mean(degrees: f64, g: impl Fn(f64) -> f64) -> f64 {
    let law = ChiSquared::new(degrees).expect("positive degrees of freedom");
    let (low, high, steps) = (-90.0, 12.0, 40_000);
    let step = (high - low) / f64::from(steps);
    let term = |i: u32| {
        let x = libm::exp(low + step * f64::from(i));
        let density = law.pdf(x) * x;
        if density > 0.0 { density * g(x) } else { 0.0 }
    };
    step * (0..=steps).map(term).sum::<f64>()
}

/// What a generation of weighted least squares does to the risk, for columns x ~ N(0, I) and noise of variance 1: the pair (g, rho) of
/// e_t = g + rho e_{t-1}. Requires p or m to be 1 or 2, n >= p and n + m > p + 1.
///
/// A and B are the Gram matrices of the real and the synthetic rows, and N = A + B. The [`eigenvalues`] of N^{-1/2} B N^{-1/2} are independent of N, which is a
/// Wishart matrix with E N^{-1} = I/(n + m - p - 1). For a symmetric F with the eigenvalues f,
/// E tr F N^{-1} F N = ((n + m - 1) sum f^2 - (sum f)^2)/(n + m - p - 1).
pub fn design_step(p: u32, n: u64, m: u64, w: f64) -> (f64, f64) {
    if w == 1.0 {
        return (f64::from(p) / (n as f64 - f64::from(p) - 1.0), 0.0);
    }
    let [noise, squares, squared_sum] = eigenvalues(p, n, m, w);
    let (dim, rows) = (f64::from(p), (n + m) as f64);
    let rest = rows - dim - 1.0;
    (noise / rest, ((rows - 1.0) * squares - squared_sum) / (dim * rest))
}

/// E sum G(x), E sum f(x)^2 and E (sum f(x))^2 over the eigenvalues of N^{-1/2} B N^{-1/2}, N = A + B, A and B the Gram matrices of n and m rows of p
/// columns, p or m being 1 or 2: f = (u/m) x/Q, G = ((w/n)^2 (1 - x) + (u/m)^2 x)/Q^2, Q = (w/n)(1 - x) + (u/m) x.
///
/// Their density is proportional to prod x^{(m-p-1)/2} (1-x)^{(n-p-1)/2}, times |x_1 - x_2| where there are two. Where m < p, p - m of them are 0, and the others are those of
/// Y N^{-1} Y', Y the synthetic rows: m eigenvalues of p and n + m - p rows. The density is integrated numerically, by the trapezoidal rule in
/// s = ln(x/(1-x)); for p = 2 over pairs, also in the logarithm of their distance.
pub fn eigenvalues(p: u32, n: u64, m: u64, w: f64) -> [f64; 3] {
    let (dim, real, synthetic, u) = (f64::from(p), n as f64, m as f64, 1.0 - w);
    // How many are not 0.
    let count = dim.min(synthetic);
    // In s the density is x^a (1-x)^b, since dx = x (1 - x) ds.
    let [a, b] = [synthetic, real].map(|rows| ((rows - dim).abs() + 1.0) / 2.0);
    let center = libm::log(a / b);
    let spread = (1.0 / a + 1.0 / b).sqrt();
    // At s = pole the two terms of Q are equal: there f and G change. The range contains it and the density's centre. At its ends the density has fallen by a
    // factor of e^-42 or more.
    let pole = libm::log(w * synthetic / (u * real));
    let [low, high] = [center.min(pole) - 42.0 / a - 9.0 * spread, center.max(pole) + 42.0 / b + 9.0 * spread];
    let step = f64::min(0.2, 0.3 * spread);
    // x, and the logarithm of its density in s.
    let at = |s: f64| {
        let odds = libm::exp(s);
        (odds / (1.0 + odds), a * s - (a + b) * libm::log1p(odds))
    };
    let terms = |x: f64| {
        let q = w / real * (1.0 - x) + u / synthetic * x;
        let noise = (w / real * w / real * (1.0 - x) + u / synthetic * u / synthetic * x) / (q * q);
        (noise, u / synthetic * x / q)
    };
    let [mut mass, mut noise, mut squares, mut squared_sum] = [0.0; 4];
    let mut add = |density: f64, g: f64, f: f64, f2: f64| {
        mass += density;
        noise += density * g;
        squares += density * f2;
        squared_sum += density * f * f;
    };
    let scale = count * at(center).1;
    // Where there are pairs (s, s + e^q): the distance e^q, and e^q - 1.
    let pairs = if count < 1.5 { 0 } else { ((libm::log(high - low) - libm::log(spread) + 24.0) / 0.05) as usize + 1 };
    let distances: Vec<(f64, f64)> = (0..pairs)
        .map(|i| libm::exp(libm::log(spread) - 24.0 + 0.05 * i as f64))
        .map(|distance| (distance, libm::expm1(distance)))
        .collect();
    let mut s = low;
    while s < high {
        let (x, log_density) = at(s);
        let (g, f) = terms(x);
        if count < 1.5 {
            add(libm::exp(log_density - scale), g, f, f * f);
        }
        for (distance, more) in distances.iter().take_while(|(distance, _)| s + distance < high) {
            let (y, other) = at(s + distance);
            // y - x without cancellation.
            let apart = more * (1.0 - y) * x;
            let density = libm::exp(log_density + other - scale) * apart * distance;
            if density > 0.0 {
                let (h, e) = terms(y);
                add(density, g + h, f + e, f * f + e * e);
            }
        }
        s += step;
    }
    let [noise, squares, squared_sum] = [noise, squares, squared_sum].map(|sum| sum / mass);
    // G(0) = 1 and f(0) = 0.
    [noise + dim - count, squares, squared_sum]
}

/// The risk at t = 0, 1, ... by [`design_step`], with a weight for each generation.
pub fn design_path(p: u32, n: u64, m: u64, weights: &[f64]) -> Vec<f64> {
    let mut risks = vec![f64::from(p) / (n as f64 - f64::from(p) - 1.0)];
    let mut step = (f64::NAN, (0.0, 0.0));
    for &w in weights {
        if w != step.0 {
            step = (w, design_step(p, n, m, w));
        }
        let (_, (noise, passed)) = step;
        risks.push(noise + passed * risks[risks.len() - 1]);
    }
    risks
}

/// E g(Z) for Z standard normal, by the trapezoidal rule.
pub fn normal_mean(g: impl Fn(f64) -> f64) -> f64 {
    let law = Normal::standard();
    let (bound, steps) = (20.0, 40_000);
    let step = 2.0 * bound / f64::from(steps);
    let term = |i: u32| {
        let z = -bound + step * f64::from(i);
        law.pdf(z) * g(z)
    };
    step * (0..=steps).map(term).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(computed: f64, expected: f64) {
        assert!((computed / expected - 1.0).abs() < 1e-12, "{computed} against {expected}");
    }

    /// n = m = 1, p = 1/2, w = 1/2: p_0 is 0 or 1, so (p_0 - p)^2 = 1/4. Then p_1 = (i + j)/2 with two fair coins i and j, whose variance is 1/8.
    #[test]
    fn a_coin_by_hand() {
        let risks = cell_risk(&0.5, 1, 1, &0.5, 1);
        close(risks[0], 0.25);
        close(risks[1], 0.125);
    }

    /// F_0 of one uniform point: the integral of u (1 - u) du.
    #[test]
    fn one_point_by_hand() {
        close(cdf_risk(1, 1, 0.5, 0)[0], 1.0 / 6.0);
    }

    #[test]
    fn ancestors_give_the_enumerated_risk() {
        for (met, enumerated) in common_ancestor(7, 4, &[0.3; 5]).iter().zip(cdf_risk(7, 4, 0.3, 5)) {
            close(met / 6.0, enumerated);
        }
    }

    /// One column of ones, two rows: the mean of two labels has the variance 1/2, and so has that of w y + u y' with y' of another mean, 1/4 (1/2) + 1/4 (1/2 + 1/2).
    #[test]
    fn two_labels_by_hand() {
        let (x, map) = (DMatrix::from_element(2, 1, 1.0), DMatrix::from_element(1, 2, 0.5));
        assert_eq!(labels_risk(&x, &map, &0.5, 1), [0.5, 0.375]);
    }

    /// p = 1: a chi-squared variable over its degrees of freedom d has variance 2/d, so E s^4 = 1 + 2/d; at w = 0 the factors multiply.
    #[test]
    fn a_variance_by_hand() {
        let risks = covariance_risk(&DMatrix::identity(1, 1), 5, 9, 0.0, 2);
        close(risks[0], 0.5);
        close(risks[2], 1.5 * 1.25 * 1.25 - 1.0);
    }

    /// p = 2, Sigma = I, d = 4: the two diagonal entries are independent and have the variance 2/d, the entry beside the diagonal has 1/d.
    #[test]
    fn a_covariance_by_hand() {
        let (risk, trace_variance) = covariance_moments(&DMatrix::<f64>::identity(2, 2), 5, 9, &0.0, 0)[0];
        close(risk, 2.0 * 0.5 + 2.0 * 0.25);
        close(trace_variance, 2.0 * 0.5);
    }

    #[test]
    fn two_means_by_hand() {
        let risks = mean_risk(&DMatrix::identity(2, 2), 4, 8, &0.5, 1);
        close(risks[0], 0.5);
        close(risks[1], 0.25 * 0.5 + 0.25 * (0.5 + 0.25));
    }

    /// All rows of equal weight, p = 1 and 2: g and rho from the second moments of a beta variable and of a matrix-variate beta.
    #[test]
    fn steps_on_a_random_design() {
        let (g, rho) = design_step(1, 7, 12, 7.0 / 19.0);
        close(g, 1.0 / 17.0);
        close(rho, 12.0 * 14.0 / (19.0 * 21.0));
        let (g, rho) = design_step(2, 7, 12, 7.0 / 19.0);
        close(g, 2.0 / 16.0);
        let (even, odd) = (8.0 * 12.0 * 14.0 / (19.0 * 21.0), 2.0 * 12.0 * 11.0 / (19.0 * 18.0));
        close(rho, (18.0 * (even - odd) / 3.0 - (even + 2.0 * odd) / 3.0) / (2.0 * 16.0));
    }

    #[test]
    fn moments_of_chi_squared_and_normal_laws() {
        close(chi_squared_mean(5.0, |x| x), 5.0);
        close(chi_squared_mean(5.0, |x| 1.0 / x), 1.0 / 3.0);
        close(normal_mean(|z| z * z * z * z), 3.0);
    }

    #[test]
    fn the_same_rows_at_full_weight_change_nothing() {
        assert_eq!(fixed_rows_risk(1.0, 1.0, 3), [1.0; 4]);
    }
}
