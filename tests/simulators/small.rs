//! Small cases worked out again from the same normals, by the textbook and not by the code's route.

use goldenweight::{
    experiment::Rows,
    simulate::{
        Model, Setting,
        categorical::{CategoricalRows, CategoricalSufficient},
        cdf::CdfRows,
        fixed_design::LinearFixedDesign,
        gaussian::GaussianRows,
        linear::LinearRows,
    },
    stream::{Purpose, StreamRng, Streams},
};
use nalgebra::{Cholesky, DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::{NOISE_VARIANCE, PROBABILITIES, losses_of_replicate, plan, sigma};

const ROWS: Rows = Rows { real: 8, synthetic: 5 };
const WEIGHT: f64 = 0.3;
const LAST: u32 = 4;

/// Normals column by column, as rows.
fn normals(rng: &mut StreamRng, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    let drawn: Vec<f64> = (0..rows * columns).map(|_| rng.sample(StandardNormal)).collect();
    (0..rows).map(|i| (0..columns).map(|j| drawn[j * rows + i]).collect()).collect()
}

/// Agreement to 1e-11: some hundred operations on numbers of order 1, with matrices of condition below 1e3.
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()), "{found} {expected}");
}

/// Rows in the coordinates of the data, two passes, covariances formed, mixed and factorised.
#[test]
fn gaussian_rows_by_the_textbook() {
    const P: usize = 3;
    let plan = plan(500, 1, &[]);
    let streams = Streams { seed: plan.seed, experiment: plan.experiment };
    let sample = |t, purpose, count, mean: &DVector<f64>, cov: &DMatrix<f64>| {
        let l = Cholesky::new(cov.clone()).unwrap().l();
        let mut rng = streams.rng(7, t, purpose, plan.cell);
        let z = normals(&mut rng, count, P);
        let rows: Vec<_> = z.into_iter().map(|z| mean + &l * DVector::from_vec(z)).collect();
        let center = rows.iter().sum::<DVector<f64>>() / count as f64;
        let scatter: DMatrix<f64> = rows.iter().map(|x| (x - &center) * (x - &center).transpose()).sum();
        (center, scatter / (count - 1) as f64)
    };
    let (zero, truth) = (DVector::zeros(P), sigma(P));
    let (mut mean, mut cov) = sample(0, Purpose::Real, ROWS.real, &zero, &truth);
    let losses = losses_of_replicate(&GaussianRows::new(truth.clone(), ROWS), &plan, WEIGHT, 7, LAST).unwrap();
    for t in 0..=LAST {
        if t > 0 {
            let (real_mean, real_cov) = sample(t, Purpose::Real, ROWS.real, &zero, &truth);
            let (synthetic_mean, synthetic_cov) = sample(t, Purpose::Synthetic, ROWS.synthetic, &mean, &cov);
            mean = real_mean * WEIGHT + synthetic_mean * (1.0 - WEIGHT);
            cov = real_cov * WEIGHT + synthetic_cov * (1.0 - WEIGHT);
        }
        let found = &losses[t as usize];
        assert_close(found[0], mean.norm_squared());
        assert_close(found[1], (&cov - &truth).norm_squared());
        assert_close(found[2], libm::log(cov.determinant()));
    }
}

/// Weighted least squares of the stacked rows by the singular value decomposition.
#[test]
fn linear_rows_by_the_textbook() {
    const P: usize = 2;
    let plan = plan(501, 1, &[]);
    let streams = Streams { seed: plan.seed, experiment: plan.experiment };
    let truth = DVector::from_vec(vec![1.5, -0.5]);
    let draw = |t, purpose, count, beta: &DVector<f64>, weight: f64| {
        let mut rng = streams.rng(7, t, purpose, plan.cell);
        let scale = (weight / count as f64).sqrt();
        let mut rows = Vec::new();
        for z in normals(&mut rng, count, P + 1) {
            let y = z[0] * beta[0] + z[1] * beta[1] + NOISE_VARIANCE.sqrt() * z[2];
            rows.push([z[0] * scale, z[1] * scale, y * scale]);
        }
        rows
    };
    let fit = |rows: &[[f64; 3]]| {
        let x = DMatrix::from_fn(rows.len(), P, |i, j| rows[i][j]);
        let y = DVector::from_fn(rows.len(), |i, _| rows[i][P]);
        x.svd(true, true).solve(&y, 0.0).unwrap()
    };
    let mut beta = fit(&draw(0, Purpose::Real, ROWS.real, &truth, 1.0));
    let losses = losses_of_replicate(&LinearRows::new(&truth, NOISE_VARIANCE, ROWS), &plan, WEIGHT, 7, LAST).unwrap();
    for t in 0..=LAST {
        if t > 0 {
            let mut rows = draw(t, Purpose::Real, ROWS.real, &truth, WEIGHT);
            rows.extend(draw(t, Purpose::Synthetic, ROWS.synthetic, &beta, 1.0 - WEIGHT));
            beta = fit(&rows);
        }
        assert_close(losses[t as usize][0], (&beta - &truth).norm_squared());
    }
}

/// Least squares of the mixed labels by the singular value decomposition.
#[test]
fn fixed_design_by_the_textbook() {
    let plan = plan(504, 1, &[]);
    let streams = Streams { seed: plan.seed, experiment: plan.experiment };
    let truth = DVector::from_vec(vec![1.5, -0.5]);
    let design = DMatrix::from_fn(6, 2, |i, j| if j == 0 { 1.0 } else { (i * i) as f64 - 9.0 });
    let labels = |t, purpose, beta: &DVector<f64>| {
        let mut rng = streams.rng(7, t, purpose, plan.cell);
        let errors = normals(&mut rng, 6, 1).into_iter().map(|z| NOISE_VARIANCE.sqrt() * z[0]);
        &design * beta + DVector::from_iterator(6, errors)
    };
    let fit = |y: &DVector<f64>| design.clone().svd(true, true).solve(y, 0.0).unwrap();
    let mut beta = fit(&labels(0, Purpose::Real, &truth));
    let simulator = LinearFixedDesign::new(design.clone(), truth.clone(), NOISE_VARIANCE).unwrap();
    let losses = losses_of_replicate(&simulator, &plan, WEIGHT, 7, LAST).unwrap();
    for t in 0..=LAST {
        if t > 0 {
            let (real, synthetic) = (labels(t, Purpose::Real, &truth), labels(t, Purpose::Synthetic, &beta));
            beta = fit(&(real * WEIGHT + synthetic * (1.0 - WEIGHT)));
        }
        assert_close(losses[t as usize][0], (&beta - &truth).norm_squared());
    }
    let dependent = DMatrix::from_element(6, 2, 1.0);
    assert!(LinearFixedDesign::new(dependent, truth, NOISE_VARIANCE).is_none());
}

/// One row is a point mass at category i, of loss (1 - p_i)^2 + the p_j^2 of the others; every later synthetic row, at w = 0,
/// repeats it. Each category occurs in 400 replicates but for a probability of 4 * 0.9^400 = 2e-18.
#[test]
fn one_categorical_row_is_a_point_mass_forever() {
    fn losses<M: Model>(simulator: &Setting<M>) -> Vec<f64> {
        let replicate = |r| {
            let losses = losses_of_replicate(simulator, &plan(502, 1, &[]), 0.0, r, 5).unwrap();
            assert!(losses.iter().all(|loss| loss == &losses[0]), "{losses:?}");
            losses[0][0]
        };
        let mut found: Vec<f64> = (0..400).map(replicate).collect();
        found.sort_by(|a, b| b.total_cmp(a));
        found.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
        found
    }
    let squares: f64 = PROBABILITIES.iter().map(|p| p * p).sum();
    let expected = PROBABILITIES.map(|p| 1.0 - 2.0 * p + squares);
    for (real, synthetic) in [(1, 1), (1, 6)] {
        let rows = Rows { real, synthetic };
        for found in [
            losses(&CategoricalRows::new(PROBABILITIES.to_vec(), rows)),
            losses(&CategoricalSufficient::new(PROBABILITIES.to_vec(), rows)),
        ] {
            assert_eq!(found.len(), expected.len());
            found.iter().zip(expected).for_each(|(&found, expected)| assert_close(found, expected));
        }
    }
}

/// One atom at x has the loss (x^3 + (1 - x)^3)/3, at least 1/12 and at most 1/3; at w = 0 it stays where it is.
#[test]
fn one_atom_stays_where_it_is() {
    let simulator = CdfRows::new(Rows { real: 1, synthetic: 3 });
    for replicate in 0..100 {
        let losses = losses_of_replicate(&simulator, &plan(503, 1, &[]), 0.0, replicate, 5).unwrap();
        assert!((1.0 / 12.0..=1.0 / 3.0).contains(&losses[0][0]), "{losses:?}");
        losses.iter().for_each(|loss| assert_close(loss[0], losses[0][0]));
    }
}
