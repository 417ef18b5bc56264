//! What the weight costs that is made from the data, and rules that cost less.

use goldenweight_evidence::rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::fits::Fits;
use crate::advise::matrix::{Lower, congruent, dot, eigen};
use crate::stream::{Streams, experiment_id};

/// Biases of the curve, in standard errors of the real fit: the root of tr Q V_R.
const STEP: f64 = 0.25;
const STEPS: usize = 40;

/// Replicates of the curve, each with its mirror image: a risk of the curve is known to some .005.
const REPLICATES: u64 = 32_768;

/// Risks under one bias, over that of the real rows alone.
///
/// # Examples
/// see [`audit`](super::audit).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Price {
    /// |delta|_Q over the root of tr Q V_R.
    pub bias: f64,
    /// Of the weight that is made from the data.
    pub plug_in: f64,
    /// Of its synthetic part times the share that keeps the regret.
    pub capped: f64,
    /// Of the positive-part James-Stein rule, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub james_stein: Option<f64>,
}

/// The positive-part James-Stein mean of the two fits, b_R + min(1, a/D) (b_S - b_R), D = d'V_R^-1 d.
///
/// # Formula
/// a = tr QV_R/lambda_max(QV_R) - 2, p - 2 where Q is proportional to V_R^-1. Given the synthetic fit, which is independent of the real one, its risk is below that of
/// b_R for every bias, and whatever V_S is.
/// # Domain
/// a > 0; b_R normal with the covariance V_R
/// # Source
/// M. E. Bock: Minimax estimators of the mean of a multivariate normal distribution. Annals of Statistics 3 (1975)
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct JamesStein {
    /// a.
    pub constant: f64,
    /// Weight of the real fit, 1 - min(1, a/D).
    pub weight: f64,
}

/// The plug-in weight with its synthetic part times a share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Capped {
    /// The regret that is accepted: the worst relative risk is at most 1 + regret.
    pub regret: f64,
    /// The largest share that keeps it.
    pub share: f64,
    /// 1 - share (1 - weight).
    pub weight: f64,
}

/// The curve and the two rules.
pub(super) struct Prices {
    pub(super) curve: Vec<Price>,
    pub(super) james_stein: Option<JamesStein>,
    pub(super) capped: Capped,
}

/// E u^2 |d|^2 and E u d'(d - delta)/(1 + rho), over tr QV, of a rule u at one bias: the relative risk of b_R + tau u d is 1 - 2 tau B + tau^2 A.
#[derive(Clone, Copy, Default)]
struct Moments {
    square: f64,
    cross: f64,
}

/// # Formula
/// In the eigenbasis of Q V_R let X_i ~ N(theta_i, v_i) and, V_S taken as rho V_R, Y_i - X_i = d_i ~ N(delta_i, (1 + rho) v_i). Given d, the error of X_i has the
/// mean -(d_i - delta_i)/(1 + rho). So the risk of X + tau u(d) d is sum v_i - 2 tau E u d'(d - delta)/(1 + rho) + tau^2 E u^2 |d|^2. The plug-in weight is
/// u = sum v/max((1 + rho) sum v, |d|^2). The bias is spread as delta_i = t sqrt v_i.
/// # Source
/// derived
pub(super) fn prices(fits: &Fits, [real, synthetic]: [f64; 2], weight: f64, regret: f64, seed: u64) -> Option<Prices> {
    let p = fits.names.len();
    let lower = Lower::factor(&fits.metric, 1e-13).ok()?;
    // V_R of L'b, Q = L L'.
    let columns: Vec<Vec<f64>> = (0..p)
        .map(|j| {
            let unit: Vec<f64> = (0..p).map(|i| f64::from(u8::from(i == j))).collect();
            lower.times(&unit)
        })
        .collect();
    let (mut values, vectors) = eigen(&congruent(&fits.real.variance, &columns), p)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let difference: Vec<f64> = fits.synthetic.estimate.iter().zip(&fits.real.estimate).map(|(s, r)| s - r).collect();
    let rotated = lower.transposed_times(&difference);
    // Shares that add up to 1 have directions without a variance, in which the tables do not differ.
    let distance: f64 = values
        .iter()
        .zip(&vectors)
        .filter(|(value, _)| **value > NO_VARIANCE * largest)
        .map(|(value, vector)| {
            let along = dot(vector, &rotated);
            along * along / value
        })
        .sum();
    values.retain(|value| *value > NO_VARIANCE * largest);
    let total: f64 = values.iter().sum();
    let constant = total / largest - 2.0;
    let rho = synthetic / real;
    let curve = simulate(&values, rho, constant, seed);
    let risk = |Moments { square, cross }: Moments, tau: f64| 1.0 - 2.0 * tau * cross + tau * tau * square;
    // The larger root of 1 - 2 tau B + tau^2 A = 1 + regret.
    let largest_share =
        |Moments { square, cross }: &Moments| (cross + (cross * cross + regret * square).sqrt()) / square;
    let share = curve.iter().map(|[plug_in, _]| largest_share(plug_in)).fold(1.0, f64::min);
    let has_rule = constant > 0.0;
    let james_stein = has_rule
        .then(|| JamesStein { constant, weight: 1.0 - if distance > constant { constant / distance } else { 1.0 } });
    let curve = curve.into_iter().enumerate().map(|(i, [plug_in, james_stein])| Price {
        bias: i as f64 * STEP,
        plug_in: risk(plug_in, 1.0),
        capped: risk(plug_in, share),
        james_stein: has_rule.then(|| risk(james_stein, 1.0)),
    });
    let capped = Capped { regret, share, weight: 1.0 - share * (1.0 - weight) };
    Some(Prices { curve: curve.collect(), james_stein, capped })
}

/// Part of the largest eigenvalue that counts as zero: far above rounding, far below any variance that matters.
const NO_VARIANCE: f64 = 1e-11;

/// Per bias the moments of the plug-in rule and of James-Stein's.
fn simulate(values: &[f64], rho: f64, constant: f64, seed: u64) -> Vec<[Moments; 2]> {
    let streams = Streams { seed, experiment: experiment_id("audit price") };
    let (p, total) = (values.len() as f64, values.iter().sum::<f64>());
    let (noise, root) = (1.0 + rho, (1.0 + rho).sqrt());
    // Sums of v g^2, v g, g^2 and g over normal numbers g.
    let draws: Vec<[f64; 4]> = (0..REPLICATES)
        .into_par_iter()
        .map(|replicate| {
            let mut rng = streams.of_replicate(replicate, 0);
            let mut sums = [0.0; 4];
            for v in values {
                let g: f64 = rng.sample(StandardNormal);
                let parts = [v * g * g, v * g, g * g, g];
                sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            }
            sums
        })
        .collect();
    (0..=STEPS)
        .map(|step| {
            let t = step as f64 * STEP;
            let mut moments = [Moments::default(); 2];
            for [squares, line, whitened_squares, whitened] in &draws {
                for sign in [1.0, -1.0] {
                    let (line, whitened) = (sign * line, sign * whitened);
                    let length = t * t * total + 2.0 * t * root * line + noise * squares;
                    let cross = (t * root * line + noise * squares) / noise;
                    let distance = t * t * p + 2.0 * t * root * whitened + noise * whitened_squares;
                    let rules = [total / (noise * total).max(length), (constant / distance).min(1.0)];
                    for (moments, u) in moments.iter_mut().zip(rules) {
                        moments.square += u * u * length;
                        moments.cross += u * cross;
                    }
                }
            }
            let scale = 1.0 / (2.0 * REPLICATES as f64 * total);
            moments.map(|Moments { square, cross }| Moments { square: scale * square, cross: scale * cross })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative risk of the plug-in weight of a mean, by quadrature over the difference: rho/(1 + rho) + E (u d - (d - t)/(1 + rho))^2.
    fn integrated(rho: f64, t: f64) -> f64 {
        let (noise, step) = (1.0 + rho, 0.001);
        let sum: f64 = (-9_000..=9_000)
            .map(|i| {
                let g = f64::from(i) * step;
                let d = t + noise.sqrt() * g;
                let error = d / noise.max(d * d) - (d - t) / noise;
                error * error * libm::exp(-0.5 * g * g)
            })
            .sum();
        rho / noise + sum * step / (2.0 * std::f64::consts::PI).sqrt()
    }

    /// Of a mean with ten times as many synthetic rows: .39 at no bias, 39, 45 and 40 % worse at 2, 2.5 and 3 standard errors. 65,536 replicates with losses of
    /// order 1 know the mean to .004 or better.
    #[test]
    fn the_price_of_a_mean_is_that_of_the_quadrature() {
        for (at, [plug_in, _]) in simulate(&[0.7], 0.1, -1.0, 5).into_iter().enumerate() {
            let simulated = 1.0 - 2.0 * plug_in.cross + plug_in.square;
            let expected = integrated(0.1, at as f64 * STEP);
            assert!((simulated - expected).abs() < 0.015, "{at}: {simulated} {expected}");
        }
        let known = [(0.0, 0.396), (2.0, 1.390), (2.5, 1.447), (3.0, 1.400)];
        assert!(known.iter().all(|(t, risk)| (integrated(0.1, *t) - risk).abs() < 0.003));
    }

    /// The positive part is better than the plain rule, whose risk is known; and never worse than 1.
    #[test]
    fn the_rule_is_never_worse() {
        let (p, rho) = (6, 0.3);
        for (at, [_, rule]) in simulate(&[1.0; 6], rho, 4.0, 5).into_iter().enumerate() {
            let t = at as f64 * STEP;
            let plain = goldenweight_theory::shrinkage::james_stein_relative_risk(p, rho, t * t * f64::from(p));
            let positive = 1.0 - 2.0 * rule.cross + rule.square;
            // The simulation's error, as above.
            assert!(positive < plain + 0.02 && positive < 1.0, "{t}: {positive} {plain}");
            // Far away both are the same rule.
            assert!(t < 5.0 || (positive - plain).abs() < 0.02, "{t}: {positive} {plain}");
        }
    }
}
