//! Wrong laws of the pooled fit and of shrinking.

use goldenweight_evidence::Mutant;
use nalgebra::{Matrix2, Vector2};

use super::Row;
use crate::claims::worth::{Fitted, POOLED, Parts, SHRUNK, Shrunk, law, loss_metric, parts};

/// The law of a case with another formula.
fn pooled(name: &'static str, expected: fn(f64, Parts) -> f64) -> Mutant {
    Mutant::formula(name, POOLED, move |case| {
        let Fitted { w } = case.place_as().expect("a case of this check");
        expected(*w, parts())
    })
}

/// The gain of a case with another formula.
fn shrunk(name: &'static str, gain: fn(f64, f64, f64) -> f64) -> Mutant {
    Mutant::formula(name, SHRUNK, move |case| {
        let Shrunk { p, rho, bias } = case.place_as().expect("a case of this check");
        let p = f64::from(*p);
        p - (p - 2.0) * (p - 2.0) * gain(p, *rho, bias * bias)
    })
}

/// tr Q(W V_R W' + U V_S U') + bias'Q bias.
fn risk(real: Matrix2<f64>, synthetic: Matrix2<f64>, variance: [Matrix2<f64>; 2], bias: Vector2<f64>) -> f64 {
    let metric = loss_metric();
    let spread = real * variance[0] * real.transpose() + synthetic * variance[1] * synthetic.transpose();
    (metric * spread).trace() + (bias.transpose() * metric * bias)[0]
}

/// W and U.
fn weights(w: f64, information: [Matrix2<f64>; 2]) -> [Matrix2<f64>; 2] {
    let [real, synthetic] = [w * information[0], (1.0 - w) * information[1]];
    let inverse = (real + synthetic).try_inverse().unwrap_or_else(Matrix2::zeros);
    [inverse * real, inverse * synthetic]
}

/// The table.
pub(super) fn table() -> Vec<Row> {
    let of_pooled = [
        pooled("control: the law as it is", |w, _| law(w)).control(),
        pooled("weights that are numbers", |w, Parts { variance, bias, .. }| {
            let [real, synthetic] = [w, 1.0 - w].map(|w| Matrix2::identity() * w);
            risk(real, synthetic, variance, synthetic * bias)
        }),
        pooled("no variance of the synthetic fit", |w, Parts { information, variance, bias }| {
            let [real, synthetic] = weights(w, information);
            risk(real, synthetic, [variance[0], Matrix2::zeros()], synthetic * bias)
        }),
        pooled("the bias times u, not U", |w, Parts { information, variance, bias }| {
            let [real, synthetic] = weights(w, information);
            risk(real, synthetic, variance, (1.0 - w) * bias)
        }),
        pooled("a synthetic fit without a bias", |w, Parts { information, variance, .. }| {
            let [real, synthetic] = weights(w, information);
            risk(real, synthetic, variance, Vector2::zeros())
        }),
    ];
    let of_shrinking = [
        shrunk("a target without errors of its own", |p, _, square| integral(p - 2.0, square / 2.0)),
        shrunk("no bias", |p, rho, _| 1.0 / ((p - 2.0) * (1.0 + rho))),
        shrunk("Poisson with twice the mean", |p, rho, square| integral(p - 2.0, square / (1.0 + rho)) / (1.0 + rho)),
        shrunk("the factor 1/(1 + rho) forgotten", |p, rho, square| integral(p - 2.0, square / (2.0 * (1.0 + rho)))),
    ];
    let pooled = of_pooled.into_iter().map(|mutant| ("worth-pooled", mutant));
    pooled.chain(of_shrinking.into_iter().map(|mutant| ("worth-shrinkage", mutant))).collect()
}

/// E 1/(a + 2K), K ~ Poisson(lambda), for small lambda.
fn integral(a: f64, lambda: f64) -> f64 {
    let (mut sum, mut probability) = (0.0, libm::exp(-lambda));
    for k in 0..200 {
        sum += probability / (a + 2.0 * f64::from(k));
        probability *= lambda / f64::from(k + 1);
    }
    sum
}
