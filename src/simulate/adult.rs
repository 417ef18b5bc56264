//! Logistic regression of income on the Adult table, whose labels do not follow the model.

use rand::RngExt;

use super::{
    FitFailure, Simulator,
    covariates::Covariates,
    glm::{Design, Responses, approach, respond, responses},
    logistic::Bernoulli,
    newton::{Fit, LAST_CHANGE, Part},
};
use crate::{
    adult::{Scale, Table},
    experiment::Rows,
    stream::StreamRng,
};

/// Logistic regression with intercept. Real rows are drawn from the table with replacement; synthetic rows take their covariates
/// from the table in the same way and their labels from the current model.
///
/// The truth is the fit on the whole table; the losses are the squared errors of the raw columns' coefficients and of the
/// standardised ones'. Fits are made in standardised columns, where they are well conditioned (a linear change of coordinates,
/// so the estimate is the same).
#[derive(Clone, Debug)]
pub struct AdultLogistic {
    /// Distinct rows: the design in standardised columns, and the label.
    groups: Vec<([f64; 6], f64)>,
    /// The group of each row of the table.
    table: Vec<u32>,
    scale: Scale,
    truth: [f64; 6],
    rows: Rows,
}

impl AdultLogistic {
    /// Resamples this table.
    #[must_use]
    pub fn new(table: &Table, rows: Rows) -> Self {
        let scale = *table.logistic().scale();
        let design = |g: &crate::adult::Group| (scale.row(&g.covariates), f64::from(u8::from(g.over_50k)));
        Self {
            groups: table.groups().iter().map(design).collect(),
            table: (0..).zip(table.groups()).flat_map(|(g, group)| (0..group.count).map(move |_| g)).collect(),
            scale,
            truth: *table.logistic().standardised(),
            rows,
        }
    }

    /// A row of the table: its design and its label.
    fn draw(&self, rng: &mut StreamRng) -> &([f64; 6], f64) {
        &self.groups[self.table[rng.random_range(0..self.table.len())] as usize]
    }
}

/// Real rows.
#[derive(Clone, Debug)]
pub struct Real {
    x: Covariates,
    y: Responses,
}

/// The fitted coefficients, and room for synthetic labels and for the next fit.
#[derive(Clone, Debug)]
pub struct State {
    beta: [f64; 6],
    synthetic: Responses,
    fit: Fit,
}

impl Simulator for AdultLogistic {
    type Real = Real;
    type Noise = Design;
    type State = State;

    const LOSSES: &'static [&'static str] = &["coefficients", "standardised"];

    fn real(&self) -> Real {
        Real { x: Covariates::new(6, self.rows.real), y: responses(self.rows.real) }
    }

    fn noise(&self) -> Design {
        Design::new(6, self.rows.synthetic)
    }

    fn state(&self) -> State {
        State { beta: [0.0; 6], synthetic: responses(self.rows.synthetic), fit: Fit::new(6, LAST_CHANGE) }
    }

    fn draw_real(&self, rng: &mut StreamRng, Real { x, y }: &mut Real) -> Result<(), FitFailure> {
        x.fill(|i| {
            let (design, label) = self.draw(rng);
            y[i / 4][i % 4] = *label;
            design
        });
        Ok(())
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut Design) {
        noise.x.fill(|_| &self.draw(rng).0);
        noise.draw_words(rng);
    }

    fn start(&self, real: &Real, State { beta, fit, .. }: &mut State) -> Result<(), FitFailure> {
        *beta = [0.0; 6];
        fit.maximise::<Bernoulli>(&[Part { x: &real.x, y: &real.y, weight: 1.0 / self.rows.real as f64 }], beta)
    }

    fn retrain(&self, weight: f64, real: &Real, noise: &Design, state: &mut State) -> Result<(), FitFailure> {
        let State { beta, synthetic, fit } = state;
        respond::<Bernoulli>(noise, beta, synthetic)?;
        let Rows { real: n, synthetic: m } = self.rows;
        let parts = [
            Part { x: &real.x, y: &real.y, weight: weight / n as f64 },
            Part { x: &noise.x, y: synthetic, weight: (1.0 - weight) / m as f64 },
        ];
        approach(beta, &self.truth, weight);
        fit.maximise::<Bernoulli>(&parts, beta)
    }

    fn losses(&self, state: &State, out: &mut [f64]) {
        let error = std::array::from_fn(|j| state.beta[j] - self.truth[j]);
        out[0] = self.scale.to_raw(&error).iter().map(|e| e * e).sum();
        out[1] = error.iter().map(|e| e * e).sum();
    }
}
