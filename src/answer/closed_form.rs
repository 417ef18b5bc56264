//! Answers of closed forms alone: the optimal weight, and the risk at a weight.

use std::fmt;

use goldenweight_theory::parameters::Weight;
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Heading, Reasoned, Reasons, Remarks, Results, Unanswered, reasons,
    text::{explained, finite, lines, power_of_ten, short},
};
use crate::{
    experiment::{Generations, InputError, Problem, within},
    prediction::{Order, Prediction, SecondTerm},
    simulate::engine::ScheduleKind,
};

/// Why a document has no weight.
pub const NO_WEIGHT: &str = "the schedule takes none: every row has the same weight";

/// Why a finite risk has no number.
pub const OVERFLOW: &str = "overflow: finite, and beyond the largest float, 1.8e308";

/// How far a law goes, for tables.
///
/// # Examples
/// ```
/// use goldenweight::{answer::closed_form::law, prediction::Order};
/// assert_eq!(law(Order::Exact), "exact at these n and m");
/// ```
#[must_use]
pub const fn law(order: Order) -> &'static str {
    match order {
        Order::Exact => "exact at these n and m",
        Order::Second => "second order in 1/n",
        Order::Limit => "limit law, n and m to infinity",
    }
}

/// What the second order says, and whether it is in range.
///
/// # Examples
/// see [`weight`], of a logistic regression.
#[must_use]
pub fn second_order(term: &SecondTerm) -> String {
    let number = |x: f64| short(finite(x));
    let [risk, share, size] = [term.risk, term.share, term.size].map(number);
    let range = if term.is_in_range() { "in range" } else { "out of range" };
    format!("{risk}, {range}: R2/(n R1) {share}, size {size}; range up to a size of {}", number(term.range))
}

/// The prediction by the order that is asked for.
fn to_order(
    prediction: Prediction,
    asked: Option<Order>,
    problem: &Problem,
    schedule: ScheduleKind,
) -> Result<Prediction, Unanswered> {
    let Some(order) = asked else { return Ok(prediction) };
    let asked = prediction.to_order(order).ok_or_else(|| {
        let known = Order::ALL.into_iter().filter(|order| prediction.to_order(*order).is_some());
        let known: Vec<_> = known.map(Order::word).collect();
        let of = format!("{} under the schedule {}", problem.model(), schedule.name());
        InputError::new("order", order.word(), format!("must be {}: no other is known of {of}", known.join(" or ")))
    })?;
    let term = asked.second_term(Weight::ONE, Generations::At(0));
    if order == Order::Second && !term.is_some_and(|term| term.risk.is_finite()) {
        return Err(Unanswered::Unknown("the second order is beyond the floats at these coefficients".to_owned()));
    }
    Ok(asked)
}

/// The second order, as the documents show it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct SecondKeys {
    second_order_risk: Option<f64>,
    second_order_share: Option<f64>,
    second_order_size: Option<f64>,
    #[serde(skip)]
    term: Option<SecondTerm>,
}

/// Why there is no second order.
const NO_SECOND: &str = "known of regressions on fresh real rows";
/// Why it is no number.
const NO_FLOAT: &str = "infinite, or beyond the floats";

impl SecondKeys {
    fn new(term: Option<SecondTerm>, reasons: &mut Reasons) -> Self {
        let key = |value: Option<f64>| value.and_then(finite);
        let keys = Self {
            second_order_risk: key(term.map(|term| term.risk)),
            second_order_share: key(term.map(|term| term.share)),
            second_order_size: key(term.map(|term| term.size)),
            term,
        };
        let values = [
            ("second_order_risk", keys.second_order_risk),
            ("second_order_share", keys.second_order_share),
            ("second_order_size", keys.second_order_size),
        ];
        for (key, _) in values.iter().filter(|(_, value)| value.is_none()) {
            reasons.insert(key, if term.is_none() { NO_SECOND } else { NO_FLOAT }.to_owned());
        }
        keys
    }
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct PerRow {
    real: f64,
    synthetic: f64,
}

/// The optimal weight with all that stands beside it, from [`weight`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct WeightDocument {
    #[serde(flatten)]
    heading: Heading,
    exact: bool,
    order: &'static str,
    weight: f64,
    limit_weight: f64,
    second_order_weight: Option<f64>,
    #[serde(flatten)]
    second: SecondKeys,
    naive_weight: f64,
    fresh_only_risk: f64,
    relative_risk: Option<f64>,
    naive_relative_risk: Option<f64>,
    effective_sample_size: f64,
    per_row_weight: PerRow,
    generations_to_limit: Option<u32>,
    dynamic_weights: Option<Vec<f64>>,
    reasons: Reasons,
    #[serde(skip)]
    known: Order,
    /// Whether weights by generation were asked for.
    #[serde(skip)]
    is_by_generation: bool,
}

impl fmt::Display for WeightDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        writeln!(f, "{:16}{:24}relative risk", "", "weight on real rows")?;
        let row = |f: &mut fmt::Formatter<'_>, name, weight: f64, risk: Option<f64>| {
            writeln!(f, "{name:16}{:24}{}", short(weight), short(risk.unwrap_or(f64::INFINITY)))
        };
        row(f, "optimal", self.weight, self.relative_risk)?;
        row(f, "naive pooling", self.naive_weight, self.naive_relative_risk)?;
        row(f, "fresh rows only", 1.0, Some(1.0))?;
        writeln!(f)?;
        let generations = self.generations_to_limit.map_or("more than a million".to_owned(), |t| t.to_string());
        let mut facts = vec![("optimum is", law(self.known).to_owned())];
        facts.push(("limit weight", short(self.limit_weight)));
        if let Some(term) = self.second.term.filter(|_| self.known != Order::Exact) {
            let reason = self.reasons.get("second_order_weight").map(String::as_str);
            facts.push(("second-order weight", explained(self.second_order_weight, reason)));
            facts.push(("second-order risk at w*(k)", second_order(&term)));
        }
        facts.extend([
            ("weight per real row", short(self.per_row_weight.real)),
            ("weight per synthetic row", short(self.per_row_weight.synthetic)),
            ("effective sample size", format!("{} fresh real rows", short(self.effective_sample_size))),
            ("generations to within 1 % of the limit", generations),
        ]);
        lines(f, &facts)?;
        if let (None, Some(reason)) =
            (&self.dynamic_weights, self.reasons.get("dynamic_weights").filter(|_| self.is_by_generation))
        {
            writeln!(f, "\noptimal weights by generation: {reason}")?;
        }
        if let Some(weights) = &self.dynamic_weights {
            // The dynamic weights of two orders are not known.
            let of = if self.known == Order::Exact { String::new() } else { format!(" ({})", law(Order::Limit)) };
            writeln!(f, "\ngeneration  optimal weight{of}")?;
            for (t, weight) in (1..).zip(weights) {
                writeln!(f, "{t:>10}  {}", short(*weight))?;
            }
        }
        Ok(())
    }
}

impl WeightDocument {
    /// The optimal weight.
    ///
    /// # Examples
    /// see [`weight`].
    #[must_use]
    pub const fn weight(&self) -> f64 {
        self.weight
    }

    /// Weight of each real and of each synthetic row; all together 1.
    #[must_use]
    pub const fn per_row_weight(&self) -> [f64; 2] {
        [self.per_row_weight.real, self.per_row_weight.synthetic]
    }

    /// That of the limit law: (sqrt(k^2 + 4k) - k)/2 with k = n/m.
    #[must_use]
    pub const fn limit_weight(&self) -> f64 {
        self.limit_weight
    }

    /// Of all rows alike: n/(n + m).
    #[must_use]
    pub const fn naive_weight(&self) -> f64 {
        self.naive_weight
    }

    /// Limit risk of fits to fresh real rows alone.
    #[must_use]
    pub const fn fresh_only_risk(&self) -> f64 {
        self.fresh_only_risk
    }

    /// Limit risks at the optimal and at the naive weight, over that of fresh real rows alone; none where it diverges.
    #[must_use]
    pub const fn relative_risks(&self) -> [Option<f64>; 2] {
        [self.relative_risk, self.naive_relative_risk]
    }

    /// Fresh real rows that alone have the risk of the optimum.
    #[must_use]
    pub const fn effective_sample_size(&self) -> f64 {
        self.effective_sample_size
    }

    /// The first generation whose risk at the optimal weight is within 1 % of the limit; none after a million.
    #[must_use]
    pub const fn generations_to_limit(&self) -> Option<u32> {
        self.generations_to_limit
    }

    /// The optimal weights of generations 1, 2, ..., where they were asked for and are known.
    #[must_use]
    pub fn dynamic_weights(&self) -> Option<&[f64]> {
        self.dynamic_weights.as_deref()
    }
}

/// The optimal weight on n fresh real rows beside m synthetic ones, to this order in 1/n, or the best that is known; with the weights of the generations 1 to
/// `generations` where they are asked for.
///
/// # Errors
/// Of the fields `order`, where no such law is known; `generations`, outside 1 to 10^6; `real`, where one row makes every fit a point. Unknown where the
/// second order has no optimum, or is beyond the floats.
///
/// # Examples
/// ```
/// use goldenweight::{answer::closed_form::weight, catalogue, experiment::{Parameters, Problem}};
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 100, 100, &Parameters::default())?;
/// let said = weight(&problem, None, None)?;
/// assert!(said.to_string().contains("optimal         0.618034"));
/// assert!((said.weight() - 0.618_034).abs() < 1e-6);
/// assert_eq!((said.naive_weight(), said.generations_to_limit()), (0.5, Some(3)));
/// # Ok::<(), goldenweight::answer::Unanswered>(())
/// ```
pub fn weight(problem: &Problem, order: Option<Order>, generations: Option<u64>) -> Result<WeightDocument, Unanswered> {
    let generations = generations.map(|t| within("generations", t, 1..=Generations::MAX)).transpose()?;
    let prediction = to_order(predict(problem, ScheduleKind::Fresh)?, order, problem, ScheduleKind::Fresh)?;
    let rows = problem.rows();
    let at_limit = Weight::new(prediction.limit_weight())?;
    let term = prediction.second_term(at_limit, Generations::Limit);
    if order == Some(Order::Second) && prediction.optimum().is_none() {
        let risk = term.as_ref().map(second_order).unwrap_or_default();
        let none = format!("no optimum by the second order: its risk at w*(k) is {risk}; `order` limit has one");
        return Err(Unanswered::Unknown(none));
    }
    let no_optimum = "must be at least 2 for an optimal weight: one real row makes every fit a point";
    let no_optimum = || InputError::new("real", rows.real, no_optimum);
    let (optimal, known) = prediction.optimum().ok_or_else(no_optimum)?;
    let optimal = Weight::new(optimal)?;
    let naive = Weight::new(prediction.naive_weight())?;
    let weight = optimal.get();
    let (relative, naive_relative) = (prediction.relative_risk(optimal), prediction.relative_risk(naive));
    let generations_to_limit = prediction.generations_to_limit(optimal);
    let dynamic_weights = generations.and_then(|t| prediction.dynamic_weights(t as u32));
    let second_order_weight = prediction.second_order_weight();
    let no_second = if term.is_none() { NO_SECOND } else { "out of range" };
    let no_dynamic = if generations.is_none() {
        "not asked for: it needs generations"
    } else {
        "no best weight of each generation is known of this model"
    };
    let missing = [
        ("relative_risk", relative.is_infinite(), DIVERGES),
        ("naive_relative_risk", naive_relative.is_infinite(), DIVERGES),
        ("generations_to_limit", generations_to_limit.is_none(), "more than a million"),
        ("dynamic_weights", dynamic_weights.is_none(), no_dynamic),
        ("second_order_weight", second_order_weight.is_none(), no_second),
    ];
    let mut reasons = reasons(&missing);
    let second = SecondKeys::new(term, &mut reasons);
    Ok(WeightDocument {
        heading: problem.into(),
        exact: known == Order::Exact,
        order: known.word(),
        weight,
        limit_weight: prediction.limit_weight(),
        second_order_weight,
        second,
        naive_weight: naive.get(),
        fresh_only_risk: prediction.fresh_only_risk(optimal, Generations::Limit),
        relative_risk: finite(relative),
        naive_relative_risk: finite(naive_relative),
        effective_sample_size: prediction.effective_sample_size().unwrap_or(f64::NAN),
        per_row_weight: PerRow {
            real: weight / rows.real as f64,
            synthetic: prediction.optimal_synthetic_weight().unwrap_or(f64::NAN) / rows.synthetic as f64,
        },
        generations_to_limit,
        dynamic_weights,
        reasons,
        known,
        is_by_generation: generations.is_some(),
    })
}

/// Risks by closed forms, from [`risk`].
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct RiskDocument {
    #[serde(flatten)]
    heading: Heading,
    schedule: &'static str,
    generations: Option<u64>,
    burn_in: Option<u64>,
    #[serde(flatten)]
    results: Results<RiskResult>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
struct RiskResult {
    weight: Option<f64>,
    risk: Option<f64>,
    log10_risk: Option<f64>,
    limit_risk: Option<f64>,
    log10_limit_risk: Option<f64>,
    fresh_only_risk: f64,
    exact: bool,
    order: &'static str,
    #[serde(flatten)]
    second: SecondKeys,
    diverges: Option<bool>,
    overflow: bool,
    limit_diverges: Option<bool>,
    reasons: Reasons,
    #[serde(skip)]
    known: Order,
}

impl Reasoned for RiskResult {
    fn reasons(&mut self) -> &mut Reasons {
        &mut self.reasons
    }
}

impl fmt::Display for RiskDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let at = match (self.generations, self.burn_in) {
            (None, _) => "limit".to_owned(),
            (Some(t), None) => format!("generation {t}"),
            (Some(t), Some(b)) => mean_over_generations(b, t),
        };
        for (i, result) in self.results.all().iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let number = |key, risk: Option<f64>, log10: Option<f64>| {
                let reason = result.reasons.get(key).map(String::as_str);
                match (risk, log10) {
                    (None, Some(log10)) => {
                        format!("{} (its decimal logarithm: {}; {OVERFLOW})", power_of_ten(log10), short(log10))
                    }
                    (None, None) if reason == Some(DIVERGES) => short(f64::INFINITY),
                    (risk, _) => explained(risk, reason),
                }
            };
            let risk = number("risk", result.risk, result.log10_risk);
            let limit = number("limit_risk", result.limit_risk, result.log10_limit_risk);
            let mut facts = vec![
                ("weight", explained(result.weight, Some(NO_WEIGHT))),
                ("schedule", self.schedule.to_owned()),
                ("taken at", at.clone()),
                ("risk", risk),
                ("limit risk", limit),
                ("risk of fresh rows only", short(result.fresh_only_risk)),
                ("law", law(result.known).to_owned()),
            ];
            let term = result.second.term.as_ref().filter(|_| result.known != Order::Exact);
            facts.extend(term.map(|term| ("second order", second_order(term))));
            lines(f, &facts)?;
        }
        Ok(())
    }
}

/// The risk at each of the weights by closed forms: at a generation, in the mean over the generations from `burn_in` on, or else in the limit. `None` is the
/// weight of a schedule that takes none.
///
/// # Errors
/// Of the fields `order`, `generations`, `burn_in`; unknown where no law is.
///
/// # Examples
/// ```
/// use goldenweight::{
///     answer::closed_form::risk, catalogue, experiment::{Parameters, Problem}, simulate::engine::ScheduleKind,
/// };
///
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 100, 100, &Parameters::default())?;
/// let said = risk(&problem, ScheduleKind::Fresh, &[Some(0.618)], None, (None, None))?;
/// assert!(said.to_string().contains("limit risk               0.0123607"));
/// assert!(said.risks().all(|risk| risk.is_some_and(|risk| (risk - 0.012_360_7).abs() < 1e-7)));
/// # Ok::<(), goldenweight::answer::Unanswered>(())
/// ```
pub fn risk(
    problem: &Problem,
    schedule: ScheduleKind,
    weights: &[Option<f64>],
    order: Option<Order>,
    (generations, burn_in): (Option<u64>, Option<u64>),
) -> Result<RiskDocument, Unanswered> {
    let at = Generations::new(generations, burn_in)?;
    let no_law = no_law(problem, schedule);
    let laws = Laws::new(problem, schedule, at)?.ok_or_else(|| Unanswered::Unknown(no_law.clone()))?;
    let laws = laws.by_order(order, problem, schedule)?;
    let results = weights.iter().map(|&weight| risk_at(&laws, weight, at, &no_law));
    let results = results.collect::<Result<Vec<_>, Unanswered>>()?;
    let beside = [
        ("generations", generations.is_none(), "not asked for: the limit"),
        ("burn_in", burn_in.is_none(), "not asked for: no mean over generations"),
    ];
    Ok(RiskDocument {
        heading: problem.into(),
        schedule: schedule.name(),
        generations,
        burn_in,
        results: Results::new(results, reasons(&beside)),
    })
}

impl RiskDocument {
    /// The risk at each of the weights; none where it is infinite, or beyond the floats.
    ///
    /// # Examples
    /// see [`risk`].
    pub fn risks(&self) -> impl Iterator<Item = Option<f64>> {
        self.results.all().iter().map(|result| result.risk)
    }

    /// What is to be said beside it: risks that are no floats.
    ///
    /// # Examples
    /// see [`risk`].
    #[must_use]
    pub fn remarks(&self) -> Remarks {
        let mut remarks = Remarks::default();
        for result in self.results.all().iter().filter(|result| result.overflow) {
            let at = result.weight.map_or_else(String::new, |w| format!(" at w = {}", short(w)));
            remarks.note(format!("the risk{at} is no float: {OVERFLOW}; its logarithm is given"));
        }
        remarks
    }
}

fn risk_at(laws: &Laws, asked: Option<f64>, at: Generations, no_limit: &str) -> Result<RiskResult, Unanswered> {
    let weight = Weight::new(asked.unwrap_or(1.0))?;
    let Laws { risk: law, limit: limit_law } = laws;
    let wide = law.wide_risk(weight, at);
    let limit = limit_law.as_ref().and_then(|law| law.wide_risk(weight, Generations::Limit));
    let limit_diverges = limit_law.as_ref().map(|_| limit.is_none());
    let [risk, limit_risk] = [wide, limit].map(|risk| risk.and_then(|risk| finite(risk.to_f64())));
    let overflow = wide.is_some() && risk.is_none();
    let why = |diverges| if diverges { DIVERGES } else { OVERFLOW };
    let known = law.order(weight, at);
    let why_no_limit = if limit_law.is_none() { no_limit } else { why(limit.is_none()) };
    let missing = [
        ("weight", asked.is_none(), NO_WEIGHT),
        ("risk", risk.is_none(), why(wide.is_none())),
        ("log10_risk", wide.is_none(), DIVERGES),
        ("limit_risk", limit_risk.is_none(), why_no_limit),
        ("log10_limit_risk", limit.is_none(), if limit_law.is_none() { no_limit } else { DIVERGES }),
        ("diverges", limit_diverges.is_none(), no_limit),
        ("limit_diverges", limit_diverges.is_none(), no_limit),
    ];
    let mut reasons = reasons(&missing);
    let second = SecondKeys::new(law.second_term(weight, at), &mut reasons);
    Ok(RiskResult {
        weight: asked,
        risk,
        log10_risk: wide.and_then(|risk| finite(risk.log10())),
        limit_risk,
        log10_limit_risk: limit.and_then(|risk| finite(risk.log10())),
        fresh_only_risk: law.fresh_only_risk(weight, at),
        exact: known == Order::Exact,
        order: known.word(),
        second,
        diverges: limit_diverges.map(|diverges| diverges && !overflow),
        overflow,
        limit_diverges,
        reasons,
        known,
    })
}

/// Why an infinite risk has no number.
const DIVERGES: &str = "diverges: it grows without bound";

/// The law of the risk that is asked for, and that of the limit, where there is one.
///
/// Generation 0 is fitted on real rows alone, whatever comes after it: its law is that of fresh real rows, which is exact more often.
pub struct Laws {
    /// Of the risk.
    pub risk: Prediction,
    /// Of its limit.
    limit: Option<Prediction>,
}

impl Laws {
    /// None where the risk has no law.
    ///
    /// # Errors
    /// Where the theory does not take the parameters.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{
    ///     answer::closed_form::Laws, catalogue, experiment::{Generations, Parameters, Problem}, simulate::engine::ScheduleKind,
    /// };
    ///
    /// let problem = Problem::new(&catalogue::KDE, 100, 100, &Parameters::default())?;
    /// // Generation 0 has the law of fresh rows under any schedule.
    /// assert!(Laws::new(&problem, ScheduleKind::Fixed, Generations::At(0))?.is_some());
    /// assert!(Laws::new(&problem, ScheduleKind::Fixed, Generations::At(1))?.is_none());
    /// # Ok::<(), goldenweight::answer::Unanswered>(())
    /// ```
    pub fn new(problem: &Problem, schedule: ScheduleKind, at: Generations) -> Result<Option<Self>, Unanswered> {
        let of = |schedule| Prediction::new(problem, schedule);
        let limit = of(schedule)?;
        let is_start = matches!(at, Generations::At(0) | Generations::Average { from: 0, until: 1 });
        let risk = if is_start { of(ScheduleKind::Fresh)? } else { limit.clone() };
        Ok(risk.map(|risk| Self { risk, limit }))
    }

    /// The same by the order that is asked for.
    fn by_order(self, asked: Option<Order>, problem: &Problem, schedule: ScheduleKind) -> Result<Self, Unanswered> {
        let of = |prediction| to_order(prediction, asked, problem, schedule);
        Ok(Self { risk: of(self.risk)?, limit: self.limit.map(of).transpose()? })
    }
}

/// The prediction, where there is a law.
///
/// # Errors
/// Unknown where there is none.
///
/// # Examples
/// ```
/// use goldenweight::{
///     answer::closed_form::{no_law, predict}, catalogue, experiment::{Parameters, Problem}, simulate::engine::ScheduleKind,
/// };
///
/// let problem = Problem::new(&catalogue::KDE, 100, 100, &Parameters::default())?;
/// assert!(predict(&problem, ScheduleKind::Fresh).is_ok());
/// let unknown = predict(&problem, ScheduleKind::Fixed).unwrap_err();
/// assert_eq!(unknown.to_string(), no_law(&problem, ScheduleKind::Fixed));
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
pub fn predict(problem: &Problem, schedule: ScheduleKind) -> Result<Prediction, Unanswered> {
    let no_law = || Unanswered::Unknown(no_law(problem, schedule));
    Prediction::new(problem, schedule)?.ok_or_else(no_law)
}

/// Says that there is no law.
///
/// # Examples
/// see [`predict`].
#[must_use]
pub fn no_law(problem: &Problem, schedule: ScheduleKind) -> String {
    format!(
        "no law is known of {} under the schedule {} with these parameters beyond generation 0",
        problem.model(),
        schedule.name()
    )
}

/// The generations from `from` to the one before `until`, of which a mean is taken, in words.
///
/// # Examples
/// ```
/// use goldenweight::answer::closed_form::mean_over_generations;
/// assert_eq!(mean_over_generations(150, 200), "mean over generations 150 to 199");
/// ```
#[must_use]
pub fn mean_over_generations(from: u64, until: u64) -> String {
    if until == from + 1 {
        format!("mean over generation {from} alone")
    } else {
        format!("mean over generations {from} to {}", until - 1)
    }
}
