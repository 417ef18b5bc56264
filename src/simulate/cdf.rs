//! The distribution function of one variable: `F_t` = w (real) + (1 - w) (synthetic empirical distribution function),
//! synthetic rows drawn from `F_{t-1}`. The truth is U(0, 1); the loss is the same for every continuous distribution.

use std::ops::Range;

use super::{FitFailure, Simulator, lanes::LANES, sorted::sorted_uniforms};
use crate::{experiment::Rows, stream::StreamRng};

/// Draws every row, in increasing order.
#[derive(Debug)]
pub struct CdfRows {
    rows: Rows,
}

impl CdfRows {
    /// The truth U(0, 1) with these sample sizes.
    #[must_use]
    pub const fn new(rows: Rows) -> Self {
        Self { rows }
    }
}

impl Simulator for CdfRows {
    /// The real rows in increasing order, and `END`.
    type Real = Vec<f64>;
    /// Uniform numbers in increasing order: the synthetic rows are their quantiles.
    type Noise = Vec<f64>;
    type State = State;

    const LOSSES: &'static [&'static str] = &["cdf"];

    fn real(&self) -> Vec<f64> {
        vec![END; self.rows.real + 1]
    }

    fn noise(&self) -> Vec<f64> {
        vec![0.0; self.rows.synthetic]
    }

    fn state(&self) -> State {
        let Rows { real, synthetic } = self.rows;
        State { fitted: Steps::with_capacity(real + synthetic), rows: vec![END; synthetic + 1] }
    }

    fn draw_real(&self, rng: &mut StreamRng, real: &mut Vec<f64>) -> Result<(), FitFailure> {
        sorted_uniforms(rng, &mut real[..self.rows.real]);
        Ok(())
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut Vec<f64>) {
        sorted_uniforms(rng, noise);
    }

    fn start(&self, real: &Vec<f64>, State { fitted, .. }: &mut State) -> Result<(), FitFailure> {
        fitted.mix(1.0, real, NONE);
        Ok(())
    }

    /// By inversion, so that rows move little where w does (common random numbers).
    fn retrain(
        &self,
        weight: f64,
        real: &Vec<f64>,
        noise: &Vec<f64>,
        State { fitted, rows }: &mut State,
    ) -> Result<(), FitFailure> {
        fitted.quantiles(noise, &mut rows[..noise.len()]);
        fitted.mix(weight, real, rows);
        Ok(())
    }

    fn losses(&self, state: &State, out: &mut [f64]) {
        out[0] = state.fitted.loss();
    }
}

/// What stands behind the last row of a sample: above every row.
const END: f64 = 1.0;

/// A sample without rows.
const NONE: &[f64] = &[END];

/// The fitted distribution function, and room for synthetic rows and `END`.
#[derive(Debug)]
pub struct State {
    fitted: Steps,
    rows: Vec<f64>,
}

/// A distribution function on \[0, 1\]: `levels[k]` from `atoms[k]` to `atoms[k + 1]`. Before the first atom stands 0, behind the last 1.
#[derive(Debug)]
struct Steps {
    atoms: Vec<f64>,
    levels: Vec<f64>,
    /// How many of the atoms up to each are real rows.
    real: Vec<i32>,
}

impl Steps {
    fn with_capacity(atoms: usize) -> Self {
        Self {
            atoms: Vec::with_capacity(atoms + 2),
            levels: Vec::with_capacity(atoms + 1),
            real: Vec::with_capacity(atoms),
        }
    }

    /// Becomes that of sorted real rows, which share the weight, and of sorted synthetic rows, which share the rest, each followed by `END`. Rows
    /// of weight zero are no atoms.
    fn mix(&mut self, weight: f64, real: &[f64], synthetic: &[f64]) {
        let real = if weight > 0.0 { real } else { NONE };
        let synthetic = if weight < 1.0 { synthetic } else { NONE };
        let (n, m) = (real.len() - 1, synthetic.len() - 1);
        self.atoms.resize(n + m + 2, 0.0);
        self.levels.resize(n + m + 1, 0.0);
        self.real.resize(n + m, 0);
        merge(real, synthetic, &mut self.atoms[1..=n + m], &mut self.real);
        // From the numbers of rows passed, so that no rounding accumulates; a part without rows adds 0.
        let (a, b) = (weight / n.max(1) as f64, (1.0 - weight) / m.max(1) as f64);
        for (k, (level, &real)) in self.levels[1..].iter_mut().zip(&self.real).enumerate() {
            *level = f64::from(real) * a + f64::from(k as i32 + 1 - real) * b;
        }
        self.atoms[n + m + 1] = 1.0;
        self.levels[n + m] = 1.0; // but for rounding it is
    }

    /// The first atoms at which the function exceeds these numbers, which are sorted and lie in \[0, 1).
    fn quantiles(&self, sorted: &[f64], rows: &mut [f64]) {
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
        let (starts, ends) = (self.atoms.chunks(LANES), self.atoms[1..].chunks(LANES));
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

/// The steps of a loop in parts, of which each ends before a step and counts for itself: side by side, since a step waits for the memory that the
/// one before it has asked for, but not for the other parts.
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

/// Merges two sorted samples, each followed by `END`, the real one of equal rows first; beside each atom, how many of the atoms up to it are real.
fn merge(real: &[f64], synthetic: &[f64], atoms: &mut [f64], counts: &mut [i32]) {
    // Before the real rows of a part stand those of the parts before it, and the synthetic ones below its first.
    let n = real.len() - 1;
    let mut passed = std::array::from_fn(|part| part * n / PARTS);
    let begins = |i: usize| if i < n { i + synthetic.partition_point(|&y| y < real[i]) } else { atoms.len() };
    let ends = std::array::from_fn(|part| begins((part + 1) * n / PARTS));
    // Without a branch: which of the two comes next is as unpredictable as a coin. Bits are in the order of the numbers, none being negative.
    side_by_side(ends, &mut passed, |i, step| {
        let (x, y) = (real[*i].to_bits(), synthetic[step - *i].to_bits());
        *i += usize::from(x <= y);
        (atoms[step], counts[step]) = (f64::from_bits(x.min(y)), *i as i32);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Streams};

    fn loss(real: &[f64], synthetic: &[f64], weight: f64) -> f64 {
        let mut steps = Steps::with_capacity(real.len() + synthetic.len());
        steps.mix(weight, &ended(real), &ended(synthetic));
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
        let mut steps = Steps::with_capacity(4);
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
            let mut steps = Steps::with_capacity(n + m);
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

    /// Synthetic rows are atoms of positive weight of the model before, in increasing order.
    #[test]
    fn synthetic_rows_repeat_atoms() {
        let streams = Streams { seed: 1, experiment: 2 };
        let simulator = CdfRows::new(Rows { real: 5, synthetic: 200 });
        let (mut real, mut noise, mut chain) = (simulator.real(), simulator.noise(), simulator.state());
        for weights in [[0.0, 0.5], [0.4, 0.5], [1.0, 0.5]] {
            simulator.draw_real(&mut streams.rng(0, 0, Purpose::Real, 0), &mut real).unwrap();
            simulator.start(&real, &mut chain).unwrap();
            for (t, weight) in (1..).zip(weights) {
                let before = chain.fitted.atoms[1..chain.fitted.levels.len()].to_vec();
                simulator.draw_real(&mut streams.rng(0, t, Purpose::Real, 0), &mut real).unwrap();
                simulator.draw_noise(&mut streams.rng(0, t, Purpose::Synthetic, 0), &mut noise);
                simulator.retrain(weight, &real, &noise, &mut chain).unwrap();
                let (end, rows) = chain.rows.split_last().unwrap();
                assert!(*end == END && rows.iter().all(|row| before.contains(row)));
                assert!(chain.rows.is_sorted() && real.is_sorted() && chain.fitted.atoms.is_sorted());
            }
        }
    }
}
