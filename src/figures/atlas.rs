//! The picture of the atlas: its settings by their best weight at k = 1.

use super::chart::{At, Axis, Chart, Dash, GREEN, GREY, Mark, Pane, Side, VERMILION};
use super::table::Table;
use crate::atlas::{Golden, Place, SETTINGS};

/// How the kinds of settings are numbered in the table, each with its colour and its mark.
const KINDS: [Golden; 4] = [Golden::No, Golden::Nearly, Golden::Yes, Golden::NoWeight];

/// The numbers: the settings from the largest weight to the smallest, then those without one.
pub fn table() -> Table {
    let place = Place::new(1.0).expect("a ratio in range");
    let mut settings: Vec<_> = SETTINGS.iter().map(|setting| (setting, setting.read(&place))).collect();
    // A stable order; no weight is below every weight.
    let of = |weight: Option<f64>| weight.unwrap_or(-1.0);
    settings.sort_by(|(_, a), (_, b)| of(b.weight).total_cmp(&of(a.weight)));
    let mut table = Table::new(&[
        ("setting", "its number; its name and its claims are in the comments above"),
        ("weight", "best weight on the real rows at k = 1; empty where there is none"),
        ("kind", "0: another than the golden weight, 1: golden in the limit of many rows, 2: golden, 3: no weight"),
        ("relative_risk", "its limit risk over that of the n real rows alone; empty where any positive weight does"),
    ]);
    for (i, (setting, reading)) in settings.iter().enumerate() {
        let kind = KINDS.iter().position(|kind| *kind == reading.golden).unwrap_or(0);
        let number = |x: Option<f64>| x.unwrap_or(f64::NAN);
        table.push(vec![i as f64, number(reading.weight), kind as f64, number(reading.relative_risk)]);
        table.set(&format!("name_{i}"), setting.name);
        table.set(&format!("claims_{i}"), setting.claims.join(" "));
    }
    table.set("golden", place.golden_weight());
    table
}

/// The picture of these numbers.
pub fn chart(title: &str, table: &Table) -> Chart {
    let (weights, kinds, risks) = (table.column("weight"), table.column("kind"), table.column("relative_risk"));
    let name = |i: usize| table.fact(&format!("name_{i}")).unwrap_or_default().to_owned();
    let golden = table.number("golden");
    let weighted = weights.iter().filter(|weight| weight.is_finite()).count();
    let line = vec![(golden, 0.5), (golden, 0.5 - weighted as f64)];
    let mut marks = vec![Mark::Line(line, GREEN, Dash::Dashed)];
    for (i, ((weight, kind), risk)) in weights.iter().zip(kinds).zip(risks).enumerate() {
        let row = -(i as f64);
        // Half the width and half the height of a mark, as shares of the axes.
        let (dx, dy) = (0.022, 0.27);
        let at = |x: f64, y: f64| (weight + x * dx, row + y * dy);
        let text = |side, x: f64, colour, text| Mark::Text(At::Data(x, row), side, colour, text);
        let beside = |colour| {
            // On the side where it crosses neither the line nor an edge.
            let is_left = *weight > 0.8 || (0.3..golden - 0.01).contains(weight);
            let (side, gap) = if is_left { (Side::Left, -0.05) } else { (Side::Right, 0.05) };
            text(side, weight + gap, colour, format!("{weight:.4}").replace("0.", "."))
        };
        match KINDS.get(kind as usize) {
            Some(Golden::Yes) => marks.extend([Mark::Cell(at(-0.75, -0.75), at(0.75, 0.75), GREEN), beside(GREEN)]),
            Some(Golden::Nearly) => {
                let corners = [(-1.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)];
                let diamond = corners.map(|(x, y)| at(x, y)).to_vec();
                marks.extend([Mark::Line(diamond, GREEN, Dash::Solid), beside(GREEN)]);
            }
            Some(Golden::No) => {
                let stroke = |y: f64| Mark::Line(vec![at(-0.8, -0.8 * y), at(0.8, 0.8 * y)], VERMILION, Dash::Solid);
                marks.extend([stroke(1.0), stroke(-1.0), beside(VERMILION)]);
            }
            Some(Golden::NoWeight) | None => {
                let said = if risk.is_nan() {
                    "any weight above 0".to_owned()
                } else if risk.is_finite() {
                    format!("no weight; risk {risk:.*}", if risk < 10.0 { 2 } else { 0 })
                } else {
                    "no weight; diverges".to_owned()
                };
                marks.push(text(Side::Right, 0.03, GREY, said));
            }
        }
    }
    let y = Axis::named("setting", (0..weights.len()).map(name).collect());
    let notes = vec![
        "Best weight on the real rows at k = 1, by formula.".to_owned(),
        format!("Square: golden, {golden:.4}. Diamond: golden in the limit."),
        "Cross: not golden. Risks: over the real rows alone.".to_owned(),
    ];
    let x = Axis::linear("best weight on the real rows", 0.0, 1.02);
    Chart { title: title.to_owned(), notes, panes: vec![Pane { x, y, share: 1, marks }] }
}
