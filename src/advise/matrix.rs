//! Small symmetric matrices, as their lower triangles by rows, in loops of fixed order: the same bits on every CPU.

/// The entry (i, j) of a lower triangle by rows.
pub(super) const fn at(i: usize, j: usize) -> usize {
    let (i, j) = if i < j { (j, i) } else { (i, j) };
    i * (i + 1) / 2 + j
}

/// A v.
pub(super) fn times(a: &[f64], v: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; v.len()];
    times_into(a, v, &mut product);
    product
}

/// A v, into memory that is there.
pub(super) fn times_into(a: &[f64], v: &[f64], product: &mut [f64]) {
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

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// tr A B.
pub(super) fn trace_of_product(a: &[f64], b: &[f64], p: usize) -> f64 {
    (0..p)
        .flat_map(|i| (0..=i).map(move |j| (i, j)))
        .map(|(i, j)| {
            let twice = if i == j { 1.0 } else { 2.0 };
            twice * a[at(i, j)] * b[at(i, j)]
        })
        .sum()
}

/// A B A of symmetric A and B.
pub(super) fn sandwich(a: &[f64], b: &[f64], p: usize) -> Vec<f64> {
    let column = |j: usize| (0..p).map(|i| a[at(i, j)]).collect::<Vec<_>>();
    let middle: Vec<Vec<f64>> = (0..p).map(|j| times(b, &column(j))).collect();
    let mut product = Vec::with_capacity(p * (p + 1) / 2);
    for i in 0..p {
        let row = column(i);
        product.extend(middle[..=i].iter().map(|middle| dot(&row, middle)));
    }
    product
}

/// A row that the earlier rows of a matrix determine.
pub(super) struct Dependent {
    pub(super) index: usize,
    /// Its combination of the earlier ones.
    pub(super) combination: Vec<f64>,
}

/// Cholesky's factor L of L L'.
pub(super) struct Lower(Vec<f64>);

impl Lower {
    /// Of a matrix; a pivot of this part of its diagonal entry, or below, counts as zero.
    pub(super) fn factor(a: &[f64], zero: f64) -> Result<Self, Dependent> {
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
    fn back(&self, b: &mut [f64]) {
        for j in (0..b.len()).rev() {
            b[j] /= self.0[at(j, j)];
            for i in 0..j {
                b[i] -= self.0[at(j, i)] * b[j];
            }
        }
    }

    /// Replaces b by (L L')^-1 b.
    pub(super) fn solve(&self, b: &mut [f64]) {
        for j in 0..b.len() {
            let inner = dot(&self.0[at(j, 0)..at(j, j)], b);
            b[j] = (b[j] - inner) / self.0[at(j, j)];
        }
        self.back(b);
    }

    /// (L L')^-1 of p rows.
    pub(super) fn inverse(&self, p: usize) -> Vec<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// (4, 2; 2, 5): its inverse is (5, -2; -2, 4)/16. Of (1, 2; 2, 4) the second row is twice the first.
    #[test]
    fn factors_and_inverses() {
        let lower = Lower::factor(&[4.0, 2.0, 5.0], 1e-12).unwrap_or_else(|_| panic!("positive definite"));
        assert_eq!(lower.inverse(2), [5.0 / 16.0, -2.0 / 16.0, 4.0 / 16.0]);
        let Err(dependent) = Lower::factor(&[1.0, 2.0, 4.0], 1e-12) else { panic!("singular") };
        assert_eq!((dependent.index, dependent.combination), (1, vec![2.0]));
        // (1, 2; 2, 3) (4, 5; 5, 6) (1, 2; 2, 3) = (14, 17; 23, 28) (1, 2; 2, 3)
        assert_eq!(sandwich(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 2), [48.0, 79.0, 130.0]);
        assert_eq!(trace_of_product(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 2), 4.0 + 20.0 + 18.0);
    }
}
