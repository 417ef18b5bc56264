//! The registry of claims: what is stated, and the checks that stand behind it.
//!
//! `verify`, `cargo test`, the reports and the table of `docs/claims.md` read this one registry. A claim has at least two kinds of
//! evidence. The crate `goldenweight-evidence` makes, compares, runs and reports the checks. It knows nothing of this theory.

pub mod check;

mod accumulate;
mod adult;
mod advise;
mod audit;
mod biased;
mod categorical;
mod cdf;
mod certificate;
mod collapse;
mod design;
mod domain;
mod doubled;
mod drawn;
mod dynamic;
mod extinct;
mod extinction;
mod figures;
mod fixed;
mod formulas;
mod gaussian;
mod kde;
mod law;
mod linear;
mod linked;
mod logistic;
mod maximum_likelihood;
mod moments;
mod mutants;
mod network;
mod poisson;
mod pools;
mod predicted;
mod registry;
mod regression;
mod ridge;
mod same_rows;
mod second_order;
mod smoothed;
mod subsample;
mod tensors;
mod weights;
mod worth;

pub use check::Check;
pub use registry::{FULL, QUICK, registry, suite};

use goldenweight_evidence::Statement;

/// Where a statement comes from.
///
/// # Examples
/// ```
/// assert_eq!(goldenweight::claims::Source::Derived.word(), "derived");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Stated in the abstract of arXiv 2502.18049.
    Paper,
    /// Shown in a figure of the paper; the numbers compared with are derived.
    Figure,
    /// Derived here; the derivation is in the doc comment of the formula.
    Derived,
}

impl Source {
    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Figure => "paper's figure",
            Self::Derived => "derived",
        }
    }
}

/// How far a statement reaches.
///
/// # Examples
/// ```
/// assert_eq!(goldenweight::claims::Exactness::Limit.word(), "limit");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// At every n, m and t.
    Exact,
    /// In the limit of many rows, n and m to infinity at fixed k.
    Limit,
    /// A statement on the program, not on the theory. A run tests it at the places that it draws.
    Visited,
}

impl Exactness {
    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Limit => "limit",
            Self::Visited => "at random places",
        }
    }
}

/// A statement of this theory with the checks that stand behind it.
pub struct Claim {
    /// Id: also the trial's name, the anchor in the report and in `docs/claims.md`.
    pub id: &'static str,
    /// Statement, in words and symbols.
    pub statement: &'static str,
    /// The values of its symbols for which it is stated.
    pub domain: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// How far it reaches.
    pub exactness: Exactness,
    /// Checks.
    pub checks: Vec<Check>,
}

impl Claim {
    /// What is stated, with its formula from `formulas.rs`.
    fn says(&self) -> Statement {
        Statement {
            id: self.id.to_owned(),
            words: self.statement.to_owned(),
            formula: formulas::formula(self.id).unwrap_or_default().to_owned(),
            domain: self.domain.to_owned(),
            source: self.source.word().to_owned(),
            exactness: self.exactness.word().to_owned(),
        }
    }
}
