//! The list of all claims.

use super::{
    Claim, accumulate, adult, categorical, cdf, collapse, design, dynamic, figures, gaussian, law, linear, logistic,
    maximum_likelihood, mutants, poisson, weights,
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
        accumulate::claims(),
        maximum_likelihood::claims(),
        design::claims(),
        figures::claims(),
        adult::claims(),
    ]
    .into_iter()
    .flatten()
    .map(with_mutants)
    .collect()
}

/// The claim with the evidence that its checks would notice, where the table of mutants has a row for it.
fn with_mutants(mut claim: Claim) -> Claim {
    claim.checks.extend(mutants::check(claim.id));
    claim
}
