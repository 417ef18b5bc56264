//! Which models feed which: the classes of a network, by petgraph.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Network;
use crate::scalar::Scalar;

/// Models that feed one another, over any number of generations, and all that do so with them (a strongly connected component).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its nodes, increasing.
    pub nodes: Vec<usize>,
    /// The greatest common divisor of the lengths of its cycles; 0 where it has none: a single node that does not feed itself.
    pub period: usize,
    /// Whether it has a cycle, no weight on real rows, and no edge from another class: **it collapses**.
    pub closed: bool,
    /// For each of its nodes: nodes of block b are fed by nodes of block b + 1 alone, modulo the period.
    pub(super) block: Vec<usize>,
}

/// All classes of a network, in the order of their first nodes.
///
/// # Examples
/// ```
/// use goldenweight_theory::network::{Incoming, Network, Node};
/// let fed_by = |from| Node { start: 1.0, real: None, incoming: vec![Incoming { from, weight: 1.0, noise: 0.5, excess: 0.0 }] };
/// let grounded = Node { start: 1.0, real: Some((1.0, 1.0)), incoming: vec![] };
/// // 0 and 1 feed each other, 2 has real rows, 3 is fed by 0.
/// let classes = Network::new(vec![fed_by(1), fed_by(0), grounded, fed_by(0)]).classes();
/// assert_eq!(classes.of, [0, 0, 1, 2]);
/// assert_eq!(classes.all.iter().map(|class| (class.period, class.closed)).collect::<Vec<_>>(), [(2, true), (0, false), (0, false)]);
/// assert_eq!(classes.ruined(|class| class.closed), [true, true, false, true]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    /// The class of each node.
    pub of: Vec<usize>,
    /// The classes.
    pub all: Vec<Class>,
    /// For each node, what feeds it.
    feeds: Vec<Vec<usize>>,
}

impl Classes {
    /// The nodes of the classes that `ruin` names, and all that are fed by such nodes, over any number of generations.
    #[must_use]
    pub fn ruined(&self, ruin: impl Fn(&Class) -> bool) -> Vec<bool> {
        let mut ruined: Vec<bool> = self.of.iter().map(|&class| ruin(&self.all[class])).collect();
        // Whom each node feeds.
        let mut fed = vec![Vec::new(); self.of.len()];
        for (to, from) in self.feeds.iter().enumerate() {
            from.iter().for_each(|&from| fed[from].push(to));
        }
        let mut open: Vec<usize> = (0..ruined.len()).filter(|&node| ruined[node]).collect();
        while let Some(node) = open.pop() {
            for &to in &fed[node] {
                if !std::mem::replace(&mut ruined[to], true) {
                    open.push(to);
                }
            }
        }
        ruined
    }
}

impl<S: Scalar> Network<S> {
    /// Its classes.
    ///
    /// # Source
    /// the components are petgraph's (Tarjan); the period is the greatest common divisor of `depth(i) + 1 - depth(j)` over the edges i <- j of a class, where depth is the
    /// distance from its first node in a search against the edges
    #[must_use]
    pub fn classes(&self) -> Classes {
        let feeds: Vec<Vec<usize>> =
            self.nodes.iter().map(|node| node.incoming.iter().map(|edge| edge.from).collect()).collect();
        let edges =
            feeds.iter().enumerate().flat_map(|(to, from)| from.iter().map(move |&from| (from as u32, to as u32)));
        let mut graph = DiGraph::<(), ()>::from_edges(edges);
        // Nodes after the last edge.
        while graph.node_count() < feeds.len() {
            graph.add_node(());
        }
        let sorted = |class: Vec<NodeIndex>| {
            let mut nodes: Vec<usize> = class.into_iter().map(NodeIndex::index).collect();
            nodes.sort_unstable();
            nodes
        };
        let mut members: Vec<Vec<usize>> = tarjan_scc(&graph).into_iter().map(sorted).collect();
        members.sort_unstable_by_key(|nodes| nodes[0]);
        let mut of = vec![0; feeds.len()];
        for (class, nodes) in members.iter().enumerate() {
            nodes.iter().for_each(|&node| of[node] = class);
        }
        let all = members.into_iter().enumerate().map(|(class, nodes)| {
            let (period, block) = period(&nodes, &feeds, |node| of[node] == class);
            let inside =
                |&node: &usize| self.nodes[node].real.is_none() && feeds[node].iter().all(|&from| of[from] == class);
            Class { closed: period > 0 && nodes.iter().all(inside), nodes, period, block }
        });
        Classes { all: all.collect(), of, feeds }
    }
}

/// The period of a class, and the block of each of its nodes.
fn period(nodes: &[usize], feeds: &[Vec<usize>], inside: impl Fn(usize) -> bool) -> (usize, Vec<usize>) {
    let mut depth = vec![usize::MAX; feeds.len()];
    depth[nodes[0]] = 0;
    let (mut queue, mut next) = (vec![nodes[0]], 0);
    while let Some(&node) = queue.get(next) {
        next += 1;
        for &from in feeds[node].iter().filter(|&&from| inside(from)) {
            if depth[from] == usize::MAX {
                depth[from] = depth[node] + 1;
                queue.push(from);
            }
        }
    }
    let mut period = 0;
    for &node in nodes {
        for &from in feeds[node].iter().filter(|&&from| inside(from)) {
            period = gcd(period, (depth[node] + 1).abs_diff(depth[from]));
        }
    }
    (period, nodes.iter().map(|&node| if period == 0 { 0 } else { depth[node] % period }).collect())
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
