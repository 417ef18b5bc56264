//! Covariances of drawn rows at random places of few rows, where all products of four coordinates can be followed.

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use nalgebra::DMatrix;
use rand::RngExt;

use super::place::Place;
use crate::catalogue;
use crate::claims::domain;
use crate::claims::drawn::{covariance_risks, covariance_traces, mean_and_variance};
use crate::experiment::{Divisor, Generations, Parameters, Problem};
use crate::prediction::Prediction;
use crate::simulate::engine::ScheduleKind;
use crate::stream::StreamRng;

/// Predicted risks of covariances of drawn rows.
pub struct Subsamples;

impl Audit for Subsamples {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        let dim = rng.random_range(1..=2);
        // The tables grow with the fourth power of the rows' coordinates.
        let (rows, last) = if dim == 1 { (2..=5, 2) } else { (2..=3, 1) };
        let parameters = Parameters {
            divisor: rng.random::<bool>().then_some(Divisor::MaximumLikelihood),
            ..Parameters::of_dim(Some(dim))
        };
        let [real, synthetic] = [rng.random_range(rows), rng.random_range(2..=3)];
        let problem = Problem::new(&catalogue::GAUSSIAN_COVARIANCE, real, synthetic, &parameters).expect("valid");
        let until = 1 + rng.random_range(0..=last);
        let at = Generations::Average { from: rng.random_range(0..until), until };
        Place {
            problem,
            parameters,
            schedule: ScheduleKind::Subsample,
            weight: 0.0,
            at,
            is_changing: false,
            simulated: None,
        }
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        let law = Prediction::new(&seen.problem, seen.schedule).expect("a valid place").ok_or("no law")?;
        let Generations::Average { from, until } = place.at else { return Err("no average".to_owned()) };
        let (rows, dim) = (place.problem.rows(), place.problem.dim());
        let (n, m) = (rows.real as u64, rows.synthetic as u64);
        let is_biased = place.parameters.divisor.is_some();
        let traces = covariance_traces(&vec![1.0; dim], (n, m), is_biased, until - 1);
        let left = mean_and_variance::<f64>(n, m, is_biased, until - 1);
        let p = dim as f64;
        let risk = |t: usize| traces[t][0] - 2.0 * left[t][1] * p + p;
        let expected = (from..until).map(|t| risk(t as usize)).sum::<f64>() / f64::from(until - from);
        Ok(domain::error(law.risk(domain::weight(0.0), seen.asked()), expected, domain::RECURSION))
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        let Generations::Average { from, until } = place.at else { return Vec::new() };
        let at = [(0, 1), (until - 1, until), (from, until - 1)].into_iter().filter(|(from, until)| from < until);
        let at = at.map(|(from, until)| Place { at: Generations::Average { from, until }, ..place.clone() });
        let rows = place.problem.rows();
        let two = place.with(place.parameters.clone(), rows.real as u64, 2).filter(|_| rows.synthetic > 2);
        at.chain(two).filter(|other| other.to_string() != place.to_string()).collect()
    }
}

/// Limits of covariances of drawn rows with divisors n, from generations that grow by four.
pub struct DrawnLimits;

impl Audit for DrawnLimits {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        let dim = rng.random_range(1..=8);
        let parameters =
            Parameters { divisor: Some(Divisor::MaximumLikelihood), ..Parameters::of_dim(Some(dim as u64)) };
        let sigma = rng.random::<bool>().then(|| super::place::covariance(rng, dim));
        let parameters = Parameters { sigma, ..parameters };
        // With two rows the risk grows.
        let real = match rng.random_range(0..4) {
            0 => 1,
            _ => log_uniform(rng, 3.0, 40.0).round() as u64,
        };
        let synthetic = log_uniform(rng, (real as f64 / 4.0).max(1.0), 40.0).round() as u64;
        let problem = Problem::new(&catalogue::GAUSSIAN_COVARIANCE, real, synthetic, &parameters).expect("valid");
        Place {
            problem,
            parameters,
            schedule: ScheduleKind::Subsample,
            weight: 0.0,
            at: Generations::Limit,
            is_changing: false,
            simulated: None,
        }
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        let law = Prediction::new(&seen.problem, seen.schedule).expect("a valid place").ok_or("no law")?;
        let found = law.risk(domain::weight(0.0), Generations::Limit);
        let rows = place.problem.rows();
        let n = rows.real as f64;
        let dim = place.problem.dim();
        let sigma = place.parameters.sigma.clone().unwrap_or_else(|| DMatrix::identity(dim, dim));
        if n < 2.0 {
            // The covariance of one row is 0 in every generation.
            return Ok(domain::error(found, sigma.norm_squared(), domain::RECURSION));
        }
        let eigenvalues = sigma.symmetric_eigenvalues();
        let late = covariance_risks(eigenvalues.as_slice(), (rows.real as u64, rows.synthetic as u64), true, 1 << 14);
        let mut left = [8, 10, 12, 14].map(|power| late[1 << power]).to_vec();
        // What is left falls as in the claim `subsample-covariance`; of 1/t^2 ten times (1/256)^2 (1 + n/m)^2 at most.
        let lambda = (3.0 * n * n - 2.0) / (n * n * n);
        for falls in [libm::pow(4.0, lambda - 1.0), 0.25, libm::pow(4.0, lambda - 2.0)] {
            left = left.windows(2).map(|pair| (pair[1] - falls * pair[0]) / (1.0 - falls)).collect();
        }
        let k = n / rows.synthetic as f64;
        Ok(domain::error(found, left[0], 10.0 * ((1.0 + k) / 256.0).powi(2) + 1e-9))
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        let has_limit = |other: &Place| other.parameters.divisor.is_some() && other.problem.rows().real != 2;
        place.smaller().into_iter().filter(has_limit).collect()
    }
}
