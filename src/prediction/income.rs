//! The logistic regression of income on the Adult table.

use std::sync::{Arc, OnceLock};

use goldenweight_theory::misspecified::{
    self,
    second_order::{Misspecified, Tensors},
};
use goldenweight_theory::parameters::ParameterError;
use goldenweight_theory::second_order::Row;

use super::{Law, Prediction, sizes};
use crate::adult::{Columns, Table};
use crate::experiment::Rows;

impl Prediction {
    /// Of the coefficients of income on this table, whose labels do not follow the model: the limit law, and the two orders by the tensors of the rows.
    ///
    /// # Errors
    /// Where a size is 0.
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{adult::{Columns, Table}, experiment::{Generations, Rows}, prediction::{Order, Prediction}};
    /// use goldenweight_theory::parameters::Weight;
    ///
    /// let rows = Rows { real: 500, synthetic: 500 };
    /// let order = |columns| {
    ///     let prediction = Prediction::income(Table::embedded(), columns, rows).expect("positive sizes");
    ///     prediction.order(Weight::new(0.62).expect("in [0, 1]"), Generations::Limit)
    /// };
    /// assert_eq!((order(Columns::Raw), order(Columns::Standardised)), (Order::Second, Order::Limit));
    /// ```
    pub fn income(table: &Table, columns: Columns, rows: Rows) -> Result<Self, ParameterError> {
        // Made once of the table that everything but `adult --data` has.
        static EMBEDDED: OnceLock<Arc<Tensors>> = OnceLock::new();
        let tensors = if std::ptr::eq(table, Table::embedded()) {
            Arc::clone(EMBEDDED.get_or_init(|| Arc::new(tensors(table))))
        } else {
            Arc::new(tensors(table))
        };
        let fit = table.logistic();
        let traces = fit.traces_of(columns);
        let law = misspecified::limit_law(traces.inverse_information, traces.sandwich, sizes(rows)?);
        let prediction = Self::of(Law::Scalar(law), rows)?.in_the_limit(None);
        let orders = Misspecified::new(tensors, &fit.loss(columns), prediction.ratio.get());
        Ok(prediction.with_orders(law, orders))
    }
}

/// Of all rows, in standardised columns.
fn tensors(table: &Table) -> Tensors {
    let fit = table.logistic();
    let rows: u32 = table.groups().iter().map(|group| group.count).sum();
    let row = |group: &crate::adult::Group| {
        let covariates = fit.scale().row(&group.covariates);
        let predictor: f64 = covariates.iter().zip(fit.standardised()).map(|(x, b)| x * b).sum();
        let mean = 1.0 / (1.0 + libm::exp(-predictor));
        let residual = f64::from(u8::from(group.over_50k)) - mean;
        let second = mean * (1.0 - mean);
        let cumulants = [second, second * (1.0 - 2.0 * mean), second * (1.0 - 6.0 * second)];
        let mass = f64::from(group.count) / f64::from(rows);
        (Row { mass, covariates: covariates.to_vec(), cumulants }, [residual, residual.powi(2), residual.powi(3)])
    };
    Tensors::of(&table.groups().iter().map(row).collect::<Vec<_>>())
}
