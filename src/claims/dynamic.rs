//! Weights that change by generation.

use goldenweight_theory::{dynamic as theory, weights};
use nalgebra::DMatrix;

use super::check::{Case, Cell, exact, proof, property, recursion, simulation};
use super::domain::{IDENTITY, MINIMISER, RECURSION, error, holds, law, laws, mixing_ratios, ratio};
use super::{Claim, Exactness, Source, certificate};
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::simulate::engine::Record;
use crate::simulate::gaussian::GaussianSufficient;

pub fn claims() -> Vec<Claim> {
    vec![sequence(), fibonacci(), riccati()]
}

/// The risk of the Gaussian mean at generation t under the first t dynamic weights, which is v_t tr Sigma/n; `expected` is v_t.
fn case(real: usize, synthetic: usize, t: u32, expected: f64) -> Case {
    let k = ratio(real as f64 / synthetic as f64);
    let sequence: Vec<f64> = theory::weights(&weights::law(&k)).take(t as usize).collect();
    let simulator = GaussianSufficient::new(DMatrix::identity(3, 3), Rows { real, synthetic });
    let cell = Cell::new(Rows { real, synthetic }, 3, 1.0, Record::At(vec![t])).with_weights(sequence);
    Case::new(cell, simulator, 0, expected * 3.0 / real as f64)
}

/// The risk of a generation under the weight w, where that of the generation before is e.
fn after(&(fresh, synthetic, excess): &(f64, f64, f64), e: f64, w: f64) -> f64 {
    w * w * fresh + (1.0 - w) * (1.0 - w) * (synthetic + (1.0 + excess) * e)
}

fn sequence() -> Claim {
    Claim {
        id: "dynamic-weights",
        statement: "given the generations before, the risk of generation t is least at the weight w_t = v_t, v_t = P/(1 + P), P = κ + ρv_{t−1}, v_0 = 1; it is then v_t A_r/ν_n",
        domain: "κ > 0, ρ > 0, t >= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("dynamic-weights"),
            exact("completed square, in symbols", certificate::dynamic::sequence).consequence(),
            recursion("minimum of the risk of each generation, by Brent's method", MINIMISER, || {
                let laws = [(1.0, 1.0, 0.0), (1.0, 0.1, 0.0), (2.0, 3.0, -0.2), (0.5, 0.5, 0.3)];
                let cases = laws.iter().flat_map(|c| {
                    let mut e = c.0;
                    let sequence: Vec<f64> = theory::weights(&law(c)).take(6).collect();
                    sequence.into_iter().enumerate().map(move |(t, weight)| {
                        let next = |w: f64| after(c, e, w);
                        let best = minimise(&|w| next(w), (0.0, 1.0)).at;
                        e = next(best);
                        (format!("{c:?}, t = {}", t + 1), weight, best)
                    })
                });
                cases.collect()
            })
            .by("the risk of each generation, minimised", &["dynamic::after"]),
            property(
                "the risk under them is v_t, and no other sequence is below",
                "((A_r/ν_n, A_s/ν_m, ρ − 1), weights)",
                || (laws(), proptest::collection::vec(0.0..1.0f64, 1..20)),
                |(c, others)| {
                    let weights: Vec<f64> = theory::weights(&law(c)).take(others.len()).collect();
                    let risk = |weights: &[f64]| weights.iter().fold(c.0, |e, w| after(c, e, *w));
                    let best = risk(&weights);
                    error(best, weights[weights.len() - 1] * c.0, 10.0 * IDENTITY)
                        .max(holds(risk(others) >= best * (1.0 - 10.0 * IDENTITY)))
                },
            )
            .by("the risk of each generation, minimised", &["dynamic::after"]),
            simulation(
                "risk of the Gaussian mean at n : m = 1 : 4",
                600_000,
                0.015,
                vec![
                    // P = 1/4 + 1, v_1 = 5/9; P = 1/4 + 5/9 = 29/36, v_2 = 29/65.
                    case(20, 80, 1, 5.0 / 9.0),
                    case(20, 80, 2, 29.0 / 65.0),
                ],
            ),
        ],
    }
}

fn fibonacci() -> Claim {
    Claim {
        id: "dynamic-fibonacci",
        statement: "at k = 1 and ρ = 1 these weights w_t (dynamic-weights) are 2/3, 5/8, 13/21, ... = F_{2t+1}/F_{2t+2}, ratios of Fibonacci numbers",
        domain: "k = 1, t >= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("dynamic-fibonacci"),
            exact("200 generations in exact rationals", certificate::dynamic::fibonacci)
                .by("Fibonacci numbers, added up", &["certificate::dynamic::fibonacci_ratios"]),
            simulation(
                "risk of the Gaussian mean at n = m",
                600_000,
                0.015,
                vec![case(30, 30, 1, 2.0 / 3.0), case(30, 30, 3, 13.0 / 21.0), case(30, 30, 5, 89.0 / 144.0)],
            ),
        ],
    }
}

/// What so many applications of v -> (k + v)/(1 + k + v) make of 1.
fn mapped(k: f64, times: u32) -> f64 {
    (0..times).fold(1.0, |v, _| (k + v) / (1.0 + k + v))
}

fn riccati() -> Claim {
    Claim {
        id: "dynamic-riccati",
        statement: "at ρ = 1 the weights w_t of dynamic-weights decrease to w*, the fixed point of v → (k + v)/(1 + k + v): no sequence of weights has less risk in the long run than w* for ever",
        domain: "k > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("dynamic-riccati"),
            exact("rational fixed points", certificate::dynamic::riccati).consequence(),
            recursion("after 10,000 generations", RECURSION, || {
                let far = |k: f64| theory::weights(&weights::law(&ratio(k))).nth(10_000).expect("without end");
                let case = |k: f64| {
                    let mapped = mapped(k, 10_001);
                    [
                        (format!("w*, k = {k}"), weights::optimal_weight(&ratio(k)), mapped),
                        (format!("w_t, k = {k}"), far(k), mapped),
                    ]
                };
                [1e-4, 0.01, 0.25, 1.0, 4.0, 1e6].into_iter().flat_map(case).collect()
            })
            .by("the map, applied 10,000 times", &["dynamic::mapped"]),
            property("w* is the fixed point, and they decrease towards it", "k", mixing_ratios, |&k| {
                let w = weights::optimal_weight(&ratio(k));
                let first: Vec<f64> = theory::weights(&weights::law(&ratio(k))).take(8).collect();
                let slack = 1.0 + 10.0 * IDENTITY;
                error((k + w) / (1.0 + k + w), w, IDENTITY)
                    .max(holds(first.windows(2).all(|v| v[1] <= v[0] * slack) && first[7] >= w / slack))
            })
            .consequence(),
        ],
    }
}
