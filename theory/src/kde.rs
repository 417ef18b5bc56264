//! Kernel density estimation: weighted real and synthetic rows, the synthetic ones drawn from the smoothed estimate of the generation before.
//!
//! # The law, frequency by frequency
//!
//! The estimate `f_t` is the kernel estimate with bandwidth h of n fresh real rows (weight w) and m rows drawn from `f_{t-1}` (weight u = 1 - w). Its
//! characteristic function at a frequency is the kernel's, `a = K^(h omega)`, times the weighted mean of `e^{i omega x}` over the rows. With phi the truth's,
//! f = |phi|^2, and F the generations up to t - 1:
//! ```text
//! E(phi_t | F) = a (w phi + u phi_{t-1})
//! Var(phi_t | F) = a^2 (w^2 (1 - f)/n + u^2 (1 - |phi_{t-1}|^2)/m)            |e^{i omega x}| = 1
//! ```
//! The expectation stays a multiple of phi, E `phi_t` = (1 - d) phi. So with the variance `V = E |phi_t|^2 - |E phi_t|^2`, by the law of total variance,
//! ```text
//! d_t = (1 - a) + u a d_{t-1},                                                               d_0 = 1 - a
//! V_t = a^2 (w^2 (1 - f)/n + u^2 ((1 - (1 - d_{t-1})^2 f)/m + (1 - 1/m) V_{t-1})),           V_0 = a^2 (1 - f)/n
//! E of the integral of (f_t - f_0)^2 = 1/(2 pi) integral of V_t + d_t^2 f over all omega      (Parseval)
//! ```
//! with every n, m, h, w and t, every truth with a square integrable density and every kernel with a real transform. All terms are positive: nothing cancels. At h -> 0 it is
//! the law of frequencies of `categorical`, rho = 1 - 1/m; a bandwidth shrinks every generation by a^2 and adds the bias d.
//!
//! # Where the unified weight stops
//!
//! The limit in t has d = (1 - a)/(1 - u a). At low frequencies 1 - a is about c (h omega)^r, r the kernel's order, and d about c (h omega)^r/w: **the bias of one
//! smoothing is made 1/w times**, once for every generation that a row has passed through, 1/w on average. For many rows the best bandwidth tends to 0. Then the
//! variance is that of high frequencies, where f = 0, and
//! ```text
//! risk -> c^2 h^{2r} R/w^2 + V(w)/(n h),     V(w) = (w^2 + k u^2) 1/(2 pi) integral of K^(x)^2/(1 - u^2 K^(x)^2) dx,     R the integral of (f_0^{(r)})^2
//! ```
//! At the best h for a w it is in proportion to (w^{-1/r} V(w))^{2r/(2r+1)}. The weight that minimises this depends on k and on the kernel alone, not on the truth, and it is larger than
//! w*(k): .67537 at k = 1 for the Gaussian kernel, not 1/phi = .61803. For the sinc kernel a is 1 or 0. There is no bias to pass on, r is infinite,
//! V = (w^2 + k u^2)/(pi (1 - u^2)), and the weight is w*(k) again.
//!
//! Tested by `tests/laws/kde.rs`: digits, sums of Gaussian integrals, rationals, all kernels against an adaptive quadrature.

use std::f64::consts::PI;

use crate::jet::Jet;
use crate::parameters::{MixingRatio, ParameterError, SampleSizes, Weight};
use crate::scalar::Scalar;

/// A kernel: an even function of integral 1.
///
/// # Examples
/// ```
/// use goldenweight_theory::kde::Kernel;
/// // e^{-1/2}, and (sin 1)/1.
/// assert!((Kernel::Gaussian.transform(1.0) - 0.606_530_659_712_633).abs() < 1e-15);
/// assert!((Kernel::Uniform.transform(1.0) - 0.841_470_984_807_897).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// The density of N(0, 1).
    Gaussian,
    /// 3/4 (1 - x^2) on \[-1, 1\].
    Epanechnikov,
    /// 15/16 (1 - x^2)^2 on \[-1, 1\].
    Biweight,
    /// 1/2 on \[-1, 1\].
    Uniform,
    /// (sin x)/(pi x), whose transform is 1 on \[-1, 1\] and 0 elsewhere.
    Sinc,
}

impl Kernel {
    /// Every kernel.
    pub const ALL: [Self; 5] = [Self::Gaussian, Self::Epanechnikov, Self::Biweight, Self::Uniform, Self::Sinc];

    /// Its Fourier transform at x.
    #[must_use]
    pub fn transform(self, x: f64) -> f64 {
        1.0 - self.lost(x)
    }

    /// 1 less its transform, without cancellation near 0.
    ///
    /// # Formula
    /// Gaussian 1 - e^{-x^2/2}; for |x| < 1 the others by their series, sum over j >= 1 of -(-1)^j x^{2j} c_j with moments
    /// c_j = E X^{2j}/(2j)! of the kernel: uniform 1/(2j+1)!, Epanechnikov 3/((2j+1)(2j+3)(2j)!), biweight 15/((2j+1)(2j+3)(2j+5)(2j)!)
    fn lost(self, x: f64) -> f64 {
        let square = x * x;
        let (sin, cos) = (libm::sin(x), libm::cos(x));
        let series = |moment: fn(f64) -> f64| {
            let term = |(power, sum): (f64, f64), j: i32| {
                let j = f64::from(2 * j);
                let power = -power * square / (j * (j - 1.0));
                (power, sum - power * moment(j))
            };
            (1..=10).fold((1.0, 0.0), term).1
        };
        match self {
            Self::Gaussian => -libm::expm1(-0.5 * square),
            Self::Sinc => f64::from(u8::from(x.abs() > 1.0)),
            Self::Uniform if square < 1.0 => series(|j| 1.0 / (j + 1.0)),
            Self::Uniform => 1.0 - sin / x,
            Self::Epanechnikov if square < 1.0 => series(|j| 3.0 / ((j + 1.0) * (j + 3.0))),
            Self::Epanechnikov => 1.0 - 3.0 * (sin / x - cos) / square,
            Self::Biweight if square < 1.0 => series(|j| 15.0 / ((j + 1.0) * (j + 3.0) * (j + 5.0))),
            Self::Biweight => 1.0 - 15.0 * ((3.0 - square) * sin / x - 3.0 * cos) / (square * square),
        }
    }

    /// Its order r: the first moment that is not 0. None for the sinc kernel, which has no bias of any order.
    #[must_use]
    pub const fn order(self) -> Option<u32> {
        match self {
            Self::Sinc => None,
            _ => Some(2),
        }
    }

    /// 1/(2 pi) times the integrals of the transform's second and fourth powers.
    ///
    /// # Formula
    /// the integrals of K^2 and (K * K)^2: polynomials on \[-1, 1\] and \[-2, 2\]
    fn powers(self) -> [f64; 2] {
        match self {
            // 1/(2 sqrt pi), 1/(2 sqrt(2 pi))
            Self::Gaussian => [0.282_094_791_773_878_14, 0.199_471_140_200_716_34],
            Self::Epanechnikov => [3.0 / 5.0, 167.0 / 385.0],
            Self::Biweight => [5.0 / 7.0, 1_168_780.0 / 2_263_261.0],
            Self::Uniform => [1.0 / 2.0, 1.0 / 3.0],
            Self::Sinc => [1.0 / PI; 2],
        }
    }

    /// Up to which x the transform is integrated; what its square and fourth power have beyond is added exactly.
    const fn reach(self) -> f64 {
        match self {
            // e^{-x^2} < 1e-21
            Self::Gaussian => 7.0,
            Self::Sinc => 1.0,
            // The sixth power is below (3/x^2)^6 and x^-6.
            Self::Epanechnikov | Self::Biweight => 16.0 * PI,
            Self::Uniform => 256.0 * PI,
        }
    }

    /// The weight that minimises the limit of the risk, n -> infinity at a fixed k, with the best bandwidth for it.
    ///
    /// # Formula
    /// ```text
    /// argmin of w^{-1/r} V(w),     V(w) = (w^2 + k u^2) J(u),     J = 1/(2 pi) integral of K^(x)^2/(1 - u^2 K^(x)^2) dx
    /// Gaussian:  w^{-1/2} (w^2 + k u^2) Li_{1/2}(u^2)/u^2         Li_s(z) = sum of z^j/j^s
    /// sinc:      (w^2 + k u^2)/(1 - u^2), which has its least value at w*(k)
    /// ```
    ///
    /// # Symbols
    /// k = n/m; r the kernel's order, infinite for the sinc kernel
    ///
    /// # Domain
    /// 1e-12 <= k <= 1e12; outside, the value at the nearer end. A truth with square integrable derivatives to order r, on which the weight does not depend
    ///
    /// # Source
    /// derived, see the module. The logarithm's derivative, -1/(r w) + 2 (w - k u)/(w^2 + k u^2) + J'/J, J' = -2u times the integral of K^4/(1 - u^2 K^2)^2, has
    /// its sign changed once: the first term rises from minus infinity, and at w = 1 the sum is 2 - 1/r > 0 (it was seen on a grid, not proved)
    ///
    /// # Accuracy
    /// 1e-14
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{kde::Kernel, parameters::MixingRatio};
    /// let one = MixingRatio::new(1.0)?;
    /// assert!((Kernel::Gaussian.limit_weight(one) - 0.675_370_529_745_624_7).abs() < 1e-14);
    /// assert!((Kernel::Sinc.limit_weight(one) - 0.618_033_988_749_894_8).abs() < 1e-14);
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    #[must_use]
    pub fn limit_weight(self, ratio: MixingRatio) -> f64 {
        let k = ratio.get().clamp(1e-12, 1e12);
        let of_order = self.order().map_or(0.0, |r| 1.0 / f64::from(r));
        let panels = panels(self.reach(), |_| PI);
        let nodes: Vec<_> = panels.map(|(x, weight)| (self.lost(x), weight / PI)).collect();
        let moments = self.powers();
        let squares = |power: i32| nodes.iter().map(|(lost, weight)| weight * powi(1.0 - lost, power)).sum::<f64>();
        let beyond = [moments[0] - squares(2), moments[1] - squares(4)];
        root(|w| {
            let u = 1.0 - w;
            let (mut j, mut slope) = (beyond[0] + u * u * beyond[1], beyond[1]);
            for (lost, weight) in &nodes {
                let a = 1.0 - lost;
                // 1 - u^2 a^2, without cancellation.
                let rest = (lost + w * a) * (1.0 + u * a);
                let term = weight * a * a / rest;
                j += term;
                slope += term * a * a / rest;
            }
            -of_order / w + 2.0 * (w - k * u) / (w * w + k * u * u) - 2.0 * u * slope / j
        })
    }

    /// The limit of the risk at a weight, n -> infinity at a fixed k, with the best bandwidth for that weight, over the risk of the n real rows alone with theirs.
    ///
    /// # Formula
    /// `(w^{-1/r} V(w)/V(1))^{2r/(2r + 1)}`, symbols of [`Kernel::limit_weight`]; infinite at w = 0
    ///
    /// # Source
    /// derived, see the module: the risk is b h^{2r}/w^2 + V(w)/(n h), whose least value over h is in proportion to (w^{-1/r} V)^{2r/(2r + 1)}
    ///
    /// # Accuracy
    /// 1e-13
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{kde::Kernel, parameters::{MixingRatio, Weight}};
    /// let one = MixingRatio::new(1.0)?;
    /// let at = |w: f64| Weight::new(w).map(|w| Kernel::Gaussian.limit_relative_risk(one, w));
    /// // mpmath, by polylogarithms: at the best weight and at the golden one.
    /// assert!((at(0.675_370_529_745_624_7)? - 0.785_081).abs() < 1e-6);
    /// assert!((at(0.618_033_988_749_894_8)? - 0.794_567).abs() < 1e-6);
    /// assert!((at(1.0)? - 1.0).abs() < 1e-13);
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    #[must_use]
    pub fn limit_relative_risk(self, ratio: MixingRatio, weight: Weight) -> f64 {
        let (k, w) = (ratio.get(), weight.get());
        if weight == Weight::ZERO {
            return f64::INFINITY;
        }
        let moments = self.powers();
        let variance = |w: f64| {
            let u = 1.0 - w;
            let (u2, mut j) = (u * u, moments[0] + u * u * moments[1]);
            for (x, node) in panels(self.reach(), |_| PI) {
                let lost = self.lost(x);
                let a = 1.0 - lost;
                // What 1/(1 - u^2 a^2) has beyond 1 + u^2 a^2.
                j += node / PI * u2 * u2 * powi(a, 6) / ((lost + w * a) * (1.0 + u * a));
            }
            (w * w + k * u2) * j
        };
        let ratio = variance(w) / moments[0];
        match self.order() {
            None => ratio,
            Some(r) => {
                let r = f64::from(r);
                libm::pow(libm::pow(w, -1.0 / r) * ratio, 2.0 * r / (2.0 * r + 1.0))
            }
        }
    }
}

/// x to a small power.
fn powi(x: f64, power: i32) -> f64 {
    (0..power).fold(1.0, |product, _| product * x)
}

/// Where a function that is negative near 0 becomes positive; 1 where it stays negative. Bisection, to neighbouring floats.
pub(crate) fn root(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    if f(high) <= 0.0 {
        return high;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if f(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Positive nodes of Gauss-Legendre quadrature with 16 nodes on (-1, 1), with their weights.
const GAUSS: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_55),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// Nodes with weights for (0, end): panels that double from 2^-40 of the end on, up to a length that may depend on the place.
///
/// A function of the place's logarithm, as x/(x^2 + c) or e^{-c x^2} are, has its features on some scale, and some panels resolve it, whichever that is. Sixteen nodes
/// leave 1e-17 of a panel \[a, 2a\] of a function whose poles are a sixth of a turn off the real axis.
fn panels(end: f64, longest: impl Fn(f64) -> f64) -> impl Iterator<Item = (f64, f64)> {
    let next = move |&(_, from): &(f64, f64)| {
        // A rest below the rounding of the end is no panel.
        (from < end * (1.0 - 1e-12)).then(|| (from, end.min(from + from.min(longest(from)))))
    };
    let first = end * libm::exp2(-40.0);
    std::iter::successors(Some((0.0, first)), next).flat_map(|(from, to)| {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let pair =
            move |(x, weight): (f64, f64)| [(middle - half * x, half * weight), (middle + half * x, half * weight)];
        GAUSS.into_iter().flat_map(pair)
    })
}

/// The density of the real rows: a mixture of Gaussians.
///
/// # Examples
/// ```
/// use goldenweight_theory::kde::Mixture;
/// let two = Mixture::new(&[(0.5, -1.5, 0.5), (0.5, 1.5, 0.5)])?;
/// assert!((Mixture::normal().power(1.0) - 0.367_879_441_171_442_3).abs() < 1e-15);
/// // cos(3/2)^2 e^{-1/4}.
/// assert!((two.power(1.0) - 0.003_896_925_742_081).abs() < 1e-12);
/// assert!(Mixture::new(&[(0.5, 0.0, 1.0)]).is_err());
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    parts: Vec<(f64, f64, f64)>,
}

impl Mixture {
    /// N(0, 1).
    #[must_use]
    pub fn normal() -> Self {
        Self { parts: vec![(1.0, 0.0, 1.0)] }
    }

    /// Shares, means and standard deviations.
    ///
    /// # Errors
    /// Where shares are not positive or do not sum to 1 within 1e-12, or a mean or deviation is out of range: means up to 100 and deviations from 1e-3 to 100.
    pub fn new(parts: &[(f64, f64, f64)]) -> Result<Self, ParameterError> {
        let refuse = |name, condition| Err(ParameterError { name, value: format!("{parts:?}"), condition });
        if !parts.iter().all(|(share, ..)| *share > 0.0)
            || (parts.iter().map(|part| part.0).sum::<f64>() - 1.0).abs() > 1e-12
        {
            return refuse("shares", "must be positive and sum to 1");
        }
        if !parts.iter().all(|(_, mean, sd)| mean.abs() <= 100.0 && (1e-3..=100.0).contains(sd)) {
            return refuse("parts", "must have means up to 100 and deviations from 0.001 to 100");
        }
        Ok(Self { parts: parts.to_vec() })
    }

    /// f = |phi(omega)|^2.
    #[must_use]
    pub fn power(&self, omega: f64) -> f64 {
        1.0 - self.noise(omega)
    }

    /// 1 - f, without cancellation near 0.
    ///
    /// # Formula
    /// sum over pairs of parts of their shares times 1 - e^{-(s_i^2 + s_j^2) omega^2/2} cos(omega (m_i - m_j))
    fn noise(&self, omega: f64) -> f64 {
        let pair = |a: &(f64, f64, f64), b: &(f64, f64, f64)| {
            let exponent = -0.5 * (a.2 * a.2 + b.2 * b.2) * omega * omega;
            let half = libm::sin(0.5 * omega * (a.1 - b.1));
            a.0 * b.0 * (2.0 * half * half * libm::exp(exponent) - libm::expm1(exponent))
        };
        self.parts.iter().flat_map(|a| self.parts.iter().map(move |b| pair(a, b))).sum()
    }

    /// From where on f is below 1e-21, and the length of a panel that resolves it.
    fn scale(&self) -> (f64, f64) {
        let least = self.parts.iter().map(|part| part.2).fold(f64::INFINITY, f64::min);
        let most = self.parts.iter().map(|part| part.2).fold(0.0, f64::max);
        let [low, high] = [f64::min, f64::max].map(|of| self.parts.iter().map(|part| part.1).reduce(of).unwrap_or(0.0));
        (7.0 / least, 1.0 / most.max(0.5 * (high - low)))
    }
}

/// A frequency of an estimate: the kernel's transform a there with 1 - a, the truth's f = |phi|^2 with 1 - f.
///
/// # Examples
/// Rows +-1 of mean phi, and a that shrinks: the same law, in rationals.
/// ```
/// use goldenweight_theory::{kde::Frequency, parameters::SampleSizes, scalar::Scalar};
/// use num_rational::BigRational as Q;
/// let q = Q::ratio;
/// let frequency = Frequency { kernel: q(1, 2), lost: q(1, 2), power: q(1, 4), noise: q(3, 4) };
/// let sizes = SampleSizes::new(3, 2)?;
/// let start = frequency.start(sizes);
/// // a^2 (1 - f)/n, and (1 - a)^2 f.
/// assert_eq!((start.variance.clone(), frequency.loss(&start)), (q(1, 16), q(1, 8)));
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Frequency<S> {
    /// a.
    pub kernel: S,
    /// 1 - a.
    pub lost: S,
    /// f.
    pub power: S,
    /// 1 - f.
    pub noise: S,
}

/// What an estimate's characteristic function has lost in expectation, E `phi_t` = (1 - d) phi, and its variance.
///
/// # Examples
/// see [`Frequency`].
#[derive(Clone, Debug, PartialEq)]
pub struct State<S> {
    /// d.
    pub deficit: S,
    /// V.
    pub variance: S,
}

impl<S: Scalar> Frequency<S> {
    /// Generation 0.
    pub fn start(&self, sizes: SampleSizes) -> State<S> {
        let (n, _) = sizes.scalars::<S>();
        State { deficit: self.lost.clone(), variance: self.kernel.sqr() * self.noise.clone() / n }
    }

    /// 1 - |E phi|^2.
    fn spread(&self, deficit: &S) -> S {
        self.noise.clone() + deficit.clone() * (S::ratio(2, 1) - deficit.clone()) * self.power.clone()
    }

    /// What rows add to the variance, where the fit before has lost d: w^2 (1 - f)/n + u^2 (1 - (1 - d)^2 f)/m.
    fn added(&self, sizes: SampleSizes, w: &S, deficit: &S) -> S {
        let (n, m) = sizes.scalars::<S>();
        w.sqr() * self.noise.clone() / n + (S::one() - w.clone()).sqr() * self.spread(deficit) / m
    }

    /// The next generation.
    pub fn step(&self, sizes: SampleSizes, w: &S, state: &State<S>) -> State<S> {
        let (_, m) = sizes.scalars::<S>();
        let u = S::one() - w.clone();
        let kept = u.sqr() * (S::one() - S::one() / m) * state.variance.clone();
        State {
            deficit: self.lost.clone() + u * self.kernel.clone() * state.deficit.clone(),
            variance: self.kernel.sqr() * (self.added(sizes, w, &state.deficit) + kept),
        }
    }

    /// The limit, for w > 0 or a < 1.
    pub fn limit(&self, sizes: SampleSizes, w: &S) -> State<S> {
        let (_, m) = sizes.scalars::<S>();
        let (a, u) = (self.kernel.clone(), S::one() - w.clone());
        // 1 - u a and 1 - u^2 a^2 (1 - 1/m), without cancellation.
        let rest = self.lost.clone() + w.clone() * a.clone();
        let deficit = self.lost.clone() / rest.clone();
        let gap = rest * (S::one() + u.clone() * a.clone()) + (u * a.clone()).sqr() / m;
        State { variance: a.sqr() * self.added(sizes, w, &deficit) / gap, deficit }
    }

    /// V + d^2 f.
    pub fn loss(&self, state: &State<S>) -> S {
        state.variance.clone() + state.deficit.sqr() * self.power.clone()
    }
}

/// The law of the mean integrated squared error at these sizes, kernel, bandwidth and truth.
///
/// # Accuracy
/// 1e-13 relative, for bandwidths from 1e-3 to 1e3 of the truth's scale (Gaussian kernel; 1e-11 with the uniform one)
///
/// # Examples
/// ```
/// use goldenweight_theory::{kde::{Kde, Kernel, Mixture}, parameters::{SampleSizes, Weight}};
/// let law = Kde::new(Kernel::Gaussian, 0.4, &Mixture::normal(), SampleSizes::new(100, 100)?)?;
/// // Of one kernel estimate: [1/(n h) + (1 - 1/n)/sqrt(1 + h^2) - 2 sqrt 2/sqrt(2 + h^2) + 1]/(2 sqrt pi).
/// assert!((law.risk_at(Weight::ONE, 0) - 0.005_554_736_070_446).abs() < 1e-12);
/// let w = Weight::new(0.6)?;
/// assert!((law.risk_at(w, 500) / law.limit_risk(w) - 1.0).abs() < 1e-13);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Kde {
    sizes: SampleSizes,
    /// Frequencies with the weights of the quadrature of 1/pi times the integral from 0 on.
    nodes: Vec<(Frequency<f64>, f64)>,
    /// What the integrals of a^2 and a^4 have beyond the nodes.
    beyond: [f64; 2],
}

impl Kde {
    /// Range of bandwidths.
    pub const BANDWIDTHS: (f64, f64) = (1e-6, 1e6);

    /// The law.
    ///
    /// # Errors
    /// Where the bandwidth is out of range.
    pub fn new(kernel: Kernel, bandwidth: f64, truth: &Mixture, sizes: SampleSizes) -> Result<Self, ParameterError> {
        let (least, most) = Self::BANDWIDTHS;
        if !(least..=most).contains(&bandwidth) {
            let condition = "must be from 1e-6 to 1e6";
            return Err(ParameterError { name: "bandwidth", value: bandwidth.to_string(), condition });
        }
        let (end, resolved) = truth.scale();
        let period = PI / bandwidth;
        let longest = move |omega: f64| if omega < end { resolved.min(period) } else { period };
        let reach = kernel.reach() / bandwidth;
        let near = panels(reach, longest);
        // Beyond the sinc kernel's frequencies, or those of a wide kernel, the truth is still there.
        let far =
            (end > reach).then(|| panels(end - reach, longest).map(move |(omega, weight)| (reach + omega, weight)));
        let node = |(omega, weight): (f64, f64)| {
            let (lost, noise) = (kernel.lost(bandwidth * omega), truth.noise(omega));
            (Frequency { kernel: 1.0 - lost, lost, power: 1.0 - noise, noise }, weight / PI)
        };
        let nodes: Vec<_> = near.chain(far.into_iter().flatten()).map(node).collect();
        let within = |power| nodes.iter().map(|(at, weight)| weight * powi(at.kernel, power)).sum::<f64>();
        let [squares, fourth] = kernel.powers();
        let beyond = [squares / bandwidth - within(2), fourth / bandwidth - within(4)];
        Ok(Self { sizes, nodes, beyond })
    }

    /// What frequencies beyond the nodes add at generation t (none for the limit), where f = 0 and a is small: V = a^2 (c + u^2 (1 - 1/m) c' a^2 + ...), c' that of the
    /// generation before. `beyond` are the integrals of a^2 and a^4 there.
    fn tail<S: Scalar>(&self, w: &S, t: Option<u32>, [squares, fourth]: [S; 2]) -> S {
        let (n, m) = self.sizes.scalars::<S>();
        let u2 = (S::one() - w.clone()).sqr();
        let real = S::one() / n;
        let mixed = w.sqr() * real.clone() + u2.clone() / m.clone();
        let (added, before) = match t {
            Some(0) => (real, S::ratio(0, 1)),
            Some(1) => (mixed, real),
            _ => (mixed.clone(), mixed),
        };
        added * squares + u2 * (S::one() - S::one() / m) * before * fourth
    }

    /// Risk at generation t: the mean integrated squared error.
    ///
    /// # Computed as
    /// steps at every frequency, until they change no bit any more
    #[must_use]
    pub fn risk_at(&self, weight: Weight, t: u32) -> f64 {
        self.average_risk(weight, t, t + 1)
    }

    /// Mean risk over generations `from..until`.
    #[must_use]
    pub fn average_risk(&self, weight: Weight, from: u32, until: u32) -> f64 {
        let w = weight.get();
        let mean = |frequency: &Frequency<f64>| {
            let (mut state, mut sum) = (frequency.start(self.sizes), 0.0);
            for t in 0..until {
                if t >= from {
                    sum += frequency.loss(&state);
                }
                let next = frequency.step(self.sizes, &w, &state);
                if next == state {
                    let left = f64::from(until - from.max(t + 1));
                    return (sum + left * frequency.loss(&state)) / f64::from(until - from);
                }
                state = next;
            }
            sum / f64::from(until - from)
        };
        let tail = |t| self.tail(&w, Some(t), self.beyond);
        // From generation 2 on it stays.
        let first = (from..until.min(from.max(2))).map(tail).sum::<f64>();
        let later = f64::from(until - until.min(from.max(2))) * tail(2);
        self.nodes.iter().map(|(at, weight)| weight * mean(at)).sum::<f64>() + (first + later) / f64::from(until - from)
    }

    /// e_0, e_1, e_2, ...
    pub fn risks(&self, weight: Weight) -> impl Iterator<Item = f64> + '_ {
        let w = weight.get();
        let mut states: Vec<_> = self.nodes.iter().map(|(at, _)| at.start(self.sizes)).collect();
        (0..=u32::MAX).map(move |t| {
            let mut sum = self.tail(&w, Some(t), self.beyond);
            for ((at, weight), state) in self.nodes.iter().zip(&mut states) {
                sum += weight * at.loss(state);
                *state = at.step(self.sizes, &w, state);
            }
            sum
        })
    }

    /// The limit and its derivative by the weight, for w > 0.
    fn limit(&self, w: f64) -> Jet<f64> {
        let w = Jet::variable(w);
        let node = |(at, weight): &(Frequency<f64>, f64)| {
            let Frequency { kernel, lost, power, noise } = at;
            let [kernel, lost, power, noise] = [*kernel, *lost, *power, *noise].map(Jet::constant);
            let at = Frequency { kernel, lost, power, noise };
            at.loss(&at.limit(self.sizes, &w)) * Jet::constant(*weight)
        };
        let tail = self.tail(&w, None, self.beyond.map(Jet::constant));
        self.nodes.iter().map(node).fold(tail, |sum, term| sum + term)
    }

    /// Limit of the risk. Without weight on the real rows the estimate forgets the truth, but its squared error stays bounded.
    #[must_use]
    pub fn limit_risk(&self, weight: Weight) -> f64 {
        if weight != Weight::ZERO {
            return self.limit(weight.get()).value;
        }
        let loss = |at: &Frequency<f64>| {
            // What the sinc kernel leaves as it is has the law of frequencies: at last a point.
            if at.lost == 0.0 { at.noise } else { at.loss(&at.limit(self.sizes, &0.0)) }
        };
        let tail = self.tail(&0.0, None, self.beyond);
        self.nodes.iter().map(|(at, weight)| weight * loss(at)).sum::<f64>() + tail
    }

    /// Real rows that alone would have this risk at this bandwidth; infinite where the bias is above it.
    ///
    /// # Formula
    /// v/(risk - b), where N real rows have the risk b + v/N: b, v = 1/pi times the integrals of (1 - a)^2 f and a^2 (1 - f)
    #[must_use]
    pub fn rows_for(&self, risk: f64) -> f64 {
        let integral =
            |of: fn(&Frequency<f64>) -> f64| self.nodes.iter().map(|(at, weight)| weight * of(at)).sum::<f64>();
        let bias = integral(|at| at.lost * at.lost * at.power);
        let variance = integral(|at| at.kernel * at.kernel * at.noise) + self.beyond[0];
        if risk > bias { variance / (risk - bias) } else { f64::INFINITY }
    }

    /// The weight that minimises the limit of the risk at this bandwidth; 1 where every synthetic row does harm.
    ///
    /// # Computed as
    /// the root of the derivative, by bisection to neighbouring floats
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{kde::{Kde, Kernel, Mixture}, parameters::SampleSizes};
    /// let at = |h| Kde::new(Kernel::Gaussian, h, &Mixture::normal(), SampleSizes::new(100, 100)?).map(|law| law.optimal_weight());
    /// // With hardly any smoothing there is no bias, and the weight is that of the least variance: where (w^2 + u^2) Li_{1/2}(.99 u^2)/u^2 is least.
    /// assert!((at(1e-4)? - 0.58811).abs() < 1e-4);
    /// // With too much of it only real rows will do.
    /// assert!(at(1.0)? > 0.95);
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    #[must_use]
    pub fn optimal_weight(&self) -> f64 {
        root(|w| self.limit(w).derivative)
    }
}
