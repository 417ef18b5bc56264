//! The distribution function of one variable: `F_t` = w (real) + (1 - w) (synthetic empirical distribution function),
//! synthetic rows drawn from `F_{t-1}`. The truth is U(0, 1); the loss is the same for every continuous distribution.

use std::ops::Range;

use rand::RngExt;

use crate::{FitFailure, Model, Part, StreamRng, lanes::LANES, models::subsampled::Rowwise, sorted::sorted_uniforms};

/// The truth U(0, 1); every row is drawn, in increasing order.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{Model, models::cdf::Cdf};
///
/// let model = Cdf::default();
/// let mut losses = [f64::NAN];
/// model.losses(model.truth(), &mut losses);
/// assert_eq!(losses, [0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Cdf {
    truth: Steps,
}

impl Default for Cdf {
    fn default() -> Self {
        Self { truth: Steps::uniform() }
    }
}

impl Model for Cdf {
    /// Uniform numbers in increasing order: the rows are their quantiles.
    type Noise = Vec<f64>;
    /// The rows in increasing order, and `END`.
    type Data = Vec<f64>;
    type Fit = Steps;
    /// Rows of many parts, with their weights.
    type Scratch = Vec<(f64, f64)>;

    const LOSSES: &'static [&'static str] = &["cdf"];

    fn truth(&self) -> &Steps {
        &self.truth
    }

    fn noise(&self, rows: usize) -> Vec<f64> {
        vec![0.0; rows]
    }

    fn data(&self, rows: usize) -> Vec<f64> {
        vec![END; rows + 1]
    }

    fn unfitted(&self) -> Steps {
        Steps::uniform()
    }

    fn scratch(&self) -> Vec<(f64, f64)> {
        Vec::new()
    }

    fn draw(&self, rng: &mut StreamRng, noise: &mut Vec<f64>) {
        sorted_uniforms(rng, noise);
    }

    /// By inversion, so that rows move little where the weight does (common random numbers).
    fn generate(&self, from: &Steps, noise: &Vec<f64>, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        from.quantiles(noise, &mut data[..noise.len()]);
        Ok(())
    }

    fn fit(
        &self,
        _: u32,
        parts: &[Part<'_, Self>],
        scratch: &mut Vec<(f64, f64)>,
        fit: &mut Steps,
    ) -> Result<(), FitFailure> {
        match parts {
            [only] => fit.mix(1.0, only.data, NONE),
            [first, second] => fit.mix(first.weight, first.data, second.data),
            _ => fit.mix_many(parts.iter().map(|part| (part.weight, part.data.as_slice())), scratch),
        }
        Ok(())
    }

    fn losses(&self, fit: &Steps, out: &mut [f64]) {
        out[0] = fit.loss();
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

impl Rowwise for Cdf {
    fn width(&self) -> usize {
        1
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        noise.fill_with(|| rng.random());
    }

    fn make_row(&self, from: &Steps, noise: &[f64], row: &mut [f64]) {
        from.quantiles(noise, row);
    }

    fn fit_rows(&self, rows: &mut [f64], fit: &mut Steps) -> Result<(), FitFailure> {
        rows.sort_unstable_by(f64::total_cmp);
        fit.mix(1.0, &[&*rows, NONE].concat(), NONE);
        Ok(())
    }
}

/// What stands behind the last row of a sample: above every row.
const END: f64 = 1.0;

/// A sample without rows.
const NONE: &[f64] = &[END];

/// A distribution function on \[0, 1\]: `levels[k]` from `atoms[k]` to `atoms[k + 1]`. Before the first atom stands 0, behind the last 1. Without any atom it
/// is that of the uniform distribution.
#[derive(Clone, Debug)]
pub struct Steps {
    atoms: Vec<f64>,
    levels: Vec<f64>,
    /// How many of the atoms up to each are of the first part.
    first: Vec<i32>,
}

impl Steps {
    const fn uniform() -> Self {
        Self { atoms: Vec::new(), levels: Vec::new(), first: Vec::new() }
    }

    /// Becomes the mix of many parts of sorted rows, each followed by `END`. The rows of a part share its weight.
    fn mix_many<'a>(&mut self, parts: impl Iterator<Item = (f64, &'a [f64])>, scratch: &mut Vec<(f64, f64)>) {
        scratch.clear();
        for (weight, rows) in parts {
            let (_, rows) = rows.split_last().unwrap_or((&END, &[]));
            scratch.extend(rows.iter().map(|&row| (row, weight / rows.len() as f64)));
        }
        // In any order of equal rows: between them the function has no width.
        scratch.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let rows = scratch.len();
        self.atoms.resize(rows + 2, 0.0);
        self.levels.resize(rows + 1, 0.0);
        (self.atoms[0], self.levels[0]) = (0.0, 0.0);
        let mut level = 0.0;
        for (k, &(row, weight)) in scratch.iter().enumerate() {
            level += weight;
            (self.atoms[k + 1], self.levels[k + 1]) = (row, level);
        }
        (self.atoms[rows + 1], self.levels[rows]) = (1.0, 1.0); // the last level is 1 but for rounding
    }

    /// Becomes the mix of sorted rows, which share the weight, and of other sorted rows, which share the rest. Both are followed by `END`.
    #[inline(always)] // Into the loop of the model, which is a twentieth slower without.
    fn mix(&mut self, weight: f64, first: &[f64], second: &[f64]) {
        let (n, m) = (first.len() - 1, second.len() - 1);
        self.atoms.resize(n + m + 2, 0.0);
        self.levels.resize(n + m + 1, 0.0);
        (self.atoms[0], self.levels[0]) = (0.0, 0.0);
        self.first.resize(n + m, 0);
        merge(first, second, &mut self.atoms[1..=n + m], &mut self.first);
        // From the numbers of rows passed, so that no rounding accumulates; a part without rows adds 0.
        let (a, b) = (weight / n.max(1) as f64, (1.0 - weight) / m.max(1) as f64);
        for (k, (level, &first)) in self.levels[1..].iter_mut().zip(&self.first).enumerate() {
            *level = f64::from(first) * a + f64::from(k as i32 + 1 - first) * b;
        }
        self.atoms[n + m + 1] = 1.0;
        self.levels[n + m] = 1.0; // which it is but for rounding
    }

    /// The first atoms at which the function exceeds these numbers, which are sorted and lie in \[0, 1).
    #[inline(always)] // Into the loop of the model, which is a twentieth slower without.
    fn quantiles(&self, sorted: &[f64], rows: &mut [f64]) {
        if self.atoms.is_empty() {
            return rows.copy_from_slice(sorted);
        }
        // Both the numbers and the levels are in increasing order, so one pass finds all: a step finds a row or passes an atom; as in `merge`.
        let mut found = std::array::from_fn(|part| part * sorted.len() / PARTS);
        // Before a part of the numbers stand those of the parts before it, and the atoms that they pass.
        let begins = |i: usize| {
            i.checked_sub(1).map_or(0, |last| i + self.levels.partition_point(|&level| level <= sorted[last]))
        };
        let ends = std::array::from_fn(|part| begins((part + 1) * sorted.len() / PARTS));
        side_by_side(ends, &mut found, |i, step| {
            let k = step - *i;
            rows[*i] = self.atoms[k];
            *i += usize::from(self.levels[k].to_bits() > sorted[*i].to_bits());
        });
    }

    /// # Formula
    /// integral of (F - u)^2 over \[0, 1\] = sum over the gaps (a, b) between atoms of (b - a)(A^2 + A B + B^2)/3,
    /// A = F - a, B = F - b, F the level in the gap: the antiderivative is -(F - u)^3/3 and A^3 - B^3 factorises, so that
    /// nothing cancels.
    fn loss(&self) -> f64 {
        let gap = |a: f64, b: f64, level: f64| {
            let (left, right) = (level - a, level - b);
            (b - a) * (left * left + left * right + right * right)
        };
        let mut lanes = [0.0; LANES];
        // The uniform distribution has no atom.
        let (starts, ends) = (self.atoms.chunks(LANES), self.atoms.get(1..).unwrap_or_default().chunks(LANES));
        for ((levels, starts), ends) in self.levels.chunks(LANES).zip(starts).zip(ends) {
            for (((lane, &level), &a), &b) in lanes.iter_mut().zip(levels).zip(starts).zip(ends) {
                *lane += gap(a, b, level);
            }
        }
        lanes.iter().sum::<f64>() / 3.0
    }
}

/// Parts of a loop that run side by side.
const PARTS: usize = 3;

/// Runs a loop in parts, one step of each in turn. Part i ends before step `ends[i]` and has a count of its own. A step waits for the memory that the step
/// before it has asked for, but not for the other parts, so the processor has something to do meanwhile.
#[inline(always)]
fn side_by_side(ends: [usize; PARTS], counts: &mut [usize; PARTS], mut run: impl FnMut(&mut usize, usize)) {
    let mut steps: [Range<usize>; PARTS] =
        std::array::from_fn(|part| if part == 0 { 0 } else { ends[part - 1] }..ends[part]);
    let shortest = steps.iter().map(Range::len).min().unwrap_or(0);
    for _ in 0..shortest {
        for (steps, count) in steps.iter_mut().zip(&mut *counts) {
            run(count, steps.start);
            steps.start += 1;
        }
    }
    for (steps, count) in steps.into_iter().zip(counts) {
        steps.for_each(|step| run(count, step));
    }
}

/// Merges two sorted samples, each followed by `END`. Of equal rows those of the first come first. `counts` has for each atom how many of the atoms up to it
/// are of the first sample.
fn merge(first: &[f64], second: &[f64], atoms: &mut [f64], counts: &mut [i32]) {
    // Before the first sample's rows of a part stand those of the parts before it, and the second's below the part's first.
    let n = first.len() - 1;
    let mut passed = std::array::from_fn(|part| part * n / PARTS);
    let begins = |i: usize| if i < n { i + second.partition_point(|&y| y < first[i]) } else { atoms.len() };
    let ends = std::array::from_fn(|part| begins((part + 1) * n / PARTS));
    // Without a branch: which of the two comes next is as unpredictable as a coin. Bits are in the order of the numbers, none being negative.
    side_by_side(ends, &mut passed, |i, step| {
        let (x, y) = (first[*i].to_bits(), second[step - *i].to_bits());
        *i += usize::from(x <= y);
        (atoms[step], counts[step]) = (f64::from_bits(x.min(y)), *i as i32);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenweight_replicates::stream::{Purpose, Streams};

    fn loss(real: &[f64], synthetic: &[f64], weight: f64) -> f64 {
        let parts = [(weight, ended(real)), (1.0 - weight, ended(synthetic))];
        let parts: Vec<_> = parts.iter().filter(|part| part.0 > 0.0).map(|(w, rows)| (*w, rows.as_slice())).collect();
        let (mut steps, mut many) = (Steps::uniform(), Steps::uniform());
        match parts[..] {
            [(_, only)] => steps.mix(1.0, only, NONE),
            [(w, first), (_, second)] => steps.mix(w, first, second),
            _ => unreachable!("one or two parts"),
        }
        many.mix_many(parts.into_iter(), &mut Vec::new());
        // The levels of many parts carry the roundings of a sum.
        assert!((many.loss() - steps.loss()).abs() < 1e-15);
        steps.loss()
    }

    fn ended(rows: &[f64]) -> Vec<f64> {
        [rows, NONE].concat()
    }

    /// F counted anew at the midpoints of a fine grid. In a cell without an atom the rule errs by h^2/12 of the cell's
    /// width h, in one of the 7 cells with an atom by less than h: together below 1e-5 at h = 1e-6.
    #[test]
    fn loss_by_brute_force() {
        let (real, synthetic) = (vec![0.07, 0.5, 0.5, 0.93], vec![0.07, 0.31, 0.999]);
        for weight in [0.0, 0.3, 1.0] {
            let below = |atoms: &[f64], u| atoms.iter().filter(|&&x| x <= u).count() as f64 / atoms.len() as f64;
            let cells = 1_000_000;
            let brute: f64 = (0..cells)
                .map(|i| {
                    let u = (f64::from(i) + 0.5) / f64::from(cells);
                    (weight * below(&real, u) + (1.0 - weight) * below(&synthetic, u) - u).powi(2)
                })
                .sum::<f64>()
                / f64::from(cells);
            let exact = loss(&real, &synthetic, weight);
            assert!((exact - brute).abs() < 1e-5, "w = {weight}: {exact} {brute}");
        }
    }

    /// Two integrals of (1/2 - u)^2 by hand; the synthetic atom at weight 1 is no atom.
    #[test]
    fn loss_by_hand() {
        // F = 0 below 1/2 and 1 above: 2 * (1/2)^3/3.
        assert_eq!(loss(&[0.5], &[0.2], 1.0), 1.0 / 12.0);
        // F = 1/4 on (0, 1/2), 1 above: ((1/4)^3 + (1/4)^3)/3 + (1/2)^3/3 = 5/96.
        assert!((loss(&[0.0], &[0.5], 0.25) - 5.0 / 96.0).abs() < 1e-16);
    }

    /// The quantile of u is the first atom at which the function exceeds u: 1/8 at 0.1, 3/8 at 0.3, 1/2 at 0.6, 1 at 0.9.
    #[test]
    fn quantiles_by_hand() {
        let mut steps = Steps::uniform();
        steps.mix(0.25, &[0.1, 0.6, END], &[0.3, 0.9, 0.9, END]);
        let mut rows = [f64::NAN; 6];
        steps.quantiles(&[0.0, 0.125, 0.37, 0.374, 0.4, 0.999], &mut rows);
        assert_eq!(rows, [0.1, 0.3, 0.3, 0.3, 0.6, 0.9]);
    }

    /// Rows of a coarse grid, with ties, in every number from 0 to 9: the atoms are the sorted rows, and each quantile is found anew from the start.
    #[test]
    fn parts_make_no_difference() {
        let grid = |rows: usize, step: usize| -> Vec<f64> { (0..rows).map(|i| (i * step % 8) as f64 / 8.0).collect() };
        for (n, m) in (0..100).map(|i| (i / 10, i % 10)) {
            let mut parts = [grid(n, 3), grid(m, 5), (0..m).map(|i| (i * i % 17) as f64 / 17.0).collect()];
            parts.iter_mut().for_each(|part| part.sort_by(f64::total_cmp));
            let [real, synthetic, sorted] = parts;
            let mut steps = Steps::uniform();
            steps.mix(0.375, &ended(&real), &ended(&synthetic));
            let mut rows = [real.as_slice(), &synthetic].concat();
            rows.sort_by(f64::total_cmp);
            assert_eq!(steps.atoms, [&[0.0], rows.as_slice(), &[1.0]].concat(), "n = {n}, m = {m}");
            let mut found = vec![f64::NAN; m];
            steps.quantiles(&sorted, &mut found);
            let first = |u: &f64| steps.atoms[steps.levels.iter().position(|level| level > u).unwrap()];
            assert_eq!(found, sorted.iter().map(first).collect::<Vec<_>>(), "n = {n}, m = {m}");
        }
    }

    /// Synthetic rows are atoms of the model that makes them, in increasing order; those of the uniform truth are its numbers.
    #[test]
    fn synthetic_rows_repeat_atoms() {
        let streams = Streams { seed: 1, experiment: 2 };
        let model = Cdf::default();
        let mut fit = model.unfitted();
        fit.mix(0.3, &[0.2, 0.7, END], &[0.1, 0.4, 0.4, END]);
        let (mut noise, mut data) = (model.noise(200), model.data(200));
        model.draw(&mut streams.rng(0, 0, Purpose::Synthetic, 0), &mut noise);
        model.generate(&fit, &noise, &mut data).unwrap();
        let (end, rows) = data.split_last().unwrap();
        assert!(*end == END && rows.is_sorted() && rows.iter().all(|row| [0.1, 0.2, 0.4, 0.7].contains(row)));
        model.generate(model.truth(), &noise, &mut data).unwrap();
        assert_eq!(data[..200], noise);
    }
}
