//! What a network of models tends to, and which of its models diverge.

use super::{Classes, Incoming, Network};

/// What the risks tend to.
///
/// # Formula
/// the fixed point of C = W C W' + D(C) on the nodes that stay bounded
///
/// # Which nodes diverge
/// ```text
/// rho = 1 (mean, regressions)    those of closed classes, and all that these feed, over any number of generations
/// rho < 1 (frequencies, cdf)     none: a closed class saturates at A = -(A_s/nu_m)/(rho - 1), where its models are points. That is collapse, at a bounded risk
/// rho > 1 (variance, covariance) those of classes in which C -> W C W' + diag(sum_j W_ij^2 (rho - 1) C_jj) has spectral radius 1 or more, and all that these feed
/// ```
/// A closed class has a cycle, no weight on real rows, and no edge from outside: for rho <= 1 the graph alone decides.
///
/// # Source
/// derived. Number the classes so that each is fed by earlier ones; then C -> W C W' is block triangular, with spectral radius that of the largest W_cc squared. Within a class
/// W_cc is irreducible and its rows sum to at most 1. Where a row sums to less (real rows, or another class), the spectral radius is below 1 (Perron and Frobenius): errors die
/// out, and the risk is a convergent sum. Where all rows sum to 1, with pi the stationary law of W_cc, pi' C pi grows by pi' D pi > 0 at every generation. No entry of C is ever
/// negative. So a node that a diverging one feeds has at least W_ij^2 times its risk, and diverges too. For rho < 1 the diagonal loses what a closed class gains: C_jj tends to A, where D is
/// 0, and C_ij to A where i and j descend from the same rows. For rho > 1 the map has spectral radius above that of W_cc squared, so that it decides.
///
/// # Computed as
/// squared Smith iteration, S <- S + P S P', P <- P^2, for sum_s W^s G W'^s (G diagonal). Where rho is not 1, the diagonal of C enters G. Then it is the solution of K linear
/// equations, by GMRES.
///
/// # Accuracy
/// 1e-12 relative to the largest risk, over 1 - the spectral radius
///
/// # Examples
/// see [`Network`].
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The classes.
    pub classes: Classes,
    /// For each node whether its risk grows without bound.
    pub diverges: Vec<bool>,
    /// For each node whether it is in a class that collapses at a bounded risk.
    pub saturates: Vec<bool>,
    /// For each class how fast its errors grow, where the graph does not decide: rho > 1.
    pub growth: Vec<Option<Growth>>,
    /// For each node, what its risk grows by at each generation in the long run, averaged over a period; 0 where it is bounded, and none where it grows geometrically.
    pub slopes: Vec<Option<f64>>,
    size: usize,
    covariance: Vec<f64>,
}

impl Limit {
    /// Limit risk of a node; infinite where it diverges.
    #[must_use]
    pub fn risk(&self, node: usize) -> f64 {
        self.covariance(node, node)
    }

    /// Limit of C_ij; infinite where one of the two nodes diverges, whatever C_ij does.
    #[must_use]
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        self.covariance[i * self.size + j]
    }
}

/// The spectral radius of a class's map C -> W C W' + diag(sum_j W_ij^2 (rho - 1) C_jj), between two bounds.
///
/// # Source
/// derived: the map has no negative entry, and links any two pairs of nodes of equal blocks (see [`Class`](super::Class)). So for a matrix X that is positive there the
/// least and the largest of (map of X)_ij/X_ij are bounds (Collatz and Wielandt). They tighten as X is replaced by the map of X plus a multiple of X, which takes away periods.
///
/// # Examples
/// Two models with a weight of 0.05 on real rows each, and samples of 6 rows: the variance diverges.
/// ```
/// use goldenweight_theory::network::{Incoming, Network, Node};
/// let synthetic = |from, weight| Incoming { from, weight, noise: 0.4, excess: 0.4 };
/// let node = |own, other| Node { start: 0.4, real: Some((0.05, 0.4)), incoming: vec![synthetic(own, 0.5), synthetic(other, 0.45)] };
/// let limit = Network::new(vec![node(0, 1), node(1, 0)]).limit();
/// let growth = limit.growth[0].unwrap();
/// assert!(limit.diverges[0] && growth.low > 1.001 && growth.high < 1.003);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Growth {
    /// Between the bounds.
    #[must_use]
    pub const fn middle(self) -> f64 {
        self.low.midpoint(self.high)
    }

    /// Whether errors do not die out.
    #[must_use]
    pub const fn diverges(self) -> bool {
        self.middle() >= 1.0
    }
}

/// Relative distance of the bounds of a spectral radius at which they are close enough: a hundred roundings.
const CLOSE: f64 = 1e-14;

/// Most steps towards that. Where they are not enough the bounds tell how far apart they are.
const STEPS: usize = 4_000;

/// Weight of an error that is left out: below the rounding of any sum.
const NOTHING: f64 = 1e-20;

/// Most squarings: 2^60 generations, beyond what a spectral radius below 1 in floats needs.
const SQUARINGS: usize = 60;

impl Network<f64> {
    /// What the risks tend to.
    #[must_use]
    pub fn limit(&self) -> Limit {
        let classes = self.classes();
        let size = self.nodes.len();
        let excesses = |nodes: &[usize]| {
            let incoming = nodes.iter().flat_map(|&node| &self.nodes[node].incoming);
            incoming.map(|edge| edge.excess).fold((0.0_f64, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)))
        };
        let growth: Vec<_> = classes
            .all
            .iter()
            .map(|class| {
                let grows = class.period > 0 && excesses(&class.nodes).1 > 0.0;
                grows.then(|| self.growth(&class.nodes, &class.block))
            })
            .collect();
        let saturates = |class: usize| classes.all[class].closed && excesses(&classes.all[class].nodes).0 < 0.0;
        let grows = |class: usize| match growth[class] {
            Some(growth) => growth.diverges(),
            None => classes.all[class].closed && !saturates(class),
        };
        let first = |nodes: &[usize]| classes.of[nodes[0]];
        let diverges = classes.ruined(|class| grows(first(&class.nodes)));
        let saturates: Vec<bool> = classes.of.iter().map(|&class| saturates(class)).collect();
        let bounded: Vec<usize> = (0..size).filter(|&node| !diverges[node]).collect();
        let mut covariance = vec![f64::INFINITY; size * size];
        let found = self.fixed_point(&bounded, &classes, &saturates);
        for (a, &i) in bounded.iter().enumerate() {
            for (b, &j) in bounded.iter().enumerate() {
                covariance[i * size + j] = found[a * bounded.len() + b];
            }
        }
        let slopes = self.slopes(&classes, &diverges, growth.iter().any(Option::is_some));
        Limit { classes, diverges, saturates, growth, slopes, size, covariance }
    }

    /// W on these nodes, which no other feeds.
    fn weights(&self, nodes: &[usize]) -> Vec<f64> {
        let mut place = vec![usize::MAX; self.nodes.len()];
        nodes.iter().enumerate().for_each(|(a, &node)| place[node] = a);
        let mut weights = vec![0.0; nodes.len() * nodes.len()];
        for (a, &node) in nodes.iter().enumerate() {
            for edge in self.nodes[node].incoming.iter().filter(|edge| place[edge.from] < usize::MAX) {
                weights[a * nodes.len() + place[edge.from]] = edge.weight;
            }
        }
        weights
    }

    /// C on the nodes that stay bounded.
    fn fixed_point(&self, nodes: &[usize], classes: &Classes, saturates: &[bool]) -> Vec<f64> {
        let size = nodes.len();
        let is_point: Vec<bool> = nodes.iter().map(|&node| saturates[node]).collect();
        let powers = Powers::new(self.weights(nodes), &is_point);
        // A class of points: equal where they descend from the same one, and independent where they never do.
        let mut points = vec![0.0; size * size];
        let block = |node: usize| {
            let class = &classes.all[classes.of[node]];
            (classes.of[node], class.nodes.binary_search(&node).map(|place| class.block[place]))
        };
        let saturation = |node: usize| self.nodes[node].incoming.first().map_or(0.0, |edge| -edge.noise / edge.excess);
        for a in (0..size).filter(|&a| is_point[a]) {
            for b in (0..size).filter(|&b| is_point[b] && block(nodes[a]) == block(nodes[b])) {
                points[a * size + b] = saturation(nodes[a]);
            }
        }
        let passed = powers.passed(points);
        let mut place = vec![0; self.nodes.len()];
        nodes.iter().enumerate().for_each(|(a, &node)| place[node] = a);
        // The noise of a generation where the diagonal is c, less that where it is 0.
        let excess = |c: &[f64]| -> Vec<f64> {
            let of = |&node: &usize| {
                self.nodes[node]
                    .incoming
                    .iter()
                    .map(|edge| edge.weight * edge.weight * edge.excess * c[place[edge.from]])
                    .sum()
            };
            nodes.iter().enumerate().map(|(a, node)| if is_point[a] { 0.0 } else { of(node) }).collect()
        };
        let noise: Vec<f64> = nodes
            .iter()
            .enumerate()
            .map(|(a, &node)| if is_point[a] { 0.0 } else { self.noise(node, |_| 0.0) })
            .collect();
        let diagonal = |matrix: &[f64]| -> Vec<f64> { (0..size).map(|a| matrix[a * (size + 1)]).collect() };
        let is_linear = nodes.iter().flat_map(|&node| &self.nodes[node].incoming).all(|edge| edge.excess == 0.0);
        let mut total = noise.clone();
        if !is_linear {
            let known: Vec<f64> = diagonal(&passed);
            let mut right = diagonal(&powers.accumulated(&noise));
            right.iter_mut().zip(&known).for_each(|(x, known)| *x += known);
            let apply = |c: &[f64]| -> Vec<f64> {
                let inherited = diagonal(&powers.accumulated(&excess(c)));
                c.iter().zip(inherited).map(|(c, inherited)| c - inherited).collect()
            };
            let c = gmres(&apply, &right);
            total.iter_mut().zip(excess(&c)).for_each(|(noise, more)| *noise += more);
        }
        let mut found = powers.accumulated(&total);
        found.iter_mut().zip(passed).for_each(|(c, passed)| *c += passed);
        found
    }

    /// How fast the errors of a class grow.
    fn growth(&self, nodes: &[usize], block: &[usize]) -> Growth {
        let size = nodes.len();
        let weights = self.weights(nodes);
        let mut place = vec![usize::MAX; self.nodes.len()];
        nodes.iter().enumerate().for_each(|(a, &node)| place[node] = a);
        let edges: Vec<Vec<(usize, f64, f64)>> = nodes
            .iter()
            .map(|&node| {
                let inside = self.nodes[node].incoming.iter().filter(|edge| place[edge.from] < usize::MAX);
                inside.map(|edge| (place[edge.from], edge.weight, edge.weight * edge.weight * edge.excess)).collect()
            })
            .collect();
        let pairs = || (0..size * size).filter(|i| block[i / size] == block[i % size]);
        let mut x = vec![0.0; size * size];
        pairs().for_each(|i| x[i] = 1.0);
        let mut bounds = Growth { low: 0.0, high: f64::INFINITY };
        for _ in 0..STEPS {
            let mut next = sandwiched(&edges, &weights, &x, size);
            for (a, edges) in edges.iter().enumerate() {
                next[a * (size + 1)] +=
                    edges.iter().map(|&(from, _, excess)| excess * x[from * (size + 1)]).sum::<f64>();
            }
            let ratios = pairs().map(|i| next[i] / x[i]);
            let (low, high) = ratios.fold((f64::INFINITY, 0.0_f64), |(low, high), r| (low.min(r), high.max(r)));
            bounds = Growth { low: bounds.low.max(low), high: bounds.high.min(high) };
            if bounds.high - bounds.low <= CLOSE * bounds.high {
                break;
            }
            // A quarter of itself takes away periods; scaled, so that it stays in the floats.
            let scale = 1.0 / (0.25 + high);
            x.iter_mut().zip(next).for_each(|(x, next)| *x = (0.25 * *x + next) * scale);
        }
        bounds
    }

    /// The slopes where rho = 1: of a closed class of period d, d pi' D pi, pi its stationary law; of a node that such classes feed, the sum over them of that times
    /// sum_b q_b^2, q_b the weight with which the errors of block b, taken back in time, come to it.
    fn slopes(&self, classes: &Classes, diverges: &[bool], is_geometric: bool) -> Vec<Option<f64>> {
        if is_geometric {
            return diverges.iter().map(|diverges| (!diverges).then_some(0.0)).collect();
        }
        let size = self.nodes.len();
        let mut slopes = vec![0.0; size];
        let is_closed = |node: usize| classes.all[classes.of[node]].closed;
        let open: Vec<usize> = (0..size).filter(|&node| diverges[node] && !is_closed(node)).collect();
        let powers = (!open.is_empty()).then(|| Powers::new(self.weights(&open), &vec![false; open.len()]));
        for (number, class) in
            classes.all.iter().enumerate().filter(|(_, class)| class.closed && diverges[class.nodes[0]])
        {
            let pi = stationary(self.weights(&class.nodes), class.nodes.len());
            let squares = class.nodes.iter().zip(&pi).map(|(&node, pi)| pi * pi * self.noise(node, |_| 0.0));
            let slope = class.period as f64 * squares.sum::<f64>();
            class.nodes.iter().for_each(|&node| slopes[node] = slope);
            let Some(powers) = &powers else { continue };
            // Row by row: the weight with which an open node is fed by each block of the class, moved back by the one generation.
            let mut entry = vec![0.0; open.len() * class.period];
            for (a, &node) in open.iter().enumerate() {
                for Incoming { from, weight, .. } in
                    self.nodes[node].incoming.iter().filter(|edge| classes.of[edge.from] == number)
                {
                    let place = class.nodes.partition_point(|node| node < from);
                    entry[a * class.period + (class.block[place] + class.period - 1) % class.period] += weight;
                }
            }
            for (&node, weights) in open.iter().zip(powers.descended(entry, class.period).chunks_exact(class.period)) {
                slopes[node] += slope * weights.iter().map(|q| q * q).sum::<f64>();
            }
        }
        slopes.into_iter().map(Some).collect()
    }
}

/// W X W' for a symmetric X, where the rows of W are given by their entries.
fn sandwiched(edges: &[Vec<(usize, f64, f64)>], weights: &[f64], x: &[f64], size: usize) -> Vec<f64> {
    let mut out = vec![0.0; size * size];
    let mut passed = vec![0.0; size];
    let is_sparse = edges.iter().map(Vec::len).sum::<usize>() < size * size / 4;
    for a in 0..size {
        passed.fill(0.0);
        for &(from, weight, _) in &edges[a] {
            passed.iter_mut().zip(&x[from * size..][..size]).for_each(|(sum, x)| *sum += weight * x);
        }
        for b in 0..=a {
            let c = if is_sparse {
                edges[b].iter().map(|&(from, weight, _)| weight * passed[from]).sum::<f64>()
            } else {
                weights[b * size..][..size].iter().zip(&passed).map(|(weight, x)| weight * x).sum::<f64>()
            };
            out[a * size + b] = c;
            out[b * size + a] = c;
        }
    }
    out
}

/// A B of square matrices, in one fixed order of additions.
fn product(a: &[f64], b: &[f64], size: usize) -> Vec<f64> {
    let mut out = vec![0.0; size * size];
    for (row, out) in a.chunks_exact(size).zip(out.chunks_exact_mut(size)) {
        for (x, row) in row.iter().zip(b.chunks_exact(size)).filter(|(x, _)| **x != 0.0) {
            out.iter_mut().zip(row).for_each(|(sum, y)| *sum += x * y);
        }
    }
    out
}

fn transposed(a: &[f64], size: usize) -> Vec<f64> {
    (0..size * size).map(|i| a[i % size * size + i / size]).collect()
}

/// W, W^2, W^4, ..., up to where what is still to come is below the rounding of a sum.
struct Powers {
    size: usize,
    /// Each with its transpose.
    powers: Vec<[Vec<f64>; 2]>,
}

impl Powers {
    /// Up to where no error is left but of points, which pass theirs on for ever.
    fn new(weights: Vec<f64>, is_point: &[bool]) -> Self {
        let size = is_point.len();
        let (mut powers, mut power) = (Vec::new(), weights);
        let mut is_left = size > 0;
        while is_left && powers.len() < SQUARINGS {
            let next = product(&power, &power, size);
            is_left =
                next.chunks_exact(size).any(|row| row.iter().zip(is_point).any(|(x, point)| !point && *x > NOTHING));
            powers.push([transposed(&power, size), power]);
            power = next;
        }
        Self { size, powers }
    }

    /// P X P'.
    fn sandwich(&self, [transposed, power]: &[Vec<f64>; 2], x: &[f64]) -> Vec<f64> {
        product(&product(power, x, self.size), transposed, self.size)
    }

    /// sum_s W^s G W'^s, G diagonal.
    fn accumulated(&self, diagonal: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.size * self.size];
        diagonal.iter().enumerate().for_each(|(a, x)| sum[a * (self.size + 1)] = *x);
        for power in &self.powers {
            let more = self.sandwich(power, &sum);
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        sum
    }

    /// W^s X W'^s for large s, where X are the covariances of points, and what these feed.
    fn passed(&self, x: Vec<f64>) -> Vec<f64> {
        if x.iter().all(|x| *x == 0.0) {
            return x;
        }
        // All squarings together are one generation short of where nothing is left: the last one once more.
        self.powers.iter().chain(self.powers.last()).fold(x, |x, power| self.sandwich(power, &x))
    }

    /// sum_s W^s B with the columns of B moved back by s places, modulo their number.
    fn descended(&self, entry: Vec<f64>, columns: usize) -> Vec<f64> {
        let mut sum = entry;
        let mut shift = 1 % columns;
        for [_, power] in &self.powers {
            let mut next = sum.clone();
            for (a, row) in power.chunks_exact(self.size).enumerate() {
                for (weight, other) in row.iter().zip(sum.chunks_exact(columns)).filter(|(weight, _)| **weight != 0.0) {
                    let moved = other[shift..].iter().chain(&other[..shift]);
                    next[a * columns..][..columns].iter_mut().zip(moved).for_each(|(sum, x)| *sum += weight * x);
                }
            }
            sum = next;
            shift = shift * 2 % columns;
        }
        sum
    }
}

/// The stationary law of an irreducible matrix whose rows sum to 1: Grassmann, Taksar and Heyman's elimination, which subtracts nothing.
fn stationary(mut w: Vec<f64>, size: usize) -> Vec<f64> {
    for last in (1..size).rev() {
        let out: f64 = w[last * size..][..last].iter().sum();
        for i in 0..last {
            w[i * size + last] /= out;
            let share = w[i * size + last];
            for j in 0..last {
                w[i * size + j] += share * w[last * size + j];
            }
        }
    }
    let mut pi = vec![1.0];
    for next in 1..size {
        pi.push((0..next).map(|i| pi[i] * w[i * size + next]).sum());
    }
    let sum: f64 = pi.iter().sum();
    pi.iter().map(|x| x / sum).collect()
}

/// The solution of a linear system, by GMRES: started again from the remainder, until that is below the rounding of its terms.
fn gmres(apply: &dyn Fn(&[f64]) -> Vec<f64>, right: &[f64]) -> Vec<f64> {
    const DIRECTIONS: usize = 40;
    const ROUNDS: usize = 12;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let norm = |a: &[f64]| dot(a, a).sqrt();
    let mut x = right.to_vec();
    for _ in 0..ROUNDS {
        let rest: Vec<f64> = right.iter().zip(apply(&x)).map(|(right, left)| right - left).collect();
        let length = norm(&rest);
        if length <= 1e-15 * norm(&x) {
            break;
        }
        let mut basis: Vec<Vec<f64>> = vec![rest.iter().map(|r| r / length).collect()];
        // The columns of a triangular matrix, the rotations that made them so, and the right side.
        let (mut columns, mut rotations, mut side) = (Vec::<Vec<f64>>::new(), Vec::<(f64, f64)>::new(), vec![length]);
        while columns.len() < DIRECTIONS.min(right.len()) {
            let mut next = apply(&basis[columns.len()]);
            let mut column = Vec::new();
            for direction in &basis {
                let along = dot(&next, direction);
                next.iter_mut().zip(direction).for_each(|(x, d)| *x -= along * d);
                column.push(along);
            }
            let beyond = norm(&next);
            for (i, &(cos, sin)) in rotations.iter().enumerate() {
                (column[i], column[i + 1]) =
                    (cos * column[i] + sin * column[i + 1], cos * column[i + 1] - sin * column[i]);
            }
            let last = column.len() - 1;
            let long = (column[last] * column[last] + beyond * beyond).sqrt();
            let (cos, sin) = (column[last] / long, beyond / long);
            column[last] = long;
            let value = side[last];
            side[last] = cos * value;
            side.push(-sin * value);
            columns.push(column);
            rotations.push((cos, sin));
            if beyond <= 1e-15 * long || (sin * value).abs() <= 1e-16 * norm(right) {
                break;
            }
            basis.push(next.iter().map(|x| x / beyond).collect());
        }
        let mut shares = vec![0.0; columns.len()];
        for i in (0..columns.len()).rev() {
            let known: f64 = (i + 1..columns.len()).map(|j| columns[j][i] * shares[j]).sum();
            shares[i] = (side[i] - known) / columns[i][i];
        }
        for (share, direction) in shares.iter().zip(&basis) {
            x.iter_mut().zip(direction).for_each(|(x, d)| *x += share * d);
        }
    }
    x
}
