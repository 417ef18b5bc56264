//! A run as JUnit XML, which the dashboards of continuous integration read: a suite for each claim, a case for each piece of evidence.

use maud::{Markup, html};

use crate::outcome::{About, ClaimOutcome, Evidence, RunOutcome, Verdict};

/// The document. Refuted is a failure; inconclusive is an error, since the check could not decide; what was not run is skipped.
///
/// # Examples
/// see the [crate].
#[must_use]
pub fn junit(about: &About, run: &RunOutcome) -> String {
    let all: Vec<&Evidence> = run.claims.iter().flat_map(|claim| &claim.evidence).collect();
    let [failures, errors, skipped] = counts(&all);
    let left = run.not_begun.len();
    let document = html! {
        testsuites name=(about.name) tests=(all.len() + left) failures=(failures) errors=(errors) skipped=(skipped + left)
            time=(run.seconds) {
            @for claim in &run.claims { (suite(about, claim)) }
            @for id in &run.not_begun {
                testsuite name=(id) tests="1" failures="0" errors="0" skipped="1" {
                    testcase classname={ (about.name) "." (id) } name="all evidence" {
                        skipped message="not begun: the run was interrupted" {}
                    }
                }
            }
        }
    };
    // XML has no form, not even an escaped one, for other control characters.
    let text: String =
        document.into_string().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n")
}

/// Failures, errors, skipped.
fn counts(evidence: &[&Evidence]) -> [usize; 3] {
    let count = |is: fn(&Evidence) -> bool| evidence.iter().filter(|e| is(e)).count();
    [
        count(|e| e.finding.ran() && e.finding.verdict == Verdict::Refuted),
        count(|e| e.finding.ran() && e.finding.verdict == Verdict::Inconclusive),
        count(|e| !e.finding.ran()),
    ]
}

fn suite(about: &About, claim: &ClaimOutcome) -> Markup {
    let all: Vec<&Evidence> = claim.evidence.iter().collect();
    let [failures, errors, skipped] = counts(&all);
    let seconds: f64 = all.iter().map(|e| e.seconds).fold(0.0, |a, b| a + b);
    html! {
        testsuite name=(claim.says.id) tests=(all.len()) failures=(failures) errors=(errors) skipped=(skipped) time=(seconds) {
            @for evidence in all { (case(about, claim, evidence)) }
        }
    }
}

fn case(about: &About, claim: &ClaimOutcome, evidence: &Evidence) -> Markup {
    let Evidence { kind, check, finding, reproduce, seconds, .. } = evidence;
    let again = html! { (finding.detail) "\nreproduce: " (reproduce) };
    html! {
        testcase classname={ (about.name) "." (claim.says.id) } name={ (kind.word()) ": " (check) } time=(seconds) {
            @if !finding.ran() {
                skipped message=(finding.detail) {}
            } @else if finding.verdict == Verdict::Refuted {
                failure type="refuted" message=(claim.says.words) { (again) }
            } @else if finding.verdict == Verdict::Inconclusive {
                error type="inconclusive" message=(claim.says.words) { (again) }
            } @else {
                system-out { (finding.detail) }
            }
        }
    }
}
