//! A model whose data accumulate: the real rows of generation 0 and all synthetic rows so far, weighted alike.

use goldenweight_recursion::engine::{self, Path, Watch};
use goldenweight_recursion::{Accumulate, FromTruth, Model, Retraining, Source};

use super::engine::{Outcome, Plan, Weights};
use super::{Setting, Simulator};

/// The setting's model, source and rows, under accumulating data. No weight enters: every weight has the same outcome.
#[derive(Clone, Debug)]
pub struct Accumulating<M, S = FromTruth>(pub Setting<M, S>);

impl<M: Model, S: Source<M>> Simulator for Accumulating<M, S> {
    const LOSSES: &'static [&'static str] = M::LOSSES;

    fn run_grid(&self, plan: &Plan, weights: &[Weights], progress: &(dyn Fn(u64) + Sync)) -> Vec<Outcome> {
        let Setting { model, source, rows } = &self.0;
        let schedule = &Accumulate { rows: *rows };
        engine::run_grid(&Retraining { model, source, schedule }, &plan.inner(), weights, progress)
    }

    fn paths(&self, plan: &Plan, weight: f64, progress: &(dyn Fn(u64) + Sync)) -> Vec<Path> {
        let Setting { model, source, rows } = &self.0;
        let schedule = &Accumulate { rows: *rows };
        let watch = Watch { progress, stop: &std::sync::atomic::AtomicBool::new(false) };
        engine::paths(&Retraining { model, source, schedule }, &plan.inner(), &Weights::Constant(weight), &watch)
    }
}
