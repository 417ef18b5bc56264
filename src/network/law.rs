//! What theory says of a network.

use std::collections::{BTreeMap, btree_map::Entry};

use goldenweight_theory::network::{Classes, Growth, Incoming, Limit, Network as Theory, Node};
use goldenweight_theory::parameters::ParameterError;
use goldenweight_theory::recursion::Recursion;

use super::Network;
use crate::experiment::{Problem, Rows};
use crate::prediction::{Law, Order};
use crate::simulate::engine::ScheduleKind;

/// The law of a network of models.
///
/// # Examples
/// ```
/// use goldenweight::{catalogue, experiment::{Parameters, Problem}};
/// use goldenweight::network::{GivenEdge, GivenNode, Network, law::NetworkLaw};
///
/// let one = GivenNode { name: "one".to_owned(), real: 100, start: None };
/// let own = GivenEdge { from: "one".to_owned(), to: "one".to_owned(), weight: 0.5, rows: 100 };
/// let network = Network::new(vec![one], vec![own]).unwrap();
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 100, 100, &Parameters::of_dim(Some(1)))?;
/// let law = NetworkLaw::new(&network, &problem).unwrap().expect("a law");
/// // (1/4 + 1/4)/100/(1 - 1/4).
/// assert!((law.limit().risk(0) - 0.02 / 3.0).abs() < 1e-16);
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct NetworkLaw {
    /// One law, or those of 2V + U and V - U, of which the risk is a third of the sum.
    modes: Vec<Theory<f64>>,
    order: Order,
}

/// What a network of models tends to.
///
/// # Examples
/// see [`NetworkLaw`].
#[derive(Clone, Debug)]
pub struct NetworkLimit {
    modes: Vec<Limit>,
}

impl NetworkLaw {
    /// The law of a network under a problem's model and truth; the problem's own rows have no part in it. None where the model has no such law.
    ///
    /// # Errors
    /// Where theory does not cover the sizes; a network that [`Network::validate`] has seen is covered.
    pub fn new(network: &Network, problem: &Problem) -> Result<Option<Self>, ParameterError> {
        let counts = network.nodes().iter().flat_map(|node| [node.start, node.real]);
        let counts = counts.chain(network.edges().iter().map(|edge| edge.rows)).filter(|rows| *rows > 0);
        let mut laws = BTreeMap::new();
        let mut order = Order::Exact;
        for rows in counts {
            if let Entry::Vacant(place) = laws.entry(rows) {
                let Some(found) = coefficients(problem, rows)? else { return Ok(None) };
                place.insert(found.modes);
                order = found.order;
            }
        }
        // In every model of the catalogue a fit to real rows of the truth has the same risk as one to synthetic rows of the truth.
        let noise = |rows: u64, mode: usize| laws[&rows][mode].synthetic;
        let modes = laws.values().next().map_or(0, Vec::len);
        let mode = |mode: usize| {
            let node = |node: &super::Node| Node {
                start: noise(node.start, mode),
                real: (node.weight > 0.0).then(|| (node.weight, noise(node.real, mode))),
                incoming: Vec::new(),
            };
            let mut nodes: Vec<_> = network.nodes().iter().map(node).collect();
            for edge in network.edges().iter().filter(|edge| edge.weight > 0.0) {
                let Recursion { synthetic, excess, .. } = laws[&edge.rows][mode];
                let incoming = Incoming { from: edge.from, weight: edge.weight, noise: synthetic, excess };
                nodes[edge.to].incoming.push(incoming);
            }
            Theory::new(nodes)
        };
        Ok(Some(Self { modes: (0..modes).map(mode).collect(), order }))
    }

    /// How far it goes: exact, or the limit law of a regression.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.order
    }

    /// The covariances of generation t, row by row.
    #[must_use]
    pub fn after(&self, generations: u32) -> Vec<Vec<f64>> {
        let modes: Vec<_> = self.modes.iter().map(|mode| mode.after(generations)).collect();
        let size = self.modes[0].nodes().len();
        let of = |i, j| share(modes.len()) * modes.iter().map(|mode| mode.between(i, j)).sum::<f64>();
        (0..size).map(|i| (0..size).map(|j| of(i, j)).collect()).collect()
    }

    /// What it tends to.
    #[must_use]
    pub fn limit(&self) -> NetworkLimit {
        NetworkLimit { modes: self.modes.iter().map(Theory::limit).collect() }
    }
}

impl NetworkLimit {
    /// The mode that decides what diverges: the first, whose errors are passed on the most.
    fn first(&self) -> &Limit {
        &self.modes[0]
    }

    /// Limit risk of a node; infinite where it diverges.
    #[must_use]
    pub fn risk(&self, node: usize) -> f64 {
        self.covariance(node, node)
    }

    /// Limit of the covariance of two nodes' errors; infinite where one of them diverges.
    #[must_use]
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        share(self.modes.len()) * self.modes.iter().map(|mode| mode.covariance(i, j)).sum::<f64>()
    }

    /// The classes of models that feed one another.
    #[must_use]
    pub fn classes(&self) -> &Classes {
        &self.first().classes
    }

    /// Whether a node's risk grows without bound.
    #[must_use]
    pub fn diverges(&self, node: usize) -> bool {
        self.first().diverges[node]
    }

    /// Whether a node collapses to a point, at a bounded risk.
    #[must_use]
    pub fn saturates(&self, node: usize) -> bool {
        self.first().saturates[node]
    }

    /// What a node's risk grows by at each generation in the long run: 0 where it is bounded, none where it grows geometrically.
    #[must_use]
    pub fn slope(&self, node: usize) -> Option<f64> {
        self.first().slopes[node]
    }

    /// The factor by which the errors of a class grow, where the graph alone does not decide.
    #[must_use]
    pub fn growth(&self, class: usize) -> Option<Growth> {
        self.first().growth[class]
    }
}

/// Of each mode in the risk.
fn share(modes: usize) -> f64 {
    if modes == 1 { 1.0 } else { 1.0 / 3.0 }
}

/// A law of a single model.
struct Coefficients {
    modes: Vec<Recursion<f64>>,
    order: Order,
}

/// The coefficients of the law's modes for this many synthetic rows. What the real rows contribute is not used; a million are asked for, since some laws do not exist with few.
fn coefficients(problem: &Problem, rows: u64) -> Result<Option<Coefficients>, ParameterError> {
    let many = Rows { real: 1_000_000, synthetic: rows as usize };
    let Some(prediction) = problem.truth().prediction(many, ScheduleKind::Fresh)? else { return Ok(None) };
    for (order, prediction) in [Order::Exact, Order::Limit].map(|order| (order, prediction.to_order(order))) {
        match prediction.as_ref().map(|prediction| prediction.law()) {
            Some(Law::Scalar(law)) => return Ok(Some(Coefficients { modes: vec![*law], order })),
            Some(Law::Covariance(system)) => return Ok(Some(Coefficients { modes: system.modes().into(), order })),
            _ => {}
        }
    }
    Ok(None)
}
