//! A reduced calibration: cheap checks of the registry under 120 fresh seeds, at a small budget.
//!
//! With 120 seeds the Kolmogorov–Smirnov tests find a z that is shifted by half a standard error, and the coverage of all intervals finds standard
//! errors that are a quarter too small.
//!
//! The seeds are fixed, so the result is the same every time. A change of the random streams draws everything anew, and then the test fails by chance with the
//! calibration's own error rate, 1e-3. Nothing random is asserted but the verdict.

use std::sync::atomic::AtomicBool;

use glob::Pattern;
use goldenweight::claims::suite;
use goldenweight::evidence::{Calibration, Verdict};
use goldenweight::outcome::calibration::CalibrationOutcome;
use goldenweight::stream::DEFAULT_SEED;

const SEEDS: u64 = 120;

fn calibrated(only: &str, seeds: u64, budget: f64) -> CalibrationOutcome {
    let only = Some(Pattern::new(only).expect("a glob"));
    let settings = Calibration { seed: DEFAULT_SEED, seeds, budget, only, kinds: Vec::new() };
    let outcome = suite().calibrate(&settings, &AtomicBool::new(false), &|_| ());
    outcome.expect("claims with checks by simulation")
}

#[test]
fn cheap_checks_keep_their_rate_and_the_wrong_simulator_is_refuted() {
    let outcome = calibrated("gaussian-*-law", SEEDS, 0.005);
    assert_eq!(outcome.verdict, Verdict::Confirmed, "{:?}", outcome.causes);
    // Each part of the verdict was tested.
    assert_eq!(outcome.false_alarms.runs.trials, SEEDS);
    assert!(outcome.laws.tested >= 5 && outcome.laws.p_value.is_some(), "{:?}", outcome.laws);
    assert!(outcome.coverage.iter().all(|coverage| coverage.intervals.trials >= 5 * SEEDS), "{:?}", outcome.coverage);
    let wrong = outcome.wrong_simulator.expect("one of the table");
    assert_eq!((wrong.refuted.hits, wrong.refuted.trials), (SEEDS, SEEDS));
    // Nothing is left out in silence.
    for comparison in &outcome.comparisons {
        assert_eq!(comparison.values + comparison.not_made, SEEDS, "{comparison:?}");
    }
}

/// Audits count their places, also by parts of their domain, and run on the declared share of the error rate.
#[test]
fn audits_say_what_they_visited() {
    let outcome = calibrated("audit-simulation", 3, 0.1);
    let random = outcome.audits.iter().find(|audit| audit.check == "random places").expect("an audit");
    // A tenth of 100 places under each of three seeds.
    assert_eq!((random.places, random.refuted), (30, 0));
    assert!(random.compared > 15 && random.values > 15 && random.compared <= random.places, "{random:?}");
    assert_eq!(outcome.false_alarms.runs.hits, 0);
    // Each place has one model and one schedule.
    let of = |names: &[&str]| {
        random.parts.iter().filter(|part| names.contains(&part.part.as_str())).map(|part| part.places).sum::<u64>()
    };
    assert_eq!(of(&["fresh", "fixed", "accumulate", "subsample"]), 30);
    // A chain is compared number by number: no z.
    let chains = outcome.audits.iter().find(|audit| audit.check == "chains, number by number").expect("an audit");
    assert_eq!((chains.places, chains.values, chains.mean), (60, 0, None));
    // The rate that is declared is that of ten, four times three and one place with a z, and of the three cells of "many dimensions".
    let share = outcome.false_alarms.declared * outcome.checks as f64 / 1e-3;
    assert!((share - 26.0).abs() < 1e-9, "{share}");
}

/// At its cap a minimiser's z is Student's with 191 degrees of freedom, a slope's with 1023, and the limit of a ladder has one comparison.
#[test]
fn minimisers_and_ladders_have_their_own_laws() {
    let optimum = calibrated("golden-weight", 2, 0.01);
    let degrees = |check: &str| -> Vec<_> {
        optimum.comparisons.iter().filter(|c| c.check.starts_with(check)).map(|c| c.degrees).collect()
    };
    assert_eq!(degrees("minimiser"), [Some(191.0); 3]);
    assert_eq!(degrees("slope"), [Some(1023.0); 2]);
    let ladders = calibrated("linear-limit", 2, 0.002);
    assert!(ladders.comparisons.iter().any(|c| c.kind.word() == "ladder" && c.place == "limit of the ladder"));
    assert_eq!(ladders.verdict, Verdict::Inconclusive, "two seeds decide nothing");
}
