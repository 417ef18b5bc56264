//! Certificates: the program's own formulas, evaluated in exact rationals or in intervals. They have no sampling and no rounding error.
//!
//! * [`identity`]: two formulas are equal everywhere. Both are rational functions, and different ones can agree at only so many points, as
//!   their degree says. So they are compared at more points than that. The degree is computed from the formulas themselves ([`degree`]).
//! * [`cover`]: a statement holds on a whole domain. The domain is cut into boxes, until interval arithmetic decides the statement in each
//!   (branch and bound).
//! * One file per topic with the certificates of its claims. They simulate nothing.

pub mod accumulate;
pub mod collapse;
pub mod covariance;
pub mod cover;
pub mod degree;
pub mod design;
pub mod dynamic;
pub mod extinction;
pub mod figures;
pub mod fixed;
pub mod identity;
pub mod information;
pub mod kde;
pub mod law;
pub mod maximum_likelihood;
pub mod misspecified;
pub mod network;
pub mod random_design;
pub mod responses;
pub mod ridge;
pub mod sampling;
pub mod second_order;
pub mod separation;
pub mod shrinkage;
pub mod subsample;
pub mod weights;

use crate::outcome::Verdict;

/// What an exact check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Confirmed; refuted by a counterexample; or inconclusive, where a formula has a pole at a point, or some boxes could not be decided.
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

    /// A statement at several places, each with its name and whether the statement holds there. The first place where it does not is the counterexample.
    pub fn at_places<P: ToString>(what: &str, places: impl IntoIterator<Item = (P, bool)>) -> Self {
        let mut count = 0;
        for (place, holds) in places {
            if !holds {
                return Self::fails(format!("{what}: false at {}", place.to_string()));
            }
            count += 1;
        }
        if count == 0 {
            Self::undecided(format!("{what}: no place"))
        } else {
            Self::holds(format!("{what}: true at {count} of {count} places"))
        }
    }
}
