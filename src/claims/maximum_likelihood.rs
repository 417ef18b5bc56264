//! The Gaussian fitted by maximum likelihood: divisors n and m.

use goldenweight_recursion::models::gaussian::{Divisor, EveryRow, Gaussian, Sample, Sufficient};
use goldenweight_theory::gaussian;
use goldenweight_theory::maximum_likelihood::{MaximumLikelihood, Risks};
use goldenweight_theory::parameters::{SampleSizes, Weight};
use nalgebra::DMatrix;

use super::check::{Case, Cell, exact, optimum, proof, property, recursion, score, simulation};
use super::domain::{IDENTITY, MINIMISER, QUADRATURE, RECURSION, SMOOTH, error, holds, weight, weights};
use super::{Claim, Exactness, Source, biased, certificate};
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::simulate::Setting;
use crate::simulate::engine::Record;

pub fn claims() -> Vec<Claim> {
    vec![mean(), variance(), covariance(), saturation(), mean_optimum(), covariance_optimum()]
}

/// Where the laws are compared with other routes: (n, m, w, t).
const PLACES: [(u64, u64, f64, u32); 7] = [
    (5, 9, 0.618, 1),
    (9, 5, 0.3, 2),
    (8, 4, 0.5, 10),
    (2, 3, 0.2, 40),
    (31, 47, 0.618, 5),
    (100, 100, 0.0, 20),
    (50, 60, 1.0, 3),
];

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).expect("positive")
}

fn place((n, m, w, t): (u64, u64, f64, u32)) -> String {
    format!("n = {n}, m = {m}, w = {w}, t = {t}")
}

/// The risks by the law, for rows of covariance `sigma` at a place. Simulations and other computations are compared with them.
fn risks(sigma: &DMatrix<f64>, (n, m, w, t): (u64, u64, f64, u32)) -> Risks<f64> {
    MaximumLikelihood::new(sigma.trace(), sigma.norm_squared(), sizes(n, m)).risks_at(&w, t)
}

/// Indices of the losses that a Gaussian chain records.
const MEAN: usize = 0;
const COVARIANCE: usize = 1;

/// A covariance with unequal variances and correlations. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn correlated() -> DMatrix<f64> {
    DMatrix::from_row_slice(3, 3, &[2.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 0.5])
}

/// The chain with divisors n and m at a place. It draws rows, or their sufficient statistics.
fn simulated<S: Sample + Send + Sync + 'static>(sigma: DMatrix<f64>, loss: usize, at: (u64, u64, f64, u32)) -> Case {
    let risks = risks(&sigma, at);
    let expected = if loss == MEAN { risks.mean } else { risks.covariance };
    let rows = Rows { real: at.0 as usize, synthetic: at.1 as usize };
    let cell = Cell::new(rows, sigma.nrows(), at.2, Record::At(vec![at.3]));
    let model = Gaussian::<S>::new(sigma).with_divisor(Divisor::MaximumLikelihood);
    Case::new(cell, Setting::of(model, rows), loss, expected)
}

fn sufficient(sigma: DMatrix<f64>, loss: usize, at: (u64, u64, f64, u32)) -> Case {
    simulated::<Sufficient>(sigma, loss, at)
}

fn by_rows(sigma: DMatrix<f64>, loss: usize, at: (u64, u64, f64, u32)) -> Case {
    simulated::<EveryRow>(sigma, loss, at)
}

fn unit() -> DMatrix<f64> {
    DMatrix::identity(1, 1)
}

fn mean() -> Claim {
    Claim {
        id: "mle-mean-law",
        statement: "covariances with divisors n, m (numpy's bias=True): the mean's risk is e_t = w² T/n + u² (e_{t−1} + (1 − b_{t−1}) T/m), T = tr Σ, where \
                    E Σ_t = (1 − b_t) Σ, b_t = w/n + u (1/m + (1 − 1/m) b_{t−1}), b_0 = 1/n. This bias b keeps it at or below that of the unbiased model",
        domain: "every n, m >= 1, t, w and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("moment matrices in rationals", certificate::maximum_likelihood::mean)
                .by("tables of raw moments", &["biased::risks"]),
            recursion("products of single rows, generation by generation", RECURSION, || {
                let case = |at: (u64, u64, f64, u32)| {
                    let (risk, _) = biased::rows(1.0, at.0, at.1, at.2, at.3)[at.3 as usize];
                    (place(at), risks(&unit(), at).mean, risk)
                };
                PLACES.map(case).to_vec()
            })
            .by("products of single rows", &["biased::rows"]),
            property(
                "below the unbiased model's risk; 1/n where w = 1",
                "(n, m, w, t)",
                || (1..500u64, 1..500u64, weights(), 0..200u32),
                |&(n, m, w, t)| {
                    let unbiased = gaussian::mean(1.0, sizes(n, m)).risk_at(&w, t);
                    holds(risks(&unit(), (n, m, w, t)).mean <= unbiased * (1.0 + IDENTITY)).max(error(
                        risks(&unit(), (n, m, 1.0, t)).mean,
                        1.0 / n as f64,
                        IDENTITY,
                    ))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                2_460_000,
                0.02,
                [((8, 4, 0.5, 3), 0.57), ((31, 47, 0.3, 4), 0.54), ((5, 3, 0.2, 6), 1.0)]
                    .map(|(at, share)| sufficient(correlated(), MEAN, at).with_share(share))
                    .into(),
            ),
            simulation("by rows", 1_600_000, 0.02, vec![by_rows(correlated(), MEAN, (6, 4, 0.4, 3))]),
        ],
    }
}

fn variance() -> Claim {
    Claim {
        id: "mle-variance-law",
        statement: "with divisors n, m the risk of σ² (p = 1) is (f_t + b_t²) σ⁴, b_t as in mle-mean-law, f_t = w² 2(n − 1)/n² + u² ((1 − 1/m²) f_{t−1} + \
                    2(m − 1)/m² (1 − b_{t−1})²), f_0 = 2(n − 1)/n²: bounded for every w, there is no threshold",
        domain: "every n, m >= 1, t, w and σ²",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("mle-variance-law"),
            exact("raw fourth moments in rationals", certificate::maximum_likelihood::variance)
                .by("tables of raw moments", &["biased::risks"]),
            // The risk is a difference of moments near 1, and can be as small as 1/n of them: it has up to n = 100 times their relative error.
            recursion("chi-squared moments by quadrature", 100.0 * QUADRATURE, || {
                let case = |at: (u64, u64, f64, u32)| {
                    let risk = biased::variance_risk(at.0, at.1, at.2, at.3)[at.3 as usize];
                    (place(at), risks(&unit(), at).covariance, risk)
                };
                PLACES.map(case).to_vec()
            })
            .by("factors by quadrature", &["biased::variance_risk"]),
            property(
                "(2n − 1)/n² at w = 1; the limit from E σ_t² and E σ_t⁴, solved",
                "(n, m, w, t)",
                || (1..500u64, 1..500u64, weights(), 0..200u32),
                |&(n, m, w, t)| {
                    let law = MaximumLikelihood::new(1.0, 1.0, sizes(n, m));
                    let (rows, drawn, u) = (n as f64, m as f64, 1.0 - w);
                    let (fresh, passed) = (1.0 - 1.0 / rows, 1.0 - 1.0 / drawn);
                    let mean = w * fresh / (1.0 - u * passed);
                    let square = (w * w * fresh * (1.0 + 1.0 / rows) + 2.0 * w * u * fresh * passed * mean)
                        / (1.0 - u * u * passed * (1.0 + 1.0 / drawn));
                    let limit = law.limit_risks(weight(w)).covariance;
                    // Rounding 1 - u (1 - 1/m) costs a relative error of some roundings over it.
                    let tolerance = 10.0 * IDENTITY / (1.0 - u * passed);
                    error(risks(&unit(), (n, m, 1.0, t)).covariance, (2.0 * rows - 1.0) / (rows * rows), IDENTITY)
                        .max(error(1.0 + limit, 2.0 + square - 2.0 * mean, tolerance))
                        .max(error(law.limit_risks(Weight::ZERO).covariance, 1.0, IDENTITY))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                2_800_000,
                0.02,
                [(12, 9, 0.5, 2), (9, 20, 0.7, 4)].map(|at| sufficient(unit(), COVARIANCE, at)).into(),
            ),
        ],
    }
}

fn covariance() -> Claim {
    let plane = || DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 1.0]);
    Claim {
        id: "mle-covariance-law",
        statement: "with divisors n, m, E|Σ_t − Σ|² = ((2 tr Σ² + T²) f_t + (T² − tr Σ²) g_t)/3 + b_t² tr Σ², T = tr Σ, b_t and f_t as in \
                    mle-variance-law, and g_t as f_t with (n − 1)/n², (1 − 1/m)(1 − 2/m) and (m − 1)/m² for 2(n − 1)/n², 1 − 1/m² and 2(m − 1)/m²: bounded \
                    for every w and p",
        domain: "every n, m >= 1, t, w, p and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("all p⁴ raw second moments in rationals", certificate::maximum_likelihood::covariance)
                .by("tables of raw moments", &["biased::risks"]),
            // The tolerance is that of the variance, for the same reason.
            recursion(
                "p = 2: along every direction, and the determinant, by quadrature",
                100.0 * QUADRATURE,
                move || {
                    let case = |at: (u64, u64, f64, u32)| {
                        let risk = biased::plane_risk(&plane(), at.0, at.1, at.2, at.3)[at.3 as usize];
                        (place(at), risks(&plane(), at).covariance, risk)
                    };
                    PLACES.map(case).to_vec()
                },
            )
            .by("every direction, and the determinant", &["biased::plane_risk"]),
            property(
                "((n − 1)(tr Σ² + T²) + tr Σ²)/n² at w = 1; the limit from raw moments, solved; whatever p",
                "(p, n, m, w, t)",
                || (1..20usize, 2..500u64, 2..500u64, weights(), 0..50u32),
                |&(p, n, m, w, t)| {
                    let sigma = DMatrix::identity(p, p);
                    let (rows, drawn, u, dim) = (n as f64, m as f64, 1.0 - w, p as f64);
                    // (n - 1)/n^2 times the unbiased model's tr Sigma^2 + T^2, and the square of the bias 1/n.
                    let alone = ((rows - 1.0) * (dim + dim * dim) + dim) / (rows * rows);
                    // E Sigma_t, and two combinations of E tr S^2 and E (tr S)^2 that are carried on separately (the modes), in units of their values at Sigma.
                    let (fresh, passed) = (1.0 - 1.0 / rows, 1.0 - 1.0 / drawn);
                    let mean = w * fresh / (1.0 - u * passed);
                    let mode = |excess: f64| {
                        let crossed = 2.0 * w * u * fresh * passed * mean;
                        let kept = 1.0 - u * u * passed * (1.0 + excess / drawn);
                        (w * w * fresh * (1.0 + excess / rows) + crossed) / kept
                    };
                    let square = ((2.0 * dim + dim * dim) * mode(1.0) + (dim - dim * dim) * mode(-2.0)) / 3.0;
                    let law = MaximumLikelihood::new(dim, dim, sizes(n, m));
                    // Terms of size p^2 cancel in the risk, so that p^2 is added on both sides. Rounding 1 - u (1 - 1/m) costs a relative error of some roundings
                    // over it.
                    let [found, expected] =
                        [law.limit_risks(weight(w)).covariance, square - 2.0 * mean * dim + dim].map(|x| x + dim * dim);
                    error(risks(&sigma, (n, m, 1.0, t)).covariance, alone, IDENTITY).max(error(
                        found,
                        expected,
                        10.0 * IDENTITY / (1.0 - u * passed),
                    ))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                1_100_000,
                0.02,
                [(12, 20, 0.6, 2), (31, 47, 0.4, 3)].map(|at| sufficient(correlated(), COVARIANCE, at)).into(),
            ),
            simulation("by rows", 980_000, 0.02, vec![by_rows(correlated(), COVARIANCE, (12, 9, 0.6, 2))]),
        ],
    }
}

fn saturation() -> Claim {
    Claim {
        id: "mle-saturation",
        statement: "with divisors n, m and w = 0 the mean's risk is tr Σ (1 − (1 − 1/n)(1 − 1/m)^t) → tr Σ. It does not grow without bound: Σ_t shrinks to 0, \
                    the model becomes a point, and the covariance's risk tends to tr Σ²",
        domain: "every n, m >= 1, t and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("mle-saturation"),
            exact("moment matrices in rationals", certificate::maximum_likelihood::saturation)
                .by("tables of raw moments", &["biased::risks"]),
            recursion("products of single rows, until nothing is left", RECURSION, || {
                let law = |n, m| MaximumLikelihood::new(1.0, 1.0, sizes(n, m)).limit_risks(Weight::ZERO).mean;
                let case =
                    |(n, m)| (format!("n = {n}, m = {m}"), law(n, m), biased::rows(1.0, n, m, 0.0, 4_000)[4_000].0);
                [(10, 10), (2, 5), (100, 30), (1, 3)].map(case).to_vec()
            })
            .by("products of single rows", &["biased::rows"]),
            property(
                "products of the factors' moments",
                "(n, m, t)",
                || (1..500u64, 1..500u64, 0..1_000u32),
                |&(n, m, t)| {
                    // sigma_t^2 is a product of independent factors, chi-squared variables over their number of rows, of mean 1 - 1/rows and mean square
                    // 1 - 1/rows^2.
                    let product = |f: fn(f64) -> f64| f(n as f64) * libm::pow(f(m as f64), t.into());
                    let (mean, square) = (product(|x| 1.0 - 1.0 / x), product(|x| 1.0 - 1.0 / (x * x)));
                    let found = risks(&unit(), (n, m, 0.0, t));
                    let tolerance = IDENTITY + f64::EPSILON * f64::from(t);
                    // The risks are differences from 1, so that they are compared through what is left of 2, or with 1 added.
                    error(2.0 - found.mean, 1.0 + mean, tolerance)
                        .max(error(2.0 - found.bias, 1.0 + mean, tolerance))
                        .max(error(1.0 + found.covariance, 2.0 + square - 2.0 * mean, 4.0 * tolerance))
                },
            )
            .consequence(),
            // The unbiased model would have 1.4 times this risk. Later generations are not simulated: there the risk comes from rare chains whose covariance is
            // still large, and a mean of some replicates misses them.
            simulation(
                "the mean, half collapsed",
                200_000,
                0.03,
                [(20, 20, 0.0, 15), (12, 30, 0.0, 20)].map(|at| sufficient(correlated(), MEAN, at)).into(),
            ),
        ],
    }
}

fn mean_optimum() -> Claim {
    Claim {
        id: "mle-mean-optimum",
        statement: "with divisors n, m the weight that minimises the mean's limit risk is w* = C/(B + √(B² + AC)), A = 2m² − 4m + 3 − n, \
                    B = nm + n + m − 3, C = 2m(n − 1) + n − 3: .6145 at n = m = 100, 1/φ for n = m → ∞",
        domain: "every n >= 2, m >= 1 and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("sign of the slope in rationals", certificate::maximum_likelihood::optimum).consequence(),
            recursion("minimum of the risk from products of single rows, by Brent's method", MINIMISER, || {
                let case = |(n, m)| {
                    let law = MaximumLikelihood::new(1.0, 1.0, sizes(n, m));
                    let found = minimise(&|w| biased::rows(1.0, n, m, w, 600)[600].0, (0.05, 1.0)).at;
                    (format!("n = {n}, m = {m}"), law.optimal_weight_of_mean().unwrap_or(f64::NAN), found)
                };
                [(100, 100), (10, 5), (2, 2), (30, 90), (40, 1)].map(case).to_vec()
            })
            .by("products of single rows", &["biased::rows"]),
            recursion("minimum of the risk from moment matrices, by Brent's method", MINIMISER, || {
                let case = |(n, m)| {
                    let law = MaximumLikelihood::new(1.0, 1.0, sizes(n, m));
                    let found = minimise(&|w| biased::risks(&unit(), n, m, &w, 600)[600].0, (0.05, 1.0)).at;
                    (format!("n = {n}, m = {m}"), law.optimal_weight_of_mean().unwrap_or(f64::NAN), found)
                };
                [(100, 100), (10, 5), (2, 2), (30, 90), (40, 1)].map(case).to_vec()
            })
            .by("tables of raw moments", &["biased::risks"]),
            property(
                "no other weight has less risk",
                "(n, m, w)",
                || (2..10_000u64, 1..10_000u64, weights()),
                |&(n, m, w)| {
                    let law = MaximumLikelihood::new(1.0, 1.0, sizes(n, m));
                    let best = law.optimal_weight_of_mean().map_or(f64::INFINITY, |w| law.limit(&w).mean);
                    holds(law.limit(&w).mean >= best * (1.0 - 10.0 * IDENTITY))
                },
            )
            .consequence(),
        ],
    }
}

/// Rows of the covariance I in so many dimensions.
fn standard(p: usize, n: u64, m: u64) -> MaximumLikelihood<f64> {
    MaximumLikelihood::new(p as f64, p as f64, sizes(n, m))
}

fn covariance_optimum() -> Claim {
    let case = |p: usize, n: u64, m: u64| {
        let law = standard(p, n, m);
        let rows = Rows { real: n as usize, synthetic: m as usize };
        let cell = Cell::minimised(rows, p, Record::Average { from: 20, until: 60 });
        let model = Gaussian::<Sufficient>::new(DMatrix::identity(p, p)).with_divisor(Divisor::MaximumLikelihood);
        let expected = law.optimal_weight_of_covariance().expect("two real rows");
        Case::new(cell, Setting::of(model, rows), COVARIANCE, expected).with_curve(move |w| law.limit(&w).covariance)
    };
    Claim {
        id: "mle-covariance-optimum",
        statement: "with divisors n, m a weight inside (0, 1) minimises the limit risk of the variance and of the covariance: .61795 and .61529 at n = m = 100, p = 1 and 2, Σ = I, and \
                    1/φ for n = m → ∞",
        domain: "every n >= 2, m >= 1, p and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("sign of the slope in rationals", certificate::maximum_likelihood::covariance_optimum).consequence(),
            recursion("minimum of the risk from all p⁴ raw second moments, by Brent's method", MINIMISER, || {
                let case = |(p, n, m): (usize, u64, u64)| {
                    let sigma = DMatrix::identity(p, p);
                    let found = minimise(&|w| biased::risks(&sigma, n, m, &w, 200)[200].1, (0.2, 1.0)).at;
                    let law = standard(p, n, m).optimal_weight_of_covariance();
                    (format!("p = {p}, n = {n}, m = {m}"), law.unwrap_or(f64::NAN), found)
                };
                [(1, 100, 100), (2, 100, 100), (1, 10, 5), (2, 30, 90), (3, 40, 20)].map(case).to_vec()
            })
            .by("tables of raw moments", &["biased::risks"]),
            property(
                "no other weight has less risk; 1/φ of many rows",
                "(p, n, m, w)",
                || (1..6usize, 2..10_000u64, 1..10_000u64, weights()),
                |&(p, n, m, w)| {
                    let law = standard(p, n, m);
                    let best = law.optimal_weight_of_covariance().map_or(f64::INFINITY, |w| law.limit(&w).covariance);
                    let many = standard(p, 1_000_000_000, 1_000_000_000).optimal_weight_of_covariance();
                    error(many.unwrap_or(f64::NAN), 0.618_033_988_749_895, 1e-7)
                        .max(holds(law.limit(&w).covariance >= best * (1.0 - 10.0 * IDENTITY)))
                },
            )
            .consequence(),
            optimum("minimiser of the simulated risk", 192 * 118, 0.02, vec![case(2, 60, 60)]),
            score("slope at w*", 1024 * 64, 0.02, SMOOTH, vec![case(1, 40, 40), case(3, 10, 10)]),
        ],
    }
}
