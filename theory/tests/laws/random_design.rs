//! The exact law of linear regression: digits, rationals, both ends, and its expansion.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::linear::{limit_law, synthetic_slope};
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::random_design::{RandomDesign, enclosure, pooled, second_order};
use goldenweight_theory::scalar::Scalar;
use proptest::prelude::*;

use crate::precision::{ENCLOSED_DESIGN, EXACT_DESIGN, PRINTED, RULES};
use crate::support::{Q, assert_close, cases, float, log_uniform, q, sizes};

fn weight(w: f64) -> Weight {
    Weight::new(w).expect("in [0, 1]")
}

/// The law in units of sigma^2 = 1, Omega = I.
fn law(n: u64, m: u64, p: u32) -> RandomDesign {
    RandomDesign::new(p.into(), p, sizes(n, m)).expect("n > p + 1")
}

/// By Pfaffians with pairs of eigenvalues in 120 digits, see the script beside the table.
#[test]
fn digits() {
    let table = include_str!("../references/random_design.csv");
    for line in table.lines().skip(1) {
        let fields: Vec<f64> = line.split(',').map(|field| field.parse().expect("a number")).collect();
        let [n, m, p, w, g, rho] = fields[..] else { panic!("six fields: {line}") };
        let found = law(n as u64, m as u64, p as u32).generation(weight(w));
        assert_close(line, found.innovation, g, EXACT_DESIGN);
        assert_close(line, found.contraction, rho, EXACT_DESIGN / rho);
        assert_close(line, found.gap, 1.0 - rho, EXACT_DESIGN / (1.0 - rho).min(1e-3) * 1e-3);
        assert!(found.error < RULES, "{line}: {}", found.error);
    }
}

/// Least squares on nu = n + m rows alike, by one row. The n + m rows can be exchanged, so E |N^{-1} B d|^2 is m a + m (m - 1) b times |d|^2/p, where
/// a = E tr (y y' N^{-2} y y'), b the same of two rows, and nu a + nu (nu - 1) b = p because the sum over all rows is N. With r = |y|^2 and N_- the sum
/// of the other rows, y'N^{-2}y = y'N_-^{-2}y/(1 + y'N_-^{-1}y)^2; along y, N_-^{-1} has a column of squared length (1 + c)/s^2, s chi-squared with nu - p
/// degrees of freedom and E c = (p - 1)/(nu - p - 1). So a = E (r/(r + s))^2 (1 + c), and r/(r + s) is beta(p/2, (nu - p)/2).
fn passed_on_by_rows(n: i64, m: i64, p: i64) -> Q {
    let nu = n + m;
    let one_row = q(p * (p + 2), nu * (nu + 2)) * (q(1, 1) + q(p - 1, nu - p - 1));
    let pairs = (q(p, 1) - q(nu, 1) * &one_row) / q(nu * (nu - 1), 1);
    (q(m, 1) * one_row + q(m * (m - 1), 1) * pairs) / q(p, 1)
}

#[test]
fn pooling_in_rationals() {
    for (n, m, p) in [(3, 1, 1), (7, 12, 1), (7, 12, 2), (8, 6, 2), (10, 3, 5), (2, 30, 6), (40, 25, 20), (1000, 3, 30)]
    {
        let [g, rho] = pooled::<Q>(p, sizes(n, m));
        let (n, m, p) = (n as i64, m as i64, i64::from(p));
        assert_eq!(g, q(p, n + m - p - 1));
        assert_eq!(rho, passed_on_by_rows(n, m, p), "n = {n}, m = {m}, p = {p}");
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn at_the_pooling_weight(p in 1u32..30, n in log_uniform(0.0, 6.0), m in log_uniform(0.0, 6.0)) {
        let (n, m) = (u64::from(p) + 1 + n as u64, m as u64);
        let found = law(n, m, p).generation(weight(n as f64 / (n + m) as f64));
        let [g, rho] = pooled::<Q>(p, sizes(n, m));
        assert_close("g", found.innovation, float(&g), EXACT_DESIGN);
        assert_close("gap", found.gap, float(&(q(1, 1) - rho)), EXACT_DESIGN);
    }

    /// Everywhere the two quadratures agree, rho is in [0, 1], and the noise is at least that of one fit to all n + m rows. The risk at t is that of t steps.
    #[test]
    fn resolved(
        p in 1u32..40, n in log_uniform(0.0, 6.0), m in log_uniform(0.0, 6.0), odds in log_uniform(-30.0, 15.0), t in 0u32..50,
    ) {
        let (n, m) = (u64::from(p) + 1 + n as u64, m as u64);
        let (law, w) = (law(n, m, p), weight(odds / (1.0 + odds)));
        let found = law.generation(w);
        prop_assert!(found.error < RULES, "{found:?}");
        prop_assert!((0.0..=1.0).contains(&found.contraction) && found.gap > 0.0 && found.gap < 1.0 + EXACT_DESIGN, "{found:?}");
        let least = f64::from(p) / ((n + m) as f64 - f64::from(p) - 1.0);
        prop_assert!(found.innovation >= least * (1.0 - EXACT_DESIGN), "{found:?}");
        let stepped = (0..t).fold(law.start(), |risk, _| found.step(risk));
        assert_close("unrolled", law.risk_at(w, t), stepped, EXACT_DESIGN);
    }

    /// No weight near by has less risk, and the law is as flat there as a minimum is.
    #[test]
    fn optimum(p in 1u32..20, n in log_uniform(0.3, 5.0), m in log_uniform(0.0, 5.0), step in 1e-3..0.3f64) {
        let (n, m) = (u64::from(p) + 1 + n as u64, m as u64);
        let law = law(n, m, p);
        let (w, u) = (law.optimal_weight(), law.optimal_synthetic_weight());
        assert_close("w + u", w + u, 1.0, EXACT_DESIGN);
        let best = law.limit_risk(weight(w));
        for other in [w - step * w.min(u), w + step * w.min(u)] {
            let risk = law.limit_risk(weight(other));
            prop_assert!(risk > best * (1.0 - EXACT_DESIGN), "{other}: {risk} below {best} at {w}");
        }
        // Steps of opposite sign change the risk alike, but for third order.
        let small = 1e-3 * w.min(u);
        let [below, above] = [w - small, w + small].map(|w| law.limit_risk(weight(w)) - best);
        prop_assert!((below - above).abs() <= 2e-2 * (below + above) + EXACT_DESIGN * best, "{below} {above}");
    }
}

#[test]
fn optimum_in_digits() {
    for (p, optimum) in [(1, 0.6189444), (2, 0.6194107), (4, 0.6203552)] {
        assert!((law(100, 100, p).optimal_weight() - optimum).abs() < 5e-8);
    }
    assert_close("risk", law(100, 100, 2).limit_risk(weight(0.6194107)), 0.012_608_867_9, PRINTED);
    // Many rows: the golden weight.
    assert_close("golden", law(1_000_000_000, 1_000_000_000, 3).optimal_weight(), 0.618_033_988_749_894_8, PRINTED);
}

/// One eigenvalue, in intervals: they contain the digits of 120-digit arithmetic and the law in floats, and rationals where there are.
#[test]
fn one_column_enclosed() {
    let table = include_str!("../references/random_design.csv");
    for line in table.lines().skip(1).filter(|line| line.split(',').nth(2) == Some("1")) {
        let fields: Vec<&str> = line.split(',').collect();
        let [n, m] = [0, 1].map(|i| fields[i].parse::<u64>().expect("rows"));
        let decimals = fields[3].len() as u32 - 2;
        let w = Interval::ratio(fields[3][2..].parse().expect("digits"), 10i64.pow(decimals));
        let [g, gap] = enclosure(sizes(n, m), &w);
        let [printed, rho] = [4, 5].map(|i| fields[i].parse::<f64>().expect("a number"));
        for (interval, digits) in [(g, printed), (gap, 1.0 - rho)] {
            assert!(interval.width() < ENCLOSED_DESIGN * digits, "{line}: {interval:?}");
            // The digits are rounded to a float.
            assert!(
                interval.low() <= digits.next_up().next_up() && digits.next_down().next_down() <= interval.high(),
                "{line}: {interval:?}"
            );
        }
    }
    let w = Interval::ratio(7, 19);
    let [g, gap] = enclosure(sizes(7, 12), &w);
    let [rational, rho] = pooled::<Q>(1, sizes(7, 12));
    assert!(g.contains(float(&rational)) && gap.contains(float(&(q(1, 1) - rho))));
    assert_eq!(enclosure(sizes(2, 12), &w), [Interval::WHOLE; 2]);
    assert_eq!(enclosure(sizes(7, 12), &Interval::ratio(1, 1)), [Interval::WHOLE; 2]);
}

/// Against the risks at weights beside each, generation by generation, and the limit of the weights.
#[test]
fn dynamic_weights() {
    for (n, m, p) in [(100, 100, 2), (12, 5, 7), (50, 400, 1)] {
        let law = law(n, m, p);
        let mut risk = law.start();
        let weights: Vec<f64> = law.dynamic_weights().take(200).collect();
        for w in &weights {
            let next = law.generation(weight(*w)).step(risk);
            for other in [w - 1e-4, w + 1e-4] {
                assert!(law.generation(weight(other)).step(risk) > next * (1.0 - EXACT_DESIGN), "{w}");
            }
            risk = next;
        }
        assert_close("limit", weights[199], law.optimal_weight(), 1e-7);
        assert_close("risk", risk, law.limit_risk(weight(law.optimal_weight())), EXACT_DESIGN);
    }
}

#[test]
fn generations_to_limit() {
    for w in [0.1, 0.5, 1.0] {
        let law = law(30, 20, 3);
        let generation = law.generation(weight(w));
        let t = generation.generations_to_limit(law.start(), 0.01).expect("it converges");
        let off = |t: u32| (law.risk_at(weight(w), t) / law.limit_risk(weight(w)) - 1.0).abs();
        assert!(off(t) <= 0.01 && (t == 0 || off(t - 1) > 0.01), "w = {w}, t = {t}");
    }
    assert_eq!(law(30, 20, 3).generation(Weight::ZERO).generations_to_limit(1.0, 0.01), None);
}

#[test]
fn both_ends() {
    for (n, m, p) in [(9, 30, 3), (40, 9, 7), (1000, 12, 9), (5, 1000, 2)] {
        let law = law(n, m, p);
        // All weight on real rows: no error is passed on.
        let alone = law.generation(Weight::ONE);
        assert_eq!((alone.innovation, alone.contraction, law.limit_risk(Weight::ONE)), (law.start(), 0.0, law.start()));
        let near = law.generation(weight(1.0 - f64::EPSILON));
        assert_close("w = 1", near.innovation, alone.innovation, 1e-12);
        // None: each generation adds its noise.
        let noise: f64 = synthetic_slope(1.0, p, m).expect("m > p + 1");
        assert_close("w = 0", law.generation(Weight::ZERO).innovation, noise, 1e-15);
        assert_eq!(law.limit_risk(Weight::ZERO), f64::INFINITY);
        assert_close("t", law.risk_at(Weight::ZERO, 7), law.start() + 7.0 * noise, 1e-14);
        for w in [1e-30, 1e-200] {
            let near = law.generation(weight(w));
            assert_close("w -> 0", near.innovation, noise, EXACT_DESIGN);
            assert_close("gap", near.gap, 2.0 * w * m as f64 / (m as f64 - f64::from(p) - 1.0), EXACT_DESIGN);
        }
        // Noise over gap; the weights go down to where a float loses its digits.
        for w in [1e-200, 1e-289, 1e-291, 1e-300, 1e-307] {
            assert_close("limit", law.limit_risk(weight(w)), f64::from(p) / (2.0 * w * m as f64), 2.0 * EXACT_DESIGN);
        }
        assert_eq!(law.limit_risk(weight(1e-320)), f64::INFINITY);
    }
}

/// Too few synthetic rows for a fit of their own: with weight on real rows the risk is finite, without it infinite or not defined.
#[test]
fn few_synthetic_rows() {
    for m in 1..=6 {
        let law = law(20, m, 5);
        assert!(law.limit_risk(weight(1e-6)).is_finite() && law.risk_at(weight(1e-6), 3).is_finite());
        assert_eq!(law.risk_at(Weight::ZERO, 1), f64::INFINITY);
        assert_eq!(law.risk_at(Weight::ZERO, 0), law.start());
    }
    assert!(law(20, 7, 5).risk_at(Weight::ZERO, 1).is_finite());
    for n in 1..=6 {
        assert!(RandomDesign::new(5.0, 5, sizes(n, 100)).is_none());
    }
}

/// Tiny weights where the inverse of an eigenvalue has no mean: the density's tail is resolved down to the pole.
#[test]
fn heavy_tails() {
    // p = 1, m = 1, n = 3: x ~ Beta(1/2, 3/2), and the mean of z is (3/2) kappa^(1/2) B(1/2, 1/2)/B(1/2, 3/2)/... as kappa -> 0: pi/B(1/2, 3/2) = 2.
    let law = law(3, 1, 1);
    let w = 1e-280;
    let kappa: f64 = w / 3.0;
    // sum l -> E z (nu y + n - p - 1): with o = kappa v, E z = 2 sqrt kappa and E y z = sqrt kappa.
    let lost = (4.0 + 2.0) * kappa.sqrt() / (4.0 - 2.0);
    assert_close("gap", law.generation(weight(w)).gap, lost, EXACT_DESIGN);
}

#[test]
fn many_rows() {
    // n = m k^-1, and twice as many: what is left of e_inf/A - R_1/n is R_2/n^2, with an error of third order that the two sizes take away.
    for (k, p, w) in [(1.0, 2, 0.3), (1.0, 2, 0.618_033_988_749_894_8), (0.25, 3, 0.5), (4.0, 1, 0.8), (2.0, 10, 0.2)] {
        let second = |n: f64| {
            let sizes = sizes(n as u64, (n / k) as u64);
            let first = limit_law(1.0, 1, sizes).limit(&w);
            let law = RandomDesign::new(1.0, p, sizes).expect("n > p + 1");
            n * n * (law.limit_risk(weight(w)) - first)
        };
        let [one, two, four] = [4_000.0, 8_000.0, 16_000.0].map(second);
        let [one, two] = [2.0 * two - one, 2.0 * four - two];
        assert_close(&format!("k = {k}, p = {p}, w = {w}"), (4.0 * two - one) / 3.0, second_order(p, &k, &w), 1e-6);
    }
    // Printed to seven digits by another derivation.
    for (w, ratio) in [(0.3, 1.219_473), (0.618_033_988_749_894_8, 1.975_078), (0.8, 1.811_765)] {
        let first = (w * w + (1.0 - w) * (1.0 - w)) / (w * (2.0 - w));
        assert_close("R_2/R_1", second_order(2, &1.0, &w) / first, ratio, 1e-6);
    }
}
