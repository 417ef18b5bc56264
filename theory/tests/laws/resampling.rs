//! Exhaustive enumeration of what is drawn, for chains small enough.

use std::collections::BTreeMap;

use crate::support::{Q, q};

/// Probability of every value.
pub type Distribution<T> = BTreeMap<T, Q>;

/// Law of the counts of `rows` independent draws of a cell, one draw after the other.
pub fn counts(probabilities: &[Q], rows: u32) -> Distribution<Vec<i64>> {
    let mut law = Distribution::from([(vec![0; probabilities.len()], q(1, 1))]);
    for _ in 0..rows {
        law = collect(law.iter().flat_map(|(counts, chance)| {
            probabilities.iter().enumerate().map(move |(cell, p)| {
                let mut counts = counts.clone();
                counts[cell] += 1;
                (counts, chance * p)
            })
        }));
    }
    law
}

/// Adds up the chances of equal values.
pub fn collect<T: Ord>(outcomes: impl Iterator<Item = (T, Q)>) -> Distribution<T> {
    let mut law = Distribution::new();
    for (value, chance) in outcomes {
        *law.entry(value).or_insert_with(|| q(0, 1)) += chance;
    }
    law
}

/// Expectation of f.
pub fn mean<T>(law: &Distribution<T>, f: impl Fn(&T) -> Q) -> Q {
    law.iter().map(|(value, chance)| f(value) * chance).sum()
}

#[test]
fn counts_are_multinomial() {
    let law = counts(&[q(1, 2), q(1, 3), q(1, 6)], 3);
    assert_eq!(law.len(), 10);
    assert_eq!(law[&vec![1, 1, 1]], q(1, 6));
    assert_eq!(law[&vec![2, 0, 1]], q(1, 8));
    assert_eq!(mean(&law, |_| q(1, 1)), q(1, 1));
}
