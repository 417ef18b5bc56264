//! Wrong formulas and wrong simulators of models that feed one another.
//!
//! As in `formulas`, all are written out here. The controls have the same networks as the claims, in other words.

use goldenweight_recursion::network::{Network, Node};
use goldenweight_recursion::schedule::{Batch, Ingredient, Schedule};

use super::formulas::{recorded, right, t, w};
use super::{Row, formula as wrong, simulator};
use crate::claims::check::{Case, Cell};
use crate::claims::network::Rowed;

/// Three models: weights and rows of the edges, weight and number of real rows, real rows of generation 0.
#[derive(Clone, Copy)]
struct Three {
    weights: [[f64; 3]; 3],
    rows: [[f64; 3]; 3],
    real: [(f64, f64); 3],
    start: [f64; 3],
}

/// The teachers and their student.
const TEACHERS: Three = Three {
    weights: [[0.0, 0.5, 0.0], [0.5, 0.2, 0.0], [0.5, 0.5, 0.0]],
    rows: [[1.0, 10.0, 1.0], [15.0, 12.0, 1.0], [30.0, 20.0, 1.0]],
    real: [(0.5, 20.0), (0.3, 10.0), (0.0, 1.0)],
    start: [20.0, 10.0, 8.0],
};

/// Two that see each other alone, and one that listens to the first.
const ECHO: Three = Three {
    weights: [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.3, 0.0, 0.3]],
    rows: [[1.0, 30.0, 1.0], [40.0, 1.0, 1.0], [20.0, 1.0, 20.0]],
    real: [(0.0, 1.0), (0.0, 1.0), (0.4, 20.0)],
    start: [30.0, 40.0, 20.0],
};

/// C at the cell's generation. A sample of so many rows whose model has the risk c has, at this weight, the noise `noise(weight, rows, c)`; `kept` of C_ij, i != j, is kept.
fn carried(cell: &Cell, three: Three, noise: impl Fn(f64, f64, f64) -> f64, kept: f64) -> [[f64; 3]; 3] {
    let Three { weights, rows, real, start } = three;
    let mut c = [[0.0; 3]; 3];
    (0..3).for_each(|i| c[i][i] = noise(1.0, start[i], 0.0));
    for _ in 0..t(cell) {
        let passed = |i: usize, j: usize| -> f64 {
            (0..9).map(|kl| weights[i][kl / 3] * weights[j][kl % 3] * c[kl / 3][kl % 3]).sum()
        };
        let own = |i: usize| {
            let synthetic = (0..3).map(|j| noise(weights[i][j], rows[i][j], c[j][j])).sum::<f64>();
            passed(i, i) + noise(real[i].0, real[i].1, 0.0) + synthetic
        };
        c = [0, 1, 2].map(|i| [0, 1, 2].map(|j| if i == j { own(i) } else { kept * passed(i, j) }));
    }
    c
}

/// Two means of rows of variance 1.
fn mean(weight: f64, rows: f64, _: f64) -> f64 {
    2.0 * weight * weight / rows
}

/// Limit risk of the first of two models in the rescued ring, two means: `own` of their noises enter it, and the edge the noise `outside`.
fn rescued(own: f64, outside: f64) -> f64 {
    2.0 * (outside + own * 0.25 / 40.0) / (1.0 - 0.25)
}

/// The noise of a generation of three models that all see one another, two means: n = m = 10.
fn entering(cell: &Cell) -> f64 {
    2.0 * (w(cell) * w(cell) + (1.0 - w(cell)) * (1.0 - w(cell)) / 3.0) / 10.0
}

/// The ring of four, as a single model on m rows: two means.
fn single(cell: &Cell, m: f64) -> f64 {
    recorded(cell, 0.2, |e| 0.25 * 0.2 + 0.25 * (2.0 / m + e))
}

/// The covariance of two weakly grounded models, two dimensions: as long as both are alike, V and U and their products.
fn weakly(cell: &Cell, inherited: f64) -> f64 {
    // 2V + U and V - U, of noises 16 and 2; eight real rows, nine of each edge.
    let mode = |noise: f64, excess: f64| {
        let (mut own, mut other) = (noise / 7.0, 0.0);
        let (square, cross) = (0.4525, 0.45);
        for _ in 0..t(cell) {
            let sampled = square * (noise + inherited * excess * own) / 8.0;
            (own, other) =
                (square * own + cross * other + sampled + 0.0025 * noise / 7.0, cross * own + square * other);
        }
        own
    };
    (mode(16.0, 2.0) + mode(2.0, -1.0)) / 3.0
}

const LAW: &str = "network-law";
const PROBE: &str = "covariance of two models, by a third";
const LISTENER: (&str, &str) = ("network-boundedness", "a listener that collapses with its source");
const RESCUED: (&str, &str) = ("network-rescue", "a ring of two");
const RING: (&str, &str) = ("network-ring", "a ring of four");
const ALIKE: (&str, &str) = ("network-exchangeable", "three models at their optimum");
const VARIANCE: (&str, &str) = ("network-variance", "two weakly grounded models");

/// The teachers, the third of which has half of each of the others, almost without noise.
fn probed() -> Three {
    Three { rows: [TEACHERS.rows[0], TEACHERS.rows[1], [1e6, 1e6, 1.0]], ..TEACHERS }
}

/// The table.
pub fn table() -> Vec<Row> {
    let mut all = formulas();
    all.extend(simulators());
    all
}

fn formulas() -> Vec<Row> {
    vec![
        right(LAW, "mean", "control: W C W' + D", |c| carried(c, TEACHERS, mean, 1.0)[1][1]),
        wrong(LAW, "mean", "weights of the noise not squared", |c| {
            carried(c, TEACHERS, |weight, rows, _| 2.0 * weight / rows, 1.0)[1][1]
        }),
        wrong(LAW, "mean", "edges the other way round", |c| {
            let turned = |of: [[f64; 3]; 3]| [0, 1, 2].map(|i| [0, 1, 2].map(|j| of[j][i]));
            let three = Three { weights: turned(TEACHERS.weights), rows: turned(TEACHERS.rows), ..TEACHERS };
            carried(c, three, mean, 1.0)[1][1]
        }),
        wrong(LAW, PROBE, "models taken as independent", |c| carried(c, probed(), mean, 0.0)[2][2]),
        right(LAW, "cells", "control: rho = 1 - 1/m for each edge", |c| {
            0.635 * carried(c, TEACHERS, |weight, rows, risk| weight * weight * (1.0 - risk) / rows, 1.0)[2][2]
        }),
        wrong(LAW, "cells", "cells of a network with rho = 1", |c| {
            0.635 * carried(c, TEACHERS, |weight, rows, _| weight * weight / rows, 1.0)[2][2]
        }),
        wrong(LAW, "covariance", "the covariance's noise without the square of the trace", |c| {
            // 2 tr Sigma^2 = 4 in the place of tr Sigma^2 + (tr Sigma)^2 = 6; twice the rows.
            let noise = |weight: f64, rows: f64, _| 4.0 * weight * weight / (2.0 * rows - 1.0);
            carried(c, TEACHERS, noise, 1.0)[2][2]
        }),
        right(LISTENER.0, LISTENER.1, "control: the source grows", |c| carried(c, ECHO, mean, 1.0)[2][2]),
        wrong(LISTENER.0, LISTENER.1, "real rows of its own keep a listener bounded", |c| {
            // As if the source stayed as it was at generation 0.
            recorded(c, 0.1, |e| 0.16 * 0.1 + 0.09 * (0.1 + e) + 0.09 * (0.1 + 2.0 / 30.0))
        }),
        wrong(LISTENER.0, LISTENER.1, "a closed class that saturates", |c| {
            2.0 * carried(c, ECHO, |weight, rows, risk| weight * weight * (1.0 - risk) / rows, 1.0)[2][2]
        }),
        right(RESCUED.0, RESCUED.1, "control: the noises of the whole ring", |_| {
            rescued(2.0, 0.25 * (1.0 / 50.0 + 1.0 / 60.0))
        }),
        wrong(RESCUED.0, RESCUED.1, "the noise of the rescued model alone", |_| {
            rescued(1.0, 0.25 * (1.0 / 50.0 + 1.0 / 60.0))
        }),
        wrong(RESCUED.0, RESCUED.1, "the edge's weight not squared", |_| rescued(2.0, 0.5 * (1.0 / 50.0 + 1.0 / 60.0))),
        right(RING.0, RING.1, "control: the single model", |c| single(c, 8.0)),
        wrong(RING.0, RING.1, "a ring of four as four times the rows", |c| single(c, 32.0)),
        right(ALIKE.0, ALIKE.1, "control: the mean of three models", |c| {
            let square = (1.0 - w(c)) * (1.0 - w(c));
            entering(c) * (1.0 + square / (3.0 * (1.0 - square)))
        }),
        wrong(ALIKE.0, ALIKE.1, "three models taken as independent", |c| {
            entering(c) / (1.0 - (1.0 - w(c)) * (1.0 - w(c)) / 3.0)
        }),
        wrong(ALIKE.0, ALIKE.1, "three models as one on all their rows", |c| {
            entering(c) / (1.0 - (1.0 - w(c)) * (1.0 - w(c)))
        }),
        right(VARIANCE.0, VARIANCE.1, "control: two modes of two models", |c| weakly(c, 1.0)),
        wrong(VARIANCE.0, VARIANCE.1, "noise that does not grow with the error", |c| weakly(c, 0.0)),
    ]
}

/// The teachers of the claim, or with their edges turned round: weights of a node that do not sum to 1 are then filled up with real rows.
fn built(turned: bool) -> Network {
    let Three { weights, rows, real, start } = TEACHERS;
    let node = |i: usize| {
        let pair = |j: usize| if turned { (weights[j][i], rows[j][i]) } else { (weights[i][j], rows[i][j]) };
        let sum: f64 = (0..3).map(|j| pair(j).0).sum();
        let scale = if turned { (1.0 - real[i].0) / sum.max(1e-9) } else { 1.0 };
        let synthetic: Vec<_> = (0..3)
            .map(|j| (j, pair(j)))
            .filter(|(_, (w, _))| *w > 0.0)
            .map(|(j, (w, m))| (j, m as usize, w * scale))
            .collect();
        let real = if synthetic.is_empty() { (10, 1.0) } else { (real[i].1 as usize, real[i].0) };
        Node { start: start[i] as usize, real, synthetic }
    };
    Network::new((0..3).map(node).collect())
}

/// The models of a case under another schedule.
fn under(case: &Case, schedule: impl Schedule + 'static) -> Case {
    case.clone().simulated_by(Rowed::Mean.under(schedule))
}

/// All models see the real rows of the first.
struct Shared(Network);

/// All models see their real rows of generation 0 again.
struct Stale(Network);

impl Schedule for Shared {
    fn nodes(&self) -> usize {
        self.0.nodes().len()
    }

    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        self.0.batches(generation, out);
    }

    fn recipe(&self, node: usize, generation: u32, out: &mut Vec<Ingredient>) {
        let first = out.len();
        self.0.recipe(node, generation, out);
        if generation > 0 && self.0.nodes()[node].real.1 > 0.0 {
            out[first].index = 0;
        }
    }

    fn keeps(&self, _: u32, _: usize, _: u32) -> bool {
        false
    }

    fn identity(&self) -> Option<String> {
        Some(format!("shared {}", self.0.identity()?))
    }
}

impl Schedule for Stale {
    fn nodes(&self) -> usize {
        self.0.nodes().len()
    }

    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        self.0.batches(generation, out);
    }

    fn recipe(&self, node: usize, generation: u32, out: &mut Vec<Ingredient>) {
        let first = out.len();
        self.0.recipe(node, generation, out);
        if generation > 0 && self.0.nodes()[node].real.1 > 0.0 {
            (out[first].born, out[first].index) = (0, node);
        }
    }

    fn keeps(&self, born: u32, _: usize, _: u32) -> bool {
        born == 0
    }

    fn identity(&self) -> Option<String> {
        Some(format!("stale {}", self.0.identity()?))
    }
}

fn simulators() -> Vec<Row> {
    let (control, mutant) = simulator(LAW, "mean", "control: the teachers, built by hand", |c| under(c, built(false)));
    vec![
        (control, mutant.control()),
        simulator(LAW, "mean", "rows of those that a model feeds", |c| under(c, built(true))),
        simulator(LAW, PROBE, "one batch of real rows for all models", |c| {
            let mut nodes = built(false).nodes().to_vec();
            nodes[2].synthetic = vec![(0, 1_000_000, 0.5), (1, 1_000_000, 0.5)];
            under(c, Shared(Network::new(nodes)))
        }),
        simulator(RING.0, RING.1, "real rows of generation 0 in every ring", |c| {
            let node = |i: usize| Node { start: 10, real: (10, 0.5), synthetic: vec![((i + 3) % 4, 8, 0.5)] };
            under(c, Stale(Network::new((0..4).map(node).collect())))
        }),
    ]
}
