//! A logistic regression whose labels do not follow the model, to second order in 1/n, from its estimating equation on a design of three points, in exact rationals.
//!
//! A fit is a function of the frequencies of the cells (a point and a label) among the real and among the synthetic rows, and of the error of the fit before, which has
//! made the synthetic ones. Here it is their power series to third degree, which the equation itself gives, step by step. Its moments follow from those of
//! multinomial counts and of the error before. No tensor, no score and no information of the law is in it.

use std::array;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use goldenweight_theory::misspecified::second_order::{Misspecified, Tensors};
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::second_order::{Coefficients, Row};
use nalgebra::DMatrix;
use num_rational::BigRational as Q;

use super::Certificate;
use super::responses::{OFF, POINTS};
use super::sampling::inverse;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// Products of more variables are left out: their means begin with 1/n^3.
const DEGREE: usize = 4;

/// The variables: frequencies of real cells, each less its probability, are 0 to 5, those of synthetic ones 6 to 11, the error before is 12 and 13.
const CELLS: usize = 2 * POINTS.len();
const BEFORE: usize = 2 * CELLS;

/// A product of up to four variables: how often each is in it, four bits for each.
type Product = u64;

/// The product of these variables.
fn product_of(variables: &[usize]) -> Product {
    variables.iter().map(|v| 1 << (4 * v)).sum()
}

/// The variables of a product, sorted.
fn variables_of(product: Product) -> Vec<usize> {
    let count = |v: usize| (product >> (4 * v) & 15) as usize;
    (0..BEFORE + 2).flat_map(|v| vec![v; count(v)]).collect()
}

/// Of how many variables a product is.
fn degree_of(product: Product) -> usize {
    (0..BEFORE + 2).map(|v| (product >> (4 * v) & 15) as usize).sum()
}

/// A power series: of each product of variables its factor.
#[derive(Clone, Default)]
struct Series(BTreeMap<Product, Q>);

impl Series {
    fn constant(value: Q) -> Self {
        Self([(product_of(&[]), value)].into())
    }

    fn variable(index: usize) -> Self {
        Self([(product_of(&[index]), q(1, 1))].into())
    }

    fn plus(mut self, other: &Self, factor: &Q) -> Self {
        for (product, value) in &other.0 {
            *self.0.entry(*product).or_insert_with(|| q(0, 1)) += factor * value;
        }
        self.0.retain(|_, value| *value != q(0, 1));
        self
    }

    fn times(&self, other: &Self, degree: usize) -> Self {
        let mut found = Self::default();
        for (a, x) in &self.0 {
            let Some(left) = degree.checked_sub(degree_of(*a)) else { continue };
            for (b, y) in other.0.iter().filter(|(b, _)| degree_of(**b) <= left) {
                *found.0.entry(a + b).or_insert_with(|| q(0, 1)) += x * y;
            }
        }
        found
    }
}

/// The sum of series.
fn sum(terms: impl IntoIterator<Item = Series>) -> Series {
    terms.into_iter().fold(Series::default(), |sum, term| sum.plus(&term, &q(1, 1)))
}

/// The model's probability of a label 1 at a point.
fn share(point: usize) -> Q {
    let (over, under) = POINTS[point].1;
    q(over, over + under)
}

/// The point's own probability.
fn mass(point: usize) -> Q {
    let (over, under) = POINTS[point].2;
    q(over, under)
}

/// The first three derivatives of the model's probability by its linear predictor.
fn derivatives(point: usize) -> [Q; 3] {
    let s = share(point);
    let first = s.clone() * (q(1, 1) - s.clone());
    let second = first.clone() * (q(1, 1) - q(2, 1) * s);
    let third = first.clone() * (q(1, 1) - q(6, 1) * first.clone());
    [first, second, third]
}

/// The model's probability after a change of the coefficients, to third degree in it.
fn mean(point: usize, change: &[Series; 2]) -> Series {
    let [x, y] = POINTS[point].0;
    let h = Series::default().plus(&change[0], &q(x, 1)).plus(&change[1], &q(y, 1));
    let square = h.times(&h, 3);
    let cube = square.times(&h, 3);
    let [first, second, third] = derivatives(point);
    Series::constant(share(point)).plus(&h, &first).plus(&square, &(second / q(2, 1))).plus(&cube, &(third / q(6, 1)))
}

/// Cells of which these are the probabilities of a label 1 at each point.
fn cells(ones: [Series; 3]) -> [Series; CELLS] {
    array::from_fn(|cell| {
        let one = ones[cell / 2].clone();
        let labelled = if cell % 2 == 0 { one } else { Series::constant(q(1, 1)).plus(&one, &q(-1, 1)) };
        Series::default().plus(&labelled, &mass(cell / 2))
    })
}

/// The probabilities of the real and of the synthetic cells, the latter as series in the error of the fit that makes them.
fn probabilities() -> [[Series; CELLS]; 2] {
    let before = [0, 1].map(|i| Series::variable(BEFORE + i));
    let real = array::from_fn(|point| Series::constant(share(point) + q(OFF[point].0, OFF[point].1)));
    [cells(real), cells(array::from_fn(|point| mean(point, &before)))]
}

/// The error of a fit, to third degree: what solves sum of x (weight of the labels 1 - weight of the rows times their mean) = 0. Each step, all with the slope at 0, makes
/// one more degree right.
fn solved(w: &Q) -> [Series; 2] {
    let parts = [w.clone(), q(1, 1) - w.clone()];
    let probabilities = probabilities();
    let weight = |cell: usize| {
        sum((0..2).map(|part| {
            let frequency = probabilities[part][cell].clone().plus(&Series::variable(part * CELLS + cell), &q(1, 1));
            Series::default().plus(&frequency, &parts[part])
        }))
    };
    let weights: [Series; CELLS] = array::from_fn(weight);
    let slope = inverse(&DMatrix::from_fn(2, 2, |i, j| {
        let term = |(point, (x, ..)): (usize, &([i64; 2], _, _))| {
            mass(point) * derivatives(point)[0].clone() * q(x[i] * x[j], 1)
        };
        POINTS.iter().enumerate().map(term).fold(q(0, 1), |sum, x| sum + x)
    }));
    let mut found = [Series::default(), Series::default()];
    for _ in 0..3 {
        let mut left = [Series::default(), Series::default()];
        for (point, (x, ..)) in POINTS.iter().enumerate() {
            let ones = weights[2 * point].clone();
            let rows = ones.clone().plus(&weights[2 * point + 1], &q(1, 1));
            let residual = ones.plus(&rows.times(&mean(point, &found), 3), &q(-1, 1));
            left = array::from_fn(|i| left[i].clone().plus(&residual, &q(x[i], 1)));
        }
        found = array::from_fn(|i| found[i].clone().plus(&left[0], &slope[(i, 0)]).plus(&left[1], &slope[(i, 1)]));
    }
    found
}

/// All products of one to four entries of an error, by the indices of the entries.
fn products() -> impl Iterator<Item = Vec<usize>> {
    let of = |degree: usize| (0..=degree).map(move |ones| [vec![0; degree - ones], vec![1; ones]].concat());
    (1..=DEGREE).flat_map(of)
}

/// The factors of 1/n and 1/n^2 in the means of these. In that of an entry itself the latter lacks what is of fourth degree; it enters no product.
type Moments = BTreeMap<Vec<usize>, [Q; 2]>;

/// The products of a fit's error as series.
type Powers = BTreeMap<Vec<usize>, Series>;

fn powers(w: &Q) -> Powers {
    let error = solved(w);
    let mut found = Powers::new();
    for name in products() {
        let (last, others) = name.split_last().expect("at least one entry");
        let series = found.get(others).map_or_else(|| error[*last].clone(), |s| s.times(&error[*last], DEGREE));
        found.insert(name, series);
    }
    found
}

/// Mean of a product of the frequencies of cells among N rows, each less its probability: a factor of 1/N for two, of 1/N^2 for three or four. To this degree in the error
/// of the fit that made them.
fn central(product: &[usize], chances: &[Series; CELLS], degree: usize) -> Series {
    let chance = |cell: usize| chances[cell].times(&Series::constant(q(1, 1)), degree);
    let joint = |a: usize, b: usize| if a == b { chance(a) } else { Series::default() };
    let apart = |a: usize, b: usize| chance(a).times(&chance(b), degree);
    let pair = |a: usize, b: usize| joint(a, b).plus(&apart(a, b), &q(-1, 1));
    match *product {
        [a, b] => pair(a, b),
        // Of a row's three indicators: E abc - E ab E c - E ac E b - E bc E a + 2 E a E b E c.
        [a, b, c] => {
            let all = if a == b { joint(b, c) } else { Series::default() };
            let two = sum([(a, b, c), (a, c, b), (b, c, a)].map(|(a, b, c)| joint(a, b).times(&chance(c), degree)));
            all.plus(&two, &q(-1, 1)).plus(&apart(a, b).times(&chance(c), degree), &q(2, 1))
        }
        [a, b, c, d] => {
            sum([(a, b, c, d), (a, c, b, d), (a, d, b, c)].map(|(a, b, c, d)| pair(a, b).times(&pair(c, d), degree)))
        }
        _ => Series::default(),
    }
}

/// The mean of a product of variables, given the error of the fit before.
struct Given {
    /// A power of 1/n.
    order: usize,
    /// Of which so many are 1/m = k/n.
    synthetic: usize,
    /// Its factor.
    series: Series,
}

impl Given {
    /// Nothing where the mean is 0.
    fn of(product: &[usize], probabilities: &[[Series; CELLS]; 2]) -> Option<Self> {
        let (cells, error) = product.split_at(product.partition_point(|v| *v < BEFORE));
        let (real, drawn) = cells.split_at(cells.partition_point(|v| *v < CELLS));
        if real.len() == 1 || drawn.len() == 1 {
            return None;
        }
        let drawn: Vec<usize> = drawn.iter().map(|v| v - CELLS).collect();
        let power = |count: usize| count.div_ceil(2).min(2);
        let mut series = Series([(product_of(error), q(1, 1))].into());
        for (cells, chances) in [(real, &probabilities[0]), (&drawn, &probabilities[1])] {
            if !cells.is_empty() {
                series = series.times(&central(cells, chances, DEGREE - product.len()), DEGREE);
            }
        }
        Some(Self { order: power(real.len()) + power(drawn.len()), synthetic: power(drawn.len()), series })
    }

    /// Factors of 1/n and 1/n^2, given those of the error before.
    fn mean(&self, before: &Moments, k: &Q) -> [Q; 2] {
        let factor = num_traits::pow(k.clone(), self.synthetic);
        let mut means = [q(0, 1), q(0, 1)];
        for (product, value) in &self.series.0 {
            let name: Vec<usize> = variables_of(*product).into_iter().map(|v| v - BEFORE).collect();
            // From 1/n^0 on.
            let moments = match before.get(&name) {
                Some([one, two]) => [q(0, 1), one.clone(), two.clone()],
                None => [q(i64::from(name.is_empty()), 1), q(0, 1), q(0, 1)],
            };
            for (power, moment) in moments.into_iter().enumerate() {
                if let Some(mean) = means.get_mut((power + self.order).wrapping_sub(1)) {
                    *mean += value * &factor * moment;
                }
            }
        }
        means
    }
}

/// Of every product in the powers of a fit's error. No generation and no ratio k is in them.
fn given(powers: &[Powers; 2]) -> BTreeMap<Product, Option<Given>> {
    let probabilities = probabilities();
    let products: BTreeSet<Product> =
        powers.iter().flat_map(BTreeMap::values).flat_map(|power| power.0.keys().copied()).collect();
    products.into_iter().map(|product| (product, Given::of(&variables_of(product), &probabilities))).collect()
}

/// The moments of a generation's error, whose products these are.
fn next(powers: &Powers, given: &BTreeMap<Product, Option<Given>>, before: &Moments, k: &Q) -> Moments {
    let known: BTreeMap<Product, [Q; 2]> =
        given.iter().filter_map(|(product, given)| Some((*product, given.as_ref()?.mean(before, k)))).collect();
    let mut moments = Moments::new();
    for (name, power) in powers {
        let mut sums = [q(0, 1), q(0, 1)];
        for (product, value) in &power.0 {
            for (sum, mean) in sums.iter_mut().zip(known.get(product).into_iter().flatten()) {
                *sum += value * mean;
            }
        }
        moments.insert(name.clone(), sums);
    }
    moments
}

/// (R1, R2) of d'Wd at t = 0..=generations.
fn stepped(
    k: &Q,
    [alone, mixed]: &[Powers; 2],
    given: &BTreeMap<Product, Option<Given>>,
    weights: &[Vec<Q>; 2],
    generations: usize,
) -> Vec<[Q; 2]> {
    let read = |moments: &Moments| {
        [0, 1].map(|order| {
            let term =
                |(i, j): (usize, usize)| weights[i][j].clone() * moments[&vec![i.min(j), i.max(j)]][order].clone();
            [(0, 0), (0, 1), (1, 0), (1, 1)].map(term).into_iter().fold(q(0, 1), |sum, x| sum + x)
        })
    };
    let start = next(alone, given, &Moments::new(), k);
    let path = std::iter::successors(Some(start), |moments| Some(next(mixed, given, moments, k)));
    path.take(generations + 1).map(|moments| read(&moments)).collect()
}

/// A point as the law takes it: a_2 to a_4, and the moments of the real labels' residual.
fn row(point: usize) -> (Row<Q>, [Q; 3]) {
    let (s, chance) = (share(point), share(point) + q(OFF[point].0, OFF[point].1));
    let moment = |power: usize| {
        chance.clone() * num_traits::pow(q(1, 1) - s.clone(), power)
            + (q(1, 1) - chance.clone()) * num_traits::pow(-s.clone(), power)
    };
    let covariates = POINTS[point].0.map(|x| q(x, 1)).to_vec();
    (Row { mass: mass(point), covariates, cumulants: derivatives(point) }, [1, 2, 3].map(moment))
}

/// The law by tensors against the power series.
pub fn series() -> Certificate {
    let weights = [vec![q(2, 1), q(-1, 2)], vec![q(-1, 2), q(1, 1)]];
    let tensors = Arc::new(Tensors::of(&[0, 1, 2].map(row)));
    let w = q(3, 5);
    // They do not depend on k.
    let both = [powers(&q(1, 1)), powers(&w)];
    let given = given(&both);
    let places = [q(1, 2), q(3, 1)].map(|k| {
        let law = Misspecified::new(tensors.clone(), &weights, k.clone());
        let stepped = stepped(&k, &both, &given, &weights, 2);
        let is_equal =
            law.path(&w).zip(stepped).all(|(found, [first, second])| found == Coefficients { first, second });
        (format!("k = {k}, w = {w}"), is_equal)
    });
    Certificate::at_places("power series of a fit in the frequencies of the cells, t = 0..2", places)
}
