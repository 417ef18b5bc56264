//! What a synthetic table is worth: the law of the pooled weighted fit, and the rule that is never worse than the real rows alone.

use std::fmt;

use goldenweight_evidence::rand::RngExt;
use goldenweight_evidence::{self as evidence, Draw, Simulation, Tally};
use goldenweight_theory::shrinkage::james_stein_relative_risk;
use nalgebra::{DVector, Matrix2, Vector2};
use rand_distr::StandardNormal;

use super::check::{exact, recursion};
use super::{Claim, Exactness, Source, certificate};
use crate::audit::fits::{Fit, Fits};
use crate::audit::pooled::Pooled;

/// Relative tolerance: some hundred operations of 1.1e-16 on well-conditioned matrices of two rows.
const ROUNDING: f64 = 1e-12;

/// Relative tolerance of Simpson's rule: (2 lambda h)^4/180, which is 4e-12 at lambda = 50, and the rounding of 20,000 terms.
const SIMPSON: f64 = 1e-10;

pub fn claims() -> Vec<Claim> {
    vec![pooled(), shrinkage()]
}

fn pooled() -> Claim {
    let case = |w: f64| {
        let simulated = Fitted { w };
        evidence::Case::new(simulated, simulated, law(w))
    };
    Claim {
        id: "worth-pooled",
        statement: "the fit to n real and m synthetic rows with the total weights w and u = 1 − w has the risk tr Q(W V_R W′ + U V_S U′) + δ′U′QUδ, with W = w(w H_R + u H_S)⁻¹H_R, U = 1 − W, \
                    the covariances V_R, V_S of the two fits and the bias δ of the synthetic one. The informations H_R, H_S of different designs make W and U matrices: no weight per fit will do",
        domain: "every family, to first order in 1/n, 1/m and δ; linear regression on fixed designs, with any noise of each row: exact, which is what is compared",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            recursion("the map from labels to the fit, label by label", ROUNDING, || {
                [0.0, 0.1, 0.35, 0.5, 0.8, 1.0].map(|w| (format!("w = {w}"), law(w), of_labels(w))).into()
            })
            .by("weighted fits of single labels", &["worth::of_labels"]),
            evidence::simulation(POOLED, 1_080_000, 0.02, [0.2, 0.5, 0.8].map(case).to_vec()).of("risk"),
        ],
    }
}

/// The name of the check that has mutants.
pub(super) const POOLED: &str = "fits to rows of two designs";

/// Real rows: covariates (1, x), and the standard deviation of the noise.
const REAL: [(f64, f64); 6] = [(-1.0, 1.0), (-0.5, 0.5), (0.0, 1.5), (0.5, 1.0), (1.0, 0.8), (2.0, 1.2)];

/// Synthetic rows, elsewhere and of another noise.
const SYNTHETIC: [(f64, f64); 8] =
    [(1.0, 0.6), (1.5, 0.6), (2.0, 0.9), (2.5, 0.6), (3.0, 1.2), (3.5, 0.6), (4.0, 0.3), (4.5, 0.6)];

/// The coefficients of the real rows, and of the synthetic ones.
const TRUTH: [[f64; 2]; 2] = [[0.5, -1.0], [0.9, -0.8]];

/// Q.
const METRIC: [f64; 3] = [1.0, 0.3, 2.0];

/// What the law is made of: per table H, and the covariance of the fit.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) information: [Matrix2<f64>; 2],
    pub(super) variance: [Matrix2<f64>; 2],
    pub(super) bias: Vector2<f64>,
}

/// Of the two designs.
pub(super) fn parts() -> Parts {
    let of = |rows: &[(f64, f64)]| {
        let (mut h, mut j) = (Matrix2::zeros(), Matrix2::zeros());
        for (x, noise) in rows {
            let square = Matrix2::new(1.0, *x, *x, x * x) / rows.len() as f64;
            h += square;
            j += square * (noise * noise);
        }
        let inverse = h.try_inverse().unwrap_or_else(Matrix2::zeros);
        (h, inverse * j * inverse / rows.len() as f64)
    };
    let ((h_r, v_r), (h_s, v_s)) = (of(&REAL), of(&SYNTHETIC));
    let bias = Vector2::from(TRUTH[1]) - Vector2::from(TRUTH[0]);
    Parts { information: [h_r, h_s], variance: [v_r, v_s], bias }
}

/// The program's law.
pub(super) fn law(w: f64) -> f64 {
    let Parts { information, variance, bias } = parts();
    let lower = |a: Matrix2<f64>| vec![a[(0, 0)], a[(1, 0)], a[(1, 1)]];
    let fit = |i: usize| Fit {
        estimate: TRUTH[i].to_vec(),
        information: lower(information[i]),
        variance: lower(variance[i]),
        // The law asks for none.
        support: Vec::new(),
    };
    let fits = Fits {
        names: ["(intercept)", "x"].map(str::to_owned).to_vec(),
        real: fit(0),
        synthetic: fit(1),
        metric: METRIC.to_vec(),
        raw_rows: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
        raw_offsets: vec![0.0; 2],
    };
    Pooled::new(&fits).map_or(f64::NAN, |pooled| pooled.risk(w, &pooled.in_basis(bias.as_slice())))
}

/// The weighted least squares fit of these labels.
fn fitted(w: f64, labels: [&[f64]; 2]) -> Vector2<f64> {
    let (mut gram, mut score) = (Matrix2::zeros(), Vector2::zeros());
    for (weight, rows, labels) in [(w, &REAL[..], labels[0]), (1.0 - w, &SYNTHETIC[..], labels[1])] {
        for ((x, _), y) in rows.iter().zip(labels) {
            let (x, weight) = (Vector2::new(1.0, *x), weight / rows.len() as f64);
            gram += x * x.transpose() * weight;
            score += x * (weight * y);
        }
    }
    gram.lu().solve(&score).unwrap_or_else(|| Vector2::repeat(f64::NAN))
}

/// Q as a matrix.
pub(super) const fn loss_metric() -> Matrix2<f64> {
    Matrix2::new(METRIC[0], METRIC[1], METRIC[1], METRIC[2])
}

fn loss(fit: Vector2<f64>) -> f64 {
    let error = fit - Vector2::from(TRUTH[0]);
    (error.transpose() * loss_metric() * error)[0]
}

/// The loss of the fit to labels without noise, and the squared lengths of what the noise of each label does to the fit.
fn of_labels(w: f64) -> f64 {
    let line = |table: usize, x: f64| TRUTH[table][0] + TRUTH[table][1] * x;
    let means: [Vec<f64>; 2] = [REAL.map(|(x, _)| line(0, x)).to_vec(), SYNTHETIC.map(|(x, _)| line(1, x)).to_vec()];
    let mut risk = loss(fitted(w, [&means[0], &means[1]]));
    for (table, rows) in [&REAL[..], &SYNTHETIC[..]].into_iter().enumerate() {
        for (i, (_, noise)) in rows.iter().enumerate() {
            let mut labels = [vec![0.0; REAL.len()], vec![0.0; SYNTHETIC.len()]];
            labels[table][i] = *noise;
            risk += loss(fitted(w, [&labels[0], &labels[1]]) + Vector2::from(TRUTH[0]));
        }
    }
    risk
}

/// Labels with normal noise, and the weighted fit to them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fitted {
    pub(super) w: f64,
}

impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "w = {}", self.w)
    }
}

impl Simulation for Fitted {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        draw.each(|rng, tallies| {
            let mut labels = |rows: &[(f64, f64)], beta: [f64; 2]| -> Vec<f64> {
                let noisy =
                    |(x, noise): &(f64, f64)| beta[0] + beta[1] * x + noise * rng.sample::<f64, _>(StandardNormal);
                rows.iter().map(noisy).collect()
            };
            let (real, synthetic) = (labels(&REAL, TRUTH[0]), labels(&SYNTHETIC, TRUTH[1]));
            tallies[0].push(Some(loss(fitted(self.w, [&real, &synthetic]))));
        })
    }
}

fn shrinkage() -> Claim {
    let case = |(p, rho, bias): (u32, f64, f64)| {
        let simulated = Shrunk { p, rho, bias };
        evidence::Case::new(simulated, simulated, f64::from(p) * james_stein_relative_risk(p, rho, bias * bias))
    };
    Claim {
        id: "worth-shrinkage",
        statement: "a normal estimate X, shrunk towards an independent one Y by (p − 2)/|X − Y|² of the way, has a smaller risk than X for every bias of Y: of 1 less (p − 2)²/(p(1 + ρ)) E 1/(p − 2 + 2K), \
                    K Poisson with the mean |θ − ν|²/(2(1 + ρ))",
        domain: "X ~ N(θ, 1), Y ~ N(ν, ρ) in p ≥ 3 coordinates; every θ, ν, ρ ≥ 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("series with its remainder, in intervals", certificate::shrinkage::relative_risk)
                .by("a series with its remainder", &["certificate::shrinkage::mean_inverse"]),
            recursion("E 1/(p − 2 + 2K) as an integral", SIMPSON, || {
                [(3, 0.1, 0.0), (3, 0.1, 2.0), (4, 1.0, 9.0), (6, 0.5, 4.0), (20, 0.0, 30.0), (9, 3.0, 400.0)]
                    .map(|(p, rho, square)| {
                        let gain = 1.0 - james_stein_relative_risk(p, rho, square);
                        (format!("p = {p}, ρ = {rho}, |θ − ν|² = {square}"), gain, integrated(p, rho, square))
                    })
                    .into()
            })
            .by("an integral of the generating function", &["worth::integrated"]),
            evidence::simulation(
                SHRUNK,
                590_000,
                0.02,
                [(8, 0.5, 0.0), (8, 0.1, 2.0), (12, 1.0, 4.0)].map(case).to_vec(),
            )
            .of("risk"),
        ],
    }
}

/// The name of the check that has mutants.
pub(super) const SHRUNK: &str = "means of two normal estimates";

/// What shrinking gains. E s^(a + 2K - 1) over s from 0 to 1 is E 1/(a + 2K), and E s^2K = exp(-lambda (1 - s^2)).
fn integrated(p: u32, rho: f64, square: f64) -> f64 {
    let (a, lambda) = (f64::from(p) - 2.0, square / (2.0 * (1.0 + rho)));
    let value = |s: f64| libm::pow(s, a - 1.0) * libm::exp(-lambda * (1.0 - s * s));
    let cells = 20_000;
    let sum: f64 = (0..=cells)
        .map(|i| {
            let weight = if i == 0 || i == cells { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
            weight * value(f64::from(i) / f64::from(cells))
        })
        .sum();
    a * a / (f64::from(p) * (1.0 + rho)) * sum / (3.0 * f64::from(cells))
}

/// X at the truth 0, and Y beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shrunk {
    pub(super) p: u32,
    pub(super) rho: f64,
    pub(super) bias: f64,
}

impl fmt::Display for Shrunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p = {}, ρ = {}, bias {}", self.p, self.rho, self.bias)
    }
}

impl Simulation for Shrunk {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        let p = self.p as usize;
        draw.each(|rng, tallies| {
            let mut normal = |scale: f64| DVector::from_fn(p, |_, _| scale * rng.sample::<f64, _>(StandardNormal));
            let (x, mut y) = (normal(1.0), normal(self.rho.sqrt()));
            y[0] += self.bias;
            let apart = &x - y;
            let shrunk = &x - (p as f64 - 2.0) / apart.norm_squared() * &apart;
            tallies[0].push(Some(shrunk.norm_squared()));
        })
    }
}
