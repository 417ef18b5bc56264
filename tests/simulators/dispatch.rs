//! From a problem to its simulator.

use goldenweight::{
    catalogue::{self, Model},
    experiment::{Parameters, Problem},
    simulate::{
        Simulator,
        categorical::{CategoricalRows, CategoricalSufficient},
        cdf::CdfRows,
        dispatch::{SimulatorKind, run_problem},
        engine::{Options, ScheduleKind, Weights},
        gaussian::{GaussianRows, GaussianSufficient},
        kde::KdeRows,
        linear::{LinearRows, LinearSufficient},
        logistic::Logistic,
        poisson::Poisson,
    },
    stats::moments::Moments,
};
use nalgebra::{DMatrix, DVector};

use crate::{plan, run};

const KINDS: [SimulatorKind; 2] = [SimulatorKind::Rows, SimulatorKind::Sufficient];

fn problem(model: Model, real: u64, synthetic: u64) -> Problem {
    Problem::new(model, real, synthetic, &Parameters::default()).unwrap()
}

#[test]
fn kinds_are_written_by_name() {
    for (kind, name) in KINDS.into_iter().zip(["rows", "sufficient"]) {
        assert_eq!(kind.to_string(), name);
        assert_eq!(serde_json::to_value(kind).unwrap(), name);
    }
}

/// The fast kind unless another one is asked for; logistic, Poisson, cdf and kde have only one.
#[test]
fn a_model_has_its_kinds() {
    for model in catalogue::ALL {
        let one = ["logistic", "poisson", "cdf", "kde"].contains(&model.name);
        let problem = problem(model, 8, 5);
        let [rows, sufficient] =
            KINDS.map(|kind| SimulatorKind::of(&problem, ScheduleKind::Fresh, Some(kind), model.fast));
        assert_eq!(rows, Ok(SimulatorKind::Rows));
        assert_eq!(SimulatorKind::of(&problem, ScheduleKind::Fresh, None, model.fast), Ok(KINDS[usize::from(!one)]));
        match sufficient {
            Ok(kind) => assert!(!one && kind == SimulatorKind::Sufficient),
            Err(error) => assert!(one && error.to_string().starts_with("simulator sufficient: must be rows for ")),
        }
    }
}

/// Single rows are drawn by rows alone.
#[test]
fn drawn_rows_are_rows() {
    for model in catalogue::ALL {
        let problem = problem(model, 8, 5);
        let of = |kind| SimulatorKind::of(&problem, ScheduleKind::Subsample, kind, model.fast);
        assert_eq!((of(None), of(Some(KINDS[0]))), (Ok(SimulatorKind::Rows), Ok(SimulatorKind::Rows)));
        let said = of(Some(KINDS[1])).unwrap_err().to_string();
        assert!(said.starts_with("simulator sufficient: must be rows with `schedule` subsample"), "{said}");
    }
}

/// Ten million numbers: five million rows of two columns.
#[test]
fn rows_that_do_not_fit_are_refused_by_name() {
    let kind = |real, synthetic, kind| {
        let linear = &catalogue::LINEAR;
        SimulatorKind::of(&problem(linear, real, synthetic), ScheduleKind::Fresh, Some(kind), linear.fast)
    };
    assert_eq!(kind(5_000_000, 5_000_000, SimulatorKind::Rows), Ok(SimulatorKind::Rows));
    for (real, synthetic, start) in
        [(5_000_001, 5, "real 5000001: must be at most 5000000 "), (5, 5_000_001, "synthetic 5000001: must be at")]
    {
        let error = kind(real, synthetic, SimulatorKind::Rows).unwrap_err().to_string();
        assert!(error.starts_with(start) && error.ends_with(" where every row of dimension 2 is drawn"), "{error}");
        assert_eq!(kind(real, synthetic, SimulatorKind::Sufficient), Ok(SimulatorKind::Sufficient));
    }
}

/// The losses and the failed fits of the simulator that the model names, at each weight.
#[test]
fn a_problem_is_simulated_by_its_model() {
    // At w = 0 the logistic chain of eight rows ends often: failed fits are told.
    const WEIGHTS: [f64; 2] = [0.0, 0.7];
    fn alone<S: Simulator>(simulator: S, loss: usize) -> Vec<(Moments, u64)> {
        let at = |w| run(&simulator, &plan(9, 40, &[2]), &Weights::Constant(w));
        WEIGHTS.map(at).into_iter().map(|outcome| (outcome.moments[0][loss], outcome.failed_fits)).collect()
    }
    let (rows, sigma, beta) = (crate::bits::ROWS, DMatrix::identity(2, 2), DVector::from_element(2, 1.0));
    let density = problem(&catalogue::KDE, rows.real as u64, rows.synthetic as u64);
    let bandwidth = density.truth().bandwidth(rows).expect("a density estimate");
    let cells = || catalogue::DEFAULT_PROBABILITIES.to_vec();
    for (model, expected) in [
        (
            &catalogue::GAUSSIAN_MEAN,
            vec![
                alone(GaussianRows::new(sigma.clone(), rows), 0),
                alone(GaussianSufficient::new(sigma.clone(), rows), 0),
            ],
        ),
        (
            &catalogue::GAUSSIAN_COVARIANCE,
            vec![alone(GaussianRows::new(sigma.clone(), rows), 1), alone(GaussianSufficient::new(sigma, rows), 1)],
        ),
        (
            &catalogue::LINEAR,
            vec![alone(LinearRows::new(&beta, 1.0, rows), 0), alone(LinearSufficient::new(&beta, 1.0, rows), 0)],
        ),
        (&catalogue::LOGISTIC, vec![alone(Logistic::new(beta.clone(), rows), 0)]),
        (&catalogue::POISSON, vec![alone(Poisson::new(beta, rows), 0)]),
        (&catalogue::CDF, vec![alone(CdfRows::new(rows), 0)]),
        (&catalogue::KDE, vec![alone(KdeRows::new(bandwidth, rows), 0)]),
        (
            &catalogue::CATEGORICAL,
            vec![alone(CategoricalRows::new(cells(), rows), 0), alone(CategoricalSufficient::new(cells(), rows), 0)],
        ),
    ] {
        let problem = problem(model, rows.real as u64, rows.synthetic as u64);
        for (kind, expected) in KINDS.into_iter().zip(expected) {
            let found = run_problem(&problem, kind, &plan(9, 40, &[2]), &WEIGHTS, Options::default());
            assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{model} by {kind}");
            assert!(model != &catalogue::LOGISTIC || found[0].1 > 0, "{found:?}");
        }
    }
}
