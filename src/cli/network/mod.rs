//! `network`: several models that feed one another.

mod read;

use std::{fmt, path::PathBuf};

use clap::Args;
use goldenweight::{
    answer::{
        Reasons,
        closed_form::{OVERFLOW, law},
        estimate::{Simulated, Theory},
        text::{explained, finite},
    },
    catalogue::Model,
    experiment::{Generations, InputError, Parameters, Problem, digits},
    figures::network::{Dot, draw},
    network::{
        Network,
        law::{NetworkLaw, NetworkLimit},
        optimum::{Best, MAX_WEIGHTS, Objective, best},
    },
    prediction::Order,
    simulate::{
        dispatch::SimulatorKind,
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
    },
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, Replicates, model, whole},
    interrupt,
    monte_carlo::{INTERRUPT_HELP, MAX_REPLICATES, Z_HELP},
    origin::Origin,
    output::{Place, Remarks, lines, open_file, progress, short, show, tell, write_places},
};
use read::Described;

/// Replicates unless they are given.
const DEFAULT_REPLICATES: u64 = 2_000;

/// Most rows or statistics of a generation, of all nodes together.
const MAX_VALUES: u64 = 10_000_000;

/// Most multiplications of the law up to a generation: a minute or two.
const MAX_OPERATIONS: f64 = 1e11;

/// Most nodes whose matrix of covariances is printed as text.
const SHOWN: usize = 12;

/// Several models that feed one another: which of them collapse, their risks and covariances, the best weights
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight network teachers.toml --minimise mean --svg teachers.svg\n\n\
    FILE.toml has a table for each model and for each edge:\n\n    \
    [[node]]                      [[edge]]\n    \
    name = \"a\"                    from = \"a\"\n    \
    real = 100                    to = \"b\"\n    \
    start = 50                    weight = 0.3\n    \
    {:30}rows = 100\n\n\
    At every generation b is fitted on 100 rows of a's model of the generation before, with total weight 0.3; from and to may be the same. A node's\n\
    weight on its fresh real rows is what the edges to it leave; without real rows (real = 0, or left out) their weights must add up to 1.\n\
    Generation 0 of a node is fitted on real rows alone: start, or else real, or else the most rows of an edge to it. At most {} nodes.\n\n\
    A class is a set of models that feed one another, over any number of generations. It is closed where none of them has weight on real rows\n\
    or an edge from outside. The risk of a mean or a regression diverges in a closed class with a cycle, and in all that it feeds: JSON, slope,\n\
    what it grows by at each generation in the long run. Shares and distribution functions saturate there: all models of the class become points,\n\
    at the largest risk (JSON: saturates). For variances and covariances the graph alone does not decide: JSON, growth, the factor by\n\
    which errors grow from one generation to the next, diverging from 1 on.\n\
    Laws are exact, but of regressions, which have their limit laws. Where a node diverges, so do its covariances in the limit: JSON null.\n\n\
    Models have their default truths, see goldenweight risk --help.\n\n{Z_HELP}\n\n{INTERRUPT_HELP}", "", Network::MAX_NODES))]
pub struct NetworkArgs {
    /// The models and their edges, see below
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
    /// Model, as in the other commands; not kde
    #[arg(long, value_parser = model, default_value = "gaussian-mean")]
    model: Model,
    /// Dimension p, 1 to 1000 [default: 1; categorical: 4]
    #[arg(long, value_name = "P", value_parser = whole, allow_hyphen_values = true)]
    dim: Option<u64>,
    /// Generation T at which risks are taken (at most 1000000) [default: the limit]
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true)]
    generations: Option<u64>,
    /// Also find the weights on real rows that minimise a limit risk: mean (over all models), or that of the model of this NAME
    #[arg(long, value_name = "NAME")]
    minimise: Option<String>,
    /// Also simulate generation T
    #[arg(long)]
    simulate: bool,
    /// Independent replicates, 2 to 10^9, or A..B, those with these indices [default: 2000]
    #[arg(long, value_name = "R", allow_hyphen_values = true)]
    replicates: Option<Replicates>,
    /// Also draw the models and their edges
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    compute: Compute,
}

#[derive(Serialize, JsonSchema)]
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
#[derive(Serialize, JsonSchema)]
struct Class {
    nodes: Vec<String>,
    /// Greatest common divisor of the lengths of its cycles; 0 where it has none.
    period: usize,
    closed: bool,
    /// The factor by which its errors grow, where the graph alone does not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    growth: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
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

#[derive(Serialize, JsonSchema)]
struct Edge {
    from: String,
    to: String,
    weight: f64,
    rows: u64,
}

/// The best weights on real rows.
#[derive(Serialize, JsonSchema)]
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

#[derive(Serialize, JsonSchema)]
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
            words.extend(class.growth.map(|growth| format!("errors grow by a factor of {}", short(growth))));
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

impl NetworkArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let described = Described::read(&self.file)?;
        let network = &described.network;
        // Only the model and its truth are the problem's; rows come from the file.
        let dim = self.dim.or_else(|| (!self.model.takes.contains(&"probabilities")).then_some(1));
        let problem = Problem::new(self.model, 1_000_000, 1_000_000, &Parameters::of_dim(dim))?;
        network.validate(&problem).map_err(|fault| described.fault(&fault))?;
        let no_law =
            || InputError::new("model", self.model, "must be a model with a law of several that feed one another");
        let law = NetworkLaw::new(network, &problem)?.ok_or_else(no_law)?;
        let generations = match Generations::new(self.generations, None)? {
            Generations::At(t) => Some(t),
            _ => None,
        };
        self.affordable(network, generations)?;
        let objective = self.minimise.as_deref().map(|name| objective(network, name)).transpose()?;
        let replicates = self.replicates(generations)?;
        let kind = SimulatorKind::of(&problem, ScheduleKind::Fresh, None, self.model.fast)?;
        if replicates.is_some() {
            fits_in_memory(&described, &problem, kind)?;
        }
        let picture = self.svg.as_deref().map(|file| open_file("--svg", file)).transpose()?;
        let stop = if replicates.is_some() { Some(interrupt::listen()?) } else { None };
        let document = self.compute.install(|| {
            let simulated = replicates.as_ref().zip(stop).zip(generations).map(|((replicates, stop), t)| {
                let plan = Plan {
                    seed: self.compute.seed,
                    experiment: 0,
                    cell: 0,
                    replicates: replicates.range.clone(),
                    schedule: ScheduleKind::Fresh,
                    record: Record::At(vec![t]),
                };
                let simulator = problem.truth().simulator(kind, problem.rows()).expect("a simulator of this kind");
                let bar = progress(Some(replicates.count()), "replicates");
                let options = Options { progress: &|done| bar.inc(done), stop, ..Options::default() };
                let outcome =
                    simulator.run_under(&network.schedule(), &plan, &[Weights::Constant(1.0)], options).remove(0);
                bar.finish_and_clear();
                (outcome, replicates.count())
            });
            let best = objective.map(|objective| best(network, &problem, objective)).transpose()?;
            Ok(self.document(network, &problem, &law, generations, simulated.as_ref(), best.as_ref()))
        })?;
        let picture = picture.map(|place| (place, document.picture()));
        let drawn = picture.map_or(Ok(()), |(place, svg): (Place, String)| write_places(vec![(place, &svg)]));
        show(&document, self.compute.json, origin, document.seed)?;
        drawn.map_err(|e| Failure::CouldNotRun(format!("writing the picture to --svg: {e}")))?;
        let mut remarks = Remarks::default();
        for (i, node) in document.nodes.iter().enumerate() {
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
        if document.minimised.as_ref().is_some_and(|found| found.risk.is_some() && !found.converged) {
            remarks.inconclusive("the weights of --minimise did not converge".to_owned());
        }
        Ok(tell(&remarks))
    }

    /// The replicates, where a simulation is asked for.
    fn replicates(&self, generations: Option<u32>) -> Result<Option<Replicates>, InputError> {
        match (self.simulate, &self.replicates) {
            (false, None) => Ok(None),
            (false, Some(typed)) => Err(InputError::new("replicates", typed, "needs --simulate")),
            (true, _) if generations.is_none() => {
                Err(InputError::new("option", "--simulate", "needs `generations`: a limit cannot be simulated"))
            }
            (true, asked) => {
                let replicates = asked.clone().unwrap_or_else(|| Replicates::first(DEFAULT_REPLICATES));
                replicates.validate(2..=MAX_REPLICATES)?;
                Ok(Some(replicates))
            }
        }
    }

    /// Whether the law up to this generation is computed in a minute or two.
    fn affordable(&self, network: &Network, generations: Option<u32>) -> Result<(), InputError> {
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
        let class = |(i, class): (usize, &goldenweight_theory::network::Class)| Class {
            nodes: class.nodes.iter().map(|&node| names[node].clone()).collect(),
            period: class.period,
            closed: class.closed,
            growth: limit.growth(i).map(|growth| growth.middle()),
        };
        NetworkDocument {
            file: self.file.display().to_string(),
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
            seed: simulated.map(|_| self.compute.seed),
            reasons,
        }
    }
}

/// A node with what became of it.
fn described(
    node: &goldenweight::network::Node,
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
    let node = |(i, node): (usize, &goldenweight::network::Node)| {
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
fn fits_in_memory(described: &Described, problem: &Problem, kind: SimulatorKind) -> Result<(), InputError> {
    let network = &described.network;
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
    /// The picture of the models.
    fn picture(&self) -> String {
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
}
