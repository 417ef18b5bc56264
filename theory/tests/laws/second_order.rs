//! Regressions to second order: sums over the rows of all tensor entries, the exact law of linear regression, numbers of another derivation.

use goldenweight_theory::design::Design;
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::random_design::RandomDesign;
use goldenweight_theory::second_order::{Expansion, Invariants, Orders, RANGE, Row, SecondOrder};

use crate::support::{Q, assert_close, q, sizes};

const GOLDEN: f64 = 0.618_033_988_749_894_8;

fn logistic(r: f64, p: u32) -> Invariants {
    Invariants::logistic(&Design::standard(r * r, p))
}

fn linear(p: u32) -> Invariants {
    Invariants::linear(&1.0, &Design::standard(1.0, p))
}

fn poisson(r: f64, p: u32) -> Invariants {
    Invariants::poisson(&Design::standard(r * r, p))
}

/// The invariants for p = 2, these coefficients and rows L z, in the coordinates of the rows: every entry of the tensors by the trapezoidal rule over both of z,
/// contracted as the definitions say with Q = I.
fn by_tensors(beta: [f64; 2], root: [[f64; 2]; 2], cumulants: impl Fn(f64) -> [f64; 3]) -> Invariants {
    let (steps, bound) = (240, 12.0);
    let h = 2.0 * bound / f64::from(steps);
    let rows: Vec<(f64, [f64; 2])> = (0..=steps)
        .flat_map(|i| (0..=steps).map(move |j| [i, j].map(|i| -bound + h * f64::from(i))))
        .map(|z| (h * h * libm::exp(-0.5 * (z[0] * z[0] + z[1] * z[1])) / std::f64::consts::TAU, z))
        .filter(|(mass, _)| *mass > 1e-30)
        .map(|(mass, z)| (mass, root.map(|row| row[0] * z[0] + row[1] * z[1])))
        .collect();
    let both = [0, 1];
    let (mut info, mut j, mut k) = ([[0.0; 2]; 2], [[[0.0; 2]; 2]; 2], [[[[0.0; 2]; 2]; 2]; 2]);
    for (mass, x) in &rows {
        let [a2, a3, a4] = cumulants(beta[0] * x[0] + beta[1] * x[1]);
        for a in both {
            for b in both {
                info[a][b] += mass * a2 * x[a] * x[b];
                for c in both {
                    j[a][b][c] += mass * a3 * x[a] * x[b] * x[c];
                    for d in both {
                        k[a][b][c][d] += mass * a4 * x[a] * x[b] * x[c] * x[d];
                    }
                }
            }
        }
    }
    let det = info[0][0] * info[1][1] - info[0][1] * info[1][0];
    let hh = [[info[1][1] / det, -info[0][1] / det], [-info[1][0] / det, info[0][0] / det]];
    let h2 = |a: usize, b: usize| hh[a][0] * hh[0][b] + hh[a][1] * hh[1][b];
    let mut v = [[0.0; 2]; 2];
    for (mass, x) in &rows {
        let [a2, ..] = cumulants(beta[0] * x[0] + beta[1] * x[1]);
        let form: f64 = both.iter().flat_map(|&a| both.map(|b| hh[a][b] * x[a] * x[b])).sum();
        for a in both {
            for b in both {
                v[a][b] += mass * a2 * a2 * form * x[a] * x[b];
            }
        }
    }
    // Sums over all indices from 0 to 1.
    let sum = |indices: u32, f: &dyn Fn(&[usize]) -> f64| -> f64 {
        (0..1usize << indices).map(|code| f(&(0..indices).map(|i| code >> i & 1).collect::<Vec<_>>())).sum()
    };
    let b = both.map(|i| sum(3, &|x| hh[i][x[0]] * j[x[0]][x[1]][x[2]] * hh[x[1]][x[2]]));
    Invariants {
        trace: hh[0][0] + hh[1][1],
        fluctuation: sum(2, &|x| h2(x[0], x[1]) * (v[x[0]][x[1]] - info[x[0]][x[1]])),
        bias: b[0] * b[0] + b[1] * b[1],
        cross: sum(3, &|x| h2(x[0], x[1]) * j[x[0]][x[1]][x[2]] * b[x[2]]),
        cubic: sum(6, &|x| {
            h2(x[0], x[1]) * hh[x[2]][x[3]] * hh[x[4]][x[5]] * j[x[0]][x[2]][x[4]] * j[x[1]][x[3]][x[5]]
        }),
        quartic: sum(4, &|x| h2(x[0], x[1]) * k[x[0]][x[1]][x[2]][x[3]] * hh[x[2]][x[3]]),
    }
}

#[test]
fn invariants_by_tensors() {
    let beta = [0.7, -1.1];
    let r = libm::hypot(beta[0], beta[1]);
    let binary = |x: f64| {
        let s = 1.0 / (1.0 + libm::exp(-x));
        let second = s * (1.0 - s);
        [second, second * (1.0 - 2.0 * s), second * (1.0 - 6.0 * second)]
    };
    let counts = |x: f64| [libm::exp(x); 3];
    let unit = [[1.0, 0.0], [0.0, 1.0]];
    let skewed = [[0.8, 0.0], [0.5, 0.6]];
    let omega = [0.64, 0.4, 0.4, 0.61];
    let design = Design::new(&beta, &omega).expect("positive definite");
    let half = |_: f64| [2.0, 0.0, 0.0];
    for (name, found, expected) in [
        ("logistic", logistic(r, 2), by_tensors(beta, unit, binary)),
        ("Poisson", poisson(r, 2), by_tensors(beta, unit, counts)),
        ("linear", linear(2), by_tensors(beta, unit, |_| [1.0, 0.0, 0.0])),
        ("logistic, correlated rows", Invariants::logistic(&design), by_tensors(beta, skewed, binary)),
        ("Poisson, correlated rows", Invariants::poisson(&design), by_tensors(beta, skewed, counts)),
        ("linear, noise of variance 1/2", Invariants::linear(&0.5, &design), by_tensors(beta, skewed, half)),
    ] {
        for (i, (x, y)) in numbers(found).into_iter().zip(numbers(expected)).enumerate() {
            if y == 0.0 {
                assert_eq!(x, 0.0, "{name}, invariant {i}");
            } else {
                // Both are good to 1e-10.
                assert_close(&format!("{name}, invariant {i}"), x, y, 1e-9);
            }
        }
    }
}

/// Linear regression has an exact law: n (n e_t - R1_t) at n, 2n and 4n, extrapolated, at every generation.
#[test]
fn linear_regression_at_finite_t() {
    for (k, p, w) in [(1.0, 2, 0.3), (0.25, 3, 0.5), (4.0, 1, 0.8), (2.0, 5, 1.0)] {
        let law = SecondOrder { invariants: linear(p), ratio: k };
        let path: Vec<_> = law.path(&w).take(8).collect();
        for (t, coefficients) in path.iter().enumerate() {
            let second = |n: f64| {
                let law = RandomDesign::new(p.into(), p, sizes(n as u64, (n / k) as u64)).expect("n > p + 1");
                n * (n * law.risk_at(Weight::new(w).expect("in [0, 1]"), t as u32) - coefficients.first)
            };
            let [one, two, four] = [2_000.0, 4_000.0, 8_000.0].map(second);
            let limit = (one - 6.0 * two + 8.0 * four) / 3.0;
            assert_close(&format!("k = {k}, p = {p}, w = {w}, t = {t}"), coefficients.second, limit, 1e-5);
        }
        let last = law.path(&w).nth(200).expect("no end");
        assert_close("limit of R1", last.first, law.limit(&w).first, 1e-12);
        assert_close("limit of R2", last.second, law.limit(&w).second, 1e-12);
    }
}

/// R2/R1 as another derivation gives it, to its six or seven digits.
#[test]
fn digits() {
    let root = 2.0f64.sqrt();
    for (name, invariants, k, values) in [
        ("logistic, p = 1", logistic(1.0, 1), 1.0, [6.599_257, 6.432_001, 7.403_748, 11.016_980]),
        ("logistic, p = 2", logistic(root, 2), 1.0, [10.553_891, 9.990_251, 11.483_250, 17.100_179]),
        ("logistic, k = 1/4", logistic(root, 2), 0.25, [5.655_678, 7.479_289, 10.542_767, 17.100_179]),
        ("Poisson, p = 1", poisson(1.0, 1), 1.0, [12.565_766, 19.658_784, 18.270_978, 30.041_122]),
        ("Poisson, p = 2", poisson(root, 2), 1.0, [25.138_027, 40.674_867, 37.328_433, 61.777_978]),
    ] {
        let law = SecondOrder { invariants, ratio: k };
        for (w, value) in [0.3, GOLDEN, 0.8, 1.0].into_iter().zip(values) {
            let limit = law.limit(&w);
            assert_close(&format!("{name}, w = {w}"), limit.second / limit.first, value, 2e-7);
            assert_close("share", limit.share(&100.0), value / 100.0, 2e-7);
        }
    }
    let shift = |invariants| SecondOrder { invariants, ratio: 1.0 }.optimum_shift();
    assert_close("logistic", shift(logistic(root, 2)), -0.397_82, 2e-5);
    assert_close("linear", shift(linear(2)), 0.138_63, 4e-5);
    assert_close("Poisson", shift(poisson(root, 2)), 2.84, 2e-3);
    // .6194107 at n = 100, and the third order.
    assert_close("exact", GOLDEN + shift(linear(2)) / 100.0, 0.619_410_7, 2e-5);
}

/// Where the two orders are taken for the risk: at n = 100 and a little more or less than what their size asks for.
#[test]
fn range() {
    let at = |invariants, ratio, n| Expansion::new(SecondOrder { invariants, ratio }, n);
    let root = 2.0f64.sqrt();
    let golden = Weight::new(GOLDEN).expect("in [0, 1]");
    // Real rows alone are the larger here. Their parts are 1.972885, 19.919378 and -4.792084, which is two thirds of 26.684347/n (digits by the trapezoidal rule in Python).
    let edge = at(logistic(root, 2), 1.0, 17.789_565 / RANGE);
    assert_close("size", edge.size(|law| law.limit(golden)), RANGE, 1e-7);
    assert_eq!(at(logistic(root, 2), 1.0, 88.0).optimal_weight(), None);
    assert_close("optimum", at(logistic(root, 2), 1.0, 89.0).optimal_weight().unwrap(), GOLDEN - 0.397_82 / 89.0, 1e-6);
    // No number is in range: a Poisson rate of e^(2 20^2), w = 0.
    assert_eq!(at(poisson(20.0, 2), 1.0, 1e12).optimal_weight(), None);
    let law = at(logistic(root, 2), 1.0, 1e12);
    assert_eq!(law.size(|law| law.limit(Weight::ZERO)), f64::INFINITY);
    // With few synthetic rows w* is .99, and a fifth of what is left is no small shift.
    let few = at(poisson(0.6f64.sqrt(), 5), 100.0, 84.0);
    assert!(
        few.size(|law| law.limit(Weight::new(0.99).expect("in [0, 1]"))) < RANGE && few.optimal_weight().is_none(),
        "{few:?}"
    );
    // The parts of real rows alone cancel: -.06/n is left of 2.335, .379 and 2.976, of which two thirds of the sum are .136 at n = 28.
    let cancelled = at(poisson(0.016f64.sqrt(), 1), 1.0, 28.0);
    let size = cancelled.size(|law| law.limit(Weight::ONE));
    assert!((0.13..0.14).contains(&size), "{size}");
    assert!(cancelled.limit(Weight::ONE).share(&28.0).abs() < 0.015);
    // Means over generations are those of the path.
    let law = at(logistic(root, 2), 0.5, 200.0);
    let mean = (2..5).map(|t| law.at(golden, t).risk(&200.0)).sum::<f64>() / 3.0;
    assert_close("mean", law.average(golden, 2, 5).risk(&200.0), mean, 1e-14);
    assert_close("limit", law.at(golden, 300).risk(&200.0), law.limit(golden).risk(&200.0), 1e-12);
}

/// tau divides by 1 - u^3, which is 3w where w is small.
#[test]
fn small_weights() {
    for (w, tolerance) in [(1e-6, 1e-4), (1e-12, 1e-10)] {
        let law = SecondOrder { invariants: poisson(0.6, 2), ratio: 2.0 };
        let Invariants { cubic, bias, cross, quartic, .. } = law.invariants;
        // c = k/(2w), tau = k^2/(2 w^2), h = k^2 (TK - TJJ)/(8 w^2).
        let c = 1.0 / w;
        let second = c * c * (0.5 * (quartic - cross) + 0.5 * cubic + 0.25 * bias + cross - quartic);
        assert_close("R2", law.limit(&w).second, second, tolerance);
    }
}

fn numbers(i: Invariants) -> [f64; 6] {
    [i.trace, i.fluctuation, i.bias, i.cross, i.cubic, i.quartic]
}

/// Rows of a design on finitely many: against the tensors of a normal design on the nodes of a grid, where both are integrals.
#[test]
fn discrete_designs() {
    let beta = [0.7, -1.1];
    let cumulants = |x: f64| {
        let s = 1.0 / (1.0 + libm::exp(-x));
        let second = s * (1.0 - s);
        [second, second * (1.0 - 2.0 * s), second * (1.0 - 6.0 * second)]
    };
    let h = 0.2;
    let rows: Vec<Row> = (-45..=45)
        .flat_map(|i| (-45..=45).map(move |j| [i, j].map(|i| h * f64::from(i))))
        .map(|x| Row {
            mass: h * h * libm::exp(-0.5 * (x[0] * x[0] + x[1] * x[1])) / std::f64::consts::TAU,
            covariates: x.to_vec(),
            cumulants: cumulants(beta[0] * x[0] + beta[1] * x[1]),
        })
        .collect();
    let expected = numbers(logistic(libm::hypot(beta[0], beta[1]), 2));
    for (i, (x, y)) in numbers(Invariants::discrete(&rows)).into_iter().zip(expected).enumerate() {
        assert_close(&format!("invariant {i}"), x, y, 1e-9);
    }
    // Counts of mean 3 without covariates, in rationals: the logarithm of a mean has the risk 1/(3n) + 7/(4 (3n)^2) + ...
    let row = Row { mass: q(1, 1), covariates: vec![q(1, 1)], cumulants: [q(3, 1), q(3, 1), q(3, 1)] };
    let law = SecondOrder { invariants: Invariants::<Q>::discrete(&[row]), ratio: q(1, 1) };
    let alone = law.limit(&q(1, 1));
    assert_eq!((alone.first, alone.second), (q(1, 3), q(7, 4) * q(1, 9)));
}

/// P(X = i), X binomial(n, p).
fn binomial(n: usize, p: f64) -> Vec<f64> {
    let mut law = vec![1.0];
    for _ in 0..n {
        let mut next = vec![0.0; law.len() + 1];
        for (i, mass) in law.iter().enumerate() {
            next[i] += mass * (1.0 - p);
            next[i + 1] += mass * p;
        }
        law = next;
    }
    law
}

/// Labels 0 or 1 without covariates, where the weighted fit is the logit of a weighted share. Its chain is enumerated for
/// t = 0 and 1 at three sizes and extrapolated.
#[test]
fn a_chain_enumerated() {
    let p = 0.4;
    let logit = |x: f64| libm::log(x / (1.0 - x));
    let second = p * (1.0 - p);
    let cumulants = [second, second * (1.0 - 2.0 * p), second * (1.0 - 6.0 * second)];
    let row = Row { mass: 1.0, covariates: vec![1.0], cumulants };
    for (k, w) in [(1usize, 0.4), (2, 0.7)] {
        let law = SecondOrder { invariants: Invariants::discrete(std::slice::from_ref(&row)), ratio: k as f64 };
        let path: Vec<_> = law.path(&w).take(2).collect();
        let risks = |n: usize| {
            let m = n / k;
            let real = binomial(n, p);
            let loss = |share: f64| (logit(share) - logit(p)) * (logit(share) - logit(p));
            let inside = |count: &usize| 0 < *count && *count < n;
            let start: f64 = (0..=n).filter(inside).map(|i| real[i] * loss(i as f64 / n as f64)).sum();
            let mut synthetic = vec![0.0; m + 1];
            for i in (0..=n).filter(|i| real[*i] > 1e-18) {
                let law = binomial(m, i as f64 / n as f64);
                synthetic.iter_mut().zip(law).for_each(|(sum, mass)| *sum += real[i] * mass);
            }
            let share = |i: usize, j: usize| w * i as f64 / n as f64 + (1.0 - w) * j as f64 / m as f64;
            let next: f64 = (0..=n)
                .flat_map(|i| (0..=m).map(move |j| (i, j)))
                .filter(|(i, j)| (1e-12..1.0 - 1e-12).contains(&share(*i, *j)))
                .map(|(i, j)| real[i] * synthetic[j] * loss(share(i, j)))
                .sum();
            [start, next]
        };
        let sizes = [100, 200, 400];
        let found = sizes.map(risks);
        for t in 0..2 {
            let scaled = |i: usize| sizes[i] as f64 * (sizes[i] as f64 * found[i][t] - path[t].first);
            let limit = (scaled(0) - 6.0 * scaled(1) + 8.0 * scaled(2)) / 3.0;
            // What is left is of third order in 1/n, a hundredth squared of some tens.
            assert_close(&format!("k = {k}, w = {w}, t = {t}"), path[t].second, limit, 2e-3);
        }
    }
}
