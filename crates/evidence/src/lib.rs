//! Theorems compared with simulations: claims, their checks, one error rate for a whole run, and a page that shows it.
//!
//! # How it works
//! * A [`Claim`] is a [`Statement`] with [`Check`]s; a [`Suite`] is the claims that run together. A check compares without sampling error ([`recursion`],
//!   [`property`], [`Check::certain`]), by simulation ([`simulation()`], [`failures`], [`optimum()`], [`score`], [`curvature`]; for limit laws, by simulations of
//!   growing size, a ladder: [`ladder`], [`optimum_ladder`], [`score_ladder`]), or is work that goes on beside the others ([`Check::beside`]). Its [`Route`] says
//!   what computes the other side.
//! * All that is seen of a simulation is the trait [`Simulation`]: tallies of replicates at some points of one parameter. A [`Case`] says where it is simulated
//!   and what is expected there.
//! * The false-alarm rate of a run is declared once, [`FAMILY_FALSE_ALARM`](stats::family::FAMILY_FALSE_ALARM), and split over the comparisons, which are counted from the
//!   suite. The interval of a comparison is the relative errors that its estimate does not contradict; its margin is the largest relative error that would
//!   be acceptable; its cap is the most replicates that it may draw. It is looked at up to [`LOOKS`] times while it draws, and ends as soon
//!   as the interval lies inside the margin, or the claim is refuted.
//! * [`Suite::verify`] runs the checks, [`report`] shows the outcome as text or as a page. [`Suite::calibrate`] asks, under fresh seeds, whether the declared rate is
//!   kept. [`Mutant`]s are wrong formulas and wrong simulations that the checks must refute.
//!
//! # Invariants
//! * It knows no formula and no simulation: it sees what is drawn, what is expected, margins.
//! * Every number has the same bits for any number of threads.
//! * What could not be compared is inconclusive, with its cause; nothing is repeated until it passes.
//!
//! # Examples
//! The mean of a uniform number is 1/2:
//! ```
//! use std::sync::atomic::AtomicBool;
//! use goldenweight_evidence::{changes::changes, outcome::document::RunDocument, reproduced::{Agreement, of_run, reproduced}};
//! use goldenweight_evidence::{
//!     About, Case, Claim, Draw, Settings, Simulation, Statement, Suite, Tally, Tier, Verdict, report,
//!     simulation,
//! };
//! use goldenweight_evidence::report::html::Companion;
//! use rand::RngExt;
//!
//! struct Uniform;
//! impl Simulation for Uniform {
//!     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
//!         draw.each(|rng, tallies| tallies[0].push(Some(rng.random())))
//!     }
//! }
//! // At most 20,000 replicates, and a relative error of 3 % would be too much.
//! let check = simulation("mean", 20_000, 0.03, vec![Case::new("(0, 1)", Uniform, 0.5)]);
//! let says = Statement { id: "uniform-mean".into(), words: "the mean is 1/2".into(), ..Statement::default() };
//! let suite = Suite {
//!     about: About { name: "uniform", title: "uniform numbers", notes: "" },
//!     version: "1",
//!     tiers: vec![Tier::QUICK],
//!     claims: vec![Claim::new(says, vec![check])],
//!     wrong_simulator: None,
//!     reproduce: |_| "cargo test".into(),
//! };
//! let settings = Settings { seed: 1, tier: 0, only: None, kinds: Vec::new() };
//! let run = suite.verify(&settings, &AtomicBool::new(false), &mut |_| ()).unwrap();
//! assert_eq!(run.verdict, Verdict::Confirmed);
//! let (evidence, compared) = run.claims[0].headline().expect("a comparison");
//! assert_eq!((evidence.check.as_str(), evidence.missing()), ("mean", None));
//! assert!(compared.comparison.z.abs() <= compared.comparison.bound && compared.detail().contains("margin 3"));
//! println!("{}", report::summary(&run));
//! assert!(report::html::page(&suite.about, &run, &Companion::default()).contains("uniform-mean"));
//! assert!(report::junit::junit(&suite.about, &run).contains("<testcase classname=\"uniform.uniform-mean\""));
//! let document = RunDocument::from(&run);
//! let [(name, claims), ..] = report::tables::tables(&document);
//! assert!(name == "claims.csv" && claims.starts_with("claim,verdict,") && claims.contains("\nuniform-mean,confirmed,"));
//! // The same run again, and one that found something else.
//! assert_eq!(reproduced(&document, &document)[0].agreement, Agreement::Bits);
//! assert!(of_run(&document, &document).is_empty());
//! let mut other = document.clone();
//! other.claims[0].evidence[0].comparisons[0].estimate = Some(0.6);
//! assert_eq!(reproduced(&document, &other)[0].agreement, Agreement::Different);
//! other.verdict = Verdict::Refuted;
//! assert_eq!(of_run(&other, &document), ["verdict refuted, and its claims are confirmed"]);
//! // Another margin: what a reviewer must look at.
//! let mut wider = document.clone();
//! wider.claims[0].evidence[0].comparisons[0].margin = Some(0.05);
//! let found = changes(&document, &wider);
//! assert_eq!(found.worse().count(), 1);
//! assert!(report::changes::changes(&found, &|_| false).contains("uniform-mean, mean, (0, 1): margin 0.03 → 0.05"));
//! ```
//! `examples/median.rs` has a theorem with mutants, a calibration and the page.

mod audit;
mod calibration;
mod case;
mod certain;
pub mod changes;
mod check;
mod claim;
mod context;
mod deal;
mod draw;
mod extent;
mod finding;
pub mod judge;
mod looks;
mod machine;
mod mutant;
pub mod optimum;
pub mod outcome;
pub mod report;
pub mod reproduced;
mod run;
mod sampled;
mod shared;
mod simulation;
pub mod stats;
mod suite;
#[cfg(test)]
mod tests;
mod trial;
mod verdict;

/// The crates whose types and traits claims need, in the versions that fit: random numbers, random parameters, patterns of ids.
pub use {glob, goldenweight_replicates::rand, proptest};

pub use goldenweight_replicates::share::Share;

pub use audit::{Against, Audit, Judged, Near, audit, log_uniform};
pub use calibration::{Calibration, FEWEST_SEEDS};
pub use case::{Case, Curve, Expected, Place};
pub use certain::{Deviation, Relation, property, recursion};
pub use check::{
    Beside, Body, Check, Route, curvature, failures, ladder, optimum, optimum_ladder, score, score_ladder, simulation,
};
pub use claim::{Claim, ClaimSummary, Statement};
pub use context::{Context, Tier};
pub use draw::{LOOKS, Quantity};
pub use finding::{Finding, Measure};
pub use looks::Series;
pub use machine::{Machine, machine};
pub use mutant::{Mutant, Side};
pub use outcome::About;
pub use run::{Event, RunError, Settings};
pub use sampled::{Compared, Powers, Sampled};
pub use shared::Left;
pub use simulation::{BLOCK, Between, Blocks, Draw, Key, Simulation, Tally};
pub use suite::{Again, Suite};
pub use trial::Mutants;
pub use verdict::{Kind, Verdict};
