//! A density estimate's two optima: the risk over the weight at the best bandwidth, and over the bandwidth at the best weight.

use goldenweight_theory::parameters::{MixingRatio, ParameterError, Weight};
use goldenweight_theory::weights;

use super::Draw;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Dash, GREEN, GREY, Mark, Pane, Side};
use super::grid::shown_z;
use super::table::Table;
use crate::catalogue;
use crate::experiment::{Bandwidth, Generations, Parameters, Problem};
use crate::prediction::Prediction;
use crate::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
use crate::stats::moments::Moments;

/// Real and synthetic rows, and the generation that is simulated: of the start u^60 is left in the risk, 1e-9 at w = .3.
const ROWS: u64 = 100;
const GENERATION: u32 = 30;

/// Points of each curve, and the distance of those that are simulated.
const POINTS: u32 = 45;
const STEP: usize = 4;

/// Nanoseconds for one replicate of all: pairs of rows in the loss, and rows that are drawn.
pub const EFFORT: u64 =
    2 * (POINTS as u64).div_ceil(STEP as u64) * (4 * ROWS * ROWS * 5 + GENERATION as u64 * 2 * ROWS * 20);

fn problem(bandwidth: Bandwidth) -> Problem {
    let parameters = Parameters { bandwidth: Some(bandwidth), ..Parameters::default() };
    Problem::new(&catalogue::KDE, ROWS, ROWS, &parameters).expect("a bandwidth in range")
}

/// The numbers.
pub fn table(draw: &Draw<'_>) -> Result<Table, ParameterError> {
    let best = problem(Bandwidth::Optimal);
    let law = Prediction::fresh(&best);
    let bandwidth = best.truth().bandwidth(best.rows()).unwrap_or(f64::NAN);
    let weight = law.optimal_weight().unwrap_or(f64::NAN);
    let steps =
        |low: f64, high: f64| (0..POINTS).map(move |i| low + (high - low) * f64::from(i) / f64::from(POINTS - 1));
    let at_weights: Vec<f64> = steps(0.3, 1.0).collect();
    let at_bandwidths: Vec<f64> = steps(0.17, 0.6).collect();
    let share = EFFORT / (2 * u64::from(POINTS).div_ceil(STEP as u64));
    let run = |cell: u64, problem: &Problem, weights: &[f64]| -> Vec<Moments> {
        let simulator =
            problem.truth().simulator(problem.model().fast, problem.rows()).expect("it is simulated by rows");
        let plan = Plan {
            seed: draw.seed,
            experiment: draw.experiment,
            cell,
            replicates: 0..draw.replicates,
            schedule: ScheduleKind::Fresh,
            record: Record::At(vec![GENERATION]),
        };
        let done = |replicates: u64| (draw.progress)(replicates * share * weights.len() as u64);
        let options = Options { progress: &done, share: draw.share, ..Options::default() };
        let constant: Vec<_> = weights.iter().map(|&w| Weights::Constant(w)).collect();
        simulator
            .run(&plan, &constant, options)
            .into_iter()
            .map(|outcome| outcome.moments[0][problem.model().loss_index])
            .collect()
    };
    let over_weights = run(0, &best, &at_weights.iter().copied().step_by(STEP).collect::<Vec<_>>());
    let fixed: Vec<Problem> = at_bandwidths.iter().map(|&h| problem(Bandwidth::Fixed(h))).collect();
    let over_bandwidths: Vec<Moments> =
        fixed.iter().step_by(STEP).zip(1..).flat_map(|(problem, cell)| run(cell, problem, &[weight])).collect();
    if draw.share.is_some() {
        return Ok(Table::new(&[]));
    }
    let mut table = Table::new(&[("point", "number of the point")]);
    (0..POINTS).for_each(|i| table.push(vec![f64::from(i)]));
    let at = Generations::At(GENERATION);
    let along_weights =
        at_weights.iter().map(|w| Ok(law.risk(Weight::new(*w)?, at))).collect::<Result<Vec<_>, ParameterError>>()?;
    let best_weight = Weight::new(weight)?;
    let along_bandwidths = fixed.iter().map(|problem| Prediction::fresh(problem).risk(best_weight, at)).collect();
    let curves = [
        ("w", "weight on the real rows, at the best bandwidth", at_weights, along_weights, over_weights),
        ("h", "bandwidth, at the best weight", at_bandwidths, along_bandwidths, over_bandwidths),
    ];
    for (name, meaning, places, theory, simulated) in curves {
        let at_some = |value: &dyn Fn(&Moments, f64) -> f64| -> Vec<f64> {
            let point =
                |(i, law): (usize, &f64)| if i % STEP == 0 { value(&simulated[i / STEP], *law) } else { f64::NAN };
            theory.iter().enumerate().map(point).collect()
        };
        let risk = at_some(&|moments, _| moments.mean());
        let std_error = at_some(&|moments, _| moments.std_error());
        let z = at_some(&|moments, law| shown_z(&(*moments, 0), law));
        let mut add = |column: &str, meaning: &str, values: Vec<f64>| table.add_column(column, meaning, values);
        add(name, meaning, places);
        add(&format!("{name}_theory"), "exact risk, the mean integrated squared error", theory);
        add(&format!("{name}_risk"), "simulated risk, at every fourth point", risk);
        add(&format!("{name}_std_error"), "its standard error", std_error);
        add(&format!("{name}_z"), "(risk - theory)/std_error, corrected for skewness", z);
    }
    table.set("best_weight", weight);
    table.set("best_bandwidth", bandwidth);
    table.set("golden", weights::optimal_weight(&MixingRatio::new(1.0)?));
    table.set("limit_weight", law.limit_weight());
    table.set("setting", format!("N(0, 1), Gaussian kernel, n = m = {ROWS}, t = {GENERATION}"));
    table.set("claims", "kde-law compares this law, and both optima, with other computations");
    Ok(table)
}

/// The picture of these numbers.
pub fn chart(title: &str, table: &Table) -> Chart {
    let pane = |name: &str, axis: Axis, mut marks: Vec<Mark>| {
        let column = |column: &str| table.points(name, &format!("{name}_{column}"));
        for ((x, risk), (_, error)) in column("risk").into_iter().zip(column("std_error")) {
            marks.push(Mark::Line(vec![(x, risk - 2.0 * error), (x, risk + 2.0 * error)], BLUE, Dash::Solid));
        }
        marks.push(Mark::Dots(column("risk"), BLUE));
        marks.push(Mark::Line(column("theory"), BLACK, Dash::Solid));
        let y = Axis::up_to("risk: ∫(f − f₀)² dx", 0.003, column("theory").into_iter().map(|(_, risk)| risk));
        Pane { x: axis, y, share: 1, marks }
    };
    let [weight, bandwidth, golden] = ["best_weight", "best_bandwidth", "golden"].map(|key| table.number(key));
    let text = |x, y, side, colour, text: String| Mark::Text(At::Pane(x, y), side, colour, text);
    let over_weights = vec![
        Mark::Vertical(golden, 0.75, GREEN, Dash::Dashed),
        Mark::Vertical(weight, 0.75, BLACK, Dash::Dotted),
        text(0.4, 0.88, Side::Left, GREEN, format!("golden {golden:.4}")),
        text(0.54, 0.88, Side::Right, BLACK, format!("best weight {weight:.4}")),
    ];
    let over_bandwidths = vec![
        Mark::Vertical(bandwidth, 0.75, BLACK, Dash::Dotted),
        text(0.32, 0.88, Side::Right, BLACK, format!("best bandwidth {bandwidth:.4}")),
        text(0.98, 0.12, Side::Left, GREY, format!("at the weight {weight:.4}")),
    ];
    let panes = vec![
        pane("w", Axis::linear("weight w on the real rows", 0.28, 1.02), over_weights),
        pane("h", Axis::linear("bandwidth h", 0.15, 0.62), over_bandwidths),
    ];
    let notes = vec![
        format!("n = m = {ROWS} rows N(0, 1); lines: exact risk"),
        format!("Dots: {} simulated chains, 2 standard errors.", table.fact("replicates").unwrap_or("0")),
    ];
    Chart { title: title.to_owned(), notes, panes }
}
