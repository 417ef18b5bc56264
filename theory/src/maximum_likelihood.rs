//! The Gaussian fitted by maximum likelihood: the covariance's divisors are n and m, not n - 1 and m - 1.
//!
//! Tested by `tests/laws/maximum_likelihood.rs`: raw moment tables in exact rationals, Bartlett's decomposition, sign changes
//! of the slope around the optimum in exact rationals, digits.

use std::iter::successors;

use crate::jet::Jet;
use crate::parameters::{SampleSizes, Weight};
use crate::recursion::complement;
use crate::scalar::{Analytic, Scalar};

/// The law of the mean's and the covariance's risk where each part's covariance is centred at that part's own mean and
/// divided by its number of rows (numpy's `bias=True`).
///
/// # Formula
/// ```text
/// b_t = w/n + u (1/m + (1 - 1/m) b_{t-1}),                             b_0 = 1/n:    E Sigma_t = (1 - b_t) Sigma
/// e_t = w^2 T/n + u^2 (e_{t-1} + (1 - b_{t-1}) T/m),                   e_0 = T/n:    E |mu_t - mu|^2
/// f_t = w^2 2(n-1)/n^2 + u^2 ((1 - 1/m^2) f_{t-1} + 2(m-1)/m^2 (1 - b_{t-1})^2),    f_0 = 2(n-1)/n^2
/// g_t = w^2 (n-1)/n^2 + u^2 ((1 - 1/m)(1 - 2/m) g_{t-1} + (m-1)/m^2 (1 - b_{t-1})^2),   g_0 = (n-1)/n^2
/// E |Sigma_t - Sigma|_F^2 = ((2 T2 + T^2) f_t + (T^2 - T2) g_t)/3 + b_t^2 T2
/// ```
///
/// # Symbols
/// T = tr Sigma, T2 = tr Sigma^2; b_t relative bias of the covariance; f_t and -g_t the variances that enter through
/// 2 tr S^2 + (tr S)^2 and tr S^2 - (tr S)^2, S = Sigma_t, in units of their values at Sigma
///
/// # Domain
/// exact at every n, m >= 1 and t, any p >= 1 (singular estimates included); in p = 1 the covariance is the variance
///
/// # Source
/// derived. Given C = Sigma_{t-1} the synthetic rows have covariance W/m with W ~ Wishart(C, m - 1): mean (1 - 1/m) C. So
/// b_t; and the synthetic mean has variance C/m around mu_{t-1}, whose trace has the mean (1 - b_{t-1}) T/m: so e_t, the
/// parts being independent given the past. For the second moments, with d degrees of freedom,
/// E tr W^2 = d (d+1) tr C^2 + d (tr C)^2 and E (tr W)^2 = d^2 (tr C)^2 + 2 d tr C^2, and so
/// ```text
/// 2 E tr W^2 + E (tr W)^2 = d (d+2) (2 tr C^2 + (tr C)^2),   E tr W^2 - E (tr W)^2 = d (d-1) (tr C^2 - (tr C)^2):
/// ```
/// the two modes separate, with factors 1 - 1/m^2 and (1 - 1/m)(1 - 2/m) for d = m - 1 over m^2. Less the squared mean,
/// ((1 - 1/m)(1 - b_{t-1}))^2 of the value at Sigma, the first leaves (1 - 1/m^2) f_{t-1} + 2(m-1)/m^2 (1 - b_{t-1})^2 and
/// the second -(1 - 1/m)(1 - 2/m) g_{t-1} - (m-1)/m^2 (1 - b_{t-1})^2. A third of the sum of both modes is the variance of
/// S in the Frobenius norm, to which the squared bias is added. No term is subtracted, so none cancels.
///
/// # Fixed real rows
/// With [`MaximumLikelihood::on_fixed_rows`] the n real rows of generation 0 serve every generation. Then
/// ```text
/// w^2 T/n           becomes (w^2 + 2wu) T/n                                                        in e_t
/// w^2 2(n-1)/n^2    becomes w^2 2(n-1)/n^2 + 2wu (1 - 1/m) 2(1 - b_{t-1})/n                        in f_t
/// w^2 (n-1)/n^2     becomes w^2 (n-1)/n^2 + 2wu (1 - 1/m) (1 - b_{t-1})/n                          in g_t
/// ```
/// and b_t is as before. Derived: the parts' errors are now correlated, so that 2wu times their covariance is added. Given
/// the real rows, whose fits are mu_0 and S_0, mu_t has the mean mu_0 and Sigma_t the mean x_t S_0 with x_t = w + u (1 - 1/m)
/// x_{t-1}, x_0 = 1, by induction. So the covariance of mu_0 and the synthetic rows' mean, whose mean is mu_{t-1}, is that of mu_0,
/// of trace T/n; and the covariance of S_0 and the synthetic rows' covariance is (1 - 1/m) x_{t-1} times that of S_0,
/// 2(n-1)/n^2 in the one mode and (n-1)/n^2 in the other. As 1 - b_t obeys the law of x_t and begins with 1 - 1/n, x_t =
/// (1 - b_t) n/(n - 1).
///
/// # Identities
/// bounded for every w, since u^2 (1 - 1/m^2) < 1 unless w = 0 and m is infinite. At w = 0, e_t = T (1 - (1 - 1/n)(1 -
/// 1/m)^t) -> T and Sigma_t -> 0: the model becomes a point, the mean's risk saturates at that of a single row, the
/// covariance's at T2, after an overshoot
///
/// # Examples
/// ```
/// use goldenweight_theory::{maximum_likelihood::MaximumLikelihood, parameters::SampleSizes};
/// // n = m = 10 rows, p = 1, no real rows after the first: 1 - (1 - 1/10)^101 at t = 100.
/// let law = MaximumLikelihood::new(1.0, 1.0, SampleSizes::new(10, 10)?);
/// assert!((law.risks_at(&0.0, 100).mean - (1.0 - 0.9f64.powi(101))).abs() < 1e-14);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaximumLikelihood<S> {
    /// T = tr Sigma.
    pub trace: S,
    /// T2 = tr Sigma^2.
    pub square_trace: S,
    /// n and m.
    pub sizes: SampleSizes,
    /// Whether the real rows of generation 0 serve every generation.
    fixed: bool,
}

/// What the law says of one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risks<S> {
    /// E |mu_t - mu|^2.
    pub mean: S,
    /// E |Sigma_t - Sigma|_F^2.
    pub covariance: S,
    /// b_t: E Sigma_t = (1 - b_t) Sigma.
    pub bias: S,
}

/// b_t, e_t/T, f_t, g_t.
#[derive(Clone)]
struct State<S> {
    bias: S,
    mean: S,
    even: S,
    odd: S,
}

impl<S: Scalar> MaximumLikelihood<S> {
    /// The law for a covariance with these tr Sigma and tr Sigma^2, n fresh real rows at every generation.
    #[must_use]
    pub const fn new(trace: S, square_trace: S, sizes: SampleSizes) -> Self {
        Self { trace, square_trace, sizes, fixed: false }
    }

    /// The same where the n real rows of generation 0 serve every generation.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{maximum_likelihood::MaximumLikelihood, parameters::SampleSizes};
    /// // p = 1, n = m = 2: after a generation at w = 1/2 the noise of 2 rows of variance 1/2 is added, a quarter of it.
    /// let law = MaximumLikelihood::new(1.0, 1.0, SampleSizes::new(2, 2)?).on_fixed_rows();
    /// assert_eq!(law.risks_at(&0.5, 1).mean, 1.0 / 2.0 + 0.25 * 0.5 / 2.0);
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    #[must_use]
    pub fn on_fixed_rows(self) -> Self {
        Self { fixed: true, ..self }
    }

    /// The risks of generations 0, 1, 2, ... at weight w, without end.
    ///
    /// # Accuracy
    /// in floats 1e-14 relative (2.2e-15 measured over 15 generations): no term is subtracted, and what a step rounds is
    /// passed on with factors below 1; at w below 1/t it adds up, to at most t roundings
    pub fn risks(&self, w: &S) -> impl Iterator<Item = Risks<S>> {
        successors(Some(self.start()), |state| Some(self.step(w, state))).map(|state| self.read(state))
    }

    /// The risks at generation t, step by step.
    ///
    /// # Accuracy
    /// as [`MaximumLikelihood::risks`]
    #[must_use]
    pub fn risks_at(&self, w: &S, t: u32) -> Risks<S> {
        self.read((0..t).fold(self.start(), |state, _| self.step(w, &state)))
    }

    /// Limit of the risks, as rational expressions.
    ///
    /// # Formula
    /// ```text
    /// with h = m w + u:   b = (m w/n + u)/h,   e = T (w/n + u^2 (1 - 1/n)/h)/(2 - w),
    /// f = (w^2 2(n-1)/n^2 + u^2 2(m-1)/m^2 (1-b)^2)/(1 - u^2 (1 - 1/m^2)),   g alike
    /// on fixed rows:      e = T (1/n + u^2 (1 - 1/n)/(h (2 - w))),   and 2wu (1 - 1/m) 2(1-b)/n is added to w^2 2(n-1)/n^2
    /// ```
    ///
    /// # Domain
    /// they are the limits for 0 < w <= 1; at w = 0 those of the covariance and the bias are still, that of the mean is T
    /// and not this e, which tends to T (1 - 1/n)/2 as w -> 0 (T (1 + 1/n)/2 on fixed rows): a small weight on real rows
    /// halves the risk of the collapsed mean. See [`MaximumLikelihood::limit_risks`].
    ///
    /// # Source
    /// derived: the fixed point of the law; a factor w of numerator and denominator is cancelled in e, where 1 - u^2 =
    /// w (2 - w) and 1 - b = w m (1 - 1/n)/h
    ///
    /// # Accuracy
    /// in floats 1e-14 relative (1e-15 measured for n, m up to 1e12)
    #[must_use]
    pub fn limit(&self, w: &S) -> Risks<S> {
        let (n, m) = self.sizes.scalars::<S>();
        let (one, u) = (S::one(), complement(w));
        let rest = m.clone() * w.clone() + u.clone();
        let kept = w.clone() * m.clone() * (one.clone() - one.clone() / n.clone()) / rest.clone();
        let [real, synthetic] = [n.clone(), m.clone()].map(|rows| spread(&rows));
        let (w2, u2) = (w.sqr(), u.sqr());
        let noise = w2 * real + self.shared(w, &kept) + u2.clone() * synthetic * kept.sqr();
        // 1 - u^2 = w (2 - w).
        let gap = w.clone() * (S::ratio(2, 1) - w.clone());
        let passed = u2.clone() / m.clone();
        let even = S::ratio(2, 1) * noise.clone() / (gap.clone() + passed.clone() / m.clone());
        let odd = noise / (gap + passed * (S::ratio(3, 1) - S::ratio(2, 1) / m.clone()));
        let two = S::ratio(2, 1);
        // The real rows' error counts with w^2, on fixed rows with w (2 - w); here over w.
        let real = if self.fixed { two.clone() - w.clone() } else { w.clone() };
        let mean = (real / n.clone() + u2 * (one.clone() - one / n.clone()) / rest.clone()) / (two - w.clone());
        self.read(State { bias: (m * w.clone() / n + u) / rest, mean, even, odd })
    }

    fn start(&self) -> State<S> {
        let (n, _) = self.sizes.scalars::<S>();
        let each = S::one() / n.clone();
        let noise = spread(&n);
        State { bias: each.clone(), mean: each, even: S::ratio(2, 1) * noise.clone(), odd: noise }
    }

    fn step(&self, w: &S, last: &State<S>) -> State<S> {
        let start = self.start();
        let (_, m) = self.sizes.scalars::<S>();
        let (one, u) = (S::one(), complement(w));
        let (w2, u2, each) = (w.sqr(), u.sqr(), one.clone() / m.clone());
        let (left, kept) = (one.clone() - each.clone(), one.clone() - last.bias.clone());
        let noise = spread(&m) * kept.sqr();
        let two = S::ratio(2, 1);
        let shared = self.shared(w, &kept);
        // On fixed rows 1 - u^2.
        let counted = if self.fixed { w.clone() * (two.clone() - w.clone()) } else { w2.clone() };
        let even = (one.clone() - each.sqr()) * last.even.clone() + two.clone() * noise.clone();
        let odd = left.clone() * (one - two.clone() * each.clone()) * last.odd.clone() + noise;
        State {
            bias: w.clone() * start.bias + u * (each.clone() + left * last.bias.clone()),
            mean: counted * start.mean + u2.clone() * (last.mean.clone() + kept * each),
            even: w2.clone() * start.even + two * shared.clone() + u2.clone() * even,
            odd: w2 * start.odd + shared + u2 * odd,
        }
    }

    /// 2wu (1 - 1/m) (1 - b_{t-1})/n on fixed rows: what the parts share, in the mode of g. 0 on fresh ones.
    fn shared(&self, w: &S, kept: &S) -> S {
        if !self.fixed {
            return S::ratio(0, 1);
        }
        let (n, m) = self.sizes.scalars::<S>();
        S::ratio(2, 1) * w.clone() * complement(w) * (S::one() - S::one() / m) * kept.clone() / n
    }

    fn read(&self, State { bias, mean, even, odd }: State<S>) -> Risks<S> {
        let (t2, square) = (self.square_trace.clone(), self.trace.sqr());
        let variance =
            ((S::ratio(2, 1) * t2.clone() + square.clone()) * even + (square - t2.clone()) * odd) / S::ratio(3, 1);
        Risks { mean: self.trace.clone() * mean, covariance: variance + bias.sqr() * t2, bias }
    }
}

impl<S: Analytic> MaximumLikelihood<S> {
    /// Weight on the real rows that minimises the mean's limit risk; none for n = 1, where no weight does.
    ///
    /// # Formula
    /// ```text
    /// w* = C/(B + sqrt(B^2 + A C)),   A = 2 m^2 - 4 m + 3 - n,   B = n m + n + m - 3,   C = 2 m (n - 1) + n - 3
    /// ```
    /// the one root in (0, 1) of `A w^2 + 2 B w - C = 0`
    ///
    /// # Domain
    /// n >= 2, m >= 1. It is the minimum over 0 < w <= 1; at w = 0 the limit is T. For n = 1 the fitted
    /// covariance is always 0 and the limit, T w/(2 - w), falls to 0 as w -> 0 without reaching it. On fixed rows w* = 1, since
    /// u^2/(h (2 - w)) falls; for n = 1 no weight changes anything.
    ///
    /// # Source
    /// derived: n e/T = N/D with N = n - 1 + (3 - 2n) w + (n + m - 2) w^2 and D = (2 - w)(1 + (m - 1) w), and
    /// N' D - N D' = A w^2 + 2 B w - C. It is -C < 0 at w = 0 and 2 m^2 > 0 at w = 1: quadratic, it has one root between.
    ///
    /// # Identities
    /// n = m -> inf: 1/phi, since A : B : C -> 2 : 1 : 2
    ///
    /// # Accuracy
    /// 8 ulp for n, m up to 1e12 (4 measured): where A < 0, B^2 + A C keeps at least m^2/(m + 1)^2 of B^2
    #[must_use]
    pub fn optimal_weight_of_mean(&self) -> Option<S> {
        if self.fixed {
            return (self.sizes.real() > 1).then(S::one);
        }
        let (n, m) = self.sizes.scalars::<S>();
        let number = |x| S::ratio(x, 1);
        let less = n.clone() - S::one();
        let a = number(2) * m.clone() * (m.clone() - number(2)) + number(3) - n.clone();
        let b = n.clone() * m.clone() + n.clone() + m.clone() - number(3);
        let c = number(2) * m * less + n - number(3);
        (self.sizes.real() > 1).then(|| c.clone() / (b.clone() + (b.sqr() + a * c).sqrt()))
    }
}

impl MaximumLikelihood<f64> {
    /// Real rows whose covariance alone has this risk, a number that need not be whole.
    ///
    /// # Formula
    /// the larger root N of ((N - 1)(T^2 + T2) + T2)/N^2 = risk: the variance of the covariance of N rows with divisor N, and its bias -Sigma/N
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{maximum_likelihood::MaximumLikelihood, parameters::SampleSizes};
    /// let law = MaximumLikelihood::new(3.0, 5.0, SampleSizes::new(7, 9)?);
    /// assert!((law.rows_for(law.risks_at(&1.0, 0).covariance) - 7.0).abs() < 1e-12);
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    #[must_use]
    pub fn rows_for(&self, risk: f64) -> f64 {
        let square = self.trace * self.trace;
        let sum = square + self.square_trace;
        (sum + (sum * sum - 4.0 * risk * square).sqrt()) / (2.0 * risk)
    }

    /// Limit of the risks for every weight: those of [`MaximumLikelihood::limit`], but for the mean at w = 0, where it is T.
    #[must_use]
    pub fn limit_risks(&self, w: Weight) -> Risks<f64> {
        let limit = self.limit(&w.get());
        if w == Weight::ZERO { Risks { mean: self.trace, ..limit } } else { limit }
    }

    /// Weight on the real rows that minimises the covariance's limit risk; none for n = 1, where every fit is 0.
    ///
    /// # Formula
    /// the best of the roots of the slope at which it turns positive
    ///
    /// # Domain
    /// n >= 2; value in (0, 1). The slope is -2 m (1 - 1/n) T2 at w = 0 and 2 (n-1)/n^2 (T^2 + (1 - 1/m) T2) > 0 at w = 1. There
    /// can be a second minimum at w of the order 1/m^2, where the fitted covariance is nearly 0: it is the better one
    /// where p is large beside n, since a collapsed model's risk T2 does not grow with the noise of p^2 entries.
    ///
    /// On fixed rows the slopes are -2 m (1 - 1/n) T2 and 2 (n-1)/(n^2 m) T^2 > 0: here synthetic rows do help, by shrinking
    /// the covariance, whose variance on n rows is worth a little bias.
    ///
    /// # Source
    /// derived: that an interior minimum exists, by the signs above; that the scan below finds the best one is observed, not proved
    ///
    /// # Computed as
    /// the slope (a [`Jet`] through [`MaximumLikelihood::limit`]) at log(w/u) in steps of 1/8 between -60 and 30, and bisection
    /// down to adjacent floats wherever its sign turns
    ///
    /// # Accuracy
    /// 1e-13 relative for n, m up to 1e6 and p up to 1e3 (1.5e-14 measured)
    #[must_use]
    pub fn optimal_weight_of_covariance(&self) -> Option<f64> {
        let constants = MaximumLikelihood {
            trace: Jet::constant(self.trace),
            square_trace: Jet::constant(self.square_trace),
            sizes: self.sizes,
            fixed: self.fixed,
        };
        let rises = |w: f64| constants.limit(&Jet::variable(w)).covariance.derivative > 0.0;
        let weight = |step: i32| 1.0 / (1.0 + libm::exp(-f64::from(step) / 8.0));
        let bracket = |step: i32| {
            let (low, high) = (weight(step - 1), weight(step));
            (!rises(low) && rises(high)).then_some((low, high))
        };
        let bisected = |(mut low, mut high): (f64, f64)| loop {
            let middle = low.midpoint(high);
            if !(low < middle && middle < high) {
                return middle;
            }
            *(if rises(middle) { &mut high } else { &mut low }) = middle;
        };
        let risk = |w: &f64| self.limit(w).covariance;
        let minima = (-480..=240).filter_map(bracket).map(bisected).filter(|_| self.sizes.real() > 1);
        minima.min_by(|a, b| risk(a).total_cmp(&risk(b)))
    }
}

/// (rows - 1)/rows^2.
fn spread<S: Scalar>(rows: &S) -> S {
    (rows.clone() - S::one()) / rows.sqr()
}
