//! The same real rows at every generation: those of generation 0 are never replaced.

use goldenweight_recursion::models::gaussian::{EveryRow, Gaussian, Sample, Sufficient};
use goldenweight_theory::covariance::{CovarianceSystem, threshold};
use goldenweight_theory::fixed::FixedRows;
use goldenweight_theory::linear;
use goldenweight_theory::maximum_likelihood::{MaximumLikelihood, Risks};
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use goldenweight_theory::{cdf, gaussian};
use nalgebra::{DMatrix, DVector};

use super::check::{Case, Cell, Check, exact, ladder, property, recursion, simulation};
use super::domain::{IDENTITY, QUADRATURE, RECURSION, error, holds, weights};
use super::moments::fixed_rows_risk;
use super::predicted::{self, OnFixedRows};
use super::regression::{Fitted, Rung};
use super::same_rows::Chain;
use super::{Claim, Exactness, Source, certificate};
use crate::catalogue::{self, Model};
use crate::experiment::{Divisor, Parameters, Problem, Rows};
use crate::simulate::Setting;
use crate::simulate::categorical::CategoricalSufficient;
use crate::simulate::cdf::CdfRows;
use crate::simulate::engine::{Record, ScheduleKind};
use crate::simulate::fixed_design::LinearFixedDesign;

pub fn claims() -> Vec<Claim> {
    vec![mean(), frequencies(), covariance(), likelihood_mean(), likelihood_covariance(), regressions()]
}

/// A place: n, m, w, t.
type Place = (u64, u64, f64, u32);

/// Where the laws are compared with other routes.
const PLACES: [Place; 8] = [
    (5, 9, 0.618, 1),
    (9, 5, 0.3, 2),
    (8, 4, 0.5, 10),
    (2, 3, 0.2, 12),
    (31, 47, 0.618, 5),
    (50, 60, 0.1, 7),
    (100, 100, 0.0, 4),
    (50, 60, 1.0, 3),
];

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).expect("positive")
}

fn degrees(n: u64, m: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(n, m)).expect("at least 2")
}

fn named((n, m, w, t): Place) -> String {
    format!("n = {n}, m = {m}, w = {w}, t = {t}")
}

fn chain((n, m, w, _): Place, divisor: Divisor) -> Chain<f64> {
    Chain::new(n, m, w, divisor)
}

/// The mean's risk by the law at a place. This and the next functions are what simulations and other computations are compared with.
fn mean_risk(trace: f64, (n, m, w, t): Place) -> f64 {
    FixedRows::of(&gaussian::mean(trace, sizes(n, m))).risk_at(&w, t)
}

/// In units of A, which is sum p (1 - p) for the cells and 1/6 for the distribution function.
fn frequency_risk((n, m, w, t): Place) -> f64 {
    6.0 * FixedRows::<f64>::of(&cdf::law(sizes(n, m))).risk_at(&w, t)
}

fn covariance_risk(sigma: &DMatrix<f64>, (n, m, w, t): Place) -> f64 {
    let system = CovarianceSystem::new(sigma.norm_squared(), sigma.trace() * sigma.trace(), degrees(n, m));
    FixedRows::of_covariance(&system).iter().map(|law| law.risk_at(&w, t)).sum()
}

fn likelihood(sigma: &DMatrix<f64>, (n, m, w, t): Place) -> Risks<f64> {
    MaximumLikelihood::new(sigma.trace(), sigma.norm_squared(), sizes(n, m)).on_fixed_rows().risks_at(&w, t)
}

/// Indices of the losses that a Gaussian chain records.
const MEAN: usize = 0;
const COVARIANCE: usize = 1;

/// A covariance with unequal variances and correlations. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn correlated() -> DMatrix<f64> {
    DMatrix::from_row_slice(3, 3, &[2.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 0.5])
}

fn plane() -> DMatrix<f64> {
    DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0])
}

fn unit() -> DMatrix<f64> {
    DMatrix::identity(1, 1)
}

fn cell((n, m, w, t): Place, dim: usize) -> Cell {
    let rows = Rows { real: n as usize, synthetic: m as usize };
    Cell::new(rows, dim, w, Record::At(vec![t])).named("the same rows")
}

/// The Gaussian chain at a place. It draws rows, or their sufficient statistics.
fn simulated<S: Sample + Send + Sync + 'static>(
    sigma: DMatrix<f64>,
    divisor: Divisor,
    loss: usize,
    at: Place,
    expected: f64,
) -> Case {
    let cell = cell(at, sigma.nrows());
    let setting = Setting::of(Gaussian::<S>::new(sigma).with_divisor(divisor), cell.rows);
    Case::new(cell, setting, loss, expected).with_fixed_rows()
}

/// The program's predictions for a model with these parameters, against the risks at t = 0, 1, ... that `path` computes by [`Chain`].
fn predicted(
    model: Model,
    parameters: Parameters,
    path: impl Fn(&Chain<f64>, &Problem, u32) -> Vec<f64> + Send + Sync + 'static,
) -> Check {
    let divisor = parameters.divisor.unwrap_or(Divisor::Unbiased);
    let problem = move |(n, m, w): (u64, u64, f64)| -> OnFixedRows {
        let problem = Problem::new(model, n, m, &parameters).expect("a valid problem");
        // The distance to the limit shrinks by u^2 (1 + 2/(m - 1)) < .95 or less in each generation: after 600, less than 1e-13 of it is left.
        let risks = path(&Chain::new(n, m, w, divisor), &problem, 600);
        (problem, w, risks)
    };
    predicted::on_fixed_rows(true, move || [(12, 20, 0.15), (9, 6, 0.618), (30, 7, 1.0)].map(&problem).to_vec())
}

fn mean() -> Claim {
    let sufficient =
        |at| simulated::<Sufficient>(correlated(), Divisor::Unbiased, MEAN, at, mean_risk(correlated().trace(), at));
    let by_rows =
        |at| simulated::<EveryRow>(correlated(), Divisor::Unbiased, MEAN, at, mean_risk(correlated().trace(), at));
    // Six rows of an intercept and a trend, labels with noise of variance .49.
    let design = || DMatrix::from_fn(6, 2, |i, j| [1.0, i as f64 - 2.0][j]);
    let on_one_design = |w: f64, t: u32| {
        let inverse = (design().transpose() * design()).try_inverse().expect("full rank");
        let expected = FixedRows::of(&linear::fixed_design_law(0.49, inverse.trace())).risk_at(&w, t);
        let simulator = LinearFixedDesign::new(design(), DVector::from_row_slice(&[1.0, -0.5]), 0.49);
        Case::new(cell((6, 6, w, t), 2), simulator.expect("full rank"), 0, expected).with_fixed_rows()
    };
    Claim {
        id: "fixed-mean",
        statement: "with the same n real rows at every generation the mean's risk is (A/n)(1 + k u²(1 − u^(2t))/(1 − u²)), A = tr Σ, and \
                    (A/n)(1 + kt) at w = 0: at every n, m and t synthetic rows only add to that of the real rows",
        domain: "every n, m >= 2, t, w and Σ, the covariance being re-estimated too; likewise regression on one fixed design, k = 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("joint moments in rationals, later generations in symbols", certificate::fixed::mean)
                .by("joint moments of the start and the fit", &["same_rows::Chain::risks"]),
            recursion("covariances of all pairs of rows", RECURSION, || {
                let case = |at: Place| {
                    let risks = chain(at, Divisor::Unbiased).mean_by_rows(at.3);
                    (named(at), mean_risk(1.0, at), risks[at.3 as usize])
                };
                PLACES.map(case).to_vec()
            })
            .by("covariances of all pairs of rows", &["same_rows::Chain::mean_by_rows"]),
            predicted(
                &catalogue::GAUSSIAN_MEAN,
                Parameters { sigma: Some(correlated()), ..Parameters::default() },
                |chain, _, t| chain.mean_by_rows(t).into_iter().map(|risk| risk * correlated().trace()).collect(),
            )
            .by("covariances of all pairs of rows", &["same_rows::Chain::mean_by_rows"]),
            property(
                "the noise of every generation, shrunk since; never below the real rows' risk",
                "(n, m, w, t)",
                || (2..500u64, 2..500u64, weights(), 0..60u32),
                |&(n, m, w, t)| {
                    let shrunk: f64 = (1..=t).map(|i| libm::pow(1.0 - w, 2.0 * f64::from(i))).sum();
                    let [alone, noise] = [n, m].map(|rows| 1.0 / rows as f64);
                    error(mean_risk(1.0, (n, m, w, t)), alone + noise * shrunk, 10.0 * IDENTITY)
                        .max(error(mean_risk(1.0, (n, m, 0.0, t)), alone + noise * f64::from(t), 10.0 * IDENTITY))
                        .max(holds(mean_risk(1.0, (n, m, w, t)) >= alone))
                        .max(error(mean_risk(1.0, (n, m, 1.0, t)), alone, IDENTITY))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                1_500_000,
                0.02,
                [(8, 4, 0.5, 3), (20, 12, 0.3, 5), (31, 47, 0.0, 2)].map(sufficient).into(),
            ),
            simulation("by rows", 1_500_000, 0.02, vec![by_rows((8, 6, 0.4, 3))]),
            simulation("regression on one design", 1_600_000, 0.02, vec![on_one_design(0.3, 4)]),
        ],
    }
}

fn frequencies() -> Claim {
    let cells = |at: Place| {
        let cell = cell(at, 4);
        let simulator = CategoricalSufficient::new(vec![0.05, 0.15, 0.3, 0.5], cell.rows);
        // 1 - sum p^2.
        Case::new(cell, simulator, 0, 0.635 * frequency_risk(at)).with_fixed_rows()
    };
    let points = |at: Place| {
        let cell = cell(at, 1);
        let simulator = CdfRows::new(cell.rows);
        Case::new(cell, simulator, 0, frequency_risk(at) / 6.0).with_fixed_rows()
    };
    let apart = |constant: fn(&Problem) -> f64| {
        move |chain: &Chain<f64>, problem: &Problem, t| {
            let risk = |apart: f64| constant(problem) * (1.0 - apart);
            chain.different_ancestors(t).into_iter().map(risk).collect()
        }
    };
    Claim {
        id: "fixed-frequencies",
        statement: "with the same n real rows at every generation the risk of cell probabilities (A = Σ p(1 − p)) and of the distribution function \
                    (A = 1/6) is A/n + q_t, q_t = u²((1 − 1/m) q_{t−1} + A(1 − 1/n)/m), q_0 = 0: never below A/n",
        domain: "every n, m >= 1, t and w, every p and continuous F",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("data sets enumerated, later generations in symbols", certificate::fixed::frequencies)
                .by("data sets, enumerated", &["same_rows::cell_risk"]),
            recursion("real ancestors of all pairs of rows, followed back", RECURSION, || {
                let case = |at: Place| {
                    let ancestors = chain(at, Divisor::Unbiased).different_ancestors(at.3)[at.3 as usize];
                    (named(at), frequency_risk(at), 1.0 - ancestors)
                };
                PLACES.into_iter().chain([(1, 3, 0.4, 9), (4, 30, 0.05, 40), (6, 1, 0.3, 3)]).map(case).collect()
            })
            .by("real ancestors of two rows", &["same_rows::Chain::different_ancestors"]),
            // The default cells have A = 1 - .3.
            predicted(&catalogue::CATEGORICAL, Parameters::default(), apart(|_| 0.7))
                .by("real ancestors of two rows", &["same_rows::Chain::different_ancestors"]),
            property(
                "the terms of q_t; below A, and never below the real rows' risk",
                "(n, m, w, t)",
                || (1..500u64, 1..500u64, weights(), 0..60u32),
                |&(n, m, w, t)| {
                    let [alone, noise] = [n, m].map(|rows| 1.0 / rows as f64);
                    let (u2, kept) = ((1.0 - w) * (1.0 - w), 1.0 - noise);
                    let shrunk: f64 = (0..t).map(|i| u2 * libm::pow(kept * u2, i.into())).sum();
                    let found = frequency_risk((n, m, w, t));
                    error(found, alone + noise * (1.0 - alone) * shrunk, 10.0 * IDENTITY)
                        .max(holds(found >= alone * (1.0 - IDENTITY) && found <= 1.0 + IDENTITY))
                        .max(error(frequency_risk((n, m, 1.0, t)), alone, IDENTITY))
                },
            )
            .consequence(),
            simulation("cells, by counts", 900_000, 0.02, [(8, 4, 0.4, 5), (20, 10, 0.2, 3)].map(cells).into()),
            simulation("distribution function, by rows", 740_000, 0.02, [(10, 8, 0.3, 4)].map(points).into()),
        ],
    }
}

fn covariance() -> Claim {
    let sufficient = |sigma: DMatrix<f64>, at| {
        let expected = covariance_risk(&sigma, at);
        simulated::<Sufficient>(sigma, Divisor::Unbiased, COVARIANCE, at, expected)
    };
    let by_rows =
        |at| simulated::<EveryRow>(correlated(), Divisor::Unbiased, COVARIANCE, at, covariance_risk(&correlated(), at));
    Claim {
        id: "fixed-covariance",
        statement: "with the same n real rows at every generation the covariance's risk is (a_t + b_t)/3. Both obey \
                    x_t = (1 − u²)N/(n − 1) + u²(N/(m − 1) + ρx_{t−1}), x_0 = N/(n − 1): a with N = 4 tr Σ² + 2(tr Σ)², ρ = 1 + 2/(m − 1), b with \
                    N = (tr Σ)² − tr Σ², ρ = 1 − 1/(m − 1). The risk is never below that of the real rows, and unbounded for w up to the w_c(m) of \
                    covariance-threshold",
        domain: "every n, m >= 2, t, w, p and Σ; p = 1 is the variance",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact(
                "all p⁴ joint second moments in rationals, later generations in symbols",
                certificate::fixed::covariance,
            )
            .by("joint moments of the start and the fit", &["same_rows::Chain::risks"]),
            // Compared as E tr Sigma_t^2: the risk is a difference, to which quadrature is less accurate. Some ten integrals enter.
            recursion("p = 1 and 2: averaged over the real rows' variance, by quadrature", 20.0 * QUADRATURE, || {
                let case = |at: Place| {
                    let sigmas = [&unit(), &plane()];
                    let carried = chain(at, Divisor::Unbiased).risks_by_quadrature(sigmas, at.3);
                    [0, 1].map(|i| {
                        let law = sigmas[i].norm_squared() + covariance_risk(sigmas[i], at);
                        (format!("p = {}, {}", i + 1, named(at)), law, carried[i].1)
                    })
                };
                PLACES.into_iter().flat_map(case).collect()
            })
            .by("quadrature over the real rows' variance", &["same_rows::Chain::risks_by_quadrature"]),
            predicted(
                &catalogue::GAUSSIAN_COVARIANCE,
                Parameters { sigma: Some(plane()), ..Parameters::default() },
                |chain, _, t| chain.risks(&plane(), t).into_iter().map(|(_, risk)| risk).collect(),
            )
            .by("joint moments of the start and the fit", &["same_rows::Chain::risks"]),
            property(
                "p = 1, in terms; never below the real rows' risk; the threshold is that of fresh rows",
                "(n, m, w, t)",
                || (2..500u64, 2..500u64, weights(), 0..40u32),
                |&(n, m, w, t)| {
                    let [alone, noise] = [n, m].map(|rows| 2.0 / (rows as f64 - 1.0));
                    let u2 = (1.0 - w) * (1.0 - w);
                    let shrunk: f64 = (0..t).map(|i| u2 * libm::pow(u2 * (1.0 + noise), i.into())).sum();
                    let expected = alone + noise * (1.0 + alone) * shrunk;
                    let law = FixedRows::of(&gaussian::variance(1.0, degrees(n, m)));
                    let contracts = law.departure.contraction(&w) < 1.0;
                    error(covariance_risk(&unit(), (n, m, w, t)), expected, 20.0 * IDENTITY)
                        .max(holds(
                            covariance_risk(&correlated(), (n, m, w, t))
                                >= covariance_risk(&correlated(), (n, m, 1.0, t)),
                        ))
                        .max(holds(contracts == (w > threshold(m - 1))))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                6_000_000,
                0.02,
                vec![sufficient(correlated(), (31, 20, 0.4, 4)).with_share(0.46), sufficient(unit(), (40, 30, 0.2, 3))],
            ),
            simulation("by rows", 200_000, 0.05, vec![by_rows((31, 20, 0.3, 3))]),
        ],
    }
}

fn likelihood_mean() -> Claim {
    let case = |at| likelihood(&correlated(), at).mean;
    let sufficient = |at| simulated::<Sufficient>(correlated(), Divisor::MaximumLikelihood, MEAN, at, case(at));
    let by_rows = |at| simulated::<EveryRow>(correlated(), Divisor::MaximumLikelihood, MEAN, at, case(at));
    Claim {
        id: "fixed-mle-mean",
        statement: "with divisors n, m and the same n real rows at every generation the mean's risk is T/n + q_t, q_t = u²(q_{t−1} + (1 − b_{t−1}) T/m), \
                    q_0 = 0, T = tr Σ, b_t as in mle-mean-law: at every t least at w = 1",
        domain: "every n, m >= 1, t, w and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("joint moments in rationals", certificate::fixed::likelihood_mean)
                .by("joint moments of the start and the fit", &["same_rows::Chain::risks"]),
            recursion("products of all pairs of rows", RECURSION, || {
                let case = |at: Place| {
                    let risks = chain(at, Divisor::MaximumLikelihood).mean_by_rows(at.3);
                    (named(at), likelihood(&unit(), at).mean, risks[at.3 as usize])
                };
                PLACES.into_iter().chain([(1, 3, 0.4, 5), (4, 1, 0.3, 6)]).map(case).collect()
            })
            .by("covariances of all pairs of rows", &["same_rows::Chain::mean_by_rows"]),
            predicted(
                &catalogue::GAUSSIAN_MEAN,
                Parameters { divisor: Some(Divisor::MaximumLikelihood), ..Parameters::default() },
                |chain, _, t| chain.mean_by_rows(t).into_iter().map(|risk| 2.0 * risk).collect(),
            )
            .by("covariances of all pairs of rows", &["same_rows::Chain::mean_by_rows"]),
            property(
                "between the real rows' risk and the unbiased model's",
                "(n, m, w, t)",
                || (1..500u64, 1..500u64, weights(), 0..60u32),
                |&(n, m, w, t)| {
                    let [found, alone] = [w, 1.0].map(|w| likelihood(&unit(), (n, m, w, t)).mean);
                    error(alone, 1.0 / n as f64, IDENTITY)
                        .max(holds(found >= alone * (1.0 - IDENTITY)))
                        .max(holds(found <= mean_risk(1.0, (n, m, w, t)) * (1.0 + 10.0 * IDENTITY)))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                2_100_000,
                0.02,
                [(8, 4, 0.4, 3), (5, 3, 0.2, 6)].map(sufficient).into(),
            ),
            simulation("by rows", 1_600_000, 0.02, vec![by_rows((6, 4, 0.3, 3))]),
        ],
    }
}

fn likelihood_covariance() -> Claim {
    let sufficient = |sigma: DMatrix<f64>, at| {
        let expected = likelihood(&sigma, at).covariance;
        simulated::<Sufficient>(sigma, Divisor::MaximumLikelihood, COVARIANCE, at, expected)
    };
    let by_rows = |at| {
        let expected = likelihood(&correlated(), at).covariance;
        simulated::<EveryRow>(correlated(), Divisor::MaximumLikelihood, COVARIANCE, at, expected)
    };
    Claim {
        id: "fixed-mle-covariance",
        statement: "with divisors n, m and the same n real rows at every generation the covariance's risk is as in mle-covariance-law, with \
                    2wu (1 − 1/m)(1 − b_{t−1})/n added to g_t, and twice that to f_t. Where w is a little below 1 its limit is below the risk of the real rows \
                    (its slope at w = 1 is 2(n − 1)T²/(n²m), T = tr Σ): here synthetic rows help, by shrinking the covariance",
        domain: "every n, m >= 1, t, w, p and Σ; n >= 2 for the help",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("all p⁴ joint raw second moments in rationals", certificate::fixed::likelihood_covariance)
                .by("joint moments of the start and the fit", &["same_rows::Chain::risks"]),
            // The risk is a difference of moments near 1, and can be as small as 1/n of them: it has up to n = 100 times their relative error.
            recursion("p = 1 and 2: averaged over the real rows' variance, by quadrature", 100.0 * QUADRATURE, || {
                let case = |at: Place| {
                    let sigmas = [&unit(), &plane()];
                    let carried = chain(at, Divisor::MaximumLikelihood).risks_by_quadrature(sigmas, at.3);
                    [0, 1].map(|i| {
                        let law = likelihood(sigmas[i], at).covariance;
                        (format!("p = {}, {}", i + 1, named(at)), law, carried[i].0)
                    })
                };
                PLACES.into_iter().flat_map(case).collect()
            })
            .by("quadrature over the real rows' variance", &["same_rows::Chain::risks_by_quadrature"]),
            predicted(
                &catalogue::GAUSSIAN_COVARIANCE,
                Parameters { sigma: Some(plane()), divisor: Some(Divisor::MaximumLikelihood), ..Parameters::default() },
                |chain, _, t| chain.risks(&plane(), t).into_iter().map(|(_, risk)| risk).collect(),
            )
            .by("joint moments of the start and the fit", &["same_rows::Chain::risks"]),
            property(
                "less than the real rows' risk at the best weight, and there than at any other",
                "(p, n, m, w)",
                || (1..20usize, 2..500u64, 2..500u64, weights()),
                |&(p, n, m, w)| {
                    let law = MaximumLikelihood::new(p as f64, p as f64, sizes(n, m)).on_fixed_rows();
                    let best = law.optimal_weight_of_covariance().unwrap_or(f64::NAN);
                    let [least, alone, other] = [best, 1.0, w].map(|w| law.limit(&w).covariance);
                    let (rows, dim) = (n as f64, p as f64);
                    let variance = (rows - 1.0) * (dim + dim * dim);
                    error(alone, (variance + dim) / (rows * rows), IDENTITY)
                        .max(holds(least < alone && best < 1.0))
                        .max(holds(least <= other * (1.0 + 10.0 * IDENTITY)))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                5_000_000,
                0.02,
                vec![sufficient(correlated(), (12, 20, 0.4, 3)).with_share(0.4), sufficient(unit(), (20, 16, 0.3, 3))],
            ),
            simulation("by rows", 2_660_000, 0.02, vec![by_rows((12, 9, 0.4, 2))]),
        ],
    }
}

/// Weight and generation at which the regressions are simulated.
const REGRESSIONS: (f64, u32) = (0.4, 2);

/// Simulated risks over the limit law at n, 2n, 4n real rows and k = 1, extrapolated linearly in 1/n.
fn regression_ladder(model: Fitted, name: &'static str, cap: u64, margin: f64, first: usize, dim: usize) -> Check {
    let (w, t) = REGRESSIONS;
    let rung = |rung: Rung| {
        // The mean's risk in units of the real rows' alone, at k = 1.
        let relative = FixedRows::of(&gaussian::mean(1.0, sizes(1, 1))).risk_at(&w, t);
        model.under(ScheduleKind::Fixed, rung, w, relative).named("the same rows")
    };
    ladder(name, cap, margin, 1, Rung::ladder::<3>(first, 1.0, dim, t, t + 1).map(rung).into())
}

fn regressions() -> Claim {
    Claim {
        id: "fixed-regressions",
        statement: "with the same n real rows at every generation n times the risk of linear, logistic and Poisson regression tends to \
                    A(1 + k u²(1 − u^(2t))/(1 − u²)), A = σ²p or tr I(β)⁻¹, and then for t → ∞ to A(1 + ku²/(w(2 − w))), which is least at w = 1",
        domain: "n → ∞ at fixed k, w, p, t and β",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            exact("shares of each sample's error, in rationals", certificate::fixed::estimating_equations)
                .by("shares of each sample's error", &["certificate::fixed::shared"]),
            predicted::on_fixed_rows(false, || {
                let models = [(Fitted::Linear, 3), (Fitted::Logistic, 2), (Fitted::Poisson, 2)];
                let problem = |(model, dim): (Fitted, usize)| -> [OnFixedRows; 2] {
                    [(100, 400, 0.15), (90, 30, 0.618)].map(|(n, m, w)| {
                        let parameters = Parameters::of_dim(Some(dim as u64));
                        let problem = Problem::new(model.model(), n, m, &parameters).expect("a valid problem");
                        let alone = model.constant_by_quadrature(dim) / n as f64;
                        let risks = fixed_rows_risk(n as f64 / m as f64, w, 600);
                        (problem, w, risks.into_iter().map(|risk| alone * risk).collect())
                    })
                };
                models.into_iter().flat_map(problem).collect()
            })
            .by(
                "quadrature, and joint moments of the start and the fit",
                &["moments::normal_mean", "moments::fixed_rows_risk"],
            ),
            regression_ladder(Fitted::Linear, "linear, w = .4, p = 2", 1_900_000, 0.02, 100, 2),
            regression_ladder(Fitted::Logistic, "logistic, w = .4, p = 2", 8_600, 0.02, 400, 2),
            regression_ladder(Fitted::Poisson, "Poisson, w = .4, p = 1", 9_700, 0.026, 800, 1),
        ],
    }
}
