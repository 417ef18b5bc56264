//! Extinction of categories in exact rationals.

use goldenweight_theory::extinction::Chain;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational as Q;

use super::Certificate;
use crate::claims::{extinct, moments};

/// Last generation of the comparisons.
const GENERATIONS: u32 = 3;

/// The chain of one category against the joint distribution of three.
pub fn law() -> Certificate {
    let cells = [(1, 2), (1, 3), (1, 6)].map(|(a, b)| Q::ratio(a, b));
    let compared = (1..=5).map(|m| {
        let rows = (0..=m).map(|i| moments::binomial(&Q::ratio(i as i64, m as i64), m)).collect();
        let chain = Chain::of_rows(rows);
        let mut laws: Vec<_> = cells.iter().map(|p| moments::binomial(p, m)).collect();
        let joint = extinct::joint(&cells, m, m, GENERATIONS);
        let equal = joint.into_iter().all(|[one, left]| {
            let sum = |of: &dyn Fn(&Vec<Q>) -> Q| laws.iter().map(of).fold(Q::ratio(0, 1), |sum, x| sum + x);
            let alone = sum(&|law| law[law.len() - 1].clone());
            let kept = sum(&|law| Q::ratio(1, 1) - law[0].clone());
            let equal = alone == one && kept == left;
            laws.iter_mut().for_each(|law| *law = chain.after(law));
            equal
        });
        (format!("n = m = {m}"), equal)
    });
    Certificate::at_places(&format!("P(one left) and E(categories left), t = 0..{GENERATIONS}"), compared)
}

/// With a positive weight on the real rows: between the two ends.
pub fn weight() -> Certificate {
    let places = (1..=4).flat_map(|n| (1..=4).flat_map(move |m| [(1, 10), (1, 2)].map(|w| (n, m, w))));
    let power = |x: &Q, count: u64| (0..count).fold(Q::ratio(1, 1), |product, _| product * x);
    let compared = places.map(|(n, m, (a, b))| {
        let (p, miss) = (Q::ratio(1, 4), Q::ratio(3, 4));
        let absent = extinct::absent(&p, n, m, &Q::ratio(a, b), GENERATIONS);
        let (least, most) = (power(&miss, n + m), power(&miss, n));
        let within = absent[1..].iter().all(|x| *x >= least && *x <= most) && absent[0] == most;
        (format!("n = {n}, m = {m}, w = {a}/{b}"), within)
    });
    Certificate::at_places(&format!("(1 − p)^(n + m) <= P(absent) <= (1 − p)^n, t = 1..{GENERATIONS}"), compared)
}
