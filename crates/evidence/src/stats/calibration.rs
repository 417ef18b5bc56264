//! Whether statistics follow the law that is claimed for them: exact binomial intervals, Kolmogorov–Smirnov, Holm.

use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::family::student;

/// P(Z <= z) of Student's law with `degrees` degrees of freedom, which is normal for very many; NaN for what is no number.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::probability;
/// // With one degree of freedom Student's law is Cauchy's: 1/2 + arctan(z)/pi.
/// assert!((probability(1.0, 1.0) - 0.75).abs() < 1e-12);
/// ```
#[must_use]
pub fn probability(z: f64, degrees: f64) -> f64 {
    student(degrees).map_or(f64::NAN, |law| law.cdf(z))
}

/// The z below which a standard normal variable lies with probability p; infinite at 0 and 1.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
/// ```
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// The p-quantile of the i-th smallest (from 1) of `count` uniform variables.
///
/// # Formula
/// That of Beta(i, count + 1 - i).
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::order_statistic;
/// // The largest of n lies below x with probability x^n.
/// assert!((order_statistic(3, 3, 0.5) - 0.5_f64.cbrt()).abs() < 1e-9);
/// ```
#[must_use]
pub fn order_statistic(i: usize, count: usize, p: f64) -> f64 {
    Beta::new(i as f64, (count + 1 - i) as f64).map_or(f64::NAN, |law| law.inverse_cdf(p))
}

/// Whether the central interval of content `level` (in (0, 1)) contains a value of cumulated probability `u`.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::is_inside;
/// assert!(is_inside(0.03, 0.95) && !is_inside(0.02, 0.95) && !is_inside(0.98, 0.95));
/// ```
#[must_use]
pub fn is_inside(u: f64, level: f64) -> bool {
    u.min(1.0 - u) >= 0.5 * (1.0 - level)
}

/// P(X >= hits) of a binomial X of `trials` trials with success probability `p`.
///
/// # Formula
/// The Beta(hits, trials - hits + 1) distribution function at p.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::at_least;
/// // Two heads or more of three throws: 4 of 8 cases.
/// assert!((at_least(2, 3, 0.5) - 0.5).abs() < 1e-12);
/// ```
#[must_use]
pub fn at_least(hits: u64, trials: u64, p: f64) -> f64 {
    if hits == 0 {
        return 1.0;
    }
    Beta::new(hits as f64, (trials - hits) as f64 + 1.0).map_or(f64::NAN, |law| law.cdf(p))
}

/// P(X <= hits) of the same.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::at_most;
/// // No head of three throws: 1 of 8 cases.
/// assert!((at_most(0, 3, 0.5) - 0.125).abs() < 1e-12);
/// ```
#[must_use]
pub fn at_most(hits: u64, trials: u64, p: f64) -> f64 {
    // Failures take the place of successes. So the tail is computed itself, not as 1 less the other one, which would lose digits.
    at_least(trials - hits, trials, 1.0 - p)
}

/// Two-sided p-value of `hits` out of `trials` under success probability `p`: twice the smaller tail, at most 1. It is below a
/// where [`clopper_pearson`] at confidence 1 - a excludes p.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::binomial_p_value;
/// // Ten heads of ten throws, or none.
/// assert!((binomial_p_value(10, 10, 0.5) - 2.0 / 1024.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn binomial_p_value(hits: u64, trials: u64, p: f64) -> f64 {
    (2.0 * at_least(hits, trials, p).min(at_most(hits, trials, p))).min(1.0)
}

/// The exact two-sided interval for a success probability; (0, 1) without trials.
///
/// # Source
/// Clopper, C. and Pearson, E. S. (1934), The use of confidence or fiducial limits illustrated in the case of the binomial,
/// Biometrika 26, 404-413: the probabilities under which neither tail at `hits` is below (1 - confidence)/2.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::clopper_pearson;
/// // No hit in ten: p is excluded where (1 - p)^10 < .025.
/// let (low, high) = clopper_pearson(0, 10, 0.95);
/// assert_eq!(low, 0.0);
/// assert!((high - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12);
/// ```
#[must_use]
pub fn clopper_pearson(hits: u64, trials: u64, confidence: f64) -> (f64, f64) {
    let tail = 0.5 * (1.0 - confidence);
    (lower_limit(hits, trials, tail), 1.0 - lower_limit(trials - hits, trials, tail))
}

/// The exact one-sided upper bound on a success probability.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::upper_limit;
/// // The rule of three: no hit in 1,000 leaves some 3/1,000.
/// let bound = upper_limit(0, 1_000, 0.95);
/// assert!((bound - (1.0 - 0.05_f64.powf(0.001))).abs() < 1e-12 && (bound - 0.003).abs() < 1e-5);
/// ```
#[must_use]
pub fn upper_limit(hits: u64, trials: u64, confidence: f64) -> f64 {
    1.0 - lower_limit(trials - hits, trials, 1.0 - confidence)
}

/// The p at which P(X >= hits) is `tail`, by bisection; 0 without hits.
fn lower_limit(hits: u64, trials: u64, tail: f64) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    // To the spacing of floats below 1.
    for _ in 0..53 {
        let middle = 0.5 * (low + high);
        if at_least(hits, trials, middle) < tail { low = middle } else { high = middle }
    }
    low
}

/// A Kolmogorov–Smirnov test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    /// Largest distance of the empirical distribution function from the law.
    pub distance: f64,
    /// Probability of a distance at least as large under the law.
    pub p_value: f64,
}

/// Tests values against the uniform law on (0, 1): cumulated probabilities of statistics, each under its own law.
/// None without values or where one is no number.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::kolmogorov_smirnov;
/// // A single value u has the distance max(u, 1 - u): .8 or more for u outside (.2, .8). Kolmogorov's series is within 1 % even there.
/// let found = kolmogorov_smirnov(&[0.2]).unwrap();
/// assert!((found.distance - 0.8).abs() < 1e-15 && (found.p_value / 0.4 - 1.0).abs() < 0.01);
/// ```
#[must_use]
pub fn kolmogorov_smirnov(values: &[f64]) -> Option<KolmogorovSmirnov> {
    if values.is_empty() || values.iter().any(|u| u.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distances = sorted.iter().zip(0_u32..).map(|(u, i)| {
        let below = f64::from(i) / n;
        (u - below).max(below + 1.0 / n - u)
    });
    let distance = distances.fold(0.0, f64::max);
    Some(KolmogorovSmirnov { distance, p_value: p_value(sorted.len(), distance) })
}

/// P(D >= d) for n values.
///
/// # Formula
/// `2 P + 2 sum_{k >= 2} (-1)^(k-1) P^(k^2)` with P = P(D+ >= d): Kolmogorov's series `2 sum_{k >= 1} (-1)^(k-1) exp(-2 k^2 l^2)` at the
/// l at which its first term, one side of the two, is exact.
/// # Source
/// Kolmogorov, A. N. (1933), Giorn. Ist. Ital. Attuari 4, 83-91, for the series; Birnbaum, Z. W. and Tingey, F. H. (1951), Ann. Math.
/// Stat. 22, 592-596, for one side.
/// # Accuracy
/// Against SciPy's exact law, relative, at the worst p (.7 to .9): 1.2 % for 5 values, 0.3 % for 20, 6e-4 for 100, 6e-5 for 1000; at
/// p = .1, 6e-5 for 20, and less below (measured; at l = sqrt n d the series is off by a factor 2.1 for 20 values at p = 1e-4).
fn p_value(n: usize, d: f64) -> f64 {
    let side = one_sided(n, d);
    // The last term is added, so that what is cut off near P = 1 leaves a sum above 1.
    let series = (1..30).map(|k: i32| if k % 2 == 0 { -1.0 } else { 1.0 } * side.powi(k * k)).sum::<f64>();
    (2.0 * series).clamp(0.0, 1.0)
}

/// P(D+ >= d) = d sum_{j = 0}^{n (1 - d)} C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j), a sum of positive terms.
fn one_sided(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let factorial = |k: f64| libm::lgamma(k + 1.0);
    let term = |j: usize| {
        let j = j as f64;
        let (below, above) = (d + j / size, 1.0 - d - j / size);
        if above <= 0.0 {
            return 0.0;
        }
        let choose = factorial(size) - factorial(j) - factorial(size - j);
        libm::exp(choose + (j - 1.0) * libm::log(below) + (size - j) * libm::log(above))
    };
    d * (0..n).map(term).sum::<f64>()
}

/// p-values adjusted for their number: rejecting those below a keeps the probability of any false rejection at most a, whatever
/// the dependence.
///
/// # Source
/// Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6, 65-70.
///
/// # Examples
/// ```
/// use goldenweight_evidence::stats::calibration::holm;
/// // Three times the least, twice the next, and never less than the one before.
/// let found = holm(&[0.04, 0.01, 0.03]);
/// assert!(found.iter().zip([0.06, 0.03, 0.06]).all(|(found, expected)| (found - expected).abs() < 1e-15));
/// ```
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[i]).min(1.0);
        adjusted[i] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() <= relative, "{found} against {expected}");
    }

    // The digits below are SciPy 1.17.1's: `pip install scipy`, then
    //
    //     from scipy.stats import kstest, kstwo, binom, binomtest, norm, t
    //     kstest([((i + .5)/n)**a for i in range(n)], 'uniform', method='exact'), kstwo.sf(distance, n)
    //     binomtest(k, n).proportion_ci(c, method='exact')
    //     binomtest(k, n, alternative='less').proportion_ci(.95, method='exact').high
    //     binom.sf(k - 1, n, p), binom.cdf(k, n, p)
    //     t.cdf(z, degrees), norm.cdf(z)

    /// n, a, statistic, p-value.
    const KSTEST: [(u32, f64, f64, f64); 4] = [
        (5, 2.0, 0.35, 0.469_75),
        (20, 2.0, 0.274_375, 0.080_300_662_153_205_08),
        (100, 2.0, 0.254_975, 3.216_425_461_687_355_5e-6),
        (1000, 1.1, 0.035_549_389_705_100_69, 0.155_875_750_143_472_55),
    ];

    /// n, distance, p-value, accuracy that is stated for it.
    const KSTWO: [(usize, f64, f64, f64); 7] = [
        (20, 0.07, 0.999_819_682_104_325_4, 3e-3),
        (20, 0.12, 0.903_135_512_079_600_9, 3e-3),
        (20, 0.15, 0.704_467_154_944_287_2, 3e-3),
        (100, 0.055, 0.906_356_839_867_033_2, 6e-4),
        (100, 0.4, 5.947_617_451_361_663e-15, 1e-9),
        (1000, 0.018, 0.896_294_293_308_490_2, 6e-5),
        (1000, 0.0702, 9.919_464_594_540_923e-5, 1e-9),
    ];

    /// The p-value's own accuracy, see [`p_value`].
    #[test]
    fn kolmogorov_smirnov_is_that_of_another_system() {
        for (n, a, distance, p_value) in KSTEST {
            let mut values: Vec<_> = (0..n).map(|i| libm::pow((f64::from(i) + 0.5) / f64::from(n), a)).collect();
            values.reverse();
            let found = kolmogorov_smirnov(&values).unwrap();
            assert_close(found.distance, distance, 1e-12);
            assert_close(found.p_value, p_value, if n == 5 { 1e-2 } else { 2e-4 });
        }
        for (n, distance, expected, accuracy) in KSTWO {
            assert_close(p_value(n, distance), expected, accuracy);
        }
        // One value, for which the series is off by 1.6 %: P(max(u, 1 - u) >= 3/4) = 1/2.
        assert_close(kolmogorov_smirnov(&[0.25]).unwrap().p_value, 0.5, 2e-2);
        assert_eq!(kolmogorov_smirnov(&[0.5]).unwrap().distance, 0.5);
    }

    #[test]
    fn exact_intervals_are_those_of_another_system() {
        for (hits, trials, confidence, low, high) in [
            (0, 200, 0.95, 0.0, 0.018_275_340_355_148_807),
            (3, 1000, 0.95, 0.000_619_099_931_649_917_3, 0.008_742_023_238_657_654),
            (20, 20, 0.95, 0.831_566_529_016_714_5, 1.0),
            (2850, 3000, 0.95, 0.941_584_452_797_374_1, 0.957_523_370_093_041_9),
            (7, 31, 0.99, 0.070_395_878_904_842_13, 0.467_097_696_593_370_75),
        ] {
            let found = clopper_pearson(hits, trials, confidence);
            assert!((found.0 - low).abs() < 1e-11 && (found.1 - high).abs() < 1e-11, "{hits}/{trials}: {found:?}");
        }
        assert_close(upper_limit(0, 200, 0.95), 0.014_867_039_231_272_043, 1e-10);
        assert_close(upper_limit(2, 200, 0.95), 0.031_142_599_414_093_638, 1e-10);
    }

    #[test]
    fn binomial_tails_are_those_of_another_system() {
        for (hits, trials, p, above, below) in [
            (1, 200, 0.001, 0.181_351_170_521_364_3, 0.982_542_489_033_918_2),
            (3, 1000, 0.001, 0.080_209_342_840_201, 0.981_073_166_549_639_6),
            (2800, 3000, 0.95, 0.999_973_781_352_765_8, 3.623_173_000_226_407e-5),
            (2900, 3000, 0.95, 5.762_729_012_184_356e-6, 0.999_996_292_855_754_8),
        ] {
            assert_close(at_least(hits, trials, p), above, 1e-9);
            assert_close(at_most(hits, trials, p), below, 1e-9);
        }
        assert_eq!([at_least(0, 9, 0.1), at_most(9, 9, 0.1), binomial_p_value(9, 9, 1.0)], [1.0; 3]);
    }

    #[test]
    fn cumulated_probabilities_are_those_of_another_system() {
        for (z, degrees, expected) in [
            (-4.0, 23.0, 2.812_709_575_358_167_7e-4),
            (1.5, 23.0, 0.926_391_317_992_467_9),
            (2.0, 999.0, 0.977_114_691_513_121_5),
            (-4.0, 1e9, 3.167_124_183_311_986e-5),
        ] {
            assert_close(probability(z, degrees), expected, 1e-9);
        }
        // The ends of the central 95 % are at 1.96 standard errors.
        assert!(is_inside(probability(-1.959, 1e9), 0.95) && !is_inside(probability(1.961, 1e9), 0.95));
    }

    #[test]
    fn holm_multiplies_by_what_is_left() {
        // By hand: 4 x .01, 3 x .02, then 2 x .03 = .06 and 1 x .2.
        let found = holm(&[0.03, 0.01, 0.2, 0.02]);
        for (found, expected) in found.into_iter().zip([0.06, 0.04, 0.2, 0.06]) {
            assert_close(found, expected, 1e-14);
        }
        assert_eq!(holm(&[0.5, 0.9]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn the_interval_and_the_p_value_agree() {
        for hits in [0, 1, 17, 40] {
            let (low, high) = clopper_pearson(hits, 40, 0.95);
            for (p, inside) in [(low - 1e-6, false), (low + 1e-6, true), (high - 1e-6, true), (high + 1e-6, false)] {
                if (0.0..=1.0).contains(&p) {
                    assert_eq!(binomial_p_value(hits, 40, p) >= 0.05, inside, "{hits} {p}");
                }
            }
        }
        assert_eq!(clopper_pearson(0, 0, 0.95), (0.0, 1.0));
    }

    #[test]
    fn what_is_no_number_has_no_test() {
        assert_eq!(kolmogorov_smirnov(&[]), None);
        assert_eq!(kolmogorov_smirnov(&[0.5, f64::NAN]), None);
        assert!(probability(0.0, f64::NAN).is_nan() && !is_inside(f64::NAN, 0.95));
    }

    /// norm.ppf(.975) of SciPy; of two uniform variables the smaller is below p with probability 1 - (1 - p)^2.
    #[test]
    fn quantiles_of_normal_and_ordered_variables() {
        assert_close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-12);
        let smaller = order_statistic(1, 2, 0.19);
        assert_close(smaller, 0.1, 1e-9);
        assert_close(order_statistic(2, 2, 0.81), 0.9, 1e-9);
    }
}
