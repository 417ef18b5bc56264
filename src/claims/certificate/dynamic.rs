//! Weights that change by generation.

use goldenweight_theory::dynamic as theory;
use goldenweight_theory::exact::Exact;
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::weights;
use num_bigint::BigInt;
use num_rational::BigRational;

use super::Certificate;
use super::identity::identity;

/// In units of A_r/nu_n the risk of a generation under the weight w is w^2 + u^2 P = v + (1 + P)(w - v)^2 with v = P/(1 + P). So v is both the least risk and the
/// weight that attains it. The program's weights, and its risks under them, are these v.
pub fn sequence() -> Certificate {
    let square = identity!("w² + u²P = v + (1 + P)(w − v)²", |p, w| {
        let v = p.clone() / (S::one() + p.clone());
        let (u, distance) = (S::one() - w.clone(), w.clone() - v.clone());
        vec![[w.clone() * w + u.clone() * u * p.clone(), v + (S::one() + p) * distance.clone() * distance]]
    });
    // Two generations are enough, since every later one is made from the one before as the second is from the first. A_r/nu_n is a factor of all risks; it is
    // 3/2 here.
    let gains =
        identity!("w_t = v_t = P/(1 + P), P = κ + ρv_{t−1}, and e_t = v_t A_r/ν_n, t <= 2", |kappa, excess| {
            let fresh = S::ratio(3, 2);
            let law = Recursion::new(fresh.clone(), kappa.clone() * fresh.clone(), excess.clone());
            let rho = S::one() + excess;
            let found: Vec<S> = theory::weights(&law).take(2).collect();
            let risks = law.risk_with_weights(&found);
            let mut v = S::one();
            let mut equations = vec![[S::ratio(found.len() as i64, 1), S::ratio(2, 1)]];
            for (w, risk) in found.into_iter().zip(risks.into_iter().skip(1)) {
                let p = kappa.clone() + rho.clone() * v;
                v = p.clone() / (S::one() + p);
                equations.push([w, v.clone()]);
                equations.push([risk, v.clone() * fresh.clone()]);
            }
            equations
        });
    Certificate::all([square, gains])
}

/// F_3/F_4, F_5/F_6, ... by adding up.
fn fibonacci_ratios() -> impl Iterator<Item = BigRational> {
    let (mut a, mut b) = (BigInt::from(1), BigInt::from(1)); // F_1, F_2
    std::iter::repeat_with(move || {
        (a, b) = (&a + &b, &a + &b + &b);
        BigRational::new(a.clone(), b.clone())
    })
}

/// The dynamic weights at k = 1 are F_{2t+1}/F_{2t+2}, F the Fibonacci numbers, for 200 generations.
pub fn fibonacci() -> Certificate {
    let law = weights::law(&SampleSizes::new(1, 1).expect("positive").mixing_ratio::<BigRational>());
    let places = theory::weights(&law).take(200).zip(fibonacci_ratios()).zip(1..);
    let places = places.map(|((weight, ratio), t)| (format!("t = {t}"), weight == ratio));
    let places: Vec<_> = places.collect();
    let all = ("200 of them".to_owned(), places.len() == 200);
    Certificate::at_places("w_t = F_{2t+1}/F_{2t+2}", places.into_iter().chain([all]))
}

/// Where w* is rational: it is the fixed point of v -> (k + v)/(1 + k + v), and the dynamic weights fall towards it, in exact rationals.
pub fn riccati() -> Certificate {
    let rational = (2..=9i64).flat_map(|b| (1..b).map(move |a| (a, b)));
    let places = rational.map(|(a, b)| {
        let sizes = SampleSizes::new((a * a) as u64, (b * (b - a)) as u64).expect("positive");
        let best = weights::optimal_weight(&sizes.mixing_ratio::<Exact>());
        let p = sizes.mixing_ratio::<Exact>().get() + best.clone();
        let fixed = p.clone() / (Exact::one() + p) == best && best == Exact::ratio(a, b);
        let limit = BigRational::ratio(a, b);
        let gains: Vec<BigRational> = theory::weights(&weights::law(&sizes.mixing_ratio())).take(12).collect();
        let falling = gains.len() == 12 && gains.windows(2).all(|v| v[1] < v[0]) && gains.iter().all(|v| *v > limit);
        // Each generation leaves at most the share u* of the distance to w*: above w* the slope of the map is at most u*^2.
        let nearer = gains.windows(2).all(|v| {
            (v[1].clone() - limit.clone())
                <= (v[0].clone() - limit.clone()) * (BigRational::ratio(1, 1) - limit.clone())
        });
        (format!("w* = {a}/{b}"), fixed && falling && nearer)
    });
    Certificate::at_places("w* is the fixed point, and the weights fall to it geometrically", places)
}
