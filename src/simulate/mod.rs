//! Retraining over generations, by simulation alone: nothing here knows a formula of the theory.

pub mod adult;
pub mod categorical;
pub mod cdf;
pub mod dispatch;
pub mod engine;
pub mod exp;
pub mod fixed_design;
pub mod gaussian;
pub mod glm;
pub mod linear;
pub mod logistic;
mod lower;
pub mod paths;
pub mod poisson;

use crate::stream::StreamRng;

/// A fit that does not exist (separation, all-zero counts) or whose solver did not converge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fit does not exist or did not converge")]
pub struct FitFailure;

/// A model with its truth and its sample sizes, from which independent chains are started.
pub trait Simulator: Sync {
    /// The state of one chain: the fitted model and its scratch memory.
    type Chain<'a>: Chain
    where
        Self: 'a;

    /// Names of the losses that a chain reports, in the order of [`Chain::losses`].
    fn loss_names(&self) -> &'static [&'static str];

    /// A chain that has not been fitted yet. May be reused for any number of replicates.
    fn chain(&self) -> Self::Chain<'_>;
}

/// One model retrained over generations.
pub trait Chain {
    /// Generation 0: fits on real rows alone, drawn from `real`. Whatever the chain did before has no part in it.
    ///
    /// # Errors
    /// [`FitFailure`] where the estimate does not exist.
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure>;

    /// The next generation: draws fresh real rows from `real` (by the same draws as [`Chain::start`], so that an
    /// equal stream gives equal rows) and synthetic rows of the current model from `synthetic`, and refits
    /// with total weight `weight` on the real part and `1 - weight` on the synthetic part.
    ///
    /// # Errors
    /// [`FitFailure`] where the estimate does not exist.
    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure>;

    /// Losses of the current model, one per name.
    fn losses(&mut self, out: &mut [f64]);
}
