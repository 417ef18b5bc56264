//! The simulators: their bits, their laws, and small cases worked out by hand.

use goldenweight::{
    experiment::Rows,
    simulate::{
        FitFailure, Model, Part, Setting, Simulator, Source,
        categorical::{CategoricalRows, CategoricalSufficient},
        cdf::CdfRows,
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
        gaussian::{GaussianRows, GaussianSufficient},
        kde::KdeRows,
        linear::{LinearRows, LinearSufficient},
        logistic::Logistic,
        poisson::Poisson,
    },
    stream::{Purpose, Streams},
};
use nalgebra::{DMatrix, DVector};

mod allocations;
mod bits;
mod digits;
mod dispatch;
mod kept;
mod laws;
mod references;
mod small;

/// Something to be checked of every simulator.
trait Check {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>);
}

/// Probabilities of the categories in the categorical cases.
const PROBABILITIES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

/// Bandwidth of the density estimates.
const BANDWIDTH: f64 = 0.5;

/// Variance of the noise of the linear cases.
const NOISE_VARIANCE: f64 = 2.5;

/// A covariance with nothing special about it: 2 + j on the diagonal, 1/2 beside it.
fn sigma(dim: usize) -> DMatrix<f64> {
    DMatrix::from_fn(dim, dim, |i, j| if i == j { 2.0 + i as f64 } else { 0.5 })
}

/// Applies the check to every simulator, `rows` before `sufficient`.
fn every_simulator(rows: Rows, dim: usize, check: &mut impl Check) {
    let beta = DVector::from_element(dim, 1.0);
    check.check("gaussian", &GaussianRows::new(sigma(dim), rows));
    check.check("gaussian", &GaussianSufficient::new(sigma(dim), rows));
    check.check("linear", &LinearRows::new(&beta, NOISE_VARIANCE, rows));
    check.check("linear", &LinearSufficient::new(&beta, NOISE_VARIANCE, rows));
    check.check("categorical", &CategoricalRows::new(PROBABILITIES.to_vec(), rows));
    check.check("categorical", &CategoricalSufficient::new(PROBABILITIES.to_vec(), rows));
    check.check("cdf", &CdfRows::new(rows));
    check.check("kde", &KdeRows::new(BANDWIDTH, rows));
}

/// Applies the check to the regressions without a closed fit, of which some fail.
fn regressions(rows: Rows, dim: usize, check: &mut impl Check) {
    let beta = DVector::from_element(dim, 0.7);
    check.check("logistic", &Logistic::new(beta.clone(), rows));
    check.check("poisson", &Poisson::new(beta, rows));
}

/// A plan on fresh rows that records these generations.
fn plan(experiment: u64, replicates: u64, generations: &[u32]) -> Plan {
    Plan {
        seed: 20_250_218,
        experiment,
        cell: 3,
        replicates: 0..replicates,
        schedule: ScheduleKind::Fresh,
        record: Record::At(generations.to_vec()),
    }
}

/// The outcome at one weight.
fn run(simulator: &impl Simulator, plan: &Plan, weights: &Weights) -> Outcome {
    simulator.run(plan, std::slice::from_ref(weights), Options::default()).remove(0)
}

/// The losses of one replicate at generations 0..=last, from a chain of its own: the engine's contract for fresh and for fixed rows written again.
fn losses_of_replicate<M: Model, S: Source<M>>(
    Setting { model, source, rows }: &Setting<M, S>,
    plan: &Plan,
    weight: f64,
    replicate: u64,
    last: u32,
) -> Result<Vec<Vec<f64>>, FitFailure> {
    let streams = Streams { seed: plan.seed, experiment: plan.experiment };
    let rng = |generation, purpose| streams.rng(replicate, generation, purpose, plan.cell);
    let (mut real_noise, mut real) = (model.noise(rows.real), model.data(rows.real));
    let (mut noise, mut synthetic) = (model.noise(rows.synthetic), model.data(rows.synthetic));
    let (mut fit, mut scratch) = (model.unfitted(), model.scratch());
    let mut losses = vec![vec![f64::NAN; M::LOSSES.len()]; last as usize + 1];
    for t in 0..=last {
        let drawn_at = if plan.schedule == ScheduleKind::Fixed { 0 } else { t };
        source.draw(model, &mut rng(drawn_at, Purpose::Real), &mut real_noise, &mut real)?;
        let part = |weight| Part { weight, rows: rows.real, real: true, new: true, noise: &real_noise, data: &real };
        if t == 0 {
            model.fit(t, &[part(1.0)], &mut scratch, &mut fit)?;
        } else {
            model.draw(&mut rng(t, Purpose::Synthetic), &mut noise);
            model.generate(&fit, &noise, &mut synthetic)?;
            let (noise, data) = (&noise, &synthetic);
            let made = Part { weight: 1.0 - weight, rows: rows.synthetic, real: false, new: true, noise, data };
            let mut parts = vec![part(weight), made];
            parts.retain(|part| part.weight > 0.0);
            model.fit(t, &parts, &mut scratch, &mut fit)?;
        }
        model.losses(&fit, &mut losses[t as usize]);
    }
    Ok(losses)
}
