//! Several models that feed one another.

use goldenweight_recursion::models::{categorical::CategoricalSufficient, gaussian::GaussianSufficient};
use goldenweight_recursion::{Schedule, network as retrained};
use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::network::{
    Incoming, Limit, Network, Node, exchangeable_risk, exchangeable_slope, exchangeable_threshold, exchangeable_weight,
};
use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio, SampleSizes};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::check::{Case, Cell, exact, proof, property, recursion, simulation};
use super::domain::{IDENTITY, RECURSION, holds, ratio};
use super::linked::Model;
use super::{Claim, Exactness, Source, certificate, linked};
use crate::experiment::Rows;
use crate::simulate::engine::Record;
use crate::simulate::{Scheduled, Setting, Simulator};

pub fn claims() -> Vec<Claim> {
    vec![law(), boundedness(), rescue(), ring(), exchangeable(), variance()]
}

/// A model with real rows.
fn grounded(real: (u64, u64), from: &[(usize, u64, u64)]) -> Model {
    Model { start: real.0, real: Some(real), from: from.to_vec() }
}

/// A model without.
fn fed(start: u64, from: &[(usize, u64, u64)]) -> Model {
    Model { start, real: None, from: from.to_vec() }
}

/// Two models with real rows that learn from each other, and a third one that sees only their rows.
pub(super) fn teachers() -> Vec<Model> {
    of_scale(1)
}

/// The same with so many times the rows.
fn of_scale(scale: u64) -> Vec<Model> {
    vec![
        grounded((20 * scale, 5), &[(1, 10 * scale, 5)]),
        grounded((10 * scale, 3), &[(0, 15 * scale, 5), (1, 12 * scale, 2)]),
        fed(8 * scale, &[(0, 30 * scale, 1), (1, 20 * scale, 1)]),
    ]
}

/// Two models that are fitted on each other's rows alone, and a third one with real rows that listens to the first.
pub(super) fn echo() -> Vec<Model> {
    vec![fed(30, &[(1, 30, 1)]), fed(40, &[(0, 40, 1)]), grounded((20, 4), &[(2, 20, 3), (0, 20, 3)])]
}

/// A ring of so many models without real rows, whose first one has half of its weight on rows of a model that sees real rows alone.
pub(super) fn rescued(models: usize) -> Vec<Model> {
    let before = |i: usize| (i + models - 1) % models;
    let link = |i: usize| {
        let ring = (before(i), 40, 1);
        if i == 0 { fed(40, &[ring, (models, 60, 1)]) } else { fed(40, &[ring]) }
    };
    (0..models).map(link).chain([grounded((50, 1), &[])]).collect()
}

/// A ring of so many models with half of the weight on real rows.
pub(super) fn in_a_ring(models: usize) -> Vec<Model> {
    (0..models).map(|i| grounded((10, 1), &[((i + models - 1) % models, 8, 1)])).collect()
}

/// So many models that all see one another; `real` of the parts, which are so many in total for each model.
pub(super) fn alike(models: usize, (n, m): (u64, u64), real: u64, others: u64) -> Vec<Model> {
    let from: Vec<_> = (0..models).map(|other| (other, m, others)).collect();
    vec![grounded((n, real), &from); models]
}

/// The network of these models, in which a sample of so many rows of the truth has the risk `noise` and rho - 1 is `excess`.
pub(super) fn network<S: Scalar>(models: &[Model], noise: impl Fn(u64) -> S, excess: impl Fn(u64) -> S) -> Network<S> {
    let node = |model: &Model| {
        let whole = model.real.map_or(0, |(_, part)| part) + model.from.iter().map(|(_, _, part)| part).sum::<u64>();
        let weight = |part: u64| S::ratio(part as i64, whole as i64);
        Node {
            start: noise(model.start),
            real: model.real.map(|(rows, part)| (weight(part), noise(rows))),
            incoming: model
                .from
                .iter()
                .map(|&(from, rows, part)| Incoming {
                    from,
                    weight: weight(part),
                    noise: noise(rows),
                    excess: excess(rows),
                })
                .collect(),
        }
    };
    Network::new(models.iter().map(node).collect())
}

/// Means of rows of variance 1.
pub(super) fn means<S: Scalar>(models: &[Model]) -> Network<S> {
    network(models, |rows| S::ratio(1, rows as i64), |_| S::ratio(0, 1))
}

/// Shares of a cell, in units of p (1 - p).
pub(super) fn shares<S: Scalar>(models: &[Model]) -> Network<S> {
    network(models, |rows| S::ratio(1, rows as i64), |rows| S::ratio(-1, rows as i64))
}

/// The modes 2V + U and V - U of a covariance with these tr Sigma^2 and (tr Sigma)^2.
pub(super) fn modes<S: Scalar>(models: &[Model], square: &S, trace: &S) -> [Network<S>; 2] {
    let of = |rows: u64| -> [Recursion<S>; 2] {
        let degrees = DegreesOfFreedom::new(SampleSizes::new(rows, rows).expect("rows")).expect("two rows or more");
        CovarianceSystem::new(square.clone(), trace.clone(), degrees).modes()
    };
    [0, 1].map(|mode| network(models, |rows| of(rows)[mode].synthetic.clone(), |rows| of(rows)[mode].excess.clone()))
}

/// The risk of a covariance, from its modes.
pub(super) fn of_modes<S: Scalar>(modes: &[Network<S>; 2], t: u32, i: usize, j: usize) -> S {
    let [a, b] = [0, 1].map(|mode: usize| modes[mode].after(t).between(i, j));
    (a + b) / S::ratio(3, 1)
}

/// These models as they are simulated.
pub(super) fn schedule(models: &[Model]) -> retrained::Network {
    let node = |model: &Model| retrained::Node {
        start: model.start as usize,
        real: model.real.map_or((0, 0.0), |(rows, part)| (rows as usize, model.weight(part))),
        synthetic: model.from.iter().map(|&(from, rows, part)| (from, rows as usize, model.weight(part))).collect(),
    };
    retrained::Network::new(models.iter().map(node).collect())
}

/// What is simulated of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rowed {
    /// The mean, in two dimensions, Sigma = I.
    Mean,
    /// The covariance, in two dimensions, Sigma = I.
    Covariance,
    /// Four cells.
    Cells,
}

impl Rowed {
    const fn dim(self) -> usize {
        if matches!(self, Self::Cells) { 4 } else { 2 }
    }

    /// The name of the loss.
    const fn loss(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Covariance => "covariance",
            Self::Cells => "probabilities",
        }
    }

    /// Under this schedule.
    pub(super) fn under(self, schedule: impl Schedule + 'static) -> Scheduled {
        let rows = Rows { real: 1, synthetic: 1 };
        let simulator: Box<dyn Simulator> = match self {
            Self::Cells => Box::new(Setting::of(CategoricalSufficient::new(vec![0.05, 0.15, 0.3, 0.5]), rows)),
            _ => Box::new(Setting::of(GaussianSufficient::new(DMatrix::identity(2, 2)), rows)),
        };
        Scheduled { simulator, schedule: Box::new(schedule) }
    }
}

/// The risk of a node at generation t.
fn case(what: Rowed, models: &[Model], node: usize, t: u32, name: &'static str, expected: f64) -> Case {
    let model = &models[node];
    let rows = Rows {
        real: model.real.map_or(model.start, |(rows, _)| rows) as usize,
        synthetic: model.from.first().map_or(1, |&(_, rows, _)| rows) as usize,
    };
    let weight = model.real.map_or(0.0, |(_, part)| model.weight(part));
    let cell = Cell::new(rows, what.dim(), weight, Record::At(vec![t])).named(name);
    let simulator = what.under(schedule(models));
    // The losses of one node stand after those of another.
    let losses = simulator.losses();
    let own = losses.iter().position(|name| *name == what.loss()).expect("a loss of the model");
    Case::new(cell, simulator, node * losses.len() + own, expected)
}

/// sum p (1 - p) of the simulated cells.
const CELLS: f64 = 0.635;

/// Entries i <= j of a law against another computation, at a place with this name.
fn entries(name: &str, size: usize, law: impl Fn(usize, usize) -> f64, found: &[f64]) -> Vec<(String, f64, f64)> {
    let pairs = (0..size).flat_map(|i| (0..=i).map(move |j| (i, j)));
    // Where no noise is shared both are 0.
    pairs
        .filter(|(i, j)| found[i * size + j] > 0.0)
        .map(|(i, j)| (format!("{name}, {i} and {j}"), law(i, j), found[i * size + j]))
        .collect()
}

/// A model that has half of its weight on each of two others, with so many rows that their noise is small: a quarter of the sum of their risks and twice their covariance.
pub(super) fn probed() -> Vec<Model> {
    let mut models = teachers();
    models[2] = fed(8, &[(0, 1_000_000, 1), (1, 1_000_000, 1)]);
    models
}

fn law() -> Claim {
    let mean = |models: &[Model], node, t| 2.0 * means::<f64>(models).after(t).between(node, node);
    Claim {
        id: "network-law",
        statement: "models that are fitted on real rows (weight r_i) and on rows of one another's models of the generation before (weights W_ij, m_ij rows) have errors \
                    with the covariances C' = W C W' + D, D diagonal, D_ii = r_i² A_r/ν_n + Σ_j W_ij² (A_s/ν_m + (ρ − 1) C_jj): for the mean, cell probabilities, the \
                    distribution function and, in two modes, the covariance",
        domain: "every network, weights that sum to 1 in each node, every number of rows and t",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("samples of two models enumerated", certificate::network::enumerated)
                .by("all samples of two models, enumerated", &["linked::enumerated"]),
            exact("products of entries of covariances in rationals", certificate::network::covariances)
                .by("products of two entries of two covariances", &["linked::covariances"]),
            recursion("ancestors of two rows, and paths of all noises", RECURSION, || {
                let named = [
                    ("teachers", teachers()),
                    ("echo", echo()),
                    ("rescued ring", rescued(4)),
                    ("all", alike(5, (9, 7), 2, 1)),
                ];
                let places =
                    named.into_iter().flat_map(|(name, models)| [1, 2, 5, 40].map(|t| (name, models.clone(), t)));
                places
                    .flat_map(|(name, models, t)| {
                        let (cells, noises) = (shares::<f64>(&models).after(t), means::<f64>(&models).after(t));
                        let size = models.len();
                        [
                            entries(
                                &format!("{name}, shares, t = {t}"),
                                size,
                                |i, j| cells.between(i, j),
                                &linked::same_ancestor(&models, t),
                            ),
                            entries(
                                &format!("{name}, means, t = {t}"),
                                size,
                                |i, j| noises.between(i, j),
                                &linked::by_noises(&models, t),
                            ),
                        ]
                    })
                    .flatten()
                    .collect()
            })
            .by("ancestors of two rows, and paths of all noises", &["linked::same_ancestor", "linked::by_noises"]),
            simulation(
                "mean",
                60_000,
                0.05,
                vec![case(Rowed::Mean, &teachers(), 1, 4, "second teacher", mean(&teachers(), 1, 4))],
            ),
            simulation(
                "cells",
                60_000,
                0.05,
                vec![case(
                    Rowed::Cells,
                    &teachers(),
                    2,
                    4,
                    "student",
                    CELLS * shares::<f64>(&teachers()).after(4).between(2, 2),
                )],
            ),
            simulation(
                "covariance",
                120_000,
                0.05,
                vec![case(
                    Rowed::Covariance,
                    &of_scale(2),
                    2,
                    3,
                    "student",
                    of_modes(&modes(&of_scale(2), &2.0, &4.0), 3, 2, 2),
                )],
            ),
            simulation(
                "covariance of two models, by a third",
                60_000,
                0.05,
                vec![case(Rowed::Mean, &probed(), 2, 5, "half of each", mean(&probed(), 2, 5))],
            ),
        ],
    }
}

/// Graphs of up to seven models: real rows in half of them, up to three edges to each.
fn graphs() -> impl Strategy<Value = Vec<Vec<Model>>> {
    let node = |size: usize| {
        let edges = prop::collection::btree_map(0..size, (2..20u64, 1..4u64), 1..=3.min(size));
        (prop::option::weighted(0.35, (2..20u64, 1..4u64)), edges).prop_map(|(real, edges)| Model {
            start: 10,
            real,
            from: edges.into_iter().map(|(from, (rows, part))| (from, rows, part)).collect(),
        })
    };
    let graph = (1..8usize).prop_flat_map(move |size| prop::collection::vec(node(size), size));
    prop::collection::vec(graph, 4)
}

/// A name with its models.
type Named = (&'static str, Vec<Model>);

/// Named graphs, with real rows and without.
fn named() -> Vec<Named> {
    let mut chain = vec![grounded((10, 1), &[])];
    chain.extend((1..5).map(|i| fed(10, &[(i - 1, 10, 1)])));
    let mut headless = chain.clone();
    headless[0] = fed(10, &[(0, 10, 1)]);
    let star = |centre: Model| [centre].into_iter().chain((0..4).map(|i| fed(10 + i, &[(0, 12, 1)]))).collect();
    let complete = |real: u64| -> Vec<Model> {
        let from: Vec<_> = (0..4).map(|other| (other, 9, 1)).collect();
        (0..4).map(|i| if i < real { grounded((10, 2), &from) } else { fed(10, &from) }).collect()
    };
    // Cycles of two and of four edges: the period is 2.
    let periodic = |first: Model| vec![first, fed(12, &[(0, 8, 1)]), fed(10, &[(1, 9, 1)]), fed(10, &[(2, 7, 1)])];
    vec![
        ("ring", (0..5).map(|i| fed(10, &[((i + 4) % 5, 10 + i as u64, 1)])).collect()),
        ("ring with real rows", in_a_ring(5)),
        ("star", star(grounded((10, 1), &[(0, 10, 1)]))),
        ("star without real rows", star(fed(10, &[(0, 10, 1)]))),
        ("chain", chain),
        ("chain without real rows", headless),
        ("complete, one with real rows", complete(1)),
        ("complete without real rows", complete(0)),
        (
            "two classes with one edge",
            vec![
                fed(10, &[(1, 10, 1)]),
                fed(10, &[(0, 9, 2), (1, 8, 1)]),
                grounded((10, 2), &[(3, 8, 1), (1, 10, 1)]),
                fed(10, &[(2, 12, 1)]),
            ],
        ),
        ("period 2 without real rows", periodic(fed(10, &[(1, 10, 1), (3, 11, 2)]))),
        ("period 2 with real rows", periodic(grounded((10, 1), &[(1, 10, 1), (3, 11, 2)]))),
        (
            "two closed classes",
            vec![fed(10, &[(0, 9, 1)]), fed(10, &[(1, 5, 1)]), fed(9, &[(0, 20, 2), (1, 20, 1), (2, 4, 1)])],
        ),
        ("rescued ring", rescued(3)),
    ]
}

/// Doublings after which risks are compared: 2^24 generations.
const DOUBLINGS: u32 = 24;

fn boundedness() -> Claim {
    Claim {
        id: "network-boundedness",
        statement: "the mean's risk stays bounded in every model exactly where no class of models that feed one another has a cycle, no weight on real rows and no edge from outside. \
                    Where such a class is, its models diverge, and all that it feeds, and no others: by dπ′Dπ per generation, on average over its period d, π the stationary \
                    law of its W",
        domain: "every network; also regressions in the limit of many rows. Frequencies saturate there",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("every graph of up to three models", certificate::network::every_graph)
                .by("the determinant of I − W, expanded", &["linked::determinant"]),
            property(
                "2,048 graphs: the growth of each model's risk over 2^40 generations",
                "graphs",
                graphs,
                |graphs| {
                    let of = |models: &Vec<Model>| {
                        let diverges = means::<f64>(models).limit().diverges;
                        let risks = linked::doubled(models, 40);
                        // A line through the origin doubles; what is bounded has settled: over seven models a part of 1/12 on real rows leaves (1 - 12^-7)^(2^40).
                        let grows = |[once, twice]: &[f64; 2]| twice / once > 1.5;
                        holds(risks.iter().map(grows).eq(diverges))
                    };
                    graphs.iter().map(of).fold(holds(true), |worst, found| worst.max(found))
                },
            )
            .by("2^40 generations, by doubling", &["linked::doubled"]),
            // A period of 5 that is not whole leaves up to 5/2^24 = 3e-7 of a slope; the powers of W carry 2^24 roundings, 2e-9.
            recursion("named graphs: slopes and limits after 2^24 generations", 1e-6, || {
                let of = |(name, models): Named| {
                    let Limit { diverges, slopes, .. } = means::<f64>(&models).limit();
                    let limit = means::<f64>(&models).limit();
                    let compared = move |(i, [once, twice]): (usize, [f64; 2])| {
                        let slope = (twice - once) / f64::from(1 << DOUBLINGS);
                        match diverges[i] {
                            true => (format!("{name}, model {i}: slope"), slopes[i].unwrap_or(f64::NAN), slope),
                            false => (format!("{name}, model {i}: limit"), limit.risk(i), twice),
                        }
                    };
                    linked::doubled(&models, DOUBLINGS).into_iter().enumerate().map(compared)
                };
                named().into_iter().flat_map(of).collect()
            })
            .by("2^24 generations, by doubling", &["linked::doubled"]),
            simulation(
                "a listener that collapses with its source",
                60_000,
                0.05,
                vec![case(Rowed::Mean, &echo(), 2, 6, "listener", 2.0 * means::<f64>(&echo()).after(6).between(2, 2))],
            ),
        ],
    }
}

/// Limit risk of the first of K models in a ring without real rows, in which it has the weight eps on m' rows of a model that sees n real rows alone: A = 1.
pub(super) fn rescued_risk<S: Scalar>(models: u64, eps: &S, (n, m, from_outside): (u64, u64, u64)) -> S {
    let kept = (S::one() - eps.clone()).sqr();
    let outside = S::ratio(1, n as i64) + S::ratio(1, from_outside as i64);
    (eps.sqr() * outside + kept.clone() * S::ratio(models as i64, m as i64)) / (S::one() - kept)
}

fn rescue() -> Claim {
    Claim {
        id: "network-rescue",
        statement: "one edge from a model with real rows rescues a class: in a ring of K models without real rows, m rows each, of which one has the weight ε > 0 on m′ rows of a model \
                    of n real rows, that one's limit risk is (ε²(A/n + A/m′) + K(1 − ε)² A/m)/(1 − (1 − ε)²), and each later one's is A/m more",
        domain: "the mean; K, n, m, m′ >= 1, 0 < ε <= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("all pairs of models in one system, in rationals", certificate::network::rescued)
                .by("all pairs of models in one linear system", &["linked::solved"]),
            recursion("paths of all noises, t = 400", RECURSION, || {
                let of = |models: u64| {
                    let found = linked::by_noises(&rescued(models as usize), 400);
                    // 50 real rows, 40 rows each, 60 of outside: as in `rescued`. What is left of the start is 4^(-400/K).
                    let law = rescued_risk(models, &0.5, (50, 40, 60));
                    (format!("K = {models}"), law, found[0])
                };
                [1, 2, 3, 5].map(of).into()
            })
            .by("paths of all noises", &["linked::by_noises"]),
            // At t = 16 a part of 4^-8 is left of the start.
            simulation(
                "a ring of two",
                60_000,
                0.05,
                vec![case(Rowed::Mean, &rescued(2), 0, 16, "rescued", 2.0 * rescued_risk(2, &0.5, (50, 40, 60)))],
            ),
        ],
    }
}

/// The single model of a ring: 10 real rows and 8 synthetic ones, w = 1/2.
fn single() -> Recursion<f64> {
    Recursion::new(0.1, 0.125, 0.0)
}

fn ring() -> Claim {
    Claim {
        id: "network-ring",
        statement: "a ring of models, each fitted on real rows and on rows of the one before it, is one model: every model has the risk of a single one at every generation, and no two are correlated",
        domain: "rings of K >= 1 equal models; every n, m, w and t; every model of the one recursion",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("network-ring"),
            exact("samples of a ring of two, enumerated", certificate::network::ring)
                .by("all samples of a ring, enumerated", &["linked::enumerated"]),
            recursion("paths of all noises", RECURSION, || {
                let of = |(models, t): (usize, u32)| {
                    let found = linked::by_noises(&in_a_ring(models), t);
                    (format!("K = {models}, t = {t}"), single().risk_at(&0.5, t), found[models + 1])
                };
                [(2, 1), (2, 9), (3, 4), (7, 5), (7, 50)].map(of).into()
            })
            .by("paths of all noises", &["linked::by_noises"]),
            simulation(
                "a ring of four",
                60_000,
                0.05,
                vec![case(Rowed::Mean, &in_a_ring(4), 3, 4, "one of four", 2.0 * single().risk_at(&0.5, 4))],
            ),
        ],
    }
}

fn exchangeable() -> Claim {
    let k = |(n, m): (u64, u64)| -> MixingRatio { SampleSizes::new(n, m).expect("rows").mixing_ratio() };
    Claim {
        id: "network-exchangeable",
        statement: "K models that all see one another, each fitted on n real rows and on m rows of every one, have the relative limit risk (w² + u²κ)(1 + u²/(K(1 − u²))), κ = k/K. The \
                    weight that minimises it is the only root in (0, 1) of (K − 1)w²(2 − w)²((1 + κ)w − κ) + w² + κw − κ: golden at K = 1, .44469 at K = 2 and .35224 at K = 3 (k = 1), and \
                    as K grows at fixed κ it falls to pooling, κ/(1 + κ): many independent teachers are worth real rows. At fixed k it falls like (k/(4K²))^{1/3}, above pooling, which costs \
                    less than 1 + 1/(2k) times the least risk, and nearly so much for many models",
        domain: "the mean, and every model with ρ = 1 in the limit of many rows; K, n, m >= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("network-exchangeable"),
            exact("the limit, all pairs of models in one system", certificate::network::exchangeable)
                .by("all pairs of models in one linear system", &["linked::solved"]),
            exact("the optimum: sign changes, and fifth degree at K = 2 and 3", certificate::network::optimum)
                .consequence(),
            exact("many models at a fixed ratio, and the cost of pooling, in rationals", certificate::network::many)
                .consequence(),
            property(
                "between pooling and the golden weight, falling in K; other weights are worse",
                "(k, K, w)",
                || ((-3.0..3.0f64).prop_map(|e| libm::pow(10.0, e)), 1..200u64, 0.001..1.0f64),
                |&(k, models, other)| {
                    let (k, kappa) = (ratio(k), k / models as f64);
                    let [best, next] = [models, models + 1].map(|models| exchangeable_weight(&k, models));
                    let golden = 2.0 / (1.0 + (1.0 + 4.0 / kappa).sqrt());
                    let slope = exchangeable_slope(&k, models, &other);
                    let risk = |w: f64| exchangeable_risk(&k, models, &w);
                    holds(
                        kappa / (1.0 + kappa) <= best * (1.0 + IDENTITY)
                            && best <= golden * (1.0 + IDENTITY)
                            && next < best,
                    )
                    .max(holds(risk(best) <= risk(other) * (1.0 + IDENTITY)))
                    .max(holds((slope > 0.0) == (other > best) || (other / best - 1.0).abs() < IDENTITY))
                },
            )
            .consequence(),
            recursion("paths of all noises, t = 300", RECURSION, move || {
                let of = |(models, sizes, real, others): (usize, (u64, u64), u64, u64)| {
                    let all = alike(models, sizes, real, others);
                    let w = real as f64 / (real + others * models as u64) as f64;
                    let law = exchangeable_risk(&k(sizes), models as u64, &w) / sizes.0 as f64;
                    (format!("K = {models}, w = {w}"), law, linked::by_noises(&all, 300)[0])
                };
                [(1, (9, 7), 3, 2), (2, (9, 7), 2, 3), (3, (5, 20), 1, 2), (6, (20, 3), 5, 1)].map(of).into()
            })
            .by("paths of all noises", &["linked::by_noises"]),
            simulation(
                "three models at their optimum",
                60_000,
                0.05,
                vec![{
                    // .35224 in parts of 100,000, of which the three share the rest. At t = 12 a part of 3e-5 is left of the start.
                    let all = alike(3, (10, 10), 35_224 * 3, 64_776);
                    let expected = 2.0 * exchangeable_risk(&k((10, 10)), 3, &0.352_24) / 10.0;
                    case(Rowed::Mean, &all, 0, 12, "one of three", expected)
                }],
            ),
        ],
    }
}

/// Two models with a twentieth of the weight on real rows, of so many rows.
pub(super) fn weakly_grounded(rows: u64) -> Vec<Model> {
    vec![grounded((8, 5), &[(0, rows, 50), (1, rows, 45)]), grounded((8, 5), &[(0, rows, 45), (1, rows, 50)])]
}

fn variance() -> Claim {
    // The variance of one dimension, by its first mode.
    let growth = |models: &[Model]| modes(models, &1.0, &1.0)[0].limit().growth[0].expect("a cycle").middle();
    Claim {
        id: "network-variance",
        statement: "for variances and covariances the graph alone does not decide: they stay bounded exactly where C → WCW′ + diag(Σ_j W_ij² 2C_jj/(m_ij − 1)) has spectral radius below 1 in every \
                    class. Two models with the weight .05 on real rows, .5 and .45 on 6 rows of their own and of the other, diverge by a factor of 1.0020. K exchangeable models need \
                    u² < 2/(1 + a + √((1 + a)² − 4a(1 − 1/K))), a = 2/(K(m − 1))",
        domain: "every network; m >= 2",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("the threshold's polynomial changes sign; two models in rationals", certificate::network::thresholds)
                .by("products of two entries of two covariances", &["linked::covariances"]),
            // Raw moments after 3000 generations: the other eigenvalues have died out.
            recursion("raw second moments over 3000 generations", RECURSION, move || {
                let named = [
                    ("two, m = 6", weakly_grounded(6)),
                    ("two, m = 9", weakly_grounded(9)),
                    ("three alike", alike(3, (9, 5), 1, 3)),
                    ("two that see each other alone", echo()[..2].to_vec()),
                ];
                let of = |(name, models): Named| (name.to_owned(), growth(&models), linked::growth(&models, 3000));
                let threshold = |(models, m): (usize, u64)| {
                    // In parts of 10^9: the threshold to nine digits.
                    let parts = 1_000_000_000.0;
                    let w: f64 = exchangeable_threshold(models as u64, m - 1);
                    let others = ((1.0 - w) * parts) as u64;
                    let at = others as f64 * models as f64
                        / (others as f64 * models as f64 + libm::floor(w * parts * models as f64));
                    let all = alike(models, (9, m), (w * parts * models as f64) as u64, others);
                    let expected = (at / (1.0 - w)).powi(2);
                    (format!("at the threshold, K = {models}, m = {m}"), expected, linked::growth(&all, 3000))
                };
                named.map(of).into_iter().chain([(1, 10), (2, 10), (5, 4)].map(threshold)).collect()
            })
            .by("raw second moments over 3000 generations", &["linked::growth"]),
            simulation(
                "two weakly grounded models",
                120_000,
                0.06,
                vec![case(
                    Rowed::Covariance,
                    &weakly_grounded(9),
                    1,
                    2,
                    "m = 9",
                    of_modes(&modes(&weakly_grounded(9), &2.0, &4.0), 2, 1, 1),
                )],
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The named graphs are what they are called.
    #[test]
    fn named_graphs_have_their_classes() {
        let periods: Vec<_> = named()
            .into_iter()
            .map(|(_, models)| {
                means::<f64>(&models).classes().all.iter().map(|class| (class.period, class.closed)).collect()
            })
            .collect::<Vec<Vec<_>>>();
        assert_eq!(periods[0], [(5, true)]);
        assert_eq!(periods[1], [(5, false)]);
        assert_eq!(periods[9], [(2, true)]);
        assert_eq!(periods[10], [(2, false)]);
        assert_eq!(periods[11], [(1, true), (1, true), (1, false)]);
    }

    #[test]
    fn noises_and_ancestors_agree_on_one_generation() {
        let models = teachers();
        assert_eq!([linked::by_noises(&models, 0)[4], linked::same_ancestor(&models, 0)[4]], [0.1, 0.1]);
    }
}
