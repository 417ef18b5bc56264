//! Statistics of replicates: moments, error rates, verdicts and the extrapolation of limit laws.

pub mod compare;
pub mod family;
pub mod ladder;
pub mod moments;
