//! Every model and simulator at n = m = 100, p = 2 over 200 generations, on one thread: one chain, thirty chains of different weights on common
//! random numbers (throughput: chains per second), and the floor of one chain: merely drawing as many random variates with the same generator.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use goldenweight::experiment::Rows;
use goldenweight::simulate::Simulator;
use goldenweight::simulate::categorical::{CategoricalRows, CategoricalSufficient};
use goldenweight::simulate::cdf::CdfRows;
use goldenweight::simulate::engine::{Plan, RealRows, Record, Weights, run_grid};
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
const GRID: u32 = 30;
/// In one block, so on one thread.
const REPLICATES: u64 = 8;
const STREAMS: Streams = Streams { seed: 1, experiment: 1 };

/// A chain, and so many chains as there are weights in a panel of figure 8, on common random numbers.
fn chain(criterion: &mut Criterion, name: &str, simulator: &impl Simulator) {
    let one = [Weights::Constant(0.618)];
    let grid: Vec<_> = (1..=GRID).map(|i| Weights::Constant(f64::from(i) / f64::from(GRID + 1))).collect();
    let plan = Plan {
        seed: 1,
        experiment: 1,
        cell: 0,
        replicates: 0..REPLICATES,
        real_rows: RealRows::Fresh,
        record: Record::Average { from: GENERATIONS / 2, until: GENERATIONS },
    };
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    for (kind, weights) in [("chain", &one[..]), ("grid", &grid)] {
        group.throughput(Throughput::Elements(REPLICATES * weights.len() as u64));
        group.bench_function(kind, |bencher| {
            bencher.iter(|| black_box(run_grid(simulator, &plan, weights, &|_| ())));
        });
    }
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
    let cells = || vec![1.0 / 9.0; 9];
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
    floor(criterion, "categorical-sufficient", 0, 16);
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = simulators
}
criterion_main!(benches);
