//! The digits of version 0.1, simulator by simulator: a change of the engine or of a model must leave them alone, or say that it is value-breaking.
//!
//! `tests/references/digits.csv` was written by this test at version 0.1.0 (commit 1a80438) and is not written by it again, but for twelve
//! lines of the fixed design: since 0.2 its labels are mixed after they are made, which changes the last digits.

use std::fmt::Write;

use goldenweight::{
    adult::Table,
    experiment::Rows,
    simulate::{
        Model, Setting, Simulator, Source,
        adult::AdultLogistic,
        engine::{Options, Outcome, Plan, Record, ScheduleKind, Weights},
        fixed_design::LinearFixedDesign,
    },
    stream::experiment_id,
};
use nalgebra::{DMatrix, DVector};

use crate::{Check, every_simulator, plan, regressions};

/// Every number of an outcome as its shortest digits that read back as the same bits, hashed; and the failed fits, to be read.
fn digest(outcome: &Outcome) -> String {
    let mut digits = String::new();
    for moments in outcome.moments.iter().flatten() {
        let (mean, variance, skewness) = (moments.mean(), moments.variance(), moments.skewness());
        write!(digits, "{} {mean:?} {variance:?} {skewness:?};", moments.count()).unwrap();
    }
    format!("{:016x},{}", experiment_id(&digits), outcome.failed_fits)
}

/// A line for each simulator, kind of real rows, record and weight.
struct Digits {
    sizes: String,
    lines: Vec<String>,
}

impl Check for Digits {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        if name == "kde" {
            return; // which version 0.1 did not have
        }
        let weights = [0.0, 0.3, 0.618, 1.0].map(Weights::Constant);
        let weights = [&weights[..], &[Weights::Sequence(vec![0.9, 0.0, 0.3, 1.0, 0.2])]].concat();
        let generations = plan(11, 150, &[0, 1, 4]);
        let average = Plan { record: Record::Average { from: 2, until: 6 }, ..generations.clone() };
        for (record, plan) in [("at", generations), ("average", average)] {
            for (real, schedule) in [("fresh", ScheduleKind::Fresh), ("fixed", ScheduleKind::Fixed)] {
                let grid = simulator.run(&Plan { schedule, ..plan.clone() }, &weights, Options::default());
                for (weight, outcome) in ["0", ".3", ".618", "1", "sequence"].iter().zip(&grid) {
                    self.lines.push(format!("{name},{},{real},{record},{weight},{}", self.sizes, digest(outcome)));
                }
            }
        }
    }
}

#[test]
fn digits_are_those_of_version_0_1() {
    let mut digits = Digits { sizes: String::new(), lines: Vec::new() };
    for (real, synthetic, dim) in [(8, 5, 1), (8, 5, 3), (9, 2, 3), (33, 47, 2), (20, 61, 6)] {
        let rows = Rows { real, synthetic };
        digits.sizes = format!("{real},{synthetic},{dim}");
        every_simulator(rows, dim, &mut digits);
        regressions(rows, dim, &mut digits);
    }
    digits.sizes = "300,200,6".to_owned();
    digits.check("adult", &AdultLogistic::new(Table::embedded(), Rows { real: 300, synthetic: 200 }));
    digits.sizes = "9,9,2".to_owned();
    let design = DMatrix::from_fn(9, 2, |i, j| if j == 0 { 1.0 } else { i as f64 });
    let fixed = LinearFixedDesign::new(design, DVector::from_vec(vec![1.0, -0.5]), 0.7).unwrap();
    digits.check("fixed design", &fixed);
    let expected: Vec<&str> = include_str!("../references/digits.csv").lines().skip(1).collect();
    assert_eq!(digits.lines.len(), expected.len());
    let changed: Vec<_> = digits.lines.iter().zip(expected).filter(|(found, expected)| found != expected).collect();
    assert!(changed.is_empty(), "{} digests changed: {changed:#?}", changed.len());
}
