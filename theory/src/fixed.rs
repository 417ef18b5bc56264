//! The same real rows at every generation: the n rows of generation 0 are never replaced.
//!
//! Tested by `tests/laws/fixed.rs`: enumeration of every data set, joint moment tables in exact rationals, digits.

use crate::covariance::CovarianceSystem;
use crate::recursion::{Recursion, complement};
use crate::scalar::Scalar;

/// The risk where generation t >= 1 is fitted on the n real rows of generation 0, with weight w, and on m synthetic rows of
/// the model before, with weight u = 1 - w.
///
/// # Formula
/// ```text
/// e_t = e_0 + q_t,   q_t = u^2 (rho q_{t-1} + A_s/nu_m + (rho - 1) e_0),   q_0 = 0,   e_0 = A_r/nu_n
///     = (1 - u^2) A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1})
/// ```
/// with the coefficients A_r/nu_n, A_s/nu_m and rho - 1 of the model's own [`Recursion`]
///
/// # Symbols
/// q_t = E |theta_t - theta_0|^2, how far the fit has departed from the fit theta_0 to the real rows alone
///
/// # Domain
/// any model of the one law. As exact as its [`Recursion`]: at every n, m, w and t for means, frequencies, the distribution
/// function, variance and covariance, and regression on one fixed design; for regressions on random rows the limit n -> inf
/// at fixed k
///
/// # Source
/// derived. The fit is theta_t = w theta_0 + u theta', theta' the fit of the synthetic rows (for an M-estimator, to first order), so
/// D_t = theta_t - theta_0 = u (D_{t-1} + theta' - theta_{t-1}). Given all the past theta' has the mean theta_{t-1}. Three
/// things follow. Given the real rows, D_t has the mean 0, so that it is uncorrelated with theta_0, and e_t = e_0 + q_t. The
/// noise theta' - theta_{t-1} is uncorrelated with D_{t-1}, so that its square adds. And E theta_{t-1} = theta, so that by the
/// law of the model the noise has the square A_s/nu_m + (rho - 1) e_{t-1}, with e_{t-1} = e_0 + q_{t-1}. In the second line
/// the real rows' error counts with 1 - u^2 = w^2 + 2wu where fresh rows' counts with w^2: it is the same error in both parts.
///
/// # Identities
/// ```text
/// rho = 1, w > 0:   e_t = A_r/nu_n + A_s/nu_m u^2 (1 - u^{2t})/(1 - u^2)   ->   (A_r/nu_n)(1 + kappa u^2/(w (2 - w)))
/// rho = 1, w = 0:   e_t = A_r/nu_n + t A_s/nu_m
/// ```
/// Bounded where fresh rows are, rho u^2 < 1. No model here has A_s/nu_m + (rho - 1) e_0 < 0, and so the risk increases in
/// t and in u: at every generation w = 1 is best, synthetic rows never help
///
/// # Examples
/// ```
/// use goldenweight_theory::{fixed::FixedRows, gaussian, parameters::SampleSizes};
/// let law = FixedRows::of(&gaussian::mean(2.0, SampleSizes::new(50, 50)?));
/// assert!((law.limit(&0.5) - 0.04 * (1.0 + 0.25 / 0.75)).abs() < 1e-16);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedRows<S = f64> {
    /// e_0: the risk of the fit on the real rows alone.
    pub start: S,
    /// q_t: it obeys the one law, from 0 on and without fresh noise.
    pub departure: Recursion<S>,
}

impl<S: Scalar> FixedRows<S> {
    /// The law of the model that has this law on fresh real rows.
    #[must_use]
    pub fn of(fresh: &Recursion<S>) -> Self {
        let Recursion { fresh: start, synthetic, excess } = fresh.clone();
        let noise = synthetic + excess.clone() * start.clone();
        Self { start, departure: Recursion::new(S::ratio(0, 1), noise, excess) }
    }

    /// The two laws whose sum is the covariance's risk E |Sigma_t - Sigma|_F^2.
    ///
    /// # Formula
    /// a third each of the modes 2V + U and V - U
    ///
    /// # Source
    /// derived: [`CovarianceSystem::modes`] obey the law of [`FixedRows`] one by one, since it is linear in the second
    /// moments of Sigma_t; V is the third of their sum
    #[must_use]
    pub fn of_covariance(system: &CovarianceSystem<S>) -> [Self; 2] {
        system.modes().map(|Recursion { fresh, synthetic, excess }| {
            let third = S::ratio(1, 3);
            Self::of(&Recursion::new(fresh * third.clone(), synthetic * third, excess))
        })
    }

    /// e_t from e_{t-1}.
    #[must_use]
    pub fn step(&self, w: &S, e: &S) -> S {
        let (rest, u2) = (w.clone() * (S::ratio(2, 1) - w.clone()), complement(w).sqr());
        let Recursion { synthetic, excess, .. } = self.departure.clone();
        // A_s/nu_m + rho e_{t-1}, with the noise that fixed rows have.
        let passed = synthetic + e.clone() + excess * (e.clone() - self.start.clone());
        rest * self.start.clone() + u2 * passed
    }

    /// Risk at generation t, in a number of operations that grows like log t.
    ///
    /// # Accuracy
    /// as [`Recursion::risk_at`]
    #[must_use]
    pub fn risk_at(&self, w: &S, t: u32) -> S {
        self.start.clone() + self.departure.risk_at(w, t)
    }

    /// Limit risk, as a rational expression.
    ///
    /// # Formula
    /// `e_inf = e_0 + u^2 (A_s/nu_m + (rho - 1) e_0)/(1 - rho u^2)`
    ///
    /// # Domain
    /// it is the limit where rho u^2 < 1; elsewhere the risk grows without bound, see [`Recursion::diverges`]
    ///
    /// # Source
    /// derived: the fixed point of the law
    #[must_use]
    pub fn limit(&self, w: &S) -> S {
        self.start.clone() + self.departure.limit(w)
    }
}
