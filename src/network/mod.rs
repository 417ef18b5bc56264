//! Several models that feed one another: a validated description, what theory says of it, and its simulation.
//!
//! The description comes from a user's file (`goldenweight network FILE.toml`) or from code. [`law`] makes its laws of those of a catalogue's model;
//! [`optimum`](mod@optimum) finds the weights on real rows that are best.

pub mod law;
pub mod optimum;

use std::collections::{HashMap, HashSet};

use goldenweight_recursion::network as retrained;

use crate::experiment::{InputError, Problem, digits};

/// A model as it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenNode {
    /// Its name.
    pub name: String,
    /// Fresh real rows of every generation.
    pub real: u64,
    /// Real rows of generation 0, where they are not `real`, or else the most rows of an edge to it.
    pub start: Option<u64>,
}

/// Rows of one model for another, as they are given.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenEdge {
    /// Whose model makes them.
    pub from: String,
    /// Which model is fitted on them.
    pub to: String,
    /// Their total weight in the fit.
    pub weight: f64,
    /// How many at each generation.
    pub rows: u64,
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Fresh real rows of every generation.
    pub real: u64,
    /// Their total weight: what the edges to it leave.
    pub weight: f64,
    /// Real rows of generation 0.
    pub start: u64,
}

/// Rows of one model for another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Whose model of the generation before makes them, by its place among the nodes.
    pub from: usize,
    /// Which model is fitted on them.
    pub to: usize,
    /// Their total weight in the fit.
    pub weight: f64,
    /// How many at each generation.
    pub rows: u64,
}

/// Models, each fitted on fresh real rows and on synthetic rows of the others' models of the generation before. The weights of each add up to 1.
///
/// # Examples
/// ```
/// use goldenweight::network::{GivenEdge, GivenNode, Network, Part};
///
/// let node = |name: &str, real| GivenNode { name: name.to_owned(), real, start: None };
/// let edge = |from: &str, to: &str, weight| GivenEdge { from: from.to_owned(), to: to.to_owned(), weight, rows: 50 };
/// let nodes = || vec![node("teacher", 100), node("student", 0)];
/// let network = Network::new(nodes(), vec![edge("teacher", "teacher", 0.25), edge("teacher", "student", 1.0)])?;
/// assert_eq!((network.nodes()[0].weight, network.nodes()[1].start), (0.75, 50));
/// let refused = Network::new(nodes(), vec![edge("teacher", "student", 0.5)]).unwrap_err();
/// assert_eq!((refused.part, refused.key), (Part::Node(1), "name"));
/// # Ok::<(), goldenweight::network::Fault>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// Which part of a description is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The node at this place.
    Node(usize),
    /// The edge at this place.
    Edge(usize),
}

/// What is wrong with a description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} {value}: {condition}")]
pub struct Fault {
    /// Where.
    pub part: Part,
    /// Which key.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// The condition that it breaks, as a phrase that begins with "must".
    pub condition: String,
}

impl Fault {
    fn new(part: Part, key: &'static str, value: impl ToString, condition: impl Into<String>) -> Self {
        Self { part, key, value: value.to_string(), condition: condition.into() }
    }
}

/// How far the weights of a node may be from the sum 1 where they must add up to it. They are then divided by their sum: decimal fractions seldom add up exactly.
const SUM_TOLERANCE: f64 = 1e-9;

/// The same where what is left is the weight of real rows, which may be small: only the rounding of a sum of as many fractions as there can be edges counts as nothing.
const ROUNDING: f64 = Network::MAX_NODES as f64 * f64::EPSILON;

/// Longest name.
const LONGEST_NAME: usize = 60;

impl Network {
    /// Most nodes: the matrix of covariances is dense, and the limit takes some twenty products of such matrices.
    pub const MAX_NODES: usize = 500;

    /// # Errors
    /// The first part that is wrong: no node; more than [`Network::MAX_NODES`]; a name that is empty, too long, or given twice; an edge from or to a node that does not exist, or given
    /// twice; a weight that is not in (0, 1]; no rows, or more than 10^12; weights of a node that add up to more than 1, or, without real rows, to less.
    pub fn new(nodes: Vec<GivenNode>, edges: Vec<GivenEdge>) -> Result<Self, Fault> {
        let (count, most) = (nodes.len(), Self::MAX_NODES);
        if !(1..=most).contains(&count) {
            return Err(Fault::new(Part::Whole, "nodes", count, format!("must be from 1 to {most}")));
        }
        let rows = |part, key, rows: u64, least: u64| {
            if (least..=Problem::MAX_ROWS).contains(&rows) {
                return Ok(rows);
            }
            Err(Fault::new(part, key, rows, format!("must be from {least} to {}", Problem::MAX_ROWS)))
        };
        let mut places = HashMap::new();
        for (i, GivenNode { name, real, start }) in nodes.iter().enumerate() {
            let refuse = |condition: &str| Err(Fault::new(Part::Node(i), "name", name, condition));
            if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
                return refuse("must have from 1 to 60 characters, none of them a control character");
            }
            if places.insert(name.as_str(), i).is_some() {
                return refuse("must be given to one node only");
            }
            rows(Part::Node(i), "real", *real, 0)?;
            start.map_or(Ok(0), |start| rows(Part::Node(i), "start", start, 1))?;
        }
        let mut seen = HashSet::new();
        let mut known = Vec::new();
        for (i, edge) in edges.iter().enumerate() {
            let part = Part::Edge(i);
            let place = |key, name: &String| {
                let unknown = || Fault::new(part, key, name, "must be the name of a node");
                places.get(name.as_str()).copied().ok_or_else(unknown)
            };
            let (from, to) = (place("from", &edge.from)?, place("to", &edge.to)?);
            if !seen.insert((from, to)) {
                let condition = format!("must be given once only as an edge to {}", edge.to);
                return Err(Fault::new(part, "from", &edge.from, condition));
            }
            // Written so that NaN fails.
            if !(edge.weight > 0.0 && edge.weight <= 1.0) {
                return Err(Fault::new(part, "weight", digits(edge.weight), "must be above 0 and at most 1"));
            }
            known.push(Edge { from, to, weight: edge.weight, rows: rows(part, "rows", edge.rows, 1)? });
        }
        let mut sums = vec![0.0; count];
        let mut most_rows = vec![0; count];
        for edge in &known {
            sums[edge.to] += edge.weight;
            most_rows[edge.to] = edge.rows.max(most_rows[edge.to]);
        }
        for (i, (node, &sum)) in nodes.iter().zip(&sums).enumerate() {
            let refuse = |condition| Err(Fault::new(Part::Node(i), "name", &node.name, condition));
            if sum > 1.0 + SUM_TOLERANCE {
                return refuse(format!("must have edges whose weights add up to at most 1, not {}", digits(sum)));
            }
            if node.real == 0 && sum < 1.0 - SUM_TOLERANCE {
                let sum = digits(sum);
                return refuse(format!(
                    "must have edges whose weights add up to 1 where it has no real rows, not {sum}"
                ));
            }
        }
        let is_full = |i: usize| sums[i] >= 1.0 - if nodes[i].real == 0 { SUM_TOLERANCE } else { ROUNDING };
        for edge in known.iter_mut().filter(|edge| is_full(edge.to)) {
            edge.weight /= sums[edge.to];
        }
        let weights: Vec<f64> = (0..nodes.len()).map(|i| if is_full(i) { 0.0 } else { 1.0 - sums[i] }).collect();
        let node = |(i, GivenNode { name, real, start })| Node {
            name,
            real,
            weight: weights[i],
            start: start.unwrap_or(if real > 0 { real } else { most_rows[i] }),
        };
        Ok(Self { nodes: nodes.into_iter().enumerate().map(node).collect(), edges: known })
    }

    /// The models.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Their edges.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Whether a model's weights can be chosen: it has real rows, and edges.
    fn is_free(&self, node: usize) -> bool {
        self.nodes[node].real > 0 && self.edges.iter().any(|edge| edge.to == node)
    }

    /// How many weights on real rows can be chosen: of the models that have real rows and edges.
    #[must_use]
    pub fn free_weights(&self) -> usize {
        (0..self.nodes.len()).filter(|&node| self.is_free(node)).count()
    }

    /// The same with other weights on the real rows; the edges of a node share what is left as before. Only those of nodes with real rows and edges count.
    ///
    /// # Panics
    /// Where there are not as many weights as nodes.
    #[must_use]
    pub fn with_weights(&self, weights: &[f64]) -> Self {
        assert_eq!(weights.len(), self.nodes.len(), "a weight for each node");
        let mut sums = vec![0.0; self.nodes.len()];
        self.edges.iter().for_each(|edge| sums[edge.to] += edge.weight);
        let mut new = self.clone();
        for (i, node) in new.nodes.iter_mut().enumerate().filter(|(i, _)| self.is_free(*i)) {
            node.weight = weights[i];
        }
        for edge in new.edges.iter_mut().filter(|edge| self.nodes[edge.to].real > 0) {
            edge.weight *= (1.0 - weights[edge.to]) / sums[edge.to];
        }
        new
    }

    /// Whether every batch and every fit has the rows that the model needs.
    ///
    /// # Errors
    /// The first that has not; or where the parameters are not those of a problem of this model.
    pub fn validate(&self, problem: &Problem) -> Result<(), Fault> {
        let truth = problem.truth();
        let least = truth.fewest_rows();
        let enough = |part, key, rows: u64| {
            if rows >= least {
                return Ok(());
            }
            Err(Fault::new(part, key, rows, format!("must be at least {least} for {}", problem.model())))
        };
        let fits = |part, key, rows: u64, of: &str| {
            let sizes = crate::experiment::Rows { real: rows as usize, synthetic: rows as usize };
            // In the words of the model, which speaks of `real` rows.
            let words = |error: InputError| Fault::new(part, key, rows, format!("{of}: {}", error.condition()));
            truth.validate(sizes).map_err(words)
        };
        for (i, edge) in self.edges.iter().enumerate() {
            enough(Part::Edge(i), "rows", edge.rows)?;
        }
        let mut all: Vec<u64> = self.nodes.iter().map(|node| if node.weight > 0.0 { node.real } else { 0 }).collect();
        self.edges.iter().for_each(|edge| all[edge.to] += edge.rows);
        for (i, node) in self.nodes.iter().enumerate() {
            if node.real > 0 {
                enough(Part::Node(i), "real", node.real)?;
            }
            enough(Part::Node(i), "start", node.start)?;
            fits(Part::Node(i), "start", node.start, "the real rows of generation 0")?;
            fits(Part::Node(i), "name", all[i], "all rows of a later generation")?;
        }
        Ok(())
    }

    /// As it is simulated.
    #[must_use]
    pub fn schedule(&self) -> retrained::Network {
        let node = |node: &Node| retrained::Node {
            start: node.start as usize,
            real: (node.real as usize, node.weight),
            synthetic: Vec::new(),
        };
        let mut nodes: Vec<_> = self.nodes.iter().map(node).collect();
        for edge in &self.edges {
            nodes[edge.to].synthetic.push((edge.from, edge.rows as usize, edge.weight));
        }
        retrained::Network::new(nodes)
    }
}
