//! The distribution function.

use goldenweight_theory::cdf as theory;
use goldenweight_theory::parameters::SampleSizes;

use super::check::{Case, Cell, exact, optimum, property, recursion, score, simulation};
use super::domain::{IDENTITY, RECURSION, ROUGH, error, weight, weights};
use super::predicted::{self, Predicted};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::catalogue;
use crate::experiment::Rows;
use crate::simulate::cdf::CdfRows;
use crate::simulate::dispatch::SimulatorKind;
use crate::simulate::engine::Record;

pub fn claims() -> Vec<Claim> {
    vec![law()]
}

fn problems() -> Vec<Predicted> {
    let problem = |n, m: u64| {
        let path =
            move |weights: &[f64]| moments::common_ancestor(n, m, weights).into_iter().map(|met| met / 6.0).collect();
        Predicted::new(&catalogue::CDF, [n, m], None, true, path)
    };
    vec![problem(8, 4), problem(30, 70), problem(8, 600), problem(600, 20)]
}

fn law() -> Claim {
    let places = [(8, 4, 0.5, 3), (31, 47, 0.3, 4), (20, 10, 0.0, 5)];
    let sizes = |real: usize, synthetic: usize| SampleSizes::new(real as u64, synthetic as u64).expect("positive");
    let by_rows = places.map(|(real, synthetic, w, t)| {
        let expected = theory::law(sizes(real, synthetic)).risk_at(&w, t);
        let rows = Rows { real, synthetic };
        Case::new(Cell::new(rows, 1, w, Record::At(vec![t])), CdfRows::new(rows), 0, expected)
    });
    let twenty = Rows { real: 20, synthetic: 20 };
    let optimal = Case::new(
        Cell::minimised(twenty, 1, Record::Average { from: 10, until: 30 }),
        CdfRows::new(twenty),
        0,
        theory::law::<f64>(sizes(20, 20)).optimal_weight(),
    )
    .with_curve(move |w| theory::law(sizes(20, 20)).limit(&w));
    Claim {
        id: "cdf-law",
        statement: "the risk ∫(F_t − F)² dF obeys the recursion with A = 1/6, ν_n = n, ν_m = m and ρ = 1 − 1/m, for every continuous F",
        domain: "every n, m >= 1, t, w",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("sampling law in rationals", certificate::sampling::cdf)
                .by("distributions, enumerated", &["moments::cell_risk"]),
            recursion("exact law at every point, enumerated", RECURSION, || {
                let places = [(1, 1, 0.5, 3), (3, 2, 0.618, 4), (8, 4, 0.3, 5), (4, 10, 0.0, 8)];
                let case = |(n, m, w, t): (u64, u64, f64, u32)| {
                    let law = theory::law::<f64>(SampleSizes::new(n, m).expect("positive"));
                    let enumerated = moments::cdf_risk(n, m, w, t)[t as usize];
                    (format!("n = {n}, m = {m}, w = {w}, t = {t}"), law.risk_at(&w, t), enumerated)
                };
                places.map(case).to_vec()
            })
            .by("distributions, enumerated", &["moments::cell_risk"]),
            property(
                "limit (w²/n + u²/m)/(6(1 − (1 − 1/m)u²))",
                "(n, m, w)",
                || (1..500u64, 1..500u64, weights()),
                |&(n, m, w)| {
                    let law = theory::law::<f64>(SampleSizes::new(n, m).expect("positive"));
                    let (n, m, u) = (n as f64, m as f64, 1.0 - w);
                    let kept = 1.0 - (1.0 - 1.0 / m) * u * u;
                    error(law.limit_risk(weight(w)), (w * w / n + u * u / m) / (6.0 * kept), 10.0 * IDENTITY / kept)
                },
            )
            .consequence(),
            predicted::risks(problems).by("common ancestors of two rows", &["moments::common_ancestor"]),
            predicted::optima(problems).by("common ancestors of two rows", &["moments::common_ancestor"]),
            predicted::simulated(0.5, &[(&catalogue::CDF, 1, SimulatorKind::Rows)]),
            simulation("by rows", 940_000, 0.02, by_rows.into()),
            score("slope at w*", 1024 * 64, 0.008, ROUGH, vec![optimal.clone()]),
            optimum("minimiser of the simulated risk", 192 * 40, 0.03, vec![optimal]),
        ],
    }
}
