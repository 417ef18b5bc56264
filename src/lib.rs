//! goldenweight: a numerical verification suite for the golden-weight theory of model collapse.

pub mod adult;
pub mod claims;
pub mod experiment;
pub mod optimum;
pub mod outcome;
pub mod prediction;
pub mod report;
pub mod simulate;
pub mod stats;
pub mod stream;
