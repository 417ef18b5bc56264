//! Logistic regression of income on the Adult table, whose labels do not follow the model.

use rand::RngExt;

use super::{
    Chain, FitFailure, Simulator,
    glm::{Block, Fit},
    logistic::Bernoulli,
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

    /// Fills a block with rows of the table.
    fn resample(&self, block: &mut Block, rng: &mut StreamRng) {
        for i in 0..block.y.len() {
            let (design, label) = &self.groups[self.table[rng.random_range(0..self.table.len())] as usize];
            block.columns.iter_mut().zip(design).for_each(|(column, x)| column[i] = *x);
            block.y[i] = *label;
        }
    }
}

/// One chain of [`AdultLogistic`].
#[derive(Clone, Debug)]
pub struct AdultChain<'a> {
    adult: &'a AdultLogistic,
    beta: [f64; 6],
    real: Block,
    synthetic: Block,
    fit: Fit,
}

impl Simulator for AdultLogistic {
    type Chain<'a> = AdultChain<'a>;

    fn loss_names(&self) -> &'static [&'static str] {
        &["coefficients", "standardised"]
    }

    fn chain(&self) -> AdultChain<'_> {
        let block = |rows| Block::new(6, rows);
        AdultChain {
            adult: self,
            beta: [0.0; 6],
            real: block(self.rows.real),
            synthetic: block(self.rows.synthetic),
            fit: Fit::new(6),
        }
    }
}

impl Chain for AdultChain<'_> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        self.adult.resample(&mut self.real, real);
        self.beta = [0.0; 6];
        self.fit.maximise::<Bernoulli>(&mut [(&mut self.real, 1.0 / self.adult.rows.real as f64)], &mut self.beta)
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        self.adult.resample(&mut self.real, real);
        self.adult.resample(&mut self.synthetic, synthetic);
        self.synthetic.draw_responses::<Bernoulli>(&self.beta, synthetic)?;
        let Rows { real: n, synthetic: m } = self.adult.rows;
        let blocks = &mut [(&mut self.real, weight / n as f64), (&mut self.synthetic, (1.0 - weight) / m as f64)];
        self.fit.maximise::<Bernoulli>(blocks, &mut self.beta)
    }

    fn losses(&mut self, out: &mut [f64]) {
        let error = std::array::from_fn(|j| self.beta[j] - self.adult.truth[j]);
        out[0] = self.adult.scale.to_raw(&error).iter().map(|e| e * e).sum();
        out[1] = error.iter().map(|e| e * e).sum();
    }
}
