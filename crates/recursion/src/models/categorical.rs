//! Cell probabilities, re-estimated at every generation as w (real frequencies) + (1 - w) (synthetic frequencies).

use std::marker::PhantomData;

use rand::{RngExt, SeedableRng};
use rand_distr::{Binomial, Distribution};

use crate::{FitFailure, Model, Part, StreamRng, models::subsampled::Rowwise, sorted::sorted_uniforms};

/// Draws every row.
pub type CategoricalRows = Categorical<EveryRow>;

/// Draws the counts of the cells, a multinomial by conditional binomials.
pub type CategoricalSufficient = Categorical<Counts>;

/// Cells with known probabilities; `S` is what a sample is made of.
#[derive(Clone, Debug)]
pub struct Categorical<S> {
    probabilities: Vec<f64>,
    sample: PhantomData<fn() -> S>,
}

impl<S: Sample> Categorical<S> {
    /// Cells of these probabilities (non-negative, of sum 1 but for rounding).
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::{Model, models::categorical::CategoricalSufficient};
    ///
    /// let model = CategoricalSufficient::new(vec![0.5, 0.25, 0.25]);
    /// let mut losses = [f64::NAN];
    /// model.losses(&vec![0.25, 0.25, 0.5], &mut losses);
    /// assert_eq!(losses, [0.125]);
    /// ```
    #[must_use]
    pub const fn new(probabilities: Vec<f64>) -> Self {
        Self { probabilities, sample: PhantomData }
    }
}

impl<S: Sample + Send + Sync + 'static> Model for Categorical<S> {
    type Noise = S;
    /// The frequencies of the cells.
    type Data = Vec<f64>;
    /// The probabilities of the cells.
    type Fit = Vec<f64>;
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["probabilities"];

    fn truth(&self) -> &Vec<f64> {
        &self.probabilities
    }

    fn noise(&self, rows: usize) -> S {
        S::new(rows)
    }

    fn data(&self, _: usize) -> Vec<f64> {
        self.unfitted()
    }

    fn unfitted(&self) -> Vec<f64> {
        vec![0.0; self.probabilities.len()]
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut S) {
        noise.draw(rng);
    }

    fn generate(&self, from: &Vec<f64>, noise: &S, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        noise.count(from, data);
        Ok(())
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        if let [a, b] = parts {
            for ((fit, x), y) in fit.iter_mut().zip(a.data).zip(b.data) {
                *fit = a.weight * x + b.weight * y;
            }
            return Ok(());
        }
        fit.fill(0.0);
        for part in parts {
            fit.iter_mut().zip(part.data).for_each(|(fit, share)| *fit += part.weight * share);
        }
        Ok(())
    }

    fn losses(&self, fit: &Vec<f64>, out: &mut [f64]) {
        out[0] = fit.iter().zip(&self.probabilities).map(|(fit, p)| (fit - p) * (fit - p)).sum();
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?}", self.probabilities))
    }
}

impl Rowwise for CategoricalRows {
    fn width(&self) -> usize {
        1
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        noise.fill_with(|| rng.random());
    }

    /// A row is the number of its cell: the first at which the cumulated probability exceeds the row's noise. The last cell of positive probability takes what
    /// rounding leaves.
    fn make_row(&self, from: &Vec<f64>, noise: &[f64], row: &mut [f64]) {
        let (total, mut cumulated): (f64, f64) = (from.iter().sum(), 0.0);
        for (cell, p) in from.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            cumulated += p;
            row[0] = cell as f64;
            if noise[0] < cumulated / total {
                return;
            }
        }
    }

    fn fit_rows(&self, rows: &mut [f64], fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        for (cell, share) in fit.iter_mut().enumerate() {
            *share = quotient(rows.iter().filter(|&&row| row == cell as f64).count(), rows.len());
        }
        Ok(())
    }
}

/// What is random in a sample, whatever the probabilities of the cells are. Their sum may differ from 1 by rounding.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{StreamRng, models::categorical::{Counts, EveryRow, Sample}, rand::SeedableRng};
///
/// fn shares<S: Sample>() -> [f64; 3] {
///     let (mut sample, mut shares) = (S::new(1_000), [f64::NAN; 3]);
///     sample.draw(&mut StreamRng::seed_from_u64(1));
///     sample.count(&[0.5, 0.25, 0.25], &mut shares);
///     shares
/// }
///
/// for shares in [shares::<EveryRow>(), shares::<Counts>()] {
///     // Half of a thousand rows: a standard deviation of 0.016.
///     assert!((shares[0] - 0.5).abs() < 5.0 * 0.016);
///     assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
/// }
/// ```
pub trait Sample: Sized {
    /// Memory for this many rows.
    fn new(rows: usize) -> Self;

    /// Draws it.
    fn draw(&mut self, rng: &mut StreamRng);

    /// The frequencies of the cells.
    fn count(&self, probabilities: &[f64], frequencies: &mut [f64]);
}

/// The share of these rows. The casts are from signed numbers, which become floats in one instruction.
fn quotient(count: usize, rows: usize) -> f64 {
    count.cast_signed() as f64 / rows.cast_signed() as f64
}

/// A uniform number for every row, in increasing order.
#[derive(Clone, Debug)]
pub struct EveryRow(Vec<f64>);

impl Sample for EveryRow {
    fn new(rows: usize) -> Self {
        Self(vec![0.0; rows])
    }

    fn draw(&mut self, rng: &mut StreamRng) {
        sorted_uniforms(rng, &mut self.0);
    }

    /// A row lies in the first cell at which the cumulated share of the total probability exceeds its uniform number. From the last cell of positive probability on
    /// that share is exactly 1, above all the numbers; a cell of probability zero adds nothing to it.
    fn count(&self, probabilities: &[f64], frequencies: &mut [f64]) {
        let total: f64 = probabilities.iter().sum();
        let (mut cumulated, mut before) = (0.0, 0);
        for (cell, p) in frequencies.iter_mut().zip(probabilities) {
            cumulated += p;
            let share = cumulated / total;
            let up_to = if share < 1.0 { self.0.partition_point(|&u| u < share) } else { self.0.len() };
            *cell = quotient(up_to - before, self.0.len());
            before = up_to;
        }
    }
}

/// The stream of random numbers itself, since how many of them the counts take depends on the probabilities.
#[derive(Clone, Debug)]
pub struct Counts {
    rows: usize,
    stream: StreamRng,
}

impl Sample for Counts {
    fn new(rows: usize) -> Self {
        Self { rows, stream: StreamRng::seed_from_u64(0) }
    }

    fn draw(&mut self, rng: &mut StreamRng) {
        self.stream.clone_from(rng);
    }

    /// The count of a cell, given those before it, is binomial in the rows left, with its share in the probability left.
    /// What is left is summed from the last cell backwards, never obtained by subtraction: so no share exceeds 1, and the last cell of positive
    /// probability is all that is left and takes the rows left. Cells of probability zero take none: those before it have share 0, those after it find
    /// no rows.
    fn count(&self, probabilities: &[f64], frequencies: &mut [f64]) {
        let mut left = 0.0;
        for (tail, p) in frequencies.iter_mut().zip(probabilities).rev() {
            left += p;
            *tail = left;
        }
        let (mut stream, mut rows_left) = (self.stream.clone(), self.rows as u64);
        for (cell, &p) in frequencies.iter_mut().zip(probabilities) {
            let count = if p == *cell {
                rows_left
            } else {
                let law = Binomial::new(rows_left, p / *cell).expect("0 <= p < what is left");
                // Rounding in the sums that `Binomial` inverts could take it past the number of rows.
                law.sample(&mut stream).min(rows_left)
            };
            rows_left -= count;
            *cell = quotient(count as usize, self.rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenweight_replicates::stream::{Purpose, Streams};

    /// Cells of [0, 1/8), [1/8, 1/2), [1/2, 1): a number at the end of a cell lies in the next one, and probabilities need not sum to 1.
    #[test]
    fn rows_find_their_cells() {
        let mut frequencies = [f64::NAN; 3];
        EveryRow(vec![0.0, 0.125, 0.25, 0.5, 0.75]).count(&[0.25, 0.75, 1.0], &mut frequencies);
        assert_eq!(frequencies, [0.2, 0.4, 0.4]);
    }

    /// Ten cells of 0.1 sum to less than 1 in floating point, 0.7 and 0.3 + 1e-15 to more: each row still finds a cell,
    /// never one of probability zero, wherever that stands.
    #[test]
    fn rounded_and_zero_probabilities() {
        fn check<S: Sample>() {
            let cases = [
                vec![0.1; 10],
                vec![1.0 / 3.0; 3],
                vec![0.0, 0.7, 0.0, 0.3 + 1e-15, 0.0],
                vec![1.0, 0.0],
                vec![0.0, 0.0, 1.0],
                vec![0.5, 1e-300, 0.5],
            ];
            let mut rng = Streams { seed: 1, experiment: 3 }.rng(0, 0, Purpose::Real, 0);
            for probabilities in cases {
                let mut frequencies = vec![f64::NAN; probabilities.len()];
                for rows in [1, 7, 64] {
                    let mut sample = S::new(rows);
                    sample.draw(&mut rng);
                    sample.count(&probabilities, &mut frequencies);
                    let counts: Vec<f64> = frequencies.iter().map(|f| (f * rows as f64).round()).collect();
                    assert_eq!(counts.iter().sum::<f64>(), rows as f64, "{probabilities:?} {frequencies:?}");
                    for (count, &p) in counts.iter().zip(&probabilities) {
                        assert!(p > 1e-300 || *count == 0.0, "{probabilities:?} {frequencies:?}");
                    }
                }
            }
        }
        check::<EveryRow>();
        check::<Counts>();
    }
}
