//! Rows drawn from accumulating data: the laws in exact rationals.

use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::subsample::Subsampling;
use num_rational::BigRational as Q;

use super::Certificate;
use super::sampling::sizes;
use crate::claims::drawn;

/// Last generation of the comparisons.
const GENERATIONS: u32 = 3;

/// Every n and m from `first` to 6.
fn places(first: u64) -> impl Iterator<Item = (u64, u64)> {
    (first..=6).flat_map(move |n| (1..=6).map(move |m| (n, m)))
}

/// A cell of probability 1/3. The risk of a cell is a quadratic in its probability, and 0 at 0 and 1, so that one probability tells all, and cells add up.
pub fn frequencies() -> Certificate {
    let p = Q::ratio(1, 3);
    let noise = Q::ratio(2, 9);
    let compared = places(1).map(|(n, m)| {
        let data = Subsampling::new(sizes(n, m));
        let risks = drawn::cell_risk(&p, n, m, GENERATIONS);
        let complete = risks.len() == GENERATIONS as usize + 1;
        let equal = risks.into_iter().zip(0..).all(|(risk, t)| noise.clone() * data.risk_at::<Q>(t) == risk);
        (format!("n = {n}, m = {m}"), complete && equal)
    });
    Certificate::at_places(&format!("E(p_t − p)², t = 0..{GENERATIONS}"), compared)
}

/// The mean of a Gaussian, its covariance estimated without bias.
pub fn mean() -> Certificate {
    let compared = places(2).map(|(n, m)| {
        let risks = drawn::mean_risk::<Q>(n, m, GENERATIONS);
        let law = Subsampling::new(sizes(n, m)).unbiased::<Q>().into_iter().flatten();
        let complete = risks.len() == GENERATIONS as usize + 1;
        (format!("n = {n}, m = {m}"), complete && risks.into_iter().eq(law.take(GENERATIONS as usize + 1)))
    });
    Certificate::at_places(&format!("E |μ_t − μ|², t = 0..{GENERATIONS}"), compared)
}
