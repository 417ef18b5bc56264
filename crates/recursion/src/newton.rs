//! Newton's method for the maximum of a weighted log-likelihood.

use fearless_simd::{Level, dispatch, f64x4, prelude::*};

use crate::{
    FitFailure,
    covariates::{Covariates, Four, product},
    models::glm::Family,
};

/// Some of the rows of a fit.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Their covariates.
    pub x: &'a Covariates,
    /// Their responses, four by four; any number stands beside a row of zeros.
    pub y: &'a [Four],
    /// The weight of each row.
    pub weight: f64,
}

/// Newton's method for the maximum of a weighted log-likelihood; holds the scratch memory.
///
/// # Formula
/// maximises L(beta) = sum of weight_i (y_i eta_i - b(eta_i)), eta_i = x_i'beta, by steps t d, d = I^-1 score, r = max |x_i'd|. A family has the mean b' and
/// the variance b''.
/// Where r <= 1.5, t = 1; else t is the first of 1, 1/2, 1/4, ... at which L still rises along d, but at least ln(1 + r)/r.
/// # Ascent
/// Along d, |b'''| <= b'' gives -L''(t) <= lambda^2 e^(rt), lambda^2 = d'I d, so L'(t) >= lambda^2 (1 - (e^(rt) - 1)/r). So L rises up
/// to t = ln(1 + r)/r; and for r <= 1.5, L(1) - L(0) >= lambda^2 (1 - (e^r - 1 - r)/r^2) >= 0.11 lambda^2. Being concave, L gains more
/// from a longer t at which it still rises. Hence L never falls, and its value is never needed.
/// # Stop
/// After the step for which the bound max |x_i| |d| of r is at most `last_change`, without another evaluation. By Taylor's formula and
/// |b'''| <= b'', the score that remains is at most (r^2/2) e^(2r) times the sum of weight_i b''(eta_i) |x_ij|, coefficient by coefficient.
/// # Existence
/// The maximum fails to exist exactly where a direction h has X h /= 0 and moves no row towards a worse fit: x_i'h <= 0 (>= 0) where
/// y_i is at the lower (upper) end of the range of the mean, x_i'h = 0 elsewhere (separation, complete or quasi-complete; for Poisson
/// all-zero counts and their like). There h'I d = h'score reads
/// sum weight v_i (x_i'h)(x_i'd) = sum weight |y_i - mean_i| |x_i'h| >= sum weight v_i |x_i'h|, since v = b'' <= |y - mean| there;
/// hence r >= 1, at every beta. So r < 1 proves that the maximum exists, and where it exists the ascent reaches it.
/// Rounding could break the argument only in a nearly singular information matrix, which is refused (a pivot below
/// 1e-12 of its diagonal entry).
/// # Source
/// derived (generalised self-concordance as in Bach 2010, Electronic Journal of Statistics 4).
/// # Tested by
/// `tests/glm.rs` of the workspace: failures coincide with separation found by linear programming; optima at 50 digits.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{covariates::Covariates, models::logistic::Bernoulli, newton::{Fit, Part}};
///
/// // Four rows with an intercept alone: a share of 1/4 has the odds 1/3, of logarithm -1.0986...
/// let mut x = Covariates::new(1, 4);
/// x.fill(|_| &[1.0]);
/// let rows = Part { x: &x, y: &[[1.0, 0.0, 0.0, 0.0]], weight: 1.0 };
/// let mut beta = [0.0];
/// Fit::new(1, 1e-9).maximise::<Bernoulli>([rows].into_iter(), &mut beta)?;
/// assert!((beta[0] + 1.098_612_288_668_11).abs() < 1e-12);
/// # Ok::<(), goldenweight_recursion::FitFailure>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fit {
    last_change: f64,
    step: Vec<f64>,
    trial: Vec<f64>,
    information: Vec<f64>,
    sums: Vec<Four>,
}

/// Change of a linear predictor after which simulated fits stop. The score that remains is below 5e-7 of the sum that [`Fit`] states; the
/// standard deviation of a score of n rows is about that sum over the root of n b''. So an estimate is off by at most some
/// 5e-7 sqrt(n b'') of its standard error, 3e-5 at n b'' = 3200. (Seen, against fits to the last bit: risks change by less than 5e-7 at n = m = 50
/// to 3200.)
pub const LAST_CHANGE: f64 = 1e-3;

/// A pivot of the information matrix below this part of its diagonal entry counts as zero. Rounding errors are some 1e-15 of
/// the diagonal entry, so a pivot that passes has a relative error below 1e-2 and still shows r >= 1 under separation.
const PIVOT: f64 = 1e-12;

/// A step that changes no linear predictor by more is taken whole.
const WHOLE: f64 = 1.5;

/// Under separation the predictors of the rows that matter grow by about 1 at each iteration, and where the maximum exists they are
/// of the order of the logarithm of the overlap, at most -ln 1e-16 = 37 in double precision. So a longer climb
/// leads nowhere; the samples of `tests/glm.rs`, some within 1e-3 of separation, need fewer than 50 iterations.
const MAX_ITERATIONS: usize = 100;

impl Fit {
    /// Scratch memory for this number of coefficients. The step is the last where it changes no linear predictor by more than
    /// `last_change`.
    #[must_use]
    pub fn new(coefficients: usize, last_change: f64) -> Self {
        let zeros = || vec![0.0; coefficients];
        let sums = vec![[0.0; 4]; coefficients * (coefficients + 3) / 2];
        let information = vec![0.0; coefficients * coefficients];
        Self { last_change, step: zeros(), trial: zeros(), information, sums }
    }

    /// Fits `beta`; a part of weight zero does not count. Starts from the `beta` given, and once more from zero where that
    /// fails: far from the maximum the information may be singular to working precision.
    ///
    /// # Errors
    /// [`FitFailure`] where the maximum does not exist (or is not unique).
    pub fn maximise<'a, F: Family>(
        &mut self,
        parts: impl Iterator<Item = Part<'a>> + Clone,
        beta: &mut [f64],
    ) -> Result<(), FitFailure> {
        let parts = parts.filter(|part| part.weight > 0.0);
        self.climb::<F>(parts.clone(), beta).or_else(|FitFailure| {
            beta.fill(0.0);
            self.climb::<F>(parts, beta)
        })
    }

    fn climb<'a, F: Family>(
        &mut self,
        parts: impl Iterator<Item = Part<'a>> + Clone,
        beta: &mut [f64],
    ) -> Result<(), FitFailure> {
        let longest = parts.clone().map(|part| part.x.longest()).fold(0.0, f64::max);
        for _ in 0..MAX_ITERATIONS {
            self.step.fill(0.0);
            self.information.fill(0.0);
            parts.clone().for_each(|part| self.add_score::<F>(&part, beta));
            solve(&mut self.information, &mut self.step)?;
            let bound = longest * self.step.iter().map(|d| d * d).sum::<f64>().sqrt();
            let length = if bound <= WHOLE { 1.0 } else { self.length::<F>(parts.clone(), beta) };
            beta.iter_mut().zip(&self.step).for_each(|(b, d)| *b += length * d);
            if bound <= self.last_change {
                return Ok(());
            }
        }
        Err(FitFailure)
    }

    /// Adds a part's score X'(y - mean) to the step, and the lower triangle of its X' diag(variance) X to the information.
    fn add_score<F: Family>(&mut self, part: &Part<'_>, beta: &[f64]) {
        let (p, sums) = (beta.len(), &mut self.sums[..]);
        dispatch!(Level::new(), simd => add_part::<F, _>(simd, part, beta, sums));
        let mut sums = sums.iter().map(|sum| part.weight * sum.iter().sum::<f64>());
        for j in 0..p {
            self.step[j] += sums.next().unwrap_or_default();
            self.information[j * p..=j * p + j].iter_mut().zip(&mut sums).for_each(|(total, sum)| *total += sum);
        }
    }

    /// The part of a step that is taken where it may change a predictor by more than [`WHOLE`].
    fn length<'a, F: Family>(&mut self, parts: impl Iterator<Item = Part<'a>> + Clone, beta: &[f64]) -> f64 {
        let change = parts.clone().map(|part| self.largest_change(&part)).fold(0.0, f64::max);
        if change <= WHOLE {
            return 1.0;
        }
        let (mut length, safe) = (1.0, libm::log1p(change) / change);
        while length > safe {
            self.trial.iter_mut().zip(beta).zip(&self.step).for_each(|((trial, b), d)| *trial = b + length * d);
            if parts.clone().map(|part| self.slope::<F>(&part)).sum::<f64>() >= 0.0 {
                return length;
            }
            length *= 0.5;
        }
        safe
    }

    /// The largest change max |x'step| of a part's linear predictors; no NaN unless the step has one.
    fn largest_change(&self, part: &Part<'_>) -> f64 {
        dispatch!(Level::new(), simd => {
            let mut most = f64x4::splat(simd, 0.0);
            for x in part.x.fours() {
                most = most.max(product(simd, x, &self.step).abs());
            }
            Four::from(most).into_iter().fold(0.0, f64::max)
        })
    }

    /// The derivative of a part's log-likelihood at the trial in the direction of the step.
    fn slope<F: Family>(&self, part: &Part<'_>) -> f64 {
        let sum: Four = dispatch!(Level::new(), simd => {
            let mut sum = f64x4::splat(simd, 0.0);
            for (x, y) in part.x.fours().zip(part.y) {
                let eta = product(simd, x, &self.trial);
                let (residual, _) = F::residual_and_variance(f64x4::load_array_ref(simd, y), eta);
                sum += residual * product(simd, x, &self.step);
            }
            sum.into()
        });
        part.weight * sum.iter().sum::<f64>()
    }
}

/// The sums behind score and information of a part, coefficient by coefficient: of X'(y - mean), then of its row of X' diag(variance) X up to the
/// diagonal.
#[inline(always)]
fn add_part<F: Family, S: Simd>(simd: S, part: &Part<'_>, beta: &[f64], sums: &mut [Four]) {
    // The same loop for few coefficients: unrolled, with the N = p (p + 3)/2 sums in registers.
    match beta.len() {
        1 => add_few::<F, S, 2>(simd, 1, part, beta, sums),
        2 => add_few::<F, S, 5>(simd, 2, part, beta, sums),
        3 => add_few::<F, S, 9>(simd, 3, part, beta, sums),
        p => {
            sums.fill([0.0; 4]);
            add_rows::<F, S>(simd, p, part, beta, sums);
        }
    }
}

#[inline(always)]
fn add_few<F: Family, S: Simd, const N: usize>(simd: S, p: usize, part: &Part<'_>, beta: &[f64], sums: &mut [Four]) {
    let mut few = [[0.0; 4]; N];
    add_rows::<F, S>(simd, p, part, beta, &mut few);
    sums.copy_from_slice(&few);
}

#[inline(always)]
fn add_rows<F: Family, S: Simd>(simd: S, p: usize, part: &Part<'_>, beta: &[f64], sums: &mut [Four]) {
    let (beta, sums) = (&beta[..p], &mut sums[..p * (p + 3) / 2]);
    for (x, y) in part.x.fours().zip(part.y) {
        let x = &x[..p];
        let (residual, variance) = F::residual_and_variance(f64x4::load_array_ref(simd, y), product(simd, x, beta));
        let mut next = 0;
        for j in 0..p {
            let x_j = f64x4::load_array_ref(simd, &x[j]);
            add(&mut sums[next], residual * x_j);
            let scaled = variance * x_j;
            for i in 0..j + 1 {
                add(&mut sums[next + 1 + i], scaled * f64x4::load_array_ref(simd, &x[i]));
            }
            next += j + 2;
        }
    }
}

#[inline(always)]
fn add<S: Simd>(sum: &mut Four, term: f64x4<S>) {
    *sum = (f64x4::load_array_ref(term.token(), sum) + term).into();
}

/// Replaces `b` by A^-1 b by Cholesky's factorisation, given the lower triangle of A by rows (overwritten by the factor).
pub(crate) fn solve(a: &mut [f64], b: &mut [f64]) -> Result<(), FitFailure> {
    let p = b.len();
    for j in 0..p {
        for i in 0..j {
            let inner: f64 = (0..i).map(|k| a[j * p + k] * a[i * p + k]).sum();
            a[j * p + i] = (a[j * p + i] - inner) / a[i * p + i];
        }
        let diagonal = a[j * p + j];
        let pivot = diagonal - (0..j).map(|k| a[j * p + k] * a[j * p + k]).sum::<f64>();
        if pivot > PIVOT * diagonal {
            a[j * p + j] = pivot.sqrt();
        } else {
            return Err(FitFailure); // also where an overflow made it NaN or infinite
        }
    }
    for j in 0..p {
        let inner: f64 = (0..j).map(|k| a[j * p + k] * b[k]).sum();
        b[j] = (b[j] - inner) / a[j * p + j];
    }
    for j in (0..p).rev() {
        let inner: f64 = (j + 1..p).map(|k| a[k * p + j] * b[k]).sum();
        b[j] = (b[j] - inner) / a[j * p + j];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::poisson::Counts;

    /// One row x = 1 with count 1: L' = w d (1 - e^(beta + t d)) rises along d > 0 up to t = -beta/d. From beta = -4 that is 1/2 for d = 8, 1/4 for
    /// d = 16, just below 1/2 for d = 8.01, where 1/4 is below the safe length ln(9.01)/8.01 = .274, and t = 1 for d = 1.5, which is not even tried.
    #[test]
    fn a_long_step_ends_where_the_likelihood_still_rises() {
        let mut x = Covariates::new(1, 1);
        x.fill(|_| &[1.0]);
        for weight in [0.5, 1.0, 3.0] {
            let parts = [Part { x: &x, y: &[[1.0, 0.0, 0.0, 0.0]], weight }];
            let length = |step: f64| {
                let mut fit = Fit::new(1, LAST_CHANGE);
                fit.step[0] = step;
                fit.length::<Counts>(parts.iter().copied(), &[-4.0])
            };
            assert_eq!([1.5, 8.0, 16.0].map(length), [1.0, 0.5, 0.25]);
            assert_eq!(length(8.01), libm::log1p(8.01) / 8.01);
        }
    }

    /// (4, 2; 2, 2) d = (2, 3): d = (-1/2, 2); no information is no fit.
    #[test]
    fn equations_are_solved_or_refused() {
        let mut d = [2.0, 3.0];
        assert_eq!(solve(&mut [4.0, 0.0, 2.0, 2.0], &mut d), Ok(()));
        assert_eq!(d, [-0.5, 2.0]);
        assert_eq!(solve(&mut [0.0], &mut [1.0]), Err(FitFailure));
    }
}
