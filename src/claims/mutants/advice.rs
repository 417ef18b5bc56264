//! Wrong intervals for the weight of a table.

use goldenweight_evidence::Mutant;

use super::Row;
use crate::advise::{Analysis, Interval, Loss};
use crate::claims::advise::{Ends, MISSES_CHECK, Misses, given};

/// The simulation of a case with another interval.
fn with(name: &'static str, interval: Ends) -> Mutant {
    Mutant::simulation(name, MISSES_CHECK, move |case| {
        let simulated: &Misses = case.place_as().expect("a case of this check");
        case.clone().simulated_by(Misses { interval, ..*simulated })
    })
}

/// The ratio over, and times, e to the power of so many standard errors.
fn around(analysis: &Analysis, ratio: f64, errors: f64) -> [f64; 2] {
    let factor = libm::exp(errors * analysis.variances(Loss::Deviance).log_ratio_std_error);
    [ratio / factor, ratio * factor]
}

/// The table.
pub(super) fn table() -> Vec<Row> {
    let mutants = [
        with("control: the interval as it is given", given).control(),
        with("an interval of 90 %", |analysis| {
            around(analysis, analysis.ratio(Loss::Deviance).value, 1.644_853_626_951)
        }),
        with("labels taken to follow the family: kappa = k", |analysis| around(analysis, 1.0, 1.96)),
        with("A_r over A_s", |analysis| {
            let Interval { low, high, .. } = analysis.ratio(Loss::Deviance);
            [1.0 / high, 1.0 / low]
        }),
        with("the interval of the raw loss", |analysis| {
            let Interval { low, high, .. } = analysis.ratio(Loss::Raw);
            [low, high]
        }),
        with("the standard error of the variance, not of its logarithm", |analysis| {
            let Interval { value, .. } = analysis.ratio(Loss::Deviance);
            let variances = analysis.variances(Loss::Deviance);
            let error = 1.96 * variances.log_ratio_std_error * variances.real;
            [value - error, value + error]
        }),
    ];
    mutants.into_iter().map(|mutant| ("advise-coverage", mutant)).collect()
}
