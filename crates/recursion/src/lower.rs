//! Lower triangular factors L of p x p matrices L L'. The product is not formed, since it would square the condition number.
//!
//! Only + - * /, sqrt and libm in a fixed order: the same bits on every CPU. A factor of rank r < p has zeros on its diagonal.

use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::{ChiSquared, StandardNormal};

use crate::StreamRng;

/// The factor of L L' + F F': rotates the columns of the lower trapezoidal F into L; F is used up.
///
/// A column v of F meets column k of L in a Givens rotation that annuls `v_k`. Nothing is subtracted and no pivot is
/// compared with a threshold, so L may be singular and every column keeps its accuracy relative to its own scale.
pub fn add_columns(l: &mut DMatrix<f64>, f: &mut DMatrix<f64>) {
    let p = l.nrows();
    for (j, v) in f.as_mut_slice().chunks_exact_mut(p).enumerate() {
        for (k, column) in l.as_mut_slice().chunks_exact_mut(p).enumerate().skip(j) {
            let (a, b) = (column[k], v[k]);
            if b == 0.0 {
                continue;
            }
            // Not sqrt(a^2 + b^2): a collapsed column may be so small that its square is zero.
            let r = libm::hypot(a, b);
            let (cos, sin) = (a / r, b / r);
            column[k] = r;
            for (x, y) in column[k + 1..].iter_mut().zip(&mut v[k + 1..]) {
                (*x, *y) = (cos * *x + sin * *y, cos * *y - sin * *x);
            }
        }
    }
}

/// `product` <- L A for lower triangular L and A.
pub fn multiply(l: &DMatrix<f64>, a: &DMatrix<f64>, product: &mut DMatrix<f64>) {
    let (p, l) = (l.nrows(), l.as_slice());
    let columns = product.as_mut_slice().chunks_exact_mut(p).zip(a.as_slice().chunks_exact(p));
    for (j, (out, column)) in columns.enumerate() {
        out[..j].fill(0.0);
        entries(l, j, column, out);
    }
}

/// `product` <- L v for lower triangular L.
pub fn apply(l: &DMatrix<f64>, v: &[f64], product: &mut [f64]) {
    entries(l.as_slice(), 0, v, product);
}

/// The entries of L v from j on, of a v that is zero before.
#[inline(always)]
fn entries(l: &[f64], j: usize, v: &[f64], product: &mut [f64]) {
    let p = product.len();
    for i in j..p {
        let mut sum = l[j * p + i] * v[j];
        for k in j + 1..i + 1 {
            sum += l[k * p + i] * v[k];
        }
        product[i] = sum;
    }
}

/// Replaces the lower triangle of a positive semidefinite matrix of known rank by its Cholesky factor.
///
/// Pivot rule: the rank is known, not guessed; the columns from `rank` on are zero, since the Schur complement is zero
/// there but for rounding. A pivot before it that rounding left at zero or below makes a zero column.
pub fn factorise(s: &mut DMatrix<f64>, rank: usize) {
    let p = s.nrows();
    for k in 0..p {
        let (done, rest) = s.as_mut_slice().split_at_mut((k + 1) * p);
        let column = &mut done[k * p..];
        let pivot = column[k];
        let scale = if k < rank && pivot > 0.0 { 1.0 / pivot.sqrt() } else { 0.0 };
        column[..k].fill(0.0);
        column[k..].iter_mut().for_each(|x| *x *= scale);
        for (j, right) in (k + 1..p).zip(rest.chunks_exact_mut(p)) {
            let factor = column[j];
            right[j..].iter_mut().zip(&column[j..]).for_each(|(x, y)| *x -= y * factor);
        }
    }
}

/// The law of the lower trapezoidal factor A of a Wishart matrix A A' = X'X, X of d rows N(0, `I_p`).
///
/// # Formula
/// `A_jj = sqrt(chi2(d - j))` for j < min(d, p), `A_ij ~ N(0, 1)` below, all independent, zero elsewhere (j from 0).
/// # Source
/// Bartlett (1933); QR of X column by column: column j rotated by the Householder reflections of the earlier ones is
/// again d normals, of which j lie in their span (`A_ji`) and the length of the rest is `A_jj`. It ends after
/// min(d, p) columns, so d < p is no exception.
#[derive(Clone, Debug)]
pub struct Bartlett {
    diagonal: Vec<ChiSquared<f64>>,
}

impl Bartlett {
    /// The law for d rows of dimension p.
    #[must_use]
    pub fn new(rows: usize, dim: usize) -> Self {
        let law = |j| ChiSquared::new((rows - j) as f64).expect("degrees of freedom are at least one");
        Self { diagonal: (0..rows.min(dim)).map(law).collect() }
    }

    /// Draws the factor into `a`, times `scale`.
    pub fn draw(&self, scale: f64, rng: &mut StreamRng, a: &mut DMatrix<f64>) {
        let p = a.nrows();
        a.as_mut_slice()[self.diagonal.len() * p..].fill(0.0);
        for (j, (column, law)) in a.as_mut_slice().chunks_exact_mut(p).zip(&self.diagonal).enumerate() {
            column[..j].fill(0.0);
            column[j] = rng.sample(law).sqrt() * scale;
            for below in &mut column[j + 1..] {
                *below = rng.sample::<f64, _>(StandardNormal) * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(entries: &[f64]) -> DMatrix<f64> {
        DMatrix::from_row_slice(3, 3, entries)
    }

    /// Equal entries but for some dozen roundings of numbers up to 30.
    fn assert_close(found: &DMatrix<f64>, expected: &DMatrix<f64>) {
        assert!((found - expected).amax() < 1e-13, "{found} {expected}");
    }

    #[test]
    fn added_columns_add_their_gram_matrix() {
        let full = lower(&[2.0, 0.0, 0.0, -1.0, 0.5, 0.0, 0.3, 4.0, 1.0]);
        let singular = lower(&[1.0, 0.0, 0.0, 2.0, 0.0, 0.0, -3.0, 0.7, 0.0]);
        for l in [&full, &singular, &DMatrix::zeros(3, 3)] {
            for f in [&full, &singular] {
                let (mut sum, mut used) = (l.clone(), f.clone());
                add_columns(&mut sum, &mut used);
                assert_close(&(&sum * sum.transpose()), &(l * l.transpose() + f * f.transpose()));
                assert_eq!(sum.upper_triangle(), DMatrix::from_diagonal(&sum.diagonal()), "{sum}");
            }
        }
        // Rank 1 twice is rank 2: the last diagonal entry is exactly zero.
        let (mut sum, mut f) = (lower(&[1.0, 0.0, 0.0, 2.0, 0.0, 0.0, -3.0, 0.0, 0.0]), DMatrix::zeros(3, 3));
        f.as_mut_slice()[..3].copy_from_slice(&[0.4, 0.1, 0.7]);
        add_columns(&mut sum, &mut f);
        assert!(sum[(1, 1)] > 0.0 && sum[(2, 2)] == 0.0, "{sum}");
    }

    /// 1e-170 squared is zero, yet (3, 4) * 1e-170 has the length 5e-170.
    #[test]
    fn tiny_columns_keep_their_length() {
        let (mut l, mut f) = (DMatrix::from_element(1, 1, 3e-170), DMatrix::from_element(1, 1, 4e-170));
        add_columns(&mut l, &mut f);
        assert!((l[(0, 0)] / 5e-170 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn products() {
        let l = lower(&[2.0, 0.0, 0.0, -1.0, 0.5, 0.0, 0.3, 4.0, 1.0]);
        let a = lower(&[1.0, 0.0, 0.0, 5.0, 3.0, 0.0, -2.0, 1.0, 0.1]);
        let (mut product, mut v) = (DMatrix::from_element(3, 3, f64::NAN), [f64::NAN; 3]);
        multiply(&l, &a, &mut product);
        assert_close(&product, &(&l * &a));
        apply(&l, &[1.0, -2.0, 3.0], &mut v);
        // (2, -1 - 1, 0.3 - 8 + 3)
        assert_close(&DMatrix::from_column_slice(3, 1, &v), &DMatrix::from_column_slice(3, 1, &[2.0, -2.0, -4.7]));
    }

    /// A matrix of rank 2 leaves rounding noise as its last pivot; the rank given makes it zero.
    #[test]
    fn factors_of_known_rank() {
        let root = lower(&[0.1, 0.0, 0.0, 0.7, 0.3, 0.0, 1.1, 0.9, 0.0]);
        let gram = &root * root.transpose();
        let mut factor = gram.clone();
        factorise(&mut factor, 2);
        assert_close(&factor, &root);
        assert_eq!(factor[(2, 2)], 0.0);
        let positive = gram + DMatrix::identity(3, 3);
        let mut factor = positive.clone();
        factorise(&mut factor, 3);
        assert_close(&factor, &nalgebra::Cholesky::new(positive).unwrap().l());
        // A pivot that is zero before the rank is used up.
        let mut factor = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![0.0, 4.0]));
        factorise(&mut factor, 2);
        assert_eq!(factor, DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 0.0, 2.0]));
    }

    /// E A A' = d I for any number of rows d: entries within 6 standard errors (variance d off and 2 d on the diagonal).
    #[test]
    fn bartlett_factors_have_the_mean_of_wishart() {
        use goldenweight_replicates::stream::{Purpose, Streams};
        let (draws, streams) = (20_000, Streams { seed: 1, experiment: 4 });
        for rows in [1, 2, 3, 9] {
            let (law, mut a, mut sum) = (Bartlett::new(rows, 3), DMatrix::zeros(3, 3), DMatrix::zeros(3, 3));
            for r in 0..draws {
                law.draw(1.0, &mut streams.rng(r, 0, Purpose::Real, rows as u64), &mut a);
                sum += &a * a.transpose();
            }
            let mean = sum / draws as f64;
            for i in 0..3 {
                for j in 0..3 {
                    let (expected, variance) = if i == j { (rows as f64, 2.0) } else { (0.0, 1.0) };
                    let error = (variance * rows as f64 / draws as f64).sqrt();
                    assert!((mean[(i, j)] - expected).abs() < 6.0 * error, "{rows} rows: {mean}");
                }
            }
        }
    }
}
