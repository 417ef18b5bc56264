//! Every z that is shown, at few replicates and at many, against the law that it is shown with.

use goldenweight::{
    catalogue,
    experiment::{Parameters, Problem},
    simulate::{
        dispatch::run_problem,
        engine::{Options, Plan, Record, ScheduleKind},
    },
    stats::{calibration::at_least, compare::Estimate, shown::z},
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Seeds of each model at each number of replicates.
const SEEDS: u64 = 1_000;

/// A tail probability that is large enough to be counted among so many z.
const TAIL: f64 = 0.01;

/// Numbers of replicates: up to 61 the guard lets nothing pass, at the last it lets most.
const REPLICATES: [u64; 10] = [2, 3, 5, 10, 20, 50, 64, 128, 512, 1_024];

/// The test can fail: without the rule, for (value - expected)/standard error with a guard on the sample's own skewness of .5, |z| was beyond 4.82, the
/// quick tier's bound in version 0.1.0, under 20 % of the seeds at 2 replicates, 11 % at 3, 5.8 % at 5 and 2.5 % at 10.
#[test]
fn shown_z_are_as_large_as_their_law_says() {
    let problem = |model, dim| Problem::new(model, 20, 20, &Parameters::of_dim(dim)).expect("valid");
    // The risk of the real rows alone: tr I/n, (p^2 + p)/(n - 1), the sum of p(1 - p) over n, 1/(6 n).
    let cases = [
        (problem(&catalogue::GAUSSIAN_MEAN, Some(2)), 2.0 / 20.0),
        (problem(&catalogue::GAUSSIAN_COVARIANCE, Some(3)), 12.0 / 19.0),
        (problem(&catalogue::CATEGORICAL, None), 0.7 / 20.0),
        (problem(&catalogue::CDF, None), 1.0 / 120.0),
    ];
    let (mut few, mut shown, mut large, mut beyond) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (problem, expected) in &cases {
        let kind = problem.model().fast;
        let z_of = |seed, replicates| {
            let (seed, record) = (1_000 + seed, Record::At(vec![0]));
            let plan =
                Plan { seed, experiment: 0, cell: 0, replicates: 0..replicates, schedule: ScheduleKind::Fresh, record };
            z(&Estimate::from(&run_problem(problem, kind, &plan, &[1.0], Options::default())[0].0), *expected).ok()
        };
        for replicates in REPLICATES {
            let found: Vec<_> = (0..SEEDS).into_par_iter().filter_map(|seed| z_of(seed, replicates)).collect();
            *(if replicates <= 61 { &mut few } else { &mut shown }) += found.len() as u64;
            large += found.iter().filter(|z| z.p_value() < TAIL).count() as u64;
            beyond += found.iter().filter(|z| z.z.abs() > 4.82).count() as u64;
        }
    }
    println!("{shown} shown, {large} beyond their tail of {TAIL}, {beyond} beyond 4.82");
    assert!(few == 0 && shown > 2 * SEEDS, "{few} at few replicates, {shown} at many");
    // P(|z| > 4.82) is below 1e-5 from 61 degrees of freedom on.
    assert!(at_least(beyond, shown, 1e-5) > 1e-4, "{beyond} of {shown}");
    // What the transformation and the guard leave was at most a third too much where it was measured (docs/statistics.md).
    assert!(at_least(large, shown, 1.35 * TAIL) > 1e-4, "{large} of {shown}");
}
