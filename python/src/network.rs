//! `network`: several models that feed one another.

use goldenweight::{
    answer::network::Question,
    catalogue,
    experiment::InputError,
    network::{Fault, GivenEdge, GivenNode, Network, Part},
};
use pyo3::prelude::*;

use crate::{
    answer::{Answer, raised, refused},
    run::run,
};

/// What becomes of a network.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "as many as the command line has options")]
pub fn network(
    py: Python<'_>,
    file: String,
    nodes: Vec<(String, u64, Option<u64>)>,
    edges: Vec<(String, String, f64, u64)>,
    model: &str,
    dim: Option<u64>,
    generations: Option<u64>,
    minimise: Option<String>,
    simulate: Option<(u64, u64)>,
    seed: u64,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let fault = |fault: &Fault| {
        let Fault { part, key, value, condition } = fault;
        let part = match part {
            Part::Whole => String::new(),
            Part::Node(i) => format!("node {i} "),
            Part::Edge(i) => format!("edge {i} "),
        };
        InputError::new(format!("{part}{key}"), value, condition.as_str())
    };
    let node = |(name, real, start)| GivenNode { name, real, start };
    let edge = |(from, to, weight, rows)| GivenEdge { from, to, weight, rows };
    let network = Network::new(nodes.into_iter().map(node).collect(), edges.into_iter().map(edge).collect());
    let network = network.map_err(|found| refused(&fault(&found)))?;
    let model = catalogue::find(model).map_err(|condition| refused(&InputError::new("model", model, condition)))?;
    let simulate = simulate.map(|(first, end)| (first..end, seed));
    let question = Question { file, model, dim, generations, minimise, simulate };
    let prepared = question.prepare(&network, &fault).map_err(raised)?;
    let document = run(py, threads, progress, |options| prepared.answer(options))?;
    let remarks = document.remarks();
    Ok(Answer::with(document, remarks))
}
