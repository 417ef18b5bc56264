//! Wrong formulas and simulators of density estimates and of extinction.
//!
//! As in `formulas`, all are written out here.

use goldenweight_recursion::models::categorical::{CategoricalRows, CategoricalSufficient};
use goldenweight_recursion::models::fixed_design::LinearFixedDesign;
use goldenweight_recursion::models::kde::Kde;
use goldenweight_recursion::models::surviving::Surviving;

use super::formulas::{m, n, right, t, w};
use super::{Row, formula as wrong, simulator};
use crate::claims::check::{Case, Cell};
use crate::claims::kde::Smoothed;
use crate::claims::moments::binomial;
use crate::claims::ridge;
use crate::experiment::Rows;
use crate::simulate::Setting;
use crate::simulate::engine::ScheduleKind;

/// The table.
pub fn table() -> Vec<Row> {
    [densities(), unsmoothed(), smoothed(), penalised(), extinct()].into_iter().flatten().collect()
}

/// A frequency: the kernel's transform a, the truth's phi, and the moments E of the estimate's characteristic function and of its square.
#[derive(Clone, Copy)]
struct At {
    a: f64,
    phi: f64,
    mean: f64,
    square: f64,
}

/// The mean integrated squared error where `start` has the first generation's moments, `next` makes those of the next one, and `loss` is what is integrated: by
/// the trapezoidal rule, which leaves nothing of such functions. The bandwidth is 1/2.
fn integrated(cell: &Cell, start: impl Fn(At) -> At, next: impl Fn(At) -> At, loss: impl Fn(At) -> f64) -> f64 {
    let step = 0.05;
    let at = |i: i32| {
        let omega = f64::from(i) * step;
        let (a, phi) = (libm::exp(-0.125 * omega * omega), libm::exp(-0.5 * omega * omega));
        let first = start(At { a, phi, mean: 0.0, square: 0.0 });
        loss((0..t(cell)).fold(first, |state, _| next(state)))
    };
    let sum: f64 = (1..300).map(at).sum();
    step / std::f64::consts::PI * (0.5 * at(0) + sum)
}

fn error(x: At) -> f64 {
    x.square - 2.0 * x.phi * x.mean + x.phi * x.phi
}

fn first(cell: &Cell, x: At) -> At {
    let square = x.a * x.a * (1.0 / n(cell) + (1.0 - 1.0 / n(cell)) * x.phi * x.phi);
    At { mean: x.a * x.phi, square, ..x }
}

/// The moments after one more generation, where m synthetic rows of a fit with mean square q have the mean square `drawn(q)`.
fn later(cell: &Cell, x: At, drawn: impl Fn(f64) -> f64) -> At {
    let (w, u) = (w(cell), 1.0 - w(cell));
    let real = 1.0 / n(cell) + (1.0 - 1.0 / n(cell)) * x.phi * x.phi;
    let square = x.a * x.a * (w * w * real + u * u * drawn(x.square) + 2.0 * w * u * x.phi * x.mean);
    At { mean: x.a * (w * x.phi + u * x.mean), square, ..x }
}

/// The mean square of m rows of a fit of mean square q: 1/m + (1 - 1/m) q.
fn rows(cell: &Cell, q: f64) -> f64 {
    1.0 / m(cell) + (1.0 - 1.0 / m(cell)) * q
}

fn densities() -> Vec<Row> {
    const KDE: (&str, &str) = ("kde-law", "by rows");
    vec![
        right(KDE.0, KDE.1, "control: moments of the characteristic function", |c| {
            integrated(c, |x| first(c, x), |x| later(c, x, |q| rows(c, q)), error)
        }),
        wrong(KDE.0, KDE.1, "the bias of one smoothing, for ever", |c| {
            integrated(
                c,
                |x| first(c, x),
                |x| later(c, x, |q| rows(c, q)),
                |x| x.square - x.mean * x.mean + (1.0 - x.a) * (1.0 - x.a) * x.phi * x.phi,
            )
        }),
        wrong(KDE.0, KDE.1, "synthetic rows that repeat rows, unsmoothed", |c| {
            let bare = |x: At| At { a: 1.0, ..x };
            integrated(
                c,
                |x| At { a: x.a, ..first(c, bare(x)) },
                |x| At { a: x.a, ..later(c, bare(x), |q| rows(c, q)) },
                |x| error(At { mean: x.a * x.mean, square: x.a * x.a * x.square, ..x }),
            )
        }),
        wrong(KDE.0, KDE.1, "synthetic rows that keep the variance whole, rho = 1", |c| {
            integrated(c, |x| first(c, x), |x| later(c, x, |q| 1.0 / m(c) + q), error)
        }),
        wrong(KDE.0, KDE.1, "synthetic rows as noisy as the truth's", |c| {
            integrated(c, |x| first(c, x), |x| later(c, x, |q| (1.0 - x.phi * x.phi) / m(c) + q), error)
        }),
        wrong(KDE.0, KDE.1, "smoothed twice in each generation", |c| {
            let twice = |x: At| At { a: x.a * x.a, ..x };
            let once = |a: f64, x: At| At { a, ..x };
            integrated(c, |x| once(x.a, first(c, twice(x))), |x| once(x.a, later(c, twice(x), |q| rows(c, q))), error)
        }),
        wrong(KDE.0, KDE.1, "the risk of generation 0 for every generation", |c| {
            integrated(c, |x| first(c, x), |x| x, error)
        }),
        simulator(KDE.0, KDE.1, "half the bandwidth", |c| {
            c.clone().simulated_by(Setting::of(Kde::new(0.25), c.cell().rows))
        }),
        simulator(KDE.0, KDE.1, "the same real rows under density estimates", |c| c.clone().under(ScheduleKind::Fixed)),
    ]
}

/// Half the squared error of the mean of signs, phi = 1/3, where the fit is `kept` times the mean of its rows, and m synthetic rows of mean square q have the mean
/// square `drawn(q)`.
fn signs(cell: &Cell, kept: f64, drawn: impl Fn(f64) -> f64) -> f64 {
    let at = first(cell, At { a: kept, phi: 1.0 / 3.0, mean: 0.0, square: 0.0 });
    0.5 * error((0..t(cell)).fold(at, |state, _| later(cell, state, &drawn)))
}

fn unsmoothed() -> Vec<Row> {
    const SINC: (&str, &str) = ("kde-sinc", "an unsmoothed frequency of signs");
    vec![
        right(SINC.0, SINC.1, "control: an unsmoothed frequency", |c| signs(c, 1.0, |q| rows(c, q))),
        wrong(SINC.0, SINC.1, "a frequency that loses a fifth in each generation", |c| signs(c, 0.8, |q| rows(c, q))),
        wrong(SINC.0, SINC.1, "an unsmoothed frequency with rho = 1", |c| signs(c, 1.0, |q| 8.0 / 9.0 / m(c) + q)),
        wrong(SINC.0, SINC.1, "an unsmoothed frequency without synthetic noise", |c| signs(c, 1.0, |q| q)),
        wrong(SINC.0, SINC.1, "an unsmoothed frequency with the noise of a flat density", |c| {
            signs(c, 1.0, |q| 1.0 / m(c) + q)
        }),
        simulator(SINC.0, SINC.1, "the same real rows under an unsmoothed frequency", |c| {
            c.clone().under(ScheduleKind::Fixed)
        }),
        simulator(SINC.0, SINC.1, "an unsmoothed frequency on all rows so far", |c| {
            c.clone().under(ScheduleKind::Accumulate)
        }),
    ]
}

/// What late generations of signs of mean 1/3 lack where a smoothing takes 200/n, and each row is smoothed so many times.
fn lacking(cell: &Cell, times: f64) -> f64 {
    200.0 / n(cell) / 3.0 * times
}

fn smoothed() -> Vec<Row> {
    const BIAS: (&str, &str) = ("kde-limit", "the bias of a frequency, smoothed 1/w times");
    vec![
        right(BIAS.0, BIAS.1, "control: smoothed 1/w times", |c| lacking(c, 1.0 / w(c))),
        wrong(BIAS.0, BIAS.1, "smoothed once", |c| lacking(c, 1.0)),
        wrong(BIAS.0, BIAS.1, "smoothed 1/w² times", |c| lacking(c, 1.0 / (w(c) * w(c)))),
        wrong(BIAS.0, BIAS.1, "smoothed 1 + u times: two generations", |c| lacking(c, 2.0 - w(c))),
        wrong(BIAS.0, BIAS.1, "smoothed 1/(w (2 - w)) times, as variances are passed on", |c| {
            lacking(c, 1.0 / (w(c) * (2.0 - w(c))))
        }),
        simulator(BIAS.0, BIAS.1, "synthetic rows from a fit that is not smoothed", |c| {
            let cells = CategoricalSufficient::new(vec![2.0 / 3.0, 1.0 / 3.0]);
            c.clone().simulated_by(Setting::of(Smoothed { cells, kept: 1.0 }, c.cell().rows))
        }),
    ]
}

/// The risk of ridge regression and the fit of minimum norm on the claim's design, where a direction has (1 - a, s/(s + lambda)^2) of its eigenvalue s and lambda; `next` makes
/// (d, v) of a generation. X X' is 5 on the diagonal and 1 beside it: X'X/3 has the eigenvalues 7/3, and 4/3 twice.
fn shrunken(cell: &Cell, penalty: f64, next: impl Fn(&Cell, [f64; 2], [f64; 2]) -> [f64; 2]) -> f64 {
    let (x, beta) = (ridge::design(), ridge::beta());
    // Of a vector v of X X' the direction X'v/|X'v| has the coefficient v'X beta/|X'v|, |X'v|^2 = 3 s |v|^2.
    let image = x * &beta;
    let seen =
        [(7.0 / 3.0, [1.0, 1.0, 1.0]), (4.0 / 3.0, [1.0, -1.0, 0.0]), (4.0 / 3.0, [1.0, 1.0, -2.0])].map(|(s, v)| {
            let length: f64 = v.iter().map(|v| v * v).sum();
            let along: f64 = v.iter().zip(&image).map(|(v, y)| v * y).sum();
            (s, along * along / (3.0 * s * length))
        });
    let unseen = beta.norm_squared() - seen.iter().map(|(_, b2)| b2).sum::<f64>();
    let risk = |(s, b2): (f64, f64)| {
        let shrink = [penalty / (s + penalty), s / ((s + penalty) * (s + penalty))];
        let start = [shrink[0], ridge::NOISE / 3.0 * shrink[1]];
        let [d, v] = (0..t(cell)).fold(start, |state, _| next(cell, shrink, state));
        v + d * d * b2
    };
    seen.into_iter().map(risk).sum::<f64>() + unseen
}

/// The penalty of a cell, by its name.
fn penalty(cell: &Cell) -> f64 {
    if cell.to_string().starts_with("ridge") { ridge::PENALTY } else { 0.0 }
}

fn penalised() -> Vec<Row> {
    const RIDGE: (&str, &str) = ("ridge-law", "minimum norm and ridge, three rows and five columns");
    vec![
        right(RIDGE.0, RIDGE.1, "control: every direction shrunk in every generation", |c| {
            shrunken(c, penalty(c), |c, [lost, gain], [d, v]| {
                let (w, u) = (w(c), 1.0 - w(c));
                let kept = u * (1.0 - lost);
                [lost + kept * d, ridge::NOISE / 3.0 * (w * w + u * u) * gain + kept * kept * v]
            })
        }),
        wrong(RIDGE.0, RIDGE.1, "the penalty's bias once", |c| {
            shrunken(c, penalty(c), |c, [lost, gain], [_, v]| {
                let (w, u) = (w(c), 1.0 - w(c));
                let kept = u * (1.0 - lost);
                [lost, ridge::NOISE / 3.0 * (w * w + u * u) * gain + kept * kept * v]
            })
        }),
        wrong(RIDGE.0, RIDGE.1, "a ridge that passes its variance on whole", |c| {
            shrunken(c, penalty(c), |c, [lost, gain], [d, v]| {
                let (w, u) = (w(c), 1.0 - w(c));
                [lost + u * (1.0 - lost) * d, ridge::NOISE / 3.0 * (w * w + u * u) * gain + u * u * v]
            })
        }),
        wrong(RIDGE.0, RIDGE.1, "no penalty", |c| {
            shrunken(c, 0.0, |c, [lost, gain], [d, v]| {
                let (w, u) = (w(c), 1.0 - w(c));
                let kept = u * (1.0 - lost);
                [lost + kept * d, ridge::NOISE / 3.0 * (w * w + u * u) * gain + kept * kept * v]
            })
        }),
        simulator(RIDGE.0, RIDGE.1, "ten times the penalty", |c| {
            let model = LinearFixedDesign::ridge(ridge::design(), ridge::beta(), ridge::NOISE, 10.0 * ridge::PENALTY);
            c.clone().simulated_by(Setting::of(model.expect("a positive penalty"), c.cell().rows))
        }),
    ]
}

/// The categories of the claims on extinction.
const CELLS: [f64; 4] = [0.05, 0.15, 0.3, 0.5];

/// P(lost) and P(alone) of a category of probability p after so many samplings, of which the first has n rows.
fn fate(cell: &Cell, p: f64, samplings: i32) -> [f64; 2] {
    let mut law = binomial(&p, n(cell) as u64);
    for _ in 1..samplings {
        let mut next = vec![0.0; m(cell) as usize + 1];
        let rows = (law.len() - 1) as f64;
        for (i, mass) in law.iter().enumerate() {
            let given = binomial(&(i as f64 / rows), m(cell) as u64);
            next.iter_mut().zip(given).for_each(|(sum, given)| *sum += mass * given);
        }
        law = next;
    }
    [law[0], law[law.len() - 1]]
}

/// The sum over the categories.
fn over(of: impl Fn(f64) -> f64) -> f64 {
    CELLS.into_iter().map(of).sum()
}

fn extinct() -> Vec<Row> {
    const LEFT: (&str, &str) = ("extinction-law", "categories left, by rows");
    const SEVERAL: (&str, &str) = ("extinction-law", "several left, by rows");
    const TIME: (&str, &str) = ("extinction-time", "generations to one category, by rows");
    const ABSENT: (&str, &str) = ("extinction-weight", "a rare category absent, by rows");
    let equal =
        |c: &Case| c.clone().simulated_by(Setting::of(Surviving(CategoricalRows::new(vec![0.25; 4])), c.cell().rows));
    vec![
        right(LEFT.0, LEFT.1, "control: each category's chain", |c| over(|p| 1.0 - fate(c, p, t(c) + 1)[0])),
        wrong(LEFT.0, LEFT.1, "categories that are lost in generation 0 only", |c| over(|p| 1.0 - fate(c, p, 1)[0])),
        wrong(LEFT.0, LEFT.1, "rows of the truth in every generation", |c| over(|p| 1.0 - libm::pow(1.0 - p, m(c)))),
        wrong(LEFT.0, LEFT.1, "a generation too few", |c| over(|p| 1.0 - fate(c, p, t(c))[0])),
        wrong(LEFT.0, LEFT.1, "lost at the diffusion's rate 1/m from the start", |c| {
            1.0 + 3.0 * (1.0 - 1.0 / m(c)).powi(t(c))
        }),
        simulator(LEFT.0, LEFT.1, "categories of equal probability", equal),
        right(SEVERAL.0, SEVERAL.1, "control: disjoint events", |c| 1.0 - over(|p| fate(c, p, t(c) + 1)[1])),
        wrong(SEVERAL.0, SEVERAL.1, "independent categories", |c| {
            CELLS.into_iter().map(|p| 1.0 - fate(c, p, t(c) + 1)[1]).product()
        }),
        wrong(SEVERAL.0, SEVERAL.1, "the most probable category alone", |c| 1.0 - fate(c, 0.5, t(c) + 1)[1]),
        wrong(TIME.0, TIME.1, "the diffusion's limit at eight rows", |c| {
            -2.0 * m(c) * over(|p| (1.0 - p) * libm::log1p(-p)) / f64::from(t(c) + 1)
        }),
        wrong(TIME.0, TIME.1, "the time of two categories", |c| {
            let time: f64 = (1..=t(c) + 1).map(|s| 1.0 - fate(c, 0.5, s).iter().sum::<f64>()).sum();
            time / f64::from(t(c) + 1)
        }),
        wrong(TIME.0, TIME.1, "generation 0 left out of the time", |c| {
            let several = |s| 1.0 - over(|p| fate(c, p, s)[1]);
            (2..=t(c) + 1).map(several).sum::<f64>() / f64::from(t(c) + 1)
        }),
        wrong(ABSENT.0, ABSENT.1, "absent as often as from the real rows", |c| libm::pow(0.95, n(c))),
        wrong(ABSENT.0, ABSENT.1, "absent as from so many rows of the truth", |c| libm::pow(0.95, n(c) + m(c))),
        wrong(ABSENT.0, ABSENT.1, "lost for good, as without real rows", |c| fate(c, 0.05, t(c) + 1)[0]),
        simulator(ABSENT.0, ABSENT.1, "a tenth of the real rows", |c| {
            let Rows { real, synthetic } = c.cell().rows;
            let rows = Rows { real: real.div_ceil(10), synthetic };
            c.clone().simulated_by(Setting::of(Surviving(CategoricalRows::new(CELLS.to_vec())), rows))
        }),
    ]
}
