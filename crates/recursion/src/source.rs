//! Where real rows come from.

use crate::{FitFailure, Model, StreamRng};

/// Draws real rows for a model. A source of your own (a table, a stream of measurements) implements this one function.
pub trait Source<M: Model>: Send + Sync {
    /// Draws the rows for which `noise` and `data` have memory: what an estimator needs of them stands in both, as for synthetic rows.
    ///
    /// # Errors
    /// [`FitFailure`] where a row is beyond what can be drawn.
    fn draw(&self, model: &M, rng: &mut StreamRng, noise: &mut M::Noise, data: &mut M::Data) -> Result<(), FitFailure>;
}

/// Rows that the model's truth generates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FromTruth;

impl<M: Model> Source<M> for FromTruth {
    fn draw(&self, model: &M, rng: &mut StreamRng, noise: &mut M::Noise, data: &mut M::Data) -> Result<(), FitFailure> {
        model.draw(rng, noise);
        model.generate(model.truth(), noise, data)
    }
}
