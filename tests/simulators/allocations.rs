//! No memory is allocated for a generation, nor for a replicate: a block allocates what its chains need, once.

use goldenweight::{
    adult::Table,
    experiment::Rows,
    simulate::{
        Model, Setting, Source,
        adult::AdultLogistic,
        engine::{BLOCK, Plan, Weights, run_grid},
        fixed_design::LinearFixedDesign,
    },
};
use nalgebra::{DMatrix, DVector};
use rayon::ThreadPoolBuilder;

use crate::{Check, every_simulator, plan, regressions};

/// Counts the allocations of a grid, on one thread, which alone is counted.
fn allocations<M: Model, S: Source<M>>(simulator: &Setting<M, S>, replicates: u64, last: u32) -> u64 {
    let weights = [0.0, 0.4, 1.0].map(Weights::Constant);
    let plan = Plan { seed: 1, ..plan(600, replicates, &[last]) };
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let grid = || drop(run_grid(simulator, &plan, &weights, &|_| ()));
        grid(); // whatever a thread allocates for itself
        allocation_counter::measure(grid).count_total
    })
}

struct Allocations;

impl Check for Allocations {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let one = allocations(simulator, 1, 2);
        assert!(one > 0, "{name}: nothing is counted");
        assert_eq!(allocations(simulator, 1, 30), one, "{name}: for generations");
        assert_eq!(allocations(simulator, BLOCK, 2), one, "{name}: for replicates");
    }
}

#[test]
fn nothing_is_allocated_for_a_generation() {
    let rows = Rows { real: 40, synthetic: 30 };
    every_simulator(rows, 3, &mut Allocations);
    for dim in [2, 5] {
        regressions(rows, dim, &mut Allocations);
    }
    Allocations.check("adult", &AdultLogistic::new(Table::embedded(), Rows { real: 300, synthetic: 200 }));
    let design = DMatrix::from_fn(9, 2, |i, j| if j == 0 { 1.0 } else { i as f64 });
    let fixed = LinearFixedDesign::new(design, DVector::from_element(2, 1.0), 1.0).unwrap();
    Allocations.check("fixed design", &fixed);
}
