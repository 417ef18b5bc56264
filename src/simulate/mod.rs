//! Retraining over generations, by simulation alone: nothing here knows a formula of the theory.

pub mod adult;
pub mod categorical;
pub mod cdf;
pub mod covariates;
pub mod dispatch;
pub mod elementary;
pub mod engine;
pub mod fixed_design;
pub mod gaussian;
pub mod glm;
mod lanes;
pub mod linear;
pub mod logistic;
mod lower;
pub mod newton;
pub mod paths;
pub mod poisson;
mod sorted;

use crate::stream::StreamRng;

/// A fit that does not exist (separation, all-zero counts) or whose solver did not converge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fit does not exist or did not converge")]
pub struct FitFailure;

/// A model with its truth and its sample sizes.
///
/// What is random in a generation is drawn first, and does not depend on the weight: the real rows, and what the synthetic rows are
/// made of. The rest is a function of (state, weight, real, noise), so any number of weights can share what was drawn.
pub trait Simulator: Sync {
    /// The real rows of a generation, or what a fit needs of them.
    type Real;

    /// What the synthetic rows of a generation are made of, whatever model they are drawn from: standard normals, uniform numbers, or a
    /// stream where their number depends on the model.
    type Noise;

    /// The fitted model of a chain, with its scratch memory.
    type State;

    /// Names of the losses, in the order of [`Simulator::losses`].
    const LOSSES: &'static [&'static str];

    /// Memory for real rows, not drawn yet.
    fn real(&self) -> Self::Real;

    /// Memory for noise, not drawn yet.
    fn noise(&self) -> Self::Noise;

    /// Memory for a chain, not fitted yet. May be used again for any number of replicates.
    fn state(&self) -> Self::State;

    /// Draws the real rows of a generation.
    ///
    /// # Errors
    /// [`FitFailure`] where a row is beyond what can be drawn.
    fn draw_real(&self, rng: &mut StreamRng, real: &mut Self::Real) -> Result<(), FitFailure>;

    /// Draws what the synthetic rows of a generation are made of.
    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut Self::Noise);

    /// Generation 0: fits on real rows alone. Whatever the chain did before has no part in it.
    ///
    /// # Errors
    /// [`FitFailure`] where the estimate does not exist.
    fn start(&self, real: &Self::Real, state: &mut Self::State) -> Result<(), FitFailure>;

    /// The next generation: makes synthetic rows of the current model, and refits with total weight `weight` on the real part and
    /// `1 - weight` on the synthetic part.
    ///
    /// # Errors
    /// [`FitFailure`] where the estimate does not exist.
    fn retrain(
        &self,
        weight: f64,
        real: &Self::Real,
        noise: &Self::Noise,
        state: &mut Self::State,
    ) -> Result<(), FitFailure>;

    /// Losses of the current model, one per name.
    fn losses(&self, state: &Self::State, out: &mut [f64]);
}
