//! The atlas: settings of recursive training side by side, each with its best weight, whether that is the golden one and why, and the claims that carry it.
//!
//! [`SETTINGS`] is the one list. Weights and risks are computed from the theory at the mixing ratio that is asked for. `tests/atlas.rs` minimises every law's limit risk by
//! argmin, and refuses a setting whose weight is another, or whose claims there are not.

use goldenweight_theory::kde::{Kde, Kernel, Mixture};
use goldenweight_theory::maximum_likelihood::MaximumLikelihood;
use goldenweight_theory::network::{Incoming, Network, Node, exchangeable_risk, exchangeable_weight};
use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio, SampleSizes, Weight};
use goldenweight_theory::random_design::RandomDesign;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::ridge::Ridge;
use goldenweight_theory::second_order::{Expansion, Invariants, SecondOrder};
use goldenweight_theory::subsample::{Subsampling, covariance::DrawnCovariance};
use goldenweight_theory::{accumulate::Accumulation, covariance::CovarianceSystem, design::Design, fixed::FixedRows};
use goldenweight_theory::{categorical, cdf, dynamic, gaussian, weights};

use crate::catalogue;
use crate::experiment::{InputError, Parameters, Problem, digits};
use crate::prediction::{Estimand, Law, Prediction};

/// Where the atlas is read: at a mixing ratio k, for many rows or for a hundred.
///
/// # Examples
/// ```
/// use goldenweight::atlas::Place;
///
/// // A hundred rows of the rarer kind.
/// let place = Place::new(0.25)?;
/// assert_eq!((place.sizes().synthetic(), place.ratio().get()), (400, 0.25));
/// assert!((place.golden_weight() - 0.390_388_2).abs() < 1e-7);
/// assert!(Place::new(1e6).is_err());
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    ratio: MixingRatio,
    sizes: SampleSizes,
}

impl Place {
    /// At k = `ratio`, from .01 to 100.
    ///
    /// # Errors
    /// Where it is outside.
    pub fn new(ratio: f64) -> Result<Self, InputError> {
        let refuse = || InputError::new("ratio", digits(ratio), "must be from 0.01 to 100");
        let known = MixingRatio::new(ratio).ok().filter(|_| (0.01..=100.0).contains(&ratio)).ok_or_else(refuse)?;
        Ok(Self::of_rows(known, 100))
    }

    /// With this many rows of the rarer kind, and as many of the other as the ratio comes nearest to.
    fn of_rows(ratio: MixingRatio, rows: u64) -> Self {
        let k = ratio.get();
        let more = |factor: f64| libm::round(rows as f64 * factor) as u64;
        let (real, synthetic) = if k < 1.0 { (rows, more(1.0 / k)) } else { (more(k), rows) };
        Self { ratio, sizes: SampleSizes::new(real, synthetic).expect("at least one row of each kind") }
    }

    /// k, as settings of many rows have it.
    #[must_use]
    pub const fn ratio(&self) -> &MixingRatio {
        &self.ratio
    }

    /// n and m, as settings of finitely many rows have them: a hundred rows of the rarer kind.
    #[must_use]
    pub const fn sizes(&self) -> SampleSizes {
        self.sizes
    }

    /// w*(k).
    #[must_use]
    pub fn golden_weight(&self) -> f64 {
        weights::optimal_weight(&self.ratio)
    }

    fn degrees(&self) -> DegreesOfFreedom {
        DegreesOfFreedom::new(self.sizes).expect("two rows or more")
    }
}

/// Which rows a generation is fitted on.
///
/// # Examples
/// ```
/// use goldenweight::atlas::Schedule;
///
/// assert!(Schedule::Fixed.kept().starts_with("the n real rows of generation 0"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Fresh real rows in each generation.
    Fresh,
    /// The same real rows in each generation.
    Fixed,
    /// All rows so far.
    Accumulate,
    /// Some of all rows so far.
    Subsample,
    /// Rows of several models.
    Network,
    /// Synthetic rows alone.
    Synthetic,
}

impl Schedule {
    /// Every schedule, in the order of the atlas.
    pub const ALL: [Self; 6] =
        [Self::Fresh, Self::Network, Self::Fixed, Self::Accumulate, Self::Subsample, Self::Synthetic];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh real rows",
            Self::Fixed => "the same real rows",
            Self::Accumulate => "all rows so far",
            Self::Subsample => "a sample of all rows so far",
            Self::Network => "several models",
            Self::Synthetic => "synthetic rows alone",
        }
    }

    /// What a generation is fitted on, and what of it is kept.
    #[must_use]
    pub const fn kept(self) -> &'static str {
        match self {
            Self::Fresh => "n fresh real rows and m synthetic rows of the model before; no row is kept",
            Self::Fixed => "the n real rows of generation 0, which are kept, and m synthetic rows of the model before",
            Self::Accumulate => {
                "the n real rows of generation 0 and m synthetic rows of every model so far, all kept and weighted alike"
            }
            Self::Subsample => "n rows, drawn without replacement from all rows so far, which are all kept",
            Self::Network => {
                "n fresh real rows of its own and m synthetic rows of each model that feeds it; no row is kept"
            }
            Self::Synthetic => "m synthetic rows of the model before, after n real rows at generation 0",
        }
    }
}

/// Of how many rows a setting's weight is.
///
/// # Examples
/// ```
/// assert_eq!(goldenweight::atlas::Reach::Limit.word(), "many");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Of every n and m at this ratio.
    Every,
    /// Of n, m to infinity at this ratio.
    Limit,
    /// Of a hundred rows of the rarer kind.
    Hundred,
    /// Of the numbers that the model states: there the weight depends on n itself.
    Stated,
}

impl Reach {
    /// One word for tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Every => "any",
            Self::Limit => "many",
            Self::Hundred => "100",
            Self::Stated => "stated",
        }
    }
}

/// Limit risk at a weight on the real rows, relative to that of the n real rows alone.
pub type Curve = Box<dyn Fn(Weight) -> f64>;

/// What a setting's law says.
///
/// # Examples
/// see [`Setting::answer`].
pub enum Answer {
    /// A weight is best.
    Best {
        /// The weight, by the theory's own formula.
        weight: f64,
        /// The risk that it minimises.
        risk: Curve,
    },
    /// The schedule takes no weight. Its limit risk, relative to that of the n real rows alone; infinite where it grows without bound.
    NoWeight(f64),
    /// Any positive weight does.
    AnyWeight,
}

impl Answer {
    fn best(weight: f64, risk: impl Fn(Weight) -> f64 + 'static) -> Self {
        Self::Best { weight, risk: Box::new(risk) }
    }

    /// By a law of one model.
    fn of(law: Law) -> Self {
        let alone = law.fresh_only_risk();
        match law.optimal_weight() {
            Some(weight) => Self::best(weight, move |w| law.limit_risk(w) / alone),
            None => Self::NoWeight(law.limit_risk(Weight::ONE) / alone),
        }
    }

    /// By the one recursion.
    fn scalar(law: Recursion<f64>) -> Self {
        Self::of(Law::Scalar(law))
    }
}

/// How near a setting's best weight is to the golden one, w*(k).
///
/// # Examples
/// see [`Setting::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Golden {
    /// It is the golden weight.
    Yes,
    /// It tends to the golden weight as rows become many.
    Nearly,
    /// It is another.
    No,
    /// There is none to be compared.
    NoWeight,
}

impl Golden {
    /// One word or two for tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "golden",
            Self::Nearly => "in the limit",
            Self::No => "no",
            Self::NoWeight => "no weight",
        }
    }
}

/// A setting at a place, as tables show it.
///
/// # Examples
/// see [`Setting::read`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The best weight, where one is.
    pub weight: Option<f64>,
    /// Its limit risk, relative to that of the n real rows alone; none where any weight does.
    pub relative_risk: Option<f64>,
    /// That over w*(k), the relative risk of the golden weight on fresh real rows in the limit of many.
    pub over_golden: Option<f64>,
    /// Whether the weight is golden.
    pub golden: Golden,
}

/// A setting: a line of the atlas.
///
/// # Examples
/// ```
/// use goldenweight::atlas::SETTINGS;
///
/// assert!(SETTINGS.iter().all(|setting| !setting.claims.is_empty() && !setting.why.is_empty()));
/// ```
pub struct Setting {
    /// Its name, short enough for the picture.
    pub name: &'static str,
    /// The models, and what is measured.
    pub model: &'static str,
    /// Which rows a generation is fitted on.
    pub schedule: Schedule,
    /// Of how many rows the weight is.
    pub reach: Reach,
    /// Why its weight is golden, or is not.
    pub why: &'static str,
    /// The claims that carry it.
    pub claims: &'static [&'static str],
    law: fn(&Place) -> Answer,
}

/// That of the covariance of two uncorrelated columns, of drawn rows.
fn drawn_covariance(at: &Place, is_unbiased: bool) -> Answer {
    let law = DrawnCovariance::new(2.0, 4.0, at.sizes, is_unbiased).expect("two rows or more");
    Answer::of(Law::SubsampledCovariance(law))
}

impl Setting {
    /// What its law says at a place.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::atlas::{Answer, Place, SETTINGS};
    /// use goldenweight_theory::parameters::Weight;
    ///
    /// let Answer::Best { weight, risk } = SETTINGS[0].answer(&Place::new(1.0)?) else { panic!("the mean has a best weight") };
    /// assert_eq!(weight, 0.6180339887498949);
    /// assert!(risk(Weight::new(0.5)?) > weight);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn answer(&self, place: &Place) -> Answer {
        (self.law)(place)
    }

    /// The setting at a place.
    ///
    /// # Golden
    /// yes where the weight is w*(k) to 1e-12. In the limit where, ten times as many rows, it is at least five times as near (the distance falls like 1/n, so ten
    /// times but for the next order).
    ///
    /// # Examples
    /// ```
    /// use goldenweight::atlas::{Golden, Place, SETTINGS};
    ///
    /// let read = SETTINGS[0].read(&Place::new(1.0)?);
    /// assert_eq!((read.golden, read.weight), (Golden::Yes, Some(0.6180339887498949)));
    /// assert!((read.over_golden.expect("a weight") - 1.0).abs() < 1e-15);
    /// # Ok::<(), goldenweight::experiment::InputError>(())
    /// ```
    #[must_use]
    pub fn read(&self, place: &Place) -> Reading {
        let (weight, relative_risk) = match self.answer(place) {
            Answer::Best { weight, risk } => (Some(weight), Some(risk(nearest(weight)))),
            Answer::NoWeight(risk) => (None, Some(risk)),
            Answer::AnyWeight => (None, None),
        };
        let over_golden = relative_risk.map(|risk| risk / self.golden_weight(place));
        Reading { weight, relative_risk, over_golden, golden: self.golden(place) }
    }

    /// w*(k), k = n/m where the setting has finitely many rows.
    fn golden_weight(&self, place: &Place) -> f64 {
        let of_rows = || place.sizes.mixing_ratio();
        weights::optimal_weight(&if self.reach == Reach::Hundred { of_rows() } else { place.ratio })
    }

    fn golden(&self, place: &Place) -> Golden {
        let distance = |place: &Place| match self.answer(place) {
            Answer::Best { weight, .. } => Some((weight - self.golden_weight(place)).abs()),
            Answer::NoWeight(_) | Answer::AnyWeight => None,
        };
        let Some(here) = distance(place) else { return Golden::NoWeight };
        let far = || distance(&Place::of_rows(place.ratio, 1_000));
        if here <= 1e-12 {
            Golden::Yes
        } else if self.reach == Reach::Hundred && far().is_some_and(|far| far <= here / 5.0) {
            Golden::Nearly
        } else {
            Golden::No
        }
    }
}

/// The weight, which formulas keep in \[0, 1\].
fn nearest(weight: f64) -> Weight {
    Weight::new(weight).expect("a weight of the theory is in [0, 1]")
}

/// The covariance of two independent columns, divisors n - 1 and m - 1.
fn covariance(place: &Place) -> CovarianceSystem<f64> {
    CovarianceSystem::new(2.0, 4.0, place.degrees())
}

/// Four categories.
const PROBABILITIES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

/// K models that all see one another.
fn exchangeable<const K: u64>(place: &Place) -> Answer {
    let k = place.ratio;
    Answer::best(exchangeable_weight(&k, K), move |w| exchangeable_risk(&k, K, &w.get()))
}

/// A ring of three models, by the recursion of networks.
fn ring(place: &Place) -> Answer {
    const MODELS: usize = 3;
    let Recursion { fresh, synthetic: noise, excess } = weights::law(&place.ratio);
    let limit = move |w: Weight| {
        let node = |i: usize| {
            let before = Incoming { from: (i + MODELS - 1) % MODELS, weight: 1.0 - w.get(), noise, excess };
            Node { start: fresh, real: Some((w.get(), fresh)), incoming: vec![before] }
        };
        // Of the start u^4000 is left, 1e-17 at w = .01.
        Network::new((0..MODELS).map(node).collect()).after(2_000).between(0, 0)
    };
    Answer::best(weights::optimal_weight(&place.ratio), limit)
}

/// A density estimate with the best bandwidth for its weight, many rows.
fn density<const KERNEL: usize>(place: &Place) -> Answer {
    let (kernel, k) = ([Kernel::Gaussian, Kernel::Epanechnikov, Kernel::Uniform, Kernel::Sinc][KERNEL], place.ratio);
    Answer::best(kernel.limit_weight(k), move |w| kernel.limit_relative_risk(k, w))
}

/// Logistic regression with the coefficients (1, 1), in two orders of 1/n.
fn logistic(place: &Place) -> Answer {
    let invariants = Invariants::logistic(&Design::standard(2.0, 2));
    let law = SecondOrder { invariants, ratio: place.sizes.mixing_ratio::<f64>().get() };
    Answer::of(Law::SecondOrder(Expansion::new(law, place.sizes.real() as f64)))
}

/// A ridge regression on three directions.
fn ridge(place: &Place, penalty: f64) -> Answer {
    let directions = vec![(0.4, 1.0), (2.5, 0.3), (1.0, 2.0)];
    let law = Ridge { noise: 0.2, penalty, ratio: place.ratio.get(), directions };
    let risk = move |law: &Ridge<f64>, w| law.limit_parts(w).into_iter().sum::<f64>();
    let alone = risk(&law, Weight::ONE);
    Answer::best(law.optimal_weight(), move |w| risk(&law, w) / alone)
}

/// Every setting, in the order in which tables show them.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "Gaussian mean",
        model: "mean of Gaussian rows, any covariance, which is estimated too",
        schedule: Schedule::Fresh,
        reach: Reach::Every,
        why: "the mean passes its error on as it is (ρ = 1), at every n and m",
        claims: &["golden-weight", "golden-ratio", "gaussian-mean-law"],
        law: |at| Answer::scalar(weights::law(&at.ratio)),
    },
    Setting {
        name: "regressions",
        model: "linear, logistic and Poisson regression on fresh covariates",
        schedule: Schedule::Fresh,
        reach: Reach::Limit,
        why: "to first order in 1/n coefficients are a mean of scores",
        claims: &["linear-limit", "logistic-limit", "poisson-limit"],
        law: |at| Answer::scalar(weights::law(&at.ratio)),
    },
    Setting {
        name: "minimum norm",
        model: "regression on one fixed design, also with more columns than rows",
        schedule: Schedule::Fresh,
        reach: Reach::Every,
        why: "in every direction that the rows see labels are averaged; the others stay 0",
        claims: &["ridge-law", "linear-fixed-design"],
        law: |at| ridge(at, 0.0),
    },
    Setting {
        name: "density, sinc kernel",
        model: "kernel density estimate, best bandwidth",
        schedule: Schedule::Fresh,
        reach: Reach::Limit,
        why: "this kernel has no bias that could add up",
        claims: &["kde-sinc"],
        law: density::<3>,
    },
    Setting {
        name: "weights by generation",
        model: "mean, a weight of its own for each generation",
        schedule: Schedule::Fresh,
        reach: Reach::Every,
        why: "the best weights fall from (k + 1)/(k + 2), which is 2/3 at k = 1, to the golden one",
        claims: &["dynamic-weights", "dynamic-fibonacci", "dynamic-riccati"],
        law: |at| {
            let law = weights::law(&at.ratio);
            // The distance falls by u*^2 each time, which is .83 at k = .01.
            let settled = dynamic::weights(&law).nth(1_000).unwrap_or(f64::NAN);
            Answer::best(settled, move |w| law.limit_risk(w))
        },
    },
    Setting {
        name: "covariance",
        model: "covariance of two Gaussian columns, divisors n − 1 and m − 1",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "errors grow from model to model (ρ > 1), by 1/m",
        claims: &["gaussian-covariance-law", "covariance-optimum"],
        law: |at| Answer::of(Law::Covariance(covariance(at))),
    },
    Setting {
        name: "variance",
        model: "variance of one Gaussian column, divisors n − 1 and m − 1",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "errors grow from model to model, ρ = (m + 1)/(m − 1)",
        claims: &["gaussian-variance-law", "law-optimum"],
        law: |at| Answer::scalar(gaussian::variance(1.0, at.degrees())),
    },
    Setting {
        name: "frequencies",
        model: "probabilities of four categories",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "a fit that errs towards few categories has less noise: ρ = 1 − 1/m",
        claims: &["categorical-law", "law-optimum"],
        law: |at| Answer::scalar(categorical::law(&PROBABILITIES, at.sizes)),
    },
    Setting {
        name: "distribution function",
        model: "distribution function, any continuous truth",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "at every point it is a frequency",
        claims: &["cdf-law", "figure-8c", "law-optimum"],
        law: |at| Answer::scalar(cdf::law(at.sizes)),
    },
    Setting {
        name: "linear regression",
        model: "linear regression on two Gaussian covariates",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "random covariates: a term of order 1/n moves the optimum",
        claims: &["linear-law", "linear-optimum"],
        law: |at| Answer::of(Law::RandomDesign(RandomDesign::new(1.0, 2, at.sizes).expect("n > p + 1"))),
    },
    Setting {
        name: "logistic regression",
        model: "logistic regression, coefficients (1, 1), to second order in 1/n",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "the fit has a bias of order 1/n, and the optimum moves as much",
        claims: &["regression-second-order", "regression-optimum"],
        law: logistic,
    },
    Setting {
        name: "mean, divisors n, m",
        model: "mean of Gaussian rows whose covariance has the divisors n and m",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "the fitted covariance is too small, and so is the noise of its rows",
        claims: &["mle-mean-law", "mle-mean-optimum"],
        law: |at| Answer::of(Law::MaximumLikelihood(MaximumLikelihood::new(1.0, 1.0, at.sizes), Estimand::Mean)),
    },
    Setting {
        name: "covariance, divisors n, m",
        model: "covariance of two Gaussian columns, divisors n and m",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "the fitted covariance is too small, a bias that more synthetic rows do not remove",
        claims: &["mle-covariance-law", "mle-covariance-optimum"],
        law: |at| Answer::of(Law::MaximumLikelihood(MaximumLikelihood::new(2.0, 2.0, at.sizes), Estimand::Covariance)),
    },
    Setting {
        name: "variance, divisors n, m",
        model: "variance of one Gaussian column, divisors n and m",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "as with the covariance",
        claims: &["mle-variance-law"],
        law: |at| Answer::of(Law::MaximumLikelihood(MaximumLikelihood::new(1.0, 1.0, at.sizes), Estimand::Covariance)),
    },
    Setting {
        name: "labels twice as noisy",
        model: "a fit whose real rows have twice the variance that its own have (J = 2I)",
        schedule: Schedule::Fresh,
        reach: Reach::Limit,
        why: "synthetic rows are the better ones: it is w*(κ), κ = k/2",
        claims: &["misspecified-limit", "law-optimum"],
        law: |at| {
            let Recursion { fresh, synthetic, excess } = weights::law(&at.ratio);
            Answer::scalar(Recursion::new(2.0 * fresh, synthetic, excess))
        },
    },
    Setting {
        name: "ridge regression",
        model: "ridge regression on one fixed design of three directions: eigenvalues .4, 2.5, 1 of X'X/n, squared coefficients 1, .3, 2; penalty .05, noise σ²/n = .2",
        schedule: Schedule::Fresh,
        reach: Reach::Stated,
        why: "the bias of the penalty adds up to that of λ/w",
        claims: &["ridge-law"],
        law: |at| ridge(at, 0.05),
    },
    Setting {
        name: "density, Gaussian kernel",
        model: "kernel density estimate, best bandwidth, any smooth truth",
        schedule: Schedule::Fresh,
        reach: Reach::Limit,
        why: "a row is smoothed 1/w times, so the bias wants more weight",
        claims: &["kde-limit"],
        law: density::<0>,
    },
    Setting {
        name: "density, Epanechnikov",
        model: "kernel density estimate, best bandwidth, any smooth truth",
        schedule: Schedule::Fresh,
        reach: Reach::Limit,
        why: "as with the Gaussian kernel, which is of the same order",
        claims: &["kde-limit"],
        law: density::<1>,
    },
    Setting {
        name: "density, uniform kernel",
        model: "kernel density estimate, best bandwidth, any smooth truth",
        schedule: Schedule::Fresh,
        reach: Reach::Limit,
        why: "as with the Gaussian kernel, which is of the same order",
        claims: &["kde-limit"],
        law: density::<2>,
    },
    Setting {
        name: "density of 100 rows",
        model: "kernel density estimate of N(0, 1), Gaussian kernel, best bandwidth",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "the bias wants more weight, at few rows even more",
        claims: &["kde-law"],
        law: |at| {
            let (n, m) = (at.sizes.real(), at.sizes.synthetic());
            let problem = Problem::new(&catalogue::KDE, n, m, &Parameters::default()).expect("defaults");
            Answer::of(Prediction::fresh(&problem).law().clone())
        },
    },
    Setting {
        name: "density, hardly smoothed",
        model: "kernel density estimate of N(0, 1), Gaussian kernel, bandwidth .0001",
        schedule: Schedule::Fresh,
        reach: Reach::Hundred,
        why: "there is no bias, and each smoothing takes from the noise of older rows",
        claims: &["kde-law"],
        law: |at| {
            let law = Kde::new(Kernel::Gaussian, 1e-4, &Mixture::normal(), at.sizes).expect("a bandwidth in range");
            Answer::of(Law::Density { mixed: law.clone(), alone: law, is_tuned: false })
        },
    },
    Setting {
        name: "keeping categories",
        model: "which categories a model still has",
        schedule: Schedule::Fresh,
        reach: Reach::Every,
        why: "any weight on fresh rows keeps every category; without one all but one are lost",
        claims: &["extinction-weight", "extinction-law", "extinction-time"],
        law: |_| Answer::AnyWeight,
    },
    Setting {
        name: "a ring of models",
        model: "mean; each model is fed by the one before it",
        schedule: Schedule::Network,
        reach: Reach::Every,
        why: "a ring is one model, later",
        claims: &["network-ring"],
        law: ring,
    },
    Setting {
        name: "2 models",
        model: "mean; all models feed one another",
        schedule: Schedule::Network,
        reach: Reach::Every,
        why: "errors of several models average out, so synthetic rows are worth more",
        claims: &["network-exchangeable"],
        law: exchangeable::<2>,
    },
    Setting {
        name: "3 models",
        model: "mean; all models feed one another",
        schedule: Schedule::Network,
        reach: Reach::Every,
        why: "as with two",
        claims: &["network-exchangeable"],
        law: exchangeable::<3>,
    },
    Setting {
        name: "5 models",
        model: "mean; all models feed one another",
        schedule: Schedule::Network,
        reach: Reach::Every,
        why: "as with two",
        claims: &["network-exchangeable"],
        law: exchangeable::<5>,
    },
    Setting {
        name: "10 models",
        model: "mean; all models feed one another",
        schedule: Schedule::Network,
        reach: Reach::Every,
        why: "as with two",
        claims: &["network-exchangeable"],
        law: exchangeable::<10>,
    },
    Setting {
        name: "100 models",
        model: "mean; all models feed one another",
        schedule: Schedule::Network,
        reach: Reach::Every,
        why: "many independent teachers are worth real rows: it falls like (k/(4K²))^(1/3), slower than pooling, k/(K + k)",
        claims: &["network-exchangeable"],
        law: exchangeable::<100>,
    },
    Setting {
        name: "same rows",
        model: "mean (at any n and m), regressions (of many rows)",
        schedule: Schedule::Fixed,
        reach: Reach::Every,
        why: "synthetic rows only add noise to the error of the real ones, which stays",
        claims: &["fixed-real-rows", "fixed-mean", "fixed-regressions"],
        law: |at| {
            let law = FixedRows::of(&weights::law(&at.ratio));
            Answer::best(law.departure.optimal_weight(), move |w| Law::Fixed(vec![law]).limit_risk(w))
        },
    },
    Setting {
        name: "same rows, frequencies",
        model: "probabilities of four categories",
        schedule: Schedule::Fixed,
        reach: Reach::Hundred,
        why: "synthetic rows only add noise",
        claims: &["fixed-frequencies"],
        law: |at| {
            let law = FixedRows::of(&categorical::law(&PROBABILITIES, at.sizes));
            Answer::best(law.departure.optimal_weight(), move |w| Law::Fixed(vec![law]).limit_risk(w) / law.start)
        },
    },
    Setting {
        name: "same rows, covariance",
        model: "covariance of two Gaussian columns, divisors n − 1 and m − 1",
        schedule: Schedule::Fixed,
        reach: Reach::Hundred,
        why: "synthetic rows only add noise, without bound where w is below the threshold",
        claims: &["fixed-covariance"],
        law: |at| Answer::of(Law::Fixed(FixedRows::of_covariance(&covariance(at)).into())),
    },
    Setting {
        name: "same rows, mean/n",
        model: "mean of Gaussian rows whose covariance has the divisors n and m",
        schedule: Schedule::Fixed,
        reach: Reach::Hundred,
        why: "synthetic rows only add noise",
        claims: &["fixed-mle-mean"],
        law: |at| {
            Answer::of(Law::MaximumLikelihood(
                MaximumLikelihood::new(1.0, 1.0, at.sizes).on_fixed_rows(),
                Estimand::Mean,
            ))
        },
    },
    Setting {
        name: "same rows, covariance/n",
        model: "covariance of two Gaussian columns, divisors n and m",
        schedule: Schedule::Fixed,
        reach: Reach::Hundred,
        why: "synthetic rows shrink the covariance, which is worth a little weight",
        claims: &["fixed-mle-covariance"],
        law: |at| {
            let law = MaximumLikelihood::new(2.0, 2.0, at.sizes).on_fixed_rows();
            Answer::of(Law::MaximumLikelihood(law, Estimand::Covariance))
        },
    },
    Setting {
        name: "accumulating, mean",
        model: "mean (at any n and m), regressions (of many rows)",
        schedule: Schedule::Accumulate,
        reach: Reach::Every,
        why: "all rows weigh alike: bounded by twice the risk of the real rows, never below it",
        claims: &["accumulate-mean", "accumulate-regressions"],
        law: |at| Answer::of(Law::Accumulated(weights::law(&at.ratio), Accumulation::new(at.ratio))),
    },
    Setting {
        name: "accumulating, frequencies",
        model: "probabilities of categories, distribution function",
        schedule: Schedule::Accumulate,
        reach: Reach::Hundred,
        why: "all rows weigh alike; not only one category is left",
        claims: &["accumulate-frequencies"],
        law: |at| Answer::of(Law::Accumulated(cdf::law(at.sizes), Accumulation::of(at.sizes))),
    },
    Setting {
        name: "accumulating, covariance",
        model: "covariance of two Gaussian columns, divisors n − 1 and m − 1",
        schedule: Schedule::Accumulate,
        reach: Reach::Hundred,
        why: "all rows weigh alike; there is no threshold",
        claims: &["accumulate-covariance", "accumulate-variance"],
        law: |at| Answer::of(Law::AccumulatedCovariance(covariance(at), Accumulation::of(at.sizes))),
    },
    Setting {
        name: "drawn, frequencies",
        model: "probabilities, distribution function, mean with divisors n",
        schedule: Schedule::Subsample,
        reach: Reach::Hundred,
        why: "a fixed number of rows is drawn from a pool that is ever more synthetic",
        claims: &["subsample-frequencies"],
        law: |at| Answer::of(Law::Subsampled { data: Subsampling::new(at.sizes), noise: 1.0, is_unbiased: false }),
    },
    Setting {
        name: "drawn, mean",
        model: "mean of Gaussian rows, covariance with divisor n − 1",
        schedule: Schedule::Subsample,
        reach: Reach::Every,
        why: "the pool's variance grows without end, as t^(1/n)",
        claims: &["subsample-mean"],
        law: |at| Answer::of(Law::Subsampled { data: Subsampling::new(at.sizes), noise: 1.0, is_unbiased: true }),
    },
    Setting {
        name: "drawn, regressions",
        model: "linear, logistic and Poisson regression",
        schedule: Schedule::Subsample,
        reach: Reach::Limit,
        why: "as accumulating data with 2k + 1 for k: the drawing is a second noise",
        claims: &["subsample-regressions"],
        law: |at| {
            let noise = 2.0 * at.ratio.get() + 1.0;
            Answer::of(Law::Accumulated(Recursion::new(1.0, noise, 0.0), Accumulation::new(at.ratio)))
        },
    },
    Setting {
        name: "drawn, covariance/n",
        model: "covariance of two Gaussian columns, divisors n",
        schedule: Schedule::Subsample,
        reach: Reach::Hundred,
        why: "bounded, as what the drawing adds to the pool's fourth moments fades",
        claims: &["subsample-covariance"],
        law: |at| drawn_covariance(at, false),
    },
    Setting {
        name: "drawn, covariance",
        model: "covariance of two Gaussian columns, divisors n − 1",
        schedule: Schedule::Subsample,
        reach: Reach::Every,
        why: "the pool's variance grows without end, and its square as t^(2/n) or faster",
        claims: &["subsample-covariance"],
        law: |at| drawn_covariance(at, true),
    },
    Setting {
        name: "no real rows, mean",
        model: "mean of Gaussian rows, covariance with divisor n − 1",
        schedule: Schedule::Synthetic,
        reach: Reach::Every,
        why: "errors add up: collapse",
        claims: &["collapse-mean"],
        law: |at| Answer::NoWeight(weights::law(&at.ratio).limit_risk(Weight::ZERO)),
    },
    Setting {
        name: "no real rows, mean/n",
        model: "mean of Gaussian rows whose covariance has the divisors n and m",
        schedule: Schedule::Synthetic,
        reach: Reach::Hundred,
        why: "the covariance shrinks to 0 and the mean stays where it is then: n times the risk of the real rows",
        claims: &["mle-saturation"],
        law: |at| {
            let law = Law::MaximumLikelihood(MaximumLikelihood::new(1.0, 1.0, at.sizes), Estimand::Mean);
            Answer::NoWeight(law.limit_risk(Weight::ZERO) / law.fresh_only_risk())
        },
    },
    Setting {
        name: "no real rows, frequencies",
        model: "probabilities of categories, distribution function",
        schedule: Schedule::Synthetic,
        reach: Reach::Hundred,
        why: "one category is left at last: n times the risk of the real rows",
        claims: &["collapse-categorical", "collapse-cdf"],
        law: |at| {
            let law = cdf::law::<f64>(at.sizes);
            Answer::NoWeight(law.limit_risk(Weight::ZERO) / law.start())
        },
    },
];
