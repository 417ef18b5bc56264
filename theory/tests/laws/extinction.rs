//! Extinction of categories.

use goldenweight_theory::extinction::{Chain, binomial, diffusion, limit_end, limit_generations};
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational as Q;
use num_traits::ToPrimitive;

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() < tolerance, "{found} {expected}");
}

/// The same numbers from population genetics: 135.60 and 17.64 generations on 100 rows, from generation 0.
#[test]
fn known_times() {
    let chain = Chain::of_floats(100);
    let times = chain.generations();
    let expected = |p| chain.expected(sizes(100, 100), p, &times);
    close(2.0 * expected(0.5).to_alone, 135.60, 1e-4);
    close(expected(0.5).to_end, 135.60, 1e-4);
    close(expected(0.02).to_end, 17.64, 1e-3);
    close(limit_end(0.5, 100.0), 138.63, 1e-4);
    close(limit_end(0.02, 100.0), 19.61, 1e-3);
    close(limit_generations(&[0.02, 0.98], 100.0), limit_end(0.02, 100.0), 1e-15);
}

/// Floats against rationals: the same elimination on up to seven rows, and the equation that it solves.
#[test]
fn rationals() {
    for m in 1..=7i64 {
        let row = |i: i64| -> Vec<Q> {
            let (p, miss) = (Q::ratio(i, m), Q::ratio(m - i, m));
            let power = |x: &Q, n: i64| (0..n).fold(Q::ratio(1, 1), |product, _| product * x);
            let choose = |j: i64| (0..j).fold(Q::ratio(1, 1), |product, l| product * Q::ratio(m - l, l + 1));
            (0..=m).map(|j| choose(j) * power(&p, j) * power(&miss, m - j)).collect()
        };
        let rows: Vec<Vec<Q>> = (0..=m).map(row).collect();
        let times = Chain::of_rows(rows.clone()).generations();
        for i in 1..m {
            let later = (1..m).fold(Q::ratio(0, 1), |sum, j| sum + &rows[i as usize][j as usize] * &times[j as usize]);
            assert_eq!(times[i as usize], Q::ratio(i, m) + later);
        }
        let floats = Chain::of_floats(m as u64).generations();
        for (float, exact) in floats.iter().zip(&times) {
            assert!((float - exact.to_f64().unwrap()).abs() < 1e-14 * (1.0 + float), "{float} {exact}");
        }
        // A law a generation later, from one row in the category.
        if m > 1 {
            let mut law = vec![Q::ratio(0, 1); m as usize + 1];
            law[1] = Q::ratio(1, 1);
            assert_eq!(Chain::of_rows(rows.clone()).after(&law), rows[1]);
        }
    }
}

/// Sums of binomial probabilities, means and ends.
#[test]
fn binomials() {
    for (n, p) in [(1, 0.3), (10, 0.01), (3000, 0.5), (3000, 1e-3), (100_000, 0.2)] {
        let (first, masses) = binomial(n, p);
        let mean: f64 = (first..).zip(&masses).map(|(j, mass)| j as f64 * mass).sum();
        let spread: f64 = (first..).zip(&masses).map(|(j, mass)| (j as f64 - mean).powi(2) * mass).sum();
        close(mean, n as f64 * p, 1e-12);
        close(spread, n as f64 * p * (1.0 - p), 1e-11);
        if first == 0 {
            close(masses[0], (n as f64 * (-p).ln_1p()).exp(), 1e-11);
        }
    }
}

/// Fates: a category's share has the mean p for ever; at last it is alone with probability p.
#[test]
fn fates() {
    let chain = Chain::of_floats(40);
    for p in [0.01, 0.3, 0.9] {
        let last = chain.fate(sizes(25, 40), p, 100_000);
        close(last.alone, p, 1e-12);
        close(last.lost, 1.0 - p, 1e-12);
        let first = chain.fate(sizes(25, 40), p, 0);
        close(first.lost, (1.0 - p).powi(25), 1e-13);
        close(first.alone, p.powi(25), 1e-13);
    }
    // The sum that the expected generations are, generation by generation.
    let times = chain.generations();
    let sum: f64 = (0..3000).map(|t| 0.3 - chain.fate(sizes(25, 40), 0.3, t).alone).sum();
    close(chain.expected(sizes(25, 40), 0.3, &times).to_alone, sum, 1e-10);
}

/// The diffusion from generation 0, on either side of a million real rows, and where they are many.
#[test]
fn diffusions() {
    let at = |n| diffusion(sizes(n, 1_000_000), 0.3);
    close(at(1_000_000).to_end, at(1_000_001).to_end, 1e-9);
    close(at(1_000_000).to_alone, at(1_000_001).to_alone, 1e-9);
    close(at(1_000_000_000_000).to_end, limit_end(0.3, 1e6), 1e-12);
    // One row is one category.
    assert!(at(1).to_end == 0.0 && at(1).to_alone == 0.0);
}

/// The largest matrix: within its second, and near the limit.
#[test]
fn the_largest() {
    let m = Chain::MOST;
    let chain = Chain::of_floats(m);
    let times = chain.generations();
    close(2.0 * chain.expected(sizes(m, m), 0.5, &times).to_alone, limit_end(0.5, m as f64), 2e-3);
}
