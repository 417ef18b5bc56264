//! Shrinking one normal estimate towards another: the rule of James and Stein with a target that has errors of its own.

/// Risk of the plain James-Stein mean of two estimates, over that of the first alone.
///
/// # Formula
/// X ~ N(theta, I), Y ~ N(nu, rho I) independent, in p dimensions, and X - (p - 2)(X - Y)/|X - Y|^2:
/// ```text
/// 1 - (p - 2)^2/(p (1 + rho)) E 1/(p - 2 + 2K),   K ~ Poisson(lambda),   lambda = |theta - nu|^2/(2 (1 + rho))
/// ```
/// # Domain
/// p >= 3; `target_variance` rho >= 0, `squared_bias` |theta - nu|^2 from 0 to 10^8, in units of the variance of a coordinate of X. Below 1 everywhere
///
/// # Source
/// derived: given Y, Stein's lemma gives E (X - theta)'(X - Y)/D = (p - 2) E 1/D, D = |X - Y|^2, so that the risk is p - (p - 2)^2 E 1/D. D is
/// 1 + rho times a chi-squared with p + 2K degrees of freedom, whose inverse has the mean 1/(p - 2 + 2K)
///
/// # Accuracy
/// 1e-11: the first of the Poisson probabilities has some lambda roundings in its exponent
///
/// # Tested by
/// claim `worth-shrinkage`
///
/// # Examples
/// ```
/// use goldenweight_theory::shrinkage::james_stein_relative_risk;
/// // Towards the truth itself: 2/p.
/// assert!((james_stein_relative_risk(5, 0.0, 0.0) - 0.4).abs() < 1e-15);
/// ```
#[must_use]
pub fn james_stein_relative_risk(p: u32, target_variance: f64, squared_bias: f64) -> f64 {
    let (p, noise) = (f64::from(p), 1.0 + target_variance);
    1.0 - (p - 2.0) * (p - 2.0) / (p * noise) * mean_inverse(p - 2.0, squared_bias / (2.0 * noise))
}

/// E 1/(a + 2K), K ~ Poisson(lambda): the terms from the most probable one on, to both sides, until they no longer count.
fn mean_inverse(a: f64, lambda: f64) -> f64 {
    let mode = lambda.floor();
    let at_mode =
        if lambda > 0.0 { libm::exp(mode * libm::log(lambda) - lambda - libm::lgamma(mode + 1.0)) } else { 1.0 };
    let (mut sum, mut k, mut probability) = (0.0, mode, at_mode);
    while probability > f64::EPSILON * f64::EPSILON {
        sum += probability / (a + 2.0 * k);
        k += 1.0;
        probability *= lambda / k;
    }
    (k, probability) = (mode, at_mode);
    while k > 0.0 && probability > f64::EPSILON * f64::EPSILON {
        probability *= k / lambda;
        k -= 1.0;
        sum += probability / (a + 2.0 * k);
    }
    sum
}
