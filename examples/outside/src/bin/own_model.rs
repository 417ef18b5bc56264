//! A model, a schedule and real rows of one's own, run by the engine; the law is a few lines here.

use goldenweight_recursion::engine::{Options, Outcome, Plan, Record, Weights};
use goldenweight_recursion::{FromTruth, Retraining, Rows, Source};
use outside::{Exponential, Numbers, Window, agrees};

const ROWS: Rows = Rows { real: 20, synthetic: 40 };
const WINDOW: Window = Window { rows: ROWS, last: 3 };
const GENERATIONS: [u32; 3] = [1, 4, 30];
const WEIGHTS: [f64; 2] = [0.3, 0.8];

/// The outcome at each of the weights, on the same random numbers.
fn simulate(model: &Exponential, source: &impl Source<Exponential>) -> Vec<Outcome> {
    let retraining = Retraining { model, source, schedule: &WINDOW };
    let record = Record::At(GENERATIONS.to_vec());
    let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..20_000, record };
    retraining.run(&plan, &WEIGHTS.map(Weights::Constant), Options::default())
}

/// The risk of the mean at generation t, exactly, where a real row has this mean and variance.
///
/// The error of generation t is `sum_s a_s e_s` plus what synthetic rows have added. e_s is the error of the real rows of generation s; these errors have variance v/n,
/// and are independent. a_s is the weight of those rows in the
/// fit. Synthetic rows pass on u = 1 - w times the error of the model before, and add u^2 E(mean_{t-1}^2)/m: the variance of an exponential row is the square of its
/// mean.
fn law(mean: f64, variance: f64, w: f64, t: u32) -> f64 {
    let (n, m, u) = (ROWS.real as f64, ROWS.synthetic as f64, 1.0 - w);
    let (mut a, mut added) = (vec![1.0], 0.0);
    let risk = |a: &[f64], added: f64| variance / n * a.iter().map(|a| a * a).sum::<f64>() + added;
    for _ in 0..t {
        added = u * u * (added + (mean * mean + risk(&a, added)) / m);
        a.iter_mut().for_each(|a| *a *= u);
        a.push(0.0);
        let seen = a.len().min(WINDOW.last as usize);
        a.iter_mut().rev().take(seen).for_each(|a| *a += w / seen as f64);
    }
    risk(&a, added)
}

fn compare(outcomes: &[Outcome], mean: f64, variance: f64) {
    for (outcome, w) in outcomes.iter().zip(WEIGHTS) {
        for t in GENERATIONS {
            agrees(&format!("w = {w}, t = {t}"), outcome.at(t, "mean"), law(mean, variance, w, t), 0.0);
        }
    }
}

fn main() {
    println!("exponential rows of mean 2");
    let found = simulate(&Exponential { mean: 2.0 }, &FromTruth);
    compare(&found, 2.0, 4.0);
    // A loss needs no law to be simulated.
    println!("squared error of the rate at t = 30: {:.5}", found[0].at(30, "rate").mean());

    println!("rows from a list of numbers");
    let numbers = vec![0.5, 1.0, 1.5, 3.0, 4.0];
    let mean = numbers.iter().sum::<f64>() / 5.0;
    let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5.0;
    compare(&simulate(&Exponential { mean }, &Numbers(numbers)), mean, variance);
}
