//! Figures 8 and 10: the risk against the weight on the real rows, with its minimum.

use goldenweight_theory::parameters::{ParameterError, Weight};
use goldenweight_theory::weights;

use super::Draw;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Colour, Dash, GREEN, Glyph, Mark, PURPLE, Pane, VERMILION};
use super::grid::{BAND, Grid, Minimum, band, simulate};
use super::growth::loss_name;
use super::subject::Subject;
use super::table::Table;
use crate::experiment::Rows;
use crate::stats::compare::Estimate;

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

/// The risks of the regression on the Adult table: in the columns' own units, and in those of their standard deviations.
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
    let batches = simulate(subject, &grid, draw.progress);
    let mut table = Table::new(&[("w", "weight on the real rows")]);
    weights.iter().for_each(|w| table.push(vec![*w]));
    for ((loss, law), (prefix, _, _)) in laws.iter().enumerate().zip(series(subject)) {
        let moments: Vec<_> = (0..weights.len()).map(|w| batches.at(w, loss).0).collect();
        let share = subject.share();
        let mut add =
            |name: &str, meaning: &str, values: Vec<f64>| table.add_column(&format!("{prefix}{name}"), meaning, values);
        let scaled =
            |value: &dyn Fn(&crate::stats::moments::Moments) -> f64| moments.iter().map(|m| share * value(m)).collect();
        add("risk", "simulated risk (no unit)", scaled(&|m| m.mean()));
        add("std_error", "its standard error", scaled(&|m| m.std_error()));
        add("low", "lower end of the band", scaled(&|m| band(m).0));
        add("high", "upper end of the band", scaled(&|m| band(m).1));
        let mut theory = Vec::new();
        for w in &weights {
            theory.push(share * law.average_risk(Weight::new(*w)?, sizes.average.0, sizes.average.1));
        }
        if subject.exact() {
            let z = moments.iter().zip(&theory).map(|(m, theory)| Estimate::from(m).z(theory / share)).collect();
            add("theory", "exact risk, averaged over the same generations (no unit)", theory);
            add("z", "(risk - theory)/std_error, corrected for skewness", z);
        } else {
            add("theory", "limit law for many rows, averaged over the same generations (no unit)", theory);
        }
        let minimum = batches.minimum(&weights, loss);
        table.set(&format!("{prefix}minimum"), minimum.weight);
        table.set(&format!("{prefix}minimum_std_error"), minimum.std_error);
        table.set(&format!("{prefix}minimum_low"), minimum.interval.0);
        table.set(&format!("{prefix}minimum_high"), minimum.interval.1);
        let list: Vec<String> = minimum.batches.iter().map(f64::to_string).collect();
        table.set(&format!("{prefix}minimum_of_batches"), list.join(" "));
        table.set(&format!("{prefix}theory_optimum"), law.optimal_weight());
    }
    let failed = (0..weights.len()).map(|w| batches.at(w, 0).1 as f64);
    table.add_column("failed_fits", "chains that ended in a fit that does not exist, left out at this weight", failed);
    let ratio = sizes.rows.real as f64 / sizes.rows.synthetic as f64;
    table.set("limit_weight", weights_at(ratio)?);
    let Sizes { rows: Rows { real, synthetic }, average: (from, until) } = sizes;
    let rows = if real == synthetic { format!("n = m = {real}") } else { format!("n = {real}, m = {synthetic}") };
    table.set("setting", format!("{rows}, averaged over t = {from}..{}", until - 1));
    table.set("band", BAND);
    table.set("minimum_rule", Minimum::RULE);
    Ok(table)
}

fn weights_at(ratio: f64) -> Result<f64, ParameterError> {
    Ok(weights::optimal_weight(&goldenweight_theory::parameters::MixingRatio::new(ratio)?))
}

/// Height of the vertical lines at the optima: below the key.
const LINES: f64 = 0.3;

/// The panel.
pub fn chart(subject: Subject, title: &str, table: &Table) -> Chart {
    let (mut marks, mut key, mut highs) = (Vec::new(), Vec::new(), Vec::new());
    let limit = table.number("limit_weight");
    let dash = if subject.exact() { Dash::Solid } else { Dash::Dashed };
    let several = series(subject).len() > 1;
    for (prefix, name, colour) in series(subject) {
        let column = |name: &str| table.points("w", &format!("{prefix}{name}"));
        let fact = |name: &str| table.number(&format!("{prefix}{name}"));
        let (low, high, risk, theory) = (column("low"), column("high"), column("risk"), column("theory"));
        highs.extend(high.iter().chain(&theory).map(|(_, y)| *y));
        let band = low.iter().zip(&high).map(|((w, low), (_, high))| (*w, *low, *high)).collect();
        let optimum = fact("theory_optimum");
        marks.push(Mark::Vertical(optimum, LINES, VERMILION, Dash::Solid));
        marks.push(Mark::Band(band, *colour));
        marks.push(Mark::Line(theory, BLACK, dash));
        let (minimum, interval) = (fact("minimum"), (fact("minimum_low"), fact("minimum_high")));
        let lowest = risk.iter().map(|(_, y)| *y).filter(|y| y.is_finite()).fold(f64::INFINITY, f64::min);
        marks.push(Mark::Dots(risk, *colour));
        marks.push(Mark::Interval { at: (minimum, lowest), range: interval, colour: *colour });
        let whose = if several { name } else { "simulated" };
        key.push((Glyph::DotInBand, *colour, format!("{whose}, 95 % band")));
        key.push((
            Glyph::Interval,
            *colour,
            format!("minimum {} ± {}", short(minimum), short((interval.1 - interval.0) / 2.0)),
        ));
        key.push((
            Glyph::Line(Dash::Solid),
            VERMILION,
            format!("{} {optimum:.4}", if subject.exact() { "exact optimum" } else { "limit optimum" }),
        ));
    }
    key.insert(
        0,
        (Glyph::Line(dash), BLACK, if subject.exact() { "exact risk" } else { "limit law, n → ∞" }.to_owned()),
    );
    key.push((Glyph::Line(Dash::Dashed), GREEN, format!("w*(1) = {limit:.4}")));
    marks.push(Mark::Vertical(limit, LINES, GREEN, Dash::Dashed));
    marks.push(Mark::Key(At::Pane(0.32, 0.95), key));
    let failed: f64 = table.column("failed_fits").iter().sum();
    let replicates = table.number("replicates");
    let mut notes = vec![format!("{}; {replicates} chains", table.fact("setting").unwrap_or_default())];
    if failed > 0.0 {
        let worst = table.column("failed_fits").into_iter().fold(0.0, f64::max);
        notes.push(format!("Left out for want of a fit: up to {:.1} % of the chains.", 100.0 * worst / replicates));
    }
    // Room for the longer key.
    let room = if several { 1.35 } else { 1.0 };
    let y = Axis::up_to(&format!("risk: {}", loss_name(subject)), 0.0, highs.into_iter().map(|y| room * y));
    let pane = Pane { x: Axis::linear("weight w on the real rows", 0.18, 0.8), y, share: 5, marks };
    Chart { title: title.to_owned(), notes, panes: vec![pane, enlarged(subject, table)] }
}

/// The simulated minimum with its interval, and the optima, which the curve has too close together.
fn enlarged(subject: Subject, table: &Table) -> Pane {
    let series = series(subject);
    let limit = table.number("limit_weight");
    let (mut marks, mut places) = (Vec::new(), vec![limit]);
    for (i, (prefix, _, colour)) in series.iter().enumerate() {
        let fact = |name: &str| table.number(&format!("{prefix}{name}"));
        let (minimum, interval) = (fact("minimum"), (fact("minimum_low"), fact("minimum_high")));
        let height = 1.0 - (i as f64 + 0.5) / series.len() as f64;
        marks.push(Mark::Vertical(fact("theory_optimum"), 1.0, VERMILION, Dash::Solid));
        marks.push(Mark::Interval { at: (minimum, height), range: interval, colour: *colour });
        places.extend([minimum, interval.0, interval.1, fact("theory_optimum")]);
    }
    marks.push(Mark::Vertical(limit, 1.0, GREEN, Dash::Dashed));
    let finite = || places.iter().copied().filter(|place| place.is_finite());
    let (low, high) = (finite().fold(limit, f64::min), finite().fold(limit, f64::max));
    let room = 0.2 * (high - low).max(0.005);
    let x = Axis::linear("weight w", low - room, high + room);
    Pane { x, y: Axis::linear("minimum and optima, enlarged", 0.0, 1.0).bare(), share: 2, marks }
}

fn short(x: f64) -> String {
    if x.abs() < 0.001 { format!("{x:.5}") } else { format!("{x:.4}") }
}
