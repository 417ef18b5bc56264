//! Figures 7 to 10 from what a run compared: theory's curve, and on it the run's own estimates. Nothing is simulated.
//!
//! A comparison says where it was made, what its estimate is relative to what is expected there, and with which interval. It is drawn at that distance from the curve. So
//! a panel shows estimates at its own sizes and limits of ladders alike: where the law holds only in the limit, the curve is the limit law at the panel's sizes, and a
//! dot is off it by as much as the extrapolated ratio is off 1.

use std::iter;

use goldenweight_evidence::outcome::ClaimOutcome;
use goldenweight_evidence::{Compared, Kind};
use goldenweight_theory::parameters::{MixingRatio, ParameterError, Weight};
use goldenweight_theory::weights;

use super::chart::{At, Axis, BLACK, BLUE, Chart, Colour, Dash, GREEN, Mark, Pane, Side, VERMILION};
use super::subject::Subject;
use super::{curve, growth, ratios};
use crate::experiment::Rows;

/// An estimate of the run, as a point of a panel.
struct Point {
    /// Where on the horizontal axis.
    x: f64,
    /// The curve there.
    expected: f64,
    /// Relative error of the estimate, with the simultaneous interval.
    error: f64,
    interval: (f64, f64),
    colour: Colour,
}

/// A comparison by simulation of the claim, its kind, and the place of its first case.
fn comparisons(claim: &ClaimOutcome) -> impl Iterator<Item = (Kind, &str, &Compared)> {
    // What is compared with another implementation is at sizes and generations of its own.
    let own = claim.evidence.iter().filter(|e| e.route.words() == Some("simulation"));
    own.flat_map(|e| {
        e.finding
            .comparisons
            .iter()
            .map(|made| (e.kind, made.expected.first().map_or(made.place.as_str(), |(place, _)| place), made))
    })
}

/// A number of a place such as `n = 100, w = 0.62, t = 150..199`; of a range the middle.
fn number(place: &str, name: &str) -> Option<f64> {
    let part = place.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix(" = "))?;
    match part.split_once("..") {
        Some((from, until)) => Some(0.5 * (from.parse::<f64>().ok()? + until.parse::<f64>().ok()?)),
        None => part.parse().ok(),
    }
}

impl Point {
    /// At x, where the curve has the value `expected`.
    fn new(compared: &Compared, x: f64, expected: f64, colour: Colour) -> Self {
        let found = &compared.comparison;
        Self { x, expected, error: found.relative_error, interval: found.interval, colour }
    }

    /// The estimate, on the curve's scale.
    fn estimate(&self) -> (f64, f64) {
        (self.x, self.expected * (1.0 + self.error))
    }
}

/// How theory's curve is drawn.
fn dash(subject: Subject) -> Dash {
    if subject.exact() { Dash::Solid } else { Dash::Dashed }
}

/// What the curve and the dots are.
fn legend(subject: Subject) -> [String; 2] {
    if subject.exact() {
        ["Line: exact risk. Dots: this run.", "Below: their distance, simultaneous intervals."]
    } else {
        ["Dashed: limit law. Dots: this run, n, m → ∞.", "Below: their distance, simultaneous intervals."]
    }
    .map(str::to_owned)
}

/// The lines under a panel's title.
fn notes(setting: String, subject: Subject, points: &[Point]) -> Vec<String> {
    let none = "This run has no comparison by simulation here.".to_owned();
    if points.is_empty() { vec![setting, none] } else { iter::once(setting).chain(legend(subject)).collect() }
}

/// A panel of a curve or two with the run's estimates on it, and below their distances in percent.
fn panel(title: &str, notes: Vec<String>, (x, y): (Axis, Axis), mut marks: Vec<Mark>, points: &[Point]) -> Chart {
    marks.extend(points.iter().map(|point| Mark::Dots(vec![point.estimate()], point.colour)));
    let mut panes = vec![Pane { x: x.clone(), y, share: 8, marks }];
    if !points.is_empty() {
        panes.push(distances(x, points));
    }
    Chart { title: title.to_owned(), notes, panes }
}

fn distances(x: Axis, points: &[Point]) -> Pane {
    let percent = |share: f64| 100.0 * share;
    let reach = points.iter().flat_map(|point| [point.interval.0.abs(), point.interval.1.abs()]);
    let reach = 1.1 * percent(reach.filter(|share| share.is_finite()).fold(0.005, f64::max));
    let mut marks = vec![Mark::Horizontal(0.0, BLACK, Dash::Solid)];
    for point in points {
        // Two intervals of one place stand side by side.
        let aside = if point.colour == VERMILION { -0.0015 } else { 0.0 };
        let at = |share: f64| (point.x + aside, percent(share));
        marks.push(Mark::Line(vec![at(point.interval.0), at(point.interval.1)], point.colour, Dash::Solid));
        marks.push(Mark::Dots(vec![at(point.error)], point.colour));
    }
    Pane { x, y: Axis::linear("distance from the line, %", -reach, reach), share: 4, marks }
}

/// Figure 7: the generations, on a logarithmic axis.
pub fn growth(subject: Subject, title: &str, claim: &ClaimOutcome) -> Result<Chart, ParameterError> {
    let law = subject.laws(growth::ROWS)?.swap_remove(0);
    // Some forty generations to a power of ten.
    let steps = (0..120).map(|i| libm::round(libm::pow(10.0, f64::from(i) / 40.0)) as u32);
    let mut generations: Vec<u32> = steps.chain([growth::GENERATIONS - 1]).collect();
    generations.dedup();
    // A generation between two, as the mean of some is drawn, has the value between theirs.
    let risk = |t: f64| {
        let [low, high] = [libm::floor(t), libm::ceil(t)].map(|t| law.risk_at(Weight::ZERO, t as u32));
        low + (high - low) * (t - libm::floor(t))
    };
    let points: Vec<Point> = comparisons(claim)
        .filter_map(|(_, place, made)| number(place, "t").map(|t| Point::new(made, t, risk(t), BLUE)))
        .collect();
    let line: Vec<_> = generations.iter().map(|t| f64::from(*t)).map(|t| (t, risk(t))).collect();
    let y = Axis::around(&format!("risk: {}", growth::loss_name(subject)), line.iter().map(|(_, y)| *y));
    let x = Axis::log("generation t", 1.0, 1000.0);
    let notes = notes("w = 0, n = m = 100.".to_owned(), subject, &points);
    Ok(panel(title, notes, (x, y), vec![Mark::Line(line, BLACK, dash(subject))], &points))
}

/// Figures 8 and 10: the weights, and the minimum.
pub fn curve(
    subject: Subject,
    sizes: curve::Sizes,
    title: &str,
    claim: &ClaimOutcome,
) -> Result<Chart, ParameterError> {
    let law = subject.laws(sizes.rows)?.swap_remove(0);
    let (from, until) = sizes.average;
    let risk = |w: f64| Ok(subject.share() * law.average_risk(Weight::new(w)?, from, until));
    let line = curve::weights().into_iter().map(|w| Ok((w, risk(w)?))).collect::<Result<Vec<_>, ParameterError>>()?;
    let mut marks = vec![Mark::Line(line.clone(), BLACK, dash(subject))];
    let (mut points, mut minimum) = (Vec::new(), None);
    let Rows { real, .. } = sizes.rows;
    for (kind, place, made) in comparisons(claim) {
        match (number(place, "w"), law.optimal_weight()) {
            (Some(w), _) if kind != Kind::Optimum => points.push(Point::new(made, w, risk(w)?, BLUE)),
            (_, Some(best)) if kind == Kind::Optimum => {
                let found = &made.comparison;
                let [low, at, high] =
                    [found.interval.0, found.relative_error, found.interval.1].map(|error| best * (1.0 + error));
                marks.push(Mark::Vertical(best, 0.3, VERMILION, Dash::Solid));
                marks.push(Mark::Interval { at: (at, risk(best)?), range: (low, high), colour: BLUE });
                minimum = Some(format!("Minimum: {at:.4}, from {low:.4} to {high:.4}; theory {best:.4}."));
            }
            _ => {}
        }
    }
    let golden = weights::optimal_weight(&MixingRatio::new(1.0)?);
    marks.push(Mark::Vertical(golden, 0.3, GREEN, Dash::Dashed));
    marks.push(Mark::Text(At::Pane(0.74, 0.08), Side::Right, GREEN, "1/φ".to_owned()));
    let y = Axis::up_to(&format!("risk: {}", growth::loss_name(subject)), 0.0, line.iter().map(|(_, y)| *y));
    let x = Axis::linear("weight w on the real rows", 0.18, 0.8);
    let mut notes = notes(format!("n = m = {real}, t = {from}..{}.", until - 1), subject, &points);
    notes.extend(minimum);
    Ok(panel(title, notes, (x, y), marks, &points))
}

/// Figure 9: the mixing ratios, under two weights.
pub fn ratios(subject: Subject, title: &str, claim: &ClaimOutcome) -> Result<Chart, ParameterError> {
    let both = |ratio: f64| {
        let ratio = MixingRatio::new(ratio)?;
        Ok([weights::naive_weight(&ratio), weights::optimal_weight(&ratio)])
    };
    let risk = |rows: Rows, w: f64| {
        let law = subject.laws(rows)?.swap_remove(0);
        Ok(law.average_risk(Weight::new(w)?, ratios::AVERAGE.0, ratios::AVERAGE.1))
    };
    let ratio = |rows: Rows| rows.real as f64 / rows.synthetic as f64;
    let mut lines = [Vec::new(), Vec::new()];
    for (k, rows) in ratios::rows() {
        for (line, w) in lines.iter_mut().zip(both(ratio(rows))?) {
            line.push((k, risk(rows, w)?));
        }
    }
    let mut points = Vec::new();
    for (_, place, made) in comparisons(claim) {
        let [Some(real), Some(synthetic), Some(w)] = ["n", "m", "w"].map(|name| number(place, name)) else { continue };
        // The panel has 100 real rows; a ladder's first rung has this ratio, and as many rows as it needs.
        let rows = Rows { real: 100, synthetic: libm::floor(100.0 * synthetic / real) as usize };
        let [naive, golden] = both(real / synthetic)?.map(|known| (known - w).abs());
        let (colour, w) =
            if naive < golden { (VERMILION, both(ratio(rows))?[0]) } else { (BLUE, both(ratio(rows))?[1]) };
        points.push(Point::new(made, real / synthetic, risk(rows, w)?, colour));
    }
    let y = Axis::up_to(
        &format!("risk: {}", growth::loss_name(subject)),
        0.0,
        lines.iter().flatten().map(|(_, y)| 1.12 * y),
    );
    let names = [("naive pooling, w = k/(1+k)", VERMILION), ("golden weight, w*(k)", BLUE)];
    let mut marks = Vec::new();
    for (i, (line, (name, colour))) in lines.into_iter().zip(names).enumerate() {
        // The name of the upper curve stands above it, that of the lower curve below it, both at the right.
        let (_, last) = line[line.len() - 1];
        let gap = if i == 0 { 0.08 } else { -0.22 } * y.high;
        marks.push(Mark::Text(At::Data(0.195, last + gap), Side::Left, colour, name.to_owned()));
        marks.push(Mark::Line(line, colour, dash(subject)));
    }
    let notes = notes("n = 100, m = ⌊n/k⌋, t = 150..199.".to_owned(), subject, &points);
    Ok(panel(title, notes, (Axis::linear("mixing ratio k = n/m", 0.0, 0.2), y), marks, &points))
}
