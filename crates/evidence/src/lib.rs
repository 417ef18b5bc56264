//! Theorems held against simulations: what is reported, how it is compared, and the text and page of a run.

pub mod machine;
pub mod optimum;
pub mod outcome;
pub mod report;
pub mod stats;
