//! The same bits for any number of threads and replicates.

use std::sync::atomic::{AtomicU64, Ordering};

use goldenweight::{
    experiment::Rows,
    simulate::{
        Model, Setting, Simulator, Source,
        engine::{BLOCK, Options, Outcome, Plan, Record, ScheduleKind, Weights},
        linear::{LinearRows, LinearSufficient},
    },
    stats::moments::Moments,
};
use nalgebra::DVector;
use rayon::ThreadPoolBuilder;

use crate::{Check, every_simulator, losses_of_replicate, plan, regressions, run};

pub const ROWS: Rows = Rows { real: 8, synthetic: 5 };

const W: Weights = Weights::Constant(0.4);

/// Two full blocks and a part of a third.
const REPLICATES: u64 = 2 * BLOCK + 17;

/// `{:?}` of a float is its shortest representation that reads back as the same bits (and tells -0 from 0).
fn bits(outcome: &Outcome) -> String {
    format!("{outcome:?}")
}

struct AnyThreads;

impl Check for AnyThreads {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let average = Plan { record: Record::Average { from: 2, until: 6 }, ..plan(1, REPLICATES, &[]) };
        for plan in [plan(1, 40 * BLOCK + 1, &[0, 3]), average] {
            let outcomes = [1, 2, 3, 8].map(|threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| bits(&run(simulator, &plan, &W)))
            });
            assert!(outcomes.iter().all(|o| *o == outcomes[0]), "{name}: {outcomes:#?}");
        }
    }
}

#[test]
fn threads_do_not_matter() {
    for dim in [1, 3] {
        every_simulator(ROWS, dim, &mut AnyThreads);
        regressions(ROWS, dim, &mut AnyThreads);
    }
}

/// Each replicate on a chain of its own, by hand, summed by blocks: so neither the reuse of a chain nor the number of
/// replicates, recorded generations or blocks has a part in what a replicate contributes.
struct ByHand(ScheduleKind, f64);

impl Check for ByHand {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let plan = Plan { schedule: self.0, ..plan(2, REPLICATES, &[0, 1, 4]) };
        let generations = [0, 1, 4];
        let mut total = vec![vec![Moments::default(); M::LOSSES.len()]; generations.len()];
        for first in (0..REPLICATES).step_by(BLOCK as usize) {
            let mut block = vec![vec![Moments::default(); M::LOSSES.len()]; generations.len()];
            for replicate in first..REPLICATES.min(first + BLOCK) {
                let losses = losses_of_replicate(simulator, &plan, self.1, replicate, 4).unwrap();
                for (entry, t) in block.iter_mut().zip(generations) {
                    entry.iter_mut().zip(&losses[t]).for_each(|(moments, &loss)| moments.push(loss));
                }
            }
            total.iter_mut().flatten().zip(block.iter().flatten()).for_each(|(t, b)| t.merge(b));
        }
        let found = run(simulator, &plan, &Weights::Constant(self.1));
        assert_eq!((found.failed_fits, format!("{:?}", found.moments)), (0, format!("{total:?}")), "{name}");
    }
}

#[test]
fn a_replicate_depends_on_its_key_alone() {
    for schedule in [ScheduleKind::Fresh, ScheduleKind::Fixed] {
        for weight in [0.0, 0.4, 1.0] {
            every_simulator(ROWS, 2, &mut ByHand(schedule, weight));
        }
    }
}

/// A run in two parts, cut between two blocks, has the sums of the whole but for the order in which the blocks were added.
struct InTwoParts;

impl Check for InTwoParts {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let whole = plan(7, REPLICATES, &[3]);
        let part = |replicates| run(simulator, &Plan { replicates, ..whole.clone() }, &W);
        let mut parts = part(0..BLOCK);
        parts.merge(part(BLOCK..REPLICATES));
        let whole = run(simulator, &whole, &W);
        for (parts, whole) in parts.moments[0].iter().zip(&whole.moments[0]) {
            assert_eq!(parts.count(), whole.count());
            assert!((parts.mean() - whole.mean()).abs() <= 1e-13 * whole.mean().abs(), "{name}: {parts:?} {whole:?}");
            assert!(
                (parts.variance() - whole.variance()).abs() <= 1e-12 * whole.variance(),
                "{name}: {parts:?} {whole:?}"
            );
        }
    }
}

#[test]
fn a_run_can_go_on_where_another_ended() {
    every_simulator(ROWS, 2, &mut InTwoParts);
}

/// More blocks than one thread takes at a time, in a run that does not begin at replicate 0: each replicate is run once, with the bits of its own chain.
#[test]
fn a_late_part_has_its_own_replicates() {
    let simulator = LinearSufficient::new(&DVector::from_element(1, 1.0), 1.0, ROWS);
    let replicates = 900 * BLOCK..1_000 * BLOCK + 17;
    let late = Plan { replicates: replicates.clone(), ..plan(10, 0, &[1]) };
    let one = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let found = one.install(|| run(&simulator, &late, &W));
    let mut expected = Moments::default();
    for first in replicates.clone().step_by(BLOCK as usize) {
        let mut block = Moments::default();
        for replicate in first..replicates.end.min(first + BLOCK) {
            block.push(losses_of_replicate(&simulator, &late, 0.4, replicate, 1).unwrap()[1][0]);
        }
        expected.merge(&block);
    }
    assert_eq!((found.failed_fits, found.moments), (0, vec![vec![expected]]));
}

/// At a weight, a grid has the bits of the run at that weight alone, whatever else is in it: also where fits fail, as those of two rows do
/// at w = 0, of three coefficients.
struct AnyGrid;

impl Check for AnyGrid {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let average = Plan { record: Record::Average { from: 2, until: 6 }, ..plan(8, REPLICATES, &[]) };
        for plan in [plan(8, REPLICATES, &[0, 3]), Plan { schedule: ScheduleKind::Fixed, ..average.clone() }, average] {
            let weights = [0.0, 0.4, 1.0, 0.4, 0.1].map(Weights::Constant);
            let weights = [&weights[..], &[Weights::Sequence(vec![0.0, 1.0, 0.3, 0.0, 0.2])]].concat();
            let grid = simulator.run(&plan, &weights, Options::default());
            assert_eq!(grid.len(), weights.len());
            for (weights, outcome) in weights.iter().zip(&grid) {
                assert_eq!(bits(outcome), bits(&run(simulator, &plan, weights)), "{name} at {weights:?}");
            }
        }
    }
}

#[test]
fn a_weight_has_the_same_bits_in_any_grid() {
    every_simulator(ROWS, 2, &mut AnyGrid);
    every_simulator(Rows { real: 9, synthetic: 2 }, 3, &mut AnyGrid);
    regressions(Rows { real: 40, synthetic: 20 }, 2, &mut AnyGrid);
    regressions(Rows { real: 12, synthetic: 9 }, 2, &mut AnyGrid);
}

struct FixedRowsRepeat;

impl Check for FixedRowsRepeat {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let fresh = plan(3, REPLICATES, &[0, 1, 5]);
        let fixed = Plan { schedule: ScheduleKind::Fixed, ..fresh.clone() };
        let entries = run(simulator, &fixed, &Weights::Constant(1.0)).moments;
        assert!(entries.iter().all(|entry| *entry == entries[0]), "{name}: {entries:?}");
        let entries = run(simulator, &fresh, &Weights::Constant(1.0)).moments;
        assert!(entries[1] != entries[0] && entries[2] != entries[1], "{name}: fresh rows repeat");
    }
}

#[test]
fn fixed_rows_of_weight_one_repeat_generation_zero() {
    every_simulator(ROWS, 2, &mut FixedRowsRepeat);
}

/// A replicate's average, against the average of the means of its generations: equal but for the order of summation, of
/// some hundred terms.
struct Averages;

impl Check for Averages {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let at = plan(4, REPLICATES, &[2, 3, 4]);
        let average = Plan { record: Record::Average { from: 2, until: 5 }, ..at.clone() };
        let sequence = run(simulator, &average, &Weights::Sequence(vec![0.4; 4]));
        let (at, average) = (run(simulator, &at, &W), run(simulator, &average, &W));
        for (loss, moments) in average.moments[0].iter().enumerate() {
            let mean = at.moments.iter().map(|entry| entry[loss].mean()).sum::<f64>() / 3.0;
            assert!((moments.mean() - mean).abs() <= 1e-13 * mean.abs(), "{name}: {} {mean}", moments.mean());
            assert_eq!(moments.count(), REPLICATES);
        }
        assert_eq!(bits(&sequence), bits(&average), "{name}: a sequence of equal weights");
    }
}

#[test]
fn an_average_is_the_mean_over_its_generations() {
    every_simulator(ROWS, 2, &mut Averages);
}

/// Two rows cannot determine three coefficients: at generation 0 when n = 2, at generation 1 when m = 2 and w = 0. Three can.
#[test]
fn failed_fits_are_counted() {
    let beta = DVector::from_element(3, 1.0);
    for (real, synthetic, last, failed) in
        [(2, 9, 0, REPLICATES), (3, 9, 0, 0), (9, 2, 0, 0), (9, 2, 1, REPLICATES), (9, 3, 1, 0)]
    {
        let rows = Rows { real, synthetic };
        let plan = plan(5, REPLICATES, &[last]);
        let outcomes = [
            run(&LinearRows::new(&beta, 1.0, rows), &plan, &Weights::Constant(0.0)),
            run(&LinearSufficient::new(&beta, 1.0, rows), &plan, &Weights::Constant(0.0)),
        ];
        for outcome in outcomes {
            assert_eq!((outcome.failed_fits, outcome.moments[0][0].count()), (failed, REPLICATES - failed));
        }
    }
}

#[test]
fn progress_adds_up_to_the_replicates() {
    let done = AtomicU64::new(0);
    let simulator = LinearSufficient::new(&DVector::from_element(1, 1.0), 1.0, ROWS);
    let progress = |replicates| {
        done.fetch_add(replicates, Ordering::Relaxed);
    };
    let options = Options { progress: &progress, ..Options::default() };
    simulator.run(&plan(6, REPLICATES, &[1]), &[W], options);
    assert_eq!(done.into_inner(), REPLICATES);
}
