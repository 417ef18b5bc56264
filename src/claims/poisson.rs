//! Poisson regression.

use goldenweight_theory::poisson as theory;

use super::check::{exact, property, recursion};
use super::domain::{IDENTITY, QUADRATURE, error};
use super::regression::{self, Fitted};
use super::{Claim, Exactness, Source, certificate, moments};

pub fn claims() -> Vec<Claim> {
    vec![information(), regression::limit_claim(Fitted::Poisson)]
}

fn information() -> Claim {
    Claim {
        id: "poisson-information",
        statement: "I(β) = exp(b²/2)(I + ββ′), so tr I⁻¹ = exp(−b²/2)(p − 1 + 1/(1 + b²)), b = |β|, x ~ N(0, I)",
        domain: "every β and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("series with its remainder, in intervals", certificate::information::poisson)
                .by("a series with its remainder", &["certificate::information::exponential_moment"]),
            recursion("E exp(bZ) and E Z² exp(bZ) by the trapezoidal rule", QUADRATURE, || {
                let case = |(p, b): (usize, f64)| {
                    let across = moments::normal_mean(|z| libm::exp(b * z));
                    let along = moments::normal_mean(|z| z * z * libm::exp(b * z));
                    let beta: Vec<f64> = (0..p).map(|_| b / (p as f64).sqrt()).collect();
                    let place = format!("p = {p}, b = {b}");
                    (place, theory::trace_inverse_information(&beta), (p as f64 - 1.0) / across + 1.0 / along)
                };
                [(1, 0.0), (1, 1.0), (2, 2f64.sqrt()), (4, 2.0), (8, 8f64.sqrt()), (3, 4.0), (100, 10.0)]
                    .map(case)
                    .to_vec()
            })
            .by("quadrature over a normal variable", &["moments::normal_mean"]),
            property(
                "the trace of the inverse, by Sherman and Morrison",
                "β",
                || proptest::collection::vec(-12.0..12.0f64, 1..7),
                |beta| {
                    // (I + bb')^-1 = I - bb'/(1 + b'b): its trace is p - b'b/(1 + b'b).
                    let square: f64 = beta.iter().map(|b| b * b).sum();
                    let trace = libm::exp(-square / 2.0) * (beta.len() as f64 - square / (1.0 + square));
                    error(theory::trace_inverse_information(beta), trace, 100.0 * IDENTITY)
                },
            )
            .consequence(),
        ],
    }
}
