//! The covariance against the full matrix of second moments, and its optimum.

use std::cmp::Ordering::{Greater, Less};

use goldenweight_theory::covariance::{CovarianceSystem, Moments, threshold};
use goldenweight_theory::gaussian;
use goldenweight_theory::jet::Jet;
use goldenweight_theory::parameters::{DegreesOfFreedom, Weight};
use proptest::prelude::*;

use crate::precision::{COVARIANCE_OPTIMUM, COVARIANCE_OPTIMUM_ULPS, POSITIVE_TERMS};
use crate::support::{Q, around, assert_close, cases, exact, fraction, log_uniform, q, sign, sizes};

fn df(n: u64, m: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(n, m)).unwrap()
}

/// E Sigma_t (ij) Sigma_t (kl), all p^4 of them, generation by generation, and (V, U) from them.
pub struct SecondMoments<'a> {
    sigma: &'a [Vec<Q>],
    matrix: Vec<Q>,
}

impl<'a> SecondMoments<'a> {
    fn index(p: usize, [i, j, k, l]: [usize; 4]) -> usize {
        ((i * p + j) * p + k) * p + l
    }

    pub fn tabulate(sigma: &'a [Vec<Q>], f: impl Fn([usize; 4]) -> Q) -> Self {
        let p = sigma.len();
        let digits = |x: usize| [x / p / p / p, x / p / p % p, x / p % p, x % p];
        Self { sigma, matrix: (0..p.pow(4)).map(|x| f(digits(x))).collect() }
    }

    pub fn at(&self, indices: [usize; 4]) -> &Q {
        &self.matrix[Self::index(self.sigma.len(), indices)]
    }

    /// Of a sample covariance with `df` degrees of freedom, given the second moments of the rows' covariance C: by
    /// Isserlis, E x_i x_j x_k x_l = C_ij C_kl + C_ik C_jl + C_il C_jk, and the mean of df independent x x' has the two
    /// last over df.
    pub fn sampled(&self, df: i64) -> Self {
        Self::tabulate(self.sigma, |[i, j, k, l]| {
            self.at([i, j, k, l]) + (self.at([i, k, j, l]) + self.at([i, l, j, k])) / q(df, 1)
        })
    }

    pub fn truth(sigma: &'a [Vec<Q>]) -> Self {
        Self::tabulate(sigma, |[i, j, k, l]| &sigma[i][j] * &sigma[k][l])
    }

    fn retrained(&self, w: &Q, c: i64, d: i64) -> Self {
        let (truth, u) = (Self::truth(self.sigma), q(1, 1) - w);
        let (real, synthetic) = (truth.sampled(c), self.sampled(d));
        Self::tabulate(self.sigma, |x| w * w * real.at(x) + q(2, 1) * w * &u * truth.at(x) + &u * &u * synthetic.at(x))
    }

    pub fn moments(&self) -> Moments<Q> {
        let (truth, p) = (Self::truth(self.sigma), self.sigma.len());
        let centred = |x| self.at(x) - truth.at(x);
        let pairs = || (0..p).flat_map(|i| (0..p).map(move |j| (i, j)));
        Moments {
            risk: pairs().map(|(i, j)| centred([i, j, i, j])).sum(),
            trace_variance: pairs().map(|(i, j)| centred([i, i, j, j])).sum(),
        }
    }
}

/// tr Sigma^2 and (tr Sigma)^2.
pub fn traces(sigma: &[Vec<Q>]) -> (Q, Q) {
    let trace: Q = (0..sigma.len()).map(|i| sigma[i][i].clone()).sum();
    (sigma.iter().flatten().map(|x| x * x).sum(), &trace * &trace)
}

/// Covariances in dimensions 1, 2 and 3, correlated.
pub fn correlated() -> [Vec<Vec<Q>>; 3] {
    let matrix =
        |rows: &[&[i64]]| -> Vec<Vec<Q>> { rows.iter().map(|row| row.iter().map(|&x| q(x, 2)).collect()).collect() };
    [matrix(&[&[3]]), matrix(&[&[5, 2], &[2, 3]]), matrix(&[&[5, 2, -1], &[2, 3, 0], &[-1, 0, 2]])]
}

#[test]
fn by_the_full_matrix_of_second_moments() {
    for sigma in correlated() {
        let (t2, tr2) = traces(&sigma);
        for (c, d) in [(1, 1), (4, 9), (30, 3)] {
            let system = CovarianceSystem::new(t2.clone(), tr2.clone(), df(c as u64 + 1, d as u64 + 1));
            for w in [q(0, 1), q(1, 3), q(7, 11), q(1, 1)] {
                let mut full = SecondMoments::truth(&sigma).sampled(c);
                let mut stepped = system.start();
                for t in 0..6 {
                    assert_eq!(stepped, full.moments(), "step: c = {c}, d = {d}, w = {w}, t = {t}");
                    assert_eq!(system.moments_at(&w, t), stepped, "closed form: c = {c}, d = {d}, w = {w}, t = {t}");
                    full = full.retrained(&w, c, d);
                    stepped = system.step(&w, &stepped);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn limit_is_the_fixed_point(t2 in 1i64..50, extra in 0i64..50, n in 2u64..60, m in 2u64..60, w in fraction()) {
        let system = CovarianceSystem::new(q(t2, 5), q(t2 + extra, 5), df(n, m));
        let gap = q(1, 1) - q(m as i64 + 1, m as i64 - 1) * (q(1, 1) - &w).pow(2);
        prop_assume!(sign(&gap) == Greater);
        let limit = system.limit(&w);
        prop_assert_eq!(system.step(&w, &limit), limit);
    }

    #[test]
    fn in_dimension_one_it_is_the_variance(
        s in 1i64..50, n in 2u64..60, m in 2u64..60, w in fraction(), t in 0u32..12,
    ) {
        let sigma2 = q(s, 7);
        let system = CovarianceSystem::new(&sigma2 * &sigma2, &sigma2 * &sigma2, df(n, m));
        let moments = system.moments_at(&w, t);
        prop_assert_eq!(&moments.risk, &gaussian::variance(sigma2, df(n, m)).risk_at(&w, t));
        prop_assert_eq!(moments.risk, moments.trace_variance);
    }

    /// In exact rationals, the derivative of the limit risk changes its sign between the floats some ulps below and above the computed optimum.
    #[test]
    fn optimum_is_enclosed(c in log_uniform(0.0, 7.0), d in log_uniform(0.0, 7.0), p in 1.0..50.0f64) {
        let sizes = df(c as u64 + 1, d as u64 + 1);
        // Between Sigma = I_p and a single direction, (tr Sigma)^2 / tr Sigma^2 takes every value in 1..p.
        let system = CovarianceSystem::new(1.0, p, sizes);
        let constant = |x: f64| Jet::constant(exact(x));
        let rational = CovarianceSystem::new(constant(1.0), constant(p), sizes);
        let slope = |w: f64| rational.limit(&Jet::variable(exact(w))).risk.derivative;
        let (low, high) = around(system.optimal_weight(), COVARIANCE_OPTIMUM_ULPS);
        prop_assert_eq!(sign(&slope(low)), Less);
        prop_assert_eq!(sign(&slope(high)), Greater);
        prop_assert!(threshold(sizes.synthetic()) < low && high < 1.0);
    }

    /// The exact sign of 1 - u^2 (1 + 2/d) changes within 4 floats of the threshold.
    #[test]
    fn threshold_is_enclosed(d in log_uniform(0.0, 15.0)) {
        let d = d as u64;
        let gap = |w: f64| q(1, 1) - q(d as i64 + 2, d as i64) * (q(1, 1) - exact(w)).pow(2);
        let (below, above) = around(threshold(d), 4);
        prop_assert_eq!(sign(&gap(below)), Less);
        prop_assert_eq!(sign(&gap(above)), Greater);
    }
}

#[test]
fn digits() {
    // mpmath, 40 digits: findroot of the numerical derivative of V, V by lu_solve of the fixed-point equations of the
    // 2x2 system
    let table = [
        (100, 100, 2.0, 4.0, 0.61980993785857511163, 0.03756414161358092679),
        (10, 5, 3.0, 9.0, 0.76813529067907195177, 1.0239257932162503413),
        (31, 47, 2.5, 4.5, 0.55014088581133698961, 0.12836320197110380869),
        (1000, 10, 1.0, 1.0, 0.99116696933588042587, 0.0019843182569286895413),
    ];
    for (n, m, t2, tr2, w, risk) in table {
        let system = CovarianceSystem::new(t2, tr2, df(n, m));
        assert_close("w*", system.optimal_weight(), w, COVARIANCE_OPTIMUM);
        assert_close("V(w*)", system.optimal_risk(), risk, POSITIVE_TERMS);
    }
    let system = CovarianceSystem::new(2.0, 4.0, df(100, 100));
    assert_close("V(.618)", system.limit(&0.618).risk, 0.037564754820213431063, POSITIVE_TERMS);
}

#[test]
fn threshold_digits_and_divergence() {
    // mpmath, 50 digits: 1 - sqrt(mpf(m-1)/(m+1))
    for (m, digits) in [
        (5, 0.18350341907227396727),
        (10, 0.09546596626670913206),
        (100, 0.0099504962871905979273),
        (1000, 0.00099950049962537468781),
        (1_000_000_000, 9.999999995000000005e-10),
    ] {
        assert_close("w_c", threshold(m - 1), digits, POSITIVE_TERMS);
        let system = CovarianceSystem::new(2.0, 4.0, df(50, m));
        let at = |w: f64| Weight::new(w).unwrap();
        assert!(system.diverges(at(digits * 0.999)) && system.limit_risk(at(digits * 0.999)) == f64::INFINITY);
        assert!(!system.diverges(at(digits * 1.001)) && system.limit_risk(at(digits * 1.001)).is_finite());
    }
    let system = CovarianceSystem::new(2.0, 4.0, df(10, 10));
    assert!(system.diverges(Weight::new(0.09).unwrap()) && !system.diverges(Weight::new(0.1).unwrap()));
}
