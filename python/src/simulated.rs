//! `simulate` and `optimize`, and what `retrain` takes of them.

use goldenweight::{
    answer::{
        Reasons,
        estimate::{ShownZ, Simulated, Theory},
        monte_carlo::{MAX_REPLICATES, Preferred, Simulation, simulate as simulated_risk},
        optimize::{SETTLED, optimize as minimised},
        statistic::Statistic,
        text::{self, finite},
    },
    experiment::within,
    optimum::{BATCHES, minimise},
    simulate::{
        dispatch::SimulatorKind,
        engine::{Options, ScheduleKind},
    },
    stats::{
        compare::Estimate,
        family::student,
        moments::Moments,
        shown::{self, Failures},
    },
};
use goldenweight_theory::{parameters::MixingRatio, recursion::average, weights::law};
use numpy::PyReadonlyArray1;
use pyo3::{prelude::*, types::PyDict};
use statrs::distribution::ContinuousCDF;

use crate::{
    answer::{Answer, refused},
    closed_form::{schedule_named, weights_of},
    run::run,
    setting::{Setting, one_of},
};

/// A simulated risk.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "as many as the command line has options")]
pub fn simulate(
    py: Python<'_>,
    setting: &Setting,
    weights: Option<Vec<f64>>,
    schedule: &str,
    generations: u64,
    burn_in: Option<u64>,
    replicates: (u64, u64),
    simulator: Option<&str>,
    statistic: Option<&str>,
    controls: bool,
    seed: u64,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let schedule = schedule_named(schedule)?;
    let kind = simulator.map(simulator_named).transpose()?;
    let simulation =
        Simulation::new(setting.problem.clone(), schedule, (kind, Preferred::Fast), (generations, burn_in), seed);
    let simulation = simulation.map_err(|error| refused(&error))?;
    let (first, end) = replicates;
    within("replicates", end - first, 2..=MAX_REPLICATES).map_err(|error| refused(&error))?;
    let weights = weights_of(&setting.problem, weights, schedule)?;
    let statistic = statistic.map(statistic_named).transpose()?;
    let document = run(py, threads, progress, |options| {
        let options = Options { controls, ..options };
        Ok(simulated_risk(&simulation, &weights, first..end, statistic, options)?.0)
    })?;
    let remarks = document.remarks();
    Ok(Answer::with(document, remarks))
}

/// The weight that minimises the simulated risk.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "as many as the command line has options")]
pub fn optimize(
    py: Python<'_>,
    setting: &Setting,
    generations: u64,
    burn_in: Option<u64>,
    replicates: u64,
    simulator: Option<&str>,
    seed: u64,
    threads: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let kind = simulator.map(simulator_named).transpose()?;
    let at = (generations, burn_in);
    let simulation =
        Simulation::new(setting.problem.clone(), ScheduleKind::Fresh, (kind, Preferred::Coupled), at, seed);
    let simulation = simulation.map_err(|error| refused(&error))?;
    within("replicates", replicates, 2 * BATCHES..=MAX_REPLICATES).map_err(|error| refused(&error))?;
    within("generations", generations, 1..=u64::MAX).map_err(|error| refused(&error))?;
    let document = run(py, threads, progress, |options| minimised(&simulation, replicates, options))?;
    let remarks = document.remarks();
    Ok(Answer::with(document, remarks))
}

fn simulator_named(word: &str) -> PyResult<SimulatorKind> {
    let known = SimulatorKind::ALL.into_iter().find(|kind| kind.name() == word);
    known.ok_or_else(|| one_of("simulator", word, SimulatorKind::ALL.map(SimulatorKind::name)))
}

fn statistic_named(word: &str) -> PyResult<Statistic> {
    let known = Statistic::ALL.into_iter().find(|statistic| statistic.name() == word);
    known.ok_or_else(|| one_of("statistic", word, Statistic::ALL.map(Statistic::name)))
}

/// The fields of a risk that was simulated in Python, by the rules of `simulate`: of these losses, and so many failed chains.
#[pyfunction]
pub fn simulated<'py>(py: Python<'py>, losses: PyReadonlyArray1<'_, f64>, failed: u64) -> PyResult<Bound<'py, PyDict>> {
    let mut moments = Moments::default();
    losses.as_array().iter().for_each(|loss| moments.push(*loss));
    let fits = Failures { replicates: moments.count() + failed, failed };
    let theory = Theory::none("no theory of the risk is compared".to_owned());
    let mut document = Simulated::new(&moments, failed, fits.replicates, theory, Reasons::new());
    let estimate = Estimate::from(&moments);
    let (risk, std_error) = (finite(estimate.value), finite(estimate.std_error));
    let degrees = std_error.map(|_| estimate.degrees);
    let interval = shown::has_interval(&moments, fits).then(|| {
        let reach = quantile(estimate.degrees) * estimate.std_error;
        [estimate.value - reach, estimate.value + reach]
    });
    let fields = PyDict::new(py);
    fields.set_item("risk", risk)?;
    fields.set_item("std_error", std_error)?;
    fields.set_item("degrees", degrees)?;
    fields.set_item("interval", interval)?;
    fields.set_item("replicates", fits.replicates)?;
    fields.set_item("failed_fits", failed)?;
    fields.set_item("failed_share_interval", fits.interval())?;
    fields.set_item("too_many_failed", fits.too_many())?;
    fields.set_item("mean_over", document.mean_over())?;
    // Those of keys that are not here are left out.
    let mut reasons = document.reasons().clone();
    reasons.retain(|key, _| ["risk", "std_error"].contains(key));
    if let Some(reason) = reasons.get("std_error").cloned() {
        reasons.insert("degrees", reason);
    }
    if interval.is_none() {
        reasons.insert("interval", "too few losses, or too skewed, or fits failed".to_owned());
    }
    fields.set_item("reasons", pythonize::pythonize(py, &reasons)?)?;
    Ok(fields)
}

/// z of an estimate without skewness by the rules of the library, as fields.
#[pyfunction]
pub fn z_of<'py>(
    py: Python<'py>,
    value: f64,
    std_error: f64,
    degrees: f64,
    expected: Option<f64>,
) -> PyResult<Bound<'py, PyAny>> {
    let estimate = Estimate { value, std_error, degrees, skewness: 0.0, skewness_error: 0.0 };
    let z = expected.map_or_else(|| ShownZ::none("no theory"), |expected| shown::z(&estimate, expected).into());
    Ok(pythonize::pythonize(py, &z)?)
}

/// The 97.5 % quantile of Student's law; infinite where there is none.
#[pyfunction]
pub fn quantile(degrees: f64) -> f64 {
    student(degrees).map_or(f64::INFINITY, |law| law.inverse_cdf(0.975))
}

/// w*(k); or what minimises the mean risk of the same law over generations from one to before another.
#[pyfunction]
#[pyo3(signature = (k, generations = None))]
pub fn optimal_weight(k: f64, generations: Option<(u32, u32)>) -> PyResult<f64> {
    let ratio = MixingRatio::new(k);
    let refuse = |_| pyo3::exceptions::PyValueError::new_err(format!("ratio {k}: must be above 0 and finite"));
    let law = law(&ratio.map_err(refuse)?);
    let limit = law.optimal_weight();
    let Some((from, until)) = generations else { return Ok(limit) };
    let settled = (law.risk_at(&limit, from) / law.limit(&limit) - 1.0).abs() < SETTLED;
    let risk = |w: f64| {
        let path = std::iter::successors(Some(law.start()), |e| Some(law.step(&w, e)));
        average(path, from..until).unwrap_or(f64::NAN)
    };
    Ok(if settled { limit } else { minimise(&risk, (0.0, 1.0)).at })
}

/// A number in six digits.
#[pyfunction]
pub fn short(number: Option<f64>) -> String {
    text::short(number)
}
