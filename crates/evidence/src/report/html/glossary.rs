//! What the page's short forms mean, in one place to which they lead.

use maud::{Markup, html};

/// A term: its anchor, the words, and what it means.
type Term = (&'static str, &'static str, &'static str);

const TERMS: &[Term] = &[
    (
        "z",
        "z of 4.84",
        "z is the distance of an estimate from what is expected, in standard errors. The number after “of” is its bound: beyond it the claim is refuted. \
         A z of +1.2 of 4.84 is far inside.",
    ),
    (
        "bound",
        "bound",
        "The largest |z| that chance is allowed. All bounds of a run share one error rate: the more comparisons, the wider each.",
    ),
    (
        "detects",
        "detects",
        "The relative error that a comparison finds with probability 99 %. A smaller one could pass. Of a claim: the largest over its comparisons.",
    ),
    (
        "margin",
        "margin",
        "The largest relative error that would be acceptable, declared before the run. A comparison is confirmed where its whole interval lies inside.",
    ),
    (
        "interval",
        "interval",
        "The relative errors that an estimate does not contradict, for all comparisons of the run at once.",
    ),
    ("replicates", "replicates", "Independent repetitions of a simulation."),
    (
        "look",
        "look",
        "A comparison is judged several times while it draws, by all that it has drawn so far, and stops at the first of these looks that decides it. The looks \
         share its part of the error rate.",
    ),
    (
        "tolerance",
        "tolerance",
        "The rounding that a check without sampling may have. Its error is given in units of it: 1 is all of it.",
    ),
    (
        "route",
        "route",
        "What computes the other side of a comparison. Two routes are independent where they share no function and neither calls the formula. A consequence of the \
         formula is no route: it finds a slip, not a wrong idea.",
    ),
    (
        "ladder",
        "ladder",
        "Simulations of growing size, extrapolated to infinite size: how a statement in a limit is compared.",
    ),
    (
        "confirmed",
        "confirmed",
        "Every comparison of this run agrees, and none leaves room for an error above its margin.",
    ),
    ("refuted", "refuted", "A comparison is beyond its bound, or an error beyond its tolerance."),
    (
        "inconclusive",
        "inconclusive",
        "Neither: the interval is too wide, or a comparison could not be made. The cause is given.",
    ),
    (
        "error-rate",
        "error rate",
        "The probability that a run under a fresh seed refutes anything although every claim is true, at most.",
    ),
    (
        "tier",
        "tier",
        "How much a run draws: the first is quick, the last one draws most, has the smallest margins, and makes every check.",
    ),
    ("seed", "seed", "The number from which all random numbers follow: the same seed gives the same run."),
];

fn anchor(id: &str) -> String {
    format!("term-{id}")
}

/// A short form that leads to its meaning.
pub fn link(id: &str, words: &str) -> Markup {
    html! { a.term href={ "#" (anchor(id)) } { (words) } }
}

/// A short form in a place where a link would be one too many: its meaning on hover, the glossary has it too.
pub fn short(id: &str, words: &str) -> Markup {
    let meaning = TERMS.iter().find(|(known, _, _)| *known == id).map(|(_, _, meaning)| *meaning);
    html! { abbr title=[meaning] { (words) } }
}

/// The section.
pub fn section() -> Markup {
    html! {
        section.part #glossary aria-labelledby="glossary-title" {
            h2 #glossary-title { "Glossary" }
            dl.kinds {
                @for (id, words, meaning) in TERMS { div #(anchor(id)) { dt { (words) } dd { (meaning) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_form_leads_to_its_meaning() {
        let page = section().into_string();
        for id in ["z", "bound", "detects", "margin", "route"] {
            assert!(page.contains(&format!("id=\"term-{id}\"")), "{id}");
            assert!(short(id, "x").into_string().contains("title=\""), "{id}");
        }
    }
}
