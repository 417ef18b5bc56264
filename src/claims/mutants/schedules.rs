//! Wrong formulas of accumulating data, of rows drawn from them, of fixed real rows and of the Gaussian with divisors n and m.
//!
//! As in `formulas`, all are written out here.

use goldenweight_recursion::models::categorical::CategoricalRows;
use goldenweight_recursion::models::gaussian::{Divisor, GaussianRows, GaussianSufficient};
use goldenweight_recursion::models::linear::LinearRows;
use goldenweight_recursion::models::subsampled::Subsampled;
use nalgebra::DMatrix;

use super::formulas::{TRACE, k, m, n, p, recorded, right, risk, t, w};
use super::{Row, formula as wrong, simulator};
use crate::claims::check::Cell;
use crate::experiment::Rows;
use crate::simulate::Setting;
use crate::simulate::engine::ScheduleKind;

const SUFFICIENT: &str = "by sufficient statistics";

/// The table.
pub fn table() -> Vec<Row> {
    [accumulating(), drawn(), fixed(), divisors()].into_iter().flatten().collect()
}

/// The sum of f(k + i) over the generations i = 1..=t.
fn pools(cell: &Cell, f: impl Fn(f64) -> f64) -> f64 {
    (1..=t(cell)).map(|i| f(k(cell) + f64::from(i))).sum()
}

fn accumulating() -> Vec<Row> {
    const MEAN: &str = "accumulate-mean";
    const CELLS: (&str, &str) = ("accumulate-frequencies", "cells, by counts");
    const COVARIANCE: &str = "accumulate-covariance";
    const VARIANCE: &str = "accumulate-variance";
    const LINE: (&str, &str) = ("accumulate-regressions", "linear, p = 2");
    const LOGISTIC: (&str, &str) = ("accumulate-regressions", "logistic, p = 2");
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
        right(VARIANCE, SUFFICIENT, "control: a product over the pools", |c| variance_of_all(c, 2.0, 1.0)),
        wrong(VARIANCE, SUFFICIENT, "half the excess of the variance of all rows", |c| variance_of_all(c, 1.0, 1.0)),
        wrong(VARIANCE, SUFFICIENT, "n, m for n - 1, m - 1 in the variance of all rows", |c| {
            variance_of_all(c, 2.0, 0.0)
        }),
        wrong(VARIANCE, SUFFICIENT, "a variance that does not accumulate", |c| {
            (1.0 + 2.0 / (n(c) - 1.0)) * (1.0 + 2.0 / (m(c) - 1.0)).powi(t(c)) - 1.0
        }),
        simulator(VARIANCE, SUFFICIENT, "divisors n and m in the variance of all rows", |c| {
            let model = GaussianSufficient::new(DMatrix::identity(1, 1)).with_divisor(Divisor::MaximumLikelihood);
            c.clone().simulated_by(Setting::of(model, c.cell().rows))
        }),
        right(LINE.0, LINE.1, "control: the mean's law for a regression", |c| {
            p(c) / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / (pool * pool)))
        }),
        wrong(LINE.0, LINE.1, "a regression's pools of the generation before", |c| {
            p(c) / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / ((pool - 1.0) * (pool - 1.0))))
        }),
        wrong(LOGISTIC.0, LOGISTIC.1, "a logistic fit without accumulation: linear growth", |c| {
            // tr I^-1 at beta = (1, 1).
            15.465_022_586_639_5 * (1.0 / n(c) + f64::from(t(c)) / m(c))
        }),
        simulator(LINE.0, LINE.1, "old synthetic rows dropped", |c| c.clone().under(ScheduleKind::Fresh)),
    ]
}

/// The covariance's risk where all rows of the pool are fitted, Sigma = I.
fn modes_of_all(cell: &Cell) -> f64 {
    let (p, d) = (p(cell), m(cell) - 1.0);
    let grown = |excess: f64, noise: f64| {
        let factor = |i: i32| 1.0 + excess / (d * (k(cell) + f64::from(i)).powi(2));
        noise * ((1.0 + excess / (n(cell) - 1.0)) * (1..=t(cell)).map(factor).product::<f64>() - 1.0)
    };
    (grown(2.0, p * p + 2.0 * p) + grown(-1.0, p - p * p)) / 3.0
}

/// The risk of a variance of 1 where every row counts alike: (1 + a/(n - `lost`)) times the product of 1 + a/((m - `lost`)(k + i)^2), less 1, with a = `noise`.
fn variance_of_all(cell: &Cell, noise: f64, lost: f64) -> f64 {
    let factor = |i: i32| 1.0 + noise / ((m(cell) - lost) * (k(cell) + f64::from(i)).powi(2));
    (1.0 + 2.0 / (n(cell) - lost)) * (1..=t(cell)).map(factor).product::<f64>() - 1.0
}

/// 1 - (1 - c) V, where the variance V of the pool's rows loses the share (c + (1 - c)/m)/(k + i)^2 in generation i.
fn kept(cell: &Cell, c: impl Fn(f64) -> f64) -> f64 {
    let lose = |kept: f64, i: i32| {
        let before = c(f64::from(i - 1));
        kept * (1.0 - (before + (1.0 - before) / m(cell)) / (k(cell) + f64::from(i)).powi(2))
    };
    1.0 - (1.0 - c(f64::from(t(cell)))) * (1..=t(cell)).fold(1.0 - 1.0 / n(cell), lose)
}

/// The variance of the mean of n rows of the pool of generation t around the pool's mean, in units of the variance of a row.
fn of_drawn(cell: &Cell, t: f64) -> f64 {
    let pool = n(cell) + t * m(cell);
    (pool - n(cell)) / ((pool - 1.0) * n(cell))
}

/// The mean's risk, tr Sigma = 2, where synthetic rows have the variance `made(N)` V, with N rows in the pool.
fn mean_of_drawn(cell: &Cell, made: impl Fn(f64) -> f64) -> f64 {
    let start = (1.0 / n(cell), 1.0 - 1.0 / n(cell));
    let (mean, spread) = (1..=t(cell)).fold(start, |(mean, spread), i| {
        let pool = n(cell) + f64::from(i - 1) * m(cell);
        let (c, s, share) = (of_drawn(cell, f64::from(i - 1)), made(pool) * spread, m(cell) / (pool + m(cell)));
        let moved = share * share * (c * spread + s / m(cell));
        (mean + moved, spread + share * (c * spread + s - spread) - moved)
    });
    2.0 * (mean + of_drawn(cell, f64::from(t(cell))) * spread)
}

/// The covariance's risk, Sigma = I, of drawn rows with this divisor, by moments of sums over the rows of the pool: of z^4 and of (sum z^2)^2 along a direction, and of the minors. `drawn(j, N)` is
/// the probability that j given rows of N are all drawn, and `fourth` what the sum of z^4 is taken for, given it, the square and N.
fn covariance_of_drawn(
    cell: &Cell,
    divisor: f64,
    drawn: impl Fn(i32, f64) -> f64,
    fourth: impl Fn(f64, f64, f64) -> f64,
) -> f64 {
    let (n, m, p) = (n(cell), m(cell), p(cell));
    let (mut rows, mut sum, mut square) = (n, n - 1.0, n * n - 1.0);
    let (mut fours, mut minor) = (3.0 * (n - 1.0) * (n - 1.0) / n, (n - 1.0) * (n - 2.0));
    let mut risk = f64::NAN;
    for _ in 0..=t(cell) {
        let [one, two, three, four] = [1, 2, 3, 4].map(|j| drawn(j, rows));
        let f = fourth(fours, square, rows);
        let (spread, mean) = ((one - (one - two) / n) / divisor, (one - two) / (n * n));
        let squares = (one - two) * f + two * square;
        let mixed = (one - 3.0 * two + 2.0 * three) * f + (two - three) * square;
        let means = (one - 7.0 * two + 12.0 * three - 6.0 * four) * f + (3.0 * two - 6.0 * three + 3.0 * four) * square;
        let ss = (squares - 2.0 * mixed / n + means / (n * n)) / (divisor * divisor);
        let (ds, dd) = ((mixed - means / n) / (divisor * n * n), means / (n * n * n * n));
        let (minors, crossed) =
            ((two - 2.0 * (two - three) / n) / (divisor * divisor), (two - three) / (divisor * n * n));
        let left = spread * sum;
        risk = ((p * p + 2.0 * p) * ss + (p - p * p) * minors * minor) / 3.0 - (2.0 * left - 1.0) * p;
        let (after, y) = (rows + m, m / (rows + m));
        let (between, moved) = (rows * y, mean + spread / m);
        let (delta2, delta4) = (ds + ss / m, dd + 6.0 * ds / m + 3.0 * ss / (m * m));
        let added = (m - 1.0) * spread + between * moved;
        let own = 1.0 - 1.0 / m;
        fours = f
            + 6.0 * y * y * moved * square
            + rows * y.powi(4) * delta4
            + m * ((1.0 - y).powi(4) * delta4 + 6.0 * (1.0 - y) * (1.0 - y) * own * delta2 + 3.0 * own * own * ss);
        square +=
            2.0 * square * added + (m * m - 1.0) * ss + 2.0 * between * (m - 1.0) * delta2 + between * between * delta4;
        minor *=
            1.0 + 2.0 * added + (m - 1.0) * (m - 2.0) * minors + 2.0 * between * (m - 1.0) * (crossed + minors / m);
        sum *= 1.0 + added;
        rows = after;
    }
    risk
}

/// n (n - 1) .../(N (N - 1) ...), j factors.
fn without_replacement(cell: &Cell, j: i32, rows: f64) -> f64 {
    (0..j).map(|i| (n(cell) - f64::from(i)) / (rows - f64::from(i))).product()
}

/// The risk of one coefficient where accumulating rows add the noise `noise`/n.
fn line(cell: &Cell, noise: f64) -> f64 {
    (1.0 + noise * pools(cell, |pool| 1.0 / (pool * pool))) / n(cell)
}

fn drawn() -> Vec<Row> {
    const CELLS: (&str, &str) = ("subsample-frequencies", "cells, by rows");
    const POINTS: (&str, &str) = ("subsample-frequencies", "distribution function, by rows");
    const BIASED: (&str, &str) = ("subsample-frequencies", "mean with divisors n, by rows");
    const MEAN: (&str, &str) = ("subsample-mean", "by rows");
    const LINE: (&str, &str) = ("subsample-regressions", "linear, p = 1");
    const LABELS: (&str, &str) = ("subsample-regressions", "logistic, p = 2");
    const COUNTS: (&str, &str) = ("subsample-regressions", "Poisson, p = 2");
    const LIKELIHOOD: (&str, &str) = ("subsample-covariance", "by rows, divisors n");
    const UNBIASED: (&str, &str) = ("subsample-covariance", "by rows, divisors n - 1");
    let right_cells = |c: &Cell| 0.635 * kept(c, |t| of_drawn(c, t));
    vec![
        right(CELLS.0, CELLS.1, "control: rows drawn without replacement", right_cells),
        wrong(CELLS.0, CELLS.1, "rows drawn with replacement", |c| {
            0.635 * kept(c, |t| if t > 0.0 { 1.0 / n(c) } else { 0.0 })
        }),
        wrong(CELLS.0, CELLS.1, "all rows of the pool", |c| 0.635 * kept(c, |_| 0.0)),
        wrong(CELLS.0, CELLS.1, "synthetic rows of the whole pool", |c| {
            let lose = |kept: f64, i: i32| kept * (1.0 - 1.0 / (m(c) * (k(c) + f64::from(i)).powi(2)));
            let spread = (1..=t(c)).fold(1.0 - 1.0 / n(c), lose);
            0.635 * (1.0 - (1.0 - of_drawn(c, f64::from(t(c)))) * spread)
        }),
        wrong(POINTS.0, POINTS.1, "the limit of many rows", |c| {
            (1.0 + (2.0 * k(c) + 1.0) * pools(c, |pool| 1.0 / (pool * pool))) / (6.0 * n(c))
        }),
        wrong(POINTS.0, POINTS.1, "rows of generation 0 drawn anew", |c| (1.0 - (1.0 - 1.0 / n(c)).powi(2)) / 6.0),
        wrong(BIASED.0, BIASED.1, "the unbiased variance", |c| mean_of_drawn(c, |pool| pool / (pool - 1.0))),
        simulator(CELLS.0, CELLS.1, "fits to all rows", |c| {
            let Rows { real, .. } = c.cell().rows;
            c.clone().simulated_by(Setting::of(
                Subsampled { model: CategoricalRows::new(vec![0.05, 0.15, 0.3, 0.5]), rows: 100 * real },
                c.cell().rows,
            ))
        }),
        right(LIKELIHOOD.0, LIKELIHOOD.1, "control: moments of the pool's rows, divisors n", |c| {
            covariance_of_drawn(c, n(c), |j, rows| without_replacement(c, j, rows), |f, _, _| f)
        }),
        wrong(LIKELIHOOD.0, LIKELIHOOD.1, "the pool's rows as normal as the truth's", |c| {
            let normal = |_: f64, square: f64, rows: f64| 3.0 * square / rows;
            covariance_of_drawn(c, n(c), |j, rows| without_replacement(c, j, rows), normal)
        }),
        wrong(LIKELIHOOD.0, LIKELIHOOD.1, "covariances of rows drawn with replacement", |c| {
            let again = |j: i32, rows: f64| {
                if rows > n(c) { (0..j).map(|i| (n(c) - f64::from(i)) / rows).product() } else { 1.0 }
            };
            covariance_of_drawn(c, n(c), again, |f, _, _| f)
        }),
        wrong(LIKELIHOOD.0, LIKELIHOOD.1, "covariances of n fresh rows in every generation", |c| {
            (p(c) + p(c) * p(c)) * (n(c) - 1.0) / (n(c) * n(c)) + p(c) / (n(c) * n(c))
        }),
        simulator(LIKELIHOOD.0, LIKELIHOOD.1, "divisors n - 1 where they are n", |c| {
            let model = GaussianRows::new(DMatrix::identity(c.cell().dim, c.cell().dim));
            c.clone().simulated_by(Setting::of(Subsampled { model, rows: c.cell().rows.real }, c.cell().rows))
        }),
        right(UNBIASED.0, UNBIASED.1, "control: moments of the pool's rows, divisors n - 1", |c| {
            covariance_of_drawn(c, n(c) - 1.0, |j, rows| without_replacement(c, j, rows), |f, _, _| f)
        }),
        wrong(UNBIASED.0, UNBIASED.1, "all rows of the pool, for the covariance", modes_of_all),
        wrong(UNBIASED.0, UNBIASED.1, "the limit of many rows, for the covariance", |c| {
            (p(c) + p(c) * p(c)) / n(c) * (1.0 + (2.0 * k(c) + 1.0) * pools(c, |pool| 1.0 / (pool * pool)))
        }),
        simulator(UNBIASED.0, UNBIASED.1, "the covariance's fits to all rows", |c| {
            let model = GaussianRows::new(DMatrix::identity(c.cell().dim, c.cell().dim));
            c.clone().simulated_by(Setting::of(Subsampled { model, rows: 100 * c.cell().rows.real }, c.cell().rows))
        }),
        right(LABELS.0, LABELS.1, "control: a logistic regression on drawn rows", |c| {
            // tr I^-1 at beta = (1, 1).
            15.465_022_586_639_5 * line(c, 2.0 * k(c) + 1.0)
        }),
        wrong(LABELS.0, LABELS.1, "a logistic regression on all rows of the pool", |c| {
            15.465_022_586_639_5 * line(c, k(c))
        }),
        wrong(COUNTS.0, COUNTS.1, "a Poisson regression without the noise of the last drawing", |c| {
            0.490_505_921_561_923_1 * (line(c, 2.0 * k(c) + 1.0) - f64::from(t(c)) / (k(c) + f64::from(t(c))) / n(c))
        }),
        right(LINE.0, LINE.1, "control: a regression on drawn rows", |c| line(c, 2.0 * k(c) + 1.0)),
        wrong(LINE.0, LINE.1, "a regression on all rows of the pool", |c| line(c, k(c))),
        wrong(LINE.0, LINE.1, "a regression on drawn rows without the noise of the last drawing", |c| {
            line(c, 2.0 * k(c) + 1.0) - f64::from(t(c)) / (k(c) + f64::from(t(c))) / n(c)
        }),
        wrong(LINE.0, LINE.1, "a regression on drawn rows as without accumulation", |c| {
            1.0 / n(c) + f64::from(t(c)) / m(c)
        }),
        simulator(LINE.0, LINE.1, "a regression's fits to all rows", |c| {
            let Rows { real, .. } = c.cell().rows;
            c.clone().simulated_by(Setting::of(
                Subsampled { model: LinearRows::new(1, 1.0), rows: 100 * real },
                c.cell().rows,
            ))
        }),
        simulator(LINE.0, LINE.1, "a regression's fits to two thirds of the rows", |c| {
            let Rows { real, .. } = c.cell().rows;
            c.clone().simulated_by(Setting::of(
                Subsampled { model: LinearRows::new(1, 1.0), rows: 2 * real / 3 },
                c.cell().rows,
            ))
        }),
        right(MEAN.0, MEAN.1, "control: the pool's unbiased variance", |c| {
            mean_of_drawn(c, |pool| pool / (pool - 1.0))
        }),
        wrong(MEAN.0, MEAN.1, "the variance of the drawn rows", |c| {
            mean_of_drawn(c, |pool| pool / (pool - 1.0) * (n(c) - 1.0) / n(c))
        }),
        wrong(MEAN.0, MEAN.1, "all rows of the pool, for the mean", |c| {
            2.0 / n(c) * (1.0 + k(c) * pools(c, |pool| 1.0 / (pool * pool)))
        }),
        simulator(MEAN.0, MEAN.1, "divisors n where they are n - 1", |c| {
            let model = GaussianRows::new(DMatrix::identity(2, 2)).with_divisor(Divisor::MaximumLikelihood);
            c.clone().simulated_by(Setting::of(Subsampled { model, rows: c.cell().rows.real }, c.cell().rows))
        }),
    ]
}

/// The recorded risk start + q_t, where q_0 = 0 and q_t = u^2 (noise + rho q_{t-1}).
fn departed(cell: &Cell, start: f64, noise: f64, rho: f64) -> f64 {
    let u = 1.0 - w(cell);
    start + recorded(cell, 0.0, |q| u * u * (noise + rho * q))
}

/// tr Sigma^2 and (tr Sigma)^2 of the covariance claims: in three dimensions, or in one.
fn traces(cell: &Cell) -> [f64; 2] {
    if cell.dim == 1 { [1.0, 1.0] } else { [6.23, TRACE * TRACE] }
}

/// The covariance's risk as the sum of its two modes over 3, each by `law(noise, excess)`: the mode's constant A, and d (rho - 1) for d degrees of freedom, which
/// is 2 or -1.
fn modes(cell: &Cell, law: impl Fn(f64, f64) -> f64) -> f64 {
    let [square, trace] = traces(cell);
    (law(4.0 * square + 2.0 * trace, 2.0) + law(trace - square, -1.0)) / 3.0
}

/// The covariance's risk with divisors n and m: from f_t and g_t of the claim mle-covariance-law, and the square of the bias. `shared` is what the real rows that
/// two generations share add to either.
fn likelihood(cell: &Cell, shared: impl Fn(f64) -> f64) -> f64 {
    let (w2, u2) = (w(cell).powi(2), (1.0 - w(cell)).powi(2));
    let [square, trace] = traces(cell);
    let biases = biases(cell);
    let spread = |rows: f64| (rows - 1.0) / (rows * rows);
    let mode = |factor: f64, passed: f64| {
        biases[..biases.len() - 1].iter().fold(factor * spread(n(cell)), |f, b| {
            let drawn = passed * f + factor * spread(m(cell)) * (1.0 - b) * (1.0 - b);
            w2 * factor * spread(n(cell)) + factor * shared(*b) + u2 * drawn
        })
    };
    let each = 1.0 / m(cell);
    let even = mode(2.0, 1.0 - each * each);
    let odd = mode(1.0, (1.0 - each) * (1.0 - 2.0 * each));
    let bias = biases[biases.len() - 1];
    ((2.0 * square + trace) * even + (trace - square) * odd) / 3.0 + bias * bias * square
}

fn fixed() -> Vec<Row> {
    const MEAN: &str = "fixed-mean";
    const CELLS: (&str, &str) = ("fixed-frequencies", "cells, by counts");
    const COVARIANCE: &str = "fixed-covariance";
    const MLE_MEAN: &str = "fixed-mle-mean";
    const MLE_COVARIANCE: &str = "fixed-mle-covariance";
    const LINE: (&str, &str) = ("fixed-regressions", "linear, w = .4, p = 2");
    const LOGISTIC: (&str, &str) = ("fixed-regressions", "logistic, w = .4, p = 2");
    vec![
        right(MEAN, SUFFICIENT, "control: the noise of each generation, shrunk", |c| {
            departed(c, TRACE / n(c), TRACE / m(c), 1.0)
        }),
        wrong(MEAN, SUFFICIENT, "the law of fresh rows for fixed ones", |c| risk(c, TRACE / n(c), TRACE / m(c), 1.0)),
        wrong(MEAN, SUFFICIENT, "noise that is shrunk by u, not by its square", |c| {
            let u = 1.0 - w(c);
            TRACE / n(c) + recorded(c, 0.0, |q| u * (TRACE / m(c) + q))
        }),
        wrong(MEAN, SUFFICIENT, "the real rows' risk alone", |c| TRACE / n(c)),
        simulator(MEAN, SUFFICIENT, "a chain on fresh rows for one on fixed ones", |c| {
            c.clone().under(ScheduleKind::Fresh)
        }),
        right(CELLS.0, CELLS.1, "control: noise of the real rows' cells", |c| {
            departed(c, 0.635 / n(c), 0.635 * (1.0 - 1.0 / n(c)) / m(c), 1.0 - 1.0 / m(c))
        }),
        wrong(CELLS.0, CELLS.1, "cells with the noise of the truth", |c| {
            departed(c, 0.635 / n(c), 0.635 / m(c), 1.0 - 1.0 / m(c))
        }),
        wrong(CELLS.0, CELLS.1, "cells with rho = 1 on fixed rows", |c| {
            departed(c, 0.635 / n(c), 0.635 * (1.0 - 1.0 / n(c)) / m(c), 1.0)
        }),
        simulator(CELLS.0, CELLS.1, "fresh rows in the cells", |c| c.clone().under(ScheduleKind::Fresh)),
        right(COVARIANCE, SUFFICIENT, "control: both modes on fixed rows", |c| {
            modes(c, |noise, excess| {
                let degrees = m(c) - 1.0;
                let drawn = noise * (1.0 + excess / (n(c) - 1.0)) / degrees;
                departed(c, noise / (n(c) - 1.0), drawn, 1.0 + excess / degrees)
            })
        }),
        wrong(COVARIANCE, SUFFICIENT, "the mean's law for the covariance", |c| {
            modes(c, |noise, _| departed(c, noise / (n(c) - 1.0), noise / (m(c) - 1.0), 1.0))
        }),
        wrong(COVARIANCE, SUFFICIENT, "fresh rows' covariance", |c| {
            modes(c, |noise, excess| risk(c, noise / (n(c) - 1.0), noise / (m(c) - 1.0), 1.0 + excess / (m(c) - 1.0)))
        }),
        right(MLE_MEAN, SUFFICIENT, "control: synthetic noise of the shrunken covariance, fixed rows", |c| {
            mean(c, |b| 1.0 - b) + shared_mean(c)
        }),
        wrong(MLE_MEAN, SUFFICIENT, "the unbiased model's mean, fixed rows", |c| mean(c, |_| 1.0) + shared_mean(c)),
        wrong(MLE_MEAN, SUFFICIENT, "fresh rows with divisors n and m", |c| mean(c, |b| 1.0 - b)),
        right(MLE_COVARIANCE, SUFFICIENT, "control: parts that share the real rows", |c| {
            likelihood(c, |b| twice(c) * (1.0 - 1.0 / m(c)) * (1.0 - b) / n(c))
        }),
        wrong(MLE_COVARIANCE, SUFFICIENT, "parts that share nothing", |c| likelihood(c, |_| 0.0)),
        wrong(MLE_COVARIANCE, SUFFICIENT, "parts that share what no shrinking leaves", |c| {
            likelihood(c, |_| twice(c) * (n(c) - 1.0) / (n(c) * n(c)))
        }),
        right(LINE.0, LINE.1, "control: the mean's law for a regression on fixed rows", |c| {
            departed(c, p(c) / n(c), p(c) / m(c), 1.0)
        }),
        wrong(LINE.0, LINE.1, "fresh rows for a regression", |c| risk(c, p(c) / n(c), p(c) / m(c), 1.0)),
        simulator(LOGISTIC.0, LOGISTIC.1, "fresh rows of a logistic regression", |c| {
            c.clone().under(ScheduleKind::Fresh)
        }),
    ]
}

/// 2wu.
fn twice(cell: &Cell) -> f64 {
    2.0 * w(cell) * (1.0 - w(cell))
}

/// What fixed real rows add to the mean's risk on fresh rows. The means of the real and the synthetic rows have the covariance T/n. It adds 2wu T/n in each
/// generation, of which each later one keeps a share u^2.
fn shared_mean(cell: &Cell) -> f64 {
    recorded(cell, 0.0, |q| twice(cell) * TRACE / n(cell) + (1.0 - w(cell)).powi(2) * q)
}

/// The bias b of the covariance at t = 0, 1, ...: E Sigma_t = (1 - b_t) Sigma with divisors n and m.
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
    const OPTIMUM: (&str, &str) = ("mle-covariance-optimum", "slope at w*");
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
        wrong(OPTIMUM.0, OPTIMUM.1, "the golden weight for divisors n and m", |c| {
            (k(c) * k(c) / 4.0 + k(c)).sqrt() - k(c) / 2.0
        }),
        simulator(OPTIMUM.0, OPTIMUM.1, "the slope at w* with divisors n - 1 and m - 1", |c| {
            let model = GaussianSufficient::new(DMatrix::identity(c.cell().dim, c.cell().dim));
            c.clone().simulated_by(Setting::of(model, c.cell().rows))
        }),
        wrong(SATURATION.0, SATURATION.1, "linear growth under maximum likelihood", |c| {
            TRACE * (1.0 / n(c) + f64::from(t(c)) / m(c))
        }),
    ]
}
