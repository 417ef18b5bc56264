//! How much a piece of evidence without comparisons has shown, read back from its words.
//!
//! Such a piece has no margin and no detectable effect. What it shows is in its `detail`: theorems by name, equations and the points at which they are equal, places, random cases; of a random
//! audit the places, and the error that it would have found at nine of ten. A piece that shows less than another is found by these.

use crate::verdict::Kind;

/// What a detail says was shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Extent<'a> {
    /// The detail without the worst of its cases, which may be another one although as many were tried.
    pub words: &'a str,
    /// Theorems.
    pub theorems: Vec<&'a str>,
    /// The words with each number in `counts` replaced. Of theorems and audits none: what an audit could not compare is told with its reasons, which another seed changes.
    pub form: String,
    /// The whole numbers in the words, in their order; of an audit the places.
    pub counts: Vec<f64>,
    /// Of the places of an audit, those that its route could compare.
    pub compared: Option<f64>,
    /// The relative error, in %, that an audit finds at nine of ten places.
    pub detectable_percent: Option<f64>,
}

impl<'a> Extent<'a> {
    /// Of a piece of evidence of this kind.
    pub fn of(kind: Kind, detail: &'a str) -> Self {
        let words = [", the worst at ", "; the worst at "]
            .iter()
            .fold(detail, |words, end| words.split_once(end).map_or(words, |(head, _)| head));
        let mut found = Self {
            words,
            theorems: Vec::new(),
            form: String::new(),
            counts: Vec::new(),
            compared: None,
            detectable_percent: None,
        };
        if let Some(names) = detail.strip_prefix("proved: ") {
            found.words = detail;
            found.theorems = names.split(", ").collect();
        } else if kind == Kind::Audit {
            // The number between two words.
            let between = |before: &str, after: &str| words.split_once(before)?.1.split_once(after)?.0.parse().ok();
            found.counts = between(" of ", " random places").into_iter().collect();
            found.compared = words.split_once(" of ").and_then(|(count, _)| count.parse().ok());
            found.detectable_percent = between("at half of them, of ", " %");
        } else {
            (found.form, found.counts) = numbers(words);
        }
        found
    }
}

/// Words with `#` in the place of each whole number, and these numbers. A number with a point or an exponent was measured or is a tolerance: it stays.
fn numbers(words: &str) -> (String, Vec<f64>) {
    let (mut form, mut counts) = (String::new(), Vec::new());
    let mut rest = words;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (before, number) = rest.split_at(start);
        let end = digits(number);
        let (number, after) = number.split_at(end);
        form.push_str(before);
        let mut following = after.chars();
        let is_longer = matches!(following.next(), Some('.' | 'e'))
            && following.next().is_some_and(|c| c.is_ascii_digit() || c == '-')
            || before.ends_with(['.', '-']) && !before.ends_with("..");
        match number.parse() {
            Ok(count) if !is_longer => {
                form.push('#');
                counts.push(count);
            }
            _ => form.push_str(number),
        }
        rest = after;
    }
    (form + rest, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_back() {
        let exact =
            "e_t, t = 0..12: 13 equation(s), equal at 1300 rational points, degrees up to [1, 12]; w = 0.15 to 1e-9";
        let found = Extent::of(Kind::Exact, exact);
        assert_eq!(found.counts, [0.0, 12.0, 13.0, 1300.0, 1.0, 12.0]);
        assert_eq!(
            found.form,
            "e_t, t = #..#: # equation(s), equal at # rational points, degrees up to [#, #]; w = 0.15 to 1e-9"
        );
        let worst =
            "108 cases, the worst at limit, n = 600: 0.52 against 0.53, relative error +8.5e-16 (tolerance 1e-12)";
        assert_eq!(Extent::of(Kind::Recursion, worst).counts, [108.0]);
        assert_eq!(Extent::of(Kind::Proof, "proved: a, b").theorems, ["a", "b"]);
    }

    #[test]
    fn an_audit_is_its_places_and_its_power() {
        let detail = "85 of 100 random places compared, 13 not: too skewed for its replicates; an error of 8.22 % would be found at half of them, \
                      of 14.56 % at nine of ten; the worst at x = 540: 3.9 against 3.7";
        let found = Extent::of(Kind::Audit, detail);
        assert_eq!((found.counts, found.compared, found.detectable_percent), (vec![100.0], Some(85.0), Some(14.56)));
        assert!(found.words.ends_with("at nine of ten"));
        let without =
            "100 of 100 random places compared; the worst at x: 1 against 1, relative error 0e0 (tolerance 9e-12)";
        assert_eq!(Extent::of(Kind::Audit, without).detectable_percent, None);
    }
}
