//! Data that accumulate, of which every generation is fitted on as many rows as the first: drawn without replacement from all rows so far.
//!
//! Tested by `tests/laws/subsample.rs`: enumeration of every data set, covariances of all pairs of rows in exact rationals, digits of the
//! limits.

pub mod covariance;

use crate::accumulate::hurwitz;
use crate::parameters::{MixingRatio, SampleSizes};
use crate::recursion::Recursion;
use crate::scalar::Scalar;

/// The risk where generation t >= 1 is fitted on n rows, drawn without replacement from the pool: the n real rows of generation 0 and m synthetic rows of
/// each of the generations 1..t. Generation i's rows are made by the fit of generation i - 1, once.
///
/// # Formula
/// In units of A, the risk of a fit to one real row: e_t = a_t + c_t V_t, where a_0 = 1/n, V_0 = 1 - 1/n, and with c, V of generation t - 1
/// ```text
/// a_t = a_{t-1} + q,   V_t = V + eta (c V + s - V) - q,   q = eta^2 (c V + s/m)
/// N_t = n + t m,   eta = m/N_t = 1/(k + t),   c_t = (N_t - n)/((N_t - 1) n)
/// ```
/// s is the variance of synthetic rows around the fit that makes them:
/// ```text
/// rows of their own sample:                  s = (1 - c) V          (frequencies, the distribution function, a Gaussian with divisor n)
/// a Gaussian with the unbiased divisor n - 1:  s = V N_{t-1}/(N_{t-1} - 1)
/// ```
///
/// # Symbols
/// k = n/m; N_t = rows of generation t's pool; eta = share of generation t's rows in it; a_t = E |mean of the pool - truth|^2; V_t = E of the mean square of the
/// pool's rows around their mean; A = tr Sigma, sum p (1 - p), or 1/6
///
/// # Domain
/// every n, m >= 1 and t; n >= 2 for the unbiased divisor. Exact.
///
/// # Source
/// derived. Given the pool, the mean of n rows drawn from it without replacement has variance c_t V_t around the pool's mean: e_t = a_t + c_t V_t. The m new rows have, around the
/// pool's mean, a mean of expected square c V + s/m, and it moves the pool's mean by eta times itself, uncorrelated with the past: a_t. The mean
/// square of the new pool around its mean is (1 - eta) V + eta s (1 - 1/m) + eta (1 - eta)(c V + s/m): its own parts and that between them, which is V_t.
/// The variance of the drawn rows is, given the pool, on average (1 - c) V with divisor n, and V N/(N - 1) with divisor n - 1: this is s. All of it is linear in
/// second moments, so that it holds for the shares of cells (rows are indicators, and the variance of new rows is that of the drawn ones), for the
/// distribution function at every point, and for the mean of a Gaussian whose covariance is re-estimated from the same n rows: E of it stays a multiple of
/// Sigma.
///
/// # Identities
/// ```text
/// divisor n:      a_t + V_t = 1, so e_t = 1 - (1 - c_t) V_t,   V_t = (1 - 1/n) prod_{i=1..t} (1 - eta_i^2 (c_{i-1} + (1 - c_{i-1})/m))
/// divisor n - 1:  V_t = V + eta s/n - q: it grows as t^{1/n}, and so does e_t
/// n -> inf:       n e_t -> 1 + (2k + 1) sum_{i=1..t} 1/(k + i)^2 -> 1 + (2k + 1) trigamma(k + 1),  at k = 1: 3 zeta(2) - 2 = 2.9348
/// ```
/// The first: a random row of the pool is the mean of the drawn rows and a residual, and with divisor n its variance V is passed on whole, so only pooling changes it.
/// With divisor n - 1 each generation adds s/n: **the risk grows without bound**, though slowly.
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::SampleSizes, subsample::Subsampling};
/// let data = Subsampling::new(SampleSizes::new(100, 100)?);
/// // Generation 0, then half of the pool.
/// assert!((data.risk_at::<f64>(0) - 0.01).abs() < 1e-17);
/// assert!((data.risk_at::<f64>(1) - 0.017_437_437_185_93).abs() < 1e-15);
/// assert!((data.limit::<f64>() - 0.029_002_918).abs() < 1e-9);
/// // Without bias, the same up to generation 1, and then above any bound.
/// let unbiased = data.unbiased::<f64>().unwrap().nth(50_000).unwrap();
/// assert!(unbiased > 0.03);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subsampling {
    sizes: SampleSizes,
}

/// Generations that are stepped one by one; what later ones add is a series in 1/(k + t).
const STEPPED: u32 = 32;

/// Order of that series.
const ORDER: usize = 16;

impl Subsampling {
    /// With n real rows at generation 0, as many in every fit, and m synthetic rows at each later generation.
    #[must_use]
    pub const fn new(sizes: SampleSizes) -> Self {
        Self { sizes }
    }

    /// c_t: variance of the mean of the n drawn rows around that of generation t's pool, in units of the pool's own.
    #[must_use]
    pub fn drawn<S: Scalar>(&self, t: u32) -> S {
        if t == 0 {
            return S::ratio(0, 1); // all of them, and 0/0 at n = 1
        }
        let (n, m) = self.sizes.scalars::<S>();
        let synthetic = S::ratio(t.into(), 1) * m;
        synthetic.clone() / ((n.clone() - S::one() + synthetic) * n)
    }

    /// eta_t^2 = 1/(k + t)^2.
    fn squared_share<S: Scalar>(&self, t: u32) -> S {
        let ratio: MixingRatio<S> = self.sizes.mixing_ratio();
        (S::one() / (ratio.get() + S::ratio(t.into(), 1))).sqr()
    }

    /// Risk at generation t in units of A, of fits that keep the variance of their rows: frequencies, the distribution function, a Gaussian's mean with divisors n.
    ///
    /// # Computed as
    /// 32 steps of 1 - V_t, which adds positive numbers; then, with y = 1/(k + i), what the product over the generations 33..t adds, by the series
    /// ```text
    /// -log(1 - eta_i^2 (c_{i-1} + (1 - c_{i-1})/m)) = sum_j l_j y^j,   j = 2..16
    /// c_{i-1} + (1 - c_{i-1})/m = (1/n + 1/m - 1/(nm)) - (beta/m) sum_{j>=1} (1 + 1/m)^{j-1} y^j,   beta = (1 - 1/n)(1 - 1/m)
    /// ```
    /// and sums of y^j by Hurwitz's zeta function, as in [`Accumulation`](crate::accumulate::Accumulation)
    ///
    /// # Accuracy
    /// over exact rationals exact for t <= 32. For larger t what the series leaves out is below 1e-17 of e_t. In floats 5e-15 relative
    #[must_use]
    pub fn risk_at<S: Scalar>(&self, t: u32) -> S {
        if t <= STEPPED {
            return Self::of_lost(self.stepped(t), self.drawn(t));
        }
        let logs = self.logs::<S>();
        let between = self.logs_after(&logs, STEPPED) - self.logs_after(&logs, t);
        Self::of_lost(Self::later(self.stepped(STEPPED), between), self.drawn(t))
    }

    /// e_0, e_1, e_2, ..., to t = 2^32 - 1, as [`Subsampling::risk_at`] has them.
    pub fn risks<S: Scalar>(&self) -> impl Iterator<Item = S> + use<S> {
        let (data, logs, last) = (*self, self.logs::<S>(), self.stepped::<S>(STEPPED));
        let all = self.logs_after(&logs, STEPPED);
        let series = move |t| {
            let between = all.clone() - data.logs_after(&logs, t);
            Self::of_lost(Self::later(last.clone(), between), data.drawn(t))
        };
        (0..=STEPPED).map(move |t| data.risk_at(t)).chain((STEPPED + 1..=u32::MAX).map(series))
    }

    /// Limit of [`Subsampling::risk_at`], below A for n >= 2.
    ///
    /// # Accuracy
    /// as there
    #[must_use]
    pub fn limit<S: Scalar>(&self) -> S {
        let (n, _) = self.sizes.scalars::<S>();
        let after = self.logs_after(&self.logs::<S>(), STEPPED);
        Self::of_lost(Self::later(self.stepped(STEPPED), after), S::one() / n)
    }

    /// e = d + c (1 - d), d = 1 - V.
    fn of_lost<S: Scalar>(lost: S, drawn: S) -> S {
        lost.clone() + drawn * (S::one() - lost)
    }

    /// 1 - V_t.
    fn stepped<S: Scalar>(&self, t: u32) -> S {
        let (n, m) = self.sizes.scalars::<S>();
        (1..=t).fold(S::one() / n, |lost, i| {
            let c = self.drawn::<S>(i - 1);
            let moved = c.clone() + (S::one() - c) / m.clone();
            lost.clone() + self.squared_share::<S>(i) * moved * (S::one() - lost)
        })
    }

    /// 1 - V after more generations, of which V loses the factor e^-logs.
    fn later<S: Scalar>(lost: S, logs: S) -> S {
        // 1 - e^-L = L (1 - L/2 (1 - L/3 (1 - ...))); L <= 1/32.5: the first term left out is below 1e-21.
        let series = (2..=11).rev().fold(S::one(), |rest, j| S::one() - logs.clone() * rest / S::ratio(j, 1));
        lost.clone() + (S::one() - lost) * logs * series
    }

    /// The coefficients l_0, l_1, ... of -log(1 - x_i) in powers of y.
    fn logs<S: Scalar>(&self) -> Vec<S> {
        let (n, m) = self.sizes.scalars::<S>();
        let (of_n, of_m) = (S::one() / n, S::one() / m);
        let beta = (S::one() - of_n.clone()) * (S::one() - of_m.clone());
        let mut x = vec![S::ratio(0, 1); ORDER + 1];
        x[2] = of_n.clone() + of_m.clone() * (S::one() - of_n);
        let mut power = beta * of_m.clone();
        for coefficient in &mut x[3..] {
            *coefficient = -power.clone();
            power = power * (S::one() + of_m.clone());
        }
        let product = |a: &[S], b: &[S]| -> Vec<S> {
            let coefficient = |j: usize| (0..=j).fold(S::ratio(0, 1), |sum, i| sum + a[i].clone() * b[j - i].clone());
            (0..=ORDER).map(coefficient).collect()
        };
        // The sum of x^q/q; x begins with y^2.
        let (mut logs, mut power) = (x.clone(), x.clone());
        for q in 2..=ORDER as i64 / 2 {
            power = product(&power, &x);
            logs.iter_mut().zip(&power).for_each(|(sum, term)| *sum = sum.clone() + term.clone() / S::ratio(q, 1));
        }
        logs
    }

    /// The sum of -log(1 - x_i) over all generations i > t, for t >= 32.
    fn logs_after<S: Scalar>(&self, logs: &[S], t: u32) -> S {
        let ratio: MixingRatio<S> = self.sizes.mixing_ratio();
        let y = S::one() / (ratio.get() + S::ratio(i64::from(t) + 1, 1));
        // The sum of y_i^j is y^{j-1} times `hurwitz`.
        let horner = (2..=ORDER)
            .rev()
            .fold(S::ratio(0, 1), |rest, j| rest * y.clone() + logs[j].clone() * hurwitz(j as i64, &y));
        horner * y
    }

    /// e_0, e_1, ... in units of A, of a Gaussian's mean with the unbiased divisor n - 1; none below two rows.
    ///
    /// # Accuracy
    /// exact over rationals. In floats each step rounds a_t and V_t once: about t/2 ulp at most, 1e-10 at t = 10^6
    pub fn unbiased<S: Scalar>(&self) -> Option<impl Iterator<Item = S> + use<S>> {
        if self.sizes.real() < 2 {
            return None;
        }
        let (n, m) = self.sizes.scalars::<S>();
        let start = (S::one() / n.clone(), S::one() - S::one() / n.clone());
        let data = *self;
        let next = move |(i, (mean, spread)): &(u32, (S, S))| {
            let t = i + 1;
            let (c, pool) = (data.drawn::<S>(*i), n.clone() + S::ratio((*i).into(), 1) * m.clone());
            let made = spread.clone() * pool.clone() / (pool - S::one());
            let square = data.squared_share::<S>(t);
            let moved = square * (c * spread.clone() + made.clone() / m.clone());
            let share = m.clone() / (n.clone() + S::ratio(t.into(), 1) * m.clone());
            let spread = spread.clone() + share * made / n.clone() - moved.clone();
            t.checked_add(1).map(|_| (t, (mean.clone() + moved, spread)))
        };
        let states = std::iter::successors(Some((0, start)), next);
        Some(states.map(move |(t, (mean, spread))| mean + data.drawn::<S>(t) * spread))
    }
}

/// The law by which data accumulate ([`Accumulation`](crate::accumulate::Accumulation)) that has the limit risk of regressions fitted on n rows which are drawn
/// from such data.
///
/// # Formula
/// ```text
/// n e_t -> A (1 + (2k + 1) sum_{i=1..t} 1/(k + i)^2),   t -> inf: A (1 + (2k + 1) trigamma(k + 1)),   k = 1: A (3 zeta(2) - 2)
/// ```
/// which is that of accumulating data with 2k + 1 in the place of k: the noise (2k + 1) A/n for A/m
///
/// # Symbols
/// k = n/m; A/n = `law.fresh`, the limit risk on n real rows
///
/// # Domain
/// n -> inf at fixed k and t; a law with rho = 1 and A_s = A_r, as correctly specified regressions have
///
/// # Source
/// derived. To first order a fit is its truth plus the mean of I^-1 times the scores of its rows, at the parameter that made each of them. The mean
/// of the n drawn rows is that of the pool of N = n + tm rows and, since all scores have to first order the variance of the truth's, noise of variance
/// `c_t = t/(k + t)` times A/n around it: n - n^2/N of the n rows' own. Generation t's rows have the share eta = 1/(k + t) of the pool. Their fit is off the
/// pool's mean by the noise `c_{t-1}` of the drawn fit that made them, and by their own, k A/n:
/// ```text
/// p_t = p_{t-1} + eta^2 (c_{t-1} + k),   p_0 = 1,   n e_t/A = p_t + c_t
/// ```
/// and (c_{t-1} + k) eta^2 + c_t - c_{t-1} = (2k + 1) eta^2
///
/// # Tested by
/// claim `subsample-regressions`, `theory/proofs/Accumulate.v`
///
/// # Examples
/// ```
/// use goldenweight_theory::{accumulate::Accumulation, linear, parameters::SampleSizes, subsample};
/// let sizes = SampleSizes::new(100, 100)?;
/// let law = subsample::limit_law(&linear::limit_law(1.0, 1, sizes), sizes);
/// let limit = Accumulation::of(sizes).limit_risk(&law);
/// assert!((100.0 * limit - 2.934_802_200_544_679).abs() < 1e-13); // pi^2/2 - 2
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn limit_law<S: Scalar>(law: &Recursion<S>, sizes: SampleSizes) -> Recursion<S> {
    let ratio: MixingRatio<S> = sizes.mixing_ratio();
    let noise = (S::ratio(2, 1) * ratio.get() + S::one()) * law.fresh.clone();
    Recursion::new(law.fresh.clone(), noise, S::ratio(0, 1))
}
