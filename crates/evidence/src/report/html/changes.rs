//! What changed since another run, as a section.

use maud::{Markup, html};

use super::Section;
use crate::changes::{Change, Changes, What};
use crate::stats::shown::number_of;

/// The section; `before` is what the other outcome is called, and `accepted` tells which changes are meant.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{changes::Changes, report::html::changes};
///
/// let found = Changes { run: Vec::new(), seconds: (1.0, 2.0), notes: Vec::new(), changes: Vec::new() };
/// let section = changes(&found, "the last release", &|_| false);
/// assert!(section.body.into_string().contains("Since the last release: nothing is worse"));
/// ```
#[must_use]
pub fn changes(found: &Changes, before: &str, accepted: &dyn Fn(&Change) -> bool) -> Section {
    let (meant, open): (Vec<_>, Vec<_>) = found.worse().partition(|change| accepted(change));
    let said = match (open.len(), meant.len()) {
        (0, 0) => "nothing is worse".to_owned(),
        (0, meant) => number_of(meant as u64, "change") + " for the worse, meant",
        (open, _) => number_of(open as u64, "change") + " for a reviewer to look at",
    };
    let body = html! {
        p { "Since " (before) ": " (said) "; " (number_of(found.changes.len() as u64, "change")) " in all." }
        @if !found.run.is_empty() {
            ul {
                @for part in &found.run {
                    li { (part.name) ": " (part.before.as_deref().unwrap_or("none")) " → " (part.after.as_deref().unwrap_or("none")) }
                }
            }
        }
        @for note in &found.notes { p { (note) "." } }
        (list(WORSE, &open))
        (list("Worse, and meant", &meant))
        (list("Other changes", &found.changes.iter().filter(|change| !change.worse).collect::<Vec<_>>()))
    };
    Section { id: "changes".to_owned(), title: "What changed".to_owned(), body, ..Section::default() }
}

const WORSE: &str = "Worse";

fn list(head: &str, changes: &[&Change]) -> Markup {
    html! {
        @if !changes.is_empty() {
            details open[head == WORSE] {
                summary { (head) ": " (changes.len()) }
                ul {
                    @for change in changes {
                        li {
                            (change.line())
                            // A claim that is gone has no row.
                            @if let Some(claim) = change.claim.as_ref().filter(|_| change.what != What::Removed || change.check.is_some()) {
                                " " a href={ "#" (claim) } { "see " (claim) }
                            }
                        }
                    }
                }
            }
        }
    }
}
