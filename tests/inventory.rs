//! The registry, the catalogue of models, the documents and the figures' panels name the same claims.
//!
//! The trials of `tests/z_claims.rs` are the registry's ids by construction: it iterates the registry.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use goldenweight::catalogue;
use goldenweight::claims::registry;
use goldenweight::evidence::{Body, Claim, ClaimSummary, Key, Tier};
use goldenweight::experiment::{Parameters, Problem};
use goldenweight::report::claims_markdown;
use goldenweight::simulate::dispatch::{SimulatorKind, run_problem};
use goldenweight::simulate::engine::store::{Run, Store, Stored, install};
use goldenweight::simulate::engine::{Options, Plan, Record, ScheduleKind};

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
        // Some audits have comparisons, others are of closed forms.
        assert!(check.kind.word() == "audit" || (check.comparisons() > 0) == statistical, "{}", check.name);
    }
}

/// The rule of docs/statistics.md: the quick tier leaves out second looks and nothing else.
#[test]
fn what_is_in_the_full_tier_alone_has_a_sharper_check_in_the_quick_one() {
    let mut left_out = 0;
    for claim in registry() {
        let quick = || claim.checks.iter().filter(|check| !check.only_in_full_tier);
        for check in claim.checks.iter().filter(|check| check.only_in_full_tier) {
            let has_one = match &check.body {
                Body::Sampled(sampled) => {
                    quick().any(|other| matches!(&other.body, Body::Sampled(other) if other.margin <= sampled.margin))
                }
                Body::Audit { places, .. } => quick()
                    .any(|other| matches!(&other.body, Body::Audit { places: fewer, .. } if 10 * fewer == *places)),
                // Run by `cargo test` with the quick tier's replicates.
                Body::Mutants => continue,
                Body::Certain(_) | Body::Beside(_) => false,
            };
            assert!(has_one, "{} {}", claim.says.id, check.name);
            left_out += 1;
        }
    }
    assert!(left_out > 0);
}

/// The rule of docs/statistics.md: of ten comparisons of the full tier at most one has a margin above 1 %. (That of a ladder has a rule of its own.)
#[test]
fn few_comparisons_are_coarse() {
    let (mut coarse, mut all) = (0, 0);
    for check in registry().iter().flat_map(|claim| &claim.checks) {
        let Body::Sampled(sampled) = &check.body else { continue };
        all += check.comparisons();
        if sampled.ladder.is_none() && sampled.margin_in(Tier::FULL) > 0.01 {
            coarse += check.comparisons();
        }
    }
    assert!((1..=all / 10).contains(&coarse), "{coarse} of {all}");
}

/// Keeps nothing.
struct Empty;

impl Store for Empty {
    fn name(&self, _: &str) -> [u8; 32] {
        [0; 32]
    }

    fn find(&self, _: &Run, _: Range<u64>) -> Option<Vec<Stored>> {
        None
    }

    fn beginning(&self, _: &Run, _: Range<u64>) -> Option<(u64, Vec<Stored>)> {
        None
    }

    fn keep(&self, _: &Run, _: Range<u64>, _: Vec<Stored>, _: Duration) {}

    fn lacks(&self, _: &Run, _: Range<u64>) {}

    fn conclude(&self, _: &Run, _: Range<u64>, _: Vec<Stored>) {}
}

/// What is divided between processes can be kept: otherwise each of them would draw all of it.
#[test]
fn what_is_divided_tells_what_it_follows_from() {
    install(&Empty);
    let mut divided = 0;
    for claim in registry() {
        for check in &claim.checks {
            let Body::Sampled(sampled) = &check.body else { continue };
            for case in sampled.cases.iter().filter(|case| case.simulation().is_shared()) {
                let told = case.simulation().identity(Key { seed: 1, experiment: 2, cell: 3 });
                assert!(told.is_some(), "{} {}: {}", claim.says.id, check.name, case.place());
                divided += 1;
            }
        }
    }
    assert!(divided > 300, "{divided}");
}

#[test]
fn a_model_of_the_catalogue_is_complete() {
    let claims = summaries();
    for model in catalogue::ALL {
        let of_law = |claim: &&ClaimSummary| {
            ["law", "limit"].iter().any(|suffix| claim.says.id == format!("{}-{suffix}", model.name))
        };
        let claim = claims.iter().find(of_law).unwrap_or_else(|| panic!("no claim {model}-law or {model}-limit"));
        let words: Vec<_> = claim.kinds.iter().map(|kind| kind.word()).collect();
        assert!(words.contains(&"recursion"), "{}: no computation without sampling error", claim.says.id);
        assert!(words.contains(&"simulation") || words.contains(&"ladder"), "{}: not simulated", claim.says.id);
        assert!(words.contains(&"mutant"), "{}: no wrong formula or simulator", claim.says.id);
        for (field, text) in [("rows", model.rows), ("loss", model.loss), ("loss_name", model.loss_name)] {
            assert!(!text.is_empty(), "{model}: {field} is empty, which help and figures show");
        }
        let problem = Problem::new(model, 50, 40, &Parameters::default()).expect("defaults for what is not given");
        for kind in [SimulatorKind::Rows, model.fast, model.coupled] {
            let simulator = problem.truth().simulator(kind, problem.rows());
            let simulator = simulator.unwrap_or_else(|| panic!("{model} has no simulator of kind {kind}"));
            assert!(model.loss_index < simulator.losses().len(), "{model}: {kind} has no loss {}", model.loss_index);
        }
        let law = problem.truth().prediction(problem.rows(), ScheduleKind::Fresh).expect("sizes that theory covers");
        assert!(law.is_some(), "{model} has claims, and its truth gives no law");
    }
}

#[test]
fn a_schedule_is_simulated_and_has_claims() {
    for schedule in ScheduleKind::ALL {
        let own = |claim: &ClaimSummary| claim.says.id.starts_with(&format!("{}-", schedule.name()));
        // A claim whose id names no schedule is about fresh real rows.
        assert!(schedule == ScheduleKind::Fresh || summaries().iter().any(own), "no claim {}-...", schedule.name());
        for model in catalogue::ALL {
            let problem = Problem::new(model, 50, 40, &Parameters::default()).expect("valid");
            let plan =
                Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..2, schedule, record: Record::At(vec![2]) };
            let Ok(kind) = SimulatorKind::of(&problem, schedule, None, model.fast) else {
                // Single rows are drawn of means, frequencies and distribution functions, not of logistic and Poisson regression.
                assert!(
                    schedule == ScheduleKind::Subsample && ["logistic", "poisson"].contains(&model.name),
                    "{model}"
                );
                continue;
            };
            let [(loss, failed)] = run_problem(&problem, kind, &plan, &[0.5], Options::default())[..] else {
                panic!("one weight has one result")
            };
            assert!(loss.count() + failed == 2 && loss.mean().is_finite(), "{model} under {}", schedule.name());
        }
    }
}

#[test]
fn the_table_of_the_claims_is_that_of_the_registry() {
    let document = include_str!("../docs/claims.md");
    let (_, rest) = document.split_once("<!-- claims -->\n").expect("the marker <!-- claims -->");
    let (table, _) = rest.split_once("<!-- /claims -->").expect("the marker <!-- /claims -->");
    assert!(
        table == claims_markdown(&summaries(), true),
        "the table between the markers of docs/claims.md is not that of the registry: \
         paste the output of `cargo run --release -- claims --anchors` there"
    );
}

/// The claims that a document links to.
fn links(text: &str) -> Vec<String> {
    text.split("claims.md#").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

#[test]
fn documents_link_to_claims_that_there_are() {
    let ids: Vec<String> = summaries().into_iter().map(|claim| claim.says.id).collect();
    let (readme, findings) = (include_str!("../README.md"), include_str!("../docs/findings.md"));
    for link in [readme, findings].into_iter().flat_map(links) {
        assert!(ids.contains(&link), "{link} is no claim");
    }
    let items: Vec<&str> = findings.split("\n* ").skip(1).collect();
    assert!(items.len() > 5 && items.iter().all(|item| !links(item).is_empty()), "a finding without its claim");
}

/// The README's first table names every statement of the paper that is checked.
#[test]
fn the_readme_has_every_statement_of_the_paper() {
    let named = links(include_str!("../README.md"));
    for claim in summaries().into_iter().filter(|claim| claim.says.source != "derived") {
        assert!(named.contains(&claim.says.id), "README.md does not link to docs/claims.md#{}", claim.says.id);
    }
}

/// README.md has at most 12 KB, so that it is read to its end.
#[test]
fn the_readme_is_short() {
    assert!(include_str!("../README.md").len() <= 12 * 1024);
}
