//! Ridge regression, and the fit of minimum norm, on one fixed design: real and synthetic labels of the same rows, mixed.
//!
//! # The law
//!
//! X is given once, with n rows and any number of columns. Each generation has fresh real labels y = X beta + noise and synthetic ones of the model before,
//! and fits the labels w y + u y~ by `(X'X/n + lambda I)^{-1} X'(.)/n`. Take the eigenvectors of X'X/n as coordinates, s an eigenvalue and b a coefficient. Then every coordinate has a
//! law of its own: with a = s/(s + lambda),
//! ```text
//! beta_t = a (w b + u beta_{t-1}) + noise of variance sigma^2 (w^2 + k u^2)/n s/(s + lambda)^2
//! d_t = (1 - a) + u a d_{t-1},   d_0 = 1 - a                                                       E beta_t = (1 - d_t) b
//! v_t = sigma^2 (w^2 + k u^2)/n s/(s + lambda)^2 + u^2 a^2 v_{t-1},   v_0 = sigma^2/n s/(s + lambda)^2
//! risk = sum over coordinates of v_t + d_t^2 b^2
//! ```
//! It is the law of a density estimate's frequency ([`kde`](crate::kde)) without its 1/m: an estimator that shrinks by a, in every generation. The limits are
//! ```text
//! d = (lambda/w)/(s + lambda/w)                      the bias of the penalty lambda/w
//! v = sigma^2 (w^2 + k u^2)/n s/((w s + lambda)((2 - w) s + lambda))
//! ```
//! At lambda = 0 this is the least-squares fit, or for more columns than rows that of minimum norm: v = sigma^2/(n s) (w^2 + k u^2)/(w (2 - w)), which is least at w*(k), 1/phi at
//! k = 1, in every direction that the rows see; in the others the fit is 0 for ever. A penalty moves the best weight both ways. Its variance alone, in proportion to
//! (w^2 + k u^2)/(1 - u^2 a^2), is least between pooling, k/(1 + k), and w*(k): a fit that shrinks keeps less of old noise. Its bias falls with w, to that of one fit at w = 1.
//!
//! k is the number of real labels of each row of X over that of synthetic ones, which are averaged; k = 1 for one of each.
//! The setting with k = 1 is that of arXiv 2509.22341.
//!
//! Tested by `tests/laws/ridge.rs`: rationals, digits.

use crate::jet::Jet;
use crate::parameters::Weight;
use crate::scalar::Scalar;

/// The law of the coefficients' squared error.
///
/// # Examples
/// Two directions, of which the rows see one: the second one's coefficient stays lost.
/// ```
/// use goldenweight_theory::{parameters::Weight, ridge::Ridge};
/// let law = Ridge { noise: 0.1, penalty: 0.0, ratio: 1.0, directions: vec![(2.0, 1.0), (0.0, 9.0)] };
/// // sigma^2/(n s), and b^2.
/// assert!((law.risk_at(Weight::ONE, 0) - 9.05).abs() < 1e-14);
/// assert!((law.optimal_weight() - 0.618_033_988_749_894_9).abs() < 1e-14);
/// // With a penalty the bias moves it up.
/// assert!(Ridge { penalty: 0.5, ..law }.optimal_weight() > 0.7);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ridge<S> {
    /// sigma^2/n.
    pub noise: S,
    /// lambda, 0 for the fit of minimum norm.
    pub penalty: S,
    /// k.
    pub ratio: S,
    /// Eigenvalues s of X'X/n, each with the square of the coefficients in its direction.
    pub directions: Vec<(S, S)>,
}

/// A coordinate of the fit: its lost share d and its variance v.
#[derive(Clone, Debug)]
struct State<S> {
    deficit: S,
    variance: S,
}

impl<S: Scalar> Ridge<S> {
    /// 1 - a and s/(s + lambda)^2 of an eigenvalue; a direction that the rows do not see is lost.
    fn shrink(&self, s: &S, is_seen: bool) -> (S, S) {
        if !is_seen {
            return (S::one(), S::ratio(0, 1));
        }
        let sum = s.clone() + self.penalty.clone();
        (self.penalty.clone() / sum.clone(), s.clone() / sum.sqr())
    }

    fn start(&self, (lost, gain): &(S, S)) -> State<S> {
        State { deficit: lost.clone(), variance: self.noise.clone() * gain.clone() }
    }

    /// sigma^2 (w^2 + k u^2)/n.
    fn mixed(&self, w: &S) -> S {
        self.noise.clone() * (w.sqr() + self.ratio.clone() * (S::one() - w.clone()).sqr())
    }

    fn step(&self, w: &S, (lost, gain): &(S, S), state: &State<S>) -> State<S> {
        let kept = (S::one() - w.clone()) * (S::one() - lost.clone());
        State {
            deficit: lost.clone() + kept.clone() * state.deficit.clone(),
            variance: self.mixed(w) * gain.clone() + kept.sqr() * state.variance.clone(),
        }
    }

    /// The limit, for w > 0.
    fn limit(&self, w: &S, (lost, gain): &(S, S)) -> State<S> {
        let (a, u) = (S::one() - lost.clone(), S::one() - w.clone());
        // 1 - u a and 1 + u a.
        let rest = lost.clone() + w.clone() * a.clone();
        let variance = self.mixed(w) * gain.clone() / (rest.clone() * (S::one() + u * a));
        State { deficit: lost.clone() / rest, variance }
    }

    /// The risk of generations 0, 1, 2, ...; `is_seen` says whether an eigenvalue is positive.
    pub fn risks<'a>(&'a self, w: &'a S, is_seen: impl Fn(&S) -> bool) -> impl Iterator<Item = S> + 'a {
        let shrunk: Vec<_> = self.directions.iter().map(|(s, b2)| (self.shrink(s, is_seen(s)), b2)).collect();
        let start: Vec<_> = shrunk.iter().map(|(shrink, _)| self.start(shrink)).collect();
        std::iter::successors(Some((start, shrunk)), move |(states, shrunk)| {
            let next = states.iter().zip(shrunk).map(|(state, (shrink, _))| self.step(w, shrink, state)).collect();
            Some((next, shrunk.clone()))
        })
        .map(|(states, shrunk)| {
            let loss =
                |(state, (_, b2)): (&State<S>, &(_, &S))| state.variance.clone() + state.deficit.sqr() * (*b2).clone();
            states.iter().zip(&shrunk).map(loss).fold(S::ratio(0, 1), |sum, loss| sum + loss)
        })
    }
}

impl Ridge<f64> {
    /// Risk at generation t.
    #[must_use]
    pub fn risk_at(&self, weight: Weight, t: u32) -> f64 {
        self.risks(&weight.get(), |s| *s > 0.0).nth(t as usize).unwrap_or(f64::NAN)
    }

    /// Variance and squared bias in the limit, for w > 0.
    #[must_use]
    pub fn limit_parts(&self, weight: Weight) -> [f64; 2] {
        let w = weight.get();
        let part = |(s, b2): &(f64, f64)| {
            let state = self.limit(&w, &self.shrink(s, *s > 0.0));
            [state.variance, state.deficit * state.deficit * b2]
        };
        self.directions.iter().map(part).fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]])
    }

    /// The weight that minimises the limit of the risk.
    ///
    /// # Computed as
    /// the root of the derivative, by bisection to neighbouring floats: w*(k) without a penalty; 1 where the bias is all
    #[must_use]
    pub fn optimal_weight(&self) -> f64 {
        let directions = self.directions.iter().map(|(s, b2)| (Jet::constant(*s), Jet::constant(*b2))).collect();
        let [noise, penalty, ratio] = [self.noise, self.penalty, self.ratio].map(Jet::constant);
        let law = Ridge { noise, penalty, ratio, directions };
        crate::kde::root(|w| {
            let w = Jet::variable(w);
            let slope = |(s, b2): &(Jet<f64>, Jet<f64>)| {
                let state = law.limit(&w, &law.shrink(s, s.value > 0.0));
                (state.variance + state.deficit.sqr() * *b2).derivative
            };
            law.directions.iter().map(slope).sum()
        })
    }
}
