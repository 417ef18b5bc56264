//! Count, mean, variance and skewness, merged in a fixed order.

/// Central moments of a sample, updated one value at a time (Welford; Pebay 2008 for the third moment and the merge).
///
/// `M_j = sum (x - mean)^j`. Merging in a fixed order gives the same bits for any number of threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    m2: f64,
    m3: f64,
}

impl Moments {
    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        self.merge(&Self { count: 1, mean: value, m2: 0.0, m3: 0.0 });
    }

    /// Adds another sample, of which the values came after this one's.
    pub fn merge(&mut self, other: &Self) {
        if self.count == 0 {
            *self = *other;
            return;
        }
        if other.count == 0 {
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let delta = other.mean - self.mean;
        let scaled = delta / n;
        self.m3 += other.m3 + delta * scaled * scaled * a * b * (a - b) + 3.0 * scaled * (a * other.m2 - b * self.m2);
        self.m2 += other.m2 + delta * scaled * a * b;
        self.mean += scaled * b;
        self.count += other.count;
    }

    /// Number of values.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Sample mean; NaN without values.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Unbiased sample variance (divisor count - 1); NaN below two values.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.m2 / (self.count - 1) as f64 }
    }

    /// Standard error of the mean, sqrt(variance / count).
    #[must_use]
    pub fn std_error(&self) -> f64 {
        (self.variance() / self.count as f64).sqrt()
    }

    /// Sample skewness sqrt(n) M_3 / M_2^(3/2); 0 where all values are equal.
    #[must_use]
    pub fn skewness(&self) -> f64 {
        if self.m2 == 0.0 { 0.0 } else { (self.count as f64).sqrt() * self.m3 / (self.m2 * self.m2.sqrt()) }
    }
}
