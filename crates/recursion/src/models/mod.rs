//! The models, one file each.

pub mod categorical;
pub mod cdf;
mod control;
pub mod fixed_design;
pub mod gaussian;
pub mod glm;
pub mod kde;
pub mod linear;
pub mod logistic;
pub mod poisson;
pub mod subsampled;
pub mod surviving;
pub mod table;
