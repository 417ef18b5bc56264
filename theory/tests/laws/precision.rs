//! Every tolerance of these tests, with its reason.

/// w* and u* at rho = 1, kappa in 1e-12..1e12: five roundings behind each. Measured: 3 ulp over 20,000 random kappa.
pub const OPTIMUM_GOLDEN_ULPS: u32 = 4;

/// w* and u* for every rho in 0..3: two more roundings, in y. Measured: 4 ulp over 20,000 random laws.
pub const OPTIMUM_ULPS: u32 = 6;

/// Covariance optimum: at the root the terms of the derivative cancel, and about 40 roundings of 1.1e-16 of one of them
/// remain, over a slope of at least its size. Measured: 6 ulp over 3,000 random systems, most of them 1.
pub const COVARIANCE_OPTIMUM_ULPS: u32 = 12;

/// The same as a relative error, against digits: 12 ulp at most 2.2e-16 each.
pub const COVARIANCE_OPTIMUM: f64 = 3e-15;

/// Closed forms against exact values or digits where every term is positive: about 20 roundings of 1.1e-16, doubled.
pub const POSITIVE_TERMS: f64 = 5e-15;

/// The same per generation: q^t has condition t in q = rho u^2, which carries three or four roundings.
pub const PER_GENERATION: f64 = 5e-16;

/// Fisher information of logistic regression: up to 230 terms, the small ones added first. Measured: 4.4e-16.
pub const INFORMATION: f64 = 2e-15;

/// Against Gauss-Legendre quadrature, whose 200 nodes and weights carry a few 1e-14 of their own.
pub const INFORMATION_BY_GAUSS: f64 = 1e-13;

/// Drift of log variance and of log det: at most 12 + p terms of one sign. Measured: 4.4e-16.
pub const DRIFT: f64 = 2e-15;

/// Drift against statrs: digamma there is good to 1e-15, and digamma(x) - log x loses a factor below 200 for x <= 20.
pub const DRIFT_BY_STATRS: f64 = 1e-12;

/// Digits that are given to 10 or 12 places only.
pub const PRINTED: f64 = 1e-8;

/// Ulps between the ends of an enclosed exponential of a number: the reduced argument, inside a sum with 1, and two
/// scalings carry one each and the last additions two more. Measured: 5 over 600,000 points.
pub const EXPONENTIAL_ULPS: u64 = 6;

/// Ulps between the ends of an enclosed logarithm of a number: a quotient, three products and two sums with one each,
/// up to twice that after the sum with k ln 2, which may halve the number. Measured: 8 over 600,000 points.
pub const LOGARITHM_ULPS: u64 = 12;

/// Relative width of enclosed Fisher information of logistic regression, a little more than its float's error on either
/// side. Measured: 7e-15.
pub const ENCLOSED_INFORMATION: f64 = 1e-14;

/// Ends of the enclosed information against its bounds in floats: some 40 roundings of 1.1e-16 there, and the interval's own width, doubled. Measured: 4e-15.
pub const BOUNDS_BY_HAND: f64 = 1e-14;

/// Probability of separation up to p = 500: binomial coefficient i carries 2 i roundings of 1.1e-16.
pub const SEPARATION: f64 = 1.2e-13;

/// Accumulating data: 32 steps, each of which rounds the whole risk once, and the series for what later ones add. Measured: 1.4e-15 over 3,000
/// random laws.
pub const ACCUMULATED: f64 = 5e-15;

/// Relative width of enclosed risks of accumulating data: both ends round outwards in those operations. Measured: 2.1e-14.
pub const ACCUMULATED_WIDTH: f64 = 5e-14;

/// Gamma functions of statrs: their logarithms carry 1e-15 relative, and that much of 500 for arguments up to 120.
pub const GAMMA_BY_STATRS: f64 = 2e-12;

/// Risks of the maximum-likelihood Gaussian: some 25 roundings a step, each passed on with a factor below 1, and no subtraction but 1 - b.
pub const MAXIMUM_LIKELIHOOD: f64 = 1e-14;

/// Its optimal weights: see the accuracies stated there.
pub const MAXIMUM_LIKELIHOOD_MEAN_ULPS: u32 = 8;

/// As a relative error: at the root the terms of the slope cancel.
pub const MAXIMUM_LIKELIHOOD_OPTIMUM: f64 = 1e-13;

/// Information under a design covariance against quadrature over two-dimensional rows: 160 by 160 nodes, whose weights carry a few 1e-14, and
/// an inverse of a condition below 30.
pub const DESIGN_BY_QUADRATURE: f64 = 1e-11;

/// Means over the eigenvalues of a matrix-variate beta: sums of some hundred terms whose density carries up to 40 steps of a recurrence.
pub const EIGENVALUES: f64 = 1e-12;

/// The exact law of linear regression: as above.
pub const EXACT_DESIGN: f64 = 1e-12;

/// The difference of two quadratures, each by itself. That of both together is its square, but for the rounding.
pub const RULES: f64 = 1e-10;

/// Relative width of the enclosed law for p = 1, n, m <= 100.
pub const ENCLOSED_DESIGN: f64 = 1e-12;
