//! Risks of fits to n rows that are drawn without replacement from accumulating data, from the distributions of the samples.
//!
//! No closed form of the theory is used here, as in `pools`. The pool of generation t has the n real rows and m synthetic rows of each of the generations 1..t.

use std::ops::Add;

use super::moments::{Number, binomial, whole};

/// P(i of the drawn rows are in the cell) for i = 0..=drawn, where `marked` of `all` rows are, by drawing one row after the other.
fn hypergeometric<T: Number>(marked: u64, all: u64, drawn: u64) -> Vec<T> {
    let mut law = vec![T::one()];
    for before in 0..drawn {
        let mut next = vec![T::zero(); law.len() + 1];
        for (mass, i) in law.into_iter().zip(0..) {
            let (left, all) = (marked.saturating_sub(i), all - before);
            let hit = whole::<T>(left) / whole(all);
            next[i as usize] += mass.clone() * (T::one() - hit.clone());
            next[i as usize + 1] += mass * hit;
        }
        law = next;
    }
    law
}

/// E (p_t - p)^2 at t = 0..=generations for one cell of probability p, from the exact distributions of the pool's count and of the drawn rows'.
pub fn cell_risk<T: Number>(p: &T, real: u64, synthetic: u64, generations: u32) -> Vec<T> {
    // The law of the number of the pool's rows that are in the cell.
    let mut pools = binomial(p, real);
    let mut risks = Vec::new();
    for t in 0..=generations {
        let size = real + u64::from(t) * synthetic;
        let mut next = vec![T::zero(); pools.len() + synthetic as usize];
        let mut risk = T::zero();
        for (mass, count) in pools.iter().zip(0..) {
            for (drawing, i) in hypergeometric::<T>(count, size, real).into_iter().zip(0..) {
                let (fit, both) = (whole::<T>(i) / whole(real), mass.clone() * drawing);
                let error = fit.clone() - p.clone();
                risk += both.clone() * error.clone() * error;
                let made = binomial(&fit, synthetic);
                next[count as usize..].iter_mut().zip(made).for_each(|(sum, given)| *sum += both.clone() * given);
            }
        }
        risks.push(risk);
        pools = next;
    }
    risks
}

/// Probability that two of the n rows of a fit, drawn with replacement, descend from different real rows, at t = 0..=generations. `apart` holds it for two different rows of
/// the pool, of generations i <= j.
///
/// The rows of a generation copy rows of one drawing, so that two of them copy the same row with probability 1/n, or else any two rows of the pool. A row copies any
/// row of the pool before it.
pub fn different_ancestors(real: u64, synthetic: u64, generations: u32) -> Vec<f64> {
    let n = real as f64;
    let size = |i: usize| if i == 0 { n } else { synthetic as f64 };
    let mut apart: Vec<Vec<f64>> = vec![vec![1.0]];
    let mut found = Vec::new();
    for t in 0..=generations as usize {
        let all = n + t as f64 * synthetic as f64;
        let of = |i: usize, l: usize| apart[i.max(l)][i.min(l)];
        let others = |i: usize, l: usize| size(l) - f64::from(u8::from(i == l));
        // A row of generation i against any row of the pool, itself among them.
        let against = |i: usize| (0..=t).map(|l| others(i, l) * of(i, l)).sum::<f64>() / all;
        let pairs = (0..=t).map(|i| size(i) * all * against(i)).sum::<f64>();
        let two = if all > 1.0 { pairs / (all * (all - 1.0)) } else { 0.0 };
        found.push((1.0 - 1.0 / n) * two);
        let next = (0..=t).map(against).chain([(1.0 - 1.0 / n) * two]).collect();
        apart.push(next);
    }
    found
}

/// E of the squared error of a Gaussian's mean at t = 0..=generations in one dimension, for rows of variance 1 and variances with divisor n - 1, from the covariances of all
/// pairs of the pool's rows. A synthetic row is the mean of the drawn rows plus a noise of its own.
pub fn mean_risk<T: Number>(real: u64, synthetic: u64, generations: u32) -> Vec<T> {
    let size = real as usize;
    let mut pairs: Vec<Vec<T>> =
        (0..size).map(|i| (0..size).map(|j| if i == j { T::one() } else { T::zero() }).collect()).collect();
    let total = |row: &[T]| row.iter().cloned().fold(T::zero(), Add::add);
    let mut risks = Vec::new();
    for t in 0..=generations {
        let size = pairs.len();
        let all = whole::<T>(size as u64);
        let sums: Vec<T> = pairs.iter().map(|row| total(row)).collect();
        let squares = (0..size).fold(T::zero(), |sum, i| sum + pairs[i][i].clone());
        let products = total(&sums) - squares.clone();
        let others = all.clone() - T::one();
        // Each row is drawn with probability n/N, each pair with n (n - 1)/(N (N - 1)).
        let two = whole::<T>(real - 1) / others.clone();
        risks.push((squares.clone() + two * products.clone()) / (whole::<T>(real) * all.clone()));
        // Half the mean squared difference of two rows, which is also that of two drawn ones.
        let variance = (squares - products / others) / all.clone();
        if t < generations {
            let with_fit: Vec<T> = sums.iter().map(|sum| sum.clone() / all.clone()).collect();
            let of_fit = risks[t as usize].clone();
            let entry = |i: usize, j: usize| match (i < size, j < size) {
                (true, true) => pairs[i][j].clone(),
                (true, false) => with_fit[i].clone(),
                (false, true) => with_fit[j].clone(),
                (false, false) => of_fit.clone() + if i == j { variance.clone() } else { T::zero() },
            };
            let next = size + synthetic as usize;
            pairs = (0..next).map(|i| (0..next).map(|j| entry(i, j)).collect()).collect();
        }
    }
    risks
}

/// The same by sums alone: of E x_i^2 and of E x_i x_j over the pool. With `is_biased` variances have the divisor n.
pub fn mean_risk_by_sums(real: u64, synthetic: u64, is_biased: bool, generations: u32) -> Vec<f64> {
    let (n, m) = (real as f64, synthetic as f64);
    let (mut squares, mut all) = (n, n);
    let risks = (0..=generations).map(|t| {
        let pool = n + f64::from(t) * m;
        let pairs = if pool > 1.0 { (n - 1.0) * (all - squares) / (pool * (pool - 1.0)) } else { 0.0 };
        let risk = (squares / pool + pairs) / n;
        let within = if pool > 1.0 { (squares - all / pool) / (pool - 1.0) } else { 0.0 };
        let variance = if is_biased { within * (n - 1.0) / n } else { within };
        squares += m * (risk + variance);
        all += 2.0 * m * all / pool + m * m * risk + m * variance;
        risk
    });
    risks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two real rows, one of them in the cell, and a copy of one: of three rows two are drawn.
    #[test]
    fn by_hand() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        hypergeometric(1, 3, 2)
            .into_iter()
            .zip([1.0 / 3.0, 2.0 / 3.0, 0.0])
            .for_each(|(found, expected)| close(found, expected));
        // Two distinct rows of the three are the two real ones, or the copy and the other: 2 of 3 pairs.
        let ancestors = different_ancestors(2, 1, 1);
        close(ancestors[0], 0.5);
        close(ancestors[1], 0.5 * 2.0 / 3.0);
        close(cell_risk(&0.5, 2, 1, 1)[1], 0.25 * (1.0 - 1.0 / 3.0));
        // x, y, and z = (x + y)/2 + noise of variance 1: squares of expectation 1, 1, 3/2, and products 0, 1/2, 1/2 of three pairs, each drawn
        // with probability 1/3: a quarter of 2/3 of the squares and of 2 times 1/3 of the products.
        for risks in [mean_risk::<f64>(2, 1, 1), mean_risk_by_sums(2, 1, false, 1)] {
            close(risks[0], 0.5);
            close(risks[1], (2.0 * 3.5 + 2.0 * 1.0) / 12.0);
        }
        // With divisor 2 the noise has variance 1/2, and E z^2 is 1.
        close(mean_risk_by_sums(2, 1, true, 1)[1], (2.0 * 3.0 + 2.0 * 1.0) / 12.0);
    }
}
