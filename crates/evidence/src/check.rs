//! A check and the ways to make one.

use std::sync::Arc;

use crate::audit::Visits;
use crate::case::Case;
use crate::context::Context;
use crate::draw::Quantity;
use crate::finding::Finding;
use crate::sampled::{Powers, Sampled};
use crate::verdict::Kind;

/// Work that goes on beside a run's checks, such as a tool that takes its own time.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Beside, Check, Finding, Kind};
///
/// struct Absent;
/// impl Beside for Absent {
///     fn start(&self) {}
///     fn is_ready(&self) -> bool {
///         true
///     }
///     fn finding(&self) -> Finding {
///         Finding::not_run("the prover is not installed")
///     }
/// }
/// let check = Check::beside("theorems", Kind::Proof, Absent);
/// assert_eq!(check.kind.word(), "proof");
/// ```
pub trait Beside: Send + Sync {
    /// Begins the work, unless it has begun; returns at once.
    fn start(&self);

    /// Whether [`Beside::finding`] would answer at once.
    fn is_ready(&self) -> bool;

    /// What came of it; waits until the work is done.
    fn finding(&self) -> Finding;
}

/// What computes the other side of a check, with which the formula under test is compared.
///
/// Two checks are independent evidence where their routes share no function and neither calls the formula.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Check, Finding, Kind, Route, Verdict};
///
/// let check = || Check::certain("sum", Kind::Exact, |_| Finding::decided(Verdict::Confirmed, "equal"));
/// assert_eq!(check().route, Route::Unstated);
/// assert_eq!(check().by("counting", &["tally::count"]).route.words(), Some("counting"));
/// assert_eq!(check().consequence().route.words(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// A computation of its own.
    By {
        /// In a few words, for the reader.
        words: &'static str,
        /// The functions that compute it. None where it is not computed here (a prover), or by all of a simulator.
        functions: &'static [&'static str],
    },
    /// The formula itself, once more: an identity, a bound, an order, its own step or derivative. A consequence finds a slip, but is no second route.
    Consequence,
    /// There is no other side, or nobody has said what it is.
    Unstated,
}

impl Route {
    /// What a check of this kind is by where it says nothing else.
    const fn of(kind: Kind) -> Self {
        let words = match kind {
            Kind::Proof => "Coq",
            Kind::Simulation | Kind::Ladder | Kind::Optimum => "simulation",
            Kind::Exact | Kind::Recursion | Kind::Property | Kind::Audit | Kind::Mutant => return Self::Unstated,
        };
        Self::By { words, functions: &[] }
    }

    /// In a few words; none where it is no route of its own.
    #[must_use]
    pub const fn words(&self) -> Option<&'static str> {
        if let Self::By { words, .. } = self { Some(words) } else { None }
    }

    /// The functions that compute the other side.
    #[must_use]
    pub const fn functions(&self) -> &'static [&'static str] {
        if let Self::By { functions, .. } = self { functions } else { &[] }
    }

    /// In a phrase, as reports print it; none where nothing is said.
    #[must_use]
    pub fn phrase(&self) -> Option<String> {
        match self {
            Self::By { words, .. } => Some(format!("by {words}")),
            Self::Consequence => Some("a consequence of the formula".to_owned()),
            Self::Unstated => None,
        }
    }
}

/// A computation without sampling error.
pub type Certain = Box<dyn Fn(&Context<'_>) -> Finding + Send + Sync>;

/// Visits so many random places.
pub type Visit = Box<dyn Fn(usize, &Context<'_>) -> Visits + Send + Sync>;

/// What a check does.
pub enum Body {
    /// Without sampling error.
    Certain(Certain),
    /// By simulation.
    Sampled(Sampled),
    /// At random places, see [`audit`](crate::audit()).
    Audit {
        /// How many.
        places: usize,
        /// Statistical comparisons of all places together.
        comparisons: usize,
        /// Visits as many.
        run: Visit,
    },
    /// By work that goes on beside the other checks.
    Beside(Arc<dyn Beside>),
    /// Runs the claim's mutants on its other checks.
    Mutants,
}

/// One check of a claim.
///
/// # Examples
/// The ways to make one by simulation. The mean of (U - x)^2 (1 + 1/n) over a uniform number U is (1/12 + (x - 1/2)^2) (1 + 1/n); its minimum is at x = 1/2.
/// ```
/// use std::sync::atomic::AtomicBool;
/// use goldenweight_evidence::rand::RngExt;
/// use goldenweight_evidence::stats::family::{FAMILY_FALSE_ALARM, Family};
/// use goldenweight_evidence::{
///     Case, Context, Draw, LOOKS, Simulation, Tally, Tier, Verdict, curvature, failures, ladder, optimum, optimum_ladder, score,
///     score_ladder, simulation,
/// };
///
/// struct Distance(f64);
/// impl Simulation for Distance {
///     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
///         let points = draw.points;
///         draw.each(|rng, tallies| {
///             let u: f64 = rng.random();
///             for (tally, x) in tallies.iter_mut().zip(points) {
///                 tally.push(Some((u - x) * (u - x) * (1.0 + 1.0 / self.0)));
///             }
///         })
///     }
/// }
///
/// /// Fails where a uniform number is below 1/4.
/// struct Fragile;
/// impl Simulation for Fragile {
///     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
///         draw.each(|rng, tallies| tallies[0].push(Some(rng.random::<f64>()).filter(|u| *u >= 0.25)))
///     }
/// }
///
/// let limit = |x: f64| 1.0 / 12.0 + (x - 0.5) * (x - 0.5);
/// let minimum = |n: f64| Case::new(format!("n = {n}"), Distance(n), 0.5).with_curve(limit).sized(n);
/// let infinite = || vec![minimum(f64::INFINITY)];
/// let rungs = || [4.0, 8.0, 16.0, 32.0].map(minimum).to_vec();
/// let at_0 = |n: f64| Case::new(format!("n = {n}"), Distance(n), limit(0.0)).sized(n);
/// let checks = [
///     // At most so many replicates; a relative error above the margin would be too much.
///     simulation("mean at 0", 40_000, 0.05, vec![at_0(f64::INFINITY)]),
///     failures("share of failures", 40_000, 0.05, vec![Case::new("below 1/4", Fragile, 0.25)]),
///     optimum("minimiser", 40_000, 0.05, infinite()),
///     // On common random numbers at 1/2 - 0.1 and 1/2 + 0.1.
///     score("slope", 40_000, 0.05, 0.1, infinite()),
///     curvature("curvature", 40_000, 0.05, 0.1, infinite()),
///     // The limit of a ladder of sizes, by a polynomial of degree 1 in 1/n.
///     ladder("limit of the mean at 0", 40_000, 0.1, 1, [4.0, 8.0, 16.0, 32.0].map(at_0).to_vec()),
///     optimum_ladder("limit of the minimiser", 40_000, 0.1, 1, rungs()),
///     score_ladder("limit of the slope", 40_000, 0.1, 0.1, 1, rungs()),
/// ];
/// // They share one false-alarm rate.
/// let family = Family::new(FAMILY_FALSE_ALARM, checks.iter().map(|check| check.comparisons()).sum()).with_looks(LOOKS);
/// let go_on = AtomicBool::new(false);
/// for check in &checks {
///     let found = check.run(&Context::of("distance", check.name, 1, Tier::QUICK, family, &go_on));
///     assert_eq!(found.verdict, Verdict::Confirmed, "{}: {}", check.name, found.detail);
/// }
/// ```
pub struct Check {
    /// Name within the claim. The random streams follow from it and the claim's id, so a new name means new random numbers.
    pub name: &'static str,
    /// Kind of evidence.
    pub kind: Kind,
    /// Whether it is left to the suite's last tier, the full one.
    pub only_in_full_tier: bool,
    /// What it does.
    pub body: Body,
    /// What computes the other side.
    pub route: Route,
}

impl Check {
    /// A check of every tier.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, body: Body) -> Self {
        Self { name, kind, only_in_full_tier: false, body, route: Route::of(kind) }
    }

    /// A check without sampling error.
    ///
    /// # Examples
    /// ```
    /// use std::sync::atomic::AtomicBool;
    /// use goldenweight_evidence::{Check, Context, Finding, Kind, Tier, Verdict, stats::family::Family};
    ///
    /// let even = |_: &Context<'_>| Finding::decided(Verdict::Confirmed, "2 + 2 is even");
    /// let check = Check::certain("sum", Kind::Exact, even);
    /// let (family, go_on) = (Family::new(0.001, 1), AtomicBool::new(false));
    /// assert_eq!(check.run(&Context::of("parity", "sum", 1, Tier::QUICK, family, &go_on)).detail, "2 + 2 is even");
    /// ```
    pub fn certain(
        name: &'static str,
        kind: Kind,
        run: impl Fn(&Context<'_>) -> Finding + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, kind, Body::Certain(Box::new(run)))
    }

    /// A check that runs beside the others.
    pub fn beside(name: &'static str, kind: Kind, work: impl Beside + 'static) -> Self {
        Self::new(name, kind, Body::Beside(Arc::new(work)))
    }

    /// The same check, left to the suite's last tier.
    #[must_use]
    pub fn in_full_tier(self) -> Self {
        Self { only_in_full_tier: true, ..self }
    }

    /// The same check with the route of its other side: in a few words, and the functions that compute it.
    #[must_use]
    pub fn by(self, words: &'static str, functions: &'static [&'static str]) -> Self {
        Self { route: Route::By { words, functions }, ..self }
    }

    /// The same check, whose other side is the formula itself.
    #[must_use]
    pub fn consequence(self) -> Self {
        Self { route: Route::Consequence, ..self }
    }

    /// The same check by simulation, with the word that reports use for what an error is an error of (a mean, a minimiser).
    #[must_use]
    pub fn of(mut self, word: &'static str) -> Self {
        if let Body::Sampled(sampled) = &mut self.body {
            sampled.of = word;
        }
        self
    }

    /// The same check by simulation, whose margin may be so many times the largest one of a tier: where a sharper one takes too long, or is more than
    /// the claim says.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_evidence::{Body, Tier, simulation};
    ///
    /// let margin = |body| match body {
    ///     Body::Sampled(sampled) => sampled.margin_in(Tier::FULL),
    ///     _ => unreachable!("a check by simulation"),
    /// };
    /// assert_eq!(margin(simulation("mean", 1_000, 0.1, Vec::new()).body), 0.0078);
    /// assert_eq!(margin(simulation("mean", 1_000, 0.1, Vec::new()).coarse(2.0).body), 0.0156);
    /// // A third of what it has in the first tier is less.
    /// assert_eq!(margin(simulation("mean", 1_000, 0.03, Vec::new()).coarse(2.0).body), 0.01);
    /// ```
    #[must_use]
    pub fn coarse(mut self, times: f64) -> Self {
        if let Body::Sampled(sampled) = &mut self.body {
            sampled.coarse = times;
        }
        self
    }

    /// The same ladder where what is expected of its rungs leaves out nothing below this power of 1/n: it is fitted by the powers from this one on.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_evidence::{Body, Powers, ladder};
    ///
    /// let check = ladder("a law of two orders", 1_000, 0.1, 2, Vec::new()).beyond(2);
    /// assert!(matches!(check.body, Body::Sampled(sampled) if sampled.ladder == Some(Powers { first: 2, last: 2 })));
    /// ```
    #[must_use]
    pub fn beyond(mut self, first: usize) -> Self {
        if let Body::Sampled(Sampled { ladder: Some(powers), .. }) = &mut self.body {
            powers.first = first;
        }
        self
    }

    /// Number of statistical comparisons that it makes: each takes its share of the false-alarm rate.
    #[must_use]
    pub const fn comparisons(&self) -> usize {
        match &self.body {
            Body::Sampled(sampled) => sampled.comparisons(),
            Body::Audit { comparisons, .. } => *comparisons,
            _ => 0,
        }
    }

    /// Runs it by itself.
    ///
    /// # Panics
    /// On [`Body::Mutants`], which only a suite can run.
    #[must_use]
    pub fn run(&self, context: &Context<'_>) -> Finding {
        match &self.body {
            Body::Certain(run) => run(context),
            Body::Audit { places, run, .. } => run(*places, context).finding,
            Body::Sampled(sampled) => sampled.judge(context, &mut sampled.series()),
            Body::Beside(work) => {
                work.start();
                work.finding()
            }
            Body::Mutants => panic!("mutants run with their suite"),
        }
    }
}

/// A check by simulation. `ladder` is the degree of a ladder's polynomial, or none; `cap` and `margin` hold in the first tier.
fn sampled(
    name: &'static str,
    kind: Kind,
    (quantity, degree): (Quantity, Option<usize>),
    cap: u64,
    margin: f64,
    cases: Vec<Case>,
) -> Check {
    let ladder = degree.map(|last| Powers { first: 1, last });
    // A ladder's margin has room for what its polynomial leaves out, which more replicates do not make smaller.
    let coarse = if ladder.is_some() { f64::INFINITY } else { 1.0 };
    let sampled = Sampled { quantity, ladder, of: quantity.word(), cap, margin, coarse, cases };
    Check::new(name, kind, Body::Sampled(sampled))
}

/// The mean in every case against the expected one. `cap` is the most replicates of a case in the first tier, `margin` that of the relative error.
///
/// # Examples
/// see [`Check`].
pub fn simulation(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Simulation, (Quantity::Mean, None), cap, margin, cases)
}

/// The share of replicates that fail against the expected probability.
///
/// # Examples
/// see [`Check`].
pub fn failures(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Simulation, (Quantity::Failures, None), cap, margin, cases)
}

/// The minimiser of the mean over the parameter against the expected one.
///
/// # Examples
/// see [`Check`].
pub fn optimum(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Minimiser, None), cap, margin, cases)
}

/// The point where the slope of the mean is 0, against the expected minimiser, see [`Quantity::Slope`]. Every case needs a curve.
///
/// # Examples
/// see [`Check`].
pub fn score(name: &'static str, cap: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Slope(step), None), cap, margin, cases)
}

/// The curvature of the mean at the expected minimiser against that of the expected curve, see [`Quantity::Curvature`]. Every case needs a curve.
///
/// # Examples
/// see [`Check`].
pub fn curvature(name: &'static str, cap: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Curvature(step), None), cap, margin, cases)
}

/// A limit law of means. A *ladder* is a list of cases (its rungs) of growing sample size. Each simulated mean is divided by the expected limit, and
/// the ratios are extrapolated to infinite size, where they must be 1; see [`Sampled::ladder`]. Every case needs a size.
///
/// # Examples
/// see [`Check`].
pub fn ladder(name: &'static str, cap: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Ladder, (Quantity::Mean, Some(degree)), cap, margin, cases)
}

/// A limit law of minimisers, by a ladder as in [`ladder`]. Every case needs a size.
///
/// # Examples
/// see [`Check`].
pub fn optimum_ladder(name: &'static str, cap: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Minimiser, Some(degree)), cap, margin, cases)
}

/// A limit law of the point where the slope is 0, by a ladder as in [`ladder`]. Every case needs a size and the limit's curve.
///
/// # Examples
/// see [`Check`].
pub fn score_ladder(name: &'static str, cap: u64, margin: f64, step: f64, degree: usize, cases: Vec<Case>) -> Check {
    sampled(name, Kind::Optimum, (Quantity::Slope(step), Some(degree)), cap, margin, cases)
}
