//! Labellings that a hyperplane separates, counted.

use goldenweight_theory::logistic as theory;

use super::Certificate;

/// Every labelling of n rows (1, t, ..., t^(p - 1)) at t = 1, ..., n, which are in general position.
///
/// A hyperplane through the origin is a polynomial of degree below p there, and has fewer than p changes of sign along t; with its roots between the
/// changes it has any of those. So the labellings that it separates are those with fewer than p changes, and their number is that of every
/// n rows in general position (Cover 1965).
pub fn logistic() -> Certificate {
    let place = |(p, n): (u32, u32)| {
        let all = 1_u32 << n;
        let changes = |labels: u32| ((labels ^ (labels >> 1)) & (all / 2 - 1)).count_ones();
        let separated = (0..all).filter(|labels| changes(*labels) < p).count();
        (format!("p = {p}, n = {n}"), theory::separation_probability(p, n) * f64::from(all) == separated as f64)
    };
    Certificate::at_places(
        "labellings of n ≤ 12 rows that a hyperplane separates",
        (1..=12).flat_map(|n| (1..=n + 1).map(move |p| (p, n))).map(place),
    )
}
