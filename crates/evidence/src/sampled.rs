//! Checks by simulation: estimates against what is expected, at places or in the limit of a ladder of sizes.

use crate::case::{Case, Expected};
use crate::context::{Context, Tier};
use crate::draw::{Estimated, LOOKS, Quantity, Sample};
use crate::stats::compare::{Comparison, Estimate, compare};
use crate::stats::ladder::{Rung, extrapolate_powers, gap_order};
use crate::verdict::Verdict;

/// Powers of 1/n, from the first to the last.
///
/// # Examples
/// see [`Check::beyond`](crate::Check::beyond).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Powers {
    /// First; those below are known to be absent.
    pub first: usize,
    /// Last.
    pub last: usize,
}

/// A check by simulation.
///
/// # Examples
/// ```
/// use goldenweight_evidence::{Body, Case, Draw, Simulation, Tally, simulation};
///
/// struct Nothing;
/// impl Simulation for Nothing {
///     fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
///         draw.each(|_, _| ())
///     }
/// }
/// let cases = vec![Case::new("here", Nothing, 0.5), Case::new("there", Nothing, 0.5)];
/// let check = simulation("mean", 1_000, 0.1, cases);
/// let Body::Sampled(sampled) = &check.body else { panic!("a check by simulation") };
/// assert_eq!((sampled.comparisons(), sampled.places()), (2, vec!["here".to_owned(), "there".to_owned()]));
/// assert_eq!(sampled.at_budget(0.5).cap, 500);
/// ```
pub struct Sampled {
    /// What is estimated.
    pub quantity: Quantity,
    /// Of a ladder: the powers of 1/n by which the ratios of estimate to expected limit are extrapolated to n = infinity. The limit of the ratio
    /// should be 1. Where there are more rungs than coefficients, the form of the polynomial is tested by chi-squared, a comparison of its own in the
    /// error rate.
    pub ladder: Option<Powers>,
    /// What an error is an error of, in a word.
    pub of: &'static str,
    /// Most replicates of a case in the first tier, see [`LOOKS`]; of some cases a [share](Case::with_share).
    pub cap: u64,
    /// Margin of the relative error in the first tier.
    pub margin: f64,
    /// How many times a tier's largest margin its own may be there.
    pub coarse: f64,
    /// Cases; the rungs of a ladder.
    pub cases: Vec<Case>,
}

impl Sampled {
    /// Number of statistical comparisons: each takes its share of the false-alarm rate.
    #[must_use]
    pub const fn comparisons(&self) -> usize {
        if self.ladder.is_some() { 1 + self.chi_squared() } else { self.cases.len() }
    }

    /// Number of these that are tests of a polynomial's form by chi-squared, and have no z.
    #[must_use]
    pub const fn chi_squared(&self) -> usize {
        match self.ladder {
            Some(Powers { first, last }) => (self.cases.len() > 2 + last - first) as usize,
            None => 0,
        }
    }

    /// What its margin is divided by in a tier.
    fn precision(&self, tier: Tier) -> f64 {
        tier.precision.max(self.margin / (tier.margin * self.coarse))
    }

    /// Its margin in a tier.
    #[must_use]
    pub fn margin_in(&self, tier: Tier) -> f64 {
        self.margin / self.precision(tier)
    }

    /// Most replicates of a case in a tier: as many times the first one's as a margin that is so much smaller needs.
    pub(crate) fn cap_in(&self, tier: Tier) -> u64 {
        (self.cap as f64 * self.precision(tier) * self.precision(tier)).round() as u64
    }

    /// Whether several processes can divide all of its simulations.
    pub(crate) fn is_shared(&self) -> bool {
        self.cases.iter().all(|case| case.simulation().is_shared())
    }

    /// The same check with each case replaced.
    #[must_use]
    pub fn with_cases(&self, replaced: impl Fn(&Case) -> Case) -> Self {
        Self { cases: self.cases.iter().map(replaced).collect(), ..*self }
    }

    /// The same check with this share of its replicates, but at least two for each batch where there are batches.
    #[must_use]
    pub fn at_budget(&self, budget: f64) -> Self {
        let cap = ((self.cap as f64 * budget).ceil() as u64).max(2 * self.quantity.batches(LOOKS - 1));
        Self { cap, ..self.with_cases(Clone::clone) }
    }

    /// Where it compares: its cases, or the one limit of a ladder.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        match self.ladder {
            None => self.cases.iter().map(|case| case.place().to_string()).collect(),
            Some(_) => vec!["limit of the ladder".to_owned()],
        }
    }

    /// Compares estimates at these cases (one, or the rungs of the ladder) with what is expected; or says why it cannot.
    pub(crate) fn compared(
        &self,
        context: &Context<'_>,
        cases: &[Case],
        estimates: &[Estimated],
    ) -> Result<Compared, String> {
        match (self.ladder, cases, estimates) {
            (Some(powers), _, _) => self.extrapolated(context, powers, cases, estimates),
            (None, [case], [estimated]) => self.compared_case(context, case, estimated),
            (None, _, _) => Err("not one case".to_owned()),
        }
    }

    fn against(
        &self,
        context: &Context<'_>,
        cases: &[Case],
        estimate: Estimate,
        expected: f64,
        replicates: u64,
        words: String,
    ) -> Compared {
        let comparison = compare(&estimate, expected, self.margin_in(context.tier), &context.family);
        let place = match (self.ladder, cases) {
            (None, [case]) => case.place().to_string(),
            _ => "limit of the ladder".to_owned(),
        };
        let expected = cases.iter().map(|case| (case.place().to_string(), self.quantity.expects(case))).collect();
        Compared { place, of: self.of, replicates, estimate, comparison, expected, words }
    }

    /// A case's estimate against its expected value.
    fn compared_case(&self, context: &Context<'_>, case: &Case, estimated: &Estimated) -> Result<Compared, String> {
        let what = match self.quantity {
            Quantity::Slope(_) => "the slope vanishes at",
            Quantity::Curvature(_) => "curvature over theory's",
            Quantity::Minimiser => "minimiser",
            Quantity::Mean | Quantity::Failures => "simulated",
        };
        let source =
            if matches!(case.expected(), Expected::Estimate(_)) { "the other implementation" } else { "theory" };
        let Sample { estimate, replicates, failed } = estimated.as_ref().map_err(String::clone)?;
        let expected = if matches!(self.quantity, Quantity::Curvature(_)) { 1.0 } else { case.expected().value() };
        let words = format!(
            "{}: {what} {:.6e} ± {:.1e}, {source} {:.6e}, {replicates} replicates{}",
            case.place(),
            estimate.value,
            estimate.std_error,
            expected,
            failures(*failed)
        );
        let cases = std::slice::from_ref(case);
        Ok(self.against(context, cases, *estimate, expected, *replicates, words))
    }

    /// The estimates at the rungs over their expected values, extrapolated and compared with 1.
    fn extrapolated(
        &self,
        context: &Context<'_>,
        Powers { first, last }: Powers,
        cases: &[Case],
        estimates: &[Estimated],
    ) -> Result<Compared, String> {
        let samples: Vec<Sample> = estimates.iter().cloned().collect::<Result<_, _>>()?;
        let rung = |(case, sample): (&Case, &Sample)| {
            let estimate = &sample.estimate;
            let [value, std_error] = [estimate.value, estimate.std_error].map(|x| x / case.expected().value());
            Rung { size: case.size(), estimate: Estimate { value, std_error, ..*estimate } }
        };
        let rungs: Vec<Rung> = cases.iter().zip(&samples).map(rung).collect();
        let failed = failures(samples.iter().map(|sample| sample.failed).sum());
        let replicates = samples.first().map_or(0, |sample| sample.replicates);
        let Some(fit) = extrapolate_powers(&rungs, first..=last) else {
            let values: Vec<_> = rungs.iter().map(|r| r.estimate).collect();
            return Err(format!(
                "no fit by the powers {first} to {last} of 1/n: fewer rungs than coefficients, or a value that is not a number: {values:?}"
            ));
        };
        let ratios: Vec<_> = rungs
            .iter()
            .map(|r| format!("{:.4} ± {:.4} at n = {}", r.estimate.value, r.estimate.std_error, r.size))
            .collect();
        let order = gap_order(&rungs, 1.0).map_or_else(
            || "order of the gap not resolved".to_owned(),
            |order| format!("gap of order {:.2} ± {:.2} in 1/n", order.value, order.std_error),
        );
        let form = match fit.spare {
            0 => String::new(),
            spare => format!("chi-squared {:.2} on {spare}, ", fit.chi_squared),
        };
        let words = format!(
            "simulated / {} {}; extrapolated {:.5} ± {:.5}, {order}, {form}{replicates} replicates{failed}",
            if first == 1 { "limit" } else { "theory" },
            ratios.join(", "),
            fit.limit.value,
            fit.limit.std_error
        );
        let compared = |limit: Estimate, words| self.against(context, cases, limit, 1.0, replicates, words);
        if context.family.chi_squared_within(fit.chi_squared, fit.spare) {
            return Ok(compared(fit.limit, words));
        }
        // Where the polynomial does not fit, the extrapolated limit says nothing. The exception: it is far off even with the standard error times
        // sqrt(chi-squared/degrees of freedom) (Birge 1932, Phys. Rev. 40, 207-227). Then the claim is refuted. That happens only where chi-squared is
        // beyond its bound, so it needs no more of the error rate than chi-squared has.
        let ratio = (fit.chi_squared / fit.spare as f64).sqrt();
        let words = format!("{words}; the gap is not of the fitted form");
        let wide = Estimate { std_error: fit.limit.std_error * ratio, ..fit.limit };
        let found = compared(wide, format!("{words}, and z is taken with {ratio:.1} times the standard error"));
        if found.comparison.verdict == Verdict::Refuted { Ok(found) } else { Err(words) }
    }
}

/// The number of failed replicates, where there are any.
fn failures(failed: u64) -> String {
    if failed == 0 { String::new() } else { format!(", {failed} of them failed") }
}

/// One statistical comparison, from its estimate to its words in a report.
///
/// # Examples
/// see the [example of the crate](crate#examples).
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Case, or the limit of a ladder.
    pub place: String,
    /// What an error is an error of.
    pub of: &'static str,
    /// Replicates drawn for it; of a ladder for each rung.
    pub replicates: u64,
    /// What the rule says of it.
    pub comparison: Comparison,
    /// The estimate; of a ladder the extrapolated ratio, which is expected to be 1.
    pub estimate: Estimate,
    /// What was expected, and where; of a ladder at each rung.
    pub expected: Vec<(String, f64)>,
    /// Both sides in words.
    pub words: String,
}

impl Compared {
    /// Both sides, the relative error with its interval and margin, and why it is not confirmed.
    #[must_use]
    pub fn detail(&self) -> String {
        let Comparison { relative_error, interval: (low, high), margin, cause, .. } = &self.comparison;
        let [percent, low, high, within] = [relative_error, low, high, margin].map(|x| 100.0 * x);
        let cause = if cause.is_empty() { String::new() } else { format!("; {cause}") };
        let words = &self.words;
        format!("{words}; relative error {percent:+.3} % in ({low:+.3}, {high:+.3}) %, margin {within:.3} %{cause}")
    }
}
