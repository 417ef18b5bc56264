//! Random tables: what `advise` says of one and `audit` of two, by matrices in the units of the columns.

use std::fmt::{self, Write as _};
use std::io::Cursor;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use nalgebra::{DMatrix, DVector};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::advise::{Analysis, Family, Loss};
use crate::audit::{fits, pooled::Pooled};
use crate::claims::domain;
use crate::stream::StreamRng;
use crate::table::{Missing, Request, Table, TableError, Values};

/// A place: a table, or two, of a few different rows, each of which may stand there many times, in any order. A row has numbers, the places of its levels, and its response.
#[derive(Clone, Debug)]
pub struct Tables {
    /// What is fitted.
    pub family: Family,
    /// The different rows of the real table and of the synthetic one.
    pub rows: [Vec<Row>; 2],
    /// How often each of them stands in its table.
    pub copies: [Vec<usize>; 2],
    /// Rows of each table that have a missing field, and in which column. They are to be dropped.
    pub dropped: [Vec<(Row, usize)>; 2],
    /// What is done with missing values. Where they are a level, it is the first one of each column.
    pub missing: Missing,
    /// Whether the tables are read from text.
    pub is_text: bool,
    /// The number that the order of the rows follows from.
    pub order: u64,
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

impl Row {
    /// The numbers of a row.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, rows, copies, dropped, missing, is_text, order, synthetic, weight, .. } = self;
        let from = if *is_text { "text" } else { "memory" };
        write!(f, "tables of the family {} from {from}, --missing {}, ", family.word(), missing.word())?;
        write!(f, "order {order}, m = {synthetic}, w = {weight}")?;
        for (i, name) in ["real", "synthetic"].into_iter().enumerate() {
            let row = |row: &Row| format!("{:?} {:?} {}", row.numbers, row.places, row.response);
            let counted = rows[i].iter().zip(&copies[i]).map(|(of, copies)| format!("{copies} x {}", row(of)));
            let without = dropped[i].iter().map(|(of, column)| format!("{} without column {column}", row(of)));
            write!(f, "; {name}: {}", counted.chain(without).collect::<Vec<_>>().join("; "))?;
        }
        Ok(())
    }
}

/// Rows of a table that is summed in more than one block, of 4096 rows.
const BLOCKS: [usize; 2] = [4097, 9_000];

impl Tables {
    /// Tables of some thirty rows, or of so many.
    pub fn drawn(rng: &mut StreamRng, many: impl Fn(Family) -> [usize; 2]) -> Self {
        let family = Family::ALL[rng.random_range(0..Family::ALL.len())];
        let numbers = match family {
            Family::Frequencies => 0,
            Family::Mean | Family::Covariance => rng.random_range(1..=3),
            _ => rng.random_range(0..=3),
        };
        let texts = match family {
            Family::Frequencies => rng.random_range(1..=4),
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
            (0..count).map(|i| row(i, rng)).collect::<Vec<Row>>()
        });
        let kind: f64 = rng.random();
        let copies = [0, 1].map(|which: usize| {
            let [least, most] = many(family).map(|rows| rows as f64);
            let all = log_uniform(rng, least, most);
            let each: Vec<f64> = rows[which].iter().map(|_| rng.random()).collect();
            let total: f64 = each.iter().sum();
            let copies = |share: &f64| match kind {
                kind if kind < 0.4 => 1,
                // The order of the levels by their rows, and rows that are the same.
                kind if kind < 0.65 => 1 + (4.0 * share) as usize,
                _ => 1 + (all * share / total) as usize,
            };
            each.iter().map(copies).collect::<Vec<usize>>()
        });
        let missing = match rng.random_range(0..5) {
            0 => Missing::Refuse,
            1 | 2 if texts > 0 => Missing::Level,
            _ => Missing::Drop,
        };
        // They are far from the others, so that a single one that counts is seen, and have one level, which would be the most frequent.
        let dropped = [0, 1].map(|which: usize| {
            let count = if missing == Missing::Drop { rng.random_range(1..=20) } else { 0 };
            let columns = numbers + texts + usize::from(family.link().is_some());
            let places: Vec<i64> = levels.iter().map(|l| rng.random_range(0..*l as i64)).collect();
            let mut row = || {
                let Row { numbers, response, .. } = rows[which][rng.random_range(0..rows[which].len())].clone();
                let numbers = numbers.iter().map(|x| x + 100.0).collect();
                (Row { numbers, places: places.clone(), response }, rng.random_range(0..columns))
            };
            (0..count).map(|_| row()).collect::<Vec<_>>()
        });
        Self {
            family,
            rows,
            copies,
            dropped,
            missing,
            is_text: rng.random_range(0..3) > 0,
            order: rng.random(),
            levels,
            synthetic: log_uniform(rng, 1.0, 1e5) as u64,
            weight: rng.random(),
        }
    }

    /// The parts of the domain in which the tables lie.
    pub fn parts(&self) -> Vec<&'static str> {
        let named = [
            ("from text", self.is_text),
            ("dropped rows", self.missing == Missing::Drop),
            ("a missing level", self.missing == Missing::Level),
            ("many copies", (0..2).any(|which| self.count(which) > 1000.0)),
        ];
        let named = named.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name);
        named.chain([self.family.word()]).collect()
    }

    /// How often each row of a table counts.
    pub fn counts(&self, which: usize) -> Vec<f64> {
        self.rows[which].iter().zip(&self.copies[which]).map(|(_, copies)| *copies as f64).collect()
    }

    /// Number of rows of a table.
    pub fn count(&self, which: usize) -> f64 {
        self.counts(which).iter().sum()
    }

    /// Which row stands where in a table: first the numbers of the different ones, then those of the dropped.
    fn ordered(&self, which: usize) -> Vec<usize> {
        let copies = self.rows[which].iter().zip(&self.copies[which]).enumerate();
        let whole = copies.flat_map(|(i, (_, copies))| std::iter::repeat_n(i, *copies));
        let mut all: Vec<usize> =
            whole.chain((0..self.dropped[which].len()).map(|i| self.rows[which].len() + i)).collect();
        all.shuffle(&mut StreamRng::seed_from_u64(self.order.wrapping_add(which as u64)));
        all
    }

    /// The same without the dropped ones: the rows of the table as it is read.
    pub fn read(&self, which: usize) -> Vec<usize> {
        let mut read = self.ordered(which);
        read.retain(|row| *row < self.rows[which].len());
        read
    }

    /// The name of a level, with what a file must quote.
    fn named(&self, level: usize) -> String {
        if self.missing == Missing::Level && level == 0 { String::new() } else { format!("level, {level}") }
    }

    /// The levels of each column in the program's order: that of most real rows, then the others by name.
    fn orders(&self) -> Vec<Vec<i64>> {
        let order = |(j, levels): (usize, &usize)| {
            let rows = || self.rows[0].iter().zip(&self.copies[0]);
            let count = |level: &i64| -> usize {
                rows().filter(|(row, _)| row.places[j] == *level).map(|(_, copies)| copies).sum()
            };
            let all = 0..*levels as i64;
            let first = all.clone().rev().max_by_key(count).expect("two levels or more");
            [first].into_iter().chain(all.filter(|level| *level != first)).collect()
        };
        self.levels.iter().enumerate().map(order).collect()
    }

    /// Names of the columns: the numbers, the texts, and the response.
    fn names(&self) -> Vec<String> {
        let numbers = (0..self.rows[0][0].numbers.len()).map(|j| format!("x{j}"));
        let texts = (0..self.levels.len()).map(|j| format!("f{j}"));
        numbers.chain(texts).chain(self.is_regression().then(|| "y".to_owned())).collect()
    }

    /// The rows of a table as they stand there, each with the column that it lacks.
    fn standing(&self, which: usize) -> Vec<(&Row, Option<usize>)> {
        let (rows, dropped) = (&self.rows[which], &self.dropped[which]);
        let row = |i: usize| match i.checked_sub(rows.len()) {
            None => (&rows[i], None),
            Some(i) => (&dropped[i].0, Some(dropped[i].1)),
        };
        self.ordered(which).into_iter().map(row).collect()
    }

    /// One of the two tables, as the program reads it.
    pub fn table(&self, which: usize) -> Result<Table, String> {
        let target = self.is_regression().then(|| "y".to_owned());
        let request = self.family.request(None, target, self.missing).map_err(|e| e.to_string())?;
        let table = if self.is_text { self.of_text(which, &request) } else { self.of_columns(which, &request) };
        table.map_err(|e| e.to_string())
    }

    /// From arrays.
    fn of_columns(&self, which: usize, request: &Request) -> Result<Table, TableError> {
        let standing = self.standing(which);
        let (numbers, texts) = (self.rows[which][0].numbers.len(), self.levels.len());
        let column = |j: usize, of: &dyn Fn(&Row) -> f64| -> Vec<f64> {
            standing.iter().map(|(row, lacks)| if *lacks == Some(j) { f64::NAN } else { of(row) }).collect()
        };
        let mut arrays: Vec<Vec<f64>> = (0..numbers).map(|j| column(j, &|row| row.numbers[j])).collect();
        arrays.push(column(numbers + texts, &|row| row.response));
        let missing_level = if self.missing == Missing::Level { 0 } else { -1 };
        let place = |j: usize, row: &Row, lacks: Option<usize>| {
            let place = row.places[j];
            if lacks == Some(numbers + j) || place == missing_level { -1 } else { place }
        };
        let places: Vec<Vec<i64>> =
            (0..texts).map(|j| standing.iter().map(|(row, lacks)| place(j, row, *lacks)).collect()).collect();
        let of_numbers = |values| Values::Numbers { values, start: 0, stride: 1 };
        let mut values: Vec<Values<'_>> = arrays[..numbers].iter().map(|values| of_numbers(values)).collect();
        values.extend(places.iter().zip(&self.levels).map(|(places, levels)| Values::Texts {
            places,
            levels: (0..*levels).map(|level| self.named(level)).collect(),
        }));
        values.extend(self.is_regression().then(|| of_numbers(&arrays[numbers])));
        Table::of_columns("table", &self.names(), &values, request)
    }

    /// From a file with the response first. A field that is missing is said so.
    fn of_text(&self, which: usize, request: &Request) -> Result<Table, TableError> {
        let names = self.names();
        let mut text = String::new();
        let mut line = |mut fields: Vec<String>| {
            let last = usize::from(self.is_regression());
            fields.rotate_right(last);
            writeln!(text, "{}", fields.join(",")).expect("written to memory");
        };
        line(names.clone());
        for (row, lacks) in self.standing(which) {
            let texts = row.places.iter().map(|place| match self.named(*place as usize) {
                name if name.is_empty() => "NA".to_owned(),
                name => format!("\"{name}\""),
            });
            let numbers = row.numbers.iter().map(|x| format!("{x:?}"));
            let response = self.is_regression().then(|| row.response.to_string());
            let mut fields: Vec<String> = numbers.chain(texts).chain(response).collect();
            if let Some(column) = lacks {
                fields[column] = "NA".to_owned();
            }
            line(fields);
        }
        Table::from_reader("table".as_ref(), &mut Cursor::new(text), request)
    }

    /// Which of the numbers of a fit the program has: of a covariance each pair of columns once.
    pub fn entries(&self) -> Vec<usize> {
        let p = self.rows[0][0].numbers.len();
        match self.family {
            Family::Covariance => (0..p).flat_map(|i| (0..=i).map(move |j| i * p + j)).collect(),
            Family::Mean => (0..p).collect(),
            Family::Frequencies => (0..self.levels.iter().sum()).collect(),
            _ => (0..1 + p + self.levels.iter().map(|levels| levels - 1).sum::<usize>()).collect(),
        }
    }

    /// The fit to so many of each row of a table. Where a level has none of them, it is that to first order from the table's own, b + H^-1 sum (c - 1) psi/n, and this is said.
    /// None where there is no fit.
    pub fn refit(&self, which: usize, counts: &[f64], of: &Said) -> (Option<DVector<f64>>, bool) {
        let rows = &self.rows[which];
        let has = |(j, level): (usize, i64)| rows.iter().zip(counts).any(|(row, c)| *c > 0.0 && row.places[j] == level);
        let mut all = self.levels.iter().enumerate().flat_map(|(j, levels)| (0..*levels as i64).map(move |l| (j, l)));
        if !self.is_regression() || all.all(has) {
            return (said(self, rows, counts).ok().map(|said| said.estimate), false);
        }
        let (levels, mut score) = (self.orders(), &of.estimate * 0.0);
        for ((row, count), copies) in rows.iter().zip(counts).zip(&self.copies[which]) {
            let x = DVector::from_vec(covariates(row, &levels));
            let [residual, _] = at(self.family, row.response, x.dot(&of.estimate));
            score += x * ((count - *copies as f64) * residual / self.count(which));
        }
        (Some(&of.estimate + &of.inverse * score), true)
    }

    /// Whether two rows are equal in all columns that are used.
    pub fn is_same(&self, one: &Row, other: &Row) -> bool {
        one.numbers == other.numbers
            && one.places == other.places
            && (!self.is_regression() || one.response == other.response)
    }

    const fn is_regression(&self) -> bool {
        matches!(self.family, Family::Linear | Family::Logistic | Family::Poisson)
    }

    pub fn smaller(&self) -> Vec<Self> {
        // Half of the rows, those first that have every level.
        let half = |which: usize| {
            let mut rows = self.rows.clone();
            let left = (rows[which].len() / 2).max(20);
            (left < rows[which].len()).then(|| {
                rows[which].truncate(left);
                Self { rows, ..self.clone() }
            })
        };
        let once = self.copies.each_ref().map(|copies| vec![1; copies.len()]);
        let plain = [
            Self { copies: once, ..self.clone() },
            Self { dropped: [Vec::new(), Vec::new()], missing: Missing::Refuse, ..self.clone() },
            Self { is_text: false, ..self.clone() },
            Self { weight: 0.5, ..self.clone() },
        ];
        let size = |place: &Self| {
            let copies: usize = place.copies.iter().flatten().sum();
            let texts = usize::from(place.is_text) + usize::from(place.missing != Missing::Refuse);
            copies + texts + usize::from(place.weight.to_bits() != 0.5_f64.to_bits())
        };
        (0..2).filter_map(half).chain(plain.into_iter().filter(|place| size(place) < size(self))).collect()
    }
}

/// What a table says: the fit, the information of a row, and n times the covariance of a fit to rows of the table.
pub struct Said {
    pub estimate: DVector<f64>,
    pub information: DMatrix<f64>,
    pub inverse: DMatrix<f64>,
    /// From coefficients of standardised columns to those of the columns as they are.
    pub back: DMatrix<f64>,
    pub real: DMatrix<f64>,
    /// In the order of [`Loss::ALL`].
    pub metrics: [DMatrix<f64>; 3],
    /// tr QV of the synthetic and of the real fit, in each of these.
    variances: [[f64; 2]; 3],
}

fn traces(metrics: &[DMatrix<f64>; 3], synthetic: &DMatrix<f64>, real: &DMatrix<f64>) -> [[f64; 2]; 3] {
    metrics.each_ref().map(|metric| [synthetic, real].map(|of| trace(metric, of)))
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

/// Of a matrix that leaves each column a part of its own of 1e-12: of less, an inverse is rounding. (An information where responses are separated, after some thirty steps, is such a one. A step
/// by its inverse may be as small as that of a fit.)
fn inverted(of: &DMatrix<f64>) -> Result<DMatrix<f64>, String> {
    let root = of.clone().cholesky().filter(|root| {
        let own = root.l_dirty().diagonal();
        own.iter().zip(&of.diagonal()).all(|(own, whole)| own * own > 1e-12 * whole)
    });
    root.map(|root| root.inverse()).ok_or_else(|| "a singular matrix".to_owned())
}

/// About how many rows each number hangs on, (sum g^2)^2/sum g^4 of the rows' parts g in it: of a mean all of them, of a share those that have the level.
pub fn support(place: &Tables, which: usize, of: &Said) -> DVector<f64> {
    let counts = place.counts(which);
    if !place.is_regression() {
        let all = place.count(which);
        return if place.family == Family::Frequencies { &of.estimate * all } else { of.estimate.map(|_| all) };
    }
    let levels = place.orders();
    let (mut squares, mut fourths) = (&of.estimate * 0.0, &of.estimate * 0.0);
    for (row, count) in place.rows[which].iter().zip(counts) {
        let x = DVector::from_vec(covariates(row, &levels));
        let [_, variance] = at(place.family, row.response, x.dot(&of.estimate));
        let parts = (&of.inverse * x).map(|part| part * part * variance);
        squares += &parts * count;
        fourths += parts.map(|part| part * part) * count;
    }
    squares.component_mul(&squares).component_div(&fourths)
}

/// What the rows say that have these weights.
pub fn said(place: &Tables, rows: &[Row], weights: &[f64]) -> Result<Said, String> {
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
        // Variances of indicators, and what Pearson's chi-squared divides by.
        let variances = DMatrix::from_diagonal(&covariance.diagonal().map(|variance| 1.0 / variance));
        let shares = DMatrix::from_diagonal(&estimate.map(|share| 1.0 / share));
        let metrics = [identity(p), variances, shares];
        return Ok(Said {
            variances: traces(&metrics, &covariance, &covariance),
            information: identity(p),
            inverse: identity(p),
            back: identity(p),
            real: covariance,
            metrics,
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
        let [information, inverse] = [(); 2].map(|()| identity(p));
        return Ok(Said {
            variances: traces(&metrics, &sigma, &sigma),
            estimate: mean,
            back: information.clone(),
            information,
            inverse,
            real: sigma,
            metrics,
        });
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
    let [information, inverse] = [(); 2].map(|()| identity(p * p));
    let variances = traces(&metrics, &synthetic, &real);
    Ok(Said { estimate, back: information.clone(), information, inverse, real, metrics, variances })
}

/// What is left of a response, and its variance without a dispersion, at a linear predictor.
fn at(family: Family, y: f64, eta: f64) -> [f64; 2] {
    match family {
        Family::Linear => [y - eta, 1.0],
        Family::Logistic => {
            // Of the nearer end of the range. Else a response that is certain to double precision would pass for one that is fitted.
            let [mean, rest] = [eta, -eta].map(|eta| 1.0 / (1.0 + libm::exp(-eta)));
            [if y > 0.5 { rest } else { -mean }, mean * rest]
        }
        _ => [y - libm::exp(eta), libm::exp(eta)],
    }
}

/// The part of a response's log-likelihood that the predictor changes.
fn log_density(family: Family, y: f64, eta: f64) -> f64 {
    match family {
        Family::Linear => -0.5 * (y - eta) * (y - eta),
        Family::Logistic => y * eta - eta.max(0.0) - libm::log1p(libm::exp(-eta.abs())),
        _ => y * eta - libm::exp(eta),
    }
}

fn regression(family: Family, rows: &[Row], levels: &[Vec<i64>], weights: &[f64]) -> Result<Said, String> {
    let x: Vec<_> = rows.iter().map(|row| DVector::from_vec(covariates(row, levels))).collect();
    let p = x[0].len();
    let total: f64 = weights.iter().sum();
    // In standardised columns Newton's method from 0 arrives, and nothing cancels.
    let (centre, square) = means(&x, weights);
    let deviations: Vec<f64> = (0..p).map(|j| (square[(j, j)] - centre[j] * centre[j]).max(0.0).sqrt()).collect();
    let z: Vec<_> = x
        .iter()
        .map(|x| DVector::from_fn(p, |j, _| if j == 0 { 1.0 } else { (x[j] - centre[j]) / deviations[j] }))
        .collect();
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
    let mut gamma = DVector::zeros(p);
    let moments = |gamma: &DVector<f64>| {
        let (mut score, mut information, mut squares, mut residuals) =
            (DVector::zeros(p), DMatrix::zeros(p, p), DMatrix::zeros(p, p), 0.0);
        for ((z, row), weight) in z.iter().zip(rows).zip(weights) {
            let [residual, variance] = at(family, row.response, z.dot(gamma));
            let (outer, weight) = (z * z.transpose(), weight / total);
            score += z * (weight * residual);
            information += &outer * (weight * variance);
            squares += outer * (weight * residual * residual);
            residuals += weight * residual * residual;
        }
        (score, information, squares, residuals)
    };
    let log_likelihood = |gamma: &DVector<f64>| -> f64 {
        let counted = z.iter().zip(rows).zip(weights).filter(|(_, weight)| **weight > 0.0);
        counted.map(|((z, row), weight)| weight / total * log_density(family, row.response, z.dot(gamma))).sum()
    };
    let mut change = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let (score, information, ..) = moments(&gamma);
        let mut step = inverted(&information)? * score;
        let counted = z.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
        change = counted.fold(0.0_f64, |most, (z, _)| most.max(z.dot(&step).abs()));
        // Of a long step a part along which the likelihood rises.
        let before = log_likelihood(&gamma);
        while change > 1e-2 && log_likelihood(&(&gamma + &step)) < before {
            (step, change) = (step * 0.5, change * 0.5);
        }
        gamma += step;
        // The next step would be its square.
        if change.is_nan() || change < 1e-8 {
            break;
        }
    }
    // Where responses are separated, a predictor changes by about 1 for ever.
    if change.is_nan() || change >= 1e-8 {
        return Err("a table without a fit".to_owned());
    }
    let (_, information, squares, residuals) = moments(&gamma);
    let inverse = inverted(&information)?;
    let dispersion = if family == Family::Linear { residuals } else { 1.0 };
    let (real, synthetic) = (&inverse * squares * &inverse, &inverse * dispersion);
    // In standardised columns, too: with far means those as they are have a condition of millions, which a product with an inverse would lose.
    let metrics = [back.transpose() * &back, DMatrix::identity(p, p), &information / dispersion];
    let variances = traces(&metrics, &synthetic, &real);
    let as_they_are = |covariance: DMatrix<f64>| &back * covariance * back.transpose();
    let information = scale.transpose() * information * &scale;
    Ok(Said {
        estimate: &back * gamma,
        real: as_they_are(real),
        variances,
        inverse: as_they_are(inverse),
        back,
        metrics: [DMatrix::identity(p, p), scale.transpose() * scale, &information / dispersion],
        information,
    })
}

/// Most steps of Newton's method. Where responses are separated, a predictor rises by about 1 with each, to where all are certain to double precision.
const MOST_STEPS: usize = 60;

/// tr Q A.
pub fn trace(metric: &DMatrix<f64>, of: &DMatrix<f64>) -> f64 {
    (metric * of).trace()
}

/// Relative tolerance of matrices of up to nine rows whose condition is at most some thousand.
pub const ROUNDING: f64 = 1e-9;

/// That of what is made of a weighted sum of two information matrices. Tables that nearly separate, or have nearly collinear columns, have more: [`Two::tolerance`].
pub const MIXED: f64 = 1e-8;

/// n times the covariance of the fit, with the residuals of fits that leave the row out, and the least part of its own predictor that a row leaves to the others.
struct LeftOut {
    covariance: DMatrix<f64>,
    rest: f64,
}

/// In linear regression each row is really left out. In the others, where the program does so to first order, a residual is divided by 1 - leverage. None of a
/// family that is no regression; not a number where a row alone decides its predictor.
fn left_out(place: &Tables, of: &Said) -> Result<Option<LeftOut>, String> {
    if !place.is_regression() {
        return Ok(None);
    }
    let (rows, counts, count, levels) = (&place.rows[0], place.counts(0), place.count(0), place.orders());
    let (mut covariance, mut least) = (of.real.clone() * 0.0, 1.0_f64);
    for (i, row) in rows.iter().enumerate() {
        let x = DVector::from_vec(covariates(row, &levels));
        let [residual, variance] = at(place.family, row.response, x.dot(&of.estimate));
        let moved = &of.inverse * &x;
        let rest = 1.0 - variance * x.dot(&moved) / count;
        least = least.min(rest);
        let residual = match place.family {
            _ if rest < DECIDED => f64::NAN,
            Family::Linear => {
                let mut weights = counts.clone();
                weights[i] -= 1.0;
                row.response - x.dot(&said(place, rows, &weights)?.estimate)
            }
            _ => residual / rest,
        };
        covariance += &moved * moved.transpose() * (counts[i] * residual * residual / count);
    }
    Ok(Some(LeftOut { covariance, rest: least }))
}

/// What a row that alone decides its predictor leaves to the others, but for rounding. The least that rows of continuous numbers leave is some 1e-3.
const DECIDED: f64 = 1e-7;

/// Variances, their ratio's standard error and interval, the weights and their risks, the fit and its standard errors, the jackknife.
pub struct Advised;

/// A row's part in all is changed by this much of itself: the third order of a central difference is its square, and the rounding 1e-14 over it.
const CHANGE: f64 = 1e-4;

/// Relative tolerance of a standard error by differences.
const DIFFERENCES: f64 = 1e-6;

impl Audit for Advised {
    type Place = Tables;
    type Found = Deviation;

    fn parts(&self, place: &Tables) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Tables {
        Tables::drawn(rng, |_| BLOCKS)
    }

    fn examine(&self, place: &Tables, seen: &Tables, _: Key) -> Result<Deviation, String> {
        let (rows, counts, count) = (&place.rows[0], place.counts(0), place.count(0));
        let of = said(place, rows, &counts)?;
        let Ok(found) = seen.table(0).and_then(|table| Analysis::new(&table, seen.family).map_err(|e| e.to_string()))
        else {
            return Ok(domain::refused());
        };
        // What each row does to the logarithms of the ratios.
        let mut squares = [0.0; 3];
        for i in 0..rows.len() {
            let with = |change: f64| {
                let mut weights = counts.clone();
                weights[i] *= 1.0 + change;
                said(place, rows, &weights).map(|said| said.variances.map(|[s, r]| libm::log(s / r)))
            };
            let (more, less) = (with(CHANGE)?, with(-CHANGE)?);
            for (square, (more, less)) in squares.iter_mut().zip(more.into_iter().zip(less)) {
                // Of each of its copies.
                let influence = count * (more - less) / (2.0 * CHANGE * counts[i]);
                *square += counts[i] * influence * influence / count;
            }
        }
        let left_out = left_out(place, &of)?;
        let normal = Normal::new(0.0, 1.0).map_err(|e| e.to_string())?;
        let two_sided = normal.inverse_cdf(0.975);
        let mut deviation = Deviation::unless(true);
        for ((loss, [synthetic, real]), square) in Loss::ALL.into_iter().zip(of.variances).zip(squares) {
            let said = found.variances(loss);
            // Terms below 1 cancel to a variance, which is 0 where no row has an influence.
            let [found_variance, variance] =
                [said.log_ratio_std_error * said.log_ratio_std_error, square / count].map(|v| 1e-6 + v);
            let apart = Deviation::relative(found_variance, variance, DIFFERENCES);
            deviation = deviation
                .max(Deviation::relative(said.synthetic, synthetic, ROUNDING))
                .max(Deviation::relative(said.real, real, ROUNDING))
                .max(apart);
            if let Some(LeftOut { covariance, rest }) = &left_out {
                let expected = trace(&of.metrics[loss as usize], covariance) / real;
                let jackknife = said.jackknife.unwrap_or(f64::INFINITY);
                // 1 - leverage has the rounding of the leverage.
                let apart = Deviation::relative(jackknife, expected, ROUNDING / rest);
                if !(expected.is_nan() && jackknife.is_nan()) {
                    deviation = deviation.max(apart);
                }
            } else {
                deviation = deviation.max(Deviation::unless(said.jackknife.is_none()));
            }
            let Ok(advice) = found.advice(loss, seen.synthetic) else { return Ok(domain::refused()) };
            let k = count / place.synthetic as f64;
            let kappa = k * synthetic / real;
            // Shares of cells lose 1/m of their noise in each generation.
            let lost = if place.family == Family::Frequencies { 1.0 / place.synthetic as f64 } else { 0.0 };
            let relative_at = |kappa: f64, lost: f64, w: f64| {
                let u = 1.0 - w;
                let (noise, kept) = (w * w + kappa * u * u, u * u * (1.0 - lost));
                noise / (1.0 - kept)
            };
            let relative = |w: f64| relative_at(kappa, lost, w);
            let is_least = |kappa: f64, lost: f64, best: f64| {
                let here = relative_at(kappa, lost, best);
                let beside = [0.999, 1.001].iter().map(|factor| best * factor).filter(|w| (0.0..=1.0).contains(w));
                let least = beside.map(|w| relative_at(kappa, lost, w)).fold(here, f64::min);
                Deviation::relative(here, least, 1e-12)
            };
            let best = advice.weight.value;
            // So many standard errors to both sides of the logarithm. The weight of frequencies is known.
            let factor = libm::exp(two_sided * said.log_ratio_std_error);
            let ends = [
                (kappa / factor, advice.kappa.low, advice.weight.low),
                (kappa * factor, advice.kappa.high, advice.weight.high),
            ];
            for (expected, found, weight) in ends {
                deviation =
                    deviation.max(Deviation::relative(found, expected, ROUNDING)).max(is_least(expected, lost, weight));
            }
            deviation = deviation
                .max(Deviation::relative(advice.kappa.value, kappa, ROUNDING))
                .max(Deviation::relative(advice.relative_risk, relative(best), ROUNDING))
                .max(Deviation::relative(advice.naive_weight, k / (1.0 + k), ROUNDING))
                .max(Deviation::relative(advice.naive_relative_risk, relative(k / (1.0 + k)), ROUNDING))
                .max(Deviation::relative(advice.golden_relative_risk, relative(advice.golden_weight), ROUNDING))
                .max(Deviation::relative(advice.effective_sample_size, count / relative(best), ROUNDING))
                .max(Deviation::relative(advice.per_row_weight[0] * count, best, ROUNDING))
                .max(Deviation::relative(1.0 + advice.per_row_weight[1] * place.synthetic as f64, 2.0 - best, ROUNDING))
                .max(is_least(kappa, lost, best))
                .max(is_least(k, 0.0, advice.golden_weight));
        }
        let entries = place.entries();
        if found.coefficients().len() != entries.len() {
            return Ok(Deviation::unless(false));
        }
        for (found, entry) in found.coefficients().iter().zip(entries) {
            let std_error = (of.real[(entry, entry)] / count).sqrt();
            deviation = deviation
                .max(Deviation::relative(1.0 + found.value, 1.0 + of.estimate[entry], ROUNDING))
                .max(Deviation::relative(found.std_error, std_error, ROUNDING));
        }
        Ok(deviation)
    }

    fn smaller(&self, place: &Tables) -> Vec<Tables> {
        place.smaller()
    }
}

/// v'Qv.
pub fn square(metric: &DMatrix<f64>, v: &DVector<f64>) -> f64 {
    v.dot(&(metric * v))
}

/// The fits to both tables.
pub struct Two {
    pub real: Said,
    pub synthetic: Said,
    /// n and m.
    pub rows: [f64; 2],
    /// V_R and V_S.
    pub variances: [DMatrix<f64>; 2],
    /// d.
    pub apart: DVector<f64>,
}

impl Two {
    pub fn new(place: &Tables) -> Result<Self, String> {
        let [real, synthetic] = [0, 1].map(|i| said(place, &place.rows[i], &place.counts(i)));
        let (real, synthetic, rows) = (real?, synthetic?, [0, 1].map(|i| place.count(i)));
        let variances = [&real.real / rows[0], &synthetic.real / rows[1]];
        let apart = &synthetic.estimate - &real.estimate;
        Ok(Self { real, synthetic, rows, variances, apart })
    }

    /// U at a weight.
    pub fn rest(&self, w: f64) -> Result<DMatrix<f64>, String> {
        let back = &self.real.back;
        let inverse = self.mixed(w).try_inverse().ok_or("a singular information")?;
        let share = back * inverse * back.transpose() * &self.real.information * w;
        Ok(DMatrix::identity(share.nrows(), share.nrows()) - share)
    }

    /// The sum of both informations, with these weights, in standardised columns of the real table.
    fn mixed(&self, w: f64) -> DMatrix<f64> {
        let sum = &self.real.information * w + &self.synthetic.information * (1.0 - w);
        self.real.back.transpose() * sum * &self.real.back
    }

    /// Relative tolerance at a weight: a rounding is multiplied by the condition number, once on either side of a covariance.
    pub fn tolerance(&self, w: f64) -> f64 {
        let eigenvalues = self.mixed(w).symmetric_eigenvalues();
        MIXED + 1e-14 * eigenvalues.max() / eigenvalues.min()
    }

    /// tr Q (W V_R W' + U V_S U').
    pub fn variance(&self, q: &DMatrix<f64>, w: f64) -> Result<f64, String> {
        let rest = self.rest(w)?;
        let share = DMatrix::identity(rest.nrows(), rest.nrows()) - &rest;
        let [v_r, v_s] = &self.variances;
        Ok(trace(q, &(&share * v_r * share.transpose() + &rest * v_s * rest.transpose())))
    }
}

/// The law of the fit to both tables: its variance and the estimate of its bias, at weights from 0 to 1.
pub struct Audited;

impl Audit for Audited {
    type Place = Tables;
    type Found = Deviation;

    fn parts(&self, place: &Tables) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Tables {
        Tables::drawn(rng, |_| BLOCKS)
    }

    fn examine(&self, place: &Tables, seen: &Tables, _: Key) -> Result<Deviation, String> {
        let two = Two::new(place)?;
        let Two { real, rows: [n, m], variances: [v_r, v_s], apart, .. } = &two;
        let (Ok(known), Ok(other)) = (seen.table(0), seen.table(1)) else { return Ok(domain::refused()) };
        let Ok(other) = other.like(&known) else { return Ok(domain::refused()) };
        let mut deviation = Deviation::unless(true);
        for (loss, q) in Loss::ALL.into_iter().zip(&real.metrics) {
            let Ok((fits, _)) = fits::fit(&known, &other, seen.family, loss) else { return Ok(domain::refused()) };
            let Some(pooled) = Pooled::new(&fits) else { return Ok(domain::refused()) };
            for w in [0.0, 1.0, *n / (n + m), place.weight] {
                let seen_w = if w == place.weight { seen.weight } else { w };
                let (variance, rest, tolerance) = (two.variance(q, w)?, two.rest(w)?, two.tolerance(w));
                let length = square(&(rest.transpose() * q * &rest), apart);
                let noise = trace(q, &(&rest * (v_r + v_s) * rest.transpose()));
                let bias = (length - noise).max(0.0);
                // Where the bias has no part, as at w = 1, rounding is left of it: it is compared together with the variance.
                let whole = variance + length;
                deviation = deviation
                    .max(Deviation::relative(pooled.variance(seen_w), variance, tolerance))
                    .max(Deviation::relative(whole + pooled.bias_squared(seen_w), whole + bias, tolerance))
                    .max(Deviation::relative(pooled.risk(seen_w, &pooled.difference), variance + length, tolerance));
            }
            let [of_real, of_synthetic] = pooled.variances();
            deviation = deviation.max(Deviation::relative(of_real, trace(q, v_r), ROUNDING)).max(Deviation::relative(
                of_synthetic,
                trace(q, v_s),
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
