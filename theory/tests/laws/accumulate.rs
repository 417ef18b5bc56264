//! Data that accumulate, against the enumeration of every data set, moment tables, digits and Gamma functions.

use std::f64::consts::PI;

use goldenweight_theory::accumulate::Accumulation;
use goldenweight_theory::covariance::{CovarianceSystem, Moments};
use goldenweight_theory::interval::Interval;
use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio};
use goldenweight_theory::recursion::{Recursion, average};
use goldenweight_theory::{categorical, cdf, gaussian, linear, logistic, misspecified};
use proptest::prelude::*;
use statrs::function::gamma::ln_gamma;

use crate::covariance::{SecondMoments, correlated, traces};
use crate::precision::{ACCUMULATED, ACCUMULATED_WIDTH, GAMMA_BY_STATRS};
use crate::resampling::{Distribution, collect, counts, mean};
use crate::support::{Q, assert_close, cases, log_uniform, q, rational_law, sizes};

fn df(n: u64, m: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(n, m)).unwrap()
}

/// The risks of generations 0, 1, ... that `step` makes of the law of the pool, enumerated.
fn enumerated<T: Ord>(
    start: Distribution<T>,
    generations: u32,
    step: impl Fn(&T, u32) -> Vec<(T, Q)>,
    risk: impl Fn(&T, u32) -> Q,
) -> Vec<Q> {
    let mut law = start;
    let mut risks = vec![mean(&law, |pool| risk(pool, 0))];
    for t in 1..=generations {
        let outcomes = law
            .iter()
            .flat_map(|(pool, chance)| step(pool, t).into_iter().map(move |(next, drawn)| (next, chance * drawn)));
        law = collect(outcomes.collect::<Vec<_>>().into_iter());
        risks.push(mean(&law, |pool| risk(pool, t)));
    }
    risks
}

fn agree(law: &Recursion<Q>, (n, m): (u64, u64), risks: &[Q]) {
    let data = Accumulation::of(sizes(n, m));
    for ((t, risk), stepped) in (0u32..).zip(risks).zip(data.risks(law)) {
        assert_eq!(data.risk_at(law, t), *risk, "n = {n}, m = {m}, t = {t}");
        assert_eq!(stepped, *risk, "stepped: n = {n}, m = {m}, t = {t}");
    }
}

const SIZES: [(u64, u64); 6] = [(1, 1), (2, 1), (1, 2), (3, 2), (2, 3), (2, 2)];

/// Rows theta + 1 or theta - 1 with a fair coin: A = 1. The pool's sum is enough.
#[test]
fn mean_of_two_point_rows_by_enumeration() {
    let coins =
        |rows: u64| counts(&[q(1, 2), q(1, 2)], rows as u32).into_iter().map(|(c, chance)| (q(c[0] - c[1], 1), chance));
    for (n, m) in SIZES {
        let rows = |t: u32| q((n + u64::from(t) * m) as i64, 1);
        let step = |sum: &Q, t: u32| {
            let fit = sum / rows(t - 1);
            coins(m).map(|(noise, chance)| (sum + q(m as i64, 1) * &fit + noise, chance)).collect()
        };
        let risks = enumerated(coins(n).collect(), 4, step, |sum, t| (sum / rows(t)).pow(2));
        agree(&gaussian::mean(q(1, 1), sizes(n, m)), (n, m), &risks);
    }
}

/// The counts of the pool; the synthetic rows are drawn from their frequencies.
fn drawn(pool: &[i64], m: u64) -> Vec<(Vec<i64>, Q)> {
    let rows = pool.iter().sum();
    let fit: Vec<Q> = pool.iter().map(|&count| q(count, rows)).collect();
    let sum = |drawn: Vec<i64>| pool.iter().zip(drawn).map(|(a, b)| a + b).collect();
    counts(&fit, m as u32).into_iter().map(|(drawn, chance)| (sum(drawn), chance)).collect()
}

#[test]
fn categories_by_enumeration() {
    for p in [vec![q(2, 7), q(5, 7)], vec![q(1, 2), q(1, 3), q(1, 6)]] {
        for (n, m) in SIZES {
            let risk = |pool: &Vec<i64>, t: u32| {
                let rows = (n + u64::from(t) * m) as i64;
                pool.iter().zip(&p).map(|(&count, p)| (q(count, rows) - p).pow(2)).sum()
            };
            let risks = enumerated(counts(&p, n as u32), 3, |pool, _| drawn(pool, m), risk);
            agree(&categorical::law(&p, sizes(n, m)), (n, m), &risks);
        }
    }
}

/// How often each of the n real points is in the pool; E of the integral is E sum a^2/6, as in `cdf.rs`.
#[test]
fn distribution_function_by_enumeration_of_the_atoms() {
    for (n, m) in SIZES {
        let step = |pool: &Vec<i64>, _| {
            let sorted = |(mut pool, chance): (Vec<i64>, Q)| {
                pool.sort_unstable();
                (pool, chance)
            };
            drawn(pool, m).into_iter().map(sorted).collect()
        };
        let risk = |pool: &Vec<i64>, t: u32| {
            let rows = (n + u64::from(t) * m) as i64;
            pool.iter().map(|&count| q(count, rows).pow(2)).sum::<Q>() / q(6, 1)
        };
        let start = Distribution::from([(vec![1; n as usize], q(1, 1))]);
        agree(&cdf::law(sizes(n, m)), (n, m), &enumerated(start, 3, step, risk));
    }
}

/// All p^4 second moments of the pool's covariance, S_t = (1 - a) S_{t-1} + a W with W a sample covariance around S_{t-1}.
#[test]
fn covariance_by_the_full_matrix_of_second_moments() {
    for sigma in correlated() {
        let (t2, tr2) = traces(&sigma);
        for (n, m) in [(2, 2), (5, 10), (31, 4)] {
            let system = CovarianceSystem::new(t2.clone(), tr2.clone(), df(n, m));
            let data = Accumulation::of(sizes(n, m));
            let mut table = SecondMoments::truth(&sigma).sampled(n as i64 - 1);
            for t in 0..6 {
                assert_eq!(data.moments_at(&system, t), table.moments(), "n = {n}, m = {m}, t = {t}");
                let a = q(m as i64, (n + u64::from(t + 1) * m) as i64);
                let (rest, batch) = (q(1, 1) - &a, table.sampled(m as i64 - 1));
                table = SecondMoments::tabulate(&sigma, |x| {
                    (&rest * &rest + q(2, 1) * &rest * &a) * table.at(x) + &a * &a * batch.at(x)
                });
            }
        }
    }
}

/// Least squares to first order: every generation's labels bring noise of variance A/rows, of which each later fit takes over the share of
/// its rows, directly from the pool and through the labels that were drawn from it. The shares are carried, not the risk.
#[test]
fn regression_by_the_shares_of_every_noise() {
    for (n, m) in [(4u64, 2u64), (3, 7), (5, 5)] {
        let rows = |i: usize| q(if i == 0 { n } else { m } as i64, 1);
        let law = misspecified::limit_law(q(3, 2), q(5, 2), sizes(n, m));
        let noise = |i: usize| if i == 0 { q(5, 2) } else { q(3, 2) } / rows(i);
        // fits[i] = shares of the noises 0..=i in the fit of generation i's own rows, pooled = in the fit of the pool.
        let mut pooled = vec![q(1, 1)];
        let mut fits = vec![pooled.clone()];
        for t in 0..6u32 {
            let risk: Q = pooled.iter().enumerate().map(|(i, share)| share * share * noise(i)).sum();
            assert_eq!(Accumulation::of(sizes(n, m)).risk_at(&law, t), risk, "n = {n}, m = {m}, t = {t}");
            fits.push(pooled.iter().cloned().chain([q(1, 1)]).collect());
            let total: Q = (0..fits.len()).map(rows).sum();
            let share = |noise: usize| {
                let of = |(i, fit): (usize, &Vec<Q>)| fit.get(noise).map_or(q(0, 1), |share| share * rows(i));
                fits.iter().enumerate().map(of).sum::<Q>() / &total
            };
            pooled = (0..fits.len()).map(share).collect();
        }
    }
}

/// n, m, then the limit of the risk of the mean (A = 1), of frequencies (A = 1) and of the variance (1; none for a single row).
///
/// mpmath, 50 digits: k = mpf(n)/m; mean 1/n + psi(1, k+1)/m; else with x = -1/m, s = -1, f = 1/n, and x = 2/(m-1), s = 1, f = 2/(n-1):
/// c = sqrt(mpc(x)); (f + s) gamma(k+1)^2/(gamma(k+1-1j c) gamma(k+1+1j c)) - s
const LIMITS: [(u64, u64, f64, f64, Option<f64>); 6] = [
    (1, 1, 1.6449340668482264365, 1.0, None),
    (100, 100, 0.016449340668482264365, 0.016368356916534032653, Some(0.033563857972592581059)),
    (3, 7, 0.47587910021707402792, 0.42363189372865466846, Some(1.749674444293997968)),
    (7, 3, 0.25933169487025585039, 0.23769260895372077088, Some(0.87853406099721153619)),
    (2, 2, 0.82246703342411321824, 0.64181221398675598226, Some(8.5667536626468872669)),
    (1_000_000, 2, 1.9999990000006666667e-6, 1.9999975000036666615e-6, Some(6.000014000009999994e-6)),
];

fn laws(n: u64, m: u64) -> (Recursion<f64>, Recursion<f64>, Option<Recursion<f64>>) {
    let degrees = DegreesOfFreedom::new(sizes(n, m)).ok();
    let frequencies = categorical::law(&[0.5, 0.5], sizes(n, m));
    // A = 1 in place of 1/2.
    let frequencies = Recursion::new(2.0 * frequencies.fresh, 2.0 * frequencies.synthetic, frequencies.excess);
    (gaussian::mean(1.0, sizes(n, m)), frequencies, degrees.map(|df| gaussian::variance(1.0, df)))
}

#[test]
fn limits_by_digits() {
    for (n, m, mean, cells, variance) in LIMITS {
        let data = Accumulation::of(sizes(n, m));
        let (of_mean, of_cells, of_variance) = laws(n, m);
        assert_close(&format!("mean {n} {m}"), data.limit_risk(&of_mean), mean, ACCUMULATED);
        assert_close(&format!("cells {n} {m}"), data.limit_risk(&of_cells), cells, ACCUMULATED);
        if let Some((law, digits)) = of_variance.zip(variance) {
            assert_close(&format!("variance {n} {m}"), data.limit_risk(&law), digits, ACCUMULATED);
        }
    }
    // The sizes' extremes: 1 + pi^2/6 1e-12 and 2 - 1/2 1e-12, in units of 1/n.
    for (n, m, mean) in [(1, 1_000_000_000_000, 1.0000000000016449341), (1_000_000_000_000, 1, 1.9999999999995e-12)] {
        assert_close("mean", Accumulation::of(sizes(n, m)).limit_risk(&laws(n, m).0), mean, ACCUMULATED);
    }
}

/// mpmath as above, with 2x noises a = 2(K + T2), K - 2 T2 and x = 2/d, -1/d for the modes; V = (a + b)/3, U = (a - 2b)/3.
#[test]
fn covariance_limits_by_digits() {
    for (n, m, t2, tr2, risk, trace_variance) in [
        (100, 100, 2.0, 4.0, 0.10052553428363457476, 0.067459795213471498947),
        (3, 7, 2.5, 4.5, 5.926197291850699813, 4.7695126370915810697),
        (50, 2, 1.0, 3.0, 0.24818841870995845516, 0.13201887396898514276),
    ] {
        let data = Accumulation::of(sizes(n, m));
        let Moments { risk: v, trace_variance: u } = data.limit_moments(&CovarianceSystem::new(t2, tr2, df(n, m)));
        assert_close("V", v, risk, ACCUMULATED);
        assert_close("U", u, trace_variance, 5.0 * ACCUMULATED);
    }
}

/// mpmath as the limits, with the product up to t: times gamma(k+t+1-1j c) gamma(k+t+1+1j c)/gamma(k+t+1)^2, or psi(1, k+1) - psi(1, k+t+1).
#[test]
fn finite_generations_by_digits() {
    let table = [
        (100, 100, 1_000_000, 0.016449330668497264343, 0.01636834708023230709, 0.0335638370925461732),
        (3, 7, 33, 0.47166887861501067742, 0.42120009037267477888, 1.7227955935970575143),
        (7, 3, u32::MAX, 0.25933169479264563588, 0.23769260889455793073, 0.87853406055983124188),
    ];
    for (n, m, t, mean, cells, variance) in table {
        let data = Accumulation::of(sizes(n, m));
        let (of_mean, of_cells, of_variance) = laws(n, m);
        assert_close("mean", data.risk_at(&of_mean, t), mean, ACCUMULATED);
        assert_close("cells", data.risk_at(&of_cells, t), cells, ACCUMULATED);
        assert_close("variance", data.risk_at(&of_variance.unwrap(), t), variance, ACCUMULATED);
    }
    for (n, m, t, mean) in
        [(1_000_000_000_000, 1, 1000, 1.000000000999999999e-12), (1, 1_000_000_000_000, 40, 1.000000000001620244)]
    {
        assert_close("mean", Accumulation::of(sizes(n, m)).risk_at(&laws(n, m).0, t), mean, ACCUMULATED);
    }
}

#[test]
fn at_n_equal_m_sine_sinh_and_pi() {
    for n in [2u64, 3, 10, 100, 10_000] {
        let data = Accumulation::of(sizes(n, n));
        let rows = n as f64;
        let (of_mean, _, of_variance) = laws(n, n);
        assert_close("mean", data.limit_risk(&of_mean), PI * PI / 6.0 / rows, ACCUMULATED);
        // 1 - sin x/x loses 6/x^2 = 6 n/pi^2 of its digits here, as does sinh x/x - 1.
        let x = PI / rows.sqrt();
        let loss = 1.0 + 6.0 / (x * x);
        assert_close("cdf", data.limit_risk(&cdf::law(sizes(n, n))), (1.0 - x.sin() / x) / 6.0, ACCUMULATED * loss);
        let x = PI * (2.0 / (rows - 1.0)).sqrt();
        assert_close("variance", data.limit_risk(&of_variance.unwrap()), x.sinh() / x - 1.0, ACCUMULATED * loss);
    }
}

/// Late generations against the definition, stepped with the rounding of every sum carried along (Kahan).
#[test]
fn a_million_steps() {
    for (n, m) in [(100, 100), (3, 7), (5000, 10), (2, 1000)] {
        let data = Accumulation::of(sizes(n, m));
        let (of_mean, of_cells, of_variance) = laws(n, m);
        for law in [of_mean, of_cells, of_variance.unwrap()] {
            let (mut e, mut lost) = (law.fresh, 0.0);
            let stepped: Vec<f64> = (0..=1_000_000u32)
                .map(|t| {
                    if t > 0 {
                        let a = m as f64 / (n as f64 + f64::from(t) * m as f64);
                        let added = a * a * (law.synthetic + law.excess * e) + lost;
                        let next = e + added;
                        lost = added - (next - e);
                        e = next;
                    }
                    e
                })
                .collect();
            for t in [0, 31, 32, 33, 34, 50, 1_000, 30_000, 1_000_000] {
                assert_close(&format!("{n} {m} {t}"), data.risk_at(&law, t as u32), stepped[t], ACCUMULATED);
            }
            let mean: f64 = stepped[150..200].iter().sum::<f64>() / 50.0;
            assert_close("mean", average(data.risks(&law), 150..200).unwrap(), mean, ACCUMULATED);
        }
    }
}

#[test]
fn averages_need_a_generation() {
    let data = Accumulation::of(sizes(2, 3));
    let law = gaussian::mean(q(1, 1), sizes(2, 3));
    assert_eq!(average(data.risks(&law), 0..1), Some(q(1, 2)));
    assert_eq!(average(data.risks(&law), 1..1), None);
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = 2..1;
    assert_eq!(average(data.risks(&law), reversed), None);
    assert_eq!(average([q(1, 2)].into_iter(), 0..2), None);
}

#[test]
fn regressions_have_the_means_law() {
    let (sizes, data) = (sizes(30, 50), Accumulation::of(sizes(30, 50)));
    let per_a = data.limit_risk(&gaussian::mean(1.0, sizes));
    assert_close("linear", data.limit_risk(&linear::limit_law(0.5, 3, sizes)), 1.5 * per_a, ACCUMULATED);
    let a = logistic::trace_inverse_information(&[1.0, 1.0]);
    assert_close("logistic", data.limit_risk(&logistic::limit_law(&[1.0, 1.0], sizes)), a * per_a, ACCUMULATED);
}

proptest! {
    #![proptest_config(cases(256))]

    /// The products of real Gamma functions, for frequencies.
    #[test]
    fn frequencies_by_gamma_functions(n in 1u64..400, m in 4u64..400, t in 1u32..100) {
        prop_assume!(n < 20 * m);
        let (k, c) = (n as f64 / m as f64, 1.0 / (m as f64).sqrt());
        // prod_{i=1..t} (1 - c^2/(k+i)^2)
        let upto = |t: f64| ln_gamma(k + t + 1.0 - c) + ln_gamma(k + t + 1.0 + c) - 2.0 * ln_gamma(k + t + 1.0);
        let kept = |log: f64| 1.0 - (1.0 - 1.0 / n as f64) * log.exp();
        let data = Accumulation::of(sizes(n, m));
        let law = laws(n, m).1;
        // 1 - kept loses up to n of its digits.
        let (limit, risk) = (kept(-upto(0.0)), kept(upto(f64::from(t)) - upto(0.0)));
        assert_close("limit", data.limit_risk(&law), limit, GAMMA_BY_STATRS * n as f64);
        assert_close("finite", data.risk_at(&law, t), risk, GAMMA_BY_STATRS * n as f64);
    }

    /// Whole k: the product is sinh(pi c)/(pi c) without its first k factors.
    #[test]
    fn variance_by_sinh(k in 1u64..30, m in 2u64..50) {
        let x = 2.0 / (m as f64 - 1.0);
        let c = PI * x.sqrt();
        let product = (1..=k).fold(c.sinh() / c, |product, i| product / (1.0 + x / (i * i) as f64));
        let n = k * m;
        let want = (1.0 + 2.0 / (n as f64 - 1.0)) * product - 1.0;
        let law = laws(n, m).2.unwrap();
        assert_close("limit", Accumulation::of(sizes(n, m)).limit_risk(&law), want, ACCUMULATED * (1.0 + n as f64));
    }

    #[test]
    fn bounded_and_increasing(k in log_uniform(-12.0, 12.0), x in -1.0..2.0f64, t in 0u32..1_000_000) {
        let data = Accumulation::new(MixingRatio::new(k).unwrap());
        let law = Recursion::new(1.0, k, x);
        let (early, later, limit) = (data.risk_at(&law, t), data.risk_at(&law, t + 1), data.limit_risk(&law));
        // For x < 0 the risk would fall from above -k/x, where no model starts.
        prop_assume!(x * early > -k);
        prop_assert!(early <= later * (1.0 + ACCUMULATED) && later <= limit * (1.0 + ACCUMULATED));
        // The product is at most exp(2 trigamma(1)) = 26.8.
        prop_assert!(limit < 27.0 + 13.0 * k);
    }

    /// Over intervals the same formula contains its float, and is narrow.
    #[test]
    fn contains_the_float(n in 2u64..1000, m in 2u64..1000, t in 0u32..1000) {
        let data: Accumulation<Interval> = Accumulation::of(sizes(n, m));
        let law = gaussian::variance(Interval::point(1.0), df(n, m));
        let float = laws(n, m).2.unwrap();
        for (enclosed, float) in [
            (data.risk_at(&law, t), Accumulation::of(sizes(n, m)).risk_at(&float, t)),
            (data.limit_risk(&law), Accumulation::of(sizes(n, m)).limit_risk(&float)),
        ] {
            prop_assert!(enclosed.contains(float) && enclosed.width() < ACCUMULATED_WIDTH * float, "{enclosed:?} {float}");
        }
    }

    /// Beyond the generations that are stepped, the series against exact rationals.
    #[test]
    fn series_by_exact_steps(n in 1u64..40, m in 1u64..40, x in prop_oneof![Just(-1i64), Just(0), Just(1), Just(2)], t in 33u32..60) {
        let law = Recursion::new(1.0 / n as f64, 1.0 / m as f64, x as f64);
        let exact = rational_law(&law);
        let data = Accumulation::of(sizes(n, m));
        let stepped = (1..=t).fold(exact.start(), |e, i| data.step(&exact, i, &e));
        let difference = Accumulation::of(sizes(n, m)).risk_at(&exact, t) - &stepped;
        let relative = crate::support::float(&(difference / &stepped)).abs();
        prop_assert!(relative < 1e-17, "{relative:e}");
    }
}
