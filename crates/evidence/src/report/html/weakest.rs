//! Where the evidence of a run is weakest: what a referee looks at first.

use maud::{Markup, html};

use super::{glossary, number, routes};
use crate::outcome::{ClaimOutcome, Evidence, RunOutcome};
use crate::sampled::Compared;

/// Comparisons that are listed.
const LISTED: usize = 8;

/// The section; nothing where the run has no claim.
pub fn section(run: &RunOutcome) -> Markup {
    let mut all: Vec<(&ClaimOutcome, &Evidence, &Compared)> = run
        .claims
        .iter()
        .flat_map(|claim| claim.evidence.iter().map(move |e| (claim, e)))
        .flat_map(|(claim, e)| e.finding.comparisons.iter().map(move |compared| (claim, e, compared)))
        .collect();
    all.sort_by(|(_, _, a), (_, _, b)| b.comparison.detectable_effect.total_cmp(&a.comparison.detectable_effect));
    let few = |claim: &&ClaimOutcome| !claim.evidence.is_empty() && routes::independent(claim) < 2;
    let single: Vec<&ClaimOutcome> = run.claims.iter().filter(few).collect();
    html! {
        section.part #weakest aria-labelledby="weakest-title" {
            h2 #weakest-title { "The weakest evidence of this run" }
            @if all.is_empty() {
                p { "Nothing was simulated." }
            } @else {
                p { "Of " (all.len()) " comparisons, those that would miss the largest error:" }
                ol {
                    @for (claim, evidence, compared) in all.iter().take(LISTED) {
                        li {
                            (link(claim)) ", " (evidence.check) ", " (compared.place) ": "
                            (glossary::link("detects", "detects")) " " (number::size(compared.comparison.detectable_effect))
                            " of the " (compared.of) ", " (glossary::link("margin", "margin")) " "
                            (number::size(compared.comparison.margin)) ", " (glossary::link("z", "z")) " " (number::signed(compared.comparison.z)) "."
                        }
                    }
                }
            }
            @if !single.is_empty() {
                p {
                    "Fewer than two independent " (glossary::link("route", "routes")) " in this run: "
                    @for (i, claim) in single.iter().enumerate() { @if i > 0 { ", " } (link(claim)) } "."
                }
            }
        }
    }
}

fn link(claim: &ClaimOutcome) -> Markup {
    html! { a href={ "#" (claim.says.id) } { (claim.says.id) } }
}
