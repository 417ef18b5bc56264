//! Outcomes as text. Pure: outcome types go in, a string comes out; nothing here runs a check or knows a formula.

pub mod calibration;
pub mod changes;
pub mod html;
pub mod junit;
pub mod tables;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::claim::ClaimSummary;
use crate::finding::Measure;
use crate::outcome::{ClaimOutcome, Counts, Evidence, Kind, NotRun, RunOutcome, Verdict};
use crate::stats::shown::number_of;

/// Head of the live table of [`claim_row`]s.
///
/// # Examples
/// ```
/// let head = goldenweight_evidence::report::table_head();
/// assert!(head.starts_with("claim ") && head.ends_with(" evidence"));
/// ```
#[must_use]
pub fn table_head() -> String {
    format!(
        "{:<26} {:<12} {:>6} {:>6} {:>9} {:>8} {:<16} {:>7} evidence",
        "claim", "verdict", "z", "bound", "detects", "margin", "of", "s"
    )
}

/// One line for a claim: verdict; of its comparison that would miss the largest error (where one is refuted, of that which is furthest off) z with its
/// bound, the relative error that it detects with 99 % power, its margin and what it is an error of; seconds; the kinds of evidence, and which of
/// them this run did not make, with the reason.
///
/// # Examples
/// see `examples/median.rs` of this crate.
#[must_use]
pub fn claim_row(claim: &ClaimOutcome) -> String {
    let compared = claim.headline().map_or_else(
        || format!("{:<49}", claim.no_headline().unwrap_or_default()),
        |(_, compared)| {
            let found = &compared.comparison;
            let [effect, margin] = [found.detectable_effect, found.margin].map(percent);
            format!("{:>6} {:>6} {effect:>9} {margin:>8} {:<16}", short(found.z), short(found.bound), compared.of)
        },
    );
    let seconds: f64 = claim.evidence.iter().map(|e| e.seconds).fold(0.0, |a, b| a + b);
    format!("{:<26} {:<12} {compared} {seconds:>7.2} {}", claim.says.id, claim.verdict.word(), kinds(claim))
}

/// The kinds that were made, then those that were not, by reason.
fn kinds(claim: &ClaimOutcome) -> String {
    let made = |kind: &Kind| claim.evidence.iter().any(|e| e.kind == *kind && e.finding.ran());
    let mut text = Kind::ALL.iter().filter(|kind| made(kind)).map(|kind| kind.word()).collect::<Vec<_>>().join(" ");
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for NotRun { kind, reason } in &claim.kinds_not_run {
        match by_reason.iter_mut().find(|(known, _)| known == reason) {
            Some((_, kinds)) => kinds.push(kind.word()),
            None => by_reason.push((reason, vec![kind.word()])),
        }
    }
    for (reason, kinds) in by_reason {
        let _ = write!(text, "; not {} ({})", kinds.join(", "), reason.trim_start_matches("not run: "));
    }
    text.trim_start_matches("; ").to_owned()
}

/// A share in percent; a word where it is no number.
fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.2} %", 100.0 * share) } else { "infinite".to_owned() }
}

/// Two decimals, or a power of ten where that would be a long row of digits.
fn short(value: f64) -> String {
    if value.abs() < 1e4 { format!("{value:.2}") } else { format!("{value:.1e}") }
}

/// The end of a run: what is not confirmed, with its gap and the command that reproduces it; what was not run, and why; the counts; the error rate.
///
/// # Examples
/// see that of the [`crate`].
#[must_use]
pub fn summary(run: &RunOutcome) -> String {
    let mut text = String::new();
    for claim in run.claims.iter().filter(|c| c.verdict != Verdict::Confirmed) {
        let _ = write!(text, "\n{}", failure(claim));
    }
    for line in not_run(run) {
        let _ = write!(text, "\n{line}.");
    }
    let count = |verdict| run.claims.iter().filter(|c| c.verdict == verdict).count();
    let evidence: usize = run.claims.iter().map(|c| c.evidence.len()).sum();
    let pieces = if evidence == 1 { "piece" } else { "pieces" };
    let comparisons = if run.checks == 1 {
        "its statistical comparison".to_owned()
    } else {
        format!("any of its {} statistical comparisons", run.checks)
    };
    let _ = write!(
        text,
        "\n\n{}: {} confirmed for what was compared, {} refuted, {} inconclusive ({evidence} {pieces} of evidence, tier {}, seed {}).\n\
         Were every claim true, a run with a fresh seed would refute {comparisons} with probability \
         at most {}.\n{}.\n",
        run.verdict.word(),
        number_of(count(Verdict::Confirmed) as u64, "claim"),
        count(Verdict::Refuted),
        count(Verdict::Inconclusive),
        run.tier,
        run.seed,
        run.family_false_alarm,
        counted(&run.comparisons)
    );
    text
}

/// What became of the comparisons over which the error rate is split.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{outcome::Counts, report::counted};
/// let counts = Counts { in_budget: 10, asked: 7, chi_squared: 1, audited: 0, z: 4, not_made: 2 };
/// let said = "10, of which 4 with a z, 1 chi-squared of ladders, without one, 2 not made, 3 not asked for";
/// assert!(counted(&counts).ends_with(said));
/// ```
#[must_use]
pub fn counted(counts: &Counts) -> String {
    let Counts { in_budget, asked, chi_squared, audited, z, not_made } = *counts;
    let parts = [
        (z, "with a z"),
        (chi_squared, "chi-squared of ladders, without one"),
        (audited, "at random places of audits"),
        (not_made, "not made"),
        (in_budget - asked, "not asked for"),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    format!("Comparisons that share the error rate: {in_budget}, of which {}", parts.join(", "))
}

/// What of a run is missing, a sentence for each reason, without its full stop.
///
/// # Examples
/// see that of the [`crate`]: a part of [`summary`].
#[must_use]
pub fn not_run(run: &RunOutcome) -> Vec<String> {
    let mut lines = Vec::new();
    if run.partial {
        let (decided, left) = (run.claims.len(), run.not_begun.len());
        lines.push(format!(
            "Partial: the run was interrupted when it had come to {decided} of {}; what checks without sampling had found of the others is left out",
            number_of((decided + left) as u64, "claim")
        ));
    }
    let mut reasons: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    for evidence in run.claims.iter().flat_map(|c| &c.evidence).filter(|e| e.finding.measure == Measure::NotRun) {
        *reasons.entry((evidence.kind, evidence.finding.cause().trim_start_matches("not run: "))).or_default() += 1;
    }
    for ((kind, reason), count) in reasons {
        let pieces = if count == 1 { "piece" } else { "pieces" };
        lines.push(format!("{count} {pieces} of evidence by {} not run: {reason}", kind.word()));
    }
    let left: Vec<_> = run.claims.iter().filter(|c| c.kinds_not_run.iter().any(|n| n.kind.is_sampled())).collect();
    if !left.is_empty() {
        let ids: Vec<_> = left.iter().map(|c| c.says.id.as_str()).collect();
        lines.push(format!("Without some of their evidence by simulation (see their lines): {}", ids.join(", ")));
    }
    lines
}

/// What is wrong with a claim that is not confirmed: which check, by how much, and how to see it again.
///
/// # Examples
/// see that of the [`crate`]: a part of [`summary`].
#[must_use]
pub fn failure(claim: &ClaimOutcome) -> String {
    let mut text = format!("{} {}: {}\n", claim.verdict.word(), claim.says.id, claim.says.words);
    for Evidence { kind, check, route, finding, reproduce, .. } in
        claim.evidence.iter().filter(|e| e.finding.verdict != Verdict::Confirmed)
    {
        let by = route.phrase().map_or_else(String::new, |by| format!(", {by}"));
        let _ = write!(text, "  {} {check} ({}{by}): ", finding.verdict.word(), kind.word());
        if let (Some(statistic), Some(bound)) = (finding.statistic(), finding.bound()) {
            let _ = write!(text, "{} against a bound of {bound:.2}; ", short(statistic));
        }
        let _ = writeln!(text, "{}\n  reproduce: {reproduce}", finding.detail);
    }
    text
}

/// The claims as a Markdown table; with `anchors` each id is a place that links lead to.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Claim, Statement, report::claims_markdown};
/// let says = Statement { id: "two".into(), words: "1 + 1 = 2".into(), ..Statement::default() };
/// let table = claims_markdown(&[Claim::new(says, Vec::new()).summary()], true);
/// assert!(table.lines().nth(2).unwrap().contains("<a id=\"two\"></a>`two` | 1 + 1 = 2 |"));
/// ```
#[must_use]
pub fn claims_markdown(claims: &[ClaimSummary], anchors: bool) -> String {
    let mut text =
        String::from("| claim | statement | domain | source | reach | evidence |\n|---|---|---|---|---|---|\n");
    for ClaimSummary { says, kinds } in claims {
        let kinds = kinds.iter().map(|k| k.word()).collect::<Vec<_>>().join(", ");
        // A bar would end the table's cell.
        let [statement, domain] = [&says.words, &says.domain].map(|cell| cell.replace('|', "\\|"));
        let id = &says.id;
        let anchor = if anchors { format!("<a id=\"{id}\"></a>") } else { String::new() };
        let _ = writeln!(
            text,
            "| {anchor}`{id}` | {statement} | {domain} | {} | {} | {kinds} |",
            says.source, says.exactness
        );
    }
    text
}
