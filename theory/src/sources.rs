//! The text of this crate's files. So a program can show a formula's documentation, its derivation among it, beside what it has found.

/// The files of this crate with formulas, by name.
macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!($name, ".rs")))),+] };
}

/// Name and text of each file with formulas.
///
/// # Examples
/// ```
/// use goldenweight_theory::sources::FILES;
/// let (_, text) = FILES.iter().find(|(name, _)| *name == "weights").expect("a file");
/// assert!(text.contains("/// Weight on the real rows that minimises the limit risk."));
/// ```
pub const FILES: &[(&str, &str)] = files![
    "accumulate",
    "categorical",
    "cdf",
    "collapse",
    "covariance",
    "design",
    "dynamic",
    "extinction",
    "fixed",
    "gaussian",
    "kde",
    "linear",
    "logistic",
    "matrix_beta",
    "maximum_likelihood",
    "misspecified",
    "misspecified/second_order",
    "network",
    "network/graph",
    "network/limit",
    "poisson",
    "random_design",
    "recursion",
    "ridge",
    "second_order",
    "shrinkage",
    "subsample",
    "subsample/covariance",
    "weights",
];
