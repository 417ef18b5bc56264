//! The design of a regression on a table: an intercept, the columns of numbers, and an indicator for each level but the first.

use rayon::prelude::*;

use super::AdviseError;
use super::matrix::Lower;
use crate::table::Table;

/// Most coefficients.
const MAX_COEFFICIENTS: usize = 1_000;

/// Standard deviations of a column from another table's, at most: of its own variance 1e-10 parts are then left beside the square of its mean.
const FARTHEST: f64 = 1e5;

/// A column's standard deviation over another table's, at least: its square must be clear of what counts as zero in an information.
const NARROWEST: f64 = 2e-6;

/// Rows that are summed together. Blocks are added in their order, so that sums do not depend on the threads.
const BLOCK: usize = 4_096;

/// Where a coefficient takes its covariate from.
#[derive(Clone, Copy, Debug)]
enum Covariate {
    Number(usize),
    Indicator(usize, f64),
}

/// Covariates with mean 0 and standard deviation 1 (divisor: rows), behind a 1 for the intercept.
#[derive(Debug)]
pub(crate) struct Design<'a> {
    table: &'a Table,
    covariates: Vec<Covariate>,
    /// Of the coefficients, the intercept's first.
    pub(crate) names: Vec<String>,
    /// Of the covariates; those of the intercept are 0 and 1.
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
}

impl<'a> Design<'a> {
    /// Of a table whose last column is the response.
    ///
    /// # Errors
    /// Too many coefficients for the rows, or covariates that are linearly dependent.
    pub(crate) fn new(table: &'a Table) -> Result<Self, AdviseError> {
        let mut design = Self::unscaled(table)?;
        let (coefficients, rows) = (design.coefficients(), table.rows() as f64);
        let means = design.sum(coefficients, |x, _, sums| sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += x));
        design.means[1..].iter_mut().zip(&means[1..]).for_each(|(mean, sum)| *mean = sum / rows);
        let squares = design.sum(coefficients, |x, _, sums| sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += x * x));
        design.deviations[1..].iter_mut().zip(&squares[1..]).for_each(|(d, sum)| *d = (sum / rows).sqrt());
        if let Some(j) = design.deviations.iter().position(|d| !(d.is_finite() && *d > 0.0)) {
            return Err(AdviseError::Range { column: design.names[j].clone() });
        }
        design.independent()?;
        Ok(design)
    }

    /// Of a table with the columns and levels of another, in the coordinates of the other's design. Whether its columns are independent is asked in its
    /// own coordinates: in those of the other a column far from the other's is constant to working precision.
    ///
    /// # Errors
    /// As of [`Design::new`].
    pub(crate) fn like(table: &'a Table, other: &Design<'_>) -> Result<Self, AdviseError> {
        let (means, deviations) = (other.means.clone(), other.deviations.clone());
        let own = Self::new(table)?;
        let away = |j: usize| ((own.means[j] - means[j]) / deviations[j]).abs();
        if let Some(j) = (1..own.coefficients()).find(|&j| away(j) > FARTHEST) {
            return Err(AdviseError::Far { column: own.names[j].clone(), deviations: away(j) });
        }
        let share = |j: usize| own.deviations[j] / deviations[j];
        if let Some(j) = (1..own.coefficients()).find(|&j| share(j) < NARROWEST) {
            return Err(AdviseError::Narrow { column: own.names[j].clone(), share: share(j) });
        }
        Ok(Self { means, deviations, ..own })
    }

    /// The covariates as they are.
    fn unscaled(table: &'a Table) -> Result<Self, AdviseError> {
        let (mut covariates, mut names) = (Vec::new(), vec!["(intercept)".to_owned()]);
        let columns = &table.columns()[..table.columns().len() - 1];
        for (j, column) in columns.iter().enumerate() {
            if column.levels.is_empty() {
                covariates.push(Covariate::Number(j));
                names.push(column.name.clone());
            }
            for (place, level) in column.levels.iter().enumerate().skip(1) {
                covariates.push(Covariate::Indicator(j, place as f64));
                names.push(format!("{}={}", column.name, level.name));
            }
        }
        let coefficients = names.len();
        if coefficients > MAX_COEFFICIENTS {
            return Err(AdviseError::TooManyCoefficients { coefficients, most: MAX_COEFFICIENTS });
        }
        if table.rows() <= coefficients {
            let most = columns.iter().max_by_key(|column| column.levels.len()).filter(|column| column.levels.len() > 2);
            let levels = most.map(|column| (column.name.clone(), column.levels.len()));
            return Err(AdviseError::TooFewRows { rows: table.rows(), needed: coefficients, levels });
        }
        Ok(Self { table, covariates, names, means: vec![0.0; coefficients], deviations: vec![1.0; coefficients] })
    }

    /// With these covariates alone, besides the intercept.
    pub(crate) fn of_covariates(&self, kept: &[usize]) -> Self {
        let with = |of: &[f64]| [0].iter().chain(kept).map(|&j| of[j]).collect();
        Self {
            table: self.table,
            covariates: kept.iter().map(|&j| self.covariates[j - 1]).collect(),
            names: [0].iter().chain(kept).map(|&j| self.names[j].clone()).collect(),
            means: with(&self.means),
            deviations: with(&self.deviations),
        }
    }

    /// The names of the covariates of a direction. A text column all of whose indicators are among them, several, is named once: it is its first level, which
    /// has no indicator, or the column as a whole.
    pub(crate) fn named(&self, direction: &[f64]) -> Vec<String> {
        let column = |j: usize| match self.covariates[j - 1] {
            Covariate::Number(column) | Covariate::Indicator(column, _) => column,
        };
        let is_whole = |of: usize| {
            let all: Vec<usize> = (1..self.coefficients()).filter(|&j| column(j) == of).collect();
            all.len() > 1 && all.iter().all(|&j| direction[j] != 0.0)
        };
        let name = |j: usize| match column(j) {
            of if is_whole(of) => self.table.columns()[of].name.clone(),
            _ => self.names[j].clone(),
        };
        let mut names: Vec<String> = (1..self.coefficients()).filter(|&j| direction[j] != 0.0).map(name).collect();
        names.dedup();
        names
    }

    /// Whether each level has a row that counts, and each column of numbers two values in such rows.
    pub(crate) fn varies(&self, counts: &[u32]) -> bool {
        let columns = &self.table.columns()[..self.table.columns().len() - 1];
        let values = |j: usize| (0..self.rows()).filter(|&row| counts[row] > 0).map(move |row| self.table.row(row)[j]);
        columns.iter().enumerate().all(|(j, column)| {
            if column.levels.is_empty() {
                let mut values = values(j);
                let first = values.next();
                return values.any(|value| Some(value) != first);
            }
            let mut seen = vec![false; column.levels.len()];
            values(j).for_each(|place| seen[place as usize] = true);
            seen.into_iter().all(|seen| seen)
        })
    }

    /// Name of the response.
    pub(crate) fn target(&self) -> &str {
        &self.table.columns()[self.table.columns().len() - 1].name
    }

    /// Number of coefficients, the intercept's among them.
    pub(crate) fn coefficients(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn rows(&self) -> usize {
        self.table.rows()
    }

    /// The response of a row.
    pub(crate) fn response(&self, row: usize) -> f64 {
        let row = self.table.row(row);
        row[row.len() - 1]
    }

    /// The covariates of a row, the intercept's first.
    pub(crate) fn fill(&self, row: usize, x: &mut [f64]) {
        let values = self.table.row(row);
        x[0] = 1.0;
        let scales = self.means[1..].iter().zip(&self.deviations[1..]);
        for ((x, covariate), (mean, deviation)) in x[1..].iter_mut().zip(&self.covariates).zip(scales) {
            let value = match *covariate {
                Covariate::Number(column) => values[column],
                Covariate::Indicator(column, place) => f64::from(u8::from(values[column].to_bits() == place.to_bits())),
            };
            *x = (value - mean) / deviation;
        }
    }

    /// Sums over the rows, `length` of them: `add` gets the covariates, the row's index and the sums.
    pub(crate) fn sum(&self, length: usize, add: impl Fn(&[f64], usize, &mut [f64]) + Sync) -> Vec<f64> {
        self.sum_where(length, |_| true, add)
    }

    /// Sums over the rows that `keep` keeps.
    pub(crate) fn sum_where(
        &self,
        length: usize,
        keep: impl Fn(usize) -> bool + Sync,
        add: impl Fn(&[f64], usize, &mut [f64]) + Sync,
    ) -> Vec<f64> {
        let of_block = |block: usize| {
            let (mut x, mut sums) = (vec![0.0; self.coefficients()], vec![0.0; length]);
            for row in (block * BLOCK..((block + 1) * BLOCK).min(self.rows())).filter(|row| keep(*row)) {
                self.fill(row, &mut x);
                add(&x, row, &mut sums);
            }
            sums
        };
        let mut total = vec![0.0; length];
        let blocks: Vec<usize> = (0..self.rows().div_ceil(BLOCK)).collect();
        // So many at a time that the sums of a thousand coefficients stay small beside the table.
        for some in blocks.chunks(64) {
            let sums: Vec<Vec<f64>> = some.par_iter().map(|block| of_block(*block)).collect();
            sums.iter().for_each(|sums| total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum));
        }
        total
    }

    /// The mean over the rows of `scale` x x' for each of `N` scales of a row.
    pub(crate) fn moments<const N: usize>(&self, scales: impl Fn(&[f64], usize) -> [f64; N] + Sync) -> [Vec<f64>; N] {
        let (p, rows) = (self.coefficients(), self.rows() as f64);
        let length = p * (p + 1) / 2;
        let sums = self.sum(N * length, |x, row, sums| {
            for (scale, sums) in scales(x, row).into_iter().zip(sums.chunks_exact_mut(length)) {
                let mut sums = sums;
                for j in 0..p {
                    let (now, next) = sums.split_at_mut(j + 1);
                    let scaled = scale * x[j];
                    now.iter_mut().zip(x).for_each(|(sum, x)| *sum += scaled * x);
                    sums = next;
                }
            }
        });
        std::array::from_fn(|i| sums[i * length..(i + 1) * length].iter().map(|sum| sum / rows).collect())
    }

    /// A covariate that the earlier ones determine is a fault. A part of 1e-9 of its variance that is its own is more than rounding: the moments of
    /// standardised covariates have errors of some 1e-13, also where a mean is 1e5 standard deviations.
    fn independent(&self) -> Result<(), AdviseError> {
        let [gram] = self.moments(|_, _| [1.0]);
        let Err(column) = Lower::factor(&gram, 1e-9) else { return Ok(()) };
        let names = |places: Vec<usize>| places.into_iter().map(|j| self.names[j].clone()).collect();
        let largest = column.combination.iter().fold(0.0_f64, |most, c| most.max(c.abs()));
        let of = (1..column.index).filter(|&j| column.combination[j].abs() > 1e-6 * largest).collect();
        Err(AdviseError::Collinear { column: self.names[column.index].clone(), of: names(of) })
    }

    /// Coefficients in the units of the table's columns.
    pub(crate) fn to_raw(&self, standardised: &[f64]) -> Vec<f64> {
        let mut raw: Vec<f64> = standardised.iter().zip(&self.deviations).map(|(b, d)| b / d).collect();
        raw[0] -= raw[1..].iter().zip(&self.means[1..]).map(|(b, mean)| b * mean).sum::<f64>();
        raw
    }

    /// |M v|^2, M the matrix of [`Design::to_raw`].
    pub(crate) fn raw_length(&self, v: &[f64]) -> f64 {
        let (mut first, mut sum) = (v[0], 0.0);
        for ((v, mean), deviation) in v[1..].iter().zip(&self.means[1..]).zip(&self.deviations[1..]) {
            let raw = v / deviation;
            first -= raw * mean;
            sum += raw * raw;
        }
        sum + first * first
    }

    /// M'v, M the matrix of [`Design::to_raw`].
    pub(crate) fn to_raw_transposed(&self, v: &[f64]) -> Vec<f64> {
        let rest = v[1..].iter().zip(&self.means[1..]).zip(&self.deviations[1..]);
        std::iter::once(v[0]).chain(rest.map(|((v_j, mean), d)| (v_j - mean * v[0]) / d)).collect()
    }
}
