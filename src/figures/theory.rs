//! Pictures of formulas; nothing is simulated.

use goldenweight_theory::parameters::{MixingRatio, ParameterError};
use goldenweight_theory::{covariance, dynamic, network, weights};

use super::atlas;
use super::chart::{At, Axis, BLACK, BLUE, Chart, Colour, Dash, GREEN, GREY, Mark, PURPLE, Pane, Side, VERMILION};
use super::table::Table;

/// A picture of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idea {
    /// w*(k), with what it tends to for small and for large k.
    GoldenWeight,
    /// The relative risk over (k, w).
    RelativeRisk,
    /// The risk of the optimal and of the naive mix, as m/n grows.
    Pooling,
    /// The weight up to which the covariance's risk diverges, over m.
    Threshold,
    /// Weights that are optimal generation by generation.
    DynamicWeights,
    /// The best weight of K models that all see one another.
    Exchangeable,
    /// The settings of the atlas by their best weight at k = 1.
    Atlas,
}

impl Idea {
    /// Every idea with its name and title.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::GoldenWeight, "golden-weight", "The golden weight w*(k)"),
        (Self::RelativeRisk, "relative-risk", "Risk relative to fresh rows alone"),
        (Self::Pooling, "pooling", "What synthetic rows are worth"),
        (Self::Threshold, "threshold", "A small weight does not prevent collapse"),
        (Self::DynamicWeights, "dynamic-weights", "Optimal weights settle at w*(k)"),
        (Self::Exchangeable, "exchangeable", "K models: the more, the less weight"),
        (Self::Atlas, "atlas", "Where the golden weight holds"),
    ];

    /// Its numbers.
    pub fn table(self) -> Result<Table, ParameterError> {
        match self {
            Self::GoldenWeight => golden_weight(),
            Self::RelativeRisk => relative_risk(),
            Self::Pooling => pooling(),
            Self::Threshold => Ok(threshold()),
            Self::DynamicWeights => dynamic_weights(),
            Self::Exchangeable => exchangeable(),
            Self::Atlas => Ok(atlas::table()),
        }
    }

    /// The picture of its numbers.
    pub fn chart(self, title: &str, table: &Table) -> Chart {
        let (note, panes) = match self {
            Self::Atlas => return atlas::chart(title, table),
            Self::Exchangeable => ("n = km real rows, m of every model; ring: golden", vec![exchangeable_pane(table)]),
            Self::GoldenWeight => ("k = n/m fresh real rows per synthetic row", vec![golden_weight_pane(table)]),
            Self::RelativeRisk => ("limit risk with weight w on the real rows, k = n/m", relative_risk_panes(table)),
            Self::Pooling => ("n fresh real rows and m synthetic rows, limit risk", pooling_panes(table)),
            Self::Threshold => ("up to w_c(m) the covariance’s risk diverges", vec![threshold_pane(table)]),
            Self::DynamicWeights => ("least risk at each generation, given those before", vec![dynamic_pane(table)]),
        };
        Chart { title: title.to_owned(), notes: vec![note.to_owned()], panes }
    }
}

/// `count` numbers 10^e, where e runs from `low` to `high` in equal steps.
fn decades(low: f64, high: f64, count: u32) -> impl Iterator<Item = f64> {
    let step = (high - low) / f64::from(count - 1);
    (0..count).map(move |i| libm::pow(10.0, low + step * f64::from(i)))
}

fn golden_weight() -> Result<Table, ParameterError> {
    let mut table = Table::new(&[
        ("k", "mixing ratio n/m"),
        ("weight", "w*(k) = 2/(1 + sqrt(1 + 4/k))"),
        ("few_real", "its limit for k to 0, sqrt(k)"),
        ("many_real", "its limit for k to infinity, 1 - 1/k"),
        ("naive", "naive pooling, k/(1 + k)"),
    ]);
    for k in decades(-3.0, 3.0, 121) {
        let ratio = MixingRatio::new(k)?;
        table.push(vec![k, weights::optimal_weight(&ratio), k.sqrt(), 1.0 - 1.0 / k, weights::naive_weight(&ratio)]);
    }
    Ok(table)
}

fn golden_weight_pane(table: &Table) -> Pane {
    let curve = |name: &str| -> Vec<(f64, f64)> {
        let within = |y: f64| if (0.0..=1.0).contains(&y) { y } else { f64::NAN };
        table.points("k", name).into_iter().map(|(k, w)| (k, within(w))).collect()
    };
    let at_one = table.points("k", "weight").into_iter().min_by(|a, b| (a.0 - 1.0).abs().total_cmp(&(b.0 - 1.0).abs()));
    let at_one = at_one.unwrap_or((f64::NAN, f64::NAN));
    let label = |height: f64, on: (f64, f64), colour: Colour, text: &str| Mark::Label {
        at: At::Data(5.0, height),
        on,
        colour,
        text: text.to_owned(),
    };
    let marks = vec![
        Mark::Line(curve("few_real"), GREEN, Dash::Dashed),
        Mark::Line(curve("many_real"), PURPLE, Dash::Dashed),
        Mark::Line(curve("naive"), VERMILION, Dash::Solid),
        Mark::Line(curve("weight"), BLUE, Dash::Solid),
        Mark::Interval { at: at_one, range: (at_one.0, at_one.0), colour: BLUE },
        Mark::Text(At::Data(0.012, 0.22), Side::Left, GREEN, "√k".to_owned()),
        label(0.62, (1.0, at_one.1), BLUE, "w*(1) = 0.618"),
        label(0.47, (1.887, 0.47), PURPLE, "1 − 1/k"),
        label(0.32, (0.5, 1.0 / 3.0), VERMILION, "naive, k/(1+k)"),
    ];
    let x = Axis::log("mixing ratio k = n/m", 1e-3, 1e3);
    Pane { x, y: Axis::linear("weight w on the real rows", 0.0, 1.0), share: 1, marks }
}

/// Number of weights and of mixing ratios of the grid.
const GRID: (u32, u32) = (100, 81);

fn relative_risk() -> Result<Table, ParameterError> {
    let mut table = Table::new(&[
        ("k", "mixing ratio n/m"),
        ("w", "weight on the real rows"),
        ("relative_risk", "limit risk over that of the fresh real rows alone"),
        ("optimal_weight", "w*(k)"),
        ("break_even", "k/(k + 2): below it the mix is worse than the fresh real rows alone"),
    ]);
    for k in decades(-2.0, 2.0, GRID.1) {
        let ratio = MixingRatio::new(k)?;
        let (best, even) = (weights::optimal_weight(&ratio), weights::break_even_weight(&ratio));
        for row in 0..GRID.0 {
            let w = (f64::from(row) + 0.5) / f64::from(GRID.0);
            table.push(vec![k, w, weights::relative_risk(&ratio, &w), best, even]);
        }
    }
    Ok(table)
}

/// Classes of relative risk: their upper ends and colours. Smaller risks are darker. The last two classes are worse than fresh rows alone.
const CLASSES: [(f64, Colour); 7] = [
    (0.2, Colour(8, 64, 129)),
    (0.4, Colour(43, 120, 180)),
    (0.6, Colour(107, 174, 214)),
    (0.8, Colour(170, 207, 229)),
    (1.0, Colour(222, 235, 247)),
    (2.0, Colour(253, 219, 178)),
    (f64::INFINITY, Colour(240, 172, 106)),
];

fn relative_risk_panes(table: &Table) -> Vec<Pane> {
    let class = |risk: f64| CLASSES.iter().position(|(end, _)| risk < *end).unwrap_or(CLASSES.len() - 1);
    let (k, w, risk) = (table.column("k"), table.column("w"), table.column("relative_risk"));
    let mut marks = Vec::new();
    // A point of the grid is the middle of its cell. Neighbouring cells in a column, of the same class, are drawn as one rectangle.
    let step = libm::pow(10.0, 2.0 / f64::from(GRID.1 - 1));
    let half = 0.5 / f64::from(GRID.0);
    let mut first = 0;
    for i in 1..=k.len() {
        if i == k.len() || k[i] != k[first] || class(risk[i]) != class(risk[first]) {
            // A column extends to the right under the next one, so that no gap shows between them.
            let corners = ((k[first] / step, w[first] - half), (k[i - 1] * step * step * step, w[i - 1] + half));
            let inside = |(k, w): (f64, f64)| (k.clamp(0.01, 100.0), w);
            marks.push(Mark::Cell(inside(corners.0), inside(corners.1), CLASSES[class(risk[first])].1));
            first = i;
        }
    }
    let curve = |name: &str| {
        let mut points = table.points("k", name);
        points.dedup();
        points
    };
    marks.push(Mark::Line(curve("optimal_weight"), BLACK, Dash::Solid));
    marks.push(Mark::Line(curve("break_even"), BLACK, Dash::Dashed));
    let texts = [
        (0.6, 0.72, Side::Left, "valley w*(k)"),
        (1.5, 0.31, Side::Right, "below k/(k + 2):"),
        (1.5, 0.23, Side::Right, "worse than fresh"),
        (1.5, 0.15, Side::Right, "rows alone"),
    ];
    marks.extend(texts.map(|(k, w, side, text)| Mark::Text(At::Data(k, w), side, BLACK, text.to_owned())));
    let map = Pane {
        x: Axis::log("mixing ratio k = n/m", 0.01, 100.0),
        y: Axis::linear("weight w on the real rows", 0.0, 1.0),
        share: 5,
        marks,
    };
    let mut scale = Vec::new();
    for (i, (_, colour)) in CLASSES.iter().enumerate() {
        let from = i as f64;
        scale.push(Mark::Cell((from, 0.0), (from + 1.0, 1.0), *colour));
        let low = if i == 0 { 0.0 } else { CLASSES[i - 1].0 };
        let high = CLASSES[i].0;
        let text = if high.is_finite() { format!("{low}–{high}").replace("0.", ".") } else { format!("> {low}") };
        let ink = if i < 2 { Colour(255, 255, 255) } else { BLACK };
        scale.push(Mark::Text(At::Data(from + 0.5, 0.5), Side::Middle, ink, text));
    }
    let bare = |label: &str, high| Axis::linear(label, 0.0, high).bare();
    vec![
        map,
        Pane {
            x: bare("", CLASSES.len() as f64),
            y: bare("risk relative to fresh rows alone", 1.0),
            share: 1,
            marks: scale,
        },
    ]
}

fn pooling() -> Result<Table, ParameterError> {
    let mut table = Table::new(&[
        ("m_over_n", "synthetic rows per fresh real row"),
        ("optimal", "relative limit risk of the golden weight, w*(k)"),
        ("naive", "relative limit risk of naive pooling, (1 + k)/(2 + k)"),
        ("optimal_sample", "effective sample size over n of the golden weight"),
        ("naive_sample", "effective sample size over n of naive pooling"),
        ("root", "sqrt(m/n), what the effective sample size over n tends to"),
    ]);
    for m in decades(-1.0, 4.0, 101) {
        let ratio = MixingRatio::new(1.0 / m)?;
        let (best, naive) = (weights::optimal_weight(&ratio), weights::naive_relative_risk(&ratio));
        table.push(vec![m, best, naive, weights::effective_sample_size(1.0, best), 1.0 / naive, m.sqrt()]);
    }
    Ok(table)
}

/// Lower end of the axis of effective sample sizes over n.
const LEAST: f64 = 0.8;

fn pooling_panes(table: &Table) -> Vec<Pane> {
    let line = |name: &str, colour, dash| Mark::Line(table.points("m_over_n", name), colour, dash);
    let x = || Axis::log("synthetic rows per fresh real row, m/n", 0.1, 1e4);
    let risk = vec![
        Mark::Horizontal(0.5, GREY, Dash::Dotted),
        line("naive", VERMILION, Dash::Solid),
        line("optimal", BLUE, Dash::Solid),
        Mark::Text(At::Data(12.0, 0.62), Side::Right, VERMILION, "naive pooling → 1/2".to_owned()),
        Mark::Text(At::Data(12.0, 0.36), Side::Right, BLUE, "golden weight → 0".to_owned()),
    ];
    let root = table.points("m_over_n", "root").into_iter().filter(|(_, y)| *y >= LEAST).collect();
    let sample = vec![
        Mark::Line(root, GREY, Dash::Dashed),
        line("naive_sample", VERMILION, Dash::Solid),
        line("optimal_sample", BLUE, Dash::Solid),
        Mark::Text(At::Data(30.0, 1.35), Side::Right, VERMILION, "naive: never above 2".to_owned()),
        Mark::Text(At::Data(80.0, 22.0), Side::Left, BLUE, "golden weight".to_owned()),
        Mark::Text(At::Data(300.0, 8.0), Side::Right, GREY, "√(m/n)".to_owned()),
    ];
    vec![
        Pane { x: x(), y: Axis::linear("risk relative to fresh rows alone", 0.0, 1.0), share: 1, marks: risk },
        Pane { x: x(), y: Axis::log("effective sample size over n", LEAST, 120.0), share: 1, marks: sample },
    ]
}

/// Values of m at which the threshold is written as a number, and where the text stands.
const MARKED: [(u64, (f64, f64), Side); 4] = [
    (5, (6.0, 0.3), Side::Right),
    (10, (12.0, 0.12), Side::Right),
    (100, (120.0, 0.013), Side::Right),
    (1_000, (850.0, 0.0006), Side::Left),
];

fn threshold() -> Table {
    let mut table = Table::new(&[
        ("m", "synthetic rows"),
        ("threshold", "w_c(m) = 1 - sqrt((m - 1)/(m + 1)): the risk of the covariance is bounded exactly above it"),
        ("asymptote", "1/m, its limit for many rows"),
    ]);
    let mut rows: Vec<u64> =
        decades(0.302, 4.0, 120).map(|m| libm::round(m) as u64).chain(MARKED.map(|(m, ..)| m)).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.iter().for_each(|&m| table.push(vec![m as f64, covariance::threshold(m - 1), 1.0 / m as f64]));
    table
}

fn threshold_pane(table: &Table) -> Pane {
    let curve = table.points("m", "threshold");
    let below = curve.iter().map(|(m, w)| (*m, 1e-5, *w)).collect();
    let mut marks = vec![
        Mark::Band(below, VERMILION),
        Mark::Line(table.points("m", "asymptote"), GREY, Dash::Dashed),
        Mark::Line(curve.clone(), VERMILION, Dash::Solid),
        Mark::Text(At::Data(4.0, 1e-4), Side::Right, BLACK, "diverges".to_owned()),
        Mark::Text(At::Data(600.0, 0.1), Side::Right, BLACK, "bounded".to_owned()),
        Mark::Text(At::Data(2.4, 0.9), Side::Right, GREY, "1/m".to_owned()),
    ];
    for (rows, (x, y), side) in MARKED {
        for (m, w) in curve.iter().filter(|(m, _)| *m == rows as f64) {
            marks.push(Mark::Dots(vec![(*m, *w)], VERMILION));
            marks.push(Mark::Text(At::Data(x, y), side, VERMILION, format!("w_c({m}) = {w:.5}")));
        }
    }
    let y = Axis::log("weight w on the real rows", 1e-5, 1.0);
    Pane { x: Axis::log("synthetic rows m", 2.0, 1e4), y, share: 1, marks }
}

/// Mixing ratios whose weights are shown.
const RATIOS: [(&str, f64, Colour); 3] = [("0.1", 0.1, VERMILION), ("1", 1.0, BLUE), ("10", 10.0, GREEN)];

/// Generations that are shown.
const STEPS: usize = 12;

fn dynamic_weights() -> Result<Table, ParameterError> {
    let mut table = Table::new(&[("t", "generation; 0 has real rows alone")]);
    (0..=STEPS).for_each(|t| table.push(vec![t as f64]));
    for (name, k, _) in RATIOS {
        let ratio = MixingRatio::new(k)?;
        let law = weights::law(&ratio);
        let sequence = std::iter::once(1.0).chain(dynamic::weights(&law));
        let meaning = format!("risk-minimising weight at k = {name}");
        table.add_column(&format!("weight_k_{name}"), &meaning, sequence.take(STEPS + 1));
        table.set(&format!("limit_k_{name}"), weights::optimal_weight(&ratio));
    }
    Ok(table)
}

fn dynamic_pane(table: &Table) -> Pane {
    let mut marks = Vec::new();
    for (name, _, colour) in RATIOS {
        let (points, limit) =
            (table.points("t", &format!("weight_k_{name}")), table.number(&format!("limit_k_{name}")));
        marks.push(Mark::Horizontal(limit, colour, Dash::Dotted));
        marks.push(Mark::Line(points.clone(), colour, Dash::Solid));
        marks.push(Mark::Dots(points, colour));
        let text = format!("k = {name}: w* = {limit:.4}");
        marks.push(Mark::Text(At::Data(12.0, limit + 0.045), Side::Left, colour, text));
    }
    let fractions = "2/3, 5/8, 13/21, 34/55: Fibonacci";
    marks.push(Mark::Text(At::Data(1.2, 0.745), Side::Right, BLUE, fractions.to_owned()));
    let x = Axis::linear("generation t", 0.0, STEPS as f64);
    Pane { x, y: Axis::linear("weight w_t on the real rows", 0.0, 1.05), share: 1, marks }
}

/// Most models that see one another.
const MODELS: u64 = 100;

fn exchangeable() -> Result<Table, ParameterError> {
    let mut table = Table::new(&[("models", "K models that all see one another")]);
    let counts = || (1..=10).chain((12..=30).step_by(2)).chain((35..=MODELS).step_by(5));
    counts().for_each(|count| table.push(vec![count as f64]));
    for (name, k, _) in RATIOS {
        let ratio = MixingRatio::new(k)?;
        let pooled = |count: u64| k / (count as f64 + k);
        let best = counts().map(|count| network::exchangeable_weight(&ratio, count));
        table.add_column(&format!("weight_k_{name}"), &format!("best weight on its own real rows at k = {name}"), best);
        let meaning = format!("that of pooling, k/(K + k), at k = {name}");
        table.add_column(&format!("pooling_k_{name}"), &meaning, counts().map(pooled));
        table.set(&format!("golden_k_{name}"), weights::optimal_weight(&ratio));
    }
    table.set(
        "claims",
        "network-exchangeable compares these weights with others; nothing is simulated for this picture",
    );
    Ok(table)
}

fn exchangeable_pane(table: &Table) -> Pane {
    let mut marks = Vec::new();
    // In the corner that no curve comes to, in the order of the curves: lines to them would cross others.
    let say =
        |line: u32, colour, words| Mark::Text(At::Pane(0.98, 0.92 - 0.11 * f64::from(line)), Side::Left, colour, words);
    for (line, (name, _, colour)) in (0..).zip(RATIOS.into_iter().rev()) {
        let golden = table.number(&format!("golden_k_{name}"));
        marks.push(Mark::Line(table.points("models", &format!("pooling_k_{name}")), colour, Dash::Dashed));
        marks.push(Mark::Line(table.points("models", &format!("weight_k_{name}")), colour, Dash::Solid));
        marks.push(Mark::Interval { at: (1.0, golden), range: (1.0, 1.0), colour });
        marks.push(say(line, colour, format!("k = {name}: from {golden:.4}")));
    }
    marks.push(say(3, GREY, "dashed: pooling, k/(K + k)".to_owned()));
    let x = Axis::log("models K", 0.9, 110.0);
    Pane { x, y: Axis::linear("best weight on a model’s own real rows", 0.0, 1.0), share: 1, marks }
}
