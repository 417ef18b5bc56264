//! Models that are retrained over generations on real rows and on rows that models made, by simulation alone: nothing here knows a formula.
//!
//! Four things are apart, and each can be one of your own:
//!
//! * a [`Source`] draws real rows: [`FromTruth`], or rows of a table;
//! * a [`Model`] makes synthetic rows of a fit (the generator), fits weighted rows (the estimator), and measures how far a fit is from the truth
//!   (the losses); [`models`] has one file for each of those that are here;
//! * a [`Schedule`] says which rows each generation is fitted on, and with which weights: [`schedule`] has those of one model, [`network`] that of several
//!   that feed one another.
//!
//! A [`Retraining`] is one of each, and [`engine`] runs it.
//!
//! # Invariants
//!
//! * What is random in a generation is drawn without the fit of the generation before, and does not depend on the weight. So chains at any number of
//!   weights share it.
//! * A stream of random numbers belongs to a key (seed, experiment, cell, replicate, generation, purpose), never to a thread: results have the same
//!   bits for any number of threads.
//! * No memory is allocated for a generation, but for the batches that a schedule keeps, and where single rows are drawn from them. None is allocated for a replicate
//!   from the third of a block on.
//!
//! # Examples
//! The mean of a Gaussian, retrained 50 times on 100 fresh real rows and 100 synthetic ones, half of the weight on each.
//! ```
//! use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, engine::{Options, Plan, Record, Weights}, models::gaussian::GaussianSufficient};
//! use nalgebra::DMatrix;
//!
//! let model = GaussianSufficient::new(DMatrix::identity(2, 2));
//! let schedule = Fresh { rows: Rows { real: 100, synthetic: 100 } };
//! let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
//! let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..1000, record: Record::At(vec![50]) };
//! let outcome = retraining.run(&plan, &[Weights::Constant(0.5)], Options::default()).remove(0);
//! let risk = outcome.at(50, "mean");
//! assert!((risk.mean() - 0.0133).abs() < 5.0 * risk.std_error());
//! ```

pub mod coordinates;
pub mod covariates;
pub mod elementary;
pub mod engine;
mod lanes;
mod lower;
pub mod models;
pub mod network;
pub mod newton;
pub mod schedule;
mod shelf;
mod sorted;
pub mod source;
pub mod store;

/// The crates whose types and traits a model of your own needs, in the versions that fit.
pub use {nalgebra, rand, rand_distr};

pub use goldenweight_replicates::{moments::Moments, stream::StreamRng};
pub use schedule::{Accumulate, Fixed, Fresh, Rows, Schedule};
pub use source::{FromTruth, Source};

/// A fit that does not exist (separation, all-zero counts), or whose solver did not converge; or rows that cannot be drawn, as counts of a mean that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fit does not exist or did not converge")]
pub struct FitFailure;

/// Generator, estimator and losses of a model.
///
/// Rows come about in two steps: what is random in them is drawn first ([`Model::draw`], the noise: standard normals, uniform numbers, covariates),
/// before the fit that makes them is known; then a fit makes rows of it ([`Model::generate`], the data: responses, quantiles, counts). Hence chains that
/// differ in the weight alone share the noise.
///
/// A model may keep sufficient statistics in the place of rows, where it knows their law.
///
/// # Examples
/// The mean of rows N(mu, 1):
/// ```
/// use goldenweight_recursion::{FitFailure, Model, Part, StreamRng, rand::RngExt, rand_distr::StandardNormal};
///
/// struct Location(f64);
///
/// impl Model for Location {
///     type Noise = Vec<f64>;
///     type Data = Vec<f64>;
///     type Fit = f64;
///     type Scratch = ();
///     const LOSSES: &'static [&'static str] = &["mean"];
///
///     fn truth(&self) -> &f64 {
///         &self.0
///     }
///     fn noise(&self, rows: usize) -> Vec<f64> {
///         vec![0.0; rows]
///     }
///     fn data(&self, rows: usize) -> Vec<f64> {
///         vec![0.0; rows]
///     }
///     fn unfitted(&self) -> f64 {
///         0.0
///     }
///     fn scratch(&self) {}
///     fn draw(&self, rng: &mut StreamRng, noise: &mut Vec<f64>) {
///         noise.fill_with(|| rng.sample(StandardNormal));
///     }
///     fn generate(&self, mean: &f64, noise: &Vec<f64>, data: &mut Vec<f64>) -> Result<(), FitFailure> {
///         data.iter_mut().zip(noise).for_each(|(x, z)| *x = mean + z);
///         Ok(())
///     }
///     fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut f64) -> Result<(), FitFailure> {
///         *fit = parts.iter().map(|part| part.weight * part.data.iter().sum::<f64>() / part.rows as f64).sum();
///         Ok(())
///     }
///     fn losses(&self, mean: &f64, out: &mut [f64]) {
///         out[0] = (mean - self.0) * (mean - self.0);
///     }
/// }
///
/// use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, engine::{Options, Plan, Record, Weights}};
///
/// let schedule = Fresh { rows: Rows { real: 10, synthetic: 10 } };
/// let retraining = Retraining { model: &Location(5.0), source: &FromTruth, schedule: &schedule };
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..5000, record: Record::At(vec![0, 1]) };
/// let outcome = retraining.run(&plan, &[Weights::Constant(0.5)], Options::default()).remove(0);
/// // A variance of 1/10 at generation 0; then 1/4 of that for the real rows, and 1/4 of (1/10 + 1/10) for the synthetic ones.
/// for (t, risk) in [(0, 0.1), (1, 0.075)] {
///     let found = outcome.at(t, "mean");
///     assert!((found.mean() - risk).abs() < 5.0 * found.std_error());
/// }
/// ```
pub trait Model: Send + Sync + 'static {
    /// What rows are made of, whatever fit makes them.
    type Noise: Send + Sync;

    /// The rows, or what an estimator needs of them besides their noise.
    type Data: Send + Sync;

    /// A fitted model; the truth is one.
    type Fit: Send + Sync;

    /// Scratch memory of a fit.
    type Scratch: Send;

    /// Names of the losses, in the order of [`Model::losses`].
    const LOSSES: &'static [&'static str];

    /// The fit that losses are measured against, from which [`FromTruth`] draws real rows.
    fn truth(&self) -> &Self::Fit;

    /// Memory for the noise of so many rows, not drawn yet.
    fn noise(&self, rows: usize) -> Self::Noise;

    /// Memory for so many rows, not made yet.
    fn data(&self, rows: usize) -> Self::Data;

    /// Memory for a fit, not made yet. May be used again for any number of replicates.
    fn unfitted(&self) -> Self::Fit;

    /// Scratch memory of fits.
    fn scratch(&self) -> Self::Scratch;

    /// Draws the noise of rows.
    fn draw(&self, rng: &mut StreamRng, noise: &mut Self::Noise);

    /// Makes rows of this noise by the fit `from`.
    ///
    /// # Errors
    /// [`FitFailure`] where a row is beyond what can be drawn.
    fn generate(&self, from: &Self::Fit, noise: &Self::Noise, data: &mut Self::Data) -> Result<(), FitFailure>;

    /// Fits on the parts, of which each has a positive weight in total. At generation 0 the result must not depend on what `fit` holds. Later `fit` holds the
    /// fit of the generation before, from which a solver may start; then the result may depend on it within the solver's tolerance.
    ///
    /// # Errors
    /// [`FitFailure`] where the estimate does not exist.
    fn fit(
        &self,
        generation: u32,
        parts: &[Part<'_, Self>],
        scratch: &mut Self::Scratch,
        fit: &mut Self::Fit,
    ) -> Result<(), FitFailure>;

    /// Carries the controls of the losses on to the generation that is fitted on these parts, where real rows are generated from the truth; false where there
    /// are none, as for most models. It is called before the fit. `before` is the fit that made the new synthetic rows; at generation 0, where there are none, it must
    /// have no effect. While `turn` stays the same, so do the real rows at the same address: chains at other weights may share what is computed of them.
    ///
    /// A control is a number of mean exactly 0 that is close to a loss less its mean. The engine subtracts it: the difference, in
    /// [`Outcome::controlled`](engine::Outcome::controlled), has the mean of the loss and a smaller variance. A control is the sum of its [`Terms`]. A call may multiply
    /// each of them by a factor that was known before the new rows were drawn, and add a number that has mean 0 given all that came before.
    fn control(
        &self,
        _parts: &[Part<'_, Self>],
        _turn: u64,
        _before: &Self::Fit,
        _scratch: &mut Self::Scratch,
        _controls: &mut [Terms],
    ) -> bool {
        false
    }

    /// Losses of a fit, one per name.
    fn losses(&self, fit: &Self::Fit, out: &mut [f64]);

    /// All parameters of the model, to the bit: of two models of one type that tell the same, every replicate is the same. `Debug` writes floats so. Where a model does not say, a
    /// [store](store::Store) keeps nothing of it.
    fn identity(&self) -> Option<String> {
        None
    }
}

/// The terms of the control of one loss, which is their sum. All are 0 before generation 0.
pub type Terms = [f64; 3];

/// Rows of one batch in a fit.
#[derive(Debug)]
pub struct Part<'a, M: Model + ?Sized> {
    /// Weight of the batch in total, positive.
    pub weight: f64,
    /// Number of its rows.
    pub rows: usize,
    /// Whether they are real.
    pub real: bool,
    /// Whether they were drawn at this generation, and none before was fitted on them.
    pub new: bool,
    /// What they are made of.
    pub noise: &'a M::Noise,
    /// The rows.
    pub data: &'a M::Data,
}

impl<M: Model + ?Sized> Clone for Part<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model + ?Sized> Copy for Part<'_, M> {}

/// What is retrained: a model, where its real rows come from, and what each generation is fitted on.
#[derive(Debug)]
pub struct Retraining<'a, M, S: ?Sized, D: ?Sized> {
    /// Generator, estimator, losses.
    pub model: &'a M,
    /// Real rows.
    pub source: &'a S,
    /// Which rows, with which weights.
    pub schedule: &'a D,
}

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
