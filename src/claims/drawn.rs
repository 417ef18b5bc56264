//! Risks of fits to n rows that are drawn without replacement from accumulating data, from the distributions of the samples.
//!
//! No closed form of the theory is used here, as in `pools`. The pool of generation t has the n real rows and m synthetic rows of each of the generations 1..t.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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

/// E of the squared error of a Gaussian's mean and E of its variance at t = 0..=generations in one dimension, for two real rows of variance 1 or more, from the covariances
/// of all pairs of the pool's rows. A synthetic row is the mean of the drawn rows plus a noise of its own. With `is_biased` variances have the divisor n.
pub fn mean_and_variance<T: Number>(real: u64, synthetic: u64, is_biased: bool, generations: u32) -> Vec<[T; 2]> {
    let size = real as usize;
    let mut pairs: Vec<Vec<T>> =
        (0..size).map(|i| (0..size).map(|j| if i == j { T::one() } else { T::zero() }).collect()).collect();
    let total = |row: &[T]| row.iter().cloned().fold(T::zero(), Add::add);
    let kept = if is_biased { whole::<T>(real - 1) / whole(real) } else { T::one() };
    let mut found = Vec::new();
    for t in 0..=generations {
        let size = pairs.len();
        let all = whole::<T>(size as u64);
        let sums: Vec<T> = pairs.iter().map(|row| total(row)).collect();
        let squares = (0..size).fold(T::zero(), |sum, i| sum + pairs[i][i].clone());
        let products = total(&sums) - squares.clone();
        let others = all.clone() - T::one();
        // Each row is drawn with probability n/N, each pair with n (n - 1)/(N (N - 1)).
        let two = whole::<T>(real - 1) / others.clone();
        let of_fit = (squares.clone() + two * products.clone()) / (whole::<T>(real) * all.clone());
        // Half the mean squared difference of two rows, which is also that of two drawn ones.
        let variance = kept.clone() * (squares - products / others) / all.clone();
        found.push([of_fit.clone(), variance.clone()]);
        if t < generations {
            let with_fit: Vec<T> = sums.iter().map(|sum| sum.clone() / all.clone()).collect();
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
    found
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

/// All ways to put `slots` slots on rows: for each slot the number of its row, rows being numbered as they first occur.
fn placings(slots: usize) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for _ in 0..slots {
        let longer = |of: &Vec<usize>| {
            let rows = of.iter().max().map_or(0, |most| most + 1);
            (0..=rows).map(|row| [&of[..], &[row]].concat()).collect::<Vec<_>>()
        };
        found = found.iter().flat_map(longer).collect();
    }
    found
}

fn rows_of(placing: &[usize]) -> usize {
    placing.iter().max().map_or(0, |most| most + 1)
}

/// n (n - 1) ... (n - j + 1).
fn falling(n: f64, j: usize) -> f64 {
    (0..j).map(|i| (n - i as f64).max(0.0)).product()
}

/// A product of sums over drawn rows: its factor, and which slots stand in each sum.
type Product = (f64, Vec<Vec<usize>>);

/// Means of products of coordinates of rows of the pool, in a few numbers whatever the number of rows: for each way to put the slots on different rows, the mean over all rows. A slot stands for a coordinate.
///
/// Nothing here depends on which coordinates these are. Those of a new row have, given the fit that makes it, the products of the fit's means and covariances as their mean (Isserlis).
pub struct Slots {
    placings: Vec<Vec<usize>>,
    n: f64,
    m: f64,
    /// The divisor of covariances.
    divisor: f64,
    /// For each placing in the new pool: its factor, the placing of the old pool, and how many of that one's rows are drawn ones.
    new: Vec<Vec<(f64, usize, usize)>>,
}

impl Slots {
    /// Of so many slots.
    pub fn new(slots: usize, real: u64, synthetic: u64, is_biased: bool) -> Self {
        let (n, m) = (real as f64, synthetic as f64);
        // One row has the covariance 0, whatever its divisor.
        let divisor = if is_biased { n } else { (n - 1.0).max(1.0) };
        let mut found = Self { placings: placings(slots), n, m, divisor, new: Vec::new() };
        found.new = found.placings.iter().map(|placing| found.made(placing)).collect();
        found
    }

    /// S_ab as sums over drawn rows: of z_a z_b, less those of z_a and of z_b over n.
    fn covariance(&self, a: usize, b: usize) -> Vec<Product> {
        vec![(1.0 / self.divisor, vec![vec![a, b]]), (-1.0 / (self.divisor * self.n), vec![vec![a], vec![b]])]
    }

    /// The product of each of one with each of the other.
    fn times(one: &[Product], other: &[Product]) -> Vec<Product> {
        one.iter().flat_map(|(x, a)| other.iter().map(move |(y, b)| (x * y, [&a[..], &b[..]].concat()))).collect()
    }

    /// The mean of the product of these coordinates of a new row, given the fit: the first is a mean, or makes a covariance with one of the others.
    fn of_row(&self, slots: &[usize]) -> Vec<Product> {
        let [first, rest @ ..] = slots else { return vec![(1.0, Vec::new())] };
        let mut found = Self::times(&[(1.0 / self.n, vec![vec![*first]])], &self.of_row(rest));
        for (i, second) in rest.iter().enumerate() {
            let others = [&rest[..i], &rest[i + 1..]].concat();
            found.extend(Self::times(&self.covariance(*first, *second), &self.of_row(&others)));
        }
        found
    }

    /// Sums over different old rows, `apart`, times sums over drawn rows: each sum's row may be that of another, but for those of `apart` among each other.
    fn spread(&self, apart: &[Vec<usize>], (factor, sums): &Product) -> Vec<(f64, usize, usize)> {
        let units = [apart, &sums[..]].concat();
        let all = placings(units.len());
        let is_apart = |of: &&Vec<usize>| of[..apart.len()].iter().enumerate().all(|(i, row)| i == *row);
        let placed = |of: &Vec<usize>| {
            let mut rows = vec![0; self.placings[0].len()];
            units.iter().zip(of).for_each(|(unit, row)| unit.iter().for_each(|slot| rows[*slot] = *row));
            let drawn: BTreeSet<_> = of[apart.len()..].iter().collect();
            // Rows numbered as they first occur.
            let mut names = Vec::new();
            let mut name = |row: &usize| {
                names.iter().position(|known| known == row).unwrap_or_else(|| {
                    names.push(*row);
                    names.len() - 1
                })
            };
            let named: Vec<usize> = rows.iter().map(&mut name).collect();
            let place = self.placings.iter().position(|placing| *placing == named).expect("a placing");
            (*factor, place, drawn.len())
        };
        all.iter().filter(is_apart).map(placed).collect()
    }

    /// The sum over different rows of the new pool: each row is an old or a new one.
    fn made(&self, placing: &[usize]) -> Vec<(f64, usize, usize)> {
        let rows = rows_of(placing);
        let slots_of = |row: usize| (0..placing.len()).filter(|slot| placing[*slot] == row).collect::<Vec<_>>();
        let mut found: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for choice in 0..1_usize << rows {
            let is_new = |row: &usize| choice >> row & 1 == 1;
            let apart: Vec<Vec<usize>> = (0..rows).filter(|row| !is_new(row)).map(slots_of).collect();
            let new: Vec<usize> = (0..rows).filter(is_new).collect();
            let mut products = vec![(falling(self.m, new.len()), Vec::new())];
            for row in new {
                products = Self::times(&products, &self.of_row(&slots_of(row)));
            }
            for (factor, place, drawn) in products.iter().flat_map(|product| self.spread(&apart, product)) {
                *found.entry((place, drawn)).or_default() += factor;
            }
        }
        found.into_iter().map(|((place, drawn), factor)| (factor, place, drawn)).collect()
    }

    /// The means of generations 0, 1, ..., where the product of the coordinates of the slots on one row has this mean in real rows.
    pub fn path(&self, real: impl Fn(&[usize]) -> f64) -> impl Iterator<Item = Vec<f64>> {
        let start = |placing: &Vec<usize>| {
            let of = |row: usize| {
                let slots: Vec<usize> = (0..placing.len()).filter(|slot| placing[*slot] == row).collect();
                real(&slots)
            };
            (0..rows_of(placing)).map(of).product()
        };
        let first = (self.n, self.placings.iter().map(start).collect::<Vec<f64>>());
        let rows: Vec<usize> = self.placings.iter().map(|placing| rows_of(placing)).collect();
        let most = rows.iter().max().map_or(0, |most| most + 1);
        let next = move |(pool, means): &(f64, Vec<f64>)| {
            let after = pool + self.m;
            // The number of choices of so many different rows, of which so many are drawn.
            let chosen = |rows: usize, drawn: usize| {
                let among = falling(*pool, drawn);
                if among > 0.0 { falling(*pool, rows) * falling(self.n, drawn) / among } else { 0.0 }
            };
            let chosen: Vec<f64> = (0..most * most).map(|i| chosen(i / most, i % most)).collect();
            let of = |(terms, to): (&Vec<(f64, usize, usize)>, &usize)| {
                let term = |&(factor, place, drawn): &(f64, usize, usize)| {
                    factor * chosen[rows[place] * most + drawn] * means[place]
                };
                let all = falling(after, *to);
                if all > 0.0 { terms.iter().map(term).sum::<f64>() / all } else { 0.0 }
            };
            Some((after, self.new.iter().zip(&rows).map(of).collect()))
        };
        std::iter::successors(Some(first), next).map(|(_, means)| means)
    }

    /// What the means are multiplied by in that of a product of covariances of these pairs of slots, of drawn rows.
    pub fn covariances(&self, pairs: &[[usize; 2]]) -> Vec<f64> {
        let products = pairs
            .iter()
            .fold(vec![(1.0, Vec::new())], |product, [a, b]| Self::times(&product, &self.covariance(*a, *b)));
        let mut found = vec![0.0; self.placings.len()];
        for (factor, place, drawn) in products.iter().flat_map(|product| self.spread(&[], product)) {
            found[place] += factor * falling(self.n, drawn);
        }
        found
    }
}

/// E tr (Sigma_t - Sigma)^2 at t = 0..=generations for Gaussian rows whose covariance has these eigenvalues, by [`Slots`]: E S_11^2, E S_12^2 and E S_11 of rows N(0, I).
pub fn covariance_risks(
    eigenvalues: &[f64],
    (real, synthetic): (u64, u64),
    is_biased: bool,
    generations: u32,
) -> Vec<f64> {
    let [four, two] = [4, 2].map(|slots| Slots::new(slots, real, synthetic, is_biased));
    // Slots 0 and 1 are the first coordinate, 2 and 3 are the first or the second.
    let normal = |count: usize| [1.0, 0.0, 1.0, 0.0, 3.0][count];
    let same = four.path(|slots| normal(slots.len()));
    let other = four.path(|slots| {
        let firsts = slots.iter().filter(|slot| **slot < 2).count();
        normal(firsts) * normal(slots.len() - firsts)
    });
    let single = two.path(|slots| normal(slots.len()));
    let squares: f64 = eigenvalues.iter().map(|l| l * l).sum();
    let sum: f64 = eigenvalues.iter().sum();
    let [on, beside] = [[[0, 1], [2, 3]], [[0, 2], [1, 3]]].map(|pairs| four.covariances(&pairs));
    let mean = two.covariances(&[[0, 1]]);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let risk = |((same, other), single): ((Vec<f64>, Vec<f64>), Vec<f64>)| {
        let (on, beside, mean) = (dot(&on, &same), dot(&beside, &other), dot(&mean, &single));
        squares * (on - 2.0 * mean + 1.0) + (sum * sum - squares) * beside
    };
    same.zip(other).zip(single).take(generations as usize + 1).map(risk).collect()
}

/// Which sums over the drawn rows are multiplied, and with the coordinates of which indices.
type Sums = (Vec<Vec<usize>>, Vec<usize>);

/// E of products of four coordinates of rows of the pool. Coordinate a of row r has the index r p + a.
struct Fourths<T> {
    dim: usize,
    rows: usize,
    /// By sorted indices.
    products: BTreeMap<[usize; 4], T>,
    /// Probabilities that 0, 1, ..., 4 given rows are all drawn.
    drawn: [T; 5],
    /// What `sums` has found.
    found: RefCell<BTreeMap<Sums, T>>,
}

impl<T: Number> Fourths<T> {
    /// E of products of four numbers for each sorted choice of four indices.
    fn table(indices: usize, product: impl Fn([usize; 4]) -> T) -> BTreeMap<[usize; 4], T> {
        let pairs = |from: usize| (from..indices).flat_map(move |i| (i..indices).map(move |j| (i, j)));
        let sorted = pairs(0).flat_map(|(i, j)| pairs(j).map(move |(k, l)| [i, j, k, l]));
        sorted.map(|at| (at, product(at))).collect()
    }

    /// E of a product of sums over the drawn rows, and of the coordinates of rows with these indices. A sum is one of coordinate a, or of a product of coordinates a and b.
    fn sums(&self, sums: &[&[usize]], others: &[usize]) -> T {
        let mut sorted: Vec<Vec<usize>> = sums.iter().map(|of| of.to_vec()).collect();
        sorted.iter_mut().for_each(|of| of.sort_unstable());
        sorted.sort_unstable();
        let key = (sorted, others.to_vec());
        if let Some(found) = self.found.borrow().get(&key) {
            return found.clone();
        }
        let mut total = T::zero();
        for choice in 0..self.rows.pow(sums.len() as u32) {
            let row = |sum: usize| choice / self.rows.pow(sum as u32) % self.rows;
            let mut rows: Vec<usize> = (0..sums.len()).map(row).collect();
            let factors = sums.iter().zip(&rows).flat_map(|(of, row)| of.iter().map(move |a| row * self.dim + a));
            let mut at: Vec<usize> = factors.chain(others.iter().copied()).collect();
            at.sort_unstable();
            rows.sort_unstable();
            rows.dedup();
            let product = &self.products[&[at[0], at[1], at[2], at[3]]];
            total += self.drawn[rows.len()].clone() * product.clone();
        }
        self.found.borrow_mut().insert(key, total.clone());
        total
    }

    /// E of S_ab S_cd, where S = (sum z z' - (sum z)(sum z)'/n)/h over the n drawn rows.
    fn squared(&self, [a, b, c, d]: [usize; 4], n: &T, h: &T) -> T {
        let crossed = self.sums(&[&[a, b], &[c], &[d]], &[]) + self.sums(&[&[c, d], &[a], &[b]], &[]);
        let fourth = self.sums(&[&[a], &[b], &[c], &[d]], &[]);
        let sum = self.sums(&[&[a, b], &[c, d]], &[]) - crossed / n.clone() + fourth / (n.clone() * n.clone());
        sum / (h.clone() * h.clone())
    }

    /// E of S_ab, of the means of these coordinates over the drawn rows, and of the coordinates with these indices.
    fn crossed(&self, [a, b]: [usize; 2], means: &[usize], others: &[usize], n: &T, h: &T) -> T {
        let means: Vec<[usize; 1]> = means.iter().map(|&c| [c]).collect();
        let with = |first: &[&[usize]]| {
            let sums: Vec<&[usize]> = first.iter().copied().chain(means.iter().map(|c| &c[..])).collect();
            self.sums(&sums, others)
        };
        let sum = with(&[&[a, b]]) - with(&[&[a], &[b]]) / n.clone();
        means.iter().fold(sum / h.clone(), |sum, _| sum / n.clone())
    }

    /// E of the product of these coordinates of rows made by a fit, each with its row, and of coordinates of older rows. New rows are the mean of the drawn rows plus normal noise of the covariance
    /// S: of it, every pair of two coordinates of one row makes an entry of S (Isserlis).
    fn made(&self, new: &[(usize, usize)], others: &[usize], n: &T, h: &T) -> T {
        let all: Vec<[usize; 1]> = new.iter().map(|&(_, a)| [a]).collect();
        let means: Vec<&[usize]> = all.iter().map(|a| &a[..]).collect();
        let mut product = means.iter().fold(self.sums(&means, others), |sum, _| sum / n.clone());
        let pairs = (0..new.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        for (i, j) in pairs.filter(|&(i, j)| new[i].0 == new[j].0) {
            let rest: Vec<_> = (0..new.len()).filter(|&l| l != i && l != j).map(|l| new[l]).collect();
            let coordinates: Vec<usize> = rest.iter().map(|&(_, c)| c).collect();
            product += self.crossed([new[i].1, new[j].1], &coordinates, others, n, h);
            if let [(first, c), (second, d)] = rest[..]
                && first == second
                // Of the two orders of two pairs, one.
                && i == 0
            {
                product += self.squared([new[i].1, new[j].1, c, d], n, h);
            }
        }
        product
    }
}

/// (E tr S^2, E (tr S)^2), S = Sigma_t, at t = 0..=generations for Gaussian rows with these variances, uncorrelated, from the expectations of the products of all four coordinates of the pool's
/// rows. With `is_biased` covariances have the divisor n.
pub fn covariance_traces<T: Number>(
    variances: &[T],
    (real, synthetic): (u64, u64),
    is_biased: bool,
    generations: u32,
) -> Vec<[T; 2]> {
    let (p, n) = (variances.len(), whole::<T>(real));
    let h = if is_biased { n.clone() } else { n.clone() - T::one() };
    let two = |i: usize, j: usize| if i == j { variances[i % p].clone() } else { T::zero() };
    let normal = |[i, j, k, l]: [usize; 4]| two(i, j) * two(k, l) + two(i, k) * two(j, l) + two(i, l) * two(j, k);
    let mut products = Fourths::table(real as usize * p, normal);
    let mut traces = Vec::new();
    for t in 0..=generations {
        let rows = real + u64::from(t) * synthetic;
        let mut drawn: [T; 5] = std::array::from_fn(|_| T::one());
        for i in 1..5 {
            // More than n rows are never drawn.
            let before = i as u64 - 1;
            let next = if before < real { whole::<T>(real - before) / whole(rows - before) } else { T::zero() };
            drawn[i] = drawn[i - 1].clone() * next;
        }
        let pool = Fourths { dim: p, rows: rows as usize, products, drawn, found: RefCell::default() };
        let entries = |of: fn(usize, usize) -> [usize; 4]| {
            let entries = (0..p).flat_map(|a| (0..p).map(move |b| of(a, b)));
            entries.fold(T::zero(), |sum, at| sum + pool.squared(at, &n, &h))
        };
        traces.push([entries(|a, b| [a, b, a, b]), entries(|a, b| [a, a, b, b])]);
        if t == generations {
            break;
        }
        let old = rows as usize * p;
        // Means of noise are alike for all rows of a generation.
        products = Fourths::table(old + synthetic as usize * p, |at| {
            let others: Vec<usize> = at.into_iter().filter(|&i| i < old).collect();
            let new: Vec<_> = at.into_iter().filter(|&i| i >= old).map(|i| (i / p, i % p)).collect();
            match new.len() {
                0 => pool.products[&at].clone(),
                _ => pool.made(&new, &others, &n, &h),
            }
        });
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The risk from the means over all placings is that from the products of all four coordinates.
    #[test]
    fn placings_give_all_products() {
        for (n, m, is_biased, p) in [(3, 2, false, 1), (2, 3, true, 1), (3, 2, true, 2), (3, 3, false, 2)] {
            let generations = if p == 1 { 2 } else { 1 };
            let found = covariance_risks(&vec![1.0; p], (n, m), is_biased, generations);
            let traces = covariance_traces(&vec![1.0; p], (n, m), is_biased, generations);
            let left = mean_and_variance::<f64>(n, m, is_biased, generations);
            for (t, found) in found.into_iter().enumerate() {
                let expected = traces[t][0] - 2.0 * left[t][1] * p as f64 + p as f64;
                assert!((found - expected).abs() < 1e-13, "{found} {expected}");
            }
        }
    }

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
        let pairs = mean_and_variance::<f64>(2, 1, false, 1).into_iter().map(|[risk, _]| risk).collect();
        for risks in [pairs, mean_risk_by_sums(2, 1, false, 1)] {
            close(risks[0], 0.5);
            close(risks[1], (2.0 * 3.5 + 2.0 * 1.0) / 12.0);
        }
        // Two rows x, y have the unbiased variance (x - y)^2/2, of mean square 3, and with divisor 2 a quarter of it. Of one row nothing is left.
        assert_eq!(covariance_traces(&[1.0], (2, 1), false, 0), [[3.0, 3.0]]);
        assert_eq!(covariance_traces(&[1.0], (2, 1), true, 0), [[0.75, 0.75]]);
        assert_eq!(covariance_traces(&[1.0], (1, 2), true, 2), [[0.0, 0.0]; 3]);
        // With divisor 2 the noise has variance 1/2, and E z^2 is 1.
        close(mean_risk_by_sums(2, 1, true, 1)[1], (2.0 * 3.0 + 2.0 * 1.0) / 12.0);
    }
}
