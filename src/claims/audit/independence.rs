//! Whether chains are independent: their losses, of different replicates, cells and generations.
//!
//! Everything that is said of a simulated mean, its standard error first, takes replicates to be independent. Chains that share their real rows, or a stream of
//! random numbers, may have the right mean all the same.
//!
//! # Derivation
//! Let X and Y be the losses of two chains, and X' and Y' those of two chains of other experiments, of the same laws. X - X' has a law that is symmetric about 0, whatever that of X is,
//! and so has Y - Y'. If all four are independent, the two differences have the same sign with probability 1/2: exactly, for every model and size, and without
//! a formula for the risk. Chains that share something have the same sign more often: with probability 1/2 + arcsin(r)/pi if the differences are normal with correlation r.
//! A chain is in two pairs: the first of one, the second of the other. The pairs are independent all the same, if the chains are. For the second difference of a pair is in no
//! pair before; it has either sign with probability 1/2 whatever those before it are, and so has the product.
//!
//! Where a difference is 0, as of categories it may be, or a fit failed, every other pair counts as one of the same sign.

use std::{fmt, ops::Range, sync::atomic::AtomicBool};

use goldenweight_evidence::{BLOCK, Case as General, Draw, Key, Simulation, Tally, audit, failures};
use nalgebra::DMatrix;

use super::streams::{Batches, Keys, Own, Streams};
use super::{Case, Cell, Claim, Exactness, Source};
use crate::catalogue::{self, Model};
use crate::claims::check::{conclude, concluded, in_blocks, simulation};
use crate::claims::domain::weight;
use crate::experiment::{Parameters, Problem, Rows};
use crate::prediction::Law;
use crate::simulate::Simulator;
use crate::simulate::dispatch::SimulatorKind;
use crate::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
use crate::simulate::gaussian::GaussianSufficient;

/// Which two chains are compared.
#[derive(Clone, Copy, Debug)]
enum Pair {
    /// Of replicates that are so far apart (a power of 2, at most [`BLOCK`]), at generation t.
    Replicates { lag: u64, t: u32 },
    /// Of neighbouring replicates, the one at t, the other at t + 1.
    Generations { t: u32 },
    /// Of the same replicate in two cells of an experiment, at t.
    Cells { t: u32 },
}

/// A pair of chains of a problem.
#[derive(Clone)]
struct Signs {
    problem: Problem,
    schedule: ScheduleKind,
    pair: Pair,
}

/// The weight of the real rows: enough of both parts for either to be seen.
const WEIGHT: f64 = 0.5;

/// Between the two cells of [`Pair::Cells`], beyond those of any check.
const APART: u64 = 1 << 40;

impl fmt::Display for Signs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} rows, ", self.problem.model(), self.schedule.name())?;
        match self.pair {
            Pair::Replicates { lag, t } => write!(f, "replicates {lag} apart, t = {t}"),
            Pair::Generations { t } => write!(f, "neighbouring replicates, t = {t} and {}", t + 1),
            Pair::Cells { t } => write!(f, "two cells, t = {t}"),
        }
    }
}

impl Signs {
    fn simulator(&self) -> Box<dyn Simulator> {
        let simulator = self.problem.truth().simulator(SimulatorKind::Rows, self.problem.rows());
        simulator.expect("every model has one by rows")
    }

    /// Chains of another experiment or cell, of which the losses at t are recorded.
    fn plan(&self, Draw { key, replicates, .. }: &Draw<'_>, other: (u64, u64), t: u32) -> Plan {
        Plan {
            seed: key.seed,
            experiment: key.experiment.wrapping_add(other.0),
            cell: key.cell.wrapping_add(other.1),
            replicates: replicates.clone(),
            schedule: self.schedule,
            record: Record::At(vec![t]),
        }
    }

    /// Their losses at t.
    fn losses(&self, simulator: &dyn Simulator, draw: &Draw<'_>, other: (u64, u64), t: u32) -> Vec<f64> {
        let loss = self.problem.model().loss_index;
        // What is kept are the signs.
        let options = Options { stop: draw.stop, paths: true, store: None, ..Options::default() };
        let outcome = simulator.run(&self.plan(draw, other, t), &[Weights::Constant(WEIGHT)], options).remove(0);
        outcome.paths.into_iter().map(|path| path[loss]).collect()
    }

    /// The signs of a block of pairs: each that differs is a failure.
    fn block(&self, simulator: &dyn Simulator, draw: &Draw<'_>) -> Tally {
        // X - X' of all chains: the second is of another experiment, as far as the pair asks for.
        let differences = |draw: &Draw<'_>, other: (u64, u64), t| -> Vec<f64> {
            let prime = (other.0 + 1, other.1);
            let first = self.losses(simulator, draw, other, t).into_iter();
            first.zip(self.losses(simulator, draw, prime, t)).map(|(x, prime)| x - prime).collect()
        };
        // Pair i is of the chains i and i + lag.
        let to = |lag: u64| Draw { replicates: draw.replicates.start..draw.replicates.end + lag, ..draw.clone() };
        let (lag, first, second) = match self.pair {
            Pair::Replicates { lag, t } => {
                let all = differences(&to(lag), (0, 0), t);
                (lag, all.clone(), all)
            }
            Pair::Generations { t } => (1, differences(draw, (0, 0), t), differences(&to(1), (0, 0), t + 1)),
            Pair::Cells { t } => (0, differences(draw, (0, 0), t), differences(draw, (2, APART), t)),
        };
        let mut tally = Tally::default();
        let pairs =
            (draw.replicates.start..draw.replicates.end).zip(first.iter().zip(second.iter().skip(lag as usize)));
        for (pair, (x, y)) in pairs {
            let product = x * y;
            let same = product > 0.0 || ((product == 0.0 || product.is_nan()) && pair % 2 == 0);
            tally.push((!same).then_some(0.0));
        }
        tally
    }
}

impl Simulation for Signs {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        let simulator = self.simulator();
        let block = |pairs: Range<u64>| {
            let count = pairs.end - pairs.start;
            let tally = self.block(&*simulator, &Draw { replicates: pairs, ..draw.clone() });
            (vec![(vec![tally.moments], tally.failed)], tally.replicates() == count)
        };
        let found = in_blocks(&draw, self.identity(draw.key), 1, block);
        found.into_iter().map(|(moments, failed)| Tally { moments: moments[0], failed }).collect()
    }

    fn is_shared(&self) -> bool {
        true
    }

    /// At most four chains for each pair.
    fn cost(&self) -> f64 {
        let (Pair::Replicates { t, .. } | Pair::Generations { t } | Pair::Cells { t }) = self.pair;
        let Rows { real, synthetic } = self.problem.rows();
        4.0 * (real + synthetic) as f64 * self.problem.dim() as f64 * f64::from(t + 1)
    }

    fn identity(&self, key: Key) -> Option<String> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let draw = Draw { key, replicates: 0..0, points: &[], stop: &NEVER, share: None };
        let (Pair::Replicates { t, .. } | Pair::Generations { t } | Pair::Cells { t }) = self.pair;
        let options = Options { paths: true, ..Options::default() };
        let chains = self.simulator().identity(&self.plan(&draw, (0, 0), t), &[Weights::Constant(WEIGHT)], options)?;
        Some(format!("signs of neighbours {:?}, loss {}\n{chains}", self.pair, self.problem.model().loss_index))
    }

    fn concluded(&self, key: Key, words: &str, replicates: u64) -> Option<Vec<f64>> {
        concluded(key, words, replicates)
    }

    fn conclude(&self, key: Key, words: &str, replicates: u64, numbers: Vec<f64>) {
        conclude(key, words, replicates, numbers);
    }
}

/// The pairs of a model's chains that are looked at.
const PAIRS: [Pair; 6] = [
    Pair::Replicates { lag: 1, t: 1 },
    Pair::Replicates { lag: 8, t: 2 },
    Pair::Replicates { lag: BLOCK, t: 3 },
    Pair::Replicates { lag: 1, t: 8 },
    Pair::Generations { t: 2 },
    Pair::Cells { t: 2 },
];

fn signs() -> Vec<General> {
    let problem =
        |model: Model| Problem::new(model, 20, 16, &Parameters::default()).expect("defaults for what is not given");
    let case = |problem: &Problem, schedule, pair| {
        let signs = Signs { problem: problem.clone(), schedule, pair };
        General::new(signs.to_string(), signs, 0.5)
    };
    // One problem for all pairs of a model: a best bandwidth is looked for once.
    let fresh = catalogue::ALL.into_iter().flat_map(|model| {
        let problem = problem(model);
        PAIRS.map(|pair| case(&problem, ScheduleKind::Fresh, pair))
    });
    let mean = problem(&catalogue::GAUSSIAN_MEAN);
    let others = [ScheduleKind::Fixed, ScheduleKind::Accumulate]
        .map(|schedule| case(&mean, schedule, Pair::Replicates { lag: 1, t: 3 }));
    fresh.chain(others).collect()
}

/// Tests of independence up to t = 20. If replicates shared rows from some generation on, their mean would be right, but its standard error too small.
fn blocks() -> Vec<Case> {
    let (rows, sigma) = (Rows { real: 20, synthetic: 16 }, DMatrix::identity(1, 1));
    let case = |w, t| {
        let risk = Law::gaussian_mean(&sigma, rows).expect("valid sizes").risk_at(weight(w), t);
        let cell = Cell::new(rows, 1, w, Record::At(vec![t])).named("blocks of 64");
        Case::of_blocks(cell, GaussianSufficient::new(sigma.clone(), rows), 0, risk)
    };
    vec![case(0.7, 2), case(0.5, 3), case(0.5, 20)]
}

/// The claim.
pub(super) fn claim() -> Claim {
    Claim {
        id: "audit-independence",
        statement: "chains of different replicates, cells and generations are independent, and so are random streams of different keys",
        domain: "losses of every model at n = 20, m = 16, w = 1/2 and t = 1, 2, 3, 8, replicates 1 to 64 apart; keys at distances up to 2³², chains of up to 10⁶ generations",
        source: Source::Derived,
        exactness: Exactness::Visited,
        checks: audits!(
            "keys of random streams",
            "more keys of random streams",
            40,
            Streams,
            "independence: a correlation of 0",
            []
        )
        .into_iter()
        .chain(audits!("pairs of keys", "more pairs of keys", 2000, Keys, "independence: a correlation of 0", []))
        .chain(audits!(
            "pairs of batches",
            "more pairs of batches",
            500,
            Batches,
            "independence: a correlation of 0",
            []
        ))
        .chain(audits!("batches of long chains", "batches of more long chains", 16, Own, "streams of these keys", []))
        .chain([
            failures("share of pairs of the same sign", 23_040, 0.094, signs())
                .of("share of equal signs")
                // Decided at a quarter of its cap, it detects little more than its margin: 1 %.
                .coarse(1.15),
            simulation("variance between blocks over that within", 3_300_000, 0.092, blocks())
                .of("variance ratio")
                .coarse(f64::INFINITY),
        ])
        .collect(),
    }
}
