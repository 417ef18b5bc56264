//! Data that accumulate: the real rows of generation 0 and the synthetic rows of every generation, all weighted alike.

use std::f64::consts::PI;

use goldenweight_theory::accumulate::Accumulation;
use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use goldenweight_theory::{cdf, gaussian, linear, weights};
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::check::{Case, Cell, Check, Relation, exact, ladder, proof, property, recursion, simulation};
use super::domain::{IDENTITY, QUADRATURE, RECURSION, error, holds, ratio, weight};
use super::regression::{Fitted, Rung};
use super::{Claim, Exactness, Source, certificate, pools};
use crate::experiment::{Generations, Parameters, Problem, Rows};
use crate::prediction::Prediction;
use crate::simulate::categorical::CategoricalSufficient;
use crate::simulate::cdf::CdfRows;
use crate::simulate::engine::{Record, ScheduleKind};
use crate::simulate::gaussian::{GaussianRows, GaussianSufficient};
use crate::simulate::{Model, Setting};

pub fn claims() -> Vec<Claim> {
    vec![mean(), frequencies(), variance(), covariance(), regressions()]
}

/// Tolerance of products of up to t + 1 = 13 integrals, and of a few more in determinants: each has the error of one.
const QUADRATURES: f64 = 20.0 * QUADRATURE;

/// Where the laws are compared with other routes: (n, m, t).
const PLACES: [(u64, u64, u32); 5] = [(5, 9, 1), (9, 5, 2), (2, 3, 12), (31, 47, 5), (100, 100, 4)];

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).expect("positive")
}

fn degrees(n: u64, m: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(n, m)).expect("at least 2")
}

fn place(n: u64, m: u64, t: u32) -> String {
    format!("n = {n}, m = {m}, t = {t}")
}

/// The mean's risk by the law at a place. This and the next functions are what simulations and other computations are compared with.
fn mean_risk(trace: f64, n: u64, m: u64, t: u32) -> f64 {
    Accumulation::of(sizes(n, m)).risk_at(&gaussian::mean(trace, sizes(n, m)), t)
}

/// In units of A, which is sum p (1 - p) for the cells and 1/6 for the distribution function.
fn frequency_risk(n: u64, m: u64, t: u32) -> f64 {
    6.0 * Accumulation::<f64>::of(sizes(n, m)).risk_at(&cdf::law(sizes(n, m)), t)
}

fn variance_risk(n: u64, m: u64, t: u32) -> f64 {
    Accumulation::of(sizes(n, m)).risk_at(&gaussian::variance(1.0, degrees(n, m)), t)
}

fn system(sigma: &DMatrix<f64>, n: u64, m: u64) -> CovarianceSystem<f64> {
    CovarianceSystem::new(sigma.norm_squared(), sigma.trace() * sigma.trace(), degrees(n, m))
}

/// Indices of the losses that a Gaussian chain records.
const MEAN: usize = 0;
const COVARIANCE: usize = 1;

/// A covariance with unequal variances and correlations. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn correlated() -> DMatrix<f64> {
    DMatrix::from_row_slice(3, 3, &[2.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 0.5])
}

const fn rows((n, m, _): (u64, u64, u32)) -> Rows {
    Rows { real: n as usize, synthetic: m as usize }
}

/// The setting's chain on accumulating data, at a place. This schedule takes no weight, since all rows weigh alike.
fn simulated<M: Model + 'static>(setting: Setting<M>, dim: usize, loss: usize, t: u32, expected: f64) -> Case {
    let cell = Cell::new(setting.rows, dim, 0.0, Record::At(vec![t])).named("accumulating");
    Case::new(cell, setting, loss, expected).under(ScheduleKind::Accumulate)
}

/// prod_{i>=1} (1 + x/(k+i)^2) for a whole k: Euler's product for the sine (x < 0) or the hyperbolic sine (x > 0), divided by its first k factors.
fn euler(k: u64, x: f64) -> f64 {
    let c = PI * x.abs().sqrt();
    let whole = if x < 0.0 { libm::sin(c) } else { libm::sinh(c) } / c;
    (1..=k).fold(whole, |product, i| product / (1.0 + x / (i * i) as f64))
}

fn mean() -> Claim {
    let expected = |(n, m, t)| mean_risk(correlated().trace(), n, m, t);
    let sufficient =
        |at: (u64, u64, u32)| simulated(GaussianSufficient::new(correlated(), rows(at)), 3, MEAN, at.2, expected(at));
    let by_rows = |at| simulated(GaussianRows::new(correlated(), rows(at)), 3, MEAN, at.2, expected(at));
    Claim {
        id: "accumulate-mean",
        statement: "data that accumulate do not collapse: fitted on the n first real rows and all synthetic rows so far (m in each generation), the mean \
                    has the risk (A/n)(1 + k Σ_{i <= t} 1/(k + i)²), A = tr Σ, always below twice that of the real rows. In the limit it costs 1 + kψ′(k + 1) times fresh rows alone, which \
                    rises with k from 1 to 2, and (1 + kψ′(k + 1))/w*(k) times the golden weight, which falls to 2: 1.64 and 2.66 at k = 1",
        domain: "every n, m >= 2, t and Σ, the covariance being re-estimated too",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("accumulate-mean"),
            exact("shares of each sample's error in rationals, the limit in intervals", certificate::accumulate::mean)
                .by("shares of each sample's noise", &["pools::mean_risk"]),
            recursion("covariances of all pairs of rows", RECURSION, || {
                let case = |(n, m, t)| {
                    (place(n, m, t), mean_risk(1.0, n, m, t), pools::mean_risk_by_rows(n, m, t)[t as usize])
                };
                PLACES.map(case).to_vec()
            })
            .by("covariances of all pairs of rows", &["pools::mean_risk_by_rows"]),
            property(
                "π²/6 less the first k terms; between 1 and 2 times the real rows'",
                "(k, m, t)",
                || (1..40u64, 2..1000u64, 0..100_000u32),
                |&(k, m, t)| {
                    let n = k * m;
                    let squares = (1..=k).rev().map(|i| 1.0 / (i * i) as f64).sum::<f64>();
                    let limit = (1.0 + k as f64 * (PI * PI / 6.0 - squares)) / n as f64;
                    let data = Accumulation::of(sizes(n, m));
                    let [found, early, late] = [
                        data.limit_risk(&gaussian::mean(1.0, sizes(n, m))),
                        mean_risk(1.0, n, m, t),
                        mean_risk(1.0, n, m, t + 1),
                    ];
                    // The difference is about 1/k, and k times it about 1. So its rounding error is multiplied by k < 40, which the tolerance allows.
                    error(found, limit, 10.0 * IDENTITY)
                        .max(holds(early < late && late < found * (1.0 + IDENTITY)))
                        .max(holds(found * (n as f64) < 2.0))
                },
            )
            .consequence(),
            property(
                "its cost against fresh rows rises with k from 1 to 2, that against the golden weight falls to 2",
                "k",
                || (-3.0..3.0f64).prop_map(|e| libm::pow(10.0, e)),
                |&k| {
                    // Relative to the real rows alone: the limit where data accumulate, and w* (w^2 + k w = k).
                    let costs = |k: f64| {
                        let cost = Accumulation::new(ratio(k)).limit_risk(&weights::law(&ratio(k)));
                        [cost, cost / (2.0 / (1.0 + (1.0 + 4.0 / k).sqrt()))]
                    };
                    let ([fresh, golden], [fresher, less]) = (costs(k), costs(1.1 * k));
                    error(costs(1.0)[1], (PI * PI / 6.0) / 0.618_033_988_749_894_9, 10.0 * IDENTITY)
                        .max(holds(1.0 < fresh && fresh < fresher && fresher < 2.0))
                        .max(holds(golden > less && less > 2.0))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                1_300_000,
                0.02,
                [(8, 4, 3), (20, 80, 6), (31, 47, 5)].map(sufficient).into(),
            ),
            simulation("by rows", 1_300_000, 0.02, vec![by_rows((8, 20, 3))]),
        ],
    }
}

fn frequencies() -> Claim {
    let cells = |at: (u64, u64, u32)| {
        let probabilities = vec![0.05, 0.15, 0.3, 0.5];
        // 1 - sum p^2.
        let expected = 0.635 * frequency_risk(at.0, at.1, at.2);
        simulated(CategoricalSufficient::new(probabilities, rows(at)), 4, 0, at.2, expected)
    };
    let points =
        |at: (u64, u64, u32)| simulated(CdfRows::new(rows(at)), 1, 0, at.2, frequency_risk(at.0, at.1, at.2) / 6.0);
    Claim {
        id: "accumulate-frequencies",
        statement: "accumulating, the risk of cell probabilities (A = Σ p(1 − p)) and of the distribution function (A = 1/6) is A − A(1 − 1/n) \
                    Π_{i <= t} (1 − 1/(m(k + i)²)): for n >= 2 its limit is below A, the risk when only one cell, or one point, is left",
        domain: "every n, m >= 1 and t, every p and continuous F",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("accumulate-frequencies"),
            exact("pools enumerated, the limit in intervals", certificate::accumulate::frequencies)
                .by("pools, enumerated", &["pools::cell_risk"]),
            recursion("real ancestors of two rows, followed back", RECURSION, || {
                let case = |(n, m, t): (u64, u64, u32)| {
                    let ancestors = pools::different_ancestors(n, m, t)[t as usize];
                    (place(n, m, t), frequency_risk(n, m, t), 1.0 - ancestors)
                };
                PLACES.into_iter().chain([(31, 47, 60), (4, 30, 40), (1, 3, 9)]).map(case).collect()
            })
            .by("real ancestors of two rows", &["pools::different_ancestors"]),
            property(
                "the sine's product for whole k; increasing, and below A from two rows on",
                "(k, m, t)",
                || (1..30u64, 1..1000u64, 0..100_000u32),
                |&(k, m, t)| {
                    let n = k * m;
                    let limit = 6.0 * Accumulation::<f64>::of(sizes(n, m)).limit_risk(&cdf::law(sizes(n, m)));
                    let [early, late] = [frequency_risk(n, m, t), frequency_risk(n, m, t + 1)];
                    // At m = 1 the product is 0/0, since both the sine and its first factor are 0. Here is its value.
                    let product = if m == 1 { (k as f64) / (k as f64 + 1.0) } else { euler(k, -1.0 / m as f64) };
                    // Both sides are compared through A less the risk, in units of A.
                    error(1.0 - limit, (1.0 - 1.0 / n as f64) * product, 10.0 * IDENTITY * (1.0 + n as f64))
                        .max(holds(early <= late * (1.0 + IDENTITY) && late <= limit * (1.0 + IDENTITY)))
                        .max(holds(n == 1 || limit < 1.0))
                },
            )
            .by("Euler's products", &["accumulate::euler"]),
            simulation("cells, by counts", 1_100_000, 0.02, [(8, 4, 5), (25, 60, 9)].map(cells).into()),
            simulation("distribution function, by rows", 890_000, 0.02, [(10, 8, 5), (20, 40, 3)].map(points).into()),
        ],
    }
}

fn variance() -> Claim {
    let sufficient = |at: (u64, u64, u32)| {
        let expected = variance_risk(at.0, at.1, at.2);
        simulated(GaussianSufficient::new(DMatrix::identity(1, 1), rows(at)), 1, COVARIANCE, at.2, expected)
    };
    Claim {
        id: "accumulate-variance",
        statement: "accumulating, with squares taken around the mean of each generation's own rows, the risk of σ² (p = 1) is σ⁴((1 + 2/(n − 1)) Π_{i <= t} (1 + c²/(k + i)²) − 1), \
                    c² = 2/(m − 1): bounded for every n and m, where synthetic rows alone let it grow geometrically",
        domain: "every n, m >= 2, t and σ²",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("accumulate-variance"),
            exact("second moments in rationals, the limit in intervals", certificate::accumulate::variance)
                .by("the table of second moments", &["pools::covariance_moments"]),
            recursion("chi-squared factors by quadrature", QUADRATURES, || {
                let case = |(n, m, t)| (place(n, m, t), 1.0 + variance_risk(n, m, t), pools::variance_square(n, m, t));
                PLACES.map(case).to_vec()
            })
            .by("factors by quadrature", &["pools::variance_square"]),
            property(
                "the hyperbolic sine's product for whole k; increasing to it",
                "(k, m, t)",
                || (1..30u64, 2..1000u64, 0..100_000u32),
                |&(k, m, t)| {
                    let n = k * m;
                    let limit = Accumulation::of(sizes(n, m)).limit_risk(&gaussian::variance(1.0, degrees(n, m)));
                    let square = (1.0 + 2.0 / (n as f64 - 1.0)) * euler(k, 2.0 / (m as f64 - 1.0));
                    let [early, late] = [variance_risk(n, m, t), variance_risk(n, m, t + 1)];
                    error(1.0 + limit, square, 10.0 * IDENTITY)
                        .max(holds(early < late * (1.0 + IDENTITY) && late < limit * (1.0 + IDENTITY)))
                },
            )
            .by("Euler's products", &["accumulate::euler"]),
            simulation("by sufficient statistics", 900_000, 0.03, [(20, 30, 4), (40, 20, 8)].map(sufficient).into()),
        ],
    }
}

fn covariance() -> Claim {
    /// V = E |Sigma_t - Sigma|^2 and U = Var tr Sigma_t in two dimensions, from the variance of Sigma_t along every direction and from its determinant.
    fn case(n: u64, m: u64, t: u32) -> [Relation; 2] {
        let sigma = DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0]);
        let [square, trace] =
            pools::from_directions(&sigma, pools::variance_square(n, m, t), pools::determinant(n, m, t));
        let law = Accumulation::of(sizes(n, m)).moments_at(&system(&sigma, n, m), t);
        // Compared as E tr Sigma_t^2 and E (tr Sigma_t)^2: V and U are differences of these, to which quadrature is less accurate.
        let [at_truth, trace_at_truth] = [sigma.norm_squared(), sigma.trace() * sigma.trace()];
        [
            (format!("V, {}", place(n, m, t)), at_truth + law.risk, square),
            (format!("U, {}", place(n, m, t)), trace_at_truth + law.trace_variance, trace),
        ]
    }
    let expected = |(n, m, t)| Accumulation::of(sizes(n, m)).moments_at(&system(&correlated(), n, m), t).risk;
    let sufficient = |at: (u64, u64, u32)| {
        simulated(GaussianSufficient::new(correlated(), rows(at)), 3, COVARIANCE, at.2, expected(at))
    };
    let by_rows = |at| simulated(GaussianRows::new(correlated(), rows(at)), 3, COVARIANCE, at.2, expected(at));
    Claim {
        id: "accumulate-covariance",
        statement: "accumulating, with S = Σ_t, E(2 tr S² + (tr S)²) grows by Π_{i <= t} (1 + 2/((m − 1)(k + i)²)) and E((tr S)² − tr S²) falls by \
                    Π_{i <= t} (1 − 1/((m − 1)(k + i)²)): the covariance's risk is bounded for every n and m, there is no threshold",
        domain: "every n, m >= 2, t, p and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("accumulate-covariance"),
            exact("all p⁴ second moments in rationals, the limits in intervals", certificate::accumulate::covariance)
                .by("the table of second moments", &["pools::covariance_moments"]),
            recursion("p = 2: along every direction, and the determinant, by quadrature", QUADRATURES, || {
                PLACES.into_iter().flat_map(|(n, m, t)| case(n, m, t)).collect()
            })
            .by("every direction, and the determinant", &["pools::variance_square", "pools::determinant"]),
            property(
                "both products of Euler's for whole k",
                "(k, m, p)",
                || (1..30u64, 3..1000u64, 1..6usize),
                |&(k, m, p)| {
                    let (n, d) = (k * m, m as f64 - 1.0);
                    let law = Accumulation::of(sizes(n, m)).limit_moments(&system(&DMatrix::identity(p, p), n, m));
                    let [trace, square] = [p as f64, (p * p) as f64];
                    // 2 E tr S^2 + E (tr S)^2 and E (tr S)^2 - E tr S^2.
                    let sum = (2.0 * trace + square) * (1.0 + 2.0 / (n as f64 - 1.0)) * euler(k, 2.0 / d);
                    let difference = (square - trace) * (1.0 - 1.0 / (n as f64 - 1.0)) * euler(k, -1.0 / d);
                    let [tr_square, square_tr] = [trace + law.risk, square + law.trace_variance];
                    error(2.0 * tr_square + square_tr, sum, 10.0 * IDENTITY).max(error(
                        1.0 + square_tr - tr_square,
                        1.0 + difference,
                        100.0 * IDENTITY,
                    ))
                },
            )
            .by("Euler's products", &["accumulate::euler"]),
            simulation("by sufficient statistics", 400_000, 0.03, [(31, 47, 4), (40, 20, 8)].map(sufficient).into()),
            simulation("by rows", 1_720_000, 0.02, vec![by_rows((31, 20, 3))]),
        ],
    }
}

/// The generation at which the regressions are simulated.
const LATE: u32 = 2;

/// Simulated risks over the limit law at n, 2n, 4n real rows and k = 1, extrapolated linearly in 1/n.
fn regression_ladder(model: Fitted, name: &'static str, cap: u64, margin: f64, first: usize, dim: usize) -> Check {
    let relative = mean_risk(1.0, 1, 1, LATE);
    // The schedule ignores the weight.
    let rung = |rung: Rung| model.under(ScheduleKind::Accumulate, rung, 0.0, relative).named("accumulating");
    ladder(name, cap, margin, 1, Rung::ladder::<3>(first, 1.0, dim, LATE, LATE + 1).map(rung).into())
}

fn regressions() -> Claim {
    /// What the program predicts, against A times a risk in units of A. A comes from quadrature; the risk is that of the mean of one Gaussian coordinate,
    /// carried from generation to generation.
    fn predicted(model: Fitted, dim: usize, (n, m, t): (u64, u64, u32)) -> [Relation; 2] {
        let problem =
            Problem::new(model.model(), n, m, &Parameters::of_dim(Some(dim as u64))).expect("a valid problem");
        let prediction = Prediction::new(&problem, ScheduleKind::Accumulate).expect("sizes that theory covers");
        let prediction = prediction.expect("a law of accumulating data");
        let risks = pools::mean_risk(&DMatrix::identity(1, 1), n, m, t);
        let constant = model.constant_by_quadrature(dim);
        let mean = risks[1..].iter().sum::<f64>() / f64::from(t);
        let average = Generations::Average { from: 1, until: t + 1 };
        // Any weight: the schedule ignores it.
        let found = |at| prediction.risk(weight(1.0), at);
        [
            (
                format!("{}, {}", problem.model(), place(n, m, t)),
                found(Generations::At(t)),
                constant * risks[t as usize],
            ),
            (format!("{}, n = {n}, m = {m}, t = 1..{t}", problem.model()), found(average), constant * mean),
        ]
    }
    Claim {
        id: "accumulate-regressions",
        statement: "accumulating, n times the risk of linear, logistic and Poisson regression tends to A(1 + k Σ_{i <= t} 1/(k + i)²), A = σ²p or \
                    tr I(β)⁻¹: below 2A for ever, π²A/6 as t → ∞ at n = m",
        domain: "n → ∞ at fixed k, p, t and β",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            proof("accumulate-regressions"),
            recursion(
                "the program's predictions, A by quadrature and the shares of each sample's error",
                QUADRATURE,
                || {
                    let models = [(Fitted::Linear, 3), (Fitted::Logistic, 2), (Fitted::Poisson, 2)];
                    let places = |(model, dim)| {
                        [(100, 400, 7), (90, 30, 3), (40, 60, 40)].map(|at| predicted(model, dim, at)).concat()
                    };
                    models.into_iter().flat_map(places).collect()
                },
            )
            .by("quadrature, and shares of each sample's noise", &["moments::normal_mean", "pools::mean_risk"]),
            property(
                "proportional to A, below twice the real rows' risk",
                "(n, m, p, t)",
                || (1..1000u64, 1..1000u64, 1..30u32, 0..100_000u32),
                |&(n, m, p, t)| {
                    let data = Accumulation::of(sizes(n, m));
                    let law = linear::limit_law(0.49, p, sizes(n, m));
                    let (found, alone) = (data.risk_at(&law, t), 0.49 * f64::from(p) / n as f64);
                    error(found, 0.49 * f64::from(p) * mean_risk(1.0, n, m, t), 10.0 * IDENTITY)
                        .max(holds(found >= alone * (1.0 - IDENTITY) && found < 2.0 * alone))
                },
            )
            .consequence(),
            regression_ladder(Fitted::Linear, "linear, p = 2", 1_900_000, 0.02, 100, 2),
            regression_ladder(Fitted::Logistic, "logistic, p = 2", 7_800, 0.02, 400, 2),
            regression_ladder(Fitted::Poisson, "Poisson, p = 1", 9_700, 0.026, 800, 1),
        ],
    }
}
