//! An estimate against its expected value: one rule for every statistical check.

use goldenweight_replicates::moments::Moments;

use super::family::Family;
use crate::verdict::Verdict;

/// Largest skewness of an estimate's own law (that of the values over sqrt R), with two of its standard errors added, at which z is trusted.
///
/// Why two standard errors are added: a few replicates that happen to look symmetric are those with a low mean. Without the addition, 64 replicates of skewness 1
/// pass in one sample of four, and the tail beyond the quantile at 1e-5 is 2.3 times too heavy.
/// What Hall's transformation leaves is of second order. Measured on exponential and on chi-squared values (skewness 2 and 2.8) at
/// up to four standard errors: see `docs/statistics.md`.
pub const MAX_SKEWNESS: f64 = 0.08;

/// Largest relative distance at which a mean of equal values is still taken for the expected value. Far above the rounding of a mean, which is 1e-16 for each
/// doubling of the number of values.
const ROUNDING: f64 = 1e-12;

/// An estimate with its standard error.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::compare::Estimate;
///
/// let estimate = Estimate { value: 1.1, std_error: 0.1, degrees: 99.0, skewness: 0.0, skewness_error: 0.0 };
/// assert!((estimate.z(0.9) - 2.0).abs() < 1e-12);
/// let (low, high) = estimate.interval(2.0);
/// assert!((low - 0.9).abs() < 1e-12 && (high - 1.3).abs() < 1e-12);
/// // Two independent errors of 0.1.
/// assert!((estimate.against(&estimate).std_error - 0.02_f64.sqrt()).abs() < 1e-12);
/// ```
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
    /// Standard error of that skewness (sqrt 6 / R for a mean of R values that are not far from normal); 0 where it is known.
    pub skewness_error: f64,
}

impl Estimate {
    /// Whether its skewness, with two of its standard errors, is at most [`MAX_SKEWNESS`]; not where it is no number.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.skewness.abs() + 2.0 * self.skewness_error <= MAX_SKEWNESS
    }
}

impl From<&Moments> for Estimate {
    fn from(moments: &Moments) -> Self {
        let count = moments.count() as f64;
        Self {
            value: moments.mean(),
            std_error: moments.std_error(),
            degrees: count - 1.0,
            skewness: moments.skewness() / count.sqrt(),
            skewness_error: 6f64.sqrt() / count,
        }
    }
}

impl Estimate {
    /// Whether the values behind it are equal but for rounding: their standard deviation, the standard error times the root of their number, is at most 1e-12 of
    /// them. Then the standard error measures rounding, and so would z.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.std_error * (self.degrees + 1.0).sqrt() <= ROUNDING * self.value.abs()
    }

    /// The distance from `expected` in standard errors, with the skewness removed.
    ///
    /// # Formula
    /// T = (value - expected)/std_error, a = skewness/3:  z = T + a T^2 + a^2 T^3/3 + a/2
    /// # Source
    /// Hall, P. (1992), On the removal of skewness by transformation, JRSS-B 54, 221-228: squared errors are skewed to the right,
    /// which makes T heavy on the left (a low mean comes with a low standard error). The transformation is monotone and
    /// leaves an error of order 1/R where T has one of order 1/sqrt R.
    #[must_use]
    pub fn z(&self, expected: f64) -> f64 {
        let difference = self.value - expected;
        let (t, a) = (if difference == 0.0 { 0.0 } else { difference / self.std_error }, self.skewness / 3.0);
        if t.is_infinite() {
            return t;
        }
        t + a * t * t + a * a * t * t * t / 3.0 + a / 2.0
    }

    /// The share of `hits` in `trials`, to be compared with the probability `expected`.
    ///
    /// # Formula
    /// The standard error sqrt(p(1 - p)/trials) and the skewness (1 - 2p)/sqrt(trials p(1 - p)) are those of the binomial law of probability p =
    /// `expected`, not of the sample, so that a share of 0 has a standard error, too. The skewness of the binomial law is not removed from z, as
    /// that of a mean is. It is put into `skewness_error`, so that the bound on the skewness holds for it.
    #[must_use]
    pub fn share(hits: u64, trials: u64, expected: f64) -> Self {
        let (trials, variance) = (trials as f64, expected * (1.0 - expected));
        Self {
            value: hits as f64 / trials,
            std_error: (variance / trials).sqrt(),
            degrees: f64::INFINITY,
            skewness: 0.0,
            skewness_error: 0.5 * (1.0 - 2.0 * expected).abs() / (trials * variance).sqrt(),
        }
    }

    /// The same estimate where it is compared with another, independent one: with the uncertainty of their difference.
    ///
    /// # Formula
    /// Variances add up, third cumulants (skewness times the cube of the standard error) subtract; the degrees of freedom are at least the
    /// fewer of the two.
    #[must_use]
    pub fn against(&self, other: &Self) -> Self {
        let std_error = self.std_error.hypot(other.std_error);
        let share = |e: &Self| (e.std_error / std_error).powi(3);
        Self {
            value: self.value,
            std_error,
            degrees: self.degrees.min(other.degrees),
            skewness: self.skewness * share(self) - other.skewness * share(other),
            skewness_error: (self.skewness_error * share(self)).hypot(other.skewness_error * share(other)),
        }
    }

    /// The T whose z is this: z = ((1 + a T)^3 - 1)/(3 a) + a/2, inverted.
    fn standard_errors(&self, z: f64) -> f64 {
        let a = self.skewness / 3.0;
        if a == 0.0 { z } else { (libm::cbrt(1.0 + 3.0 * a * (z - a / 2.0)) - 1.0) / a }
    }

    /// The interval of true values that a bound on |z| does not contradict.
    #[must_use]
    pub fn interval(&self, bound: f64) -> (f64, f64) {
        let [low, high] = [bound, -bound].map(|z| self.value - self.std_error * self.standard_errors(z));
        (low, high)
    }
}

/// What the comparison of an estimate with its expected value says.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Verdict.
    pub verdict: Verdict,
    /// Why it is not Confirmed; empty where it is.
    pub cause: String,
    /// Distance in standard errors, see [`Estimate::z`].
    pub z: f64,
    /// Degrees of freedom of Student's law, which z has where the claim is true; infinitely many are the normal law.
    pub degrees: f64,
    /// Bound on |z|, from the family-wise rate.
    pub bound: f64,
    /// Relative error of the estimate.
    pub relative_error: f64,
    /// Simultaneous interval for the relative error.
    pub interval: (f64, f64),
    /// Margin inside which that interval must lie on either side of zero.
    pub margin: f64,
    /// Relative error found with 99 % power.
    pub detectable_effect: f64,
}

/// Compares `estimate` with `expected` (not zero).
///
/// * Refuted: |z| beyond the bound; an estimate without any variance that is not the expected value.
/// * Confirmed: |z| within the bound *and* the simultaneous interval for the relative error inside ±`margin`.
/// * Inconclusive: anything else, including an estimate that is not finite or too skewed for its number of replicates.
///
/// The interval uses the same bound as z, so that a relative error beyond the margin is called Confirmed no more often
/// than the declared rate.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Verdict, stats::{compare::{Estimate, compare}, family::Family}};
///
/// let estimate = Estimate { value: 1.0, std_error: 0.001, degrees: 1e9, skewness: 0.0, skewness_error: 0.0 };
/// // One comparison at a rate of 5 %, split over its looks: z of some 2.5.
/// let verdict = |expected| compare(&estimate, expected, 0.01, &Family::new(0.05, 1)).verdict;
/// assert_eq!(verdict(1.001), Verdict::Confirmed);
/// assert_eq!(verdict(1.005), Verdict::Refuted);
/// // Not far off, and an error of more than 1 % is not excluded.
/// let wide = Estimate { std_error: 0.01, ..estimate };
/// assert_eq!(compare(&wide, 1.001, 0.01, &Family::new(0.05, 1)).verdict, Verdict::Inconclusive);
/// ```
#[must_use]
pub fn compare(estimate: &Estimate, expected: f64, margin: f64, family: &Family) -> Comparison {
    let scale = expected.abs();
    let bound = family.bound(estimate.degrees);
    let z = estimate.z(expected);
    let relative = |value: f64| (value - expected) / scale;
    let (low, high) = estimate.interval(bound);
    let interval = (relative(low), relative(high));
    let is_expected = relative(estimate.value).abs() <= ROUNDING;
    let (verdict, cause) = if estimate.is_constant() && !is_expected && estimate.value.is_finite() {
        (Verdict::Refuted, "no variance, and not the expected value")
    } else if !(z.is_finite() && interval.0.is_finite() && interval.1.is_finite()) {
        (Verdict::Inconclusive, "no finite estimate")
    } else if !estimate.is_symmetric() {
        (Verdict::Inconclusive, "too few replicates for the skewness of their values")
    } else if z.abs() > bound && !estimate.is_constant() {
        (Verdict::Refuted, "z is beyond its bound")
    } else if -margin <= interval.0 && interval.1 <= margin {
        (Verdict::Confirmed, "")
    } else {
        (Verdict::Inconclusive, "the interval is not inside the margin")
    };
    Comparison {
        verdict,
        cause: cause.to_owned(),
        z,
        degrees: estimate.degrees,
        bound,
        relative_error: relative(estimate.value),
        interval,
        margin,
        detectable_effect: Family::detectable(bound) * estimate.std_error / scale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: Family = Family::new(1e-3, 200);

    fn estimate(value: f64, std_error: f64) -> Estimate {
        Estimate { value, std_error, degrees: 1e9, skewness: 0.0, skewness_error: 0.0 }
    }

    fn verdict(value: f64, std_error: f64) -> Verdict {
        compare(&estimate(value, std_error), 1.0, 0.01, &FAMILY).verdict
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
    fn what_is_not_a_number_decides_nothing() {
        for (value, std_error) in [(f64::NAN, 0.1), (1.0, f64::NAN), (f64::INFINITY, 0.1), (f64::INFINITY, 0.0)] {
            assert_eq!(verdict(value, std_error), Verdict::Inconclusive, "{value} {std_error}");
        }
    }

    /// Equal values that differ from the expected one by rounding alone: their standard error is rounding as well, and no z may refute them. A share has infinitely many
    /// degrees of freedom, since its standard error is that of a law and not of values.
    #[test]
    fn rounding_is_no_variance() {
        let of = |std_error| Estimate { degrees: 99.0, ..estimate(1.0 + 3e-16, std_error) };
        assert!(of(1e-17).is_constant() && !of(1e-6).is_constant());
        let found = compare(&of(1e-17), 1.0, 0.01, &FAMILY);
        assert!(found.verdict == Verdict::Confirmed && found.z > found.bound);
        assert!(!Estimate::share(1, 2, 0.5).is_constant());
    }

    /// As of replicates that are all the same one: 0.1 % off, or by rounding alone.
    #[test]
    fn an_estimate_without_variance_must_be_the_expected_value() {
        let found = compare(&estimate(0.999, 0.0), 1.0, 0.01, &FAMILY);
        assert_eq!((found.verdict, found.z), (Verdict::Refuted, f64::NEG_INFINITY));
        assert_eq!((verdict(1.0, 0.0), verdict(1.0 + 2e-16, 0.0)), (Verdict::Confirmed, Verdict::Inconclusive));
    }

    /// Four standard errors off, with the interval beyond the margin on one side alone.
    #[test]
    fn both_ends_of_the_interval_must_be_inside_the_margin() {
        for value in [1.006, 0.994] {
            assert_eq!(verdict(value, 0.001_5), Verdict::Inconclusive, "{value}");
        }
    }

    /// 4.56 standard errors (the bound of the tests of `family`) on either side, and 2.33 more for the power.
    #[test]
    fn effects_are_relative_to_the_expected_value() {
        let found = compare(&estimate(-4.1, 0.02), -4.0, 0.01, &FAMILY);
        let bound = 4.564_787_730_288_446;
        let expected =
            [-5.0, -0.025, -0.025 - 0.005 * bound, -0.025 + 0.005 * bound, 0.005 * (bound + 2.326_347_874_040_84)];
        let found = [found.z, found.relative_error, found.interval.0, found.interval.1, found.detectable_effect];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} against {expected}");
        }
    }

    /// By hand for 1, 2, 3 and 10: mean 4, squares 9 + 4 + 1 + 36 = 50 and cubes -27 - 8 - 1 + 216 = 180 around it.
    #[test]
    fn the_mean_of_a_sample_is_an_estimate() {
        let mut moments = Moments::default();
        [1.0, 2.0, 3.0, 10.0].into_iter().for_each(|x| moments.push(x));
        let found = Estimate::from(&moments);
        let expected = [4.0, (50.0 / 12.0f64).sqrt(), 3.0, 180.0 / 50f64.powi(3).sqrt(), 6f64.sqrt() / 4.0];
        let found = [found.value, found.std_error, found.degrees, found.skewness, found.skewness_error];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} against {expected}");
        }
    }

    #[test]
    fn skewness_asks_for_more_replicates() {
        let verdict = |skewness, skewness_error| {
            let skewed = Estimate { skewness, skewness_error, ..estimate(1.0, 0.001) };
            compare(&skewed, 1.0, 0.01, &FAMILY).verdict
        };
        assert_eq!((verdict(0.1, 0.0), verdict(-0.1, 0.0)), (Verdict::Inconclusive, Verdict::Inconclusive));
        assert_eq!((verdict(0.05, 0.014), verdict(0.05, 0.016)), (Verdict::Confirmed, Verdict::Inconclusive));
    }

    /// The ends of the interval are the values at which |z| reaches the bound.
    #[test]
    fn interval_and_z_invert_each_other() {
        for skewness in [-0.04, 0.0, 0.01, 0.08] {
            let skewed = Estimate { skewness, ..estimate(3.0, 0.2) };
            let (low, high) = skewed.interval(4.5);
            assert!(low < 3.0 && 3.0 < high);
            assert!((skewed.z(low) - 4.5).abs() < 1e-12 && (skewed.z(high) + 4.5).abs() < 1e-12, "{skewness}");
        }
    }

    /// By hand: p = 1/5 and 400 trials have variance .16, standard error .02 and skewness .6/8.
    #[test]
    fn a_share_has_the_law_of_its_expected_probability() {
        let found = Estimate::share(100, 400, 0.2);
        assert_eq!((found.value, found.degrees, found.skewness), (0.25, f64::INFINITY, 0.0));
        assert!((found.std_error - 0.02).abs() < 1e-16 && (found.skewness_error - 0.037_5).abs() < 1e-16);
        // 10 standard errors below.
        assert_eq!(compare(&Estimate::share(0, 400, 0.2), 0.2, 1.0, &FAMILY).verdict, Verdict::Refuted);
        assert!(Estimate::share(80, 400, 0.2).is_symmetric() && !Estimate::share(70, 350, 0.2).is_symmetric());
    }

    /// By hand: standard errors 3 and 4 give 5; third cumulants 27 times .05 and 64 times .02 give (1.35 - 1.28)/125; errors 27 times .04 and
    /// 64 times .03 give root (1.08^2 + 1.92^2)/125.
    #[test]
    fn a_difference_has_the_uncertainty_of_both() {
        let [a, b] =
            [(3.0, 0.05, 0.04, 9.0), (4.0, 0.02, 0.03, 5.0)].map(|(std_error, skewness, skewness_error, degrees)| {
                Estimate { degrees, skewness, skewness_error, ..estimate(7.0, std_error) }
            });
        let difference = a.against(&b);
        assert_eq!((difference.value, difference.std_error, difference.degrees), (7.0, 5.0, 5.0));
        assert!((difference.skewness - 5.6e-4).abs() < 1e-15);
        assert!((difference.skewness_error - 4.8528_f64.sqrt() / 125.0).abs() < 1e-15);
    }

    /// By hand: T = -3, skewness .03, a = .01: z = -3 + .09 - .0009 + .005.
    #[test]
    fn a_low_mean_of_skewed_values_is_less_surprising() {
        let skewed = Estimate { skewness: 0.03, ..estimate(0.7, 0.1) };
        assert!((skewed.z(1.0) + 2.905_9).abs() < 1e-12);
    }
}
