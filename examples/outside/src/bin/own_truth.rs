//! Built-in models at one's own truth, with their laws beside them: a Gaussian with a covariance, a logistic regression with coefficients and a
//! covariance of its rows.

use std::error::Error;

use goldenweight_recursion::coordinates::Coordinates;
use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
use goldenweight_recursion::models::{gaussian::GaussianSufficient, logistic::Logistic};
use goldenweight_recursion::nalgebra::DMatrix;
use goldenweight_recursion::{Fresh, FromTruth, Model, Moments, Retraining, Rows};
use goldenweight_theory::covariance::CovarianceSystem;
use goldenweight_theory::design::Design;
use goldenweight_theory::gaussian;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes, Weight};

/// Generations that are simulated.
const LAST: u32 = 20;

/// What each loss of the model is at the last generation, over so many replicates.
fn simulate<M: Model>(model: &M, rows: Rows, weight: f64, replicates: u64) -> Vec<Moments> {
    let retraining = Retraining { model, source: &FromTruth, schedule: &Fresh { rows } };
    let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..replicates, record: Record::At(vec![LAST]) };
    let mut outcome = retraining.run(&plan, &[Weights::Constant(weight)], Options::default()).remove(0);
    assert_eq!(outcome.failed_fits, 0);
    outcome.moments.remove(0)
}

fn main() -> Result<(), Box<dyn Error>> {
    // Rows N(0, sigma): 50 real ones and 100 synthetic ones in each generation. The laws are exact.
    let sigma = DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0]);
    let (sizes, w) = (SampleSizes::new(50, 100)?, 0.4);
    let found = simulate(&GaussianSufficient::new(sigma.clone()), Rows { real: 50, synthetic: 100 }, w, 20_000);
    let mean = gaussian::mean(sigma.trace(), sizes);
    outside::agrees("Gaussian mean", &found[0], mean.risk_at(&w, LAST), 0.0);
    let (square_trace, trace_square) = (sigma.trace().powi(2), (&sigma * &sigma).trace());
    let covariance = CovarianceSystem::new(square_trace, trace_square, DegreesOfFreedom::new(sizes)?);
    outside::agrees("Gaussian covariance", &found[1], covariance.moments_at(&w, LAST).risk, 0.0);
    println!(
        "best weights: {:.4} for the mean, {:.4} for the covariance",
        mean.optimal_weight(),
        covariance.optimal_weight()
    );

    // Labels with log odds x'beta, rows x ~ N(0, omega). This law is the limit of many rows and generations.
    let (beta, omega) = ([1.0, -0.5], [2.0, 0.3, 0.3, 0.5]);
    let coordinates = Coordinates::new(&DMatrix::from_row_slice(2, 2, &omega)).ok_or("omega is a covariance")?;
    let model = Logistic::with_covariates(beta.to_vec(), coordinates);
    let found = simulate(&model, Rows { real: 1000, synthetic: 1000 }, w, 2_000);
    let law = Design::new(&beta, &omega)?.logistic_law(SampleSizes::new(1000, 1000)?);
    // What is left of the order 1/n: 1 % at 1,000 rows.
    outside::agrees("logistic regression", &found[0], law.limit_risk(Weight::new(w)?), 0.03);
    Ok(())
}
