//! Data that accumulate: the real rows of generation 0 and the synthetic rows of every generation, all weighted alike.
//!
//! Tested by `tests/laws/accumulate.rs`: enumeration of every data set, moment tables in exact rationals, digits of the
//! limits, Gamma functions.

use crate::covariance::{CovarianceSystem, Moments};
use crate::parameters::{MixingRatio, SampleSizes};
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// The risk where generation t >= 1 is fitted on the n real rows of generation 0 and on the m synthetic rows of each of
/// the generations 1..t, every row weighted alike. Generation i's rows are drawn from the fit of generation i - 1, once.
///
/// # Formula
/// ```text
/// e_t = e_{t-1} + a_t^2 (A_s/nu_m + (rho - 1) e_{t-1}),   e_0 = A_r/nu_n,   a_t = m/(n + t m) = 1/(k + t)
/// ```
/// with the coefficients A_r/nu_n, A_s/nu_m and rho - 1 of the model's own [`Recursion`]
///
/// # Symbols
/// k = n/m; a_t = share of generation t's rows in its pool; z = k + 1; c^2 = |rho - 1|
///
/// # Domain
/// k > 0 by type, rho - 1 in [-1, 2], which every model here keeps. As exact as the model's [`Recursion`]: at every n, m
/// and t for means, frequencies, the distribution function, variance and covariance (each generation's covariance
/// centred at its own mean, divisors n - 1 and m - 1, weighted by rows); for regressions the limit n -> inf at fixed k.
///
/// # Source
/// derived: the fit of the pool is the mean of its generations' own fits, weighted by rows (for an M-estimator, to first
/// order: each generation's rows add their scores), so theta_t = theta_{t-1} + a_t (theta' - theta_{t-1}) with theta'
/// the fit of generation t's rows alone. Given theta_{t-1}, theta' has that mean, and by the law of the model
/// E |theta' - theta_{t-1}|^2 = A_s/nu_m + (rho - 1) e_{t-1}: the noise of m rows of the fitted model. The increments are
/// uncorrelated with the past.
///
/// # Identities
/// ```text
/// rho = 1:   e_t = A_r/nu_n + A_s/nu_m sum_{i=1..t} 1/(k+i)^2   ->   A_r/nu_n + A_s/nu_m trigamma(z)
/// else:      e_t + s = (e_0 + s) prod_{i=1..t} (1 + (rho - 1)/(k+i)^2),   s = (A_s/nu_m)/(rho - 1)
/// rho > 1:   prod_{i>=1} = Gamma(z)^2/|Gamma(z + ic)|^2,          at k = 1: sinh(pi c)/(pi c (1 + c^2))
/// rho < 1:   prod_{i>=1} = Gamma(z)^2/(Gamma(z - c) Gamma(z + c)),  at k = 1: sin(pi c)/(pi c (1 - c^2))
/// ```
/// so the risk is bounded for every n and m: accumulating never collapses. For the mean it stays below twice the risk of
/// the real rows alone, since k trigamma(k + 1) < 1; at n = m it tends to pi^2/6 of it
///
/// # Examples
/// ```
/// use goldenweight_theory::{accumulate::Accumulation, gaussian, parameters::SampleSizes};
/// let sizes = SampleSizes::new(100, 100)?;
/// let (data, mean) = (Accumulation::of(sizes), gaussian::mean(1.0, sizes));
/// assert!((data.risk_at(&mean, 1) - 0.0125).abs() < 1e-17);
/// assert!((100.0 * data.limit_risk(&mean) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-14);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accumulation<S = f64> {
    ratio: MixingRatio<S>,
}

/// Generations that are stepped one by one; what later ones add is a series in 1/(k + t).
const STEPPED: u32 = 32;

impl<S: Scalar> Accumulation<S> {
    /// With n = k m real rows.
    #[must_use]
    pub const fn new(ratio: MixingRatio<S>) -> Self {
        Self { ratio }
    }

    /// With n real rows at generation 0 and m synthetic rows at each later one.
    #[must_use]
    pub fn of(sizes: SampleSizes) -> Self {
        Self::new(sizes.mixing_ratio())
    }

    /// a_t = 1/(k + t), for t >= 1: the share of generation t's rows in its pool.
    #[must_use]
    pub fn share(&self, t: u32) -> S {
        S::one() / self.pool(t.into())
    }

    /// e_t from e_{t-1}, for t >= 1.
    #[must_use]
    pub fn step(&self, law: &Recursion<S>, t: u32, e: &S) -> S {
        let a2 = self.share(t).sqr();
        e.clone() + a2 * (law.synthetic.clone() + law.excess.clone() * e.clone())
    }

    /// e_0, e_1, e_2, ..., to t = 2^32 - 1; see [`average`](crate::recursion::average).
    ///
    /// # Accuracy
    /// as [`Accumulation::risk_at`]: a million steps would round the risk a million times, all of them in one direction
    /// where a step adds less than its rounding
    pub fn risks(&self, law: &Recursion<S>) -> impl Iterator<Item = S> {
        let (last, rates) = (self.stepped(law, STEPPED), self.rates_after(law, STEPPED));
        let series = move |t| self.later(law, last.clone(), rates.clone() - self.rates_after(law, t));
        (0..=STEPPED).map(|t| self.stepped(law, t)).chain((STEPPED + 1..=u32::MAX).map(series))
    }

    /// Risk at generation t, in a number of operations that does not grow with t.
    ///
    /// # Computed as
    /// 32 steps of the recursion; then what the generations 33..t add, as one expression,
    /// ```text
    /// e_t = e + (A_s/nu_m + (rho - 1) e) l (e^L - 1)/L,   L = (rho - 1) l,   e = e_32,
    /// l = sum_{i=33..t} log(1 + (rho - 1)/(k+i)^2)/(rho - 1) = r(k + 33) - r(k + t + 1)
    /// ```
    /// which is the product of the identities, and at rho = 1 the sum. r is a series of Hurwitz zeta functions, see
    /// `rates` in the source.
    ///
    /// # Accuracy
    /// over exact rationals exact for t <= 32. For larger t the terms of the series that are left out are below 1e-17 of e_t. In floats
    /// 5e-15 relative (1.4e-15 measured over n, m to 1e6 and t to 2^32)
    #[must_use]
    pub fn risk_at(&self, law: &Recursion<S>, t: u32) -> S {
        if t <= STEPPED {
            return self.stepped(law, t);
        }
        let rates = self.rates_after(law, STEPPED) - self.rates_after(law, t);
        self.later(law, self.stepped(law, STEPPED), rates)
    }

    /// Limit of the risk, finite for every n and m.
    ///
    /// # Computed as
    /// [`Accumulation::risk_at`] with r(k + t + 1) = 0
    ///
    /// # Accuracy
    /// as there
    #[must_use]
    pub fn limit_risk(&self, law: &Recursion<S>) -> S {
        self.later(law, self.stepped(law, STEPPED), self.rates_after(law, STEPPED))
    }

    /// (V, U) of the covariance at generation t: its risk and the variance of its trace.
    ///
    /// # Formula
    /// `V = (a + b)/3, U = (a - 2b)/3`, where a and b are the risks of the modes 2V + U and V - U
    ///
    /// # Source
    /// derived: [`CovarianceSystem::modes`] obey the law of [`Accumulation`] one by one, since it is linear in the second
    /// moments of Sigma_t
    ///
    /// # Accuracy
    /// V as [`Accumulation::risk_at`]; U, a difference, has at most (1 + 2p)/3 times that relative error
    #[must_use]
    pub fn moments_at(&self, system: &CovarianceSystem<S>, t: u32) -> Moments<S> {
        Moments::of_modes(system.modes().map(|mode| self.risk_at(&mode, t)))
    }

    /// Limits of (V, U), finite for every n, m >= 2.
    ///
    /// # Accuracy
    /// as [`Accumulation::moments_at`]
    #[must_use]
    pub fn limit_moments(&self, system: &CovarianceSystem<S>) -> Moments<S> {
        Moments::of_modes(system.modes().map(|mode| self.limit_risk(&mode)))
    }

    /// k + t: rows of generation t's pool, in units of m.
    fn pool(&self, t: i64) -> S {
        self.ratio.get() + S::ratio(t, 1)
    }

    fn stepped(&self, law: &Recursion<S>, t: u32) -> S {
        (1..=t).fold(law.start(), |e, i| self.step(law, i, &e))
    }

    /// r(k + t + 1): the sum l over all generations after t.
    fn rates_after(&self, law: &Recursion<S>, t: u32) -> S {
        rates(&law.excess, &self.pool(i64::from(t) + 1))
    }

    /// The risk e after more generations, of sum l.
    fn later(&self, law: &Recursion<S>, e: S, sum: S) -> S {
        // (e^L - 1)/L = 1 + L/2 (1 + L/3 (1 + ...)); |L| <= 2/32.5: the first term left out is below 4e-18.
        let exponent = law.excess.clone() * sum.clone();
        let growth = (2..=9).rev().fold(S::one(), |rest, j| S::one() + exponent.clone() * rest / S::ratio(j, 1));
        e.clone() + (law.synthetic.clone() + law.excess.clone() * e) * sum * growth
    }
}

/// r(z) = sum_{i>=0} log(1 + x/(z+i)^2)/x; at x = 0 the trigamma function of z.
///
/// By the logarithm's series r = sum_{q>=1} (-x)^{q-1}/q zeta(2q, z) with Hurwitz's zeta function, and by the
/// Euler-Maclaurin formula
/// ```text
/// (s - 1) z^{s-1} zeta(s, z) = 1 + (s - 1)/(2z) + sum_{j>=1} B_{2j} C(s+2j-2, 2j) z^{-2j}
/// ```
/// whose error is below its first term left out (every derivative of z^{-s} keeps its sign). For z >= 33 and x in
/// [-1, 2], with q <= 6 and j <= 4, what is left out is below 1e-16 of r, and below
/// 1e-17 of the risk: where z is near 33, the generations after the 32nd add a small part of it.
fn rates<S: Scalar>(x: &S, z: &S) -> S {
    let y = S::one() / z.clone();
    // zeta(2q, z) y^{1-2q} by Horner in -x y^2.
    let step = -(x.clone() * y.sqr());
    y.clone() * (1..=6).rev().fold(S::ratio(0, 1), |rest, q| rest * step.clone() + hurwitz(2 * q, &y) / S::ratio(q, 1))
}

/// z^{s-1} zeta(s, z), zeta(s, z) = sum_{i>=0} (z + i)^-s, at y = 1/z by the four terms above.
pub(crate) fn hurwitz<S: Scalar>(s: i64, y: &S) -> S {
    // B_2, B_4, B_6, B_8
    const BERNOULLI: [(i64, i64); 4] = [(1, 6), (-1, 30), (1, 42), (-1, 30)];
    let y2 = y.sqr();
    let (mut sum, mut power, mut binomial) = (S::one() + y.clone() * S::ratio(s - 1, 2), S::one(), 1);
    for (j, (b, d)) in (1..).zip(BERNOULLI) {
        // C(s + 2j - 2, 2j) from the one before.
        binomial = binomial * (s + 2 * j - 3) * (s + 2 * j - 2) / ((2 * j - 1) * (2 * j));
        power = power * y2.clone();
        sum = sum + power.clone() * S::ratio(b * binomial, d);
    }
    sum / S::ratio(s - 1, 1)
}
