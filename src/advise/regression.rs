//! A regression on a table: the fit, the sandwich, and the influence of each row on what is made of them.

use super::design::Design;
use super::matrix::{Lower, at, dot, form, times, times_into};
use super::{AdviseError, Coefficient, Loss, Variances};
use crate::table::Table;

/// A regression with canonical link: the mean and the variance of a response are functions of its linear predictor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Mean eta, variance s^2 (a factor that is estimated, and left out of [`Link::at`]).
    Linear,
    /// Mean 1/(1 + e^-eta).
    Logistic,
    /// Mean and variance e^eta.
    Poisson,
}

/// Of a row: y - mean, the variance b''(eta), and its derivative b'''(eta).
#[derive(Clone, Copy)]
struct Moments {
    residual: f64,
    variance: f64,
    slope: f64,
}

impl Link {
    fn at(self, y: f64, eta: f64) -> Moments {
        match self {
            Self::Linear => Moments { residual: y - eta, variance: 1.0, slope: 0.0 },
            Self::Logistic => {
                // Of the end of the range that is nearer, so that nothing cancels.
                let (up, down) = (1.0 / (1.0 + libm::exp(-eta)), 1.0 / (1.0 + libm::exp(eta)));
                let residual = if y > 0.5 { down } else { -up };
                Moments { residual, variance: up * down, slope: up * down * (down - up) }
            }
            Self::Poisson => {
                let mean = libm::exp(eta);
                Moments { residual: y - mean, variance: mean, slope: mean }
            }
        }
    }
}

/// Change of a linear predictor after which the fit has ended: the next change would be below its square, 1e-14.
const LAST_CHANGE: f64 = 1e-7;

/// A step that changes no linear predictor by more is taken whole; of a longer one the first of 1, 1/2, 1/4, ... at which the likelihood still rises, but at least the
/// part ln(1 + r)/r, r that change, along which it rises in any case (derived at `goldenweight_recursion::newton::Fit`). That part alone would take a thousand steps
/// to a row whose predictor is beyond some thousand.
const WHOLE: f64 = 1.5;

/// Without a maximum the predictors grow by ln 2 or more at each step, and the information is singular to working precision where they reach some 35.
const MAX_STEPS: usize = 200;

/// A mean square of responses at which residuals of a part of 1e-8 still have squares with all digits.
const SMALLEST: f64 = 1e-290;

/// A leverage that is 1 but for rounding.
const FULL_LEVERAGE: f64 = 1.0 - 1e-9;

/// A pivot of the information below this part of its diagonal entry counts as zero.
const PIVOT: f64 = 1e-12;

/// The fit on a table and its first-order law.
pub(crate) struct Regression {
    pub(crate) coefficients: Vec<Coefficient>,
    /// In the order of [`Loss::ALL`].
    pub(crate) variances: [Variances; 3],
    pub(crate) extremes: Extremes,
}

/// The rows that the fit hangs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extremes {
    /// Largest leverage of a row, and which.
    pub(crate) leverage: (f64, usize),
    /// Largest share of a row in A_r of each loss, in the order of [`Loss::ALL`], and which.
    pub(crate) shares: [(f64, usize); 3],
}

impl Regression {
    pub(crate) fn new(table: &Table, link: Link) -> Result<Self, AdviseError> {
        let design = Design::new(table)?;
        let law = Law::new(&design, link)?;
        let (variances, extremes) = (law.variances(), law.extremes());
        let raw = design.to_raw(&law.beta);
        let deviations = law.raw_deviations();
        let coefficients = design.names.iter().zip(raw).zip(deviations);
        let coefficients = coefficients
            .map(|((name, value), std_error)| Coefficient { name: name.clone(), value, std_error })
            .collect();
        Ok(Self { coefficients, variances, extremes })
    }
}

/// The fit alone, with the metric of a loss.
pub(crate) struct Fitted {
    pub(crate) beta: Vec<f64>,
    /// Q without the factor 1/s^2 of the deviance's.
    pub(crate) metric: Vec<f64>,
    /// s^2.
    pub(crate) dispersion: f64,
}

impl Fitted {
    pub(crate) fn new(design: &Design<'_>, link: Link, loss: Loss) -> Result<Self, AdviseError> {
        let law = Law::new(design, link)?;
        let p = design.coefficients();
        let unit = |j: usize| (0..p).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let metric = (0..p).flat_map(|j| law.metric(loss, &unit(j))[..=j].to_vec()).collect();
        Ok(Self { beta: law.beta, metric, dispersion: law.dispersion })
    }
}

/// Newton's method from the intercept alone.
fn maximise(design: &Design<'_>, link: Link) -> Result<Vec<f64>, AdviseError> {
    let mean = design.sum(1, |_, row, sums| sums[0] += design.response(row))[0] / design.rows() as f64;
    let mut beta = vec![0.0; design.coefficients()];
    beta[0] = match link {
        Link::Linear => mean,
        Link::Logistic => libm::log(mean / (1.0 - mean)),
        Link::Poisson => libm::log(mean),
    };
    climb(design, link, &mut beta, LAST_CHANGE, |_| 1.0).map_err(|step| match step {
        Some(step) => separated(design, link, &step),
        None => AdviseError::NoFit,
    })?;
    Ok(beta)
}

/// Change of a linear predictor after which the fit to a resample has ended: the next one would be below 1e-6, nothing beside a standard error.
const LAST_CHANGE_RESAMPLED: f64 = 1e-3;

/// The fit in which row i counts `counts[i]` times, from another fit; none where it does not exist.
pub(crate) fn refit(design: &Design<'_>, link: Link, start: &[f64], counts: &[u32]) -> Option<Vec<f64>> {
    let mut beta = start.to_vec();
    climb(design, link, &mut beta, LAST_CHANGE_RESAMPLED, |row| f64::from(counts[row])).ok()?;
    Some(beta)
}

/// The same fit to first order from that to the table, b + H^-1 sum_i (c_i - 1) psi_i / n, with H^-1 of the table: where a coefficient has no rows, it has this.
pub(crate) fn refit_to_first_order(
    design: &Design<'_>,
    link: Link,
    start: &[f64],
    inverse: &[f64],
    counts: &[u32],
) -> Vec<f64> {
    // The scores of the table add up to 0.
    let score = design.sum_where(
        start.len(),
        |row| counts[row] > 0,
        |x, row, sums| {
            let residual = f64::from(counts[row]) * link.at(design.response(row), dot(x, start)).residual;
            sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += residual * x);
        },
    );
    let step = times(inverse, &score);
    start.iter().zip(step).map(|(b, d)| b + d / design.rows() as f64).collect()
}

/// Newton's method with so many of each row, to a last change of the predictors. Where it does not end, the error has its last step, or nothing where that is
/// not finite.
fn climb(
    design: &Design<'_>,
    link: Link,
    beta: &mut [f64],
    last: f64,
    count: impl Fn(usize) -> f64 + Sync,
) -> Result<(), Option<Vec<f64>>> {
    let p = design.coefficients();
    let length = p * (p + 1) / 2;
    let mut step = vec![0.0; p];
    for _ in 0..MAX_STEPS {
        let at = &*beta;
        let sums = design.sum_where(
            length + p,
            |row| count(row) > 0.0,
            |x, row, sums| {
                let Moments { residual, variance, .. } = link.at(design.response(row), dot(x, at));
                let (residual, variance) = (count(row) * residual, count(row) * variance);
                let (score, mut rest) = sums.split_at_mut(p);
                score.iter_mut().zip(x).for_each(|(sum, x)| *sum += residual * x);
                for j in 0..p {
                    let (now, next) = rest.split_at_mut(j + 1);
                    let scaled = variance * x[j];
                    now.iter_mut().zip(x).for_each(|(sum, x)| *sum += scaled * x);
                    rest = next;
                }
            },
        );
        let Ok(lower) = Lower::factor(&sums[p..], PIVOT) else { break };
        step.copy_from_slice(&sums[..p]);
        lower.solve(&mut step);
        // Of linear regression the first step is the last.
        let change = if link == Link::Linear { 0.0 } else { largest_change(design, &step) };
        if change <= last {
            beta.iter_mut().zip(&step).for_each(|(b, d)| *b += d);
            return Ok(());
        }
        if !change.is_finite() {
            return Err(None);
        }
        let slope = |length: f64| {
            let trial: Vec<f64> = at.iter().zip(&step).map(|(b, d)| b + length * d).collect();
            let add = |x: &[f64], row: usize, sums: &mut [f64]| {
                sums[0] += count(row) * link.at(design.response(row), dot(x, &trial)).residual * dot(x, &step);
            };
            design.sum_where(1, |row| count(row) > 0.0, add)[0]
        };
        let length = if change <= WHOLE { 1.0 } else { rising(change, slope) };
        beta.iter_mut().zip(&step).for_each(|(b, d)| *b += length * d);
    }
    Err(Some(step))
}

/// The part of a step that is taken where it changes a linear predictor by this; `slope` is the derivative of the log-likelihood behind a part of the step.
fn rising(change: f64, slope: impl Fn(f64) -> f64) -> f64 {
    let safe = libm::log1p(change) / change;
    let halves = std::iter::successors(Some(1.0), |length| Some(0.5 * length)).take_while(|length| *length > safe);
    halves.into_iter().find(|length| slope(*length) >= 0.0).unwrap_or(safe)
}

/// max |x'd| over the rows.
fn largest_change(design: &Design<'_>, step: &[f64]) -> f64 {
    let mut x = vec![0.0; step.len()];
    (0..design.rows()).fold(0.0, |most: f64, row| {
        design.fill(row, &mut x);
        most.max(dot(&x, step).abs())
    })
}

/// What a fit that does not end has run along. Where there is no maximum, the steps tend to a direction h with x'h at or below 0 in rows whose response
/// is the smallest possible, at or above 0 where it is the largest, and 0 elsewhere; it is not 0 in all.
fn separated(design: &Design<'_>, link: Link, step: &[f64]) -> AdviseError {
    let most = largest_change(design, step);
    let small = ROUNDING_OF_A_STEP * most;
    if !separates(design, link, step, small) {
        return AdviseError::NoFit;
    }
    // Columns that are not needed, the one with the smallest coefficient first: where the others separate as they stand, or at other coefficients.
    let mut direction = step.to_vec();
    let mut order: Vec<usize> = (1..step.len()).collect();
    order.sort_by(|&i, &j| step[i].abs().total_cmp(&step[j].abs()));
    let is_small = design.rows() * step.len().pow(3) <= MOST_REFITTED;
    for j in order {
        let mut rest = direction.clone();
        rest[j] = 0.0;
        if separates(design, link, &rest, small) {
            direction = rest;
        } else if let Some(other) = Some(rest).filter(|_| is_small).and_then(|rest| separated_by(design, link, &rest)) {
            direction = other;
        }
    }
    AdviseError::Separated { columns: design.named(&direction) }
}

/// What is left of the rows that do have a fit, beside the largest change: the steps in their directions vanish with the square.
const ROUNDING_OF_A_STEP: f64 = 1e-3;

/// Rows times coefficients cubed up to which the fits to fewer columns are made that say which ones separate: some seconds.
const MOST_REFITTED: usize = 100_000_000;

/// A direction that separates the responses by the covariates of another one alone.
fn separated_by(design: &Design<'_>, link: Link, other: &[f64]) -> Option<Vec<f64>> {
    let kept: Vec<usize> = (1..other.len()).filter(|&j| other[j] != 0.0).collect();
    let reduced = design.of_covariates(&kept);
    let mut beta = vec![0.0; reduced.coefficients()];
    let step = climb(&reduced, link, &mut beta, LAST_CHANGE, |_| 1.0).err()??;
    let small = ROUNDING_OF_A_STEP * largest_change(&reduced, &step);
    let mut direction = vec![0.0; other.len()];
    kept.iter().zip(&step[1..]).for_each(|(&j, step)| direction[j] = *step);
    separates(&reduced, link, &step, small).then_some(direction)
}

/// Whether a direction h separates the responses at some intercept: the largest ones at or above the smallest ones in x'h. The rows of other responses
/// must be in one place, at the end of the range. Differences below `small` are rounding; where the rows near the border vary less than all rows do, so
/// much less is: beside a row that is far away, all others look alike.
fn separates(design: &Design<'_>, link: Link, direction: &[f64], mut small: f64) -> bool {
    let mut x = vec![0.0; direction.len()];
    // Coefficients that move no row by more than rounding are none.
    let moved = ranges(design, |_| true);
    let direction: Vec<f64> = (0..direction.len())
        .map(|j| if j == 0 || direction[j].abs() * moved[j] > small { direction[j] } else { 0.0 })
        .collect();
    let along: Vec<f64> = (0..design.rows())
        .map(|row| {
            design.fill(row, &mut x);
            dot(&x, &direction)
        })
        .collect();
    // The range of x'h of the smallest responses, and that of the others.
    let (mut low, mut high) = ([f64::INFINITY, f64::NEG_INFINITY], [f64::INFINITY, f64::NEG_INFINITY]);
    for (row, along) in along.iter().enumerate() {
        let [least, most] = if design.response(row) == 0.0 { &mut low } else { &mut high };
        (*least, *most) = (least.min(*along), most.max(*along));
    }
    loop {
        let is_apart = low[1] <= high[0] + small && low[0] < high[1] - small;
        let is_so = match link {
            Link::Linear => false,
            Link::Logistic => is_apart,
            // The others have a fit, so they stand still.
            Link::Poisson => is_apart && high[1] - high[0] <= small,
        };
        let border = 0.5 * (low[1] + high[0]);
        let near = ranges(design, |row| (along[row] - border).abs() <= small);
        let finer =
            ROUNDING_OF_A_STEP * direction[1..].iter().zip(&near[1..]).map(|(h, range)| h.abs() * range).sum::<f64>();
        // Where it is hardly finer, the rows near the border are the ones that were looked at.
        if !is_so || finer > 0.5 * small || small == 0.0 {
            return is_so;
        }
        small = finer;
    }
}

/// Largest less smallest of each covariate over the rows that are meant; 0 where there are none.
fn ranges(design: &Design<'_>, is_meant: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut x = vec![0.0; design.coefficients()];
    let mut ranges = vec![[f64::INFINITY, f64::NEG_INFINITY]; x.len()];
    for row in (0..design.rows()).filter(|row| is_meant(*row)) {
        design.fill(row, &mut x);
        ranges.iter_mut().zip(&x).for_each(|([least, most], x)| (*least, *most) = (least.min(*x), most.max(*x)));
    }
    ranges.into_iter().map(|[least, most]| (most - least).max(0.0)).collect()
}

/// The matrices at the fit, in the coordinates of the standardised covariates.
pub(crate) struct Law<'a> {
    design: &'a Design<'a>,
    link: Link,
    pub(crate) beta: Vec<f64>,
    /// I = mean of b'' x x', without the dispersion.
    pub(crate) information: Vec<f64>,
    /// J = mean of (y - mean)^2 x x'.
    squares: Vec<f64>,
    /// I^-1.
    pub(crate) inverse: Vec<f64>,
    /// I^-1 J I^-1.
    pub(crate) covariance: Vec<f64>,
    /// tr J I^-1, A_r of the deviance loss but for the dispersion.
    real: f64,
    pub(crate) dispersion: f64,
}

impl<'a> Law<'a> {
    pub(crate) fn new(design: &'a Design<'a>, link: Link) -> Result<Self, AdviseError> {
        let beta = maximise(design, link)?;
        let p = design.coefficients();
        let eta = |x: &[f64], row: usize| link.at(design.response(row), dot(x, &beta));
        let [information, squares] = design.moments(|x, row| {
            let Moments { residual, variance, .. } = eta(x, row);
            [variance, residual * residual]
        });
        let lower = Lower::factor(&information, PIVOT).map_err(|_| AdviseError::NoFit)?;
        let inverse = lower.inverse(p);
        let (covariance, real) = lower.sandwich(&squares, p);
        // s^2 of linear regression; 1 in the other families.
        let dispersion = match link {
            Link::Linear => squares[0],
            Link::Logistic | Link::Poisson => 1.0,
        };
        // What is left of the responses by rounding alone: of a hundred roundings, or of the last of Newton's steps.
        let rounding = match link {
            Link::Linear => 100.0 * f64::EPSILON,
            Link::Logistic => 0.0,
            Link::Poisson => 1e-10,
        };
        let total = design.sum(1, |_, row, sums| sums[0] += design.response(row) * design.response(row))[0];
        let total = total / design.rows() as f64;
        if !(total > SMALLEST && total.is_finite()) {
            return Err(AdviseError::Range { column: design.target().to_owned() });
        }
        if squares[0] <= rounding * rounding * total {
            return Err(AdviseError::Perfect);
        }
        Ok(Self { design, link, beta, information, squares, inverse, covariance, real, dispersion })
    }

    /// Of each coefficient in the units of its column, about how many rows it hangs on: (sum g^2)^2/sum g^4, g the root of b'' times the coefficient's entry of I^-1 x.
    pub(crate) fn support(&self) -> Vec<f64> {
        let p = self.design.coefficients();
        let sums = self.design.sum(2 * p, |x, row, sums| {
            let Moments { variance, .. } = self.link.at(self.design.response(row), dot(x, &self.beta));
            for (j, g) in self.design.to_raw(&times(&self.inverse, x)).into_iter().enumerate() {
                let square = variance * g * g;
                sums[j] += square;
                sums[p + j] += square * square;
            }
        });
        (0..p).map(|j| sums[j] * sums[j] / sums[p + j]).collect()
    }

    /// Q v of a loss.
    pub(crate) fn metric(&self, loss: Loss, v: &[f64]) -> Vec<f64> {
        match loss {
            Loss::Raw => self.design.to_raw_transposed(&self.design.to_raw(v)),
            Loss::Standardised => v.to_vec(),
            Loss::Deviance => times(&self.information, v),
        }
    }

    /// tr Q I^-1 and tr Q I^-1 J I^-1.
    fn traces(&self, loss: Loss) -> (f64, f64) {
        let p = self.beta.len();
        if loss == Loss::Deviance {
            return (p as f64, self.real);
        }
        let of =
            |a: &[f64]| (0..p).map(|j| self.metric(loss, &(0..p).map(|i| a[at(i, j)]).collect::<Vec<_>>())[j]).sum();
        (of(&self.inverse), of(&self.covariance))
    }

    /// Standard errors of the coefficients in the units of the columns: the roots of the diagonal of M C M'/n.
    fn raw_deviations(&self) -> Vec<f64> {
        let (p, rows) = (self.beta.len(), self.design.rows() as f64);
        // M' e_j, without forming M.
        let row = |j: usize| {
            let mut unit = vec![0.0; p];
            unit[j] = 1.0;
            self.design.to_raw_transposed(&unit)
        };
        (0..p)
            .map(|j| {
                let row = row(j);
                (form(&self.squares, &times(&self.inverse, &row)) / rows).sqrt()
            })
            .collect()
    }

    /// The variances in each loss with the standard error of their ratio.
    ///
    /// # Formula
    /// A_s = s^2 tr Q I^-1, A_r = tr Q I^-1 J I^-1. A row z = (x, y) with residual e moves the fit by psi = I^-1 x e, and
    /// ```text
    /// d ln s^2 = e^2/s^2 - 1 (linear; else 0)
    /// d tr QI^-1 = tr QI^-1 - b'' x'Bx - E[b''' (x'Bx) x]'psi + tr dQ I^-1
    /// d A_r = e^2 x'Bx - b'' x'Gx + A_r - (2 E[e b'' (x'Bx) x] + E[b''' (x'Gx) x])'psi + tr dQ I^-1 J I^-1
    /// ```
    /// with B = I^-1 Q I^-1, G = I^-1 J B + B J I^-1. Q is fixed in the raw loss. In that of the deviance it is I, so that tr QI^-1 = p does not move
    /// and tr dQ C = b'' x'Cx - A_r + E[b''' (x'Cx) x]'psi, C = I^-1 J I^-1. In that of the standardised columns, at means 0 and deviations 1,
    /// tr dQ C = 2 sum_j ((x_j^2 - 1)/2 C_jj + x_j C_j0).
    /// So d ln(A_s/A_r) = alpha(z) + tau'psi(z), and its variance is E alpha^2 + 2 tau'E[alpha psi] + tau'C tau, over n.
    /// # Source
    /// derived: influence functions of I, J and the fit (their expansions to first order in the law of the rows)
    fn variances(&self) -> [Variances; 3] {
        let (p, rows) = (self.beta.len(), self.design.rows() as f64);
        let traces = Loss::ALL.map(|loss| self.traces(loss));
        // Per loss: sum of alpha^2; A_r of the jackknife; then sums of alpha psi, E[b'''(x'Bx)x], E[e b''(x'Bx)x], E[b'''(x'Gx)x].
        let per_loss = 2 + 4 * p;
        let sums = self.design.sum(3 * per_loss, |x, row, sums| self.row(x, row, &traces, sums));
        std::array::from_fn(|i| {
            let sums: Vec<f64> = sums[i * per_loss..(i + 1) * per_loss].iter().map(|sum| sum / rows).collect();
            let (squares, jackknife, vectors) = (sums[0], sums[1], &sums[2..]);
            let [alpha_psi, t_b, u_b, t_g] = std::array::from_fn(|v| &vectors[v * p..(v + 1) * p]);
            let (inverse, sandwich) = traces[i];
            let tau: Vec<f64> = (0..p)
                .map(|j| match Loss::ALL[i] {
                    // x'Gx = 2 x'Cx there, and A_s does not move.
                    Loss::Deviance => (2.0 * u_b[j] + 0.5 * t_g[j]) / sandwich,
                    _ => (2.0 * u_b[j] + t_g[j]) / sandwich - t_b[j] / inverse,
                })
                .collect();
            let variance = squares + 2.0 * dot(&tau, alpha_psi) + form(&self.squares, &times(&self.inverse, &tau));
            // The information of linear regression has the factor 1/s^2.
            let unit = if Loss::ALL[i] == Loss::Deviance { self.dispersion } else { 1.0 };
            Variances {
                synthetic: self.dispersion * inverse / unit,
                real: sandwich / unit,
                log_ratio_std_error: (variance.max(0.0) / rows).sqrt(),
                jackknife: Some(jackknife / sandwich),
            }
        })
    }

    /// Adds a row to the sums of [`Law::variances`].
    fn row(&self, x: &[f64], row: usize, traces: &[(f64, f64); 3], sums: &mut [f64]) {
        let p = x.len();
        let Moments { residual, variance, slope } = self.link.at(self.design.response(row), dot(x, &self.beta));
        let mut memory = vec![0.0; 3 * p];
        let (a, rest) = memory.split_at_mut(p);
        let (c, d) = rest.split_at_mut(p);
        times_into(&self.inverse, x, a);
        times_into(&self.squares, a, c);
        times_into(&self.inverse, c, d);
        let leverage = variance * dot(a, x) / self.design.rows() as f64;
        let dispersion = if self.link == Link::Linear { residual * residual / self.dispersion - 1.0 } else { 0.0 };
        for (i, sums) in sums.chunks_exact_mut(2 + 4 * p).enumerate() {
            let (loss, (inverse, sandwich)) = (Loss::ALL[i], traces[i]);
            let own;
            let q_a = match loss {
                Loss::Raw => {
                    own = self.metric(loss, a);
                    &own[..]
                }
                Loss::Standardised => &*a,
                Loss::Deviance => x,
            };
            // x'Bx and x'Gx; in the deviance loss the latter is 2 a'Ja.
            let g = 2.0 * if loss == Loss::Deviance { dot(a, c) } else { dot(d, q_a) };
            let b = dot(a, q_a);
            let squared = residual * residual * b;
            let (synthetic, real) = match loss {
                Loss::Raw => (inverse - variance * b, squared - variance * g + sandwich),
                Loss::Standardised => {
                    // tr dQ A of I^-1 and of C.
                    let moved = |m: &[f64]| {
                        (1..p).map(|j| (x[j] * x[j] - 1.0) * m[at(j, j)] + 2.0 * x[j] * m[at(j, 0)]).sum::<f64>()
                    };
                    (
                        inverse - variance * b + moved(&self.inverse),
                        squared - variance * g + sandwich + moved(&self.covariance),
                    )
                }
                Loss::Deviance => (0.0, squared - 0.5 * variance * g),
            };
            let alpha = dispersion + synthetic / inverse - real / sandwich;
            sums[0] += alpha * alpha;
            // Without a row that alone decides its fitted value there is no fit.
            let rest = if leverage < FULL_LEVERAGE { 1.0 - leverage } else { f64::NAN };
            sums[1] += squared / (rest * rest);
            let (alpha_psi, rest) = sums[2..].split_at_mut(p);
            let (t_b, rest) = rest.split_at_mut(p);
            let (u_b, t_g) = rest.split_at_mut(p);
            for j in 0..p {
                alpha_psi[j] += alpha * residual * a[j];
                t_b[j] += slope * b * x[j];
                u_b[j] += residual * variance * b * x[j];
                t_g[j] += slope * g * x[j];
            }
        }
    }

    /// The largest leverage b'' x'I^-1 x / n, and the largest shares e^2 x'Bx / n of A_r.
    fn extremes(&self) -> Extremes {
        let (p, rows) = (self.beta.len(), self.design.rows() as f64);
        let real = Loss::ALL.map(|loss| self.traces(loss).1);
        let (mut x, mut a) = (vec![0.0; p], vec![0.0; p]);
        let mut most = Extremes { leverage: (0.0, 0), shares: [(0.0, 0); 3] };
        for row in 0..self.design.rows() {
            self.design.fill(row, &mut x);
            times_into(&self.inverse, &x, &mut a);
            let Moments { residual, variance, .. } = self.link.at(self.design.response(row), dot(&x, &self.beta));
            let larger = |most: &mut (f64, usize), value: f64| {
                if value > most.0 {
                    *most = (value, row);
                }
            };
            larger(&mut most.leverage, variance * dot(&x, &a) / rows);
            for ((loss, real), share) in Loss::ALL.into_iter().zip(real).zip(&mut most.shares) {
                let form = match loss {
                    Loss::Raw => self.design.raw_length(&a),
                    Loss::Standardised => dot(&a, &a),
                    Loss::Deviance => dot(&x, &a),
                };
                larger(share, residual * residual * form / (rows * real));
            }
        }
        most
    }
}
