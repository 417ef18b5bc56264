//! The eigenvalues of a matrix-variate beta, which says how much of the pooled design is synthetic.
//!
//! Tested by `tests/laws/matrix_beta.rs`: their moments in exact rationals, and the gamma functions of one eigenvalue.
//!
//! # The matrix
//!
//! Let Z have n + m rows N(0, I_p), B be the part of Z'Z that its last m rows contribute, and X = (Z'Z)^{-1/2} B (Z'Z)^{-1/2}. Write Z = H (Z'Z)^{1/2}. The
//! density of Z depends on Z'Z alone, so H is uniform on the matrices with H'H = I and independent of Z'Z, whatever n, m >= 1 with n + m >= p. With H_2 the
//! last m rows of H, X = H_2'H_2: it is independent of Z'Z, and X and R X R' have one law for every rotation R.
//!
//! Where n, m >= p the density of X is proportional to |X|^{(m-p-1)/2} |I - X|^{(n-p-1)/2} (B and Z'Z - B are independent Wishart matrices; for given Z'Z, the
//! map from B to X is linear). That of its eigenvalues x_1, ..., x_p has the further factor prod |x_i - x_j|, the volume of the rotations.
//!
//! Where m < p, the rank of X is m: p - m eigenvalues are 0. The others are those of the m x m matrix H_2 H_2' = Y (Z'Z)^{-1} Y', Y the last m rows of Z. Of
//! T = Y A^{-1} Y', A = Z'Z - Y'Y, it is T (I + T)^{-1}; T has density |T|^{(p-m-1)/2} |I + T|^{-(n+m)/2}, and so the others are the eigenvalues of a matrix of
//! the same kind with m for p, p for m and n + m - p for n. Where n < p, p - n eigenvalues are 1 and the others follow by the same argument for I - X. In all
//! cases N = p - (p - m)_+ - (p - n)_+ eigenvalues lie strictly between, with a = |m - p|, b = |n - p| and the density
//! ```text
//! prod x_i^{(a-1)/2} (1 - x_i)^{(b-1)/2} prod |x_i - x_j|.
//! ```
//!
//! # Their mean density
//!
//! With s = ln(x/(1 - x)), dx = x (1 - x) ds: on the line of s the density is prod omega(s_i) prod |x_i - x_j|, omega = x^{(a+1)/2} (1 - x)^{(b+1)/2}. Let r_j
//! be the orthonormal polynomials of the weight x^a (1 - x)^b dx = omega^2 ds (Jacobi's) and psi_j = omega r_j, orthonormal on the line. A dash is d/ds.
//! psi_j' is omega times a polynomial of degree j + 1, and integration by parts makes <psi_i, psi_j'> antisymmetric, so that
//! ```text
//! psi_j' = c_{j-1} psi_{j-1} - c_j psi_{j+1},   c_j = (j + 1 + (a + b)/2) b_{j+1},
//! ```
//! b_{j+1} the coefficient of r_j in x r_{j+1} (compare the leading coefficients). Let V be the span of psi_0, ..., psi_{N-1}, D the matrix of d/ds compressed to
//! V, (eps f)(s) = (1/2) integral of sgn(s - t) f(t) dt, so eps f' = f, and E the matrix of eps compressed to V.
//!
//! De Bruijn's formula (Pf is the Pfaffian): for any g, the mean of prod (1 + h g(x_i)) is Pf A(h)/Pf A(0), A_ij(h) = -2 <(1 + hg) psi_i, eps (1 + hg) psi_j>, bordered for odd N by the column
//! integral (1 + hg) psi_i. So the mean of sum g(x_i) is tr(A^{-1} dA/dh)/2 at h = 0, and what is needed is the inverse of A(0).
//!
//! * eps psi_j' = psi_j gives E D = I - d e', where d = -c_{N-1} P eps psi_N, e the last unit vector, P the projection on V. For i < N - 1 also
//!   <psi_i', eps psi_N> = -<psi_i, psi_N> = 0: d is orthogonal to those N - 1 derivatives. The three-term rule for them leaves d a multiple of
//!   v = (1, 0, c_0/c_1, 0, c_0 c_2/(c_1 c_3), ...).
//! * N even: the last entry of v is 0 and E^{-1} = D (I - d e')^{-1} = D + D d e'. Of D d only the last entry can differ from 0; but E^{-1} is antisymmetric:
//!   D d = 0, d = 0, and **E^{-1} = D**.
//! * N odd: the integrals of psi_i are v_0 v, v_0 that of psi_0, by the same rule since psi_i' has integral 0. D v = 0, so 0 = E D v = v - d v_{N-1}: d = v/v_{N-1},
//!   and the bordered inverse has the blocks -D/2 and -+ e over the integral of psi_{N-1}.
//!
//! Put in, and with the sum over j of D_ji psi_j = psi_i' (for i = N - 1 less the part outside V), the mean of sum g(x_i) is the integral of g rho ds,
//! ```text
//! rho = sum_{i<N} psi_i^2 + c_{N-1} psi_{N-1} eps psi_N   [ + psi_{N-1}/integral of psi_{N-1} for odd N ],
//! -c_{N-1} eps psi_N = psi_{N-1} + (c_{N-2}/c_{N-3}) ( -c_{N-3} eps psi_{N-2} ),   -c_0 eps psi_1 = psi_0,
//! ```
//! the second line from eps psi_j' = psi_j. So odd N needs no integral but v_0, even N that of psi_0 up to every s. (A density of this form is known from
//! random matrices: Adler, Forrester, Nagao and van Moerbeke, Classical skew orthogonal polynomials and random matrices, 2000.)
//!
//! # The quadrature
//!
//! rho is analytic for |Im s| < pi and decays exponentially on both sides, and so do the functions that are averaged, those of x/(x + kappa (1 - x)): in s that
//! is the logistic function of s - ln kappa, analytic in the same strip for every kappa. So the trapezoidal rule converges geometrically, as well for a
//! pole close to an end of (0, 1) as for one far from it.

use crate::parameters::SampleSizes;

/// The law of the eigenvalues.
///
/// # Symbols
/// p = `dim`, n real and m synthetic rows, N eigenvalues in (0, 1), a = |m - p|, b = |n - p|: see the [module](self)
///
/// # Domain
/// n + m > p >= 1
///
/// # Examples
/// ```
/// use goldenweight_theory::{matrix_beta::MatrixBeta, parameters::SampleSizes};
/// // p = 3, n = 9, m = 7: E tr X = 3 * 7/16.
/// let law = MatrixBeta::new(3, SampleSizes::new(9, 7)?).expect("rows enough");
/// let means = law.spectrum([1.0, 1.0]).means(|odds| [odds / (1.0 + odds)]);
/// assert!((means.values[0] - 21.0 / 16.0).abs() < 1e-14 && means.error < 1e-11);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixBeta {
    /// N.
    interior: u64,
    /// a.
    zero: f64,
    /// b.
    one: f64,
}

/// Means of sums over the eigenvalues in (0, 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means<const F: usize> {
    /// E sum_i f(x_i), for each f.
    pub values: [f64; F],
    /// Their largest relative error, as the two quadratures show it: see [`Spectrum::means`].
    pub error: f64,
}

/// The mean density of the eigenvalues on the nodes of two trapezoidal rules, of which each has its nodes in the middle of the other's.
///
/// # Examples
/// see [`MatrixBeta`]
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// N.
    interior: f64,
    /// (a + N)/(a + b + 2 N).
    mean: f64,
    /// (x/(1 - x), rho times the step); the two rules alternate.
    nodes: Vec<(f64, f64)>,
}

/// The mass of the density and its mean must be right to this, or the step is halved.
const KNOWN: f64 = 1e-12;

/// The step is chosen so that the expected error is e^(-38), 3e-17.
const DIGITS: f64 = 38.0;

/// Most times that the step is halved.
const HALVINGS: u32 = 4;

/// Sums over nodes end where the integrand is smaller than this times its largest value.
const NEGLIGIBLE: f64 = 1e-18;

/// Most nodes on either side of the middle.
const NODES: u32 = 1 << 16;

/// Polynomials are scaled down from here, so that neither they nor omega leaves the floats.
const HUGE: f64 = 1e100;

/// The positive nodes of Gauss-Legendre quadrature with 8 nodes on (-1, 1), with their weights.
const LEGENDRE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

impl MatrixBeta {
    /// The law for p columns; none where n + m <= p or p = 0: no eigenvalue lies strictly between 0 and 1.
    #[must_use]
    pub fn new(dim: u32, sizes: SampleSizes) -> Option<Self> {
        let (n, m, p) = (sizes.real(), sizes.synthetic(), u64::from(dim));
        let interior = n.saturating_add(m).checked_sub(p)?.min(n).min(m).min(p);
        let apart = |rows: u64| rows.abs_diff(p) as f64;
        (interior > 0).then(|| Self { interior, zero: apart(m), one: apart(n) })
    }

    /// Its density, for means of functions of x/(x + kappa (1 - x)) with kappa in this range.
    ///
    /// # Computed as
    /// the formula of the [module](self) by the three-term recurrence of the polynomials, on nodes that are an expected step apart; that is halved until
    /// mass and mean are right. Nodes go on to either side until the density, times what such functions may grow by, is negligible.
    #[must_use]
    pub fn spectrum(&self, kappa: [f64; 2]) -> Spectrum {
        let recurrence = Recurrence::new(self);
        let mut step = self.step();
        let mut spectrum = recurrence.spectrum(step, kappa);
        for _ in 0..HALVINGS {
            if spectrum.error() <= KNOWN {
                break;
            }
            step *= 0.5;
            spectrum = recurrence.spectrum(step, kappa);
        }
        spectrum
    }

    /// A step with which the trapezoidal rule is expected to be exact to 3e-17.
    ///
    /// On the line Im s = y < pi the integrands are larger by a factor e^{g(y)}, and the rule's error is about e^{g(y) - 2 pi y/step}. Here g is that of the
    /// weight x^A (1 - x)^B, whose exponents are those of omega^2 and the degree 2N of squared polynomials: a guess, which mass and mean confirm or not.
    fn step(&self) -> f64 {
        let degree = 2.0 * self.interior as f64;
        let (a, b) = (self.zero + degree, self.one + degree);
        // At x/(1 - x) = z e^{iy} the weight has the modulus z^a/(1 + 2 z cos y + z^2)^{(a + b)/2}; this z makes it largest.
        let largest = |cosine: f64| {
            let difference = (a - b) * cosine;
            let root = (difference * difference + 4.0 * a * b).sqrt();
            if difference < 0.0 { 2.0 * a / (root - difference) } else { (root + difference) / (2.0 * b) }
        };
        let center = a / b;
        let growth = |y: f64| {
            let sine = libm::sin(0.5 * y);
            let z = largest(1.0 - 2.0 * sine * sine);
            // 1 + 2 z cos y + z^2 = (1 + z)^2 (1 - 4 z sin^2(y/2)/(1 + z)^2)
            let off = libm::log1p(-4.0 * z * sine * sine / ((1.0 + z) * (1.0 + z)));
            a * libm::log(z / center) - (a + b) * (libm::log1p((z - center) / (1.0 + center)) + 0.5 * off)
        };
        let lines = (1..=160).map(|i| std::f64::consts::PI * libm::exp2(-0.2 * f64::from(i)));
        lines.map(|y| 2.0 * std::f64::consts::PI * y / (DIGITS + growth(y).max(0.0))).fold(0.0, f64::max)
    }
}

impl Spectrum {
    /// Means of sums over the eigenvalues.
    ///
    /// # Domain
    /// functions of the odds o = x/(1 - x) that are analytic where o is no negative number, and grow no faster than 1/(o + kappa) to the left and
    /// o/(o + kappa) to the right, kappa in the range of the spectrum
    ///
    /// # Computed as
    /// N times the ratio of the sums with and without the function, over both rules
    ///
    /// # Accuracy
    /// `error` is the difference of the two rules, each by itself. Nodes in each other's middle have errors of opposite signs: the difference is twice the
    /// error of either, and what is left for their mean is the error of half the step.
    pub fn means<const F: usize>(&self, f: impl Fn(f64) -> [f64; F]) -> Means<F> {
        // The two rules.
        let mut sums = [[0.0; F]; 2];
        let mut masses = [0.0; 2];
        for (index, (odds, mass)) in self.nodes.iter().enumerate() {
            let rule = index % 2;
            masses[rule] += mass;
            for (sum, value) in sums[rule].iter_mut().zip(f(*odds)) {
                *sum += mass * value;
            }
        }
        let mut error = 0.0;
        let values = std::array::from_fn(|i| {
            let [one, other] = [sums[0][i] / masses[0], sums[1][i] / masses[1]];
            let mean = (sums[0][i] + sums[1][i]) / (masses[0] + masses[1]);
            if one != other {
                error = f64::max(error, ((one - other) / mean).abs());
            }
            self.interior * mean
        });
        Means { values, error }
    }

    /// Relative distance from what is known, the larger one of the two rules': the mass is N, the mean of every eigenvalue (a + N)/(a + b + 2 N).
    fn error(&self) -> f64 {
        let sum = |rule: usize, f: fn(f64) -> f64| {
            self.nodes.iter().skip(rule).step_by(2).map(|(odds, mass)| mass * f(*odds)).sum::<f64>()
        };
        let rule = |rule: usize| {
            let [mass, mean] =
                [sum(rule, |_| 1.0) / self.interior, sum(rule, |odds| odds / (1.0 + odds)) / self.interior];
            (mass - 1.0).abs().max((mean / self.mean - 1.0).abs())
        };
        rule(0).max(rule(1))
    }
}

/// The polynomials at a node: Jacobi's, in units in which r_0 = 1.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// x/(1 - x).
    odds: f64,
    /// omega.
    weight: f64,
    /// omega r_{N-1}.
    last: f64,
    /// -c_{N-1} eps psi_N, but for its part of eps psi_0.
    chain: f64,
    /// omega times the root of sum r_i^2, i < N.
    norm: f64,
    /// Integral of omega from the middle.
    integral: f64,
}

/// Jacobi's polynomials r_0, ..., r_{N-1}, and omega.
struct Recurrence {
    count: u64,
    /// Exponents of omega, (a + 1)/2 and (b + 1)/2.
    exponents: [f64; 2],
    /// x/(1 - x) in the middle, for x the mean of all eigenvalues.
    center: f64,
    /// For each j < N - 1: the coefficients of r_j in x r_j and in (1 - x) r_j, those of r_{j-1} and r_{j+1} in x r_j, and c_j/c_{j-1}.
    rows: Vec<[f64; 5]>,
    /// c_0.
    slope: f64,
}

impl Recurrence {
    fn new(law: &MatrixBeta) -> Self {
        let (a, b, count) = (law.zero, law.one, law.interior);
        let sum = a + b;
        // The coefficient of r_{j-1} in x r_j.
        let off = |j: f64| {
            let t = 2.0 * j + sum;
            let ratio = if j == 1.0 { 1.0 / (t + 1.0) } else { j * (j + sum) / (t * t - 1.0) };
            ((j + a) * (j + b) * ratio).sqrt() / t
        };
        let slope = |j: f64| (j + 1.0 + 0.5 * sum) * off(j + 1.0);
        let row = |j: u64| {
            let j = j as f64;
            let t = 2.0 * j + sum;
            let diagonal = |c: f64| (2.0 * j * (j + sum + 1.0) + sum * (c + 1.0)) / (t * (t + 2.0));
            if j == 0.0 {
                [(a + 1.0) / (sum + 2.0), (b + 1.0) / (sum + 2.0), 0.0, off(1.0), 0.0]
            } else {
                [diagonal(a), diagonal(b), off(j), off(j + 1.0), slope(j) / slope(j - 1.0)]
            }
        };
        Self {
            count,
            exponents: [0.5 * (a + 1.0), 0.5 * (b + 1.0)],
            center: (a + count as f64) / (b + count as f64),
            rows: (0..count - 1).map(row).collect(),
            slope: slope(0.0),
        }
    }

    /// ln omega at a distance from the middle, less its value there.
    fn log_weight(&self, place: f64) -> f64 {
        let [a, b] = self.exponents;
        let rest = 1.0 / (1.0 + self.center);
        -a * libm::log1p(rest * libm::expm1(-place)) - b * libm::log1p(self.center * rest * libm::expm1(place))
    }

    /// Integral of omega from `place` to `place + step`.
    fn integral(&self, place: f64, step: f64) -> f64 {
        let omega = |t: f64| libm::exp(self.log_weight(place + 0.5 * step * (1.0 + t)));
        0.5 * step * LEGENDRE.iter().map(|(node, weight)| weight * (omega(-node) + omega(*node))).sum::<f64>()
    }

    fn at(&self, place: f64) -> Node {
        let odds = self.center * libm::exp(place);
        let (x, rest) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
        let (mut before, mut last, mut squares) = (0.0, 1.0, 1.0);
        // -c_{j-1} eps psi_j and that of j + 1, for j = 0.
        let (mut other, mut chain) = (0.0, 1.0);
        let mut log_scale = self.log_weight(place);
        let weight = libm::exp(log_scale);
        for [diagonal, complement, down, up, ratio] in &self.rows {
            // x - diagonal, without cancellation where either is near 0 or 1.
            let shifted = x * complement - rest * diagonal;
            (before, last) = (last, (shifted * last - down * before) / up);
            (other, chain) = (chain, last + ratio * other);
            squares += last * last;
            if last.abs() > HUGE {
                for value in [&mut before, &mut last, &mut other, &mut chain] {
                    *value /= HUGE;
                }
                squares /= HUGE * HUGE;
                log_scale += libm::log(HUGE);
            }
        }
        let omega = libm::exp(log_scale);
        Node { odds, weight, last: omega * last, chain: omega * chain, norm: omega * squares.sqrt(), integral: 0.0 }
    }

    /// Nodes at multiples of the step, until what `weight` makes of them is negligible.
    fn outwards(&self, step: f64, middle: &Node, weight: impl Fn(f64) -> f64) -> Vec<Node> {
        let size = |node: &Node| node.norm * weight(node.odds);
        let (mut nodes, mut largest, mut integral) = (Vec::new(), size(middle), 0.0);
        for index in 1..NODES {
            let place = f64::from(index) * step;
            // Odd N needs none.
            if self.count.is_multiple_of(2) {
                integral += self.integral(place - step, step);
            }
            let node = Node { integral, ..self.at(place) };
            let size = size(&node);
            nodes.push(node);
            largest = f64::max(largest, size);
            if size < NEGLIGIBLE * largest {
                break;
            }
        }
        nodes
    }

    /// The density, on nodes half a step apart.
    fn spectrum(&self, step: f64, [least, most]: [f64; 2]) -> Spectrum {
        let half = 0.5 * step;
        let middle = self.at(0.0);
        // By how much kappa/(o + kappa) and o/(o + kappa) grow from the middle, at most.
        let mut nodes = self.outwards(-half, &middle, |odds| 1.0 + self.center / f64::max(odds, least));
        nodes.reverse();
        nodes.push(middle);
        nodes.extend(self.outwards(half, &middle, |odds| 1.0 + f64::min(odds, most) / self.center));

        // Of c_j/c_{j-1}, over the even j > 0 or the odd ones.
        let product = |first: usize| self.rows.iter().skip(first).step_by(2).map(|row| row[4]).product::<f64>();
        let chained = if self.count.is_multiple_of(2) { self.slope * product(2) } else { product(1) };
        let (total, square): (f64, f64) = nodes
            .iter()
            .fold((0.0, 0.0), |(w, s), node| (w + half * node.weight, s + half * node.weight * node.weight));
        let ends = nodes[0].integral + nodes[nodes.len() - 1].integral;
        let rho = |node: &Node| {
            let border = if self.count.is_multiple_of(2) {
                // eps psi_0, from both ends.
                chained * (node.integral - 0.5 * ends) / square * node.last
            } else {
                chained * node.last / total
            };
            (node.norm * node.norm - node.last * node.chain) / square + border
        };
        let mass = |node: &Node| (node.odds, step * rho(node));
        Spectrum {
            interior: self.count as f64,
            mean: self.center / (1.0 + self.center),
            nodes: nodes.iter().map(mass).collect(),
        }
    }
}
