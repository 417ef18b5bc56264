//! Linear regression on Gaussian rows, at every number of rows.
//!
//! Tested by `tests/laws/random_design.rs`: a computation of another kind with 120 digits, exact rationals, Bartlett's decomposition.
//!
//! # The recursion
//!
//! Rows x ~ N(0, I_p), noise variance sigma^2. Let A and B be the sums of x x' over the n real and the m synthetic rows of a generation, M = (w/n) A +
//! (u/m) B. With d the errors of the coefficients and e, e' the noise,
//! ```text
//! d_t = M^{-1} ( (w/n) X'e + (u/m) (Y'e' + B d_{t-1}) ).
//! ```
//! Let N = A + B, X = N^{-1/2} B N^{-1/2}, Q(X) = (w/n)(I - X) + (u/m) X, so M = N^{1/2} Q(X) N^{1/2}. X is a matrix-variate beta and independent of the
//! Wishart matrix N, see [`matrix_beta`](crate::matrix_beta). Fresh rows are independent of d_{t-1}, and their law does not change by a rotation: the risk obeys
//! e_t = sigma^2 g + rho e_{t-1} at every n, m, w and t, with p rho = E |M^{-1} (u/m) B|^2 and sigma^2 g the risk of the noise alone.
//!
//! *Noise.* Its covariance is sigma^2 N^{-1/2} G(X) N^{-1/2}, G = ((w/n)^2 (1 - x) + (u/m)^2 x)/Q^2, and E N^{-1} = I/(nu - p - 1), nu = n + m. So
//! g = E sum G(x_i)/(nu - p - 1) over the eigenvalues of X. With kappa = w m/(u n), y = x/(x + kappa (1 - x)) and z = 1 - y,
//! ```text
//! G = 1 + (1 - kappa)^2/kappa y z.
//! ```
//! *What is passed on.* M^{-1} (u/m) B = N^{-1/2} F N^{1/2} with F = y(X). For fixed eigenvalues y_i of F, p rho is E tr(F N^{-1} F N) = sum_ij y_i y_j
//! E (N^{-1})_ij N_ij. The rows of N^{-1} N = I add up to 1, and (N^{-1})_11 N_11 = 1 + q/s with s, q independent, chi-squared of nu - p + 1 and p - 1 degrees of
//! freedom (residual and fitted part of a column on the others), of mean (nu - 2)/(nu - p - 1). So
//! ```text
//! p (nu - p - 1) rho = (nu - 1) E sum y_i^2 - E (sum y_i)^2.
//! ```
//!
//! # Without pairs
//!
//! The square needs pairs of eigenvalues; they can be had from single ones. On the line of s = ln(x/(1 - x)) the N eigenvalues inside (0, 1) have the density
//! prod x_i^a' (1 - x_i)^b' prod_{i<j} |x_i - x_j|, a' = (|m - p| + 1)/2, b' = (|n - p| + 1)/2. It decays, so for a smooth bounded v
//! ```text
//! 0 = E sum_i ( dv_i/ds + v_i (a' (1 - x_i) - b' x_i) ) + E sum_{i<j} (v_i x_i (1 - x_i) - v_j x_j (1 - x_j))/(x_i - x_j).
//! ```
//! Take v = 1 - (1 - kappa) y. Then x = kappa y/v, 1 - x = z/v, x_i - x_j = kappa (y_i - y_j)/(v_i v_j), dy/ds = y z, and the last sum is that of
//! z_i z_j - kappa y_i y_j = 1 - y_i - y_j + (1 - kappa) y_i y_j. So
//! ```text
//! (1 - kappa) E sum_{i<j} y_i y_j = E sum_i ( (1 - kappa) y_i z_i - a' z_i + b' kappa y_i + (N - 1) y_i ) - N (N - 1)/2.
//! ```
//! With y = x + (1 - kappa)(1 - x) y on the right, its terms without a factor 1 - kappa are 0 (they are the case kappa = 1, which gives E sum x_i), so both
//! sides can be divided by it. By exchanging x and 1 - x, and because a' + b' + N - 1 = nu/2 in every case,
//! ```text
//! E sum_{i<j} z_i z_j = E sum_i z_i (y_i + nu x_i/2 - a').
//! ```
//! Of the p eigenvalues (p - m)_+ are 0 with z = 1, and (p - n)_+ are 1 with z = 0. Put into 1 - rho, all cases become
//! ```text
//! p (nu - p - 1)(1 - rho) = E sum_i z_i ( nu (x_i + y_i) + n - p - 1 ),
//! ```
//! over all p eigenvalues. For n > p + 1 every term is positive: nothing cancels, and 1 - rho has the relative accuracy of the means, as w -> 0 too.

use crate::interval::Interval;
use crate::matrix_beta::{MatrixBeta, Spectrum};

use crate::design::Design;
use crate::misspecified::well_specified;
use crate::parameters::{SampleSizes, Weight};
use crate::recursion::{Recursion, complement, geometric};
use crate::scalar::{Analytic, Scalar};
use crate::second_order::{Invariants, SecondOrder};

/// The law of the coefficients' risk under random design, weighted least squares on the pooled rows.
///
/// # Formula
/// ```text
/// e_t = A g/p + rho e_{t-1},   e_0 = A/(n - p - 1),
/// g = (p + E sum (1 - kappa)^2/kappa y z)/(nu - p - 1),   1 - rho = E sum z (nu (x + y) + n - p - 1)/(p (nu - p - 1))
/// ```
///
/// # Symbols
/// A = sigma^2 tr Omega^-1 for rows N(0, Omega), sigma^2 p for Omega = I; nu = n + m, kappa = w m/(u n); x the eigenvalues of a matrix-variate beta, y =
/// x/(x + kappa (1 - x)), z = 1 - y
///
/// # Domain
/// exact at every n > p + 1, m >= 1, t and w; m < p included. At w = 0 see [`crate::linear::synthetic_risk`]: the fit exists for m >= p, and the risk is finite
/// for m > p + 1; elsewhere the risk is infinite here.
///
/// # Source
/// derived: the [module](self). Rows N(0, Omega): with x = L z, Omega = L L', the coefficients of z are L' beta, and by rotation E d d' = (e/p) I for theirs;
/// so the risk is multiplied by tr(L L')^-1/p.
///
/// # Identities
/// w = n/nu (least squares on all rows alike): [`pooled`]; w = 0: rho = 1, g = p/(m - p - 1); w = 1: rho = 0; w -> 0: e_inf ~ A/(2 w m); n -> inf: the
/// recursion of [`crate::linear::limit_law`], and [`second_order`]
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::{SampleSizes, Weight}, random_design::RandomDesign};
/// let law = RandomDesign::new(2.0, 2, SampleSizes::new(100, 100)?).expect("n > p + 1");
/// let optimum = law.optimal_weight();
/// assert!((optimum - 0.6194107).abs() < 5e-8);
/// assert!((law.limit_risk(Weight::new(optimum)?) - 0.0126088679).abs() < 5e-11);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomDesign {
    scale: f64,
    dim: u32,
    sizes: SampleSizes,
    beta: MatrixBeta,
}

/// What a generation does to the risk: e_t = `innovation` + `contraction` e_{t-1}.
///
/// # Examples
/// ```
/// use goldenweight_theory::random_design::Generation;
/// // e_t = 1 + e_(t-1)/2 goes from 0 to 1, 3/2, ..., 2.
/// let generation = Generation { innovation: 1.0, contraction: 0.5, gap: 0.5, error: 0.0 };
/// assert_eq!((generation.step(0.0), generation.step(1.0), generation.limit()), (1.0, 1.5, 2.0));
/// assert!((generation.after(0.0, 2) - 1.5).abs() < 1e-15);
/// assert_eq!(generation.generations_to_limit(0.0, 0.3), Some(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Generation {
    /// A g/p.
    pub innovation: f64,
    /// rho.
    pub contraction: f64,
    /// 1 - rho, with a relative accuracy of its own.
    pub gap: f64,
    /// Relative error of the innovation and the gap: the difference of two quadratures.
    pub error: f64,
}

impl Generation {
    /// The risk that does not change, `innovation`/`gap`; infinite where rho = 1.
    #[must_use]
    pub fn limit(&self) -> f64 {
        self.innovation / self.gap
    }

    /// The next generation's risk.
    #[must_use]
    pub fn step(&self, risk: f64) -> f64 {
        self.innovation + self.contraction * risk
    }

    /// First generation with |e_t/e_inf - 1| <= tolerance from this risk on; none where t exceeds 2^32 - 1.
    ///
    /// # Formula
    /// `|e_t/e_inf - 1| = rho^t |e_0/e_inf - 1|`
    #[must_use]
    pub fn generations_to_limit(&self, risk: f64, tolerance: f64) -> Option<u32> {
        let distance = (risk / self.limit() - 1.0).abs();
        if distance <= tolerance {
            return Some(0);
        }
        // rho = 0 has logarithm -inf and arrives in one step.
        let generations = (libm::log(tolerance / distance) / libm::log1p(-self.gap)).ceil().max(1.0);
        (generations <= f64::from(u32::MAX)).then_some(generations as u32)
    }

    /// The risk after t generations.
    #[must_use]
    pub fn after(&self, risk: f64, t: u32) -> f64 {
        let (sum, power) = geometric(&self.contraction, t);
        // An infinite innovation does not yet count at t = 0.
        if t == 0 { risk } else { self.innovation * sum + risk * power }
    }
}

impl RandomDesign {
    /// The law for A = `scale`, p = `dim`; none where n <= p + 1: the fit on real rows alone, and so every risk, is infinite or does not exist.
    #[must_use]
    pub fn new(scale: f64, dim: u32, sizes: SampleSizes) -> Option<Self> {
        let beta = MatrixBeta::new(dim, sizes)?;
        (sizes.real() > u64::from(dim) + 1).then_some(Self { scale, dim, sizes, beta })
    }

    /// The law that it tends to for many rows, at these sizes.
    #[must_use]
    pub fn limit_law(&self) -> Recursion<f64> {
        well_specified(self.scale, self.sizes)
    }

    /// e_0 = A/(n - p - 1), the risk of the fit on the n real rows alone.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.scale / self.slack(self.sizes.real())
    }

    /// Real rows that alone have this risk: A/risk + p + 1, a number that need not be whole.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{parameters::SampleSizes, random_design::RandomDesign};
    /// let law = RandomDesign::new(2.0, 2, SampleSizes::new(100, 50)?).expect("n > p + 1");
    /// assert!((law.rows_for(law.start()) - 100.0).abs() < 1e-12);
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    #[must_use]
    pub fn rows_for(&self, risk: f64) -> f64 {
        self.scale / risk + f64::from(self.dim) + 1.0
    }

    /// What a generation at weight w does.
    ///
    /// # Computed as
    /// means of [`crate::matrix_beta::Spectrum`]; w = 0 and w = 1 in closed form
    ///
    /// # Accuracy
    /// 1e-12 relative for n, m up to 1e6 and p up to 40: against 120 digits at 23 places with n, m up to 5000, and against rationals at random ones where
    /// w = n/(n + m); `error` says what the quadrature shows, 6e-12 at most over a grid up to 1e6 and both ends, where a weight took 11 ms at most
    #[must_use]
    pub fn generation(&self, w: Weight) -> Generation {
        let slack = self.slack(self.sizes.synthetic());
        if w == Weight::ZERO {
            let innovation = if slack > 0.0 { self.scale / slack } else { f64::INFINITY };
            return Generation { innovation, contraction: 1.0, gap: 0.0, error: 0.0 };
        }
        if w == Weight::ONE {
            return Generation { innovation: self.start(), contraction: 0.0, gap: 1.0, error: 0.0 };
        }
        let (n, m) = self.sizes.scalars::<f64>();
        let kappa = (w.get() / complement(&w.get()) * (m / n)).clamp(f64::MIN_POSITIVE, f64::MAX);
        let means = self.beta.spectrum([kappa; 2]).means(|odds| {
            let [noise, lost, ..] = self.terms(odds, kappa);
            [noise, lost]
        });
        let [noise, lost] = self.totals(means.values);
        let common = f64::from(self.dim) * self.slack_of_both();
        let gap = lost / common;
        Generation {
            innovation: self.scale * noise / common,
            contraction: (1.0 - gap).max(0.0),
            gap,
            error: means.error,
        }
    }

    /// Risk at generation t.
    ///
    /// # Accuracy
    /// as [`RandomDesign::generation`], and 5e-16 t more for the t-th power of rho
    #[must_use]
    pub fn risk_at(&self, w: Weight, t: u32) -> f64 {
        self.generation(w).after(self.start(), t)
    }

    /// Limit risk; infinite at w = 0.
    ///
    /// # Accuracy
    /// as [`RandomDesign::generation`], for every w > 0
    #[must_use]
    pub fn limit_risk(&self, w: Weight) -> f64 {
        let (generation, factor) = self.for_limit(w);
        generation.limit() * factor
    }

    /// A generation whose limit risk, times the factor, is that at w > 0.
    ///
    /// # Formula
    /// the generation at w and 1; below w_0 = 1e-290, where w/(1 - w) m/n has no digits left or is no float, that at w_0 and w_0/w
    ///
    /// # Source
    /// derived: e_inf ~ A/(2 w m) as w -> 0, and the relative distance from that is of order w
    ///
    /// # Tested by
    /// `tests/laws/random_design.rs`
    #[must_use]
    pub fn for_limit(&self, w: Weight) -> (Generation, f64) {
        const LEAST: f64 = 1e-290;
        if w == Weight::ZERO || w.get() >= LEAST {
            return (self.generation(w), 1.0);
        }
        let least = Weight::new(LEAST).unwrap_or(Weight::ZERO);
        (self.generation(least), LEAST / w.get())
    }

    /// Weight on the real rows that minimises the limit risk.
    ///
    /// # Formula
    /// the zero of the slope of `e_inf = A (p + E sum h)/E sum l`, h = (1 - kappa)^2/kappa y z, l = z (nu (x + y) + n - p - 1), in ln kappa:
    /// ```text
    /// dh = (kappa - 1/kappa) y z + (1 - kappa)^2/kappa y z (y - z),   dl = y z (nu (x + y - z) + n - p - 1)
    /// ```
    ///
    /// # Domain
    /// value in (0, 1). That the slope turns from - to + was derived at both ends (e_inf ~ A/(2 w m) as w -> 0); that it does so only once is observed, not proved.
    ///
    /// # Identities
    /// n -> inf: w*(k) of [`crate::weights::optimal_weight`], where kappa = 1/w*
    ///
    /// # Computed as
    /// bisection of the slope over ln kappa, all on one spectrum
    ///
    /// # Accuracy
    /// 1e-10: the slope has relative errors of 1e-12
    #[must_use]
    pub fn optimal_weight(&self) -> f64 {
        let [real, synthetic] = self.optimal_odds();
        real / (real + synthetic)
    }

    /// 1 - w*, the optimal weight on the synthetic rows, computed without cancellation.
    #[must_use]
    pub fn optimal_synthetic_weight(&self) -> f64 {
        let [real, synthetic] = self.optimal_odds();
        synthetic / (real + synthetic)
    }

    /// Weights of generations 1, 2, ... that each minimise the risk of their generation given those before, without end.
    ///
    /// # Formula
    /// the zero in ln kappa of the slope of `A (p + E sum h) - e_{t-1} E sum l`, symbols of [`RandomDesign::optimal_weight`]
    ///
    /// # Source
    /// derived: rho >= 0, so a smaller risk of one generation is a smaller one of the next, and the sequence is the best for every generation at once
    pub fn dynamic_weights(&self) -> impl Iterator<Item = f64> {
        let search = self.search();
        let (n, m) = self.sizes.scalars::<f64>();
        let common = f64::from(self.dim) * self.slack_of_both();
        // The weight is that of the last risk; once that has settled, so has the weight.
        let (mut risk, mut last) = (self.start(), None);
        std::iter::repeat_with(move || match last {
            Some(weight) => weight,
            None => {
                let kappa = search.zero(|[_, _, more_noise, more_lost]| self.scale * more_noise > risk * more_lost);
                let [noise, lost, ..] = search.at(kappa);
                let next = (self.scale * noise - lost * risk) / common + risk;
                let weight = n * kappa / (n * kappa + m);
                if (next / risk - 1.0).abs() <= f64::EPSILON {
                    last = Some(weight);
                }
                risk = next;
                weight
            }
        })
    }

    /// Two numbers whose ratio is w* : (1 - w*).
    fn optimal_odds(&self) -> [f64; 2] {
        let (n, m) = self.sizes.scalars::<f64>();
        [n * self.search().zero(|[noise, lost, more_noise, more_lost]| more_noise * lost > noise * more_lost), m]
    }

    fn search(&self) -> Search<'_> {
        let center = -libm::log(crate::weights::optimal_weight(&self.sizes.mixing_ratio::<f64>()));
        let range = [center - SEARCHED, center + SEARCHED];
        Search { law: self, range, spectrum: self.beta.spectrum(range.map(libm::exp)) }
    }

    /// h, l and their derivatives in ln kappa, at an eigenvalue with these odds.
    fn terms(&self, odds: f64, kappa: f64) -> [f64; 4] {
        let (n, m) = self.sizes.scalars::<f64>();
        let nu = n + m;
        let rest = self.slack(self.sizes.real());
        let (x, y, z) = (odds / (1.0 + odds), odds / (odds + kappa), kappa / (odds + kappa));
        // (1 - kappa)^2/kappa y z = r^2 o.
        let r = (1.0 - kappa) / (odds + kappa);
        let lost = nu * (x + y) + rest;
        [r * (r * odds), z * lost, -2.0 * z * r * y * (1.0 + odds), y * z * (lost - nu * z)]
    }

    /// The sums over all p eigenvalues, from those over the ones in (0, 1): p + sum h, and sum l, where each x = 0 has l = n - p - 1.
    fn totals(&self, [noise, lost]: [f64; 2]) -> [f64; 2] {
        let zeros = u64::from(self.dim).saturating_sub(self.sizes.synthetic()) as f64;
        [f64::from(self.dim) + noise, lost + zeros * self.slack(self.sizes.real())]
    }

    /// rows - p - 1.
    fn slack(&self, rows: u64) -> f64 {
        rows as f64 - f64::from(self.dim) - 1.0
    }

    /// nu - p - 1.
    fn slack_of_both(&self) -> f64 {
        self.slack(self.sizes.real()) + self.sizes.synthetic() as f64
    }
}

/// How far ln kappa is searched on either side of its limit.
const SEARCHED: f64 = 20.0;

/// The law over a range of ln kappa.
struct Search<'a> {
    law: &'a RandomDesign,
    range: [f64; 2],
    spectrum: Spectrum,
}

impl Search<'_> {
    /// p + E sum h, E sum l over all eigenvalues, and their derivatives in ln kappa.
    fn at(&self, kappa: f64) -> [f64; 4] {
        let [noise, lost, more_noise, more_lost] = self.spectrum.means(|odds| self.law.terms(odds, kappa)).values;
        let [noise, lost] = self.law.totals([noise, lost]);
        [noise, lost, more_noise, more_lost]
    }

    /// The kappa from which on this holds, by bisection of its logarithm.
    fn zero(&self, rises: impl Fn([f64; 4]) -> bool) -> f64 {
        let [mut low, mut high] = self.range;
        loop {
            let middle = low.midpoint(high);
            let kappa = libm::exp(middle);
            if !(low < middle && middle < high) {
                return kappa;
            }
            *(if rises(self.at(kappa)) { &mut high } else { &mut low }) = middle;
        }
    }
}

/// Intervals that contain g and 1 - rho for p = 1, for every weight in an interval.
///
/// # Domain
/// n >= 3, weights inside (0, 1); elsewhere the whole line
///
/// # Computed as
/// One eigenvalue is beta(m/2, n/2): with s = ln(x/(1 - x)), means under omega = x^{m/2} (1 - x)^{n/2}. The trapezoidal rule over intervals, and two bounds.
///
/// Discretisation. |1 + e^{s + iy}| >= (1 + e^s) cos(y/2), so on the line Im s = y each of |x|, |1 - x|, |y|, |z| is at most its value at y = 0 over cos(y/2),
/// |omega| at most omega over cos^{nu/2}, and each integrand by two more such factors. So the sum over all nodes differs from the integral by at most
/// 2 cos(d/2)^{-nu/2 - 2}/(e^{2 pi d/step} - 1) times the integral, for every d < pi; cos(d/2) >= 1 - d^2/8.
///
/// Truncation. ln omega has the slope m/2 - nu x/2, which falls: beyond the last node on the right the rest is below omega/(nu x/2 - m/2) there times the
/// largest value of the function that is left, and on the left likewise.
///
/// # Source
/// derived; the strip theorem: Trefethen and Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56 (2014), theorem 5.1
///
/// # Accuracy
/// at a single weight, relative width below 1e-12 for n, m up to 100 (9e-13 measured), growing with n + m: ln omega is enclosed to n + m ulp
///
/// # Examples
/// ```
/// use goldenweight_theory::{interval::Interval, parameters::SampleSizes, random_design::enclosure, scalar::Scalar};
/// // At the weight 7/19 all rows are weighted alike, and g is 1/(nu - 2).
/// let [g, _] = enclosure(SampleSizes::new(7, 12)?, &Interval::ratio(7, 19));
/// assert!(g.contains(1.0 / 17.0) && g.width() < 1e-13);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn enclosure(sizes: SampleSizes, w: &Interval) -> [Interval; 2] {
    let u = complement(w);
    if sizes.real() < 3 || !w.is_positive() || !u.is_positive() {
        return [Interval::WHOLE; 2];
    }
    let number = |x: i64| Interval::ratio(x, 1);
    let (n, m) = sizes.scalars::<Interval>();
    let (nu, one, two) = (n + m, number(1), number(2));
    let kappa = *w * m / (u * n);
    let common = (one - kappa).sqr() / kappa;

    // Step and range are computed in floats without bounds of their own: the bounds below hold for any step and range.
    let (real, synthetic) = sizes.scalars::<f64>();
    let rows = real + synthetic;
    let line = f64::min(2.0, (640.0 / rows).sqrt());
    let step = 2.0 * std::f64::consts::PI * line / (42.0 - (0.5 * rows + 2.0) * libm::log1p(-0.125 * line * line));
    let center = libm::log(synthetic / real);
    let pole = libm::log(kappa.midpoint());
    let log_weight = |s: f64| 0.5 * synthetic * s - 0.5 * rows * libm::log1p(libm::exp(s));
    let end = |sign: f64| {
        // By how much z to the left, y to the right has grown.
        let grown = |s: f64| {
            libm::log1p(libm::exp(sign * (center - pole))) - libm::log1p(libm::exp(sign * (s - pole)))
                + sign * (s - center)
        };
        let size = |steps: i64| {
            let s = center + sign * steps as f64 * step;
            log_weight(s) - log_weight(center) + grown(s).max(0.0)
        };
        sign as i64 * (1..LONGEST).find(|steps| size(*steps) < -45.0).unwrap_or(LONGEST)
    };
    let (first, last) = (end(-1.0), end(1.0));

    let (h, shift) = (Interval::point(step), Interval::point(log_weight(center)));
    // At a node: omega, x, y, z.
    let at = |index: i64| {
        let s = Interval::point(center) + number(index) * h;
        let odds = s.exp();
        let weight = (m / two * s - nu / two * (one + odds).ln() - shift).exp();
        [weight, odds / (one + odds), odds / (odds + kappa), kappa / (odds + kappa)]
    };
    let functions =
        |[weight, x, y, z]: [Interval; 4]| [weight, weight * y * z * common, weight * z * (nu * (x + y) + n - two)];
    let mut sums = [number(0); 3];
    for index in first..=last {
        for (sum, term) in sums.iter_mut().zip(functions(at(index))) {
            *sum = *sum + h * term;
        }
    }
    let largest = two * nu + n;
    let [low, high] = [at(first), at(last)];
    let slopes = [m / two - nu / two * low[1], nu / two * high[1] - m / two];
    if !slopes.iter().all(|slope| slope.is_positive()) {
        return [Interval::WHOLE; 2];
    }
    // (1, y z, l) to the left and to the right.
    let bounds = [[one, low[2] * common, largest], [one, high[3] * common, high[3] * largest]];
    for (end, ([weight, ..], slope)) in bounds.iter().zip([low, high].into_iter().zip(slopes)) {
        for (sum, bound) in sums.iter_mut().zip(end) {
            *sum = *sum + (weight / slope * *bound).hull(number(0));
        }
    }
    let d = Interval::point(line);
    // cos(d/2) >= 1 - (d/2)^2/2, d <= 2.
    let cosine = one - d.sqr() / number(8);
    let growth = (-(nu / two + two) * cosine.ln()).exp();
    let error = two * growth / ((two * Interval::pi() * d / h).exp() - one);
    let [mass, noise, lost] = sums.map(|sum| sum / (one + error.hull(-error)));
    [(one + noise / mass) / (nu - two), lost / mass / (nu - two)]
}

/// Most nodes on one side.
const LONGEST: i64 = 100_000;

/// g and rho at the weight n/(n + m): least squares on all rows alike.
///
/// # Formula
/// ```text
/// g = p/(nu - p - 1),   p rho = ((nu - 1) S - T)/(nu - p - 1),
/// S = (a - b)/3,  T = (a + 2 b)/3,   a = p (p + 2) m (m + 2)/(nu (nu + 2)),   b = p (p - 1) m (m - 1)/(nu (nu - 1))
/// ```
///
/// # Symbols
/// S = E tr X^2 and T = E (tr X)^2, X a matrix-variate beta
///
/// # Domain
/// p >= 1, nu = n + m > p + 1; exact
///
/// # Source
/// derived: kappa = 1, so F = X and G = I in the [module](self). For the zonal polynomials C_2 = ((tr X)^2 + 2 tr X^2)/3 and C_11 = 2 ((tr X)^2 - tr X^2)/3 (see
/// Muirhead, Aspects of Multivariate Statistical Theory, 1982, theorem 7.2.10), E C(X)/C(I) is m (m + 2)/(nu (nu + 2)) and m (m - 1)/(nu (nu - 1)).
///
/// # Examples
/// ```
/// use goldenweight_theory::{parameters::SampleSizes, random_design::pooled};
/// // p = 1, two real rows and one synthetic one: E x^2 of a beta(1/2, 1) variable is 1/5.
/// let [g, rho] = pooled::<f64>(1, SampleSizes::new(2, 1)?);
/// assert!((g - 1.0).abs() < 1e-15 && (rho - 0.2).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn pooled<S: Scalar>(dim: u32, sizes: SampleSizes) -> [S; 2] {
    let (n, m) = sizes.scalars::<S>();
    let (p, nu, one, two) = (S::ratio(dim.into(), 1), n + m.clone(), S::one(), S::ratio(2, 1));
    // r (r + 2) or r (r - 1)
    let up = |r: &S| r.clone() * (r.clone() + two.clone());
    let down = |r: &S| r.clone() * (r.clone() - one.clone());
    let even = up(&p) * up(&m) / up(&nu);
    let odd = down(&p) * down(&m) / down(&nu);
    let square = (even.clone() - odd.clone()) * S::ratio(1, 3);
    let trace = (even + two.clone() * odd) * S::ratio(1, 3);
    let rest = nu.clone() - p.clone() - one.clone();
    let g = p.clone() / rest.clone();
    [g, ((nu - one) * square - trace) / (p * rest)]
}

/// The second coefficient of the limit risk in 1/n: e_inf = A (R_1/n + R_2/n^2 + ...) at fixed k = n/m.
///
/// # Formula
/// ```text
/// R_1 = s/(1 - u^2),   R_2 = (p + 1) (3 s^2 - 2 q + u^2 c (3 w^2 + k w (w - 2 u)))/(1 - u^2),
/// s = w^2 + k u^2,   q = w^3 + k^2 u^3,   c = R_1
/// ```
///
/// # Domain
/// 0 < w <= 1, p >= 1
///
/// # Source
/// derived: [`crate::second_order`], where third and fourth cumulants of the labels are 0 and E D^2 = (p + 1) I/n for the fluctuation D of the rows' information
///
/// # Examples
/// ```
/// use goldenweight_theory::random_design::second_order;
/// // At the golden weight, k = 1 and p = 2, R_2 is 1.975078 times R_1 = w.
/// let w = 0.6180339887498949;
/// assert!((second_order(2, &1.0, &w) / w - 1.975078).abs() < 1e-6);
/// ```
#[must_use]
pub fn second_order<S: Scalar>(dim: u32, k: &S, w: &S) -> S {
    let invariants = Invariants::linear(&S::one(), &Design::standard(S::one(), dim));
    let law = SecondOrder { invariants, ratio: k.clone() };
    law.limit(w).second / S::ratio(dim.into(), 1)
}
