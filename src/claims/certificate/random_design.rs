//! Linear regression on random rows: with one column in intervals; with rows of equal weight, w = n/(n + m), in rationals.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::parameters::{SampleSizes, Weight};
use goldenweight_theory::random_design::{RandomDesign, enclosure, pooled, second_order};
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational as Q;
use num_traits::ToPrimitive;

use super::Certificate;
use super::sampling::sizes;

/// The relative accuracy that the program declares for its floats.
const ACCURACY: f64 = 1e-12;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// The program's law for p columns and noise of variance 1.
fn law(dim: u32, sizes: SampleSizes) -> RandomDesign {
    RandomDesign::new(dim.into(), dim, sizes).expect("n > p + 1")
}

fn weight(w: f64) -> Weight {
    Weight::new(w).expect("in [0, 1]")
}

/// rho of least squares on nu = n + m rows of equal weight, from the moments of one row. The law's own formula uses eigenvalues instead.
///
/// N is the sum of y y' over all rows y, and B that over the m synthetic ones. rho |d|^2 = E |N^{-1} B d|^2 for every d. Since all rows have the same
/// distribution, it is (m a + m (m - 1) b) |d|^2/p, where a = E tr (y y' N^{-2} y y'), and b = E tr (y y' N^{-2} z z') for two different rows y and z. Over all
/// rows instead of the m synthetic ones N^{-1} B is the identity, so nu a + nu (nu - 1) b = p. It remains to find a. With r = |y|^2 and N_- the sum over the
/// other rows, y'N^{-2}y = y'N_-^{-2}y/(1 + y'N_-^{-1}y)^2. Here y'N_-^{-1}y = r/s and y'N_-^{-2}y = r (1 + c)/s^2, where s is chi-squared with nu - p degrees of
/// freedom, c is independent of it, and E c = (p - 1)/(nu - p - 1). So a = E (r/(r + s))^2 (1 + c), and r/(r + s) is beta(p/2, (nu - p)/2).
pub fn passed_on(dim: u32, n: u64, m: u64) -> Q {
    let (p, m, nu) = (i64::from(dim), m as i64, (n + m) as i64);
    let one_row = q(p * (p + 2), nu) / q(nu + 2, 1) * (q(1, 1) + q(p - 1, nu - p - 1));
    let two_rows = (q(p, 1) - q(nu, 1) * &one_row) / q(nu, 1) / q(nu - 1, 1);
    (q(m, 1) * one_row + q(m, 1) * q(m - 1, 1) * two_rows) / q(p, 1)
}

/// g and rho for rows of equal weight. Multiplied by (nu - 1) nu (nu + 2) (nu - p - 1) p, both sides are polynomials of degree below 6 in n, in m and in p. They are
/// compared at 8, 8 and 7 values, so that agreement there is agreement everywhere.
pub fn pooling() -> Certificate {
    let dims = 1..=7u32;
    let places = dims.flat_map(|p| (1..=8u64).flat_map(move |i| (1..=8u64).map(move |m| (p, u64::from(p) + 1 + i, m))));
    let compared = places.map(|(p, n, m)| {
        let [g, rho] = pooled::<Q>(p, sizes(n, m));
        let mean_inverse = q(p.into(), (n + m) as i64 - i64::from(p) - 1);
        (format!("p = {p}, n = {n}, m = {m}"), g == mean_inverse && rho == passed_on(p, n, m))
    });
    Certificate::at_places("rows of equal weight, against the moments of one row", compared.collect::<Vec<_>>())
}

/// Whether a float is in an interval, but for its declared accuracy, and the interval is narrow.
fn within(interval: Interval, x: f64) -> bool {
    interval.low() * (1.0 - ACCURACY) <= x
        && x <= interval.high() * (1.0 + ACCURACY)
        && interval.width() < 1e-11 * interval.high()
}

fn close(x: f64, exact: &Q) -> bool {
    let exact = exact.to_f64().unwrap_or(f64::NAN);
    (x - exact).abs() <= ACCURACY * exact.abs()
}

/// The program's g and 1 - rho: at p = 1 they lie in intervals that contain the exact values; at w = n/(n + m) they are those of the rational formula, for all p.
pub fn floats() -> Certificate {
    let sizes_of_one = [(3, 1), (3, 40), (7, 12), (12, 1), (100, 100), (400, 25), (1000, 1000)];
    let weights = [(1, 1_000_000), (1, 20), (2, 5), (618, 1000), (9, 10), (999, 1000)];
    let one = sizes_of_one.iter().flat_map(|&(n, m)| weights.iter().map(move |&(a, b)| (n, m, a, b)));
    let one = one.map(|(n, m, a, b)| {
        let [g, gap] = enclosure(sizes(n, m), &Interval::ratio(a, b));
        let found = law(1, sizes(n, m)).generation(weight(a as f64 / b as f64));
        (format!("p = 1, n = {n}, m = {m}, w = {a}/{b}"), within(g, found.innovation) && within(gap, found.gap))
    });
    let all = [(1, 5, 9), (2, 8, 6), (3, 100, 7), (5, 10, 3), (7, 9, 200), (12, 100, 100), (20, 25, 30), (20, 40, 6)];
    let all = all.into_iter().map(|(p, n, m)| {
        let found = law(p, sizes(n, m)).generation(weight(n as f64 / (n + m) as f64));
        let [g, rho] = pooled::<Q>(p, sizes(n, m));
        let gap = q(1, 1) - rho;
        (
            format!("p = {p}, n = {n}, m = {m}, rows of equal weight"),
            close(found.innovation, &g) && close(found.gap, &gap),
        )
    });
    Certificate::at_places(
        "one column in intervals, rows of equal weight in rationals",
        one.chain(all).collect::<Vec<_>>(),
    )
}

/// One column: the limit risk A g/(1 - rho) is smaller at the program's optimum than at either side of it, at a distance of 1e-5 min(w, u).
pub fn optimum() -> Certificate {
    let places = [(100, 100), (10, 5), (5, 40), (30, 3), (400, 100)];
    let compared = places.map(|(n, m)| {
        let best = law(1, sizes(n, m)).optimal_weight();
        let risk = |w: f64| {
            let [g, gap] = enclosure(sizes(n, m), &Interval::point(w));
            g / gap
        };
        let step = 1e-5 * best.min(1.0 - best);
        let below = [best - step, best + step].iter().all(|w| risk(best).high() < risk(*w).low());
        (format!("p = 1, n = {n}, m = {m}, w = {best}"), below)
    });
    Certificate::at_places("a minimum of the enclosed limit risk", compared.to_vec())
}

/// Rows of equal weight: with 10^6 and 10^12 rows, n (n e_inf/A - R_1) - R_2 is at most 1000 p^2/n in size, in exact rationals.
pub fn expansion() -> Certificate {
    let places = [(1, 1, 1), (1, 1, 2), (1, 4, 3), (3, 1, 2), (2, 1, 5), (1, 9, 20)];
    let places = places.into_iter().flat_map(|place| [6u32, 12].map(|digits| (place, digits)));
    let compared = places.map(|((over, under, p), digits)| {
        let (k, rows) = (q(over, under), 10i64.pow(digits));
        let (n, m) = ((rows * over) as u64, (rows * under) as u64);
        let w = k.clone() / (q(1, 1) + k.clone());
        let risk = q(1, (n + m) as i64 - i64::from(p) - 1) / (q(1, 1) - passed_on(p, n, m));
        let size = q(n as i64, 1);
        // R_1 = (w^2 + k u^2)/(w (2 - w)) = (1 + k)/(2 + k), w = k/(1 + k).
        let first = (q(1, 1) + k.clone()) / (q(2, 1) + k.clone());
        let rest = (risk * size.clone() - first) * size.clone() - second_order::<Q>(p, &k, &w);
        let size = rest * size;
        let bound = q(1_000 * i64::from(p) * i64::from(p), 1);
        (format!("k = {over}/{under}, p = {p}, 10^{digits} rows"), -bound.clone() < size && size < bound)
    });
    Certificate::at_places("rows of equal weight to second order", compared.collect::<Vec<_>>())
}

/// Mean risk over t = 150..199 of least squares on n = 100 real and m synthetic rows of equal weight, in rationals, with noise of variance 1.
pub fn pooled_risk(dim: u32, m: u64) -> Q {
    let rho = passed_on(dim, 100, m);
    let noise = q(dim.into(), (100 + m) as i64 - i64::from(dim) - 1);
    let start = q(dim.into(), 99 - i64::from(dim));
    let limit = noise / (q(1, 1) - rho.clone());
    // Sum of rho^t over t = 150..199.
    let power = |t: usize| num_traits::pow(rho.clone(), t);
    let transient = (power(150) - power(200)) / (q(1, 1) - rho.clone());
    limit.clone() + (start - limit) * transient * q(1, 50)
}

/// The naive weight k/(1 + k) of figure 9 gives all rows the same weight. At k = 1 it is the w = 1/2 of figure 8.
pub fn pooled_curves() -> Certificate {
    let ratios = (1..=19u32).map(|k| (100.0 / (0.01 * f64::from(k))).floor() as u64).chain([100]);
    let compared = ratios.map(|m| {
        let naive = 100.0 / (100 + m) as f64;
        let generation = law(2, sizes(100, m)).generation(weight(naive));
        let from = generation.after(law(2, sizes(100, m)).start(), 150);
        let risks = std::iter::successors(Some(from), |risk| Some(generation.step(*risk))).take(50);
        (format!("m = {m}"), close(risks.sum::<f64>() / 50.0, &pooled_risk(2, m)))
    });
    Certificate::at_places("p = 2, n = 100, t = 150..199, rows of equal weight", compared.collect::<Vec<_>>())
}
