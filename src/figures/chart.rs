//! The content of a picture as plain data. `svg` draws it.

pub use super::axis::{Axis, Scale};

/// A colour of Okabe and Ito's palette, which people with any kind of colour vision tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// Theory.
pub const BLACK: Colour = Colour(0, 0, 0);
/// What is simulated.
pub const BLUE: Colour = Colour(0, 114, 178);
/// Naive pooling, and the optima that theory knows at finite sizes.
pub const VERMILION: Colour = Colour(213, 94, 0);
/// The golden weight.
pub const GREEN: Colour = Colour(0, 158, 115);
/// A third series (darker than the palette's, so that text in it can be read).
pub const PURPLE: Colour = Colour(150, 60, 120);
/// A fourth series.
pub const ORANGE: Colour = Colour(230, 159, 0);
/// What should not attract attention: notes, references.
pub const GREY: Colour = Colour(95, 95, 95);

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Without gaps.
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
}

/// A place on a pane: in the units of the axes, or as shares of its width and height, with (0, 0) at the bottom left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    /// In the units of the axes.
    Data(f64, f64),
    /// In shares of the pane's width and height.
    Pane(f64, f64),
}

/// Which side of its place a text is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It ends there.
    Left,
    /// It is centred there.
    Middle,
    /// It begins there.
    Right,
}

/// One thing on a pane. A point that is not finite is not drawn; a line has a gap there.
///
/// # Examples
/// ```
/// use goldenweight::figures::{chart::{Axis, BLACK, BLUE, Chart, Dash, Mark, Pane}, svg};
///
/// let line = Mark::Line(vec![(0.0, 0.0), (1.0, 2.0)], BLACK, Dash::Solid);
/// let dots = Mark::Dots(vec![(0.5, 1.0), (0.7, f64::NAN)], BLUE);
/// let (x, y) = (Axis::linear("x", 0.0, 1.0), Axis::linear("y", 0.0, 2.0));
/// let panes = vec![Pane { x, y, share: 1, marks: vec![line, dots] }];
/// let text = svg(&Chart { title: "y = 2 x".to_owned(), notes: Vec::new(), panes });
/// assert_eq!(text.matches("<circle").count(), 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line(Vec<(f64, f64)>, Colour, Dash),
    /// The area between (x, low, high).
    Band(Vec<(f64, f64, f64)>, Colour),
    /// Dots.
    Dots(Vec<(f64, f64)>, Colour),
    /// A vertical line at x, from the bottom up to this share of the pane's height.
    Vertical(f64, f64, Colour, Dash),
    /// A horizontal one.
    Horizontal(f64, Colour, Dash),
    /// A large dot at (x, y) with an interval of x from low to high.
    Interval {
        /// The dot.
        at: (f64, f64),
        /// The interval.
        range: (f64, f64),
        /// Colour.
        colour: Colour,
    },
    /// A rectangle from one corner to the other, filled.
    Cell((f64, f64), (f64, f64), Colour),
    /// A text.
    Text(At, Side, Colour, String),
    /// A text with a thin line to the point (x, y) that it names. If `at` is right of the point, the text begins there, else it ends there.
    Label {
        /// Where the text begins or ends.
        at: At,
        /// The point.
        on: (f64, f64),
        /// Colour.
        colour: Colour,
        /// The text.
        text: String,
    },
}

impl Mark {
    /// The label of a curve. It names the last finite point that is not to the right of x; none where there is no such point.
    pub fn naming(points: &[(f64, f64)], (at, x): (At, f64), colour: Colour, text: &str) -> Option<Self> {
        let on = points.iter().rfind(|point| point.0 <= x && point.1.is_finite())?;
        Some(Self::Label { at, on: *on, colour, text: text.to_owned() })
    }
}

/// A pair of axes with what is on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Pane {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Its height relative to the other panes' of the picture.
    pub share: u32,
    /// In the order in which they are drawn.
    pub marks: Vec<Mark>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Title, one line.
    pub title: String,
    /// Lines under it.
    pub notes: Vec<String>,
    /// From top to bottom.
    pub panes: Vec<Pane>,
}
