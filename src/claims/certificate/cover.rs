//! Statements over whole domains, by branch and bound.

use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational;
use rayon::prelude::*;

use super::Certificate;

/// A coordinate of a box: how it is measured and where it is cut.
#[derive(Clone, Copy)]
pub enum Axis {
    /// Positive, measured by the ratio of its ends.
    Ratio,
    /// A weight, measured by the ratio of the odds w/(1 - w) at its ends: fine near 0 and near 1.
    Odds,
    /// Measured by the distance of its ends.
    Distance,
}

/// Odds beyond which a weight is not resolved.
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

    /// The parts below and above the middle. Rounding moves the cut and nothing else: it is in both parts.
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

/// Boxes beyond this many cuts are left undecided.
const DEEPEST: u32 = 40;

/// A part of the domain in which so many boxes were visited is left undecided: a wrong statement is not searched for ever.
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

/// Certifies a statement on the box `domain`: `decide` says of a box whether the statement holds everywhere in it, nowhere in it, or
/// nothing yet; then the box is cut in two along its largest side.
///
/// Reports the boxes visited; Undecided where some remain.
pub fn cover<const D: usize>(
    statement: &str,
    domain: [(f64, f64, Axis); D],
    decide: impl Fn(&[Interval; D]) -> Option<bool> + Sync,
) -> Certificate {
    let axes = domain.map(|(_, _, axis)| axis);
    let whole = domain.map(|(low, high, _)| Interval::new(low, high).unwrap_or(Interval::WHOLE));
    // Eight generations of boxes first, for the threads; a box that is decided early is decided again in its parts.
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

/// Visits the boxes of a part in depth, up to the first counterexample.
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

/// Half the width, in the odds w/u, of the neighbourhood of w* that boxes tell from the rest: a sixty-fourth.
const NEAR: f64 = 1.0 / 64.0;

/// Whether the slope of the limit risk has opposite signs at the ends of the neighbourhood of the program's w*, for every law in the
/// intervals `law`: so that it vanishes in between. [`slope_changes_at_optimum`] says where, to some ulp.
#[must_use]
pub fn optimum_is_near(law: &Recursion<Interval>) -> Option<bool> {
    let near = neighbourhood(law.optimal_weight(), law.optimal_synthetic_weight())?;
    let [left, right] = [near.low(), near.high()].map(|end| slope(law, Interval::point(end)));
    if left.is_positive() || (-right).is_positive() {
        return Some(false);
    }
    ((-left).is_positive() && right.is_positive()).then_some(true)
}

/// Whether no weight in the interval `w` is a minimiser but where the slope vanishes near the program's w*, for every law in the intervals
/// `law` for which [`optimum_is_near`]: over all weights, that the minimiser is there and the only one. The domain of a law is where its
/// risk converges.
///
/// # Method
/// The risk is more than at w*; or the slope leads down to the neighbourhood of w*; or the risk is strictly convex from there on.
#[must_use]
pub fn beaten_by_optimum(law: &Recursion<Interval>, w: Interval) -> Option<bool> {
    let gap = law.gap(&w);
    if gap.high() <= 0.0 {
        return Some(true);
    }
    let best = law.optimal_weight();
    // Where it converges, the gap is positive and at most its upper end.
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

/// The weights whose odds are within [`NEAR`] of those of w* and u* (for w* near 1, u* has the digits); none where the intervals are no
/// weights.
fn neighbourhood(w: Interval, u: Interval) -> Option<Interval> {
    let [low, high] = [(w.low(), u.high(), 1.0 - NEAR), (w.high(), u.low(), 1.0 + NEAR)].map(|(w, u, factor)| {
        let odds = w / u * factor;
        odds / (1.0 + odds)
    });
    Interval::new(low, high).filter(|near| near.low() > 0.0 && near.high() < 1.0)
}

/// Whether the slope of the limit risk is negative 8 ulp below the program's float w* and positive 8 ulp above (of u*, where w* is
/// nearer to 1), in exact rationals.
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
    // w* and u* are one number seen from both sides.
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
        // It vanishes on the diagonal: never decided there.
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
        // 1/phi at k = 1 is between the ends of its neighbourhood; a weight a tenth further is not between those of its own.
        let golden = (5f64.sqrt() - 1.0) / 2.0;
        let ends = near(golden);
        assert!((-slope(one, ends.low())).is_positive() && slope(one, ends.high()).is_positive());
        let odds = 1.1 * golden / (1.0 - golden);
        assert!(slope(one, near(odds / (1.0 + odds)).low()).is_positive());
        assert!(slope_changes_at_optimum(1.0, 1.0, 0.0) && slope_changes_at_optimum(0.3, 1e-6, 0.25));
    }
}
