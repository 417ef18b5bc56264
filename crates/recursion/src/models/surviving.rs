//! Which categories are left: another loss of cell probabilities.

use crate::{FitFailure, Model, Part, StreamRng, models::categorical::Categorical, models::categorical::Sample};

/// Cell probabilities, of which the losses are the number of cells left, whether there are several, and whether the first is lost.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{Model, models::{categorical::CategoricalRows, surviving::Surviving}};
///
/// let model = Surviving(CategoricalRows::new(vec![0.5, 0.25, 0.25]));
/// let mut losses = [f64::NAN; 3];
/// model.losses(&vec![0.0, 0.5, 0.5], &mut losses);
/// assert_eq!(losses, [2.0, 1.0, 1.0]);
/// model.losses(&vec![1.0, 0.0, 0.0], &mut losses);
/// assert_eq!(losses, [1.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Surviving<S>(pub Categorical<S>);

impl<S: Sample + Send + Sync + 'static> Model for Surviving<S> {
    type Noise = S;
    type Data = Vec<f64>;
    type Fit = Vec<f64>;
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["left", "several", "first lost"];

    fn truth(&self) -> &Vec<f64> {
        self.0.truth()
    }

    fn noise(&self, rows: usize) -> S {
        self.0.noise(rows)
    }

    fn data(&self, rows: usize) -> Vec<f64> {
        self.0.data(rows)
    }

    fn unfitted(&self) -> Vec<f64> {
        self.0.unfitted()
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut S) {
        self.0.draw(rng, noise);
    }

    fn generate(&self, from: &Vec<f64>, noise: &S, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        self.0.generate(from, noise, data)
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        fit.fill(0.0);
        for part in parts {
            fit.iter_mut().zip(part.data).for_each(|(fit, share)| *fit += part.weight * share);
        }
        Ok(())
    }

    fn losses(&self, fit: &Vec<f64>, out: &mut [f64]) {
        let left = fit.iter().filter(|share| **share > 0.0).count();
        let flag = |holds: bool| f64::from(u8::from(holds));
        out.copy_from_slice(&[left as f64, flag(left > 1), flag(fit.first() == Some(&0.0))]);
    }

    fn identity(&self) -> Option<String> {
        self.0.identity()
    }
}
