//! Real data: the Adult table, figure 10, and the limit law of a regression whose labels do not follow the model (misspecified).

use std::array;
use std::sync::Arc;

use goldenweight_recursion::models::table::{self, Resampled, TableLogistic};
use goldenweight_theory::misspecified::second_order::{Misspecified, Tensors};
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::second_order::{Expansion, Orders, Row};
use goldenweight_theory::{categorical, misspecified};

use super::check::{Case, Cell, Check, Relation, exact, ladder, optimum, property, recursion, simulation};
use super::domain::{IDENTITY, MINIMISER, RECURSION, error, iterated, weight};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::adult::{Column, Columns, Table, Traces};
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::prediction::{Order, Prediction};
use crate::reference::references;
use crate::simulate::Setting;
use crate::simulate::adult::AdultLogistic;
use crate::simulate::categorical::{CategoricalRows, CategoricalSufficient};
use crate::simulate::engine::{Record, Weights};

/// Rows per generation, n = m.
const ROWS: usize = 500;

/// Indices of the losses that the logistic chain records: squared errors of the coefficients of the raw and of the standardised columns.
const RAW: usize = 0;
const STANDARDISED: usize = 1;

pub fn claims() -> Vec<Claim> {
    vec![
        frequencies("figure-10a", Column::Workclass),
        frequencies("figure-10b", Column::Education),
        frequencies("figure-10c", Column::MaritalStatus),
        logistic(),
        misspecified_limit(),
        second_order(),
    ]
}

fn sizes(rows: usize) -> SampleSizes {
    SampleSizes::new(rows as u64, rows as u64).expect("positive")
}

const fn equal(rows: usize) -> Rows {
    Rows { real: rows, synthetic: rows }
}

fn law(column: Column) -> Recursion<f64> {
    categorical::law(&Table::embedded().probabilities(column), sizes(ROWS))
}

/// The law of the frequencies, averaged over t = 80..99, against the probability that two rows have the same ancestor.
fn stepped(column: Column) -> Vec<Relation> {
    let case = |w: f64| {
        let different: f64 = Table::embedded().probabilities(column).into_iter().map(|p| p * (1.0 - p)).sum();
        let met = moments::common_ancestor(ROWS as u64, ROWS as u64, &[w; 99]);
        let stepped = different * met[80..].iter().sum::<f64>() / 20.0;
        let closed = (80..100).map(|t| law(column).risk_at(&w, t)).sum::<f64>() / 20.0;
        (format!("w = {w}"), closed, stepped)
    };
    [0.2, 0.38, 0.5, 0.62, 0.78].map(case).to_vec()
}

/// Panels (a) to (c): categories resampled from the table.
fn frequencies(id: &'static str, column: Column) -> Claim {
    let probabilities = || Table::embedded().probabilities(column);
    let rows = equal(ROWS);
    // The figure averages over t = 80..99. The law is exact at every t, so that more generations can be averaged, which are less noisy.
    let record = Record::Average { from: 20, until: 100 };
    let at = |(w, share): (f64, f64)| {
        let expected = (20..100).map(|t| law(column).risk_at(&w, t)).sum::<f64>() / 80.0;
        let simulator = CategoricalSufficient::new(probabilities(), rows);
        Case::new(Cell::new(rows, probabilities().len(), w, record.clone()), simulator, 0, expected).with_share(share)
    };
    // The fewer categories have most of the rows, the more the losses vary.
    let cap = match column {
        Column::Workclass => 37_000,
        Column::Education => 22_000,
        Column::MaritalStatus => 43_000,
    };
    // Row by row: drawing binomial counts takes a varying number of random numbers, so that chains at different weights would no longer share theirs. What
    // is left of the start after t generations is, near the minimum, a share .38^2t.
    let near = Record::Average { from: 12, until: 32 };
    let minimiser = law(column).optimal_weight();
    let cell = Cell::minimised(rows, probabilities().len(), near);
    let minimum = Case::new(cell, CategoricalRows::new(probabilities(), rows), 0, minimiser);
    Claim {
        id,
        statement: match column {
            Column::Workclass => {
                "Adult table: the risk of the 9 frequencies of workclass ('?' counts as one) obeys categorical-law, and its limit is least near w = 1/φ"
            }
            Column::Education => {
                "Adult table: the risk of the 16 frequencies of education obeys categorical-law, and its limit is least near w = 1/φ"
            }
            Column::MaritalStatus => {
                "Adult table: the risk of the 7 frequencies of marital_status obeys categorical-law, and its limit is least near w = 1/φ"
            }
        },
        domain: "n = m = 500, rows resampled from the 48,842",
        source: Source::Figure,
        exactness: Exactness::Exact,
        checks: vec![
            exact(
                "law and minimum from the counts",
                match column {
                    Column::Workclass => || certificate::figures::frequencies(Column::Workclass),
                    Column::Education => || certificate::figures::frequencies(Column::Education),
                    Column::MaritalStatus => || certificate::figures::frequencies(Column::MaritalStatus),
                },
            )
            .consequence(),
            recursion("ancestors of two rows, followed back", RECURSION, move || stepped(column))
                .by("common ancestors of two rows", &["moments::common_ancestor"]),
            simulation(
                "risk at w = .26, .38, .62, .78",
                cap,
                0.02,
                [(0.26, 1.0), (0.38, 0.7), (0.62, 0.4), (0.78, 0.32)].map(at).into(),
            ),
            optimum("minimiser of the simulated risk", 192 * 12, 0.06, vec![minimum]),
        ],
    }
}

fn misspecified_law(traces: Traces, sizes: SampleSizes) -> Recursion<f64> {
    misspecified::limit_law(traces.inverse_information, traces.sandwich, sizes)
}

/// Smallest number of real rows from which a limit is extrapolated. If no row has both a capital loss and a high income, no fit exists. A share .0234 of the
/// rows has both, so that 500 rows have none with probability (1 - .0234)^500 = 7e-6. One such chain in a thousand is more than a comparison allows. For 1,000
/// rows the probability is 5e-11.
const FIRST: usize = 2 * ROWS;

/// Simulations at these sizes, doubled R - 1 times, against the limit law of the raw or the standardised coefficients, or against two orders. The ratio to the
/// former is extrapolated linearly in 1/n. At n = 1000 it is less than 10 % from 1, so that its term of order 1/n^2 is about a percent. That shifts the
/// extrapolated limit by a quarter of it. Of the ratio to two orders, 1 + c/n^2 is fitted.
fn rungs<const R: usize>(order: Order, first: Rows, loss: usize, w: f64, from: u32, until: u32) -> Vec<Case> {
    let rung = |times: usize| {
        let rows = Rows { real: times * first.real, synthetic: times * first.synthetic };
        let prediction = Prediction::income(Table::embedded(), Columns::ALL[loss], rows).expect("positive sizes");
        let law = prediction.to_order(order).expect("a regression");
        let expected = law.law().average_risk(weight(w), from, until);
        let simulator = AdultLogistic::new(Table::embedded(), rows);
        Case::new(Cell::new(rows, 5, w, Record::Average { from, until }), simulator, loss, expected)
    };
    (0..R).map(|doublings| rung(1 << doublings)).collect()
}

/// Both losses at the first generation, against the risks that another implementation simulated.
fn referred() -> Check {
    let losses = [("adult-raw", RAW), ("adult-standardised", STANDARDISED)];
    let cases = losses.into_iter().flat_map(|(name, loss)| {
        references().into_iter().filter(move |reference| reference.model == name).map(move |reference| {
            let cell =
                Cell::new(reference.rows, 5, reference.weight, Record::At(vec![reference.generation])).named(name);
            Case::new(cell, AdultLogistic::new(Table::embedded(), reference.rows), loss, 0.0).against(reference.risk)
        })
    });
    simulation("at 800 rows, against another implementation", 8_000, 0.15, cases.collect())
        .by("a simulation in NumPy", &[])
        // Its risks have standard errors of .27 to .34 %.
        .coarse(f64::INFINITY)
        .in_full_tier()
}

fn logistic() -> Claim {
    Claim {
        id: "figure-10d",
        statement: "Adult table: the risk of the logistic coefficients of income on five covariates is that of misspecified-second-order, and tends to the law of \
                    misspecified-limit, which is least at w = .6222 (raw columns), for n → ∞",
        domain: "n = m → ∞ from 1000, rows resampled from the 48,842",
        source: Source::Figure,
        exactness: Exactness::Limit,
        checks: vec![
            ladder(
                "raw coefficients, w = .62",
                4_096,
                0.02,
                2,
                rungs::<2>(Order::Second, equal(FIRST), RAW, 0.62, 5, 12),
            )
            .beyond(2),
            referred(),
            recursion("minimum of the iterated risk, by Brent's method", MINIMISER, || {
                let traces = Table::embedded().logistic().traces();
                let coefficients = (traces.sandwich / 500.0, traces.inverse_information / 500.0, 0.0);
                let brent = minimise(&|w| iterated(&coefficients, w, 2_000), (0.0, 1.0)).at;
                vec![("n = m = 500".to_owned(), misspecified_law(traces, sizes(500)).optimal_weight(), brent)]
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
        ],
    }
}

fn misspecified_limit() -> Claim {
    Claim {
        id: "misspecified-limit",
        statement: "where the labels do not follow the fitted model (I its information, J the variance of its score, per row), A_r = tr I⁻¹JI⁻¹ and A_s = tr I⁻¹, so \
                    κ = k A_s/A_r and the optimal weight is w*(κ): .5624 for the Adult table in standardised columns, .6222 in raw ones",
        domain: "n → ∞ at fixed k, w",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            exact("estimating equations of a discrete design, differentiated", certificate::responses::misspecified)
                .by("estimating equations, differentiated cell by cell", &["certificate::responses::first_order"]),
            ladder(
                "real rows alone, w = 1",
                12_000,
                0.05,
                2,
                rungs::<2>(Order::Second, equal(2 * FIRST), STANDARDISED, 1.0, 0, 1),
            )
            .beyond(2),
            // Away from n = m and from the optimum, so that exchanged sizes, weights or traces would show.
            ladder(
                "standardised coefficients, n = 4m, w = .5",
                2_048,
                0.06,
                2,
                rungs::<2>(Order::Second, Rows { real: 2 * FIRST, synthetic: FIRST / 2 }, STANDARDISED, 0.5, 5, 9),
            )
            .beyond(2),
            // In the full tier: for the few replicates that the quick tier has time for, these losses are too skewed.
            ladder(
                "standardised coefficients, w = .4",
                640,
                0.3,
                1,
                rungs::<4>(Order::Limit, equal(FIRST), STANDARDISED, 0.4, 8, 28),
            )
            .in_full_tier(),
            ladder(
                "standardised coefficients, n = 4m, w = .6",
                1_600,
                0.25,
                1,
                rungs::<4>(Order::Limit, Rows { real: FIRST, synthetic: FIRST / 4 }, STANDARDISED, 0.6, 5, 12),
            )
            .in_full_tier(),
            ladder(
                "standardised coefficients, n = m/4, w = .3",
                640,
                0.3,
                1,
                rungs::<4>(Order::Limit, Rows { real: FIRST, synthetic: 4 * FIRST }, STANDARDISED, 0.3, 4, 12),
            )
            .in_full_tier(),
            property(
                "κ = k A_s/A_r and w*² + κw* = κ",
                "(A_s, A_r, n, m)",
                || (0.1..10.0f64, 0.1..10.0f64, 1..500u64, 1..500u64),
                |case| {
                    let &(a_s, a_r, n, m) = case;
                    let law = misspecified::limit_law(a_s, a_r, SampleSizes::new(n, m).expect("positive"));
                    let (w, kappa) = (law.optimal_weight(), n as f64 / m as f64 * a_s / a_r);
                    error(law.kappa(), kappa, IDENTITY).max(error(w * w + kappa * w, kappa, IDENTITY))
                },
            )
            .consequence(),
            recursion("Adult's optima from its traces", MINIMISER, || {
                let fit = Table::embedded().logistic();
                let case = |(columns, traces, kappa): (&str, Traces, f64)| {
                    let brent = minimise(&|w| iterated(&(1.0, kappa, 0.0), w, 2_000), (0.0, 1.0)).at;
                    (columns.to_owned(), misspecified_law(traces, sizes(500)).optimal_weight(), brent)
                };
                // The ratios of the traces, from a fit in extended precision (tests/references/adult_fit.py).
                let raw = ("raw", fit.traces(), 430.501_968_249_537 / 420.104_096_639_181);
                let standardised =
                    ("standardised", fit.standardised_traces(), 217.367_053_722_821_25 / 300.686_826_291_633_17);
                [raw, standardised].map(case).to_vec()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
        ],
    }
}

/// Rows (1, x) of a small table: x, how many there are, and how many of them have a label 1. A logistic fit is bad: the labels neither rise nor fall.
const FEW_ROWS: [(f64, u32, u32); 4] = [(0.0, 30, 6), (1.0, 30, 6), (2.5, 20, 18), (-1.0, 20, 12)];

/// The fit on all of them, by Newton's method.
fn few_rows_fit() -> [f64; 2] {
    let step = |[a, b]: [f64; 2]| {
        let (mut score, mut information) = ([0.0; 2], [0.0; 3]);
        for (x, rows, ones) in FEW_ROWS {
            let mean = 1.0 / (1.0 + libm::exp(-a - b * x));
            let (residual, second) = (f64::from(ones) - f64::from(rows) * mean, f64::from(rows) * mean * (1.0 - mean));
            score = [score[0] + residual, score[1] + residual * x];
            information = [information[0] + second, information[1] + second * x, information[2] + second * x * x];
        }
        let [i, j, k] = information;
        let determinant = i * k - j * j;
        [a + (k * score[0] - j * score[1]) / determinant, b + (i * score[1] - j * score[0]) / determinant]
    };
    (0..12).fold([0.0; 2], |beta, _| step(beta))
}

/// The mean risk of two orders over the generations of a cell, of the fit to the small table. `change` takes the first three moments of a real label's
/// residual at a point and a_2 to a_4; where it returns the moments, the risk is right.
pub fn few_rows(cell: &Cell, change: impl Fn([f64; 3], [f64; 3]) -> [f64; 3]) -> f64 {
    let Rows { real, synthetic } = cell.rows;
    let (Record::Average { from, until }, Some(Weights::Constant(w))) = (&cell.record, &cell.weights) else {
        return f64::NAN;
    };
    let law = few_rows_law(real as f64 / synthetic as f64, change);
    Expansion::new(law, real as f64).average(weight(*w), *from, *until).risk(&(real as f64))
}

/// The two orders of the small table at a ratio k.
fn few_rows_law(ratio: f64, change: impl Fn([f64; 3], [f64; 3]) -> [f64; 3]) -> Misspecified {
    let [a, b] = few_rows_fit();
    let row = |(x, rows, ones): (f64, u32, u32)| {
        let (mean, share) = (1.0 / (1.0 + libm::exp(-a - b * x)), f64::from(ones) / f64::from(rows));
        let second = mean * (1.0 - mean);
        let cumulants = [second, second * (1.0 - 2.0 * mean), second * (1.0 - 6.0 * second)];
        let moment = |power: i32| share * (1.0 - mean).powi(power) + (1.0 - share) * (-mean).powi(power);
        let moments = change([1, 2, 3].map(moment), cumulants);
        (Row { mass: f64::from(rows) / 100.0, covariates: vec![1.0, x], cumulants }, moments)
    };
    let identity = [vec![1.0, 0.0], vec![0.0, 1.0]];
    Misspecified::new(Tensors::of(&FEW_ROWS.map(row)).into(), &identity, ratio)
}

/// The limits of both orders, and the limit law, against late generations of the path.
fn few_rows_late() -> Vec<Relation> {
    let of = |k: f64| {
        let law = few_rows_law(k, |moments, _| moments);
        // (1 - w)^1000 is below the rounding.
        let late = |w: f64| law.path(&w).nth(1_000).expect("a path without end");
        let limits = [0.1, 0.4, 0.8, 1.0].into_iter().flat_map(|w| {
            let (found, expected) = (Orders::limit(&law, w), late(w));
            let place = |what: &str| format!("{what}, k = {k}, w = {w}");
            [
                (place("R₁"), found.first, expected.first),
                (place("R₂"), found.second, expected.second),
                (place("limit law"), law.limit_law().limit_risk(weight(w)), expected.first),
            ]
        });
        limits.collect::<Vec<_>>()
    };
    [0.3, 1.0, 2.5].into_iter().flat_map(of).collect()
}

/// By how much n times the optimum is moved: R₁ + R₂/n is least where R₁' = -R₂'/n. By differences, whose error is of the step's square.
fn few_rows_shift() -> Vec<Relation> {
    const STEP: f64 = 2e-4;
    let of = |k: f64| {
        let law = few_rows_law(k, |moments, _| moments);
        let golden = law.limit_law().optimal_weight();
        let late = |step: f64| law.path(&(golden + step)).nth(1_000).expect("a path without end");
        let [below, at, above] = [-STEP, 0.0, STEP].map(late);
        let curvature = (above.first - 2.0 * at.first + below.first) / (STEP * STEP);
        let shift = -(above.second - below.second) / (2.0 * STEP) / curvature;
        (format!("k = {k}"), law.optimum_shift(), shift)
    };
    [0.3, 1.0, 2.5].into_iter().map(of).collect()
}

/// Chains on the small table at n real and twice as many synthetic rows.
fn few_rows_case(real: usize) -> Case {
    let rows = Rows { real, synthetic: 2 * real };
    let designs = FEW_ROWS.map(|(x, ..)| [1.0, x]);
    let groups = FEW_ROWS.iter().zip(&designs).flat_map(|((_, rows, ones), design)| {
        [(true, *ones), (false, rows - ones)].map(|(label, count)| (design.as_slice(), label, count))
    });
    let table = Arc::new(table::Table::new(2, groups));
    let squares =
        Arc::new(|error: &dyn Fn(usize) -> f64| array::from_fn::<f64, 2, _>(error).iter().map(|e| e * e).sum());
    let model = TableLogistic::new(Arc::clone(&table), few_rows_fit().to_vec(), squares)
        .with_loss_told("sum of squares".to_owned());
    let cell = Cell::new(rows, 2, 0.8, Record::Average { from: 0, until: 6 }).named("small table");
    let expected = few_rows(&cell, |moments, _| moments);
    Case::new(cell, Setting { model, source: Resampled(table), rows }, 0, expected)
}

fn second_order() -> Claim {
    Claim {
        id: "misspecified-second-order",
        statement: "logistic regression whose labels do not follow the model: n e_t = R₁ + R₂/n + o(1/n), by recursions of the mean, the covariance and the third \
                    cumulant of a fit, in which the real score has its own variance, third moment and covariance with the Hessian",
        domain: "n → ∞ at fixed k, t and w (w > 0 in the limit), real and synthetic rows of one design",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            exact("estimating equation of a discrete design, as a power series", certificate::misspecified::series)
                .by("power series in the frequencies of the cells", &["certificate::misspecified::stepped"]),
            recursion("late generations are the limits", RECURSION, few_rows_late).consequence(),
            recursion("the optimum, by differences of late generations", MINIMISER, few_rows_shift).consequence(),
            ladder("a small table, n = m/2, w = .8", 16_000, 0.012, 2, [80, 160].map(few_rows_case).into()).beyond(2),
        ],
    }
}
