//! Controls through the engine: what they leave alone, what they gain, and where there are none.

use goldenweight_recursion::{
    Fixed, Fresh, FromTruth, Model, Moments, Retraining, Rows, Schedule,
    coordinates::Coordinates,
    engine::{Options, Outcome, Plan, Record, Weights},
    models::{linear::LinearRows, logistic::Logistic, poisson::Poisson},
    nalgebra::DMatrix,
};

const WEIGHTS: [Weights; 3] = [Weights::Constant(0.618), Weights::Constant(1.0), Weights::Constant(0.2)];

fn run<M: Model>(model: &M, schedule: &dyn Schedule, record: Record, controls: bool) -> Vec<Outcome> {
    let plan = Plan { seed: 5, experiment: 2, cell: 1, replicates: 0..3000, record };
    let retraining = Retraining { model, source: &FromTruth, schedule };
    retraining.run(&plan, &WEIGHTS, Options { controls, ..Options::default() })
}

/// The losses keep their digits. Less their controls they have the same mean, and this part of their variance at most, weight by weight.
fn gains<M: Model>(name: &str, model: &M, rows: usize, most: [f64; 3]) {
    let schedule = Fresh { rows: Rows { real: rows, synthetic: rows } };
    for record in [Record::At(vec![0, 1, 6]), Record::Average { from: 3, until: 7 }] {
        let [plain, both] = [false, true].map(|controls| run(model, &schedule, record.clone(), controls));
        for ((plain, both), most) in plain.iter().zip(&both).zip(most) {
            assert_eq!((&plain.moments, plain.failed_fits), (&both.moments, 0), "{name}");
            assert_eq!(plain.controlled, None);
            let controlled: Vec<&Moments> = both.controlled.as_ref().unwrap().iter().flatten().collect();
            let last = (plain.moments.last().unwrap()[0], **controlled.last().unwrap());
            // The control is the difference of the two; its standard error is at most the sum of theirs, here that of the losses but for a small part.
            let z = (last.0.mean() - last.1.mean()) / (last.0.std_error() + last.1.std_error());
            assert!(z.abs() < 4.5, "{name}: z = {z}");
            let ratio = last.1.variance() / last.0.variance();
            assert!(ratio < most, "{name}: {ratio} of the variance");
        }
    }
}

/// Some percent of the variance are left at 100 rows, 1 % at 400: the terms of third order, of which a part is proportional to the rows.
#[test]
fn controls_take_most_of_the_variance() {
    gains("logistic", &Logistic::new(vec![1.0, 1.0]), 100, [0.1, 0.2, 0.1]);
    gains("logistic, 400 rows", &Logistic::new(vec![1.0, 1.0]), 400, [0.02, 0.05, 0.02]);
    gains("poisson", &Poisson::new(vec![0.4, 0.3, -0.2]), 100, [0.05, 0.1, 0.05]);
    let coordinates = Coordinates::new(&DMatrix::from_row_slice(2, 2, &[2.0, 0.3, 0.3, 0.5])).unwrap();
    gains("covariance", &Logistic::with_covariates(vec![1.0, -0.5], coordinates), 100, [0.1, 0.2, 0.1]);
}

#[test]
fn no_control_no_digits() {
    let (rows, record) = (Rows { real: 30, synthetic: 20 }, Record::At(vec![2]));
    let none = |outcomes: Vec<Outcome>| outcomes.iter().all(|outcome| outcome.controlled.is_none());
    assert!(none(run(&LinearRows::new(2, 1.0), &Fresh { rows }, record.clone(), true)));
    // Real rows that have been fitted before have no noise of mean 0 any more.
    assert!(none(run(&Logistic::new(vec![0.5]), &Fixed { rows }, record, true)));
}
