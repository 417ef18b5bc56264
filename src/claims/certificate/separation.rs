//! Logistic fits that do not exist: how many of the 2^n labellings of n rows a hyperplane through the origin separates.

use goldenweight_theory::logistic as theory;

use super::Certificate;

/// Counts the separated labellings of the rows (1, t, ..., t^(p - 1)), t = 1, ..., n.
///
/// On these rows a linear function is a polynomial in t of degree below p. So its sign changes fewer than p times along t, and a polynomial with roots between
/// the changes has any such signs. Hence the separated labellings are those with fewer than p changes. These rows are in general position, and all n rows in
/// general position have the same number of separated labellings (Cover 1965).
fn separated(p: u32, n: u32) -> u32 {
    let all = 1_u32 << n;
    let changes = |labels: u32| ((labels ^ (labels >> 1)) & (all / 2 - 1)).count_ones();
    (0..all).map(|labels| u32::from(changes(labels) < p)).sum()
}

/// The program's probability, from these numbers.
pub fn logistic() -> Certificate {
    let place = |(p, n): (u32, u32)| {
        let share = theory::separation_probability(p, n);
        (format!("p = {p}, n = {n}"), share * f64::from(1_u32 << n) == f64::from(separated(p, n)))
    };
    Certificate::at_places(
        "labellings of n ≤ 12 rows that a hyperplane separates",
        (1..=12).flat_map(|n| (1..=n + 1).map(move |p| (p, n))).map(place),
    )
}
