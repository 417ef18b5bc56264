//! A control of a regression's squared error: a number of mean exactly 0 that nearly is the squared error less its mean.
//!
//! # Derivation
//!
//! A generation is fitted on batches i of weight `w_i` and `n_i` rows each. The labels of batch i are drawn by the coefficients beta + `delta_i`: the truth
//! beta for real rows, so that `delta_i` = 0, and the fit before for synthetic ones. At those coefficients let `S_i`, `I_i` and `C_i` be the means over the rows
//! of the score x (y - b'), of the information b'' x x', and of b''' x x x. The estimate has the error d where the weighted score is zero. By Taylor's formula
//! around the coefficients of each batch,
//! ```text
//! 0 = sum of w_i (S_i - I_i (d - delta_i) - C_i[d - delta_i, d - delta_i]/2) + terms of third order.
//! ```
//! Let N be the inverse of the sum of `w_i I_i`, p = N times the sum of `w_i I_i delta_i`, v = N times the sum of `w_i S_i`. Then d = l to first order, l = p + v, and
//! to second order, with the lengths and products of the loss (G = N Q, where |d|^2 = d'Q d),
//! ```text
//! |d|^2 = |l|^2 - sum of w_i C_i[G l, l - delta_i, l - delta_i].
//! ```
//! Given the rows' covariates and all that came before, the labels alone are random. N, p, `I_i`, `C_i` and `delta_i` are known then, and a label of a family with
//! cumulant function b has the cumulants b', b'', b''', so that v has mean 0, second moments V and third moments K,
//! ```text
//! V = N (sum of w_i^2 I_i/n_i) N,   K = sum of w_i^3 C_i[N, N, N]/n_i^2.
//! ```
//! Hence both terms less these means have mean exactly 0, whatever the sizes and the coefficients are:
//! ```text
//! E |l|^2 = |p|^2 + tr Q V,
//! E C_i[G l, l - delta_i, l - delta_i] = C_i[G p, r, r] + C_i[G p, V] + 2 C_i[G V, r] + C_i[G K],   r = p - delta_i.
//! ```
//! (In C\[G V, r\] a pair of indices is contracted with V, in C\[G K\] all three with K.) What is left of the squared error is |p|^2 and small terms; and p is
//! near u times the error before, where u is the weight of the synthetic rows. So the control of generation t is that of its labels plus u^2 times that of
//! generation t - 1. Any factor that is known before leaves the mean at 0.
//!
//! Nothing is estimated: the factors of both terms are those of Taylor's formula, so that there is no bias of a fitted coefficient.
//!
//! # Reach
//!
//! Every batch must be drawn at the generation that it is fitted at, and labels must follow the family at the coefficients above: not so those of a table. The
//! mean exists with more than p + 1 rows; where fits fail, that over the fits which exist is another one.
//!
//! # Tested by
//! `means_are_zero`: all labels of some rows enumerated with their probabilities. Simulated means, and claims.

use fearless_simd::{Level, dispatch, f64x4, prelude::*};
use nalgebra::DMatrix;

use super::glm::{Design, Family, Responses};
use crate::{
    FitFailure, Model, Part,
    covariates::{Covariates, Four, product},
    newton,
};

/// Computes controls; holds the memory.
#[derive(Clone, Debug)]
pub struct Control {
    /// Number of coefficients.
    p: usize,
    sums: Vec<Four>,
    batches: Vec<Batch>,
    /// N and G.
    inverse: DMatrix<f64>,
    scaled: DMatrix<f64>,
    /// V.
    second: DMatrix<f64>,
    /// K, and the sum of `w_i C_i`.
    cumulant: Vec<f64>,
    sum: Vec<f64>,
    /// p and l.
    past: Vec<f64>,
    linear: Vec<f64>,
    // Memory that is used again.
    room: Vec<f64>,
    matrices: [DMatrix<f64>; 2],
    vectors: [Vec<f64>; 3],
}

/// What a batch says at the coefficients that made its labels: means over its rows.
#[derive(Clone, Debug)]
struct Batch {
    weight: f64,
    rows: f64,
    delta: Vec<f64>,
    score: Vec<f64>,
    information: DMatrix<f64>,
    /// Of b''' x x x: p x p x p numbers.
    third: Vec<f64>,
}

impl Control {
    /// Memory for so many coefficients.
    pub fn new(p: usize) -> Self {
        let (matrix, vector, tensor) = (|| DMatrix::zeros(p, p), || vec![0.0; p], || vec![0.0; p * p * p]);
        let (delta, score, information, third) = (vector(), vector(), matrix(), tensor());
        let batch = Batch { weight: 0.0, rows: 0.0, delta, score, information, third };
        Self {
            p,
            sums: vec![[0.0; 4]; p * (p * p + 6 * p + 11) / 6],
            batches: vec![batch; 2],
            inverse: matrix(),
            scaled: matrix(),
            second: matrix(),
            cumulant: tensor(),
            sum: tensor(),
            past: vector(),
            linear: vector(),
            room: tensor(),
            matrices: [matrix(), matrix()],
            vectors: [vector(), vector(), vector()],
        }
    }

    /// What the labels of these parts, of which synthetic ones are made by the fit `before`, add to the control; Q is the identity where there is no `metric`.
    /// NaN where the weighted information is singular: then the fit fails, too.
    pub fn of<F: Family, M: Model<Noise = Design, Data = Responses>>(
        &mut self,
        parts: &[Part<'_, M>],
        truth: &[f64],
        before: &[f64],
        metric: Option<&DMatrix<f64>>,
    ) -> f64 {
        while self.batches.len() < parts.len() {
            self.batches.push(self.batches[0].clone());
        }
        for (part, batch) in parts.iter().zip(&mut self.batches) {
            let made_by = if part.real { truth } else { before };
            let (x, sums) = (&part.noise.x, &mut self.sums[..]);
            dispatch!(Level::new(), simd => add_part::<F, _>(simd, x, part.data, made_by, sums));
            batch.set(part.weight, part.rows, &self.sums);
            batch.delta.iter_mut().zip(made_by).zip(truth).for_each(|((delta, b), truth)| *delta = b - truth);
        }
        self.linearise(parts.len()).map_or(f64::NAN, |()| self.value(parts.len(), metric))
    }

    /// N, p, l, V and K.
    fn linearise(&mut self, count: usize) -> Result<(), FitFailure> {
        let Self { p, batches, inverse, second, cumulant, sum, past, linear, room, .. } = self;
        let ([information, _], [by_delta, score, _]) = (&mut self.matrices, &mut self.vectors);
        let squared = *p * *p;
        information.fill(0.0);
        second.fill(0.0);
        [&mut *by_delta, score, cumulant, sum].into_iter().for_each(|sum| sum.fill(0.0));
        for Batch { weight: w, rows, delta, score: s, information: i, third } in &batches[..count] {
            let (square, cube) = (w * w / rows, w * w * w / (rows * rows));
            add(information.as_mut_slice(), *w, i.as_slice());
            add(second.as_mut_slice(), square, i.as_slice());
            add(cumulant, cube, third);
            add(sum, *w, third);
            add(score, *w, s);
            i.column_iter().zip(delta).for_each(|(column, d)| add(by_delta, w * d, column.as_slice()));
        }
        // The factor is made again for each column, of which there are few.
        for j in 0..*p {
            room[..squared].copy_from_slice(information.as_slice());
            let column = &mut inverse.as_mut_slice()[j * *p..][..*p];
            column.fill(0.0);
            column[j] = 1.0;
            newton::solve(&mut room[..squared], column)?;
        }
        times(inverse, by_delta, past);
        times(inverse, score, linear);
        add(linear, 1.0, past);
        matrix_product(inverse, second, information);
        matrix_product(information, inverse, second);
        // N on one index after another: each time the first index, in blocks, becomes the last.
        for _ in 0..3 {
            room.fill(0.0);
            for (first, block) in cumulant.chunks_exact(squared).enumerate() {
                for (rest, c) in block.iter().enumerate() {
                    add(&mut room[rest * *p..][..*p], *c, inverse.column(first).as_slice());
                }
            }
            std::mem::swap(cumulant, room);
        }
        Ok(())
    }

    /// |l|^2 less its mean, less the terms of second order and theirs.
    fn value(&mut self, count: usize, metric: Option<&DMatrix<f64>>) -> f64 {
        let Self { p, batches, inverse, scaled, second, cumulant, sum, past, linear, .. } = self;
        let ([weighted, contracted], [from_linear, from_past, rest]) = (&mut self.matrices, &mut self.vectors);
        let squared = *p * *p;
        let (length, trace) = match metric {
            None => (dot(linear, linear) - dot(past, past), second.trace()),
            Some(q) => (form(q, linear, linear) - form(q, past, past), dot(q.as_slice(), second.as_slice())),
        };
        match metric {
            None => scaled.copy_from(inverse),
            Some(q) => matrix_product(inverse, q, scaled),
        }
        matrix_product(scaled, second, weighted);
        times(scaled, linear, from_linear);
        times(scaled, past, from_past);
        let mut value = length - trace;
        for Batch { weight, delta, third, .. } in &batches[..count] {
            rest.iter_mut().zip(&*linear).zip(delta).for_each(|((rest, l), d)| *rest = l - d);
            contract(third, rest, contracted);
            let found = form(contracted, rest, from_linear);
            rest.iter_mut().zip(&*past).zip(delta).for_each(|((rest, p), d)| *rest = p - d);
            contract(third, rest, contracted);
            let mean = form(contracted, rest, from_past) + 2.0 * dot(weighted.as_slice(), contracted.as_slice());
            value -= weight * (found - mean);
        }
        contract(sum, from_past, contracted);
        value += dot(second.as_slice(), contracted.as_slice());
        for (i, c) in sum.chunks_exact(squared).enumerate() {
            for (j, k) in cumulant.chunks_exact(squared).enumerate() {
                value += scaled[(i, j)] * dot(c, k);
            }
        }
        value
    }
}

impl Batch {
    /// From the sums over its rows.
    fn set(&mut self, weight: f64, rows: usize, sums: &[Four]) {
        let p = self.score.len();
        (self.weight, self.rows) = (weight, rows as f64);
        let mut means = sums.iter().map(|sum| sum.iter().sum::<f64>() / rows as f64);
        let mut next = || means.next().unwrap_or_default();
        for j in 0..p {
            self.score[j] = next();
            for i in 0..=j {
                let mean = next();
                (self.information[(i, j)], self.information[(j, i)]) = (mean, mean);
                for h in 0..=i {
                    let mean = next();
                    for [a, b, c] in [[h, i, j], [h, j, i], [i, h, j], [i, j, h], [j, h, i], [j, i, h]] {
                        self.third[(a * p + b) * p + c] = mean;
                    }
                }
            }
        }
    }
}

/// Adds another vector with a factor.
fn add(sum: &mut [f64], factor: f64, other: &[f64]) {
    sum.iter_mut().zip(other).for_each(|(sum, x)| *sum += factor * x);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// a'M b.
fn form(m: &DMatrix<f64>, a: &[f64], b: &[f64]) -> f64 {
    m.column_iter().zip(b).map(|(column, b)| b * dot(column.as_slice(), a)).sum()
}

/// The product a b. Its sums have a fixed order: a library would choose instructions, and so the last bits, by the CPU.
fn matrix_product(a: &DMatrix<f64>, b: &DMatrix<f64>, out: &mut DMatrix<f64>) {
    for (column, mut product) in b.column_iter().zip(out.column_iter_mut()) {
        times(a, column.as_slice(), product.as_mut_slice());
    }
}

/// M a.
fn times(m: &DMatrix<f64>, a: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    m.column_iter().zip(a).for_each(|(column, &a)| add(out, a, column.as_slice()));
}

/// C\[a\], for a symmetric C.
fn contract(third: &[f64], a: &[f64], out: &mut DMatrix<f64>) {
    out.fill(0.0);
    third.chunks_exact(a.len() * a.len()).zip(a).for_each(|(block, &a)| add(out.as_mut_slice(), a, block));
}

/// The sums behind a batch: for each j that of x (y - b'), then for each i up to j that of b'' x x, then for each h up to i that of b''' x x x.
#[inline(always)]
fn add_part<F: Family, S: Simd>(simd: S, x: &Covariates, y: &[Four], beta: &[f64], sums: &mut [Four]) {
    // Unrolled for few coefficients, as in Newton's method.
    match beta.len() {
        1 => add_few::<F, S, 3>(simd, 1, x, y, beta, sums),
        2 => add_few::<F, S, 9>(simd, 2, x, y, beta, sums),
        p => {
            sums.fill([0.0; 4]);
            add_rows::<F, S>(simd, p, x, y, beta, sums);
        }
    }
}

#[inline(always)]
fn add_few<F: Family, S: Simd, const N: usize>(
    simd: S,
    p: usize,
    x: &Covariates,
    y: &[Four],
    beta: &[f64],
    sums: &mut [Four],
) {
    let mut few = [[0.0; 4]; N];
    add_rows::<F, S>(simd, p, x, y, beta, &mut few);
    sums.copy_from_slice(&few);
}

#[inline(always)]
fn add_rows<F: Family, S: Simd>(simd: S, p: usize, x: &Covariates, y: &[Four], beta: &[f64], sums: &mut [Four]) {
    let (beta, sums) = (&beta[..p], &mut sums[..p * (p * p + 6 * p + 11) / 6]);
    for (x, y) in x.fours().zip(y) {
        let (x, y) = (&x[..p], f64x4::load_array_ref(simd, y));
        let (residual, variance) = F::residual_and_variance(y, product(simd, x, beta));
        let third = F::third_cumulant(y - residual, variance);
        let mut next = 0;
        let mut add = |term: f64x4<S>| {
            sums[next] = (f64x4::load_array_ref(simd, &sums[next]) + term).into();
            next += 1;
        };
        for j in 0..p {
            let x_j = f64x4::load_array_ref(simd, &x[j]);
            add(residual * x_j);
            for i in 0..j + 1 {
                let both = x_j * f64x4::load_array_ref(simd, &x[i]);
                add(variance * both);
                let scaled = third * both;
                for x_h in &x[..i + 1] {
                    add(scaled * f64x4::load_array_ref(simd, x_h));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::Coordinates;
    use crate::models::{glm::Regression, logistic::Bernoulli, poisson::Counts};

    /// Covariates with nothing special about them.
    fn design(p: usize, rows: usize, shift: f64) -> Design {
        let x: Vec<Vec<f64>> = (0..rows)
            .map(|i| (0..p).map(|j| libm::sin(shift + 1.7 * i as f64 + 2.9 * j as f64 + (i * j) as f64)).collect())
            .collect();
        let mut design = Design::new(p, rows);
        design.x.fill(|i| &x[i]);
        design
    }

    /// Every label that rows may have, up to `most`, with its probability under these coefficients.
    fn labels(design: &Design, beta: &[f64], most: usize, law: fn(f64, usize) -> f64) -> Vec<(Responses, f64)> {
        let rows = design.x.rows();
        let eta: Vec<f64> = (0..rows)
            .map(|i| design.x.fours().nth(i / 4).unwrap().iter().zip(beta).map(|(x, b)| x[i % 4] * b).sum())
            .collect();
        (0..(most + 1).pow(rows as u32))
            .map(|mut code| {
                let (mut y, mut probability) = (vec![[0.0; 4]; rows.div_ceil(4)], 1.0);
                for (i, &eta) in eta.iter().enumerate() {
                    let label = code % (most + 1);
                    code /= most + 1;
                    y[i / 4][i % 4] = label as f64;
                    probability *= law(eta, label);
                }
                (y, probability)
            })
            .collect()
    }

    /// Mean and standard deviation of the control of a generation, over all labels of its rows.
    fn mean<F: Family + 'static>(
        [real, synthetic]: [usize; 2],
        (truth, before): (&[f64], &[f64]),
        metric: Option<&Coordinates>,
        (most, law): (usize, fn(f64, usize) -> f64),
    ) -> (f64, f64) {
        let (p, weight) = (truth.len(), 0.6);
        let (of_real, of_synthetic) = (design(p, real, 0.3), design(p, synthetic, 4.1));
        let mut control = Control::new(p);
        let (mut mean, mut square) = (0.0, 0.0);
        for (y, probability) in labels(&of_real, truth, most, law) {
            for (made, other) in labels(&of_synthetic, before, most, law) {
                let parts: [Part<'_, Regression<F>>; 2] = [
                    Part { weight, rows: real, real: true, noise: &of_real, data: &y },
                    Part { weight: 1.0 - weight, rows: synthetic, real: false, noise: &of_synthetic, data: &made },
                ];
                let value = control.of::<F, _>(&parts, truth, before, metric.map(Coordinates::metric));
                mean += probability * other * value;
                square += probability * other * value * value;
            }
        }
        (mean, square.sqrt())
    }

    /// By enumeration, which knows probabilities and no cumulants. What is left are roundings, and of counts the tail: above 34 at means below 2.5 it is
    /// below 1e-24, and the control some 1e5 there.
    #[test]
    fn means_are_zero() {
        let bernoulli = |eta: f64, y: usize| 1.0 / (1.0 + libm::exp(if y == 1 { -eta } else { eta }));
        let poisson = |eta: f64, y: usize| {
            let mean = libm::exp(eta);
            (1..=y).fold(libm::exp(-mean), |p, k| p * mean / k as f64)
        };
        let coordinates = Coordinates::new(&DMatrix::from_row_slice(2, 2, &[2.0, 0.5, 0.5, 1.0]));
        let (truth, before) = (&[0.8, -0.5][..], &[0.3, 0.6][..]);
        for metric in [None, coordinates.as_ref()] {
            let found = [
                mean::<Bernoulli>([4, 3], (truth, before), metric, (1, bernoulli)),
                mean::<Counts>([2, 1], (truth, before), metric, (34, poisson)),
            ];
            for (mean, deviation) in found {
                assert!(deviation > 0.1 && mean.abs() < 1e-12 * deviation, "{mean} {deviation}");
            }
        }
        for (mean, deviation) in [
            mean::<Bernoulli>([5, 2], (&[1.2], &[-0.4]), None, (1, bernoulli)),
            mean::<Counts>([1, 2], (&[0.6], &[-0.4]), None, (34, poisson)),
            mean::<Bernoulli>([5, 4], (&[1.0, -0.2, 0.1], &[-0.4, 0.0, 0.5]), None, (1, bernoulli)),
        ] {
            assert!(deviation > 0.1 && mean.abs() < 1e-12 * deviation, "{mean} {deviation}");
        }
    }
}
