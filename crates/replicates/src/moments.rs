//! Count, mean, variance and skewness, merged in a fixed order.

/// Central moments of a sample, updated one value at a time (Welford; Pebay 2008 for the third moment and the merge).
///
/// `M_j = sum (x - mean)^j`. Merging in a fixed order gives the same bits for any number of threads.
///
/// # Examples
/// ```
/// use goldenweight_replicates::moments::Moments;
///
/// let (mut first, mut second) = (Moments::default(), Moments::default());
/// [1.0, 2.0].iter().for_each(|&x| first.push(x));
/// [4.0, 5.0].iter().for_each(|&x| second.push(x));
/// first.merge(&second);
/// // The squares around the mean of 3 add up to 4 + 1 + 1 + 4.
/// assert_eq!((first.count(), first.mean(), first.variance(), first.skewness()), (4, 3.0, 10.0 / 3.0, 0.0));
/// ```
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

    /// Count, mean, and sums of the second and third power of the distances from it: all that there is.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_replicates::moments::Moments;
    ///
    /// let mut moments = Moments::default();
    /// [1.0, 2.0, 6.0].iter().for_each(|&x| moments.push(x));
    /// assert_eq!(moments.parts(), (3, 3.0, 14.0, 18.0));
    /// assert_eq!(Moments::from_parts(moments.parts()), moments);
    /// ```
    #[must_use]
    pub const fn parts(&self) -> (u64, f64, f64, f64) {
        (self.count, self.mean, self.m2, self.m3)
    }

    /// The moments of these [`parts`](Self::parts).
    ///
    /// # Examples
    /// see [`Moments::parts`].
    #[must_use]
    pub const fn from_parts((count, mean, m2, m3): (u64, f64, f64, f64)) -> Self {
        Self { count, mean, m2, m3 }
    }

    /// The moments of all values divided by one number.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_replicates::moments::Moments;
    ///
    /// let mut moments = Moments::default();
    /// [2.0, 4.0, 12.0].iter().for_each(|&x| moments.push(x));
    /// assert_eq!(moments.over(2.0).parts(), (3, 3.0, 14.0, 18.0));
    /// ```
    #[must_use]
    pub fn over(&self, divisor: f64) -> Self {
        let Self { count, mean, m2, m3 } = *self;
        Self { count, mean: mean / divisor, m2: m2 / divisor.powi(2), m3: m3 / divisor.powi(3) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|&x| moments.push(x));
        moments
    }

    /// Cut anywhere, a sample has the moments of their definitions. These integers have mean 9 and sums of squares and cubes around it of
    /// 480 and 4,878, so that what is left is rounding: some operations on numbers below 1e4.
    #[test]
    fn merged_moments_are_those_of_the_whole() {
        let sample = [1.0, 2.0, 4.0, 7.0, 8.0, 11.0, 12.0, 27.0];
        let about = |power| sample.iter().map(|x: &f64| (x - 9.0).powi(power)).sum::<f64>();
        assert_eq!([about(1), about(2), about(3)], [0.0, 480.0, 4_878.0]);
        for cut in 0..=sample.len() {
            let mut merged = moments(&sample[..cut]);
            merged.merge(&moments(&sample[cut..]));
            assert_eq!(merged.count(), 8);
            let expected = [9.0, 480.0 / 7.0, (480.0 / 56.0f64).sqrt(), 8f64.sqrt() * 4_878.0 / 480f64.powi(3).sqrt()];
            let found = [merged.mean(), merged.variance(), merged.std_error(), merged.skewness()];
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found / expected - 1.0).abs() < 1e-13, "cut at {cut}: {found} against {expected}");
            }
        }
    }

    #[test]
    fn too_few_values_have_no_moments() {
        assert!(
            moments(&[]).mean().is_nan() && moments(&[]).variance().is_nan() && moments(&[5.0]).variance().is_nan()
        );
        assert_eq!((moments(&[5.0]).mean(), moments(&[1.0, 3.0]).variance()), (5.0, 2.0));
        assert_eq!(moments(&[5.0; 3]).skewness(), 0.0);
    }
}
