//! Where real rows come from.

use crate::{FitFailure, Model, Part, StreamRng, Terms};

/// Draws real rows for a model. A source of your own (a table, a stream of measurements) needs [`Source::draw`] alone.
///
/// # Examples
/// Rows of frequencies that change from one sample to the next, for a model that thinks that they do not:
/// ```
/// use goldenweight_recursion::models::categorical::CategoricalSufficient;
/// use goldenweight_recursion::{FitFailure, Model, Source, StreamRng, rand::RngExt};
///
/// struct Drifting;
///
/// impl Source<CategoricalSufficient> for Drifting {
///     fn draw(
///         &self,
///         model: &CategoricalSufficient,
///         rng: &mut StreamRng,
///         noise: &mut <CategoricalSufficient as Model>::Noise,
///         frequencies: &mut Vec<f64>,
///     ) -> Result<(), FitFailure> {
///         let p: f64 = rng.random_range(0.4..0.6);
///         model.draw(rng, noise);
///         model.generate(&vec![p, 1.0 - p], noise, frequencies)
///     }
/// }
///
/// use goldenweight_recursion::{Fresh, Retraining, Rows, engine::{Options, Plan, Record, Weights}};
///
/// let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Fresh { rows: Rows { real: 10, synthetic: 5 } });
/// let retraining = Retraining { model: &model, source: &Drifting, schedule: &schedule };
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..5000, record: Record::At(vec![0]) };
/// let outcomes = retraining.run(&plan, &[Weights::Constant(1.0)], Options::default());
/// let found = outcomes[0].at(0, "probabilities");
/// // Twice the variance of a share: that of p, 0.2^2/12, and E p(1 - p)/10.
/// let drift = 0.04 / 12.0;
/// assert!((found.mean() - 2.0 * (drift + (0.25 - drift) / 10.0)).abs() < 5.0 * found.std_error());
/// ```
pub trait Source<M: Model>: Send + Sync {
    /// Draws as many rows as `noise` and `data` have memory for. An estimator reads both, as for synthetic rows.
    ///
    /// # Errors
    /// [`FitFailure`] where a row is beyond what can be drawn.
    fn draw(&self, model: &M, rng: &mut StreamRng, noise: &mut M::Noise, data: &mut M::Data) -> Result<(), FitFailure>;

    /// [`Model::control`] where these are the real rows. The mean of a control depends on their law, so a source has none unless it defines this.
    fn control(
        &self,
        _model: &M,
        _parts: &[Part<'_, M>],
        _turn: u64,
        _before: &M::Fit,
        _scratch: &mut M::Scratch,
        _controls: &mut [Terms],
    ) -> bool {
        false
    }

    /// All parameters of the source, as [`Model::identity`].
    fn identity(&self) -> Option<String> {
        None
    }
}

/// Rows that the model's truth generates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FromTruth;

impl<M: Model> Source<M> for FromTruth {
    fn draw(&self, model: &M, rng: &mut StreamRng, noise: &mut M::Noise, data: &mut M::Data) -> Result<(), FitFailure> {
        model.draw(rng, noise);
        model.generate(model.truth(), noise, data)
    }

    fn control(
        &self,
        model: &M,
        parts: &[Part<'_, M>],
        turn: u64,
        before: &M::Fit,
        scratch: &mut M::Scratch,
        controls: &mut [Terms],
    ) -> bool {
        model.control(parts, turn, before, scratch, controls)
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}
