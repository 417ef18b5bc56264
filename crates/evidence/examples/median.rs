//! A theorem of another field: the median of n (odd) uniform numbers has variance 1/(4 (n + 2)).
//!
//! The formula is compared with a simulation and with an integral. A mutant asks whether the approximation 1/(4 n) would have been
//! noticed. A calibration asks whether the declared error rate is kept.
//! `cargo run --release -p goldenweight-evidence --example median [PAGE.html]`

use std::sync::atomic::AtomicBool;

use goldenweight_evidence::{
    About, Calibration, Case, Claim, Draw, Mutant, Settings, Simulation, Statement, Suite, Tally, Tier, Verdict,
    ladder, recursion, report, simulation,
};
use rand::RngExt;

/// Simulates the squared distance of the median of `n` uniform numbers from 1/2. For even `n` the median is the mean of the two middle values.
struct Median(usize);

impl Simulation for Median {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        let mut values = vec![0.0; self.0];
        draw.each(|rng, tallies| {
            values.fill_with(|| rng.random());
            values.sort_by(f64::total_cmp);
            let middle = (values[(self.0 - 1) / 2] + values[self.0 / 2]) / 2.0;
            tallies[0].push(Some((middle - 0.5) * (middle - 0.5)));
        })
    }
}

/// The formula.
fn variance(n: usize) -> f64 {
    1.0 / (4.0 * (n + 2) as f64)
}

/// The variance from the median's density, which is proportional to (x (1 - x))^((n - 1)/2), by the midpoint rule.
fn integrated(n: usize) -> f64 {
    let density = |x: f64| (x * (1.0 - x)).powi(n as i32 / 2);
    let points = || (0..20_000).map(|i| (f64::from(i) + 0.5) / 20_000.0);
    points().map(|x| (x - 0.5) * (x - 0.5) * density(x)).sum::<f64>() / points().map(density).sum::<f64>()
}

/// The case of `n` values: a case stores `n` as its place, and a mutant reads it there.
fn at(n: usize, expected: f64) -> Case {
    Case::new(n, Median(n), expected).sized(n as f64)
}

fn n(case: &Case) -> usize {
    *case.place_as().expect("a number of values")
}

fn suite() -> Suite {
    let says = Statement {
        id: "median-of-uniforms".to_owned(),
        words: "the median of n uniform numbers has variance 1/(4 (n + 2))".to_owned(),
        formula: r"\sigma_n^2 = \frac{1}{4 (n + 2)} \qquad n \sigma_n^2 \to \frac14".to_owned(),
        domain: "odd n".to_owned(),
        source: "folklore".to_owned(),
        exactness: "exact".to_owned(),
    };
    let integral = || [3, 5, 9, 31].map(|n| (format!("n = {n}"), variance(n), integrated(n))).into();
    let limit = |n: usize| at(n, 1.0 / (4.0 * n as f64));
    let checks = vec![
        // The midpoint rule's error is of the order of its step's square, 2.5e-9.
        recursion("integral of its density", 1e-8, integral),
        simulation("variance", 40_000, 0.05, [3, 9, 31].map(|n| at(n, variance(n))).into()).of("variance"),
        ladder("n times the variance", 40_000, 0.15, 2, [11, 21, 41, 81].map(limit).into()).of("limit variance"),
    ];
    let mutants = vec![
        Mutant::formula("the textbook's 1/(4 n)", "variance", |case| 1.0 / (4.0 * n(case) as f64)),
        Mutant::simulation("of n + 1 values", "variance", |case| case.clone().simulated_by(Median(n(case) + 1))),
        Mutant::simulation("control", "variance", |case| case.clone().simulated_by(Median(n(case)))).control(),
    ];
    Suite {
        about: About { name: "median", title: "the median of uniform numbers", notes: "$n$ is the number of values." },
        version: env!("CARGO_PKG_VERSION"),
        tiers: vec![Tier::QUICK, Tier::FULL],
        claims: vec![Claim::new(says, checks).with_mutants(mutants)],
        wrong_simulator: Some("of n + 1 values"),
        reproduce: |_| "cargo run --release --example median".to_owned(),
    }
}

fn main() -> std::io::Result<()> {
    let (suite, go_on) = (suite(), AtomicBool::new(false));
    let settings = Settings { seed: 1, tier: 1, only: None, kinds: Vec::new() };
    let run = suite.verify(&settings, &go_on, &mut |_| ()).expect("a claim with evidence");
    let rows: String = run.claims.iter().map(|claim| report::claim_row(claim) + "\n").collect();
    println!("{}\n{rows}{}", report::table_head(), report::summary(&run));
    let calibration = Calibration { seed: 1, seeds: 100, budget: 0.25, only: None, kinds: Vec::new() };
    let calibrated = suite.calibrate(&calibration, &go_on, &|_| ()).expect("a check by simulation");
    println!("{}", report::calibration::calibration(&calibrated));
    if let Some(page) = std::env::args().nth(1) {
        std::fs::write(page, report::html::page(&suite.about, &run, &report::html::Companion::default()))?;
    }
    let confirmed = run.verdict == Verdict::Confirmed && calibrated.verdict == Verdict::Confirmed;
    std::process::exit(i32::from(!confirmed));
}
