//! A claim of one's own: its statement and formula, its law, its evidence and a mutant; run beside a claim of the paper, and shown as text and as a page.
//! `own_claim [PAGE.html]`

use std::error::Error;
use std::fmt;
use std::sync::atomic::AtomicBool;

use goldenweight_evidence::{
    Case, Claim, Deviation, Draw, Key, Kind, Mutant, Mutants, Settings, Simulation, Statement, Tally, Verdict,
    property, recursion, report, simulation,
};
use goldenweight_recursion::engine::{Options, Outcome, Plan, Record, Weights};
use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows};
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::recursion::Recursion;
use outside::Exponential;

/// A place of the design: the rows of a generation, and the weight on the real ones. The true mean is 1.
#[derive(Clone, Copy)]
struct Place {
    real: usize,
    synthetic: usize,
    weight: f64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n = {}, m = {}, w = {}", self.real, self.synthetic, self.weight)
    }
}

/// The law is the theory's one recursion. A synthetic row has the variance mu^2 of the estimated mean mu, whose own error enlarges E mu^2.
/// So the rows pass on 1 + 1/m times that error.
fn law(n: f64, m: f64) -> Recursion<f64> {
    Recursion::new(1.0 / n, 1.0 / m, 1.0 / m)
}

/// The claim's formula.
fn limit(n: f64, m: f64, w: f64) -> f64 {
    law(n, m).limit_risk(Weight::new(w).expect("a weight in [0, 1]"))
}

/// Another way to it: the second moment of the estimate, generation by generation.
fn stepped(n: f64, m: f64, w: f64) -> f64 {
    let u = 1.0 - w;
    let start = 1.0 + 1.0 / n;
    (0..400).fold(start, |square, _| w * w * (1.0 + 1.0 / n) + 2.0 * w * u + u * u * (1.0 + 1.0 / m) * square) - 1.0
}

/// All that the rules of evidence see of the engine: the tallies of some replicates at some points of a parameter, here the weight.
impl Simulation for Place {
    fn draw(&self, Draw { key, replicates, points, stop, .. }: Draw<'_>) -> Vec<Tally> {
        let Key { seed, experiment, cell } = key;
        let schedule = Fresh { rows: Rows { real: self.real, synthetic: self.synthetic } };
        let retraining = Retraining { model: &Exponential { mean: 1.0 }, source: &FromTruth, schedule: &schedule };
        // After 40 generations less than 1e-14 of the distance to the limit is left at every place.
        let plan = Plan { seed, experiment, cell, replicates, record: Record::At(vec![40]) };
        let weights: Vec<_> = points.iter().map(|&w| Weights::Constant(w)).collect();
        let outcomes = retraining.run(&plan, &weights, Options { stop, ..Options::default() });
        let tally = |outcome: &Outcome| Tally { moments: *outcome.at(40, "mean"), failed: outcome.failed_fits };
        outcomes.iter().map(tally).collect()
    }
}

fn claim() -> Claim {
    let says = Statement {
        id: "exponential-mean".into(),
        words: "the mean of exponential rows has this risk in the limit of many generations, relative to its square"
            .into(),
        formula: r"e_\infty = \frac{w^2/n + (1-w)^2/m}{1 - (1-w)^2 (1 + 1/m)}".into(),
        domain: "where the denominator is positive".into(),
        source: "mine".into(),
        exactness: "exact".into(),
    };
    let places = [(5, 5, 0.4), (10, 40, 0.4), (30, 10, 0.5)];
    let places = places.map(|(real, synthetic, weight)| Place { real, synthetic, weight });
    let case = |place: Place| {
        let Place { real, synthetic, weight } = place;
        Case::new(place, place, limit(real as f64, synthetic as f64, weight)).at(weight)
    };
    let steps = || {
        let places = [(5.0, 5.0, 0.4), (10.0, 40.0, 0.4), (30.0, 10.0, 0.5), (2.0, 2.0, 0.9)];
        places.map(|(n, m, w)| (format!("n = {n}, m = {m}, w = {w}"), limit(n, m, w), stepped(n, m, w))).into()
    };
    let checks = vec![
        // The second moment is near 1 and loses up to four digits of the risk.
        recursion("second moments", 1e-11, steps),
        property(
            "no other weight is better",
            "(n, m, w)",
            || (1.0..1e3f64, 1.0..1e3f64, 0.0..1.0f64),
            |&(n, m, w)| Deviation::unless(limit(n, m, w) >= limit(n, m, law(n, m).optimal_weight()) * (1.0 - 1e-12)),
        ),
        // At most 160,000 replicates at each place; an error of 5 % would be too much.
        simulation("risk", 160_000, 0.05, places.map(case).into()).of("risk"),
    ];
    // Plausible and wrong: synthetic rows of the true variance. The same check must refute it.
    let wrong = Mutant::formula("synthetic rows with the variance of the truth", "risk", |case| {
        let Place { real, synthetic, weight: w } = *case.place_as().expect("a place of this claim");
        let innovation = w * w / real as f64 + (1.0 - w) * (1.0 - w) / synthetic as f64;
        innovation / (1.0 - (1.0 - w) * (1.0 - w))
    });
    Claim::new(says, checks).with_mutants(vec![wrong])
}

fn main() -> Result<(), Box<dyn Error>> {
    // The claims of the paper are a suite; one's own is added like any other.
    let mut suite = goldenweight::claims::suite();
    suite.claims.retain(|claim| claim.says.id == "golden-ratio");
    suite.claims.push(claim());
    suite.reproduce = |_| "cargo run --release --bin own_claim".to_owned();
    let kinds = vec![Kind::Exact, Kind::Recursion, Kind::Property, Kind::Simulation];
    let (settings, go_on) = (Settings { seed: 1, tier: 0, only: None, kinds }, AtomicBool::new(false));

    let run = suite.verify(&settings, &go_on, &mut |_| ())?;
    println!("{}", report::table_head());
    run.claims.iter().for_each(|claim| println!("{}", report::claim_row(claim)));
    println!("{}", report::summary(&run));
    assert_eq!((run.verdict, run.claims.len()), (Verdict::Confirmed, 2));

    let own = &suite.claims[1];
    let found = Mutants::new(&suite, 1, &go_on).run(own, &own.mutants[0]).ok_or("the mutant names a check")?;
    println!("{}: {}, {}", own.mutants[0].name, found.verdict.word(), found.detail);
    assert_eq!(found.verdict, Verdict::Refuted);

    let page = report::html::page(&suite.about, &run, &report::html::Companion::default());
    assert!(page.contains("exponential-mean"));
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, page)?;
    }
    Ok(())
}
