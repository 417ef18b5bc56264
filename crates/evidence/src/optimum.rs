//! The point that minimises a simulated curve, by argmin.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use argmin::core::{CostFunction, Error, Executor, IterState, Solver, State, TerminationReason, TerminationStatus};
use argmin::solver::brent::BrentOpt;
use argmin::solver::goldensectionsearch::GoldenSectionSearch;
use goldenweight_replicates::moments::Moments;
use rayon::prelude::*;

use crate::stats::compare::Estimate;

/// Absolute tolerance on the minimiser of a smooth curve. Far above the resolution of values near a minimum, about 1e-8 (the root of a float's precision).
const TOLERANCE: f64 = 1e-6;

/// Absolute tolerance on the centre of a window. Far below the window's width, so that it hardly moves the estimate.
const LOCATING_TOLERANCE: f64 = 5e-4;

/// Iterations after which the solver counts as not converged; smooth curves need about ten, rough ones thirty.
const MAX_ITERATIONS: u64 = 100;

/// Independent batches behind the standard error of a simulated optimum: few and large, see [`minimise_curves`].
pub const BATCHES: u64 = 24;

/// A minimiser of one curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// Where the curve is least.
    pub at: f64,
    /// Evaluations of the curve.
    pub evaluations: u64,
    /// Whether the solver reported convergence to a point inside the bracket.
    pub converged: bool,
}

/// A curve as argmin sees it, counting its evaluations.
struct Curve<'a> {
    curve: &'a dyn Fn(f64) -> f64,
    evaluations: Rc<Cell<u64>>,
}

impl CostFunction for Curve<'_> {
    type Param = f64;
    type Output = f64;

    fn cost(&self, point: &f64) -> Result<f64, Error> {
        self.evaluations.set(self.evaluations.get() + 1);
        let value = (self.curve)(*point);
        if value.is_finite() { Ok(value) } else { Err(Error::msg("the curve is not finite")) }
    }
}

/// The point of the open interval `bracket` at which `curve` is least, by Brent's method.
///
/// Not converged where the solver says so, where the curve is not finite, or where the minimum is at an end of the bracket.
///
/// # Examples
/// ```
/// use goldenweight_evidence::optimum::minimise;
///
/// let found = minimise(&|x| (x - 0.3) * (x - 0.3), (0.0, 1.0));
/// assert!(found.converged && (found.at - 0.3).abs() < 1e-5);
/// ```
#[must_use]
pub fn minimise(curve: &dyn Fn(f64) -> f64, bracket: (f64, f64)) -> Minimum {
    minimise_within(curve, bracket, TOLERANCE)
}

fn minimise_within(curve: &dyn Fn(f64) -> f64, bracket: (f64, f64), tolerance: f64) -> Minimum {
    let solver = BrentOpt::new(bracket.0, bracket.1).set_tolerance(f64::EPSILON.sqrt(), tolerance);
    solve(curve, bracket, tolerance, solver, None)
}

/// The solver stops where its bracket is `tolerance` times the sum of its two inner points, so at most twice `tolerance` wide.
fn by_golden_section(curve: &dyn Fn(f64) -> f64, bracket: (f64, f64), tolerance: f64) -> Minimum {
    let middle = 0.5 * (bracket.0 + bracket.1);
    match GoldenSectionSearch::new(bracket.0, bracket.1).and_then(|solver| solver.with_tolerance(tolerance)) {
        Ok(solver) => solve(curve, bracket, tolerance, solver, Some(middle)),
        Err(_) => Minimum { at: f64::NAN, evaluations: 0, converged: false },
    }
}

fn solve<'a, S>(
    curve: &'a dyn Fn(f64) -> f64,
    bracket: (f64, f64),
    tolerance: f64,
    solver: S,
    start: Option<f64>,
) -> Minimum
where
    S: Solver<Curve<'a>, IterState<f64, (), (), (), (), f64>>,
{
    let evaluations = Rc::new(Cell::new(0));
    let counted = Curve { curve, evaluations: Rc::clone(&evaluations) };
    let configured = Executor::new(counted, solver).configure(|state| {
        let state = state.max_iters(MAX_ITERATIONS);
        if let Some(at) = start { state.param(at) } else { state }
    });
    let found = configured.run().ok().and_then(|solved| {
        let state = solved.state();
        let converged =
            *state.get_termination_status() == TerminationStatus::Terminated(TerminationReason::SolverConverged);
        state.get_best_param().map(|&at| (at, converged))
    });
    let (at, solver_converged) = found.unwrap_or((f64::NAN, false));
    let inside = at - bracket.0 > 10.0 * tolerance && bracket.1 - at > 10.0 * tolerance;
    Minimum { at, evaluations: evaluations.get(), converged: solver_converged && inside }
}

/// A minimiser of a simulated curve with its standard error.
///
/// # Examples
/// see [`minimise_batches`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimum {
    /// Minimiser of the mean of the batches' curves.
    pub at: f64,
    /// Its standard error, by the jackknife over batches.
    pub std_error: f64,
    /// Batches less one: the degrees of freedom of the standard error.
    pub degrees: f64,
    /// Whether every solver converged, and Brent's and golden-section search agree.
    pub converged: bool,
}

impl Optimum {
    /// The minimiser as an estimate.
    #[must_use]
    pub const fn estimate(&self) -> Estimate {
        let Self { at: value, std_error, degrees, .. } = *self;
        // A jackknife has no skewness of its own; few large batches have little.
        Estimate { value, std_error, degrees, skewness: 0.0, skewness_error: 0.0 }
    }
}

/// A batch's simulated values at points, with the same random numbers at every point.
pub type BatchCurves<'a> = dyn Fn(u64, &[f64]) -> Vec<f64> + Sync + 'a;

/// Where the minimum is looked for: Chebyshev's nodes of an interval inside (0, 1).
///
/// # Examples
/// see [`curves`].
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    centre: f64,
    half: f64,
}

/// Points at which a curve is simulated.
const NODES: usize = 17;

/// Degree of the polynomial that is fitted to it.
const DEGREE: usize = 6;

/// Half of the window, unless 0 or 1 is near.
const HALF: f64 = 0.2;

impl Window {
    /// The window around the minimum of the mean of the batches' curves. Brent's method finds that minimum to 5e-4; none where it does not
    /// converge.
    ///
    /// The window reaches 0.2 to either side of it, but at most 9/20 of the distance to 0, where curves can have a pole, and at most 9/10 of the
    /// distance to 1.
    #[must_use]
    pub fn locate(batch_of: &BatchCurves<'_>, batches: u64) -> Option<Self> {
        let mean = |point| {
            let values: Vec<f64> = (0..batches).into_par_iter().map(|batch| batch_of(batch, &[point])[0]).collect();
            moments(values).mean()
        };
        let found = minimise_within(&mean, (0.0, 1.0), LOCATING_TOLERANCE);
        let half = HALF.min(0.45 * found.at).min(0.9 * (1.0 - found.at));
        found.converged.then_some(Self { centre: found.at, half })
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> Vec<f64> {
        (0..NODES).map(|i| self.centre + self.half * node(i)).collect()
    }
}

/// Node i of Chebyshev's on [-1, 1].
fn node(i: usize) -> f64 {
    libm::cos(std::f64::consts::PI * (i as f64 + 0.5) / NODES as f64)
}

/// Simulates further batches at the window's points: one curve for each batch, to be minimised by [`minimise_curves`].
///
/// # Examples
/// ```
/// use goldenweight_evidence::optimum::{Window, curves, minimise_curves};
///
/// // Parabolas with minima at .3, .4 and .5: their mean has its own at .4.
/// let parabola = |batch: u64, points: &[f64]| -> Vec<f64> {
///     points.iter().map(|x| (x - 0.3 - 0.1 * batch as f64).powi(2)).collect()
/// };
/// let window = Window::locate(&parabola, 3).unwrap();
/// let found = curves(&parabola, 0..3, &window);
/// assert!(found.len() == 3 && found.iter().all(|curve| curve.len() == window.points().len()));
/// assert!((minimise_curves(&found, &window).at - 0.4).abs() < 1e-6);
/// ```
#[must_use]
pub fn curves(batch_of: &BatchCurves<'_>, batches: Range<u64>, window: &Window) -> Vec<Vec<f64>> {
    let points = window.points();
    batches.into_par_iter().map(|batch| batch_of(batch, &points)).collect()
}

/// The point at which a simulated curve is least, with a standard error from independent batches: [`Window::locate`], [`curves`] and
/// [`minimise_curves`]. Not converged, and not a number, without a window.
///
/// # Examples
/// ```
/// use goldenweight_evidence::optimum::minimise_batches;
///
/// // Parabolas with minima at .3, .4 and .5: their mean has its own at .4.
/// let parabola = |batch: u64, points: &[f64]| -> Vec<f64> {
///     points.iter().map(|x| (x - 0.3 - 0.1 * batch as f64).powi(2)).collect()
/// };
/// let found = minimise_batches(&parabola, 3);
/// assert!(found.converged && (found.at - 0.4).abs() < 1e-6);
/// // The standard error of a mean of .3, .4 and .5.
/// assert!((found.std_error - 0.1 / 3.0_f64.sqrt()).abs() < 1e-6);
/// ```
#[must_use]
pub fn minimise_batches(batch_of: &BatchCurves<'_>, batches: u64) -> Optimum {
    let none = Optimum { at: f64::NAN, std_error: f64::NAN, degrees: f64::NAN, converged: false };
    let window = Window::locate(batch_of, batches);
    window.map_or(none, |window| minimise_curves(&curves(batch_of, 0..batches, &window), &window))
}

/// The point at which the mean of simulated curves is least, with a standard error from their spread: argmin's Brent on the polynomial that is fitted to
/// the mean of the batches' curves.
///
/// A simulated curve can be rough on a small scale, since counts, ranks and rounded numbers jump. It has many small local minima, the more the more
/// batches there are, and a search would end in any of them. The fit is linear in the values and averages the jumps out.
///
/// # Formula
/// p(x) = sum over j <= 6 of c_j T_j(x), c_j = (2/17) sum over i of y_i T_j(x_i) (half of it for j = 0): least squares at the 17 Chebyshev nodes. `at` is the minimiser of
/// p of the mean curve of B batches, `std_error`^2 = (B - 1)/B sum over b of (m_b - mean of m)^2, m_b the minimiser without batch b (the jackknife). The mean of the batches' own
/// minimisers would not do: a minimiser of variance s^2 is off by the order of s^2, which the mean of the curves makes smaller by the number of batches.
///
/// # Accuracy
/// For a curve (x^2 + k (1 - x)^2)/(1 - (1 - x)^2), whose nearest pole is at x = 0, the fit of degree 6 moves the minimiser by less than
/// 1e-3 of it (tested for k from 1/100 to 100).
///
/// Converged where every solver says so inside the window, and golden-section search agrees with Brent to ten of its tolerances.
///
/// # Source
/// response surfaces: Box and Wilson (1951), On the experimental attainment of optimum conditions, JRSS-B 13, 1-45; the jackknife: Tukey
/// (1958), Annals of Mathematical Statistics 29, 614; Miller (1974), The jackknife: a review, Biometrika 61, 1-15.
///
/// # Tested by
/// Unit tests on curves with known minimisers and known spread.
///
/// # Examples
/// see [`curves`].
#[must_use]
pub fn minimise_curves(curves: &[Vec<f64>], window: &Window) -> Optimum {
    let mean: Vec<f64> = (0..NODES).map(|i| moments(curves.iter().map(|curve| curve[i])).mean()).collect();
    let point = |x: f64| window.centre + window.half * x;
    let by_brent = |curve: &[f64]| {
        let fitted = coefficients(curve);
        minimise(&|x| polynomial(&fitted, x), (-1.0, 1.0))
    };
    let pooled = by_brent(&mean);
    let fitted = coefficients(&mean);
    let golden = by_golden_section(&|x| polynomial(&fitted, x), (-1.0, 1.0), TOLERANCE);
    let batches = curves.len() as f64;
    let without = |curve: &Vec<f64>| {
        // The sum of the other curves: it has its minimum where their mean has it.
        let others: Vec<f64> = mean.iter().zip(curve).map(|(mean, y)| batches * mean - y).collect();
        by_brent(&others)
    };
    let minima: Vec<Minimum> = curves.iter().map(without).collect();
    let spread = moments(minima.iter().map(|minimum| point(minimum.at)));
    Optimum {
        at: point(pooled.at),
        // `spread.std_error()` is sqrt(sum/((B - 1) B)), the jackknife's is sqrt((B - 1)/B sum): B - 1 times as large.
        std_error: (batches - 1.0) * spread.std_error(),
        degrees: batches - 1.0,
        converged: agree(&pooled, &golden) && minima.iter().all(|minimum| minimum.converged),
    }
}

/// Whether both converged, to the same place but for ten of their tolerances.
fn agree(brent: &Minimum, golden: &Minimum) -> bool {
    brent.converged && golden.converged && (golden.at - brent.at).abs() <= 10.0 * TOLERANCE
}

/// c_0, ..., c_6 of the least-squares polynomial.
fn coefficients(curve: &[f64]) -> [f64; DEGREE + 1] {
    std::array::from_fn(|j| {
        let of_node = |(i, y): (usize, &f64)| y * libm::cos(j as f64 * libm::acos(node(i)));
        let sum: f64 = curve.iter().enumerate().map(of_node).sum();
        if j == 0 { sum / NODES as f64 } else { 2.0 * sum / NODES as f64 }
    })
}

/// Its value, by Clenshaw's recurrence.
fn polynomial(coefficients: &[f64; DEGREE + 1], x: f64) -> f64 {
    let (mut b1, mut b2) = (0.0, 0.0);
    for c in coefficients[1..].iter().rev() {
        (b1, b2) = (c + 2.0 * x * b1 - b2, b1);
    }
    coefficients[0] + x * b1 - b2
}

fn moments(values: impl IntoIterator<Item = f64>) -> Moments {
    let mut moments = Moments::default();
    values.into_iter().for_each(|value| moments.push(value));
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Batch b has the curve (w - 0.4 - s_b)^2 with shifts s_b of mean zero: minimiser 0.4, spread sd(s_b).
    #[test]
    fn minimiser_and_standard_error_of_shifted_parabolas() {
        let shifts = [-0.03, -0.01, 0.0, 0.01, 0.03];
        let curve = |batch, points: &[f64]| points.iter().map(|w| (w - 0.4 - shifts[batch as usize]).powi(2)).collect();
        let optimum = minimise_batches(&curve, 5);
        assert!(optimum.converged && optimum.degrees == 4.0);
        // A parabola is fitted exactly: what is left is Brent's tolerance on a window of half-width .18.
        assert!((optimum.at - 0.4).abs() < 3.0 * TOLERANCE, "{optimum:?}");
        let spread = (2.0 * (0.03f64.powi(2) + 0.01f64.powi(2)) / 4.0 / 5.0).sqrt();
        assert!((optimum.std_error / spread - 1.0).abs() < 1e-3, "{optimum:?}");
    }

    /// (w^2 + k u^2)/(1 - u^2) with u = 1 - w has its minimum at the root of w^2 + k w - k.
    #[test]
    fn the_fit_does_not_move_the_minimum_of_a_curve_with_a_pole() {
        for k in [0.01, 0.1, 0.25, 1.0, 4.0, 20.0, 100.0] {
            let curve = |w: &f64| (w * w + k * (1.0 - w) * (1.0 - w)) / (w * (2.0 - w));
            let found = minimise_batches(&|_, points: &[f64]| points.iter().map(curve).collect(), 2);
            let exact = 2.0 / (1.0 + f64::sqrt(1.0 + 4.0 / k));
            assert!(found.converged && (found.at / exact - 1.0).abs() < 1e-3, "k = {k}: {found:?} {exact}");
        }
    }

    /// Jumps of a hundredth of the curve's height over the window, in a pattern that batches share: a search on the curve itself ends in a dent, the fit
    /// does not.
    #[test]
    fn a_rough_curve_has_the_minimum_of_the_smooth_one() {
        let rough = |w: &f64| (w - 0.6).powi(2) + 4e-4 * (libm::floor(w * 977.0) * 0.618_034).fract();
        let found = minimise_batches(&|_, points: &[f64]| points.iter().map(rough).collect(), 3);
        // 17 jumps uniform in (0, 4e-4) move the vertex by about 1.2e-4/(2 sqrt(17 * .02)) = 1e-4; five of these.
        assert!(found.converged && (found.at - 0.6).abs() < 5e-4, "{found:?}");
    }

    #[test]
    fn a_minimum_at_the_edge_is_not_convergence() {
        assert!(!minimise(&|w| w, (0.0, 1.0)).converged && !minimise(&|w| -w, (0.0, 1.0)).converged);
        let window = Window { centre: 0.5, half: 0.2 };
        let slope: Vec<f64> = (0..NODES).map(node).collect();
        assert!(!minimise_curves(&[slope.clone(), slope.clone()], &window).converged);
        // The mean of a parabola and a slope has its minimum inside, the slope alone has not.
        let parabola = (0..NODES).map(|i| node(i).powi(2)).collect();
        assert!(!minimise_curves(&[parabola, slope], &window).converged);
    }

    /// Half the window is 0.2, or 9/20 of the minimiser near 0, or 9/10 of its complement near 1. The centre is known to 5e-4.
    #[test]
    fn a_window_keeps_away_from_the_ends() {
        for (least, half) in [(0.5, 0.2), (0.1, 0.045), (0.95, 0.045)] {
            let curve = |_, points: &[f64]| points.iter().map(|w| (w - least).powi(2)).collect();
            let window = Window::locate(&curve, 2).unwrap();
            assert!((window.centre - least).abs() < 1e-3 && (window.half - half).abs() < 1e-3, "{window:?}");
            assert!(window.points().iter().all(|w| (w - window.centre).abs() < window.half), "{window:?}");
        }
    }

    /// A polynomial of degree 6 is its own fit: seven coefficients from 17 terms each, so 17 * 7 roundings of numbers of order 10.
    #[test]
    fn the_fit_reproduces_a_polynomial() {
        let of = |x: f64| 3.0 - 2.0 * x + 0.5 * x.powi(2) - x.powi(3) + 4.0 * x.powi(5) + x.powi(6);
        let fitted = coefficients(&(0..NODES).map(|i| of(node(i))).collect::<Vec<_>>());
        for x in [-1.0, -0.7, 0.0, 0.1, 0.5, 1.0] {
            assert!((polynomial(&fitted, x) - of(x)).abs() < 17.0 * 7.0 * 10.0 * f64::EPSILON, "{x}");
        }
    }

    /// One of 24 parabolas has its minimum outside the window that the others make: the mean curve and those without one batch do not.
    #[test]
    fn a_batch_may_have_its_own_minimum_elsewhere() {
        let of = |batch| if batch == 0 { 0.05 } else { 0.6 };
        let curve = |batch, points: &[f64]| points.iter().map(|w| (w - of(batch)).powi(2)).collect();
        let found = minimise_batches(&curve, 24);
        // The mean of the minima, and its standard error: one is 0.55 off, sqrt((1/24)(23/24) 24/23) 0.55/sqrt(24).
        assert!(found.converged && (found.at - (0.05 + 23.0 * 0.6) / 24.0).abs() < 1e-5, "{found:?}");
        assert!((found.std_error / (0.55 / 24.0) - 1.0).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn a_curve_that_is_not_finite_is_not_convergence() {
        let minimum = minimise(&|_| f64::NAN, (0.0, 1.0));
        assert!(!minimum.converged && minimum.at.is_nan());
        assert_eq!(Window::locate(&|_, points: &[f64]| vec![f64::NAN; points.len()], 3), None);
        let window = Window { centre: 0.5, half: 0.2 };
        let curve = |nan: bool| (0..NODES).map(|i| if nan { f64::NAN } else { node(i).powi(2) }).collect::<Vec<_>>();
        assert!(minimise_curves(&[curve(false), curve(false)], &window).converged);
        assert!(!minimise_curves(&[curve(false), curve(true)], &window).converged);
    }

    /// ln 1.5 minimises e^w - 1.5 w; golden section's last bracket is twice its tolerance wide.
    #[test]
    fn both_solvers_find_the_minimum_of_a_smooth_curve() {
        let curve = |w: f64| libm::exp(w) - 1.5 * w;
        let (brent, golden) = (minimise(&curve, (0.0, 1.0)), by_golden_section(&curve, (0.0, 1.0), 1e-5));
        let exact = 0.405_465_108_108_164_4;
        assert!(golden.converged && (golden.at - exact).abs() < 2e-5 && (brent.at - exact).abs() < 3e-6);
        let elsewhere = by_golden_section(&|w| (w - 3.8).powi(2), (3.0, 5.0), 1e-5);
        assert!(elsewhere.converged && (elsewhere.at - 3.8).abs() < 1e-5 * 2.0 * 3.8, "{elsewhere:?}");
    }

    #[test]
    fn solvers_that_disagree_are_not_convergence() {
        let found = |at, converged| Minimum { at, evaluations: 9, converged };
        assert!(agree(&found(0.3, true), &found(0.300_005, true)));
        for (brent, golden) in [
            (found(0.3, true), found(0.31, true)),
            (found(0.3, false), found(0.3, true)),
            (found(0.3, true), found(0.3, false)),
        ] {
            assert!(!agree(&brent, &golden), "{brent:?} {golden:?}");
        }
        assert!(!agree(&found(f64::NAN, true), &found(0.3, true)));
    }

    #[test]
    fn every_evaluation_is_counted() {
        let calls = Cell::new(0);
        let minimum = minimise(
            &|w| {
                calls.set(calls.get() + 1);
                (w - 0.3).powi(2)
            },
            (0.0, 1.0),
        );
        assert!(minimum.evaluations == calls.get() && minimum.evaluations > 2);
    }
}
