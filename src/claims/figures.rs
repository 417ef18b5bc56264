//! The panels of figures 7, 8 and 9, at the paper's sizes (figure 10 is on real data: `claims::adult`).
//!
//! Where a model has an exact law, its panels are compared with the exact risk at the paper's sizes and generations. Logistic and Poisson
//! regression have a law only in the limit of many rows. Their panels are simulated at growing sizes, from which the limit is extrapolated.

use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::{cdf, linear};
use nalgebra::{DMatrix, DVector};

use super::certificate::figures::Panel;
use super::check::{
    Case, Cell, Check, Deviation, Relation, exact, optimum, optimum_ladder, property, recursion, simulation,
};
use super::domain::{GOLDEN, QUADRATURE, RECURSION, error, holds, weight};
use super::regression::{Fitted, Rung};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::catalogue;
use crate::experiment::{Parameters, Problem, Rows};
use crate::prediction::{Law, Prediction};
use crate::simulate::cdf::CdfRows;
use crate::simulate::engine::Record;
use crate::simulate::gaussian::GaussianSufficient;
use crate::simulate::linear::LinearSufficient;

impl Panel {
    fn law(self, p: usize, rows: Rows) -> Law {
        let sigma = DMatrix::identity(p, p);
        let law = match self {
            Self::Mean => Law::gaussian_mean(&sigma, rows),
            Self::Covariance => Law::gaussian_covariance(&sigma, rows),
            Self::Cdf => SampleSizes::new(rows.real as u64, rows.synthetic as u64).map(|s| Law::Scalar(cdf::law(s))),
        };
        law.expect("sizes of the figures")
    }

    /// The panel's chain at a weight, with the exact expectation of what is recorded.
    fn case(self, p: usize, rows: Rows, w: f64, record: Record) -> Case {
        let law = self.law(p, rows);
        let expected = match &record {
            Record::At(generations) => law.risk_at(weight(w), generations[generations.len() - 1]),
            Record::Average { from, until } => law.average_risk(weight(w), *from, *until),
        };
        self.simulated(Cell::new(rows, p, w, record), expected)
    }

    fn simulated(self, cell: Cell, expected: f64) -> Case {
        let gaussian = || GaussianSufficient::new(DMatrix::identity(cell.dim, cell.dim), cell.rows);
        match self {
            Self::Mean => Case::new(cell.clone(), gaussian(), 0, expected),
            Self::Covariance => Case::new(cell.clone(), gaussian(), 1, expected),
            Self::Cdf => Case::new(cell.clone(), CdfRows::new(cell.rows), 0, expected),
        }
    }

    /// The panel's risks at t = 0, 1, ..., from moments that are carried from generation to generation.
    fn moments(self, p: usize, rows: Rows, w: f64, generations: u32) -> Vec<f64> {
        let (n, m, sigma) = (rows.real as u64, rows.synthetic as u64, DMatrix::identity(p, p));
        match self {
            Self::Mean => moments::mean_risk(&sigma, n, m, &w, generations),
            Self::Covariance => moments::covariance_risk(&sigma, n, m, w, generations),
            // At these sizes outcomes are too many to be enumerated. Pairs of rows are followed back instead.
            Self::Cdf => {
                let met = moments::common_ancestor(n, m, &vec![w; generations as usize]);
                met.into_iter().map(|met| met / 6.0).collect()
            }
        }
    }
}

/// n = m = 100 of figures 7 and 8.
const HUNDRED: Rows = Rows { real: 100, synthetic: 100 };

/// The generations over which figures 8 and 9 average.
const STATIONARY: Record = Record::Average { from: 150, until: 200 };

pub fn claims() -> Vec<Claim> {
    let seven = [figure_7a(), figure_7b(), figure_7c(), figure_7d(), figure_7e(), figure_7f()];
    let eight = [figure_8a(), figure_8b(), figure_8c(), figure_8d(), figure_8e(), figure_8f()];
    let nine = [figure_9a(), figure_9b(), figure_9c(), figure_9d(), figure_9e(), figure_9f()];
    seven.into_iter().chain(eight).chain(nine).collect()
}

/// A claim on a panel.
fn panel(
    id: &'static str,
    statement: &'static str,
    domain: &'static str,
    exactness: Exactness,
    checks: Vec<Check>,
) -> Claim {
    Claim { id, statement, domain, source: Source::Figure, exactness, checks }
}

fn figure_7a() -> Claim {
    let at = |t| Panel::Mean.case(4, HUNDRED, 0.0, Record::At(vec![t]));
    panel(
        "figure-7a",
        "w = 0: the mean's risk is (4/100)(1 + t), linear to t = 999 (by recursion; a simulated mean shows it only while t ≪ m, since later it \
         comes from rare chains whose Σ_t is still large)",
        "n = m = 100, p = 4",
        Exactness::Exact,
        vec![
            exact("the law's growth", certificate::figures::growth_of_the_mean).consequence(),
            recursion("covariance matrix of the mean, to t = 999", RECURSION, || {
                let stepped = Panel::Mean.moments(4, HUNDRED, 0.0, 999);
                let case = |t: u32| (format!("t = {t}"), 0.04 * (1.0 + f64::from(t)), stepped[t as usize]);
                [0, 1, 10, 100, 999].map(case).to_vec()
            })
            .by("the covariance matrix of the mean", &["moments::mean_risk"]),
            simulation("risk at t = 5 and 20", 870_000, 0.02, vec![at(5), at(20)]),
        ],
    )
}

fn figure_7b() -> Claim {
    let at = |t| Panel::Covariance.case(4, HUNDRED, 0.0, Record::At(vec![t]));
    panel(
        "figure-7b",
        "w = 0: the covariance's risk grows geometrically, to 4·10⁹ at t = 999, which no mean of simulated replicates can show",
        "n = m = 100, p = 4",
        Exactness::Exact,
        vec![
            exact("the law's growth", certificate::figures::growth_of_the_covariance).consequence(),
            recursion("all p⁴ second moments, to t = 999", RECURSION, || {
                let law = Panel::Covariance.law(4, HUNDRED);
                let stepped = Panel::Covariance.moments(4, HUNDRED, 0.0, 999);
                let case = |t: u32| (format!("t = {t}"), law.risk_at(weight(0.0), t), stepped[t as usize]);
                [0, 1, 10, 100, 999].map(case).to_vec()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            simulation("risk at t = 2 and 6", 400_000, 0.02, vec![at(2), at(6)]),
        ],
    )
}

fn figure_7c() -> Claim {
    let at = |t| Panel::Cdf.case(1, HUNDRED, 0.0, Record::At(vec![t]));
    panel(
        "figure-7c",
        "w = 0: the risk of the distribution function rises to 1/6, that of a point mass",
        "n = m = 100",
        Exactness::Exact,
        vec![
            exact("the law's growth", certificate::figures::rise_of_the_cdf).consequence(),
            recursion("resampled points, to t = 999", RECURSION, || {
                let law = Panel::Cdf.law(1, HUNDRED);
                let stepped = Panel::Cdf.moments(1, HUNDRED, 0.0, 999);
                let case = |t: u32| (format!("t = {t}"), law.risk_at(weight(0.0), t), stepped[t as usize]);
                [0, 1, 10, 100, 999].map(case).to_vec()
            })
            .by("common ancestors of two rows", &["moments::common_ancestor"]),
            simulation("risk at t = 20 and 100", 26_000, 0.07, vec![at(20), at(100)]),
        ],
    )
}

fn figure_7d() -> Claim {
    let case = |t: u32| {
        let slope: f64 = linear::synthetic_slope(1.0, 4, 100).expect("m > p + 1");
        let simulator = LinearSufficient::new(&DVector::from_element(4, 1.0), 1.0, HUNDRED);
        let record = Record::At(vec![t]);
        Case::new(Cell::new(HUNDRED, 4, 0.0, record), simulator, 0, slope * (1.0 + f64::from(t)))
    };
    panel(
        "figure-7d",
        "w = 0: the risk of linear regression is (4/95)(1 + t) (the published code's generation 0 has rows N(0, I/4): 16/95 + 4t/95)",
        "n = m = 100, p = 4",
        Exactness::Exact,
        vec![
            exact("the law's growth", certificate::figures::growth_of_the_regression).consequence(),
            recursion("sums of E tr (X'X)⁻¹ by quadrature", RECURSION, || {
                // tr (X'X)^-1 has the mean p E 1/chi^2 with m - p + 1 = 97 degrees of freedom, p = 4.
                let slope = 4.0 * moments::chi_squared_mean(97.0, |x| 1.0 / x);
                let sizes = || SampleSizes::new(100, 100).expect("positive");
                let case = |(s, t): (f64, u32)| {
                    let risk = linear::synthetic_risk(1.0, 4, sizes(), s, t).expect("m > p + 1");
                    (format!("generation 0 on N(0, {s} I), t = {t}"), risk, slope * (1.0 / s + f64::from(t)))
                };
                [(1.0, 0), (1.0, 999), (0.25, 0), (0.25, 999)].map(case).to_vec()
            })
            .by("quadrature of 1/χ²", &["moments::chi_squared_mean"]),
            simulation("risk at t = 10 and 300", 32_000, 0.06, vec![case(10), case(300)]),
        ],
    )
}

/// Panels (e) and (f) of figure 7: simulated risks in the first generations against the limit law A(1/n + t/m), and its constant A by quadrature.
fn synthetic_growth(id: &'static str, statement: &'static str, growth: Check, model: Fitted) -> Claim {
    let constant = recursion("A(1/n + t/m) with A by quadrature", QUADRATURE, move || growth_from_quadrature(model))
        .by("quadrature over a normal variable", &["moments::normal_mean"]);
    panel(id, statement, "w = 0, p = 4, fixed t, n = m → ∞", Exactness::Limit, vec![growth, constant])
}

/// The program's limit law at w = 0, n = 100, m = 200, against A(1/n + t/m) with A by quadrature.
fn growth_from_quadrature(model: Fitted) -> Vec<Relation> {
    let law = model.law(Rung::ladder::<1>(100, 0.5, 4, 0, 1)[0]);
    let a = model.constant_by_quadrature(4);
    let case = |t: u32| (format!("t = {t}"), law.risk_at(&0.0, t), a * (1.0 / 100.0 + f64::from(t) / 200.0));
    [0, 1, 30, 999].map(case).to_vec()
}

fn figure_7e() -> Claim {
    let statement =
        "w = 0: the risk of logistic regression grows from the start like A(1/n + t/m), A = tr I(β)⁻¹, for n, m → ∞";
    let rungs = Rung::ladder::<3>(500, 1.0, 4, 1, 3);
    let growth = Fitted::Logistic.ladder("n = m = 500, 1000, 2000, t = 1, 2", 8_300, 0.02, 0.0, rungs);
    synthetic_growth("figure-7e", statement, growth, Fitted::Logistic)
}

fn figure_7f() -> Claim {
    let statement =
        "w = 0: the risk of Poisson regression grows from the start like A(1/n + t/m), A = tr I(β)⁻¹, for n, m → ∞";
    // The information of a row is e^(x'beta), whose logarithm has the variance |beta|^2 = p = 4. So n rows have the information of n/e^4 equal ones, and the
    // distance from the limit falls like n^-.75 up to 10^4 rows, not like 1/n. The sizes therefore grow by factors of four, to 51,200.
    let rungs = [800, 3_200, 12_800, 51_200].map(|n| Rung { real: n, synthetic: n, dim: 4, from: 1, until: 3 });
    let growth = Fitted::Poisson.limit_ladder("n = m = 800, ..., 51200, t = 1, 2", 1_024, 0.3, 0.0, rungs);
    synthetic_growth("figure-7f", statement, growth, Fitted::Poisson)
}

/// Four weights of figure 8's grid, with the share of the first one's replicates that an equally sharp comparison needs: losses vary the more the less weight real rows
/// have.
const CURVE: [(f64, f64); 4] = [(0.2, 1.0), (0.38, 0.5), (0.62, 0.3), (0.78, 0.25)];

/// Panels (a) to (c) of figure 8: the curve at four weights of its grid, and its minimum, with cap and margin.
fn curve(panel: Panel, p: usize, risk: u64, minimiser: (u64, f64), record: &Record) -> Vec<Check> {
    let at = |(w, share)| panel.case(p, HUNDRED, w, record.clone()).with_share(share);
    let best = panel.law(p, HUNDRED).optimal_weight().expect("a law with an optimum");
    // What is left of the start after t generations is a share u^2t: near the minimum, at t = 15, less than 1e-12.
    let near = Record::Average { from: 15, until: 45 };
    let minimum = panel.simulated(Cell::minimised(HUNDRED, p, near), best);
    vec![
        simulation("risk at w = .2, .38, .62, .78", risk, 0.02, CURVE.map(at).into()),
        optimum("minimiser of the simulated risk", minimiser.0, minimiser.1, vec![minimum]),
    ]
}

/// The exact mean risk of a panel of figure 8 over t = 150..199, against risks carried from generation to generation.
fn curve_recursion(panel: Panel, p: usize) -> Vec<(String, f64, f64)> {
    let case = |w: f64| {
        let stepped = panel.moments(p, HUNDRED, w, 199);
        let mean = stepped[150..].iter().sum::<f64>() / 50.0;
        (format!("w = {w}"), panel.law(p, HUNDRED).average_risk(weight(w), 150, 200), mean)
    };
    [0.2, 0.38, 0.5, 0.62, 0.78].map(case).to_vec()
}

fn figure_8a() -> Claim {
    let mut checks = curve(Panel::Mean, 2, 118_000, (192 * 96, 0.02), &STATIONARY);
    checks.push(
        recursion("covariance matrix of the mean", RECURSION, || curve_recursion(Panel::Mean, 2))
            .by("the covariance matrix of the mean", &["moments::mean_risk"]),
    );
    checks.push(
        exact("minimum by branch and bound", || {
            certificate::figures::curve(Panel::Mean, GOLDEN, 1e-9, (0.012_360_7, 0.5e-7))
        })
        .consequence(),
    );
    panel(
        "figure-8a",
        "the mean's risk over w, averaged over t = 150..199, is least at 1/φ, where it is .0123607",
        "n = m = 100, p = 2, Σ = I",
        Exactness::Exact,
        checks,
    )
}

fn figure_8b() -> Claim {
    let mut checks = curve(Panel::Covariance, 2, 162_000, (192 * 104, 0.02), &STATIONARY);
    checks.push(
        recursion("all p⁴ second moments", RECURSION, || curve_recursion(Panel::Covariance, 2))
            .by("the table of second moments", &["moments::weighted_moments"]),
    );
    checks.push(
        exact("minimum by branch and bound", || {
            certificate::figures::curve(Panel::Covariance, 0.6198, 0.5e-4, (0.037_564_1, 0.5e-7))
        })
        .consequence(),
    );
    panel(
        "figure-8b",
        "the covariance's risk over w, averaged over t = 150..199, is least at .6198, not at 1/φ; its least value is .0375641",
        "n = m = 100, p = 2, Σ = I",
        Exactness::Exact,
        checks,
    )
}

fn figure_8c() -> Claim {
    let mut checks = curve(Panel::Cdf, 1, 82_000, (192 * 12, 0.05), &Record::Average { from: 30, until: 80 });
    checks.push(
        recursion("resampled points", RECURSION, || curve_recursion(Panel::Cdf, 1))
            .by("common ancestors of two rows", &["moments::common_ancestor"]),
    );
    checks.push(
        exact("minimum by branch and bound", || {
            certificate::figures::curve(Panel::Cdf, 0.617, 0.5e-4, (0.001_028_29, 0.5e-8))
        })
        .consequence(),
    );
    panel(
        "figure-8c",
        "the risk of the distribution function over w, averaged over t = 150..199, is least at .6170, not at 1/φ; its least value is .00102829",
        "n = m = 100",
        Exactness::Exact,
        checks,
    )
}

/// Panels (e) and (f) of figure 8: the limit law along the curve, and simulations at growing sizes, of the minimiser and of the risk at a weight to its right.
fn regression_curve(id: &'static str, statement: &'static str, model: Fitted) -> Claim {
    let (first, cap, margin) = match model {
        Fitted::Poisson => (800, 400, 0.025),
        Fitted::Linear | Fitted::Logistic => (100, 2_000, 0.015),
    };
    let rungs = Rung::ladder::<3>(first, 1.0, 2, 0, 40);
    let minimisers = match model {
        // Two orders are out of range at these sizes.
        Fitted::Poisson => {
            let near = Rung::ladder::<3>(200, 1.0, 2, 6, 46).map(|rung| model.minimised_in_limit(rung));
            optimum_ladder("minimisers at n = m = 200, 400, 800", 192 * 2, 0.03, 1, near.into())
        }
        Fitted::Linear | Fitted::Logistic => {
            let near = Rung::ladder::<3>(100, 1.0, 2, 6, 46).map(|rung| model.minimised(rung));
            optimum_ladder("minimisers at n = m = 100, 200, 400", 192 * 2, 0.015, 2, near.into()).beyond(2)
        }
    };
    panel(
        id,
        statement,
        "n = m → ∞, p = 2, β = (1, 1)",
        Exactness::Limit,
        vec![
            recursion("limit law along the grid, A by quadrature", QUADRATURE, move || {
                model.curve_from_quadrature(1.0, 2)
            })
            .by("quadrature over a normal variable", &["moments::normal_mean"]),
            minimisers,
            model.ladder("w = .3", cap, margin, 0.3, rungs),
            model.ladder("w = .78", cap, margin, 0.78, rungs),
        ],
    )
}

/// Linear regression at the sizes of a panel, p = 2, noise of variance 1.
fn linear_law(rows: Rows) -> Law {
    let problem =
        Problem::new(&catalogue::LINEAR, rows.real as u64, rows.synthetic as u64, &Parameters::of_dim(Some(2)));
    Prediction::fresh(&problem.expect("sizes of the figures")).law().clone()
}

fn linear_case(rows: Rows, w: f64) -> Case {
    let simulator = LinearSufficient::new(&DVector::from_element(2, 1.0), 1.0, rows);
    Case::new(Cell::new(rows, 2, w, STATIONARY), simulator, 0, linear_law(rows).average_risk(weight(w), 150, 200))
}

/// The mean over t = 150..199 by quadrature over pairs of eigenvalues, against the exact law.
fn linear_relation(rows: Rows, w: f64) -> Relation {
    let stepped = moments::design_path(2, rows.real as u64, rows.synthetic as u64, &[w; 199]);
    let mean = stepped[150..].iter().sum::<f64>() / 50.0;
    (format!("m = {}, w = {w}", rows.synthetic), linear_law(rows).average_risk(weight(w), 150, 200), mean)
}

fn figure_8d() -> Claim {
    let best = linear_law(HUNDRED).optimal_weight().expect("a law with an optimum");
    let near = Record::Average { from: 15, until: 45 };
    let simulator = LinearSufficient::new(&DVector::from_element(2, 1.0), 1.0, HUNDRED);
    let minimum = Case::new(Cell::minimised(HUNDRED, 2, near), simulator, 0, best);
    panel(
        "figure-8d",
        "the limit risk of linear regression over w is least at .6194, not at 1/φ; its least value .0126089 is 2 % above that of the limit law",
        "n = m = 100, p = 2, β = (1, 1)",
        Exactness::Exact,
        vec![
            simulation(
                "risk at w = .2, .38, .62, .78",
                110_000,
                0.02,
                CURVE.map(|(w, share)| linear_case(HUNDRED, w).with_share(share)).into(),
            ),
            optimum("minimiser of the simulated risk", 192 * 120, 0.02, vec![minimum]),
            recursion("pairs of eigenvalues by quadrature", RECURSION, || {
                // The digits stated.
                let law = linear_law(HUNDRED);
                let best = law.optimal_weight().unwrap_or(f64::NAN);
                let stated = [
                    ("10^4 w".to_owned(), (best * 1e4).round(), 6_194.0),
                    ("10^7 risk".to_owned(), (law.limit_risk(weight(best)) * 1e7).round(), 126_089.0),
                ];
                [0.2, 0.38, 0.5, 0.62, 0.78].map(|w| linear_relation(HUNDRED, w)).into_iter().chain(stated).collect()
            })
            .by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            exact("w = 1/2 in rationals", certificate::random_design::pooled_curves)
                .by("the moments of one row", &["certificate::random_design::passed_on"]),
        ],
    )
}

fn figure_8e() -> Claim {
    let statement =
        "the risk of logistic regression over w has the limit law's curve and its minimum at 1/φ, for n → ∞";
    regression_curve("figure-8e", statement, Fitted::Logistic)
}

fn figure_8f() -> Claim {
    let statement = "the risk of Poisson regression over w has the limit law's curve and its minimum at 1/φ, for n → ∞";
    regression_curve("figure-8f", statement, Fitted::Poisson)
}

/// n = 100 and m = floor(n/k) of figure 9, with the ratio n/m that they have.
fn rows_at(k: f64) -> (Rows, f64) {
    let synthetic = (100.0 / k).floor() as usize;
    (Rows { real: 100, synthetic }, 100.0 / synthetic as f64)
}

/// The naive and the golden weight at k.
fn both_weights(k: f64) -> [f64; 2] {
    [k / (1.0 + k), ((k * k + 4.0 * k).sqrt() - k) / 2.0]
}

/// Panels (a) to (c) of figure 9, the risk under the naive and the golden weight over k: simulated at the ends of the grid, and exact along it.
fn two_curves(panel: Panel, p: usize, ratios: &[f64], cap: u64, margin: f64, record: &Record) -> Vec<Check> {
    let cases = ratios.iter().flat_map(|&k| {
        let (rows, effective) = rows_at(k);
        both_weights(effective).map(|w| panel.case(p, rows, w, record.clone()))
    });
    let (words, functions): (_, &[_]) = match panel {
        Panel::Mean => ("the covariance matrix of the mean", &["moments::mean_risk"]),
        Panel::Covariance => ("the table of second moments", &["moments::weighted_moments"]),
        Panel::Cdf => ("common ancestors of two rows", &["moments::common_ancestor"]),
    };
    vec![
        simulation("risk at either end of the grid", cap, margin, cases.collect()),
        exact(
            "both curves in intervals",
            match panel {
                Panel::Mean => certificate::figures::both_means,
                Panel::Covariance => || certificate::figures::two_curves(Panel::Covariance),
                Panel::Cdf => || certificate::figures::two_curves(Panel::Cdf),
            },
        )
        .consequence(),
        property(
            "golden below naive all along the grid",
            "k",
            || 0.01..0.19f64,
            match panel {
                Panel::Mean => |k| golden_below_naive(Panel::Mean, 2, *k),
                Panel::Covariance => |k| golden_below_naive(Panel::Covariance, 2, *k),
                Panel::Cdf => |k| golden_below_naive(Panel::Cdf, 1, *k),
            },
        )
        .by(words, functions),
    ]
}

fn golden_below_naive(panel: Panel, p: usize, k: f64) -> Deviation {
    let (rows, effective) = rows_at(k);
    let [naive, golden] = both_weights(effective).map(|w| panel.law(p, rows).average_risk(weight(w), 150, 200));
    let stepped = |w: f64| panel.moments(p, rows, w, 199)[150..].iter().sum::<f64>() / 50.0;
    let [naive_stepped, golden_stepped] = both_weights(effective).map(stepped);
    holds(golden < naive).max(error(naive, naive_stepped, RECURSION)).max(error(golden, golden_stepped, RECURSION))
}

fn figure_9a() -> Claim {
    panel(
        "figure-9a",
        "the mean's risk under the naive and the golden weight is .010371 and .001902 at k = .01, .010868 and .007024 at k = .19 (m = 526)",
        "n = 100, p = 2, m = floor(n/k), t = 150..199",
        Exactness::Exact,
        two_curves(Panel::Mean, 2, &[0.01, 0.19], 32_000, 0.07, &STATIONARY),
    )
}

fn figure_9b() -> Claim {
    panel(
        "figure-9b",
        "the covariance's risk is smaller under the golden than under the naive weight, at every k from .01 to .19",
        "n = 100, p = 2, m = floor(n/k), t = 150..199",
        Exactness::Exact,
        two_curves(Panel::Covariance, 2, &[0.01, 0.19], 32_000, 0.06, &STATIONARY),
    )
}

fn figure_9c() -> Claim {
    panel(
        "figure-9c",
        "the risk of the distribution function is smaller under the golden than under the naive weight, at every k from .01 to .19",
        "n = 100, m = floor(n/k)",
        Exactness::Exact,
        two_curves(Panel::Cdf, 1, &[0.19], 5_200, 0.06, &Record::Average { from: 20, until: 60 }),
    )
}

/// The limit law's risk under the golden weight is below that under the naive one.
fn below(model: Fitted, k: f64) -> Deviation {
    let rung = Rung::ladder::<1>(100, k, 2, 0, 1)[0];
    let law = model.law(rung);
    let [naive, golden] = both_weights(100.0 / rung.synthetic as f64).map(|w| law.limit_risk(weight(w)));
    holds(golden < naive)
}

/// Panels (e) and (f) of figure 9: simulations of growing size at k = .19, under the golden weight, and in the full tier under the naive weight too.
fn regression_curves(id: &'static str, statement: &'static str, model: Fitted, cap: u64, margin: f64) -> Claim {
    // n/m is not exactly k, since m is a whole number. Each size is compared with the law at its own n and m.
    let [naive, golden] = both_weights(0.19);
    let rungs = Rung::ladder::<3>(if matches!(model, Fitted::Poisson) { 400 } else { 80 }, 0.19, 2, 0, 50);
    let naive = model.ladder("naive weight", cap, 1.5 * margin, naive, rungs);
    panel(
        id,
        statement,
        "k = .19, p = 2, β = (1, 1), n → ∞",
        Exactness::Limit,
        vec![
            model.ladder("golden weight", cap, margin, golden, rungs),
            naive.in_full_tier(),
            recursion("limit law along the grid under both weights, A by quadrature", QUADRATURE, move || {
                (1..20).flat_map(|hundredths| model.both_from_quadrature(0.01 * f64::from(hundredths))).collect()
            })
            .by("quadrature over a normal variable", &["moments::normal_mean"]),
            property(
                "golden below naive all along the grid",
                "k",
                || 0.01..0.19f64,
                match model {
                    Fitted::Poisson => |k| below(Fitted::Poisson, *k),
                    Fitted::Linear | Fitted::Logistic => |k| below(Fitted::Logistic, *k),
                },
            )
            .consequence(),
        ],
    )
}

fn figure_9d() -> Claim {
    let cases = [0.01, 0.19].into_iter().flat_map(|k| {
        let (rows, effective) = rows_at(k);
        both_weights(effective).map(|w| linear_case(rows, w))
    });
    panel(
        "figure-9d",
        "the risk of linear regression is smaller under the golden than under the naive weight, at every k from .01 to .19",
        "n = 100, p = 2, m = floor(n/k), t = 150..199",
        Exactness::Exact,
        vec![
            simulation("risk at either end of the grid", 32_000, 0.06, cases.collect()),
            exact("the naive weight's curve in rationals", certificate::random_design::pooled_curves)
                .by("the moments of one row", &["certificate::random_design::passed_on"]),
            recursion("pairs of eigenvalues by quadrature", RECURSION, || {
                let (rows, effective) = rows_at(0.19);
                both_weights(effective).map(|w| linear_relation(rows, w)).to_vec()
            })
            .by("pairs of eigenvalues, by quadrature", &["moments::design_step"]),
            property(
                "golden below naive all along the grid",
                "k",
                || 0.01..0.19f64,
                |&k| {
                    let (rows, effective) = rows_at(k);
                    let law = linear_law(rows);
                    let [naive, golden] = both_weights(effective).map(|w| law.average_risk(weight(w), 150, 200));
                    holds(golden < naive)
                },
            )
            .consequence(),
        ],
    )
}

fn figure_9e() -> Claim {
    let statement = "the risk of logistic regression under the naive and under the golden weight tends to the limit law's, for n → ∞";
    regression_curves("figure-9e", statement, Fitted::Logistic, 1_000, 0.02)
}

fn figure_9f() -> Claim {
    let statement = "the risk of Poisson regression under the naive and under the golden weight tends to the limit law's, for n → ∞";
    regression_curves("figure-9f", statement, Fitted::Poisson, 400, 0.03)
}
