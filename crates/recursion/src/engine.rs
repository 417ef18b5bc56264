//! Replicates in fixed blocks, in parallel, with the same bits for any number of threads.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    FitFailure, Model, Part, Retraining, Source, Terms,
    schedule::{Origin, Schedule, Share},
    shelf::{Found, Kept, Shelf},
    store::{self, Blockwise, Run, Store, Stored},
};
pub use goldenweight_replicates::BLOCK;
use goldenweight_replicates::{
    moments::Moments,
    share::Share as Shared,
    stream::{Purpose, Streams},
};

/// The weight on the real rows at generations t = 1, 2, ...
///
/// # Examples
/// ```
/// use goldenweight_recursion::engine::Weights;
///
/// assert_eq!(Weights::Constant(0.5).at(7), 0.5);
/// assert_eq!(Weights::Sequence(vec![0.5, 0.25]).at(2), 0.25);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// The same at every generation.
    Constant(f64),
    /// Generation t takes entry t - 1; at least as many entries as generations.
    Sequence(Vec<f64>),
}

impl Weights {
    /// Weight at generation t >= 1.
    #[must_use]
    pub fn at(&self, generation: u32) -> f64 {
        match self {
            Self::Constant(w) => *w,
            Self::Sequence(w) => w[generation as usize - 1],
        }
    }
}

/// What one replicate contributes, from the losses of its generations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The loss at each of these generations, increasing.
    At(Vec<u32>),
    /// The mean loss over generations `from..until`.
    Average {
        /// First generation averaged.
        from: u32,
        /// One past the last.
        until: u32,
    },
}

impl Record {
    /// Number of values of a replicate, per loss.
    fn entries(&self) -> usize {
        match self {
            Self::At(generations) => generations.len(),
            Self::Average { .. } => 1,
        }
    }

    /// The generations of which the loss is needed, increasing.
    fn generations(&self) -> impl Iterator<Item = u32> {
        let (listed, averaged) = match self {
            Self::At(generations) => (generations.as_slice(), 0..0),
            Self::Average { from, until } => (&[][..], *from..*until),
        };
        listed.iter().copied().chain(averaged)
    }
}

/// A simulation to run, at any weights, by [`Retraining::run`].
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Seed of the run.
    pub seed: u64,
    /// Experiment: streams of different experiments are unrelated.
    pub experiment: u64,
    /// Cell of the experiment, as one of several sample sizes: other cells have other streams. The weight is not part of the key, so runs that differ in the
    /// weight alone share their random numbers.
    pub cell: u64,
    /// Replicates, by index. Where the first is a multiple of [`BLOCK`], a run goes on where another one ended, see [`Outcome::merge`].
    pub replicates: Range<u64>,
    /// What is recorded; the last generation follows from it.
    pub record: Record,
}

/// How a run is followed, and what it keeps. By default nobody follows it, it goes to its end, and keeps moments alone.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Called with the number of replicates that were just finished at all weights.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Ends the run where it is true: before the next generation of each replicate, which is then in no outcome.
    pub stop: &'a AtomicBool,
    /// Whether the losses of every replicate are kept, for medians and quantiles: [`Outcome::paths`].
    pub paths: bool,
    /// Whether a control is subtracted from the losses where there is one, beside the losses themselves: [`Outcome::controlled`].
    pub controls: bool,
    /// Where finished blocks are looked for and kept; by default the [store of the process](store::install), if it has one. A run whose model, source or schedule does not
    /// tell its identity is not kept.
    pub store: Option<&'a dyn Store>,
    /// With a store: only this share of the blocks that are not kept is simulated. Where others are lacking, the outcome is that of the replicates before them.
    pub share: Option<Shared>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let store = store::installed().map(|store| store as &dyn Store);
        Self { progress: &|_| (), stop: &NEVER, paths: false, controls: false, store, share: None }
    }
}

/// What came out at one weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What was recorded.
    pub record: Record,
    /// Names of the losses of a node, [`Model::LOSSES`].
    pub losses: &'static [&'static str],
    /// All moments over the replicates: `moments[r][l]` for record entry r (one for an average) and loss l; the losses of one node after those of another.
    /// [`Outcome::at`] and [`Outcome::average`] find them by name.
    pub moments: Vec<Vec<Moments>>,
    /// The same of the losses less their controls, [`Model::control`], where [`Options::controls`] asks for them: the same expectations where no fit fails, and smaller
    /// variances. None where there is no control for the model and the source, or several models are retrained side by side.
    pub controlled: Option<Vec<Vec<Moments>>>,
    /// Replicates that ended in a [`FitFailure`] (not in `moments`).
    pub failed_fits: u64,
    /// The path of every replicate, also of those whose fits failed, in the order of their index, where [`Options::paths`] asks for them.
    pub paths: Vec<Path>,
}

/// The losses of one replicate, entry by entry: loss l at recorded entry e is at `e * losses + l`. From a failed fit on they are
/// infinite: the estimate of a separated sample lies at infinity, and so a quantile counts the replicate where it belongs.
pub type Path = Vec<f64>;

impl Outcome {
    /// Nothing yet.
    fn empty<M: Model>(record: &Record, nodes: usize, controls: bool) -> Self {
        let losses = M::LOSSES;
        let moments = vec![vec![Moments::default(); nodes * losses.len()]; record.entries()];
        let controlled = controls.then(|| moments.clone());
        Self { record: record.clone(), losses, moments, controlled, failed_fits: 0, paths: Vec::new() }
    }

    /// The moments of a loss of the first node at a recorded generation.
    ///
    /// # Panics
    /// Where that generation was not recorded, or the model has no such loss.
    ///
    /// # Examples
    /// see [`Retraining::run`].
    #[must_use]
    pub fn at(&self, generation: u32, loss: &str) -> &Moments {
        let Record::At(generations) = &self.record else { panic!("an average was recorded, and no single generation") };
        let entry = generations.iter().position(|&recorded| recorded == generation);
        self.named(entry.unwrap_or_else(|| panic!("generation {generation} is not one of {generations:?}")), loss)
    }

    /// The moments of a loss of the first node, averaged over the recorded generations.
    ///
    /// # Panics
    /// Where no average was recorded, or the model has no such loss.
    ///
    /// # Examples
    /// see [`Retraining::run`].
    #[must_use]
    pub fn average(&self, loss: &str) -> &Moments {
        assert!(matches!(self.record, Record::Average { .. }), "single generations were recorded, and no average");
        self.named(0, loss)
    }

    /// The moments of a loss of the first node at an entry of the record.
    fn named(&self, entry: usize, loss: &str) -> &Moments {
        self.of_node(0, entry, loss)
    }

    /// The moments of a loss of a node at an entry of the record, the first of which is 0.
    ///
    /// # Panics
    /// Where there is no such node or entry, or the model has no such loss.
    ///
    /// # Examples
    /// see [`Network`](crate::network::Network).
    #[must_use]
    pub fn of_node(&self, node: usize, entry: usize, loss: &str) -> &Moments {
        let index = self.losses.iter().position(|name| *name == loss);
        let index = index.unwrap_or_else(|| panic!("{loss} is not one of {:?}", self.losses));
        &self.moments[entry][node * self.losses.len() + index]
    }

    /// Takes all but what the plan says from what was stored.
    fn take(&mut self, Stored { moments, controlled, failed_fits, paths }: Stored) {
        let entry = self.moments.first().map_or(1, Vec::len).max(1);
        self.moments = nested(&moments, entry);
        self.controlled = controlled.map(|moments| nested(&moments, entry));
        (self.failed_fits, self.paths) = (failed_fits, paths);
    }

    /// Appends the outcome of the replicates that follow.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::engine::{BLOCK, Options, Plan, Record, Weights};
    /// # use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, models::categorical::CategoricalSufficient};
    /// # let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Fresh { rows: Rows { real: 10, synthetic: 10 } });
    /// # let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
    /// let of = |replicates| {
    ///     let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates, record: Record::At(vec![3]) };
    ///     retraining.run(&plan, &[Weights::Constant(0.5)], Options::default()).remove(0)
    /// };
    /// let mut whole = of(0..BLOCK);
    /// whole.merge(of(BLOCK..100));
    /// assert_eq!(whole, of(0..100));
    /// ```
    pub fn merge(&mut self, next: Self) {
        for (total, value) in self.moments.iter_mut().flatten().zip(next.moments.iter().flatten()) {
            total.merge(value);
        }
        let both = self.controlled.take().zip(next.controlled);
        self.controlled = both.map(|(mut total, next)| {
            total.iter_mut().flatten().zip(next.iter().flatten()).for_each(|(total, next)| total.merge(next));
            total
        });
        self.failed_fits += next.failed_fits;
        self.paths.extend(next.paths);
    }
}

impl<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized> Retraining<'_, M, S, D> {
    /// Runs the plan on the current rayon pool; gives the outcome at each of the weights.
    ///
    /// Replicate r draws each batch of generation t from a stream of its own, of key (r, t, real or synthetic, place among those of its kind): once for all
    /// weights. Hence what a replicate contributes at a weight depends neither on the other weights, nor on the number of replicates, nor on that of threads,
    /// and blocks of [`BLOCK`] replicates are merged in the order of their index: the same bits always.
    ///
    /// A replicate in which a fit fails is counted in [`Outcome::failed_fits`] of its weight and contributes nothing else there. A loss
    /// that is not finite (it overflowed, or is the log determinant of a singular covariance) is a value like any other: it enters
    /// the moments of its entry, which then are not finite either and cannot confirm anything.
    ///
    /// Where [`Options::stop`] ends the run, the outcome is that of the first replicates, with the bits of a run of so many. Their number is that
    /// of the values in the moments and of the failed fits.
    ///
    /// # Panics
    /// Where the plan breaks a rule: recorded generations increase, an average has at least one generation, and every generation has a weight in
    /// [0, 1]. Where the schedule does: a batch of generation 0 is real, and a recipe names batches that are kept.
    ///
    /// # Tested by
    /// `tests/simulators/bits.rs` of the workspace: each replicate on a chain of its own, by hand; means of paths against the moments.
    ///
    /// # Examples
    /// Shares of two equally likely cells, in 10 rows: the risk is 2 (1/4)/10 of real rows alone.
    /// ```
    /// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
    /// use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, models::categorical::CategoricalSufficient};
    ///
    /// let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Fresh { rows: Rows { real: 10, synthetic: 10 } });
    /// let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
    /// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..2000, record: Record::At(vec![0, 7]) };
    /// let weights = [Weights::Constant(1.0), Weights::Sequence(vec![0.7; 7])];
    /// let outcomes = retraining.run(&plan, &weights, Options::default());
    /// for generation in [0, 7] {
    ///     let risk = outcomes[0].at(generation, "probabilities");
    ///     assert!((risk.mean() - 0.05).abs() < 5.0 * risk.std_error());
    /// }
    ///
    /// // The mean loss of generations 5 to 9, and that of every replicate.
    /// let plan = Plan { record: Record::Average { from: 5, until: 10 }, ..plan };
    /// let options = Options { paths: true, ..Options::default() };
    /// let averaged = retraining.run(&plan, &[Weights::Constant(0.7)], options).remove(0);
    /// let mean = averaged.paths.iter().map(|path| path[0]).sum::<f64>() / 2000.0;
    /// assert!((averaged.average("probabilities").mean() / mean - 1.0).abs() < 1e-12);
    /// ```
    /// A run that is stopped:
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
    /// # use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, models::categorical::CategoricalSufficient};
    /// # let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Fresh { rows: Rows { real: 10, synthetic: 10 } });
    /// # let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
    /// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..100_000, record: Record::At(vec![3]) };
    /// let stop = AtomicBool::new(false);
    /// let progress = |_: u64| stop.store(true, Ordering::Relaxed);
    /// let weights = [Weights::Constant(0.5)];
    /// let part = retraining.run(&plan, &weights, Options { progress: &progress, stop: &stop, ..Options::default() });
    /// let finished = part[0].at(3, "probabilities").count() + part[0].failed_fits;
    /// assert!(finished < 100_000);
    /// let plan = Plan { replicates: 0..finished, ..plan };
    /// assert_eq!(part, retraining.run(&plan, &weights, Options::default()));
    /// ```
    #[must_use]
    pub fn run(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Vec<Outcome> {
        validate(plan, weights);
        let mut outcomes =
            vec![Outcome::empty::<M>(&plan.record, self.schedule.nodes(), options.controls); weights.len()];
        let store = options.store.and_then(|store| {
            let name = store.name(&self.identity(plan, weights, options)?);
            Some((store, Run { name, seed: plan.seed, experiment: plan.experiment }))
        });
        let Options { progress, share, paths, .. } = options;
        let work = Blockwise { replicates: plan.replicates.clone(), store, share, progress, keeps_beginnings: !paths };
        let found = work.run(stored(outcomes.clone()), |replicates| {
            let (found, whole) = run_block(self, plan, weights, replicates, options);
            (stored(found), whole)
        });
        outcomes.iter_mut().zip(found).for_each(|(outcome, found)| outcome.take(found));
        outcomes
    }

    /// All that the numbers of a run follow from, but for its replicates; none where a part of it does not tell.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
    /// # use goldenweight_recursion::{Fresh, FromTruth, Retraining, Rows, models::categorical::CategoricalSufficient};
    /// # let (model, schedule) = (CategoricalSufficient::new(vec![0.5, 0.5]), Fresh { rows: Rows { real: 10, synthetic: 10 } });
    /// let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
    /// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..100, record: Record::At(vec![3]) };
    /// let of = |weight| retraining.identity(&plan, &[Weights::Constant(weight)], Options::default()).expect("all parts tell");
    /// assert!(of(0.5) == of(0.5) && of(0.5) != of(0.6));
    /// ```
    #[must_use]
    pub fn identity(&self, plan: &Plan, weights: &[Weights], options: Options<'_>) -> Option<String> {
        let Plan { seed, experiment, cell, replicates: _, record } = plan;
        let Options { paths, controls, .. } = options;
        let [model, source, schedule] = [self.model.identity()?, self.source.identity()?, self.schedule.identity()?];
        let (kind, of) = (std::any::type_name::<M>(), std::any::type_name::<S>());
        Some(format!(
            "values {}\nblock {BLOCK}\nseed {seed}\nexperiment {experiment}\ncell {cell}\nrecord {record:?}\nlosses {:?}\n\
             paths {paths}\ncontrols {controls}\nweights {weights:?}\nmodel {kind} {model}\nsource {of} {source}\nschedule {schedule}\n",
            store::VALUES,
            M::LOSSES
        ))
    }
}

/// Outcomes as a store keeps them.
fn stored(outcomes: Vec<Outcome>) -> Vec<Stored> {
    let flat = |moments: Vec<Vec<Moments>>| moments.into_iter().flatten().collect();
    let stored = |Outcome { moments, controlled, failed_fits, paths, .. }: Outcome| Stored {
        moments: flat(moments),
        controlled: controlled.map(flat),
        failed_fits,
        paths,
    };
    outcomes.into_iter().map(stored).collect()
}

/// Moments by entry of the record.
fn nested(flat: &[Moments], entry: usize) -> Vec<Vec<Moments>> {
    flat.chunks(entry).map(<[_]>::to_vec).collect()
}

fn validate(plan: &Plan, weights: &[Weights]) {
    let last = match &plan.record {
        Record::At(generations) => {
            assert!(generations.is_sorted_by(|a, b| a < b), "recorded generations increase");
            generations.last().copied().unwrap_or(0)
        }
        Record::Average { from, until } => {
            assert!(from < until, "an average has at least one generation");
            until - 1
        }
    };
    for weights in weights {
        let valid = match weights {
            Weights::Constant(w) => (0.0..=1.0).contains(w),
            Weights::Sequence(w) => w.len() >= last as usize && w.iter().all(|w| (0.0..=1.0).contains(w)),
        };
        assert!(valid, "every generation has a weight in [0, 1]");
    }
}

/// The outcomes of one block, whose replicates run in order on one chain for each weight; and whether the block is whole.
fn run_block<M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized>(
    retraining: &Retraining<'_, M, S, D>,
    plan: &Plan,
    weights: &[Weights],
    replicates: Range<u64>,
    options: Options<'_>,
) -> (Vec<Outcome>, bool) {
    let mut runner = Runner::new(retraining, plan, weights, options.controls);
    let losses = runner.current.len();
    let mut found =
        vec![Outcome::empty::<M>(&plan.record, retraining.schedule.nodes(), options.controls); weights.len()];
    let count = replicates.end - replicates.start;
    let mut whole = true;
    for replicate in replicates {
        if !runner.replicate(replicate, options.stop) {
            whole = false;
            break;
        }
        for (outcome, chain) in found.iter_mut().zip(&runner.chains) {
            match chain.fit {
                Ok(()) => {
                    let push = |(moments, &value): (&mut Moments, &f64)| moments.push(value);
                    outcome.moments.iter_mut().flatten().zip(&chain.values).for_each(push);
                    outcome.controlled.iter_mut().flatten().flatten().zip(&chain.controlled).for_each(push);
                }
                Err(FitFailure) => outcome.failed_fits += 1,
            }
            if options.paths {
                outcome.paths.push(chain.path(&plan.record, losses));
            }
        }
    }
    if whole {
        (options.progress)(count);
    }
    if !runner.controls {
        found.iter_mut().for_each(|outcome| outcome.controlled = None);
    }
    (found, whole)
}

/// One replicate at one weight.
struct Chain<'a, M: Model> {
    weights: &'a Weights,
    /// The fit of each node.
    fits: Vec<M::Fit>,
    /// The synthetic rows that it made, at the place of their noise in [`Runner::synthetic`].
    made: Vec<M::Data>,
    /// The recorded losses, entry by entry, up to a failed fit; what would come after it is 0.
    values: Vec<f64>,
    /// The same less their controls, where those are asked for.
    controlled: Vec<f64>,
    /// The control of each loss.
    control: Vec<Terms>,
    /// Whether all fits so far succeeded.
    fit: Result<(), FitFailure>,
    /// Entries that are recorded: all of them, but for a failed fit.
    recorded: usize,
}

impl<M: Model> Chain<'_, M> {
    /// Its losses, infinite from a failed fit on.
    fn path(&self, record: &Record, losses: usize) -> Path {
        let mut path = self.values.clone();
        // An average over generations of which one has no fit has none itself.
        let recorded = if let Record::Average { .. } = record { usize::from(self.fit.is_ok()) } else { self.recorded };
        path[recorded * losses..].fill(f64::INFINITY);
        path
    }
}

/// A batch in the fits of a generation: what all chains have in common.
struct Common<'a, M: Model> {
    share: Share,
    rows: usize,
    new: bool,
    noise: &'a M::Noise,
    /// Real rows; synthetic ones each chain has for itself.
    data: Option<&'a M::Data>,
    place: usize,
}

impl<'a, M: Model> Common<'a, M> {
    /// The batch in the fit of one chain.
    fn part<'b>(&self, weight: f64, made: &'b [M::Data]) -> Part<'b, M>
    where
        'a: 'b,
    {
        let &Self { share, rows, new, noise, data, place } = self;
        Part {
            weight: share.weight(weight),
            rows,
            real: data.is_some(),
            new,
            noise,
            data: data.unwrap_or_else(|| &made[place]),
        }
    }
}

/// The memory of a list of parts for parts that live elsewhere: collecting the parts of an emptied list, of which there are none, leaves it where it is.
fn emptied<'a, M: Model>(mut parts: Vec<Part<'_, M>>) -> Vec<Part<'a, M>> {
    parts.clear();
    parts.into_iter().map(|_| unreachable!("the list is empty")).collect()
}

/// Runs one replicate after another, at every weight; holds all memory.
struct Runner<'a, M: Model, S: ?Sized, D: ?Sized> {
    retraining: &'a Retraining<'a, M, S, D>,
    plan: &'a Plan,
    chains: Vec<Chain<'a, M>>,
    /// Real rows, the same for all chains.
    real: Vec<(M::Noise, M::Data)>,
    /// What synthetic rows are made of, the same for all chains.
    synthetic: Vec<M::Noise>,
    shelf: Shelf,
    scratch: M::Scratch,
    /// The memory of a list of more than two parts; empty between fits.
    parts: Vec<Part<'static, M>>,
    /// Whether controls are asked for, and there are such.
    controls: bool,
    /// Number of generations run.
    turn: u64,
    /// One value for each loss of each node.
    current: Vec<f64>,
}

impl<'a, M: Model, S: Source<M> + ?Sized, D: Schedule + ?Sized> Runner<'a, M, S, D> {
    /// Memory for chains at these weights, not run yet.
    fn new(retraining: &'a Retraining<'a, M, S, D>, plan: &'a Plan, weights: &'a [Weights], controls: bool) -> Self {
        let Retraining { model, schedule, .. } = retraining;
        let losses = schedule.nodes() * M::LOSSES.len();
        let chain = |weights| Chain {
            weights,
            fits: (0..schedule.nodes()).map(|_| model.unfitted()).collect(),
            made: Vec::new(),
            values: vec![0.0; plan.record.entries() * losses],
            controlled: vec![0.0; if controls { plan.record.entries() * losses } else { 0 }],
            control: vec![Terms::default(); losses],
            fit: Ok(()),
            recorded: 0,
        };
        Self {
            retraining,
            plan,
            chains: weights.iter().map(chain).collect(),
            real: Vec::new(),
            synthetic: Vec::new(),
            shelf: Shelf::default(),
            scratch: model.scratch(),
            parts: Vec::new(),
            controls: controls && schedule.nodes() == 1,
            turn: 0,
            current: vec![0.0; losses],
        }
    }

    /// One replicate at every weight; false where it was stopped before its end.
    fn replicate(&mut self, replicate: u64, stop: &AtomicBool) -> bool {
        let (share, stride) = match self.plan.record {
            Record::At(_) => (1.0, self.current.len()),
            Record::Average { from, until } => (1.0 / f64::from(until - from), 0),
        };
        for chain in &mut self.chains {
            chain.values.fill(0.0);
            chain.controlled.fill(0.0);
            chain.control.fill(Terms::default());
            chain.recorded = 0;
            chain.fit = Ok(());
        }
        let (plan, mut next) = (self.plan, 0);
        for (entry, generation) in plan.record.generations().enumerate() {
            while next <= generation {
                if stop.load(Ordering::Relaxed) {
                    return false;
                }
                if self.chains.iter().all(|chain| chain.fit.is_err()) {
                    return true;
                }
                self.generation(replicate, next);
                next += 1;
            }
            let model = &self.retraining.model;
            for chain in self.chains.iter_mut().filter(|chain| chain.fit.is_ok()) {
                for (fit, losses) in chain.fits.iter().zip(self.current.chunks_exact_mut(M::LOSSES.len())) {
                    model.losses(fit, losses);
                }
                for (value, loss) in chain.values[entry * stride..].iter_mut().zip(&self.current) {
                    *value += loss * share;
                }
                if self.controls {
                    let controlled = chain.controlled[entry * stride..].iter_mut();
                    for ((value, loss), control) in controlled.zip(&self.current).zip(&chain.control) {
                        *value += (loss - control.iter().sum::<f64>()) * share;
                    }
                }
                chain.recorded += 1;
            }
        }
        true
    }

    /// Draws what is born at a generation, and fits every chain that has not failed.
    fn generation(&mut self, replicate: u64, generation: u32) {
        if generation <= self.retraining.schedule.steady() {
            self.shelf.turn(self.retraining.schedule, generation);
            self.make_room();
        }
        let drawn = self.draw(replicate, generation);
        self.turn += 1;
        let Self {
            retraining: Retraining { model, source, .. },
            chains,
            real,
            synthetic,
            shelf,
            scratch,
            parts,
            controls,
            turn,
            ..
        } = self;
        if drawn.is_err() {
            chains.iter_mut().for_each(|chain| chain.fit = drawn);
        }
        // All rows are made before any fit: a node may be asked for rows of its last fit after its new one is made.
        for &Kept { batch, place, .. } in shelf.born() {
            let Origin::Synthetic { node } = batch.origin else { continue };
            let noise = &synthetic[place];
            for Chain { fits, made, fit, .. } in chains.iter_mut().filter(|chain| chain.fit.is_ok()) {
                *fit = model.generate(&fits[node], noise, &mut made[place]);
            }
        }
        let batch = |&Found { share, rows, real: is_real, born, place, .. }: &Found| {
            let (noise, data) =
                if is_real { (&real[place].0, Some(&real[place].1)) } else { (&synthetic[place], None) };
            Common { share, rows, new: born, noise, data, place }
        };
        let mut fit = |parts: &[Part<'_, M>], control: &mut [Terms], fit: &mut M::Fit| {
            *controls = *controls && source.control(model, parts, *turn, fit, scratch, control);
            model.fit(generation, parts, scratch, fit)
        };
        for (node, found) in shelf.recipes().enumerate() {
            let chains = chains.iter_mut().filter(|chain| chain.fit.is_ok());
            match found {
                [first, second] => {
                    let (first, second) = (batch(first), batch(second));
                    for Chain { weights, fits, made, control, fit: done, .. } in chains {
                        let weight = if generation == 0 { 1.0 } else { weights.at(generation) };
                        let parts = [first.part(weight, made), second.part(weight, made)];
                        let parts = match [parts[0].weight > 0.0, parts[1].weight > 0.0] {
                            [true, true] => &parts[..],
                            [first, _] => &parts[usize::from(!first)..][..1],
                        };
                        *done = fit(parts, control, &mut fits[node]);
                    }
                }
                [only] => {
                    let only = batch(only);
                    for Chain { fits, made, control, fit: done, .. } in chains {
                        *done = fit(&[only.part(1.0, made)], control, &mut fits[node]);
                    }
                }
                all => {
                    for Chain { weights, fits, made, control, fit: done, .. } in chains {
                        let weight = if generation == 0 { 1.0 } else { weights.at(generation) };
                        let mut list = emptied(std::mem::take(parts));
                        list.extend(all.iter().map(|found| batch(found).part(weight, made)));
                        list.retain(|part| part.weight > 0.0);
                        *done = fit(&list, control, &mut fits[node]);
                        *parts = emptied(list);
                    }
                }
            }
        }
    }

    /// Memory for the places that are new.
    fn make_room(&mut self) {
        let Self { retraining: Retraining { model, .. }, chains, real, synthetic, shelf, .. } = self;
        for &rows in &shelf.real[real.len()..] {
            real.push((model.noise(rows), model.data(rows)));
        }
        for &rows in &shelf.synthetic[synthetic.len()..] {
            synthetic.push(model.noise(rows));
            chains.iter_mut().for_each(|chain| chain.made.push(model.data(rows)));
        }
    }

    /// Draws the batches that are born at a generation.
    fn draw(&mut self, replicate: u64, generation: u32) -> Result<(), FitFailure> {
        let Self { retraining: Retraining { model, source, .. }, plan, real, synthetic, shelf, .. } = self;
        let streams = Streams { seed: plan.seed, experiment: plan.experiment };
        let mut drawn = Ok(());
        for &Kept { batch, place, number, .. } in shelf.born() {
            let stream = |purpose| streams.nth(replicate, generation, purpose, number, plan.cell);
            if batch.origin == Origin::Real {
                let (noise, data) = &mut real[place];
                drawn = drawn.and(source.draw(model, &mut stream(Purpose::Real), noise, data));
            } else {
                model.draw(&mut stream(Purpose::Synthetic), &mut synthetic[place]);
            }
        }
        drawn
    }
}
