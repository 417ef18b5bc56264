//! Mutants: plausible wrong formulas and wrong simulators. Put in the place of the right ones, the claims' own checks must refute them.
//!
//! A row of a table is a mutant of one check of one claim. A mutant that is not refuted fails `tests/mutants.rs`, and in the full tier its claim. The tables also
//! have controls: the same code without the fault, which must be confirmed.

mod advice;
mod audits;
mod beyond;
mod formulas;
mod networks;
mod orders;
mod schedules;
mod simulators;
mod worth;

use goldenweight_evidence::Mutant;

use super::check::{Case, Cell};

/// A mutant with the id of its claim.
type Row = (&'static str, Mutant);

/// A wrong formula of what is expected at a cell.
fn formula(claim: &'static str, check: &'static str, name: &'static str, expected: fn(&Cell) -> f64) -> Row {
    (claim, Mutant::formula(name, check, move |case| expected(Case::of_general(case).cell())))
}

/// A wrong simulator in place of the case's own.
fn simulator(claim: &'static str, check: &'static str, name: &'static str, replaced: fn(&Case) -> Case) -> Row {
    (claim, Mutant::simulation(name, check, move |case| replaced(Case::of_general(case)).general()))
}

/// Every mutant and control, each with the id of its claim.
pub fn table() -> Vec<Row> {
    let tables = [
        formulas::table(),
        orders::table(),
        schedules::table(),
        networks::table(),
        simulators::table(),
        audits::table(),
        beyond::table(),
        advice::table(),
        worth::table(),
    ];
    tables.into_iter().flatten().collect()
}
