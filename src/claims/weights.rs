//! Models with rho = 1 and A_r = A_s, whose relative risk depends on k and w alone: the golden weight and its consequences.

use goldenweight_theory::weights as theory;
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::check::{Case, Cell, curvature, exact, optimum, proof, property, recursion, score, simulation};
use super::domain::{
    GOLDEN, IDENTITY, MINIMISER, RECURSION, SMOOTH, error, holds, iterated, mixing_ratios, ratio, weights,
};
use super::{Claim, Exactness, Source, certificate, moments};
use crate::experiment::Rows;
use crate::optimum::minimise;
use crate::simulate::engine::Record;
use crate::simulate::gaussian::GaussianSufficient;

/// Mixing ratios of the deterministic cases.
const RATIOS: [f64; 7] = [0.01, 0.1, 0.25, 1.0, 4.0, 10.0, 100.0];

/// Generations that are averaged in a simulation. What is left of the start after t generations is a share (1 - w)^{2t}. Its mean over t = 20..49 is below
/// 1e-6 for w > .28. The cases that are compared with a limit have such weights.
const AVERAGED: Record = Record::Average { from: 20, until: 50 };

pub fn claims() -> Vec<Claim> {
    vec![
        golden_weight(),
        golden_ratio(),
        naive_pooling(),
        small_ratio(),
        large_ratio(),
        monotone(),
        break_even(),
        effective_sample_size(),
        flatness(),
        fixed_rows(),
    ]
}

/// Chains of a bivariate Gaussian. The law of its mean is exact, so that its simulation tests these statements at any size.
fn gaussian(real: usize, synthetic: usize) -> GaussianSufficient {
    GaussianSufficient::new(DMatrix::identity(2, 2), Rows { real, synthetic })
}

/// The mean's loss at weight w. `expected` is its expectation in units of the fresh rows' risk, tr Sigma/n = 2/n.
fn relative(name: &'static str, real: usize, synthetic: usize, weight: f64, expected: f64) -> Case {
    let cell = Cell::new(Rows { real, synthetic }, 2, weight, AVERAGED).named(name);
    Case::new(cell, gaussian(real, synthetic), 0, expected * 2.0 / real as f64)
}

/// The relative limit risk by iterating the recursion in units of A/n.
fn limit(k: f64, w: f64) -> f64 {
    iterated(&(1.0, k, 0.0), w, 20_000)
}

fn golden_weight() -> Claim {
    let case = |real, synthetic| {
        let k = ratio(real as f64 / synthetic as f64);
        let cell = Cell::minimised(Rows { real, synthetic }, 2, AVERAGED);
        Case::new(cell, gaussian(real, synthetic), 0, theory::optimal_weight(&k))
            .with_curve(move |w| theory::relative_risk(&k, &w) * 2.0 / real as f64)
    };
    Claim {
        id: "golden-weight",
        statement: "at ρ = 1 the optimal weight is w* = (√(k² + 4k) − k)/2, the root in (0, 1) of w² + kw − k = 0",
        domain: "k = n/m > 0",
        source: Source::Paper,
        exactness: Exactness::Exact,
        checks: vec![
            proof("golden-weight"),
            exact("optima in rationals, all other weights by branch and bound", certificate::weights::golden_weight)
                .consequence(),
            recursion("minimum of the iterated risk, by Brent's method", MINIMISER, || {
                let brent = |k| minimise(&|w| limit(k, w), (0.0, 1.0)).at;
                RATIOS.map(|k| (format!("k = {k}"), theory::optimal_weight(&ratio(k)), brent(k))).to_vec()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property("w*² + kw* = k, at w* and at 1 − u*", "k", mixing_ratios, |&k| {
                let (w, u) = (theory::optimal_weight(&ratio(k)), theory::optimal_synthetic_weight(&ratio(k)));
                error(w * w + k * w, k, IDENTITY).max(error(w * w, k * u, IDENTITY)).max(error(w + u, 1.0, IDENTITY))
            })
            .consequence(),
            optimum(
                "minimiser for the Gaussian mean",
                192 * 56,
                0.05,
                vec![case(25, 100), case(60, 60), case(100, 25)],
            ),
            score("slope at w* for the Gaussian mean", 1024 * 64, 0.012, SMOOTH, vec![case(25, 100), case(100, 25)]),
            curvature("curvature at w* for the Gaussian mean", 1024 * 64, 0.02, 0.1, vec![case(60, 60)]),
        ],
    }
}

/// 1/(1 + 1/(1 + 1/(1 + ...))), to 80 levels.
fn continued_fraction() -> f64 {
    (0..80).fold(1.0, |x, _| 1.0 / (1.0 + x))
}

fn golden_ratio() -> Claim {
    Claim {
        id: "golden-ratio",
        statement: "at k = 1 the optimal weight is 1/φ = 0.6180339887..., and so is the relative limit risk",
        domain: "k = 1",
        source: Source::Paper,
        exactness: Exactness::Exact,
        checks: vec![
            proof("golden-ratio"),
            exact("thirty digits", certificate::weights::golden_ratio).consequence(),
            recursion("continued fraction 1/(1 + 1/(1 + ...))", RECURSION, || {
                let fraction = continued_fraction();
                let w = theory::optimal_weight(&ratio(1.0));
                vec![
                    ("w*".to_owned(), w, fraction),
                    ("risk".to_owned(), theory::relative_risk(&ratio(1.0), &w), fraction),
                ]
            })
            .by("a continued fraction", &["weights::continued_fraction"]),
            simulation(
                "relative risk of the Gaussian mean at 1/φ",
                120_000,
                0.01,
                vec![relative("1/φ", 50, 50, theory::optimal_weight(&ratio(1.0)), (5f64.sqrt() - 1.0) / 2.0)],
            ),
        ],
    }
}

fn naive_pooling() -> Claim {
    let case = |real, synthetic| {
        let k = ratio(real as f64 / synthetic as f64);
        relative("pooled", real, synthetic, theory::naive_weight(&k), theory::naive_relative_risk(&k))
    };
    Claim {
        id: "naive-pooling",
        statement: "naive pooling, w = k/(1 + k), has the relative limit risk (1 + k)/(2 + k), which is above the optimum's, w*",
        domain: "k > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("naive-pooling"),
            exact("in rationals, branch and bound", certificate::weights::naive_pooling).consequence(),
            recursion("iterated at k/(1 + k)", RECURSION, || {
                let case =
                    |k: f64| (format!("k = {k}"), theory::naive_relative_risk(&ratio(k)), limit(k, k / (1.0 + k)));
                RATIOS[1..].iter().map(|&k| case(k)).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property("all rows weigh alike: w/n = (1 − w)/m", "k", mixing_ratios, |&k| {
                error(theory::naive_weight(&ratio(k)) * (1.0 + k), k, IDENTITY)
            })
            .consequence(),
            property("1 − 1/(2 + k), above w*", "k", mixing_ratios, |&k| {
                // For large k both are near 1. Their distances from 1, 1/(2 + k) and u* = 1/(2 + k) + 1/k^3 + ..., differ as floats up to k = 1e6.
                let (naive, synthetic) =
                    (theory::naive_relative_risk(&ratio(k)), theory::optimal_synthetic_weight(&ratio(k)));
                let excess = synthetic * (2.0 + k) - 1.0;
                error(naive, 1.0 - 1.0 / (2.0 + k), IDENTITY).max(holds(if k < 1e6 {
                    excess > 0.0
                } else {
                    excess > -IDENTITY
                }))
            })
            .consequence(),
            simulation(
                "relative risk of the Gaussian mean",
                104_000,
                0.015,
                vec![case(40, 40), case(30, 10), case(12, 30)],
            ),
        ],
    }
}

fn small_ratio() -> Claim {
    let k = ratio(0.01);
    Claim {
        id: "weight-small-ratio",
        statement: "as k → 0: w*/√k = 1 − √k/2 + O(k), and so the relative risk at w* tends to 0, while that of naive pooling tends to 1/2",
        domain: "k → 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("weight-small-ratio"),
            exact("bounds, branch and bound", certificate::weights::small_ratio).consequence(),
            property(
                "|w*/√k − 1 + √k/2| <= k/8",
                "k",
                || (-12.0..-1.0f64).prop_map(|e| libm::pow(10.0, e)),
                |&k| {
                    // w* = sqrt(k + k^2/4) - k/2 and sqrt(1 + x) <= 1 + x/2 with x = k/4.
                    error(1.0 + theory::optimal_weight(&ratio(k)) / k.sqrt() + k.sqrt() / 2.0, 2.0, k / 16.0 + IDENTITY)
                        .max(holds(theory::naive_relative_risk(&ratio(k)) >= 0.5))
                        .max(error(theory::naive_relative_risk(&ratio(k)), 0.5, k))
                },
            )
            .consequence(),
            simulation(
                "relative risks of the Gaussian mean at k = 1/100",
                92_000,
                0.05,
                vec![
                    relative_at("w*", 20, 2000, theory::optimal_weight(&k)),
                    relative_at("pooled", 20, 2000, 20.0 / 2020.0),
                ],
            ),
        ],
    }
}

/// As [`relative`], against moments that are carried from generation to generation: at small weights the chain is not yet at its limit.
fn relative_at(name: &'static str, real: usize, synthetic: usize, weight: f64) -> Case {
    let risks = moments::mean_risk(&DMatrix::identity(2, 2), real as u64, synthetic as u64, &weight, 49);
    let expected = risks[20..50].iter().sum::<f64>() / 30.0;
    let cell = Cell::new(Rows { real, synthetic }, 2, weight, AVERAGED).named(name);
    Case::new(cell, gaussian(real, synthetic), 0, expected)
}

fn large_ratio() -> Claim {
    Claim {
        id: "weight-large-ratio",
        statement: "as k → ∞: w* = 1 − 1/k + O(1/k²)",
        domain: "k → ∞",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("weight-large-ratio"),
            exact("bounds at rational optima", certificate::weights::large_ratio).consequence(),
            recursion("minimum of the iterated risk at k = 20 and 50, by Brent's method", MINIMISER, || {
                let brent = |k| minimise(&|w| iterated(&(1.0, k, 0.0), w, 2_000), (0.0, 1.0)).at;
                [20.0, 50.0].map(|k| (format!("k = {k}"), theory::optimal_weight(&ratio(k)), brent(k))).to_vec()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property(
                "1/(k + 2) <= u* <= 1/k",
                "k",
                || (0.5..12.0f64).prop_map(|e| libm::pow(10.0, e)),
                |&k| {
                    // u* = 1/k - 2/k^2 + ...: the root of u^2 - (2 + k) u + 1 lies in (1/(k + 2), 1/k).
                    let u = theory::optimal_synthetic_weight(&ratio(k));
                    holds(u * k <= 1.0 + IDENTITY && u * (k + 2.0) >= 1.0 - IDENTITY)
                },
            )
            .consequence(),
        ],
    }
}

fn monotone() -> Claim {
    Claim {
        id: "weight-increases",
        statement: "w* increases in k, strictly, from 0 to 1",
        domain: "k > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("weight-increases"),
            exact("derivative, branch and bound", certificate::weights::increasing).consequence(),
            recursion("steps of w* between mixing ratios, from minima of the iterated risk", 1e-4, || {
                // Two minimisers are off by at most 3e-6 each, and the steps are 0.07 or more: 6e-6/0.07 is below 1e-4.
                let brent = |k: f64| minimise(&|w| limit(k, w), (0.0, 1.0)).at;
                let step = |k: &[f64], at: &dyn Fn(f64) -> f64| at(k[1]) - at(k[0]);
                let case = |k: &[f64]| {
                    let place = format!("from k = {} to {}", k[0], k[1]);
                    (place, step(k, &|k| theory::optimal_weight(&ratio(k))), step(k, &brent))
                };
                RATIOS.windows(2).map(case).collect()
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            property(
                "a larger k has a larger weight",
                "(k, factor)",
                || (mixing_ratios(), 1.0..100.0f64),
                |&(k, factor)| {
                    let at = |k: f64| (theory::optimal_weight(&ratio(k)), theory::optimal_synthetic_weight(&ratio(k)));
                    let ((w, u), (larger, smaller)) = (at(k), at(k * factor));
                    // Up to rounding; strictly where k differs by more than rounding.
                    let slack = 1.0 + IDENTITY;
                    holds(w < 1.0 + IDENTITY && larger * slack >= w && smaller <= u * slack)
                        .max(holds(factor < 1.000_001 || (smaller < u && larger * slack > w)))
                },
            )
            .consequence(),
        ],
    }
}

fn break_even() -> Claim {
    let case = |real, synthetic| {
        let w = theory::break_even_weight(&ratio(real as f64 / synthetic as f64));
        relative("break-even", real, synthetic, w, 1.0)
    };
    Claim {
        id: "break-even",
        statement: "mixing has less limit risk than the fresh real rows alone if and only if k/(k + 2) < w < 1",
        domain: "k > 0, 0 < w < 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("break-even"),
            exact("sign of R − 1, in symbols", certificate::weights::break_even).consequence(),
            property(
                "the sign of risk − 1 changes at k/(k + 2)",
                "(k, w)",
                || (mixing_ratios(), weights()),
                |&(k, w)| {
                    let edge = theory::break_even_weight(&ratio(k));
                    let u = 1.0 - w;
                    // u (k u - 2 w) is the numerator of the relative risk less one.
                    let better = k * u < 2.0 * w;
                    holds((w / edge - 1.0).abs() < 1e-9 || better == (w > edge)).max(holds(
                        (w / edge - 1.0).abs() < 1e-9 || better == (theory::relative_risk(&ratio(k), &w) < 1.0),
                    ))
                },
            )
            .consequence(),
            simulation("relative risk 1 for the Gaussian mean", 80_000, 0.015, vec![case(40, 40), case(40, 20)]),
        ],
    }
}

fn effective_sample_size() -> Claim {
    let case = |real, synthetic| {
        let w = theory::optimal_weight(&ratio(real as f64 / synthetic as f64));
        let rows = theory::effective_sample_size(real as f64, w);
        relative("w*", real, synthetic, w, real as f64 / rows)
    };
    Claim {
        id: "effective-sample-size",
        statement: "the optimal mix is worth n/w* fresh real rows: φn at k = 1, about √(nm) for m ≫ n",
        domain: "k > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("effective-sample-size"),
            exact("optima in rationals", certificate::weights::effective_sample_size).consequence(),
            property("√(nm) < n/w* < √(nm) + n", "k", mixing_ratios, |&k| {
                // n/w* = n/2 + sqrt(n^2/4 + nm), in units of n with m = n/k.
                let rows = theory::effective_sample_size(1.0, theory::optimal_weight(&ratio(k)));
                let mean = (1.0 / k).sqrt();
                error(rows, 0.5 + (0.25 + 1.0 / k).sqrt(), IDENTITY).max(holds(rows > mean && rows < mean + 1.0))
            })
            .consequence(),
            simulation("risk of the Gaussian mean as of n/w* rows", 92_000, 0.015, vec![case(50, 50), case(20, 80)]),
        ],
    }
}

fn flatness() -> Claim {
    Claim {
        id: "flat-optimum",
        statement: "the optimum is flat: R(w) − w* = (1 + k + w*)(w − w*)²/(w(2 − w)); at k = 1, w = 1/2 has 7.9 % more risk than w*",
        domain: "k > 0, 0 < w <= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("flat-optimum"),
            exact("excess, in symbols", certificate::weights::flatness).consequence(),
            property(
                "the excess over w*",
                "(k, w)",
                || (mixing_ratios(), weights()),
                |&(k, w)| {
                    let best = theory::optimal_weight(&ratio(k));
                    // Near 1 the difference of 1 - w and u* = 1 - w* keeps more digits than that of w and w*.
                    let distance =
                        if w < 0.5 { w - best } else { theory::optimal_synthetic_weight(&ratio(k)) - (1.0 - w) };
                    let excess = (1.0 + k + best) * distance * distance / (w * (2.0 - w));
                    error(theory::relative_risk(&ratio(k), &w), best + excess, 10.0 * IDENTITY)
                },
            )
            .consequence(),
            recursion("R(1/2)/R(w*) = 2φ/3 at k = 1", RECURSION, || {
                let ratio_of_risks =
                    theory::relative_risk(&ratio(1.0), &0.5) / theory::relative_risk(&ratio(1.0), &GOLDEN);
                vec![("k = 1".to_owned(), ratio_of_risks, limit(1.0, 0.5) / limit(1.0, GOLDEN))]
            })
            .by("the recursion, step by step", &["domain::iterate_over"]),
            simulation(
                "relative risks of the Gaussian mean",
                92_000,
                0.015,
                vec![relative("w = 1/2", 40, 40, 0.5, 2.0 / 3.0), relative("w = .3", 40, 40, 0.3, limit(1.0, 0.3))],
            ),
        ],
    }
}

fn fixed_rows() -> Claim {
    let case = |w: f64| {
        let expected = theory::fixed_real_data_limit(&ratio(1.0), &w) * 2.0 / 40.0;
        let cell = Cell::new(Rows { real: 40, synthetic: 40 }, 2, w, AVERAGED);
        Case::new(cell, gaussian(40, 40), 0, expected).with_fixed_rows()
    };
    // Early generations too: later ones no longer show whether generation 0 had the same real rows as the others.
    let early = |t: u32| {
        let expected = moments::fixed_rows_risk(20.0 / 50.0, 0.3, t)[t as usize] * 2.0 / 20.0;
        let cell = Cell::new(Rows { real: 20, synthetic: 50 }, 2, 0.3, Record::At(vec![t]));
        Case::new(cell, gaussian(20, 50), 0, expected).with_fixed_rows()
    };
    Claim {
        id: "fixed-real-rows",
        statement: "with the same n real rows at every generation the relative limit risk is 1 + ku²/(w(2 − w)), least at w = 1: synthetic \
                    rows never help",
        domain: "k > 0, 0 < w <= 1",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("fixed-real-rows"),
            exact("fixed point and slope, in rationals", certificate::weights::fixed_rows).consequence(),
            recursion("joint moments of the start and the fit", RECURSION, || {
                let places = RATIOS.iter().flat_map(|&k| [0.1, 0.5, 0.9].map(|w| (k, w)));
                let iterated = |k, w| moments::fixed_rows_risk(k, w, 1_000)[1_000];
                let case = |(k, w)| {
                    (format!("k = {k}, w = {w}"), theory::fixed_real_data_limit(&ratio(k), &w), iterated(k, w))
                };
                places.map(case).collect()
            })
            .by("joint moments of the start and the fit", &["moments::fixed_rows_risk"]),
            property(
                "never below 1, and 1 at w = 1",
                "(k, w)",
                || (mixing_ratios(), weights()),
                |&(k, w)| {
                    holds(theory::fixed_real_data_limit(&ratio(k), &w) >= 1.0)
                        .max(holds(theory::fixed_real_data_limit(&ratio(k), &1.0) == 1.0))
                },
            )
            .consequence(),
            simulation(
                "risk of the Gaussian mean on fixed real rows",
                1_230_000,
                0.02,
                vec![case(0.4).with_share(0.5), case(0.8), early(1), early(2)],
            ),
        ],
    }
}
