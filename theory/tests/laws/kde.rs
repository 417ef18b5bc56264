//! Kernel density estimation.

use goldenweight_theory::kde::{Frequency, Kde, Kernel, Mixture};
use goldenweight_theory::parameters::{MixingRatio, SampleSizes, Weight};
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational as Q;

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() < tolerance, "{found} {expected}");
}

/// mpmath, 30 digits: the root of the derivative of w^{-1/2} (w^2 + k u^2) Li_{1/2}(u^2)/u^2. Other kernels by quadrature in mpmath.
#[test]
fn limit_weights() {
    let at = |kernel: Kernel, k| kernel.limit_weight(MixingRatio::new(k).unwrap());
    close(at(Kernel::Gaussian, 1.0), 0.675_370_529_745_624_655_2, 1e-14);
    close(at(Kernel::Gaussian, 0.1), 0.312_083_750_078_000_132_9, 1e-14);
    close(at(Kernel::Gaussian, 10.0), 0.935_198_937_419_604_158_3, 1e-14);
    close(at(Kernel::Epanechnikov, 1.0), 0.676_694, 1e-6);
    close(at(Kernel::Biweight, 1.0), 0.676_675, 1e-6);
    close(at(Kernel::Uniform, 1.0), 0.672_306, 1e-6);
    for k in [1e-4f64, 0.1, 1.0, 10.0, 1e4] {
        close(at(Kernel::Sinc, k), 2.0 / (1.0 + (1.0 + 4.0 / k).sqrt()), 1e-13);
    }
    for kernel in Kernel::ALL {
        println!("{kernel:?} {:?}", [1e-6, 1e-3, 0.1, 1.0, 10.0, 1e6].map(|k| at(kernel, k)));
    }
}

#[test]
fn optimum_of_100() {
    for (n, h, w) in [(100, 0.3557, 0.7017), (10_000, 0.13225, 0.68411)] {
        let law = Kde::new(Kernel::Gaussian, h, &Mixture::normal(), sizes(n, n)).unwrap();
        println!("{} {} {}", law.optimal_weight(), w, law.limit_risk(Weight::new(w).unwrap()));
    }
    for kernel in Kernel::ALL {
        let two = Mixture::new(&[(0.5, -1.5, 0.5), (0.5, 1.5, 0.5)]).unwrap();
        for truth in [Mixture::normal(), two] {
            for h in [1e-3, 0.3, 3.0, 100.0] {
                let law = Kde::new(kernel, h, &truth, sizes(30, 20)).unwrap();
                let w = Weight::new(0.4).unwrap();
                println!(
                    "{kernel:?} {h} {} {} {} {} {:?}",
                    law.risk_at(w, 0),
                    law.risk_at(w, 5),
                    law.risk_at(w, 200) / law.limit_risk(w) - 1.0,
                    law.limit_risk(Weight::ZERO),
                    law.optimal_weight()
                );
            }
        }
    }
}
#[test]
fn rational() {
    let _ = Q::ratio(1, 2);
    let _: Option<Frequency<Q>> = None;
}
