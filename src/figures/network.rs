//! The picture of a network of models: a circle of them, the classes beside one another. Drawn from its numbers alone.

use std::fmt::Write as _;

/// A model in the picture.
///
/// # Examples
/// see [`draw`].
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Its name.
    pub name: String,
    /// Its class, which gives its colour and its place in the circle.
    pub class: usize,
    /// What is written below its name: its risk, say.
    pub note: String,
    /// Whether its risk grows without bound, or it collapses to a point.
    pub collapses: bool,
    /// Whether real rows have a weight in it.
    pub grounded: bool,
}

/// An edge: from, to, weight.
type Edge = (usize, usize, f64);

/// The palette of Okabe and Ito, which people with any kind of colour vision tell apart, less black and its yellow, which is too light.
const COLOURS: [&str; 6] = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#0072b2", "#a6761d"];

/// Names beside more dots would cover one another.
const MOST_NAMES: usize = 60;

/// The colour of what collapses, the palette's vermilion.
const COLLAPSE: &str = "#d55e00";

/// Half the side of the drawing.
const MIDDLE: f64 = 400.0;

/// The picture, as SVG. Classes have colours; models that collapse a dashed ring; models with real rows a filled disc, the others a white one; the width of an edge is its weight.
///
/// # Examples
/// ```
/// use goldenweight::figures::network::{Dot, draw};
///
/// let dot = |name: &str, class| Dot { name: name.to_owned(), class, note: "0.1".to_owned(), collapses: class == 1, grounded: class == 0 };
/// let picture = draw("two models", &[dot("a", 0), dot("<b>", 1)], &[(0, 1, 0.5), (1, 1, 0.5)]);
/// assert!(picture.starts_with("<svg") && picture.contains("&lt;b&gt;") && picture.matches("<circle").count() >= 3);
/// ```
#[must_use]
pub fn draw(title: &str, dots: &[Dot], edges: &[Edge]) -> String {
    let count = dots.len() as f64;
    let ring = if dots.len() == 1 { 0.0 } else { 255.0 };
    let radius = (0.36 * 2.0 * std::f64::consts::PI * ring / count).clamp(3.0, 24.0);
    let radius = if dots.len() == 1 { 24.0 } else { radius };
    let mut order: Vec<usize> = (0..dots.len()).collect();
    order.sort_by_key(|&dot| (dots[dot].class, dot));
    let mut directions = vec![(0.0, -1.0); dots.len()];
    for (place, &dot) in order.iter().enumerate() {
        // The first at the top, then clockwise.
        let angle = 2.0 * std::f64::consts::PI * place as f64 / count;
        directions[dot] = (libm::sin(angle), -libm::cos(angle));
    }
    let at = |dot: usize| (MIDDLE + ring * directions[dot].0, MIDDLE + 20.0 + ring * directions[dot].1);
    let side = 2.0 * MIDDLE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"{}\" viewBox=\"0 0 {side} {}\" font-family=\"sans-serif\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
         <path d=\"M0,0.5 L8,4 L0,7.5 z\" fill=\"#555555\"/></marker></defs>\n",
        side - 30.0,
        side - 30.0,
        escaped(title)
    );
    text(&mut svg, (MIDDLE, 34.0), "middle", 18.0, title);
    for &(from, to, weight) in edges {
        let width = 0.6 + 2.4 * weight;
        let (a, b) = (at(from), at(to));
        let path = if from == to {
            // A loop outwards.
            let (x, y) = directions[from];
            let (across, out) = ((-y, x), radius + 34.0_f64.min(4.0 * radius));
            let point = |along: f64, aside: f64| {
                format!("{:.1},{:.1}", a.0 + along * x + aside * across.0, a.1 + along * y + aside * across.1)
            };
            let (near, aside) = (0.8 * radius, 0.6 * radius);
            format!(
                "M{} C{} {} {}",
                point(near, aside),
                point(out, 2.2 * radius),
                point(out, -2.2 * radius),
                point(near + 2.0, -aside)
            )
        } else {
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = libm::hypot(dx, dy);
            let (x, y) = (dx / length, dy / length);
            // Bent to its right, so that an edge and its return are two.
            let bend = 0.08 * length;
            let middle = ((a.0 + b.0) / 2.0 - bend * y, (a.1 + b.1) / 2.0 + bend * x);
            let toward = |point: (f64, f64), gap: f64| {
                let (dx, dy) = (middle.0 - point.0, middle.1 - point.1);
                let length = libm::hypot(dx, dy);
                (point.0 + gap * dx / length, point.1 + gap * dy / length)
            };
            let (start, end) = (toward(a, radius + 1.0), toward(b, radius + 3.0));
            format!("M{:.1},{:.1} Q{:.1},{:.1} {:.1},{:.1}", start.0, start.1, middle.0, middle.1, end.0, end.1)
        };
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"#555555\" stroke-opacity=\"0.6\" stroke-width=\"{width:.2}\" marker-end=\"url(#head)\"/>"
        );
    }
    for (i, dot) in dots.iter().enumerate() {
        let ((x, y), colour) = (at(i), COLOURS[dot.class % COLOURS.len()]);
        if dot.collapses {
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"none\" stroke=\"{COLLAPSE}\" stroke-width=\"2.5\" stroke-dasharray=\"5 3\"/>",
                radius + 4.0
            );
        }
        let fill = if dot.grounded { colour } else { "#ffffff" };
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"{:.1}\"/>",
            (radius / 6.0).clamp(1.0, 4.0)
        );
    }
    if dots.len() <= MOST_NAMES {
        let size = if dots.len() <= 24 { 14.0 } else { 10.0 };
        for (i, dot) in dots.iter().enumerate() {
            let ((x, y), (dx, dy)) = (at(i), directions[i]);
            let has_loop = edges.iter().any(|&(from, to, _)| from == i && to == i);
            let gap = radius + if has_loop { 34.0 } else { 10.0 };
            let anchor = if dx > 0.3 {
                "start"
            } else if dx < -0.3 {
                "end"
            } else {
                "middle"
            };
            // Two lines, on the side that leads away from the circle.
            let lift = if dy < -0.3 { -size - 2.0 } else { 0.35 * size };
            let place = (x + gap * dx, y + gap * dy + lift);
            text(&mut svg, place, anchor, size, &shortened(&dot.name));
            text(&mut svg, (place.0, place.1 + size + 1.0), anchor, size - 3.0, &dot.note);
        }
    }
    let said = "filled: real rows have a weight; one colour: models that feed one another; dashed ring: collapses; width of an edge: its weight";
    text(&mut svg, (MIDDLE, side - 50.0), "middle", 12.0, said);
    let few_colours = dots.iter().any(|dot| dot.class >= COLOURS.len());
    let colours = few_colours
        .then(|| format!("there are more such groups than the {} colours, so that some share one", COLOURS.len()));
    let names = (dots.len() > MOST_NAMES).then(|| format!("names are left out of more than {MOST_NAMES} models"));
    let notes: Vec<String> = colours.into_iter().chain(names).collect();
    text(&mut svg, (MIDDLE, side - 35.0), "middle", 12.0, &notes.join("; "));
    svg + "</svg>\n"
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, size: f64, words: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"#222222\">{}</text>",
        escaped(words)
    );
}

/// A name that leaves room for the others.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 18 { name.to_owned() } else { name.chars().take(17).chain(['…']).collect() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
