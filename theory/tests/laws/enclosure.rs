//! The certified Fisher information of logistic regression against digits of higher precision.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::logistic::{self, Information};
use goldenweight_theory::scalar::Scalar;
use proptest::prelude::*;

use crate::precision::{BOUNDS_BY_HAND, ENCLOSED_INFORMATION};
use crate::support::{Q, cases, exact};

/// tr I^-1 at beta = (1, ..., 1), p times; mpmath, 50 digits, as in `information.rs`. All printed digits are right.
const TRACES: [(usize, &str); 4] =
    [(1, "6.933635668047383"), (2, "15.4650225866395"), (4, "36.33301459001783"), (8, "90.04653498271645")];

/// The numbers that round to these digits.
fn rounding_to(digits: &str) -> (Q, Q) {
    let (whole, decimals) = digits.split_once('.').expect("a decimal point");
    let unit = Q::new(1.into(), 10u64.pow(decimals.len() as u32).into());
    let value = Q::from_integer(format!("{whole}{decimals}").parse().expect("digits")) * &unit;
    let half = unit / Q::from_integer(2.into());
    (&value - &half, value + half)
}

fn meets(interval: Interval, (low, high): &(Q, Q)) -> bool {
    exact(interval.low()) <= *high && *low <= exact(interval.high())
}

fn relative_width(interval: Interval) -> f64 {
    interval.width() / interval.low()
}

#[test]
fn traces_contain_the_digits() {
    for (p, digits) in TRACES {
        let trace = logistic::trace_inverse_enclosure(&vec![Interval::one(); p]);
        assert!(meets(trace, &rounding_to(digits)), "p = {p}: {trace:?}");
        assert!(relative_width(trace) < ENCLOSED_INFORMATION, "p = {p}: {trace:?}");
        // So narrow that a change of the digits by 1e-13 would be seen, in either direction.
        for factor in [1.0 - 1e-13, 1.0 + 1e-13] {
            let (low, high) = rounding_to(digits);
            let wrong = (low * exact(factor), high * exact(factor));
            assert!(!meets(trace, &wrong), "p = {p}: {trace:?} contains {factor} times the digits");
        }
    }
    assert_eq!(logistic::trace_inverse_enclosure(&[]), Interval::point(0.0));
}

#[test]
fn a_wrong_integrand_is_outside() {
    for (p, digits) in TRACES {
        let Information { across, .. } = logistic::enclosure(&Interval::ratio(p as i64, 1));
        // Z^2 dropped: c = a.
        let wrong = Interval::ratio(p as i64, 1) / across;
        assert!(!meets(wrong, &rounding_to(digits)), "p = {p}: {wrong:?}");
    }
}

#[test]
fn eigenvalues_contain_the_digits() {
    // The last digits of `information.rs` where b^2 is a float, and rounded to nearest.
    for (b, across, along) in [
        (0, "0.250000000000000000", "0.250000000000000000"),
        (1, "0.206620964141907037", "0.144224480182647844"),
        (2, "0.151426377400539706", "0.0605275333302961690"),
        (5, "0.0751448544279834704", "0.0082648071801167219"),
        (50, "0.0079736029769708730", "0.0000104708142933672"),
    ] {
        let enclosed = logistic::enclosure(&Interval::ratio(b * b, 1));
        assert!(meets(enclosed.across, &rounding_to(across)), "a({b}): {enclosed:?}");
        assert!(meets(enclosed.along, &rounding_to(along)), "c({b}): {enclosed:?}");
    }
}

/// So coarse that the bounds, not the arithmetic, decide: against the program's enclosure, which is narrow beside them.
#[test]
fn either_bound_is_needed_and_holds() {
    for b in [0.0, 0.5, 1.0, 3.0, 20.0, 1e4] {
        let norm_squared = Interval::point(b).sqr();
        let narrow = logistic::enclosure(&norm_squared);
        let (step, nodes) = (logistic::step(b), logistic::nodes(b));
        // Times the step, and the part of the range.
        for (coarse, part) in [(2.0, 1.0), (3.0, 1.0), (4.0, 1.0), (5.0, 1.0), (1.0, 0.5), (1.0, 0.3), (3.0, 0.4)] {
            let (step, nodes) = (coarse * step, (f64::from(nodes) / coarse * part) as u32);
            let wide = logistic::enclosure_by(&norm_squared, step, nodes);
            let sum = logistic::trapezoid(&Interval::point(b), &Interval::point(step), nodes);
            for (what, wide, sum, narrow) in
                [("a", wide.across, sum.across, narrow.across), ("c", wide.along, sum.along, narrow.along)]
            {
                let place = format!("{what}({b}), step {coarse}, range {part}: {wide:?} around {narrow:?}");
                assert!(wide.contains(narrow.low()) && wide.contains(narrow.high()), "{place}");
                let misses = sum.high() < narrow.low() || narrow.high() < sum.low();
                assert!(misses, "{place}: {sum:?}, no bound was needed");
            }
            let [across, along] = bounds(b, step, nodes, sum);
            for (what, wide, (low, high)) in [("a", wide.across, across), ("c", wide.along, along)] {
                let off = ((wide.low() - low) / low).abs().max(((wide.high() - high) / high).abs());
                assert!(
                    off < BOUNDS_BY_HAND,
                    "{what}({b}), step {coarse}, range {part}: {wide:?}, by hand {low} to {high}"
                );
            }
        }
    }
}

/// The ends for the sums, from the bounds as they are derived in the doc comment of `enclosure_by`, in floats.
fn bounds(b: f64, step: f64, nodes: u32, sum: Information<Interval>) -> [(f64, f64); 2] {
    use std::f64::consts::PI;
    let d = 0.9 * PI / (1.0 + b * b).sqrt();
    let strip = 2.0 / ((2.0 * PI * d / step).exp() - 1.0) * (d * d / 2.0).exp() / (1.0 - b * d / PI).powi(2);
    let end = step * f64::from(nodes);
    let cut = 2.0 * (-b * end - end * end / 2.0).exp() / (2.0 * PI).sqrt() / (b + end - 2.0 / end);
    let (a, c) = (sum.across.midpoint(), sum.along.midpoint());
    let high = (a + cut) / (1.0 - strip);
    let aside = strip * d * d * high;
    let low = (c - aside) / if c > aside { 1.0 + strip } else { 1.0 - strip };
    [(a / (1.0 + strip), high), (low, (c + end * end * cut + aside) / (1.0 - strip))]
}

#[test]
fn without_a_bound_the_whole_line() {
    let whole = Information { across: Interval::WHOLE, along: Interval::WHOLE };
    for norm_squared in [(0.0, f64::INFINITY), (-2.0, -1.0), (1e201, 1e202), (0.0, 1e6)] {
        let norm_squared = Interval::new(norm_squared.0, norm_squared.1).expect("ends in order");
        let enclosed = logistic::enclosure(&norm_squared);
        assert!(enclosed == whole || !enclosed.along.is_positive(), "{norm_squared:?}: {enclosed:?}");
    }
    assert_eq!(logistic::enclosure(&Interval::WHOLE), whole);
    for (step, nodes) in [(0.0, 50), (-0.1, 1), (f64::NAN, 50), (0.1, 0), (0.1, 5)] {
        assert_eq!(logistic::enclosure_by(&Interval::one(), step, nodes), whole, "{step} {nodes}");
    }
    let (step, nodes) = (logistic::step(1e101), logistic::nodes(1e101));
    assert_eq!(logistic::enclosure_by(&Interval::point(1e202), step, nodes), whole, "b = 1e101");
}

proptest! {
    #![proptest_config(cases(64))]

    /// The program's own float lies in the enclosure: the float arithmetic errs by less than the interval's.
    #[test]
    fn contains_the_float(b in 0.0..60.0f64) {
        let enclosed = logistic::enclosure(&Interval::point(b).sqr());
        let float = logistic::information(b);
        prop_assert!(enclosed.across.contains(float.across), "{enclosed:?} {float:?}");
        prop_assert!(enclosed.along.contains(float.along), "{enclosed:?} {float:?}");
        prop_assert!(relative_width(enclosed.across) < ENCLOSED_INFORMATION, "{enclosed:?}");
        prop_assert!(relative_width(enclosed.along) < ENCLOSED_INFORMATION, "{enclosed:?}");
    }

    /// Over an interval of b, the eigenvalues at every b of it, and not much more.
    #[test]
    fn contains_a_range(b in 0.0..20.0f64, width in 0.0..0.01f64, at in 0.0..1.0f64) {
        let wide = logistic::enclosure(&Interval::new(b, b + width).expect("in order").sqr());
        let inside = logistic::enclosure(&Interval::point((b + at * width).clamp(b, b + width)).sqr());
        for (wide, inside) in [(wide.across, inside.across), (wide.along, inside.along)] {
            prop_assert!(wide.contains(inside.midpoint()), "{wide:?} {inside:?}");
            prop_assert!(wide.is_positive() && relative_width(wide) < 1.0, "{wide:?}");
        }
    }
}
