//! `weight` and `risk`: closed forms alone.

use std::fmt;

use clap::Args;
use goldenweight::{
    experiment::{Generations, Model, Problem, within},
    prediction::{Law, Prediction},
};
use goldenweight_theory::parameters::Weight;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, Setting, number, whole},
    output::{full, lines, short, show},
};

/// The optimal weight on n fresh real rows, against m synthetic ones
#[derive(Args)]
#[command(
    after_help = "Example: goldenweight weight --real 100 --synthetic 400 --model gaussian-covariance --dim 3\n\n\
    Relative risks are limit risks, divided by the risk of training on the n fresh real rows alone. The weight is the\n\
    exact optimum at finite n and m where an exact law exists (exact: true), else the optimum of the limit law."
)]
pub struct WeightArgs {
    /// Model: gaussian-mean, gaussian-covariance, linear, logistic, poisson, cdf or categorical
    #[arg(long, default_value_t = Model::GaussianMean)]
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
#[command(after_help = "Example: goldenweight risk --model gaussian-covariance --real 10 --synthetic 10 --weight 0.09")]
pub struct RiskArgs {
    /// Model: gaussian-mean, gaussian-covariance, linear, logistic, poisson, cdf or categorical
    #[arg(long)]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    /// Weight w on the real rows, 0 to 1
    #[arg(long, value_name = "W", value_parser = number, allow_hyphen_values = true)]
    weight: f64,
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
            model: problem.model().name(),
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
}

impl fmt::Display for WeightDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        writeln!(f, "{:16}{:24}relative risk", "", "weight on real rows")?;
        let row = |f: &mut fmt::Formatter<'_>, name, weight: f64, risk: Option<f64>| {
            writeln!(f, "{name:16}{:24}{}", full(weight), short(risk.unwrap_or(f64::INFINITY)))
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
                ("limit weight w*(k)", full(self.limit_weight)),
                ("weight per real row", short(self.per_row_weight.real)),
                ("weight per synthetic row", short(self.per_row_weight.synthetic)),
                ("effective sample size", format!("{} fresh real rows", short(self.effective_sample_size))),
                ("generations to within 1 % of the limit", generations),
            ],
        )?;
        if let Some(weights) = &self.dynamic_weights {
            writeln!(f, "\ngeneration  optimal weight")?;
            for (t, weight) in (1..).zip(weights) {
                writeln!(f, "{t:>10}  {}", full(*weight))?;
            }
        }
        Ok(())
    }
}

impl WeightArgs {
    /// Computes and prints.
    pub fn run(&self) -> Result<Status, Failure> {
        let problem = self.setting.problem(self.model)?;
        let generations = self.generations.map(|t| within("--generations", t, 1..=Generations::MAX)).transpose()?;
        let document = self.compute.install(|| {
            let (prediction, rows) = (Prediction::new(&problem)?, problem.rows());
            let [optimal, naive] = [prediction.optimal_weight(), prediction.naive_weight()].map(Weight::new);
            let (optimal, naive) = (optimal?, naive?);
            let weight = optimal.get();
            Ok(WeightDocument {
                heading: (&problem).into(),
                exact: prediction.exact(optimal),
                weight,
                limit_weight: prediction.limit_weight(),
                naive_weight: naive.get(),
                fresh_only_risk: prediction.fresh_only_risk(optimal),
                relative_risk: finite(prediction.relative_risk(optimal)),
                naive_relative_risk: finite(prediction.relative_risk(naive)),
                effective_sample_size: prediction.effective_sample_size(),
                per_row_weight: PerRow {
                    real: weight / rows.real as f64,
                    synthetic: synthetic_weight(&prediction, optimal) / rows.synthetic as f64,
                },
                generations_to_limit: prediction.generations_to_limit(optimal),
                dynamic_weights: generations.map(|t| prediction.dynamic_weights(t as u32)),
            })
        })?;
        show(&document, self.compute.json)?;
        Ok(Status::Done)
    }
}

#[derive(Serialize)]
struct RiskDocument {
    #[serde(flatten)]
    heading: Heading,
    weight: f64,
    generations: Option<u64>,
    burn_in: Option<u64>,
    risk: Option<f64>,
    limit_risk: Option<f64>,
    fresh_only_risk: f64,
    exact: bool,
    diverges: bool,
}

impl fmt::Display for RiskDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading)?;
        let at = match (self.generations, self.burn_in) {
            (None, _) => "limit".to_owned(),
            (Some(t), None) => format!("generation {t}"),
            (Some(t), Some(b)) => format!("mean over generations {b} to {}", t - 1),
        };
        let number = |risk: Option<f64>| risk.map_or("diverges".to_owned(), full);
        lines(
            f,
            &[
                ("weight", self.weight.to_string()),
                ("taken at", at),
                ("risk", number(self.risk)),
                ("limit risk", number(self.limit_risk)),
                ("risk of fresh rows only", full(self.fresh_only_risk)),
                ("law", law(self.exact).to_owned()),
            ],
        )
    }
}

impl RiskArgs {
    /// Computes and prints.
    pub fn run(&self) -> Result<Status, Failure> {
        let problem = self.setting.problem(self.model)?;
        let weight = problem.weight(self.weight)?;
        let at = Generations::new(self.generations, self.burn_in)?;
        let document = self.compute.install(|| {
            let (prediction, weight) = (Prediction::new(&problem)?, Weight::new(weight)?);
            let limit_risk = finite(prediction.risk(weight, Generations::Limit));
            Ok(RiskDocument {
                heading: (&problem).into(),
                weight: weight.get(),
                generations: self.generations,
                burn_in: self.burn_in,
                risk: finite(prediction.risk(weight, at)),
                limit_risk,
                fresh_only_risk: prediction.fresh_only_risk(weight),
                exact: prediction.exact(weight),
                diverges: limit_risk.is_none(),
            })
        })?;
        show(&document, self.compute.json)?;
        Ok(Status::Done)
    }
}

/// 1 - w*, without cancellation where the law has a formula of its own for it.
fn synthetic_weight(prediction: &Prediction, optimal: Weight) -> f64 {
    match prediction.law() {
        Law::Scalar(law) => law.optimal_synthetic_weight(),
        Law::Covariance(_) => 1.0 - optimal.get(),
    }
}

/// None where it is infinite: divergence has no number.
pub fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}
