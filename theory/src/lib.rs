//! Closed forms of the golden-weight theory of model collapse.
//!
//! A model is fitted on n real rows (generation 0) and then refitted, generation after generation, on n *fresh* real
//! rows with total weight w and on m synthetic rows, drawn from its previous fit, with total weight u = 1 - w. The risk
//! e_t is the expected squared error of the fitted parameter at generation t.
//!
//! Most models obey one recursion, [`Recursion`](recursion::Recursion), whose doc comment defines A_r/nu_n, A_s/nu_m, rho and
//! kappa. The mixing ratio is k = n/m, p the dimension, `w*` the weight of the smallest limit risk.
//!
//! # Words
//!
//! * *Tested by* names independent routes to the same number. *Digits* are numbers that another program (mpmath) computed in
//!   higher precision. *Enumeration* sums over every possible data set of a small case.
//! * An *ulp* is the distance between neighbouring floats. *Measured* accuracies are the largest errors that were seen.
//! * *Derived* in a *Source* says that the derivation stands there; *paper* is arXiv 2502.18049.
//!
//! # Map
//!
//! * [`scalar`]: the numbers over which the formulas are written, floats and rationals among them; [`jet`]: with
//!   derivatives; [`interval`]: with certainty; [`exact`]: rationals with the roots that are rational.
//! * [`parameters`]: validated inputs, so that the formulas are total.
//! * [`recursion`]: the one law under every model: finite t, limit, divergence, optimum.
//! * [`gaussian`], [`covariance`], [`categorical`], [`cdf`], [`linear`], [`logistic`], [`poisson`], [`misspecified`]:
//!   each model's place in that law, one file per model.
//! * [`random_design`]: linear regression on Gaussian rows at every number of rows, by [`matrix_beta`], the eigenvalues of
//!   the synthetic share of the pooled design.
//! * [`second_order`]: logistic and Poisson regression to the second order in 1/n.
//! * [`accumulate`]: data that accumulate over the generations, and [`fixed`]: the same real rows at every generation, both
//!   for every model of the one law; [`maximum_likelihood`]: Gaussian rows whose covariance is divided by n, fresh or fixed;
//!   [`design`]: regressions on rows N(0, Omega).
//! * [`kde`]: kernel density estimation, a law for every frequency, where the unified weight stops.
//! * [`ridge`]: ridge regression and the fit of minimum norm on one fixed design.
//! * [`subsample`]: data that accumulate, of which each generation is fitted on as many rows as the first.
//! * [`network`]: several models that are fitted on rows of one another.
//! * [`shrinkage`]: one estimate shrunk towards another.
//! * [`weights`]: what follows for the mixing ratio alone (rho = 1); [`dynamic`]: weights that change by generation.
//! * [`collapse`]: training on synthetic rows alone (w = 0); [`extinction`]: what becomes of categories then.
//! * [`proofs`]: the text of the machine-checked proofs; [`sources`]: that of the files with formulas.
//!
//! # Invariants
//!
//! * Nothing here draws a random number, optimises by search over simulated values, reads or writes, or asks the clock:
//!   no rand, no argmin, no file, no time. The crate depends on no other crate of the workspace.
//! * A formula that is rational is generic over [`scalar::Scalar`], one that needs a root or an exponential over
//!   [`scalar::Analytic`]: floats, exact rationals, derivatives and intervals go through the same code.
//! * Formulas are total on the validated types: a divergent limit is infinity, never NaN, and nothing panics.
//! * Roots and transcendental functions of floats are correctly rounded or come from `libm`: the same bits on every
//!   platform.

pub mod accumulate;
pub mod categorical;
pub mod cdf;
pub mod collapse;
pub mod covariance;
pub mod design;
pub mod dynamic;
pub mod exact;
pub mod extinction;
pub mod fixed;
pub mod gaussian;
pub mod interval;
pub mod jet;
pub mod kde;
pub mod linear;
pub mod logistic;
pub mod matrix_beta;
pub mod maximum_likelihood;
pub mod misspecified;
pub mod network;
pub mod parameters;
pub mod poisson;
pub mod proofs;
pub mod random_design;
pub mod recursion;
pub mod ridge;
pub mod scalar;
pub mod second_order;
pub mod shrinkage;
pub mod sources;
pub mod subsample;
pub mod weights;
pub mod wide;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
