//! Extinction of categories by computations that share nothing with the theory's chain and its elimination.

use std::collections::BTreeMap;
use std::ops::Add;

use super::moments::{Number, binomial, whole};

/// The probabilities of every way to spread so many rows over categories of these probabilities: the counts, and how probable they are.
fn spread<T: Number>(probabilities: &[T], rows: u64) -> BTreeMap<Vec<u64>, T> {
    let mut law = BTreeMap::from([(vec![0; probabilities.len()], T::one())]);
    for _ in 0..rows {
        let mut next = BTreeMap::new();
        for (counts, mass) in law {
            for (cell, p) in probabilities.iter().enumerate() {
                let mut counts: Vec<u64> = counts.clone();
                counts[cell] += 1;
                *next.entry(counts).or_insert_with(T::zero) += mass.clone() * p.clone();
            }
        }
        law = next;
    }
    law
}

/// P(one category left) and E(categories left) at t = 0..=generations, from the joint distribution of the counts of all categories, under training on synthetic
/// rows alone.
pub fn joint<T: Number>(probabilities: &[T], real: u64, synthetic: u64, generations: u32) -> Vec<[T; 2]> {
    let mut law = spread(probabilities, real);
    let mut rows = real;
    let found = |law: &BTreeMap<Vec<u64>, T>| {
        let left = |counts: &[u64]| counts.iter().filter(|count| **count > 0).count() as u64;
        let one = law.iter().filter(|(counts, _)| left(counts) == 1).map(|(_, mass)| mass.clone());
        let all = law.iter().map(|(counts, mass)| mass.clone() * whole::<T>(left(counts)));
        [one.fold(T::zero(), Add::add), all.fold(T::zero(), Add::add)]
    };
    let mut all = vec![found(&law)];
    for _ in 0..generations {
        let mut next = BTreeMap::new();
        for (counts, mass) in law {
            let shares: Vec<T> = counts.iter().map(|&count| whole::<T>(count) / whole::<T>(rows)).collect();
            for (counts, given) in spread(&shares, synthetic) {
                *next.entry(counts).or_insert_with(T::zero) += mass.clone() * given;
            }
        }
        (law, rows) = (next, synthetic);
        all.push(found(&law));
    }
    all
}

/// The number of rows in a category of probability p at generation t = 0, 1, ..., each as the distribution on 0..=rows, from whole binomial laws.
fn counts(p: f64, real: u64, synthetic: u64) -> impl Iterator<Item = Vec<f64>> {
    let step = move |from: &Vec<f64>| -> Vec<f64> {
        let mut next = vec![0.0; synthetic as usize + 1];
        let rows = (from.len() - 1) as f64;
        for (i, mass) in from.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
            let given = binomial(&(i as f64 / rows), synthetic);
            next.iter_mut().zip(given).for_each(|(sum, given)| *sum += mass * given);
        }
        next
    };
    std::iter::successors(Some(binomial(&p, real)), move |law| Some(step(law)))
}

/// Expected generations until a category is lost or alone: the sum over the generations of the probability that it is neither.
pub fn summed(p: f64, real: u64, synthetic: u64) -> f64 {
    let both = counts(p, real, synthetic).map(|law| 1.0 - law[0] - law[law.len() - 1]);
    both.take_while(|both| *both > 1e-13).sum()
}

/// Expected squared error of two categories' shares at generation t, and P(lost).
pub fn by_counts(p: f64, real: u64, synthetic: u64, t: u32) -> [f64; 2] {
    let law = counts(p, real, synthetic).nth(t as usize).unwrap_or_default();
    let rows = (law.len() - 1) as f64;
    let error = |(i, mass): (usize, &f64)| mass * (i as f64 / rows - p) * (i as f64 / rows - p);
    [2.0 * law.iter().enumerate().map(error).sum::<f64>(), law[0]]
}

/// Expected time to the end of a diffusion with variance x (1 - x)/m that starts at p, by Green's function: 2m times the integrals of (1 - p) y and p (1 - y) over
/// y (1 - y), by the midpoint rule with its first correction.
pub fn diffusion(p: f64, m: f64) -> f64 {
    let integral = |f: &dyn Fn(f64) -> f64, (from, to): (f64, f64)| {
        let sum = |cells: u32| {
            let width = (to - from) / f64::from(cells);
            width * (0..cells).map(|i| f(from + (f64::from(i) + 0.5) * width)).sum::<f64>()
        };
        (4.0 * sum(8192) - sum(4096)) / 3.0
    };
    2.0 * m * ((1.0 - p) * integral(&|y| 1.0 / (1.0 - y), (0.0, p)) + p * integral(&|y| 1.0 / y, (p, 1.0)))
}

/// Expected generations until the category is alone, as the sum over t of p - P(alone at t), and until it is lost or alone, of a diffusion with variance x (1 - x)/m that starts from the share of
/// Bin(n, p) rows. By Green's function from x they are 2m times (1 - x) times the integral of y/(1 - y) to x, and x (1 - x); and the same for the other categories together.
pub fn diffused(p: f64, n: u64, m: f64) -> [f64; 2] {
    // -ln(1 - x) - x and (1 - x) x, 0 at both ends.
    let to_alone = |x: f64, rest: f64| {
        if rest > 0.0 { 2.0 * m * rest * (-libm::log(rest) - x) + 2.0 * m * x * rest } else { 0.0 }
    };
    let law = binomial(&p, n);
    let share = |i: u64| i as f64 / n as f64;
    let alone = |i: u64| to_alone(share(i), share(n - i));
    let mean = |of: &dyn Fn(u64) -> f64| (0..).zip(&law).map(|(i, mass)| mass * of(i)).sum();
    [mean(&alone), mean(&|i| alone(i) + alone(n - i))]
}

/// Probability that no row of generation t is in a category of probability p, at t = 0..=generations, where real rows have a positive weight: from the distribution of
/// the fit.
pub fn absent<T: Number>(p: &T, real: u64, synthetic: u64, weight: &T, generations: u32) -> Vec<T> {
    let fresh = binomial(p, real);
    let (n, m, u) = (whole::<T>(real), whole::<T>(synthetic), T::one() - weight.clone());
    let mut fitted: Vec<(T, T)> =
        (0..).zip(&fresh).map(|(i, mass)| (whole::<T>(i) / n.clone(), mass.clone())).collect();
    let mut found = vec![fresh[0].clone()];
    for _ in 0..generations {
        let mut drawn = vec![T::zero(); synthetic as usize + 1];
        for (q, mass) in &fitted {
            drawn.iter_mut().zip(binomial(q, synthetic)).for_each(|(sum, given)| *sum += mass.clone() * given);
        }
        found.push(fresh[0].clone() * drawn[0].clone());
        let value = |i: u64, j: u64| weight.clone() * whole::<T>(i) / n.clone() + u.clone() * whole::<T>(j) / m.clone();
        let pairs =
            (0..).zip(&fresh).flat_map(|(i, a)| (0..).zip(&drawn).map(move |(j, b)| (i, j, a.clone() * b.clone())));
        fitted = pairs.map(|(i, j, mass)| (value(i, j), mass)).collect();
    }
    found
}
