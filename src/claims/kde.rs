//! Kernel density estimation: the law, and where the unified weight stops.

use std::sync::LazyLock;

use goldenweight_evidence::Deviation;
use goldenweight_recursion::models::categorical::{Categorical, CategoricalSufficient, Sample};
use goldenweight_recursion::{FitFailure, Model, Part, StreamRng};
use goldenweight_theory::kde::{Frequency, Kde, Kernel, Mixture};
use goldenweight_theory::parameters::{SampleSizes, Weight};
use goldenweight_theory::weights::optimal_weight;
use proptest::prelude::*;

use super::check::{Case, Cell, Relation, exact, ladder, proof, property, recursion, score, simulation};
use super::domain::{IDENTITY, MINIMISER, RECURSION, ROUGH, error, holds, mixing_ratios, ratio, weight, weights};
use super::{Claim, Exactness, Source, certificate, smoothed};
use crate::catalogue;
use crate::experiment::{Bandwidth, Generations, Parameters, Problem, Rows};
use crate::optimum::minimise;
use crate::prediction::Prediction;
use crate::simulate::Setting;
use crate::simulate::engine::Record;

pub fn claims() -> Vec<Claim> {
    vec![law(), limit(), sinc()]
}

/// The bandwidth of the simulated places.
const BANDWIDTH: f64 = 0.5;

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).expect("positive")
}

/// The law at a bandwidth, kernel Gaussian and truth N(0, 1).
fn density(n: u64, m: u64, h: f64) -> Kde {
    Kde::new(Kernel::Gaussian, h, &Mixture::normal(), sizes(n, m)).expect("a bandwidth in range")
}

/// What the program predicts with this bandwidth.
fn prediction(n: u64, m: u64, bandwidth: Bandwidth) -> Prediction {
    let parameters = Parameters { bandwidth: Some(bandwidth), ..Parameters::default() };
    Prediction::fresh(&Problem::new(&catalogue::KDE, n, m, &parameters).expect("a valid problem"))
}

/// Relative tolerance of a quadrature against sums of Gaussian integrals: terms of size 0.3, of which up to a hundred cancel to a risk above 0.01.
const SUMS: f64 = 30.0 * RECURSION;

fn law() -> Claim {
    let simulated = |real: usize, synthetic: usize, w: f64, t: u32| {
        let rows = Rows { real, synthetic };
        let expected = density(real as u64, synthetic as u64, BANDWIDTH).risk_at(weight(w), t);
        let model = goldenweight_recursion::models::kde::Kde::new(BANDWIDTH);
        Case::new(Cell::new(rows, 1, w, Record::At(vec![t])), Setting::of(model, rows), 0, expected)
    };
    let slope = {
        let rows = Rows { real: 20, synthetic: 20 };
        let law = density(20, 20, BANDWIDTH);
        let cell = Cell::minimised(rows, 1, Record::At(vec![8]));
        let model = goldenweight_recursion::models::kde::Kde::new(BANDWIDTH);
        Case::new(cell, Setting::of(model, rows), 0, law.optimal_weight())
            .with_curve(move |w| law.limit_risk(Weight::new(w).unwrap_or(Weight::ONE)))
    };
    Claim {
        id: "kde-law",
        statement: "the mean integrated squared error of a kernel density estimate is (1/2π) ∫ (V_t + d_t² |φ|²) dω: at each frequency, with the kernel's transform a, the bias \
                    obeys d_t = (1 − a) + u a d_{t−1} and the variance V_t = a² (w² (1 − |φ|²)/n + u² ((1 − (1 − d_{t−1})² |φ|²)/m + (1 − 1/m) V_{t−1})): the law of \
                    frequencies, shrunk by a² in each generation",
        domain: "every n, m >= 1, t, w, bandwidth, kernel and density: kernels with four transforms, two densities with two bumps; the program's own at the Gaussian kernel and N(0, 1)",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            exact("a frequency in rationals", certificate::kde::law)
                .by("distributions of signs, enumerated", &["smoothed::sign_risk"]),
            recursion("the program's predictions, as sums of Gaussian integrals", SUMS, || {
                let places =
                    [(1, 1, 0.5, 0.7), (3, 8, 0.3, 0.4), (20, 10, 0.4, 0.618), (10, 40, 1.0, 0.0), (5, 5, 2.0, 0.3)];
                let at = |(n, m, h, w): (u64, u64, f64, f64)| {
                    let found = smoothed::density_risk([n, m], h, &[w; 60]);
                    let law = prediction(n, m, Bandwidth::Fixed(h));
                    let risk = |at| law.risk(weight(w), at);
                    let place = |what: &str| format!("{what}, n = {n}, m = {m}, h = {h}, w = {w}");
                    let average = Generations::Average { from: 3, until: 9 };
                    [
                        (place("t = 0"), risk(Generations::At(0)), found[0]),
                        (place("t = 1"), risk(Generations::At(1)), found[1]),
                        (place("t = 7"), risk(Generations::At(7)), found[7]),
                        (place("t = 60"), risk(Generations::At(60)), found[60]),
                        (place("t = 3..8"), risk(average), found[3..9].iter().sum::<f64>() / 6.0),
                        (place("fresh rows alone"), law.fresh_only_risk(weight(w), average), found[0]),
                    ]
                };
                places.into_iter().flat_map(at).collect()
            })
            .by("sums of Gaussian integrals", &["smoothed::density_risk"]),
            recursion("the joint optimum of bandwidth and weight, by Brent's method", MINIMISER, || {
                let of = |(n, m): (u64, u64)| {
                    let limit = |h: f64, w: f64| smoothed::density_risk([n, m], h, &[w; 40])[40];
                    let best = |h: f64| minimise(&|w| limit(h, w), (0.3, 0.99));
                    let bandwidth = minimise(&|h| limit(h, best(h).at), (0.2, 1.5)).at;
                    let alone = minimise(&|h| smoothed::density_risk([n, m], h, &[])[0], (0.2, 1.5)).at;
                    let real = smoothed::density_risk([n, m], alone, &[])[0];
                    let law = prediction(n, m, Bandwidth::Optimal);
                    let found = Problem::new(&catalogue::KDE, n, m, &Parameters::default()).expect("a valid problem");
                    let rows = found.rows();
                    let place = |what: &str| format!("{what}, n = {n}, m = {m}");
                    [
                        (place("bandwidth"), found.truth().bandwidth(rows).unwrap_or(f64::NAN), bandwidth),
                        (place("weight"), law.optimal_weight().unwrap_or(f64::NAN), best(bandwidth).at),
                        (
                            place("relative risk"),
                            law.relative_risk(weight(best(bandwidth).at)),
                            limit(bandwidth, best(bandwidth).at) / real,
                        ),
                    ]
                };
                [(30, 30), (20, 60)].into_iter().flat_map(of).collect()
            })
            .by("sums of Gaussian integrals", &["smoothed::density_risk"]),
            recursion("every kernel, densities of two Gaussians", TAIL, every_kernel)
                .by("the trapezoidal rule over frequencies", &["smoothed::mixture_risk"]),
            property(
                "late generations are the limit, which is bounded even at w = 0",
                "(n, m, h, w)",
                || (1..300u64, 1..300u64, 0.2..3.0f64, weights().prop_map(|w| 0.1 + 0.9 * w)),
                |&(n, m, h, w)| {
                    let law = density(n, m, h);
                    let limit = |w: f64| law.limit_risk(weight(w));
                    error(law.risk_at(weight(w), 1000), limit(w), 100.0 * IDENTITY)
                        .max(holds(law.limit_risk(Weight::ZERO).is_finite()))
                },
            )
            .consequence(),
            simulation(
                "by rows",
                860_000,
                0.02,
                vec![simulated(8, 4, 0.5, 3), simulated(12, 30, 0.3, 4).with_share(0.7), simulated(20, 10, 0.0, 5)],
            ),
            score("slope at the optimal weight", 1024 * 64, 0.02, ROUGH, vec![slope]).in_full_tier(),
        ],
    }
}

fn limit() -> Claim {
    Claim {
        id: "kde-limit",
        statement: "the unified weight stops here: with the best bandwidth the limit weight of a kernel of order r minimises w^{−1/r} (w² + k u²) ∫ a²/(1 − u² a²), because a row \
                    that has passed through 1/w generations has been smoothed 1/w times, and the bias is 1/w times that of the real rows alone. For the Gaussian kernel it is \
                    .67537 at k = 1, not 1/φ = .61803; it exceeds w*(k), and does not depend on the truth",
        domain: "n → ∞ at fixed k > 0; kernels of order 2; every density with square integrable second derivative",
        source: Source::Derived,
        exactness: Exactness::Limit,
        checks: vec![
            exact("polylogarithms in intervals", certificate::kde::limit_weight)
                .by("polylogarithms in intervals", &["smoothed::gaussian_score"]),
            recursion("weights by Brent's method, and by a quadrature with 25 digits", MINIMISER, || {
                let brent = [0.05, 0.1, 0.5, 1.0, 4.0, 10.0].map(|k| {
                    let found = minimise(&|w| smoothed::gaussian_objective(k, w), (0.05, 0.99)).at;
                    (format!("Gaussian, k = {k}"), Kernel::Gaussian.limit_weight(ratio(k)), found)
                });
                brent.into()
            })
            .by("values of the limit risk", &["smoothed::gaussian_objective"]),
            recursion("other kernels at k = 1", RECURSION, || {
                // mpmath, 25 digits: panels of pi with 24 nodes, and the exact integrals of a^2 and a^4.
                [
                    (Kernel::Epanechnikov, 0.676_694_022_032_558_1),
                    (Kernel::Biweight, 0.676_675_341_258_554_4),
                    (Kernel::Uniform, 0.672_306_265_273_738_6),
                ]
                .map(|(kernel, expected)| (format!("{kernel:?}"), kernel.limit_weight(ratio(1.0)), expected))
                .into()
            })
            .by("a quadrature with 50 digits, done before", &[]),
            property(
                "other kernels at any ratio: the risk of any weight with its best bandwidth",
                "(kernel, log10 k, w)",
                || (0..COMPACT.len(), -2.0..2.0f64, 0.05..1.0f64),
                |&(kernel, exponent, w)| other_kernel(kernel, libm::pow(10.0, exponent), w),
            )
            .by("the trapezoidal rule, and Brent's method over bandwidths", &["smoothed::kernel_sum"]),
            property(
                "above w*(k) for the Gaussian kernel; increasing in k",
                "k",
                || (-3.0..3.0f64).prop_map(|e| libm::pow(10.0, e)),
                |&k| {
                    let at = |kernel: Kernel, k: f64| kernel.limit_weight(ratio(k));
                    let golden = optimal_weight(&ratio(k));
                    let above = |kernel: Kernel| at(kernel, k) > golden && at(kernel, k) < at(kernel, 1.1 * k);
                    holds(above(Kernel::Gaussian))
                },
            )
            .consequence(),
            ladder(
                "the bias of a frequency, smoothed 1/w times",
                240_000,
                0.02,
                1,
                [1_000, 2_000, 4_000].map(smoothed_signs).into(),
            ),
            property("smoothed 1/w times", "w", weights, |&w| {
                // A frequency at which one smoothing takes 1e-12.
                let at = Frequency { kernel: 1.0 - 1e-12, lost: 1e-12, power: 0.5, noise: 0.5 };
                error(at.limit(sizes(10, 10), &w).deficit * w, 1e-12, 1e-8)
            })
            .consequence(),
        ],
    }
}

/// A kernel that ends, its transform, and the integral of its square.
type Compact = (Kernel, fn(f64) -> f64, f64);

/// Integrals over [-1, 1] of 1/2, 3/4 (1 - x^2) and 15/16 (1 - x^2)^2 times cos(omega x), by parts. From 1/8 on what cancels leaves twelve digits or more.
const COMPACT: [Compact; 3] = [
    (Kernel::Uniform, |x| libm::sin(x) / x, 0.5),
    (Kernel::Epanechnikov, |x| 3.0 * (libm::sin(x) - x * libm::cos(x)) / (x * x * x), 0.6),
    (
        Kernel::Biweight,
        |x| 15.0 * ((3.0 - x * x) * libm::sin(x) - 3.0 * x * libm::cos(x)) / (x * x * x * x * x),
        5.0 / 7.0,
    ),
];

/// The transforms at 1/8, 1/4, 3/8, ..., 500.
static TRANSFORMS: LazyLock<[Vec<f64>; 3]> =
    LazyLock::new(|| COMPACT.map(|(_, transform, _)| (1..=4_000).map(|i| transform(0.125 * f64::from(i))).collect()));

/// Relative tolerance where a tail from hX = 1000 on is replaced by its mean: what oscillates there is 1/1000 of the uniform kernel's tail, which is 1/1000 of its whole.
const TAIL: f64 = 4e-6;

/// Two densities with two bumps each, at each kernel but the sinc one, which has claims of its own. Beyond 1000 the squares of the transforms have the means 1/2, 9/2 and
/// 225/2 times x^-2, x^-4, x^-6.
fn every_kernel() -> Vec<Relation> {
    let far = 1000.0_f64;
    let tails = [0.5 / far, 4.5 / (3.0 * far.powi(3)), 112.5 / (5.0 * far.powi(5))];
    let gaussian: fn(f64) -> f64 = |x| libm::exp(-0.5 * x * x);
    let kernels = COMPACT.into_iter().zip(tails).map(|((kernel, transform, _), tail)| (kernel, transform, tail));
    let uneven = [(0.3, -1.5, 0.5), (0.7, 1.0, 0.8)];
    let apart = [(0.5, -3.0, 0.4), (0.5, 3.0, 1.2)];
    let places = [
        (uneven, [12, 8], (0.5, 0.4), 2),
        (apart, [30, 50], (0.25, 0.7), 5),
        (apart, [3, 9], (1.0, 0.0), 1),
        (uneven, [7, 1], (0.8, 0.3), 0),
    ];
    let of = |(kernel, transform, tail): (Kernel, fn(f64) -> f64, f64)| {
        places.map(|(truth, [n, m], (h, w), t)| {
            let mixture = Mixture::new(&truth).expect("a mixture");
            let law = Kde::new(kernel, h, &mixture, sizes(n, m)).expect("a bandwidth in range");
            let found = smoothed::mixture_risk((transform, tail), &truth, [n as f64, m as f64], (h, w), t);
            (format!("{kernel:?}, n = {n}, m = {m}, h = {h}, w = {w}, t = {t}"), law.risk_at(weight(w), t), found)
        })
    };
    kernels.chain([(Kernel::Gaussian, gaussian, 0.0)]).flat_map(of).collect()
}

/// At k = n/m the limit risk, n large, of a weight with the bandwidth that is best for it, over that of the real rows alone; and that no weight is better than the one which is called best.
fn other_kernel(number: usize, k: f64, w: f64) -> Deviation {
    let (kernel, _, square) = COMPACT[number];
    let transform = &TRANSFORMS[number];
    let variance = |w: f64| {
        let u = 1.0 - w;
        (w * w + k * u * u) * smoothed::kernel_sum(transform, square, u)
    };
    // The least of h^4/w^2 + V/h, over the logarithm of h^5/(w^2 V): the minimum is flat, so that its value is right to the square of the place's error.
    let least = |w: f64| {
        let variance = variance(w);
        let scale = libm::pow(w * w * variance, 0.2);
        let risk = |log: f64| {
            let h = scale * libm::exp(log);
            h * h * h * h / (w * w) + variance / h
        };
        risk(minimise(&risk, (-3.0, 3.0)).at)
    };
    let alone = least(1.0);
    let best = kernel.limit_weight(ratio(k));
    let relative = kernel.limit_relative_risk(ratio(k), weight(w));
    // What is left out of the sums is 1e-9 of them.
    error(relative, least(w) / alone, 1e-7).max(holds(least(best) <= least(w) * (1.0 + 1e-9)))
}

/// Signs of mean 1/3, whose characteristic function at a frequency is their mean: as two cells, whose loss is half the squared error of that mean.
fn signs((n, m): (u64, u64), w: f64, t: u32) -> Case {
    let rows = Rows { real: n as usize, synthetic: m as usize };
    let at = Frequency { kernel: 1.0, lost: 0.0, power: 1.0 / 9.0, noise: 8.0 / 9.0 };
    let last = (0..t).fold(at.start(sizes(n, m)), |state, _| at.step(sizes(n, m), &w, &state));
    let model = CategoricalSufficient::new(vec![1.0 / 3.0, 2.0 / 3.0]);
    Case::new(
        Cell::new(rows, 2, w, Record::At(vec![t])).named("signs"),
        Setting::of(model, rows),
        0,
        0.5 * at.loss(&last),
    )
}

/// Signs as two cells, and how much of their mean a smoothing leaves; the loss is what the mean lacks.
pub(super) struct Smoothed<S> {
    pub(super) cells: Categorical<S>,
    pub(super) kept: f64,
}

impl<S: Sample + Send + Sync + 'static> Model for Smoothed<S> {
    type Noise = S;
    type Data = Vec<f64>;
    type Fit = Vec<f64>;
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["bias"];

    fn truth(&self) -> &Vec<f64> {
        self.cells.truth()
    }

    fn noise(&self, rows: usize) -> S {
        self.cells.noise(rows)
    }

    fn data(&self, rows: usize) -> Vec<f64> {
        self.cells.data(rows)
    }

    fn unfitted(&self) -> Vec<f64> {
        self.cells.unfitted()
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut S) {
        self.cells.draw(rng, noise);
    }

    fn generate(&self, from: &Vec<f64>, noise: &S, data: &mut Vec<f64>) -> Result<(), FitFailure> {
        self.cells.generate(from, noise, data)
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut Vec<f64>) -> Result<(), FitFailure> {
        fit.fill(0.5 * (1.0 - self.kept));
        for part in parts {
            fit.iter_mut().zip(part.data).for_each(|(fit, share)| *fit += self.kept * part.weight * share);
        }
        Ok(())
    }

    fn losses(&self, fit: &Vec<f64>, out: &mut [f64]) {
        let mean = |cells: &[f64]| cells[0] - cells[1];
        out[0] = mean(self.truth()) - mean(fit);
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?}, kept {:?}", self.cells.truth(), self.kept))
    }
}

/// The best weight of the Gaussian kernel at k = 1.
const BEST: f64 = 0.675_370_529_745_624_7;

/// Signs of mean 1/3 of which a smoothing takes 200/n, at the best weight: late generations lack 1/w times as much, for small parts. At t = 12 less than 1e-5 of the start is left.
fn smoothed_signs(rows: usize) -> Case {
    let lost = 200.0 / rows as f64;
    let model = Smoothed { cells: CategoricalSufficient::new(vec![2.0 / 3.0, 1.0 / 3.0]), kept: 1.0 - lost };
    let rows = Rows { real: rows, synthetic: rows };
    let cell = Cell::new(rows, 2, BEST, Record::At(vec![12])).named("smoothed signs");
    Case::new(cell, Setting::of(model, rows), 0, lost / 3.0 / BEST)
}

fn sinc() -> Claim {
    Claim {
        id: "kde-sinc",
        statement: "the sinc kernel, whose transform is 1 or 0 and which has no bias to pass on, has the law of frequencies at every frequency that it keeps, and its limit weight is w*(k) again: \
                    1/φ at k = 1",
        domain: "every n, m and t; the weight n → ∞ at fixed k > 0",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: vec![
            proof("kde-sinc"),
            exact("an unsmoothed frequency in rationals", certificate::kde::sinc)
                .by("distributions of a cell, enumerated", &["moments::cell_risk"]),
            recursion("weights by Brent's method", MINIMISER, || {
                let at = |k: f64| {
                    let found = minimise(&|w| smoothed::sinc_objective(k, w), (0.05, 0.99)).at;
                    (format!("k = {k}"), Kernel::Sinc.limit_weight(ratio(k)), found)
                };
                [0.05, 0.1, 0.5, 1.0, 4.0, 10.0].map(at).into()
            })
            .by("values of the limit risk", &["smoothed::sinc_objective"]),
            property("equal to w*(k)", "k", mixing_ratios, |&k| {
                error(Kernel::Sinc.limit_weight(ratio(k)), optimal_weight(&ratio(k)), 100.0 * IDENTITY)
            })
            .consequence(),
            simulation(
                "an unsmoothed frequency of signs",
                2_350_000,
                0.02,
                vec![signs((8, 5), 0.4, 4), signs((12, 30), 0.6, 2), signs((6, 9), 0.0, 6).with_share(0.5)],
            ),
        ],
    }
}
