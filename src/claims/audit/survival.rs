//! Extinction of categories at random places, by whole binomial laws.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use goldenweight_theory::extinction::{Chain, Expected, diffusion};
use goldenweight_theory::parameters::SampleSizes;
use rand::RngExt;

use crate::claims::domain;
use crate::claims::extinct;
use crate::stream::StreamRng;

/// A place: a category, the rows, a generation.
#[derive(Clone, Copy, Debug)]
pub struct Category {
    /// Its probability.
    pub probability: f64,
    /// n, m.
    pub rows: [u64; 2],
    /// t.
    pub generation: u32,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { probability: p, rows: [n, m], generation } = self;
        write!(f, "goldenweight survival --probabilities {p},{} --real {n} --synthetic {m}", 1.0 - p)?;
        write!(f, " --generations {generation}")
    }
}

/// The probabilities that a category is lost and alone, and the expected generations until it is either.
pub struct Survival;

/// What is left of a probability where the independent sum over the generations ends, and what adds up over as many of them: see the claim `extinction-time`.
const SUMMED: f64 = 100.0 * domain::RECURSION;

impl Audit for Survival {
    type Place = Category;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Category {
        let [n, m] = [(); 2].map(|()| log_uniform(rng, 1.0, 60.0).round() as u64);
        let probability = if rng.random() { rng.random_range(0.01..0.99) } else { log_uniform(rng, 1e-4, 0.1) };
        // A generation takes m^3 steps here; after 10 m of them nearly all is over.
        let last = 10.0 * (m as f64).min(16.0) + 20.0;
        Category { probability, rows: [n, m], generation: log_uniform(rng, 0.5, last) as u32 }
    }

    fn examine(&self, place: &Category, seen: &Category, _: Key) -> Result<Deviation, String> {
        let [n, m] = place.rows;
        let (chain, of_seen) =
            (Chain::of_floats(seen.rows[1]), SampleSizes::new(seen.rows[0], seen.rows[1]).expect("rows"));
        let fate = chain.fate(of_seen, seen.probability, seen.generation);
        let expected = |p: f64| extinct::by_counts(p, n, m, place.generation)[1];
        // Alone where the other of two categories is lost.
        let (lost, alone) = (expected(place.probability), expected(1.0 - place.probability));
        // A probability near 0 is a power whose logarithm has been rounded. Below 1e-25 the program's binomial laws, which end at 1e-40 of their mode, say nothing.
        // So does the rounding of 1 - p in the power of it.
        let rarer = place.probability.min(1.0 - place.probability);
        let tolerance = domain::RECURSION + (1e-14 + 2e-16 / rarer) * (n + m) as f64;
        let apart = |found: f64, expected: f64| Deviation::relative(1e-25 + found, 1e-25 + expected, tolerance);
        let found = apart(fate.lost, lost).max(apart(fate.alone, alone));
        // The sum over all generations has some 2 m ln m of them, each with m^2 terms.
        if m > 16 {
            return Ok(found);
        }
        let time = chain.expected(of_seen, seen.probability, &chain.generations()).to_end;
        let summed = extinct::summed(place.probability, n, m);
        // In units of one generation where it is over in less.
        Ok(found.max(Deviation::relative(1.0 + time, 1.0 + summed, SUMMED)))
    }

    fn smaller(&self, place: &Category) -> Vec<Category> {
        let [n, m] = place.rows;
        let rows =
            [[n / 2, m], [n, m / 2], [n - 1, m], [n, m - 1]].into_iter().filter(|rows| rows[0] > 0 && rows[1] > 0);
        let rows = rows.map(|rows| Category { rows, ..*place });
        let t = place.generation;
        let generations = [0, t / 2].into_iter().filter(|generation| *generation < t);
        rows.chain(generations.map(|generation| Category { generation, ..*place })).collect()
    }
}

/// The diffusion that takes the place of the chain where there are many rows.
pub struct Diffusions;

impl Audit for Diffusions {
    type Place = Category;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Category {
        let [n, m] = [2e3, 1e12].map(|most| log_uniform(rng, 1.0, most).round() as u64);
        let probability = if rng.random() { rng.random_range(0.01..0.99) } else { log_uniform(rng, 1e-4, 0.1) };
        Category { probability, rows: [n, m], generation: 0 }
    }

    fn examine(&self, place: &Category, seen: &Category, _: Key) -> Result<Deviation, String> {
        let of = |rows: [u64; 2], p: f64| diffusion(SampleSizes::new(rows[0], rows[1]).expect("rows"), p);
        let found = of(seen.rows, seen.probability);
        let Category { probability: p, rows: [n, m], .. } = *place;
        let expected = extinct::diffused(p, n, m as f64);
        // Masses below 1e-40 of the largest are left out there; here the law is added up trial by trial.
        let tolerance = domain::RECURSION + 1e-15 * n as f64;
        let near = |found: &Expected, [alone, end]: [f64; 2], tolerance: f64| {
            domain::error(found.to_alone, alone, tolerance).max(domain::error(found.to_end, end, tolerance))
        };
        let found = near(&found, expected, tolerance);
        // Above a million real rows it is an expansion, which begins where the sum ends: 1/n^2, and 1e-6 of a share of 1/n.
        let many = [1_000_000, 1_000_001].map(|n| of([n, m], p.clamp(0.01, 0.99)));
        Ok(found.max(near(&many[1], [many[0].to_alone, many[0].to_end], 1e-9)))
    }

    fn smaller(&self, place: &Category) -> Vec<Category> {
        let [n, m] = place.rows;
        let rows = [[n / 2, m], [n, m / 2]].into_iter().filter(|rows| rows[0] > 0 && rows[1] > 0);
        rows.map(|rows| Category { rows, ..*place }).collect()
    }
}
