//! What changed since another run, as a section.

use maud::{Markup, html};

use super::Section;
use crate::changes::{Change, Changes, What};
use crate::stats::shown::number_of;

/// The section; `before` is what the other outcome is called.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{changes::Changes, report::html::changes};
///
/// let found = Changes { run: Vec::new(), seconds: (1.0, 2.0), notes: Vec::new(), changes: Vec::new() };
/// let section = changes(&found, "the last release");
/// assert!(section.body.into_string().contains("Since the last release: nothing is worse"));
/// ```
#[must_use]
pub fn changes(found: &Changes, before: &str) -> Section {
    let worse = found.worse().count();
    let said = if worse == 0 {
        "nothing is worse".to_owned()
    } else {
        number_of(worse as u64, "change") + " for a reviewer to look at"
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
        (list("Worse", found.worse()))
        (list("Other changes", found.changes.iter().filter(|change| !change.worse)))
    };
    Section { id: "changes".to_owned(), title: "What changed".to_owned(), body, ..Section::default() }
}

fn list<'a>(head: &str, changes: impl Iterator<Item = &'a Change>) -> Markup {
    let changes: Vec<_> = changes.collect();
    html! {
        @if !changes.is_empty() {
            details open[head == "Worse"] {
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
