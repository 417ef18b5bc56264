//! Draws a chart as SVG, by the crate plotters. The same chart gives the same bytes.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{DashedPathElement, DynElement, IntoDynElement};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::chart::{At, BLACK, Chart, Colour, Dash, GREY, Mark, Pane, Side};

/// Width in CSS pixels at full size. Half of it, 85 mm, is the width of a journal's column.
const WIDTH: u32 = 640;

/// Height of the panes, unless named rows need more.
const PANES: u32 = 420;

/// plotters rounds all coordinates to whole units. This many units per pixel keep lines smooth.
const UNITS: u32 = 8;

/// Height of a title, of other text, and the distance of lines, in pixels.
const TITLE: u32 = 24;
const TEXT: u32 = 21;
const LINE: u32 = 27;

/// A font that every system has.
const FONT: &str = "sans-serif";

/// plotters divides a font's size by this when it writes SVG.
const FONT_FACTOR: f64 = 1.24;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Axes<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Element<'b> = DynElement<'static, SVGBackend<'b>, (i32, i32)>;
type Drawn = Result<(), DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>>;

/// The chart as an SVG document. Its title and notes are also there as text, for screen readers.
///
/// # Panics
/// Never: a string takes everything that is written to it.
#[must_use]
pub fn svg(chart: &Chart) -> String {
    let head = TITLE + LINE * (chart.notes.len() as u32) + LINE;
    let names = chart.panes.iter().map(|pane| pane.y.names.len()).max().unwrap_or(0);
    let panes = PANES.max(LINE * names as u32 + 2 * LINE);
    let height = head + panes + if chart.panes.len() > 1 { panes / 3 } else { 0 };
    let mut text = String::new();
    draw(chart, head, SVGBackend::with_string(&mut text, (WIDTH * UNITS, height * UNITS)).into_drawing_area())
        .expect("a string takes everything");
    // Width and height are in pixels, coordinates in plotters' units.
    let root = text.find(">\n").map_or(0, |end| end + 2);
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<svg width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {} {}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <title>{}</title>\n<desc>{}</desc>\n{}",
        WIDTH * UNITS,
        height * UNITS,
        escape(&chart.title),
        escape(&chart.notes.join(" ")),
        &text[root..]
    )
}

fn draw(chart: &Chart, head: u32, root: Area<'_>) -> Drawn {
    root.fill(&WHITE)?;
    let left = units(10.0);
    root.draw(&words(&chart.title, (left, units(8.0)), Side::Right, VPos::Top, TITLE, BLACK))?;
    for (i, note) in chart.notes.iter().enumerate() {
        let y = units(f64::from(TITLE + LINE * i as u32) + 14.0);
        root.draw(&words(note, (left, y), Side::Right, VPos::Top, TEXT, GREY))?;
    }
    let (_, mut rest) = root.split_vertically(units(f64::from(head - LINE + 12)));
    let shares: u32 = chart.panes.iter().map(|pane| pane.share).sum();
    let height = rest.dim_in_pixel().1;
    let widest = chart.panes.iter().flat_map(|pane| pane.y.ticks()).map(|(_, text)| text.chars().count()).max();
    let margin = units(24.0 + 11.5 * widest.unwrap_or(1) as f64);
    for pane in &chart.panes {
        let (area, below) = rest.split_vertically((height * pane.share / shares.max(1)) as i32);
        draw_pane(pane, margin, &area)?;
        rest = below;
    }
    root.present()
}

fn draw_pane(pane: &Pane, margin: i32, area: &Area<'_>) -> Drawn {
    let ((x_low, x_high), (y_low, y_high)) = (pane.x.ends(), pane.y.ends());
    let (x_ticks, y_ticks) = (pane.x.ticks(), pane.y.ticks());
    let axes = ChartBuilder::on(area)
        .margin_top(units(34.0))
        .margin_right(units(40.0))
        .margin_bottom(units(if pane.x.bare { 8.0 } else { 62.0 }))
        .margin_left(margin)
        .build_cartesian_2d(x_low..x_high, y_low..y_high)?;
    let pen = Pen { pane, axes: &axes, base: area.get_base_pixel() };
    let [(left, bottom), (right, top)] = pen.corners();
    let tick = units(5.0);
    if !pane.y.bare {
        area.draw(&line(vec![(left, top), (left, bottom)], GREY, Dash::Solid, 1.2))?;
    }
    if !pane.x.bare {
        area.draw(&line(vec![(left, bottom), (right, bottom)], GREY, Dash::Solid, 1.2))?;
    }
    for (x, text) in x_ticks {
        let x = pen.backend((x, y_low)).0;
        area.draw(&line(vec![(x, bottom), (x, bottom + tick)], GREY, Dash::Solid, 1.2))?;
        area.draw(&words(&text, (x, bottom + units(9.0)), Side::Middle, VPos::Top, TEXT, BLACK))?;
    }
    for (y, text) in y_ticks {
        let y = pen.backend((x_low, y)).1;
        area.draw(&line(vec![(left - tick, y), (left, y)], GREY, Dash::Solid, 1.2))?;
        area.draw(&words(&text, (left - units(9.0), y), Side::Left, VPos::Center, TEXT, BLACK))?;
    }
    // The vertical axis' label stands above it, upright.
    area.draw(&words(&pane.y.label, (units(10.0), units(4.0)), Side::Right, VPos::Top, TEXT, BLACK))?;
    let below = (i32::midpoint(left, right), bottom + units(34.0));
    area.draw(&words(&pane.x.label, below, Side::Middle, VPos::Top, TEXT, BLACK))?;
    pane.marks.iter().flat_map(|mark| pen.elements(mark)).try_for_each(|element| area.draw(&element))
}

/// Turns marks into elements of plotters, in the units of the pane's area.
struct Pen<'a, 'b, 'c> {
    pane: &'a Pane,
    axes: &'a Axes<'b, 'c>,
    base: (i32, i32),
}

impl<'c> Pen<'_, '_, 'c> {
    /// Where a point in the units of the axes is drawn; none where it is not finite, or left or right of the pane.
    fn place(&self, (x, y): (f64, f64)) -> Option<(i32, i32)> {
        let (x, y) = (self.pane.x.position(x), self.pane.y.position(y));
        let ((x_low, x_high), (y_low, y_high)) = (self.pane.x.ends(), self.pane.y.ends());
        let beside = 1e-9 * (x_high - x_low);
        if !(y.is_finite() && x >= x_low - beside && x <= x_high + beside) {
            return None;
        }
        // What lies above or below is drawn at the edge.
        let point = (x.clamp(x_low, x_high), y.clamp(y_low, y_high));
        Some(self.backend(point))
    }

    fn backend(&self, point: (f64, f64)) -> (i32, i32) {
        let (x, y) = self.axes.backend_coord(&point);
        (x - self.base.0, y - self.base.1)
    }

    /// Bottom left and top right.
    fn corners(&self) -> [(i32, i32); 2] {
        let (x, y) = self.axes.plotting_area().get_pixel_range();
        [(x.start - self.base.0, y.end - self.base.1), (x.end - self.base.0, y.start - self.base.1)]
    }

    fn at(&self, at: At) -> Option<(i32, i32)> {
        match at {
            At::Data(x, y) => self.place((x, y)),
            At::Pane(x, y) => {
                let [(left, bottom), (right, top)] = self.corners();
                let along = |from: i32, to: i32, part: f64| from + (part * f64::from(to - from)).round() as i32;
                Some((along(left, right, x), along(bottom, top, y)))
            }
        }
    }

    /// The points, split into runs where some are not drawn.
    fn runs(&self, points: &[(f64, f64)]) -> Vec<Vec<(i32, i32)>> {
        let placed: Vec<_> = points.iter().map(|point| self.place(*point)).collect();
        placed.split(Option::is_none).map(|run| run.iter().flatten().copied().collect()).collect()
    }

    fn elements(&self, mark: &Mark) -> Vec<Element<'c>> {
        match mark {
            Mark::Line(points, colour, dash) => self
                .runs(points)
                .into_iter()
                .filter(|run| run.len() > 1)
                .map(|run| line(run, *colour, *dash, 2.2))
                .collect(),
            Mark::Band(points, colour) => {
                let whole: Vec<_> = points.iter().filter(|(x, low, high)| (x + low + high).is_finite()).collect();
                let upper = whole.iter().filter_map(|(x, _, high)| self.place((*x, *high)));
                let lower = whole.iter().rev().filter_map(|(x, low, _)| self.place((*x, *low)));
                vec![Polygon::new(upper.chain(lower).collect::<Vec<_>>(), rgb(*colour).mix(0.25)).into_dyn()]
            }
            Mark::Dots(points, colour) => {
                points.iter().filter_map(|point| self.place(*point)).map(|at| dot(at, 3.2, *colour)).collect()
            }
            Mark::Vertical(x, part, colour, dash) => {
                let Some((x, bottom)) = self.place((*x, self.pane.y.low)) else { return Vec::new() };
                let top = self.at(At::Pane(0.0, *part)).map_or(bottom, |(_, y)| y);
                vec![line(vec![(x, bottom), (x, top)], *colour, *dash, 1.8)]
            }
            Mark::Horizontal(y, colour, dash) => {
                let ends = [self.pane.x.low, self.pane.x.high].map(|x| self.place((x, *y)));
                vec![line(ends.into_iter().flatten().collect(), *colour, *dash, 1.8)]
            }
            Mark::Interval { at, range, colour } => {
                let [low, high] = [range.0, range.1].map(|x| self.place((x, at.1)));
                low.zip(high)
                    .zip(self.place(*at))
                    .map_or_else(Vec::new, |((low, high), at)| interval(low, high, at, *colour))
            }
            Mark::Cell(from, to, colour) => {
                let corners = self.place(*from).zip(self.place(*to));
                corners.map(|(a, b)| Rectangle::new([a, b], rgb(*colour).filled()).into_dyn()).into_iter().collect()
            }
            Mark::Text(at, side, colour, text) => self
                .at(*at)
                .map(|at| words(text, at, *side, VPos::Center, TEXT, *colour).into_dyn())
                .into_iter()
                .collect(),
            Mark::Label { at, on, colour, text } => {
                let Some((at, on)) = self.at(*at).zip(self.place(*on)) else { return Vec::new() };
                let (side, gap) = if on.0 <= at.0 { (Side::Right, -5.0) } else { (Side::Left, 5.0) };
                let beside = (at.0 + units(gap), at.1);
                let words = words(text, at, side, VPos::Center, TEXT, *colour).into_dyn();
                vec![line(vec![on, beside], *colour, Dash::Solid, 1.0), words]
            }
        }
    }
}

fn interval<'c>(low: (i32, i32), high: (i32, i32), at: (i32, i32), colour: Colour) -> Vec<Element<'c>> {
    let tick = |(x, y): (i32, i32)| line(vec![(x, y - units(6.0)), (x, y + units(6.0))], colour, Dash::Solid, 2.2);
    vec![
        line(vec![low, high], colour, Dash::Solid, 2.2),
        tick(low),
        tick(high),
        dot(at, 6.0, colour),
        dot(at, 3.0, Colour(255, 255, 255)),
    ]
}

fn dot<'c>(at: (i32, i32), radius: f64, colour: Colour) -> Element<'c> {
    Circle::new(at, units(radius), rgb(colour).filled()).into_dyn()
}

fn line<'c>(points: Vec<(i32, i32)>, colour: Colour, dash: Dash, width: f64) -> Element<'c> {
    let style = stroke(colour, width);
    let dashed = |on, off| DashedPathElement::new(points.clone(), units(on), units(off), style).into_dyn();
    match dash {
        Dash::Solid => PathElement::new(points, style).into_dyn(),
        Dash::Dashed => dashed(9.0, 5.0),
        Dash::Dotted => dashed(2.5, 4.0),
    }
}

fn words(
    text: &str,
    at: (i32, i32),
    side: Side,
    vertical: VPos,
    size: u32,
    colour: Colour,
) -> Text<'static, (i32, i32), String> {
    let horizontal = match side {
        Side::Left => HPos::Right,
        Side::Middle => HPos::Center,
        Side::Right => HPos::Left,
    };
    let font = FontDesc::from((FONT, font_size(size)));
    let font = if size == TITLE { font.style(FontStyle::Bold) } else { font };
    Text::new(text.to_owned(), at, font.color(&rgb(colour)).pos(Pos::new(horizontal, vertical)))
}

fn font_size(size: u32) -> f64 {
    f64::from(size * UNITS) * FONT_FACTOR
}

fn stroke(colour: Colour, width: f64) -> ShapeStyle {
    rgb(colour).stroke_width(units(width) as u32)
}

const fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

/// Pixels in plotters' units.
fn units(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS)).round() as i32
}
