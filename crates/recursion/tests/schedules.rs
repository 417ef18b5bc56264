//! Schedules through the engine: two models side by side, rows that are kept, a run that is stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use goldenweight_recursion::{
    Accumulate, Fixed, Fresh, FromTruth, Model, Retraining, Rows, Schedule,
    engine::{BLOCK, Options, Outcome, Plan, Record, Weights},
    models::{
        categorical::CategoricalRows, cdf::Cdf, gaussian::GaussianSufficient, linear::LinearRows, logistic::Logistic,
    },
    schedule::{Batch, Ingredient, Origin, Share},
};
use nalgebra::DMatrix;

fn plan(replicates: u64, record: Record) -> Plan {
    Plan { seed: 7, experiment: 1, cell: 0, replicates: 0..replicates, record }
}

fn outcome<M: Model>(model: &M, schedule: &dyn Schedule, plan: &Plan, weight: f64) -> Outcome {
    let retraining = Retraining { model, source: &FromTruth, schedule };
    retraining.run(plan, &[Weights::Constant(weight)], Options::default()).remove(0)
}

/// A teacher on fresh real rows and its own, and a pupil on rows of the teacher alone.
struct TeacherAndPupil(Rows);

impl Schedule for TeacherAndPupil {
    fn nodes(&self) -> usize {
        2
    }

    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        let Rows { real, synthetic } = self.0;
        let made = Batch { origin: Origin::Synthetic { node: 0 }, rows: synthetic };
        out.push(Batch { origin: Origin::Real, rows: real });
        match generation {
            // The pupil begins on real rows of its own.
            0 => out.push(Batch { origin: Origin::Real, rows: real }),
            _ => out.extend([made, made]),
        }
    }

    fn recipe(&self, node: usize, born: u32, out: &mut Vec<Ingredient>) {
        match (node, born) {
            (0, 0) => out.push(Ingredient { born, index: 0, share: Share::Given(1.0) }),
            (0, _) => out.extend([
                Ingredient { born, index: 0, share: Share::Asked(1.0) },
                Ingredient { born, index: 1, share: Share::Rest(1.0) },
            ]),
            (_, 0) => out.push(Ingredient { born, index: 1, share: Share::Given(1.0) }),
            _ => out.push(Ingredient { born, index: 2, share: Share::Given(1.0) }),
        }
    }

    fn keeps(&self, _: u32, _: usize, _: u32) -> bool {
        false
    }
}

/// The teacher's chain is the single model's, to the bit; the pupil's risk is the teacher's of the generation before and A/m more.
#[test]
fn a_pupil_lags_its_teacher() {
    let (rows, model) = (Rows { real: 20, synthetic: 30 }, GaussianSufficient::new(DMatrix::identity(2, 2)));
    let plan = plan(20_000, Record::At(vec![2, 3]));
    let found = outcome(&model, &TeacherAndPupil(rows), &plan, 0.4);
    let single = outcome(&model, &Fresh { rows }, &plan, 0.4);
    let losses = GaussianSufficient::LOSSES.len();
    for (both, single) in found.moments.iter().zip(&single.moments) {
        assert_eq!((both.len(), &both[..losses]), (2 * losses, &single[..]));
    }
    // A = tr I = 2. e_2 by the recursion: .16 A/20 + .36 (A/30 + e).
    let e = (0..2).fold(2.0 / 20.0, |e, _| 0.16 * 2.0 / 20.0 + 0.36 * (2.0 / 30.0 + e));
    let pupil = &found.moments[1][losses];
    assert!((pupil.mean() - e - 2.0 / 30.0).abs() < 5.0 * pupil.std_error(), "{pupil:?}");
}

/// Up to t = 1 all data are the real rows and one batch: accumulating is the fixed schedule at w = n/(n + m).
#[test]
fn the_first_generation_accumulates_two_batches() {
    fn check<M: Model>(model: &M) {
        let rows = Rows { real: 24, synthetic: 8 };
        let plan = plan(200, Record::At(vec![0, 1]));
        assert_eq!(outcome(model, &Accumulate { rows }, &plan, 0.1), outcome(model, &Fixed { rows }, &plan, 0.75));
    }
    check(&GaussianSufficient::new(DMatrix::identity(2, 2)));
    check(&LinearRows::new(2, 1.0));
    check(&Logistic::new(vec![0.3]));
    check(&CategoricalRows::new(vec![0.2, 0.8]));
    check(&Cdf::default());
}

/// A schedule that keeps what it does not need has the numbers of one that does not.
#[test]
fn memory_has_no_part_in_the_result() {
    struct Keeping(Fresh);
    impl Schedule for Keeping {
        fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
            self.0.batches(generation, out);
        }

        fn recipe(&self, node: usize, generation: u32, out: &mut Vec<Ingredient>) {
            self.0.recipe(node, generation, out);
        }
    }
    let fresh = Fresh { rows: Rows { real: 9, synthetic: 5 } };
    let (model, plan) = (CategoricalRows::new(vec![0.2, 0.3, 0.5]), plan(100, Record::Average { from: 1, until: 9 }));
    assert_eq!(outcome(&model, &Keeping(fresh), &plan, 0.3), outcome(&model, &fresh, &plan, 0.3));
}

/// What is left of a run that was stopped is the run of so many replicates, to the bit, in the middle of a block too.
#[test]
fn a_stopped_run_is_that_of_its_first_replicates() {
    /// Sets the flag at its so-many-th row.
    struct Stopping<'a>(&'a AtomicBool, AtomicU64, u64);
    impl<M: Model> goldenweight_recursion::Source<M> for Stopping<'_> {
        fn draw(
            &self,
            model: &M,
            rng: &mut goldenweight_recursion::StreamRng,
            noise: &mut M::Noise,
            data: &mut M::Data,
        ) -> Result<(), goldenweight_recursion::FitFailure> {
            if self.1.fetch_add(1, Ordering::Relaxed) == self.2 {
                self.0.store(true, Ordering::Relaxed);
            }
            FromTruth.draw(model, rng, noise, data)
        }
    }
    let (model, schedule) = (Cdf::default(), Fresh { rows: Rows { real: 5, synthetic: 5 } });
    let weights = [0.3, 0.8].map(Weights::Constant);
    let plan = plan(40 * BLOCK, Record::At(vec![3]));
    for after in [0, 10, 4 * (3 * BLOCK + 7)] {
        let stop = AtomicBool::new(false);
        let source = Stopping(&stop, AtomicU64::new(0), after);
        let stopped = Retraining { model: &model, source: &source, schedule: &schedule };
        let whole = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
        let options = Options { paths: true, ..Options::default() };
        let found = stopped.run(&plan, &weights, Options { stop: &stop, ..options });
        let done = found[0].at(3, "cdf").count();
        assert!(done < 40 * BLOCK);
        let expected = whole.run(&Plan { replicates: 0..done, ..plan.clone() }, &weights, options);
        assert_eq!(found, expected, "{done} replicates");
        assert!(found.iter().all(|outcome| outcome.paths.len() as u64 == done));
    }
    let whole = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
    let stop = Options { stop: &AtomicBool::new(true), paths: true, ..Options::default() };
    assert!(whole.run(&plan, &weights, stop).iter().all(|outcome| outcome.paths.is_empty()));
}
