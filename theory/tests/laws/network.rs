//! Several models: against the full recursion by loops over all indices, iterated until nothing moves; classes by reachability; digits.

use goldenweight_theory::network::{
    Incoming, Network, Node, exchangeable_risk, exchangeable_slope, exchangeable_threshold, exchangeable_weight,
};
use goldenweight_theory::parameters::MixingRatio;
use goldenweight_theory::scalar::Scalar;
use proptest::prelude::*;

use crate::support::{Q, around, assert_close, cases, exact, q, sign, sizes};

/// Weights: for each node real rows (weight, rows), and for each node that feeds it (node, weight, rows).
type Fed = (Option<(i64, i64)>, Vec<(usize, i64, i64)>);
type Graph = Vec<Fed>;

/// Whole parts of each node's total, which are made to sum to 1.
fn network<S: Scalar>(graph: &Graph, excess: impl Fn(i64) -> S) -> Network<S> {
    let node = |(real, incoming): &Fed| {
        let total = real.map_or(0, |(part, _)| part) + incoming.iter().map(|(_, part, _)| part).sum::<i64>();
        let edge = |&(from, part, rows): &(usize, i64, i64)| Incoming {
            from,
            weight: S::ratio(part, total),
            noise: S::ratio(1, rows),
            excess: excess(rows),
        };
        Node {
            start: S::ratio(1, 7),
            real: real.map(|(part, rows)| (S::ratio(part, total), S::ratio(1, rows))),
            incoming: incoming.iter().map(edge).collect(),
        }
    };
    Network::new(graph.iter().map(node).collect())
}

/// One generation, by loops over all indices of full matrices.
fn stepped<S: Scalar>(network: &Network<S>, c: &[Vec<S>]) -> Vec<Vec<S>> {
    let size = c.len();
    let zero = S::ratio(0, 1);
    let mut w = vec![vec![zero.clone(); size]; size];
    for (i, node) in network.nodes().iter().enumerate() {
        for edge in &node.incoming {
            w[i][edge.from] = edge.weight.clone();
        }
    }
    let mut out = vec![vec![zero.clone(); size]; size];
    for (i, j) in (0..size).flat_map(|i| (0..size).map(move |j| (i, j))) {
        for (k, l) in (0..size).flat_map(|k| (0..size).map(move |l| (k, l))) {
            out[i][j] = out[i][j].clone() + w[i][k].clone() * w[j][l].clone() * c[k][l].clone();
        }
        if i == j {
            let node = &network.nodes()[i];
            if let Some((weight, noise)) = &node.real {
                out[i][i] = out[i][i].clone() + weight.sqr() * noise.clone();
            }
            for edge in &node.incoming {
                let passed = edge.noise.clone() + edge.excess.clone() * c[edge.from][edge.from].clone();
                out[i][i] = out[i][i].clone() + edge.weight.sqr() * passed;
            }
        }
    }
    out
}

fn start<S: Scalar>(network: &Network<S>) -> Vec<Vec<S>> {
    let of = |i: usize, j: usize| if i == j { network.nodes()[i].start.clone() } else { S::ratio(0, 1) };
    (0..network.nodes().len()).map(|i| (0..network.nodes().len()).map(|j| of(i, j)).collect()).collect()
}

/// Graphs of up to five nodes, real rows in two thirds of them.
fn graphs() -> impl Strategy<Value = Graph> {
    let edges = |size: usize| prop::collection::btree_map(0..size, (1..5i64, 2..9i64), 1..=size);
    let node = move |size| {
        let edges =
            edges(size).prop_map(|map| map.into_iter().map(|(from, (part, rows))| (from, part, rows)).collect());
        (prop::option::weighted(0.6, (1..4i64, 1..9i64)), edges)
    };
    (1..6usize).prop_flat_map(move |size| prop::collection::vec(node(size), size))
}

/// Nodes j from which i can be reached in one step or more, by Warshall's closure.
fn reached(graph: &Graph) -> Vec<Vec<bool>> {
    let size = graph.len();
    let mut reached = vec![vec![false; size]; size];
    for (to, (_, incoming)) in graph.iter().enumerate() {
        incoming.iter().for_each(|&(from, ..)| reached[to][from] = true);
    }
    for k in 0..size {
        for i in 0..size {
            for j in 0..size {
                reached[i][j] |= reached[i][k] && reached[k][j];
            }
        }
    }
    reached
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn generations_are_those_of_the_full_recursion(graph in graphs(), kind in 0..3i64) {
        let network = network::<Q>(&graph, |m| Q::ratio(kind - 1, m));
        let mut c = start(&network);
        for t in 0..4 {
            let after = network.after(t);
            for (i, j) in (0..graph.len()).flat_map(|i| (0..graph.len()).map(move |j| (i, j))) {
                prop_assert_eq!(after.between(i, j), c[i][j].clone());
            }
            c = stepped(&network, &c);
        }
    }

    /// The graph's condition, by what can be reached from where; and the limit, where the full recursion moves no more. Parts of at least 1/25 on real rows or another class, in graphs
    /// of up to 5 nodes, leave a spectral radius of at most 1 - 1/25^5.
    #[test]
    fn limits_are_those_of_the_full_recursion(graph in graphs(), kind in 0..2i64) {
        let network = network::<f64>(&graph, |m| (kind - 1) as f64 / m as f64);
        let limit = network.limit();
        let reached = reached(&graph);
        let closed = |i: usize| {
            let class: Vec<usize> = (0..graph.len()).filter(|&j| j == i || reached[i][j]).collect();
            class.iter().all(|&j| reached[j][i] && graph[j].0.is_none())
        };
        let ruined = |i: usize| (0..graph.len()).any(|j| (j == i || reached[i][j]) && closed(j));
        for i in 0..graph.len() {
            prop_assert_eq!(limit.diverges[i], kind == 1 && ruined(i));
            prop_assert_eq!(limit.saturates[i], kind == 0 && closed(i));
        }
        let mut c = start(&network);
        let is_slow = |c: &[Vec<f64>], next: &[Vec<f64>]| (0..graph.len()).any(|i| !limit.diverges[i] && (c[i][i] - next[i][i]).abs() > 1e-13 * c[i][i]);
        let mut steps = 0;
        loop {
            let next = stepped(&network, &c);
            steps += 1;
            if steps > 30 && !is_slow(&c, &next) { break }
            prop_assume!(steps < 6_000);
            c = next;
        }
        for (i, j) in (0..graph.len()).flat_map(|i| (0..graph.len()).map(move |j| (i, j))) {
            if !limit.diverges[i] && !limit.diverges[j] {
                // A change of 1e-13 per step may leave a thousand times that.
                prop_assert!((limit.covariance(i, j) - c[i][j]).abs() <= 1e-9 * c[i][i].max(c[j][j]), "{} {}: {} {}", i, j, limit.covariance(i, j), c[i][j]);
            }
        }
    }

    /// The mean growth over 60 generations, a multiple of every period up to 5.
    #[test]
    fn slopes_are_those_of_the_full_recursion(graph in graphs()) {
        let network = network::<f64>(&graph, |_| 0.0);
        let limit = network.limit();
        let run = |c: Vec<Vec<f64>>, t: u32| (0..t).fold(c, |c, _| stepped(&network, &c));
        let first = run(start(&network), 600);
        let second = run(first.clone(), 60);
        let third = run(second.clone(), 600);
        let fourth = run(third.clone(), 60);
        for i in 0..graph.len() {
            let [early, late] = [(second[i][i] - first[i][i]) / 60.0, (fourth[i][i] - third[i][i]) / 60.0];
            let slope = limit.slopes[i].unwrap();
            // Where it has not settled after 600 generations there is nothing to compare.
            if (early - late).abs() <= 1e-9 * late.abs() {
                prop_assert!((slope - late).abs() <= 1e-8 * late.abs().max(1e-6), "{}: {} {}", i, slope, late);
            }
        }
    }

    /// The variance grows where the full recursion does, by the same factor.
    #[test]
    fn variances_grow_as_in_the_full_recursion(graph in graphs()) {
        let network = network::<f64>(&graph, |m| 2.0 / (m - 1) as f64);
        let limit = network.limit();
        let most = limit.growth.iter().flatten().map(|growth| growth.middle()).fold(0.0, f64::max);
        prop_assume!(!(0.98..=1.02).contains(&most));
        let trace = |c: &[Vec<f64>]| (0..c.len()).map(|i| c[i][i]).sum::<f64>();
        let first = (0..400).fold(start(&network), |c, _| stepped(&network, &c));
        let second = (0..60).fold(first.clone(), |c, _| stepped(&network, &c));
        if most > 1.02 {
            let factor = (trace(&second) / trace(&first)).powf_sixtieth();
            // Five classes of one factor grow as t^4 times its power: (460/400)^(4/60) = 1.0094.
            prop_assert!((factor / most - 1.0).abs() < 1e-2, "{} {}", factor, most);
            prop_assert!(limit.diverges.iter().any(|diverges| *diverges));
        } else {
            prop_assert!(limit.diverges.iter().all(|diverges| !diverges));
            for (i, row) in second.iter().enumerate() {
                // 0.98^460 = 9e-5 of the start may be left.
                prop_assert!((limit.risk(i) / row[i] - 1.0).abs() < 1e-3);
            }
        }
    }
}

trait Root {
    fn powf_sixtieth(self) -> f64;
}

impl Root for f64 {
    fn powf_sixtieth(self) -> f64 {
        libm::pow(self, 1.0 / 60.0)
    }
}

/// Digits of an independent computation (mpmath, roots of the polynomials).
#[test]
fn exchangeable_optima() {
    let k = MixingRatio::new(1.0).unwrap();
    let digits = [(1, 0.618_033_988_749_9), (2, 0.444_691_727_22), (3, 0.352_240_907_02)];
    for (models, digits) in digits {
        assert_close(&format!("{models} models"), exchangeable_weight(&k, models), digits, 2e-11);
    }
    for (models, digits) in [(5, 0.25501), (10, 0.15955), (100, 0.03189)] {
        assert!((exchangeable_weight(&k, models) - digits).abs() < 5e-6);
    }
}

/// In exact rationals the quintics change sign within eight floats of the weights, and so does the slope at other ratios.
#[test]
fn exchangeable_weights_are_roots() {
    let quintic = |coefficients: [i64; 6], w: &Q| coefficients.iter().fold(q(0, 1), |sum, &c| sum * w + q(c, 1));
    for (models, coefficients) in [(2, [3, -13, 16, -2, 1, -1]), (3, [8, -34, 40, -5, 1, -1])] {
        let found = exchangeable_weight(&MixingRatio::new(1.0).unwrap(), models);
        let (low, high) = around(found, 8);
        assert!(
            sign(&quintic(coefficients, &exact(low))) != sign(&quintic(coefficients, &exact(high))),
            "K = {models}"
        );
    }
    for (real, synthetic) in [(1, 1_000_000), (3, 100), (7, 2), (1_000_000, 1)] {
        for models in [1, 2, 3, 17, 1000] {
            let found = exchangeable_weight(&sizes(real, synthetic).mixing_ratio(), models);
            let (low, high) = around(found, 8);
            let slope =
                |w: f64| sign(&exchangeable_slope(&sizes(real, synthetic).mixing_ratio::<Q>(), models, &exact(w)));
            assert!(slope(low).is_lt() && slope(high).is_gt(), "{real}, {synthetic}, {models}");
        }
    }
}

/// The network itself, and the closed form.
#[test]
fn exchangeable_models_are_a_network() {
    let (n, m, models) = (5, 3, 4);
    for w in [0.1, 0.35, 0.9] {
        let u = 1.0 - w;
        let incoming = |from| Incoming { from, weight: u / 4.0, noise: 1.0 / 3.0, excess: 0.0 };
        let node = Node { start: 0.2, real: Some((w, 0.2)), incoming: (0..4).map(incoming).collect() };
        let limit = Network::new(vec![node; 4]).limit();
        let closed = exchangeable_risk(&sizes(n, m).mixing_ratio::<f64>(), models, &w) / 5.0;
        assert_close("risk", limit.risk(2), closed, 1e-14);
        let noise = w * w / 5.0 + u * u / 12.0;
        assert_close("covariance", limit.covariance(0, 3), u * u * noise / (4.0 * w * (2.0 - w)), 1e-14);
    }
}

#[test]
fn exchangeable_thresholds() {
    assert!((exchangeable_threshold::<f64>(2, 9) - 0.028_087).abs() < 5e-7);
    // At the threshold the network's own growth is 1.
    for (models, m) in [(2_usize, 10), (3, 6), (5, 4)] {
        let w: f64 = exchangeable_threshold(models as u64, m - 1);
        let excess = 2.0 / (m - 1) as f64;
        let incoming = |from| Incoming { from, weight: (1.0 - w) / models as f64, noise: excess, excess };
        let node = Node { start: 1.0, real: Some((w, 1.0)), incoming: (0..models).map(incoming).collect() };
        let growth = Network::new(vec![node; models]).limit().growth[0].unwrap();
        assert_close("growth at the threshold", growth.middle(), 1.0, 1e-13);
    }
}

/// Two nodes, r = .05, rows of W .5 and .45, m = 6: 1.0020.
#[test]
fn real_rows_do_not_always_hold_a_variance() {
    let graph = vec![(Some((5, 9)), vec![(0, 50, 6), (1, 45, 6)]), (Some((5, 9)), vec![(0, 45, 6), (1, 50, 6)])];
    let limit = network::<f64>(&graph, |m| 2.0 / (m - 1) as f64).limit();
    assert!((limit.growth[0].unwrap().middle() - 1.0020).abs() < 5e-5);
    assert_eq!(limit.diverges, [true, true]);
    assert_eq!(limit.slopes, [None, None]);
    assert!(limit.risk(0).is_infinite());
}

/// No node, and a node that nothing feeds.
#[test]
fn small_networks() {
    let none = Network::<f64>::new(vec![]).limit();
    assert!(none.diverges.is_empty() && none.slopes.is_empty());
    let alone = Node { start: 0.5, real: Some((1.0, 0.25)), incoming: vec![] };
    let limit = Network::new(vec![alone]).limit();
    assert_eq!((limit.risk(0), limit.slopes[0], limit.classes.all[0].period), (0.25, Some(0.0), 0));
}

/// 200 nodes in a ring, each with real rows: the single model's risk.
#[test]
fn a_ring_of_200_is_one_model() {
    let node = |i: usize| Node {
        start: 0.01,
        real: Some((0.3, 0.01)),
        incoming: vec![Incoming { from: (i + 199) % 200, weight: 0.7, noise: 0.02, excess: -0.01 }],
    };
    let limit = Network::new((0..200).map(node).collect()).limit();
    let single = (0.09 * 0.01 + 0.49 * 0.02) / (1.0 - 0.49 * 0.99);
    assert_close("risk", limit.risk(77), single, 1e-14);
    assert_eq!(limit.covariance(3, 4), 0.0);
    assert_eq!(limit.classes.all[0].period, 200);
}
