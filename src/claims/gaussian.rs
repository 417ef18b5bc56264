//! The Gaussian model: mean, variance and covariance.

use goldenweight_theory::covariance::{CovarianceSystem, threshold};
use goldenweight_theory::gaussian as theory;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes};
use nalgebra::DMatrix;
use proptest::prelude::any;

use super::check::{Case, Cell, curvature, exact, optimum, proof, property, recursion, score, simulation};
use super::domain::{IDENTITY, MINIMISER, RECURSION, SMOOTH, error, holds, weight, weights};
use super::predicted::{self, Predicted};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::catalogue;
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::prediction::Law;
use crate::simulate::dispatch::SimulatorKind::{Rows as ByRows, Sufficient};
use crate::simulate::engine::{BLOCK, Record};
use crate::simulate::gaussian::{GaussianRows, GaussianSufficient};

/// Indices of the losses that a Gaussian chain records.
const MEAN: usize = 0;
const COVARIANCE: usize = 1;

pub fn claims() -> Vec<Claim> {
    vec![mean_law(), variance_law(), covariance_law(), covariance_threshold(), covariance_optimum()]
}

/// A covariance with unequal variances and correlations. tr Sigma, tr Sigma^2 and p are different numbers, so that a formula with the wrong one fails.
fn correlated() -> DMatrix<f64> {
    DMatrix::from_row_slice(3, 3, &[2.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 0.5])
}

fn degrees(real: usize, synthetic: usize) -> DegreesOfFreedom {
    SampleSizes::new(real as u64, synthetic as u64).and_then(DegreesOfFreedom::new).expect("at least 2")
}

fn system(sigma: &DMatrix<f64>, real: usize, synthetic: usize) -> CovarianceSystem<f64> {
    CovarianceSystem::new((sigma * sigma).trace(), sigma.trace().powi(2), degrees(real, synthetic))
}

/// Places (n, m, w, t) at which laws are compared with recursions: unequal sizes, w = 0 and 1, several generations.
const PLACES: [(usize, usize, f64, u32); 8] = [
    (5, 9, 0.618, 1),
    (9, 5, 0.3, 2),
    (8, 4, 0.5, 10),
    (31, 47, 0.618, 5),
    (31, 47, 0.2, 40),
    (100, 100, 0.0, 20),
    (100, 20, 0.9, 3),
    (50, 60, 1.0, 7),
];

/// Simulations of one loss at the places (n, m, w, t). Samples are drawn row by row, or as their sufficient statistics (mean and covariance).
fn cases(loss: usize, sigma: &DMatrix<f64>, places: &[(usize, usize, f64, u32)], by_rows: bool) -> Vec<Case> {
    let case = |&(real, synthetic, w, t): &(usize, usize, f64, u32)| {
        let rows = Rows { real, synthetic };
        let law = if loss == MEAN { Law::gaussian_mean(sigma, rows) } else { Law::gaussian_covariance(sigma, rows) };
        let expected = law.expect("valid sizes").risk_at(weight(w), t);
        let cell = Cell::new(rows, sigma.nrows(), w, Record::At(vec![t]));
        if by_rows {
            Case::new(cell, GaussianRows::new(sigma.clone(), rows), loss, expected)
        } else {
            Case::new(cell, GaussianSufficient::new(sigma.clone(), rows), loss, expected)
        }
    };
    places.iter().map(case).collect()
}

/// The covariance's law at p = 5. 5 and 4 rows give singular covariances, of rank 4 and 3; the other sizes give regular ones.
fn singular() -> Vec<Case> {
    let sigma = DMatrix::from_fn(5, 5, |i, j| libm::pow(0.5, i.abs_diff(j) as f64));
    let case = |place, by_rows, share| {
        cases(COVARIANCE, &sigma, &[place], by_rows).into_iter().map(move |case| case.with_share(share))
    };
    let few = case((5, 4, 0.6, 1), false, 1.0).chain(case((9, 4, 0.6, 1), true, 0.9));
    few.chain(case((30, 40, 0.6, 2), true, 0.17)).collect()
}

/// Blocks of chains. Their loss varies mostly with the fresh real rows (w = .7), or mostly with the synthetic rows and the generation before (w = .2).
fn blocks() -> Vec<Case> {
    let (rows, sigma) = (Rows { real: 5, synthetic: 4 }, DMatrix::identity(2, 2));
    let case = |w| {
        let risk = Law::gaussian_mean(&sigma, rows).expect("valid sizes").risk_at(weight(w), 1);
        let cell = Cell::new(rows, 2, w, Record::At(vec![1])).named("blocks of 64");
        Case::of_blocks(cell, GaussianRows::new(sigma.clone(), rows), MEAN, risk)
    };
    vec![case(0.7), case(0.2)]
}

/// The mean of rows N(., I), where A_r = A_s = tr I = p.
fn means() -> Vec<Predicted> {
    let problem =
        |sizes, p: u64| Predicted::by_recursion(&catalogue::GAUSSIAN_MEAN, sizes, Some(p), true, (p as f64, 0.0));
    vec![problem([31, 47], 3), problem([80, 20], 2), problem([8, 600], 1), problem([600, 20], 4)]
}

/// The covariance of rows N(., I), from the table of all its second moments.
fn covariances() -> Vec<Predicted> {
    let problem = |[n, m]: [u64; 2], p: u64| {
        let sigma = DMatrix::identity(p as usize, p as usize);
        let path = move |weights: &[f64]| moments::covariance_path(&sigma, n, m, weights);
        Predicted::new(&catalogue::GAUSSIAN_COVARIANCE, [n, m], Some(p), true, path).losing(1.0)
    };
    // At n = 8, m = 600 the optimal weight is below w_c(8). It may be: the risk is bounded above w_c(m), whatever n is.
    vec![problem([70, 60], 3), problem([100, 50], 1), problem([8, 600], 2), problem([600, 52], 1)]
}

fn mean_law() -> Claim {
    let places = [(8, 4, 0.5, 3), (31, 47, 0.3, 4), (20, 80, 0.0, 3)];
    Claim {
        id: "gaussian-mean-law",
        statement: "the risk of the mean obeys the recursion with A = tr Σ, ν_n = n, ν_m = m and ρ = 1; the covariance is re-estimated too",
        domain: "every n, m >= 2, t, w and Σ",
        source: Source::Paper,
        exactness: Exactness::Exact,
        checks: vec![
            exact("sampling law in rationals", certificate::sampling::gaussian_mean)
                .by("the covariance matrix of the mean", &["moments::mean_risk"]),
            recursion("covariance matrix of the mean, generation by generation", RECURSION, || {
                let sigma = correlated();
                let case = |(n, m, w, t): (usize, usize, f64, u32)| {
                    let law = Law::gaussian_mean(&sigma, Rows { real: n, synthetic: m }).expect("valid sizes");
                    let stepped = moments::mean_risk(&sigma, n as u64, m as u64, &w, t)[t as usize];
                    (format!("n = {n}, m = {m}, w = {w}, t = {t}"), law.risk_at(weight(w), t), stepped)
                };
                PLACES.map(case).to_vec()
            })
            .by("the covariance matrix of the mean", &["moments::mean_risk"]),
            simulation("independence: variance between blocks over that within", 20_000 * BLOCK, 0.095, blocks())
                .of("variance ratio")
                .coarse(f64::INFINITY),
            predicted::risks(means).consequence(),
            predicted::optima(means).consequence(),
            predicted::simulated(
                0.5,
                &[(&catalogue::GAUSSIAN_MEAN, 3, ByRows), (&catalogue::GAUSSIAN_MEAN, 2, Sufficient)],
            ),
            simulation("by sufficient statistics", 1_600_000, 0.02, cases(MEAN, &correlated(), &places, false)),
            simulation("by rows", 520_000, 0.025, cases(MEAN, &correlated(), &places[..2], true)),
        ],
    }
}

fn variance_law() -> Claim {
    let simulated = |real, synthetic, w, t| {
        let rows = Rows { real, synthetic };
        let simulator = GaussianSufficient::new(DMatrix::from_element(1, 1, 1.7), rows);
        let expected = theory::variance(1.7, degrees(real, synthetic)).risk_at(&w, t);
        Case::new(Cell::new(rows, 1, w, Record::At(vec![t])), simulator, COVARIANCE, expected)
    };
    Claim {
        id: "gaussian-variance-law",
        statement: "the risk of σ² (p = 1) obeys the recursion with A = 2σ⁴, ν_n = n − 1, ν_m = m − 1 and ρ = (m + 1)/(m − 1)",
        domain: "every n, m >= 2, t, w and σ²",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("gaussian-variance-law"),
            exact("sampling law in rationals", certificate::sampling::gaussian_variance)
                .by("the table of second moments", &["moments::weighted_moments"]),
            recursion("fourth moments, generation by generation", RECURSION, || {
                let variance = DMatrix::from_element(1, 1, 1.7);
                let case = |(n, m, w, t): (usize, usize, f64, u32)| {
                    let law = theory::variance(1.7, degrees(n, m));
                    let stepped = moments::covariance_risk(&variance, n as u64, m as u64, w, t)[t as usize];
                    (format!("n = {n}, m = {m}, w = {w}, t = {t}"), law.risk_at(&w, t), stepped)
                };
                PLACES.map(case).to_vec()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            property(
                "the covariance's law at p = 1",
                "(n, m, w, t)",
                || (2..200usize, 2..200usize, weights(), 0..50u32),
                |&(n, m, w, t)| {
                    let scalar = theory::variance(1.7, degrees(n, m)).risk_at(&w, t);
                    let system = system(&DMatrix::from_element(1, 1, 1.7), n, m).moments_at(&w, t);
                    error(system.risk, scalar, 50.0 * IDENTITY).max(error(
                        system.trace_variance,
                        scalar,
                        200.0 * IDENTITY,
                    ))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                7_200_000,
                0.02,
                vec![simulated(12, 9, 0.5, 2), simulated(9, 20, 0.7, 4).with_share(0.56)],
            ),
        ],
    }
}

fn covariance_law() -> Claim {
    let places = [(12, 20, 0.6, 2), (31, 47, 0.4, 3), (40, 30, 0.8, 2)];
    Claim {
        id: "gaussian-covariance-law",
        statement: "the covariance's risk V_t = E|Σ_t − Σ|² obeys a linear recursion together with U_t = Var tr Σ_t",
        domain: "every n, m >= 2, t, w, p and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("gaussian-covariance-law"),
            exact("system, in symbols", certificate::covariance::system).consequence(),
            exact("sampling law in rationals", certificate::sampling::gaussian_covariance)
                .by("the table of second moments", &["moments::weighted_moments"]),
            recursion("all p⁴ second moments, generation by generation", RECURSION, || {
                let shapes = [correlated(), DMatrix::identity(2, 2), DMatrix::from_element(1, 1, 0.4)];
                let places = shapes.iter().flat_map(|sigma| PLACES.map(|place| (sigma, place)));
                let cases = |(sigma, (n, m, w, t)): (&DMatrix<f64>, (usize, usize, f64, u32))| {
                    let (risk, trace_variance) =
                        moments::covariance_moments(sigma, n as u64, m as u64, &w, t)[t as usize];
                    let place = format!("p = {}, n = {n}, m = {m}, w = {w}, t = {t}", sigma.nrows());
                    let law = system(sigma, n, m).moments_at(&w, t);
                    [
                        (format!("V, {place}"), law.risk, risk),
                        (format!("U, {place}"), law.trace_variance, trace_variance),
                    ]
                };
                places.flat_map(cases).collect()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            recursion("all p⁴ second moments, until they stand still", RECURSION, || {
                let cases = |(n, m, w): (usize, usize, f64)| {
                    let (risk, trace_variance) =
                        moments::covariance_moments(&correlated(), n as u64, m as u64, &w, 1_000)[1_000];
                    let law = system(&correlated(), n, m).limit(&w);
                    let place = format!("n = {n}, m = {m}, w = {w}");
                    [
                        (format!("V, {place}"), law.risk, risk),
                        (format!("U, {place}"), law.trace_variance, trace_variance),
                    ]
                };
                [(31, 47, 0.3), (12, 20, 0.618), (9, 6, 0.9)].into_iter().flat_map(cases).collect()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            property(
                "closed form against its own step",
                "(n, m, w, t)",
                || (2..80usize, 2..80usize, weights(), 0..60u32),
                |&(n, m, w, t)| {
                    let system = system(&correlated(), n, m);
                    let stepped = (0..t).fold(system.start(), |moments, _| system.step(&w, &moments));
                    let law = system.moments_at(&w, t);
                    // U is a difference of two terms, the modes of the system. That makes its relative error (1 + 2p)/3 times as large.
                    error(law.risk, stepped.risk, 100.0 * IDENTITY).max(error(
                        law.trace_variance,
                        stepped.trace_variance,
                        300.0 * IDENTITY,
                    ))
                },
            )
            .consequence(),
            predicted::risks(covariances).by("the table of second moments", &["moments::weighted_moments"]),
            predicted::optima(covariances).by("the table of second moments", &["moments::weighted_moments"]),
            predicted::simulated(
                0.5,
                &[(&catalogue::GAUSSIAN_COVARIANCE, 2, ByRows), (&catalogue::GAUSSIAN_COVARIANCE, 3, Sufficient)],
            ),
            simulation("by sufficient statistics", 1_500_000, 0.02, cases(COVARIANCE, &correlated(), &places, false)),
            simulation("p = 5, also from fewer rows", 2_900_000, 0.02, singular()),
            simulation("by rows", 1_500_000, 0.02, cases(COVARIANCE, &correlated(), &places[..2], true)),
        ],
    }
}

fn covariance_threshold() -> Claim {
    Claim {
        id: "covariance-threshold",
        statement: "the covariance's risk is bounded if and only if w > w_c(m) = 1 − √((m − 1)/(m + 1)): a small positive weight does not \
                    prevent collapse (not simulated: near w_c the loss has infinite variance)",
        domain: "every m >= 2, n, p and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("covariance-threshold"),
            exact("sign of the eigenvalue, in rationals", certificate::covariance::critical_weight).consequence(),
            recursion("growth of the p⁴ second moments at w_c", 1e-9, || {
                // At w_c the risk has a part that grows by equal steps, and one that shrinks by a factor below 1 - 1/m in each generation. Once that is gone, all
                // steps are equal.
                let case = |m: u64| {
                    let w = threshold(m - 1);
                    let risks = moments::covariance_risk(&DMatrix::identity(2, 2), 20, m, w, 3_000);
                    let ratio = (risks[3_000] - risks[2_999]) / (risks[2_900] - risks[2_899]);
                    (format!("m = {m}"), ratio, 1.0)
                };
                [2, 5, 10, 30, 100].map(case).to_vec()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            property(
                "divergent exactly up to w_c",
                "(m, n, log10 of the distance to w_c, above w_c)",
                || (2..5_000usize, 2..100usize, -9.0..0.0f64, any::<bool>()),
                |&(m, n, distance, above)| {
                    let system = system(&correlated(), n, m);
                    let critical = threshold(m as u64 - 1);
                    let (u, distance) = (1.0 - critical, libm::pow(10.0, distance));
                    let w = critical * if above { 1.0 + distance } else { 1.0 - distance };
                    error(u * u * (m as f64 + 1.0), m as f64 - 1.0, IDENTITY)
                        .max(holds(system.diverges(weight(w)) != above))
                        .max(holds(system.limit_risk(weight(w)).is_finite() == above))
                },
            )
            .consequence(),
        ],
    }
}

fn covariance_optimum() -> Claim {
    let case = |p: usize, real, synthetic| {
        let sigma = DMatrix::identity(p, p);
        let expected = system(&sigma, real, synthetic).optimal_weight();
        let rows = Rows { real, synthetic };
        let cell = Cell::minimised(rows, p, Record::Average { from: 20, until: 60 });
        let law = system(&sigma, real, synthetic);
        Case::new(cell, GaussianSufficient::new(sigma, rows), COVARIANCE, expected)
            .with_curve(move |w| law.limit(&w).risk)
    };
    Claim {
        id: "covariance-optimum",
        statement: "the weight that minimises the covariance's limit risk is near the golden weight, but not equal to it: .6198 at n = m = 100, p = 2, Σ = I",
        domain: "every n, m >= 2",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("slope in rationals, branch and bound", certificate::covariance::optimum).consequence(),
            recursion("minimum of the risk from all p⁴ second moments, by Brent's method", MINIMISER, || {
                let case = |(p, n, m): (usize, usize, usize)| {
                    let sigma = DMatrix::identity(p, p);
                    let risk = |w: f64| moments::covariance_risk(&sigma, n as u64, m as u64, w, 300)[300];
                    let place = format!("p = {p}, n = {n}, m = {m}");
                    (place, system(&sigma, n, m).optimal_weight(), minimise(&|w| risk(w), (0.2, 1.0)).at)
                };
                [(2, 100, 100), (1, 30, 30), (3, 50, 20), (2, 20, 60)].map(case).to_vec()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            property(
                "no other weight has less risk",
                "(n, m, w)",
                || (3..300usize, 3..300usize, weights()),
                |&(n, m, w)| {
                    let system = system(&DMatrix::identity(2, 2), n, m);
                    holds(system.limit_risk(weight(w)) >= system.optimal_risk() * (1.0 - 10.0 * IDENTITY))
                },
            )
            .consequence(),
            optimum(
                "minimiser of the simulated risk",
                192 * 108,
                0.02,
                vec![case(2, 100, 100), case(2, 30, 20).with_share(0.37)],
            ),
            score("slope at w*", 1024 * 64, 0.008, SMOOTH, vec![case(2, 100, 100), case(2, 30, 20)]),
            curvature("curvature at w*", 1024 * 64, 0.02, 0.1, vec![case(2, 100, 100)]),
        ],
    }
}
