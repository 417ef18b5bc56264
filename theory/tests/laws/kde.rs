//! Kernel density estimation.

use std::f64::consts::PI;

use goldenweight_theory::kde::{Kde, Kernel, Mixture};
use goldenweight_theory::parameters::{MixingRatio, SampleSizes, Weight};

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).unwrap()
}

fn weight(w: f64) -> Weight {
    Weight::new(w).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() < tolerance, "{found} {expected}");
}

fn two() -> Mixture {
    Mixture::new(&[(0.3, -1.5, 0.5), (0.7, 1.0, 0.8)]).unwrap()
}

/// mpmath, 30 digits: the root of the derivative of w^{-1/2} (w^2 + k u^2) Li_{1/2}(u^2)/u^2. Other kernels by quadrature with 25 digits, on panels of pi, with the exact
/// integrals of a^2 and a^4.
#[test]
fn limit_weights() {
    let at = |kernel: Kernel, k| kernel.limit_weight(MixingRatio::new(k).unwrap());
    close(at(Kernel::Gaussian, 1.0), 0.675_370_529_745_624_7, 1e-14);
    close(at(Kernel::Gaussian, 0.1), 0.312_083_750_078_000_1, 1e-14);
    close(at(Kernel::Gaussian, 10.0), 0.935_198_937_419_604_2, 1e-14);
    close(at(Kernel::Epanechnikov, 1.0), 0.676_694_022_032_558_1, 1e-13);
    close(at(Kernel::Biweight, 1.0), 0.676_675_341_258_554_4, 1e-13);
    close(at(Kernel::Uniform, 1.0), 0.672_306_265_273_738_6, 1e-13);
    for k in [1e-12f64, 1e-4, 0.1, 1.0, 10.0, 1e4, 1e12] {
        close(at(Kernel::Sinc, k), 2.0 / (1.0 + (1.0 + 4.0 / k).sqrt()), 1e-12);
    }
}

/// One estimate of rows N(0, 1): [1/(n h) + (1 - 1/n)/sqrt(1 + h^2) - 2 sqrt 2/sqrt(2 + h^2) + 1]/(2 sqrt pi).
#[test]
fn one_estimate() {
    for (n, h) in [(1, 1.0f64), (20, 0.4), (1000, 0.05), (7, 30.0)] {
        let law = Kde::new(Kernel::Gaussian, h, &Mixture::normal(), sizes(n, 5)).unwrap();
        let (rows, root) = (n as f64, |x: f64| x.sqrt());
        let sum = 1.0 / (rows * h) + (1.0 - 1.0 / rows) / root(1.0 + h * h) - 2.0 * root(2.0) / root(2.0 + h * h) + 1.0;
        close(law.risk_at(weight(0.3), 0), sum / (2.0 * root(PI)), 1e-12);
        close(law.rows_for(law.risk_at(Weight::ONE, 0)), rows, 1e-10);
    }
}

/// Best bandwidths and weights of many rows, from a search in other software.
#[test]
fn optima() {
    for (n, h, w, risk) in [(100, 0.3557, 0.7017, 0.004_578_9), (10_000, 0.132_25, 0.684_11, 0.000_146_011)] {
        let law = Kde::new(Kernel::Gaussian, h, &Mixture::normal(), sizes(n, n)).unwrap();
        close(law.optimal_weight(), w, 1e-4);
        close(law.limit_risk(weight(w)), risk, 1e-5);
    }
}

/// Every kernel and a mixture of two Gaussians at t = 2: the moments E phi_t and E |phi_t|^2, each integrated by the trapezoidal rule up to X, beyond which the square
/// of the transform has the mean 1/2, 9/2, 225/2 times x^{-2}, x^{-4}, x^{-6} for the three kernels on [-1, 1].
#[test]
fn every_kernel() {
    let (n, m, h, w) = (12.0, 8.0, 0.5, 0.4);
    let u = 1.0 - w;
    let truth = two();
    for kernel in Kernel::ALL {
        let step = 0.002;
        // The transform of the sinc kernel jumps at 1/h: the rule has a node there, which it takes half.
        let transform =
            |x: f64| if kernel == Kernel::Sinc && (x - 1.0).abs() < 1e-9 { 0.5 } else { kernel.transform(x) };
        let loss = |omega: f64| {
            let jump = kernel == Kernel::Sinc && (h * omega - 1.0).abs() < 1e-9;
            let at = |a: f64| {
                let f = truth.power(omega);
                let (mut share, mut square) = (a, a * a * (1.0 / n + (1.0 - 1.0 / n) * f));
                for _ in 0..2 {
                    let real = 1.0 / n + (1.0 - 1.0 / n) * f;
                    let drawn = 1.0 / m + (1.0 - 1.0 / m) * square;
                    square = a * a * (w * w * real + u * u * drawn + 2.0 * w * u * share * f);
                    share = a * (w + u * share);
                }
                square - 2.0 * share * f + f
            };
            if jump { 0.5 * (at(1.0) + at(0.0)) } else { at(transform(h * omega)) }
        };
        let nodes = 1_000_000;
        let end = f64::from(nodes) * step;
        let sum = 0.5 * loss(0.0) + (1..nodes).map(|i| loss(f64::from(i) * step)).sum::<f64>() + 0.5 * loss(end);
        let x = h * end;
        let tail = match kernel {
            Kernel::Gaussian | Kernel::Sinc => 0.0,
            Kernel::Uniform => 0.5 / x,
            Kernel::Epanechnikov => 4.5 / (3.0 * x * x * x),
            Kernel::Biweight => 112.5 / (5.0 * libm::pow(x, 5.0)),
        };
        let expected = (sum * step + (w * w / n + u * u / m) * tail / h) / PI;
        let law = Kde::new(kernel, h, &truth, sizes(12, 8)).unwrap();
        close(law.risk_at(weight(w), 2), expected, 2e-6);
        close(law.risk_at(weight(w), 300), law.limit_risk(weight(w)), 1e-13);
        let path: Vec<f64> = law.risks(weight(w)).take(9).collect();
        close(law.average_risk(weight(w), 0, 9), path.iter().sum::<f64>() / 9.0, 1e-13);
        close(law.risk_at(weight(w), 1), path[1], 1e-13);
        assert!(law.limit_risk(Weight::ZERO) > law.limit_risk(weight(w)));
    }
}

#[test]
fn bandwidths_out_of_range() {
    for h in [0.0, -1.0, 1e-7, 1e7, f64::NAN] {
        assert!(Kde::new(Kernel::Gaussian, h, &Mixture::normal(), sizes(5, 5)).is_err());
    }
    assert!(Mixture::new(&[(1.0, 0.0, 0.0)]).is_err() && Mixture::new(&[]).is_err());
}
