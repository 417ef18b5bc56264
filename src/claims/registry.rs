//! The list of all claims.

use super::{Claim, dynamic, gaussian, law, weights};

/// Every claim, in the order in which tables show them. Building it evaluates closed forms only; nothing is simulated.
#[must_use]
pub fn registry() -> Vec<Claim> {
    [law::claims(), weights::claims(), dynamic::claims(), gaussian::claims()].into_iter().flatten().collect()
}
