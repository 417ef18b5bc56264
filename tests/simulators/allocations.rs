//! No memory is allocated for a generation, but for batches that a schedule keeps; nor for a replicate: a block allocates what its chains
//! need, once, in its first replicate, and in its second the list of the places that the first has left free.

use std::hint::black_box;

use goldenweight::{
    adult::Table,
    experiment::Rows,
    simulate::{Model, Setting, Source, adult::AdultLogistic, fixed_design::LinearFixedDesign},
};
use goldenweight_recursion::{
    Accumulate, Fixed, Fresh, Retraining, Schedule,
    engine::{BLOCK, Options, Plan, Record, Weights},
    schedule::{Batch, Ingredient, Origin, Share},
};
use nalgebra::{DMatrix, DVector};
use rayon::ThreadPoolBuilder;

use crate::{Check, every_simulator, regressions};

/// Weights that share the random numbers.
const WEIGHTS: [Weights; 3] = [Weights::Constant(0.0), Weights::Constant(0.4), Weights::Constant(1.0)];

/// Two batches of fresh real rows and one of synthetic ones. It does not say that it is steady, so that it is asked at every generation.
struct ThreeBatches(Rows);

impl Schedule for ThreeBatches {
    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        out.extend([Batch { origin: Origin::Real, rows: self.0.real }; 2]);
        if generation > 0 {
            out.push(Batch { origin: Origin::Synthetic { node: 0 }, rows: self.0.synthetic });
        }
    }

    fn recipe(&self, _: usize, born: u32, out: &mut Vec<Ingredient>) {
        out.extend([0, 1].map(|index| Ingredient { born, index, share: Share::Asked(0.5) }));
        if born > 0 {
            out.push(Ingredient { born, index: 2, share: Share::Rest(1.0) });
        }
    }

    fn keeps(&self, _: u32, _: usize, _: u32) -> bool {
        false
    }
}

/// Counts the allocations of this, on one thread, which alone is counted.
fn count(measured: impl Fn() + Send + Sync) -> u64 {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        measured(); // whatever a thread allocates for itself
        allocation_counter::measure(&measured).count_total
    })
}

/// Counts the allocations of replicates up to a generation.
fn allocations<M: Model, S: Source<M>>(
    Setting { model, source, .. }: &Setting<M, S>,
    schedule: &dyn Schedule,
    replicates: u64,
    last: u32,
) -> u64 {
    let plan = Plan { seed: 1, experiment: 600, cell: 3, replicates: 0..replicates, record: Record::At(vec![last]) };
    count(|| drop(Retraining { model, source, schedule }.run(&plan, &WEIGHTS, Options::default())))
}

struct Allocations;

impl Check for Allocations {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let rows = simulator.rows;
        for (schedule, of) in
            [("fresh", &Fresh { rows } as &dyn Schedule), ("fixed", &Fixed { rows }), ("three", &ThreeBatches(rows))]
        {
            let two = allocations(simulator, of, 2, 10);
            assert!(two > 0, "{name}, {schedule}: nothing is counted");
            assert_eq!(allocations(simulator, of, 2, 1000), two, "{name}, {schedule}: for generations");
            assert_eq!(allocations(simulator, of, BLOCK, 10), two, "{name}, {schedule}: for replicates");
        }
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

/// Where batches accumulate, each has its memory: its noise, and its rows for each weight. From 10 generations to 100 the lists of batches double four
/// times; there are fewer than 20 of them, so that a single allocation for each of the 90 generations would show.
struct Accumulated;

impl Check for Accumulated {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let Setting { model, rows, .. } = simulator;
        let of = Accumulate { rows: *rows };
        // What nobody looks at, an optimiser may never allocate.
        let batch = count(|| drop(black_box(model.noise(rows.synthetic))))
            + WEIGHTS.len() as u64 * count(|| drop(black_box(model.data(rows.synthetic))));
        let [short, long] = [10, 100].map(|last| allocations(simulator, &of, 2, last));
        let lists = long - short - 90 * batch;
        assert!(lists < 80, "{name}: {short} and {long} allocations, {batch} of a batch");
        assert_eq!(allocations(simulator, &of, BLOCK, 10), short, "{name}: for replicates");
    }
}

#[test]
fn nothing_but_its_batch_is_allocated_for_a_generation_that_accumulates() {
    let rows = Rows { real: 40, synthetic: 30 };
    every_simulator(rows, 3, &mut Accumulated);
    regressions(rows, 2, &mut Accumulated);
    Accumulated.check("adult", &AdultLogistic::new(Table::embedded(), Rows { real: 300, synthetic: 200 }));
}
