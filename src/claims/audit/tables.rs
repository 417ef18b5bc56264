//! Random tables: what `advise` says of one and `audit` of two, by matrices in the units of the columns.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::advise::{Analysis, Family, Loss};
use crate::audit::{fits, pooled::Pooled};
use crate::stream::StreamRng;
use crate::table::{Missing, Table, Values};

/// A place: a table, or two. A row has numbers, the places of its levels, and its response.
#[derive(Clone, Debug)]
pub struct Tables {
    /// What is fitted.
    pub family: Family,
    /// The real table and the synthetic one.
    pub rows: [Vec<Row>; 2],
    /// Levels of each column of texts.
    pub levels: Vec<usize>,
    /// m where `advise` is asked, which has no synthetic table.
    pub synthetic: u64,
    /// A weight.
    pub weight: f64,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    numbers: Vec<f64>,
    places: Vec<i64>,
    response: f64,
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, rows, synthetic, weight, .. } = self;
        write!(f, "tables of the family {}, m = {synthetic}, w = {weight}", family.word())?;
        for (name, rows) in ["real", "synthetic"].into_iter().zip(rows) {
            let row = |row: &Row| format!("{:?} {:?} {}", row.numbers, row.places, row.response);
            write!(f, "; {name}: {}", rows.iter().map(row).collect::<Vec<_>>().join("; "))?;
        }
        Ok(())
    }
}

impl Tables {
    fn drawn(rng: &mut StreamRng) -> Self {
        let family = Family::ALL[rng.random_range(0..Family::ALL.len())];
        let numbers = match family {
            Family::Frequencies => 0,
            Family::Mean | Family::Covariance => rng.random_range(1..=3),
            _ => rng.random_range(0..=3),
        };
        let texts = match family {
            Family::Frequencies => rng.random_range(1..=3),
            Family::Mean | Family::Covariance => 0,
            _ => rng.random_range(usize::from(numbers == 0)..=1),
        };
        let levels: Vec<usize> = (0..texts).map(|_| rng.random_range(2..=4)).collect();
        let scale: Vec<[f64; 2]> =
            (0..numbers).map(|_| [rng.random_range(-5.0..5.0), log_uniform(rng, 0.1, 10.0)]).collect();
        let slope = rng.random_range(-0.5..0.5);
        let rows = [(); 2].map(|()| {
            let count = rng.random_range(24..=32);
            let row = |i: usize, rng: &mut StreamRng| {
                let z: Vec<f64> = scale.iter().map(|_| rng.sample(StandardNormal)).collect();
                let places: Vec<i64> =
                    // Every level is there, in the order of the levels at first.
                    levels.iter().map(|l| if i < *l { i as i64 } else { rng.random_range(0..*l as i64) }).collect();
                let eta = slope * z.iter().sum::<f64>() + 0.3 * places.iter().sum::<i64>() as f64;
                let response = match family {
                    Family::Logistic => {
                        f64::from(u8::from(rng.random::<f64>() < 0.3 + 0.4 * f64::from(u8::from(eta > 0.0))))
                    }
                    Family::Poisson => (3.0 * rng.random::<f64>() * libm::exp(0.5 * eta)).floor(),
                    _ => eta + (1.0 + 0.5 * eta.abs()) * rng.sample::<f64, _>(StandardNormal),
                };
                let numbers = z.iter().zip(&scale).map(|(z, [centre, scale])| centre + scale * z).collect();
                Row { numbers, places, response }
            };
            (0..count).map(|i| row(i, rng)).collect()
        });
        Self { family, rows, levels, synthetic: log_uniform(rng, 1.0, 1e5) as u64, weight: rng.random() }
    }

    /// The levels of each column in the program's order: that of most real rows, then the others by name.
    fn orders(&self) -> Vec<Vec<i64>> {
        let order = |(j, levels): (usize, &usize)| {
            let count = |level: &i64| self.rows[0].iter().filter(|row| row.places[j] == *level).count();
            let all = 0..*levels as i64;
            let first = all.clone().rev().max_by_key(count).expect("two levels or more");
            [first].into_iter().chain(all.filter(|level| *level != first)).collect()
        };
        self.levels.iter().enumerate().map(order).collect()
    }

    /// One of the two tables, as the program reads it.
    fn table(&self, which: usize) -> Result<Table, String> {
        let rows = &self.rows[which];
        let (numbers, texts) = (rows[0].numbers.len(), self.levels.len());
        let column = |of: &dyn Fn(&Row) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
        let arrays: Vec<Vec<f64>> = (0..numbers).map(|j| column(&|row| row.numbers[j])).collect();
        let places: Vec<Vec<i64>> = (0..texts).map(|j| rows.iter().map(|row| row.places[j]).collect()).collect();
        let responses = column(&|row| row.response);
        let mut names: Vec<String> = (0..numbers).map(|j| format!("x{j}")).collect();
        let mut values: Vec<Values<'_>> =
            arrays.iter().map(|values| Values::Numbers { values, start: 0, stride: 1 }).collect();
        for (j, places) in places.iter().enumerate() {
            names.push(format!("f{j}"));
            let levels = (0..self.levels[j]).map(|level| format!("level {level}")).collect();
            values.push(Values::Texts { places, levels });
        }
        let target = self.is_regression().then(|| "y".to_owned());
        if target.is_some() {
            names.push("y".to_owned());
            values.push(Values::Numbers { values: &responses, start: 0, stride: 1 });
        }
        let request = self.family.request(None, target, Missing::Refuse).map_err(|e| e.to_string())?;
        Table::of_columns("table", &names, &values, &request).map_err(|e| e.to_string())
    }

    const fn is_regression(&self) -> bool {
        matches!(self.family, Family::Linear | Family::Logistic | Family::Poisson)
    }

    fn smaller(&self) -> Vec<Self> {
        // Half of the rows, those first that have every level.
        let half = |which: usize| {
            let mut rows = self.rows.clone();
            let left = (rows[which].len() / 2).max(20);
            (left < rows[which].len()).then(|| {
                rows[which].truncate(left);
                Self { rows, ..self.clone() }
            })
        };
        (0..2).filter_map(half).chain((self.weight != 0.5).then(|| Self { weight: 0.5, ..self.clone() })).collect()
    }
}

/// What a table says: the fit, the information of a row, and n times the covariance of a fit to rows of the table and to rows that the fit makes.
struct Said {
    estimate: DVector<f64>,
    information: DMatrix<f64>,
    real: DMatrix<f64>,
    synthetic: DMatrix<f64>,
    /// In the order of [`Loss::ALL`].
    metrics: [DMatrix<f64>; 3],
}

/// The covariates of a row, a 1 first. The first level of each column has no indicator.
fn covariates(row: &Row, levels: &[Vec<i64>]) -> Vec<f64> {
    let indicators = row.places.iter().zip(levels);
    let indicators =
        indicators.flat_map(|(place, levels)| levels[1..].iter().map(move |l| f64::from(u8::from(place == l))));
    [1.0].into_iter().chain(row.numbers.iter().copied()).chain(indicators).collect()
}

/// Mean of vectors and of matrices over the rows with their weights.
fn means(rows: &[DVector<f64>], weights: &[f64]) -> (DVector<f64>, DMatrix<f64>) {
    let total: f64 = weights.iter().sum();
    let p = rows[0].len();
    let (mut mean, mut square) = (DVector::zeros(p), DMatrix::zeros(p, p));
    for (row, weight) in rows.iter().zip(weights) {
        mean += row * (weight / total);
        square += row * row.transpose() * (weight / total);
    }
    (mean, square)
}

fn inverted(of: &DMatrix<f64>) -> Result<DMatrix<f64>, String> {
    of.clone().cholesky().map(|root| root.inverse()).ok_or_else(|| "a singular matrix".to_owned())
}

/// What the rows say that have these weights.
fn said(place: &Tables, rows: &[Row], weights: &[f64]) -> Result<Said, String> {
    let orders = place.orders();
    if place.is_regression() {
        return regression(place.family, rows, &orders, weights);
    }
    let identity = |p: usize| DMatrix::identity(p, p);
    if place.family == Family::Frequencies {
        let one_hot = |row: &Row| {
            let of = row.places.iter().zip(&orders);
            let ones = of.flat_map(|(place, levels)| levels.iter().map(move |l| f64::from(u8::from(place == l))));
            DVector::from_vec(ones.collect())
        };
        let (estimate, square) = means(&rows.iter().map(one_hot).collect::<Vec<_>>(), weights);
        let covariance = square - &estimate * estimate.transpose();
        let p = estimate.len();
        return Ok(Said {
            information: identity(p),
            real: covariance.clone(),
            synthetic: covariance,
            metrics: [(); 3].map(|()| identity(p)),
            estimate,
        });
    }
    let numbers: Vec<_> = rows.iter().map(|row| DVector::from_vec(row.numbers.clone())).collect();
    let (mean, square) = means(&numbers, weights);
    let sigma = square - &mean * mean.transpose();
    let p = mean.len();
    let deviance = inverted(&sigma)?;
    let standardised = DMatrix::from_diagonal(&sigma.diagonal().map(|variance| 1.0 / variance));
    let metrics = [identity(p), standardised, deviance];
    if place.family == Family::Mean {
        return Ok(Said { estimate: mean, information: identity(p), real: sigma.clone(), synthetic: sigma, metrics });
    }
    // All p^2 entries of the covariance, of which those off the diagonal are there twice: |D|^2 = tr Q D Q D is D's length in the metric Q x Q.
    let product = |row: &DVector<f64>| {
        let centred = row - &mean;
        DVector::from_column_slice((&centred * centred.transpose()).as_slice())
    };
    let (estimate, square) = means(&numbers.iter().map(product).collect::<Vec<_>>(), weights);
    let real = square - &estimate * estimate.transpose();
    // Isserlis: the covariance of z_i z_j and z_k z_l.
    let pair = |entry: usize| (entry % p, entry / p);
    let synthetic = DMatrix::from_fn(p * p, p * p, |a, b| {
        let ((i, j), (k, l)) = (pair(a), pair(b));
        sigma[(i, k)] * sigma[(j, l)] + sigma[(i, l)] * sigma[(j, k)]
    });
    let metrics = metrics.map(|q| q.kronecker(&q));
    Ok(Said { estimate, information: identity(p * p), real, synthetic, metrics })
}

fn regression(family: Family, rows: &[Row], levels: &[Vec<i64>], weights: &[f64]) -> Result<Said, String> {
    let x: Vec<_> = rows.iter().map(|row| DVector::from_vec(covariates(row, levels))).collect();
    let p = x[0].len();
    let total: f64 = weights.iter().sum();
    // In standardised columns Newton's method from 0 arrives.
    let (centre, square) = means(&x, weights);
    let deviations: Vec<f64> = (0..p).map(|j| (square[(j, j)] - centre[j] * centre[j]).max(0.0).sqrt()).collect();
    // From coefficients of the columns as they are to those of standardised ones.
    let scale = DMatrix::from_fn(p, p, |i, j| match (i, j) {
        (0, 0) => 1.0,
        (0, _) => centre[j],
        _ => {
            if i == j {
                deviations[j]
            } else {
                0.0
            }
        }
    });
    let back = scale.clone().try_inverse().ok_or("a constant column")?;
    let at = |y: f64, eta: f64| match family {
        Family::Linear => [y - eta, 1.0],
        Family::Logistic => {
            let mean = 1.0 / (1.0 + libm::exp(-eta));
            [y - mean, mean * (1.0 - mean)]
        }
        _ => [y - libm::exp(eta), libm::exp(eta)],
    };
    let mut beta = DVector::zeros(p);
    let moments = |beta: &DVector<f64>| {
        let (mut score, mut information, mut squares, mut residuals) =
            (DVector::zeros(p), DMatrix::zeros(p, p), DMatrix::zeros(p, p), 0.0);
        for ((x, row), weight) in x.iter().zip(rows).zip(weights) {
            let [residual, variance] = at(row.response, x.dot(beta));
            let (outer, weight) = (x * x.transpose(), weight / total);
            score += x * (weight * residual);
            information += &outer * (weight * variance);
            squares += outer * (weight * residual * residual);
            residuals += weight * residual * residual;
        }
        (score, information, squares, residuals)
    };
    for _ in 0..40 {
        let (score, information, ..) = moments(&beta);
        // Solved in standardised columns, whose information is better conditioned.
        let scaled = inverted(&(back.transpose() * information * &back))?;
        let step = &back * scaled * back.transpose() * score;
        // A step that changes no predictor by more than 1, along which the likelihood rises.
        let change = x.iter().fold(0.0_f64, |most, x| most.max(x.dot(&step).abs()));
        if !change.is_finite() {
            return Err("a table without a fit".to_owned());
        }
        beta += step * if change > 1.0 { 1.0 / change } else { 1.0 };
        // The next step would be its square.
        if change < 1e-8 {
            break;
        }
    }
    let (score, information, squares, residuals) = moments(&beta);
    let inverse = &back * inverted(&(back.transpose() * &information * &back))? * back.transpose();
    if (&inverse * score).norm() > 1e-9 * (1.0 + beta.norm()) {
        return Err("a table without a fit".to_owned());
    }
    let dispersion = if family == Family::Linear { residuals } else { 1.0 };
    Ok(Said {
        estimate: beta,
        real: &inverse * squares * &inverse,
        synthetic: &inverse * dispersion,
        metrics: [DMatrix::identity(p, p), scale.transpose() * scale, &information / dispersion],
        information,
    })
}

/// tr Q A.
fn trace(metric: &DMatrix<f64>, of: &DMatrix<f64>) -> f64 {
    (metric * of).trace()
}

/// Relative tolerance of matrices of up to nine rows whose condition is at most some thousand.
const ROUNDING: f64 = 1e-9;

/// Variances, their ratio's standard error, the weight and its risk.
pub struct Advised;

/// A row's part in all is changed by this much of one row's: the third order of a central difference is its square, and the rounding 1e-14 over it.
const CHANGE: f64 = 1e-4;

/// Relative tolerance of a standard error by differences.
const DIFFERENCES: f64 = 1e-6;

impl Audit for Advised {
    type Place = Tables;
    type Found = Deviation;

    fn parts(&self, place: &Tables) -> Vec<&'static str> {
        vec![place.family.word()]
    }

    fn place(&self, rng: &mut StreamRng) -> Tables {
        Tables::drawn(rng)
    }

    fn examine(&self, place: &Tables, seen: &Tables, _: Key) -> Result<Deviation, String> {
        let rows = &place.rows[0];
        let count = rows.len() as f64;
        let ones = vec![1.0; rows.len()];
        let of = said(place, rows, &ones)?;
        let found = Analysis::new(&seen.table(0)?, seen.family).map_err(|e| e.to_string())?;
        let variances =
            |said: &Said| [0, 1, 2].map(|i| [&said.synthetic, &said.real].map(|of| trace(&said.metrics[i], of)));
        // What each row does to the logarithms of the ratios.
        let mut squares = [0.0; 3];
        for i in 0..rows.len() {
            let with = |change: f64| {
                let mut weights = ones.clone();
                weights[i] += change;
                said(place, rows, &weights).map(|said| variances(&said).map(|[s, r]| libm::log(s / r)))
            };
            let (more, less) = (with(CHANGE)?, with(-CHANGE)?);
            for (square, (more, less)) in squares.iter_mut().zip(more.into_iter().zip(less)) {
                let influence = count * (more - less) / (2.0 * CHANGE);
                *square += influence * influence / count;
            }
        }
        let mut deviation = Deviation::unless(true);
        for ((loss, [synthetic, real]), square) in Loss::ALL.into_iter().zip(variances(&of)).zip(squares) {
            let said = found.variances(loss);
            // Terms below 1 cancel to a variance, which is 0 where no row has an influence.
            let [found_variance, variance] =
                [said.log_ratio_std_error * said.log_ratio_std_error, square / count].map(|v| 1e-6 + v);
            let apart = Deviation::relative(found_variance, variance, DIFFERENCES);
            deviation = deviation
                .max(Deviation::relative(said.synthetic, synthetic, ROUNDING))
                .max(Deviation::relative(said.real, real, ROUNDING))
                .max(apart);
            let Ok(advice) = found.advice(loss, seen.synthetic) else { return Err("no advice".to_owned()) };
            let kappa = count / place.synthetic as f64 * synthetic / real;
            // Shares of cells lose 1/m of their noise in each generation.
            let lost = if place.family == Family::Frequencies { 1.0 / place.synthetic as f64 } else { 0.0 };
            let relative = |w: f64| {
                let u = 1.0 - w;
                let (noise, kept) = (w * w + kappa * u * u, u * u * (1.0 - lost));
                noise / (1.0 - kept)
            };
            let best = advice.weight.value;
            let is_least = [0.999, 1.001].iter().all(|factor| {
                let w = best * factor;
                !(0.0..=1.0).contains(&w) || relative(w) >= relative(best) * (1.0 - 1e-12)
            });
            deviation = deviation
                .max(Deviation::relative(advice.relative_risk, relative(best), ROUNDING))
                .max(Deviation::relative(
                    advice.naive_relative_risk,
                    relative(count / (count + place.synthetic as f64)),
                    ROUNDING,
                ))
                .max(Deviation::relative(advice.effective_sample_size, count / relative(best), ROUNDING))
                .max(Deviation::unless(is_least));
        }
        let coefficients = found.coefficients().iter().map(|c| c.value);
        // Of a covariance, the program has each pair of columns once.
        if place.family != Family::Covariance {
            for (found, expected) in coefficients.zip(&of.estimate) {
                deviation = deviation.max(Deviation::relative(1.0 + found, 1.0 + expected, ROUNDING));
            }
        }
        Ok(deviation)
    }

    fn smaller(&self, place: &Tables) -> Vec<Tables> {
        place.smaller()
    }
}

/// The law of the fit to both tables: its variance and the estimate of its bias, at weights from 0 to 1.
pub struct Audited;

impl Audit for Audited {
    type Place = Tables;
    type Found = Deviation;

    fn parts(&self, place: &Tables) -> Vec<&'static str> {
        vec![place.family.word()]
    }

    fn place(&self, rng: &mut StreamRng) -> Tables {
        Tables::drawn(rng)
    }

    fn examine(&self, place: &Tables, seen: &Tables, _: Key) -> Result<Deviation, String> {
        let of = [0, 1].map(|i| said(place, &place.rows[i], &vec![1.0; place.rows[i].len()]));
        let [real, synthetic] = of;
        let (real, synthetic) = (real?, synthetic?);
        let [n, m] = [0, 1].map(|i| place.rows[i].len() as f64);
        let (v_r, v_s) = (&real.real / n, &synthetic.real / m);
        let apart = &synthetic.estimate - &real.estimate;
        let known = seen.table(0)?;
        let other = seen.table(1)?.like(&known).map_err(|(column, condition)| format!("{column}: {condition}"))?;
        let mut deviation = Deviation::unless(true);
        for (loss, q) in Loss::ALL.into_iter().zip(&real.metrics) {
            // Frequencies have one metric.
            let (fits, _) = fits::fit(&known, &other, seen.family, loss).map_err(|e| e.to_string())?;
            let pooled = Pooled::new(&fits).ok_or("a singular information")?;
            for w in [0.0, 1.0, n / (n + m), place.weight] {
                let seen_w = if w == place.weight { seen.weight } else { w };
                let mixed = &real.information * w + &synthetic.information * (1.0 - w);
                let share = mixed.try_inverse().ok_or("a singular information")? * &real.information * w;
                let rest = DMatrix::identity(share.nrows(), share.nrows()) - &share;
                let variance = trace(q, &(&share * &v_r * share.transpose() + &rest * &v_s * rest.transpose()));
                let moved = &rest * &apart;
                let length = (moved.transpose() * q * moved)[0];
                let noise = trace(q, &(&rest * (&v_r + &v_s) * rest.transpose()));
                let bias = (length - noise).max(0.0);
                // Where the bias has no part, as at w = 1, rounding is left of it: it is compared together with the variance.
                let whole = variance + length;
                deviation = deviation
                    .max(Deviation::relative(pooled.variance(seen_w), variance, ROUNDING))
                    .max(Deviation::relative(whole + pooled.bias_squared(seen_w), whole + bias, ROUNDING))
                    .max(Deviation::relative(pooled.risk(seen_w, &pooled.difference), variance + length, ROUNDING));
            }
            let [of_real, of_synthetic] = pooled.variances();
            deviation = deviation.max(Deviation::relative(of_real, trace(q, &v_r), ROUNDING)).max(Deviation::relative(
                of_synthetic,
                trace(q, &v_s),
                ROUNDING,
            ));
            let (best, risk) = pooled.best();
            let at = |w: f64| pooled.variance(w) + pooled.bias_squared(w);
            let is_least = (0..=64).all(|i| at(f64::from(i) / 64.0) >= risk * (1.0 - 1e-9));
            deviation = deviation.max(Deviation::relative(at(best), risk, ROUNDING)).max(Deviation::unless(is_least));
        }
        Ok(deviation)
    }

    fn smaller(&self, place: &Tables) -> Vec<Tables> {
        place.smaller()
    }
}
