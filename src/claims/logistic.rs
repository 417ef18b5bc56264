//! Logistic regression.

use goldenweight_theory::logistic as theory;

use super::check::{exact, property, recursion};
use super::domain::{IDENTITY, QUADRATURE, error, holds};
use super::regression::{self, Fitted, label_variance};
use super::{Claim, Exactness, Source, certificate, moments};

pub fn claims() -> Vec<Claim> {
    vec![information(), regression::limit_claim(Fitted::Logistic)]
}

fn information() -> Claim {
    Claim {
        id: "logistic-information",
        statement: "tr I(β)⁻¹ = (p − 1)/a + 1/c with a = E s′(bZ), c = E Z² s′(bZ), s′ = s(1 − s), b = |β|, x ~ N(0, I)",
        domain: "every β and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("quadrature with its error, in intervals", certificate::information::logistic),
            recursion("a and c by the trapezoidal rule", QUADRATURE, || {
                let case = |(p, b): (usize, f64)| {
                    let a = moments::normal_mean(|z| label_variance(b * z));
                    let c = moments::normal_mean(|z| z * z * label_variance(b * z));
                    let beta: Vec<f64> = (0..p).map(|_| b / (p as f64).sqrt()).collect();
                    let place = format!("p = {p}, b = {b}");
                    (place, theory::trace_inverse_information(&beta), (p as f64 - 1.0) / a + 1.0 / c)
                };
                [(1, 0.0), (1, 1.0), (2, 2f64.sqrt()), (4, 2.0), (8, 8f64.sqrt()), (3, 6.0)].map(case).to_vec()
            }),
            property(
                "rotations change nothing, and no direction tells more than 1/4",
                "(β, angle)",
                || (proptest::collection::vec(-3.0..3.0f64, 2..6), 0.0..std::f64::consts::TAU),
                |(beta, angle)| {
                    let (sin, cos) = angle.sin_cos();
                    let mut turned = beta.clone();
                    turned[0] = cos * beta[0] - sin * beta[1];
                    turned[1] = sin * beta[0] + cos * beta[1];
                    let trace = theory::trace_inverse_information(beta);
                    error(theory::trace_inverse_information(&turned), trace, 100.0 * IDENTITY)
                        .max(holds(trace >= 4.0 * beta.len() as f64 * (1.0 - QUADRATURE)))
                },
            ),
        ],
    }
}
