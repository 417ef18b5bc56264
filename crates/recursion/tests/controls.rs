//! Controls through the engine: what they leave alone, what they gain, and where there are none.

use std::sync::Arc;

use goldenweight_recursion::{
    Accumulate, Fixed, Fresh, FromTruth, Model, Retraining, Rows, Schedule, Source,
    coordinates::Coordinates,
    engine::{Options, Outcome, Plan, Record, Weights},
    models::{
        linear::LinearRows,
        logistic::Logistic,
        poisson::Poisson,
        table::{Resampled, Table, TableLogistic},
    },
    nalgebra::{self, DMatrix},
};

const WEIGHTS: [Weights; 3] = [Weights::Constant(0.618), Weights::Constant(1.0), Weights::Constant(0.2)];

fn run<M: Model, S: Source<M> + ?Sized>(
    model: &M,
    source: &S,
    schedule: &dyn Schedule,
    record: Record,
    controls: bool,
) -> Vec<Outcome> {
    let plan = Plan { seed: 5, experiment: 2, cell: 1, replicates: 0..3000, record };
    let retraining = Retraining { model, source, schedule };
    retraining.run(&plan, &WEIGHTS, Options { controls, ..Options::default() })
}

/// The losses keep their digits. Less their controls they have the same mean, and this part of their variance at most, weight by weight.
fn gains<M: Model>(name: &str, model: &M, rows: usize, most: [f64; 3]) {
    gains_under(name, model, &FromTruth, &Fresh { rows: Rows { real: rows, synthetic: rows } }, most);
}

fn gains_under<M: Model, S: Source<M>>(name: &str, model: &M, source: &S, schedule: &dyn Schedule, most: [f64; 3]) {
    for record in [Record::At(vec![0, 1, 6]), Record::Average { from: 3, until: 7 }] {
        let [plain, both] = [false, true].map(|controls| run(model, source, schedule, record.clone(), controls));
        for ((plain, both), most) in plain.iter().zip(&both).zip(most) {
            assert_eq!((&plain.moments, plain.failed_fits), (&both.moments, 0), "{name}");
            assert_eq!(plain.controlled, None);
            let controlled = both.controlled.as_ref().unwrap().last().unwrap();
            for (loss, less) in plain.moments.last().unwrap().iter().zip(controlled) {
                // The control is the difference of the two; its standard error is at most the sum of theirs, here that of the losses but for a small part.
                let z = (loss.mean() - less.mean()) / (loss.std_error() + less.std_error());
                assert!(z.abs() < 4.5, "{name}: z = {z}");
                let ratio = less.variance() / loss.variance();
                assert!(ratio < most, "{name}: {ratio} of the variance");
            }
        }
    }
}

#[test]
fn controls_take_most_of_the_variance() {
    gains("logistic", &Logistic::new(vec![1.0, 1.0]), 100, [0.1, 0.2, 0.1]);
    gains("logistic, 400 rows", &Logistic::new(vec![1.0, 1.0]), 400, [0.02, 0.05, 0.02]);
    gains("poisson", &Poisson::new(vec![0.4, 0.3, -0.2]), 100, [0.05, 0.1, 0.05]);
    let coordinates = Coordinates::new(&DMatrix::from_row_slice(2, 2, &[2.0, 0.3, 0.3, 0.5])).unwrap();
    gains("covariance", &Logistic::with_covariates(vec![1.0, -0.5], coordinates), 100, [0.1, 0.2, 0.1]);
}

/// The same rows at every generation, and rows that accumulate.
#[test]
fn controls_know_rows_that_were_fitted_before() {
    let rows = Rows { real: 200, synthetic: 150 };
    for (schedule, most) in [(&Fixed { rows } as &dyn Schedule, 0.15), (&Accumulate { rows }, 0.15)] {
        gains_under("logistic", &Logistic::new(vec![1.0, 1.0]), &FromTruth, schedule, [most; 3]);
        gains_under("poisson", &Poisson::new(vec![0.4, 0.3, -0.2]), &FromTruth, schedule, [most; 3]);
    }
}

/// Rows of a table whose labels do not follow a logistic regression on its columns: the odds are 1/3, 5 and 1/2 at -1, .4 and 1.5.
#[test]
fn controls_of_resampled_rows() {
    let [low, middle, high] = [[1.0, -1.0], [1.0, 0.4], [1.0, 1.5]];
    let kinds = [(low, 6, 2), (middle, 1, 5), (high, 4, 2)];
    let groups = kinds.iter().flat_map(|(x, no, yes)| [(&x[..], false, *no), (&x[..], true, *yes)]);
    let table = Arc::new(Table::new(2, groups));
    // The fit on the whole table: the mean score vanishes there.
    let mut fit = nalgebra::Vector2::zeros();
    for _ in 0..30 {
        let (mut score, mut information) = (nalgebra::Vector2::zeros(), nalgebra::Matrix2::zeros());
        for (x, no, yes) in kinds {
            let x = nalgebra::Vector2::from(x);
            let mean = 1.0 / (1.0 + libm::exp(-x.dot(&fit)));
            let rows = f64::from(no + yes);
            score += (f64::from(yes) - rows * mean) * x;
            information += rows * mean * (1.0 - mean) * x * x.transpose();
        }
        fit += information.try_inverse().unwrap() * score;
    }
    let raw = Arc::new(|error: &dyn Fn(usize) -> f64| {
        let (sum, second) = (error(0) + 2.0 * error(1), error(1));
        sum * sum + second * second
    });
    let model = |truth: &[f64]| TableLogistic::new(Arc::clone(&table), truth.to_vec(), raw.clone());
    let rows = Rows { real: 200, synthetic: 150 };
    let source = Resampled(Arc::clone(&table));
    for (schedule, most) in [
        (&Fresh { rows } as &dyn Schedule, [0.02, 0.04, 0.02]),
        (&Fixed { rows }, [0.04; 3]),
        (&Accumulate { rows }, [0.04; 3]),
    ] {
        gains_under("table", &model(fit.as_slice()), &source, schedule, most);
    }
    // Neither where the truth is no fit on the table, nor where real rows follow the model, nor where they are another table's.
    let none = |model: &TableLogistic, source: &dyn Source<TableLogistic>| {
        let outcomes = run(model, source, &Fresh { rows }, Record::At(vec![1]), true);
        outcomes.iter().all(|outcome| outcome.controlled.is_none())
    };
    assert!(none(&model(&[0.1, 0.2]), &source));
    assert!(none(&model(fit.as_slice()), &FromTruth));
    assert!(none(&model(fit.as_slice()), &Resampled(Arc::new(Table::clone(&table)))));
}

#[test]
fn no_control_no_digits() {
    let (rows, record) = (Rows { real: 30, synthetic: 20 }, Record::At(vec![2]));
    let outcomes = run(&LinearRows::new(2, 1.0), &FromTruth, &Fresh { rows }, record, true);
    assert!(outcomes.iter().all(|outcome| outcome.controlled.is_none()));
}
