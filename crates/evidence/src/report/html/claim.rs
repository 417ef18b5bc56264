//! A claim: its row, and below it the evidence.

use maud::{Markup, html};

use super::super::{detectable, furthest};
use super::{forest, formula, mark, number};
use crate::outcome::{ClaimOutcome, Evidence, Kind, Verdict};

/// Both rows. The cells carry the numbers by which the script orders.
pub fn group(claim: &ClaimOutcome) -> Markup {
    let detail = format!("{}-evidence", claim.id);
    let kinds: Vec<_> = Kind::ALL.into_iter().filter(|kind| of_kind(claim, *kind).next().is_some()).collect();
    let words = kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" ");
    let furthest = furthest(claim);
    let statistic = furthest.and_then(|e| e.statistic);
    let detectable = detectable(claim);
    html! {
        tbody #(claim.id) role="rowgroup" data-verdict=(claim.verdict.word()) data-kinds=(words) {
            tr.claim role="row" {
                th role="rowheader" scope="row" data-key=(claim.id) {
                    span.title {
                        span.toggle data-controls=(detail) { (claim.id) }
                        a.anchor href={ "#" (claim.id) } aria-label={ "Link to " (claim.id) } { "#" }
                    }
                    (formula::block(&claim.formula))
                    p.statement { (claim.statement) }
                }
                td role="cell" data-label="Verdict" data-key=(claim.verdict as u8) {
                    (verdict(claim.verdict))
                    @if let Some(gap) = gap(claim) { p.gap { (gap) } }
                }
                td role="cell" data-label="Evidence" data-key=(kinds.len()) {
                    ul.kinds { @for kind in &kinds { li { (chip(claim, *kind)) } } }
                }
                td.number role="cell" data-label="z" data-key=[statistic.map(f64::abs)] {
                    @if let Some((z, bound)) = statistic.zip(furthest.and_then(|e| e.bound)) {
                        (number::signed(z)) " " small { "of " (number::plain(bound)) }
                    } @else { (none()) }
                }
                td.number role="cell" data-label="Detects" data-key=[detectable] {
                    @if let Some(effect) = detectable { (number::size(effect)) } @else { (none()) }
                }
                td role="cell" data-label="Source" data-key={ (claim.source) " " (claim.exactness) } {
                    (claim.source) ", " (claim.exactness)
                }
            }
            tr.evidence role="row" #(detail) {
                td role="cell" colspan="6" {
                    p.domain { strong { "Domain" } " " (claim.domain) }
                    (forest::comparisons(claim))
                    (forest::errors(claim))
                    @for kind in kinds { (of_one_kind(claim, kind)) }
                }
            }
        }
    }
}

fn of_kind(claim: &ClaimOutcome, kind: Kind) -> impl Iterator<Item = &Evidence> {
    claim.evidence.iter().filter(move |e| e.kind == kind)
}

fn none() -> Markup {
    html! { span.none { "–" } }
}

fn verdict(verdict: Verdict) -> Markup {
    html! { span class={ "verdict " (verdict.word()) } { (mark(verdict)) " " (verdict.word()) } }
}

/// A kind of evidence with the verdict of its checks.
fn chip(claim: &ClaimOutcome, kind: Kind) -> Markup {
    let ran = || of_kind(claim, kind).filter(|e| e.ran);
    if ran().next().is_none() {
        return html! { span.chip.absent { (kind.word()) ", not run" } };
    }
    let verdict = Verdict::of_all(ran().map(|e| e.verdict));
    html! {
        span class={ "chip " (verdict.word()) } {
            (mark(verdict)) " " (kind.word()) span.aside { " " (verdict.word()) }
        }
    }
}

/// How far a claim that is not confirmed is from that, by its worst evidence.
fn gap(claim: &ClaimOutcome) -> Option<String> {
    let beyond = |e: &Evidence| e.statistic.zip(e.bound).map_or(0.0, |(statistic, bound)| statistic.abs() / bound);
    let guilty = claim.evidence.iter().filter(|e| e.ran && e.verdict == claim.verdict);
    let worst = guilty.max_by(|a, b| beyond(a).total_cmp(&beyond(b))).filter(|e| e.verdict != Verdict::Confirmed)?;
    let against = worst.statistic.zip(worst.bound);
    Some(match (worst.relative_error.zip(worst.interval.zip(worst.margin)), against) {
        (Some((error, _)), Some((z, bound))) if worst.verdict == Verdict::Refuted => {
            format!("off by {}, z {} of {}", number::percent(error), number::signed(z), number::plain(bound))
        }
        (Some((_, (interval, margin))), _) => {
            format!("interval {}, margin {}", number::interval(interval), number::size(margin))
        }
        (None, Some((error, _))) => format!("error {} × tolerance", number::plain(error)),
        (None, None) => format!("{}: no number, see below", worst.kind.word()),
    })
}

/// The checks of one kind, and the command that makes them again.
fn of_one_kind(claim: &ClaimOutcome, kind: Kind) -> Markup {
    html! {
        section.kind {
            h3 { (kind.word()) " " small { (compares(kind)) } }
            ul.checks { @for evidence in of_kind(claim, kind) { li { (check(evidence)) } } }
            @if let Some(evidence) = of_kind(claim, kind).next() {
                p.command { span { "Reproduce" } " " code { (evidence.reproduce) } }
            }
        }
    }
}

fn check(evidence: &Evidence) -> Markup {
    let statistical = evidence.detectable_effect.is_some();
    html! {
        p.check {
            @if evidence.ran { (verdict(evidence.verdict)) } @else { span.verdict.absent { "not run" } }
            " " strong { (evidence.check) }
        }
        p.numbers {
            @if let Some((statistic, bound)) = evidence.statistic.zip(evidence.bound) {
                @if statistical {
                    span { "z " (number::signed(statistic)) " of " (number::plain(bound)) }
                } @else {
                    span { "error " (number::plain(statistic)) " × tolerance" }
                }
            }
            @if let Some(effect) = evidence.detectable_effect { span { "detects " (number::size(effect)) } }
            @if let Some(margin) = evidence.margin { span { "margin " (number::size(margin)) } }
            @if let Some(replicates) = evidence.replicates { span { (number::count(replicates)) " replicates" } }
            span { (number::seconds(evidence.seconds)) }
        }
        @if !evidence.detail.is_empty() { p.detail { (evidence.detail) } }
    }
}

/// What a kind of evidence compares.
pub const fn compares(kind: Kind) -> &'static str {
    match kind {
        Kind::Proof => "theorems, checked by Coq",
        Kind::Exact => "the program's own formulas in exact rationals or in intervals",
        Kind::Recursion => "the closed form with an independent computation that has no sampling error",
        Kind::Property => "identities, bounds and limits over random parameters",
        Kind::Simulation => "the simulated risk with the exact one",
        Kind::Ladder => "the simulated risk at n, 2n, 4n, …, extrapolated, with the limit law",
        Kind::Optimum => "the minimiser of the simulated risk, and its slope there, with the optimal weight",
        Kind::Mutant => "wrong formulas and simulators, which the same checks must refute",
    }
}
