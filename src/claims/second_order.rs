//! Logistic and Poisson regression to second order in 1/n.
//!
//! The law is held against chains on designs of few rows in rationals, against full tensors over the rows (`tensors`), and against simulations at two sizes each,
//! n and 2n: what two orders leave out of the risk begins with 1/n^2 relative to it, and the two sizes tell it from the limit.

use std::ops::Range;

use goldenweight_theory::design::Design;
use goldenweight_theory::second_order::{Invariants, Orders, SecondOrder};
use nalgebra::DMatrix;

use super::check::{Case, Check, Relation, exact, ladder, recursion, score_ladder};
use super::domain::{ROUGH, weight};
use super::regression::label_variance;
use super::tensors::{Tensors, gaussian};
use super::{Claim, Exactness, Source, certificate};
use crate::catalogue::{self, Model};
use crate::experiment::{Generations, Parameters, Problem};
use crate::prediction::{Law, Order, Prediction};
use crate::simulate::engine::Record;

pub fn claims() -> Vec<Claim> {
    vec![invariants(), law(), optimum()]
}

/// a_2, a_3, a_4 of a label of probability 1/(1 + e^-x).
fn binary(x: f64) -> [f64; 3] {
    let second = label_variance(x);
    let tilt = -libm::tanh(0.5 * x);
    [second, second * tilt, second * (1.0 - 6.0 * second)]
}

fn counts(x: f64) -> [f64; 3] {
    [libm::exp(x); 3]
}

/// Coefficients, and the triangle L of rows L z.
pub type Truth = (&'static [f64], &'static [&'static [f64]]);

/// One coefficient; two of rows N(0, I); two of rows with correlations and unequal variances, so that tr Omega^-1 is not p.
const TRUTHS: [Truth; 4] = [
    (&[1.0], &[&[1.0]]),
    (&[0.7], &[&[0.6]]),
    (&[0.5, -0.9], &[&[1.0, 0.0], &[0.0, 1.0]]),
    (&[0.7, -0.6], &[&[0.8, 0.0], &[0.5, 0.6]]),
];

/// Two correlated columns.
pub const CORRELATED: Truth = TRUTHS[3];

/// Coefficients (1, 1) and rows N(0, I).
pub const STANDARD: Truth = (&[1.0, 1.0], &[&[1.0, 0.0], &[0.0, 1.0]]);

/// Two columns whose counts hardly differ: two orders are in range from 20 rows on.
pub const FEW: Truth = (&[0.2, 0.2], &[&[1.0, 0.0], &[0.0, 1.0]]);

/// The covariance of the rows, row by row.
fn covariance((_, root): Truth) -> Vec<f64> {
    let entry = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum();
    root.iter().flat_map(|a| root.iter().map(move |b| entry(a, b))).collect()
}

pub fn tensors((beta, root): Truth, model: Model) -> Tensors {
    let root: Vec<Vec<f64>> = root.iter().map(|row| row.to_vec()).collect();
    Tensors::of(&gaussian(&root, beta, if model == &catalogue::LOGISTIC { binary } else { counts }))
}

fn by_theory(truth: Truth, model: Model) -> Invariants {
    let design = Design::new(truth.0, &covariance(truth)).expect("positive definite");
    if model == &catalogue::LOGISTIC { Invariants::logistic(&design) } else { Invariants::poisson(&design) }
}

/// Both models at every truth.
fn everywhere<T>(f: impl Fn(Truth, Model) -> Vec<T>) -> Vec<T> {
    let models: [Model; 2] = [&catalogue::LOGISTIC, &catalogue::POISSON];
    models
        .into_iter()
        .flat_map(|model| TRUTHS.into_iter().flat_map(|truth| f(truth, model)).collect::<Vec<_>>())
        .collect()
}

fn place((beta, root): Truth, model: Model) -> String {
    format!("{model}, β = {beta:?}, L = {root:?}")
}

fn invariants() -> Claim {
    Claim {
        id: "regression-invariants",
        statement: "x ~ N(0, Ω): tr H, tr HVH and the contractions of J and K with H² and H are means over x'β alone, with β'β/β'Ωβ and tr Ω⁻¹; H = (E a₂xx')⁻¹, \
                    J = E a₃xxx, K = E a₄xxxx, V = E a₂²(x'Hx)xx' − H⁻¹, a_j the label's cumulants",
        domain: "every β, Ω and p, canonical link",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("every entry of the tensors in rationals", certificate::second_order::rotated).consequence(),
            // The rule over the plane has 160 panels each way: its error is below 1e-12 for these functions.
            recursion("every entry of the tensors by quadrature over the rows", 1e-10, || {
                everywhere(|truth, model| {
                    let Invariants { trace, fluctuation, bias, cross, cubic, quartic } = by_theory(truth, model);
                    let found = [trace, fluctuation, bias, cross, cubic, quartic];
                    let names = ["T1", "TV", "bb", "TJJ", "P", "TK"];
                    let summed = tensors(truth, model).invariants();
                    let relation = |i: usize| (format!("{}, {}", names[i], place(truth, model)), found[i], summed[i]);
                    (0..6).map(relation).collect()
                })
            })
            .by("tensors over the rows", &["tensors::Tensors::invariants"]),
        ],
    }
}

/// (k, w) of the tensors' paths.
const MIXES: [(f64, f64); 5] = [(1.0, 0.618), (0.25, 0.3), (3.0, 0.8), (2.0, 0.0), (1.0, 1.0)];

/// Both orders of generations 0 to 6, and of the limit.
fn orders() -> Vec<Relation> {
    everywhere(|truth, model| {
        let tensors = tensors(truth, model);
        let at = |(k, w): (f64, f64)| {
            let law = SecondOrder { invariants: by_theory(truth, model), ratio: k };
            let place = format!("{}, k = {k}, w = {w}", place(truth, model));
            // u^80 is below 1e-12.
            let stepped = tensors.path(w, k, 80);
            let both = |t: String, found: [f64; 2], expected: [f64; 2]| {
                [0, 1].map(|i| (format!("R{}, {t}, {place}", i + 1), found[i], expected[i]))
            };
            let path = law
                .path(&w)
                .take(7)
                .enumerate()
                .flat_map(|(t, c)| both(format!("t = {t}"), [c.first, c.second], stepped[t]));
            let limit = (w > 0.0).then(|| law.limit(&w)).into_iter();
            path.chain(limit.flat_map(|c| both("limit".to_owned(), [c.first, c.second], stepped[80])))
                .collect::<Vec<_>>()
        };
        MIXES.into_iter().flat_map(at).collect()
    })
}

/// What the program predicts where two orders are in range, and by which order: n = 400 and 30 real rows, and with 20 times as many real rows as synthetic ones.
fn predictions() -> Vec<Relation> {
    everywhere(|truth, model| {
        let tensors = tensors(truth, model);
        let parts = tensors.parts();
        let at = |(real, synthetic, w): (u64, u64, f64)| {
            let n = real as f64;
            let stepped = tensors.path(w, n / synthetic as f64, 80);
            let apart = parts.each_ref().map(|part| part.path(w, n / synthetic as f64, 80));
            let prediction = Prediction::fresh(&problem(truth, model, real, synthetic));
            let two = |[first, second]: [f64; 2]| (first + second / n) / n;
            let mean_of = |path: &[[f64; 2]], range: &Range<usize>| {
                let mean = |i: usize| path[range.clone()].iter().map(|c| c[i]).sum::<f64>() / range.len() as f64;
                [mean(0), mean(1)]
            };
            // The second order over the first, and two thirds of the same where its parts do not cancel.
            let size = |range: &Range<usize>| {
                let [first, second] = mean_of(&stepped, range);
                let apart = apart.iter().map(|part| mean_of(part, range)[1].abs()).sum::<f64>();
                second.abs().max(2.0 * apart / 3.0) / (n * first)
            };
            let at = |name: &str, generations, range: Range<usize>| {
                let mean = mean_of(&stepped, &range);
                let in_range = size(&range).max(size(&(0..1))) <= 0.2 / (n / synthetic as f64).max(1.0).sqrt();
                let expected = if in_range { two(mean) } else { mean[0] / n };
                let order = if in_range { Order::Second } else { Order::Limit };
                let is_so = prediction.order(weight(w), generations) == order;
                let alone = if in_range { two(stepped[0]) } else { stepped[0][0] / n };
                [
                    (
                        format!("{name}, n = {n}, {}", place(truth, model)),
                        prediction.risk(weight(w), generations),
                        expected,
                    ),
                    (format!("order at {name}"), f64::from(u8::from(is_so)), 1.0),
                    (format!("fresh rows, {name}"), prediction.fresh_only_risk(weight(w), generations), alone),
                ]
            };
            [
                at("t = 3", Generations::At(3), 3..4),
                at("t = 2..6", Generations::Average { from: 2, until: 7 }, 2..7),
                at("limit", Generations::Limit, 80..81),
            ]
            .concat()
        };
        [(400, 500, 0.5), (30, 20, 0.7), (4_000, 1_000, 0.3), (400, 20, 0.9)].into_iter().flat_map(at).collect()
    })
}

fn problem(truth: Truth, model: Model, real: u64, synthetic: u64) -> Problem {
    let p = truth.0.len();
    let omega = DMatrix::from_row_slice(p, p, &covariance(truth));
    // Symmetric to the last bit.
    let omega = DMatrix::from_fn(p, p, |i, j| if i <= j { omega[(i, j)] } else { omega[(j, i)] });
    let parameters =
        Parameters { beta: Some(truth.0.to_vec()), design_covariance: Some(omega), ..Parameters::default() };
    Problem::new(model, real, synthetic, &parameters).expect("a valid problem")
}

/// A regression with its coefficients, its two sizes `real` and twice as many, k, and the generations that are averaged.
#[derive(Clone, Copy)]
struct Rungs {
    model: Model,
    truth: Truth,
    real: u64,
    ratio: f64,
    from: u32,
    until: u32,
}

impl Rungs {
    fn problems(self) -> Vec<Problem> {
        let rung = |doublings: u32| {
            let real = self.real << doublings;
            problem(self.truth, self.model, real, (real as f64 / self.ratio) as u64)
        };
        (0..2).map(rung).collect()
    }

    fn record(self) -> Record {
        Record::Average { from: self.from, until: self.until }
    }

    /// The risk at a weight over that of two orders, fitted by 1 and 1/n^2.
    fn risks(self, name: &'static str, cap: u64, margin: f64, w: f64) -> Check {
        let case = |problem: Problem| {
            let risk = two_orders(&problem).average_risk(weight(w), self.from, self.until);
            Case::of_problem(problem, self.model.coupled, w, self.until - 1, risk).recording(self.record())
        };
        ladder(name, cap, margin, 2, self.problems().into_iter().map(case).collect()).beyond(2)
    }

    /// The weight where the risk's slope vanishes over the optimum of two orders, fitted by 1 and 1/n^2.
    fn slopes(self, name: &'static str, cap: u64, margin: f64) -> Check {
        let case = |problem: Problem| {
            let law = two_orders(&problem);
            let shift =
                SecondOrder { invariants: by_theory(self.truth, self.model), ratio: self.ratio }.optimum_shift();
            // At the first sizes the program calls the orders out of range. What is left of them is fitted.
            let best = ((self.ratio * self.ratio + 4.0 * self.ratio).sqrt() - self.ratio) / 2.0
                + shift / problem.rows().real as f64;
            Case::of_problem(problem, self.model.coupled, best, self.until - 1, best)
                .recording(self.record())
                .with_curve(move |w| law.limit_risk(weight(w)))
        };
        score_ladder(name, cap, margin, ROUGH, 2, self.problems().into_iter().map(case).collect()).beyond(2)
    }
}

fn two_orders(problem: &Problem) -> Law {
    Prediction::fresh(problem).to_order(Order::Second).expect("a regression").law().clone()
}

fn law() -> Claim {
    let logistic = Rungs { model: &catalogue::LOGISTIC, truth: TRUTHS[0], real: 50, ratio: 1.0, from: 0, until: 40 };
    let poisson = Rungs { model: &catalogue::POISSON, truth: TRUTHS[1], real: 100, ratio: 1.0, from: 0, until: 3 };
    let linear = Rungs { model: &catalogue::LINEAR, truth: CORRELATED, real: 30, ratio: 1.0, from: 0, until: 12 };
    let correlated = Rungs { model: &catalogue::LOGISTIC, truth: CORRELATED, real: 80, ratio: 0.5, from: 0, until: 30 };
    Claim {
        id: "regression-second-order",
        statement: "logistic and Poisson regression: n e_t = R₁ + R₂/n + o(1/n), R₁ = c tr H, R₂ = h − τP + c²(5P/2 + bb/4 + TJJ − TK), with c, τ, h of three linear \
                    recursions and six invariants of the design",
        domain: "n → ∞ at fixed k, t and w (w > 0 in the limit), every β, Ω and p",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            exact("as many rows as coefficients, in rationals", certificate::second_order::cells)
                .by("means of the labels at each row", &["certificate::second_order::Cell::next"]),
            recursion("matrices and tensors of moments, generation by generation", 1e-9, orders)
                .by("moments carried as tensors", &["tensors::Tensors::path"]),
            recursion("the program's predictions in range and out of it", 1e-9, predictions)
                .by("moments carried as tensors", &["tensors::Tensors::path"]),
            logistic.risks("logistic, p = 1, w = .3", 12_000, 0.008, 0.3),
            poisson.risks("Poisson, p = 1, w = .618, t = 0..2", 60_000, 0.005, 0.618),
            linear.risks("linear, correlated rows, w = .6, t = 0..11", 1_000_000, 0.006, 0.6),
            correlated.risks("logistic, correlated rows, w = .5", 4_000, 0.006, 0.5),
        ],
    }
}

/// The optimum's shift from two orders by tensors: -R2'/R1'' at w*, both by differences.
fn shift(tensors: &Tensors, k: f64, best: f64) -> f64 {
    let limit = |w: f64| tensors.path(w, k, 120)[120];
    let h = 2e-4;
    let [below, at, above] = [best - h, best, best + h].map(limit);
    -(above[1] - below[1]) / (2.0 * h) / ((above[0] - 2.0 * at[0] + below[0]) / (h * h))
}

/// w*(k) moved by the shift by tensors, Poisson, times a factor.
pub fn shifted(truth: Truth, k: f64, n: f64, factor: f64) -> f64 {
    let best = ((k * k + 4.0 * k).sqrt() - k) / 2.0;
    best + factor * shift(&tensors(truth, &catalogue::POISSON), k, best) / n
}

fn optimum() -> Claim {
    let logistic = Rungs { model: &catalogue::LOGISTIC, truth: STANDARD, real: 100, ratio: 1.0, from: 8, until: 28 };
    let poisson = Rungs { model: &catalogue::POISSON, truth: FEW, real: 40, ratio: 1.0, from: 8, until: 28 };
    Claim {
        id: "regression-optimum",
        statement: "logistic and Poisson regression: the limit risk is least at w*(k) − R₂'(w*)/(n R₁''(w*)) + o(1/n); logistic, β = (1, 1), n = m: 1/φ − .39782/n",
        domain: "n → ∞ at fixed k, every β, Ω and p",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            // Differences at steps of 2e-4: their errors are of order 1e-6 to 1e-5 of the derivatives.
            recursion("differences of the orders by tensors, and the digits stated", 1e-4, || {
                let mut found = everywhere(|truth, model| {
                    let tensors = tensors(truth, model);
                    let at = |k: f64| {
                        let law = SecondOrder { invariants: by_theory(truth, model), ratio: k };
                        let best = ((k * k + 4.0 * k).sqrt() - k) / 2.0;
                        let place = format!("k = {k}, {}", place(truth, model));
                        (place, law.optimum_shift(), shift(&tensors, k, best))
                    };
                    [0.25, 1.0, 4.0].map(at).to_vec()
                });
                let default = Problem::new(&catalogue::LOGISTIC, 400, 400, &Parameters::default()).expect("valid");
                let best = Prediction::fresh(&default).optimal_weight().unwrap_or(f64::NAN);
                let stated = 0.618_033_988_75 - 0.397_82 / 400.0;
                found.push(("the program's optimum, n = m = 400".to_owned(), best, stated));
                found
            })
            .by("moments carried as tensors", &["tensors::Tensors::path"]),
            logistic.slopes("slopes at the optimum, logistic", 1024 * 4, 0.005),
            poisson.slopes("slopes at the optimum, Poisson", 1024 * 12, 0.004),
        ],
    }
}
