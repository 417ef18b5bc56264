//! The one law under every model.
//!
//! Tested by `tests/laws/recursion.rs` (exact rationals, the unrolled sum) and `tests/laws/optimum.rs` (w* and
//! u*: in exact rationals their polynomial and the derivative of the risk change sign within a few floats).

use std::ops::Range;

use crate::parameters::Weight;
use crate::scalar::{Analytic, Scalar};

/// The risk over generations.
///
/// # Formula
/// `e_t = w^2 A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1}),  e_0 = A_r/nu_n,  u = 1 - w`
///
/// # Symbols
/// w total weight on the real rows; A_r/nu_n risk of a fit on the n fresh real rows alone; A_s/nu_m noise that fitting
/// the m synthetic rows adds when the previous fit is perfect; rho factor by which the synthetic part passes on the
/// error of the previous fit.
///
/// # Domain
/// fresh > 0, synthetic > 0, excess >= -1. Each model's constructor keeps it as long as its truth is not degenerate (a
/// single category, a variance 0).
///
/// # Source
/// The setting: paper, abstract. The law: derived. Given the previous fit, the new one is the sum of independent real
/// and synthetic parts weighted w and u, so the squared errors add with w^2 and u^2, and the synthetic part's is its
/// sampling noise plus the previous error. What rho and the two noises are, each model's constructor derives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recursion<S> {
    /// A_r/nu_n.
    pub fresh: S,
    /// A_s/nu_m.
    pub synthetic: S,
    /// rho - 1, kept apart because rho is near 1 and most formulas need the difference.
    pub excess: S,
}

impl<S: Scalar> Recursion<S> {
    /// The law with these coefficients.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{recursion::Recursion};
    /// // A mean of 10 real rows of variance 1, then of 10 synthetic ones: two tenths.
    /// let law = Recursion::new(0.1, 0.1, 0.0);
    /// assert_eq!(law.risk_at(&0.0, 1), 0.2);
    /// ```
    #[must_use]
    pub const fn new(fresh: S, synthetic: S, excess: S) -> Self {
        Self { fresh, synthetic, excess }
    }

    /// rho.
    #[must_use]
    pub fn rho(&self) -> S {
        S::one() + self.excess.clone()
    }

    /// kappa = (A_s/nu_m) / (A_r/nu_n): the mixing ratio k = n/m where A_s = A_r and nu is the number of rows.
    #[must_use]
    pub fn kappa(&self) -> S {
        self.synthetic.clone() / self.fresh.clone()
    }

    /// e_0: the risk of the fit on real rows alone.
    #[must_use]
    pub fn start(&self) -> S {
        self.fresh.clone()
    }

    /// e_t from e_{t-1}.
    #[must_use]
    pub fn step(&self, w: &S, e: &S) -> S {
        self.innovation(w) + self.contraction(w) * e.clone()
    }

    /// rho u^2: the factor by which the distance to the limit changes per generation.
    #[must_use]
    pub fn contraction(&self, w: &S) -> S {
        self.rho() * complement(w).sqr()
    }

    /// w^2 A_r/nu_n + u^2 A_s/nu_m: the noise that enters at each generation.
    #[must_use]
    pub fn innovation(&self, w: &S) -> S {
        w.sqr() * self.fresh.clone() + complement(w).sqr() * self.synthetic.clone()
    }

    /// 1 - rho u^2, as w(2 - w) - (rho - 1) u^2. So digits are lost only near rho u^2 = 1, where the risk diverges.
    #[must_use]
    pub fn gap(&self, w: &S) -> S {
        w.clone() * (S::ratio(2, 1) - w.clone()) - self.excess.clone() * complement(w).sqr()
    }

    /// Risk at generation t.
    ///
    /// # Formula
    /// `e_t = q^t e_0 + (1 + q + ... + q^{t-1}) (w^2 A_r/nu_n + u^2 A_s/nu_m),  q = rho u^2`
    ///
    /// # Domain
    /// every q >= 0, 1 included: the geometric sum is computed by repeated doubling, without a division by 1 - q
    ///
    /// # Source
    /// derived: the recursion, unrolled; equal to e_inf + q^t (e_0 - e_inf) where q is not 1
    ///
    /// # Accuracy
    /// all terms are positive: relative error below 5e-15 + 5e-16 t, since a relative error of q is one of q^t that is t times as large
    #[must_use]
    pub fn risk_at(&self, w: &S, t: u32) -> S {
        let (sum, power) = geometric(&self.contraction(w), t);
        self.innovation(w) * sum + self.start() * power
    }

    /// Risk at generations 0, 1, ..., T under any weights w_1, ..., w_T.
    #[must_use]
    pub fn risk_with_weights(&self, weights: &[S]) -> Vec<S> {
        let mut risks = vec![self.start()];
        for w in weights {
            risks.push(self.step(w, &risks[risks.len() - 1]));
        }
        risks
    }

    /// Limit risk, as a rational expression.
    ///
    /// # Formula
    /// `e_inf = (w^2 A_r/nu_n + u^2 A_s/nu_m) / (1 - rho u^2)`
    ///
    /// # Domain
    /// it is the limit where rho u^2 < 1; elsewhere see [`Recursion::limit_risk`]
    ///
    /// # Source
    /// derived: the fixed point of the recursion; reached because the distance to it shrinks by rho u^2
    ///
    /// # Identities
    /// strictly convex in w: with x = sqrt(rho) u in [0, 1) and D = 1 + rho + kappa >= 2 sqrt(rho), the second
    /// derivative is 2 A_r/nu_n (1 - x^2)^{-3} times D(1 + 3x^2) - sqrt(rho) (6x + 2x^3) >= 2 sqrt(rho) (1 - x)^3
    ///
    /// # Accuracy
    /// 5e-15 relative; where rho > 1, times 2/(1 - rho u^2), for the subtraction in the denominator
    #[must_use]
    pub fn limit(&self, w: &S) -> S {
        self.innovation(w) / self.gap(w)
    }
}

impl<S: Analytic> Recursion<S> {
    /// Weight on the real rows that minimises the limit risk.
    ///
    /// # Formula
    /// w* = 1 - u*, u* the smaller root of `rho u^2 - (1 + rho + kappa) u + 1 = 0`
    ///
    /// # Computed as
    /// w* = g/(r + g) with r = 1/kappa, y = 1/2 - (1 - rho) r/2 and g = y + sqrt(y^2 + r), the positive root of
    /// g^2 - 2 y g - r = 0. Put g = r w/u: it becomes r (1 - u)(1 - rho u) = u, the equation of u*.
    ///
    /// # Domain
    /// as [`Recursion`]; value in (0, 1), above the divergence (u*^2 < 1/rho, the product of the roots)
    ///
    /// # Source
    /// derived: d e_inf/du = 2 A_r/nu_n ((1 + rho + kappa) u - 1 - rho u^2) / (1 - rho u^2)^2, and e_inf is convex;
    /// rho = 1: w*^2 + kappa w* - kappa = 0, at kappa = 1 the inverse golden ratio (paper, abstract)
    ///
    /// # Identities
    /// e_inf(w*) = w* A_r/nu_n; w* increases in kappa and in rho
    ///
    /// # Accuracy
    /// for kappa in 1e-12..1e12, 4 ulp at rho = 1 and 6 ulp for rho in 0..3 (3 and 4 measured): only terms of one sign
    /// are added, and where y cancels it is small beside sqrt(r)
    #[must_use]
    pub fn optimal_weight(&self) -> S {
        let [r, g] = self.odds();
        g.clone() / (r + g)
    }

    /// Weight on the synthetic rows that minimises the limit risk, u* = 1 - w*, accurate also where w* is near 1.
    ///
    /// # Formula
    /// `u* = 2 / (D + sqrt(D^2 - 4 rho))`, D = 1 + rho + kappa
    ///
    /// # Computed as
    /// u* = r/(r + g), symbols of [`Recursion::optimal_weight`]
    ///
    /// # Source
    /// derived: the complement of [`Recursion::optimal_weight`]
    ///
    /// # Accuracy
    /// as [`Recursion::optimal_weight`]
    #[must_use]
    pub fn optimal_synthetic_weight(&self) -> S {
        let [r, g] = self.odds();
        r.clone() / (r + g)
    }

    /// The smallest limit risk over w.
    ///
    /// # Formula
    /// `e_inf(w*) = w* A_r/nu_n`, for every rho and kappa
    ///
    /// # Source
    /// derived: w^2 + kappa u^2 - w (1 - rho u^2) = -u (rho u^2 - (1 + rho + kappa) u + 1), which is 0 at u*
    ///
    /// # Accuracy
    /// that of [`Recursion::optimal_weight`]
    #[must_use]
    pub fn optimal_risk(&self) -> S {
        self.optimal_weight() * self.start()
    }

    /// r and g of [`Recursion::optimal_weight`]: w* and u* are as g to r.
    fn odds(&self) -> [S; 2] {
        let r = self.fresh.clone() / self.synthetic.clone();
        let y = (S::one() + self.excess.clone() * r.clone()) * S::ratio(1, 2);
        let root = (y.sqr() + r.clone()).sqrt();
        // Equal, since (root + y)(root - y) = r; neither cancels where it is chosen.
        let g = if y.is_negative() { r.clone() / (root - y) } else { root + y };
        [r, g]
    }
}

impl Recursion<f64> {
    /// Whether the risk grows without bound: rho u^2 >= 1.
    #[must_use]
    pub fn diverges(&self, w: Weight) -> bool {
        let converges = self.gap(&w.get()) > 0.0;
        !converges
    }

    /// Limit risk; infinity where it diverges, never NaN.
    #[must_use]
    pub fn limit_risk(&self, w: Weight) -> f64 {
        if self.diverges(w) { f64::INFINITY } else { self.limit(&w.get()) }
    }

    /// First generation t with |e_t/e_inf - 1| <= tolerance; none where the risk diverges or t exceeds 2^32 - 1.
    ///
    /// # Formula
    /// ```text
    /// |e_t/e_inf - 1| = q^t |e_0/e_inf - 1|,  q = rho u^2,
    /// e_0/e_inf - 1 = u ((2w - (rho - 1) u) A_r/nu_n - u A_s/nu_m) / (w^2 A_r/nu_n + u^2 A_s/nu_m)
    /// ```
    ///
    /// # Source
    /// derived: e_t - e_inf = q^t (e_0 - e_inf), and 1 - q - w^2 = 2wu - (rho - 1) u^2
    #[must_use]
    pub fn generations_to_limit(&self, w: Weight, tolerance: f64) -> Option<u32> {
        if self.diverges(w) {
            return None;
        }
        let w = w.get();
        let u = complement(&w);
        let distance =
            (u * ((2.0 * w - self.excess * u) * self.fresh - u * self.synthetic) / self.innovation(&w)).abs();
        if distance <= tolerance {
            return Some(0);
        }
        // A contraction of 0 (w = 1, or rho = 0) has logarithm -inf and arrives in one step.
        let generations = (libm::log(tolerance / distance) / libm::log1p(-self.gap(&w))).ceil().max(1.0);
        (generations <= f64::from(u32::MAX)).then_some(generations as u32)
    }
}

/// Mean risk over the generations `from..until` of a path e_0, e_1, ...; none where there is no generation.
///
/// # Formula
/// `(e_from + ... + e_{until-1})/(until - from)`
///
/// # Domain
/// any path; none also where it ends before `until`
///
/// # Accuracy
/// in floats that of the path, and (until - from)/2 ulp at most for the sum
///
/// # Examples
/// ```
/// use goldenweight_theory::recursion::average;
/// assert_eq!(average([8.0, 4.0, 2.0].into_iter(), 1..3), Some(3.0));
/// assert_eq!(average([8.0, 4.0, 2.0].into_iter(), 2..4), None);
/// ```
#[must_use]
pub fn average<S: Scalar>(mut path: impl Iterator<Item = S>, generations: Range<u32>) -> Option<S> {
    let length = generations.end.checked_sub(generations.start)?;
    let first = path.nth(generations.start as usize).filter(|_| length > 0)?;
    let sum = (1..length).try_fold(first, |sum, _| Some(sum + path.next()?))?;
    Some(sum / S::ratio(length.into(), 1))
}

/// u = 1 - w.
pub(crate) fn complement<S: Scalar>(w: &S) -> S {
    S::one() - w.clone()
}

/// (1 + q + ... + q^{t-1}, q^t), without division.
///
/// Repeated doubling over the binary digits of t: S_{2t} = S_t (1 + q^t), S_{t+1} = S_t + q^t.
/// Total: q = 1 gives (t, 1), and a sum that overflows is infinity.
pub(crate) fn geometric<S: Scalar>(q: &S, t: u32) -> (S, S) {
    let (mut sum, mut power) = (S::ratio(0, 1), S::one());
    for digit in (0..u32::BITS - t.leading_zeros()).rev() {
        sum = sum * (S::one() + power.clone());
        power = power.sqr();
        if t >> digit & 1 == 1 {
            sum = sum + power.clone();
            power = power * q.clone();
        }
    }
    (sum, power)
}
