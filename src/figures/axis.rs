//! Axes: their range, and ticks at round numbers.

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal lengths are equal differences.
    Linear,
    /// Equal lengths are equal ratios.
    Log,
}

/// An axis with its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Quantity and unit.
    pub label: String,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Without a line and ticks.
    pub bare: bool,
    /// Names in place of numbers, from the upper end on.
    pub names: Vec<String>,
}

impl Axis {
    /// A linear axis.
    #[must_use]
    pub fn linear(label: &str, low: f64, high: f64) -> Self {
        Self { label: label.to_owned(), low, high, scale: Scale::Linear, bare: false, names: Vec::new() }
    }

    /// A logarithmic axis.
    #[must_use]
    pub fn log(label: &str, low: f64, high: f64) -> Self {
        Self { label: label.to_owned(), low, high, scale: Scale::Log, bare: false, names: Vec::new() }
    }

    /// An axis with a name at 0, -1, -2 and so on: a row for each, the first one at the top.
    #[must_use]
    pub fn named(label: &str, names: Vec<String>) -> Self {
        Self { names: names.clone(), ..Self::linear(label, 0.5 - names.len() as f64, 0.5) }
    }

    /// The axis without a line and ticks.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    /// A linear axis from `low` to a little above the largest of the values that are finite.
    #[must_use]
    pub fn up_to(label: &str, low: f64, values: impl IntoIterator<Item = f64>) -> Self {
        let high = values.into_iter().filter(|x| x.is_finite()).fold(low, f64::max);
        Self::linear(label, low, if high > low { low + 1.06 * (high - low) } else { low + 1.0 })
    }

    /// A logarithmic axis that has all the positive and finite values on it, with a little room.
    #[must_use]
    pub fn around(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let values = values.into_iter().filter(|x| x.is_finite() && *x > 0.0);
        let (low, high) = values.fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
        if low <= high { Self::log(label, low / 1.3, high * 1.3) } else { Self::log(label, 0.1, 10.0) }
    }

    /// The coordinate at which a value is drawn. NaN where the axis is logarithmic and the value is not positive.
    #[must_use]
    pub fn position(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Linear => x,
            Scale::Log => {
                if x > 0.0 {
                    libm::log10(x)
                } else {
                    f64::NAN
                }
            }
        }
    }

    /// The coordinates of both ends.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        (self.position(self.low), self.position(self.high))
    }

    /// Round numbers on the axis: their coordinates, and how they are written.
    #[must_use]
    pub fn ticks(&self) -> Vec<(f64, String)> {
        match self.scale {
            _ if self.bare => Vec::new(),
            _ if !self.names.is_empty() => (0..).map(|i: i32| -f64::from(i)).zip(self.names.clone()).collect(),
            Scale::Linear => linear_ticks(self.low, self.high).collect(),
            Scale::Log => log_ticks(self.low, self.high),
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten: two to seven of them.
fn linear_ticks(low: f64, high: f64) -> impl Iterator<Item = (f64, String)> {
    let rough = (high - low) / 6.0;
    let exponent = libm::floor(libm::log10(rough)) as i32;
    let unit = power(exponent);
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * unit >= rough * 0.999).unwrap_or(10.0) * unit;
    let decimals = (-libm::floor(libm::log10(step) + 1e-9)).max(0.0) as usize;
    let (first, last) = (libm::ceil(low / step - 1e-9) as i64, libm::floor(high / step + 1e-9) as i64);
    (first..=last).map(move |i| (i as f64 * step, format!("{:.decimals$}", i as f64 * step)))
}

/// Powers of ten: at most seven, by leaving some out. Where there are fewer than three, also 2 and 5 times a power of ten.
fn log_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let (first, last) = (libm::ceil(libm::log10(low) - 1e-9) as i32, libm::floor(libm::log10(high) + 1e-9) as i32);
    let thinned = (last - first) / 7 + 1;
    let factors: &[f64] = if last - first < 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (first - 1..=last).filter(|e| (e - first) % thinned == 0 || factors.len() > 1);
    let values = decades.flat_map(|e| factors.iter().map(move |f| (f * power(e), *f, e)));
    values
        .filter(|(x, ..)| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(x))
        .map(|(x, f, e)| (libm::log10(x), decade(f, e)))
        .collect()
}

/// f times ten to the power e as text: as a plain number where it is short, else with an exponent.
fn decade(f: f64, e: i32) -> String {
    match e {
        -3..0 => format!("{:.*}", -e as usize, f * power(e)),
        0..5 => format!("{}", f * power(e)),
        _ if f == 1.0 => format!("10{}", superscript(e)),
        _ => format!("{f}·10{}", superscript(e)),
    }
}

fn power(e: i32) -> f64 {
    libm::pow(10.0, f64::from(e))
}

fn superscript(e: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(0x2070 + digit as u32 - u32::from(b'0')).unwrap_or(digit),
    };
    e.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(words(&Axis::linear("w", 0.2, 0.78)), ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(words(&Axis::linear("t", 0.0, 999.0)), ["0", "200", "400", "600", "800"]);
        assert_eq!(words(&Axis::linear("risk", 0.0, 0.0123)), ["0.000", "0.005", "0.010"]);
        assert_eq!(words(&Axis::log("k", 0.01, 100.0)), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(words(&Axis::log("k", 0.3, 8.0)), ["0.5", "1", "2", "5"]);
        assert_eq!(words(&Axis::log("k", 1e-4, 1e12)), ["10⁻⁴", "0.1", "100", "10⁵", "10⁸", "10¹¹"]);
    }

    #[test]
    fn names_stand_in_rows() {
        let axis = Axis::named("", vec!["first".to_owned(), "second".to_owned()]);
        assert_eq!(axis.ticks(), [(0.0, "first".to_owned()), (-1.0, "second".to_owned())]);
        assert_eq!(axis.ends(), (-1.5, 0.5));
    }

    #[test]
    fn ranges_hold_the_finite_values() {
        let axis = Axis::around("risk", [0.0, f64::NAN, 2.0, 50.0, f64::INFINITY]);
        assert!(axis.low < 2.0 && axis.high > 50.0 && axis.high < 100.0);
        let axis = Axis::up_to("risk", 0.0, [f64::NAN, 2.0, f64::INFINITY]);
        assert!(axis.high > 2.0 && axis.high < 3.0);
        assert!(Axis::around("nothing", []).ends().0.is_finite());
    }
}
