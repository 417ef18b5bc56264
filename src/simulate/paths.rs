//! Every replicate's losses, for medians and quantiles: the engine's moments cannot give them. The chains are the engine's own.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{
    Simulator,
    engine::{BLOCK, Chain, Plan, Record, Weights, run_replicate},
};

/// The losses of one replicate, generation by generation: loss l at recorded entry e is at `e * losses + l`. From a failed fit on they are
/// infinite: the estimate of a separated sample lies at infinity, and so a quantile counts the replicate where it belongs.
pub type Path = Vec<f64>;

/// The path of every replicate at this weight in the order of their index, with the random numbers of [`super::engine::run`]: the same
/// bits for any number of threads. `progress` is called with the number of replicates that were just finished.
///
/// # Panics
/// Where the plan is not one of losses at increasing generations, or the weight is not in [0, 1].
///
/// # Tested by
/// Means of paths against the engine's moments, and failures against its count.
pub fn paths<S: Simulator>(simulator: &S, plan: &Plan, weight: f64, progress: &(dyn Fn(u64) + Sync)) -> Vec<Path> {
    let Record::At(generations) = &plan.record else { panic!("losses at generations") };
    assert!((0.0..=1.0).contains(&weight), "the weight lies in [0, 1]");
    assert!(generations.is_sorted_by(|a, b| a < b), "recorded generations increase");
    let (weights, losses) = (Weights::Constant(weight), S::LOSSES.len());
    let block = |first: u64| {
        let (mut real, mut noise, mut current) = (simulator.real(), simulator.noise(), vec![0.0; losses]);
        let mut chain = [Chain::new(simulator, plan, &weights)];
        let replicates = first..plan.replicates.end.min(first + BLOCK);
        let count = replicates.end - replicates.start;
        let path = |replicate| {
            run_replicate(simulator, plan, replicate, (&mut real, &mut noise), &mut chain, &mut current);
            let mut path = chain[0].values.clone();
            path[chain[0].recorded * losses..].fill(f64::INFINITY);
            path
        };
        let paths: Vec<Path> = replicates.map(path).collect();
        progress(count);
        paths
    };
    let firsts: Vec<u64> = plan.replicates.clone().step_by(BLOCK as usize).collect();
    let blocks: Vec<Vec<Path>> = firsts.into_par_iter().map(block).collect();
    blocks.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::*;
    use crate::{
        experiment::Rows,
        simulate::{
            engine::{RealRows, run},
            gaussian::GaussianSufficient,
            logistic::Logistic,
        },
        stats::moments::Moments,
    };

    fn plan(replicates: u64, generations: Vec<u32>) -> Plan {
        Plan {
            seed: 3,
            experiment: 4,
            cell: 5,
            replicates: 0..replicates,
            real_rows: RealRows::Fresh,
            record: Record::At(generations),
        }
    }

    /// Below one block the engine pushes the values in their order too: the same bits.
    #[test]
    fn paths_are_the_engines() {
        let plan = plan(50, vec![0, 3, 9]);
        let simulator = GaussianSufficient::new(DMatrix::identity(2, 2), Rows { real: 10, synthetic: 20 });
        let (paths, outcome) =
            (paths(&simulator, &plan, 0.0, &|_| {}), run(&simulator, &plan, &Weights::Constant(0.0), &|_| {}));
        for (entry, moments) in outcome.moments.iter().enumerate() {
            for (loss, moments) in moments.iter().enumerate() {
                let mut mine = Moments::default();
                paths.iter().for_each(|path| mine.push(path[3 * entry + loss]));
                assert_eq!(mine, *moments);
            }
        }
    }

    /// The last blocks of a run alone are its last paths, and all of their replicates are told.
    #[test]
    fn a_late_part_has_its_own_paths() {
        use std::sync::atomic::{AtomicU64, Ordering};
        let simulator = GaussianSufficient::new(DMatrix::identity(2, 2), Rows { real: 10, synthetic: 20 });
        let whole = plan(3 * BLOCK + 5, vec![1]);
        let (done, late) = (AtomicU64::new(0), Plan { replicates: 2 * BLOCK..3 * BLOCK + 5, ..whole.clone() });
        let found = paths(&simulator, &late, 0.3, &|replicates| {
            done.fetch_add(replicates, Ordering::Relaxed);
        });
        assert_eq!(found, paths(&simulator, &whole, 0.3, &|_| {})[2 * BLOCK as usize..]);
        assert_eq!(done.into_inner(), BLOCK + 5);
    }

    /// Few rows: most chains end in separation, as many as the engine counts.
    #[test]
    fn a_failed_chain_stays_at_infinity() {
        let plan = plan(100, vec![0, 2, 4]);
        let simulator = Logistic::new(DVector::from_element(2, 1.0), Rows { real: 12, synthetic: 12 });
        let (paths, outcome) =
            (paths(&simulator, &plan, 0.0, &|_| {}), run(&simulator, &plan, &Weights::Constant(0.0), &|_| {}));
        let ended = paths.iter().filter(|path| path[2].is_infinite()).count() as u64;
        assert!(ended == outcome.failed_fits && ended > 10, "{ended}");
        assert!(paths.iter().all(|path| path[0].is_finite() || path[1].is_infinite()));
        assert!(paths.iter().any(|path| path[0].is_finite() && path[2].is_infinite()));
    }
}
