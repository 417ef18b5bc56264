//! Figure 9: the risk against the mixing ratio, under naive pooling and under the golden weight.

use goldenweight_theory::parameters::{MixingRatio, ParameterError, Weight};
use goldenweight_theory::weights;

use super::Draw;
use super::chart::{At, Axis, BLUE, Chart, Dash, Mark, Pane, Side, VERMILION};
use super::curve::{IN_RANGE, OUT_OF_RANGE, orders_name};
use super::grid::{BAND, CONTROLLED, Grid, Z_RULE, band, shown_z, simulate};
use super::growth::loss_name;
use super::subject::Subject;
use super::table::Table;
use crate::experiment::{Generations, Rows};

/// Fresh real rows per generation.
const REAL: usize = 100;

/// Generations that are averaged.
pub const AVERAGE: (u32, u32) = (150, 200);

/// k = .01, .03, ..., .19, in hundredths.
const HUNDREDTHS: [usize; 10] = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19];

/// m = floor(n/k).
pub fn rows() -> impl Iterator<Item = (f64, Rows)> {
    HUNDREDTHS.iter().map(|k| (*k as f64 / 100.0, Rows { real: REAL, synthetic: 100 * REAL / k }))
}

/// Nanoseconds for a replicate along the whole grid.
pub fn effort(subject: Subject) -> u64 {
    rows().map(|(_, rows)| 2 * u64::from(AVERAGE.1) * subject.effort(rows)).sum()
}

/// The two weightings: prefix of the columns, name, and colour.
const WEIGHTINGS: [(&str, &str, super::chart::Colour); 2] =
    [("naive_", "naive pooling, w = k/(1+k)", VERMILION), ("golden_", "golden weight, w*(k)", BLUE)];

/// The numbers of a panel.
pub fn table(subject: Subject, draw: &Draw<'_>) -> Result<Table, ParameterError> {
    let theory = if subject.exact() {
        "exact risk at these n, m and generations (no unit)"
    } else {
        "limit law for many rows at these generations (no unit)"
    };
    let mut names: Vec<(String, String)> = [
        ("k", "nominal mixing ratio"),
        ("m", "synthetic rows, floor(n/k)"),
        ("k_effective", "n/m, from which both weights and the theory are computed"),
    ]
    .map(|(name, meaning)| (name.to_owned(), meaning.to_owned()))
    .into();
    for (prefix, name, _) in WEIGHTINGS {
        if !subject.exact() {
            let meaning = "two orders in 1/n at these generations (no unit)";
            names.push((format!("{prefix}second_order"), meaning.to_owned()));
        }
        let columns = [
            ("weight", name),
            ("risk", "simulated risk (no unit)"),
            ("std_error", "its standard error"),
            ("low", "lower end of the band"),
            ("high", "upper end of the band"),
            ("theory", theory),
            ("z", "(risk - theory)/std_error, corrected for skewness; see z_rule"),
            ("failed_fits", "chains that ended in a fit that does not exist, left out"),
        ];
        names.extend(columns.map(|(column, meaning)| (format!("{prefix}{column}"), meaning.to_owned())));
    }
    let mut table =
        Table::new(&names.iter().map(|(name, meaning)| (name.as_str(), meaning.as_str())).collect::<Vec<_>>());
    let (mut in_range, mut controlled) = (true, true);
    for (index, (k, rows)) in rows().enumerate() {
        let ratio = MixingRatio::new(rows.real as f64 / rows.synthetic as f64)?;
        let weights = [weights::naive_weight(&ratio), weights::optimal_weight(&ratio)];
        let law = subject.laws(rows)?.swap_remove(0);
        let orders = subject.two_orders(rows);
        let grid = Grid {
            seed: draw.seed,
            experiment: draw.experiment,
            index: index as u64,
            replicates: draw.replicates,
            rows,
            weights: &weights,
            average: AVERAGE,
        };
        let batches = simulate(subject, &grid, draw);
        if draw.share.is_some() {
            continue;
        }
        controlled &= batches.controlled();
        let mut row = vec![k, rows.synthetic as f64, rows.real as f64 / rows.synthetic as f64];
        for (i, w) in weights.into_iter().enumerate() {
            let (moments, failed) = batches.at(i, 0);
            let theory = law.average_risk(Weight::new(w)?, AVERAGE.0, AVERAGE.1);
            let z = if subject.exact() { shown_z(&(moments, failed), theory) } else { f64::NAN };
            let (low, high) = band(&moments);
            if let Some(orders) = orders.first() {
                let at = Generations::Average { from: AVERAGE.0, until: AVERAGE.1 };
                in_range &= orders.second_term(Weight::new(w)?, at).is_some_and(|term| term.is_in_range());
                row.push(orders.law().average_risk(Weight::new(w)?, AVERAGE.0, AVERAGE.1));
            }
            row.extend([w, moments.mean(), moments.std_error(), low, high, theory, z, failed as f64]);
        }
        table.push(row);
    }
    table.set("setting", format!("n = {REAL}, m = floor(n/k), averaged over t = {}..{}", AVERAGE.0, AVERAGE.1 - 1));
    if !subject.exact() {
        table.set("second_order_range", if in_range { IN_RANGE } else { OUT_OF_RANGE });
    }
    if controlled {
        table.set("averaged", CONTROLLED);
    }
    table.set("band", BAND);
    table.set("z_rule", Z_RULE);
    Ok(table)
}

/// The panel.
pub fn chart(subject: Subject, title: &str, table: &Table) -> Chart {
    let (mut marks, mut highs) = (Vec::new(), Vec::new());
    let mut beside = Vec::new();
    let dash = if subject.exact() { Dash::Solid } else { Dash::Dashed };
    for (prefix, name, colour) in WEIGHTINGS {
        let column = |name: &str| table.points("k", &format!("{prefix}{name}"));
        let (low, high) = (column("low"), column("high"));
        let right = |points: &[(f64, f64)]| points[points.len() / 3..].iter().map(|(_, y)| *y).collect::<Vec<_>>();
        beside.push((colour, name, right(&low), right(&high)));
        highs.extend(high.iter().map(|(_, y)| *y));
        highs.extend(column("theory").iter().map(|(_, y)| *y));
        let band = low.iter().zip(&high).map(|((k, low), (_, high))| (*k, *low, *high)).collect();
        marks.push(Mark::Band(band, colour));
        marks.push(Mark::Line(column("theory"), colour, dash));
        if !subject.exact() {
            highs.extend(column("second_order").iter().map(|(_, y)| *y));
            marks.push(Mark::Line(column("second_order"), colour, Dash::Solid));
        }
        marks.push(Mark::Dots(column("risk"), colour));
    }
    let failed: f64 = ["naive_failed_fits", "golden_failed_fits"].iter().flat_map(|name| table.column(name)).sum();
    let mut notes = vec![format!("{}; {} chains", "n = 100, m = ⌊n/k⌋, t = 150..199", table.number("replicates"))];
    if subject.exact() {
        notes.push("Dots, 95 % bands: simulated. Lines: exact risk.".to_owned());
    } else {
        notes.push("Dots, 95 % bands: simulated. Dashed: limit law.".to_owned());
        notes.push(format!("Solid: {}.", orders_name(table, "")));
    }
    if failed > 0.0 {
        notes.push(format!("Left out for want of a fit: {failed} of {} chains.", 20.0 * table.number("replicates")));
    }
    // The axis extends upwards, to make room for a name above the curves.
    let y = Axis::up_to(&format!("risk: {}", loss_name(subject)), 0.0, highs.into_iter().map(|y| 1.12 * y));
    // The name of the upper curve stands above its right part, that of the lower curve below its right part.
    let gap = 0.06 * (y.high - y.low);
    for (i, (colour, name, low, high)) in beside.into_iter().enumerate() {
        let above = high.into_iter().fold(0.0, f64::max) + gap;
        let below = low.into_iter().fold(f64::INFINITY, f64::min) - gap;
        let place = At::Data(0.195, if i == 0 { above } else { below });
        marks.push(Mark::Text(place, Side::Left, colour, name.to_owned()));
    }
    let pane = Pane { x: Axis::linear("mixing ratio k = n/m", 0.0, 0.2), y, share: 1, marks };
    Chart { title: title.to_owned(), notes, panes: vec![pane] }
}
