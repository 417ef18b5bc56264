//! Plots of a claim's comparisons: a row of a table for each, with the numbers beside the drawing.
//!
//! Positions are percentages of a row's width and sizes are pixels, so a drawing has any width and its marks stay round.

use maud::{Markup, html};

use super::number;
use crate::finding::Measure;
use crate::outcome::{ClaimOutcome, Evidence, Verdict};
use crate::sampled::Compared;
use crate::stats::compare::Comparison;

/// Share of a row's width, in percent, that the axis leaves free at either end for marks.
const FREE: f64 = 6.0;

/// Farthest that the axis of relative errors goes, in margins.
const MAX_MARGINS: f64 = 6.0;

/// Ends of the axis of deterministic errors, as powers of ten of the tolerance.
const POWERS: (f64, f64) = (-4.0, 4.0);

/// A drawing's axis between two values.
struct Axis(f64, f64);

impl Axis {
    /// Where a value is drawn, in percent; what is off the axis is drawn at its end.
    fn at(&self, value: f64) -> f64 {
        let share = ((value - self.0) / (self.1 - self.0)).clamp(0.0, 1.0);
        FREE + share * (100.0 - 2.0 * FREE)
    }

    /// As an attribute.
    fn x(&self, value: f64) -> String {
        format!("{:.2}%", self.at(value))
    }

    fn contains(&self, value: f64) -> bool {
        self.0 <= value && value <= self.1
    }

    /// Vertical lines, and a band between two values; what is drawn beside them comes on top.
    fn row(&self, title: &str, band: (f64, f64), lines: &[(&str, f64)], marks: &Markup) -> Markup {
        html! {
            svg.strip width="100%" height="22" role="img" aria-label=(title) {
                title { (title) }
                rect.band x=(self.x(band.0)) width=(format!("{:.2}%", self.at(band.1) - self.at(band.0))) y="0" height="22" {}
                @for (class, value) in lines {
                    line class=(class) x1=(self.x(*value)) x2=(self.x(*value)) y1="0" y2="22" {}
                }
                (marks)
            }
        }
    }

    /// A round mark, or an arrow at the end of the axis beyond which it is.
    fn mark(&self, value: f64, verdict: Verdict) -> Markup {
        html! {
            @if self.contains(value) {
                circle class=(verdict.word()) cx=(self.x(value)) cy="11" r="4" {}
            } @else {
                text class={ "beyond " (verdict.word()) } x=(self.x(value)) y="15" text-anchor="middle" {
                    (if value < self.0 { "◀" } else { "▶" })
                }
            }
        }
    }

    /// Labels of the axis.
    fn labels(&self, labels: &[(&str, f64)]) -> Markup {
        html! {
            svg.strip.axis width="100%" height="16" aria-hidden="true" {
                @for (label, value) in labels {
                    text x=(self.x(*value)) y="12" text-anchor="middle" { (label) }
                }
            }
        }
    }
}

/// The statistical comparisons: relative errors with their intervals, in units of the margin.
pub fn comparisons(claim: &ClaimOutcome) -> Markup {
    let compared = || claim.evidence.iter().flat_map(|e| e.finding.comparisons.iter().map(move |c| (e, c)));
    let widest = |Comparison { interval: (low, high), margin, .. }: &Comparison| low.abs().max(high.abs()) / margin;
    let reach = compared().map(|(_, compared)| widest(&compared.comparison)).fold(1.0, f64::max);
    let reach = (1.1 * reach).min(MAX_MARGINS);
    let axis = Axis(-reach, reach);
    html! {
        @if compared().next().is_some() {
            table.forest role="table" {
                caption { "Relative error of every comparison with its simultaneous interval, in units of its margin. The band is the margin." }
                thead role="rowgroup" { tr role="row" {
                    th role="columnheader" scope="col" { "Comparison" }
                    th.drawing role="columnheader" scope="col" {
                        span.aside { "Plot" }
                        (axis.labels(&[("−1", -1.0), ("0", 0.0), ("+1", 1.0)]))
                    }
                    th.number role="columnheader" scope="col" { "Error, interval" }
                    th.number role="columnheader" scope="col" { "z" }
                    th.number role="columnheader" scope="col" { "Detects" }
                } }
                tbody role="rowgroup" {
                    @for (evidence, compared) in compared() { (comparison_row(&axis, evidence, compared)) }
                }
            }
        }
    }
}

fn comparison_row(axis: &Axis, evidence: &Evidence, Compared { place, of, comparison, .. }: &Compared) -> Markup {
    let Comparison { verdict, z, bound, relative_error, interval, margin, detectable_effect, .. } = comparison;
    let [error, low, high] = [relative_error, &interval.0, &interval.1].map(|x| x / margin);
    let title = format!(
        "{place}: relative error of the {of} {} in {}, margin {}",
        number::percent(*relative_error),
        number::interval(*interval),
        number::size(*margin)
    );
    // An estimate that is not a number has no place.
    let marks = html! {
        @if [error, low, high].into_iter().all(f64::is_finite) {
            line class={ "interval " (verdict.word()) } x1=(axis.x(low)) x2=(axis.x(high)) y1="11" y2="11" {}
            (axis.mark(error, *verdict))
        }
    };
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { (evidence.check) small { (place) " (" (of) ")" } }
            td.drawing role="cell" { (axis.row(&title, (-1.0, 1.0), &[("zero", 0.0)], &marks)) }
            td.number role="cell" data-label="Error, interval" {
                (number::percent(*relative_error)) " " small { (number::interval(*interval)) }
            }
            td.number role="cell" data-label="z" { (number::signed(*z)) " " small { "of " (number::plain(*bound)) } }
            td.number role="cell" data-label="Detects" { (number::size(*detectable_effect)) }
        }
    }
}

/// The largest errors of the deterministic checks, in units of their tolerance.
pub fn errors(claim: &ClaimOutcome) -> Markup {
    let error = |e: &'_ Evidence| if let Measure::Error(error) = e.finding.measure { Some(error) } else { None };
    let errors: Vec<_> = claim.evidence.iter().filter_map(|e| Some((e, error(e)?))).collect();
    let axis = Axis(POWERS.0, POWERS.1);
    html! {
        @if !errors.is_empty() {
            table.forest role="table" {
                caption { "Largest error of every deterministic check, in units of its tolerance. The band is what is accepted." }
                thead role="rowgroup" { tr role="row" {
                    th role="columnheader" scope="col" { "Check" }
                    th.drawing role="columnheader" scope="col" {
                        span.aside { "Plot" }
                        (axis.labels(&[("equal", POWERS.0), ("0.01", -2.0), ("1", 0.0), ("100", 2.0)]))
                    }
                    th.number role="columnheader" scope="col" { "Error" }
                } }
                tbody role="rowgroup" {
                    @for (evidence, error) in errors { (error_row(&axis, evidence, error)) }
                }
            }
        }
    }
}

fn error_row(axis: &Axis, evidence: &Evidence, error: f64) -> Markup {
    let title = format!("{}: largest error {} of its tolerance", evidence.check, number::plain(error));
    // Equal numbers have no logarithm: they are at the left end.
    let power = libm::log10(error).max(axis.0);
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { (evidence.check) small { (evidence.kind.word()) } }
            td.drawing role="cell" { (axis.row(&title, (axis.0, 0.0), &[("zero", 0.0)], &axis.mark(power, evidence.finding.verdict))) }
            td.number role="cell" data-label="Error" {
                @if error == 0.0 { "0" } @else { (number::plain(error)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_placed_in_proportion_and_kept_on_the_axis() {
        let axis = Axis(-2.0, 2.0);
        assert_eq!([-2.0, 0.0, 2.0].map(|x| axis.x(x)), ["6.00%", "50.00%", "94.00%"]);
        assert_eq!([-9.0, 9.0].map(|x| axis.x(x)), ["6.00%", "94.00%"]);
        let mark = |value| axis.mark(value, Verdict::Refuted).into_string();
        assert!(mark(1.0).starts_with("<circle") && mark(-3.0).contains('◀') && mark(3.0).contains('▶'));
    }
}
