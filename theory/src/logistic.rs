//! Logistic regression.
//!
//! Tested by `tests/laws/information.rs`: digits, and Gauss-Legendre quadrature; `tests/laws/enclosure.rs`: digits.

use crate::interval::Interval;
use crate::misspecified::well_specified;
use crate::parameters::SampleSizes;
use crate::recursion::Recursion;
use crate::scalar::{Analytic, Scalar};

/// The two eigenvalues of the Fisher information under design N(0, I).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Information<S = f64> {
    /// a = E s'(bZ): orthogonal to beta, p - 1 times.
    pub across: S,
    /// c = E Z^2 s'(bZ): along beta, once.
    pub along: S,
}

/// Eigenvalues of the Fisher information at a coefficient vector of norm b.
///
/// # Formula
/// `a = E s'(bZ),  c = E Z^2 s'(bZ),  Z ~ N(0, 1),  s'(x) = e^{-|x|}/(1 + e^{-|x|})^2`
///
/// # Domain
/// b >= 0, up to 1e100 (beyond it c underflows)
///
/// # Source
/// derived: I = E s'(x'beta) x x'; x splits into its part along beta and an independent standard part across
///
/// # Computed as
/// [`trapezoid`] of [`step`] 0.4/sqrt(1 + b^2), cut at [`nodes`] where the integrand is below 1e-20 of its integral.
/// The error of both is enclosed by [`enclosure`]; with exact arithmetic it is below 1e-16.
///
/// # Accuracy
/// 2e-15 relative (4.4e-16 measured), against 50-digit quadrature for b in 0..50 and at 1e3 and 1e6
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic};
/// // At beta = 0 a label has variance 1/4 whatever its covariates.
/// let found = logistic::information(0.0);
/// assert!((found.across - 0.25).abs() < 1e-15 && (found.along - 0.25).abs() < 1e-15);
/// ```
#[must_use]
pub fn information(norm_beta: f64) -> Information {
    trapezoid(&norm_beta, &step(norm_beta), nodes(norm_beta))
}

/// Step of the trapezoidal rule in [`information`].
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic};
/// assert_eq!(logistic::step(0.0), 0.4);
/// ```
#[must_use]
pub fn step(norm_beta: f64) -> f64 {
    0.4 / (1.0 + norm_beta * norm_beta).sqrt()
}

/// Nodes of the trapezoidal rule in [`information`] on either side of 0: beyond either bound, z^2/2 or |bz| alone makes
/// the integrand negligible.
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic};
/// // Up to z = 10, where the normal density is below 1e-22.
/// assert_eq!(logistic::nodes(0.0), 25);
/// ```
#[must_use]
pub fn nodes(norm_beta: f64) -> u32 {
    (10.0_f64.min(56.0 / norm_beta) / step(norm_beta)).ceil() as u32
}

/// The integrals of [`information`] by the trapezoidal rule, h sum f(j h) over |j| <= nodes.
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic};
/// // At b = 0 the integrand is a quarter of the normal density, for which the rule is exact to rounding.
/// let found = logistic::trapezoid(&0.0, &0.25, 40);
/// assert!((found.across - 0.25_f64).abs() < 1e-15);
/// ```
#[must_use]
pub fn trapezoid<S: Analytic>(norm_beta: &S, step: &S, nodes: u32) -> Information<S> {
    let (b, h) = (norm_beta, step);
    let (mut across, mut along) = (S::ratio(0, 1), S::ratio(0, 1));
    // The smallest terms first.
    for node in (1..=nodes).rev() {
        let z = S::ratio(node.into(), 1) * h.clone();
        let decay = (-b.clone() * z.clone()).exp();
        let gauss = (-z.sqr() / S::ratio(2, 1)).exp();
        let term = gauss * decay.clone() / (S::one() + decay).sqr();
        across = across + term.clone();
        along = along + z.sqr() * term;
    }
    let scale = S::ratio(2, 1) * h.clone() / (S::ratio(2, 1) * S::pi()).sqrt();
    Information { across: scale.clone() * (across + S::ratio(1, 8)), along: scale * along }
}

/// Intervals that contain the eigenvalues of [`information`], for every b^2 in an interval.
///
/// # Domain
/// b < 1e100; from there on the whole line
///
/// # Computed as
/// [`enclosure_by`] the step and the nodes of [`information`], so of the very sum that it computes; both bounds together
/// are below 1e-16.
///
/// # Source
/// derived: [`enclosure_by`]
///
/// # Accuracy
/// at a single b^2, relative width below 1e-14 (7e-15 measured for b in 0..1e50)
///
/// # Examples
/// ```
/// use goldenweight_theory::{interval::Interval, logistic};
/// let found = logistic::enclosure(&Interval::point(0.0));
/// assert!(found.across.contains(0.25) && found.along.contains(0.25) && found.across.width() < 1e-12);
/// ```
#[must_use]
pub fn enclosure(norm_squared: &Interval) -> Information<Interval> {
    let b = norm_squared.sqrt().midpoint();
    // Where b^2 overflows there is no step; the largest b of the domain stands in, and the answer is the whole line.
    let b = b.min(LARGEST_NORM);
    enclosure_by(norm_squared, step(b), nodes(b))
}

/// Beyond it c underflows.
const LARGEST_NORM: f64 = 1e100;

/// As [`enclosure`], by the trapezoidal rule with any step and any number of nodes.
///
/// # Domain
/// b < 1e100, step > 0, and nodes beyond sqrt 2; elsewhere the whole line
///
/// # Computed as
/// [`trapezoid`] over intervals, and two bounds.
///
/// Discretisation. For f analytic in the strip |Im z| <= d, and M a bound on the integral of |f| along every line of it,
/// the sum over all nodes differs from the integral by at most eps M, eps = 2/(e^{2 pi d/h} - 1). Here f is g phi and
/// z^2 g phi, g(z) = s'(bz), with poles from |Im z| = pi/b on. On z = x + iy,
/// ```text
/// |phi(z)| = phi(x) e^{y^2/2},  |z|^2 = x^2 + y^2,
/// |s'(u + iv)| = 1/(4 |cosh(u/2 + iv/2)|^2) <= s'(u)/cos^2(v/2) <= s'(u)/(1 - |v|/pi)^2,
/// ```
/// by |cosh(r + is)|^2 = cosh^2 r cos^2 s + sinh^2 r sin^2 s and because cos is concave on [0, pi/2]. So
/// M = K a and M = K (c + d^2 a), K = e^{d^2/2}/(1 - bd/pi)^2: the error is relative to what is sought, and
/// a (1 +- eps K) and c (1 +- eps K) +- eps K d^2 a contain the sums. Every d < pi/b will do:
/// d = 0.9 pi/sqrt(1 + b^2).
///
/// Truncation. By s'(x) <= e^{-x} the terms from Z = h nodes on are below z^2 e^{-bz} phi(z) and that without z^2, whose
/// logarithms fall with slopes r = b + Z - 2/Z and more. A geometric series with ratio e^{-rh} has the sum
/// 1/(e^{rh} - 1) < 1/(rh) behind its first term, so the terms left out on both sides add up to at most 2 e^{-bZ} phi(Z)/r, and Z^2
/// times that.
///
/// # Source
/// derived; the strip theorem: Trefethen and Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56
/// (2014), theorem 5.1
///
/// # Accuracy
/// the two bounds, and a relative width of 7e-15 (measured for b in 0..1e50) for the arithmetic
///
/// # Examples
/// ```
/// use goldenweight_theory::{interval::Interval, logistic};
/// // A coarser rule has wider bounds, which hold the same number.
/// let found = logistic::enclosure_by(&Interval::point(0.0), 0.5, 20);
/// assert!(found.across.contains(0.25) && found.along.contains(0.25));
/// ```
#[must_use]
pub fn enclosure_by(norm_squared: &Interval, step: f64, nodes: u32) -> Information<Interval> {
    let b = norm_squared.sqrt();
    let whole = Information { across: Interval::WHOLE, along: Interval::WHOLE };
    let h = Interval::point(step);
    if b.high() > LARGEST_NORM || !h.is_positive() {
        return whole;
    }
    let number = |n| Interval::ratio(n, 1);
    let sum = trapezoid(&b, &h, nodes);

    let d = Interval::ratio(9, 10) * Interval::pi() / (number(1) + *norm_squared).sqrt();
    let growth = (d.sqr() / number(2)).exp() / (number(1) - b * d / Interval::pi()).sqr();
    let strip = number(2) * growth / ((number(2) * Interval::pi() * d / h).exp() - number(1));

    let end = number(nodes.into()) * h;
    let slope = b + end - number(2) / end;
    if !slope.is_positive() {
        return whole;
    }
    let cut = number(2) * (-b * end - end.sqr() / number(2)).exp() / ((number(2) * Interval::pi()).sqrt() * slope);

    // Every value between none of the error and all of it.
    let upto = |error: Interval| error.hull(number(0));
    let error = strip.hull(-strip);
    let across = (sum.across + upto(cut)) / (number(1) + error);
    let along = (sum.along + upto(end.sqr() * cut) + error * d.sqr() * across) / (number(1) + error);
    Information { across, along }
}

/// Trace of the inverse Fisher information, design N(0, I).
///
/// # Formula
/// `tr I^-1 = (p - 1)/a + 1/c`, p = length of beta
///
/// # Source
/// derived: [`information`] gives the eigenvalues
///
/// # Accuracy
/// 2e-15 relative
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic};
/// // 4 for each coefficient at beta = 0.
/// assert!((logistic::trace_inverse_information(&[0.0; 5]) - 20.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn trace_inverse_information(beta: &[f64]) -> f64 {
    let Some(others) = beta.len().checked_sub(1) else { return 0.0 };
    let norm = beta.iter().fold(0.0, |norm, b| libm::hypot(norm, *b));
    let Information { across, along } = information(norm);
    others as f64 / across + 1.0 / along
}

/// An interval that contains [`trace_inverse_information`] in exact arithmetic, for every beta in the intervals.
///
/// # Formula
/// as [`trace_inverse_information`]
///
/// # Source
/// derived: [`enclosure`] contains the eigenvalues
///
/// # Accuracy
/// at a single beta, relative width below 1e-14 (5e-15 measured for p up to 20)
///
/// # Examples
/// ```
/// use goldenweight_theory::{interval::Interval, logistic};
/// let found = logistic::trace_inverse_enclosure(&[Interval::point(0.0); 2]);
/// assert!(found.contains(8.0) && found.width() < 1e-10);
/// ```
#[must_use]
pub fn trace_inverse_enclosure(beta: &[Interval]) -> Interval {
    let zero = Interval::point(0.0);
    let Some((_, rest)) = beta.split_first() else { return zero };
    let norm_squared = beta.iter().fold(zero, |sum, b| sum + b.sqr());
    let others = rest.iter().fold(zero, |count, _| count + Interval::one());
    let Information { across, along } = enclosure(&norm_squared);
    others / across + Interval::one() / along
}

/// Probability that no fit to n rows exists, where beta = 0.
///
/// # Formula
/// `2^{1-n} sum_{i < p} C(n - 1, i)`
///
/// # Domain
/// p >= 1, 1 <= n <= 1000; any law of the rows under which, almost surely, no p of them are linearly dependent
///
/// # Source
/// derived, after Cover, Geometrical and statistical properties of systems of linear inequalities (1965). There is no maximum exactly where a hyperplane
/// through the origin has all labels of 1 on one side and all of 0 on the other (Albert and Anderson, On the existence of maximum likelihood estimates in
/// logistic regression models, 1984). Of the 2^n labellings, which are equally likely, let L(n, p) be so. A new row splits those of the others' whose
/// hyperplane can pass through it, which are the L(n, p - 1) of their projections along it: L(n + 1, p) = L(n, p) + L(n, p - 1), L(1, p) = 2,
/// L(n, 0) = 0. The formula is L(n, p)/2^n by Pascal's rule.
///
/// # Accuracy
/// exact while n C(n - 1, i) stays below 2^53; beyond that each term adds two roundings, 2e-16 p relative
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic};
/// // One coefficient and two rows: separable unless the signs of x and of the label agree in one row alone, which has probability 1/2.
/// assert_eq!(logistic::separation_probability(1, 2), 0.5);
/// ```
#[must_use]
pub fn separation_probability(dim: u32, rows: u32) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for i in 0..dim.min(rows) {
        sum += term;
        term = term * f64::from(rows - 1 - i) / f64::from(i + 1);
    }
    sum * libm::exp2(1.0 - f64::from(rows))
}

/// Coefficients, weighted maximum likelihood on the pooled rows, design N(0, I).
///
/// # Formula
/// `A_r = A_s = tr I^-1,  nu = n, m,  rho = 1`
///
/// # Domain
/// limit n -> inf with k = n/m fixed; the gap at finite n is O(1/n)
///
/// # Source
/// paper, abstract (generalised linear models); derived as [`crate::misspecified::limit_law`]
///
/// # Examples
/// ```
/// use goldenweight_theory::{logistic, parameters::SampleSizes};
/// // Labels of probability 1/2: 4/n for each coefficient.
/// let risk = logistic::limit_law(&[0.0; 2], SampleSizes::new(100, 100)?).limit(&1.0);
/// assert!((risk - 0.08).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn limit_law(beta: &[f64], sizes: SampleSizes) -> Recursion<f64> {
    well_specified(trace_inverse_information(beta), sizes)
}
