//! Laws where labels do not follow the fitted family.

use goldenweight_theory::misspecified::limit_law;
use goldenweight_theory::misspecified::second_order::{Misspecified, Tensors};
use goldenweight_theory::parameters::Weight;
use goldenweight_theory::second_order::{Expansion, Invariants, Orders, Row, SecondOrder};

use crate::precision::PRINTED;
use crate::support::{Q, assert_close, q, sizes};

/// The mean fitted as if the variance were 1 where it is 5/2: I = 1, J = 5/2. The fit is a plain mean, so the law is
/// exact: real means have variance (5/2)/n, synthetic ones 1/m.
#[test]
fn mean_with_a_wrong_variance() {
    let law = limit_law(q(1, 1), q(5, 2), sizes(10, 6));
    let (w, u) = (q(1, 3), q(2, 3));
    let (real, synthetic) = (q(5, 20), q(1, 6));
    let first = &w * &w * &real + &u * &u * (&synthetic + &real);
    let second = &w * &w * &real + &u * &u * (&synthetic + &first);
    assert_eq!(law.risk_with_weights(&[w.clone(), w]), [real, first, second]);
    assert_eq!(law.kappa(), q(10, 6) * q(2, 5));
}

#[test]
fn adult_moves_the_golden_weight() {
    // mpmath: k = 430.50/420.10; 2/(1+sqrt(1+4/k))
    let law = limit_law(430.50, 420.10, sizes(500, 500));
    assert_close("w*", law.optimal_weight(), 0.622208805335, PRINTED);
}

/// Labels that follow the model: the tensors give what the six invariants give, in rationals, where each of J, K and F alone is 0 as well.
#[test]
fn labels_of_the_model() {
    let rows: Vec<(Row<Q>, [Q; 3])> = [
        ([1, 0], (1, 3), [q(2, 5), q(1, 4), q(-1, 3)]),
        ([1, 2], (1, 2), [q(3, 4), q(-2, 3), q(1, 5)]),
        ([-2, 1], (1, 6), [q(1, 2), q(3, 2), q(2, 7)]),
    ]
    .map(|(x, (n, d), cumulants): ([i64; 2], _, [Q; 3])| {
        let moments = [q(0, 1), cumulants[0].clone(), cumulants[1].clone()];
        (Row { mass: q(n, d), covariates: x.map(|x| q(x, 1)).to_vec(), cumulants }, moments)
    })
    .to_vec();
    let identity = [vec![q(1, 1), q(0, 1)], vec![q(0, 1), q(1, 1)]];
    let alone: Vec<Row<Q>> = rows.iter().map(|(row, _)| row.clone()).collect();
    for (k, w) in [(q(1, 1), q(1, 1)), (q(1, 4), q(1, 3)), (q(3, 1), q(4, 5)), (q(2, 1), q(0, 1))] {
        let law = SecondOrder { invariants: Invariants::discrete(&alone), ratio: k.clone() };
        let found = Misspecified::new(Tensors::of(&rows).into(), &identity, k);
        assert!(found.path(&w).zip(law.path(&w)).take(5).all(|(a, b)| a == b));
        if w != q(0, 1) {
            assert_eq!(found.limit(&w), law.limit(&w));
        }
    }
}

/// Four rows (1, x) whose labels are 1 with these probabilities, the logistic fit to them, and the error 2 d_0^2 - d_0 d_1 + d_1^2.
fn four_rows(ratio: f64) -> Misspecified {
    let beta = [-0.119_902_452_540_842_4, 0.132_918_039_612_772_7];
    let rows = [(0.0, 0.3, 0.5), (1.0, 0.3, 0.2), (2.5, 0.2, 0.8), (-1.0, 0.2, 0.6)].map(
        |(x, mass, chance): (f64, _, f64)| {
            let mean = 1.0 / (1.0 + libm::exp(-beta[0] - beta[1] * x));
            let second = mean * (1.0 - mean);
            let moment = |power: i32| chance * (1.0 - mean).powi(power) + (1.0 - chance) * (-mean).powi(power);
            let cumulants = [second, second * (1.0 - 2.0 * mean), second * (1.0 - 6.0 * second)];
            (Row { mass, covariates: vec![1.0, x], cumulants }, [1, 2, 3].map(moment))
        },
    );
    Misspecified::new(Tensors::of(&rows).into(), &[vec![2.0, -0.5], vec![-0.5, 1.0]], ratio)
}

/// Digits by `tests/references/second_order.py`, where the three orders of g are contracted one by one with H = 1 above.
#[test]
fn four_rows_by_orders() {
    for (k, w, values) in [
        (
            1.0,
            0.6,
            [
                15.326_456_707_180_096,
                100.315_293_383_256_02,
                9.416_308_446_059_613,
                32.689_485_769_760_06,
                9.392_000_915_135_4,
                32.519_313_277_384_54,
            ],
        ),
        (
            0.5,
            0.3,
            [
                15.326_456_707_180_096,
                100.315_293_383_256_02,
                10.472_903_544_612_649,
                30.521_531_355_798_65,
                9.825_751_021_384_482,
                24.706_767_633_113_802,
            ],
        ),
        (
            2.0,
            0.8,
            [
                15.326_456_707_180_096,
                100.315_293_383_256_02,
                11.453_175_478_426_816,
                52.964_183_140_286_24,
                11.452_927_572_562_2,
                52.960_518_709_778_31,
            ],
        ),
    ] {
        let law = four_rows(k);
        let path: Vec<_> = law.path(&w).take(4).collect();
        let found = [path[0], path[3], law.limit(&w)].map(|c| [c.first, c.second]).concat();
        for (i, (found, value)) in found.into_iter().zip(values).enumerate() {
            assert_close(&format!("k = {k}, w = {w}, number {i}"), found, value, 1e-11);
        }
    }
    let last = four_rows(1.0).path(&0.0).nth(3).expect("no end");
    assert_close("w = 0", last.second, 982.234_693_371_229_6, 1e-11);
}

/// The optimum's shift against differences of the limits, the parts against their sum.
#[test]
fn shift_and_parts() {
    let law = four_rows(0.5);
    let limit = law.limit_law();
    let w = limit.optimal_weight();
    let at = |w: f64| law.limit(&w);
    assert_close("R1", at(w).first, limit.optimal_risk(), 1e-12);
    let h = 1e-4;
    let slope = (at(w + h).second - at(w - h).second) / (2.0 * h);
    let curvature = (at(w + h).first - 2.0 * at(w).first + at(w - h).first) / (h * h);
    // The step's square, and the digits that a second difference loses.
    assert_close("shift", law.optimum_shift(), -slope / curvature, 1e-6);
    let parts = law.parts();
    let sum: f64 = parts.iter().map(|part| part.limit(w).second).sum();
    assert_close("parts", sum, at(w).second, 1e-12);
    assert!(parts.iter().all(|part| part.limit(w).second.abs() > 1e-3 && part.limit_law() == limit));
    // In range from the size on.
    let weight = Weight::new(w).expect("in (0, 1)");
    let size = Expansion::new(law, 1.0).size(|law| law.limit(weight));
    assert!(Expansion::new(four_rows(0.5), 5.1 * size).optimal_weight().is_some());
    assert_eq!(Expansion::new(four_rows(0.5), 4.9 * size).optimal_weight(), None);
}
