//! Small symmetric matrices, as their lower triangles by rows, in loops of fixed order: the same bits on every CPU.

use nalgebra::{DMatrix, SymmetricEigen};

/// The entry (i, j) of a lower triangle by rows.
pub(crate) const fn at(i: usize, j: usize) -> usize {
    let (i, j) = if i < j { (j, i) } else { (i, j) };
    i * (i + 1) / 2 + j
}

/// A v.
pub(crate) fn times(a: &[f64], v: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; v.len()];
    times_into(a, v, &mut product);
    product
}

/// A v, into memory that is there.
pub(crate) fn times_into(a: &[f64], v: &[f64], product: &mut [f64]) {
    product.fill(0.0);
    let mut rest = a;
    for i in 0..v.len() {
        let (row, next) = rest.split_at(i + 1);
        let mut sum = row[i] * v[i];
        for j in 0..i {
            sum += row[j] * v[j];
            product[j] += row[j] * v[i];
        }
        product[i] += sum;
        rest = next;
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// v'A v.
pub(crate) fn form(a: &[f64], v: &[f64]) -> f64 {
    dot(v, &times(a, v))
}

/// tr A B.
pub(crate) fn trace_of_product(a: &[f64], b: &[f64], p: usize) -> f64 {
    (0..p)
        .flat_map(|i| (0..=i).map(move |j| (i, j)))
        .map(|(i, j)| {
            let twice = if i == j { 1.0 } else { 2.0 };
            twice * a[at(i, j)] * b[at(i, j)]
        })
        .sum()
}

/// A row that the earlier rows of a matrix determine.
pub(crate) struct Dependent {
    pub(crate) index: usize,
    /// Its combination of the earlier ones.
    pub(crate) combination: Vec<f64>,
}

/// Cholesky's factor L of L L'.
pub(crate) struct Lower(Vec<f64>);

impl Lower {
    /// Of a matrix; a pivot of this part of its diagonal entry, or below, counts as zero.
    pub(crate) fn factor(a: &[f64], zero: f64) -> Result<Self, Dependent> {
        let mut l: Vec<f64> = Vec::with_capacity(a.len());
        let mut index = 0;
        while l.len() < a.len() {
            for j in 0..index {
                let inner = dot(&l[at(index, 0)..], &l[at(j, 0)..at(j, j)]);
                l.push((a[at(index, j)] - inner) / l[at(j, j)]);
            }
            let row = &l[at(index, 0)..];
            let diagonal = a[at(index, index)];
            let pivot = diagonal - dot(row, row);
            if pivot > zero * diagonal {
                l.push(pivot.sqrt());
                index += 1;
            } else {
                // L L' c = a, whose first half is done.
                let mut combination = row.to_vec();
                Self(l).back(&mut combination);
                return Err(Dependent { index, combination });
            }
        }
        Ok(Self(l))
    }

    /// Replaces b by L'^-1 b, of the first rows.
    pub(crate) fn back(&self, b: &mut [f64]) {
        for j in (0..b.len()).rev() {
            b[j] /= self.0[at(j, j)];
            for i in 0..j {
                b[i] -= self.0[at(j, i)] * b[j];
            }
        }
    }

    /// Replaces b by L^-1 b.
    fn forward(&self, b: &mut [f64]) {
        for j in 0..b.len() {
            let inner = dot(&self.0[at(j, 0)..at(j, j)], b);
            b[j] = (b[j] - inner) / self.0[at(j, j)];
        }
    }

    /// Replaces b by (L L')^-1 b.
    pub(crate) fn solve(&self, b: &mut [f64]) {
        self.forward(b);
        self.back(b);
    }

    /// A^-1 B A^-1 of A = L L' and a symmetric B of p rows, and the trace of B A^-1: of L^-1 B L'^-1, from both sides. Products with an inverse would lose
    /// the square of A's condition where this loses its condition alone.
    pub(crate) fn sandwich(&self, b: &[f64], p: usize) -> (Vec<f64>, f64) {
        let mut columns: Vec<Vec<f64>> = (0..p).map(|j| (0..p).map(|i| b[at(i, j)]).collect()).collect();
        let solve = |columns: &mut Vec<Vec<f64>>, each: &dyn Fn(&mut [f64])| {
            for _ in 0..2 {
                columns.iter_mut().for_each(|column| each(column));
                *columns = (0..p).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
            }
        };
        solve(&mut columns, &|column| self.forward(column));
        let trace = (0..p).map(|j| columns[j][j]).sum();
        solve(&mut columns, &|column| self.back(column));
        ((0..p).flat_map(|j| columns[j][..=j].to_vec()).collect(), trace)
    }

    /// L v.
    pub(crate) fn times(&self, v: &[f64]) -> Vec<f64> {
        (0..v.len()).map(|i| dot(&self.0[at(i, 0)..=at(i, i)], &v[..=i])).collect()
    }

    /// L'v.
    pub(crate) fn transposed_times(&self, v: &[f64]) -> Vec<f64> {
        (0..v.len()).map(|j| (j..v.len()).map(|i| self.0[at(i, j)] * v[i]).sum()).collect()
    }

    /// (L L')^-1 of p rows.
    pub(crate) fn inverse(&self, p: usize) -> Vec<f64> {
        let mut inverse = Vec::with_capacity(self.0.len());
        for i in 0..p {
            let mut column = vec![0.0; p];
            column[i] = 1.0;
            self.solve(&mut column);
            inverse.extend_from_slice(&column[..=i]);
        }
        inverse
    }
}

/// P'A P, P given by its columns.
pub(crate) fn congruent(a: &[f64], columns: &[Vec<f64>]) -> Vec<f64> {
    let mut product = Vec::with_capacity(a.len());
    for (i, column) in columns.iter().enumerate() {
        let row = times(a, column);
        product.extend(columns[..=i].iter().map(|other| dot(&row, other)));
    }
    product
}

/// Steps for each eigenvalue after which the iteration is given up; two are usual.
const MAX_STEPS: usize = 50;

/// The eigenvalues of a symmetric matrix of p rows, and the vectors (orthonormal, one after another), by nalgebra: its loops have a fixed order too. None of
/// numbers that are not finite.
pub(crate) fn eigen(a: &[f64], p: usize) -> Option<(Vec<f64>, Vec<Vec<f64>>)> {
    if a.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let matrix = DMatrix::from_fn(p, p, |i, j| a[at(i, j)]);
    let found = SymmetricEigen::try_new(matrix, f64::EPSILON, MAX_STEPS * p)?;
    Some((
        found.eigenvalues.as_slice().to_vec(),
        found.eigenvectors.column_iter().map(|v| v.as_slice().to_vec()).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (2, 1, 0; 1, 2, 1; 0, 1, 2) has the eigenvalues 2 and 2 -+ sqrt 2, as of every tridiagonal matrix of this form: 2 + 2 cos(k pi/4).
    #[test]
    fn eigenvalues_and_vectors() {
        let a = [2.0, 1.0, 2.0, 0.0, 1.0, 2.0];
        let (values, vectors) = eigen(&a, 3).unwrap_or_else(|| panic!("finite"));
        assert!(eigen(&[f64::NAN], 1).is_none());
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let root = 2.0_f64.sqrt();
        // A few roundings of numbers of some 4.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-14;
        assert!(sorted.iter().zip([2.0 - root, 2.0, 2.0 + root]).all(|(a, b)| close(*a, b)), "{sorted:?}");
        let diagonal = congruent(&a, &vectors);
        assert!((0..3).all(|i| (0..=i).all(|j| close(diagonal[at(i, j)], if i == j { values[i] } else { 0.0 }))));
    }

    /// (4, 2; 2, 5): its inverse is (5, -2; -2, 4)/16. Of (1, 2; 2, 4) the second row is twice the first.
    #[test]
    fn factors_and_inverses() {
        let lower = Lower::factor(&[4.0, 2.0, 5.0], 1e-12).unwrap_or_else(|_| panic!("positive definite"));
        assert_eq!(lower.inverse(2), [5.0 / 16.0, -2.0 / 16.0, 4.0 / 16.0]);
        let Err(dependent) = Lower::factor(&[1.0, 2.0, 4.0], 1e-12) else { panic!("singular") };
        assert_eq!((dependent.index, dependent.combination), (1, vec![2.0]));
        // (5, -2; -2, 4) (8, 4; 4, 16) (5, -2; -2, 4) = (32, -12; 0, 56) (5, -2; -2, 4), and the trace of the first product is 88. Over 16^2 and 16; the roots
        // are 2, 1 and 2, so that nothing is rounded.
        let (product, trace) = lower.sandwich(&[8.0, 4.0, 16.0], 2);
        assert_eq!((product, trace), (vec![184.0 / 256.0, -112.0 / 256.0, 224.0 / 256.0], 88.0 / 16.0));
        assert_eq!(trace_of_product(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 2), 4.0 + 20.0 + 18.0);
    }
}
