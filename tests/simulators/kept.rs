//! Outcomes that are kept and divided: the same bits with a store, without, after any interruption, from any shares.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use goldenweight::{
    adult::Table,
    experiment::Rows,
    simulate::{
        Model, Setting, Simulator, Source,
        adult::AdultLogistic,
        engine::{
            BLOCK, Options, Outcome, Plan, Record, ScheduleKind, Shared, Weights,
            store::{Run, Store, Stored, VALUES},
        },
        fixed_design::LinearFixedDesign,
        gaussian::GaussianRows,
    },
    stream::experiment_id,
};
use nalgebra::{DMatrix, DVector};

use crate::{Check, every_simulator, plan, regressions};

type Kept = BTreeMap<(String, u64, u64), Vec<Stored>>;

/// Keeps in memory, under the words themselves, and forgets what it is told to.
#[derive(Default)]
struct Memory {
    kept: Mutex<Kept>,
    names: Mutex<Vec<String>>,
    made: AtomicU64,
    lacking: AtomicU64,
}

impl Memory {
    fn words(&self, run: &Run) -> String {
        self.names.lock().unwrap()[run.name[0] as usize].clone()
    }

    /// Replicates that were kept, and those that were lacking, since the last time.
    fn counts(&self) -> (u64, u64) {
        (self.made.swap(0, Ordering::Relaxed), self.lacking.swap(0, Ordering::Relaxed))
    }
}

impl Store for Memory {
    fn name(&self, words: &str) -> [u8; 32] {
        let mut names = self.names.lock().unwrap();
        let known = names.iter().position(|known| known == words);
        let index = known.unwrap_or_else(|| {
            names.push(words.to_owned());
            names.len() - 1
        });
        [u8::try_from(index).unwrap(); 32]
    }

    fn find(&self, run: &Run, replicates: Range<u64>) -> Option<Vec<Stored>> {
        self.kept.lock().unwrap().get(&(self.words(run), replicates.start, replicates.end)).cloned()
    }

    fn beginning(&self, run: &Run, replicates: Range<u64>) -> Option<(u64, Vec<Stored>)> {
        let words = self.words(run);
        let kept = self.kept.lock().unwrap();
        let begins = kept.range((words.clone(), replicates.start, 0)..=(words, replicates.start, replicates.end));
        let usable = |end: u64| end == replicates.end || end.is_multiple_of(BLOCK);
        begins.rev().find(|((_, _, end), _)| usable(*end)).map(|((_, _, end), stored)| (*end, stored.clone()))
    }

    fn keep(&self, run: &Run, replicates: Range<u64>, stored: Vec<Stored>, _: Duration) {
        if replicates.start / BLOCK == (replicates.end - 1) / BLOCK {
            self.made.fetch_add(replicates.end - replicates.start, Ordering::Relaxed);
        }
        self.kept.lock().unwrap().insert((self.words(run), replicates.start, replicates.end), stored);
    }

    fn lacks(&self, _: &Run, replicates: Range<u64>) {
        self.lacking.fetch_add(replicates.end - replicates.start, Ordering::Relaxed);
    }

    fn conclude(&self, _: &Run, _: Range<u64>, _: Vec<Stored>) {}
}

/// Every bit that there is.
fn bits(outcomes: &[Outcome]) -> String {
    format!("{outcomes:?}")
}

const REPLICATES: u64 = 7 * BLOCK + 17;

/// Runs every simulator in all ways.
struct InAnyWay;

impl Check for InAnyWay {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        let weights = [Weights::Constant(0.4), Weights::Sequence(vec![0.9, 0.0, 0.3, 1.0])];
        for (schedule, paths, controls) in [
            (ScheduleKind::Fresh, false, true),
            (ScheduleKind::Fresh, true, false),
            (ScheduleKind::Fixed, false, false),
            (ScheduleKind::Accumulate, false, true),
        ] {
            let plan = Plan { schedule, ..plan(5, REPLICATES, &[0, 2, 4]) };
            let run = |plan: &Plan, store: Option<&Memory>, share| {
                let store = store.map(|memory| memory as &dyn Store);
                simulator.run(plan, &weights, Options { paths, controls, store, share, ..Options::default() })
            };
            let without = bits(&run(&plan, None, None));
            let memory = Memory::default();
            // A run that ended after some replicates, one that goes on, one that finds everything.
            let first = Plan { replicates: 0..3 * BLOCK, ..plan.clone() };
            run(&first, Some(&memory), None);
            assert_eq!(memory.counts(), (3 * BLOCK, 0), "{name}");
            assert_eq!(bits(&run(&plan, Some(&memory), None)), without, "{name}");
            assert_eq!(memory.counts(), (REPLICATES - 3 * BLOCK, 0), "{name}");
            assert_eq!(bits(&run(&plan, Some(&memory), None)), without, "{name}");
            assert_eq!(memory.counts(), (0, 0), "{name}");
            // Whatever is lost of it. Every record has one replicate in three or so of being there.
            for lost in 0..3 {
                let mut odd = lost;
                memory.kept.lock().unwrap().retain(|_, _| {
                    odd += 1;
                    odd % 3 != 0
                });
                assert_eq!(bits(&run(&plan, Some(&memory), None)), without, "{name}, lost {lost}");
            }
            // Shares, some twice, some never, in any order.
            for of in [3, 7, 64] {
                let memory = Memory::default();
                for index in [2, 0, 2] {
                    let found = run(&plan, Some(&memory), Some(Shared { index, of }));
                    let (_, lacking) = memory.counts();
                    // Of what is lacking nothing is in the outcome: it is that of the replicates before.
                    let done = found[0].moments[0][0].count() + found[0].failed_fits;
                    assert!(lacking > 0 && done + lacking <= REPLICATES, "{name}, {of} shares");
                    let until = Plan { replicates: 0..done, ..plan.clone() };
                    assert_eq!(bits(&found), bits(&run(&until, None, None)), "{name}, {of} shares");
                }
                assert_eq!(bits(&run(&plan, Some(&memory), None)), without, "{name}, {of} shares");
                let memory = Memory::default();
                let mut made = 0;
                for index in (0..of).rev() {
                    run(&plan, Some(&memory), Some(Shared { index, of }));
                    made += memory.counts().0;
                }
                assert_eq!(made, REPLICATES, "{name}: each block once");
                assert_eq!(bits(&run(&plan, Some(&memory), Some(Shared { index: 0, of }))), without, "{name}");
                assert_eq!(memory.counts(), (0, 0), "{name}: nothing is left");
            }
        }
    }
}

#[test]
fn a_store_and_shares_do_not_matter() {
    let rows = Rows { real: 8, synthetic: 5 };
    every_simulator(rows, 2, &mut InAnyWay);
    regressions(rows, 2, &mut InAnyWay);
    InAnyWay.check("adult", &AdultLogistic::new(Table::embedded(), Rows { real: 40, synthetic: 30 }));
    let design = DMatrix::from_fn(9, 2, |i, j| if j == 0 { 1.0 } else { i as f64 });
    InAnyWay.check("fixed design", &LinearFixedDesign::new(design, DVector::from_vec(vec![1.0, -0.5]), 0.7).unwrap());
}

/// What each run is called.
#[derive(Default)]
struct Names(Memory);

impl Check for Names {
    fn check<M: Model, S: Source<M>>(&mut self, _: &str, simulator: &Setting<M, S>) {
        let options = |store| Options { store: Some(store), ..Options::default() };
        simulator.run(&plan(5, 1, &[1]), &[Weights::Constant(0.4)], options(&self.0 as &dyn Store));
    }
}

/// Nothing that changes a number leaves the name as it is.
#[test]
fn runs_have_names_of_their_own() {
    let mut names = Names::default();
    let mut expected = 0;
    for (real, synthetic, dim) in [(8, 5, 1), (8, 6, 1), (9, 5, 1), (8, 5, 2)] {
        every_simulator(Rows { real, synthetic }, dim, &mut names);
        regressions(Rows { real, synthetic }, dim, &mut names);
        // The dimension is no parameter of four: categories by either simulator, distribution functions, densities.
        expected += if dim == 2 { 6 } else { 10 };
    }
    assert_eq!(names.0.names.lock().unwrap().len(), expected);
    let simulator = goldenweight::simulate::cdf::CdfRows::new(Rows { real: 8, synthetic: 5 });
    let base = plan(5, 1, &[1]);
    let plans = [
        Plan { seed: 1, ..base.clone() },
        Plan { experiment: 1, ..base.clone() },
        Plan { cell: 1, ..base.clone() },
        Plan { schedule: ScheduleKind::Fixed, ..base.clone() },
        Plan { record: Record::At(vec![2]), ..base.clone() },
        Plan { record: Record::Average { from: 1, until: 2 }, ..base.clone() },
    ];
    let memory = Memory::default();
    let options = Options { store: Some(&memory), ..Options::default() };
    let half = [Weights::Constant(0.5)];
    for plan in plans.iter().chain([&base]) {
        simulator.run(plan, &half, options);
    }
    // A last digit of a parameter or of a weight.
    let next = f64::from_bits(0.5_f64.to_bits() + 1);
    for variance in [0.5, next] {
        let sigma = DMatrix::from_element(1, 1, variance);
        GaussianRows::new(sigma, Rows { real: 8, synthetic: 5 }).run(&base, &half, options);
    }
    simulator.run(&base, &[Weights::Constant(next)], options);
    simulator.run(&base, &half, Options { paths: true, ..options });
    simulator.run(&base, &half, Options { controls: true, ..options });
    assert_eq!(memory.names.lock().unwrap().len(), plans.len() + 6);
}

/// A hash of the outcomes that a store may keep and `references/digits.csv` does not have.
struct Hashed(String);

impl Check for Hashed {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        // The densities are younger than the hash: they enter it where it is next written.
        if name == "kde" {
            return;
        }
        for schedule in [ScheduleKind::Fresh, ScheduleKind::Accumulate] {
            let plan = Plan { schedule, ..plan(5, REPLICATES, &[0, 3]) };
            let options = Options { controls: true, ..Options::default() };
            self.0 += &bits(&simulator.run(&plan, &[Weights::Constant(0.4)], options));
        }
    }
}

/// Where simulated digits change, so must [`VALUES`]: a store of the version before would mix old digits with new ones. Then write the new number and the new hash here.
#[test]
fn changed_digits_have_another_version() {
    let rows = Rows { real: 30, synthetic: 20 };
    let mut hashed = Hashed(include_str!("../references/digits.csv").to_owned());
    every_simulator(rows, 3, &mut hashed);
    regressions(rows, 3, &mut hashed);
    hashed.check("adult", &AdultLogistic::new(Table::embedded(), Rows { real: 300, synthetic: 200 }));
    assert_eq!((VALUES, experiment_id(&hashed.0)), (1, 12_608_002_273_072_672_870));
}
