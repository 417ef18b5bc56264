//! Newton's method for the maximum of a weighted log-likelihood.

use super::{
    FitFailure,
    covariates::Covariates,
    glm::Family,
    lanes::{LANES, dot},
};

/// Some of the rows of a fit.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Their covariates.
    pub x: &'a Covariates,
    /// Their responses, one for each row of `x` with its zeros.
    pub y: &'a [f64],
    /// The weight of each row.
    pub weight: f64,
}

/// Newton's method for the maximum of a weighted log-likelihood; holds the scratch memory.
///
/// # Formula
/// maximises L(beta) = sum of weight_i (y_i eta_i - b(eta_i)) by steps t d, d = I^-1 score, r = max |x_i'd|.
/// Where r <= 1, t = 1; else t is the first of 1, 1/2, 1/4, ... at which L still rises along d, but at least ln(1 + r)/r.
/// # Ascent
/// Along d, |b'''| <= b'' gives -L''(t) <= lambda^2 e^(rt), lambda^2 = d'I d, so L'(t) >= lambda^2 (1 - (e^(rt) - 1)/r). So L rises up
/// to t = ln(1 + r)/r; and for r <= 1, L(1) - L(0) >= lambda^2 (1 - (e^r - 1 - r)/r^2) >= 0.28 lambda^2. Being concave, L gains more
/// from a longer t at which it still rises. Hence L never falls, and its value is never needed.
/// # Stop
/// After the step with r <= 1e-6. By the same inequality the lambda that remains is at most (r/2 + O(r^2)) times the last: for
/// weights of sum 1 and responses 0 and 1, where lambda <= r/2, below 1e-12.
/// # Existence
/// The maximum fails to exist exactly where a direction h has X h /= 0 and moves no row towards a worse fit: x_i'h <= 0 (>= 0) where
/// y_i is at the lower (upper) end of the range of the mean, x_i'h = 0 elsewhere (separation, complete or quasi-complete; for Poisson
/// all-zero counts and their like). There h'I d = h'score reads
/// sum weight v_i (x_i'h)(x_i'd) = sum weight |y_i - mean_i| |x_i'h| >= sum weight v_i |x_i'h|, since v = b'' <= |y - mean| there;
/// hence r >= 1, at every beta. So r <= 1e-6 proves that the maximum exists, and where it exists the ascent reaches it.
/// Rounding could break the argument only in a nearly singular information matrix, which is refused (a pivot below
/// 1e-12 of its diagonal entry).
/// # Source
/// derived (generalised self-concordance as in Bach 2010, Electronic Journal of Statistics 4).
/// # Tested by
/// `tests/glm.rs`: failures coincide with separation found by linear programming; optima at 50 digits.
#[derive(Clone, Debug)]
pub struct Fit {
    last_change: f64,
    step: Vec<f64>,
    trial: Vec<f64>,
    information: Vec<f64>,
    eta: Vec<f64>,
    residual: Vec<f64>,
    variance: Vec<f64>,
}

/// A pivot of the information matrix below this part of its diagonal entry counts as zero. Rounding errors are some 1e-15 of
/// the diagonal entry, so a pivot that passes has a relative error below 1e-2 and still shows r >= 1 under separation.
const PIVOT: f64 = 1e-12;

/// Under separation the predictors of the rows that matter grow by about 1 at each iteration, and where the maximum exists they are
/// of the order of the logarithm of the overlap, at most -ln 1e-16 = 37 in double precision. So a longer climb
/// leads nowhere; the samples of `tests/glm.rs`, some within 1e-3 of separation, need fewer than 50 iterations.
const MAX_ITERATIONS: usize = 100;

impl Fit {
    /// Scratch memory for this number of coefficients and for parts of at most so many rows.
    ///
    /// The step is the last where it changes no linear predictor by more than `last_change`.
    #[must_use]
    pub fn new(coefficients: usize, rows: usize, last_change: f64) -> Self {
        let (of_coefficients, of_rows) = (|| vec![0.0; coefficients], || vec![0.0; rows.next_multiple_of(LANES)]);
        Self {
            last_change,
            step: of_coefficients(),
            trial: of_coefficients(),
            information: vec![0.0; coefficients * coefficients],
            eta: of_rows(),
            residual: of_rows(),
            variance: of_rows(),
        }
    }

    /// Fits `beta`; a part of weight zero does not count. Starts from the `beta` given, and once more from zero where that
    /// fails: far from the maximum the information may be singular to working precision.
    ///
    /// # Errors
    /// [`FitFailure`] where the maximum does not exist (or is not unique).
    pub fn maximise<F: Family>(&mut self, parts: &[Part<'_>], beta: &mut [f64]) -> Result<(), FitFailure> {
        self.climb::<F>(parts, beta).or_else(|FitFailure| {
            beta.fill(0.0);
            self.climb::<F>(parts, beta)
        })
    }

    fn climb<F: Family>(&mut self, parts: &[Part<'_>], beta: &mut [f64]) -> Result<(), FitFailure> {
        let longest = counted(parts).map(|part| part.x.longest()).fold(0.0, f64::max);
        for _ in 0..MAX_ITERATIONS {
            self.step.fill(0.0);
            self.information.fill(0.0);
            counted(parts).for_each(|part| self.add_score::<F>(part, beta));
            solve(&mut self.information, &mut self.step)?;
            let bound = longest * self.step.iter().map(|d| d * d).sum::<f64>().sqrt();
            let length = if bound <= 1.0 { 1.0 } else { self.length::<F>(parts, beta) };
            beta.iter_mut().zip(&self.step).for_each(|(b, d)| *b += length * d);
            if bound <= self.last_change {
                return Ok(());
            }
        }
        Err(FitFailure)
    }

    /// Adds a part's score X'(y - mean) to the step, and the lower triangle of its X' diag(variance) X to the information.
    fn add_score<F: Family>(&mut self, part: &Part<'_>, beta: &[f64]) {
        let count = part.y.len();
        let (eta, residual, variance) =
            (&mut self.eta[..count], &mut self.residual[..count], &mut self.variance[..count]);
        part.x.predict(beta, eta);
        for ((residual, variance), (&y, &eta)) in residual.iter_mut().zip(&mut *variance).zip(part.y.iter().zip(&*eta))
        {
            (*residual, *variance) = F::residual_and_variance(y, eta);
        }
        let scaled = eta;
        for (j, column) in part.x.columns().iter().enumerate() {
            self.step[j] += part.weight * dot(residual, column);
            scaled.iter_mut().zip(&*variance).zip(column).for_each(|((s, v), x)| *s = v * x);
            for (other, sum) in part.x.columns()[..=j].iter().zip(&mut self.information[j * beta.len()..]) {
                *sum += part.weight * dot(scaled, other);
            }
        }
    }

    /// The part of a step that is taken where it may change a predictor by more than 1.
    fn length<F: Family>(&mut self, parts: &[Part<'_>], beta: &[f64]) -> f64 {
        let change = counted(parts).map(|part| self.largest_change(part)).fold(0.0, f64::max);
        if change <= 1.0 {
            return 1.0;
        }
        let (mut length, safe) = (1.0, libm::log1p(change) / change);
        while length > safe {
            self.trial.iter_mut().zip(beta).zip(&self.step).for_each(|((trial, b), d)| *trial = b + length * d);
            if counted(parts).map(|part| self.slope::<F>(part)).sum::<f64>() >= 0.0 {
                return length;
            }
            length *= 0.5;
        }
        safe
    }

    /// The largest change max |x'step| of a part's linear predictors; NaN-free where the step is.
    fn largest_change(&mut self, part: &Part<'_>) -> f64 {
        let change = &mut self.eta[..part.y.len()];
        part.x.predict(&self.step, change);
        change.iter().fold(0.0, |largest, change| f64::max(largest, change.abs()))
    }

    /// The derivative of a part's log-likelihood at the trial in the direction of the step.
    fn slope<F: Family>(&mut self, part: &Part<'_>) -> f64 {
        let count = part.y.len();
        let (eta, residual) = (&mut self.eta[..count], &mut self.residual[..count]);
        part.x.predict(&self.trial, eta);
        for (residual, (&y, &eta)) in residual.iter_mut().zip(part.y.iter().zip(&*eta)) {
            *residual = F::residual_and_variance(y, eta).0;
        }
        part.x.predict(&self.step, eta);
        part.weight * dot(residual, eta)
    }
}

/// The parts that have a weight.
fn counted<'a>(parts: &'a [Part<'a>]) -> impl Iterator<Item = &'a Part<'a>> {
    parts.iter().filter(|part| part.weight > 0.0)
}

/// Replaces `b` by A^-1 b by Cholesky's factorisation, given the lower triangle of A by rows (overwritten by the factor).
fn solve(a: &mut [f64], b: &mut [f64]) -> Result<(), FitFailure> {
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
