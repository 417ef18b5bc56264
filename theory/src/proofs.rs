//! The text of the machine-checked proofs: the files of `proofs` that are needed to check them. So a program can check them where the repository is absent.

/// The files of `proofs` that are needed, by name.
macro_rules! files {
    ($($name:literal),+ $(,)?) => { [$(($name, include_str!(concat!("../proofs/", $name)))),+] };
}

/// Name and text of each: the Coq sources, the script `check` that compiles and audits them, and the files that it reads. The last is the map
/// `theorems`, of claims to the theorems that prove them.
///
/// # Examples
/// ```
/// use goldenweight_theory::proofs::FILES;
/// let (_, theorems) = FILES[FILES.len() - 1];
/// assert!(theorems.contains("golden-weight golden_weight_is_unique_minimiser"));
/// ```
pub const FILES: [(&str, &str); 17] = files![
    "Accumulate.v",
    "Collapse.v",
    "Covariance.v",
    "Diffusion.v",
    "Dynamic.v",
    "Evaluate.v",
    "Extinction.v",
    "GoldenRatio.v",
    "GoldenWeight.v",
    "Law.v",
    "Optimum.v",
    "Several.v",
    "Values.v",
    "Weights.v",
    "check",
    "statements",
    "theorems",
];

/// What the release says of these files, where they cannot be checked: that Coq and its independent checker accepted every theorem. `proofs/check --record` wrote it. It is void where
/// its fingerprint, the SHA-256 of the texts of [`FILES`] one after the other, is of other files.
///
/// # Examples
/// ```
/// assert!(goldenweight_theory::proofs::RECORD.contains("\nfingerprint "));
/// ```
pub const RECORD: &str = include_str!("../proofs/checked");
