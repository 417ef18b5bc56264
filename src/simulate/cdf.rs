//! The distribution function of one variable: `F_t` = w (real) + (1 - w) (synthetic empirical distribution function),
//! synthetic rows drawn from `F_{t-1}`. The truth is U(0, 1); the loss is the same for every continuous distribution.

use std::{iter, mem};

use rand::RngExt;
use rand_distr::Exp1;

use super::{Chain, FitFailure, Simulator};
use crate::{experiment::Rows, stream::StreamRng};

/// Draws every row, in increasing order.
#[derive(Debug)]
pub struct CdfRows {
    rows: Rows,
}

impl CdfRows {
    /// The truth U(0, 1) with these sample sizes.
    #[must_use]
    pub const fn new(rows: Rows) -> Self {
        Self { rows }
    }
}

impl Simulator for CdfRows {
    type Chain<'a> = CdfChain;

    fn loss_names(&self) -> &'static [&'static str] {
        &["cdf"]
    }

    fn chain(&self) -> CdfChain {
        let fit = Fit { real: vec![0.0; self.rows.real], synthetic: vec![0.0; self.rows.synthetic], weight: 1.0 };
        CdfChain { current: fit.clone(), next: fit }
    }
}

/// The fitted distribution function, and room for the next.
#[derive(Debug)]
pub struct CdfChain {
    current: Fit,
    next: Fit,
}

impl Chain for CdfChain {
    fn start(&mut self, real: &mut StreamRng) -> Result<(), FitFailure> {
        sorted_uniforms(real, &mut self.current.real);
        self.current.weight = 1.0;
        Ok(())
    }

    /// By inversion: a synthetic row is the first atom at which `F_{t-1}` exceeds a uniform number. Both are in increasing
    /// order, so one pass finds them all, and the rows move little where w does (common random numbers).
    fn retrain(&mut self, weight: f64, real: &mut StreamRng, synthetic: &mut StreamRng) -> Result<(), FitFailure> {
        let next = &mut self.next;
        next.weight = weight;
        sorted_uniforms(real, &mut next.real);
        sorted_uniforms(synthetic, &mut next.synthetic);
        let mut atoms = self.current.atoms();
        let (mut atom, mut level) = (0.0, 0.0);
        for row in &mut next.synthetic {
            while level <= *row {
                // The last level is 1 and every row below it, so the atoms do not end here.
                let Some(step) = atoms.next() else { break };
                (atom, level) = step;
            }
            *row = atom;
        }
        drop(atoms);
        mem::swap(&mut self.current, &mut self.next);
        Ok(())
    }

    /// # Formula
    /// integral of (F - u)^2 over \[0, 1\] = sum over the gaps (a, b) between atoms of (b - a)(A^2 + A B + B^2)/3,
    /// A = F - a, B = F - b, F the level in the gap: the antiderivative is -(F - u)^3/3 and A^3 - B^3 factorises, so that
    /// nothing cancels.
    fn losses(&mut self, out: &mut [f64]) {
        let (mut a, mut level, mut integral) = (0.0, 0.0, 0.0);
        for (b, next) in self.current.atoms().chain(iter::once((1.0, 1.0))) {
            let (left, right) = (level - a, level - b);
            integral += (b - a) * (left * left + left * right + right * right);
            (a, level) = (b, next);
        }
        out[0] = integral / 3.0;
    }
}

/// A step function: sorted real atoms that share the weight, sorted synthetic atoms that share the rest.
#[derive(Clone, Debug)]
struct Fit {
    real: Vec<f64>,
    synthetic: Vec<f64>,
    weight: f64,
}

impl Fit {
    /// The atoms of positive weight in increasing order, each with the value of the function from there on.
    ///
    /// The value comes from the numbers of atoms passed: no rounding accumulates, and the last one is exactly 1, since
    /// w + (1 - w) rounds to it.
    fn atoms(&self) -> impl Iterator<Item = (f64, f64)> {
        let (w, u) = (self.weight, 1.0 - self.weight);
        let real = if w > 0.0 { self.real.as_slice() } else { &[] };
        let synthetic = if u > 0.0 { self.synthetic.as_slice() } else { &[] };
        let (n, m) = (self.real.len() as f64, self.synthetic.len() as f64);
        let (mut i, mut j) = (0, 0);
        iter::from_fn(move || {
            let atom = match (real.get(i), synthetic.get(j)) {
                (Some(&x), y) if y.is_none_or(|&y| x <= y) => {
                    i += 1;
                    x
                }
                (_, Some(&y)) => {
                    j += 1;
                    y
                }
                _ => return None,
            };
            Some((atom, w * (i as f64 / n) + u * (j as f64 / m)))
        })
    }
}

/// The order statistics of independent U(0, 1): partial sums of exponential variables over the sum of one more.
///
/// # Source
/// the joint law of spacings (Devroye, Non-Uniform Random Variate Generation, V.2).
fn sorted_uniforms(rng: &mut StreamRng, out: &mut [f64]) {
    const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    let mut sum = 0.0;
    for x in &mut *out {
        sum += rng.sample::<f64, _>(Exp1);
        *x = sum;
    }
    sum += rng.sample::<f64, _>(Exp1);
    for x in out {
        // The last spacing may be lost in the rounding of the sum; a uniform number stays below 1.
        *x = (*x / sum).min(BELOW_ONE);
    }
}
