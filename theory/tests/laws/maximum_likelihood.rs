//! The Gaussian by maximum likelihood, against raw moment tables, Bartlett's decomposition, digits and exact slopes.

use std::cmp::Ordering::{Greater, Less};

use goldenweight_theory::jet::Jet;
use goldenweight_theory::maximum_likelihood::{MaximumLikelihood, Risks};
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::recursion::average;
use proptest::prelude::*;

use crate::covariance::{SecondMoments, correlated, traces};
use crate::precision::{MAXIMUM_LIKELIHOOD, MAXIMUM_LIKELIHOOD_MEAN_ULPS, MAXIMUM_LIKELIHOOD_OPTIMUM, PRINTED};
use crate::support::{Q, around, assert_close, cases, exact, float, fraction, log_uniform, q, sign, sizes};

/// Raw moments, not centred at anything: E mu_t mu_t' about 0 for mu = 0, E Sigma_t, and all E Sigma_t (ij) Sigma_t (kl).
struct Tables<'a> {
    sigma: &'a [Vec<Q>],
    of_mean: Vec<Vec<Q>>,
    covariance: Vec<Vec<Q>>,
    second: SecondMoments<'a>,
}

fn entries(p: usize, f: impl Fn(usize, usize) -> Q) -> Vec<Vec<Q>> {
    (0..p).map(|i| (0..p).map(|j| f(i, j)).collect()).collect()
}

impl<'a> Tables<'a> {
    /// Fitted to `rows` rows of a Gaussian whose parameters have the moments `self`: the sum of squares around the rows' own mean is that of
    /// rows - 1 independent products, so it is rows - 1 over rows times an unbiased covariance with that many degrees of freedom; of one
    /// row it is 0.
    fn fitted(&self, rows: i64) -> Self {
        let p = self.sigma.len();
        let part = q(rows - 1, rows);
        Tables {
            sigma: self.sigma,
            of_mean: entries(p, |i, j| &self.of_mean[i][j] + &self.covariance[i][j] / q(rows, 1)),
            covariance: entries(p, |i, j| &part * &self.covariance[i][j]),
            second: {
                let sampled = self.second.sampled((rows - 1).max(1));
                SecondMoments::tabulate(self.sigma, |x| &part * &part * sampled.at(x))
            },
        }
    }

    /// The truth: mu = 0 and Sigma without error.
    fn truth(sigma: &'a [Vec<Q>]) -> Self {
        let p = sigma.len();
        let second = SecondMoments::truth(sigma);
        Self { sigma, of_mean: entries(p, |_, _| q(0, 1)), covariance: sigma.to_vec(), second }
    }

    /// The mix of independent parts with weights w and u.
    fn mixed(&self, synthetic: &Self, w: &Q) -> Self {
        let (p, u) = (self.sigma.len(), q(1, 1) - w);
        let squares = |a: &Q, b: &Q| w * w * a + &u * &u * b;
        Self {
            sigma: self.sigma,
            of_mean: entries(p, |i, j| squares(&self.of_mean[i][j], &synthetic.of_mean[i][j])),
            covariance: entries(p, |i, j| w * &self.covariance[i][j] + &u * &synthetic.covariance[i][j]),
            second: SecondMoments::tabulate(self.sigma, |x| {
                let [i, j, k, l] = x;
                let cross = &self.covariance[i][j] * &synthetic.covariance[k][l]
                    + &self.covariance[k][l] * &synthetic.covariance[i][j];
                squares(self.second.at(x), synthetic.second.at(x)) + w * &u * cross
            }),
        }
    }

    fn risks(&self) -> Risks<Q> {
        let p = self.sigma.len();
        let pairs = || (0..p).flat_map(|i| (0..p).map(move |j| (i, j)));
        let square = |(i, j): (usize, usize)| {
            let truth = &self.sigma[i][j];
            self.second.at([i, j, i, j]) - q(2, 1) * truth * &self.covariance[i][j] + truth * truth
        };
        Risks {
            mean: (0..p).map(|i| self.of_mean[i][i].clone()).sum(),
            covariance: pairs().map(square).sum(),
            bias: q(1, 1) - &self.covariance[0][0] / &self.sigma[0][0],
        }
    }
}

fn law(sigma: &[Vec<Q>], n: u64, m: u64) -> MaximumLikelihood<Q> {
    let trace = (0..sigma.len()).map(|i| sigma[i][i].clone()).sum();
    MaximumLikelihood::new(trace, traces(sigma).0, sizes(n, m))
}

#[test]
fn by_the_full_table_of_raw_moments() {
    for sigma in correlated() {
        for (n, m) in [(1, 1), (1, 3), (2, 1), (2, 2), (5, 10), (31, 4)] {
            let law = law(&sigma, n, m);
            for w in [q(0, 1), q(1, 3), q(7, 11), q(1, 1)] {
                let real = Tables::truth(&sigma).fitted(n as i64);
                let mut tables = real.mixed(&real, &q(1, 1));
                let mut path = law.risks(&w);
                for t in 0..6 {
                    assert_eq!(law.risks_at(&w, t), tables.risks(), "n = {n}, m = {m}, w = {w}, t = {t}");
                    assert_eq!(path.next(), Some(tables.risks()), "n = {n}, m = {m}, w = {w}, t = {t}");
                    tables = real.mixed(&tables.fitted(m as i64), &w);
                }
            }
        }
    }
}

/// The same real rows at every generation: E mu_0 mu_t' and all E S_0 (ij) Sigma_t (kl) are carried beside the tables.
#[test]
fn fixed_rows_by_joint_tables() {
    for sigma in correlated() {
        let p = sigma.len();
        for (n, m) in [(1, 1), (1, 3), (2, 1), (2, 2), (5, 10), (31, 4)] {
            let law = law(&sigma, n, m).on_fixed_rows();
            for w in [q(0, 1), q(1, 3), q(7, 11), q(1, 1)] {
                let u = q(1, 1) - &w;
                let real = Tables::truth(&sigma).fitted(n as i64);
                let mut fit = real.mixed(&real, &q(1, 1));
                let mut means = real.of_mean.clone();
                let mut crossed = SecondMoments::tabulate(&sigma, |x| real.second.at(x).clone());
                for t in 0..6 {
                    assert_eq!(law.risks_at(&w, t), fit.risks(), "n = {n}, m = {m}, w = {w}, t = {t}");
                    let drawn = fit.fitted(m as i64);
                    // What a synthetic part keeps of a covariance of which it is drawn.
                    let part = q(m as i64 - 1, m as i64);
                    let squares = |a: &Q, b: &Q| &w * &w * a + &u * &u * b;
                    fit = Tables {
                        sigma: &sigma,
                        of_mean: entries(p, |i, j| {
                            squares(&real.of_mean[i][j], &drawn.of_mean[i][j]) + &w * &u * (&means[i][j] + &means[j][i])
                        }),
                        covariance: entries(p, |i, j| &w * &real.covariance[i][j] + &u * &drawn.covariance[i][j]),
                        second: SecondMoments::tabulate(&sigma, |x| {
                            let both = crossed.at(x) + crossed.at([x[2], x[3], x[0], x[1]]);
                            squares(real.second.at(x), drawn.second.at(x)) + &w * &u * &part * both
                        }),
                    };
                    means = entries(p, |i, j| &w * &real.of_mean[i][j] + &u * &means[i][j]);
                    crossed = SecondMoments::tabulate(&sigma, |x| &w * real.second.at(x) + &u * &part * crossed.at(x));
                }
            }
        }
    }
}

/// On fixed rows the mean is best at w = 1; the covariance is not, where synthetic rows shrink it.
#[test]
fn fixed_rows_at_the_optimum() {
    for (n, m, t2) in [(2, 1, 3.0), (30, 20, 4.0), (5, 100, 9.0), (1000, 1000, 3.0)] {
        let law = MaximumLikelihood::new(3.0, t2, sizes(n, m)).on_fixed_rows();
        assert_eq!(law.optimal_weight_of_mean(), Some(1.0));
        let w = law.optimal_weight_of_covariance().unwrap();
        let best = law.limit(&w).covariance;
        assert!(w < 1.0 && best < law.limit(&1.0).covariance, "n = {n}, m = {m}: {w}");
        // By hand: the variance (n-1)/n^2 (T2 + T^2) of the real rows' covariance, and the bias 1/n.
        let rows = n as f64;
        let alone = (rows - 1.0) / (rows * rows) * (t2 + 9.0) + t2 / (rows * rows);
        assert_close("w = 1", law.limit(&1.0).covariance, alone, MAXIMUM_LIKELIHOOD);
        // Its slope there, 2 (n-1)/(n^2 m) T^2.
        let constants = jet_law(&law);
        let slope = float(&constants.limit(&Jet::variable(q(1, 1))).covariance.derivative);
        assert_close("slope", slope, 18.0 * (rows - 1.0) / (rows * rows * m as f64), MAXIMUM_LIKELIHOOD);
        for other in [0.01, 0.3, 0.7, 0.95] {
            assert!(law.limit(&other).covariance >= best, "{other}");
            assert!(law.limit(&other).mean > law.limit(&1.0).mean, "{other}");
        }
    }
    let law = MaximumLikelihood::new(1.0, 1.0, sizes(1, 5)).on_fixed_rows();
    assert!(law.optimal_weight_of_mean().is_none() && law.limit(&0.3).mean == 1.0);
}

/// p = 2, Sigma = I, n W = T T' with T = ((a, 0), (c, b)): a^2 and b^2 chi-squared(d) and (d - 1), c standard normal, d = n - 1.
#[test]
fn first_generation_in_two_dimensions_by_bartlett() {
    for n in 3..40i64 {
        let d = n - 1;
        let (a2, a4, b2, b4) = (q(d, 1), q(d * (d + 2), 1), q(d - 1, 1), q((d - 1) * (d + 1), 1));
        // tr W^2 = a^4 + 2 a^2 c^2 + (c^2 + b^2)^2, tr W = a^2 + c^2 + b^2.
        let square = a4 + q(2, 1) * &a2 + q(3, 1) + q(2, 1) * &b2 + b4;
        let trace = a2 + q(1, 1) + b2;
        let risk = square / q(n * n, 1) - q(2, n) * trace + q(2, 1);
        let law = MaximumLikelihood::new(q(2, 1), q(2, 1), sizes(n as u64, 5));
        assert_eq!(law.risks_at(&q(1, 2), 0).covariance, risk, "n = {n}");
    }
}

/// mpmath, 50 digits, raw moments M, e, P, Q stepped from generation 0:
/// P = kP (w^2 (1 - 1/n^2) + X) + u^2 (1 - 1/m^2) P, Q = kQ (w^2 (1 - 1/n)(1 - 2/n) + X) + u^2 (1 - 1/m)(1 - 2/m) Q,
/// X = 2 w u (1 - 1/n)(1 - 1/m) M; kP = 2 T2 + T^2, kQ = T2 - T^2; risk (P + Q)/3 - 2 M T2 + T2
#[test]
fn digits() {
    let table = [
        (100, 100, 1.0, 1.0, 0.0, 532, 0.99528416370653981051, 1.9386613417247587499, 0.99528416370653981051),
        (32, 32, 1.0, 1.0, 0.0, 100, 0.95950669105579041265, 1.8250450641343690081, 0.95950669105579041265),
        (10, 5, 2.0, 3.0, 0.3, 7, 0.2790506667020084, 0.95382914390385779046, 0.381417864749056),
        (2, 1, 1.0, 1.0, 0.25, 2, 0.435546875, 0.796875, 0.875),
    ];
    for (n, m, trace, square_trace, w, t, mean, covariance, bias) in table {
        let risks = MaximumLikelihood::new(trace, square_trace, sizes(n, m)).risks_at(&w, t);
        // The first two lines shrink at every step by a factor that is rounded once: the rounding counts t times.
        let tolerance = MAXIMUM_LIKELIHOOD + f64::from(t) * f64::EPSILON;
        assert_close("mean", risks.mean, mean, tolerance);
        assert_close("covariance", risks.covariance, covariance, tolerance);
        assert_close("bias", risks.bias, bias, tolerance);
    }
    let many = MaximumLikelihood::new(2.0, 2.0, sizes(1_000_000_000, 1_000_000_000)).risks_at(&0.618, 3);
    assert_close("mean", many.mean, 1.2384417335839739224e-9, MAXIMUM_LIKELIHOOD);
    assert_close("covariance", many.covariance, 3.7153252003019673894e-9, MAXIMUM_LIKELIHOOD);
    assert_close("bias", many.bias, 1.5836669671589230963e-9, MAXIMUM_LIKELIHOOD);
}

/// mpmath, 50 digits: lu_solve of the fixed-point equations of the four raw moments.
#[test]
fn limits_by_digits() {
    let table = [
        (100, 100, 2.0, 2.0, 0.618, 0.012305726325704373432, 0.036883636584509510719, 0.016081824322151104821),
        (10, 5, 2.0, 3.0, 0.3, 0.27112299465240641711, 0.93781135119668029956, 0.38636363636363636364),
        (2, 3, 3.0, 3.0, 0.7, 0.85096153846153846154, 2.5801630434782608696, 0.5625),
    ];
    for (n, m, trace, square_trace, w, mean, covariance, bias) in table {
        let law = MaximumLikelihood::new(trace, square_trace, sizes(n, m));
        let limit = law.limit_risks(Weight::new(w).unwrap());
        assert_close("mean", limit.mean, mean, MAXIMUM_LIKELIHOOD);
        assert_close("covariance", limit.covariance, covariance, MAXIMUM_LIKELIHOOD);
        assert_close("bias", limit.bias, bias, MAXIMUM_LIKELIHOOD);
        assert_eq!(limit, law.limit(&w));
        let late = average(law.risks(&w).map(|risks| risks.covariance), 500..510).unwrap();
        assert_close("late", late, covariance, MAXIMUM_LIKELIHOOD);
    }
}

/// w = 0: the mean ends where a single row is, the covariance at 0; T (1 - (1 - 1/n)(1 - 1/m)^t) on the way.
#[test]
fn without_real_rows_it_saturates() {
    for (n, m) in [(1, 1), (1, 4), (2, 1), (5, 3), (10, 10)] {
        let law = MaximumLikelihood::new(q(7, 2), q(5, 1), sizes(n, m));
        let kept = |t: i32| q(n as i64 - 1, n as i64) * q(m as i64 - 1, m as i64).pow(t);
        for t in [0, 1, 7, 30] {
            let risks = law.risks_at(&q(0, 1), t as u32);
            assert_eq!(risks.mean, q(7, 2) * (q(1, 1) - kept(t)));
            assert_eq!(risks.bias, q(1, 1) - kept(t));
        }
        let law = MaximumLikelihood::new(3.5, 5.0, sizes(n, m));
        let limit = law.limit_risks(Weight::ZERO);
        assert_eq!((limit.mean, limit.covariance, limit.bias), (3.5, 5.0, 1.0));
        let late = law.risks_at(&0.0, 20_000);
        assert_close("mean", late.mean, 3.5, MAXIMUM_LIKELIHOOD);
        assert_close("covariance", late.covariance, 5.0, MAXIMUM_LIKELIHOOD);
    }
    // A small weight halves the collapsed mean's risk: T (1 - 1/n)/2.
    let law = MaximumLikelihood::new(1.0, 1.0, sizes(10, 10));
    assert_close("w -> 0", law.limit_risks(Weight::new(1e-12).unwrap()).mean, 0.45, PRINTED);
}

/// The variance overshoots what it tends to: at n = m = 100 its risk is largest, 1.93866, at t = 532.
#[test]
fn the_variance_overshoots() {
    let law = MaximumLikelihood::new(1.0, 1.0, sizes(100, 100));
    let path: Vec<f64> = law.risks(&0.0).take(2000).map(|risks| risks.covariance).collect();
    let largest = path.iter().copied().fold(0.0, f64::max);
    assert_eq!(path.iter().position(|risk| *risk == largest), Some(532));
    assert_close("largest", largest, 1.9386613417247587499, 1e-12);
}

fn jet_law(law: &MaximumLikelihood<f64>) -> MaximumLikelihood<Jet<Q>> {
    let constant = |x: f64| Jet::constant(exact(x));
    let jets = MaximumLikelihood::new(constant(law.trace), constant(law.square_trace), law.sizes);
    if *law == MaximumLikelihood::new(law.trace, law.square_trace, law.sizes) { jets } else { jets.on_fixed_rows() }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn limit_is_reached(n in 1u64..40, m in 1u64..40, t2 in 1.0..9.0f64, w in 0.05..1.0f64) {
        let law = MaximumLikelihood::new(3.0, t2, sizes(n, m));
        for law in [law, law.on_fixed_rows()] {
            let (late, limit) = (law.risks_at(&w, 1000), law.limit_risks(Weight::new(w).unwrap()));
            assert_close("mean", late.mean, limit.mean, MAXIMUM_LIKELIHOOD);
            assert_close("covariance", late.covariance, limit.covariance, MAXIMUM_LIKELIHOOD);
            assert_close("bias", late.bias, limit.bias, MAXIMUM_LIKELIHOOD);
        }
    }

    #[test]
    fn floats_follow_the_exact_law(n in log_uniform(0.0, 12.0), m in log_uniform(0.0, 12.0), w in 0.0..=1.0f64, t in 0u32..12) {
        let sizes = sizes(n as u64, m as u64);
        let float_law = MaximumLikelihood::new(3.0, 4.0, sizes);
        let exact_law = MaximumLikelihood::new(q(3, 1), q(4, 1), sizes);
        let (got, want) = (float_law.risks_at(&w, t), exact_law.risks_at(&exact(w), t));
        for (what, got, want) in [
            ("mean", got.mean, want.mean), ("covariance", got.covariance, want.covariance), ("bias", got.bias, want.bias),
        ] {
            assert_close(what, got, float(&want), MAXIMUM_LIKELIHOOD);
        }
        let (got, want) = (float_law.limit(&w), exact_law.limit(&exact(w)));
        for (what, got, want) in [
            ("mean", got.mean, want.mean), ("covariance", got.covariance, want.covariance), ("bias", got.bias, want.bias),
        ] {
            assert_close(what, got, float(&want), MAXIMUM_LIKELIHOOD);
        }
    }

    /// In exact rationals, the slope of the mean's limit risk changes its sign between the floats some ulps below and above the computed optimum, and
    /// nowhere else.
    #[test]
    fn optimum_of_the_mean_is_enclosed(n in log_uniform(0.31, 12.0), m in log_uniform(0.0, 12.0), other in fraction()) {
        let law = MaximumLikelihood::new(1.0, 1.0, sizes(n as u64, m as u64));
        let exact_law = jet_law(&law);
        let slope = |w: Q| exact_law.limit(&Jet::variable(w)).mean.derivative;
        let w = law.optimal_weight_of_mean().unwrap();
        let (low, high) = around(w, MAXIMUM_LIKELIHOOD_MEAN_ULPS);
        prop_assert_eq!(sign(&slope(exact(low))), Less);
        prop_assert_eq!(sign(&slope(exact(high))), Greater);
        prop_assume!(other != q(0, 1) && other != exact(w));
        prop_assert_eq!(sign(&slope(other.clone())), if other < exact(w) { Less } else { Greater });
    }

    #[test]
    fn optimum_of_the_covariance_is_enclosed_and_best(
        n in log_uniform(0.31, 6.0), m in log_uniform(0.0, 6.0), p in log_uniform(0.0, 3.0), s in -40.0..20.0f64,
    ) {
        // Sigma = I_p.
        let (n, m, p) = (n as u64, m as u64, p.floor());
        let law = MaximumLikelihood::new(p, p, sizes(n, m));
        let exact_law = jet_law(&law);
        let slope = |w: f64| exact_law.limit(&Jet::variable(exact(w))).covariance.derivative;
        let w = law.optimal_weight_of_covariance().unwrap();
        prop_assert_eq!(sign(&slope(w * (1.0 - MAXIMUM_LIKELIHOOD_OPTIMUM))), Less);
        prop_assert_eq!(sign(&slope((w * (1.0 + MAXIMUM_LIKELIHOOD_OPTIMUM)).min(1.0))), Greater);
        let other = 1.0 / (1.0 + (-s).exp());
        prop_assert!(law.limit(&w).covariance <= law.limit(&other).covariance * (1.0 + MAXIMUM_LIKELIHOOD));
    }
}

/// mpmath, 50 digits: findroot of the numerical derivative of the solved limits.
#[test]
fn optima_by_digits() {
    let table = [
        (
            100,
            100,
            2.0,
            2.0,
            0.61450798619373564166,
            0.012304991545401809267,
            0.61529222253781077902,
            0.036882330278972204219,
        ),
        (10, 5, 2.0, 3.0, 0.6931428843738903569, 0.14045573501530606523, 0.7146473781739713269, 0.50017282640550007744),
        (
            31,
            47,
            3.0,
            4.0,
            0.53579890955012950174,
            0.052072259360872840037,
            0.53824336371751430727,
            0.22505381768287834676,
        ),
        (
            1000,
            10,
            1.0,
            1.0,
            0.99017113371360090162,
            0.0009901759616715570379,
            0.99019016976132477756,
            0.0019803886094940375533,
        ),
    ];
    for (n, m, trace, square_trace, of_mean, mean, of_covariance, covariance) in table {
        let law = MaximumLikelihood::new(trace, square_trace, sizes(n, m));
        let w = law.optimal_weight_of_mean().unwrap();
        assert_close("w* of the mean", w, of_mean, MAXIMUM_LIKELIHOOD);
        assert_close("its risk", law.limit(&w).mean, mean, MAXIMUM_LIKELIHOOD);
        let w = law.optimal_weight_of_covariance().unwrap();
        assert_close("w* of the covariance", w, of_covariance, MAXIMUM_LIKELIHOOD_OPTIMUM);
        assert_close("its risk", law.limit(&w).covariance, covariance, MAXIMUM_LIKELIHOOD);
    }
}

#[test]
fn one_real_row_has_no_optimum() {
    let law = MaximumLikelihood::new(1.0, 1.0, sizes(1, 5));
    assert_eq!(law.optimal_weight_of_mean(), None);
    assert_eq!(law.optimal_weight_of_covariance(), None);
    assert_eq!(law.limit(&0.01).mean, 0.01 / 1.99);
}

/// Where p is large beside n the collapsed model is the better one: a weight far below 1/m.
#[test]
fn many_dimensions_collapse_on_purpose() {
    let law = MaximumLikelihood::new(100.0, 100.0, sizes(5, 50));
    let w = law.optimal_weight_of_covariance().unwrap();
    assert!(w < 0.02, "{w}");
    let risk = law.limit(&w).covariance;
    assert!(risk < 100.0 && law.limit(&0.5).covariance > 300.0, "{risk} at {w}");
}
