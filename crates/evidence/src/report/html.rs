//! The page of a run: one HTML document that needs nothing else, neither network nor script.
//!
//! What the theory that is verified has to say beside it (pictures, its sources, an explorer) the caller gives as a [`Companion`].
//!
//! What a script adds (filter, order, rows that close) is in `html/page.js`; without it every row is open. A policy in the page's head
//! allows this script and this style, and those of the caller's sections, by their hashes, and nothing else.

mod calibration;
mod changes;
mod claim;
mod forest;
mod formula;
mod glossary;
mod number;
mod routes;
mod section;
mod weakest;
mod words;

use std::cmp::Reverse;
use std::iter;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::outcome::{About, ClaimOutcome, Kind, RunOutcome, Verdict};
use crate::report::counted;

pub use changes::changes;
pub use section::{Companion, Section};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page, what is refuted first, then what is inconclusive.
///
/// # Examples
/// see the [crate].
#[must_use]
pub fn page(about: &About, run: &RunOutcome, companion: &Companion) -> String {
    let mut claims: Vec<_> = run.claims.iter().collect();
    claims.sort_by_key(|claim| Reverse(claim.verdict));
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            (head(about, run, companion))
            body {
                a.skip href="#claims" { "Skip to the claims" }
                header.page { (title(about, run)) (words::section(run, companion)) }
                (section::contents(companion))
                main {
                    section.run #run aria-labelledby="run-title" { (summary(run, companion)) (calibration::figure(run)) }
                    @for section in &companion.first { (section.markup()) }
                    (weakest::section(run))
                    h2 { "Claims" }
                    (filters(&claims))
                    p.legend {
                        "What the short forms mean: "
                        (glossary::link("z", "z of its bound")) ", " (glossary::link("detects", "detects")) ", "
                        (glossary::link("margin", "margin")) ", " (glossary::link("confirmed", "verdicts")) "."
                    }
                    p.legend.printed { "Evidence is printed of the claims that were open; “Open all” prints that of all." }
                    (table(&claims, companion))
                    @for section in &companion.last { (section.markup()) }
                    (notes(about))
                    (glossary::section())
                }
                @for script in scripts(companion) { script { (PreEscaped(script)) } }
            }
        }
    };
    document.into_string()
}

/// The page's own style, then those of the sections.
fn styles(companion: &Companion) -> impl Iterator<Item = &str> {
    iter::once(STYLE).chain(companion.sections().map(|section| section.style.as_str())).filter(|text| !text.is_empty())
}

fn scripts(companion: &Companion) -> impl Iterator<Item = &str> {
    iter::once(SCRIPT)
        .chain(companion.sections().map(|section| section.script.as_str()))
        .filter(|text| !text.is_empty())
}

fn head(about: &About, run: &RunOutcome, companion: &Companion) -> Markup {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        styles(companion).map(hash).collect::<Vec<_>>().join(" "),
        scripts(companion).map(hash).collect::<Vec<_>>().join(" ")
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (about.name) ": " (run.verdict.word()) @if run.partial { ", partial" } }
            @for style in styles(companion) { style { (PreEscaped(style)) } }
        }
    }
}

/// What was verified, and the verdict.
fn title(about: &About, run: &RunOutcome) -> Markup {
    html! {
        p.kicker { (about.name) " · " (about.title) }
        h1 class=(run.verdict.word()) {
            (mark(run.verdict)) " " (capitalised(run.verdict.word())) @if run.partial { ", partial" }
        }
    }
}

/// Error rate, seed, version, machine, duration.
fn summary(run: &RunOutcome, companion: &Companion) -> Markup {
    let machine = &run.machine;
    html! {
        div.summary {
            h2 #run-title { "The run" }
            dl.facts {
                (fact("Error rate", &html! {
                    "Were every claim true, a run under a fresh seed would refute any of its " (run.checks)
                    " statistical comparisons with probability at most " (run.family_false_alarm) ". " (counted(&run.comparisons)) "."
                }))
                (fact("Seed", &html! { (run.seed) }))
                (fact("Tier", &html! { (run.tier) }))
                (fact("Version", &html! { (run.version) }))
                (fact("Machine", &html! {
                    (machine.os) " on " (machine.architecture)
                    @if let Some(processor) = &machine.processor { ", " (processor) }
                    ", " (machine.cores) " cores, " (machine.threads) " threads used"
                }))
                (fact("Duration", &html! { (number::seconds(run.seconds)) }))
                @for (name, value) in &companion.facts { (fact(name, &html! { (value) })) }
            }
        }
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// Shown where the script runs; the kinds are those of the claims.
fn filters(claims: &[&ClaimOutcome]) -> Markup {
    let has = |kind: Kind| claims.iter().any(|claim| claim.evidence.iter().any(|e| e.kind == kind));
    html! {
        form.filters role="search" aria-label="Claims" {
            label { span { "Text" } input #filter-text type="search" autocomplete="off" placeholder="id or words"; }
            label { span { "Verdict" }
                select #filter-verdict {
                    option value="" { "any" }
                    @for verdict in [Verdict::Refuted, Verdict::Inconclusive, Verdict::Confirmed] {
                        option value=(verdict.word()) { (verdict.word()) }
                    }
                }
            }
            label { span { "Evidence" }
                select #filter-kind {
                    option value="" { "any" }
                    @for kind in Kind::ALL.into_iter().filter(|kind| has(*kind)) {
                        option value=(kind.word()) { (kind.word()) }
                    }
                }
            }
            button #toggle-all type="button" { "Open all" }
            output #count role="status" for="filter-text filter-verdict filter-kind" {
                (claims.len()) " of " (claims.len()) " claims"
            }
        }
    }
}

/// A group of two rows per claim. Roles are given because a narrow page lays the table out as cards, after which browsers
/// would no longer call it one.
fn table(claims: &[&ClaimOutcome], companion: &Companion) -> Markup {
    html! {
        table #claims role="table" aria-label="Claims" tabindex="-1" {
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" data-sort="text" { "Claim" }
                    th role="columnheader" scope="col" data-sort="number" aria-sort="descending" { "Verdict" }
                    th role="columnheader" scope="col" data-sort="number" { "Evidence" }
                    th role="columnheader" scope="col" data-sort="number" { "z" }
                    th role="columnheader" scope="col" data-sort="number" { "Detects" }
                    th role="columnheader" scope="col" data-sort="number" { "Margin" }
                    th role="columnheader" scope="col" data-sort="text" { "Source" }
                }
            }
            @for claim in claims { (claim::group(claim, companion)) }
        }
    }
}

fn notes(about: &About) -> Markup {
    html! {
        section.notes #reading {
            h2 { "How to read this" }
            @if !about.notes.is_empty() { p { (formula::text(about.notes)) } }
            p {
                "A comparison by simulation is refuted where |z| is beyond its bound, confirmed where it is not and the interval for the \
                 relative error lies inside the margin, and inconclusive otherwise. The bounds share the error rate above; a ladder's chi-squared, which has no z, takes its share too. \
                 A claim is confirmed for what was compared in this run: kinds of evidence that were not run are named. \
                 “Detects” is the relative error that a comparison would find with 99 % power. A claim shows the comparison in which it is largest, with its z, its margin and \
                 what it is an error of; where one is refuted, that which is furthest off. \
                 Deterministic evidence is accepted where its largest error is at most its tolerance. What stands behind a ± is one standard error."
            }
            dl.kinds {
                @for kind in Kind::ALL {
                    div { dt { (kind.word()) } dd { (kind.compares()) } }
                }
            }
        }
    }
}

/// A verdict without colour; its word stands beside it.
fn mark(verdict: Verdict) -> Markup {
    let symbol = match verdict {
        Verdict::Confirmed => "✓",
        Verdict::Inconclusive => "?",
        Verdict::Refuted => "✕",
    };
    html! { span.mark aria-hidden="true" { (symbol) } }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
