//! The list of all claims, and the suite that they are.

use std::collections::BTreeMap;

use goldenweight_evidence::{About, Again, Claim, Suite, Tier, judge};

use super::{
    accumulate, adult, advise, audit, categorical, cdf, collapse, design, dynamic, extinction, figures, fixed,
    gaussian, kde, law, linear, logistic, maximum_likelihood, mutants, network, poisson, ridge, second_order,
    subsample, weights, worth,
};

/// Index of the tier that takes a minute or two on two cores.
pub const QUICK: usize = 0;

/// Index of the tier with a third of the quick tier's margins, or less, and as many more replicates. It also runs the checks that would take the quick tier too
/// long.
pub const FULL: usize = 1;

/// Every claim, in the order in which tables show them. Building it evaluates closed forms only; nothing is simulated.
///
/// # Examples
/// ```
/// use goldenweight::{claims::registry, evidence::Kind};
///
/// let claims = registry();
/// let golden = claims.iter().find(|claim| claim.says.id == "golden-ratio").expect("a claim of the paper");
/// assert!(golden.kinds().contains(&Kind::Exact) && golden.kinds().contains(&Kind::Proof));
/// ```
#[must_use]
pub fn registry() -> Vec<Claim> {
    let mut mutants: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (claim, mutant) in mutants::table() {
        mutants.entry(claim).or_default().push(mutant);
    }
    let claims = [
        law::claims(),
        weights::claims(),
        dynamic::claims(),
        gaussian::claims(),
        categorical::claims(),
        cdf::claims(),
        linear::claims(),
        logistic::claims(),
        poisson::claims(),
        second_order::claims(),
        collapse::claims(),
        accumulate::claims(),
        subsample::claims(),
        fixed::claims(),
        maximum_likelihood::claims(),
        kde::claims(),
        ridge::claims(),
        extinction::claims(),
        design::claims(),
        network::claims(),
        figures::claims(),
        adult::claims(),
        advise::claims(),
        worth::claims(),
        audit::claims(),
    ];
    let with_mutants = |claim: super::Claim| {
        let mutants = mutants.remove(claim.id).unwrap_or_default();
        Claim::new(claim.says(), claim.checks).with_mutants(mutants)
    };
    let claims: Vec<Claim> = claims.into_iter().flatten().map(with_mutants).chain(judge::claims()).collect();
    assert!(mutants.is_empty(), "mutants of no claim: {:?}", mutants.keys());
    claims
}

/// The registry as it runs.
///
/// # Examples
/// ```
/// use goldenweight::claims::{FULL, QUICK, suite};
///
/// let suite = suite();
/// assert_eq!([QUICK, FULL].map(|tier| suite.tiers[tier].word), ["quick", "full"]);
/// ```
#[must_use]
pub fn suite() -> Suite {
    Suite {
        about: About {
            name: "goldenweight",
            title: "verification of the golden-weight theory of model collapse",
            notes: "Every generation $t$ is fitted on $n$ fresh real rows with total weight $w$ and on $m$ synthetic rows of the generation before \
                    with total weight $u$ = 1 − $w$; $k$ = $n$/$m$. Generation 0 is fitted on $n$ real rows alone. The risk, the expected squared \
                    distance of the fit from the truth, is $e_t$; $R$ is its limit relative to the risk of the fresh real rows alone, and $w^*$ the \
                    weight that minimises that. Most models obey one recursion, $e_t = w^2 A_r/\\nu_n + u^2 (A_s/\\nu_m + \\rho\\,e_{t-1})$: here \
                    $A_r/\\nu_n$ is the risk of a fit to $n$ real rows, $A_s/\\nu_m$ that of a fit to $m$ synthetic rows of the truth, and $\\rho$ says how \
                    much of the error of one model the next inherits. $A$ stands for $A_r = A_s$, and $\\kappa = (A_s/\\nu_m)/(A_r/\\nu_n)$. $p$ is the \
                    dimension, $\\varphi$ = 1.618… the golden ratio, $\\psi$ the digamma function, $I$ the Fisher information of one row. To run one claim again: \
                    goldenweight verify --only ID, with the seed and the tier above; the evidence of each claim has the command of each of its kinds.",
        },
        version: env!("CARGO_PKG_VERSION"),
        tiers: vec![Tier::QUICK, Tier::FULL],
        claims: registry(),
        wrong_simulator: Some("weights per row, not per part"),
        reproduce,
    }
}

/// The command that runs evidence of one kind again.
fn reproduce(Again { claim, kind, tier, seed }: &Again<'_>) -> String {
    let tier = tier.map_or_else(String::new, |tier| format!(" --tier {tier}"));
    format!("goldenweight verify --only {claim} --kinds {}{tier} --seed {seed}", kind.word())
}
