//! Rows of two tables that are the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::stats::calibration::{at_least, upper_limit};
use crate::stats::shown::number_of;
use crate::table::Table;

/// How many rows are the same, in all columns that are used.
///
/// # Examples
/// see [`audit`](fn@super::audit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Repeated {
    /// Real rows that stand in the real table more than once.
    pub real: u64,
    /// Synthetic rows that stand in the real table.
    pub copies: u64,
    /// Different rows of the synthetic table.
    pub different: u64,
    /// Whether these are more copies than independent rows are.
    pub copied: bool,
    /// Whether synthetic rows repeat oftener than real ones.
    pub made_again: bool,
}

/// Probability with which rows of the law of the real ones are called copies.
const LEVEL: f64 = 1e-3;

/// So many times as many equal pairs of synthetic rows as the real rows let expect are no chance.
const OFTENER: f64 = 3.0;

/// How often each row stands there, by a hash of its values.
fn counts(table: &Table) -> HashMap<u64, u64> {
    let mut counts = HashMap::new();
    (0..table.rows()).for_each(|row| *counts.entry(hash(table.row(row))).or_default() += 1);
    counts
}

/// Of a thousand million pairs of different rows one has the same hash with a probability of 5e-11.
fn hash(row: &[f64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.iter().for_each(|value| hasher.write_u64(value.to_bits()));
    hasher.finish()
}

/// Pairs of equal rows.
fn pairs(counts: &HashMap<u64, u64>) -> f64 {
    counts.values().map(|count| (count * (count - 1)) as f64 / 2.0).sum()
}

impl Repeated {
    /// Of a real table, and a synthetic one with its columns and levels.
    ///
    /// # Method
    /// An independent row of the real rows' law stands in the real table about as often as a real row stands there a second time. So copies are more than the upper limit of that
    /// share explains. The share of equal pairs is compared likewise.
    pub(super) fn new(real: &Table, synthetic: &Table) -> Self {
        let (of_real, of_synthetic) = (counts(real), counts(synthetic));
        let (n, m) = (real.rows() as u64, synthetic.rows() as u64);
        let twins: u64 = of_real.values().filter(|count| **count > 1).sum();
        let copies: u64 =
            of_synthetic.iter().filter(|(row, _)| of_real.contains_key(row)).map(|(_, count)| count).sum();
        let all_pairs = |rows: u64| rows as f64 * (rows as f64 - 1.0) / 2.0;
        // A Poisson count of x leaves means up to some x + 3 root x + 7, at a level of 1e-3.
        let most = (pairs(&of_real) + 3.0 * pairs(&of_real).sqrt() + 7.0) / all_pairs(n) * all_pairs(m);
        Self {
            real: twins,
            copies,
            different: of_synthetic.len() as u64,
            copied: copies > 0 && at_least(copies, m, upper_limit(twins, n, 1.0 - LEVEL)) <= LEVEL,
            made_again: pairs(&of_synthetic) > OFTENER * most,
        }
    }

    pub(super) fn warnings(&self, real: u64, synthetic: u64) -> Vec<String> {
        let Self { copies, different, .. } = *self;
        let mut warnings = Vec::new();
        if self.copied {
            warnings.push(format!(
                "{copies} of {} stand in the real table, value by value, and {} of {real} real rows stand there twice: copies hold nothing that the real rows do not, and \
                 replace none of them",
                number_of(synthetic, "synthetic row"),
                self.real
            ));
        }
        if self.made_again {
            warnings.push(format!(
                "there are {different} different rows among the {synthetic} synthetic ones, fewer than among as many real ones: if rows were written several times, the \
                 synthetic fit varies more than is said here"
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: impl Iterator<Item = f64>) -> Table {
        Table::of_numbers(&["a"], values.collect())
    }

    #[test]
    fn copies_are_counted() {
        let real = table((0..300).map(f64::from));
        let found = |synthetic: &Table| Repeated::new(&real, synthetic);
        // All of them, some of them, and none; of few rows that are the same by chance nothing is said.
        assert!(found(&table((0..100).map(f64::from))).copied);
        assert!(found(&table((250..400).map(f64::from))).copied);
        assert_eq!(found(&table((1000..1100).map(f64::from))).copies, 0);
        assert!(!found(&table((298..1298).map(f64::from))).copied);
        let again = found(&table((0..600).map(|i| 0.5 + f64::from(i % 60))));
        assert!(again.made_again && !again.copied && again.different == 60);
    }

    /// Ten values of equal probability, and one of few: every synthetic row stands in the real table.
    #[test]
    fn rows_of_few_values_are_no_copies() {
        let few = |rows: u32, shift: u32| table((0..rows).map(move |i| f64::from((i * 7 + shift) % 10)));
        let found = Repeated::new(&few(300, 0), &few(1_000, 3));
        assert_eq!((found.copies, found.different), (1_000, 10));
        assert!(found.warnings(300, 1_000).is_empty(), "{found:?}");
    }
}
