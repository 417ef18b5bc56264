//! Cell probabilities, re-estimated at every generation as w (real frequencies) + (1 - w) (synthetic frequencies).

use rand::RngExt;
use rand_distr::{Binomial, Distribution};

use super::{Chain, FitFailure, Simulator};
use crate::{experiment::Rows, stream::StreamRng};

/// Draws every row.
pub type CategoricalRows = Categorical<EveryRow>;

/// Draws the counts of the cells, a multinomial by conditional binomials.
pub type CategoricalSufficient = Categorical<Counts>;

/// Cells with known probabilities and the sample sizes; `S` draws the frequencies of one sample.
#[derive(Debug)]
pub struct Categorical<S> {
    probabilities: Vec<f64>,
    rows: Rows,
    sample: S,
}

impl<S: Sample + Default> Categorical<S> {
    /// Real rows in cells of these probabilities (non-negative, of sum 1 but for rounding).
    #[must_use]
    pub fn new(probabilities: Vec<f64>, rows: Rows) -> Self {
        Self { probabilities, rows, sample: S::default() }
    }
}

impl<S: Sample + Sync> Simulator for Categorical<S> {
    type Chain<'a>
        = CategoricalChain<'a, S>
    where
        Self: 'a;

    fn loss_names(&self) -> &'static [&'static str] {
        &["probabilities"]
    }

    fn chain(&self) -> CategoricalChain<'_, S> {
        let zeros = vec![0.0; self.probabilities.len()];
        CategoricalChain { model: self, real: zeros.clone(), synthetic: zeros.clone(), fit: zeros }
    }
}

/// The fitted probabilities, and the frequencies of the two parts.
#[derive(Debug)]
pub struct CategoricalChain<'a, S> {
    model: &'a Categorical<S>,
    fit: Vec<f64>,
    real: Vec<f64>,
    synthetic: Vec<f64>,
}

impl<S: Sample + Sync> Chain for CategoricalChain<'_, S> {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        let Categorical { probabilities, rows, sample } = self.model;
        sample.draw(rows.real, probabilities, real, &mut self.fit);
        Ok(())
    }

    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        let Categorical { probabilities, rows, sample } = self.model;
        sample.draw(rows.real, probabilities, real, &mut self.real);
        sample.draw(rows.synthetic, &self.fit, synthetic, &mut self.synthetic);
        for ((fit, real), synthetic) in self.fit.iter_mut().zip(&self.real).zip(&self.synthetic) {
            *fit = weight * real + (1.0 - weight) * synthetic;
        }
        Ok(())
    }

    fn losses(&mut self, out: &mut [f64]) {
        out[0] = self.fit.iter().zip(&self.model.probabilities).map(|(fit, p)| (fit - p) * (fit - p)).sum();
    }
}

/// How a sample is drawn from cells of given probabilities, of which the sum may differ from 1 by rounding.
pub trait Sample {
    /// Frequencies of the cells in a new sample.
    fn draw(&self, rows: usize, probabilities: &[f64], rng: &mut StreamRng, frequencies: &mut [f64]);
}

/// Row by row.
#[derive(Debug, Default)]
pub struct EveryRow;

impl Sample for EveryRow {
    /// A row lies in the first cell whose cumulated probability exceeds a uniform number below the total. That number
    /// never rounds up to the total, so there is such a cell, and it is not of probability zero.
    fn draw(&self, rows: usize, probabilities: &[f64], rng: &mut StreamRng, frequencies: &mut [f64]) {
        let mut total = 0.0;
        let cumulated: Vec<f64> = probabilities
            .iter()
            .map(|p| {
                total += p;
                total
            })
            .collect();
        frequencies.fill(0.0);
        for _ in 0..rows {
            let below = rng.random::<f64>() * total;
            frequencies[cumulated.partition_point(|&c| c <= below)] += 1.0;
        }
        frequencies.iter_mut().for_each(|count| *count /= rows as f64);
    }
}

/// By the counts alone.
#[derive(Debug, Default)]
pub struct Counts;

impl Sample for Counts {
    /// The count of a cell, given those before it, is binomial in the rows left, with its share in the probability left.
    /// What is left is summed from the last cell backwards, never obtained by subtraction: so no share exceeds 1, that of
    /// the last cell of positive probability is exactly 1, and that of a cell of probability zero is 0.
    fn draw(&self, rows: usize, probabilities: &[f64], rng: &mut StreamRng, frequencies: &mut [f64]) {
        let mut left = 0.0;
        for (tail, p) in frequencies.iter_mut().zip(probabilities).rev() {
            left += p;
            *tail = left;
        }
        let mut rows_left = rows as u64;
        for (cell, &p) in frequencies.iter_mut().zip(probabilities) {
            let count = if p == 0.0 {
                0
            } else {
                let law = Binomial::new(rows_left, p / *cell).expect("0 < p <= what is left");
                // The inversion inside compares sums that carry rounding and could pass the number of rows.
                law.sample(rng).min(rows_left)
            };
            rows_left -= count;
            *cell = count as f64 / rows as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Streams};

    /// Ten cells of 0.1 sum to less than 1 in floating point, 0.7 and 0.3 + 1e-15 to more: each row still finds a cell,
    /// never one of probability zero, wherever that stands.
    #[test]
    fn rounded_and_zero_probabilities() {
        fn check<S: Sample>(sample: &S) {
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
                    sample.draw(rows, &probabilities, &mut rng, &mut frequencies);
                    let counts: Vec<f64> = frequencies.iter().map(|f| (f * rows as f64).round()).collect();
                    assert_eq!(counts.iter().sum::<f64>(), rows as f64, "{probabilities:?} {frequencies:?}");
                    for (count, &p) in counts.iter().zip(&probabilities) {
                        assert!(p > 1e-300 || *count == 0.0, "{probabilities:?} {frequencies:?}");
                    }
                }
            }
        }
        check(&EveryRow);
        check(&Counts);
    }
}
