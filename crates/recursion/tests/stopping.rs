//! A run that is stopped in the midst of a chain.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use goldenweight_recursion::{
    FitFailure, Fresh, FromTruth, Model, Retraining, Rows, Source, StreamRng,
    engine::{Options, Outcome, Plan, Record, Weights},
    models::categorical::CategoricalSufficient,
};

/// Draws from the truth, and sets the flag at the draw of this number, from 1.
struct Stops {
    at: u64,
    drawn: AtomicU64,
    stop: AtomicBool,
}

impl<M: Model> Source<M> for Stops {
    fn draw(&self, model: &M, rng: &mut StreamRng, noise: &mut M::Noise, data: &mut M::Data) -> Result<(), FitFailure> {
        if self.drawn.fetch_add(1, Ordering::Relaxed) + 1 == self.at {
            self.stop.store(true, Ordering::Relaxed);
        }
        FromTruth.draw(model, rng, noise, data)
    }
}

/// A chain of 11 generations draws real rows in each. Stopped at the 25th draw, in the third chain, the run has two replicates, the same as a run of two,
/// and draws nothing more.
#[test]
fn a_chain_that_is_cut_short_is_in_no_outcome() {
    let model = CategoricalSufficient::new(vec![0.3, 0.7]);
    let schedule = Fresh { rows: Rows { real: 10, synthetic: 10 } };
    for record in [Record::At(vec![0, 10]), Record::Average { from: 2, until: 11 }] {
        let weights = [Weights::Constant(0.4), Weights::Constant(1.0)];
        let plan = |replicates| Plan { seed: 1, experiment: 0, cell: 0, replicates, record: record.clone() };
        let source = || Stops { at: 25, drawn: AtomicU64::new(0), stop: AtomicBool::new(false) };
        let whole = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
        let expected = whole.run(&plan(0..2), &weights, Options { paths: true, ..Options::default() });
        let stopped = source();
        let retraining = Retraining { model: &model, source: &stopped, schedule: &schedule };
        // One block, so one thread.
        let options = Options { stop: &stopped.stop, paths: true, ..Options::default() };
        let found = retraining.run(&plan(0..60), &weights, options);
        assert_eq!(found, expected);
        assert_eq!(stopped.drawn.into_inner(), 25);
        let stopped = source();
        let retraining = Retraining { model: &model, source: &stopped, schedule: &schedule };
        let options = Options { stop: &stopped.stop, ..Options::default() };
        let found = retraining.run(&plan(0..60), &weights, options);
        let without = |outcome| Outcome { paths: Vec::new(), ..outcome };
        assert_eq!(found, expected.into_iter().map(without).collect::<Vec<_>>());
    }
}
