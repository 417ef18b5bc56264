//! The closed forms against independent routes, one module per topic, named as in `src/`.
//!
//! Where a formula is rational it is compared in exact rationals. Where it is the root of a polynomial, the computed float is
//! tested by the sign of the polynomial: in exact rationals it must change between a float just below and one just above.
//! Elsewhere it is compared with *digits*, that is numbers that another program (mpmath) computed in higher precision.

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
mod extinction;
mod fixed;
mod gaussian;
mod information;
mod interval;
mod jet;
mod kde;
mod linear;
mod matrix_beta;
mod maximum_likelihood;
mod misspecified;
mod network;
mod optimum;
mod parameters;
mod precision;
mod predictions;
mod random_design;
mod recursion;
mod resampling;
mod ridge;
mod second_order;
mod subsample;
mod support;
mod weights;
mod wide;
