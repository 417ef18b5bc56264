//! Regressions on rows x ~ N(0, Omega).
//!
//! Tested by `tests/laws/design.rs`: quadrature over the rows, inverses in exact rationals, Bartlett's decomposition.

use crate::interval::Interval;
use crate::logistic::{self, Information};
use crate::misspecified::well_specified;
use crate::parameters::{ParameterError, SampleSizes};
use crate::recursion::Recursion;
use crate::scalar::{Analytic, Scalar};

/// What the Fisher information of a regression needs to know of its design N(0, Omega) and its coefficients beta.
///
/// # Formula
/// ```text
/// along = beta'beta/beta'Omega beta,   across = tr Omega^-1 - along,   norm_squared = beta'Omega beta
/// ```
///
/// # Domain
/// Omega positive definite. At beta = 0 there is no direction: across = tr Omega^-1 and along = 0, which is right because
/// both eigenvalues below are then equal. At Omega = I: p - 1, 1 and |beta|^2.
///
/// # Source
/// derived: let Omega = L L', x = L z with z ~ N(0, I), and gamma = L'beta, so x'beta = z'gamma. The Fisher
/// information of a row is v(x'beta) x x', v the variance of its label, so I = L (E v(z'gamma) z z') L', and z splits into its part along gamma and
/// an independent standard part across: E v z z' = a (1 - P) + c P with P = gamma gamma'/|gamma|^2, a = E v(gZ),
/// c = E Z^2 v(gZ), g = |gamma|, g^2 = beta'Omega beta. Then tr I^-1 = tr (L L')^-1 ((1 - P)/a + P/c) in the basis of z, where
/// L'^-1 gamma = beta gives L'^-1 P L^-1 the trace beta'beta/g^2:
/// ```text
/// tr I^-1 = across/a + along/c
/// ```
///
/// # Examples
/// ```
/// use goldenweight_theory::design::Design;
/// let design = Design::new(&[1.0, 1.0], &[2.0, 0.0, 0.0, 1.0])?;
/// assert_eq!((design.across, design.along, design.norm_squared), (1.5 - 2.0 / 3.0, 2.0 / 3.0, 3.0));
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design<S = f64> {
    /// p, the number of coefficients.
    pub dim: u32,
    /// tr Omega^-1 - along.
    pub across: S,
    /// beta'beta/beta'Omega beta; 0 where beta = 0.
    pub along: S,
    /// g^2 = beta'Omega beta.
    pub norm_squared: S,
}

impl Design {
    /// For these coefficients and this covariance, row by row.
    ///
    /// # Errors
    /// Where the covariance is not p x p, symmetric and positive definite, or an entry is not finite.
    ///
    /// # Computed as
    /// Omega = T D T' with a unit triangle T, without roots; tr Omega^-1 = sum |row of T^-1|^2 over D, and beta'Omega beta =
    /// sum D (T'beta)^2
    ///
    /// # Accuracy
    /// a few p ulp times the condition number of Omega
    pub fn new(beta: &[f64], covariance: &[f64]) -> Result<Self, ParameterError> {
        let p = beta.len();
        let refuse = |name, value: f64, condition| Err(ParameterError { name, value: value.to_string(), condition });
        if let Some(b) = beta.iter().find(|b| !b.is_finite()) {
            return refuse("coefficient", *b, "must be finite");
        }
        if covariance.len() != p * p {
            let value = covariance.len() as f64;
            return refuse("entries of the design covariance", value, "must be as many as the coefficients squared");
        }
        let at = |i: usize, j: usize| covariance[i * p + j];
        // T and D, column by column.
        let (mut t, mut d) = (vec![vec![0.0; p]; p], vec![0.0; p]);
        for j in 0..p {
            for i in j..p {
                if at(i, j) != at(j, i) {
                    return refuse(
                        "entry of the design covariance",
                        at(i, j),
                        "must equal the one across the diagonal",
                    );
                }
                let rest = at(i, j) - (0..j).map(|l| t[i][l] * t[j][l] * d[l]).sum::<f64>();
                if i == j {
                    d[j] = rest;
                    if !(rest > 0.0 && rest.is_finite()) {
                        return refuse("pivot of the design covariance", rest, "must be positive and finite");
                    }
                }
                t[i][j] = rest / d[j];
            }
        }
        // Column j of T^-1, downwards.
        let inverse = |j: usize| {
            let mut x = vec![0.0; p];
            x[j] = 1.0;
            for i in j + 1..p {
                x[i] = -(j..i).map(|l| t[i][l] * x[l]).sum::<f64>();
            }
            x
        };
        let trace_inverse: f64 = (0..p).map(|j| inverse(j).iter().zip(&d).map(|(x, d)| x * x / d).sum::<f64>()).sum();
        let turned = |j: usize| (j..p).map(|i| t[i][j] * beta[i]).sum::<f64>();
        let norm_squared = (0..p).fold(0.0, |sum, j| sum + d[j] * turned(j) * turned(j));
        let square: f64 = beta.iter().map(|b| b * b).sum();
        let along = if square == 0.0 { 0.0 } else { square / norm_squared };
        // The difference of a trace and one of its parts, which rounding could make negative where it is 0 (p = 1).
        Ok(Self { dim: p as u32, across: (trace_inverse - along).max(0.0), along, norm_squared })
    }

    /// tr I^-1 of logistic regression.
    ///
    /// # Formula
    /// `across/a + along/c`, with the eigenvalues of [`logistic::information`] at g
    ///
    /// # Source
    /// derived: see [`Design`], v = s' = s (1 - s)
    ///
    /// # Accuracy
    /// 3e-15 relative, in addition to the error of the design
    #[must_use]
    pub fn logistic_trace(&self) -> f64 {
        let Information { across, along } = logistic::information(self.norm_squared.sqrt());
        self.across / across + self.along / along
    }

    /// The law of logistic regression, weighted maximum likelihood on the pooled rows.
    ///
    /// # Formula
    /// `A_r = A_s = tr I^-1,  nu = n, m,  rho = 1`
    ///
    /// # Domain
    /// limit n -> inf with k = n/m fixed
    ///
    /// # Source
    /// derived: [`Design::logistic_trace`] in [`crate::misspecified::limit_law`]
    #[must_use]
    pub fn logistic_law(&self, sizes: SampleSizes) -> Recursion<f64> {
        well_specified(self.logistic_trace(), sizes)
    }
}

impl Design<Interval> {
    /// An interval that contains [`Design::logistic_trace`] in exact arithmetic, for every design in the intervals.
    ///
    /// # Source
    /// derived: [`logistic::enclosure`] contains the eigenvalues
    #[must_use]
    pub fn logistic_enclosure(&self) -> Interval {
        let Information { across, along } = logistic::enclosure(&self.norm_squared);
        self.across / across + self.along / along
    }
}

impl<S: Scalar> Design<S> {
    /// Omega = I, |beta|^2 = `norm_squared`.
    #[must_use]
    pub fn standard(norm_squared: S, dim: u32) -> Self {
        Self { dim, across: S::ratio(i64::from(dim) - 1, 1), along: S::one(), norm_squared }
    }

    /// tr Omega^-1.
    #[must_use]
    pub fn trace_inverse(&self) -> S {
        self.across.clone() + self.along.clone()
    }

    /// The law of linear regression, weighted least squares on the pooled rows.
    ///
    /// # Formula
    /// `A_r = A_s = sigma^2 tr Omega^-1,  nu = n, m,  rho = 1`
    ///
    /// # Domain
    /// limit n -> inf with k = n/m fixed
    ///
    /// # Source
    /// derived: v = 1/sigma^2 whatever beta, so I = Omega/sigma^2, in [`crate::misspecified::limit_law`]
    #[must_use]
    pub fn linear_law(&self, noise_variance: S, sizes: SampleSizes) -> Recursion<S> {
        well_specified(noise_variance * self.trace_inverse(), sizes)
    }

    /// What each generation adds to the risk of linear regression at w = 0.
    ///
    /// # Formula
    /// `sigma^2 tr Omega^-1/(m - p - 1)`
    ///
    /// # Domain
    /// exact for p + 1 < m < 2^63; none where m <= p + 1, see [`crate::linear::synthetic_slope`]
    ///
    /// # Source
    /// derived: as there, with X = Z L' and Z of rows N(0, I): (X'X)^-1 = L'^-1 (Z'Z)^-1 L^-1 has the mean
    /// Omega^-1/(m - p - 1)
    #[must_use]
    pub fn linear_synthetic_slope(&self, noise_variance: S, rows: u64) -> Option<S> {
        let slack = i64::try_from(rows).ok()? - i64::from(self.dim) - 1;
        (slack > 0).then(|| noise_variance * self.trace_inverse() / S::ratio(slack, 1))
    }

    /// Risk of linear regression at generation t for w = 0.
    ///
    /// # Formula
    /// `sigma^2 tr Omega^-1 (1/(n - p - 1) + t/(m - p - 1))`
    ///
    /// # Domain
    /// exact for n > p + 1 and m > p + 1; none elsewhere
    ///
    /// # Source
    /// derived: [`Design::linear_synthetic_slope`] for each generation, with n rows for generation 0
    #[must_use]
    pub fn linear_synthetic_risk(&self, noise_variance: S, sizes: SampleSizes, t: u32) -> Option<S> {
        let start = self.linear_synthetic_slope(noise_variance.clone(), sizes.real())?;
        Some(start + S::ratio(t.into(), 1) * self.linear_synthetic_slope(noise_variance, sizes.synthetic())?)
    }
}

impl<S: Analytic> Design<S> {
    /// tr I^-1 of Poisson regression.
    ///
    /// # Formula
    /// `e^{-g^2/2} (across + along/(1 + g^2))`
    ///
    /// # Domain
    /// 0 (underflow) beyond g = 38
    ///
    /// # Source
    /// derived: see [`Design`], v(x) = e^x: a = E e^{gZ} = e^{g^2/2} and c = E Z^2 e^{gZ} = e^{g^2/2} (1 + g^2)
    ///
    /// # Accuracy
    /// (4 + g^2) ulp, in addition to the error of the design: a relative error of g^2 makes g^2/2 times that of e^{-g^2/2}. In p = 1 across is
    /// 0, and what rounding leaves of it counts (1 + g^2) times
    #[must_use]
    pub fn poisson_trace(&self) -> S {
        let g2 = self.norm_squared.clone();
        let scale = (-g2.clone() * S::ratio(1, 2)).exp();
        scale * (self.across.clone() + self.along.clone() / (S::one() + g2))
    }

    /// The law of Poisson regression, weighted maximum likelihood on the pooled rows.
    ///
    /// # Formula
    /// `A_r = A_s = tr I^-1,  nu = n, m,  rho = 1`
    ///
    /// # Domain
    /// limit n -> inf with k = n/m fixed
    ///
    /// # Source
    /// derived: [`Design::poisson_trace`] in [`crate::misspecified::limit_law`]
    #[must_use]
    pub fn poisson_law(&self, sizes: SampleSizes) -> Recursion<S> {
        well_specified(self.poisson_trace(), sizes)
    }
}
