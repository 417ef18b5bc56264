//! The list of all claims.

use super::{Claim, categorical, cdf, collapse, dynamic, gaussian, law, linear, weights};

/// Every claim, in the order in which tables show them. Building it evaluates closed forms only; nothing is simulated.
#[must_use]
pub fn registry() -> Vec<Claim> {
    [
        law::claims(),
        weights::claims(),
        dynamic::claims(),
        gaussian::claims(),
        categorical::claims(),
        cdf::claims(),
        linear::claims(),
        collapse::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
