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
                // The last level is 1 but for rounding: beyond it lies the last atom.
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
    /// The value comes from the numbers of atoms passed, so that no rounding accumulates.
    fn atoms(&self) -> impl Iterator<Item = (f64, f64)> {
        let (w, u) = (self.weight, 1.0 - self.weight);
        let real = if w > 0.0 { self.real.as_slice() } else { &[] };
        let synthetic = if u > 0.0 { self.synthetic.as_slice() } else { &[] };
        let (real_step, synthetic_step) = (w / self.real.len() as f64, u / self.synthetic.len() as f64);
        let (mut i, mut j) = (0, 0);
        iter::repeat_with(move || {
            let x = real.get(i).copied().unwrap_or(f64::INFINITY);
            let y = synthetic.get(j).copied().unwrap_or(f64::INFINITY);
            // Without a branch: which of the two comes next is as unpredictable as a coin.
            let is_real = x <= y;
            i += usize::from(is_real);
            j += usize::from(!is_real);
            (if is_real { x } else { y }, i as f64 * real_step + j as f64 * synthetic_step)
        })
        .take(real.len() + synthetic.len())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Streams};

    fn loss(fit: &Fit) -> f64 {
        let mut chain = CdfChain { current: fit.clone(), next: fit.clone() };
        let mut out = [f64::NAN];
        chain.losses(&mut out);
        out[0]
    }

    /// F counted anew at the midpoints of a fine grid. In a cell without an atom the rule errs by h^2/12 of the cell's
    /// width h, in one of the 7 cells with an atom by less than h: together below 1e-5 at h = 1e-6.
    #[test]
    fn loss_by_brute_force() {
        let (real, synthetic) = (vec![0.07, 0.5, 0.5, 0.93], vec![0.07, 0.31, 0.999]);
        for weight in [0.0, 0.3, 1.0] {
            let below = |atoms: &[f64], u| atoms.iter().filter(|&&x| x <= u).count() as f64 / atoms.len() as f64;
            let cells = 1_000_000;
            let brute: f64 = (0..cells)
                .map(|i| {
                    let u = (f64::from(i) + 0.5) / f64::from(cells);
                    (weight * below(&real, u) + (1.0 - weight) * below(&synthetic, u) - u).powi(2)
                })
                .sum::<f64>()
                / f64::from(cells);
            let exact = loss(&Fit { real: real.clone(), synthetic: synthetic.clone(), weight });
            assert!((exact - brute).abs() < 1e-5, "w = {weight}: {exact} {brute}");
        }
    }

    /// Two integrals of (1/2 - u)^2 by hand; the stale synthetic atom at weight 1 is no atom.
    #[test]
    fn loss_by_hand() {
        // F = 0 below 1/2 and 1 above: 2 * (1/2)^3/3.
        assert_eq!(loss(&Fit { real: vec![0.5], synthetic: vec![0.2], weight: 1.0 }), 1.0 / 12.0);
        // F = 1/4 on (0, 1/2), 1 above: ((1/4)^3 + (1/4)^3)/3 + (1/2)^3/3 = 5/96.
        let fit = Fit { real: vec![0.0], synthetic: vec![0.5], weight: 0.25 };
        assert!((loss(&fit) - 5.0 / 96.0).abs() < 1e-16);
    }

    /// Synthetic rows are atoms of positive weight of the model before, in increasing order.
    #[test]
    fn synthetic_rows_repeat_atoms() {
        let streams = Streams { seed: 1, experiment: 2 };
        let mut chain = CdfRows::new(Rows { real: 5, synthetic: 200 }).chain();
        for (weight, next_weight) in [(0.0, 0.5), (0.4, 0.5), (1.0, 0.5)] {
            chain.start(&mut streams.rng(0, 0, Purpose::Real, 0)).unwrap();
            for (t, weight) in [(1, weight), (2, next_weight)] {
                let before: Vec<f64> = chain.current.atoms().map(|(atom, _)| atom).collect();
                let (mut real, mut synthetic) =
                    (streams.rng(0, t, Purpose::Real, 0), streams.rng(0, t, Purpose::Synthetic, 0));
                chain.retrain(weight, &mut real, &mut synthetic).unwrap();
                assert!(chain.current.synthetic.iter().all(|row| before.contains(row)));
                assert!(chain.current.synthetic.is_sorted() && chain.current.real.is_sorted());
            }
        }
    }
}
