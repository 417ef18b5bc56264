//! Kernel density estimates: predicted risks, integrated squared errors, and the rows that an estimate makes.

use std::f64::consts::PI;
use std::fmt;

use goldenweight_evidence::{Against, Audit, Deviation, Key, log_uniform};
use goldenweight_recursion::models::kde::Kde;
use goldenweight_recursion::{Model, Part};
use rand::RngExt;

use crate::catalogue;
use crate::claims::domain;
use crate::claims::smoothed::{density_risk, late_density_risk};
use crate::experiment::{Bandwidth, Generations, Parameters, Problem};
use crate::prediction::Prediction;
use crate::stats::compare::Estimate;
use crate::stats::moments::Moments;
use crate::stream::StreamRng;

/// A place: a bandwidth, the rows of either kind, the weight of the real ones, and generations.
#[derive(Clone, Copy, Debug)]
pub struct Density {
    /// h.
    pub bandwidth: f64,
    /// n, m.
    pub rows: [u64; 2],
    /// w.
    pub weight: f64,
    /// The first and the last generation of an average.
    pub at: [u32; 2],
}

impl fmt::Display for Density {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bandwidth, rows: [n, m], weight, at: [first, last] } = self;
        write!(
            f,
            "goldenweight risk --model kde --bandwidth {bandwidth} --real {n} --synthetic {m} --weight {weight}"
        )?;
        write!(f, " --burn-in {first} --generations {}", last + 1)
    }
}

impl Density {
    fn drawn(rng: &mut StreamRng, most_rows: f64, bandwidths: [f64; 2]) -> Self {
        let weight = match rng.random_range(0..6) {
            0 => 0.0,
            1 => 1.0,
            2 => log_uniform(rng, 1e-4, 0.1),
            _ => rng.random(),
        };
        let last = log_uniform(rng, 0.6, 100.0).round() as u32 - u32::from(rng.random_range(0..4) == 0);
        let first = match rng.random_range(0..3) {
            0 => 0,
            1 => last / 2,
            _ => last,
        };
        Self {
            bandwidth: log_uniform(rng, bandwidths[0], bandwidths[1]),
            rows: [(); 2].map(|()| log_uniform(rng, 1.0, most_rows).round() as u64),
            weight,
            at: [first, last],
        }
    }

    fn smaller(self) -> Vec<Self> {
        let [n, m] = self.rows;
        let at = [[0, 0], [self.at[1]; 2], [self.at[0] / 2, self.at[1] / 2]].map(|at| Self { at, ..self });
        let rows = [[n / 2, m], [n, m / 2]].map(|rows| Self { rows: rows.map(|rows| rows.max(1)), ..self });
        let others = [Self { weight: 0.5, ..self }, Self { bandwidth: 1.0, ..self }];
        let differs = |other: &Self| other.to_string() != self.to_string();
        at.into_iter().chain(rows).chain(others).filter(differs).collect()
    }
}

/// Generations after which a risk at a weight of .2 or more is its limit.
const LATE: usize = 160;

/// Predicted risks against sums of Gaussian integrals.
pub struct Densities;

impl Audit for Densities {
    type Place = Density;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Density {
        Density::drawn(rng, 1e4, [0.03, 30.0])
    }

    fn examine(&self, place: &Density, seen: &Density, _: Key) -> Result<Deviation, String> {
        let parameters = Parameters { bandwidth: Some(Bandwidth::Fixed(seen.bandwidth)), ..Parameters::default() };
        let problem = Problem::new(&catalogue::KDE, seen.rows[0], seen.rows[1], &parameters).expect("a valid place");
        let at = Generations::Average { from: seen.at[0], until: seen.at[1] + 1 };
        let found = Prediction::fresh(&problem).risk(domain::weight(seen.weight), at);
        let [first, last] = place.at.map(|t| t as usize);
        let risks = density_risk(place.rows, place.bandwidth, &vec![place.weight; last]);
        let expected = risks[first..].iter().sum::<f64>() / (last + 1 - first) as f64;
        // Terms below 1 whose coefficients were rounded once in each generation cancel to the risk.
        let tolerance =
            |generations: usize, expected: f64| domain::RECURSION + 1e-15 * (10.0 + generations as f64) / expected;
        let found = domain::error(found, expected, tolerance(last, expected));
        if place.weight < 0.2 {
            return Ok(found);
        }
        // (1 - w)^LATE is below the rounding.
        let late = density_risk(place.rows, place.bandwidth, &[place.weight; LATE])[LATE];
        let limit = Prediction::fresh(&problem).risk(domain::weight(seen.weight), Generations::Limit);
        Ok(found.max(domain::error(limit, late, tolerance(LATE, late))))
    }

    fn smaller(&self, place: &Density) -> Vec<Density> {
        place.smaller()
    }
}

/// Predicted risks of many generations and limits at any weight; the weight that is called best, and how many real rows are said to be worth it.
pub struct LateDensities;

/// Generations that stand for a limit.
const FOR_EVER: u64 = 1 << 60;

/// Half the number of weights at which the limit must not be less than at the best one: they are e^i/(1 + e^i).
const GRID: i32 = 15;

impl Audit for LateDensities {
    type Place = Density;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Density {
        let place = Density::drawn(rng, 1e6, [0.01, 100.0]);
        let last = log_uniform(rng, 1.0, 1e3) as u32;
        let first = if rng.random() { last } else { log_uniform(rng, 1.0, f64::from(last) + 0.5) as u32 };
        Density { at: [first, last], ..place }
    }

    fn examine(&self, place: &Density, seen: &Density, _: Key) -> Result<Deviation, String> {
        let parameters = Parameters { bandwidth: Some(Bandwidth::Fixed(seen.bandwidth)), ..Parameters::default() };
        let problem = Problem::new(&catalogue::KDE, seen.rows[0], seen.rows[1], &parameters).expect("a valid place");
        let law = Prediction::fresh(&problem);
        let Density { bandwidth, rows, weight, at: [first, last] } = *place;
        let rows = rows.map(|rows| rows as f64);
        let of = |w: f64, at: (u64, u64)| late_density_risk(rows, bandwidth, w, at);
        // A generation rounds what it passes on, and forgets all but 1 - w of it.
        let tolerance = |generations: f64, w: f64| {
            let forgotten = if w > 0.0 { 1.0 / w } else { f64::INFINITY };
            10.0 * domain::RECURSION + 1e-15 * generations.min(forgotten)
        };
        let at = Generations::Average { from: seen.at[0], until: seen.at[1] + 1 };
        let found = law.risk(domain::weight(seen.weight), at);
        let expected = of(weight, (first.into(), u64::from(last - first) + 1));
        let found = domain::error(found, expected, tolerance(f64::from(last), weight));
        let limit = |w: f64| law.risk(domain::weight(w), Generations::Limit);
        let late = of(weight, (FOR_EVER, 1));
        // At w = 0 nothing is lost where a is rounded to 1, of h omega up to 1.05e-8: in truth a squared error of 2, over pi.
        let late_tolerance =
            if weight > 0.0 { tolerance(f64::INFINITY, weight) } else { 1e-10 + 1e-8 / (bandwidth * late) };
        let found = found.max(domain::error(limit(seen.weight), late, late_tolerance));
        // The program goes from generation to generation at each frequency.
        let is_soon = place.weight >= 0.05;
        let said = is_soon.then(|| law.generations_to_limit(domain::weight(seen.weight))).flatten();
        let distance = |t: u32| (of(weight, (t.into(), 1)) / late - 1.0).abs();
        let slack = 100.0 * tolerance(f64::INFINITY, weight);
        let is_first = |t: u32| distance(t) <= 0.01 + slack && (t == 0 || distance(t - 1) >= 0.01 - slack);
        let found = found.max(Deviation::unless(said.is_none_or(is_first)));
        // The least limit, among weights of all sizes.
        let best = law.optimal_weight().unwrap_or(f64::NAN);
        let grid = (-GRID..=GRID).map(|i| 1.0 / (1.0 + libm::exp(-f64::from(i)))).chain([0.0, 1.0]);
        let is_least = grid.into_iter().all(|w| limit(best) <= limit(w) * (1.0 + 1e-11));
        // The risk of N real rows alone is b + v/N.
        let alone = |n: f64| late_density_risk([n, 1.0], bandwidth, 1.0, (0, 1));
        let bias = alone(1e20);
        let variance = alone(1.0) - bias;
        let least = of(best, (FOR_EVER, 1));
        let worth = law.effective_sample_size().unwrap_or(f64::NAN);
        // Where the bias is nearly all of the risk, their difference says nothing.
        let cancelled = tolerance(f64::INFINITY, best) * least / (least - bias).abs();
        let of_rows = match cancelled {
            ..1e-3 if least > bias => domain::error(worth, variance / (least - bias), 10.0 * cancelled),
            _ => Deviation::unless(true),
        };
        Ok(found.max(Deviation::unless(is_least)).max(of_rows))
    }

    fn smaller(&self, place: &Density) -> Vec<Density> {
        place.smaller()
    }
}

/// The estimate of real rows and of rows that it made, as (row, weight): first of the real rows alone, then of both kinds.
fn estimated(model: &Kde, place: &Density, rng: &mut StreamRng) -> (<Kde as Model>::Fit, Vec<(f64, f64)>) {
    let mut fit = model.truth().clone();
    let mut all: Vec<(Vec<f64>, f64)> = Vec::new();
    for (rows, weight) in place.rows.into_iter().zip([place.weight, 1.0 - place.weight]) {
        let (mut noise, mut data) = (model.noise(rows as usize), model.data(rows as usize));
        model.draw(rng, &mut noise);
        model.generate(&fit, &noise, &mut data).expect("every estimate makes rows");
        all.push((data, weight));
        let whole: f64 = all.iter().map(|(_, weight)| weight).sum();
        // Where the weight is 0, generation 0 has all of it on its real rows.
        let share = |i: usize, weight: f64| if whole > 0.0 { weight / whole } else { f64::from(u8::from(i == 0)) };
        let noise = model.noise(0);
        let part = |(i, (data, weight)): (usize, &'_ (Vec<f64>, f64))| (share(i, *weight), data.clone());
        let parts: Vec<(f64, Vec<f64>)> = all.iter().enumerate().map(part).collect();
        let parts: Vec<Part<'_, Kde>> = parts
            .iter()
            .enumerate()
            .map(|(i, (weight, data))| Part {
                weight: *weight,
                rows: data.len(),
                real: i == 0,
                new: true,
                noise: &noise,
                data,
            })
            .collect();
        model.fit(1, &parts, &mut (), &mut fit).expect("every sample has an estimate");
    }
    let weighted = all.iter().flat_map(|(data, weight)| data.iter().map(move |row| (*row, weight / data.len() as f64)));
    (fit, weighted.collect())
}

/// The integrated squared error of an estimate against the trapezoidal rule.
pub struct Errors;

impl Audit for Errors {
    type Place = Density;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Density {
        Density { at: [1, 1], ..Density::drawn(rng, 60.0, [0.1, 4.0]) }
    }

    fn examine(&self, place: &Density, seen: &Density, key: Key) -> Result<Deviation, String> {
        let (_, rows) = estimated(&Kde::new(place.bandwidth), place, &mut key.rng(0));
        let model = Kde::new(seen.bandwidth);
        let (fit, _) = estimated(&model, seen, &mut key.rng(0));
        let mut losses = [f64::NAN];
        model.losses(&fit, &mut losses);
        let h = place.bandwidth;
        let normal = |x: f64| libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt();
        // Of normal densities of deviation h the rule with this step has errors below 1e-30, and beyond the end are less than 1e-20.
        let step = h.min(1.0) / 3.0;
        let end = rows.iter().fold(0.0, |most: f64, (row, _)| most.max(row.abs())) + 10.0 * h.max(1.0);
        let count = (end / step).ceil() as i32;
        let error = |i: i32| {
            let x = f64::from(i) * step;
            let estimate: f64 = rows.iter().map(|(row, weight)| weight * normal((x - row) / h) / h).sum();
            (estimate - normal(x)) * (estimate - normal(x))
        };
        let expected = step * (-count..=count).map(error).sum::<f64>();
        // Three sums of terms below 1/h cancel.
        Ok(domain::error(losses[0], expected, 1e-12 + 1e-14 * (1.0 + 1.0 / h) / expected))
    }

    fn smaller(&self, place: &Density) -> Vec<Density> {
        place.smaller()
    }
}

/// The mean of the rows that an estimate makes, which is that of its own rows with their weights.
pub struct Made;

/// How many rows are made at a place.
const MADE: usize = 4096;

impl Audit for Made {
    type Place = Density;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> Density {
        Density { at: [1, 1], ..Density::drawn(rng, 500.0, [0.1, 1.0]) }
    }

    fn examine(&self, place: &Density, seen: &Density, key: Key) -> Result<Against, String> {
        let (_, rows) = estimated(&Kde::new(place.bandwidth), place, &mut key.rng(0));
        let model = Kde::new(seen.bandwidth);
        let (fit, _) = estimated(&model, seen, &mut key.rng(0));
        let mean: f64 = rows.iter().map(|(row, weight)| row * weight).sum();
        let square: f64 = rows.iter().map(|(row, weight)| (row - mean) * (row - mean) * weight).sum();
        let (mut noise, mut data) = (model.noise(MADE), model.data(MADE));
        model.draw(&mut key.rng(1), &mut noise);
        model.generate(&fit, &noise, &mut data).map_err(|e| e.to_string())?;
        let mut squares = Moments::default();
        data.iter().for_each(|row| squares.push((row - mean) * (row - mean)));
        Ok(Against { estimate: Estimate::from(&squares), expected: square + place.bandwidth * place.bandwidth })
    }

    fn smaller(&self, place: &Density) -> Vec<Density> {
        place.smaller()
    }
}
