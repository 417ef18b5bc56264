//! Settings of the crate `goldenweight-recursion` as claims, figures and commands use them: a model with its real rows and sample sizes, under a
//! schedule. Nothing here knows a formula of the theory.

pub mod adult;
pub mod dispatch;
pub mod engine;
pub mod resampled;

pub use goldenweight_recursion::{FitFailure, FromTruth, Model, Part, Source, Terms, covariates, elementary, newton};

use goldenweight_recursion::coordinates::Coordinates;
use goldenweight_recursion::models;
use goldenweight_recursion::{Fresh, Retraining, Schedule};
use nalgebra::{DMatrix, DVector};

use self::engine::{Options, Outcome, Plan, ScheduleKind, Weights};
use crate::experiment::Rows;

/// A model with its real rows and sample sizes.
///
/// # Examples
/// ```
/// use goldenweight::{
///     experiment::Rows,
///     simulate::{Simulator, engine::{Options, Plan, Record, ScheduleKind, Weights}, gaussian::GaussianRows},
/// };
///
/// let setting = GaussianRows::new(nalgebra::DMatrix::identity(2, 2), Rows { real: 10, synthetic: 10 });
/// let (record, schedule) = (Record::At(vec![0]), ScheduleKind::Fresh);
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..2_000, schedule, record };
/// let outcome = setting.run(&plan, &[Weights::Constant(0.5)], Options::default()).remove(0);
/// // The mean of ten rows N(0, I) in two dimensions: 2/10.
/// let risk = outcome.at(0, setting.losses()[0]);
/// assert!((risk.mean() - 0.2).abs() < 5.0 * risk.std_error());
/// ```
#[derive(Clone, Debug)]
pub struct Setting<M, S = FromTruth> {
    /// The model.
    pub model: M,
    /// Its real rows.
    pub source: S,
    /// Rows per generation.
    pub rows: Rows,
}

/// Runs plans at weights.
///
/// # Examples
/// see [`Setting`].
pub trait Simulator: Send + Sync {
    /// Names of the losses.
    fn losses(&self) -> &'static [&'static str];

    /// The outcome at each of the weights, on common random numbers, see [`Retraining::run`].
    fn run(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Vec<Outcome>;

    /// The same under a schedule that knows its own rows, in the place of the plan's.
    fn run_under(
        &self,
        schedule: &dyn Schedule,
        plan: &Plan,
        weights: &[Weights],
        options: Options<'_>,
    ) -> Vec<Outcome>;

    /// All that the numbers of a plan follow from, see [`Retraining::identity`].
    fn identity(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Option<String>;
}

impl<M: Model, S: Source<M>> Simulator for Setting<M, S> {
    fn losses(&self) -> &'static [&'static str] {
        M::LOSSES
    }

    fn run(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Vec<Outcome> {
        let Self { model, source, rows } = self;
        let inner = plan.inner();
        // With the usual schedule as a type, rather than behind a pointer, the fastest chains take an eighth less time.
        if plan.schedule == ScheduleKind::Fresh {
            let schedule = &Fresh { rows: *rows };
            return Retraining { model, source, schedule }.run(&inner, weights, options);
        }
        self.run_under(&*plan.schedule.of(*rows), plan, weights, options)
    }

    fn run_under(
        &self,
        schedule: &dyn Schedule,
        plan: &Plan,
        weights: &[Weights],
        options: Options<'_>,
    ) -> Vec<Outcome> {
        Retraining { model: &self.model, source: &self.source, schedule }.run(&plan.inner(), weights, options)
    }

    fn identity(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Option<String> {
        let schedule = &*plan.schedule.of(self.rows);
        Retraining { model: &self.model, source: &self.source, schedule }.identity(&plan.inner(), weights, options)
    }
}

/// A simulator under a schedule that knows its own rows, such as a network of models, whatever schedule the plan names.
///
/// # Examples
/// ```
/// use goldenweight::experiment::Rows;
/// use goldenweight::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
/// use goldenweight::simulate::{Scheduled, Simulator, categorical::CategoricalSufficient};
/// use goldenweight_recursion::network::{Network, Node};
///
/// let model = CategoricalSufficient::new(vec![0.5, 0.5], Rows { real: 1, synthetic: 1 });
/// let node = |real, synthetic| Node { start: 10, real, synthetic };
/// let network = Network::new(vec![node((10, 1.0), vec![]), node((0, 0.0), vec![(0, 20, 1.0)])]);
/// let (record, schedule) = (Record::At(vec![1]), ScheduleKind::Fresh);
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..2_000, schedule, record };
/// let found = Scheduled { simulator: Box::new(model), schedule: Box::new(network) }.run(&plan, &[Weights::Constant(1.0)], Options::default());
/// // The second model has 20 rows of the first one's 10.
/// let risk = found[0].of_node(1, 0, "probabilities");
/// assert!((risk.mean() - 0.0725).abs() < 5.0 * risk.std_error());
/// ```
pub struct Scheduled {
    /// The simulator.
    pub simulator: Box<dyn Simulator>,
    /// The schedule.
    pub schedule: Box<dyn Schedule>,
}

impl Simulator for Scheduled {
    fn losses(&self) -> &'static [&'static str] {
        self.simulator.losses()
    }

    fn run(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Vec<Outcome> {
        self.simulator.run_under(&*self.schedule, plan, weights, options)
    }

    fn run_under(
        &self,
        schedule: &dyn Schedule,
        plan: &Plan,
        weights: &[Weights],
        options: Options<'_>,
    ) -> Vec<Outcome> {
        self.simulator.run_under(schedule, plan, weights, options)
    }

    fn identity(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Option<String> {
        let words = self.simulator.identity(plan, weights, options)?;
        Some(format!("{words}under {}\n", self.schedule.identity()?))
    }
}

impl<M: Model> Setting<M> {
    /// Real rows of the model's truth.
    pub const fn of(model: M, rows: Rows) -> Self {
        Self { model, source: FromTruth, rows }
    }
}

/// The Gaussian model.
pub mod gaussian {
    use super::*;

    /// Every row is drawn.
    pub type GaussianRows = Setting<models::gaussian::GaussianRows>;
    /// Statistics are drawn.
    pub type GaussianSufficient = Setting<models::gaussian::GaussianSufficient>;

    impl<S: models::gaussian::Sample + Send + Sync + 'static> Setting<models::gaussian::Gaussian<S>> {
        /// Real rows N(0, sigma).
        #[must_use]
        pub fn new(sigma: DMatrix<f64>, rows: Rows) -> Self {
            Self::of(models::gaussian::Gaussian::new(sigma), rows)
        }
    }
}

/// Linear regression.
pub mod linear {
    use super::*;

    /// Every row is drawn.
    pub type LinearRows = Setting<models::linear::LinearRows>;
    /// Statistics are drawn.
    pub type LinearSufficient = Setting<models::linear::LinearSufficient>;

    impl<S: models::linear::Sample + Send + Sync + 'static> Setting<models::linear::Linear<S>> {
        /// Coefficients (only their number matters), variance of the noise.
        #[must_use]
        pub fn new(beta: &DVector<f64>, noise_variance: f64, rows: Rows) -> Self {
            Self::of(models::linear::Linear::new(beta.len(), noise_variance), rows)
        }
    }
}

/// Regressions with canonical link.
pub mod glm {
    pub use goldenweight_recursion::models::glm::*;

    use super::*;

    impl<F: Family + 'static> Setting<Regression<F>> {
        /// True coefficients.
        #[must_use]
        pub fn new(beta: DVector<f64>, rows: Rows) -> Self {
            Self::of(Regression::new(beta.as_slice().to_vec()), rows)
        }

        /// True coefficients of covariates in these coordinates.
        #[must_use]
        pub fn with_covariates(beta: DVector<f64>, coordinates: Coordinates, rows: Rows) -> Self {
            Self::of(Regression::with_covariates(beta.as_slice().to_vec(), coordinates), rows)
        }
    }
}

/// Logistic regression.
pub mod logistic {
    pub use goldenweight_recursion::models::logistic::Bernoulli;

    use super::*;

    /// The model with its sample sizes.
    pub type Logistic = Setting<models::logistic::Logistic>;
}

/// Poisson regression.
pub mod poisson {
    pub use goldenweight_recursion::models::poisson::Counts;

    use super::*;

    /// The model with its sample sizes.
    pub type Poisson = Setting<models::poisson::Poisson>;
}

/// The distribution function.
pub mod cdf {
    use super::*;

    /// The model with its sample sizes.
    pub type CdfRows = Setting<models::cdf::Cdf>;

    impl CdfRows {
        /// The truth U(0, 1).
        #[must_use]
        pub fn new(rows: Rows) -> Self {
            Self::of(models::cdf::Cdf::default(), rows)
        }
    }
}

/// The density of one variable.
pub mod kde {
    use super::*;

    /// The model with its sample sizes.
    pub type KdeRows = Setting<models::kde::Kde>;

    impl KdeRows {
        /// The truth N(0, 1), and a bandwidth.
        #[must_use]
        pub const fn new(bandwidth: f64, rows: Rows) -> Self {
            Self::of(models::kde::Kde::new(bandwidth), rows)
        }
    }
}

/// Cell probabilities.
pub mod categorical {
    use super::*;

    /// Every row is drawn.
    pub type CategoricalRows = Setting<models::categorical::CategoricalRows>;
    /// Counts are drawn.
    pub type CategoricalSufficient = Setting<models::categorical::CategoricalSufficient>;

    impl<S: models::categorical::Sample + Send + Sync + 'static> Setting<models::categorical::Categorical<S>> {
        /// Real rows in cells of these probabilities.
        #[must_use]
        pub const fn new(probabilities: Vec<f64>, rows: Rows) -> Self {
            Self::of(models::categorical::Categorical::new(probabilities), rows)
        }
    }
}

/// Linear regression on a fixed design.
pub mod fixed_design {
    use super::*;

    /// The model with its sample sizes.
    pub type LinearFixedDesign = Setting<models::fixed_design::LinearFixedDesign>;

    impl LinearFixedDesign {
        /// The regression on the rows of `design`; none where its columns are linearly dependent.
        #[must_use]
        pub fn new(design: DMatrix<f64>, beta: DVector<f64>, noise_variance: f64) -> Option<Self> {
            let rows = Rows { real: design.nrows(), synthetic: design.nrows() };
            Some(Self::of(models::fixed_design::LinearFixedDesign::new(design, beta, noise_variance)?, rows))
        }
    }
}
