//! Fits to a given number of rows, drawn without replacement from all rows that a schedule names.
//!
//! Which rows are drawn is random, and so it is a part of a generation's noise: a stream of random numbers, behind those of the rows. A model alone
//! may keep of its rows what a fit to all of them needs. Here every row is kept.

use rand::{SeedableRng, seq::index};

use crate::{FitFailure, Model, Part, StreamRng};

/// A model whose rows can be fitted one by one.
///
/// # Examples
/// see [`Subsampled`], whose model is one.
pub trait Rowwise: Model {
    /// How many numbers a row has.
    fn width(&self) -> usize;

    /// Draws the noise of a row.
    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]);

    /// Makes a row of this noise by a fit.
    fn make_row(&self, from: &Self::Fit, noise: &[f64], row: &mut [f64]);

    /// Fits on rows of equal weight, which stand one after another.
    ///
    /// # Errors
    /// [`FitFailure`] where the estimate does not exist.
    fn fit_rows(&self, rows: &mut [f64], fit: &mut Self::Fit) -> Result<(), FitFailure>;
}

/// A model, and how many rows its fits are made on.
///
/// # Examples
/// Data that accumulate, [`Accumulate`](crate::Accumulate), with fits to 50 rows of them. Generation 1 is fitted on 50 of 50 real and 50 synthetic rows.
/// ```
/// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
/// use goldenweight_recursion::models::{cdf::Cdf, subsampled::Subsampled};
/// use goldenweight_recursion::{Accumulate, FromTruth, Retraining, Rows};
///
/// let schedule = Accumulate { rows: Rows { real: 50, synthetic: 50 } };
/// let model = Subsampled { model: Cdf::default(), rows: 50 };
/// let retraining = Retraining { model: &model, source: &FromTruth, schedule: &schedule };
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..4000, record: Record::At(vec![0, 1]) };
/// // The weight has no part in it.
/// let outcome = retraining.run(&plan, &[Weights::Constant(0.5)], Options::default()).remove(0);
/// // The risk is 1/6 times the probability that two rows, drawn from a fit with replacement, descend from the same real row. That is 1/50 at generation 0. At
/// // generation 1 it is 1/50 + (49/50)(149/198)/50: they are one row, or they are two, not both real, with one ancestor.
/// for (t, risk) in [(0, 0.02), (1, 0.0347495)] {
///     let found = outcome.at(t, "cdf");
///     assert!((found.mean() - risk / 6.0).abs() < 5.0 * found.std_error());
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Subsampled<M> {
    /// The model.
    pub model: M,
    /// Rows of every fit, at most as many as there are.
    pub rows: usize,
}

/// Rows, one after another, and the stream that chooses those of a fit.
#[derive(Clone, Debug)]
pub struct Drawn {
    rows: Vec<f64>,
    choice: StreamRng,
}

impl Drawn {
    /// Leaves the stream that chooses, where the rows are not the model's own but a source's.
    ///
    /// # Examples
    /// see [`Subsampled`]; a source that draws real rows from a table calls this after it.
    pub fn choose_by(&mut self, rng: &StreamRng) {
        self.choice.clone_from(rng);
    }
}

/// The rows of a fit, and where each part ends among all rows.
#[derive(Clone, Debug)]
pub struct Chosen {
    rows: Vec<f64>,
    ends: Vec<usize>,
}

impl<M: Rowwise> Model for Subsampled<M> {
    type Noise = Drawn;
    type Data = Vec<f64>;
    type Fit = M::Fit;
    type Scratch = Chosen;

    const LOSSES: &'static [&'static str] = M::LOSSES;

    fn truth(&self) -> &M::Fit {
        self.model.truth()
    }

    fn noise(&self, rows: usize) -> Drawn {
        Drawn { rows: vec![0.0; rows * self.model.width()], choice: StreamRng::seed_from_u64(0) }
    }

    fn data(&self, rows: usize) -> Vec<f64> {
        vec![0.0; rows * self.model.width()]
    }

    fn unfitted(&self) -> M::Fit {
        self.model.unfitted()
    }

    fn scratch(&self) -> Chosen {
        Chosen { rows: vec![0.0; self.rows * self.model.width()], ends: Vec::new() }
    }

    fn draw(&self, rng: &mut StreamRng, Drawn { rows, choice }: &mut Drawn) {
        rows.chunks_exact_mut(self.model.width()).for_each(|row| self.model.draw_row(rng, row));
        choice.clone_from(rng);
    }

    fn generate(&self, from: &M::Fit, noise: &Drawn, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        let width = self.model.width();
        let rows = data.chunks_exact_mut(width).zip(noise.rows.chunks_exact(width));
        rows.for_each(|(row, noise)| self.model.make_row(from, noise, row));
        Ok(())
    }

    /// On rows that are chosen by the stream of the last part, the one that was drawn last. The weights have no effect: all rows count alike.
    fn fit(
        &self,
        _: u32,
        parts: &[Part<'_, Self>],
        Chosen { rows, ends }: &mut Chosen,
        fit: &mut M::Fit,
    ) -> Result<(), FitFailure> {
        let width = self.model.width();
        let last = parts.last().ok_or(FitFailure)?;
        let mut all = 0;
        ends.clear();
        ends.extend(parts.iter().map(|part| {
            all += part.rows;
            all
        }));
        let indices = index::sample(&mut last.noise.choice.clone(), all, self.rows.min(all));
        for (i, out) in indices.iter().zip(rows.chunks_exact_mut(width)) {
            let part = ends.partition_point(|&end| end <= i);
            let row = i + parts[part].rows - ends[part];
            out.copy_from_slice(&parts[part].data[row * width..][..width]);
        }
        self.model.fit_rows(&mut rows[..indices.len() * width], fit)
    }

    fn losses(&self, fit: &M::Fit, out: &mut [f64]) {
        self.model.losses(fit, out);
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{} rows of {}", self.rows, self.model.identity()?))
    }
}

#[cfg(test)]
mod tests {
    use goldenweight_replicates::stream::{Purpose, Streams};
    use nalgebra::DMatrix;

    use super::*;
    use crate::models::{
        categorical::CategoricalRows,
        cdf::Cdf,
        gaussian::{Divisor, GaussianRows},
        linear::LinearRows,
        logistic::Logistic,
        poisson::Poisson,
    };

    /// ln 3.
    const LN_3: f64 = 1.098_612_288_668_109_8;

    /// The loss of a fit to these rows.
    fn loss<M: Rowwise>(model: &M, rows: &[f64], index: usize) -> f64 {
        let mut fit = model.unfitted();
        model.fit_rows(&mut rows.to_vec(), &mut fit).unwrap();
        let mut losses = vec![f64::NAN; M::LOSSES.len()];
        model.losses(&fit, &mut losses);
        losses[index]
    }

    #[test]
    fn fits_by_hand() {
        // Rows (0, 1), (2, 1), (1, 4): mean (1, 2); squares 2, 6 and products 0, so with divisor 2 the covariance is that of 1 and 3.
        let rows = [0.0, 1.0, 2.0, 1.0, 1.0, 4.0];
        let gaussian = GaussianRows::new(DMatrix::identity(2, 2));
        assert_eq!(loss(&gaussian, &rows, 0), 5.0);
        assert!((loss(&gaussian, &rows, 1) - 4.0).abs() < 1e-14);
        let biased = gaussian.with_divisor(Divisor::MaximumLikelihood);
        // 2/3 and 2.
        assert!((loss(&biased, &rows, 1) - (1.0 + 1.0 / 9.0)).abs() < 1e-14);
        // Half in each cell, of probabilities 1/4 and 3/4.
        assert_eq!(loss(&CategoricalRows::new(vec![0.25, 0.75]), &[1.0, 0.0, 1.0, 0.0], 0), 0.125);
        assert_eq!(loss(&Cdf::default(), &[0.5], 0), 1.0 / 12.0);
        // Rows (x, y) on the line y = 3x - z: off by 9 + 1. With noise of variance 4 four times that.
        let line = [1.0, 0.0, 3.0, 0.0, 1.0, -1.0, 1.0, 1.0, 2.0];
        assert!((loss(&LinearRows::new(2, 4.0), &line, 0) - 40.0).abs() < 1e-13);
        // A column of ones alone: three labels of four have the odds 3, and counts of mean 2.
        let ones = |y: [f64; 4]| y.map(|y| [1.0, y]).concat();
        assert!((loss(&Logistic::new(vec![0.0]), &ones([1.0, 0.0, 1.0, 1.0]), 0) - LN_3 * LN_3).abs() < 1e-5);
        assert!(
            (loss(&Poisson::new(vec![0.0]), &ones([1.0, 0.0, 3.0, 4.0]), 0) - std::f64::consts::LN_2.powi(2)).abs()
                < 1e-5
        );
        let separated = Logistic::new(vec![0.0]);
        assert!(separated.fit_rows(&mut ones([1.0; 4]), &mut separated.unfitted()).is_err());
        let model = LinearRows::new(2, 1.0);
        assert!(model.fit_rows(&mut line[..3].to_vec(), &mut model.unfitted()).is_err());
    }

    /// Rows of the truth and of other fits, from their noise.
    #[test]
    fn rows_by_hand() {
        let mut row = [f64::NAN; 2];
        let gaussian = GaussianRows::new(DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 5.0]));
        gaussian.make_row(gaussian.truth(), &[1.0, -1.0], &mut row);
        assert_eq!(row, [2.0, -1.0]);
        let cells = CategoricalRows::new(vec![0.25, 0.0, 0.75]);
        for (u, cell) in [(0.0, 0.0), (0.24, 0.0), (0.25, 2.0), (0.99, 2.0)] {
            cells.make_row(cells.truth(), &[u], &mut row[..1]);
            assert_eq!(row[0], cell);
        }
        let mut labelled = [f64::NAN; 3];
        LinearRows::new(2, 1.0).make_row(&vec![3.0, -1.0], &[2.0, 1.0, 0.5], &mut labelled);
        assert_eq!(labelled, [2.0, 1.0, 5.5]);
        // P(y = 1) is 3/4, and a count of mean 1 is 0 with probability .37 and 1 with as much.
        let upper = |u: f64| u * 2_f64.powi(52);
        let odds = LN_3;
        for (u, label) in [(0.0, 1.0), (0.74, 1.0), (0.76, 0.0)] {
            Logistic::new(vec![0.0]).make_row(&vec![odds], &[1.0, upper(u)], &mut row);
            assert_eq!(row, [1.0, label]);
        }
        for (u, count) in [(0.36, 0.0), (0.37, 1.0), (0.74, 2.0)] {
            Poisson::new(vec![0.0]).make_row(&vec![2.0], &[0.0, upper(u)], &mut row);
            assert_eq!(row, [0.0, count]);
        }
        let cdf = Cdf::default();
        let mut fit = cdf.unfitted();
        cdf.fit_rows(&mut [0.7, 0.2], &mut fit).unwrap();
        for (u, atom) in [(0.0, 0.2), (0.4, 0.2), (0.5, 0.7), (0.9, 0.7)] {
            cdf.make_row(&fit, &[u], &mut row[..1]);
            assert_eq!(row[0], atom);
        }
    }

    /// Each row of the pool is drawn with the same probability, never twice: rows are their own numbers here.
    #[test]
    fn every_row_is_drawn_alike() {
        let model = Subsampled { model: Cdf::default(), rows: 4 };
        let streams = Streams { seed: 1, experiment: 4 };
        let data =
            [0..4, 4..10].map(|rows: std::ops::Range<u32>| rows.map(|row| f64::from(row) / 16.0).collect::<Vec<_>>());
        let mut counts = [0_u32; 10];
        let (mut fit, mut chosen) = (model.unfitted(), model.scratch());
        for replicate in 0..10_000 {
            let noise = [4, 6].map(|rows| {
                let mut noise = model.noise(rows);
                model.draw(&mut streams.rng(replicate, 1, Purpose::Synthetic, rows as u64), &mut noise);
                noise
            });
            let part = |i: usize| Part {
                weight: 0.5,
                rows: data[i].len(),
                real: i == 0,
                new: true,
                noise: &noise[i],
                data: &data[i],
            };
            model.fit(1, &[part(0), part(1)], &mut chosen, &mut fit).unwrap();
            let mut seen: Vec<usize> = chosen.rows.iter().map(|&row| (16.0 * row) as usize).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 4);
            seen.into_iter().for_each(|row| counts[row] += 1);
        }
        // 4 of 10 rows each time: a standard deviation of 49.
        assert!(counts.iter().all(|&count| (f64::from(count) - 4000.0).abs() < 5.0 * 49.0), "{counts:?}");
    }
}
