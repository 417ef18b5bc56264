//! A run as three tables in CSV (RFC 4180), for a spreadsheet: its claims, their evidence, and the comparisons of that.
//!
//! A claim is found by its id, a piece of evidence by claim and check, a comparison by claim, check and place. A cell without a number is empty; the
//! JSON document says why.

use crate::outcome::document::{ClaimDocument, ComparisonDocument, EvidenceDocument, RunDocument};

/// A column: its name, and what stands in it.
type Column<R> = (&'static str, fn(&R) -> String);

type OfEvidence<'a> = (&'a ClaimDocument, &'a EvidenceDocument);
type OfComparison<'a> = (&'a ClaimDocument, &'a EvidenceDocument, &'a ComparisonDocument);

/// The names of the tables' files.
pub const NAMES: [&str; 3] = ["claims.csv", "evidence.csv", "comparisons.csv"];

/// The tables, each with the name of its file.
///
/// # Examples
/// see the [crate].
#[must_use]
pub fn tables(run: &RunDocument) -> [(&'static str, String); 3] {
    let claims: Vec<&ClaimDocument> = run.claims.iter().collect();
    let evidence: Vec<OfEvidence<'_>> =
        claims.iter().flat_map(|claim| claim.evidence.iter().map(|evidence| (*claim, evidence))).collect();
    let comparisons: Vec<OfComparison<'_>> = evidence
        .iter()
        .flat_map(|(claim, evidence)| evidence.comparisons.iter().map(|compared| (*claim, *evidence, compared)))
        .collect();
    let of_claims: &[Column<&ClaimDocument>] = &[
        ("claim", |claim| claim.says.id.clone()),
        ("verdict", |claim| claim.verdict.word().to_owned()),
        ("statement", |claim| claim.says.words.clone()),
        ("formula", |claim| claim.says.formula.clone()),
        ("domain", |claim| claim.says.domain.clone()),
        ("source", |claim| claim.says.source.clone()),
        ("exactness", |claim| claim.says.exactness.clone()),
        ("evidence", |claim| claim.evidence.iter().filter(|e| e.ran).count().to_string()),
        ("kinds_not_run", |claim| {
            claim.kinds_not_run.iter().map(|not_run| not_run.kind.word()).collect::<Vec<_>>().join(" ")
        }),
        ("detectable_effect", |claim| number(claim.headline.as_ref().and_then(|h| h.comparison.detectable_effect))),
    ];
    let of_evidence: &[Column<OfEvidence<'_>>] = &[
        ("claim", |(claim, _)| claim.says.id.clone()),
        ("check", |(_, e)| e.check.clone()),
        ("kind", |(_, e)| e.kind.word().to_owned()),
        ("verdict", |(_, e)| e.verdict.word().to_owned()),
        ("ran", |(_, e)| e.ran.to_string()),
        ("route", |(_, e)| e.route.clone().unwrap_or_default()),
        ("computed_by", |(_, e)| e.computed_by.join(" ")),
        ("statistic", |(_, e)| number(e.statistic)),
        ("bound", |(_, e)| number(e.bound)),
        ("detectable_effect", |(_, e)| number(e.detectable_effect)),
        ("comparisons", |(_, e)| e.comparisons.len().to_string()),
        ("seconds", |(_, e)| number(Some(e.seconds))),
        ("detail", |(_, e)| e.detail.clone()),
        ("reproduce", |(_, e)| e.reproduce.clone()),
    ];
    let of_comparisons: &[Column<OfComparison<'_>>] = &[
        ("claim", |(claim, _, _)| claim.says.id.clone()),
        ("check", |(_, e, _)| e.check.clone()),
        ("place", |(_, _, c)| c.place.clone()),
        ("of", |(_, _, c)| c.of.clone()),
        ("verdict", |(_, _, c)| c.verdict.word().to_owned()),
        // Of a ladder the first rung's; the estimate is then a ratio that is expected to be 1.
        ("expected", |(_, _, c)| number(c.expected.first().and_then(|expected| expected.value))),
        ("estimate", |(_, _, c)| number(c.estimate)),
        ("std_error", |(_, _, c)| number(c.std_error)),
        ("z", |(_, _, c)| number(c.z)),
        ("degrees", |(_, _, c)| number(c.degrees)),
        ("bound", |(_, _, c)| number(c.bound)),
        ("relative_error", |(_, _, c)| number(c.relative_error)),
        ("interval_low", |(_, _, c)| number(c.interval.0)),
        ("interval_high", |(_, _, c)| number(c.interval.1)),
        ("margin", |(_, _, c)| number(c.margin)),
        ("detectable_effect", |(_, _, c)| number(c.detectable_effect)),
        ("replicates", |(_, _, c)| c.replicates.to_string()),
    ];
    let [claims_file, evidence_file, comparisons_file] = NAMES;
    [
        (claims_file, table(of_claims, &claims)),
        (evidence_file, table(of_evidence, &evidence)),
        (comparisons_file, table(of_comparisons, &comparisons)),
    ]
}

/// The shortest digits that are read back as the same number.
fn number(x: Option<f64>) -> String {
    x.map_or_else(String::new, |x| format!("{x:?}"))
}

fn table<R>(columns: &[Column<R>], rows: &[R]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: Vec<String>| writer.write_record(cells).expect("as many cells as columns, into memory");
    write(columns.iter().map(|(name, _)| (*name).to_owned()).collect());
    rows.iter().for_each(|row| write(columns.iter().map(|(_, cell)| cell(row)).collect()));
    let bytes = writer.into_inner().expect("into memory");
    String::from_utf8(bytes).expect("of text")
}
