//! `network`: several models that feed one another.

mod read;

use std::path::PathBuf;

use clap::Args;
use goldenweight::{
    answer::{monte_carlo::MAX_REPLICATES, network::Question},
    catalogue::Model,
    experiment::InputError,
    network::Network,
    simulate::engine::Options,
};

use super::{
    Failure, Status,
    args::{Compute, Replicates, model, whole},
    interrupt,
    monte_carlo::{INTERRUPT_HELP, Z_HELP},
    origin::Origin,
    output::{Place, open_file, progress, show, tell, write_places},
};
use read::Described;

/// Replicates unless they are given.
const DEFAULT_REPLICATES: u64 = 2_000;

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
    /// Also find the weights on real rows that minimise a limit risk (at most 60 of them): mean (over all models), or that of the model of this NAME
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

impl NetworkArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let described = Described::read(&self.file)?;
        let replicates = self.replicates()?;
        let question = Question {
            file: self.file.display().to_string(),
            model: self.model,
            dim: self.dim,
            generations: self.generations,
            minimise: self.minimise.clone(),
            simulate: replicates.as_ref().map(|replicates| (replicates.range.clone(), self.compute.seed)),
        };
        let prepared = question.prepare(&described.network, &|fault| described.fault(fault))?;
        let picture = self.svg.as_deref().map(|file| open_file("--svg", file)).transpose()?;
        let stop = if replicates.is_some() { Some(interrupt::listen()?) } else { None };
        let document = self.compute.install(|| {
            let Some((replicates, stop)) = replicates.as_ref().zip(stop) else {
                return Ok(prepared.answer(Options::default())?);
            };
            let bar = progress(Some(replicates.count()), "replicates");
            let options = Options { progress: &|done| bar.inc(done), stop, ..Options::default() };
            let document = prepared.answer(options);
            bar.finish_and_clear();
            Ok(document?)
        })?;
        let picture = picture.map(|place| (place, document.picture()));
        let drawn = picture.map_or(Ok(()), |(place, svg): (Place, String)| write_places(vec![(place, &svg)]));
        show(&document, self.compute.json, origin, replicates.map(|_| self.compute.seed))?;
        drawn.map_err(|e| Failure::CouldNotRun(format!("writing the picture to --svg: {e}")))?;
        Ok(tell(&document.remarks()))
    }

    /// The replicates, where a simulation is asked for.
    fn replicates(&self) -> Result<Option<Replicates>, InputError> {
        match (self.simulate, &self.replicates) {
            (false, None) => Ok(None),
            (false, Some(typed)) => Err(InputError::new("replicates", typed, "needs --simulate")),
            (true, _) if self.generations.is_none() => {
                Err(InputError::new("option", "--simulate", "needs `generations`: a limit cannot be simulated"))
            }
            (true, asked) => {
                let replicates = asked.clone().unwrap_or_else(|| Replicates::first(DEFAULT_REPLICATES));
                replicates.validate(2..=MAX_REPLICATES)?;
                Ok(Some(replicates))
            }
        }
    }
}
