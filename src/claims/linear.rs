//! Linear regression.

use goldenweight_recursion::coordinates::Coordinates;
use goldenweight_recursion::models::linear::{EveryRow, Linear};
use goldenweight_theory::linear as theory;
use goldenweight_theory::parameters::{SampleSizes, Weight};
use goldenweight_theory::random_design::{RandomDesign, pooled, second_order as theory_second_order};
use nalgebra::{DMatrix, DVector};

use super::check::{Case, Cell, exact, ladder, optimum, property, recursion, score, simulation};
use super::domain::{IDENTITY, MINIMISER, QUADRATURE, RECURSION, SMOOTH, error, holds, weight, weights};
use super::predicted::{self, Predicted};
use super::regression::Fitted;
use super::{Claim, Exactness, Source, certificate, moments};
use crate::catalogue;
use crate::experiment::{Generations, Parameters, Problem, Rows};
use crate::optimum::minimise;
use crate::prediction::Prediction;
use crate::simulate::Setting;
use crate::simulate::dispatch::SimulatorKind::{Rows as ByRows, Sufficient};
use crate::simulate::engine::Record;
use crate::simulate::fixed_design::LinearFixedDesign;
use crate::simulate::linear::{LinearRows, LinearSufficient};

pub fn claims() -> Vec<Claim> {
    vec![fixed_design(), law(), pooling(), optimal(), second_order(), limit(), synthetic_only()]
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
        statement: "with one fixed design X and the labels w y + u ỹ, y real and ỹ synthetic, the risk obeys the recursion with A_r/ν_n = A_s/ν_m = σ² tr (X'X)⁻¹ and ρ = 1",
        domain: "every X of full rank, t, w",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("the noise of every label in rationals", certificate::sampling::fixed_design)
                .by("the noise of every label, followed", &["moments::labels_risk"]),
            recursion("the noise of every label, followed through all fits", RECURSION, || {
                let x = design();
                let map = (x.transpose() * &x).try_inverse().expect("full rank") * x.transpose();
                let case = |w: f64, t: u32| {
                    let followed = NOISE * moments::labels_risk(&x, &map, &w, t)[t as usize];
                    let law = theory::fixed_design_law(NOISE, trace_inverse_gram());
                    (format!("w = {w}, t = {t}"), law.risk_at(&w, t), followed)
                };
                vec![case(0.0, 5), case(0.3, 1), case(0.5, 4), case(0.618, 30), case(1.0, 3)]
            })
            .by("the noise of every label, followed", &["moments::labels_risk"]),
            simulation("by rows", 2_100_000, 0.02, vec![case(0.5, 3), case(0.3, 6), case(0.0, 2)]),
        ],
    }
}

/// The exact law on random rows x ~ N(0, I) at these sizes, with noise of variance [`NOISE`].
fn random(n: usize, m: usize, p: usize) -> RandomDesign {
    let sizes = SampleSizes::new(n as u64, m as u64).expect("positive");
    RandomDesign::new(NOISE * p as f64, p as u32, sizes).expect("n > p + 1")
}

/// Where chains are simulated: (n, m, p, w, t).
type Place = (usize, usize, usize, f64, u32);

fn simulated(&(real, synthetic, p, w, t): &Place, by_rows: bool) -> Case {
    let (rows, beta) = (Rows { real, synthetic }, DVector::from_element(p, 1.0));
    let cell = Cell::new(rows, p, w, Record::At(vec![t]));
    let expected = random(real, synthetic, p).risk_at(weight(w), t);
    if by_rows {
        Case::new(cell, LinearRows::new(&beta, NOISE, rows), 0, expected)
    } else {
        Case::new(cell, LinearSufficient::new(&beta, NOISE, rows), 0, expected)
    }
}

/// Rows x ~ N(0, Omega): variances 2 and 1/2 with a correlation, so that tr Omega^-1 is not p.
fn correlated() -> Case {
    let omega = DMatrix::from_row_slice(2, 2, &[2.0, 0.6, 0.6, 0.5]);
    let trace = omega.clone().try_inverse().expect("positive definite").trace();
    let rows = Rows { real: 16, synthetic: 9 };
    let sizes = SampleSizes::new(16, 9).expect("positive");
    let law = RandomDesign::new(NOISE * trace, 2, sizes).expect("n > p + 1");
    let model = Linear::<EveryRow>::new(2, NOISE).with_covariates(Coordinates::new(&omega).expect("positive definite"));
    let cell = Cell::new(rows, 2, 0.4, Record::At(vec![2])).named("correlated rows");
    Case::new(cell, Setting::of(model, rows), 0, law.risk_at(weight(0.4), 2))
}

/// Problems of one and two columns. Their risks come from integrals over the one eigenvalue, or over the pair of eigenvalues, of a random matrix.
fn columns() -> Vec<Predicted> {
    let problem = |[n, m]: [u64; 2], p: u32| {
        let path = move |weights: &[f64]| moments::design_path(p, n, m, weights);
        Predicted::new(&catalogue::LINEAR, [n, m], Some(p.into()), true, path).losing(f64::from(p) + 1.0)
    };
    vec![problem([100, 400], 1), problem([9, 30], 1), problem([30, 9], 1), problem([20, 12], 2)]
}

fn law() -> Claim {
    Claim {
        id: "linear-law",
        statement: "random design: the risk of weighted least squares is exactly e_t = Ag/p + ρe_{t−1}, A = σ² tr Ω⁻¹, where g and 1 − ρ are means of functions \
                    of a single eigenvalue x of a random matrix, which has the matrix-variate beta law B_p(m/2, n/2)",
        domain: "every n > p + 1, m >= 1 (m < p too), t, 0 < w <= 1, p, σ² and Ω",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("one column in intervals, rows of equal weight in rationals", certificate::random_design::floats)
                .consequence(),
            recursion("pairs of eigenvalues by quadrature", QUADRATURE, || {
                let case = |(p, n, m, w): (u32, u64, u64, f64)| {
                    let law =
                        RandomDesign::new(p.into(), p, SampleSizes::new(n, m).expect("positive")).expect("n > p + 1");
                    let found = law.generation(weight(w));
                    let (noise, passed) = moments::design_step(p, n, m, w);
                    let place = |what: &str| format!("{what}, p = {p}, n = {n}, m = {m}, w = {w}");
                    [
                        (place("g"), found.innovation, noise),
                        (place("rho"), found.contraction, passed),
                        (place("1 - rho"), found.gap, 1.0 - passed),
                    ]
                };
                let places = [
                    (1, 7, 12, 0.4),
                    (1, 40, 3, 0.1),
                    (2, 7, 12, 0.4),
                    (2, 8, 6, 0.7),
                    (2, 100, 100, 0.618),
                    (2, 60, 15, 0.3),
                    (2, 20, 300, 0.2),
                    (2, 5, 2, 0.5),
                ];
                places.into_iter().flat_map(case).collect()
            })
            .by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            predicted::risks(columns).by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            predicted::optima(columns).by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            property(
                "no quadrature is left unresolved; both ends; a small weight",
                "(p, n - p - 1, m, ln w/u)",
                || (1..25u32, 1..10_000u64, 1..10_000u64, -30.0..15.0f64),
                |&(p, extra, m, log_odds)| {
                    let n = u64::from(p) + 1 + extra;
                    let law = random(n as usize, m as usize, p as usize);
                    let w = weight(1.0 / (1.0 + libm::exp(-log_odds)));
                    let found = law.generation(w);
                    let alone = NOISE * f64::from(p) / extra as f64;
                    let slack = m as f64 - f64::from(p) - 1.0;
                    // As w -> 0 the risk tends to A/(2 w m).
                    let small = 1e-100;
                    let ends = error(law.limit_risk(Weight::ONE), alone, IDENTITY);
                    let ends = if slack > 0.0 {
                        ends.max(error(
                            law.limit_risk(weight(small)),
                            NOISE * f64::from(p) / (2.0 * small * m as f64),
                            QUADRATURE,
                        ))
                    } else {
                        ends
                    };
                    ends.max(holds(found.error < 1e-10 && (0.0..=1.0).contains(&found.contraction) && found.gap > 0.0))
                },
            )
            .consequence(),
            predicted::simulated(0.5, &[(&catalogue::LINEAR, 3, ByRows), (&catalogue::LINEAR, 2, Sufficient)]),
            simulation(
                "two columns",
                1_500_000,
                0.02,
                [(14, 10, 2, 0.7, 2), (16, 30, 2, 0.3, 3)].iter().map(|place| simulated(place, false)).collect(),
            ),
            simulation(
                "more columns, fewer synthetic rows than columns",
                820_000,
                0.02,
                [(18, 3, 5, 0.5, 3), (40, 20, 8, 0.6, 2), (20, 12, 3, 0.05, 9)]
                    .iter()
                    .map(|place| simulated(place, false))
                    .collect(),
            ),
            simulation("by rows", 2_200_000, 0.02, vec![simulated(&(18, 3, 5, 0.5, 2), true), correlated()]),
            Fitted::Linear.referred(),
        ],
    }
}

fn pooling() -> Claim {
    let place = |n: usize, m: usize, p, t| simulated(&(n, m, p, n as f64 / (n + m) as f64, t), false);
    Claim {
        id: "linear-pooling",
        statement: "random design, all rows of equal weight, w = n/ν with ν = n + m: g = p/(ν − p − 1) and pρ = ((ν − 1)S − T)/(ν − p − 1), where S and T are second \
                    moments of a matrix-variate beta law, rational in n, m and p",
        domain: "every n > p + 1, m, p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("from the moments of one row, in rationals", certificate::random_design::pooling)
                .by("the moments of one row", &["certificate::random_design::passed_on"]),
            property(
                "the exact law at that weight",
                "(p, n - p - 1, m)",
                || (1..25u32, 1..10_000u64, 1..10_000u64),
                |&(p, extra, m)| {
                    let n = u64::from(p) + 1 + extra;
                    let found =
                        random(n as usize, m as usize, p as usize).generation(weight(n as f64 / (n + m) as f64));
                    let [g, rho] = pooled::<f64>(p, SampleSizes::new(n, m).expect("positive"));
                    error(found.innovation, NOISE * g, QUADRATURE).max(error(1.0 - found.gap, rho, QUADRATURE / rho))
                },
            )
            .consequence(),
            simulation("by sufficient statistics", 1_300_000, 0.02, vec![place(20, 10, 4, 4), place(14, 40, 2, 6)]),
        ],
    }
}

fn optimal() -> Claim {
    let near = Record::Average { from: 12, until: 42 };
    let case = |n: usize, m: usize, p: usize| {
        let (rows, law) = (Rows { real: n, synthetic: m }, random(n, m, p));
        let simulator = LinearSufficient::new(&DVector::from_element(p, 1.0), NOISE, rows);
        Case::new(Cell::minimised(rows, p, near.clone()), simulator, 0, law.optimal_weight())
            .with_curve(move |w| law.limit_risk(weight(w)))
    };
    Claim {
        id: "linear-optimum",
        statement: "random design: the exact limit risk is least at w = .6189444, .6194107, .6203552 for p = 1, 2, 4 at n = m = 100, and at .6299611 for p = 4, \
                    n = m = 20; at 1/φ for n = m → ∞",
        domain: "every n > p + 1, m and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("one column: a minimum in intervals", certificate::random_design::optimum).consequence(),
            recursion("minimum of the risk from pairs of eigenvalues, and the digits stated", MINIMISER, || {
                let limit = |p, n, m, w| {
                    let (noise, passed) = moments::design_step(p, n, m, w);
                    noise / (1.0 - passed)
                };
                let found = |(p, n, m): (u32, u64, u64)| {
                    let best = minimise(&|w| limit(p, n, m, w), (0.1, 0.95)).at;
                    (
                        format!("p = {p}, n = {n}, m = {m}"),
                        random(n as usize, m as usize, p as usize).optimal_weight(),
                        best,
                    )
                };
                let digits = |(p, n, digits): (usize, usize, f64)| {
                    (format!("p = {p}, n = m = {n}"), random(n, n, p).optimal_weight(), digits)
                };
                let stated = [(1, 100, 0.6189444), (2, 100, 0.6194107), (4, 100, 0.6203552), (4, 20, 0.6299611)];
                [(1, 100, 100), (2, 100, 100), (2, 20, 12)].into_iter().map(found).chain(stated.map(digits)).collect()
            })
            .by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            property(
                "no other weight has less risk",
                "(p, n - p - 1, m, w)",
                || (1..25u32, 1..10_000u64, 1..10_000u64, weights()),
                |&(p, extra, m, w)| {
                    let law = random(p as usize + 1 + extra as usize, m as usize, p as usize);
                    let best = law.limit_risk(weight(law.optimal_weight()));
                    holds(law.limit_risk(weight(w)) >= best * (1.0 - QUADRATURE))
                },
            )
            .consequence(),
            score("slopes at the optimum", 1024 * 32, 0.02, SMOOTH, vec![case(20, 20, 4), case(60, 15, 2)]),
            optimum("minimiser of the simulated risk", 192 * 16, 0.05, vec![case(20, 20, 4)]),
        ],
    }
}

fn second_order() -> Claim {
    Claim {
        id: "linear-second-order",
        statement: "random design: n e_∞/A = R₁ + R₂/n + O(n⁻²), R₁ the limit law's, R₂ = (p + 1)(3s² − 2q + u²R₁(3w² + kw(w − 2u)))/(1 − u²), \
                    s = w² + ku², q = w³ + k²u³",
        domain: "n → ∞ at fixed k, 0 < w <= 1, p",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            exact("rows of equal weight in rationals", certificate::random_design::expansion)
                .by("the moments of one row", &["certificate::random_design::passed_on"]),
            // The combination of three sizes below removes the terms of order 1/n and 1/n^2 that follow R_2. What is left is of the next order, below 1e-7, and
            // rounding: a difference of numbers near R_1, accurate to 1e-12, times n, at most 1e-8. Together that is below 1e-6 of R_2, which is .2 at least.
            recursion("pairs of eigenvalues at n = 1000, 2000, 4000", 1e-6, || {
                let case = |(p, k, w): (u32, f64, f64)| {
                    let second = |n: f64| {
                        let (noise, passed) = moments::design_step(p, n as u64, (n / k) as u64, w);
                        let first = (w * w + k * (1.0 - w) * (1.0 - w)) / (w * (2.0 - w));
                        n * (n * noise / (1.0 - passed) / f64::from(p) - first)
                    };
                    let [one, two, four] = [1_000.0, 2_000.0, 4_000.0].map(second);
                    let limit = (one - 6.0 * two + 8.0 * four) / 3.0;
                    (format!("p = {p}, k = {k}, w = {w}"), theory_second_order(p, &k, &w), limit)
                };
                [(1, 1.0, 0.3), (2, 1.0, 0.618), (2, 0.25, 0.5), (1, 4.0, 0.8), (2, 2.0, 0.9)].map(case).to_vec()
            })
            .by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            property(
                "the exact law at n = 10⁵: what is left is of third order",
                "(p, k, w)",
                || (1..25u32, 0.25..4.0f64, 0.2..1.0f64),
                |&(p, k, w)| {
                    let (n, m) = (100_000, (100_000.0 / k) as usize);
                    let k = n as f64 / m as f64;
                    let first = (w * w + k * (1.0 - w) * (1.0 - w)) / (w * (2.0 - w));
                    let second = theory_second_order(p, &k, &w) / n as f64;
                    let exact = random(n, m, p as usize).limit_risk(weight(w)) * n as f64 / (NOISE * f64::from(p));
                    // What follows R_2/n is at most some hundred times ((p + 1)/n)^2.
                    let third = 300.0 * (f64::from(p + 1) / n as f64) * (f64::from(p + 1) / n as f64);
                    holds((exact - first - second).abs() <= third * (1.0 + k) / w)
                },
            )
            .consequence(),
        ],
    }
}

fn limit() -> Claim {
    let beta = DVector::from_row_slice(&[1.0, -0.5, 2.0]);
    let record = Record::Average { from: 12, until: 42 };
    // What is left of the start after 12 generations is a share u^{24}, below 1e-5 at w = .39.
    let rung = |n: usize| {
        let rows = Rows { real: n, synthetic: 4 * n };
        let law = theory::limit_law(NOISE, 3, SampleSizes::new(n as u64, 4 * n as u64).expect("positive"));
        let simulator = LinearSufficient::new(&beta, NOISE, rows);
        Case::new(Cell::new(rows, 3, 0.39, record.clone()), simulator, 0, law.limit_risk(weight(0.39)))
    };
    Claim {
        id: "linear-limit",
        statement: "random design: n times the risk of weighted least squares tends to the recursion's with A = σ²p and ρ = 1, as n times that of the exact law \
                    does",
        domain: "n → ∞ at fixed k, w, p",
        source: Source::Paper,
        exactness: Exactness::Limit,
        checks: vec![
            exact("estimating equations of a discrete design, differentiated", certificate::responses::linear)
                .by("estimating equations, differentiated cell by cell", &["certificate::responses::first_order"]),
            // The relative difference of the two laws is of order (p + 1)/n, which is below the tolerance at 10^10 rows.
            recursion("the exact law at 10¹⁰ rows", 1e-8, || {
                let case = |(p, ratio, w): (u32, f64, f64)| {
                    let (n, m) = (10_000_000_000, (1e10 / ratio) as u64);
                    let sizes = SampleSizes::new(n, m).expect("positive");
                    let exact = RandomDesign::new(NOISE * f64::from(p), p, sizes).expect("n > p + 1");
                    let limit = theory::limit_law(NOISE, p, sizes);
                    let place = |what: &str| format!("{what}, p = {p}, k = {ratio}, w = {w}");
                    [
                        (place("limit"), limit.limit_risk(weight(w)), exact.limit_risk(weight(w))),
                        (place("t = 4"), limit.risk_at(&w, 4), exact.risk_at(weight(w), 4)),
                        (place("optimum"), limit.optimal_weight(), exact.optimal_weight()),
                    ]
                };
                [(1, 1.0, 0.618), (3, 0.25, 0.39), (5, 2.0, 0.73), (20, 4.0, 0.83)].into_iter().flat_map(case).collect()
            })
            .consequence(),
            ladder("k = 1/4, w = .39", 63_000, 0.02, 2, [50, 100, 200, 400, 800].map(rung).into()),
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
            )
            .consequence(),
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
            exact("gamma functions in rationals", certificate::collapse::linear)
                .by("gamma functions in rationals", &["certificate::collapse::gamma_of_half"]),
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
            })
            .by("quadrature of 1/χ²", &["moments::chi_squared_mean"]),
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
                    ("fresh rows alone".to_owned(), prediction.fresh_only_risk(weight(0.0), Generations::Limit), start),
                    ("exact".to_owned(), f64::from(u8::from(prediction.exact(weight(0.0)))), 1.0),
                ]
            })
            .by("quadrature of 1/χ²", &["moments::chi_squared_mean"]),
            simulation(
                "by sufficient statistics",
                1_200_000,
                0.015,
                vec![case(30, 20, 4, false), case(15, 40, 3, false)],
            ),
            simulation("by rows", 1_300_000, 0.02, vec![case(30, 20, 4, true)]),
            predicted::simulated(0.0, &[(&catalogue::LINEAR, 3, ByRows), (&catalogue::LINEAR, 2, Sufficient)]),
        ],
    }
}
