//! `weight` and `risk`: closed forms alone.

use clap::Args;
use goldenweight::{answer::closed_form, catalogue::Model, prediction::Order};

use super::{
    Failure, Status,
    args::{Compute, Setting, Weighting, model, models, whole},
    origin::Origin,
    output::{show, tell},
    usage::named,
};

/// The optimal weight on n fresh real rows, against m synthetic ones
#[derive(Args)]
#[command(
    after_help = format!("Example: goldenweight weight --real 100 --synthetic 400 --model gaussian-covariance --dim 3\n\n{}\n\n\
    Relative risks are limit risks, divided by the risk of training on the n fresh real rows alone. The weight is the\n\
    exact optimum at finite n and m where an exact law exists (exact: true). Of logistic and Poisson regression it is the optimum of the\n\
    limit law, moved by the second order in 1/n where that is in range. JSON: for every key that is null, reasons says why.\n\n{ORDER_HELP}", models())
)]
pub struct WeightArgs {
    /// Model, see below
    #[arg(long, value_parser = model, default_value = "gaussian-mean")]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    #[command(flatten)]
    asked: Asked,
    /// Print also the risk-minimising weight of each generation 1 to T (at most 1000000); of logistic and Poisson regression that of the limit law
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true)]
    generations: Option<u64>,
    #[command(flatten)]
    compute: Compute,
}

/// The closed-form risk at a weight: after T generations, or the limit
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight risk --model gaussian-covariance --real 10 --synthetic 10 --weight 0.09\n\n{}\n\n\
    {ORDER_HELP}\n\n\
    JSON: diverges where the risk, or else its limit, is infinite; overflow where the risk is finite and beyond the largest float,\n\
    1.8e308, and then not diverges; log10_risk is its decimal logarithm in any case, log10_limit_risk that of the limit;\n\
    limit_diverges tells of the limit alone. For every key that is null, reasons says why.", models()))]
pub struct RiskArgs {
    /// Model, see below
    #[arg(long, value_parser = model)]
    model: Model,
    #[command(flatten)]
    setting: Setting,
    #[command(flatten)]
    weighting: Weighting,
    #[command(flatten)]
    asked: Asked,
    /// Generation T (at most 1000000) [default: the limit]
    #[arg(long, value_name = "T", value_parser = whole, allow_hyphen_values = true)]
    generations: Option<u64>,
    /// Average the risk over generations B to T-1 instead of taking generation T
    #[arg(long, value_name = "B", value_parser = whole, allow_hyphen_values = true)]
    burn_in: Option<u64>,
    #[command(flatten)]
    compute: Compute,
}

/// What the orders are, for the help of the commands that take one.
const ORDER_HELP: &str = "\
Orders: exact; or of regressions on fresh real rows second, R1/n + R2/n^2, and limit, R1/n. Linear regression is exact. Of logistic and\n\
Poisson regression the second order is taken where its size is at most 0.2, or 0.2/sqrt(k) at k = n/m > 1. The size is the largest of\n\
|R2/(n R1)|, of two thirds of the same where the parts of R2 do not cancel, and of these two for the fit on fresh rows only. There the two\n\
orders were off by about its square in simulations (1 % at 0.1), by up to six times that for Poisson regression with coefficients near 0,\n\
and by some k times that at k > 1. Elsewhere the limit is given. JSON: order; second_order_risk, second_order_share (R2/(n R1)),\n\
second_order_size.";

/// Which order is asked for.
#[derive(Args)]
struct Asked {
    /// Order of the law in 1/n: exact, second or limit, in range or not [default: the best that is known and in range, see below]
    #[arg(long, value_name = "WORD", value_parser = order)]
    order: Option<Order>,
}

fn order(word: &str) -> Result<Order, String> {
    named(word, &Order::ALL, Order::word)
}

impl WeightArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let problem = self.setting.problem(self.model)?;
        let document =
            self.compute.install(|| Ok(closed_form::weight(&problem, self.asked.order, self.generations)?))?;
        show(&document, self.compute.json, origin, None)?;
        Ok(Status::Done)
    }
}

impl RiskArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let problem = self.setting.problem(self.model)?;
        let weights = self.weighting.weights(&problem)?;
        let document = self.compute.install(|| {
            let at = (self.generations, self.burn_in);
            Ok(closed_form::risk(&problem, self.weighting.schedule, &weights, self.asked.order, at)?)
        })?;
        show(&document, self.compute.json, origin, None)?;
        Ok(tell(&document.remarks()))
    }
}
