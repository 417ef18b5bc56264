//! Where the evidence of a run is weakest: what a referee looks at first.

use maud::{Markup, html};

use super::{glossary, number, routes};
use crate::outcome::{ClaimOutcome, Evidence, RunOutcome};
use crate::sampled::Compared;
use crate::stats::shown::number_of;

/// Claims that are listed.
const LISTED: usize = 8;

/// The section; nothing where the run has no claim.
pub fn section(run: &RunOutcome) -> Markup {
    let effect = |compared: &Compared| compared.comparison.detectable_effect;
    let weakest = |claim| -> Option<(&ClaimOutcome, &Evidence, &Compared)> {
        let claim: &ClaimOutcome = claim;
        let all =
            claim.evidence.iter().flat_map(|e| e.finding.comparisons.iter().map(move |compared| (claim, e, compared)));
        all.max_by(|(_, _, a), (_, _, b)| effect(a).total_cmp(&effect(b)))
    };
    let mut all: Vec<_> = run.claims.iter().filter_map(weakest).collect();
    all.sort_by(|(_, _, a), (_, _, b)| effect(b).total_cmp(&effect(a)));
    let few = |claim: &&ClaimOutcome| !claim.evidence.is_empty() && routes::independent(claim) < 2;
    let single: Vec<&ClaimOutcome> = run.claims.iter().filter(few).collect();
    html! {
        section.part #weakest aria-labelledby="weakest-title" {
            h2 #weakest-title { "The weakest evidence of this run" }
            @if all.is_empty() {
                p { "Nothing was simulated." }
            } @else {
                p { "Of the comparisons of each claim, the one that would miss the largest error; the largest of " (number_of(all.len() as u64, "claim")) ":" }
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
