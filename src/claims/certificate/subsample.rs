//! Rows drawn from accumulating data: the laws in exact rationals.

use goldenweight_theory::accumulate::Accumulation;
use goldenweight_theory::covariance::Moments;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::subsample::{Subsampling, covariance::DrawnCovariance, limit_law};
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
        let found = drawn::mean_and_variance::<Q>(n, m, false, GENERATIONS);
        let law = Subsampling::new(sizes(n, m)).unbiased::<Q>().into_iter().flatten();
        let complete = found.len() == GENERATIONS as usize + 1;
        let risks = found.into_iter().map(|[risk, _]| risk);
        (format!("n = {n}, m = {m}"), complete && risks.eq(law.take(GENERATIONS as usize + 1)))
    });
    Certificate::at_places(&format!("E |μ_t − μ|², t = 0..{GENERATIONS}"), compared)
}

/// The covariance in one dimension and in two, with both divisors: V and U from the expectations of products of four coordinates of rows.
pub fn covariance() -> Certificate {
    let sigmas = [vec![Q::one()], vec![Q::one(), Q::ratio(1, 2)]];
    // Pools of up to eight rows before the last generation; two where n is 2 or 3, as two of its rows may be all that are drawn.
    let sizes_of = [
        [(2, 1, 3), (2, 2, 2), (3, 1, 3), (3, 2, 2), (4, 3, 2), (5, 1, 3)],
        [(2, 1, 2), (2, 2, 1), (3, 1, 2), (3, 2, 1), (4, 1, 1), (4, 3, 1)],
    ];
    let places = sigmas.into_iter().zip(sizes_of).flat_map(|(sigma, sizes)| {
        sizes.into_iter().flat_map(move |at| [false, true].map(|is_biased| (sigma.clone(), at, is_biased)))
    });
    let compared = places.map(|(sigma, (n, m, last), is_biased)| {
        let sum = |of: fn(&Q) -> Q| sigma.iter().map(of).sum::<Q>();
        let (square, trace) = (sum(|s| s * s), sum(Clone::clone));
        let law = DrawnCovariance::new(square.clone(), trace.sqr(), sizes(n, m), !is_biased);
        let law: Vec<_> = law.iter().flat_map(DrawnCovariance::moments).take(last as usize + 1).collect();
        let traces = drawn::covariance_traces(&sigma, (n, m), is_biased, last);
        let means = drawn::mean_and_variance::<Q>(n, m, is_biased, last);
        let found = traces.into_iter().zip(means).map(|([of_square, square_of], [_, left])| Moments {
            risk: of_square + &square - Q::ratio(2, 1) * &left * &square,
            trace_variance: square_of - (left * &trace).sqr(),
        });
        let divisor = if is_biased { "n" } else { "n − 1" };
        (
            format!("p = {}, n = {n}, m = {m}, divisor {divisor}", sigma.len()),
            law.len() == last as usize + 1 && found.eq(law),
        )
    });
    Certificate::at_places("V and U of drawn rows, t = 0..3", compared)
}

/// The limit of regressions: at finite t by the two parts, the pool's mean and the drawing, step by step in rationals; at n = m for ever.
pub fn regressions() -> Certificate {
    let finite = places(1).map(|(n, m)| {
        let (one, k) = (Q::ratio(1, 1), Q::ratio(n as i64, m as i64));
        let law = limit_law(&Recursion::new(one.clone(), k.clone(), Q::ratio(0, 1)), sizes(n, m));
        let data = Accumulation::of(sizes(n, m));
        let drawing = |t: i64| Q::ratio(t, 1) / (k.clone() + Q::ratio(t, 1));
        let mut pool = one;
        let equal = (1..=20).all(|t| {
            pool += (drawing(t - 1) + k.clone()) / (k.clone() + Q::ratio(t, 1)).sqr();
            data.risk_at(&law, t as u32) == pool.clone() + drawing(t)
        });
        (format!("n = {n}, m = {m}"), equal)
    });
    let law = limit_law(&Recursion::new(1.0, 1.0, 0.0), sizes(1, 1));
    let limit = Interval::point(Accumulation::of(sizes(1, 1)).limit_risk(&law));
    // 3 zeta(2) - 2 = pi^2/2 - 2. The float PI is below pi, the next one above.
    let pi = Interval::point(std::f64::consts::PI).hull(Interval::point(std::f64::consts::PI.next_up()));
    let distance = pi.sqr() / Interval::ratio(2, 1) - Interval::ratio(2, 1) - limit;
    // Nine units in the last place of it.
    let bound = Interval::point(4e-15);
    let close = (bound - distance).is_positive() && (bound + distance).is_positive();
    Certificate::all([
        Certificate::at_places("n e_t/A, t = 1..20", finite),
        Certificate::at_places("3ζ(2) − 2 within 4e-15", [("n = m", close)]),
    ])
}
