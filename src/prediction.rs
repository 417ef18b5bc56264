//! What theory predicts for a problem: the one place where a model meets its law.

use goldenweight_theory::covariance::{CovarianceSystem, Moments};
use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio, ParameterError, SampleSizes, Weight};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::wide::Wide;
use goldenweight_theory::{categorical, cdf, dynamic, gaussian, linear, logistic, poisson, weights};
use nalgebra::DMatrix;
use std::ops::Add;

use crate::experiment::{Generations, Model, Problem, Rows, Truth};

/// Relative distance at which a risk counts as having reached its limit.
const NEAR_LIMIT: f64 = 0.01;

/// The law of a problem's risk.
#[derive(Clone, Debug)]
pub enum Law {
    /// The one recursion, e_t = w^2 A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1}).
    Scalar(Recursion<f64>),
    /// The two coupled moments of the covariance.
    Covariance(CovarianceSystem<f64>),
}

impl Law {
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
            Self::Covariance(system) => system.moments_at(&weight.get(), t).risk,
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
            Self::Covariance(system) => {
                let first = system.moments_at(&w, from);
                std::iter::successors(Some(first), |m| Some(system.step(&w, m)))
                    .take((until - from) as usize)
                    .map(|m| m.risk)
                    .sum()
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
        }
    }

    /// Limit risk; infinity where it diverges.
    #[must_use]
    pub fn limit_risk(&self, weight: Weight) -> f64 {
        match self {
            Self::Scalar(law) => law.limit_risk(weight),
            Self::Covariance(system) => system.limit_risk(weight),
        }
    }

    /// Risk of the fit on the n fresh real rows alone.
    #[must_use]
    pub fn fresh_only_risk(&self) -> f64 {
        match self {
            Self::Scalar(law) => law.start(),
            Self::Covariance(system) => system.start().risk,
        }
    }

    /// The weight that minimises the limit risk.
    #[must_use]
    pub fn optimal_weight(&self) -> f64 {
        match self {
            Self::Scalar(law) => law.optimal_weight(),
            Self::Covariance(system) => system.optimal_weight(),
        }
    }

    /// For generations 1..=T, the weight that minimises the risk of that generation given the weights before it.
    ///
    /// For the scalar law that is the best sequence for every generation at once. For the covariance it is greedy: the
    /// variance of the trace, which enters later generations, is not minimised on its own.
    #[must_use]
    pub fn dynamic_weights(&self, generations: u32) -> Vec<f64> {
        match self {
            Self::Scalar(law) => dynamic::weights(law).take(generations as usize).collect(),
            Self::Covariance(system) => {
                let mut moments = system.start();
                let mut next = || {
                    let synthetic_only = system.step(&0.0, &moments).risk;
                    let weight = synthetic_only / (synthetic_only + system.start().risk);
                    moments = system.step(&weight, &moments);
                    weight
                };
                (0..generations).map(|_| next()).collect()
            }
        }
    }
}

/// What theory predicts for a problem.
#[derive(Clone, Debug)]
pub struct Prediction {
    law: Law,
    exact: bool,
    ratio: MixingRatio,
    rows: Rows,
    /// Of a linear regression: its exact risk without weight on the real rows, as (generation 0, growth per generation).
    synthetic_line: Option<(f64, f64)>,
}

impl Prediction {
    /// The prediction for a problem. Weights are taken as validated: NaN gives NaN.
    ///
    /// # Errors
    /// Where theory does not cover the sizes; a valid [`Problem`] is covered.
    pub fn new(problem: &Problem) -> Result<Self, ParameterError> {
        let rows = problem.rows();
        let sizes = sizes(rows)?;
        let dim = problem.dim() as u32;
        let mut synthetic_line = None;
        let (law, exact) = match problem.truth() {
            Truth::Gaussian { sigma } if problem.model() == Model::GaussianMean => {
                (Law::gaussian_mean(sigma, rows)?, true)
            }
            Truth::Gaussian { sigma } => (Law::gaussian_covariance(sigma, rows)?, true),
            Truth::Linear { noise_variance, .. } => {
                let slope = |rows: u64| linear::synthetic_slope(*noise_variance, dim, rows);
                synthetic_line = slope(sizes.real()).zip(slope(sizes.synthetic()));
                (Law::Scalar(linear::limit_law(*noise_variance, dim, sizes)), false)
            }
            Truth::Logistic { beta } => (Law::Scalar(logistic::limit_law(beta.as_slice(), sizes)), false),
            Truth::Poisson { beta } => (Law::Scalar(poisson::limit_law(beta.as_slice(), sizes)), false),
            Truth::Uniform => (Law::Scalar(cdf::law(sizes)), true),
            Truth::Categorical { probabilities } => (Law::Scalar(categorical::law(probabilities, sizes)), true),
        };
        Ok(Self { law, exact, ratio: sizes.mixing_ratio(), rows, synthetic_line })
    }

    /// The law.
    #[must_use]
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// Whether the risk at this weight is exact at every n, m and t, rather than a limit of many rows.
    #[must_use]
    pub fn exact(&self, weight: Weight) -> bool {
        self.exact || (weight == Weight::ZERO && self.synthetic_line.is_some())
    }

    /// The optimal weight: exact at these n and m where an exact law exists.
    #[must_use]
    pub fn optimal_weight(&self) -> f64 {
        self.law.optimal_weight()
    }

    /// Its limit for many rows, w*(k).
    #[must_use]
    pub fn limit_weight(&self) -> f64 {
        weights::optimal_weight(&self.ratio)
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
        match at {
            Generations::Limit => self.law.limit_risk(weight),
            Generations::At(t) => self.law.risk_at(weight, t),
            Generations::Average { from, until } => self.law.average_risk(weight, from, until),
        }
    }

    /// The same in floats of a wide exponent, where it is finite and yet beyond the largest float; none where it is infinite.
    #[must_use]
    pub fn wide_risk(&self, weight: Weight, at: Generations) -> Option<Wide> {
        match (&self.law, at) {
            _ if self.synthetic_line.is_some() && weight == Weight::ZERO => {
                let risk = self.risk(weight, at);
                risk.is_finite().then(|| risk.into())
            }
            (Law::Scalar(law), Generations::Limit) if law.diverges(weight) => None,
            (Law::Covariance(system), Generations::Limit) if system.diverges(weight) => None,
            (law, at) => Some(law.wide_risk(weight, at)),
        }
    }

    /// Risk of the fit on the n fresh real rows alone, by the law of the risk at this weight: exact where that is.
    #[must_use]
    pub fn fresh_only_risk(&self, weight: Weight) -> f64 {
        match self.synthetic_line {
            Some((start, _)) if weight == Weight::ZERO => start,
            _ => self.law.fresh_only_risk(),
        }
    }

    /// Limit risk relative to that of the fresh real rows alone.
    #[must_use]
    pub fn relative_risk(&self, weight: Weight) -> f64 {
        self.law.limit_risk(weight) / self.law.fresh_only_risk()
    }

    /// Fresh real rows that would give the risk of the optimal mix: n over its relative risk, to first order in 1/n.
    #[must_use]
    pub fn effective_sample_size(&self) -> f64 {
        let optimum = Weight::new(self.optimal_weight());
        optimum.map_or(f64::NAN, |w| self.rows.real as f64 / self.relative_risk(w))
    }

    /// First generation whose risk is within 1 % of its limit; none where it diverges or takes more than a million.
    #[must_use]
    pub fn generations_to_limit(&self, weight: Weight) -> Option<u32> {
        let w = weight.get();
        match &self.law {
            Law::Scalar(law) => law.generations_to_limit(weight, NEAR_LIMIT),
            Law::Covariance(system) => {
                let limit = system.limit_risk(weight);
                let near = |m: &Moments<f64>| (m.risk / limit - 1.0).abs() <= NEAR_LIMIT;
                let mut path = std::iter::successors(Some(system.start()), |m| Some(system.step(&w, m)));
                path.by_ref().take(1_000_000).position(|m| near(&m)).map(|t| t as u32)
            }
        }
    }

    /// Weights that minimise the risk generation by generation, see [`Law::dynamic_weights`].
    #[must_use]
    pub fn dynamic_weights(&self, generations: u32) -> Vec<f64> {
        self.law.dynamic_weights(generations)
    }
}

fn sizes(rows: Rows) -> Result<SampleSizes, ParameterError> {
    SampleSizes::new(rows.real as u64, rows.synthetic as u64)
}
