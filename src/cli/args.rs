//! Options that several commands share.

use std::{
    fmt,
    ops::{Range, RangeInclusive},
};

use clap::{ArgAction, Args};
use goldenweight::{
    catalogue::{self, Model},
    experiment::{Bandwidth, Divisor, InputError, Parameters, Problem, divisor_name, excerpt, within},
    simulate::engine::ScheduleKind,
    stats::shown::number_of,
    stream::DEFAULT_SEED,
};
use nalgebra::DMatrix;

use super::{Failure, usage::named};

/// What the models are, for the help of the commands that take one.
pub fn models() -> String {
    let mut text = "Models, with x ~ N(0, Omega) in the regressions:\n".to_owned();
    for model in catalogue::ALL {
        let takes = model.takes.iter().map(|name| option(name)).collect::<Vec<_>>().join(", ");
        let takes = if takes.is_empty() { String::new() } else { format!(" Takes {takes}.") };
        text += &format!("  {:20} {}.\n  {:20} Loss: {}.{takes}\n", model.name, model.rows, "", model.loss);
    }
    text + "\
Defaults: Sigma = I, Omega = I, beta = (1, .., 1), noise variance 1, --dim 2.
Start: generation 0 is fitted on n real rows alone. Each later generation draws n fresh real rows and m synthetic ones of the model
before, and the fit gives the real rows the total weight w, the synthetic ones 1 - w. In the regressions synthetic rows have fresh x.
Covariances have the divisor n - 1 (unbiased), as the paper's. With --divisor mle it is n (numpy's bias=True), and other laws hold: at
w = 0 and n = m the mean's risk levels off, tr Sigma (1 - (1 - 1/n)^(t + 1)), where with n - 1 it grows without end, tr Sigma (1 + t)/n."
}

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
    /// Dimension p, 1 to 1000 [default: 2, or that of the truth; cdf, kde and gaussian-variance 1; categorical: the number of cells]
    #[arg(long, value_name = "P", value_parser = whole, allow_hyphen_values = true)]
    dim: Option<u64>,
    /// Coefficients of the regressions [default: 1,..,1]
    #[arg(long, value_name = "B,..", value_parser = number, allow_hyphen_values = true, value_delimiter = ',', action = ArgAction::Set)]
    beta: Option<Vec<f64>>,
    /// Covariance of the Gaussian models' rows, symmetric positive definite: '2,.6;.6,1', or @FILE with a row a line [default: the identity]
    #[arg(long, value_name = "MATRIX", value_parser = matrix, allow_hyphen_values = true)]
    sigma: Option<DMatrix<f64>>,
    /// Covariance of the regressions' x, in the same forms [default: the identity]
    #[arg(long, value_name = "MATRIX", value_parser = matrix, allow_hyphen_values = true)]
    design_covariance: Option<DMatrix<f64>>,
    /// Variance of the noise, linear only [default: 1]
    #[arg(long, value_name = "S2", value_parser = number, allow_hyphen_values = true)]
    noise_variance: Option<f64>,
    /// Divisor of the Gaussian models' covariances: unbiased (rows less one) or mle (rows) [default: unbiased]
    #[arg(long, value_name = "WORD", value_parser = divisor)]
    divisor: Option<Divisor>,
    /// Probabilities of the cells, categorical only [default: 0.1,0.2,0.3,0.4]
    #[arg(long, value_name = "P,..", value_parser = number, allow_hyphen_values = true, value_delimiter = ',', action = ArgAction::Set)]
    probabilities: Option<Vec<f64>>,
    /// Bandwidth, kde only: a number, or optimal, with which the limit risk is least at its own best weight [default: optimal]
    #[arg(long, value_name = "H", value_parser = bandwidth, allow_hyphen_values = true)]
    bandwidth: Option<Bandwidth>,
}

impl Setting {
    /// The problem of this model.
    pub fn problem(&self, model: Model) -> Result<Problem, InputError> {
        let Self {
            real,
            synthetic,
            dim,
            beta,
            sigma,
            design_covariance,
            noise_variance,
            divisor,
            probabilities,
            bandwidth,
        } = self;
        let parameters = Parameters {
            dim: *dim,
            beta: beta.clone(),
            sigma: sigma.clone(),
            design_covariance: design_covariance.clone(),
            noise_variance: *noise_variance,
            probabilities: probabilities.clone(),
            divisor: *divisor,
            bandwidth: *bandwidth,
        };
        Problem::new(model, *real, *synthetic, &parameters)
    }
}

/// What generations are fitted on, and with which weights.
#[derive(Args)]
pub struct Weighting {
    /// Weight w on the real rows, 0 to 1; several, each once (.5,.6,.7), give a result each, on common random numbers where there are any
    #[arg(long, value_name = "W,..", value_parser = number, allow_hyphen_values = true, value_delimiter = ',', action = ArgAction::Set)]
    weight: Option<Vec<f64>>,
    /// Data of generation t: fresh (n new real rows and m synthetic ones), fixed (the same n real rows always), accumulate (n real rows and all
    /// synthetic ones so far, weighted alike) or subsample (n rows drawn without replacement from those); the last
    /// two take no --weight
    #[arg(long, value_name = "WORD", value_parser = schedule, default_value = "fresh")]
    pub schedule: ScheduleKind,
}

impl Weighting {
    /// The weights; none, once, where the schedule takes none.
    pub fn weights(&self, problem: &Problem) -> Result<Vec<Option<f64>>, InputError> {
        if self.weight.is_none() && self.schedule.takes_weight() {
            return Err(InputError::new("option", "--weight", "is required"));
        }
        self.schedule.weights(problem, self.weight.as_deref().unwrap_or_default())
    }
}

/// The name of an option from that of a field of the library; other words stay as they are.
pub fn option(field: &str) -> String {
    let is_field = !field.is_empty() && field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match field {
        "command" | "argument" | "option" | "figures" | "schema" | "compare" | "check" | "store" => field.to_owned(),
        field if is_field => format!("--{}", field.replace('_', "-")),
        field if field.contains(' ') => format!("`{field}`"),
        field => field.to_owned(),
    }
}

/// Rows between semicolons, or a file with a row a line.
fn matrix(text: &str) -> Result<DMatrix<f64>, String> {
    let (rows, between) = match text.strip_prefix('@') {
        None => (text.to_owned(), ';'),
        Some(file) => (std::fs::read_to_string(file).map_err(|e| format!("must be a file of text: {e}"))?, '\n'),
    };
    // Some programs begin a file with a byte order mark.
    let rows: Vec<&str> = rows.trim_start_matches('\u{feff}').trim().split(between).map(str::trim).collect();
    let row = |(i, row): (usize, &&str)| {
        let entry = |text: &str| number(text).map_err(|e| format!("row {}, entry '{}': {e}", i + 1, excerpt(text)));
        row.split(',').map(|text| entry(text.trim())).collect::<Result<Vec<f64>, String>>()
    };
    let rows = rows.iter().enumerate().map(row).collect::<Result<Vec<_>, _>>()?;
    let columns = rows[0].len();
    if let Some(i) = rows.iter().position(|row| row.len() != columns) {
        let entries = |count: usize| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
        return Err(format!("row {} has {}, row 1 has {columns}", i + 1, entries(rows[i].len())));
    }
    Ok(DMatrix::from_row_iterator(rows.len(), columns, rows.into_iter().flatten()))
}

fn bandwidth(text: &str) -> Result<Bandwidth, String> {
    if text == "optimal" {
        return Ok(Bandwidth::Optimal);
    }
    number(text).map(Bandwidth::Fixed).map_err(|_| "must be a finite number, or optimal".to_owned())
}

fn divisor(word: &str) -> Result<Divisor, String> {
    named(word, &[Divisor::Unbiased, Divisor::MaximumLikelihood], divisor_name)
}

/// A model of the catalogue.
pub fn model(word: &str) -> Result<Model, String> {
    named(word, &catalogue::ALL, |model| model.name)
}

fn schedule(word: &str) -> Result<ScheduleKind, String> {
    named(word, &ScheduleKind::ALL, ScheduleKind::name)
}

/// Replicates by index: a number R for the first R, or A..B.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicates {
    /// Their indices.
    pub range: Range<u64>,
    typed: String,
}

impl std::str::FromStr for Replicates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = match text.split_once("..") {
            None => 0..whole(text)?,
            Some((first, end)) => {
                let form = || format!("must be A..B, whole numbers with A below B, and B at most {}", Self::MAX_INDEX);
                let range = whole(first).and_then(|first| Ok(first..whole(end)?)).map_err(|_| form())?;
                if range.start >= range.end || range.end > Self::MAX_INDEX {
                    return Err(form());
                }
                range
            }
        };
        Ok(Self { range, typed: text.to_owned() })
    }
}

impl fmt::Display for Replicates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

impl Replicates {
    /// Largest end of a range, 2^53: every reader of JSON has the indices as they are.
    const MAX_INDEX: u64 = 1 << 53;

    /// The first replicates, as many as this.
    pub fn first(count: u64) -> Self {
        Self { range: 0..count, typed: count.to_string() }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Whether they were given as A..B.
    pub fn is_range(&self) -> bool {
        self.typed.contains("..")
    }

    /// Whether their number is in this range.
    pub fn validate(&self, counts: RangeInclusive<u64>) -> Result<(), InputError> {
        if !self.is_range() || counts.contains(&self.count()) {
            return within("replicates", self.count(), counts).map(drop);
        }
        let most = number_of(*counts.end(), "replicate");
        let condition = format!("must be of at least {} and at most {most}", counts.start());
        Err(InputError::new("replicates", self, condition))
    }
}

/// A whole number.
pub fn whole(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parsed = if digits { text.parse().ok() } else { None };
    parsed.ok_or_else(|| "must be a whole number below 2^64, digits only".to_owned())
}

/// A finite number, blanks around it left out. -0 is 0; what is not 0 and yet too near it for a float would be taken as 0, and is refused.
pub fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
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
    fn matrices_are_rows_between_semicolons() {
        assert_eq!(matrix("2,.6; .6,1"), Ok(DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0])));
        assert_eq!(matrix("1,2;3"), Err("row 2 has 1 entry, row 1 has 2".to_owned()));
        assert_eq!(matrix("1,2;3,x"), Err("row 2, entry 'x': must be a finite number".to_owned()));
        assert!(matrix("").is_err() && matrix("@no such file").unwrap_err().starts_with("must be a file of text"));
    }

    #[test]
    fn replicates_are_a_number_or_a_range() {
        let read = |text: &str| text.parse::<Replicates>().map(|r| r.range);
        assert_eq!((read("7"), read("64..100")), (Ok(0..7), Ok(64..100)));
        assert_eq!(read("9007199254740990..9007199254740992"), Ok((1 << 53) - 2..1 << 53));
        for refused in ["", "-1", "1..", "..4", "..", "a..b", "4..4", "5..4", "1...4", "0..9007199254740993"] {
            let condition = read(refused).expect_err(refused);
            assert!(!refused.contains("..") || condition.starts_with("must be A..B"), "{refused}: {condition}");
        }
    }

    #[test]
    fn fields_are_options_and_other_words_stay() {
        let found = ["noise_variance", "real", "--only", "command", "goldenweight claims", "line 3"].map(option);
        assert_eq!(found, ["--noise-variance", "--real", "--only", "command", "`goldenweight claims`", "`line 3`"]);
    }

    #[test]
    fn numbers_have_one_zero_and_no_underflow() {
        for zero in ["0", "-0", "-0.0", "+0", "0e5", "-0e-400"] {
            assert_eq!(number(zero).map(f64::to_bits), Ok(0), "{zero}");
        }
        assert_eq!((number(".5"), number(" .5 "), number("5e-324")), (Ok(0.5), Ok(0.5), Ok(5e-324)));
        for refused in ["1e-400", "-1e-400", "0.01E-999", "1e400", "-inf", "NaN", "", "half"] {
            assert!(number(refused).is_err(), "{refused}");
        }
    }
}
