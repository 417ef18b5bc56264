//! The distribution function against the enumeration of every data set.

use goldenweight_theory::cdf;

use crate::resampling::{Distribution, collect, counts, mean};
use crate::support::{Q, q, sizes};

/// The law of the weights of the atoms of F_t. The atoms are independent uniform points that the weights know nothing
/// of, so E (F_t(x) - x)^2 = E sum a_i^2 x (1 - x), and the integral over x is E sum a_i^2 / 6.
fn chain(n: u32, m: u32, w: &Q, generations: u32) -> Vec<Distribution<Vec<Q>>> {
    let fresh = |weight: Q| vec![weight / q(n.into(), 1); n as usize];
    let mut laws = vec![Distribution::from([(fresh(q(1, 1)), q(1, 1))])];
    for t in 0..generations {
        laws.push(collect(laws[t as usize].iter().flat_map(|(atoms, chance)| {
            counts(atoms, m).into_iter().map(move |(counts, drawn)| {
                let kept = counts.into_iter().filter(|&c| c > 0).map(|c| (q(1, 1) - w) * q(c, m.into()));
                let mut atoms: Vec<Q> = kept.chain(fresh(w.clone())).filter(|a| *a != q(0, 1)).collect();
                atoms.sort();
                (atoms, chance * drawn)
            })
        })));
    }
    laws
}

#[test]
fn by_enumeration_of_the_atoms() {
    for (n, m) in [(1, 1), (2, 2), (3, 2), (1, 4)] {
        for w in [q(0, 1), q(1, 3), q(3, 5), q(1, 1)] {
            let law = cdf::law(sizes(n.into(), m.into()));
            for (t, atoms) in (0u32..).zip(chain(n, m, &w, 3)) {
                assert_eq!(mean(&atoms, |atoms| atoms.iter().cloned().sum()), q(1, 1));
                let risk = mean(&atoms, |atoms| atoms.iter().map(|a| a * a).sum()) / q(6, 1);
                assert_eq!(law.risk_at(&w, t), risk, "n = {n}, m = {m}, w = {w}, t = {t}");
            }
        }
    }
}

#[test]
fn collapse_ends_at_a_sixth() {
    // At w = 0 every F_t is a step function in the end: the integral of (1{x > u} - x)^2 is 1/6 in the mean.
    assert_eq!(cdf::law(sizes(7, 3)).limit(&q(0, 1)), q(1, 6));
}
