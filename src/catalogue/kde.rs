//! The density of one variable.

use std::sync::OnceLock;

use goldenweight_recursion::models::{kde::Kde, subsampled::Subsampled};
use goldenweight_theory::kde::{self as theory, Kernel, Mixture};
use goldenweight_theory::parameters::{ParameterError, Weight};

use super::{Entry, Truth};
use crate::{
    experiment::{Bandwidth, InputError, Rows, digits},
    optimum::minimise,
    prediction::{Law, Prediction, sizes},
    simulate::{Setting, Simulator, dispatch::SimulatorKind, engine::ScheduleKind},
};

/// Kernel density estimate.
pub static KDE: Entry = Entry {
    name: "kde",
    rows: "rows N(0, 1); the kernel density estimate with the Gaussian kernel, which synthetic rows are drawn from",
    loss: "integral of its squared error over the line",
    loss_name: "∫(f − f₀)² dx",
    takes: &["bandwidth"],
    fast: SimulatorKind::Rows,
    coupled: SimulatorKind::Rows,
    loss_index: 0,
    effort: |rows, _| 20 * rows,
    truth: |parameters| {
        let bandwidth = parameters.bandwidth.unwrap_or(Bandwidth::Optimal);
        let (least, most) = theory::Kde::BANDWIDTHS;
        match bandwidth {
            Bandwidth::Fixed(h) if !(least..=most).contains(&h) => {
                Err(InputError::new("bandwidth", digits(h), "must be from 1e-6 to 1e6, or optimal"))
            }
            _ => Ok(Box::new(Normal { bandwidth, found: OnceLock::new() })),
        }
    },
};

#[derive(Debug)]
struct Normal {
    bandwidth: Bandwidth,
    /// The best bandwidth for the rows for which it was asked first.
    found: OnceLock<(Rows, f64)>,
}

/// The law at a bandwidth.
fn law(bandwidth: f64, rows: Rows) -> Result<theory::Kde, ParameterError> {
    theory::Kde::new(Kernel::Gaussian, bandwidth, &Mixture::normal(), sizes(rows)?)
}

/// The bandwidth at which a risk is least, by argmin.
fn best(rows: Rows, risk: impl Fn(&theory::Kde) -> f64) -> f64 {
    let (least, most) = (theory::Kde::BANDWIDTHS.0, 10.0);
    let at = |log: f64| law(libm::exp(log), rows).map_or(f64::NAN, |law| risk(&law));
    libm::exp(minimise(&at, (libm::log(least), libm::log(most))).at)
}

impl Normal {
    /// The bandwidth; where it is asked for, that of the least limit risk at any bandwidth and weight.
    fn of(&self, rows: Rows) -> f64 {
        match self.bandwidth {
            Bandwidth::Fixed(h) => h,
            Bandwidth::Optimal => {
                let optimal =
                    || best(rows, |law| law.limit_risk(Weight::new(law.optimal_weight()).unwrap_or(Weight::ONE)));
                let (of, found) = self.found.get_or_init(|| (rows, optimal()));
                if *of == rows { *found } else { optimal() }
            }
        }
    }
}

impl Truth for Normal {
    fn dim(&self) -> usize {
        1
    }

    fn bandwidth(&self, rows: Rows) -> Option<f64> {
        Some(self.of(rows))
    }

    fn most_drawn(&self) -> Option<u64> {
        // Every pair of rows has a part in the loss: two seconds for this many of either kind.
        Some(20_000)
    }

    fn simulator(&self, kind: SimulatorKind, rows: Rows) -> Option<Box<dyn Simulator>> {
        (kind == SimulatorKind::Rows)
            .then(|| Box::new(Setting::of(Kde::new(self.of(rows)), rows)) as Box<dyn Simulator>)
    }

    fn subsampled(&self, rows: Rows) -> Box<dyn Simulator> {
        Box::new(Setting::of(Subsampled { model: Kde::new(self.of(rows)), rows: rows.real }, rows))
    }

    fn prediction(&self, rows: Rows, schedule: ScheduleKind) -> Result<Option<Prediction>, ParameterError> {
        if schedule != ScheduleKind::Fresh {
            return Ok(None);
        }
        let mixed = law(self.of(rows), rows)?;
        let alone = match self.bandwidth {
            Bandwidth::Fixed(_) => mixed.clone(),
            Bandwidth::Optimal => law(best(rows, |law| law.risk_at(Weight::ONE, 0)), rows)?,
        };
        let is_tuned = self.bandwidth == Bandwidth::Optimal;
        Prediction::of(Law::Density { mixed, alone, is_tuned }, rows).map(Some)
    }
}
