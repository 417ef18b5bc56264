//! The recursion that most models obey, e_t = w^2 A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1}).

use super::check::{exact, proof, property, recursion};
use super::domain::{IDENTITY, MINIMISER, RECURSION, error, holds, iterate, iterated, law, laws, weight, weights};
use super::{Claim, Exactness, Source, certificate};
use crate::optimum::minimise;

/// Coefficients of the deterministic cases, (A_r/nu_n, A_s/nu_m, rho - 1), with rho below, at and above 1.
const LAWS: [(f64, f64, f64); 6] =
    [(1.0, 1.0, 0.0), (0.02, 0.005, 0.0), (0.7, 2.0, -0.01), (0.01, 0.03, -0.25), (0.02, 0.02, 0.02), (0.5, 0.1, 0.4)];

pub fn claims() -> Vec<Claim> {
    vec![finite_time(), limit(), divergence(), optimum(), optimal_value()]
}

/// e_t from the sum of a geometric series. With q = rho u^2 and gap = 1 - q: 1 + q + ... + q^(t-1) = (1 - q^t)/gap.
fn by_logarithm((fresh, synthetic, excess): (f64, f64, f64), w: f64, t: f64) -> f64 {
    let u = 1.0 - w;
    let gap = w * (1.0 + u) - excess * u * u;
    let power = t * libm::log1p(-gap);
    let sum = -libm::expm1(power) / gap;
    (w * w * fresh + u * u * synthetic) * sum + libm::exp(power) * fresh
}

fn finite_time() -> Claim {
    Claim {
        id: "law-finite-time",
        statement: "e_t = e_inf + (ρu²)^t (e_0 − e_inf) solves e_t = w² A_r/ν_n + u² (A_s/ν_m + ρ e_{t−1})",
        domain: "all w in [0, 1], t >= 0, ρ >= 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("law-finite-time"),
            exact("closed form, in symbols", certificate::law::closed_form)
                .by("the recursion, step by step", &["certificate::law::defined"]),
            recursion("step by step to t = 300", RECURSION, || {
                let places = LAWS.iter().flat_map(|c| [0.0, 0.1, 0.5, 0.618, 1.0].map(|w| (c, w)));
                places
                    .flat_map(|(c, w)| [0, 1, 2, 7, 50, 300].map(|t| (c, w, t)))
                    .map(|(c, w, t)| (format!("{c:?}, w = {w}, t = {t}"), law(c).risk_at(&w, t), iterated(c, w, t)))
                    .collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property(
                "by logarithm and exponential, to t = 2³²",
                "((A_r/ν_n, A_s/ν_m), log10 w, log10(1 − ρ), log2 t)",
                || (laws(), -9.0..-0.001f64, -9.0..-0.3f64, 0.0..32.0f64),
                |&((fresh, synthetic, _), w, excess, t)| {
                    let [w, excess] = [w, excess].map(|exponent| libm::pow(10.0, exponent));
                    let t = libm::exp2(t).floor();
                    let risk = by_logarithm((fresh, synthetic, -excess), w, t);
                    // q is rounded once, and its t-th power has t times that relative error.
                    error(law(&(fresh, synthetic, -excess)).risk_at(&w, t as u32), risk, IDENTITY * (1.0 + t))
                },
            )
            .by("a geometric series", &["law::by_logarithm"]),
        ],
    }
}

fn limit() -> Claim {
    Claim {
        id: "law-limit",
        statement: "e_t → e_inf = (w² A_r/ν_n + u² A_s/ν_m) / (1 − ρu²) where ρu² < 1",
        domain: "ρu² < 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("law-limit"),
            exact("fixed point, in symbols", certificate::law::limit).consequence(),
            recursion("iterated until it stands still", RECURSION, || {
                let places = LAWS.iter().flat_map(|c| [0.2, 0.5, 0.618, 0.9, 1.0].map(|w| (c, w)));
                let case = |(c, w)| (format!("{c:?}, w = {w}"), law(c).limit_risk(weight(w)), iterated(c, w, 5_000));
                places.map(case).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            recursion("first generation within 1 % of the limit", 0.0, || {
                let places = LAWS.iter().flat_map(|c| [0.2, 0.5, 0.618, 0.9, 1.0].map(|w| (c, w)));
                let case = |(c, w)| {
                    let limit = iterated(c, w, 5_000);
                    let arrived = iterate(c, w, 5_000).iter().position(|e| (e / limit - 1.0).abs() <= 0.01);
                    let closed = law(c).generations_to_limit(weight(w), 0.01);
                    let number = |t: Option<f64>| t.unwrap_or(f64::INFINITY);
                    let [closed, arrived] = [closed.map(f64::from), arrived.map(|t| t as f64)].map(number);
                    (format!("{c:?}, w = {w}"), closed, arrived)
                };
                places.map(case).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property(
                "the limit is a fixed point",
                "((A_r/ν_n, A_s/ν_m, ρ − 1), w)",
                || (laws(), weights()),
                |(c, w)| {
                    let limit = law(c).limit_risk(weight(*w));
                    let u = 1.0 - w;
                    let condition = 1.0 / (1.0 - (1.0 + c.2) * u * u);
                    if condition <= 0.0 || condition.is_infinite() {
                        return holds(limit == f64::INFINITY);
                    }
                    // Rounding 1 - rho u^2 costs a relative error of some roundings over 1 - rho u^2.
                    error(w * w * c.0 + u * u * (c.1 + (1.0 + c.2) * limit), limit, IDENTITY * condition.max(1.0))
                },
            )
            .consequence(),
        ],
    }
}

fn divergence() -> Claim {
    Claim {
        id: "law-divergence",
        statement: "where ρu² >= 1 the risk grows without bound: linearly in t if ρu² = 1, geometrically if ρu² > 1",
        domain: "ρu² >= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("law-divergence"),
            exact("growth, in symbols", certificate::law::divergence).consequence(),
            recursion("growth at and above ρu² = 1", RECURSION, || {
                let at_one = [((1.0, 0.5, 0.0), 0.0), ((0.3, 0.2, 3.0), 0.5), ((2.0, 1.0, 15.0), 0.75)];
                let linear = at_one.map(|(c, w)| {
                    let innovation = w * w * c.0 + (1.0 - w) * (1.0 - w) * c.1;
                    (format!("linear, {c:?}, w = {w}"), law(&c).risk_at(&w, 1000), c.0 + 1000.0 * innovation)
                });
                let above = [((1.0, 0.5, 0.25), 0.0), ((0.3, 0.2, 4.0), 0.5)];
                let geometric = above.map(|(c, w)| {
                    (format!("geometric, {c:?}, w = {w}"), law(&c).risk_at(&w, 200), iterated(&c, w, 200))
                });
                linear.into_iter().chain(geometric).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property(
                "a growing risk is called divergent",
                "((A_r/ν_n, A_s/ν_m, ρ − 1), w)",
                || (laws(), 0.0..1.0f64),
                |(c, w)| {
                    let e = iterate(c, *w, 3);
                    let steps = [e[2] - e[1], e[3] - e[2]].map(f64::abs);
                    // The steps of the risk change by the factor rho u^2. Rounding hides on which side of 1 it is where it is nearer than 1e-6.
                    let ratio = steps[1] / steps[0];
                    let diverges = law(c).diverges(weight(*w)) && law(c).limit_risk(weight(*w)) == f64::INFINITY;
                    holds((ratio - 1.0).abs() < 1e-6 || !ratio.is_finite() || diverges == (ratio > 1.0))
                },
            )
            .by("the recursion, step by step", &["domain::iterate_over"]),
        ],
    }
}

fn optimum() -> Claim {
    Claim {
        id: "law-optimum",
        statement: "e_inf is least at w* = 1 − u*, u* = 2/(D + √(D² − 4ρ)), D = 1 + ρ + κ, κ = (A_s/ν_m)/(A_r/ν_n)",
        domain: "ρ > 0, κ > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("law-optimum"),
            exact(
                "slope in symbols, optima in rationals, all other weights by branch and bound",
                certificate::law::optimum,
            )
            .consequence(),
            recursion("minimum of the iterated risk, by Brent's method", MINIMISER, || {
                let brent = |c| minimise(&|w| iterated(c, w, 2_000), (0.0, 1.0)).at;
                LAWS.iter().map(|c| (format!("{c:?}"), law(c).optimal_weight(), brent(c))).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property("u* is a root of ρu² − Du + 1", "(A_r/ν_n, A_s/ν_m, ρ − 1)", laws, |c| {
                let (rho, u) = (1.0 + c.2, law(c).optimal_synthetic_weight());
                let d = 1.0 + rho + c.1 / c.0;
                // The terms of one sign against those of the other, so that the error is relative to them.
                error(rho * u * u + 1.0, d * u, IDENTITY)
            })
            .consequence(),
            property("w* + u* = 1", "(A_r/ν_n, A_s/ν_m, ρ − 1)", laws, |c| {
                error(law(c).optimal_weight() + law(c).optimal_synthetic_weight(), 1.0, IDENTITY)
            })
            .consequence(),
            property(
                "no other weight has less risk",
                "((A_r/ν_n, A_s/ν_m, ρ − 1), w)",
                || (laws(), weights()),
                |(c, w)| {
                    let risk = |w: f64| {
                        let u = 1.0 - w;
                        let kept = 1.0 - (1.0 + c.2) * u * u;
                        if kept > 0.0 { (w * w * c.0 + u * u * c.1) / kept } else { f64::INFINITY }
                    };
                    holds(risk(*w) >= risk(law(c).optimal_weight()) * (1.0 - 100.0 * IDENTITY))
                },
            )
            .consequence(),
        ],
    }
}

fn optimal_value() -> Claim {
    Claim {
        id: "law-optimal-value",
        statement: "e_inf(w*) = w* A_r/ν_n, for every ρ",
        domain: "ρ > 0, κ > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("law-optimal-value"),
            exact("optima in rationals", certificate::law::optimal_value).consequence(),
            recursion("iterated at w*", RECURSION, || {
                let case = |c| {
                    let w = law(c).optimal_weight();
                    (format!("{c:?}"), law(c).optimal_risk(), iterated(c, w, 5_000))
                };
                LAWS.iter().map(case).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property("w* A_r/ν_n is the fixed point at w*", "(A_r/ν_n, A_s/ν_m, ρ − 1)", laws, |c| {
                let (w, u) = (law(c).optimal_weight(), law(c).optimal_synthetic_weight());
                let e = law(c).optimal_risk();
                error(w * w * c.0 + u * u * (c.1 + (1.0 + c.2) * e), e, IDENTITY)
            })
            .consequence(),
        ],
    }
}
