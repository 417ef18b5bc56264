//! The routes of a claim's evidence, and what each shares with the others.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::glossary;
use crate::check::Route;
use crate::outcome::{ClaimOutcome, Evidence};

/// Checks of one route.
struct Group<'a> {
    words: &'static str,
    functions: BTreeSet<&'static str>,
    checks: Vec<&'a Evidence>,
}

/// The routes of the checks that were made, in the order of the checks.
fn groups(claim: &ClaimOutcome) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for evidence in claim.evidence.iter().filter(|e| e.finding.ran()) {
        let Some(words) = evidence.route.words() else { continue };
        let functions = evidence.route.functions().iter().copied();
        match groups.iter_mut().find(|group| group.words == words) {
            Some(group) => {
                group.functions.extend(functions);
                group.checks.push(evidence);
            }
            None => groups.push(Group { words, functions: functions.collect(), checks: vec![evidence] }),
        }
    }
    groups
}

/// How many routes share no function with one before them.
pub fn independent(claim: &ClaimOutcome) -> usize {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut count = 0;
    for group in groups(claim) {
        count += usize::from(group.functions.is_disjoint(&seen));
        seen.extend(&group.functions);
    }
    count
}

/// Each route with its functions, its checks, and what it shares with the others.
pub fn list(claim: &ClaimOutcome) -> Markup {
    let groups = groups(claim);
    let consequences: Vec<_> =
        claim.evidence.iter().filter(|e| e.finding.ran() && e.route == Route::Consequence).collect();
    html! {
        section.routes {
            h3 {
                (glossary::link("route", "Routes")) " "
                small { (independent(claim)) " independent, by the functions that they name. All are compared with the claim’s one formula" }
            }
            ul {
                @for group in &groups {
                    li {
                        strong { (group.words) } ": " (checks(&group.checks)) ". "
                        @if !group.functions.is_empty() {
                            "Computed by " @for (i, name) in group.functions.iter().enumerate() { @if i > 0 { ", " } code { (name) } } ". "
                        }
                        (shared(group, &groups))
                    }
                }
                @if !consequences.is_empty() {
                    li { strong { "no route of its own" } ": " (checks(&consequences)) ". A consequence of the formula, compared with itself." }
                }
            }
        }
    }
}

fn checks(checks: &[&Evidence]) -> String {
    checks.iter().map(|e| format!("{} ({})", e.check, e.kind.word())).collect::<Vec<_>>().join("; ")
}

fn shared(group: &Group<'_>, all: &[Group<'_>]) -> String {
    let others = all.iter().filter(|other| other.words != group.words);
    let common = others.filter_map(|other| {
        let names: Vec<_> = group.functions.intersection(&other.functions).copied().collect();
        (!names.is_empty()).then(|| format!("{} with {}", names.join(", "), other.words))
    });
    let common: Vec<_> = common.collect();
    if common.is_empty() {
        "Shares no function with the others.".to_owned()
    } else {
        format!("Shares {}.", common.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Statement;
    use crate::finding::Finding;
    use crate::verdict::{Kind, Verdict};

    fn evidence(check: &str, words: &'static str, functions: &'static [&'static str]) -> Evidence {
        Evidence {
            kind: Kind::Exact,
            check: check.to_owned(),
            route: Route::By { words, functions },
            finding: Finding::decided(Verdict::Confirmed, ""),
            reproduce: String::new(),
            seconds: 0.0,
        }
    }

    #[test]
    fn what_routes_share_is_named() {
        let evidence = vec![
            evidence("first", "counting", &["tally", "list"]),
            evidence("second", "adding", &["sum"]),
            evidence("third", "listing", &["list"]),
            evidence("fourth", "adding", &["sum"]),
        ];
        let claim = ClaimOutcome {
            says: Statement::default(),
            verdict: Verdict::Confirmed,
            kinds_not_run: Vec::new(),
            evidence,
        };
        assert_eq!(independent(&claim), 2);
        let list = list(&claim).into_string();
        assert!(
            list.contains("Shares list with listing.") && list.contains("Shares no function with the others."),
            "{list}"
        );
        assert!(list.contains("second (exact); fourth (exact)"), "{list}");
    }
}
