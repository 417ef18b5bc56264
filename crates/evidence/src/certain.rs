//! Checks without sampling error: independent computations, and properties over random parameters.

use std::cell::Cell;
use std::fmt;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::check::Check;
use crate::context::Context;
use crate::finding::Finding;
use crate::verdict::Kind;

/// Two numbers that should be equal: where, computed, expected.
pub type Relation = (String, f64, f64);

/// Closed forms against an independent computation: confirmed where every relative error is at most `tolerance`. The finding keeps what the closed forms gave.
///
/// # Examples
/// ```
/// use goldenweight_evidence::recursion;
///
/// // 1 + 3 + 5 + ... + (2 n - 1) = n^2.
/// let check = recursion("sums of odd numbers", 0.0, || {
///     (1..20u32).map(|n| (format!("n = {n}"), f64::from(n * n), (0..n).map(|i| f64::from(2 * i + 1)).sum())).collect()
/// });
/// assert_eq!(check.comparisons(), 0);
/// ```
pub fn recursion(
    name: &'static str,
    tolerance: f64,
    cases: impl Fn() -> Vec<Relation> + Send + Sync + 'static,
) -> Check {
    let run = move |_: &Context<'_>| {
        let cases = cases();
        let worst = worst_of(&cases, tolerance);
        Finding { values: cases.into_iter().map(|(place, value, _)| (place, value)).collect(), ..worst }
    };
    Check::certain(name, Kind::Recursion, run)
}

/// The case of the largest relative error, in units of the tolerance. A NaN counts as the largest.
fn worst_of(cases: &[Relation], tolerance: f64) -> Finding {
    let error = |(_, computed, expected): &Relation| {
        // A tolerance of 0 asks for equality.
        Deviation::relative(*computed, *expected, tolerance).units
    };
    let Some(worst) = cases.iter().max_by(|a, b| error(a).total_cmp(&error(b))) else {
        return Finding::inconclusive("no case");
    };
    let (place, computed, expected) = worst;
    let detail = format!(
        "{} cases, the worst at {place}: {}",
        cases.len(),
        Deviation::relative(*computed, *expected, tolerance)
    );
    Finding::within(error(worst), detail)
}

/// Cases that proptest draws for one property.
const CASES: u32 = 512;

/// How far a property is from holding in one case.
///
/// # Examples
/// ```
/// use goldenweight_evidence::Deviation;
///
/// // Off by a thousandth, where a hundredth is allowed.
/// let near = Deviation::relative(2.002, 2.0, 1e-2);
/// assert!((near.in_units() - 0.1).abs() < 1e-9);
/// assert_eq!(near.max(Deviation::unless(1 > 2)).in_units(), f64::INFINITY);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// In units of the tolerance: at most 1 where the property holds, never NaN.
    units: f64,
    /// Computed, expected, tolerance; none for an inequality.
    sides: Option<[f64; 3]>,
}

impl Deviation {
    /// Two numbers that should be equal within `tolerance` relative. What cannot be compared (a NaN, an infinity against a
    /// number) is infinitely far.
    #[must_use]
    pub fn relative(computed: f64, expected: f64, tolerance: f64) -> Self {
        let units = if computed == expected { 0.0 } else { ((computed - expected) / expected).abs() / tolerance };
        let units = if units.is_nan() { f64::INFINITY } else { units };
        Self { units, sides: Some([computed, expected, tolerance]) }
    }

    /// A condition that must hold.
    #[must_use]
    pub const fn unless(holds: bool) -> Self {
        Self { units: if holds { 0.0 } else { f64::INFINITY }, sides: None }
    }

    /// In units of the tolerance: at most 1 where the property holds.
    #[must_use]
    pub const fn in_units(&self) -> f64 {
        self.units
    }

    /// The worse of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other.units > self.units { other } else { self }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sides {
            Some([computed, expected, tolerance]) => {
                let error = if computed == expected { 0.0 } else { (computed - expected) / expected };
                write!(f, "{computed:?} against {expected:?}, relative error {error:+.1e} (tolerance {tolerance:.0e})")
            }
            None => write!(f, "the inequality does not hold"),
        }
    }
}

/// A property over random parameters, confirmed where the deviation is within its tolerance in every case. `variables` names
/// what the strategy draws. A failing case is reported in the simplest form that proptest finds.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Deviation, property};
///
/// let check = property("sums of squares", "(a, b)", || (0..1000u32, 0..1000u32), |&(a, b)| {
///     Deviation::unless((a + b).pow(2) == a * a + 2 * a * b + b * b)
/// });
/// assert_eq!(check.comparisons(), 0);
/// ```
pub fn property<S>(
    name: &'static str,
    variables: &'static str,
    strategy: fn() -> S,
    deviation: fn(&S::Value) -> Deviation,
) -> Check
where
    S: Strategy + 'static,
{
    let run = move |context: &Context<'_>| {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&context.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&context.experiment.to_le_bytes());
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        let worst = Cell::new(0.0_f64);
        let result = runner.run(&strategy(), |value| {
            let found = deviation(&value);
            if found.units <= 1.0 {
                worst.set(worst.get().max(found.units));
                Ok(())
            } else {
                Err(TestCaseError::fail(found.to_string()))
            }
        });
        match result {
            Ok(()) => Finding::within(worst.get(), format!("{CASES} random cases")),
            Err(TestError::Fail(reason, value)) => Finding::within(
                deviation(&value).units,
                format!("smallest failing case {variables} = {value:?}: {reason}"),
            ),
            Err(TestError::Abort(reason)) => Finding::inconclusive(reason.to_string()),
        }
    };
    Check::certain(name, Kind::Property, run)
}
