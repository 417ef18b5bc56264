//! Random networks of models: their risks and covariances, by the ancestors of rows and the paths of noises.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use rand::RngExt;

use super::place::Place;
use super::steps;
use crate::catalogue;
use crate::claims::domain;
use crate::claims::linked::{self, Followed, Model};
use crate::experiment::{Generations, Parameters, Problem};
use crate::network::law::NetworkLaw;
use crate::network::optimum::{Objective, best};
use crate::network::{GivenEdge, GivenNode, Network};
use crate::simulate::engine::ScheduleKind;
use crate::stream::StreamRng;

/// A place: models that feed one another, what is fitted, and a generation.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The models.
    pub models: Vec<Model>,
    /// What is fitted.
    pub of: Place,
    /// t.
    pub generation: u32,
}

/// Real rows of generation 0 where none are given: as many as later, or else as an edge has at most.
pub fn usual_start(Model { real, from, .. }: &Model) -> Option<u64> {
    real.map(|(rows, _)| rows).or_else(|| from.iter().map(|edge| edge.1).max())
}

/// The description that a file would have.
pub fn described(models: &[Model]) -> (Vec<GivenNode>, Vec<GivenEdge>) {
    let name = |i: usize| format!("m{i}");
    let node = |(i, model): (usize, &Model)| GivenNode {
        name: name(i),
        real: model.real.map_or(0, |(rows, _)| rows),
        // Left out where it is what is taken then.
        start: (usual_start(model) != Some(model.start)).then_some(model.start),
    };
    let edge = |(to, model): (usize, &Model)| {
        let of = |&(from, rows, part): &(usize, u64, u64)| GivenEdge {
            from: name(from),
            to: name(to),
            weight: model.weight(part),
            rows,
        };
        model.from.iter().map(of).collect::<Vec<_>>()
    };
    (models.iter().enumerate().map(node).collect(), models.iter().enumerate().flat_map(edge).collect())
}

impl fmt::Display for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, dim) = (self.of.problem.model(), self.of.problem.dim());
        write!(f, "goldenweight network FILE --model {model} --dim {dim} --generations {}, FILE:", self.generation)?;
        let (nodes, edges) = described(&self.models);
        let node = |GivenNode { name, real, start }: &GivenNode| {
            let start = start.map_or_else(String::new, |start| format!(", start = {start}"));
            format!("{{name = \"{name}\", real = {real}{start}}}")
        };
        let edge = |GivenEdge { from, to, weight, rows }: &GivenEdge| {
            format!("{{from = \"{from}\", to = \"{to}\", weight = {weight}, rows = {rows}}}")
        };
        let list = |of: Vec<String>| of.join(", ");
        write!(f, " node = [{}]", list(nodes.iter().map(node).collect()))?;
        write!(f, " edge = [{}]", list(edges.iter().map(edge).collect()))
    }
}

/// Covariances of the errors of all pairs of models, in every generation and in the limit.
pub struct Networks;

/// Most dimensions of a covariance: all products of two entries are followed.
const MOST: usize = 2;

/// What is fitted: a model with its default truth and divisor, which a network takes; a covariance in so many dimensions at most.
fn fitted(rng: &mut StreamRng, most: usize) -> Place {
    loop {
        let place = Place::predicted(rng);
        let is_covariance = place.problem.model().loss_index == 1;
        let is_default = place.parameters.given().all(|(name, _)| name == "dim");
        if is_default && (!is_covariance || place.problem.dim() <= most) {
            return place;
        }
    }
}

/// One row's part in the risk of a fit: what 1,000 of them leave, times their number.
fn noise(of: &Place) -> Result<f64, String> {
    let of = of.with(of.parameters.clone(), 1000, 1000).ok_or("rows that are refused")?;
    let of = Place { schedule: ScheduleKind::Fixed, weight: 1.0, at: Generations::At(0), ..of };
    Ok(1e3 * steps::risks(&of, &[], false)?[0])
}

impl Audit for Networks {
    type Place = Linked;
    type Found = Deviation;

    fn parts(&self, place: &Linked) -> Vec<&'static str> {
        let models = &place.models;
        let named = [
            ("one model", models.len() == 1),
            ("without any real rows", models.iter().all(|model| model.real.is_none())),
            ("fed by itself", models.iter().enumerate().any(|(i, model)| model.from.iter().any(|edge| edge.0 == i))),
            ("t = 0", place.generation == 0),
        ];
        let named = named.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name);
        named.chain([place.of.problem.model().name]).collect()
    }

    fn place(&self, rng: &mut StreamRng) -> Linked {
        let of = fitted(rng, MOST);
        let size = rng.random_range(1..=6);
        // Two rows at least: the variance of one does not exist.
        let mut rows = |rng: &mut StreamRng| log_uniform(rng, 2.0, 1e3).round() as u64;
        let model = |rng: &mut StreamRng, rows: &mut dyn FnMut(&mut StreamRng) -> u64| {
            let mut from = Vec::new();
            for other in 0..size {
                if rng.random() {
                    from.push((other, rows(rng), rng.random_range(1..=5)));
                }
            }
            let real = (from.is_empty() || rng.random()).then(|| (rows(rng), rng.random_range(1..=5)));
            let start = if rng.random() { rows(rng) } else { real.map_or_else(|| rows(rng), |(rows, _)| rows) };
            Model { start, real, from }
        };
        let models = (0..size).map(|_| model(rng, &mut rows)).collect();
        let generation = rng.random_range(0..=if of.problem.model().loss_index == 1 { 4 } else { 12 });
        Linked { models, of, generation }
    }

    fn examine(&self, place: &Linked, seen: &Linked, _: Key) -> Result<Deviation, String> {
        let (nodes, edges) = described(&seen.models);
        let Ok(network) = Network::new(nodes, edges) else { return Ok(Deviation::unless(false)) };
        let Ok(law) = NetworkLaw::new(&network, &seen.of.problem) else { return Ok(Deviation::unless(false)) };
        let law = law.ok_or("no law")?;
        let (models, size) = (&place.models, place.models.len());
        let model = place.of.problem.model();
        let is_covariance = model.loss_index == 1;
        let expected = if is_covariance {
            linked::covariances(models, &vec![1.0; place.of.problem.dim()], place.generation)
        } else {
            let noise = noise(&place.of)?;
            let is_share = [&catalogue::CATEGORICAL, &catalogue::CDF].contains(&model);
            let by = if is_share { linked::same_ancestor } else { linked::by_noises };
            by(models, place.generation).into_iter().map(|covariance| noise * covariance).collect()
        };
        // What cancels in a covariance's table is about as many times larger as there are rows.
        let most = models.iter().flat_map(|model| model.from.iter().map(|edge| edge.1).chain([model.start])).max();
        let cancelled = if is_covariance { most.unwrap_or(1) as f64 } else { 1.0 };
        let tolerance = domain::RECURSION + 1e-15 * f64::from(10 + place.generation) * cancelled;
        let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let found = law.after(seen.generation);
        if found.len() != size {
            return Ok(Deviation::unless(false));
        }
        // Errors that share little are compared relative to the largest covariance.
        let entries = expected.iter().enumerate().map(|(k, x)| {
            let found = found[k / size][k % size];
            if k / size == k % size {
                Deviation::relative(found, *x, tolerance)
            } else {
                Deviation::relative(scale + found, scale + x, tolerance)
            }
        });
        Ok(entries.reduce(Deviation::max).expect("a model"))
    }

    fn smaller(&self, place: &Linked) -> Vec<Linked> {
        let with = |models: Vec<Model>| Linked { models, ..place.clone() };
        let last = place.models.len() - 1;
        let mut found = Vec::new();
        if last > 0 && place.models[..last].iter().all(|model| model.from.iter().all(|edge| edge.0 != last)) {
            found.push(with(place.models[..last].to_vec()));
        }
        for i in 0..=last {
            for edge in 0..place.models[i].from.len() {
                let mut models = place.models.clone();
                models[i].from.remove(edge);
                if models[i].real.is_some() || !models[i].from.is_empty() {
                    found.push(with(models));
                }
            }
        }
        if place.generation > 0 {
            found.extend([1, place.generation - 1].map(|generation| Linked { generation, ..place.clone() }));
        }
        found.retain(|other| {
            other.generation < place.generation
                || other.models.len() < place.models.len()
                || edges(other) < edges(place)
        });
        found
    }
}

/// Where risks tend to, which models diverge and by how much in each generation.
pub struct Limits;

/// Generations after which what does not diverge is at its limit: a multiple of all periods of up to six models. Over five models of which one has a part of 1/11 on others, less than
/// e^-100 is left of the start.
const LATE: u64 = 60 << 14;

impl Limits {
    /// The risk of a sample of one row in its own units, and how the risks of fits are carried.
    fn followed(of: &Place) -> Result<(f64, Followed), String> {
        let model = of.problem.model();
        if model.loss_index == 1 {
            return Ok((1.0, Followed::Covariance { dim: of.problem.dim() as f64 }));
        }
        let shrink = if [&catalogue::CATEGORICAL, &catalogue::CDF].contains(&model) { 1.0 } else { 0.0 };
        Ok((noise(of)?, Followed::Mean { shrink }))
    }
}

impl Audit for Limits {
    type Place = Linked;
    type Found = Deviation;

    fn parts(&self, place: &Linked) -> Vec<&'static str> {
        Networks.parts(place)
    }

    /// Models that see one or two others, so that there are rings, self loops, periods, and models that only listen.
    fn place(&self, rng: &mut StreamRng) -> Linked {
        let of = fitted(rng, 30);
        let size = rng.random_range(1..=5);
        let grounded = rng.random::<f64>();
        let rows = |rng: &mut StreamRng| log_uniform(rng, 2.0, 1e3).round() as u64;
        let model = |rng: &mut StreamRng| {
            let mut from: Vec<(usize, u64, u64)> = Vec::new();
            for _ in 0..if rng.random_range(0..3) == 0 { 2 } else { 1 } {
                let other = rng.random_range(0..size);
                if from.iter().all(|edge| edge.0 != other) {
                    from.push((other, rows(rng), rng.random_range(1..=5)));
                }
            }
            let real = (rng.random::<f64>() < 0.7 * grounded).then(|| (rows(rng), rng.random_range(1..=5)));
            Model { start: rows(rng), real, from }
        };
        Linked { models: (0..size).map(|_| model(rng)).collect(), of, generation: 0 }
    }

    fn examine(&self, place: &Linked, seen: &Linked, _: Key) -> Result<Deviation, String> {
        let (nodes, edges) = described(&seen.models);
        let Ok(network) = Network::new(nodes, edges) else { return Ok(Deviation::unless(false)) };
        let Ok(law) = NetworkLaw::new(&network, &seen.of.problem) else { return Ok(Deviation::unless(false)) };
        let law = law.ok_or("no law")?;
        let (limit, size) = (law.limit(), place.models.len());
        let (unit, what) = Self::followed(&place.of)?;
        let [once, twice] = linked::late(&place.models, what, LATE);
        // In each generation weights whose sum is 1 are rounded.
        let tolerance = 1e-15 * LATE as f64;
        let grows = |i: usize| {
            let ratio = twice[i * (size + 1)] / once[i * (size + 1)];
            match ratio {
                _ if (ratio - 1.0).abs() <= tolerance => Ok(false),
                // A line through the origin doubles. Both are infinite where the ratio is no number.
                _ if ratio.is_nan() || ratio > 1.5 => Ok(true),
                _ => Err("errors that hardly grow or shrink"),
            }
        };
        let grows = (0..size).map(grows).collect::<Result<Vec<bool>, _>>()?;
        if seen.models.len() != size {
            return Ok(Deviation::unless(false));
        }
        let is_geometric = |i: usize| {
            let ratio = twice[i * (size + 1)] / once[i * (size + 1)];
            ratio.is_nan() || ratio >= 3.0
        };
        let scale = (0..size).filter(|i| !grows[*i]).map(|i| unit * twice[i * (size + 1)]).fold(0.0, f64::max);
        let mut worst = Deviation::unless(true);
        for i in 0..size {
            worst = worst.max(Deviation::unless(limit.diverges(i) == grows[i]));
            let slope = (twice[i * (size + 1)] - once[i * (size + 1)]) / LATE as f64 * unit;
            let found = limit.slope(i);
            worst = worst.max(match (grows[i], is_geometric(i)) {
                (true, true) => Deviation::unless(found.is_none() && limit.risk(i).is_infinite()),
                // A covariance whose factor is 1 to rounding grows along a line or does not, as the last digits have it.
                (true, false) if found.is_none() && matches!(what, Followed::Covariance { .. }) => {
                    return Err("a covariance whose factor is 1 to rounding".to_owned());
                }
                (true, false) => domain::error(found.unwrap_or(f64::NAN), slope, tolerance),
                (false, _) => Deviation::unless(found == Some(0.0)),
            });
            for j in (0..size).filter(|j| !grows[i] && !grows[*j]) {
                let (found, expected) = (limit.covariance(i, j), unit * twice[i * size + j]);
                worst = worst.max(if i == j {
                    domain::error(found, expected, tolerance)
                } else {
                    domain::error(scale + found, scale + expected, tolerance)
                });
            }
        }
        Ok(worst)
    }

    fn smaller(&self, place: &Linked) -> Vec<Linked> {
        Networks.smaller(place)
    }
}

/// A place: models of which some have real rows and edges, so that their weights can be chosen.
#[derive(Clone, Debug)]
pub struct Weighable {
    /// The models. Those without real rows are fed by earlier ones, so that every row has a real ancestor.
    pub models: Vec<Model>,
    /// Whose risk is minimised: that of a model, or the mean of all.
    pub objective: Objective,
    /// Whether rows are copied, as those of a distribution function, or noise is added, as to a mean.
    pub is_share: bool,
}

impl fmt::Display for Weighable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = if self.is_share { &catalogue::CDF } else { &catalogue::GAUSSIAN_MEAN };
        write!(f, "goldenweight network FILE --model {model} --minimise, {:?}, {:?}", self.objective, self.models)
    }
}

/// The best weights of networks: no other weight of a model leads to a smaller risk.
pub struct Best;

/// Of limits that are reached step by step, to 1e-13 of a step.
const STEPWISE: f64 = 1e-7;

/// Most steps to a limit.
const STEPS: usize = 20_000;

/// By how much a weight is moved. A risk's search ends 2e-6 from the best one, which adds the square of that.
const MOVED: f64 = 0.01;

impl Weighable {
    fn is_free(&self, i: usize) -> bool {
        self.models[i].real.is_some() && !self.models[i].from.is_empty()
    }

    /// Which models the objective depends on: what feeds it, as many steps back as there are models.
    fn parts(&self) -> Vec<bool> {
        let all = 0..self.models.len();
        let mut parts: Vec<bool> =
            all.clone().map(|i| self.objective == Objective::Mean || self.objective == Objective::Node(i)).collect();
        for _ in all.clone() {
            for i in all.clone().filter(|&i| parts[i]).collect::<Vec<_>>() {
                self.models[i].from.iter().for_each(|edge| parts[edge.0] = true);
            }
        }
        parts
    }

    /// Limits of the risks of all models at weights on real rows, in units of the risk of one row: what two rows of two fits share, or the covariance of two means, from one generation to
    /// the next.
    fn limits(&self, weights: &[f64]) -> Result<Vec<f64>, String> {
        let size = self.models.len();
        // Which model's rows, how many, and their weight.
        let of = |(i, model): (usize, &Model)| -> Vec<(usize, f64, f64)> {
            let parts: u64 = model.from.iter().map(|(_, _, part)| part).sum();
            let rest = if model.real.is_some() { 1.0 - weights[i] } else { 1.0 };
            model
                .from
                .iter()
                .map(|&(from, rows, part)| (from, rows as f64, rest * part as f64 / parts as f64))
                .collect()
        };
        let edges: Vec<_> = self.models.iter().enumerate().map(of).collect();
        let real = |i: usize| self.models[i].real.map_or(0.0, |(rows, _)| weights[i] * weights[i] / rows as f64);
        let mut before = vec![0.0; size * size];
        for _ in 0..STEPS {
            let mut next = vec![0.0; size * size];
            for i in 0..size {
                for j in 0..=i {
                    let mut sum = if i == j { real(i) } else { 0.0 };
                    for &(from, rows, weight) in &edges[i] {
                        for &(also, _, share) in &edges[j] {
                            let known = before[from * size + also];
                            let noise = match (i == j && from == also, self.is_share) {
                                (false, _) => 0.0,
                                (true, true) => (1.0 - known) / rows,
                                (true, false) => 1.0 / rows,
                            };
                            sum += weight * share * (known + noise);
                        }
                    }
                    (next[i * size + j], next[j * size + i]) = (sum, sum);
                }
            }
            let is_still = next.iter().zip(&before).all(|(next, before)| (next - before).abs() <= 1e-13 * next);
            before = next;
            if is_still {
                return Ok((0..size).map(|i| before[i * size + i]).collect());
            }
        }
        Err("a limit that is far".to_owned())
    }
}

impl Audit for Best {
    type Place = Weighable;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Weighable {
        let size = rng.random_range(1..=12);
        let rows = |rng: &mut StreamRng| log_uniform(rng, 10.0, 1e3).round() as u64;
        let model = |(i, is_fed): (usize, bool), rng: &mut StreamRng| {
            let mut from = Vec::new();
            for other in 0..if is_fed { i } else { size } {
                if rng.random_range(0..size) < 3 {
                    from.push((other, rows(rng), rng.random_range(1..=5)));
                }
            }
            if is_fed && from.is_empty() {
                from.push((rng.random_range(0..i), rows(rng), 1));
            }
            let real = (!is_fed).then(|| (rows(rng), rng.random_range(1..=5)));
            Model { start: rows(rng), real, from }
        };
        let models = (0..size).map(|i| model((i, i > 0 && rng.random_range(0..5) == 0), rng)).collect();
        let objective = if rng.random() { Objective::Mean } else { Objective::Node(rng.random_range(0..size)) };
        Weighable { models, objective, is_share: rng.random() }
    }

    fn examine(&self, place: &Weighable, seen: &Weighable, _: Key) -> Result<Deviation, String> {
        let (nodes, edges) = described(&seen.models);
        let Ok(network) = Network::new(nodes, edges) else { return Ok(Deviation::unless(false)) };
        let (model, unit) =
            if place.is_share { (&catalogue::CDF, 1.0 / 6.0) } else { (&catalogue::GAUSSIAN_MEAN, 1.0) };
        let dim = (!place.is_share).then_some(1);
        let problem = Problem::new(model, 100, 100, &Parameters::of_dim(dim)).map_err(|e| e.to_string())?;
        let best = best(&network, &problem, seen.objective).map_err(|e| e.to_string())?.ok_or("no best weights")?;
        if !best.converged {
            return Err("the search did not end".to_owned());
        }
        let objective = |weights: &[f64]| -> Result<f64, String> {
            let limits = place.limits(weights)?;
            Ok(unit
                * match place.objective {
                    Objective::Mean => limits.iter().sum::<f64>() / limits.len() as f64,
                    Objective::Node(node) => limits[node],
                })
        };
        let least = objective(&best.weights)?;
        let mut deviation = Deviation::relative(best.risk, least, STEPWISE);
        for (risk, limit) in best.risks.iter().zip(place.limits(&best.weights)?) {
            deviation = deviation.max(Deviation::relative(*risk, unit * limit, STEPWISE));
        }
        for (i, has_part) in place.parts().into_iter().enumerate() {
            let is_free = has_part && place.is_free(i);
            let stays = has_part || best.weights[i] == network.nodes()[i].weight;
            deviation = deviation.max(Deviation::unless(best.free[i] == is_free && stays));
            for moved in [best.weights[i] - MOVED, best.weights[i] + MOVED] {
                if is_free && (0.0..=1.0).contains(&moved) {
                    let mut weights = best.weights.clone();
                    weights[i] = moved;
                    let is_least = objective(&weights)? >= least * (1.0 - 1e-9);
                    deviation = deviation.max(Deviation::unless(is_least));
                }
            }
        }
        Ok(deviation)
    }

    fn smaller(&self, place: &Weighable) -> Vec<Weighable> {
        let with = |models: Vec<Model>| Weighable { models, ..place.clone() };
        let last = place.models.len() - 1;
        let is_needed = place.models[..last].iter().any(|model| model.from.iter().any(|edge| edge.0 == last));
        if last == 0 || is_needed || place.objective == Objective::Node(last) {
            return Vec::new();
        }
        vec![with(place.models[..last].to_vec())]
    }
}

fn edges(of: &Linked) -> usize {
    of.models.iter().map(|model| model.from.len()).sum()
}
