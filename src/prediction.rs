//! What theory predicts for a problem.

mod income;

use goldenweight_theory::accumulate::Accumulation;
use goldenweight_theory::covariance::{CovarianceSystem, Moments};
use goldenweight_theory::fixed::FixedRows;
use goldenweight_theory::kde::{Kde, Kernel};
use goldenweight_theory::maximum_likelihood::{MaximumLikelihood, Risks};
use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio, ParameterError, SampleSizes, Weight};
use goldenweight_theory::random_design::RandomDesign;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::second_order::{Expansion, Orders, RANGE};
use goldenweight_theory::subsample::{Subsampling, covariance::DrawnCovariance};
use goldenweight_theory::wide::Wide;
use goldenweight_theory::{dynamic, gaussian, weights};
use nalgebra::DMatrix;
use std::borrow::Cow;
use std::ops::Add;

use crate::experiment::{Generations, Problem, Rows};
use crate::simulate::engine::ScheduleKind;

/// Relative distance at which a risk counts as having reached its limit.
const NEAR_LIMIT: f64 = 0.01;

/// Which parameter of a Gaussian is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimand {
    /// Its mean.
    Mean,
    /// Its covariance.
    Covariance,
}

impl Estimand {
    const fn of(self, risks: &Risks<f64>) -> f64 {
        match self {
            Self::Mean => risks.mean,
            Self::Covariance => risks.covariance,
        }
    }
}

/// The law of a problem's risk.
///
/// # Examples
/// ```
/// use goldenweight::{experiment::Rows, prediction::Law};
/// use goldenweight_theory::parameters::Weight;
///
/// // tr Sigma/n at generation 0, whatever the weight.
/// let law = Law::gaussian_mean(&nalgebra::DMatrix::identity(3, 3), Rows { real: 10, synthetic: 20 })?;
/// assert!((law.risk_at(Weight::new(0.5)?, 0) - 0.3).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Debug)]
pub enum Law {
    /// The one recursion, e_t = w^2 A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1}).
    Scalar(Recursion<f64>),
    /// Linear regression on Gaussian rows.
    RandomDesign(RandomDesign),
    /// A regression's two orders in 1/n, whether or not they are in range.
    SecondOrder(Expansion),
    /// The two coupled moments of the covariance.
    Covariance(CovarianceSystem<f64>),
    /// A Gaussian whose covariances have the divisors n and m, on fresh or fixed real rows.
    MaximumLikelihood(MaximumLikelihood<f64>, Estimand),
    /// The one recursion where data accumulate; it takes no weight.
    Accumulated(Recursion<f64>, Accumulation),
    /// The covariance where data accumulate; it takes no weight.
    AccumulatedCovariance(CovarianceSystem<f64>, Accumulation),
    /// As many rows as the real ones, drawn from data that accumulate; it takes no weight.
    Subsampled {
        /// The law, in units of `noise`.
        data: Subsampling,
        /// A, the risk of a fit to one real row.
        noise: f64,
        /// Whether synthetic rows have the variance of the drawn rows without its bias, rather than that of the drawn rows.
        is_unbiased: bool,
    },
    /// The covariance of rows that are drawn so; it takes no weight.
    SubsampledCovariance(DrawnCovariance<f64>),
    /// The same real rows at every generation: the risk is the sum of these.
    Fixed(Vec<FixedRows<f64>>),
    /// A kernel density estimate.
    Density {
        /// The law at the bandwidth.
        mixed: Kde,
        /// That at the bandwidth which the real rows alone would have.
        alone: Kde,
        /// Whether either bandwidth is the best one.
        is_tuned: bool,
    },
}

impl Law {
    /// The law of fresh real rows under another schedule; none where there is none.
    ///
    /// # Errors
    /// Where a size is 0.
    pub fn under(self, schedule: ScheduleKind, rows: Rows) -> Result<Option<Self>, ParameterError> {
        let data = || sizes(rows).map(Accumulation::of);
        Ok(match (schedule, self) {
            (ScheduleKind::Fresh, law) => Some(law),
            (ScheduleKind::Accumulate, Self::Scalar(law)) => Some(Self::Accumulated(law, data()?)),
            (ScheduleKind::Accumulate, Self::Covariance(law)) => Some(Self::AccumulatedCovariance(law, data()?)),
            (ScheduleKind::Fixed, Self::Scalar(law)) => Some(Self::Fixed(vec![FixedRows::of(&law)])),
            (ScheduleKind::Fixed, Self::Covariance(law)) => Some(Self::Fixed(FixedRows::of_covariance(&law).into())),
            (ScheduleKind::Fixed, Self::MaximumLikelihood(law, estimand)) => {
                Some(Self::MaximumLikelihood(law.on_fixed_rows(), estimand))
            }
            (ScheduleKind::Accumulate | ScheduleKind::Fixed | ScheduleKind::Subsample, _) => None,
        })
    }

    /// The law of fits to n rows of data that accumulate, where a fit to one real row has the risk `noise`.
    ///
    /// # Errors
    /// Where a size is 0, or one real row has no unbiased variance.
    pub fn subsampled(noise: f64, is_unbiased: bool, rows: Rows) -> Result<Self, ParameterError> {
        if is_unbiased {
            DegreesOfFreedom::new(sizes(rows)?)?;
        }
        Ok(Self::Subsampled { data: Subsampling::new(sizes(rows)?), noise, is_unbiased })
    }

    /// The law of the covariance of fits to n rows of data that accumulate, of Gaussian rows with covariance `sigma`.
    ///
    /// # Errors
    /// Where a size is 0, or one real row has no unbiased variance.
    pub fn subsampled_covariance(sigma: &DMatrix<f64>, is_unbiased: bool, rows: Rows) -> Result<Self, ParameterError> {
        if is_unbiased {
            DegreesOfFreedom::new(sizes(rows)?)?;
        }
        let law = DrawnCovariance::new(sigma.norm_squared(), sigma.trace().powi(2), sizes(rows)?, is_unbiased);
        Ok(Self::SubsampledCovariance(law.expect("two rows where the divisor is n - 1")))
    }

    /// The risks of generations 0, 1, ... of [`Law::Subsampled`].
    fn drawn(data: &Subsampling, noise: f64, is_unbiased: bool) -> Box<dyn Iterator<Item = f64>> {
        match data.unbiased::<f64>().filter(|_| is_unbiased) {
            Some(risks) => Box::new(risks.map(move |risk| noise * risk)),
            None => Box::new(data.risks::<f64>().map(move |risk| noise * risk)),
        }
    }

    /// The law of the mean of a Gaussian with covariance `sigma`.
    ///
    /// # Errors
    /// Where a size is 0.
    pub fn gaussian_mean(sigma: &DMatrix<f64>, rows: Rows) -> Result<Self, ParameterError> {
        Ok(Self::Scalar(gaussian::mean(sigma.trace(), sizes(rows)?)))
    }

    /// The law of the covariance of a Gaussian with covariance `sigma`.
    ///
    /// # Errors
    /// Where a size is below 2.
    pub fn gaussian_covariance(sigma: &DMatrix<f64>, rows: Rows) -> Result<Self, ParameterError> {
        let degrees = DegreesOfFreedom::new(sizes(rows)?)?;
        Ok(Self::Covariance(CovarianceSystem::new(sigma.norm_squared(), sigma.trace().powi(2), degrees)))
    }

    /// Risk at generation t.
    #[must_use]
    pub fn risk_at(&self, weight: Weight, t: u32) -> f64 {
        match self {
            Self::Scalar(law) => law.risk_at(&weight.get(), t),
            Self::RandomDesign(law) => law.risk_at(weight, t),
            Self::SecondOrder(law) => law.at(weight, t).risk(&law.real()),
            Self::Covariance(system) => system.moments_at(&weight.get(), t).risk,
            Self::MaximumLikelihood(law, estimand) => estimand.of(&law.risks_at(&weight.get(), t)),
            Self::Accumulated(law, data) => data.risk_at(law, t),
            Self::AccumulatedCovariance(system, data) => data.moments_at(system, t).risk,
            Self::Density { mixed, .. } => mixed.risk_at(weight, t),
            Self::Subsampled { data, noise, is_unbiased: false } => noise * data.risk_at::<f64>(t),
            Self::Subsampled { data, noise, .. } => {
                Self::drawn(data, *noise, true).nth(t as usize).expect("a risk for every generation")
            }
            Self::SubsampledCovariance(law) => law.moments().nth(t as usize).expect("a risk for every generation").risk,
            Self::Fixed(parts) => {
                let sum: f64 = parts.iter().map(|part| part.risk_at(&weight.get(), t)).sum();
                // Parts beyond the largest float can be of opposite sign.
                if sum.is_nan() { self.wide_risk(weight, Generations::At(t)).to_f64() } else { sum }
            }
        }
    }

    /// Mean risk over generations `from..until`.
    #[must_use]
    pub fn average_risk(&self, weight: Weight, from: u32, until: u32) -> f64 {
        let w = weight.get();
        let sum: f64 = match self {
            Self::Scalar(law) => {
                let first = law.risk_at(&w, from);
                std::iter::successors(Some(first), |e| Some(law.step(&w, e))).take((until - from) as usize).sum()
            }
            Self::RandomDesign(law) => {
                let generation = law.generation(weight);
                let first = generation.after(law.start(), from);
                std::iter::successors(Some(first), |e| Some(generation.step(*e))).take((until - from) as usize).sum()
            }
            Self::Covariance(system) => {
                let first = system.moments_at(&w, from);
                std::iter::successors(Some(first), |m| Some(system.step(&w, m)))
                    .take((until - from) as usize)
                    .map(|m| m.risk)
                    .sum()
            }
            Self::MaximumLikelihood(law, estimand) => {
                law.risks(&w).skip(from as usize).take((until - from) as usize).map(|risks| estimand.of(&risks)).sum()
            }
            Self::SecondOrder(law) => f64::from(until - from) * law.average(weight, from, until).risk(&law.real()),
            Self::Density { mixed, .. } => f64::from(until - from) * mixed.average_risk(weight, from, until),
            Self::Subsampled { data, noise, is_unbiased } => {
                Self::drawn(data, *noise, *is_unbiased).skip(from as usize).take((until - from) as usize).sum()
            }
            Self::SubsampledCovariance(law) => {
                law.moments().skip(from as usize).take((until - from) as usize).map(|moments| moments.risk).sum()
            }
            Self::Accumulated(..) | Self::AccumulatedCovariance(..) | Self::Fixed(_) => {
                (from..until).map(|t| self.risk_at(weight, t)).sum()
            }
        };
        sum / f64::from(until - from)
    }

    /// The risk in floats of a wide exponent; its limit is that of the formula, which must converge.
    fn wide_risk(&self, weight: Weight, at: Generations) -> Wide {
        let w = Wide::from(weight.get());
        let mean = |path: &mut dyn Iterator<Item = Wide>, (from, until): (u32, u32)| {
            let count = until - from;
            path.take(count as usize).fold(Wide::from(0.0), Wide::add) / Wide::from(f64::from(count))
        };
        match self {
            Self::Scalar(Recursion { fresh, synthetic, excess }) => {
                let law = Recursion::new(Wide::from(*fresh), Wide::from(*synthetic), Wide::from(*excess));
                match at {
                    Generations::Limit => law.limit(&w),
                    Generations::At(t) => law.risk_at(&w, t),
                    Generations::Average { from, until } => {
                        let first = law.risk_at(&w, from);
                        mean(&mut std::iter::successors(Some(first), |e| Some(law.step(&w, e))), (from, until))
                    }
                }
            }
            // Only a limit can leave the floats.
            Self::RandomDesign(law) if at == Generations::Limit => {
                let (generation, factor) = law.for_limit(weight);
                Wide::from(generation.innovation) / Wide::from(generation.gap) * Wide::from(factor)
            }
            Self::RandomDesign(_) => self.risk(weight, at).into(),
            Self::Covariance(CovarianceSystem { square_trace, trace_square, real, synthetic }) => {
                let [square_trace, trace_square, real, synthetic] =
                    [*square_trace, *trace_square, *real, *synthetic].map(Wide::from);
                let system = CovarianceSystem { square_trace, trace_square, real, synthetic };
                match at {
                    Generations::Limit => system.limit(&w).risk,
                    Generations::At(t) => system.moments_at(&w, t).risk,
                    Generations::Average { from, until } => {
                        let first = system.moments_at(&w, from);
                        let path = std::iter::successors(Some(first), |m| Some(system.step(&w, m)));
                        mean(&mut path.map(|m| m.risk), (from, until))
                    }
                }
            }
            Self::Fixed(parts) => {
                let wide = |part: &FixedRows<f64>| {
                    let Recursion { fresh, synthetic, excess } = part.departure;
                    let departure = Recursion::new(Wide::from(fresh), Wide::from(synthetic), Wide::from(excess));
                    FixedRows { start: Wide::from(part.start), departure }
                };
                let parts: Vec<_> = parts.iter().map(wide).collect();
                let sum =
                    |risk: &dyn Fn(&FixedRows<Wide>) -> Wide| parts.iter().map(risk).fold(Wide::from(0.0), Wide::add);
                let at_generation = |t: u32| sum(&|part| part.risk_at(&w, t));
                match at {
                    Generations::Limit => sum(&|part| part.limit(&w)),
                    Generations::At(t) => at_generation(t),
                    Generations::Average { from, until } => mean(&mut (from..until).map(at_generation), (from, until)),
                }
            }
            Self::SecondOrder(_) => self.risk(weight, at).into(),
            // Bounded at every weight, or growing more slowly than t.
            Self::MaximumLikelihood(..)
            | Self::Accumulated(..)
            | Self::AccumulatedCovariance(..)
            | Self::Subsampled { .. }
            | Self::SubsampledCovariance(_)
            | Self::Density { .. } => self.risk(weight, at).into(),
        }
    }

    /// Risk; infinite where a limit diverges.
    #[must_use]
    pub fn risk(&self, weight: Weight, at: Generations) -> f64 {
        match at {
            Generations::Limit => self.limit_risk(weight),
            Generations::At(t) => self.risk_at(weight, t),
            Generations::Average { from, until } => self.average_risk(weight, from, until),
        }
    }

    /// Limit risk; infinity where it diverges.
    #[must_use]
    pub fn limit_risk(&self, weight: Weight) -> f64 {
        match self {
            Self::Scalar(law) => law.limit_risk(weight),
            Self::RandomDesign(law) => law.limit_risk(weight),
            Self::SecondOrder(law) => law.limit(weight).risk(&law.real()),
            Self::Covariance(system) => system.limit_risk(weight),
            Self::MaximumLikelihood(law, estimand) => estimand.of(&law.limit_risks(weight)),
            Self::Accumulated(law, data) => data.limit_risk(law),
            Self::AccumulatedCovariance(system, data) => data.limit_moments(system).risk,
            Self::Density { mixed, .. } => mixed.limit_risk(weight),
            Self::Subsampled { is_unbiased: true, .. } => f64::INFINITY,
            Self::Subsampled { data, noise, .. } => noise * data.limit::<f64>(),
            Self::SubsampledCovariance(law) => law.limit().map_or(f64::INFINITY, |moments| moments.risk),
            Self::Fixed(_) if self.diverges(weight) => f64::INFINITY,
            Self::Fixed(parts) => parts.iter().map(|part| part.limit(&weight.get())).sum(),
        }
    }

    /// Whether the risk grows without bound.
    #[must_use]
    pub fn diverges(&self, weight: Weight) -> bool {
        match self {
            Self::Scalar(law) => law.diverges(weight),
            // Without weight on the real rows it grows on a line.
            Self::RandomDesign(_) | Self::SecondOrder(_) => weight == Weight::ZERO,
            Self::Covariance(system) => system.diverges(weight),
            Self::Fixed(parts) => parts.iter().any(|part| part.departure.diverges(weight)),
            Self::Subsampled { is_unbiased, .. } => *is_unbiased,
            Self::SubsampledCovariance(law) => law.limit().is_none(),
            Self::MaximumLikelihood(..)
            | Self::Accumulated(..)
            | Self::AccumulatedCovariance(..)
            | Self::Density { .. } => false,
        }
    }

    /// Risk of the fit on the n fresh real rows alone.
    #[must_use]
    pub fn fresh_only_risk(&self) -> f64 {
        match self {
            Self::Scalar(law) | Self::Accumulated(law, _) => law.start(),
            Self::RandomDesign(law) => law.start(),
            Self::Covariance(system) | Self::AccumulatedCovariance(system, _) => system.start().risk,
            Self::Density { alone, .. } => alone.risk_at(Weight::ONE, 0),
            Self::SecondOrder(_)
            | Self::MaximumLikelihood(..)
            | Self::Subsampled { .. }
            | Self::SubsampledCovariance(_)
            | Self::Fixed(_) => self.risk_at(Weight::ONE, 0),
        }
    }

    /// The weight that minimises the limit risk; none where the law takes no weight, where one real row makes every fit a point, or
    /// where two orders are out of range.
    #[must_use]
    pub fn optimal_weight(&self) -> Option<f64> {
        match self {
            Self::Scalar(law) => Some(law.optimal_weight()),
            Self::RandomDesign(law) => Some(law.optimal_weight()),
            Self::SecondOrder(law) => law.optimal_weight(),
            Self::Covariance(system) => Some(system.optimal_weight()),
            Self::MaximumLikelihood(law, Estimand::Mean) => law.optimal_weight_of_mean(),
            Self::MaximumLikelihood(law, Estimand::Covariance) => law.optimal_weight_of_covariance(),
            Self::Accumulated(..)
            | Self::AccumulatedCovariance(..)
            | Self::Subsampled { .. }
            | Self::SubsampledCovariance(_) => None,
            Self::Density { mixed, .. } => Some(mixed.optimal_weight()),
            // Synthetic rows never help.
            Self::Fixed(_) => Some(1.0),
        }
    }

    /// What the optimal weight leaves for the synthetic rows, without cancellation where the law has a formula of its own for it.
    #[must_use]
    pub fn optimal_synthetic_weight(&self) -> Option<f64> {
        match self {
            Self::Scalar(law) => Some(law.optimal_synthetic_weight()),
            Self::RandomDesign(law) => Some(law.optimal_synthetic_weight()),
            law => law.optimal_weight().map(|weight| 1.0 - weight),
        }
    }

    /// For generations 1..=T, the weight that minimises the risk of that generation given the weights before it.
    ///
    /// For the scalar law and linear regression that is the best sequence for every generation at once. For the covariance it is greedy: the
    /// variance of the trace, which enters later generations, is not minimised on its own. Other laws have none.
    #[must_use]
    pub fn dynamic_weights(&self, generations: u32) -> Option<Vec<f64>> {
        match self {
            Self::Scalar(law) => Some(dynamic::weights(law).take(generations as usize).collect()),
            Self::RandomDesign(law) => Some(law.dynamic_weights().take(generations as usize).collect()),
            Self::Covariance(system) => {
                let mut moments = system.start();
                let mut next = || {
                    let synthetic_only = system.step(&0.0, &moments).risk;
                    let weight = synthetic_only / (synthetic_only + system.start().risk);
                    moments = system.step(&weight, &moments);
                    weight
                };
                Some((0..generations).map(|_| next()).collect())
            }
            _ => None,
        }
    }
}

/// How far a prediction goes.
///
/// # Examples
/// see [`Prediction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Exact at every n, m and t.
    Exact,
    /// Two orders in 1/n: R1/n + R2/n^2.
    Second,
    /// The first of them: a limit of many rows.
    Limit,
}

impl Order {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Second, Self::Limit];

    /// Lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Second => "second",
            Self::Limit => "limit",
        }
    }
}

/// What a regression's second order says at a place.
///
/// # Examples
/// ```
/// use goldenweight::prediction::SecondTerm;
///
/// let in_range = |size| SecondTerm { risk: 0.11, share: 0.1, size, range: 0.2, left_out: size * size }.is_in_range();
/// assert!(in_range(0.1) && !in_range(0.3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondTerm {
    /// R1/n + R2/n^2, in range or not.
    pub risk: f64,
    /// R2/(n R1).
    pub share: f64,
    /// What decides the range, see [`Expansion::size`].
    pub size: f64,
    /// Largest size at which the two orders are taken for the risk: [`RANGE`], and at k > 1 this over sqrt(k), so that they leave out as little there.
    pub range: f64,
    /// What the two orders leave out, over the risk, roughly: max(1, k) size^2, at most [`RANGE`]^2 in range. Where no synthetic row has a part k is 1: at w = 1 and t = 0.
    ///
    /// It is no bound. Simulations near k = 1 had up to 5.4 times the square (Poisson regression with coefficients 0, w = 1, n = 200; up to three times elsewhere). With k times as
    /// many real rows as synthetic ones the second order may be small by cancellation while the third is not: Poisson regression at k = 9.75 and 20 had 8 to 17 times
    /// the square, at k = 51 (n = 257) 11 times.
    pub left_out: f64,
}

impl SecondTerm {
    /// Whether the two orders are taken for the risk.
    #[must_use]
    pub fn is_in_range(&self) -> bool {
        self.size <= self.range
    }
}

/// What theory predicts for a problem.
///
/// The exact law predicts where one is known. Of other regressions the two orders in 1/n do where they are in range, and elsewhere the limit law.
///
/// # Examples
/// ```
/// use goldenweight::{
///     catalogue, experiment::{Generations, Parameters, Problem}, prediction::{Order, Prediction}, simulate::engine::ScheduleKind,
/// };
/// use goldenweight_theory::parameters::Weight;
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 100, 100, &Parameters::default())?;
/// let prediction = Prediction::new(&problem, ScheduleKind::Fresh)?.expect("a law");
/// // The mean of 100 rows N(0, I) in two dimensions.
/// assert!((prediction.risk(Weight::ONE, Generations::At(0)) - 0.02).abs() < 1e-15);
/// let (weight, order) = prediction.optimum().expect("an optimum");
/// assert!((weight - 0.618).abs() < 1e-2 && order == Order::Exact);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prediction {
    law: Law,
    order: Order,
    /// The limit law and the two orders of a regression on fresh rows.
    regression: Option<(Law, Expansion)>,
    /// Whether `law` alone predicts, since its order was asked for.
    is_asked: bool,
    ratio: MixingRatio,
    rows: Rows,
    /// Of a linear regression: its exact risk without weight on the real rows, as (generation 0, growth per generation).
    synthetic_line: Option<(f64, f64)>,
}

impl Prediction {
    /// The prediction for a problem under a schedule; none where it has no law. Weights are taken as validated: NaN gives NaN.
    ///
    /// # Errors
    /// Where theory does not cover the sizes; a valid [`Problem`] is covered.
    pub fn new(problem: &Problem, schedule: ScheduleKind) -> Result<Option<Self>, ParameterError> {
        problem.truth().prediction(problem.rows(), schedule)
    }

    /// The prediction under fresh real rows, of a model of which it is known that it has a law.
    ///
    /// # Panics
    /// Where it has none, or does not cover the sizes.
    #[must_use]
    pub fn fresh(problem: &Problem) -> Self {
        let prediction = Self::new(problem, ScheduleKind::Fresh).expect("a valid problem is covered");
        prediction.expect("a model with a law")
    }

    /// Of a law that holds at every n, m and t.
    ///
    /// # Errors
    /// Where a size is 0.
    pub fn of(law: Law, rows: Rows) -> Result<Self, ParameterError> {
        let ratio = sizes(rows)?.mixing_ratio();
        Ok(Self { law, order: Order::Exact, regression: None, is_asked: false, ratio, rows, synthetic_line: None })
    }

    /// The same of a law that holds for many rows; where there is a line, the risk without weight on the real rows is exactly that.
    #[must_use]
    pub fn in_the_limit(self, synthetic_line: Option<(f64, f64)>) -> Self {
        Self { order: Order::Limit, synthetic_line, ..self }
    }

    /// The same of a regression on fresh rows, with its limit law and its two orders.
    #[must_use]
    pub fn with_orders(self, limit: Recursion<f64>, orders: impl Orders + 'static) -> Self {
        let expansion = Expansion::new(orders, self.rows.real as f64);
        Self { regression: Some((Law::Scalar(limit), expansion)), ..self }
    }

    /// The same by this order alone, in range or not; none where it is not known.
    #[must_use]
    pub fn to_order(&self, order: Order) -> Option<Self> {
        let asked = Self { is_asked: true, ..self.clone() };
        if order == self.order {
            return Some(asked);
        }
        let (limit, expansion) = self.regression.clone()?;
        let law = match order {
            Order::Exact => return None,
            Order::Second => Law::SecondOrder(expansion),
            Order::Limit => limit,
        };
        Some(Self { law, order, ..asked })
    }

    /// The law: exact, or the limit law, or of the order that was asked for.
    #[must_use]
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// Whether the risk at this weight is exact at every n, m and t, rather than a limit of many rows.
    #[must_use]
    pub fn exact(&self, weight: Weight) -> bool {
        self.order == Order::Exact || (weight == Weight::ZERO && self.synthetic_line.is_some())
    }

    /// What a regression's second order says of the risk; none where none is known.
    #[must_use]
    pub fn second_term(&self, weight: Weight, at: Generations) -> Option<SecondTerm> {
        self.regression.as_ref().map(|(_, expansion)| {
            let of = |expansion: &Expansion| match at {
                Generations::Limit => expansion.limit(weight),
                Generations::At(t) => expansion.at(weight, t),
                Generations::Average { from, until } => expansion.average(weight, from, until),
            };
            let coefficients = of(expansion);
            let real = expansion.real();
            let [risk, share] = [coefficients.risk(&real), coefficients.share(&real)];
            let size = expansion.size(of);
            // No synthetic row has a part in generation 0, nor at w = 1: there k says nothing.
            let is_alone =
                weight == Weight::ONE || matches!(at, Generations::At(0) | Generations::Average { from: 0, until: 1 });
            let k = if is_alone { 1.0 } else { self.rows.real as f64 / self.rows.synthetic as f64 };
            let more = k.max(1.0);
            SecondTerm { risk, share, size, range: RANGE / more.sqrt(), left_out: more * size * size }
        })
    }

    /// By which order the risk is predicted.
    #[must_use]
    pub fn order(&self, weight: Weight, at: Generations) -> Order {
        if self.exact(weight) {
            return Order::Exact;
        }
        let is_second = !self.is_asked && self.second_term(weight, at).is_some_and(|term| term.is_in_range());
        if is_second { Order::Second } else { self.order }
    }

    /// The law of that order.
    fn law_at(&self, weight: Weight, at: Generations) -> Cow<'_, Law> {
        match (self.order(weight, at), &self.regression) {
            (Order::Second, Some((_, expansion))) => Cow::Owned(Law::SecondOrder(expansion.clone())),
            _ => Cow::Borrowed(&self.law),
        }
    }

    /// The optimal weight, and by which order: exact at these n and m where an exact law exists. See [`Law::optimal_weight`].
    #[must_use]
    pub fn optimum(&self) -> Option<(f64, Order)> {
        let second = self.regression.as_ref().filter(|_| !self.is_asked && self.order != Order::Exact);
        match second.and_then(|(_, expansion)| expansion.optimal_weight()) {
            Some(weight) => Some((weight, Order::Second)),
            None => self.law.optimal_weight().map(|weight| (weight, self.order)),
        }
    }

    /// The optimal weight of [`Prediction::optimum`].
    #[must_use]
    pub fn optimal_weight(&self) -> Option<f64> {
        self.optimum().map(|(weight, _)| weight)
    }

    /// The optimal weight to second order, see [`Expansion::optimal_weight`]; none where it is not known, or out of range.
    #[must_use]
    pub fn second_order_weight(&self) -> Option<f64> {
        self.regression.as_ref().and_then(|(_, expansion)| expansion.optimal_weight())
    }

    /// What the optimal weight leaves for the synthetic rows, see [`Law::optimal_synthetic_weight`].
    #[must_use]
    pub fn optimal_synthetic_weight(&self) -> Option<f64> {
        match self.optimum()? {
            (_, order) if order == self.order => self.law.optimal_synthetic_weight(),
            (weight, _) => Some(1.0 - weight),
        }
    }

    /// Its limit for many rows: w*(k), but of density estimates, whose bandwidth goes with it, that of [`Kernel::limit_weight`].
    #[must_use]
    pub fn limit_weight(&self) -> f64 {
        match self.law {
            Law::Density { .. } => Kernel::Gaussian.limit_weight(self.ratio),
            _ => weights::optimal_weight(&self.ratio),
        }
    }

    /// The weight of naive pooling, k/(1 + k).
    #[must_use]
    pub fn naive_weight(&self) -> f64 {
        weights::naive_weight(&self.ratio)
    }

    /// Risk; infinite where a limit diverges.
    #[must_use]
    pub fn risk(&self, weight: Weight, at: Generations) -> f64 {
        if let (Some((start, slope)), true) = (self.synthetic_line, weight == Weight::ZERO) {
            return match at {
                Generations::Limit => f64::INFINITY,
                Generations::At(t) => start + f64::from(t) * slope,
                Generations::Average { from, until } => start + 0.5 * (f64::from(from) + f64::from(until - 1)) * slope,
            };
        }
        self.law_at(weight, at).risk(weight, at)
    }

    /// The same in floats of a wide exponent, which hold a finite risk beyond the largest float; none where it is infinite.
    #[must_use]
    pub fn wide_risk(&self, weight: Weight, at: Generations) -> Option<Wide> {
        if self.synthetic_line.is_some() && weight == Weight::ZERO {
            let risk = self.risk(weight, at);
            return risk.is_finite().then(|| risk.into());
        }
        let law = self.law_at(weight, at);
        match at {
            Generations::Limit if law.diverges(weight) => None,
            // Two orders that leave the floats say nothing any more.
            at if matches!(*law, Law::SecondOrder(_)) && !law.risk(weight, at).is_finite() => None,
            at => Some(law.wide_risk(weight, at)),
        }
    }

    /// Risk of the fit on the n fresh real rows alone, by the law of the risk at this weight and generation: exact where that is.
    #[must_use]
    pub fn fresh_only_risk(&self, weight: Weight, at: Generations) -> f64 {
        match self.synthetic_line {
            Some((start, _)) if weight == Weight::ZERO => start,
            _ => self.law_at(weight, at).fresh_only_risk(),
        }
    }

    /// Limit risk relative to that of the fresh real rows alone.
    #[must_use]
    pub fn relative_risk(&self, weight: Weight) -> f64 {
        let law = self.law_at(weight, Generations::Limit);
        law.limit_risk(weight) / law.fresh_only_risk()
    }

    /// Fresh real rows that alone would have the risk of the optimal mix, by the law that has the optimum.
    ///
    /// # Formula
    /// n over the relative risk where the risk of real rows alone falls as 1/n: means, frequencies, limit laws. Else what solves risk(N) = e*: with A/(N - p - 1) of
    /// linear regression, F/(N - 1) of a covariance, [`MaximumLikelihood::rows_for`](goldenweight_theory::maximum_likelihood::MaximumLikelihood::rows_for) of one with
    /// divisors n and m, R1/N + R2/N^2 of two orders. The risk of a density estimate with the best bandwidth falls as N^(-4/5), to first order; at a fixed bandwidth the
    /// variance falls as 1/N, and the bias stays.
    #[must_use]
    pub fn effective_sample_size(&self) -> Option<f64> {
        let optimum = Weight::new(self.optimal_weight()?).ok()?;
        let law = self.law_at(optimum, Generations::Limit);
        let (n, risk, alone) = (self.rows.real as f64, law.limit_risk(optimum), law.fresh_only_risk());
        Some(match &*law {
            Law::Density { is_tuned: true, .. } => n * libm::pow(risk / alone, -1.25),
            Law::Density { alone, .. } => alone.rows_for(risk),
            Law::RandomDesign(law) => law.rows_for(risk),
            Law::SecondOrder(law) => law.rows_for(risk),
            Law::MaximumLikelihood(law, Estimand::Covariance) => law.rows_for(risk),
            Law::Covariance(_) => 1.0 + (n - 1.0) * (alone / risk),
            _ => n / (risk / alone),
        })
    }

    /// First generation whose risk is within 1 % of its limit; none where it diverges or takes more than a million.
    #[must_use]
    pub fn generations_to_limit(&self, weight: Weight) -> Option<u32> {
        let w = weight.get();
        let law = self.law_at(weight, Generations::Limit);
        match &*law {
            law if law.diverges(weight) => None,
            Law::Scalar(law) => law.generations_to_limit(weight, NEAR_LIMIT),
            Law::RandomDesign(law) => law.generation(weight).generations_to_limit(law.start(), NEAR_LIMIT),
            Law::SecondOrder(expansion) => expansion.generations_to_limit(weight, NEAR_LIMIT),
            Law::Covariance(system) => {
                let limit = system.limit_risk(weight);
                let near = |m: &Moments<f64>| (m.risk / limit - 1.0).abs() <= NEAR_LIMIT;
                let mut path = std::iter::successors(Some(system.start()), |m| Some(system.step(&w, m)));
                path.by_ref().take(1_000_000).position(|m| near(&m)).map(|t| t as u32)
            }
            Law::MaximumLikelihood(law, estimand) => {
                let limit = self.law.limit_risk(weight);
                let near = |risks: Risks<f64>| (estimand.of(&risks) / limit - 1.0).abs() <= NEAR_LIMIT;
                law.risks(&w).take(1_000_000).position(near).map(|t| t as u32)
            }
            Law::Density { mixed, .. } => {
                let limit = mixed.limit_risk(weight);
                let near = |risk: f64| (risk / limit - 1.0).abs() <= NEAR_LIMIT;
                if !near(mixed.risk_at(weight, 999_999)) {
                    return None;
                }
                mixed.risks(weight).take(1_000_000).position(near).map(|t| t as u32)
            }
            Law::Subsampled { data, noise, is_unbiased } => {
                let limit = law.limit_risk(weight);
                let near = |risk: f64| risk >= (1.0 - NEAR_LIMIT) * limit;
                Law::drawn(data, *noise, *is_unbiased).take(1_000_000).position(near).map(|t| t as u32)
            }
            Law::SubsampledCovariance(covariance) => {
                let limit = law.limit_risk(weight);
                let near = |moments: Moments<f64>| (moments.risk / limit - 1.0).abs() <= NEAR_LIMIT;
                covariance.moments().take(1_000_000).position(near).map(|t| t as u32)
            }
            Law::Accumulated(..) | Law::AccumulatedCovariance(..) | Law::Fixed(_) => {
                let limit = law.limit_risk(weight);
                // Risks grow from generation to generation.
                let near = |t: &u32| law.risk_at(weight, *t) >= (1.0 - NEAR_LIMIT) * limit;
                (0..1_000_000).find(near)
            }
        }
    }

    /// Weights that minimise the risk generation by generation, see [`Law::dynamic_weights`]; of a regression without exact law those of the limit.
    #[must_use]
    pub fn dynamic_weights(&self, generations: u32) -> Option<Vec<f64>> {
        self.law.dynamic_weights(generations)
    }
}

/// The sizes as theory takes them.
pub(crate) fn sizes(rows: Rows) -> Result<SampleSizes, ParameterError> {
    SampleSizes::new(rows.real as u64, rows.synthetic as u64)
}
