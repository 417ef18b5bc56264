//! When a mean over replicates may be shown with a z or an interval, and how many failed replicates are too many.
//!
//! Each rule stands here once. Commands, figures and claims all use it.

use super::calibration::clopper_pearson;
use super::compare::{Estimate, MAX_SKEWNESS};
use super::family::student;
use goldenweight_replicates::moments::Moments;
use statrs::distribution::ContinuousCDF;

/// Fewest independent values behind a z.
///
/// A sample of R values has a skewness of at most (R - 2)/sqrt(R - 1), whatever its law: 0 at R = 2, .71 at 3, 1.5 at 5. So a few values
/// cannot tell how skewed their law is, and the guard on the skewness sees nothing. From 20 on the limit is above 4, and Student's
/// quantiles are within a third of the normal ones up to z = 4.
pub const FEWEST: f64 = 20.0;

/// Largest share of the replicates that may fail.
///
/// Leaving out a share f of the replicates, which are not a random choice, moves the mean by at most sqrt(f/(1 - f)) standard deviations of
/// a value (Cauchy-Schwarz, for the value times the indicator of what is left out). At 1e-4 that is .01 of it: for values whose deviation is
/// near their mean 1 % of the mean. At a share of .01 it would be 10 %.
pub const FAILED_SHARE: f64 = 1e-4;

/// An estimate's distance from the value that is expected, in standard errors, with the skewness removed.
///
/// # Examples
/// see [`z`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Z {
    /// See [`Estimate::z`].
    pub z: f64,
    /// Degrees of freedom: were the expected value the true one, z would have Student's law with these.
    pub degrees: f64,
}

impl Z {
    /// The probability of a |z| at least as large, were the expected value the true one.
    ///
    /// # Formula
    /// 2 P(T >= |z|), T of Student's law with [`Z::degrees`] degrees of freedom (normal above 1e6).
    #[must_use]
    pub fn p_value(&self) -> f64 {
        student(self.degrees).map_or(f64::NAN, |law| 2.0 * law.sf(self.z.abs()))
    }
}

/// Why an estimate has no z.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoZ {
    /// The expected value is infinite, or beyond the largest float.
    #[error("the expected value is beyond the largest float")]
    NoExpectation,
    /// The estimate or its standard error is no number.
    #[error("there is no finite estimate with a standard error")]
    NoEstimate,
    /// More than [`FAILED_SHARE`] of the replicates failed.
    #[error("{0} failed, and the others are not a random choice")]
    Failed(Failures),
    /// Fewer than [`FEWEST`].
    #[error("{0} values are too few: at least 20 are needed, and more where they are skewed")]
    TooFew(f64),
    /// No variance.
    #[error("all values are equal, so that there is no standard error")]
    NoVariance,
    /// See [`Estimate::is_symmetric`].
    #[error(
        "too few replicates for the skewness of their values: that of the mean, with two standard errors, is beyond {MAX_SKEWNESS}"
    )]
    TooSkewed,
}

/// The distance of `estimate` from `expected`, or why it says nothing.
///
/// # Domain
/// At least [`FEWEST`] values (degrees of freedom and one), a standard error above that of rounding ([`Estimate::is_constant`]), a finite expected value, and the guard on the skewness that
/// every comparison of a claim has, [`Estimate::is_symmetric`]: of a mean of replicates that takes at least 62 of them.
///
/// # Errors
/// The first of these that fails.
///
/// # Tested by
/// Unit tests, by its parts; `tests/shown.rs`, over thousands of simulations, in which no more of the shown z are large than their law says.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::{compare::Estimate, shown::{NoZ, z}};
/// let estimate = Estimate { value: 1.1, std_error: 0.1, degrees: 999.0, skewness: 0.0, skewness_error: 0.0 };
/// let found = z(&estimate, 1.0)?;
/// assert!((found.z - 1.0).abs() < 1e-12 && (found.p_value() - 0.3176).abs() < 1e-4);
/// assert_eq!(z(&Estimate { degrees: 1.0, ..estimate }, 1.0), Err(NoZ::TooFew(2.0)));
/// # Ok::<(), NoZ>(())
/// ```
pub fn z(estimate: &Estimate, expected: f64) -> Result<Z, NoZ> {
    let Estimate { value, std_error, degrees, .. } = *estimate;
    let z = estimate.z(expected);
    if !expected.is_finite() {
        Err(NoZ::NoExpectation)
    } else if !(value.is_finite() && std_error.is_finite()) {
        Err(NoZ::NoEstimate)
    } else if degrees + 1.0 < FEWEST {
        Err(NoZ::TooFew(degrees + 1.0))
    } else if estimate.is_constant() {
        Err(NoZ::NoVariance)
    } else if !estimate.is_symmetric() {
        Err(NoZ::TooSkewed)
    } else if z.is_finite() {
        Ok(Z { z, degrees })
    } else {
        Err(NoZ::NoEstimate)
    }
}

/// [`z`] of the mean over the replicates that did not fail, unless too many did.
///
/// # Errors
/// As [`z`], after [`NoZ::Failed`].
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::{moments::Moments, shown::{Failures, NoZ, z_of_mean}};
///
/// // As many 1 as 3: a mean of 2 with standard error 1/sqrt(999), without skewness.
/// let mut moments = Moments::default();
/// (0..1_000).for_each(|i| moments.push(if i % 2 == 0 { 1.0 } else { 3.0 }));
/// let z = z_of_mean(&moments, Failures { replicates: 1_000, failed: 0 }, 1.9)?;
/// assert!((z.z - 0.1 * 999.0_f64.sqrt()).abs() < 1e-9);
/// let many = Failures { replicates: 1_010, failed: 10 };
/// assert_eq!(z_of_mean(&moments, many, 1.9), Err(NoZ::Failed(many)));
/// # Ok::<(), NoZ>(())
/// ```
pub fn z_of_mean(moments: &Moments, failures: Failures, expected: f64) -> Result<Z, NoZ> {
    if failures.too_many() { Err(NoZ::Failed(failures)) } else { z(&Estimate::from(moments), expected) }
}

/// Largest skewness of a mean's own law, with two of its standard errors, at which its 95 % interval ([`Estimate::interval`] at Student's quantile) is shown.
///
/// An interval depends on a tail of .025, while z is read at tails down to 1e-5. So this limit may be larger than [`MAX_SKEWNESS`]. For lognormal values whose mean of
/// 1000 has .26, the interval covered in 92.7 % of 6000 samples, at .12 in 94.5 %; beyond, a few replicates carry the mean.
pub const MAX_INTERVAL_SKEWNESS: f64 = 0.25;

/// Whether a mean may be shown with its 95 % interval as an estimate: few replicates failed, at least [`FEWEST`] values, and a
/// skewness within [`MAX_INTERVAL_SKEWNESS`].
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::{moments::Moments, shown::{Failures, has_interval}};
///
/// let mut moments = Moments::default();
/// (0..1_000).for_each(|i| moments.push(if i % 2 == 0 { 1.0 } else { 3.0 }));
/// assert!(has_interval(&moments, Failures { replicates: 1_000, failed: 0 }));
/// // One value of a thousand carries the mean.
/// moments.push(1e6);
/// assert!(!has_interval(&moments, Failures { replicates: 1_001, failed: 0 }));
/// ```
#[must_use]
pub fn has_interval(moments: &Moments, failures: Failures) -> bool {
    let Estimate { degrees, skewness, skewness_error, .. } = Estimate::from(moments);
    let symmetric = skewness.abs() + 2.0 * skewness_error <= MAX_INTERVAL_SKEWNESS;
    !failures.too_many() && degrees + 1.0 >= FEWEST && symmetric
}

/// Replicates, and those of them that failed: that have no value.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::shown::Failures;
///
/// let half = Failures { replicates: 10, failed: 5 };
/// assert_eq!((half.surviving(), half.share(), half.too_many()), (5, 0.5, true));
/// // As tables of the exact limits have it.
/// let (low, high) = half.interval();
/// assert!((low - 0.1871).abs() < 5e-5 && (high - 0.8129).abs() < 5e-5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// All replicates.
    pub replicates: u64,
    /// Those that failed.
    pub failed: u64,
}

impl Failures {
    /// Replicates over which the mean is taken.
    #[must_use]
    pub const fn surviving(&self) -> u64 {
        self.replicates - self.failed
    }

    /// Share that failed.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.failed as f64 / self.replicates as f64
    }

    /// The 95 % interval of its probability, by Clopper and Pearson: replicates are independent, and it is exact for a share near 0.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        clopper_pearson(self.failed, self.replicates, 0.95)
    }

    /// Whether more than [`FAILED_SHARE`] of them failed.
    #[must_use]
    pub fn too_many(&self) -> bool {
        self.failed as f64 > FAILED_SHARE * self.replicates as f64
    }
}

/// A number of things, in words; `thing` is one of them, of a regular plural.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::shown::number_of;
/// assert_eq!([0, 1, 2].map(|count| number_of(count, "claim")), ["0 claims", "1 claim", "2 claims"]);
/// ```
#[must_use]
pub fn number_of(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// As "977 of 2000 replicates (48.85 %, 95 % interval 46.6 to 51.1 %)".
impl std::fmt::Display for Failures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { replicates, failed } = self;
        let (low, high) = self.interval();
        let percent = |x: f64| format!("{:.3}", 100.0 * x).trim_end_matches('0').trim_end_matches('.').to_owned();
        let [share, low, high] = [self.share(), low, high].map(percent);
        let replicates = number_of(*replicates, "replicate");
        write!(f, "{failed} of {replicates} ({share} %, 95 % interval {low} to {high} %)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Estimate = Estimate { value: 2.0, std_error: 0.5, degrees: 99.0, skewness: 0.0, skewness_error: 0.0 };

    #[test]
    fn an_estimate_has_a_z_or_a_reason() {
        assert_eq!(z(&GOOD, 1.0), Ok(Z { z: 2.0, degrees: 99.0 }));
        let reason = |estimate, expected| z(&estimate, expected).unwrap_err();
        assert_eq!(reason(GOOD, f64::INFINITY), NoZ::NoExpectation);
        assert_eq!(reason(Estimate { value: f64::NAN, ..GOOD }, 1.0), NoZ::NoEstimate);
        assert_eq!(reason(Estimate { std_error: f64::NAN, ..GOOD }, 1.0), NoZ::NoEstimate);
        assert_eq!(reason(Estimate { std_error: 0.0, ..GOOD }, 1.0), NoZ::NoVariance);
        assert_eq!(reason(Estimate { degrees: 18.0, ..GOOD }, 1.0), NoZ::TooFew(19.0));
        assert!(z(&Estimate { degrees: 19.0, ..GOOD }, 1.0).is_ok());
        assert_eq!(reason(Estimate { skewness: -0.09, ..GOOD }, 1.0), NoZ::TooSkewed);
        // The guard of a comparison: |skewness| and two of its standard errors up to .08.
        assert!(z(&Estimate { skewness: 0.05, skewness_error: 0.014, ..GOOD }, 1.0).is_ok());
        assert_eq!(reason(Estimate { skewness_error: 0.041, ..GOOD }, 1.0), NoZ::TooSkewed);
    }

    /// Where a value is no number and there are too few of them, the first reason is given.
    #[test]
    fn a_missing_number_is_the_first_reason() {
        let few = Estimate { degrees: 1.0, ..GOOD };
        for estimate in [Estimate { value: f64::NAN, ..few }, Estimate { std_error: f64::NAN, ..few }] {
            assert_eq!(z(&estimate, 1.0), Err(NoZ::NoEstimate));
        }
    }

    /// So many ones among zeros: 10 of 20 have no skewness, and 10 of 50 have (1 - 2/5)/(2/5) = 3/2, their mean 3/2/sqrt 50 = .21, which is within .25, but not
    /// with two standard errors of some .05.
    #[test]
    fn an_interval_takes_enough_values_without_skewness() {
        let shown = |ones: u64, values: u64, failed| {
            let mut moments = Moments::default();
            (0..values).for_each(|i| moments.push(f64::from(u8::from(i < ones))));
            has_interval(&moments, Failures { replicates: values + failed, failed })
        };
        assert!(shown(10, 20, 0) && !shown(9, 18, 0));
        assert!(shown(25, 50, 0) && !shown(10, 50, 0));
        assert!(shown(500, 1_000, 0) && !shown(500, 1_000, 1) && !shown(1, 1_000, 0));
    }

    /// Tables: P(|T| >= 2.262157) = .05 with 9 degrees of freedom, P(|Z| >= 1.959964) = .05.
    #[test]
    fn the_p_value_is_students() {
        assert!((Z { z: -2.262_157, degrees: 9.0 }.p_value() - 0.05).abs() < 1e-7);
        assert!((Z { z: 1.959_964, degrees: f64::INFINITY }.p_value() - 0.05).abs() < 1e-7);
    }

    /// By hand: 1 of 10,000 is the largest share; 977 of 2000 is 48.85 %, and the normal interval is 46.66 to 51.04 %, near the exact one.
    #[test]
    fn failures_are_a_share_with_an_interval() {
        assert!(!Failures { replicates: 10_000, failed: 1 }.too_many());
        assert!(Failures { replicates: 9_999, failed: 1 }.too_many());
        let failures = Failures { replicates: 2_000, failed: 977 };
        let (low, high) = failures.interval();
        assert!((low - 0.4666).abs() < 5e-4 && (high - 0.5104).abs() < 5e-4, "{low} {high}");
        assert!(failures.to_string().starts_with("977 of 2000 replicates (48.85 %, 95 % interval 46.6"), "{failures}");
        assert_eq!(failures.surviving(), 1_023);
        // Without a failure the upper end is 1 - .025^(1/R).
        assert!((Failures { replicates: 10, failed: 0 }.interval().1 - 0.308_5).abs() < 1e-4);
    }
}
