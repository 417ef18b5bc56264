//! Risks of models that feed one another, from the distributions of their samples.
//!
//! No closed form of the theory is used here. Samples are enumerated, rows are followed to their ancestors, noises to where they end, and moments of fourth order are
//! carried entry by entry.

use std::collections::BTreeMap;

use num_rational::BigRational as Q;
use num_traits::{One, Zero};

use super::doubled::Linear;
use super::moments::{Number, whole};

/// A model: what it is fitted on. Weights are parts of their sum.
#[derive(Clone, Debug)]
pub struct Model {
    /// Real rows of generation 0.
    pub start: u64,
    /// Fresh real rows of later generations, and their part; none without rows.
    pub real: Option<(u64, u64)>,
    /// Which model's rows, how many, their part.
    pub from: Vec<(usize, u64, u64)>,
}

impl Model {
    fn whole(&self) -> u64 {
        self.real.map_or(0, |(_, part)| part) + self.from.iter().map(|(_, _, part)| part).sum::<u64>()
    }

    /// The weight of a part.
    pub fn weight<T: Number>(&self, part: u64) -> T {
        whole::<T>(part) / whole(self.whole())
    }
}

/// Each number of successes with its probability, from all sequences of trials.
fn successes(p: &Q, rows: u64) -> Vec<(Q, Q)> {
    let mut law = vec![Q::one()];
    for _ in 0..rows {
        let mut next = vec![Q::zero(); law.len() + 1];
        for (i, mass) in law.iter().enumerate() {
            next[i] += mass * (Q::one() - p);
            next[i + 1] += mass * p;
        }
        law = next;
    }
    let share = |i: usize| Q::new(i.into(), rows.into());
    law.into_iter().enumerate().map(|(i, mass)| (share(i), mass)).collect()
}

/// E (p_i - p)(p_j - p) at t = 0..=generations, row by row, for one cell of probability p: every sample of every model is enumerated.
pub fn enumerated(models: &[Model], p: &Q, generations: u32) -> Vec<Vec<Q>> {
    type Law = BTreeMap<Vec<Q>, Q>;
    // Adds to each state, in its last place, a share of a sample.
    let sampled = |law: Law, of: &dyn Fn(&[Q]) -> Q, rows: u64, weight: &Q, place: usize| {
        let mut next = Law::new();
        for (state, mass) in law {
            for (share, chance) in successes(&of(&state), rows) {
                let mut new = state.clone();
                new[place] += weight * share;
                *next.entry(new).or_default() += &mass * chance;
            }
        }
        next.retain(|_, mass| !mass.is_zero());
        next
    };
    let size = models.len();
    let mut law = Law::from([(vec![Q::zero(); size], Q::one())]);
    for (i, model) in models.iter().enumerate() {
        law = sampled(law, &|_| p.clone(), model.start, &Q::one(), i);
    }
    let moments = |law: &Law| -> Vec<Q> {
        let entry =
            |k: usize| law.iter().map(|(state, mass)| mass * (&state[k / size] - p) * (&state[k % size] - p)).sum();
        (0..size * size).map(entry).collect()
    };
    let mut found = vec![moments(&law)];
    for _ in 0..generations {
        // The fits before, and behind them the new ones.
        law = law.into_iter().map(|(state, mass)| ([state, vec![Q::zero(); size]].concat(), mass)).collect();
        for (i, model) in models.iter().enumerate() {
            if let Some((rows, part)) = model.real {
                law = sampled(law, &|_| p.clone(), rows, &model.weight(part), size + i);
            }
            for &(from, rows, part) in &model.from {
                law = sampled(law, &|state| state[from].clone(), rows, &model.weight(part), size + i);
            }
        }
        let mut next = Law::new();
        for (state, mass) in law {
            *next.entry(state[size..].to_vec()).or_default() += mass;
        }
        law = next;
        found.push(moments(&law));
    }
    found
}

/// Probability that a row of the fit of i and one of the fit of j, both drawn at random, are copies of one real row; at t = `generations`, row by row. A cell's covariance is p (1 - p) times
/// that, and the distribution function's 1/6 times that. Rows are followed backwards.
pub fn same_ancestor(models: &[Model], generations: u32) -> Vec<f64> {
    let size = models.len();
    let start = |k: usize| if k / size == k % size { 1.0 / models[k / size].start as f64 } else { 0.0 };
    let mut same: Vec<f64> = (0..size * size).map(start).collect();
    for _ in 0..generations {
        let next = |k: usize| {
            let (one, other) = (&models[k / size], &models[k % size]);
            let mut chance = 0.0;
            for &(from, rows, part) in &one.from {
                for &(also, _, share) in &other.from {
                    let both = one.weight::<f64>(part) * other.weight::<f64>(share);
                    let before = same[from * size + also];
                    let is_one_batch = k / size == k % size && from == also;
                    let row = if is_one_batch { 1.0 / rows as f64 } else { 0.0 };
                    chance += both * (row + (1.0 - row) * before);
                }
            }
            match one.real {
                Some((rows, part)) if k / size == k % size => chance + one.weight::<f64>(part).powi(2) / rows as f64,
                _ => chance,
            }
        };
        same = (0..size * size).map(next).collect();
    }
    same
}

/// Covariances of means of rows of variance 1, row by row: every noise of every sample is followed to the fits of the last generation.
pub fn by_noises(models: &[Model], generations: u32) -> Vec<f64> {
    let size = models.len();
    let mut found = vec![0.0; size * size];
    let passed = |shares: &[f64]| -> Vec<f64> {
        let of =
            |model: &Model| model.from.iter().map(|&(from, _, part)| model.weight::<f64>(part) * shares[from]).sum();
        models.iter().map(of).collect()
    };
    for born in 0..=generations {
        for (i, model) in models.iter().enumerate() {
            let synthetic = model.from.iter().map(|&(_, rows, part)| (rows, model.weight::<f64>(part)));
            let real = model.real.map(|(rows, part)| (rows, model.weight::<f64>(part)));
            let samples: Vec<(u64, f64)> =
                if born == 0 { vec![(model.start, 1.0)] } else { real.into_iter().chain(synthetic).collect() };
            for (rows, weight) in samples {
                let mut shares = vec![0.0; size];
                shares[i] = weight;
                for _ in born..generations {
                    shares = passed(&shares);
                }
                for (k, sum) in found.iter_mut().enumerate() {
                    *sum += shares[k / size] * shares[k % size] / rows as f64;
                }
            }
        }
    }
    found
}

/// E tr (Sigma_i - Sigma)(Sigma_j - Sigma) at t = `generations`, row by row, Sigma diagonal: all products of two entries of two fitted covariances, by the moments of Wishart matrices.
pub fn covariances<T: Number>(models: &[Model], sigma: &[T], generations: u32) -> Vec<T> {
    let (size, p) = (models.len(), sigma.len());
    let at = |[a, b, c, d]: [usize; 4]| ((a * p + b) * p + c) * p + d;
    let indices = || (0..p.pow(4)).map(|k| [k / p.pow(3), k / p.pow(2) % p, k / p % p, k % p]);
    let entry = |a: usize, b: usize| if a == b { sigma[a].clone() } else { T::zero() };
    let truth: Vec<T> = indices().map(|[a, b, c, d]| entry(a, b) * entry(c, d)).collect();
    // Products of two entries of one sample's covariance, of rows whose own has these products.
    let sample = |of: &[T], rows: u64| -> Vec<T> {
        let degrees = whole::<T>(rows - 1);
        let product = |[a, b, c, d]: [usize; 4]| {
            of[at([a, b, c, d])].clone()
                + (of[at([a, c, b, d])].clone() + of[at([a, d, b, c])].clone()) / degrees.clone()
        };
        indices().map(product).collect()
    };
    let start = |k: usize| if k / size == k % size { sample(&truth, models[k / size].start) } else { truth.clone() };
    let mut products: Vec<Vec<T>> = (0..size * size).map(start).collect();
    // None for real rows.
    let samples = |model: &Model| -> Vec<(Option<usize>, u64, T)> {
        let real = model.real.map(|(rows, part)| (None, rows, model.weight(part)));
        let synthetic = model.from.iter().map(|&(from, rows, part)| (Some(from), rows, model.weight(part)));
        real.into_iter().chain(synthetic).collect()
    };
    for _ in 0..generations {
        let next = |k: usize| {
            let mut sum = vec![T::zero(); p.pow(4)];
            for (i, (from, rows, weight)) in samples(&models[k / size]).into_iter().enumerate() {
                for (j, (also, _, share)) in samples(&models[k % size]).into_iter().enumerate() {
                    let of = match (from, also) {
                        (Some(from), Some(also)) => &products[from * size + also],
                        // Fits are unbiased.
                        _ => &truth,
                    };
                    let of = if k / size == k % size && i == j { sample(of, rows) } else { of.clone() };
                    let both = weight.clone() * share;
                    sum.iter_mut().zip(of).for_each(|(sum, x)| *sum += both.clone() * x);
                }
            }
            sum
        };
        products = (0..size * size).map(next).collect();
    }
    let square = sigma.iter().fold(T::zero(), |sum, s| sum + s.clone() * s.clone());
    let trace = |of: &Vec<T>| (0..p * p).fold(T::zero(), |sum, k| sum + of[at([k / p, k % p, k / p, k % p])].clone());
    products.iter().map(|of| trace(of) - square.clone()).collect()
}

/// The factor by which the variance's products grow at last: the raw second moments of fits that see no real rows, over so many generations; its mean over the last 12 of these, a multiple of
/// short periods.
pub fn growth(models: &[Model], generations: u32) -> f64 {
    let size = models.len();
    let mut moments = vec![1.0; size * size];
    let mut factor = 1.0;
    for t in 0..generations {
        let next = |k: usize| {
            let mut sum = 0.0;
            for &(from, rows, part) in &models[k / size].from {
                for &(also, _, share) in &models[k % size].from {
                    let noise = if k / size == k % size && from == also { 2.0 / (rows - 1) as f64 } else { 0.0 };
                    let both = models[k / size].weight::<f64>(part) * models[k % size].weight::<f64>(share);
                    sum += both * (1.0 + noise) * moments[from * size + also];
                }
            }
            sum
        };
        let new: Vec<f64> = (0..size * size).map(next).collect();
        let most = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
        if t + 12 >= generations {
            factor *= most(&new) / most(&moments);
        }
        let scale = 1.0 / most(&new);
        moments = new.into_iter().map(|x| x * scale).collect();
    }
    libm::pow(factor, 1.0 / 12.0)
}

/// What is fitted in a network whose late generations are followed, in units of the noise of one row.
#[derive(Clone, Copy, Debug)]
pub enum Followed {
    /// A mean of rows, whose noise is (1 - `shrink` e)/rows where the fit that makes them has the error e: 1 for the share of a cell, else 0.
    Mean {
        /// See above.
        shrink: f64,
    },
    /// A covariance in so many dimensions, Sigma = I.
    Covariance {
        /// p.
        dim: f64,
    },
}

/// Covariances of the errors of all pairs of models, row by row, after `generations` and after twice as many, by squaring the matrix of one generation. What grows without bound can be
/// infinite.
///
/// Of a mean one number is carried for each pair. Of two covariances S and T, Sigma = I, every rotation leaves the second moments as they are, so that E S_11 T_22 - 1 and E S_12 T_12 tell
/// them all: E S_11 T_11 is the first and twice the second.
pub fn late(models: &[Model], what: Followed, generations: u64) -> [Vec<f64>; 2] {
    let size = models.len();
    let numbers = if matches!(what, Followed::Mean { .. }) { 1 } else { 2 };
    let pairs: Vec<(usize, usize)> = (0..size).flat_map(|i| (i..size).map(move |j| (i, j))).collect();
    let place = |i: usize, j: usize| {
        let (i, j) = (i.min(j), i.max(j));
        1 + numbers * (i * size - i * (i + 1) / 2 + j)
    };
    // What a sample of so many rows of a fit with these numbers adds to them.
    let noise = |rows: u64, one: f64, of: &[f64]| -> Vec<f64> {
        match (what, of) {
            (Followed::Mean { shrink }, [e]) => vec![(one - shrink * e) / rows as f64],
            (_, [apart, beside]) => {
                let degrees = (rows - 1) as f64;
                vec![2.0 * beside / degrees, (one + apart + beside) / degrees]
            }
            _ => unreachable!("one or two numbers"),
        }
    };
    let step = |x: &[f64]| {
        let mut next = vec![x[0]];
        for &(i, j) in &pairs {
            let mut sum = vec![0.0; numbers];
            let mut add = |weight: f64, of: &[f64]| sum.iter_mut().zip(of).for_each(|(sum, x)| *sum += weight * x);
            for &(from, rows, part) in &models[i].from {
                for &(also, _, share) in &models[j].from {
                    let both = models[i].weight::<f64>(part) * models[j].weight::<f64>(share);
                    let of = &x[place(from, also)..][..numbers];
                    add(both, of);
                    if i == j && from == also {
                        add(both, &noise(rows, x[0], of));
                    }
                }
            }
            if let (true, Some((rows, part))) = (i == j, models[i].real) {
                add(models[i].weight::<f64>(part).powi(2), &noise(rows, x[0], &vec![0.0; numbers]));
            }
            next.extend(sum);
        }
        next
    };
    let mut start = vec![1.0];
    for &(i, j) in &pairs {
        let none = vec![0.0; numbers];
        start.extend(if i == j { noise(models[i].start, 1.0, &none) } else { none });
    }
    let once = Linear::of(start.len(), false, step).power(generations);
    let read = |x: Vec<f64>| -> Vec<f64> {
        let entry = |k: usize| match (what, &x[place(k / size, k % size)..][..numbers]) {
            (Followed::Covariance { dim }, [apart, beside]) => dim * (apart + (dim + 1.0) * beside),
            (_, of) => of[0],
        };
        (0..size * size).map(entry).collect()
    };
    [read(once.applied(&start).0), read(once.after(&once).applied(&start).0)]
}

/// The determinant of I - W: 0 where an error can go round for ever without loss.
pub fn determinant(models: &[Model]) -> Q {
    let size = models.len();
    let mut matrix = vec![vec![Q::zero(); size]; size];
    for (i, model) in models.iter().enumerate() {
        matrix[i][i] += Q::one();
        for &(from, _, part) in &model.from {
            matrix[i][from] -= model.weight::<Q>(part);
        }
    }
    expanded(&matrix)
}

/// By the first row.
fn expanded(matrix: &[Vec<Q>]) -> Q {
    let [first, ..] = matrix else { return Q::one() };
    let minor = |column: usize| -> Vec<Vec<Q>> {
        let without = |row: &Vec<Q>| [&row[..column], &row[column + 1..]].concat();
        matrix[1..].iter().map(without).collect()
    };
    let term = |(column, x): (usize, &Q)| {
        if column % 2 == 0 { x * expanded(&minor(column)) } else { -x * expanded(&minor(column)) }
    };
    first.iter().enumerate().filter(|(_, x)| !x.is_zero()).map(term).sum()
}

/// The covariances that a generation leaves as they are, row by row, of means of rows of variance 1: all pairs of models in one linear system.
///
/// None where it has no single solution.
pub fn solved(models: &[Model]) -> Option<Vec<Q>> {
    let size = models.len();
    let all = size * size;
    let mut system = vec![vec![Q::zero(); all + 1]; all];
    for (k, row) in system.iter_mut().enumerate() {
        let (one, other) = (&models[k / size], &models[k % size]);
        row[k] += Q::one();
        for &(from, rows, part) in &one.from {
            for &(also, _, share) in &other.from {
                row[from * size + also] -= one.weight::<Q>(part) * other.weight::<Q>(share);
            }
            if k / size == k % size {
                row[all] += one.weight::<Q>(part) * one.weight::<Q>(part) / whole::<Q>(rows);
            }
        }
        if let (true, Some((rows, part))) = (k / size == k % size, one.real) {
            row[all] += one.weight::<Q>(part) * one.weight::<Q>(part) / whole::<Q>(rows);
        }
    }
    for pivot in 0..all {
        let row = (pivot..all).find(|&row| !system[row][pivot].is_zero())?;
        system.swap(pivot, row);
        let lead = system[pivot].clone();
        for (i, row) in system.iter_mut().enumerate().filter(|(i, _)| *i != pivot) {
            debug_assert!(i != pivot);
            if !row[pivot].is_zero() {
                let factor = &row[pivot] / &lead[pivot];
                row.iter_mut().zip(&lead).skip(pivot).for_each(|(x, y)| *x -= &factor * y);
            }
        }
    }
    Some((0..all).map(|k| &system[k][all] / &system[k][k]).collect())
}

/// Risks of means of rows of variance 1 after 2^doublings generations, and after twice as many: sums of powers of W, by doubling.
pub fn doubled(models: &[Model], doublings: u32) -> Vec<[f64; 2]> {
    let size = models.len();
    let product = |a: &[f64], b: &[f64]| -> Vec<f64> {
        (0..size * size).map(|k| (0..size).map(|l| a[k / size * size + l] * b[l * size + k % size]).sum()).collect()
    };
    let flipped = |a: &[f64]| -> Vec<f64> { (0..size * size).map(|k| a[k % size * size + k / size]).collect() };
    let (mut power, mut sum, mut first) = (vec![0.0; size * size], vec![0.0; size * size], vec![0.0; size * size]);
    for (i, model) in models.iter().enumerate() {
        first[i * (size + 1)] = 1.0 / model.start as f64;
        for &(from, rows, part) in &model.from {
            let weight: f64 = model.weight(part);
            power[i * size + from] = weight;
            sum[i * (size + 1)] += weight * weight / rows as f64;
        }
        if let Some((rows, part)) = model.real {
            sum[i * (size + 1)] += model.weight::<f64>(part).powi(2) / rows as f64;
        }
    }
    let mut found = vec![[0.0; 2]; size];
    for step in 0..=doublings + 1 {
        let of_start = product(&product(&power, &first), &flipped(&power));
        for (i, found) in found.iter_mut().enumerate() {
            *found = [found[1], sum[i * (size + 1)] + of_start[i * (size + 1)]];
        }
        if step <= doublings {
            let more = product(&product(&power, &sum), &flipped(&power));
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            power = product(&power, &power);
        }
    }
    found
}
