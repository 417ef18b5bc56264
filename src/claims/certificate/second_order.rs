//! Regressions to second order in rationals: the invariants of a rotated design, and designs of as many different rows as coefficients.

use goldenweight_theory::design::Design;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::second_order::{Coefficients, Invariants, Projected, Row, SecondOrder};
use num_rational::BigRational as Q;

use super::Certificate;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

fn sum(terms: impl Iterator<Item = Q>) -> Q {
    terms.fold(q(0, 1), |sum, term| sum + term)
}

/// The inverse of a triangle with a unit diagonal, entries below it: the rows used here.
fn inverse(lower: &[Vec<Q>]) -> Vec<Vec<Q>> {
    let p = lower.len();
    // Column by column, downwards.
    let column = |j: usize| {
        let mut found: Vec<Q> = vec![q(0, 1); j];
        for row in &lower[j..] {
            let known = sum(row.iter().zip(&found).map(|(l, x)| l.clone() * x.clone()));
            found.push(if found.len() == j { q(1, 1) } else { -known });
        }
        found
    };
    transposed(&(0..p).map(column).collect::<Vec<_>>())
}

fn transposed(matrix: &[Vec<Q>]) -> Vec<Vec<Q>> {
    (0..matrix.len()).map(|j| matrix.iter().map(|row| row[j].clone()).collect()).collect()
}

/// A unit triangle of p rows.
fn triangle(p: usize, scale: i64) -> Vec<Vec<Q>> {
    let entry = |i: usize, j: usize| match i.cmp(&j) {
        std::cmp::Ordering::Less => q(0, 1),
        std::cmp::Ordering::Equal => q(1, 1),
        std::cmp::Ordering::Greater => q(scale * (2 * i as i64 - 3 * j as i64), 4),
    };
    (0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect()
}

/// The formula of rotated rows against all entries of the tensors, in exact arithmetic.
///
/// What it needs of normal rows is that across the coefficients they are independent of z along them, with means 0 and second and fourth moments 1 and 3 of each
/// coordinate. The values -2 to 2 with the probabilities 1/12, 1/6, 1/2, 1/6, 1/12 have these, along may have any law and labels any cumulants: the two sides are
/// the same rational functions of them. Rows L z with a triangle L, and beta such that gamma = L'beta
/// is along the first coordinate.
pub fn rotated() -> Certificate {
    let across = [(-2, q(1, 12)), (-1, q(1, 6)), (0, q(1, 2)), (1, q(1, 6)), (2, q(1, 12))];
    let along: [(Q, Q, [Q; 3]); 3] = [
        (q(-3, 2), q(1, 5), [q(1, 3), q(2, 7), q(-1, 4)]),
        (q(1, 3), q(1, 2), [q(5, 4), q(-1, 3), q(2, 5)]),
        (q(2, 1), q(3, 10), [q(3, 5), q(4, 3), q(1, 6)]),
    ];
    let places = [(1usize, 0i64), (2, 0), (2, 1), (3, 0), (3, 1), (3, -2)];
    let compared = places.map(|(p, scale)| {
        let root = transposed(&triangle(p, scale));
        let mut rows = Vec::new();
        for (z, mass, cumulants) in &along {
            for code in 0..5usize.pow(p as u32 - 1) {
                let others = (0..p - 1).map(|i| &across[code / 5usize.pow(i as u32) % 5]);
                let (values, masses): (Vec<Q>, Vec<Q>) = others.map(|(y, mass)| (q(*y, 1), mass.clone())).unzip();
                let coordinates: Vec<Q> = std::iter::once(z.clone()).chain(values).collect();
                let x = |row: &Vec<Q>| sum(row.iter().zip(&coordinates).map(|(l, z)| l.clone() * z.clone()));
                rows.push(Row {
                    mass: masses.into_iter().fold(mass.clone(), |product, mass| product * mass),
                    covariates: root.iter().map(x).collect(),
                    cumulants: cumulants.clone(),
                });
            }
        }
        let mean = |j: usize, power: usize| {
            sum(along.iter().map(|(z, mass, a)| mass.clone() * a[j].clone() * num_traits::pow(z.clone(), power)))
        };
        let square = |power: usize| {
            sum(along.iter().map(|(z, mass, a)| mass.clone() * a[0].sqr() * num_traits::pow(z.clone(), power)))
        };
        let projected = Projected {
            second: [mean(0, 0), mean(0, 2)],
            third: [mean(1, 1), mean(1, 3)],
            fourth: [mean(2, 0), mean(2, 2), mean(2, 4)],
            squares: [square(0), square(2), square(4)],
        };
        // tr (L L')^-1 = |L^-1|^2; beta = L'^-1 gamma has the first row of L^-1 times |gamma|.
        let inverse = transposed(&inverse(&triangle(p, scale)));
        let norm = |row: &Vec<Q>| sum(row.iter().map(Scalar::sqr));
        let trace = sum(inverse.iter().map(norm));
        let first = norm(&inverse[0]);
        let design = Design { dim: p as u32, across: trace - first.clone(), along: first, norm_squared: q(1, 1) };
        let is_equal = Invariants::rotated(&projected, &design) == Invariants::discrete(&rows);
        (format!("p = {p}, L by {scale}"), is_equal)
    });
    Certificate::at_places("six invariants of rotated rows, against all entries of the tensors", compared.to_vec())
}

/// A label whose variance v and its derivatives by the mean are these.
struct Label {
    variance: Q,
    slope: Q,
    curvature: Q,
}

impl Label {
    fn binary(p: Q) -> Self {
        let variance = p.clone() * (q(1, 1) - p.clone());
        Self { variance, slope: q(1, 1) - q(2, 1) * p, curvature: q(-2, 1) }
    }

    fn count(mean: Q) -> Self {
        Self { variance: mean, slope: q(1, 1), curvature: q(0, 1) }
    }

    /// Second to fourth cumulant: v, v v', v (v'^2 + v v'').
    fn cumulants(&self) -> [Q; 3] {
        let Self { variance: v, slope, curvature } = self;
        [v.clone(), v.clone() * slope.clone(), v.clone() * (slope.sqr() + v.clone() * curvature.clone())]
    }
}

/// Moments of the error of a cell's mean: E^2 = e_1/n + e_2/n^2, E^3 = e_3/n^2, E^4 = 3 e_1^2/n^2.
#[derive(Clone)]
struct Cell([Q; 3]);

impl Cell {
    /// Of the next generation's, in a cell of this probability.
    ///
    /// The fitted mean of the cell is (w N R + k u M B)/(w N + k u M), N and M the numbers of its rows, R and B the means of their labels, with weights 1/n and
    /// k/n: unbiased given the numbers and the past. With N and M at x and y, relatively, from their means, D = 1 + w x + u y, E x^2 = f/n and E y^2 = k f/n,
    /// f = (1 - pi)/pi, the error's square is (w^2 (1 + x) v + k u^2 (1 + y) v(S))/(n pi D^2) + u^2 (1 + y)^2 E'^2/D^2 in the mean, S the mean that made B.
    fn next(&self, label: &Label, mass: &Q, k: &Q, w: &Q) -> Self {
        let Self([e1, e2, e3]) = self.clone();
        let Label { variance: v, slope, curvature } = label;
        let u = q(1, 1) - w.clone();
        let (s, f) = (w.sqr() + k.clone() * u.sqr(), (q(1, 1) - mass.clone()) / mass.clone());
        let (cube, ku2) = (u.sqr() * u.clone(), k.clone() * u.sqr());
        let three = q(3, 1) * s.clone();
        // E of (1 + x)/D^2, (1 + y)/D^2 and (1 + y)^2/D^2, less 1, times n/f.
        let real = three.clone() - q(2, 1) * w.clone();
        let drawn = three.clone() - q(2, 1) * u.clone() * k.clone();
        let kept = three + k.clone() - q(4, 1) * u.clone() * k.clone();
        let second = v.clone() * f.clone() * (w.sqr() * real + ku2.clone() * drawn)
            + q(1, 2) * ku2 * curvature.clone() * e1.clone();
        let third = v.clone() * slope.clone() * (w.sqr() * w.clone() + k.sqr() * cube.clone());
        Self([
            s * v.clone() / mass.clone() + u.sqr() * e1.clone(),
            second / mass.clone() + u.sqr() * (e2 + kept * f * e1.clone()),
            third / mass.sqr() + cube * (e3 + q(3, 1) * k.clone() * slope.clone() * e1 / mass.clone()),
        ])
    }

    /// The link's derivatives at the truth, 1/v, -v'/v^2, (2 v'^2/v - v'')/v^2.
    fn link(label: &Label) -> [Q; 3] {
        let Label { variance: v, slope, curvature } = label;
        let bent = (q(2, 1) * slope.sqr() / v.clone() - curvature.clone()) / v.sqr();
        [q(1, 1) / v.clone(), -slope.clone() / v.sqr(), bent]
    }
}

/// (R1, R2) of beta from the cells' moments: the linear predictors eta = X beta are the link of the cells' means, so |d beta|^2 = |X^-1 d eta|^2.
fn read(cells: &[Cell], labels: &[Label], inverse: &[Vec<Q>]) -> Coefficients<Q> {
    let p = cells.len();
    let weight = |i: usize, j: usize| sum((0..p).map(|l| inverse[l][i].clone() * inverse[l][j].clone()));
    let links: Vec<[Q; 3]> = labels.iter().map(Cell::link).collect();
    let (mut first, mut second) = (q(0, 1), q(0, 1));
    for i in 0..p {
        let ([a, b, c], Cell([e1, e2, e3])) = (&links[i], &cells[i]);
        let fourth = q(1, 4) * b.sqr() + q(1, 3) * a.clone() * c.clone();
        let own = a.sqr() * e2.clone() + a.clone() * b.clone() * e3.clone() + fourth * q(3, 1) * e1.sqr();
        first += weight(i, i) * a.sqr() * e1.clone();
        second += weight(i, i) * own;
        // Errors of two cells are uncorrelated, but both links are bent.
        for j in (0..p).filter(|j| *j != i) {
            let Cell([other, ..]) = &cells[j];
            second += weight(i, j) * q(1, 4) * b.clone() * links[j][1].clone() * e1.clone() * other.clone();
        }
    }
    Coefficients { first, second }
}

/// Designs of as many different rows as coefficients: the fit is the link of the weighted mean of the labels at each row, of which the moments are stepped without
/// any tensor. Both orders are the same rationals, at generations 0 to 6, and at w = 1 those known by hand.
pub fn cells() -> Certificate {
    let binary = |n, d| Label::binary(q(n, d));
    let count = |n, d| Label::count(q(n, d));
    let designs: [(&str, Vec<Label>, Vec<Q>); 6] = [
        ("labels 0 and 1, an intercept", vec![binary(2, 5)], vec![q(1, 1)]),
        ("counts, an intercept", vec![count(3, 1)], vec![q(1, 1)]),
        ("labels 0 and 1, two rows", vec![binary(1, 3), binary(3, 4)], vec![q(2, 5), q(3, 5)]),
        ("counts, two rows", vec![count(1, 2), count(5, 1)], vec![q(1, 4), q(3, 4)]),
        ("labels 0 and 1, three rows", vec![binary(1, 5), binary(1, 2), binary(5, 7)], vec![q(1, 6), q(1, 3), q(1, 2)]),
        ("counts, three rows", vec![count(2, 3), count(7, 2), count(1, 1)], vec![q(1, 2), q(1, 8), q(3, 8)]),
    ];
    let mut compared = Vec::new();
    for (name, labels, masses) in &designs {
        let rows = triangle(labels.len(), 3);
        let inverse = inverse(&rows);
        let row = |((label, mass), x): ((&Label, &Q), &Vec<Q>)| Row {
            mass: mass.clone(),
            covariates: x.clone(),
            cumulants: label.cumulants(),
        };
        let design: Vec<Row<Q>> = labels.iter().zip(masses).zip(&rows).map(row).collect();
        let invariants = Invariants::discrete(&design);
        for (k, w) in
            [(q(1, 1), q(1, 1)), (q(1, 1), q(3, 5)), (q(1, 4), q(1, 3)), (q(3, 1), q(4, 5)), (q(2, 1), q(0, 1))]
        {
            let law = SecondOrder { invariants: invariants.clone(), ratio: k.clone() };
            let none = || Cell([q(0, 1), q(0, 1), q(0, 1)]);
            // Generation 0 is that of weight 1 on the real rows.
            let step = |cells: &[Cell], w: &Q| -> Vec<Cell> {
                let next = |((cell, label), mass): ((&Cell, &Label), &Q)| cell.next(label, mass, &k, w);
                cells.iter().zip(labels).zip(masses).map(next).collect()
            };
            let mut state = step(&labels.iter().map(|_| none()).collect::<Vec<_>>(), &q(1, 1));
            let mut is_equal = true;
            for found in law.path(&w).take(7) {
                is_equal &= found == read(&state, labels, &inverse);
                state = step(&state, &w);
            }
            compared.push((format!("{name}, k = {k}, w = {w}"), is_equal));
        }
    }
    // The logarithm of a mean of n counts: 1/lambda, and 7/(4 lambda^2) from its four moments.
    let row = Row { mass: q(1, 1), covariates: vec![q(1, 1)], cumulants: [q(3, 1), q(3, 1), q(3, 1)] };
    let alone = SecondOrder { invariants: Invariants::discrete(&[row]), ratio: q(1, 1) }.limit(&q(1, 1));
    compared.push(("counts of mean 3 by hand".to_owned(), (alone.first, alone.second) == (q(1, 3), q(7, 36))));
    Certificate::at_places("weighted means of the labels at each row, to 1/n^2", compared)
}
