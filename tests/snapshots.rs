//! Tables that a reviewer would look at, as snapshots in `snapshots/`.
//!
//! A snapshot is no proof: it shows a change of numbers. Where a number has an independent reference it is asserted beside the
//! snapshot; the laws themselves are tested in `theory/tests` and by the claims. Numbers have twelve significant digits, since
//! mathematical libraries may differ in the last ones.

use std::fmt::Write as _;
use std::process::Command;

use goldenweight::catalogue::{self, Model};
use goldenweight::evidence::{Compared, Finding, Kind, Machine, Measure, Route, Statement, Verdict};
use goldenweight::experiment::{Generations, Parameters, Problem};
use goldenweight::outcome::calibration::{
    AuditCalibration, CalibrationOutcome, ComparisonCalibration, Coverage, FalseAlarms, KindCalibration, Laws, Part,
    Reasons, Share, WrongSimulator,
};
use goldenweight::outcome::{ClaimOutcome, Counts, Evidence, NotRun, RunOutcome};
use goldenweight::prediction::Prediction;
use goldenweight::report;
use goldenweight::stats::compare::{Comparison, Estimate};
use goldenweight_theory::covariance::threshold;
use goldenweight_theory::dynamic;
use goldenweight_theory::parameters::{MixingRatio, SampleSizes, Weight};
use goldenweight_theory::weights;
use num_rational::BigRational;

/// Compares with the snapshot of this name in `snapshots/`; `inputs` says what the table was made from.
fn snapshot(name: &str, inputs: &str, table: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(inputs);
    let table: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    settings.bind(|| insta::assert_snapshot!(name, table));
}

/// Twelve significant digits, in a column of 17.
fn digits(x: f64) -> String {
    format!("{:<17}", format!("{x:.11e}"))
}

/// Within half a unit of the reference's last digit, given as a relative error.
fn assert_reference(found: f64, reference: f64, relative: f64) {
    assert!((found / reference - 1.0).abs() <= relative, "{found} against the reference {reference}");
}

fn prediction(model: Model, real: u64, synthetic: u64, dim: Option<u64>) -> Prediction {
    Prediction::fresh(&Problem::new(model, real, synthetic, &Parameters::of_dim(dim)).expect("valid"))
}

fn weight(w: f64) -> Weight {
    Weight::new(w).expect("in [0, 1]")
}

#[test]
fn golden_weights() {
    let mut table = String::from(
        "k       w*                u* = 1 - w*       naive weight      naive risk        rows worth n = 1\n",
    );
    for exponent in -12..=12 {
        let k = MixingRatio::new(10f64.powi(exponent)).expect("in the domain");
        let w = weights::optimal_weight(&k);
        let columns = [
            w,
            weights::optimal_synthetic_weight(&k),
            weights::naive_weight(&k),
            weights::naive_relative_risk(&k),
            weights::effective_sample_size(1.0, w),
        ];
        let _ = writeln!(table, "1e{exponent:<+4}  {}", columns.map(digits).join(" "));
    }
    // mpmath, 30 digits: 2/(1 + sqrt(1 + 4/k)) at k = 1 and 1e-12, and 2/(2 + k + sqrt(k^2 + 4k)) at k = 1e12.
    let at = |k: f64| MixingRatio::new(k).expect("in the domain");
    assert_reference(weights::optimal_weight(&at(1.0)), 0.618_033_988_749_894_9, 1e-15);
    assert_reference(weights::optimal_weight(&at(1e-12)), 9.999_995_000_001_25e-7, 1e-15);
    assert_reference(weights::optimal_synthetic_weight(&at(1e12)), 9.999_999_999_98e-13, 1e-15);
    snapshot("golden_weights", "k = 1e-12, ..., 1e12; risks relative to the fresh real rows alone", &table);
}

#[test]
fn finite_sample_optima() {
    let mut table =
        String::from("model                n     m     p  optimal weight    limit weight      relative risk\n");
    let sizes = [(100, 100), (100, 1000), (30, 20), (10, 10), (500, 500)];
    for model in [&catalogue::GAUSSIAN_MEAN, &catalogue::GAUSSIAN_COVARIANCE, &catalogue::CDF, &catalogue::CATEGORICAL]
    {
        let dims: &[Option<u64>] =
            if model == &catalogue::GAUSSIAN_COVARIANCE { &[Some(1), Some(2), Some(4)] } else { &[None] };
        for (&dim, (n, m)) in dims.iter().flat_map(|dim| sizes.map(|sizes| (dim, sizes))) {
            let law = prediction(model, n, m, dim);
            let best = law.optimal_weight().expect("a law with an optimum");
            let columns = [best, law.limit_weight(), law.relative_risk(weight(best))].map(digits).join(" ");
            let p = dim.map_or_else(|| "-".to_owned(), |p| p.to_string());
            let _ = writeln!(table, "{:<20} {n:<5} {m:<5} {p}  {columns}", model.name);
        }
    }
    // mpmath, 40 digits: the root of dV/dw at n = m = 100, p = 2; the root of rho u^2 - (1 + rho + kappa) u + 1 for the cdf.
    let optimum = |model, dim| prediction(model, 100, 100, dim).optimal_weight().expect("a law with an optimum");
    assert_reference(optimum(&catalogue::GAUSSIAN_COVARIANCE, Some(2)), 0.619_809_937_858_575_1, 1e-14);
    assert_reference(optimum(&catalogue::CDF, None), 0.616_976_649_427, 1e-12);
    snapshot("finite_sample_optima", "default truths: Sigma = I, probabilities .1, .2, .3, .4", &table);
}

#[test]
fn covariance_thresholds() {
    let mut table = String::from("m       w_c(m)\n");
    for m in [2, 3, 5, 10, 20, 50, 100, 1_000, 10_000, 1_000_000] {
        let _ = writeln!(table, "{m:<7} {}", digits(threshold(m - 1)));
    }
    // mpmath: 1 - sqrt((m - 1)/(m + 1)).
    for (m, reference) in [(5, 0.183_503_419_072_27), (10, 0.095_465_966_266_709), (100, 0.009_950_496_287_190_598)] {
        assert_reference(threshold(m - 1), reference, 1e-13);
    }
    snapshot("covariance_thresholds", "w_c(m) = 1 - sqrt((m - 1)/(m + 1))", &table);
}

#[test]
fn dynamic_weights() {
    let sizes = SampleSizes::new(1, 1).expect("positive");
    let exact = weights::law(&sizes.mixing_ratio::<BigRational>());
    let float = weights::law(&sizes.mixing_ratio::<f64>());
    let mut table = String::from("t   w_t\n");
    for (t, (fraction, float)) in dynamic::weights(&exact).zip(dynamic::weights(&float)).take(16).enumerate() {
        let _ = writeln!(table, "{:<3} {:<18} {}", t + 1, fraction.to_string(), digits(float));
    }
    for ratio in ["2/3", "5/8", "13/21", "34/55", "89/144", "233/377"] {
        assert!(table.contains(&format!(" {ratio} ")), "{ratio}");
    }
    snapshot("dynamic_weights", "k = 1: ratios of Fibonacci numbers", &table);
}

#[test]
fn figure_8_predictions() {
    let average = Generations::Average { from: 150, until: 200 };
    let laws =
        [(&catalogue::GAUSSIAN_MEAN, Some(2)), (&catalogue::GAUSSIAN_COVARIANCE, Some(2)), (&catalogue::CDF, None)]
            .map(|(model, dim)| prediction(model, 100, 100, dim));
    let mut table = String::from("w     mean              covariance        cdf\n");
    for step in 0..30 {
        let w = f64::from(20 + 2 * step) / 100.0;
        let _ =
            writeln!(table, "{w:.2}  {}", laws.each_ref().map(|law| digits(law.risk(weight(w), average))).join(" "));
    }
    // The exact predictions at the optima, from an independent recursion in rationals, rounded to six digits.
    let at = |law: &Prediction, w| law.risk(weight(w), average);
    assert_reference(at(&laws[0], 0.618_034), 0.012_360_7, 5e-6);
    assert_reference(at(&laws[1], 0.619_810), 0.037_564_1, 2e-6);
    assert_reference(at(&laws[2], 0.616_977), 0.001_028_29, 5e-6);
    snapshot("figure_8", "n = m = 100, p = 2, Sigma = I; exact risk averaged over t = 150..199", &table);
}

#[test]
fn figure_9_predictions() {
    let average = Generations::Average { from: 150, until: 200 };
    let risks = |model, m, dim| {
        let law = prediction(model, 100, m, dim);
        [law.naive_weight(), law.limit_weight()].map(|w| law.risk(weight(w), average))
    };
    let mut table = String::from(
        "k    m      mean, naive       golden            covariance, naive golden            cdf, naive        golden\n",
    );
    for hundredths in (1..20).step_by(2) {
        let m = 10_000 / hundredths;
        let models =
            [(&catalogue::GAUSSIAN_MEAN, Some(2)), (&catalogue::GAUSSIAN_COVARIANCE, Some(2)), (&catalogue::CDF, None)];
        let columns = models.map(|(model, dim)| risks(model, m, dim).map(digits).join(" "));
        let _ = writeln!(table, ".{hundredths:02}  {m:<6} {}", columns.join(" "));
    }
    // From an independent recursion: w = k/(1 + k) and w*(k) with k = 100/m.
    let [naive, golden] = risks(&catalogue::GAUSSIAN_MEAN, 10_000, Some(2));
    assert_reference(naive, 0.010_371_4, 1e-5);
    assert_reference(golden, 0.001_902, 3e-4);
    let [naive, golden] = risks(&catalogue::GAUSSIAN_MEAN, 526, Some(2));
    assert_reference(naive, 0.010_868_1, 1e-5);
    assert_reference(golden, 0.007_024, 1e-4);
    snapshot("figure_9", "n = 100, m = floor(n/k), p = 2; exact risk averaged over t = 150..199", &table);
}

/// An outcome written by hand, with a claim of each verdict.
fn outcome() -> RunOutcome {
    let evidence = |kind: Kind, finding| Evidence {
        kind,
        check: "a check".to_owned(),
        route: if kind == Kind::Property {
            Route::Consequence
        } else {
            Route::By { words: "another computation", functions: &[] }
        },
        finding,
        reproduce: format!("goldenweight verify --kinds {}", kind.word()),
        seconds: 0.25,
    };
    let decided = |kind, verdict, detail: &str| evidence(kind, Finding::decided(verdict, detail));
    let simulated = |verdict, z: f64, detail: &str| {
        let comparison = Comparison {
            verdict,
            cause: String::new(),
            z,
            degrees: 999.0,
            bound: 4.5,
            relative_error: 0.002 * z,
            interval: (0.002 * z - 0.009, 0.002 * z + 0.009),
            margin: 0.03,
            detectable_effect: 0.0123,
        };
        let estimate = Estimate { value: 1.0, std_error: 0.1, degrees: 999.0, skewness: 0.0, skewness_error: 0.0 };
        let place = "a place".to_owned();
        let one = Compared {
            place,
            of: "risk",
            replicates: 1_000,
            comparison,
            estimate,
            expected: Vec::new(),
            words: String::new(),
        };
        let finding =
            Finding { measure: Measure::Worst(0), comparisons: vec![one], ..Finding::decided(verdict, detail) };
        evidence(Kind::Simulation, finding)
    };
    let claim = |id: &str, evidence: Vec<Evidence>| ClaimOutcome {
        says: Statement {
            id: id.to_owned(),
            words: "e_t = e_inf".to_owned(),
            formula: r"e_t = e_\infty".to_owned(),
            domain: "all".to_owned(),
            source: "derived".to_owned(),
            exactness: "exact".to_owned(),
        },
        verdict: Verdict::of_all(evidence.iter().filter(|e| e.finding.ran()).map(|e| e.finding.verdict)),
        kinds_not_run: Vec::new(),
        evidence,
    };
    let not_run = |kind, reason: &str| NotRun { kind, reason: reason.to_owned() };
    let mut claims = vec![
        claim(
            "good",
            vec![
                evidence(Kind::Proof, Finding::not_run("not run: coq not found")),
                simulated(Verdict::Confirmed, -1.25, "simulated 1, theory 1"),
            ],
        ),
        claim(
            "bad",
            vec![
                decided(Kind::Recursion, Verdict::Confirmed, "5 cases"),
                simulated(Verdict::Refuted, 12.5, "simulated 2, theory 1"),
            ],
        ),
        claim("vague", vec![decided(Kind::Ladder, Verdict::Inconclusive, "3 of 100 replicates failed")]),
        claim("unsampled", vec![decided(Kind::Exact, Verdict::Confirmed, "certified")]),
    ];
    claims[0].kinds_not_run = vec![not_run(Kind::Proof, "not run: coq not found")];
    claims[3].kinds_not_run = [Kind::Ladder, Kind::Mutant].map(|kind| not_run(kind, "in the full tier alone")).to_vec();
    let machine =
        Machine { os: "an os".to_owned(), architecture: "a cpu".to_owned(), processor: None, cores: 2, threads: 2 };
    RunOutcome {
        version: "0.0.0".to_owned(),
        machine,
        seconds: 1.5,
        seed: 7,
        tier: "quick".to_owned(),
        only: "*".to_owned(),
        kinds: Vec::new(),
        family_false_alarm: 1e-3,
        checks: 12,
        comparisons: Counts { in_budget: 12, asked: 4, chi_squared: 1, audited: 0, z: 2, not_made: 1 },
        partial: false,
        not_begun: Vec::new(),
        verdict: Verdict::of_all(claims.iter().map(|c| c.verdict)),
        claims,
    }
}

#[test]
fn report_of_a_run() {
    let run = outcome();
    let rows: Vec<_> = run.claims.iter().map(report::claim_row).collect();
    let text = format!("{}\n{}\n{}", report::table_head(), rows.join("\n"), report::summary(&run));
    snapshot("report", "an outcome written by hand", &text);
}

/// A calibration written by hand: one law is contradicted, one comparison is too skewed.
fn calibration() -> CalibrationOutcome {
    let share = |hits, trials| Share { hits, trials, low: 0.9, high: 0.99 };
    let comparison = |claim: &str, kind, tested: bool, p_value| ComparisonCalibration {
        claim: claim.to_owned(),
        check: "minimisers at n = m = 50, 100, 200".to_owned(),
        kind,
        place: "limit of the ladder".to_owned(),
        values: 39,
        not_made: 1,
        too_skewed: if tested { 0 } else { 21 },
        tested,
        false_alarms: 1,
        skewness: Some(if tested { 0.01 } else { 0.12 }),
        degrees: Some(23.0),
        mean: Some(-0.75),
        deviation: Some(1.25),
        distance: Some(0.4),
        p_value: Some(p_value),
        adjusted_p_value: tested.then_some(2.0 * p_value),
        inside_95: 35,
        inside_99: 38,
        reasons: Reasons::new(),
    };
    CalibrationOutcome {
        verdict: Verdict::Refuted,
        causes: vec!["the laws of z contradict what is declared".to_owned()],
        tier: "quick".to_owned(),
        seed: 7,
        seeds: 40,
        partial: false,
        budget: 0.25,
        error_rate: 1e-3,
        checks: 158,
        false_alarms: FalseAlarms {
            runs: share(1, 40),
            declared: 1.27e-5,
            upper_bound: 0.1132,
            p_value: 5.1e-4,
            comparisons: share(1, 57),
        },
        laws: Laws { tested: 1, smallest_p_value: Some(1e-6), p_value: Some(2e-6), reasons: Reasons::new() },
        coverage: vec![Coverage { nominal: 0.95, intervals: share(35, 39), p_value: 0.25 }],
        kinds: vec![KindCalibration {
            kind: Kind::Ladder,
            comparisons: 1,
            values: 39,
            mean: -0.75,
            deviation: 1.25,
            inside_95: share(35, 39),
            inside_99: share(38, 39),
        }],
        wrong_simulator: Some(WrongSimulator {
            name: "one synthetic row less".to_owned(),
            claim: "gaussian-mean-law".to_owned(),
            check: "by rows".to_owned(),
            refuted: share(40, 40),
        }),
        audits: vec![AuditCalibration {
            claim: "gaussian-mean-law".to_owned(),
            check: "random places".to_owned(),
            places: 4000,
            compared: 3912,
            refuted: 1,
            values: 3900,
            mean: Some(0.0125),
            deviation: Some(0.9875),
            inside_95: 3700,
            inside_99: 3860,
            parts: vec![Part { part: "n > 100 m".to_owned(), places: 212, compared: 200 }],
            reasons: Reasons::new(),
        }],
        comparisons: vec![
            comparison("bad", Kind::Ladder, true, 1e-6),
            comparison("skewed", Kind::Simulation, false, 0.125),
        ],
    }
}

#[test]
fn report_of_a_calibration() {
    let text = report::calibration::calibration(&calibration());
    assert!(text.lines().all(|line| line.chars().count() < 100), "{text}");
    snapshot("calibration", "an outcome written by hand", &text);
}

#[test]
fn help_of_the_commands() {
    let mut text = String::new();
    for command in [
        "",
        "verify",
        "calibrate",
        "weight",
        "risk",
        "simulate",
        "optimize",
        "survival",
        "atlas",
        "adult",
        "claims",
        "compare",
        "check",
        "network",
        "advise",
        "audit",
        "schema",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_goldenweight"))
            .args([command, "--help"].iter().filter(|word| !word.is_empty()))
            .output()
            .expect("the binary runs");
        assert!(output.status.success());
        let _ = writeln!(text, "$ goldenweight {command} --help\n{}", String::from_utf8(output.stdout).expect("UTF-8"));
    }
    snapshot("help", "goldenweight COMMAND --help", &text);
}
