//! Identities between rational functions, proved by comparing their values at enough points.

use std::array::from_fn;

use goldenweight_theory::exact::Exact;
use goldenweight_theory::scalar::Scalar;
use num_rational::BigRational;
use rayon::prelude::*;

use super::Certificate;
use super::degree::Degree;

/// Equations between rational functions of V variables.
///
/// `sides` is generic over the numbers, so that the same code gives the degrees and the exact values.
pub trait Identity<const V: usize> {
    /// What is equal, in words.
    const STATEMENT: &'static str;

    /// The two sides of every equation.
    fn sides<S: Scalar>(variables: [S; V]) -> Vec<[S; 2]>;
}

/// Certifies that both sides are equal as rational functions, and so wherever they are defined.
///
/// # Method
/// left - right is a quotient of polynomials. Evaluating the formulas with [`Degree`] in the place of numbers bounds the degree d_i of its numerator in each
/// variable i. Both sides are then evaluated in exact rationals on a grid of d_i + 1 values of each variable. If they agree there, the numerator is zero
/// at more values of each variable than its degree, and so it is zero (by induction over the variables).
///
/// Inconclusive where a side has a pole at a point of the grid.
#[must_use]
pub fn certify<const V: usize, I: Identity<V>>() -> Certificate {
    let pairs = I::sides(Degree::<V>::variables());
    let degrees: [u32; V] =
        from_fn(|i| pairs.iter().map(|[left, right]| (*left - *right).numerator()[i]).max().unwrap_or(0));
    let sizes = degrees.map(|d| u64::from(d) + 1);
    let points: u64 = sizes.iter().product();
    // Value j of variable i is the integer 3 + i + j: small, distinct, and away from the poles at w = 0 and 2.
    let point = |mut index: u64| -> [i64; V] {
        from_fn(|i| {
            let digit = index % sizes[i];
            index /= sizes[i];
            3 + i as i64 + digit as i64
        })
    };
    let wrong = first_of(points, &|index| {
        let values = I::sides(point(index).map(|n| Exact::from(BigRational::from_integer(n.into()))));
        values.into_iter().enumerate().find_map(|(equation, [left, right])| match (left.value(), right.value()) {
            (Some(left), Some(right)) if left == right => None,
            (Some(left), Some(right)) => Some(Certificate::fails(format!(
                "{}: equation {equation} at {:?}: {left} against {right}",
                I::STATEMENT,
                point(index)
            ))),
            _ => Some(Certificate::undecided(format!("{}: a pole at {:?}", I::STATEMENT, point(index)))),
        })
    });
    wrong.unwrap_or_else(|| {
        if pairs.is_empty() {
            return Certificate::undecided(format!("{}: no equation", I::STATEMENT));
        }
        Certificate::holds(format!(
            "{}: {} equation(s), equal at {points} rational points, which proves it for degrees up to {degrees:?}",
            I::STATEMENT,
            pairs.len()
        ))
    })
}

/// What the first of these indices has that has something. The closure is behind a reference, so that the search is compiled once, not for each identity.
fn first_of(points: u64, of: &(dyn Fn(u64) -> Option<Certificate> + Sync)) -> Option<Certificate> {
    (0..points).into_par_iter().find_map_first(of)
}

/// Certifies equations in named variables: `identity!("statement", |w, k| { vec![[left, right]] })`. In the block, `S` is the type of the numbers.
macro_rules! identity {
    ($statement:expr, |$($variable:ident),+| $equations:expr) => {{
        struct Equations;
        const COUNT: usize = [$(stringify!($variable)),+].len();
        impl $crate::claims::certificate::identity::Identity<COUNT> for Equations {
            const STATEMENT: &'static str = $statement;
            fn sides<S: goldenweight_theory::scalar::Scalar>([$($variable),+]: [S; COUNT]) -> Vec<[S; 2]> {
                $equations
            }
        }
        $crate::claims::certificate::identity::certify::<COUNT, Equations>()
    }};
}
pub(crate) use identity;

#[cfg(test)]
mod tests {
    use crate::outcome::Verdict::{Confirmed, Inconclusive, Refuted};

    #[test]
    fn true_identities_hold_and_false_ones_have_a_counterexample() {
        let square = identity!("(x + y)²", |x, y| {
            let sum = x.clone() + y.clone();
            vec![[sum.sqr(), x.sqr() + S::ratio(2, 1) * x * y.clone() + y.sqr()]]
        });
        assert!(square.verdict == Confirmed && square.detail.contains("[2, 2]"), "{square:?}");
        // (x - 3)(x - 4)(x - 5) is 0 at the first three points of the grid, but of degree 3, so that it is evaluated at a fourth.
        let vanishing = identity!("product", |x| {
            let factor = |root| x.clone() - S::ratio(root, 1);
            vec![[factor(3) * factor(4) * factor(5), S::ratio(0, 1)]]
        });
        assert!(vanishing.verdict == Refuted && vanishing.detail.contains("at [6]: 6 against 0"), "{vanishing:?}");
    }

    #[test]
    fn a_pole_on_the_grid_or_no_equation_decides_nothing() {
        let pole = identity!("pole", |x| {
            let quotient = (x.clone() - S::ratio(4, 1)) / (x.clone() - S::ratio(4, 1));
            vec![[quotient, S::one()]]
        });
        assert!(pole.verdict == Inconclusive && pole.detail.contains("pole at [4]"), "{pole:?}");
        let none = identity!("none", |x| {
            let _ = x;
            vec![]
        });
        assert_eq!(none.verdict, Inconclusive);
    }
}
