//! The closed forms against independent routes, one module per topic, named as in `src/`.
//!
//! Where a formula is rational it is compared in exact rationals; where it has a root, the root is enclosed between
//! floats by the exact sign of its polynomial; elsewhere it is compared with digits from higher precision.

// Reference digits are written as the higher precision printed them.
#![allow(clippy::excessive_precision)]

mod accumulate;
mod categorical;
mod cdf;
mod collapse;
mod covariance;
mod design;
mod dynamic;
mod enclosure;
mod exact;
mod fixed;
mod gaussian;
mod information;
mod interval;
mod jet;
mod linear;
mod matrix_beta;
mod maximum_likelihood;
mod misspecified;
mod optimum;
mod parameters;
mod precision;
mod predictions;
mod random_design;
mod recursion;
mod resampling;
mod second_order;
mod support;
mod weights;
mod wide;
