//! Regressions with canonical link to second order in 1/n by full tensors over the rows: every entry is summed, and moments are stepped from generation to
//! generation as matrices and tensors, where the law has six contractions and three scalars.

/// A row of a design with its probability, and a_2, a_3, a_4 of its label.
pub struct Point {
    /// Its probability.
    pub mass: f64,
    /// x.
    pub x: Vec<f64>,
    /// Second to fourth cumulant of the label.
    pub cumulants: [f64; 3],
}

/// Rows x = L z, z ~ N(0, I) in one or two dimensions, by the trapezoidal rule; L row by row.
pub fn gaussian(root: &[Vec<f64>], beta: &[f64], cumulants: impl Fn(f64) -> [f64; 3]) -> Vec<Point> {
    let (p, steps, bound) = (beta.len(), 160, 11.0);
    let h = 2.0 * bound / f64::from(steps);
    let node = |i: i32| -bound + h * f64::from(i);
    let others = if p == 1 { 0..=0 } else { 0..=steps };
    let z = (0..=steps).flat_map(|i| others.clone().map(move |j| [i, j]));
    z.map(|[i, j]| if p == 1 { vec![node(i)] } else { vec![node(i), node(j)] })
        .map(|z| {
            let density = |z: &f64| h * libm::exp(-0.5 * z * z) / std::f64::consts::TAU.sqrt();
            let x: Vec<f64> = root.iter().map(|row| row.iter().zip(&z).map(|(l, z)| l * z).sum()).collect();
            let eta = x.iter().zip(beta).map(|(x, b)| x * b).sum();
            Point { mass: z.iter().map(density).product(), x, cumulants: cumulants(eta) }
        })
        .filter(|point| point.mass > 1e-26)
        .collect()
}

/// Sum of f over all indices from 0 to p - 1.
fn sum(p: usize, indices: u32, f: impl Fn(&[usize]) -> f64) -> f64 {
    let mut index = vec![0; indices as usize];
    let mut total = 0.0;
    for code in 0..p.pow(indices) {
        let mut rest = code;
        for i in &mut index {
            (*i, rest) = (rest % p, rest / p);
        }
        total += f(&index);
    }
    total
}

/// A tensor of p^rank entries.
#[derive(Clone)]
struct Tensor {
    p: usize,
    entries: Vec<f64>,
}

impl Tensor {
    fn new(p: usize, rank: u32, f: impl Fn(&[usize]) -> f64) -> Self {
        let index = |code: usize| (0..rank).map(|i| code / p.pow(i) % p).collect::<Vec<_>>();
        Self { p, entries: (0..p.pow(rank)).map(|code| f(&index(code))).collect() }
    }

    fn at(&self, index: &[usize]) -> f64 {
        self.entries[index.iter().rev().fold(0, |code, i| code * self.p + i)]
    }
}

/// The tensors of a regression.
pub struct Tensors {
    p: usize,
    /// The inverse of I = E a_2 x x'.
    h: Tensor,
    /// E a_3 x x x.
    j: Tensor,
    /// E a_4 x x x x.
    k: Tensor,
    /// Covariance of the entries of a_2 x x'.
    spread: Tensor,
}

impl Tensors {
    /// Of these rows.
    pub fn of(points: &[Point]) -> Self {
        let p = points[0].x.len();
        let mean = |rank: u32, f: &dyn Fn(&Point) -> f64| {
            let entry = |index: &[usize]| {
                points
                    .iter()
                    .map(|point| point.mass * f(point) * index.iter().map(|i| point.x[*i]).product::<f64>())
                    .sum()
            };
            Tensor::new(p, rank, entry)
        };
        let information = mean(2, &|point| point.cumulants[0]);
        let matrix = nalgebra::DMatrix::from_fn(p, p, |a, b| information.at(&[a, b]));
        let inverse = matrix.try_inverse().expect("a regular information");
        let square = mean(4, &|point| point.cumulants[0] * point.cumulants[0]);
        let spread = |x: &[usize]| square.at(x) - information.at(&x[..2]) * information.at(&x[2..]);
        Self {
            p,
            h: Tensor::new(p, 2, |x| inverse[(x[0], x[1])]),
            j: mean(3, &|point| point.cumulants[1]),
            k: mean(4, &|point| point.cumulants[2]),
            spread: Tensor::new(p, 4, spread),
        }
    }

    /// The same with E a_4 x x x x of others.
    pub fn with_fourth_of(self, other: &Self) -> Self {
        Self { k: other.k.clone(), ..self }
    }

    /// The same with one of J, K and the information's fluctuation alone. The second order is the sum of theirs.
    pub fn parts(&self) -> [Self; 3] {
        let none = |rank| Tensor::new(self.p, rank, |_| 0.0);
        let part = |j, k, spread| Self { p: self.p, h: self.h.clone(), j, k, spread };
        [
            part(self.j.clone(), none(4), none(4)),
            part(none(3), self.k.clone(), none(4)),
            part(none(3), none(4), self.spread.clone()),
        ]
    }

    /// tr H, tr HVH, |b|^2, and the contractions of J b, J J and K with H^2 and H, as they are defined.
    pub fn invariants(&self) -> [f64; 6] {
        let (p, h) = (self.p, |a, b| self.h.at(&[a, b]));
        let square = Tensor::new(p, 2, |x| sum(p, 1, |y| h(x[0], y[0]) * h(y[0], x[1])));
        let b = Tensor::new(p, 1, |x| sum(p, 3, |y| h(x[0], y[0]) * self.j.at(y) * h(y[1], y[2])));
        let cubic = |x: &[usize]| {
            let pairs = square.at(&x[..2]) * h(x[2], x[3]) * h(x[4], x[5]);
            pairs * self.j.at(&[x[0], x[2], x[4]]) * self.j.at(&[x[1], x[3], x[5]])
        };
        [
            sum(p, 1, |x| h(x[0], x[0])),
            sum(p, 4, |x| square.at(&[x[0], x[3]]) * self.spread.at(x) * h(x[1], x[2])),
            sum(p, 1, |x| b.at(x) * b.at(x)),
            sum(p, 3, |x| square.at(&x[..2]) * self.j.at(x) * b.at(&x[2..])),
            sum(p, 6, cubic),
            sum(p, 4, |x| square.at(&x[..2]) * self.k.at(x) * h(x[2], x[3])),
        ]
    }

    /// H X H.
    fn around(&self, x: &Tensor) -> Tensor {
        let h = |a, b| self.h.at(&[a, b]);
        Tensor::new(self.p, 2, |i| sum(self.p, 2, |y| h(i[0], y[0]) * x.at(y) * h(y[1], i[1])))
    }

    /// E D X D for the fluctuation D of the information of one row.
    fn between(&self, x: &Tensor) -> Tensor {
        Tensor::new(self.p, 2, |i| sum(self.p, 2, |y| self.spread.at(&[i[0], y[0], y[1], i[1]]) * x.at(y)))
    }

    /// J with H on all three indices.
    fn raised(&self) -> Tensor {
        let h = |a, b| self.h.at(&[a, b]);
        Tensor::new(self.p, 3, |x| sum(self.p, 3, |y| h(x[0], y[0]) * h(x[1], y[1]) * h(x[2], y[2]) * self.j.at(y)))
    }

    /// (R1, R2) at t = 0..=generations.
    ///
    /// With D and D' the fluctuations of the information of the real and of the synthetic rows, F = w D + u D' and a the weighted score noise, the estimating
    /// equation in g, the error of the mean of the score, is g = (I + F)^-1 (u (I + D') g' + a), g' of the generation before. The state is E g g' to first and
    /// second order and E g g g, the noise's covariance k (I + D' + J[d'] + K[d', d']/2) of synthetic rows belongs to the fit d' that made them, and
    /// d = g - H J[g, g]/2 + H J[g, H J[g, g]]/2 - H K[g, g, g]/6.
    pub fn path(&self, w: f64, k: f64, generations: u32) -> Vec<[f64; 2]> {
        let (p, u) = (self.p, 1.0 - w);
        let (s, q) = (w * w + k * u * u, w * w * w + k * k * u * u * u);
        let (raised, design) = (self.raised(), self.around(&self.between(&self.h)));
        let mut first = self.h.clone();
        let mut second = design.clone();
        let mut third = raised.clone();
        let mut risks = vec![self.risk(&first, &second, &third)];
        // H E D H D, which is not symmetric beside another matrix than H.
        let drift = self.between(&self.h);
        for _ in 0..generations {
            // Mean of d', and what the fit before adds to the variance of a synthetic score.
            let bias = Tensor::new(p, 1, |x| {
                -0.5 * sum(p, 3, |y| self.h.at(&[x[0], y[0]]) * self.j.at(y) * first.at(&y[1..]))
            });
            let shifted = Tensor::new(p, 2, |x| {
                let third = sum(p, 1, |y| self.j.at(&[x[0], x[1], y[0]]) * bias.at(y));
                third + 0.5 * sum(p, 2, |y| self.k.at(&[x[0], x[1], y[0], y[1]]) * first.at(y))
            });
            let shifted = self.around(&shifted);
            let spread = self.around(&self.between(&first));
            let drifted = Tensor::new(p, 2, |x| {
                let one = |a, b| sum(p, 2, |y| self.h.at(&[a, y[0]]) * drift.at(y) * first.at(&[y[1], b]));
                one(x[0], x[1]) + one(x[1], x[0])
            });
            let next_second = Tensor::new(p, 2, |x| {
                let noise = (3.0 * s * s - 2.0 * q) * design.at(x) + k * u * u * shifted.at(x);
                let passed = w * w * (1.0 + k) * spread.at(x) + w * (w - k * u) * drifted.at(x);
                noise + u * u * (second.at(x) + passed)
            });
            let next_third = Tensor::new(p, 3, |x| {
                let [i, j, l] = [x[0], x[1], x[2]];
                let one = |a: usize, b: usize, c: usize| {
                    sum(p, 3, |y| first.at(&[a, y[0]]) * self.j.at(y) * self.h.at(&[b, y[1]]) * self.h.at(&[c, y[2]]))
                };
                u * u * u * (third.at(x) + k * (one(i, j, l) + one(j, i, l) + one(l, i, j))) + q * raised.at(x)
            });
            first = Tensor::new(p, 2, |x| u * u * first.at(x) + s * self.h.at(x));
            (second, third) = (next_second, next_third);
            risks.push(self.risk(&first, &second, &third));
        }
        risks
    }

    /// R1 and R2 of |d|^2 from the moments of g, whose fourth ones are those of a normal vector.
    fn risk(&self, first: &Tensor, second: &Tensor, third: &Tensor) -> [f64; 2] {
        let p = self.p;
        let c = |a, b| first.at(&[a, b]);
        let normal = |i: usize, j: usize, l: usize, m: usize| c(i, j) * c(l, m) + c(i, l) * c(j, m) + c(i, m) * c(j, l);
        let bent = Tensor::new(p, 3, |x| sum(p, 1, |y| self.h.at(&[x[0], y[0]]) * self.j.at(&[y[0], x[1], x[2]])));
        let bent_twice = |x: &[usize]| {
            let along = bent.at(&[x[0], x[1], x[4]]) * bent.at(&[x[4], x[2], x[3]]);
            along * normal(x[0], x[1], x[2], x[3])
        };
        let squared =
            |x: &[usize]| bent.at(&[x[4], x[0], x[1]]) * bent.at(&[x[4], x[2], x[3]]) * normal(x[0], x[1], x[2], x[3]);
        let quartic = |x: &[usize]| {
            let k = sum(p, 1, |y| self.h.at(&[x[0], y[0]]) * self.k.at(&[y[0], x[1], x[2], x[3]]));
            k * normal(x[0], x[1], x[2], x[3])
        };
        let second = sum(p, 1, |x| second.at(&[x[0], x[0]])) - sum(p, 3, |x| bent.at(x) * third.at(x))
            + 0.25 * sum(p, 5, squared)
            + sum(p, 5, bent_twice)
            - sum(p, 4, quartic) / 3.0;
        [sum(p, 1, |x| c(x[0], x[0])), second]
    }
}
