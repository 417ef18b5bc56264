//! The covariance of fits to rows that are drawn from accumulating data.
//!
//! Tested by `tests/laws/subsample.rs`: steps of many generations against the limit, many rows, one and two rows by hand.

use crate::covariance::Moments;
use crate::parameters::SampleSizes;
use crate::scalar::Scalar;
use crate::series::{ORDER, Series};

/// The covariance of Gaussian rows where generation t >= 1 is fitted on n rows, drawn without replacement from the pool: the n real rows of generation 0 and m
/// synthetic rows of each later generation, which are normal around the mean of the fit before, with its covariance.
///
/// # Formula
/// Along a direction a, with z = a'(row - mean of the pool), N rows in the pool, C = sum z^2 and F = sum z^4, the pool has the moments E C^2 and E F. Let d be the
/// mean of the drawn z and s^2 their variance (divisor h = n or n - 1), and (n)_j = n (n - 1) ... (n - j + 1), pi_j = (n)_j/(N)_j. Given the pool
/// ```text
/// E (sum z^2)^2         = (pi_1 - pi_2) F + pi_2 C^2                                                  sums over the drawn rows
/// E (sum z^2)(sum z)^2  = (pi_1 - 3 pi_2 + 2 pi_3) F + (pi_2 - pi_3) C^2
/// E (sum z)^4           = (pi_1 - 7 pi_2 + 12 pi_3 - 6 pi_4) F + (3 pi_2 - 6 pi_3 + 3 pi_4) C^2
/// ```
/// which give E s^4, E d^2 s^2 and E d^4, by h s^2 = sum z^2 - (sum z)^2/n. New rows have, around the mean of the old pool, a mean delta = d + noise of variance s^2/m, and a sum of
/// squares W around it, of expectation (m - 1) s^2. With y = m/N' the share of the new rows in the new pool of N' rows, and kappa = N y,
/// ```text
/// C'^2 = C^2 + 2 C (W + kappa delta^2) + W^2 + 2 kappa W delta^2 + kappa^2 delta^4
/// F'   = F + 6 y^2 C delta^2 + N y^4 delta^4 + m ((1-y)^4 delta^4 + 6 (1-y)^2 (1 - 1/m) delta^2 s^2 + 3 (1 - 1/m)^2 s^4)
/// ```
/// in expectation. Averaged over all directions, E s^4 carries the mode P = E (2 tr S^2 + (tr S)^2). The other mode is that of the minors,
/// G = (tr S)^2 - tr S^2, which obeys a law of its own:
/// ```text
/// E G(S) = pi_3 (N/n) G/h^2,   E G(S, d d') = (pi_2 - pi_3) G/(h n^2)      G that of the pool, sum over rows
/// G' = G (1 + 2 E(W + kappa delta^2)/C) + (m - 1)(m - 2) G(S) + 2 kappa (m - 1)(G(S, d d') + G(S)/m)
/// V = (P + E tr S^2 - E (tr S)^2)/3 - (2 mu - 1) tr Sigma^2,   E S = mu Sigma
/// ```
///
/// # Symbols
/// S = `Sigma_t`; V its risk; U = Var tr S; G(A, B) = tr A tr B - tr AB, G(A) = G(A, A)
///
/// # Domain
/// every n, m >= 1 (n >= 2 with the divisor n - 1), every t, p and Sigma. Exact.
///
/// # Source
/// derived. The moments of drawn rows are sums over which of two to four rows are the same; those that are not are drawn together with probability pi_j, and sums over
/// different rows follow from sum z = 0. New rows are normal given the fit; E z^3 drops out, as E d = 0 given the pool. A direction sees a chain in one dimension,
/// so one law serves all; the mean of (a'Sa)^2 over directions is (2 tr S^2 + (tr S)^2)/(p (p + 2)). G vanishes at a a', which is why F has no part in it.
///
/// # Identities
/// ```text
/// one direction, shares y = 1/(k + t), t -> inf:
/// divisor n:      E C^2/N^2 converges; E F/N falls to a multiple of it as t^{lambda - 1},   lambda = (3 n^2 - 2)/n^3
/// divisor n - 1:  E C^2/N^2 grows as t^{2/n}
/// n -> inf:       n V -> (tr Sigma^2 + (tr Sigma)^2)(1 + (2k + 1) sum 1/(k + i)^2)
/// ```
/// so with divisor n the risk is **bounded for every n but 2**, where lambda = 5/4, and with divisor n - 1 it grows without bound.
///
/// # Accuracy
/// exact over rationals. In floats every step rounds moments of order 1: (t + 1) 1e-16 tr Sigma^2, absolute
///
/// # Tested by
/// claim `subsample-covariance`
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::SampleSizes, subsample::covariance::DrawnCovariance};
/// // Sigma = I in one dimension, divisor n: at first 2/n - 1/n^2.
/// let drawn = DrawnCovariance::new(1.0, 1.0, SampleSizes::new(100, 100)?, false).unwrap();
/// assert!((drawn.moments().next().unwrap().risk - 0.0199).abs() < 1e-15);
/// // Three times that at last, more than the 3 zeta(2) - 2 = 2.93 times of many rows.
/// let ratio = drawn.limit().unwrap().risk / 0.0199;
/// assert!(2.8 < ratio && ratio < 3.1, "{ratio}");
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnCovariance<S = f64> {
    square_trace: S,
    trace_square: S,
    sizes: SampleSizes,
    is_unbiased: bool,
}

/// Expectations per row of the pool, along one direction of variance 1 under the truth, and the minor, in units of that of the truth.
#[derive(Clone, Debug)]
struct Pool<T> {
    /// E C/N.
    variance: T,
    /// E C^2/N^2.
    square: T,
    /// E F/N.
    fourth: T,
    /// E G/N^2.
    minor: T,
}

/// Expectations of a fit to drawn rows.
#[derive(Clone, Debug)]
struct Fit<T> {
    /// E s^2 and E d^2, in units of the pool's variance.
    variance: T,
    mean: T,
    /// E s^4, E d^2 s^2 and E d^4.
    square: T,
    crossed: T,
    fourth: T,
    /// E G(S) and E G(S, d d').
    minor: T,
    crossed_minor: T,
}

/// Generations before the series.
const STEPPED: usize = 128;

impl<S: Scalar> DrawnCovariance<S> {
    /// Of rows with these tr Sigma^2 and (tr Sigma)^2, with n real rows at generation 0, as many in every fit, and m synthetic rows at each later generation; the divisor is
    /// n - 1 or n. None where one row would have the divisor 0.
    ///
    /// # Examples
    /// see [`DrawnCovariance`]
    #[must_use]
    pub fn new(square_trace: S, trace_square: S, sizes: SampleSizes, is_unbiased: bool) -> Option<Self> {
        (sizes.real() > 1 || !is_unbiased).then_some(Self { square_trace, trace_square, sizes, is_unbiased })
    }

    /// (V, U) at t = 0, 1, ..., to t = 2^32 - 1.
    pub fn moments(&self) -> impl Iterator<Item = Moments<S>> + use<S> {
        let drawn = self.clone();
        self.pools().map(move |(inverse, pool)| drawn.of_pool(&inverse, &pool))
    }

    /// Their limits; none where the risk grows without bound.
    ///
    /// # Computed as
    /// 128 steps; then the limit of E C^2/N^2 as p E C^2/N^2 + q E F/N, where p = 1 + p_1 y + p_2 y^2 + ... and q = q_1 y + ..., y = 1/(k + t), are the series that a generation
    /// leaves as they are, up to y^12; that of G/N^2 alike; and E F/N as the multiple of E C^2/N^2 at which it stays
    ///
    /// # Accuracy
    /// in floats 1e-14 tr Sigma^2, absolute
    #[must_use]
    pub fn limit(&self) -> Option<Moments<S>> {
        let zero = S::ratio(0, 1);
        if self.is_unbiased || self.sizes.real() == 2 {
            return None;
        }
        if self.sizes.real() == 1 {
            return Some(Moments { risk: self.square_trace.clone(), trace_variance: zero });
        }
        let (_, pool) = self.pools().nth(STEPPED)?;
        let ratio: S = self.sizes.mixing_ratio().get();
        let share = S::one() / (ratio + S::ratio(STEPPED as i64, 1));
        let series = |[square, fourth, minor]: [i64; 3]| {
            let [square, fourth, minor] = [square, fourth, minor].map(|of| Series::ratio(of, 1));
            let (y, (_, m)) = (Series::<S>::variable(), self.sizes.scalars::<Series<S>>());
            let rest = Series::one() - y.clone();
            let of = Pool { variance: Series::ratio(0, 1), square, fourth, minor };
            self.with_new_rows([y.clone(), rest.clone(), y / (m * rest)], &of)
        };
        let (of_square, of_fourth, of_minor) = (series([1, 0, 0]), series([0, 1, 0]), series([0, 0, 1]));
        let (to_fourth, kept) = (of_square.fourth.0[1].clone(), of_fourth.fourth.0[1].clone());
        let (mut p, mut q, mut g) = (vec![S::one()], vec![zero.clone()], vec![S::one()]);
        for s in 1..ORDER {
            // What y^(s+1) of the later generation gives, less what it is of the earlier one, whose y is y/(1 - y).
            let (mut square, mut fourth, mut minor) = (zero.clone(), zero.clone(), zero.clone());
            let mut binomial = S::ratio(0, 1);
            for j in 0..s {
                let next = |of: &Series<S>| of.0[s + 1 - j].clone();
                square = square
                    + p[j].clone() * (next(&of_square.square) - binomial.clone())
                    + q[j].clone() * next(&of_square.fourth);
                fourth = fourth
                    + p[j].clone() * next(&of_fourth.square)
                    + q[j].clone() * (next(&of_fourth.fourth) - binomial.clone());
                minor = minor + g[j].clone() * (next(&of_minor.minor) - binomial.clone());
                // C(s, j) from C(s, j - 1); C(s, 0) = 1.
                binomial = match j {
                    0 => S::one(),
                    _ => binomial * S::ratio((s + 1 - j) as i64, j as i64),
                };
            }
            let order = S::ratio(s as i64, 1);
            let weight = fourth / (order.clone() - kept.clone());
            p.push((square + weight.clone() * to_fourth.clone()) / order.clone());
            q.push(weight);
            g.push(minor / order);
        }
        let at = |series: Vec<S>| series.into_iter().rev().fold(zero.clone(), |sum, term| sum * share.clone() + term);
        let square = at(p) * pool.square + at(q) * pool.fourth;
        let fourth = square.clone() * to_fourth / -kept;
        // With divisor n the mean of s^2 is what the mean's risk leaves, and 1 - 1/n of the pool's variance.
        let (n, _) = self.sizes.scalars::<S>();
        let left = S::one() - super::Subsampling::new(self.sizes).limit::<S>();
        let variance = left * n.clone() / (n - S::one());
        Some(self.of_pool(&zero, &Pool { variance, square, fourth, minor: at(g) * pool.minor }))
    }

    /// 1/N and the pool of each generation.
    fn pools(&self) -> impl Iterator<Item = (S, Pool<S>)> + use<S> {
        let drawn = self.clone();
        let (n, m) = self.sizes.scalars::<S>();
        let each = S::one() / n.clone();
        let (one, two) = (S::one(), S::ratio(2, 1));
        let start = Pool {
            variance: one.clone() - each.clone(),
            square: one.clone() - each.sqr(),
            fourth: S::ratio(3, 1) * (one.clone() - each.clone()).sqr(),
            minor: (one.clone() - each.clone()) * (one - two * each),
        };
        let rows = move |t: u32| n.clone() + S::ratio(t.into(), 1) * m.clone();
        let inverse = rows.clone();
        let next = move |(t, pool): &(u32, Pool<S>)| {
            let (before, after) = (rows(*t), rows(t.checked_add(1)?));
            let m = after.clone() - before.clone();
            let places = [m / after.clone(), before.clone() / after, S::one() / before];
            Some((t + 1, drawn.with_new_rows(places, pool)))
        };
        std::iter::successors(Some((0, start)), next).map(move |(t, pool)| (S::one() / inverse(t), pool))
    }

    /// A fit to rows of a pool of N rows, given 1/N.
    fn drawn_fit<T: Scalar>(&self, inverse: &T, pool: &Pool<T>) -> Fit<T> {
        let (one, whole) = (T::one(), |i: i64| T::ratio(i, 1));
        let (n, _) = self.sizes.scalars::<T>();
        let divisor = if self.is_unbiased { n.clone() - whole(1) } else { n.clone() };
        // N^j pi_j. More rows than n are never drawn, and then N may be as few as j.
        let mut drawn = vec![n.clone()];
        for j in 1..4 {
            let last = drawn[j - 1].clone();
            drawn.push(if self.sizes.real() > j as u64 {
                last * (n.clone() - whole(j as i64)) / (one.clone() - whole(j as i64) * inverse.clone())
            } else {
                whole(0)
            });
        }
        let [single, pair, three, four] = [0, 1, 2, 3].map(|j: usize| drawn[j].clone());
        let v = inverse.clone();
        // pi_j of F and of C^2, from the formulas above.
        let [pair_f, three_f, four_f] =
            [pair.clone() * v.clone(), three.clone() * v.sqr(), four.clone() * v.sqr() * v.clone()];
        let [three_c, four_c] = [three.clone() * v.clone(), four * v.sqr()];
        let moment = |f: T, c: T| f * pool.fourth.clone() + c * pool.square.clone();
        let squares = moment(single.clone() - pair_f.clone(), pair.clone());
        let crossed = moment(
            single.clone() - whole(3) * pair_f.clone() + whole(2) * three_f.clone(),
            pair.clone() - three_c.clone(),
        );
        let fourth = moment(
            single - whole(7) * pair_f + whole(12) * three_f - whole(6) * four_f,
            whole(3) * pair.clone() - whole(6) * three_c.clone() + whole(3) * four_c,
        );
        let mean = (one.clone() - pair.clone() * v / n.clone()) / n.clone();
        let crossed_minor = (pair - three_c) * pool.minor.clone();
        let per_divisor = |x: T| x / divisor.clone();
        Fit {
            variance: per_divisor(n.clone() * (one - mean.clone())),
            mean,
            square: per_divisor(per_divisor(
                squares - whole(2) * crossed.clone() / n.clone() + fourth.clone() / n.sqr(),
            )),
            crossed: per_divisor((crossed - fourth.clone() / n.clone()) / n.sqr()),
            fourth: fourth / n.sqr().sqr(),
            minor: per_divisor(per_divisor(three * pool.minor.clone() / n.clone())),
            crossed_minor: per_divisor(crossed_minor / n.sqr()),
        }
    }

    /// The pool with the next rows, given their share y in it, 1 - y, and 1/N before them.
    fn with_new_rows<T: Scalar>(&self, [share, rest, inverse]: [T; 3], pool: &Pool<T>) -> Pool<T> {
        let (one, whole) = (T::one(), |i: i64| T::ratio(i, 1));
        let each = one.clone() / self.sizes.scalars::<T>().1;
        let fit = self.drawn_fit(&inverse, pool);
        // (m - 1)/N', kappa/N', and E delta^2 in units of the pool's variance.
        let within = share.clone() * (one.clone() - each.clone());
        let between = rest.clone() * share.clone();
        let moved = fit.mean.clone() + fit.variance.clone() * each.clone();
        let added = within.clone() * fit.variance.clone() + between.clone() * moved.clone();
        let crossed = fit.crossed.clone() + fit.square.clone() * each.clone();
        let fourth = fit.fourth.clone()
            + whole(6) * fit.crossed.clone() * each.clone()
            + whole(3) * fit.square.clone() * each.sqr();
        let own = one.clone() - each.clone();
        let square = rest.sqr() * pool.square.clone()
            + whole(2) * rest.clone() * added.clone() * pool.square.clone()
            + share.sqr() * (one.clone() - each.sqr()) * fit.square.clone()
            + whole(2) * between.clone() * within.clone() * crossed.clone()
            + between.sqr() * fourth.clone();
        let of_old = pool.fourth.clone()
            + whole(6) * share.sqr() * moved * pool.square.clone()
            + share.sqr().sqr() * fourth.clone();
        let of_new = rest.sqr().sqr() * fourth
            + whole(6) * rest.sqr() * own.clone() * crossed
            + whole(3) * own.sqr() * fit.square.clone();
        let minor = rest.sqr() * pool.minor.clone()
            + whole(2) * rest.clone() * added.clone() * pool.minor.clone()
            + share.sqr() * own * (one - whole(2) * each.clone()) * fit.minor.clone()
            + whole(2) * between * within * (fit.crossed_minor + fit.minor * each);
        Pool {
            variance: (rest.clone() + added) * pool.variance.clone(),
            square,
            fourth: rest * of_old + share * of_new,
            minor,
        }
    }

    /// (V, U) of fits to rows of a pool, given 1/N.
    fn of_pool(&self, inverse: &S, pool: &Pool<S>) -> Moments<S> {
        let whole = |i: i64| S::ratio(i, 1);
        let (square, trace) = (self.square_trace.clone(), self.trace_square.clone());
        let fit = self.drawn_fit(inverse, pool);
        let left = fit.variance * pool.variance.clone();
        let even = (whole(2) * square.clone() + trace.clone()) * fit.square;
        let odd = (square.clone() - trace.clone()) * fit.minor;
        Moments {
            risk: (even.clone() + odd.clone()) / whole(3) - (whole(2) * left.clone() - S::one()) * square,
            trace_variance: (even - whole(2) * odd) / whole(3) - left.sqr() * trace,
        }
    }
}
