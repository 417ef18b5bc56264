//! Fits to as many rows as the first, drawn from accumulating data: against the enumeration of every data set and every drawing, covariances of all pairs
//! of rows, and digits.

use goldenweight_theory::covariance::Moments;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::subsample::{Subsampling, covariance::DrawnCovariance};
use proptest::prelude::*;

use crate::precision::{ACCUMULATED, ACCUMULATED_WIDTH};
use crate::resampling::{Distribution, collect, counts, mean};
use crate::support::{Q, assert_close, cases, float, q, sizes};

const SIZES: [(u64, u64); 6] = [(1, 1), (2, 1), (1, 2), (3, 2), (2, 3), (2, 2)];

/// Law of the counts of `rows` rows drawn without replacement from a pool, one row after the other.
fn without_replacement(pool: &[i64], rows: u64) -> Distribution<Vec<i64>> {
    let mut law = Distribution::from([(vec![0; pool.len()], q(1, 1))]);
    for drawn in 0..rows as i64 {
        let left = pool.iter().sum::<i64>() - drawn;
        law = collect(law.iter().flat_map(|(counts, chance)| {
            pool.iter().enumerate().map(move |(cell, &rows)| {
                let mut next = counts.clone();
                next[cell] += 1;
                (next, chance * q(rows - counts[cell], left))
            })
        }));
        law.retain(|_, chance| *chance != q(0, 1));
    }
    law
}

/// The risks of generations 0, 1, ...: of the counts of the drawn rows, over all pools and all drawings.
fn enumerated(
    start: Distribution<Vec<i64>>,
    (n, m): (u64, u64),
    generations: u32,
    loss: impl Fn(&[i64]) -> Q,
) -> Vec<Q> {
    let mut pools = start;
    let mut risks = Vec::new();
    for _ in 0..=generations {
        risks.push(mean(&pools, |pool| mean(&without_replacement(pool, n), |drawn| loss(drawn))));
        let mut next = Vec::new();
        for (pool, chance) in &pools {
            for (drawn, drawing) in without_replacement(pool, n) {
                let fit: Vec<Q> = drawn.iter().map(|&count| q(count, n as i64)).collect();
                for (made, making) in counts(&fit, m as u32) {
                    let pool = pool.iter().zip(made).map(|(a, b)| a + b).collect();
                    next.push((pool, chance * &drawing * making));
                }
            }
        }
        pools = collect(next.into_iter());
    }
    risks
}

#[test]
fn categories_by_enumeration() {
    for p in [vec![q(2, 7), q(5, 7)], vec![q(1, 2), q(1, 3), q(1, 6)]] {
        for (n, m) in SIZES {
            let loss = |drawn: &[i64]| drawn.iter().zip(&p).map(|(&x, p)| (q(x, n as i64) - p).pow(2)).sum();
            let noise: Q = p.iter().map(|p| p * (q(1, 1) - p)).sum();
            for (t, risk) in (0u32..).zip(enumerated(counts(&p, n as u32), (n, m), 2, loss)) {
                let law = &noise * Subsampling::new(sizes(n, m)).risk_at::<Q>(t);
                assert_eq!(law, risk, "n = {n}, m = {m}, t = {t}");
            }
        }
    }
}

/// How often each of the n real points is among the drawn rows; E of the integral is E sum a^2/6, as in `cdf.rs`.
#[test]
fn distribution_function_by_enumeration_of_the_atoms() {
    for (n, m) in SIZES {
        let loss = |drawn: &[i64]| drawn.iter().map(|&x| q(x, n as i64).pow(2)).sum::<Q>() / q(6, 1);
        let start = Distribution::from([(vec![1; n as usize], q(1, 1))]);
        for (t, risk) in (0u32..).zip(enumerated(start, (n, m), 2, loss)) {
            assert_eq!(Subsampling::new(sizes(n, m)).risk_at::<Q>(t) / q(6, 1), risk, "n = {n}, m = {m}, t = {t}");
        }
    }
}

/// E x_i x_j for all rows of the pool, of which n are drawn: a fit of mean and variance that has the divisor n - `less`. Means of rows, not of pools.
fn by_pairs((n, m): (u64, u64), less: i64, generations: u32) -> Vec<Q> {
    let (n, m) = (n as usize, m as usize);
    let whole = |x: usize| q(x as i64, 1);
    let mut pairs: Vec<Vec<Q>> = (0..n).map(|i| (0..n).map(|j| q(i64::from(i == j), 1)).collect()).collect();
    let mut risks = Vec::new();
    for _ in 0..=generations {
        let size = pairs.len();
        let squares: Q = (0..size).map(|i| &pairs[i][i]).sum();
        let products = pairs.iter().flatten().sum::<Q>() - &squares;
        // A row is drawn with probability n/N, two rows with n (n - 1)/(N (N - 1)).
        let one = whole(n) / whole(size);
        let two = if size > 1 { &one * whole(n - 1) / whole(size - 1) } else { q(0, 1) };
        let risk = (&one * &squares + &two * &products) / whole(n * n);
        // Half the mean squared difference of two drawn rows, which has the divisor n - 1.
        let variance =
            if size > 1 { (&squares * whole(size - 1) - &products) / whole(size * (size - 1)) } else { q(0, 1) }
                * whole(n - 1)
                / q((n as i64 - less).max(1), 1);
        let with_fit: Vec<Q> = pairs.iter().map(|row| row.iter().sum::<Q>() / whole(size)).collect();
        let entry = |i: usize, j: usize| match (i < size, j < size) {
            (true, true) => pairs[i][j].clone(),
            (true, false) => with_fit[i].clone(),
            (false, true) => with_fit[j].clone(),
            (false, false) => &risk + if i == j { variance.clone() } else { q(0, 1) },
        };
        pairs = (0..size + m).map(|i| (0..size + m).map(|j| entry(i, j)).collect()).collect();
        risks.push(risk);
    }
    risks
}

#[test]
fn means_by_covariances_of_all_pairs_of_rows() {
    for at in [(1, 2), (2, 1), (3, 2), (2, 5), (5, 3), (7, 1)] {
        let data = Subsampling::new(sizes(at.0, at.1));
        for (t, risk) in (0u32..).zip(by_pairs(at, 0, 5)) {
            assert_eq!(data.risk_at::<Q>(t), risk, "n, m = {at:?}, t = {t}");
        }
        match data.unbiased::<Q>() {
            None => assert_eq!(at.0, 1),
            Some(law) => law.zip(by_pairs(at, 1, 5)).for_each(|(law, risk)| assert_eq!(law, risk, "n, m = {at:?}")),
        }
    }
}

/// n, m, then the limit, the risk at t = 33 and that at t = 10^6, of A = 1.
///
/// mpmath, 60 digits: with k = n/m, a = 1 + 1/m, b = (1 - 1/n)(1 - 1/m) the factor of generation i is z^3 - a z^2 - (1 - b) z + a - b over z^2 (z - a) at z = k + i, so
/// that the product is one of gamma functions at k + 1 (and k + t + 1) less the cubic's roots; the risk is 1 - (1 - c)(1 - 1/n) times it
const DIGITS: [(u64, u64, f64, f64, f64); 6] = [
    (100, 100, 0.029002917878325715643, 0.028160955666057820018, 0.029002888845555930158),
    (3, 7, 0.66281252569686412534, 0.65707323311955325101, 0.66281233301841748266),
    (7, 3, 0.35725990420678194803, 0.3433815255478887137, 0.35725941450116162319),
    (2, 1, 0.83333333333333333333, 0.82352941176470588235, 0.833333000000333333),
    (1_000_000, 2, 2.999996000004166662e-6, 1.0001319910905839297e-6, 2.333330888891530861e-6),
    (2, 1_000_000, 0.82090623274837765019, 0.8182131357333496414, 0.82090614320124777058),
];

#[test]
fn limits_and_late_generations_by_digits() {
    for (n, m, limit, early, late) in DIGITS {
        let data = Subsampling::new(sizes(n, m));
        assert_close(&format!("limit {n} {m}"), data.limit(), limit, ACCUMULATED);
        assert_close(&format!("t = 33, {n} {m}"), data.risk_at(33), early, ACCUMULATED);
        assert_close(&format!("t = 10^6, {n} {m}"), data.risk_at(1_000_000), late, ACCUMULATED);
    }
}

/// A single row is drawn again and again; it is real with a probability that falls, and the risk is that of one row always.
#[test]
fn one_row_stays_one_row() {
    for (m, t) in [(1, 1), (3, 20), (2, 100)] {
        assert_close("n = 1", Subsampling::new(sizes(1, m)).risk_at(t), 1.0, ACCUMULATED);
    }
    assert_eq!(Subsampling::new(sizes(1, 3)).limit::<f64>(), 1.0);
}

/// At n = m -> inf n times the limit is 3 zeta(2) - 2, at k = 1/2 it is 1 + 2 trigamma(3/2) with trigamma(3/2) = pi^2/2 - 4.
#[test]
fn many_rows() {
    use std::f64::consts::PI;
    let of = |n: u64, m: u64| n as f64 * Subsampling::new(sizes(n, m)).limit::<f64>();
    assert_close("k = 1", of(1_000_000_000, 1_000_000_000), PI * PI / 2.0 - 2.0, 1e-8);
    assert_close("k = 1/2", of(1_000_000_000, 2_000_000_000), PI * PI - 7.0, 1e-8);
    // Up to a generation, without bias as well: 1 + 3 (1/4 + 1/9).
    let mut unbiased = Subsampling::new(sizes(1_000_000_000, 1_000_000_000)).unbiased::<f64>().unwrap();
    assert_close("t = 2", 1e9 * unbiased.nth(2).unwrap(), 1.0 + 3.0 * (0.25 + 1.0 / 9.0), 1e-8);
}

/// Twice the generations multiply the unbiased risk by 2^{1/n}, but for the mean of the pool, of which the share falls as t^{-1/n}.
#[test]
fn without_bias_the_risk_grows_as_a_root() {
    for (n, m) in [(2u64, 1u64), (2, 5), (3, 3)] {
        let risks: Vec<f64> = Subsampling::new(sizes(n, m)).unbiased().unwrap().take((1 << 20) + 1).collect();
        let [first, second, third] = [1 << 16, 1 << 18, 1 << 20].map(|t: usize| risks[t]);
        // Differences leave out the constant part, and errors of order 1/t.
        let growth = (third - second) / (second - first);
        assert_close(&format!("n = {n}, m = {m}"), growth, 4f64.powf(1.0 / n as f64), 1e-3);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// Beyond the generations that are stepped, the series against the law's own product in exact rationals.
    #[test]
    fn series_by_exact_steps(n in 2i64..40, m in 1i64..40, t in 33u32..60) {
        let whole = |x: i64| q(x, 1);
        let drawn = |t: i64| q(t * m, (n - 1 + t * m) * n);
        let spread = (1..=i64::from(t)).fold(q(n - 1, n), |spread, i| {
            let (share, c) = (q(m, n + i * m), drawn(i - 1));
            let moved = &share * &share * (&c + (whole(1) - &c) / whole(m));
            spread * (whole(1) - moved)
        });
        let risk = whole(1) - (whole(1) - drawn(t.into())) * spread;
        let difference = Subsampling::new(sizes(n as u64, m as u64)).risk_at::<Q>(t) - &risk;
        let relative = float(&(difference / &risk)).abs();
        prop_assert!(relative < 1e-17, "{relative:e}");
    }

    /// Over intervals the same formula contains its float, and is narrow. Risks increase to the limit, which is below 1.
    #[test]
    fn contains_the_float(n in 2u64..1000, m in 1u64..1000, t in 0u32..1000) {
        let data = Subsampling::new(sizes(n, m));
        let (enclosed, limit): (Interval, Interval) = (data.risk_at(t), data.limit());
        let [found, next, last]: [f64; 3] = [data.risk_at(t), data.risk_at(t + 1), data.limit()];
        prop_assert_eq!(data.risks::<f64>().nth(t as usize), Some(found));
        prop_assert!(enclosed.contains(found) && enclosed.width() < ACCUMULATED_WIDTH * found, "{enclosed:?} {found}");
        prop_assert!(limit.contains(last) && limit.width() < ACCUMULATED_WIDTH * last, "{limit:?} {last}");
        prop_assert!(found < next && next < last && last < 1.0);
    }
}

/// One row has no variance; of two rows with divisor 2 the mean square of (x - y)^2/4 is 3/4, and then E F/N grows as t^{1/4}.
#[test]
fn covariances_of_one_and_two_rows() {
    let of = |n, is_unbiased| DrawnCovariance::new(q(1, 1), q(1, 1), sizes(n, 3), is_unbiased);
    assert!(of(1, true).is_none() && of(2, true).unwrap().limit().is_none() && of(2, false).unwrap().limit().is_none());
    let one = of(1, false).unwrap();
    let point = Moments { risk: q(1, 1), trace_variance: q(0, 1) };
    assert!(one.moments().take(4).all(|moments| moments == point) && one.limit() == Some(point));
    // 3/4 - 2 (1/2) + 1.
    assert_eq!(of(2, false).unwrap().moments().next().unwrap().risk, q(3, 4));
}

/// n, m and the limit of V at Sigma = I in two dimensions: 400,000 steps of sums over rows in Python (not of moments per row), extrapolated in 1/t; where n is small the part that
/// falls as t^(lambda - 1) has left less than the last digit.
#[test]
fn limits_of_covariances_by_long_runs() {
    for (n, m, limit, tolerance) in
        [(3, 5, 9.283698, 2e-6), (5, 2, 3.03778718, 3e-8), (20, 10, 0.83387092631, 2e-10), (4, 40, 3.9313066, 5e-8)]
    {
        let law = DrawnCovariance::new(2.0, 4.0, sizes(n, m), false).unwrap();
        assert_close(&format!("n = {n}, m = {m}"), law.limit().unwrap().risk, limit, tolerance);
    }
}
