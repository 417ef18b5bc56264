//! The registry, the README and the figures' panels name the same claims.
//!
//! The trials of `tests/z_claims.rs` are the registry's ids by construction: it iterates the registry.

use std::collections::BTreeSet;

use goldenweight::claims::registry;
use goldenweight::evidence::{Claim, ClaimSummary};
use goldenweight::report::claims_markdown;

fn summaries() -> Vec<ClaimSummary> {
    registry().iter().map(Claim::summary).collect()
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let claims = registry();
    let ids: BTreeSet<_> = claims.iter().map(|claim| claim.says.id.as_str()).collect();
    assert_eq!(ids.len(), claims.len());
    assert!(claims.len() >= 30, "{} claims", claims.len());
    for id in ids {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(id.split('-').all(word), "{id}");
    }
}

#[test]
fn every_claim_has_two_kinds_of_evidence() {
    for claim in summaries() {
        assert!(claim.kinds.len() >= 2, "{} has only {:?}", claim.says.id, claim.kinds);
        assert!(!claim.says.words.is_empty() && !claim.says.domain.is_empty(), "{}", claim.says.id);
    }
}

#[test]
fn exact_claims_have_evidence_without_rounding() {
    for claim in summaries().into_iter().filter(|claim| claim.says.exactness == "exact") {
        let exact = claim.kinds.iter().any(|kind| ["proof", "exact"].contains(&kind.word()));
        assert!(exact, "{} has only {:?}", claim.says.id, claim.kinds);
    }
}

#[test]
fn checks_of_a_claim_have_names_of_their_own() {
    // A check's random streams belong to its claim and its name.
    for claim in registry() {
        let names: BTreeSet<_> = claim.checks.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), claim.checks.len(), "{}", claim.says.id);
    }
}

#[test]
fn every_panel_of_the_figures_is_a_claim() {
    let claims = registry();
    for (figure, panels) in [("7", "abcdef"), ("8", "abcdef"), ("9", "abcdef"), ("10", "abcd")] {
        for panel in panels.chars() {
            let id = format!("figure-{figure}{panel}");
            assert!(claims.iter().any(|claim| claim.says.id == id), "{id}");
        }
    }
}

#[test]
fn statistical_comparisons_are_counted() {
    let checks: Vec<_> = registry().into_iter().flat_map(|claim| claim.checks).collect();
    assert!(checks.iter().map(|check| check.comparisons()).sum::<usize>() > 100);
    for check in checks {
        let statistical = ["simulation", "ladder", "optimum"].contains(&check.kind.word());
        assert_eq!(check.comparisons() > 0, statistical, "{}", check.name);
    }
}

#[test]
fn the_readme_has_the_table_of_the_registry() {
    let readme = include_str!("../README.md");
    let (_, rest) = readme.split_once("<!-- claims -->\n").expect("the marker <!-- claims -->");
    let (table, _) = rest.split_once("<!-- /claims -->").expect("the marker <!-- /claims -->");
    assert!(
        table == claims_markdown(&summaries(), true),
        "the table between the markers of README.md is not that of the registry: \
         paste the output of `cargo run --release -- claims --anchors` there"
    );
}

/// A link to a claim leads to one, and each finding of the section on them has at least one.
#[test]
fn the_readme_links_claims_that_there_are() {
    let readme = include_str!("../README.md");
    let ids: Vec<String> = summaries().into_iter().map(|claim| claim.says.id).collect();
    let links = |text: &str| -> Vec<String> {
        text.split("](#").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
    };
    for link in links(readme) {
        assert!(ids.contains(&link), "#{link} is no claim");
    }
    let (_, rest) = readme.split_once("## What we found").expect("the section");
    let (findings, _) = rest.split_once("\n## ").expect("a section after it");
    let items: Vec<&str> = findings.split("\n* ").skip(1).collect();
    assert!(items.len() > 5 && items.iter().all(|item| !links(item).is_empty()), "a finding without its claim");
}
