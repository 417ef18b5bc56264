//! Statistics of replicates.

pub mod moments;
