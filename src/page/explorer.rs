//! An explorer: the risk over the weight at many sizes, from a table that the program has computed. The script looks up and draws; it computes nothing.
//!
//! Every number is printed as `risk` prints it, so that the command beside it gives the same digits (`tests/cli/explorer.rs` runs some of them).

use std::fmt::Write as _;

use goldenweight_evidence::report::html::Section;
use goldenweight_theory::parameters::Weight;
use maud::{Markup, html};
use rayon::prelude::*;

use crate::answer::closed_form::law;
use crate::answer::text::short;
use crate::catalogue::{self, Model};
use crate::experiment::{Generations, Parameters, Problem};
use crate::prediction::{Order, Prediction};
use crate::simulate::engine::ScheduleKind;

/// Rows of a generation, real and synthetic.
const SIZES: [u64; 7] = [10, 30, 100, 300, 1_000, 3_000, 10_000];

/// Steps of the weight from 0 to 1.
const STEPS: u32 = 50;

/// Place in [`SIZES`] at which the page opens.
const FIRST: usize = 2;

/// The plot in the drawing's units: left and right, bottom and top, and the height of the risk of the real rows alone.
const PLOT: ([f64; 2], [f64; 2], f64) = ([48.0, 620.0], [250.0, 10.0], 130.0);

/// A risk at a weight, as the page shows it.
struct Point {
    weight: Option<f64>,
    risk: Option<f64>,
    order: Order,
}

/// What is known at one pair of sizes.
struct Curve {
    /// At each step of the weight; one point where the schedule takes no weight.
    points: Vec<Point>,
    best: Option<Point>,
    pooling: Option<Point>,
    alone: Option<Point>,
}

/// A number in six digits, as it is printed and as an option takes it.
fn rounded(x: f64) -> f64 {
    short(x).parse().unwrap_or(x)
}

impl Curve {
    /// None where there is no law, or no such sizes.
    fn new(model: Model, schedule: ScheduleKind, real: u64, synthetic: u64) -> Option<Self> {
        let problem = Problem::new(model, real, synthetic, &Parameters::default()).ok()?;
        let prediction = Prediction::new(&problem, schedule).ok()??;
        let point = |weight: Option<f64>| {
            let at = Weight::new(weight.unwrap_or(1.0)).ok()?;
            let order = prediction.order(at, Generations::Limit);
            let risk = prediction.wide_risk(at, Generations::Limit).map(|risk| risk.to_f64());
            Some(Point { weight, risk, order })
        };
        if !schedule.takes_weight() {
            return Some(Self { points: vec![point(None)?], best: None, pooling: None, alone: None });
        }
        let weights = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
        Some(Self {
            points: weights.map(|weight| point(Some(weight))).collect::<Option<_>>()?,
            best: prediction.optimal_weight().and_then(|weight| point(Some(rounded(weight)))),
            pooling: point(Some(rounded(prediction.naive_weight()))),
            alone: point(Some(1.0)),
        })
    }

    /// Where a point is drawn; none where it is above the plot.
    fn place(&self, point: &Point) -> Option<[f64; 2]> {
        let ([left, right], [bottom, top], height) = PLOT;
        let risk = point.risk? / self.alone.as_ref()?.risk?;
        let [x, y] = [left + point.weight? * (right - left), bottom - risk * (bottom - height)];
        (y >= top).then_some([x, y])
    }

    /// In a line: the points' risks, their laws, their places, then weight, risk, law and place of the best weight and of pooling.
    fn line(&self) -> String {
        let risk = |point: &Point| short(point.risk.unwrap_or(f64::INFINITY));
        let letter = |point: &Point| match point.order {
            Order::Exact => 'e',
            Order::Second => 's',
            Order::Limit => 'l',
        };
        let height = |point: &Point| self.place(point).map_or(String::new(), |[_, y]| format!("{y:.1}"));
        let alone = |point: &Point| {
            let place = self.place(point).map_or(String::new(), |[x, y]| format!("{x:.1} {y:.1}"));
            format!("{},{},{},{place}", short(point.weight), risk(point), letter(point))
        };
        let joined =
            |word: &dyn Fn(&Point) -> String, mark: &str| self.points.iter().map(word).collect::<Vec<_>>().join(mark);
        let laws: String = self.points.iter().map(letter).collect();
        let laws = if laws.chars().all(|law| laws.starts_with(law)) { laws[..1].to_owned() } else { laws };
        let [best, pooling] = [&self.best, &self.pooling].map(|point| point.as_ref().map_or(String::new(), alone));
        format!("{}|{laws}|{}|{best}|{pooling}", joined(&risk, " "), joined(&height, " "))
    }
}

/// The table, as a constant of the script: for each model and schedule with a law the lines of all sizes, n before m.
fn table() -> String {
    let words = |list: &[String]| format!("'{}'.split(' ')", list.join(" "));
    let weights: Vec<String> = (0..=STEPS).map(|step| short(f64::from(step) / f64::from(STEPS))).collect();
    let ([left, right], ..) = PLOT;
    let across: Vec<String> =
        (0..=STEPS).map(|step| format!("{:.1}", left + f64::from(step) / f64::from(STEPS) * (right - left))).collect();
    let sizes = SIZES.map(|size| size.to_string());
    let mut text = format!(
        "const SIZES = {}, WEIGHTS = {}, ACROSS = {};\nconst TABLE = {{\n",
        words(&sizes),
        words(&weights),
        words(&across)
    );
    for model in catalogue::ALL {
        let _ = writeln!(text, "'{}': {{", model.name);
        for schedule in ScheduleKind::ALL {
            let pairs =
                (0..SIZES.len().pow(2)).into_par_iter().map(|i| (SIZES[i / SIZES.len()], SIZES[i % SIZES.len()]));
            let curves: Vec<Option<Curve>> =
                pairs.map(|(real, synthetic)| Curve::new(model, schedule, real, synthetic)).collect();
            if curves.iter().any(Option::is_some) {
                let line = |curve: &Option<Curve>| curve.as_ref().map_or(String::new(), Curve::line);
                let lines: Vec<String> = curves.iter().map(line).collect();
                let _ = writeln!(text, "'{}': `{}`.split('\\n'),", schedule.name(), lines.join("\n"));
            }
        }
        text += "},\n";
    }
    text + "};\n"
}

/// What a schedule fits, in a few words.
const fn words(schedule: ScheduleKind) -> &'static str {
    match schedule {
        ScheduleKind::Fresh => "fresh: new real rows at every generation",
        ScheduleKind::Fixed => "fixed: the same real rows at every generation",
        ScheduleKind::Accumulate => "accumulate: the first real rows and all synthetic ones, weighted alike",
        ScheduleKind::Subsample => "subsample: as many rows as the first real ones, drawn from all so far",
    }
}

/// What the page says without a script, and shows before anything is chosen: every model at one pair of sizes.
fn summary() -> Markup {
    let size = SIZES[FIRST];
    let cell = |point: Option<&Point>| point.map_or("-".to_owned(), |point| short(point.risk.unwrap_or(f64::INFINITY)));
    html! {
        table.explorer-all {
            caption { "Limit risks under fresh real rows at n = m = " (size) ", by the weight on the real rows" }
            thead { tr {
                @for name in ["model", "best weight", "risk there", "pooling", "real rows alone", "law at the best weight"] {
                    th scope="col" { (name) }
                }
            } }
            tbody {
                @for model in catalogue::ALL {
                    @if let Some(curve) = Curve::new(model, ScheduleKind::Fresh, size, size) {
                        tr {
                            th scope="row" { (model.name) }
                            td data-label="best weight" { (short(curve.best.as_ref().and_then(|point| point.weight))) }
                            td data-label="risk there" { (cell(curve.best.as_ref())) }
                            td data-label="pooling" { (cell(curve.pooling.as_ref())) }
                            td data-label="real rows alone" { (cell(curve.alone.as_ref())) }
                            td data-label="law" { (curve.best.as_ref().map_or("-", |point| law(point.order))) }
                        }
                    }
                }
            }
        }
    }
}

fn slider(id: &str, label: &str, last: usize, first: usize) -> Markup {
    html! {
        label for={ "explorer-" (id) } { (label) " " output for={ "explorer-" (id) } #{ "explorer-" (id) "-value" } {} }
        input #{ "explorer-" (id) } type="range" min="0" max=(last) step="1" value=(first) autocomplete="off";
    }
}

/// Controls and the drawing; the script fills them.
fn controls() -> Markup {
    let last = SIZES.len() - 1;
    let ([left, right], [bottom, top], height) = PLOT;
    html! {
        form.explorer-controls aria-label="Explorer" {
            div {
                label for="explorer-model" { "Model" }
                select #explorer-model autocomplete="off" {
                    @for model in catalogue::ALL { option value=(model.name) { (model.name) ": " (model.rows) } }
                }
            }
            div {
                label for="explorer-schedule" { "Schedule" }
                select #explorer-schedule autocomplete="off" {
                    @for schedule in ScheduleKind::ALL { option value=(schedule.name()) { (words(schedule)) } }
                }
            }
            div { (slider("real", "Real rows n =", last, FIRST)) }
            div { (slider("synthetic", "Synthetic rows m =", last, FIRST)) }
            div { (slider("weight", "Weight on the real rows w =", STEPS as usize, 31)) }
        }
        div.explorer-found {
            svg.explorer-plot viewBox="0 0 640 296" role="img" aria-label="Limit risk over the weight" {
                line.frame x1=(left) x2=(right) y1=(bottom) y2=(bottom) {}
                line.frame x1=(left) x2=(left) y1=(top) y2=(bottom) {}
                line.bound x1=(left) x2=(right) y1=(height) y2=(height) {}
                text x=(right) y=(height - 6.0) text-anchor="end" { "real rows alone" }
                text x=(left - 6.0) y=(bottom) text-anchor="end" { "0" }
                text x=(left - 6.0) y=(height + 4.0) text-anchor="end" { "1" }
                @for tenth in [0, 2, 4, 6, 8, 10] {
                    @let x = left + f64::from(tenth) / 10.0 * (right - left);
                    line.frame x1=(x) x2=(x) y1=(bottom) y2=(bottom + 5.0) {}
                    text x=(x) y=(bottom + 19.0) text-anchor="middle" { (short(f64::from(tenth) / 10.0)) }
                }
                text x=((left + right) / 2.0) y=(bottom + 36.0) text-anchor="middle" { "weight w on the real rows" }
                text transform="rotate(-90 16 130)" x="16" y="130" text-anchor="middle" { "relative risk" }
                polyline.explorer-curve fill="none" {}
                circle.explorer-pooling r="5" {}
                circle.explorer-best r="5" {}
                circle.explorer-here r="6" {}
            }
            dl.explorer-points {
                @for (id, name) in [("here", "At this weight"), ("best", "Best weight"), ("pooling", "Pooling: all rows alike"), ("alone", "Real rows alone")] {
                    div.{ "explorer-" (id) "-row" } {
                        dt { (name) }
                        dd {
                            span #{ "explorer-" (id) } aria-live=[(id == "here").then_some("polite")] {}
                            " " code.explorer-command #{ "explorer-" (id) "-command" } {}
                        }
                    }
                }
            }
        }
    }
}

/// The section of the page.
pub(super) fn section() -> Section {
    let body = html! {
        p {
            "How the limit risk depends on the weight. Nothing is computed here: the page has a table of limit risks that the program has computed, for the \
             defaults of each model, and looks them up. Beside each number is the command that gives it again, to the digit. \
             Where one weight has another law than the next, the curve has a step."
        }
        (controls())
        (summary())
    };
    Section {
        id: "explorer".to_owned(),
        title: "Explorer".to_owned(),
        body,
        style: include_str!("explorer.css").to_owned(),
        script: format!("'use strict';\n(() => {{\n{}{}}})();\n", table(), include_str!("explorer.js")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small enough for a page that is mailed; every model is there, under fresh rows at all sizes.
    #[test]
    fn the_table_is_small_and_whole() {
        let text = table();
        assert!(text.len() < 1_000_000, "{} bytes", text.len());
        for model in catalogue::ALL {
            let of_model = text.split_once(&format!("'{}': {{", model.name)).expect("its part").1;
            let fresh = of_model.split_once("'fresh': `").and_then(|(_, rest)| rest.split_once('`')).expect("a law").0;
            let lines: Vec<&str> = fresh.split('\n').collect();
            assert_eq!(lines.len(), SIZES.len() * SIZES.len(), "{model}");
            assert!(lines.iter().all(|line| line.split('|').count() == 5 && line.contains(' ')), "{model}");
        }
        // 1/phi at n = m, of the mean.
        let curve = Curve::new(&catalogue::GAUSSIAN_MEAN, ScheduleKind::Fresh, 100, 100).expect("a law");
        assert!(
            curve
                .line()
                .ends_with(&format!("|0.618034,0.0123607,e,{}|0.5,0.0133333,e,{}", "401.5 175.8", "334.0 170.0")),
            "{}",
            curve.line()
        );
    }
}
