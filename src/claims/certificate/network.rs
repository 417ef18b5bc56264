//! Several models: their laws in exact rationals.

use goldenweight_theory::network::{
    exchangeable_risk, exchangeable_slope, exchangeable_threshold, exchangeable_weight,
};
use goldenweight_theory::parameters::{MixingRatio, SampleSizes};
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational as Q;
use num_traits::{Signed, Zero};

use super::Certificate;
use crate::claims::linked::{self, Model};
use crate::claims::network::{alike, means, modes, of_modes, rescued_risk, shares};

fn model(start: u64, real: Option<(u64, u64)>, from: &[(usize, u64, u64)]) -> Model {
    Model { start, real, from: from.to_vec() }
}

/// Small networks of two models, so small that all samples of two generations can be written down.
fn small() -> Vec<(&'static str, Vec<Model>)> {
    vec![
        ("each from the other", vec![model(2, None, &[(1, 2, 1)]), model(1, None, &[(0, 3, 1)])]),
        ("teacher and student", vec![model(1, Some((2, 1)), &[(0, 1, 2)]), model(2, None, &[(0, 2, 1), (1, 1, 3)])]),
        (
            "both from both",
            vec![model(1, Some((1, 1)), &[(0, 1, 1), (1, 2, 1)]), model(2, Some((2, 2)), &[(0, 1, 1), (1, 1, 2)])],
        ),
    ]
}

/// Whether a law has these entries at generations 0, 1, 2.
fn equal(models: &[Model], found: &[Vec<Q>], unit: &Q) -> bool {
    let (law, size) = (shares::<Q>(models), models.len());
    let at = |(t, found): (usize, &Vec<Q>)| {
        let after = law.after(t as u32);
        found.len() == size * size && (0..size * size).all(|k| unit * after.between(k / size, k % size) == found[k])
    };
    found.len() == 3 && found.iter().enumerate().all(at)
}

/// A cell of probability 1/3: as in a single model one probability tells all.
pub fn enumerated() -> Certificate {
    let p = Q::ratio(1, 3);
    let unit = Q::ratio(2, 9);
    let compared = small().into_iter().map(|(name, models)| {
        let found = linked::enumerated(&models, &p, 2);
        (name, equal(&models, &found, &unit))
    });
    Certificate::at_places("E(p_i − p)(p_j − p), t = 0..2", compared)
}

/// A ring of two: all samples, against the single model, and no covariance.
pub fn ring() -> Certificate {
    let p = Q::ratio(1, 3);
    let compared = [(1, 2, 1, 1), (2, 1, 1, 2), (2, 2, 3, 1)].map(|(n, m, real, synthetic)| {
        let models: Vec<Model> = (0..2).map(|i| model(n, Some((n, real)), &[(1 - i, m, synthetic)])).collect();
        let found = linked::enumerated(&models, &p, 2);
        let sizes = SampleSizes::new(n, m).expect("rows");
        let law = goldenweight_theory::categorical::law(&[p.clone(), Q::one() - &p], sizes);
        let w = Q::ratio(real as i64, (real + synthetic) as i64);
        let holds = found.len() == 3
            && found.iter().zip(0..).all(|(found, t)| {
                // The sum over two cells.
                let risk = law.risk_at(&w, t) / Q::ratio(2, 1);
                found[0] == risk && found[3] == risk && found[1].is_zero()
            });
        (format!("n = {n}, m = {m}, w = {w}"), holds)
    });
    Certificate::at_places("a ring of two, all samples, t = 0..2", compared)
}

/// V_ij of covariances, Sigma = diag(1, 1/2).
pub fn covariances() -> Certificate {
    let sigma = [Q::one(), Q::ratio(1, 2)];
    let networks = [
        ("each from the other", vec![model(3, None, &[(1, 2, 1)]), model(2, None, &[(0, 4, 1)])]),
        (
            "both from both",
            vec![model(2, Some((3, 1)), &[(0, 2, 1), (1, 3, 1)]), model(3, Some((2, 2)), &[(0, 4, 1), (1, 2, 2)])],
        ),
        ("teacher and student", vec![model(2, Some((2, 1)), &[]), model(3, None, &[(0, 2, 1), (1, 5, 3)])]),
    ];
    let places = networks.into_iter().flat_map(|(name, models)| [0, 1, 3].map(|t| (name, models.clone(), t)));
    let compared = places.map(|(name, models, t)| {
        let law = modes(&models, &Q::ratio(5, 4), &Q::ratio(9, 4));
        let found = linked::covariances(&models, &sigma, t);
        let holds = found.len() == 4 && (0..4).all(|k| of_modes(&law, t, k / 2, k % 2) == found[k]);
        (format!("{name}, t = {t}"), holds)
    });
    Certificate::at_places("E tr(Σ_i − Σ)(Σ_j − Σ)", compared)
}

/// Every graph of one, two and three models: which edges there are, and which models have real rows. Weights and rows differ, so that nothing is equal by chance.
pub fn every_graph() -> Certificate {
    let graphs = (1..=3_usize).flat_map(|size| (0..1_u32 << (size * size + size)).map(move |code| (size, code)));
    let of = |(size, code): (usize, u32)| {
        let bit = |place: usize| code >> place & 1 == 1;
        let model = |i: usize| {
            let from = (0..size).filter(|j| bit(i * size + j)).map(|j| (j, 2 + j as u64, 1 + ((i + 2 * j) % 3) as u64));
            Model { start: 3, real: bit(size * size + i).then_some((4, 1 + i as u64)), from: from.collect() }
        };
        (0..size).map(model).collect::<Vec<_>>()
    };
    let is_whole = |models: &Vec<Model>| models.iter().all(|model| model.real.is_some() || !model.from.is_empty());
    let compared = graphs.map(of).filter(is_whole).map(|models| {
        let bounded = !means::<Q>(&models).classes().all.iter().any(|class| class.closed);
        let holds = bounded != linked::determinant(&models).is_zero();
        (format!("{models:?}"), holds)
    });
    Certificate::at_places("bounded where I − W is regular: graphs of up to three models", compared)
}

/// The ring that one edge rescues: the first risk, and the next ones.
pub fn rescued() -> Certificate {
    let compared = [(1, 5, 4, 3, 1, 1), (2, 7, 2, 3, 2, 1), (3, 4, 5, 6, 1, 3), (4, 2, 3, 9, 5, 2)].map(
        |(models, n, m, outside, part, rest)| {
            let size = models as usize;
            let link = |i: usize| {
                let before = ((i + size - 1) % size, m, rest);
                model(3, None, &if i == 0 { vec![before, (size, outside, part)] } else { vec![before] })
            };
            let all: Vec<Model> = (0..size).map(link).chain([model(n, Some((n, 1)), &[])]).collect();
            let eps = Q::ratio(part as i64, (part + rest) as i64);
            let first = rescued_risk(models, &eps, (n, m, outside));
            let holds = linked::solved(&all).is_some_and(|found| {
                let risk = |i: usize| &found[i * (size + 2)];
                (0..size).all(|i| *risk(i) == &first + Q::ratio(i as i64, m as i64))
            });
            (format!("K = {models}, n = {n}, m = {m}, ε = {eps}"), holds)
        },
    );
    Certificate::at_places("rescued rings", compared)
}

/// The limit of exchangeable models.
pub fn exchangeable() -> Certificate {
    let places =
        (1..=4_usize).flat_map(|models| [(3, 2, 1, 1), (1, 5, 2, 3), (7, 4, 1, 5)].map(|place| (models, place)));
    let compared = places.map(|(models, (n, m, real, others))| {
        let w = Q::ratio(real as i64, real as i64 + others as i64 * models as i64);
        let k: MixingRatio<Q> = SampleSizes::new(n, m).expect("rows").mixing_ratio();
        let law = exchangeable_risk(&k, models as u64, &w) / Q::ratio(n as i64, 1);
        let found = linked::solved(&alike(models, (n, m), real, others));
        (format!("K = {models}, n = {n}, m = {m}, w = {w}"), found.is_some_and(|found| found[0] == law))
    });
    Certificate::at_places("K exchangeable models", compared)
}

/// The rational that a float is, and those a few floats beside it.
fn around(x: f64) -> Option<[Q; 2]> {
    let (low, high) = (0..8).fold((x, x), |(low, high), _| (low.next_down(), high.next_up()));
    Some([Q::from_float(low)?, Q::from_float(high)?])
}

/// The slope is negative a few floats below the weight and positive as far above; so are the polynomials of fifth degree at K = 2 and 3.
pub fn optimum() -> Certificate {
    let changes = |w: f64, f: &dyn Fn(&Q) -> Q| {
        around(w).is_some_and(|[low, high]| f(&low).is_negative() && f(&high).is_positive())
    };
    let ratios = [(1, 1), (1, 10), (10, 1), (3, 1000), (1000, 7)];
    let places = ratios.into_iter().flat_map(|sizes| [1, 2, 3, 5, 10, 100].map(|models| (sizes, models)));
    let slopes = places.map(|((n, m), models)| {
        let sizes = SampleSizes::new(n, m).expect("rows");
        let w = exchangeable_weight(&sizes.mixing_ratio(), models);
        let holds = changes(w, &|w| exchangeable_slope(&sizes.mixing_ratio(), models, w));
        (format!("k = {n}/{m}, K = {models}"), holds)
    });
    let quintics = [(2, [3, -13, 16, -2, 1, -1]), (3, [8, -34, 40, -5, 1, -1])].map(|(models, coefficients)| {
        let w = exchangeable_weight(&SampleSizes::new(1, 1).expect("rows").mixing_ratio(), models);
        let quintic = |w: &Q| coefficients.iter().fold(Q::zero(), |sum, &c| sum * w + Q::ratio(c, 1));
        (format!("fifth degree, K = {models}"), changes(w, &quintic))
    });
    Certificate::at_places("the slope changes its sign at the weight", slopes.chain(quintics))
}

/// Many models at a fixed ratio k = a^3: with K = 4 j^3 models (k/(4K^2))^(1/3) is the rational a/(4 j^2). The slope changes its sign within a^2/(2j) of it, relatively, for j
/// up to 2^17. So the optimum is of this size as K grows. Pooling costs less than 1 + 1/(2k) times the risk there, and nearly so much: up to 2/j.
pub fn many() -> Certificate {
    let roots = [(1, 2), (1, 1), (2, 1), (3, 1)];
    let places = roots.into_iter().flat_map(|a| [8, 64, 1024, 1 << 17].map(|j: i64| (a, j)));
    let compared = places.map(|((n, m), j): ((i64, i64), i64)| {
        let a = Q::ratio(n, m);
        let (one, models) = (Q::one(), 4 * j.pow(3) as u64);
        let cube = &a * &a * &a;
        let k = SampleSizes::new(n.pow(3) as u64, m.pow(3) as u64).expect("rows").mixing_ratio();
        let (w, near) = (&a / Q::ratio(4 * j * j, 1), &a * &a / Q::ratio(2 * j, 1));
        let slope = |w: Q| exchangeable_slope(&k, models, &w);
        let turns = slope(&w * (&one - &near)).is_negative() && slope(&w * (&one + &near)).is_positive();
        let kappa = &cube / Q::ratio(models as i64, 1);
        let pooled = exchangeable_risk(&k, models, &(&kappa / (&one + &kappa)));
        let most = (&one + &one / (Q::ratio(2, 1) * &cube)) * exchangeable_risk(&k, models, &w);
        let costs = pooled < most && pooled > most * (&one - Q::ratio(2, j));
        (format!("k = {cube}, K = {models}"), turns && costs)
    });
    Certificate::at_places("(k/(4K²))^(1/3) and the cost of pooling, many models", compared)
}

/// At the threshold lambda u^2 = 1, lambda^2 - (1 + a) lambda + a (1 - 1/K) = 0: the polynomial at 1/u^2 changes its sign within a few floats. Two weakly grounded models of six rows grow for ever, those of
/// nine do not: over one generation, the products of a covariance that sees no real rows.
pub fn thresholds() -> Certificate {
    let places = [(1, 10), (2, 10), (3, 6), (10, 3), (100, 1000)];
    let roots = places.map(|(models, m): (i64, i64)| {
        let w: f64 = exchangeable_threshold(models as u64, m as u64 - 1);
        let polynomial = |w: &Q| {
            let u = Q::one() - w;
            let (a, lambda) = (Q::ratio(2, models * (m - 1)), Q::one() / (&u * &u));
            &lambda * &lambda - (Q::one() + &a) * &lambda + a * (Q::one() - Q::ratio(1, models))
        };
        let holds =
            around(w).is_some_and(|[low, high]| polynomial(&low).is_negative() && polynomial(&high).is_positive());
        (format!("K = {models}, m = {m}"), holds)
    });
    let growing = [(6, true), (9, false)].map(|(rows, grows): (u64, bool)| {
        // Both models alike: V = (x, y; y, x) becomes (a x + b y; ...) where x = E v_1^2 and y = E v_1 v_2.
        let start = |rows: u64| {
            vec![
                model(rows, Some((8, 5)), &[(0, rows, 50), (1, rows, 45)]),
                model(rows, Some((8, 5)), &[(0, rows, 45), (1, rows, 50)]),
            ]
        };
        let law = modes(&start(rows), &Q::one(), &Q::one());
        let equal = (0..4).all(|t| {
            let found = linked::covariances(&start(rows), &[Q::one()], t);
            (0..4).all(|k| of_modes(&law, t, k / 2, k % 2) == found[k])
        });
        // x' = (.5^2 + .45^2)(1 + c) x + 2 .5 .45 y, y' = 2 .5 .45 x + (.5^2 + .45^2) y, c = 2/(m - 1): an eigenvalue of 1 or more where the determinant of 1 - this is negative.
        let (square, cross) = (Q::ratio(181, 400), Q::ratio(180, 400));
        let own = &square * (Q::one() + Q::ratio(2, rows as i64 - 1));
        let determinant = (Q::one() - own) * (Q::one() - square) - &cross * &cross;
        (format!("two models of {rows} rows"), equal && determinant.is_negative() == grows)
    });
    Certificate::at_places("thresholds of covariances", roots.into_iter().chain(growing))
}
