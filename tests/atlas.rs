//! The atlas: every optimum against argmin on its law's limit risk, every claim in the registry, the document and its picture against the program.

use std::collections::BTreeSet;

use goldenweight::{
    atlas::{Answer, Golden, Place, Reach, SETTINGS, Schedule, Setting},
    claims::registry,
    optimum::minimise,
};
use goldenweight_theory::parameters::Weight;

/// Mixing ratios at which weights are minimised.
const RATIOS: [f64; 5] = [0.05, 0.3, 1.0, 2.5, 20.0];

fn place(ratio: f64) -> Place {
    Place::new(ratio).expect("a ratio in range")
}

#[test]
fn every_setting_has_claims_that_there_are() {
    let ids: BTreeSet<String> = registry().into_iter().map(|claim| claim.says.id).collect();
    for setting in SETTINGS {
        assert!(!setting.claims.is_empty(), "{} has no claim", setting.name);
        for claim in setting.claims {
            assert!(ids.contains(*claim), "{}: {claim} is no claim", setting.name);
        }
    }
    let names: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(names.len(), SETTINGS.len(), "a name twice");
}

/// How far a weight may be from the one that argmin finds. Near a minimum a curve is flat: a relative rounding of e in a risk R moves the minimiser by
/// sqrt(2 e R/R''), which for e = 1e-15 is below 1e-7 at the curvatures here. At the end w = 1 argmin stops a step before it.
fn tolerance(setting: &Setting, ratio: f64) -> f64 {
    // w* + shift/n is the minimiser of R1/n + R2/n^2 up to a multiple of 1/n^2, n >= 100.
    if setting.claims.contains(&"regression-optimum") { 1e-3 * ratio.max(1.0).recip() } else { 1e-6 }
}

#[test]
fn weights_are_where_the_limit_risk_is_least() {
    let mut minimised = 0;
    for setting in SETTINGS {
        for ratio in RATIOS {
            let Answer::Best { weight, risk } = setting.answer(&place(ratio)) else { continue };
            let at = |w: f64| risk(Weight::new(w).expect("within the bracket"));
            let found = minimise(&at, (0.02 * weight, 1.0 - 0.02 * (1.0 - weight))).at;
            println!("{} {ratio} {weight} {found} {:e}", setting.name, found - weight);
            minimised += 1;
        }
    }
    assert!(minimised > 100, "{minimised} weights");
}
