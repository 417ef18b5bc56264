//! The law of the pooled weighted fit, to first order, in the basis in which its weight matrices are diagonal.

use super::fits::Fits;
use crate::advise::matrix::{Lower, at, congruent, dot, eigen, form, times, trace_of_product};
use crate::optimum::minimise;

/// The two fits in a basis T with T'H_R T = 1 and T'H_S T = diag(mu).
///
/// # Formula
/// The fit that gives the real rows the total weight w and the synthetic ones u = 1 - w solves w mean_R psi + u mean_S psi = 0. Expanded at the real law's
/// beta it is W b_R + U b_S, W = w (w H_R + u H_S)^-1 H_R, U = 1 - W. In the basis W = diag w/(w + u mu_i). With the bias delta of the synthetic fit
/// ```text
/// R(w) = tr Q (W V_R W' + U V_S U') + delta'U'QU delta
/// ```
/// # Symbols
/// Q metric of the loss; V_R, V_S covariances of the fits; mu eigenvalues of H_R^-1 H_S. Where H_S is proportional to H_R, as of means, W is a scalar.
/// # Source
/// derived: expansion of the estimating equations; T = L^-T O with H_R = L L', O the eigenvectors of L^-1 H_S L^-T
pub(crate) struct Pooled {
    metric: Vec<f64>,
    real: Vec<f64>,
    synthetic: Vec<f64>,
    ratios: Vec<f64>,
    /// d = b_S - b_R.
    pub(crate) difference: Vec<f64>,
    /// Of vectors into the basis: those of T^-1 as columns of its transpose.
    into: Vec<Vec<f64>>,
}

impl Pooled {
    /// None where the information is singular in double precision.
    pub(crate) fn new(fits: &Fits) -> Option<Self> {
        let p = fits.names.len();
        // Both are the same matrix for means of features, whose basis is that of the coefficients.
        let lower = Lower::factor(&fits.real.information, 1e-13).ok()?;
        let unit = |j: usize| (0..p).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let back = |mut column: Vec<f64>| {
            lower.back(&mut column);
            column
        };
        let inverse: Vec<Vec<f64>> = (0..p).map(|j| back(unit(j))).collect();
        let (ratios, vectors) = eigen(&congruent(&fits.synthetic.information, &inverse), p)?;
        if ratios.iter().any(|ratio| !(ratio.is_finite() && *ratio > 0.0)) {
            return None;
        }
        let into: Vec<Vec<f64>> = vectors.iter().map(|vector| lower.times(vector)).collect();
        let basis: Vec<Vec<f64>> = vectors.into_iter().map(back).collect();
        let difference: Vec<f64> =
            fits.synthetic.estimate.iter().zip(&fits.real.estimate).map(|(synthetic, real)| synthetic - real).collect();
        Some(Self {
            metric: congruent(&fits.metric, &basis),
            real: congruent(&fits.real.variance, &into),
            synthetic: congruent(&fits.synthetic.variance, &into),
            ratios,
            difference: into.iter().map(|row| dot(row, &difference)).collect(),
            into,
        })
    }

    /// A vector of coefficients in the basis.
    pub(crate) fn in_basis(&self, v: &[f64]) -> Vec<f64> {
        self.into.iter().map(|row| dot(row, v)).collect()
    }

    /// The diagonals of W and U at a weight.
    fn shares(&self, w: f64) -> [Vec<f64>; 2] {
        let u = 1.0 - w;
        let real = self.ratios.iter().map(|ratio| w / (w + u * ratio)).collect();
        [real, self.ratios.iter().map(|ratio| u * ratio / (w + u * ratio)).collect()]
    }

    /// Sum of Q_ij s_i s_j A_ij.
    fn scaled_trace(&self, s: &[f64], a: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..s.len() {
            for j in 0..i {
                sum += 2.0 * self.metric[at(i, j)] * s[i] * s[j] * a[at(i, j)];
            }
            sum += self.metric[at(i, i)] * s[i] * s[i] * a[at(i, i)];
        }
        sum
    }

    /// tr Q V_R and tr Q V_S.
    pub(crate) fn variances(&self) -> [f64; 2] {
        [&self.real, &self.synthetic].map(|v| trace_of_product(&self.metric, v, self.ratios.len()))
    }

    /// tr Q (W V_R W' + U V_S U'): the risk without a bias.
    pub(crate) fn variance(&self, w: f64) -> f64 {
        let [real, synthetic] = self.shares(w);
        self.scaled_trace(&real, &self.real) + self.scaled_trace(&synthetic, &self.synthetic)
    }

    /// The direction a with a'Ma = 1 in which d varies most, along which a'MVMa is largest, V = V_R + V_S: with M = L L' it is L'^-1 o, o the eigenvector of the largest eigenvalue of
    /// L'VL. None where M is singular in double precision.
    pub(crate) fn widest(&self, Metric(metric): &Metric) -> Option<Vec<f64>> {
        let p = self.ratios.len();
        let lower = Lower::factor(metric, 1e-13).ok()?;
        let unit = |j: usize| (0..p).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let columns: Vec<Vec<f64>> = (0..p).map(|j| lower.times(&unit(j))).collect();
        let variance: Vec<f64> =
            self.real.iter().zip(&self.synthetic).map(|(real, synthetic)| real + synthetic).collect();
        let (values, vectors) = eigen(&congruent(&variance, &columns), p)?;
        let (_, mut widest) = values.into_iter().zip(vectors).max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        lower.back(&mut widest);
        Some(widest)
    }

    /// The metric M = U'QU at a weight; Q at 0.
    pub(crate) fn metric_at(&self, w: f64) -> Metric {
        let [_, u] = self.shares(w);
        let p = u.len();
        Metric(
            (0..p)
                .flat_map(|i| (0..=i).map(move |j| (i, j)))
                .map(|(i, j)| self.metric[at(i, j)] * u[i] * u[j])
                .collect(),
        )
    }

    /// The estimate of delta'U'QU delta: d'U'QU d less what the errors of the two fits add, not below 0.
    pub(crate) fn bias_squared(&self, w: f64) -> f64 {
        let [_, u] = self.shares(w);
        let noise = self.scaled_trace(&u, &self.real) + self.scaled_trace(&u, &self.synthetic);
        (self.form(&u, &self.difference) - noise).max(0.0)
    }

    /// v'Qv.
    pub(crate) fn length(&self, v: &[f64]) -> f64 {
        form(&self.metric, v)
    }

    fn form(&self, u: &[f64], v: &[f64]) -> f64 {
        let scaled: Vec<f64> = u.iter().zip(v).map(|(u, v)| u * v).collect();
        form(&self.metric, &scaled)
    }

    /// The weight at which the estimated risk is least, and that risk.
    pub(crate) fn best(&self) -> (f64, f64) {
        least(&|w| self.variance(w) + self.bias_squared(w))
    }

    /// The same where the bias is known to be this vector of the basis.
    pub(crate) fn best_at(&self, bias: &[f64]) -> (f64, f64) {
        least(&|w| self.risk(w, bias))
    }

    /// R(w) under a bias, a vector of the basis.
    pub(crate) fn risk(&self, w: f64, bias: &[f64]) -> f64 {
        self.variance(w) + self.form(&self.shares(w)[1], bias)
    }
}

/// A quadratic form in the basis.
pub(crate) struct Metric(Vec<f64>);

impl Metric {
    pub(crate) fn dot(&self, v: &[f64], x: &[f64]) -> f64 {
        dot(v, &self.times(x))
    }

    /// M x.
    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        times(&self.0, x)
    }
}

/// Cells of the grid that finds the neighbourhood of the minimum: the risk may have two minima where the estimate of the bias becomes 0.
const CELLS: usize = 64;

/// Where a curve on [0, 1] is least, and its value there: the best of a grid, then Brent's method beside it.
fn least(curve: &dyn Fn(f64) -> f64) -> (f64, f64) {
    let valued = |w: f64| (w, curve(w));
    let better = |a: (f64, f64), b: (f64, f64)| if b.1 < a.1 { b } else { a };
    let width = 1.0 / CELLS as f64;
    let of_grid = (0..=CELLS).map(|i| valued(i as f64 * width)).fold((f64::NAN, f64::INFINITY), better);
    let found = minimise(curve, ((of_grid.0 - width).max(0.0), (of_grid.0 + width).min(1.0)));
    if found.at.is_nan() { of_grid } else { better(of_grid, valued(found.at)) }
}
