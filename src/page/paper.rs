//! The paper's own statements, from the table of the README, with what this run says of them.

use goldenweight_evidence::Compared;
use goldenweight_evidence::outcome::{ClaimOutcome, RunOutcome};
use goldenweight_evidence::report::html::Section;
use maud::{Markup, html};

use super::markdown;

const README: &str = include_str!("../../README.md");

/// The README's section, from its heading to the next one.
fn section_text() -> &'static str {
    let rest = README.split_once("## What the paper says").map_or("", |(_, rest)| rest);
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// A row of the README's table: the statement, and how far it holds.
struct Row {
    statement: &'static str,
    holds: &'static str,
}

impl Row {
    /// The claims of the run that check it.
    fn claims<'a>(&self, run: &'a RunOutcome) -> Vec<&'a ClaimOutcome> {
        let ids = markdown::claims(self.statement);
        run.claims.iter().filter(|claim| ids.contains(&claim.says.id)).collect()
    }
}

fn rows() -> Vec<Row> {
    let lines = section_text().lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &'static str| line.trim_matches(['|', ' ']).split(" | ").map(str::trim).collect::<Vec<_>>();
    lines.map(cells).filter(|cells| cells.len() > 1).map(|cells| Row { statement: cells[0], holds: cells[1] }).collect()
}

/// What of the paper is not compared with anything, in the README's words.
pub fn not_shown() -> Vec<&'static str> {
    rows().into_iter().filter(|row| markdown::claims(row.statement).is_empty()).map(|row| row.statement).collect()
}

/// The statements, each with its claims, their verdicts in this run, and the error that it would have found.
pub fn section(run: &RunOutcome) -> Section {
    let text = section_text();
    // What the words of the table mean, and what stands below it.
    let meaning = text.split_once("\n\n").and_then(|(_, rest)| rest.split_once("The last column"));
    let below = text.rsplit_once("|\n\n").map_or("", |(_, below)| below);
    let body = html! {
        p {
            (markdown::inline(meaning.map_or("", |(words, _)| words)))
            " The verdict is this run’s. An error below that of the last column could pass: the worst over all comparisons by simulation of the row."
        }
        // Roles are given because a narrow page lays the table out as cards.
        table role="table" aria-label="The paper’s statements" {
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { "The paper’s statement" }
                th role="columnheader" scope="col" { "How far it holds" }
                th role="columnheader" scope="col" { "This run" }
                th role="columnheader" scope="col" { "Would have found" }
            } }
            tbody role="rowgroup" { @for row in rows() { (line(&row, run)) } }
        }
        (markdown::block(below))
    };
    Section {
        id: "paper".to_owned(),
        title: "What the paper says".to_owned(),
        body,
        style: include_str!("paper.css").to_owned(),
        ..Section::default()
    }
}

fn line(row: &Row, run: &RunOutcome) -> Markup {
    let claims = row.claims(run);
    let lacking = markdown::claims(row.statement).len() - claims.len();
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { (markdown::inline(row.statement)) }
            td role="cell" { (markdown::inline(row.holds)) }
            td role="cell" data-label="This run" {
                @for (i, claim) in claims.iter().enumerate() {
                    @if i > 0 { ", " }
                    span class=(claim.verdict.word()) { (claim.verdict.word()) }
                }
                @if lacking > 0 { @if !claims.is_empty() { ", " } (lacking) " not asked for" }
                @if claims.is_empty() && lacking == 0 { "not shown" }
            }
            td.number role="cell" data-label="Would have found" { (detects(&claims)) }
        }
    }
}

/// The largest error that could pass in the simulations of these claims, and what it is an error of.
fn detects(claims: &[&ClaimOutcome]) -> String {
    let all = claims.iter().flat_map(|claim| &claim.evidence).flat_map(|evidence| &evidence.finding.comparisons);
    let effect = |compared: &&Compared| compared.comparison.detectable_effect;
    let worst = all.max_by(|a, b| effect(a).total_cmp(&effect(b)));
    worst.map_or_else(
        || "nothing simulated".to_owned(),
        |worst| format!("{:.1} % ({})", 100.0 * effect(&worst), worst.of),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_readme_is_read() {
        let rows = rows();
        assert!(rows.len() > 15 && rows.iter().all(|row| !row.statement.is_empty() && !row.holds.is_empty()));
        assert!(rows[0].statement.contains("golden-weight") && rows[0].holds.starts_with("holds"));
        assert_eq!(not_shown().len(), 1);
        assert!(section_text().contains("The last column") && section_text().contains("|\n\nThe paper's abstract"));
    }
}
