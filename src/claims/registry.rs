//! The list of all claims.

use super::{
    Claim, adult, categorical, cdf, collapse, dynamic, figures, gaussian, law, linear, logistic, poisson, weights,
};

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
        logistic::claims(),
        poisson::claims(),
        collapse::claims(),
        figures::claims(),
        adult::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
