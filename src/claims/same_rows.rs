//! Risks where every generation has the same real rows, from the distributions of the samples.
//!
//! No closed form of the theory is used here. As in `moments`, distributions are enumerated and moments are carried entry by entry. Each
//! risk is also computed in a second way, which shares nothing with the first: from single rows, from the ancestors of rows, or by
//! quadrature over the fit of the real rows.

use std::ops::Add;

use nalgebra::{DMatrix, DVector};

use super::moments::{Number, binomial, chi_squared_mean, whole};
use super::pools::{from_directions, products, sampled, traces};
use crate::experiment::Divisor;

/// The n real rows that stay, the m synthetic ones of each generation, the weight on the real ones, and the divisor of covariances.
#[derive(Clone, Debug)]
pub struct Chain<T> {
    pub real: u64,
    pub synthetic: u64,
    pub weight: T,
    pub divisor: Divisor,
}

impl<T: Number> Chain<T> {
    pub const fn new(real: u64, synthetic: u64, weight: T, divisor: Divisor) -> Self {
        Self { real, synthetic, weight, divisor }
    }

    /// (w, u).
    fn weights(&self) -> [T; 2] {
        [self.weight.clone(), T::one() - self.weight.clone()]
    }

    /// The expectation of the covariance of so many rows, in units of the covariance that they are drawn with: (rows - 1)/divisor. The unbiased divisor requires
    /// two rows or more.
    fn kept(&self, rows: u64) -> T {
        match self.divisor {
            Divisor::Unbiased => T::one(),
            Divisor::MaximumLikelihood => whole::<T>(rows - 1) / whole(rows),
        }
    }

    /// The table of E S_ij S_kl for the covariance S of so many rows, given that table for the covariance that they are drawn with. Of one row it is 0.
    fn table(&self, second: &[T], p: usize, rows: u64) -> Vec<T> {
        let square = self.kept(rows) * self.kept(rows);
        let degrees = whole::<T>(rows.max(2) - 1);
        sampled(second, p, &degrees).into_iter().map(|entry| square.clone() * entry).collect()
    }

    /// (E |mu_t - mu|^2, E |Sigma_t - Sigma|_F^2) at t = 0..=generations. The fit of generation t depends on mu_0 and S_0, the fit of the real rows, so that their
    /// joint moments are carried too: the matrices E (mu_t - mu)(mu_t - mu)', E (mu_0 - mu)(mu_t - mu)' and E Sigma_t, and the tables of all E Sigma_ij Sigma_kl and
    /// E S_ij Sigma_kl, where Sigma_ij are the entries of Sigma_t and S_ij those of S_0.
    pub fn risks(&self, sigma: &DMatrix<T>, generations: u32) -> Vec<(T, T)> {
        let (p, product, [w, u]) = (sigma.nrows(), products(sigma), self.weights());
        let two = T::one() + T::one();
        let trace = |x: &DMatrix<T>| x.diagonal().iter().cloned().fold(T::zero(), Add::add);
        // The table whose entry (i, j, k, l) is the entry (k, l, i, j) of this one.
        let turned = |table: &[T]| -> Vec<T> {
            (0..p.pow(4)).map(|c| table[c % p.pow(2) * p.pow(2) + c / p.pow(2)].clone()).collect()
        };
        let start = self.table(&product, p, self.real);
        let start_of_mean = sigma.map(|entry| entry / whole(self.real));
        let start_covariance = sigma.map(|entry| entry * self.kept(self.real));
        let (mut second, mut crossed) = (start.clone(), start.clone());
        let (mut of_mean, mut with_start) = (start_of_mean.clone(), start_of_mean.clone());
        let mut covariance = start_covariance.clone();
        let mut found = Vec::new();
        for _ in 0..=generations {
            let with_truth =
                covariance.iter().zip(sigma.iter()).map(|(x, y)| x.clone() * y.clone()).fold(T::zero(), Add::add);
            let risk = traces(&second, p)[0].clone() - two.clone() * with_truth + traces(&product, p)[0].clone();
            found.push((trace(&of_mean), risk));
            let (drawn, part) = (self.table(&second, p, self.synthetic), u.clone() * self.kept(self.synthetic));
            let other = turned(&crossed);
            second = (0..p.pow(4))
                .map(|c| {
                    w.clone() * w.clone() * start[c].clone()
                        + u.clone() * u.clone() * drawn[c].clone()
                        + w.clone() * part.clone() * (crossed[c].clone() + other[c].clone())
                })
                .collect();
            let next = |(start, crossed): (&T, &T)| w.clone() * start.clone() + part.clone() * crossed.clone();
            crossed = start.iter().zip(&crossed).map(next).collect();
            let both = &with_start + with_start.transpose();
            of_mean = of_mean.zip_zip_map(&covariance, &both, |of_mean, covariance, both| {
                u.clone() * u.clone() * (of_mean + covariance / whole(self.synthetic)) + w.clone() * u.clone() * both
            }) + start_of_mean.map(|entry| entry * w.clone() * w.clone());
            with_start = with_start.zip_map(&start_of_mean, |with, start| w.clone() * start + u.clone() * with);
            covariance = covariance
                .zip_map(&start_covariance, |covariance, start| w.clone() * start + part.clone() * covariance);
        }
        found
    }
}

/// Weights of the single rows in the fit of generation t: the real ones first, and from generation 1 on the synthetic ones behind them.
fn shares(chain: &Chain<f64>, t: u32) -> DVector<f64> {
    let (n, m) = (chain.real as usize, chain.synthetic as usize);
    if t == 0 {
        return DVector::from_element(n, 1.0 / n as f64);
    }
    DVector::from_fn(n + m, |i, _| if i < n { chain.weight / n as f64 } else { (1.0 - chain.weight) / m as f64 })
}

/// The matrix `pairs` has a number for each pair of rows, such as E x y. This makes that matrix for the real rows and the next synthetic rows. A synthetic row is
/// drawn from the old rows with the weights `shares`. So its number with a real row is the weighted mean of the old rows' numbers with it, and its number with
/// another new row is the weighted mean over both. Its number with itself is `own`.
fn next_pairs(chain: &Chain<f64>, pairs: &DMatrix<f64>, shares: &DVector<f64>, own: f64) -> DMatrix<f64> {
    let (n, m) = (chain.real as usize, chain.synthetic as usize);
    let one = pairs * shares;
    let both = one.dot(shares);
    DMatrix::from_fn(n + m, n + m, |i, j| match (i < n, j < n) {
        (true, true) => pairs[(i, j)],
        (true, false) => one[i],
        (false, true) => one[j],
        (false, false) if i == j => own,
        (false, false) => both,
    })
}

impl Chain<f64> {
    /// E (mu_t - mu)^2 at t = 0..=generations in one dimension, for real rows of variance 1 and mu = 0. Carried is E x y for all pairs of the rows x, y that
    /// generation t is fitted on.
    pub fn mean_by_rows(&self, generations: u32) -> Vec<f64> {
        let (n, m, w) = (self.real as usize, self.synthetic as usize, self.weight);
        let mut pairs = DMatrix::<f64>::identity(n, n);
        let mut risks = Vec::new();
        for t in 0..=generations {
            let shares = shares(self, t);
            let square_of_mean = shares.dot(&(&pairs * &shares));
            risks.push(square_of_mean);
            // The expected variance of so many rows from `first` on, with the divisor.
            let spread = |first: usize, rows: usize| {
                let block = pairs.view((first, first), (rows, rows));
                let around = block.trace() - block.sum() / rows as f64;
                match self.divisor {
                    Divisor::Unbiased => around / (rows as f64 - 1.0),
                    Divisor::MaximumLikelihood => around / rows as f64,
                }
            };
            let variance = if t == 0 { spread(0, n) } else { w * spread(0, n) + (1.0 - w) * spread(n, m) };
            pairs = next_pairs(self, &pairs, &shares, square_of_mean + variance);
        }
        risks
    }

    /// Probability that two rows drawn from the fit descend from different real rows, at t = 0..=generations. A synthetic row is a copy of one of the rows that the
    /// generation before was fitted on. `apart` holds, for all pairs of rows, the probability that their real ancestors differ. For a cell of probability p,
    /// E p_t (1 - p_t) is p (1 - p) times the returned probability.
    pub fn different_ancestors(&self, generations: u32) -> Vec<f64> {
        let n = self.real as usize;
        let mut apart = DMatrix::from_fn(n, n, |i, j| f64::from(u8::from(i != j)));
        let mut found = Vec::new();
        for t in 0..=generations {
            let shares = shares(self, t);
            found.push(shares.dot(&(&apart * &shares)));
            apart = next_pairs(self, &apart, &shares, 0.0);
        }
        found
    }

    /// (E sigma_t^2, E sigma_t^4) in one dimension, sigma = 1, and E det Sigma_t/det Sigma in two. Given the variance y of the real rows,
    /// sigma_t^2 = w y + u sigma_{t-1}^2 Z, where Z is chi-squared over the divisor. Both moments are carried given y, and then averaged over y. The moments of Z and
    /// the average over y come from quadrature. The determinant of a covariance comes from chi-squared variables, too (Bartlett), and det(A + B) is
    /// det A + det B plus a term that is linear in A and in B.
    fn quadrature(&self, t: u32) -> [f64; 3] {
        let (w, u) = (self.weight, 1.0 - self.weight);
        let divisor = |rows: u64| match self.divisor {
            Divisor::Unbiased => rows as f64 - 1.0,
            Divisor::MaximumLikelihood => rows as f64,
        };
        let mean_of = |degrees: f64, g: &dyn Fn(f64) -> f64| {
            if degrees > 0.0 { chi_squared_mean(degrees, g) } else { g(0.0) }
        };
        let [n, m] = [self.real, self.synthetic].map(|rows| (rows as f64 - 1.0, divisor(rows)));
        let area = |(degrees, divisor): (f64, f64)| {
            mean_of(degrees, &|x| x) * mean_of(degrees - 1.0, &|x| x) / (divisor * divisor)
        };
        let [first, second] = [1, 2].map(|power| mean_of(m.0, &|x| libm::pow(x / m.1, power.into())));
        let moments = |y: f64| {
            let step = |[mean, square]: [f64; 2], _| {
                let drawn = first * mean;
                [w * y + u * drawn, w * w * y * y + 2.0 * w * u * y * drawn + u * u * second * square]
            };
            (0..t).fold([y, y * y], step)
        };
        // In units of det S_0, S_0 the covariance of the real rows. Given these rows, the synthetic covariance has the expectation `drawn` S_0.
        let plane = (0..t).fold([1.0, 1.0], |[mean, determinant], _| {
            let drawn = first * mean;
            [w + u * drawn, w * w + 2.0 * w * u * drawn + u * u * area(m) * determinant]
        });
        let [mean, square] = [0, 1].map(|i| mean_of(n.0, &|x| moments(x / n.1)[i]));
        [mean, square, area(n) * plane[1]]
    }

    /// (E |Sigma_t - Sigma|_F^2, E |Sigma_t|_F^2) for each of these covariances in one or two dimensions, by quadrature: from the determinant of Sigma_t and from its
    /// variance along every direction.
    pub fn risks_by_quadrature<const N: usize>(&self, sigmas: [&DMatrix<f64>; N], t: u32) -> [(f64, f64); N] {
        let [mean, square, area] = self.quadrature(t);
        sigmas.map(|sigma| {
            let truth = sigma.norm_squared();
            let size = if sigma.nrows() == 1 { square * truth } else { from_directions(sigma, square, area)[0] };
            (size - 2.0 * mean * truth + truth, size)
        })
    }
}

/// E (p_t - p)^2 at t = 0..=generations for one cell of probability p. The exact distribution of p_t is carried for each number of real rows in the cell, and
/// the loss is averaged over that number.
pub fn cell_risk<T: Number>(p: &T, chain: &Chain<T>, generations: u32) -> Vec<T> {
    let [w, u] = chain.weights();
    let [n, m] = [chain.real, chain.synthetic].map(whole::<T>);
    let mut risks = vec![T::zero(); generations as usize + 1];
    for (chance, i) in binomial(p, chain.real).into_iter().zip(0..) {
        let share = whole::<T>(i) / n.clone();
        let mut fitted = vec![(share.clone(), T::one())];
        for sum in &mut risks {
            let loss = |(q, mass): &(T, T)| {
                let error = q.clone() - p.clone();
                mass.clone() * error.clone() * error
            };
            *sum += chance.clone() * fitted.iter().map(loss).fold(T::zero(), Add::add);
            let mut drawn = vec![T::zero(); chain.synthetic as usize + 1];
            for (q, mass) in &fitted {
                let law = binomial(q, chain.synthetic);
                drawn.iter_mut().zip(law).for_each(|(sum, given)| *sum += mass.clone() * given);
            }
            let value = |j: u64| w.clone() * share.clone() + u.clone() * whole::<T>(j) / m.clone();
            fitted = drawn.into_iter().zip(0..).map(|(mass, j)| (value(j), mass)).collect();
        }
    }
    risks
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Divisor; 2] = [Divisor::Unbiased, Divisor::MaximumLikelihood];

    fn close(computed: f64, expected: f64) {
        assert!((computed / expected - 1.0).abs() < 1e-12, "{computed} against {expected}");
    }

    /// n = m = 1, p = w = 1/2: all rows are copies of the one real row, so that p_t is always 0 or 1, and the loss 1/4.
    #[test]
    fn one_row_by_hand() {
        let chain = Chain::new(1, 1, 0.5, Divisor::Unbiased);
        assert_eq!(cell_risk(&0.5, &chain, 3), [0.25; 4]);
        assert_eq!(chain.different_ancestors(3), [0.0; 4]);
    }

    /// n = 2, m = 1, w = 1/2. With probability 1/2 the two real rows are in different cells, and then p_1 is 1/4 or 3/4. Two draws have different ancestors if both
    /// are real and different (probability 1/8), or if one is real and not the ancestor of the other (1/2 times 1/2).
    #[test]
    fn two_rows_by_hand() {
        let chain = Chain::new(2, 1, 0.5, Divisor::Unbiased);
        close(cell_risk(&0.5, &chain, 1)[1], 0.5 * 0.25 + 0.5 / 16.0);
        close(chain.different_ancestors(1)[1], 0.125 + 0.25);
        close(0.25 * (1.0 - chain.different_ancestors(1)[1]), cell_risk(&0.5, &chain, 1)[1]);
    }

    /// n = m = 2, sigma = 1, w = 1/2. The risk of the mean is 1/2 + (1/4) v/2, where v = E sigma_0^2 is 1 or 1/2. The variance with divisor n - 1 = 1: y = sigma_0^2
    /// has E y^2 = 3, and E sigma_1^4 = E y^2 (1/4 + 1/2 + 3/4).
    #[test]
    fn two_rows_of_a_gaussian_by_hand() {
        let one = DMatrix::<f64>::identity(1, 1);
        for (divisor, mean) in BOTH.into_iter().zip([0.5 + 0.125, 0.5 + 0.0625]) {
            let chain = Chain::new(2, 2, 0.5, divisor);
            close(chain.mean_by_rows(1)[1], mean);
            close(chain.risks(&one, 1)[1].0, mean);
        }
        let unbiased = Chain::new(2, 2, 0.5, Divisor::Unbiased);
        close(unbiased.risks(&one, 1)[1].1, 4.5 - 1.0);
        close(unbiased.risks_by_quadrature([&one], 1)[0].0, 3.5);
        // Divisor 2: y = X/2, X chi-squared with one degree of freedom, so E y = 1/2, E y^2 = 3/4; and sigma_1^2 = y/2 + y X'/4 with another such X'.
        let halved = Chain::new(2, 2, 0.5, Divisor::MaximumLikelihood);
        let (mean, square) = (0.5 * 0.75, 0.75 * (0.25 + 0.25 + 3.0 / 16.0));
        close(halved.risks(&one, 1)[1].1, square - 2.0 * mean + 1.0);
        close(halved.risks_by_quadrature([&one], 1)[0].0, square - 2.0 * mean + 1.0);
    }

    /// With all of the weight on the real rows nothing changes.
    #[test]
    fn the_real_rows_alone() {
        for divisor in BOTH {
            let chain = Chain::new(4, 3, 1.0, divisor);
            let risks = chain.risks(&DMatrix::identity(2, 2), 3);
            assert!(risks.iter().all(|risk| *risk == risks[0]), "{risks:?}");
            assert_eq!(risks[0].0, 0.5);
            let plane = DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0]);
            close(chain.risks_by_quadrature([&plane], 3)[0].0, chain.risks(&plane, 0)[0].1);
        }
    }
}
