//! A calibration as text of fewer than 100 columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::outcome::calibration::{CalibrationOutcome, ComparisonCalibration, Part, Share};
use crate::stats::shown::number_of;
use crate::verdict::Verdict;

/// Comparisons shown: those whose z is furthest from its law.
const SHOWN: usize = 8;

/// The whole report.
///
/// # Examples
/// see `examples/median.rs` of this crate.
#[must_use]
pub fn calibration(outcome: &CalibrationOutcome) -> String {
    let mut text = head(outcome);
    text += &parts(outcome);
    text += &kinds(outcome);
    if !outcome.comparisons.is_empty() {
        text += &furthest(outcome);
    }
    text += &visited(outcome);
    text
}

/// What the audits visited, and the parts of their domains.
fn visited(outcome: &CalibrationOutcome) -> String {
    if outcome.audits.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\nrandom places of audits, all seeds together\n{:>9} {:>9} {:>8} {:>8} {:>8} {:>8}\n",
        "places", "compared", "refuted", "z's", "mean z", "sd of z"
    );
    let mut parts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for audit in &outcome.audits {
        let _ = writeln!(
            text,
            "{:>9} {:>9} {:>8} {:>8} {:>8} {:>8}\n         {} ({})",
            audit.places,
            audit.compared,
            audit.refuted,
            audit.values,
            audit.mean.map_or_else(|| "none".to_owned(), |x| format!("{x:+.3}")),
            audit.deviation.map_or_else(|| "none".to_owned(), |x| format!("{x:.3}")),
            audit.claim,
            audit.check
        );
        for Part { part, places, compared } in &audit.parts {
            let sums = parts.entry(part).or_default();
            *sums = [sums[0] + places, sums[1] + compared];
        }
    }
    if !parts.is_empty() {
        let _ = writeln!(text, "\nparts of their domain (a place lies in several)\n{:>9} {:>9}", "places", "compared");
    }
    for (part, [places, compared]) in parts {
        let _ = writeln!(text, "{places:>9} {compared:>9}  {part}");
    }
    text
}

fn head(outcome: &CalibrationOutcome) -> String {
    let verdict = match outcome.verdict {
        Verdict::Confirmed => "calibrated",
        Verdict::Refuted => "not calibrated",
        Verdict::Inconclusive => "not decided",
    };
    let causes = if outcome.causes.is_empty() { String::new() } else { format!(": {}", outcome.causes.join(";\n  ")) };
    let budget = if outcome.budget < 1e-4 { format!("{:e}", outcome.budget) } else { outcome.budget.to_string() };
    format!(
        "{verdict}{causes}\n\n{} of the {} of the {} tier, {} of their replicates,\n\
         {} from base {}.\n\
         This test errs with probability at most {}: a part contradicts where its p < {}.\n\n",
        outcome.comparisons.len(),
        number_of(outcome.checks as u64, "comparison"),
        outcome.tier,
        budget,
        number_of(outcome.seeds, "fresh seed"),
        outcome.seed,
        outcome.error_rate,
        outcome.error_rate / 4.0
    )
}

/// The parts of the verdict, a line or two for each.
fn parts(outcome: &CalibrationOutcome) -> String {
    let alarms = &outcome.false_alarms;
    let mut lines = vec![
        (
            "false alarms",
            format!(
                "{} of {}, declared {} each; p = {}",
                alarms.runs.hits,
                number_of(alarms.runs.trials, "run"),
                short(alarms.declared),
                short(alarms.p_value)
            ),
        ),
        ("", format!("probability of one at most {} (exact, 95 % confidence)", short(alarms.upper_bound))),
        ("", format!("{} of {}", alarms.comparisons.hits, number_of(alarms.comparisons.trials, "comparison"))),
        ("laws of z", {
            let tests = number_of(outcome.laws.tested as u64, "Kolmogorov-Smirnov test");
            match (outcome.laws.smallest_p_value, outcome.laws.p_value) {
                (Some(smallest), Some(adjusted)) => {
                    format!("{tests}, smallest p = {}, by Holm {}", short(smallest), short(adjusted))
                }
                _ => tests,
            }
        }),
    ];
    let names = ["95 % intervals", "99 % intervals"];
    for (name, coverage) in names.into_iter().zip(&outcome.coverage) {
        lines.push((name, format!("right in {}; p = {}", share(&coverage.intervals), short(coverage.p_value))));
    }
    let sum = |field: fn(&ComparisonCalibration) -> u64| outcome.comparisons.iter().map(field).sum::<u64>();
    let untested = outcome.comparisons.iter().filter(|c| !c.tested).count();
    lines.push(("without z", number_of(sum(|c| c.not_made), "comparison") + " could not be made"));
    lines.push(("too skewed", number_of(sum(|c| c.too_skewed), "comparison") + ", whose z is not trusted"));
    lines.push(("not tested", format!("{untested} of {}, mostly without z or too skewed", outcome.comparisons.len())));
    if let Some(wrong) = &outcome.wrong_simulator {
        lines.push(("wrong simulator", format!("refuted in {}: {}", share(&wrong.refuted), wrong.name)));
        lines.push(("", format!("({}, {})", wrong.claim, wrong.check)));
    }
    lines.iter().fold(String::new(), |text, (label, value)| text + &format!("{label:<16} {value}\n"))
}

fn kinds(outcome: &CalibrationOutcome) -> String {
    if outcome.kinds.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n{:<11} {:>11} {:>8} {:>8} {:>8} {:>10} {:>10}\n",
        "kind", "comparisons", "z's", "mean z", "sd of z", "95 % right", "99 % right"
    );
    for kind in &outcome.kinds {
        let [inside_95, inside_99] = [kind.inside_95, kind.inside_99].map(|s| s.hits as f64 / s.trials as f64);
        let _ = writeln!(
            text,
            "{:<11} {:>11} {:>8} {:>+8.3} {:>8.3} {inside_95:>10.4} {inside_99:>10.4}",
            kind.kind.word(),
            kind.comparisons,
            kind.values,
            kind.mean,
            kind.deviation,
        );
    }
    text
}

/// The comparisons with the smallest p-values, those that are not tested among them.
fn furthest(outcome: &CalibrationOutcome) -> String {
    let mut compared: Vec<_> = outcome.comparisons.iter().filter_map(|c| Some((c.p_value?, c))).collect();
    compared.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut text = format!(
        "\nfurthest from their law\n{:>6} {:>7} {:>7} {:>8} {:>8} {:>6} {:>9} {:>9}\n",
        "z's", "mean z", "sd of z", "skewness", "degrees", "D", "p", "by Holm"
    );
    for (p_value, comparison) in compared.into_iter().take(SHOWN) {
        let adjusted = comparison.adjusted_p_value.map_or_else(|| "not tested".to_owned(), short);
        let decimals = |x: Option<f64>, digits: usize| x.map_or_else(|| "none".to_owned(), |x| format!("{x:.digits$}"));
        let _ = writeln!(
            text,
            "{:>6} {:>7} {:>7} {:>8} {:>8} {:>6} {:>9} {adjusted:>9}\n         {}, {} ({})\n         {}",
            comparison.values,
            decimals(comparison.mean, 3),
            decimals(comparison.deviation, 3),
            decimals(comparison.skewness, 3),
            comparison.degrees.map_or_else(|| "normal".to_owned(), |degrees| format!("{degrees:.0}")),
            decimals(comparison.distance, 3),
            short(p_value),
            comparison.claim,
            comparison.check,
            comparison.kind.word(),
            comparison.place
        );
    }
    text
}

/// Hits of trials, as a share with its interval.
fn share(share: &Share) -> String {
    let Share { hits, trials, low, high } = share;
    let of_all = *hits as f64 / *trials as f64;
    let of_all = if *trials == 0 { "none made".to_owned() } else { format!("{of_all:.4}") };
    format!("{hits} of {trials}: {of_all} ({low:.4}, {high:.4})")
}

/// Three decimals, or two digits where those would be zeros.
fn short(x: f64) -> String {
    if x >= 0.001 || x == 0.0 { format!("{x:.3}") } else { format!("{x:.1e}") }
}
