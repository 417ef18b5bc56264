//! The recursion e_t = w^2 A_r/nu_n + u^2 (A_s/nu_m + rho e_{t-1}): closed forms, limit, divergence, optimum.

use goldenweight_theory::exact::Exact;
use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational;

use super::Certificate;
use super::cover::{Axis, beaten_by_optimum, cover, optimum_is_near, slope_changes_at_optimum};
use super::identity::identity;

/// e_0, ..., e_t by the recursion itself, with `fresh` = A_r/nu_n and `synthetic` = A_s/nu_m.
fn defined<S: Scalar>(fresh: &S, synthetic: &S, rho: &S, w: &S, t: u32) -> Vec<S> {
    let u = S::one() - w.clone();
    let next = |e: &S| {
        let passed = synthetic.clone() + rho.clone() * e.clone();
        Some(w.clone() * w.clone() * fresh.clone() + u.clone() * u.clone() * passed)
    };
    std::iter::successors(Some(fresh.clone()), next).take(t as usize + 1).collect()
}

/// The closed form of e_t against the recursion for t <= 12, as rational functions of all coefficients and w; and e_2 under two different weights.
pub fn closed_form() -> Certificate {
    let constant = identity!("e_t, t = 0..12", |fresh, synthetic, excess, w| {
        let law = Recursion::new(fresh.clone(), synthetic.clone(), excess.clone());
        let expected = defined(&fresh, &synthetic, &(S::one() + excess), &w, 12);
        expected.into_iter().zip(0..).map(|(e, t)| [law.risk_at(&w, t), e]).collect()
    });
    let changing = identity!("e_2 under two weights", |fresh, synthetic, excess, v, w| {
        let law = Recursion::new(fresh.clone(), synthetic.clone(), excess.clone());
        let rho = S::one() + excess;
        let first = defined(&fresh, &synthetic, &rho, &v, 1)[1].clone();
        let u = S::one() - w.clone();
        let second = w.clone() * w.clone() * fresh.clone() + u.clone() * u * (synthetic.clone() + rho * first.clone());
        let risks = law.risk_with_weights(&[v, w]);
        vec![[risks[0].clone(), fresh], [risks[1].clone(), first], [risks[2].clone(), second]]
    });
    Certificate::all([constant, changing])
}

/// The limit is the fixed point, and the distance to it changes by the factor rho u^2 in each generation; and the first generation within 1 % of it.
pub fn limit() -> Certificate {
    let fixed = identity!(
        "e_inf is the fixed point; e_t − e_inf = (ρu²)^t (e_0 − e_inf)",
        |fresh, synthetic, excess, w| {
            let law = Recursion::new(fresh.clone(), synthetic.clone(), excess.clone());
            let (rho, u) = (S::one() + excess, S::one() - w.clone());
            let limit = law.limit(&w);
            let passed = u.clone() * u * (synthetic + rho.clone() * limit.clone());
            let distance = |t| law.risk_at(&w, t) - limit.clone();
            let factor = rho * (S::one() - w.clone()).sqr();
            vec![
                [limit.clone(), w.clone() * w.clone() * fresh + passed],
                [distance(1), factor.clone() * distance(0)],
                [distance(2), factor * distance(1)],
            ]
        }
    );
    let laws = [(1, 1, 0), (1, 10, 0), (7, 1, -3), (2, 3, 4), (1, 3, -10), (1, 1000, 0)];
    let weights = [(1, 100), (1, 5), (1, 2), (5, 8), (9, 10), (1, 1)];
    let places = laws.iter().flat_map(|law| {
        weights.iter().map(move |w| (format!("{law:?} (ρ − 1 in tenths), w = {w:?}"), arrives(*law, *w)))
    });
    Certificate::all([fixed, Certificate::at_places("the first generation within 1 % of the limit", places)])
}

/// Whether `generations_to_limit` gives the first generation within 1 % of the limit, by the exact risks, and none where the risk diverges.
fn arrives((fresh, synthetic, excess): (i64, i64, i64), (n, d): (i64, i64)) -> bool {
    let q = BigRational::ratio;
    let law = Recursion::new(q(fresh, 1), q(synthetic, 1), q(excess, 10));
    let float = Recursion::new(fresh as f64, synthetic as f64, excess as f64 / 10.0);
    let w = Weight::new(n as f64 / d as f64).expect("a weight");
    let found = float.generations_to_limit(w, 0.01);
    let w = q(n, d);
    if law.contraction(&w) >= q(1, 1) {
        return found.is_none();
    }
    let limit = law.limit(&w);
    let near = |t| {
        let distance = law.risk_at(&w, t) / limit.clone() - q(1, 1);
        distance <= q(1, 100) && distance >= q(-1, 100)
    };
    found.is_some_and(|t| near(t) && (t == 0 || !near(t - 1)))
}

/// Where rho u^2 = 1 the risk grows by the same noise in each generation. And the program calls a risk divergent exactly where rho u^2 >= 1.
pub fn divergence() -> Certificate {
    let gap = identity!(
        "1 − ρu², and e_t = e_0 + t (w² A_r/ν_n + u² A_s/ν_m) at ρu² = 1",
        |fresh, synthetic, excess, w| {
            let u2 = (S::one() - w.clone()).sqr();
            let noise = w.clone() * w.clone() * fresh.clone() + u2.clone() * synthetic.clone();
            let law = Recursion::new(fresh.clone(), synthetic.clone(), excess.clone());
            let critical = Recursion::new(fresh.clone(), synthetic, S::one() / u2.clone() - S::one());
            vec![
                [law.gap(&w), S::one() - (S::one() + excess.clone()) * u2.clone()],
                [law.contraction(&w), (S::one() + excess) * u2],
                [law.innovation(&w), noise.clone()],
                [critical.risk_at(&w, 1), fresh.clone() + noise.clone()],
                [critical.risk_at(&w, 5), fresh + S::ratio(5, 1) * noise],
            ]
        }
    );
    // At w = 1/2 and 3/4 floats have no rounding error. There rho u^2 = 1 at rho = 4 and 16.
    let places = [
        (0.5, 3.0, true),
        (0.5, 4.0, true),
        (0.75, 20.0, true),
        (0.5, 3.0_f64.next_down(), false),
        (0.75, 15.0, true),
        (0.75, 14.99, false),
        (0.0, 0.0, true),
        (0.0, -0.1, false),
        (1.0, 9.0, false),
    ];
    let says = places.map(|(w, excess, diverges)| {
        let law = Recursion::new(1.0, 2.0, excess);
        let w = Weight::new(w).expect("a weight");
        let place = format!("w = {}, ρ − 1 = {excess}", w.get());
        (place, law.diverges(w) == diverges && law.limit_risk(w).is_infinite() == diverges)
    });
    Certificate::all([gap, Certificate::at_places("divergence where ρu² >= 1", says)])
}

/// Laws whose optimal weight is rational, so that the program's formula, which has a square root, is exact in rationals. For a rational u and rho,
/// kappa = (1 - u)(1 - rho u)/u makes u the root of rho u^2 - (1 + rho + kappa) u + 1. As a function of u and rho, the formula is then a rational function of
/// degree at most 2 in either. The grid has more than twice as many values of both, so that a statement that holds at all of them holds for all u and rho.
fn rational_optima(holds: impl Fn(&Recursion<Exact>, &Exact, &Exact) -> bool) -> Vec<(String, bool)> {
    let exact = |n, d| Exact::ratio(n, d);
    let mut places = Vec::new();
    for (i, j, fresh) in (1..8).flat_map(|i| (1..14).map(move |j| (i, j, 1 + (i + j) % 3))) {
        // rho = 1/8, ..., 13/8 lies on both sides of 1. Where rho u >= 1, kappa would not be positive.
        let (u, rho, fresh) = (exact(i, 9), exact(j, 8), exact(fresh, 4));
        let room = exact(1, 1) - rho.clone() * u.clone();
        if room.value().is_none_or(|room| *room <= BigRational::ratio(0, 1)) {
            continue;
        }
        let kappa = (exact(1, 1) - u.clone()) * room / u.clone();
        let law = Recursion::new(fresh.clone(), kappa.clone() * fresh.clone(), rho - exact(1, 1));
        places.push((format!("u* = {i}/9, ρ = {j}/8"), law.kappa() == kappa && holds(&law, &u, &fresh)));
    }
    places
}

/// w* and u* are exact where they are rational; the slope has the stated form; and in boxes of (rho, kappa, w), no other weight minimises the risk.
pub fn optimum() -> Certificate {
    let slope =
        identity!("d e_inf/dw = 2 (A_r/ν_n)(ρu² − Du + 1)/(1 − ρu²)²", |fresh, synthetic, excess, w| {
            let constant = |x: &S| Jet::constant(x.clone());
            let law = Recursion::new(constant(&fresh), constant(&synthetic), constant(&excess));
            let (rho, u) = (S::one() + excess, S::one() - w.clone());
            let d = S::one() + rho.clone() + synthetic / fresh.clone();
            let polynomial = rho.clone() * u.clone() * u.clone() - d * u.clone() + S::one();
            let gap = S::one() - rho * u.clone() * u;
            vec![[law.limit(&Jet::variable(w)).derivative * gap.clone() * gap, S::ratio(2, 1) * fresh * polynomial]]
        });
    let roots = rational_optima(|law, u, _| {
        law.optimal_synthetic_weight() == *u && law.optimal_weight() == Exact::one() - u.clone()
    });
    let domain = [(0.5, 1.5, Axis::Distance), (1e-2, 1e2, Axis::Ratio), (0.0, 1.0, Axis::Odds)];
    let near =
        cover("the slope vanishes where w/u is within 1/64 of w*/u*", [domain[0], domain[1]], |&[rho, kappa]| {
            optimum_is_near(&Recursion::new(Interval::one(), kappa, rho - Interval::one()))
        });
    let unique =
        cover("no minimiser elsewhere, ρ in [1/2, 3/2], κ in [10⁻², 10²]", domain, |&[rho, kappa, w]| {
            beaten_by_optimum(&Recursion::new(Interval::one(), kappa, rho - Interval::one()), w)
        });
    let floats = [-0.5, -0.25, 0.0, 0.25, 0.5].into_iter().flat_map(|excess| {
        (-24..=24).map(move |i| (excess, libm::pow(10.0, f64::from(i) / 6.0))).map(|(excess, kappa)| {
            let place = format!("ρ − 1 = {excess}, κ = {kappa}");
            (place, slope_changes_at_optimum(0.75, 0.75 * kappa, excess))
        })
    });
    Certificate::all([
        slope,
        Certificate::at_places("w* and u* where they are rational", roots),
        Certificate::at_places("the exact slope changes its sign within 8 floats of the program's w*", floats),
        near,
        unique,
    ])
}

/// The risk at the optimum, exactly where the optimum is rational, see [`rational_optima`].
pub fn optimal_value() -> Certificate {
    let places = rational_optima(|law, u, fresh| {
        let w = Exact::one() - u.clone();
        let value = w.clone() * fresh.clone();
        law.optimal_risk() == value && law.limit(&w) == value && law.step(&w, &value) == value
    });
    Certificate::at_places("e_inf(w*) = w* A_r/ν_n", places)
}
