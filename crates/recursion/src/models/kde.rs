//! Kernel density estimation with the Gaussian kernel: a fit is its weighted rows, and synthetic rows are drawn from the smoothed estimate. The truth is N(0, 1); the
//! loss is the integrated squared error.

use std::f64::consts::PI;

use fearless_simd::{Level, dispatch, f64x4, prelude::*};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::{FitFailure, Model, Part, StreamRng, elementary::exp, models::subsampled::Rowwise};

/// The truth N(0, 1), and a bandwidth.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{Model, models::kde::Kde};
///
/// let model = Kde::new(0.5);
/// let mut losses = [f64::NAN];
/// model.losses(model.truth(), &mut losses);
/// assert_eq!(losses, [0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Kde {
    bandwidth: f64,
    truth: Weighted,
}

impl Kde {
    /// With this bandwidth, which is positive.
    #[must_use]
    pub const fn new(bandwidth: f64) -> Self {
        Self {
            bandwidth,
            truth: Weighted { rows: Vec::new(), weights: Vec::new(), ends: Vec::new(), levels: Vec::new() },
        }
    }
}

impl Kde {
    /// A row of the truth is its normal number. Others repeat a row of the estimate, at a distance of h times theirs: the estimate is a mixture of such normals.
    fn made(&self, from: &Weighted, seed: &Seed) -> f64 {
        if from.ends.is_empty() { seed.distance } else { from.repeated(seed) + self.bandwidth * seed.distance }
    }
}

/// The random numbers of a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seed {
    /// Which part of the rows it repeats, uniform.
    part: f64,
    /// Which row of the part, uniform.
    row: f64,
    /// How far from it, standard normal.
    distance: f64,
}

/// Four numbers side by side.
type Four = [f64; 4];

/// The rows of an estimate with their weights. Without any row it is the truth.
#[derive(Clone, Debug)]
pub struct Weighted {
    /// In fours; what is missing in the last has the weight 0.
    rows: Vec<Four>,
    weights: Vec<Four>,
    /// For each part, where its rows end, and the weight of all parts up to it.
    ends: Vec<usize>,
    levels: Vec<f64>,
}

impl Weighted {
    fn row(&self, i: usize) -> f64 {
        self.rows[i / 4][i % 4]
    }

    /// Becomes that of parts, each with its weight and number of rows, and of all their rows with their weights.
    fn fill(&mut self, parts: impl Iterator<Item = (f64, usize)>, all: impl Iterator<Item = (f64, f64)>) {
        let Self { rows, weights, ends, levels } = self;
        ends.clear();
        levels.clear();
        let (mut end, mut level) = (0, 0.0);
        for (weight, count) in parts {
            end += count;
            level += weight;
            ends.push(end);
            levels.push(level);
        }
        let fours = end.div_ceil(4);
        rows.resize(fours, [0.0; 4]);
        weights.resize(fours, [0.0; 4]);
        if let (Some(row), Some(weight)) = (rows.last_mut(), weights.last_mut()) {
            (*row, *weight) = ([0.0; 4], [0.0; 4]);
        }
        for (i, (row, weight)) in all.enumerate() {
            rows[i / 4][i % 4] = row;
            weights[i / 4][i % 4] = weight;
        }
    }

    /// The row that a synthetic one repeats.
    fn repeated(&self, seed: &Seed) -> f64 {
        let part = self.levels.partition_point(|&level| level <= seed.part).min(self.ends.len() - 1);
        let start = if part == 0 { 0 } else { self.ends[part - 1] };
        let rows = self.ends[part] - start;
        self.row(start + ((seed.row * rows as f64) as usize).min(rows - 1))
    }
}

impl Model for Kde {
    type Noise = Vec<Seed>;
    type Data = Vec<f64>;
    type Fit = Weighted;
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["density"];

    fn truth(&self) -> &Weighted {
        &self.truth
    }

    fn noise(&self, rows: usize) -> Vec<Seed> {
        vec![Seed::default(); rows]
    }

    fn data(&self, rows: usize) -> Vec<f64> {
        vec![0.0; rows]
    }

    fn unfitted(&self) -> Weighted {
        self.truth.clone()
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut Vec<Seed>) {
        noise.fill_with(|| Seed { part: rng.random(), row: rng.random(), distance: rng.sample(StandardNormal) });
    }

    fn generate(&self, from: &Weighted, noise: &Vec<Seed>, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        for (row, seed) in data.iter_mut().zip(noise) {
            *row = self.made(from, seed);
        }
        Ok(())
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut Weighted) -> Result<(), FitFailure> {
        let rows = parts.iter().flat_map(|part| part.data.iter().map(|&row| (row, part.weight / part.rows as f64)));
        fit.fill(parts.iter().map(|part| (part.weight, part.rows)), rows);
        Ok(())
    }

    /// # Formula
    /// sum over pairs of rows of `w_i w_j` N(`x_i - x_j`; 2 h^2), less 2 sum of `w_i` N(`x_i`; 1 + h^2), plus N(0; 2), N(x; v) the density of N(0, v) at x
    ///
    /// # Source
    /// derived: the integral of two normal densities' product is a normal density of the difference of their means, with the sum of their variances
    fn losses(&self, fit: &Weighted, out: &mut [f64]) {
        if fit.ends.is_empty() {
            out[0] = 0.0;
            return;
        }
        let h2 = self.bandwidth * self.bandwidth;
        let [pairs, singles] = dispatch!(Level::new(), simd => sums(simd, fit, [-0.25 / h2, -0.5 / (1.0 + h2)]));
        out[0] = pairs / (4.0 * PI * h2).sqrt() - 2.0 * singles / (2.0 * PI * (1.0 + h2)).sqrt() + 0.5 / PI.sqrt();
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

/// A row is three numbers here: as noise those of its seed, as data the row and two that are not used.
impl Rowwise for Kde {
    fn width(&self) -> usize {
        3
    }

    fn draw_row(&self, rng: &mut StreamRng, noise: &mut [f64]) {
        noise.copy_from_slice(&[rng.random(), rng.random(), rng.sample(StandardNormal)]);
    }

    fn make_row(&self, from: &Weighted, noise: &[f64], row: &mut [f64]) {
        row[0] = self.made(from, &Seed { part: noise[0], row: noise[1], distance: noise[2] });
    }

    fn fit_rows(&self, rows: &mut [f64], fit: &mut Weighted) -> Result<(), FitFailure> {
        let count = rows.len() / 3;
        fit.fill([(1.0, count)].into_iter(), rows.chunks_exact(3).map(|row| (row[0], 1.0 / count as f64)));
        Ok(())
    }
}

/// The sum over pairs of rows of `w_i w_j` e^{a (x_i - x_j)^2}, and that over rows of `w_i` e^{b x_i^2}. Rows in one four are taken in both orders, and with themselves;
/// others in one order, twice.
#[inline(always)]
fn sums<S: Simd>(simd: S, fit: &Weighted, [a, b]: [f64; 2]) -> [f64; 2] {
    let zero = f64x4::splat(simd, 0.0);
    let (mut pairs, mut singles) = (zero, zero);
    // Loops, no closures: a closure that the compiler does not inline would call a function for each sum and product.
    for (i, (rows, weights)) in fit.rows.iter().zip(&fit.weights).enumerate() {
        let (x, w) = (f64x4::load_array_ref(simd, rows), f64x4::load_array_ref(simd, weights));
        singles += w * exp(x * x * b);
        for (&x, &weight) in rows.iter().zip(weights) {
            let mut before = zero;
            for (rows, weights) in fit.rows[..i].iter().zip(&fit.weights[..i]) {
                before += near(simd, rows, weights, x, a);
            }
            pairs += (before * 2.0 + near(simd, rows, weights, x, a)) * weight;
        }
    }
    [pairs, singles].map(|sum| Four::from(sum).iter().sum())
}

/// w e^{a (y - x)^2} of four rows y with their weights w.
#[inline(always)]
fn near<S: Simd>(simd: S, rows: &Four, weights: &Four, x: f64, a: f64) -> f64x4<S> {
    let distance = f64x4::load_array_ref(simd, rows) - x;
    f64x4::load_array_ref(simd, weights) * exp(distance * distance * a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenweight_replicates::stream::{Purpose, Streams};

    fn fitted(model: &Kde, parts: &[(f64, &[f64])]) -> Weighted {
        let mut fit = model.unfitted();
        let data: Vec<_> = parts.iter().map(|(weight, rows)| (*weight, rows.to_vec())).collect();
        let parts: Vec<_> = data
            .iter()
            .map(|(weight, data)| Part { weight: *weight, rows: data.len(), real: true, new: true, noise: &NONE, data })
            .collect();
        // What a larger fit has left must not count.
        fit.rows = vec![[7.0; 4]; 9];
        fit.weights = vec![[7.0; 4]; 9];
        model.fit(1, &parts, &mut (), &mut fit).unwrap();
        fit
    }

    static NONE: Vec<Seed> = Vec::new();

    fn loss(model: &Kde, fit: &Weighted) -> f64 {
        let mut losses = [f64::NAN];
        model.losses(fit, &mut losses);
        losses[0]
    }

    /// The densities at the points of a fine grid: the trapezoidal rule leaves nothing of integrals of such functions.
    #[test]
    fn loss_by_brute_force() {
        let (real, synthetic) = ([0.3, -1.2, 0.9, 0.31, 2.0], [-0.5, 1.5]);
        for (h, w) in [(0.3, 0.4), (1.0, 0.9), (0.1, 0.01)] {
            let model = Kde::new(h);
            let fit = fitted(&model, &[(w, &real), (1.0 - w, &synthetic)]);
            let normal = |x: f64, sd: f64| libm::exp(-0.5 * x * x / (sd * sd)) / (sd * (2.0 * PI).sqrt());
            let mean =
                |rows: &[f64], x: f64| rows.iter().map(|row| normal(x - row, h)).sum::<f64>() / rows.len() as f64;
            let step = 1e-3;
            let error = |i: i32| {
                let x = f64::from(i) * step;
                (w * mean(&real, x) + (1.0 - w) * mean(&synthetic, x) - normal(x, 1.0)).powi(2)
            };
            let brute = step * (-12_000..12_000).map(error).sum::<f64>();
            assert!((loss(&model, &fit) / brute - 1.0).abs() < 1e-12, "h = {h}, w = {w}: {brute}");
        }
    }

    /// One row at 0: 1/(2 sqrt pi) (1/h - 2 sqrt 2/sqrt(1 + h^2) + 1); for h = 1 it is the truth.
    #[test]
    fn loss_by_hand() {
        assert!(loss(&Kde::new(1.0), &fitted(&Kde::new(1.0), &[(1.0, &[0.0])])).abs() < 1e-16);
        let found = loss(&Kde::new(2.0), &fitted(&Kde::new(2.0), &[(1.0, &[0.0])]));
        let expected = (0.5 - 2.0 * (2.0_f64 / 5.0).sqrt() + 1.0) / (2.0 * PI.sqrt());
        assert!((found - expected).abs() < 1e-16);
    }

    /// Parts by their weights, rows within one alike, and a distance of h times the normal number.
    #[test]
    fn rows_by_hand() {
        let model = Kde::new(0.5);
        let fit = fitted(&model, &[(0.25, &[1.0, 2.0]), (0.75, &[3.0, 4.0, 5.0])]);
        let cases = [(0.0, 0.0, 1.0), (0.2, 0.5, 2.0), (0.25, 0.0, 3.0), (0.9, 0.34, 4.0), (0.999, 0.999, 5.0)];
        for (part, row, expected) in cases {
            let noise = vec![Seed { part, row, distance: -2.0 }];
            let mut data = model.data(1);
            model.generate(&fit, &noise, &mut data).unwrap();
            assert_eq!(data, [expected - 1.0]);
            model.generate(model.truth(), &noise, &mut data).unwrap();
            assert_eq!(data, [-2.0]);
        }
    }

    /// Mean and variance of many rows: those of the estimate's normals.
    #[test]
    fn synthetic_rows_have_the_estimates_moments() {
        let model = Kde::new(0.5);
        let fit = fitted(&model, &[(0.2, &[-1.0]), (0.8, &[1.0, 2.0])]);
        let (mut noise, mut data) = (model.noise(100_000), model.data(100_000));
        model.draw(&mut Streams { seed: 1, experiment: 5 }.rng(0, 1, Purpose::Synthetic, 0), &mut noise);
        model.generate(&fit, &noise, &mut data).unwrap();
        let mean = data.iter().sum::<f64>() / 1e5;
        let square = data.iter().map(|x| x * x).sum::<f64>() / 1e5;
        // Mean 1, mean square 2.2 + h^2; standard deviations of 1.2 and, of squares, below 3.
        assert!((mean - 1.0).abs() < 5.0 * 1.2 / 316.0 && (square - 2.45).abs() < 5.0 * 3.0 / 316.0, "{mean} {square}");
    }
}
