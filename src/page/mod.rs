//! What this theory adds to the page of a run, which `goldenweight-evidence` writes without knowing it.
//!
//! A section is a file here. Its numbers are those of the run, or of the theory; nothing is simulated.

mod explorer;
mod records;

use goldenweight_evidence::outcome::RunOutcome;
use goldenweight_evidence::report::html::Companion;

/// The sections of the page of this run.
///
/// # Examples
/// ```
/// use goldenweight::{claims, evidence::{Kind, Settings}, page};
/// use std::sync::atomic::AtomicBool;
///
/// let only = goldenweight::evidence::glob::Pattern::new("golden-ratio").ok();
/// let settings = Settings { seed: 1, tier: claims::QUICK, only, kinds: vec![Kind::Exact] };
/// let run = claims::suite().verify(&settings, &AtomicBool::new(false), &mut |_| ()).expect("a claim");
/// let companion = page::companion(&run);
/// assert!(companion.sections().all(|section| !section.title.is_empty()));
/// ```
#[must_use]
pub fn companion(_run: &RunOutcome) -> Companion {
    Companion { first: Vec::new(), last: vec![explorer::section(), records::section()] }
}
