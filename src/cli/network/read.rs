//! Reads the description of a network. Errors name file and line.

use std::{ops::Range, path::Path};

use goldenweight::{
    experiment::{InputError, excerpt},
    network::{Fault, GivenEdge, GivenNode, Network, Part},
};
use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    node: Vec<Spanned<NodeTable>>,
    #[serde(default)]
    edge: Vec<Spanned<EdgeTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeTable {
    name: Spanned<String>,
    real: Option<Spanned<i64>>,
    start: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeTable {
    from: Spanned<String>,
    to: Spanned<String>,
    weight: Spanned<f64>,
    rows: Spanned<i64>,
}

/// A description with what is needed to say where it is wrong.
pub struct Described {
    /// The network.
    pub network: Network,
    place: Place,
}

struct Place {
    file: String,
    text: String,
    nodes: Vec<Spanned<NodeTable>>,
    edges: Vec<Spanned<EdgeTable>>,
}

/// Largest file: ten times what the largest network takes.
const MAX_BYTES: usize = 100_000_000;

impl Described {
    /// Of this file.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let file = path.display().to_string();
        let refuse = |condition: String| InputError::new("argument", &file, condition);
        let bytes = std::fs::read(path).map_err(|e| refuse(format!("must be a file to read: {e}")))?;
        if bytes.len() > MAX_BYTES {
            return Err(refuse(format!("must have at most {MAX_BYTES} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|e| {
            let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            refuse(format!("must be text in UTF-8: line {line} is not"))
        })?;
        // Some programs begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
        let parsed: File = toml::from_str(&text).map_err(|e| {
            let at = e.span().map_or(0..0, |span| span);
            let line = line(&text, &at);
            let written = text.lines().nth(line - 1).unwrap_or_default().trim();
            // Words between backticks would be taken for options.
            let message = e.message().lines().collect::<Vec<_>>().join(", ").replace('`', "'");
            refuse(format!("line {line}, {}: must be TOML of a network: {message}", excerpt(written).replace('`', "'")))
        })?;
        let place = Place { file, text, nodes: parsed.node, edges: parsed.edge };
        let network = place.network()?;
        Ok(Self { network, place })
    }

    /// A fault in the words of the file.
    pub fn fault(&self, fault: &Fault) -> InputError {
        self.place.error(fault)
    }
}

impl Place {
    fn network(&self) -> Result<Network, InputError> {
        let count = |part, key: &'static str, given: &Spanned<i64>| {
            let rows = *given.as_ref();
            u64::try_from(rows).map_err(|_| {
                let condition = "must not be negative".to_owned();
                self.error(&Fault { part, key, value: rows.to_string(), condition })
            })
        };
        let node = |(i, table): (usize, &Spanned<NodeTable>)| {
            let NodeTable { name, real, start } = table.as_ref();
            let of = |key, given: &Option<Spanned<i64>>| {
                given.as_ref().map(|given| count(Part::Node(i), key, given)).transpose()
            };
            Ok(GivenNode {
                name: name.as_ref().clone(),
                real: of("real", real)?.unwrap_or(0),
                start: of("start", start)?,
            })
        };
        let edge = |(i, table): (usize, &Spanned<EdgeTable>)| {
            let EdgeTable { from, to, weight, rows } = table.as_ref();
            let rows = count(Part::Edge(i), "rows", rows)?;
            Ok(GivenEdge { from: from.as_ref().clone(), to: to.as_ref().clone(), weight: *weight.as_ref(), rows })
        };
        let nodes = self.nodes.iter().enumerate().map(node).collect::<Result<_, InputError>>()?;
        let edges = self.edges.iter().enumerate().map(edge).collect::<Result<_, InputError>>()?;
        Network::new(nodes, edges).map_err(|fault| self.error(&fault))
    }

    /// With the line of the key, or else of the table's head.
    fn error(&self, fault: &Fault) -> InputError {
        let Fault { part, key, value, condition } = fault;
        let value = if value.is_empty() { "''".to_owned() } else { excerpt(value).replace('`', "'") };
        let refuse =
            |place: String| InputError::new("argument", &self.file, format!("{place}{key} {value}: {condition}"));
        let span = match *part {
            Part::Whole => return refuse(String::new()),
            Part::Node(i) => {
                let NodeTable { name, real, start } = self.nodes[i].as_ref();
                match (*key, real, start) {
                    ("real", Some(real), _) => real.span(),
                    ("start", _, Some(start)) => start.span(),
                    _ => name.span(),
                }
            }
            Part::Edge(i) => {
                let EdgeTable { from, to, weight, rows } = self.edges[i].as_ref();
                match *key {
                    "from" => from.span(),
                    "to" => to.span(),
                    "weight" => weight.span(),
                    _ => rows.span(),
                }
            }
        };
        refuse(format!("line {}, ", line(&self.text, &span)))
    }
}

/// The line of a place in the text, from 1.
fn line(text: &str, span: &Range<usize>) -> usize {
    // An error at the end of the text is one of its last line.
    let before = text.as_bytes()[..span.start.min(text.trim_end().len())].iter();
    1 + before.filter(|byte| **byte == b'\n').count()
}
