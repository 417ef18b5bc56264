//! A claim: its row, and below it the evidence.

use maud::{Markup, html};

use super::{Companion, forest, formula, glossary, mark, number, routes};
use crate::finding::Measure;
use crate::outcome::{ClaimOutcome, Evidence, Kind, NotRun, Verdict};

/// Both rows. The cells carry the numbers by which the script orders.
pub fn group(claim: &ClaimOutcome, companion: &Companion) -> Markup {
    let id = &claim.says.id;
    let detail = format!("{id}-evidence");
    let listed = |kind: &Kind| {
        of_kind(claim, *kind).next().is_some() || claim.kinds_not_run.iter().any(|not_run| not_run.kind == *kind)
    };
    let kinds: Vec<_> = Kind::ALL.into_iter().filter(listed).collect();
    let words = kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" ");
    let shown = claim.headline().map(|(_, compared)| compared);
    let key = |number: Option<f64>| number.filter(|x| x.is_finite());
    html! {
        tbody #(id) role="rowgroup" data-verdict=(claim.verdict.word()) data-kinds=(words) {
            tr.claim role="row" {
                th role="rowheader" scope="row" data-key=(id) {
                    span.title {
                        span.toggle data-controls=(detail) { (id) }
                        a.anchor href={ "#" (id) } aria-label={ "Link to " (id) } { "#" }
                    }
                    (formula::block(&claim.says.formula))
                    p.statement { (claim.says.words) }
                }
                td role="cell" data-label="Verdict" data-key=(claim.verdict as u8) {
                    (verdict(claim.verdict))
                    @if let Some(gap) = gap(claim) { p.gap { (gap) } }
                    @if !claim.kinds_not_run.is_empty() { p.lacks { "without " (not_run(claim)) } }
                }
                td role="cell" data-label="Evidence" data-key=(kinds.len()) {
                    ul.kinds { @for kind in &kinds { li { (chip(claim, *kind)) } } }
                }
                td.number role="cell" data-label="z" data-key=[key(shown.map(|c| c.comparison.z.abs()))] {
                    @if let Some(compared) = shown {
                        (number::signed(compared.comparison.z)) " "
                        small { (glossary::short("z", "of")) " " (number::plain(compared.comparison.bound)) }
                    } @else { (none("none")) }
                }
                // In the order of the largest error that could pass, also where the comparison that is shown is refuted.
                td.number role="cell" data-label="Detects" data-key=[key(claim.detectable_effect())] {
                    @if let Some(compared) = shown {
                        (number::size(compared.comparison.detectable_effect)) " " small { (compared.of) }
                    } @else { (none(&claim.no_headline().unwrap_or_default())) }
                }
                td.number role="cell" data-label="Margin" data-key=[key(shown.map(|c| c.comparison.margin))] {
                    @if let Some(compared) = shown { (number::size(compared.comparison.margin)) } @else { (none("none")) }
                }
                td role="cell" data-label="Source" data-key={ (claim.says.source) " " (claim.says.exactness) } {
                    (claim.says.source) ", " (claim.says.exactness)
                }
            }
            tr.evidence role="row" #(detail) {
                td role="cell" colspan="7" {
                    p.domain { strong { "Domain" } " " (claim.says.domain) }
                    @if let Some(markup) = companion.beside.get(id) { (markup) }
                    @if !claim.evidence.is_empty() { (routes::list(claim)) }
                    (forest::comparisons(claim))
                    (forest::errors(claim))
                    @for kind in kinds { (of_one_kind(claim, kind)) }
                }
            }
        }
    }
}

/// The kinds that were not run, each with its reason.
fn not_run(claim: &ClaimOutcome) -> String {
    let said =
        |NotRun { kind, reason }: &NotRun| format!("{} ({})", kind.word(), reason.trim_start_matches("not run: "));
    claim.kinds_not_run.iter().map(said).collect::<Vec<_>>().join(", ")
}

fn of_kind(claim: &ClaimOutcome, kind: Kind) -> impl Iterator<Item = &Evidence> {
    claim.evidence.iter().filter(move |e| e.kind == kind)
}

fn none(reason: &str) -> Markup {
    html! { span.none { (reason) } }
}

fn verdict(verdict: Verdict) -> Markup {
    html! { span class={ "verdict " (verdict.word()) } { (mark(verdict)) " " (verdict.word()) } }
}

/// A kind of evidence with the verdict of its checks.
fn chip(claim: &ClaimOutcome, kind: Kind) -> Markup {
    let ran = || of_kind(claim, kind).filter(|e| e.finding.ran());
    if ran().next().is_none() {
        return html! { span.chip.absent { (kind.word()) ", not run" } };
    }
    let verdict = Verdict::of_all(ran().map(|e| e.finding.verdict));
    html! {
        span class={ "chip " (verdict.word()) } {
            (mark(verdict)) " " (kind.word()) span.aside { " " (verdict.word()) }
        }
    }
}

/// How far a claim that is not confirmed is from that, by its worst evidence.
fn gap(claim: &ClaimOutcome) -> Option<String> {
    let against = |e: &Evidence| e.finding.statistic().zip(e.finding.bound());
    let beyond = |e: &Evidence| against(e).map_or(0.0, |(statistic, bound)| statistic.abs() / bound);
    let guilty = claim.evidence.iter().filter(|e| e.finding.ran() && e.finding.verdict == claim.verdict);
    let furthest = guilty.max_by(|a, b| beyond(a).total_cmp(&beyond(b)));
    let guilty = furthest.filter(|e| e.finding.verdict != Verdict::Confirmed)?;
    Some(match (guilty.finding.worst().map(|worst| &worst.comparison), against(guilty)) {
        (Some(found), Some((z, bound))) if found.verdict == Verdict::Refuted => {
            let [z, bound] = [number::signed(z), number::plain(bound)];
            format!("off by {}, z {z} of {bound}", number::percent(found.relative_error))
        }
        (Some(found), _) => {
            format!("interval {}, margin {}", number::interval(found.interval), number::size(found.margin))
        }
        (None, Some((error, _))) => format!("error {} × tolerance", number::plain(error)),
        (None, None) => format!("{}: no number, see below", guilty.kind.word()),
    })
}

/// The checks of one kind, and the command that makes them again.
fn of_one_kind(claim: &ClaimOutcome, kind: Kind) -> Markup {
    html! {
        section.kind {
            h3 { (kind.word()) " " small { (kind.compares()) } }
            @if let Some(missing) = claim.kinds_not_run.iter().find(|not_run| not_run.kind == kind) {
                p.detail { "Not run: " (missing.reason.trim_start_matches("not run: ")) "." }
            }
            ul.checks { @for evidence in of_kind(claim, kind) { li { (check(evidence)) } } }
            @if let Some(evidence) = of_kind(claim, kind).next() {
                p.command { span { "Reproduce" } " " code { (evidence.reproduce) } }
            }
        }
    }
}

fn check(Evidence { check, route, finding, seconds, .. }: &Evidence) -> Markup {
    html! {
        p.check {
            @if finding.ran() { (verdict(finding.verdict)) } @else { span.verdict.absent { "not run" } }
            " " strong { (check) }
            @if let Some(by) = route.phrase() { " " small { (by) } }
        }
        p.numbers {
            @if let Measure::Error(error) = finding.measure { span { "error " (number::plain(error)) " × " (glossary::link("tolerance", "tolerance")) } }
            @if let Some(worst) = finding.worst() {
                span { "furthest " (glossary::link("z", "z")) " " (number::signed(worst.comparison.z)) " of " (number::plain(worst.comparison.bound)) }
                span { (glossary::link("detects", "detects")) " " (number::size(worst.comparison.detectable_effect)) " of the " (worst.of) }
                span { (glossary::link("margin", "margin")) " " (number::size(worst.comparison.margin)) }
                span { (number::count(worst.replicates)) " " (glossary::link("replicates", "replicates")) }
            }
            span { (number::seconds(*seconds)) }
        }
        @if !finding.detail.is_empty() { p.detail { (finding.detail) } }
    }
}
