//! The family-wise false-alarm rate and the bounds that follow from it.

use std::cell::Cell;

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

/// False-alarm rate declared for a whole run under fresh seeds.
pub const FAMILY_FALSE_ALARM: f64 = 1e-3;

/// Power at which a detectable effect is stated.
pub const POWER: f64 = 0.99;

/// The statistical checks of one run, and what each may contribute to the run's false-alarm rate.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::family::Family;
///
/// // The normal quantiles of tails of .05/2, and of .05/(5 * 2)/2.
/// assert!((Family::new(0.05, 1).bound(f64::INFINITY) - 1.959_964).abs() < 1e-6);
/// assert!((Family::new(0.05, 5).with_looks(2).bound(f64::INFINITY) - 2.807_034).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    rate: f64,
    checks: usize,
    looks: u32,
}

impl Family {
    /// Splits the rate `rate` over `checks` statistical checks (counted from the suite; at least one).
    #[must_use]
    pub const fn new(rate: f64, checks: usize) -> Self {
        Self { rate, checks: if checks == 0 { 1 } else { checks }, looks: 1 }
    }

    /// The same where each check has this many looks (at least one): it is compared that often while its replicates grow. Its share of the rate is split equally over
    /// the looks. So whatever makes it stop, it is refuted wrongly with probability at most its share.
    ///
    /// # Source
    /// Jennison, C. and Turnbull, B. W. (1989), Interim analyses: the repeated confidence interval approach, JRSS-B 51, 305-361; here with
    /// equal parts (Bonferroni), which needs no assumption on the dependence between looks.
    #[must_use]
    pub const fn with_looks(self, looks: u32) -> Self {
        Self { looks: if looks == 0 { 1 } else { looks }, ..self }
    }

    /// The false-alarm rate of one look at one check.
    fn share(&self) -> f64 {
        self.rate / self.checks as f64 / f64::from(self.looks)
    }

    /// Number of statistical checks over which the rate is split.
    #[must_use]
    pub const fn checks(&self) -> usize {
        self.checks
    }

    /// False-alarm rate of the whole run.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// Bound on |statistic| at one look at one check whose statistic is Student t with `degrees` degrees of freedom.
    ///
    /// # Formula
    /// `t_{1 - a/2, degrees}` with `a = rate / (checks * looks)` (Bonferroni: valid under any dependence between the checks).
    ///
    /// # Accuracy
    /// The false-alarm rate at the returned bound is `a` to 1e-6 relative; tested against another system's quantiles.
    #[must_use]
    pub fn bound(&self, degrees: f64) -> f64 {
        upper_quantile(self.share() / 2.0, degrees)
    }

    /// Whether a chi-squared statistic with `degrees` degrees of freedom is within the share of one look at one check.
    /// Without a degree of freedom there is nothing to contradict.
    #[must_use]
    pub fn chi_squared_within(&self, statistic: f64, degrees: usize) -> bool {
        degrees == 0 || ChiSquared::new(degrees as f64).is_ok_and(|law| law.sf(statistic) >= self.share())
    }

    /// Standard errors by which a check with bound `bound` must be off to be refuted with probability [`POWER`].
    #[must_use]
    pub fn detectable(bound: f64) -> f64 {
        bound + Normal::standard().inverse_cdf(POWER)
    }
}

/// Student's law; the normal one above 1e6 degrees of freedom, where the two quantiles differ by less than 1e-5 relative.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::family::student;
/// use statrs::distribution::ContinuousCDF;
/// // With one degree of freedom it is Cauchy's.
/// assert!((student(1.0).unwrap().sf(1.0) - 0.25).abs() < 1e-12);
/// assert!(student(0.0).is_none());
/// ```
#[must_use]
pub fn student(degrees: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, if degrees > 1e6 { f64::INFINITY } else { degrees }).ok()
}

/// The `q` with P(T > q) = `tail` for Student's t.
///
/// By bisection on the upper tail: statrs' own `inverse_cdf` takes 1 - `tail`, which loses the digits of a small tail. That takes some sixty values of the incomplete beta function, and
/// one comparison after another asks for the same quantile: the last one is kept.
fn upper_quantile(tail: f64, degrees: f64) -> f64 {
    thread_local!(static LAST: Cell<(f64, f64, f64)> = const { Cell::new((f64::NAN, f64::NAN, f64::NAN)) });
    let (last_tail, last_degrees, last) = LAST.get();
    if last_tail == tail && last_degrees == degrees {
        return last;
    }
    let found = bisected(tail, degrees);
    LAST.set((tail, degrees, found));
    found
}

fn bisected(tail: f64, degrees: f64) -> f64 {
    let Some(law) = student(degrees) else { return f64::NAN };
    let (mut low, mut high) = (0.0, 1.0);
    while law.sf(high) > tail {
        high *= 2.0;
    }
    // From a bracket below 2 q on, to the spacing of floats around q.
    for _ in 0..54 {
        let middle = 0.5 * (low + high);
        if law.sf(middle) > tail { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upper quantiles at 1e-3/200/2, from mpmath at 30 digits: the root in t of
    /// `betainc(v/2, 1/2, 0, v/(v + t*t), regularized=True)/2 - a`, and of `erfc(t/sqrt(2))/2 - a`.
    const REFERENCE: [(f64, f64); 4] = [
        (4.0, 33.047_126_098_828_29),
        (19.0, 6.278_126_970_754_801),
        (1999.0, 4.577_284_175_266_707),
        (1e9, 4.564_787_730_288_446),
    ];

    #[test]
    fn bounds_are_the_quantiles_of_another_system() {
        let family = Family::new(1e-3, 200);
        for (degrees, expected) in REFERENCE {
            let bound = family.bound(degrees);
            // statrs documents its incomplete beta and erfc to about 1e-14 in value; the tail's log-slope here is below 6.
            assert!((bound / expected - 1.0).abs() < 1e-9, "df {degrees}: {bound} against {expected}");
        }
    }

    /// mpmath: `gammainc(1/2, x/2, inf, regularized=True) = 5e-6` at x = 20.8372870270337 (one degree of freedom, the square of
    /// the normal bound above).
    #[test]
    fn chi_squared_has_the_same_share() {
        let family = Family::new(1e-3, 200);
        assert!(family.chi_squared_within(20.837, 1) && !family.chi_squared_within(20.838, 1));
        assert!(family.chi_squared_within(1e9, 0) && !family.chi_squared_within(f64::NAN, 1));
    }

    /// Four looks at 50 checks have the share of one look at 200: the quantiles above hold for both.
    #[test]
    fn looks_split_a_checks_share() {
        let (looked, plain) = (Family::new(1e-3, 50).with_looks(4), Family::new(1e-3, 200));
        assert_eq!(looked.bound(23.0), plain.bound(23.0));
        assert!(looked.chi_squared_within(20.837, 1) && !looked.chi_squared_within(20.838, 1));
        assert!(looked.bound(1e9) > Family::new(1e-3, 50).bound(1e9));
        assert_eq!((looked.checks(), looked.rate()), (50, 1e-3));
    }

    #[test]
    fn detectable_effect_adds_the_power_quantile() {
        // scipy/mpmath: the 0.99 quantile of the normal law is 2.32634787404084...
        assert!((Family::detectable(4.5) - 6.826_347_874_040_84).abs() < 1e-9);
    }
}
