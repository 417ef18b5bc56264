//! One chain of every model and simulator at n = m = 100, p = 2 over 200 generations, on one thread, and beside it the floor: merely drawing
//! as many random variates with the same generator.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use goldenweight::experiment::Rows;
use goldenweight::simulate::Simulator;
use goldenweight::simulate::categorical::{CategoricalRows, CategoricalSufficient};
use goldenweight::simulate::cdf::CdfRows;
use goldenweight::simulate::gaussian::{GaussianRows, GaussianSufficient};
use goldenweight::simulate::linear::{LinearRows, LinearSufficient};
use goldenweight::simulate::logistic::Logistic;
use goldenweight::simulate::poisson::Poisson;
use goldenweight::stream::{Purpose, Streams};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

const ROWS: Rows = Rows { real: 100, synthetic: 100 };
const GENERATIONS: u32 = 200;
const STREAMS: Streams = Streams { seed: 1, experiment: 1 };

/// A whole chain, its streams opened as the engine does.
fn chain(criterion: &mut Criterion, name: &str, simulator: &impl Simulator) {
    let (mut real, mut noise, mut state) = (simulator.real(), simulator.noise(), simulator.state());
    let mut losses = vec![0.0; simulator.loss_names().len()];
    criterion.bench_function(&format!("{name}/chain"), |bencher| {
        bencher.iter(|| {
            simulator.draw_real(&mut STREAMS.rng(0, 0, Purpose::Real, 0), &mut real).expect("rows");
            simulator.start(&real, &mut state).expect("a fit");
            for t in 1..=GENERATIONS {
                simulator.draw_real(&mut STREAMS.rng(0, t, Purpose::Real, 0), &mut real).expect("rows");
                simulator.draw_noise(&mut STREAMS.rng(0, t, Purpose::Synthetic, 0), &mut noise);
                simulator.retrain(0.618, &real, &noise, &mut state).expect("a fit");
            }
            simulator.losses(&state, &mut losses);
            black_box(losses[0])
        });
    });
}

/// The variates of a generation: normals and uniforms, from freshly opened streams.
fn floor(criterion: &mut Criterion, name: &str, normals: u32, uniforms: u32) {
    criterion.bench_function(&format!("{name}/floor"), |bencher| {
        bencher.iter(|| {
            let mut sum = 0.0;
            for t in 0..=GENERATIONS {
                let mut rng = STREAMS.rng(0, t, Purpose::Real, 0);
                black_box(STREAMS.rng(0, t, Purpose::Synthetic, 0));
                sum += (0..normals).map(|_| rng.sample::<f64, _>(StandardNormal)).sum::<f64>();
                sum += (0..uniforms).map(|_| rng.random::<f64>()).sum::<f64>();
            }
            black_box(sum)
        });
    });
}

fn simulators(criterion: &mut Criterion) {
    let sigma = || DMatrix::identity(2, 2);
    let beta = || DVector::from_element(2, 1.0);
    let cells = || vec![0.1, 0.2, 0.3, 0.4];
    // Variates of both parts of a generation; a chi-squared variate counts as one normal.
    chain(criterion, "gaussian-rows", &GaussianRows::new(sigma(), ROWS));
    floor(criterion, "gaussian-rows", 400, 0);
    chain(criterion, "gaussian-sufficient", &GaussianSufficient::new(sigma(), ROWS));
    floor(criterion, "gaussian-sufficient", 10, 0);
    chain(criterion, "linear-rows", &LinearRows::new(&beta(), 1.0, ROWS));
    floor(criterion, "linear-rows", 600, 0);
    chain(criterion, "linear-sufficient", &LinearSufficient::new(&beta(), 1.0, ROWS));
    floor(criterion, "linear-sufficient", 10, 0);
    chain(criterion, "logistic-rows", &Logistic::new(beta(), ROWS));
    floor(criterion, "logistic-rows", 400, 200);
    chain(criterion, "poisson-rows", &Poisson::new(beta(), ROWS));
    floor(criterion, "poisson-rows", 400, 200);
    chain(criterion, "cdf-rows", &CdfRows::new(ROWS));
    floor(criterion, "cdf-rows", 0, 200);
    chain(criterion, "categorical-rows", &CategoricalRows::new(cells(), ROWS));
    floor(criterion, "categorical-rows", 0, 200);
    chain(criterion, "categorical-sufficient", &CategoricalSufficient::new(cells(), ROWS));
    floor(criterion, "categorical-sufficient", 0, 6);
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = simulators
}
criterion_main!(benches);
