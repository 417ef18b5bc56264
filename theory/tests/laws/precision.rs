//! Every tolerance of these tests, with its reason.

/// w* and u* at rho = 1, kappa in 1e-12..1e12. Measured: 2.7 and 3.3 ulp at worst over 10^5 random kappa; five roundings behind each.
pub const OPTIMUM_GOLDEN_ULPS: u32 = 4;

/// w* and u* for every rho in 0..3: two more roundings in y, of which sqrt(y^2 + r) passes on at most all.
pub const OPTIMUM_ULPS: u32 = 8;

/// Covariance optimum in floats.
pub const COVARIANCE_OPTIMUM_ULPS: u32 = 40;

/// Covariance optimum: the derivative has about 40 roundings of relative size 1.1e-16 on terms whose sum cancels at the root, and a slope there
/// of at least their size.
pub const COVARIANCE_OPTIMUM: f64 = 1e-14;

/// Closed forms against a recursion or digits, where every term is positive: about 20 roundings.
pub const POSITIVE_TERMS: f64 = 5e-15;

/// The same per generation: q^t has condition t in q, whose rounding error is below 4.4e-16.
pub const PER_GENERATION: f64 = 5e-16;

/// Fisher information of logistic regression: the claim of its doc comment. Measured: 1.2e-15 at worst.
pub const INFORMATION: f64 = 1e-14;

/// Fisher information against Gauss-Legendre quadrature with 200 nodes, whose own nodes and weights carry about 1e-14.
pub const INFORMATION_BY_GAUSS: f64 = 1e-13;

/// Drift of log variance and log det: the claim of their doc comments. Measured: 4e-16 at worst.
pub const DRIFT: f64 = 1e-14;

/// Drift against statrs: digamma there is good to 1e-15, and the difference digamma(x) - log x cancels by a factor 2x log x below 200 for x <= 20.
pub const DRIFT_BY_STATRS: f64 = 1e-12;

/// Numbers printed with six or seven significant digits (by the paper's experiments or in tables).
pub const PRINTED: f64 = 5e-6;
