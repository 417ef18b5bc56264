//! Every simulator against another implementation of the same setting: `tests/references/simulators.py`, in NumPy.
//!
//! The script was written from the description of the setting, not from this program; no law of the theory has a part on
//! either side. Its risks are in `simulators.csv`.

use goldenweight::{
    experiment::{Model, Rows},
    outcome::Verdict,
    simulate::{
        Simulator,
        categorical::{CategoricalRows, CategoricalSufficient},
        cdf::CdfRows,
        engine::{Outcome, Plan, RealRows, Record, Weights, run},
        gaussian::{GaussianRows, GaussianSufficient},
        linear::{LinearRows, LinearSufficient},
        logistic::Logistic,
        poisson::Poisson,
    },
    stats::{
        compare::{Estimate, MAX_SKEWNESS, compare},
        family::{FAMILY_FALSE_ALARM, Family},
    },
};
use nalgebra::{DMatrix, DVector};

/// Fixed, so that the test has the same result every time.
const SEED: u64 = 20_250_218;

/// Largest relative difference that may be found with less than 99 % power.
const DETECTABLE: f64 = 0.03;

/// Standard error of a difference, relative to the risk: that effect over 6.5 (bound and power), with 7 % to spare.
const STD_ERROR: f64 = 0.0043;

/// A line of the file.
struct Reference {
    line: &'static str,
    model: Model,
    rows: Rows,
    weight: f64,
    generation: u32,
    real_rows: RealRows,
    truth: Vec<f64>,
    risk: Estimate,
}

impl Reference {
    fn read(line: &'static str) -> Self {
        let fields: Vec<_> = line.split(',').collect();
        let [model, n, m, w, t, real_rows, truth, replicates, risk, std_error, skewness] = fields[..] else {
            panic!("eleven fields: {line}")
        };
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let count = |text: &str| text.parse::<u64>().expect("a count");
        let real_rows = match real_rows {
            "fresh" => RealRows::Fresh,
            "fixed" => RealRows::Fixed,
            other => panic!("fresh or fixed, not {other}"),
        };
        let replicates = number(replicates);
        Self {
            line,
            model: model.parse().expect("a model"),
            rows: Rows { real: count(n) as usize, synthetic: count(m) as usize },
            weight: number(w),
            generation: count(t) as u32,
            real_rows,
            truth: truth.split_whitespace().map(number).collect(),
            risk: Estimate {
                value: number(risk),
                std_error: number(std_error),
                degrees: replicates - 1.0,
                skewness: number(skewness) / replicates.sqrt(),
                skewness_error: 6f64.sqrt() / replicates,
            },
        }
    }

    /// Whether one chain yields the loss of both lines.
    fn same_chain(&self, other: &Self) -> bool {
        let gaussian = |model| matches!(model, Model::GaussianMean | Model::GaussianCovariance);
        gaussian(self.model)
            && gaussian(other.model)
            && (self.rows, self.weight, self.generation) == (other.rows, other.weight, other.generation)
            && (self.real_rows, &self.truth) == (other.real_rows, &other.truth)
    }

    /// What comes out of each simulator of the model.
    fn simulate(&self, cell: u64, replicates: u64) -> Vec<(&'static str, Outcome)> {
        let (rows, truth) = (self.rows, self.truth.as_slice());
        let plan = |experiment| Plan {
            seed: SEED,
            experiment,
            cell,
            replicates: 0..replicates,
            real_rows: self.real_rows,
            record: Record::At(vec![self.generation]),
        };
        type Found = (&'static str, Outcome);
        fn by_rows<S: Simulator>(simulator: &S, (plan, weight): &(impl Fn(u64) -> Plan, Weights)) -> Found {
            ("rows", run(simulator, &plan(500), weight, &|_| ()))
        }
        fn by_statistics<S: Simulator>(simulator: &S, (plan, weight): &(impl Fn(u64) -> Plan, Weights)) -> Found {
            ("sufficient", run(simulator, &plan(501), weight, &|_| ()))
        }
        let plan = &(plan, Weights::Constant(self.weight));
        match self.model {
            Model::GaussianMean | Model::GaussianCovariance => {
                let p = truth.len().isqrt();
                let sigma = DMatrix::from_row_slice(p, p, truth);
                vec![
                    by_rows(&GaussianRows::new(sigma.clone(), rows), plan),
                    by_statistics(&GaussianSufficient::new(sigma, rows), plan),
                ]
            }
            Model::Linear => {
                let (&noise_variance, beta) = truth.split_last().expect("the variance of the noise");
                let beta = DVector::from_column_slice(beta);
                vec![
                    by_rows(&LinearRows::new(&beta, noise_variance, rows), plan),
                    by_statistics(&LinearSufficient::new(&beta, noise_variance, rows), plan),
                ]
            }
            Model::Logistic => vec![by_rows(&Logistic::new(DVector::from_column_slice(truth), rows), plan)],
            Model::Poisson => vec![by_rows(&Poisson::new(DVector::from_column_slice(truth), rows), plan)],
            Model::Cdf => vec![by_rows(&CdfRows::new(rows), plan)],
            Model::Categorical => vec![
                by_rows(&CategoricalRows::new(truth.to_vec(), rows), plan),
                by_statistics(&CategoricalSufficient::new(truth.to_vec(), rows), plan),
            ],
        }
    }

    /// Replicates that make the standard error of the difference [`STD_ERROR`] of the risk, by the reference's own variance.
    fn replicates(&self) -> u64 {
        let Estimate { value, std_error, degrees, .. } = self.risk;
        let left = (STD_ERROR * value).powi(2) - std_error * std_error;
        assert!(left > 0.0, "the reference is too imprecise: {}", self.line);
        (std_error * std_error * degrees / left).ceil() as u64
    }

    /// The mean loss of this model.
    fn estimate(&self, outcome: &Outcome) -> Estimate {
        assert_eq!(outcome.failed_fits, 0, "{}", self.line);
        (&outcome.moments[0][usize::from(self.model == Model::GaussianCovariance)]).into()
    }
}

/// The first estimate, with the uncertainty of the difference to the second.
///
/// Variances of independent means add up, and third cumulants (skewness times the cube of the standard error) subtract; the
/// degrees of freedom are at least the fewer of the two.
fn less(a: &Estimate, b: &Estimate) -> Estimate {
    let std_error = a.std_error.hypot(b.std_error);
    let share = |e: &Estimate| (e.std_error / std_error).powi(3);
    Estimate {
        value: a.value,
        std_error,
        degrees: a.degrees.min(b.degrees),
        skewness: a.skewness * share(a) - b.skewness * share(b),
        skewness_error: (a.skewness_error * share(a)).hypot(b.skewness_error * share(b)),
    }
}

#[test]
fn risks_are_those_of_an_independent_implementation() {
    let lines = include_str!("../references/simulators.csv").lines();
    let references: Vec<_> = lines.filter(|line| !line.starts_with('#')).skip(1).map(Reference::read).collect();
    for model in Model::ALL {
        let cells = references.iter().filter(|reference| reference.model == model);
        assert!(cells.filter(|cell| cell.rows.real != cell.rows.synthetic).count() >= 2, "{model}");
    }
    assert!(references.iter().any(|reference| reference.real_rows == RealRows::Fixed));

    let mut found = Vec::new();
    for (cell, lines) in (0..).zip(references.chunk_by(Reference::same_chain)) {
        let replicates = lines.iter().map(Reference::replicates).max().expect("a line");
        for (kind, outcome) in lines[0].simulate(cell, replicates) {
            found.extend(lines.iter().map(|line| (line, kind, line.estimate(&outcome))));
        }
    }
    let family = Family::new(FAMILY_FALSE_ALARM, found.len());
    let mut refused = Vec::new();
    for (reference, kind, estimate) in &found {
        // No margin: what would have been seen is asked for instead.
        let comparison = compare(&less(estimate, &reference.risk), reference.risk.value, f64::INFINITY, &family);
        let report = format!(
            "{kind}: {:.6e} ± {:.1e}, z = {:.2} (bound {:.2}), relative error {:.2} %, detectable {:.2} %: {}",
            estimate.value,
            estimate.std_error,
            comparison.z,
            comparison.bound,
            100.0 * comparison.relative_error,
            100.0 * comparison.detectable_effect,
            reference.line
        );
        println!("{report}");
        let skewed = [estimate, &reference.risk].iter().any(|e| e.skewness.abs() > MAX_SKEWNESS);
        let agrees = comparison.verdict == Verdict::Confirmed && comparison.detectable_effect <= DETECTABLE && !skewed;
        if !agrees {
            refused.push(report);
        }
    }
    assert!(refused.is_empty(), "of {} comparisons:\n{}", found.len(), refused.join("\n"));
}

/// By hand: standard errors 3 and 4 give 5; third cumulants 27 times .05 and 64 times .02 give (1.35 - 1.28)/125.
#[test]
fn differences_of_estimates() {
    let estimate =
        |std_error, skewness, degrees| Estimate { value: 1.0, std_error, degrees, skewness, skewness_error: 0.0 };
    let difference = less(&estimate(3.0, 0.05, 9.0), &estimate(4.0, 0.02, 5.0));
    assert_eq!((difference.std_error, difference.degrees), (5.0, 5.0));
    assert!((difference.skewness - 5.6e-4).abs() < 1e-15);
}
