//! All z of a run at once: ordered, against the quantiles of the normal law.

use maud::{Markup, html};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::number;
use crate::outcome::{RunOutcome, Verdict};
use crate::sampled::Compared;

/// Size of the drawing, in its own units; the plot is inside the free space around it.
const SIZE: (f64, f64) = (400.0, 300.0);
const FREE: [f64; 4] = [10.0, 12.0, 38.0, 42.0];

/// Pointwise coverage of the band.
const COVERAGE: f64 = 0.99;

struct Point<'a> {
    claim: &'a str,
    compared: &'a Compared,
    score: f64,
}

/// The standard normal score with about the same tail as Student's `t` with these degrees of freedom.
///
/// # Formula
/// sign(t) (8d + 1)/(8d + 3) sqrt(d log(1 + t²/d))
/// # Source
/// Wallace, D. L. (1959), Bounds on normal approximations to Student's and the chi-square distributions, Ann. Math. Stat. 30,
/// 1121-1130: good to a hundredth from ten degrees of freedom on, which is less than a point of the drawing.
fn normal_score(t: f64, degrees: f64) -> f64 {
    if degrees == f64::INFINITY {
        return t;
    }
    let distance = (degrees * libm::log1p(t * t / degrees)).sqrt();
    (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0) * distance.copysign(t)
}

/// The figure; nothing where the run has no statistical comparison.
pub fn figure(run: &RunOutcome) -> Markup {
    let compared = run.claims.iter().flat_map(|claim| {
        let comparisons = claim.evidence.iter().flat_map(|e| &e.finding.comparisons);
        comparisons.map(|compared| Point {
            claim: &claim.says.id,
            compared,
            score: normal_score(compared.comparison.z, compared.comparison.degrees),
        })
    });
    let (mut points, without): (Vec<_>, Vec<_>) = compared.partition(|point| point.score.is_finite());
    points.sort_by(|a, b| a.score.total_cmp(&b.score));
    // The bounds are nearly the same tail of every law; the closest of them is drawn.
    let bounds = points.iter().map(|point| {
        let found = &point.compared.comparison;
        normal_score(found.bound, found.degrees)
    });
    let bound = bounds.fold(f64::INFINITY, f64::min);
    let beyond = points.iter().filter(|point| point.compared.comparison.verdict == Verdict::Refuted).count();
    let largest = points.iter().map(|point| point.score.abs()).fold(0.0, f64::max);
    html! {
        @if !points.is_empty() {
            figure.calibration {
                (drawing(&points, bound))
                figcaption {
                    "The " (points.len()) " z of this run"
                    @if !without.is_empty() { " (" (without.len()) " more are not finite)" }
                    ", as standard normal scores in their order, against the normal quantiles. Were every \
                     claim true, and every number of replicates fixed, each would be inside the band with probability " (COVERAGE)
                    " (a comparison that agrees well stops earlier, which favours small z a little); dashed: the bound " (number::plain(bound)) " on |z|. Beyond it: " (beyond) ". Largest score, of either sign: " (number::plain(largest)) "."
                }
            }
        }
    }
}

fn drawing(points: &[Point<'_>], bound: f64) -> Markup {
    let normal = Normal::standard();
    let count = points.len();
    let quantile = |i: usize| normal.inverse_cdf((i as f64 + 0.5) / count as f64);
    // The i-th of n uniform values, from 0, has a beta law.
    let band = |i: usize, tail: f64| {
        let law = Beta::new(i as f64 + 1.0, (count - i) as f64).ok();
        law.map_or(f64::NAN, |law| normal.inverse_cdf(law.inverse_cdf(tail)))
    };
    let [top, right, bottom, left] = FREE;
    let reach = (bound + 1.0, quantile(count - 1) + 0.4);
    let x = |value: f64| left + (value + reach.1) / (2.0 * reach.1) * (SIZE.0 - left - right);
    let y = |value: f64| top + (reach.0 - value) / (2.0 * reach.0) * (SIZE.1 - top - bottom);
    let at = |(i, value): (usize, f64)| format!("{:.1},{:.1}", x(quantile(i)), y(value));
    let tail = (1.0 - COVERAGE) / 2.0;
    let edge = (0..count).map(|i| (i, band(i, tail))).chain((0..count).rev().map(|i| (i, band(i, 1.0 - tail))));
    let edge = edge.map(at).collect::<Vec<_>>().join(" ");
    let whole =
        |reach: f64| (-reach.floor() as i32..=reach.floor() as i32).filter(move |tick| tick % 2 == 0 || reach < 4.0);
    let [x0, x1, y0, y1] = [left, SIZE.0 - right, top, SIZE.1 - bottom].map(|place| format!("{place:.1}"));
    html! {
        svg viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-labelledby="calibration-title calibration-words" {
            title #calibration-title { "All z of the run against the normal quantiles" }
            desc #calibration-words {
                "A quantile-quantile plot of " (count) " comparisons. The largest is " (number::signed(points[count - 1].score))
                ", the smallest " (number::signed(points[0].score)) "; the bound is " (number::plain(bound)) "."
            }
            @for value in [-bound, bound] { line.bound x1=(x0) x2=(x1) y1=(format!("{:.1}", y(value))) y2=(format!("{:.1}", y(value))) {} }
            polygon.band points=(edge) {}
            line.diagonal x1=(format!("{:.1}", x(-reach.1))) y1=(format!("{:.1}", y(-reach.1)))
                x2=(format!("{:.1}", x(reach.1))) y2=(format!("{:.1}", y(reach.1))) {}
            line.frame x1=(x0) x2=(x1) y1=(y1) y2=(y1) {}
            line.frame x1=(x0) x2=(x0) y1=(y0) y2=(y1) {}
            @for tick in whole(reach.1) {
                text x=(format!("{:.1}", x(f64::from(tick)))) y=(format!("{:.1}", SIZE.1 - bottom + 15.0)) text-anchor="middle" { (number::whole(tick)) }
            }
            @for tick in whole(reach.0) {
                text x=(format!("{:.1}", left - 7.0)) y=(format!("{:.1}", y(f64::from(tick)) + 4.0)) text-anchor="end" { (number::whole(tick)) }
            }
            text x=(format!("{:.1}", (left + SIZE.0 - right) / 2.0)) y=(format!("{:.1}", SIZE.1 - 6.0)) text-anchor="middle" { "normal quantile" }
            text transform=(format!("translate(12 {:.1}) rotate(-90)", (top + SIZE.1 - bottom) / 2.0)) text-anchor="middle" { "z as a normal score" }
            @for (i, Point { claim, compared, score }) in points.iter().enumerate() {
                // What is off the drawing is at its edge.
                circle class=(compared.comparison.verdict.word()) r="2.6" cx=(format!("{:.1}", x(quantile(i)))) cy=(format!("{:.1}", y(score.clamp(-reach.0, reach.0)))) {
                    title { (claim) ": " (compared.place) ", z " (number::signed(compared.comparison.z)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upper quantiles of Student's law and of the normal one at the same tails, from mpmath: see `stats/family.rs` for the first two;
    /// at 1e-2, t(23) has 2.499_867 and the normal law 2.326_348.
    #[test]
    fn scores_have_the_tail_of_the_normal_law() {
        for (t, degrees, expected) in
            [(6.278_127, 19.0, 4.564_788), (4.577_284, 1999.0, 4.564_788), (2.499_867, 23.0, 2.326_348)]
        {
            assert!((normal_score(t, degrees) - expected).abs() < 0.01, "{t}: {}", normal_score(t, degrees));
            assert_eq!(normal_score(-t, degrees), -normal_score(t, degrees));
        }
        assert!((normal_score(3.0, 1e9) - 3.0).abs() < 1e-6);
        assert_eq!(normal_score(-3.0, f64::INFINITY), -3.0);
    }
}
