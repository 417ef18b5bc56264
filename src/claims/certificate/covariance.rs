//! The covariance of Gaussian rows: the recursion of (V, U), V = E |Sigma_t - Sigma|^2 and U = Var tr Sigma_t; its threshold; its optimum.

use goldenweight_theory::covariance::{CovarianceSystem, Moments, threshold};
use goldenweight_theory::interval::Interval;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::parameters::{DegreesOfFreedom, SampleSizes, Weight};
use goldenweight_theory::scalar::{Analytic, Scalar};
use num_rational::BigRational;

use super::Certificate;
use super::cover::{Axis, constant, cover, variable};
use super::identity::identity;

/// (V, U) of a generation from those of the one before, as the recursion is defined; of generation 0 where there is none before.
fn defined<S: Scalar>(system: &CovarianceSystem<S>, w: &S, previous: Option<[S; 2]>) -> [S; 2] {
    let CovarianceSystem { square_trace, trace_square, real, synthetic } = system.clone();
    let two = S::ratio(2, 1);
    let k = square_trace.clone() + trace_square;
    let Some([v, u]) = previous else { return [k / real.clone(), two * square_trace / real] };
    let (w2, u2) = (w.clone() * w.clone(), (S::one() - w.clone()) * (S::one() - w.clone()));
    let passed = (k.clone() + v.clone() + u.clone()) / synthetic.clone();
    let risk = w2.clone() * k / real.clone() + u2.clone() * (v.clone() + passed);
    let spread = two.clone() * (square_trace.clone() + v) / synthetic;
    [risk, w2 * two * square_trace / real + u2 * (u + spread)]
}

/// V and U at t <= 2 and in the limit against the definition, as rational functions of tr Sigma^2, (tr Sigma)^2, n - 1, m - 1 and w; and the characteristic
/// polynomial of the recursion, whose roots are the growth factors of its two modes.
pub fn system() -> Certificate {
    // In 1/(n - 1) and 1/(m - 1) as variables the sides are polynomials: far fewer points decide.
    let moments = identity!("(V_t, U_t), t = 0..2", |square_trace, trace_square, real, synthetic, w| {
        let [real, synthetic] = [S::one() / real, S::one() / synthetic];
        let system = CovarianceSystem { square_trace, trace_square, real, synthetic };
        let mut expected = defined(&system, &w, None);
        let mut found = system.start();
        let mut equations = Vec::new();
        for t in 0..3 {
            let closed = system.moments_at(&w, t);
            for ([stepped, closed], expected) in
                [[found.risk.clone(), closed.risk], [found.trace_variance.clone(), closed.trace_variance]]
                    .into_iter()
                    .zip(expected.clone())
            {
                equations.push([stepped, expected.clone()]);
                equations.push([closed, expected]);
            }
            found = system.step(&w, &found);
            expected = defined(&system, &w, Some(expected));
        }
        equations
    });
    let limit = identity!("the limit is the fixed point", |square_trace, trace_square, real, synthetic, w| {
        let [real, synthetic] = [S::one() / real, S::one() / synthetic];
        let system = CovarianceSystem { square_trace, trace_square, real, synthetic };
        let Moments { risk, trace_variance } = system.limit(&w);
        let [v, u] = defined(&system, &w, Some([risk.clone(), trace_variance.clone()]));
        vec![[risk, v], [trace_variance, u]]
    });
    let polynomial = identity!(
        "characteristic polynomial (x − u²(1 + 2/d))(x − u²(1 − 1/d)), d = m − 1",
        |synthetic, w, x| {
            let [square_trace, trace_square, real] = [5, 11, 7].map(|n| S::ratio(n, 1));
            let system = CovarianceSystem { square_trace, trace_square, real, synthetic: synthetic.clone() };
            let at = |risk, trace_variance| {
                let moments = Moments { risk: S::ratio(risk, 1), trace_variance: S::ratio(trace_variance, 1) };
                system.step(&w, &moments)
            };
            let [origin, along_v, along_u] = [at(0, 0), at(1, 0), at(0, 1)];
            let [a, c] = [along_v.risk - origin.risk.clone(), along_v.trace_variance - origin.trace_variance.clone()];
            let [b, d] = [along_u.risk - origin.risk, along_u.trace_variance - origin.trace_variance];
            let u2 = (S::one() - w.clone()).sqr();
            let eigenvalue = |n| u2.clone() * (S::one() + S::ratio(n, 1) / synthetic.clone());
            let determinant = (a - x.clone()) * (d - x.clone()) - b * c;
            vec![[determinant, (x.clone() - eigenvalue(2)) * (x - eigenvalue(-1))]]
        }
    );
    Certificate::all([moments, limit, polynomial])
}

fn degrees(real: u64, synthetic: u64) -> DegreesOfFreedom {
    SampleSizes::new(real, synthetic).and_then(DegreesOfFreedom::new).expect("at least 2")
}

/// The exact w_c(m) lies between the floats four below and four above the program's: there u^2 (m + 1) - (m - 1) has opposite signs in exact rationals. And the
/// program calls the risk divergent exactly where that sign says so.
pub fn critical_weight() -> Certificate {
    let sizes = [2, 3, 4, 5, 6, 10, 30, 100, 526, 1_000, 10_000, 1_000_000];
    let places = sizes.map(|m: u64| {
        let critical = threshold(m - 1);
        // Whether the larger growth factor, u^2 (m + 1)/(m - 1), is at least 1.
        let diverges = |w: f64| {
            let u = BigRational::ratio(1, 1) - BigRational::from_float(w).expect("finite");
            u.clone() * u * BigRational::ratio(m as i64 + 1, 1) >= BigRational::ratio(m as i64 - 1, 1)
        };
        let ulps = |n: i64| f64::from_bits((critical.to_bits() as i64 + n) as u64);
        let enclosed = diverges(ulps(-4)) && !diverges(ulps(4));
        let system = CovarianceSystem::<f64>::new(2.0, 4.0, degrees(20, m));
        let says = [0.0, 0.5, 1.0 - 1e-9, 1.0 + 1e-9, 1.5, 0.3 / critical, 1.0 / critical].map(|factor| {
            let w = Weight::new((factor * critical).min(1.0)).expect("a weight");
            system.diverges(w) == diverges(w.get()) && system.limit_risk(w).is_infinite() == diverges(w.get())
        });
        (format!("m = {m}"), enclosed && says.iter().all(|right| *right))
    });
    Certificate::at_places("w_c = 1 − √((m − 1)/(m + 1))", places)
}

/// The optimum at the sizes of figures 8 and 9, and two more. The slope of the risk, in exact arithmetic, changes its sign within a few floats of the
/// program's weight, so the optimum lies there. Intervals that cover all other weights show that none of them is as good.
pub fn optimum() -> Certificate {
    let sizes = [(2, 100, 100), (2, 100, 526), (2, 100, 1_000), (2, 100, 10_000), (4, 100, 100), (1, 30, 20)];
    Certificate::all(sizes.map(|(p, n, m)| optimum_at(p, n, m)))
}

/// The optimal weight of Sigma = I in p dimensions.
fn optimum_at(p: i64, n: u64, m: u64) -> Certificate {
    let place = format!("p = {p}, n = {n}, m = {m}");
    let weight = CovarianceSystem::<f64>::new(p as f64, (p * p) as f64, degrees(n, m)).optimal_weight();
    let slope = |ulps: i64| {
        let w = BigRational::from_float(f64::from_bits((weight.to_bits() as i64 + ulps) as u64)).expect("finite");
        let traces = [p, p * p].map(|trace| Jet::constant(BigRational::ratio(trace, 1)));
        let [square_trace, trace_square] = traces;
        CovarianceSystem::new(square_trace, trace_square, degrees(n, m)).limit(&Jet::variable(w)).risk.derivative
    };
    let zero = BigRational::ratio(0, 1);
    // The doc comment of `optimal_weight` promises an error of at most 12 ulp (distances between neighbouring floats).
    let enclosed = slope(-12) < zero && slope(12) > zero;
    let best = Interval::new(weight * (1.0 - 3e-15), weight * (1.0 + 3e-15)).expect("an interval");
    let golden = (Interval::ratio(5, 1).sqrt() - Interval::one()) / Interval::ratio(2, 1);
    let apart = n != m || best.low() > golden.high();
    let [real, synthetic] = [n, m].map(|rows| Interval::ratio(rows as i64 - 1, 1));
    let [square_trace, trace_square] = [p, p * p].map(|trace| Interval::ratio(trace, 1));
    let least = CovarianceSystem { square_trace, trace_square, real, synthetic }.limit(&best).risk;
    let float = CovarianceSystem::<f64>::new(p as f64, (p * p) as f64, degrees(n, m)).optimal_risk();
    let value = least.contains(float) && least.width() < 1e-12 * float;
    let sides = Certificate::at_places(
        &format!("w* at {place}"),
        [
            ("the slope, which must change its sign within 12 floats", enclosed),
            ("the risk there", value),
            ("its distance from 1/φ at n = m", apart),
        ],
    );
    let twice = {
        let [square_trace, trace_square, real, synthetic] = [square_trace, trace_square, real, synthetic].map(constant);
        CovarianceSystem { square_trace, trace_square, real, synthetic }
    };
    let unique =
        cover(&format!("no other weight has as little limit risk, {place}"), [(0.0, 1.0, Axis::Odds)], |&[w]| {
            let u2 = (Interval::one() - w).sqr();
            let gap = Interval::one() - u2 * (Interval::one() + Interval::ratio(2, 1) / synthetic);
            if gap.high() <= 0.0 {
                return Some(true);
            }
            // V = (a + b)/3 with modes a, b >= 0, so that V is at least a/3. In the limit a is its noise over its gap. The noise is
            // 2 (2 tr Sigma^2 + (tr Sigma)^2)(w^2/(n - 1) + u^2/(m - 1)).
            let noise = Interval::ratio(2, 1)
                * (square_trace + square_trace + trace_square)
                * (w.sqr() / real + u2 / synthetic);
            if (noise / Interval::point(gap.high()) / Interval::ratio(3, 1)).low() > least.high() {
                return Some(true);
            }
            let curvature = |w| twice.limit(&variable(w)).risk.derivative.derivative;
            if w.low() > best.high() || w.high() < best.low() {
                let slope = twice.limit(&variable(w)).risk.value.derivative;
                let downhill = if w.low() > best.high() { slope } else { -slope };
                if downhill.is_positive() {
                    return Some(true);
                }
                if (-downhill).is_positive() {
                    return Some(false);
                }
            }
            curvature(w.hull(best)).is_positive().then_some(true)
        });
    Certificate::all([sides, unique])
}
