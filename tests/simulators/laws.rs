//! Laws: `rows` against `sufficient`, and both against moments known without any simulation.
//!
//! Each test declares its false-alarm rate (over the choice of the seed, which is fixed) and derives from it, and from the
//! number of its comparisons, the bound of each (Bonferroni).

use goldenweight::{
    experiment::Rows,
    simulate::{
        Model, Setting, Simulator, Source,
        engine::{BLOCK, Weights},
        gaussian::{GaussianRows, GaussianSufficient},
    },
    stats::moments::Moments,
};
use nalgebra::DMatrix;
use statrs::{
    distribution::{ContinuousCDF, Normal},
    function::gamma::digamma,
};

use crate::{BANDWIDTH, Check, NOISE_VARIANCE, PROBABILITIES, every_simulator, losses_of_replicate, plan, run, sigma};

const FALSE_ALARM: f64 = 1e-3;

/// |z| is below this with the declared probability in all of so many comparisons.
fn z_bound(comparisons: usize) -> f64 {
    Normal::standard().inverse_cdf(1.0 - FALSE_ALARM / (2.0 * comparisons as f64))
}

/// Fails where a z lies outside the common bound.
fn assert_z(scores: &[(String, f64)]) {
    assert_within(z_bound(scores.len()), scores);
}

/// Fails where the size of a statistic is not below the bound, or not a number.
fn assert_within(bound: f64, statistics: &[(String, f64)]) {
    let inside = |statistic: f64| statistic.abs() < bound;
    let outside: Vec<_> = statistics.iter().filter(|(_, statistic)| !inside(*statistic)).collect();
    assert!(outside.is_empty(), "bound {bound}: {outside:?}");
}

#[test]
fn the_bound_on_z_is_enforced() {
    let score = |z| [("a".to_owned(), z), ("b".to_owned(), 0.0)];
    // Two-sided 1e-3 over two comparisons: qnorm(1 - 2.5e-4) = 3.480756 (scipy.stats.norm.isf(2.5e-4)).
    assert_z(&score(3.4807));
    for z in [3.4809, -3.4809, f64::NAN] {
        assert!(std::panic::catch_unwind(|| assert_z(&score(z))).is_err(), "{z}");
    }
}

/// The largest distance of two empirical distribution functions, times sqrt(a b/(a + b)).
fn kolmogorov_smirnov(x: &mut [f64], y: &mut [f64]) -> f64 {
    x.sort_by(f64::total_cmp);
    y.sort_by(f64::total_cmp);
    let (a, b) = (x.len() as f64, y.len() as f64);
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while i < x.len() && j < y.len() {
        let at = x[i].min(y[j]);
        i += x[i..].iter().take_while(|&&v| v <= at).count();
        j += y[j..].iter().take_while(|&&v| v <= at).count();
        distance = distance.max((i as f64 / a - j as f64 / b).abs());
    }
    distance * (a * b / (a + b)).sqrt()
}

/// Pairs the losses of a model's two simulators, generation by generation.
struct Pairs {
    weight: f64,
    experiment: u64,
    previous: Option<(String, Vec<Vec<Vec<f64>>>)>,
    /// Case, Kolmogorov-Smirnov statistic, two-sample z of the risk.
    found: Vec<(String, f64, f64)>,
}

const REPLICATES: u64 = 20_000;

impl Check for Pairs {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        self.experiment += 1;
        let plan = plan(self.experiment, REPLICATES, &[]);
        let losses =
            (0..REPLICATES).map(|r| losses_of_replicate(simulator, &plan, self.weight, r, 3).unwrap()).collect();
        let Some((first, rows)) = self.previous.replace((name.to_owned(), losses)) else { return };
        if first != name {
            return;
        }
        let (_, sufficient) = self.previous.take().unwrap();
        for (l, loss) in M::LOSSES.iter().enumerate() {
            for t in [0, 1, 3] {
                let [mut x, mut y] = [&rows, &sufficient].map(|all| all.iter().map(|r| r[t][l]).collect::<Vec<f64>>());
                let [p, q] = [&x, &y].map(|values| {
                    let mut moments = Moments::default();
                    values.iter().for_each(|&value| moments.push(value));
                    moments
                });
                let z = (p.mean() - q.mean()) / p.std_error().hypot(q.std_error());
                let case = format!("{name}, {loss}, w = {}, t = {t}", self.weight);
                self.found.push((case, kolmogorov_smirnov(&mut x, &mut y), z));
            }
        }
    }
}

/// Whole laws by Kolmogorov-Smirnov everywhere; risks by z only at the larger size, since at m = 4 the losses of the
/// covariance and of the coefficients have no variance.
#[test]
fn rows_and_sufficient_agree() {
    let (mut laws, mut risks) = (Vec::new(), Vec::new());
    let mut experiment = 100;
    for (rows, dim, finite_variance) in
        [(Rows { real: 8, synthetic: 4 }, 2, false), (Rows { real: 31, synthetic: 47 }, 3, true)]
    {
        for weight in [0.0, 0.3, 1.0] {
            let mut pairs = Pairs { weight, experiment, previous: None, found: Vec::new() };
            every_simulator(rows, dim, &mut pairs);
            experiment = pairs.experiment;
            for (case, distance, z) in pairs.found {
                laws.push((format!("{case}, {rows:?}"), distance));
                if finite_variance {
                    risks.push((format!("{case}, {rows:?}"), z));
                }
            }
        }
    }
    assert_eq!(laws.len(), 2 * 3 * 3 * 5, "every pair of simulators was compared");
    assert_z(&risks);
    // P(statistic > x) -> 2 exp(-2 x^2) (Smirnov; discrete losses make it smaller).
    let bound = (0.5 * libm::log(2.0 * laws.len() as f64 / FALSE_ALARM)).sqrt();
    assert_within(bound, &laws);
}

/// Risks at t = 0 and t = 1 from the first two moments of the samples alone.
///
/// With A/n the risk of n real rows, a fit mixed with weights w and u = 1 - w has the risk w^2 A/n + u^2 (E A'/m + A/n),
/// A' being A at the fitted model: A' = A for the mean and for the coefficients at w = 0; E A' = A (1 - 1/n) for a
/// proportion or a distribution function. Covariance: E|S - Sigma|^2 = (T2 + tr^2)/(n - 1) given Sigma, and at the fit
/// E tr(S^2) = T2 + V, E (tr S)^2 = (tr Sigma)^2 + U. Linear: E tr (X'X)^-1 = p/(n - p - 1).
fn known_risks(name: &str, rows: Rows, dim: usize, w: f64) -> Vec<[f64; 2]> {
    let (n, m, p, u) = (rows.real as f64, rows.synthetic as f64, dim as f64, 1.0 - w);
    let cells = |a: f64| [a / n, w * w * a / n + u * u * (a * (1.0 - 1.0 / n) / m + a / n)];
    match name {
        "gaussian" => {
            let (trace, squares) = (sigma(dim).trace(), sigma(dim).norm_squared());
            let k = squares + trace * trace;
            let (v, spread) = (k / (n - 1.0), 2.0 * squares / (n - 1.0));
            vec![
                [trace / n, w * w * trace / n + u * u * (trace / m + trace / n)],
                [v, w * w * v + u * u * ((k + v + spread) / (m - 1.0) + v)],
            ]
        }
        "linear" if w == 0.0 => {
            let start = NOISE_VARIANCE * p / (n - p - 1.0);
            vec![[start, start + NOISE_VARIANCE * p / (m - p - 1.0)]]
        }
        "linear" => vec![],
        "categorical" => vec![cells(PROBABILITIES.iter().map(|q| q * (1.0 - q)).sum())],
        "cdf" => vec![cells(1.0 / 6.0)],
        "kde" => vec![density(n, m, w)],
        _ => unreachable!("no such simulator: {name}"),
    }
}

/// The integrated squared error of a density estimate of rows N(0, 1) at t = 0 and t = 1. The integral of the product of two kernels is a normal density of their
/// rows' difference, and its mean another one at 0, of the variance of the difference and of both kernels together.
fn density(n: f64, m: f64, w: f64) -> [f64; 2] {
    let at_0 = |variance: f64| 1.0 / (2.0 * std::f64::consts::PI * variance).sqrt();
    let (h2, u) = (BANDWIDTH * BANDWIDTH, 1.0 - w);
    let start = at_0(2.0 * h2) / n + (1.0 - 1.0 / n) * at_0(2.0 + 2.0 * h2) - 2.0 * at_0(2.0 + h2) + at_0(2.0);
    // Two real rows; two synthetic rows, which repeat one real row or two; a real and a synthetic row; each with the truth.
    let real = at_0(2.0 * h2) / n + (1.0 - 1.0 / n) * at_0(2.0 + 2.0 * h2);
    let other = at_0(4.0 * h2) / n + (1.0 - 1.0 / n) * at_0(2.0 + 4.0 * h2);
    let synthetic = at_0(2.0 * h2) / m + (1.0 - 1.0 / m) * other;
    let square = w * w * real + u * u * synthetic + 2.0 * w * u * at_0(2.0 + 3.0 * h2);
    let truth = w * at_0(2.0 + h2) + u * at_0(2.0 + 2.0 * h2);
    [start, square - 2.0 * truth + at_0(2.0)]
}

struct Known {
    rows: Rows,
    dim: usize,
    weight: f64,
    experiment: u64,
    scores: Vec<(String, f64)>,
}

impl Check for Known {
    fn check<M: Model, S: Source<M>>(&mut self, name: &str, simulator: &Setting<M, S>) {
        self.experiment += 1;
        let known = known_risks(name, self.rows, self.dim, self.weight);
        if known.is_empty() {
            return;
        }
        let outcome = run(simulator, &plan(self.experiment, REPLICATES, &[0, 1]), &Weights::Constant(self.weight));
        for (l, risks) in known.iter().enumerate() {
            for (t, risk) in risks.iter().enumerate() {
                let moments = &outcome.moments[t][l];
                let case = format!("{name} {l}, {:?}, dim {}, w = {}, t = {t}", self.rows, self.dim, self.weight);
                self.scores.push((case, (moments.mean() - risk) / moments.std_error()));
            }
        }
    }
}

#[test]
fn first_risks_are_the_known_ones() {
    let mut known =
        Known { rows: Rows { real: 0, synthetic: 0 }, dim: 0, weight: 0.0, experiment: 200, scores: Vec::new() };
    for (real, synthetic, dim) in [(16, 13, 2), (31, 47, 3), (12, 9, 1)] {
        for weight in [0.0, 0.3, 1.0] {
            (known.rows, known.dim, known.weight) = (Rows { real, synthetic }, dim, weight);
            every_simulator(known.rows, dim, &mut known);
        }
    }
    assert_z(&known.scores);
}

/// Fewer rows than dimensions: the singular Wishart law. The covariance's risk is the same formula, and its determinant 0.
#[test]
fn singular_covariances_keep_their_risk() {
    let rows = Rows { real: 3, synthetic: 4 };
    let mut known = Known { rows, dim: 5, weight: 0.3, experiment: 300, scores: Vec::new() };
    known.check("gaussian", &GaussianRows::new(sigma(5), rows));
    known.check("gaussian", &GaussianSufficient::new(sigma(5), rows));
    assert_z(&known.scores);
    for r in 0..BLOCK {
        let plan = plan(301, BLOCK, &[]);
        for losses in [
            losses_of_replicate(&GaussianRows::new(sigma(5), rows), &plan, 0.3, r, 1).unwrap(),
            losses_of_replicate(&GaussianSufficient::new(sigma(5), rows), &plan, 0.3, r, 1).unwrap(),
        ] {
            // Rank 2 at generation 0; 2 real and min(3, 2) synthetic dimensions at generation 1.
            assert_eq!([losses[0][2], losses[1][2]], [f64::NEG_INFINITY; 2]);
        }
    }
    // Values without a mean, but no failed fits and none dropped.
    let outcome = run(&GaussianSufficient::new(sigma(5), rows), &plan(302, REPLICATES, &[1]), &Weights::Constant(0.3));
    let [mean, covariance, log_det] = outcome.moments[0][..] else { panic!("three losses") };
    assert_eq!((outcome.failed_fits, log_det.count()), (0, REPLICATES));
    assert!(mean.mean().is_finite() && covariance.mean().is_finite() && !log_det.mean().is_finite());
}

/// At w = 0, log det grows by that of a Wishart matrix over its degrees of freedom at each generation, whatever the
/// covariance: its expectation is sum over j of digamma((m - j)/2) + ln(2/(m - 1)).
#[test]
fn log_det_drifts_while_the_covariance_collapses() {
    fn score<S: Simulator>(simulator: &S, experiment: u64, replicates: u64, m: f64, dim: i32, t: u32) -> f64 {
        let outcome = run(simulator, &plan(experiment, replicates, &[t]), &Weights::Constant(0.0));
        let per_generation: f64 =
            (1..=dim).map(|j| digamma((m - f64::from(j)) / 2.0) + libm::log(2.0 / (m - 1.0))).sum();
        let moments = outcome.moments[0][2];
        (moments.mean() - f64::from(t + 1) * per_generation) / moments.std_error()
    }
    let mut scores = Vec::new();
    for (rows, dim, t) in [(100, 4, 1000), (5, 1, 500)] {
        let (m, identity) = (rows as f64, DMatrix::identity(dim as usize, dim as usize));
        let rows = Rows { real: rows, synthetic: rows };
        let sufficient = GaussianSufficient::new(identity.clone(), rows);
        scores.push((format!("sufficient, {rows:?}"), score(&sufficient, 400, 1000, m, dim, t)));
        scores.push((format!("rows, {rows:?}"), score(&GaussianRows::new(identity, rows), 401, 100, m, dim, t)));
    }
    assert_z(&scores);
}
