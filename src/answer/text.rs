//! Numbers in text.

use std::fmt;

use crate::experiment::digits;

/// None where it is infinite: divergence has no number.
///
/// # Examples
/// ```
/// use goldenweight::answer::text::finite;
/// assert_eq!([0.5, f64::INFINITY, f64::NAN].map(finite), [Some(0.5), None, None]);
/// ```
#[must_use]
pub fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// The number in six significant digits; infinity is "diverges", a missing number "-".
///
/// # Examples
/// ```
/// use goldenweight::answer::text::short;
/// assert_eq!([Some(2.0 / 3.0), Some(f64::INFINITY), None].map(short), ["0.666667", "diverges", "-"]);
/// ```
pub fn short(x: impl Into<Option<f64>>) -> String {
    match x.into() {
        None => "-".to_owned(),
        Some(x) if x.is_infinite() => "diverges".to_owned(),
        // Through the rounded number, so that no trailing zeros are printed.
        Some(x) => format!("{x:.5e}").parse::<f64>().map_or_else(|_| digits(x), digits),
    }
}

/// A number in text, or "-" with its reason.
///
/// # Examples
/// ```
/// use goldenweight::answer::text::explained;
/// assert_eq!([explained(Some(0.5), None), explained(None, Some("no law"))], ["0.5", "- (no law)"]);
/// ```
#[must_use]
pub fn explained(number: Option<f64>, reason: Option<&str>) -> String {
    match number {
        None => format!("- ({})", reason.unwrap_or_default()),
        number => short(number),
    }
}

/// A number beyond the largest float, from its decimal logarithm, in six significant digits.
///
/// # Examples
/// ```
/// use goldenweight::answer::text::power_of_ten;
/// assert_eq!(power_of_ten(400.301_029_995_663_98), "2e400");
/// ```
#[must_use]
pub fn power_of_ten(log10: f64) -> String {
    let whole = libm::floor(log10);
    format!("{}e{whole}", short(libm::exp10(log10 - whole)))
}

/// A cell of a table: at least this wide, and two blanks behind what is longer.
///
/// # Examples
/// ```
/// use goldenweight::answer::text::cell;
/// assert_eq!(["0.5", "2.25531e-5 to 2.43459e-5"].map(|text| cell(text, 8)), ["0.5     ", "2.25531e-5 to 2.43459e-5  "]);
/// ```
#[must_use]
pub fn cell(text: &str, width: usize) -> String {
    if text.chars().count() < width { format!("{text:width$}") } else { format!("{text}  ") }
}

/// Lines of a label and its value, the values aligned.
///
/// # Errors
/// Those of the formatter.
///
/// # Examples
/// ```
/// use std::fmt;
/// use goldenweight::answer::text::lines;
///
/// struct Two;
/// impl fmt::Display for Two {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         lines(f, &[("risk", "1".to_owned()), ("z", "0.3".to_owned())])
///     }
/// }
/// assert_eq!(Two.to_string(), "risk  1\nz     0.3\n");
/// ```
pub fn lines(f: &mut fmt::Formatter<'_>, lines: &[(&str, String)]) -> fmt::Result {
    let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    lines.iter().try_for_each(|(label, value)| writeln!(f, "{label:width$}  {value}"))
}
