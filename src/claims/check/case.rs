//! A place with its simulator, in the form that the crate of evidence compares. This is the one file that makes a [`Simulation`] of the engine.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use goldenweight_evidence::{BLOCK, Between, Case as General, Draw, Expected, Key, Simulation, Tally};

use crate::experiment::{Problem, Rows};
use crate::simulate::Simulator;
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::store::{self, Blockwise, Run as Of, Store, Stored};
use crate::simulate::engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights};
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;

/// A place at which a risk is compared: the rows per generation, the dimension (coefficients, categories), the weights, what is recorded.
///
/// # Examples
/// see [`Case`].
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Rows per generation. A ladder compares a risk at growing sizes; its size is the number of real rows.
    pub rows: Rows,
    /// Dimension.
    pub dim: usize,
    /// Weights; none where the optimal weight is searched for.
    pub weights: Option<Weights>,
    /// What is recorded.
    pub record: Record,
    schedule: ScheduleKind,
    name: &'static str,
}

impl Cell {
    /// A place at a constant weight.
    #[must_use]
    pub fn new(rows: Rows, dim: usize, weight: f64, record: Record) -> Self {
        Self { weights: Some(Weights::Constant(weight)), ..Self::minimised(rows, dim, record) }
    }

    /// A place whose optimal weight is searched for.
    #[must_use]
    pub const fn minimised(rows: Rows, dim: usize, record: Record) -> Self {
        Self { rows, dim, weights: None, record, schedule: ScheduleKind::Fresh, name: "" }
    }

    /// The same with a weight for each generation.
    #[must_use]
    pub fn with_weights(self, weights: Vec<f64>) -> Self {
        Self { weights: Some(Weights::Sequence(weights)), ..self }
    }

    /// The same under a name, which is printed before its numbers.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The weights of a chain where the simulation's parameter has this value. A constant weight is that parameter; a sequence ignores it.
    fn weights_at(&self, point: f64) -> Weights {
        match &self.weights {
            Some(sequence @ Weights::Sequence(_)) => sequence.clone(),
            Some(Weights::Constant(_)) | None => Weights::Constant(point),
        }
    }

    /// What a replicate costs, roughly: so many numbers are drawn and fitted.
    fn cost(&self) -> f64 {
        let generations = match &self.record {
            Record::At(generations) => 1 + generations[generations.len() - 1],
            Record::Average { until, .. } => *until,
        };
        (self.rows.real + self.rows.synthetic) as f64 * self.dim as f64 * f64::from(generations)
    }

    /// The weight, where it is constant.
    const fn weight(&self) -> Option<f64> {
        if let Some(Weights::Constant(weight)) = self.weights { Some(weight) } else { None }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "{}, ", self.name)?;
        }
        write!(f, "n = {}, m = {}, p = {}", self.rows.real, self.rows.synthetic, self.dim)?;
        match &self.weights {
            // Six digits tell the weights of the claims apart.
            Some(Weights::Constant(w)) => write!(f, ", w = {}", (w * 1e6).round() / 1e6)?,
            Some(Weights::Sequence(_)) => write!(f, ", changing weights")?,
            None => {}
        }
        match &self.record {
            Record::At(generations) => write!(f, ", t = {}", generations[generations.len() - 1]),
            Record::Average { from, until } => write!(f, ", t = {from}..{}", until - 1),
        }
    }
}

/// Runs replicates of a cell at several weights.
type Run = dyn Fn(&Cell, Draw<'_>) -> Vec<Tally> + Send + Sync;

/// Tells what the numbers of a cell follow from.
type Words = dyn Fn(&Cell, Key) -> Option<String> + Send + Sync;

/// A simulator at a cell, with what theory expects there.
///
/// # Examples
/// ```
/// use goldenweight::{
///     catalogue, claims::check::{Case, simulation}, experiment::{Parameters, Problem}, simulate::dispatch::SimulatorKind,
/// };
///
/// // The mean of ten real rows N(0, I) in two dimensions: a risk of 2/10 at generation 0.
/// let problem = Problem::new(&catalogue::GAUSSIAN_MEAN, 10, 10, &Parameters::default())?;
/// let case = Case::of_problem(problem, SimulatorKind::Rows, 0.5, 0, 0.2);
/// assert_eq!((case.cell().rows.real, case.cell().dim), (10, 2));
/// let check = simulation("generation 0", 20_000, 0.05, vec![case]);
/// assert_eq!((check.name, check.comparisons()), ("generation 0", 1));
/// # Ok::<(), goldenweight::experiment::InputError>(())
/// ```
#[derive(Clone)]
pub struct Case {
    cell: Cell,
    run: Arc<Run>,
    words: Arc<Words>,
    loss: usize,
    expected: Expected,
    /// Whether a value of a tally is one replicate, and not a block of them.
    single: bool,
    /// Its cap over that of its check.
    share: f64,
}

fn plan(cell: &Cell, draw: &Draw<'_>) -> Plan {
    let Key { seed, experiment, cell: batch } = draw.key;
    let replicates = draw.replicates.clone();
    Plan { seed, experiment, cell: batch, replicates, schedule: cell.schedule, record: cell.record.clone() }
}

/// A simulator's loss of this index, of the last recorded generation: less its control where it has one and no fit has failed, which has the same mean.
fn tallies(simulator: &dyn Simulator, loss: usize, cell: &Cell, draw: &Draw<'_>) -> Vec<Tally> {
    tallies_with(simulator, loss, cell, draw, Options { share: draw.share, ..Options::default() })
}

/// The same, kept as the options say.
fn tallies_with(simulator: &dyn Simulator, loss: usize, cell: &Cell, draw: &Draw<'_>, kept: Options<'_>) -> Vec<Tally> {
    let weights: Vec<_> = draw.points.iter().map(|&point| cell.weights_at(point)).collect();
    let options = Options { stop: draw.stop, controls: true, ..kept };
    let tally = |outcome: Outcome| {
        let controlled = outcome.controlled.filter(|_| outcome.failed_fits == 0);
        let recorded = controlled.unwrap_or(outcome.moments).pop().expect("an entry is recorded");
        Tally { moments: recorded[loss], failed: outcome.failed_fits }
    };
    simulator.run(&plan(cell, draw), &weights, options).into_iter().map(tally).collect()
}

/// What they follow from. The weights of a cell without any are told by whoever draws at them.
fn words(simulator: &dyn Simulator, loss: usize, cell: &Cell, key: Key) -> Option<String> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    let draw = Draw { key, replicates: 0..0, points: &[], stop: &NEVER, share: None };
    let options = Options { controls: true, ..Options::default() };
    let words = simulator.identity(&plan(cell, &draw), &[cell.weights_at(0.0)], options)?;
    Some(format!("loss {loss}\n{words}"))
}

fn run_of<S: Simulator + Send + 'static>(simulator: S, loss: usize) -> (Arc<Run>, Arc<Words>) {
    let simulator = Arc::new(simulator);
    let told = Arc::clone(&simulator);
    (
        Arc::new(move |cell, draw| tallies(&*simulator, loss, cell, &draw)),
        Arc::new(move |cell, key| words(&*told, loss, cell, key)),
    )
}

impl Case {
    /// The loss of index `loss` of `simulator`. Where the cell has weights, `expected` is theory's mean of what is recorded; else it is theory's optimal
    /// weight.
    pub fn new<S: Simulator + Send + 'static>(cell: Cell, simulator: S, loss: usize, expected: f64) -> Self {
        let (run, words) = run_of(simulator, loss);
        Self { cell, run, words, loss, expected: Expected::Value(expected), single: true, share: 1.0 }
    }

    /// The simulation that the program runs for a problem, at a weight and generation.
    pub fn of_problem(problem: Problem, kind: SimulatorKind, weight: f64, t: u32, expected: f64) -> Self {
        let cell = Cell::new(problem.rows(), problem.dim(), weight, Record::At(vec![t]));
        let loss = problem.model().loss_index;
        let simulator = move |cell: &Cell| simulator(&problem, kind, cell.schedule).expect("a simulator of this kind");
        let told = simulator.clone();
        let run = move |cell: &Cell, draw: Draw<'_>| tallies(&*simulator(cell), loss, cell, &draw);
        let words = move |cell: &Cell, key| words(&*told(cell), loss, cell, key);
        Self {
            cell,
            run: Arc::new(run),
            words: Arc::new(words),
            loss,
            expected: Expected::Value(expected),
            single: true,
            share: 1.0,
        }
    }

    /// A test that replicates are independent (see [`Between`]), on a recorded loss of this `mean`. Of a block, only what the test makes of it is kept.
    pub fn of_blocks<S: Simulator + Send + 'static>(cell: Cell, simulator: S, loss: usize, mean: f64) -> Self {
        let simulator = Arc::new(simulator);
        let told = Arc::clone(&simulator);
        let words = move |cell: &Cell, key| Some(format!("blocks, mean {mean:?}\n{}", words(&*told, loss, cell, key)?));
        let words: Arc<Words> = Arc::new(words);
        let told = Arc::clone(&words);
        let run = move |cell: &Cell, draw: Draw<'_>| {
            let block = |replicates: Range<u64>| {
                let count = replicates.end - replicates.start;
                let draw = Draw { replicates, ..draw.clone() };
                let found = tallies_with(&*simulator, loss, cell, &draw, Options { store: None, ..Options::default() });
                let whole = found.iter().all(|tally| tally.replicates() == count);
                let between = found.iter().map(|tally| Between::of_block(tally, mean));
                (between.map(|Between { distances, all, failed }| (vec![distances, all], failed)).collect(), whole)
            };
            let found = in_blocks(&draw, told(cell, draw.key), 2, block);
            let between =
                |(moments, failed): (Vec<Moments>, u64)| Between { distances: moments[0], all: moments[1], failed };
            found.into_iter().map(|found| between(found).tally()).collect()
        };
        Self { cell, run: Arc::new(run), words, loss, expected: Expected::Value(1.0), single: false, share: 1.0 }
    }

    /// The same with theory's risk at every weight, for checks that use more than the minimum.
    #[must_use]
    pub fn with_curve(self, curve: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        let expected = Expected::Minimum(self.expected.value(), Arc::new(curve));
        Self { expected, ..self }
    }

    /// The same, compared with the risk that another implementation simulated. That risk has a standard error of its own.
    #[must_use]
    pub fn against(self, reference: Estimate) -> Self {
        Self { expected: Expected::Estimate(reference), ..self }
    }

    /// Where it is.
    #[must_use]
    pub const fn cell(&self) -> &Cell {
        &self.cell
    }

    /// The same with another simulator.
    #[must_use]
    pub fn simulated_by<S: Simulator + Send + 'static>(self, simulator: S) -> Self {
        let (run, words) = run_of(simulator, self.loss);
        Self { run, words, ..self }
    }

    /// The same with another record.
    #[must_use]
    pub fn recording(self, record: Record) -> Self {
        Self { cell: Cell { record, ..self.cell }, ..self }
    }

    /// The same under another schedule.
    #[must_use]
    pub fn under(self, schedule: ScheduleKind) -> Self {
        Self { cell: Cell { schedule, ..self.cell }, ..self }
    }

    /// The same with so many times the cap of its check.
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// The same under a name, which is printed before its numbers.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { cell: self.cell.named(name), ..self }
    }

    /// The same with the real rows of generation 0 at every generation.
    #[must_use]
    pub fn with_fixed_rows(self) -> Self {
        self.under(ScheduleKind::Fixed)
    }

    /// The case from which [`general`](Self::general) made this one.
    ///
    /// # Panics
    /// On a case that `general` did not make.
    #[must_use]
    pub fn of_general(case: &General) -> &Self {
        case.place_as().expect("a case of this program's claims")
    }

    /// The case in the form of the crate of evidence. It carries this case, so that a mutant can take it and change it.
    #[must_use]
    pub fn general(self) -> General {
        let (run, words) = (Arc::clone(&self.run), Arc::clone(&self.words));
        let simulation = Simulated { cell: self.cell.clone(), run, words, single: self.single };
        let (size, weight, expected) = (self.cell.rows.real as f64, self.cell.weight(), self.expected.clone());
        let share = self.share;
        let case = General::new(self, simulation, expected.value()).sized(size).with_share(share);
        let case = case.at(weight.unwrap_or_default());
        match expected {
            Expected::Value(_) => case,
            Expected::Estimate(reference) => case.against(reference),
            Expected::Minimum(_, curve) => case.with_curve(move |weight| curve(weight)),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cell.fmt(f)
    }
}

/// The chains of a case. The parameter of the simulation is the weight.
struct Simulated {
    cell: Cell,
    run: Arc<Run>,
    words: Arc<Words>,
    single: bool,
}

/// The store of the process with the run that these words tell.
fn kept(key: Key, words: &str) -> Option<(&'static dyn Store, Of)> {
    let store = store::installed()?;
    Some((store, Of { name: store.name(words), seed: key.seed, experiment: key.experiment }))
}

/// What blocks of replicates give, kept as such and not as the replicates that it is made of: for each point so many moments, and how many failed. `words` tell all that it follows
/// from, but for the points; where there are none, nothing is kept. `block` also says whether all of its replicates were drawn.
pub(crate) fn in_blocks(
    draw: &Draw<'_>,
    words: Option<String>,
    moments: usize,
    block: impl Fn(Range<u64>) -> (Vec<(Vec<Moments>, u64)>, bool) + Sync,
) -> Vec<(Vec<Moments>, u64)> {
    let stored = |(moments, failed_fits)| Stored { moments, failed_fits, ..Stored::default() };
    let store = words.and_then(|words| kept(draw.key, &format!("points {:?}\n{words}", draw.points)));
    let store = store.map(|(store, run)| (store as &dyn Store, run));
    let (replicates, share) = (draw.replicates.clone(), draw.share);
    let work = Blockwise { replicates, store, share, progress: &|_| (), keeps_beginnings: true };
    let nothing = vec![stored((vec![Moments::default(); moments], 0)); draw.points.len()];
    let found = work.run(nothing, |replicates| {
        let (found, whole) = block(replicates);
        (found.into_iter().map(stored).collect(), whole)
    });
    found.into_iter().map(|found| (found.moments, found.failed_fits)).collect()
}

/// Numbers that were concluded under these words: see [`Simulation::concluded`].
pub(crate) fn concluded(key: Key, words: &str, replicates: u64) -> Option<Vec<f64>> {
    let (store, run) = kept(key, words)?;
    store.find(&run, 0..replicates)?.pop()?.paths.pop()
}

/// Keeps such numbers: see [`Simulation::conclude`].
pub(crate) fn conclude(key: Key, words: &str, replicates: u64, numbers: Vec<f64>) {
    if let Some((store, run)) = kept(key, words) {
        store.conclude(&run, 0..replicates, vec![Stored { paths: vec![numbers], ..Stored::default() }]);
    }
}

impl Simulation for Simulated {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        (self.run)(&self.cell, draw)
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn values(&self, replicates: u64) -> u64 {
        if self.single { replicates } else { replicates.div_ceil(BLOCK) }
    }

    fn cost(&self) -> f64 {
        self.cell.cost()
    }

    fn identity(&self, key: Key) -> Option<String> {
        store::installed()?;
        (self.words)(&self.cell, key)
    }

    fn concluded(&self, key: Key, words: &str, replicates: u64) -> Option<Vec<f64>> {
        concluded(key, words, replicates)
    }

    fn conclude(&self, key: Key, words: &str, replicates: u64, numbers: Vec<f64>) {
        conclude(key, words, replicates, numbers);
    }
}
