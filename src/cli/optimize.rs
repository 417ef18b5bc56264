//! `optimize`: the weight that minimises a simulated risk, with the theory beside it.

use clap::Args;
use goldenweight::{
    answer::{
        monte_carlo::Preferred,
        optimize::{DEFAULT_REPLICATES, optimize},
    },
    experiment::{Generations, InputError, within},
    optimum::{BATCHES, Window, curves, minimise_curves},
    simulate::{
        dispatch::run_problem,
        engine::{Options, ScheduleKind, Shared},
    },
    stats::moments::Moments,
};

use super::{
    Failure, Status,
    args::models,
    interrupt,
    monte_carlo::{INTERRUPT_HELP, Simulation},
    origin::Origin,
    output::{progress, show, tell},
};

/// The weight that minimises the simulated risk, with the theory beside it
#[derive(Args)]
#[command(after_help = format!("Example: goldenweight optimize --model gaussian-mean --real 100 --synthetic 100\n\n{}\n\n\
    The replicates are split into 24 independent batches with the same random numbers at every weight; argmin minimises the\n\
    polynomial through the mean of their risks at 17 weights, and the jackknife over batches gives the standard error. The simulator\n\
    is rows for categorical unless asked otherwise. z = (weight - theory)/(standard error), to be judged by Student's law with 23\n\
    degrees of freedom; there is none where the theory is a limit law only. Of logistic and Poisson regression the theory is the limit's\n\
    optimum, moved by the second order in 1/n where that is in range (see risk --help); at generations at which the risk has not yet reached\n\
    its limit it is the optimum of the limit law there, without the second order. Exit code 3 where the solver did not converge, or more\n\
    than one in ten thousand replicates failed at one of the weights tried.\n\n{INTERRUPT_HELP}", models()))]
pub struct OptimizeArgs {
    #[command(flatten)]
    simulation: Simulation,
}

impl OptimizeArgs {
    /// Minimises and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let simulation = &self.simulation;
        let replicates = simulation.replicates(DEFAULT_REPLICATES);
        if replicates.is_range() {
            let condition = "must be a number here: batches have replicates of their own";
            return Err(InputError::new("replicates", &replicates, condition).into());
        }
        let asked = simulation.validate((&replicates, 2 * BATCHES), ScheduleKind::Fresh, Preferred::Coupled)?;
        within("--generations", simulation.generations, 1..=Generations::MAX)?;
        let per_batch = replicates.count() / BATCHES;
        let store = simulation.keeping.open(origin, simulation.compute.seed)?;
        let stop = interrupt::listen()?;
        if let Some(share) = store.shard {
            let waits = simulation.compute.install(|| {
                // A risk of a batch, of which nothing but what is kept is taken where it is another share's.
                let risks = |mine: &dyn Fn(u64) -> bool, batch: u64, weights: &[f64]| -> Vec<f64> {
                    let plan = asked.plan(batch, 0..per_batch);
                    let share = (!mine(batch)).then_some(Shared::NOTHING);
                    let outcomes = run_problem(
                        &asked.problem,
                        asked.kind,
                        &plan,
                        weights,
                        Options { stop, share, ..Options::default() },
                    );
                    let risk = |(moments, failed): (Moments, u64)| {
                        if moments.count() + failed < per_batch { f64::NAN } else { moments.mean() }
                    };
                    outcomes.into_iter().map(risk).collect()
                };
                // The search goes one step after another: it is done by the first share.
                let Some(window) =
                    Window::locate(&|batch, weights: &[f64]| risks(&|_| share.has(0), batch, weights), BATCHES)
                else {
                    return Ok(true);
                };
                let own = |batch: u64, weights: &[f64]| risks(&|batch| share.has(batch), batch, weights);
                let curves = curves(&own, 0..BATCHES, &window);
                let is_whole = curves.iter().flatten().all(|risk| risk.is_finite());
                if is_whole {
                    let at = minimise_curves(&curves, &window).at;
                    (0..BATCHES).for_each(|batch| drop(own(batch, &[at])));
                }
                Ok(!is_whole)
            })?;
            let waiting = waits.then(|| ("the minimum".to_owned(), 1));
            let is_whole = !interrupt::heard();
            let share =
                store.shared(origin, simulation.compute.seed, false, is_whole, waiting.into_iter().collect())?;
            return share.show(simulation.compute.json, origin);
        }
        let document = simulation.compute.install(|| {
            let bar = progress(None, "replicates");
            let options = Options { progress: &|done| bar.inc(done), stop, ..Options::default() };
            let document = optimize(&asked, replicates.count(), options);
            bar.finish_and_clear();
            Ok(document?)
        })?;
        store.close()?;
        show(&document, simulation.compute.json, origin, Some(simulation.compute.seed))?;
        Ok(tell(&document.remarks()))
    }
}
