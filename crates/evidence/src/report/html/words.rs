//! The run in plain sentences that can be quoted: what was shown and, beside it in the same size, what was not.

use maud::{Markup, html};

use super::section::Companion;
use super::{number, routes};
use crate::outcome::{ClaimOutcome, Kind, RunOutcome, Verdict};
use crate::report::not_run;
use crate::stats::shown::number_of;

fn claims(count: usize) -> String {
    number_of(count as u64, "claim")
}

/// Both halves.
pub fn section(run: &RunOutcome, companion: &Companion) -> Markup {
    html! {
        div.words {
            section aria-labelledby="shown" { h2 #shown { "What was shown" } p { (shown(run)) } }
            section aria-labelledby="not-shown" {
                h2 #not-shown { "What was not shown" }
                ul { @for line in left(run, companion) { li { (line) } } }
            }
        }
    }
}

/// What the run says, in one paragraph.
fn shown(run: &RunOutcome) -> String {
    let count = |verdict| run.claims.iter().filter(|claim| claim.verdict == verdict).count();
    let [confirmed, refuted, undecided] = [Verdict::Confirmed, Verdict::Refuted, Verdict::Inconclusive].map(count);
    let pieces = run.claims.iter().flat_map(|claim| &claim.evidence).filter(|evidence| evidence.finding.ran()).count();
    let mut text = format!(
        "{}, with {}, were checked. {} for what was compared, {} refuted, {} undecided. ",
        claims(run.claims.len()),
        if pieces == 1 { "1 piece of evidence".to_owned() } else { format!("{pieces} pieces of evidence") },
        if confirmed == run.claims.len() {
            "All are confirmed".to_owned()
        } else {
            format!("{confirmed} are confirmed")
        },
        if refuted == 0 { "none is".to_owned() } else { refuted.to_string() },
        if undecided == 0 { "none is".to_owned() } else { undecided.to_string() },
    );
    text += &format!(
        "Were all of them true, a run under a fresh seed would refute anything at all with probability at most {}. ",
        run.family_false_alarm
    );
    let sampled: Vec<&ClaimOutcome> = run.claims.iter().filter(|claim| claim.detectable_effect().is_some()).collect();
    let mut effects: Vec<f64> = sampled.iter().filter_map(|claim| claim.detectable_effect()).collect();
    effects.sort_by(f64::total_cmp);
    if let (Some(worst), Some(middle)) = (effects.last(), effects.get(effects.len() / 2)) {
        let compared = |claim: &&ClaimOutcome| {
            let mut comparisons = claim.evidence.iter().flat_map(|evidence| &evidence.finding.comparisons);
            let weakest = comparisons.find(|compared| compared.comparison.detectable_effect == *worst)?;
            Some(format!("an error of {} in the {} of {}", number::size(*worst), weakest.of, claim.says.id))
        };
        text += &format!(
            "{} were simulated. For half of these a relative error of {} in what is compared would have been found in every comparison, each with probability 99 %; the weakest \
             comparison would have found {}. ",
            claims(sampled.len()),
            number::size(*middle),
            sampled.iter().find_map(compared).unwrap_or_default(),
        );
    }
    let certain =
        run.claims.iter().filter(|claim| made(claim, |kind| matches!(kind, Kind::Proof | Kind::Exact))).count();
    if certain > 0 {
        let of_kind = |kind| run.claims.iter().filter(|claim| made(claim, |made| made == kind)).count();
        text += &format!(
            "Without rounding or sampling there is evidence of {}: of {} a proof that was checked in this run, of {} exact arithmetic. ",
            claims(certain),
            of_kind(Kind::Proof),
            of_kind(Kind::Exact)
        );
    }
    let several = run.claims.iter().filter(|claim| routes::independent(claim) > 1).count();
    if several > 0 {
        text += &format!("{} were compared by two routes or more that share no function.", claims(several));
    }
    text.trim_end().to_owned()
}

fn made(claim: &ClaimOutcome, is: impl Fn(Kind) -> bool) -> bool {
    claim.evidence.iter().any(|e| e.finding.ran() && is(e.kind))
}

/// What the run does not say, a sentence for each reason.
fn left(run: &RunOutcome, companion: &Companion) -> Vec<String> {
    let mut lines: Vec<String> = not_run(run).into_iter().map(|line| line + ".").collect();
    if run.only != "*" || !run.kinds.is_empty() {
        let kinds: Vec<_> = run.kinds.iter().map(|kind| kind.word()).collect();
        let of = if kinds.is_empty() { "every kind of evidence".to_owned() } else { kinds.join(", ") };
        let which = if run.only == "*" { "every claim" } else { &run.only };
        lines.push(format!("Only a part was asked for: {of} of {which}."));
    }
    let without: Vec<&str> = run
        .claims
        .iter()
        .filter(|claim| claim.detectable_effect().is_none())
        .map(|claim| claim.says.id.as_str())
        .collect();
    if !without.is_empty() {
        lines.push(format!(
            "{} without any comparison by simulation in this run: {}.",
            claims(without.len()),
            without.join(", ")
        ));
    }
    let listed = run.claims.iter().flat_map(|claim| &claim.kinds_not_run);
    let mutants = listed.filter(|not_run| not_run.kind == Kind::Mutant).count();
    if mutants > 0 {
        lines.push(format!(
            "That wrong formulas and wrong simulators would be refuted: {} with mutants, which this run has not run.",
            claims(mutants)
        ));
    }
    let count = |verdict| run.claims.iter().filter(|claim| claim.verdict == verdict).count();
    if count(Verdict::Confirmed) > 0 {
        lines.push(
            "That a confirmed claim is true: an error smaller than it detects, or at sizes that were not compared, could be there. The seed is fixed: \
             the same run twice is one piece of evidence."
                .to_owned(),
        );
    }
    let mut reaches: Vec<(&str, usize)> = Vec::new();
    for claim in &run.claims {
        match reaches.iter_mut().find(|(reach, _)| *reach == claim.says.exactness) {
            Some((_, count)) => *count += 1,
            None => reaches.push((&claim.says.exactness, 1)),
        }
    }
    let reaches: Vec<_> = reaches.iter().map(|(reach, count)| format!("{count} {reach}")).collect();
    if !reaches.is_empty() {
        lines.push(format!("Anything beyond each claim’s domain and reach ({}).", reaches.join(", ")));
    }
    lines.extend(companion.not_shown.iter().map(|words| format!("{}.", words.trim_end_matches('.'))));
    lines
}
