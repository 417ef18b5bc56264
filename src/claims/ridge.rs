//! Ridge regression and the fit of minimum norm on one fixed design.

use goldenweight_recursion::models::fixed_design::LinearFixedDesign;
use goldenweight_theory::ridge::Ridge;
use goldenweight_theory::weights::optimal_weight;
use nalgebra::{DMatrix, DVector};

use super::check::{Case, Cell, exact, proof, property, recursion, simulation};
use super::domain::{IDENTITY, MINIMISER, RECURSION, error, holds, mixing_ratios, ratio, weight};
use super::{Claim, Exactness, Source, certificate, smoothed};
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::simulate::Setting;
use crate::simulate::engine::Record;

pub fn claims() -> Vec<Claim> {
    vec![law()]
}

/// Variance of the labels' noise.
pub(super) const NOISE: f64 = 1.5;

/// Penalty of the simulated ridge regression.
pub(super) const PENALTY: f64 = 0.25;

/// Three rows of five columns, each of 1 and -1: X X' is 5 on the diagonal and 1 beside it.
pub(super) fn design() -> DMatrix<f64> {
    let signs = [1, 1, 1, 1, 1, 1, 1, 1, -1, -1, 1, -1, 1, 1, -1];
    DMatrix::from_row_slice(3, 5, &signs.map(f64::from))
}

/// The coefficients.
pub(super) fn beta() -> DVector<f64> {
    DVector::from_row_slice(&[1.0, -0.5, 0.3, 0.8, -0.2])
}

/// The law on that design.
fn ridge(penalty: f64) -> Ridge<f64> {
    let (x, beta) = (design(), beta());
    let n = x.nrows() as f64;
    let eigen = (x.transpose() * &x / n).symmetric_eigen();
    let in_basis = eigen.eigenvectors.transpose() * beta;
    // What rounding leaves of the eigenvalue 0 is seen by no row.
    let seen = |s: f64| if s > 1e-9 { s } else { 0.0 };
    let directions = eigen.eigenvalues.iter().zip(&in_basis).map(|(s, b)| (seen(*s), b * b)).collect();
    Ridge { noise: NOISE / n, penalty, ratio: 1.0, directions }
}

/// A law of three directions, and of each direction what [`smoothed::shrunken_limit`] takes.
fn three_directions(k: f64, penalty: f64) -> (Ridge<f64>, Vec<[f64; 3]>) {
    let directions = vec![(0.4, 1.0), (2.5, 0.3), (1.0, 2.0)];
    let shrunk = |(s, b2): &(f64, f64)| [s / (s + penalty), *b2, 0.2 * s / ((s + penalty) * (s + penalty))];
    let shrunk = directions.iter().map(shrunk).collect();
    (Ridge { noise: 0.2, penalty, ratio: k, directions }, shrunk)
}

fn law() -> Claim {
    let rows = Rows { real: 3, synthetic: 3 };
    let case = |name: &'static str, penalty: f64, w: f64, t: u32| {
        let model = if penalty > 0.0 {
            LinearFixedDesign::ridge(design(), beta(), NOISE, penalty)
        } else {
            LinearFixedDesign::minimum_norm(design(), beta(), NOISE)
        };
        let cell = Cell::new(rows, 5, w, Record::At(vec![t])).named(name);
        let expected = ridge(penalty).risk_at(weight(w), t);
        Case::new(cell, Setting::of(model.expect("rows that are independent"), rows), 0, expected)
    };
    Claim {
        id: "ridge-law",
        statement: "on one fixed design, labels mixed, ridge regression with the penalty λ shrinks each direction of X'X/n by s/(s + λ) in every generation: its limit has the bias of the \
                    penalty λ/w and the variance σ²(w² + k u²)/n Σ s/((w s + λ)((2 − w) s + λ)). The fit of minimum norm, λ → 0, has the golden weight in every direction that the rows see, \
                    and where λ > 0 the bias moves the best weight up, the variance down towards pooling",
        domain: "every design, also with more columns than rows; λ >= 0, t, w; the limit w > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("ridge-law"),
            exact("noises and labels followed in rationals", certificate::ridge::law).by(
                "noises of all labels followed, and labels without noise",
                &["moments::labels_risk", "smoothed::labels_bias"],
            ),
            recursion("limits, as sums over the generations", RECURSION, || {
                let case = |(k, penalty, w): (f64, f64, f64)| {
                    let (law, shrunk) = three_directions(k, penalty);
                    let unbiased: Vec<_> = shrunk.iter().map(|&[a, _, g]| [a, 0.0, g]).collect();
                    let variance = smoothed::shrunken_limit(k, w, &unbiased);
                    let [found, lost] = law.limit_parts(weight(w));
                    let place = |what: &str| format!("{what}, k = {k}, λ = {penalty}, w = {w}");
                    [
                        (place("variance"), found, variance),
                        (place("risk"), found + lost, smoothed::shrunken_limit(k, w, &shrunk)),
                    ]
                };
                [(1.0, 0.0, 0.3), (1.0, 0.05, 0.618), (0.3, 0.2, 0.1), (4.0, 1.0, 0.9), (0.7, 0.02, 1.0)]
                    .into_iter()
                    .flat_map(case)
                    .collect()
            })
            .by("sums over the generations", &["smoothed::shrunken_limit"]),
            recursion("best weights by Brent's method, from sums over the generations", MINIMISER, || {
                let case = |(k, penalty): (f64, f64)| {
                    let (law, shrunk) = three_directions(k, penalty);
                    let found = minimise(&|w| smoothed::shrunken_limit(k, w, &shrunk), (0.05, 0.999)).at;
                    (format!("k = {k}, λ = {penalty}"), law.optimal_weight(), found)
                };
                [(1.0, 0.0), (0.3, 0.0), (1.0, 0.01), (1.0, 0.05), (0.3, 0.02), (4.0, 0.05)].map(case).into()
            })
            .by("sums over the generations", &["smoothed::shrunken_limit"]),
            property(
                "w*(k) without a penalty; with one the variance is least between pooling and w*(k), and the bias moves it up",
                "(k, s, λ)",
                || (mixing_ratios(), 0.01..10.0f64, 1e-3..1.0f64),
                |&(k, s, penalty)| {
                    let law = Ridge { noise: 0.2, penalty: 0.0, ratio: k, directions: vec![(s, 1.0), (0.0, 1.0)] };
                    let golden = optimal_weight(&ratio(k));
                    let unbiased = Ridge { penalty, directions: vec![(s, 0.0)], ..law.clone() }.optimal_weight();
                    error(law.optimal_weight(), golden, 100.0 * IDENTITY)
                        .max(holds(unbiased <= golden * (1.0 + IDENTITY) && unbiased >= k / (1.0 + k) * (1.0 - IDENTITY)))
                        .max(holds(Ridge { penalty, ..law }.optimal_weight() >= unbiased * (1.0 - IDENTITY)))
                },
            )
            .consequence(),
            simulation(
                "minimum norm and ridge, three rows and five columns",
                430_000,
                0.02,
                vec![case("minimum norm", 0.0, 0.5, 4), case("ridge", PENALTY, 0.4, 5)],
            ),
        ],
    }
}
