//! Risks on accumulating data, from the distributions of the samples. The pool of generation t is what it is fitted on: the first real rows and
//! all synthetic rows up to t.
//!
//! No closed form of the theory is used here. As in `moments`, distributions are enumerated and moments are carried entry by entry. Each
//! risk is also computed in a second way, which shares nothing with the first: from covariances of single rows, from the ancestors of rows,
//! or from products of chi-squared factors.

use std::ops::Add;

use nalgebra::DMatrix;

use super::moments::{Number, binomial, chi_squared_mean, whole};

/// Number of rows that generation i adds to the pool: n real ones in generation 0, m synthetic ones in every other.
fn rows(real: u64, synthetic: u64, generation: u32) -> u64 {
    if generation == 0 { real } else { synthetic }
}

/// Number of rows of the pool.
fn pool(real: u64, synthetic: u64, generation: u32) -> u64 {
    real + u64::from(generation) * synthetic
}

/// E (p_t - p)^2 at t = 0..=generations for one cell of probability p, from the exact distribution of the number of the pool's rows that are in the cell.
pub fn cell_risk<T: Number>(p: &T, real: u64, synthetic: u64, generations: u32) -> Vec<T> {
    let mut law = binomial(p, real);
    let loss = |law: &[T], t: u32| {
        let size = whole::<T>(pool(real, synthetic, t));
        let term = |(mass, count): (&T, u64)| {
            let error = whole::<T>(count) / size.clone() - p.clone();
            mass.clone() * error.clone() * error
        };
        law.iter().zip(0..).map(term).fold(T::zero(), Add::add)
    };
    let mut risks = vec![loss(&law, 0)];
    for t in 1..=generations {
        let size = pool(real, synthetic, t - 1);
        let mut next = vec![T::zero(); law.len() + synthetic as usize];
        for (mass, count) in law.iter().zip(0..) {
            let drawn = binomial(&(whole::<T>(count) / whole(size)), synthetic);
            next[count as usize..].iter_mut().zip(drawn).for_each(|(sum, given)| *sum += mass.clone() * given);
        }
        law = next;
        risks.push(loss(&law, t));
    }
    risks
}

/// Probability that two rows of the pool, drawn with replacement, descend from different real rows, at t = 0..=generations.
///
/// A synthetic row is a copy of a row of the pool before it. So it descends from one real row. For two different rows, of generations i <= j, `apart` holds the
/// probability that their real ancestors differ. It is found by following the younger row to the row that it copies. For a cell of probability p,
/// E p_t (1 - p_t) is p (1 - p) times the returned probability.
pub fn different_ancestors(real: u64, synthetic: u64, generations: u32) -> Vec<f64> {
    let size = |i: usize| rows(real, synthetic, i as u32) as f64;
    let mut apart: Vec<Vec<f64>> = vec![vec![1.0]];
    let mut found = Vec::new();
    for t in 0..=generations {
        let all = pool(real, synthetic, t) as f64;
        let of = |i: usize, l: usize| apart[i.max(l)][i.min(l)];
        let others = |i: usize, l: usize| size(l) - f64::from(u8::from(i == l));
        // A row of generation i against a row that is drawn from the pool of generation t.
        let mut next: Vec<f64> =
            (0..=t as usize).map(|i| (0..=t as usize).map(|l| others(i, l) / all * of(i, l)).sum()).collect();
        let both = next.iter().enumerate().map(|(i, apart)| size(i) / all * apart).sum();
        found.push(both);
        next.push(both);
        apart.push(next);
    }
    found
}

/// E |mu_t - mu|^2 at t = 0..=generations for Gaussian rows of covariance `sigma`. The error of mu_t is a sum over generations i <= t: a share of the noise of the
/// mean of the rows that generation i added. Later rows inherit the noise of the fit that makes them. The shares are carried.
pub fn mean_risk<T: Number>(sigma: &DMatrix<T>, real: u64, synthetic: u64, generations: u32) -> Vec<T> {
    let trace = sigma.diagonal().iter().cloned().fold(T::zero(), Add::add);
    let size = |i: usize| whole::<T>(rows(real, synthetic, i as u32));
    // Shares of the noises of generations 0, 1, ... in the mean of generation i's own rows.
    let mut own: Vec<Vec<T>> = Vec::new();
    let mut fit: Vec<T> = Vec::new();
    let mut risks = Vec::new();
    for t in 0..=generations {
        own.push(fit.iter().cloned().chain([T::one()]).collect());
        let all = whole::<T>(pool(real, synthetic, t));
        let share = |noise: usize| {
            let part = |(i, shares): (usize, &Vec<T>)| shares.get(noise).map(|share| share.clone() * size(i));
            own.iter().enumerate().filter_map(part).fold(T::zero(), Add::add) / all.clone()
        };
        fit = (0..own.len()).map(share).collect();
        // Fitted covariances are unbiased here, so that a row of any generation has the expected covariance `sigma` around the fit that makes it.
        let noise = |(i, share): (usize, &T)| share.clone() * share.clone() * trace.clone() / size(i);
        risks.push(fit.iter().enumerate().map(noise).fold(T::zero(), Add::add));
    }
    risks
}

/// The same in one dimension, for rows of variance 1, from the covariances of all pairs of rows. A synthetic row is the pool's mean plus a noise of its own.
pub fn mean_risk_by_rows(real: u64, synthetic: u64, generations: u32) -> Vec<f64> {
    let mut covariance = DMatrix::<f64>::identity(real as usize, real as usize);
    let mut risks = Vec::new();
    for t in 0..=generations {
        let size = covariance.nrows();
        let with_mean = covariance.column_mean();
        risks.push(with_mean.mean());
        if t < generations {
            let of_mean = with_mean.mean();
            covariance = DMatrix::from_fn(size + synthetic as usize, size + synthetic as usize, |i, j| {
                match (i < size, j < size) {
                    (true, true) => covariance[(i, j)],
                    (true, false) => with_mean[i],
                    (false, true) => with_mean[j],
                    (false, false) => of_mean + f64::from(u8::from(i == j)),
                }
            });
        }
    }
    risks
}

/// The indices (i, j, k, l) of the p^4 entries of a table, in their order in memory.
fn entries(p: usize) -> impl Iterator<Item = [usize; 4]> {
    (0..p.pow(4)).map(move |c| [c / p.pow(3), c / p.pow(2) % p, c / p % p, c % p])
}

/// The table of E S_ij S_kl for a sample covariance S with so many degrees of freedom, given that table for the covariance of its rows (Isserlis).
pub fn sampled<T: Number>(second: &[T], p: usize, degrees: &T) -> Vec<T> {
    let at = |[i, j, k, l]: [usize; 4]| second[((i * p + j) * p + k) * p + l].clone();
    let entry = |[i, j, k, l]: [usize; 4]| at([i, j, k, l]) + (at([i, k, j, l]) + at([i, l, j, k])) / degrees.clone();
    entries(p).map(entry).collect()
}

/// The table of Sigma_ij Sigma_kl.
pub fn products<T: Number>(sigma: &DMatrix<T>) -> Vec<T> {
    entries(sigma.nrows()).map(|[i, j, k, l]| sigma[(i, j)].clone() * sigma[(k, l)].clone()).collect()
}

/// E tr S^2 and E (tr S)^2 from the table of E S_ij S_kl: the sums of its entries (i, j, i, j) and (i, i, k, k).
pub fn traces<T: Number>(second: &[T], p: usize) -> [T; 2] {
    let sum = |chosen: fn([usize; 4]) -> bool| {
        let terms = entries(p).zip(second).filter(|(index, _)| chosen(*index));
        terms.fold(T::zero(), |sum, (_, term)| sum + term.clone())
    };
    [sum(|[i, j, k, l]| i == k && j == l), sum(|[i, j, k, l]| i == j && k == l)]
}

/// (E |Sigma_t - Sigma|_F^2, Var tr Sigma_t) at t = 0..=generations, from the full table of second moments E Sigma_ij Sigma_kl.
pub fn covariance_moments<T: Number>(sigma: &DMatrix<T>, real: u64, synthetic: u64, generations: u32) -> Vec<(T, T)> {
    let (p, product) = (sigma.nrows(), products(sigma));
    let [truth, trace] = traces(&product, p);
    let mut second = sampled(&product, p, &whole(real - 1));
    let mut moments = Vec::new();
    for t in 0..=generations {
        let [square, trace_square] = traces(&second, p);
        moments.push((square - truth.clone(), trace_square - trace.clone()));
        let share = whole::<T>(synthetic) / whole(pool(real, synthetic, t + 1));
        let rest = T::one() - share.clone();
        let drawn = sampled(&second, p, &whole(synthetic - 1));
        // Given the fit, the covariance of the rows of generation t + 1 has the fit as its expectation. So the products of the two have the table of the fit.
        let kept = rest.clone() * rest.clone() + (T::one() + T::one()) * rest * share.clone();
        let mixed = |(fit, drawn): (&T, T)| kept.clone() * fit.clone() + share.clone() * share.clone() * drawn;
        second = second.iter().zip(drawn).map(mixed).collect();
    }
    moments
}

/// E sigma_t^4/sigma^4 at generation t. sigma_t^2 = sigma_{t-1}^2 (1 - a + a Z), where a is the share of the new rows in the pool, and Z is chi-squared over its
/// degrees of freedom. So it is a product of independent factors, whose moments come from quadrature.
pub fn variance_square(real: u64, synthetic: u64, t: u32) -> f64 {
    let square = |degrees: u64, a: f64| {
        let d = degrees as f64;
        chi_squared_mean(d, |x| (1.0 - a + a * x / d) * (1.0 - a + a * x / d))
    };
    let share = |i: u32| synthetic as f64 / pool(real, synthetic, i) as f64;
    (1..=t).fold(square(real - 1, 1.0), |product, i| product * square(synthetic - 1, share(i)))
}

/// E det Sigma_t/det Sigma in two dimensions. A generation multiplies the determinant by det((1 - a) I + a B), where B is a Wishart matrix over its degrees of
/// freedom d, and det(x I + y B) = x^2 + x y tr B + y^2 det B. By Bartlett, tr B and det B come from chi-squared variables with d and d - 1 degrees of freedom,
/// whose means come from quadrature.
pub fn determinant(real: u64, synthetic: u64, t: u32) -> f64 {
    let mean = |degrees: f64| if degrees > 0.0 { chi_squared_mean(degrees, |x| x) } else { 0.0 };
    let factor = |degrees: u64, a: f64| {
        let d = degrees as f64;
        let trace = (mean(d) + mean(d - 1.0) + 1.0) / d;
        (1.0 - a) * (1.0 - a) + (1.0 - a) * a * trace + a * a * mean(d) * mean(d - 1.0) / (d * d)
    };
    let share = |i: u32| synthetic as f64 / pool(real, synthetic, i) as f64;
    (1..=t).fold(factor(real - 1, 1.0), |product, i| product * factor(synthetic - 1, share(i)))
}

/// (E tr S^2, E (tr S)^2) for a random symmetric 2 x 2 matrix S with E (x'Sx)^2 = `along` (x'Sigma x)^2 for every x, and E det S = `area` det Sigma. The mean of
/// (x'Sx)^2 over the unit circle is (2 tr S^2 + (tr S)^2)/8, and 2 det S = (tr S)^2 - tr S^2. These two equations determine both traces.
pub fn from_directions(sigma: &DMatrix<f64>, along: f64, area: f64) -> [f64; 2] {
    // The mean over eight equidistant angles is exact for trigonometric polynomials of degree 4.
    let square = |i: u32| {
        let (sin, cos) = libm::sincos(std::f64::consts::TAU * f64::from(i) / 8.0);
        let form = cos * cos * sigma[(0, 0)] + 2.0 * sin * cos * sigma[(0, 1)] + sin * sin * sigma[(1, 1)];
        form * form
    };
    // Eight times their mean.
    let around = (0..8).map(square).sum::<f64>() * along;
    let twice = 2.0 * sigma.determinant() * area;
    [(around - twice) / 3.0, (around + 2.0 * twice) / 3.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(computed: f64, expected: f64) {
        assert!((computed / expected - 1.0).abs() < 1e-12, "{computed} against {expected}");
    }

    /// One real row, of which all others are copies: the risk never changes.
    #[test]
    fn one_row_by_hand() {
        assert_eq!(cell_risk(&0.5, 1, 1, 2), [0.25; 3]);
        assert_eq!(different_ancestors(1, 1, 2), [0.0; 3]);
    }

    /// Two real rows and a copy of one of them: two draws from these three rows have different ancestors with probability 2 (2/3)(1/3).
    #[test]
    fn two_rows_by_hand() {
        let ancestors = different_ancestors(2, 1, 1);
        close(ancestors[0], 0.5);
        close(ancestors[1], 4.0 / 9.0);
        close(cell_risk(&0.5, 2, 1, 1)[1], 0.25 * (1.0 - 4.0 / 9.0));
    }

    /// One real row x and one synthetic x + noise: their mean is x + noise/2.
    #[test]
    fn two_means_by_hand() {
        for risks in [mean_risk(&DMatrix::identity(1, 1), 1, 1, 1), mean_risk_by_rows(1, 1, 1)] {
            assert_eq!(risks, [1.0, 1.25]);
        }
    }

    /// n = 3, m = 2, p = 1: E sigma_0^4 = 1 + 2/2. The next generation multiplies it by 1 + a^2 2/1 with a = 2/5.
    #[test]
    fn a_variance_by_hand() {
        close(variance_square(3, 2, 1), 2.0 * 1.32);
        close(covariance_moments(&DMatrix::<f64>::identity(1, 1), 3, 2, 1)[1].0, 1.64);
        // Two synthetic rows have one degree of freedom, so that their covariance is singular.
        close(determinant(3, 2, 1), 0.5 * (1.0 - 0.4 * 0.4));
    }

    #[test]
    fn directions_by_hand() {
        let sigma = DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0]);
        let [square, trace] = from_directions(&sigma, 1.0, 1.0);
        close(square, (&sigma * &sigma).trace());
        close(trace, 9.0);
    }
}
