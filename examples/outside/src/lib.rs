//! A model, a source of real rows and a schedule of one's own; the programs in `bin` use them.

use goldenweight_recursion::rand::RngExt;
use goldenweight_recursion::rand_distr::Exp1;
use goldenweight_recursion::schedule::{Batch, Ingredient, Origin, Share};
use goldenweight_recursion::{FitFailure, Model, Moments, Part, Rows, Schedule, Source, StreamRng};

/// Rows from an exponential distribution; its mean is estimated by the weighted mean of the rows.
pub struct Exponential {
    /// Its true mean.
    pub mean: f64,
}

impl Model for Exponential {
    /// Exponential numbers of mean 1: drawn before it is known which mean they are multiplied by.
    type Noise = Vec<f64>;
    /// The rows.
    type Data = Vec<f64>;
    /// The mean.
    type Fit = f64;
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["mean", "rate"];

    fn truth(&self) -> &f64 {
        &self.mean
    }

    fn noise(&self, rows: usize) -> Vec<f64> {
        vec![0.0; rows]
    }

    fn data(&self, rows: usize) -> Vec<f64> {
        vec![0.0; rows]
    }

    fn unfitted(&self) -> f64 {
        0.0
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut Vec<f64>) {
        noise.fill_with(|| rng.sample(Exp1));
    }

    fn generate(&self, mean: &f64, noise: &Vec<f64>, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        data.iter_mut().zip(noise).for_each(|(x, unit)| *x = mean * unit);
        Ok(())
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut f64) -> Result<(), FitFailure> {
        *fit = parts.iter().map(|part| part.weight * part.data.iter().sum::<f64>() / part.rows as f64).sum();
        Ok(())
    }

    /// Squared errors of the mean, and of the rate 1/mean.
    fn losses(&self, mean: &f64, out: &mut [f64]) {
        out[0] = (mean - self.mean).powi(2);
        out[1] = (1.0 / mean - 1.0 / self.mean).powi(2);
    }
}

/// Real rows drawn with replacement from a list of numbers, whatever law it has.
pub struct Numbers(pub Vec<f64>);

impl Source<Exponential> for Numbers {
    fn draw(
        &self,
        _: &Exponential,
        rng: &mut StreamRng,
        _: &mut Vec<f64>,
        data: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        data.fill_with(|| self.0[rng.random_range(0..self.0.len())]);
        Ok(())
    }
}

/// A sliding window. Each generation draws n fresh real rows. It is fitted on the real rows of the `last` latest generations, with total weight w, and on m
/// synthetic rows of the model before, with total weight 1 - w.
pub struct Window {
    /// Rows that are drawn in each generation.
    pub rows: Rows,
    /// Number of generations whose real rows the fit uses, the present one included.
    pub last: u32,
}

impl Schedule for Window {
    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        out.push(Batch { origin: Origin::Real, rows: self.rows.real });
        if generation > 0 {
            out.push(Batch { origin: Origin::Synthetic { node: 0 }, rows: self.rows.synthetic });
        }
    }

    fn recipe(&self, _: usize, generation: u32, out: &mut Vec<Ingredient>) {
        let seen = self.last.min(generation + 1);
        let share = Share::Asked(1.0 / f64::from(seen));
        // A batch is named by its generation and its place in that generation's list: the real ones come first.
        out.extend((generation + 1 - seen..=generation).map(|born| Ingredient { born, index: 0, share }));
        if generation > 0 {
            out.push(Ingredient { born: generation, index: 1, share: Share::Rest(1.0) });
        }
    }

    fn keeps(&self, born: u32, index: usize, generation: u32) -> bool {
        index == 0 && born + self.last > generation
    }
}

/// Prints a simulated mean beside what is expected of it, and asserts that it is within five standard errors and `tolerance` relative. By
/// chance more than five is next to impossible.
pub fn agrees(what: &str, found: &Moments, expected: f64, tolerance: f64) {
    println!("{what}: simulated {:.5} +- {:.5}, law {expected:.5}", found.mean(), found.std_error());
    assert!((found.mean() - expected).abs() < 5.0 * found.std_error() + tolerance * expected, "{what}");
}
