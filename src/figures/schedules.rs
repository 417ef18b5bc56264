//! The risk over the generations, by which rows each generation is fitted on.

use goldenweight_theory::parameters::{ParameterError, Weight};

use super::Draw;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Colour, Dash, GREEN, GREY, Mark, PURPLE, Pane, VERMILION};
use super::grid::shown_z;
use super::table::Table;
use crate::catalogue;
use crate::experiment::{Parameters, Problem};
use crate::simulate::dispatch::{SimulatorKind, simulator};
use crate::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};

/// Real and synthetic rows, the last generation, and the distance of those that are simulated.
const ROWS: u64 = 100;
const LAST: u32 = 60;
const STEP: u32 = 5;

/// 1/phi, the weight where a schedule takes one.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// A schedule: prefix of its columns, weight, colour, its label and where that begins, and the last generation that the label may name.
struct Series {
    name: &'static str,
    schedule: ScheduleKind,
    weight: f64,
    colour: Colour,
    label: &'static str,
    at: (f64, f64),
    names: f64,
}

const SERIES: [Series; 5] = [
    Series {
        name: "fresh",
        schedule: ScheduleKind::Fresh,
        weight: GOLDEN,
        colour: GREEN,
        label: "fresh real rows, golden weight",
        at: (0.32, 0.07),
        names: 14.0,
    },
    Series {
        name: "fixed",
        schedule: ScheduleKind::Fixed,
        weight: GOLDEN,
        colour: BLUE,
        label: "the same real rows, golden weight",
        at: (0.32, 0.25),
        names: 17.0,
    },
    Series {
        name: "accumulate",
        schedule: ScheduleKind::Accumulate,
        weight: GOLDEN,
        colour: PURPLE,
        label: "all rows so far",
        at: (0.62, 0.58),
        names: 34.0,
    },
    Series {
        name: "subsample",
        schedule: ScheduleKind::Subsample,
        weight: GOLDEN,
        colour: BLACK,
        label: "a sample of all rows so far",
        at: (0.5, 0.78),
        names: 24.0,
    },
    Series {
        name: "synthetic",
        schedule: ScheduleKind::Fresh,
        weight: 0.0,
        colour: VERMILION,
        label: "synthetic rows alone",
        at: (0.12, 0.96),
        names: 2.0,
    },
];

/// Nanoseconds for one replicate of all, roughly: a row that is drawn costs some ten.
pub const EFFORT: u64 = SERIES.len() as u64 * LAST as u64 * 2 * ROWS * 10;

/// The numbers: the law at every generation, the simulation at some.
pub fn table(draw: &Draw<'_>) -> Result<Table, ParameterError> {
    let problem =
        Problem::new(&catalogue::GAUSSIAN_MEAN, ROWS, ROWS, &Parameters::of_dim(Some(1))).expect("a valid problem");
    let mut table = Table::new(&[("t", "generation")]);
    (0..=LAST).for_each(|t| table.push(vec![f64::from(t)]));
    for (cell, series) in (0..).zip(&SERIES) {
        let fast = problem.model().fast;
        let kind =
            SimulatorKind::of(&problem, series.schedule, None, fast).expect("rows of a Gaussian can be drawn singly");
        let law =
            problem.truth().prediction(problem.rows(), series.schedule)?.expect("a law of the mean").law().clone();
        let alone = law.fresh_only_risk();
        let weight = Weight::new(series.weight)?;
        let expected: Vec<f64> = (0..=LAST).map(|t| law.risk_at(weight, t)).collect();
        let done = |replicates: u64| (draw.progress)(replicates * EFFORT / SERIES.len() as u64);
        let mut simulated = vec![[f64::NAN; 3]; LAST as usize + 1];
        let recorded: Vec<u32> = (0..=LAST).step_by(STEP as usize).collect();
        let plan = Plan {
            seed: draw.seed,
            experiment: draw.experiment,
            cell,
            replicates: 0..draw.replicates,
            schedule: series.schedule,
            record: Record::At(recorded.clone()),
        };
        let simulator = simulator(&problem, kind, series.schedule).expect("as found above");
        let options = Options { progress: &done, share: draw.share, ..Options::default() };
        let outcome = simulator.run(&plan, &[Weights::Constant(series.weight)], options).remove(0);
        if draw.share.is_some() {
            continue;
        }
        for (entry, &t) in recorded.iter().enumerate() {
            let moments = &outcome.moments[entry][problem.model().loss_index];
            let z = shown_z(&(*moments, 0), expected[t as usize]);
            simulated[t as usize] = [moments.mean() / alone, moments.std_error() / alone, z];
        }
        let mut add = |column: &str, meaning: String, values: Vec<f64>| {
            table.add_column(&format!("{}_{column}", series.name), &meaning, values);
        };
        add(
            "theory",
            format!("{}: exact risk over that of the n real rows alone", series.label),
            expected.iter().map(|e| e / alone).collect(),
        );
        for (i, (column, meaning)) in [
            ("risk", "simulated risk over the same"),
            ("std_error", "its standard error"),
            ("z", "(risk - theory)/std_error, corrected for skewness"),
        ]
        .into_iter()
        .enumerate()
        {
            add(column, format!("{}: {meaning}", series.label), simulated.iter().map(|values| values[i]).collect());
        }
    }
    table.set("setting", format!("mean of rows N(0, 1), covariance with divisor n - 1, n = m = {ROWS}"));
    table.set("claims", "gaussian-mean-law, fixed-mean, accumulate-mean, subsample-mean and collapse-mean compare these laws with other simulations");
    Ok(table)
}

/// The picture of these numbers.
pub fn chart(title: &str, table: &Table) -> Chart {
    let x = Axis::linear("generation t", 0.0, f64::from(LAST));
    let y = Axis::linear("risk over that of the n real rows alone", 0.0, 3.2);
    let mut marks = vec![Mark::Horizontal(1.0, GREY, Dash::Dotted)];
    for Series { name, colour, label, at, names, .. } in &SERIES {
        let within = |column: &str| -> Vec<(f64, f64)> {
            table.points("t", &format!("{name}_{column}")).into_iter().filter(|(_, risk)| *risk <= y.high).collect()
        };
        marks.push(Mark::Line(within("theory"), *colour, Dash::Solid));
        marks.push(Mark::Dots(within("risk"), *colour));
        marks.extend(Mark::naming(&within("theory"), (At::Pane(at.0, at.1), *names), *colour, label));
    }
    let notes = vec![
        format!("Gaussian mean, n = m = {ROWS}. Dotted: real rows alone."),
        format!("Lines: exact risk. Dots: {} simulated chains.", table.fact("replicates").unwrap_or("0")),
    ];
    Chart { title: title.to_owned(), notes, panes: vec![Pane { x, y, share: 1, marks }] }
}
