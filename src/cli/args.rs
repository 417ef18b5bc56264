//! Options that several commands share.

use clap::Args;
use goldenweight::{
    experiment::{InputError, Model, Problem, within},
    stream::DEFAULT_SEED,
};

use super::Failure;

/// What each model is, for the help of the commands that take one.
pub const MODELS: &str = "\
Models, with x ~ N(0, I) in dimension p (--dim) and beta = (1, .., 1):
  gaussian-mean        rows x; fits mean and covariance. Loss: squared error of the mean, |mean|^2.
  gaussian-covariance  the same rows and fits. Loss: squared error of the covariance, summed over its entries.
  linear               y = x'beta + N(0, 1), no intercept, the noise variance known. Loss: |estimate - beta|^2.
  logistic             P(y = 1) = 1/(1 + exp(-x'beta)), no intercept. Loss: |estimate - beta|^2.
  poisson              y ~ Poisson(exp(x'beta)), no intercept. Loss: |estimate - beta|^2.
  cdf                  rows U(0, 1); the empirical distribution function. Loss: integral of its squared error.
  categorical          cells with --probabilities. Loss: squared error of the cells' shares, summed over the cells.
Start: generation 0 is fitted on n real rows alone. Each later generation draws n fresh real rows and m synthetic ones of the model
before, and the fit gives the real rows the total weight w, the synthetic ones 1 - w. In the regressions synthetic rows have fresh x.
Covariances have the divisor n - 1 (unbiased), as the paper's. With the divisor n (numpy's bias=True) other laws hold: at w = 0 and n = m
the mean's risk levels off, tr Sigma (1 - (1 - 1/n)^(t + 1)), where with n - 1 it grows without end, tr Sigma (1 + t)/n.";

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

/// A finite number. -0 is 0; what is not 0 and yet too near it for a float would be taken as 0, and is refused.
pub fn number(text: &str) -> Result<f64, String> {
    let parsed = text.parse().ok().filter(|x: &f64| x.is_finite());
    let x = parsed.ok_or_else(|| "must be a finite number".to_owned())?;
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    if x == 0.0 && digits.contains(|c: char| ('1'..='9').contains(&c)) {
        return Err("must be 0 or at least 5e-324, the smallest float".to_owned());
    }
    Ok(x + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_zero_and_no_underflow() {
        for zero in ["0", "-0", "-0.0", "+0", "0e5", "-0e-400"] {
            assert_eq!(number(zero).map(f64::to_bits), Ok(0), "{zero}");
        }
        assert_eq!((number(".5"), number("5e-324")), (Ok(0.5), Ok(5e-324)));
        for refused in ["1e-400", "-1e-400", "0.01E-999", "1e400", "-inf", "NaN", "", "half"] {
            assert!(number(refused).is_err(), "{refused}");
        }
    }
}
