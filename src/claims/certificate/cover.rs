//! Statements over whole domains, by branch and bound: the domain is cut into boxes until interval arithmetic decides the statement in each.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational;
use rayon::prelude::*;

use super::Certificate;

/// A coordinate of a box. It says how a side is measured, and so where its middle is.
#[derive(Clone, Copy)]
pub enum Axis {
    /// Positive, measured by the ratio of its ends.
    Ratio,
    /// A weight, measured by the ratio of the odds w/(1 - w) at its ends: fine near 0 and near 1.
    Odds,
    /// Measured by the distance of its ends.
    Distance,
}

/// Weights with larger odds, or with odds below one over this, are not told apart.
const LARGEST_ODDS: f64 = 1e12;

impl Axis {
    /// The coordinate in which the axis is uniform.
    fn position(self, x: f64) -> f64 {
        match self {
            Self::Ratio => libm::log(x),
            Self::Odds => libm::log((x / (1.0 - x)).clamp(1.0 / LARGEST_ODDS, LARGEST_ODDS)),
            Self::Distance => x,
        }
    }

    fn size(self, x: Interval) -> f64 {
        self.position(x.high()) - self.position(x.low())
    }

    /// The parts below and above the middle. Both contain the cut itself, so that rounding moves it but leaves no gap.
    fn split(self, x: Interval) -> [Interval; 2] {
        let middle = f64::midpoint(self.position(x.low()), self.position(x.high()));
        let cut = match self {
            Self::Ratio => libm::exp(middle),
            Self::Odds => 1.0 / (1.0 + libm::exp(-middle)),
            Self::Distance => middle,
        };
        let part = |low, high| Interval::new(low, high).filter(|_| x.low() < cut && cut < x.high());
        part(x.low(), cut).zip(part(cut, x.high())).map_or_else(|| x.split(), |(low, high)| [low, high])
    }
}

/// Most cuts that lead to a box. A box that is then undecided stays so.
const DEEPEST: u32 = 40;

/// Most boxes that are visited in one part of the domain. So the search ends also where the statement cannot be decided.
const MOST: u64 = 1 << 16;

/// What a search found, added up over its boxes.
#[derive(Clone, Debug, Default)]
struct Tally {
    visited: u64,
    undecided: u64,
    open: Option<String>,
    counterexample: Option<String>,
}

impl Tally {
    fn join(self, other: Self) -> Self {
        Self {
            visited: self.visited + other.visited,
            undecided: self.undecided + other.undecided,
            open: self.open.or(other.open),
            counterexample: self.counterexample.or(other.counterexample),
        }
    }
}

/// Certifies a statement on the box `domain`. `decide` says of a box that the statement holds everywhere in it (true), that it holds nowhere in it (false), or
/// nothing. In the last case the box is cut in two along its longest side.
///
/// Reports the number of boxes visited. Inconclusive where some stay undecided.
pub fn cover<const D: usize>(
    statement: &str,
    domain: [(f64, f64, Axis); D],
    decide: impl Fn(&[Interval; D]) -> Option<bool> + Sync,
) -> Certificate {
    let axes = domain.map(|(_, _, axis)| axis);
    let whole = domain.map(|(low, high, _)| Interval::new(low, high).unwrap_or(Interval::WHOLE));
    // First the domain is cut eight times, into 256 parts for the threads.
    let parts = (0..8).fold(vec![whole], |boxes, _| boxes.iter().flat_map(|x| halves(x, axes)).collect());
    let tallies: Vec<Tally> = parts.par_iter().map(|part| search(part, axes, &decide, 8)).collect();
    let Tally { visited, undecided, open, counterexample } = tallies.into_iter().fold(Tally::default(), Tally::join);
    match (counterexample, open) {
        (Some(place), _) => Certificate::fails(format!("{statement}: false in the box {place}")),
        (None, Some(place)) => {
            Certificate::undecided(format!("{statement}: {undecided} of {visited} boxes undecided, the first {place}"))
        }
        (None, None) => Certificate::holds(format!("{statement}: {visited} boxes, none undecided")),
    }
}

fn halves<const D: usize>(x: &[Interval; D], axes: [Axis; D]) -> [[Interval; D]; 2] {
    let size = |i: &usize| axes[*i].size(x[*i]);
    let longest = (0..D).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(0);
    axes[longest].split(x[longest]).map(|half| {
        let mut part = *x;
        part[longest] = half;
        part
    })
}

/// Visits the boxes of a part, depth first, up to the first counterexample.
fn search<const D: usize>(
    part: &[Interval; D],
    axes: [Axis; D],
    decide: &(impl Fn(&[Interval; D]) -> Option<bool> + Sync),
    depth: u32,
) -> Tally {
    let place = |x: &[Interval; D]| x.map(|side| format!("[{}, {}]", side.low(), side.high())).join(" × ");
    let mut tally = Tally::default();
    let mut open = vec![(*part, depth)];
    while let Some((x, depth)) = open.pop() {
        tally.visited += 1;
        match decide(&x) {
            Some(true) => {}
            Some(false) => return Tally { counterexample: Some(place(&x)), ..tally },
            None if depth < DEEPEST && tally.visited < MOST => {
                open.extend(halves(&x, axes).into_iter().rev().map(|half| (half, depth + 1)));
            }
            None => {
                tally.undecided += 1;
                tally.open.get_or_insert_with(|| place(&x));
            }
        }
    }
    tally
}

/// A value with its first two derivatives.
type Twice = Jet<Jet<Interval>>;

/// x as a variable that is differentiated twice.
#[must_use]
pub fn variable(x: Interval) -> Twice {
    Jet { value: Jet::variable(x), derivative: Jet::constant(Interval::one()) }
}

/// x as a constant.
#[must_use]
pub fn constant(x: Interval) -> Twice {
    Jet::constant(Jet::constant(x))
}

/// Boxes cannot be as small as the rounding error of w*. So a neighbourhood of w* is treated by itself: the weights whose odds w/u differ from those of w* by at
/// most this share.
const NEAR: f64 = 1.0 / 64.0;

/// Whether, for every law in the intervals `law`, the slope of the limit risk is negative at the lower end of the neighbourhood of the program's w* and positive at
/// its upper end, so that it vanishes in between. [`slope_changes_at_optimum`] says where, to within a few floats.
#[must_use]
pub fn optimum_is_near(law: &Recursion<Interval>) -> Option<bool> {
    let near = neighbourhood(law.optimal_weight(), law.optimal_synthetic_weight())?;
    let [left, right] = [near.low(), near.high()].map(|end| slope(law, Interval::point(end)));
    if left.is_positive() || (-right).is_positive() {
        return Some(false);
    }
    ((-left).is_positive() && right.is_positive()).then_some(true)
}

/// Whether, for every law in the intervals `law`, no weight in the interval `w` minimises the limit risk, except one in the neighbourhood of the program's w*.
/// Shown for all weights, and together with [`optimum_is_near`], it says that there is one minimiser, and that it is in this neighbourhood. Weights at which the
/// risk diverges are no minimisers.
///
/// # Method
/// One of three is enough: the risk is larger than at w*; the slope leads down towards the neighbourhood; or the risk is strictly convex from the neighbourhood
/// to `w`.
#[must_use]
pub fn beaten_by_optimum(law: &Recursion<Interval>, w: Interval) -> Option<bool> {
    let gap = law.gap(&w);
    if gap.high() <= 0.0 {
        return Some(true);
    }
    let best = law.optimal_weight();
    // Where the risk converges, the gap is positive. Its upper end gives a lower bound of the risk.
    if (law.innovation(&w) / Interval::point(gap.high())).low() > law.limit(&best).high() {
        return Some(true);
    }
    let near = neighbourhood(best, law.optimal_synthetic_weight())?;
    if w.low() > near.high() || w.high() < near.low() {
        let downhill = if w.low() > near.high() { slope(law, w) } else { -slope(law, w) };
        if downhill.is_positive() {
            return Some(true);
        }
        if (-downhill).is_positive() {
            return Some(false);
        }
    }
    let twice = Recursion::new(constant(law.fresh), constant(law.synthetic), constant(law.excess));
    twice.limit(&variable(w.hull(near))).derivative.derivative.is_positive().then_some(true)
}

/// d e_inf/dw.
fn slope(law: &Recursion<Interval>, w: Interval) -> Interval {
    let [fresh, synthetic, excess] = [law.fresh, law.synthetic, law.excess].map(Jet::constant);
    Recursion::new(fresh, synthetic, excess).limit(&Jet::variable(w)).derivative
}

/// The weights whose odds differ from w*/u* by at most the share [`NEAR`]; none where the intervals contain no weights. u* is given beside w*, since near 1
/// it has more digits than 1 - w*.
fn neighbourhood(w: Interval, u: Interval) -> Option<Interval> {
    let [low, high] = [(w.low(), u.high(), 1.0 - NEAR), (w.high(), u.low(), 1.0 + NEAR)].map(|(w, u, factor)| {
        let odds = w / u * factor;
        odds / (1.0 + odds)
    });
    Interval::new(low, high).filter(|near| near.low() > 0.0 && near.high() < 1.0)
}

/// Whether the slope of the limit risk, in exact rationals, is negative at the eighth float below the program's w* and positive at the eighth above it. Then the
/// exact optimum lies between. Where w* >= 1/2, the floats are those around u* = 1 - w*, which are closer.
#[must_use]
pub fn slope_changes_at_optimum(fresh: f64, synthetic: f64, excess: f64) -> bool {
    let exact = |x: f64| BigRational::from_float(x).expect("finite");
    let law = Recursion::new(fresh, synthetic, excess);
    let slope = |w: BigRational| {
        let [fresh, synthetic, excess] = [fresh, synthetic, excess].map(|x| Jet::constant(exact(x)));
        Recursion::new(fresh, synthetic, excess).limit(&Jet::variable(w)).derivative
    };
    let ulps = |x: f64, n: i64| exact(f64::from_bits((x.to_bits() as i64 + n) as u64));
    let (w, u, one) = (law.optimal_weight(), law.optimal_synthetic_weight(), BigRational::ratio(1, 1));
    let [below, above] = if w < 0.5 { [ulps(w, -8), ulps(w, 8)] } else { [&one - ulps(u, 8), &one - ulps(u, -8)] };
    // The program's w* and u* must add up to 1.
    let together = (w + u - 1.0).abs() <= 4.0 * f64::EPSILON;
    let zero = BigRational::ratio(0, 1);
    together && slope(below) < zero && slope(above) > zero
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Verdict::{Confirmed, Inconclusive, Refuted};

    fn sign(value: Interval) -> Option<bool> {
        if value.is_positive() {
            Some(true)
        } else if value.high() < 0.0 {
            Some(false)
        } else {
            None
        }
    }

    #[test]
    fn inequalities_over_a_square() {
        let over = |statement: fn(Interval, Interval) -> Interval| {
            let unit = (0.0, 1.0, Axis::Distance);
            cover("toy", [unit, unit], |&[x, y]| sign(statement(x, y)))
        };
        // x^2 + y^2 - 2xy + 1/100 > 0, which interval arithmetic sees only in small boxes.
        let positive = over(|x, y| x.sqr() + y.sqr() - Interval::ratio(2, 1) * x * y + Interval::ratio(1, 100));
        assert_eq!(positive.verdict, Confirmed, "{positive:?}");
        let false_somewhere = over(|x, y| x + y - Interval::ratio(1, 10));
        assert_eq!(false_somewhere.verdict, Refuted, "{false_somewhere:?}");
        // It vanishes at 1/3, where no box decides it.
        assert_eq!(
            cover("toy", [(0.0, 1.0, Axis::Distance)], |&[x]| sign((x - Interval::ratio(1, 3)).sqr())).verdict,
            Inconclusive
        );
    }

    #[test]
    fn parts_cover_the_whole() {
        for (axis, low, high) in
            [(Axis::Ratio, 1e-6, 1e6), (Axis::Odds, 0.0, 1.0), (Axis::Odds, 0.999, 1.0), (Axis::Distance, -1.0, 2.0)]
        {
            let whole = Interval::new(low, high).expect("an interval");
            let [below, above] = axis.split(whole);
            assert!(below.low() == low && below.high() == above.low() && above.high() == high);
            assert!(below.low() < below.high() && above.low() < above.high());
        }
    }

    #[test]
    fn a_wrong_optimum_is_not_certified() {
        let [one, zero] = [Interval::one(), Interval::ratio(0, 1)];
        let near = |w: f64| neighbourhood(Interval::point(w), Interval::point(1.0 - w)).expect("a weight");
        let slope = |k: Interval, w: f64| slope(&Recursion::new(one, k, zero), Interval::point(w));
        // At k = 1 the slope changes sign in the neighbourhood of 1/phi, but not in that of a weight whose odds are a tenth larger.
        let golden = (5f64.sqrt() - 1.0) / 2.0;
        let ends = near(golden);
        assert!((-slope(one, ends.low())).is_positive() && slope(one, ends.high()).is_positive());
        let odds = 1.1 * golden / (1.0 - golden);
        assert!(slope(one, near(odds / (1.0 + odds)).low()).is_positive());
        assert!(slope_changes_at_optimum(1.0, 1.0, 0.0) && slope_changes_at_optimum(0.3, 1e-6, 0.25));
    }
}
