//! `weight` and `risk`: closed forms alone.

use std::fmt;

use clap::Args;
use goldenweight::{
    catalogue::{Model, find},
    experiment::{Generations, InputError, Problem, within},
    prediction::Prediction,
    simulate::engine::ScheduleKind,
};
use goldenweight_theory::parameters::Weight;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, NO_WEIGHT, Setting, Weighting, models, whole},
    estimate::{OVERFLOW, Reasons, explained, power_of_ten},
    origin::Origin,
    output::{Remarks, lines, short, show},
};

/// The optimal weight on n fresh real rows, against m synthetic ones
#[derive(Args)]
#[command(
    after_help = format!("Example: goldenweight weight --real 100 --synthetic 400 --model gaussian-covariance --dim 3\n\n{}\n\n\
    Relative risks are limit risks, divided by the risk of training on the n fresh real rows alone. The weight is the\n\
    exact optimum at finite n and m where an exact law exists (exact: true), else the optimum of the limit law. JSON: for every key that is null, reasons says why.", models())
)]
pub struct WeightArgs {
    /// Model, see below
    #[arg(long, value_parser = find, default_value = "gaussian-mean")]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    /// Print also the risk-minimising weight of each generation 1 to T (at most 1000000)
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true)]
    generations: Option<u64>,
    #[command(flatten)]
    compute: Compute,
}

/// The closed-form risk at a weight: after T generations, or the limit
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight risk --model gaussian-covariance --real 10 --synthetic 10 --weight 0.09\n\n{}\n\n\
    JSON: diverges where the risk, or else its limit, is infinite; overflow where the risk is finite and beyond the largest float,\n\
    1.8e308, and then not diverges; log10_risk is its decimal logarithm in any case, log10_limit_risk that of the limit;\n\
    limit_diverges tells of the limit alone. For every key that is null, reasons says why.", models()))]
pub struct RiskArgs {
    /// Model, see below
    #[arg(long, value_parser = find)]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    #[command(flatten)]
    weighting: Weighting,
    /// Generation T (at most 1000000) [default: the limit]
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true)]
    generations: Option<u64>,
    /// Average the risk over generations B to T-1 instead of taking generation T
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true)]
    burn_in: Option<u64>,
    #[command(flatten)]
    compute: Compute,
}

/// The setting, as every document repeats it.
#[derive(Serialize)]
pub struct Heading {
    model: &'static str,
    real: usize,
    synthetic: usize,
    k: f64,
    dim: usize,
}

impl From<&Problem> for Heading {
    fn from(problem: &Problem) -> Self {
        let rows = problem.rows();
        Self {
            model: problem.model().name,
            real: rows.real,
            synthetic: rows.synthetic,
            k: problem.mixing_ratio(),
            dim: problem.dim(),
        }
    }
}

impl fmt::Display for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, real, synthetic, k, dim } = self;
        let k = short(*k);
        writeln!(f, "{model}, p = {dim}, n = {real} real and m = {synthetic} synthetic rows per generation, k = {k}\n")
    }
}

/// "exact" or "limit law", for tables.
pub const fn law(exact: bool) -> &'static str {
    if exact { "exact at these n and m" } else { "limit law, n and m to infinity" }
}

#[derive(Serialize)]
struct PerRow {
    real: f64,
    synthetic: f64,
}

#[derive(Serialize)]
struct WeightDocument {
    #[serde(flatten)]
    heading: Heading,
    exact: bool,
    weight: f64,
    limit_weight: f64,
    naive_weight: f64,
    fresh_only_risk: f64,
    relative_risk: Option<f64>,
    naive_relative_risk: Option<f64>,
    effective_sample_size: f64,
    per_row_weight: PerRow,
    generations_to_limit: Option<u32>,
    dynamic_weights: Option<Vec<f64>>,
    reasons: Reasons,
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
        lines(
            f,
            &[
                ("optimum is", law(self.exact).to_owned()),
                ("limit weight w*(k)", short(self.limit_weight)),
                ("weight per real row", short(self.per_row_weight.real)),
                ("weight per synthetic row", short(self.per_row_weight.synthetic)),
                ("effective sample size", format!("{} fresh real rows", short(self.effective_sample_size))),
                ("generations to within 1 % of the limit", generations),
            ],
        )?;
        if let Some(weights) = &self.dynamic_weights {
            writeln!(f, "\ngeneration  optimal weight")?;
            for (t, weight) in (1..).zip(weights) {
                writeln!(f, "{t:>10}  {}", short(*weight))?;
            }
        }
        Ok(())
    }
}

impl WeightArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let problem = self.setting.problem(self.model)?;
        let generations = self.generations.map(|t| within("--generations", t, 1..=Generations::MAX)).transpose()?;
        let document = self.compute.install(|| {
            let (prediction, rows) = (predict(&problem, ScheduleKind::Fresh)?, problem.rows());
            let no_optimum = "must be at least 2 for an optimal weight: one real row makes every fit a point";
            let no_optimum = || InputError::new("real", rows.real, no_optimum);
            let optimal = Weight::new(prediction.optimal_weight().ok_or_else(no_optimum)?)?;
            let naive = Weight::new(prediction.naive_weight())?;
            let weight = optimal.get();
            let (relative, naive_relative) = (prediction.relative_risk(optimal), prediction.relative_risk(naive));
            let generations_to_limit = prediction.generations_to_limit(optimal);
            let dynamic_weights = generations.and_then(|t| prediction.dynamic_weights(t as u32));
            let no_dynamic = if generations.is_none() { "not asked for, by --generations" } else { "the law has none" };
            let missing = [
                ("relative_risk", relative.is_infinite(), DIVERGES),
                ("naive_relative_risk", naive_relative.is_infinite(), DIVERGES),
                ("generations_to_limit", generations_to_limit.is_none(), "more than a million"),
                ("dynamic_weights", dynamic_weights.is_none(), no_dynamic),
            ];
            Ok(WeightDocument {
                heading: (&problem).into(),
                exact: prediction.exact(optimal),
                weight,
                limit_weight: prediction.limit_weight(),
                naive_weight: naive.get(),
                fresh_only_risk: prediction.fresh_only_risk(optimal),
                relative_risk: finite(relative),
                naive_relative_risk: finite(naive_relative),
                effective_sample_size: prediction.effective_sample_size().unwrap_or(f64::NAN),
                per_row_weight: PerRow {
                    real: weight / rows.real as f64,
                    synthetic: prediction.law().optimal_synthetic_weight().unwrap_or(f64::NAN) / rows.synthetic as f64,
                },
                generations_to_limit,
                dynamic_weights,
                reasons: reasons(&missing),
            })
        })?;
        show(&document, self.compute.json, origin, None)?;
        Ok(Status::Done)
    }
}

#[derive(Serialize)]
struct RiskDocument {
    #[serde(flatten)]
    heading: Heading,
    schedule: &'static str,
    generations: Option<u64>,
    burn_in: Option<u64>,
    #[serde(flatten)]
    results: Results<RiskResult>,
}

/// What a command says at one weight, or a list of it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Results<T> {
    /// The keys stand in the document itself.
    One(Box<T>),
    /// One for each weight.
    Many {
        /// In the order in which weights were asked for.
        results: Vec<T>,
        /// Of the keys that stand beside the list.
        reasons: Reasons,
    },
}

/// A result with reasons of its own.
pub trait Reasoned {
    /// They.
    fn reasons(&mut self) -> &mut Reasons;
}

impl<T: Reasoned> Results<T> {
    /// Of these results; `beside` are the reasons of the keys that all of them share.
    pub fn new(mut results: Vec<T>, beside: Reasons) -> Self {
        match (results.pop(), results.is_empty()) {
            (Some(mut only), true) => {
                only.reasons().extend(beside);
                Self::One(Box::new(only))
            }
            (last, _) => {
                results.extend(last);
                Self::Many { results, reasons: beside }
            }
        }
    }
}

impl<T> Results<T> {
    /// All of them.
    pub fn all(&self) -> &[T] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Many { results, .. } => results,
        }
    }
}

#[derive(Serialize)]
struct RiskResult {
    weight: Option<f64>,
    risk: Option<f64>,
    log10_risk: Option<f64>,
    limit_risk: Option<f64>,
    log10_limit_risk: Option<f64>,
    fresh_only_risk: f64,
    exact: bool,
    order: &'static str,
    diverges: Option<bool>,
    overflow: bool,
    limit_diverges: Option<bool>,
    reasons: Reasons,
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
            (Some(t), Some(b)) => format!("mean over generations {b} to {}", t - 1),
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
            lines(
                f,
                &[
                    ("weight", explained(result.weight, Some(NO_WEIGHT))),
                    ("schedule", self.schedule.to_owned()),
                    ("taken at", at.clone()),
                    ("risk", risk),
                    ("limit risk", limit),
                    ("risk of fresh rows only", short(result.fresh_only_risk)),
                    ("law", law(result.exact).to_owned()),
                ],
            )?;
        }
        Ok(())
    }
}

impl RiskArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let problem = self.setting.problem(self.model)?;
        let weights = self.weighting.weights(&problem)?;
        let at = Generations::new(self.generations, self.burn_in)?;
        let schedule = self.weighting.schedule;
        let document = self.compute.install(|| {
            let laws = Laws::new(&problem, schedule, at)?;
            let laws = laws.ok_or_else(|| Failure::CouldNotRun(no_law(&problem, schedule)))?;
            let no_limit = no_law(&problem, schedule);
            let results = weights.iter().map(|&weight| Self::result(&laws, weight, at, &no_limit));
            let results = results.collect::<Result<Vec<_>, Failure>>()?;
            let beside = [
                ("generations", self.generations.is_none(), "not asked for: the limit"),
                ("burn_in", self.burn_in.is_none(), "not asked for: no mean over generations"),
            ];
            Ok(RiskDocument {
                heading: (&problem).into(),
                schedule: schedule.name(),
                generations: self.generations,
                burn_in: self.burn_in,
                results: Results::new(results, reasons(&beside)),
            })
        })?;
        show(&document, self.compute.json, origin, None)?;
        let mut remarks = Remarks::default();
        for result in document.results.all().iter().filter(|result| result.overflow) {
            let at = result.weight.map_or_else(String::new, |w| format!(" at w = {}", short(w)));
            remarks.note(format!("the risk{at} is no float: {OVERFLOW}; its logarithm is given"));
        }
        Ok(remarks.say())
    }

    fn result(laws: &Laws, asked: Option<f64>, at: Generations, no_limit: &str) -> Result<RiskResult, Failure> {
        let weight = Weight::new(asked.unwrap_or(1.0))?;
        let Laws { risk: law, limit: limit_law } = laws;
        let wide = law.wide_risk(weight, at);
        let limit = limit_law.as_ref().and_then(|law| law.wide_risk(weight, Generations::Limit));
        let limit_diverges = limit_law.as_ref().map(|_| limit.is_none());
        let [risk, limit_risk] = [wide, limit].map(|risk| risk.and_then(|risk| finite(risk.to_f64())));
        let overflow = wide.is_some() && risk.is_none();
        let why = |diverges| if diverges { DIVERGES } else { OVERFLOW };
        let exact = law.exact(weight);
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
        Ok(RiskResult {
            weight: asked,
            risk,
            log10_risk: wide.and_then(|risk| finite(risk.log10())),
            limit_risk,
            log10_limit_risk: limit.and_then(|risk| finite(risk.log10())),
            fresh_only_risk: law.fresh_only_risk(weight),
            exact,
            order: if exact { "exact" } else { "limit" },
            diverges: limit_diverges.map(|diverges| diverges && !overflow),
            overflow,
            limit_diverges,
            reasons: reasons(&missing),
        })
    }
}

/// Why an infinite risk has no number.
const DIVERGES: &str = "diverges: it grows without bound";

/// The reasons of those that are missing.
fn reasons(all: &[(&'static str, bool, &str)]) -> Reasons {
    let missing = all.iter().filter(|(_, missing, _)| *missing);
    missing.map(|(key, _, reason)| (*key, (*reason).to_owned())).collect()
}

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
    pub fn new(problem: &Problem, schedule: ScheduleKind, at: Generations) -> Result<Option<Self>, Failure> {
        let of = |schedule| Prediction::new(problem, schedule);
        let limit = of(schedule)?;
        let is_start = matches!(at, Generations::At(0) | Generations::Average { from: 0, until: 1 });
        let risk = if is_start { of(ScheduleKind::Fresh)? } else { limit.clone() };
        Ok(risk.map(|risk| Self { risk, limit }))
    }
}

/// The prediction, where there is a law.
pub fn predict(problem: &Problem, schedule: ScheduleKind) -> Result<Prediction, Failure> {
    let no_law = || Failure::CouldNotRun(no_law(problem, schedule));
    Prediction::new(problem, schedule)?.ok_or_else(no_law)
}

/// That there is none, in words.
pub fn no_law(problem: &Problem, schedule: ScheduleKind) -> String {
    format!(
        "no law is known of {} under the schedule {} with these parameters beyond generation 0",
        problem.model(),
        schedule.name()
    )
}

/// None where it is infinite: divergence has no number.
pub fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}
