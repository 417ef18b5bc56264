//! Logistic regression of income on the Adult table, whose labels do not follow the model.

use std::sync::{Arc, OnceLock};

use goldenweight_recursion::models::table::{self, Resampled, TableLogistic};

use super::Setting;
use crate::adult::Table;
use crate::experiment::Rows;

/// Logistic regression with intercept. Real rows are drawn from the table with replacement; synthetic rows take their covariates
/// from the table in the same way and their labels from the current model.
///
/// The truth is the fit on the whole table; the losses are the squared errors of the raw columns' coefficients and of the
/// standardised ones'. Fits are made in standardised columns, where they are well conditioned (a linear change of coordinates,
/// so the estimate is the same).
pub type AdultLogistic = Setting<TableLogistic, Resampled>;

impl AdultLogistic {
    /// Resamples this table.
    #[must_use]
    pub fn new(adult: &Table, rows: Rows) -> Self {
        // Made once of the table that many settings have.
        static EMBEDDED: OnceLock<(TableLogistic, Resampled)> = OnceLock::new();
        let (model, source) = if std::ptr::eq(adult, Table::embedded()) {
            EMBEDDED.get_or_init(|| Self::parts(adult)).clone()
        } else {
            Self::parts(adult)
        };
        Self { model, source, rows }
    }

    fn parts(adult: &Table) -> (TableLogistic, Resampled) {
        let scale = *adult.logistic().scale();
        let designs: Vec<_> = adult.groups().iter().map(|group| scale.row(&group.covariates)).collect();
        let groups = designs.iter().zip(adult.groups());
        let groups = groups.map(|(design, group)| (design.as_slice(), group.over_50k, group.count));
        let table = Arc::new(table::Table::new(6, groups));
        let raw = Arc::new(move |error: &dyn Fn(usize) -> f64| {
            scale.to_raw(&std::array::from_fn(error)).iter().map(|e| e * e).sum()
        });
        let truth = adult.logistic().standardised().to_vec();
        let model =
            TableLogistic::new(Arc::clone(&table), truth, raw).with_loss_told(format!("raw columns of {scale:?}"));
        (model, Resampled(table))
    }
}
