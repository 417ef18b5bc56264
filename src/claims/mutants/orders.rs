//! Wrong second orders of logistic and Poisson regression, written out here for one column, and by tensors for two. Where labels do not follow the model, the theory is
//! given wrong moments of theirs.

use super::formulas::{k, n, right, w};
use super::{Row, formula as wrong};
use crate::catalogue;
use crate::claims::adult::few_rows;
use crate::claims::check::Cell;
use crate::claims::second_order::{CORRELATED, FEW, shifted, tensors};
use crate::simulate::engine::Record;

/// E g(Z), Z standard normal, by the midpoint rule.
fn mean(g: impl Fn(f64) -> f64) -> f64 {
    let step = 2e-3;
    let node = |i: i32| -10.0 + step * (f64::from(i) + 0.5);
    let term = |z: f64| step * libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt() * g(z);
    (0..10_000).map(|i| term(node(i))).sum()
}

/// The law of one column with all that can be wrong in it: H, H^2 V, H^4 J^2, H^3 K and the factors.
struct Recipe {
    inverse: f64,
    fluctuation: f64,
    squared_bias: f64,
    quartic: f64,
    five_halves: f64,
    quarter: f64,
    cross: f64,
    fourth: f64,
    skewness: f64,
    three: f64,
    start: f64,
    exchanged: bool,
    drawn: f64,
    noise: [f64; 2],
}

impl Recipe {
    /// Of rows `scale` z whose coefficient times that is b, with a label's cumulants.
    fn of(scale: f64, b: f64, cumulants: impl Fn(f64) -> [f64; 3]) -> Self {
        let at = |j: usize, power: i32| mean(|z| cumulants(b * z)[j] * (scale * z).powi(power));
        let (information, j, k) = (at(0, 2), at(1, 3), at(2, 4));
        let h = 1.0 / information;
        let square = mean(|z| {
            let second = cumulants(b * z)[0] * scale * scale * z * z;
            second * second
        });
        Self {
            inverse: h,
            fluctuation: h * h * (h * square - information),
            squared_bias: h * h * h * h * j * j,
            quartic: h * h * h * k,
            five_halves: 2.5,
            quarter: 0.25,
            cross: 1.0,
            fourth: 1.0,
            skewness: 1.0,
            three: 3.0,
            start: 1.0,
            exchanged: false,
            drawn: 0.5,
            noise: [3.0, 2.0],
        }
    }

    /// The mean risk of the generations that the cell records.
    fn risk(&self, cell: &Cell) -> f64 {
        let (k, w) = (k(cell), if self.exchanged { 1.0 - w(cell) } else { w(cell) });
        let u = 1.0 - w;
        let (s, q) = (w * w + k * u * u, w * w * w + k * k * u * u * u);
        let (mut first, mut c, mut tau, mut h) = (1.0, 1.0, 1.0, self.start * self.fluctuation);
        let (true_w, true_u) = (self::w(cell), 1.0 - self::w(cell));
        let true_s = true_w * true_w + k * true_u * true_u;
        let mut risks = Vec::new();
        let Record::Average { from, until } = cell.record else { return f64::NAN };
        for _ in 0..until {
            let bent = self.five_halves + self.quarter + self.cross;
            let second = h - self.skewness * tau * self.squared_bias
                + c * c * (bent * self.squared_bias - self.fourth * self.quartic);
            risks.push((self.inverse * first + second / n(cell)) / n(cell));
            let passed = 3.0 * w * w + k * w * (w - 2.0 * u);
            let entering = self.fluctuation * (self.noise[0] * s * s - self.noise[1] * q + u * u * c * passed);
            h = u * u * h + entering + self.drawn * k * u * u * c * (self.quartic - self.squared_bias);
            tau = u * u * u * tau + self.three * k * u * u * u * c + q;
            c = u * u * c + s;
            first = true_u * true_u * first + true_s;
        }
        let averaged = &risks[from as usize..];
        averaged.iter().sum::<f64>() / averaged.len() as f64
    }
}

fn binary(x: f64) -> [f64; 3] {
    let s = 1.0 / (1.0 + libm::exp(-x));
    let second = s * (1.0 - s);
    [second, second * (1.0 - 2.0 * s), second * (1.0 - 6.0 * second)]
}

/// One column of logistic regression, coefficient 1.
fn logistic(cell: &Cell, change: impl Fn(&mut Recipe)) -> f64 {
    let mut recipe = Recipe::of(1.0, 1.0, binary);
    change(&mut recipe);
    recipe.risk(cell)
}

/// One column .6 z of Poisson regression, coefficient .7.
fn poisson(cell: &Cell, change: impl Fn(&mut Recipe)) -> f64 {
    let mut recipe = Recipe::of(0.6, 0.42, |x| [libm::exp(x); 3]);
    change(&mut recipe);
    recipe.risk(cell)
}

/// Two columns of linear regression, of covariance (.64, .4; .4, .61): tr H is 1.25/.2304, V = (p + 1) I, and nothing is curved.
fn linear(cell: &Cell, change: impl Fn(&mut Recipe)) -> f64 {
    let trace = 1.25 / 0.2304;
    let mut recipe = Recipe {
        inverse: trace,
        fluctuation: 3.0 * trace,
        squared_bias: 0.0,
        quartic: 0.0,
        ..Recipe::of(1.0, 1.0, |_| [1.0, 0.0, 0.0])
    };
    change(&mut recipe);
    recipe.risk(cell)
}

pub fn table() -> Vec<Row> {
    const LAW: &str = "regression-second-order";
    const LOGISTIC: &str = "logistic, p = 1, w = .3";
    const POISSON: &str = "Poisson, p = 1, w = .618, t = 0..2";
    const LINEAR: &str = "linear, correlated rows, w = .6, t = 0..11";
    const ROWS: &str = "logistic, correlated rows, w = .5";
    const TABLE: (&str, &str) = ("misspecified-second-order", "a small table, n = m/2, w = .8");
    const OPTIMUM: (&str, &str) = ("regression-optimum", "slopes at the optimum, Poisson");
    vec![
        right(LAW, LOGISTIC, "control: logistic regression to second order", |c| logistic(c, |_| ())),
        wrong(LAW, LOGISTIC, "P by 2 for 5/2", |c| logistic(c, |r| r.five_halves = 2.0)),
        wrong(LAW, LOGISTIC, "tau without its 3k", |c| logistic(c, |r| r.three = 0.0)),
        wrong(LAW, LOGISTIC, "tau with k for 3k", |c| logistic(c, |r| r.three = 1.0)),
        wrong(LAW, LOGISTIC, "the sign of J in E ggg", |c| logistic(c, |r| r.skewness = -1.0)),
        wrong(LAW, LOGISTIC, "the sign of J in the cross term", |c| logistic(c, |r| r.cross = -1.0)),
        wrong(LAW, LOGISTIC, "the cross term left out", |c| logistic(c, |r| r.cross = 0.0)),
        wrong(LAW, LOGISTIC, "|b|^2 for |b|^2/4", |c| logistic(c, |r| r.quarter = 1.0)),
        wrong(LAW, LOGISTIC, "the fourth cumulant left out", |c| logistic(c, |r| r.fourth = 0.0)),
        wrong(LAW, LOGISTIC, "w and 1 - w exchanged in the second order", |c| logistic(c, |r| r.exchanged = true)),
        wrong(LAW, LOGISTIC, "the limit law for two orders", |c| {
            logistic(c, |r| (r.fluctuation, r.squared_bias, r.quartic) = (0.0, 0.0, 0.0))
        }),
        right(LAW, POISSON, "control: Poisson regression to second order", |c| poisson(c, |_| ())),
        wrong(LAW, POISSON, "the information's fluctuation left out", |c| poisson(c, |r| r.fluctuation = 0.0)),
        wrong(LAW, POISSON, "the first generation without fluctuation", |c| poisson(c, |r| r.start = 0.0)),
        right(LAW, LINEAR, "control: linear regression to second order", |c| linear(c, |_| ())),
        wrong(LAW, LINEAR, "V without - I", |c| linear(c, |r| r.fluctuation += r.inverse)),
        wrong(LAW, LINEAR, "3s^2 - q for 3s^2 - 2q", |c| linear(c, |r| r.noise = [3.0, 1.0])),
        right(LAW, ROWS, "control: correlated rows by tensors", |c| two_columns(c, false)),
        wrong(LAW, ROWS, "the rows' covariance left out of the fourth tensor", |c| two_columns(c, true)),
        right(TABLE.0, TABLE.1, "control: two orders of a misspecified regression", |c| few_rows(c, |real, _| real)),
        wrong(TABLE.0, TABLE.1, "the real score's variance that of the model", |c| {
            few_rows(c, |[mean, _, cube], [second, ..]| [mean, second, cube])
        }),
        wrong(TABLE.0, TABLE.1, "the covariance of the real score and its Hessian left out", |c| {
            few_rows(c, |[_, square, cube], _| [0.0, square, cube])
        }),
        right(OPTIMUM.0, OPTIMUM.1, "control: the optimum's shift", |c| shifted(FEW, k(c), n(c), 1.0)),
        wrong(OPTIMUM.0, OPTIMUM.1, "the sign of the optimum's shift", |c| shifted(FEW, k(c), n(c), -1.0)),
    ]
}

/// Logistic regression on two correlated columns; `is_wrong` takes E a_4 x x x x of rows N(0, I).
fn two_columns(cell: &Cell, is_wrong: bool) -> f64 {
    let mut found = tensors(CORRELATED, &catalogue::LOGISTIC);
    if is_wrong {
        let (beta, _) = CORRELATED;
        found = found.with_fourth_of(&tensors((beta, &[&[1.0, 0.0], &[0.0, 1.0]]), &catalogue::LOGISTIC));
    }
    let Record::Average { from, until } = cell.record else { return f64::NAN };
    let path = &found.path(w(cell), k(cell), until - 1)[from as usize..];
    let risk = |[first, second]: &[f64; 2]| (first + second / n(cell)) / n(cell);
    path.iter().map(risk).sum::<f64>() / path.len() as f64
}
