//! Several models, each fitted on real rows and on rows of the others.

use crate::schedule::{Batch, Ingredient, Origin, Schedule, Share};

/// One of the models, and what it is fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Real rows of generation 0.
    pub start: usize,
    /// Fresh real rows of every later generation, and their total weight: 0 where there are none.
    pub real: (usize, f64),
    /// The nodes whose models of the generation before make rows for it: number of the node, rows, total weight.
    pub synthetic: Vec<(usize, usize, f64)>,
}

/// Models that are retrained side by side. The weights are those of the nodes, whatever weight is asked for; those of a node add up to 1. Every batch of every
/// node has a stream of its own.
///
/// # Examples
/// A teacher that sees real rows, and a student that only sees rows of the teacher's model before.
/// ```
/// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
/// use goldenweight_recursion::network::{Network, Node};
/// use goldenweight_recursion::{FromTruth, Retraining, models::categorical::CategoricalSufficient};
///
/// let teacher = Node { start: 10, real: (10, 1.0), synthetic: vec![] };
/// let student = Node { start: 10, real: (0, 0.0), synthetic: vec![(0, 20, 1.0)] };
/// let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Network::new(vec![teacher, student]));
/// let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..4000, record: Record::At(vec![3]) };
/// let outcome = retraining.run(&plan, &[Weights::Constant(1.0)], Options::default()).remove(0);
/// // 2 (1/4)/10, and after 20 more rows 1/2 (1 - (1 - 1/10)(1 - 1/20)).
/// for (node, risk) in [(0, 0.05), (1, 0.0725)] {
///     let found = outcome.of_node(node, 0, "probabilities");
///     assert!((found.mean() - risk).abs() < 5.0 * found.std_error());
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    nodes: Vec<Node>,
    /// For each node the place of its first batch of a generation after the first.
    first: Vec<usize>,
}

impl Network {
    /// With these nodes.
    #[must_use]
    pub fn new(nodes: Vec<Node>) -> Self {
        let mut next = 0;
        let place = |node: &Node| {
            let first = next;
            next += usize::from(node.has_real()) + node.synthetic.len();
            first
        };
        let first = nodes.iter().map(place).collect();
        Self { nodes, first }
    }

    /// The nodes.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}

impl Node {
    /// Whether real rows have a part in it after generation 0.
    const fn has_real(&self) -> bool {
        self.real.0 > 0 && self.real.1 > 0.0
    }
}

impl Schedule for Network {
    fn nodes(&self) -> usize {
        self.nodes.len()
    }

    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        for node in &self.nodes {
            if generation == 0 {
                out.push(Batch { origin: Origin::Real, rows: node.start });
                continue;
            }
            if node.has_real() {
                out.push(Batch { origin: Origin::Real, rows: node.real.0 });
            }
            let synthetic = node.synthetic.iter();
            out.extend(synthetic.map(|&(node, rows, _)| Batch { origin: Origin::Synthetic { node }, rows }));
        }
    }

    fn recipe(&self, node: usize, generation: u32, out: &mut Vec<Ingredient>) {
        if generation == 0 {
            out.push(Ingredient { born: 0, index: node, share: Share::Given(1.0) });
            return;
        }
        let (first, node) = (self.first[node], &self.nodes[node]);
        let real = node.has_real().then_some(node.real.1);
        let weights = real.into_iter().chain(node.synthetic.iter().map(|&(_, _, weight)| weight));
        let ingredient = |(i, weight)| Ingredient { born: generation, index: first + i, share: Share::Given(weight) };
        out.extend(weights.enumerate().map(ingredient));
    }

    fn keeps(&self, _: u32, _: usize, _: u32) -> bool {
        false
    }

    fn steady(&self) -> u32 {
        1
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}
