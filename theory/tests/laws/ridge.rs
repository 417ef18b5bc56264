//! Ridge regression on one fixed design.

use goldenweight_theory::parameters::Weight;
use goldenweight_theory::ridge::Ridge;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational as Q;

/// One direction, by hand: s = 1, lambda = 1, so a = 1/2; sigma^2/n = 1, b^2 = 4, w = 1/2, k = 1.
#[test]
fn a_direction_by_hand() {
    let q = Q::ratio;
    let law = Ridge { noise: q(1, 1), penalty: q(1, 1), ratio: q(1, 1), directions: vec![(q(1, 1), q(4, 1))] };
    // v_0 = 1/4, d_0 = 1/2; v_1 = 1/8 + 1/64, d_1 = 1/2 + 1/8.
    let found: Vec<Q> = law.risks(&q(1, 2), |_| true).take(2).collect();
    assert_eq!(found, [q(5, 4), q(9, 64) + q(25, 16)]);
}

/// Limits as they are usually written, and late generations.
#[test]
fn limits() {
    let (s, lambda, b2, w, k, noise) = (1.7f64, 0.3f64, 2.5f64, 0.4f64, 0.5f64, 0.2f64);
    let law = Ridge { noise, penalty: lambda, ratio: k, directions: vec![(s, b2), (0.0, 1.5)] };
    let weight = Weight::new(w).unwrap();
    let [variance, bias] = law.limit_parts(weight);
    let u = 1.0 - w;
    let expected = noise * (w * w + k * u * u) * s / ((w * s + lambda) * ((2.0 - w) * s + lambda));
    assert!((variance / expected - 1.0).abs() < 1e-14);
    let share = (lambda / w) / (s + lambda / w);
    assert!((bias / (share * share * b2 + 1.5) - 1.0).abs() < 1e-14);
    assert!((law.risk_at(weight, 200) / (variance + bias) - 1.0).abs() < 1e-14);
}

/// Without a penalty w*(k), whatever the design; with a penalty above it.
#[test]
fn optima() {
    for k in [0.1f64, 1.0, 5.0] {
        let directions = vec![(0.2, 1.0), (3.0, 0.5), (0.0, 2.0)];
        let law = Ridge { noise: 0.3, penalty: 0.0, ratio: k, directions };
        let golden = 2.0 / (1.0 + (1.0 + 4.0 / k).sqrt());
        assert!((law.optimal_weight() / golden - 1.0).abs() < 1e-14);
        assert!(Ridge { penalty: 0.1, ..law }.optimal_weight() > golden + 1e-3);
    }
}
