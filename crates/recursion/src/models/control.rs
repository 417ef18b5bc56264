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
//! # Rows of a table
//!
//! Real rows that are resampled from a table have labels that do not follow the family, and rows and labels are random together. At the fit on the whole table, the
//! truth, the score s of a row has mean 0. Let I, J, C and s3 be the means over the table of b'' x x', of s s', of b''' x x x and of s s s. Real rows
//! have I in the place of `I_i` in N and p, so that these are known before the rows are drawn; C in the place of `C_i`, which is a difference of third order; and J and
//! s3 for `I_i` and `C_i` in V and K. What is left of the information of the n rows, D, the mean of b'' x x' less I, is random, and of first order:
//! ```text
//! |d|^2 = |l|^2 - sum of w_i C_i[G l, l - delta_i, l - delta_i] - 2 w (G l)'D l.
//! ```
//! D has mean 0 and depends on the same rows as S, the mean of their scores. Of n independent rows, S\[a\] D\[bc\] has the mean T\[abc\]/n and S\[a\] S\[d\] D\[bc\] the
//! mean (U\[abcd\] - J\[ad\] I\[bc\])/n^2, where T and U are the means over the table of s b'' x x and of s s b'' x x, which are symmetric in all indices. With l = p + v,
//! in which the rows have the part w N S,
//! ```text
//! E (G l)'D l = (w/n) (T[N Q N, p] + T[N, G p]) + (w/n)^2 (U[N Q N, N] - tr N Q N J N I).
//! ```
//! Synthetic rows of a table have labels of the family, and are as above.
//!
//! # Rows that were fitted before
//!
//! Such rows are known, with their labels: they have no part in v, and `w_i S_i` is added to the sum in p. Which coefficients Taylor's formula starts from is free
//! then, and it is the truth. p is not u times the error before, but near
//!
//! * the error before, where synthetic rows are kept, too (data accumulate): the control is that of the new labels plus that of generation t - 1;
//! * `w e_0` + u d', where the real rows are kept alone: `e_0` is the error of a fit on them, d' the error before. With d = `e_0` + D that is D = u D' + v, so
//!   that |d|^2 is |`e_0`|^2, whose control is that of generation 0; 2 `e_0`'Q D, which new labels add 2 `e_0`'Q v to and which loses the factor u in a
//!   generation; and |D|^2, of which the rest is the control and which loses u^2. `e_0` is taken to be N S.
//!
//! # No bias
//!
//! Nothing is estimated: the factors of all terms are those of Taylor's formula, so there is no bias of an estimated factor. Where the formula is a poor
//! one (few rows, a metric other than the loss's) a control takes less from the variance, and still nothing from the mean.
//!
//! # Reach
//!
//! New labels must follow the family at the coefficients above, or be the table's. The mean exists with more than p + 1 rows. Where fits fail, the mean over those that
//! exist is not 0.
//!
//! # Tested by
//! `means_are_zero`: all labels of some rows enumerated with their probabilities. `means_of_tables_are_zero`: all rows of a table. `means_with_known_rows_are_zero`.
//! `tests/controls.rs`: simulated means.

use fearless_simd::{Level, dispatch, f64x4, prelude::*};
use nalgebra::DMatrix;

use super::glm::{Design, Family, Responses};
use crate::{
    FitFailure, Model, Part, Terms,
    covariates::{Covariates, Four, product},
    newton,
};

/// Computes controls; holds the memory.
#[derive(Clone, Debug)]
pub struct Control {
    /// Number of coefficients.
    p: usize,
    sums: Vec<Four>,
    /// The sums of the real rows of a turn.
    shared: Vec<Shared>,
    batches: Vec<Batch>,
    /// N and G.
    inverse: DMatrix<f64>,
    scaled: DMatrix<f64>,
    /// V.
    second: DMatrix<f64>,
    /// K, and the sum of `w_i C_i`.
    cumulant: Vec<f64>,
    sum: Vec<f64>,
    /// p and l, and e_0 times the weight of the real rows.
    past: Vec<f64>,
    linear: Vec<f64>,
    start: Vec<f64>,
    // Memory that is used again.
    room: Vec<f64>,
    matrices: [DMatrix<f64>; 3],
    vectors: [Vec<f64>; 3],
}

/// Sums over the real rows that are at this address at this turn.
#[derive(Clone, Debug)]
struct Shared {
    turn: u64,
    address: usize,
    sums: Vec<Four>,
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
    law: Law,
    /// Of resampled rows, D.
    fluctuation: DMatrix<f64>,
}

/// What is random in a batch, given all that came before the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Law {
    /// Nothing: its rows have been fitted before.
    Known,
    /// The labels, which follow the family.
    Labels,
    /// Which rows of the table there are.
    Resampled,
}

/// Means over the rows of a table, at the coefficients at which that of the score s = x (y - b') is 0. Tensors are symmetric.
#[derive(Clone, Debug)]
pub struct Resampling {
    /// Of b'' x x, and of s s.
    information: DMatrix<f64>,
    square: DMatrix<f64>,
    /// Of b''' x x x, of s s s, and of (y - b') b'' x x x, that is of s with b'' x x.
    third: Vec<f64>,
    cube: Vec<f64>,
    with_score: Vec<f64>,
    /// Of s s with b'' x x.
    with_square: Vec<f64>,
}

impl Resampling {
    /// Of rows x with their labels and counts; none where the mean score at these coefficients is not 0. It is a rounding error where it is below 1e-10 of its
    /// deviation in a row: of n rows it then is less than 1e-10 sqrt(n) of the mean score's deviation, which is below 1e-7 up to a million rows.
    pub fn new<'a>(coefficients: &[f64], rows: impl Iterator<Item = (&'a [f64], f64, f64)>) -> Option<Self> {
        let p = coefficients.len();
        let (matrix, tensor) = (|| DMatrix::zeros(p, p), || vec![0.0; p * p * p]);
        let (mut count, mut score, mut squares) = (0.0, vec![0.0; p], vec![0.0; p * p]);
        let (information, square, with_square) = (matrix(), matrix(), vec![0.0; p * p * p * p]);
        let (third, cube, with_score) = (tensor(), tensor(), tensor());
        let mut all = Self { information, square, third, cube, with_score, with_square };
        for (x, y, times) in rows {
            let mean = 1.0 / (1.0 + libm::exp(-dot(x, coefficients)));
            let (residual, variance) = (y - mean, mean * (1.0 - mean));
            squares.chunks_exact_mut(p).zip(x).for_each(|(row, a)| {
                row.fill(0.0);
                add(row, *a, x);
            });
            count += times;
            add(&mut score, times * residual, x);
            add(all.information.as_mut_slice(), times * variance, &squares);
            add(all.square.as_mut_slice(), times * residual * residual, &squares);
            for (i, a) in x.iter().enumerate() {
                let block = i * p * p..(i + 1) * p * p;
                add(&mut all.third[block.clone()], times * variance * (1.0 - 2.0 * mean) * a, &squares);
                add(&mut all.cube[block.clone()], times * residual * residual * residual * a, &squares);
                add(&mut all.with_score[block], times * residual * variance * a, &squares);
            }
            for (block, a) in all.with_square.chunks_exact_mut(p * p).zip(&squares) {
                add(block, times * residual * residual * variance * a, &squares);
            }
        }
        let Self { information, square, third, cube, with_score, with_square } = &mut all;
        let tensors = [third, cube, with_score, with_square].into_iter().map(Vec::as_mut_slice);
        let sums = [information.as_mut_slice(), square.as_mut_slice()].into_iter().chain(tensors);
        sums.flatten().for_each(|sum| *sum /= count);
        let small = |j: usize| (score[j] / count).abs() <= 1e-10 * all.square[(j, j)].sqrt();
        (0..p).all(small).then_some(all)
    }
}

impl Control {
    /// Memory for so many coefficients.
    pub fn new(p: usize) -> Self {
        let (matrix, vector, tensor) = (|| DMatrix::zeros(p, p), || vec![0.0; p], || vec![0.0; p * p * p]);
        let (delta, score, third, law) = (vector(), vector(), tensor(), Law::Labels);
        let (information, fluctuation) = (matrix(), matrix());
        let batch = Batch { weight: 0.0, rows: 0.0, delta, score, information, third, law, fluctuation };
        Self {
            p,
            sums: vec![[0.0; 4]; p * (p * p + 6 * p + 11) / 6],
            shared: Vec::new(),
            batches: vec![batch; 2],
            inverse: matrix(),
            scaled: matrix(),
            second: matrix(),
            cumulant: tensor(),
            sum: tensor(),
            past: vector(),
            linear: vector(),
            start: vector(),
            room: tensor(),
            matrices: [matrix(), matrix(), matrix()],
            vectors: [vector(), vector(), vector()],
        }
    }

    /// Carries the controls of squared errors on to the generation that is fitted on these parts; `before` made the new synthetic rows. There is a metric Q for each
    /// of the controls, where none is the identity. New real rows follow the family at the truth, or are resampled from a table.
    ///
    /// The controls are NaN where the weighted information is singular: then the fit fails, too.
    pub fn carry<F: Family, M: Model<Noise = Design, Data = Responses>>(
        &mut self,
        (parts, turn): (&[Part<'_, M>], u64),
        (truth, before): (&[f64], &[f64]),
        table: Option<&Resampling>,
        metrics: &[Option<&DMatrix<f64>>],
        controls: &mut [Terms],
    ) {
        while self.batches.len() < parts.len() {
            self.batches.push(self.batches[0].clone());
        }
        for (i, part) in parts.iter().enumerate() {
            // Known rows may be expanded around any coefficients, and those that made old synthetic rows are not kept.
            let made_by = if part.real || !part.new { truth } else { before };
            let batch = &mut self.batches[i];
            batch.set(part.weight, part.rows, sums_of::<F, M>(part, made_by, turn, (&mut self.shared, &mut self.sums)));
            batch.delta.iter_mut().zip(made_by).zip(truth).for_each(|((delta, b), truth)| *delta = b - truth);
            batch.law = if part.new { Law::Labels } else { Law::Known };
            if let (Some(table), true, true) = (table, part.real, part.new) {
                batch.resample(table);
            }
        }
        let drawn: f64 = parts.iter().filter(|part| part.new && !part.real).map(|part| part.weight).sum();
        let old = |real| parts.iter().any(|part| !part.new && part.real == real);
        let done = self.linearise(parts.len(), table);
        for (control, metric) in controls.iter_mut().zip(metrics) {
            let [whole, with_start] = done.map_or([f64::NAN; 2], |()| self.value(parts.len(), table, *metric));
            let [constant, cross, square] = control;
            if old(false) {
                *constant += whole;
            } else if old(true) {
                let kept: f64 = parts.iter().filter(|part| !part.new).map(|part| part.weight).sum();
                *cross = drawn * *cross + with_start / kept;
                *square = drawn * drawn * *square + (whole - with_start / kept);
            } else {
                control.iter_mut().for_each(|term| *term *= drawn * drawn);
                control[0] += whole;
            }
        }
    }

    /// N, p, l, V and K.
    fn linearise(&mut self, count: usize, table: Option<&Resampling>) -> Result<(), FitFailure> {
        let Self { p, batches, inverse, second, cumulant, sum, past, linear, start, room, .. } = self;
        let ([information, ..], [by_delta, score, known]) = (&mut self.matrices, &mut self.vectors);
        let squared = *p * *p;
        information.fill(0.0);
        second.fill(0.0);
        [&mut *by_delta, score, known, cumulant, sum].into_iter().for_each(|sum| sum.fill(0.0));
        for Batch { weight: w, rows, delta, score: s, information: i, third, law, .. } in &batches[..count] {
            let (square, cube) = (w * w / rows, w * w * w / (rows * rows));
            add(information.as_mut_slice(), *w, i.as_slice());
            add(sum, *w, third);
            i.column_iter().zip(delta).for_each(|(column, d)| add(by_delta, w * d, column.as_slice()));
            let moments = match (law, table) {
                (Law::Known, _) => {
                    add(known, *w, s);
                    continue;
                }
                (Law::Resampled, Some(table)) => (&table.square, &table.cube),
                _ => (i, third),
            };
            add(score, *w, s);
            add(second.as_mut_slice(), square, moments.0.as_slice());
            add(cumulant, cube, moments.1);
        }
        add(by_delta, 1.0, known);
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
        times(inverse, known, start);
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

    /// |l|^2 less its mean, less the terms of second order and theirs; and 2 w e_0'Q v of it, where w is the weight of the known rows.
    fn value(&mut self, count: usize, table: Option<&Resampling>, metric: Option<&DMatrix<f64>>) -> [f64; 2] {
        let Self { p, batches, inverse, scaled, second, cumulant, sum, past, linear, start, .. } = self;
        let ([weighted, contracted, other], [from_linear, from_past, rest]) = (&mut self.matrices, &mut self.vectors);
        let squared = *p * *p;
        let product = |a: &[f64], b: &[f64]| metric.map_or_else(|| dot(a, b), |q| form(q, a, b));
        let length = product(linear, linear) - product(past, past);
        let trace = metric.map_or_else(|| second.trace(), |q| dot(q.as_slice(), second.as_slice()));
        match metric {
            None => scaled.copy_from(inverse),
            Some(q) => matrix_product(inverse, q, scaled),
        }
        matrix_product(scaled, second, weighted);
        times(scaled, linear, from_linear);
        times(scaled, past, from_past);
        let with_start = 2.0 * (product(start, linear) - product(start, past));
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
        let Some(table) = table else { return [value, with_start] };
        for Batch { weight, rows, fluctuation, law, .. } in &batches[..count] {
            if *law != Law::Resampled {
                continue;
            }
            let found = form(fluctuation, linear, from_linear);
            matrix_product(scaled, inverse, weighted);
            contract(&table.with_score, past, contracted);
            let mut once = dot(weighted.as_slice(), contracted.as_slice());
            contract(&table.with_score, from_past, contracted);
            once += dot(inverse.as_slice(), contracted.as_slice());
            let blocks = table.with_square.chunks_exact(squared).zip(weighted.as_slice());
            let mut twice: f64 = blocks.map(|(block, g)| g * dot(block, inverse.as_slice())).sum();
            matrix_product(&table.square, inverse, contracted);
            matrix_product(weighted, contracted, other);
            twice -= dot(other.as_slice(), table.information.as_slice());
            let share = weight / rows;
            value -= 2.0 * weight * (found - share * once - share * share * twice);
        }
        [value, with_start]
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

    /// Of rows of a table: its information and third cumulant take the place of theirs.
    fn resample(&mut self, table: &Resampling) {
        self.law = Law::Resampled;
        self.fluctuation.copy_from(&self.information);
        add(self.fluctuation.as_mut_slice(), -1.0, table.information.as_slice());
        self.information.copy_from(&table.information);
        self.third.copy_from_slice(&table.third);
    }
}

/// The sums over the rows of a part; over real ones only where the turn has not had them before.
fn sums_of<'a, F: Family, M: Model<Noise = Design, Data = Responses>>(
    part: &Part<'_, M>,
    made_by: &[f64],
    turn: u64,
    (shared, room): (&'a mut Vec<Shared>, &'a mut [Four]),
) -> &'a [Four] {
    let sum = |sums: &mut [Four]| {
        dispatch!(Level::new(), simd => add_part::<F, _>(simd, &part.noise.x, part.data, made_by, sums));
    };
    if !part.real {
        sum(room);
        return room;
    }
    let address = std::ptr::from_ref(part.data).addr();
    let found = shared.iter().position(|shared| shared.address == address).unwrap_or_else(|| {
        shared.push(Shared { turn: 0, address, sums: room.to_vec() });
        shared.len() - 1
    });
    let found = &mut shared[found];
    if found.turn != turn {
        found.turn = turn;
        sum(&mut found.sums);
    }
    &found.sums
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
        let (mut mean, mut square, mut turn) = (0.0, 0.0, 0);
        for (y, probability) in labels(&of_real, truth, most, law) {
            for (made, other) in labels(&of_synthetic, before, most, law) {
                let parts: [Part<'_, Regression<F>>; 2] = [
                    Part { weight, rows: real, real: true, new: true, noise: &of_real, data: &y },
                    Part {
                        weight: 1.0 - weight,
                        rows: synthetic,
                        real: false,
                        new: true,
                        noise: &of_synthetic,
                        data: &made,
                    },
                ];
                let (metric, mut controls) = (metric.map(Coordinates::metric), [Terms::default()]);
                turn += 1;
                control.carry::<F, _>((&parts, turn), (truth, before), None, &[metric], &mut controls);
                let value: f64 = controls[0].iter().sum();
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

    /// Means of the three terms of the controls of two losses, with their deviations, over all rows of a generation: `real` and `synthetic` with their probabilities.
    fn means(
        [real, synthetic]: [&[(Design, Responses, f64)]; 2],
        (truth, before): (&[f64], &[f64]),
        (table, are_new): (Option<&Resampling>, bool),
        metric: &DMatrix<f64>,
    ) -> [[(f64, f64); 3]; 2] {
        let (mut control, mut turn, mut sums) = (Control::new(truth.len()), 0, [[(0.0, 0.0); 3]; 2]);
        let weight = 0.6;
        for (noise, data, probability) in real {
            for (other, made, share) in synthetic {
                let parts: [Part<'_, Regression<Bernoulli>>; 2] = [
                    Part { weight, rows: noise.x.rows(), real: true, new: are_new, noise, data },
                    Part {
                        weight: 1.0 - weight,
                        rows: other.x.rows(),
                        real: false,
                        new: true,
                        noise: other,
                        data: made,
                    },
                ];
                let mut controls = [Terms::default(); 2];
                turn += 1;
                control.carry::<Bernoulli, _>(
                    (&parts, turn),
                    (truth, before),
                    table,
                    &[Some(metric), None],
                    &mut controls,
                );
                for (sum, term) in sums.iter_mut().flatten().zip(controls.iter().flatten()) {
                    sum.0 += probability * share * term;
                    sum.1 += probability * share * term * term;
                }
            }
        }
        sums.map(|terms| terms.map(|(mean, square)| (mean, square.sqrt())))
    }

    /// Every sample of two rows of these kinds, which have a probability each.
    fn pairs(kinds: &[([f64; 2], f64, f64)]) -> Vec<(Design, Responses, f64)> {
        let pair = |first: &([f64; 2], f64, f64), second: &([f64; 2], f64, f64)| {
            let mut design = Design::new(2, 2);
            design.x.fill(|i| if i == 0 { &first.0 } else { &second.0 });
            (design, vec![[first.1, second.1, 0.0, 0.0]], first.2 * second.2)
        };
        kinds.iter().flat_map(|first| kinds.iter().map(move |second| pair(first, second))).collect()
    }

    /// Three kinds of rows, with the shares of labels 0 and 1 among them, which no logistic regression on two columns has.
    const KINDS: [([f64; 2], [f64; 2]); 3] =
        [([1.0, -1.0], [0.3, 0.1]), ([1.0, 0.4], [0.05, 0.25]), ([1.0, 1.5], [0.2, 0.1])];

    fn table() -> Vec<([f64; 2], f64, f64)> {
        KINDS.iter().flat_map(|&(x, [zero, one])| [(x, 0.0, zero), (x, 1.0, one)]).collect()
    }

    /// The same covariates with labels of these coefficients.
    fn generated(beta: &[f64]) -> Vec<([f64; 2], f64, f64)> {
        let of = |(x, [zero, one]): ([f64; 2], [f64; 2])| {
            let mean = 1.0 / (1.0 + libm::exp(-dot(&x, beta)));
            [(x, 0.0, (zero + one) * (1.0 - mean)), (x, 1.0, (zero + one) * mean)]
        };
        KINDS.iter().copied().flat_map(of).collect()
    }

    /// The coefficients at which the mean score of the table vanishes, by Newton's method.
    fn fitted() -> Vec<f64> {
        let mut beta = nalgebra::Vector2::zeros();
        for _ in 0..30 {
            let (mut score, mut information) = (nalgebra::Vector2::zeros(), nalgebra::Matrix2::zeros());
            for (x, y, share) in table() {
                let (x, mean) = (nalgebra::Vector2::from(x), 1.0 / (1.0 + libm::exp(-dot(&x, beta.as_slice()))));
                score += share * (y - mean) * x;
                information += share * mean * (1.0 - mean) * x * x.transpose();
            }
            beta += information.try_inverse().unwrap() * score;
        }
        beta.as_slice().to_vec()
    }

    /// By enumeration of the samples of two real and two synthetic rows.
    #[test]
    fn means_of_tables_are_zero() {
        let (truth, rows, metric) = (fitted(), table(), DMatrix::from_row_slice(2, 2, &[2.0, 0.5, 0.5, 1.0]));
        let of = |truth: &[f64]| Resampling::new(truth, rows.iter().map(|(x, y, share)| (&x[..], *y, 100.0 * share)));
        let (resampling, before) = (of(&truth).unwrap(), [0.3, 0.6]);
        assert!(of(&[0.0, 0.0]).is_none(), "a mean score that is not 0");
        let (real, synthetic) = (pairs(&rows), pairs(&generated(&before)));
        let found = means([&real, &synthetic], (&truth, &before), (Some(&resampling), true), &metric);
        for [(mean, deviation), ..] in found {
            assert!(deviation > 0.1 && mean.abs() < 1e-12 * deviation, "{mean} {deviation}");
        }
        // Labels of the family in their place have another mean.
        let found =
            means([&pairs(&generated(&truth)), &synthetic], (&truth, &before), (Some(&resampling), true), &metric);
        assert!(found.iter().all(|terms| terms[0].0.abs() > 1e-3 * terms[0].1), "{found:?}");
    }

    /// Real rows of the generation before are one sample, whichever: over the synthetic ones the two terms that they add to have mean 0 each.
    #[test]
    fn means_with_known_rows_are_zero() {
        let (truth, before, metric) = ([0.8, -0.5], [0.3, 0.6], DMatrix::from_row_slice(2, 2, &[2.0, 0.5, 0.5, 1.0]));
        let synthetic = pairs(&generated(&before));
        // Two different rows, so that all fits exist.
        let differ = |(design, ..): &(Design, Responses, f64)| design.x.fours().any(|x| x[1][0] > x[1][1]);
        for mut known in pairs(&table()).into_iter().filter(differ) {
            known.2 = 1.0;
            for [constant, cross, square] in
                means([&[known.clone()], &synthetic], (&truth, &before), (None, false), &metric)
            {
                assert_eq!(constant, (0.0, 0.0));
                for (mean, deviation) in [cross, square] {
                    assert!(deviation > 0.01 && mean.abs() < 1e-12 * deviation, "{mean} {deviation}");
                }
            }
        }
    }
}
