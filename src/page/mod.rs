//! What this theory adds to the page of a run, which `goldenweight-evidence` writes without knowing it.
//!
//! A section is a file here. Its numbers are those of the run, or of the theory; nothing is simulated.

mod derivations;
mod explorer;
mod markdown;
mod paper;
mod pictures;
mod records;

use goldenweight_evidence::outcome::RunOutcome;
use goldenweight_evidence::report::html::Companion;
use maud::{Markup, html};

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
pub fn companion(run: &RunOutcome) -> Companion {
    let panels = pictures::panels(run);
    let drawn = pictures::of_claims(&panels);
    let beside = run.claims.iter().map(|claim| {
        let id = &claim.says.id;
        let markup = html! {
            @if let Some(links) = drawn.get(id) {
                p.places { strong { "Drawn in" } " " @for (i, link) in links.iter().enumerate() { @if i > 0 { ", " } (link) } }
            }
            @if let Some(derivation) = derivations::derivation(id) { (derivation) }
        };
        (id.clone(), markup)
    });
    Companion {
        facts: Vec::new(),
        not_shown: paper::not_shown().into_iter().map(|words| format!("Of the paper: {words}")).collect(),
        beside: beside.collect(),
        first: vec![paper::section(run)],
        last: pictures::figures(run, &panels)
            .into_iter()
            .chain([pictures::atlas(run), explorer::section(), records::section()])
            .collect(),
    }
}

/// Links to claims, each with its verdict; a claim that the run has not is named alone.
fn links<'a>(run: &RunOutcome, ids: impl Iterator<Item = &'a str>) -> Markup {
    let claim = |id: &str| run.claims.iter().find(|claim| claim.says.id == id);
    html! {
        @for (i, id) in ids.enumerate() {
            @if i > 0 { ", " }
            @if let Some(claim) = claim(id) {
                a href={ "#" (id) } { (id) } " " span class=(claim.verdict.word()) { (claim.verdict.word()) }
            } @else { (id) " (not in this run)" }
        }
    }
}
