//! The closed forms against independent routes, one module per topic, named as in `src/`.
//!
//! Where a formula is rational it is compared in exact rationals; where it has a root, the root is enclosed between
//! floats by the exact sign of its polynomial; elsewhere it is compared with digits from higher precision.

mod categorical;
mod cdf;
mod collapse;
mod covariance;
mod dynamic;
mod gaussian;
mod information;
mod jet;
mod linear;
mod misspecified;
mod optimum;
mod parameters;
mod precision;
mod predictions;
mod recursion;
mod resampling;
mod support;
mod weights;
