//! Pictures of the evidence: risks at growing sizes (a ladder) that approach their limit laws, and z of the statistical comparisons.

use goldenweight_theory::parameters::{ParameterError, Weight};

use super::Draw;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Colour, Dash, GREEN, GREY, Mark, Pane, VERMILION};
use super::grid;
use super::grid::{Grid, student};
use super::subject::Subject;
use super::table::Table;
use crate::catalogue::{self, Model};
use crate::claims;
use crate::experiment::Rows;
use crate::prediction::Law;
use crate::stats::calibration::{normal_quantile, order_statistic};
use crate::stats::compare::Estimate;
use crate::stats::ladder::{Rung, extrapolate};

/// Weight, dimension, and the generations that are averaged, at every size.
const WEIGHT: f64 = 0.618;
const DIM: usize = 2;
const AVERAGE: (u32, u32) = (6, 46);

/// Models with a limit law, and the smallest of their four sizes. For Poisson it is larger, since so are its terms beyond 1/n^2.
const LADDERS: [(&str, Model, usize, Colour); 3] = [
    ("linear", &catalogue::LINEAR, 50, GREEN),
    ("logistic", &catalogue::LOGISTIC, 50, BLUE),
    ("poisson", &catalogue::POISSON, 200, VERMILION),
];

/// Where the label of each begins, and the largest 1/n of the point that it names.
const LABELS: [(At, f64); 3] =
    [(At::Pane(0.28, 0.05), 0.005), (At::Pane(0.84, 0.72), 0.0185), (At::Pane(0.3, 0.9), 0.0045)];

fn rungs(first: usize) -> impl Iterator<Item = Rows> {
    (0..4).map(move |double| Rows { real: first << double, synthetic: first << double })
}

/// Nanoseconds for one replicate at every size.
pub fn ladders_effort() -> u64 {
    let rung =
        |(_, model, first, _)| rungs(first).map(move |rows| Subject::Model(model, DIM).effort(rows)).sum::<u64>();
    u64::from(AVERAGE.1) * LADDERS.map(rung).iter().sum::<u64>()
}

/// The simulated risk over the limit law's, at n, 2n, 4n and 8n, with the extrapolation to 1/n = 0.
pub fn ladders(draw: &Draw<'_>) -> Result<Table, ParameterError> {
    let mut table = Table::new(&[("rung", "number of the rung")]);
    (0..4).for_each(|rung| table.push(vec![f64::from(rung)]));
    let mut index = 0;
    for (name, model, first, _) in LADDERS {
        let subject = Subject::Model(model, DIM);
        let mut steps = Vec::new();
        for rows in rungs(first) {
            let grid = Grid {
                seed: draw.seed,
                experiment: draw.experiment,
                index,
                replicates: draw.replicates,
                rows,
                weights: &[WEIGHT],
                average: AVERAGE,
            };
            index += 1;
            let (moments, _) = grid::simulate(subject, &grid, draw).at(0, 0);
            if draw.share.is_some() {
                continue;
            }
            let law = match subject.laws(rows)?.swap_remove(0) {
                Law::RandomDesign(law) => Law::Scalar(law.limit_law()),
                law => law,
            };
            let law = law.average_risk(Weight::new(WEIGHT)?, AVERAGE.0, AVERAGE.1);
            let estimate = Estimate::from(&moments);
            let ratio = Estimate { value: estimate.value / law, std_error: estimate.std_error / law, ..estimate };
            steps.push(Rung { size: rows.real as f64, estimate: ratio });
        }
        // A share has no numbers.
        if draw.share.is_some() {
            continue;
        }
        let mut add = |column: &str, meaning: &str, value: &dyn Fn(&Rung) -> f64| {
            table.add_column(&format!("{name}_{column}"), meaning, steps.iter().map(value));
        };
        add("n", "real and synthetic rows, n = m", &|rung| rung.size);
        add("ratio", "simulated risk over the limit law's, for the same generations", &|rung| rung.estimate.value);
        add("std_error", "its standard error", &|rung| rung.estimate.std_error);
        if let Some(fit) = extrapolate(&steps, 2) {
            let half = student(fit.limit.degrees) * fit.limit.std_error;
            let facts = [
                ("limit", fit.limit.value),
                ("limit_std_error", fit.limit.std_error),
                ("limit_low", fit.limit.value - half),
                ("limit_high", fit.limit.value + half),
                ("c1", fit.coefficients[0]),
                ("c2", fit.coefficients[1]),
            ];
            facts.iter().for_each(|(key, value)| table.set(&format!("{name}_{key}"), value));
        }
    }
    table.set("setting", format!("n = m, p = {DIM}, w = {WEIGHT}, averaged over t = {}..{}", AVERAGE.0, AVERAGE.1 - 1));
    table.set("limit_rule", "weighted least squares of the ratio on 1, 1/n, 1/n^2; theory says that the limit is 1");
    Ok(table)
}

/// The picture of the ladders.
pub fn ladders_chart(title: &str, table: &Table) -> Chart {
    let mut marks = vec![Mark::Horizontal(1.0, BLACK, Dash::Solid)];
    let mut highs = vec![1.1];
    for ((name, _, first, colour), label) in LADDERS.into_iter().zip(LABELS) {
        let fact = |key: &str| table.number(&format!("{name}_{key}"));
        let column = |column: &str| table.column(&format!("{name}_{column}"));
        let (limit, c1, c2) = (fact("limit"), fact("c1"), fact("c2"));
        let fitted = |i: u32| {
            let x = f64::from(i) / 40.0 / first as f64;
            (x, limit + c1 * x + c2 * x * x)
        };
        let fit: Vec<_> = (0..=40).map(fitted).collect();
        marks.push(Mark::Line(fit.clone(), colour, Dash::Dashed));
        for ((n, ratio), error) in column("n").into_iter().zip(column("ratio")).zip(column("std_error")) {
            marks.push(Mark::Line(
                vec![(1.0 / n, ratio - 2.0 * error), (1.0 / n, ratio + 2.0 * error)],
                colour,
                Dash::Solid,
            ));
            marks.push(Mark::Dots(vec![(1.0 / n, ratio)], colour));
            highs.push(ratio + 2.0 * error);
        }
        marks.push(Mark::Line(vec![(0.0, fact("limit_low")), (0.0, fact("limit_high"))], colour, Dash::Solid));
        marks.push(Mark::Dots(vec![(0.0, limit)], colour));
        let half = (fact("limit_high") - fact("limit_low")) / 2.0;
        marks.extend(Mark::naming(&fit, label, colour, &format!("{name} → {limit:.3} ± {half:.3} (95 %)")));
    }
    marks.extend(Mark::naming(&[(0.016, 1.0)], (At::Pane(0.8, 0.05), 1.0), BLACK, "limit law"));
    // The axis extends upwards, to make room for the labels.
    let y = Axis::up_to("risk over its limit law", 0.9, highs.into_iter().map(|y| y + 0.5 * (y - 0.9)));
    let pane = Pane { x: Axis::linear("1/n, n = m rows", -0.0005, 0.0205), y, share: 1, marks };
    let notes = vec![
        format!("k = 1, w = {WEIGHT}, p = {DIM}; {} chains a rung", table.number("replicates")),
        "Bars: 2 standard errors; at 1/n = 0 the limit, 95 %".to_owned(),
    ];
    Chart { title: title.to_owned(), notes, panes: vec![pane] }
}

/// The calibration picture has no replicates of its own: this many stand for all replicates of the quick tier's comparisons, fewer for a share of them.
pub const FULL_BUDGET: u64 = 1_000;

/// Nanoseconds for one of these, that is a thousandth of the replicates of the quick tier's checks by simulation.
pub const CALIBRATION_EFFORT: u64 = 200_000_000;

/// z of the statistical comparisons of one run, sorted, beside the quantiles of the normal law.
pub fn calibration(draw: &Draw<'_>) -> Table {
    let budget = (draw.replicates as f64 / FULL_BUDGET as f64).min(1.0);
    let listener = |checks: u64| (draw.progress)(CALIBRATION_EFFORT * draw.replicates / checks.max(1));
    let mut scores = claims::suite().normal_scores(draw.seed, budget, draw.share, &listener);
    if draw.share.is_some() {
        return Table::new(&[]);
    }
    scores.sort_by(f64::total_cmp);
    let mut table = Table::new(&[
        ("expected", "standard normal quantile of (i - 1/2)/N for the i-th smallest of N"),
        ("score", "z of the i-th comparison; one with few degrees of freedom through Student's law to the normal one"),
        ("low", "2.5 % quantile of the i-th smallest of N independent standard normal variables"),
        ("high", "its 97.5 % quantile"),
    ]);
    let count = scores.len();
    for (i, score) in scores.into_iter().enumerate() {
        let order = |p| normal_quantile(order_statistic(i + 1, count, p));
        table.push(vec![normal_quantile((i as f64 + 0.5) / count as f64), score, order(0.025), order(0.975)]);
    }
    table.set(
        "setting",
        format!("checks of kinds simulation and ladder of verify's quick tier at {budget} of their replicates, too skewed ones left out"),
    );
    table
}

/// The picture of the calibration.
pub fn calibration_chart(title: &str, table: &Table) -> Chart {
    let (x, score) = (table.column("expected"), table.points("expected", "score"));
    let band = x.iter().zip(table.column("low")).zip(table.column("high")).map(|((x, low), high)| (*x, low, high));
    let band: Vec<_> = band.collect();
    let upper: Vec<_> = band.iter().map(|(x, _, high)| (*x, *high)).collect();
    let normal = vec![(-3.2, -3.2), (-2.9, -2.9), (3.2, 3.2)];
    let labels = [
        Mark::naming(&upper, (At::Pane(0.42, 0.72), 0.1), GREY, "95 % of its samples"),
        Mark::naming(&score, (At::Pane(0.5, 0.9), 0.9), BLUE, "z of a comparison"),
        Mark::naming(&normal, (At::Pane(0.3, 0.1), -2.9), BLACK, "the normal law"),
    ];
    let mut marks =
        vec![Mark::Band(band, GREY), Mark::Line(normal, BLACK, Dash::Solid), Mark::Dots(score.clone(), BLUE)];
    marks.extend(labels.into_iter().flatten());
    let far = score.iter().map(|(_, z)| z.abs()).filter(|z| z.is_finite()).fold(3.2, f64::max) * 1.05;
    let pane = Pane {
        x: Axis::linear("normal quantile", -3.2, 3.2),
        y: Axis::linear("z = (simulated − theory)/std error", -far, far),
        share: 1,
        marks,
    };
    let notes = vec![
        format!("{} comparisons of one run of verify, seed {}", score.len(), table.number("seed")),
        "Those of one check share random numbers.".to_owned(),
    ];
    Chart { title: title.to_owned(), notes, panes: vec![pane] }
}
