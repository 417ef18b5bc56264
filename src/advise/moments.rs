//! Means, covariances and frequencies of a table's columns.

use super::matrix::{Lower, at, dot, times};
use super::{AdviseError, Coefficient, Family, Loss, Variances};
use crate::table::Table;

/// Share of each level of each column, and the sum of p (1 - p) over the units of each loss, in the order of [`Loss::ALL`]: 1, the variance p (1 - p) of the indicator, the share p.
pub(crate) fn frequencies(table: &Table) -> (Vec<Coefficient>, [f64; 3]) {
    let (mut coefficients, mut spreads) = (Vec::new(), [0.0; 3]);
    let rows = table.rows() as f64;
    for column in table.columns() {
        for level in &column.levels {
            let p = level.count as f64 / rows;
            let variance = p * (1.0 - p);
            spreads.iter_mut().zip([variance, 1.0, 1.0 - p]).for_each(|(sum, of_level)| *sum += of_level);
            let name = format!("{}={}", column.name, level.name);
            coefficients.push(Coefficient { name, value: p, std_error: (variance / rows).sqrt() });
        }
    }
    (coefficients, spreads)
}

/// Standard deviations, and values in units of another table's, below this: fourth powers of them are summed.
const FARTHEST: f64 = 1e70;

/// Numbers that are fitted to so many columns. With as many rows as columns, or fewer, their covariance is singular.
const fn numbers(family: Family, width: usize) -> usize {
    if matches!(family, Family::Covariance) { width * (width + 1) / 2 } else { width }
}

/// Columns less their means, in units of their standard deviations.
pub(crate) struct Standardised {
    pub(crate) rows: Vec<f64>,
    pub(crate) width: usize,
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
    /// Their mean products, the lower triangle by rows: the covariance, where means and deviations are their own.
    pub(crate) covariance: Vec<f64>,
}

impl Standardised {
    /// For what is fitted to them.
    pub(crate) fn new(table: &Table, family: Family) -> Result<Self, AdviseError> {
        let (width, count) = (table.columns().len(), table.rows() as f64);
        let needed = numbers(family, width);
        if table.rows() <= needed {
            return Err(AdviseError::TooFewRows { rows: table.rows(), needed, levels: None });
        }
        let mean =
            |j: usize, f: &dyn Fn(f64) -> f64| (0..table.rows()).map(|i| f(table.row(i)[j])).sum::<f64>() / count;
        let means: Vec<f64> = (0..width).map(|j| mean(j, &|x| x)).collect();
        let deviations: Vec<f64> = (0..width).map(|j| mean(j, &|x| (x - means[j]) * (x - means[j])).sqrt()).collect();
        if let Some(j) = deviations.iter().position(|d| !(1.0 / FARTHEST..FARTHEST).contains(d)) {
            return Err(AdviseError::Range { column: table.columns()[j].name.clone() });
        }
        Ok(Self::scaled(table, means, deviations))
    }

    /// The columns of a table in the units of another's.
    ///
    /// # Errors
    /// Too few rows, or values beyond double precision.
    pub(crate) fn like(table: &Table, other: &Self, family: Family) -> Result<Self, AdviseError> {
        let needed = numbers(family, other.width);
        if table.rows() <= needed {
            return Err(AdviseError::TooFewRows { rows: table.rows(), needed, levels: None });
        }
        let columns = Self::scaled(table, other.means.clone(), other.deviations.clone());
        if let Some(place) = columns.rows.iter().position(|z| z.abs() > FARTHEST) {
            let column = table.columns()[place % columns.width].name.clone();
            return Err(AdviseError::Far { column, deviations: columns.rows[place].abs() });
        }
        Ok(columns)
    }

    fn scaled(table: &Table, means: Vec<f64>, deviations: Vec<f64>) -> Self {
        let (width, count) = (means.len(), table.rows() as f64);
        let scaled = |i: usize| table.row(i).iter().enumerate().map(move |(j, x)| (i, j, *x));
        let rows: Vec<f64> =
            (0..table.rows()).flat_map(scaled).map(|(_, j, x)| (x - means[j]) / deviations[j]).collect();
        let mut covariance = vec![0.0; width * (width + 1) / 2];
        for z in rows.chunks_exact(width) {
            for i in 0..width {
                (0..=i).for_each(|j| covariance[at(i, j)] += z[i] * z[j]);
            }
        }
        covariance.iter_mut().for_each(|c| *c /= count);
        Self { rows, width, means, deviations, covariance }
    }

    /// Cholesky's factor of the covariance.
    ///
    /// # Errors
    /// A column that others determine.
    pub(crate) fn factor(&self, table: &Table) -> Result<Lower, AdviseError> {
        let name = |j: usize| table.columns()[j].name.clone();
        Lower::factor(&self.covariance, 1e-9).map_err(|found| {
            let largest = found.combination.iter().fold(0.0_f64, |most, c| most.max(c.abs()));
            let of = (0..found.index).filter(|&j| found.combination[j].abs() > 1e-6 * largest).map(name).collect();
            AdviseError::Collinear { column: name(found.index), of }
        })
    }

    pub(crate) fn each(&self) -> std::slice::ChunksExact<'_, f64> {
        self.rows.chunks_exact(self.width)
    }

    pub(crate) fn count(&self) -> f64 {
        (self.rows.len() / self.width) as f64
    }
}

/// The means or the covariances of columns of numbers, of which synthetic rows are normal.
pub(crate) fn of_numbers(table: &Table, family: Family) -> Result<(Vec<Coefficient>, [Variances; 3]), AdviseError> {
    let columns = Standardised::new(table, family)?;
    let name = |j: usize| table.columns()[j].name.clone();
    let lower = columns.factor(table)?;
    let Standardised { width, means, deviations, covariance, .. } = &columns;
    if family == Family::Mean {
        let coefficients = (0..*width).map(|j| Coefficient {
            name: name(j),
            value: means[j],
            std_error: deviations[j] / columns.count().sqrt(),
        });
        let raw = deviations.iter().map(|d| d * d).sum();
        // The covariance of the deviations is known in each loss, and is the same for real and for synthetic rows.
        let variances = [raw, *width as f64, *width as f64].map(Variances::well_specified);
        return Ok((coefficients.collect(), variances));
    }
    let mut coefficients = Vec::new();
    for i in 0..*width {
        for j in 0..=i {
            let scale = deviations[i] * deviations[j];
            let value = covariance[at(i, j)];
            let square = columns.each().map(|z| (z[i] * z[j] - value) * (z[i] * z[j] - value)).sum::<f64>();
            let std_error = scale * square.sqrt() / columns.count();
            let name = if i == j { format!("var({})", name(i)) } else { format!("cov({}, {})", name(j), name(i)) };
            coefficients.push(Coefficient { name, value: scale * value, std_error });
        }
    }
    let inverse = lower.inverse(*width);
    Ok((coefficients, Loss::ALL.map(|loss| covariance_in(&columns, loss, &inverse))))
}

/// The variances of a covariance S, fitted to n rows z with mean 0.
///
/// # Formula
/// With Q the metric of a row, D^2 (D the deviations) in the raw loss |S - Sigma|_F^2, 1 in that of the standardised columns, and Sigma^-1 in the
/// deviance loss (twice tr (Sigma^-1 (S - Sigma))^2 / 2): d = z'Qz, T = tr (Q Sigma)^2,
/// ```text
/// A_r = E d^2 - T,    A_s = T + (tr Q Sigma)^2
/// ```
/// # Influence of a row z
/// of A_r, where Q is fixed: d^2 - E d^2 - 4 E[d Q x]'z - 2 (z'Q Sigma Q z - T). Q = Sigma^-1 moves by -Q (z z' - Sigma) Q, and then T and A_s are known:
/// E d^2 moves by d^2 - E d^2 - 4 E[d Q x]'z - 2 (E[d (x'Qz)^2] - E d^2). In standardised columns, Q_jj moves by -(z_j^2 - 1) in the units of the column.
/// # Source
/// derived; E d^2 is Mardia's kurtosis in the deviance loss
fn covariance_in(columns: &Standardised, loss: Loss, inverse: &[f64]) -> Variances {
    let (p, count) = (columns.width, columns.count());
    let metric = |z: &[f64]| match loss {
        Loss::Raw => z.iter().zip(&columns.deviations).map(|(z, d)| z * d * d).collect(),
        Loss::Standardised => z.to_vec(),
        Loss::Deviance => times(inverse, z),
    };
    let rows: Vec<Vec<f64>> = columns.each().map(metric).collect();
    let lengths: Vec<f64> = columns.each().zip(&rows).map(|(z, q)| dot(z, q)).collect();
    let mean = |f: &dyn Fn(usize) -> f64| (0..rows.len()).map(f).sum::<f64>() / count;
    // Q Sigma Q, from the rows.
    let mut middle = vec![0.0; p * (p + 1) / 2];
    // E[d Q x x' Q].
    let mut weighted = middle.clone();
    let mut linear = vec![0.0; p];
    for (q, d) in rows.iter().zip(&lengths) {
        for i in 0..p {
            linear[i] += d * q[i] / count;
            for j in 0..=i {
                middle[at(i, j)] += q[i] * q[j] / count;
                weighted[at(i, j)] += d * q[i] * q[j] / count;
            }
        }
    }
    let fourth = mean(&|i| lengths[i] * lengths[i]);
    let trace = mean(&|i| lengths[i]);
    let form = |a: &[f64], z: &[f64]| dot(z, &times(a, z));
    let squares = columns.each().map(|z| form(&middle, z)).sum::<f64>() / count;
    let (real, synthetic) = (fourth - squares, squares + trace * trace);
    // E[d z_j (Qz)_j] less (Q Sigma Q Sigma)_jj: the share of a column in A_r; and in A_s.
    let shares: Vec<[f64; 2]> = (0..p)
        .map(|j| {
            let own = |i: usize| columns.rows[i * p + j] * rows[i][j];
            let row: Vec<f64> = (0..p).map(|i| columns.covariance[at(i, j)]).collect();
            let square = times(&middle, &row)[j];
            [mean(&|i| lengths[i] * own(i)) - square, square + trace * mean(&own)]
        })
        .collect();
    let influence = |i: usize| {
        let (z, d) = (&columns.rows[i * p..(i + 1) * p], lengths[i]);
        let moved = d * d - fourth - 4.0 * dot(&linear, z);
        let inner = form(&middle, z) - squares;
        let (of_real, of_synthetic) = match loss {
            Loss::Deviance => (moved - 2.0 * (form(&weighted, z) - fourth), 0.0),
            Loss::Raw => (moved - 2.0 * inner, 2.0 * inner + 2.0 * trace * (d - trace)),
            Loss::Standardised => {
                let scaled = |which: usize| {
                    2.0 * shares.iter().zip(z).map(|(share, z)| share[which] * (z * z - 1.0)).sum::<f64>()
                };
                (moved - 2.0 * inner - scaled(0), 2.0 * inner + 2.0 * trace * (d - trace) - scaled(1))
            }
        };
        of_synthetic / synthetic - of_real / real
    };
    let variance = mean(&|i| influence(i) * influence(i));
    Variances { synthetic, real, log_ratio_std_error: (variance / count).sqrt(), jackknife: None }
}
