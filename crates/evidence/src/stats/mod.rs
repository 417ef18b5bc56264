//! Statistics of replicates: moments, error rates, verdicts, the extrapolation of limit laws, and whether the rates are kept.

pub mod calibration;
pub mod compare;
pub mod family;
pub mod ladder;
pub mod shown;

pub use goldenweight_replicates::moments;
