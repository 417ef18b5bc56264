//! A chain of every model and simulator beside its floor, merely drawing as many random variates with the same generator; and how the time grows
//! with rows, dimension, generations, replicates and threads.

mod kernels;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use goldenweight::experiment::Rows;
use kernels::{DIM, Kernel, ONE_WEIGHT, ROWS, grid, kernels, plan};
use rayon::ThreadPoolBuilder;

/// Generations of a chain in figure 8; the loss is the mean over the last 50.
const GENERATIONS: u32 = 200;

/// One chain of figure 8 on one thread, its floor, and its 30 weights together.
fn floors(criterion: &mut Criterion) {
    let plan = plan(1, GENERATIONS - 50, GENERATIONS);
    for kernel in kernels(ROWS, DIM) {
        let mut group = criterion.benchmark_group(kernel.name);
        group.bench_function("chain", |bencher| bencher.iter(|| kernel.run(&plan, &ONE_WEIGHT)));
        group.bench_function("floor", |bencher| bencher.iter(|| kernel.variates.draw(GENERATIONS)));
        group.bench_function("grid", |bencher| bencher.iter(|| kernel.run(&plan, &grid())));
    }
}

/// The kernels of which the growth is shown: one that draws rows, one that draws statistics, one that iterates, one that sorts.
fn representatives(rows: Rows, dim: usize) -> impl Iterator<Item = Kernel> {
    let names = ["linear-rows", "linear-sufficient", "logistic-rows", "cdf-rows"];
    kernels(rows, dim).into_iter().filter(move |kernel| names.contains(&kernel.name))
}

/// Times one chain of some generations at each size.
fn scaling(criterion: &mut Criterion, axis: &str, sizes: &[(u64, Rows, usize, u32)]) {
    let mut group = criterion.benchmark_group(axis);
    for &(size, rows, dim, generations) in sizes {
        group.throughput(Throughput::Elements(size));
        // The dimension of a distribution function is always 1.
        let varies = |kernel: &Kernel| axis != "dimension" || kernel.name != "cdf-rows";
        for kernel in representatives(rows, dim).filter(varies) {
            let plan = plan(1, generations - generations / 4, generations);
            group.bench_function(BenchmarkId::new(kernel.name, size), |bencher| {
                bencher.iter(|| kernel.run(&plan, &ONE_WEIGHT))
            });
        }
    }
}

fn rows(criterion: &mut Criterion) {
    let sizes = [50, 100, 200, 400, 800].map(|n| (n as u64, Rows { real: n, synthetic: n }, DIM, GENERATIONS));
    scaling(criterion, "rows", &sizes);
}

fn dimension(criterion: &mut Criterion) {
    scaling(criterion, "dimension", &[1, 2, 4, 8].map(|p| (p as u64, ROWS, p, GENERATIONS)));
}

fn generations(criterion: &mut Criterion) {
    scaling(criterion, "generations", &[50, 100, 200, 400, 800].map(|t| (u64::from(t), ROWS, DIM, t)));
}

/// Replicates of short chains, on one thread and on two.
fn replicates_and_threads(criterion: &mut Criterion) {
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut group = criterion.benchmark_group(format!("replicates/{threads}-threads"));
        for replicates in [64, 256, 1024] {
            group.throughput(Throughput::Elements(replicates));
            let plan = plan(replicates, 15, 20);
            for kernel in representatives(ROWS, DIM) {
                let id = BenchmarkId::new(kernel.name, replicates);
                group.bench_function(id, |bencher| bencher.iter(|| pool.install(|| kernel.run(&plan, &ONE_WEIGHT))));
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800)).sample_size(20);
    targets = floors, rows, dimension, generations, replicates_and_threads
}

fn main() {
    kernels::one_thread();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
