//! An estimate against its expected value: one rule for every statistical check.

use super::family::Family;
use crate::outcome::Verdict;

/// Largest relative change that the skewness of the averaged values may make to the tail probability at the bound.
///
/// First-order Edgeworth: the mean of R values of skewness g has P(Z > z) = (1 - Phi(z)) exp(g z^3 / (6 sqrt R)) to first
/// order in the tail, so at 0.25 the declared rate holds within a factor of exp(0.25) = 1.28 on either side.
const SKEWNESS_BUDGET: f64 = 0.25;

/// An estimate with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Value.
    pub value: f64,
    /// Standard error of the value.
    pub std_error: f64,
    /// Degrees of freedom of the standard error.
    pub degrees: f64,
    /// Skewness of the value's own law (sample skewness over sqrt R for a mean of R values).
    pub skewness: f64,
}

impl From<&super::moments::Moments> for Estimate {
    fn from(moments: &super::moments::Moments) -> Self {
        let count = moments.count() as f64;
        Self {
            value: moments.mean(),
            std_error: moments.std_error(),
            degrees: count - 1.0,
            skewness: moments.skewness() / count.sqrt(),
        }
    }
}

/// What the comparison of an estimate with its expected value says.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// (estimate - expected) / standard error.
    pub z: f64,
    /// Bound on |z|, from the family-wise rate.
    pub bound: f64,
    /// Relative error of the estimate, with the half-width of its simultaneous interval.
    pub relative_error: f64,
    /// Half-width of the interval for the relative error, `bound` standard errors.
    pub half_width: f64,
    /// Margin inside which that interval must lie.
    pub margin: f64,
    /// Largest relative change of the tail probability at the bound by the skewness of the averaged values.
    pub tail_shift: f64,
    /// Relative error found with 99 % power.
    pub detectable_effect: f64,
    /// Verdict.
    pub verdict: Verdict,
    /// Why it is not Confirmed; empty where it is.
    pub cause: String,
}

/// Compares `estimate` with `expected` (not zero; the scale of the relative error is `scale`, usually `expected`).
///
/// * Refuted: |z| beyond the bound.
/// * Confirmed: |z| within the bound *and* the simultaneous interval for the relative error inside ±`margin`.
/// * Inconclusive: anything else, including an estimate that is not finite or too skewed for its number of replicates.
///
/// The interval uses the same bound as z, so that a relative error beyond the margin is called Confirmed no more often
/// than the declared rate; a run with `half_width <= margin / 2` can never end Inconclusive for its width alone.
#[must_use]
pub fn compare(estimate: &Estimate, expected: f64, scale: f64, margin: f64, family: &Family) -> Comparison {
    let bound = family.bound(estimate.degrees);
    let difference = estimate.value - expected;
    let z = if difference == 0.0 { 0.0 } else { difference / estimate.std_error };
    let relative_error = difference / scale.abs();
    let half_width = bound * estimate.std_error / scale.abs();
    let tail_shift = estimate.skewness.abs() * bound.powi(3) / 6.0;
    let (verdict, cause) = if !(z.is_finite() && half_width.is_finite()) {
        (Verdict::Inconclusive, "no finite estimate".to_owned())
    } else if z.abs() > bound {
        (Verdict::Refuted, format!("|z| = {:.2} is beyond its bound", z.abs()))
    } else if tail_shift > SKEWNESS_BUDGET {
        (Verdict::Inconclusive, "too few replicates for the skewness".to_owned())
    } else if relative_error.abs() + half_width <= margin {
        (Verdict::Confirmed, String::new())
    } else {
        (Verdict::Inconclusive, "the interval is not inside the margin".to_owned())
    };
    let detectable_effect = Family::detectable(bound) * estimate.std_error / scale.abs();
    Comparison { z, bound, relative_error, half_width, margin, tail_shift, detectable_effect, verdict, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: Family = Family::new(1e-3, 200);

    fn estimate(value: f64, std_error: f64) -> Estimate {
        Estimate { value, std_error, degrees: 1e9, skewness: 0.0 }
    }

    fn verdict(value: f64, std_error: f64) -> Verdict {
        compare(&estimate(value, std_error), 1.0, 1.0, 0.01, &FAMILY).verdict
    }

    #[test]
    fn a_precise_agreement_is_confirmed_and_a_vague_one_is_not() {
        assert_eq!(verdict(1.001, 0.001), Verdict::Confirmed);
        assert_eq!(verdict(1.001, 0.01), Verdict::Inconclusive);
    }

    #[test]
    fn an_error_beyond_the_bound_is_refuted_however_small() {
        assert_eq!(verdict(1.000_5, 0.000_1), Verdict::Refuted);
        assert_eq!(verdict(1.0, 0.000_1), Verdict::Confirmed);
    }

    #[test]
    fn what_is_not_a_number_is_never_confirmed() {
        for (value, std_error) in [(f64::NAN, 0.1), (1.0, f64::NAN), (f64::INFINITY, 0.1), (1.1, 0.0)] {
            assert_ne!(verdict(value, std_error), Verdict::Confirmed, "{value} {std_error}");
        }
    }

    #[test]
    fn skewness_asks_for_more_replicates() {
        let skewed = Estimate { skewness: 0.1, ..estimate(1.0, 0.001) };
        assert_eq!(compare(&skewed, 1.0, 1.0, 0.01, &FAMILY).verdict, Verdict::Inconclusive);
    }
}
