//! Regressions with canonical link to second order in 1/n.
//!
//! Tested by `tests/laws/second_order.rs`: tensors integrated over the rows, the exact law of linear regression, digits.
//!
//! # The setting
//!
//! A label with linear predictor x'beta has the cumulant function A, a_j = A^(j)(x'beta) at the true beta. Fits are weighted maximum likelihood on n fresh real
//! and m synthetic rows, k = n/m fixed, u = 1 - w. d_t is the error of generation t. Then E |d_t|^2 = R1_t/n + R2_t/n^2 + o(1/n^2), with the tensors
//! ```text
//! I = E a_2 x x',  H = I^-1,  J = E a_3 x x x,  K = E a_4 x x x x,  V = E a_2^2 (x'Hx) x x' - I,  b_i = H_ij J_jkl H_kl.
//! ```
//!
//! # Derivation
//!
//! Let g = H (grad M(beta + d) - grad M(beta)), M the mean of A(x'.): g = d + H J[d, d]/2 + H K[d, d, d]/6 + ... Let B and B_s be the fluctuations of the
//! information of all the weighted and of the synthetic rows, a the score noise. The estimating equation is
//! ```text
//! g = u g' + H (a - B d + u B_s d') + third derivatives' fluctuations,   a dash for the generation before.
//! ```
//! Given the rows and the past a has mean 0, so E a B = 0 and those of the third derivatives drop out, and E g = O(1/n^2). Three numbers carry g:
//!
//! * E g g' = c H/n + ..., where c_t = u^2 c_{t-1} + s, s = w^2 + k u^2: real and synthetic scores have variance I/n and k I/n.
//! * E g g g = tau J(H, H, H)/n^2, where tau_t = u^3 tau_{t-1} + 3 k u^3 c_{t-1} + q, q = w^3 + k^2 u^3: the third cumulant of a score is J, and the variance of
//!   a synthetic one, I + J[d'] at the fit that made it, is correlated with g'. Terms in B need an odd moment of the rest and vanish at this order.
//! * E |g|^2 = c tr H/n + h/n^2, where h_t = u^2 h_{t-1} + TV v_t + (k u^2/2) c_{t-1} (TK - TJJ),
//!   v_t = 3 s^2 - 2 q + u^2 c_{t-1} (3 w^2 + k w (w - 2 u)). The last term is the mean of J[d'] + K[d', d']/2 in that variance, E d' = -c b/(2n). The one
//!   before is what the fluctuations of the information make of noise and of the last error, as for linear regression: with H^{1/2} B H^{1/2} = C for the
//!   weighted rows and D, D' for either kind, E (I + C)^{-1} (s I + w^2 D + k u^2 D') (I + C)^{-1} and u^2 E (I + D') (I + C)^{-2} (I + D') to second order, by
//!   E D^2 = V/n, E D'^2 = k V/n in those coordinates.
//!
//! Back to d = g - H J[g, g]/2 - H K[g, g, g]/6 + H J[g, H J[g, g]]/2, with fourth moments of a normal vector,
//! ```text
//! R1 = c tr H,   R2 = h - tau P + c^2 (5 P/2 + bb/4 + TJJ - TK),
//! ```
//! since E g.HJ[g, g] = tau P, E |HJ[g, g]|^2 = c^2 (bb + 2 P), E g.HK[g, g, g] = 3 c^2 TK, E g.HJ[g, HJ[g, g]] = c^2 (TJJ + 2 P), each over n^2.
//!
//! # Reach
//!
//! No bound of the rest is proved. Where R2/(n R1) is not small the two terms predict nothing: Poisson regression at beta = (1, 1) and n = 100 has .41, and .24
//! in truth. The risk of logistic regression is infinite, strictly, since fits may not exist: the expansion is that of the fits which do.

use std::fmt;
use std::sync::Arc;

use crate::design::Design;
use crate::jet::Jet;
use crate::logistic;
use crate::parameters::Weight;
use crate::recursion::{Recursion, complement};
use crate::scalar::{Analytic, Scalar};

/// The six invariants of a regression whose error d is measured by d'Qd; |d|^2 has Q = I.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Invariants<S = f64> {
    /// T1 = tr QH.
    pub trace: S,
    /// TV = tr HQHV.
    pub fluctuation: S,
    /// bb = b'Qb.
    pub bias: S,
    /// TJJ = (HQH)_ij J_ijk b_k.
    pub cross: S,
    /// P = (HQH)_ai H_bj H_cl J_abc J_ijl.
    pub cubic: S,
    /// TK = (HQH)_ij K_ijkl H_kl.
    pub quartic: S,
}

/// Means over a row's projection z ~ N(0, 1) on the coefficients, of norm r: a_j = A^(j)(rz).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected<S = f64> {
    /// E a_2, E a_2 z^2.
    pub second: [S; 2],
    /// E a_3 z, E a_3 z^3.
    pub third: [S; 2],
    /// E a_4, E a_4 z^2, E a_4 z^4.
    pub fourth: [S; 3],
    /// E a_2^2, E a_2^2 z^2, E a_2^2 z^4.
    pub squares: [S; 3],
}

impl<S: Scalar> Invariants<S> {
    /// Of a regression on Gaussian rows.
    ///
    /// # Source
    /// derived: let the rows be x = L z, z ~ N(0, I), so that z has the coefficients gamma = L'beta and their error e = L'd, |d|^2 = e'Qe with Q = (L'L)^-1. Along
    /// gamma and across it the tensors of z are diagonal, with across independent of z'gamma. J has the entries E a_3 z^3 along and E a_3 z where two indices are
    /// one direction across, K likewise, and E |across|^2 y^2 = p + 1 for a coordinate y across. H^2 has become HQH: of Q there enters only what it has along
    /// gamma, gamma'Q gamma/|gamma|^2 = beta'beta/beta'Omega beta, and the rest of its trace tr Omega^-1, which are those of [`Design`]
    #[must_use]
    pub fn rotated(projected: &Projected<S>, design: &Design<S>) -> Self {
        let number = |n: i64| S::ratio(n, 1);
        let (others, more) = (number(i64::from(design.dim) - 1), number(i64::from(design.dim) + 1));
        let Design { across, along, .. } = design.clone();
        let Projected { second: [i2, i1], third: [j2, j1], fourth: [k3, k2, k1], squares: [s0, s1, s2] } =
            projected.clone();
        let (h1, h2) = (S::one() / i1.clone(), S::one() / i2.clone());
        // HQH along gamma, and its trace across.
        let (q1, q2) = (h1.sqr() * along.clone(), h2.sqr() * across.clone());
        let fluctuation = [
            h1.clone() * s2 + others.clone() * h2.clone() * s1.clone() - i1,
            h1.clone() * s1 + more.clone() * h2.clone() * s0 - i2,
        ];
        let quartic =
            [h1.clone() * k1 + others.clone() * h2.clone() * k2.clone(), h1.clone() * k2 + more * h2.clone() * k3];
        let cubic = [
            h1.sqr() * j1.sqr() + others.clone() * h2.sqr() * j2.sqr(),
            number(2) * h1.clone() * h2.clone() * j2.sqr(),
        ];
        // b has this length along gamma.
        let b = h1.clone() * (h1.clone() * j1.clone() + others * h2.clone() * j2.clone());
        let both = |[on, beside]: [S; 2]| q1.clone() * on + q2.clone() * beside;
        Self {
            trace: h1 * along.clone() + h2 * across,
            fluctuation: both(fluctuation),
            bias: b.sqr() * along,
            cross: b * both([j1, j2]),
            cubic: both(cubic),
            quartic: both(quartic),
        }
    }

    /// Of linear regression.
    #[must_use]
    pub fn linear(noise_variance: &S, design: &Design<S>) -> Self {
        let number = |n: i64| S::ratio(n, 1);
        let none = || number(0);
        let information = S::one() / noise_variance.clone();
        let square = information.sqr();
        let projected = Projected {
            second: [information.clone(), information],
            third: [none(), none()],
            fourth: [none(), none(), none()],
            squares: [square.clone(), square.clone(), number(3) * square],
        };
        Self::rotated(&projected, design)
    }
}

/// A row of a design on finitely many rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<S = f64> {
    /// Its probability.
    pub mass: S,
    /// x.
    pub covariates: Vec<S>,
    /// a_2, a_3, a_4 at x'beta.
    pub cumulants: [S; 3],
}

impl<S: Scalar> Invariants<S> {
    /// Of a regression on rows of any law on finitely many.
    ///
    /// # Domain
    /// rows of one length whose information is regular; where it is not, what divisions by 0 give
    ///
    /// # Source
    /// derived: with f = x'Hx and g = x'H^2 x of a row, b = H E a_3 f x, TV = E a_2^2 f g - T1, TJJ = E a_3 g x'b, TK = E a_4 f g; P alone needs J
    ///
    /// # Computed as
    /// Gauss-Jordan for H, without pivoting: I is positive definite
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::second_order::{Invariants, Row};
    /// // Counts of mean 2 without covariates: H = 1/2, J = K = 2.
    /// let row = Row { mass: 1.0, covariates: vec![1.0], cumulants: [2.0; 3] };
    /// let found = Invariants::discrete(&[row]);
    /// assert_eq!((found.trace, found.fluctuation, found.cubic), (0.5, 0.0, 0.25));
    /// ```
    #[must_use]
    pub fn discrete(rows: &[Row<S>]) -> Self {
        let zero = || S::ratio(0, 1);
        let p = rows.first().map_or(0, |row| row.covariates.len());
        let sum = |terms: &mut dyn Iterator<Item = S>| terms.fold(zero(), |sum, term| sum + term);
        let mean = |f: &dyn Fn(&Row<S>) -> S| sum(&mut rows.iter().map(|row| row.mass.clone() * f(row)));
        let square = |entry: &dyn Fn(usize, usize) -> S| -> Vec<Vec<S>> {
            (0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect()
        };
        let x = |row: &Row<S>, i: usize| row.covariates[i].clone();
        let h = inverse(square(&|i, j| mean(&|row| row.cumulants[0].clone() * x(row, i) * x(row, j))));
        let h2 = square(&|i, j| sum(&mut (0..p).map(|l| h[i][l].clone() * h[l][j].clone())));
        let form = |matrix: &[Vec<S>], row: &Row<S>| {
            let entry = |i: usize, j: usize| matrix[i][j].clone() * x(row, i) * x(row, j);
            sum(&mut (0..p).flat_map(|i| (0..p).map(move |j| (i, j))).map(|(i, j)| entry(i, j)))
        };
        let trace = sum(&mut (0..p).map(|i| h[i][i].clone()));
        let third: Vec<S> = (0..p).map(|i| mean(&|row| row.cumulants[1].clone() * form(&h, row) * x(row, i))).collect();
        let b: Vec<S> =
            h.iter().map(|line| sum(&mut line.iter().zip(&third).map(|(h, t)| h.clone() * t.clone()))).collect();
        // J_abc with H on its two last indices, and H^2 on its first.
        let j =
            |a: usize, b: usize, c: usize| mean(&|row| row.cumulants[1].clone() * x(row, a) * x(row, b) * x(row, c));
        let j: Vec<Vec<Vec<S>>> = (0..p).map(|a| square(&|b, c| j(a, b, c))).collect();
        let raised: Vec<Vec<Vec<S>>> = j
            .iter()
            .map(|j| {
                let half = square(&|b, c| sum(&mut (0..p).map(|l| h[b][l].clone() * j[l][c].clone())));
                square(&|b, c| sum(&mut (0..p).map(|l| half[b][l].clone() * h[l][c].clone())))
            })
            .collect();
        let paired = |a: usize, i: usize| {
            let entries = (0..p).flat_map(|b| (0..p).map(move |c| (b, c)));
            sum(&mut entries.map(|(b, c)| raised[a][b][c].clone() * j[i][b][c].clone()))
        };
        let pairs = (0..p).flat_map(|a| (0..p).map(move |i| (a, i)));
        Self {
            fluctuation: mean(&|row| row.cumulants[0].sqr() * form(&h, row) * form(&h2, row)) - trace.clone(),
            bias: sum(&mut b.iter().map(Scalar::sqr)),
            cross: mean(&|row| {
                let along = sum(&mut (0..p).map(|i| x(row, i) * b[i].clone()));
                row.cumulants[1].clone() * form(&h2, row) * along
            }),
            cubic: sum(&mut pairs.map(|(a, i)| h2[a][i].clone() * paired(a, i))),
            quartic: mean(&|row| row.cumulants[2].clone() * form(&h, row) * form(&h2, row)),
            trace,
        }
    }
}

/// The inverse of a positive definite matrix.
pub(crate) fn inverse<S: Scalar>(mut matrix: Vec<Vec<S>>) -> Vec<Vec<S>> {
    let p = matrix.len();
    for pivot in 0..p {
        let scale = S::one() / matrix[pivot][pivot].clone();
        matrix[pivot][pivot] = S::one();
        matrix[pivot] = matrix[pivot].iter().map(|x| x.clone() * scale.clone()).collect();
        let line = matrix[pivot].clone();
        for (_, other) in matrix.iter_mut().enumerate().filter(|(i, _)| *i != pivot) {
            let factor = std::mem::replace(&mut other[pivot], S::ratio(0, 1));
            for (x, y) in other.iter_mut().zip(&line) {
                *x = x.clone() - factor.clone() * y.clone();
            }
        }
    }
    matrix
}

impl<S: Analytic> Invariants<S> {
    /// Of Poisson regression on Gaussian rows.
    ///
    /// # Domain
    /// where e^{2 g^2} is a float, g below 18; infinite or not a number beyond
    ///
    /// # Source
    /// derived: a_j = e^{rz} with r = g of the [`Design`], which shifts z by r: E e^{rz} f(z) = e^{r^2/2} E f(z + r), and a_2^2 by 2r with e^{2 r^2}
    #[must_use]
    pub fn poisson(design: &Design<S>) -> Self {
        let number = |n: i64| S::ratio(n, 1);
        // E (z + r)^2 and E (z + r)^4; the odd ones are r and r (3 + r^2).
        let two = |q: &S| S::one() + q.clone();
        let four = |q: &S| number(3) + number(6) * q.clone() + q.sqr();
        let r2 = design.norm_squared.clone();
        let wide = number(4) * r2.clone();
        let rate = (r2.clone() * S::ratio(1, 2)).exp();
        let square = (number(2) * r2.clone()).exp();
        let r = r2.sqrt();
        let projected = Projected {
            second: [rate.clone(), rate.clone() * two(&r2)],
            third: [rate.clone() * r.clone(), rate.clone() * r * (number(3) + r2.clone())],
            fourth: [rate.clone(), rate.clone() * two(&r2), rate * four(&r2)],
            squares: [square.clone(), square.clone() * two(&wide), square * four(&wide)],
        };
        Self::rotated(&projected, design)
    }
}

impl Invariants {
    /// Of logistic regression on Gaussian rows.
    ///
    /// # Domain
    /// g of the [`Design`] below 1e20; not a number from where a power of it is none
    ///
    /// # Computed as
    /// the trapezoidal rule with the step and the nodes of [`logistic::information`]; a_2 = s', a_3 = s' (1 - 2 s), a_4 = s' (1 - 6 s'), s the logistic function
    ///
    /// # Accuracy
    /// 1e-10 relative for g up to 5
    #[must_use]
    pub fn logistic(design: &Design) -> Self {
        let norm = design.norm_squared.sqrt();
        let (step, nodes) = (0.5 * logistic::step(norm), 2 * logistic::nodes(norm));
        let mut means = Projected { second: [0.0; 2], third: [0.0; 2], fourth: [0.0; 3], squares: [0.0; 3] };
        for node in (0..=nodes).rev() {
            let z = step * f64::from(node);
            let decay = libm::exp(-norm * z);
            let second = decay / ((1.0 + decay) * (1.0 + decay));
            // 1 - 2 s = -tanh(rz/2)
            let third = -second * (1.0 - decay) / (1.0 + decay);
            let fourth = second * (1.0 - 6.0 * second);
            // Each integrand is even.
            let mass = if node == 0 { 1.0 } else { 2.0 } * step * libm::exp(-0.5 * z * z)
                / (2.0 * std::f64::consts::PI).sqrt();
            let (z2, z4) = (z * z, z * z * z * z);
            let add = |sums: &mut [f64], value: f64, powers: &[f64]| {
                sums.iter_mut().zip(powers).for_each(|(sum, power)| *sum += mass * value * power);
            };
            add(&mut means.second, second, &[1.0, z2]);
            add(&mut means.third, third, &[z, z * z2]);
            add(&mut means.fourth, fourth, &[1.0, z2, z4]);
            add(&mut means.squares, second * second, &[1.0, z2, z4]);
        }
        Self::rotated(&means, design)
    }
}

/// R1 and R2: the risk is `first`/n + `second`/n^2 + ...
///
/// # Examples
/// ```
/// use goldenweight_theory::second_order::Coefficients;
/// // 2/n + 8/n^2 at n = 16.
/// let risk = Coefficients { first: 2.0, second: 8.0 };
/// assert_eq!((risk.risk(&16.0), risk.share(&16.0)), (0.15625, 0.25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients<S = f64> {
    /// R1.
    pub first: S,
    /// R2.
    pub second: S,
}

impl<S: Scalar> Coefficients<S> {
    /// The risk of the first two orders at n real rows.
    #[must_use]
    pub fn risk(&self, real: &S) -> S {
        (self.first.clone() + self.second.clone() / real.clone()) / real.clone()
    }

    /// R2/(n R1): how much the second order adds to the first; see [`Expansion::size`].
    #[must_use]
    pub fn share(&self, real: &S) -> S {
        self.second.clone() / (self.first.clone() * real.clone())
    }
}

/// The law of a regression to second order.
///
/// # Formula
/// see the [module](self)
///
/// # Examples
/// ```
/// use goldenweight_theory::{design::Design, second_order::{Invariants, SecondOrder}};
/// // Coefficients (1, 1), rows N(0, I).
/// let law = SecondOrder { invariants: Invariants::logistic(&Design::standard(2.0, 2)), ratio: 1.0 };
/// let limit = law.limit(&0.6180339887498949);
/// assert!((limit.second / limit.first - 9.990251).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondOrder<S = f64> {
    /// Of the regression.
    pub invariants: Invariants<S>,
    /// k = n/m.
    pub ratio: S,
}

/// c, tau, h.
#[derive(Clone)]
struct State<S>([S; 3]);

impl<S: Scalar> SecondOrder<S> {
    /// R1_t and R2_t for t = 0, 1, 2, ..., without end.
    pub fn path<'a>(&'a self, w: &S) -> impl Iterator<Item = Coefficients<S>> + use<'a, S> {
        let w = w.clone();
        let start = State([S::one(), S::one(), self.invariants.fluctuation.clone()]);
        std::iter::successors(Some(start), move |state| {
            let [c, tau, h] = state.0.clone();
            let u = complement(&w);
            let [s, q, passed] = self.noise(&w);
            let v = self.entering(&c, [&s, &q], &passed, &w);
            let u2 = u.sqr();
            let third = S::ratio(3, 1) * self.ratio.clone() * u2.clone() * u.clone() * c.clone();
            Some(State([u2.clone() * c + s, u2.clone() * u * tau + third + q, u2 * h + v]))
        })
        .map(|state| self.read(state))
    }

    /// Limits of R1_t and R2_t for w > 0.
    #[must_use]
    pub fn limit(&self, w: &S) -> Coefficients<S> {
        let (u, gap) = (complement(w), w.clone() * (S::ratio(2, 1) - w.clone()));
        let [s, q, passed] = self.noise(w);
        let c = s.clone() / gap.clone();
        let cube = u.sqr() * u.clone();
        // 1 - u^3 without cancellation.
        let cube_gap = w.clone() * (S::ratio(3, 1) * u.clone() + w.sqr());
        let tau = (S::ratio(3, 1) * self.ratio.clone() * cube * c.clone() + q.clone()) / cube_gap;
        let h = self.entering(&c, [&s, &q], &passed, w) / gap;
        self.read(State([c, tau, h]))
    }

    /// s, q and what multiplies u^2 c in v.
    fn noise(&self, w: &S) -> [S; 3] {
        let (u, k) = (complement(w), self.ratio.clone());
        let number = |n| S::ratio(n, 1);
        [
            w.sqr() + k.clone() * u.sqr(),
            w.sqr() * w.clone() + k.sqr() * u.sqr() * u.clone(),
            number(3) * w.sqr() + k * w.clone() * (w.clone() - number(2) * u),
        ]
    }

    /// TV v + (k u^2/2) c (TK - TJJ), c of the generation before.
    fn entering(&self, c: &S, [s, q]: [&S; 2], passed: &S, w: &S) -> S {
        let Invariants { fluctuation, cross, quartic, .. } = self.invariants.clone();
        let number = |n| S::ratio(n, 1);
        let carried = complement(w).sqr() * c.clone();
        fluctuation * (number(3) * s.sqr() - number(2) * q.clone() + carried.clone() * passed.clone())
            + S::ratio(1, 2) * self.ratio.clone() * carried * (quartic - cross)
    }

    fn read(&self, State([c, tau, h]): State<S>) -> Coefficients<S> {
        let Invariants { trace, bias, cross, cubic, quartic, .. } = self.invariants.clone();
        let curved = S::ratio(5, 2) * cubic.clone() + S::ratio(1, 4) * bias + cross - quartic;
        Coefficients { first: trace * c.clone(), second: h - tau * cubic + c.sqr() * curved }
    }
}

/// A law of two orders.
///
/// # Examples
/// ```
/// use goldenweight_theory::{design::Design, second_order::{Invariants, Orders, SecondOrder}};
/// let law: &dyn Orders = &SecondOrder { invariants: Invariants::logistic(&Design::standard(2.0, 2)), ratio: 1.0 };
/// // Two orders of the risk, and the weight at which they are least at n = m = 100.
/// assert!((law.limit(0.618034).second / law.limit(0.618034).first - 9.99).abs() < 0.005);
/// assert!((0.618034 + law.optimum_shift() / 100.0 - 0.614).abs() < 0.0005);
/// ```
pub trait Orders: fmt::Debug + Send + Sync {
    /// R1_t and R2_t for t = 0, 1, 2, ..., without end.
    fn path(&self, w: f64) -> Box<dyn Iterator<Item = Coefficients> + '_>;

    /// Their limits for w > 0.
    fn limit(&self, w: f64) -> Coefficients;

    /// n times the limit law, whose risk is R1.
    fn limit_law(&self) -> Recursion<f64>;

    /// Derivative of the limit of R2.
    fn slope(&self, w: f64) -> f64;

    /// Laws with the same R1 whose R2 add up to that of this one, and do not cancel as one source of error with itself.
    fn parts(&self) -> Vec<Box<dyn Orders>>;

    /// What n (w_opt(n) - w*(kappa)) tends to.
    ///
    /// # Formula
    /// `-R2'(w*)/R1''(w*)`, R1'' = 2 A_r ((2 + kappa)(1 + 3 u^2) - 6 u - 2 u^3)/(1 - u^2)^3
    ///
    /// # Source
    /// derived: the zero of R1' + R2'/n to first order; R1'' as in [`Recursion::limit`] at rho = 1
    ///
    /// # Accuracy
    /// that of the law; R2' is a [`Jet`]
    fn optimum_shift(&self) -> f64 {
        let law = self.limit_law();
        let (w, u) = (law.optimal_weight(), law.optimal_synthetic_weight());
        let gap = w * (2.0 - w);
        let curvature = 2.0 * law.fresh * ((2.0 + law.kappa()) * (1.0 + 3.0 * u * u) - 6.0 * u - 2.0 * u * u * u);
        -self.slope(w) * gap * gap * gap / curvature
    }
}

impl Orders for SecondOrder<f64> {
    fn path(&self, w: f64) -> Box<dyn Iterator<Item = Coefficients> + '_> {
        Box::new(self.path(&w))
    }

    fn limit(&self, w: f64) -> Coefficients {
        self.limit(&w)
    }

    fn limit_law(&self) -> Recursion<f64> {
        let trace = self.invariants.trace;
        Recursion::new(trace, self.ratio * trace, 0.0)
    }

    fn slope(&self, w: f64) -> f64 {
        let Invariants { trace, fluctuation, bias, cross, cubic, quartic } = self.invariants;
        let [trace, fluctuation, bias, cross, cubic, quartic] =
            [trace, fluctuation, bias, cross, cubic, quartic].map(Jet::constant);
        let invariants = Invariants { trace, fluctuation, bias, cross, cubic, quartic };
        SecondOrder { invariants, ratio: Jet::constant(self.ratio) }.limit(&Jet::variable(w)).second.derivative
    }

    fn parts(&self) -> Vec<Box<dyn Orders>> {
        let all = self.invariants;
        let none = Invariants { trace: all.trace, fluctuation: 0.0, bias: 0.0, cross: 0.0, cubic: 0.0, quartic: 0.0 };
        [
            Invariants { fluctuation: all.fluctuation, ..none },
            Invariants { quartic: all.quartic, ..none },
            Invariants { fluctuation: 0.0, quartic: 0.0, ..all },
        ]
        .map(|invariants| -> Box<dyn Orders> { Box::new(Self { invariants, ..*self }) })
        .into()
    }
}

/// The two orders at n rows, and where they are in range.
///
/// # Domain
/// Nothing bounds what they leave out, of order 1/n^3. It is judged by their own [size](Expansion::size): logistic and Poisson regression were simulated at some 90
/// places (p = 1, 2, |beta| from .6 to 2.2, k = 1/4, 1, 4, w from .05 to 1, n from 30 to 800). Where the size was at most [`RANGE`] the two orders were off by its square
/// within a factor of 3: 4 % at .15 for Poisson, 2.4 % at .17 for logistic. Beyond, they were off by up to 33 % (logistic, n = 40, w = 1). With coefficients 0 and w = 1
/// Poisson regression is off by 4.78, 3.8 and 3.3 times the square (p = 1, 2, 4; sizes of .05; +- .01, .1, .1), p = 1 by 5.41 +- .06 times at .017: 11 % at .17. With many real rows beside few synthetic ones
/// they are off by some k times the square: [`RANGE`] is the range of sizes at k <= 1; at k > 1 it is [`RANGE`]/sqrt(k).
/// The term at the place alone is no measure: for Poisson at beta = 1, k = 4, w = .3 its parts cancel, R2/(n R1) is -.04 at n = 100, and the two orders are off by
/// 11 %; of the fit on real rows alone it is .30. Nor is R2: for Poisson with beta'Omega beta = .016, p = 1, w = 1 it is .01 of R1 n at n = 28, where TV = 2.3 T1 and
/// TK = 3 T1 nearly cancel, and the two orders are off by 3.7 %, at n = 17 by 13 %. Hence the parts one by one; two thirds of them are .14 and .22 there.
///
/// # Examples
/// ```
/// use goldenweight_theory::{design::Design, parameters::Weight, second_order::{Expansion, Invariants, RANGE, SecondOrder}};
/// let law = |n: f64| Expansion::new(SecondOrder { invariants: Invariants::poisson(&Design::standard(2.0, 2)), ratio: 1.0 }, n);
/// let size = |n: f64| law(n).size(|law| law.limit(Weight::ONE));
/// assert!(size(100.0) > 3.0 * RANGE && size(400.0) < RANGE);
/// ```
#[derive(Clone, Debug)]
pub struct Expansion {
    law: Arc<dyn Orders>,
    real: f64,
}

/// Largest size at which the two orders are taken for the risk.
pub const RANGE: f64 = 0.2;

impl Expansion {
    /// Of a law at n real rows.
    #[must_use]
    pub fn new(law: impl Orders + 'static, real: f64) -> Self {
        Self { law: Arc::new(law), real }
    }

    /// n.
    #[must_use]
    pub const fn real(&self) -> f64 {
        self.real
    }

    /// R1 and R2 at generation t.
    #[must_use]
    pub fn at(&self, weight: Weight, t: u32) -> Coefficients {
        self.average(weight, t, t + 1)
    }

    /// Their means over generations `from..until`.
    #[must_use]
    pub fn average(&self, weight: Weight, from: u32, until: u32) -> Coefficients {
        let count = until - from;
        let path = self.law.path(weight.get()).skip(from as usize).take(count as usize);
        let sum = path.fold([0.0; 2], |[first, second], c| [first + c.first, second + c.second]);
        let [first, second] = sum.map(|sum| sum / f64::from(count));
        Coefficients { first, second }
    }

    /// Their limits; infinite at w = 0.
    #[must_use]
    pub fn limit(&self, weight: Weight) -> Coefficients {
        if weight == Weight::ZERO {
            return Coefficients { first: f64::INFINITY, second: f64::INFINITY };
        }
        self.law.limit(weight.get())
    }

    /// Real rows that alone have this risk by the two orders, a number that need not be whole.
    ///
    /// # Formula
    /// the larger root N of R1/N + R2/N^2 = risk, R1 and R2 those of w = 1
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{design::Design, parameters::Weight, second_order::{Expansion, Invariants, SecondOrder}};
    /// let law = Expansion::new(SecondOrder { invariants: Invariants::logistic(&Design::standard(2.0, 2)), ratio: 1.0 }, 300.0);
    /// let alone = law.limit(Weight::ONE).risk(&300.0);
    /// assert!((law.rows_for(alone) - 300.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn rows_for(&self, risk: f64) -> f64 {
        let Coefficients { first, second } = self.limit(Weight::ONE);
        (first + (first * first + 4.0 * risk * second).max(0.0).sqrt()) / (2.0 * risk)
    }

    /// First generation whose risk is within this relative distance of its limit; none where that takes more than a million.
    #[must_use]
    pub fn generations_to_limit(&self, weight: Weight, tolerance: f64) -> Option<u32> {
        let (w, limit) = (weight.get(), self.limit(weight).risk(&self.real));
        let near = |c: Coefficients| (c.risk(&self.real) / limit - 1.0).abs() <= tolerance;
        self.law.path(w).take(1_000_000).position(near).map(|t| t as u32)
    }

    /// How large the second order is at a place, which `at` reads from a law: the largest of |R2/(n R1)|, of two thirds of the same where the parts of R2 do not cancel,
    /// and of these two for the fit on the n real rows alone. The parts are those of TV, of TK, and of P, bb and TJJ, see [`Orders::parts`]. Infinite where it is no number.
    #[must_use]
    pub fn size(&self, at: impl Fn(&Self) -> Coefficients) -> f64 {
        let parts: Vec<_> = self.law.parts().into_iter().map(|law| Self { law: law.into(), real: self.real }).collect();
        let of = |at: &dyn Fn(&Self) -> Coefficients| {
            let share = |law: &Self| at(law).share(&self.real).abs();
            [share(self), 2.0 / 3.0 * parts.iter().map(share).sum::<f64>()]
        };
        let [here, alone] = [of(&at), of(&|law| law.limit(Weight::ONE))];
        // Written so that NaN is infinite.
        let larger = |size: f64, next: f64| if next <= f64::MAX { size.max(next) } else { f64::INFINITY };
        here.into_iter().chain(alone).fold(0.0, larger)
    }

    /// What n and the second order make of w*(kappa), the optimum of the limit risk: w* + [shift](SecondOrder::optimum_shift)/n.
    ///
    /// # Domain
    /// none where the orders are out of range at w*, or the shift is more than a fifth ([`RANGE`]) of the way from w* to 0 or to 1
    #[must_use]
    pub fn optimal_weight(&self) -> Option<f64> {
        let law = self.law.limit_law();
        let (weight, shift) = (law.optimal_weight(), self.law.optimum_shift() / self.real);
        let size = self.size(|expansion| expansion.law.limit(weight));
        (size <= RANGE && shift.abs() <= RANGE * weight.min(law.optimal_synthetic_weight())).then_some(weight + shift)
    }
}
