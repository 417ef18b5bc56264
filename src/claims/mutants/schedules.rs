//! Wrong formulas of accumulating data and of the Gaussian with divisors n and m.
//!
//! Written out here, as in `formulas`.

use super::formulas::{TRACE, k, m, n, right, t, w};
use super::{Row, formula as wrong};
use crate::claims::check::Cell;

const SUFFICIENT: &str = "by sufficient statistics";

/// The table.
pub fn table() -> Vec<Row> {
    accumulating().into_iter().chain(divisors()).collect()
}

/// The sum of f(k + i) over the generations i = 1..=t.
fn pools(cell: &Cell, f: impl Fn(f64) -> f64) -> f64 {
    (1..=t(cell)).map(|i| f(k(cell) + f64::from(i))).sum()
}

fn accumulating() -> Vec<Row> {
    const MEAN: &str = "accumulate-mean";
    const CELLS: (&str, &str) = ("accumulate-frequencies", "cells, by counts");
    const COVARIANCE: &str = "accumulate-covariance";
    let squared = |c: &Cell| TRACE / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / (pool * pool)));
    vec![
        right(MEAN, SUFFICIENT, "control: shares 1/(k + i)", squared),
        wrong(MEAN, SUFFICIENT, "pools of the generation before", |c| {
            TRACE / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / ((pool - 1.0) * (pool - 1.0))))
        }),
        wrong(MEAN, SUFFICIENT, "no accumulation: linear growth", |c| TRACE * (1.0 / n(c) + f64::from(t(c)) / m(c))),
        wrong(MEAN, SUFFICIENT, "real rows that leave the pool", |c| {
            TRACE / n(c) * (1.0 + k(c) * (1..=t(c)).map(|i| 1.0 / f64::from(i * i)).sum::<f64>())
        }),
        wrong(MEAN, SUFFICIENT, "shares not squared", |c| TRACE / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / pool))),
        wrong(CELLS.0, CELLS.1, "cells that accumulate with rho = 1", |c| {
            0.635 / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / (pool * pool)))
        }),
        wrong(COVARIANCE, SUFFICIENT, "the covariance's first generation, for ever", |c| {
            // tr Sigma^2 + (tr Sigma)^2.
            (6.23 + TRACE * TRACE) / (n(c) - 1.0)
        }),
    ]
}

/// b_0, b_1, ..., b_t.
fn biases(cell: &Cell) -> Vec<f64> {
    let next = |b: &f64| Some(w(cell) / n(cell) + (1.0 - w(cell)) * (1.0 / m(cell) + (1.0 - 1.0 / m(cell)) * b));
    std::iter::successors(Some(1.0 / n(cell)), next).take(t(cell) as usize + 1).collect()
}

/// The mean's risk where the synthetic noise of generation i is `kept(b_{i-1})` of tr Sigma/m.
fn mean(cell: &Cell, kept: impl Fn(f64) -> f64) -> f64 {
    let (w2, u2) = (w(cell).powi(2), (1.0 - w(cell)).powi(2));
    let biases = biases(cell);
    let before = &biases[..biases.len() - 1];
    before.iter().fold(TRACE / n(cell), |e, b| w2 * TRACE / n(cell) + u2 * (e + kept(*b) * TRACE / m(cell)))
}

/// E sigma_t^4, sigma = 1.
fn square(cell: &Cell) -> f64 {
    let (w, u) = (w(cell), 1.0 - w(cell));
    let (fresh, passed) = (1.0 - 1.0 / n(cell), 1.0 - 1.0 / m(cell));
    let biases = biases(cell);
    biases[..biases.len() - 1].iter().fold(fresh * (1.0 + 1.0 / n(cell)), |s, b| {
        w * w * fresh * (1.0 + 1.0 / n(cell))
            + 2.0 * w * u * fresh * passed * (1.0 - b)
            + u * u * passed * (1.0 + 1.0 / m(cell)) * s
    })
}

fn divisors() -> Vec<Row> {
    const MEAN: &str = "mle-mean-law";
    const VARIANCE: &str = "mle-variance-law";
    const SATURATION: (&str, &str) = ("mle-saturation", "the mean, half collapsed");
    vec![
        right(MEAN, SUFFICIENT, "control: synthetic noise of the shrunken covariance", |c| mean(c, |b| 1.0 - b)),
        wrong(MEAN, SUFFICIENT, "the unbiased model's mean", |c| mean(c, |_| 1.0)),
        wrong(MEAN, SUFFICIENT, "shrunken twice", |c| mean(c, |b| (1.0 - b) * (1.0 - b))),
        right(VARIANCE, SUFFICIENT, "control: raw fourth moments", |c| {
            square(c) + 2.0 * biases(c)[t(c) as usize] - 1.0
        }),
        wrong(VARIANCE, SUFFICIENT, "the variance without its bias", |c| {
            let b = biases(c)[t(c) as usize];
            square(c) - (1.0 - b) * (1.0 - b)
        }),
        wrong(SATURATION.0, SATURATION.1, "linear growth under maximum likelihood", |c| {
            TRACE * (1.0 / n(c) + f64::from(t(c)) / m(c))
        }),
    ]
}
