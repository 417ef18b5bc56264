//! Intervals against exact rationals: no result may fall outside, and none may be wide.

use std::ops::{Add, Div, Mul, Sub};

use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::scalar::{Analytic, Scalar};
use goldenweight_theory::weights;
use num_bigint::BigInt;
use num_traits::Signed;
use proptest::prelude::*;

use crate::precision::{EXPONENTIAL_ULPS, LOGARITHM_ULPS};
use crate::support::{Q, cases, exact, q, sizes};

/// Any finite float, over all binades, or one where rounding is special.
fn any_float() -> impl Strategy<Value = f64> {
    let special = [0.0, -0.0, 1.0, f64::from_bits(1), f64::MIN_POSITIVE, f64::MAX, 1e154, 1e-162, 3.0, 0.1];
    let ulps = |x: f64, steps: i64| f64::from_bits((x.to_bits() as i64 + steps).max(0) as u64);
    prop_oneof![
        3 => any::<u64>().prop_map(f64::from_bits),
        2 => -10.0..10.0f64,
        1 => (prop::sample::select(special.to_vec()), -2i64..3).prop_map(move |(x, steps)| ulps(x, steps)),
        1 => (-2000i64..2000).prop_map(|n| n as f64),
        1 => (0u64..1 << 52).prop_map(f64::from_bits),
    ]
    .prop_filter("finite", |x| x.is_finite())
    .prop_flat_map(|x| prop::sample::select(vec![x, -x]))
}

prop_compose! {
    /// An interval, some of them points or neighbours, some unbounded; and a float in it.
    fn any_interval()(a in any_float(), b in any_float(), x in any_float(), kind in 0..8) -> (Interval, f64) {
        let (low, high) = match kind {
            0 => (a, a),
            1 => (a, a.next_up().min(f64::MAX)),
            2 => (f64::NEG_INFINITY, a),
            3 => (a, f64::INFINITY),
            _ => (a.min(b), a.max(b)),
        };
        (Interval::new(low, high).expect("in order"), x.clamp(low, high))
    }
}

/// Infinite ends hold every rational.
fn holds(interval: Interval, x: &Q) -> bool {
    (interval.low() == f64::NEG_INFINITY || exact(interval.low()) <= *x)
        && (interval.high() == f64::INFINITY || *x <= exact(interval.high()))
}

fn inside(inner: Interval, outer: Interval) -> bool {
    outer.low() <= inner.low() && inner.high() <= outer.high()
}

/// Floats from the lower end to the upper one, for ends of one sign.
fn ulps(interval: Interval) -> u64 {
    let (low, high) = (interval.low(), interval.high());
    assert!(low * high >= 0.0, "{interval:?} has two signs");
    low.abs().to_bits().abs_diff(high.abs().to_bits())
}

type Operation<T> = fn(T, T) -> T;

fn operations<T: Scalar>() -> [(&'static str, Operation<T>); 4] {
    [("+", Add::add), ("-", Sub::sub), ("*", Mul::mul), ("/", Div::div)]
}

proptest! {
    #![proptest_config(cases(4096))]

    #[test]
    fn operations_contain_the_exact_result((a, x) in any_interval(), (b, y) in any_interval()) {
        for ((what, enclosed), (_, on_rationals)) in operations().into_iter().zip(operations()) {
            if what == "/" && b.contains(0.0) {
                prop_assert_eq!(a / b, Interval::WHOLE);
                continue;
            }
            let (wide, narrow) = (enclosed(a, b), enclosed(Interval::point(x), Interval::point(y)));
            let want = on_rationals(exact(x), exact(y));
            prop_assert!(holds(wide, &want), "{x:e} in {a:?} {what} {y:e} in {b:?}: {wide:?}");
            prop_assert!(holds(narrow, &want), "{x:e} {what} {y:e}: {narrow:?}");
            // Correctly rounded either way: exact, or between two neighbours. Where the rounding error itself may
            // underflow or overflow, one more on either side.
            let wide_enough = narrow.low().next_up().next_up() >= narrow.high();
            let normal = [x, y, narrow.low()].iter().all(|x| (1e-288..1e298).contains(&x.abs()));
            let tightest = narrow.low() == narrow.high() || narrow.low().next_up() == narrow.high();
            prop_assert!(if normal { tightest } else { wide_enough }, "{x:e} {what} {y:e}: {narrow:?}");
            // A point is exact, so a result that is a float is one.
            if normal && Interval::enclosing(&want).width() == 0.0 {
                prop_assert_eq!(narrow.low(), narrow.high());
            }
        }
    }

    #[test]
    fn negation_square_and_root((a, x) in any_interval()) {
        prop_assert!(holds(-a, &-exact(x)));
        let square = exact(x) * exact(x);
        prop_assert!(holds(a.sqr(), &square), "{x:e} in {a:?}: {:?}", a.sqr());
        prop_assert!(holds(Interval::point(x).sqr(), &square));
        prop_assert!(a.sqr().low() >= 0.0 && inside(a.sqr(), a * a));
        prop_assert!(!a.contains(0.0) || a.sqr().low() == 0.0);

        let roots = a.sqrt();
        if a.high() < 0.0 {
            prop_assert_eq!(roots, Interval::WHOLE);
        } else {
            let x = x.abs().min(a.high()).max(a.low());
            for root in [roots, Interval::point(x).sqrt()] {
                let (low, high) = (root.low(), root.high());
                prop_assert!(low >= 0.0 && exact(low) * exact(low) <= exact(x), "root of {x:e}: {root:?}");
                prop_assert!(high.is_infinite() || exact(x) <= exact(high) * exact(high), "root of {x:e}: {root:?}");
            }
            let allowed = if (1e-288..1e298).contains(&x) { 1 } else { 2 };
            prop_assert!(ulps(Interval::point(x).sqrt()) <= allowed);
        }
    }

    /// Smaller intervals in, no larger intervals out.
    #[test]
    fn inclusion((a, x) in any_interval(), (b, y) in any_interval(), (more, _) in any_interval()) {
        let (larger, hull) = (a.hull(more), b.hull(Interval::point(x)));
        for (what, operation) in operations::<Interval>() {
            prop_assert!(inside(operation(a, b), operation(larger, hull)), "{a:?} {what} {b:?}");
            prop_assert!(inside(operation(Interval::point(x), Interval::point(y)), operation(a, b)));
        }
        prop_assert!(inside(a.sqr(), larger.sqr()));
        if a.high() >= 0.0 {
            prop_assert!(inside(a.sqrt(), larger.sqrt()));
        }
    }

    #[test]
    fn parts((a, x) in any_interval()) {
        prop_assert!(a.contains(x) && a.contains(a.midpoint()) && a.midpoint().is_finite());
        let [below, above] = a.split();
        prop_assert!(below.hull(above) == a && (below.contains(x) || above.contains(x)));
        prop_assert_eq!((below.low(), below.high(), above.low(), above.high()), (a.low(), a.midpoint(), a.midpoint(), a.high()));
        prop_assert!(a.width() == f64::INFINITY || exact(a.high()) - exact(a.low()) <= exact(a.width()));
        prop_assert_eq!(a.is_positive(), a.low() > 0.0);
        prop_assert_eq!(a.is_negative(), a.high() < 0.0);
    }

    #[test]
    fn rationals(n in any::<i64>(), d in 1i64.., x in any_float(), y in any_float()) {
        let ratio = Interval::ratio(n, d);
        // Three roundings, an ulp of one of them being up to two of the result.
        prop_assert!(holds(ratio, &q(n, d)) && ulps(ratio) <= 6, "{n}/{d}: {ratio:?}");
        prop_assert!(holds(Interval::ratio(n, -d), &q(n, -d)));
        prop_assert_eq!(Interval::enclosing(&exact(x)), Interval::point(x));
        prop_assume!(y != 0.0);
        let x = exact(x) / exact(y);
        let tight = Interval::enclosing(&x);
        prop_assert!(holds(tight, &x), "{x}: {tight:?}");
        prop_assert!(tight.low() == tight.high() || tight.low().next_up() == tight.high(), "{x}: {tight:?}");
    }
}

/// A number of 200 bits next above or below a positive one; 0 stays.
fn shorten(x: &Q, up: bool) -> Q {
    let shift = 200 - (x.numer().bits() as i64 - x.denom().bits() as i64);
    let power = |bits: i64| Q::from_integer(BigInt::from(1) << bits.max(0) as usize);
    let (scale, unscale) = (power(shift), power(-shift));
    let scaled = x * &scale / &unscale;
    (if up { scaled.ceil() } else { scaled.floor() }) * unscale / scale
}

/// A bound on e^x from above or below: the series at x/2^j <= 1/2, squared j times, with 200 bits.
fn exponential_bound(x: &Q, up: bool) -> Q {
    if x.is_negative() {
        return q(1, 1) / exponential_bound(&-x, !up);
    }
    let halvings = (0..).find(|&j| *x <= Q::from_integer(BigInt::from(1) << j) / q(2, 1)).expect("finite");
    let small = shorten(&(x / Q::from_integer(BigInt::from(1) << halvings)), up);
    let (mut term, mut sum) = (q(1, 1), q(0, 1));
    for j in 1..=45 {
        sum += &term;
        term = shorten(&(term * &small / q(j, 1)), up);
    }
    // What is left is below its first term times 1 + 1/2 + 1/4 + ...
    let mut power = if up { sum + term * q(2, 1) } else { sum };
    for _ in 0..halvings {
        power = shorten(&power.pow(2), up);
    }
    power
}

/// Of x, and of an interval that contains it.
#[track_caller]
fn assert_exponential(x: f64, around: Interval) {
    let [below, above] = [false, true].map(|up| exponential_bound(&exact(x), up));
    let point = Interval::point(x).exp();
    for enclosed in [point, around.exp()] {
        assert!(exact(enclosed.low()) <= below, "e^{x}: {enclosed:?} is too high");
        assert!(enclosed.high() == f64::INFINITY || above <= exact(enclosed.high()), "e^{x}: {enclosed:?} is too low");
    }
    assert!(point.low() >= 0.0 && ulps(point) <= EXPONENTIAL_ULPS, "e^{x}: {point:?} is wide");
}

/// low <= ln x <= high exactly where e^low <= x <= e^high.
#[track_caller]
fn assert_logarithm(x: f64, around: Interval) {
    let point = Interval::point(x).ln();
    for enclosed in [point, around.ln()] {
        let (low, high) = (enclosed.low(), enclosed.high());
        assert!(
            low == f64::NEG_INFINITY || exponential_bound(&exact(low), true) <= exact(x),
            "ln {x}: {enclosed:?} is too high"
        );
        assert!(
            high == f64::INFINITY || exact(x) <= exponential_bound(&exact(high), false),
            "ln {x}: {enclosed:?} is too low"
        );
    }
    assert!(ulps(point) <= LOGARITHM_ULPS, "ln {x}: {point:?} is wide");
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn exponentials(
        x in prop_oneof![-745.2..709.8f64, -1.0..1.0f64, any_float().prop_map(|x| x % 800.0)],
        y in any_float(),
    ) {
        assert_exponential(x, Interval::point(x).hull(Interval::point(y)));
    }

    #[test]
    fn logarithms(x in prop_oneof![0.2..5.0f64, any_float().prop_map(f64::abs)], y in any_float()) {
        prop_assume!(x > 0.0);
        assert_logarithm(x, Interval::point(x).hull(Interval::point(y)));
    }
}

#[test]
fn exponentials_and_logarithms_at_the_ends() {
    // Neighbours of 0, of the half-way points of the reduction, of overflow, of underflow and of the clamps.
    for x in
        [0.0f64, 0.34657359027997264, 1.0, 709.782712893384, 710.0, 745.1332191019411, 744.4400719213812, 746.0, 1e4]
    {
        for x in [x.next_down(), x, x.next_up()] {
            assert_exponential(x, Interval::point(x));
            assert_exponential(-x, Interval::WHOLE);
        }
    }
    for x in [f64::from_bits(1), f64::MIN_POSITIVE, std::f64::consts::FRAC_1_SQRT_2, 0.5, 1.0, 2.0, f64::MAX] {
        for x in [x.next_down().max(f64::from_bits(1)), x, x.next_up().min(f64::MAX)] {
            assert_logarithm(x, Interval::WHOLE);
        }
    }
    let infinity = f64::INFINITY;
    assert_eq!(Interval::WHOLE.exp(), Interval::new(0.0, infinity).unwrap());
    assert_eq!(Interval::new(0.0, infinity).unwrap().ln(), Interval::WHOLE);
    assert_eq!(Interval::new(-1.0, 1.0).unwrap().ln(), Interval::new(-infinity, 0.0).unwrap());
    assert_eq!(Interval::new(-1.0, 0.0).unwrap().ln(), Interval::WHOLE);
    assert_eq!(Interval::point(0.0).exp(), Interval::one());
    assert_eq!(Interval::one().ln(), Interval::point(0.0));
    assert_eq!(Interval::point(710.0).exp(), Interval::new(f64::MAX, infinity).unwrap());
    assert_eq!(Interval::point(-1e300).exp(), Interval::new(0.0, f64::from_bits(1)).unwrap());
}

#[test]
fn pi_by_machin() {
    // pi = 16 atan(1/5) - 4 atan(1/239), alternating series, so between two partial sums.
    let atan = |x: i64, terms: i64| {
        (0..terms).fold(q(0, 1), |sum, j| {
            sum + q(if j % 2 == 0 { 1 } else { -1 }, 2 * j + 1) / Q::from_integer(BigInt::from(x).pow(2 * j as u32 + 1))
        })
    };
    let below = q(16, 1) * atan(5, 40) - q(4, 1) * atan(239, 41);
    let above = q(16, 1) * atan(5, 41) - q(4, 1) * atan(239, 40);
    let pi = Interval::pi();
    assert!(exact(pi.low()) <= below && above <= exact(pi.high()) && ulps(pi) == 1);
}

#[test]
fn empty_and_undefined() {
    let infinity = f64::INFINITY;
    for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::NAN), (infinity, infinity), (-infinity, -infinity)] {
        assert_eq!(Interval::new(low, high), None);
    }
    for x in [f64::NAN, infinity, -infinity] {
        assert_eq!(Interval::point(x), Interval::WHOLE);
    }
    assert_eq!(Interval::ratio(1, 0), Interval::WHOLE);
    // 0 times unbounded is 0, and unbounded less unbounded is unbounded.
    assert_eq!(Interval::WHOLE * Interval::point(0.0), Interval::point(0.0));
    assert_eq!(Interval::WHOLE - Interval::WHOLE, Interval::WHOLE);
    let from_one = Interval::new(1.0, infinity).unwrap();
    assert_eq!(from_one / from_one, Interval::new(0.0, infinity).unwrap());
    let huge = Q::from_integer(BigInt::from(10).pow(400));
    assert_eq!(Interval::enclosing(&huge), Interval::new(f64::MAX, infinity).unwrap());
    assert_eq!(Interval::enclosing(&-(q(1, 1) / huge)), Interval::new(-f64::from_bits(1), 0.0).unwrap());
}

#[test]
fn exact_where_floats_are() {
    assert_eq!(Interval::ratio(1, 2) + Interval::ratio(3, 4), Interval::point(1.25));
    assert_eq!(Interval::ratio(-7, 1) * Interval::ratio(1, 8), Interval::point(-0.875));
    assert_eq!(Interval::point(9.0).sqrt(), Interval::point(3.0));
    assert_eq!(Interval::new(-2.0, 3.0).unwrap().sqr(), Interval::new(0.0, 9.0).unwrap());
}

/// The golden weight lies where w^2 + w - 1 changes sign.
#[test]
fn golden_weight() {
    let w = weights::optimal_weight(&sizes(1, 1).mixing_ratio::<Interval>());
    let polynomial = |w: f64| exact(w) * exact(w) + exact(w) - q(1, 1);
    assert!(polynomial(w.low()).is_negative() && polynomial(w.high()).is_positive() && ulps(w) <= 8, "{w:?}");
}

#[test]
fn derivatives_are_enclosed() {
    // Of a rational formula, the relative risk in w: against its exact derivative.
    fn slope<S: Scalar>(n: i64) -> S {
        weights::relative_risk(&sizes(3, 7).mixing_ratio(), &Jet::variable(S::ratio(n, 97))).derivative
    }
    for n in 1..97 {
        let enclosed = slope::<Interval>(n);
        assert!(holds(enclosed, &slope::<Q>(n)), "{n}/97: {enclosed:?}");
        assert!(enclosed.width() <= 1e-14 * slope::<f64>(1).abs(), "{n}/97: {enclosed:?}");
    }
    // mpmath, 45 digits: diff(lambda x: 1/(1+sqrt(x)) + exp(x)*(log(x)-pi), mpf(9)/4)
    let (low, high) = (-17.949271380030249, -17.949271380030248);
    let x = Jet::variable(Interval::ratio(9, 4));
    let enclosed = (Jet::one() / (Jet::one() + x.sqrt()) + x.exp() * (x.ln() - Jet::pi())).derivative;
    assert!(enclosed.low() <= low && high <= enclosed.high() && enclosed.width() < 1e-13, "{enclosed:?}");
}
