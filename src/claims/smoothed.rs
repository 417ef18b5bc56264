//! Risks of density estimates by computations that share nothing with the theory's quadratures.

use std::f64::consts::PI;
use std::ops::Add;

use goldenweight_theory::scalar::Scalar;
use nalgebra::DMatrix;

use super::doubled::Linear;
use super::moments::{Number, binomial, whole};

/// E (phi_t - phi)^2 at t = 0..=generations for rows that are +1 or -1 with mean phi, and fits that are a times the weighted mean of the rows, from the exact
/// distribution of the fit. It is what a kernel estimate does at one frequency: rows of absolute value 1, and a factor of the kernel.
pub fn sign_risk<T: Number>([phi, a]: [&T; 2], real: u64, synthetic: u64, weight: &T, generations: u32) -> Vec<T> {
    let (one, two) = (T::one(), whole::<T>(2));
    // The mean of so many rows, with its probabilities.
    let means = |mean: &T, rows: u64| -> Vec<(T, T)> {
        let law = binomial(&((one.clone() + mean.clone()) / two.clone()), rows);
        let value = |i: u64| two.clone() * whole::<T>(i) / whole::<T>(rows) - one.clone();
        (0..).zip(law).map(|(i, mass)| (value(i), mass)).collect()
    };
    let fresh = means(phi, real);
    let mean_loss = |fitted: &[(T, T)]| {
        let loss = |(fit, mass): &(T, T)| mass.clone() * (fit.clone() - phi.clone()) * (fit.clone() - phi.clone());
        fitted.iter().map(loss).fold(T::zero(), Add::add)
    };
    let mut fitted: Vec<_> = fresh.iter().map(|(mean, mass)| (a.clone() * mean.clone(), mass.clone())).collect();
    let mut risks = vec![mean_loss(&fitted)];
    for _ in 0..generations {
        let mut drawn = means(&T::zero(), synthetic);
        drawn.iter_mut().for_each(|(_, mass)| *mass = T::zero());
        for (fit, mass) in &fitted {
            drawn.iter_mut().zip(means(fit, synthetic)).for_each(|(sum, (_, given))| sum.1 += mass.clone() * given);
        }
        let pair = |(x, p): &(T, T), (y, q): &(T, T)| {
            let mean = weight.clone() * x.clone() + (one.clone() - weight.clone()) * y.clone();
            (a.clone() * mean, p.clone() * q.clone())
        };
        fitted = fresh.iter().flat_map(|x| drawn.iter().map(move |y| pair(x, y))).collect();
        risks.push(mean_loss(&fitted));
    }
    risks
}

/// The mean integrated squared error at t = 0..=weights.len(), kernel Gaussian, truth N(0, 1), as a sum of Gaussian integrals.
///
/// With the kernel's transform a = e^{-h^2 omega^2/2} and phi = e^{-omega^2/2}, E phi_t is phi times a polynomial in a, and E phi_t^2 a polynomial in a plus phi^2 times
/// another one. These polynomials are carried, and each power is integrated: a^i phi^j has the integral sqrt(2 pi/(i h^2 + j)).
pub fn density_risk([real, synthetic]: [u64; 2], bandwidth: f64, weights: &[f64]) -> Vec<f64> {
    let (n, m, h2) = (real as f64, synthetic as f64, bandwidth * bandwidth);
    let power = |i: usize, j: f64| 1.0 / (2.0 * PI * (i as f64 * h2 + j)).sqrt();
    let risk = |mean: &[f64], flat: &[f64], square: &[f64]| {
        let sum = |c: &[f64], j: f64| c.iter().enumerate().skip(1).map(|(i, c)| c * power(i, j)).sum::<f64>();
        sum(flat, 0.0) + sum(square, 2.0) - 2.0 * sum(mean, 2.0) + power(0, 2.0)
    };
    // Shifted by so many powers of a.
    let times = |shift: usize, c: Vec<f64>| [vec![0.0; shift], c].concat();
    let (mut mean, mut flat, mut square) = (vec![0.0, 1.0], vec![0.0, 0.0, 1.0 / n], vec![0.0, 0.0, 1.0 - 1.0 / n]);
    let mut risks = vec![risk(&mean, &flat, &square)];
    for w in weights {
        let u = 1.0 - w;
        let kept = u * u * (1.0 - 1.0 / m);
        flat = times(2, flat.iter().map(|c| kept * c).collect());
        flat[2] += w * w / n + u * u / m;
        square = times(2, square.iter().map(|c| kept * c).collect());
        square[2] += w * w * (1.0 - 1.0 / n);
        square.iter_mut().skip(2).zip(&mean).for_each(|(sum, c)| *sum += 2.0 * w * u * c);
        mean = times(1, mean.iter().map(|c| u * c).collect());
        mean[1] += w;
        risks.push(risk(&mean, &flat, &square));
    }
    risks
}

/// The mean of the mean integrated squared error over generations `from..from + count`, kernel Gaussian, truth N(0, 1), at a weight: at each frequency the matrix of a generation is squared, and
/// the frequencies are added up by the trapezoidal rule in the logarithm.
///
/// At omega = e^s all functions are analytic for |Im s| < pi/4, so that steps of 1/8 leave e^(-4 pi^2). Where h omega is below 1e-8, a is rounded to 1, and nothing is ever lost.
pub fn late_density_risk([real, synthetic]: [f64; 2], bandwidth: f64, w: f64, (from, count): (u64, u64)) -> f64 {
    let (u, step) = (1.0 - w, 0.125);
    let last = libm::log(7.0 / bandwidth.min(1.0));
    let first = libm::log(1e-18 / bandwidth.max(1.0));
    let mean = |omega: f64| {
        // The kernel's transform, and f = phi^2 with what it lacks of 1.
        let a = libm::exp(-0.5 * bandwidth * bandwidth * omega * omega);
        let (power, noise) = (libm::exp(-omega * omega), -libm::expm1(-omega * omega));
        // Of the rounded a, so that for ever all is lost where a is not 1.
        let lost = 1.0 - a;
        // 1, d, d^2, V, and the sum of V + d^2 f.
        let generation = Linear::of(5, true, |x| {
            let &[one, d, d2, variance, sum] = x else { unreachable!("five numbers") };
            let spread = noise * one + power * (2.0 * d - d2);
            vec![
                one,
                lost * one + u * a * d,
                lost * lost * one + 2.0 * lost * u * a * d + u * u * a * a * d2,
                a * a
                    * (w * w * noise * one / real + u * u * (spread / synthetic + (1.0 - 1.0 / synthetic) * variance)),
                sum + variance + power * d2,
            ]
        });
        let start = [1.0, lost, lost * lost, a * a * noise / real, 0.0];
        let (mut at, exponent) = generation.power(from).applied(&start);
        at[4] = 0.0;
        let (then, more) = generation.power(count).applied(&at);
        then[4] / count as f64 * libm::exp2(exponent + more)
    };
    let steps = ((last - first) / step).ceil() as u32;
    let term = |i: u32| {
        let omega = libm::exp(last - step * f64::from(i));
        omega * mean(omega)
    };
    step / PI * (0..=steps).map(term).sum::<f64>()
}

/// The mean integrated squared error after so many generations at a weight, of any kernel with this transform and any mixture of Gaussians (shares, means, standard deviations): E phi_t and
/// E |phi_t|^2 at each frequency, by the trapezoidal rule up to hX = 1000. `tail` is the integral of the transform's square from there on, but for what oscillates.
///
/// The rule's error is what the density of the error's square has beyond 2 pi/.05 = 126: nothing, where kernel, bandwidth and mixture are narrower.
pub fn mixture_risk(
    (transform, tail): (impl Fn(f64) -> f64, f64),
    truth: &[(f64, f64, f64)],
    [n, m]: [f64; 2],
    (h, w): (f64, f64),
    generations: u32,
) -> f64 {
    const STEP: f64 = 0.05;
    let u = 1.0 - w;
    let loss = |omega: f64| {
        let wave = |part: fn(f64) -> f64| -> f64 {
            truth.iter().map(|&(p, mean, sd)| p * part(mean * omega) * libm::exp(-0.5 * sd * sd * omega * omega)).sum()
        };
        let (re, im) = (wave(libm::cos), wave(libm::sin));
        let a = if omega == 0.0 { 1.0 } else { transform(h * omega) };
        let f = re * re + im * im;
        let real = 1.0 / n + (1.0 - 1.0 / n) * f;
        // Both in units of the truth: E phi_t is `share` times phi.
        let (mut share, mut square) = (a, a * a * real);
        for _ in 0..generations {
            let drawn = 1.0 / m + (1.0 - 1.0 / m) * square;
            square = a * a * (w * w * real + u * u * drawn + 2.0 * w * u * share * f);
            share = a * (w + u * share);
        }
        square - 2.0 * share * f + f
    };
    let steps = (1000.0 / (h * STEP)) as u32;
    let sum: f64 = (1..steps).map(|i| loss(f64::from(i) * STEP)).sum();
    let ends = 0.5 * (loss(0.0) + loss(f64::from(steps) * STEP));
    // Far out the truth is 0, and of a generation only its own rows are left: smoothed once, where others are smoothed twice.
    let noise = if generations == 0 { 1.0 / n } else { w * w / n + u * u / m };
    ((sum + ends) * STEP + noise * tail / h) / PI
}

/// 1/(2 pi) times the integral of K^2/(1 - u^2 K^2) by the trapezoidal rule, for a kernel on [-1, 1] with these values of its transform at 1/8, 1/4, 3/8, ..., and the integral `square` of its
/// own square.
///
/// Of K^2 the integral is known. What is left falls as x^-4 or faster, and has its poles where u K is 1, at x = i (6w)^(1/2) or farther from the line: for u = .95 the rule's error is
/// e^(-16 pi .3^(1/2)).
pub fn kernel_sum(transform: &[f64], square: f64, u: f64) -> f64 {
    let term = |k: f64| {
        let passed = u * u * k * k;
        k * k * passed / (1.0 - passed)
    };
    let sum: f64 = transform.iter().map(|k| term(*k)).sum();
    square + 0.125 / PI * (sum + 0.5 * term(1.0))
}

/// The logarithm's derivative, times w, of w^{-1/2} (w^2 + k u^2) sum over j >= 1 of u^{2j-2}/sqrt(j): negative below the weight that minimises it, and positive above.
/// The series is cut after so many terms, and `rest` is asked for what may have been left out, from the first term that was.
pub fn gaussian_score<S: Scalar>([k, w]: [&S; 2], root: impl Fn(i64) -> S, terms: i64, rest: impl Fn(S) -> S) -> S {
    let u = S::one() - w.clone();
    let square = u.sqr();
    // The sum, and its derivative by u^2.
    let (mut sum, mut slope, mut power) = (S::one(), S::ratio(0, 1), S::one());
    for j in 2..=terms {
        slope = slope + S::ratio(j - 1, 1) * power.clone() / root(j);
        power = power * square.clone();
        sum = sum + power.clone() / root(j);
    }
    // Terms fall at least by u^2 each; those of the derivative by twice that, for u^2 < 1/2.
    let left = rest(power.clone() * square.clone() / (S::one() - square.clone()));
    let left_of_slope = rest(S::ratio(terms, 1) * power / (S::one() - S::ratio(2, 1) * square.clone()));
    let (sum, slope) = (sum + left, slope + left_of_slope);
    let mixed = w.sqr() + k.clone() * square;
    let parts = S::ratio(2, 1) * (w.clone() - k.clone() * u.clone()) / mixed - S::ratio(2, 1) * u * slope / sum;
    w.clone() * parts - S::ratio(1, 2)
}

/// w^{-1/2} (w^2 + k u^2) sum over j >= 1 of u^{2j-2}/sqrt(j), in floats.
pub fn gaussian_objective(k: f64, w: f64) -> f64 {
    let square = (1.0 - w) * (1.0 - w);
    let terms = std::iter::successors(Some(1.0), |power| Some(power * square)).take_while(|power| *power > 1e-18);
    let sum: f64 = terms.zip(1..).map(|(power, j)| power / f64::from(j).sqrt()).sum();
    (w * w + k * square) / w.sqrt() * sum
}

/// The same of the sinc kernel: w^2 times 1/(1 - u^2) is what the real rows of all generations add, k u^2 times it the synthetic ones, generation by generation.
pub fn sinc_objective(k: f64, w: f64) -> f64 {
    let square = (1.0 - w) * (1.0 - w);
    let kept = std::iter::successors(Some(1.0), |kept| Some(kept * square)).take_while(|kept| *kept > 1e-18);
    kept.map(|kept| kept * (w * w + k * square)).sum()
}

/// |E `beta_t` - beta|^2 at t = 0..=generations of fits on one design X, of which `map` makes coefficients of labels: labels without noise, followed through the generations.
pub fn labels_bias<T: Number>([x, map]: [&DMatrix<T>; 2], beta: &DMatrix<T>, weight: &T, generations: u32) -> Vec<T> {
    let real = x * beta;
    let mut fit = map * &real;
    let mut found = Vec::new();
    for _ in 0..=generations {
        found.push((&fit - beta).iter().map(|error| error.clone() * error.clone()).fold(T::zero(), Add::add));
        let labels = (x * &fit).zip_map(&real, |made, real| (T::one() - weight.clone()) * made + weight.clone() * real);
        fit = map * labels;
    }
    found
}

/// The limit risk of a fit that shrinks by a, in each direction with the square b^2 of its coefficient and the variance g of one fit, from the sums over the generations that
/// its noise and its bias are: (1 - a) (1 + ua + (ua)^2 + ...) of the coefficient, and (w^2 + k u^2) g (1 + (ua)^2 + (ua)^4 + ...).
pub fn shrunken_limit(k: f64, w: f64, directions: &[[f64; 3]]) -> f64 {
    let u = 1.0 - w;
    let sum = |ratio: f64| {
        std::iter::successors(Some(1.0), |term| Some(term * ratio)).take_while(|term| *term > 1e-18).sum::<f64>()
    };
    let of = |&[a, b2, g]: &[f64; 3]| {
        let lost = (1.0 - a) * sum(u * a);
        lost * lost * b2 + (w * w + k * u * u) * g * sum(u * u * a * a)
    };
    directions.iter().map(of).sum()
}
