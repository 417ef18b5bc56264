//! goldenweight: a numerical verification suite for the golden-weight theory of model collapse.
//!
//! # Bird's eye
//!
//! A model is retrained, generation after generation, on fresh real rows and on rows that it made itself. A theory says how its risk
//! behaves, and which weight the real rows should get. The crate `goldenweight-theory` holds the formulas. [`simulate`] retrains the
//! models and knows no formula. [`claims`] is the registry of what is stated: each claim has checks that compare formulas with simulations.
//! The binary runs the registry (`verify`, and `calibrate` under fresh seeds), answers single questions (`weight`, `risk`, `simulate`,
//! `optimize`, `adult`), and draws the paper's figures (`figures`).
//!
//! # Map
//!
//! * [`catalogue`]: the models that there are; [`experiment`]: a model, its truth, the rows per generation; validated input.
//! * [`stream`]: keyed random streams.
//! * [`simulate`]: the crate `goldenweight-recursion` (engine, models, schedules) at the settings of this program.
//! * [`adult`]: the Adult table and the fit on all its rows.
//! * [`table`]: a user's CSV file; [`advise`]: what the theory says for it; [`audit`](mod@audit): what a synthetic table is worth beside it.
//! * [`answer`]: what is said to a question, as documents for the command line and for Python.
//! * [`prediction`]: what theory predicts for a problem.
//! * [`network`](mod@network): several models that feed one another: description, laws, best weights.
//! * [`reference`](mod@reference): risks from another implementation.
//! * [`evidence`], the crate `goldenweight-evidence`: how a check is made, compared, run and reported, for any theorem. Four of its modules are re-exported
//!   here: [`stats`] (the error rate of a run, the rule of every comparison, extrapolation to infinite size, tests of the rate itself),
//!   [`optimum`](mod@optimum) (minimisers, by argmin), [`outcome`] and [`report`].
//! * [`atlas`]: settings side by side, each with its best weight and its claims.
//! * [`claims`]: the registry, and one file per model. `claims/check/case.rs` turns a simulator into what the crate of evidence compares.
//!   `claims/moments.rs` computes the same risks without the theory. `claims/certificate` has the exact evidence.
//! * [`proofs`]: the machine-checked theorems of `theory/proofs`, and Coq run on them.
//! * [`figures`]: the paper's figures and other pictures. The numbers are made first (CSV); the drawing (SVG) is made from the numbers alone.
//! * [`page`]: what this theory adds to the page of a run.
//! * `cli`, in the binary: arguments, and documents as text or JSON.
//!
//! A model's law, simulation, entry in the catalogue and claims are in four files of the same name: `theory/src/cdf.rs`, `crates/recursion/src/models/cdf.rs`,
//! `src/catalogue/cdf.rs`, `src/claims/cdf.rs`. `docs/architecture.md` follows one weight and one claim through all of it.
//!
//! # Invariants
//!
//! Dependencies point one way (`tests/architecture.rs` checks it):
//!
//! * The theory crate knows nothing of this one: no randomness, no optimiser, no files, no clock.
//! * [`simulate`], [`stream`] and [`experiment`] do not mention the theory: a simulator cannot look at the answer.
//! * The crate of evidence depends on neither the theory nor the simulations, and does not speak of them.
//!
//! And:
//!
//! * A stream belongs to a key (seed, experiment, cell, replicate, generation, purpose), never to a thread; blocks of replicates are
//!   merged in the order of their index. A result has the same bits for any number of threads.
//! * A failed check is a verdict, not an error. What could not be checked is inconclusive, with its cause. It is never skipped, and nothing
//!   is repeated until it passes.
//! * The bound of a statistical comparison is computed from the run's declared false-alarm rate and the number of comparisons in the
//!   registry, never typed in.

pub mod adult;
pub mod advise;
pub mod answer;
pub mod atlas;
pub mod audit;
pub mod catalogue;
pub mod claims;
pub mod experiment;
pub mod figures;
pub mod network;
pub mod page;
pub mod prediction;
pub mod proofs;
pub mod reference;
pub mod simulate;
pub mod table;

pub use goldenweight_evidence::{self as evidence, optimum, outcome, report, stats};
pub use goldenweight_replicates::stream;

/// The README's example, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
