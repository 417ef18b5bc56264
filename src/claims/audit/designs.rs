//! The exact law of linear regression on fresh rows, at weights other than n/(n + m), by integrals over other variables than the program's.

use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::random_design::RandomDesign;
use rand::RngExt;

use super::place::dimension;
use super::routes::Sizes;
use crate::claims::domain;
use crate::claims::moments::design_step;
use crate::stream::StreamRng;

/// A place: a linear regression at a weight.
#[derive(Clone, Copy, Debug)]
pub struct Weighed {
    /// Coefficients and rows.
    pub sizes: Sizes,
    /// The total weight of the real rows.
    pub weight: f64,
}

impl fmt::Display for Weighed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sizes: Sizes { dim, real, synthetic }, weight } = self;
        write!(
            f,
            "goldenweight risk --model linear --dim {dim} --real {real} --synthetic {synthetic} --weight {weight}"
        )
    }
}

/// What a generation adds to the risk and what it passes on: with one or two synthetic rows, in any number of columns; with any number of rows, in up to three.
pub struct Designs;

impl Audit for Designs {
    type Place = Weighed;
    type Found = Deviation;

    fn place(&self, rng: &mut StreamRng) -> Weighed {
        let mut rows = |least: f64, most: f64| log_uniform(rng, least, most).round() as u64;
        let sizes = match rows(1.0, 64.0) {
            0..=4 => {
                let synthetic = rows(4.0, 1e3);
                Sizes { dim: 1 + synthetic as u32 % 2, real: rows(4.0, 1e3), synthetic }
            }
            5..=8 => Sizes { dim: 3, real: rows(5.0, 24.0), synthetic: rows(3.0, 24.0) },
            _ => {
                let dim = if rng.random_range(0..4) == 0 { rng.random_range(31..=60) } else { dimension(rng) as u32 };
                let synthetic = rng.random_range(1..=2);
                // Of one row, in an angle, Gauss's nodes are too few for more.
                let most = if synthetic == 1 { 1e3 } else { 1e5 };
                Sizes { dim, real: u64::from(dim) + 1 + log_uniform(rng, 1.0, most).round() as u64, synthetic }
            }
        };
        // Gauss's nodes are too few for what happens next to the ends.
        let near = match sizes {
            Sizes { synthetic: 1, .. } => 1e-3,
            Sizes { dim: 3, synthetic: 3.., .. } => 0.02,
            _ => 1e-4,
        };
        let weight = match rng.random_range(0..4) {
            0 => log_uniform(rng, near, 0.5),
            1 => 1.0 - log_uniform(rng, near, 0.5),
            _ => rng.random_range(near..1.0 - near),
        };
        Weighed { sizes, weight }
    }

    fn examine(&self, place: &Weighed, seen: &Weighed, _: Key) -> Result<Deviation, String> {
        let sizes = SampleSizes::new(seen.sizes.real, seen.sizes.synthetic).expect("positive sizes");
        let law = RandomDesign::new(f64::from(seen.sizes.dim), seen.sizes.dim, sizes).ok_or("no exact law")?;
        let found = law.generation(domain::weight(seen.weight));
        let Weighed { sizes: Sizes { dim, real, synthetic }, weight } = *place;
        let (noise, passed) = match (dim, synthetic) {
            (_, 1) => of_one_row(dim, real, weight),
            (3, 3..) => of_three(real, synthetic, weight),
            _ => design_step(dim, real, synthetic, weight),
        };
        // As of pooled rows: the accuracy that the law declares, with contraction and gap relative to numbers of size 1.
        let tolerance = 1e-10;
        Ok(Deviation::relative(found.innovation, noise, tolerance)
            .max(Deviation::relative(1.0 + found.contraction, 1.0 + passed, tolerance))
            .max(Deviation::relative(1.0 + found.gap, 2.0 - passed, tolerance)))
    }

    fn smaller(&self, place: &Weighed) -> Vec<Weighed> {
        let Sizes { dim, real, synthetic } = place.sizes;
        let mut found = Vec::new();
        if dim > 1 && synthetic <= 2 {
            found.extend([1, dim - 1].map(|dim| Sizes { dim, ..place.sizes }));
        }
        if real / 2 > u64::from(dim) + 1 {
            found.push(Sizes { real: real / 2, ..place.sizes });
        }
        if synthetic / 2 > 3 {
            found.push(Sizes { synthetic: synthetic / 2, ..place.sizes });
        }
        let found = found.into_iter().map(|sizes| Weighed { sizes, ..*place });
        found.chain((place.weight != 0.5).then_some(Weighed { weight: 0.5, ..*place })).collect()
    }
}

/// Mean of f(x), x with the law beta(a, b): Gauss's rule in the angle of x = sin^2.
fn beta_mean(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    let [mut mass, mut sum] = [0.0; 2];
    for (angle, share) in gauss(400) {
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let density = share * libm::exp((2.0 * a - 1.0) * libm::log(sin) + (2.0 * b - 1.0) * libm::log(cos));
        mass += density;
        sum += density * f(sin * sin);
    }
    sum / mass
}

/// Gauss's nodes between 0 and pi/2 with their weights: the roots of a Legendre polynomial, by Newton's method.
fn gauss(count: usize) -> Vec<(f64, f64)> {
    let degree = count as f64;
    let node = |i: usize| {
        let mut x = libm::cos(PI * (i as f64 + 0.75) / (degree + 0.5));
        let mut slope = f64::NAN;
        // The first guess is right to 1e-3 of the distance of two roots.
        for _ in 0..6 {
            let (mut before, mut value) = (1.0, x);
            for j in 2..=count {
                let j = j as f64;
                (before, value) = (value, ((2.0 * j - 1.0) * x * value - (j - 1.0) * before) / j);
            }
            slope = degree * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        ((1.0 + x) * 0.5 * FRAC_PI_2, FRAC_PI_2 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(node).collect()
}

/// The risk that the noise of variance 1 adds, and the factor with which the risk before is passed on, with one synthetic row y.
///
/// With A the Gram matrix of the real rows and c = u n/w, M = (w/n)(A + c y y') has its inverse by the formula of Sherman and Morrison. It needs r = |y|^2, s = y'A^-1 y
/// and |A^-1 y|^2. By blocks along y, s = r/q and E |A^-1 y|^2 = (n - 1)/(n - p) r/q^2 given both, q chi-squared with n - p + 1 degrees of freedom. So s/(1 + s) has a beta
/// law, independent of r + q, whose inverse has the mean 1/(n - 1).
fn of_one_row(dim: u32, real: u64, w: f64) -> (f64, f64) {
    let (p, n) = (f64::from(dim), real as f64);
    let c = (1.0 - w) * n / w;
    let mean = |f: &dyn Fn(f64) -> f64| beta_mean(p / 2.0, (n - p + 1.0) / 2.0, |x| f(x / (1.0 - x)));
    let noise = mean(&|s| {
        let rest = 1.0 + c * s;
        s * (1.0 + s) * (c * c * (1.0 + s) / (rest * rest) - 2.0 * c / rest)
    });
    let passed = mean(&|s| (c * s / (1.0 + c * s)) * (c * s / (1.0 + c * s)));
    (p / (n - p - 1.0) + noise / (n - p), (n - 1.0) / (n - p) * passed / p)
}

/// The same in three columns, by [`design_step`]'s formula and an integral over all three eigenvalues in their order, in the angles of x = sin^2.
fn of_three(real: u64, synthetic: u64, w: f64) -> (f64, f64) {
    let (n, m, u) = (real as f64, synthetic as f64, 1.0 - w);
    /// An eigenvalue: its place, the logarithm of its density, and what a sum over the eigenvalues takes of it.
    struct Eigenvalue {
        x: f64,
        log_density: f64,
        noise: f64,
        share: f64,
    }
    let at = |angle: f64| {
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let (x, rest) = (sin * sin, cos * cos);
        let q = w / n * rest + u / m * x;
        let noise = (w / n * w / n * rest + u / m * u / m * x) / (q * q);
        let log_density = (m - 3.0) * libm::log(sin) + (n - 3.0) * libm::log(cos);
        Eigenvalue { x, log_density, noise, share: u / m * x / q }
    };
    // 36 are too few where the pole of the terms is near an end of the angles: at n = 5, m = 24, w = .97 they leave 1e-9.
    let nodes = gauss(64);
    // The largest density of one eigenvalue, so that the exponential does not underflow.
    let top = nodes.iter().map(|(angle, _)| at(*angle).log_density).fold(f64::NEG_INFINITY, f64::max);
    let [mut mass, mut noise, mut squares, mut squared_sum] = [0.0; 4];
    for &(high, of_high) in &nodes {
        let c = at(high);
        for &(part, of_part) in &nodes {
            let middle = high * part / FRAC_PI_2;
            let b = at(middle);
            for &(part, of_low) in &nodes {
                let a = at(middle * part / FRAC_PI_2);
                let log_density = a.log_density + b.log_density + c.log_density - 3.0 * top;
                let apart = (b.x - a.x) * (c.x - a.x) * (c.x - b.x);
                let density = of_high * of_part * of_low * high * middle * apart * libm::exp(log_density);
                let sum = a.share + b.share + c.share;
                mass += density;
                noise += density * (a.noise + b.noise + c.noise);
                squares += density * (a.share * a.share + b.share * b.share + c.share * c.share);
                squared_sum += density * sum * sum;
            }
        }
    }
    let rest = n + m - 4.0;
    (noise / mass / rest, ((n + m - 1.0) * squares - squared_sum) / mass / (3.0 * rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the corners of its domain, where the pole is nearest to an end of the angles, the rule of three columns and the law agree to a tenth of what the audit allows.
    #[test]
    fn three_columns_in_the_corners() {
        for (real, synthetic) in [(5, 3), (5, 24), (24, 3), (24, 24)] {
            for w in [0.02, 0.98] {
                let sizes = SampleSizes::new(real, synthetic).expect("positive sizes");
                let law = RandomDesign::new(3.0, 3, sizes).expect("an exact law").generation(domain::weight(w));
                let (noise, passed) = of_three(real, synthetic, w);
                let apart = [law.innovation / noise - 1.0, law.contraction - passed];
                assert!(
                    apart.iter().all(|apart| apart.abs() < 1e-11),
                    "n = {real}, m = {synthetic}, w = {w}: {apart:?}"
                );
            }
        }
    }
}
