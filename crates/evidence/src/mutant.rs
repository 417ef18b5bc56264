//! Mutants: plausible wrong formulas and wrong simulators. A claim's own checks must refute them with no more replicates than they have for the claim.
//!
//! A mutant names a check and replaces one of its sides: the expected values, or the simulation; of an audit, the places that the part under evidence gets. Everything
//! else, that is cases, replicates, streams and bound, stays the check's. A *control* is the same code without the fault. It must be confirmed, which shows that the
//! replacement alone does not make a check refute.

use crate::audit::{Audit, Mistaken, visit};
use crate::case::Case;
use crate::context::Context;
use crate::deal::Of;
use crate::draw::Quantity;
use crate::finding::Finding;
use crate::sampled::Sampled;
use crate::verdict::Verdict;

/// Visits so many places of an audit.
pub type Visits = Box<dyn Fn(usize, &Context<'_>) -> Finding + Send + Sync>;

/// A replacement of one side of a check.
pub enum Side {
    /// What is expected in each case.
    Formula(Box<dyn Fn(&Case) -> f64 + Send + Sync>),
    /// A case with another simulation, in place of each.
    Simulation(Box<dyn Fn(&Case) -> Case + Send + Sync>),
    /// An audit of so many places, of something that takes them for others.
    Places(Visits),
}

/// A check with one side replaced.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Mutant, Verdict};
///
/// let wrong = Mutant::formula("half of it", "mean", |case| case.expected().value() / 2.0);
/// let control = Mutant::formula("the same", "mean", |case| case.expected().value()).control();
/// assert_eq!((wrong.expected, control.expected), (Verdict::Refuted, Verdict::Confirmed));
/// ```
pub struct Mutant {
    /// What is wrong, in words; unique in its suite.
    pub name: &'static str,
    /// Name of the claim's check.
    pub check: &'static str,
    /// The replacement.
    pub side: Side,
    /// What the check must say: Refuted, or Confirmed of a control.
    pub expected: Verdict,
}

impl Mutant {
    /// A wrong formula.
    pub fn formula(
        name: &'static str,
        check: &'static str,
        expected: impl Fn(&Case) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { name, check, side: Side::Formula(Box::new(expected)), expected: Verdict::Refuted }
    }

    /// A wrong simulation.
    pub fn simulation(
        name: &'static str,
        check: &'static str,
        replaced: impl Fn(&Case) -> Case + Send + Sync + 'static,
    ) -> Self {
        Self { name, check, side: Side::Simulation(Box::new(replaced)), expected: Verdict::Refuted }
    }

    /// What is under evidence in this audit takes each place for another one: so it is wrong where that matters. The audit's places, its budget and its streams are those
    /// of the check that is named.
    ///
    /// # Examples
    /// A sum of the first odd numbers that leaves out the last one from the hundredth on, see [`Audit`]:
    /// ```
    /// # use goldenweight_evidence::{Audit, Deviation, Key, Mutant, Verdict, rand::{RngExt, rngs::Xoshiro256PlusPlus as Rng}};
    /// # struct Odd;
    /// # impl Audit for Odd {
    /// #     type Place = u64;
    /// #     type Found = Deviation;
    /// #     fn place(&self, rng: &mut Rng) -> u64 {
    /// #         rng.random_range(0..1_000_000)
    /// #     }
    /// #     fn examine(&self, n: &u64, seen: &u64, _: Key) -> Result<Deviation, String> {
    /// #         Ok(Deviation::relative((n * n) as f64, (seen * seen) as f64, 0.0))
    /// #     }
    /// # }
    /// let wrong = Mutant::audit("the last number left out", "anywhere", Odd, |n| n - u64::from(*n >= 100));
    /// assert_eq!(wrong.expected, Verdict::Refuted);
    /// ```
    pub fn audit<A: Audit + 'static>(
        name: &'static str,
        check: &'static str,
        audit: A,
        taken_for: impl Fn(&A::Place) -> A::Place + Send + Sync + 'static,
    ) -> Self {
        let mistaken = Mistaken(audit, taken_for);
        let run = move |places: usize, context: &Context<'_>| visit(&mistaken, places, context).finding;
        Self { name, check, side: Side::Places(Box::new(run)), expected: Verdict::Refuted }
    }

    /// The same as a control, which is not wrong.
    #[must_use]
    pub fn control(self) -> Self {
        Self { expected: Verdict::Confirmed, ..self }
    }

    pub(crate) const fn is_wrong(&self) -> bool {
        matches!(self.expected, Verdict::Refuted)
    }

    /// Whether it is compared with what is drawn for the check. A mean and a minimiser are drawn without the expected value. A slope and a curvature are taken at the expected
    /// minimiser, and the standard error of a share is that of the expected probability: they depend on the formula.
    pub(crate) const fn is_drawn_alike(&self, sampled: &Sampled) -> bool {
        matches!((&self.side, sampled.quantity), (Side::Formula(_), Quantity::Mean | Quantity::Minimiser))
    }

    /// As what its simulation is dealt out: as its check where it draws what that draws, in the tier in which mutants run.
    pub(crate) const fn dealt_as<'a>(&self, claim: &'a str, sampled: &Sampled, first_tier: bool) -> Of<'a> {
        match (self.is_drawn_alike(sampled), first_tier) {
            (true, true) => Of::Check(claim, self.check),
            (true, false) => Of::Mutants(claim, self.check),
            (false, _) => Of::Mutant(claim, self.name),
        }
    }

    /// A check by simulation with its side replaced.
    pub(crate) fn of(&self, sampled: &Sampled) -> Sampled {
        sampled.with_cases(|case| match &self.side {
            Side::Formula(expected) => case.clone().expecting(expected(case)),
            Side::Simulation(replaced) => replaced(case),
            Side::Places(_) => case.clone(),
        })
    }
}
