//! Figure 7: retraining on synthetic rows alone (w = 0), the risk against the generation.
//!
//! Where the risk comes from chains that are too rare to be simulated, or where chains end in fits that do not exist, a mean of some replicates
//! does not estimate the risk. Then the mean is shown only up to the last generation where it does, beside the median, quantiles, and the share
//! of chains that go on.

use goldenweight_theory::parameters::{ParameterError, SampleSizes, Weight};
use goldenweight_theory::{collapse, linear};

use super::Draw;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Dash, GREEN, GREY, Mark, PURPLE, Pane, Side};
use super::curve::{IN_RANGE, OUT_OF_RANGE, orders_name};
use super::grid::{BAND, band};
use super::subject::Subject;
use super::table::Table;
use crate::catalogue::{self, Model};
use crate::experiment::{Generations, Rows};
use crate::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
use crate::stats::moments::Moments;
use crate::stats::shown::{FAILED_SHARE, FEWEST, Failures, MAX_INTERVAL_SKEWNESS, has_interval};

/// Rows per generation.
pub const ROWS: Rows = Rows { real: 100, synthetic: 100 };

/// Dimension.
pub const DIM: usize = 4;

/// Generations: t = 0, ..., 999.
pub const GENERATIONS: u32 = 1_000;

/// Quantiles that are shown.
const QUANTILES: [(&str, f64); 3] = [("q10", 0.1), ("median", 0.5), ("q90", 0.9)];

/// Generations at which losses are recorded: every one to t = 100, then every tenth, and the last.
fn recorded() -> Vec<u32> {
    (0..100).chain((100..GENERATIONS - 1).step_by(10)).chain([GENERATIONS - 1]).collect()
}

/// The numbers of a panel.
pub fn table(subject: Subject, draw: &Draw<'_>) -> Result<Table, ParameterError> {
    let effort = u64::from(GENERATIONS) * subject.effort(ROWS);
    let plan = Plan {
        seed: draw.seed,
        experiment: draw.experiment,
        cell: 0,
        replicates: 0..draw.replicates,
        schedule: ScheduleKind::Fresh,
        record: Record::At(recorded()),
    };
    let (simulator, loss) = subject.simulator(ROWS);
    let stride = simulator.losses().len();
    let progress = |done| (draw.progress)(done * effort);
    let options = Options { progress: &progress, paths: true, share: draw.share, ..Options::default() };
    let paths = simulator.run(&plan, &[Weights::Constant(0.0)], options).remove(0).paths;
    if draw.share.is_some() {
        return Ok(Table::new(&[]));
    }
    let law = subject.laws(ROWS)?.swap_remove(0);
    let sizes = SampleSizes::new(ROWS.real as u64, ROWS.synthetic as u64)?;
    let linear = subject == Subject::Model(&catalogue::LINEAR, DIM);
    let risk = |t| law.risk_at(Weight::ZERO, t);

    let mut table = Table::new(&[
        ("t", "generation"),
        ("theory", if subject.exact() { EXACT } else { LIMIT }),
        ("mean", "mean loss over the chains without a failed fit (no unit)"),
        ("std_error", "standard error of the mean"),
        ("low", "lower end of the band"),
        ("high", "upper end of the band"),
        ("mean_usable", "1 where the mean estimates the risk, else 0; see mean_rule"),
        ("q10", "10 % quantile of the loss; a failed chain's is infinite"),
        ("median", "median of the loss"),
        ("q90", "90 % quantile of the loss"),
        ("surviving", "share of the chains whose fits have all existed"),
    ]);
    let mut usable = true;
    for (entry, &t) in recorded().iter().enumerate() {
        let losses = sorted(paths.iter().map(|path| path[entry * stride + loss]));
        let moments = moments(&losses);
        let fits = Failures { replicates: losses.len() as u64, failed: losses.len() as u64 - moments.count() };
        usable &= has_interval(&moments, fits);
        let (low, high) = band(&moments);
        let mut row = vec![f64::from(t), risk(t), moments.mean(), moments.std_error(), low, high, f64::from(usable)];
        row.extend(QUANTILES.map(|(_, share)| quantile(&losses, share)));
        row.push(1.0 - fits.share());
        table.push(row);
    }
    if let Some(orders) = subject.two_orders(ROWS).first() {
        let meaning = "two orders in 1/n (expected squared error, no unit)";
        let risk = |t| orders.law().risk_at(Weight::ZERO, t);
        table.add_column("second_order", meaning, recorded().into_iter().map(risk));
        let start = orders.second_term(Weight::ZERO, Generations::At(0)).is_some_and(|term| term.is_in_range());
        table.set("second_order_range", if start { IN_RANGE } else { OUT_OF_RANGE });
    }
    if linear {
        let meaning = "exact risk in the published code, whose generation 0 has rows N(0, I/4): 16/95 + 4t/95";
        let risk = |t| linear::synthetic_risk(1.0, DIM as u32, sizes, 0.25, t).unwrap_or(f64::NAN);
        table.add_column("theory_published_code", meaning, recorded().into_iter().map(risk));
    }
    if let Some(log_det) = simulator.losses().iter().position(|name| *name == "log_det") {
        let of = |entry: usize| moments_of(paths.iter().map(|path| path[entry * stride + log_det]));
        let log_dets: Vec<Moments> = (0..recorded().len()).map(of).collect();
        let drift = collapse::log_det_drift(DIM as u32, ROWS.synthetic as u64);
        let exact = recorded().into_iter().map(|t| drift * f64::from(t + 1));
        table.add_column("log_det", "mean log det of the fitted covariance", log_dets.iter().map(Moments::mean));
        table.add_column("log_det_std_error", "its standard error", log_dets.iter().map(Moments::std_error));
        table.add_column("log_det_theory", "exact expectation of log det: its drift (t + 1) times", exact);
    }
    table.set("setting", format!("w = 0 (no real rows after generation 0), n = m = 100, p = {DIM}, t = 0..999"));
    if linear || !subject.exact() {
        table.set(
            "difference",
            "the published code begins with rows N(0, I/4) at generation 0, this with N(0, I) as stated",
        );
    }
    table.set("band", BAND);
    table.set(
        "mean_rule",
        format!(
            "usable up to the first generation with a share above {FAILED_SHARE} of failed chains, fewer than {FEWEST} others, or a mean whose \
             own skewness (that of the losses over sqrt(chains)), with two of its standard errors, is beyond {MAX_INTERVAL_SKEWNESS}"
        ),
    );
    Ok(table)
}

const EXACT: &str = "exact risk (expected squared error, no unit)";
const LIMIT: &str = "limit law for many rows, A(1/n + t/m) (expected squared error, no unit)";

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The moments of the finite values.
fn moments(values: &[f64]) -> Moments {
    moments_of(values.iter().copied().filter(|x| x.is_finite()))
}

fn moments_of(values: impl Iterator<Item = f64>) -> Moments {
    let mut moments = Moments::default();
    values.for_each(|x| moments.push(x));
    moments
}

/// The smallest of the sorted values such that at least this share of them does not exceed it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = libm::ceil(share * sorted.len() as f64) as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
}

/// Where the labels of the simulated mean, of theory, of the median and of the quantiles begin, and up to which share of the axis the
/// points lie that they name.
fn labels(subject: Subject) -> [(At, f64); 4] {
    /// By model, as (x, y, part).
    type Place = (f64, f64, f64);
    const PLACES: [(Model, [Place; 4]); 5] = [
        (&catalogue::GAUSSIAN_MEAN, [(0.2, 0.1, 0.02), (0.22, 0.95, 0.26), (0.5, 0.57, 0.44), (0.36, 0.34, 0.3)]),
        (
            &catalogue::GAUSSIAN_COVARIANCE,
            [(0.1, 0.92, 0.02), (0.54, 0.76, 0.64), (0.62, 0.26, 0.56), (0.42, 0.4, 0.24)],
        ),
        (&catalogue::LOGISTIC, [(0.24, 0.08, 0.02), (0.55, 0.32, 0.45), (0.24, 0.76, 0.14), (0.24, 0.94, 0.07)]),
        (&catalogue::LINEAR, [(0.62, 0.88, 0.68), (0.66, 0.24, 0.6), (0.45, 0.1, 0.4), (0.55, 0.9, 0.48)]),
        (&catalogue::POISSON, [(0.62, 0.88, 0.68), (0.66, 0.24, 0.6), (0.45, 0.1, 0.4), (0.55, 0.9, 0.48)]),
    ];
    const ELSEWHERE: [Place; 4] = [(0.3, 0.5, 0.14), (0.42, 0.74, 0.26), (0.3, 0.4, 0.1), (0.3, 0.3, 0.1)];
    let of = |(model, _): &&(Model, _)| matches!(subject, Subject::Model(other, _) if other == *model);
    PLACES.iter().find(of).map_or(ELSEWHERE, |(_, places)| *places).map(|(x, y, part)| (At::Pane(x, y), part))
}

/// The panel.
pub fn chart(subject: Subject, title: &str, table: &Table) -> Chart {
    let (t, usable, surviving) = (table.column("t"), table.column("mean_usable"), table.column("surviving"));
    let shown = |name: &str| -> Vec<(f64, f64)> {
        let points = table.points("t", name).into_iter().zip(&usable);
        points.map(|((t, y), usable)| (t, if *usable == 1.0 { y } else { f64::NAN })).collect()
    };
    let last_usable = t.iter().zip(&usable).filter(|(_, usable)| **usable == 1.0).map(|(t, _)| *t).next_back();
    let everywhere = last_usable == t.last().copied();
    let fails = surviving.iter().any(|share| *share < 1.0);
    let exact = table.columns().iter().any(|column| column.name == "theory" && column.meaning == EXACT);

    let mut marks = Vec::new();
    let dash = if exact { Dash::Solid } else { Dash::Dashed };
    let range = |low: Vec<(f64, f64)>, high: Vec<(f64, f64)>| {
        low.into_iter().zip(high).map(|((t, low), (_, high))| (t, low, high)).collect::<Vec<_>>()
    };
    if !everywhere {
        marks.push(Mark::Band(range(table.points("t", "q10"), table.points("t", "q90")), GREY));
        marks.push(Mark::Line(table.points("t", "median"), PURPLE, Dash::Solid));
    }
    marks.push(Mark::Band(range(shown("low"), shown("high")), BLUE));
    // Few enough dots to be told apart.
    let apart = |(t, _): &(f64, f64)| !everywhere || *t % 20.0 == 0.0;
    marks.push(Mark::Dots(shown("mean").into_iter().filter(apart).collect(), BLUE));
    marks.push(Mark::Line(table.points("t", "theory"), BLACK, dash));
    let second = if table.has("second_order") { table.points("t", "second_order") } else { Vec::new() };
    let y_label = format!("risk: {}", loss_name(subject));
    let values = |names: [&str; 2]| names.map(|name| table.column(name)).concat();
    let y = if everywhere {
        Axis::up_to(&y_label, 0.0, values(["theory", "high"]))
    } else {
        Axis::around(&y_label, values(["theory", "q90"]))
    };
    let mut notes = vec![format!("w = 0, n = m = 100, p = {DIM}; {} chains", table.fact("replicates").unwrap_or("0"))];
    let stop = last_usable.unwrap_or(0.0);
    let gone = t.iter().zip(&surviving).find(|(_, share)| **share == 0.0).map(|(t, _)| *t);
    let x = Axis::linear("generation t", 0.0, gone.map_or(f64::from(GENERATIONS), |t| 1.2 * t));
    if let Some(t) = gone {
        notes.push(format!("By t = {t} no chain has a fit any more."));
    }
    if !everywhere {
        let cause = if surviving.iter().any(|share| 1.0 - share > FAILED_SHARE) { "chains fail" } else { "too skewed" };
        notes.push(format!("No mean beyond t = {stop}: {cause}. See the median."));
    }
    if !everywhere {
        marks.push(Mark::Vertical(stop, 1.0, GREY, Dash::Dotted));
    }
    if !second.is_empty() {
        // It leaves the picture soon.
        let shown: Vec<_> = second.into_iter().take_while(|(_, risk)| *risk <= y.high).collect();
        notes.push(format!("Solid: {}.", orders_name(table, "")));
        marks.push(Mark::Line(shown, BLACK, Dash::Solid));
    }
    let theory = if exact { "exact risk" } else { "limit law, n → ∞" };
    let [mean, law, median, quantiles] = labels(subject).map(|(at, part)| (at, part * x.high));
    marks.extend(Mark::naming(&shown("mean"), mean, BLUE, "simulated mean, 95 % band"));
    marks.extend(Mark::naming(&table.points("t", "theory"), law, BLACK, theory));
    if !everywhere {
        let edge = if subject == Subject::Model(&catalogue::GAUSSIAN_MEAN, DIM) { "q10" } else { "q90" };
        marks.extend(Mark::naming(&table.points("t", "median"), median, PURPLE, "median of the chains"));
        marks.extend(Mark::naming(&table.points("t", edge), quantiles, GREY, "10 % to 90 % quantiles"));
    }
    let mut panes = vec![Pane { x: x.clone(), y, share: 3, marks }];
    if table.has("log_det") && !everywhere {
        panes.push(log_det(x, table));
    } else if fails {
        panes.push(survival(x, table));
    }
    Chart { title: title.to_owned(), notes, panes }
}

/// The pane that shows the collapse itself: log det of the covariance drifts to minus infinity.
fn log_det(x: Axis, table: &Table) -> Pane {
    let (points, theory) = (table.points("t", "log_det"), table.points("t", "log_det_theory"));
    let low = theory.iter().map(|(_, y)| *y).fold(0.0, f64::min);
    let labels = [
        Mark::naming(&theory, (At::Pane(0.6, 0.86), 500.0), BLACK, "exact drift"),
        Mark::naming(&points, (At::Pane(0.25, 0.22), 200.0), BLUE, "simulated mean"),
    ];
    let mut marks = vec![
        Mark::Dots(points.into_iter().filter(|(t, _)| t % 40.0 == 0.0).collect(), BLUE),
        Mark::Line(theory, BLACK, Dash::Solid),
    ];
    marks.extend(labels.into_iter().flatten());
    Pane { x, y: Axis::linear("log det of the covariance", 1.06 * low, 0.0), share: 2, marks }
}

/// The pane with the share of chains whose fits have all existed.
fn survival(x: Axis, table: &Table) -> Pane {
    let points = table.points("t", "surviving");
    let half = points.iter().find(|(_, share)| *share < 0.5).map(|(t, _)| *t);
    let mut marks = vec![Mark::Line(points, GREEN, Dash::Solid)];
    if let Some(t) = half {
        let text = format!("half have failed by t = {t}");
        let (side, beside) = if t < 0.45 * x.high { (Side::Right, 0.05) } else { (Side::Left, -0.05) };
        marks.push(Mark::Text(At::Data(t + beside * x.high, 0.5), side, GREEN, text));
    }
    Pane { x, y: Axis::linear("share of chains whose fits all exist", 0.0, 1.05), share: 2, marks }
}

/// The loss in words.
pub const fn loss_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Model(model, _) => model.loss_name,
        Subject::Categories(_) => "mean squared error of a frequency",
        Subject::Income => "squared error of the coefficients",
    }
}
