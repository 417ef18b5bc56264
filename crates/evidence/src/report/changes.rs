//! What changed between two outcomes, as text.

use std::fmt::Write as _;

use crate::changes::{Change, Changes};
use crate::stats::shown::number_of;

/// The whole report: what is different of the runs, then a line for each change, those that `accepted` does not have first.
///
/// # Examples
/// see that of the [`crate`].
#[must_use]
pub fn changes(found: &Changes, accepted: &dyn Fn(&Change) -> bool) -> String {
    let mut text = String::new();
    for part in &found.run {
        let none = || "none".to_owned();
        let [before, after] = [&part.before, &part.after].map(|side| side.clone().unwrap_or_else(none));
        let _ = writeln!(text, "{}: {before} → {after}", part.name);
    }
    let (before, after) = found.seconds;
    let _ = writeln!(text, "seconds: {before:.1} → {after:.1}");
    for note in &found.notes {
        let _ = writeln!(text, "{note}");
    }
    let sort = |change: &&Change| match (change.worse, accepted(change)) {
        (true, false) => 0,
        (true, true) => 1,
        (false, _) => 2,
    };
    for (index, head) in ["to look at", "worse, and accepted", "other changes"].into_iter().enumerate() {
        let changes: Vec<_> = found.changes.iter().filter(|change| sort(change) == index).collect();
        if !changes.is_empty() {
            let _ = writeln!(text, "\n{head}: {}", changes.len());
        }
        for change in changes {
            let line = change.line();
            let (what, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let _ = writeln!(text, "  {what:<9} {rest}");
        }
    }
    let open = found.worse().filter(|change| !accepted(change)).count() as u64;
    let said =
        if open == 0 { "nothing is worse".to_owned() } else { format!("{} to look at", number_of(open, "change")) };
    let _ = writeln!(text, "\n{said}; {} in all", number_of(found.changes.len() as u64, "change"));
    text
}
