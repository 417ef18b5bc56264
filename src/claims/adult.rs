//! Real data: the Adult table, figure 10, and the limit law of a regression whose labels do not follow the model (misspecified).

use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::{categorical, misspecified};

use super::check::{Case, Cell, Check, Relation, exact, ladder, optimum, property, recursion, simulation};
use super::domain::{IDENTITY, MINIMISER, RECURSION, error, iterated};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::adult::{Column, Table, Traces};
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::reference::references;
use crate::simulate::adult::AdultLogistic;
use crate::simulate::categorical::{CategoricalRows, CategoricalSufficient};
use crate::simulate::engine::Record;

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
    let at = |w: f64| {
        let expected = (20..100).map(|t| law(column).risk_at(&w, t)).sum::<f64>() / 80.0;
        let simulator = CategoricalSufficient::new(probabilities(), rows);
        Case::new(Cell::new(rows, probabilities().len(), w, record.clone()), simulator, 0, expected)
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
            simulation("risk at w = .26, .38, .62, .78", 6_000, 0.04, [0.26, 0.38, 0.62, 0.78].map(at).into()),
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

/// Simulations at these sizes, doubled R - 1 times, against the limit law of the raw or the standardised coefficients. The ratio of the two is extrapolated
/// linearly in 1/n. At n = 1000 it is less than 10 % from 1, so that its term of order 1/n^2 is about a percent. That shifts the extrapolated limit by a
/// quarter of it.
fn rungs<const R: usize>(first: Rows, loss: usize, w: f64, from: u32, until: u32) -> Vec<Case> {
    let fit = Table::embedded().logistic();
    let traces = if loss == RAW { fit.traces() } else { fit.standardised_traces() };
    let rung = |times: usize| {
        let (real, synthetic) = (times * first.real, times * first.synthetic);
        let law = misspecified_law(traces, SampleSizes::new(real as u64, synthetic as u64).expect("positive"));
        let expected = (from..until).map(|t| law.risk_at(&w, t)).sum::<f64>() / f64::from(until - from);
        let rows = Rows { real, synthetic };
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
        .in_full_tier()
}

fn logistic() -> Claim {
    Claim {
        id: "figure-10d",
        statement: "Adult table: the risk of the logistic coefficients of income on five covariates tends to the law of misspecified-limit, which is least at \
                    w = .6222 (raw columns), for n → ∞",
        domain: "n = m → ∞ from 1000, rows resampled from the 48,842",
        source: Source::Figure,
        exactness: Exactness::Limit,
        checks: vec![
            ladder("raw coefficients, w = .62", 1_024, 0.03, 1, rungs::<3>(equal(2 * FIRST), RAW, 0.62, 5, 12)),
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
            ladder("real rows alone, w = 1", 12_000, 0.08, 1, rungs::<3>(equal(FIRST), STANDARDISED, 1.0, 0, 1)),
            // Away from n = m and from the optimum, so that exchanged sizes, weights or traces would show.
            ladder(
                "standardised coefficients, n = 4m, w = .5",
                1_024,
                0.08,
                1,
                rungs::<3>(Rows { real: 2 * FIRST, synthetic: FIRST / 2 }, STANDARDISED, 0.5, 5, 9),
            ),
            // In the full tier: for the few replicates that the quick tier has time for, these losses are too skewed.
            ladder(
                "standardised coefficients, w = .4",
                640,
                0.3,
                1,
                rungs::<4>(equal(FIRST), STANDARDISED, 0.4, 8, 28),
            )
            .in_full_tier(),
            ladder(
                "standardised coefficients, n = 4m, w = .6",
                1_600,
                0.25,
                1,
                rungs::<4>(Rows { real: FIRST, synthetic: FIRST / 4 }, STANDARDISED, 0.6, 5, 12),
            )
            .in_full_tier(),
            ladder(
                "standardised coefficients, n = m/4, w = .3",
                640,
                0.3,
                1,
                rungs::<4>(Rows { real: FIRST, synthetic: 4 * FIRST }, STANDARDISED, 0.3, 4, 12),
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
