//! Fits to as many rows as the first, drawn without replacement from data that accumulate.

use goldenweight_recursion::models::{
    categorical, cdf, gaussian, linear,
    logistic::Logistic,
    poisson::Poisson,
    subsampled::{Rowwise, Subsampled},
};
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::subsample::{Subsampling, covariance::DrawnCovariance};
use nalgebra::DMatrix;

use super::check::{Case, Cell, exact, ladder, proof, property, recursion, simulation};
use super::domain::{IDENTITY, QUADRATURE, RECURSION, error, holds, weight};
use super::regression::Fitted;
use super::{Claim, Exactness, Source, certificate, drawn};
use crate::experiment::{Generations, Parameters, Problem, Rows};
use crate::prediction::Prediction;
use crate::simulate::Setting;
use crate::simulate::engine::{Record, ScheduleKind};

pub fn claims() -> Vec<Claim> {
    vec![frequencies(), mean(), covariance(), regressions()]
}

/// Where the laws are compared with other routes: (n, m, t).
const PLACES: [(u64, u64, u32); 6] = [(5, 9, 1), (9, 5, 2), (2, 3, 12), (31, 47, 5), (50, 50, 4), (4, 2, 40)];

fn data(n: u64, m: u64) -> Subsampling {
    Subsampling::new(SampleSizes::new(n, m).expect("positive"))
}

fn place(n: u64, m: u64, t: u32) -> String {
    format!("n = {n}, m = {m}, t = {t}")
}

/// The risk by the law at a place, in units of A. This and the next function are what simulations and other computations are compared with.
fn risk(n: u64, m: u64, t: u32) -> f64 {
    data(n, m).risk_at(t)
}

fn unbiased_risk(n: u64, m: u64, t: u32) -> f64 {
    data(n, m).unbiased().and_then(|mut risks| risks.nth(t as usize)).expect("two rows or more")
}

/// The model's chain at a place, with fits to n rows.
fn simulated<M: Rowwise>(model: M, at: (u64, u64, u32), dim: usize, name: &'static str, expected: f64) -> Case {
    simulated_loss(model, 0, at, dim, name, expected)
}

/// The same of another of the model's losses.
fn simulated_loss<M: Rowwise>(
    model: M,
    loss: usize,
    (n, m, t): (u64, u64, u32),
    dim: usize,
    name: &'static str,
    expected: f64,
) -> Case {
    let rows = Rows { real: n as usize, synthetic: m as usize };
    let cell = Cell::new(rows, dim, 0.0, Record::At(vec![t])).named(name);
    let setting = Setting::of(Subsampled { model, rows: rows.real }, rows);
    Case::new(cell, setting, loss, expected).under(ScheduleKind::Subsample)
}

fn frequencies() -> Claim {
    let cells = |at: (u64, u64, u32)| {
        let model = categorical::CategoricalRows::new(vec![0.05, 0.15, 0.3, 0.5]);
        // 1 - sum p^2.
        simulated(model, at, 4, "drawn rows", 0.635 * risk(at.0, at.1, at.2))
    };
    let points =
        |at: (u64, u64, u32)| simulated(cdf::Cdf::default(), at, 1, "drawn rows", risk(at.0, at.1, at.2) / 6.0);
    let biased = |at: (u64, u64, u32)| {
        let model = gaussian::GaussianRows::new(DMatrix::identity(2, 2));
        let model = model.with_divisor(gaussian::Divisor::MaximumLikelihood);
        simulated(model, at, 2, "drawn rows, divisor n", 2.0 * risk(at.0, at.1, at.2))
    };
    Claim {
        id: "subsample-frequencies",
        statement: "fitted on n rows that are drawn without replacement from accumulating data, the risk of cell probabilities (A = Σ p(1 − p)), of the distribution \
                    function (A = 1/6) and of the mean of a Gaussian with divisors n (A = tr Σ) is A − A(1 − c_t)(1 − 1/n) Π_{i <= t} (1 − (c_{i−1} + (1 − c_{i−1})/m)/(k + i)²), \
                    c_t = tm/((n − 1 + tm)n): bounded, and at n = m → ∞ it tends to 3ζ(2) − 2 = 2.93 times the risk of the real rows, where all rows would leave ζ(2) = 1.64",
        domain: "every n, m >= 1 and t, every p, continuous F and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("subsample-frequencies"),
            exact("pools and drawings enumerated", certificate::subsample::frequencies)
                .by("pools and drawings, enumerated", &["drawn::cell_risk"]),
            recursion("real ancestors of two rows, and sums over pairs of rows", RECURSION, || {
                let case = |(n, m, t): (u64, u64, u32)| {
                    let ancestors = drawn::different_ancestors(n, m, t)[t as usize];
                    let sums = drawn::mean_risk_by_sums(n, m, true, t)[t as usize];
                    [
                        (place(n, m, t), risk(n, m, t), 1.0 - ancestors),
                        (format!("mean, {}", place(n, m, t)), risk(n, m, t), sums),
                    ]
                };
                PLACES.into_iter().chain([(31, 47, 60), (1, 3, 9)]).flat_map(case).collect()
            })
            .by(
                "real ancestors of two rows, and sums over pairs",
                &["drawn::different_ancestors", "drawn::mean_risk_by_sums"],
            ),
            property(
                "increasing, below A, above the risk of all rows; 1 + (2k + 1) Σ 1/(k + i)² of many rows",
                "(n, m, t)",
                || (2..1000u64, 1..1000u64, 0..10_000u32),
                |&(n, m, t)| {
                    let [early, late, limit] = [risk(n, m, t), risk(n, m, t + 1), data(n, m).limit()];
                    let k = n as f64 / m as f64;
                    // The same ratio of so many rows that 1/m is below the rounding of the steps.
                    let many = 100_000_000_000_000;
                    let squares = (1..=t.min(30)).map(|i| (k + f64::from(i)).powi(-2)).sum::<f64>();
                    let found = (many * n) as f64 * risk(many * n, many * m, t.min(30));
                    error(found, 1.0 + (2.0 * k + 1.0) * squares, 100.0 * IDENTITY)
                        .max(holds(early < late * (1.0 + IDENTITY) && late < limit * (1.0 + IDENTITY) && limit < 1.0))
                },
            )
            .consequence(),
            simulation("cells, by rows", 940_000, 0.02, [(8, 4, 5), (12, 30, 4)].map(cells).into()),
            simulation("distribution function, by rows", 790_000, 0.02, vec![points((10, 8, 5))]),
            simulation("mean with divisors n, by rows", 1_560_000, 0.02, vec![biased((8, 4, 5))]),
        ],
    }
}

fn mean() -> Claim {
    let by_rows = |at: (u64, u64, u32)| {
        let model = gaussian::GaussianRows::new(DMatrix::identity(2, 2));
        simulated(model, at, 2, "drawn rows", 2.0 * unbiased_risk(at.0, at.1, at.2))
    };
    Claim {
        id: "subsample-mean",
        statement: "fitted on n rows that are drawn without replacement from accumulating data, the mean of a Gaussian whose covariance is estimated without bias collapses: \
                    each generation adds a part 1/((k + t)n) to the variance V of the pool's rows, and the risk A(a_t + c_t V_t) grows as t^{1/n}, slowly, but above any bound",
        domain: "every n, m >= 2, t and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("covariances of all pairs of rows in rationals", certificate::subsample::mean)
                .by("covariances of all pairs of rows", &["drawn::mean_and_variance"]),
            recursion("sums over pairs of rows", RECURSION, || {
                let case = |(n, m, t): (u64, u64, u32)| {
                    let sums = drawn::mean_risk_by_sums(n, m, false, t)[t as usize];
                    (place(n, m, t), unbiased_risk(n, m, t), sums)
                };
                PLACES.into_iter().chain([(31, 47, 60), (100, 100, 200)]).map(case).collect()
            })
            .by("sums over pairs of rows", &["drawn::mean_risk_by_sums"]),
            // What is left out is of the order 1/t, t = 1024, and n times that where differences are taken.
            recursion("four times the generations multiply its growth by 4^(1/n)", 2e-2, || {
                let of = |(n, m): (u64, u64)| {
                    let risks: Vec<f64> = data(n, m).unbiased().into_iter().flatten().take((1 << 14) + 1).collect();
                    let [first, second, third] = [10, 12, 14].map(|power| risks[1 << power]);
                    (format!("n = {n}, m = {m}"), (third - second) / (second - first), libm::exp2(2.0 / n as f64))
                };
                (2..6).flat_map(|n| (2..8).map(move |m| (n, m))).map(of).collect()
            })
            .consequence(),
            simulation("by rows", 160_000, 0.03, vec![by_rows((8, 4, 5)), by_rows((12, 30, 6))]),
        ],
    }
}

/// V at a place, of rows with the covariance I in so many dimensions.
fn covariance_risk(dim: usize, (n, m, t): (u64, u64, u32), is_unbiased: bool) -> f64 {
    let p = dim as f64;
    let law = DrawnCovariance::new(p, p * p, SampleSizes::new(n, m).expect("positive"), is_unbiased);
    law.and_then(|law| law.moments().nth(t as usize)).expect("two rows or more").risk
}

fn covariance() -> Claim {
    let by_rows = |dim: usize, at: (u64, u64, u32), divisor: gaussian::Divisor, name: &'static str| {
        let model = gaussian::GaussianRows::new(DMatrix::identity(dim, dim)).with_divisor(divisor);
        let expected = covariance_risk(dim, at, divisor == gaussian::Divisor::Unbiased);
        simulated_loss(model, 1, at, dim, name, expected)
    };
    Claim {
        id: "subsample-covariance",
        statement: "fitted on n rows that are drawn without replacement from accumulating data, the covariance's risk follows from three moments of the pool: along a \
                    direction E (Σz²)² and E Σz⁴, which are coupled, and the minors, E((tr C)² − tr C²), alone; with divisors n it is bounded for every n but 2, where \
                    E Σz⁴ grows as t^{1/4}, and with divisors n − 1 it collapses, as t^{2/n} or faster",
        domain: "every n, m >= 1 (n >= 2 with divisors n − 1), t, p and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("products of four coordinates of rows, in rationals", certificate::subsample::covariance)
                .by("products of four coordinates of rows", &["drawn::covariance_traces", "drawn::mean_and_variance"]),
            recursion("the limit from nine generations, each twice the one before", 1e-8, || {
                // What is left at t is a sum of falling powers of t, of exponents lambda - 1, -1, lambda - 2, -2, ...: from t and 2 t each of the first eight is taken away. What falls
                // as t^(lambda - 5) is left, 1e-10 at t = 256, and is multiplied by 1/(1 - 2^(lambda - 1)), 20 at n = 3.
                let at = |(n, m): (u64, u64)| {
                    let law = DrawnCovariance::new(1.0, 1.0, SampleSizes::new(n, m).expect("positive"), false);
                    let law = law.expect("divisor n");
                    let late: Vec<f64> = law.moments().take((1 << 16) + 1).map(|moments| moments.risk).collect();
                    let mut left: Vec<f64> = (8..=16).map(|power| late[1 << power]).collect();
                    let rows = n as f64;
                    let lambda = (3.0 * rows * rows - 2.0) / (rows * rows * rows);
                    for exponent in (1..=4).map(f64::from).flat_map(|order| [lambda - order, -order]) {
                        let falls = libm::exp2(exponent);
                        left = left.windows(2).map(|pair| (pair[1] - falls * pair[0]) / (1.0 - falls)).collect();
                    }
                    let limit = law.limit().map_or(f64::NAN, |moments| moments.risk);
                    (format!("n = {n}, m = {m}"), limit, left[0])
                };
                [(3, 1), (4, 2), (5, 30), (7, 1), (20, 10)].map(at).into()
            })
            .consequence(),
            property(
                "of many rows the risk of accumulating data with 2k + 1 for k",
                "(k in hundredths, p, t)",
                || (1..1000u64, 1..5usize, 0..30u32),
                |&(hundredths, dim, t)| {
                    // So many rows that 1/n and 1/m are below 1e-6; steps round moments of order 1, of which the risk is 1e-8 or more.
                    let at = (1_000_000 * hundredths, 100_000_000, t);
                    let (p, k) = (dim as f64, hundredths as f64 / 100.0);
                    let found = at.0 as f64 * covariance_risk(dim, at, hundredths % 2 == 0);
                    error(found, (p + p * p) * relative_limit(k, t), 1e-4)
                },
            )
            .consequence(),
            recursion("exponents of the growth without a limit", 0.03, || {
                let at = |(n, m, is_unbiased): (u64, u64, bool)| {
                    let law = DrawnCovariance::new(1.0, 1.0, SampleSizes::new(n, m).expect("positive"), is_unbiased);
                    let risks: Vec<f64> =
                        law.iter().flat_map(DrawnCovariance::moments).take((1 << 14) + 1).map(|at| at.risk).collect();
                    let [first, second, third] = [1 << 10, 1 << 12, 1 << 14].map(|t: usize| risks[t]);
                    let rows = n as f64;
                    // With divisor n - 1 lambda is 1/n^3 + 6/n^2 + 3/n, and the larger of lambda - 1 and 2/n shows.
                    let lambda = ((1.0 / rows + 6.0) / rows + 3.0) / rows;
                    let expected = if is_unbiased { (lambda - 1.0).max(2.0 / rows) } else { 0.25 };
                    let divisor = if is_unbiased { "n − 1" } else { "n" };
                    let found = libm::log((third - second) / (second - first)) / libm::log(4.0);
                    // An exponent of the ratio of two growths, so that 3 % of it is .03 of the exponent.
                    (format!("n = {n}, m = {m}, divisor {divisor}"), libm::exp(found), libm::exp(expected))
                };
                [(2, 3, false), (2, 8, false), (2, 1, true), (2, 8, true), (5, 3, true), (6, 8, true), (8, 1, true)]
                    .map(at)
                    .into()
            })
            .consequence(),
            simulation(
                "by rows, divisors n",
                640_000,
                0.04,
                vec![
                    by_rows(1, (12, 8, 4), gaussian::Divisor::MaximumLikelihood, "variance of drawn rows"),
                    by_rows(3, (12, 20, 3), gaussian::Divisor::MaximumLikelihood, "covariance of drawn rows"),
                ],
            ),
            simulation(
                "by rows, divisors n - 1",
                160_000,
                0.04,
                vec![by_rows(3, (30, 15, 4), gaussian::Divisor::Unbiased, "covariance of drawn rows")],
            ),
        ],
    }
}

/// n e_t/A in the limit, written out: what simulations are compared with.
fn relative_limit(k: f64, t: u32) -> f64 {
    1.0 + (2.0 * k + 1.0) * (1..=t).map(|i| (k + f64::from(i)).powi(-2)).sum::<f64>()
}

fn regressions() -> Claim {
    /// The program's prediction, against A by quadrature times the risk of the mean of many rows. Its distance to the limit is a/n + b/n^2 and less: extrapolated from
    /// three numbers of rows, of 10^5 rows and more 1/n^3 is left, and five times the rounding of the sums.
    fn predicted(model: Fitted, dim: usize, (n, m, t): (u64, u64, u32)) -> (String, f64, f64) {
        let problem =
            Problem::new(model.model(), n, m, &Parameters::of_dim(Some(dim as u64))).expect("a valid problem");
        let law = Prediction::new(&problem, ScheduleKind::Subsample).expect("sizes that theory covers");
        let found = law.map_or(f64::NAN, |law| law.risk(weight(1.0), Generations::At(t)));
        let many =
            |times: u64| (times * n) as f64 * drawn::mean_risk_by_sums(times * n, times * m, true, t)[t as usize];
        let limit = (8.0 * many(40_000) - 6.0 * many(20_000) + many(10_000)) / 3.0;
        (
            format!("{}, {}", problem.model(), place(n, m, t)),
            found,
            model.constant_by_quadrature(dim) / n as f64 * limit,
        )
    }
    let rung = |real: u64| {
        let rows = Rows { real: real as usize, synthetic: real as usize };
        let cell = Cell::new(rows, 1, 0.0, Record::At(vec![2])).named("drawn rows");
        let model = Subsampled { model: linear::LinearRows::new(1, 1.0), rows: rows.real };
        Case::new(cell, Setting::of(model, rows), 0, relative_limit(1.0, 2) / real as f64)
            .under(ScheduleKind::Subsample)
    };
    fn fitted<M: Rowwise + 'static>(model: M, constant: f64, real: u64) -> Case {
        let expected = constant * relative_limit(1.0, 2) / real as f64;
        simulated(model, (real, real, 2), 2, "drawn rows", expected)
    }
    let labelled = |real| fitted(Logistic::new(vec![1.0; 2]), Fitted::Logistic.constant_by_quadrature(2), real);
    let counted = |real| fitted(Poisson::new(vec![1.0; 2]), Fitted::Poisson.constant_by_quadrature(2), real);
    Claim {
        id: "subsample-regressions",
        statement: "fitted on n rows that are drawn without replacement from accumulating data, n times the risk of linear, logistic and Poisson regression tends to \
                    A(1 + (2k + 1) Σ_{i <= t} 1/(k + i)²), A = σ²p or tr I(β)⁻¹: bounded, and 3ζ(2) − 2 = 2.93 times A as t → ∞ at n = m",
        domain: "n → ∞ at fixed k, p, t and β",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            proof("subsample-regressions"),
            exact("the limit at n = m in intervals, finite t in rationals", certificate::subsample::regressions)
                .consequence(),
            recursion("the program's predictions, A by quadrature and sums over pairs of rows", QUADRATURE, || {
                let models = [(Fitted::Linear, 3), (Fitted::Logistic, 2), (Fitted::Poisson, 2)];
                let places =
                    |(model, dim)| [(100, 400, 7), (90, 30, 3), (40, 60, 40)].map(|at| predicted(model, dim, at));
                models.into_iter().flat_map(places).collect()
            })
            .by("quadrature, and sums over pairs of rows", &["moments::normal_mean", "drawn::mean_risk_by_sums"]),
            ladder("linear, p = 1", 60_000, 0.06, 1, [25, 50, 100].map(rung).into()),
            // Every row is drawn and fitted: five seconds of the quick tier for the two.
            ladder("logistic, p = 2", 5_000, 0.14, 1, [200, 400, 800].map(labelled).into()).in_full_tier(),
            // A row's information is lognormal here, so the gap falls like n^-.8 at first (19, 10, 7, 3 % at n = 200, 400, 800, 1600), and rungs that are near to each other
            // leave 2 % of it.
            ladder("Poisson, p = 2", 3_500, 0.14, 1, [800, 3_200, 12_800].map(counted).into()).in_full_tier(),
        ],
    }
}
