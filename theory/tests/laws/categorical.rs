//! Cell probabilities against the enumeration of every data set.

use goldenweight_theory::categorical;

use crate::resampling::{Distribution, collect, counts, mean};
use crate::support::{Q, q, sizes};

fn frequencies(counts: &[i64]) -> Vec<Q> {
    let rows = counts.iter().sum();
    counts.iter().map(|&count| q(count, rows)).collect()
}

/// The law of the fitted probabilities at each generation, over every possible data set.
fn chain(p: &[Q], n: u32, m: u32, w: &Q, generations: u32) -> Vec<Distribution<Vec<Q>>> {
    let real = counts(p, n);
    let mut laws = vec![collect(real.iter().map(|(counts, chance)| (frequencies(counts), chance.clone())))];
    for t in 0..generations {
        laws.push(collect(laws[t as usize].iter().flat_map(|(fit, chance)| {
            let synthetic = counts(fit, m);
            let pairs = real.iter().flat_map(move |(r, pr)| {
                synthetic.clone().into_iter().map(move |(s, ps)| {
                    let mix = |(r, s)| w * r + (q(1, 1) - w) * s;
                    (frequencies(r).into_iter().zip(frequencies(&s)).map(mix).collect(), chance * pr * ps)
                })
            });
            pairs.collect::<Vec<_>>()
        })));
    }
    laws
}

fn check(p: &[Q], n: u32, m: u32, w: &Q, generations: u32) {
    let law = categorical::law(p, sizes(n.into(), m.into()));
    for (t, fits) in (0u32..).zip(chain(p, n, m, w, generations)) {
        assert_eq!(mean(&fits, |_| q(1, 1)), q(1, 1));
        let risk = mean(&fits, |fit| fit.iter().zip(p).map(|(fit, p)| (fit - p) * (fit - p)).sum());
        assert_eq!(law.risk_at(w, t), risk, "n = {n}, m = {m}, w = {w}, t = {t}, p = {p:?}");
    }
}

#[test]
fn two_cells_by_enumeration() {
    for (n, m) in [(1, 1), (2, 1), (1, 2), (3, 2), (2, 3)] {
        for w in [q(0, 1), q(1, 3), q(5, 8), q(1, 1)] {
            check(&[q(2, 7), q(5, 7)], n, m, &w, 3);
        }
    }
}

#[test]
fn three_cells_by_enumeration() {
    for (n, m) in [(1, 2), (2, 2), (3, 1)] {
        for w in [q(0, 1), q(2, 5)] {
            check(&[q(1, 2), q(1, 3), q(1, 6)], n, m, &w, 2);
        }
    }
}

#[test]
fn one_synthetic_row_forgets() {
    let law = categorical::law(&[0.5, 0.5], sizes(4, 1));
    assert_eq!(law.rho(), 0.0);
    assert_eq!(law.optimal_weight(), 0.8);
}
