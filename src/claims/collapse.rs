//! Training on synthetic rows alone, w = 0.

use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes, Weight};
use goldenweight_theory::{categorical, cdf, collapse as theory, gaussian};
use nalgebra::DMatrix;

use super::check::{Case, Cell, exact, proof, property, recursion, simulation};
use super::domain::{IDENTITY, QUADRATURE, RECURSION, error, holds};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::experiment::Rows;
use crate::simulate::categorical::CategoricalSufficient;
use crate::simulate::cdf::CdfRows;
use crate::simulate::engine::Record;
use crate::simulate::gaussian::{GaussianRows, GaussianSufficient};

/// Indices of the losses that a Gaussian chain records.
const MEAN: usize = 0;
const COVARIANCE: usize = 1;
const LOG_DET: usize = 2;

pub fn claims() -> Vec<Claim> {
    vec![mean(), cdf(), categorical(), variance(), log_variance(), log_det()]
}

fn sizes(real: u64, synthetic: u64) -> SampleSizes {
    SampleSizes::new(real, synthetic).expect("positive")
}

fn degrees(real: u64, synthetic: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(real, synthetic)).expect("at least 2")
}

/// Tolerance between two ways to compute the t-th power of a factor near 1. Either way rounds the factor once, which costs t roundings of its power.
fn power_of_rounded(t: u32) -> f64 {
    IDENTITY + f64::EPSILON * f64::from(t)
}

fn gaussian_case(p: usize, real: usize, synthetic: usize, t: u32, loss: usize, expected: f64) -> Case {
    let simulator = GaussianSufficient::new(DMatrix::identity(p, p), Rows { real, synthetic });
    Case::new(Cell::new(Rows { real, synthetic }, p, 0.0, Record::At(vec![t])), simulator, loss, expected)
}

fn mean() -> Claim {
    let case = |p: usize, real, synthetic, t| {
        let expected = theory::mean_risk(p as f64, sizes(real as u64, synthetic as u64), t);
        gaussian_case(p, real, synthetic, t, MEAN, expected)
    };
    Claim {
        id: "collapse-mean",
        statement: "at w = 0 the risk of the Gaussian mean is tr Σ (1/n + t/m): it grows linearly, without bound",
        domain: "every n, m >= 2, t and Σ",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("collapse-mean"),
            exact("sampling law in rationals", certificate::collapse::mean)
                .by("the covariance matrix of the mean", &["moments::mean_risk"]),
            recursion("covariance matrix of the mean, generation by generation", RECURSION, || {
                let sigma = DMatrix::from_row_slice(2, 2, &[2.0, 0.5, 0.5, 0.3]);
                let case = |(n, m, t): (u64, u64, u32)| {
                    let stepped = moments::mean_risk(&sigma, n, m, &0.0, t)[t as usize];
                    (format!("n = {n}, m = {m}, t = {t}"), theory::mean_risk(2.3, sizes(n, m), t), stepped)
                };
                [(10, 10, 1), (5, 80, 300), (100, 100, 999)].map(case).to_vec()
            })
            .by("the covariance matrix of the mean", &["moments::mean_risk"]),
            property(
                "the recursion's law at w = 0",
                "(n, m, t)",
                || (1..1000u64, 1..1000u64, 0..2000u32),
                |&(n, m, t)| {
                    let law = gaussian::mean(1.7, sizes(n, m)).risk_at(&0.0, t);
                    error(law, theory::mean_risk(1.7, sizes(n, m), t), IDENTITY)
                },
            )
            .consequence(),
            simulation("by sufficient statistics", 1_800_000, 0.02, vec![case(3, 20, 30, 10), case(2, 100, 100, 30)]),
        ],
    }
}

fn cdf() -> Claim {
    let case = |real: usize, synthetic: usize, t| {
        let expected = theory::resampling_risk(1.0 / 6.0, sizes(real as u64, synthetic as u64), t);
        let rows = Rows { real, synthetic };
        Case::new(Cell::new(rows, 1, 0.0, Record::At(vec![t])), CdfRows::new(rows), 0, expected)
    };
    Claim {
        id: "collapse-cdf",
        statement: "at w = 0 the risk of the distribution function is (1 − (1 − 1/m)^t (1 − 1/n))/6 → 1/6: it becomes a point mass",
        domain: "every n, m >= 1 and t",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("collapse-cdf"),
            exact("sampling law in rationals", certificate::collapse::cdf)
                .by("distributions, enumerated", &["moments::cell_risk"]),
            recursion("exact law at every point, enumerated", RECURSION, || {
                let case = |(n, m, t): (u64, u64, u32)| {
                    let enumerated = moments::cdf_risk(n, m, 0.0, t)[t as usize];
                    (
                        format!("n = {n}, m = {m}, t = {t}"),
                        theory::resampling_risk(1.0 / 6.0, sizes(n, m), t),
                        enumerated,
                    )
                };
                [(4, 3, 1), (3, 6, 30), (10, 5, 4)].map(case).to_vec()
            })
            .by("distributions, enumerated", &["moments::cell_risk"]),
            property(
                "the recursion's law, bounded by 1/6",
                "(n, m, t)",
                || (1..1000u64, 1..1000u64, 0..5000u32),
                |&(n, m, t)| {
                    let risk = theory::resampling_risk(1.0 / 6.0, sizes(n, m), t);
                    let law: f64 = cdf::law(sizes(n, m)).risk_at(&0.0, t);
                    let limit = cdf::law::<f64>(sizes(n, m)).limit_risk(Weight::ZERO);
                    error(1.0 + 6.0 * (law - risk), 1.0, power_of_rounded(t))
                        .max(holds(risk <= (1.0 + IDENTITY) / 6.0))
                        .max(error(limit, 1.0 / 6.0, IDENTITY))
                },
            )
            .consequence(),
            simulation("by rows", 580_000, 0.02, vec![case(10, 8, 5), case(25, 25, 20)]),
        ],
    }
}

fn categorical() -> Claim {
    let p = [0.2, 0.3, 0.5];
    let a = 0.62;
    let case = |real: usize, synthetic: usize, t| {
        let expected = theory::resampling_risk(a, sizes(real as u64, synthetic as u64), t);
        let rows = Rows { real, synthetic };
        let simulator = CategoricalSufficient::new(p.to_vec(), rows);
        Case::new(Cell::new(rows, p.len(), 0.0, Record::At(vec![t])), simulator, 0, expected)
    };
    Claim {
        id: "collapse-categorical",
        statement: "at w = 0 the risk of the cell probabilities is A (1 − (1 − 1/m)^t (1 − 1/n)) → A = Σ p(1 − p): one cell is left",
        domain: "every n, m >= 1, t and p",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("collapse-categorical"),
            exact("sampling law in rationals", certificate::collapse::categorical)
                .by("distributions, enumerated", &["moments::cell_risk"]),
            recursion("exact law of the chain, enumerated", RECURSION, || {
                let p = [0.2, 0.3, 0.5];
                let case = |(n, m, t): (u64, u64, u32)| {
                    let enumerated: f64 = p.iter().map(|p| moments::cell_risk(p, n, m, &0.0, t)[t as usize]).sum();
                    (format!("n = {n}, m = {m}, t = {t}"), theory::resampling_risk(0.62, sizes(n, m), t), enumerated)
                };
                [(4, 3, 1), (3, 6, 40), (10, 5, 4)].map(case).to_vec()
            })
            .by("distributions, enumerated", &["moments::cell_risk"]),
            property(
                "the recursion's law at w = 0",
                "(n, m, t)",
                || (1..1000u64, 1..1000u64, 0..5000u32),
                |&(n, m, t)| {
                    let law = categorical::law(&[0.2, 0.3, 0.5], sizes(n, m)).risk_at(&0.0, t);
                    error(1.0 + (law - theory::resampling_risk(0.62, sizes(n, m), t)) / 0.62, 1.0, power_of_rounded(t))
                },
            )
            .consequence(),
            simulation("by sufficient statistics", 610_000, 0.02, vec![case(10, 8, 5), case(25, 25, 40)]),
        ],
    }
}

fn variance() -> Claim {
    let case = |real: usize, synthetic: usize, t| {
        let expected = theory::variance_risk(1.0, degrees(real as u64, synthetic as u64), t);
        gaussian_case(1, real, synthetic, t, COVARIANCE, expected)
    };
    Claim {
        id: "collapse-variance-risk",
        statement: "at w = 0 the risk of σ² is σ⁴((1 + 2/(m − 1))^t (1 + 2/(n − 1)) − 1): it grows geometrically (simulated only while \
                    t ≪ m; later it comes from chains too rare to be simulated)",
        domain: "every n, m >= 2, t and σ²",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("collapse-variance-risk"),
            exact("sampling law in rationals", certificate::collapse::variance)
                .by("the table of second moments", &["moments::weighted_moments"]),
            recursion("fourth moments, generation by generation", RECURSION, || {
                let unit = DMatrix::identity(1, 1);
                let case = |(n, m, t): (u64, u64, u32)| {
                    let stepped = moments::covariance_risk(&unit, n, m, 0.0, t)[t as usize];
                    (format!("n = {n}, m = {m}, t = {t}"), theory::variance_risk(1.0, degrees(n, m), t), stepped)
                };
                [(10, 10, 1), (5, 80, 300), (100, 100, 999)].map(case).to_vec()
            })
            .by("the table of second moments", &["moments::weighted_moments"]),
            property(
                "the recursion's law at w = 0",
                "(n, m, t)",
                || (2..1000u64, 2..1000u64, 0..300u32),
                |&(n, m, t)| {
                    let law = gaussian::variance(1.3, degrees(n, m)).risk_at(&0.0, t);
                    let risk = theory::variance_risk(1.3, degrees(n, m), t);
                    // E sigma_t^4 = risk + sigma^4, from which the closed form subtracts sigma^4.
                    error(law + 1.69, risk + 1.69, power_of_rounded(t))
                },
            )
            .consequence(),
            simulation("by sufficient statistics, t ≪ m", 4_800_000, 0.02, vec![case(100, 100, 3), case(60, 200, 8)]),
        ],
    }
}

fn log_variance() -> Claim {
    let case = |m: usize, t: u32| {
        gaussian_case(1, m, m, t, LOG_DET, (f64::from(t) + 1.0) * theory::log_variance_drift(m as u64 - 1))
    };
    Claim {
        id: "collapse-log-variance",
        statement: "at w = 0, log σ_t² drifts by ψ(d/2) − log(d/2) < 0 per generation, d = m − 1: σ_t² → 0 almost surely",
        domain: "every m >= 2 and t",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("harmonic sums in intervals", certificate::collapse::log_variance)
                .by("harmonic sums", &["certificate::collapse::digamma_of_half"]),
            recursion("E log(χ²/d) by quadrature", QUADRATURE, || {
                let case = |d: u64| {
                    let degrees = d as f64;
                    let expected = moments::chi_squared_mean(degrees, |x| libm::log(x / degrees));
                    (format!("d = {d}"), theory::log_variance_drift(d), expected)
                };
                [1, 2, 4, 9, 30].map(case).to_vec()
            })
            .by("quadrature over χ²", &["moments::chi_squared_mean"]),
            property(
                "between −1/d − 1/(3d²) and −1/d",
                "d",
                || 1..1_000_000u64,
                |&d| {
                    // For every x > 0, ψ(x) − log x lies between −1/(2x) − 1/(12x²) and −1/(2x).
                    let (drift, x) = (theory::log_variance_drift(d), d as f64 / 2.0);
                    let upper = -0.5 / x;
                    holds(
                        drift <= upper * (1.0 - IDENTITY) && drift >= (upper - 1.0 / (12.0 * x * x)) * (1.0 + IDENTITY),
                    )
                },
            )
            .consequence(),
            simulation(
                "log σ² after many generations",
                280_000,
                0.025,
                vec![case(5, 50), case(10, 100), case(100, 300)],
            )
            .of("mean log σ²"),
        ],
    }
}

fn log_det() -> Claim {
    let expected = |p: usize, n: u64, m: u64, t: u32| {
        theory::log_det_drift(p as u32, n) + f64::from(t) * theory::log_det_drift(p as u32, m)
    };
    let rows = Rows { real: 9, synthetic: 6 };
    let by_rows = Case::new(
        Cell::new(rows, 2, 0.0, Record::At(vec![5])),
        GaussianRows::new(DMatrix::identity(2, 2), rows),
        LOG_DET,
        expected(2, 9, 6, 5),
    );
    Claim {
        id: "collapse-log-det",
        statement: "at w = 0, log det Σ_t drifts by Σ_{j=1..p} [ψ((m − j)/2) + log 2 − log(m − 1)] per generation",
        domain: "m > p, every t",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("harmonic sums in intervals", certificate::collapse::log_det)
                .by("harmonic sums", &["certificate::collapse::digamma_of_half"]),
            recursion("E log χ² of Bartlett's diagonal by quadrature", QUADRATURE, || {
                let case = |(p, m): (u32, u64)| {
                    let scale = m as f64 - 1.0;
                    let term = |j: u32| moments::chi_squared_mean(m as f64 - f64::from(j), |x| libm::log(x / scale));
                    (format!("p = {p}, m = {m}"), theory::log_det_drift(p, m), (1..=p).map(term).sum())
                };
                [(1, 5), (2, 4), (4, 20), (3, 60)].map(case).to_vec()
            })
            .by("quadrature over χ²", &["moments::chi_squared_mean"]),
            property(
                "p = 1 is the variance's, more dimensions fall faster, and p rows all the way",
                "(p, m − p − 1)",
                || (1..30u32, 1..10_000u64),
                |&(p, more)| {
                    let m = u64::from(p) + 1 + more;
                    // p rows or fewer have a singular covariance.
                    let singular = [p - 1, p].map(|rows| theory::log_det_drift(p, u64::from(rows)));
                    error(theory::log_det_drift(1, m), theory::log_variance_drift(m - 1), IDENTITY)
                        .max(holds(singular == [f64::NEG_INFINITY; 2]))
                        .max(holds(theory::log_det_drift(p + 1, m) < theory::log_det_drift(p, m)))
                },
            )
            .consequence(),
            simulation(
                "by sufficient statistics",
                80_000,
                0.012,
                vec![
                    gaussian_case(4, 100, 100, 200, LOG_DET, expected(4, 100, 100, 200)),
                    gaussian_case(2, 9, 6, 40, LOG_DET, expected(2, 9, 6, 40)),
                ],
            )
            .of("mean log det"),
            simulation("by rows", 360_000, 0.015, vec![by_rows]).of("mean log det"),
        ],
    }
}
