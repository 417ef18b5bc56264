//! The covariance of Gaussian rows, in any dimension.
//!
//! Tested by `tests/laws/covariance.rs`: the full matrix of second moments by Isserlis' theorem; sign changes around w* and w_c
//! in exact rationals; digits.

use crate::jet::Jet;
use crate::parameters::{DegreesOfFreedom, Weight};
use crate::recursion::{Recursion, complement};
use crate::scalar::Scalar;

/// The two second moments of the fitted covariance that the law needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments<S> {
    /// V = E |Sigma_t - Sigma|_F^2: the risk.
    pub risk: S,
    /// U = Var tr Sigma_t.
    pub trace_variance: S,
}

impl<S: Scalar> Moments<S> {
    /// From the modes 2V + U and V - U.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{covariance::Moments};
    /// // 2V + U and V - U of V = 5, U = 2.
    /// assert_eq!(Moments::of_modes([12.0, 3.0]), Moments { risk: 5.0, trace_variance: 2.0 });
    /// ```
    #[must_use]
    pub fn of_modes([a, b]: [S; 2]) -> Self {
        Self { risk: (a.clone() + b.clone()) / S::ratio(3, 1), trace_variance: (a - two::<S>() * b) / S::ratio(3, 1) }
    }
}

/// The exact law of the covariance's risk, a linear recursion for (V, U).
///
/// # Formula
/// ```text
/// V_t = w^2 K/c + u^2 (V_{t-1} + (K + V_{t-1} + U_{t-1})/d),      V_0 = K/c
/// U_t = w^2 2 T2/c + u^2 (U_{t-1} + 2 (T2 + V_{t-1})/d),          U_0 = 2 T2/c
/// ```
///
/// # Symbols
/// T2 = tr Sigma^2, K = T2 + (tr Sigma)^2, c = n - 1, d = m - 1; both sample covariances are centred at their own mean
///
/// # Domain
/// exact at every n, m >= 2 and t, any p >= 1 (singular estimates included)
///
/// # Source
/// paper, abstract (Gaussian model); the law is derived: given C = Sigma_{t-1}, the synthetic covariance S is
/// Wishart(C, d)/d, with E S = C, E |S - C|_F^2 = (tr C^2 + (tr C)^2)/d and Var tr S = 2 tr C^2/d; and E tr C^2 = T2 +
/// V, E (tr C)^2 = (tr Sigma)^2 + U since E C = Sigma
///
/// # Modes
/// 2V + U and V - U decouple: each obeys [`Recursion`], with noise 2(K + T2) and K - 2 T2 over c, d and with rho = 1 +
/// 2/d and 1 - 1/d, by the left eigenvectors of ((1, 1), (2, 0))
///
/// # Examples
/// ```
/// use goldenweight_theory::{covariance::CovarianceSystem, parameters::{DegreesOfFreedom, SampleSizes, Weight}};
/// // The variance of N(0, 1) from 11 real rows alone: 2/10.
/// let law = CovarianceSystem::new(1.0, 1.0, DegreesOfFreedom::new(SampleSizes::new(11, 11)?)?);
/// assert!((law.start().risk - 0.2).abs() < 1e-15 && (law.limit_risk(Weight::ONE) - 0.2).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CovarianceSystem<S> {
    /// T2 = tr Sigma^2.
    pub square_trace: S,
    /// (tr Sigma)^2.
    pub trace_square: S,
    /// c = n - 1.
    pub real: S,
    /// d = m - 1.
    pub synthetic: S,
}

impl<S: Scalar> CovarianceSystem<S> {
    /// The law for a covariance with these tr Sigma^2 and (tr Sigma)^2.
    #[must_use]
    pub fn new(square_trace: S, trace_square: S, df: DegreesOfFreedom) -> Self {
        let (real, synthetic) = df.scalars();
        Self { square_trace, trace_square, real, synthetic }
    }

    /// (V_0, U_0).
    #[must_use]
    pub fn start(&self) -> Moments<S> {
        Moments {
            risk: self.frobenius() / self.real.clone(),
            trace_variance: two::<S>() * self.square_trace.clone() / self.real.clone(),
        }
    }

    /// (V_t, U_t) from (V_{t-1}, U_{t-1}).
    #[must_use]
    pub fn step(&self, w: &S, previous: &Moments<S>) -> Moments<S> {
        let (w2, u2) = (w.sqr(), complement(w).sqr());
        let start = self.start();
        let Moments { risk: v, trace_variance: u } = previous.clone();
        let spread = (self.frobenius() + v.clone() + u.clone()) / self.synthetic.clone();
        let trace_spread = two::<S>() * (self.square_trace.clone() + v.clone()) / self.synthetic.clone();
        Moments {
            risk: w2.clone() * start.risk + u2.clone() * (v + spread),
            trace_variance: w2 * start.trace_variance + u2 * (u + trace_spread),
        }
    }

    /// (V, U) at generation t, total in w and t.
    ///
    /// # Formula
    /// `V = (a + b)/3, U = (a - 2b)/3`, where a and b are the modes 2V + U and V - U at t
    ///
    /// # Source
    /// derived: the modes of [`CovarianceSystem`]
    ///
    /// # Accuracy
    /// V as [`Recursion::risk_at`]; U, a difference, has at most (1 + 2p)/3 times that relative error
    #[must_use]
    pub fn moments_at(&self, w: &S, t: u32) -> Moments<S> {
        Moments::of_modes(self.modes().map(|mode| mode.risk_at(w, t)))
    }

    /// Limit of (V, U), as rational expressions.
    ///
    /// # Formula
    /// ```text
    /// g = w^2/c + u^2/d,  D = (1 - u^2 (1 + 2/d)) (1 - u^2 (1 - 1/d)):
    /// V = g ((1 - u^2) K + 2 u^2 T2/d)/D,    U = 2 g ((1 - u^2) T2 + u^2 (K - T2)/d)/D
    /// ```
    ///
    /// # Domain
    /// they are the limits where u^2 (1 + 2/d) < 1; elsewhere see [`CovarianceSystem::limit_risk`]
    ///
    /// # Source
    /// derived: (a + b)/3 and (a - 2b)/3 of the modes' limits, over one denominator, so that nothing cancels in U
    #[must_use]
    pub fn limit(&self, w: &S) -> Moments<S> {
        let (w2, u2) = (w.sqr(), complement(w).sqr());
        let (t2, d) = (self.square_trace.clone(), self.synthetic.clone());
        let [a, b] = self.modes().map(|mode| mode.gap(w));
        let scale = (w2 / self.real.clone() + u2.clone() / d.clone()) / (a * b);
        let rest = w.clone() * (two::<S>() - w.clone());
        let passed = u2 / d;
        Moments {
            risk: scale.clone() * (rest.clone() * self.frobenius() + two::<S>() * passed.clone() * t2.clone()),
            trace_variance: two::<S>() * scale * (rest * t2 + passed * self.trace_square.clone()),
        }
    }

    /// The laws of the modes 2V + U and V - U.
    ///
    /// # Formula
    /// noise 2(K + T2) and K - 2 T2, over c and d; rho - 1 = 2/d and -1/d
    ///
    /// # Source
    /// derived: see the modes of [`CovarianceSystem`]
    #[must_use]
    pub fn modes(&self) -> [Recursion<S>; 2] {
        let (t2, d) = (self.square_trace.clone(), self.synthetic.clone());
        let mode = |noise: S, excess: S| {
            Recursion::new(noise.clone() / self.real.clone(), noise / d.clone(), excess / d.clone())
        };
        [mode(two::<S>() * (self.frobenius() + t2.clone()), two()), mode(self.trace_square.clone() - t2, -S::one())]
    }

    /// K = tr Sigma^2 + (tr Sigma)^2.
    fn frobenius(&self) -> S {
        self.square_trace.clone() + self.trace_square.clone()
    }
}

impl CovarianceSystem<f64> {
    /// Whether the risk grows without bound: w <= w_c(m), see [`threshold`].
    #[must_use]
    pub fn diverges(&self, w: Weight) -> bool {
        self.modes()[0].diverges(w)
    }

    /// Limit of the risk V; infinity where it diverges, never NaN.
    #[must_use]
    pub fn limit_risk(&self, w: Weight) -> f64 {
        if self.diverges(w) { f64::INFINITY } else { self.limit(&w.get()).risk }
    }

    /// Weight on the real rows that minimises the limit risk.
    ///
    /// # Formula
    /// the root of dV/dw in (w_c(m), 1)
    ///
    /// # Domain
    /// Sigma != 0; value in (w_c(m), 1)
    ///
    /// # Source
    /// derived: V = (a + b)/3, and each mode's limit is strictly convex ([`Recursion::limit`]), so V is strictly
    /// convex on (w_c, 1] and has one minimum; it grows without bound towards w_c, and increases at 1
    ///
    /// # Computed as
    /// bisection on the derivative (a [`Jet`] through [`CovarianceSystem::limit`]) down to adjacent floats
    ///
    /// # Accuracy
    /// 12 ulp for n, m up to 1e7 (6 measured)
    #[must_use]
    pub fn optimal_weight(&self) -> f64 {
        let (mut low, mut high) = (threshold(self.synthetic as u64), 1.0);
        let constants = CovarianceSystem {
            square_trace: Jet::constant(self.square_trace),
            trace_square: Jet::constant(self.trace_square),
            real: Jet::constant(self.real),
            synthetic: Jet::constant(self.synthetic),
        };
        loop {
            let middle = low.midpoint(high);
            if !(low < middle && middle < high) {
                return middle;
            }
            let slope = constants.limit(&Jet::variable(middle)).risk.derivative;
            *(if slope < 0.0 { &mut low } else { &mut high }) = middle;
        }
    }

    /// The smallest limit risk over w.
    #[must_use]
    pub fn optimal_risk(&self) -> f64 {
        self.limit(&self.optimal_weight()).risk
    }
}

/// The weight w_c(m) up to which the covariance's risk diverges.
///
/// # Formula
/// `w_c = 1 - sqrt((m - 1)/(m + 1))`
///
/// # Symbols
/// d = `synthetic_df` = m - 1
///
/// # Domain
/// d >= 1; value in (0, 0.43), decreasing in m: a small positive weight does not prevent collapse
///
/// # Source
/// derived: rho u^2 = 1 with the larger rho of the modes, (m + 1)/(m - 1)
///
/// # Computed as
/// 2/(d + 2) / (1 + sqrt(d/(d + 2))), which does not cancel for large m
///
/// # Accuracy
/// 4 ulp
///
/// # Examples
/// ```
/// use goldenweight_theory::{covariance};
/// // 1 - u^2 (m + 1)/(m - 1) = 0, with m - 1 = 2 degrees of freedom: u^2 = 1/2.
/// assert!((covariance::threshold(2) - (1.0 - 0.5_f64.sqrt())).abs() < 1e-15);
/// ```
#[must_use]
pub fn threshold(synthetic_df: u64) -> f64 {
    let d = synthetic_df as f64;
    2.0 / (d + 2.0) / (1.0 + (d / (d + 2.0)).sqrt())
}

fn two<S: Scalar>() -> S {
    S::ratio(2, 1)
}
