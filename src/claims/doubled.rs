//! Very many generations of a linear step at once: its matrix is squared again and again.
//!
//! Nothing of the theory is used. What a step does to a few numbers is read off from what it does to each of them alone.

/// A linear map of some numbers, whose last ones may add up what was before.
#[derive(Clone)]
pub struct Linear {
    size: usize,
    /// Row by row, times 2^`exponent`.
    entries: Vec<f64>,
    exponent: f64,
    /// Whether entries are kept in the floats by a common exponent. Otherwise what grows becomes infinite, and what is bounded beside it stays.
    is_scaled: bool,
}

impl Linear {
    /// The map that does this to `size` numbers. `step` must be linear: a constant stands in the numbers as one of them.
    pub fn of(size: usize, is_scaled: bool, step: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let mut entries = vec![0.0; size * size];
        for column in 0..size {
            let unit: Vec<f64> = (0..size).map(|i| f64::from(u8::from(i == column))).collect();
            step(&unit).into_iter().enumerate().for_each(|(row, x)| entries[row * size + column] = x);
        }
        Self { size, entries, exponent: 0.0, is_scaled }
    }

    /// First `first`, then this one.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let size = self.size;
        let mut entries = vec![0.0; size * size];
        for (row, sums) in self.entries.chunks_exact(size).zip(entries.chunks_exact_mut(size)) {
            // Infinite numbers that nothing passes on are not passed on.
            for (x, other) in row.iter().zip(first.entries.chunks_exact(size)).filter(|(x, _)| **x != 0.0) {
                sums.iter_mut().zip(other).filter(|(_, y)| **y != 0.0).for_each(|(sum, y)| *sum += x * y);
            }
        }
        let mut exponent = self.exponent + first.exponent;
        if self.is_scaled {
            let most = entries.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            let (_, power) = libm::frexp(most);
            entries.iter_mut().for_each(|x| *x = libm::ldexp(*x, -power));
            exponent += f64::from(power);
        }
        Self { size, entries, exponent, is_scaled: self.is_scaled }
    }

    /// The map so many times.
    #[must_use]
    pub fn power(&self, mut times: u64) -> Self {
        let size = self.size;
        let mut found = Self::of(size, self.is_scaled, <[f64]>::to_vec);
        let mut square = self.clone();
        while times > 0 {
            if times % 2 == 1 {
                found = square.after(&found);
            }
            times /= 2;
            if times > 0 {
                square = square.after(&square);
            }
        }
        found
    }

    /// What becomes of these numbers, and the exponent of the power of two by which they are to be multiplied.
    pub fn applied(&self, to: &[f64]) -> (Vec<f64>, f64) {
        let sum = |row: &[f64]| row.iter().zip(to).filter(|(x, y)| **x != 0.0 && **y != 0.0).map(|(x, y)| x * y).sum();
        (self.entries.chunks_exact(self.size).map(sum).collect(), self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x' = x/2 + 1 from 0: 1, 3/2, ..., 2 - 2^(1-t); and 3^t, beyond the floats.
    #[test]
    fn by_hand() {
        let step = Linear::of(2, true, |x| vec![x[0], 0.5 * x[1] + x[0]]);
        let (found, exponent) = step.power(10).applied(&[1.0, 0.0]);
        assert_eq!(found[1] * libm::exp2(exponent), 2.0 - libm::exp2(-9.0));
        let (found, exponent) = Linear::of(1, true, |x| vec![3.0 * x[0]]).power(1000).applied(&[1.0]);
        assert!((libm::log2(found[0]) + exponent - 1000.0 * libm::log2(3.0)).abs() < 1e-10);
        let apart = Linear::of(2, false, |x| vec![2.0 * x[0], 0.5 * x[1]]).power(4000).applied(&[1.0, 1.0]).0;
        assert_eq!(apart, [f64::INFINITY, 0.0]);
    }
}
