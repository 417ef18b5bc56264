//! The laws of the judge's statistics by routes that share nothing with the rules: finite sums, determinants, quadrature, enumeration.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use nalgebra::{DMatrix, DVector};

/// P(|T| > t) of Student's law with a whole number of degrees of freedom.
///
/// # Formula
/// With theta = arctan(t/sqrt(degrees)) and c = cos(theta): for an even number 1 - sin(theta) (1 + c^2/2 + (1 3)/(2 4) c^4 + ...), for an odd one
/// 1 - (2/pi) (theta + sin(theta) (c + (2/3) c^3 + (2 4)/(3 5) c^5 + ...)), up to the power degrees - 2 of c.
/// # Source
/// Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
/// # Accuracy
/// Taken from 1: 1e-15 absolute.
pub(super) fn student_two_tails(t: f64, degrees: u32) -> f64 {
    let theta = libm::atan(t / f64::from(degrees).sqrt());
    let c2 = libm::cos(theta) * libm::cos(theta);
    let odd = degrees % 2 == 1;
    let (mut term, mut sum) = (if odd { libm::cos(theta) } else { 1.0 }, 0.0);
    // The power of c in the next term is `power`, at most degrees - 2.
    for power in (if odd { 1 } else { 0 }..=degrees.saturating_sub(2)).step_by(2).filter(|_| degrees > 1) {
        sum += term;
        term *= c2 * f64::from(power + 1) / f64::from(power + 2);
    }
    let inside = libm::sin(theta) * sum;
    1.0 - if odd { 2.0 / PI * (theta + inside) } else { inside }
}

/// P(|T| > t) of Student's law with many degrees of freedom, where t is 1 or more.
///
/// # Formula
/// With s = degrees/(degrees + t^2) and u = s e^-y it is the integral of e^(-y degrees/2) (1 - s e^-y)^(-1/2) over y > 0, times s^(degrees/2)
/// Gamma((degrees + 1)/2)/(Gamma(degrees/2) Gamma(1/2)).
/// # Accuracy
/// Simpson's rule with steps of 1/50 of the integrand's length, 1e-8. The logarithms of the two gamma functions lose 1e-16 of their size: 1e-10 at 10^5 degrees.
pub(super) fn student_beyond(t: f64, degrees: u32) -> f64 {
    let degrees = f64::from(degrees);
    let s = degrees / (degrees + t * t);
    let (length, steps) = (2.0 / degrees, 2000_u32);
    let step = 0.02 * length;
    let at = |i: u32| {
        let y = step * f64::from(i);
        libm::exp(-y / length) / (1.0 - s * libm::exp(-y)).sqrt()
    };
    let factor = |i: u32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
    let integral = step / 3.0 * (0..=steps).map(|i| factor(i) * at(i)).sum::<f64>();
    let constant = libm::lgamma(0.5 * (degrees + 1.0)) - libm::lgamma(0.5 * degrees) - 0.5 * libm::log(PI);
    integral * libm::exp(constant + 0.5 * degrees * libm::log(s))
}

/// P(Z > z) of the normal law, z > 1.
///
/// # Formula
/// Laplace's continued fraction phi(z)/(z + 1/(z + 2/(z + 3/(z + ...)))).
/// # Accuracy
/// 1e-13 relative from z = 2 on: 400 terms.
pub(super) fn normal_tail(z: f64) -> f64 {
    let fraction = (1..400).rev().fold(z, |tail, k| z + f64::from(k) / tail);
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt() / fraction
}

/// P(X > x) of the chi-squared law.
///
/// # Formula
/// Q(x; d + 2) = Q(x; d) + (x/2)^(d/2) e^(-x/2)/Gamma(d/2 + 1), from Q(x; 1) = 2 P(Z > sqrt x) and Q(x; 2) = e^(-x/2).
pub(super) fn chi_squared_tail(x: f64, degrees: u32) -> f64 {
    let odd = degrees % 2 == 1;
    let first = if odd { 1 } else { 2 };
    let start = if odd { 2.0 * normal_tail(x.sqrt()) } else { libm::exp(-0.5 * x) };
    (first..degrees).step_by(2).fold(start, |tail, d| {
        let half = 0.5 * f64::from(d);
        tail + libm::exp(half * libm::log(0.5 * x) - 0.5 * x - libm::lgamma(half + 1.0))
    })
}

/// The probability that Brownian motion B(t) leaves (-b sqrt t, b sqrt t) at one of the times 1/8, 1/4, 1/2 and 1.
///
/// # Formula
/// The density of what has stayed inside, from look to look: f'(y) = integral of f(x) phi((y - x)/s)/s dx, s^2 the time between the two.
/// # Source
/// Armitage, P., McPherson, C. K. and Rowe, B. C. (1969), Repeated significance tests on accumulating data, JRSS-A 132, 235-244.
/// # Accuracy
/// Simpson's rule at 401 points, 1e-8.
pub(super) fn leaves_at_a_look(b: f64) -> f64 {
    const POINTS: u32 = 401;
    let density = |x: f64, s: f64| libm::exp(-0.5 * (x / s) * (x / s)) / (s * (2.0 * PI).sqrt());
    let grid = |time: f64| -> Vec<(f64, f64)> {
        let (end, step) = (b * time.sqrt(), 2.0 * b * time.sqrt() / f64::from(POINTS - 1));
        let factor = |i| if i == 0 || i == POINTS - 1 { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        (0..POINTS).map(|i| (f64::from(i) * step - end, factor(i) * step / 3.0)).collect()
    };
    // Points with the mass that belongs to each.
    let mut inside = vec![(0.0, 1.0)];
    let mut before = 0.0;
    for time in [0.125, 0.25, 0.5, 1.0_f64] {
        let s = (time - before).sqrt();
        let at =
            |(y, mass): (f64, f64)| (y, mass * inside.iter().map(|(x, of_x)| of_x * density(y - x, s)).sum::<f64>());
        inside = grid(time).into_iter().map(at).collect();
        before = time;
    }
    1.0 - inside.iter().map(|(_, mass)| mass).sum::<f64>()
}

/// P(D >= d) of Kolmogorov's distance D of n uniform values, for few values.
///
/// # Formula
/// P(D < d) = n! det M with M_ij = max(0, b_i - a_j)^(j - i + 1)/(j - i + 1)! for j >= i - 1 and 0 below, where a_j = max(0, j/n - d) and
/// b_i = min(1, (i - 1)/n + d) enclose the order statistics.
/// # Source
/// Steck, G. P. (1971), Rectangle probabilities for uniform order statistics, Annals of Mathematical Statistics 42, 1-11.
pub(super) fn kolmogorov_tail(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let entry = |row: usize, column: usize| {
        let Some(power) = (column + 1).checked_sub(row) else { return 0.0 };
        let low = ((column + 1) as f64 / size - d).max(0.0);
        let high = (row as f64 / size + d).min(1.0);
        let width = (high - low).max(0.0);
        if power == 0 {
            f64::from(u8::from(width > 0.0))
        } else {
            width.powi(power as i32) / libm::tgamma(power as f64 + 1.0)
        }
    };
    1.0 - libm::tgamma(size + 1.0) * DMatrix::from_fn(n, n, entry).determinant()
}

/// P(D >= d) of Kolmogorov's distance D of n uniform values, for any number of them.
///
/// # Formula
/// With k = ceil(n d) and h = k - n d, P(D < d) = n!/n^n (H^n)_kk, where H has r = 2 k - 1 rows, H_ij = 1/(i - j + 1)! for i + 1 >= j, less h^i/i! in the first
/// column and h^(r + 1 - j)/(r + 1 - j)! in the last row (both in the corner, where (2h - 1)^r/r! is added if 2h > 1).
/// # Source
/// Marsaglia, G., Tsang, W. W. and Wang, J. (2003), Evaluating Kolmogorov's distribution, J. Stat. Software 8(18).
/// # Accuracy
/// All terms that are added up are positive: some n roundings, 1e-13.
pub(super) fn kolmogorov_walk(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let k = (size * d).ceil() as usize;
    let h = k as f64 - size * d;
    let (rows, factorial) = (2 * k - 1, |i: usize| libm::tgamma(i as f64 + 1.0));
    let step = DMatrix::from_fn(rows, rows, |i, j| {
        if i + 1 < j {
            return 0.0;
        }
        let power = i + 1 - j;
        let (first, last) = (j == 0, i == rows - 1);
        let mut cut = 0.0;
        if first {
            cut += h.powi(power as i32);
        }
        if last {
            cut += h.powi(power as i32);
        }
        if first && last && 2.0 * h > 1.0 {
            cut -= (2.0 * h - 1.0).powi(rows as i32);
        }
        (1.0 - cut) / factorial(power)
    });
    // One of the n steps at a time, each with its part of n!/n^n.
    let start = DVector::from_fn(rows, |i, _| f64::from(u8::from(i == k - 1)));
    let end = (1..=n).fold(start, |state, i| &step * state * (i as f64 / size));
    1.0 - end[k - 1]
}

/// p-values adjusted by the closed test: that of a hypothesis is the largest, over all sets of hypotheses that contain it, of the set's size times its least
/// p-value (Bonferroni's test of the set).
///
/// # Source
/// Marcus, R., Peritz, E. and Gabriel, K. R. (1976), On closed testing procedures, Biometrika 63, 655-660.
pub(super) fn closed_test(p_values: &[f64]) -> Vec<f64> {
    let sets = 1_u32 << p_values.len();
    let of_set = |set: u32| {
        let members = p_values.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, p)| *p);
        (f64::from(set.count_ones()) * members.fold(1.0, f64::min)).min(1.0)
    };
    let adjusted = |i: usize| (0..sets).filter(|set| set >> i & 1 == 1).map(of_set).fold(0.0, f64::max);
    (0..p_values.len()).map(adjusted).collect()
}

/// P(X = hits) of the binomial law, by products.
pub(super) fn binomial(hits: u64, trials: u64, p: f64) -> f64 {
    let choose = (1..=hits).fold(1.0, |c, i| c * (trials - hits + i) as f64 / i as f64);
    choose * p.powi(hits as i32) * (1.0 - p).powi((trials - hits) as i32)
}

/// P(X > p) of the beta law with so many hits and trials: that of the hits-th smallest of `trials` uniform values being above p.
///
/// # Formula
/// The integral of x^hits (1 - x)^(trials - hits + 1) over s = ln(x/(1 - x)), from that of p on, over the integral from end to end.
/// # Accuracy
/// The trapezoidal rule with its end at p counted half and corrected by the slope there, 1e-9.
pub(super) fn beta_above(p: f64, hits: u64, trials: u64) -> f64 {
    let (a, b) = (hits as f64, (trials - hits + 1) as f64);
    // The logarithm of the integrand, less its largest value.
    let log = |s: f64| a * s - (a + b) * libm::log1p(libm::exp(s));
    let density = |s: f64| libm::exp(log(s) - log(libm::log(a / b)));
    let start = libm::log(p / (1.0 - p));
    let step = 1e-3;
    let side = |sign: f64| -> f64 {
        let slope = density(start) * (a - (a + b) * p) * sign;
        let inner: f64 = (1..60_000).map(|i| density(start + sign * step * f64::from(i))).sum();
        step * (0.5 * density(start) + inner) + step * step / 12.0 * slope
    };
    let [above, below] = [1.0, -1.0].map(side);
    above / (above + below)
}

/// Hall's z of a mean that is T standard errors too large, as a cube: ((1 + a T)^3 - 1)/(3 a) + a/2, a a third of the skewness.
///
/// # Source
/// Hall, P. (1992), On the removal of skewness by transformation, JRSS-B 54, 221-228.
pub(super) fn hall(t: f64, skewness: f64) -> f64 {
    let a = skewness / 3.0;
    if a == 0.0 { t } else { ((1.0 + a * t).powi(3) - 1.0) / (3.0 * a) + 0.5 * a }
}

/// What part each of three values at x has in the constant of a line through them, whose squares count so much, by the normal equations of least squares.
pub(super) fn constant_of_line(points: [(f64, f64); 3]) -> [f64; 3] {
    let sum = |term: fn(f64) -> f64| -> f64 { points.iter().map(|&(x, times)| times * term(x)).sum() };
    let (one, x, xx) = (sum(|_| 1.0), sum(|x| x), sum(|x| x * x));
    points.map(|(at, times)| times * (xx - x * at) / (one * xx - x * x))
}

/// Second and third cumulant of a difference, and the standard error of the third, from (standard error, skewness, error of the skewness) of both. Cumulants of a sum
/// add up: the second is the square of the standard error, the third its cube times the skewness, with the sign of what is taken off.
pub(super) fn sum_of_cumulants([a, b]: [(f64, f64, f64); 2]) -> [f64; 3] {
    let cube = |(error, ..): (f64, f64, f64)| error * error * error;
    let error = (cube(a) * a.2).powi(2) + (cube(b) * b.2).powi(2);
    [a.0 * a.0 + b.0 * b.0, a.1 * cube(a) - b.1 * cube(b), error.sqrt()]
}

/// The mean of values and its standard error.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (count * (count - 1.0))).sqrt())
}

/// P(Z > z) for any z, by the error function of another library than the rules'.
pub(super) fn normal_above(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() <= relative, "{found} against {expected}");
    }

    /// By hand: Cauchy's law 1 - 2 arctan(t)/pi; two degrees 1 - t/sqrt(2 + t^2); three 1 - (2/pi)(theta + sin theta cos theta); four
    /// 1 - sin theta (1 + cos^2 theta/2).
    #[test]
    fn students_tails_by_hand() {
        for t in [0.5, 1.0, 3.0_f64] {
            assert_close(student_two_tails(t, 1), 1.0 - 2.0 * libm::atan(t) / PI, 1e-14);
            assert_close(student_two_tails(t, 2), 1.0 - t / (2.0 + t * t).sqrt(), 1e-13);
            let theta = libm::atan(t / 3.0_f64.sqrt());
            assert_close(student_two_tails(t, 3), 1.0 - 2.0 / PI * (theta + 0.5 * libm::sin(2.0 * theta)), 1e-13);
            let sine = t / (4.0 + t * t).sqrt();
            assert_close(student_two_tails(t, 4), 1.0 - sine * (1.0 + 0.5 * 4.0 / (4.0 + t * t)), 1e-13);
        }
    }

    /// mpmath: `erfc(z/sqrt(2))/2`, `gammainc(d/2, x/2, inf, regularized=True)`.
    #[test]
    fn tails_of_another_system() {
        assert_close(normal_tail(2.0), 0.022_750_131_948_179_21, 1e-12);
        assert_close(normal_tail(5.0), 2.866_515_718_791_939e-7, 1e-12);
        assert_close(normal_above(2.0), 0.022_750_131_948_179_21, 1e-14);
        assert_close(chi_squared_tail(11.0, 4), 0.026_564_014_350_016_4, 1e-12);
        assert_close(chi_squared_tail(20.0, 5), 0.001_249_730_563_031_38, 1e-12);
    }

    /// One look alone leaves with the two tails; four leave with the sum of theirs at most.
    #[test]
    fn four_looks_leave_more_often_than_one() {
        let (one, all) = (2.0 * normal_above(1.959_963_984_540_054), leaves_at_a_look(1.959_963_984_540_054));
        assert!(one < all && all < 4.0 * one, "{one} {all}");
    }

    /// One value: D = max(u, 1 - u) >= d has probability 2 (1 - d) for d >= 1/2. Two values, d = 1/2: the two in (0, 1/2] and [1/2, 1) or both within
    /// reach, P(D < 1/2) = 1/2.
    #[test]
    fn kolmogorovs_distance_of_one_and_two() {
        assert_close(kolmogorov_tail(1, 0.7), 0.6, 1e-14);
        assert_close(kolmogorov_tail(2, 0.5), 0.5, 1e-14);
    }

    /// mpmath: `betainc(d/2, 1/2, 0, d/(d + t^2), regularized=True)`.
    #[test]
    fn students_tails_of_many_degrees() {
        for degrees in [64, 256] {
            assert_close(student_beyond(3.0, degrees), student_two_tails(3.0, degrees), 1e-8);
        }
        assert_close(student_beyond(5.0, 511), 7.892_472_160_635_54e-7, 1e-8);
        assert_close(student_beyond(6.0, 100_000), 1.979_929_455_601_763e-9, 1e-8);
    }

    /// By the determinant, which knows few values.
    #[test]
    fn kolmogorovs_distance_by_two_routes() {
        for (n, d) in [(1, 0.7), (2, 0.5), (2, 0.8), (5, 0.3), (5, 0.6), (20, 0.15), (20, 0.3)] {
            assert_close(kolmogorov_walk(n, d), kolmogorov_tail(n, d), 1e-9);
        }
    }

    /// Of two hypotheses: twice the smaller for it; the larger of that and the larger p for the other.
    #[test]
    fn the_closed_test_of_two() {
        assert_eq!(closed_test(&[0.01, 0.03]), [0.02, 0.03]);
        assert_eq!(closed_test(&[0.02, 0.03]), [0.04, 0.04]);
    }

    /// The smallest of three uniform values is above p with probability (1 - p)^3, the largest with 1 - p^3.
    #[test]
    fn order_statistics_of_three() {
        assert_close(beta_above(0.3, 1, 3), 0.343, 1e-9);
        assert_close(beta_above(0.3, 3, 3), 0.973, 1e-9);
    }

    #[test]
    fn heads_of_three_throws() {
        assert_eq!([0, 1, 2, 3].map(|hits| binomial(hits, 3, 0.5)), [0.125, 0.375, 0.375, 0.125]);
    }
}
