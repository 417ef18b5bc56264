//! Extinction of categories: what becomes of them without real rows, and with some.

use goldenweight_recursion::models::categorical::CategoricalRows;
use goldenweight_recursion::models::surviving::Surviving;
use goldenweight_theory::categorical;
use goldenweight_theory::extinction::{Chain, absence, binomial, limit_end, limit_generations};
use goldenweight_theory::parameters::SampleSizes;

use super::check::{Case, Cell, exact, proof, property, recursion, simulation};
use super::domain::{IDENTITY, RECURSION, error, holds};
use super::{Claim, Exactness, Source, certificate, extinct};
use crate::experiment::Rows;
use crate::simulate::Setting;
use crate::simulate::engine::Record;

pub fn claims() -> Vec<Claim> {
    vec![law(), time(), weight()]
}

/// Cells of unequal probability, the first of them rare.
const CELLS: [f64; 4] = [0.05, 0.15, 0.3, 0.5];

/// Losses of the simulated chains.
const LEFT: usize = 0;
const SEVERAL: usize = 1;
const FIRST_LOST: usize = 2;

/// Generations over which the time to one category is observed: at m = 8 the probability that several are left later is below e^-20.
const OBSERVED: u32 = 160;

/// Relative tolerance of sums over up to a few thousand generations, which end where 1e-13 is left of a probability.
const SUMMED: f64 = 100.0 * RECURSION;

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).expect("positive")
}

/// P(one left) and E(categories left) at generation t by the law.
fn fates(cells: &[f64], n: u64, m: u64, t: u32) -> [f64; 2] {
    let chain = Chain::of_floats(m);
    let fates: Vec<_> = cells.iter().map(|p| chain.fate(sizes(n, m), *p, t)).collect();
    [fates.iter().map(|fate| fate.alone).sum(), fates.iter().map(|fate| 1.0 - fate.lost).sum()]
}

/// Expected generations until one of these cells is left, by the law.
fn to_one(cells: &[f64], n: u64, m: u64) -> f64 {
    let chain = Chain::of_floats(m);
    let times = chain.generations();
    cells.iter().map(|p| chain.expected(sizes(n, m), *p, &times).to_alone).sum()
}

/// Expected generations until a category is lost or alone, by the law.
fn to_end(p: f64, n: u64, m: u64) -> f64 {
    let chain = Chain::of_floats(m);
    chain.expected(sizes(n, m), p, &chain.generations()).to_end
}

fn simulated((n, m): (usize, usize), w: f64, record: Record, loss: usize, expected: f64) -> Case {
    let rows = Rows { real: n, synthetic: m };
    let model = Surviving(CategoricalRows::new(CELLS.to_vec()));
    Case::new(Cell::new(rows, CELLS.len(), w, record), Setting::of(model, rows), loss, expected)
}

fn law() -> Claim {
    let left = |n: u64, m: u64, t| {
        simulated((n as usize, m as usize), 0.0, Record::At(vec![t]), LEFT, fates(&CELLS, n, m, t)[1])
    };
    let several = |n: u64, m: u64, t| {
        simulated((n as usize, m as usize), 0.0, Record::At(vec![t]), SEVERAL, 1.0 - fates(&CELLS, n, m, t)[0])
    };
    Claim {
        id: "extinction-law",
        statement: "without weight on real rows the number of rows in a category is a chain of binomials that ends at 0 or at m, alone with probability p; P(one category left) \
                    is the sum over the categories of P(it has all rows), and the expected number left the sum of P(it has any)",
        domain: "w = 0, every n, m >= 1, t and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("extinction-law"),
            exact("three categories in rationals", certificate::extinction::law)
                .by("joint distributions of all categories, enumerated", &["extinct::joint"]),
            recursion("three categories, enumerated", RECURSION, || {
                let cells = [0.2, 0.3, 0.5];
                let case = |(n, m, t): (u64, u64, u32)| {
                    let [one, left] = extinct::joint(&cells, n, m, t)[t as usize];
                    let found = fates(&cells, n, m, t);
                    let place = |what: &str| format!("{what}, n = {n}, m = {m}, t = {t}");
                    [(place("P(one left)"), found[0], one), (place("categories left"), found[1], left)]
                };
                [(4, 6, 0), (6, 4, 1), (3, 5, 4), (9, 2, 6)].into_iter().flat_map(case).collect()
            })
            .by("joint distributions of all categories, enumerated", &["extinct::joint"]),
            recursion("a rare category on 100 rows", SUMMED, || {
                let case = |t: u32| {
                    let [risk, lost] = extinct::by_counts(0.01, 100, 100, t);
                    let law = categorical::law(&[0.01, 0.99], sizes(100, 100));
                    let found = Chain::of_floats(100).fate(sizes(100, 100), 0.01, t).lost;
                    [(format!("lost, t = {t}"), found, lost), (format!("risk, t = {t}"), law.risk_at(&0.0, t), risk)]
                };
                [0, 9, 49].into_iter().flat_map(case).collect()
            })
            .by("whole binomial laws, generation by generation", &["extinct::by_counts"]),
            property(
                "the share has the mean p for ever, and the risk of the categorical law; at last alone with probability p",
                "(m, p, t)",
                || (2..40u64, 0.01..0.99f64, 0..60u32),
                |&(m, p, t)| {
                    let chain = Chain::of_floats(m);
                    let mut law = vec![0.0; m as usize + 1];
                    let (first, masses) = binomial(m, p);
                    law[first..first + masses.len()].copy_from_slice(&masses);
                    for _ in 0..t {
                        law = chain.after(&law);
                    }
                    let share = |i: usize| i as f64 / m as f64;
                    let mean: f64 = law.iter().enumerate().map(|(i, mass)| mass * share(i)).sum();
                    let risk: f64 = law.iter().enumerate().map(|(i, mass)| mass * (share(i) - p) * (share(i) - p)).sum();
                    let known = categorical::law(&[p, 1.0 - p], sizes(m, m)).risk_at(&0.0, t);
                    let last = chain.fate(sizes(m, m), p, 100_000).alone;
                    error(mean, p, RECURSION).max(error(2.0 * risk, known, 100.0 * RECURSION)).max(error(last, p, RECURSION))
                },
            )
            .consequence(),
            simulation("categories left, by rows", 140_000, 0.02, vec![left(8, 6, 3), left(20, 12, 6)]),
            simulation("several left, by rows", 1_500_000, 0.02, vec![several(8, 6, 6)]),
        ],
    }
}

fn time() -> Claim {
    let observed = {
        let record = Record::Average { from: 0, until: OBSERVED };
        simulated((10, 8), 0.0, record, SEVERAL, to_one(&CELLS, 10, 8) / f64::from(OBSERVED))
    };
    Claim {
        id: "extinction-time",
        statement: "without weight on real rows the expected generations until one category is left are Σ_j Σ_t (p_j − P(category j has all rows at t)), and they tend to \
                    −2m Σ (1 − p_j) ln(1 − p_j); those until a category is lost or alone to −2m (p ln p + (1 − p) ln(1 − p)). At m = n = 100, p = 1/2 they are 135.60 from generation 0, \
                    and the limit 138.63",
        domain: "w = 0, every p; the limit m → ∞ with n in proportion",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            proof("extinction-time"),
            recursion("probabilities summed over all generations", SUMMED, || {
                let case = |(p, n, m): (f64, u64, u64)| {
                    (format!("p = {p}, n = {n}, m = {m}"), to_end(p, n, m), extinct::summed(p, n, m))
                };
                [(0.5, 20, 20), (0.1, 30, 12), (0.02, 50, 50), (0.7, 4, 25)].map(case).into()
            })
            .by("whole binomial laws, generation by generation", &["extinct::summed"]),
            recursion("the diffusion's Green function", 1e-6, || {
                let case = |p: f64| (format!("p = {p}"), limit_end(p, 100.0), extinct::diffusion(p, 100.0));
                [0.05, 0.3, 0.5, 0.9].map(case).into()
            })
            .by("Green's function by quadrature", &["extinct::diffusion"]),
            property(
                "the distance to the limit, over the limit, is positive, at most 2 (ln m + 4)/m, and at 4m at most half of that at m",
                "p",
                || 0.1..0.9f64,
                |&p| {
                    let distance = |m: u64| 1.0 - to_end(p, m, m) / limit_end(p, m as f64);
                    let (near, far) = (distance(120), distance(30));
                    holds(near > 0.0 && near < 0.5 * far && near < 2.0 * (libm::log(120.0) + 4.0) / 120.0)
                },
            )
            .consequence(),
            property(
                "two categories: either ends where the other does, and both sums are one",
                "(p, n, m)",
                || (0.01..0.99f64, 1..40u64, 2..40u64),
                |&(p, n, m)| {
                    let limit = limit_generations(&[p, 1.0 - p], m as f64);
                    error(to_one(&[p, 1.0 - p], n, m), to_end(p, n, m), SUMMED).max(error(limit, limit_end(p, m as f64), IDENTITY))
                },
            )
            .consequence(),
            simulation("generations to one category, by rows", 16_000, 0.05, vec![observed]),
        ],
    }
}

fn weight() -> Claim {
    let absent = |n: u64, m: u64, w: f64, t: u32| {
        let expected = extinct::absent(&CELLS[0], n, m, &w, t)[t as usize];
        simulated((n as usize, m as usize), w, Record::At(vec![t]), FIRST_LOST, expected)
    };
    Claim {
        id: "extinction-weight",
        statement: "with any positive weight on fresh real rows no category is lost for good: it is absent from a generation with probability (1 − p)ⁿ E (1 − p_{t−1})^m, \
                    which is between (1 − p)^{n+m} and (1 − p)ⁿ, where without real rows it tends to 1 − p",
        domain: "0 < w <= 1, every n, m >= 1, t >= 1 and p; the upper end where w = 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("extinction-weight"),
            exact("between the ends, in rationals", certificate::extinction::weight)
                .by("distributions of the fit, enumerated", &["extinct::absent"]),
            property(
                "the two ends: rare categories are missed by the real rows alone as often as never seen",
                "(n, m, p)",
                || (1..500u64, 1..500u64, 0.001..0.9f64),
                |&(n, m, p)| {
                    let [least, most] = absence(sizes(n, m), p);
                    let power = |count: u64| libm::pow(1.0 - p, count as f64);
                    // The exponent multiplies the rounding of the logarithm.
                    let tolerance = 10.0 * IDENTITY * (1.0 + (n + m) as f64);
                    error(least, power(n + m), tolerance)
                        .max(error(most, power(n), tolerance))
                        .max(holds(least <= most))
                },
            )
            .consequence(),
            simulation(
                "a rare category absent, by rows",
                1_600_000,
                0.02,
                vec![absent(10, 10, 0.2, 4), absent(8, 16, 0.05, 8)],
            ),
        ],
    }
}
