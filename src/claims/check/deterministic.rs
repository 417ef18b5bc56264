//! Checks without sampling error: independent moments, and properties over random parameters.

use std::cell::Cell;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::{Check, Context, Finding, Tier};
use crate::outcome::{Kind, Verdict};

/// Two numbers that should be equal: where, computed, expected.
pub type Relation = (String, f64, f64);

/// Independent moments against closed forms, equal to `tolerance` relative in every case.
pub fn recursion(name: &'static str, tolerance: f64, cases: fn() -> Vec<Relation>) -> Check {
    let run = move |_: &Context| worst_of(&cases(), tolerance);
    Check { name, kind: Kind::Recursion, tier: Tier::Quick, comparisons: 0, run: Box::new(run) }
}

/// The case of the largest relative error, in units of the tolerance. A NaN counts as the largest.
fn worst_of(cases: &[Relation], tolerance: f64) -> Finding {
    let error = |(_, computed, expected): &Relation| {
        // Equality first: both may be infinite. The absolute value last: infinity over infinity is a NaN of either sign, and a
        // negative one would be ordered below every error.
        if computed == expected { 0.0 } else { ((computed - expected) / expected).abs() / tolerance }
    };
    let Some(worst) = cases.iter().max_by(|a, b| error(a).total_cmp(&error(b))) else {
        return Finding::inconclusive("no case");
    };
    let (place, computed, expected) = worst;
    let detail = format!(
        "{} cases; largest relative error {:.1e} (tolerance {tolerance:.0e}): {place}: {computed:?} against {expected:?}",
        cases.len(),
        error(worst) * tolerance
    );
    Finding::within(error(worst), detail)
}

/// Cases that proptest draws for one property.
const CASES: u32 = 512;

/// A property over random parameters: `error` gives the error in units of its tolerance, confirmed where it is at most 1
/// in every case (NaN is a failure). A failing case is reported after shrinking.
pub fn property<S>(name: &'static str, strategy: fn() -> S, error: fn(&S::Value) -> f64) -> Check
where
    S: Strategy + 'static,
{
    let run = move |context: &Context| {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&context.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&context.experiment.to_le_bytes());
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        let worst = Cell::new(0.0_f64);
        let result = runner.run(&strategy(), |value| {
            let units = error(&value);
            if units <= 1.0 {
                worst.set(worst.get().max(units));
                Ok(())
            } else {
                Err(TestCaseError::fail(format!("{units:.3} times its tolerance")))
            }
        });
        match result {
            Ok(()) => Finding::within(worst.get(), format!("{CASES} random cases")),
            Err(TestError::Fail(reason, value)) => Finding {
                verdict: Verdict::Refuted,
                statistic: Some(error(&value)),
                bound: Some(1.0),
                detectable_effect: None,
                detail: format!("smallest failing case {value:?}: {}", reason),
            },
            Err(TestError::Abort(reason)) => Finding::inconclusive(reason.to_string()),
        }
    };
    Check { name, kind: Kind::Property, tier: Tier::Quick, comparisons: 0, run: Box::new(run) }
}
