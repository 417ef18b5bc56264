//! Wrong formulas.
//!
//! All are written out here and not taken from the theory crate: the wrong ones, and the right ones, which are controls.

use super::{Row, formula as wrong};
use crate::catalogue::{self, Model};
use crate::claims::check::Cell;
use crate::claims::moments::eigenvalues;
use crate::claims::second_order::{STANDARD, tensors};
use crate::experiment::Rows;
use crate::simulate::engine::{Record, Weights};

pub(super) fn right(claim: &'static str, check: &'static str, name: &'static str, expected: fn(&Cell) -> f64) -> Row {
    let (claim, mutant) = wrong(claim, check, name, expected);
    (claim, mutant.control())
}

pub(super) fn n(cell: &Cell) -> f64 {
    cell.rows.real as f64
}

pub(super) fn m(cell: &Cell) -> f64 {
    cell.rows.synthetic as f64
}

pub(super) fn k(cell: &Cell) -> f64 {
    n(cell) / m(cell)
}

pub(super) fn p(cell: &Cell) -> f64 {
    cell.dim as f64
}

/// The cell's constant weight.
pub(super) fn w(cell: &Cell) -> f64 {
    match cell.weights {
        Some(Weights::Constant(w)) => w,
        _ => f64::NAN,
    }
}

/// The generation that is recorded.
pub(super) fn t(cell: &Cell) -> i32 {
    match &cell.record {
        Record::At(generations) => generations[generations.len() - 1] as i32,
        Record::Average { until, .. } => *until as i32 - 1,
    }
}

/// What the cell records of the sequence e_0 = `start`, e_1 = next(e_0), ...: its last entry, or a mean.
pub(super) fn recorded(cell: &Cell, start: f64, next: impl Fn(f64) -> f64) -> f64 {
    let risks: Vec<f64> = std::iter::successors(Some(start), |e| Some(next(*e))).take(t(cell) as usize + 1).collect();
    match &cell.record {
        Record::At(_) => risks[risks.len() - 1],
        Record::Average { from, until } => {
            let averaged = &risks[*from as usize..*until as usize];
            averaged.iter().sum::<f64>() / averaged.len() as f64
        }
    }
}

/// The recorded risk where e_0 = fresh and e_t = w^2 fresh + u^2 (synthetic + rho e_{t-1}).
pub(super) fn risk(cell: &Cell, fresh: f64, synthetic: f64, rho: f64) -> f64 {
    let (w, u) = (w(cell), 1.0 - w(cell));
    recorded(cell, fresh, |e| w * w * fresh + u * u * (synthetic + rho * e))
}

/// w* = (sqrt(k^2 + 4k) - k)/2.
fn golden(k: f64) -> f64 {
    ((k * k + 4.0 * k).sqrt() - k) / 2.0
}

/// R(k, w) = (w^2 + k u^2)/(w (2 - w)).
fn relative(k: f64, w: f64) -> f64 {
    (w * w + k * (1.0 - w) * (1.0 - w)) / (w * (2.0 - w))
}

/// tr Sigma of the covariance in the Gaussian claims.
pub(super) const TRACE: f64 = 3.5;
/// tr Sigma^2: the squares of the diagonal (2, 1, 1/2), and twice those of the entries beside it (.6, -.3, .2).
const SQUARE_TRACE: f64 = 5.25 + 2.0 * (0.36 + 0.09 + 0.04);
/// (tr Sigma)^2.
const TRACE_SQUARE: f64 = TRACE * TRACE;

/// V_t = E |Sigma_t - Sigma|^2 by the step (V, U) of the covariance's law. The right law has `spread` = tr Sigma^2 + (tr Sigma)^2 and `coupled` = 1.
fn covariance(cell: &Cell, spread: f64, coupled: f64) -> f64 {
    let (w2, u2) = (w(cell) * w(cell), (1.0 - w(cell)) * (1.0 - w(cell)));
    let (c, d) = (n(cell) - 1.0, m(cell) - 1.0);
    let (mut v, mut u) = (spread / c, 2.0 * SQUARE_TRACE / c);
    for _ in 0..t(cell) {
        let next = w2 * spread / c + u2 * (v + (spread + v + coupled * u) / d);
        u = w2 * 2.0 * SQUARE_TRACE / c + u2 * (u + 2.0 * (SQUARE_TRACE + v) / d);
        v = next;
    }
    v
}

/// Sum of p (1 - p) over the cells (.05, .15, .3, .5).
const CATEGORIES: f64 = 1.0 - (0.0025 + 0.0225 + 0.09 + 0.25);

/// sigma^2 in the claim on the variance.
const VARIANCE: f64 = 1.7;

/// Noise variance of linear regression.
const NOISE: f64 = 0.49;

/// E s'(bZ) and E Z^2 s'(bZ) at b = sqrt p, by the midpoint rule.
fn logistic_information(cell: &Cell) -> (f64, f64) {
    let b = p(cell).sqrt();
    let step = 1e-3;
    let mut sums = (0.0, 0.0);
    for i in 0..20_000 {
        let z = -10.0 + step * (f64::from(i) + 0.5);
        let s = 1.0 / (1.0 + libm::exp(-b * z));
        let mass = step * libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt() * s * (1.0 - s);
        sums = (sums.0 + mass, sums.1 + z * z * mass);
    }
    sums
}

/// A model whose risk of n rows alone is a/n.
fn scaled(cell: &Cell, a: f64) -> f64 {
    risk(cell, a / n(cell), a / m(cell), 1.0)
}

/// [`scaled`] with the second order of logistic regression, beta = (1, 1), by tensors.
fn logistic(cell: &Cell, a: f64) -> f64 {
    scaled(cell, a) + second_order(cell, &catalogue::LOGISTIC)
}

/// The same of Poisson regression.
fn poisson(cell: &Cell, a: f64) -> f64 {
    scaled(cell, a) + second_order(cell, &catalogue::POISSON)
}

/// R_2/n^2, beta = (1, 1).
fn second_order(cell: &Cell, model: Model) -> f64 {
    let Record::Average { from, until } = cell.record else { return f64::NAN };
    let path = &tensors(STANDARD, model).path(w(cell), k(cell), until - 1)[from as usize..];
    path.iter().map(|orders| orders[1]).sum::<f64>() / path.len() as f64 / n(cell) / n(cell)
}

const SUFFICIENT: &str = "by sufficient statistics";
const ROWS: &str = "by rows";
const MINIMISER: &str = "minimiser of the simulated risk";

/// The table. Controls stand before the mutants of the same check.
pub fn table() -> Vec<Row> {
    let tables = [gaussian(), resampling(), ratios(), weights_that_change(), regressions(), collapse()];
    tables.into_iter().flatten().collect()
}

fn gaussian() -> Vec<Row> {
    const MEAN: &str = "gaussian-mean-law";
    const VAR: &str = "gaussian-variance-law";
    const COV: &str = "gaussian-covariance-law";
    vec![
        right(MEAN, SUFFICIENT, "control: the mean's law", |c| risk(c, TRACE / n(c), TRACE / m(c), 1.0)),
        wrong(MEAN, SUFFICIENT, "k inverted: n and m exchanged", |c| risk(c, TRACE / m(c), TRACE / n(c), 1.0)),
        wrong(MEAN, SUFFICIENT, "w exchanged with 1 - w", |c| {
            let (u, w) = (w(c), 1.0 - w(c));
            recorded(c, TRACE / n(c), |e| w * w * TRACE / n(c) + u * u * (TRACE / m(c) + e))
        }),
        wrong(MEAN, SUFFICIENT, "a dropped square: w for w^2", |c| {
            let (w, u) = (w(c), 1.0 - w(c));
            recorded(c, TRACE / n(c), |e| w * TRACE / n(c) + u * u * (TRACE / m(c) + e))
        }),
        wrong(MEAN, SUFFICIENT, "a dropped square: u for u^2", |c| {
            let (w, u) = (w(c), 1.0 - w(c));
            recorded(c, TRACE / n(c), |e| w * w * TRACE / n(c) + u * (TRACE / m(c) + e))
        }),
        wrong(MEAN, SUFFICIENT, "n - 1 for n in the mean", |c| risk(c, TRACE / (n(c) - 1.0), TRACE / m(c), 1.0)),
        wrong(MEAN, SUFFICIENT, "m - 1 for m in the mean", |c| risk(c, TRACE / n(c), TRACE / (m(c) - 1.0), 1.0)),
        wrong(MEAN, SUFFICIENT, "p for tr Sigma", |c| risk(c, p(c) / n(c), p(c) / m(c), 1.0)),
        wrong(MEAN, SUFFICIENT, "tr Sigma^2 for tr Sigma", |c| risk(c, SQUARE_TRACE / n(c), SQUARE_TRACE / m(c), 1.0)),
        wrong(MEAN, SUFFICIENT, "generation 0 miscounted", |c| {
            let (w, u) = (w(c), 1.0 - w(c));
            let next = |e: f64| w * w * TRACE / n(c) + u * u * (TRACE / m(c) + e);
            recorded(c, next(TRACE / n(c)), next)
        }),
        wrong(MEAN, SUFFICIENT, "the previous error is not passed on", |c| risk(c, TRACE / n(c), TRACE / m(c), 0.0)),
        wrong(MEAN, SUFFICIENT, "no noise from the synthetic rows", |c| risk(c, TRACE / n(c), 0.0, 1.0)),
        wrong(MEAN, SUFFICIENT, "the covariance's rho for the mean", |c| {
            risk(c, TRACE / n(c), TRACE / m(c), 1.0 + 2.0 / (m(c) - 1.0))
        }),
        right(VAR, SUFFICIENT, "control: the variance's law", |c| variance(c, 2.0, 2.0, 1.0)),
        wrong(VAR, SUFFICIENT, "rho = 1 for the variance", |c| variance(c, 2.0, 0.0, 1.0)),
        wrong(VAR, SUFFICIENT, "rho = 1 + 1/(m - 1) for the variance", |c| variance(c, 2.0, 1.0, 1.0)),
        wrong(VAR, SUFFICIENT, "n, m for n - 1, m - 1 in the variance", |c| variance(c, 2.0, 2.0, 0.0)),
        wrong(VAR, SUFFICIENT, "sigma^4 for 2 sigma^4", |c| variance(c, 1.0, 2.0, 1.0)),
        right(COV, SUFFICIENT, "control: the covariance's law", |c| covariance(c, SQUARE_TRACE + TRACE_SQUARE, 1.0)),
        wrong(COV, SUFFICIENT, "tr Sigma^2 alone in the covariance", |c| covariance(c, SQUARE_TRACE, 1.0)),
        wrong(COV, SUFFICIENT, "(tr Sigma)^2 alone in the covariance", |c| covariance(c, TRACE_SQUARE, 1.0)),
        wrong(COV, SUFFICIENT, "2 tr Sigma^2 as in one dimension", |c| covariance(c, 2.0 * SQUARE_TRACE, 1.0)),
        wrong(COV, SUFFICIENT, "the law of the mean for the covariance", |c| {
            let spread = SQUARE_TRACE + TRACE_SQUARE;
            risk(c, spread / (n(c) - 1.0), spread / (m(c) - 1.0), 1.0)
        }),
        wrong("covariance-optimum", "slope at w*", "the golden weight where the covariance's slope vanishes", |c| {
            golden(k(c))
        }),
        wrong("covariance-optimum", MINIMISER, "the golden weight for the covariance's optimum", |c| golden(k(c))),
    ]
}

/// The recorded risk where A = `noise` sigma^4, nu = n - `lost`, m - `lost`, and rho = 1 + `excess`/(m - `lost`).
fn variance(cell: &Cell, noise: f64, excess: f64, lost: f64) -> f64 {
    let a = noise * VARIANCE * VARIANCE;
    risk(cell, a / (n(cell) - lost), a / (m(cell) - lost), 1.0 + excess / (m(cell) - lost))
}

fn resampling() -> Vec<Row> {
    const CELLS: &str = "categorical-law";
    const CDF: &str = "cdf-law";
    vec![
        wrong(CELLS, "slope at w*", "1/phi where the slope of the categorical risk vanishes", |c| golden(k(c))),
        right(CELLS, SUFFICIENT, "control: the categorical law", |c| resampled(c, CATEGORIES, -1.0)),
        wrong(CELLS, SUFFICIENT, "rho = 1 for categories", |c| resampled(c, CATEGORIES, 0.0)),
        wrong(CELLS, SUFFICIENT, "rho = 1 + 1/m for categories", |c| resampled(c, CATEGORIES, 1.0)),
        wrong(CELLS, SUFFICIENT, "1 - 1/cells for sum p (1 - p)", |c| resampled(c, 1.0 - 1.0 / p(c), -1.0)),
        right(CDF, ROWS, "control: the law of the distribution function", |c| resampled(c, 1.0 / 6.0, -1.0)),
        wrong(CDF, ROWS, "rho = 1 for the distribution function", |c| resampled(c, 1.0 / 6.0, 0.0)),
        wrong(CDF, ROWS, "1/4 for 1/6", |c| resampled(c, 0.25, -1.0)),
        wrong(CDF, ROWS, "1/m in the noise of the real rows", |c| {
            risk(c, 1.0 / (6.0 * m(c)), 1.0 / (6.0 * m(c)), 1.0 - 1.0 / m(c))
        }),
    ]
}

/// The recorded risk where A_r/nu_n = `a`/n, A_s/nu_m = `a`/m, and rho = 1 + `excess`/m.
fn resampled(cell: &Cell, a: f64, excess: f64) -> f64 {
    risk(cell, a / n(cell), a / m(cell), 1.0 + excess / m(cell))
}

fn ratios() -> Vec<Row> {
    const SLOPE: &str = "slope at w* for the Gaussian mean";
    const GOLDEN: (&str, &str) = ("golden-weight", "minimiser for the Gaussian mean");
    const POOLED: (&str, &str) = ("naive-pooling", "relative risk of the Gaussian mean");
    const EVEN: (&str, &str) = ("break-even", "relative risk 1 for the Gaussian mean");
    const SIZE: (&str, &str) = ("effective-sample-size", "risk of the Gaussian mean as of n/w* rows");
    const FLAT: (&str, &str) = ("flat-optimum", "relative risks of the Gaussian mean");
    const FIXED: (&str, &str) = ("fixed-real-rows", "risk of the Gaussian mean on fixed real rows");
    // The rows are N(0, I) in two dimensions: fresh rows alone have the risk 2/n.
    vec![
        right(GOLDEN.0, GOLDEN.1, "control: the golden weight", |c| golden(k(c))),
        wrong(GOLDEN.0, GOLDEN.1, "k inverted in the golden weight", |c| golden(1.0 / k(c))),
        wrong(GOLDEN.0, GOLDEN.1, "the naive weight for the optimal one", |c| k(c) / (1.0 + k(c))),
        wrong(GOLDEN.0, GOLDEN.1, "1 - w* for w*", |c| 1.0 - golden(k(c))),
        wrong(GOLDEN.0, GOLDEN.1, "sqrt k for w*", |c| k(c).sqrt()),
        right(GOLDEN.0, SLOPE, "control: the slope vanishes at the golden weight", |c| golden(k(c))),
        wrong(GOLDEN.0, SLOPE, "1.02 w* for w*", |c| 1.02 * golden(k(c))),
        right(POOLED.0, POOLED.1, "control: pooling", |c| 2.0 / n(c) * relative(k(c), k(c) / (1.0 + k(c)))),
        wrong(POOLED.0, POOLED.1, "1/(2 + k) for (1 + k)/(2 + k)", |c| 2.0 / n(c) / (2.0 + k(c))),
        wrong(POOLED.0, POOLED.1, "the optimal risk for that of pooling", |c| 2.0 / n(c) * golden(k(c))),
        wrong(POOLED.0, POOLED.1, "the risk of n + m real rows for pooling", |c| 2.0 / (n(c) + m(c))),
        wrong(EVEN.0, EVEN.1, "k inverted in the risk at the break-even weight", |c| {
            2.0 / n(c) * relative(1.0 / k(c), w(c))
        }),
        wrong(SIZE.0, SIZE.1, "n + m for the effective sample size", |c| 2.0 / (n(c) + m(c))),
        wrong(SIZE.0, SIZE.1, "n w* for n/w*", |c| 2.0 / (n(c) * golden(k(c)))),
        wrong(FLAT.0, FLAT.1, "the excess without its square", |c| {
            let best = golden(k(c));
            2.0 / n(c) * (best + (1.0 + k(c) + best) * (w(c) - best).abs() / (w(c) * (2.0 - w(c))))
        }),
        wrong(FIXED.0, FIXED.1, "fresh rows for fixed ones", |c| 2.0 / n(c) * relative(k(c), w(c))),
    ]
}

fn weights_that_change() -> Vec<Row> {
    const DYNAMIC: (&str, &str) = ("dynamic-weights", "risk of the Gaussian mean at n : m = 1 : 4");
    const FIBONACCI: (&str, &str) = ("dynamic-fibonacci", "risk of the Gaussian mean at n = m");
    vec![
        right(DYNAMIC.0, DYNAMIC.1, "control: dynamic weights", |c| 3.0 / n(c) * riccati(k(c), t(c))),
        wrong(DYNAMIC.0, DYNAMIC.1, "the weight of the generation before", |c| 3.0 / n(c) * riccati(k(c), t(c) - 1)),
        wrong(DYNAMIC.0, DYNAMIC.1, "the steady weight's risk for the dynamic one", |c| 3.0 / n(c) * golden(k(c))),
        wrong(FIBONACCI.0, FIBONACCI.1, "F_2t/F_2t+1 for F_2t+1/F_2t+2", |c| {
            let (mut a, mut b) = (0.0, 1.0); // F_0, F_1
            for _ in 0..2 * t(c) {
                (a, b) = (b, a + b);
            }
            3.0 / n(c) * a / b
        }),
    ]
}

/// v_t = P/(1 + P), P = k + v_{t-1}, v_0 = 1.
fn riccati(k: f64, t: i32) -> f64 {
    (0..t).fold(1.0, |v, _| (k + v) / (1.0 + k + v))
}

/// 2^(1 - n) times the sum of the binomial coefficients C(n - 1, i), i < `first`.
fn separated(first: i32, n: f64) -> f64 {
    let coefficient = |i: i32| (0..i).map(|j| (n - 1.0 - f64::from(j)) / f64::from(j + 1)).product::<f64>();
    libm::exp2(1.0 - n) * (0..first).map(coefficient).sum::<f64>()
}

/// The share of chains that have ended where each fit fails with this probability.
fn ended(cell: &Cell, fails: f64) -> f64 {
    1.0 - (1.0 - fails).powi(t(cell) + 1)
}

fn regressions() -> Vec<Row> {
    const QUARTER: (&str, &str) = ("linear-limit", "k = 1/4, w = .39");
    const LAW: (&str, &str) = ("linear-law", "two columns");
    const OPTIMUM: (&str, &str) = ("linear-optimum", "slopes at the optimum");
    const ALONE: (&str, &str) = ("linear-synthetic-only", SUFFICIENT);
    const LOGISTIC: (&str, &str) = ("logistic-limit", "k = 1, w = .618, p = 2");
    const SEPARATION: (&str, &str) = ("logistic-separation", "share of ended chains");
    const POISSON: (&str, &str) = ("poisson-limit", "k = 1, w = .618, p = 2");
    const ADULT: (&str, &str) = ("misspecified-limit", "standardised coefficients, n = 4m, w = .5");
    const ADULT_ALONE: (&str, &str) = ("misspecified-limit", "real rows alone, w = 1");
    vec![
        right(QUARTER.0, QUARTER.1, "control: linear regression's limit", |c| scaled(c, NOISE * p(c))),
        wrong(QUARTER.0, QUARTER.1, "factor p missing", |c| scaled(c, NOISE)),
        wrong(QUARTER.0, QUARTER.1, "sigma for sigma^2", |c| scaled(c, NOISE.sqrt() * p(c))),
        wrong(QUARTER.0, QUARTER.1, "k inverted in linear regression", |c| {
            risk(c, NOISE * p(c) / m(c), NOISE * p(c) / n(c), 1.0)
        }),
        right(LAW.0, LAW.1, "control: the exact law", |c| random(c, c, |r| r)),
        wrong(LAW.0, LAW.1, "x and 1 - x exchanged", |c| random(c, &exchanged(c), |r| r)),
        wrong(LAW.0, LAW.1, "the sign of E (Σ f)²", |c| random(c, c, |[g, a, b]| [g, a, -b])),
        wrong(LAW.0, LAW.1, "E Σ f² for E (Σ f)²: no pairs of eigenvalues", |c| {
            random(c, c, |[g, a, _]| [g, a, a])
        }),
        wrong(LAW.0, LAW.1, "nu for nu - 1", |c| {
            random(c, c, |[g, a, b]| [g, a * (n(c) + m(c)) / (n(c) + m(c) - 1.0), b])
        }),
        wrong(LAW.0, LAW.1, "nu - p for nu - p - 1", |c| {
            let rest = n(c) + m(c) - p(c);
            random(c, c, |means| means.map(|x| x * (rest - 1.0) / rest))
        }),
        wrong(LAW.0, LAW.1, "the limit law at few rows", |c| scaled(c, NOISE * p(c))),
        wrong(LAW.0, LAW.1, "rho = u^2 beside the exact noise", |c| {
            let [g, ..] = eigenvalues(2, c.rows.real as u64, c.rows.synthetic as u64, w(c));
            let (noise, u) = (NOISE * g / (n(c) + m(c) - 3.0), 1.0 - w(c));
            recorded(c, NOISE * 2.0 / (n(c) - 3.0), |e| noise + u * u * e)
        }),
        wrong(OPTIMUM.0, OPTIMUM.1, "1/phi for the exact optimum", |c| golden(k(c))),
        right(ALONE.0, ALONE.1, "control: p/(m - p - 1)", |c| growth(c, 1.0)),
        wrong(ALONE.0, ALONE.1, "p/m for p/(m - p - 1)", |c| growth(c, -p(c))),
        wrong(ALONE.0, ALONE.1, "p/(m - p) for p/(m - p - 1)", |c| growth(c, 0.0)),
        wrong("linear-fixed-design", ROWS, "sigma^2 p/n for sigma^2 tr (X'X)^-1", |c| {
            risk(c, NOISE * p(c) / n(c), NOISE * p(c) / n(c), 1.0)
        }),
        right(LOGISTIC.0, LOGISTIC.1, "control: logistic information", |c| {
            let (across, along) = logistic_information(c);
            logistic(c, (p(c) - 1.0) / across + 1.0 / along)
        }),
        wrong(LOGISTIC.0, LOGISTIC.1, "logistic information at beta = 0", |c| logistic(c, 4.0 * p(c))),
        wrong(LOGISTIC.0, LOGISTIC.1, "the same logistic information in every direction", |c| {
            logistic(c, p(c) / logistic_information(c).0)
        }),
        wrong(LOGISTIC.0, LOGISTIC.1, "logistic information not inverted", |c| {
            let (across, along) = logistic_information(c);
            scaled(c, (p(c) - 1.0) * across + along)
        }),
        right(SEPARATION.0, SEPARATION.1, "control: Cover's count", |c| ended(c, separated(p(c) as i32, n(c)))),
        wrong(SEPARATION.0, SEPARATION.1, "Cover's count up to i = p", |c| ended(c, separated(p(c) as i32 + 1, n(c)))),
        wrong(SEPARATION.0, SEPARATION.1, "Cover's count of n + 1 rows", |c| {
            ended(c, separated(p(c) as i32, n(c) + 1.0))
        }),
        right(POISSON.0, POISSON.1, "control: Poisson information", |c| {
            poisson(c, libm::exp(-p(c) / 2.0) * (p(c) - 1.0 + 1.0 / (1.0 + p(c))))
        }),
        wrong(POISSON.0, POISSON.1, "Poisson information without beta beta'", |c| {
            poisson(c, libm::exp(-p(c) / 2.0) * p(c))
        }),
        wrong(POISSON.0, POISSON.1, "Poisson information with e^{b^2}", |c| {
            poisson(c, libm::exp(-p(c)) * (p(c) - 1.0 + 1.0 / (1.0 + p(c))))
        }),
        wrong(ADULT.0, ADULT.1, "A_r for A_s: misspecification in the synthetic rows", |c| scaled(c, SANDWICH)),
        wrong(ADULT_ALONE.0, ADULT_ALONE.1, "A_s for A_r: no misspecification", |c| scaled(c, INFORMATION)),
    ]
}

/// The exact risk of linear regression with two columns, from the means E sum G, E sum f^2 and E (sum f)^2 of [`eigenvalues`]. These are taken from `other` and
/// then changed. With `other` = `cell` and without a change the risk is right.
fn random(cell: &Cell, other: &Cell, change: impl Fn([f64; 3]) -> [f64; 3]) -> f64 {
    let [real, synthetic] = [other.rows.real, other.rows.synthetic].map(|rows| rows as u64);
    let [g, squares, squared_sum] = change(eigenvalues(2, real, synthetic, w(other)));
    let nu = n(cell) + m(cell);
    let (noise, rho) = (NOISE * g / (nu - 3.0), ((nu - 1.0) * squares - squared_sum) / (2.0 * (nu - 3.0)));
    recorded(cell, NOISE * 2.0 / (n(cell) - 3.0), |e| noise + rho * e)
}

/// The cell with real and synthetic rows exchanged, whose eigenvalues are 1 - x in the place of x.
fn exchanged(cell: &Cell) -> Cell {
    let rows = Rows { real: cell.rows.synthetic, synthetic: cell.rows.real };
    let mut other = cell.clone();
    other.rows = rows;
    other
}

/// tr I^-1 and tr I^-1 J I^-1 of the Adult fit in standardised columns, by `tests/references/adult_fit.py`.
const INFORMATION: f64 = 217.367_053_722_821;
const SANDWICH: f64 = 300.686_826_291_633;

/// sigma^2 p (1/(n - p - `lost`) + t/(m - p - `lost`)).
fn growth(cell: &Cell, lost: f64) -> f64 {
    let per = |rows: f64| NOISE * p(cell) / (rows - p(cell) - lost);
    per(n(cell)) + f64::from(t(cell)) * per(m(cell))
}

fn collapse() -> Vec<Row> {
    const MEAN: (&str, &str) = ("collapse-mean", SUFFICIENT);
    const CDF: (&str, &str) = ("collapse-cdf", ROWS);
    const VARIANCE: (&str, &str) = ("collapse-variance-risk", "by sufficient statistics, t ≪ m");
    const LOG: (&str, &str) = ("collapse-log-variance", "log σ² after many generations");
    const DETERMINANT: (&str, &str) = ("collapse-log-det", SUFFICIENT);
    vec![
        right(MEAN.0, MEAN.1, "control: the mean grows linearly", |c| p(c) * (1.0 / n(c) + f64::from(t(c)) / m(c))),
        wrong(MEAN.0, MEAN.1, "geometric growth of the mean's risk", |c| {
            p(c) * ((1.0 + 1.0 / m(c)).powi(t(c)) * (1.0 + 1.0 / n(c)) - 1.0)
        }),
        wrong(MEAN.0, MEAN.1, "factor p missing in the growth", |c| 1.0 / n(c) + f64::from(t(c)) / m(c)),
        wrong(CDF.0, CDF.1, "generation 0 missing in the rise to 1/6", |c| (1.0 - (1.0 - 1.0 / m(c)).powi(t(c))) / 6.0),
        wrong(CDF.0, CDF.1, "linear growth of the distribution function's risk", |c| {
            (1.0 / n(c) + f64::from(t(c)) / m(c)) / 6.0
        }),
        wrong(VARIANCE.0, VARIANCE.1, "growth by 1 + 1/(m - 1) for 1 + 2/(m - 1)", |c| {
            (1.0 + 1.0 / (m(c) - 1.0)).powi(t(c)) * (1.0 + 1.0 / (n(c) - 1.0)) - 1.0
        }),
        wrong(LOG.0, LOG.1, "drift -1/d, the first order alone", |c| -(f64::from(t(c)) + 1.0) / (m(c) - 1.0)),
        wrong(LOG.0, LOG.1, "drift with psi(d) for psi(d/2)", |c| {
            let d = m(c) - 1.0;
            (f64::from(t(c)) + 1.0) * (statrs::function::gamma::digamma(d) - libm::log(d))
        }),
        wrong(DETERMINANT.0, DETERMINANT.1, "p times the variance's drift for that of log det", |c| {
            let drift = |rows: f64| {
                let d = rows - 1.0;
                statrs::function::gamma::digamma(d / 2.0) - libm::log(d / 2.0)
            };
            p(c) * (drift(n(c)) + f64::from(t(c)) * drift(m(c)))
        }),
    ]
}
