//! Models with rho = 1 and A_r = A_s, whose relative risk depends on k and w alone.

use goldenweight_theory::exact::Exact;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::parameters::{MixingRatio, SampleSizes};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::weights as theory;
use num_rational::BigRational;

use super::Certificate;
use super::cover::{Axis, beaten_by_optimum, cover, optimum_is_near, slope_changes_at_optimum};
use super::identity::identity;

/// k from 10^-6 to 10^6.
const RATIOS: (f64, f64, Axis) = (1e-6, 1e6, Axis::Ratio);

/// The weights from 0 to 1.
const WEIGHTS: (f64, f64, Axis) = (0.0, 1.0, Axis::Odds);

/// k = n/m of whole numbers.
fn ratio<S: Scalar>(real: u64, synthetic: u64) -> MixingRatio<S> {
    SampleSizes::new(real, synthetic).expect("positive").mixing_ratio()
}

/// Weights w = a/b for 0 < a < b <= 12 and some near 0 and 1, each with the mixing ratio k = w^2/(1 - w) = a^2/(b(b - a)) whose optimal weight it is. These k lie
/// between 10^-8 and 10^4.
fn rational_weights() -> impl Iterator<Item = (String, MixingRatio<Exact>, Exact)> {
    let ends = [30, 100, 1_000, 10_000].into_iter().flat_map(|b: u64| [(1, b), (b - 1, b)]);
    (2..=12u64).flat_map(|b| (1..b).map(move |a| (a, b))).chain(ends).map(|(a, b)| {
        let w = Exact::ratio(a as i64, b as i64);
        (format!("w = {a}/{b}, k = {}/{}", a * a, b * (b - a)), ratio(a * a, b * (b - a)), w)
    })
}

/// A statement at each of these weights and ratios.
fn at_rational_weights(what: &str, holds: impl Fn(&MixingRatio<Exact>, &Exact) -> bool) -> Certificate {
    Certificate::at_places(what, rational_weights().map(|(place, k, w)| (place, holds(&k, &w))))
}

/// w* is exact where it is rational. At seven k in each decade from 10^-6 to 10^6 its float is at most eight floats off. And for every k in that range there is
/// one minimiser on (0, 1].
pub fn golden_weight() -> Certificate {
    let exact = at_rational_weights("w* and u* at k = w²/(1 − w)", |k, w| {
        theory::optimal_weight(k) == *w && theory::optimal_synthetic_weight(k) == Exact::one() - w.clone()
    });
    let risk = identity!("R(k, w) = (w² + ku²)/(w(2 − w)), the law's limit in units of A/n", |n, m, w| {
        let k = n / m;
        let u = S::one() - w.clone();
        let law = Recursion::new(S::one(), k.clone(), S::ratio(0, 1));
        let expected = (w.clone() * w.clone() + k * u.clone() * u) / (w.clone() * (S::ratio(2, 1) - w.clone()));
        vec![[law.limit(&w), expected]]
    });
    let places = at_rational_weights("the law of k", |k, w| {
        let (law, u) = (theory::law(k), Exact::one() - w.clone());
        let expected = (w.sqr() + k.get() * u.sqr()) / (w.clone() * (Exact::ratio(2, 1) - w.clone()));
        law.start() == Exact::one() && law.kappa() == k.get() && theory::relative_risk(k, w) == expected
    });
    let near =
        cover("the slope vanishes where w/u is within 1/64 of w*/u*, k in [10⁻⁶, 10⁶]", [RATIOS], |&[k]| {
            optimum_is_near(&Recursion::new(Interval::one(), k, Interval::ratio(0, 1)))
        });
    let unique = cover("no minimiser elsewhere, k in [10⁻⁶, 10⁶]", [RATIOS, WEIGHTS], |&[k, w]| {
        beaten_by_optimum(&Recursion::new(Interval::one(), k, Interval::ratio(0, 1)), w)
    });
    // Seven in each decade.
    let floats = (-42..=42).map(|i| libm::pow(10.0, f64::from(i) / 7.0));
    let floats = floats.map(|k| (format!("k = {k}"), slope_changes_at_optimum(1.0, k, 0.0)));
    let sides = Certificate::at_places("the exact slope changes its sign within 8 floats of the program's w*", floats);
    Certificate::all([exact, risk, places, sides, near, unique])
}

/// 1/phi to thirty digits: the slope of the limit risk at k = 1 changes its sign there.
pub fn golden_ratio() -> Certificate {
    // floor(10^30/phi), from phi^2 = phi + 1 by whole numbers: (isqrt(5 10^60) - 10^30)/2.
    let digits = 618_033_988_749_894_848_204_586_834_365i128;
    let slope = |numerator: i128| {
        let w = BigRational::new(numerator.into(), 10i128.pow(30).into());
        let constant = |n| Jet::constant(BigRational::ratio(n, 1));
        Recursion::new(constant(1), constant(1), constant(0)).limit(&Jet::variable(w)).derivative
    };
    let zero = BigRational::ratio(0, 1);
    let digits_hold = slope(digits) < zero && slope(digits + 1) > zero;
    let float = theory::optimal_weight(&ratio::<f64>(1, 1));
    let at = |x: f64| BigRational::from_float(x).expect("finite") * BigRational::from_integer(10i128.pow(30).into());
    let bounds = [digits, digits + 1].map(|n| BigRational::from_integer(n.into()));
    let nearest = at(float.next_down()) < bounds[0] && bounds[1] < at(float.next_up());
    let risk = Interval::new(float.next_down(), float.next_up()).map(|w| theory::relative_risk(&ratio(1, 1), &w));
    let value = risk.is_some_and(|risk| risk.contains(float) && risk.width() < 1e-14);
    Certificate::at_places(
        "1/φ = .618033988749894848204586834365...",
        [
            ("the slope of the limit risk", digits_hold),
            ("the program's float", nearest),
            ("the limit risk there", value),
        ],
    )
}

/// Naive pooling, and that it is never the optimum.
pub fn naive_pooling() -> Certificate {
    let places = (1..40u64).flat_map(|n| [1u64, 7, 30].map(|m| (n, m))).map(|(n, m)| {
        let k = ratio::<Exact>(n, m);
        let (w, rows) = (theory::naive_weight(&k), [n, m].map(|rows| Exact::ratio(rows as i64, 1)));
        let [real, synthetic] = rows;
        let alike = w.clone() / real == (Exact::one() - w.clone()) / synthetic;
        let stated = (Exact::one() + k.get()) / (Exact::ratio(2, 1) + k.get());
        let risk = theory::naive_relative_risk(&k);
        (format!("n = {n}, m = {m}"), alike && risk == theory::relative_risk(&k, &w) && risk == stated)
    });
    let rational = Certificate::at_places("w/n = u/m, and R = (1 + k)/(2 + k)", places);
    // At the pooled weight w, R - w* is (1 + k + w*)(w - w*)^2/(w(2 - w)), which is not negative. `best` is w*, in terms of which k is rational.
    let excess = identity!("(1 + k)/(2 + k) − w* is a square", |best| {
        let k = best.clone() * best.clone() / (S::one() - best.clone());
        let pooled = k.clone() / (S::one() + k.clone());
        let distance = pooled.clone() - best.clone();
        let kept = pooled.clone() * (S::ratio(2, 1) - pooled);
        let square = (S::one() + k.clone() + best.clone()) * distance.clone() * distance / kept;
        vec![[(S::one() + k.clone()) / (S::ratio(2, 1) + k) - best, square]]
    });
    // Above k = 100 the two weights are too close for boxes of this size. The theorem that Coq checks holds for every k > 0.
    let apart = cover("the pooled weight is below w*, k in [10⁻⁶, 10²]", [(1e-6, 1e2, Axis::Ratio)], |&[k]| {
        let best = Recursion::new(Interval::one(), k, Interval::ratio(0, 1)).optimal_weight();
        ((k / (Interval::one() + k)).high() < best.low()).then_some(true)
    });
    Certificate::all([rational, excess, apart])
}

/// With s = sqrt(u*), sqrt k = (1 - s^2)/s and w*/sqrt k = s. So w*/sqrt k exceeds 1 - sqrt k/2 by (1 - s)^2/(2s) >= 0, and falls short of
/// 1 - sqrt k/2 + k/8 by (1 - s)^4/(8s^2) >= 0.
pub fn small_ratio() -> Certificate {
    let bounds = identity!("1 − √k/2 <= w*/√k <= 1 − √k/2 + k/8", |s| {
        let root = (S::one() - s.clone().sqr()) / s.clone();
        let start = S::one() - root.clone() * S::ratio(1, 2);
        let rest = S::one() - s.clone();
        let (square, fourth) = (rest.sqr(), rest.sqr().sqr());
        vec![
            [s.clone() - start.clone(), square / (S::ratio(2, 1) * s.clone())],
            [start + root.sqr() * S::ratio(1, 8) - s.clone(), fourth / (S::ratio(8, 1) * s.sqr())],
        ]
    });
    // s = a/b: k = ((b^2 - a^2)/(ab))^2.
    let ends = [(1, 100), (99, 100), (999, 1_000)];
    let rational = (2..=9u64).flat_map(|b| (1..b).map(move |a| (a, b))).chain(ends);
    let places = rational.map(|(a, b)| {
        let root = b * b - a * a;
        let (k, s) = (ratio::<Exact>(root * root, a * a * b * b), Exact::ratio(a as i64, b as i64));
        let ratio_of = theory::optimal_weight(&k) / (Exact::ratio(root as i64, (a * b) as i64));
        (format!("√u* = {a}/{b}"), ratio_of == s && theory::optimal_synthetic_weight(&k) == s.sqr())
    });
    let half = [(1, 10), (1, 1_000), (1, 1_000_000)].map(|(n, m)| {
        let risk: BigRational = theory::naive_relative_risk(&ratio(n, m));
        let excess = risk - BigRational::ratio(1, 2);
        let zero = BigRational::ratio(0, 1);
        (format!("k = {n}/{m}"), excess > zero && excess < BigRational::ratio(n as i64, 4 * m as i64))
    });
    Certificate::all([
        bounds,
        Certificate::at_places("w*/√k = √u*", places),
        Certificate::at_places("naive pooling between 1/2 and 1/2 + k/4", half),
    ])
}

/// 1/(k + 2) < u* < 1/k, in exact rationals, at ratios k whose u* is rational.
pub fn large_ratio() -> Certificate {
    at_rational_weights("1/(k + 2) < u* < 1/k", |k, w| {
        let u = theory::optimal_synthetic_weight(k);
        let (k, one) = (k.get(), Exact::one());
        let below = |a: Exact, b: Exact| a.value().zip(b.value()).is_some_and(|(a, b)| a < b);
        below(one.clone() / (k.clone() + Exact::ratio(2, 1)), u.clone())
            && below(u.clone(), one.clone() / k)
            && u == one - w.clone()
    })
}

/// The derivative of w* in k is positive for every k in [10^-6, 10^6].
pub fn increasing() -> Certificate {
    let rising = cover("dw*/dk > 0, k in [10⁻⁶, 10⁶]", [RATIOS], |&[k]| {
        let constant = |n| Jet::constant(Interval::ratio(n, 1));
        let weight = Recursion::new(constant(1), Jet::variable(k), constant(0)).optimal_weight();
        let (slope, value) = (weight.derivative, weight.value);
        if (-slope).is_positive() {
            return Some(false);
        }
        (slope.is_positive() && value.is_positive() && value.high() <= 1.0).then_some(true)
    });
    Certificate::all([rising, at_rational_weights("w* at k = w²/(1 − w)", |k, w| theory::optimal_weight(k) == *w)])
}

/// R - 1 = u (k - (k + 2) w)/(w(2 - w)), which vanishes at the break-even weight and changes its sign there.
pub fn break_even() -> Certificate {
    let sign = identity!("(R − 1) w(2 − w) = u(k − (k + 2)w)", |k, w| {
        let law = Recursion::new(S::one(), k.clone(), S::ratio(0, 1));
        let u = S::one() - w.clone();
        let scaled = (law.limit(&w) - S::one()) * w.clone() * (S::ratio(2, 1) - w.clone());
        vec![[scaled, u * (k.clone() - (k + S::ratio(2, 1)) * w)]]
    });
    let places = (1..20u64).flat_map(|n| [1u64, 5, 16].map(|m| (n, m))).map(|(n, m)| {
        let k = ratio::<Exact>(n, m);
        let w = theory::break_even_weight(&k);
        let root = k.get() - (k.get() + Exact::ratio(2, 1)) * w.clone() == Exact::ratio(0, 1);
        (format!("n = {n}, m = {m}"), root && theory::relative_risk(&k, &w) == Exact::one())
    });
    Certificate::all([sign, Certificate::at_places("R = 1 at k/(k + 2)", places)])
}

/// N = n/w* satisfies N^2 = n N + n m, so that it lies between sqrt(nm) and sqrt(nm) + n.
pub fn effective_sample_size() -> Certificate {
    at_rational_weights("N² = nN + nm for N = n/w*, between √(nm) and √(nm) + n", |k, w| {
        // In units of m = 1: n = k.
        let n = k.get();
        let rows = theory::effective_sample_size(n.clone(), theory::optimal_weight(k));
        let below = |a: Exact, b: Exact| a.value().zip(b.value()).is_some_and(|(a, b)| a < b);
        let less = rows.clone() - n.clone();
        rows.sqr() == n.clone() * rows.clone() + n.clone()
            && rows == n.clone() / w.clone()
            && below(n.clone(), rows.sqr())
            && below(less.sqr(), n)
    })
}

/// R(w) - w* = (1 + k + w*)(w - w*)^2/(w(2 - w)) with k = w*^2/(1 - w*), and what equal weights cost at k = 1.
pub fn flatness() -> Certificate {
    let excess = identity!("the excess over w*", |best, w| {
        let k = best.clone() * best.clone() / (S::one() - best.clone());
        let law = Recursion::new(S::one(), k.clone(), S::ratio(0, 1));
        let distance = w.clone() - best.clone();
        let stated =
            (S::one() + k + best.clone()) * distance.clone() * distance / (w.clone() * (S::ratio(2, 1) - w.clone()));
        vec![[law.limit(&w) - best, stated]]
    });
    let half: Interval = theory::relative_risk(&ratio(1, 1), &Interval::ratio(1, 2));
    let cost = half / theory::optimal_weight(&ratio::<Interval>(1, 1)) - Interval::one();
    let stated =
        Certificate::at_places("equal weights cost 7.9 %", [("k = 1", cost.low() > 0.0785 && cost.high() < 0.0795)]);
    Certificate::all([excess, stated])
}

/// With the same real rows at every generation the relative risk is 1 + s, and in the limit s = u^2 (s + k). The stated limit satisfies that, and its slope in w is
/// -2ku/(w(2 - w))^2 < 0.
pub fn fixed_rows() -> Certificate {
    let places = (1..9u64).flat_map(|n| (1..7i64).map(move |i| (n, i))).map(|(n, i)| {
        let (k, w) = (ratio::<Exact>(n, 3), Exact::ratio(i, 7));
        let u = Exact::one() - w.clone();
        let noise = theory::fixed_real_data_limit(&k, &w) - Exact::one();
        let fixed = noise == u.sqr() * (noise.clone() + k.get());
        (format!("k = {n}/3, w = {i}/7"), fixed && theory::fixed_real_data_limit(&k, &Exact::one()) == Exact::one())
    });
    let slopes = (1..9u64).flat_map(|n| (1..7i64).map(move |i| (n, i))).map(|(n, i)| {
        let w = Jet::variable(BigRational::ratio(i, 7));
        let risk = theory::fixed_real_data_limit(&ratio::<Jet<BigRational>>(n, 3), &w);
        let (k, w, two) = (BigRational::ratio(n as i64, 3), BigRational::ratio(i, 7), BigRational::ratio(2, 1));
        let kept = w.clone() * (two.clone() - w.clone());
        let stated = -two * k * (BigRational::ratio(1, 1) - w) / (kept.clone() * kept);
        (format!("k = {n}/3, w = {i}/7"), risk.derivative == stated)
    });
    // Without denominators both sides are of degree 1 in k and at most 4 in w. They are compared at 8 and 6 values, so that agreement is agreement everywhere.
    Certificate::all([
        Certificate::at_places("the limit is the fixed point, 1 at w = 1", places),
        Certificate::at_places("slope −2ku/(w(2 − w))²", slopes),
    ])
}
