//! Figures 8 and 10: the risk against the weight on the real rows, with its minimum.

use goldenweight_theory::parameters::{ParameterError, Weight};
use goldenweight_theory::weights;

use super::Draw;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Colour, Dash, GREEN, Mark, PURPLE, Pane, Side, VERMILION};
use super::grid::{BAND, CONTROLLED, Grid, Minimum, Z_RULE, band, shown_z, simulate};
use super::growth::loss_name;
use super::subject::Subject;
use super::table::Table;
use crate::experiment::{Generations, Rows};

/// A panel's sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Rows per generation, n and m.
    pub rows: Rows,
    /// Generations that are averaged, as (first, one past the last).
    pub average: (u32, u32),
}

/// w = .20, .22, ..., .78.
pub fn weights() -> Vec<f64> {
    (0..30).map(|i| f64::from(20 + 2 * i) / 100.0).collect()
}

/// The two risks of the regression on the Adult table, of the coefficients of raw and of standardised columns: prefix of the CSV columns, name and colour.
const INCOME: [(&str, &str, Colour); 2] = [("", "raw columns", BLUE), ("standardised_", "standardised", PURPLE)];

fn series(subject: Subject) -> &'static [(&'static str, &'static str, Colour)] {
    if subject == Subject::Income { &INCOME } else { &INCOME[..1] }
}

/// The numbers of a panel.
pub fn table(subject: Subject, sizes: Sizes, draw: &Draw<'_>) -> Result<Table, ParameterError> {
    let weights = weights();
    let laws = subject.laws(sizes.rows)?;
    let grid = Grid {
        seed: draw.seed,
        experiment: draw.experiment,
        index: 0,
        replicates: draw.replicates,
        rows: sizes.rows,
        weights: &weights,
        average: sizes.average,
    };
    let batches = simulate(subject, &grid, draw);
    if draw.share.is_some() {
        return Ok(Table::new(&[]));
    }
    let orders = subject.two_orders(sizes.rows);
    let mut table = Table::new(&[("w", "weight on the real rows")]);
    weights.iter().for_each(|w| table.push(vec![*w]));
    for ((loss, law), (prefix, _, _)) in laws.iter().enumerate().zip(series(subject)) {
        let means: Vec<_> = (0..weights.len()).map(|w| batches.at(w, loss)).collect();
        let share = subject.share();
        let mut add =
            |name: &str, meaning: &str, values: Vec<f64>| table.add_column(&format!("{prefix}{name}"), meaning, values);
        let scaled = |value: &dyn Fn(&crate::stats::moments::Moments) -> f64| {
            means.iter().map(|(m, _)| share * value(m)).collect()
        };
        add("risk", "simulated risk (no unit)", scaled(&|m| m.mean()));
        add("std_error", "its standard error", scaled(&|m| m.std_error()));
        add("low", "lower end of the band", scaled(&|m| band(m).0));
        add("high", "upper end of the band", scaled(&|m| band(m).1));
        let mut theory = Vec::new();
        for w in &weights {
            theory.push(share * law.average_risk(Weight::new(*w)?, sizes.average.0, sizes.average.1));
        }
        if subject.exact() {
            let z = means.iter().zip(&theory).map(|(mean, theory)| shown_z(mean, theory / share)).collect();
            add("theory", "exact risk, averaged over the same generations (no unit)", theory);
            add("z", "(risk - theory)/std_error, corrected for skewness; see z_rule", z);
        } else {
            add("theory", "limit law for many rows, averaged over the same generations (no unit)", theory);
            if let Some(orders) = orders.get(loss) {
                let (from, until) = sizes.average;
                let grid = weights.iter().map(|w| Weight::new(*w)).collect::<Result<Vec<_>, _>>()?;
                let risks = grid.iter().map(|w| orders.law().average_risk(*w, from, until)).collect();
                add("second_order", "two orders in 1/n, averaged over the same generations (no unit)", risks);
                let at = Generations::Average { from, until };
                let in_range = |w: &Weight| orders.second_term(*w, at).is_some_and(|term| term.is_in_range());
                let range = if grid.iter().all(in_range) { IN_RANGE } else { OUT_OF_RANGE };
                table.set(&format!("{prefix}second_order_range"), range);
                if let Some(optimum) = orders.second_order_weight() {
                    table.set(&format!("{prefix}second_order_optimum"), optimum);
                }
            }
        }
        let minimum = batches.minimum(&weights, loss);
        table.set(&format!("{prefix}minimum"), minimum.weight);
        table.set(&format!("{prefix}minimum_std_error"), minimum.std_error);
        table.set(&format!("{prefix}minimum_low"), minimum.interval.0);
        table.set(&format!("{prefix}minimum_high"), minimum.interval.1);
        let list: Vec<String> = minimum.batches.iter().map(f64::to_string).collect();
        table.set(&format!("{prefix}minimum_of_batches"), list.join(" "));
        table.set(&format!("{prefix}theory_optimum"), law.optimal_weight().unwrap_or(f64::NAN));
    }
    let failed = (0..weights.len()).map(|w| batches.at(w, 0).1 as f64);
    table.add_column("failed_fits", "chains that ended in a fit that does not exist, left out at this weight", failed);
    let ratio = sizes.rows.real as f64 / sizes.rows.synthetic as f64;
    table.set("limit_weight", weights_at(ratio)?);
    let Sizes { rows: Rows { real, synthetic }, average: (from, until) } = sizes;
    let rows = if real == synthetic { format!("n = m = {real}") } else { format!("n = {real}, m = {synthetic}") };
    table.set("setting", format!("{rows}, averaged over t = {from}..{}", until - 1));
    if batches.controlled() {
        table.set("averaged", CONTROLLED);
    }
    table.set("band", BAND);
    table.set("z_rule", Z_RULE);
    table.set("minimum_rule", Minimum::RULE);
    Ok(table)
}

/// Of two orders, beside the curve.
pub const IN_RANGE: &str = "in range";
/// The same where they leave out too much: the size by which the range is decided, see [`SecondTerm`](crate::prediction::SecondTerm), is above its bound.
pub const OUT_OF_RANGE: &str = "out of range: the second order is above .2 of the first, or its parts are and cancel";

fn weights_at(ratio: f64) -> Result<f64, ParameterError> {
    Ok(weights::optimal_weight(&goldenweight_theory::parameters::MixingRatio::new(ratio)?))
}

/// Height of the vertical lines at the optima in the upper pane, as a share of it. The lower pane has their names.
const LINES: f64 = 0.3;

/// Where the labels of the simulated risk and of theory begin, and the index of the weight at which the point lies that they name. The first pair is for the first
/// series, above its curve; the second for a second series, below its curve.
const LABELS: [[(At, usize); 2]; 2] =
    [[(At::Pane(0.24, 0.92), 1), (At::Pane(0.24, 0.8), 3)], [(At::Pane(0.08, 0.06), 1), (At::Pane(0.08, 0.06), 0)]];

/// How theory is named.
fn theory_name(subject: Subject) -> &'static str {
    if subject.exact() { "exact risk" } else { "limit law, n → ∞" }
}

/// What two orders are called.
pub fn orders_name(table: &Table, prefix: &str) -> String {
    let in_range = table.fact(&format!("{prefix}second_order_range")) == Some(IN_RANGE);
    format!("two orders in 1/n{}", if in_range { "" } else { ", out of range" })
}

/// The optimum that theory knows best: of two orders where they are in range.
fn optimum(table: &Table, prefix: &str) -> f64 {
    let second = table.fact(&format!("{prefix}second_order_optimum")).and_then(|text| text.parse().ok());
    second.unwrap_or_else(|| table.number(&format!("{prefix}theory_optimum")))
}

/// The panel.
pub fn chart(subject: Subject, title: &str, table: &Table) -> Chart {
    let (mut marks, mut labels, mut highs) = (Vec::new(), Vec::new(), Vec::new());
    let limit = table.number("limit_weight");
    let dash = if subject.exact() { Dash::Solid } else { Dash::Dashed };
    let several = series(subject).len() > 1;
    for (i, ((prefix, name, colour), places)) in series(subject).iter().zip(LABELS).enumerate() {
        let column = |name: &str| table.points("w", &format!("{prefix}{name}"));
        let fact = |name: &str| table.number(&format!("{prefix}{name}"));
        let (low, high, risk, theory) = (column("low"), column("high"), column("risk"), column("theory"));
        highs.extend(high.iter().chain(&theory).map(|(_, y)| *y));
        let whose = if several { name } else { "simulated" };
        let [(at, on), (theory_at, theory_on)] = places;
        let is_other = i > 0 && orders_name(table, prefix) != orders_name(table, "");
        let band = if is_other { "95 %; two orders out of range" } else { "95 % band" };
        labels.push(Mark::Label { at, on: risk[on], colour: *colour, text: format!("{whose}, {band}") });
        if i == 0 {
            let text = theory_name(subject).to_owned();
            labels.push(Mark::Label { at: theory_at, on: theory[theory_on], colour: BLACK, text });
        }
        let band = low.iter().zip(&high).map(|((w, low), (_, high))| (*w, *low, *high)).collect();
        marks.push(Mark::Vertical(optimum(table, prefix), LINES, VERMILION, Dash::Solid));
        if table.has(&format!("{prefix}second_order")) {
            let second = column("second_order");
            highs.extend(second.iter().map(|(_, y)| *y));
            // Both series have the same lines, which the first one's names explain.
            if i == 0 {
                let text = orders_name(table, prefix);
                labels.push(Mark::Label { at: At::Pane(0.24, 0.68), on: second[5], colour: BLACK, text });
            }
            marks.push(Mark::Line(second, BLACK, Dash::Solid));
        }
        marks.push(Mark::Band(band, *colour));
        marks.push(Mark::Line(theory, BLACK, dash));
        let lowest = risk.iter().map(|(_, y)| *y).filter(|y| y.is_finite()).fold(f64::INFINITY, f64::min);
        marks.push(Mark::Dots(risk, *colour));
        let range = (fact("minimum_low"), fact("minimum_high"));
        marks.push(Mark::Interval { at: (fact("minimum"), lowest), range, colour: *colour });
    }
    marks.push(Mark::Vertical(limit, LINES, GREEN, Dash::Dashed));
    marks.extend(labels);
    let failed: f64 = table.column("failed_fits").iter().sum();
    let replicates = table.number("replicates");
    let mut notes = vec![format!("{}; {replicates} chains", table.fact("setting").unwrap_or_default())];
    if failed > 0.0 {
        let worst = table.column("failed_fits").into_iter().fold(0.0, f64::max);
        notes.push(format!("Left out for want of a fit: up to {:.1} % of the chains.", 100.0 * worst / replicates));
    }
    let y = Axis::up_to(&format!("risk: {}", loss_name(subject)), 0.0, highs);
    let x = Axis::linear("weight w on the real rows", 0.18, 0.8);
    let enlarged = enlarged(subject, table);
    let upper = Pane { x, y, share: 12 - enlarged.share, marks };
    Chart { title: title.to_owned(), notes, panes: vec![upper, enlarged] }
}

/// The simulated minimum with its interval, and theory's optima. On the curve they are too close to be told apart. Each has a row: from the bottom up the minima,
/// then the optima from right to left, so that no name is crossed by another line.
fn enlarged(subject: Subject, table: &Table) -> Pane {
    let (series, limit) = (series(subject), table.number("limit_weight"));
    let mut optima = vec![(limit, GREEN, Dash::Dashed, format!("w*(1) = {}", short(limit)))];
    let mut minima = Vec::new();
    for (prefix, name, colour) in series {
        let fact = |name: &str| table.number(&format!("{prefix}{name}"));
        let optimum = optimum(table, prefix);
        let whose = if series.len() > 1 { format!(", {name}") } else { String::new() };
        let law = match (subject.exact(), table.fact(&format!("{prefix}second_order_optimum"))) {
            (true, _) => "exact optimum",
            (false, Some(_)) => "second-order optimum",
            (false, None) => "limit optimum",
        };
        optima.push((optimum, VERMILION, Dash::Solid, format!("{law}{whose} {}", short(optimum))));
        minima.push((fact("minimum"), (fact("minimum_low"), fact("minimum_high")), *colour));
    }
    optima.sort_by(|a, b| b.0.total_cmp(&a.0));
    let places =
        minima.iter().flat_map(|(at, range, _)| [*at, range.0, range.1]).chain(optima.iter().map(|line| line.0));
    let finite: Vec<f64> = places.filter(|place| place.is_finite()).collect();
    let (low, high) = (finite.iter().copied().fold(limit, f64::min), finite.iter().copied().fold(limit, f64::max));
    let width = (high - low).max(0.005);
    let rows = (minima.len() + optima.len()) as f64;
    let heights = (0..).map(|row| f64::from(row) + 0.5);
    let mut marks = Vec::new();
    for ((x, colour, dash, text), y) in optima.iter().zip(heights.clone().skip(minima.len())) {
        marks.push(Mark::Vertical(*x, y / rows, *colour, *dash));
        marks.push(Mark::Text(At::Data(x + 0.02 * width, y), Side::Right, *colour, text.clone()));
    }
    for ((at, range, colour), y) in minima.iter().rev().zip(heights) {
        marks.push(Mark::Interval { at: (*at, y), range: *range, colour: *colour });
        let text = format!("minimum {} ± {} (95 %)", short(*at), short((range.1 - range.0) / 2.0));
        marks.push(Mark::Text(At::Data(high + 0.04 * width, y), Side::Right, *colour, text));
    }
    // The axis extends to the right, to make room for the texts.
    let room = if series.len() > 1 { 2.2 } else { 1.9 };
    let x = Axis::linear("weight w", low - 0.1 * width, high + room * width);
    let y = Axis::linear("minimum and optima, enlarged", 0.0, rows).bare();
    Pane { x, y, share: if series.len() > 1 { 5 } else { 4 }, marks }
}

fn short(x: f64) -> String {
    if x.abs() < 0.001 { format!("{x:.5}") } else { format!("{x:.4}") }
}
