//! Linear regression.

use goldenweight_theory::linear as theory;
use goldenweight_theory::parameters::SampleSizes;
use nalgebra::{DMatrix, DVector};

use super::check::{Case, Cell, exact, ladder, optimum_ladder, property, recursion, score_ladder, simulation};
use super::domain::{IDENTITY, QUADRATURE, RECURSION, SMOOTH, error, weight, weights};
use super::predicted;
use super::regression::Fitted;
use super::{Claim, Exactness, Source, certificate, moments};
use crate::catalogue;
use crate::experiment::{Generations, Parameters, Problem, Rows};
use crate::prediction::Prediction;
use crate::simulate::dispatch::SimulatorKind::{Rows as ByRows, Sufficient};
use crate::simulate::engine::Record;
use crate::simulate::fixed_design::LinearFixedDesign;
use crate::simulate::linear::{LinearRows, LinearSufficient};

pub fn claims() -> Vec<Claim> {
    vec![fixed_design(), limit(), synthetic_only()]
}

/// Seven rows of an intercept, a trend and a curve: no symmetry, full rank.
fn design() -> DMatrix<f64> {
    DMatrix::from_fn(7, 3, |i, j| [1.0, i as f64 - 2.0, (i * i) as f64 / 10.0][j])
}

/// tr (X'X)^-1 of the design.
fn trace_inverse_gram() -> f64 {
    (design().transpose() * design()).try_inverse().expect("full rank").trace()
}

const NOISE: f64 = 0.49;

fn fixed_design() -> Claim {
    let case = |w: f64, t: u32| {
        let expected = theory::fixed_design_law(NOISE, trace_inverse_gram()).risk_at(&w, t);
        let simulator = LinearFixedDesign::new(design(), DVector::from_row_slice(&[1.0, -0.5, 2.0]), NOISE);
        let rows = Rows { real: design().nrows(), synthetic: design().nrows() };
        Case::new(Cell::new(rows, 3, w, Record::At(vec![t])), simulator.expect("full rank"), 0, expected)
    };
    Claim {
        id: "linear-fixed-design",
        statement: "on one fixed design with mixed labels the risk obeys the recursion with A/ν = σ² tr (X'X)⁻¹ and ρ = 1 (k = 1)",
        domain: "every X of full rank, t, w",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("hat matrix in rationals", certificate::sampling::fixed_design),
            recursion("covariance matrix of the coefficients, generation by generation", RECURSION, || {
                let x = design();
                let map = (x.transpose() * &x).try_inverse().expect("full rank") * x.transpose();
                let fresh = &map * map.transpose() * NOISE;
                let case = |w: f64, t: u32| {
                    let u = 1.0 - w;
                    // What synthetic labels add: their noise, and the last coefficients through the hat matrix.
                    let passed = |c: &DMatrix<f64>| &map * (&x * c * x.transpose()) * map.transpose();
                    let step = |c: DMatrix<f64>, _| &fresh * (w * w) + (&fresh + passed(&c)) * (u * u);
                    let last = (0..t).fold(fresh.clone(), step);
                    let law = theory::fixed_design_law(NOISE, trace_inverse_gram());
                    (format!("w = {w}, t = {t}"), law.risk_at(&w, t), last.trace())
                };
                vec![case(0.0, 5), case(0.3, 1), case(0.5, 4), case(0.618, 30), case(1.0, 3)]
            }),
            simulation("by rows", 800_000, 0.02, vec![case(0.5, 3), case(0.3, 6), case(0.0, 2)]),
        ],
    }
}

fn limit() -> Claim {
    let beta = DVector::from_row_slice(&[1.0, -0.5, 2.0]);
    let record = Record::Average { from: 12, until: 42 };
    // The transient u^{2t} at t = 12 is below 1e-5 at w = .39 and above.
    let rung = |n: usize, synthetic: usize, w: Option<f64>| {
        let law = theory::limit_law(NOISE, 3, SampleSizes::new(n as u64, synthetic as u64).expect("positive"));
        let rows = Rows { real: n, synthetic };
        let simulator = LinearSufficient::new(&beta, NOISE, rows);
        match w {
            Some(w) => Case::new(Cell::new(rows, 3, w, record.clone()), simulator, 0, law.limit_risk(weight(w))),
            None => Case::new(Cell::minimised(rows, 3, record.clone()), simulator, 0, law.optimal_weight())
                .with_curve(move |w| law.limit_risk(weight(w))),
        }
    };
    let sizes = [50, 100, 200, 400, 800];
    let ladder_at = |w, numerator, denominator| sizes.map(|n| rung(n, n * denominator / numerator, Some(w))).into();
    let slopes = |numerator, denominator| sizes.map(|n| rung(n, n * denominator / numerator, None)).into();
    let by_rows = [40, 80, 160, 320].map(|real| {
        let rows = Rows { real, synthetic: real / 2 };
        let law = theory::limit_law(NOISE, 3, SampleSizes::new(real as u64, rows.synthetic as u64).expect("positive"));
        let cell = Cell::new(rows, 3, 0.5, Record::Average { from: 9, until: 19 });
        Case::new(cell, LinearRows::new(&beta, NOISE, rows), 0, law.limit_risk(weight(0.5)))
    });
    Claim {
        id: "linear-limit",
        statement: "random design: n times the risk of weighted least squares tends to the recursion's with A = σ²p and ρ = 1",
        domain: "n → ∞ at fixed k, w, p",
        source: Source::Paper,
        exactness: Exactness::Limit,
        checks: vec![
            exact("first-order law in rationals", certificate::sampling::estimating_equations),
            predicted::risks(|| Fitted::Linear.predicted()),
            predicted::optima(|| Fitted::Linear.predicted()),
            ladder("k = 1, w = .618", 20_000, 0.02, 2, ladder_at(0.618, 1, 1)),
            ladder("k = 1/4, w = .39", 20_000, 0.025, 2, ladder_at(0.39, 1, 4)),
            ladder("k = 2, w = .73", 20_000, 0.02, 2, ladder_at(0.73, 2, 1)),
            // From n = 200: m = 50.
            ladder("k = 4, w = .83", 20_000, 0.02, 2, [200, 400, 800, 1600].map(|n| rung(n, n / 4, Some(0.83))).into()),
            ladder("by rows, k = 2, w = .5", 14_000, 0.07, 2, by_rows.into()),
            Fitted::Linear.referred(),
            optimum_ladder("minimisers at k = 1", 192 * 40, 0.015, 1, sizes.map(|n| rung(n, n, None)).into()),
            score_ladder("slopes at w*, k = 1", 1024 * 32, 0.02, SMOOTH, 2, slopes(1, 1)),
            score_ladder("slopes at w*, k = 1/4", 1024 * 32, 0.03, SMOOTH, 2, slopes(1, 4)),
            property(
                "A in units of σ² is p, whatever p",
                "(p, n, m, w)",
                || (1..50u32, 1..10_000u64, 1..10_000u64, weights()),
                |&(p, n, m, w)| {
                    let law = theory::limit_law(2.5, p, SampleSizes::new(n, m).expect("positive"));
                    let (n, m, u) = (n as f64, m as f64, 1.0 - w);
                    let limit = 2.5 * f64::from(p) * (w * w / n + u * u / m) / (w * (2.0 - w));
                    error(law.limit_risk(weight(w)), limit, 10.0 * IDENTITY)
                },
            ),
        ],
    }
}

fn synthetic_only() -> Claim {
    let case = |real, synthetic, t, by_rows: bool| {
        let beta = DVector::from_element(2, 1.0);
        let sizes = SampleSizes::new(real as u64, synthetic as u64).expect("positive");
        let expected = theory::synthetic_risk(NOISE, 2, sizes, 1.0, t).expect("m > p + 1");
        let rows = Rows { real, synthetic };
        let cell = Cell::new(rows, 2, 0.0, Record::At(vec![t]));
        if by_rows {
            Case::new(cell, LinearRows::new(&beta, NOISE, rows), 0, expected)
        } else {
            Case::new(cell, LinearSufficient::new(&beta, NOISE, rows), 0, expected)
        }
    };
    Claim {
        id: "linear-synthetic-only",
        statement: "at w = 0 each generation of linear regression on Gaussian rows adds exactly σ²p/(m − p − 1)",
        domain: "m > p + 1, n > p + 1, every t",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("gamma functions in rationals", certificate::collapse::linear),
            recursion("E tr (X'X)⁻¹ by quadrature of 1/χ²", QUADRATURE, || {
                // Each diagonal entry of (X'X)^-1 is the inverse of a chi-squared variable with m - p + 1 degrees of freedom: the squared
                // length of a column's part orthogonal to the other columns.
                let case = |(p, m): (u32, u64)| {
                    let degrees = m as f64 - f64::from(p) + 1.0;
                    let expected = NOISE * f64::from(p) * moments::chi_squared_mean(degrees, |x| 1.0 / x);
                    let slope: f64 = theory::synthetic_slope(NOISE, p, m).expect("m > p + 1");
                    (format!("p = {p}, m = {m}"), slope, expected)
                };
                [(1, 5), (2, 8), (4, 100), (7, 20)].map(case).to_vec()
            }),
            recursion("the program's predictions at w = 0", QUADRATURE, || {
                let problem =
                    Problem::new(&catalogue::LINEAR, 30, 20, &Parameters::of_dim(Some(3))).expect("a valid problem");
                let prediction = Prediction::fresh(&problem);
                let [start, slope] = [30.0, 20.0].map(|rows| 3.0 * moments::chi_squared_mean(rows - 2.0, |x| 1.0 / x));
                let at = |place: &str, generations, expected| {
                    (place.to_owned(), prediction.risk(weight(0.0), generations), expected)
                };
                vec![
                    at("t = 0", Generations::At(0), start),
                    at("t = 7", Generations::At(7), start + 7.0 * slope),
                    at("t = 3..8", Generations::Average { from: 3, until: 9 }, start + 5.5 * slope),
                    at("limit", Generations::Limit, f64::INFINITY),
                    ("fresh rows alone".to_owned(), prediction.fresh_only_risk(weight(0.0)), start),
                    ("exact".to_owned(), f64::from(u8::from(prediction.exact(weight(0.0)))), 1.0),
                ]
            }),
            simulation(
                "by sufficient statistics",
                1_200_000,
                0.015,
                vec![case(30, 20, 4, false), case(15, 40, 3, false)],
            ),
            simulation("by rows", 400_000, 0.025, vec![case(30, 20, 4, true)]),
            predicted::simulated(0.0, &[(&catalogue::LINEAR, 3, ByRows), (&catalogue::LINEAR, 2, Sufficient)]),
        ],
    }
}
