//! Risks of very late generations and in the limit, by squaring the matrix of one generation's step.

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use nalgebra::DMatrix;
use rand::RngExt;

use super::place::Place;
use super::steps;
use crate::catalogue;
use crate::claims::domain;
use crate::claims::doubled::Linear;
use crate::experiment::{Divisor, Generations};
use crate::prediction::{Order, Prediction};
use crate::simulate::engine::ScheduleKind;
use crate::stream::StreamRng;

/// Predicted risks of generations up to a million, and limits, at weights that are small in most places.
pub struct Late;

/// Most dimensions of a covariance, so that the matrix of a step has few entries.
const MOST: usize = 3;

/// Generations that stand for a limit, and for the check that it is one. Weights are 0 or above 1e-7.
const FOR_EVER: u64 = 1 << 60;

impl Audit for Late {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    /// One place of eight is a covariance of two or three rows without real ones, at a generation where its risk has up to half a million digits.
    fn place(&self, rng: &mut StreamRng) -> Place {
        let is_huge = rng.random_range(0..8) == 0;
        loop {
            let place = Place::predicted(rng);
            let is_covariance = place.problem.model().loss_index == 1;
            if is_huge {
                let (real, synthetic) = (place.problem.rows().real as u64, rng.random_range(2..=3));
                let found = place.with(place.parameters.clone(), real, synthetic);
                let is_unbiased = place.parameters.divisor.is_none() && place.schedule.takes_weight();
                match found.filter(|_| is_covariance && is_unbiased && place.problem.dim() <= MOST) {
                    Some(place) => {
                        let at = Generations::At(rng.random_range(500_000..=1_000_000));
                        return Place { weight: 0.0, at, ..place };
                    }
                    None => continue,
                }
            }
            if !place.schedule.takes_weight() || is_covariance && place.problem.dim() > MOST {
                continue;
            }
            let wanted = match rng.random_range(0..3) {
                0 => 0.0,
                1 => log_uniform(rng, 1e-7, 0.01),
                _ => place.weight,
            };
            let Ok(weight) = place.problem.weight(wanted) else { continue };
            let t = if rng.random() { rng.random_range(1..1_000_000) } else { log_uniform(rng, 1e2, 999_999.0) as u32 };
            let at = match rng.random_range(0..4) {
                0 | 1 => Generations::Limit,
                2 => Generations::At(t),
                _ => Generations::Average { from: t.saturating_sub(log_uniform(rng, 1.0, 1e4) as u32), until: t + 1 },
            };
            let place = Place { weight, at, ..place };
            if Step::of(&place).is_ok() {
                return place;
            }
        }
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        let prediction = Prediction::new(&seen.problem, seen.schedule).expect("a valid place");
        let Some(mut prediction) = prediction else { return Ok(domain::refused()) };
        if !prediction.exact(domain::weight(place.weight)) {
            prediction = prediction.to_order(Order::Limit).expect("a limit law");
        }
        let step = Step::of(place)?;
        // A step rounds what it passes on, which a gap of the factor below 1 forgets. Around 1 nothing says whether there is a limit.
        let gap = 1.0 - step.factor;
        if gap.abs() < 1e-9 && gap != 0.0 {
            return Err("a factor of an error that is nearly 1".to_owned());
        }
        let forgotten = match gap {
            // In the limit without real rows either the risk has grown, or what divisors n and m keep of a covariance has shrunk by 1 - 1/m in each generation.
            0.0 => place.problem.rows().synthetic as f64,
            gap if gap > 0.0 => 1.0 / gap,
            _ => f64::INFINITY,
        };
        let (expected, generations) = match place.at {
            Generations::At(t) => (step.mean(t.into(), 1), f64::from(t)),
            Generations::Average { from, until } => (step.mean(from.into(), u64::from(until - from)), f64::from(until)),
            Generations::Limit => {
                let [once, twice] = [FOR_EVER, 2 * FOR_EVER].map(|t| step.mean(t, 1));
                let is_settled = (twice - once).abs() <= 1e-9;
                (if is_settled { twice } else { f64::INFINITY }, forgotten)
            }
        };
        // Without real rows nothing is forgotten on the way, so the roundings of all generations add up, as the laws declare.
        let is_on_the_way = place.at != Generations::Limit;
        let roundings = if gap == 0.0 && is_on_the_way { generations } else { generations.min(forgotten) };
        let tolerance = domain::RECURSION + 1e-15 * (10.0 + roundings);
        let weight = domain::weight(seen.weight);
        let Some(found) = prediction.wide_risk(weight, seen.asked()) else {
            return Ok(Deviation::unless(expected.is_infinite()));
        };
        // The distance of two natural logarithms is that of the risks, relative to one of them.
        let found_log = found.log10() / std::f64::consts::LOG10_2;
        let rounding = 1e-15 * expected.abs();
        let apart = |found: f64| {
            Deviation::relative(1.0 + std::f64::consts::LN_2 * (found - expected), 1.0, tolerance + rounding)
        };
        // What is a float is printed as one.
        let as_float = libm::log2(prediction.risk(weight, seen.asked()));
        Ok(if expected < 1020.0 { apart(found_log).max(apart(as_float)) } else { apart(found_log) })
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller().into_iter().filter(|other| other.schedule.takes_weight()).collect()
    }
}

/// A generation as a linear map of a few numbers, the first of which is 1 and the last the sum of all risks before.
struct Step {
    map: Linear,
    start: Vec<f64>,
    /// By how much what is forgotten last is multiplied in a generation.
    factor: f64,
}

impl Step {
    /// Base-2 logarithm of the mean risk of so many generations from one on.
    fn mean(&self, from: u64, count: u64) -> f64 {
        let (mut at, exponent) = self.map.power(from).applied(&self.start);
        *at.last_mut().expect("a sum") = 0.0;
        let (then, more) = self.map.power(count).applied(&at);
        libm::log2(then[then.len() - 1] / count as f64) + exponent + more
    }

    fn of(place: &Place) -> Result<Self, String> {
        let (model, rows) = (place.problem.model(), place.problem.rows());
        let is_biased = place.parameters.divisor == Some(Divisor::MaximumLikelihood);
        let lost = |rows: usize| if is_biased { 1.0 / rows as f64 } else { 0.0 };
        let lost = [lost(rows.real), lost(rows.synthetic)];
        let [n, m] = [rows.real as f64, rows.synthetic as f64];
        let sizes = Sizes { n, m, lost, w: place.weight, is_fixed: place.schedule == ScheduleKind::Fixed };
        if model.loss_index == 1 {
            let dim = place.problem.dim();
            let sigma = place.parameters.sigma.clone().unwrap_or_else(|| DMatrix::identity(dim, dim));
            return Ok(sizes.covariance(sigma.symmetric_eigenvalues().as_slice()));
        }
        // Without weight on the real rows its risk is exact under every schedule.
        if model == &catalogue::LINEAR && (place.schedule == ScheduleKind::Fresh || place.weight == 0.0) {
            return Err("a law by quadrature".to_owned());
        }
        let shrink = if [&catalogue::CATEGORICAL, &catalogue::CDF].contains(&model) { 1.0 } else { 0.0 };
        // A generation's own risk tells its noise.
        let one = Place { schedule: ScheduleKind::Fixed, weight: 1.0, at: Generations::At(0), ..place.clone() };
        Ok(sizes.rowwise(n * steps::risks(&one, &[], false)?[0], shrink))
    }
}

/// Rows, what divisors n and m take off a covariance, the weight, and whether real rows are the same in all generations.
#[derive(Clone, Copy)]
struct Sizes {
    n: f64,
    m: f64,
    lost: [f64; 2],
    w: f64,
    is_fixed: bool,
}

impl Sizes {
    /// By how much a bias is multiplied in a generation, where there is one.
    fn bias(self) -> f64 {
        let [_, lost] = self.lost;
        if lost > 0.0 { (1.0 - self.w) * (1.0 - lost) } else { 0.0 }
    }

    /// A mean over rows: (1, the share of Sigma that the fitted covariance has in expectation, E of the product with the error of generation 0, risk, sum).
    fn rowwise(self, noise: f64, shrink: f64) -> Step {
        let Self { n, m, lost: [lost_real, lost_made], w, is_fixed } = self;
        let (u, start, is_biased) = (1.0 - w, noise / n, lost_made > 0.0);
        let step = move |x: &[f64]| {
            let &[one, kept, with_start, risk, sum] = x else { unreachable!("five numbers") };
            let drawn = risk + (noise * kept - shrink * risk) / m;
            let shared = if is_fixed { 2.0 * w * u * with_start } else { 0.0 };
            vec![
                one,
                if is_biased { w * (1.0 - lost_real) * one + u * (1.0 - lost_made) * kept } else { one },
                w * start * one + u * with_start,
                w * w * start * one + shared + u * u * drawn,
                sum + risk,
            ]
        };
        let start = vec![1.0, 1.0 - lost_real, start, start, 0.0];
        let factor = (u * u * (1.0 - shrink / m)).max(self.bias());
        Step { map: Linear::of(5, true, step), start, factor }
    }

    /// A covariance, by the errors D of its entries where Sigma is diagonal: (1, what E Sigma_t lacks, E D_ii D_jj for i <= j, E D_ij^2 for i < j, the same of products with the D of
    /// generation 0, sum).
    fn covariance(self, eigenvalues: &[f64]) -> Step {
        let Self { n, m, lost: [lost_real, lost_made], w, is_fixed } = self;
        let (u, p) = (1.0 - w, eigenvalues.len());
        let pairs: Vec<(usize, usize)> = (0..p).flat_map(|i| (i..p).map(move |j| (i, j))).collect();
        let both: Vec<f64> = pairs.iter().map(|&(i, j)| eigenvalues[i] * eigenvalues[j]).collect();
        let count = pairs.len();
        // Squares of entries beside the diagonal have the same places; on the diagonal they are not used.
        let is_beside: Vec<bool> = pairs.iter().map(|(i, j)| i < j).collect();
        let of_rows = {
            let both = both.clone();
            let is_beside = is_beside.clone();
            // The table of a sample's D, where the rows' covariance has the table (D_ii D_jj, D_ij^2) and lacks so much.
            move |products: &[f64], squares: &[f64], one: f64, lacks: f64, rows: f64, lost: f64| {
                let (kept, degrees) = (1.0 - lost, (rows - 1.0).max(1.0));
                let entry = |k: usize| {
                    let raw = both[k] * (one - 2.0 * lacks) + products[k];
                    let noise = 2.0 * if is_beside[k] { squares[k] } else { raw } / degrees;
                    let bias = both[k] * lost * (2.0 * kept * lacks + lost * one);
                    (
                        kept * kept * (products[k] + noise) + bias,
                        kept * kept * (squares[k] + (squares[k] + raw) / degrees),
                    )
                };
                (0..both.len()).map(entry).unzip::<f64, f64, Vec<f64>, Vec<f64>>()
            }
        };
        let none = vec![0.0; count];
        let real = of_rows(&none, &none, 1.0, 0.0, n, lost_real);
        let start_table = real.clone();
        let step = move |x: &[f64]| {
            let (one, lacks, sum) = (x[0], x[1], x[x.len() - 1]);
            let table = |k: usize| &x[2 + k * count..][..count];
            let (products, squares, shared, shared_squares) = (table(0), table(1), table(2), table(3));
            let drawn = of_rows(products, squares, one, lacks, m, lost_made);
            let drawn_lacks = lost_made * one + (1.0 - lost_made) * lacks;
            // Products of the parts' errors: on fresh rows of their expectations.
            let apart = |k: usize| both[k] * lost_real * drawn_lacks;
            let with_start = |k: usize| (1.0 - lost_made) * shared[k] + both[k] * lost_real * lost_made * one;
            let mut next = vec![one, w * lost_real * one + u * drawn_lacks];
            next.extend((0..count).map(|k| {
                let crossed = if is_fixed { with_start(k) } else { apart(k) };
                w * w * real.0[k] * one + 2.0 * w * u * crossed + u * u * drawn.0[k]
            }));
            next.extend((0..count).map(|k| {
                let crossed = if is_fixed { (1.0 - lost_made) * shared_squares[k] } else { 0.0 };
                w * w * real.1[k] * one + 2.0 * w * u * crossed + u * u * drawn.1[k]
            }));
            next.extend((0..count).map(|k| w * real.0[k] * one + u * with_start(k)));
            next.extend((0..count).map(|k| w * real.1[k] * one + u * (1.0 - lost_made) * shared_squares[k]));
            next.push(sum + risk_of(products, squares, &is_beside));
            next
        };
        let mut start = vec![1.0, lost_real];
        for table in [&start_table.0, &start_table.1, &start_table.0, &start_table.1] {
            start.extend(table);
        }
        start.push(0.0);
        let kept = (1.0 - lost_made) * (1.0 - lost_made);
        let factor = (u * u * kept * (1.0 + 2.0 / (m - 1.0).max(1.0))).max(self.bias());
        Step { map: Linear::of(start.len(), true, step), start, factor }
    }
}

/// The sum of the squares of all entries.
fn risk_of(products: &[f64], squares: &[f64], is_beside: &[bool]) -> f64 {
    let entry = |(k, beside): (usize, &bool)| if *beside { 2.0 * squares[k] } else { products[k] };
    is_beside.iter().enumerate().map(entry).sum()
}
