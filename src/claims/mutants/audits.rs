//! Programs that take one place for another: a random place of an audit must show each of them.
//!
//! A mistake about the input says in one line what a fault in a branch does: a covariance that is ignored from the fourth dimension on, a remainder that is dropped,
//! a counter that is too short. Each is one of the formulas' (`audit-risk`) and one of the simulators' (`audit-simulation`), where the same places must show it.

use goldenweight_evidence::{Audit, Mutant};
use goldenweight_recursion::models::gaussian::Divisor;
use nalgebra::DMatrix;

use super::Row;
use crate::advise::{Family, Loss};
use crate::claims::audit::answers::Answers;
use crate::claims::audit::chains::{Chains, Retrained};
use crate::claims::audit::controls::Controls;
use crate::claims::audit::densities::{Densities, Density, Errors, LateDensities, Made};
use crate::claims::audit::designs::{Designs, Weighed};
use crate::claims::audit::few::{Replicates, Spreads};
use crate::claims::audit::fits::{Draws, Replacement, Sample, Scores};
use crate::claims::audit::grouped::{Groups, Noise, Normals, Retraining};
use crate::claims::audit::judged::{Asked, Judged};
use crate::claims::audit::late::Late;
use crate::claims::audit::models::{Replicated, Told};
use crate::claims::audit::networks::{Best, Limits, Linked, Networks, Weighable};
use crate::claims::audit::orders::Orders;
use crate::claims::audit::place::Place;
use crate::claims::audit::routes::{ClosedForms, Dynamic, Least, Pooled, Said, Simulations, Sizes, TwoOrders};
use crate::claims::audit::samples::{
    self, Column, Columns, Divided, Divisors, Drawn, Metrics, Mix, Mixes, Ordered, Predicted, Quantiles, Responded,
    Sorted,
};
use crate::claims::audit::streams::{self, Batches, Fields, Keys, Own, Streams, Two};
use crate::claims::audit::subsamples::{DrawnLimits, Subsamples};
use crate::claims::audit::survival::{Category, Diffusions, Survival};
use crate::claims::audit::tables::{self, Advised, Audited, Tables};
use crate::claims::audit::taken::{Input, Taken};
use crate::claims::linked;
use crate::experiment::{Bandwidth, Generations, Parameters};
use crate::network::optimum::Objective;
use crate::simulate::engine::{Record, ScheduleKind};

/// The table.
pub fn table() -> Vec<Row> {
    let both = inputs().into_iter().flat_map(|Mistake { formula, simulator, check, taken_for }| {
        let simulations = if check == WIDE { Simulations::InManyDimensions } else { Simulations::Anywhere };
        [
            ("audit-risk", Mutant::audit(formula, ANYWHERE, ClosedForms, taken_for)),
            ("audit-simulation", Mutant::audit(simulator, check, simulations, taken_for)),
        ]
    });
    let tables = [formulas(), chains(), models(), regressions(), keys(), parts(), commands(), far()];
    both.chain(tables.into_iter().flatten()).collect()
}

const ANYWHERE: &str = "random places";
const WIDE: &str = "wide random places";

/// A program that takes places for others, as a formula and as a simulator.
struct Mistake {
    formula: &'static str,
    simulator: &'static str,
    /// The audit of simulations that shows it.
    check: &'static str,
    taken_for: fn(&Place) -> Place,
}

/// A mistake with its two names.
macro_rules! mistake {
    ($name:literal, $check:expr, $taken_for:expr) => {
        Mistake {
            formula: concat!("formula: ", $name),
            simulator: concat!("simulator: ", $name),
            check: $check,
            taken_for: $taken_for,
        }
    };
}

/// The place with other rows, if they are valid.
fn rows(place: &Place, change: impl FnOnce([u64; 2]) -> [u64; 2]) -> Place {
    let rows = place.problem.rows();
    let [real, synthetic] = change([rows.real as u64, rows.synthetic as u64]);
    place.with(place.parameters.clone(), real, synthetic).unwrap_or_else(|| place.clone())
}

/// The place with other parameters, if they are valid.
fn given(place: &Place, change: impl FnOnce(&mut Parameters)) -> Place {
    let (rows, mut parameters) = (place.problem.rows(), place.parameters.clone());
    change(&mut parameters);
    place.with(parameters, rows.real as u64, rows.synthetic as u64).unwrap_or_else(|| place.clone())
}

/// The place with another weight, where it has one.
fn weighted(place: &Place, change: impl FnOnce(f64) -> f64) -> Place {
    let weight = if place.schedule.takes_weight() { change(place.weight) } else { place.weight };
    Place { weight: place.problem.weight(weight).unwrap_or(place.weight), ..place.clone() }
}

/// The place at other generations: `change` has the first and the last one.
fn at(place: &Place, change: impl FnOnce(u32, u32) -> (u32, u32)) -> Place {
    let at = match place.at {
        Generations::Limit => Generations::Limit,
        Generations::At(t) => Generations::At(change(t, t).1),
        Generations::Average { from, until } => {
            let (first, last) = change(from, until - 1);
            Generations::Average { from: first.min(last), until: last + 1 }
        }
    };
    Place { at, ..place.clone() }
}

/// The place under another schedule.
fn scheduled(place: &Place, from: ScheduleKind, to: ScheduleKind) -> Place {
    Place { schedule: if place.schedule == from { to } else { place.schedule }, ..place.clone() }
}

/// The diagonal.
fn diagonal(sigma: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_diagonal(&sigma.diagonal())
}

/// What both formulas and simulators may do wrong.
fn inputs() -> Vec<Mistake> {
    vec![
        mistake!("n and m exchanged", ANYWHERE, |x| rows(x, |[n, m]| [m, n])),
        mistake!("n and m exchanged where m > 4 n", ANYWHERE, |x| {
            rows(x, |[n, m]| if m > 4 * n { [m, n] } else { [n, m] })
        }),
        mistake!("the remainder of m/n dropped from m", ANYWHERE, |x| {
            rows(x, |[n, m]| [n, if m > n { m - m % n } else { m }])
        }),
        mistake!("the remainder of n/m dropped from n", ANYWHERE, |x| {
            rows(x, |[n, m]| [if n > m { n - n % m } else { n }, m])
        }),
        mistake!("one real row less", ANYWHERE, |x| rows(x, |[n, m]| [n - 1, m])),
        mistake!("one synthetic row less", ANYWHERE, |x| rows(x, |[n, m]| [n, m - 1])),
        mistake!("at most 100 synthetic rows", ANYWHERE, |x| rows(x, |[n, m]| [n, m.min(100)])),
        mistake!("fewer rows than dimensions filled up", WIDE, |x| {
            let p = x.problem.dim() as u64;
            rows(x, |[n, m]| [n.max(p + 1), m.max(p + 1)])
        }),
        mistake!("w and 1 - w exchanged", ANYWHERE, |x| weighted(x, |w| 1.0 - w)),
        mistake!("w = 0 raised to .05", ANYWHERE, |x| weighted(x, |w| if w == 0.0 { 0.05 } else { w })),
        mistake!("w = 1 lowered to .9", ANYWHERE, |x| weighted(x, |w| if w == 1.0 { 0.9 } else { w })),
        mistake!("w with one digit", ANYWHERE, |x| weighted(x, |w| (10.0 * w).round() / 10.0)),
        mistake!("generations counted from 1", ANYWHERE, |x| at(x, |first, last| (first + 1, last + 1))),
        mistake!("generations counted from 1 up to the limit", ANYWHERE, |x| {
            at(x, |first, last| if last < 10 { (first + 1, last + 1) } else { (first, last) })
        }),
        mistake!("an average without its first generation", ANYWHERE, |x| at(x, |first, last| (first + 1, last))),
        mistake!("an average for its last generation", ANYWHERE, |x| at(x, |_, last| (last, last))),
        mistake!("a counter of generations of two bits", ANYWHERE, |x| at(x, |first, last| (first & 3, last & 3))),
        mistake!("fixed rows for fresh ones", ANYWHERE, |x| scheduled(x, ScheduleKind::Fresh, ScheduleKind::Fixed)),
        mistake!("fresh rows for fixed ones", ANYWHERE, |x| scheduled(x, ScheduleKind::Fixed, ScheduleKind::Fresh)),
        mistake!("fixed rows for data that accumulate", ANYWHERE, |x| {
            scheduled(x, ScheduleKind::Accumulate, ScheduleKind::Fixed)
        }),
        mistake!("a covariance ignored", ANYWHERE, |x| given(x, |truth| truth.sigma = None)),
        mistake!("a covariance ignored for p > 3", ANYWHERE, |x| {
            let is_small = x.problem.dim() <= 3;
            given(x, |truth| truth.sigma = truth.sigma.take().filter(|_| is_small))
        }),
        mistake!("the covariates' covariance ignored for p > 3", WIDE, |x| {
            let is_small = x.problem.dim() <= 3;
            given(x, |truth| truth.design_covariance = truth.design_covariance.take().filter(|_| is_small))
        }),
        mistake!("the noise variance ignored", ANYWHERE, |x| given(x, |truth| truth.noise_variance = None)),
        mistake!("probabilities ignored", ANYWHERE, |x| given(x, |truth| truth.probabilities = None)),
        mistake!("the last two cells taken together", ANYWHERE, |x| {
            given(x, |truth| {
                if let Some(cells) = truth.probabilities.as_mut().filter(|cells| cells.len() > 2) {
                    let last = cells.pop().expect("more than two");
                    *cells.last_mut().expect("more than one") += last;
                }
            })
        }),
        mistake!("the divisors n - 1 and m - 1 for n and m", ANYWHERE, |x| given(x, |truth| truth.divisor = None)),
        mistake!("the divisors n and m for n - 1 and m - 1", ANYWHERE, |x| {
            let takes = x.problem.model().takes.contains(&"divisor");
            given(x, |truth| truth.divisor = takes.then_some(Divisor::MaximumLikelihood))
        }),
        mistake!("sixteen dimensions at most", WIDE, |x| {
            given(x, |truth| truth.dim = truth.dim.map(|p| p.min(16)))
        }),
        mistake!("one dimension less from the ninth on", WIDE, |x| {
            given(x, |truth| truth.dim = truth.dim.map(|p| if p > 8 { p - 1 } else { p }))
        }),
    ]
}

/// Mistakes that only sharp evidence shows.
fn formulas() -> Vec<Row> {
    let wrong =
        |name, taken_for: fn(&Place) -> Place| ("audit-risk", Mutant::audit(name, ANYWHERE, ClosedForms, taken_for));
    let said = |name, taken_for: fn(&Place) -> Place| {
        ("audit-risk", Mutant::audit(name, "optima, sizes, times", Said, taken_for))
    };
    let pooled = |name, taken_for: fn(&Sizes) -> Sizes| {
        ("audit-risk", Mutant::audit(name, "pooled regressions", Pooled, taken_for))
    };
    vec![
        (
            "audit-risk",
            Mutant::audit(
                "input: one row fewer than the fewest is taken",
                "input that is taken",
                Taken,
                |x: &Input| Input { rows: x.rows.map(|rows| rows + 1), ..x.clone() },
            ),
        ),
        (
            "audit-risk",
            Mutant::audit(
                "input: coefficients that are too large are taken",
                "input that is taken",
                Taken,
                |x: &Input| {
                    let mut place = x.clone();
                    place.parameters.beta.iter_mut().flatten().for_each(|b| *b *= 0.99);
                    place
                },
            ),
        ),
        (
            "audit-simulation",
            Mutant::audit("answer: one replicate too many", "answers of simulate", Answers, |x: &Place| Place {
                simulated: x.simulated.map(|(kind, replicates)| (kind, replicates + 1)),
                ..x.clone()
            }),
        ),
        (
            "audit-simulation",
            Mutant::audit(
                "answer: ratio and z to the theory of the generation before",
                "answers of simulate",
                Answers,
                |x| at(x, |first, last| (first + 1, last + 1)),
            ),
        ),
        wrong("formula: a counter of generations of ten bits", |x| at(x, |first, last| (first & 1023, last & 1023))),
        wrong("formula: w near 0 taken for 0", |x| weighted(x, |w| if w < 1e-4 { 0.0 } else { w })),
        wrong("formula: w near 1 taken for 1", |x| weighted(x, |w| if w > 0.9999 { 1.0 } else { w })),
        wrong("formula: the limit from t = 1000 on", |x| match x.at {
            Generations::At(t) if t >= 1000 && x.weight > 0.0 => Place { at: Generations::Limit, ..x.clone() },
            _ => x.clone(),
        }),
        wrong("formula: n for n - 1 above 1,000 rows", |x| rows(x, |[n, m]| [if n > 1000 { n + 1 } else { n }, m])),
        wrong("formula: n = m a case of its own, with one row more", |x| {
            rows(x, |[n, m]| [n, if n == m { m + 1 } else { m }])
        }),
        wrong("formula: the last coefficient left out for p > 8", |x| {
            given(x, |truth| {
                if let Some(last) = truth.beta.as_mut().filter(|beta| beta.len() > 8).and_then(|beta| beta.last_mut()) {
                    *last = 0.0;
                }
            })
        }),
        wrong("formula: a covariance's diagonal alone", |x| {
            given(x, |truth| truth.sigma = truth.sigma.as_ref().map(diagonal))
        }),
        wrong("formula: the covariates' correlations ignored", |x| {
            given(x, |truth| truth.design_covariance = truth.design_covariance.as_ref().map(diagonal))
        }),
        said("optimum: n and m exchanged where m > 4 n", |x| rows(x, |[n, m]| if m > 4 * n { [m, n] } else { [n, m] })),
        said("optimum: one synthetic row less", |x| rows(x, |[n, m]| [n, m - 1])),
        said("optimum: the divisors n - 1 and m - 1 for n and m", |x| given(x, |truth| truth.divisor = None)),
        said("optimum: w above .9 taken for .9", |x| weighted(x, |w| w.min(0.9))),
        pooled("pooled rows: one coefficient less from the ninth on", |x| Sizes {
            dim: if x.dim > 8 { x.dim - 1 } else { x.dim },
            ..*x
        }),
        pooled("pooled rows: thirty coefficients at most", |x| Sizes { dim: x.dim.min(30), ..*x }),
        pooled("pooled rows: a hundred thousand at most", |x| Sizes {
            real: x.real.min(100_000),
            synthetic: x.synthetic.min(100_000),
            ..*x
        }),
        pooled("pooled rows: fewer synthetic rows than coefficients filled up", |x| Sizes {
            synthetic: x.synthetic.max(x.dim.into()),
            ..*x
        }),
    ]
}

/// Schedules that are not what they say.
fn chains() -> Vec<Row> {
    let wrong = |name, taken_for: fn(&Chains) -> Chains| {
        ("audit-simulation", Mutant::audit(name, "chains, number by number", Retrained, taken_for))
    };
    fn weights(place: &Chains, change: impl Fn(f64) -> f64) -> Chains {
        Chains { weights: place.weights.iter().map(|w| change(*w)).collect(), ..place.clone() }
    }
    vec![
        wrong("chain: weights one generation late", |x| {
            let mut weights = x.weights.clone();
            weights.rotate_right(1.min(x.weights.len()));
            Chains { weights, ..x.clone() }
        }),
        wrong("chain: the first weight at every generation", |x| Chains { is_constant: true, ..x.clone() }),
        wrong("chain: w = 0 raised to 1e-6", |x| weights(x, |w| w.max(1e-6))),
        wrong("chain: w = 1 lowered to 1 - 1e-6", |x| weights(x, |w| w.min(1.0 - 1e-6))),
        wrong("chain: weights that are rounded to 1/1000", |x| weights(x, |w| (1e3 * w).round() / 1e3)),
        wrong("chain: the first generation left out of an average from 0", |x| match x.record {
            Record::Average { from: 0, until } if until > 1 => {
                Chains { record: Record::Average { from: 1, until }, ..x.clone() }
            }
            _ => x.clone(),
        }),
        wrong("chain: the last generation left out of an average", |x| match x.record {
            Record::Average { from, until } if until > from + 1 => {
                Chains { record: Record::Average { from, until: until - 1 }, ..x.clone() }
            }
            _ => x.clone(),
        }),
        wrong("chain: one replicate for another", |x| Chains {
            replicates: (x.replicates.0 & !1, x.replicates.1),
            ..x.clone()
        }),
        wrong("chain: a replicate's number of sixteen bits", |x| Chains {
            replicates: (x.replicates.0 & 0xffff, x.replicates.1),
            ..x.clone()
        }),
        wrong("chain: fresh real rows for fixed ones", |x| {
            let schedule = if x.schedule == ScheduleKind::Fixed { ScheduleKind::Fresh } else { x.schedule };
            Chains { schedule, ..x.clone() }
        }),
        wrong("chain: accumulating rows in equal parts", |x| {
            let mut rows = x.rows;
            if x.schedule == ScheduleKind::Accumulate {
                rows.real = rows.synthetic;
            }
            Chains { rows, ..x.clone() }
        }),
        wrong("chain: no more than 1,000 rows", |x| {
            let mut rows = x.rows;
            rows.synthetic = rows.synthetic.min(1000);
            Chains { rows, ..x.clone() }
        }),
    ]
}

/// Simulators that are handed something else than what the command says, and networks with other edges.
fn models() -> Vec<Row> {
    fn of(place: &Told, change: impl FnOnce(&Place) -> Place) -> Told {
        Told { of: change(&place.of), ..place.clone() }
    }
    fn edges(place: &Told, change: impl Fn(&mut linked::Model)) -> Told {
        let mut place = place.clone();
        place.models.iter_mut().for_each(change);
        place
    }
    let wrong = |name, taken_for: fn(&Told) -> Told| {
        ("audit-simulation", Mutant::audit(name, "every model, number by number", Replicated, taken_for))
    };
    let controls = |name, taken_for: fn(&Place) -> Place| {
        ("audit-simulation", Mutant::audit(name, "controls", Controls, taken_for))
    };
    vec![
        wrong("model: a subsample of m rows", |x| {
            let is_drawn = x.of.schedule == ScheduleKind::Subsample;
            of(x, |x| if is_drawn { rows(x, |[_, m]| [m, m]) } else { x.clone() })
        }),
        wrong("model: one row less where their number is 3 mod 4", |x| {
            of(x, |x| rows(x, |[n, m]| [if n % 4 == 3 { n - 1 } else { n }, m]))
        }),
        wrong("model: no more than sixteen cells", |x| {
            of(x, |x| {
                given(x, |truth| {
                    if let Some(cells) = truth.probabilities.as_mut().filter(|cells| cells.len() > 16) {
                        let rest: f64 = cells.drain(16..).sum();
                        cells[15] += rest;
                    }
                })
            })
        }),
        wrong("model: half of the bandwidth under accumulating rows", |x| {
            let is_kept = x.of.schedule == ScheduleKind::Accumulate;
            of(x, |x| {
                given(x, |truth| {
                    if let Some(Bandwidth::Fixed(h)) = truth.bandwidth.filter(|_| is_kept) {
                        truth.bandwidth = Some(Bandwidth::Fixed(h / 2.0));
                    }
                })
            })
        }),
        wrong("model: w up to 1/1000 taken for 0", |x| of(x, |x| weighted(x, |w| if w < 1e-3 { 0.0 } else { w }))),
        wrong("network: the real rows of later generations at the start", |x| {
            edges(x, |model| model.start = model.real.map_or(model.start, |(rows, _)| rows))
        }),
        wrong("network: the first edge and the fourth from each other's model", |x| {
            edges(x, |model| {
                if model.from.len() > 3 {
                    (model.from[0].0, model.from[3].0) = (model.from[3].0, model.from[0].0);
                }
            })
        }),
        wrong("network: edges of equal weight", |x| {
            edges(x, |model| model.from.iter_mut().for_each(|edge| edge.2 = 3))
        }),
        controls("controls: of other covariates", |x| given(x, |truth| truth.design_covariance = None)),
        controls("controls: of one generation less", |x| at(x, |first, last| (first, last.saturating_sub(1)))),
    ]
}

/// Simulators of regressions that take places for others.
fn regressions() -> Vec<Row> {
    let wrong = |name, taken_for: fn(&Place) -> Place| {
        ("audit-simulation", Mutant::audit(name, "regressions, random places", TwoOrders, taken_for))
    };
    vec![
        wrong("regression: n and m exchanged", |x| rows(x, |[n, m]| [m, n])),
        wrong("regression: w and 1 - w exchanged", |x| weighted(x, |w| 1.0 - w)),
        wrong("regression: generation 0 alone", |x| at(x, |_, _| (0, 0))),
        wrong("regression: one generation less", |x| at(x, |first, last| (first.min(last - 1), last - 1))),
        wrong("regression: N(0, I) for rows of a covariance", |x| {
            given(x, |parameters| {
                parameters.design_covariance = None;
            })
        }),
    ]
}

/// Random streams whose keys lose something.
fn keys() -> Vec<Row> {
    let wrong = |name, seen: fn(Fields) -> Fields| {
        let taken_for = move |Two(keys): &Two| Two(keys.map(seen));
        ("audit-independence", Mutant::audit(name, "pairs of keys", Keys, taken_for))
    };
    let batches = |name, seen: fn(streams::Batch) -> streams::Batch| {
        let taken_for = move |streams::Pair(pair): &streams::Pair| streams::Pair(pair.map(seen));
        ("audit-independence", Mutant::audit(name, "keys of random streams", Streams, taken_for))
    };
    let repeated = |name, seen: fn(streams::Batch) -> streams::Batch| {
        let taken_for = move |streams::Pair(pair): &streams::Pair| streams::Pair(pair.map(seen));
        ("audit-independence", Mutant::audit(name, "pairs of batches", Batches, taken_for))
    };
    let own = |name, seen: fn(streams::Batch) -> streams::Batch| {
        let taken_for = move |batch: &streams::Batch| seen(*batch);
        ("audit-independence", Mutant::audit(name, "batches of long chains", Own, taken_for))
    };
    vec![
        wrong("key: a generation of sixteen bits", |x| Fields { generation: x.generation & 0xffff, ..x }),
        wrong("key: a replicate of sixteen bits", |x| Fields { replicate: x.replicate & 0xffff, ..x }),
        wrong("key: a replicate of 32 bits", |x| Fields { replicate: x.replicate & 0xffff_ffff, ..x }),
        wrong("key: a stream's number of eight bits", |x| Fields { index: x.index & 0xff, ..x }),
        wrong("key: a cell of 32 bits", |x| Fields { cell: x.cell & 0xffff_ffff, ..x }),
        wrong("key: real and synthetic rows of one stream", |x| Fields { is_synthetic: false, ..x }),
        wrong("key: pairs of replicates", |x| Fields { replicate: x.replicate & !1, ..x }),
        wrong("key: one stream for a generation", |x| Fields { index: 0, ..x }),
        batches("batches: streams that begin again every second generation", |x| streams::Batch {
            generation: 1 + (x.generation - 1) % 2,
            ..x
        }),
        own("batches: a generation of eleven bits", |x| streams::Batch { generation: x.generation & 0x7ff, ..x }),
        own("batches: a generation of sixteen bits", |x| streams::Batch { generation: x.generation & 0xffff, ..x }),
        repeated("batches: streams that begin again every eighth generation", |x| streams::Batch {
            generation: 1 + (x.generation - 1) % 8,
            ..x
        }),
        repeated("batches: streams that begin again every 64th generation", |x| streams::Batch {
            generation: 1 + (x.generation - 1) % 64,
            ..x
        }),
        repeated("batches: a generation of eight bits", |x| streams::Batch { generation: x.generation & 0xff, ..x }),
        batches("batches: real and synthetic rows of one stream", |x| streams::Batch { is_synthetic: false, ..x }),
        batches("batches: a cell of sixteen bits", |x| streams::Batch { cell: x.cell & 0xffff, ..x }),
        batches("batches: an experiment of sixteen bits", |x| streams::Batch {
            experiment: x.experiment & 0xffff,
            ..x
        }),
    ]
}

/// Fits and samples.
fn parts() -> Vec<Row> {
    fn wrong<A: Audit + 'static>(
        check: &'static str,
        audit: A,
        name: &'static str,
        taken_for: impl Fn(&A::Place) -> A::Place + Send + Sync + 'static,
    ) -> Row {
        ("audit-fits", Mutant::audit(name, check, audit, taken_for))
    }
    const SCORES: &str = "scores";
    const MIXES: &str = "mixed samples";
    const METRICS: &str = "coordinates of covariates";
    const COLUMNS: &str = "columns of factors";
    const WORDS: &str = "responses from random words";
    /// The batches with other weights.
    fn batches(place: &Sample, weight: impl Fn(usize, (usize, f64)) -> f64) -> Sample {
        let batches = place.batches.iter().enumerate().map(|(i, batch)| (batch.0, weight(i, *batch)));
        Sample { batches: batches.collect(), ..place.clone() }
    }
    vec![
        wrong(SCORES, Scores, "fit: a row's weight by the remainder of m/n", |x| {
            let real = x.batches[0].0;
            batches(x, |_, (rows, w)| if rows > real { w * rows as f64 / (rows - rows % real) as f64 } else { w })
        }),
        wrong(SCORES, Scores, "fit: weights per row, not per batch", |x| batches(x, |_, (rows, w)| w * rows as f64)),
        wrong(SCORES, Scores, "fit: the third batch left out", |x| {
            batches(x, |i, (_, w)| if i == 2 { 0.0 } else { w })
        }),
        wrong(SCORES, Scores, "fit: weights of batches exchanged", |x| {
            let last = x.batches.len() - 1;
            batches(x, |i, _| x.batches[last - i].1)
        }),
        wrong(MIXES, Mixes, "mix: weights below a hundredth rounded to 0", |x: &Mix| {
            let parts = x.parts.iter().map(|&(rows, w)| (rows, if w < 0.01 { 0.0 } else { w })).collect();
            Mix { parts, ..x.clone() }
        }),
        wrong(MIXES, Mixes, "mix: weights of the first two samples exchanged", |x: &Mix| {
            let mut parts = x.parts.clone();
            if let [first, second, ..] = &mut parts[..] {
                std::mem::swap(&mut first.1, &mut second.1);
            }
            Mix { parts, ..x.clone() }
        }),
        wrong(METRICS, Metrics, "coordinates: covariances ignored for p > 3", |x: &samples::Pair| {
            let dim = x.omega.nrows();
            let omega = if dim > 3 { DMatrix::identity(dim, dim) } else { x.omega.clone() };
            samples::Pair { omega, ..x.clone() }
        }),
        wrong(METRICS, Metrics, "coordinates: correlations ignored", |x: &samples::Pair| samples::Pair {
            omega: diagonal(&x.omega),
            ..x.clone()
        }),
        wrong(COLUMNS, Columns, "factor: degrees of freedom that end at the fifth column", |x: &Column| Column {
            column: if x.is_diagonal { x.column.min(4) } else { x.column },
            ..x.clone()
        }),
        wrong(COLUMNS, Columns, "factor: degrees of freedom that end at the ninth column", |x: &Column| Column {
            column: if x.is_diagonal { x.column.min(8) } else { x.column },
            ..x.clone()
        }),
        wrong("divisors", Divisors, "divisor: n for n - 1 above 500 rows", |x: &Divided| Divided {
            rows: if x.rows > 500 { x.rows + 1 } else { x.rows },
            ..x.clone()
        }),
        wrong("sorted numbers", Sorted, "sorted numbers: the one before", |x: &Ordered| Ordered {
            rank: x.rank.saturating_sub(1),
            ..x.clone()
        }),
        wrong("means of responses", Responded, "response: probabilities from .001 to .999", |x: &Predicted| {
            let eta = x.eta.map(|eta| if x.is_logistic { eta.clamp(-6.907, 6.907) } else { eta });
            Predicted { eta, ..x.clone() }
        }),
        wrong("means of responses", Responded, "response: rates up to 20", |x: &Predicted| {
            let eta = x.eta.map(|eta| if x.is_logistic { eta } else { eta.min(libm::log(20.0)) });
            Predicted { eta, ..x.clone() }
        }),
        wrong(WORDS, Quantiles, "response: rates of drawn counts up to 20", |x: &Drawn| {
            let eta = x.eta.map(|eta| if x.is_logistic { eta } else { eta.min(libm::log(20.0)) });
            Drawn { eta, ..x.clone() }
        }),
        wrong(WORDS, Quantiles, "response: rates of drawn counts up to 1000", |x: &Drawn| {
            let eta = x.eta.map(|eta| if x.is_logistic { eta } else { eta.min(libm::log(1000.0)) });
            Drawn { eta, ..x.clone() }
        }),
        wrong(WORDS, Quantiles, "response: the last word of four is the first", |x: &Drawn| {
            let [a, b, c, _] = x.words;
            Drawn { words: [a, b, c, a], ..x.clone() }
        }),
        wrong(COLUMNS, Columns, "factor: a sample of one row more", |x: &Column| Column {
            rows: x.rows + 1,
            ..x.clone()
        }),
    ]
}

/// Late generations, limits, optima, many coefficients.
fn far() -> Vec<Row> {
    fn risk<A: Audit + 'static>(
        check: &'static str,
        audit: A,
        name: &'static str,
        taken_for: fn(&A::Place) -> A::Place,
    ) -> Row {
        ("audit-risk", Mutant::audit(name, check, audit, taken_for))
    }
    const LATE: &str = "late generations and limits";
    const DENSITIES: &str = "late densities and their optima";
    const NETWORKS: &str = "limits of networks";
    const ORDERS: &str = "two orders of regressions";
    vec![
        risk(LATE, Late, "late: at most 2^19 generations", |x: &Place| {
            at(x, |first, last| (first.min(1 << 19), last.min(1 << 19)))
        }),
        risk(LATE, Late, "late: four synthetic rows at least", |x: &Place| rows(x, |[n, m]| [n, m.max(4)])),
        risk(LATE, Late, "late: a limit at w = 0 by its formula at 1e-6", |x: &Place| {
            weighted(x, |w| if w == 0.0 && x.at == Generations::Limit { 1e-6 } else { w })
        }),
        risk(LATE, Late, "late: one synthetic row less", |x: &Place| rows(x, |[n, m]| [n, m - 1])),
        risk(DENSITIES, LateDensities, "late density: w = 0 raised to .01", |x: &Density| Density {
            weight: x.weight.max(0.01),
            ..*x
        }),
        risk(DENSITIES, LateDensities, "late density: at most 100 generations", |x: &Density| Density {
            at: x.at.map(|t| t.min(100)),
            ..*x
        }),
        risk(NETWORKS, Limits, "network limit: no model sees itself", |x: &Linked| {
            let mut place = x.clone();
            for (i, model) in place.models.iter_mut().enumerate() {
                if model.from.len() > 1 {
                    model.from.retain(|edge| edge.0 != i);
                }
            }
            place
        }),
        risk(NETWORKS, Limits, "network limit: one row more of the first", |x: &Linked| {
            let mut place = x.clone();
            place
                .models
                .iter_mut()
                .flat_map(|model| &mut model.from)
                .filter(|edge| edge.0 == 0)
                .for_each(|edge| edge.1 += 1);
            place
        }),
        risk(
            "limits of covariances of drawn rows",
            DrawnLimits,
            "drawn limit: a covariance's diagonal alone",
            |x: &Place| given(x, |truth| truth.sigma = truth.sigma.as_ref().map(diagonal)),
        ),
        risk("least risks", Least, "least risk: eight dimensions at most", |x: &Place| {
            given(x, |truth| truth.dim = truth.dim.map(|p| p.min(8)))
        }),
        risk("least risks", Least, "least risk: n and m exchanged", |x: &Place| rows(x, |[n, m]| [m, n])),
        risk("weights of thirty generations", Dynamic, "weights: n and m exchanged", |x: &Sizes| Sizes {
            real: x.synthetic.max(3),
            synthetic: x.real,
            ..*x
        }),
        risk(ORDERS, Orders, "two orders: the covariates' correlations ignored", |x: &Place| {
            given(x, |truth| truth.design_covariance = truth.design_covariance.as_ref().map(diagonal))
        }),
        risk(ORDERS, Orders, "two orders: the last coefficient left out for p > 8", |x: &Place| {
            given(x, |truth| {
                if let Some(last) = truth.beta.as_mut().filter(|beta| beta.len() > 8).and_then(|beta| beta.last_mut()) {
                    *last = 0.0;
                }
            })
        }),
        risk(ORDERS, Orders, "two orders: one synthetic row more", |x: &Place| rows(x, |[n, m]| [n, m + 1])),
        risk("diffusions", Diffusions, "diffusion: p and 1 - p exchanged", |x: &Category| Category {
            probability: 1.0 - x.probability,
            ..*x
        }),
    ]
}

/// Networks, density estimates, extinction, tables: what has places of its own.
fn commands() -> Vec<Row> {
    fn risk<A: Audit + 'static>(
        check: &'static str,
        audit: A,
        name: &'static str,
        taken_for: fn(&A::Place) -> A::Place,
    ) -> Row {
        ("audit-risk", Mutant::audit(name, check, audit, taken_for))
    }
    fn fits<A: Audit + 'static>(
        check: &'static str,
        audit: A,
        name: &'static str,
        taken_for: fn(&A::Place) -> A::Place,
    ) -> Row {
        ("audit-fits", Mutant::audit(name, check, audit, taken_for))
    }
    const ANY: &str = "regressions at any weight";
    const DENSITIES: &str = "densities";
    const NETWORKS: &str = "networks";
    const SURVIVAL: &str = "survival";
    const DRAWN: &str = "covariances of drawn rows";
    const GROUPS: &str = "retrained tables";
    vec![
        risk(ANY, Designs, "regression: two columns for three", |x: &Weighed| {
            let mut place = *x;
            place.sizes.dim = if x.sizes.dim == 3 { 2 } else { x.sizes.dim };
            place
        }),
        risk(ANY, Designs, "regression: a single synthetic row is two", |x: &Weighed| {
            let mut place = *x;
            place.sizes.synthetic = x.sizes.synthetic.max(2);
            place
        }),
        risk(DENSITIES, Densities, "density: n and m exchanged where m > 10 n", |x: &Density| {
            let [n, m] = x.rows;
            Density { rows: if m > 10 * n { [m, n] } else { x.rows }, ..*x }
        }),
        risk(DENSITIES, Densities, "density: bandwidths up to 10", |x: &Density| Density {
            bandwidth: x.bandwidth.min(10.0),
            ..*x
        }),
        risk(NETWORKS, Networks, "network: fresh real rows for those of generation 0", |x: &Linked| {
            let mut place = x.clone();
            place.models.iter_mut().for_each(|model| model.start = model.real.map_or(model.start, |(rows, _)| rows));
            place
        }),
        risk(NETWORKS, Networks, "network: an edge to the model itself has one row more", |x: &Linked| {
            let mut place = x.clone();
            for (i, model) in place.models.iter_mut().enumerate() {
                model.from.iter_mut().filter(|edge| edge.0 == i).for_each(|edge| edge.1 += 1);
            }
            place
        }),
        risk(NETWORKS, Networks, "network: generation 1 for generation 0", |x: &Linked| Linked {
            generation: x.generation.max(1),
            ..x.clone()
        }),
        risk(SURVIVAL, Survival, "survival: n and m exchanged", |x: &Category| Category {
            rows: [x.rows[1], x.rows[0]],
            ..*x
        }),
        risk(SURVIVAL, Survival, "survival: one generation more after the tenth", |x: &Category| Category {
            generation: if x.generation > 10 { x.generation + 1 } else { x.generation },
            ..*x
        }),
        risk(DRAWN, Subsamples, "drawn covariance: three synthetic rows for two", |x: &Place| {
            rows(x, |[n, m]| [n, if m == 2 { 3 } else { m }])
        }),
        risk(DRAWN, Subsamples, "drawn covariance: the other divisor", |x: &Place| {
            given(x, |truth| {
                truth.divisor = if truth.divisor.is_some() { None } else { Some(Divisor::MaximumLikelihood) };
            })
        }),
        fits("squared errors of densities", Errors, "density: w and 1 - w exchanged", |x: &Density| Density {
            weight: 1.0 - x.weight,
            ..*x
        }),
        fits("rows of densities", Made, "density: rows without the kernel's noise", |x: &Density| Density {
            bandwidth: 1e-3 * x.bandwidth,
            ..*x
        }),
        fits("advised tables", Advised, "advice: the last row left out", |x: &Tables| {
            let mut place = x.clone();
            place.rows[0].pop();
            place
        }),
        fits("advised tables", Advised, "advice: one synthetic row more", |x: &Tables| Tables {
            synthetic: x.synthetic + 1,
            ..x.clone()
        }),
        fits("audited tables", Audited, "audit: the last synthetic row left out", |x: &Tables| {
            let mut place = x.clone();
            place.rows[1].pop();
            place
        }),
        fits("audited tables", Audited, "audit: w and 1 - w exchanged", |x: &Tables| Tables {
            weight: 1.0 - x.weight,
            ..x.clone()
        }),
        fits("advised tables", Advised, "advice: tables that end at row 4096", |x: &Tables| {
            let mut place = x.clone();
            let mut left = 4096;
            for copies in &mut place.copies[0] {
                *copies = left.min(*copies);
                left -= *copies;
            }
            place
        }),
        fits("advised tables", Advised, "advice: rows with a missing level are kept", |x: &Tables| {
            // The level that is missing is taken for one that is there.
            let mut place = x.clone();
            let numbers = x.rows[0].first().map_or(0, |row| row.numbers().len());
            let is_text = |(_, column): &&(tables::Row, usize)| (numbers..numbers + x.levels.len()).contains(column);
            for (row, _) in x.dropped[0].iter().filter(is_text) {
                place.rows[0].push(row.clone());
                place.copies[0].push(1);
            }
            place
        }),
        fits("judged tables", Judged, "audit: tables that end at row 1000", |x: &Asked| {
            let mut place = x.clone();
            for copies in &mut place.tables.copies {
                let mut left = 1000;
                for copies in copies {
                    *copies = left.min(*copies);
                    left -= *copies;
                }
            }
            place
        }),
        fits("judged tables", Judged, "audit: other random numbers", |x: &Asked| Asked {
            seed: x.seed.wrapping_add(1),
            ..x.clone()
        }),
        fits("judged tables", Judged, "audit: the loss of standardised columns for the raw one", |x: &Asked| Asked {
            loss: if x.loss == Loss::Raw { Loss::Standardised } else { x.loss },
            ..x.clone()
        }),
        fits("judged tables", Judged, "audit: regrets from a tenth on", |x: &Asked| Asked {
            regret: x.regret.max(0.1),
            ..x.clone()
        }),
        fits("spreads of replicates", Spreads, "statistic: the last replicate left out", |x: &Replicates| {
            let mut place = x.clone();
            if place.paths.len() > 1 {
                place.paths.pop();
            }
            place
        }),
        fits("noise of responses", Normals, "response: a predictor that is rounded to whole numbers", |x: &Noise| {
            Noise { eta: x.eta.round(), ..*x }
        }),
        fits("rows of tables", Replacement, "table: the last rows of large ones are never drawn", |x: &Draws| Draws {
            groups: if x.copies > 1000 { x.groups.div_ceil(2) } else { x.groups },
            ..*x
        }),
        (
            "audit-simulation",
            Mutant::audit("table: w and 1 - w exchanged", GROUPS, Retraining, |x: &Groups| Groups {
                weight: 1.0 - x.weight,
                ..x.clone()
            }),
        ),
        (
            "audit-simulation",
            Mutant::audit("table: n and m exchanged", GROUPS, Retraining, |x: &Groups| {
                let mut place = x.clone();
                std::mem::swap(&mut place.rows.real, &mut place.rows.synthetic);
                place
            }),
        ),
        (
            "audit-simulation",
            Mutant::audit("table: responses of half of the variance", GROUPS, Retraining, |x: &Groups| {
                // About the mean of their level, so that the fit stays.
                let halved = |all: &Vec<f64>| {
                    let mean = all.iter().sum::<f64>() / all.len() as f64;
                    all.iter().map(|y| mean + 0.5_f64.sqrt() * (y - mean)).collect()
                };
                let is_linear = x.family == Family::Linear;
                let responses = if is_linear { x.responses.iter().map(halved).collect() } else { x.responses.clone() };
                Groups { responses, ..x.clone() }
            }),
        ),
        risk(
            "best weights of networks",
            Best,
            "best weights: the fifth model and later ones have none",
            |x: &Weighable| {
                let mut place = x.clone();
                for model in place.models.iter_mut().skip(4).filter(|model| !model.from.is_empty()) {
                    model.real = None;
                }
                place
            },
        ),
        risk(
            "best weights of networks",
            Best,
            "best weights: those of the mean for those of a model",
            |x: &Weighable| Weighable { objective: Objective::Mean, ..x.clone() },
        ),
    ]
}
