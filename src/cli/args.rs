//! Options that several commands share.

use clap::Args;
use goldenweight::{
    experiment::{InputError, Model, Problem, within},
    stream::DEFAULT_SEED,
};

use super::Failure;

/// Most worker threads: more would only exhaust the machine.
const MAX_THREADS: u64 = 1_024;

/// Options of every command that computes.
#[derive(Args)]
pub struct Compute {
    /// Worker threads, 1 to 1024 [default: all cores]; the result never depends on it
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true)]
    threads: Option<u64>,
    /// Seed of the random numbers; closed forms draw none
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true, default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

impl Compute {
    /// Runs the computation on the threads that were asked for.
    pub fn install<T: Send>(&self, compute: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
        let threads = self.threads.map_or(Ok(0), |n| within("--threads", n, 1..=MAX_THREADS))?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build();
        pool.map_err(|e| Failure::CouldNotRun(format!("starting threads: {e}")))?.install(compute)
    }
}

/// Rows per generation and the truth.
#[derive(Args)]
pub struct Setting {
    /// Fresh real rows per generation, n (at most 10^12)
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true)]
    real: u64,
    /// Synthetic rows per generation, m (at most 10^12)
    #[arg(long, value_name = "M", value_parser = whole, allow_hyphen_values = true)]
    synthetic: u64,
    /// Dimension p, 1 to 1000 [default: 2; cdf 1; categorical: the number of cells]
    #[arg(long, value_name = "P", value_parser = whole, allow_hyphen_values = true)]
    dim: Option<u64>,
    /// Probabilities of the cells, categorical only [default: 0.1,0.2,0.3,0.4]
    #[arg(long, value_name = "P,..", value_parser = number, allow_hyphen_values = true, value_delimiter = ',')]
    probabilities: Option<Vec<f64>>,
}

impl Setting {
    /// The problem of this model.
    pub fn problem(&self, model: Model) -> Result<Problem, InputError> {
        Problem::new(model, self.real, self.synthetic, self.dim, self.probabilities.clone())
    }
}

/// A whole number.
pub fn whole(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parsed = if digits { text.parse().ok() } else { None };
    parsed.ok_or_else(|| "must be a whole number below 2^64, digits only".to_owned())
}

/// A finite number.
pub fn number(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|x: &f64| x.is_finite()).ok_or_else(|| "must be a finite number".to_owned())
}
