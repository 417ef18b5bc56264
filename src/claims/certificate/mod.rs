//! Certificates: the program's own formulas in exact arithmetic and in intervals, without sampling and without rounding
//! error.
//!
//! * [`identity`]: two formulas are equal as rational functions, by their values on a grid larger than their degree; the
//!   degree is computed from the formulas themselves ([`degree`]).
//! * [`cover`]: a statement holds on a whole domain, by branch and bound over interval boxes.
//! * One file per topic with the certificates of its claims. They simulate nothing.

pub mod accumulate;
pub mod collapse;
pub mod covariance;
pub mod cover;
pub mod degree;
pub mod design;
pub mod dynamic;
pub mod figures;
pub mod fixed;
pub mod identity;
pub mod information;
pub mod law;
pub mod maximum_likelihood;
pub mod random_design;
pub mod sampling;
pub mod separation;
pub mod weights;

use crate::outcome::Verdict;

/// What an exact check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Confirmed, refuted by a counterexample, or undecided (a pole on the grid, boxes that no bound settled).
    pub verdict: Verdict,
    /// What was evaluated, or the counterexample.
    pub detail: String,
}

impl Certificate {
    /// The statement holds; `detail` says what was evaluated.
    pub fn holds(detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Confirmed, detail: detail.into() }
    }

    /// The statement is false at the place that `detail` names.
    pub fn fails(detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Refuted, detail: detail.into() }
    }

    /// Neither could be shown.
    pub fn undecided(detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Inconclusive, detail: detail.into() }
    }

    /// All of several: the worst verdict with the details behind it.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        let verdict = Verdict::of_all(parts.iter().map(|part| part.verdict));
        let details: Vec<_> =
            parts.into_iter().filter(|part| part.verdict == verdict).map(|part| part.detail).collect();
        Self { verdict, detail: details.join("; ") }
    }

    /// Exact statements at named places: the first that is false is the counterexample.
    pub fn at_places<P: ToString>(what: &str, places: impl IntoIterator<Item = (P, bool)>) -> Self {
        let mut count = 0;
        for (place, holds) in places {
            if !holds {
                return Self::fails(format!("{what} does not hold at {}", place.to_string()));
            }
            count += 1;
        }
        if count == 0 {
            Self::undecided(format!("{what}: no place"))
        } else {
            Self::holds(format!("{what}: {count} places"))
        }
    }
}
