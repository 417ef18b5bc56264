//! The risk of a place, generation by generation, from the distributions of its samples.
//!
//! Nothing of the theory crate is used: no closed form, no recursion, no constant. On fixed real rows a fit is correlated with that of generation 0. This
//! covariance is carried beside the second moments, under every schedule, so that one function serves all schedules: one for vectors, one for matrices.

use nalgebra::DMatrix;

use super::place::Place;
use crate::catalogue;
use crate::claims::drawn::{covariance_risks, mean_risk_by_sums};
use crate::claims::moments::normal_mean;
use crate::experiment::{Divisor, Rows};
use crate::simulate::engine::ScheduleKind;

/// Most generations of covariances of drawn rows, of which each takes some hundred numbers.
const MOST_DRAWN: usize = 2_000;

/// How an estimate that is a mean over rows varies. From `rows` rows that a fit of risk e makes, E |estimate - fit|^2 is (noise - shrink e)/rows. For the mean of a
/// Gaussian the noise is tr Sigma, and shrink is 0. For shares of cells and the distribution function shrink is 1: sum p_t (1 - p_t) is smaller by e.
struct Rowwise {
    noise: f64,
    shrink: f64,
}

/// Risks at t = 0..=weights.len() of a fit that is a weighted mean of rows. `kept(t)` is the share of the noise that rows made by the fit of generation t have.
fn of_rows(
    model: &Rowwise,
    rows: Rows,
    schedule: ScheduleKind,
    weights: &[f64],
    kept: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let (n, m) = (rows.real as f64, rows.synthetic as f64);
    let start = model.noise / n;
    // E of the product of the errors of generations 0 and t.
    let mut with_start = start;
    let mut risks = vec![start];
    for (i, w) in weights.iter().enumerate() {
        let last = risks[i];
        let drawn = last + (model.noise * kept(i) - model.shrink * last) / m;
        let u = 1.0 - w;
        risks.push(match schedule {
            ScheduleKind::Fresh => w * w * start + u * u * drawn,
            // Given the fit that makes them, synthetic rows have its mean, so that their covariance with generation 0 is that of the fit.
            ScheduleKind::Fixed => w * w * start + 2.0 * w * u * with_start + u * u * drawn,
            ScheduleKind::Subsample => unreachable!("drawn rows have their own moments"),
            ScheduleKind::Accumulate => {
                let part = m / (n + (i + 1) as f64 * m);
                (1.0 - part) * (1.0 - part) * last + 2.0 * part * (1.0 - part) * last + part * part * drawn
            }
        });
        with_start = w * start + u * with_start;
    }
    risks
}

/// Second moments of a fitted covariance S, in coordinates in which Sigma is diagonal: E `S_ii` `S_jj` on and above the diagonal, E `S_ij`^2 below it. All others
/// are 0.
type Table = DMatrix<f64>;

/// The table of the sample covariance of rows that have the covariance S, with `degrees` degrees of freedom, by Isserlis' formula.
fn sampled(second: &Table, degrees: f64) -> Table {
    DMatrix::from_fn(second.nrows(), second.ncols(), |i, j| {
        let (products, squares) = (second[(i.min(j), i.max(j))], second[(i.max(j), i.min(j))]);
        match i.cmp(&j) {
            std::cmp::Ordering::Less => products + 2.0 * squares / degrees,
            std::cmp::Ordering::Equal => products + 2.0 * products / degrees,
            std::cmp::Ordering::Greater => squares + (products + squares) / degrees,
        }
    })
}

/// E |`Sigma_t` - Sigma|_F^2 at t = 0..=weights.len() from the eigenvalues of Sigma.
fn of_covariance(
    eigenvalues: &[f64],
    divisor: Divisor,
    rows: Rows,
    schedule: ScheduleKind,
    weights: &[f64],
) -> Vec<f64> {
    let p = eigenvalues.len();
    let truth = DMatrix::from_fn(p, p, |i, j| if i <= j { eigenvalues[i] * eigenvalues[j] } else { 0.0 });
    // The expectation of a sample covariance, in units of that of its rows. With divisor n it is 0 for one row.
    let kept = |rows: usize| match divisor {
        Divisor::Unbiased => 1.0,
        Divisor::MaximumLikelihood => 1.0 - 1.0 / rows as f64,
    };
    let (of_real, of_synthetic) = (kept(rows.real), kept(rows.synthetic));
    let estimated = |second: &Table, rows: usize| sampled(second, rows.max(2) as f64 - 1.0) * (kept(rows) * kept(rows));
    let real = estimated(&truth, rows.real);
    // The fit has a multiple of Sigma as expectation. `with_start` is the table of its products with the fit of generation 0.
    let (mut multiple, mut second, mut with_start) = (of_real, real.clone(), real.clone());
    let risk = |second: &Table, multiple: f64| {
        let squares: f64 =
            (0..p).flat_map(|i| (0..p).map(move |j| (i, j))).map(|(i, j)| second[(i.max(j), i.min(j))]).sum();
        let truth: f64 = eigenvalues.iter().map(|l| l * l).sum();
        squares - 2.0 * multiple * truth + truth
    };
    let mut risks = vec![risk(&second, multiple)];
    for (i, &w) in weights.iter().enumerate() {
        let drawn = estimated(&second, rows.synthetic);
        let u = 1.0 - w;
        match schedule {
            ScheduleKind::Fresh => {
                second = &real * (w * w) + drawn * (u * u) + &truth * (2.0 * w * u * of_real * of_synthetic * multiple);
                multiple = w * of_real + u * of_synthetic * multiple;
            }
            ScheduleKind::Fixed => {
                second = &real * (w * w) + drawn * (u * u) + &with_start * (2.0 * w * u * of_synthetic);
                with_start = &real * w + with_start * (u * of_synthetic);
                multiple = w * of_real + u * of_synthetic * multiple;
            }
            ScheduleKind::Subsample => unreachable!("drawn rows have no moments of order four here"),
            ScheduleKind::Accumulate => {
                let part = rows.synthetic as f64 / (rows.real as f64 + (i + 1) as f64 * rows.synthetic as f64);
                let rest = 1.0 - part;
                second = &second * (rest * rest + 2.0 * part * rest * of_synthetic) + drawn * (part * part);
                multiple *= rest + part * of_synthetic;
            }
        }
        risks.push(risk(&second, multiple));
    }
    risks
}

/// E `Sigma_t` in units of Sigma, for each generation: the noise of the mean of synthetic rows is in proportion to it.
fn multiples(divisor: Divisor, rows: Rows, weights: &[f64]) -> Vec<f64> {
    let kept = |rows: usize| match divisor {
        Divisor::Unbiased => 1.0,
        Divisor::MaximumLikelihood => 1.0 - 1.0 / rows as f64,
    };
    let mut found = vec![kept(rows.real)];
    for (i, w) in weights.iter().enumerate() {
        found.push(w * kept(rows.real) + (1.0 - w) * kept(rows.synthetic) * found[i]);
    }
    found
}

/// tr I^-1 of a regression with canonical link. I = L (across (1 - d d') + along d d') L', where Omega = L L', d is the direction of L'beta, and across = E v(bZ),
/// along = E Z^2 v(bZ) with b = |L'beta|, Z standard normal and v the variance of the response. `moments` gives both for a length b.
fn inverse_information(beta: &[f64], design: &DMatrix<f64>, moments: impl Fn(f64) -> [f64; 2]) -> f64 {
    let root = design.clone().cholesky().expect("positive definite").l();
    let gamma = root.transpose() * DMatrix::from_column_slice(beta.len(), 1, beta);
    let length = gamma.norm();
    let [across, along] = moments(length);
    let direction = if length > 0.0 { gamma / length } else { gamma };
    let inverse =
        root.solve_lower_triangular(&DMatrix::identity(beta.len(), beta.len())).expect("no zero on the diagonal");
    // tr A S A' for A = L'^-1 and S = I/across + (1/along - 1/across) d d'.
    let along_direction = (inverse.transpose() * direction).norm_squared();
    inverse.norm_squared() / across + along_direction * (1.0 / along - 1.0 / across)
}

/// The two means of [`inverse_information`] for logistic regression, by the trapezoidal rule.
fn logistic_moments(length: f64) -> [f64; 2] {
    let variance = |eta: f64| {
        let odds = libm::exp(-eta.abs());
        odds / ((1.0 + odds) * (1.0 + odds))
    };
    [normal_mean(|z| variance(length * z)), normal_mean(|z| z * z * variance(length * z))]
}

/// The two means of [`inverse_information`] for Poisson regression. The density of Z times e^(bz) is e^(b^2/2) times that of Z + b, so that they are e^(b^2/2) times
/// the means of 1 and of (Z + b)^2.
fn poisson_moments(length: f64) -> [f64; 2] {
    let factor = libm::exp(0.5 * length * length);
    [factor * normal_mean(|_| 1.0), factor * normal_mean(|z| (z + length) * (z + length))]
}

/// The risks of the place's model at generations 0..=weights.len(). With `finite`, risks that hold only for many rows are refused.
///
/// # Errors
/// Says why there are no risks.
pub fn risks(place: &Place, weights: &[f64], finite: bool) -> Result<Vec<f64>, String> {
    let given = &place.parameters;
    let (rows, schedule, dim) = (place.problem.rows(), place.schedule, place.problem.dim());
    let identity = || DMatrix::identity(dim, dim);
    let sigma = given.sigma.clone().unwrap_or_else(identity);
    let design = given.design_covariance.clone().unwrap_or_else(identity);
    let beta = given.beta.clone().unwrap_or_else(|| vec![1.0; dim]);
    let divisor = given.divisor.unwrap_or(Divisor::Unbiased);
    if divisor == Divisor::MaximumLikelihood && schedule == ScheduleKind::Accumulate {
        return Err("data that accumulate under divisors n and m".to_owned());
    }
    let model = place.problem.model();
    let noise_of_cells = || match &given.probabilities {
        // Pairs of categories: 1 - p has lost the digits of rare ones.
        Some(p) => (0..p.len()).flat_map(|i| (0..p.len()).filter(move |j| *j != i).map(move |j| p[i] * p[j])).sum(),
        None if model == &catalogue::CDF => 1.0 / 6.0,
        None => [0.1, 0.2, 0.3, 0.4].iter().map(|p| p * (1.0 - p)).sum::<f64>(),
    };
    if schedule == ScheduleKind::Subsample {
        let (noise, divisor) = if model == &catalogue::GAUSSIAN_MEAN {
            (sigma.trace(), divisor)
        } else if model == &catalogue::CATEGORICAL || model == &catalogue::CDF {
            // A row is in a cell or not, and the fit's own p (1 - p) is the variance of the drawn rows.
            (noise_of_cells(), Divisor::MaximumLikelihood)
        } else if model.loss_index == 1 {
            if weights.len() > MOST_DRAWN {
                return Err("covariances of drawn rows of late generations".to_owned());
            }
            let eigenvalues = sigma.symmetric_eigenvalues();
            let is_biased = divisor == Divisor::MaximumLikelihood;
            let rows = (rows.real as u64, rows.synthetic as u64);
            return Ok(covariance_risks(eigenvalues.as_slice(), rows, is_biased, weights.len() as u32));
        } else {
            return Err("regressions on drawn rows".to_owned());
        };
        let is_biased = divisor == Divisor::MaximumLikelihood;
        let risks = mean_risk_by_sums(rows.real as u64, rows.synthetic as u64, is_biased, weights.len() as u32);
        return Ok(risks.into_iter().map(|risk| noise * risk).collect());
    }
    let mean_of = |noise: f64| of_rows(&Rowwise { noise, shrink: 0.0 }, rows, schedule, weights, |_| 1.0);
    let in_the_limit = |noise: f64| if finite { Err("a law for many rows".to_owned()) } else { Ok(mean_of(noise)) };
    if model == &catalogue::GAUSSIAN_MEAN {
        let left = multiples(divisor, rows, weights);
        return Ok(of_rows(&Rowwise { noise: sigma.trace(), shrink: 0.0 }, rows, schedule, weights, |t| left[t]));
    }
    if model == &catalogue::GAUSSIAN_COVARIANCE || model == &catalogue::GAUSSIAN_VARIANCE {
        let eigenvalues = sigma.symmetric_eigenvalues();
        return Ok(of_covariance(eigenvalues.as_slice(), divisor, rows, schedule, weights));
    }
    if model == &catalogue::CATEGORICAL || model == &catalogue::CDF {
        return Ok(of_rows(&Rowwise { noise: noise_of_cells(), shrink: 1.0 }, rows, schedule, weights, |_| 1.0));
    }
    if model == &catalogue::LINEAR {
        let noise = given.noise_variance.unwrap_or(1.0) * design.try_inverse().expect("positive definite").trace();
        if schedule.takes_weight() && weights.iter().all(|w| *w == 0.0) && place.weight == 0.0 {
            // Rows N(0, Omega) have E (X'X)^-1 = Omega^-1/(rows - p - 1).
            let spare = |rows: usize| rows as f64 - dim as f64 - 1.0;
            let [fresh, drawn] = [rows.real, rows.synthetic]
                .map(|rows| if spare(rows) > 0.0 { noise / spare(rows) } else { f64::INFINITY });
            return Ok((0..=weights.len()).map(|t| if t == 0 { fresh } else { fresh + t as f64 * drawn }).collect());
        }
        if schedule == ScheduleKind::Fresh {
            return Err("a law by quadrature".to_owned());
        }
        return in_the_limit(noise);
    }
    if model == &catalogue::LOGISTIC {
        return in_the_limit(inverse_information(&beta, &design, logistic_moments));
    }
    if model == &catalogue::POISSON {
        return in_the_limit(inverse_information(&beta, &design, poisson_moments));
    }
    Err("a model without independent steps".to_owned())
}
