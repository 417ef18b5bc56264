//! The fits to two tables, in the coordinates of the real one.

use super::AuditError;
use crate::advise::design::Design;
use crate::advise::matrix::at;
use crate::advise::moments::Standardised;
use crate::advise::regression::{Law, Link, refit, refit_to_first_order};
use crate::advise::{AdviseError, Family, Loss};
use crate::table::Table;

/// A fit and its first-order law.
pub(crate) struct Fit {
    pub(crate) estimate: Vec<f64>,
    /// H, without a dispersion. A pooled weighted fit is to first order the mean of the two with the matrix weights w H_R and u H_S.
    pub(crate) information: Vec<f64>,
    /// V = C/n, C = H^-1 J H^-1.
    pub(crate) variance: Vec<f64>,
    /// Of each coefficient, about how many rows it hangs on: (sum g^2)^2/sum g^4 of the rows' parts g in it; k of an indicator that k rows have.
    pub(crate) support: Vec<f64>,
}

/// The fits to a real and to a synthetic table.
pub(crate) struct Fits {
    pub(crate) names: Vec<String>,
    pub(crate) real: Fit,
    pub(crate) synthetic: Fit,
    /// Q.
    pub(crate) metric: Vec<f64>,
    /// In the units of the columns coefficient j is `rows[j]` times the estimate, plus `offsets[j]`.
    pub(crate) raw_rows: Vec<Vec<f64>>,
    pub(crate) raw_offsets: Vec<f64>,
}

impl Fits {
    /// Coefficients in the units of the columns.
    pub(crate) fn raw(&self, estimate: &[f64]) -> Vec<f64> {
        let rows = self.raw_rows.iter().zip(&self.raw_offsets);
        rows.map(|(row, offset)| offset + row.iter().zip(estimate).map(|(a, b)| a * b).sum::<f64>()).collect()
    }
}

/// A table that can be fitted again with other numbers of each row.
pub(crate) enum Sample<'a> {
    Regression { design: Design<'a>, link: Link, start: Vec<f64>, inverse: Vec<f64> },
    Means(Standardised),
    Covariance(Standardised),
    Frequencies { table: &'a Table, offsets: Vec<usize> },
}

impl Sample<'_> {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Regression { design, .. } => design.rows(),
            Self::Means(columns) | Self::Covariance(columns) => columns.each().len(),
            Self::Frequencies { table, .. } => table.rows(),
        }
    }

    /// The fit with `counts[i]` times row i.
    pub(crate) fn fit(&self, counts: &[u32]) -> Refit {
        match self {
            Self::Regression { design, link, start, inverse } => match refit(design, *link, start, counts) {
                Some(fit) => Refit::Fit(fit),
                None if design.varies(counts) => Refit::None,
                None => Refit::FirstOrder(refit_to_first_order(design, *link, start, inverse, counts)),
            },
            Self::Means(columns) => Refit::Fit(means(columns, counts)),
            Self::Covariance(columns) => Refit::Fit(covariance(columns, counts)),
            Self::Frequencies { table, offsets } => Refit::Fit(frequencies(table, offsets, counts)),
        }
    }
}

/// A fit to resampled rows.
pub(crate) enum Refit {
    Fit(Vec<f64>),
    /// Of rows that lack a level of the table, or all values of a column but one: its coefficient has no fit, and all have their change to first order.
    FirstOrder(Vec<f64>),
    /// Of rows whose responses are separated.
    None,
}

/// Mean of `of(row, add)` over the rows, each so many times.
fn mean(length: usize, counts: &[u32], of: impl Fn(usize, &mut dyn FnMut(usize, f64))) -> Vec<f64> {
    let (mut sums, mut total) = (vec![0.0; length], 0.0);
    for (row, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let count = f64::from(*count);
        total += count;
        of(row, &mut |place, value| sums[place] += count * value);
    }
    sums.iter_mut().for_each(|sum| *sum /= total);
    sums
}

fn means(columns: &Standardised, counts: &[u32]) -> Vec<f64> {
    let width = columns.width;
    mean(width, counts, |row, add| (0..width).for_each(|j| add(j, columns.rows[row * width + j])))
}

/// Mean products about the mean.
fn covariance(columns: &Standardised, counts: &[u32]) -> Vec<f64> {
    let (width, centre) = (columns.width, means(columns, counts));
    let (mut sums, mut total, mut z) = (vec![0.0; width * (width + 1) / 2], 0.0, vec![0.0; width]);
    for (row, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let row = &columns.rows[row * width..(row + 1) * width];
        z.iter_mut().zip(row).zip(&centre).for_each(|((z, value), centre)| *z = value - centre);
        total += f64::from(*count);
        add_products(&mut sums, f64::from(*count), &z);
    }
    sums.iter_mut().for_each(|sum| *sum /= total);
    sums
}

/// Adds c v v' to a matrix.
fn add_products(triangle: &mut [f64], c: f64, v: &[f64]) {
    let mut rest = triangle;
    for i in 0..v.len() {
        let (row, next) = rest.split_at_mut(i + 1);
        // Of indicators most are 0.
        if v[i] != 0.0 {
            row.iter_mut().zip(v).for_each(|(sum, v_j)| *sum += c * (v[i] * v_j));
        }
        rest = next;
    }
}

/// Shares of the levels, those of each column from its offset on.
fn frequencies(table: &Table, offsets: &[usize], counts: &[u32]) -> Vec<f64> {
    mean(levels(table), counts, |row, add| {
        table.row(row).iter().zip(offsets).for_each(|(place, offset)| add(offset + *place as usize, 1.0));
    })
}

fn levels(table: &Table) -> usize {
    table.columns().iter().map(|column| column.levels.len()).sum()
}

fn identity(p: usize) -> Vec<f64> {
    (0..p).flat_map(|i| (0..=i).map(move |j| f64::from(u8::from(i == j)))).collect()
}

fn dense(p: usize, row: impl Fn(usize, usize) -> f64) -> Vec<Vec<f64>> {
    (0..p).map(|i| (0..p).map(|j| row(i, j)).collect()).collect()
}

/// A mean of features of the rows: H = 1, and V is the features' covariance over the rows.
fn of_features(estimate: Vec<f64>, rows: usize, features: impl Fn(usize, &mut [f64])) -> Fit {
    let p = estimate.len();
    let (mut variance, mut f) = (vec![0.0; p * (p + 1) / 2], vec![0.0; p]);
    for row in 0..rows {
        features(row, &mut f);
        add_products(&mut variance, 1.0, &f);
    }
    let count = rows as f64;
    for i in 0..p {
        (0..=i).for_each(|j| {
            variance[at(i, j)] = (variance[at(i, j)] / count - estimate[i] * estimate[j]) / count;
        });
    }
    Fit { estimate, information: identity(p), variance, support: vec![count; p] }
}

/// Fits both tables, of which the synthetic one has the columns and levels of the real one.
pub(crate) fn fit<'a>(
    real: &'a Table,
    synthetic: &'a Table,
    family: Family,
    loss: Loss,
) -> Result<(Fits, [Sample<'a>; 2]), AuditError> {
    match (family.link(), family) {
        (Some(link), _) => regressions(real, synthetic, link, loss),
        (None, Family::Frequencies) => shares(real, synthetic, loss),
        (None, _) => numbers(real, synthetic, family, loss),
    }
}

fn regressions<'a>(
    real: &'a Table,
    synthetic: &'a Table,
    link: Link,
    loss: Loss,
) -> Result<(Fits, [Sample<'a>; 2]), AuditError> {
    let design = Design::new(real).map_err(AuditError::Real)?;
    let other = Design::like(synthetic, &design).map_err(AuditError::Synthetic)?;
    let p = design.coefficients();
    let unit = |j: usize| (0..p).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
    let of = |law: Law<'_>, rows: usize| {
        let support = law.support();
        let variance = law.covariance.iter().map(|c| c / rows as f64).collect();
        (Fit { estimate: law.beta, information: law.information, variance, support }, law.inverse)
    };
    let law = Law::new(&design, link).map_err(AuditError::Real)?;
    // The information of linear regression has the factor 1/s^2.
    let scale = if loss == Loss::Deviance { 1.0 / law.dispersion } else { 1.0 };
    let metric =
        (0..p).flat_map(|j| law.metric(loss, &unit(j))[..=j].iter().map(|q| scale * q).collect::<Vec<_>>()).collect();
    let (fit, inverse) = of(law, real.rows());
    let law = Law::new(&other, link).map_err(AuditError::Synthetic)?;
    let (other_fit, other_inverse) = of(law, synthetic.rows());
    let raw_rows = (0..p).map(|j| design.to_raw_transposed(&unit(j))).collect();
    let names = design.names.clone();
    let sample = |design, fit: &Fit, inverse| Sample::Regression { design, link, start: fit.estimate.clone(), inverse };
    let samples = [sample(design, &fit, inverse), sample(other, &other_fit, other_inverse)];
    Ok((Fits { names, real: fit, synthetic: other_fit, metric, raw_rows, raw_offsets: vec![0.0; p] }, samples))
}

fn numbers<'a>(
    real: &'a Table,
    synthetic: &'a Table,
    family: Family,
    loss: Loss,
) -> Result<(Fits, [Sample<'a>; 2]), AuditError> {
    let columns = Standardised::new(real, family).map_err(AuditError::Real)?;
    let other = Standardised::like(synthetic, &columns, family).map_err(AuditError::Synthetic)?;
    let width = columns.width;
    let lower = columns.factor(real).map_err(AuditError::Real)?;
    let name = |j: usize| real.columns()[j].name.as_str();
    let deviations = columns.deviations.clone();
    // The metric of a row.
    let of_row: Vec<f64> = match loss {
        Loss::Raw => (0..width)
            .flat_map(|i| (0..=i).map(move |j| (i, j)))
            .map(|(i, j)| if i == j { deviations[i] * deviations[i] } else { 0.0 })
            .collect(),
        Loss::Standardised => identity(width),
        Loss::Deviance => lower.inverse(width),
    };
    let ones = |columns: &Standardised| vec![1; columns.each().len()];
    if family == Family::Mean {
        let fit = |columns: &Standardised| {
            let (z, rows) = (&columns.rows, columns.each().len());
            of_features(means(columns, &ones(columns)), rows, |row, f| {
                f.copy_from_slice(&z[row * width..(row + 1) * width]);
            })
        };
        let (real, synthetic) = rayon::join(|| fit(&columns), || fit(&other));
        let fits = Fits {
            names: (0..width).map(|j| name(j).to_owned()).collect(),
            real,
            synthetic,
            metric: of_row,
            raw_rows: dense(width, |i, j| if i == j { deviations[i] } else { 0.0 }),
            raw_offsets: columns.means.clone(),
        };
        return Ok((fits, [Sample::Means(columns), Sample::Means(other)]));
    }
    let fit = |columns: &Standardised| {
        let (z, rows, centre) = (&columns.rows, columns.each().len(), means(columns, &ones(columns)));
        of_features(covariance(columns, &ones(columns)), rows, |row, f| {
            let centred = |i: usize| z[row * width + i] - centre[i];
            for i in 0..width {
                (0..=i).for_each(|j| f[at(i, j)] = centred(i) * centred(j));
            }
        })
    };
    let pairs: Vec<(usize, usize)> = (0..width).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
    let p = pairs.len();
    few(p)?;
    // tr A D A D of a symmetric D in its lower triangle: D_ij and D_kl together, twice where a pair stands for two entries.
    let product = |(i, j): (usize, usize), (k, l): (usize, usize)| {
        let of_pair = |i, j| if i == j { 0.5 } else { 1.0 };
        let a = |i, j| of_row[at(i, j)];
        2.0 * of_pair(i, j) * of_pair(k, l) * (a(i, k) * a(j, l) + a(i, l) * a(j, k))
    };
    let metric = (0..p).flat_map(|x| (0..=x).map(move |y| (x, y))).map(|(x, y)| product(pairs[x], pairs[y])).collect();
    let named = |&(i, j): &(usize, usize)| {
        if i == j { format!("var({})", name(i)) } else { format!("cov({}, {})", name(j), name(i)) }
    };
    let names = pairs.iter().map(named).collect();
    let (real, synthetic) = rayon::join(|| fit(&columns), || fit(&other));
    let fits = Fits {
        names,
        real,
        synthetic,
        metric,
        raw_rows: dense(p, |x, y| if x == y { deviations[pairs[x].0] * deviations[pairs[x].1] } else { 0.0 }),
        raw_offsets: vec![0.0; p],
    };
    Ok((fits, [Sample::Covariance(columns), Sample::Covariance(other)]))
}

/// Most covariances and frequencies that are fitted: as many as coefficients of a regression.
const MAX_NUMBERS: usize = 1_000;

const fn few(coefficients: usize) -> Result<(), AuditError> {
    if coefficients <= MAX_NUMBERS {
        return Ok(());
    }
    Err(AuditError::Real(AdviseError::TooManyCoefficients { coefficients, most: MAX_NUMBERS }))
}

/// The metric of frequencies is diagonal: 1, or 1 over the variance of an indicator, or 1 over the share, of which the squared error is chi-squared over n.
fn shares<'a>(real: &'a Table, synthetic: &'a Table, loss: Loss) -> Result<(Fits, [Sample<'a>; 2]), AuditError> {
    let p = levels(real);
    few(p)?;
    let mut offsets = vec![0];
    real.columns().iter().for_each(|column| offsets.push(offsets[offsets.len() - 1] + column.levels.len()));
    let fit = |table: &Table| {
        let estimate = frequencies(table, &offsets, &vec![1; table.rows()]);
        let counts: Vec<f64> = estimate.iter().map(|share| share * table.rows() as f64).collect();
        let fit = of_features(estimate, table.rows(), |row, f| {
            f.fill(0.0);
            table.row(row).iter().zip(&offsets).for_each(|(place, offset)| f[offset + *place as usize] = 1.0);
        });
        Fit { support: counts, ..fit }
    };
    let real_fit = fit(real);
    let weight = |share: f64| match loss {
        Loss::Raw => 1.0,
        Loss::Standardised => 1.0 / (share * (1.0 - share)),
        Loss::Deviance => 1.0 / share,
    };
    let diagonal: Vec<f64> = real_fit.estimate.iter().map(|share| weight(*share)).collect();
    let names = real.columns().iter().flat_map(|column| {
        column.levels.iter().map(|level| format!("{}={}", column.name, level.name)).collect::<Vec<_>>()
    });
    let fits = Fits {
        names: names.collect(),
        real: real_fit,
        synthetic: fit(synthetic),
        metric: (0..p)
            .flat_map(|i| (0..=i).map(move |j| (i, j)))
            .map(|(i, j)| if i == j { diagonal[i] } else { 0.0 })
            .collect(),
        raw_rows: dense(p, |i, j| f64::from(u8::from(i == j))),
        raw_offsets: vec![0.0; p],
    };
    let sample = |table| Sample::Frequencies { table, offsets: offsets.clone() };
    Ok((fits, [sample(real), sample(synthetic)]))
}
