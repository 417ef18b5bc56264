//! Hand-made runs: z's that follow their law, and z's that do not.

use rand::RngExt;
use rand_distr::StandardNormal;

use super::*;
use goldenweight_replicates::stream::Streams;

const COMPARISONS: usize = 20;

/// The report of so many runs of comparisons whose z is `statistic` of a standard normal number.
fn outcome(seeds: u64, budget: f64, statistic: impl Fn(f64) -> Value) -> CalibrationOutcome {
    let run = |index: u64| {
        let mut rng = Streams { seed: 1, experiment: 2 }.of_replicate(index, 0);
        let comparisons = (0..COMPARISONS).map(|_| Some(statistic(rng.sample::<f64, _>(StandardNormal)))).collect();
        Run { comparisons, audits: Vec::new(), wrong_refuted: true }
    };
    assessed(seeds, budget, &(0..seeds).map(run).collect::<Vec<_>>())
}

fn assessed(seeds: u64, budget: f64, runs: &[Run]) -> CalibrationOutcome {
    let place = |i: usize| Place {
        claim: "claim".to_owned(),
        check: "check".to_owned(),
        kind: [Kind::Simulation, Kind::Ladder][i % 2],
        place: i.to_string(),
    };
    let family = Family::new(1e-3, COMPARISONS);
    let design = Design {
        audits: Vec::new(),
        audited: 0,
        seed: 1,
        seeds,
        budget,
        tier: "quick",
        family,
        wrong: Some(["claim", "check", "wrong"]),
    };
    assess(&design, (0..COMPARISONS).map(place).collect(), runs)
}

/// Under the rule at its bound of four standard errors.
fn with(z: f64, other: impl Fn(Estimate) -> Estimate) -> Value {
    let value = value(z);
    Value { estimate: other(value.estimate), ..value }
}

fn value(z: f64) -> Value {
    let estimate = Estimate { value: z, std_error: 1.0, degrees: 1e9, skewness: 0.01, skewness_error: 0.01 };
    Value { z, estimate, refuted: z.abs() > 4.06 }
}

#[test]
fn a_z_that_follows_its_law_is_calibrated() {
    let found = outcome(400, 1.0, value);
    assert_eq!((found.verdict, found.causes.len()), (Verdict::Confirmed, 0), "{found:?}");
    assert_eq!((found.laws.tested, found.kinds.len(), found.false_alarms.runs.hits), (COMPARISONS, 2, 0));
    // Eight thousand intervals: the share of .95 has a standard deviation of .0024.
    let covered = found.coverage[0].intervals;
    assert!((covered.hits as f64 / covered.trials as f64 - 0.95).abs() < 0.012, "{covered:?}");
}

/// Standard errors halved: the z doubled. Every part sees it.
#[test]
fn halved_standard_errors_are_found() {
    let found = outcome(400, 1.0, |z| value(2.0 * z));
    assert_eq!((found.verdict, found.causes.len()), (Verdict::Refuted, 4), "{:?}", found.causes);
    // P(|z| > 1.96/2) = .33.
    assert!(found.coverage[0].intervals.high < 0.7 && found.laws.p_value < Some(1e-6), "{found:?}");
}

/// One comparison of twenty is off by half a standard error. The coverage of all intervals hides that; the comparison's own test does not.
#[test]
fn one_shifted_comparison_is_found_by_its_law() {
    let mut runs: Vec<Run> = Vec::new();
    for index in 0..400 {
        let mut rng = Streams { seed: 1, experiment: 2 }.of_replicate(index, 0);
        let shifted = |i: usize| value(rng.sample::<f64, _>(StandardNormal) + if i == 3 { 0.5 } else { 0.0 });
        runs.push(Run {
            comparisons: (0..COMPARISONS).map(shifted).map(Some).collect(),
            audits: Vec::new(),
            wrong_refuted: true,
        });
    }
    let found = assessed(400, 1.0, &runs);
    assert_eq!((found.verdict, found.causes.len()), (Verdict::Refuted, 1), "{:?}", found.causes);
    let rejected: Vec<_> = found.comparisons.iter().filter(|c| c.adjusted_p_value < Some(1e-3)).collect();
    assert!(rejected.len() == 1 && rejected[0].place == "3", "{rejected:?}");
}

/// A normal z said to have two degrees of freedom is too narrow: a law is tested with the degrees of its own z.
#[test]
fn degrees_of_freedom_count() {
    let found = outcome(2000, 1.0, |z| with(z, |estimate| Estimate { degrees: 2.0, ..estimate }));
    assert_eq!((found.verdict, found.comparisons[0].degrees), (Verdict::Refuted, Some(2.0)));
    assert!(found.laws.p_value < Some(1e-6), "{:?}", found.laws);
}

#[test]
fn too_few_seeds_or_too_skewed_decide_nothing() {
    assert_eq!(outcome(FEWEST_SEEDS - 1, 1.0, value).verdict, Verdict::Inconclusive);
    let skewed =
        outcome(40, 1.0, |z| Value { refuted: false, ..with(z, |estimate| Estimate { skewness: 0.2, ..estimate }) });
    assert_eq!((skewed.verdict, skewed.laws.tested, skewed.comparisons[0].too_skewed), (Verdict::Inconclusive, 0, 40));
    let few = outcome(40, 1.0, |z| with(z, |estimate| Estimate { skewness_error: 0.04, ..estimate }));
    assert_eq!((few.laws.tested, few.comparisons[0].too_skewed), (0, 40));
    // Their law is reported all the same.
    assert!(skewed.comparisons[0].p_value.is_some() && skewed.comparisons[0].adjusted_p_value.is_none());
    let missing = Run { comparisons: vec![None; COMPARISONS], audits: Vec::new(), wrong_refuted: true };
    let none = assessed(
        40,
        1.0,
        &(0..40)
            .map(|_| Run { comparisons: missing.comparisons.clone(), audits: Vec::new(), ..missing })
            .collect::<Vec<_>>(),
    );
    assert_eq!(
        (none.verdict, none.comparisons[0].not_made, none.comparisons[0].mean),
        (Verdict::Inconclusive, 40, None)
    );
}

/// A refuted place of an audit is a false alarm of its run.
#[test]
fn a_refuted_place_is_a_false_alarm() {
    let place = |is_refuted| Visited { parts: vec!["all"], is_compared: true, is_refuted, estimate: None };
    let run = |index: u64| Run {
        comparisons: vec![Some(value(0.0)); COMPARISONS],
        audits: vec![Tally::of(&[place(index == 7), place(false)])],
        wrong_refuted: true,
    };
    let family = Family::new(1e-3, COMPARISONS + 2);
    let wrong = Some(["claim", "check", "wrong"]);
    let audits = vec![["claim", "audit"]];
    let design = Design { audits, audited: 2, seed: 1, seeds: 40, budget: 1.0, tier: "quick", family, wrong };
    let place = |i: usize| Place {
        claim: "claim".to_owned(),
        check: "check".to_owned(),
        kind: Kind::Simulation,
        place: i.to_string(),
    };
    let found = assess(&design, (0..COMPARISONS).map(place).collect(), &(0..40).map(run).collect::<Vec<_>>());
    assert_eq!((found.false_alarms.runs.hits, found.false_alarms.declared), (1, 1e-3));
    let audit = &found.audits[0];
    assert_eq!((audit.places, audit.compared, audit.refuted, audit.values), (80, 80, 1, 0));
    assert_eq!(audit.parts, [Part { part: "all".to_owned(), places: 80, compared: 80 }]);
}

/// At the full budget it contradicts; at a smaller one the power may be missing.
#[test]
fn a_wrong_simulator_that_passes_is_a_cause() {
    for (budget, expected) in [(1.0, Verdict::Refuted), (0.5, Verdict::Inconclusive)] {
        let run =
            |i: u64| Run { comparisons: vec![Some(value(0.0)); COMPARISONS], audits: Vec::new(), wrong_refuted: i > 0 };
        let found = assessed(10, budget, &(0..10).map(run).collect::<Vec<_>>());
        assert_eq!(found.verdict, expected, "{budget}");
        assert_eq!(found.wrong_simulator.expect("a mutant").refuted.hits, 9);
    }
}

/// Two alarms in 400 runs whose declared rate is 1e-3 are no contradiction (P = .06), five are (P = 5e-5).
#[test]
fn false_alarms_are_held_against_the_declared_rate() {
    for (alarms, contradicted) in [(2, false), (5, true)] {
        let run = |i: u64| {
            let mut rng = Streams { seed: 1, experiment: 2 }.of_replicate(i, 0);
            let mut made: Vec<_> = (0..COMPARISONS).map(|_| Some(value(rng.sample(StandardNormal)))).collect();
            if i < alarms {
                made[i as usize % COMPARISONS] = Some(value(4.5));
            }
            Run { comparisons: made, audits: Vec::new(), wrong_refuted: true }
        };
        let found = assessed(400, 1.0, &(0..400).map(run).collect::<Vec<_>>());
        assert_eq!(found.verdict == Verdict::Refuted, contradicted, "{:?}", found.false_alarms);
        assert_eq!(found.false_alarms.runs.hits, alarms);
    }
}

/// A partial calibration confirms nothing: the seeds that are missing could have contradicted the rate.
#[test]
fn an_interrupted_calibration_decides_nothing() {
    let run = |i: u64| {
        let mut rng = Streams { seed: 1, experiment: 2 }.of_replicate(i, 0);
        let comparisons = (0..COMPARISONS).map(|_| Some(value(rng.sample(StandardNormal)))).collect();
        Run { comparisons, audits: Vec::new(), wrong_refuted: true }
    };
    let found = assessed(400, 1.0, &(0..40).map(run).collect::<Vec<_>>());
    assert_eq!((found.verdict, found.partial, found.seeds), (Verdict::Inconclusive, true, 40), "{:?}", found.causes);
}
