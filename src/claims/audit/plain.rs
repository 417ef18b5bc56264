//! A plain program that retrains every model: row by row, in a few lines each, from the random numbers that the engine draws.
//!
//! It shares streams of random numbers and the samplers of `rand` and `rand_distr` with the simulators, and nothing else: it keeps every row with its weight, and
//! fits by textbook means, least squares, reweighted least squares and sums over all pairs of rows.

use std::f64::consts::PI;

use goldenweight_evidence::Key;
use goldenweight_recursion::models::gaussian::Divisor;
use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt, SeedableRng, seq::index};
use rand_distr::{Binomial, ChiSquared, Distribution, StandardNormal};

use super::place::Place;
use crate::catalogue;
use crate::claims::linked::Model;
use crate::experiment::Bandwidth;
use crate::simulate::dispatch::SimulatorKind;
use crate::simulate::engine::ScheduleKind;
use crate::stream::{Purpose, StreamRng, Streams};

/// A row, or what it is made of.
type Row = Vec<f64>;

/// What a fit says of its losses: each, and the relative error that it may have beside rounding.
pub type Losses = Vec<(f64, f64)>;

/// A standard deviation, given the coordinates before, below this part of the truth's is rounding: rows have 16 digits, and lose a few. In few generations no other is so small.
const NONE: f64 = 1e-11;

/// Condition numbers beyond which rounding may show at the tolerance of a comparison.
const ILL: f64 = 1e6;

/// Fits of the engine stop where no linear predictor changes by more than .001. What is left of the step has a length in the norm of the information of at most half of the square of
/// that, times e^.002 for what changes on the way, times the root of the sum of all variances with their weights.
const STOPPED: f64 = 5.1e-7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Gaussian,
    Linear,
    Logistic,
    Poisson,
    Cdf,
    Cells,
    Kde,
}

/// What is random in a batch.
struct Noise {
    rows: Vec<Row>,
    /// A random word for each response.
    words: Vec<u64>,
    /// The stream behind them.
    rest: StreamRng,
}

/// A part of a fit: its weight in total, the number of its rows, and these. Of sufficient statistics there are fewer of them.
type Part<'a> = (f64, usize, &'a [Row]);

#[derive(Clone)]
enum Fit {
    /// The truth of rows that are their own noise.
    Truth,
    /// Mean, and the lower factor of the covariance.
    Gaussian(DVector<f64>, DMatrix<f64>),
    /// Coefficients; how far they may be from the engine's: the inverse information, its smallest eigenvalue, and a length.
    Coefficients(DVector<f64>, DMatrix<f64>, f64, f64),
    /// Probabilities of cells.
    Shares(Vec<f64>),
    /// Parts: the weight of each and its rows.
    Rows(Vec<(f64, Vec<f64>)>),
}

/// The plain program at a place.
pub struct Plain<'a> {
    place: &'a Place,
    what: What,
    is_sufficient: bool,
    by_row: bool,
    /// Factor of the covariance of rows or covariates.
    factor: DMatrix<f64>,
    beta: DVector<f64>,
    noise: f64,
    shares: Vec<f64>,
    bandwidth: f64,
}

fn normals(rng: &mut StreamRng, count: usize) -> Row {
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

/// Rows that are drawn column by column.
fn columns(rng: &mut StreamRng, count: usize, width: usize) -> Vec<Row> {
    let columns: Vec<Row> = (0..width).map(|_| normals(rng, count)).collect();
    (0..count).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
}

/// Few rows with the sums of squares and products of so many of which the first columns are p: row j is zero up to column j, where it has the root of a χ².
fn wishart(rng: &mut StreamRng, count: usize, p: usize, width: usize) -> Vec<Row> {
    let row = |j: usize| {
        let length: f64 = rng.sample(ChiSquared::new((count - j) as f64).expect("a row"));
        let mut row = vec![0.0; j];
        row.push(length.sqrt());
        row.extend(normals(rng, width - j - 1));
        row
    };
    (0..count.min(p)).map(row).collect()
}

/// A number in [0, 1) of the upper 52 bits of a word.
fn uniform(word: u64) -> f64 {
    (word >> 12) as f64 / 2_f64.powi(52)
}

/// Uniform numbers in increasing order: times of a Poisson process up to one more than so many, over the last one.
fn sorted(rng: &mut StreamRng, count: usize) -> Vec<Row> {
    let mut time = 0.0;
    let times: Vec<f64> = (0..=count)
        .map(|_| {
            time -= libm::log(1.0 - uniform(rng.next_u64()));
            time
        })
        .collect();
    times[..count].iter().map(|t| vec![(t / time).min(1.0 - f64::EPSILON / 2.0)]).collect()
}

/// The response of this mean and word: a label that is 1 below the mean, or a count, by inversion up to a mean of 30.
fn response(what: What, eta: f64, word: u64) -> Result<f64, String> {
    if what == What::Logistic {
        return Ok(f64::from(uniform(word) < 1.0 / (1.0 + libm::exp(-eta))));
    }
    let mean = libm::exp(eta);
    if mean > 30.0 {
        let law = rand_distr::Poisson::new(mean).map_err(|_| "a mean beyond what is drawn")?;
        return Ok(law.sample(&mut StreamRng::seed_from_u64(word)));
    }
    let (mut count, mut chance) = (0.0, libm::exp(-mean));
    let mut up_to = chance;
    while up_to <= uniform(word) && count < 200.0 {
        count += 1.0;
        chance *= mean / count;
        up_to += chance;
    }
    Ok(count)
}

/// A binomial count. The sampler goes other ways where the probability passes 1/2, and where the mean passes 10: if its last digits decide which, there is nothing to compare.
fn binomial(rows: u64, chance: f64, rng: &mut StreamRng) -> Result<u64, String> {
    let drawn = |chance: f64| {
        let mut rng = rng.clone();
        let law = Binomial::new(rows, chance.min(1.0)).map_err(|error| error.to_string())?;
        Ok::<_, String>((law.sample(&mut rng), rng))
    };
    let found = drawn(chance)?;
    if drawn(chance * (1.0 - 1e-12))? != found || drawn(chance * (1.0 + 1e-12))? != found {
        return Err("a count that the last digits decide".to_owned());
    }
    *rng = found.1;
    Ok(found.0)
}

/// The row of a part, and the part, that two uniform numbers name.
fn repeated(parts: &[(f64, Vec<f64>)], part: f64, row: f64) -> f64 {
    let mut level = 0.0;
    let of = parts.iter().find(|(weight, _)| {
        level += weight;
        part < level
    });
    let (_, rows) = of.unwrap_or(&parts[parts.len() - 1]);
    rows[((row * rows.len() as f64) as usize).min(rows.len() - 1)]
}

impl<'a> Plain<'a> {
    /// For the model, the truth and the simulator of a place.
    pub fn new(place: &'a Place) -> Self {
        let (parameters, p) = (&place.parameters, place.problem.dim());
        let model = place.problem.model();
        let what = match model.name {
            "linear" => What::Linear,
            "logistic" => What::Logistic,
            "poisson" => What::Poisson,
            "cdf" => What::Cdf,
            "categorical" => What::Cells,
            "kde" => What::Kde,
            _ => What::Gaussian,
        };
        let covariance = if what == What::Gaussian { &parameters.sigma } else { &parameters.design_covariance };
        let covariance = covariance.clone().unwrap_or_else(|| DMatrix::identity(p, p));
        let shares = parameters.probabilities.clone().unwrap_or_else(|| catalogue::DEFAULT_PROBABILITIES.into());
        Self {
            place,
            what,
            is_sufficient: place.simulated.is_some_and(|(kind, _)| kind == SimulatorKind::Sufficient),
            by_row: place.schedule == ScheduleKind::Subsample,
            factor: covariance.cholesky().expect("positive definite").l(),
            beta: DVector::from_vec(parameters.beta.clone().unwrap_or_else(|| vec![1.0; p])),
            noise: parameters.noise_variance.unwrap_or(1.0).sqrt(),
            shares,
            bandwidth: match parameters.bandwidth {
                Some(Bandwidth::Fixed(h)) => h,
                _ => f64::NAN,
            },
        }
    }

    fn truth(&self) -> Fit {
        match self.what {
            What::Gaussian => Fit::Gaussian(DVector::zeros(self.factor.nrows()), self.factor.clone()),
            What::Cells => Fit::Shares(self.shares.clone()),
            What::Cdf | What::Kde => Fit::Truth,
            _ => Fit::Coefficients(self.beta.clone(), DMatrix::zeros(self.beta.len(), self.beta.len()), 1.0, 0.0),
        }
    }

    fn noise(&self, mut rng: StreamRng, count: usize) -> Noise {
        let p = self.place.problem.dim();
        let is_glm = [What::Logistic, What::Poisson].contains(&self.what);
        let width = p + usize::from(self.what == What::Linear);
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        match self.what {
            What::Cells if self.is_sufficient => {}
            What::Cdf | What::Cells if !self.by_row => rows = sorted(&mut rng, count),
            What::Cdf | What::Cells => rows = (0..count).map(|_| vec![rng.random()]).collect(),
            What::Kde => {
                rows = (0..count).map(|_| vec![rng.random(), rng.random(), rng.sample(StandardNormal)]).collect()
            }
            What::Linear if self.is_sufficient => rows = wishart(&mut rng, count, p, width),
            What::Gaussian if self.is_sufficient => {
                let root = (count as f64).sqrt();
                rows.push(normals(&mut rng, p).into_iter().map(|z| z / root).collect());
                rows.extend(wishart(&mut rng, count - 1, p, p));
            }
            _ if self.by_row => {
                for _ in 0..count {
                    rows.push(normals(&mut rng, width));
                    // A row holds the upper bits of its word.
                    words.extend(is_glm.then(|| rng.next_u64() >> 12 << 12));
                }
            }
            _ => {
                rows = columns(&mut rng, count, width);
                words.extend((0..if is_glm { count } else { 0 }).map(|_| rng.next_u64()));
            }
        }
        Noise { rows, words, rest: rng }
    }

    /// Rows of a fit.
    fn rows(&self, from: &Fit, noise: &Noise, count: usize) -> Result<Vec<Row>, String> {
        let p = self.place.problem.dim();
        let rows = noise.rows.iter();
        match from {
            Fit::Truth if self.what == What::Kde => Ok(rows.map(|row| vec![row[2]]).collect()),
            Fit::Truth => Ok(noise.rows.clone()),
            Fit::Gaussian(mean, factor) => {
                // Behind their mean, statistics have rows around it.
                let centre = |i: usize| f64::from(!self.is_sufficient || i == 0);
                let row = |(i, row): (usize, &Row)| mean * centre(i) + factor * DVector::from_column_slice(row);
                Ok(rows.enumerate().map(|of| row(of).as_slice().to_vec()).collect())
            }
            Fit::Coefficients(beta, inverse, _, length) => {
                let row = |(i, row): (usize, &Row)| {
                    let x = &self.factor * DVector::from_column_slice(&row[..p]);
                    let eta = x.dot(beta);
                    let y = if self.what == What::Linear {
                        eta + self.noise * row[p]
                    } else {
                        // The engine's predictor is this near. Where that could change the response, there is nothing to compare.
                        let near = length * x.dot(&(inverse * &x)).sqrt() + 1e-13 * (1.0 + eta.abs());
                        let [y, low, high] =
                            [eta, eta - near, eta + near].map(|eta| response(self.what, eta, noise.words[i]));
                        let y = y?;
                        if low? != y || high? != y {
                            return Err("a response that the last digits decide".to_owned());
                        }
                        y
                    };
                    Ok(x.iter().copied().chain([y]).collect())
                };
                rows.enumerate().map(row).collect()
            }
            Fit::Shares(shares) if self.is_sufficient => {
                // Each cell's count, given those before.
                let mut rng = noise.rest.clone();
                let (mut left, mut found) = (count as u64, Vec::new());
                for (cell, share) in shares.iter().enumerate() {
                    let rest: f64 = shares[cell..].iter().rev().sum();
                    let drawn = if *share == rest { left } else { binomial(left, share / rest, &mut rng)?.min(left) };
                    left -= drawn;
                    found.extend((0..drawn).map(|_| vec![cell as f64]));
                }
                Ok(found)
            }
            Fit::Shares(shares) => {
                let last = shares.iter().rposition(|share| *share > 0.0).unwrap_or(0);
                let cell = |u: f64| {
                    let mut up_to = 0.0;
                    let found = shares.iter().position(|share| {
                        up_to += share;
                        u < up_to
                    });
                    found.unwrap_or(last).min(last) as f64
                };
                Ok(rows.map(|row| vec![cell(row[0])]).collect())
            }
            Fit::Rows(parts) if self.what == What::Kde => {
                let row = |row: &Row| vec![repeated(parts, row[0], row[1]) + self.bandwidth * row[2]];
                Ok(noise.rows.iter().map(row).collect())
            }
            Fit::Rows(parts) => {
                let (atoms, mut k) = (atoms(parts), 0);
                let mut level = atoms[0].1;
                let mut order: Vec<usize> = (0..noise.rows.len()).collect();
                order.sort_by(|a, b| noise.rows[*a][0].total_cmp(&noise.rows[*b][0]));
                let mut found = vec![Vec::new(); order.len()];
                for i in order {
                    while level <= noise.rows[i][0] && k + 1 < atoms.len() {
                        k += 1;
                        level += atoms[k].1;
                    }
                    found[i] = vec![atoms[k].0];
                }
                Ok(found)
            }
        }
    }

    fn fit(&self, parts: &[Part<'_>]) -> Result<Fit, String> {
        let weighted =
            || parts.iter().flat_map(|&(weight, count, rows)| rows.iter().map(move |row| (weight / count as f64, row)));
        match self.what {
            What::Gaussian => Ok(self.gaussian(parts)),
            What::Linear => self.least_squares(&weighted().collect::<Vec<_>>()),
            What::Logistic | What::Poisson => self.likelihood(&weighted().collect::<Vec<_>>()),
            What::Cells => {
                let mut shares = vec![0.0; self.shares.len()];
                weighted().for_each(|(weight, row)| shares[row[0] as usize] += weight);
                Ok(Fit::Shares(shares))
            }
            What::Cdf | What::Kde => {
                Ok(Fit::Rows(parts.iter().map(|(weight, _, rows)| (*weight, rows.concat())).collect()))
            }
        }
    }

    /// Means and covariances, each part around its own mean. The factor is that of all rows one below the other, each as long as its weight: no covariance is formed.
    fn gaussian(&self, parts: &[Part<'_>]) -> Fit {
        let p = self.factor.nrows();
        let (mut mean, mut stacked) = (DVector::zeros(p), Vec::new());
        for &(weight, count, rows) in parts {
            let divisor = count as f64 - f64::from(self.place.parameters.divisor != Some(Divisor::MaximumLikelihood));
            let rows: Vec<_> = rows.iter().map(|row| DVector::from_column_slice(row)).collect();
            let (of_part, rest) = if self.is_sufficient {
                (rows[0].clone(), rows[1..].to_vec())
            } else {
                let of_part = rows.iter().sum::<DVector<f64>>() / count as f64;
                let rest = rows.iter().map(|row| row - &of_part).collect();
                (of_part, rest)
            };
            mean += weight * of_part;
            stacked.extend(rest.into_iter().map(|row| (row * (weight / divisor).sqrt()).transpose()));
        }
        let mut factor = DMatrix::zeros(p, p);
        if !stacked.is_empty() {
            let r = DMatrix::from_rows(&stacked).qr().r();
            for (i, row) in r.row_iter().enumerate() {
                let sign = if row[i] < 0.0 { -1.0 } else { 1.0 };
                (i..p).for_each(|j| factor[(j, i)] = sign * row[j]);
            }
        }
        Fit::Gaussian(mean, factor)
    }

    fn least_squares(&self, rows: &[(f64, &Row)]) -> Result<Fit, String> {
        let p = self.beta.len();
        if rows.len() < p {
            return Err("no fit".to_owned());
        }
        let x = DMatrix::from_fn(rows.len(), p, |i, j| rows[i].0.sqrt() * rows[i].1[j]);
        let y = DVector::from_fn(rows.len(), |i, _| rows[i].0.sqrt() * rows[i].1[p]);
        // In coordinates in which covariates are standard normal, as large as each other.
        let z = self.factor.solve_lower_triangular(&x.transpose()).expect("a factor").transpose();
        let singular = z.singular_values();
        if singular.max().powi(2) > ILL * singular.min().powi(2) {
            return Err("an ill-conditioned fit".to_owned());
        }
        let qr = x.qr();
        let beta = qr.r().solve_upper_triangular(&(qr.q().transpose() * y)).ok_or("no fit")?;
        Ok(Fit::Coefficients(beta, DMatrix::zeros(p, p), 1.0, 0.0))
    }

    /// Reweighted least squares, each step halved until the likelihood rises.
    fn likelihood(&self, rows: &[(f64, &Row)]) -> Result<Fit, String> {
        let p = self.beta.len();
        let eta = |row: &Row, b: &DVector<f64>| row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>();
        let value = |b: &DVector<f64>| {
            let of = |(weight, row): &(f64, &Row)| {
                let eta = eta(row, b);
                let cumulant = match self.what {
                    What::Logistic => eta.max(0.0) + libm::log1p(libm::exp(-eta.abs())),
                    _ => libm::exp(eta),
                };
                weight * (row[p] * eta - cumulant)
            };
            rows.iter().map(of).sum::<f64>()
        };
        let mut b = self.beta.clone();
        for _ in 0..60 {
            let (mut score, mut information, mut variances) = (DVector::zeros(p), DMatrix::zeros(p, p), 0.0);
            for (weight, row) in rows {
                let (x, eta) = (DVector::from_column_slice(&row[..p]), eta(row, &b));
                let (mean, variance) = match self.what {
                    What::Logistic => {
                        let mean = 1.0 / (1.0 + libm::exp(-eta));
                        (mean, mean * (1.0 - mean))
                    }
                    _ => (libm::exp(eta), libm::exp(eta)),
                };
                score.axpy(weight * (row[p] - mean), &x, 1.0);
                information.ger(weight * variance, &x, &x, 1.0);
                variances += weight * variance;
            }
            let inverse = information.clone().cholesky().ok_or("no fit")?.inverse();
            let step = &inverse * score;
            let largest = rows.iter().map(|(_, row)| eta(row, &step).abs()).fold(0.0, f64::max);
            if largest < 1e-9 {
                let values = information.symmetric_eigenvalues();
                if values.max() > ILL * values.min() {
                    return Err("an ill-conditioned fit".to_owned());
                }
                return Ok(Fit::Coefficients(b, inverse, values.min(), STOPPED * variances.sqrt()));
            }
            let (before, mut length) = (value(&b), 1.0);
            while largest > 1e-3
                && length > 1e-6
                && value(&(&b + length * &step)).partial_cmp(&before).is_none_or(std::cmp::Ordering::is_lt)
            {
                length /= 2.0;
            }
            b += length * step;
        }
        Err("no fit".to_owned())
    }

    fn losses(&self, fit: &Fit) -> Losses {
        match fit {
            Fit::Truth => vec![(0.0, 0.0)],
            Fit::Gaussian(mean, factor) => {
                let error = factor * factor.transpose() - &self.factor * self.factor.transpose();
                let is_singular = (0..mean.len()).any(|j| factor[(j, j)] < NONE * self.factor.row(j).norm());
                let log_det = if is_singular {
                    f64::NEG_INFINITY
                } else {
                    factor.diagonal().iter().map(|x| 2.0 * libm::log(*x)).sum()
                };
                vec![(mean.norm_squared(), 0.0), (error.norm_squared(), 0.0), (log_det, 0.0)]
            }
            Fit::Coefficients(beta, _, least, length) => {
                let (error, off) = ((beta - &self.beta).norm(), length / least.sqrt());
                vec![(error * error, 2.0 * off / error + (off / error).powi(2))]
            }
            Fit::Shares(shares) => {
                vec![(shares.iter().zip(&self.shares).map(|(fit, p)| (fit - p) * (fit - p)).sum(), 0.0)]
            }
            Fit::Rows(parts) if self.what == What::Kde => {
                let rows: Vec<_> = atoms(parts);
                let h2 = self.bandwidth * self.bandwidth;
                // Integrals of products of two normal densities.
                let density = |x: f64, v: f64| libm::exp(-0.5 * x * x / v) / (2.0 * PI * v).sqrt();
                let pairs: f64 = rows
                    .iter()
                    .map(|(x, a)| a * rows.iter().map(|(y, b)| b * density(x - y, 2.0 * h2)).sum::<f64>())
                    .sum();
                let singles: f64 = rows.iter().map(|(x, a)| a * density(*x, 1.0 + h2)).sum();
                vec![(pairs - 2.0 * singles + density(0.0, 2.0), 0.0)]
            }
            Fit::Rows(parts) => {
                // ∫(F − u)² from one atom to the next, where F is constant.
                let cube = |x: f64| x * x * x / 3.0;
                let (mut level, mut from, mut sum) = (0.0, 0.0, 0.0);
                for (atom, weight) in atoms(parts).into_iter().chain([(1.0, 0.0)]) {
                    sum += cube(atom - level) - cube(from - level);
                    level += weight;
                    from = atom;
                }
                vec![(sum, 0.0)]
            }
        }
    }

    /// Losses of a replicate at t = 0, 1, ...: those of all nodes, one after another.
    ///
    /// # Errors
    /// Says why there is nothing to compare.
    pub fn path(&self, models: &[Model], key: Key, replicate: u64) -> Result<Vec<Losses>, String> {
        let streams = Streams { seed: key.seed, experiment: key.experiment };
        let noise = |t: usize, purpose: Purpose, index: u64, count: usize| {
            self.noise(streams.nth(replicate, t as u32, purpose, index, key.cell), count)
        };
        let real = |t: usize, index: u64, count: usize| {
            let noise = noise(t, Purpose::Real, index, count);
            Ok::<_, String>((self.rows(&self.truth(), &noise, count)?, noise.rest))
        };
        if !models.is_empty() {
            return self.network(models, noise, real);
        }
        let (n, m) = (self.place.problem.rows().real, self.place.problem.rows().synthetic);
        let weights = self.place.weights();
        let mut path = Vec::new();
        let (start, mut rest) = real(0, 0, n)?;
        let mut pool = vec![start.clone()];
        let mut fit = self.truth();
        for t in 0..=weights.len() {
            if t > 0 {
                let noise = noise(t, Purpose::Synthetic, 0, m);
                pool.push(self.rows(&fit, &noise, m)?);
                rest = noise.rest;
            }
            let made = &pool[t];
            let count = |i: usize| if i == 0 { n } else { m };
            let w = if t == 0 { 1.0 } else { weights[t - 1] };
            let all = (n + t * m) as f64;
            let fresh =
                if self.place.schedule == ScheduleKind::Fresh && t > 0 { real(t, 0, n)?.0 } else { start.clone() };
            let chosen: Vec<Row>;
            let mut parts: Vec<Part<'_>> = match self.place.schedule {
                ScheduleKind::Fresh | ScheduleKind::Fixed => vec![(w, n, &fresh), (1.0 - w, m, made)],
                ScheduleKind::Accumulate => {
                    pool.iter().enumerate().map(|(i, rows)| (count(i) as f64 / all, count(i), &rows[..])).collect()
                }
                ScheduleKind::Subsample => {
                    let rows: Vec<&Row> = pool.iter().flatten().collect();
                    let indices = index::sample(&mut rest.clone(), rows.len(), n);
                    chosen = indices.into_iter().map(|i| rows[i].clone()).collect();
                    vec![(1.0, n, &chosen)]
                }
            };
            parts.retain(|part| part.0 > 0.0);
            fit = self.fit(&parts)?;
            self.is_clear(&weights[..t])?;
            path.push(self.losses(&fit));
        }
        Ok(path)
    }

    /// Whether the covariance after these weights is singular, or is not, by more than rounding. Of n <= p rows it has n - 1 directions, and each generation brings as many; those
    /// that were there shrink by the root of the synthetic rows' weight, to what looks like [`NONE`] at last.
    fn is_clear(&self, weights: &[f64]) -> Result<(), String> {
        let shrunk: f64 = weights.iter().map(|w| (1.0 - w).sqrt()).product();
        let is_small = self.what == What::Gaussian && self.place.problem.rows().real <= self.factor.nrows();
        if is_small && shrunk > 0.0 && shrunk < 1e3 * NONE {
            return Err("a covariance that is nearly singular".to_owned());
        }
        Ok(())
    }

    /// Models that feed one another. Batches of a kind are numbered in the order of the models, and of the edges to each.
    fn network(
        &self,
        models: &[Model],
        noise: impl Fn(usize, Purpose, u64, usize) -> Noise,
        real: impl Fn(usize, u64, usize) -> Result<(Vec<Row>, StreamRng), String>,
    ) -> Result<Vec<Losses>, String> {
        let mut fits: Vec<Fit> = Vec::new();
        let mut path = Vec::new();
        for t in 0..=self.place.record_end() as usize {
            let mut numbers = [0..u64::MAX, 0..u64::MAX];
            let mut new = Vec::new();
            for model in models {
                let mut batches = Vec::new();
                let own = if t == 0 {
                    Some((1.0, model.start))
                } else {
                    model.real.map(|(rows, part)| (model.weight(part), rows))
                };
                if let Some((weight, count)) = own {
                    let number = numbers[0].next().expect("a number");
                    batches.push((weight, count as usize, real(t, number, count as usize)?.0));
                }
                for &(from, count, part) in model.from.iter().filter(|_| t > 0) {
                    let noise = noise(t, Purpose::Synthetic, numbers[1].next().expect("a number"), count as usize);
                    batches.push((model.weight(part), count as usize, self.rows(&fits[from], &noise, count as usize)?));
                }
                let parts: Vec<Part<'_>> =
                    batches.iter().map(|(weight, count, rows)| (*weight, *count, &rows[..])).collect();
                new.push(self.fit(&parts)?);
            }
            fits = new;
            path.push(fits.iter().flat_map(|fit| self.losses(fit)).collect());
        }
        Ok(path)
    }
}

/// All rows of parts in increasing order, each with its weight.
fn atoms(parts: &[(f64, Vec<f64>)]) -> Vec<(f64, f64)> {
    let rows = parts.iter().flat_map(|(weight, rows)| rows.iter().map(move |row| (*row, weight / rows.len() as f64)));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows
}
