//! Regressions with canonical link to second order in 1/n, where the real labels need not follow the model.
//!
//! Tested by `tests/laws/misspecified.rs`: the law of six invariants where the labels do follow the model, and a mean fitted with a wrong variance.
//!
//! # The setting
//!
//! That of [second order](crate::second_order), but the law of the real labels is free. beta* solves E r x = 0, r = y - A'(x'beta*), and a_j = A^(j)(x'beta*). Real
//! and synthetic rows share the law of x. An index above is one raised by H = (E a_2 x x')^-1: x^i = H_ij x_j. All that enters is
//! ```text
//! the model's   J = E a_3 x x x,  K = E a_4 x x x x,  F = Cov(a_2 x x', a_2 x x'),
//! the labels'   S = E r^2 x x',  X = E r a_2 x x x,  Q = E r^3 x x x,  Y = E r a_3 x x x x,  Z = Cov(r^2 x x', a_2 x x').
//! ```
//! X is the covariance of the score and its Hessian, Y that of the score and the third derivatives, Q and Z are third cumulants. Where the labels follow the model
//! S = I, Q = J, Z = F, and X and Y vanish. So it is for the synthetic rows of every generation.
//!
//! # Derivation
//!
//! d is the error of a generation, g = d + HJ[d, d]/2 + HK[d, d, d]/6, and dashes belong to the generation before. a_r and a_s are the score noises of the two parts,
//! B_r, B_s and C_r, C_s the fluctuations of their second and third derivatives; B = w B_r + u B_s, C likewise. The estimating equation is
//! ```text
//! g = u g' + H (w a_r + u a_s - B d + u B_s d' - C[d, d]/2 + u C_s[d', d']/2).
//! ```
//! Given the past and its x a synthetic label has noise of mean 0 and covariance (k/n)(I + B_s + J[d'] + K[d', d']/2). A real row's noise goes with its own
//! derivatives: E a_r B_r = X/n, E a_r C_r = Y/n. Put d = g - HJ[g, g]/2 + ... into the right side and collect by orders. With N the noise,
//! ```text
//! g_1 = u g' + N,   g_2 = -HB g_1 + u HB_s g',
//! g_3 = -HB g_2 + HB HJ[g_1, g_1]/2 - u HB_s HJ[g', g']/2 - HC[g_1, g_1]/2 + u HC_s[g', g']/2.
//! ```
//! The state is the mean of g, m/n, its covariance C/n + V/n^2 and its third cumulant L/n^2; fourth moments are those of a normal vector. In all contractions
//! ```text
//! m = u m' - w^2 X^ai_a
//! C = u^2 C' + w^2 S^ij + k u^2 H
//! L = u^3 L' + w^3 Q^ijl + k^2 u^3 J^ijl + three of (k u^3 J^ij_a C'^al - 2 w^2 X^ij_a C^al)
//! V = u^2 V' + k u^2 (J^ij_a b'^a + K^ij_ac C'^ac/2) - 2 w^2 (X^ij_a b^a + Y^ij_ac C^ac/2)
//!     - 2 w^3 Z^iaj_a - 2 k^2 u^3 F^iaj_a + w^4 (X^ci_a X^aj_c + both of X^ia_c X^cj_a)
//!     + F^ij_ac (s C + k u^2 (1 - 2u) C')^ac + both of (P (s C - k u^3 C') + w^2 R C)^ij
//! ```
//! with s = w^2 + k u^2, F^ij_ac the covariance of B^i_a and B^j_c, P^i_c = F^ia_ac, R^i_c = X^ai_e J^e_ac - Y^ai_ac, b = m - J^i_jl C^jl/2 the mean of d; "both" and "three" sum over the places
//! of i, j and l. Generation 0 is that of w = 1 from nothing. The terms mirror each other: a synthetic score has its variance at the fit d' that made
//! it, `I + J[d'] + K[d', d']/2`, a real one at the fit d which it makes, `S - 2 X[d] - Y[d, d] + ...`
//!
//! Back to d, of error d'Wd (W = I for |d|^2), with U_ijl = W_ia J^a_jl:
//! ```text
//! R1 = W_ij C^ij,
//! R2 = W_ij V^ij + W_ij b^i b^j - U_ijl L^ijl - 2 U_ija C^ij b^a + (W_ae J^a_ij J^e_lm/2 + 2 U_ija J^a_lm - W_ia K^a_jlm)(il, jm) C^il C^jm.
//! ```
//!
//! # Reach
//!
//! As there: no bound of the rest is proved.

use std::sync::Arc;

use crate::jet::Jet;
use crate::recursion::{Recursion, complement};
use crate::scalar::Scalar;
use crate::second_order::{Coefficients, Orders, Row, inverse};

/// The entries of a tensor, the last index fastest.
type Entries<S> = Vec<S>;

/// Products of the entries of two tensors.
fn outer<S: Scalar>(a: &[S], b: &[S]) -> Entries<S> {
    let mut entries = Vec::with_capacity(a.len() * b.len());
    for a in a {
        entries.extend(b.iter().map(|b| a.clone() * b.clone()));
    }
    entries
}

/// Sum of products.
fn dot<S: Scalar>(a: &[S], b: &[S]) -> S {
    a.iter().zip(b).fold(S::ratio(0, 1), |sum, (a, b)| sum + a.clone() * b.clone())
}

/// Sum over the last indices, which are all of the other tensor's.
fn contract<S: Scalar>(tensor: &[S], with: &[S]) -> Entries<S> {
    tensor.chunks(with.len()).map(|line| dot(line, with)).collect()
}

/// The same with each line of a matrix, whose index comes first.
fn each<S: Scalar>(p: usize, tensor: &[S], matrix: &[S]) -> Entries<S> {
    matrix.chunks(p).flat_map(|line| contract(tensor, line)).collect()
}

/// Sum of tensors with factors.
fn sum<S: Scalar, const N: usize>(terms: [(S, &[S]); N]) -> Entries<S> {
    let entry = |i: usize| terms.iter().fold(S::ratio(0, 1), |sum, (by, x)| sum + by.clone() * x[i].clone());
    (0..terms[0].1.len()).map(entry).collect()
}

/// The tensor of these entries.
fn tensor<S, const RANK: usize>(p: usize, entry: impl Fn([usize; RANK]) -> S) -> Entries<S> {
    let index = |code: usize| std::array::from_fn(|i| code / p.pow((RANK - 1 - i) as u32) % p);
    (0..p.pow(RANK as u32)).map(|code| entry(index(code))).collect()
}

/// An entry.
fn at<S: Scalar, const RANK: usize>(p: usize, tensor: &[S], index: [usize; RANK]) -> S {
    tensor[index.into_iter().fold(0, |code, i| code * p + i)].clone()
}

/// Sum over so many indices.
fn over<S: Scalar, const COUNT: usize>(p: usize, term: impl Fn([usize; COUNT]) -> S) -> S {
    tensor(p, term).into_iter().fold(S::ratio(0, 1), |sum, x| sum + x)
}

/// A matrix and its transpose.
fn both<S: Scalar>(p: usize, matrix: &[S]) -> Entries<S> {
    tensor(p, |[i, j]| at(p, matrix, [i, j]) + at(p, matrix, [j, i]))
}

/// A tensor, symmetric in its last two indices, with each of the three in the first place.
fn three<S: Scalar>(p: usize, t: &[S]) -> Entries<S> {
    tensor(p, |[i, j, l]| at(p, t, [i, j, l]) + at(p, t, [j, i, l]) + at(p, t, [l, i, j]))
}

/// All of the rows that enters. Indices above come first.
///
/// # Examples
/// see [`Misspecified`].
#[derive(Clone, Debug, PartialEq)]
pub struct Tensors<S = f64> {
    p: usize,
    /// H.
    inverse: Entries<S>,
    /// J^i_jl, J^ij_l, J^ijl.
    third: [Entries<S>; 3],
    /// K^i_jlm, K^ij_lm.
    fourth: [Entries<S>; 2],
    /// F^ij_lm, P, F^iaj_a.
    information: [Entries<S>; 3],
    /// S^ij.
    score: Entries<S>,
    /// Z^iaj_a.
    noise: Entries<S>,
    /// Q^ijl.
    skewness: Entries<S>,
    /// X^ij_l, X^ai_a, and what w^4 multiplies.
    hessian: [Entries<S>; 3],
    /// Y^ij_lm.
    derivative: Entries<S>,
    /// R, as what is subtracted in it and what from.
    curved: [Entries<S>; 2],
}

impl<S: Scalar> Tensors<S> {
    /// Of rows with the means at x of their residual, its square and its cube.
    ///
    /// # Domain
    /// rows of one length whose information is regular, and where the mean of r x is 0; else what divisions by 0 give, or the law of no fit
    ///
    /// # Panics
    /// Without rows.
    ///
    /// # Computed as
    /// sums over the rows; one index by one with f = x^i x_i where two are contracted
    #[must_use]
    pub fn of(rows: &[(Row<S>, [S; 3])]) -> Self {
        let p = rows[0].0.covariates.len();
        let number = |n: i64| S::ratio(n, 1);
        let [information] =
            means(rows, |row, _| [row.cumulants[0].clone()], |row| outer(&row.covariates, &row.covariates));
        let raised = inverse(information.chunks(p).map(<[S]>::to_vec).collect()).concat();
        let up = |row: &Row<S>| contract(&raised, &row.covariates);
        let pair = |row: &Row<S>| outer(&up(row), &up(row));
        let f = |row: &Row<S>| dot(&up(row), &row.covariates);
        let scaled = |by: S, entries: Entries<S>| entries.into_iter().map(|x| by.clone() * x).collect::<Vec<_>>();
        let unit = tensor(p, |[i, j]| number(i64::from(i == j)));

        let [score] = means(rows, |_, r| [r[1].clone()], pair);
        let [drawn, noise] = means(
            rows,
            |Row { cumulants: [a2, ..], .. }, r| [a2.sqr(), r[1].clone() * a2.clone()],
            |row| scaled(f(row), pair(row)),
        );
        let [mixed, curved] = means(
            rows,
            |Row { cumulants: [a2, a3, _], .. }, r| [a2.sqr(), r[0].clone() * a3.clone()],
            |row| scaled(f(row), outer(&up(row), &row.covariates)),
        );
        let [alone] = means(rows, |row, r| [r[0].clone() * row.cumulants[0].clone()], |row| scaled(f(row), up(row)));
        let [cubes, skewness] =
            means(rows, |row, r| [row.cumulants[1].clone(), r[2].clone()], |row| outer(&pair(row), &up(row)));
        let [third, hessian] = means(
            rows,
            |Row { cumulants: [a2, a3, _], .. }, r| [a3.clone(), r[0].clone() * a2.clone()],
            |row| outer(&pair(row), &row.covariates),
        );
        let [fourth, squares, derivative] = means(
            rows,
            |Row { cumulants: [a2, a3, a4], .. }, r| [a4.clone(), a2.sqr(), r[0].clone() * a3.clone()],
            |row| outer(&pair(row), &outer(&row.covariates, &row.covariates)),
        );

        let less = |x: &[S], y: &[S]| sum([(number(1), x), (number(-1), y)]);
        let lowered = |j: usize, a: usize| at(p, &information, [j, a]);
        let single = tensor(p, |[i, j, l]| over(p, |[a]| lowered(j, a) * at(p, &third, [i, a, l])));
        let x = |index| at(p, &hessian, index);
        let crossed = tensor(p, |[i, j]| over(p, |[a, c]| x([i, a, c]) * x([c, j, a])));
        let straight = tensor(p, |[i, j]| over(p, |[a, c]| x([c, i, a]) * x([a, j, c])));
        Self {
            p,
            information: [
                tensor(p, |[i, j, l, m]| at(p, &squares, [i, j, l, m]) - at(p, &unit, [i, l]) * at(p, &unit, [j, m])),
                less(&mixed, &unit),
                less(&drawn, &raised),
            ],
            fourth: [tensor(p, |[i, j, l, m]| over(p, |[a]| lowered(j, a) * at(p, &fourth, [i, a, l, m]))), fourth],
            noise: less(&noise, &score),
            curved: [tensor(p, |[i, c]| over(p, |[a, e]| x([a, i, e]) * at(p, &single, [e, a, c]))), curved],
            hessian: [hessian.clone(), alone, sum([(number(1), &straight), (number(1), &both(p, &crossed))])],
            third: [single, third, cubes],
            inverse: raised,
            score,
            skewness,
            derivative,
        }
    }

    /// Tensors whose second orders add up to that of these: by F and Z, by K, by Y, and by J, X and Q.
    fn parts(&self) -> [Self; 4] {
        let none = |x: &Entries<S>| vec![S::ratio(0, 1); x.len()];
        let nothing = Self {
            information: self.information.each_ref().map(none),
            noise: none(&self.noise),
            fourth: self.fourth.each_ref().map(none),
            derivative: none(&self.derivative),
            third: self.third.each_ref().map(none),
            skewness: none(&self.skewness),
            hessian: self.hessian.each_ref().map(none),
            curved: self.curved.each_ref().map(none),
            ..self.clone()
        };
        let all = self.clone();
        let [bent, curved] = all.curved;
        [
            Self { information: all.information, noise: all.noise, ..nothing.clone() },
            Self { fourth: all.fourth, ..nothing.clone() },
            Self { derivative: all.derivative, curved: [none(&curved), curved], ..nothing.clone() },
            Self {
                third: all.third,
                skewness: all.skewness,
                hessian: all.hessian,
                curved: [bent.clone(), none(&bent)],
                ..nothing
            },
        ]
    }
}

/// Means over the rows of these multiples of a tensor of each.
fn means<S: Scalar, const N: usize>(
    rows: &[(Row<S>, [S; 3])],
    multiples: impl Fn(&Row<S>, &[S; 3]) -> [S; N],
    tensor: impl Fn(&Row<S>) -> Entries<S>,
) -> [Entries<S>; N] {
    let mut sums: [Option<Entries<S>>; N] = std::array::from_fn(|_| None);
    for (row, residuals) in rows {
        let entries = tensor(row);
        for (sum, multiple) in sums.iter_mut().zip(multiples(row, residuals)) {
            let by = row.mass.clone() * multiple;
            let sum = sum.get_or_insert_with(|| vec![S::ratio(0, 1); entries.len()]);
            for (sum, x) in sum.iter_mut().zip(&entries) {
                *sum = sum.clone() + by.clone() * x.clone();
            }
        }
    }
    sums.map(Option::unwrap_or_default)
}

/// What of the tensors enters the error d'Wd.
#[derive(Clone, Debug, PartialEq)]
struct Loss<S> {
    /// W.
    weights: Entries<S>,
    /// U.
    bent: Entries<S>,
    /// The last bracket of R2, as (i, l, j, m).
    curved: Entries<S>,
}

impl<S: Scalar> Loss<S> {
    fn new(tensors: &Tensors<S>, weights: Entries<S>) -> Self {
        let Tensors { third: [third, ..], fourth: [fourth, _], .. } = tensors;
        let p = tensors.p;
        let bent = tensor(p, |[i, j, l]| over(p, |[a]| at(p, &weights, [i, a]) * at(p, third, [a, j, l])));
        let quartic = tensor(p, |[i, j, l, m]| over(p, |[a]| at(p, &weights, [i, a]) * at(p, fourth, [a, j, l, m])));
        let curved = tensor(p, |[i, l, j, m]| {
            let squared = over(p, |[a]| at(p, third, [a, i, j]) * at(p, &bent, [a, l, m]));
            let twice = over(p, |[a]| at(p, &bent, [i, j, a]) * at(p, third, [a, l, m]));
            S::ratio(1, 2) * squared + S::ratio(2, 1) * twice - at(p, &quartic, [i, l, j, m])
        });
        Self { weights, bent, curved }
    }
}

/// The law to second order of a regression whose real labels need not follow the model.
///
/// # Formula
/// see the [module](self)
///
/// # Examples
/// ```
/// use goldenweight_theory::{misspecified::second_order::{Misspecified, Tensors}, second_order::Row};
/// // A mean fitted as if rows had the variance 1, where it is 4: R1 = 4 w^2 + k u^2 over 1 - u^2, and no second order.
/// let row = Row { mass: 1.0, covariates: vec![1.0], cumulants: [1.0, 0.0, 0.0] };
/// let law = Misspecified::new(Tensors::of(&[(row, [0.0, 4.0, 1.0])]).into(), &[vec![1.0]], 1.0);
/// let limit = law.limit(&0.5);
/// // To the rounding of the last division.
/// assert!((limit.first - 1.25 / 0.75).abs() < 4e-16 && limit.second == 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct Misspecified<S = f64> {
    tensors: Arc<Tensors<S>>,
    loss: Arc<Loss<S>>,
    ratio: S,
}

/// m, C, V, L.
#[derive(Clone)]
struct State<S>([Entries<S>; 4]);

impl<S: Scalar> Misspecified<S> {
    /// Of rows, an error d'Wd and k = n/m.
    #[must_use]
    pub fn new(tensors: Arc<Tensors<S>>, weights: &[Vec<S>], ratio: S) -> Self {
        let loss = Arc::new(Loss::new(&tensors, weights.concat()));
        Self { tensors, loss, ratio }
    }

    /// R1_t and R2_t for t = 0, 1, 2, ..., without end.
    pub fn path<'a>(&'a self, w: &S) -> impl Iterator<Item = Coefficients<S>> + use<'a, S> {
        let w = w.clone();
        let p = self.tensors.p;
        let nothing = State([1, 2, 2, 3].map(|rank| vec![S::ratio(0, 1); p.pow(rank)]));
        let start = self.step(&S::one(), &nothing);
        std::iter::successors(Some(start), move |state| Some(self.step(&w, state))).map(|state| self.read(&state))
    }

    /// Limits of R1_t and R2_t for w > 0.
    #[must_use]
    pub fn limit(&self, w: &S) -> Coefficients<S> {
        let (u, one) = (complement(w), S::one());
        // 1 - u, 1 - u^2 and 1 - u^3 without cancellation.
        let double = w.clone() * (S::ratio(2, 1) - w.clone());
        let triple = w.clone() * (S::ratio(3, 1) * u + w.sqr());
        let over = |x: Entries<S>, gap: &S| sum([(one.clone() / gap.clone(), &x)]);
        let (m, c) = self.first(w);
        let (m, c) = (over(m, w), over(c, &double));
        let [v, l] = self.second(w, [&m, &c], [&m, &c]);
        self.read(&State([m, c, over(v, &double), over(l, &triple)]))
    }

    /// The next generation's.
    fn step(&self, w: &S, State([m, c, v, l]): &State<S>) -> State<S> {
        let (u, one) = (complement(w), S::one());
        let (mean, covariance) = self.first(w);
        let mean = sum([(u.clone(), m), (one.clone(), &mean)]);
        let covariance = sum([(u.sqr(), c), (one.clone(), &covariance)]);
        let [second, third] = self.second(w, [m, c], [&mean, &covariance]);
        let second = sum([(u.sqr(), v), (one.clone(), &second)]);
        let third = sum([(u.sqr() * u, l), (one, &third)]);
        State([mean, covariance, second, third])
    }

    /// What enters m and C in a generation.
    fn first(&self, w: &S) -> (Entries<S>, Entries<S>) {
        let Tensors { hessian: [_, alone, _], score, inverse, .. } = &*self.tensors;
        let drawn = self.ratio.clone() * complement(w).sqr();
        (sum([(-w.sqr(), alone)]), sum([(w.sqr(), score), (drawn, inverse)]))
    }

    /// What enters V and L: m and C of the generation before, and of this one.
    fn second(&self, w: &S, before: [&Entries<S>; 2], now: [&Entries<S>; 2]) -> [Entries<S>; 2] {
        let number = |n: i64| S::ratio(n, 1);
        let Tensors { p, third: [_, third, cubes], fourth: [_, fourth], information: [spread, within, drawn], .. } =
            &*self.tensors;
        let Tensors { noise, skewness, hessian: [hessian, _, hessians], derivative, curved: [bent, curved], .. } =
            &*self.tensors;
        let (p, u, k) = (*p, complement(w), self.ratio.clone());
        let (w2, u2) = (w.sqr(), u.sqr());
        let (w3, u3) = (w2.clone() * w.clone(), u2.clone() * u.clone());
        let s = w2.clone() + k.clone() * u2.clone();
        let ku2 = k.clone() * u2;
        let ku3 = k.clone() * u3.clone();
        let kku3 = k * ku3.clone();
        let (last, next) = (self.bias(before), self.bias(now));
        let passed = ku2.clone() * (S::one() - number(2) * u);
        let kept = contract(spread, &sum([(s.clone(), now[1]), (passed, before[1])]));
        let within = each(p, within, &sum([(s, now[1]), (-ku3.clone(), before[1])]));
        let curved = each(p, &sum([(S::one(), bent), (number(-1), curved)]), now[1]);
        let v = sum([
            (ku2.clone(), &contract(third, &last)),
            (S::ratio(1, 2) * ku2, &contract(fourth, before[1])),
            (number(-2) * w2.clone(), &contract(hessian, &next)),
            (-w2.clone(), &contract(derivative, now[1])),
            (number(-2) * w3.clone(), noise),
            (number(-2) * kku3.clone(), drawn),
            (w2.sqr(), hessians),
            (S::one(), &kept),
            (S::one(), &both(p, &sum([(S::one(), &within), (w2.clone(), &curved)]))),
        ]);
        let carried = sum([(ku3, &each(p, third, before[1])), (number(-2) * w2, &each(p, hessian, now[1]))]);
        [v, sum([(w3, skewness), (kku3, cubes), (S::one(), &three(p, &carried))])]
    }

    /// The mean b of d.
    fn bias(&self, [m, c]: [&Entries<S>; 2]) -> Entries<S> {
        sum([(S::one(), m), (S::ratio(-1, 2), &contract(&self.tensors.third[0], c))])
    }

    fn read(&self, State([m, c, v, l]): &State<S>) -> Coefficients<S> {
        let Loss { weights, bent, curved } = &*self.loss;
        let b = self.bias([m, c]);
        let second = dot(weights, v) + dot(&contract(weights, &b), &b)
            - dot(bent, l)
            - S::ratio(2, 1) * dot(&contract(bent, &b), c)
            + dot(&contract(curved, c), c);
        Coefficients { first: dot(weights, c), second }
    }
}

impl Orders for Misspecified {
    fn path(&self, w: f64) -> Box<dyn Iterator<Item = Coefficients> + '_> {
        Box::new(self.path(&w))
    }

    fn limit(&self, w: f64) -> Coefficients {
        self.limit(&w)
    }

    fn limit_law(&self) -> Recursion<f64> {
        let Tensors { score, inverse, .. } = &*self.tensors;
        Recursion::new(dot(&self.loss.weights, score), self.ratio * dot(&self.loss.weights, inverse), 0.0)
    }

    fn slope(&self, w: f64) -> f64 {
        self.jets().limit(&Jet::variable(w)).second.derivative
    }

    fn parts(&self) -> Vec<Box<dyn Orders>> {
        let part = |tensors: Tensors| -> Box<dyn Orders> {
            let loss = Loss::new(&tensors, self.loss.weights.clone());
            Box::new(Self { tensors: Arc::new(tensors), loss: Arc::new(loss), ratio: self.ratio })
        };
        self.tensors.parts().map(part).into()
    }
}

impl Misspecified {
    /// The same over numbers with a derivative.
    fn jets(&self) -> Misspecified<Jet<f64>> {
        let jet = |x: &Entries<f64>| x.iter().map(|x| Jet::constant(*x)).collect::<Vec<_>>();
        let t = &*self.tensors;
        let tensors = Tensors {
            p: t.p,
            inverse: jet(&t.inverse),
            third: t.third.each_ref().map(jet),
            fourth: t.fourth.each_ref().map(jet),
            information: t.information.each_ref().map(jet),
            score: jet(&t.score),
            noise: jet(&t.noise),
            skewness: jet(&t.skewness),
            hessian: t.hessian.each_ref().map(jet),
            derivative: jet(&t.derivative),
            curved: t.curved.each_ref().map(jet),
        };
        let loss =
            Loss { weights: jet(&self.loss.weights), bent: jet(&self.loss.bent), curved: jet(&self.loss.curved) };
        Misspecified { tensors: Arc::new(tensors), loss: Arc::new(loss), ratio: Jet::constant(self.ratio) }
    }
}
