//! `survival`: what becomes of categories under training on synthetic rows alone, and with some weight on real rows.

use std::fmt;

use clap::Args;
use goldenweight::{
    answer::{Reasons, text::explained},
    catalogue::CATEGORICAL,
    experiment::{Generations, InputError, Parameters, Problem, digits, within},
    simulate::{
        FromTruth, Setting as Model, Simulator,
        engine::{Options, Plan, Record, ScheduleKind, Weights},
    },
    stats::moments::Moments,
};
use goldenweight_recursion::models::{categorical::CategoricalSufficient, surviving::Surviving};
use goldenweight_theory::extinction::{Chain, absence, diffusion, limit_end, limit_generations};
use goldenweight_theory::parameters::SampleSizes;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, number, whole},
    origin::Origin,
    output::{lines, short, show},
};

/// Which categories are left after generations of training on synthetic rows alone
#[derive(Args)]
#[command(
    after_help = "Example: goldenweight survival --probabilities .5,.3,.15,.04,.01 --real 100 --synthetic 100 --generations 50\n\n\
    Generation 0 is fitted on n real rows, each later one on m synthetic rows of the one before. A category that no row of a generation has is lost for\n\
    good. The number of rows in a category is the chain of Wright and Fisher, and its probabilities and expected times are exact, from its matrix.\n\
    Beyond 5000 synthetic rows (or 10^7 real ones) the expected generations are those of the diffusion to which the chain tends (exact: false). In the end each category is left alone with its\n\
    own probability. The limit of many rows, n and m, is -2m sum (1 - p) ln(1 - p).\n\n\
    With --weight W > 0 generations have n fresh real rows too. Then no category is lost for good: it is absent from a generation with a probability\n\
    between (1 - p)^(n + m) and (1 - p)^n, and what is left at generation T is simulated.\n\n\
    JSON: categories_left, one_left, expected_generations (to one category), limit_generations, categories [{probability, lost, alone,\n\
    expected_generations (until it is lost or alone), limit_generations}], exact; with a weight simulated {weight, replicates, categories_left,\n\
    std_error, several_left, several_std_error} and of each category absent_between. For every key that is null, reasons says why."
)]
pub struct SurvivalArgs {
    /// Probabilities of the categories, two or more
    #[arg(long, value_name = "P,..", value_parser = number, allow_hyphen_values = true, value_delimiter = ',', action = clap::ArgAction::Set, required = true)]
    probabilities: Vec<f64>,
    /// Real rows of generation 0, n
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true)]
    real: u64,
    /// Synthetic rows of each later generation, m
    #[arg(long, value_name = "M", value_parser = whole, allow_hyphen_values = true)]
    synthetic: u64,
    /// Generation T at which categories are counted
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true)]
    generations: Option<u64>,
    /// Weight on n fresh real rows in each generation: simulated [default: 0]
    #[arg(long, value_name = "W", value_parser = number, allow_hyphen_values = true)]
    weight: Option<f64>,
    /// Replicates of the simulation, 2 to 1000000, only with a weight [default: 2000]
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true)]
    replicates: Option<u64>,
    #[command(flatten)]
    compute: Compute,
}

#[derive(Serialize, JsonSchema)]
struct Category {
    probability: f64,
    lost: Option<f64>,
    alone: Option<f64>,
    expected_generations: Option<f64>,
    limit_generations: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent_between: Option<[f64; 2]>,
}

/// What is simulated with a weight on real rows.
#[derive(Serialize, JsonSchema)]
struct Counted {
    weight: f64,
    replicates: u64,
    categories_left: f64,
    std_error: f64,
    several_left: f64,
    several_std_error: f64,
    seed: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SurvivalDocument")]
pub struct Document {
    real: u64,
    synthetic: u64,
    generations: Option<u64>,
    exact: bool,
    categories_left: Option<f64>,
    one_left: Option<f64>,
    expected_generations: Option<f64>,
    limit_generations: Option<f64>,
    categories: Vec<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated: Option<Counted>,
    reasons: Reasons,
}

/// Why a number is missing.
const NOT_ASKED: &str = "not asked for, by --generations";
const TOO_LARGE: &str = "known of up to 10000000 real and 5000 synthetic rows";
const WITH_WEIGHT: &str = "with a weight on real rows no category is lost for good";

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { real, synthetic, categories, reasons, .. } = self;
        writeln!(
            f,
            "{} categories, n = {real} real and m = {synthetic} synthetic rows per generation\n",
            categories.len()
        )?;
        if let Some(Counted { weight, replicates, categories_left, std_error, several_left, several_std_error, seed }) =
            &self.simulated
        {
            let t = self.generations.unwrap_or_default();
            lines(
                f,
                &[
                    ("weight on real rows", short(*weight)),
                    ("generation", t.to_string()),
                    ("categories left", format!("{} ± {}", short(*categories_left), short(*std_error))),
                    ("several left", format!("{} ± {}", short(*several_left), short(*several_std_error))),
                    ("simulated", format!("{replicates} replicates, seed {seed}")),
                ],
            )?;
            writeln!(f, "\n{:<14}absent from a generation, between", "probability")?;
            for category in categories {
                let [least, most] = category.absent_between.unwrap_or([f64::NAN; 2]);
                writeln!(f, "{:<14}{} and {}", short(category.probability), short(least), short(most))?;
            }
            return Ok(());
        }
        let said = |key, value: Option<f64>| explained(value, reasons.get(key).map(String::as_str));
        let generation = self.generations.map_or_else(|| "not asked for".to_owned(), |t| t.to_string());
        lines(
            f,
            &[
                ("generation", generation),
                ("categories left", said("categories_left", self.categories_left)),
                ("probability of one left", said("one_left", self.one_left)),
                ("generations to one left", said("expected_generations", self.expected_generations)),
                ("law", if self.exact { "exact" } else { "diffusion, m to infinity" }.to_owned()),
                ("limit of many rows", said("limit_generations", self.limit_generations)),
            ],
        )?;
        writeln!(
            f,
            "\n{:<14}{:<14}{:<14}{:<28}limit of many rows",
            "probability", "lost", "alone", "generations to either end"
        )?;
        for Category { probability, lost, alone, expected_generations, limit_generations, .. } in categories {
            let cell = |value: &Option<f64>| value.map_or_else(|| "-".to_owned(), short);
            let [lost, alone, expected, limit] = [lost, alone, expected_generations, limit_generations].map(cell);
            writeln!(f, "{:<14}{lost:<14}{alone:<14}{expected:<28}{limit}", short(*probability))?;
        }
        Ok(())
    }
}

impl SurvivalArgs {
    /// The probabilities, divided by their sum, as the categorical model takes them; and the rows.
    fn problem(&self) -> Result<(Problem, Vec<f64>), InputError> {
        let parameters = Parameters { probabilities: Some(self.probabilities.clone()), ..Parameters::default() };
        let problem = Problem::new(&CATEGORICAL, self.real, self.synthetic, &parameters)?;
        let sum: f64 = self.probabilities.iter().sum();
        Ok((problem, self.probabilities.iter().map(|p| p / sum).collect()))
    }

    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let (problem, cells) = self.problem()?;
        let generations = self.generations.map(|t| within("generations", t, 0..=Generations::MAX)).transpose()?;
        let weight = self.weight.map_or(Ok(0.0), |weight| problem.weight(weight))?;
        if let (Some(replicates), true) = (self.replicates, weight == 0.0) {
            return Err(InputError::new(
                "replicates",
                replicates,
                "must be left out: without a `weight` nothing is simulated",
            )
            .into());
        }
        let replicates = within("replicates", self.replicates.unwrap_or(2_000), 2..=1_000_000)?;
        let document = if weight > 0.0 {
            let needed = || InputError::new("weight", digits(weight), "needs `generations`");
            let t = generations.ok_or_else(needed)?;
            self.compute.install(|| Ok(self.simulated(&problem, &cells, (weight, t, replicates))))?
        } else {
            self.compute.install(|| self.exactly(&cells, generations))?
        };
        let seed = document.simulated.as_ref().map(|counted| counted.seed);
        show(&document, self.compute.json, origin, seed)?;
        Ok(Status::Done)
    }

    fn sizes(&self) -> Result<SampleSizes, Failure> {
        Ok(SampleSizes::new(self.real, self.synthetic)?)
    }

    /// From the chain's matrix where it is small enough.
    fn exactly(&self, cells: &[f64], generations: Option<u64>) -> Result<Document, Failure> {
        let (sizes, m) = (self.sizes()?, self.synthetic);
        let is_exact = m <= Chain::MOST && self.real <= Chain::MOST_REAL;
        if let Some(t) = generations {
            if !is_exact {
                let [real, rows] = [Chain::MOST_REAL, Chain::MOST];
                let condition = format!(
                    "must be left out where n is above {real} or m above {rows}: only the diffusion is known there"
                );
                return Err(InputError::new("generations", t, condition).into());
            }
            within("generations", t, 0..=Chain::most_generations(m))?;
        }
        let chain = is_exact.then(|| Chain::of_floats(m));
        let times = chain.as_ref().map(Chain::generations);
        let of = |p: &f64| {
            let fate = chain.as_ref().zip(generations).map(|(chain, t)| chain.fate(sizes, *p, t as u32));
            let exact = chain.as_ref().zip(times.as_ref()).map(|(chain, times)| chain.expected(sizes, *p, times));
            (fate, exact.unwrap_or_else(|| diffusion(sizes, *p)))
        };
        let found: Vec<_> = cells.iter().map(of).collect();
        let sum = |of: &dyn Fn(usize) -> Option<f64>| (0..cells.len()).map(of).sum::<Option<f64>>();
        let why = if is_exact { NOT_ASKED } else { TOO_LARGE };
        let missing = |key: &'static str, is_missing: bool, reason: &str| is_missing.then(|| (key, reason.to_owned()));
        let none = generations.is_none();
        let reasons = [
            missing("generations", none, NOT_ASKED),
            missing("categories_left", none, why),
            missing("one_left", none, why),
            missing("lost", none, why),
            missing("alone", none, why),
        ];
        Ok(Document {
            real: self.real,
            synthetic: m,
            generations,
            exact: is_exact,
            categories_left: sum(&|j| found[j].0.map(|fate| 1.0 - fate.lost)),
            one_left: sum(&|j| found[j].0.map(|fate| fate.alone)),
            expected_generations: Some(found.iter().map(|(_, expected)| expected.to_alone).sum()),
            limit_generations: Some(limit_generations(cells, m as f64)),
            categories: cells
                .iter()
                .zip(&found)
                .map(|(p, (fate, expected))| Category {
                    probability: *p,
                    lost: fate.map(|fate| fate.lost),
                    alone: fate.map(|fate| fate.alone),
                    expected_generations: Some(expected.to_end),
                    limit_generations: Some(limit_end(*p, m as f64)),
                    absent_between: None,
                })
                .collect(),
            simulated: None,
            reasons: reasons.into_iter().flatten().collect(),
        })
    }

    /// With a weight on real rows, by simulation.
    fn simulated(&self, problem: &Problem, cells: &[f64], (weight, t, replicates): (f64, u64, u64)) -> Document {
        let model = Surviving(CategoricalSufficient::new(cells.to_vec()));
        let setting = Model { model, source: FromTruth, rows: problem.rows() };
        let plan = Plan {
            seed: self.compute.seed,
            experiment: 0,
            cell: 0,
            replicates: 0..replicates,
            schedule: ScheduleKind::Fresh,
            record: Record::At(vec![t as u32]),
        };
        let outcome = setting.run(&plan, &[Weights::Constant(weight)], Options::default()).remove(0);
        let loss = |i: usize| -> Moments { outcome.moments[0][i] };
        let (left, several) = (loss(0), loss(1));
        let bounds = |p: &f64| {
            SampleSizes::new(self.real, self.synthetic).ok().filter(|_| t > 0).map(|sizes| absence(sizes, *p))
        };
        let missing = ["categories_left", "one_left", "expected_generations", "limit_generations", "lost", "alone"];
        Document {
            real: self.real,
            synthetic: self.synthetic,
            generations: Some(t),
            exact: false,
            categories_left: None,
            one_left: None,
            expected_generations: None,
            limit_generations: None,
            categories: cells
                .iter()
                .map(|p| Category {
                    probability: *p,
                    lost: None,
                    alone: None,
                    expected_generations: None,
                    limit_generations: None,
                    absent_between: bounds(p),
                })
                .collect(),
            simulated: Some(Counted {
                weight,
                replicates,
                categories_left: left.mean(),
                std_error: left.std_error(),
                several_left: several.mean(),
                several_std_error: several.std_error(),
                seed: self.compute.seed,
            }),
            reasons: missing.into_iter().map(|key| (key, WITH_WEIGHT.to_owned())).collect(),
        }
    }
}
