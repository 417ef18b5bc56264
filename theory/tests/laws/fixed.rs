//! The same real rows at every generation, against the enumeration of every data set, joint moments and digits.

use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::fixed::FixedRows;
use goldenweight_theory::maximum_likelihood::MaximumLikelihood;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::{categorical, cdf, gaussian, linear, weights};
use proptest::prelude::*;

use crate::covariance::{SecondMoments, correlated, traces};
use crate::precision::{PER_GENERATION, POSITIVE_TERMS};
use crate::resampling::{Distribution, collect, counts, mean};
use crate::support::{Q, any_law, assert_close, cases, fraction, q, rational_law, sizes, small_law};

fn df(n: u64, m: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(n, m)).unwrap()
}

/// The law and the limit of its steps at t = 0, 1, ...
fn agree(law: &Recursion<Q>, (n, m, w): (u64, u64, &Q), risks: &[Q]) {
    let law = FixedRows::of(law);
    let mut stepped = law.start.clone();
    for (t, risk) in (0u32..).zip(risks) {
        assert_eq!(law.risk_at(w, t), *risk, "n = {n}, m = {m}, w = {w}, t = {t}");
        assert_eq!(stepped, *risk, "stepped: n = {n}, m = {m}, w = {w}, t = {t}");
        stepped = law.step(w, &stepped);
    }
}

/// E risk of the fits of generations 0..=T over every real data set and, given it, over every chain of synthetic ones.
fn enumerated<D, T: Ord + Clone>(
    data: impl IntoIterator<Item = (D, Q)>,
    generations: u32,
    start: impl Fn(&D) -> T,
    step: impl Fn(&D, &T) -> Vec<(T, Q)>,
    risk: impl Fn(&T) -> Q,
) -> Vec<Q> {
    let mut risks = vec![q(0, 1); generations as usize + 1];
    for (real, chance) in data {
        let mut law = Distribution::from([(start(&real), q(1, 1))]);
        for sum in &mut risks {
            *sum += &chance * mean(&law, &risk);
            let outcomes = law.iter().flat_map(|(fit, chance)| {
                step(&real, fit).into_iter().map(move |(next, drawn)| (next, chance * drawn))
            });
            law = collect(outcomes.collect::<Vec<_>>().into_iter());
        }
    }
    risks
}

const SIZES: [(u64, u64); 6] = [(1, 1), (2, 1), (1, 2), (3, 2), (2, 3), (2, 2)];

fn several_weights() -> [Q; 4] {
    [q(0, 1), q(1, 3), q(5, 8), q(1, 1)]
}

/// Rows theta + 1 or theta - 1 with a fair coin: A = 1.
#[test]
fn mean_of_two_point_rows_by_enumeration() {
    let coins = |rows: u64| {
        let mean = move |(c, chance): (Vec<i64>, Q)| (q(c[0] - c[1], rows as i64), chance);
        counts(&[q(1, 2), q(1, 2)], rows as u32).into_iter().map(mean)
    };
    for (n, m) in SIZES {
        for w in several_weights() {
            let u = q(1, 1) - &w;
            let step = |real: &Q, fit: &Q| {
                coins(m).map(|(noise, chance)| (&w * real + &u * (fit + noise), chance)).collect::<Vec<_>>()
            };
            let risks = enumerated(coins(n), 3, Clone::clone, step, |fit: &Q| fit * fit);
            agree(&gaussian::mean(q(1, 1), sizes(n, m)), (n, m, &w), &risks);
        }
    }
}

fn frequencies(counts: &[i64]) -> Vec<Q> {
    let rows = counts.iter().sum();
    counts.iter().map(|&count| q(count, rows)).collect()
}

/// w real + u synthetic for m rows drawn from the fit.
fn remixed(real: &[Q], fit: &[Q], m: u64, w: &Q) -> Vec<(Vec<Q>, Q)> {
    let u = q(1, 1) - w;
    let mix = |(counts, chance): (Vec<i64>, Q)| {
        (real.iter().zip(frequencies(&counts)).map(|(r, s)| w * r + &u * s).collect(), chance)
    };
    counts(fit, m as u32).into_iter().map(mix).collect()
}

#[test]
fn categories_by_enumeration() {
    for p in [vec![q(2, 7), q(5, 7)], vec![q(1, 2), q(1, 3), q(1, 6)]] {
        for (n, m) in SIZES {
            for w in several_weights() {
                let real = counts(&p, n as u32).into_iter().map(|(c, chance)| (frequencies(&c), chance));
                let step = |real: &Vec<Q>, fit: &Vec<Q>| remixed(real, fit, m, &w);
                let risk = |fit: &Vec<Q>| fit.iter().zip(&p).map(|(fit, p)| (fit - p) * (fit - p)).sum();
                let risks = enumerated(real, if p.len() == 2 { 3 } else { 2 }, Clone::clone, step, risk);
                agree(&categorical::law(&p, sizes(n, m)), (n, m, &w), &risks);
            }
        }
    }
}

/// The weights of the n real points, which stay; E of the integral is E sum a^2/6, as in `cdf.rs`.
#[test]
fn distribution_function_by_enumeration_of_the_atoms() {
    for (n, m) in SIZES {
        for w in several_weights() {
            let real = vec![q(1, n as i64); n as usize];
            let step = |real: &Vec<Q>, atoms: &Vec<Q>| {
                let sorted = |(mut atoms, chance): (Vec<Q>, Q)| {
                    atoms.sort();
                    (atoms, chance)
                };
                remixed(real, atoms, m, &w).into_iter().map(sorted).collect::<Vec<_>>()
            };
            let risk = |atoms: &Vec<Q>| atoms.iter().map(|a| a * a).sum::<Q>() / q(6, 1);
            let risks = enumerated([(real, q(1, 1))], 3, Clone::clone, step, risk);
            agree(&cdf::law(sizes(n, m)), (n, m, &w), &risks);
        }
    }
}

/// All p^4 second moments of S_t = w S_0 + u W, W a sample covariance around S_{t-1}, with those of S_0 and S_t beside them.
#[test]
fn covariance_by_joint_tables() {
    for sigma in correlated() {
        let (t2, tr2) = traces(&sigma);
        for (n, m) in [(2, 2), (5, 10), (31, 4)] {
            for w in several_weights() {
                let u = q(1, 1) - &w;
                let laws = FixedRows::of_covariance(&CovarianceSystem::new(t2.clone(), tr2.clone(), df(n, m)));
                let start = SecondMoments::truth(&sigma).sampled(n as i64 - 1);
                let tabulate = |f: &dyn Fn([usize; 4]) -> Q| SecondMoments::tabulate(&sigma, f);
                let (mut second, mut crossed) =
                    (tabulate(&|x| start.at(x).clone()), tabulate(&|x| start.at(x).clone()));
                for t in 0..5 {
                    let risk: Q = laws.iter().map(|law| law.risk_at(&w, t)).sum();
                    assert_eq!(risk, second.moments().risk, "n = {n}, m = {m}, w = {w}, t = {t}");
                    let batch = second.sampled(m as i64 - 1);
                    let both = |x: [usize; 4]| crossed.at(x) + crossed.at([x[2], x[3], x[0], x[1]]);
                    second = tabulate(&|x| &w * &w * start.at(x) + &w * &u * both(x) + &u * &u * batch.at(x));
                    crossed = tabulate(&|x| &w * start.at(x) + &u * crossed.at(x));
                }
            }
        }
    }
}

/// The fresh law's steps with the covariance 2wu e_0 of the parts' errors, for any coefficients.
#[test]
fn regression_on_one_design() {
    // tr (X'X)^-1 = 2/3, noise 5/2.
    let law = linear::fixed_design_law(q(5, 2), q(2, 3));
    let a = q(5, 3);
    for w in several_weights() {
        let u = q(1, 1) - &w;
        let mut e = a.clone();
        for t in 0..6 {
            assert_eq!(FixedRows::of(&law).risk_at(&w, t), e, "w = {w}, t = {t}");
            e = &w * &w * &a + q(2, 1) * &w * &u * &a + &u * &u * (&e + &a);
        }
    }
}

#[test]
fn values_by_hand() {
    // By hand: .04 (1 + 1/4 + 1/16 + 1/64), .04 (1 + (1/4)/(1 - 1/4)), .04 (1 + 1000).
    let at = |law: &Recursion<f64>, w: f64, t| FixedRows::of(law).risk_at(&w, t);
    let fifty: SampleSizes = sizes(50, 50);
    assert_close("mean", at(&gaussian::mean(2.0, fifty), 0.5, 3), 0.053125, POSITIVE_TERMS);
    assert_close("limit", FixedRows::of(&gaussian::mean(2.0, fifty)).limit(&0.5), 0.16 / 3.0, POSITIVE_TERMS);
    assert_close("linear in t", at(&gaussian::mean(2.0, fifty), 0.0, 1000), 0.04 * 1001.0, POSITIVE_TERMS + 5e-13);
    // One row is one point: its copies tell nothing and lose nothing.
    assert_close("one row", at(&cdf::law(sizes(1, 9)), 0.3, 40), 1.0 / 6.0, POSITIVE_TERMS);
}

#[test]
fn maximum_likelihood_without_bias_in_a_large_sample_is_the_unbiased_law() {
    let many = sizes(1_000_000_000, 1_000_000_000);
    let law = MaximumLikelihood::new(2.0, 2.0, many).on_fixed_rows();
    let found = law.risks_at(&0.3, 7);
    assert_close("mean", found.mean, FixedRows::of(&gaussian::mean(2.0, many)).risk_at(&0.3, 7), 1e-7);
    let system = CovarianceSystem::new(2.0, 4.0, DegreesOfFreedom::new(many).unwrap());
    let risk: f64 = FixedRows::of_covariance(&system).iter().map(|law| law.risk_at(&0.3, 7)).sum();
    assert_close("covariance", found.covariance, risk, 1e-7);
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn limit_is_the_fixed_point(law in small_law(), w in fraction()) {
        prop_assume!(law.gap(&w) != q(0, 1));
        let fixed = FixedRows::of(&law);
        prop_assert_eq!(fixed.step(&w, &fixed.limit(&w)), fixed.limit(&w));
    }

    #[test]
    fn relative_to_the_real_rows_it_is_the_limit_of_the_weights(n in 1u64..100, m in 1u64..100, w in fraction()) {
        prop_assume!(w != q(0, 1));
        let (law, sizes) = (gaussian::mean(q(7, 3), sizes(n, m)), sizes(n, m));
        let relative = FixedRows::of(&law).limit(&w) / law.start();
        prop_assert_eq!(relative, weights::fixed_real_data_limit(&sizes.mixing_ratio(), &w));
    }

    #[test]
    fn floats_follow_the_exact_law(law in any_law(), w in 0.0..=1.0f64, t in 0u32..12) {
        let exact = FixedRows::of(&rational_law(&law));
        let fixed = FixedRows::of(&law);
        // Noise that cancels, A_s/nu_m against (rho - 1) e_0, is not that of a model.
        prop_assume!(law.synthetic + law.excess * law.fresh > 0.1 * law.synthetic);
        let want = crate::support::float(&exact.risk_at(&crate::support::exact(w), t));
        assert_close("risk", fixed.risk_at(&w, t), want, 10.0 * POSITIVE_TERMS + PER_GENERATION * f64::from(t));
    }

    /// Synthetic rows never help: not at any generation, and less the more they weigh.
    #[test]
    fn the_risk_grows_with_time_and_with_synthetic_weight(n in 2u64..300, m in 2u64..300, w in fraction(), t in 0u32..8) {
        prop_assume!(w != q(0, 1) && w != q(1, 1));
        for law in [gaussian::mean(q(1, 1), sizes(n, m)), cdf::law(sizes(n, m)), gaussian::variance(q(1, 1), df(n, m))] {
            let law = FixedRows::of(&law);
            let at = |w: &Q, t: u32| law.risk_at(w, t + 1);
            prop_assert!(law.start < at(&w, 0) && at(&w, t) < at(&w, t + 1) && at(&w, t) < at(&(&w * q(9, 10)), t));
            prop_assert_eq!(at(&q(1, 1), t), law.start.clone());
        }
    }
}
