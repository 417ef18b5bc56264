//! A place of a design: where it is, what is simulated there, and what is expected of it.

use std::any::Any;
use std::fmt::Display;
use std::sync::Arc;

use crate::draw::{FINE, Quantity};
use crate::simulation::Simulation;
use crate::stats::compare::Estimate;

/// Where a case is: words for reports, and whatever its author wants to find again, see [`Case::place`].
///
/// # Examples
/// see [`Case`].
pub trait Place: Any + Display + Send + Sync {}

impl<P: Any + Display + Send + Sync> Place for P {}

/// An expected mean as a function of the simulation's parameter.
pub type Curve = Arc<dyn Fn(f64) -> f64 + Send + Sync>;

/// What is expected.
///
/// # Examples
/// see [`Case`].
#[derive(Clone)]
pub enum Expected {
    /// This value: of the mean, of the share of failures, or of the minimiser.
    Value(f64),
    /// The mean of another implementation, which has an uncertainty of its own.
    Estimate(Estimate),
    /// This minimiser of this curve.
    Minimum(f64, Curve),
}

impl Expected {
    /// The value; of a curve its minimiser.
    #[must_use]
    pub const fn value(&self) -> f64 {
        match self {
            Self::Value(value) | Self::Minimum(value, _) => *value,
            Self::Estimate(estimate) => estimate.value,
        }
    }
}

/// A place of a design with its simulation and what is expected there.
///
/// # Examples
/// ```
/// # use goldenweight_evidence::{Case, Draw, Simulation, Tally};
/// # struct Toss;
/// # impl Simulation for Toss {
/// #     fn draw(&self, _: Draw<'_>) -> Vec<Tally> { Vec::new() }
/// # }
/// let case = Case::new("10 tosses", Toss, 5.0).sized(10.0).with_share(0.5);
/// assert_eq!((case.place().to_string(), case.expected().value()), ("10 tosses".to_owned(), 5.0));
/// ```
#[derive(Clone)]
pub struct Case {
    place: Arc<dyn Place>,
    simulation: Arc<dyn Simulation>,
    expected: Expected,
    point: f64,
    size: f64,
    share: f64,
}

impl Case {
    /// A simulation of which a value is expected; its parameter, where it has one, is 0.
    pub fn new(place: impl Place, simulation: impl Simulation + 'static, expected: f64) -> Self {
        let expected = Expected::Value(expected);
        let simulation = Arc::new(simulation);
        Self { place: Arc::new(place), simulation, expected, point: 0.0, size: f64::NAN, share: 1.0 }
    }

    /// The same at this point of the simulation's parameter.
    #[must_use]
    pub fn at(self, point: f64) -> Self {
        Self { point, ..self }
    }

    /// The same as a rung of a ladder: a case of sample size `size`.
    #[must_use]
    pub fn sized(self, size: f64) -> Self {
        Self { size, ..self }
    }

    /// The same with so many times the cap of its check: one whose values vary less needs fewer replicates than others of its check.
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// The same, expected to have the mean of another implementation.
    #[must_use]
    pub fn against(self, reference: Estimate) -> Self {
        Self { expected: Expected::Estimate(reference), ..self }
    }

    /// The same with the expected mean as a function of the parameter. The expected value stays the minimiser.
    #[must_use]
    pub fn with_curve(self, curve: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        let expected = Expected::Minimum(self.expected.value(), Arc::new(curve));
        Self { expected, ..self }
    }

    /// The same with another expected value.
    #[must_use]
    pub fn expecting(self, value: f64) -> Self {
        let expected = match self.expected {
            Expected::Value(_) => Expected::Value(value),
            Expected::Estimate(estimate) => Expected::Estimate(Estimate { value, ..estimate }),
            Expected::Minimum(_, curve) => Expected::Minimum(value, curve),
        };
        Self { expected, ..self }
    }

    /// The same with another simulation.
    #[must_use]
    pub fn simulated_by(self, simulation: impl Simulation + 'static) -> Self {
        Self { simulation: Arc::new(simulation), ..self }
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &dyn Place {
        &*self.place
    }

    /// Where it is, as the type that its author made it of; none where that is another type.
    #[must_use]
    pub fn place_as<P: Place>(&self) -> Option<&P> {
        (&*self.place as &dyn Any).downcast_ref()
    }

    /// What is simulated.
    #[must_use]
    pub fn simulation(&self) -> &dyn Simulation {
        &*self.simulation
    }

    /// What is expected.
    #[must_use]
    pub const fn expected(&self) -> &Expected {
        &self.expected
    }

    /// The parameter at which a mean is taken.
    pub(crate) const fn point(&self) -> f64 {
        self.point
    }

    /// Most replicates that it may draw, where its check may draw `cap` of a case.
    pub(crate) fn cap(&self, cap: u64) -> u64 {
        (cap as f64 * self.share).ceil() as u64
    }

    /// Its size on a ladder.
    pub(crate) const fn size(&self) -> f64 {
        self.size
    }

    /// What an estimate of a quantity takes from the expected value, in words that tell every bit.
    pub(crate) fn expected_words(&self, quantity: Quantity) -> String {
        match &self.expected {
            Expected::Value(value) => format!("{value:?}"),
            Expected::Estimate(estimate) => format!("{estimate:?}"),
            Expected::Minimum(at, curve) => {
                let step = if let Quantity::Slope(step) | Quantity::Curvature(step) = quantity { step } else { FINE };
                let values = [-step, -FINE, 0.0, FINE, step].map(|h| curve(at + h));
                format!("{at:?}, {values:?}")
            }
        }
    }

    pub(crate) fn curve(&self) -> Result<&Curve, String> {
        match &self.expected {
            Expected::Minimum(_, curve) => Ok(curve),
            _ => Err(format!("{}: no curve", self.place)),
        }
    }
}
