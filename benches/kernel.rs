//! One kernel alone: counted by an outside tool, or timed beside its floor.
//!
//! A *kernel* is a model with one way to simulate it. Its *floor* is the time to draw its random variates and do nothing else.
//!
//!     kernel list                      the names; NAME/grid is the 30 weights of figure 8 together
//!     kernel count NAME GENERATIONS    one replicate, with the loss of every generation
//!     kernel ratios                    CSV: microseconds per generation of a chain, of its floor, and of each of 30 chains that share
//!                                      their draws; chain/floor, and its spread

mod kernels;

use std::env;
use std::time::Instant;

use kernels::{DIM, Kernel, ONE_WEIGHT, ROWS, grid, kernels, one_thread, plan};

/// Chain and floor take turns in so many rounds, so that both meet the same load.
const ROUNDS: usize = 60;

/// Rounds in which 30 chains that share their draws have a turn too: these are long.
const GRID_ROUNDS: usize = 10;

/// Chains of a turn. More than one, since the time of a fit depends on its rows.
const CHAINS: u64 = 8;

/// Generations of a timed chain, of which the last quarter have their loss taken, as in figure 8; fewer than there, for shorter turns.
const TIMED: u32 = 20;

/// Seconds of a turn: short beside the time that a scheduler gives to a process, so that many turns are not interrupted.
const TURN: f64 = 2e-3;

fn main() {
    one_thread();
    let args: Vec<_> = env::args().skip(1).collect();
    let kernels = kernels(ROWS, DIM);
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => kernels.iter().for_each(|kernel| println!("{0}\n{0}/grid", kernel.name)),
        ["count", name, generations] => {
            let (name, weights) = name.strip_suffix("/grid").map_or((name, ONE_WEIGHT.into()), |name| (name, grid()));
            let kernel = kernels.iter().find(|kernel| kernel.name == name).expect("a name of the list");
            let generations = generations.parse().expect("a whole number");
            println!("{}", kernel.run(&plan(1, 0, generations), &weights));
        }
        ["ratios"] => {
            println!("kernel,chain_us,floor_us,grid_us,ratio,low,high");
            kernels.iter().for_each(ratio);
        }
        _ => panic!("usage: kernel list | kernel count NAME GENERATIONS | kernel ratios"),
    }
}

/// Prints the times of a chain at the sizes of figure 8 and of its floor, and their ratio: each the shortest of all rounds, which no load can have made
/// shorter. The ratio from the even rounds alone and that from the odd ones show how far it can be trusted.
fn ratio(kernel: &Kernel) {
    let (plan, grid) = (plan(CHAINS, TIMED - TIMED / 4, TIMED), grid());
    let chain = || kernel.run(&plan, &ONE_WEIGHT);
    let floor = || (0..CHAINS).map(|_| kernel.variates.draw(TIMED)).sum::<f64>();
    let together = || kernel.run(&plan, &grid);
    let (chain_repeats, floor_repeats) = (repeats(&chain), repeats(&floor));
    let mut shortest = [[f64::INFINITY; 3]; 2];
    for round in 0..ROUNDS {
        let [chains, floors, grids] = &mut shortest[round % 2];
        *chains = chains.min(seconds(chain_repeats, &chain));
        *floors = floors.min(seconds(floor_repeats, &floor));
        if round < GRID_ROUNDS {
            *grids = grids.min(seconds(1, &together) / grid.len() as f64);
        }
    }
    let [a, b] = shortest.map(|[chain, floor, _]| chain / floor);
    let [chain, floor, grid] =
        [0, 1, 2].map(|i| 1e6 / (CHAINS as f64 * f64::from(TIMED)) * f64::min(shortest[0][i], shortest[1][i]));
    let (low, high) = (a.min(b), a.max(b));
    println!("{},{chain:.3},{floor:.3},{grid:.3},{:.2},{low:.2},{high:.2}", kernel.name, chain / floor);
}

/// Number of repetitions that fill a turn.
fn repeats(what: &impl Fn() -> f64) -> u32 {
    let shortest = (0..5).map(|_| seconds(1, what)).fold(f64::INFINITY, f64::min);
    (TURN / shortest).ceil() as u32
}

/// Mean seconds of one repetition, over `repeats` of them.
fn seconds(repeats: u32, what: &impl Fn() -> f64) -> f64 {
    let start = Instant::now();
    (0..repeats).for_each(|_| {
        what();
    });
    start.elapsed().as_secs_f64() / f64::from(repeats)
}
