//! Cell probabilities.

use goldenweight_theory::categorical as theory;
use goldenweight_theory::parameters::SampleSizes;

use super::check::{Case, Cell, exact, optimum, property, recursion, score, simulation};
use super::domain::{IDENTITY, RECURSION, ROUGH, error, weight, weights};
use super::predicted::{self, Predicted};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::catalogue;
use crate::experiment::Rows;
use crate::simulate::categorical::{CategoricalRows, CategoricalSufficient};
use crate::simulate::dispatch::SimulatorKind::{Rows as ByRows, Sufficient};
use crate::simulate::engine::Record;

/// Cells of unequal probability, one of them rare.
const CELLS: [f64; 4] = [0.05, 0.15, 0.3, 0.5];

pub fn claims() -> Vec<Claim> {
    vec![law()]
}

fn problems() -> Vec<Predicted> {
    let problem = |n, m: u64| {
        let path = move |weights: &[f64]| {
            let different: f64 = catalogue::DEFAULT_PROBABILITIES.iter().map(|p| p * (1.0 - p)).sum();
            moments::common_ancestor(n, m, weights).into_iter().map(|met| different * met).collect()
        };
        Predicted::new(&catalogue::CATEGORICAL, [n, m], None, true, path)
    };
    vec![problem(8, 4), problem(30, 70), problem(8, 600), problem(600, 20)]
}

fn law() -> Claim {
    let places = [(8, 4, 0.5, 3), (31, 47, 0.3, 4), (25, 10, 0.0, 5)];
    let sizes = |real: usize, synthetic: usize| SampleSizes::new(real as u64, synthetic as u64).expect("positive");
    let expected = move |(real, synthetic, w, t)| theory::law(&CELLS, sizes(real, synthetic)).risk_at(&w, t);
    let rows = |place: &(usize, usize, f64, u32)| Rows { real: place.0, synthetic: place.1 };
    let cell = |p: &(usize, usize, f64, u32)| Cell::new(rows(p), CELLS.len(), p.2, Record::At(vec![p.3]));
    let sufficient = places.iter().map(|p| {
        let simulator = CategoricalSufficient::new(CELLS.to_vec(), rows(p));
        Case::new(cell(p), simulator, 0, expected(*p))
    });
    let by_rows = places[..2].iter().map(|p| {
        let simulator = CategoricalRows::new(CELLS.to_vec(), rows(p));
        Case::new(cell(p), simulator, 0, expected(*p))
    });
    let twenty = Rows { real: 20, synthetic: 20 };
    let optimal = Case::new(
        Cell::minimised(twenty, CELLS.len(), Record::Average { from: 10, until: 40 }),
        // Row by row: drawing binomial counts takes a varying number of random numbers, so that chains at different weights would no longer share theirs.
        CategoricalRows::new(CELLS.to_vec(), twenty),
        0,
        theory::law(&CELLS, sizes(20, 20)).optimal_weight(),
    )
    .with_curve(move |w| theory::law(&CELLS, sizes(20, 20)).limit(&w));
    Claim {
        id: "categorical-law",
        statement: "the risk of the cell probabilities obeys the recursion with A = Σ p(1 − p), ν_n = n, ν_m = m and ρ = 1 − 1/m",
        domain: "every n, m >= 1, t, w and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("sampling law in rationals", certificate::sampling::categorical)
                .by("distributions, enumerated", &["moments::cell_risk"]),
            recursion("exact law of the chain, enumerated", RECURSION, || {
                let places = [(1, 1, 0.5, 3), (3, 2, 0.618, 4), (8, 4, 0.3, 6), (5, 12, 0.0, 10), (7, 9, 1.0, 2)];
                let case = |(n, m, w, t): (u64, u64, f64, u32)| {
                    let enumerated: f64 = CELLS.iter().map(|p| moments::cell_risk(p, n, m, &w, t)[t as usize]).sum();
                    let law = theory::law(&CELLS, SampleSizes::new(n, m).expect("positive"));
                    (format!("n = {n}, m = {m}, w = {w}, t = {t}"), law.risk_at(&w, t), enumerated)
                };
                places.map(case).to_vec()
            })
            .by("distributions, enumerated", &["moments::cell_risk"]),
            property(
                "equal cells: A = 1 − 1/cells",
                "(cells, n, m, w)",
                || (2..50usize, 1..500u64, 1..500u64, weights()),
                |&(cells, n, m, w)| {
                    let p = vec![1.0 / cells as f64; cells];
                    let law = theory::law(&p, SampleSizes::new(n, m).expect("positive"));
                    let (u, a) = (1.0 - w, 1.0 - 1.0 / cells as f64);
                    // kept = 1 - rho u^2 is above 1 - u^2 > 0.001. Rounding it costs a relative error of some roundings over kept.
                    let kept = 1.0 - (1.0 - 1.0 / m as f64) * u * u;
                    let limit = a * (w * w / n as f64 + u * u / m as f64) / kept;
                    error(law.limit_risk(weight(w)), limit, 10.0 * IDENTITY / kept)
                },
            )
            .consequence(),
            predicted::risks(problems).by("common ancestors of two rows", &["moments::common_ancestor"]),
            predicted::optima(problems).by("common ancestors of two rows", &["moments::common_ancestor"]),
            predicted::simulated(
                0.5,
                &[(&catalogue::CATEGORICAL, 4, ByRows), (&catalogue::CATEGORICAL, 4, Sufficient)],
            ),
            simulation("by sufficient statistics", 1_100_000, 0.02, sufficient.collect()),
            simulation("by rows", 1_100_000, 0.02, by_rows.collect()),
            score("slope at w*", 1024 * 64, 0.008, ROUGH, vec![optimal.clone()]),
            optimum("minimiser of the simulated risk", 192 * 165, 0.02, vec![optimal]),
        ],
    }
}
