//! Outcomes as text. Pure: outcome types go in, a string comes out; nothing here runs a check or knows a formula.

pub mod calibration;
pub mod html;

use std::fmt::Write as _;

use crate::outcome::{ClaimOutcome, ClaimSummary, Evidence, Kind, RunOutcome, Verdict};

/// Head of the live table of [`claim_row`]s.
#[must_use]
pub fn table_head() -> String {
    format!(
        "{:<30} {:<50} {:<13} {:>6} {:>6} {:>10} {:>7}",
        "claim", "evidence", "verdict", "z", "bound", "detectable", "s"
    )
}

/// One line for a claim: kinds of evidence that were not run are in parentheses, the z is its statistical check's furthest from zero, with that check's bound; the detectable effect is
/// the smallest among its checks.
#[must_use]
pub fn claim_row(claim: &ClaimOutcome) -> String {
    let of_kind = |kind: Kind| claim.evidence.iter().filter(move |e| e.kind == kind);
    let word =
        |kind: Kind| if of_kind(kind).any(|e| e.ran) { kind.word().to_owned() } else { format!("({})", kind.word()) };
    let kinds: Vec<_> = Kind::ALL.into_iter().filter(|kind| of_kind(*kind).next().is_some()).map(word).collect();
    let kinds = kinds.join(" ");
    let furthest = furthest(claim);
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), short);
    let seconds: f64 = claim.evidence.iter().map(|e| e.seconds).fold(0.0, |a, b| a + b);
    format!(
        "{:<30} {:<50} {:<13} {:>6} {:>6} {:>10} {:>7.2}",
        claim.id,
        kinds,
        claim.verdict.word(),
        number(furthest.and_then(|e| e.statistic)),
        number(furthest.and_then(|e| e.bound)),
        detectable(claim).map_or_else(|| "-".to_owned(), |d| format!("{:.2} %", 100.0 * d)),
        seconds
    )
}

/// Two decimals, or a power of ten where that would be a long row of digits.
fn short(value: f64) -> String {
    if value.abs() < 1e4 { format!("{value:.2}") } else { format!("{value:.1e}") }
}

fn statistical(claim: &ClaimOutcome) -> impl Iterator<Item = &Evidence> {
    claim.evidence.iter().filter(|e| e.detectable_effect.is_some())
}

/// The statistical check whose z is furthest from zero.
fn furthest(claim: &ClaimOutcome) -> Option<&Evidence> {
    statistical(claim).max_by(|a, b| magnitude(a).total_cmp(&magnitude(b)))
}

/// The smallest detectable effect among the checks.
fn detectable(claim: &ClaimOutcome) -> Option<f64> {
    statistical(claim).filter_map(|e| e.detectable_effect).min_by(f64::total_cmp)
}

fn magnitude(evidence: &Evidence) -> f64 {
    evidence.statistic.map_or(0.0, f64::abs)
}

/// The end of a run: what is not confirmed, with its gap and the command that reproduces it; the counts; the error rate.
#[must_use]
pub fn summary(run: &RunOutcome) -> String {
    let mut text = String::new();
    for claim in run.claims.iter().filter(|c| c.verdict != Verdict::Confirmed) {
        let _ = write!(text, "\n{}", failure(claim, run));
    }
    let not_run: Vec<_> = run.claims.iter().flat_map(|c| &c.evidence).filter(|e| !e.ran).collect();
    if let Some(first) = not_run.first() {
        let _ = write!(
            text,
            "\n{} pieces of evidence are missing: {} {}\n",
            not_run.len(),
            first.kind.word(),
            first.detail
        );
    }
    let count = |verdict| run.claims.iter().filter(|c| c.verdict == verdict).count();
    let checks: usize = run.claims.iter().map(|c| c.evidence.len()).sum();
    let _ = write!(
        text,
        "\n{}: {} claims confirmed, {} refuted, {} inconclusive ({checks} pieces of evidence, tier {}, seed {}).\n\
         Were every claim true, a run with a fresh seed would refute any of its {} statistical comparisons with probability \
         at most {}.\n",
        run.verdict.word(),
        count(Verdict::Confirmed),
        count(Verdict::Refuted),
        count(Verdict::Inconclusive),
        run.tier,
        run.seed,
        run.checks,
        run.family_false_alarm
    );
    text
}

/// What is wrong with a claim that is not confirmed: which check, by how much, and how to see it again.
#[must_use]
pub fn failure(claim: &ClaimOutcome, run: &RunOutcome) -> String {
    let mut text = format!("{} {}: {}\n", claim.verdict.word(), claim.id, claim.statement);
    for evidence in claim.evidence.iter().filter(|e| e.verdict != Verdict::Confirmed) {
        let _ = write!(text, "  {} {} ({}): ", evidence.verdict.word(), evidence.check, evidence.kind.word());
        if let (Some(statistic), Some(bound)) = (evidence.statistic, evidence.bound) {
            let _ = write!(text, "{} against a bound of {bound:.2}; ", short(statistic));
        }
        let _ = writeln!(text, "{}", evidence.detail);
    }
    let _ = writeln!(
        text,
        "  reproduce: goldenweight verify --only {} --tier {} --seed {} --json",
        claim.id, run.tier, run.seed
    );
    text
}

/// The registry as a Markdown table; with `anchors` each id is a place that links lead to.
#[must_use]
pub fn claims_markdown(claims: &[ClaimSummary], anchors: bool) -> String {
    let mut text =
        String::from("| claim | statement | domain | source | reach | evidence |\n|---|---|---|---|---|---|\n");
    for claim in claims {
        let kinds = claim.kinds.iter().map(|k| k.word()).collect::<Vec<_>>().join(", ");
        // A bar would end the cell.
        let [statement, domain] = [&claim.statement, &claim.domain].map(|cell| cell.replace('|', "\\|"));
        let id = &claim.id;
        let anchor = if anchors { format!("<a id=\"{id}\"></a>") } else { String::new() };
        let _ = writeln!(
            text,
            "| {anchor}`{id}` | {statement} | {domain} | {} | {} | {kinds} |",
            claim.source, claim.exactness
        );
    }
    text
}
