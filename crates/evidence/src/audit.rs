//! Audits: comparisons at places that are drawn at random from a whole domain.
//!
//! A *place* is one choice of all parameters. A *route* is a way to compute the same thing twice there. Other checks compare at places that
//! somebody chose, and miss a fault elsewhere. An audit draws its places from the run's seed, so a fresh seed visits fresh places.

use std::fmt::Display;

use goldenweight_replicates::rand::RngExt;
use goldenweight_replicates::stream::StreamRng;
use rayon::prelude::*;

use crate::certain::Deviation;
use crate::check::{Body, Check};
use crate::context::Context;
use crate::finding::Finding;
use crate::simulation::Key;
use crate::stats::compare::Estimate;
use crate::stats::family::Family;
use crate::verdict::{Kind, Verdict};

/// Most simpler places that are tried after one has failed.
const SMALLER: usize = 200;

/// A domain of places, and the route by which each place is compared.
///
/// # Examples
/// Sums of odd numbers, for whole numbers up to a million:
/// ```
/// use std::sync::atomic::AtomicBool;
/// use goldenweight_evidence::rand::{RngExt, rngs::Xoshiro256PlusPlus as Rng};
/// use goldenweight_evidence::{Audit, Context, Deviation, Key, Tier, Verdict, audit, stats::family::Family};
///
/// struct Odd(u64);
/// impl Audit for Odd {
///     type Place = u64;
///     type Found = Deviation;
///     fn place(&self, rng: &mut Rng) -> u64 {
///         rng.random_range(0..1_000_000)
///     }
///     fn examine(&self, n: &u64, seen: &u64, _: Key) -> Result<Deviation, String> {
///         let sum: u64 = (0..*seen).map(|i| 2 * i + self.0).sum();
///         Ok(Deviation::relative((n * n) as f64, sum as f64, 0.0))
///     }
///     fn smaller(&self, n: &u64) -> Vec<u64> {
///         vec![n / 2, n.saturating_sub(1)]
///     }
/// }
///
/// let (family, go_on) = (Family::new(0.001, 1), AtomicBool::new(false));
/// let context = Context::of("odd", "anywhere", 1, Tier::QUICK, family, &go_on);
/// assert_eq!(audit("anywhere", 100, Odd(1)).run(&context).verdict, Verdict::Confirmed);
/// // Numbers that are not odd: the smallest place that shows it.
/// let wrong = audit("anywhere", 100, Odd(2)).run(&context);
/// assert_eq!(wrong.verdict, Verdict::Refuted);
/// assert!(wrong.detail.starts_with("at 1: "), "{}", wrong.detail);
/// ```
pub trait Audit: Send + Sync {
    /// A place. `Display` writes the command that repeats the comparison there, where there is one.
    type Place: Display + Send + Sync;

    /// What the route gives at a place.
    type Found: Judged;

    /// Draws a place.
    fn place(&self, rng: &mut StreamRng) -> Self::Place;

    /// Compares at a place. Whatever is random comes from the streams of `key`. What is under evidence gets `seen` as its input, and the expected value is that of
    /// `place`. They are the same, except for a [mutant](crate::Mutant::audit), which mistakes one place for another.
    ///
    /// # Errors
    /// Says why this route cannot compare there. Such a place has no part in the verdict, but it is counted.
    fn examine(&self, place: &Self::Place, seen: &Self::Place, key: Key) -> Result<Self::Found, String>;

    /// The parts of the domain in which a place lies, by name. A calibration reports how many places of each were compared.
    fn parts(&self, _place: &Self::Place) -> Vec<&'static str> {
        Vec::new()
    }

    /// Simpler places near by, the simplest first. Where a place fails, the simplest place that also fails is reported beside it.
    fn smaller(&self, _place: &Self::Place) -> Vec<Self::Place> {
        Vec::new()
    }
}

/// What a route gives at a place.
///
/// # Examples
/// see [`Audit`]; a [`Deviation`] is one.
pub trait Judged: Send + Sync {
    /// Number of statistical comparisons at a place. Each takes an equal share of the run's false-alarm rate.
    const COMPARISONS: usize;

    /// Distance from the expected value, divided by the largest distance that is allowed. So at most 1 is no contradiction.
    ///
    /// # Errors
    /// Says why nothing can be said.
    fn units(&self, family: &Family) -> Result<f64, String>;

    /// What was compared, in words.
    fn words(&self) -> String;

    /// The estimate and its expected value, where the comparison is a statistical one whose z has a known law.
    fn estimate(&self) -> Option<(Estimate, f64)> {
        None
    }

    /// The relative error that a comparison by simulation would have found with probability 99 %.
    fn detectable(&self, _family: &Family) -> Option<f64> {
        None
    }
}

impl Judged for Deviation {
    const COMPARISONS: usize = 0;

    fn units(&self, _: &Family) -> Result<f64, String> {
        Ok(self.in_units())
    }

    fn words(&self) -> String {
        self.to_string()
    }
}

/// An estimate with what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    /// The estimate.
    pub estimate: Estimate,
    /// What is expected.
    pub expected: f64,
}

impl Judged for Against {
    const COMPARISONS: usize = 1;

    fn units(&self, family: &Family) -> Result<f64, String> {
        let Self { estimate, expected } = self;
        if !(estimate.value.is_finite() && estimate.std_error.is_finite() && expected.is_finite()) {
            return Err("no finite estimate".to_owned());
        }
        // Replicates that are all equal have no standard error. They are compared without one.
        if estimate.is_constant() {
            return Ok(Deviation::relative(estimate.value, *expected, 1e-12).in_units());
        }
        if !estimate.is_symmetric() {
            return Err("too skewed for its replicates".to_owned());
        }
        Ok(estimate.z(*expected).abs() / family.bound(estimate.degrees))
    }

    fn words(&self) -> String {
        let Self { estimate, expected } = self;
        let z = estimate.z(*expected);
        format!("{:.6e} ± {:.1e} against {expected:.6e}, z {z:+.2}", estimate.value, estimate.std_error)
    }

    fn estimate(&self) -> Option<(Estimate, f64)> {
        Some((self.estimate, self.expected)).filter(|(estimate, _)| !estimate.is_constant())
    }

    fn detectable(&self, family: &Family) -> Option<f64> {
        let Self { estimate, expected } = self;
        let effect = Family::detectable(family.bound(estimate.degrees)) * estimate.std_error / expected.abs();
        Some(effect).filter(|effect| effect.is_finite())
    }
}

/// An estimate of what is known but for a relative error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The estimate.
    pub estimate: Estimate,
    /// What is expected.
    pub expected: f64,
    /// The relative error that what is expected may have.
    pub tolerance: f64,
}

impl Judged for Near {
    const COMPARISONS: usize = 1;

    /// That of the nearest value that is allowed.
    fn units(&self, family: &Family) -> Result<f64, String> {
        let Self { estimate, expected, tolerance } = *self;
        let width = tolerance * expected.abs();
        let nearest = estimate.value.clamp(expected - width, expected + width);
        Against { estimate, expected: nearest }.units(family)
    }

    fn words(&self) -> String {
        let Self { estimate, expected, tolerance } = *self;
        format!("{}, which may be off by {:.2} %", Against { estimate, expected }.words(), 100.0 * tolerance)
    }

    fn detectable(&self, family: &Family) -> Option<f64> {
        let Self { estimate, expected, tolerance } = *self;
        Against { estimate, expected }.detectable(family).map(|effect| effect + tolerance)
    }
}

/// A check at `places` random places. Its comparisons share the run's false-alarm rate with those of all other checks.
///
/// # Examples
/// see [`Audit`].
pub fn audit<A: Audit + 'static>(name: &'static str, places: usize, audit: A) -> Check {
    let comparisons = places * A::Found::COMPARISONS;
    let run = move |places: usize, context: &Context<'_>| visit(&audit, places, context);
    Check::new(name, Kind::Audit, Body::Audit { places, comparisons, run: Box::new(run) })
}

/// An audit of something that takes places for others.
pub(crate) struct Mistaken<A, F>(pub A, pub F);

impl<A: Audit, F: Fn(&A::Place) -> A::Place + Send + Sync> Audit for Mistaken<A, F> {
    type Place = A::Place;
    type Found = A::Found;

    fn place(&self, rng: &mut StreamRng) -> A::Place {
        self.0.place(rng)
    }

    fn examine(&self, place: &A::Place, seen: &A::Place, key: Key) -> Result<A::Found, String> {
        self.0.examine(place, &(self.1)(seen), key)
    }
}

/// What the places of an audit gave.
pub struct Visits {
    pub finding: Finding,
    /// One for each place.
    pub places: Vec<Visited>,
}

/// What one place gave.
pub struct Visited {
    /// The parts of the domain in which the place lies.
    pub parts: Vec<&'static str>,
    /// Whether the route could compare there.
    pub is_compared: bool,
    /// Whether the comparison is beyond what is allowed.
    pub is_refuted: bool,
    /// Of a statistical comparison that could be made: the estimate and what is expected.
    pub estimate: Option<(Estimate, f64)>,
}

pub(crate) fn visit<A: Audit>(audit: &A, places: usize, context: &Context<'_>) -> Visits {
    let visited = |index: usize| {
        if context.is_stopped() || context.share.is_some_and(|share| !share.has(index as u64)) {
            return None;
        }
        let key = context.key(index as u64);
        // The place's stream is the last replicate's, which no simulation reaches.
        let place = audit.place(&mut key.rng(u64::MAX));
        let found = audit.examine(&place, &place, key);
        let units = found.as_ref().map_err(String::clone).and_then(|found| found.units(&context.family));
        Some((place, key, found.ok(), units))
    };
    let all: Vec<_> = (0..places).into_par_iter().map(visited).collect();
    let Some(all) = all.into_iter().collect::<Option<Vec<_>>>() else {
        return Visits { finding: Finding::interrupted(), places: Vec::new() };
    };
    let visited = |(place, _, found, units): &Examined<A>| Visited {
        parts: audit.parts(place),
        is_compared: units.is_ok(),
        is_refuted: units.as_ref().is_ok_and(|units| *units > 1.0),
        estimate: units.as_ref().ok().and_then(|_| found.as_ref()?.estimate()),
    };
    Visits { places: all.iter().map(visited).collect(), finding: concluded(audit, &all, context) }
}

/// A place with its key, what the route gave there, and the distance in units of what is allowed or why there is none.
type Examined<A> = (<A as Audit>::Place, Key, Option<<A as Audit>::Found>, Result<f64, String>);

/// The finding from all places.
fn concluded<A: Audit>(audit: &A, all: &[Examined<A>], context: &Context<'_>) -> Finding {
    let places = all.len();
    let compared: Vec<_> = all
        .iter()
        .filter_map(|(place, key, found, units)| Some((place, *key, found.as_ref()?, *units.as_ref().ok()?)))
        .collect();
    let said = said_of(&all.iter().filter_map(|(.., units)| units.as_ref().err()).collect::<Vec<_>>());
    let Some((place, key, found, units)) = compared.iter().max_by(|a, b| a.3.total_cmp(&b.3)) else {
        return Finding::inconclusive(format!("the route led to none of {places} places{said}"));
    };
    let head = format!("{} of {places} random places compared{said}", compared.len());
    if *units > 1.0 {
        let (words, units) = smallest(audit, place, *key, &context.family)
            .unwrap_or_else(|| (format!("{place}: {}", found.words()), *units));
        return Finding::within(units, format!("at {words}; {head}"));
    }
    let mut effects: Vec<f64> =
        compared.iter().filter_map(|(_, _, found, _)| found.detectable(&context.family)).collect();
    effects.sort_unstable_by(f64::total_cmp);
    let effects = match &effects[..] {
        [] => String::new(),
        effects => format!(
            "; an error of {:.2} % would be found at half of them, of {:.2} % at nine of ten",
            100.0 * effects[effects.len() / 2],
            100.0 * effects[effects.len() * 9 / 10]
        ),
    };
    let finding = Finding::within(*units, format!("{head}{effects}; the worst at {place}: {}", found.words()));
    // A route that could compare at less than half of the places says little of the domain.
    if 2 * compared.len() < places {
        return Finding { verdict: Verdict::Inconclusive, ..finding };
    }
    finding
}

/// How many places were not compared, by reason.
fn said_of(reasons: &[&String]) -> String {
    let mut kinds: Vec<(&String, usize)> = Vec::new();
    for reason in reasons {
        match kinds.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => kinds.push((reason, 1)),
        }
    }
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    kinds.iter().map(|(reason, count)| format!(", {count} not: {reason}")).collect()
}

/// The simplest place that fails as well, in words, with its distance. None where no simpler place fails.
fn smallest<A: Audit>(audit: &A, failing: &A::Place, key: Key, family: &Family) -> Option<(String, f64)> {
    let (mut known, mut tried) = (None::<(A::Place, A::Found, f64)>, 0);
    loop {
        let from = known.as_ref().map_or(failing, |(place, ..)| place);
        let next = audit.smaller(from).into_iter().take(SMALLER - tried).find_map(|place| {
            tried += 1;
            let found = audit.examine(&place, &place, key).ok()?;
            let units = found.units(family).ok()?;
            (units > 1.0).then_some((place, found, units))
        });
        match next {
            Some(next) if tried < SMALLER => known = Some(next),
            _ => return known.map(|(place, found, units)| (format!("{place}: {}", found.words()), units)),
        }
    }
}

/// A number between the two, uniform in its logarithm.
///
/// # Panics
/// Where they are not positive and in order.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Key, log_uniform};
/// let mut rng = Key { seed: 1, experiment: 2, cell: 3 }.rng(0);
/// let drawn: Vec<f64> = (0..1000).map(|_| log_uniform(&mut rng, 1.0, 10_000.0)).collect();
/// assert!(drawn.iter().all(|x| (1.0..=10_000.0).contains(x)));
/// // Half of them are below the geometric mean.
/// assert!((drawn.iter().filter(|x| **x < 100.0).count() as f64 - 500.0).abs() < 80.0);
/// ```
pub fn log_uniform(rng: &mut StreamRng, low: f64, high: f64) -> f64 {
    assert!(0.0 < low && low <= high, "positive and in order");
    (low * libm::exp(rng.random::<f64>() * libm::log(high / low))).clamp(low, high)
}
