//! Several models that feed one another: [`crate::network`](mod@crate::network) as a document.

use std::{fmt, ops::Range};

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Reasons, Remarks, Unanswered,
    closed_form::{OVERFLOW, law},
    estimate::{Simulated, Theory},
    monte_carlo::MAX_REPLICATES,
    text::{explained, finite, lines, short},
};
use crate::{
    catalogue::Model,
    experiment::{Generations, InputError, Parameters, Problem, digits, within},
    figures::network::{Dot, draw},
    network::{
        Fault, Network,
        law::{NetworkLaw, NetworkLimit},
        optimum::{Best, MAX_WEIGHTS, Objective, best},
    },
    prediction::Order,
    simulate::{
        dispatch::SimulatorKind,
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
    },
};

/// Most rows or statistics of a generation, of all nodes together.
const MAX_VALUES: u64 = 10_000_000;

/// Most multiplications of the law up to a generation: a minute or two.
const MAX_OPERATIONS: f64 = 1e11;

/// Most nodes whose matrix of covariances is printed as text.
const SHOWN: usize = 12;

/// What is asked of a network.
///
/// # Examples
/// ```
/// use goldenweight::{
///     answer::network::Question,
///     catalogue,
///     network::{GivenEdge, GivenNode, Network},
///     simulate::engine::Options,
/// };
///
/// // One model that is retrained on 100 real rows and as many of its own.
/// let node = GivenNode { name: "a".to_owned(), real: 100, start: None };
/// let edge = GivenEdge { from: "a".to_owned(), to: "a".to_owned(), weight: 0.5, rows: 100 };
/// let network = Network::new(vec![node], vec![edge]).expect("a network");
/// let question = Question {
///     file: "one.toml".to_owned(),
///     model: &catalogue::GAUSSIAN_MEAN,
///     dim: None,
///     generations: None,
///     minimise: Some("mean".to_owned()),
///     simulate: None,
/// };
/// let said = question.prepare(&network, &|fault| panic!("{}", fault.condition))?.answer(Options::default())?;
/// assert!(said.to_string().starts_with("one.toml: 1 model, 1 edge, gaussian-mean, p = 1\n"));
/// # Ok::<(), goldenweight::answer::Unanswered>(())
/// ```
#[derive(Clone, Debug)]
pub struct Question {
    /// Where the network comes from.
    pub file: String,
    /// The model of every node, with its default truth.
    pub model: Model,
    /// Its dimension.
    pub dim: Option<u64>,
    /// Generation at which risks are taken; the limit where there is none.
    pub generations: Option<u64>,
    /// Whose limit risk is minimised: mean, or the name of a node.
    pub minimise: Option<String>,
    /// The replicates that are simulated, by index, and the seed.
    pub simulate: Option<(Range<u64>, u64)>,
}

/// A question that can be answered.
///
/// # Examples
/// see [`Question`].
#[derive(Debug)]
pub struct Prepared<'a> {
    question: Question,
    network: &'a Network,
    problem: Problem,
    law: NetworkLaw,
    generations: Option<u32>,
    objective: Option<Objective>,
    kind: SimulatorKind,
}

impl Question {
    /// Whether it can be answered. `fault` puts what is wrong with the network for this model in words.
    ///
    /// # Errors
    /// Of the fields `model`, `dim`, `generations`, `minimise`, `simulate`, `replicates`; of the network.
    pub fn prepare<'a>(
        &self,
        network: &'a Network,
        fault: &dyn Fn(&Fault) -> InputError,
    ) -> Result<Prepared<'a>, Unanswered> {
        // Only the model and its truth are the problem's; rows come from the network.
        let dim = self.dim.or_else(|| (!self.model.takes.contains(&"probabilities")).then_some(1));
        let problem = Problem::new(self.model, 1_000_000, 1_000_000, &Parameters::of_dim(dim))?;
        network.validate(&problem).map_err(|found| fault(&found))?;
        let no_law =
            || InputError::new("model", self.model, "must be a model with a law of several that feed one another");
        let law = NetworkLaw::new(network, &problem)?.ok_or_else(no_law)?;
        let generations = match Generations::new(self.generations, None)? {
            Generations::At(t) => Some(t),
            _ => None,
        };
        affordable(network, generations)?;
        let objective = self.minimise.as_deref().map(|name| objective(network, name)).transpose()?;
        if let Some((replicates, _)) = &self.simulate {
            if generations.is_none() {
                let condition = "needs `generations`: a limit cannot be simulated";
                return Err(InputError::new("simulate", "", condition).into());
            }
            within("replicates", replicates.end - replicates.start, 2..=MAX_REPLICATES)?;
        }
        let kind = SimulatorKind::of(&problem, ScheduleKind::Fresh, None, self.model.fast)?;
        if self.simulate.is_some() {
            fits_in_memory(network, &problem, kind)?;
        }
        Ok(Prepared { question: self.clone(), network, problem, law, generations, objective, kind })
    }
}

impl Prepared<'_> {
    /// The answer.
    ///
    /// # Errors
    /// Unknown where the law does not reach.
    ///
    /// # Panics
    /// Where the model has no simulator, which [`Question::prepare`] refuses.
    pub fn answer(&self, options: Options<'_>) -> Result<NetworkDocument, Unanswered> {
        let Self { question, network, problem, law, generations, .. } = self;
        let simulated = question.simulate.as_ref().zip(*generations).map(|((replicates, seed), t)| {
            let plan = Plan {
                seed: *seed,
                experiment: 0,
                cell: 0,
                replicates: replicates.clone(),
                schedule: ScheduleKind::Fresh,
                record: Record::At(vec![t]),
            };
            let simulator = problem.truth().simulator(self.kind, problem.rows()).expect("a simulator of this kind");
            let weights = [Weights::Constant(1.0)];
            let outcome = simulator.run_under(&network.schedule(), &plan, &weights, options).remove(0);
            (outcome, replicates.end - replicates.start)
        });
        let best = self.objective.map(|objective| best(network, problem, objective)).transpose()?;
        Ok(question.document(network, problem, law, *generations, simulated.as_ref(), best.as_ref()))
    }
}

impl Question {
    fn document(
        &self,
        network: &Network,
        problem: &Problem,
        law: &NetworkLaw,
        generations: Option<u32>,
        simulated: Option<&(Outcome, u64)>,
        best: Option<&Option<Best>>,
    ) -> NetworkDocument {
        let limit = law.limit();
        let names: Vec<&String> = network.nodes().iter().map(|node| &node.name).collect();
        let size = names.len();
        let covariance = generations.map_or_else(
            || (0..size).map(|i| (0..size).map(|j| limit.covariance(i, j)).collect()).collect::<Vec<Vec<f64>>>(),
            |t| law.after(t),
        );
        let risks: Vec<f64> = (0..size).map(|i| covariance[i][i]).collect();
        let is_infinite = covariance.iter().flatten().any(|value| !value.is_finite());
        let nodes = network.nodes().iter().enumerate();
        let nodes: Vec<Node> = nodes
            .map(|(i, node)| {
                let simulated = simulated.map(|(outcome, asked)| {
                    let moments = outcome.of_node(i, 0, outcome.losses[problem.model().loss_index]);
                    let theory = Theory::new(risks[i], libm::log10(risks[i]), law.order(), None);
                    Simulated::new(moments, outcome.failed_fits, *asked, theory, Reasons::new())
                });
                described(node, i, risks[i], &limit, generations, simulated)
            })
            .collect();
        let mean = Objective::Mean.of(&risks);
        let unbounded =
            if nodes.iter().any(|node| node.diverges) && generations.is_none() { DIVERGES } else { OVERFLOW };
        let mut reasons = Reasons::new();
        if generations.is_none() {
            reasons.insert("generations", "not asked for: the limit".to_owned());
        }
        if !mean.is_finite() {
            reasons.insert("mean_risk", unbounded.to_owned());
        }
        if is_infinite {
            reasons.insert("covariance", unbounded.to_owned());
        }
        let class = |(i, class): (usize, &goldenweight_theory::network::Class)| Class {
            nodes: class.nodes.iter().map(|&node| names[node].clone()).collect(),
            period: class.period,
            closed: class.closed,
            growth: limit.growth(i).map(|growth| growth.middle()),
        };
        NetworkDocument {
            file: self.file.clone(),
            model: problem.model().name,
            dim: problem.dim(),
            generations: self.generations,
            order: law.order().word(),
            classes: limit.classes().all.iter().enumerate().map(class).collect(),
            nodes,
            edges: network
                .edges()
                .iter()
                .map(|edge| Edge {
                    from: names[edge.from].clone(),
                    to: names[edge.to].clone(),
                    weight: edge.weight,
                    rows: edge.rows,
                })
                .collect(),
            covariance: covariance.into_iter().map(|row| row.into_iter().map(finite).collect()).collect(),
            mean_risk: finite(mean),
            minimised: best.zip(self.minimise.as_ref()).map(|(best, name)| minimised(network, name, best.as_ref())),
            seed: self.simulate.as_ref().map(|(_, seed)| *seed),
            reasons,
        }
    }
}

/// Whether the law up to this generation is computed in a minute or two.
fn affordable(network: &Network, generations: Option<u32>) -> Result<(), InputError> {
    let size = network.nodes().len() as f64;
    let step = 2.0 * size * (network.edges().len() as f64 + size);
    match generations {
        Some(t) if f64::from(t) * step > MAX_OPERATIONS => {
            let most = libm::floor(MAX_OPERATIONS / step);
            let condition = format!("must be at most {} for this network", digits(most));
            Err(InputError::new("generations", t, condition))
        }
        _ => Ok(()),
    }
}

/// What becomes of a network, from [`Prepared::answer`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct NetworkDocument {
    file: String,
    model: &'static str,
    dim: usize,
    generations: Option<u64>,
    /// exact, or limit where the law is that of many rows.
    order: &'static str,
    classes: Vec<Class>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Row i, column j: E <error of node i, error of node j>.
    covariance: Vec<Vec<Option<f64>>>,
    mean_risk: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimised: Option<Minimised>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    reasons: Reasons,
}

/// Models that feed one another.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Class {
    nodes: Vec<String>,
    /// Greatest common divisor of the lengths of its cycles; 0 where it has none.
    period: usize,
    closed: bool,
    /// The factor by which its errors grow, where the graph alone does not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    growth: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Node {
    name: String,
    /// Its place among the classes, from 0.
    class: usize,
    real: u64,
    start: u64,
    real_weight: f64,
    /// Whether its risk grows without bound.
    diverges: bool,
    /// Whether it becomes a point, at a bounded risk.
    saturates: bool,
    slope: Option<f64>,
    risk: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated: Option<Simulated>,
    reasons: Reasons,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Edge {
    from: String,
    to: String,
    weight: f64,
    rows: u64,
}

/// The best weights on real rows.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Minimised {
    /// mean, or the name of a node.
    objective: String,
    /// The least limit risk.
    risk: Option<f64>,
    nodes: Vec<Weighted>,
    evaluations: u64,
    converged: bool,
    reasons: Reasons,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct Weighted {
    name: String,
    real_weight: f64,
    /// Whether it was searched for: the node has real rows and edges.
    free: bool,
    risk: Option<f64>,
    reasons: Reasons,
}

const DIVERGES: &str = "it grows without bound";

impl Node {
    fn fate(&self) -> &'static str {
        match (self.diverges, self.saturates) {
            (true, _) => "diverges",
            (_, true) => "saturates",
            _ => "bounded",
        }
    }

    /// What its risk grows by.
    fn slope_in_words(&self) -> String {
        self.slope.map_or_else(|| "geometric".to_owned(), short)
    }
}

/// A table with its columns aligned.
fn table(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

impl fmt::Display for NetworkDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, model, dim, classes, nodes, edges, .. } = self;
        let counts = [(nodes.len(), "model"), (edges.len(), "edge")]
            .map(|(count, what)| if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") });
        let order = if self.order == Order::Exact.word() { Order::Exact } else { Order::Limit };
        writeln!(f, "{file}: {}, {model}, p = {dim}", counts.join(", "))?;
        let at = self.generations.map_or_else(|| "limit".to_owned(), |t| format!("generation {t}"));
        writeln!(f, "risks: {at}; {}\n", law(order))?;
        let has_simulation = nodes.iter().any(|node| node.simulated.is_some());
        let head = ["model", "class", "real rows", "weight", "fate", "risk", "slope", "simulated", "std error", "z"];
        let columns = if has_simulation { 10 } else { 7 };
        let mut rows = vec![head[..columns].iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()];
        for node in nodes {
            let risk = node.risk.map_or_else(
                || {
                    if node.diverges && self.generations.is_none() {
                        "diverges".to_owned()
                    } else {
                        "overflow".to_owned()
                    }
                },
                short,
            );
            let mut row = vec![
                node.name.clone(),
                (node.class + 1).to_string(),
                node.real.to_string(),
                short(node.real_weight),
                node.fate().to_owned(),
                risk,
                node.slope_in_words(),
            ];
            if let Some(simulated) = &node.simulated {
                let [risk, error, _] = simulated.explained();
                let z = simulated.z.reason().map_or_else(|| simulated.z.number(), |reason| format!("- ({reason})"));
                row.extend([risk, error, z]);
            }
            rows.push(row);
        }
        table(f, &rows)?;
        writeln!(f)?;
        for (i, class) in classes.iter().enumerate() {
            let names = if class.nodes.len() <= SHOWN {
                class.nodes.join(", ")
            } else {
                format!("{}, ... ({} models)", class.nodes[..SHOWN].join(", "), class.nodes.len())
            };
            let mut words = vec![match class.period {
                0 => "no cycle".to_owned(),
                1 => "aperiodic".to_owned(),
                period => format!("period {period}"),
            }];
            words.extend(class.closed.then(|| "closed: it collapses".to_owned()));
            words.extend(class.growth.map(|growth| {
                let verb = if growth < 1.0 { "shrink" } else { "grow" };
                format!("errors {verb} by a factor of {}", short(growth))
            }));
            writeln!(f, "class {}: {names} ({})", i + 1, words.join(", "))?;
        }
        writeln!(f)?;
        let mut facts =
            vec![("mean risk", explained(self.mean_risk, self.reasons.get("mean_risk").map(String::as_str)))];
        if let Some(found) = nodes.iter().find_map(|node| node.simulated.as_ref()) {
            facts.push(("finished", format!("{}, seed {}", found.finished(), self.seed.unwrap_or_default())));
            facts.push(("failed fits", found.failed()));
        }
        lines(f, &facts)?;
        if nodes.len() <= SHOWN {
            writeln!(f, "\ncovariances of the errors")?;
            let mut rows = vec![vec![String::new()]];
            rows[0].extend(nodes.iter().map(|node| node.name.clone()));
            for (node, row) in nodes.iter().zip(&self.covariance) {
                let numbers = row.iter().map(|c| c.map_or_else(|| "diverges".to_owned(), short));
                rows.push([node.name.clone()].into_iter().chain(numbers).collect());
            }
            table(f, &rows)?;
        }
        if let Some(minimised) = &self.minimised {
            let Minimised { objective, risk, evaluations, converged, .. } = minimised;
            let of =
                if objective == "mean" { "mean limit risk".to_owned() } else { format!("limit risk of {objective}") };
            let risk = explained(*risk, minimised.reasons.get("risk").map(String::as_str));
            let ended = match (minimised.risk, converged) {
                (None, _) => String::new(),
                (_, true) => format!(" ({evaluations} limits)"),
                (_, false) => format!(" ({evaluations} limits, not converged)"),
            };
            writeln!(f, "\nleast {of}: {risk}{ended}")?;
            if !minimised.nodes.is_empty() {
                let mut rows = vec![["model", "weight", "risk"].map(str::to_owned).to_vec()];
                for node in &minimised.nodes {
                    let weight = short(node.real_weight) + if node.free { "" } else { " (as given)" };
                    rows.push(vec![node.name.clone(), weight, node.risk.map_or_else(|| "diverges".to_owned(), short)]);
                }
                table(f, &rows)?;
            }
        }
        Ok(())
    }
}

/// A node with what became of it.
fn described(
    node: &crate::network::Node,
    place: usize,
    risk: f64,
    limit: &NetworkLimit,
    generations: Option<u32>,
    simulated: Option<Simulated>,
) -> Node {
    let mut reasons = Reasons::new();
    let slope = limit.slope(place);
    if slope.is_none() {
        reasons.insert("slope", "it grows geometrically: see the growth of the classes".to_owned());
    }
    if !risk.is_finite() {
        let why = if limit.diverges(place) && generations.is_none() { DIVERGES } else { OVERFLOW };
        reasons.insert("risk", why.to_owned());
    }
    Node {
        name: node.name.clone(),
        class: limit.classes().of[place],
        real: node.real,
        start: node.start,
        real_weight: node.weight,
        diverges: limit.diverges(place),
        saturates: limit.saturates(place),
        slope,
        risk: finite(risk),
        simulated,
        reasons,
    }
}

/// The best weights, or why there are none.
fn minimised(network: &Network, objective: &str, best: Option<&Best>) -> Minimised {
    let mut reasons = Reasons::new();
    let Some(best) = best else {
        let why = "it diverges at every weight: a model has no real rows, nor any in what feeds it";
        reasons.insert("risk", why.to_owned());
        let objective = objective.to_owned();
        return Minimised { objective, risk: None, nodes: Vec::new(), evaluations: 1, converged: false, reasons };
    };
    let node = |(i, node): (usize, &crate::network::Node)| {
        let diverges = !best.risks[i].is_finite();
        Weighted {
            name: node.name.clone(),
            real_weight: best.weights[i],
            free: best.free[i],
            risk: finite(best.risks[i]),
            reasons: Reasons::from_iter(diverges.then(|| ("risk", DIVERGES.to_owned()))),
        }
    };
    Minimised {
        objective: objective.to_owned(),
        risk: finite(best.risk),
        nodes: network.nodes().iter().enumerate().map(node).collect(),
        evaluations: best.evaluations,
        converged: best.converged,
        reasons,
    }
}

/// Whose risk is minimised.
fn objective(network: &Network, name: &str) -> Result<Objective, InputError> {
    let refuse = |condition: String| Err(InputError::new("minimise", name, condition));
    let free = network.free_weights();
    if free > MAX_WEIGHTS {
        return refuse(format!(
            "must be left out where more than {MAX_WEIGHTS} weights can be chosen; here it is {free}"
        ));
    }
    match network.nodes().iter().position(|node| node.name == name) {
        Some(node) if name != "mean" => Ok(Objective::Node(node)),
        None if name == "mean" => Ok(Objective::Mean),
        Some(_) => refuse("must not be the name of a model and of the mean: rename the model".to_owned()),
        None => refuse("must be mean, or the name of a model".to_owned()),
    }
}

/// Whether the rows of a generation of all models can be drawn.
fn fits_in_memory(network: &Network, problem: &Problem, kind: SimulatorKind) -> Result<(), InputError> {
    let counts = network
        .nodes()
        .iter()
        .map(|node| node.start.max(node.real))
        .chain(network.edges().iter().map(|edge| edge.rows));
    let all: u64 = if kind == SimulatorKind::Rows { counts.sum() } else { counts.count() as u64 };
    let most = MAX_VALUES / (problem.dim() * if kind == SimulatorKind::Rows { 1 } else { problem.dim() }) as u64;
    if all > most {
        let what = if kind == SimulatorKind::Rows { "rows" } else { "batches" };
        let condition = format!("must have at most {most} {what} at a generation to be simulated");
        return Err(InputError::new("argument", all, condition));
    }
    Ok(())
}

impl NetworkDocument {
    /// The picture of the models, as SVG.
    ///
    /// # Examples
    /// see [`Question`].
    #[must_use]
    pub fn picture(&self) -> String {
        let dot = |node: &Node| Dot {
            name: node.name.clone(),
            class: node.class,
            note: node.risk.map_or_else(|| "diverges".to_owned(), short),
            collapses: node.diverges || node.saturates,
            grounded: node.real_weight > 0.0,
        };
        let dots: Vec<Dot> = self.nodes.iter().map(dot).collect();
        let place = |name: &String| self.nodes.iter().position(|node| node.name == *name).unwrap_or_default();
        let edges: Vec<_> = self.edges.iter().map(|edge| (place(&edge.from), place(&edge.to), edge.weight)).collect();
        let at = self.generations.map_or_else(|| "limit risks".to_owned(), |t| format!("risks at generation {t}"));
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        draw(&format!("{name}: {at}, {}", self.model), &dots, &edges)
    }

    /// What is to be said beside it: that it is partial, failed fits, no z, weights that did not converge.
    #[must_use]
    pub fn remarks(&self) -> Remarks {
        let mut remarks = Remarks::default();
        for (i, node) in self.nodes.iter().enumerate() {
            let Some(simulated) = &node.simulated else { continue };
            if i == 0 && simulated.is_partial() {
                remarks.inconclusive(simulated.finished());
            }
            // All nodes of a replicate fail together.
            if i == 0 {
                simulated.remark("", &mut remarks);
            }
            if let Some(reason) = simulated.missing_z() {
                remarks.note(format!("{}: no z: {reason}", node.name));
            }
        }
        if self.minimised.as_ref().is_some_and(|found| found.risk.is_some() && !found.converged) {
            remarks.inconclusive("the weights of `minimise` did not converge".to_owned());
        }
        remarks
    }
}
