//! The weights on real rows that are best.

use goldenweight_theory::parameters::ParameterError;

use super::{Network, law::NetworkLaw};
use crate::experiment::Problem;
use crate::optimum::minimise;

/// Whose limit risk is minimised.
///
/// # Examples
/// see [`best`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// The mean over all nodes.
    Mean,
    /// That of the node at this place.
    Node(usize),
}

/// The best weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// Weight on the real rows of each node, and 0 where it has none.
    pub weights: Vec<f64>,
    /// Which of them were searched for: those of nodes with real rows and edges that have a part in the objective.
    pub free: Vec<bool>,
    /// Limit risk of each node at these weights.
    pub risks: Vec<f64>,
    /// The objective.
    pub risk: f64,
    /// Limits that were computed.
    pub evaluations: u64,
    /// Whether the last round moved no weight by more than [`TOLERANCE`].
    pub converged: bool,
}

/// Absolute tolerance on a weight: twice that of the search along one of them.
pub const TOLERANCE: f64 = 2e-6;

/// Most weights that are searched for: each takes some fifteen limits in each of several rounds.
pub const MAX_WEIGHTS: usize = 60;

/// Most rounds over all weights.
const ROUNDS: usize = 60;

/// A risk in the place of an infinite one, which the search can compare.
const BEYOND: f64 = 1e300;

impl Objective {
    /// Of these risks of all nodes.
    #[must_use]
    pub fn of(self, risks: &[f64]) -> f64 {
        match self {
            Self::Mean => risks.iter().sum::<f64>() / risks.len() as f64,
            Self::Node(node) => risks[node],
        }
    }

    /// Which nodes it depends on.
    fn parts(self, network: &Network) -> Vec<bool> {
        let mut parts: Vec<bool> =
            (0..network.nodes().len()).map(|node| matches!(self, Self::Mean) || self == Self::Node(node)).collect();
        let mut waiting: Vec<usize> = (0..parts.len()).filter(|&node| parts[node]).collect();
        while let Some(node) = waiting.pop() {
            for edge in network.edges().iter().filter(|edge| edge.to == node) {
                if !std::mem::replace(&mut parts[edge.from], true) {
                    waiting.push(edge.from);
                }
            }
        }
        parts
    }
}

/// The weights on real rows that minimise a limit risk, the edges of each node in their proportions. None where that risk diverges, whatever the weights: a model has neither real rows
/// nor any in what feeds it. Each weight is searched for in turn, by argmin (Brent), the others as they are, until none moves. A model without part in the objective, which neither is
/// its node nor feeds it, through others or not, keeps its weight.
///
/// # Errors
/// Where theory does not cover the sizes.
///
/// # Panics
/// Where the model has no law of a network.
///
/// # Examples
/// ```
/// use goldenweight::{catalogue, experiment::{Parameters, Problem}};
/// use goldenweight::network::{GivenEdge, GivenNode, Network, optimum::{Objective, best}};
///
/// let one = GivenNode { name: "one".to_owned(), real: 100, start: None };
/// let own = GivenEdge { from: "one".to_owned(), to: "one".to_owned(), weight: 0.5, rows: 100 };
/// let network = Network::new(vec![one], vec![own]).unwrap();
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 100, 100, &Parameters::of_dim(Some(1)))?;
/// let found = best(&network, &problem, Objective::Mean).unwrap().expect("a bounded risk");
/// assert!(found.converged && (found.weights[0] - 0.618_034).abs() < 3e-6);
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
pub fn best(network: &Network, problem: &Problem, objective: Objective) -> Result<Option<Best>, ParameterError> {
    let has_part = objective.parts(network);
    let free: Vec<bool> = has_part.iter().enumerate().map(|(node, part)| *part && network.is_free(node)).collect();
    let mut evaluations = 0;
    let risks = |weights: &[f64]| -> Result<Vec<f64>, ParameterError> {
        let law = NetworkLaw::new(&network.with_weights(weights), problem)?.expect("a law of a network");
        let limit = law.limit();
        Ok((0..weights.len()).map(|node| limit.risk(node)).collect())
    };
    // From real rows alone, where everything that can be bounded is.
    let mut weights: Vec<f64> =
        network.nodes().iter().zip(&free).map(|(node, free)| if *free { 1.0 } else { node.weight }).collect();
    let counts = |node: usize, risks: &[f64]| {
        objective == Objective::Mean || objective == Objective::Node(node) || risks[node].is_finite()
    };
    let first = risks(&weights)?;
    if !objective.of(&first).is_finite() {
        return Ok(None);
    }
    let mut converged = false;
    for round in 0..ROUNDS {
        let mut moved = 0.0_f64;
        for node in (0..weights.len()).filter(|&node| free[node] && counts(node, &first)) {
            let failed = std::cell::Cell::new(None);
            let curve = |weight: f64| {
                let mut there = weights.clone();
                there[node] = weight;
                match risks(&there) {
                    Ok(risks) => objective.of(&risks).min(BEYOND),
                    Err(error) => {
                        failed.set(Some(error));
                        BEYOND
                    }
                }
            };
            let found = minimise(&curve, (0.0, 1.0));
            // At the end of the range, where the search does not go.
            let (inside, end) = (curve(found.at), curve(1.0));
            let now = curve(weights[node]);
            evaluations += found.evaluations + 3;
            if let Some(error) = failed.take() {
                return Err(error);
            }
            let best = if end <= inside { 1.0 } else { found.at };
            // A weight that makes no difference stays.
            if inside.min(end) < now {
                moved = moved.max((best - weights[node]).abs());
                weights[node] = best;
            }
        }
        converged = round > 0 && moved <= TOLERANCE;
        if converged {
            break;
        }
    }
    let risks = risks(&weights)?;
    Ok(Some(Best { risk: objective.of(&risks), weights, free, risks, evaluations: evaluations + 1, converged }))
}
